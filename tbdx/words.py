"""Folding of Vietnamese words, so that labels match however they were typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PARENTHESES = re.compile(r"\([^()]*\)")
_NOT_A_WORD = re.compile(r"[^a-z0-9%✓✔…]+")
_FINAL_Y = re.compile(r"\b(qu|[bcdghklmnprstvx]+)y\b")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
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


def letters(text: str) -> str:
    """The text letter by letter for comparison: without case and diacritics, as long as it was.

    What is no letter or digit is a space, and "y" alone at a syllable's end is "i", as with
    `fold`: place for place the result is the text, so that a match can be shown in it.
    """
    return _FINAL_Y.sub(r"\1i", text.translate(_LETTERS))


def small(text: str) -> str:
    """The text in small letters with their diacritics, as long as it was; see `letters`."""
    return text.translate(_SMALL)


class _Characters(dict[int, str]):
    """What becomes of each character, worked out when it first occurs."""

    def __init__(self, marks: bool) -> None:
        self._marks = marks

    def __missing__(self, code: int) -> str:
        letter = chr(code).lower()[0]
        base = unicodedata.normalize("NFD", letter)[0]
        if not base.isalnum():
            base = letter = " "
        elif base in "đð":
            base, letter = "d", "đ"
        self[code] = letter if self._marks else base
        return self[code]


_LETTERS, _SMALL = _Characters(marks=False), _Characters(marks=True)


@lru_cache(maxsize=16384)
def accented(word: str) -> str:
    """One word with its diacritics, but alike however it was typed.

    `word` is one of `small`. "hòa" and "hoà", "kỹ" and "kĩ" are one; a word without
    diacritics is as `letters` has it.
    """
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(c for c in decomposed if c in _TONES)
    toneless = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    return _FINAL_Y.sub(r"\1i", toneless) + tones


def says_something(text: str) -> bool:
    """Whether a text holds at least one letter."""
    return any(map(str.isalpha, clean(text)))
