"""Writing a table as .xlsx or .csv, typed and safe to open."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pandas as pd

Kind = Literal["text", "year", "count", "percent", "amount", "date", "moment"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as written: its head, what its values are, its width in characters.

    kind  text; year; count (whole number); amount; percent (values in percent,
          written as a fraction with a percent format); date; moment (a datetime as the
          clock shows it where the plan applies, its zone left aside).
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
    from tbdx.workbook.books import Book  # noqa: PLC0415 (a page that writes nothing loads no writer)

    out = io.BytesIO()
    with Book(out, title=title) as book:
        book.table(title, rows, columns)
        book.facts(facts_title, facts)
    return out.getvalue()


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
    say: Callable[[Any], Any] = _number
    if column.kind in ("text", "date", "moment"):
        say = str if column.kind == "text" else _iso
    plain = values.astype("object").where(values.notna(), None).tolist()  # at once: it is quicker
    return [None if value is None else say(value) for value in plain]


def _number(value: Any) -> int | float | None:
    """A number without a needless ".0"; infinity is no number that a workbook knows."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _iso(value: date | datetime) -> str:
    """A day as 2024-12-09, a moment to the second."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def _neutral(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
