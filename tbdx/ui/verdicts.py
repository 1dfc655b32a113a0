"""What was found in sent files: each file's verdict, findings, and copy to mend."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.access import Right
from tbdx.i18n import N_
from tbdx.model import CheckedFile, Verdict
from tbdx.service import reports_of
from tbdx.ui import printing, widgets
from tbdx.ui.shell import Page
from tbdx.workbook.annotating import AnnotatedCopy

_SHOWN_WHOLE = 3  # so many files are shown one below the other, more as a table
_GRAVEST_FIRST = (Verdict.UNREADABLE, Verdict.BLOCKING, Verdict.REMARKS, Verdict.OK)
_LOOKS = {
    Verdict.OK: (":material/check_circle:", "green", "✓"),
    Verdict.REMARKS: (":material/check_circle:", "orange", "!"),
    Verdict.BLOCKING: (":material/error:", "red", "✗"),
    Verdict.UNREADABLE: (":material/block:", "red", "⊘"),
}


def show(page: Page, files: Sequence[CheckedFile]) -> None:
    """A few files one below the other; of many a table, and the one chosen from it."""
    if len(files) <= _SHOWN_WHOLE:
        for place, file in enumerate(files):
            _card(page, file, place)
        return
    ordered = sorted(files, key=lambda file: _GRAVEST_FIRST.index(file.verdict))
    _counts(page, ordered)
    _table(page, ordered)
    _copies(page, ordered)
    chosen = st.selectbox(
        page.text("Look at one file"),
        range(len(ordered)),
        format_func=lambda place: f"{_symbol(ordered[place])} {ordered[place].name}",
    )
    _card(page, ordered[chosen], chosen)


def _said(page: Page, file_verdict: Verdict) -> str:
    """A verdict in words; who only sends has nothing to accept."""
    sent = {Verdict.OK: N_("Ready to send"), Verdict.REMARKS: N_("Ready to send, with remarks")}
    words = messages.VERDICTS if page.may(Right.DECIDE) else messages.VERDICTS | sent
    return page.text(words[file_verdict])


def _symbol(file: CheckedFile) -> str:
    return _LOOKS[file.verdict][2]


def _counts(page: Page, files: Sequence[CheckedFile]) -> None:
    """How many files there are of each verdict."""
    texts = []
    for verdict in _GRAVEST_FIRST:
        count = sum(file.verdict is verdict for file in files)
        if count:
            _, colour, symbol = _LOOKS[verdict]
            text = _said(page, verdict)
            texts.append(f":{colour}-badge[{symbol} {text}: {count}]")
    st.markdown(" ".join(texts))


def _table(page: Page, files: Sequence[CheckedFile]) -> None:
    """One line a file: its verdict, whose report it is, how much was found."""
    rows = pd.DataFrame(
        {
            page.text("Result of the check"): [
                f"{_symbol(file)} {_said(page, file.verdict)}" for file in files
            ],
            page.text("File"): [file.name for file in files],
            page.text("Report"): [_reports(page, file) for file in files],
            page.text("Findings"): [len(file.findings) for file in files],
        }
    )
    st.dataframe(rows, hide_index=True, height="auto", alt=page.text("The verdict of each file"))
    printing.table(page.language, rows)


def _reports(page: Page, file: CheckedFile) -> str:
    reports = reports_of(file.fields, page.plan)
    said = [
        f"{tables.agency_label(page.view, agency.id, page.language, year)} {year}"
        for agency, year in reports[:3]
    ]
    more = [page.text("and {count} more", count=len(reports) - 3)] if len(reports) > 3 else []
    return "; ".join(said + more)


def _copies(page: Page, files: Sequence[CheckedFile]) -> None:
    """The copies to mend of all files with findings, in one archive."""
    found = [file for file in files if file.findings]
    if found:
        widgets.download(
            page,
            page.text("Download all files with the findings marked (ZIP)"),
            partial(page.service.annotated_bundle, found, page.language.code),
            "tbdx-loi.zip",
        )


def _card(page: Page, file: CheckedFile, place: int) -> None:
    """One file: its verdict, its findings, the copy to mend, and what would be stored."""
    icon, colour, _ = _LOOKS[file.verdict]
    with st.container(border=True):
        text = _said(page, file.verdict)
        st.markdown(f"**{widgets.escape(file.name)}**  \n:{colour}[{icon} {text}]")
        if file.fields:
            st.caption(page.text("Report of: {reports}", reports=_reports(page, file)))
        if file.findings:
            widgets.findings_table(page, file)
            _copy(page, file, place)
        if file.fields:
            with st.expander(page.text("What was read")):
                _preview(page, file)


@st.cache_resource(max_entries=32, show_spinner=False)
def _annotated(
    _page: Page, _file: CheckedFile, sha256: str, findings: int, code: str
) -> AnnotatedCopy:
    """The copy to mend, kept while its findings are looked at."""
    return _page.service.annotated(_file, code)


def _copy(page: Page, file: CheckedFile, place: int) -> None:
    copy = _annotated(page, file, file.sha256, hash(file.findings), page.language.code)
    label = (
        page.text("Download the list of findings (Excel)")
        if copy.lost
        else page.text("Download this workbook with the findings marked")
    )
    widgets.download(page, label, partial(bytes, copy.content), copy.name, key=f"copy-{place}")
    for code in copy.lost:
        st.caption(page.text(messages.LOST[code]))


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
            day = page.plan.due.last_day(field.year)
            agency = page.plan.agency_name(field.agency, page.language.code, day)
            line = {page.text("Agency"): agency, page.text("Year"): str(field.year), **line}
        lines.append(line)
    label = page.text("What was read")
    frame = pd.DataFrame(lines)
    st.dataframe(frame, hide_index=True, alt=label)
    printing.table(page.language, frame)
