"""Texts, numbers and dates by language, through gettext catalogues and Babel.

Texts in the code are English and serve as the catalogue's keys; a language is
one catalogue under `locales/<code>/LC_MESSAGES/tbdx.po`.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).with_name("locales")
DEFAULT = "vi"


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
        """A number with at most `decimals` decimals, e.g. 1.234,5; "–" for None or NaN."""
        if value is None or value != value:  # noqa: PLR0124 (NaN)
            return "–"
        pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
        return format_decimal(value, pattern, locale=self.code)

    def percent(self, value: float | None, decimals: int = 1) -> str:
        """A value that is already in percent, e.g. 66.67 as "66,7%"."""
        text = self.number(value, decimals)
        return text if text == "–" else f"{text}%"

    def date(self, value: date) -> str:
        """dd/mm/yyyy in Vietnamese, the medium form elsewhere."""
        return format_date(value, "dd/MM/yyyy" if self.code == "vi" else "medium", self.code)

    def moment(self, value: datetime, zone: str) -> str:
        """A moment in the plan's time zone, to the minute."""
        local = value.astimezone(ZoneInfo(zone))
        pattern = "HH:mm dd/MM/yyyy" if self.code == "vi" else "d MMM y, HH:mm"
        return format_datetime(local, pattern, locale=self.code)


@lru_cache
def language(code: str) -> Language:
    """The language with this code, or the default one for an unknown code."""
    return Language(code if code in languages() else DEFAULT)


@lru_cache
def languages() -> tuple[str, ...]:
    """Codes of all languages: the default, English, then every other catalogue."""
    found = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())
    return (DEFAULT, "en", *(code for code in found if code not in (DEFAULT, "en")))
