"""What all figures share: how they behave, their marks, their frame, amendments of the plan.

No colour is set here: traces take the theme's colours in the order they are
added, and kinds of marks differ by shape and dash as well, so that a grey print
and a colour-blind reader lose nothing:

result     circle, filled where figures are final and hollow where they are estimates; solid line
target     level bar at every printed year, joined to steps by a dashed line
goal year  diamond, with its words
range      hatched box around a year: what missing agencies leave possible
scenario   star, hollow, joined by dashes and dots
projection triangle, hollow, joined by dots
others     a cross or a square, joined by dots; see `tbdx.charts.trajectories`
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tbdx.amendments import version_in
from tbdx.i18n import Language
from tbdx.model import Phase, PlanVersion, Target
from tbdx.plan import Plan
from tbdx.wording import target_text

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
"""How every figure behaves: no toolbar, no zoom by accident."""

Trace = dict[str, Any]

STEPS: Trace = {
    "type": "scatter",
    "mode": "lines+markers",
    "connectgaps": False,
    "line": {"shape": "hvh", "dash": "dash", "width": 2},
    "marker": {"symbol": "line-ew-open", "size": 16, "line": {"width": 3}},
    "hoverinfo": "text",
    "cliponaxis": False,
}
"""What is asked for year by year: a dashed step with a mark at every printed year."""

ANSWER_GLYPHS: Mapping[str, str] = {
    "yes": "✓",
    "no": "✗",
    "na": "–",
    "blank": "…",
    "not_assessable": "?",
}
"""One agency's answer as one letter, by the codes of `View.standings`' column answer."""

_REACH = 0.3  # of a year to each side: how wide a range is drawn


class Finished(go.Figure):  # type: ignore[misc]  # plotly says no types
    """A figure that changes no more: it is written down once, however many browsers are told."""

    def to_dict(self) -> dict[str, Any]:
        """The figure as JSON has it. Shared: never change it."""
        return self._written

    @cached_property
    def _written(self) -> dict[str, Any]:
        written: dict[str, Any] = super().to_dict()
        return written


@dataclass(frozen=True)
class Chart:
    """A figure and its takeaway in one sentence."""

    figure: go.Figure
    sentence: str

    @cached_property
    def finished(self) -> Finished:
        """The figure for those who only read it."""
        return Finished(self.figure)


@dataclass(frozen=True)
class Amended:
    """What amendments of the plan change in a chart of one indicator.

    `versions` are those that hold, by first year; `replaced` are the targets
    first issued that no longer hold as such, by year.
    """

    versions: Sequence[PlanVersion] = ()
    replaced: Mapping[int, Target] = field(default_factory=dict)

    def decision(self, plan: Plan, year: int) -> str:
        """The number of the document that the targets of a year stand in."""
        version = version_in(self.versions, year)
        return version.decision if version else plan.decision.number


AS_ISSUED = Amended()

TOP, BOTTOM = 108.0, -4.0  # percent: the value axis of shares


def result_name(name: str, rows: pd.DataFrame, words: Language) -> str:
    """The legend's name of results; where one of them is an estimate it says how that is drawn.

    `rows`: columns value_pct, phase.
    """
    estimates = rows["value_pct"].notna() & (rows["phase"] == Phase.ESTIMATE.value)
    hollow = words.text("estimate")
    return f"{name}<br>(○ {hollow})" if estimates.any() else name


def points(rows: pd.DataFrame, name: str, hovers: Sequence[str], words: Language) -> Trace:
    """Results by year: filled circles where figures are final, hollow where they are estimates.

    `rows`: columns year, value_pct, phase; a year without a value is a gap.
    """
    hollow = rows["phase"] == Phase.ESTIMATE.value
    return {
        "type": "scatter",
        "name": result_name(name, rows, words),
        "x": rows["year"],
        "y": rows["value_pct"],
        "mode": "lines+markers",
        "connectgaps": False,
        "line": {"width": 3},
        "marker": {
            "size": 11,
            "symbol": ["circle-open" if open_ else "circle" for open_ in hollow],
            "line": {"width": [3 if open_ else 0 for open_ in hollow]},
        },
        "hovertext": list(hovers),
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def goal_marks(
    years: pd.Series[int],
    values: pd.Series[float],
    words: Language,
    labels: Sequence[str],
    positions: Sequence[str],
    *,
    size: int = 19,
) -> Trace:
    """Diamonds at the goals of the plan's goal years, each with its label."""
    return {
        "type": "scatter",
        "name": words.text("Goal"),
        "x": years,
        "y": values,
        "mode": "markers+text",
        "marker": {"symbol": "diamond-open", "size": size, "line": {"width": 2}},
        "text": list(labels),
        "textposition": list(positions),
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def goal_label(year: int, value: float, words: Language) -> str:
    """A goal in words beside its mark."""
    label = words.text("Goal {year}: {share}", year=year, share=words.percent(value, 2))
    return f"<b>{label}</b>"


def ranges(rows: pd.DataFrame, name: str) -> Trace:
    """What missing agencies leave possible: a hatched box around each such year.

    `rows`: columns year, worst_pct, best_pct, answered, missing. Where nobody
    answered everything is possible, which needs no box.
    """
    open_ = rows[(rows["missing"] > 0) & (rows["answered"] > 0)]
    x: list[float | None] = []
    y: list[float | None] = []
    for year, worst, best in zip(open_["year"], open_["worst_pct"], open_["best_pct"], strict=True):
        left, right = year - _REACH, year + _REACH
        x += [left, right, right, left, left, None]
        y += [worst, worst, best, best, worst, None]
    return {
        "type": "scatter",
        "name": name,
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"width": 1},
        "fill": "toself",
        "fillpattern": {"shape": "/", "size": 7, "solidity": 0.25, "fillmode": "replace"},
        "showlegend": not open_.empty,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def breaks_of(
    amended: Amended,
    plan: Plan,
    words: Language,
    *,
    top: float = TOP,
    bottom: float = BOTTOM,
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


def make_room(figure: go.Figure, amended: Amended) -> None:
    """Height above the frame for the labels of amendments, and below it for the legend's line."""
    if amended.versions:
        above = 18 * (len(amended.versions) + 1)
        margin, height = figure.layout.margin.t + above, figure.layout.height + above + 24
        figure.update_layout(margin_t=margin, height=height)


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


def layout_of(
    plan: Plan, words: Language, *, height: int, whole_scale: bool = True, every: int = 1
) -> dict[str, Any]:
    """What all figures share; `whole_scale` fixes the value axis to 0 – 100%."""
    years = plan.all_years
    values: dict[str, Any] = {"ticksuffix": "%", "fixedrange": True, "rangemode": "tozero"}
    if whole_scale:
        ticks = [0, 25, 50, 75, 100]
        values |= {"range": [BOTTOM, TOP], "tickmode": "array", "tickvals": ticks}
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
