"""The yearly round: how it stands with each agency's report, and how many are there in time.

Pure: submissions, statements and the time of looking come in, cells and rates
go out. A year's round begins on the day reports are asked for and is due by the
plan's rule; final figures have no due date of their own, since the plan sets none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Generic, TypeVar

from tbdx.model import Arrival, CellState, NilReturn, Phase, ReviewState, Submission
from tbdx.plan import DueRule, Plan

ReportKey = tuple[str, int, Phase]
Sent = TypeVar("Sent", Submission, Arrival)
"""A submission, whole or in short."""

SENT = frozenset(
    {
        CellState.WAITING,
        CellState.RETURNED,
        CellState.ACCEPTED,
        CellState.FINAL,
        CellState.SUPERSEDED,
        CellState.NIL,
    }
)
"""Whoever is in one of these has sent something for the year."""

COMPLETE = frozenset({CellState.ACCEPTED, CellState.FINAL, CellState.SUPERSEDED, CellState.NIL})
"""Nothing more is awaited for the year."""

# How a year stands by how its two phases stand: the first of these that either is in.
_FOREMOST = (
    CellState.WAITING,
    CellState.FINAL,
    CellState.ACCEPTED,
    CellState.NIL,
    CellState.SUPERSEDED,
    CellState.RETURNED,
    CellState.OVERDUE,
    CellState.MISSING,
    CellState.NOT_DUE,
)


@dataclass(frozen=True, slots=True)
class Cell(Generic[Sent]):
    """One agency, one year, one phase.

    `submission` is the version the state speaks of. `days_late` is how many
    days after the due date the version to go by arrived (rule punctuality; 0: in
    time), or how many a report is overdue by now; None where nothing is late yet
    or ever. `versions` is how many there are.
    """

    agency: str
    year: int
    phase: Phase
    state: CellState
    submission: Sent | None = None
    days_late: int | None = None
    versions: int = 0


@dataclass(frozen=True, slots=True)
class YearStanding:
    """How one agency stands with one year, both phases together.

    `on_time` is None while nothing has arrived and the due date is not past;
    what was returned, and never accepted before, has arrived only by the rule
    punctuality "first_received".
    `received_at` is when the version arrived that this goes by. `complete` says that a report is accepted, or that there is none to come,
    even while a newer version waits.
    """

    agency: str
    year: int
    state: CellState
    on_time: bool | None
    days_late: int | None
    received_at: datetime | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """One year's round in counts of agencies.

    expected  agencies in existence on the due date
    complete  an accepted report, or the statement that there is nothing to report
    on_time   a report (or statement) that arrived in time; on_time_pct is None while the
              due date is still to come and nothing has arrived
    late      a report (or statement) that arrived late; what was returned and never
              accepted is due again
    judged    a report in time or late, or none though it was due
    states    how many agencies are in which state
    """

    year: int
    expected: int
    complete: int
    on_time: int
    late: int
    judged: int
    states: Mapping[CellState, int]

    @property
    def complete_pct(self) -> float | None:
        return 100 * self.complete / self.expected if self.expected else None

    @property
    def on_time_pct(self) -> float | None:
        if self.judged == 0:
            return None
        return 100 * self.on_time / self.expected


def cells(
    plan: Plan,
    agencies: Iterable[str],
    years: Iterable[int],
    submissions: Iterable[Sent],
    nil_returns: Iterable[NilReturn],
    now: datetime,
) -> dict[ReportKey, Cell[Sent]]:
    """Every cell of these agencies and years."""
    versions: dict[ReportKey, list[Sent]] = {}
    for submission in submissions:
        key = (submission.agency, submission.year, submission.phase)
        versions.setdefault(key, []).append(submission)
    nil = {(n.agency, n.year, n.phase): n for n in nil_returns}
    in_force = {year: {a.id for a in plan.agencies_in(year)} for year in years}
    wanted, today = list(agencies), plan.due.day_of(now)
    found: dict[ReportKey, Cell[Sent]] = {}
    for year, present in in_force.items():
        for agency in wanted:
            keys = [(agency, year, phase) for phase in Phase]
            final = (agency, year, Phase.FINAL)
            has_final = final in nil or any(
                s.state is not ReviewState.RETURNED for s in versions.get(final, ())
            )
            for key in keys:
                if agency in present or key in versions:
                    own = versions.get(key, [])
                    found[key] = _cell(plan, key, own, nil.get(key), today, has_final)
                else:
                    found[key] = Cell(*key, CellState.NOT_IN_FORCE)
    return found


def _cell(
    plan: Plan,
    key: ReportKey,
    versions: Sequence[Sent],
    nil: NilReturn | None,
    today: date,
    has_final: bool,
) -> Cell[Sent]:
    shown = max(versions, key=_prominence) if versions else None
    if shown is None or (shown.state is ReviewState.RETURNED and nil):
        return _empty_cell(plan, key, nil, today, has_final)
    late = _days_late(plan, key, _arrival(plan, versions, [nil] if nil else []), today)
    return Cell(*key, _state_of(shown), shown, late, len(versions))


def _prominence(submission: Sent) -> tuple[bool, bool, bool, int]:
    """Which version a cell speaks of: what waits, else what counts, else the newest accepted."""
    state = submission.state
    return (
        state is ReviewState.WAITING,
        submission.counts,
        state is ReviewState.ACCEPTED,
        submission.version,
    )


def _arrival(plan: Plan, versions: Iterable[Sent], nil: Iterable[NilReturn]) -> datetime | None:
    """When the version arrived by which a report is in time or late [rule punctuality]."""
    any_counts = plan.rule_value("punctuality") == "first_received"
    moments: list[datetime] = [
        s.received_at
        for s in versions
        if any_counts or s.ever_accepted or s.state is not ReviewState.RETURNED
    ]
    moments += [statement.at for statement in nil]
    return min(moments, default=None)


def _days_late(plan: Plan, key: ReportKey, arrived: datetime | None, today: date) -> int | None:
    """Days after the due date, at arrival or by today; None before it, and for final figures."""
    if key[2] is Phase.FINAL:
        return None
    day = plan.due.day_of(arrived) if arrived else today
    late = (day - plan.due.last_day(key[1])).days
    return max(0, late) if arrived or late > 0 else None


def _state_of(shown: Sent) -> CellState:
    match shown.state:
        case ReviewState.WAITING:
            return CellState.WAITING
        case ReviewState.RETURNED:
            return CellState.RETURNED
    if not shown.counts:
        return CellState.SUPERSEDED
    return CellState.FINAL if shown.phase is Phase.FINAL else CellState.ACCEPTED


def _empty_cell(
    plan: Plan, key: ReportKey, nil: NilReturn | None, today: date, has_final: bool
) -> Cell[Sent]:
    _, year, phase = key
    if nil:
        return Cell(*key, CellState.NIL, days_late=_days_late(plan, key, nil.at, today))
    if phase is Phase.FINAL:
        return Cell(*key, CellState.NOT_DUE if today.year <= year else CellState.MISSING)
    if has_final:
        return Cell(*key, CellState.NOT_NEEDED)
    if late := _days_late(plan, key, None, today):
        return Cell(*key, CellState.OVERDUE, days_late=late)
    begun = today >= plan.due.asked_from.of(year)
    return Cell(*key, CellState.MISSING if begun else CellState.NOT_DUE)


def standings(
    plan: Plan,
    year: int,
    submissions: Iterable[Sent],
    nil_returns: Iterable[NilReturn],
    now: datetime,
) -> list[YearStanding]:
    """How each agency in existence on the year's due date stands, in the register's order."""
    sent: dict[str, list[Sent]] = {agency.id: [] for agency in plan.agencies_in(year)}
    stated: dict[str, list[NilReturn]] = {agency: [] for agency in sent}
    for submission in submissions:
        if submission.year == year and submission.agency in sent:
            sent[submission.agency].append(submission)
    for nil in nil_returns:
        if nil.year == year and nil.agency in stated:
            stated[nil.agency].append(nil)
    found = cells(plan, sent, [year], chain(*sent.values()), chain(*stated.values()), now)
    today = plan.due.day_of(now)
    return [
        _standing(
            plan, [found[agency, year, p] for p in Phase], sent[agency], stated[agency], today
        )
        for agency in sent
    ]


def _standing(
    plan: Plan,
    own: Sequence[Cell[Sent]],
    sent: Sequence[Sent],
    stated: Sequence[NilReturn],
    today: date,
) -> YearStanding:
    estimate = own[0]
    states = {cell.state for cell in own}
    if CellState.MISSING in states and estimate.state is not CellState.MISSING:
        states.discard(CellState.MISSING)  # of final figures, which have no due date
    key = (estimate.agency, estimate.year, Phase.ESTIMATE)
    received_at = _arrival(plan, sent, stated)
    late = _days_late(plan, key, received_at, today)
    return YearStanding(
        estimate.agency,
        estimate.year,
        state=next((s for s in _FOREMOST if s in states), CellState.NOT_DUE),
        on_time=None if late is None else late == 0,
        days_late=late,
        received_at=received_at,
        complete=bool(stated) or any(s.state is ReviewState.ACCEPTED for s in sent),
    )


def rates(year: int, found: Sequence[YearStanding]) -> Rates:
    """The year's round in counts."""
    return Rates(
        year=year,
        expected=len(found),
        complete=sum(s.complete for s in found),
        on_time=sum(s.on_time is True for s in found),
        late=sum(s.on_time is False and s.received_at is not None for s in found),
        judged=sum(s.on_time is not None for s in found),
        states=Counter(s.state for s in found),
    )


@dataclass(frozen=True, slots=True)
class NextDue:
    """The next due date: of which year, its last day, and how many days are left."""

    year: int
    last_day: date
    days_left: int


def next_due(plan: Plan, now: datetime, rule: DueRule | None = None) -> NextDue | None:
    """The next due date of the plan's years by its rule, or by another; None after the last one."""
    rule = rule or plan.due
    today = rule.day_of(now)
    for year in plan.all_years:
        last = rule.last_day(year)
        if last >= today:
            return NextDue(year, last, (last - today).days)
    return None
