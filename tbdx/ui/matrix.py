"""Who has sent what: one year in words, all years in symbols."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.access import Right
from tbdx.collection import Cell, NextDue, Rates, ReportKey, YearStanding
from tbdx.model import CellState, Phase, Submission
from tbdx.plan import DueRule
from tbdx.ui import address, printing, stating, widgets
from tbdx.ui.shell import Page
from tbdx.words import fold
from tbdx.workbook.receipts import late_text

PARTS = ("matrix", "review", "history")
COLOURS = {
    CellState.NOT_DUE: "gray",
    CellState.MISSING: "orange",
    CellState.OVERDUE: "red",
    CellState.WAITING: "violet",
    CellState.RETURNED: "red",
    CellState.ACCEPTED: "green",
    CellState.FINAL: "blue",
    CellState.SUPERSEDED: "gray",
    CellState.NIL: "gray",
    CellState.NOT_NEEDED: "gray",
}
_ON_A_PAGE = 25


def pick_part(page: Page) -> str:
    """Which part of the page is shown; kept in the address. There is a review for who decides."""
    names = {"matrix": page.text("Who has sent what"), "history": page.text("Versions")}
    if page.may(Right.DECIDE):
        waiting = len(page.service.reviewing.waiting())
        names["review"] = page.text("Review ({count} waiting)", count=waiting)
    return address.choose(
        "show",
        [part for part in PARTS if part in names],
        default="matrix",
        label=page.text("Part"),
        say=names.__getitem__,
        words=page.language,
        widget="segmented",
    )


def due_lines(page: Page) -> None:
    """The next due dates in words, those of the agencies and of the province's own report."""
    agencies, province = page.service.reviewing.next_due()
    lines = []
    if agencies:
        lines.append(
            _due(page, agencies, page.plan.due, page.text("Next due date of the agencies"))
        )
    if province and page.plan.consolidated:
        what = page.text("Next due date of the province's report")
        lines.append(_due(page, province, page.plan.consolidated, what))
    if lines:
        st.markdown("  \n".join(lines))


def _due(page: Page, due: NextDue, rule: DueRule, what: str) -> str:
    day = rule.of(due.year)
    left = page.language.plural("{count} day left", "{count} days left", due.days_left)
    return page.text(
        "{what}: **before {day}** (until 23:59 on {last}; {left})",
        what=what,
        day=page.language.date(day),
        last=page.language.date(due.last_day),
        left=left,
    )


def show(page: Page) -> None:
    """One year in words, then all years in symbols, for the agencies that fit the filters."""
    with st.container(width=320):
        year = widgets.pick_year(page)
    standings = page.service.reviewing.standings(year)
    _summary(page, page.service.reviewing.rates(year, standings))
    chosen = _pick_agencies(page, standings)
    if not chosen:
        if page.sees_all:
            st.info(page.text("No agency fits these filters."), icon=":material/info:")
        else:
            widgets.no_agency(page)
        return
    cells = page.service.reviewing.cells(chosen, list(page.plan.all_years))
    st.header(page.text("Year {year}", year=year))
    _year_table(page, chosen, year, cells, {s.agency: s for s in standings})
    _open_history(page, chosen, year)
    st.header(page.text("All years"))
    _all_years(page, chosen, cells)


def _summary(page: Page, rates: Rates) -> None:
    """Rates of the year, where they are of all agencies; how many agencies are in which state."""
    if page.sees_all:
        _rates(page, rates)
    badges = [
        f"{badge(page, state)} {page.language.number(rates.states[state])}"
        for state in CellState
        if rates.states.get(state)
    ]
    if rates.late:
        late = page.language.plural("{count} late", "{count} late", rates.late)
        badges.append(f":orange-badge[{late}]")
    st.markdown("  ".join(badges))
    closed = page.service.office.closed_years.get(rates.year)
    if closed:
        st.info(stating.closed_text(page, closed), icon=":material/lock:")


def _rates(page: Page, rates: Rates) -> None:
    with st.container(horizontal=True, gap="medium"):
        for label, count, share in (
            (page.text("Complete"), rates.complete, rates.complete_pct),
            (page.text("On time"), rates.on_time, rates.on_time_pct),
        ):
            value = "–"  # before the due date nobody is late yet
            if share is not None:
                value = f"{count}/{rates.expected} · {page.language.percent(share, 0)}"
            st.metric(label, value, width="content", border=True)


def badge(page: Page, state: CellState) -> str:
    """A state as markdown: symbol, word and colour."""
    text = page.text(messages.CELL_STATES[state])
    return f":{COLOURS.get(state, 'gray')}-badge[{messages.CELL_SYMBOLS[state]} {text}]"


def _pick_agencies(page: Page, standings: Sequence[YearStanding]) -> list[str]:
    """The agencies shown: by name and state where there are many, a page of them at a time."""
    known = page.seen(agency.id for agency in page.plan.agencies)
    if len(known) <= _ON_A_PAGE:
        return list(dict.fromkeys([*(standing.agency for standing in standings), *known]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(page.text("Name of the agency"), key="matrix-search")
        states = st.multiselect(
            page.text("State"),
            [state for state in CellState if any(s.state is state for s in standings)],
            format_func=lambda state: page.text(messages.CELL_STATES[state]),
            placeholder=page.text("all"),
            key="matrix-states",
        )
        incomplete = st.toggle(page.text("Only what is still open"), key="matrix-open")
    fits = [
        standing.agency
        for standing in standings
        if (not states or standing.state in states) and not (incomplete and standing.complete)
    ]
    if wanted.strip():
        code, words = page.language.code, fold(wanted)
        fits = [agency for agency in fits if words in fold(page.plan.agency(agency).name(code))]
    pages = max(1, -(-len(fits) // _ON_A_PAGE))
    number = 1
    if pages > 1:
        label = page.text("Page (of {count})", count=pages)
        number = int(st.number_input(label, 1, pages, key="matrix-page", width=160))
    return fits[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]


def _year_table(
    page: Page,
    agencies: Sequence[str],
    year: int,
    cells: dict[ReportKey, Cell[Submission]],
    standings: dict[str, YearStanding],
) -> None:
    """One line an agency: its estimate, its final figures, and whether they came in time."""
    day = page.plan.due.last_day(year)
    rows = [
        {
            page.text("Agency"): widgets.escape(
                page.plan.agency(agency).name(page.language.code, day)
            )
            + f"  \n:small[{_in_time(page, standings[agency])}]",
            page.text("Estimate"): _said(page, cells[agency, year, Phase.ESTIMATE]),
            page.text("Final"): _said(page, cells[agency, year, Phase.FINAL]),
        }
        for agency in agencies
        if agency in standings
    ]
    label = page.text("Reports of {year}", year=year)
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def _said(page: Page, cell: Cell[Submission]) -> str:
    parts = [badge(page, cell.state)]
    if cell.submission:
        moment = page.language.moment(cell.submission.received_at, page.plan.due.timezone)
        version = page.text("version {number}", number=cell.submission.version)
        parts.append(f":small[{version} · {moment}]")
        if cell.submission.chosen:
            chosen = page.text("chosen by hand")
            parts.append(f":small[{chosen}]")
    return "  \n".join(parts)


def _in_time(page: Page, standing: YearStanding) -> str:
    if standing.on_time is None:
        return page.text("not due yet")
    if standing.on_time:
        text = page.text("on time")
        return f":green[{text}]"
    days = standing.days_late or 0
    if standing.state in (CellState.OVERDUE, CellState.RETURNED):
        text = page.language.plural("{count} day overdue", "{count} days overdue", days)
    else:
        text = late_text(days, page.language)
    return f":red[{text}]"


def _open_history(page: Page, agencies: Sequence[str], year: int) -> None:
    """Lead to the versions of one agency's report."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            page.text("Look at one agency"),
            agencies,
            format_func=lambda agency: tables.agency_label(page.view, agency, page.language),
            key=f"matrix-agency-{year}",
            width=420,
        )
        if st.button(page.text("Show its versions"), icon=":material/history:"):
            address.go("show", "history")
            address.go("agency", chosen)
            st.rerun()


def _all_years(
    page: Page, agencies: Sequence[str], cells: dict[ReportKey, Cell[Submission]]
) -> None:
    """The whole matrix in symbols: estimate, then final figures; a legend below."""
    rows = []
    for agency in agencies:
        row = {page.text("Agency"): tables.agency_label(page.view, agency, page.language)}
        for year in page.plan.all_years:
            pair = [messages.CELL_SYMBOLS[cells[agency, year, phase].state] for phase in Phase]
            row[str(year)] = " ".join(pair).strip()
        rows.append(row)
    frame = pd.DataFrame(rows)
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(rows) <= _ON_A_PAGE else "auto",
        column_config={page.text("Agency"): st.column_config.TextColumn(pinned=True, width=220)},
        alt=page.text("Reports of all years"),
    )
    printing.table(page.language, frame)
    legend = "; ".join(
        f"{messages.CELL_SYMBOLS[state]} {page.text(text).lower()}"
        for state, text in messages.CELL_STATES.items()
        if state is not CellState.NOT_IN_FORCE
    )
    st.caption(page.text("First the estimate, then the final figures. {legend}.", legend=legend))
