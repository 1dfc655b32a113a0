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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse as parse_xml
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from tbdx.model import Finding, Severity, Target
from tbdx.plan import Indicator, Plan
from tbdx.words import clean, fold
from tbdx.workbook.appendix_values import (
    Cell,
    DoubtError,
    has_words,
    read_pair,
    spell_out,
    word_set,
)

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
_MOST_BYTES = 50_000_000

# Every finding about an appendix.
_SEVERITIES = {
    "not-a-workbook": Severity.UNREADABLE,
    "hidden-sheet": Severity.REMARK,
    "appendix-sheet-too-large": Severity.BLOCKING,
    "appendix-formula-without-value": Severity.BLOCKING,
    "appendix-no-table": Severity.BLOCKING,
    "appendix-year-missing": Severity.REMARK,
    "appendix-row-missing": Severity.REMARK,
    "appendix-title-column-unclear": Severity.BLOCKING,
    "appendix-head-unclear": Severity.BLOCKING,
    "appendix-column-of-actuals": Severity.REMARK,
    "appendix-year-outside-plan": Severity.REMARK,
    "appendix-row-unknown": Severity.BLOCKING,
    "appendix-row-ambiguous": Severity.BLOCKING,
    "appendix-stt-disagrees": Severity.REMARK,
    "appendix-value-unreadable": Severity.BLOCKING,
    "appendix-range": Severity.BLOCKING,
    "appendix-bare-fraction": Severity.BLOCKING,
    "appendix-share-out-of-range": Severity.BLOCKING,
    "appendix-threshold-missing": Severity.BLOCKING,
    "appendix-threshold-unexpected": Severity.BLOCKING,
    "appendix-hidden-decimals": Severity.REMARK,
    "appendix-target-repeated": Severity.REMARK,
    "appendix-targets-contradict": Severity.BLOCKING,
}

# Words of a year column's head. A head with any other word is asked about, not guessed.
_PLAN_WORDS = word_set(
    "kế hoạch, KH, mục tiêu, MT, chỉ tiêu, lộ trình, phấn đấu, target, plan, goal"
)
_ACTUAL_WORDS = word_set("thực hiện, TH, kết quả, ước, actual, estimate")
_NEUTRAL_WORDS = word_set("năm, giai đoạn, đến, hết, cuối, tỷ lệ, %, year")
_NEVER_A_YEAR_COLUMN = ("don vi", "dvt")  # beside the plan's own words for notes
_TOTALS = frozenset({"cong", "tong", "tong cong", "tong so"})

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_STT = re.compile(r"\(?\s*(\d{1,3}|[IVX]+)\s*[.):]?\s*")
_ROMAN = {"I": 1, "V": 5, "X": 10}

Role = Literal["target", "actual", "unclear"]


class _Grid:
    """A sheet in which every cell of a merge range is the range's top-left cell."""

    def __init__(self, sheet: Any) -> None:
        self.rows = range(1, sheet.max_row + 1)
        self.columns = range(1, sheet.max_column + 1)
        self._sheet = sheet
        self._anchors = {
            place: (merged.min_row, merged.min_col)
            for merged in sheet.merged_cells.ranges
            for line in merged.rows
            for place in line
        }

    def at(self, row: int, column: int) -> Cell:
        row, column = self._anchors.get((row, column), (row, column))
        cell = self._sheet.cell(row, column)
        return Cell(self._sheet.title, row, column, cell.value, cell.number_format)

    def across(self, row: int, columns: Iterable[int]) -> tuple[Cell, ...]:
        """The cells of a row, each merge range once."""
        return tuple(dict.fromkeys(self.at(row, column) for column in columns))

    def down(self, rows: range, column: int) -> tuple[Cell, ...]:
        """The cells of a column that say something, each merge range once."""
        cells = dict.fromkeys(self.at(row, column) for row in rows)
        return tuple(cell for cell in cells if cell.text)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table found in a sheet: the rows of its head, its columns by what they hold."""

    top: int
    bottom: int
    stt: tuple[int, ...]
    titles: tuple[int, ...]
    years: tuple[tuple[int, int], ...]  # (column, year)


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
        severity = _SEVERITIES[code]
        self.findings.append(Finding(code, severity, sheet, found=found, expected=expected))

    def note_cell(self, code: str, cell: Cell, expected: str) -> None:
        """Add a finding about one cell; found is what the cell says."""
        place = (cell.sheet, cell.address, "")
        self.findings.append(Finding(code, _SEVERITIES[code], *place, cell.text[:120], expected))


def read_appendix(content: bytes, plan: Plan) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """The targets of the appendix `content` (an .xlsx file), by row and year, and all findings.

    Shares and thresholds are in percent, as printed. A target is returned only
    for a cell that can be read in exactly one way; any other filled cell under
    a year is a blocking finding, an empty one no target. Nothing is raised:
    bytes that are no workbook give the one finding `not-a-workbook`.
    """
    reading = _Reading(plan)
    try:
        _refuse_traps(content)
        values = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
        formulas = load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except _NOT_A_WORKBOOK:
        reading.note("not-a-workbook", expected=".xlsx")
        return (), tuple(reading.findings)
    for sheet in values.worksheets:
        if sheet.sheet_state != "visible":
            reading.note("hidden-sheet", sheet.title)
        elif sheet.max_row * sheet.max_column > _MOST_CELLS:
            reading.note("appendix-sheet-too-large", sheet.title, sheet.dimensions)
        else:
            _note_uncomputed(reading, sheet, formulas[sheet.title])
            _read_sheet(reading, _Grid(sheet))
    _note_missing(reading)
    by_row = sorted(reading.targets.values(), key=lambda target: (target.row, target.year))
    return tuple(by_row), tuple(reading.findings)


def _refuse_traps(content: bytes) -> None:
    """Raise one of `_NOT_A_WORKBOOK` for a file that would exhaust the reader.

    Done here and not left to openpyxl: where lxml is installed it reads without
    defusedxml, and it walks every cell of a merge range however large.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                with archive.open(name) as part:
                    _refuse_huge_merges(parse_xml(part, forbid_dtd=True))


def _refuse_huge_merges(part: Any) -> None:
    merged = 0
    for element in part.iterfind(".//{*}mergeCell"):
        left, top, right, bottom = range_boundaries(element.get("ref"))
        merged += (right - left + 1) * (bottom - top + 1)
    if merged > _MOST_MERGED_CELLS:
        raise ValueError("too many merged cells")


def _note_uncomputed(reading: _Reading, values: Any, formulas: Any) -> None:
    """A formula saved without its result would look like an empty cell: no target."""
    for line in formulas.iter_rows():
        for cell in line:
            if cell.data_type == "f" and values[cell.coordinate].value is None:
                found = Cell(values.title, cell.row, cell.column, str(cell.value), "")
                reading.note_cell("appendix-formula-without-value", found, "67%")


def _note_missing(reading: _Reading) -> None:
    """Say what the plan has and the appendix lacks; with no table at all, only that."""
    if not reading.tables:
        reading.note("appendix-no-table", expected="STT; Nội dung; Năm 20…")
        return
    for year in reading.plan.all_years:
        if year not in reading.years:
            reading.note("appendix-year-missing", expected=str(year))
    for indicator in reading.plan.indicators:
        if indicator.code not in reading.indicators:
            reading.note("appendix-row-missing", expected=indicator.short.vi)


# --- tables and their heads -------------------------------------------------------------------


def _read_sheet(reading: _Reading, grid: _Grid) -> None:
    tables: list[_Table] = []
    row = grid.rows.start
    while row in grid.rows:
        table = _table_at(reading, grid, row)
        if table:
            tables.append(table)
        row = table.bottom + 1 if table else row + 1
    reading.tables += len(tables)
    ends = [*(table.top for table in tables), grid.rows.stop][1:]
    for table, end in zip(tables, ends, strict=True):
        for body_row in range(table.bottom + 1, end):
            _read_row(reading, grid, table, body_row)


def _table_at(reading: _Reading, grid: _Grid, row: int) -> _Table | None:
    """The table whose head has its "STT" or "Nội dung" in this row, if there is one."""
    form = reading.plan.form
    stt_heads = frozenset(map(fold, form.row_number_heads))
    title_heads = frozenset(map(fold, form.question_heads))
    stt = [c for c in grid.columns if fold(grid.at(row, c).text) in stt_heads]
    names = stt + [c for c in grid.columns if _is_title_head(grid.at(row, c), title_heads)]
    if not names:
        return None
    rows = _head_rows(grid, row, names)
    heads = {column: grid.down(rows, column) for column in grid.columns}
    years = {c for c in heads if _single_year(heads[c]) and _role(heads[c]) != "unclear"}
    if not years:
        return None
    titles = [
        c for c in heads if c not in years and any(_is_title_head(x, title_heads) for x in heads[c])
    ]
    if len({heads[c] for c in titles}) != 1:
        unclear = grid.at(row, titles[-1] if titles else names[0])
        reading.note_cell("appendix-title-column-unclear", unclear, "Nội dung")
        titles = []
    others = {c: cells for c, cells in heads.items() if c in years or c not in (*names, *titles)}
    columns = tuple(_year_columns(reading, others))
    return _Table(rows[0], rows[-1], tuple(stt), tuple(titles), columns)


def _is_title_head(cell: Cell, heads: frozenset[str]) -> bool:
    """Whether a cell heads the column of titles: "Nội dung chỉ tiêu", "Tên chỉ tiêu"."""
    folded = fold(cell.text)
    names_one = len(folded.split()) <= 8 and any(has_words(folded, head) for head in heads)
    return names_one and not (_YEAR.search(cell.text) and _is_label(cell.text))


def _head_rows(grid: _Grid, row: int, names: list[int]) -> range:
    """The rows of the head around `row`, where the columns of `names` have their names.

    Further rows are told by merged names, or by labels ("Kế hoạch năm" above,
    "2026" below) while the columns of names are silent.
    """

    def labels(other: int) -> bool:
        return any(_is_label(cell.text) for cell in grid.across(other, grid.columns))

    def continues(other: int) -> bool:
        if any(grid.at(other, c) == grid.at(row, c) for c in names):
            return True
        said = [text for text in (grid.at(other, c).text for c in names) if text]
        return labels(other) and all(map(_is_label, said))

    above = row - 1 in grid.rows and not any(grid.at(row - 1, c).text for c in names)
    top = row - 1 if above and labels(row - 1) else row
    bottom = row
    while bottom + 1 in grid.rows and continues(bottom + 1):
        bottom += 1
    return range(top, bottom + 1)


def _label_words(text: str) -> set[str]:
    return {word for word in fold(text).split() if not _YEAR.fullmatch(word)}


def _is_label(text: str) -> bool:
    return bool(text) and _label_words(text) <= _PLAN_WORDS | _ACTUAL_WORDS | _NEUTRAL_WORDS


def _single_year(head: tuple[Cell, ...]) -> int | None:
    """The year named by the lowest cell that names exactly one (above it may stand a span)."""
    for cell in reversed(head):
        years = set(_YEAR.findall(cell.text))
        if len(years) == 1:
            return int(years.pop())
    return None


def _role(head: tuple[Cell, ...]) -> Role:
    words = _label_words(" ".join(cell.text for cell in head))
    if words <= _PLAN_WORDS | _NEUTRAL_WORDS:
        return "target"
    return "actual" if words <= _ACTUAL_WORDS | _NEUTRAL_WORDS else "unclear"


def _year_columns(
    reading: _Reading, heads: dict[int, tuple[Cell, ...]]
) -> Iterator[tuple[int, int]]:
    """(column, year) of the columns that hold targets of the plan's years; notes the others."""
    span = reading.plan.all_years
    others = (*_NEVER_A_YEAR_COLUMN, *map(fold, reading.plan.form.note_heads))
    noted: set[Cell] = set()
    for column, head in heads.items():
        if not any(_YEAR.search(cell.text) for cell in head):
            continue
        year, role, lowest = _single_year(head), _role(head), head[-1]
        if fold(lowest.text).startswith(others):
            continue
        if year is not None and year in span and role == "target":
            reading.years.add(year)
            yield column, year
        elif lowest not in noted:
            noted.add(lowest)
            _note_column(reading, lowest, year, role)


def _note_column(reading: _Reading, head: Cell, year: int | None, role: Role) -> None:
    span = reading.plan.years
    if role == "unclear" or year is None:
        expected = f"Kế hoạch năm {year or span.first}"
        reading.note_cell("appendix-head-unclear", head, expected)
    elif role == "actual":
        reading.note_cell("appendix-column-of-actuals", head, f"Kế hoạch năm {year}")
    else:
        reading.note_cell("appendix-year-outside-plan", head, f"{span.first}–{span.last}")


# --- rows -------------------------------------------------------------------------------------


def _read_row(reading: _Reading, grid: _Grid, table: _Table, row: int) -> None:
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
        for year, cell in values:
            _read_target(reading, indicator, title, year, cell)
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
    numbers = any(isinstance(cell.value, int | float) for cell in values)
    return percents or number is not None or (numbers and bool(title))


def _read_target(
    reading: _Reading, indicator: Indicator, title: str, year: int, cell: Cell
) -> None:
    try:
        pair = read_pair(cell, indicator, reading.plan)
    except DoubtError as doubt:
        code, expected = doubt.args
        reading.note_cell(code, cell, expected)
        return
    if not pair.exact:
        reading.note_cell("appendix-hidden-decimals", cell, pair.printed)
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
