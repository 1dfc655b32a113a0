"""Projections: three named methods worked out by hand, what they refuse, and what they never do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tbdx import metrics
from tbdx.i18n import language
from tbdx.model import Phase, Status
from tbdx.plan import Among, Indicator, Text
from tbdx.projections import (
    SPANS,
    Forecast,
    GoalPath,
    Method,
    Position,
    Projection,
    Refusal,
    Refused,
    goal_years,
    next_goal,
    project,
)
from tbdx.service import Service
from tbdx.ui import projecting, shell

ROOT = Path(__file__).parent.parent
VI, EN = language("vi"), language("en")
GOALS = (2025, 2030)
YEARS = range(2023, 2031)
WORDS = Text(vi="x", en="x")


def _indicator(kind: str = "share", rounding: str = "half_up") -> Indicator:
    return Indicator.model_validate(
        {
            "code": "x",
            "row": 1,
            "kind": kind,
            "among": Among(scope="all"),
            "rounding": rounding,
            "match": (),
            "short": WORDS,
            "title": WORDS,
            "clause": "",
            "source": "",
        }
    )


SHARE, RATIO = _indicator(), _indicator("ratio", "exact")


@dataclass(frozen=True)
class Counted:
    """One year's result in a test: k of n, and what is weak about it."""

    part: int
    whole: int
    missing: int = 0
    phase: Phase = Phase.FINAL


def _rows(
    results: Mapping[int, Counted],
    targets: Mapping[int, float],
    *,
    agencies: int = 3,
    thresholds: Mapping[int, float] | None = None,
) -> pd.DataFrame:
    """Rows as `View.results` has them, for one indicator of shares of `agencies`."""
    lines = []
    for year in YEARS:
        found, target = results.get(year), targets.get(year)
        asked = bool(target)
        lines.append(
            {
                "year": year,
                "numerator": found.part if found else 0,
                "denominator": found.whole if found else 0,
                "answered": found.whole if found else 0,
                "missing": found.missing if found else agencies,
                "value_pct": 100 * found.part / found.whole if found else None,
                "worst_pct": 100 * found.part / (found.whole + found.missing) if found else None,
                "best_pct": (
                    100 * (found.part + found.missing) / (found.whole + found.missing)
                    if found
                    else None
                ),
                "target_pct": target,
                "threshold_pct": (thresholds or {}).get(year),
                "needed": metrics.needed_count(agencies, target, 0) if target else pd.NA,
                "status": (Status.NO_DATA if asked else Status.NO_TARGET).value,
                "phase": found.phase.value if found else None,
            }
        )
    return pd.DataFrame(lines)


PRINTED = {2023: 33, 2024: 33, 2025: 67, **dict.fromkeys(range(2026, 2030), 67), 2030: 100}
TWO_YEARS = {2023: Counted(1, 3), 2024: Counted(2, 3)}


def _forecast(projection: Projection) -> Forecast:
    assert isinstance(projection, Forecast), projection
    return projection


def _path(projection: Projection) -> GoalPath:
    assert isinstance(projection, GoalPath), projection
    return projection


def _refusal(projection: Projection) -> Refusal:
    assert isinstance(projection, Refusal), projection
    return projection


# --- the path -------------------------------------------------------------------------------


def test_the_path_runs_through_the_first_target_and_the_goal_years() -> None:
    """33% in 2023, 67% in 2025, 100% in 2030; the yearly targets between them bend nothing."""
    path = _path(project(_rows(TWO_YEARS, PRINTED), SHARE, GOALS, 2030))
    assert path.anchors == ((2023, 33), (2025, 67), (2030, 100))
    assert path.expected_pct == 50  # half way from 33 to 67
    assert path.gap_pct == pytest.approx(200 / 3 - 50)
    assert path.position is Position.ABOVE


def test_the_pace_from_here_is_the_rest_over_the_years_left() -> None:
    """From 1/3 in 2024 it takes (100 − 33.3) ÷ 6 points a year, and all three agencies."""
    rows = _rows({2024: Counted(1, 3)}, PRINTED)
    path = _path(project(rows, SHARE, GOALS, 2030))
    assert path.per_year_pct == pytest.approx((100 - 100 / 3) / 6)
    assert (path.goal.needed, path.goal.whole) == (3, 3)
    assert [year for year, _ in path.line] == [2024, 2030]
    assert [value for _, value in path.line] == pytest.approx([100 / 3, 100])


def test_two_of_three_is_on_a_path_of_67_percent() -> None:
    """Shares are compared as the plan prints them: 66.67% is 67%, and nothing more is needed."""
    targets = dict.fromkeys((2023, 2024, 2025), 67.0)
    path = _path(project(_rows({2024: Counted(2, 3)}, targets), SHARE, GOALS, 2025))
    assert path.position is Position.ON
    assert path.per_year_pct == 0


def test_people_are_compared_unrounded() -> None:
    """99 of 200 people are below a path of 50%; for agencies, rounded, they would be on it."""
    rows = _rows({2024: Counted(99, 200)}, dict.fromkeys((2023, 2024, 2025), 50.0))
    assert _path(project(rows, RATIO, GOALS, 2025)).position is Position.BELOW
    assert _path(project(rows, SHARE, GOALS, 2025)).position is Position.ON


def test_a_target_of_nothing_is_no_point_of_the_path() -> None:
    """A printed 0% asks for nothing: the path begins in the first year that asks."""
    rows = _rows({2023: Counted(0, 3)}, {2023: 0, 2024: 33, 2025: 67})
    path = _path(project(rows, SHARE, GOALS, 2025))
    assert path.anchors[0] == (2024, 33)
    assert (path.expected_pct, path.gap_pct, path.position) == (None, None, None)
    assert path.per_year_pct == pytest.approx(200 / 3 / 2)  # 67% of three are two of them


def test_a_lone_goal_has_a_pace_and_no_path() -> None:
    """Where only the goal year is printed, what it takes is said and nothing is compared."""
    path = _path(project(_rows({2024: Counted(1, 3)}, {2030: 100}), SHARE, GOALS, 2030))
    assert path.anchors == ((2030, 100),)
    assert path.position is None


# --- compound growth ------------------------------------------------------------------------


def test_growth_continues_the_yearly_ratio() -> None:
    """From 10% to 20% in one year, doubling: 40% in 2025, 80 in 2026 and so on, at most 100%."""
    rows = _rows({2023: Counted(1, 10), 2024: Counted(2, 10)}, {2025: 30}, agencies=10)
    found = _forecast(project(rows, SHARE, GOALS, 2025, Method.GROWTH))
    assert found.factor == pytest.approx(2)
    assert found.value_pct == pytest.approx(40)
    assert (found.agencies, found.goal.needed, found.meets) == (4, 3, True)
    assert not found.capped


def test_growth_over_a_gap_counts_the_years() -> None:
    """From 9% to 36% in two years the ratio is 2, whatever lies between."""
    rows = _rows({2023: Counted(9, 100), 2025: Counted(36, 100)}, {2026: 100}, agencies=100)
    found = _forecast(project(rows, SHARE, (2026,), 2026, Method.GROWTH))
    assert (found.factor, found.value_pct) == pytest.approx((2, 72))


def test_what_goes_beyond_a_hundred_is_capped_and_said() -> None:
    """1/3 then 2/3 doubles far beyond 100%: the raw value stays known, the value is 100%."""
    found = _forecast(project(_rows(TWO_YEARS, PRINTED), SHARE, GOALS, 2030, Method.GROWTH))
    assert found.capped
    assert (found.value_pct, found.agencies, found.meets) == (100, 3, True)
    assert found.raw_pct == pytest.approx(200 / 3 * 2**6)
    assert max(value for _, value in found.line) == 100


@pytest.mark.parametrize("zero", [2023, 2024])
def test_growth_from_or_to_nothing_is_refused(zero: int) -> None:
    """There is no ratio from 0% and none to it."""
    rows = _rows({**TWO_YEARS, zero: Counted(0, 3)}, PRINTED)
    found = _refusal(project(rows, SHARE, GOALS, 2030, Method.GROWTH))
    assert found.reason is Refused.ZERO_VALUE


def test_growth_needs_two_years() -> None:
    """One year is no growth; the refusal says how many were found."""
    found = _refusal(
        project(_rows({2024: Counted(1, 3)}, PRINTED), SHARE, GOALS, 2030, Method.GROWTH)
    )
    assert (found.reason, found.needs, len(found.inputs)) == (Refused.TOO_FEW, 2, 1)


# --- the trend ------------------------------------------------------------------------------


def test_the_trend_is_the_line_of_least_squares() -> None:
    """10, 20, 60%: mean 30 in 2024, slope 25 points a year, so 80% in 2026."""
    results = {2023: Counted(10, 100), 2024: Counted(20, 100), 2025: Counted(60, 100)}
    rows = _rows(results, {2026: 81}, agencies=100)
    found = _forecast(project(rows, SHARE, (2026,), 2026, Method.TREND))
    assert found.centre == (2024, 30)
    assert (found.factor, found.value_pct) == (25, 80)
    assert (found.agencies, found.meets) == (80, False)
    assert found.line[0] == (2023, 5)


def test_the_trend_takes_the_last_years_only() -> None:
    """Through the last two the slope is 40 points: 100% in 2026."""
    results = {2023: Counted(10, 100), 2024: Counted(20, 100), 2025: Counted(60, 100)}
    rows = _rows(results, {2026: 100}, agencies=100)
    found = _forecast(project(rows, SHARE, (2026,), 2026, Method.TREND, span=2))
    assert [point.year for point in found.inputs] == [2024, 2025]
    assert (found.value_pct, found.capped, found.meets) == (100, False, True)


def test_a_falling_trend_stops_at_nothing() -> None:
    """Less than 0% cannot be."""
    results = {2023: Counted(3, 3), 2024: Counted(1, 3)}
    found = _forecast(project(_rows(results, PRINTED), SHARE, GOALS, 2030, Method.TREND, span=2))
    assert (found.value_pct, found.agencies, found.meets, found.capped) == (0, 0, False, True)


@pytest.mark.parametrize("span", SPANS)
def test_the_trend_needs_as_many_years_as_it_is_drawn_through(span: int) -> None:
    """With one year less it is refused; with enough it is not."""
    results = {2030 - span + n: Counted(n, 9) for n in range(span)}
    goals = (2030,)
    rows = _rows(results, {2030: 100})
    assert _forecast(project(rows, SHARE, goals, 2030, Method.TREND, span=span))
    fewer = _rows({year: results[year] for year in list(results)[1:]}, {2030: 100})
    found = _refusal(project(fewer, SHARE, goals, 2030, Method.TREND, span=span))
    assert (found.reason, found.needs, len(found.inputs)) == (Refused.TOO_FEW, span, span - 1)


def test_agencies_are_rounded_down() -> None:
    """A trend to 99% of three agencies is two of them: the third would not be there."""
    results = {2028: Counted(97, 100), 2029: Counted(98, 100)}
    found = _forecast(
        project(_rows(results, {2030: 100}), SHARE, (2030,), 2030, Method.TREND, span=2)
    )
    assert (found.value_pct, found.agencies, found.meets) == (99, 2, False)


def test_two_thirds_that_stay_are_two_agencies_and_meet_67_percent() -> None:
    """No rounding error of machine numbers makes one agency of two thirds of three."""
    steady = {year: Counted(2, 3) for year in (2023, 2024, 2025)}
    rows = _rows(steady, {2026: 67})
    for method in (Method.GROWTH, Method.TREND):
        found = _forecast(project(rows, SHARE, (2026,), 2026, method))
        assert (found.agencies, found.meets) == (2, True)


def test_people_have_no_number_of_agencies() -> None:
    """How many people there will be nobody knows; their share is compared unrounded."""
    results = {2028: Counted(80, 100), 2029: Counted(85, 100)}
    found = _forecast(
        project(_rows(results, {2030: 90}), RATIO, (2030,), 2030, Method.TREND, span=2)
    )
    assert (found.agencies, found.value_pct, found.meets) == (None, 90, True)


# --- refusals of every method ---------------------------------------------------------------


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("target", [None, 0])
def test_without_a_target_there_is_nothing_to_project_to(
    method: Method, target: float | None
) -> None:
    """No printed target, or a printed 0%."""
    targets = {2025: 67} | ({} if target is None else {2030: target})
    found = _refusal(project(_rows(TWO_YEARS, targets), SHARE, GOALS, 2030, method))
    assert (found.reason, found.goal) == (Refused.NO_TARGET, None)


@pytest.mark.parametrize("method", Method)
def test_a_goal_year_with_a_result_is_not_projected(method: Method) -> None:
    """What is known, if only as an estimate, is no projection."""
    rows = _rows({**TWO_YEARS, 2025: Counted(1, 3, phase=Phase.ESTIMATE)}, PRINTED)
    found = _refusal(project(rows, SHARE, GOALS, 2025, method))
    assert found.reason is Refused.GOAL_REPORTED


@pytest.mark.parametrize("method", Method)
def test_without_a_value_every_method_refuses(method: Method) -> None:
    """Nothing reported is never 0%."""
    found = _refusal(project(_rows({}, PRINTED), SHARE, GOALS, 2030, method))
    assert (found.reason, found.inputs) == (Refused.NO_VALUE, ())


@pytest.mark.parametrize("method", Method)
def test_a_goal_without_agencies_is_refused(method: Method) -> None:
    """Where nobody will be counted there is no share."""
    rows = _rows(TWO_YEARS, PRINTED, agencies=0)
    found = _refusal(project(rows, SHARE, GOALS, 2030, method))
    assert found.reason is Refused.NOBODY


def test_results_by_another_threshold_are_left_out_and_named() -> None:
    """+10% of 2024 says nothing about +20%: only years counted by the goal's threshold are used."""
    growth = {2024: 10.0, **dict.fromkeys(range(2025, 2031), 20.0)}
    rows = _rows(
        {2023: Counted(3, 3), 2024: Counted(1, 3), 2025: Counted(1, 2)}, PRINTED, thresholds=growth
    )
    path = _path(project(rows, SHARE, GOALS, 2030))
    assert [point.year for point in path.inputs] == [2025]
    assert [point.year for point in path.left_out] == [2023, 2024]
    assert path.anchors == ((2025, 67), (2030, 100))
    assert _refusal(project(rows, SHARE, GOALS, 2030, Method.GROWTH)).reason is Refused.TOO_FEW


def test_what_is_weak_about_the_inputs_stays_with_them() -> None:
    """Estimates and missing agencies are told with the year they stand in."""
    rows = _rows({2024: Counted(1, 2, missing=1, phase=Phase.ESTIMATE)}, PRINTED)
    (point,) = _path(project(rows, SHARE, GOALS, 2030)).inputs
    assert (point.estimate, point.missing, point.exact) == (True, 1, Fraction(50))
    assert (point.worst_pct, point.best_pct) == pytest.approx((100 / 3, 200 / 3))


def test_what_a_scenario_supposes_is_no_value() -> None:
    """A supposed result has no phase: nothing is projected from it, and it is no report."""
    rows = _rows({**TWO_YEARS, 2025: Counted(3, 3)}, PRINTED)
    rows.loc[rows["year"] == 2025, "phase"] = None
    found = _path(project(rows, SHARE, GOALS, 2025))
    assert [point.year for point in found.inputs] == [2023, 2024]
    assert next_goal(rows, GOALS) == 2025


# --- goal years -----------------------------------------------------------------------------


def test_the_next_goal_is_the_first_that_has_no_result() -> None:
    """2025 until it is reported, then 2030; the last one where all are reported."""
    assert next_goal(_rows(TWO_YEARS, PRINTED), GOALS) == 2025
    assert next_goal(_rows({2025: Counted(1, 3)}, PRINTED), GOALS) == 2030
    assert next_goal(_rows({2030: Counted(1, 3)}, PRINTED), GOALS) == 2030
    assert next_goal(_rows({}, {}), GOALS) is None
    assert goal_years(_rows({}, {2025: 100}), GOALS) == (2025,)


# --- with the illustrative reports ------------------------------------------------------------


def test_the_samples_by_the_path(service: Service) -> None:
    """1 of 2 in 2025 is 17 points below the 67% of that year, and 10 points a year from 100%."""
    view = service.view()
    rows = view.results[view.results["indicator"] == "digital_platforms"]
    path = _path(project(rows, view.plan.indicator("digital_platforms"), GOALS, 2030))
    assert path.anchors == ((2023, 67), (2025, 67), (2030, 100))
    assert (path.gap_pct, path.position, path.per_year_pct) == (-17, Position.BELOW, 10)
    assert [point.estimate for point in path.inputs] == [False, False, True]


# --- in words -------------------------------------------------------------------------------


def test_growth_is_said_with_its_numbers_put_in() -> None:
    """Whoever reads the formula can work it out again; the cap and the agencies follow."""
    found = project(_rows(TWO_YEARS, PRINTED), SHARE, GOALS, 2030, Method.GROWTH)
    formula, cap, would = projecting.sentences(found, VI)
    assert formula == (
        "Tỷ số hằng năm (66,67% ÷ 33,33%) ^ (1 ÷ (2024 − 2023)) = 2; "
        "năm 2030: 66,67% × 2 ^ (2030 − 2024) = **4.266,7%**."
    )
    assert cap == "Tỷ lệ không thể vượt quá giới hạn: lấy bằng 100%."
    assert would == (
        "Làm tròn xuống là 3/3 cơ quan; mục tiêu năm 2030 (100%) cần 3: nếu vậy thì đạt."
    )


def test_the_trend_is_said_with_its_numbers_put_in() -> None:
    """The middle of an even number of years lies between two, and is written without a dot."""
    found = project(_rows(TWO_YEARS, PRINTED), SHARE, GOALS, 2030, Method.TREND, span=2)
    assert projecting.sentences(found, VI)[0] == (
        "Trung bình các năm 2023, 2024: 50%; độ dốc: 33,33 điểm phần trăm mỗi năm; "
        "năm 2030: 50% + 33,33 × (2030 − 2023,5) = **266,7%**."
    )


def test_the_path_is_said_with_the_pace() -> None:
    """Where it runs, how far below it the value is, what it takes every year, and how many."""
    found = project(_rows({2024: Counted(1, 3)}, PRINTED), SHARE, GOALS, 2030)
    assert projecting.sentences(found, VI) == [
        "Đường thẳng đi qua 33% (2023), 67% (2025), 100% (2030).",
        "Năm 2024: kết quả 33,3%, thấp hơn đường thẳng (50%) 16,7 điểm phần trăm.",
        "Từ nay cần tăng 11,1 điểm phần trăm mỗi năm: (100% − 33,3%) ÷ (2030 − 2024).",
        "Mục tiêu năm 2030 (100%) cần 3/3 cơ quan, tức 100%.",
    ]


def test_the_pace_goes_to_the_agencies_that_the_goal_takes() -> None:
    """1 of 2 is above a path to 67%, but 67% of two are both: 50 points in five years, 1 agency."""
    targets = {2025: 33, 2030: 67}
    rows = _rows({2025: Counted(1, 2)}, targets, agencies=2)
    path = _path(project(rows, SHARE, GOALS, 2030))
    assert (path.position, path.more, path.aim_pct) == (Position.ABOVE, 1, 100)
    assert path.per_year_pct == 10
    assert path.line == ((2025, 50), (2030, 100))
    said = projecting.sentences(path, VI)
    assert said[1].endswith("Như vậy chưa đạt mục tiêu năm 2030: cần thêm 1 cơ quan.")
    assert said[2] == ("Từ nay cần tăng 10 điểm phần trăm mỗi năm: (100% − 50%) ÷ (2030 − 2025).")
    assert said[3] == "Mục tiêu năm 2030 (67%) cần 2/2 cơ quan, tức 100%."


@given(st.integers(1, 40), st.data())
def test_the_pace_is_nothing_exactly_where_no_agency_is_lacking(whole: int, data: Any) -> None:
    """With a register that stays, points and agencies never speak against one another."""
    part, share = data.draw(st.integers(0, whole)), data.draw(st.integers(1, 100))
    rows = _rows({2025: Counted(part, whole)}, {2030: share}, agencies=whole)
    path = _path(project(rows, SHARE, GOALS, 2030))
    assert path.goal.needed is not None
    assert path.more == max(0, path.goal.needed - part)
    assert (path.per_year_pct == 0) == (path.more == 0)


def test_people_are_paced_to_the_printed_share() -> None:
    """How many people there will be nobody knows: from 80% to 90% in two years is 5 points."""
    path = _path(project(_rows({2028: Counted(80, 100)}, {2030: 90}), RATIO, (2030,), 2030))
    assert (path.per_year_pct, path.more, path.aim_pct) == (5, None, 90)


def test_a_goal_met_among_some_only_is_not_met() -> None:
    """1 of 1 with another agency missing is anything from 50 to 100%: open, and a pace from 50%."""
    rows = _rows({2024: Counted(1, 1, missing=1, phase=Phase.ESTIMATE)}, PRINTED, agencies=2)
    found = _path(project(rows, SHARE, GOALS, 2030))
    assert (found.position, found.start_pct) == (Position.OPEN, 50)
    assert found.per_year_pct == pytest.approx(50 / 6)
    said = projecting.sentences(found, VI)
    assert "trong khoảng 50% – 100%: chưa so được với đường thẳng (50%)" in said[1]
    assert said[3] == "Trong đó, cơ quan chưa có số liệu được tính là chưa thực hiện."
    assert projecting.reservations(found, SHARE, VI) == [
        "Số ước thực hiện: 2024.",
        "Năm 2024 còn cơ quan chưa có số liệu: kết quả trong khoảng 50% – 100%.",
    ]


def test_a_missing_agency_that_turns_nothing_leaves_the_position_decided() -> None:
    """2 of 2 with a third missing is 67 or 100%: above a path of 50% either way."""
    rows = _rows({2024: Counted(2, 2, missing=1)}, PRINTED)
    assert _path(project(rows, SHARE, GOALS, 2030)).position is Position.ABOVE


def test_a_register_that_changed_is_said() -> None:
    """After a merger a share of two is no continuation of one of three without a word."""
    rows = _rows({2024: Counted(2, 3), 2025: Counted(1, 2)}, PRINTED)
    found = project(rows, SHARE, GOALS, 2030)
    assert projecting.reservations(found, SHARE, VI) == ["Số cơ quan được tính thay đổi: 3 → 2."]
    assert projecting.reservations(found, RATIO, VI) == []


@pytest.mark.parametrize("reason", Refused)
def test_every_refusal_has_its_sentence_in_both_languages(reason: Refused) -> None:
    """Why there is nothing, with the numbers, in a sentence of its own."""
    refusal = Refusal(reason, Method.TREND, 2030, needs=3)
    said = [projecting.sentences(refusal, words) for words in (VI, EN)]
    assert all(len(sentences) == 1 and sentences[0].endswith(".") for sentences in said)
    assert said[0] != said[1]
    if reason is Refused.TOO_FEW:
        assert "cần 3 năm" in said[0][0]


# --- on the page ----------------------------------------------------------------------------


@pytest.fixture
def _samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page's store with the illustrative reports."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    yield
    shell.service.clear()


def _page(**choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/indicator.py").run()
    assert not app.exception
    return app


def _told(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info)
    return "\n".join(element.value for elements in kinds for element in elements)


@pytest.mark.usefixtures("_samples")
class TestSection:
    """The section of the indicator's page."""

    def test_it_opens_with_the_path_to_the_next_goal(self) -> None:
        """2025 is reported, so the goal is 2030; nothing of it stands in the address."""
        app = _page(indicator="digital_platforms")
        assert app.selectbox(key="pick-goal").value == "2030"
        assert "thấp hơn đường thẳng (67%) 17 điểm phần trăm" in _told(app)
        assert not {"projection", "goal", "span"} & set(app.query_params)

    def test_another_method_stands_in_the_address(self) -> None:
        """As a code; the years of a trend are asked for with it alone."""
        app = _page(indicator="digital_platforms")
        assert not [box for box in app.selectbox if box.key == "pick-span"]
        app.selectbox(key="pick-projection").set_value("trend").run()
        app.selectbox(key="pick-span").set_value("2").run()
        assert app.query_params["projection"] == "trend"
        assert app.query_params["span"] == "2"
        assert "58,33%" in _told(app)

    def test_a_link_opens_the_same_projection(self) -> None:
        """Method, goal and years are read from the address."""
        app = _page(indicator="digital_platforms", projection="trend", span="2", goal="2030")
        assert "Trung bình các năm 2024, 2025" in _told(app)
        assert "lấy bằng 0%" in _told(app)

    def test_a_refusal_is_said_and_draws_nothing(self) -> None:
        """Row 4 was counted by +20% in one year only; the years left out are in the table."""
        app = _page(indicator="revenue_growth", projection="growth")
        assert "hiện có 1 năm" in app.info[-1].value
        rests_on = next(t.value for t in app.table if "Được dùng" in t.value.columns)
        assert list(rests_on["Được dùng"]) == ["không", "không", "có"]

    def test_an_indicator_whose_goal_is_reported_needs_none(self) -> None:
        """Row 5 ends in 2025, which has a result: no choice of years, no table."""
        app = _page(indicator="people_trained")
        assert not [box for box in app.selectbox if box.key == "pick-goal"]
        assert any("Năm 2025 đã có kết quả" in info.value for info in app.info)

    def test_a_goal_of_another_indicator_breaks_nothing(self) -> None:
        """A goal year chosen for one indicator is not asked of one that has another."""
        app = _page(indicator="digital_platforms", goal="2030")
        app.selectbox(key="pick-indicator").set_value("people_trained").run()
        assert not app.exception
        assert not any("2030" in warning.value for warning in app.warning)


@pytest.mark.usefixtures("_samples")
class TestAllGoals:
    """The part of the board that sets every indicator against one goal year."""

    def _table(self, **choices: str) -> tuple[AppTest, pd.DataFrame]:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in {"lang": "en", "board": "goals", **choices}.items():
            app.query_params[name] = value
        app.run()
        app.switch_page("pages/board.py").run()
        assert not app.exception
        (table,) = (t.value for t in app.table if "Indicator and goal" in t.value.columns)
        return app, table

    def test_every_indicator_with_a_target_stands_in_one_table(self) -> None:
        """2030 asks for rows 1 to 4; path, pace and lacking agencies say the same as the sections."""
        app, table = self._table()
        rows = table.to_dict("records")
        assert [row["Indicator and goal"][2] for row in rows] == ["1", "2", "3", "4"]
        assert rows[3]["Last value, and the path"].split("  \n") == [
            "**1/2 · 50%** (2025, estimate)",
            "above the path by 17 pts",
            "1 agency more needed",
            "10 pts a year",
        ]
        assert "undecided" in rows[1]["Last value, and the path"]
        assert "between 50% and 100%" in rows[1]["Last value, and the path"]
        assert "No target in 2030: 5" in _told(app)

    def test_methods_say_what_they_come_to_or_why_they_do_not(self) -> None:
        """A projection is enough or not; it never wears the badge of a verdict."""
        _, table = self._table()
        first, second, third, fourth = table["If it goes on like this"]
        assert "Trend: 11.1% (0/2) → not enough" in first
        assert "no ratio from or to 0%" in second
        assert "→ enough (agencies are missing)" in second
        assert "Trend: 100% (1/1) → enough" in third
        assert "too few years (1, needs 3)" in fourth
        assert "-badge[" not in table.to_string()

    def test_the_goal_year_stands_in_the_address(self) -> None:
        """Of 2025, which is reported, nothing is projected; all six rows are asked."""
        app, table = self._table(goal="2025")
        assert app.query_params["goal"] == "2025"
        assert len(table) == 6
        assert table["If it goes on like this"].str.count("reported already").tolist() == [2] * 6


# --- properties -----------------------------------------------------------------------------

_counts = st.integers(1, 40).flatmap(
    lambda whole: st.builds(Counted, st.integers(0, whole), st.just(whole))
)
UNTIMED = settings(deadline=None)  # the machine may be busy: speed is not what is tested
_results = st.dictionaries(st.integers(2023, 2029), _counts, max_size=7)


@UNTIMED
@given(_results, st.sampled_from(list(Method)), st.sampled_from(SPANS), st.integers(1, 100))
def test_a_projection_stays_within_a_hundred_percent_and_says_what_it_used(
    results: dict[int, Counted], method: Method, span: int, share: int
) -> None:
    """Whatever was reported, values lie in 0 – 100%, and inputs are years with a value."""
    rows = _rows(results, {2030: share}, agencies=7)
    found = project(rows, SHARE, (2030,), 2030, method, span=span)
    assert {point.year for point in found.inputs} <= set(results)
    if isinstance(found, Forecast):
        assert all(0 <= value <= 100 for _, value in found.line)
        assert found.line[-1] == (2030, found.value_pct)
        assert found.agencies is not None
        assert found.agencies <= found.value_pct * 7 / 100 + 1e-6
        assert found.meets == (found.agencies >= metrics.needed_count(7, share, 0))


@UNTIMED
@given(_results)
def test_the_order_of_rows_is_irrelevant(results: dict[int, Counted]) -> None:
    """Rows turned round give the same projection."""
    rows = _rows(results, PRINTED)
    for method in Method:
        assert project(rows, SHARE, GOALS, 2030, method) == project(
            rows.iloc[::-1], SHARE, GOALS, 2030, method
        )


@UNTIMED
@given(st.integers(0, 10), st.integers(-3, 3))
def test_a_straight_line_is_its_own_trend(start: int, slope: int) -> None:
    """Values on a line are continued on it, exactly, by any number of years."""
    values = {year: start + 30 + slope * (year - 2023) for year in range(2023, 2029)}
    rows = _rows({y: Counted(v, 100) for y, v in values.items()}, {2030: 50}, agencies=100)
    for span in SPANS:
        found = _forecast(project(rows, SHARE, (2030,), 2030, Method.TREND, span=span))
        assert found.raw_pct == start + 30 + slope * 7


def test_a_projection_changes_no_figure(service: Service) -> None:
    """It reads the frame that everything else shows, and leaves it as it is."""
    view = service.view()
    before = view.results.copy()
    for indicator in view.plan.indicators:
        rows = view.results[view.results["indicator"] == indicator.code]
        for method in Method:
            project(rows, indicator, GOALS, 2030, method)
    pd.testing.assert_frame_equal(view.results, before)
