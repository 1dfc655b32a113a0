"""Reads one cell of the appendix: the pair of share and threshold that it states.

`read_pair(cell, indicator, plan)` gives a pair only where the cell can be read in
exactly one way, and raises `DoubtError` elsewhere. What a text may say: a percent,
a percent with a growth threshold, a fraction of the agencies; all else is a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
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
    "các cơ quan báo chí, tổng số, đạt mức, phấn đấu, tăng doanh thu, nguồn thu, tối thiểu,"
    " ít nhất, từ, trở lên, so với năm"
)
# What is said in place of a number, even where no STT shows that a row is meant as an indicator.
_STATES = frozenset(
    map(fold, ("x", "đạt", "hoàn thành", "cơ bản hoàn thành", "triển khai", "duy trì"))
)

_NUMBER = r"\d{1,3}(?:,\d+|\.\d{1,2})?"  # a dot before three digits could mean thousands
_DASH = "[-‐‑–—−]"
_BARE = re.compile(_NUMBER)
_PERCENT = re.compile(rf"(?<!\d)(?<!\d[.,])({_NUMBER})\s*%")
_PERCENT_IN_WORDS = re.compile(r"\bph[ầa]n\s+tr[ăa]m\b", re.IGNORECASE)
_RANGE = re.compile(
    r"\d\s*%?\s*(?:[-‐‑–—−÷~→…]|\.{2,}|đến|tới|den|toi)\s*\d[\d.,]*\s*%?", re.IGNORECASE
)
_RATIO = re.compile(
    rf"(?<![\d/:.,])({_NUMBER})\s*(%?)\s*([/:]|{_DASH})\s*({_NUMBER})\s*(%?)(?![\d/:.,]*\d)"
)
_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,3})\s*/\s*(\d{1,3})(?![\d/.,]*\d)")
_OF_AGENCIES = re.compile(r"(?:(?:tong so|so|cac) )*co quan\b")
_AGENCY = re.compile(r"(?:báo(?!\s+(?:cáo|chí)\b)|đài|tạp chí)\b", re.IGNORECASE)
_PLAIN_AGENCY = re.compile(  # without diacritics, where "bao" could be "bảo" or "bao" as well
    r"(?:bao(?!\s+(?:cao|chi|dam|gom|phu)\b)|dai|tap chi)\b", re.IGNORECASE
)
_NEXT_AGENCY = re.compile(
    rf"(?:\n\s*(?:{_DASH}|[•*+])?|\bvà\b|\bva\b|[&+])\s*(?=(?:báo|đài|tạp chí|bao|dai|tap chi)\b)",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_NOTHING = re.compile(rf"(?:{_DASH}|[_.…\s])+")
_WORDS = re.compile(r"[^\W\d_]|[✓✔☑√]")
_SIGN_OF_A_VALUE = re.compile(r"[%?#<>=≤≥~]")
_DOUBTFUL_SIGN = re.compile(r"[^\w\s%.,;:()≥*\-–]|[-–]\s*\d")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')  # parts of a number format that are no code

_SHARE = "67%"


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
    """A value cell as read, in percent; `remark` is the code and expectation of one, if any."""

    share: Decimal
    threshold: Decimal | None
    decimals: int
    printed: str
    remark: tuple[str, str] | None = None


class DoubtError(Exception):
    """A value cell that cannot be read in exactly one way; args: code, expected."""


def has_words(folded: str, words: str) -> bool:
    """Whether a folded text holds these folded words in this order, as whole words."""
    return f" {words} " in f" {folded} "


def spell_out(plan: Plan, text: str) -> str:
    """The folded text with the plan's abbreviations in full."""
    full = {fold(short): fold(long) for short, long in plan.abbreviations.items()}
    return " ".join(full.get(word, word) for word in fold(text).split())


def says_nothing(cell: Cell) -> bool:
    """Whether a cell is empty, or shows only a dash or dots: no target, and no fault."""
    return not cell.text or bool(_NOTHING.fullmatch(cell.text))


def looks_like_value(cell: Cell) -> bool:
    """Whether a cell says by itself that its row is meant as an indicator."""
    text = _in_signs(cell.text)
    shown = "%" in text or _FRACTION.match(text) or fold(text) in _STATES
    return isinstance(cell.value, int | float) or bool(shown)


def read_pair(cell: Cell, indicator: Indicator, plan: Plan, unit: str = "") -> Pair:
    """The pair that a cell states as a target of this indicator.

    `unit` is what the row's unit column says, if it has one. Raises `DoubtError`
    where the cell does not state exactly one pair, or one that cannot be.
    """
    value = _read_value(cell, indicator, plan)
    if value.share and _BARE.fullmatch(value.printed) and not _is_unit_of_shares(unit):
        raise DoubtError("appendix-value-unreadable", _SHARE)
    _require_pair(value, indicator)
    return value


def _is_unit_of_shares(unit: str) -> bool:
    """ "%", "Tỷ lệ", "Số …/tổng số …"; under "Cơ quan" a bare 2 is no percentage."""
    words = fold(unit)
    shares = ("ty le", "ti le", "phan tram")
    return not unit or "%" in unit or "/" in unit or any(has_words(words, w) for w in shares)


def _require_pair(value: Pair, indicator: Indicator) -> None:
    """A threshold stands with a share of growing agencies, and nowhere else."""
    if not 0 <= value.share <= 100:
        raise DoubtError("appendix-share-out-of-range", "0%–100%")
    if indicator.kind == "share_growth" and value.share and value.threshold is None:
        example = f"{_shown(value.share)}% cơ quan báo chí tăng doanh thu 10%"
        raise DoubtError("appendix-threshold-missing", example)
    if indicator.kind != "share_growth" and value.threshold is not None:
        raise DoubtError("appendix-threshold-unexpected", f"{_shown(value.share)}%")


def _read_value(cell: Cell, indicator: Indicator, plan: Plan) -> Pair:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _read_number(Decimal(str(value)), cell.number_format)
    if isinstance(value, date | time | timedelta):
        raise DoubtError("appendix-date", _SHARE)
    if not isinstance(value, str):
        raise DoubtError("appendix-value-unreadable", _SHARE)
    text = _in_signs(cell.text)
    if not re.search(r"\d", text):
        raise _doubt_of_words(text, value, indicator, plan)
    if _is_ratio(text, plan):
        raise DoubtError("appendix-ratio", _SHARE)
    if _RANGE.search(text):
        raise DoubtError("appendix-range", _SHARE)
    if _BARE.fullmatch(text):
        share = _decimal(text)
        _refuse_fraction(share)
        return Pair(share, None, _places(share), text)
    if _FRACTION.search(text):
        return _read_fraction(cell, indicator, plan)
    return replace(_read_sentence(text, plan), printed=cell.text)


def _in_signs(text: str) -> str:
    """The text with "phần trăm" and ">=" as the signs that they stand for."""
    return _PERCENT_IN_WORDS.sub("%", text).replace(">=", "≥")


def _example(indicator: Indicator) -> str:
    """Ways to write a share; one of people is never a fraction of agencies."""
    return _SHARE if indicator.kind == "ratio" else f"{_SHARE}; 2/3 cơ quan báo chí"


def _doubt_of_words(text: str, raw: str, indicator: Indicator, plan: Plan) -> DoubtError:
    """What to say of a text without a digit: agencies by name, or a state such as "Duy trì"."""
    if _agencies_listed(raw, plan):
        return DoubtError("appendix-agencies-named", _example(indicator))
    numeric = _SIGN_OF_A_VALUE.search(text) or any(map(str.isnumeric, text))  # "⅔" is no digit
    if _WORDS.search(text) and not numeric:
        return DoubtError("appendix-qualitative", _SHARE)
    return DoubtError("appendix-value-unreadable", _SHARE)


def _is_ratio(text: str, plan: Plan) -> bool:
    """Two parts of a whole: "60%/40%", "60/40", "70% - 30%"; a range would ascend.

    "40/60 cơ quan" counts agencies and is a fraction.
    """
    found = _RATIO.search(text)
    if not found:
        return False
    first, second = _decimal(found[1]), _decimal(found[4])
    if found[3] in "/:":
        percents = bool(found[2] or found[5])
        counted = _OF_AGENCIES.match(spell_out(plan, text[found.end() :]))
        return percents or (first + second == 100 and not counted)
    return first + second == 100 and first >= second


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
    remark = None if exact else ("appendix-hidden-decimals", printed)
    return Pair(share, None, decimals, printed, remark)


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


def _read_fraction(cell: Cell, indicator: Indicator, plan: Plan) -> Pair:
    """ "2/3 cơ quan báo chí (Báo X, Đài Y)": k of n agencies, where k are named if any are.

    The share has two decimals, so that it is k of n that meets it, and no fewer.
    """
    doubt = DoubtError("appendix-fraction-doubtful", _example(indicator))
    text, named = _without_agencies(str(cell.value), plan)
    found = _FRACTION.search(text)
    if not found or indicator.kind == "ratio":
        raise doubt
    part, whole = int(found[1]), int(found[2])
    before, after = text[: found.start()], text[found.end() :]
    counted = spell_out(plan, after)
    of_agencies = not counted or _OF_AGENCIES.match(counted)
    if part > whole or not whole or len(named) not in (0, part) or "%" in before or not of_agencies:
        raise doubt
    share = Decimal(100 * part) / whole
    share = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    try:
        pair = _read_sentence(f"{before}{share}%{after}", plan)
    except DoubtError:
        raise doubt from None
    remark = ("appendix-fraction-read", f"{_shown(share.normalize())}%")
    return replace(pair, decimals=2, printed=cell.text, remark=remark)


def _without_agencies(raw: str, plan: Plan) -> tuple[str, frozenset[str]]:
    """A cell's text without its lists of agencies in parentheses, and the agencies."""
    named: set[str] = set()

    def drop(found: re.Match[str]) -> str:
        listed = _agencies_listed(found[1], plan)
        named.update(listed)
        return " " if listed else found[0]

    return _in_signs(clean(_PARENTHESES.sub(drop, raw))), frozenset(named)


def _agencies_listed(raw: str, plan: Plan) -> frozenset[str]:
    """The agencies of a text that lists agencies and nothing else; otherwise none.

    An agency of the register is its id, another one its folded name.
    """
    known: dict[str, str] = {}
    for agency in plan.agencies:
        for name in (agency.short_name, *agency.names):
            known.setdefault(fold(name), agency.id)
    listed: set[str] = set()
    for item in re.split(r"[,;]", unicodedata.normalize("NFC", raw)):
        names = [item] if fold(item) in known else _NEXT_AGENCY.split(item)
        for name in filter(None, (clean(name).strip("-–•*+.…:() ") for name in names)):
            agency_word = _PLAIN_AGENCY if name.isascii() else _AGENCY
            if fold(name) not in known and not agency_word.match(name):
                return frozenset()
            listed.add(known.get(fold(name), fold(name)))
    return frozenset(listed)


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
        raise DoubtError("appendix-value-unreadable", _SHARE)
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
