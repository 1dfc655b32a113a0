"""Writes the appendix of Kế hoạch 150/KH-UBND as an Excel file in its official layout.

Run from anywhere: `python scripts/make_appendix.py`. It replaces
`data/plans/thai-binh/phu-luc-chi-tieu.xlsx`; the same program gives the same bytes.
Texts and numbers are those printed in the plan (24/11/2023), nothing is computed.
"""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

TARGET = Path(__file__).parents[1] / "data/plans/thai-binh/phu-luc-chi-tieu.xlsx"
SHEET = "Phụ lục"
ISSUED = datetime(2023, 11, 24)  # noqa: DTZ001 - a file property without a time zone
WIDTHS = (6, 46, 18, 18, 18, 18, 18)  # characters; columns A to G
LAST = len(WIDTHS)
LINE = 16.5  # points per line of 12-point text

THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)

TITLES = (
    "Cơ quan báo chí đưa nội dung lên các nền tảng số (ưu tiên các nền tảng số trong nước)",
    (
        "Cơ quan báo chí sử dụng nền tảng phân tích, xử lý dữ liệu tổng hợp tập trung, ứng dụng"
        " trí tuệ nhân tạo để tối ưu hóa hoạt động"
    ),
    (
        "Cơ quan báo chí hoạt động, vận hành mô hình tòa soạn hội tụ, phù hợp với sự phát triển"
        " của khoa học, công nghệ tiên tiến trên thế giới, sản xuất nội dung theo các xu hướng"
        " báo chí số"
    ),
    "Các cơ quan báo chí tối ưu hóa nguồn thu, tăng doanh thu tối thiểu",
    (
        "Lãnh đạo, cán bộ, phóng viên, biên tập viên các cơ quan báo chí được đào tạo, bồi"
        " dưỡng kiến thức, kỹ năng về chuyển đổi số báo chí"
    ),
    (
        "Báo Thái Bình điện tử có giải pháp đảm bảo an toàn, an ninh hệ thống thông tin cấp độ"
        " 3 trở lên"
    ),
)

UNITS = (
    "Số cơ quan báo chí đưa nội dung lên các nền tảng số/tổng số cơ quan báo chí",
    (
        "Số cơ quan báo chí sử dụng nền tảng, công cụ, giải pháp kỹ thuật để phân tích, xử lý"
        " dữ liệu tổng hợp, tập trung, ứng dụng trí tuệ nhân tạo để tối ưu hóa hoạt động/tổng số"
        " cơ quan báo chí"
    ),
    (
        "Số cơ quan báo chí hoạt động, vận hành mô hình tòa soạn hội tụ; mô hình tòa soạn phù"
        " hợp với sự phát triển của khoa học, công nghệ tiên tiến trên thế giới; sản xuất nội"
        " dung theo các xu hướng báo chí số/tổng số cơ quan báo chí thực hiện hai loại hình trở"
        " lên"
    ),
    (
        "Số cơ quan báo chí thực hiện chuyển đổi số tăng doanh thu so với doanh thu năm"
        " 2022/tổng số cơ quan báo chí thực hiện chuyển đổi số"
    ),
    (
        "Số lượng lãnh đạo, cán bộ, phóng viên, biên tập viên được đào tạo, bồi dưỡng kiến"
        " thức, kỹ năng về chuyển đổi số báo chí/tổng số người trong các cơ quan báo chí"
    ),
    (
        "Số lượng cơ quan báo chí điện tử có giải pháp đảm bảo an toàn, an ninh hệ thống thông"
        " tin cấp độ 3 trở lên/tổng số cơ quan báo chí điện tử"
    ),
)


def growth(share: int, threshold: int) -> str:
    """The revenue row's sentence; both in percent."""
    return f"{share}% cơ quan báo chí tăng doanh thu {threshold}%"


@dataclass(frozen=True)
class Table:
    """One table of the appendix: year heads, then per indicator one value per year.

    A value is a fraction of 1 (printed as a percent) or a sentence. `units` is
    empty where the plan prints no unit column.
    """

    caption: str
    span: str
    heads: tuple[str, ...]
    values: tuple[tuple[float | str, ...], ...]
    units: tuple[str, ...] = ()


TABLES = (
    Table(
        caption="Bảng 1. Chỉ tiêu giai đoạn 2023 - 2025",
        span="Giai đoạn 2023 - 2025",
        heads=("Kế hoạch\nnăm 2023", "Kế hoạch\nnăm 2024", "Mục tiêu\nnăm 2025"),
        values=(
            (0.67, 0.67, 0.67),
            (0, 0.33, 0.67),
            (0.33, 0.33, 0.67),
            (0, growth(33, 10), growth(33, 20)),
            (0.4, 0.7, 1),
            (1, 1, 1),
        ),
        units=UNITS,
    ),
    Table(
        caption="Bảng 2. Chỉ tiêu giai đoạn 2026 - 2030",
        span="Giai đoạn 2026 - 2030",
        heads=(
            "Kế hoạch\nnăm 2026",
            "Kế hoạch\nnăm 2027",
            "Mục tiêu\nnăm 2028",
            "Mục tiêu\nnăm 2029",
            "Mục tiêu\nnăm 2030",
        ),
        values=(
            (1, 1, 1, 1, 1),
            (0.67, 0.67, 0.67, 0.67, 1),
            (0.67, 0.67, 0.67, 0.67, 1),
            (*[growth(33, 20)] * 4, growth(67, 20)),
        ),
    ),
)


def font(size: int = 12, *, bold: bool = False, italic: bool = False, ruled: bool = False) -> Font:
    """Times New Roman; `ruled` for the lines that carry a rule below."""
    underline = "single" if ruled else None
    return Font(name="Times New Roman", size=size, bold=bold, italic=italic, underline=underline)


def merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    if (top, left) != (bottom, right):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def write_line(sheet: Worksheet, span: str, text: str, face: Font) -> None:
    """One centred line of the document's head, merged over `span` ("A1:B1")."""
    cell = sheet[span.split(":", maxsplit=1)[0]]
    cell.value, cell.font, cell.alignment = text, face, CENTRED
    sheet.merge_cells(span)
    sheet.row_dimensions[cell.row].height = LINE + 3


def write_document_head(sheet: Worksheet) -> int:
    """Issuing body, Quốc hiệu and title; returns the first free row."""
    plan = "Kế hoạch số 150/KH-UBND ngày 24/11/2023 của Ủy ban nhân dân tỉnh Thái Bình"
    title = "CHỈ TIÊU CHUYỂN ĐỔI SỐ VÀ PHÁT TRIỂN BÁO CHÍ TRÊN ĐỊA BÀN TỈNH THÁI BÌNH"
    write_line(sheet, "A1:B1", "ỦY BAN NHÂN DÂN", font(13, bold=True))
    write_line(sheet, "C1:G1", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font(13, bold=True))
    write_line(sheet, "A2:B2", "TỈNH THÁI BÌNH", font(13, bold=True, ruled=True))
    write_line(sheet, "C2:G2", "Độc lập - Tự do - Hạnh phúc", font(13, bold=True, ruled=True))
    write_line(sheet, "A4:G4", "PHỤ LỤC", font(14, bold=True))
    write_line(sheet, "A5:G5", title, font(13, bold=True))
    write_line(sheet, "A6:G6", f"(Kèm theo {plan})", font(13, italic=True))
    return 8


def write_table_head(sheet: Worksheet, row: int, table: Table) -> int:
    """The two-row head, years below their period; returns the first body row."""
    last_year = 2 + len(table.heads)
    blocks = [
        (row, 1, row + 1, 1, "STT"),
        (row, 2, row + 1, 2, "Nội dung chỉ tiêu"),
        (row, 3, row, last_year, table.span),
        *((row + 1, 3 + n, row + 1, 3 + n, head) for n, head in enumerate(table.heads)),
    ]
    if table.units:
        blocks.append((row, last_year + 1, row + 1, LAST, "Đơn vị đo lường"))
    for top, left, bottom, right, text in blocks:
        cell = sheet.cell(top, left, text)
        cell.font, cell.alignment = font(bold=True), CENTRED
        merge(sheet, top, left, bottom, right)
    sheet.row_dimensions[row].height = LINE + 4
    sheet.row_dimensions[row + 1].height = 2 * LINE + 4
    return row + 2


def lines_needed(text: str, width: int) -> int:
    """Lines a wrapped text takes in a column of `width` characters (12-point Times)."""
    return math.ceil(len(text) / (width * 1.2))


def write_row(sheet: Worksheet, row: int, number: int, table: Table) -> None:
    """One indicator: number, title, a value per year and, in table 1, the unit."""
    title, values = TITLES[number - 1], table.values[number - 1]
    height = lines_needed(title, WIDTHS[1])
    sheet.cell(row, 1, number).alignment = CENTRED
    sheet.cell(row, 2, title).alignment = LEFT
    for column, value in enumerate(values, start=3):
        cell = sheet.cell(row, column, value)
        cell.alignment = CENTRED
        if not isinstance(value, str):
            cell.number_format = "0%"
        height = max(height, lines_needed(str(value), WIDTHS[column - 1]))
    if table.units:
        unit, column = table.units[number - 1], 3 + len(values)
        sheet.cell(row, column, unit).alignment = LEFT
        merge(sheet, row, column, row, LAST)
        height = max(height, lines_needed(unit, sum(WIDTHS[column - 1 :])))
    for column in range(1, LAST + 1):
        sheet.cell(row, column).font = font()
    sheet.row_dimensions[row].height = LINE * height + 6


def write_table(sheet: Worksheet, row: int, table: Table) -> int:
    """Caption, head and body from `row` on; returns the first row below."""
    caption = sheet.cell(row, 1, table.caption)
    caption.font, caption.alignment = font(13, bold=True), LEFT
    merge(sheet, row, 1, row, LAST)
    body = write_table_head(sheet, row + 1, table)
    below = body + len(table.values)
    for number in range(1, len(table.values) + 1):
        write_row(sheet, body + number - 1, number, table)
    for cells in sheet.iter_rows(row + 1, below - 1, 1, LAST):
        for cell in cells:
            cell.border = BOX
    return below


def set_up_printing(sheet: Worksheet, last_row: int) -> None:
    """A4 landscape, one page wide, the appendix's title repeated on every page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left, sheet.page_margins.right = 1.18, 0.59  # 30 and 15 mm
    sheet.page_margins.top = sheet.page_margins.bottom = 0.79  # 20 mm
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = "4:7"
    sheet.print_area = f"A1:{get_column_letter(LAST)}{last_row}"
    sheet.oddHeader.center.text = '&"Times New Roman"&13&P'
    sheet.HeaderFooter.differentFirst = True


def build_workbook() -> Workbook:
    """The appendix as a workbook with its one sheet."""
    workbook = Workbook()
    workbook.properties = DocumentProperties(
        creator="tbdx", title="Phụ lục Kế hoạch số 150/KH-UBND", created=ISSUED, modified=ISSUED
    )
    sheet = workbook.active
    sheet.title = SHEET
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    row = write_document_head(sheet)
    for table in TABLES:
        if table is not TABLES[0]:
            sheet.row_breaks.append(Break(id=row - 1))
        row = write_table(sheet, row, table) + 1
    set_up_printing(sheet, row - 2)
    return workbook


def to_bytes(workbook: Workbook) -> bytes:
    """The file's bytes, without the clock: openpyxl's own save stamps the present moment."""
    draft = io.BytesIO()
    ExcelWriter(workbook, zipfile.ZipFile(draft, "w")).save()
    result = io.BytesIO()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=ISSUED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return result.getvalue()


def main() -> None:
    """Write the appendix into the plan's folder and say where."""
    TARGET.write_bytes(to_bytes(build_workbook()))
    print(TARGET.relative_to(TARGET.parents[3]).as_posix())


if __name__ == "__main__":
    main()
