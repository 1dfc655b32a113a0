"""The yearly form: its first sheet with the questions, and its further sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tbdx.plan import Item, Question, Text
from tbdx.words import fold
from tbdx.workbook.package import Place
from tbdx.workbook.reading import (
    MONEY_UNIT,
    YEAR,
    Labelled,
    Reading,
    Report,
    Value,
    check_title,
    check_unit,
    check_units,
    label,
    read_agency,
    read_phase,
    read_year,
)
from tbdx.workbook.sheets import Sheet, as_text
from tbdx.workbook.template import (
    MATURITY_HEADS,
    MATURITY_LABELS,
    SPENDING_HEADS,
    TASK_HEADS,
    TEXT_HEADS,
)
from tbdx.workbook.values import (
    InputCell,
    check_figures,
    read_choice,
    read_text,
    read_value,
    take,
)

_HEAD_ROWS = 60  # a head stands within the first rows of its sheet
_NUMBERING = re.compile(r"^\(?[0-9]{1,2}\)?(\s*=.*)?$")
_LABEL_AND_YEAR = re.compile(r"^(.+?)\s+(20[0-9]{2})$")
_TOLERANCE = 0.05


def form_head(reading: Reading, sheet: Sheet) -> int | None:
    """The row of the yearly form's heads, if this sheet is one."""
    words = reading.words
    for row in range(min(_HEAD_ROWS, len(sheet.rows))):
        labels = {label(text) for _, text in sheet.cells(row)}
        if labels & words.question and labels & words.value:
            below = range(row + 1, min(row + _HEAD_ROWS, len(sheet.rows)))
            if any(_question_in(reading, sheet, other) for other in below):
                return row
    return None


def read_form(reading: Reading, sheet: Sheet, head: int) -> Report | None:
    """Read the first sheet; the report, if the file says whose it is."""
    report = _report_of(reading, sheet, head)
    check_units(reading, sheet, range(head))
    column = _value_column(reading, sheet, head, report)
    if column is None:
        return report
    answered = _read_questions(reading, sheet, head, column, report)
    for question in reading.plan.form.field:
        if question.name not in answered:
            expected = question.label.vi.format(year="…", base_year=reading.plan.years.base)
            reading.block("missing-question", sheet, field=question.name, expected=expected)
    check_figures(reading, sheet, answered)
    return report


def _report_of(reading: Reading, sheet: Sheet, head: int) -> Report | None:
    words = reading.words
    name, number, year_at, phase_at = (
        _labelled(sheet, head, labels, words.identity)
        for labels in (words.agency, words.agency_id, words.year, words.phase)
    )
    year = read_year(reading, sheet, year_at)
    phase = read_phase(reading, sheet, phase_at)
    agency = read_agency(reading, sheet, name, number, year)
    if year is not None:
        check_title(reading, sheet, range(head), {year})
    report = Report(agency, year, phase) if agency and year and phase else None
    first = report is None or reading.begin(report, sheet, sheet.address(*_place(year_at)))
    return report if first else None


def _place(at: Labelled | None) -> Place:
    return at[0] if at else (0, 0)


def _labelled(
    sheet: Sheet, head: int, labels: frozenset[str], all_labels: frozenset[str]
) -> Labelled | None:
    """The value beside (or after the colon of) the first label above the table.

    A label without a value gives the cell where the value belongs.
    """
    for row in range(head):
        cells = sheet.cells(row)
        for place, (column, text) in enumerate(cells):
            before, after = _split(text)
            if fold(before) not in labels:
                continue
            if after:
                return (row, column), after
            if place + 1 < len(cells) and fold(_split(cells[place + 1][1])[0]) not in all_labels:
                beside = cells[place + 1][0]
                return (row, beside), sheet.raw(row, beside)
            return (row, column + 1), ""
    return None


def _split(text: str) -> tuple[str, str]:
    """A label and what follows it in the same cell: "Năm báo cáo: 2024", "Năm 2024"."""
    before, colon, after = text.partition(":")
    if colon:
        return before, after.strip()
    with_year = _LABEL_AND_YEAR.match(text)
    return (with_year[1], with_year[2]) if with_year else (text, "")


def _value_column(reading: Reading, sheet: Sheet, head: int, report: Report | None) -> int | None:
    """The column of this year's answers; a head of another year is refused."""
    candidates = {
        column: text for column, text in sheet.cells(head) if label(text) in reading.words.value
    }
    years = {column: int(m[1]) for column, text in candidates.items() if (m := YEAR.search(text))}
    year = report.year if report else None
    fitting = [column for column in candidates if year in (None, years.get(column, year))]
    if not fitting:
        column = min(candidates)
        cell = sheet.address(head, column)
        reading.block("year-mismatch", sheet, cell, found=candidates[column], expected=str(year))
        return column
    dated = [column for column in fitting if column in years] or fitting
    first, *others = dated
    if year is not None:
        for column in others:
            cell, expected = sheet.address(head, column), sheet.address(head, first)
            reading.block(
                "repeated-column", sheet, cell, found=candidates[column], expected=expected
            )
    return first


def _question_in(reading: Reading, sheet: Sheet, row: int) -> tuple[Question, int, str] | None:
    """The question a row asks, with its column and text; None for any other row."""
    for column, text in sheet.cells(row):
        question = reading.words.fields.get(label(text, reading.plan.years.base))
        if question:
            return question, column, text
    return None


def _read_questions(
    reading: Reading, sheet: Sheet, head: int, column: int, report: Report | None
) -> dict[str, tuple[Place, Value]]:
    """Read every question's answer: its place and value, by field."""
    answered: dict[str, tuple[Place, Value]] = {}
    for row in range(head + 1, len(sheet.rows)):
        found = _question_in(reading, sheet, row)
        if found is None:
            _remark_unknown_row(reading, sheet, row, column)
            continue
        question, label_column, text = found
        name = question.name
        if name in answered:
            first, cell = sheet.address(*answered[name][0]), sheet.address(row, column)
            reading.block("repeated-question", sheet, cell, field=name, found=text, expected=first)
            continue
        if report and not question.base_year:
            _check_label_year(reading, sheet, (row, label_column), name, report.year)
        _check_row_unit(reading, sheet, row, question)
        answered[name] = (row, column), take(reading, sheet, (row, column), question, report)
    return answered


def _check_label_year(reading: Reading, sheet: Sheet, place: Place, name: str, year: int) -> None:
    """A question such as "Doanh thu năm 2023" in the form for 2024 is last year's."""
    text = sheet.text(*place)
    said = YEAR.search(text)
    if said and int(said[1]) != year:
        cell = sheet.address(*place)
        reading.block("year-mismatch", sheet, cell, field=name, found=text, expected=str(year))


def _check_row_unit(reading: Reading, sheet: Sheet, row: int, question: Question) -> None:
    """A unit of money beside the question must be the one it is asked in."""
    if question.kind == "amount":
        for column, text in sheet.cells(row):
            check_unit(reading, sheet, (row, column), text)


def _remark_unknown_row(reading: Reading, sheet: Sheet, row: int, column: int) -> None:
    """A row with words and an answer that is none of the form's questions."""
    texts = dict(sheet.cells(row))
    value = texts.pop(column, "")
    words = [text for text in texts.values() if not _NUMBERING.match(text)]
    if value and words and not value.startswith("("):
        reading.remark("unknown-question", sheet, sheet.address(row, column), found=words[0])


# --- the further sheets ------------------------------------------------------------


@dataclass(frozen=True)
class _Section:
    """A further sheet: its usual name, its rows' labels by code, the heads of its values."""

    name: str
    labels: dict[str, str]
    heads: tuple[str, ...]


@dataclass
class _Rows:
    """A section as found in the file: for each known row its code and its input cells."""

    reading: Reading
    sheet: Sheet
    report: Report
    cells: dict[str, tuple[InputCell, ...]] = field(default_factory=dict)

    def keep(self, name: str, value: Value, cell: InputCell) -> None:
        if value is not None:
            self.reading.keep(self.report, name, value, self.sheet, cell.place)


def read_further_sheets(reading: Reading, sheets: Sequence[Sheet], report: Report) -> None:
    """Read tasks, spending, maturity and texts; each of these sheets may be missing."""
    form = reading.plan.form
    sections: tuple[tuple[_Section, Callable[[_Rows], None]], ...] = (
        (_Section(form.tasks.sheet, _labels(form.tasks.item), TASK_HEADS[-2:]), _read_tasks),
        (
            _Section(form.spending.sheet, _labels(form.spending.item), SPENDING_HEADS[-2:-1]),
            _read_spending,
        ),
        (
            _Section(
                form.maturity.sheet,
                _labels(form.maturity.pillar) | MATURITY_LABELS,
                MATURITY_HEADS[-1:],
            ),
            _read_maturity,
        ),
        (_Section(form.texts.sheet, _labels(form.texts.item), TEXT_HEADS[-1:]), _read_texts),
    )
    for section, read in sections:
        sheet = _sheet_of(section, sheets)
        if sheet is None:
            found = ", ".join(sheet.name for sheet in sheets)
            reading.remark("missing-optional-sheet", found=found, expected=section.name)
            continue
        rows = _rows_of(reading, sheet, report, section)
        if rows:
            read(rows)


def _labels(items: Sequence[Item]) -> dict[str, str]:
    return {item.code: item.label.vi for item in items}


def _sheet_of(section: _Section, sheets: Sequence[Sheet]) -> Sheet | None:
    """The section's sheet by its name; if it was renamed, by most of its rows' labels."""
    by_name = {fold(sheet.name): sheet for sheet in sheets}
    if fold(section.name) in by_name:
        return by_name[fold(section.name)]
    wanted = {fold(text) for text in section.labels.values()}
    for sheet in sheets:
        shown = {fold(text) for _, _, text in sheet.all_cells(range(len(sheet.rows)))}
        if len(wanted & shown) * 2 > len(wanted):
            return sheet
    return None


def _rows_of(reading: Reading, sheet: Sheet, report: Report, section: _Section) -> _Rows | None:
    head, columns = _section_head(sheet, section)
    if len(columns) < len(section.heads):
        for name in section.heads:
            if name not in columns:
                reading.block("missing-column", sheet, expected=name)
        return None
    check_title(reading, sheet, range(head), {report.year}, anywhere=True)
    check_units(reading, sheet, range(head))
    rows = _Rows(reading, sheet, report)
    for code, row, text in _known_rows(reading, sheet, head, section, min(columns.values())):
        cells = tuple(InputCell(reading, sheet, (row, column), code) for column in columns.values())
        if code in rows.cells:
            first = rows.cells[code][0].address
            reading.block(
                "repeated-question", sheet, cells[0].address, field=code, found=text, expected=first
            )
        else:
            rows.cells[code] = cells
    for code, text in section.labels.items():
        if code not in rows.cells:
            reading.remark("missing-question", sheet, field=code, expected=text)
    return rows


def _section_head(sheet: Sheet, section: _Section) -> tuple[int, dict[str, int]]:
    """The row that holds most of the section's heads, and their columns in order."""
    wanted = {fold(name): name for name in section.heads}
    best: tuple[int, dict[str, int]] = (0, {})
    for row in range(min(_HEAD_ROWS, len(sheet.rows))):
        found = {
            wanted[fold(text)]: column
            for column, text in reversed(sheet.cells(row))
            if fold(text) in wanted
        }
        if len(found) > len(best[1]):
            best = row, {name: found[name] for name in section.heads if name in found}
    return best


def _known_rows(
    reading: Reading, sheet: Sheet, head: int, section: _Section, value_column: int
) -> Iterator[tuple[str, int, str]]:
    """Rows whose label is known: (code, row, label). Another row with a value is remarked on."""
    codes = {fold(text): code for code, text in section.labels.items()}
    for row in range(head + 1, len(sheet.rows)):
        known = ((codes[fold(text)], text) for _, text in sheet.cells(row) if fold(text) in codes)
        code, text = next(known, ("", ""))
        if code:
            yield code, row, text
        else:
            _remark_unknown_row(reading, sheet, row, value_column)


def _read_tasks(rows: _Rows) -> None:
    states = rows.reading.plan.form.tasks.states
    words = {fold(name): state.code for state in states for name in (state.vi, state.en)}
    expected = " / ".join(state.vi for state in states)
    for code, (state, result) in rows.cells.items():
        rows.keep(code, read_choice(state, words, expected), state)
        rows.keep(f"{code}_result", read_text(result), result)


def _read_spending(rows: _Rows) -> None:
    for item in rows.reading.plan.form.spending.item:
        for cell in rows.cells.get(item.code, ()):
            rows.keep(item.code, _read_amount(cell, item), cell)


def _read_amount(cell: InputCell, item: Item) -> Value:
    """A spending or a score, asked like an amount."""
    unit = Text(vi="điểm", en="points") if item.max else Text(vi=MONEY_UNIT, en="million VND")
    question = Question(
        name=item.code,
        kind="amount",
        stt="",
        label=item.label,
        unit=unit,
        max=item.max,
        heads=(),
        help=unit,
    )
    return read_value(cell.reading, cell.sheet, cell.place, question)


def _read_maturity(rows: _Rows) -> None:
    maturity = rows.reading.plan.form.maturity
    total = Item(code="maturity_total", label=Text(vi="Tổng điểm", en="Total"), max=100)
    scores: dict[str, float] = {}
    for item in (*maturity.pillar, total):
        for cell in rows.cells.get(item.code, ()):
            value = _read_amount(cell, item)
            rows.keep(item.code, value, cell)
            if isinstance(value, float):
                scores[item.code] = value
    for code, choices in (
        ("maturity_level", maturity.levels),
        ("maturity_version", maturity.versions),
    ):
        words = {fold(choice): choice for choice in choices}
        for cell in rows.cells.get(code, ()):
            rows.keep(code, read_choice(cell, words, " / ".join(choices)), cell)
            if code == "maturity_version" and scores and not cell.text:
                cell.remark("no-answer")  # a score means nothing without its index
    for cell in rows.cells.get("maturity_window", ()):
        rows.keep("maturity_window", read_text(cell), cell)
    _check_total(rows, scores, total.code)


def _check_total(rows: _Rows, scores: Mapping[str, float], total: str) -> None:
    """The stated total against the sum of the pillars, where all are there."""
    pillars = [item.code for item in rows.reading.plan.form.maturity.pillar]
    if total in scores and all(code in scores for code in pillars):
        added = sum(scores[code] for code in pillars)
        if abs(scores[total] - added) > _TOLERANCE:
            rows.cells[total][0].remark("total-differs", as_text(round(added, 3)))


def _read_texts(rows: _Rows) -> None:
    for code, (cell,) in rows.cells.items():
        rows.keep(code, read_text(cell), cell)
