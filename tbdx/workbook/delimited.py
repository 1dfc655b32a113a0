"""Tables saved as text: CSV with any usual delimiter, in any encoding met in Viet Nam."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from io import StringIO
from typing import Any

from tbdx.workbook.legacy_text import words_understood
from tbdx.workbook.package import MOST_CELLS

MOST_ROWS = 50_000

_DELIMITERS = "\t;,"  # commas last: where decimals have a comma, it is in every row, too
_OTHER_KIND = re.compile(r"\s*(?:<[!?a-z]|%PDF|\{\\rtf)", re.IGNORECASE)
_HINT = re.compile(rf'"?sep=([{_DELIMITERS}])"?(?:\r\n|\r|\n)', re.IGNORECASE)
# Fifteen digits are what Excel keeps; a longer one is an account or a code.
_WHOLE_NUMBER = re.compile("0|-?[1-9][0-9]{0,14}")
_DECIMAL = re.compile("-?(?:0|[1-9][0-9]{0,14})([.,])[0-9]{1,15}")
_MAYBE_THOUSANDS = re.compile("-?[1-9][0-9]{0,2}[.,][0-9]{3}")


class Ambiguous(str):
    """A number with a point between commas, "12.500": decimals there, thousands in Vietnamese."""

    __slots__ = ()


_Rows = list[list[Any]]


def read_delimited(content: bytes) -> _Rows | None:
    """The rows of a table saved as text; None if the bytes are no such table.

    A cell is "", a float, `Ambiguous` or a str as it stands: neither cleaned nor converted
    from an old font. A number is a plain whole one, or a decimal with the mark
    that goes with the delimiter: a point beside commas, else a comma. What may
    have thousands ("1.500", "1,500") or leading zeros stays a text.

    Excel's hint "sep=;" is followed and is no row, as Excel does not show it:
    the line after it is row 1. A blank line is an empty row. Refused are more
    than 50,000 rows or 2,000,000 cells, and a text in which no two rows have
    the same number of cells, two or more.
    """
    text = _decoded(content)
    if text is None or "\x00" in text or _OTHER_KIND.match(text):
        return None
    hint = _HINT.match(text)
    if hint:
        text = text[hint.end() :]
    best, rows, delimiter = 1, None, ""
    for candidate in hint[1] if hint else _DELIMITERS:
        table = _split(text, candidate)
        alike = _rows_alike(table or [])
        if alike > best:
            best, rows, delimiter = alike, table, candidate
    if rows is None:
        return None
    mark = "." if delimiter == "," else ","
    return [[_value(cell, mark) for cell in row] for row in rows]


def _decoded(content: bytes) -> str | None:
    """The text of the bytes, without a byte order mark; None for bytes that are no text."""
    try:
        return content.decode(_unicode_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return _decoded_from_8_bits(content)


def _unicode_encoding(content: bytes) -> str:
    """The encoding of Unicode that the bytes would be in."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = content[::2].count(0), content[1::2].count(0)
    # Without a mark: most characters are Latin, whose upper half is zero.
    for encoding, zeros in (("utf-16-le", odd), ("utf-16-be", even)):
        if zeros > len(content) / 4:
            return encoding
    return "utf-8"


def _decoded_from_8_bits(content: bytes) -> str | None:
    """The text in the one of two code pages that makes more words Vietnamese.

    Fonts of before Unicode (TCVN3, VNI) come out as Latin-1, for `recode`.
    """
    texts = []
    for encoding in ("cp1252", "cp1258"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # cp1258 writes the tone as a character of its own.
        texts.append(unicodedata.normalize("NFC", text) if encoding == "cp1258" else text)
    return max(texts, key=words_understood, default=None)


def _split(text: str, delimiter: str) -> list[list[str]] | None:
    """The cells of every row; None if they are too many, or no table at all."""
    if text.count(delimiter) > MOST_CELLS:
        return None
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if len(rows) == MOST_ROWS or cells > MOST_CELLS:
                return None
            rows.append(row)
    except csv.Error:  # a quotation mark that is never closed
        return None
    return rows


def _rows_alike(rows: list[list[str]]) -> int:
    """How many rows have the most common number of cells, two or more."""
    return max(Counter(len(row) for row in rows if len(row) > 1).values(), default=0)


def _value(text: str, mark: str) -> str | float:
    """A number where the text can be nothing else."""
    if _WHOLE_NUMBER.fullmatch(text):
        return float(text)
    decimal = _DECIMAL.fullmatch(text)
    if decimal and decimal[1] == mark and not _MAYBE_THOUSANDS.fullmatch(text):
        return float(text.replace(",", "."))
    return Ambiguous(text) if mark == "." and _MAYBE_THOUSANDS.fullmatch(text) else text
