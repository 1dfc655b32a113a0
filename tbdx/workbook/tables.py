"""Writing a table as .xlsx or .csv, typed and safe to open."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from tbdx.workbook.saving import to_bytes

Kind = Literal["text", "year", "count", "percent", "amount"]

_FORMATS: dict[str, str] = {
    "text": "@",
    "year": "0",
    "count": "#,##0",
    "percent": "0.0#%",
    "amount": "#,##0.###",
}
_WIDTHS: dict[str, float] = {"text": 22, "year": 8, "count": 12, "percent": 12, "amount": 16}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_SHEET_NAMES = re.compile(r"[\\*?:/\[\]]")
_LONGEST_SHEET_NAME = 31

_HEAD_FONT = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="DDE7F0")
_HEAD_ALIGNMENT = Alignment(wrap_text=True, vertical="center")
_TEXT_ALIGNMENT = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as written: its head, what its values are, its width in characters.

    kind  text; year; count (whole number); amount; percent (values in percent,
          written as a fraction with a percent format).
    """

    head: str
    kind: Kind
    width: float | None = None


def write_xlsx(
    rows: pd.DataFrame,
    columns: Sequence[Column],
    *,
    title: str,
    facts: Sequence[tuple[str, str]],
    facts_title: str,
) -> bytes:
    """The table on a first sheet and its provenance on a second, as .xlsx bytes.

    `rows` has one column for each of `columns`, in order; NaN and None become
    empty cells. A text stays a text, whatever it starts with.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        width = column.width or _WIDTHS[column.kind]
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_head(sheet, column.head) for column in columns])
    values = [_cells(rows.iloc[:, place], column) for place, column in enumerate(columns)]
    for record in zip(*values, strict=True):
        sheet.append(
            [_cell(sheet, value, column) for value, column in zip(record, columns, strict=True)]
        )
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.print_title_rows = "1:1"
    notes = book.create_sheet(_sheet_name(facts_title))
    notes.column_dimensions["A"].width = 28
    notes.column_dimensions["B"].width = 90
    for name, value in facts:
        notes.append([_head(notes, name), _cell(notes, value, Column("", "text"))])
    return to_bytes(book)


def write_csv(rows: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """The table as UTF-8 CSV with BOM: commas, decimal points, percentages in percent.

    A text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    heads = [f"{c.head} (%)" if c.kind == "percent" else c.head for c in columns]
    writer.writerow([_neutral(head) for head in heads])
    values = [_cells(rows.iloc[:, place], column) for place, column in enumerate(columns)]
    for record in zip(*values, strict=True):
        writer.writerow([_neutral(value) for value in record])
    return buffer.getvalue().encode("utf-8-sig")


def _cells(values: pd.Series[Any], column: Column) -> list[Any]:
    """The column's values as plain Python objects; missing ones as None."""
    if column.kind == "text":
        return [None if pd.isna(value) else str(value) for value in values]
    return [_number(value) for value in values]


def _number(value: Any) -> int | float | None:
    """A number without a needless ".0"; infinity is no number that a workbook knows."""
    if pd.isna(value) or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _sheet_name(text: str) -> str:
    """The text as Excel lets a sheet be called."""
    return _NOT_IN_SHEET_NAMES.sub(" ", text)[:_LONGEST_SHEET_NAME]


def _neutral(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # never a formula, whatever it starts with
    return cell


def _head(sheet: Any, text: str) -> WriteOnlyCell:
    cell = _text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = _HEAD_FONT, _HEAD_FILL, _HEAD_ALIGNMENT
    return cell


def _cell(sheet: Any, value: Any, column: Column) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        cell = _text_cell(sheet, value)
        cell.alignment = _TEXT_ALIGNMENT
    else:
        cell = WriteOnlyCell(sheet, value / 100 if column.kind == "percent" else value)
    cell.number_format = _FORMATS[column.kind]
    return cell
