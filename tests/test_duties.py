"""An agency's to-do list: what the plan asks of it, beside what it answered last."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.make_samples import FIELDS, MAGAZINE, MERGED, NO, PAPER, REPORTS, STATION
from tbdx import metrics, scenarios
from tbdx.duties import Duties, Duty, coming_year, duties, goals_named, needed_amount
from tbdx.model import Answer, Reason, Status, Target
from tbdx.plan import Obligation, Plan
from tbdx.workbook.appendix import read_appendix

AGENCIES = (PAPER, STATION, MAGAZINE, MERGED)
LAST_YEAR = 2025  # of the samples


@pytest.fixture(scope="module")
def targets(plan: Plan) -> tuple[Target, ...]:
    return read_appendix(plan.appendix_path.read_bytes(), plan)[0]


@pytest.fixture(scope="module")
def answers(plan: Plan) -> pd.DataFrame:
    """The illustrative reports of 2023 to 2025."""
    return _answers()


def _answers(**changed: Any) -> pd.DataFrame:
    """The samples; `changed` replaces answers of the magazine's last report."""
    rows = []
    for agency, year, _, values in REPORTS:
        row: dict[str, Any] = {"agency": agency, "year": year}
        row |= dict(zip(FIELDS, values, strict=True))
        if agency == MAGAZINE and year == LAST_YEAR:
            row |= changed
        rows.append({k: v.value if isinstance(v, Answer) else v for k, v in row.items()})
    frame = pd.DataFrame(rows)
    numbers = {name: "float64" for name in FIELDS if name.endswith(("vnd", "count", "level"))}
    return frame.astype(numbers)


def _duty(found: Duties, code: str) -> Duty:
    return next(duty for duty in found.items if duty.indicator.code == code)


# --- what is open, what is in place, what is asked of nobody --------------------------------------


def test_the_next_years_list_is_in_concrete_terms(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """For 2026 the magazine must come onto platforms (100%): question 1 was no in 2025."""
    found = duties(answers, plan, targets, MAGAZINE, 2026)
    assert found.since == 2025
    assert [duty.indicator.code for duty in found.of("open")] == ["digital_platforms"]
    (step,) = _duty(found, "digital_platforms").steps
    assert (step.kind, step.field, step.now, step.done) == (
        "answer",
        "on_digital_platforms",
        "no",
        False,
    )
    assert found.of("in_place") == []


def test_people_and_revenue_say_how_much_is_missing(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """By the estimate of 2025 the merged newspaper lacks 5 trained people and 335 million VND."""
    found = duties(answers, plan, targets, MERGED, 2025)
    assert {duty.indicator.code for duty in found.of("open")} == {
        "revenue_growth",
        "people_trained",
    }
    people = _duty(found, "people_trained").steps[-1]
    assert (people.needed, people.now, people.short) == (170, 165, 5)
    revenue = _duty(found, "revenue_growth").steps[-1]
    assert (revenue.base, revenue.needed, revenue.short) == (33_500, 40_200, 335)


def test_a_share_of_agencies_binds_nobody_by_name(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """67% of 2026 names no agency: nothing is asked of one, whatever it answered."""
    for agency in (MERGED, MAGAZINE):
        duty = _duty(duties(answers, plan, targets, agency, 2026), "data_analytics_ai")
        assert (duty.state, duty.reason) == ("not_asked", Reason.NOT_ASSIGNED)
        assert duty.target is not None
        assert duty.target.share_pct == 67


@pytest.mark.parametrize(
    ("code", "year", "share"),
    [("revenue_growth", 2023, 0), ("people_trained", 2026, None)],
)
def test_zero_and_ended_targets_ask_for_nothing(
    plan: Plan,
    targets: tuple[Target, ...],
    answers: pd.DataFrame,
    code: str,
    year: int,
    share: float | None,
) -> None:
    """A printed 0% and a year without a target are told apart, and neither is a duty."""
    duty = _duty(duties(answers, plan, targets, MAGAZINE, year), code)
    assert duty.state == "not_asked"
    assert (duty.target.share_pct if duty.target else None) == share


def test_a_blank_is_not_a_no(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """In 2030 AI binds the magazine: 2a was yes, 2b was left blank, so the verdict is open."""
    found = duties(answers, plan, targets, MAGAZINE, 2030)
    duty = _duty(found, "data_analytics_ai")
    assert (duty.state, duty.status) == ("open", Status.NO_DATA)
    assert [(step.field, step.done, step.now) for step in duty.steps] == [
        ("uses_data_analytics", True, "yes"),
        ("uses_ai", False, None),
    ]
    assert [question.stt for question in found.blank] == ["2b"]


def test_questions_that_do_not_concern_an_agency_are_not_asked_again(
    plan: Plan, targets: tuple[Target, ...]
) -> None:
    """The magazine has no electronic edition, and without transformation revenue does not count."""
    frame = _answers(
        digital_transformation=NO, revenue_million_vnd=None, revenue_2022_million_vnd=None
    )
    found = duties(frame, plan, targets, MAGAZINE, 2026)
    assert [question.stt for question in found.blank] == ["2b"]


def test_named_but_not_counted_is_nothing_to_do(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """A plan that names an agency outside the denominator leaves it without a step, and not red."""
    goal = Obligation(agency=MAGAZINE, indicator="information_security", year=2025, source="II")
    named = plan.changed(obligations=(*plan.obligations, goal))
    duty = _duty(duties(answers, named, targets, MAGAZINE, 2025), "information_security")
    assert duty.named == (goal,)
    assert (duty.state, duty.reason) == ("not_asked", Reason.EMPTY_DENOMINATOR)


# --- mergers --------------------------------------------------------------------------------------


def test_a_merged_agency_carries_its_forebears_duties(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """Revenue names the station, platforms name both; each duty says whom the plan names."""
    found = duties(answers, plan, targets, MERGED, 2025)
    assert [goal.agency for goal in _duty(found, "revenue_growth").named] == [STATION]
    assert {g.agency for g in _duty(found, "digital_platforms").named} == {PAPER, STATION}
    assert goals_named(plan, PAPER, "revenue_growth", 2025) == ()


def test_before_its_first_report_the_base_is_the_sum_of_those_before(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """Nothing is supposed of a new agency but the revenue of 2022, which its forebears reported."""
    earlier = answers[answers["year"] < 2025]
    found = duties(earlier, plan, targets, MERGED, 2025)
    assert found.since is None
    revenue = _duty(found, "revenue_growth").steps[-1]
    assert (revenue.needed, revenue.now, revenue.short) == (40_200, None, None)
    assert {duty.status for duty in found.of("open")} == {Status.NO_DATA}
    assert found.of("in_place") == []


def test_what_no_longer_exists_has_no_list(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame
) -> None:
    """After the merger the station counts no more, unless the original structure is asked for."""
    assert duties(answers, plan, targets, STATION, 2026).items == ()
    original = plan.with_rule("structure", "original")
    found = duties(answers, original, targets, STATION, 2026)
    assert (found.reporter, found.since) == (MERGED, 2025)
    assert _duty(found, "digital_platforms").state == "in_place"


# --- agreement with the verdicts ------------------------------------------------------------------


@pytest.mark.parametrize("structure", ["in_force_on_due_date", "original"])
@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_reported_years_have_the_verdicts_of_the_province(
    plan: Plan,
    targets: tuple[Target, ...],
    answers: pd.DataFrame,
    structure: str,
    year: int,
) -> None:
    """A list of one agency's family says what the whole roster says, and open means not met."""
    plan = plan.with_rule("structure", structure)
    rows = metrics.agency_indicators(answers, plan, targets, years=[year])
    for row in rows.to_dict("records"):
        found = duties(answers, plan, targets, row["agency"], year)
        duty = _duty(found, row["indicator"])
        assert (duty.status, duty.reason) == (row["status"], row["reason"])
        if duty.state != "not_asked":
            all_done = all(step.done for step in duty.steps)
            assert all_done == (duty.status is Status.MET), (row["agency"], row["indicator"])


@pytest.mark.parametrize("agency", [MERGED, MAGAZINE])
@pytest.mark.parametrize("year", [2025, 2026, 2030])
def test_doing_the_list_meets_every_duty(
    plan: Plan, targets: tuple[Target, ...], answers: pd.DataFrame, agency: str, year: int
) -> None:
    """A scenario with the answers that the open duties ask for has no open duty."""
    open_ = duties(answers, plan, targets, agency, year).of("open")
    changes = [change for duty in open_ for change in duty.fulfilled(agency, year)]
    carried = scenarios.Scenario(tuple(changes), carry=True)
    done = duties(scenarios.applied(answers, carried, plan), plan, targets, agency, year)
    assert done.of("open") == []
    assert {d.indicator for d in open_} <= {d.indicator for d in done.of("in_place")}


@given(
    base=st.integers(1, 10**12).map(lambda dong: dong / 1e6),
    threshold=st.none() | st.integers(0, 10_000).map(lambda hundredths: hundredths / 100),
)
def test_the_amount_needed_is_the_least_that_grew_enough(
    base: float, threshold: float | None
) -> None:
    """One đồng less than the amount asked for has not grown by the threshold."""
    dong, then = round(needed_amount(base, threshold) * 1e6), round(base * 1e6)
    if threshold is None:
        assert dong == then + 1
        return
    wanted = then * (10_000 + round(threshold * 100))
    assert dong * 10_000 >= wanted > (dong - 1) * 10_000


# --- which year -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "chosen", "coming"),
    [
        ([2023, 2024, 2025], 2025, 2026),
        ([2023, 2024, 2025], 2023, 2026),
        ([2023, 2024, 2025], 2028, 2028),
        ([2023], 2024, 2024),
        ([], 2025, 2025),
        ([2030], 2030, 2030),
    ],
)
def test_the_coming_year(plan: Plan, reported: list[int], chosen: int, coming: int) -> None:
    """The year chosen if it is not reported yet, else the one after the last report."""
    assert coming_year(plan, reported, chosen) == coming
