"""A database that is away: nobody waits for it in vain, and whoever comes first looks again."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from threading import Lock

from tbdx.model import TbdxError

PAUSE_SECONDS = 2.0
"""How long nobody tries after an attempt that failed."""


class Absence:
    """What a process knows of one database's being away. Safe to share by threads.

    A dead address costs seconds to find out. Two hundred sessions must not each spend
    them: while the database is away, one thread at a time tries, every couple of
    seconds; everybody else is told at once what the last attempt met.
    """

    def __init__(
        self, pause: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pause, self._clock = pause, clock
        self._lock = Lock()
        self._met: TbdxError | None = None
        self._next = 0.0
        self._trying = False

    def enter(self) -> None:
        """Before an attempt to connect, which `reached`, `failed` or `left` must follow.

        Raises the last attempt's error while it is not yet time for another.
        """
        with self._lock:
            if self._met is None:
                return
            if self._trying or self._clock() < self._next:
                raise TbdxError(self._met.code, **self._met.fields)
            self._trying = True

    def reached(self) -> None:
        """A connection was made."""
        with self._lock:
            self._met, self._trying = None, False

    def failed(self, error: TbdxError) -> None:
        """No connection could be made."""
        with self._lock:
            self._met, self._trying = error, False
            self._next = self._clock() + self._pause

    def left(self) -> None:
        """The attempt said nothing about the database."""
        with self._lock:
            self._trying = False


@cache
def absence_of(_address: str) -> Absence:
    """The one that everything in this process shares which reaches this address.

    So the first start, which has no store yet to remember anything, is spared, too.
    """
    return Absence()
