"""Reading in processes of their own, each under a limit of time and memory.

Some files bring down every Excel library: they make it ask for gigabytes, run
for hours or end its process. So whatever comes from outside is opened in a
worker process. What happens there stays there; the file gets a finding.

The workers serve one file after another. Where the system can, they are
forked from a clean process that has the readers loaded, so one that had to be
stopped is replaced at once.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from types import ModuleType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from tbdx import observing
from tbdx.i18n import language
from tbdx.model import CheckedFile, Finding, ReportedField, Target
from tbdx.plan import Plan
from tbdx.workbook.annotating import AnnotatedCopy, annotate, list_findings
from tbdx.workbook.appendix import read_appendix
from tbdx.workbook.package import Refused
from tbdx.workbook.reader import SubmissionReader, refused_file

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("tbdx")
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take, and how many files are read at once.

    `megabytes` is a worker's whole address space; Windows keeps no such limit.
    """

    seconds: float = 8
    megabytes: int = 600
    workers: int = 2


class ProtectedReader:
    """Reads files by one plan's words in worker processes. Safe to share between threads.

    The workers start with `warm` or the first file, and end with `close`, with
    `retire` or with this process.
    """

    def __init__(self, plan: Plan, limits: Limits) -> None:
        self._plan, self._limits = plan, limits
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._calls = 0  # under way now
        self._retired = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the workers, without waiting for them."""
        with self._call():
            self._schedule(_ready)

    def retire(self) -> None:
        """End the workers once nothing is being read; what is asked for later still is."""
        with self._lock:
            self._retired = True
            pool = self._unused_pool()
        if pool is not None:
            _end(pool)

    @contextmanager
    def _call(self) -> Iterator[None]:
        """While something is being read; the last call of a retired reader ends its workers."""
        with self._lock:
            self._calls += 1
        try:
            yield
        finally:
            with self._lock:
                self._calls -= 1
                pool = self._unused_pool()
            if pool is not None:
                _end(pool)

    def _unused_pool(self) -> ProcessPool | None:
        """The pool to end, where this reader has retired and nothing is being read."""
        if not self._retired or self._calls:
            return None
        pool, self._pool = self._pool, None  # a call that begins now gets one of its own
        return pool

    def close(self) -> None:
        """End the workers; what is being read is given up."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)

    def read(self, name: str, content: bytes) -> CheckedFile:
        """Read one submission; see `read_each`."""
        return next(self.read_each([(name, content)]))

    def read_each(self, files: Iterable[tuple[str, bytes]]) -> Iterator[CheckedFile]:
        """Read submissions (name, bytes), several at once; yields them in the order given.

        What is found is as `SubmissionReader.read` says. A file whose reading
        had to be stopped has the one finding `reading-stopped`.
        """
        with self._call():
            started = [
                (name, content, self._schedule(_read, name, content)) for name, content in files
            ]
            for name, content, future in started:
                try:
                    fields, findings = self._result(future, _read, name, content)
                except Refused as refused:
                    yield refused_file(name, content, refused)
                else:
                    yield CheckedFile.of(name, content, fields, findings)

    def read_appendix(self, content: bytes) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
        """As `tbdx.workbook.appendix.read_appendix`; where that is stopped, a finding says so."""
        try:
            return self.call(_read_appendix, content)
        except Refused as refused:
            return (), refused_file("", content, refused).findings

    def annotate(self, file: CheckedFile, language_code: str) -> AnnotatedCopy:
        """The sent workbook with its findings marked in it; where that is stopped, their list."""
        try:
            return self.call(_annotate, file, language_code)
        except Refused:
            return list_findings(file, self._plan, language(language_code), "large")

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a module's function that opens a file, computed in a worker.

        Raises `Refused("reading-stopped")` where it had to be stopped.
        """
        with self._call():
            future = self._schedule(function, *args, **kwargs)
            return self._result(future, function, *args, **kwargs)

    def _schedule(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> ProcessFuture[T]:
        with self._lock:
            if self._pool is not None and not self._pool.active:  # its waiting workers were ended
                _end(self._pool)
                self._pool = None
            if self._pool is None:
                self._pool = _new_pool(self._plan, self._limits)
            return self._pool.schedule(function, args, kwargs, self._limits.seconds)

    def _result(
        self, future: ProcessFuture[T], function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with observing.reading() as reading:
            return self._awaited(reading, future, function, *args, **kwargs)

    def _awaited(
        self,
        reading: observing.Reading,
        future: ProcessFuture[T],
        function: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            try:
                return future.result()
            except BrokenProcessPool:  # waiting workers were ended from outside: once more
                return self._schedule(function, *args, **kwargs).result()
        except TimeoutError as error:
            reading.outcome = "out-of-time"
            found = f"> {self._limits.seconds:g} s"
            raise Refused("reading-stopped", found=found) from error
        except MemoryError as error:
            reading.outcome = "out-of-memory"
            found = f"> {self._limits.megabytes} MB"
            raise Refused("reading-stopped", found=found) from error
        except (ProcessExpired, BrokenProcessPool) as error:
            reading.outcome = "ended"
            raise Refused("reading-stopped", found=_cause_of_death(error)) from error
        except Refused:
            reading.outcome = "refused"
            raise
        except Exception as error:  # of the reader itself: this file's, never the other files'
            reading.outcome = "failed"
            _log.exception("reading failed")
            raise Refused("reading-stopped", found=type(error).__name__) from error


def _cause_of_death(error: Exception) -> str:
    """How a worker ended, as far as it can be told: "SIGABRT" is a library out of memory."""
    code = getattr(error, "exitcode", None)
    with suppress(ValueError):
        return signal.Signals(-code).name if code else "?"
    return str(code)


def _new_pool(plan: Plan, limits: Limits) -> ProcessPool:
    context = _Context()
    if _FORKS:
        context.set_forkserver_preload([__name__])
    return ProcessPool(
        limits.workers,
        initializer=_begin,
        initargs=(plan, limits.megabytes),
        context=context,
    )


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


_FORKS = "forkserver" in multiprocessing.get_all_start_methods()  # not on Windows
_BASE: Any = multiprocessing.get_context("forkserver" if _FORKS else "spawn")


class _Worker(_BASE.Process):  # type: ignore[misc]  # known at run time only
    """A process that does not run this program's main module again.

    Streamlit puts the page being shown there; a worker would run that page.
    """

    def start(self) -> None:
        main, nothing = sys.modules["__main__"], ModuleType("__main__")
        sys.modules["__main__"] = nothing
        try:
            super().start()
        finally:
            if sys.modules["__main__"] is nothing:  # else another page has begun meanwhile
                sys.modules["__main__"] = main


class _Context(type(_BASE)):  # type: ignore[misc]
    """Starts workers forked from a clean process, or (on Windows) each anew."""

    Process = _Worker


# --- in the worker ----------------------------------------------------------------------------

_plan: Plan
_reader: SubmissionReader


def _begin(plan: Plan, megabytes: int) -> None:
    """Prepare a worker: its limits, and the reader that it keeps."""
    global _plan, _reader
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a library at work hears no Python handler
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    with suppress(ImportError):  # not on Windows
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE, megabytes * _MEGABYTE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _plan, _reader = plan, SubmissionReader(plan)


def _read(name: str, content: bytes) -> tuple[tuple[ReportedField, ...], tuple[Finding, ...]]:
    checked = _reader.read(name, content)
    return checked.fields, checked.findings


def _read_appendix(content: bytes) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    return read_appendix(content, _plan)


def _annotate(file: CheckedFile, language_code: str) -> AnnotatedCopy:
    return annotate(file, _plan, language(language_code))


def _ready() -> None:
    """Nothing to do: the worker is there."""
