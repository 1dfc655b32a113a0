"""The plan beside goals from elsewhere: which asks more, and where the result stands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from tbdx import charts, tables
from tbdx.comparison import compare, goal_decimals
from tbdx.i18n import language
from tbdx.metrics import answers_of, indicators, needed_count
from tbdx.model import Order, Target
from tbdx.plan import Plan, ReferenceGoal
from tbdx.provenance import Taking
from tbdx.service import Service
from tbdx.ui import shell

ROOT = Path(__file__).parent.parent
PLATFORMS, NEWSROOM, REVENUE, TRAINED = (
    "digital_platforms",
    "converged_newsroom",
    "revenue_growth",
    "people_trained",
)
EMPTY = pd.DataFrame(
    {
        "agency": pd.Series(dtype="str"),
        "year": pd.Series(dtype="int64"),
        "field": pd.Series(dtype="str"),
        "number": pd.Series(dtype="float64"),
        "text": pd.Series(dtype="str"),
    }
)
Pair = tuple[float, float | None]
"""A share in percent and the growth that it asks for, if any."""


def goal(indicator: str, share: float, threshold: float | None = None) -> ReferenceGoal:
    return ReferenceGoal(
        series="national",
        indicator=indicator,
        year=2024,
        share_pct=share,
        threshold_pct=threshold,
        source="QĐ 1",
    )


def target(plan: Plan, code: str, share: float, threshold: float | None = None) -> Target:
    row = plan.indicator(code).row
    return Target(row, code, "", 2024, share, threshold, goal_decimals(share), "", "", "")


def beside(
    plan: Plan, asked: Pair | None, wanted: Pair, code: str = REVENUE, panel: pd.DataFrame = EMPTY
) -> dict[str, Any]:
    """The one row of a plan with one target (or none) of 2024 and one national goal."""
    plan = plan.changed(reference_goals=(goal(code, *wanted),))
    answers = answers_of(panel, plan)
    targets = [] if asked is None else [target(plan, code, *asked)]
    (row,) = compare(answers, indicators(answers, plan, targets), plan).to_dict("records")
    return {str(name): value for name, value in row.items()}


def platforms(*answers: str) -> pd.DataFrame:
    """Who was on digital platforms in 2024, in the order of the register; "" is a blank."""
    agencies = ("bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh")
    rows = [
        (a, 2024, "on_digital_platforms", math.nan, b)
        for a, b in zip(agencies, answers, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=list(EMPTY.columns))
    return frame[frame["text"] != ""].astype(EMPTY.dtypes.to_dict())


class TestWhichAsksMore:
    """A target is a share, or a pair of share and growth."""

    @pytest.mark.parametrize(
        ("asked", "wanted", "order", "points"),
        [
            ((67, None), (50, None), Order.ABOVE, 17),
            ((67, None), (70, None), Order.BELOW, -3),
            ((100, None), (100, None), Order.EQUAL, 0),
            ((33, 10), (15, 10), Order.ABOVE, 18),
            ((33, 20), (33, 10), Order.ABOVE, math.nan),
            ((30, 5), (33, 10), Order.BELOW, math.nan),
            ((33, 10), (30, 20), Order.NOT_COMPARABLE, math.nan),
            ((33, None), (30, 20), Order.NOT_COMPARABLE, math.nan),
            ((33, None), (33, 5), Order.BELOW, math.nan),
            ((0, None), (5, 5), Order.BELOW, -5),
            ((0, 20), (0, 5), Order.EQUAL, 0),
            ((33.3, 10), (33, 10), Order.ABOVE, 0.3),
        ],
    )
    def test_pairs(
        self, plan: Plan, asked: Pair, wanted: Pair, order: Order, points: float
    ) -> None:
        """Higher in one part and not lower in the other is higher; 0% asks for nothing."""
        row = beside(plan, asked, wanted)
        assert row["order"] == order
        assert row["points"] == pytest.approx(points, nan_ok=True)

    def test_without_a_target_there_is_nothing_to_compare(self, plan: Plan) -> None:
        """The goal stands alone: no order, no points, no result's verdict."""
        row = beside(plan, None, (50, 20))
        assert row["order"] == Order.NONE
        assert math.isnan(row["points"])
        assert math.isnan(row["target_pct"])
        assert row["goal_pct"] == 50

    @given(
        st.tuples(st.integers(0, 100), st.none() | st.integers(1, 50)),
        st.tuples(st.integers(0, 100), st.none() | st.integers(1, 50)),
    )
    @settings(max_examples=40, deadline=None)
    def test_turned_round_the_order_is_the_other(self, plan: Plan, one: Pair, other: Pair) -> None:
        """If the plan asks more than the goal, the goal as plan asks less than the plan as goal."""
        turned = {Order.ABOVE: Order.BELOW, Order.BELOW: Order.ABOVE}
        here, there = beside(plan, one, other)["order"], beside(plan, other, one)["order"]
        assert there == turned.get(here, here)


class TestWhatItMeansHere:
    """Counts of agencies, and the result as the goal counts it."""

    def test_the_goal_in_agencies(self, plan: Plan) -> None:
        """67% of 3 agencies are 2, the national 70% are all 3, rounded as targets are."""
        row = beside(plan, (67, None), (70, None), PLATFORMS)
        assert (row["needed"], row["goal_needed"], row["whole"]) == (2, 3, 3)

    @given(st.decimals(0, 100, places=1))
    @settings(max_examples=40, deadline=None)
    def test_the_goal_is_counted_by_its_own_decimals(self, plan: Plan, share: Any) -> None:
        """A goal of 33.3% is rounded to one decimal, one of 33% to none."""
        row = beside(plan, (67, None), (float(share), None), PLATFORMS)
        wanted = needed_count(3, float(share), goal_decimals(float(share)))
        assert row["goal_needed"] == wanted or (share == 0 and row["goal_needed"] is None)

    def test_above_and_below(self, plan: Plan) -> None:
        """2 of 3 is 16.7 points above 50% and 3.3 below 70%."""
        panel = platforms("yes", "yes", "no")
        above = beside(plan, (67, None), (50, None), PLATFORMS, panel)
        assert (above["position"], round(above["distance"], 1)) == (Order.ABOVE, 16.7)
        below = beside(plan, (67, None), (70, None), PLATFORMS, panel)
        assert (below["position"], round(below["distance"], 1)) == (Order.BELOW, -3.3)

    def test_rounding_makes_it_level(self, plan: Plan) -> None:
        """2 of 3 stands level with 67%, as it would meet such a target, though 0.3 points less."""
        row = beside(plan, (50, None), (67, None), PLATFORMS, platforms("yes", "yes", "no"))
        assert (row["position"], round(row["distance"], 2)) == (Order.EQUAL, -0.33)

    def test_who_is_missing_is_said(self, plan: Plan) -> None:
        """The result is of those that answered; the blank is no no."""
        row = beside(plan, (67, None), (70, None), PLATFORMS, platforms("yes", "yes", ""))
        assert (row["numerator"], row["denominator"], row["missing"]) == (2, 2, 1)
        assert row["whole"] == 3

    @pytest.mark.parametrize(
        ("wanted", "answers", "position", "distance"),
        [
            (50, ("yes", "yes", ""), Order.ABOVE, 50),
            (70, ("yes", "yes", ""), Order.OPEN, math.nan),
            (100, ("yes", "yes", ""), Order.OPEN, math.nan),
            (70, ("no", "no", ""), Order.BELOW, -70),
            (67, ("yes", "yes", ""), Order.OPEN, math.nan),
        ],
    )
    def test_missing_agencies_leave_it_open(
        self, plan: Plan, wanted: float, answers: tuple[str, ...], position: Order, distance: float
    ) -> None:
        """A result of 100% of those that answered is above nothing that its worst case is not."""
        row = beside(plan, (67, None), (wanted, None), PLATFORMS, platforms(*answers))
        assert row["position"] == position
        assert row["distance"] == pytest.approx(distance, nan_ok=True)
        yes = answers.count("yes")
        assert row["worst_pct"] == pytest.approx(100 * yes / 3)
        assert row["best_pct"] == pytest.approx(100 * (yes + 1) / 3)

    def test_nothing_reported(self, plan: Plan) -> None:
        """Without a report there is no result and no position, but the counts are known."""
        row = beside(plan, (67, None), (70, None), PLATFORMS)
        assert row["position"] == Order.NONE
        assert row["numerator"] is None
        assert row["goal_needed"] == 3

    def test_growth_is_counted_by_the_goals_own_threshold(self, service: Service) -> None:
        """In 2023 the plan sets no threshold; the national goal counts growth of 5% or more."""
        view = service.sample_view()
        (row,) = view.compared.query(
            "series == 'national' and indicator == @REVENUE and year == 2023"
        ).to_dict("records")
        plan = view.plan
        five = [target(plan, REVENUE, 5, 5)]
        five[0] = Target(**{**_fields(five[0]), "year": 2023})
        counted = indicators(view.answers, plan, five, years=[2023])
        own = counted[counted["indicator"] == REVENUE].iloc[0]
        assert (row["numerator"], row["denominator"]) == (own["numerator"], own["denominator"])
        assert row["goal_threshold_pct"] == 5

    def test_people_are_compared_exactly(self, service: Service) -> None:
        """130 of 187 trained is below 70%: a ratio of sums is not rounded."""
        rows = service.sample_view().compared
        row = rows[
            (rows["series"] == "national") & (rows["indicator"] == TRAINED) & (rows["year"] == 2024)
        ].iloc[0]
        assert (row["numerator"], row["denominator"]) == (130, 187)
        assert row["position"] == Order.BELOW
        assert row["goal_needed"] == 131

    def test_it_is_no_part_of_a_verdict(self, service: Service, plan: Plan) -> None:
        """The province's results are the same without any goal from elsewhere."""
        view = service.sample_view()
        bare = plan.changed(reference_goals=())
        again = indicators(view.answers, bare, view.targets)
        pd.testing.assert_frame_equal(view.results.drop(columns="phase"), again)
        assert compare(view.answers, view.results, bare).empty


def _fields(one: Target) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Target.__slots__}


def test_every_goal_of_the_plan_has_its_row(service: Service, plan: Plan) -> None:
    """One row for each line of reference_goals.csv, with the document that states it."""
    rows = service.sample_view().compared
    stated = {(g.series, g.indicator, g.year, g.source) for g in plan.reference_goals}
    found = zip(rows["series"], rows["indicator"], rows["year"], rows["source"], strict=True)
    assert set(found) == stated
    assert len(rows) == len(plan.reference_goals)


def test_the_body_text_and_the_appendix_differ_in_2030(service: Service) -> None:
    """The plan's text says 50% of agencies, its appendix 67%: with 3 agencies both are 2."""
    rows = service.sample_view().compared
    row = rows[(rows["series"] == "body") & (rows["indicator"] == REVENUE)].iloc[0]
    assert (row["target_pct"], row["goal_pct"], row["points"]) == (67, 50, 17)


def test_the_chart_says_what_it_shows(service: Service, plan: Plan) -> None:
    """The sentence names the rows where the plan asks more, as much and less, and the results."""
    rows = service.sample_view().compared
    of_year = rows[(rows["series"] == "national") & (rows["year"] == 2024)]
    chart = charts.comparison(of_year, plan, language("en"))
    assert chart.sentence == (
        "2024: beside the national goal, the plan asks more in rows 1, 2, 4, 6; as much in row 5;"
        " less in row 3. The result is above it in rows 1, 2, 4, 6; level with it in row 3;"
        " below it in row 5."
    )
    result, targets, goals, _, ranges = chart.figure.data
    assert not ranges.showlegend
    assert list(result.x) == list(of_year["value_pct"])
    assert list(targets.x) == list(of_year["target_pct"])
    assert list(goals.x)[1::3] == list(of_year["goal_pct"])
    assert set(result.marker.symbol) == {"circle"}, "final figures are filled"
    assert len({"circle", targets.marker.symbol, goals.marker.symbol}) == 3


def test_estimates_are_hollow_and_missing_agencies_are_drawn(service: Service, plan: Plan) -> None:
    """Of 2025 the samples have estimates, and of row 2 one agency is missing: 50 – 100%."""
    rows = service.sample_view().compared
    of_year = rows[(rows["series"] == "national") & (rows["year"] == 2025)]
    chart = charts.comparison(of_year, plan, language("en"))
    result, *_, ranges = chart.figure.data
    hollow = ["circle-open" if phase == "estimate" else "circle" for phase in of_year["phase"]]
    assert list(result.marker.symbol) == hollow
    assert "circle-open" in hollow
    assert set(ranges.x) == {50, 100, None}
    assert "undecided (agencies are missing) in row 2" in chart.sentence
    assert "above it in rows 3, 4" in chart.sentence


def test_no_colour_is_set(service: Service, plan: Plan) -> None:
    """Marks take the theme's colours, and differ by shape for a grey print."""
    rows = service.sample_view().compared
    chart = charts.comparison(rows[(rows["year"] == 2025)], plan, language("vi"))
    for trace in chart.figure.data[:3]:
        assert trace.marker.color is None
        assert trace.line.color is None


SOURCE = """
import streamlit as st
from tbdx.ui import comparing, shell
st.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), shell.Basis())
comparing.show(shell.require())
"""


@pytest.fixture
def store_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    yield
    shell.service.clear()


def open_part(**choices: str) -> AppTest:
    app = AppTest.from_string(SOURCE, default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("store_of")
class TestOnScreen:
    """The part of the board that shows it."""

    def test_one_year(self) -> None:
        """Target, goal and result of each indicator; the result is placed in points."""
        app = open_part(**{"lang": "vi", "year-national": "2024"})
        first = app.table[0].value.iloc[0].tolist()
        assert (
            first[1]
            == "67% (cần 2/3 cơ quan)  \n:gray[▲ cao hơn 17 điểm, nhưng cùng số cơ quan cần đạt]"
        )
        assert first[2] == "50% (cần 2/3 cơ quan)"
        assert first[3] == "66,7% (2/3)  \n:gray[cao hơn mức quốc gia 16,7 điểm]"

    def test_missing_agencies_are_said_with_their_range(self) -> None:
        """Row 2 of 2025: 1 of 1 is 100%, but 50 – 100% with the missing one; beside 50% undecided."""
        app = open_part(**{"lang": "en", "year-national": "2025"})
        said = app.table[0].value.iloc[1].tolist()[3]
        assert said == (
            "100% (1/1); 1 agency has no figure: between 50% and 100%"
            "  \n:gray[undecided beside the national goal]"
        )

    def test_a_printed_zero_sets_no_target(self) -> None:
        """0% is no target; beside the national 20% it asks less."""
        app = open_part(**{"lang": "vi", "year-national": "2023"})
        second = app.table[0].value.iloc[1].tolist()
        assert second[1].startswith("0% (không đặt chỉ tiêu)")
        assert "▼ thấp hơn 20 điểm" in second[1]

    def test_it_opens_with_the_last_year_that_has_figures(self) -> None:
        """The samples end with 2025: that year is chosen, and stands in the address."""
        app = open_part(lang="en")
        assert app.query_params["year-national"] == "2025"
        assert "2025: beside the national goal" in app.markdown[1].value

    def test_the_other_goals_can_be_chosen(self) -> None:
        """The plan's own text has goals of 2030 only."""
        app = open_part(lang="en", series="body")
        assert "67% of agencies up 20% or more" in app.table[0].value.iloc[3].tolist()[1]
        assert app.table[1].value.columns.tolist()[-1] == "2030"

    def test_all_years_are_one_table(self) -> None:
        """Six indicators by the four years of the national goals; row 5 and 6 end in 2025."""
        frame = open_part(lang="vi").table[1].value
        assert frame.shape == (6, 4)
        assert "67%  \n30%  \n:gray[▲ cao hơn 37 điểm]" in frame.iloc[0].tolist()
        assert frame.iloc[4].tolist()[-1] == ""

    def test_it_says_that_it_is_no_verdict(self) -> None:
        """The first line says so, and sources stand below the table."""
        app = open_part(lang="vi")
        assert "không dùng để kết luận" in app.markdown[0].value
        assert "QĐ 781/QĐ-BTTTT" in app.caption[0].value


def test_without_goals_the_part_says_where_they_would_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan: Plan
) -> None:
    """A plan that names no goal from elsewhere shows a note and no empty chart."""
    bare = plan.changed(reference_goals=())
    monkeypatch.setattr(Plan, "load", classmethod(lambda *_: bare))
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    app = open_part(lang="en")
    shell.service.clear()
    assert "reference_goals.csv" in app.info[0].value
    assert not app.table


def test_the_file_has_every_goal(service: Service) -> None:
    """The exported table holds the rows of the comparison, with its shares as percentages."""
    view = service.sample_view()
    content = tables.export(
        view,
        tables.Filters(table="comparison", years=(2024,)),
        language("en"),
        Taking(datetime(2025, 1, 2, tzinfo=UTC)),
        "xlsx",
    )
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    first = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert sheet.max_row == 1 + 6
    assert (first["Compared with"], first["Target"], first["Goal"]) == ("National goal", 0.67, 0.5)
    assert (first["The plan asks"], first["Needed for the goal"]) == ("more", 2)
    assert first["Target less goal (points)"] == 17
