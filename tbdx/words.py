"""Folding of Vietnamese words, so that labels match however they were typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PARENTHESES = re.compile(r"\([^()]*\)")
_NOT_A_WORD = re.compile(r"[^a-z0-9%✓✔…]+")
_FINAL_Y = re.compile(r"\b(qu|[bcdghklmnprstvx]+)y\b")
# Control characters (an .xls can hold them), soft hyphen, zero-width and direction marks.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def clean(text: str) -> str:
    """The text as a person reads it: NFC, no invisible characters, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(_INVISIBLE.sub("", text).split())


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text for comparison only: no case, diacritics, punctuation or "(unit)".

    "Tòa soạn hội tụ", "Toà soạn hội tụ" and "TOA SOAN HOI TU:" fold to one text,
    and so do "kỹ" and "kĩ". A text that is nothing but punctuation folds to itself.
    """
    plain = clean(text).lower().replace("đ", "d")
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    without_unit = _PARENTHESES.sub(" ", plain)
    folded = _NOT_A_WORD.sub(" ", without_unit).strip()
    folded = folded or _NOT_A_WORD.sub(" ", plain).strip() or plain.strip()
    return _FINAL_Y.sub(r"\1i", folded)


def says_something(text: str) -> bool:
    """Whether a text holds at least one letter."""
    return any(map(str.isalpha, clean(text)))
