"""Writes the appendix of the invented province, in a layout of its own.

`python tests/plans/make_appendix.py` replaces `tinh-vi-du/phu-luc-so-02.xlsx`; the
same program gives the same bytes. The unit stands before the years, all years
are one table, shares have a decimal, and numbers and texts are mixed.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font

sys.path.insert(0, str(Path(__file__).parents[2]))

from scripts.make_appendix import to_bytes

TARGET = Path(__file__).parent / "tinh-vi-du" / "phu-luc-so-02.xlsx"
ISSUED = datetime(2024, 3, 15)  # noqa: DTZ001 - a file property without a time zone
YEARS = range(2024, 2031)


def growth(share: str, threshold: str) -> str:
    """The sentence of a target that is a pair; both as printed."""
    return f"{share} cơ quan báo chí tăng nguồn thu {threshold}"


ROWS: tuple[tuple[str, str, tuple[float | str | None, ...]], ...] = (
    (
        "Người làm báo được bồi dưỡng kỹ năng số",
        "Số người được bồi dưỡng/tổng số người làm báo",
        (0.2, 0.35, 0.5, 0.6, 0.7, 0.85, 1),
    ),
    (
        "Cơ quan báo chí điện tử bảo đảm an toàn hệ thống thông tin cấp độ 2 trở lên",
        "Số cơ quan báo chí điện tử đạt cấp độ 2 trở lên/tổng số cơ quan báo chí điện tử",
        ("33,3%", "33,3%", "66,7%", 0.5, 0.5, 1, 1),
    ),
    (
        "Cơ quan báo chí tăng nguồn thu so với năm 2023",
        "Số cơ quan báo chí tăng nguồn thu/tổng số cơ quan báo chí",
        (
            0,
            growth("20%", "5%"),
            growth("40%", "7,5%"),
            growth("50%", "10%"),
            growth("50%", "10%"),
            growth("50%", "10%"),
            growth("75%", "12,5%"),
        ),
    ),
    (
        "Cơ quan báo chí có kênh trực tuyến",
        "Số cơ quan báo chí có kênh trực tuyến/tổng số cơ quan báo chí",
        (0.6, 0.8, 0.8, 1, 1, 1, 1),
    ),
    (
        "Tin, bài được sản xuất trên phần mềm tòa soạn",
        "Số tin, bài sản xuất trên phần mềm/tổng số tin, bài của cơ quan có hai loại hình trở lên",
        (None, 0.3, "45,5%", 0.6, 0.7, 0.8, 0.9),
    ),
)


def build_workbook() -> Workbook:
    """The appendix as a workbook with its one sheet."""
    book = Workbook()
    book.properties = DocumentProperties(creator="tbdx", created=ISSUED, modified=ISSUED)
    sheet = book.worksheets[0]
    sheet.title = "Phu luc 02"
    sheet["A1"] = "DỮ LIỆU MINH HỌA, KHÔNG CÓ THẬT"
    sheet["A2"] = "PHỤ LỤC SỐ 02"
    sheet["A3"] = "Chỉ tiêu chuyển đổi số báo chí giai đoạn 2024 - 2030 (Kế hoạch 88/KH-UBND)"
    sheet.append([])
    sheet.append(["TT", "Chỉ tiêu", "Đơn vị đo lường", *(f"Kế hoạch năm {y}" for y in YEARS)])
    for number, (title, unit, values) in enumerate(ROWS, start=1):
        sheet.append([number, title, unit, *values])
    for row in sheet.iter_rows(min_row=5):
        for cell in row:
            cell.font = Font(name="Times New Roman", size=12, bold=cell.row == 5)
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            if isinstance(cell.value, float | int) and cell.column > 3:
                cell.number_format = "0%"
    for letter, width in zip("ABCDEFGHIJ", (6, 44, 44, *[16] * 7), strict=True):
        sheet.column_dimensions[letter].width = width
    return book


def main() -> None:
    """Write the appendix into the plan's folder."""
    TARGET.write_bytes(to_bytes(build_workbook()))


if __name__ == "__main__":
    main()
