"""What the figures draw: gaps stay gaps, and kinds of marks differ by shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from amending import amend

from tbdx import charts
from tbdx.i18n import language
from tbdx.model import Answer
from tbdx.plan import Plan, Text
from tbdx.projections import Method, project
from tbdx.scenarios import Change, Scenario
from tbdx.service import Basis, Service, View
from tbdx.settings import Settings

VI = language("vi")
Draw = Callable[..., charts.Chart]


@pytest.fixture
def view(service: Service) -> View:
    return service.view()


def _own(view: View, code: str) -> pd.DataFrame:
    return view.results[view.results["indicator"] == code]


def _traces(view: View, code: str, draw: Draw = charts.trajectory) -> dict[str, Any]:
    """The marks of one indicator's chart by their names in the legend, without their sources."""
    chart = draw(_own(view, code), view.plan.indicator(code), view.plan, VI)
    return {trace.name.split("<br>")[0]: trace for trace in chart.figure.data}


def test_missing_years_are_gaps(view: View) -> None:
    """Years without a report have no mark, and no line is drawn across them."""
    result = _traces(view, "digital_platforms")["Kết quả"]
    assert result.connectgaps is False
    assert [math.isnan(value) for value in result.y] == [False] * 3 + [True] * 5


def test_estimates_are_hollow_and_final_figures_filled(view: View) -> None:
    """The samples of 2025 are estimates."""
    result = _traces(view, "digital_platforms")["Kết quả"]
    assert list(result.marker.symbol[:3]) == ["circle", "circle", "circle-open"]


@pytest.mark.parametrize("draw", [charts.trajectory, charts.thumbnail])
def test_a_hollow_mark_is_explained_where_one_is_drawn(view: View, draw: Draw) -> None:
    """The legend says it, on screen and in print; without an estimate there is nothing to say."""
    indicator, own = view.plan.indicator("digital_platforms"), _own(view, "digital_platforms")
    names = {
        draw(rows, indicator, view.plan, VI).figure.data[0].name
        for rows in (own[own["phase"] != "estimate"], own.assign(value_pct=math.nan))
    }
    assert names == {"Kết quả"}
    assert draw(own, indicator, view.plan, VI).figure.data[0].name == (
        "Kết quả<br>(○ ước thực hiện)"
    )


@pytest.mark.parametrize("draw", [charts.trajectory, charts.thumbnail])
def test_results_of_other_indicators_are_refused(view: View, draw: Draw) -> None:
    """Six indicators in one chart would be six results of one."""
    with pytest.raises(ValueError, match="digital_platforms"):
        draw(view.results, view.plan.indicator("digital_platforms"), view.plan, VI)


def test_targets_are_steps_with_a_mark_each_year(view: View) -> None:
    """Row 2 has no target in 2023 (0%), then one in every year."""
    target = _traces(view, "data_analytics_ai")["Chỉ tiêu của năm"]
    assert target.line.shape == "hvh"
    assert math.isnan(target.y[0])
    assert list(target.y[1:]) == [33, 67, 67, 67, 67, 67, 100]


def test_the_two_goals_are_marked(view: View) -> None:
    """2025 and 2030 carry their year and share, in small the share alone."""
    goal = _traces(view, "revenue_growth")["Mục tiêu"]
    assert list(goal.x) == [2025, 2030]
    assert list(goal.text) == ["<b>Mục tiêu 2025: 33%</b>", "<b>Mục tiêu 2030: 67%</b>"]
    small = _traces(view, "revenue_growth", charts.thumbnail)["Mục tiêu"]
    assert list(small.text) == ["33%", "67%"]


def test_an_ended_target_leaves_no_goal(view: View) -> None:
    """Row 5 has no target after 2025: no mark stands in 2030."""
    assert list(_traces(view, "people_trained")["Mục tiêu"].x) == [2025]


def test_goals_for_comparison_are_lines_of_their_own(view: View) -> None:
    """The national benchmark and the plan's text have their own marks, and bridge no gap."""
    traces = _traces(view, "revenue_growth")
    national = traces["Mục tiêu quốc gia"]
    body = traces["Mục tiêu nêu trong phần lời văn của Kế hoạch"]
    assert list(national.y) == [5, 15, 30, None, None, None, None, 50]
    assert national.connectgaps is False
    assert (national.line.dash, body.line.dash) == ("dot", "dot")
    assert len({national.marker.symbol, body.marker.symbol}) == 2
    assert "QĐ 781/QĐ-BTTTT" in national.hovertext[0]
    assert national.name.endswith("(QĐ 781/QĐ-BTTTT; QĐ 348/QĐ-TTg)")


def test_a_goal_for_comparison_is_named_where_it_differs(view: View) -> None:
    """50% stands beside the plan's 67% in 2030; what says the same as the plan needs no label."""
    own = _own(view, "revenue_growth")
    indicator = view.plan.indicator("revenue_growth")
    traces = charts.trajectory(own, indicator, view.plan, VI).figure.data
    labels = [trace for trace in traces if trace.mode == "text"]
    assert [label.text for label in labels] == [("Quốc gia: 50%",), ("Lời văn: 50%",)]
    assert {label.textposition for label in labels} == {"bottom left", "top left"}
    assert all(label.x[0] < 2029.5 for label in labels), "left of the step from 33% to 67%"
    assert not any(_traces(view, "people_trained")["Mục tiêu quốc gia"].text)
    assert "Quốc gia: 50%" in _traces(view, "digital_platforms")["Mục tiêu quốc gia"].text


@pytest.mark.parametrize("draw", [charts.trajectory, charts.thumbnail])
def test_no_line_joins_years_with_other_growth_thresholds(view: View, draw: Draw) -> None:
    """Row 4 counts any growth in 2023, 10% in 2024, 20% from 2025 on: two gaps, then none."""
    result = _traces(view, "revenue_growth", draw)["Kết quả"]
    assert list(result.x) == [2023, None, 2024, None, *range(2025, 2031)]
    assert [y for x, y in zip(result.x, result.y, strict=True) if x is None] == [None, None]
    lists = (result.text, result.hovertext, result.marker.symbol, result.marker.line.width)
    assert {len(values) for values in lists} == {len(result.x)}
    assert result.hovertext[2].startswith("<b>2024:")
    assert None not in _traces(view, "digital_platforms", draw)["Kết quả"].x


RANGE = "Khoảng có thể (còn cơ quan chưa có số liệu)"


@pytest.mark.parametrize("draw", [charts.trajectory, charts.thumbnail])
def test_a_range_is_a_box_where_an_agency_is_missing(view: View, draw: Draw) -> None:
    """Row 2 of 2025 lies between 50% and 100% in the samples: a hatched box, in small as well."""
    box = _traces(view, "data_analytics_ai", draw)[RANGE]
    assert (min(box.y[:4]), max(box.y[:4]), box.y[-1]) == (50, 100, None)
    assert {round(x) for x in box.x[:-1]} == {2025}
    assert (box.fill, box.fillpattern.shape, box.showlegend) == ("toself", "/", True)


def test_without_a_missing_agency_there_is_no_range(view: View) -> None:
    """Neither a box nor a place in the legend; nor where nobody has answered at all."""
    box = _traces(view, "digital_platforms")[RANGE]
    assert (len(box.x), box.showlegend) == (0, False)


def test_the_last_value_is_written_beside_its_mark(view: View) -> None:
    """Large and small, once: on the side of the value where the target is not."""
    for draw in (charts.trajectory, charts.thumbnail):
        result = _traces(view, "digital_platforms", draw)["Kết quả"]
        assert [text for text in result.text if text] == ["<b>50%</b>"]
        assert result.textposition == "bottom right"
        assert _traces(view, "converged_newsroom", draw)["Kết quả"].textposition == "top right"


def test_a_tooltip_says_all_there_is_to_a_result(view: View) -> None:
    """Counts, percentage, verdict, what it takes, the rounding that decides, kind and source."""
    first, _, last = _traces(view, "digital_platforms")["Kết quả"].hovertext[:3]
    assert first.split("<br>") == [
        "<b>2023: 66,7%</b> (2/3 cơ quan)",
        "✓ Đạt 67% (cần 2)",
        "66,67% làm tròn thành 67%",
        "Số liệu: chính thức",
        "Căn cứ: 150/KH-UBND",
        "Phụ lục, bảng 1 và bảng 2, dòng 1",
    ]
    assert "Cần thêm 1 cơ quan" in last
    assert "Số liệu: ước thực hiện" in last


def test_a_tooltip_says_what_missing_agencies_leave_open(view: View) -> None:
    """The range of row 2 in 2025, in words."""
    assert "từ 50% đến 100%" in (_traces(view, "data_analytics_ai")["Kết quả"].hovertext[2]).lower()


def test_a_tooltip_of_a_target_says_what_it_takes(view: View) -> None:
    """Of a coming year, too: the pair, the number of agencies and the source."""
    (*_, last) = _traces(view, "revenue_growth")["Chỉ tiêu của năm"].hovertext
    assert last.startswith("<b>2030</b><br>Chỉ tiêu: 67% cơ quan tăng từ 20% trở lên (cần 2)")
    assert "Căn cứ: 150/KH-UBND" in last


def test_tooltips_are_in_the_language_of_the_page(view: View) -> None:
    """English beside Vietnamese."""
    chart = charts.trajectory(
        _own(view, "digital_platforms"),
        view.plan.indicator("digital_platforms"),
        view.plan,
        language("en"),
    )
    assert "2/3 agencies" in chart.figure.data[0].hovertext[0]
    assert "66.67% is rounded to 67%" in chart.figure.data[0].hovertext[0]


def test_chart_and_table_come_from_the_same_frame(view: View) -> None:
    """Every mark of every indicator is a figure of `View.results`, unrounded."""
    for indicator in view.plan.indicators:
        traces, own = _traces(view, indicator.code), _own(view, indicator.code)
        drawn = [
            value
            for year, value in zip(traces["Kết quả"].x, traces["Kết quả"].y, strict=True)
            if year is not None  # where the line is interrupted
        ]
        assert pd.Series(drawn).equals(pd.Series(own["value_pct"].to_numpy()))
        asked = own["target_pct"].where(own["status"] != "no_target")
        assert pd.Series(traces["Chỉ tiêu của năm"].y).equals(pd.Series(asked.to_numpy()))


# --- a scenario and a projection --------------------------------------------------------------


def test_what_a_scenario_supposes_has_a_mark_of_its_own(view: View) -> None:
    """With the last answers left standing, the years to come are stars and never results."""
    supposed = view.under(Scenario(carry=True))
    for draw in (charts.trajectory, charts.thumbnail):
        traces = _traces(supposed, "digital_platforms", draw)
        assert list(pd.Series(traces["Kết quả"].y).notna()) == [True] * 3 + [False] * 5
        star = traces["Kịch bản"]
        assert list(star.y[3:]) == [50] * 5
        assert all(math.isnan(value) for value in star.y[:3])
        assert (star.marker.symbol, star.line.dash) == ("star-open", "longdashdot")
        assert "Số liệu: kịch bản" in star.hovertext[-1]


def test_a_change_of_a_year_makes_that_year_supposed(view: View) -> None:
    """One agency's supposed answer of 2026 is drawn in 2026 alone."""
    change = Change("tc-van-nghe-thai-binh", 2026, "on_digital_platforms", Answer.YES)
    star = _traces(view.under(Scenario((change,))), "digital_platforms")["Kịch bản"]
    assert [year for year, y in zip(star.x, star.y, strict=True) if not math.isnan(y)] == [2026]


def test_without_a_scenario_there_is_no_such_mark(view: View) -> None:
    """The legend of reported figures names no scenario."""
    assert "Kịch bản" not in _traces(view, "digital_platforms")


def _projected(view: View, code: str, method: Method, span: int = 2) -> dict[str, Any]:
    indicator, own = view.plan.indicator(code), _own(view, code)
    found = project(own, indicator, view.plan.years.goals, 2030, method, span=span)
    chart = charts.trajectory(own, indicator, view.plan, VI, projection=found)
    return {trace.name.split("<br>")[0]: trace for trace in chart.figure.data}


def test_a_projection_is_dotted_hollow_and_labelled(view: View) -> None:
    """The trend of row 1 through 66.7% and 50% falls to 0%; its end says what it is."""
    dotted = _projected(view, "digital_platforms", Method.TREND)["Dự báo"]
    assert (dotted.line.dash, dotted.marker.symbol) == ("dot", "triangle-up-open")
    assert (dotted.x[-1], dotted.y[-1], dotted.text[-1]) == (2030, 0, "Dự báo: 0%")


def test_the_path_is_drawn_beside_the_pace_that_it_takes(view: View) -> None:
    """Through the printed goals, and from the last value to the goal."""
    traces = _projected(view, "digital_platforms", Method.PATH)
    path, pace = traces["Đường thẳng đến mục tiêu"], traces["Nhịp độ cần có để đạt mục tiêu"]
    assert list(zip(path.x, path.y, strict=True)) == [(2023, 67), (2025, 67), (2030, 100)]
    assert list(zip(pace.x, pace.y, strict=True)) == [(2025, 50), (2030, 100)]
    assert path.marker.symbol != pace.marker.symbol


def test_a_goal_that_is_met_needs_no_pace(view: View) -> None:
    """1 of 1 in 2025 is at 100% already."""
    assert "Nhịp độ cần có để đạt mục tiêu" not in _projected(
        view, "converged_newsroom", Method.PATH
    )


def test_a_refused_projection_draws_nothing(view: View) -> None:
    """Row 4 has one year counted by +20%: no growth, and the chart is as without it."""
    assert set(_projected(view, "revenue_growth", Method.GROWTH)) == set(
        _traces(view, "revenue_growth")
    )


def test_kinds_of_marks_differ_without_colour(view: View) -> None:
    """No two kinds share both symbol and dash, so a grey print tells them apart."""
    traces = _projected(view.under(Scenario(carry=True)), "digital_platforms", Method.PATH)
    looks = []
    for trace in traces.values():
        symbol = trace.marker.symbol
        shape = symbol[0] if isinstance(symbol, tuple | list) else symbol
        looks.append((shape, trace.line.dash if "lines" in trace.mode else None, trace.fill))
    assert len(set(looks)) == len(looks) == 9


def test_six_fit_on_one_screen(view: View) -> None:
    """Two rows of three thumbnails, with a title and a key, are lower than a screen of 900."""
    own = _own(view, "digital_platforms")
    chart = charts.thumbnail(own, view.plan.indicator("digital_platforms"), view.plan, VI)
    assert 2 * chart.figure.layout.height + 200 < 900
    assert list(chart.figure.layout.xaxis.tickvals) == [2023, 2025, 2030]


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
    bars, steps, goals, _ = chart.figure.data
    assert list(bars.text) == ["2%", "9,96%"]
    assert list(steps.y) == [10, 10]
    assert (
        bars.hovertext[1] == "<b>2024: 9,96%</b><br>Ngưỡng tăng của năm: 10%<br>Số liệu: chính thức"
    )
    assert list(goals.text) == [], "the station is no more in the goal years"


def test_goals_are_marked_on_growth_too() -> None:
    """The thresholds of 2025 and 2030 carry their year; a gap in between stays one."""
    plan = Plan.load(Settings().plan)
    rows = pd.DataFrame(
        {
            "year": [2024, 2025, 2030],
            "growth_pct": [9.996, 22.0, math.nan],
            "threshold_pct": [10.0, 20.0, 20.0],
            "phase": ["final", "final", None],
            "answer": ["no", "yes", "blank"],
        }
    )
    goals = charts.growth(rows, plan, VI).figure.data[2]
    assert list(goals.text) == ["<b>Mục tiêu 2025: 20%</b>", "<b>Mục tiêu 2030: 20%</b>"]
    bars, _, _, lifted = charts.growth(rows, plan, VI).figure.data
    assert list(bars.textposition) == ["none", "outside"]
    assert list(lifted.y) == [10], "above the threshold's mark, which would cover it"
    assert lifted.text[0].startswith("9,996%")
    sentence = charts.growth(rows[:1], plan, VI).sentence
    assert sentence == "Năm 2024 so với năm 2022: 9,996%.", "never the 10% that it is not"


def test_the_sentence_contradicts_no_verdict(view: View) -> None:
    """99.96% is not read out as 100%, and a printed 0% is not read out as a target."""
    people = view.plan.indicator("people_trained")
    own = _own(view, "people_trained")
    own = own[own["year"] <= 2025].assign(numerator=2499, denominator=2500, value_pct=99.96)
    chart = charts.trajectory(own, people, view.plan, VI)
    assert chart.sentence == "Nhân lực được đào tạo, năm 2025: 99,96%; chỉ tiêu: 100%."
    rows = _own(view, AI)
    first = rows[rows["year"] == 2023]
    chart = charts.trajectory(first, view.plan.indicator(AI), view.plan, VI)
    assert chart.sentence.endswith("năm 2023: 0%; chỉ tiêu: không có chỉ tiêu.")


def test_what_a_plan_or_a_report_says_is_never_markup(view: View) -> None:
    """Names, units, versions and levels show letter by letter in tooltips and legends."""
    bold, shown = "<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"
    odd = {"short": Text(vi=bold, en=bold), "unit": Text(vi=bold, en=bold)}
    people = view.plan.indicator("people_trained").model_copy(update=odd)
    chart = charts.trajectory(_own(view, "people_trained"), people, view.plan, VI)
    assert shown in chart.figure.data[0].hovertext[0]
    own = view.standings[view.standings["agency"] == "tc-van-nghe-thai-binh"]
    ratio = charts.agency_ratio(own[own["indicator"] == people.code], people, view.plan, VI)
    assert ratio.figure.data[0].name == f"{shown}<br>(○ ước thực hiện)"
    assert shown in ratio.figure.data[0].hovertext[0]
    analytics = view.plan.indicator(AI).model_copy(update=odd)
    rows = own[(own["indicator"] == AI) & own["phase"].notna()]
    answers = charts.agency_answers(rows, [analytics], view.plan, VI)
    assert shown in answers.figure.layout.annotations[0].text
    assert shown in answers.figure.data[0].hovertext[0]
    scores = {"year": [2024], "total": [50.0], "version": [bold], "level": [bold]}
    (scored,) = charts.maturity(pd.DataFrame(scores), view.plan, VI).figure.data
    assert scored.name == shown
    assert any(shown in text for text in scored.hovertext)
    whole = "".join(map(str, (chart.figure, ratio.figure, answers.figure, scored)))
    assert bold not in whole


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
    assert len(figure.data) == 10
    assert all(trace.line.color is None and trace.marker.color is None for trace in figure.data)
