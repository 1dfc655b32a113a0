"""One year of the plan beside goals from elsewhere: a line per indicator."""

from __future__ import annotations

import html
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tbdx import messages
from tbdx.charts.marks import Chart, Trace, result_name
from tbdx.i18n import Language
from tbdx.model import Order, Phase
from tbdx.plan import Plan
from tbdx.wording import range_text, share_text, target_text

Row = Mapping[Hashable, Any]
_LINE = 64  # pixels of height per indicator
_REACH = 0.14  # how far above and below a mark its range is drawn, in lines
_WRITTEN = 0.34  # how far above its marks an indicator's name stands, in lines


def comparison(rows: pd.DataFrame, plan: Plan, words: Language) -> Chart:
    """Target, goal and result of each indicator in one year, joined by a line.

    `rows`: those of one series and one year of `tbdx.comparison.compare`. Marks
    differ by shape: a circle for the result (hollow unless its figures are final,
    hatched around as far as missing agencies leave it open), an upright bar for
    the plan's target, a cross for the goal.
    """
    records: list[Row] = [*rows.to_dict("records")]
    places = [float(place) for place in reversed(range(len(records)))]
    goal_name = words.text(messages.SERIES[str(rows["series"].iloc[0])])
    results = _marks(records, places, "value_pct", words.text("Result"), "circle", words)
    traces = [
        results | {"name": result_name(results["name"], rows, words)},
        _marks(records, places, "target_pct", words.text("Target of the year"), "bar", words),
        _goals(records, places, goal_name, words),
        _names(records, places, plan, words),
        _ranges(records, places, words),
    ]
    figure = go.Figure({"data": traces, "layout": _layout(len(records), words)})
    return Chart(figure, comparison_sentence(rows, words))


def _marks(
    records: list[Row], places: list[float], column: str, name: str, shape: str, words: Language
) -> Trace:
    bar = {"symbol": "line-ns-open", "size": 20, "line": {"width": 4}}
    threshold = "goal_threshold_pct" if column == "value_pct" else "threshold_pct"
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers",
        "x": [row[column] for row in records],
        "y": places,
        "marker": bar if shape == "bar" else _circles(records),
        "hovertext": [f"{name}: {_figure(row, column, threshold, words)}" for row in records],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _circles(records: list[Row]) -> Trace:
    """Filled where figures are final and hollow where they are estimates."""
    hollow = [row["phase"] != Phase.FINAL.value for row in records]
    return {
        "symbol": ["circle-open" if open_ else "circle" for open_ in hollow],
        "size": 12,
        "line": {"width": [3 if open_ else 0 for open_ in hollow]},
    }


def _ranges(records: list[Row], places: list[float], words: Language) -> Trace:
    """What missing agencies leave possible: a hatched box along the indicator's line."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, place in zip(records, places, strict=True):
        if row["missing"] and pd.notna(row["worst_pct"]):
            low, high = place - _REACH, place + _REACH
            x += [row["worst_pct"], row["best_pct"], row["best_pct"], row["worst_pct"]]
            x += [row["worst_pct"], None]
            y += [low, low, high, high, low, None]
    return {
        "type": "scatter",
        "name": words.text("Possible, as agencies are missing"),
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"width": 1},
        "fill": "toself",
        "fillpattern": {"shape": "/", "size": 7, "solidity": 0.25, "fillmode": "replace"},
        "showlegend": bool(x),
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _figure(row: Row, column: str, threshold: str, words: Language) -> str:
    """A figure with the growth that it asks for or is counted by."""
    if pd.isna(row[column]):
        return "–"
    if column == "value_pct":
        value = share_text(row[column], words)
        said = range_text(row, words)
        return f"{value} ({said})" if said else value
    return target_text(row[column], row[threshold], words)


def _goals(records: list[Row], places: list[float], name: str, words: Language) -> Trace:
    """The goals, each joined with the plan's target, so that the gap is seen."""
    x: list[float | None] = []
    y: list[float] = []
    sizes: list[int] = []
    said: list[str] = []
    for row, place in zip(records, places, strict=True):
        target: float | None = None if pd.isna(row["target_pct"]) else row["target_pct"]
        goal = f"{name}: {_figure(row, 'goal_pct', 'goal_threshold_pct', words)}"
        x += [target, row["goal_pct"], None]
        y += [place, place, place]
        sizes += [0, 13, 0]
        said += ["", goal, ""]
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "connectgaps": False,
        "line": {"dash": "dot", "width": 2},
        "marker": {"symbol": "x-thin-open", "size": sizes, "line": {"width": 3}, "opacity": 1},
        "hovertext": said,
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _names(records: list[Row], places: list[float], plan: Plan, words: Language) -> Trace:
    """The indicators' names above their marks, where a phone has room for them, too."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [0] * len(records),
        "y": [place + _WRITTEN for place in places],
        "text": [
            html.escape(f"{row['row']}. {plan.indicator(row['indicator']).short[words.code]}")
            for row in records
        ],
        "textposition": "middle right",
        "textfont": {"size": 13},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _layout(lines: int, words: Language) -> dict[str, Any]:
    ticks = [0, 25, 50, 75, 100]
    return {
        "height": _LINE * lines + 96,
        "margin": {"l": 12, "r": 20, "t": 8, "b": 8},
        "separators": ",." if words.code == "vi" else ".,",
        "legend": {
            "orientation": "h",
            "itemsizing": "constant",
            "y": -40 / (_LINE * lines),
            "x": 0,
        },
        "dragmode": False,
        "hoverlabel": {"align": "left"},
        "xaxis": {
            "range": [-2, 102],
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [words.percent(tick) for tick in ticks],
            "fixedrange": True,
            "zeroline": False,
        },
        "yaxis": {
            "range": [-0.5, lines - 0.4],
            "visible": False,
            "fixedrange": True,
        },
    }


def comparison_sentence(rows: pd.DataFrame, words: Language) -> str:
    """Of one year: in which rows the plan asks more, as much or less, and where results stand."""
    goal = words.text(messages.SERIES_IN_SENTENCE[str(rows["series"].iloc[0])])
    asked = _grouped(rows, "order", messages.ORDERS, words)
    reached = _grouped(rows, "position", messages.POSITIONS, words)
    sentences = []
    if asked:
        sentences.append(
            words.text(
                "{year}: beside {goal}, the plan asks {parts}.",
                year=rows["year"].iloc[0],
                goal=goal,
                parts="; ".join(asked),
            )
        )
    if reached:
        sentences.append(
            words.text("The result is {parts}.", parts="; ".join(reached)),
        )
    return " ".join(sentences)


def _grouped(
    rows: pd.DataFrame, column: str, vocabulary: dict[Order, str], words: Language
) -> list[str]:
    parts = []
    for order, word in vocabulary.items():
        numbers = rows.loc[rows[column] == order.value, "row"].astype(str)
        fields = {"word": words.text(word), "rows": ", ".join(numbers)}
        if len(numbers) == 1:
            parts.append(words.text("{word} in row {rows}", **fields))
        elif len(numbers):
            parts.append(words.text("{word} in rows {rows}", **fields))
    return parts
