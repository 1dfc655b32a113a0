"""What operators learn of a running server: its log, and its metrics for Prometheus.

Neither holds personal data beyond the id of whoever acts: no name, address, file name,
text or chosen value. docs/observing.md lists every field and metric.

A run of a page is marked by `rerun`; whatever is logged or measured in its thread
meanwhile belongs to it.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from tbdx.model import Entry
from tbdx.observing import logs, measures
from tbdx.observing.logs import Rerun, is_json
from tbdx.settings import VERSION, Settings

__all__ = [
    "Reading",
    "acting",
    "aside",
    "asking",
    "at_page",
    "at_revision",
    "is_json",
    "known",
    "reading",
    "recorded",
    "rerun",
    "start",
    "unexpected",
]

_log = logging.getLogger("tbdx")
_starting = Lock()
_aside = ContextVar("tbdx-aside", default=False)
_settings: list[Settings] = []  # those of `start`; before, no run is slow


def start(settings: Settings, glance: Callable[[], int], *, whole: bool = False) -> None:
    """Let this process be observed as the settings say; what was started before stays.

    `glance` asks the store for its revision, past all that pages use, and raises TbdxError
    where it cannot; it runs in a thread of its own. With `whole` the process is a server and
    nothing else, so that exceptions which nobody caught go to the log, too.
    """
    with _starting:
        if _settings:
            return
        _settings.append(settings)
    logs.configure(settings, whole=whole)
    _log.info("TBDX %s begins", VERSION)
    if settings.metrics_port:
        measures.serve(settings.metrics_address, settings.metrics_port, glance)


@contextmanager
def rerun(
    page: str, *, language: str, choices: Callable[[], Iterable[str]] = tuple
) -> Iterator[Rerun]:
    """One run of a page: measured, and said in the log when it was slow.

    `page` is what it is until `at_page` says more.

    `choices` gives the names of what was chosen on the page; it is asked at the end, and
    must give no values.
    """
    run = Rerun(secrets.token_hex(4), page, language, "")
    token = logs.current.set(run)
    began = time.perf_counter()
    try:
        yield run
    finally:
        seconds = time.perf_counter() - began
        measures.RERUN.labels(run.page).observe(seconds)
        slow = any(seconds > settings.slow_seconds for settings in _settings)
        if slow:
            measures.SLOW.labels(run.page).inc()
        _log.log(
            logging.WARNING if slow else logging.DEBUG,
            "slow rerun" if slow else "rerun",
            extra={
                "seconds": round(seconds, 3),
                "store_seconds": round(run.store_seconds, 3),
                "choices": sorted(choices()),
            },
        )
        logs.current.reset(token)


def at_page(page: str, user: str) -> None:
    """Say which page the present run is of, and whose: a person's id, or "" where nobody signs in."""
    if run := logs.current.get():
        run.page, run.user = page, user


def at_revision(number: int) -> None:
    """Say at which revision of the store the present run works."""
    if run := logs.current.get():
        run.revision = number


def unexpected() -> str:
    """Log the exception being handled; the number by which page and log call it."""
    number = secrets.token_hex(4)
    measures.UNEXPECTED.inc()
    _log.exception("unexpected error %s", number, extra={"reference": number})
    return number


def known(code: str) -> None:
    """Log that a page had to say a known error, by its code."""
    measures.KNOWN.labels(code).inc()
    _log.info("known error", extra={"code": code})


@contextmanager
def asking() -> Iterator[None]:
    """While a connection to the store is wanted, held and used."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - began
        measures.STORE.observe(seconds)
        if run := logs.current.get():
            run.store_seconds += seconds


@contextmanager
def aside() -> Iterator[None]:
    """While a store is filled that is not the office's: nothing of it is counted as recorded."""
    token = _aside.set(True)
    try:
        yield
    finally:
        _aside.reset(token)


def recorded(entries: Iterable[Entry]) -> None:
    """Count what the store's record was told, once that is committed."""
    for entry in () if _aside.get() else entries:
        measures.RECORDED.labels(entry.action.value).inc()
        what, _, kind = entry.subject.partition(":")
        if what == "export":  # "original/12" → "original": numbers and names are no kinds
            measures.EXPORTED.labels(kind.partition("/")[0]).inc()


class Reading:
    """How the reading of one file ended."""

    def __init__(self) -> None:
        self.outcome = "read"


@contextmanager
def reading() -> Iterator[Reading]:
    """While a file is read in a process of its own, the wait for it included."""
    told = Reading()
    began = time.perf_counter()
    try:
        yield told
    finally:
        measures.READING.labels(told.outcome).observe(time.perf_counter() - began)
