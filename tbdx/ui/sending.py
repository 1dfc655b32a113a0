"""Sending reports: the blank form, the uploader, the check, acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from tbdx import messages, tables
from tbdx.model import CheckedFile, Receipt, TbdxError
from tbdx.ui import shell, widgets
from tbdx.ui.shell import Page
from tbdx.workbook import form_file_name
from tbdx.workbook.bundles import is_leftover

_RECEIPTS = "upload-receipts"
_ROUND = "upload-round"  # part of the uploader's key: a new one empties it after acceptance
_CHECKED = "upload-checked"


def blank_form(page: Page) -> None:
    """Choose an agency and a year, and take the blank form along."""
    st.markdown(
        page.text(
            "One Excel workbook for one agency and year, with lists to choose from. Known figures of earlier years are filled in."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        year = widgets.pick_year(page)
        current = {agency.id: agency for agency in page.plan.agencies_in(year)}
        agency = st.selectbox(
            page.text("Agency"),
            list(current),
            format_func=lambda code: current[code].name(page.language.code),
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
            "Choose one or many files, or drag them onto the field: yearly forms or the consolidated table (.xlsx, .xls, .ods, .csv), or a ZIP archive of them; at most {size} MB each. Checking stores nothing.",
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

        st.session_state[_CHECKED] = key, page.service.check(uploads, progress)
        bar.empty()
    found: list[CheckedFile] = st.session_state[_CHECKED][1]
    return found


def acceptance(page: Page, files: Sequence[CheckedFile]) -> None:
    """Accept in one step what can be accepted, or nothing while a file is blocked, as chosen."""
    good = [file for file in files if file.acceptable]
    blocked = len(files) - len(good)
    if blocked:
        st.markdown(
            page.language.plural(
                "{count} file cannot be accepted yet. Correct it in Excel, save it and put it in again.",
                "{count} files cannot be accepted yet. Correct them in Excel, save them and put them in again.",
                blocked,
            )
        )
    if not good or (blocked and not _goes_ahead(page, len(good))):
        return
    remarked = sum(file.needs_confirmation for file in good)
    with st.form("acceptance", border=bool(remarked)):
        word = _confirmation(page, remarked) if remarked else ""
        label = page.language.plural("Accept {count} file", "Accept {count} files", len(good))
        if not st.form_submit_button(label, type="primary", icon=":material/check:"):
            return
        try:
            st.session_state[_RECEIPTS] = page.service.accept(good, word)
        except TbdxError as error:
            st.error(messages.error_text(error, page.language), icon=":material/error:")
            return
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state.pop(_CHECKED, None)
    st.rerun()


def _goes_ahead(page: Page, good: int) -> bool:
    """Whether the valid files are wanted although others are blocked."""
    choices = {
        False: page.text("Wait until all files are valid"),
        True: page.language.plural(
            "Accept the {count} valid file now", "Accept the {count} valid files now", good
        ),
    }
    chosen = st.radio(
        page.text("What to accept"), list(choices), format_func=choices.__getitem__, index=1
    )
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
    """What was just accepted, and where to look at it."""
    done: list[Receipt] = st.session_state.get(_RECEIPTS, [])
    for receipt in done:
        name = widgets.escape(receipt.file_name)
        if receipt.duplicate:
            text = page.text("**{file}** had been accepted before; nothing was changed.", file=name)
            st.info(text, icon=":material/info:")
            continue
        reports = "; ".join(
            page.text(
                "{agency}, {year}, version {version}",
                agency=tables.agency_label(page.view, s.agency, page.language),
                year=s.year,
                version=s.version,
            )
            for s in receipt.submissions
        )
        text = page.text(
            "**{file}** is accepted: {reports}. Data revision {revision}.",
            file=name,
            reports=reports,
            revision=receipt.revision,
        )
        st.success(text, icon=":material/check_circle:")
    years = sorted({s.year for receipt in done for s in receipt.submissions})
    if years:
        shell.link(
            "overview",
            page.text("See the year {year}", year=years[-1]),
            icon=":material/dashboard:",
            year=str(years[-1]),
        )
