"""The store as it was: which changes its figures have seen, and what counted after each.

Answers are never altered once they are stored, and every change of a row is told
to the record. So what was in use after a revision is what is in use now, but for
the rows that a later entry speaks of: those were what the first such entry says
of before. Only what differs is fetched.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa

from tbdx.model import (
    Action,
    Deed,
    Erratum,
    Phase,
    PlanVersion,
    RecordFault,
    ReviewState,
    Revision,
)
from tbdx.store import rows, submissions, tables
from tbdx.store.submissions import PANEL_TYPES

FIGURES = frozenset(Action) - {
    Action.CHECKED,
    Action.RECEIVED_AGAIN,
    Action.CONTACT_CHANGED,
    Action.EXPORTED,
    Action.REMINDED,
    Action.SIGNED_IN,
    Action.SIGNED_OUT,
    Action.PERSON_ADDED,
    Action.PERSON_CHANGED,
    Action.PERSON_BOUND,
    Action.PERSON_REMOVED,
    Action.TAKEN_OVER,
    Action.RESTORED,
}
"""What raises the revision; other entries only tell of something."""

_record, _ended = tables.record.c, tables.revision_entry.c
_told = _record.action.in_([action.value for action in FIGURES])

Pair = tuple[str, int]
"""Agency and year."""


def oldest(connection: sa.Connection) -> int:
    """The first revision that can be looked back at; what is now, where none is known."""
    now = sa.select(tables.revision.c.number).scalar_subquery()
    query = sa.select(sa.func.coalesce(sa.func.min(_ended.number), now))
    return int(connection.execute(query).scalar_one())


def entry_of(connection: sa.Connection, number: int) -> int | None:
    """The record's last entry of a revision; 0 before the first; None where that is not known."""
    query = sa.select(_ended.entry).where(_ended.number == number)
    return connection.execute(query).scalar_one_or_none()


def revision_of(connection: sa.Connection, entry: int) -> int | None:
    """The revision that held when an entry was written; None where that is not known."""
    query = sa.select(sa.func.max(_ended.number)).where(_ended.entry <= entry)
    return connection.execute(query).scalar_one_or_none()


def revisions(connection: sa.Connection, limit: int) -> list[Revision]:
    """The latest changes of the figures, the newest first."""
    query = sa.select(_ended.number, _ended.entry).order_by(_ended.number.desc()).limit(limit + 1)
    ends = list(connection.execute(query))[::-1]
    if len(ends) < 2:
        return []
    (_, start), *ends = ends
    query = (
        sa.select(*(_record[name] for name in _TOLD))
        .where(_record.number > start, _record.number <= ends[-1].entry, _told)
        .order_by(_record.number)
    )
    told = connection.execute(query).all()
    found, place = [], 0
    for number, entry in ends:
        end = bisect_right(told, entry, lo=place, key=attrgetter("number"))
        own, place = told[place:end], end
        deeds = tuple(Deed(Action(r.action), r.subject, r.agency, r.year) for r in own)
        found.append(Revision(number, entry, own[-1].at, own[-1].actor, deeds))
    return found[::-1]


_TOLD = ("number", "at", "actor", "action", "subject", "agency", "year")


def visits(
    connection: sa.Connection, actor: str, before: datetime, limit: int
) -> list[tuple[datetime, int]]:
    """When sessions of this name began, and at which entry; the newest first."""
    query = (
        sa.select(_record.at, _record.number)
        .where(_record.action == Action.SIGNED_IN.value, _record.actor == actor)
        .where(_record.at < before)
        .order_by(_record.number.desc())
        .limit(limit)
    )
    return [(at, number) for at, number in connection.execute(query)]


def begin(connection: sa.Connection) -> None:
    """Find out where the revisions of an earlier program ended, as far back as can be known.

    It did not keep that. What follows one another in the record with one time and
    one name was one change; the revision stored with each submission must agree.
    """
    connection.execute(sa.delete(tables.revision_entry))
    number = int(connection.execute(sa.select(tables.revision.c.number)).scalar_one())
    query = (
        _deeds()
        .where(sa.or_(_told, _record.action == Action.TAKEN_OVER.value))
        .order_by(_record.number.desc())
    )
    ends: list[dict[str, int]] = []
    for _, group in groupby(connection.execute(query), key=attrgetter("at", "actor")):
        entries = list(group)
        ends.append({"number": number, "entry": entries[0].number})
        if entries[0].action == Action.TAKEN_OVER.value:
            break  # before it there was no record
        if number == 0 or _received_in(entries) - {number}:
            ends.pop()  # changes that cannot be told apart
            break
        number -= 1
    else:
        if number == 0:
            ends.append({"number": 0, "entry": 0})
    if not ends:
        query_of_last = sa.select(sa.func.coalesce(sa.func.max(_record.number), 0))
        last = int(connection.execute(query_of_last).scalar_one())
        ends.append({"number": number, "entry": last})
    connection.execute(sa.insert(tables.revision_entry), ends)


def faults(connection: sa.Connection) -> list[RecordFault]:
    """Where revisions do not end as the record, and what it tells of, say.

    Every revision from the oldest that is known on has its row. What the record tells of
    it is one change: at one time, under one name, and of the submissions that came with it.
    The place of a fault is "revision:" and the number.
    """
    current = int(connection.execute(sa.select(tables.revision.c.number)).scalar_one())
    rows = connection.execute(sa.select(_ended.number, _ended.entry))
    ends: dict[int, int] = {row.number: row.entry for row in rows}
    first = min(ends, default=current)
    wanted = range(first, current + 1)
    found = [RecordFault("row-missing", f"revision:{n}") for n in wanted if n not in ends]
    found += [RecordFault("row-unrecorded", f"revision:{n}") for n in sorted(ends) if n > current]
    found += [
        RecordFault("row-changed", f"revision:{n}")  # put in by hand, it may be anything
        for n, entry in ends.items()
        if not isinstance(entry, int)
    ]
    if found:
        return found
    entries = connection.execute(_deeds().order_by(_record.number)).all()
    place = [bisect_right(entries, ends[n], key=attrgetter("number")) for n in wanted]
    for number, start, end in zip(wanted[1:], place, place[1:], strict=False):
        own = [entry for entry in entries[start:end] if entry.action in FIGURES]
        changes = {(entry.at, entry.actor) for entry in (*own, *entries[start:end][-1:])}
        if not own or len(changes) > 1 or _received_in(own) - {number}:
            found.append(RecordFault("row-changed", f"revision:{number}"))
    beyond = any(entry.action in FIGURES for entry in entries[place[-1] :])
    newest = entries[-1].number if entries else 0
    if beyond or not 0 <= ends[current] <= newest:
        found.append(RecordFault("row-changed", f"revision:{current}"))
    return list(dict.fromkeys(found))


def _deeds() -> sa.Select[Any]:
    """The entries of the record, each with the revision in which what it received came."""
    received = sa.select(sa.func.min(tables.submission.c.revision)).where(
        tables.submission.c.receipt == _record.number
    )
    return sa.select(
        _record.number,
        _record.at,
        _record.actor,
        _record.action,
        received.scalar_subquery().label("revision"),
    )


def _received_in(entries: Iterable[sa.Row[Any]]) -> set[int]:
    """The revisions that the submissions received with these entries give themselves."""
    return {e.revision for e in entries if e.action == Action.RECEIVED.value} - {None}


class _Standing(NamedTuple):
    """A submission as far as it decides which one counts."""

    id: int
    agency: str
    year: int
    phase: str
    version: int
    state: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Past:
    """The store as it was after one of its revisions. Made by `Store.at`.

    number    the revision
    entry     the record's last entry of it
    now       the panel of a phase (or of all) as it is at any later moment
    snapshot  a connection that sees the database at one moment
    """

    number: int
    entry: int
    now: Callable[[Phase | None], pd.DataFrame]
    snapshot: Callable[[], AbstractContextManager[sa.Connection]]

    def panel_now(self, phase: Phase | None = None) -> tuple[int, pd.DataFrame]:
        """The revision, and the panel that was in use; see `Store.panel`."""
        now = self.now(phase)  # first: what changes after it must be seen as a change
        with self.snapshot() as connection:
            counted = self._counted(connection, phase)
            gone, missing = _exchanged(now, counted)
            if not (gone or missing):
                return self.number, now
            fetched = submissions.answers(connection, sorted(missing))
        kept = now[~now["submission"].isin(list(gone))]
        parts = [part for part in (kept, fetched) if len(part)]
        panel = pd.concat(parts) if parts else now.iloc[:0]
        panel = panel.sort_values(["agency", "year"], kind="stable", ignore_index=True)
        return self.number, panel.astype(PANEL_TYPES)

    def years_reported(self, phase: Phase | None = None) -> tuple[int, ...]:
        """The years that had an accepted report (of this phase), ascending."""
        panel = self.panel_now(phase)[1]
        return tuple(sorted(panel["year"].unique().tolist()))

    def chosen(self) -> frozenset[int]:
        """The numbers of the submissions that were chosen by hand."""
        with self.snapshot() as connection:
            return frozenset(s.id for s in self._standings(connection, None) if s.chosen)

    def register_changes(self) -> dict[int, str]:
        """The changes to the register that were in force, by number: JSON texts."""
        return {row["id"]: row["content"] for row in self._in_force(tables.register_change)}

    def plan_versions(self) -> list[PlanVersion]:
        """The amended appendices that were in force, in the order of their adoption."""
        return [rows.plan_version(row) for row in self._in_force(tables.plan_version)]

    def errata(self) -> list[Erratum]:
        """The corrections that were in force."""
        return [rows.erratum(row) for row in self._in_force(tables.erratum)]

    def _in_force(self, table: sa.Table) -> Iterator[dict[str, Any]]:
        """The numbered rows of a table that were there and not withdrawn."""
        added, withdrawn = _NUMBERED[table.name]
        with self.snapshot() as connection:
            later: dict[str, set[int]] = {added.value: set(), withdrawn.value: set()}
            query = sa.select(_record.action, _record.subject).where(
                _record.number > self.entry, _record.action.in_(list(later))
            )
            for action, subject in connection.execute(query):
                later[action].add(_number_of(subject))
            stored = connection.execute(sa.select(table).order_by(table.c.id)).all()
        for row in stored:
            undone = row.id in later[withdrawn.value]
            if row.id not in later[added.value] and (row.withdrawn_at is None or undone):
                yield row._asdict() | {"withdrawn_at": None}

    def _counted(self, connection: sa.Connection, phase: Phase | None) -> dict[Pair, int | None]:
        """Which submission counted, for each agency and year of which anything has changed."""
        changed = self._changed(connection)
        counted: dict[Pair, int | None] = dict.fromkeys(changed[1])
        if not counted:
            return {}
        years = sorted({year for _, year in counted})
        accepted = [
            standing
            for standing in self._standings(connection, years, changed[0])
            if standing.state == ReviewState.ACCEPTED.value
            and (phase is None or standing.phase == phase.value)
        ]
        for standing in sorted(accepted, key=_rank, reverse=True):  # the first one last
            if (standing.agency, standing.year) in counted:
                counted[standing.agency, standing.year] = standing.id
        return counted

    def _standings(
        self,
        connection: sa.Connection,
        years: Sequence[int] | None,
        changed: dict[int, dict[str, Any] | None] | None = None,
    ) -> Iterator[_Standing]:
        """The submissions (of these years) that there were, as they stood."""
        if changed is None:
            changed, _ = self._changed(connection)
        columns = tables.submission.c
        query = sa.select(*(columns[name] for name in _Standing._fields))
        if years is not None:
            query = query.where(columns.year.in_(years))
        for row in connection.execute(query):
            standing = _Standing(*row)
            was = changed.get(standing.id, {})  # of which nothing is told later, it is as it was
            if was is not None:
                yield standing._replace(**was)

    def _changed(
        self, connection: sa.Connection
    ) -> tuple[dict[int, dict[str, Any] | None], set[Pair]]:
        """The submissions that later entries speak of, and their agencies and years.

        For each its state and whether it was chosen; None where it was not there yet.
        """
        first = (
            sa.select(sa.func.min(_record.number))
            .where(_record.number > self.entry, _record.action.in_(_OF_SUBMISSIONS))
            .group_by(_record.subject)
        )
        names = ("action", "subject", "agency", "year", "before", "after")
        query = sa.select(*(_record[name] for name in names)).where(_record.number.in_(first))
        changed: dict[int, dict[str, Any] | None] = {}
        pairs: set[Pair] = set()
        for action, subject, agency, year, before, after in connection.execute(query):
            pairs.add((agency, year))
            changed[_number_of(subject)] = (
                None if action == Action.RECEIVED.value else _standing_before(before, after)
            )
        return changed, pairs


_OF_SUBMISSIONS = [
    action.value
    for action in (
        Action.RECEIVED,
        Action.ACCEPTED,
        Action.RETURNED,
        Action.REOPENED,
        Action.CHOSEN,
        Action.UNCHOSEN,
    )
]
_NUMBERED = {
    "register_change": (Action.REGISTER_CHANGED, Action.REGISTER_CHANGE_WITHDRAWN),
    "plan_version": (Action.PLAN_ADOPTED, Action.PLAN_WITHDRAWN),
    "erratum": (Action.ERRATUM_ADDED, Action.ERRATUM_WITHDRAWN),
}


def _number_of(subject: str) -> int:
    return int(subject.partition(":")[2])


def _standing_before(before: str, after: str) -> dict[str, Any]:
    """How a submission stood before an entry, as far as it decides which one counts.

    Of before an entry keeps only what it changed; the rest was as it is after.
    """
    content = json.loads(after) | (json.loads(before) if before else {})
    return {name: content[name] for name in ("state", "chosen")}


def _rank(standing: _Standing) -> tuple[bool, bool, int]:
    """The order of `submissions.ranked` among accepted ones: the smallest counts."""
    return not standing.chosen, standing.phase != Phase.FINAL.value, -standing.version


def _exchanged(now: pd.DataFrame, counted: dict[Pair, int | None]) -> tuple[set[int], set[int]]:
    """Which submissions of a panel did not count then, and which counted that are not in it."""
    reports = now[["agency", "year", "submission"]].drop_duplicates("submission")
    columns: Iterable[Any] = (reports[name].tolist() for name in reports.columns)
    present = {
        number: counted[agency, year]
        for agency, year, number in zip(*columns, strict=True)
        if (agency, year) in counted
    }
    gone = {number for number, then in present.items() if number != then}
    missing = {number for number in counted.values() if number is not None}
    return gone, missing - present.keys()
