"""The yearly round: who has sent what, who is late, and how many are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbdx import collection
from tbdx.collection import COMPLETE, SENT, Cell, NextDue, Rates, YearStanding
from tbdx.model import CellState, NilReturn, Phase, ReviewState, Submission
from tbdx.plan import Plan

BAO, DAI, VAN_NGHE = "bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh"
MERGED = "bao-thai-binh-hop-nhat"
THREE = (BAO, DAI, VAN_NGHE)  # the agencies of 2024
ESTIMATE, FINAL = Phase.ESTIMATE, Phase.FINAL
WAITING, ACCEPTED, RETURNED = ReviewState.WAITING, ReviewState.ACCEPTED, ReviewState.RETURNED

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
IN_TIME = datetime(2024, 12, 2, 9, 30, tzinfo=HERE)
LATE = datetime(2024, 12, 12, 9, 30, tzinfo=HERE)  # three days after the last day
AFTER = datetime(2024, 12, 20, 8, 0, tzinfo=HERE)  # eleven days after the last day
SPRING = datetime(2025, 3, 20, 8, 0, tzinfo=HERE)


def sent(
    agency: str = BAO,
    at: datetime = IN_TIME,
    *,
    state: ReviewState = ACCEPTED,
    phase: Phase = ESTIMATE,
    version: int = 1,
    counts: bool | None = None,
    year: int = 2024,
) -> Submission:
    """A report as it was received; an accepted one counts unless told otherwise."""
    return Submission(
        id=version,
        agency=agency,
        year=year,
        phase=phase,
        version=version,
        file_name="a.xlsx",
        sha256="",
        state=state,
        received_at=at,
        sent_by="",
        decided_at=None,
        decided_by="",
        reason="",
        revision=1,
        counts=state is ACCEPTED if counts is None else counts,
        chosen=False,
        receipt=1,
    )


def nil(
    agency: str = BAO, at: datetime = IN_TIME, phase: Phase = ESTIMATE, year: int = 2024
) -> NilReturn:
    return NilReturn(agency, year, phase, at, "", "không phát sinh")


class Round:
    """One plan's rounds, seen at one time."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        self.plan, self.now = plan, now

    def cell(
        self,
        reports: Iterable[Submission] = (),
        statements: Iterable[NilReturn] = (),
        *,
        agency: str = BAO,
        year: int = 2024,
        phase: Phase = ESTIMATE,
    ) -> Cell[Submission]:
        found = collection.cells(self.plan, [agency], [year], reports, statements, self.now)
        return found[agency, year, phase]

    def standings(
        self,
        reports: Iterable[Submission] = (),
        statements: Iterable[NilReturn] = (),
        year: int = 2024,
    ) -> list[YearStanding]:
        return collection.standings(self.plan, year, reports, statements, self.now)

    def standing(
        self, reports: Iterable[Submission] = (), statements: Iterable[NilReturn] = ()
    ) -> YearStanding:
        """How the newspaper stands with 2024."""
        return self.standings(reports, statements)[0]

    def rates(
        self,
        reports: Iterable[Submission] = (),
        statements: Iterable[NilReturn] = (),
        year: int = 2024,
    ) -> Rates:
        return collection.rates(year, self.standings(reports, statements, year))


@pytest.fixture
def after(plan: Plan) -> Round:
    """The round of 2024 looked at eleven days after it was due."""
    return Round(plan, AFTER)


# --- the states ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "state", "late"),
    [
        ("2024-10-31T23:59:59", CellState.NOT_DUE, None),
        ("2024-11-01T00:00:00", CellState.MISSING, None),
        ("2024-12-09T23:59:59", CellState.MISSING, None),
        ("2024-12-10T00:00:00", CellState.OVERDUE, 1),
        ("2024-12-31T12:00:00", CellState.OVERDUE, 22),
    ],
)
def test_nothing_sent_is_not_due_then_missing_then_overdue(
    plan: Plan, now: str, state: CellState, late: int | None
) -> None:
    """Reports are asked for from 1 November and overdue from 10 December, by the local calendar."""
    local = datetime.fromisoformat(now).replace(tzinfo=HERE)
    for moment in (local, local.astimezone(UTC)):
        cell = Round(plan, moment).cell()
        assert (cell.state, cell.days_late, cell.versions) == (state, late, 0)
        standing = Round(plan, moment).standing()
        assert (standing.state, standing.days_late) == (state, late)
        assert standing.on_time is (None if late is None else False)


@pytest.mark.parametrize(
    ("state", "phase", "counts", "shown"),
    [
        (WAITING, ESTIMATE, False, CellState.WAITING),
        (RETURNED, ESTIMATE, False, CellState.RETURNED),
        (ACCEPTED, ESTIMATE, True, CellState.ACCEPTED),
        (ACCEPTED, ESTIMATE, False, CellState.SUPERSEDED),
        (WAITING, FINAL, False, CellState.WAITING),
        (RETURNED, FINAL, False, CellState.RETURNED),
        (ACCEPTED, FINAL, True, CellState.FINAL),
        (ACCEPTED, FINAL, False, CellState.SUPERSEDED),
    ],
)
def test_a_report_gives_its_cell_its_state(
    after: Round, state: ReviewState, phase: Phase, counts: bool, shown: CellState
) -> None:
    """What became of the report, and whether its figures are in use."""
    report = sent(state=state, phase=phase, counts=counts)
    cell = after.cell([report], phase=phase)
    assert (cell.state, cell.submission, cell.versions) == (shown, report, 1)


@pytest.mark.parametrize("phase", Phase)
def test_a_statement_of_nothing_is_a_state_of_its_own(after: Round, phase: Phase) -> None:
    """Nothing to report is not the same as nothing sent."""
    cell = after.cell([], [nil(phase=phase)], phase=phase)
    assert (cell.state, cell.submission) == (CellState.NIL, None)


def test_no_estimate_is_asked_for_once_final_figures_are_there(after: Round) -> None:
    """A final report, or the statement that there is none, makes the estimate needless; a returned one does not."""
    for reports, statements in (
        ([sent(phase=FINAL)], []),
        ([sent(phase=FINAL, state=WAITING)], []),
        ([], [nil(phase=FINAL)]),
    ):
        cell = after.cell(reports, statements)
        assert (cell.state, cell.days_late) == (CellState.NOT_NEEDED, None)
    assert after.cell([sent(phase=FINAL, state=RETURNED)]).state is CellState.OVERDUE


def test_final_figures_are_awaited_from_the_year_after_and_never_overdue(plan: Plan) -> None:
    """The plan sets them no due date."""
    for now, state in (
        (datetime(2024, 12, 31, 23, 59, tzinfo=HERE), CellState.NOT_DUE),
        (datetime(2025, 1, 1, 0, 0, tzinfo=HERE), CellState.MISSING),
        (datetime(2030, 6, 1, tzinfo=HERE), CellState.MISSING),
    ):
        cell = Round(plan, now).cell(phase=FINAL)
        assert (cell.state, cell.days_late) == (state, None)


def test_every_state_can_be_told() -> None:
    """A state either says that something was sent, or that nothing was; complete is sent."""
    nothing = {
        CellState.NOT_DUE,
        CellState.MISSING,
        CellState.OVERDUE,
        CellState.NOT_NEEDED,
        CellState.NOT_IN_FORCE,
    }
    assert nothing | SENT == set(CellState)
    assert not nothing & SENT
    assert COMPLETE < SENT


# --- which version a cell speaks of -------------------------------------------------------------


def test_what_waits_is_shown_before_what_counts(after: Round) -> None:
    """A newer version that waits asks for a decision; the one in use still counts."""
    reports = [sent(version=1), sent(version=2, state=WAITING)]
    cell = after.cell(reports)
    assert (cell.state, cell.submission, cell.versions) == (CellState.WAITING, reports[1], 2)
    standing = after.standing(reports)
    assert standing.state is CellState.WAITING
    assert standing.complete, "an accepted report is there"


def test_the_version_in_use_is_shown_before_a_newer_one(after: Round) -> None:
    """Where an older version was chosen by hand the cell speaks of that one."""
    older, newer = sent(version=1), sent(version=2, counts=False)
    assert after.cell([newer, older]).submission == older


def test_a_returned_version_does_not_hide_an_accepted_one(after: Round) -> None:
    """The newest was returned; the figures before it are in use."""
    reports = [sent(version=1), sent(version=2, state=RETURNED)]
    assert after.cell(reports).state is CellState.ACCEPTED
    assert after.standing(reports).complete


def test_a_statement_stands_in_place_of_a_returned_report(after: Round) -> None:
    """Who sent something wrong, and then states that there is nothing, is complete."""
    returned = sent(state=RETURNED)
    assert after.cell([returned], [nil()]).state is CellState.NIL
    assert after.cell([sent()], [nil()]).state is CellState.ACCEPTED


# --- in time, or days late ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "late"),
    [
        (datetime(2024, 12, 9, 23, 59, 59, tzinfo=HERE), 0),
        (datetime(2024, 12, 9, 23, 59, 59, 900_000, tzinfo=HERE), 0),
        (datetime(2024, 12, 9, 16, 59, 59, 900_000, tzinfo=UTC), 0),
        (datetime(2024, 12, 10, 0, 0, 0, tzinfo=HERE), 1),
        (datetime(2024, 12, 9, 17, 0, 0, tzinfo=UTC), 1),
        (datetime(2024, 12, 11, 0, 0, 0, tzinfo=HERE), 2),
        (datetime(2024, 1, 2, 8, 0, 0, tzinfo=HERE), 0),
        (SPRING, 101),
    ],
)
def test_a_report_is_in_time_until_the_last_second_of_the_ninth(
    plan: Plan, received: datetime, late: int
) -> None:
    """ "Before 10 December", in the plan's own time zone, whatever zone the moment is given in."""
    look = Round(plan, SPRING)
    for reports, statements in (([sent(at=received)], []), ([], [nil(at=received)])):
        assert look.cell(reports, statements).days_late == late
        standing = look.standing(reports, statements)
        assert (standing.on_time, standing.days_late) == (late == 0, late)
        assert standing.received_at == received


def test_a_due_date_that_is_inclusive_is_itself_in_time(plan: Plan) -> None:
    """With the rule "by 10 December" the tenth is the last day."""
    inclusive = plan.changed(due=plan.due.model_copy(update={"inclusive": True}))
    tenth, eleventh = (datetime(2024, 12, day, tzinfo=HERE) for day in (10, 11))
    look = Round(inclusive, AFTER)
    assert look.cell([sent(at=tenth)]).days_late == 0
    assert look.cell([sent(at=eleventh)]).days_late == 1


@pytest.mark.parametrize(
    ("rule", "late"), [("first_not_returned", 3), ("first_received", 0)], ids=str
)
def test_a_report_returned_and_sent_again_is_late_by_the_rule(
    plan: Plan, rule: str, late: int
) -> None:
    """Sent in time, returned, sent again late: the plan's rule says by which version it goes."""
    reports = [sent(version=1, state=RETURNED), sent(version=2, at=LATE)]
    look = Round(plan.with_rule("punctuality", rule), AFTER)
    assert look.cell(reports).days_late == late
    assert look.standing(reports).on_time is (late == 0)
    found = look.rates(reports)
    assert (found.on_time, found.late) == ((0, 1) if late else (1, 0))


@pytest.mark.parametrize(
    ("rule", "late"), [("first_not_returned", 11), ("first_received", 0)], ids=str
)
def test_a_report_that_was_returned_is_due_again(plan: Plan, rule: str, late: int) -> None:
    """Until it is there again it is overdue, unless any arrival counts; it is not "late"."""
    reports = [sent(state=RETURNED)]
    look = Round(plan.with_rule("punctuality", rule), AFTER)
    standing, cell, found = look.standing(reports), look.cell(reports), look.rates(reports)
    assert standing.state is cell.state is CellState.RETURNED
    assert standing.days_late == cell.days_late == late
    assert (found.complete, found.on_time, found.late) == (0, int(late == 0), 0)
    before = Round(look.plan, IN_TIME + timedelta(days=1)).standing(reports)
    assert before.on_time is (None if late else True)


def test_what_was_accepted_once_has_arrived_for_good(plan: Plan) -> None:
    """Accepted in time, reopened and returned months later: it is due again, but was in time."""
    reports = [replace(sent(state=RETURNED), ever_accepted=True)]
    look = Round(plan, SPRING)
    assert look.cell(reports).state is CellState.RETURNED
    assert look.cell(reports).days_late == look.standing(reports).days_late == 0
    assert (look.rates(reports).complete, look.rates(reports).on_time) == (0, 1)
    again = [*reports, sent(version=2, at=SPRING)]
    assert look.standing(again).days_late == 0


def test_a_correction_in_spring_does_not_make_an_estimate_late(plan: Plan) -> None:
    """The first version that was not returned decides, in the cell and in the rate alike."""
    reports = [sent(version=1, counts=False), sent(version=2, at=SPRING)]
    look = Round(plan, SPRING)
    assert look.cell(reports).submission == reports[1]
    assert look.cell(reports).days_late == look.standing(reports).days_late == 0


def test_final_figures_in_time_make_an_estimate_needless(plan: Plan) -> None:
    """Who sends final figures before the due date is in time without an estimate."""
    reports = [sent(phase=FINAL)]
    standing = Round(plan, AFTER).standing(reports)
    assert (standing.state, standing.on_time, standing.complete) == (CellState.FINAL, True, True)
    assert Round(plan, AFTER).cell(reports, phase=FINAL).days_late is None


# --- which agencies count -----------------------------------------------------------------------


def test_agencies_count_only_in_the_years_in_which_they_exist(after: Round) -> None:
    """The station reports for 2024 and the merged newspaper from 2025; the magazine throughout."""
    assert [s.agency for s in after.standings()] == [BAO, DAI, VAN_NGHE]
    assert [s.agency for s in after.standings(year=2025)] == [MERGED, VAN_NGHE]
    assert after.rates().expected == 3
    assert after.rates(year=2025).expected == 2
    for agency, year in ((MERGED, 2024), (DAI, 2025), (BAO, 2026)):
        for phase in Phase:
            cell = after.cell(agency=agency, year=year, phase=phase)
            assert (cell.state, cell.days_late) == (CellState.NOT_IN_FORCE, None)


def test_a_report_of_an_agency_that_does_not_count_is_still_to_be_seen(plan: Plan) -> None:
    """It is shown as what it is; nothing more is asked of that agency."""
    look = Round(plan, datetime(2026, 5, 1, tzinfo=HERE))
    reports = [sent(DAI, year=2025)]
    assert look.cell(reports, agency=DAI, year=2025).state is CellState.ACCEPTED
    final = look.cell(reports, agency=DAI, year=2025, phase=FINAL)
    assert final.state is CellState.NOT_IN_FORCE
    assert look.rates(reports, year=2025).complete == 0
    reports = [sent(DAI, year=2025, phase=FINAL, state=WAITING)]
    assert look.cell(reports, agency=DAI, year=2025).state is CellState.NOT_IN_FORCE


# --- a year in one word -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reports", "statements", "state", "complete"),
    [
        ([sent(), sent(phase=FINAL, state=WAITING)], [], CellState.WAITING, True),
        ([sent(counts=False), sent(phase=FINAL)], [], CellState.FINAL, True),
        ([sent(), sent(phase=FINAL, counts=False)], [], CellState.ACCEPTED, True),
        ([sent(), sent(phase=FINAL, state=RETURNED)], [], CellState.ACCEPTED, True),
        ([sent(state=RETURNED)], [], CellState.RETURNED, False),
        ([sent(state=WAITING)], [], CellState.WAITING, False),
        ([sent()], [], CellState.ACCEPTED, True),
        ([], [nil()], CellState.NIL, True),
        ([], [nil(phase=FINAL)], CellState.NIL, True),
        ([sent(state=WAITING)], [nil()], CellState.WAITING, True),
        ([], [], CellState.OVERDUE, False),
    ],
)
def test_a_year_stands_as_its_foremost_phase(
    plan: Plan,
    reports: Sequence[Submission],
    statements: Sequence[NilReturn],
    state: CellState,
    complete: bool,
) -> None:
    """Seen in spring, when final figures are awaited: they do not make a year incomplete."""
    standing = Round(plan, SPRING).standing(reports, statements)
    assert (standing.state, standing.complete) == (state, complete)


def test_a_nil_return_is_complete_and_in_time_by_its_date(after: Round) -> None:
    """It counts as a report: complete, and in time or late by the day it was stated."""
    found = after.rates([sent(BAO)], [nil(DAI), nil(VAN_NGHE, LATE)])
    assert (found.expected, found.complete, found.on_time, found.late) == (3, 3, 2, 1)
    assert found.states == {CellState.ACCEPTED: 1, CellState.NIL: 2}
    assert found.complete_pct == 100
    assert found.on_time_pct == pytest.approx(200 / 3)


def test_without_agencies_there_is_no_rate(plan: Plan) -> None:
    """A share of nobody is not 0%."""
    found = Round(plan.changed(agencies=()), AFTER).rates()
    assert (found.expected, found.complete_pct, found.on_time_pct) == (0, None, None)


def test_before_the_due_date_nobody_is_late_yet(plan: Plan) -> None:
    """While the due date is to come and nothing has arrived, the share in time is none, not 0%."""
    found = Round(plan, SPRING).rates(year=2025)
    assert found.expected == 2
    assert (found.on_time, found.on_time_pct) == (0, None)


# --- the next due date --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2023-01-01T00:00:00", NextDue(2023, date(2023, 12, 9), 342)),
        ("2024-12-08T23:59:59", NextDue(2024, date(2024, 12, 9), 1)),
        ("2024-12-09T00:00:00", NextDue(2024, date(2024, 12, 9), 0)),
        ("2024-12-09T23:59:59", NextDue(2024, date(2024, 12, 9), 0)),
        ("2024-12-10T00:00:00", NextDue(2025, date(2025, 12, 9), 364)),
        ("2030-12-09T23:59:59", NextDue(2030, date(2030, 12, 9), 0)),
        ("2030-12-10T00:00:00", None),
    ],
)
def test_the_next_due_date(plan: Plan, now: str, expected: NextDue | None) -> None:
    """Before, on and after the last day, and after the plan's last year."""
    local = datetime.fromisoformat(now).replace(tzinfo=HERE)
    assert collection.next_due(plan, local) == expected
    assert collection.next_due(plan, local.astimezone(UTC)) == expected


def test_the_provinces_own_report_has_a_due_date_of_its_own(plan: Plan) -> None:
    """Before 15 December: five days after the agencies' reports."""
    found = collection.next_due(plan, AFTER - timedelta(days=8), plan.consolidated)
    assert found == NextDue(2024, date(2024, 12, 14), 2)


# --- properties ---------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2024, 10, 1), datetime(2025, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
AGENCIES = st.sampled_from([*THREE, MERGED])
REPORTS = st.lists(
    st.builds(
        sent,
        AGENCIES,
        MOMENTS,
        state=st.sampled_from(ReviewState),
        phase=st.sampled_from(Phase),
        counts=st.just(False),
        year=st.sampled_from([2024, 2025]),
    ),
    max_size=12,
)
STATEMENTS = st.lists(
    st.builds(nil, AGENCIES, MOMENTS, st.sampled_from(Phase)),
    max_size=3,
    unique_by=lambda statement: (statement.agency, statement.phase),
)


def stored(reports: Iterable[Submission]) -> list[Submission]:
    """The reports with versions in their order, of which the newest accepted counts."""
    found: list[Submission] = []
    for number, report in enumerate(reports, start=1):
        counts = report.state is ACCEPTED
        found = [
            replace(other, counts=False)
            if counts and (other.agency, other.year) == (report.agency, report.year)
            else other
            for other in found
        ]
        found.append(replace(report, id=number, version=number, counts=counts))
    return found


@given(REPORTS.map(stored), STATEMENTS, MOMENTS, st.sampled_from([2024, 2025]), st.data())
def test_rates_add_up_and_order_is_irrelevant(
    plan: Plan,
    reports: list[Submission],
    statements: list[NilReturn],
    now: datetime,
    year: int,
    data: st.DataObject,
) -> None:
    """Every agency expected is in one state; in time and late are no more than were expected."""
    look = Round(plan, now)
    standings = look.standings(reports, statements, year)
    found = collection.rates(year, standings)
    assert found.expected == len(plan.agencies_in(year)) == sum(found.states.values())
    assert found.on_time + found.late <= found.expected
    assert sum(found.states[state] for state in COMPLETE) <= found.complete <= found.expected
    assert CellState.NOT_IN_FORCE not in found.states
    for standing in standings:
        assert (standing.on_time is None) == (standing.days_late is None)
        assert standing.complete <= (standing.state in SENT)
    shuffled = data.draw(st.permutations(reports))
    assert look.standings(shuffled, reversed(statements), year) == standings
