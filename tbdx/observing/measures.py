"""What is measured, for Prometheus. Labels are codes of the product: few, and nobody's data."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Callable
from importlib import metadata
from threading import Thread

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

from tbdx.model import Action, TbdxError
from tbdx.settings import VERSION

_log = logging.getLogger("tbdx")
_GLANCE_SECONDS = 10.0  # between two looks at the store
_NEVER = float("-inf")
_AWAY_SECONDS = 30.0  # without an answer, after which the store counts as away

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
"""The product's metrics and those of its process."""
ProcessCollector(registry=REGISTRY)

BUILD = Info("tbdx_build", "By `version`, `python` and `streamlit`; always 1.", registry=REGISTRY)
RERUN = Histogram(
    "tbdx_rerun_seconds",
    "How long runs of pages took, by `page` (`home`: the bare address).",
    ["page"],
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
    registry=REGISTRY,
)
SLOW = Counter(
    "tbdx_slow_reruns",
    "Runs that took longer than TBDX_SLOW_SECONDS, by `page`.",
    ["page"],
    registry=REGISTRY,
)
UNEXPECTED = Counter(
    "tbdx_unexpected_errors", "Errors shown with a reference number.", registry=REGISTRY
)
KNOWN = Counter(
    "tbdx_known_errors", "Errors that pages said in words, by `code`.", ["code"], registry=REGISTRY
)
LOGGED = Counter("tbdx_log_lines", "Lines of the log, by `level`.", ["level"], registry=REGISTRY)
RECORDED = Counter(
    "tbdx_record_entries",
    "Entries of the record that this process wrote, by `action`: `checked` (uploads), "
    "`received`, `accepted`, `returned`, `exported`, `signed-in` …",
    ["action"],
    registry=REGISTRY,
)
EXPORTED = Counter(
    "tbdx_exports",
    "What was taken out, by `kind`: `report`, `table`, `pack`, `open-data`, `original` …",
    ["kind"],
    registry=REGISTRY,
)
READING = Histogram(
    "tbdx_reading_seconds",
    "How long files were with the reading processes, waiting included, by `outcome`: `read`, "
    "`refused`, `out-of-time`, `out-of-memory`, `ended` (the process), `failed` (the reader).",
    ["outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 60),
    registry=REGISTRY,
)
STORE = Histogram(
    "tbdx_store_seconds",
    "How long a connection to the store was wanted and held.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
REACHABLE = Gauge(
    "tbdx_store_reachable",
    f"1 while the store has answered within the last {_AWAY_SECONDS:.0f} seconds, else 0.",
    registry=REGISTRY,
)
REVISION = Gauge("tbdx_revision", "The store's revision when it last answered.", registry=REGISTRY)

BUILD.info(
    {
        "version": VERSION,
        "python": platform.python_version(),
        "streamlit": metadata.version("streamlit"),
    }
)
for _action in Action:  # a first entry is seen as one more, not as a new series
    RECORDED.labels(_action.value)
for _level in ("warning", "error", "critical"):
    LOGGED.labels(_level)


def serve(address: str, port: int, glance: Callable[[], int]) -> None:
    """Answer Prometheus at this address from now on, and look at the store now and then.

    `glance` gives the store's revision, or raises TbdxError. Without the port the log
    says so, and the dashboard goes on.
    """
    try:
        start_http_server(port, address, REGISTRY)
    except OSError as error:
        _log.error(
            "no metrics: port %d of %s cannot be listened on (%s)", port, address, error.strerror
        )
        return
    _log.info("metrics on port %d of %s", port, address)
    watch = _Watch(glance)
    REACHABLE.set_function(watch.reachable)
    Thread(target=watch.keep_looking, name="tbdx-watch", daemon=True).start()


class _Watch:
    """Looks at the store in a thread of its own: one that hangs holds up no answer."""

    def __init__(self, glance: Callable[[], int]) -> None:
        self._glance = glance
        self._answered = _NEVER
        self._said = ""

    def reachable(self) -> float:
        return float(time.monotonic() - self._answered < _AWAY_SECONDS)

    def keep_looking(self) -> None:
        while True:
            self.look()
            time.sleep(_GLANCE_SECONDS)

    def look(self) -> None:
        """Ask once; the log hears of it when the answer is another than the last time."""
        try:
            REVISION.set(self._glance())
        except TbdxError as error:
            self._answered = _NEVER
            if self._said != error.code:
                _log.warning("the store does not answer", extra={"code": error.code})
            self._said = error.code
        else:
            self._answered = time.monotonic()
            if self._said:
                _log.info("the store answers again")
            self._said = ""
