"""A workbook's visible sheets as rows of raw values, each with its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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
from tbdx.workbook.package import MOST_CELLS, Place, Refused, SheetFacts, look_through
from tbdx.workbook.xls import read_xls

_LARGEST_MERGE = 10_000  # whole columns merged by accident hold no labels

Raw = Any
"""What a cell holds: "", str, `Flaw`, float, int, bool, date, datetime, time, timedelta."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as rows of raw values; a merged range has its value in every cell.

    Rows and columns count from 0.
    """

    name: str
    rows: list[list[Raw]]
    merges: dict[Place, Place]
    _texts: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, rows: list[list[Raw]], facts: SheetFacts) -> Sheet:
        """The sheet of calamine's rows, completed by what it does not tell."""
        for (row, column), flaw in facts.flaws.items():
            rows.extend([] for _ in range(len(rows), row + 1))
            rows[row].extend("" for _ in range(len(rows[row]), column + 1))
            rows[row][column] = flaw
        return cls(name, rows, _covered(facts.merges))

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
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, dt.date):  # datetime is a date
        return f"{value.day:02}/{value.month:02}/{value.year}"
    return str(value)


def open_sheets(content: bytes) -> tuple[list[Sheet], list[str]]:
    """The visible worksheets, and the names of the hidden ones, which are not read.

    Raises `Refused` for bytes that are no workbook.
    """
    facts = look_through(content)
    if facts is None:
        return _open_xls(content)
    try:
        return _open_archive(content, facts)
    except (CalamineError, OverflowError) as error:  # OverflowError: a time of millions of years
        raise Refused("not-a-workbook", found=clean(str(error))) from error
    except BaseException as error:
        # A panic of the Rust library: pyo3 derives it from BaseException and does not export it.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused("not-a-workbook", found=clean(str(error))) from error


def _open_archive(content: bytes, facts: dict[str, SheetFacts]) -> tuple[list[Sheet], list[str]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    sheets, hidden = [], []
    for metadata in book.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        if metadata.visible != SheetVisibleEnum.Visible:
            hidden.append(metadata.name)
            continue
        source = book.get_sheet_by_name(metadata.name)
        own = facts.get(metadata.name) or SheetFacts()
        own.merges = source.merged_cell_ranges or own.merges
        rows: list[list[Raw]] = [*source.to_python(skip_empty_area=False)]
        sheets.append(Sheet.of(metadata.name, rows, own))
    return sheets, hidden


def _open_xls(content: bytes) -> tuple[list[Sheet], list[str]]:
    found = read_xls(content)
    if found is None:
        raise Refused("not-a-workbook", found=".xls")
    sheets, hidden = [], []
    for item in found:
        facts = SheetFacts(height=item["height"], width=item["width"])
        facts.require_reasonable(item["name"])
        facts.merges = [(tuple(first), tuple(last)) for first, last in item["merges"]]
        if item["visible"]:
            sheets.append(Sheet.of(item["name"], item["rows"], facts))
        else:
            hidden.append(item["name"])
    return sheets, hidden
