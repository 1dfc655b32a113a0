"""The sent workbook with its faults marked: every faulty cell filled and commented, a list in front.

openpyxl writes only what it knows. So the file's parts are looked through first,
and one that would lose anything comes as the list alone. Reading passes over the
list, comments and fills, and marking a marked copy again takes them back first.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from itertools import count, islice
from pathlib import PureWindowsPath
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import TranslatorError
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import quote_sheetname
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.exceptions import (
    CellCoordinatesException,
    IllegalCharacterError,
    InvalidFileException,
    SheetTitleException,
)
from openpyxl.worksheet.hyperlink import Hyperlink

from tbdx import messages
from tbdx.i18n import Language
from tbdx.model import CheckedFile, Finding, Severity, Verdict
from tbdx.plan import Plan
from tbdx.words import clean
from tbdx.workbook.losses import LossError, look_for_losses
from tbdx.workbook.package import BROKEN, Place
from tbdx.workbook.saving import to_bytes
from tbdx.workbook.template import FONT

LIST_SHEET = "Lỗi"
MOST_LISTED = 5_000  # findings
MOST_MARKED = 2_000  # cells

_MARK = "TBDX • "  # begins the list's first cell; a person's own sheet "Lỗi" has no such mark
_LIST_NAME = re.compile(rf"{LIST_SHEET}( \(\d+\))?", re.IGNORECASE)
_BEGIN, _END = "── TBDX ──", "──────────"
_OUR_PART = re.compile(rf"\s*{_BEGIN}.*?(?:{_END}|\Z)", re.DOTALL)
_STEM_END = re.compile(r"(-danh-sach)?-loi\Z")
_NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT = 32_767  # in a cell or a comment

_RED, _ORANGE = "F4A7A3", "FFC266"
_COLOURS = {Severity.UNREADABLE: _RED, Severity.BLOCKING: _RED, Severity.REMARK: _ORANGE}
_GRAVITY = [Severity.UNREADABLE, Severity.BLOCKING, Severity.REMARK]
_WIDTHS = {"A": 6, "B": 14, "C": 21, "D": 8, "E": 38, "F": 72, "G": 24, "H": 30}
_LAST, _KEEPER = "G", "H"  # the keeper, hidden and last: its cells wear the fills that were
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TOP = Alignment(horizontal="left", vertical="top", wrap_text=True)
# How the cells of the list look, by name: their font, fill and border.
_LOOKS: dict[str, tuple[Font, PatternFill, Border]] = {
    "title": (Font(name=FONT, size=14, bold=True), PatternFill(), Border()),
    "line": (Font(name=FONT, size=12), PatternFill(), Border()),
    "head": (Font(name=FONT, size=12, bold=True), PatternFill("solid", fgColor="DDE7F0"), _BOX),
    "text": (Font(name=FONT, size=12), PatternFill(), _BOX),
    "link": (Font(name=FONT, size=12, underline="single", color="0563C1"), PatternFill(), _BOX),
    _RED: (Font(name=FONT, size=12), PatternFill("solid", fgColor=_RED), _BOX),
    _ORANGE: (Font(name=FONT, size=12), PatternFill("solid", fgColor=_ORANGE), _BOX),
}

_HARMLESS = re.compile("no default style|no stylesheet|more than 31 characters")
# What openpyxl raises for a workbook that is broken, unusual or invalid somewhere.
_UNLOADABLE = (
    *BROKEN,
    InvalidFileException,
    CellCoordinatesException,
    IllegalCharacterError,
    SheetTitleException,
    TokenizerError,
    TranslatorError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    TypeError,
)

Fills = Mapping[Finding, tuple[str, Any]]
"""For each finding marked the link to its cell, and the fill that the cell had."""


@dataclass(frozen=True, slots=True)
class AnnotatedCopy:
    """A workbook that says what is wrong: its file name, its bytes, and why it is only a list.

    `lost` is empty when it is the sent workbook itself; else the codes (keys of
    `messages.LOST`) of what would have been lost from it.
    """

    name: str
    content: bytes
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Listing:
    """What there is to say, the gravest first, and in whose words."""

    file: str
    findings: Sequence[Finding]
    omitted: int
    language: Language
    plan: Plan

    @classmethod
    def of(cls, file: CheckedFile, plan: Plan, language: Language) -> _Listing:
        findings = sorted(file.findings, key=lambda finding: _GRAVITY.index(finding.severity))
        omitted = max(0, len(findings) - MOST_LISTED)
        return cls(file.name, findings[:MOST_LISTED], omitted, language, plan)

    def severity(self, finding: Finding) -> str:
        return self.language.text(messages.SEVERITIES[finding.severity])

    def text(self, finding: Finding) -> str:
        return messages.finding_text(finding, self.language)

    def columns(self, finding: Finding) -> tuple[str, ...]:
        name = finding.field
        asked = messages.field_label(name, self.language, self.plan) if name else ""
        place = (finding.sheet, finding.cell)
        return (self.severity(finding), *place, asked, self.text(finding), finding.code)


def annotate(file: CheckedFile, plan: Plan, language: Language) -> AnnotatedCopy:
    """The file with each finding at its cell; where that would harm it, a list of the findings.

    The same file and language give the same bytes. No content makes it raise.
    """
    try:
        return AnnotatedCopy(copy_name(file.name), _marked_copy(file, plan, language))
    except LossError as loss:
        return list_findings(file, plan, language, *loss.codes)


def list_findings(file: CheckedFile, plan: Plan, language: Language, *lost: str) -> AnnotatedCopy:
    """The list as a workbook of its own. `lost` says why it is no more: keys of `messages.LOST`."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = ""
    _write_list(book, _Listing.of(file, plan, language), {}, lost)
    return AnnotatedCopy(f"{_stem(file.name)}-danh-sach-loi.xlsx", to_bytes(book), lost)


def copy_name(file_name: str) -> str:
    """What the copy of a file of this name is called, unless only a list can be made."""
    return f"{_stem(file_name)}-loi.xlsx"


def _stem(file_name: str) -> str:
    """Its name without folders, and without what a file may not be called on one system or another."""
    stem = PureWindowsPath(file_name).stem  # it knows the other systems' strokes, too
    return _STEM_END.sub("", _NO_NAME.sub("-", stem))


def is_findings_list(name: str, rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet is the list that `annotate` puts in front, which is no part of a report."""
    first = rows[0][0] if rows and rows[0] else ""
    marked = isinstance(first, str) and first.startswith(_MARK)
    return marked and _LIST_NAME.fullmatch(clean(name)) is not None


# --- the sent workbook ------------------------------------------------------------------------


def _marked_copy(file: CheckedFile, plan: Plan, language: Language) -> bytes:
    """The sent workbook with its marks; raises `LossError` where it would lose anything."""
    if file.verdict is Verdict.UNREADABLE:
        raise LossError("unreadable")
    listing = _Listing.of(file, plan, language)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            note_sizes = look_for_losses(file.content)
            book = load_workbook(BytesIO(file.content), rich_text=True, keep_links=True)
            if book.properties.creator == "openpyxl":  # its name for a workbook that names nobody
                book.properties.creator = ""
            _restore_note_sizes(book, note_sizes)
            _take_back(book)
            _write_list(book, listing, _mark(book, listing))
            book.calculation.fullCalcOnLoad = True
            content = to_bytes(book)
    except _UNLOADABLE as error:
        raise LossError("other") from error
    if any(map(_tells_of_loss, caught)):
        raise LossError("other")
    return content


def _tells_of_loss(warning: warnings.WarningMessage) -> bool:
    """Whether openpyxl says that it drops something."""
    from_openpyxl = "openpyxl" in warning.filename and warning.category is UserWarning
    return from_openpyxl and not _HARMLESS.search(str(warning.message))


def _restore_note_sizes(book: Any, note_sizes: Mapping[str, Mapping[Place, Any]]) -> None:
    """openpyxl reads a comment without the size of its box."""
    for sheet in book.worksheets:
        for relation in sheet._rels:
            for place, size in note_sizes.get(relation.Target, {}).items():
                cell = sheet._cells.get(place)
                if cell is not None and cell.comment:
                    cell.comment.width, cell.comment.height = size


def _take_back(book: Any) -> None:
    """Remove what an earlier `annotate` put in: lists, fills, comments."""
    filled = {
        _link(sheet.title, cell.coordinate): cell
        for sheet in book.worksheets
        for cell in sheet._cells.values()
        if _has_our_fill(cell)
    }
    for sheet in book.worksheets:
        first = sheet._cells.get((1, 1))
        if first is not None and is_findings_list(sheet.title, [[str(first.value)]]):
            for keeper in sheet._cells.values():
                cell = (
                    filled.pop(str(keeper.value), None) if keeper.column == len(_WIDTHS) else None
                )
                if cell is not None:
                    cell.fill = copy(keeper.fill)
            book.remove(sheet)
    strays = set(map(id, filled.values()))  # moved since: no list knows which fill they had
    for sheet in book.worksheets:
        for cell in sheet._cells.values():
            if cell.comment and _BEGIN in cell.comment.text:
                _remove_our_part(cell)
                if id(cell) in strays:
                    cell.fill = PatternFill()


def _has_our_fill(cell: Any) -> bool:
    fill = cell.fill
    return fill.fill_type == "solid" and str(fill.fgColor.rgb)[2:] in (_RED, _ORANGE)


def _remove_our_part(cell: Any) -> None:
    theirs = _OUR_PART.sub("", cell.comment.text).strip()
    if theirs:
        cell.comment.text = theirs
        cell.comment.width, cell.comment.height = _note_size(theirs)
    else:
        cell.comment = None


def _mark(book: Any, listing: _Listing) -> Fills:
    """Fill and comment each faulty cell; returns the fills that they had."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    faulty: dict[str, tuple[Any, list[Finding]]] = {}
    for finding in listing.findings:
        if finding.cell and finding.sheet in sheets:
            cell = _cell(sheets[finding.sheet], finding.cell)
            _, findings = faulty.setdefault(_link(finding.sheet, cell.coordinate), (cell, []))
            findings.append(finding)
    earlier: dict[Finding, tuple[str, Any]] = {}
    for link, (cell, findings) in islice(faulty.items(), MOST_MARKED):
        earlier.update(dict.fromkeys(findings, (link, copy(cell.fill))))
        cell.fill = PatternFill("solid", fgColor=_COLOURS[findings[0].severity])
        cell.protection = Protection(locked=False)  # whoever is to mend it must be able to
        _comment(cell, listing, findings)
    return earlier


def _cell(sheet: Any, address: str) -> Any:
    """The cell at an address, or the one that stands for its merged range.

    A cell that did not exist looks like its column or row, and is as open or as locked.
    """
    row, column = coordinate_to_tuple(address)
    existed = (row, column) in sheet._cells
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        merged = next(merged for merged in sheet.merged_cells.ranges if address in merged)
        return sheet.cell(merged.min_row, merged.min_col)
    if not existed:
        lines = [c for c in sheet.column_dimensions.values() if c.min and c.min <= column <= c.max]
        lines += [sheet.row_dimensions[row]] if row in sheet.row_dimensions else []
        for line in lines:
            if line.has_style:
                cell._style = copy(line._style)
    return cell


def _comment(cell: Any, listing: _Listing, findings: Sequence[Finding]) -> None:
    """Say the cell's findings, below what a person has written there."""
    said = "\n\n".join(
        f"{listing.severity(finding)}: {listing.text(finding)}\n({finding.code})"
        for finding in findings
    )
    said = _NOT_XML.sub("", said).replace("─", "-")[: _LONGEST_TEXT // 2]
    ours = f"{_BEGIN}\n{said}\n{_END}"
    note = cell.comment or Comment("", "TBDX", height=0, width=0)
    note.text = f"{note.text[: _LONGEST_TEXT // 3]}\n\n{ours}".lstrip()
    width, height = _note_size(note.text)
    note.width, note.height = max(note.width, width), max(note.height, height)
    cell.comment = note


def _note_size(text: str) -> tuple[int, int]:
    """Width and height, in pixels, of a box in which the text can be read."""
    lines = sum(math.ceil(len(line) / 46) or 1 for line in text.splitlines())
    return 340, min(30 + 18 * lines, 560)


# --- the list ---------------------------------------------------------------------------------


def _write_list(book: Any, listing: _Listing, earlier: Fills, lost: Sequence[str] = ()) -> None:
    """The sheet of all findings, first and open, with links to their cells."""
    names = set(book.sheetnames)
    taken = {name.lower() for name in names}
    titles = (LIST_SHEET if n == 1 else f"{LIST_SHEET} ({n})" for n in count(1))
    sheet = book.create_sheet(next(title for title in titles if title.lower() not in taken), 0)
    page = _Page(sheet)
    head = _write_head(page, listing, lost)
    for row, finding in enumerate(listing.findings, start=head + 1):
        page.row(row, "text", "", *listing.columns(finding))
        sheet[f"A{row}"].value = row - head
        page.look(f"B{row}", _COLOURS[finding.severity])
        if finding.sheet in names:
            cell = page.look(f"{'D' if finding.cell else 'C'}{row}", "link")
            location = _link(finding.sheet, finding.cell or "A1")
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
        if finding in earlier:
            link, fill = earlier[finding]
            page.put(f"{_KEEPER}{row}", "text", link).fill = fill
    last = head + len(listing.findings)
    sheet.auto_filter.ref = f"A{head}:{_LAST}{last}"
    if listing.omitted:
        more = listing.language.plural(
            "{count} more finding is not listed.",
            "{count} more findings are not listed.",
            listing.omitted,
        )
        page.line(last + 1, "line", more)
    _set_up(book, sheet, head)


def _write_head(page: _Page, listing: _Listing, lost: Sequence[str]) -> int:
    """Title, what to do with the sheet, why it is only a list, heads; returns the heads' row."""
    text = listing.language.text
    use = text(
        "Mend the coloured cells; each has a comment that says how. Save this file and send it again. This sheet and the comments are not read."
    )
    if lost:
        use = text(
            "This is only a list, as nothing could be marked in the file itself. Mend the cells in the file that you sent, save it and send it again."
        )
    lines = [use, *(text(messages.LOST[code]) for code in lost)]
    page.line(1, "title", _MARK + text("Findings in {file}", file=listing.file))
    for row, line in enumerate(lines, start=2):
        page.line(row, "line", line)
    heads = (text("No."), text("Severity"), text("Sheet"), text("Cell"), text("Question"))
    head = len(lines) + 3
    page.row(head, "head", *heads, text("What was found and what to do"), text("Code"))
    return head


class _Page:
    """The list's sheet while it is written. Looks are made once, as openpyxl is slow to set them."""

    def __init__(self, sheet: Any) -> None:
        self._sheet, self._looks = sheet, {}
        for name, look in _LOOKS.items():
            cell = sheet["A1"]
            cell.font, cell.fill, cell.border, cell.alignment = *look, _TOP
            self._looks[name] = copy(cell._style)

    def look(self, address: str, look: str) -> Any:
        cell = self._sheet[address]
        cell._style = copy(self._looks[look])
        return cell

    def put(self, address: str, look: str, text: str) -> Any:
        """A text that stays a text, whatever it starts with."""
        cell = self.look(address, look)
        cell.value, cell.data_type = _NOT_XML.sub("", text)[:_LONGEST_TEXT], "s"
        return cell

    def line(self, row: int, look: str, text: str) -> None:
        """A text across the table."""
        self.put(f"A{row}", look, text)
        self._sheet.merge_cells(f"A{row}:{_LAST}{row}")
        height = _height(text, sum(_WIDTHS.values()) - _WIDTHS[_KEEPER])
        self._sheet.row_dimensions[row].height = height

    def row(self, row: int, look: str, *texts: str) -> None:
        columns = list(zip(_WIDTHS, texts, strict=False))
        for letter, text in columns:
            self.put(f"{letter}{row}", look, text)
        height = max(_height(text, _WIDTHS[letter]) for letter, text in columns)
        self._sheet.row_dimensions[row].height = height


def _height(text: str, width: float) -> float:
    """The height of a row, in points, in which a text can be read; Excel allows 409."""
    lines = sum(math.ceil(len(line) / (0.9 * width)) or 1 for line in text.split("\n"))
    return min(16 * lines + 4, 409)


def _link(sheet: str, cell: str) -> str:
    return f"{quote_sheetname(sheet)}!{cell}"


def _set_up(book: Any, sheet: Any, head: int) -> None:
    """Widths, printing on A4, and the sheet in front of the reader."""
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions[_KEEPER].hidden = True
    sheet.freeze_panes = f"A{head + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{head}:{head}"
    sheet.sheet_properties.tabColor = _RED
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    for view in book.views:
        view.firstSheet = 0
