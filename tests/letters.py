"""A report that has everything a report can have, for the tests of its layout."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime

from tbdx.i18n import language
from tbdx.report.content import (
    Appendix,
    Block,
    Head,
    Heading,
    Letterhead,
    Paragraph,
    Picture,
    Report,
    Table,
)

HOSTILE = "x<w:br/>&amp;\"'\x00\x07\x0b\ud800\ufffe\r\n=1+1 ]]> {symbol} %s"
"""What somebody may write: marks of XML, control characters, half a character, a formula."""
SAID = (
    "Sở Thông tin và Truyền thông báo cáo kết quả thực hiện năm 2024: cơ quan báo chí đưa nội dung "
    "lên các nền tảng số, đạt 66,7% (2/3), ước thực hiện."
)
ILLUSTRATIVE = "SỐ LIỆU MINH HỌA"


def png(wide: int = 40, high: int = 20) -> bytes:
    """A grey picture of so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80" * wide) * high)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


TABLE = Table(
    heads=(
        (Head("STT", down=2), Head("Chỉ tiêu", down=2), Head("Năm 2024", across=2)),
        (Head("Kế hoạch"), Head("Thực hiện")),
    ),
    rows=(
        ("1", "Đưa nội dung lên nền tảng số", "67%", "66,7%"),
        ("2", "Đào tạo, bồi dưỡng", "70%", ""),
        ("", "Cộng", "", "1.234,5"),
    ),
    widths=(1, 5, 2, 2),
    aligns=("center", "left", "center", "right"),
    numbered=True,
    bold=frozenset({2}),
    unit="triệu đồng",
    caption="Bảng 1. Kết quả",
    alt="Kế hoạch và thực hiện từng chỉ tiêu",
)
PICTURE = Picture(png(), 15, alt="Biểu đồ: doanh thu tăng 20%", caption="Hình 1. Doanh thu")


def report(code: str = "vi") -> Report:
    """A report of several pages with an appendix on its side and one that stands."""
    letterhead = Letterhead(
        superior="Ủy ban nhân dân tỉnh Thái Bình",
        issuer="Sở Thông tin và Truyền thông",
        symbol="BC-STTTT",
        place="Thái Bình",
        signer="Giám đốc",
        copies=("Như trên", "Các cơ quan báo chí;", "Lưu: VT, …"),
    )
    blocks: tuple[Block, ...] = (
        Paragraph("Căn cứ Kế hoạch số 150/KH-UBND;", "ground"),
        Heading("I. TÌNH HÌNH BÁO CÁO"),
        Paragraph(SAID),
        Paragraph("Báo Thái Bình: đúng hạn;", "item"),
        Heading("1. Kết quả theo chỉ tiêu", 2),
        TABLE,
        replace(TABLE, caption="", unit="", numbered=("A", "B", "1", "2")),
        Paragraph("Ghi chú dưới bảng.", "note"),
        PICTURE,
        Paragraph(f"Thiếu nhân lực.\n{HOSTILE}", "quote"),
        *(Paragraph(SAID) for _ in range(24)),
    )
    return Report(
        letterhead=letterhead,
        kind="BÁO CÁO",
        subject="Kết quả chuyển đổi số báo chí trên địa bàn tỉnh năm 2024",
        addressee="Ủy ban nhân dân tỉnh Thái Bình",
        blocks=blocks,
        appendices=(
            Appendix("Phụ lục I", "Số liệu từng cơ quan", (TABLE, PICTURE), landscape=True),
            Appendix("Phụ lục II", "Nhiệm vụ", (TABLE,)),
        ),
        facts=(("Kế hoạch", "150/KH-UBND"), ("Lần cập nhật dữ liệu", HOSTILE)),
        language=language(code),
        at=datetime(2024, 12, 12, 3, 4, 5, tzinfo=UTC),
        marks=(ILLUSTRATIVE, "DỰ THẢO"),
    )
