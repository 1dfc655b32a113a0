"""What is said beside the figures: what they rest on, what is locked, what else they could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import streamlit as st

from tbdx import charts, provenance
from tbdx.model import ClosedYear
from tbdx.plan import Indicator
from tbdx.service import Basis, Row, View
from tbdx.service.view import Structure
from tbdx.ui import basis as choice
from tbdx.ui import register_desk, widgets
from tbdx.ui.shell import Page

_READ = ("numerator", "denominator", "missing", "status")
"""What is read of a result, besides the value that follows from it."""


def basis(page: Page) -> None:
    """The line under a page's title, and a notice where the basis is not the usual one."""
    parts = provenance.rests_on(page.view, page.language)
    st.caption(" · ".join(f"{head}: {widgets.escape(text)}" for head, text in parts))
    usual = choice.usual(page.service.plan)
    other = provenance.unusual(page.view, usual, page.language)
    if not other:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        notice = page.text("**Not the usual basis.** {parts}.", parts="; ".join(other))
        st.markdown(f":orange[:material/tune:] {notice}")
        _switch(page, page.text("Back to the usual basis"), usual)


def _switch(page: Page, label: str, to: Basis) -> None:
    """A button that puts the views on another basis."""
    key = "-".join(("basis", to.structure, to.figures, to.targets))
    st.button(label, key=key, on_click=choice.go, args=(page.service.plan, to))


def year(page: Page, year: int, agency: str | None = None) -> None:
    """What there is to say of one year: that it is closed, and which versions were chosen.

    With `agency` only of that agency's versions.
    """
    closed = page.view.closed_years.get(year)
    if closed:
        st.markdown(f":material/lock: {closed_text(page, closed)}")
    chosen = provenance.chosen_text(page.view, page.language, year, agency)
    if chosen:
        text = page.text("The version in use was chosen by hand: {reports}.", reports=chosen)
        st.markdown(f":material/back_hand: {text}")


def closed_text(page: Page, closed: ClosedYear) -> str:
    """Which year is closed, since when, by whom and why."""
    return page.text(
        "The year {year} is closed since {moment} ({name}: {reason}). Nothing of it can be changed until it is opened.",
        year=closed.year,
        moment=page.language.moment(closed.at, page.plan.due.timezone),
        name=widgets.escape(closed.actor),
        reason=widgets.escape(closed.reason),
    )


def amendments(page: Page, indicator: Indicator | None = None) -> None:
    """What the vertical lines of charts are, and for one indicator which targets they replaced."""
    view = page.view
    if not view.amendments:
        return
    replaced = {
        year: target
        for (code, year), target in view.replaced.items()
        if indicator and code == indicator.code
    }
    lines = [page.text("Vertical line: the plan is amended.")]
    if replaced:
        lines.append(page.text("Hollow triangle: the target as first issued."))
    amended = charts.Amended(view.amendments, replaced)
    lines += map(widgets.escape, charts.amendment_sentences(amended, page.language))
    st.caption(" ".join(lines))


def other_structure(page: Page, year: int, indicators: Sequence[Indicator]) -> None:
    """What the other structure gives in a year in which other agencies count, and why.

    Says nothing where both structures give the same.
    """
    view = page.view
    own = provenance.structure_of(view)
    code = cast("Structure", next(code for code in provenance.STRUCTURES if code != own))
    if view.plan.with_rule("structure", code).roster(year) == view.plan.roster(year):
        return
    usual = page.service.plan.rule_value("structure")
    basis = replace(view.basis, structure="" if code == usual else code)
    other = page.service.view(basis)
    differing = [
        (indicator, "  \n".join(_given(page, shown, indicator, year) for shown in (view, other)))
        for indicator in indicators
        if _differ(view.result[indicator.code, year], other.result[indicator.code, year])
    ]
    if not differing:
        return
    with st.container(border=True):
        title = page.text("**The structure makes a difference in {year}.**", year=year)
        st.markdown(f":material/compare_arrows: {title} {_why(page, year)}")
        lines = [
            given
            if len(indicators) == 1
            else f"- **{widgets.numbered(page, indicator)}**  \n{given}"
            for indicator, given in differing
        ]
        st.markdown("\n".join(lines))
        name = page.text(provenance.STRUCTURE_NAMES[code])
        _switch(page, page.text("View by the {structure}", structure=name), basis)


def _differ(row: Row, other: Row) -> bool:
    """Whether two results would be read differently."""
    if not (row["answered"] or other["answered"]):
        return False
    return any(row[name] != other[name] for name in _READ)


def _given(page: Page, view: View, indicator: Indicator, year: int) -> str:
    """What one structure gives: its agencies, counts, value and verdict."""
    row = view.result[indicator.code, year]
    agencies = page.language.plural(
        "By the {structure} ({count} agency)",
        "By the {structure} ({count} agencies)",
        len(view.plan.roster(year)),
        structure=page.text(provenance.STRUCTURE_NAMES[provenance.structure_of(view)]),
    )
    verdict = widgets.badge(page, row["status"])
    if not row["answered"]:
        return f"{agencies}: {verdict}"
    part, whole = (page.language.number(row[name]) for name in ("numerator", "denominator"))
    value = page.language.percent(row["value_pct"])
    return f"{agencies}: {part}/{whole} · {value} {verdict}"


def _why(page: Page, year: int) -> str:
    """What happened to the agencies up to the year's due date, and the rule that then applies."""
    due = page.plan.due.last_day(year)
    told = [
        f"{widgets.escape(register_desk.event_text(page, event, plain=True))}."
        for event in page.service.office.register_events()
        if event.kind in ("opened", "closed", "merged") and event.date <= due
    ]
    rule = next(rule for rule in page.plan.rule if rule.code == "merged_report")
    return " ".join([*told, rule.text[page.language.code]])
