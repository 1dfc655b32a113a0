"""The plan beside goals from elsewhere: information, never part of a verdict."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from tbdx import charts, messages, wording
from tbdx.i18n import N_
from tbdx.model import Order
from tbdx.plan import Indicator
from tbdx.service import Row
from tbdx.tables import Filters
from tbdx.ui import address, filtering, widgets
from tbdx.ui.picturing import Subject
from tbdx.ui.shell import Page

_SYMBOLS = {Order.ABOVE: "▲", Order.EQUAL: "=", Order.BELOW: "▼", Order.NOT_COMPARABLE: "≠"}
_ASKS = {
    Order.ABOVE: N_("higher"),
    Order.EQUAL: N_("the same"),
    Order.BELOW: N_("lower"),
    Order.NOT_COMPARABLE: N_("not comparable: one asks more in one part, one in the other"),
}
_SERIES = {"national": N_("National"), "body": N_("In the plan's text")}
"""The kinds of goals, short enough to stand side by side on a phone."""
_WHOEVER = {
    Order.ABOVE: N_("above {goal}, whatever the missing agencies say"),
    Order.EQUAL: N_("level with {goal}, whatever the missing agencies say"),
    Order.BELOW: N_("below {goal}, whatever the missing agencies say"),
}
_ASKS_BY = {Order.ABOVE: N_("higher by {points} pts"), Order.BELOW: N_("lower by {points} pts")}


def show(page: Page) -> None:
    """One year as chart and table, then every year of which there is a goal, then the file."""
    goals = page.view.compared
    if goals.empty:
        st.info(
            page.text(
                "The plan's data name no goal from elsewhere. They stand in the file reference_goals.csv of its folder."
            ),
            icon=":material/info:",
        )
        return
    st.markdown(
        page.text(
            "For information: these goals come from elsewhere and are no part of any verdict. Pts: percentage points."
        )
    )
    series, year = _pick(page, goals)
    own = goals[goals["series"] == series]
    of_year = own[own["year"] == year]
    chart = charts.comparison(of_year, page.plan, page.language)
    st.markdown(chart.sentence)
    subject = Subject(
        kind="comparison",
        title=f"{page.text(messages.SERIES[series])}, {year}",
        about={"series": series, "year": year},
        notes=[page.text("Filled circle: final figures. Hollow circle: estimates.")],
    )
    widgets.show_chart(page, chart, f"comparison-{series}-{year}", subject)
    _year_table(page, of_year)
    _sources(page, of_year)

    st.subheader(page.text("All years that have such a goal"))
    _all_years(page, own)
    st.caption(
        page.text(
            "In each cell the plan's target, then the goal it is compared with. Years without a goal are left out; nothing is filled in between."
        )
    )
    filtering.downloads(page, Filters(table="comparison"), "comparison")


def _pick(page: Page, goals: pd.DataFrame) -> tuple[str, int]:
    """Which goals, where there are several kinds, and of which year."""
    words = page.language
    kinds = list(dict.fromkeys(goals["series"]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        series = kinds[0]
        if len(kinds) > 1:
            series = address.choose(
                "series",
                kinds,
                default=kinds[0],
                label=page.text("Compared with"),
                say=lambda code: page.text(_SERIES[code]),
                words=words,
                widget="segmented",
                usual=kinds[0],
            )
        years = sorted({int(year) for year in goals.loc[goals["series"] == series, "year"]})
        past = [year for year in years if year <= page.view.latest_year]
        year = address.choose(
            f"year-{series}",
            [str(year) for year in years],
            default=str((past or years[:1])[-1]),
            label=page.text("Year"),
            say=str,
            words=words,
            widget="segmented",
        )
    return series, int(year)


def _year_table(page: Page, rows: pd.DataFrame) -> None:
    """One year: what is asked here and there, and where the result stands, a row per indicator."""
    series = str(rows["series"].iloc[0])
    lines = [(page.plan.indicator(row["indicator"]), row) for row in rows.to_dict("records")]
    frame = pd.DataFrame(
        {
            page.text("Indicator"): [widgets.numbered(page, i) for i, _ in lines],
            page.text("The plan's target"): [
                _below(_target(page, i, row), _asks(page, i, row)) for i, row in lines
            ],
            page.text(messages.SERIES[series]): [_goal(page, i, row) for i, row in lines],
            page.text("Result"): [
                _below(_result(page, row), _stands(page, row)) for _, row in lines
            ],
        }
    )
    label = page.text("The plan beside other goals in {year}", year=rows["year"].iloc[0])
    st.table(frame, border="horizontal", hide_index=True, alt=label)


def _below(figure: str, said: str) -> str:
    """A figure with what is said of it in the line below, as markdown."""
    return f"{figure}  \n:gray[{said}]" if said else figure


def _target(page: Page, indicator: Indicator, row: Row) -> str:
    text = charts.target_text(row["target_pct"], row["threshold_pct"], page.language)
    if row["target_pct"] == 0:
        return page.text("{share} (no target set)", share=text)
    return _with_count(page, indicator, text, row["needed"], row["whole"])


def _goal(page: Page, indicator: Indicator, row: Row) -> str:
    text = charts.target_text(row["goal_pct"], row["goal_threshold_pct"], page.language)
    return _with_count(page, indicator, text, row["goal_needed"], row["whole"])


def _with_count(page: Page, indicator: Indicator, text: str, needed: int, whole: int) -> str:
    """A share with how many of how many it takes here."""
    if pd.isna(needed) or pd.isna(whole):
        return text
    count: Row = {"numerator": needed, "denominator": whole}
    counts = wording.count_text(count, indicator, page.language)
    return page.text("{share} (needs {count})", share=text, count=counts)


def _asks(page: Page, indicator: Indicator, row: Row) -> str:
    """Whether the plan asks more or less, by how much, and whether that makes a difference here."""
    order = Order(row["order"])
    if order is Order.NONE:
        return ""
    text = f"{_SYMBOLS[order]} {_asked(page, row)}"
    counts = indicator.kind != "ratio" and order in _ASKS_BY and pd.notna(row["points"])
    if counts and pd.notna(row["needed"]) and row["needed"] == row["goal_needed"]:
        return page.text("{comparison}, but the same number of agencies", comparison=text)
    return text


def _asked(page: Page, row: Row) -> str:
    """Higher or lower; by how many points where both ask for the same growth."""
    order = Order(row["order"])
    if order in _ASKS_BY and pd.notna(row["points"]):
        return page.text(_ASKS_BY[order], points=_points(page, row["points"]))
    return page.text(_ASKS[order])


def _points(page: Page, points: float) -> str:
    return page.language.number(abs(points), 1)


def _result(page: Page, row: Row) -> str:
    """The result as the goal counts it, with its counts and who is missing."""
    if pd.isna(row["value_pct"]):
        return "–"
    number = page.language.number
    counts = f"{number(row['numerator'])}/{number(row['denominator'])}"
    text = f"{wording.share_text(row['value_pct'], page.language)} ({counts})"
    if not row["missing"]:
        return text
    missing = page.language.plural(
        "{count} agency has no figure", "{count} agencies have no figure", int(row["missing"])
    )
    between = wording.range_text(row, page.language)
    return f"{text}; {missing}: {between}" if between else f"{text}; {missing}"


def _stands(page: Page, row: Row) -> str:
    """Where the result stands beside the goal, in points unless agencies are missing."""
    position = Order(row["position"])
    if position is Order.NONE:
        return ""
    series = str(row["series"])
    goal = page.text(messages.SERIES_IN_SENTENCE[series])
    if position is Order.OPEN:
        return page.text("undecided beside {goal}", goal=goal)
    if row["missing"]:
        return page.text(_WHOEVER[position], goal=goal)
    points = _points(page, row["distance"])
    if position is Order.ABOVE:
        return page.text("above {goal} by {points} pts", goal=goal, points=points)
    if position is Order.BELOW:
        return page.text("below {goal} by {points} pts", goal=goal, points=points)
    if row["distance"] == 0:
        return page.text("level with {goal}", goal=goal)
    return page.text("level with {goal} after rounding", goal=goal)


def _sources(page: Page, rows: pd.DataFrame) -> None:
    decision = page.plan.decision
    goals = "; ".join(dict.fromkeys(rows["source"]))
    text = page.text(
        "Sources. The plan: {plan}. {series}: {documents}.",
        plan=decision.number,
        series=page.text(messages.SERIES[str(rows["series"].iloc[0])]),
        documents=goals,
    )
    note = page.text(
        "A result stands here as the goal counts it: with the goal's own growth threshold. How many are needed is worked out with those in the denominator, rounded as the plan's own targets are."
    )
    st.caption(f"{widgets.escape(text)}  \n{note}")


def _all_years(page: Page, rows: pd.DataFrame) -> None:
    """Indicator by year: target, goal, and which is higher."""
    years = sorted({int(year) for year in rows["year"]})
    cells = {(row["indicator"], row["year"]): row for row in rows.to_dict("records")}
    lines = {
        widgets.numbered(page, indicator): [
            _cell(page, cells.get((indicator.code, year))) for year in years
        ]
        for indicator in page.plan.indicators
    }
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=[str(year) for year in years])
    frame.index.name = page.text("Indicator")
    st.table(frame, border="horizontal", alt=page.text("Targets beside other goals in every year"))


def _cell(page: Page, row: Row | None) -> str:
    if row is None:
        return ""
    target = "–"
    if pd.notna(row["target_pct"]):
        target = charts.target_text(row["target_pct"], row["threshold_pct"], page.language)
    goal = charts.target_text(row["goal_pct"], row["goal_threshold_pct"], page.language)
    order = Order(row["order"])
    asks = f"{_SYMBOLS[order]} {_asked(page, row)}" if order in _SYMBOLS else ""
    return _below(f"{target}  \n{goal}", asks)
