"""One agency's revenue growth over the base year."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
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
    breaks_of,
    goal_label,
    goal_marks,
    layout_of,
    make_room,
)
from tbdx.i18n import N_, Language
from tbdx.model import Phase
from tbdx.plan import Plan


def _grown(row: Mapping[Hashable, Any], words: Language) -> str:
    """The growth as printed: never on the other side of its threshold."""
    reached = {"yes": True, "no": False}.get(row.get("answer", ""))
    return wording.growth_text(row["growth_pct"], row["threshold_pct"], reached, words)


def _hover(row: Mapping[Hashable, Any], words: Language) -> str:
    """Growth, the threshold where the year has one, and how final the figure is."""
    asked, kinds = row["threshold_pct"], {p.value: name for p, name in messages.PHASES.items()}
    kind = words.text(kinds.get(row["phase"], N_("Scenario")))
    lines = [f"<b>{row['year']}: {_grown(row, words)}</b>"]
    if pd.notna(asked):
        threshold = words.text("Threshold of the year")
        lines.append(f"{threshold}: {words.percent(asked, 2)}")
    return "<br>".join([*lines, words.text("Figures: {kind}", kind=kind.lower())])


def _lifted(rows: pd.DataFrame, words: Language) -> Trace:
    """The growth of bars that end just below their threshold, clear of its mark."""
    return {
        "type": "scatter",
        "x": rows["year"],
        "y": rows["threshold_pct"],
        "mode": "text",
        "text": [f"{_grown(row, words)}<br>\u00a0" for row in rows.to_dict("records")],
        "textposition": "top center",
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def growth(rows: pd.DataFrame, plan: Plan, words: Language, amended: Amended = AS_ISSUED) -> Chart:
    """One agency's revenue growth over the base year against the thresholds.

    `rows`: columns year, growth_pct, threshold_pct (percent), phase and, where it
    is known whether the growth is enough, answer; one a year.
    """
    known = rows.dropna(subset=["growth_pct"])
    heights = pd.concat([rows["growth_pct"], rows["threshold_pct"]])
    low, high = min(0.0, heights.min()), max(0.0, heights.max())  # NaN gives way to 0
    lacking = known["threshold_pct"] - known["growth_pct"]
    close = lacking.between(0, (high - low) / 6) & known["growth_pct"].gt(0)
    bars = {
        "type": "bar",
        "name": words.text("Growth over {year}", year=plan.years.base),
        "x": known["year"],
        "y": known["growth_pct"],
        "text": [_grown(row, words) for row in known.to_dict("records")],
        "textposition": ["none" if covered else "outside" for covered in close],
        "marker": {
            "pattern": {
                "shape": ["/" if phase == Phase.ESTIMATE.value else "" for phase in known["phase"]]
            }
        },
        "hovertext": [_hover(row, words) for row in known.to_dict("records")],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    thresholds = {
        "name": words.text("Threshold of the year"),
        "x": rows["year"],
        "y": rows["threshold_pct"],
        "hovertext": [words.percent(value, 2) for value in rows["threshold_pct"]],
        **STEPS,
    }
    goals = rows[rows["year"].isin(plan.years.goals) & rows["threshold_pct"].notna()]
    marks = goal_marks(
        goals["year"],
        goals["threshold_pct"],
        words,
        [
            goal_label(year, value, words)
            for year, value in zip(goals["year"], goals["threshold_pct"], strict=True)
        ],
        ["top left" if year == plan.years.last else "top right" for year in goals["year"]],
    )
    layout = layout_of(plan, words, height=320, whole_scale=False)
    breaks = breaks_of(amended, plan, words, top=high * 1.15, bottom=low)
    figure = go.Figure(
        {"data": [bars, thresholds, marks, _lifted(known[close], words), *breaks], "layout": layout}
    )
    make_room(figure, amended)
    if known.empty:
        return Chart(figure, words.text("No growth is known yet."))
    last = known.to_dict("records")[-1]
    sentence = words.text(
        "{year} against {base}: {value}.",
        base=plan.years.base,
        year=last["year"],
        value=_grown(last, words),
    )
    return Chart(figure, sentence)
