"""The log: one JSON object a line on stderr, or lines for a terminal, with nothing personal.

What the product itself logs is written with care. Of other libraries' messages
there is only what they wrote beforehand, and numbers: the texts filled in may be
anybody's. Of exceptions there are types and places, never messages: those quote values.
"""

from __future__ import annotations

import errno
import logging
import sys
import sysconfig
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from tbdx.model import TbdxError
from tbdx.observing.measures import LOGGED
from tbdx.settings import ROOT, Settings

FIELDS = {
    "time": "when, in UTC",
    "level": "`debug`, `info`, `warning`, `error` or `critical`",
    "logger": "who says it: `tbdx`, or a library's name",
    "message": "what happened",
    "rerun": "the run of a page to which it belongs: 8 hexadecimal digits",
    "page": "that page",
    "language": "the language it was shown in",
    "user": "the id of whoever looked at it, where people sign in",
    "revision": "the store's revision at which it worked",
    "reference": "of an unexpected error: the number that the page shows",
    "code": "of a known error: its code, as in [findings.md](findings.md#errors)",
    "seconds": "how long the run took",
    "store_seconds": "how long of that a connection to the store was held",
    "choices": "what had been chosen on the page, by name, without the values",
    "traceback": "types and places of an exception and of those behind it, without their messages",
}
"""Every field of a line, in this order, with what it says; the first four are in each."""

_TOLD = ("reference", "code", "seconds", "store_seconds", "choices")  # by whoever logs
_DEEPEST = 50  # frames of one exception
_LIBRARIES = Path(sysconfig.get_paths()["purelib"])
_STANDARD = Path(sysconfig.get_paths()["stdlib"])


@dataclass(slots=True)
class Rerun:
    """One run of a page, as far as the log may know it."""

    id: str
    page: str
    language: str
    user: str = ""
    revision: int | None = None
    store_seconds: float = 0.0


current: ContextVar[Rerun | None] = ContextVar("tbdx-rerun", default=None)
"""The run of a page that this thread is at."""


def is_json(settings: Settings) -> bool:
    """Whether the log is for programs; else it is for whoever sits at the terminal."""
    return settings.log == "json" or (settings.log == "auto" and not sys.stderr.isatty())


def configure(settings: Settings, *, whole: bool) -> None:
    """Let everything that is logged come out in one format, on stderr.

    Streamlit and uvicorn give loggers of their own handlers of their own: those are
    dressed as ours, whether they exist already or come later.
    """
    formatter = _JsonLines() if is_json(settings) else _Lines()
    dress = _Dress(formatter, settings.log_level == "debug")

    class Dressed(logging.Logger):
        def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 (logging's name)
            dress.put_on(hdlr)
            super().addHandler(hdlr)

    logging.setLoggerClass(Dressed)
    for logger in list(logging.root.manager.loggerDict.values()):
        for handler in getattr(logger, "handlers", ()):  # a placeholder has none
            dress.put_on(handler)
    console = _Console()
    dress.put_on(console)
    logging.root.addHandler(console)
    logging.lastResort = console
    logging.getLogger("tbdx").setLevel(settings.log_level.upper())
    warnings.showwarning = _warned
    if whole:
        logging.raiseExceptions = False  # what cannot be written is not shown with its values
        sys.excepthook = _died
        threading.excepthook = _thread_died
        sys.unraisablehook = _unraisable


class _Console(logging.StreamHandler[TextIO]):
    """Writes to stderr, whatever that is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """It stays stderr."""


@dataclass(frozen=True, slots=True)
class _Dress:
    """What makes a console's handler write as the product does."""

    formatter: logging.Formatter
    chatty: bool  # whether libraries may say more than warnings

    def put_on(self, handler: logging.Handler) -> None:
        if type(handler) in (logging.StreamHandler, _Console):
            handler.setFormatter(self.formatter)
            handler.addFilter(self.lets_through)

    def lets_through(self, record: logging.LogRecord) -> bool:
        """Whether to write a record; counts it if so."""
        wanted = self.chatty or record.levelno >= logging.WARNING or _is_own(record)
        if wanted:
            LOGGED.labels(record.levelname.lower()).inc()
        return wanted


class _JsonLines(JsonFormatter):
    """One JSON object a line."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        """Only the fields that are documented: a library's `extra` may be anything."""
        return self.serialize_log_record(facts(record))


class _Lines(logging.Formatter):
    """A line for people, and below it the traceback, where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        said = facts(record)
        head = [said.pop(name) for name in ("time", "level", "logger", "message")]
        told = said.pop("traceback", None)
        line = " ".join([*head, *(f"{name}={value}" for name, value in said.items())])
        return f"{line}\n{told}" if told else line


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says of a record, by the names of `FIELDS` and in their order."""
    run = current.get()
    found: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage() if _is_own(record) else _without_texts(record),
    }
    if run is not None:
        found |= {"rerun": run.id, "page": run.page, "language": run.language}
        found |= {"user": run.user or None, "revision": run.revision}
    found |= {name: getattr(record, name, None) for name in _TOLD}
    if record.exc_info and record.exc_info[1]:
        found["traceback"] = trace(record.exc_info[1])
    return {name: value for name, value in found.items() if value is not None}


def _is_own(record: logging.LogRecord) -> bool:
    return record.name == "tbdx" or record.name.startswith("tbdx.")


def _without_texts(record: logging.LogRecord) -> str:
    """A library's message: its first line as it was written, filled with numbers only."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    line = record.msg.strip().partition("\n")[0]
    given = record.args
    try:
        if isinstance(given, dict):
            return line % {name: _number(value) for name, value in given.items()}
        return line % tuple(map(_number, given)) if given else line
    except (TypeError, ValueError, KeyError):  # "%d" with a text, or more lines than one
        return line


def _number(value: object) -> object:
    return value if isinstance(value, int | float) else "…"


# --- exceptions -------------------------------------------------------------------------------


def trace(error: BaseException) -> str:
    """An exception and those behind it: types, codes and places, the outermost first."""
    return "\n".join(_told(error, set()))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    yield _named(error)
    yield from _places(error.__traceback__)
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for link, other in [
        ("from", behind),
        *(("of", part) for part in getattr(error, "exceptions", ())),
    ]:
        if isinstance(other, BaseException) and id(other) not in seen:
            yield link
            yield from _told(other, seen)


def _named(error: BaseException) -> str:
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    detail = _detail(error)
    return f"{name} ({detail})" if detail else name


def _detail(error: BaseException) -> str:
    """What may be said of an exception: names of the program, codes of system and database."""
    match error:
        case TbdxError():
            return error.code
        case OSError(errno=int() as number):
            return errno.errorcode.get(number, str(number))
        case AttributeError() | NameError() | ImportError():
            return error.name or ""
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return code if isinstance(code, str) else ""


def _places(tb: TracebackType | None) -> Iterator[str]:
    for frame in traceback.StackSummary.extract(traceback.walk_tb(tb), limit=-_DEEPEST):
        yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}"


def _short(filename: str) -> str:
    """A file without the folder that all such files are in, which may be somebody's."""
    path = Path(filename)
    for folder in (_LIBRARIES, _STANDARD, ROOT):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name


# --- what nobody caught -----------------------------------------------------------------------

_log = logging.getLogger("tbdx")


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    _log.warning("%s at %s:%d", category.__name__, _short(filename), lineno)


def _died(kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("the process ends by an exception", exc_info=(kind, error, tb))


def _thread_died(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _log.error("a thread ended by an exception", exc_info=told.exc_value)


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    if told.exc_value is not None:
        _log.error("an exception could not be raised", exc_info=told.exc_value)
