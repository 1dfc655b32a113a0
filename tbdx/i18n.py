"""Texts, numbers and dates by language, through gettext catalogues and Babel.

Texts in the code are English and serve as the catalogue's keys; a language is
one catalogue under `locales/<code>/LC_MESSAGES/tbdx.po`.
"""

from __future__ import annotations

import gettext
import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, localcontext
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from tbdx.words import clean

LOCALES = Path(__file__).with_name("locales")
DEFAULT = "vi"
_MINUS = "−"  # U+2212: as wide as a plus, and never broken from its number


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for a text translated later)
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Language:
    """One language of the product: its texts and its ways of writing."""

    code: str

    @cached_property
    def _translations(self) -> gettext.NullTranslations:
        path = LOCALES / self.code / "LC_MESSAGES" / "tbdx.po"
        if not path.is_file():
            return gettext.NullTranslations()
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=self.code))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)

    @cached_property
    def name(self) -> str:
        """The language's name in itself, e.g. "Tiếng Việt"."""
        own = Locale.parse(self.code).get_display_name(self.code) or self.code
        return own[:1].upper() + own[1:]

    def text(self, message: str, /, **fields: object) -> str:
        """The message in this language with its {fields} filled in."""
        found = self._translations.gettext(message) if message else ""
        return found.format(**fields) if fields else found

    def plural(self, one: str, many: str, count: int, **fields: object) -> str:
        """The form for `count`, which the text may quote as {count}."""
        text = self._translations.ngettext(one, many, count)
        return text.format(count=self.number(count), **fields)

    def number(self, value: float | None, decimals: int = 2) -> str:
        """A number with at most `decimals` decimals, e.g. 1.234,5; "–" for None or NaN.

        Rounded half up, as spreadsheets do; what is negative bears a minus sign, no hyphen.
        """
        if value is None or value != value:  # noqa: PLR0124 (NaN)
            return "–"
        return _number(value or 0, decimals, self.code)  # -0.0 is no negative number

    def percent(self, value: float | None, decimals: int = 1) -> str:
        """A value that is already in percent, e.g. 66.67 as "66,7%"."""
        text = self.number(value, decimals)
        return text if text == "–" else f"{text}%"

    def day(self, value: date) -> str:
        """A day of any year: dd/mm in Vietnamese, the month in words elsewhere."""
        return format_date(value, "dd/MM" if self.code == "vi" else "d MMMM", self.code)

    def date(self, value: date) -> str:
        """dd/mm/yyyy in Vietnamese, the medium form elsewhere."""
        return format_date(value, "dd/MM/yyyy" if self.code == "vi" else "medium", self.code)

    def moment(self, value: datetime, zone: str) -> str:
        """A moment in the plan's time zone, to the minute."""
        local = value.astimezone(ZoneInfo(zone))
        pattern = "HH:mm dd/MM/yyyy" if self.code == "vi" else "d MMM y, HH:mm"
        return format_datetime(local, pattern, locale=self.code)

    def sort_key(self, text: str) -> str:
        """What texts are put in order by, for a reader of this language.

        Letters decide first: in Vietnamese a ă â b c d đ e ê … o ô ơ … u ư …, elsewhere
        those without their marks. Where they are alike it is the tones (ngang, huyền,
        hỏi, ngã, sắc, nặng), then small letters before capitals. Spaces come before
        punctuation, digits and letters; "Số 9" comes before "Số 10". This is the
        order of Unicode's CLDR, which browsers and office programs follow.
        """
        return _sort_key(text, self.code == "vi")


@lru_cache
def language(code: str) -> Language:
    """The language with this code, or the default one for an unknown code."""
    return Language(code if code in languages() else DEFAULT)


@lru_cache
def languages() -> tuple[str, ...]:
    """Codes of all languages: the default, English, then every other catalogue."""
    found = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())
    return (DEFAULT, "en", *(code for code in found if code not in (DEFAULT, "en")))


@lru_cache(maxsize=32768)
def _number(value: float, decimals: int, code: str) -> str:
    """A number as `Language.number` writes it; the same ones stand on page after page."""
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    with localcontext(rounding=ROUND_HALF_UP):
        return format_decimal(value, pattern, locale=code).replace("-", _MINUS)


_PLACES = {"ă": 1, "â": 2, "đ": 1, "ê": 1, "ô": 1, "ơ": 2, "ư": 1}
"""The letters that Vietnamese counts as its own: in which place each follows its base letter."""
_STROKE = "\u0335"  # what tells đ from d where it is no letter of its own
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
_MARKS = (  # in the order of CLDR's root
    "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u0303\u0307\u0327\u0328\u0304\u0335\u0309\u031b\u0323"
)
_PARTS = re.compile(r"[0-9]+|.", re.DOTALL)
_SPACE, _SIGN, _NUMBER, _FIRST_LETTER, _OTHER_LETTERS = 0x2, 0x3, 0x4, 0x100, 0x200
_SMALL, _CAPITAL, _UNMARKED, _END = "\x01", "\x02", "\x01", "\x00"


@lru_cache(maxsize=16384)
def _sort_key(text: str, vietnamese: bool) -> str:
    """Letters, then their marks, then case, then the text itself; see `Language.sort_key`."""
    text = clean(text)
    weights = [_weights(part, vietnamese) for part in _PARTS.findall(text)]
    levels = ("".join(level) for level in zip(*weights, strict=True))
    return _END.join((*levels, text))


@lru_cache(maxsize=4096)
def _weights(part: str, vietnamese: bool) -> tuple[str, str, str]:
    """What one character, or a run of digits, weighs as a letter, by its marks, by its case."""
    if part.isdecimal():
        digits = part.lstrip("0") or "0"
        return f"{chr(_NUMBER)}{chr(len(digits))}{digits}", "", ""
    order = {mark: chr(at) for at, mark in enumerate(_TONES if vietnamese else _MARKS, start=2)}
    small = part.lower()
    if unicodedata.combining(small[0]):  # a mark for which there is no letter with it
        return "", order.get(small, small), ""
    decomposed = unicodedata.normalize("NFD", small.replace("đ", f"d{_STROKE}"))
    base, own = decomposed[0], decomposed[1:]
    shape = "".join(mark for mark in own if mark not in _TONES)
    letter = "đ" if shape == _STROKE else unicodedata.normalize("NFC", base + shape)
    place = _PLACES.get(letter, 0) if vietnamese else 0
    weighed = "".join(order.get(mark, mark) for mark in own if not place or mark in _TONES)
    return _letter(base, place), _UNMARKED + weighed, _SMALL if part == small else _CAPITAL


def _letter(base: str, place: int) -> str:
    """Where one character stands in the order of letters, as a character."""
    if base.isspace():
        return chr(_SPACE)
    if "a" <= base <= "z":
        return chr(_FIRST_LETTER + 4 * (ord(base) - ord("a")) + place)
    if base.isalpha():
        return chr(min(_OTHER_LETTERS + ord(base), sys.maxunicode))
    return chr(_SIGN) + base
