"""The value of one input cell: an answer, a number, a choice or a text.

Excel's own types are taken as they are; texts are read as Vietnamese. What can
be read in two ways is asked about, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tbdx.model import Answer
from tbdx.plan import Indicator, Question
from tbdx.words import clean, fold
from tbdx.workbook.delimited import Ambiguous
from tbdx.workbook.legacy_text import other_readings
from tbdx.workbook.package import Flaw, Place
from tbdx.workbook.reading import MONEY_UNIT, Reading, Report, Value, answer_word
from tbdx.workbook.sheets import Percent, Raw, Sheet, as_text

LARGEST_AMOUNT = 1e9  # million VND; beyond it a figure is a slip, and integers would overflow

_ERROR = re.compile(r"^(#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:[0-9]{3})$")
_NUMBER = r"-?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"
_WHOLE_NUMBER = re.compile(rf"^{_NUMBER}$")
_CURRENCY = r"\.?\s*(?:đồng|dong|đ|vnđ|vnd)?\.?"
_MONEY = re.compile(
    rf"^(?:(?P<billion>{_NUMBER})\s*(?:tỷ|tỉ|ty|ti){_CURRENCY})?\s*"
    rf"(?:(?P<million>{_NUMBER})\s*(?:triệu|trieu|tr){_CURRENCY})?$",
    re.IGNORECASE,
)
_DOUBTS = {
    "ambiguous-number": re.compile(r"(?<![0-9.])[1-9][0-9]{0,2},[0-9]{3}(?![0-9])"),
    "range-for-number": re.compile(r"[0-9]\s*%?\s*(?:[-–—÷~]|đến|tới)\s*[0-9]", re.IGNORECASE),
    "percent-for-number": re.compile(r"[0-9]\s*%$"),
    "fraction-for-number": re.compile(r"[0-9]\s*/\s*[0-9]"),
}


@dataclass(frozen=True)
class InputCell:
    """One input cell: where it is, what is asked there, what it holds."""

    reading: Reading
    sheet: Sheet
    place: Place
    field: str

    @property
    def raw(self) -> Raw:
        return self.sheet.raw(*self.place)

    @property
    def text(self) -> str:
        return as_text(self.raw)

    @property
    def address(self) -> str:
        return self.sheet.address(*self.place)

    def block(self, code: str, expected: str = "") -> None:
        """Refuse what the cell holds."""
        self.reading.block(
            code, self.sheet, self.address, field=self.field, found=self.text, expected=expected
        )

    def remark(self, code: str, expected: str = "") -> None:
        """Say something about what the cell holds."""
        self.reading.remark(
            code, self.sheet, self.address, field=self.field, found=self.text, expected=expected
        )

    def remark_on_link(self) -> None:
        """Say that the value comes from another workbook, where it does."""
        self.reading.remark_on_link(self.sheet, self.place, self.field)

    def has_error(self) -> bool:
        """Whether the cell shows an error or an uncomputed formula; it is then refused."""
        if isinstance(self.raw, Flaw):
            self.block(self.raw.code)
            return True
        if _ERROR.match(self.text):
            self.block("cell-error")
            return True
        return False


def take(
    reading: Reading, sheet: Sheet, place: Place, question: Question, report: Report | None
) -> Value:
    """Read a question's answer and keep it, blank or not, if the report is known.

    A blank is kept as a blank; a remark says so where an indicator waits for it.
    """
    anchor = sheet.merges.get(place)
    if anchor and reading.merged.setdefault((sheet.name, anchor), place) != place:
        InputCell(reading, sheet, place, question.name).block("merged-value")
        return None
    value = read_value(reading, sheet, place, question)
    if report is None:
        return value
    if sheet.is_hidden(*place):
        InputCell(reading, sheet, place, question.name).remark("hidden-cell")
    reading.keep(report, question.name, value, sheet, place)
    if value is None and reading.words.is_blank(sheet.raw(*place)):
        waits = any(
            question.name in indicator.fields and report.agency.in_scope(indicator.among)
            for indicator in reading.plan.indicators
        )
        if waits:
            InputCell(reading, sheet, place, question.name).remark("no-answer")
    return value


def read_value(
    reading: Reading, sheet: Sheet, place: Place, question: Question
) -> Answer | float | None:
    """The answer or number in a cell; None for a blank and for what is refused."""
    cell = InputCell(reading, sheet, place, question.name)
    if reading.words.is_blank(cell.raw) or cell.has_error():
        return None
    cell.remark_on_link()
    if question.kind == "answer":
        return _read_answer(cell)
    number = _read_number(cell, question)
    return None if number is None else _in_bounds(cell, question, number)


def _read_answer(cell: InputCell) -> Answer | None:
    if isinstance(cell.raw, bool):
        return Answer.YES if cell.raw else Answer.NO
    answers = cell.reading.words.answers
    answer = answers.get(answer_word(cell.text))
    if answer is None:
        for read_as in other_readings(cell.raw) if isinstance(cell.raw, str) else ():
            if answer := answers.get(answer_word(read_as)):
                cell.remark("old-font", read_as)
                return answer
        cell.block("not-an-answer", " / ".join(map(cell.reading.plan.form.answer_label, Answer)))
    return answer


def _read_number(cell: InputCell, question: Question) -> float | None:
    """A number as typed; a text that reads as one number in Vietnamese is taken, and said."""
    raw, unit = cell.raw, question.unit.vi
    if isinstance(raw, Percent):
        cell.block("percent-for-number", unit)
        return None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if cell.place in cell.sheet.scaled:
            cell.block("scaled-number", unit)
            return None
        return float(raw)
    if isinstance(raw, dt.date):
        cell.block("date-for-number", unit)
        return None
    if not isinstance(raw, str):
        cell.block("not-a-number", unit)  # a time, TRUE
        return None
    bare = re.sub(rf"\s*{re.escape(unit)}$", "", cell.text, flags=re.IGNORECASE)
    if isinstance(raw, Ambiguous):
        cell.block("ambiguous-number", unit)
        return None
    doubt = next((code for code, sign in _DOUBTS.items() if sign.search(bare)), "")
    if doubt:
        cell.block(doubt, unit)
        return None
    number = number_in(bare, money=unit == MONEY_UNIT)
    if number is None:
        cell.block("not-a-number", unit)
        return None
    cell.remark("number-as-text", as_text(number))
    return number


def number_in(text: str, *, money: bool = False) -> float | None:
    """The number that a Vietnamese text writes out: "1.500", "12,5", "-3"; else None.

    With `money` also "15 tỷ 300 triệu" and "1.234,5 tr.đ", in million VND.
    """
    if _WHOLE_NUMBER.match(text):
        return float(_decimal(text))
    parts = _MONEY.match(text) if money else None
    if parts is None or not (parts["billion"] or parts["million"]):
        return None
    return float(1000 * _decimal(parts["billion"]) + _decimal(parts["million"]))


def _decimal(text: str | None) -> Decimal:
    return Decimal((text or "0").replace(".", "").replace(",", "."))


def _in_bounds(cell: InputCell, question: Question, number: float) -> float | None:
    most = question.max or LARGEST_AMOUNT
    unit = f" ({question.unit.vi})" if question.kind != "level" else ""
    bound = f"0 – {most:,.0f}".replace(",", ".") + unit
    expected = bound if question.max or number > most else f"≥ 0{unit}"
    number += 0.0  # no negative zero
    plausible = cell.reading.plan.checks.largest_amount
    if question.kind == "amount" and not question.max and plausible < number <= most:
        cell.remark("amount-implausible", as_text(plausible))
    if number < 0:
        cell.block("negative-number", expected)
    elif not number <= most:  # "not" catches NaN, too
        cell.block("number-too-large", expected)
    elif question.kind != "amount" and not number.is_integer():
        cell.block("not-whole", expected)
    else:
        return number
    return None


def read_choice(cell: InputCell, choices: Mapping[str, str], expected: str) -> str | None:
    """What a cell says, by a list of folded words; None for a blank and for what is refused."""
    if not cell.text or cell.has_error():
        return None
    cell.remark_on_link()
    chosen = choices.get(fold(cell.text))
    if chosen is None:
        cell.block("not-a-state", expected)
    return chosen


def read_text(cell: InputCell) -> str | None:
    """A text with its line breaks; None for a blank and for an error."""
    if not cell.text or cell.has_error():
        return None
    cell.remark_on_link()
    if not isinstance(cell.raw, str):
        return cell.text
    return "\n".join(line for part in cell.raw.splitlines() if (line := clean(part)))


def check_figures(
    reading: Reading, sheet: Sheet, places: Mapping[str, tuple[Place, Value]]
) -> None:
    """Compare a report's figures with each other; `places` holds them by field."""
    values = {name: value for name, (_, value) in places.items()}
    for indicator in reading.plan.indicators:
        whole = exceeded(indicator, values)
        if whole is not None:  # it can be 0
            cell = InputCell(reading, sheet, places[indicator.numerator][0], indicator.numerator)
            limit = sheet.address(*places[indicator.denominator][0])
            cell.block("part-exceeds-whole", f"≤ {as_text(whole)} ({limit})")
        amount, base = _figures(values, indicator.amount, indicator.base_amount)
        if min(amount, base) > 0 and is_far(amount, base, reading.plan.checks.unit_factor):
            cell = InputCell(reading, sheet, places[indicator.amount][0], indicator.amount)
            cell.remark("unit-doubtful", as_text(base))


def exceeded(indicator: Indicator, values: Mapping[str, object]) -> float | None:
    """The whole that its part exceeds, as with 61 trained of 60; None where none is."""
    part, whole = _figures(values, indicator.numerator, indicator.denominator)
    return whole if part > whole else None


def is_far(one: float, other: float, factor: float) -> bool:
    """Whether one amount is at least `factor` times the other; both more than 0."""
    return max(one / other, other / one) >= factor


def _figures(values: Mapping[str, object], first: str, second: str) -> tuple[float, float]:
    """Two figures, or two zeros where one of them is missing."""
    one, other = values.get(first), values.get(second)
    if isinstance(one, float) and isinstance(other, float):
        return one, other
    return 0.0, 0.0
