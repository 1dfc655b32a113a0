"""One agency over the years: its ratios, its yes/no indicators, its maturity.

Its revenue growth is drawn by `tbdx.charts.growth`.
"""

from __future__ import annotations

import html
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tbdx import messages, wording
from tbdx.charts.marks import (
    ANSWER_GLYPHS,
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
)
from tbdx.i18n import Language
from tbdx.model import Phase, Reason
from tbdx.plan import Indicator, Plan

_OUT = "not_counted"
"""Stands for an answer where the agency is not among those that the indicator counts."""

_ANSWER_MARKS = {
    "yes": "circle",
    "no": "x-thin-open",
    "na": "line-ew-open",
    "blank": "circle-open-dot",
    "not_assessable": "diamond-open",
    _OUT: "line-ns-open",
}
"""Marks that differ in grey as well; the word stands below each."""

_SCORE_MARKS = ("circle", "square", "diamond", "triangle-up", "pentagon", "star")


def agency_ratio(
    rows: pd.DataFrame,
    indicator: Indicator,
    plan: Plan,
    words: Language,
    amended: Amended = AS_ISSUED,
) -> Chart:
    """One agency's ratio, of people for instance, against the targets that bind it.

    `rows`: the agency's rows of `View.standings` for one indicator of kind ratio, one a
    year, ascending. A year whose target does not bind the agency has no mark of a target.
    """
    known = rows.assign(value_pct=rows["value_pct"].where(rows["answered"] == 1))
    hovers = [_ratio_hover(row, indicator, words) for row in known.to_dict("records")]
    bound = known["target_pct"].where(known["reason"] != Reason.NOT_ASSIGNED.value)
    asked = {
        "name": words.text("Target of this agency"),
        "x": known["year"],
        "y": bound,
        "hovertext": [
            f"{year}: {words.percent(share, 2)}"
            for year, share in zip(known["year"], bound, strict=True)
        ],
        **STEPS,
    }
    goals = known.assign(target_pct=bound)[known["year"].isin(plan.years.goals) & bound.notna()]
    marks = goal_marks(
        goals["year"],
        goals["target_pct"],
        words,
        [
            goal_label(year, share, words)
            for year, share in zip(goals["year"], goals["target_pct"], strict=True)
        ],
        ["top left" if year == plan.years.last else "top right" for year in goals["year"]],
    )
    name = html.escape(indicator.short[words.code])
    breaks = breaks_of(amended, plan, words)
    traces = [points(known, name, hovers, words), asked, marks, *breaks]
    figure = go.Figure({"data": traces, "layout": layout_of(plan, words, height=320)})
    make_room(figure, amended)
    return Chart(figure, _ratio_sentence(known, indicator, words, amended))


def _ratio_hover(row: Mapping[Hashable, Any], indicator: Indicator, words: Language) -> str:
    """Percentage with its counts, verdict, what binds the agency and where it stands, estimate."""
    bound = row["reason"] != Reason.NOT_ASSIGNED.value and pd.notna(row["target_pct"])
    share = words.percent(row["target_pct"], 2) if bound else ""
    source = words.text("Source")
    count = html.escape(wording.count_text(row, indicator, words))
    lines = [
        f"<b>{row['year']}: {wording.percent_text(row, indicator, words)}</b> ({count})",
        wording.status_label(row, words, agency=True),
        words.text("Target: {share}", share=share) if bound else "",
        f"{source}: {html.escape(indicator.source)}" if bound else "",
        words.text("estimate") if row["phase"] == Phase.ESTIMATE.value else "",
    ]
    return "<br>".join(line for line in lines if line)


def _ratio_sentence(
    rows: pd.DataFrame, indicator: Indicator, words: Language, amended: Amended
) -> str:
    name, changes = indicator.short[words.code], amendment_sentences(amended, words)
    known = rows[rows["answered"] == 1]
    if known.empty:
        said = words.text("{name}: nothing has been reported yet.", name=name)
    else:
        last = known.to_dict("records")[-1]
        said = words.text(
            "{name}, {year}: {part}/{whole}, {value}.",
            name=name,
            year=last["year"],
            part=words.number(last["numerator"]),
            whole=words.number(last["denominator"]),
            value=wording.percent_text(last, indicator, words),
        )
    return " ".join([said, *changes])


def agency_answers(
    rows: pd.DataFrame, indicators: Sequence[Indicator], plan: Plan, words: Language
) -> Chart:
    """Yes or no over the years, one line an indicator: a mark for every report, a word where it changes.

    `rows`: the agency's rows of `View.standings` for these indicators, in the years that it
    has reported; the column answer holds the codes of `messages.ANSWERS`.
    """
    names = {i.code: f"{i.row}. {i.short[words.code]}" for i in indicators}
    answers = {code: words.text(messages.ANSWERS[code]) for code in ANSWER_GLYPHS}
    answers[_OUT] = words.text("not counted")
    out = (rows["answered"] + rows["missing"] == 0) & (rows["answer"] == "blank")
    rows = rows.assign(answer=rows["answer"].mask(out, _OUT))
    lines = {code: len(names) - place for place, code in enumerate(names)}
    rows = rows.assign(line=rows["indicator"].map(lines))
    rows = rows.sort_values(["line", "year"], ascending=[False, True], kind="stable")
    again = rows["answer"].eq(rows.groupby("indicator")["answer"].shift())
    rows = rows.assign(again=again)
    traces: list[Trace] = [
        {
            "type": "scatter",
            "name": word,
            "x": own["year"],
            "y": own["line"],
            "mode": "markers+text",
            "marker": {"symbol": _ANSWER_MARKS[code], "size": 13, "line": {"width": 2.5}},
            "text": ["" if again else word for again in own["again"]],
            "textposition": "bottom center",
            "hovertext": [
                _answer_hover(names[row["indicator"]], row, word, words)
                for row in own.to_dict("records")
            ],
            "hoverinfo": "text",
            "showlegend": True,
            "cliponaxis": False,
        }
        for code, word in answers.items()
        for own in [rows[rows["answer"] == code]]
        if not own.empty
    ]
    layout = layout_of(plan, words, height=100 + 66 * len(indicators))
    layout["yaxis"] = {
        "range": [0.4, len(names) + 0.6],
        "tickvals": list(lines.values()),
        "showticklabels": False,
        "zeroline": False,
        "fixedrange": True,
    }
    layout["annotations"] = [  # above its line, so that a phone has its width for the years
        {
            "text": html.escape(names[code]),
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": line + 0.2,
            "yanchor": "bottom",
            "showarrow": False,
        }
        for code, line in lines.items()
    ]
    layout["xaxis"]["side"] = "top"
    years = sorted(rows["year"].unique())
    if years:  # only what was reported: a phone has room for few columns
        layout["xaxis"] |= {"tickvals": years, "range": [years[0] - 0.5, years[-1] + 0.5]}
    figure = go.Figure({"data": traces, "layout": layout})
    return Chart(figure, _answers_sentence(rows, names, answers, words))


def _answer_hover(name: str, row: Mapping[Hashable, Any], word: str, words: Language) -> str:
    """Year and answer, which indicator, and how final the figures are."""
    lines = [f"<b>{row['year']}: {word}</b>", html.escape(name)]
    kinds = {phase.value: kind for phase, kind in messages.PHASES.items()}
    kind = kinds.get(row["phase"])
    if kind:
        lines.append(words.text("Figures: {kind}", kind=words.text(kind).lower()))
    return "<br>".join(lines)


def _answers_sentence(
    rows: pd.DataFrame, names: Mapping[str, str], answers: Mapping[str, str], words: Language
) -> str:
    if rows.empty:
        return words.text("No report of this agency has been accepted yet.")
    last = rows[rows["year"] == rows["year"].max()]
    said = "; ".join(
        f"{names[code]}: {answers[answer]}"
        for code, answer in zip(last["indicator"], last["answer"], strict=True)
    )
    return words.text("{year}: {answers}.", year=int(rows["year"].max()), answers=said)


def maturity(scores: pd.DataFrame, plan: Plan, words: Language) -> Chart:
    """Total scores by year, out of 100; scores of different versions are never joined.

    `scores`: columns year, total (points), version, level, as reported; one a year.
    """
    known = scores.dropna(subset=["total"])
    traces: list[Trace] = [
        _scored(
            known[known["version"] == version].set_index("year").reindex(plan.all_years),
            version,
            _SCORE_MARKS[place % len(_SCORE_MARKS)],
            words,
        )
        for place, version in enumerate(dict.fromkeys(known["version"]))
    ]
    layout = layout_of(plan, words, height=300, whole_scale=False)
    points_: dict[str, Any] = {"range": [0, 108], "tickvals": [0, 25, 50, 75, 100]}
    layout["yaxis"] = {**points_, "fixedrange": True}
    figure = go.Figure({"data": traces, "layout": layout})
    if known.empty:
        return Chart(figure, words.text("No maturity score has been reported yet."))
    last = known.iloc[-1]
    sentence = words.text(
        "Maturity in {year}: {total} of 100 points by {version}.",
        year=last["year"],
        total=words.number(last["total"]),
        version=last["version"] or words.text("version not stated"),
    )
    return Chart(figure, sentence)


def _scored(scores: pd.DataFrame, version: str, symbol: str, words: Language) -> Trace:
    """The scores of one version, indexed by all years; of a year without a score NaN."""
    return {
        "type": "scatter",
        "name": html.escape(version) or words.text("version not stated"),
        "x": list(scores.index),
        "y": scores["total"],
        "mode": "lines+markers+text" if version else "markers+text",
        "connectgaps": False,
        "line": {"dash": "dot", "width": 1.5},
        "marker": {"symbol": symbol, "size": 12},
        "text": [words.number(total) for total in scores["total"]],
        "textposition": "top center",
        "hovertext": [
            "<br>".join(
                part
                for part in (f"<b>{year}: {words.number(total)}/100</b>", html.escape(level))
                if part
            )
            for year, total, level in zip(
                scores.index, scores["total"], scores["level"].fillna(""), strict=True
            )
        ],
        "hoverinfo": "text",
        "showlegend": True,
        "cliponaxis": False,
    }
