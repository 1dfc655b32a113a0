"""Plotly figures, each with the sentence that says what it shows.

No colour is set here: traces take the theme's colours in the order they are
added, and kinds of marks differ by shape and dash as well, so that a grey print
and a colour-blind reader lose nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tbdx.i18n import Language
from tbdx.model import Phase, Status
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


def trajectory(results: pd.DataFrame, indicator: Indicator, plan: Plan, words: Language) -> Chart:
    """One indicator over the plan's years: targets, goals, results, benchmark.

    `results` are the rows of one indicator with the columns of
    `tbdx.service.View.results`, one a year, ascending.
    """
    traces = _traces(results, indicator, plan, words)
    figure = go.Figure({"data": traces, "layout": _layout(plan, words, height=430)})
    return Chart(figure, trajectory_sentence(results, indicator, plan, words))


def thumbnail(results: pd.DataFrame, indicator: Indicator, plan: Plan, words: Language) -> Chart:
    """One indicator in small, to stand beside the others: result and targets only."""
    layout = _layout(plan, words, height=230, every=2)
    layout["title"] = {
        "text": f"{indicator.row}. {indicator.short[words.code]}",
        "font": {"size": 14},
    }
    layout["showlegend"] = False
    traces = [_actual(results, words), _targets(results, words)]
    figure = go.Figure({"data": traces, "layout": layout})
    return Chart(figure, trajectory_sentence(results, indicator, plan, words))


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
    results: pd.DataFrame, indicator: Indicator, plan: Plan, words: Language
) -> str:
    """The indicator's latest result against its target, for those who cannot see the chart."""
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


def growth(rows: pd.DataFrame, plan: Plan, words: Language) -> Chart:
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
    figure = go.Figure({"data": [bars, thresholds], "layout": layout})
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
        values |= {"range": [-4, 108], "tickmode": "array", "tickvals": ticks}
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
