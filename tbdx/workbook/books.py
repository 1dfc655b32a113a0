"""Writing workbooks: sheets of rows and sheets laid out by hand, with native charts.

Written by xlsxwriter in its mode of constant memory: a row goes to disk when the next
one begins (docs/decisions/0012-…). Equal content gives equal bytes: nothing depends on
the clock. A text stays a text, whatever it starts with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_formula, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from tbdx.workbook.tables import Column, Kind

FONT = "Times New Roman"
MOST_ROWS = 1_048_576  # of a sheet, its head included
MOST_CHARACTERS = 32_767  # of a cell
CUT = " […]"
"""What stands at the end of a text that was too long for a cell."""

_NO_MOMENT = datetime(1980, 1, 1)  # noqa: DTZ001 (xlsxwriter takes UTC without a zone): a zip's first date
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a workbook's moments have no zone): day 0 of Excel
_FORMATS: dict[Kind, str] = {
    "text": "@",
    "year": "0",
    "count": "#,##0",
    "percent": "0.0#%",
    "amount": "#,##0.###",
    "date": "dd/mm/yyyy",
    "moment": "dd/mm/yyyy hh:mm",
}
_WIDTHS: dict[Kind, float] = {
    "text": 22,
    "year": 8,
    "count": 12,
    "percent": 12,
    "amount": 16,
    "date": 12,
    "moment": 17,
}
_DECIMALS: dict[Kind, int] = {"percent": 2, "amount": 3}
"""How many decimals are printed of what is no whole number, and has not to have more."""
_MOST_DECIMALS = 9
_NOISE = 10.0**-_MOST_DECIMALS  # what computing in binary fractions leaves beside a whole number
_A4 = 9
_WIDEST = 260  # characters that are still legible on one page
_TALLEST = 409.0  # points
_HEAD = "#DDE7F0"
_TOLD_EVERY = 2_000  # rows between two words of progress
# What XML cannot hold; tab, line feed and carriage return it can.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
LONGEST_SHEET_NAME = 31


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell that is laid out by hand looks; `number` is Excel's format of a number."""

    bold: bool = False
    italic: bool = False
    size: float = 11
    align: Literal["left", "center", "right"] = "left"
    middle: bool = False
    wrap: bool = False
    box: bool = False
    head: bool = False
    underlined: bool = False
    number: str = "General"


@dataclass(frozen=True, slots=True)
class Formula:
    """A computed cell with its present value; a program that opens the file computes it anew."""

    text: str
    value: float


Value = str | float | int | Formula | None


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one column of one sheet, one under the other, with what they hold."""

    sheet: str
    column: int
    first: int
    values: tuple[Value, ...]

    @property
    def place(self) -> list[str | int]:
        last = self.first + len(self.values) - 1
        return [self.sheet, self.first, self.column, last, self.column]

    @property
    def formula(self) -> str:
        """The range as a formula has it, the sheet's name in quotes where it needs them."""
        return "=" + str(xl_range_formula(*self.place))


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers on a chart, told apart in grey as well.

    kind    columns, which are plain, hatched or empty and stand in each other's place; or
            marks alone of a shape: dash, diamond, triangle, cross
    labels  what is printed in each column; "" for nothing
    ranges  how far the value could go up and down, drawn as error bars
    """

    name: str
    values: Cells
    kind: Literal["plain", "hatched", "empty", "dash", "diamond", "triangle", "cross"]
    labels: tuple[str, ...] = ()
    ranges: tuple[Cells, Cells] | None = None

    @property
    def is_columns(self) -> bool:
        return self.kind in ("plain", "hatched", "empty")


class Sheet:
    """A sheet that is laid out by hand: cells in any order, written when the book ends."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self._book, self._sheet = book, sheet
        self._cells: dict[int, dict[int, tuple[Value, Look]]] = {}
        self._heights: dict[int, float] = {}

    @property
    def name(self) -> str:
        return str(self._sheet.get_name())

    def put(self, row: int, column: int, value: Value, look: Look = Look()) -> None:
        """One cell; row and column from 0."""
        self._cells.setdefault(row, {})[column] = (value, look)

    def merge(
        self,
        row: int,
        column: int,
        last: tuple[int, int],
        value: Value,
        look: Look = Look(),
    ) -> None:
        """One cell over all cells down to `last` (row, column)."""
        for below in range(row, last[0] + 1):
            for beside in range(column, last[1] + 1):
                self.put(below, beside, None, look)
        self.put(row, column, value, look)
        # `merge_range` writes all its cells at once, and a row that is written stays as it is
        # in constant memory: the cells above come in their turn, here is only noted what is merged.
        if (row, column) != last:
            self._sheet.merge.append([row, column, *last])

    def height(self, row: int, points: float) -> None:
        self._heights[row] = points

    def widths(self, *widths: float) -> None:
        """How many characters wide each column is."""
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def repeat(self, first: int, last: int) -> None:
        """Rows that stand on every printed page."""
        self._sheet.repeat_rows(first, last)

    def pages(self, scale: int, begins: Sequence[int]) -> None:
        """Print at so many percent, with pages that begin at these rows.

        A sheet that is fitted to the page breaks where the paper ends.
        """
        self._sheet.set_print_scale(scale)
        self._sheet.set_h_pagebreaks(list(begins))

    def cells(self, column: int, first: int, last: int) -> Cells:
        """A range of one column, for a chart."""
        rows = (self._cells.get(row, {}) for row in range(first, last + 1))
        values = tuple(row[column][0] if column in row else None for row in rows)
        return Cells(self.name, column, first, values)

    def chart(
        self,
        place: tuple[int, int],
        title: str,
        categories: Cells,
        series: Sequence[Series],
        *,
        size: tuple[int, int],
        alt: str,
    ) -> None:
        """A chart of shares (0 to 1) with its corner at a cell, `size` pixels wide and high."""
        chart = self._book.chart(title, categories, series)
        chart.set_size({"width": size[0], "height": size[1]})
        self._sheet.insert_chart(*place, chart, {"description": alt, "object_position": 2})

    def finish(self) -> None:
        """Write the rows from the first to the last."""
        for row in sorted(self._cells):
            if row in self._heights:
                self._sheet.set_row(row, self._heights[row])
            for column, (value, look) in sorted(self._cells[row].items()):
                self._write(row, column, value, self._book.look(look))
        self._cells.clear()

    def _write(self, row: int, column: int, value: Value, look: Format) -> None:
        if value is None or value == "":
            self._sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            self._sheet.write_string(row, column, legal(value), look)
        elif isinstance(value, Formula):
            self._sheet.write_formula(row, column, value.text, look, value.value)
        else:
            self._sheet.write_number(row, column, value, look)


class Book:
    """A workbook that is being written, by a `with`; one that fails on the way leaves nothing behind.

    mark  stands at the head of every printed page: that figures are illustrative, or supposed
    page  how a page is numbered, with {page} and {pages}: "Trang {page}/{pages}"
    at    the moment that the file says it was made; with a zone
    """

    def __init__(
        self,
        out: BinaryIO,
        *,
        at: datetime | None = None,
        title: str = "",
        mark: str = "",
        page: str = "{page}/{pages}",
    ) -> None:
        self._folder = TemporaryDirectory(prefix="tbdx-book-")
        options = {
            "constant_memory": True,
            "tmpdir": self._folder.name,
            "default_format_properties": {"font_name": FONT, "font_size": 11},
        }
        self._book = Workbook(out, options)
        created = at.astimezone(UTC).replace(tzinfo=None, microsecond=0) if at else _NO_MOMENT
        self._book.set_properties({"created": created, "title": title})
        self._mark, self._page = mark, page
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._sheets: list[Sheet] = []
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        with self._folder:
            if kind is None:
                self._close()
            else:
                for sheet in self._book.worksheets():
                    sheet._opt_close()  # the rows on disk, which only its end would let go of

    def _close(self) -> None:
        """Write what is left and end the file."""
        for sheet in self._sheets:
            sheet.finish()
        self._book.close()

    def sheet(self, name: str, page: str | None = None) -> Sheet:
        """A sheet to be laid out by hand, printed on A4 landscape as wide as the page.

        `page` is how its own pages are numbered, where that is not as in the book.
        """
        sheet = Sheet(self, self._added(name, self._page if page is None else page))
        self._sheets.append(sheet)
        return sheet

    def table(
        self,
        name: str,
        rows: pd.DataFrame,
        columns: Sequence[Column],
        progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        """Rows under their heads, which stay in view, repeat in print and filter.

        `rows` has one column for each of `columns`, in order; NaN, None and "" become
        empty cells. Rows that do not fit on a sheet go on on the next, of the same name
        with a number. `progress` is told now and then how many rows more are written.
        """
        most = MOST_ROWS - 1
        for number, first in enumerate(range(0, max(1, len(rows)), most), start=1):
            own = f"{name[: LONGEST_SHEET_NAME - 5]} ({number})" if number > 1 else name
            self._table(own, rows.iloc[first : first + most], columns, progress)

    def _table(
        self,
        name: str,
        rows: pd.DataFrame,
        columns: Sequence[Column],
        progress: Callable[[int], object],
    ) -> None:
        sheet = self._added(name, self._page)
        widths = [_WIDTHS[c.kind] if c.width is None else c.width for c in columns]
        self._heads(sheet, columns, widths, len(rows))
        parts, lines = [], np.ones(len(rows), dtype=int)
        unlike: dict[int, list[tuple[int, float, Format]]] = {}
        for place, column in enumerate(columns):
            values = _cells(rows.iloc[:, place], column)
            look, others = self._looks(values, column.kind)
            is_text = column.kind == "text"
            write = sheet.write_string if is_text else sheet.write_number
            parts.append((place, values, write, look))
            for row, other in others.items():
                unlike.setdefault(row, []).append((place, values[row], other))
            if is_text:
                np.maximum(lines, _lines(values, widths[place]), out=lines)
        for number in range(len(rows)):
            if lines[number] > 1:
                sheet.set_row(number + 1, height_of(lines[number]))
            for place, values, write, look in parts:
                value = values[number]
                if value is not None:
                    write(number + 1, place, value, look)
            for place, value, look in unlike.get(number, ()):
                sheet.write_number(number + 1, place, value, look)
            if number % _TOLD_EVERY == _TOLD_EVERY - 1:
                progress(_TOLD_EVERY)
        progress(len(rows) % _TOLD_EVERY)

    def _heads(
        self, sheet: Worksheet, columns: Sequence[Column], widths: Sequence[float], count: int
    ) -> None:
        """The heads of a table of so many rows; one too wide for a page goes on beside it."""
        heads = [legal(column.head) for column in columns]
        head = self.look(Look(bold=True, head=True, wrap=True, middle=True, number="@"))
        sheet.set_row(0, height_of(max(map(lines_of, heads, (0.8 * w for w in widths)))))
        for place, (text, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, text, head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, count, len(columns) - 1)
        named = next((place for place, c in enumerate(columns) if c.kind == "year"), 1)
        if sum(widths) > _WIDEST and sum(widths[: named + 1]) < _WIDEST / 3:
            sheet.fit_to_pages(2, 0)
            sheet.repeat_columns(0, named)  # what tells a row from the others

    def _looks(self, values: Sequence[Any], kind: Kind) -> tuple[Format, dict[int, Format]]:
        """How the cells of a column look, and by place those that need a format of their own."""
        usual, others = _number_formats(values, kind)
        is_text = kind == "text"
        looks = {
            number: self._format(
                num_format=number, valign="top", text_wrap=is_text, indent=int(is_text)
            )
            for number in dict.fromkeys([usual, *others.values()])
        }
        return looks[usual], {place: looks[number] for place, number in others.items()}

    def facts(self, name: str, facts: Sequence[tuple[str, str]]) -> None:
        """What there is to know about the file, a line each: its head, and what it says."""
        sheet, widths = self.sheet(name), (28, 90)
        sheet.widths(*widths)
        for row, fact in enumerate(facts):
            head, said = fact
            sheet.height(row, height_of(max(map(lines_of, fact, widths))))
            sheet.put(row, 0, head, Look(bold=True, head=True, wrap=True, number="@"))
            sheet.put(row, 1, said, Look(wrap=True, number="@"))

    def _added(self, name: str, page: str) -> Worksheet:
        """A new sheet of a name that Excel allows and that is not taken, set up for print."""
        wanted = sheet_name(name)
        own, number = wanted, 1
        while own.lower() in self._names:
            number += 1
            ending = f" ({number})"
            own = wanted[: LONGEST_SHEET_NAME - len(ending)] + ending
        self._names.add(own.lower())
        sheet = self._book.add_worksheet(own)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        mark, shown = (text.replace("&", "&&") for text in (self._mark, own))
        sheet.set_header(f'&L&"{FONT},Regular"&9{shown}&R&"{FONT},Bold"&9{mark}')
        numbered = page.format(page="&P", pages="&N")
        sheet.set_footer(f'&C&"{FONT},Regular"&9{numbered}')
        return sheet

    def look(self, look: Look) -> Format:
        """The format of a cell that is laid out by hand."""
        return self._format(
            bold=look.bold,
            italic=look.italic,
            underline=int(look.underlined),
            font_size=look.size,
            align=look.align,
            valign="vcenter" if look.middle else "top",
            text_wrap=look.wrap,
            border=int(look.box),
            num_format=look.number,
            **({"bg_color": _HEAD} if look.head else {}),
        )

    def _format(self, **properties: object) -> Format:
        """Each format once in a book, however many cells have it."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def chart(self, title: str, categories: Cells, series: Sequence[Series]) -> Chart:
        """Shares by category on an axis from 0% to above the highest; columns first, then marks."""
        drawn = {
            kind: self._book.add_chart({"type": kind})
            for kind in dict.fromkeys("column" if s.is_columns else "line" for s in series)
        }
        for one in series:
            drawn["column" if one.is_columns else "line"].add_series(
                {
                    "name": one.name,
                    "categories": categories.place,
                    "categories_data": list(categories.values),
                    "values": one.values.place,
                    "values_data": list(one.values.values),
                    **_DRAWN[one.kind],
                    **({"data_labels": _labels(one.labels)} if any(one.labels) else {}),
                    **({"y_error_bars": _error_bars(*one.ranges)} if one.ranges else {}),
                }
            )
        first, *others = drawn.values()
        for other in others:
            first.combine(other)
        font = {"name": FONT, "size": 10}
        first.set_title({"name": title, "name_font": {**font, "size": 12}, "overlay": False})
        first.set_x_axis({"num_font": font})
        highest, unit = _axis(series)
        first.set_y_axis(
            {
                "min": 0,
                "max": highest,
                "major_unit": unit,
                "num_format": "0%",
                "num_font": font,
                "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0", "width": 0.5}},
            }
        )
        first.set_legend({"position": "bottom", "font": {**font, "size": 8}})
        first.set_chartarea({"border": {"none": True}})
        first.show_blanks_as("gap")
        return first


_BLACK, _DARK, _BLUE = "#000000", "#404040", "#1F5F8B"
_NOTHING = {"none": True}
_MOST_STEPS = 6  # of an axis


def _axis(series: Sequence[Series]) -> tuple[float, float]:
    """Up to where an axis goes and in what steps, so that no mark is cut: 1.1 where all are shares."""
    highest = max((value for one in series for value in _tops(one)), default=1.0)
    if highest <= 1:
        return 1.1, 0.25
    steps = (factor * 10.0**power for power in range(-1, 9) for factor in (2.5, 5, 10))
    unit = next(step for step in steps if highest <= _MOST_STEPS * step)
    return unit * (math.floor(highest / unit) + 1), unit


def _tops(one: Series) -> Iterator[float]:
    """How far up each value of a series is drawn."""
    ups = one.ranges[0].values if one.ranges else (None,) * len(one.values.values)
    for value, up in zip(one.values.values, ups, strict=True):
        if isinstance(value, int | float):
            yield value + (up if isinstance(up, int | float) else 0)


def _labels(labels: Sequence[str]) -> dict[str, Any]:
    """What stands at the foot of each column, on white, in the words of the results."""
    return {
        "value": True,
        "position": "inside_base",
        "fill": {"color": "#FFFFFF"},
        "font": {"name": FONT, "size": 9},
        "custom": [{"value": label} if label else {"delete": True} for label in labels],
    }


def _columns(**properties: object) -> dict[str, Any]:
    return {"border": {"color": _BLUE}, "gap": 80, "overlap": 100, **properties}


def _marks(shape: str, size: int, fill: dict[str, Any], width: float = 0.75) -> dict[str, Any]:
    border = {"color": _BLACK, "width": width}
    return {
        "line": _NOTHING,
        "marker": {"type": shape, "size": size, "border": border, "fill": fill},
    }


def _error_bars(up: Cells, down: Cells) -> dict[str, Any]:
    return {
        "type": "custom",
        "plus_values": up.formula,
        "plus_data": [value or 0 for value in up.values],
        "minus_values": down.formula,
        "minus_data": [value or 0 for value in down.values],
        "line": {"color": _BLACK, "width": 1.25},
    }


_DRAWN: dict[str, dict[str, Any]] = {
    "plain": _columns(fill={"color": "#BFD5E6"}),
    "hatched": _columns(
        pattern={"pattern": "wide_upward_diagonal", "fg_color": _BLUE, "bg_color": "#FFFFFF"}
    ),
    "empty": _columns(
        fill={"color": "#FFFFFF"}, border={"color": _BLUE, "width": 1.5, "dash_type": "dash"}
    ),
    "dash": _marks("long_dash", 18, {"color": _DARK}),
    "diamond": _marks("diamond", 9, {"color": "#F2A900"}),
    "triangle": _marks("triangle", 8, {"color": "#7A7A7A"}),
    # Its arms are seen round whatever stands in the same place.
    "cross": _marks("x", 12, {"color": _DARK}, width=1.5),
}
"""How each kind of series is told apart: by pattern, border and shape, then by colour."""


def address(row: int, column: int) -> str:
    """A cell's address for a formula: C12; row and column from 0."""
    return str(xl_rowcol_to_cell(row, column))


def sheet_name(text: str) -> str:
    """The text as Excel lets a sheet be called."""
    name = _NOT_IN_SHEET_NAMES.sub(" ", text)[:LONGEST_SHEET_NAME].strip("'")
    return f"{name}_" if name.lower() in ("", "history") else name


def legal(text: str) -> str:
    """The text as a cell can hold it: without control characters, no longer than a cell is."""
    text = _ILLEGAL.sub("", text)
    if len(text) * 2 > MOST_CHARACTERS:  # a character counts as one or two
        text = _shortened(text)
    if text.startswith("<r>") and text.endswith("</r>"):
        return f"{text} "  # xlsxwriter takes this for markup of its own, and would not escape it
    return text


def _shortened(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", "ignore") + CUT


def lines_of(text: str, width: float) -> int:
    """About how many lines a text takes in a column so many digits wide.

    Not every program fits a row to its texts when it opens a file.
    """
    fit = max(1.0, 1.2 * width)  # a letter is narrower than a digit
    return sum(max(1, math.ceil(len(line) / fit)) for line in text.split("\n"))


def height_of(lines: int) -> float:
    """The height of a row of so many lines in points, at most what Excel allows."""
    return min(_TALLEST, 15.0 * lines)


def _lines(texts: Sequence[str | None], width: float) -> npt.NDArray[np.int_]:
    """How many lines each text takes."""
    known = {text: lines_of(text, width) for text in set(texts) if text}
    return np.fromiter((known.get(text or "", 1) for text in texts), dtype=int, count=len(texts))


def _cells(values: pd.Series[Any], column: Column) -> list[Any]:
    """What is written of a column: texts, or numbers as Excel has them; None for empty cells."""
    if column.kind == "text":
        shown = {value: legal(str(value)) or None for value in values.dropna().unique()}
        return [shown.get(value) for value in values]
    if column.kind in ("date", "moment"):
        return [None if pd.isna(value) else day_number(value) for value in values]
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    if column.kind == "percent":
        numbers = numbers / 100
    found: list[Any] = numbers.tolist()
    for place in np.flatnonzero(~np.isfinite(numbers)):
        found[place] = None  # infinity is no number that a workbook knows
    return found


def _number_formats(values: Sequence[Any], kind: Kind) -> tuple[str, dict[int, str]]:
    """The format of a column, that of most of its cells, and by place that of the others."""
    usual = _FORMATS[kind]
    if kind not in _DECIMALS:
        return usual, {}
    numbers = np.array(values, dtype=float)
    decimals = _decimals(100 * numbers if kind == "percent" else numbers, _DECIMALS[kind])
    known, counts = np.unique(decimals[~np.isnan(numbers)], return_counts=True)
    if not len(known):
        return usual, {}
    formats = {int(count): _number_format(int(count), kind) for count in known}
    most = int(known[counts.argmax()])
    unlike = np.flatnonzero((decimals != most) & ~np.isnan(numbers)).tolist()
    return formats[most], {place: formats[int(decimals[place])] for place in unlike}


def _decimals(numbers: npt.NDArray[np.float64], usual: int) -> npt.NDArray[np.int_]:
    """With how many decimals each number is printed: none if it is whole, else never as if it were."""
    beside = np.abs(numbers - np.rint(numbers))
    whole = ~(beside > _NOISE)
    # Half a unit of the last decimal is rounded to the whole number as well.
    exact = -np.log10(np.where(whole, 0.5, beside) * 2 * (1 - _NOISE))
    fine = np.clip(np.floor(exact).astype(int) + 1, usual, _MOST_DECIMALS)
    return np.where(whole, 0, fine)


def _number_format(decimals: int, kind: Kind) -> str:
    if decimals == _DECIMALS[kind]:
        return _FORMATS[kind]
    digits = "." + "0" * decimals if decimals else ""
    return f"0{digits}%" if kind == "percent" else f"#,##0{digits}"


def share_format(share: float | None) -> str:
    """Excel's format of a share (0 to 1): "0%" where it is a whole percentage, else its decimals."""
    return _number_formats([share], "percent")[0]


def day_number(value: date | datetime) -> float:
    """A day, or a moment without its zone, as Excel counts it: days since 30/12/1899."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - _EPOCH).total_seconds() / 86_400
    return float((value - _EPOCH.date()).days)
