"""Submissions in SQL: which there are, which one counts, their answers and remarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import pandas as pd
import sqlalchemy as sa

from tbdx.model import (
    Arrival,
    CheckedFile,
    Finding,
    Phase,
    ReportedField,
    ReviewState,
    Severity,
    Submission,
)
from tbdx.store import tables
from tbdx.store.record import digest_of

_submission, _answer, _remark = tables.submission, tables.answer, tables.remark

PANEL_TYPES = {
    "agency": "str",
    "year": "int64",
    "phase": "str",
    "field": "str",
    "number": "float64",
    "text": "str",
    "sheet": "str",
    "cell": "str",
    "submission": "int64",
}

Report = tuple[str, int, str]
"""Agency, year, phase."""


def ranked(*conditions: sa.ColumnElement[bool]) -> sa.Subquery:
    """The submissions of one agency and year, ranked; rank 1 is the one that counts.

    Only accepted ones count: first the one chosen by hand, then final figures
    before estimates, then the highest version. `conditions` must let all
    submissions of an agency and year through, or none.
    """
    columns = _submission.c
    rank = sa.func.row_number().over(
        partition_by=(columns.agency, columns.year),
        order_by=(
            sa.case((columns.state == ReviewState.ACCEPTED.value, 0), else_=1),
            columns.chosen.desc(),
            sa.case((columns.phase == Phase.FINAL.value, 0), else_=1),
            columns.version.desc(),
        ),
    )
    return sa.select(_submission, rank.label("rank")).where(*conditions).subquery("ranked")


def select(
    connection: sa.Connection,
    *,
    agencies: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    states: Sequence[ReviewState] | None = None,
    ids: Sequence[int] | None = None,
    receipt: int | None = None,
) -> list[Submission]:
    """The submissions that fit, the newest first."""
    columns = _submission.c
    narrow: list[sa.ColumnElement[bool]] = []
    if agencies is not None:
        narrow.append(columns.agency.in_(agencies))
    if years is not None:
        narrow.append(columns.year.in_(years))
    wanted: list[tuple[str, Sequence[object]]] = []
    if ids is not None:
        wanted.append(("id", ids))
    if states is not None:
        wanted.append(("state", [state.value for state in states]))
    if receipt is not None:
        wanted.append(("receipt", [receipt]))
    if wanted:  # whole agencies and years, since they are ranked among each other
        also = sa.select(columns.agency, columns.year).where(
            *(columns[name].in_(values) for name, values in wanted)
        )
        narrow.append(sa.tuple_(columns.agency, columns.year).in_(also))
    found = ranked(*narrow)
    query = sa.select(*(found.c[name] for name in _IN_ORDER)).order_by(found.c.id.desc())
    for name, values in wanted:
        query = query.where(found.c[name].in_(values))
    return [_from_values(row) for row in connection.execute(query)]


def arrivals(connection: sa.Connection, years: Sequence[int]) -> list[Arrival]:
    """What the round needs to know of every submission of these years."""
    found = ranked(_submission.c.year.in_(years)).c
    query = sa.select(
        *(found.agency, found.year, found.phase, found.version, found.state, found.received_at),
        *(found.rank, found.ever_accepted),
    )
    accepted = ReviewState.ACCEPTED
    return [
        Arrival(
            *(agency, year, _PHASES[phase], version, state, received_at),
            counts=rank == 1 and state is accepted,
            ever_accepted=ever,
        )
        for agency, year, phase, version, word, received_at, rank, ever in connection.execute(query)
        for state in [_STATES[word]]
    ]


_PHASES = {phase.value: phase for phase in Phase}
_STATES = {state.value: state for state in ReviewState}
_IN_ORDER = (
    *("id", "agency", "year", "phase", "version", "file_name", "document", "state"),
    *("received_at", "sent_by", "decided_at", "decided_by", "reason", "revision"),
    *("rank", "chosen", "receipt", "confirmation", "ever_accepted"),
)
"""The columns in the order of `Submission`, which thousands of are made at a time."""


def _from_values(values: Sequence[Any]) -> Submission:
    number, agency, year, phase, version, file_name, document, state, *others = values
    received_at, sent_by, decided_at, decided_by, reason, revision, *rest = others
    rank, chosen, receipt, confirmation, ever_accepted = rest
    return Submission(
        number,
        agency,
        year,
        _PHASES[phase],
        version,
        file_name,
        document,
        _STATES[state],
        received_at,
        sent_by,
        decided_at,
        decided_by,
        reason,
        revision,
        rank == 1 and state == ReviewState.ACCEPTED.value,
        chosen,
        receipt,
        confirmation or "",
        ever_accepted,
    )


def panel(connection: sa.Connection, phase: Phase | None) -> pd.DataFrame:
    """The answers in use, of all submissions or of those of one phase; see `Store.panel`."""
    accepted = _submission.c.state == ReviewState.ACCEPTED.value
    found = ranked(accepted, *([] if phase is None else [_submission.c.phase == phase.value]))
    return _frame(connection, found, found.c.rank == 1)


def answers(connection: sa.Connection, ids: Sequence[int]) -> pd.DataFrame:
    """The answers of these submissions, counting or not, with the panel's columns."""
    chosen = sa.select(_submission).where(_submission.c.id.in_(ids)).subquery("chosen")
    return _frame(connection, chosen, sa.true())


def _frame(
    connection: sa.Connection, found: sa.Subquery, condition: sa.ColumnElement[bool]
) -> pd.DataFrame:
    query = (
        sa.select(
            found.c.agency,
            found.c.year,
            found.c.phase,
            _answer.c.field,
            _answer.c.number,
            _answer.c.text,
            _answer.c.sheet,
            _answer.c.cell,
            found.c.id.label("submission"),
        )
        .join_from(found, _answer, _answer.c.submission_id == found.c.id)
        .where(condition)
        .order_by(found.c.id, _answer.c.position)
    )
    rows = connection.execute(query).all()
    # Sorted here, since the databases collate differently; the order of fields stays.
    rows = sorted(rows, key=attrgetter("agency", "year"))
    columns: Iterable[tuple[Any, ...]] = zip(*rows, strict=True) if rows else ((),) * 9
    return pd.DataFrame(
        {
            name: pd.Series(list(column), dtype=dtype)
            for (name, dtype), column in zip(PANEL_TYPES.items(), columns, strict=True)
        }
    )


def remarks(connection: sa.Connection, submission_id: int) -> tuple[Finding, ...]:
    query = (
        sa.select(_remark)
        .where(_remark.c.submission_id == submission_id)
        .order_by(_remark.c.position)
    )
    return tuple(
        Finding(
            code=row.code,
            severity=Severity(row.severity),
            sheet=row.sheet,
            cell=row.cell,
            field=row.field,
            found=row.found,
            expected=row.expected,
        )
        for row in connection.execute(query)
    )


def remark_counts(connection: sa.Connection, ids: Sequence[int]) -> dict[int, int]:
    """How many remarks the submissions have; those that have none are left out."""
    number = _remark.c.submission_id
    query = sa.select(number, sa.func.count()).where(number.in_(ids)).group_by(number)
    return {row[0]: row[1] for row in connection.execute(query)}


def latest_versions(
    connection: sa.Connection, reports: Iterable[Report]
) -> dict[Report, tuple[int, str, ReviewState]]:
    """For each report the latest version, its document's hash and state; (0, "", …) for none."""
    columns = _submission.c
    found: dict[Report, tuple[int, str, ReviewState]] = {}
    for agency, year, phase in reports:
        query = (
            sa.select(columns.version, columns.document, columns.state)
            .where(columns.agency == agency, columns.year == year, columns.phase == phase)
            .order_by(columns.version.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        found[agency, year, phase] = (
            (row.version, row.document, ReviewState(row.state))
            if row
            else (0, "", ReviewState.RETURNED)
        )
    return found


def by_report(fields: Iterable[ReportedField]) -> dict[Report, list[ReportedField]]:
    reports: dict[Report, list[ReportedField]] = {}
    for field in fields:
        reports.setdefault((field.agency, field.year, field.phase.value), []).append(field)
    return reports


def answer_rows(submission_id: int, fields: Iterable[ReportedField]) -> list[dict[str, Any]]:
    return [_answer_row(submission_id, place, field) for place, field in enumerate(fields)]


def _answer_row(submission_id: int, position: int, field: ReportedField) -> dict[str, Any]:
    is_text = isinstance(field.value, str)  # an Answer is a str as well
    return {
        "submission_id": submission_id,
        "position": position,
        "field": field.field,
        "number": None if is_text or field.value is None else float(field.value),
        "text": str(field.value) if is_text else None,
        "sheet": field.sheet,
        "cell": field.cell,
    }


def remark_rows(submission_id: int, file: CheckedFile) -> list[dict[str, Any]]:
    return [
        {
            "submission_id": submission_id,
            "position": position,
            "code": finding.code,
            "severity": finding.severity.value,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "field": finding.field,
            "found": finding.found,
            "expected": finding.expected,
        }
        for position, finding in enumerate(file.findings)
    ]


_ANSWER_COLUMNS = ("field", "number", "text", "sheet", "cell")
_REMARK_COLUMNS = ("code", "severity", "sheet", "cell", "field", "found", "expected")
_CONTENT_COLUMNS = (
    "agency",
    "year",
    "phase",
    "version",
    "document",
    "file_name",
    "state",
    "sent_by",
    "decided_by",
    "reason",
    "chosen",
    "revision",
    "confirmation",
    "receipt",
    "ever_accepted",
)

Rows = Iterable[Mapping[str, Any]]


def content_of(row: Mapping[str, Any], answers: Rows, remarks: Rows) -> dict[str, Any]:
    """A submission as the record keeps it, from its row and the rows of its answers and remarks."""
    return _content(row, _digest(answers, _ANSWER_COLUMNS), _digest(remarks, _REMARK_COLUMNS))


def _digest(rows: Rows, columns: Sequence[str]) -> str:
    return digest_of([row[name] for name in columns] for row in rows)


def _content(row: Mapping[str, Any], answers: str, remarks: str) -> dict[str, Any]:
    """Its moments as text, its answers and remarks as hashes."""
    moments = {name: _moment_text(row[name]) for name in ("received_at", "decided_at")}
    kept = {name: row[name] for name in _CONTENT_COLUMNS}
    return {**kept, **moments, "answers": answers, "remarks": remarks}


def _moment_text(value: Any) -> str | None:
    return tables.Moment.as_text(value) if value else None


def contents(
    connection: sa.Connection, ids: Sequence[int] | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Submissions as the record keeps them, by id; all of them, or these."""
    narrow = sa.true() if ids is None else _submission.c.id.in_(ids)
    answers = dict(_digests(connection, _answer, _ANSWER_COLUMNS, ids))
    remarks = dict(_digests(connection, _remark, _REMARK_COLUMNS, ids))
    none = digest_of([])
    for row in connection.execute(sa.select(_submission).where(narrow).order_by(_submission.c.id)):
        yield (
            row.id,
            _content(row._asdict(), answers.get(row.id, none), remarks.get(row.id, none)),
        )


def _digests(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], ids: Sequence[int] | None
) -> Iterator[tuple[int, str]]:
    """One hash over the rows of each submission."""
    columns = table.c
    query = sa.select(columns.submission_id, *(columns[name] for name in names)).order_by(
        columns.submission_id, columns.position
    )
    if ids is not None:
        query = query.where(columns.submission_id.in_(ids))
    current: int | None = None
    rows: list[Sequence[object]] = []
    for submission_id, *values in connection.execute(query.execution_options(yield_per=5000)):
        if submission_id != current:
            if current is not None:
                yield current, digest_of(rows)
            current, rows = submission_id, []
        rows.append(values)
    if current is not None:
        yield current, digest_of(rows)
