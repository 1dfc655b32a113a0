"""Reads one cell of the appendix: the pair of share and threshold that it states.

`read_pair(cell, indicator, plan)` gives a pair only where the cell can be read in
exactly one way, and raises `DoubtError` elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from tbdx.plan import Indicator, Plan
from tbdx.words import clean, fold


def word_set(text: str) -> frozenset[str]:
    """The folded words of a text."""
    return frozenset(fold(text).split())


# Words that may stand around the percents of a value without changing what it says.
_SENTENCE_WORDS = word_set(
    "các cơ quan báo chí, tổng số, đạt mức, tăng doanh thu, nguồn thu, tối thiểu, ít nhất,"
    " từ, trở lên, so với năm"
)

_NUMBER = r"\d{1,3}(?:,\d+|\.\d{1,2})?"  # a dot before three digits could mean thousands
_BARE = re.compile(_NUMBER)
_PERCENT = re.compile(rf"(?<!\d)(?<!\d[.,])({_NUMBER})\s*%")
_RANGE = re.compile(
    r"\d\s*%?\s*(?:[-‐‑–—−÷~→…]|\.{2,}|đến|tới|den|toi)\s*\d[\d.,]*\s*%?", re.IGNORECASE
)
_DOUBTFUL_SIGN = re.compile(r"[^\w\s%.,;:()≥*\-–]|[-–]\s*\d")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')  # parts of a number format that are no code


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as found; `row` and `column` are those of its merge range's top left."""

    sheet: str
    row: int
    column: int
    value: Any
    number_format: str

    @property
    def address(self) -> str:
        """Where it stands, as in "C11"."""
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def text(self) -> str:
        """What the cell says, in Vietnamese style; every decimal; a date as 2026-01-31."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            day = self.value.isoformat()[:10] if isinstance(self.value, date) else self.value
            return "" if day is None else clean(str(day))
        percent = "%" in _LITERAL.sub("", self.number_format)
        number = Decimal(str(self.value)) * (100 if percent else 1)
        return _shown(number.normalize()) + ("%" if percent else "")


@dataclass(frozen=True, slots=True)
class Pair:
    """A value cell as read, in percent; `exact` is false if the cell hides decimals."""

    share: Decimal
    threshold: Decimal | None
    decimals: int
    printed: str
    exact: bool = True


class DoubtError(Exception):
    """A value cell that cannot be read in exactly one way; args: code, expected."""


def has_words(folded: str, words: str) -> bool:
    """Whether a folded text holds these folded words in this order, as whole words."""
    return f" {words} " in f" {folded} "


def spell_out(plan: Plan, text: str) -> str:
    """The folded text with the plan's abbreviations in full."""
    full = {fold(short): fold(long) for short, long in plan.abbreviations.items()}
    return " ".join(full.get(word, word) for word in fold(text).split())


def read_pair(cell: Cell, indicator: Indicator, plan: Plan) -> Pair:
    """The pair that a cell states as a target of this indicator.

    Raises `DoubtError` where it does not state exactly one, or one that cannot be.
    """
    value = _read_value(cell, plan)
    _require_pair(value, indicator)
    return value


def _require_pair(value: Pair, indicator: Indicator) -> None:
    """A threshold stands with a share of growing agencies, and nowhere else."""
    if not 0 <= value.share <= 100:
        raise DoubtError("appendix-share-out-of-range", "0%–100%")
    if indicator.kind == "share_growth" and value.share and value.threshold is None:
        example = f"{_shown(value.share)}% cơ quan báo chí tăng doanh thu 10%"
        raise DoubtError("appendix-threshold-missing", example)
    if indicator.kind != "share_growth" and value.threshold is not None:
        raise DoubtError("appendix-threshold-unexpected", f"{_shown(value.share)}%")


def _read_value(cell: Cell, plan: Plan) -> Pair:
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return _read_number(Decimal(str(cell.value)), cell.number_format)
    if not isinstance(cell.value, str):
        raise DoubtError("appendix-value-unreadable", "67%")
    if _RANGE.search(cell.text):
        raise DoubtError("appendix-range", "67%")
    if _BARE.fullmatch(cell.text):
        share = _decimal(cell.text)
        _refuse_fraction(share)
        return Pair(share, None, _places(share), cell.text)
    return _read_sentence(cell.text, plan)


def _read_number(number: Decimal, number_format: str) -> Pair:
    """A numeric cell: 0.67 in a percent format is 67%, otherwise 67 is.

    What is printed counts, for that is what was decided: 2/3 printed "67%" is 67%.
    """
    code = _LITERAL.sub("", number_format).split(";")[0]
    percent = "%" in code
    if not percent:
        _refuse_fraction(number)
    stored = number * 100 if percent else number
    least, most = _printed_places(code)
    share = stored.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    decimals = max(least, _places(share.normalize()))
    share = share.quantize(Decimal(1).scaleb(-decimals))
    printed = _shown(share) + ("%" if "%" in number_format else "")
    exact = abs(stored - share) < Decimal("1e-9")  # a stored double has noise beyond that
    return Pair(share, None, decimals, printed, exact)


def _printed_places(code: str) -> tuple[int, int]:
    """The least and most decimals that a number format prints; "General" prints what there is."""
    if not re.search(r"[0#?]", code):
        return 0, 9
    places = re.search(r"\.([0#?]+)", code)
    shown = places[1] if places else ""
    return shown.count("0"), len(shown)


def _refuse_fraction(number: Decimal) -> None:
    """A bare 0.67 may be 67% or 0.67%, a bare 1 may be 1% or 100%: ask."""
    if 0 < number <= 1:
        raise DoubtError("appendix-bare-fraction", f"{_shown((number * 100).normalize())}%")


def _read_sentence(text: str, plan: Plan) -> Pair:
    """ "67%", "tối thiểu 67%", "33% cơ quan báo chí tăng doanh thu 10%".

    One percent is the share; of two, with "tăng" between them, the second is
    the growth over the base year. Any word, sign or number besides the known
    ones could change the meaning and is refused.
    """
    percents = list(_PERCENT.finditer(text))
    around = spell_out(plan, re.sub(r"[()]", " ", _PERCENT.sub(" ", text)))
    words = set(re.findall(r"\w+", around)) - {str(plan.years.base)}
    between = text[percents[0].end() : percents[-1].start()] if percents else ""
    grows = has_words(fold(re.sub(r"[()]", " ", between)), "tang")
    known = words <= _SENTENCE_WORDS and not _DOUBTFUL_SIGN.search(_PERCENT.sub(r"\1%", text))
    if not known or len(percents) not in (1, 2) or grows != (len(percents) == 2):
        raise DoubtError("appendix-value-unreadable", "67%")
    if not grows and "tang" in words:  # "tăng 10%" alone: a share or a threshold?
        raise DoubtError("appendix-value-unreadable", "33% cơ quan báo chí tăng doanh thu 10%")
    share = _decimal(percents[0][1])
    threshold = _decimal(percents[1][1]) if grows else None
    return Pair(share, threshold, _places(share), text)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _shown(number: Decimal) -> str:
    """In Vietnamese style: a comma before the decimals."""
    return f"{number:f}".replace(".", ",")
