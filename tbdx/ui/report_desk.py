"""The official reports on the page of reports and files: what to check first, then the files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
import streamlit as st

from tbdx import messages, provenance, wording
from tbdx.collection import YearStanding
from tbdx.i18n import N_, language, languages
from tbdx.model import CellState, Phase, Status, TbdxError
from tbdx.provenance import Taking
from tbdx.report import achievements, collecting, making, pdf
from tbdx.report.content import Block, Heading, Paragraph, Table
from tbdx.report.letterheads import Sender, agency_letterhead, province_letterhead
from tbdx.report.making import Edition, FileType
from tbdx.report.writing import Writer
from tbdx.service import Service
from tbdx.ui import address, shell, stating, told, widgets
from tbdx.ui import basis as choice
from tbdx.ui.shell import Page

_log = logging.getLogger("tbdx")

PARTS = {
    "province": N_("The province's report"),
    "agencies": N_("Agencies' reports"),
    "pack": N_("Excel workbook"),
    "data": N_("Open data"),
}
"""The parts of the page, by their codes in the address."""

_LABELS: dict[FileType, str] = {"docx": N_("Download Word"), "pdf": N_("Download PDF")}
_ARCHIVE = "report-archive"


def pick_part(page: Page) -> str:
    """Which part of the page is shown; kept in the address."""
    return widgets.pick_part(page, "out", PARTS, page.text("What to take out"))


def province(page: Page) -> None:
    """The department's yearly report: what to check before signing, the files, what it says."""
    edition = _pick_edition(page)
    stating.year(page, edition.year)
    standings = page.service.reviewing.standings(edition.year)
    sender = province_letterhead(page.plan, edition.year, edition.words)
    _checks(page, edition.year, standings)
    _downloads(page, edition, "province", partial(making.province_file, standings=standings))
    st.header(page.text("What it will say"))
    _preview(page, edition, standings)
    _letterhead(page, sender)


def agencies(page: Page) -> None:
    """The reports of the agencies: one to choose, or all in one archive."""
    edition = _pick_edition(page)
    standings = page.service.reviewing.standings(edition.year)
    known = making.agencies_of(edition)
    if not known:
        text = page.text("No agency reports for {year}.", year=edition.year)
        st.info(text, icon=":material/info:")
        return
    having = making.reporting(edition, standings)
    with st.container(border=True):
        st.subheader(page.text("One agency"))
        agency = address.choose(
            "agency",
            known,
            default=known[0],
            label=page.text("Agency"),
            say=lambda id_: provenance.agency_label(page.view, id_, page.language, edition.year),
            words=page.language,
        )
        _agency_state(page, edition.year, agency, standings)
        if agency in having:
            _one(page, edition, agency, standings)
    with st.container(border=True):
        _all(page, edition, having, standings, without=[a for a in known if a not in having])


def _one(page: Page, edition: Edition, agency: str, standings: Sequence[YearStanding]) -> None:
    """One agency's report: what to check, the files, who writes to whom."""
    sender = agency_letterhead(page.plan, agency, edition.year, edition.words)
    for check in _of_letterhead(page, edition.year, agency):
        _show(page, check)
    make = partial(making.agency_file, agency=agency, standings=standings)
    _downloads(page, edition, "agency", make, agency)
    _letterhead(page, sender)


def _pick_edition(page: Page) -> Edition:
    """Of which year, in which language of the document: Vietnamese unless chosen otherwise."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        year = widgets.pick_year(page)
        code = address.choose(
            "document",
            languages(),
            default=languages()[0],
            usual=languages()[0],
            label=page.text("Language of the document"),
            say=lambda code: language(code).name,
            words=page.language,
            widget="segmented",
        )
    return Edition(page.view, year, language(code), "docx")


# --- before it is signed ------------------------------------------------------------------------


class _Check(NamedTuple):
    """One thing to look at before a report is signed, and the page on which it can be mended."""

    text: str
    room: str = ""
    choices: Mapping[str, str] = MappingProxyType({})


def _checks(page: Page, year: int, standings: Sequence[YearStanding]) -> None:
    """What is not yet as it should be in a report that goes to the People's Committee."""
    found = [
        *_of_reports(page, year, standings),
        *_of_figures(page, year),
        *_of_basis(page),
        *_of_letterhead(page, year),
    ]
    with st.container(border=True, gap="xsmall"):
        st.subheader(page.text("Check before signing"))
        if not found:
            text = page.text(
                "Every agency has reported, the figures are final and the year is closed."
            )
            st.markdown(f":green[:material/check_circle:] {text}")
        for check in found:
            _show(page, check)
        st.caption(
            page.text(
                "Number, date and signature are left blank. The file is an ordinary Word document: its sentences can be edited before it is signed."
            )
        )


def _show(page: Page, check: _Check) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":orange[:material/error:] {check.text}", width="content")
        if check.room:
            label = page.text("Look there")
            shell.link(check.room, label, icon=":material/arrow_forward:", **check.choices)


def _of_reports(page: Page, year: int, standings: Sequence[YearStanding]) -> list[_Check]:
    """Who has not reported, and whose report waits."""
    waiting = [s.agency for s in standings if s.state is CellState.WAITING]
    lacking = [s.agency for s in standings if not s.complete and s.agency not in waiting]
    said = []
    if lacking:
        text = page.language.plural(
            "{count} agency of {all} has no accepted report: {names}",
            "{count} agencies of {all} have no accepted report: {names}",
            len(lacking),
            all=page.language.number(len(standings)),
            names=_names(page, lacking, year),
        )
        said.append(text)
    if waiting:
        text = page.language.plural(
            "{count} report waits for review: {names}",
            "{count} reports wait for review: {names}",
            len(waiting),
            names=_names(page, waiting, year),
        )
        said.append(text)
    return [_Check(text, "submissions", {"year": str(year)}) for text in said]


def _names(page: Page, agencies_: Sequence[str], year: int) -> str:
    labels = [provenance.agency_label(page.view, a, page.language, year) for a in agencies_]
    return widgets.escape(wording.listed(labels, page.language))


def _of_figures(page: Page, year: int) -> list[_Check]:
    """Figures that are made up, not final, or leave a verdict open; and a year that can change."""
    view = page.view
    found = []
    if view.sample:
        found.append(
            _Check(
                page.text("The figures are illustrative: every page of the file says so."), "upload"
            )
        )
    phases = view.phases[view.phases["year"] == year]
    estimates = phases.loc[phases["phase"] == Phase.ESTIMATE.value, "agency"].tolist()
    if estimates:
        text = page.language.plural(
            "The figures of {count} agency are estimates: {names}",
            "The figures of {count} agencies are estimates: {names}",
            len(estimates),
            names=_names(page, estimates, year),
        )
        found.append(_Check(text, "submissions", {"year": str(year)}))
    open_ = [
        widgets.numbered(page, indicator)
        for indicator in page.plan.indicators
        if view.result[indicator.code, year]["status"] == Status.NO_DATA.value
    ]
    if open_:
        text = page.text("No verdict yet: {indicators}", indicators="; ".join(open_))
        found.append(_Check(text, "overview", {"year": str(year)}))
    if not view.sample and year not in view.closed_years:
        text = page.text("The year {year} is not closed: its figures can still change.", year=year)
        found.append(_Check(text, "admin", {"part": "years"}))
    return found


def _of_basis(page: Page) -> list[_Check]:
    """In what the figures are not chosen as usual."""
    usual = choice.usual(page.service.plan)
    parts = provenance.unusual(page.view, usual, page.language)
    if not parts:
        return []
    text = page.text(
        "The basis is not the usual one, and every page of the file says so: {parts}",
        parts=widgets.escape("; ".join(parts)),
    )
    return [_Check(text)]


def _of_letterhead(page: Page, year: int, agency: str = "") -> list[_Check]:
    """What the plan wants checked of who writes to whom; on the page, so in its language."""
    sender = (
        agency_letterhead(page.plan, agency, year, page.language)
        if agency
        else province_letterhead(page.plan, year, page.language)
    )
    return [_Check(widgets.escape(sender.note))] if sender.note else []


# --- files --------------------------------------------------------------------------------------


_Make = Callable[..., bytes]
"""Makes a file of an edition, when it is given that and the taking."""
Details = Mapping[str, object]
"""What the record is told of a file besides what its edition says."""


def _downloads(page: Page, edition: Edition, kind: str, make: _Make, agency: str = "") -> None:
    """Word and PDF; the second is offered only where it can be made, else what it takes is said."""
    possible = pdf.available()
    with st.container(horizontal=True):
        for file_type, label in _LABELS.items():
            own = Edition(edition.view, edition.year, edition.words, file_type)
            take_it = partial(take, page.service, page.user, own, kind, make, agency)
            widgets.download(
                page,
                page.text(label),
                take_it,
                own.file_name(agency),
                key=f"report-{kind}-{file_type}",
                disabled=file_type == "pdf" and not possible,
            )
    if possible:
        st.caption(
            page.text(
                "Without Times New Roman on the server a PDF embeds Liberation Serif, of the same widths. Downloads of the same figures differ only in their moment and their code in the record."
            )
        )
    else:
        _no_pdf(page)


def _no_pdf(page: Page) -> None:
    st.caption(
        page.text(
            "A PDF cannot be made here: LibreOffice is not installed on the server. Install LibreOffice Writer there, or open the Word file and save it as PDF."
        )
    )


def take(
    service: Service, by: str, edition: Edition, kind: str, make: _Make, agency: str = ""
) -> bytes:
    """One report as a file, once the record was told who takes it; else there is none.

    Runs beside the page, so it is given all it needs. What went wrong goes to the log: the
    browser says only that the download failed.
    """
    try:
        own = {"agency": agency} if agency else {}
        code = service.office.exported(f"report/{kind}", edition.told(**own), by=by)
        return make(edition, taking=Taking(datetime.now(UTC), code))
    except TbdxError:
        _log.exception("a report was not made")
        raise


def _all(
    page: Page,
    edition: Edition,
    known: Sequence[str],
    standings: Sequence[YearStanding],
    without: Sequence[str],
) -> None:
    """All agencies' reports in one archive: made with a bar that shows how far it is, then kept.

    Those `without` a report have none in it, and are named.
    """
    st.subheader(page.text("All agencies of {year}", year=edition.year))
    if without:
        left_out = page.language.plural(
            "{count} agency of {all} has no report for {year} and is left out: {names}",
            "{count} agencies of {all} have no report for {year} and are left out: {names}",
            len(without),
            all=page.language.number(len(known) + len(without)),
            year=edition.year,
            names=_names(page, without, edition.year),
        )
        st.markdown(left_out)
    if not known:
        return
    file_type = _pick_type(page)
    own = Edition(edition.view, edition.year, edition.words, file_type)
    label = page.language.plural(
        "Make {count} report (ZIP)", "Make {count} reports (ZIP)", len(known)
    )
    kept = _kept(own, known)
    if kept is None:
        if st.button(label, key="report-make", icon=":material/folder_zip:"):
            _make_all(page, own, known, standings)
        return
    st.success(page.text("The reports are ready."), icon=":material/check_circle:")
    again = partial(take_kept, page.service, page.user, own, *kept)
    widgets.download(page, page.text("Download ZIP"), again, own.archive_name, key="report-zip")


def take_kept(service: Service, by: str, edition: Edition, made: bytes, details: Details) -> bytes:
    """The archive that was made before, once the record was told that it is taken."""
    service.office.exported("report/agencies", edition.told(**details), by=by)
    return made


def _pick_type(page: Page) -> FileType:
    if not pdf.available():
        return "docx"
    types = {"docx": "Word", "pdf": "PDF"}
    chosen = address.choose(
        "type",
        list(types),
        default="docx",
        usual="docx",
        label=page.text("Type of file"),
        say=types.__getitem__,
        words=page.language,
        widget="segmented",
    )
    return "pdf" if chosen == "pdf" else "docx"


def _identity(edition: Edition, known: Sequence[str]) -> tuple[object, ...]:
    view = edition.view
    name = edition.archive_name
    return view.revision, view.sample, view.basis, name, tuple(known)


def _kept(edition: Edition, known: Sequence[str]) -> tuple[bytes, Details] | None:
    """The archive made last in this session and what was told of it, if it is still this one."""
    identity, *kept = st.session_state.get(_ARCHIVE, (None, b"", {}))
    return (kept[0], kept[1]) if identity == _identity(edition, known) else None


def _make_all(
    page: Page, edition: Edition, known: Sequence[str], standings: Sequence[YearStanding]
) -> None:
    """Make the archive, keep it in place of the last one, and draw the page anew with it."""
    bar = st.progress(0.0)

    def progress(done: int, count: int) -> None:
        bar.progress(done / count, page.text("{done} of {count}", done=done, count=count))

    try:
        code = page.service.office.exported(
            "report/agencies", edition.told(files=len(known)), by=page.user
        )
        taking = Taking(datetime.now(UTC), code)
        made = making.agencies_archive(edition, known, standings, taking, progress)
    except TbdxError as error:
        told.refused(page, error)
        return
    details = {"files": len(known), "made": code}
    st.session_state[_ARCHIVE] = (_identity(edition, known), made, details)
    st.rerun()


# --- what is in it ------------------------------------------------------------------------------


def _preview(page: Page, edition: Edition, standings: Sequence[YearStanding]) -> None:
    """How the report begins, in its own words and language: who reported, the table of results."""
    view, year, words = page.view, edition.year, edition.words
    writer = Writer(view, year, words)
    now = Taking(datetime.now(UTC))
    results = _results(page, year, view.state, words.code)
    with st.container(border=True, gap="small"):
        for block in (*collecting.blocks(writer, standings, now), *results):
            _block(block)
    st.caption(
        page.text(
            "The report goes on with each indicator, what the agencies reported besides, difficulties and proposals, the way ahead, tables by agency, and where the figures come from."
        )
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _results(
    _page: Page, year: int, state: tuple[object, ...], language_code: str
) -> tuple[Block, ...]:
    """The report's part on results up to its table, kept until the store changes."""
    blocks = achievements.blocks(Writer(_page.view, year, language(language_code)))
    tables_at = [place for place, block in enumerate(blocks) if isinstance(block, Table)]
    return tuple(blocks[: tables_at[0] + 1 if tables_at else None])


def _block(block: Block) -> None:
    """A part of a report on screen; what it quotes is shown letter by letter."""
    if isinstance(block, Table):
        _table(block)
    elif isinstance(block, Heading):
        st.markdown(f"**{widgets.escape(block.text)}**")
    elif isinstance(block, Paragraph):
        text = widgets.escape(block.text)
        if block.kind == "note":
            st.caption(text)
        else:
            st.markdown(f"- {text}" if block.kind == "item" else text)


def _table(table: Table) -> None:
    """A table of a report; on a phone, which has no room for its columns, a paragraph a row."""
    heads = [widgets.escape(head.text) for head in table.heads[-1]]
    rows = [[widgets.escape(cell) for cell in row] for row in table.rows]
    if not shell.on_phone():
        frame = pd.DataFrame(rows, columns=heads)
        st.table(frame, border="horizontal", hide_index=True, alt=table.alt)
        return
    for number, title, *cells in rows:
        lines = [f":gray[{head}:] {cell}" for head, cell in zip(heads[2:], cells, strict=True)]
        st.markdown("  \n".join((f"**{number}\\. {title}**", *lines)))


def _letterhead(page: Page, sender: Sender) -> None:
    """Who writes to whom, and where in the plan's data that is changed."""
    head = sender.letterhead
    label = page.text("Letterhead and signature")
    with st.expander(label, icon=":material/contract:"):
        lines = {
            page.text("Superior body"): head.superior,
            page.text("Issuing body"): head.issuer,
            page.text("Symbol"): head.symbol,
            page.text("Place of issue"): head.place,
            page.text("Addressee"): sender.addressee,
            page.text("Signed by"): head.signer,
            page.text("Recipients"): "; ".join(head.copies),
        }
        frame = pd.DataFrame(
            {"": lines.keys(), label: [widgets.escape(text) for text in lines.values()]}
        )
        st.table(frame, border="horizontal", hide_index=True, alt=label)
        st.caption(
            page.text(
                "By the names in force on the due date. To change it for good, edit the entries “letterhead” of the file plan.toml; for one document, edit the Word file."
            )
        )


def _agency_state(page: Page, year: int, agency: str, standings: Sequence[YearStanding]) -> None:
    """How it stands with the agency's report, in a line."""
    standing = next(s for s in standings if s.agency == agency)
    parts = [page.text(messages.CELL_STATES[standing.state])]
    phases = page.view.phases
    own = phases[(phases["agency"] == agency) & (phases["year"] == year)]["phase"]
    if own.empty:
        parts.append(
            page.text("a short letter says that there is nothing to report")
            if standing.state is CellState.NIL
            else page.text(
                "this agency has no report for {year}: none of its figures are in use", year=year
            )
        )
    else:
        parts.append(widgets.phase_text(page, own.iloc[0]).lower())
    st.markdown(" · ".join(parts))
