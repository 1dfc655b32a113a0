"""Finds the tables of targets in a sheet of the appendix: heads, years, columns.

`tables_in(grid, plan)` tells columns by what their heads say. A head that can
be read in two ways becomes a doubt, never a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tbdx.plan import Plan
from tbdx.words import fold
from tbdx.workbook.appendix_values import Cell, has_words, word_set

# Words of a year column's head. A head with any other word is asked about, not guessed.
_PLAN_WORDS = word_set(
    "kế hoạch, KH, mục tiêu, MT, chỉ tiêu, lộ trình, phấn đấu, target, plan, goal"
)
_ACTUAL_WORDS = word_set("thực hiện, TH, kết quả, ước, actual, estimate")
_NEUTRAL_WORDS = word_set("năm, giai đoạn, đến, hết, cuối, tỷ lệ, %, year")
_NEVER_A_YEAR_COLUMN = ("don vi", "dvt")  # beside the plan's own words for notes
_UNIT_HEAD = re.compile(r"(?:don vi(?: tinh| do\b.*)?|dvt\b.*)")

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")

Role = Literal["target", "actual", "unclear"]
Head = tuple[Cell, ...]
Doubt = tuple[str, Cell, str]
"""A finding to be: its code, the cell, what was expected there."""


class Grid:
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

    def down(self, rows: range, column: int) -> Head:
        """The cells of a column that say something, each merge range once."""
        cells = dict.fromkeys(self.at(row, column) for row in rows)
        return tuple(cell for cell in cells if cell.text)


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a sheet: the rows of its head, its columns by what they hold."""

    top: int
    bottom: int
    stt: tuple[int, ...]
    titles: tuple[int, ...]
    units: tuple[int, ...]
    years: tuple[tuple[int, int], ...]  # (column, year)
    doubts: tuple[Doubt, ...]


def tables_in(grid: Grid, plan: Plan) -> list[Table]:
    """The tables of a sheet from top to bottom, each with what is doubtful about its head."""
    tables: list[Table] = []
    row = grid.rows.start
    while row in grid.rows:
        table = _table_at(grid, plan, row)
        if table:
            tables.append(table)
        row = table.bottom + 1 if table else row + 1
    return tables


def _table_at(grid: Grid, plan: Plan, row: int) -> Table | None:
    """The table whose head has its "STT" or "Nội dung" in this row, if there is one."""
    stt_heads = frozenset(map(fold, plan.form.row_number_heads))
    title_heads = frozenset(map(fold, plan.form.question_heads))
    stt = [c for c in grid.columns if fold(grid.at(row, c).text) in stt_heads]
    names = stt + [c for c in grid.columns if _is_title_head(grid.at(row, c), title_heads)]
    if not names:
        return None
    rows = _head_rows(grid, row, names)
    heads = {column: grid.down(rows, column) for column in grid.columns}
    years = {c for c in heads if _single_year(heads[c]) and _role(heads[c]) != "unclear"}
    named = {grid.at(row, c) for c in names}
    plainly_named = any(fold(cell.text) in stt_heads | title_heads for cell in named)
    if not years and not (plainly_named and _years_beside(plan, heads, named)):
        return None
    titles = [
        c for c in heads if c not in years and any(_is_title_head(x, title_heads) for x in heads[c])
    ]
    doubts: list[Doubt] = []
    if len({heads[c] for c in titles}) != 1:
        unclear = grid.at(row, titles[-1] if titles else names[0])
        doubts.append(("appendix-title-column-unclear", unclear, "Nội dung"))
        titles = []
    others = {c: cells for c, cells in heads.items() if c in years or c not in (*names, *titles)}
    columns, unclear_heads = _year_columns(plan, others)
    units = tuple(c for c in others if _UNIT_HEAD.fullmatch(fold(_said(heads[c]))))
    doubts += unclear_heads
    return Table(rows[0], rows[-1], tuple(stt), tuple(titles), units, columns, tuple(doubts))


def _years_beside(plan: Plan, heads: dict[int, Head], named: set[Cell]) -> bool:
    """Whether years stand beside a plain "STT" or "Nội dung", though none is clear.

    "Mục tiêu đến năm 2025, định hướng đến năm 2030" as the only column of goals
    has to be asked about where it stands. A title line above the table, such as
    "Phụ lục: chỉ tiêu năm 2025", is no head.
    """
    return any(named.isdisjoint(head) for _, head in _columns_with_a_year(plan, heads))


def _is_title_head(cell: Cell, heads: frozenset[str]) -> bool:
    """Whether a cell heads the column of titles: "Nội dung chỉ tiêu", "Tên chỉ tiêu"."""
    folded = fold(cell.text)
    names_one = len(folded.split()) <= 8 and any(has_words(folded, head) for head in heads)
    return names_one and not (_YEAR.search(cell.text) and _is_label(cell.text))


def _head_rows(grid: Grid, row: int, names: list[int]) -> range:
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


def _said(head: Head) -> str:
    return " ".join(cell.text for cell in head)


def _label_words(text: str) -> set[str]:
    return {word for word in fold(text).split() if not _YEAR.fullmatch(word)}


def _is_label(text: str) -> bool:
    return bool(text) and _label_words(text) <= _PLAN_WORDS | _ACTUAL_WORDS | _NEUTRAL_WORDS


def _single_year(head: Head) -> int | None:
    """The year named by the lowest cell that names exactly one (above it may stand a span)."""
    for cell in reversed(head):
        years = set(_YEAR.findall(cell.text))
        if len(years) == 1:
            return int(years.pop())
    return None


def _role(head: Head) -> Role:
    words = _label_words(_said(head))
    if words <= _PLAN_WORDS | _NEUTRAL_WORDS:
        return "target"
    return "actual" if words <= _ACTUAL_WORDS | _NEUTRAL_WORDS else "unclear"


def _year_columns(
    plan: Plan, heads: dict[int, Head]
) -> tuple[tuple[tuple[int, int], ...], tuple[Doubt, ...]]:
    """(column, year) of the columns that hold targets of the plan's years; doubts on the others."""
    columns = []
    doubts: dict[Cell, Doubt] = {}
    for column, head in _columns_with_a_year(plan, heads):
        year, role, lowest = _single_year(head), _role(head), head[-1]
        if year is not None and year in plan.all_years and role == "target":
            columns.append((column, year))
        else:
            doubts.setdefault(lowest, _doubt_of_column(plan, lowest, year, role))
    return tuple(columns), tuple(doubts.values())


def _columns_with_a_year(plan: Plan, heads: dict[int, Head]) -> Iterator[tuple[int, Head]]:
    others = (*_NEVER_A_YEAR_COLUMN, *map(fold, plan.form.note_heads))
    for column, head in heads.items():
        names_a_year = any(_YEAR.search(cell.text) for cell in head)
        if names_a_year and not fold(head[-1].text).startswith(others):
            yield column, head


def _doubt_of_column(plan: Plan, head: Cell, year: int | None, role: Role) -> Doubt:
    span = plan.years
    if role == "unclear" or year is None:
        named = _YEAR.search(head.text)
        return "appendix-head-unclear", head, f"Kế hoạch năm {year or (named or [span.first])[0]}"
    if role == "actual":
        return "appendix-column-of-actuals", head, f"Kế hoạch năm {year}"
    return "appendix-year-outside-plan", head, f"{span.first}–{span.last}"
