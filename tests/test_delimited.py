"""Tables saved as text: every encoding and delimiter met, numbers, and what is refused."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbdx.workbook.delimited import MOST_ROWS, Ambiguous, read_delimited
from tbdx.workbook.legacy_text import recode

TABLE = [
    ["Báo cáo năm 2024", "", "", ""],
    ["STT", "Cơ quan báo chí", "Có đưa nội dung lên nền tảng số", "Ghi chú"],
    ["01", "Đài PT-TH Thái Bình", "Không", 'Nói: "đạt", chưa đủ; xem\nbáo cáo\tkèm theo'],
    ["02", "Tạp chí Văn nghệ", "Có", "ứng dụng trí tuệ nhân tạo"],
]


def saved(rows: list[list[str]], delimiter: str = ";") -> str:
    """The table as Excel writes it."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def in_cp1258(text: str) -> bytes:
    """The text in the code page of Vietnamese Windows: a letter, then its tone."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    typed = bytearray()
    for letter in text:
        decomposed = unicodedata.normalize("NFD", letter)
        base = "".join(c for c in decomposed if c not in tones)
        tone = "".join(c for c in decomposed if c in tones)
        typed += (unicodedata.normalize("NFC", base) + tone).encode("cp1258")
    return bytes(typed)


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8-sig": lambda text: text.encode("utf-8-sig"),
    "utf-16-le with a mark": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16-be with a mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "cp1258": in_cp1258,
}


# --- encodings, delimiters, quotes ------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_with_every_delimiter(encoding: str, delimiter: str) -> None:
    """The rows come back with quotes, delimiters and line breaks inside their cells."""
    assert read_delimited(ENCODINGS[encoding](saved(TABLE, delimiter))) == TABLE


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    ("font", "typed", "meant"),
    [
        (
            "TCVN3",
            ["C¬ quan b¸o chÝ", "§µi PT-TH Th¸i B×nh", "Cã", "øng dông trÝ tuÖ"],
            ["Cơ quan báo chí", "Đài PT-TH Thái Bình", "Có", "ứng dụng trí tuệ"],
        ),
        (
            "VNI",
            ["Cô quan baùo chí", "Ñaøi PT-TH Thaùi Bình", "Coù", "öùng duïng trí tueä"],
            ["Cơ quan báo chí", "Đài PT-TH Thái Bình", "Có", "ứng dụng trí tuệ"],
        ),
    ],
)
def test_bytes_of_an_old_font_are_kept_for_conversion(
    font: str, typed: list[str], meant: list[str], delimiter: str
) -> None:
    """An 8-bit table in TCVN3 or VNI is read as Latin-1, and `recode` then reads it right."""
    rows = read_delimited(saved([typed, typed], delimiter).encode("latin-1"))
    assert rows == [typed, typed]
    assert [recoded.encoding for recoded in recode(rows)] == [font]
    assert rows == [meant, meant]


def test_other_western_text_is_windows_1252() -> None:
    """Without Vietnamese words there is no reason to read a ã as an ă."""
    assert read_delimited("“Müller”;1\nJoão;2\n".encode("cp1252")) == [
        ["“Müller”", 1.0],
        ["João", 2.0],
    ]


def test_semicolons_beside_decimal_commas() -> None:
    """A comma in every row is a decimal comma where semicolons divide the rows as well."""
    assert read_delimited(b"1,5;2,5;3,25\n4,5;5,5;6,5\n") == [[1.5, 2.5, 3.25], [4.5, 5.5, 6.5]]


def test_commas_beside_semicolons_in_a_few_texts() -> None:
    """What divides most rows alike is the delimiter."""
    assert read_delimited(b"a,b,c\nd;e,f,g\nh,i;j,k\n") == [
        ["a", "b", "c"],
        ["d;e", "f", "g"],
        ["h", "i;j", "k"],
    ]


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
def test_rows_keep_their_numbers(line_break: str) -> None:
    """Blank lines and rows of any length count, whatever ends a line."""
    text = line_break.join(["Báo cáo", "", "a;b;", ";c;d", ";;"])
    assert read_delimited(text.encode()) == [
        ["Báo cáo"],
        [],
        ["a", "b", ""],
        ["", "c", "d"],
        ["", "", ""],
    ]


@pytest.mark.parametrize("hint", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_the_hint_for_excel_is_followed(hint: str) -> None:
    """It decides for semicolons among commas; as in Excel, the line after it is row 1."""
    rows = [["a,b,c", "1,5"], ["d,e,f", "2,5"]]
    text = f"{hint}\r\n{saved(rows)}"
    assert read_delimited(text.encode()) == [["a,b,c", 1.5], ["d,e,f", 2.5]]


def test_the_hint_alone_is_no_table() -> None:
    """With the hint, too, two rows must be alike, by the delimiter that it names."""
    assert read_delimited(b"sep=;\r\na,b\r\nc,d\r\n") is None


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "delimiter", "value"),
    [
        ("12000", ";", 12000.0),
        ("0", ";", 0.0),
        ("-3", ",", -3.0),
        ("13260,5", ";", 13260.5),
        ("13260,5", "\t", 13260.5),
        ("13260.5", ",", 13260.5),
        ("13260.125", ",", 13260.125),
        ("-0,125", ";", -0.125),
        ("13260,5", ",", "13260,5"),
        ("13260.5", ";", "13260.5"),
        ("1.500", ",", Ambiguous("1.500")),
        ("1.500", ";", "1.500"),
        ("1,500", ";", "1,500"),
        ("1,500", "\t", "1,500"),
        ("1.500.000", ";", "1.500.000"),
        ("1,250.5", ",", "1,250.5"),
        ("007", ";", "007"),
        ("0912345678", ";", "0912345678"),
        ("-0", ";", "-0"),
        ("+5", ";", "+5"),
        ("12345678901234567890", ";", "12345678901234567890"),
        ("1e5", ";", "1e5"),
        ("nan", ";", "nan"),
        ("١٢", ";", "١٢"),
        ("67%", ";", "67%"),
        (" 5", ";", " 5"),
        ("5,", ";", "5,"),
        ("  Có\u00a0", ";", "  Có\u00a0"),
        ("=1+1", ";", "=1+1"),
        ("", ";", ""),
    ],
)
def test_only_what_is_surely_a_number_becomes_one(
    typed: str, delimiter: str, value: str | float
) -> None:
    """Thousands, leading zeros and long codes stay texts, and no text is cleaned."""
    rows = read_delimited(saved([["a", "b"], [typed, "x"]], delimiter).encode())
    assert rows is not None
    assert rows[1] == [value, "x"]
    assert type(rows[1][0]) is type(value)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf",
        b"a;b\x00;c\nd;e;f\n",
        b"PK\x03\x04\x00\x00;;\n;;\n",
        b"\xff\xfe\x00\x00a\x00\x00\x00;\x00\x00\x00",
        b"\xff\xfea;\n",
        b"<!DOCTYPE html><table>\na;b\nc;d\n",
        b"\xef\xbb\xbf  \n<html>\na;b\nc;d\n",
        b"<TABLE>\na;b\nc;d\n",
        b'<?xml version="1.0"?>\na;b\nc;d\n',
        b"{\\rtf1 a;b\nc;d\n}",
        b"%PDF-1.7\na;b\nc;d\n",
        b"\x81;a\n\x81;b\n",
        b"a;b\n",
        b"a\nb\nc\n",
        b"a;b\nc;d;e\n",
        b'"' + b"a" * 200_000 + b";b\nc;d\n",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_text_table_is_refused(content: bytes) -> None:
    """Binary content, documents of other kinds, and text in which no two rows are alike."""
    assert read_delimited(content) is None


def test_a_table_has_a_largest_size() -> None:
    """50,000 rows and 2,000,000 cells are read, one more is not."""
    rows = read_delimited(b"a;b\n" * MOST_ROWS)
    assert rows is not None
    assert len(rows) == MOST_ROWS
    assert read_delimited(b"a;b\n" * (MOST_ROWS + 1)) is None
    wide = b";" * 999 + b"\n"
    rows = read_delimited(wide * 2000)
    assert rows is not None
    assert len(rows) == 2000
    assert read_delimited(wide * 2001) is None
    assert read_delimited(b";" * 3_000_000 + b"\n" + b";" * 3_000_000) is None


# --- any table --------------------------------------------------------------------------------

TEXTS = st.text(
    st.sampled_from('Báo cáo Đài đạt ứng dụng "quoted" ;,\t\n.-5'), min_size=1, max_size=12
).filter(lambda text: not text.strip("\n").replace(",", "").replace(".", "").lstrip("-").isdigit())


@given(
    rows=st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from(";,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le with a mark", "cp1258"]),
)
@settings(deadline=None)
def test_any_texts_survive(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    """With the hint, any texts in quotes come back exactly."""
    table = [["Cơ quan", "Đưa lên", "Đạt"], *rows]
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    content = ENCODINGS[encoding](f"sep={delimiter}\r\n{stream.getvalue()}")
    assert read_delimited(content) == table


@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(deadline=None)
def test_no_bytes_make_it_raise(content: bytes) -> None:
    """Anything is a table or None, and a table has only texts and numbers."""
    rows: list[list[Any]] = read_delimited(content) or []
    assert all(type(cell) in (str, float, Ambiguous) for row in rows for cell in row)
