"""Sending reports: the blank form, the uploader, each file's verdict, acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.model import CheckedFile, Receipt, Verdict
from tbdx.service import Upload, reports_of
from tbdx.ui import shell, widgets
from tbdx.ui.shell import Page
from tbdx.workbook import form_file_name

_RECEIPTS = "upload-receipts"
_ROUND = "upload-round"  # part of the uploader's key: a new one empties it after acceptance
_VERDICT_ICONS = {
    Verdict.OK: (":material/check_circle:", "green"),
    Verdict.REMARKS: (":material/check_circle:", "orange"),
    Verdict.BLOCKING: (":material/error:", "red"),
    Verdict.UNREADABLE: (":material/block:", "red"),
}


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


def uploaded(page: Page) -> list[Upload]:
    """The files that the reader has put in."""
    st.markdown(
        page.text(
            "Choose one or several Excel files (.xlsx, .xls, .ods; at most {size} MB each), or drag them onto the field: yearly forms, or the consolidated table. Checking stores nothing.",
            size=st.get_option("server.maxUploadSize"),
        )
    )
    files = st.file_uploader(
        page.text("Filled workbooks"),
        accept_multiple_files=True,
        key=f"uploader-{st.session_state.get(_ROUND, 0)}",
        label_visibility="collapsed",
    )
    return [(file.name, file.getvalue()) for file in files]


def verdict(page: Page, file: CheckedFile) -> None:
    """One file: its verdict, its findings, and what would be stored."""
    icon, colour = _VERDICT_ICONS[file.verdict]
    with st.container(border=True):
        text = page.text(messages.VERDICTS[file.verdict])
        st.markdown(f"**{widgets.escape(file.name)}**  \n:{colour}[{icon} {text}]")
        for agency, year in reports_of(file.fields, page.plan):
            name = tables.agency_label(page.view, agency.id, page.language)
            st.caption(page.text("Report of {agency} for {year}", agency=name, year=year))
        if file.findings:
            widgets.findings_table(page, file)
        if file.fields:
            with st.expander(page.text("What was read")):
                _preview(page, file)


def _preview(page: Page, file: CheckedFile) -> None:
    """Every value with its cell, as it would be stored."""
    several = len(reports_of(file.fields, page.plan)) > 1
    lines = []
    for field in file.fields:
        line = {
            page.text("Question"): messages.field_label(field.field, page.language, page.plan),
            page.text("Value"): widgets.values_of(page, [field.value])[0],
            page.text("Place"): f"{field.sheet} {field.cell}",
        }
        if several:
            agency = page.plan.agency(field.agency).name(page.language.code)
            line = {page.text("Agency"): agency, page.text("Year"): str(field.year), **line}
        lines.append(line)
    label = page.text("What was read")
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt=label)


def acceptance(page: Page, checked: Sequence[CheckedFile]) -> None:
    """Accept every file that can be accepted, in one step."""
    good = [file for file in checked if file.acceptable]
    blocked = len(checked) - len(good)
    if blocked:
        st.markdown(
            page.language.plural(
                "{count} file cannot be accepted yet. Correct it in Excel, save it and put it in again.",
                "{count} files cannot be accepted yet. Correct them in Excel, save them and put them in again.",
                blocked,
            )
        )
    if not good:
        return
    label = page.language.plural("Accept {count} file", "Accept {count} files", len(good))
    if st.button(label, type="primary", icon=":material/check:"):
        st.session_state[_RECEIPTS] = page.service.accept(good)
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        st.rerun()


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
