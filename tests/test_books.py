"""Workbooks as they are written: every cell of its type, laid out, drawn, the same bytes again."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from office import Office
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from tbdx.workbook import books
from tbdx.workbook.books import (
    CUT,
    MOST_CHARACTERS,
    Book,
    Formula,
    Look,
    Series,
    legal,
    share_format,
    sheet_name,
)
from tbdx.workbook.tables import Column

HARMLESS = [
    *("=1+1", "{=1+1}", "+84 123", "-5", "@SUM(A1)", "5", "1e3"),
    *("http://vi.du", "mailto:a@b.example", "internal:Sheet1!A1", "external:c:\\x.xlsx"),
    *("<r><t>a</t></r>", "<b>&amp;</b>", "_x0041_", " đầu và cuối ", "hai\ndòng"),
]
MOMENT = datetime(2025, 12, 9, 23, 59)  # noqa: DTZ001 (a workbook's moments have no zone)


def written(fill: Callable[[Book], object], **options: Any) -> bytes:
    """The workbook that is filled so."""
    out = BytesIO()
    with Book(out, **options) as book:
        fill(book)
    return out.getvalue()


def table(values: list[Any], kind: Any = "text", name: str = "Bảng") -> bytes:
    """A table of one column."""
    rows = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    return written(lambda book: book.table(name, rows, [Column("Cột", kind)]))


def first(content: bytes) -> Worksheet:
    return load_workbook(BytesIO(content)).worksheets[0]


def column(content: bytes) -> list[Any]:
    return [cell.value for cell in first(content)["A"]][1:]


def part(content: bytes, name: str) -> str:
    """The XML of one part."""
    with ZipFile(BytesIO(content)) as archive:
        return archive.read(name).decode()


def drawn(name: str = "Số liệu") -> bytes:
    """A chart of three years, one without a value, on a sheet of its own."""

    def fill(book: Book) -> None:
        numbers, charts = book.sheet(name), book.sheet("Biểu đồ")
        for row, (year, target, value) in enumerate([(2023, 0.67, 0.5), (2024, 0.67, None)]):
            numbers.put(row, 0, year)
            numbers.put(row, 1, target)
            numbers.put(row, 2, value)
        years, targets, values = (numbers.cells(place, 0, 1) for place in range(3))
        series = [
            Series("Chính thức", values, "plain", ("50%", ""), (targets, targets)),
            Series("Ước", values, "hatched"),
            Series("Chỉ tiêu", targets, "dash"),
            Series("Mục tiêu", targets, "diamond"),
        ]
        charts.chart((1, 0), "Tên", years, series, size=(640, 360), alt="Kể lại")

    return written(fill)


def test_each_text_is_a_text_and_nothing_else() -> None:
    """What looks like a formula, a number, a link or markup is what was written, and is dead."""
    content = table(HARMLESS)
    read = [str(value).replace("_x005F_", "_").rstrip() for value in column(content)]
    assert read == [text.rstrip() for text in HARMLESS]  # the escape is Excel's own
    assert {cell.data_type for cell in first(content)["A"]} == {"s"}
    xml = part(content, "xl/worksheets/sheet1.xml")
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    with ZipFile(BytesIO(content)) as archive:
        assert not [n for n in archive.namelist() if "sheets/_rels" in n or "externalLink" in n]


@pytest.mark.parametrize("text", ["a\x00b\x07c", "a\x1fb\ufffec", "a\ud800bc"])
def test_what_a_cell_cannot_hold_is_left_out(text: str) -> None:
    """Control characters and halves of characters do not break the file."""
    assert column(table([text])) == ["abc"]


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    """A cell holds 32 767 characters, of which some count twice; no half of one is left over."""
    assert legal("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS
    cut = legal("a" * (MOST_CHARACTERS + 1))
    assert (len(cut), cut[-len(CUT) :]) == (MOST_CHARACTERS, CUT)
    rare = legal("a" + "𝔗" * MOST_CHARACTERS)
    assert len(rare.encode("utf-16-le")) // 2 in (MOST_CHARACTERS, MOST_CHARACTERS - 1)
    assert set(rare.removesuffix(CUT)) == {"a", "𝔗"}
    assert column(table(["𝔗" * MOST_CHARACTERS])) == [legal("𝔗" * MOST_CHARACTERS)]


def test_days_and_moments_are_dates_of_the_workbook() -> None:
    """They come back as what they are, and are shown day first."""
    shown = first(table([MOMENT, None], "moment"))
    assert [cell.value for cell in shown["A"]] == ["Cột", MOMENT]
    assert shown["A2"].number_format == "dd/mm/yyyy hh:mm"
    days = first(table([date(2025, 2, 1), date(1900, 3, 1)], "date"))
    assert [cell.value.date() for cell in days["A"][1:]] == [date(2025, 2, 1), date(1900, 3, 1)]
    assert days["A2"].number_format == "dd/mm/yyyy"


def test_nothing_is_an_empty_cell() -> None:
    """None, NaN and an empty text leave no cell behind."""
    assert part(table([None]), "xl/worksheets/sheet1.xml").count("<c ") == 1  # the head
    assert column(table(["a", None, "", "b"])) == ["a", None, None, "b"]
    assert column(table([1.0, float("nan"), None, 3.0], "count")) == [1, None, None, 3]


def test_rows_that_do_not_fit_go_on_on_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sheet has its head, its filter over its own rows, and a name that says which it is."""
    monkeypatch.setattr(books, "MOST_ROWS", 4)
    told: list[int] = []
    rows = pd.DataFrame({"x": range(7)})
    long = "Một tên trang tính dài bằng mức"
    content = written(lambda book: book.table(long, rows, [Column("Cột", "count")], told.append))
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == [
        long,
        "Một tên trang tính dài bằn (2)",
        "Một tên trang tính dài bằn (3)",
    ]
    assert [[c.value for c in sheet["A"]] for sheet in book] == [
        ["Cột", 0, 1, 2],
        ["Cột", 3, 4, 5],
        ["Cột", 6],
    ]
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:A4", "A1:A4", "A1:A2"]
    assert sum(told) == 7


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("Kết quả: 2023/2024", "Kết quả  2023 2024"),
        ("'a'", "a"),
        ("History", "History_"),
        ("", "_"),
        ("x" * 40, "x" * 31),
    ],
)
def test_a_sheet_has_a_name_that_excel_allows(asked: str, given: str) -> None:
    """Not too long, without what is forbidden, without an apostrophe at an end, never “History”."""
    assert sheet_name(asked) == given


def test_no_two_sheets_have_one_name() -> None:
    """Capitals aside, as Excel compares them."""

    def fill(book: Book) -> None:
        for name in ("Bảng", "BẢNG", "x" * 31, "x" * 40):
            book.sheet(name).put(0, 0, name)

    book = load_workbook(BytesIO(written(fill)))
    assert book.sheetnames == ["Bảng", "BẢNG (2)", "x" * 31, "x" * 27 + " (2)"]


def test_cells_are_laid_out_in_any_order_and_merged_both_ways() -> None:
    """A head over two rows stands beside one over three columns; frames go round all of it."""

    def fill(book: Book) -> None:
        sheet = book.sheet("Biểu")
        sheet.put(2, 0, "dưới")
        sheet.merge(0, 3, (1, 3), "cao hai", Look(box=True))
        sheet.merge(0, 0, (1, 0), "cao một", Look(box=True))
        sheet.merge(0, 1, (0, 2), "rộng", Look(box=True))
        sheet.put(1, 1, 1.5, Look(number="0.0"))
        sheet.put(1, 2, Formula("=B2*2", 3.0))
        sheet.merge(2, 1, (2, 1), "một ô")

    content = written(fill)
    sheet = first(content)
    assert {str(r) for r in sheet.merged_cells.ranges} == {"A1:A2", "B1:C1", "D1:D2"}
    assert [c.value for c in sheet[1]] == ["cao một", "rộng", None, "cao hai"]
    assert [c.value for c in sheet[2]] == [None, 1.5, "=B2*2", None]
    assert [c.value for c in sheet[3]][:2] == ["dưới", "một ô"]
    assert all(sheet[place].border.left.style == "thin" for place in ("A1", "A2", "B1", "D2"))
    assert sheet["C1"].border.right.style == "thin"
    values = load_workbook(BytesIO(content), data_only=True).worksheets[0]
    assert values["C2"].value == 3


@pytest.mark.parametrize("name", ["Số liệu", "Sở's", "A1", "Bảng-2025", "Plain"])
def test_a_chart_refers_to_the_cells_that_it_shows(name: str) -> None:
    """Real references, the sheet's name in quotes where a formula needs them; gaps stay gaps."""
    content = drawn(name)
    chart = part(content, "xl/charts/chart1.xml")
    found = re.findall(r"<c:f>(.*?)</c:f>", chart)
    plain = name == "Plain"
    quoted = name if plain else "'{}'".format(name.replace("'", "''"))
    assert set(found) == {f"{quoted}!${letter}$1:${letter}$2" for letter in "ABC"}
    value = re.search(r"<c:val>.*?</c:val>", chart)
    assert value
    assert re.findall(r'<c:pt idx="(\d)"><c:v>(.*?)</c:v>', value[0]) == [("0", "0.5")]
    assert "dispBlanksAs" not in chart  # absent, it is a gap
    assert '<c:max val="1.25"/><c:min val="0"/>' in chart  # 50%, which could become 117%


def test_series_are_told_apart_in_grey() -> None:
    """By pattern and shape; no line joins targets, which are steps."""
    chart = part(drawn(), "xl/charts/chart1.xml")
    plain, hatched = re.findall(r"<c:ser>.*?</c:ser>", chart)[:2]
    assert ("pattFill" in plain, "pattFill" in hatched) == (False, True)
    assert 'overlap val="100"' in chart
    assert "prstDash" not in chart
    assert {'symbol val="dash"', 'symbol val="diamond"'} <= set(
        re.findall(r'symbol val="\w+"', chart)
    )
    assert "<c:errBars>" in chart
    assert 'descr="Kể lại"' in part(drawn(), "xl/drawings/drawing1.xml")


@pytest.mark.parametrize(
    ("value", "up", "highest", "unit"),
    [
        (0.5, 0.0, 1.1, 0.25),
        (1.0, 0.0, 1.1, 0.25),
        (1.0, 0.5, 1.75, 0.25),
        (3.36, 0.0, 4.0, 1.0),
        (12.0, 0.0, 12.5, 2.5),
    ],
)
def test_no_mark_is_cut_by_the_end_of_the_axis(
    value: float, up: float, highest: float, unit: float
) -> None:
    """It ends above the highest value and what it could still become, at 110% where all are shares."""

    def fill(book: Book) -> None:
        sheet = book.sheet("Số liệu")
        for column, own in enumerate((2024, value, up)):
            sheet.put(0, column, own)
        years, values, ups = (sheet.cells(column, 0, 0) for column in range(3))
        series = [Series("Kết quả", values, "plain", ("x",), (ups, ups))]
        sheet.chart((2, 0), "Tên", years, series, size=(640, 360), alt="Kể lại")

    chart = part(written(fill), "xl/charts/chart1.xml")
    said = {
        name: float(own) for name, own in re.findall(r'<c:(max|majorUnit) val="(.*?)"/>', chart)
    }
    assert said == {"max": highest, "majorUnit": unit}
    assert value + up < highest


PRINTED = [(67.0, "0%"), (66.0 + 2 / 3, "0.0#%"), (99.996, "0.000%"), (100.00004, "0.00000%")]


@pytest.mark.parametrize("usual", [number for number, _ in PRINTED])
def test_a_percentage_is_printed_whole_only_where_it_is(usual: float) -> None:
    """Whatever most cells of its column are; what computing leaves beside a whole number is none."""
    numbers = [*(number for number, _ in PRINTED), 100 * 0.29, None, 99.995, usual, usual]
    wanted = [number for _, number in PRINTED] + ["0%", "General", "0.000%"]
    sheet = first(table(numbers, "percent"))
    assert [cell.number_format for cell in sheet["A"]][1:8] == wanted
    assert sheet["A4"].value == pytest.approx(0.99996)
    assert [share_format(number / 100) for number, _ in PRINTED] == wanted[:4]
    assert share_format(None) == "0.0#%"


def test_a_whole_amount_has_no_point_behind_it() -> None:
    """17 is 17; what is not whole has its decimals."""
    sheet = first(table([17.0, 13260.25, 1e6, 2.0004, 0.1 + 0.2], "amount"))
    formats = [cell.number_format for cell in sheet["A"]][1:]
    assert formats == ["#,##0", "#,##0.###", "#,##0", "#,##0.0000", "#,##0.###"]


def test_a_table_too_wide_for_a_page_goes_on_beside_it() -> None:
    """With what names its rows, up to the year, on both pages."""
    rows = pd.DataFrame({"a": ["x"], "b": [2024], "c": ["y"]})

    def made(width: float) -> str:
        columns = [Column("A", "text", 20), Column("B", "year"), Column("C", "text", width)]
        return part(written(lambda book: book.table("Bảng", rows, columns)), "xl/workbook.xml")

    assert "$A:$B,Bảng!$1:$1" in made(250).replace("'", "")
    assert "$A:$B" not in made(100)


def test_a_sheet_can_be_numbered_otherwise_than_the_book() -> None:
    """What is signed on its own does not say how many pages the book has."""

    def fill(book: Book) -> None:
        book.sheet("Biểu", "Trang {page}").put(0, 0, "a")
        book.sheet("Khác").put(0, 0, "b")

    content = written(fill, page="Trang {page}/{pages}")
    feet = [part(content, f"xl/worksheets/sheet{number}.xml") for number in (1, 2)]
    assert ["&amp;N" in foot for foot in feet] == [False, True]


def test_pages_are_set_up_for_print() -> None:
    """A4 landscape, as wide as the page, the mark at its head, numbered at its foot."""
    rows = pd.DataFrame({"x": ["a"]})
    content = written(
        lambda book: book.table("Bảng & biểu", rows, [Column("Cột", "text")]),
        mark="MINH HỌA & thử",
        page="Trang {page}/{pages}",
    )
    sheet = first(content)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    xml = part(content, "xl/worksheets/sheet1.xml")
    assert "MINH HỌA &amp;&amp; thử" in xml
    assert "Bảng &amp;&amp; biểu" in xml
    assert "Trang &amp;P/&amp;N" in xml


def test_a_workbook_says_when_it_was_made_and_the_clock_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Equal content and moment give equal bytes, in whatever time zone; the moment stands in one part."""
    rows = pd.DataFrame({"x": ["a"]})

    def made(at: datetime) -> bytes:
        return written(lambda book: book.table("B", rows, [Column("C", "text")]), at=at)

    at = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
    monkeypatch.setenv("TZ", "America/Lima")
    once = made(at)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert once == made(at)
    assert load_workbook(BytesIO(once)).properties.created == at.replace(tzinfo=None)
    later = made(datetime(2026, 1, 6, tzinfo=UTC))
    with ZipFile(BytesIO(once)) as one, ZipFile(BytesIO(later)) as other:
        differing = [n for n in one.namelist() if one.read(n) != other.read(n)]
    assert differing == ["docProps/core.xml"]


def test_a_workbook_that_fails_on_the_way_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is not ended, and nothing is left on disk: half a workbook is no workbook."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    out = BytesIO()
    book = Book(out)
    sheet = book.sheet("Biểu")
    sheet.put(0, 0, "a")

    def fail() -> None:
        with book:
            assert list(tmp_path.iterdir())
            raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        fail()
    assert out.getvalue() == b""
    assert not list(tmp_path.iterdir())


def test_libreoffice_reads_it_and_writes_the_same_again(office: Office) -> None:
    """Texts, numbers, dates, merged cells and the chart outlive another program's saving."""

    def fill(book: Book) -> None:
        sheet = book.sheet("Biểu")
        sheet.merge(0, 0, (1, 1), "=gộp", Look(box=True))
        sheet.put(2, 0, 0.667, Look(number="0.0%"))
        rows = pd.DataFrame({"a": ["=1+1", "Đài"], "b": [MOMENT, MOMENT]})
        book.table("Bảng", rows, [Column("Chữ", "text"), Column("Lúc", "moment")])

    content = written(fill)
    again = office.convert(content, "xlsx")
    for name in ("Biểu", "Bảng"):
        own, other = (
            CalamineWorkbook.from_filelike(BytesIO(c)).get_sheet_by_name(name).to_python()
            for c in (content, again)
        )
        assert own == other
    ranges = load_workbook(BytesIO(again))["Biểu"].merged_cells.ranges
    assert {str(r) for r in ranges} == {"A1:B2"}
    kept = load_workbook(BytesIO(office.convert(drawn(), "xlsx")))["Biểu đồ"]
    assert len(kept._charts) == 1
