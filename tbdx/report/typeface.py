"""How wide a line of bold Times New Roman is, and where to break it so that its parts balance.

The decree wants rules as long as the line above them, or as a third to a half of it. A rule is
the border of an empty paragraph between indents, so the line's width must be known when the file
is written, on machines that may not have the font. Its widths never change: they stand here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import combinations, pairwise

_WIDTHS = {
    220: "|",
    250: " ,.\xa0",
    278: "'/\\il",
    333: "!()-:;[]`fjt",
    389: "Is",
    394: "{}",
    444: "cerz",
    500: "#$*0123456789?J_agovxy–“”",
    520: "~",
    556: "Sbdhknpquđơư",
    570: "+<=>",
    611: "FP",
    667: "BELTZ",
    722: "ACDNRUVXYwĐƯ",
    778: "GHKOQƠ",
    833: "&m",
    930: "@",
    944: "M",
    1000: "%W—…",
}
"""Thousandths of the type's size, as Times New Roman Bold has them; marks above a letter add nothing."""
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
_ELSEWHERE = 722
"""The width taken for a character that is not known."""

_POINTS_PER_CM = 72 / 2.54
_MOST_LINES = 3
_MOST_WORDS = 30
_NEARLY = 1.4
_OPENING_VI = "& và của trên theo tại tỉnh thành về năm giai do cho"
_OPENING_EN = "and of in on for to from by with"
_OPENING = frozenset(f"{_OPENING_VI} {_OPENING_EN}".split())
_DASHES = ("-", "–")
"""Words that begin a new part of a name or a title: a line is best broken before one."""


def width_cm(text: str, size: float) -> float:
    """The width in centimetres of a line set in bold at `size` points; plain type is narrower."""
    return sum(map(_width_of, text)) / 1000 * size / _POINTS_PER_CM


def _width_of(character: str) -> int:
    if character in _WIDTH_OF:
        return _WIDTH_OF[character]
    base = unicodedata.normalize("NFD", character)[0]
    return 0 if unicodedata.combining(base) else _WIDTH_OF.get(base, _ELSEWHERE)


def balanced(text: str, size: float, available: float, kept: Sequence[str] = ()) -> tuple[str, ...]:
    """The text in as few lines of `available` centimetres as it takes, as even as they can be.

    Of breaks that are nearly as even, one where a new part begins is taken: before a word that
    opens one, before a name of `kept`, which is never broken, or after a dash, which never begins
    a line. Line breaks in the text stay as they are. What takes more than three lines is left in one, for
    the word processor to break.
    """
    if "\n" in text:
        return tuple(line.strip() for line in text.split("\n"))
    words = _pieces(text, kept)
    if width_cm(text, size) <= available or len(words) > _MOST_WORDS:
        return (text,)
    for count in range(2, _MOST_LINES + 1):
        choices = [
            tuple(" ".join(words[a:b]) for a, b in pairwise((0, *cuts, len(words))))
            for cuts in combinations(range(1, len(words)), count - 1)
        ]
        widest = {lines: max(width_cm(line, size) for line in lines) for lines in choices}
        fitting = [lines for lines in choices if widest[lines] <= available]
        if fitting:
            limit = min(widest[lines] for lines in fitting) * _NEARLY
            even = [lines for lines in fitting if widest[lines] <= limit]
            return min(even, key=lambda lines: (-_openings(lines, kept), widest[lines]))
    return (text,)


def _pieces(text: str, kept: Sequence[str]) -> list[str]:
    """What is not broken: words, names, what is to be filled in; a dash stays with what it follows."""
    name = "|".join(map(re.escape, kept)) or "(?!)"
    dash = "|".join(_DASHES)
    found = re.findall(f"((?:{name})?[^ ]*(?: (?:{dash})(?= ))?)", text, re.IGNORECASE)
    return list(filter(None, found))


def _openings(lines: tuple[str, ...], kept: Sequence[str]) -> int:
    """How many lines but the first begin a part."""
    names = tuple(name.lower() for name in kept)
    return sum(
        line.split(" ", 1)[0].lower() in _OPENING
        or line.lower().startswith(names)
        or before.endswith(_DASHES)
        for before, line in pairwise(lines)
    )
