"""The plan's years: how far each round has come, and locking and unlocking them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from tbdx import messages
from tbdx.collection import Rates
from tbdx.model import CellState, ClosedYear
from tbdx.ui import acting, shell, widgets
from tbdx.ui.acting import Act
from tbdx.ui.shell import Page


def show(page: Page) -> None:
    """Every year with its rates; what waits; the forms that close and open a year."""
    closed = page.service.office.closed_years
    _table(page, closed)
    _waiting(page)
    grid = st.grid(2, min_column_width=300)
    with grid.cell():
        _close(page, [year for year in page.plan.all_years if year not in closed])
    if closed:
        with grid.cell():
            _open(page, list(closed))


def _table(page: Page, closed: Mapping[int, ClosedYear]) -> None:
    rows = [
        {
            page.text("Year"): f"**{rates.year}**",
            page.text("Complete"): _complete(page, rates),
            page.text("On time"): _on_time(page, rates),
            page.text("Open or closed"): _lock(page, closed.get(rates.year)),
        }
        for rates in page.service.office.rounds()
    ]
    label = page.text("The plan's years")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    st.caption(
        page.text(
            "Complete: an accepted report, or the statement that there is nothing to report; out of the agencies expected in that year. On time: arrived by the due date."
        )
    )


def _begun(rates: Rates) -> bool:
    """Whether anything can be said of the year yet."""
    return rates.states.get(CellState.NOT_DUE, 0) < rates.expected


def _complete(page: Page, rates: Rates) -> str:
    if not _begun(rates):
        return page.text(messages.CELL_STATES[CellState.NOT_DUE])
    return _share(page, rates.complete, rates.expected, rates.complete_pct)


def _share(page: Page, part: int, whole: int, percent: float | None) -> str:
    return "–" if percent is None else f"{part}/{whole} · {page.language.percent(percent, 0)}"


def _on_time(page: Page, rates: Rates) -> str:
    if not _begun(rates):
        return "–"
    text = _share(page, rates.on_time, rates.expected, rates.on_time_pct)
    if not rates.late:
        return text
    late = page.language.plural("{count} late", "{count} late", rates.late)
    return f"{text} :orange-badge[{late}]"


def _lock(page: Page, closed: ClosedYear | None) -> str:
    if closed is None:
        return acting.mark(page.text("open"), "green")
    state = page.text("closed")
    told = page.text(
        "{name}, {moment}: {reason}",
        name=widgets.escape(closed.actor),
        moment=page.language.moment(closed.at, page.plan.due.timezone),
        reason=widgets.escape(closed.reason),
    )
    return f"{acting.mark(state, 'gray', ':material/lock:')} :small[{told}]"


def _waiting(page: Page) -> None:
    """What waits for review keeps its year from being closed."""
    counts = Counter(submission.year for submission in page.service.reviewing.waiting())
    for year, count in sorted(counts.items()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                page.language.plural(
                    "{year}: {count} report waits for review, so the year cannot be closed yet.",
                    "{year}: {count} reports wait for review, so the year cannot be closed yet.",
                    count,
                    year=year,
                ),
                width="content",
            )
            _to_submissions(page, year)


def _to_submissions(page: Page, year: int) -> None:
    label = page.text("To the submissions of {year}", year=year)
    shell.link("submissions", label, icon=":material/arrow_forward:", year=str(year))


def _close(page: Page, years: list[int]) -> None:
    act = Act(page, "close-year")
    with st.form(act.key("form"), enter_to_submit=False):
        st.subheader(page.text("Close a year"))
        st.caption(page.text("Nothing of a closed year changes until it is opened again."))
        year = st.selectbox(page.text("Year"), years, key=act.key("year"))
        reason = acting.reason_input(
            page, act, placeholder=page.text("e.g. reported to the People's Committee")
        )
        label = page.text("Close the year")
        if not st.form_submit_button(label, key=act.key("go"), icon=":material/lock:"):
            return

        def action() -> str:
            page.service.office.close_year(year, reason, by=page.user)
            return page.text("The year {year} was closed.", year=year)

        refusal = act.do(action)
        if refusal and refusal.code == "waiting-left":
            _to_submissions(page, year)


def _open(page: Page, years: list[int]) -> None:
    act = Act(page, "open-year")
    with st.form(act.key("form"), enter_to_submit=False):
        st.subheader(page.text("Open a closed year"))
        st.caption(page.text("Only by name and with a reason; both are kept in the record."))
        year = st.selectbox(page.text("Year"), years, key=act.key("year"))
        name = st.text_input(page.text("Your name"), key=act.key("name"), max_chars=100)
        reason = acting.reason_input(page, act)
        label = page.text("Open the year")
        if not st.form_submit_button(label, key=act.key("go"), icon=":material/lock_open:"):
            return

        def action() -> str:
            page.service.office.open_year(year, reason, name)
            return page.text("The year {year} was opened.", year=year)

        act.do(action)
