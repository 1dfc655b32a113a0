"""What the figures draw: gaps stay gaps, and kinds of marks differ by shape."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tbdx import charts
from tbdx.i18n import language
from tbdx.service import Service, View

VI = language("vi")


@pytest.fixture
def view(service: Service) -> View:
    return service.view()


def _traces(view: View, code: str) -> dict[str, Any]:
    own = view.results[view.results["indicator"] == code]
    chart = charts.trajectory(own, view.plan.indicator(code), view.plan, VI)
    return {trace.name: trace for trace in chart.figure.data}


def test_missing_years_are_gaps(view: View) -> None:
    """Years without a report have no mark, and no line is drawn across them."""
    result = _traces(view, "digital_platforms")["Kết quả"]
    assert result.connectgaps is False
    assert [math.isnan(value) for value in result.y] == [False] * 3 + [True] * 5


def test_estimates_are_hollow_and_final_figures_filled(view: View) -> None:
    """The samples of 2025 are estimates."""
    result = _traces(view, "digital_platforms")["Kết quả"]
    assert list(result.marker.symbol[:3]) == ["circle", "circle", "circle-open"]


def test_targets_are_steps_with_a_mark_each_year(view: View) -> None:
    """Row 2 has no target in 2023 (0%), then one in every year."""
    target = _traces(view, "data_analytics_ai")["Chỉ tiêu của năm"]
    assert target.line.shape == "hvh"
    assert math.isnan(target.y[0])
    assert list(target.y[1:]) == [33, 67, 67, 67, 67, 67, 100]


def test_the_two_goals_are_marked(view: View) -> None:
    """2025 and 2030 carry their share."""
    goal = _traces(view, "revenue_growth")["Mục tiêu"]
    assert list(goal.x) == [2025, 2030]
    assert list(goal.text) == ["<b>33%</b>", "<b>67%</b>"]


def test_goals_for_comparison_are_lines_of_their_own(view: View) -> None:
    """The national benchmark and the plan's text have their own marks, and bridge no gap."""
    traces = _traces(view, "revenue_growth")
    national = traces["Mục tiêu quốc gia"]
    body = traces["Mục tiêu nêu trong phần II của Kế hoạch"]
    assert list(national.y) == [5, 15, 30, None, None, None, None, 50]
    assert national.connectgaps is False
    assert len({national.marker.symbol, body.marker.symbol}) == 2
    assert "QĐ 781/QĐ-BTTTT" in national.hovertext[0]


def test_a_range_is_drawn_where_an_agency_is_missing(view: View) -> None:
    """Row 2 of 2025 lies between 50% and 100% in the samples."""
    result = _traces(view, "data_analytics_ai")["Kết quả"]
    assert result.error_y.visible
    assert (result.error_y.arrayminus[2], result.error_y.array[2]) == (50, 0)


def test_every_chart_says_its_takeaway(view: View) -> None:
    """The sentence for screen readers quotes the latest value and its target."""
    own = view.results[view.results["indicator"] == "people_trained"]
    chart = charts.thumbnail(own, view.plan.indicator("people_trained"), view.plan, VI)
    assert chart.sentence == "Nhân lực được đào tạo, năm 2025: 96,1%; chỉ tiêu: 100%."


def test_growth_stands_against_the_thresholds(view: View) -> None:
    """The station's 9.96% of 2024 beside the threshold of 10%."""
    rows = view.standings
    own = rows[(rows["agency"] == "dai-ptth-thai-binh") & (rows["indicator"] == "revenue_growth")]
    chart = charts.growth(own.assign(threshold_pct=10.0), view.plan, VI)
    bars, steps = chart.figure.data
    assert list(bars.text) == ["2%", "9,96%"]
    assert list(steps.y) == [10, 10]


def test_no_figure_sets_a_colour(view: View) -> None:
    """Colours come from the theme, in light and dark."""
    own = view.results[view.results["indicator"] == "digital_platforms"]
    indicator = view.plan.indicator("digital_platforms")
    figure = charts.trajectory(own, indicator, view.plan, VI).figure
    assert all(trace.line.color is None and trace.marker.color is None for trace in figure.data)
