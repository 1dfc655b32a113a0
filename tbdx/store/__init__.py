"""The store: submissions with their original files and the record of every change.

In SQLite or PostgreSQL. Only facts are stored: the bytes that were received,
the answers read from them, what was decided about them. Nothing computed is
kept here.

Every change is one transaction whose first statement touches the revision, and
whose last one raises it where any figure changed. The first takes the write lock
in both databases, so changes happen one after another, the record is one chain,
and whoever keys a cache on `Store.revision()` never sees old figures.

This package is the only place that knows SQLAlchemy; `tbdx.migrations` brings
older databases to the tables declared in `tbdx.store.tables`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Self

import pandas as pd
import sqlalchemy as sa

from tbdx import observing
from tbdx.access import Claims, Person
from tbdx.model import (
    Action,
    Answer,
    Arrival,
    CheckedFile,
    ClosedYear,
    Entry,
    Erratum,
    Finding,
    NilReturn,
    Phase,
    PlanVersion,
    Receipt,
    ReviewState,
    Revision,
    Submission,
    TbdxError,
    Verification,
)
from tbdx.store import past, people, record, rows, submissions, tables
from tbdx.store.database import MIGRATIONS, Database, known_schemas
from tbdx.store.past import Past
from tbdx.store.record import Change
from tbdx.store.tables import metadata

__all__ = ["MIGRATIONS", "Past", "Store", "known_schemas", "metadata"]

_TRANSITIONS: dict[tuple[ReviewState, ReviewState], Action] = {
    (ReviewState.WAITING, ReviewState.ACCEPTED): Action.ACCEPTED,
    (ReviewState.WAITING, ReviewState.RETURNED): Action.RETURNED,
    (ReviewState.ACCEPTED, ReviewState.WAITING): Action.REOPENED,
    (ReviewState.RETURNED, ReviewState.WAITING): Action.REOPENED,
}

Foreseen = Callable[[pd.DataFrame], None]
"""Is shown the panel as a change would leave it, before that is so; raises to refuse it."""


@dataclass(slots=True, weakref_slot=True)
class Store:
    """The submissions of one database. Made by `Store.open`; safe to share by threads.

    Whatever changes the store takes `at` (with a time zone) and `actor` (who
    does it, never empty), and is told of in the record. A closed year refuses
    every change with `TbdxError("year-closed")`.
    """

    _database: Database

    @classmethod
    def open(cls, url: str, *, existing: bool = False) -> Self:
        """Open the database at `url`, after creating it or bringing it up to date.

        `url` is "sqlite:///path/to/file" (the folder is created) or
        "postgresql://user:password@host/database". With `existing` nothing is
        created: where there is no store, `TbdxError("store-missing")` is raised.

        Raises `TbdxError("store-unavailable")` when it can't be reached or is
        no store, `TbdxError("store-newer")` when a later program has changed it.
        """
        return cls(Database.open(url, take_over, existing=existing))

    def close(self) -> None:
        """Give back every connection."""
        self._database.engine.dispose()

    # --- looking ----------------------------------------------------------------------------

    def revision(self) -> int:
        """How many changes the figures have seen; it rises with every one."""
        with self._database.glance() as connection:
            return int(connection.execute(sa.select(tables.revision.c.number)).scalar_one())

    def is_empty(self) -> bool:
        """Whether nothing was ever sent and nobody stated that there is nothing to report."""
        with self._database.connection() as connection:
            return not any(
                connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
                for table in (tables.submission, tables.nil_return)
            )

    def panel(self, phase: Phase | None = None) -> pd.DataFrame:
        """The answers that are in use: one row per agency, year and field.

        With `phase`, those that would be in use if there were only reports of
        that phase. Columns: agency, year, phase, field, number, text, sheet,
        cell, submission. A yes/no answer is in `text` ("yes", "no", "na"), a
        number in `number`; a blank has neither.
        """
        with self._database.connection() as connection:
            return submissions.panel(connection, phase)

    def panel_now(self, phase: Phase | None = None) -> tuple[int, pd.DataFrame]:
        """The revision and the panel that belongs to it, whoever writes meanwhile."""
        with self._database.snapshot() as connection:
            number = connection.execute(sa.select(tables.revision.c.number)).scalar_one()
            return int(number), submissions.panel(connection, phase)

    def years_reported(self, phase: Phase | None = None) -> tuple[int, ...]:
        """The years with an accepted report (of this phase, where one is given), ascending."""
        columns = tables.submission.c
        query = sa.select(columns.year).distinct().order_by(columns.year)
        query = query.where(columns.state == ReviewState.ACCEPTED.value)
        if phase is not None:
            query = query.where(columns.phase == phase.value)
        with self._database.connection() as connection:
            return tuple(connection.scalars(query))

    def chosen(self) -> frozenset[int]:
        """The numbers of the submissions that were chosen by hand."""
        column = tables.submission.c
        with self._database.connection() as connection:
            return frozenset(connection.scalars(sa.select(column.id).where(column.chosen)))

    def answers(self, submission_ids: Sequence[int]) -> pd.DataFrame:
        """The answers of these submissions, in use or not; columns as those of `panel`."""
        with self._database.connection() as connection:
            return submissions.answers(connection, submission_ids)

    def submissions(
        self,
        *,
        agencies: Sequence[str] | None = None,
        years: Sequence[int] | None = None,
        states: Sequence[ReviewState] | None = None,
        ids: Sequence[int] | None = None,
        receipt: int | None = None,
    ) -> list[Submission]:
        """The submissions that fit, in every state, the newest first; None lets all through."""
        with self._database.connection() as connection:
            return submissions.select(
                connection,
                agencies=agencies,
                years=years,
                states=states,
                ids=ids,
                receipt=receipt,
            )

    def arrivals(self, years: Sequence[int]) -> list[Arrival]:
        """Who sent what when in these years, in short, in any order."""
        with self._database.connection() as connection:
            return submissions.arrivals(connection, years)

    def submission(self, submission_id: int) -> Submission:
        """One submission. Raises `TbdxError("unknown-submission", found)`."""
        found = self.submissions(ids=[submission_id])
        if not found:
            raise TbdxError("unknown-submission", found=str(submission_id))
        return found[0]

    def remarks(self, submission_id: int) -> tuple[Finding, ...]:
        """What checking had to say about the file of this submission."""
        with self._database.connection() as connection:
            return submissions.remarks(connection, submission_id)

    def remark_counts(self, submission_ids: Sequence[int]) -> dict[int, int]:
        """How much checking had to say about the file of each of these submissions."""
        with self._database.connection() as connection:
            found = submissions.remark_counts(connection, submission_ids)
        return {submission_id: found.get(submission_id, 0) for submission_id in submission_ids}

    def document(self, sha256: str) -> tuple[str, bytes]:
        """The name and the bytes of a file as it was received.

        Raises `TbdxError("unknown-document", found)`.
        """
        columns = tables.document.c
        query = sa.select(columns.file_name, columns.content).where(columns.sha256 == sha256)
        with self._database.connection() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise TbdxError("unknown-document", found=sha256)
        return row.file_name, row.content

    def reporters_in(self, sha256: str) -> frozenset[str]:
        """The agencies whose reports came in this file. Raises `TbdxError("unknown-document")`."""
        columns = tables.submission.c
        query = sa.select(columns.agency).where(columns.document == sha256)
        with self._database.connection() as connection:
            found = frozenset(connection.scalars(query))
        if not found:
            raise TbdxError("unknown-document", found=sha256)
        return found

    def nil_returns(self, years: Sequence[int] | None = None) -> list[NilReturn]:
        """Who stated that there is nothing to report, for which year and phase."""
        table = tables.nil_return
        query = sa.select(table).order_by(table.c.year, table.c.agency, table.c.phase)
        if years is not None:
            query = query.where(table.c.year.in_(years))
        with self._database.connection() as connection:
            return [
                NilReturn(row.agency, row.year, Phase(row.phase), row.at, row.actor, row.reason)
                for row in connection.execute(query)
            ]

    def closed_years(self) -> dict[int, ClosedYear]:
        """The years that are locked."""
        query = sa.select(tables.closed_year).order_by(tables.closed_year.c.year)
        with self._database.connection() as connection:
            return {row.year: ClosedYear(**row._asdict()) for row in connection.execute(query)}

    def plan_versions(self) -> list[PlanVersion]:
        """The amended appendices in the order of their adoption, withdrawn ones included."""
        query = sa.select(tables.plan_version).order_by(tables.plan_version.c.id)
        with self._database.connection() as connection:
            return [rows.plan_version(row._asdict()) for row in connection.execute(query)]

    def register_changes(self) -> dict[int, str]:
        """The changes to the register of agencies in force, by number: JSON texts."""
        table = tables.register_change
        query = sa.select(table).where(table.c.withdrawn_at.is_(None)).order_by(table.c.id)
        with self._database.connection() as connection:
            return {row.id: row.content for row in connection.execute(query)}

    def errata(self) -> list[Erratum]:
        """The corrections to filed figures, withdrawn ones included."""
        query = sa.select(tables.erratum).order_by(tables.erratum.c.id)
        with self._database.connection() as connection:
            return [rows.erratum(row._asdict()) for row in connection.execute(query)]

    def contacts(self) -> dict[str, str]:
        """The agencies' e-mail addresses."""
        with self._database.connection() as connection:
            return {row.agency: row.email for row in connection.execute(sa.select(tables.contact))}

    # --- looking back -----------------------------------------------------------------------

    def revisions(self, limit: int) -> list[Revision]:
        """The latest changes of the figures and of what they rest on, the newest first."""
        with self._database.snapshot() as connection:
            return past.revisions(connection, limit)

    def oldest(self) -> int:
        """The first revision that can be looked back at: 0, where the record tells of them all."""
        with self._database.connection() as connection:
            return past.oldest(connection)

    def revision_of(self, entry: int) -> int | None:
        """The revision that held when an entry of the record was written, where it is known."""
        with self._database.connection() as connection:
            return past.revision_of(connection, entry)

    def visits(self, actor: str, before: datetime, limit: int) -> list[tuple[datetime, int]]:
        """When sessions of this name began, and at which entry of the record; the newest first."""
        with self._database.connection() as connection:
            return past.visits(connection, actor, before, limit)

    def at(self, revision: int, now: Callable[[Phase | None], pd.DataFrame] | None = None) -> Past:
        """The store as it was after one of its revisions.

        `now` gives the panel (of a phase) as it is, or was at any later moment, where
        it is at hand; of the other only what differs is fetched.
        Raises `TbdxError("unknown-revision", found, first, last)`.
        """
        with self._database.connection() as connection:
            entry = past.entry_of(connection, revision)
            if entry is None:
                number = connection.execute(sa.select(tables.revision.c.number)).scalar_one()
                first = past.oldest(connection)
                raise TbdxError("unknown-revision", found=revision, first=first, last=number)
        return Past(revision, entry, now or self.panel, self._database.snapshot)

    # --- submissions ------------------------------------------------------------------------

    def receive(
        self,
        files: Sequence[CheckedFile],
        at: datetime,
        actor: str,
        *,
        accept: bool = True,
        received_at: datetime | None = None,
        confirmation: str = "",
        register: Sequence[int] | None = None,
        foreseen: Foreseen | None = None,
    ) -> list[Receipt]:
        """Store all of `files`, or none of them; one receipt each.

        They arrived at `received_at` (default: `at`), and wait for review
        unless `accept`ed at once. `confirmation` is kept with every submission
        whose file has remarks.

        A file becomes one submission for each agency, year and phase it
        reports on, with the next version. A file that is already the latest
        version of all its reports, byte for byte, is not stored again: its
        receipt is a `duplicate`, and only the record tells of it. An older or a
        returned file sent once more is.

        `register`, where given, are the numbers of the changes to the register
        by which the files were looked at. `foreseen` is shown the panel as it
        will be, and raises what stands in the way.

        Raises TbdxError: not-acceptable (file) for a file with blocking
        findings or without any field, changed-meanwhile where the register is
        another one now, year-closed, name-needed.
        """
        for file in files:
            if not (file.acceptable and file.fields):
                raise TbdxError("not-acceptable", file=file.name)
        if not files:
            return []
        received = record.require_zone(received_at or at)
        with self._change(at, actor) as change:
            _require_register(change, register)
            _require_open(change, {field.year for file in files for field in file.fields})
            stored = [_add(change, file, received, accept, confirmation) for file in files]
            change.figures = any(added for added, _ in stored)
            _foresee(change, foreseen)
            known = {
                (s.agency, s.year, s.phase.value, s.version): s
                for s in submissions.select(
                    change.connection,
                    agencies=list({report[0] for _, reports in stored for report in reports}),
                    years=list({report[1] for _, reports in stored for report in reports}),
                )
            }
            proofs = _proofs(change, {known[reports[0]].receipt for _, reports in stored})
        return [
            Receipt(
                file_name=file.name,
                sha256=file.sha256,
                revision=known[reports[0]].revision,
                duplicate=not added,
                submissions=tuple(known[report] for report in reports),
                number=known[reports[0]].receipt,
                proof=proofs.get(known[reports[0]].receipt, ""),
            )
            for file, (added, reports) in zip(files, stored, strict=True)
        ]

    def decide(
        self,
        submission_ids: Sequence[int],
        state: ReviewState,
        at: datetime,
        actor: str,
        *,
        reason: str = "",
        confirmation: str = "",
        register: Sequence[int] | None = None,
        foreseen: Foreseen | None = None,
    ) -> None:
        """Accept, return or reopen submissions, all of them or none.

        A waiting one can be accepted or returned; an accepted or returned one
        can be opened again for review. `confirmation`, where given, is kept
        with those that have none. `register` and `foreseen` are as with `receive`.

        Raises TbdxError: unknown-submission, wrong-state (found, by, at,
        expected) where somebody else was faster, changed-meanwhile, year-closed,
        name-needed.
        """
        with self._change(at, actor) as change:
            _require_register(change, register)
            rows = _rows(change, submission_ids)
            _require_open(change, {row["year"] for row in rows.values()})
            for submission_id, row in rows.items():
                action = _TRANSITIONS.get((ReviewState(row["state"]), state))
                if action is None:
                    raise TbdxError(
                        "wrong-state",
                        found=ReviewState(row["state"]),
                        by=row["decided_by"],
                        at=row["decided_at"],
                        expected=state,
                    )
                accepts = action is Action.ACCEPTED
                if accepts:
                    _unchoose(change, row["agency"], row["year"])
                values = {
                    "state": state.value,
                    "decided_at": at,
                    "decided_by": actor,
                    "reason": reason,
                    "chosen": False,
                    "confirmation": row["confirmation"] or confirmation or None,
                    "ever_accepted": row["ever_accepted"] or accepts,
                }
                _update(change, action, submission_id, values)
            _foresee(change, foreseen)

    def choose(
        self,
        submission_id: int,
        at: datetime,
        actor: str,
        reason: str,
        *,
        chosen: Collection[int] | None = None,
        foreseen: Foreseen | None = None,
    ) -> None:
        """Let an accepted submission count in place of a newer or a final one.

        It counts until another is chosen or accepted for its agency and year.
        `chosen`, where given, are the numbers of all those that were chosen when it was
        looked at. `foreseen` is as with `receive`.
        Raises TbdxError: unknown-submission, wrong-state, already-chosen (by, at),
        changed-meanwhile, year-closed, name-needed.
        """
        with self._change(at, actor) as change:
            (row,) = _rows(change, [submission_id]).values()
            _require_open(change, {row["year"]})
            if row["state"] != ReviewState.ACCEPTED.value:
                raise TbdxError(
                    "wrong-state",
                    found=ReviewState(row["state"]),
                    by=row["decided_by"],
                    at=row["decided_at"],
                    expected=ReviewState.ACCEPTED,
                )
            if row["chosen"]:
                raise TbdxError("already-chosen", **_last_told(change, f"submission:{row['id']}"))
            _require_chosen(change, row["agency"], row["year"], chosen)
            _unchoose(change, row["agency"], row["year"])
            _update(change, Action.CHOSEN, submission_id, {"chosen": True, "reason": reason})
            _foresee(change, foreseen)

    def declare_nil(
        self, agency: str, year: int, phase: Phase, at: datetime, actor: str, reason: str
    ) -> None:
        """Keep an agency's statement that it has nothing to report.

        Raises TbdxError: nil-exists where it is stated already, year-closed, name-needed.
        """
        key = {"agency": agency, "year": year, "phase": phase.value}
        with self._change(at, actor) as change:
            _require_open(change, {year})
            if _found(change, tables.nil_return, key):
                raise TbdxError("nil-exists", agency=agency, year=year)
            row = {**key, "at": at, "actor": actor, "reason": reason}
            change.connection.execute(sa.insert(tables.nil_return), row)
            _tell(change, Action.NIL_DECLARED, tables.nil_return, row)

    def withdraw_nil(
        self, agency: str, year: int, phase: Phase, at: datetime, actor: str, reason: str
    ) -> None:
        """Take such a statement back. Raises TbdxError: nil-unknown, year-closed, name-needed."""
        key = {"agency": agency, "year": year, "phase": phase.value}
        with self._change(at, actor) as change:
            _require_open(change, {year})
            row = _found(change, tables.nil_return, key)
            if row is None:
                raise TbdxError("nil-unknown", agency=agency, year=year)
            change.connection.execute(_where(sa.delete(tables.nil_return), key))
            _tell(change, Action.NIL_WITHDRAWN, tables.nil_return, None, row, reason)

    # --- the office -------------------------------------------------------------------------

    def close_year(self, year: int, at: datetime, actor: str, reason: str) -> None:
        """Lock a year.

        Raises TbdxError: year-closed where it is, waiting-left (year, count) while
        something of it waits for review, name-needed.
        """
        with self._change(at, actor) as change:
            _require_open(change, {year})
            _require_nothing_waiting(change, year)
            row = {"year": year, "at": at, "actor": actor, "reason": reason}
            change.connection.execute(sa.insert(tables.closed_year), row)
            _tell(change, Action.YEAR_CLOSED, tables.closed_year, row)

    def open_year(self, year: int, at: datetime, actor: str, reason: str) -> None:
        """Unlock a year. Raises TbdxError: year-open where it is not locked, name-needed."""
        key = {"year": year}
        with self._change(at, actor) as change:
            row = _found(change, tables.closed_year, key)
            if row is None:
                raise TbdxError("year-open", year=year)
            change.connection.execute(_where(sa.delete(tables.closed_year), key))
            _tell(change, Action.YEAR_OPENED, tables.closed_year, None, row, reason)

    def adopt_plan(
        self,
        file: tuple[str, bytes],
        decision: str,
        issued: date,
        first_year: int,
        at: datetime,
        actor: str,
        reason: str,
        *,
        versions: Sequence[int] | None = None,
    ) -> PlanVersion:
        """Keep an amended appendix (name, bytes) whose targets hold from `first_year` on.

        `versions`, where given, are the numbers of those not withdrawn, with which it
        was compared.
        Raises TbdxError: year-closed where `first_year` or a later year is locked,
        changed-meanwhile where the versions are others now, name-needed.
        """
        name, content = file
        with self._change(at, actor) as change:
            _require_open_from(change, first_year)
            _require_numbers(change, tables.plan_version, versions)
            sha256 = hashlib.sha256(content).hexdigest()
            _keep_document(change, sha256, name, content, at)
            row: dict[str, Any] = {
                "decision": decision,
                "date": issued,
                "first_year": first_year,
                "file_name": name,
                "document": sha256,
                "at": at,
                "actor": actor,
                "reason": reason,
                "withdrawn_at": None,
            }
            row = _insert(change, Action.PLAN_ADOPTED, tables.plan_version, row)
        return rows.plan_version(row)

    def withdraw_plan(self, version_id: int, at: datetime, actor: str, reason: str) -> None:
        """Take an adopted appendix back; the targets before it hold again.

        Raises TbdxError: unknown-entry, year-closed, name-needed.
        """
        with self._change(at, actor) as change:
            row = _in_force(change, tables.plan_version, version_id)
            _require_open_from(change, row["first_year"])
            _withdraw(change, Action.PLAN_WITHDRAWN, tables.plan_version, row, reason)

    def add_register_change(
        self,
        content: str,
        first_year: int,
        at: datetime,
        actor: str,
        *,
        expected_revision: int | None = None,
    ) -> int:
        """Keep a change to the register (JSON) that concerns the years from `first_year` on.

        `expected_revision` is the one at which it was looked at.
        Raises TbdxError: changed-meanwhile where it is another one now,
        year-closed where one of these years is locked, name-needed.
        """
        with self._change(at, actor) as change:
            _require_revision(change, expected_revision)
            _require_open_from(change, first_year)
            row: dict[str, Any] = {
                "content": content,
                "at": at,
                "actor": actor,
                "withdrawn_at": None,
            }
            row = _insert(change, Action.REGISTER_CHANGED, tables.register_change, row)
            return int(row["id"])

    def withdraw_register_change(
        self,
        change_id: int,
        first_year: int,
        at: datetime,
        actor: str,
        reason: str,
        *,
        expected_revision: int | None = None,
    ) -> None:
        """Take a change to the register back; `expected_revision` is as with adding one.

        Raises TbdxError: unknown-entry, changed-meanwhile, year-closed, name-needed.
        """
        with self._change(at, actor) as change:
            _require_revision(change, expected_revision)
            row = _in_force(change, tables.register_change, change_id)
            _require_open_from(change, first_year)
            action = Action.REGISTER_CHANGE_WITHDRAWN
            _withdraw(change, action, tables.register_change, row, reason)

    def add_erratum(
        self,
        figure: tuple[str, int, str],
        values: tuple[Answer | float | str | None, Answer | float | str | None],
        reason: str,
        source: str,
        at: datetime,
        actor: str,
        *,
        known: Collection[int] | None = None,
    ) -> int:
        """Keep a correction of a figure (agency, year, field); its number.

        `values` are what was stated and what is right. `known`, where given, are the
        numbers of all corrections, in force or not, with which it was looked at.
        Raises TbdxError: changed-meanwhile where there is another one of this figure
        now, year-closed, name-needed.
        """
        agency, year, field = figure
        with self._change(at, actor) as change:
            _require_open(change, {year})
            _require_errata(change, figure, known)
            row = {
                "agency": agency,
                "year": year,
                "field": field,
                "stated": rows.value_text(values[0]),
                "corrected": rows.value_text(values[1]),
                "reason": reason,
                "source": source,
                "at": at,
                "actor": actor,
                "withdrawn_at": None,
            }
            return int(_insert(change, Action.ERRATUM_ADDED, tables.erratum, row)["id"])

    def withdraw_erratum(self, erratum_id: int, at: datetime, actor: str, reason: str) -> None:
        """Take a correction back. Raises TbdxError: unknown-entry, year-closed, name-needed."""
        with self._change(at, actor) as change:
            row = _in_force(change, tables.erratum, erratum_id)
            _require_open(change, {row["year"]})
            _withdraw(change, Action.ERRATUM_WITHDRAWN, tables.erratum, row, reason)

    def set_contact(self, agency: str, email: str, at: datetime, actor: str) -> None:
        """Keep an agency's e-mail address, or with "" forget it."""
        key = {"agency": agency}
        with self._change(at, actor, figures=False) as change:
            old = _found(change, tables.contact, key)
            change.connection.execute(_where(sa.delete(tables.contact), key))
            new = {**key, "email": email} if email else None
            if new:
                change.connection.execute(sa.insert(tables.contact), new)
            _tell(change, Action.CONTACT_CHANGED, tables.contact, new, old)
        self._database.fold()

    # --- people -----------------------------------------------------------------------------

    def people(self) -> list[Person]:
        """Everybody who was entered and not removed, by their ids."""
        with self._database.connection() as connection:
            return people.listed(connection)

    def person_at_machine(self, user: str) -> Person:
        """Who a machine's user is here; everyone while nobody is entered.

        Raises TbdxError: not-admitted-here.
        """
        with self._database.connection() as connection:
            return people.at_machine(connection, user)

    def person_of(self, claims: Claims) -> Person | None:
        """Whose account this is, else who is expected under its address.

        Raises TbdxError: signed-out where this sign-in was ended.
        """
        with self._database.connection() as connection:
            return people.signed_in(connection, claims)

    def add_person(self, new: Person, at: datetime, actor: str) -> None:
        """Enter somebody. Raises TbdxError: see `people.add`."""
        with self._change(at, actor, figures=False) as change:
            row = people.add(change.connection, new, at, actor)
            _tell(change, Action.PERSON_ADDED, tables.person, row)

    def change_person(
        self,
        changed: Person,
        at: datetime,
        actor: str,
        *,
        unbind: bool = False,
        was: Person | None = None,
    ) -> None:
        """Give somebody another name, address, roles or agencies; `was` is who they were taken for.

        Raises TbdxError: changed-meanwhile where they are not as that any more; see `people.change`.
        """
        with self._change(at, actor, figures=False) as change:
            if was is not None and people.named(change.connection, was.id) not in (was, None):
                raise TbdxError("changed-meanwhile", **_last_told(change, f"person:{was.id}"))
            old, new = people.change(change.connection, changed, unbind=unbind)
            _tell(change, Action.PERSON_CHANGED, tables.person, new, old)

    def bind_person(self, person_id: str, claims: Claims, at: datetime) -> bool:
        """Let an account be a person's from now on; whether it is still they whom it finds.

        Raises TbdxError: signed-out where this sign-in was ended.
        """
        with self._change(at, person_id, figures=False) as change:
            bound = people.bind(change.connection, person_id, claims)
            if bound:
                old, new = bound
                _tell(change, Action.PERSON_BOUND, tables.person, new, old)
            return bound is not None

    def remove_person(self, person_id: str, at: datetime, actor: str, reason: str) -> None:
        """Forget what is personal of somebody. Raises TbdxError: see `people.remove`."""
        with self._change(at, actor, figures=False) as change:
            old, new = people.remove(change.connection, person_id, at)
            _tell(change, Action.PERSON_REMOVED, tables.person, new, old, reason)
        self._database.fold()

    def end_session(self, claims: Claims, at: datetime, actor: str) -> None:
        """Let a sign-in count no longer, on any server, in any tab."""
        with self._change(at, actor, figures=False) as change:
            people.end(change.connection, claims, at)
            change.record(Action.SIGNED_OUT, f"session:{actor}")

    # --- the record -------------------------------------------------------------------------

    def note(
        self, action: Action, at: datetime, actor: str, notes: Iterable[Mapping[str, Any]]
    ) -> str:
        """Tell the record of what changed no figure; each note has a subject and what else to say.

        Returns the record's newest hash.
        """
        with self._change(at, actor, figures=False) as change:
            for content in notes:
                after = dict(content)
                change.record(action, str(after.pop("subject")), after=after)
            change.write()
            return record.last_of(change.connection)[1]

    def record(
        self,
        *,
        search: str = "",
        names: Mapping[Action, str] | None = None,
        actions: Sequence[Action] = (),
        agency: str = "",
        year: int | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """The entries of the record that fit, the newest first; see `record.entries`."""
        with self._database.connection() as connection:
            return record.entries(
                connection,
                search=search,
                names=names,
                actions=actions,
                agency=agency,
                year=year,
                since=since,
                limit=limit,
            )

    def entry(self, number: int) -> Entry | None:
        """One entry of the record."""
        with self._database.connection() as connection:
            return record.entry(connection, number)

    def verify(self, head: str = "") -> Verification:
        """Go through the whole record, every file, every row it speaks of, and every revision.

        `head` is the hash of an entry known from a receipt or an export: a
        record that lacks it was cut off or rewritten. Where revisions ended is
        compared with a record that is whole: of a broken one it would say the same again.
        """
        with self._database.snapshot() as connection:
            return verified(connection, head)

    # --- transactions -----------------------------------------------------------------------

    @contextmanager
    def _change(self, at: datetime, actor: str, *, figures: bool = True) -> Iterator[Change]:
        """One transaction under the write lock, committed at its end if the record tells of it."""
        record.require_zone(at)
        record.require_actor(actor)
        with self._database.connection() as connection:
            number = tables.revision.c.number
            connection.execute(sa.update(tables.revision).values(number=number))
            revision = int(connection.execute(sa.select(number)).scalar_one())
            change = Change(connection, at, actor, revision + int(figures), figures)
            yield change
            change.write()
            if change.told:
                if change.figures:
                    connection.execute(sa.update(tables.revision).values(number=change.revision))
                    ended = {"number": change.revision, "entry": change.next_number - 1}
                    connection.execute(sa.insert(tables.revision_entry), ended)
                connection.commit()
                observing.recorded(change.written)


_RECORD_SINCE = "0003"
"""The schema with which the record begins."""
_LOOKING_BACK_SINCE = "0004"
"""The schema that keeps with which entry of the record each revision ended."""


def verified(connection: sa.Connection, head: str = "") -> Verification:
    """What `Store.verify` finds, as a transaction sees it."""
    found = record.verify(connection, _recorded_rows, head)
    return replace(found, faults=found.faults or tuple(past.faults(connection)))


def take_over(connection: sa.Connection, found: str) -> None:
    """Complete what an earlier program stored: the record, and where its revisions ended."""
    if found < _RECORD_SINCE:
        _begin_record(connection)
    if found < _LOOKING_BACK_SINCE:
        past.begin(connection)


def _begin_record(connection: sa.Connection) -> None:
    """Let the record begin with what was stored without one.

    Only then: a row added by hand to a store that has a record stays unrecorded.
    """
    revision = int(connection.execute(sa.select(tables.revision.c.number)).scalar_one())
    change = Change(connection, datetime.now(UTC), "tbdx", revision)
    table = tables.submission
    for submission_id, content in list(submissions.contents(connection)):
        content["receipt"] = change.next_number
        connection.execute(
            sa.update(table).where(table.c.id == submission_id).values(receipt=content["receipt"])
        )
        change.record(
            Action.TAKEN_OVER,
            f"submission:{submission_id}",
            agency=content["agency"],
            year=content["year"],
            after=content,
        )
    change.write()


def _require_open(change: Change, years: set[int]) -> None:
    table = tables.closed_year
    query = sa.select(table).where(table.c.year.in_(years)).order_by(table.c.year)
    closed = change.connection.execute(query).first()
    if closed is not None:
        raise TbdxError("year-closed", year=closed.year, by=closed.actor, at=closed.at)


def _require_open_from(change: Change, first_year: int) -> None:
    years = change.connection.scalars(sa.select(tables.closed_year.c.year))
    _require_open(change, {year for year in years if year >= first_year})


def _require_nothing_waiting(change: Change, year: int) -> None:
    columns = tables.submission.c
    query = sa.select(sa.func.count()).where(
        columns.year == year, columns.state == ReviewState.WAITING.value
    )
    left = int(change.connection.execute(query).scalar_one())
    if left:
        raise TbdxError("waiting-left", year=year, count=left)


def _require_revision(change: Change, expected: int | None) -> None:
    """Refuse what was decided by other data than there are now; a change raises the revision."""
    if expected is not None and change.revision - 1 != expected:
        raise TbdxError("changed-meanwhile", **_last_told(change))


def _require_register(change: Change, numbers: Sequence[int] | None) -> None:
    """Refuse what was decided by another register; a stored change to it is never edited."""
    _require_numbers(change, tables.register_change, numbers)


def _require_numbers(change: Change, table: sa.Table, numbers: Sequence[int] | None) -> None:
    """Refuse what was decided by other entries of a table than are in force now."""
    query = sa.select(table.c.id).where(table.c.withdrawn_at.is_(None))
    if numbers is not None and set(change.connection.scalars(query)) != set(numbers):
        word = next(word for word, (own, _) in _SUBJECTS.items() if own is table)
        raise TbdxError("changed-meanwhile", **_last_told(change, f"{word}:%"))


def _require_chosen(
    change: Change, agency: str, year: int, expected: Collection[int] | None
) -> None:
    """Refuse a choice beside another one than was looked at."""
    columns = tables.submission.c
    query = sa.select(columns.id).where(
        columns.agency == agency, columns.year == year, columns.chosen.is_(True)
    )
    for number in change.connection.scalars(query):
        if expected is not None and number not in expected:
            raise TbdxError("changed-meanwhile", **_last_told(change, f"submission:{number}"))


def _require_errata(
    change: Change, figure: tuple[str, int, str], expected: Collection[int] | None
) -> None:
    """Refuse a correction beside another one of the figure that was not looked at."""
    columns = tables.erratum.c
    query = sa.select(columns.id).where(
        sa.tuple_(columns.agency, columns.year, columns.field) == sa.tuple_(*figure)
    )
    for number in change.connection.scalars(query):
        if expected is not None and number not in expected:
            raise TbdxError("changed-meanwhile", **_last_told(change, f"erratum:{number}"))


def _last_told(change: Change, subject: str = "") -> dict[str, Any]:
    """Who last did what when: to a subject (with % to any that begins so), or to any figure."""
    columns = tables.record.c
    query = sa.select(columns.actor, columns.at, columns.action)
    if subject:
        kind = subject.removesuffix("%")
        query = query.where(
            columns.subject == subject if kind == subject else columns.subject.startswith(kind)
        )
    else:
        ended = sa.select(sa.func.max(tables.revision_entry.c.entry)).scalar_subquery()
        query = query.where(columns.number <= ended)
    row = change.connection.execute(query.order_by(columns.number.desc()).limit(1)).one_or_none()
    if row is None:  # an earlier program kept no record
        return {"by": "–", "at": "–", "what": "–"}
    return {"by": row.actor, "at": row.at, "what": Action(row.action)}


def _foresee(change: Change, foreseen: Foreseen | None) -> None:
    if foreseen is not None and change.figures:
        foreseen(submissions.panel(change.connection, None))


_Version = tuple[str, int, str, int]  # agency, year, phase, version


def _add(
    change: Change, file: CheckedFile, received: datetime, accept: bool, confirmation: str
) -> tuple[bool, list[_Version]]:
    """Write one file; whether anything was written, and the versions that hold its reports."""
    reports = submissions.by_report(file.fields)
    latest = submissions.latest_versions(change.connection, reports)
    if all(
        document == file.sha256 and state is not ReviewState.RETURNED
        for _, document, state in latest.values()
    ):
        _tell_again(change, file, received, latest)
        return False, [(*key, version) for key, (version, *_) in latest.items()]
    _keep_document(change, file.sha256, file.name, file.content, change.at)
    answers: list[dict[str, Any]] = []
    remarks: list[dict[str, Any]] = []
    if accept:
        for agency, year, _ in latest:
            _unchoose(change, agency, year)
    receipt = change.next_number
    for (agency, year, phase), (version, *_) in latest.items():
        row = {
            "document": file.sha256,
            "file_name": file.name,
            "agency": agency,
            "year": year,
            "phase": phase,
            "version": version + 1,
            "received_at": received,
            "revision": change.revision,
            "confirmation": (confirmation or None) if file.needs_confirmation else None,
            "state": (ReviewState.ACCEPTED if accept else ReviewState.WAITING).value,
            "sent_by": change.actor,
            "decided_at": change.at if accept else None,
            "decided_by": change.actor if accept else "",
            "reason": "",
            "chosen": False,
            "receipt": receipt,
            "ever_accepted": accept,
        }
        submission_id = change.connection.execute(
            sa.insert(tables.submission).values(row).returning(tables.submission.c.id)
        ).scalar_one()
        answered = submissions.answer_rows(submission_id, reports[agency, year, phase])
        remarked = submissions.remark_rows(submission_id, file)
        answers += answered
        remarks += remarked
        content = submissions.content_of(row, answered, remarked)
        subject = f"submission:{submission_id}"
        place: dict[str, Any] = {"agency": agency, "year": year}
        sent = content | {"state": "waiting", "decided_at": None, "decided_by": ""}
        sent["ever_accepted"] = False
        change.record(Action.RECEIVED, subject, **place, after=sent)
        if accept:
            before, _ = _changed(sent, content)
            change.record(Action.ACCEPTED, subject, **place, before=before, after=content)
    change.connection.execute(sa.insert(tables.answer), answers)
    if remarks:
        change.connection.execute(sa.insert(tables.remark), remarks)
    return True, [(*key, version + 1) for key, (version, *_) in latest.items()]


def _tell_again(
    change: Change, file: CheckedFile, received: datetime, reports: Collection[submissions.Report]
) -> None:
    """Tell the record that a stored file was sent once more; by agency and year where it has one."""
    agencies, years = {agency for agency, _, _ in reports}, {year for _, year, _ in reports}
    change.record(
        Action.RECEIVED_AGAIN,
        f"file:{file.sha256}",
        agency=agencies.pop() if len(agencies) == 1 else "",
        year=years.pop() if len(years) == 1 else None,
        after={"file_name": file.name, "received_at": tables.Moment.as_text(received)},
    )


def _keep_document(
    change: Change, sha256: str, name: str, content: bytes, received_at: datetime
) -> None:
    known = sa.select(tables.document.c.sha256).where(tables.document.c.sha256 == sha256)
    if change.connection.execute(known).one_or_none() is None:
        row = {
            "sha256": sha256,
            "file_name": name,
            "content": content,
            "size": len(content),
            "received_at": received_at,
        }
        change.connection.execute(sa.insert(tables.document), row)


def _proofs(change: Change, numbers: set[int]) -> dict[int, str]:
    """The hashes of these entries."""
    change.write()
    columns = tables.record.c
    query = sa.select(columns.number, columns.hash).where(columns.number.in_(numbers))
    return {row.number: row.hash for row in change.connection.execute(query)}


def _rows(change: Change, submission_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """These submissions as they stand, each of which must exist."""
    table = tables.submission
    query = sa.select(table).where(table.c.id.in_(submission_ids))
    found = {row.id: row._asdict() for row in change.connection.execute(query)}
    for submission_id in submission_ids:
        if submission_id not in found:
            raise TbdxError("unknown-submission", found=str(submission_id))
    return {submission_id: found[submission_id] for submission_id in submission_ids}


def _update(change: Change, action: Action, submission_id: int, values: dict[str, Any]) -> None:
    """Change one submission, and tell the record what it was and is."""
    ((_, old),) = submissions.contents(change.connection, [submission_id])
    table = tables.submission
    change.connection.execute(sa.update(table).where(table.c.id == submission_id).values(**values))
    ((_, new),) = submissions.contents(change.connection, [submission_id])
    before, _ = _changed(old, new)
    change.record(
        action,
        f"submission:{submission_id}",
        agency=new["agency"],
        year=new["year"],
        before=before,
        after=new,
    )


def _changed(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of two contents what differs."""
    names = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in names}, {name: new[name] for name in names}


def _unchoose(change: Change, agency: str, year: int) -> None:
    """What was chosen by hand no longer is."""
    columns = tables.submission.c
    query = sa.select(columns.id).where(
        columns.agency == agency, columns.year == year, columns.chosen.is_(True)
    )
    for submission_id in change.connection.scalars(query).all():
        _update(change, Action.UNCHOSEN, submission_id, {"chosen": False})


# --- rows that are not submissions ------------------------------------------------------------

_SUBJECTS: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
    "nil": (tables.nil_return, ("agency", "year", "phase")),
    "year": (tables.closed_year, ("year",)),
    "plan": (tables.plan_version, ("id",)),
    "register": (tables.register_change, ("id",)),
    "erratum": (tables.erratum, ("id",)),
    "contact": (tables.contact, ("agency",)),
    "person": (tables.person, ("id",)),
}
"""The subjects of the record that are rows, by the first word of their names."""


def _subject(table: sa.Table, row: Mapping[str, Any]) -> str:
    word, keys = next((word, keys) for word, (own, keys) in _SUBJECTS.items() if own is table)
    return f"{word}:{'/'.join(str(row[key]) for key in keys)}"


def _content(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the record keeps it. Of an address there is only a hash: it can be forgotten."""
    if table is tables.contact:
        digest = hashlib.sha256(str(row["email"]).encode()).hexdigest()
        return {"agency": row["agency"], "email_sha256": digest}
    if table is tables.person:
        return people.content(row)
    plain: dict[str, Any] = {}
    for name in table.c.keys():  # noqa: SIM118 (a column collection is no dict)
        value = row[name]
        if isinstance(value, datetime):
            value = tables.Moment.as_text(value)
        elif isinstance(value, date):
            value = value.isoformat()
        plain[name] = value
    return plain


def _unread(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column as it stands: a date put in by hand may be none. `Moment` sees to moments."""
    if not isinstance(column.type, sa.Date):
        return column
    return sa.type_coerce(column, sa.types.NullType()).label(column.name)


def _recorded_rows(connection: sa.Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row that the record tells of, as it stands: its subject and content."""
    for submission_id, content in submissions.contents(connection):
        yield f"submission:{submission_id}", content
    for table, _ in _SUBJECTS.values():
        for found in connection.execute(sa.select(*map(_unread, table.c))):
            row = found._asdict()
            yield _subject(table, row), _content(table, row)


def _tell(
    change: Change,
    action: Action,
    table: sa.Table,
    new: Mapping[str, Any] | None,
    old: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Tell the record of a row that came, changed or went."""
    row = new or old
    if row is None:
        return
    before = None if old is None else _content(table, old)
    if before is not None and reason:
        before["withdrawn_because"] = reason
    change.record(
        action,
        _subject(table, row),
        agency=row.get("agency", ""),
        year=row.get("year", row.get("first_year")),
        before=before,
        after=None if new is None else _content(table, new),
    )


def _where(statement: Any, key: Mapping[str, Any]) -> Any:
    columns = statement.table.c
    return statement.where(*(columns[name] == value for name, value in key.items()))


def _found(change: Change, table: sa.Table, key: Mapping[str, Any]) -> dict[str, Any] | None:
    query = sa.select(table).where(*(table.c[name] == value for name, value in key.items()))
    row = change.connection.execute(query).one_or_none()
    return row._asdict() if row else None


def _insert(change: Change, action: Action, table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """Add a numbered row; the row with its number."""
    number = change.connection.execute(
        sa.insert(table).values(row).returning(table.c.id)
    ).scalar_one()
    row = {"id": number, **row}
    _tell(change, action, table, row)
    return row


def _in_force(change: Change, table: sa.Table, number: int) -> dict[str, Any]:
    row = _found(change, table, {"id": number})
    if row is None or row["withdrawn_at"] is not None:
        raise TbdxError("unknown-entry", found=str(number))
    return row


def _withdraw(
    change: Change, action: Action, table: sa.Table, row: dict[str, Any], reason: str
) -> None:
    """Mark a numbered row as no longer in force."""
    change.connection.execute(
        sa.update(table).where(table.c.id == row["id"]).values(withdrawn_at=change.at)
    )
    _tell(change, action, table, row | {"withdrawn_at": change.at}, row, reason)
