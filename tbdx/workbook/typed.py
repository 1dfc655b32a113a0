"""The numbers that a reader types on a page, written as the reader's language writes them.

In Vietnamese "40.200", "40200,5" or "40,2 tỷ", in English "40,200", "40200.5" or
"40.2 billion". What can be read in two ways is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tbdx.i18n import Language
from tbdx.model import TbdxError
from tbdx.plan import Plan, Question
from tbdx.words import clean
from tbdx.workbook.reading import MONEY_UNIT
from tbdx.workbook.values import LARGEST_AMOUNT, is_far, number_in

_EXAMPLE = 40_200.5
_DECIMALS = 6  # of a million đồng: the đồng
_SWAPPED = str.maketrans(".,", ",.")
_TWO_READINGS = re.compile(r"(?<![0-9.])([1-9][0-9]{0,2}),([0-9]{3})(?![0-9])")
"""A comma before three digits: a reader of another language's numbers takes it for thousands."""
_UNITS = (
    (re.compile(r"\b(?:billions?|bn)\b", re.IGNORECASE), "tỷ"),
    (re.compile(r"\b(?:millions?|mn?)\b", re.IGNORECASE), "triệu"),
)


def number_typed(text: str, question: Question, language: Language) -> float | None:
    """The number that was typed as an answer; None for nothing.

    Amounts are in million VND. Raises TbdxError, worded in the reader's language:
    typed-ambiguous, typed-not-a-number, typed-out-of-bounds.
    """
    found = clean(text)
    if not found:
        return None
    point = language.number(0.5)[1]
    vietnamese = found if point == "," else found.translate(_SWAPPED)
    bare = re.sub(rf"\s*{re.escape(question.unit[language.code])}$", "", vietnamese, flags=re.I)
    for sign, word in _UNITS:
        bare = sign.sub(word, bare)
    twice = _TWO_READINGS.search(bare)
    if twice:
        whole, part = twice.groups()
        raise TbdxError(
            "typed-ambiguous",
            found=found,
            one=f"{whole}{part}",
            other=f"{whole}{point}{part}0",
        )
    number = number_in(bare, money=question.unit.vi == MONEY_UNIT)
    if number is None:
        raise TbdxError("typed-not-a-number", found=found, expected=_example(question, language))
    number = round(number, _DECIMALS) + 0.0  # no negative zero
    most = question.max or LARGEST_AMOUNT
    whole_only = question.kind != "amount"
    if not 0 <= number <= most or (whole_only and not number.is_integer()):
        bounds = f"0 – {language.number(most)}"
        if whole_only:
            bounds = language.text("a whole number, {bounds}", bounds=bounds)
        raise TbdxError("typed-out-of-bounds", found=found, expected=bounds)
    return number


def _example(question: Question, language: Language) -> str:
    if question.kind == "amount":
        return language.number(_EXAMPLE)
    return language.number(question.max or round(_EXAMPLE, -2))


def far_amounts(
    plan: Plan, values: Mapping[str, object], last: Mapping[str, object]
) -> dict[str, float]:
    """The amounts that look as if typed in another unit, each with the amount it is far from.

    That is the last one of the same question, or the base year's beside it.
    """
    pairs = [(q.name, values.get(q.name), last.get(q.name)) for q in plan.form.field]
    pairs += [
        (i.amount, values.get(i.amount), values.get(i.base_amount))
        for i in plan.indicators
        if i.kind == "share_growth"
    ]
    amounts = {question.name for question in plan.form.field if question.kind == "amount"}
    found: dict[str, float] = {}
    for name, typed, other in pairs:
        if name not in amounts or not (isinstance(typed, float) and isinstance(other, float)):
            continue
        if min(typed, other) > 0 and is_far(typed, other, plan.checks.unit_factor):
            found.setdefault(name, other)
    return found
