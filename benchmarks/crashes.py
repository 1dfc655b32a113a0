"""Processes that are killed in the middle of a change, and what the store must hold afterwards."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

import pandas as pd
import sqlalchemy as sa

from benchmarks.databases import (
    Contents,
    contents,
    engine_for,
)
from tbdx.model import Action, CheckedFile, Submission
from tbdx.store import Store

AT = datetime(2025, 12, 1, 12, 0, tzinfo=UTC)
ACTOR = "Ann"
KILLED = -signal.SIGKILL
"""How a killed process ends."""

# --- processes to be killed ---------------------------------------------------------------------


class Nursery:
    """Runs jobs in processes forked from one that has everything loaded, one at a time."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._jobs, jobs = context.Pipe()
        self._process = context.Process(target=_raise_children, args=(jobs,), daemon=True)
        self._process.start()
        jobs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._jobs.close()
        self._process.join()

    def start(self, job: Callable[[], object]) -> int:
        """Start a job, which must be picklable; its process's id."""
        self._jobs.send(job)
        return int(self._jobs.recv())

    def ended(self) -> int:
        """Wait for the job to end: 0, 1 for an exception, or minus the signal that killed it."""
        return int(self._jobs.recv())

    def run(self, job: Callable[[], object]) -> int:
        """Start a job and wait for its end."""
        self.start(job)
        return self.ended()


def _raise_children(jobs: Connection) -> None:
    while True:
        try:
            job = jobs.recv()
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            status = 1
            try:
                job()
                status = 0
            finally:
                os._exit(status)
        jobs.send(child)
        jobs.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


_BOUNDARIES: tuple[tuple[type, str], ...] = (
    (sa.Engine, "before_cursor_execute"),
    (sa.Engine, "commit"),
    (sa.Pool, "reset"),  # follows the commit, before anything else
)


def die_at(boundary: int) -> None:
    """Have this process killed at a boundary from now on, counted from 0.

    Boundaries are before each SQL statement (so, after the one before it), before
    and after a commit.
    """
    numbers = count()

    def reached(*_: object) -> None:
        if next(numbers) == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    for target, event in _BOUNDARIES:
        sa.event.listen(target, event, reached)


def accept(url: str, files: Sequence[CheckedFile], boundary: int) -> None:
    """Accept files; be killed at a boundary."""
    store = Store.open(url)
    die_at(boundary)
    store.receive(files, AT, ACTOR)


# --- what must hold afterwards ------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a store is found to hold after an acceptance of files was broken off."""

    stored: bool  # all of it; if not, nothing
    entries: int
    documents: int
    faults: tuple[str, ...]


def judge(url: str, before: Contents, files: Sequence[CheckedFile]) -> Outcome:
    """Whether the store holds all of these files or nothing, and whether all of it agrees.

    Every file must concern one report, and be news. They are sent again after that.
    """
    database, store = engine_for(url), Store.open(url)
    try:
        _await_the_end(database)
        after = contents(database)
        stored = after != before
        faults = list(_wrong(store, before, after, files)) if stored else []
        verified = store.verify()
        faults += [f"{fault.code}: {fault.place}" for fault in verified.faults]
        again = store.receive(files, AT + timedelta(hours=1), ACTOR)
        if {receipt.duplicate for receipt in again} != {stored}:
            faults.append("sent again, the files were not taken for what they are")
        faults += _bytes_that_differ(store, files)
        return Outcome(stored, verified.entries, verified.documents, tuple(faults))
    finally:
        store.close()
        database.dispose()


def _await_the_end(database: sa.Engine) -> None:
    """A PostgreSQL server may still carry out the dead process's last statement.

    If that was a commit, it holds the lock of the revision until it is done.
    """
    if database.dialect.name == "postgresql":
        with database.connect() as connection:
            connection.execute(sa.text("SELECT number FROM revision FOR UPDATE"))


def _wrong(
    store: Store, before: Contents, after: Contents, files: Sequence[CheckedFile]
) -> Iterator[str]:
    """What differs from an acceptance of these files as a whole."""
    revision = store.revision()
    new = {s.sha256: s for s in store.submissions() if s.revision == revision}
    for file in files:
        submission = new.pop(file.sha256, None)
        if submission is None:
            yield f"{file.name} has no submission"
        else:
            yield from (f"{file.name} {wrong}" for wrong in _wrong_of(store, file, submission))
    if new:
        yield f"{len(new)} submissions more than files"
    earlier: int = before["revision"][0].number
    if revision != earlier + 1:
        yield f"revision {revision} after {earlier}"
    reports = {(file.fields[0].agency, file.fields[0].year) for file in files}
    chosen = [row for row in before["submission"] if row.chosen]
    expected = {
        "submission": len(files),
        "document": len(files),
        "answer": sum(len(file.fields) for file in files),
        "remark": sum(len(file.findings) for file in files),
        # received, accepted; and what was chosen by hand no longer is
        "record": 2 * len(files) + sum((row.agency, row.year) in reports for row in chosen),
        "revision_entry": 1,
    }
    for table, rows in after.items():
        if len(rows) != len(before[table]) + expected.get(table, 0):
            yield f"{table} has {len(rows)} rows after {len(before[table])}"


def _wrong_of(store: Store, file: CheckedFile, submission: Submission) -> Iterator[str]:
    """What of one submission is not as its file says."""
    answers = store.answers([submission.id])
    values = answers["text"].astype(object).where(answers["text"].notna(), answers["number"])
    reported = [field.value for field in file.fields]
    if [None if pd.isna(value) else value for value in values] != reported:
        yield "has other answers"
    if list(answers["field"]) != [field.field for field in file.fields]:
        yield "has other fields"
    if store.remarks(submission.id) != file.findings:
        yield "has other remarks"
    told = [e for e in store.record() if e.subject == f"submission:{submission.id}"]
    if [entry.action for entry in told] != [Action.ACCEPTED, Action.RECEIVED]:
        yield "is told of otherwise in the record"
    elif told[-1].number != submission.receipt:
        yield f"has the receipt {submission.receipt}"
    if not submission.counts:
        yield "does not count"


def _bytes_that_differ(store: Store, files: Sequence[CheckedFile]) -> list[str]:
    return [
        f"{file.name} has other bytes"
        for file in files
        if store.document(file.sha256)[1] != file.content
    ]
