"""Sending reports: the blank form, the uploader, the check, acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from tbdx import tables
from tbdx.access import Right
from tbdx.model import CheckedFile, Receipt, ReviewState, TbdxError
from tbdx.ui import shell, told, widgets
from tbdx.ui.shell import Page
from tbdx.workbook import form_file_name
from tbdx.workbook.bundles import is_leftover

_RECEIPTS = "upload-receipts"
_ROUND = "upload-round"  # part of the uploader's key: a new one empties it after acceptance
_CHECKED = "upload-checked"
_SHOWN_RECEIPTS = 10


def blank_form(page: Page) -> None:
    """Choose an agency and a year, and take the blank form along."""
    st.markdown(
        page.text(
            "One Excel workbook for one agency and year, with lists to choose from. Known figures of earlier years are filled in."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        year = widgets.pick_year(page)
        everybody = {agency.id: agency for agency in page.plan.agencies_in(year)}
        current = {agency: everybody[agency] for agency in page.seen(everybody)}
        if not current:
            text = page.text("Your agency does not report for this year. Choose another year.")
            st.info(text, icon=":material/info:")
            return
        agency = st.selectbox(
            page.text("Agency"),
            list(current),
            format_func=lambda code: tables.agency_label(page.view, code, page.language, year),
            key=f"form-agency-{year}",
        )
        widgets.download(
            page,
            page.text("Download the blank form"),
            partial(page.service.form, agency, year),
            form_file_name(current[agency], year),
        )


def uploaded(page: Page) -> list[UploadedFile]:
    """The files that the reader has put in, from a choice of files or of a whole folder."""
    page.service.warm()
    st.markdown(
        page.text(
            "Choose one or many files, or drag them onto the field: yearly forms or the consolidated table (.xlsx, .xls, .ods, .csv), or a ZIP archive of them; at most {size} MB each. Checking stores no figures.",
            size=st.get_option("server.maxUploadSize"),
        )
    )
    folder = st.toggle(page.text("Choose a whole folder"), key="upload-folder")
    return st.file_uploader(
        page.text("Filled workbooks"),
        accept_multiple_files="directory" if folder else True,
        key=f"uploader-{folder}-{st.session_state.get(_ROUND, 0)}",
        label_visibility="collapsed",
    )


def checked(page: Page, files: Sequence[UploadedFile]) -> list[CheckedFile]:
    """Every file's verdict, worked out once for this choice of files and state of the store."""
    key = (*(file.file_id for file in files), page.view.revision)
    if st.session_state.get(_CHECKED, (None,))[0] != key:
        uploads = [(file.name, file.getvalue()) for file in files if not is_leftover(file.name)]
        uploads = page.service.unpack(uploads)
        bar = st.progress(0.0)

        def progress(done: int) -> None:
            text = page.text("Checked {done} of {all}", done=done, all=len(uploads))
            bar.progress(done / len(uploads), text)

        st.session_state[_CHECKED] = key, page.service.check(uploads, progress, by=page.user)
        bar.empty()
    found: list[CheckedFile] = st.session_state[_CHECKED][1]
    return found


def acceptance(page: Page, files: Sequence[CheckedFile]) -> None:
    """Accept in one step what can be accepted, or let it wait for review, as chosen."""
    good = [file for file in files if file.acceptable]
    blocked = len(files) - len(good)
    if blocked:
        st.markdown(_blocked(page, blocked))
    if not good or (blocked and not _goes_ahead(page, len(good))):
        return
    years = {field.year for file in good for field in file.fields}
    closed = sorted(years & set(page.service.office.closed_years))
    if closed:
        st.warning(_closed(page, closed), icon=":material/lock:")
        return
    waits = page.service.review or _waits(page)
    earlier = page.may(Right.DECIDE) and st.toggle(
        page.text("They arrived earlier"),
        help=page.text(
            "For files that came by e-mail before today: the day of arrival decides whether a report is on time. Both moments are kept in the record."
        ),
    )
    remarked = 0 if waits else sum(file.needs_confirmation for file in good)
    with st.form("acceptance", border=bool(remarked), enter_to_submit=False):
        received = _arrival(page) if earlier else None
        word = _confirmation(page, remarked) if remarked else ""
        if not st.form_submit_button(
            _label(page, len(good), waits=waits), type="primary", icon=":material/check:"
        ):
            return
        receive = page.service.send if waits else page.service.accept
        try:
            receipts = receive(good, word, received_at=received, by=page.user)
        except TbdxError as error:
            told.refused(page, error)
            return
    st.session_state[_RECEIPTS] = receipts
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state.pop(_CHECKED, None)
    st.rerun()


def head(page: Page) -> str:
    """What the last step is called: who only sends accepts nothing."""
    if page.may(Right.DECIDE):
        return page.text("3. Accept or send for review")
    return page.text("3. Send for review")


def _blocked(page: Page, count: int) -> str:
    if page.may(Right.DECIDE):
        return page.language.plural(
            "{count} file cannot be accepted yet. Correct it in Excel, save it and put it in again.",
            "{count} files cannot be accepted yet. Correct them in Excel, save them and put them in again.",
            count,
        )
    return page.language.plural(
        "{count} file cannot be sent yet. Correct it in Excel, save it and put it in again.",
        "{count} files cannot be sent yet. Correct them in Excel, save them and put them in again.",
        count,
    )


def _closed(page: Page, years: Sequence[int]) -> str:
    """That nothing of closed years can be stored, and who can open them."""
    said = ", ".join(map(str, years))
    if page.may(Right.OFFICE):
        return page.text(
            "Closed years: {years}. Nothing of them can be stored until they are opened on the page of administration.",
            years=said,
        )
    return page.text(
        "Closed years: {years}. Nothing of them can be stored until an analyst opens them: ask the office to which you report.",
        years=said,
    )


def _label(page: Page, count: int, *, waits: bool) -> str:
    if waits:
        return page.language.plural(
            "Send {count} file for review", "Send {count} files for review", count
        )
    return page.language.plural("Accept {count} file", "Accept {count} files", count)


def _waits(page: Page) -> bool:
    """Whether the files are put before a reviewer first; alone at a machine nobody needs to."""
    choices = {
        "accept": page.text("Accept now: the figures count at once"),
        "wait": page.text("Wait for review: somebody accepts or returns them later"),
    }
    chosen = st.radio(
        page.text("What happens next"), list(choices), format_func=choices.__getitem__
    )
    return chosen == "wait"


def _arrival(page: Page) -> datetime:
    """When the files arrived that came before now (by e-mail, on paper)."""
    zone = page.plan.due.zone
    now = datetime.now(zone)
    with st.container(horizontal=True):
        day = st.date_input(
            page.text("Day of arrival"), now.date(), max_value=now.date(), format="DD/MM/YYYY"
        )
        at = st.time_input(page.text("Time of arrival"), now.time(), step=60)
    return datetime.combine(day, at, tzinfo=zone)


def _goes_ahead(page: Page, good: int) -> bool:
    """Whether the valid files are wanted although others are blocked."""
    choices = {
        False: page.text("Wait until all files are valid"),
        True: page.language.plural(
            "Accept the {count} valid file now", "Accept the {count} valid files now", good
        )
        if page.may(Right.DECIDE)
        else page.language.plural(
            "Send the {count} valid file now", "Send the {count} valid files now", good
        ),
    }
    what = page.text("What to accept") if page.may(Right.DECIDE) else page.text("What to send")
    chosen = st.radio(what, list(choices), format_func=choices.__getitem__, index=1)
    return bool(chosen)


def _confirmation(page: Page, remarked: int) -> str:
    return st.text_input(
        page.language.plural(
            "{count} file has remarks. Say in a few words that they are in order; it is kept with the report",
            "{count} files have remarks. Say in a few words that they are in order; it is kept with the reports",
            remarked,
        ),
        placeholder=page.text("e.g. asked the agency on the phone; the figures are right"),
        max_chars=500,
    )


def receipts(page: Page) -> None:
    """What was just sent, with its receipts, and where to go on."""
    done: list[Receipt] = st.session_state.get(_RECEIPTS, [])
    for receipt in done[:_SHOWN_RECEIPTS]:
        _receipt(page, receipt)
    if len(done) > _SHOWN_RECEIPTS:
        more = len(done) - _SHOWN_RECEIPTS
        st.success(
            page.language.plural(
                "{count} more file is stored.", "{count} more files are stored.", more
            ),
            icon=":material/check_circle:",
        )
    stored = [submission for receipt in done for submission in receipt.submissions]
    if any(submission.state is ReviewState.WAITING for submission in stored):
        label, part = page.text("Go to the review"), "review"
        if not page.may(Right.DECIDE):
            label, part = page.text("See what has been sent"), "matrix"
        shell.link("submissions", label, icon=":material/rule:", show=part)
    years = sorted({s.year for s in stored if s.state is ReviewState.ACCEPTED})
    if years:
        shell.link(
            "overview",
            page.text("See the year {year}", year=years[-1]),
            icon=":material/dashboard:",
            year=str(years[-1]),
        )


def _receipt(page: Page, receipt: Receipt) -> None:
    """One file: as what it is stored, its receipt's number, and the receipt to keep."""
    name = widgets.escape(receipt.file_name)
    first = receipt.submissions[0]
    if receipt.duplicate:
        text = page.text("**{file}** had been stored before; nothing was changed.", file=name)
        st.info(text, icon=":material/info:")
        return
    reports = "; ".join(
        page.text(
            "{agency}, {year}, version {version}",
            agency=widgets.escape(tables.agency_label(page.view, s.agency, page.language, s.year)),
            year=s.year,
            version=s.version,
        )
        for s in receipt.submissions[:_SHOWN_RECEIPTS]
    )
    facts = page.service.reviewing.receipt(first.id)
    fields = {"file": name, "reports": reports, "number": facts.shown_number}
    st.success(
        page.text(
            "**{file}** waits for review: {reports}. Receipt {number}.",
            **fields,
        )
        if first.state is ReviewState.WAITING
        else page.text("**{file}** is accepted: {reports}. Receipt {number}.", **fields),
        icon=":material/check_circle:",
    )
    widgets.download(
        page,
        page.text("Receipt {number}", number=facts.shown_number),
        partial(page.service.reviewing.receipt_file, first.id, page.language.code),
        facts.file_name,
        key=f"receipt-{first.id}",
    )
