"""One indicator of the province over the plan's years, large and in small.

Both are drawn by one path from the rows of `View.results`, the frame that tables
show. Nothing is drawn between printed years but steps, and no line crosses a gap.
"""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tbdx import messages, wording
from tbdx.charts.marks import (
    AS_ISSUED,
    STEPS,
    Amended,
    Chart,
    Trace,
    amendment_sentences,
    breaks_of,
    goal_label,
    goal_marks,
    layout_of,
    make_room,
    points,
    ranges,
)
from tbdx.i18n import N_, Language
from tbdx.model import Status
from tbdx.plan import Indicator, Plan, ReferenceGoal
from tbdx.projections import Forecast, GoalPath, Projection
from tbdx.wording import target_text

Row = Mapping[Hashable, Any]

_HEIGHT, _SMALL = 450, 208  # pixels
_BEFORE_STEP = 0.53  # of a year: left of a step, which stands half a year before its year
_CLOSE = 8  # percentage points within which a label would stand on a mark


def trajectory(
    results: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = AS_ISSUED,
    *,
    projection: Projection | None = None,
) -> Chart:
    """One indicator over the plan's years: targets, goals, results, range, benchmark.

    `results` are the rows of one indicator with the columns of
    `tbdx.service.View.results`, one a year, ascending. Those of a scenario (they
    have no phase) are drawn as supposed; a projection has a mark of its own and
    never joins the results. Raises ValueError where there are rows of another indicator.
    """
    drawing = _Drawing(results, indicator, plan, words, amended)
    traces = [
        *drawing.plan_and_results(),
        *drawing.references(),
        *drawing.projected(projection),
        *drawing.replaced(),
        *breaks_of(amended, plan, words),
    ]
    figure = go.Figure({"data": traces, "layout": layout_of(plan, words, height=_HEIGHT)})
    make_room(figure, amended)
    return Chart(figure, trajectory_sentence(results, indicator, plan, words, amended))


def thumbnail(
    results: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = AS_ISSUED,
) -> Chart:
    """One indicator in small, to stand beside the others: results, range, targets, goals."""
    drawing = _Drawing(results, indicator, plan, words, amended, small=True)
    traces = [*drawing.plan_and_results(), *breaks_of(amended, plan, words, labelled=False)]
    figure = go.Figure({"data": traces, "layout": drawing.small_layout()})
    return Chart(figure, trajectory_sentence(results, indicator, plan, words, amended))


@dataclass(frozen=True)
class _Drawing:
    """What the marks of one indicator are drawn from."""

    results: pd.DataFrame
    indicator: Indicator
    plan: Plan
    words: Language
    amended: Amended
    small: bool = False

    def __post_init__(self) -> None:
        if not (self.results["indicator"] == self.indicator.code).all():
            raise ValueError(f"there are rows of other indicators than {self.indicator.code}")

    def plan_and_results(self) -> list[Trace]:
        """What every size shows, always in this order, so that each kind keeps its colour."""
        traces = [self._actual(), self._targets(), self._range(), self._goals()]
        return [*traces, *self._supposed()]

    def _actual(self) -> Trace:
        """What was reported."""
        rows = self._valued(~self._supposed_rows)
        trace = points(rows, self.words.text("Result"), self._hovers(rows), self.words)
        return _broken(self._labelled(trace, rows), rows["threshold_pct"])

    def _supposed(self) -> list[Trace]:
        """The values of a scenario: hollow stars, joined by dashes and dots."""
        if not self._supposed_rows.any():
            return []
        rows, name = self._valued(self._supposed_rows), self.words.text("Scenario")
        trace = points(rows, name, self._hovers(rows), self.words)
        trace["line"] = {"width": 2, "dash": "longdashdot"}
        trace["marker"] = {"symbol": "star-open", "size": 14, "line": {"width": 2}}
        return [_broken(self._labelled(trace, rows, f"{name}: "), rows["threshold_pct"])]

    @cached_property
    def _supposed_rows(self) -> pd.Series[bool]:
        """Which results rest on something supposed: they are neither estimate nor final."""
        return self.results["answered"].gt(0) & self.results["phase"].isna()

    def _valued(self, kept: pd.Series[bool]) -> pd.DataFrame:
        """All years, with the values of those kept."""
        return self.results.assign(value_pct=self.results["value_pct"].where(kept))

    def _labelled(self, trace: Trace, rows: pd.DataFrame, before: str = "") -> Trace:
        """With the last value in words, clear of the line that leads to it and of its target."""
        known = rows[rows["value_pct"].notna()]
        if known.empty:
            return trace
        last = known.to_dict("records")[-1]
        before = "" if self.small else before
        label = f"<b>{before}{self._value(last)}</b>"
        trace["mode"] = "lines+markers+text"
        trace["text"] = [label if year == last["year"] else "" for year in rows["year"]]
        trace["textposition"] = self._position_of(last)
        return trace

    def _position_of(self, row: Row) -> str:
        value, target = row["value_pct"], row["target_pct"]
        asked = row["status"] != Status.NO_TARGET.value and pd.notna(target)
        below = asked and value < target + _CLOSE and value > _CLOSE
        return self._towards("bottom" if below else "top", row["year"])

    def _towards(self, height: str, year: int) -> str:
        """Above or below a mark and to its right; of the plan's last year to its left."""
        return f"{height} {'left' if year == self.plan.years.last else 'right'}"

    def _value(self, row: Row) -> str:
        return wording.percent_text(row, self.indicator, self.words)

    def _hovers(self, rows: pd.DataFrame) -> list[str]:
        return [self._hover(row) for row in rows.to_dict("records")]

    def _hover(self, row: Row) -> str:
        """Counts, percentage, verdict with what it takes, rounding, range, kind, source."""
        words, kind = self.words, self._kind(row)
        count = html.escape(wording.count_text(row, self.indicator, words))
        lines = [
            f"<b>{row['year']}: {self._value(row)}</b> ({count})",
            wording.verdict_text(row, words),
            wording.rounding_text(row, self.indicator, words),
            html.escape(wording.short_text(row, self.indicator, words)),
            html.escape(wording.missing_text(row, self.indicator, words)),
            words.text("Figures: {kind}", kind=kind.lower()) if kind else "",
            self._source(row),
        ]
        return "<br>".join(f"{line[:1].upper()}{line[1:]}" for line in lines if line)

    def _kind(self, row: Row) -> str:
        kinds = {phase.value: name for phase, name in messages.PHASES.items()}
        supposed = N_("Scenario") if row["answered"] else ""
        return self.words.text(kinds.get(row["phase"], supposed))

    def _source(self, row: Row) -> str:
        """The clause that states the indicator, and the decision that its target stands in."""
        decision = self.amended.decision(self.plan, row["year"])
        clause = html.escape(self.indicator.source)
        source = self.words.text("Source")
        return f"{source}: {html.escape(decision)}<br>{clause}"

    def _targets(self) -> Trace:
        asked = self.results["status"] != Status.NO_TARGET.value
        return {
            "name": self.words.text("Target of the year"),
            "x": self.results["year"],
            "y": self.results["target_pct"].where(asked),
            "hovertext": [
                f"<b>{row['year']}</b><br>{self._asked(row)}<br>{self._source(row)}"
                for row in self.results.to_dict("records")
            ],
            **STEPS,
        }

    def _asked(self, row: Row) -> str:
        asked = wording.asked_text(row, self.words)
        return self.words.text("Target: {share}", share=asked) if asked else ""

    def _range(self) -> Trace:
        return ranges(self.results, self.words.text("Possible, as agencies are missing"))

    def _goals(self) -> Trace:
        """The goal years, each with its share (large: and its year) in words."""
        goals = self._asked_in(self.plan.years.goals)
        return goal_marks(
            goals["year"],
            goals["target_pct"],
            self.words,
            [
                self.words.percent(share, 2) if self.small else goal_label(year, share, self.words)
                for year, share in zip(goals["year"], goals["target_pct"], strict=True)
            ],
            [self._beside_goal(row) for row in goals.to_dict("records")],
            size=13 if self.small else 19,
        )

    def _asked_in(self, years: Iterable[int]) -> pd.DataFrame:
        asked = self.results["status"] != Status.NO_TARGET.value
        return self.results[self.results["year"].isin(years) & asked]

    def _beside_goal(self, row: Row) -> str:
        """Clear of the step that follows, and of the result of the same year and its line."""
        year, share = row["year"], row["target_pct"]
        if row["value_pct"] >= share + _CLOSE:
            return self._towards("bottom", year)
        if self.small:
            return "top center"
        later = self._asked_in([year + 1])["target_pct"]
        rises = not later.empty and later.iloc[0] > share
        return "top left" if rises else self._towards("top", year)

    def references(self) -> list[Trace]:
        """Goals from elsewhere, each series a dotted line of its own that bridges no gap."""
        own = [g for g in self.plan.reference_goals if g.indicator == self.indicator.code]
        national = [goal for goal in own if goal.series == "national"]
        body = [goal for goal in own if goal.series == "body"]
        name = self.words.text("National goal")
        sources = "; ".join(dict.fromkeys(html.escape(goal.source) for goal in national))
        in_text = self.words.text("Goal in the plan's text")  # which names its source itself
        return [
            *self._reference(national, name, f"{name}<br>({sources})", "x-thin-open"),
            *self._reference(body, in_text, in_text, "square-open"),
            *self._clear_of_step([national, body]),
        ]

    def _clear_of_step(self, series: Iterable[list[ReferenceGoal]]) -> list[Trace]:
        """The labels that would lie on the step to the last target, to the left of it."""
        shown = [goal for goals in series if self._on_step(goal := self._labelled_goal(goals))]
        return [
            {
                "type": "scatter",
                "name": self._reference_label(goal),
                "mode": "text",
                "x": [goal.year - _BEFORE_STEP],
                "y": [goal.share_pct],
                "text": [self._reference_label(goal)],
                "textposition": self._beside_reference(goal),
                "hoverinfo": "skip",
                "showlegend": False,
                "cliponaxis": False,
            }
            for goal in shown
            if goal
        ]

    def _on_step(self, goal: ReferenceGoal | None) -> bool:
        """Whether the target's step up to the plan's last year passes where a label would stand."""
        if goal is None or goal.year != self.plan.years.last:
            return False
        asked = self._asked_in([goal.year - 1, goal.year])["target_pct"]
        return asked.min() - _CLOSE < goal.share_pct < asked.max() + _CLOSE and (
            asked.nunique() > 1
        )

    def _reference(
        self, goals: list[ReferenceGoal], name: str, legend: str, symbol: str
    ) -> list[Trace]:
        if not goals:
            return []
        years, words = list(self.plan.all_years), self.words
        by_year = {goal.year: goal for goal in goals}
        shown, source = self._labelled_goal(goals), words.text("Source")
        said = {
            year: f"{name} {year}: {target_text(goal.share_pct, goal.threshold_pct, words)}"
            f"<br>{source}: {html.escape(goal.source)}"
            for year, goal in by_year.items()
        }
        return [
            {
                "type": "scatter",
                "name": legend,
                "x": years,
                "y": [by_year[year].share_pct if year in by_year else None for year in years],
                "mode": "lines+markers+text",
                "connectgaps": False,
                "line": {"dash": "dot", "width": 2},
                "marker": {"symbol": symbol, "size": 11, "line": {"width": 2}},
                "text": [
                    self._reference_label(shown)
                    if shown == by_year.get(y) and not self._on_step(shown)
                    else ""
                    for y in years
                ],
                "textposition": self._beside_reference(shown),
                "hovertext": [said.get(year, "") for year in years],
                "hoverinfo": "text",
                "cliponaxis": False,
            }
        ]

    def _labelled_goal(self, goals: list[ReferenceGoal]) -> ReferenceGoal | None:
        """The last goal that is clear of the plan's own target, for a label beside it."""
        own = dict(zip(self.results["year"], self.results["target_pct"], strict=True))
        clear = [g for g in goals if not abs(own.get(g.year, 0) - g.share_pct) < _CLOSE]
        return max(clear, key=lambda goal: goal.year, default=None)

    def _reference_label(self, goal: ReferenceGoal | None) -> str:
        if goal is None:
            return ""
        share = self.words.percent(goal.share_pct, 2)
        if goal.series == "national":
            return self.words.text("National: {share}", share=share)
        return self.words.text("Plan's text: {share}", share=share)

    def _beside_reference(self, goal: ReferenceGoal | None) -> str:
        """The two series keep clear of one another, where both say the same."""
        if goal is None:
            return "top center"
        return self._towards("bottom" if goal.series == "national" else "top", goal.year)

    def projected(self, projection: Projection | None) -> list[Trace]:
        """What a method gives: hollow triangles on a dotted line, with its value in words."""
        if not isinstance(projection, Forecast | GoalPath):
            return []
        text = self.words.text
        if isinstance(projection, Forecast):
            name, label = text("Projection"), text("Projection: {value}")
            return [self._dotted(name, projection.line, "triangle-up-open", label)]
        lines = [
            self._dotted(text("Path to the goal"), projection.anchors, "triangle-right-open"),
        ]
        if projection.per_year_pct:  # else the goal is met, and no pace is needed
            pace = text("Pace needed to the goal")
            lines.append(self._dotted(pace, projection.line, "triangle-up-open"))
        return lines

    def _dotted(
        self, name: str, line: Sequence[tuple[int, float]], symbol: str, label: str = ""
    ) -> Trace:
        """A dotted line with hollow marks; `label` says its last {value} beside it."""
        percent = self.words.percent
        return {
            "type": "scatter",
            "name": name,
            "x": [year for year, _ in line],
            "y": [value for _, value in line],
            "mode": "lines+markers+text",
            "line": {"dash": "dot", "width": 2},
            "marker": {"symbol": symbol, "size": 12, "line": {"width": 2}},
            "text": [""] * (len(line) - 1) + [label.format(value=percent(line[-1][1]))],
            "textposition": "top left" if line[-1][1] < _CLOSE else "bottom left",
            "hovertext": [f"{name} {year}: {percent(value)}" for year, value in line],
            "hoverinfo": "text",
            "cliponaxis": False,
        }

    def replaced(self) -> list[Trace]:
        """Faint hollow marks where a target was first issued otherwise; 0% asked for nothing."""
        asked = {
            year: target
            for year, target in self.amended.replaced.items()
            if target.share_pct or self.plan.rule_value("zero_target") != "no_target"
        }
        if not asked:
            return []
        name = self.words.text("Target as first issued")
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
                    f"{name} {year}: "
                    f"{target_text(target.share_pct, target.threshold_pct, self.words)}"
                    for year, target in asked.items()
                ],
                "hoverinfo": "text",
                "cliponaxis": False,
            }
        ]

    def small_layout(self) -> dict[str, Any]:
        """Low enough for six on one screen: the first and the goal years, no legend."""
        layout = layout_of(self.plan, self.words, height=_SMALL)
        layout["title"] = {
            "text": html.escape(f"{self.indicator.row}. {self.indicator.short[self.words.code]}"),
            "font": {"size": 14},
        }
        layout["showlegend"] = False
        layout["margin"] |= {"t": 44}
        layout["xaxis"]["tickvals"] = sorted({self.plan.years.first, *self.plan.years.goals})
        ticks = [0, 50, 100]
        layout["yaxis"] |= {
            "tickvals": ticks,
            "ticktext": [self.words.percent(tick) for tick in ticks],
        }
        return layout


def _broken(trace: Trace, thresholds: pd.Series[float]) -> Trace:
    """No line between years that are counted by different growth thresholds."""
    asked = [None if pd.isna(threshold) else threshold for threshold in thresholds]
    cuts = [at for at, pair in enumerate(pairwise(asked), start=1) if pair[0] != pair[1]]
    for lists in (trace, trace["marker"], trace["marker"]["line"]):
        for name, gap in _GAP.items():
            values = lists.get(name)
            if isinstance(values, list | pd.Series):
                parts = [list(values)[i:j] for i, j in pairwise([0, *cuts, len(values)])]
                lists[name] = [v for part in parts for v in (*part, gap)][:-1]
    return trace


_GAP: Mapping[str, object] = {
    "x": None,
    "y": None,
    "text": "",
    "hovertext": "",
    "symbol": "circle",
    "width": 0,
}
"""What stands in each list of a trace where its line is interrupted."""


def trajectory_sentence(
    results: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = AS_ISSUED,
) -> str:
    """The indicator's latest result against its target, for those who cannot see the chart.

    Amendments follow it, with the targets that they replaced.
    """
    return " ".join([_latest(results, indicator, words), *amendment_sentences(amended, words)])


def _latest(results: pd.DataFrame, indicator: Indicator, words: Language) -> str:
    name = indicator.short[words.code]
    known = results[results["answered"] > 0]
    if known.empty:
        return words.text("{name}: no agency has reported yet.", name=name)
    last = known.to_dict("records")[-1]
    asked = None if last["status"] == Status.NO_TARGET.value else last["target_pct"]
    return words.text(
        "{name}, {year}: {value}; target: {target}.",
        name=name,
        year=last["year"],
        value=wording.percent_text(last, indicator, words),
        target=target_text(asked, last["threshold_pct"], words),
    )
