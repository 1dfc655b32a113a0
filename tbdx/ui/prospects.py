"""Whether the goals of one year are in reach: every indicator by every method, in one table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from tbdx import wording
from tbdx.i18n import N_
from tbdx.plan import Indicator
from tbdx.projections import (
    Forecast,
    GoalPath,
    Method,
    Position,
    Projection,
    Refusal,
    Refused,
    goal_years,
    project,
)
from tbdx.service import Row
from tbdx.ui import address, shell, widgets
from tbdx.ui.shell import Page

_METHODS: dict[Method, str] = {
    Method.GROWTH: N_("Compound growth"),
    Method.TREND: N_("Trend"),
}
_STANDING: dict[Position, str] = {
    Position.ON: N_("on the path"),
    Position.ABOVE: N_("above the path by {points} pts"),
    Position.BELOW: N_("below the path by {points} pts"),
    Position.OPEN: N_("beside the path: undecided, as agencies are missing"),
}
_REFUSED: dict[Refused, str] = {
    Refused.NO_TARGET: N_("no target"),
    Refused.GOAL_REPORTED: N_("reported already"),
    Refused.NO_VALUE: N_("no value that can be compared"),
    Refused.TOO_FEW: N_("too few years ({found}, needs {needs})"),
    Refused.ZERO_VALUE: N_("no ratio from or to 0%"),
    Refused.NOBODY: N_("no agency in the denominator"),
}

_ENOUGH = {True: N_("{value} → enough"), False: N_("{value} → not enough")}


def show(page: Page) -> None:
    """The goals of one year: last value, path with pace, and what two methods come to."""
    rows = _rows(page)
    years = sorted({year for own in rows.values() for year in _goals(page, own)})
    if not years:
        st.info(
            page.text("The plan has no goal year with a target to come."), icon=":material/info:"
        )
        return
    year = _pick_goal(page, years)
    asked = [i for i in page.plan.indicators if year in _goals(page, rows[i.code])]
    lines = [_line(page, indicator, rows[indicator.code], year) for indicator in asked]
    label = page.text("Where every indicator is heading, until {year}", year=year)
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)
    _notes(page, asked, year)
    with st.container(horizontal=True, gap="small"):
        for indicator in asked:
            shell.link(
                "indicator",
                f"{indicator.row}. {indicator.short[page.language.code]}",
                icon=":material/trending_up:",
                indicator=indicator.code,
                look="course",
                goal=str(year),
            )


def link(page: Page) -> None:
    """To the table of all goals."""
    shell.link(
        "board", page.text("Are the goals in reach?"), icon=":material/trending_up:", board="goals"
    )


def _rows(page: Page) -> dict[str, pd.DataFrame]:
    """The results of each indicator, one row a year."""
    return {str(code): own for code, own in page.view.results.groupby("indicator")}


def _goals(page: Page, own: pd.DataFrame) -> tuple[int, ...]:
    return goal_years(own, page.plan.years.goals)


def _pick_goal(page: Page, years: list[int]) -> int:
    """The goal year; opens with the first that has no report yet."""
    reported = page.view.years_reported
    usual = str(next((year for year in years if year not in reported), years[-1]))
    chosen = address.choose(
        "goal",
        [str(year) for year in years],
        default=usual,
        usual=usual,
        label=page.text("Goal year"),
        say=str,
        words=page.language,
        widget="segmented",
    )
    return int(chosen)


def _line(page: Page, indicator: Indicator, own: pd.DataFrame, year: int) -> Mapping[str, str]:
    """One indicator: three columns, so that a phone has room for them."""
    goals = page.plan.years.goals
    found = {method: project(own, indicator, goals, year, method) for method in Method}
    path = found[Method.PATH]
    asked = wording.asked_text(page.view.result[indicator.code, year], page.language)
    goal = page.text("goal {goal}", goal=asked)
    return {
        page.text("Indicator and goal"): f"**{widgets.numbered(page, indicator)}**  \n{goal}",
        page.text("Last value, and the path"): "  \n".join(
            [_last(page, indicator, path, year), *_path(page, indicator, path)]
        ),
        page.text("If it goes on like this"): "  \n".join(
            f"{page.text(name)}: {_outcome(page, found[method])}"
            for method, name in _METHODS.items()
        ),
    }


def _last(page: Page, indicator: Indicator, path: Projection, year: int) -> str:
    """The value that the path starts from, in counts, and what is weak about it."""
    reported = isinstance(path, Refusal) and path.reason is Refused.GOAL_REPORTED
    known = [*path.inputs, *path.left_out]
    if not reported and not known:
        return "–"
    when = year if reported else max(known, key=lambda point: point.year).year
    row: Row = page.view.result[indicator.code, when]
    notes = [str(when)]
    if estimate := wording.estimate_text(row, page.language):
        notes.append(estimate)
    if between := wording.range_text(row, page.language):
        notes.append(between)
    value = widgets.percent_text(page, indicator, row)
    count = wording.bare_count(row, page.language)
    return f"**{count} · {value}** ({', '.join(notes)})"


def _path(page: Page, indicator: Indicator, path: Projection) -> list[str]:
    """How the value stands to the straight path, and what the goal takes from there."""
    if not isinstance(path, GoalPath):
        return [_outcome(page, path)]
    said = []
    if path.position is not None and path.gap_pct is not None:
        points = page.language.number(abs(path.gap_pct), 1)
        said.append(page.text(_STANDING[path.position], points=points))
    if not path.per_year_pct:
        return [*said, page.text("enough for the goal already; it must be kept")]
    if path.more:
        more = wording.number_of(path.more, indicator, page.language)
        said.append(page.text("{more} more needed", more=more))
    points = page.language.number(path.per_year_pct, 1)
    return [*said, page.text("{points} pts a year", points=points)]


def _outcome(page: Page, found: Projection) -> str:
    """What a method comes to in the goal year and whether that would do, or why it says nothing."""
    if isinstance(found, Refusal):
        text = page.text(_REFUSED[found.reason], found=len(found.inputs), needs=found.needs)
        return f":gray[{text}]"
    if not isinstance(found, Forecast):
        return ""
    value = page.language.percent(found.value_pct)
    if found.agencies is not None:
        number = page.language.number
        value = f"{value} ({number(found.agencies)}/{number(found.goal.whole)})"
    said = page.text(_ENOUGH[found.meets], value=value)
    if any(point.missing for point in found.inputs):
        return page.text("{outcome} (agencies are missing)", outcome=said)
    return said


def _notes(page: Page, asked: list[Indicator], year: int) -> None:
    """That this is no verdict, how it is worked out, and who is not in the table."""
    notes = [
        page.text(
            "Projections are no verdict and are not stored. The path is straight through the printed goals; compound growth continues the yearly ratio, the trend the line through the last years. A share of agencies is rounded down to agencies before it is compared. Pts: percentage points."
        )
    ]
    others = [i for i in page.plan.indicators if i not in asked]
    if others:
        names = ", ".join(widgets.numbered(page, indicator) for indicator in others)
        notes.append(page.text("No target in {year}: {indicators}.", year=year, indicators=names))
    st.caption("  \n".join(notes))
