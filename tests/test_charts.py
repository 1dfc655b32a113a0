"""What the figures draw: gaps stay gaps, and kinds of marks differ by shape."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go
import pytest
from amending import amend

from tbdx import charts
from tbdx.i18n import language
from tbdx.service import Basis, Service, View

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


# --- an amended plan ------------------------------------------------------------------------

AI = "data_analytics_ai"


def _amended(view: View, code: str, kind: str = "trajectory") -> charts.Chart:
    """A chart of one indicator with the amendments that the view knows of."""
    own = view.results[view.results["indicator"] == code]
    replaced = {year: target for (name, year), target in view.replaced.items() if name == code}
    changes = charts.Amended(view.amendments, replaced)
    draw = charts.thumbnail if kind == "thumbnail" else charts.trajectory
    return draw(own, view.plan.indicator(code), view.plan, VI, changes)


def _named(figure: go.Figure, name: str) -> list[Any]:
    return [trace for trace in figure.data if trace.name == name]


@pytest.fixture
def changed(service: Service) -> View:
    """The plan amended from 2026 on, and again from 2028 on."""
    amend(service, {(2, 2026): 0.5, (2, 2027): 0.5})
    amend(service, {(2, 2029): 0.8}, "7/KH-UBND", 2028)
    return service.view()


def test_an_amendment_is_a_line_between_the_years_with_its_number(changed: View) -> None:
    """Each decision stands at its line, on the side with more room, one above the other."""
    first, second = _named(_amended(changed, AI).figure, "Điều chỉnh Kế hoạch")
    assert (set(first.x), set(second.x)) == ({2025.5}, {2027.5})
    assert (first.text[-1], second.text[-1]) == (
        "45/KH-UBND<br>\u00a0",
        "7/KH-UBND<br>\u00a0<br>\u00a0",
    )
    assert (first.textposition, second.textposition) == ("top right", "top left")
    assert first.hovertext == "Điều chỉnh theo 45/KH-UBND ngày 10/02/2026, từ năm 2026"
    assert (first.showlegend, second.showlegend) == (True, False)


def test_a_replaced_target_is_a_mark_of_its_own(changed: View) -> None:
    """Where the target was first issued otherwise there is a hollow mark; the step is as in force."""
    figure = _amended(changed, AI).figure
    (old,) = _named(figure, "Chỉ tiêu ban hành lần đầu")
    assert dict(zip(old.x, old.y, strict=True)) == {2026: 67, 2027: 67, 2029: 67}
    assert old.mode == "markers"
    assert old.marker.symbol.endswith("-open")
    (steps,) = _named(figure, "Chỉ tiêu của năm")
    assert list(steps.y[1:]) == [33, 67, 50, 50, 67, 80, 100]


def test_an_indicator_that_was_not_changed_has_the_line_alone(changed: View) -> None:
    """The version holds as a whole, so every chart shows it; only changed rows have old marks."""
    figure = _amended(changed, "people_trained").figure
    assert len(_named(figure, "Điều chỉnh Kế hoạch")) == 2
    assert _named(figure, "Chỉ tiêu ban hành lần đầu") == []


def test_a_target_of_nothing_leaves_no_mark(service: Service) -> None:
    """A printed 0% asked for nothing; where it is replaced there was no target before."""
    amend(service, {(2, 2023): 0.1}, first_year=2023)
    view = service.view()
    assert view.replaced[AI, 2023].share_pct == 0
    assert _named(_amended(view, AI).figure, "Chỉ tiêu ban hành lần đầu") == []


def test_the_sentence_tells_of_amendments_and_old_targets(changed: View) -> None:
    """Whoever cannot see the chart hears of both decisions and of what they replaced."""
    sentence = _amended(changed, AI).sentence
    assert "điều chỉnh theo 45/KH-UBND ngày 10/02/2026, áp dụng từ năm 2026" in sentence
    assert "Chỉ tiêu ban hành lần đầu: 2026: 67%; 2027: 67%; 2029: 67%." in sentence


def test_a_thumbnail_has_the_lines_without_words(changed: View) -> None:
    """In small only the break shows; its sentence is the same."""
    chart = _amended(changed, AI, "thumbnail")
    assert [trace.mode for trace in _named(chart.figure, "Điều chỉnh Kế hoạch")] == ["lines"] * 2
    assert _named(chart.figure, "Chỉ tiêu ban hành lần đầu") == []
    assert chart.sentence == _amended(changed, AI).sentence


def test_a_decision_is_never_markup(service: Service) -> None:
    """A number typed with a bracket shows as it is."""
    amend(service, {(2, 2026): 0.5}, "<b>45</b>/KH-UBND")
    (line,) = _named(_amended(service.view(), AI).figure, "Điều chỉnh Kế hoạch")
    assert line.text[-1] == "&lt;b&gt;45&lt;/b&gt;/KH-UBND<br>\u00a0"


def test_growth_shows_the_break_over_its_whole_height(changed: View) -> None:
    """The line reaches above the highest bar and threshold."""
    rows = changed.standings
    own = rows[(rows["agency"] == "dai-ptth-thai-binh") & (rows["indicator"] == "revenue_growth")]
    chart = charts.growth(
        own.assign(threshold_pct=20.0), changed.plan, VI, charts.Amended(changed.amendments)
    )
    assert max(_named(chart.figure, "Điều chỉnh Kế hoạch")[0].y) > 20


def test_targets_as_first_issued_have_no_break(service: Service) -> None:
    """On that basis the chart is the one of the plan as issued."""
    amend(service, {(2, 2026): 0.5})
    figure = _amended(service.view(Basis(targets="original")), AI).figure
    assert _named(figure, "Điều chỉnh Kế hoạch") == []
    assert _named(figure, "Chỉ tiêu ban hành lần đầu") == []


def test_no_figure_sets_a_colour(changed: View) -> None:
    """Colours come from the theme, in light and dark, those of amendments as well."""
    figure = _amended(changed, AI).figure
    assert len(figure.data) == 8
    assert all(trace.line.color is None and trace.marker.color is None for trace in figure.data)
