"""Back to the page that was asked for: after a sign-in Streamlit leads everybody to the first one.

Nothing of a session outlives the way to the provider and back, and a page can set no
cookie. So the server remembers where a browser wanted to go, for some minutes, under
the number that Streamlit's own cookie against forgery gives it. Where that is not
there, or another process answers afterwards, the reader comes to the first page.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

import streamlit as st

_COOKIE = "_streamlit_xsrf"
_SECONDS = 15 * 60
_MOST = 5_000  # browsers
_LONGEST = 4_000  # characters of an address


@dataclass(frozen=True, slots=True)
class Place:
    """A page by its room ("" for the first) with the parameters of its address."""

    room: str
    query: dict[str, str]


@dataclass
class Errands:
    """Where browsers want to go; the oldest are forgotten first."""

    clock: Callable[[], float] = time.monotonic
    most: int = _MOST
    _kept: OrderedDict[str, tuple[float, Place]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def put(self, browser: str, place: Place) -> None:
        """Remember where a browser wants to go, in place of what was remembered before."""
        with self._lock:
            self._kept.pop(browser, None)
            if sum(map(len, (place.room, *place.query, *place.query.values()))) > _LONGEST:
                return
            self._kept[browser] = (self.clock(), place)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def take(self, browser: str) -> Place | None:
        """Where a browser wants to go, once; None where nothing is known, or not for long."""
        with self._lock:
            kept = self._current(browser)
            self._kept.pop(browser, None)
        return kept

    def open(self, browser: str) -> Place | None:
        """Where a browser wants to go that has not come back signed in."""
        with self._lock:
            return self._current(browser)

    def _current(self, browser: str) -> Place | None:
        since, place = self._kept.get(browser, (0.0, None))
        return place if place is not None and self.clock() - since <= _SECONDS else None


@st.cache_resource(show_spinner=False)
def _errands() -> Errands:
    return Errands()


def remember(room: str, query: dict[str, str]) -> None:
    """Keep where this browser is to come back to."""
    if browser := _browser():
        _errands().put(browser, Place(room, query))


def wanted() -> Place | None:
    """Where this browser wanted to go when it was sent to sign in; told once."""
    return _errands().take(_browser())


def unfinished() -> bool:
    """Whether this browser was sent to sign in, minutes ago, and has not come back signed in."""
    return _errands().open(_browser()) is not None


def waiting() -> dict[str, str]:
    """The parameters of the address that this browser has not come back to yet."""
    place = _errands().open(_browser())
    return place.query if place else {}


def _browser() -> str:
    return number_of(st.context.cookies.get(_COOKIE, ""))


def number_of(cookie: str) -> str:
    """A browser's number, hashed, from the cookie "2|mask|masked|moment"; "" for any other cookie.

    Each answer masks the same number anew.
    """
    try:
        version, mask, masked, _ = cookie.split("|")
        key, number = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        return ""
    if version != "2" or len(key) != 4 or len(number) < 16:
        return ""
    plain = bytes(byte ^ key[n % len(key)] for n, byte in enumerate(number))
    return sha256(plain).hexdigest()
