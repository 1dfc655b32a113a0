"""Reads the plan's targets from its appendix, an Excel file in the official layout.

`read_appendix(content, plan)` finds tables, years and rows by what they say,
never by where they stand. A cell that can be read in two ways becomes a
finding, never a value.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse as parse_xml
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from tbdx.model import Finding, Severity, Target
from tbdx.plan import Indicator, Plan
from tbdx.words import clean, fold
from tbdx.workbook.appendix_tables import Grid, Table, tables_in
from tbdx.workbook.appendix_values import (
    Cell,
    DoubtError,
    has_words,
    looks_like_value,
    read_pair,
    says_nothing,
    spell_out,
)
from tbdx.workbook.legacy_text import recode
from tbdx.workbook.package import OTHER_WORKBOOK, Refused, look_through

# What openpyxl raises for bytes that are no workbook: not a zip (also .xls and files under
# a password), a broken or unusual zip, a missing part, XML that is broken, refused or invalid.
_NOT_A_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    OSError,
    InvalidFileException,
    SyntaxError,  # the base of every XML parser's error
    DefusedXmlException,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    ValueError,
)
# An appendix has some hundred cells and some ten thousand bytes; beyond this is a stray or a trap.
_MOST_CELLS = 200_000
_MOST_MERGED_CELLS = 2_000_000

# Every finding about an appendix.
SEVERITIES = {
    "not-a-workbook": Severity.UNREADABLE,
    "password-protected": Severity.UNREADABLE,
    "hidden-sheet": Severity.REMARK,
    "linked-workbook": Severity.REMARK,
    "old-font": Severity.REMARK,
    "appendix-sheet-too-large": Severity.BLOCKING,
    "appendix-formula-without-value": Severity.BLOCKING,
    "appendix-no-table": Severity.BLOCKING,
    "appendix-no-target": Severity.BLOCKING,
    "appendix-year-missing": Severity.REMARK,
    "appendix-row-missing": Severity.REMARK,
    "appendix-title-column-unclear": Severity.BLOCKING,
    "appendix-head-unclear": Severity.BLOCKING,
    "appendix-column-of-actuals": Severity.REMARK,
    "appendix-year-outside-plan": Severity.REMARK,
    "appendix-row-unknown": Severity.REMARK,
    "appendix-row-ambiguous": Severity.BLOCKING,
    "appendix-stt-disagrees": Severity.REMARK,
    "appendix-value-unreadable": Severity.BLOCKING,
    "appendix-range": Severity.BLOCKING,
    "appendix-ratio": Severity.BLOCKING,
    "appendix-date": Severity.BLOCKING,
    "appendix-agencies-named": Severity.BLOCKING,
    "appendix-qualitative": Severity.REMARK,
    "appendix-fraction-read": Severity.REMARK,
    "appendix-fraction-doubtful": Severity.BLOCKING,
    "appendix-bare-fraction": Severity.BLOCKING,
    "appendix-share-out-of-range": Severity.BLOCKING,
    "appendix-threshold-missing": Severity.BLOCKING,
    "appendix-threshold-unexpected": Severity.BLOCKING,
    "appendix-hidden-decimals": Severity.REMARK,
    "appendix-target-repeated": Severity.REMARK,
    "appendix-targets-contradict": Severity.BLOCKING,
}

_TOTALS = frozenset({"cong", "tong", "tong cong", "tong so"})

_STT = re.compile(r"\(?\s*(\d{1,3}|[IVX]+)\s*[.):]?\s*")
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and everything there is to say about it."""

    plan: Plan
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    tables: int = 0
    years: set[int] = field(default_factory=set)
    indicators: set[str] = field(default_factory=set)

    def note(self, code: str, sheet: str = "", found: str = "", expected: str = "") -> None:
        """Add a finding about a sheet or the whole file."""
        severity = SEVERITIES[code]
        self.findings.append(Finding(code, severity, sheet, found=found, expected=expected))

    def note_cell(self, code: str, cell: Cell, expected: str) -> None:
        """Add a finding about one cell, once however many years it is merged over."""
        place = (cell.sheet, cell.address, "")
        finding = Finding(code, SEVERITIES[code], *place, cell.text[:120], expected)
        if finding not in self.findings:
            self.findings.append(finding)


def read_appendix(content: bytes, plan: Plan) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """The targets of the appendix `content` (an .xlsx file), by row and year, and all findings.

    Shares and thresholds are in percent, as printed. A target is returned only
    for a cell that can be read in exactly one way; any other filled cell under
    a year is a finding, which blocks unless the cell states no number ("Duy trì");
    an empty one is no target. Rows of other indicators are remarked, not read.
    Nothing is raised: bytes that are no workbook give the one finding `not-a-workbook`.
    """
    reading = _Reading(plan)
    try:
        _refuse_traps(content)
        values = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
        formulas = load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except Refused as refused:
        reading.note(refused.code, found=refused.found, expected=".xlsx")
        return (), tuple(reading.findings)
    except _NOT_A_WORKBOOK:
        reading.note("not-a-workbook", found="?", expected=".xlsx")
        return (), tuple(reading.findings)
    for sheet in values.worksheets:
        if sheet.sheet_state != "visible":
            reading.note("hidden-sheet", found=sheet.title)
        elif sheet.max_row * sheet.max_column > _MOST_CELLS:
            reading.note("appendix-sheet-too-large", sheet.title, sheet.dimensions)
        else:
            _note_formulas(reading, sheet, formulas[sheet.title])
            _recode(reading, sheet)
            _read_sheet(reading, Grid(sheet))
    _note_missing(reading)
    by_row = sorted(reading.targets.values(), key=lambda target: (target.row, target.year))
    return tuple(by_row), tuple(reading.findings)


def _refuse_traps(content: bytes) -> None:
    """Raise `Refused`, or one of `_NOT_A_WORKBOOK`, for a file that would exhaust the reader.

    Done here and not left to openpyxl: where lxml is installed it reads without
    defusedxml, and it walks every cell of a merge range however large.
    """
    try:
        look_through(content)
    except Refused as refused:
        if refused.code != "sheet-too-large":  # that sheet is not walked, the others are read
            raise
    if not content.startswith(b"PK"):
        raise Refused("not-a-workbook", found=".xls")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                with archive.open(name) as part:
                    _refuse_huge_merges(parse_xml(part, forbid_dtd=True))


def _refuse_huge_merges(part: Any) -> None:
    merged = 0
    for element in part.iterfind(".//{*}mergeCell"):
        left, top, right, bottom = range_boundaries(element.get("ref"))
        merged += (right - left + 1) * (bottom - top + 1)
    if merged > _MOST_MERGED_CELLS:
        raise ValueError("too many merged cells")


def _recode(reading: _Reading, sheet: Any) -> None:
    """Texts typed in an old font (TCVN3, VNI), converted in place, with a remark."""
    rows = [[cell.value for cell in line] for line in sheet.iter_rows()]
    for recoded in recode(rows):
        row, column = recoded.place
        cell = Cell(sheet.title, row + 1, column + 1, recoded.found, "")
        reading.note_cell("old-font", cell, recoded.read_as)
    for line, values in zip(sheet.iter_rows(), rows, strict=True):
        for cell, value in zip(line, values, strict=True):
            if isinstance(value, str) and cell.value != value:
                cell.value = value


def _note_formulas(reading: _Reading, values: Any, formulas: Any) -> None:
    """A formula saved without its result would look like an empty cell: no target.

    One on another workbook has the value that was saved last.
    """
    for line in formulas.iter_rows():
        for cell in line:
            if cell.data_type != "f":
                continue
            value = values[cell.coordinate].value
            if value is None:
                found = Cell(values.title, cell.row, cell.column, str(cell.value), "")
                reading.note_cell("appendix-formula-without-value", found, "67%")
            elif OTHER_WORKBOOK.search(str(cell.value)):
                found = Cell(values.title, cell.row, cell.column, value, cell.number_format)
                reading.note_cell("linked-workbook", found, "")


def _note_missing(reading: _Reading) -> None:
    """Say what the plan has and the appendix lacks; with no table at all, only that."""
    if not reading.tables:
        form, first = reading.plan.form, reading.plan.years.first
        heads = (form.row_number_heads, form.question_heads, (f"Năm {first}",))
        reading.note("appendix-no-table", expected="; ".join(" / ".join(h) for h in heads))
        return
    blocked = any(finding.severity is not Severity.REMARK for finding in reading.findings)
    if not reading.targets and not blocked:
        titles = "; ".join(indicator.short.vi for indicator in reading.plan.indicators)
        reading.note("appendix-no-target", expected=titles)
    for year in reading.plan.all_years:
        if year not in reading.years:
            reading.note("appendix-year-missing", expected=str(year))
    for indicator in reading.plan.indicators:
        # Rows are looked at below a year only.
        if reading.years and indicator.code not in reading.indicators:
            reading.note("appendix-row-missing", expected=indicator.short.vi)


def _read_sheet(reading: _Reading, grid: Grid) -> None:
    tables = tables_in(grid, reading.plan)
    reading.tables += len(tables)
    for table in tables:
        reading.years.update(year for _, year in table.years)
        for code, cell, expected in table.doubts:
            reading.note_cell(code, cell, expected)
    ends = [*(table.top for table in tables), grid.rows.stop][1:]
    for table, end in zip(tables, ends, strict=True):
        for row in range(table.bottom + 1, end):
            _read_row(reading, grid, table, row)


# --- rows -------------------------------------------------------------------------------------


def _read_row(reading: _Reading, grid: Grid, table: Table, row: int) -> None:
    """Read one body row; a row that holds no value of an indicator is passed over."""
    titles, stt = grid.across(row, table.titles), grid.across(row, table.stt)
    under_years = dict.fromkeys((year, grid.at(row, column)) for column, year in table.years)
    # A note or a section's name merged across the table is no value.
    values = [(year, cell) for year, cell in under_years if cell.text and cell not in titles + stt]
    if not values or not titles:
        return
    title = clean(" ".join(cell.text for cell in titles))
    number = _ordinal(stt[0].text) if stt else None
    matches = _matching(reading.plan, title)
    if len(matches) == 1:
        (indicator,) = matches
        reading.indicators.add(indicator.code)
        if number not in (None, indicator.row):
            expected = f"{indicator.row} ({indicator.short.vi})"
            reading.note_cell("appendix-stt-disagrees", stt[0], expected)
        unit = " ".join(cell.text for cell in grid.across(row, table.units))
        for year, cell in values:
            if not says_nothing(cell):
                _read_target(reading, indicator, title, year, cell, unit)
    elif _is_indicator_row(title, number, [cell for _, cell in values]):
        code = "appendix-row-ambiguous" if matches else "appendix-row-unknown"
        expected = "; ".join(item.short.vi for item in matches or reading.plan.indicators)
        reading.note_cell(code, titles[0], expected)


def _matching(plan: Plan, title: str) -> list[Indicator]:
    folded = spell_out(plan, title)
    return [item for item in plan.indicators if all(has_words(folded, w) for w in item.match)]


def _ordinal(text: str) -> int | None:
    """The number in an STT cell ("1", "1.", "(1)", "IV"); None where it is no plain number."""
    found = _STT.fullmatch(text)
    if not found:
        return None
    if found[1].isdigit():
        return int(found[1])
    values = [_ROMAN[letter] for letter in found[1]]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))


def _is_indicator_row(title: str, number: int | None, values: list[Cell]) -> bool:
    """Whether a row whose title matches no indicator is meant as one.

    Not so: the numbering row "(1) (2) (3)", totals, and what stands below the
    table (place and date, signatures), which shows neither an STT nor a value.
    """
    if title and (fold(title) in _TOTALS or not re.search(r"[^\W\d_]{2}", title)):
        return False
    percents = any("%" in cell.text for cell in values)
    told = number is not None and not all(map(says_nothing, values))
    return percents or told or (bool(title) and any(map(looks_like_value, values)))


def _read_target(
    reading: _Reading, indicator: Indicator, title: str, year: int, cell: Cell, unit: str
) -> None:
    try:
        pair = read_pair(cell, indicator, reading.plan, unit)
    except DoubtError as doubt:
        code, expected = doubt.args
        reading.note_cell(code, cell, expected)
        return
    if pair.remark:
        code, expected = pair.remark
        reading.note_cell(code, cell, expected)
    target = Target(
        row=indicator.row,
        indicator=indicator.code,
        title=title,
        year=year,
        share_pct=float(pair.share),
        threshold_pct=None if pair.threshold is None else float(pair.threshold),
        decimals=pair.decimals,
        as_printed=pair.printed,
        sheet=cell.sheet,
        cell=cell.address,
    )
    first = reading.targets.setdefault((indicator.code, year), target)
    if first is not target:
        same = (first.share_pct, first.threshold_pct) == (target.share_pct, target.threshold_pct)
        code = "appendix-target-repeated" if same else "appendix-targets-contradict"
        reading.note_cell(code, cell, f"{first.as_printed} ({first.sheet}!{first.cell})")
