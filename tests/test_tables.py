"""Exported tables: what stands in the file is what stood in the frame, typed and harmless."""

from __future__ import annotations

import csv
import io
import math
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tbdx.workbook.tables import Column, write_csv, write_xlsx

COLUMNS = [
    Column("Cơ quan", "text", 34),
    Column("Năm", "year"),
    Column("Số người", "count"),
    Column("Kết quả", "percent"),
    Column("Doanh thu", "amount"),
]
FACTS = [("Kế hoạch", "150/KH-UBND"), ("Ghi chú", "=1+1")]
FORMULAS = ["=1+1", "+84 123", "-5", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", '=HYPERLINK("x")']


def frame(*records: tuple[object, ...]) -> pd.DataFrame:
    """Rows with the columns of COLUMNS."""
    return pd.DataFrame.from_records(records, columns=[column.head for column in COLUMNS])


CSV_HEADS = ["Cơ quan", "Năm", "Số người", "Kết quả (%)", "Doanh thu"]
TWO_ROWS = frame(
    ("Báo Thái Bình", 2024, 60, 66.67, 13260.5),
    ("Đài Phát thanh và Truyền hình", 2025, None, math.nan, None),
)


def texts(*values: str | None) -> tuple[pd.DataFrame, list[Column]]:
    """A table of one column of texts."""
    return pd.DataFrame({"Nội dung": list(values)}), [Column("Nội dung", "text")]


def xlsx(
    rows: pd.DataFrame, columns: list[Column], title: str = "Bảng", notes: str = "Nguồn"
) -> bytes:
    return write_xlsx(rows, columns, title=title, facts=FACTS, facts_title=notes)


def sheets(content: bytes) -> list[Worksheet]:
    return list(load_workbook(io.BytesIO(content)).worksheets)


def values(sheet: Worksheet, row: int) -> list[Any]:
    return [cell.value for cell in sheet[row]]


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_cell_of_the_workbook_has_its_type() -> None:
    """Numbers are numbers, texts are texts, and a missing value is an empty cell."""
    sheet = sheets(xlsx(TWO_ROWS, COLUMNS))[0]
    assert values(sheet, 1) == ["Cơ quan", "Năm", "Số người", "Kết quả", "Doanh thu"]
    assert values(sheet, 2) == ["Báo Thái Bình", 2024, 60, pytest.approx(0.6667), 13260.5]
    assert values(sheet, 3) == ["Đài Phát thanh và Truyền hình", 2025, None, None, None]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "n", "n"]
    assert sheet.max_row == 3


def test_formats_show_numbers_as_they_are_meant() -> None:
    """A percentage is a fraction with a percent format; a year has no thousands separator."""
    sheet = sheets(xlsx(TWO_ROWS, COLUMNS))[0]
    formats = [cell.number_format for cell in sheet[2]]
    assert formats == ["@", "0", "#,##0", "0.0#%", "#,##0.###"]


def test_the_sheet_is_ready_to_read_and_to_print() -> None:
    """The head stays in view and on every page, the columns have widths, rows can be filtered."""
    sheet = sheets(xlsx(TWO_ROWS, COLUMNS))[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.auto_filter.ref == "A1:E3"
    assert int(sheet.column_dimensions["A"].width) == 34
    assert int(sheet.column_dimensions["B"].width) == 8
    assert sheet.page_setup.orientation == "landscape"
    assert all(cell.font.bold for cell in sheet[1])


def test_the_second_sheet_says_where_the_table_comes_from() -> None:
    """The facts stand on a sheet of their own, as texts."""
    table, notes = sheets(xlsx(TWO_ROWS, COLUMNS))
    assert (table.title, notes.title) == ("Bảng", "Nguồn")
    assert [values(notes, 1), values(notes, 2)] == [list(fact) for fact in FACTS]
    assert notes["B2"].data_type == "s"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_in_a_workbook(text: str) -> None:
    """Whatever a text starts with, its cell is a text, in the head as well."""
    rows = pd.DataFrame({"x": [text]})
    sheet = sheets(xlsx(rows, [Column(text, "text")]))[0]
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"
        assert cell.value.replace("_x000D_", "\r").strip() == text.strip()


def test_libreoffice_shows_the_texts_and_computes_nothing(tmp_path: Path) -> None:
    """A real spreadsheet program opens the file and still shows "=1+1"."""
    shown = ["=1+1", "+84 123", "-5", "@SUM(A1)", "Có, “đạt”"]
    (tmp_path / "table.xlsx").write_bytes(xlsx(*texts(*shown)))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "table.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows = csv_rows((tmp_path / "table.csv").read_bytes())
    assert [row[0] for row in rows] == ["Nội dung", *shown]


def test_characters_that_a_workbook_cannot_hold_are_left_out() -> None:
    """A control character, which an old .xls can bring in, does not break the export."""
    sheet = sheets(xlsx(*texts("Khó khăn\x07 về kinh phí\x00")))[0]
    assert sheet["A2"].value == "Khó khăn về kinh phí"


def test_infinity_is_an_empty_cell() -> None:
    """A growth over nothing is no number: it leaves its cell empty instead of a broken file."""
    rows, columns = pd.DataFrame({"x": [math.inf, -math.inf, 1.5]}), [Column("x", "percent")]
    sheet = sheets(xlsx(rows, columns))[0]
    assert [cell.value for cell in sheet["A"][1:]] == [None, None, 0.015]
    assert csv_rows(write_csv(rows, columns))[1:] == [[""], [""], ["1.5"]]


def test_counts_are_never_cut_off() -> None:
    """A count that is no whole number shows as it is, so that the mistake is seen."""
    rows = pd.DataFrame({"x": [2.0, 2.7]})
    assert csv_rows(write_csv(rows, [Column("x", "count")])) == [["x"], ["2"], ["2.7"]]


def test_a_title_excel_would_refuse_is_made_a_sheet_name() -> None:
    """A sheet name has at most 31 characters and none of []:*?/\\."""
    title = "Kết quả [theo cơ quan]: 2023/2024 – 2029/2030"
    sheet = sheets(xlsx(*texts("x"), title=title))[0]
    assert sheet.title == "Kết quả  theo cơ quan   2023 20"


def test_a_table_without_rows_still_has_its_heads() -> None:
    """Filters that let nothing through give a file with heads and provenance."""
    empty = TWO_ROWS.iloc[:0]
    table, notes = sheets(xlsx(empty, COLUMNS))
    assert values(table, 1) == [column.head for column in COLUMNS]
    assert table.max_row == 1
    assert notes.max_row == len(FACTS)
    assert csv_rows(write_csv(empty, COLUMNS)) == [CSV_HEADS]


def test_csv_opens_in_excel_with_its_diacritics() -> None:
    """The CSV begins with a byte order mark and keeps every character."""
    content = write_csv(TWO_ROWS, COLUMNS)
    assert content.startswith(b"\xef\xbb\xbf")
    assert csv_rows(content) == [
        CSV_HEADS,
        ["Báo Thái Bình", "2024", "60", "66.67", "13260.5"],
        ["Đài Phát thanh và Truyền hình", "2025", "", "", ""],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_texts_are_no_formulas(text: str) -> None:
    """A text that a spreadsheet would compute has an apostrophe before it, in the head too."""
    rows = pd.DataFrame({"x": [text]})
    assert csv_rows(write_csv(rows, [Column(text, "text")])) == [[f"'{text}"], [f"'{text}"]]


def test_csv_numbers_are_left_alone() -> None:
    """A negative number is no text: it gets no apostrophe."""
    rows, columns = pd.DataFrame({"x": [-5.5]}), [Column("x", "amount")]
    assert csv_rows(write_csv(rows, columns)) == [["x"], ["-5.5"]]


def test_texts_keep_their_commas_quotes_and_line_breaks() -> None:
    """What a text holds comes back from both files."""
    text = 'Một, "hai"\nba; bốn'
    rows, columns = texts(text, None)
    assert csv_rows(write_csv(rows, columns))[1:] == [[text], [""]]
    sheet = sheets(xlsx(rows, columns))[0]
    assert [cell.value for cell in sheet["A"][1:]] == [text]


def test_the_same_rows_give_the_same_bytes() -> None:
    """Nothing in the files depends on the clock."""
    assert xlsx(TWO_ROWS, COLUMNS) == xlsx(TWO_ROWS, COLUMNS)
    assert write_csv(TWO_ROWS, COLUMNS) == write_csv(TWO_ROWS, COLUMNS)
    properties = load_workbook(io.BytesIO(xlsx(TWO_ROWS, COLUMNS))).properties
    assert properties.created == properties.modified
