"""What is said beside the figures: what they rest on, what is locked, what else they could be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

import streamlit as st

from tbdx import charts, provenance, wording
from tbdx.model import ClosedYear
from tbdx.plan import Indicator
from tbdx.readings import Reading
from tbdx.service import Basis, Row, View
from tbdx.service.view import Structure
from tbdx.ui import basis as choice
from tbdx.ui import register_desk, widgets
from tbdx.ui.shell import Page


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
    whose = None if agency is None else [agency]
    chosen = provenance.chosen_text(page.view, page.language, year, whose)
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


def thresholds(page: Page, indicators: Sequence[Indicator]) -> None:
    """Why a line is interrupted between years that count growth from different thresholds on."""
    growing = [i for i in indicators if i.kind == "share_growth"]
    if not growing:
        return
    rows = ", ".join(str(indicator.row) for indicator in growing)
    text = page.text(
        "Row {rows}: no line joins years with different growth thresholds, as these count different things.",
        rows=rows,
    )
    st.caption(text)


def other_structure(page: Page, year: int, indicators: Sequence[Indicator]) -> None:
    """What the other structure gives in a year in which other agencies count, and why.

    Says nothing where both structures give the same.
    """
    view = page.view
    other = other_structure_view(page, [year])
    if other is None:
        return
    differing = [
        (indicator, "  \n".join(_given(page, shown, indicator, year) for shown in (view, other)))
        for indicator in indicators
        if _differ(view.result[indicator.code, year], other.result[indicator.code, year], year)
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
        name = page.text(provenance.STRUCTURE_NAMES[provenance.structure_of(other)])
        _switch(page, page.text("View by the {structure}", structure=name), other.basis)


def other_structure_view(page: Page, years: Iterable[int]) -> View | None:
    """The same view by the other structure; None where the same agencies count in all `years`."""
    view = page.view
    own = provenance.structure_of(view)
    code = cast("Structure", next(code for code in provenance.STRUCTURES if code != own))
    restructured = view.plan.with_rule("structure", code)
    if all(restructured.roster(year) == view.plan.roster(year) for year in years):
        return None
    usual = page.service.plan.rule_value("structure")
    return page.service.view(replace(view.basis, structure="" if code == usual else code))


def _differ(row: Row, other: Row, year: int) -> bool:
    """Whether two results would be read differently."""
    answered = row["answered"] or other["answered"]
    return bool(answered) and Reading("structure", year, row, other).differs


def _given(page: Page, view: View, indicator: Indicator, year: int) -> str:
    """What one structure gives: its agencies, counts, value and verdict."""
    row = view.result[indicator.code, year]
    agencies = page.language.plural(
        "By the {structure} ({count} agency)",
        "By the {structure} ({count} agencies)",
        len(view.plan.roster(year)),
        structure=page.text(provenance.STRUCTURE_NAMES[provenance.structure_of(view)]),
    )
    verdict = widgets.verdict_badge(page, row)
    if not row["answered"]:
        return f"{agencies}: {verdict}"
    count = wording.bare_count(row, page.language)
    return f"{agencies}: {count} · {widgets.percent_text(page, indicator, row)} {verdict}"


def _why(page: Page, year: int) -> str:
    """What happened to the agencies up to the year's due date, and the rule that then applies."""
    due = page.plan.due.last_day(year)
    told = [
        f"{widgets.escape(register_desk.event_text(page, event, plain=True))}."
        for event in page.service.office.register_events()
        if event.kind in ("opened", "closed", "merged") and event.date <= due
    ]
    rule = page.plan.rule_text("merged_report")[page.language.code]
    return " ".join([*told, widgets.escape(rule)])
