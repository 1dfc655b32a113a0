"""Reminders: who is missing for a due date, their addresses, and the drafts to take along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.collection import YearStanding
from tbdx.i18n import language, languages
from tbdx.model import CellState, Submission, TbdxError
from tbdx.service import Service
from tbdx.ui import address, widgets
from tbdx.ui.acting import Act
from tbdx.ui.shell import Page
from tbdx.workbook.bundles import pack


def show(page: Page) -> None:
    """The year and its due date; who is missing; the drafts; returned reports; addresses."""
    office = page.service.office
    with st.container(horizontal=True):
        year = _year(page)
        code = _language(page)
    st.markdown(due_text(page, year))
    missing, returned = office.unsent(year), office.returned(year)
    st.header(page.text("Who is missing"))
    _missing(page, year, missing, code)
    if returned:
        st.header(page.text("Returned and not there again"))
        _returned(page, year, returned, code)
    st.header(page.text("E-mail addresses"))
    _addresses(page, year)


def _year(page: Page) -> int:
    """The year reminded of; opens with that of the next due date."""
    coming = page.service.reviewing.next_due()[0]
    years = [str(year) for year in page.plan.all_years]
    chosen = address.choose(
        "round",
        years,
        default=str(coming.year) if coming else years[-1],
        label=page.text("Year"),
        say=str,
        words=page.language,
    )
    return int(chosen)


def _language(page: Page) -> str:
    """The language of the e-mails; the reader's own is not always the agencies'."""
    return st.selectbox(
        page.text("Language of the e-mails"),
        languages(),
        format_func=lambda code: language(code).name,
        key="reminder-language",
    )


def due_text(page: Page, year: int) -> str:
    """When the year's reports are due, and how far away that is."""
    due, words = page.plan.due, page.language
    last = due.last_day(year)
    left = (last - due.day_of(datetime.now(UTC))).days
    day = words.date(last)
    if left < 0:
        return words.plural(
            "Reports for {year} were due by the end of **{day}**, {count} day ago.",
            "Reports for {year} were due by the end of **{day}**, {count} days ago.",
            -left,
            year=year,
            day=day,
        )
    return words.plural(
        "Reports for {year} are due by the end of **{day}**: {count} day is left.",
        "Reports for {year} are due by the end of **{day}**: {count} days are left.",
        left,
        year=year,
        day=day,
    )


def _name(page: Page, agency: str) -> str:
    return tables.agency_label(page.view, agency, page.language)


def _missing(page: Page, year: int, missing: Sequence[YearStanding], code: str) -> None:
    if not missing:
        st.success(
            page.text("Nobody: every agency has sent something for {year}.", year=year),
            icon=":material/done_all:",
        )
        return
    contacts = page.service.office.contacts()
    rows = [
        {
            page.text("Agency"): widgets.escape(_name(page, standing.agency)),
            page.text("Report"): _state(page, standing),
            page.text("E-mail"): widgets.escape(contacts.get(standing.agency, "")) or "–",
        }
        for standing in missing
    ]
    label = page.text("Agencies that have sent nothing for {year}", year=year)
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    st.markdown(
        page.text(
            "Each draft opens in any mail program, with the blank form attached; nothing is sent from here. A draft without an address is addressed in the mail program."
        )
    )
    widgets.download(
        page,
        page.language.plural(
            "Download {count} draft (ZIP)", "Download {count} drafts (ZIP)", len(missing)
        ),
        partial(reminders, page.service, year, code, page.user),
        f"nhac-{year}.zip",
        key="reminders-zip",
    )
    with st.expander(page.text("Read one draft"), icon=":material/mail:"):
        agency = st.selectbox(
            page.text("Recipient"),
            [standing.agency for standing in missing],
            format_func=lambda agency: _name(page, agency),
            key=f"reminder-preview-{year}",
        )
        draft = page.service.office.reminder(agency, year, code)
        st.markdown(f"**{widgets.escape(draft.subject)}**")
        st.text(draft.text)


def _state(page: Page, standing: YearStanding) -> str:
    if standing.state is CellState.OVERDUE and standing.days_late:
        overdue = page.language.plural(
            "{count} day overdue", "{count} days overdue", standing.days_late
        )
        return f":red-badge[{overdue}]"
    return page.text(messages.CELL_STATES[standing.state])


def reminders(service: Service, year: int, code: str, user: str) -> bytes:
    """The drafts as one ZIP archive; only now the record is told of them."""
    drafts = service.office.reminders(year, code, by=user)
    return pack([(draft.file_name, draft.content) for draft in drafts])


def notices(service: Service, year: int, code: str, user: str) -> bytes:
    """As `reminders`, of what was returned."""
    drafts = service.office.return_notices(year, code, by=user)
    return pack([(draft.file_name, draft.content) for draft in drafts])


def _returned(page: Page, year: int, returned: Sequence[Submission], code: str) -> None:
    rows = [
        {
            page.text("Agency"): widgets.escape(_name(page, submission.agency))
            + f"  \n:small[{widgets.phase_text(page, submission.phase.value)}]",
            page.text("Returned"): page.language.moment(
                submission.decided_at or submission.received_at, page.plan.due.timezone
            ),
            page.text("Reason"): widgets.escape(submission.reason),
        }
        for submission in returned
    ]
    label = page.text("Returned reports of {year}", year=year)
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    widgets.download(
        page,
        page.language.plural(
            "Download {count} notice (ZIP)", "Download {count} notices (ZIP)", len(returned)
        ),
        partial(notices, page.service, year, code, page.user),
        f"tra-lai-{year}.zip",
        key="notices-zip",
    )


# --- addresses ------------------------------------------------------------------------------


def _addresses(page: Page, year: int) -> None:
    """One agency's address, kept or forgotten."""
    st.caption(
        page.text(
            "Addresses are personal data. They are kept only for these e-mails, can be forgotten at any time, and the record holds no readable copy of them."
        )
    )
    office, act = page.service.office, Act(page, "contact")
    contacts = office.contacts()
    own = [agency.id for agency in page.service.plan.agencies_in(year)]
    others = {agency.id for agency in page.service.plan.agencies}.difference(own)
    own += [agency for agency in contacts if agency in others]

    with st.container(border=True):
        agency = st.selectbox(
            page.text("Agency"),
            own,
            format_func=lambda agency: _name(page, agency),
            key=f"contact-of-{year}",
        )
        with st.form(act.key(f"form-{agency}"), border=False, enter_to_submit=False):
            typed = st.text_input(
                page.text("E-mail"),
                value=contacts.get(agency, ""),
                key=act.key(f"address-{agency}"),
                max_chars=200,
                placeholder="ten@coquan.vn",
            )
            with st.container(horizontal=True):
                keep = st.form_submit_button(
                    page.text("Keep the address"), key=act.key("keep"), icon=":material/save:"
                )
                forget = agency in contacts and st.form_submit_button(
                    page.text("Forget the address"), key=act.key("forget"), icon=":material/delete:"
                )

            def action() -> str:
                name = widgets.escape(_name(page, agency))
                if forget:
                    office.set_contact(agency, "", by=page.user)
                    return page.text("The address of {agency} was forgotten.", agency=name)
                if not typed.strip():  # forgetting has a button of its own
                    raise TbdxError("address-not-possible", found="")
                office.set_contact(agency, typed, by=page.user)
                return page.text("The address of {agency} was kept.", agency=name)

            if keep or forget:
                act.do(action)
