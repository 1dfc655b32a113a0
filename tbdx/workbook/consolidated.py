"""The consolidated table: a row for each agency and year, a column for each question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tbdx.model import Phase
from tbdx.plan import Question
from tbdx.words import fold
from tbdx.workbook.package import Place
from tbdx.workbook.reading import (
    Reading,
    Report,
    Value,
    Words,
    answer_word,
    check_head_unit,
    check_title,
    check_units,
    folded_names,
    label,
    read_agency,
    read_phase,
    read_year,
)
from tbdx.workbook.sheets import Sheet, as_text
from tbdx.workbook.values import check_figures, take

_FEWEST_KNOWN_HEADS = 3
_FEWEST_VALUES = 2  # in a row that says neither whose nor when; fewer are notes
_NUMBERING = re.compile(r"^\(?([A-Za-z]|[0-9]{1,2}|[IVX]{1,5})\)?(\s*=.*)?$")
_TOTAL = re.compile(r"^(tong cong|tong so|tong|cong)( nam [0-9]{4}| toan tinh)*$")
_TOLERANCE = 0.05


@dataclass(frozen=True)
class _Columns:
    """Where a consolidated table keeps what."""

    agency: int
    year: int
    phase: int
    fields: dict[int, Question]


@dataclass
class _Sums:
    """The figures of one column, to check totals against."""

    since_total: float = 0.0
    all: float = 0.0
    by_year: dict[int, float] = field(default_factory=dict)

    def add(self, year: int, value: float) -> None:
        self.since_total += value
        self.all += value
        self.by_year[year] = self.by_year.get(year, 0.0) + value

    def explain(self, total: float) -> bool:
        candidates = (self.since_total, self.all, *self.by_year.values())
        return any(abs(total - candidate) <= _TOLERANCE for candidate in candidates)


def table_heads(reading: Reading, sheet: Sheet) -> list[int]:
    """The rows that are the heads of consolidated tables; one sheet may hold several."""
    base, words = reading.plan.years.base, reading.words
    heads = []
    for row in range(len(sheet.rows)):
        labels = [label(text, base) for _, text in sheet.cells(row)]
        known = {words.fields[name].name for name in labels if name in words.fields}
        if len(known) >= _FEWEST_KNOWN_HEADS and any(name in words.agency for name in labels):
            heads.append(row)
    return heads


def read_tables(reading: Reading, sheet: Sheet, heads: list[int]) -> None:
    """Read every consolidated table of a sheet, each down to the next one's head."""
    check_units(reading, sheet, range(heads[0]))
    years: set[int] = set()
    for head, end in zip(heads, [*heads[1:], len(sheet.rows)], strict=True):
        columns = _columns(reading, sheet, head)
        if columns:
            table = _Table(reading, sheet, columns)
            table.read(range(head + 1, end))
            years |= table.years
    if years:
        check_title(reading, sheet, range(heads[0]), years)


def _columns(reading: Reading, sheet: Sheet, head: int) -> _Columns | None:
    """Match the heads both ways: each is known, and none that is needed is missing."""
    places: dict[str, int] = {}
    questions: dict[int, Question] = {}
    for column, texts in _heads(sheet, head):
        key, question = _meaning(reading, texts)
        cell, found = sheet.address(head, column), " ".join(texts)
        if key is None:
            reading.remark("unknown-column", sheet, cell, found=found)
        elif key in places:
            first = sheet.address(head, places[key])
            reading.block("repeated-column", sheet, cell, found=found, expected=first)
        elif key != "ignored":
            places[key] = column
            if question:
                questions[column] = question
                for row in range(head, head + len(texts)):
                    check_head_unit(reading, sheet, (row, column), question)
    missing = [(name, title) for name, title in _needed(reading) if name not in places]
    for name, title in missing:
        cell = sheet.address(head, places["agency"])
        reading.block("missing-column", sheet, cell, field=name, expected=title)
    if missing:
        return None
    return _Columns(places["agency"], places["year"], places["phase"], questions)


def _heads(sheet: Sheet, head: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each column with its head; under one merged across columns, with the head below it, too.

    "Doanh thu" over "Năm 2022" and "Năm báo cáo" heads two columns.
    """
    for first, text in sheet.cells(head):
        column = first
        while column == first or sheet.merges.get((head, column)) == (head, first):
            below = "" if sheet.merges.get((head + 1, column)) else sheet.text(head + 1, column)
            split = (head, first) in sheet.merges and below
            if column == first or split:
                yield column, (text, below) if split else (text,)
            column += 1


def _meaning(reading: Reading, texts: tuple[str, ...]) -> tuple[str | None, Question | None]:
    """What a column holds, by its whole head or the lowest part: a kind, and its question."""
    for text in (" ".join(texts), texts[-1]):
        name = label(text, reading.plan.years.base)
        question = reading.words.fields.get(name)
        kind = question.name if question else _head_kind(reading.words, name)
        if kind:
            return kind, question
    return None, None


def _head_kind(words: Words, name: str) -> str | None:
    kinds = (
        ("agency", words.agency),
        ("year", words.year),
        ("phase", words.phase),
        ("ignored", words.ignored),
    )
    return next((kind for kind, labels in kinds if name in labels), None)


def _needed(reading: Reading) -> Iterable[tuple[str, str]]:
    """The columns without which nothing is read: their names and usual heads."""
    form, base = reading.plan.form, reading.plan.years.base
    yield "year", form.year_heads[0]
    yield "phase", form.phase_heads[0]
    for question in form.field:
        yield question.name, question.heads[0].format(year="…", base_year=base)


class _Table:
    """One consolidated table being read, row by row."""

    def __init__(self, reading: Reading, sheet: Sheet, columns: _Columns) -> None:
        self._reading, self._sheet, self._columns = reading, sheet, columns
        self._names = folded_names(reading.plan.agencies)
        self.years: set[int] = set()
        self._sums = {
            column: _Sums()
            for column, question in columns.fields.items()
            if question.kind in ("amount", "count")
        }

    def read(self, rows: range) -> None:
        for row in rows:
            if self._is_total(row):
                self._check_total(row)
            elif self._is_record(row):
                self._read_record(row)

    def _is_total(self, row: int) -> bool:
        """Whether a word such as "Tổng cộng" stands beside the figures."""
        fields = self._columns.fields
        texts = [text for column, text in self._sheet.cells(row) if column not in fields]
        texts.append(self._sheet.text(row, self._columns.agency))
        return any(_TOTAL.match(fold(text)) for text in texts)

    def _is_record(self, row: int) -> bool:
        """Whether a row is an agency's; not a head, numbering, note or signature row."""
        sheet, columns = self._sheet, self._columns
        shown = [text for _, text in sheet.cells(row)]
        if all(_NUMBERING.match(text) for text in shown):
            return False
        agency = sheet.text(row, columns.agency)
        if label(agency) in self._reading.words.agency:  # the head, merged downwards
            return False
        filled = [column for column in columns.fields if sheet.text(row, column)]
        if sheet.text(row, columns.phase) and sheet.text(row, columns.year):
            return bool(agency or filled)
        if sheet.text(row, columns.year) or fold(agency) in self._names:
            return bool(filled)
        values = sum(self._is_value(row, column) for column in filled)
        return values >= _FEWEST_VALUES or bool(agency and values)

    def _is_value(self, row: int, column: int) -> bool:
        """Whether a cell holds what a report would hold there, not the words of a note."""
        raw = self._sheet.raw(row, column)
        if not isinstance(raw, str):
            return True
        return answer_word(raw) in self._reading.words.answers or raw.strip()[:1].isdigit()

    def _read_record(self, row: int) -> None:
        reading, sheet, columns = self._reading, self._sheet, self._columns
        year_at, phase_at, name_at = (
            ((row, column), sheet.raw(row, column))
            for column in (columns.year, columns.phase, columns.agency)
        )
        year = read_year(reading, sheet, year_at)
        if year:
            self.years.add(year)
        phase: Phase | None = read_phase(reading, sheet, phase_at)
        agency = read_agency(reading, sheet, name_at, None, year)
        report = Report(agency, year, phase) if agency and year and phase else None
        if report and not reading.begin(report, sheet, sheet.address(row, columns.year)):
            report = None
        taken: dict[str, tuple[Place, Value]] = {}
        for column, question in columns.fields.items():
            value = take(reading, sheet, (row, column), question, report)
            taken[question.name] = ((row, column), value)
            if column in self._sums and isinstance(value, float):
                self._sums[column].add(year or 0, value)
        check_figures(reading, sheet, taken)

    def _check_total(self, row: int) -> None:
        """A total that no sum of the rows above explains is remarked on."""
        for column, sums in self._sums.items():
            total = self._sheet.raw(row, column)
            if isinstance(total, float) and not sums.explain(total):
                self._reading.remark(
                    "total-differs",
                    self._sheet,
                    self._sheet.address(row, column),
                    field=self._columns.fields[column].name,
                    found=as_text(total),
                    expected=as_text(round(sums.since_total or sums.all, 3)),
                )
            sums.since_total = 0.0
