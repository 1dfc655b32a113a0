"""A workbook's visible sheets as rows of raw values, each with its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl.utils import get_column_letter
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tbdx.words import clean
from tbdx.workbook.delimited import read_delimited
from tbdx.workbook.legacy_text import Recoded, recode
from tbdx.workbook.package import (
    ARCHIVE_OR_OLE,
    MOST_CELLS,
    Package,
    Place,
    Refused,
    SheetFacts,
    look_through,
)
from tbdx.workbook.xls import look_through_xls

_TEXT_SHEET = "CSV"  # what the one sheet of a text file is called
_LARGEST_MERGE = 10_000  # whole columns merged by accident hold no labels

Raw = Any
"""What a cell holds: "", str, `Flaw`, float, `Percent`, int, bool, date, datetime, time, timedelta."""


class Percent(float):
    """A number that its cell shows as a percentage: 0.67 is shown as 67%."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet as rows of raw values; a merged range has its value in every cell.

    Rows and columns count from 0.
    """

    name: str
    rows: list[list[Raw]]
    merges: dict[Place, Place]
    facts: SheetFacts = field(default_factory=SheetFacts)
    _texts: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, rows: list[list[Raw]], facts: SheetFacts) -> Sheet:
        """The sheet of calamine's rows, completed by what it does not tell."""
        for (row, column), flaw in facts.flaws.items():
            rows.extend([] for _ in range(len(rows), row + 1))
            rows[row].extend("" for _ in range(len(rows[row]), column + 1))
            rows[row][column] = flaw
        for row, column in facts.percents:
            with suppress(IndexError):  # an empty cell that has the format
                if isinstance(rows[row][column], float | int):
                    rows[row][column] = Percent(rows[row][column])
        return cls(name, rows, _covered(facts.merges), facts)

    @property
    def linked(self) -> Set[Place]:
        """The cells whose value a formula takes from another workbook."""
        return self.facts.linked

    @property
    def scaled(self) -> Set[Place]:
        """The cells whose number format shows another unit than the number has."""
        return self.facts.scaled

    def is_hidden(self, row: int, column: int) -> bool:
        return row in self.facts.hidden_rows or column in self.facts.hidden_columns

    def raw(self, row: int, column: int) -> Raw:
        row, column = self.merges.get((row, column), (row, column))
        try:
            return self.rows[row][column]
        except IndexError:
            return ""

    def text(self, row: int, column: int) -> str:
        return as_text(self.raw(row, column))

    def address(self, row: int, column: int) -> str:
        row, column = self.merges.get((row, column), (row, column))
        return f"{get_column_letter(column + 1)}{row + 1}"

    def cells(self, row: int) -> list[tuple[int, str]]:
        """The cells of a row that show something, as (column, text)."""
        cells = self._texts.get(row)
        if cells is None:
            pairs = ((column, as_text(raw)) for column, raw in enumerate(self.rows[row]))
            cells = self._texts[row] = [(column, text) for column, text in pairs if text]
        return cells

    def all_cells(self, rows: Iterable[int]) -> Iterator[tuple[int, int, str]]:
        """The cells of several rows that show something, as (row, column, text)."""
        for row in rows:
            for column, text in self.cells(row):
                yield row, column, text


def _covered(ranges: Iterable[tuple[Place, Place]]) -> dict[Place, Place]:
    """For every cell of a merged range the cell that holds its value."""
    covered: dict[Place, Place] = {}
    for (top, left), (bottom, right) in ranges:
        size = (bottom - top + 1) * (right - left + 1)
        if size > _LARGEST_MERGE or len(covered) > MOST_CELLS:
            continue
        for row in range(top, bottom + 1):
            covered.update({(row, column): (top, left) for column in range(left, right + 1)})
    return covered


def as_text(value: Raw) -> str:
    """A raw value as a Vietnamese sheet shows it: whole floats without ".0", a decimal comma."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Percent):
        return f"{as_text(float(100 * Decimal(str(float(value)))))}%"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, dt.date):  # datetime is a date
        return f"{value.day:02}/{value.month:02}/{value.year}"
    return str(value)


@dataclass
class Book:
    """A workbook as opened: its visible sheets, and what was noticed about the rest."""

    sheets: list[Sheet] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    recoded: list[tuple[Sheet, Recoded]] = field(default_factory=list)
    has_macros: bool = False


def open_book(content: bytes, known: Set[str] = frozenset()) -> Book:
    """The workbook's sheets with their values; hidden ones are named and not read.

    `known` are texts (lower case) that are never taken for text in an old font.
    Raises `Refused` for bytes that are no workbook.
    """
    table = None if content.startswith(ARCHIVE_OR_OLE) else read_delimited(content)
    if table is not None:
        book = Book()
        _add_sheet(book, _TEXT_SHEET, table, SheetFacts(), known)
        return book
    package = look_through(content)
    if not content.startswith(b"PK"):
        package.sheets = look_through_xls(content)
    try:
        return _open_workbook(content, package, known)
    except (CalamineError, OverflowError) as error:  # OverflowError: a time of millions of years
        raise Refused("not-a-workbook", found=clean(str(error))) from error
    except BaseException as error:
        # A panic of the Rust library: pyo3 derives it from BaseException and does not export it.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused("not-a-workbook", found=clean(str(error))) from error


def _open_workbook(content: bytes, package: Package, known: Set[str]) -> Book:
    source = CalamineWorkbook.from_filelike(BytesIO(content))
    book = Book(has_macros=package.has_macros)
    for metadata in source.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        if metadata.visible != SheetVisibleEnum.Visible:
            book.hidden.append(metadata.name)
            continue
        sheet = source.get_sheet_by_name(metadata.name)
        facts = package.sheets.get(metadata.name) or SheetFacts()
        facts.merges = sheet.merged_cell_ranges or facts.merges
        rows: list[list[Raw]] = [*sheet.to_python(skip_empty_area=False)]
        _add_sheet(book, metadata.name, rows, facts, known)
    return book


def _add_sheet(
    book: Book, name: str, rows: list[list[Raw]], facts: SheetFacts, known: Set[str]
) -> None:
    recoded = recode(rows, known)
    sheet = Sheet.of(name, rows, facts)
    book.sheets.append(sheet)
    book.recoded += [(sheet, found) for found in recoded]
