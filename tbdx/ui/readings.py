"""What the same figures give when they are read otherwise: of one year, and of all years."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from tbdx import provenance, readings, wording
from tbdx.plan import Indicator, ReferenceGoal
from tbdx.readings import Reading
from tbdx.service import View
from tbdx.ui import stating, widgets
from tbdx.ui.shell import Page

_ICON = ":material/compare_arrows:"


def notes(page: Page, indicator: Indicator, year: int) -> None:
    """The other readings of one year, loud where they turn the verdict; then which years they turn.

    A structure that turns it is told with its switch. It can be told to everybody: the other
    readings take every agency's answers.
    """
    if not page.sees_all:
        stating.other_structure(page, year, [indicator])
        return
    found = _readings(page, indicator)
    own = [reading for reading in found if reading.year == year]
    for reading in sorted(own, key=lambda reading: -reading.weight):
        text = _sentence(page, indicator, reading)
        if not reading.turns:
            st.caption(f"{_ICON} {text}")
        elif reading.kind == "structure":
            stating.other_structure(page, year, [indicator])
        else:
            st.info(text, icon=_ICON)
    turned = sorted({reading.year for reading in found if reading.turns} - {year})
    if turned:
        text = page.text(
            "Other years in which another reading would turn the verdict: {years}.",
            years=", ".join(map(str, turned)),
        )
        st.caption(f"{_ICON} {text}")


def every_year(page: Page, indicator: Indicator) -> None:
    """Every other reading of every year beside the result as it is used."""
    found = sorted(_readings(page, indicator), key=lambda r: (r.year, -r.weight))
    if not found:
        st.markdown(
            page.text(
                "There is no other reading of this indicator: the plan names one denominator and one figure, and the same agencies count by either structure."
            )
        )
        return
    st.markdown(
        page.text(
            "The verdict shown everywhere is by the first reading. The others are what the same figures give where the plan, or the structure of agencies, leaves a choice."
        )
    )
    rows = [
        {
            page.text("Year"): str(reading.year),
            page.text("As used"): _line(page, indicator, reading.own),
            page.text("Read otherwise"): f"{_name(page, reading)}  \n"
            f"{_line(page, indicator, reading.other)}",
            page.text("What differs"): _effect(page, reading),
        }
        for reading in found
    ]
    label = page.text("Other readings of every year")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


@st.cache_resource(max_entries=256, show_spinner=False)
def _found(
    indicator: str, _view: View, _other: View | None, state: tuple[object, ...]
) -> list[Reading]:
    """The readings of one indicator on one basis, kept until the store changes."""
    return readings.readings(_view, _view.plan.indicator(indicator), _other)


def _readings(page: Page, indicator: Indicator) -> list[Reading]:
    view = page.view
    other = stating.other_structure_view(page, view.years_reported)
    return _found(indicator.code, view, other, view.state)


def _line(page: Page, indicator: Indicator, row: wording.Row) -> str:
    """A result as in `wording.count_line`, its verdict as a badge."""
    asked = wording.asked_text(row, page.language)
    parts = [f"{widgets.verdict_badge(page, row)} {asked}".rstrip()]
    if row["answered"]:
        count = wording.bare_count(row, page.language)
        parts = [count, wording.percent_text(row, indicator, page.language), *parts]
    return " · ".join(parts)


def _sentence(page: Page, indicator: Indicator, reading: Reading) -> str:
    """One reading in a line: which it is, what it gives, and whether the verdict is another."""
    name, effect = _name(page, reading), _effect(page, reading)
    if not reading.other["answered"]:
        return f"{name}. {effect}."
    line = wording.count_line(reading.other, indicator, page.language)
    said = f"{name}: {widgets.escape(line)}."
    return f"{said} {effect}." if effect else said


def _name(page: Page, reading: Reading) -> str:
    if reading.among:
        return page.text("Counted among {among}", among=widgets.among_text(page, reading.among))
    if reading.goal:
        return _goal(page, reading.goal)
    own = provenance.structure_of(page.view)
    name = next(name for code, name in provenance.STRUCTURE_NAMES.items() if code != own)
    return page.text("By the {structure}", structure=page.text(name))


def _goal(page: Page, goal: ReferenceGoal) -> str:
    figure = wording.target_text(goal.share_pct, goal.threshold_pct, page.language)
    source = widgets.escape(goal.source)
    return page.text("By the plan's text: {figure} ({source})", figure=figure, source=source)


def _effect(page: Page, reading: Reading) -> str:
    """What the reading changes: the verdict, or only how many are needed; empty where it has none."""
    own, other = reading.own, reading.other
    same = page.text("The verdict is the same") if own["answered"] else ""
    if reading.turns:
        same = page.text("**The verdict would be another**")
    if reading.kind != "goal" or pd.isna(own["needed"]) or pd.isna(other["needed"]):
        return same
    needed = page.text(
        "It needs {other}, the appendix {own}",
        other=page.language.number(int(other["needed"])),
        own=page.language.number(int(own["needed"])),
    )
    return f"{needed}. {same}" if same else needed
