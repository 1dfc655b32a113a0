"""Plotly figures, each with the sentence that says what it shows.

No colour is set here: traces take the theme's colours in the order they are
added, and kinds of marks differ by shape and dash as well, so that a grey print
and a colour-blind reader lose nothing.
"""

from __future__ import annotations

import html
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tbdx.i18n import Language
from tbdx.model import Phase, PlanVersion, Status, Target
from tbdx.plan import Indicator, Plan, ReferenceGoal

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
"""How every figure behaves: no toolbar, no zoom by accident."""

Trace = dict[str, Any]

_STEPS: Trace = {
    "type": "scatter",
    "mode": "lines+markers",
    "connectgaps": False,
    "line": {"shape": "hvh", "dash": "dash", "width": 2},
    "marker": {"symbol": "line-ew-open", "size": 16, "line": {"width": 3}},
    "hoverinfo": "text",
}
"""What is asked for year by year: a dashed step with a mark at every printed year."""


@dataclass(frozen=True)
class Chart:
    """A figure and its takeaway in one sentence."""

    figure: go.Figure
    sentence: str


@dataclass(frozen=True)
class Amended:
    """What amendments of the plan change in a chart of one indicator.

    `versions` are those that hold, by first year; `replaced` are the targets
    first issued that no longer hold as such, by year.
    """

    versions: Sequence[PlanVersion] = ()
    replaced: Mapping[int, Target] = field(default_factory=dict)


_AS_ISSUED = Amended()


def trajectory(
    results: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = _AS_ISSUED,
) -> Chart:
    """One indicator over the plan's years: targets, goals, results, benchmark.

    `results` are the rows of one indicator with the columns of
    `tbdx.service.View.results`, one a year, ascending.
    """
    traces = _traces(results, indicator, plan, words)
    traces += [*_replaced(amended, plan, words), *_breaks(amended, plan, words)]
    figure = go.Figure({"data": traces, "layout": _layout(plan, words, height=430)})
    _make_room(figure, amended)
    return Chart(figure, trajectory_sentence(results, indicator, plan, words, amended))


def thumbnail(
    results: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = _AS_ISSUED,
) -> Chart:
    """One indicator in small, to stand beside the others: result, targets, amendments."""
    layout = _layout(plan, words, height=230, every=2)
    layout["title"] = {
        "text": f"{indicator.row}. {indicator.short[words.code]}",
        "font": {"size": 14},
    }
    layout["showlegend"] = False
    breaks = _breaks(amended, plan, words, labelled=False)
    traces = [_actual(results, words), _targets(results, words), *breaks]
    figure = go.Figure({"data": traces, "layout": layout})
    return Chart(figure, trajectory_sentence(results, indicator, plan, words, amended))


def _traces(
    results: pd.DataFrame, indicator: Indicator, plan: Plan, words: Language
) -> list[Trace]:
    """The result first, then targets, then what is shown for comparison."""
    goals = [g for g in plan.reference_goals if g.indicator == indicator.code]
    return [
        _actual(results, words),
        _targets(results, words),
        _goals(results, plan, words),
        *(
            _references([g for g in goals if g.series == series], plan, words, name, symbol)
            for series, name, symbol in (
                ("national", words.text("National goal"), "x-thin-open"),
                ("body", words.text("Goal in the plan's text"), "square-open"),
            )
            if any(g.series == series for g in goals)
        ),
    ]


def _actual(results: pd.DataFrame, words: Language) -> Trace:
    values = results["value_pct"]
    estimate = results["phase"] == Phase.ESTIMATE.value
    worst, best = values - results["worst_pct"], results["best_pct"] - values
    return {
        "type": "scatter",
        "name": words.text("Result"),
        "x": results["year"],
        "y": values,
        "mode": "lines+markers",
        "connectgaps": False,
        "line": {"width": 3},
        "marker": {
            "size": 11,
            "symbol": ["circle-open" if hollow else "circle" for hollow in estimate],
            "line": {"width": [3 if hollow else 0 for hollow in estimate]},
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": best.fillna(0),
            "arrayminus": worst.fillna(0),
            "visible": bool(results["missing"].mask(results["answered"] == 0).gt(0).any()),
            "thickness": 1.5,
        },
        "hovertext": [_hover(row, words) for row in results.to_dict("records")],
        "hoverinfo": "text",
    }


def _hover(row: Mapping[Hashable, Any], words: Language) -> str:
    lines = [f"<b>{row['year']}: {words.percent(row['value_pct'])}</b>"]
    lines.append(f"{words.number(row['numerator'])}/{words.number(row['denominator'])}")
    if row["missing"]:
        lines.append(
            words.text(
                "{count} missing: from {worst} to {best}",
                count=row["missing"],
                worst=words.percent(row["worst_pct"]),
                best=words.percent(row["best_pct"]),
            )
        )
    if row["phase"] == Phase.ESTIMATE.value:
        lines.append(words.text("estimate"))
    return "<br>".join(lines)


def _targets(results: pd.DataFrame, words: Language) -> Trace:
    asked = results["target_pct"].where(results["status"] != Status.NO_TARGET.value)
    return {
        "name": words.text("Target of the year"),
        "x": results["year"],
        "y": asked,
        "hovertext": [
            f"{year}: {target_text(share, threshold, words)}"
            for year, share, threshold in zip(
                results["year"], results["target_pct"], results["threshold_pct"], strict=True
            )
        ],
        **_STEPS,
    }


def _goals(results: pd.DataFrame, plan: Plan, words: Language) -> Trace:
    goals = results[
        results["year"].isin(plan.years.goals) & (results["status"] != Status.NO_TARGET.value)
    ]
    return {
        "type": "scatter",
        "name": words.text("Goal"),
        "x": goals["year"],
        "y": goals["target_pct"],
        "mode": "markers+text",
        "marker": {"symbol": "diamond-open", "size": 17, "line": {"width": 2}},
        "text": [f"<b>{words.percent(share)}</b>" for share in goals["target_pct"]],
        "textposition": [  # inside the frame on a phone, too
            "top left" if year == plan.years.last else "top right" for year in goals["year"]
        ],
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _references(
    goals: list[ReferenceGoal], plan: Plan, words: Language, name: str, symbol: str
) -> Trace:
    by_year = {goal.year: goal for goal in goals}
    years = list(plan.all_years)
    return {
        "type": "scatter",
        "name": name,
        "x": years,
        "y": [by_year[year].share_pct if year in by_year else None for year in years],
        "mode": "lines+markers",
        "connectgaps": False,  # nothing is interpolated between printed years
        "line": {"dash": "dot", "width": 1.5},
        "marker": {"symbol": symbol, "size": 11, "line": {"width": 2}},
        "hovertext": [
            f"{name} {year}: {_reference_text(by_year[year], words)}" if year in by_year else ""
            for year in years
        ],
        "hoverinfo": "text",
    }


def _reference_text(goal: ReferenceGoal, words: Language) -> str:
    return f"{target_text(goal.share_pct, goal.threshold_pct, words)} ({goal.source})"


_TOP, _BOTTOM = 108.0, -4.0  # percent: the value axis of shares


def _breaks(
    amended: Amended,
    plan: Plan,
    words: Language,
    *,
    top: float = _TOP,
    bottom: float = _BOTTOM,
    labelled: bool = True,
) -> list[Trace]:
    """A vertical line before the first year of each amendment, with its decision's number.

    A label stands on the side where there is more room, above the labels of goals, and one
    line higher than the one before.
    """
    middle = (plan.years.first + plan.years.last) / 2
    traces: list[Trace] = []
    for place, version in enumerate(amended.versions):
        x = version.first_year - 0.5
        label = html.escape(version.decision) + "<br>\u00a0" * (place + 1) if labelled else ""
        said = words.text(
            "Plan amended by {decision} of {date}, from {year} on",
            decision=html.escape(version.decision),
            date=words.date(version.date),
            year=version.first_year,
        )
        traces.append(
            {
                "type": "scatter",
                "name": words.text("Plan amended"),
                "legendgroup": "amended",
                "showlegend": place == 0,
                "x": [x] * 3,
                "y": [bottom, (bottom + top) / 2, top],
                "mode": "lines+text" if labelled else "lines",
                "line": {"dash": "longdashdot", "width": 1.5},
                "text": ["", "", label],
                "textposition": "top right" if x < middle else "top left",
                "hovertext": said,
                "hoverinfo": "text",
                "cliponaxis": False,
            }
        )
    return traces


def _make_room(figure: go.Figure, amended: Amended) -> None:
    """Height above the frame for the labels of amendments, and below it for the legend's line."""
    if amended.versions:
        above = 18 * (len(amended.versions) + 1)
        margin, height = figure.layout.margin.t + above, figure.layout.height + above + 24
        figure.update_layout(margin_t=margin, height=height)


def _replaced(amended: Amended, plan: Plan, words: Language) -> list[Trace]:
    """Faint hollow marks where a target was first issued otherwise; 0% asked for nothing."""
    asked = {
        year: target
        for year, target in amended.replaced.items()
        if target.share_pct or plan.rule_value("zero_target") != "no_target"
    }
    if not asked:
        return []
    name = words.text("Target as first issued")
    return [
        {
            "type": "scatter",
            "name": name,
            "x": list(asked),
            "y": [target.share_pct for target in asked.values()],
            "mode": "markers",
            "opacity": 0.65,
            "marker": {"symbol": "triangle-down-open", "size": 11, "line": {"width": 2}},
            "hovertext": [
                f"{name} {year}: {target_text(target.share_pct, target.threshold_pct, words)}"
                for year, target in asked.items()
            ],
            "hoverinfo": "text",
            "cliponaxis": False,
        }
    ]


def target_text(share: float | None, threshold: float | None, words: Language) -> str:
    """A target as read: "67%", or for a pair "33% cơ quan tăng ≥ 10%"."""
    if share is None or pd.isna(share):
        return words.text("no target")
    if threshold is None or pd.isna(threshold):
        return words.percent(share, 2)
    return words.text(
        "{share} of agencies up {threshold} or more",
        share=words.percent(share, 2),
        threshold=words.percent(threshold, 2),
    )


def trajectory_sentence(
    results: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = _AS_ISSUED,
) -> str:
    """The indicator's latest result against its target, for those who cannot see the chart.

    Amendments follow it, with the targets that they replaced.
    """
    return " ".join([_latest(results, indicator, words), *amendment_sentences(amended, words)])


def amendment_sentences(amended: Amended, words: Language) -> list[str]:
    """Which versions of the plan hold from when on, and which targets they replaced."""
    sentences = [
        words.text(
            "Plan amended by {decision} of {date}, from {year} on.",
            decision=version.decision,
            date=words.date(version.date),
            year=version.first_year,
        )
        for version in amended.versions
    ]
    if amended.versions and amended.replaced:
        old = "; ".join(
            f"{year}: {target_text(target.share_pct, target.threshold_pct, words)}"
            for year, target in amended.replaced.items()
        )
        sentences.append(words.text("Targets as first issued: {targets}.", targets=old))
    return sentences


def _latest(results: pd.DataFrame, indicator: Indicator, words: Language) -> str:
    name = indicator.short[words.code]
    known = results[results["answered"] > 0]
    if known.empty:
        return words.text("{name}: no agency has reported yet.", name=name)
    last = known.iloc[-1]
    return words.text(
        "{name}, {year}: {value}; target: {target}.",
        name=name,
        year=last["year"],
        value=words.percent(last["value_pct"]),
        target=target_text(last["target_pct"], last["threshold_pct"], words),
    )


def growth(rows: pd.DataFrame, plan: Plan, words: Language, amended: Amended = _AS_ISSUED) -> Chart:
    """One agency's revenue growth over the base year against the thresholds.

    `rows`: columns year, growth_pct, threshold_pct (percent), phase; one a year.
    """
    known = rows.dropna(subset=["growth_pct"])
    bars = {
        "type": "bar",
        "name": words.text("Growth over {year}", year=plan.years.base),
        "x": known["year"],
        "y": known["growth_pct"],
        "text": [words.percent(value, 2) for value in known["growth_pct"]],
        "textposition": "outside",
        "marker": {
            "pattern": {
                "shape": ["/" if phase == Phase.ESTIMATE.value else "" for phase in known["phase"]]
            }
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    thresholds = {
        "name": words.text("Threshold of the year"),
        "x": rows["year"],
        "y": rows["threshold_pct"],
        "hovertext": [words.percent(value, 2) for value in rows["threshold_pct"]],
        **_STEPS,
    }
    layout = _layout(plan, words, height=320, whole_scale=False)
    heights = pd.concat([rows["growth_pct"], rows["threshold_pct"]])
    low, high = min(0.0, heights.min()), max(0.0, heights.max())  # NaN gives way to 0
    breaks = _breaks(amended, plan, words, top=high * 1.15, bottom=low)
    figure = go.Figure({"data": [bars, thresholds, *breaks], "layout": layout})
    _make_room(figure, amended)
    if known.empty:
        return Chart(figure, words.text("No revenue growth is known yet."))
    last = known.iloc[-1]
    sentence = words.text(
        "Revenue of {year} against {base}: {value}.",
        base=plan.years.base,
        year=last["year"],
        value=words.percent(last["growth_pct"], 2),
    )
    return Chart(figure, sentence)


def _layout(
    plan: Plan, words: Language, *, height: int, whole_scale: bool = True, every: int = 1
) -> dict[str, Any]:
    """What all figures share; `whole_scale` fixes the value axis to 0 – 100%."""
    years = plan.all_years
    values: dict[str, Any] = {"ticksuffix": "%", "fixedrange": True, "rangemode": "tozero"}
    if whole_scale:
        ticks = [0, 25, 50, 75, 100]
        values |= {"range": [_BOTTOM, _TOP], "tickmode": "array", "tickvals": ticks}
        values["ticktext"] = [words.percent(tick) for tick in ticks]
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 34, "b": 8},
        "separators": ",." if words.code == "vi" else ".,",
        "legend": {"orientation": "h", "y": -0.14, "x": 0},
        "dragmode": False,
        "hoverlabel": {"align": "left"},
        "xaxis": {
            "tickmode": "array",
            "tickvals": list(years)[::every],
            "range": [years[0] - 0.5, years[-1] + 0.5],
            "fixedrange": True,
            "showgrid": False,
        },
        "yaxis": values,
    }
