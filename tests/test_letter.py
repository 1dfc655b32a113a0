"""A report's Word file is laid out by the decree's table, can be edited, and says nothing but the report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph
from letters import HOSTILE, ILLUSTRATIVE, PICTURE, SAID, TABLE, report

from tbdx import messages
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.plan import DatedLetterhead, Plan
from tbdx.report.content import Appendix, Head, Letterhead, Paragraph
from tbdx.report.grid import table_element
from tbdx.report.letter import to_docx
from tbdx.report.letterheads import agency_letterhead, province_letterhead
from tbdx.report.typeface import balanced, width_cm

CENTRE, BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
VI_DU = Path(__file__).parent / "plans" / "tinh-vi-du"


@cache
def written(code: str = "vi") -> bytes:
    return to_docx(report(code))


@pytest.fixture
def document() -> WordDocument:
    """The sample report as a word processor opens it."""
    return Document(BytesIO(written()))


def parts(docx: bytes) -> dict[str, str]:
    """The XML of a Word file, by the names of its parts."""
    with ZipFile(BytesIO(docx)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        return {name: archive.read(name).decode() for name in names}


def xpath(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path))


def everything(document: WordDocument) -> list[WordParagraph]:
    """All paragraphs of the text, those in tables included, in order."""
    return [WordParagraph(p, document._body) for p in xpath(document.element.body, ".//w:p")]


def styled(document: WordDocument, name: str) -> list[WordParagraph]:
    """The paragraphs in the style of this name."""
    return [p for p in everything(document) if p.style is not None and p.style.name == name]


def cm(length: Any) -> float:
    return round(float(length.cm), 1)


# --- the decree's table -----------------------------------------------------------------------


def test_pages_are_a4_with_the_decrees_margins(document: WordDocument) -> None:
    """Every section: A4, 20 mm above and below, 30 at the left, 15 at the right."""
    sizes = [(cm(s.page_width), cm(s.page_height), s.orientation) for s in document.sections]
    standing, lying = (21.0, 29.7, WD_ORIENT.PORTRAIT), (29.7, 21.0, WD_ORIENT.LANDSCAPE)
    assert sizes == [standing, lying, standing, standing]
    for section in document.sections:
        margins = (
            section.top_margin,
            section.bottom_margin,
            section.left_margin,
            section.right_margin,
        )
        assert [cm(margin) for margin in margins] == [2.0, 2.0, 3.0, 1.5]


def test_times_new_roman_is_the_only_font() -> None:
    """No other font is named anywhere, and no theme, font table or list brings one in."""
    xml = parts(written())
    names = {
        font
        for text in xml.values()
        for font in re.findall(r'w:(?:ascii|hAnsi|cs|eastAsia)="([^"]*)"', text)
    }
    assert names - {"vi-VN"} == {"Times New Roman"}
    assert not [text for text in xml.values() if re.search(r"(ascii|hAnsi|cs|eastAsia)Theme", text)]
    assert not [name for name in xml if re.search("theme|fontTable|numbering|Effects", name)]


LOOKS = {
    # style: size in points, bold, italic, alignment
    "Quốc hiệu": (13, True, None, CENTRE),
    "Tiêu ngữ": (14, True, None, CENTRE),
    "Cơ quan chủ quản": (13, None, None, CENTRE),
    "Cơ quan ban hành": (13, True, None, CENTRE),
    "Số, ký hiệu": (13, None, None, CENTRE),
    "Địa danh, thời gian": (14, None, True, CENTRE),
    "Tên loại văn bản": (14, True, None, CENTRE),
    "Trích yếu": (14, True, None, CENTRE),
    "Kính gửi": (14, None, None, CENTRE),
    "Body Text": (14, None, None, BOTH),
    "Chức vụ người ký": (14, True, None, CENTRE),
    "Họ tên người ký": (14, True, None, CENTRE),
    "Nơi nhận": (12, True, True, WD_ALIGN_PARAGRAPH.LEFT),
    "Danh sách nơi nhận": (11, None, None, WD_ALIGN_PARAGRAPH.LEFT),
    "Phụ lục": (14, True, None, CENTRE),
    "Tên phụ lục": (14, True, None, CENTRE),
    "Kèm theo văn bản": (14, None, True, CENTRE),
    "Header": (13, None, None, CENTRE),
    "Heading 1": (14, True, None, BOTH),
    "Heading 2": (14, True, None, BOTH),
}


@pytest.mark.parametrize("name", LOOKS)
def test_each_element_has_the_decrees_size_and_weight(document: WordDocument, name: str) -> None:
    """Each element of the decree's table has a style of its own, black, and paragraphs in it say no other."""
    size, bold, italic, align = LOOKS[name]
    style: Any = document.styles[name]
    font = style.font
    assert (font.size.pt, font.bold, font.italic) == (size, bold, italic)
    assert str(font.color.rgb) == "000000"
    assert style.paragraph_format.alignment == align
    for paragraph in styled(document, name):
        assert not [run for run in paragraph.runs if run.font.size or run.font.name or run.bold]


HEADS = {
    "Quốc hiệu": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Tiêu ngữ": "Độc lập - Tự do - Hạnh phúc",
    "Cơ quan chủ quản": "ỦY BAN NHÂN DÂN\nTỈNH THÁI BÌNH",
    "Cơ quan ban hành": "SỞ THÔNG TIN\nVÀ TRUYỀN THÔNG",
    "Số, ký hiệu": "Số: ______/BC-STTTT",
    "Địa danh, thời gian": "Thái Bình, ngày ______ tháng ______ năm 2024",
    "Tên loại văn bản": "BÁO CÁO",
    "Trích yếu": "Kết quả chuyển đổi số báo chí trên địa bàn tỉnh năm 2024",
    "Kính gửi": "Kính gửi: Ủy ban nhân dân tỉnh Thái Bình",
    "Chức vụ người ký": "GIÁM ĐỐC",
    "Họ tên người ký": "",
    "Nơi nhận": "Nơi nhận:",
}


def test_the_heads_say_what_the_decree_wants(document: WordDocument) -> None:
    """Capitals where it wants capitals; number, date and the signer's name stay blank."""
    said = {name: [p.text for p in styled(document, name)] for name in HEADS}
    assert {n: [text.replace("\xa0", "_") for text in texts] for n, texts in said.items()} == {
        name: [text] for name, text in HEADS.items()
    }


def rule_cm(paragraph: WordParagraph, column: float) -> float:
    """How long the rule is that a paragraph in a column so wide draws."""
    (sides,) = xpath(paragraph._p, "./w:pPr/w:ind")
    (line,) = xpath(paragraph._p, "./w:pPr/w:pBdr/w:top")
    assert line.get(qn("w:val")) == "single"
    left, right = (int(sides.get(qn(f"w:{side}"))) for side in ("left", "right"))
    assert left == right, "in the middle"
    return column - (left + right) / 1440 * 2.54


def test_rules_are_as_long_as_the_decree_wants(document: WordDocument) -> None:
    """Below the motto as long as it; below the issuing body and the abstract a third to a half of them."""
    issuer, motto, abstract = styled(document, "Đường kẻ")
    left, right = (
        int(column.get(qn("w:w"))) / 1440 * 2.54
        for column in xpath(document.element.body, "./w:tbl[1]/w:tblGrid/w:gridCol")
    )
    assert rule_cm(motto, right) == pytest.approx(
        width_cm("Độc lập - Tự do - Hạnh phúc", 14), abs=0.02
    )
    assert rule_cm(motto, right) == pytest.approx(6.0, abs=0.1), (
        "as measured in Times New Roman Bold"
    )
    for rule, column, line, size in (
        (issuer, left, "VÀ TRUYỀN THÔNG", 13),
        (abstract, left + right, HEADS["Trích yếu"], 14),
    ):
        assert 1 / 3 <= rule_cm(rule, column) / width_cm(line, size) <= 1 / 2


def test_the_text_is_spaced_as_the_decree_wants(document: WordDocument) -> None:
    """Body: first line 1 to 1.27 cm in, at least 6 pt between paragraphs, lines at 1 to 1.5."""
    for name in ("Body Text", "Căn cứ", "Gạch đầu dòng", "Heading 1", "Heading 2"):
        style: Any = document.styles[name]
        form = style.paragraph_format
        assert 1 <= round(form.first_line_indent.cm, 2) <= 1.27
        assert form.space_before.pt + form.space_after.pt >= 6
        assert form.line_spacing_rule == WD_LINE_SPACING.MULTIPLE
        assert 1 <= form.line_spacing <= 1.5


def test_every_page_but_the_first_of_a_part_bears_its_number() -> None:
    """An Arabic number, 13 pt, in the middle of the top margin; each appendix counts from 1 again."""
    document = Document(BytesIO(written()))
    for section in document.sections:
        assert section.different_first_page_header_footer
        assert [e.get(qn("w:start")) for e in xpath(section._sectPr, "./w:pgNumType")] == ["1"]
        number = section.header.paragraphs[0]
        assert number.style is not None
        assert number.style.name == "Header"
        assert [e.get(qn("w:instr")).strip() for e in xpath(number._p, "./w:fldSimple")] == ["PAGE"]
        assert not xpath(section.first_page_header._element, ".//w:fldSimple")
        assert cm(section.header_distance) < cm(section.top_margin)


def test_the_end_names_who_receives_it_and_who_signs(document: WordDocument) -> None:
    """The list ends with what is filed, with one stop where nothing is to be filled in; there is room to sign."""
    lines = [p.text for p in styled(document, "Danh sách nơi nhận")]
    assert lines == ["- Như trên;", "- Các cơ quan báo chí;", "- Lưu: VT, …"]
    name: Any = document.styles["Họ tên người ký"]
    assert name.paragraph_format.space_before.pt >= 60
    filled = replace(report().letterhead, copies=("Như trên", "Lưu: VT, BC"))
    other = Document(BytesIO(to_docx(replace(report(), letterhead=filled))))
    assert [p.text for p in styled(other, "Danh sách nơi nhận")] == [
        "- Như trên;",
        "- Lưu: VT, BC.",
    ]


def test_the_date_line_bears_the_year_in_which_it_is_written(plan: Plan) -> None:
    """Final figures of a year are reported in the next: 31/12 at 17:30 UTC is 2025 in Viet Nam."""
    moment = datetime(2024, 12, 31, 17, 30, tzinfo=UTC)
    written = replace(report(), at=moment.astimezone(plan.due.zone))
    document = Document(BytesIO(to_docx(written)))
    (dated,) = styled(document, "Địa danh, thời gian")
    assert dated.text.endswith("năm 2025")
    assert all("năm 2025 của Sở" in p.text for p in styled(document, "Kèm theo văn bản"))


def test_no_page_has_the_signature_alone(document: WordDocument) -> None:
    """The last paragraph goes with it; its row is never parted. A report that ends with a table has both."""
    last = styled(document, "Body Text")[-1]
    assert last.paragraph_format.keep_with_next
    (row,) = xpath(last._p.getnext(), "./w:tr")
    assert xpath(row, "./w:trPr/w:cantSplit")
    ending = Document(BytesIO(to_docx(replace(report(), blocks=(TABLE,), appendices=()))))
    assert [p.text for p in styled(ending, "Chức vụ người ký")] == ["GIÁM ĐỐC"]


def test_each_appendix_says_to_what_it_belongs(document: WordDocument) -> None:
    """Name, title in capitals, the report it comes with; where the figures come from is the last."""
    assert [p.text for p in styled(document, "Phụ lục")] == [
        "Phụ lục I",
        "Phụ lục II",
        "Phụ lục III",
    ]
    titles = [p.text for p in styled(document, "Tên phụ lục")]
    assert titles == ["SỐ LIỆU TỪNG CƠ QUAN", "NHIỆM VỤ", "NGUỒN GỐC SỐ LIỆU CỦA BÁO CÁO"]
    belongs = {
        " ".join(p.text.split()).replace("\xa0", "_") for p in styled(document, "Kèm theo văn bản")
    }
    assert belongs == {
        "(Kèm theo Báo cáo số /BC-STTTT ngày tháng năm 2024 của Sở Thông tin và Truyền thông)"
    }
    facts = document.tables[-1]
    assert [cell.text for cell in facts.rows[1].cells] == ["Kế hoạch", "150/KH-UBND"]


def test_a_single_appendix_has_no_number() -> None:
    """Where only the origin of the figures is appended it is "Phụ lục"; without facts there is none."""
    alone = Document(BytesIO(to_docx(replace(report(), appendices=()))))
    assert [p.text for p in styled(alone, "Phụ lục")] == ["Phụ lục"]
    none = Document(BytesIO(to_docx(replace(report(), appendices=(), facts=()))))
    assert (styled(none, "Phụ lục"), len(none.sections)) == ([], 1)


def test_marks_stand_on_every_page(document: WordDocument) -> None:
    """What every page must say stands in the head of first and of later pages, framed on the first."""
    for section in document.sections:
        (first,) = section.first_page_header.paragraphs
        assert (first.text, first.style and first.style.name) == (
            f"{ILLUSTRATIVE} – DỰ THẢO",
            "Dấu ở trang đầu",
        )
        assert section.header.paragraphs[1].text == first.text
    bare = Document(BytesIO(to_docx(replace(report(), marks=()))))
    assert not [p.text for s in bare.sections for p in s.first_page_header.paragraphs if p.text]


# --- what can be edited and read out ----------------------------------------------------------


def test_headings_are_words_own(document: WordDocument) -> None:
    """Word's navigation lists headings and appendices, by outline level."""
    levels = {}
    for name in ("Heading 1", "Heading 2", "Phụ lục"):
        (level,) = xpath(document.styles[name].element, "./w:pPr/w:outlineLvl")
        levels[name] = int(level.get(qn("w:val")))
        assert styled(document, name)
    assert levels == {"Heading 1": 0, "Heading 2": 1, "Phụ lục": 0}


def test_nothing_floats(document: WordDocument) -> None:
    """No text boxes, no drawings but pictures in the line of text, nothing of older formats."""
    xml = parts(written())["word/document.xml"]
    assert not re.findall("txbxContent|w:pict|wp:anchor|mc:AlternateContent|framePr", xml)
    assert len(re.findall("wp:inline", xml)) == 2 * 2


def table_of(document: WordDocument, place: int) -> WordTable:
    """A table with lines, by its place among them."""
    lined = [t for t in document.tables if t.style is not None and t.style.name == "Table Grid"]
    return lined[place]


def test_a_tables_head_repeats_and_its_rows_stay_whole(document: WordDocument) -> None:
    """All rows of the head and the numbering row repeat; no row breaks; widths are fixed and add up."""
    table = table_of(document, 0)
    rows = xpath(table._tbl, "./w:tr")
    assert [bool(xpath(row, "./w:trPr/w:tblHeader")) for row in rows] == [True] * 3 + [False] * 3
    assert all(xpath(row, "./w:trPr/w:cantSplit") for row in rows)
    assert xpath(table._tbl, "./w:tblPr/w:tblLayout")[0].get(qn("w:type")) == "fixed"
    columns = [int(column.get(qn("w:w"))) for column in xpath(table._tbl, "./w:tblGrid/w:gridCol")]
    assert sum(columns) == round(16.5 / 2.54 * 1440)
    for row in rows:
        assert sum(int(w.get(qn("w:w"))) for w in xpath(row, "./w:tc/w:tcPr/w:tcW")) == sum(columns)


def test_no_word_of_a_table_is_broken() -> None:
    """A column is as wide as its longest word, at the others' cost; where nothing fits, as it is told."""

    def columns(*heads: str) -> list[int]:
        table = replace(
            TABLE,
            heads=(tuple(map(Head, heads)),),
            rows=(),
            widths=(1,) * len(heads),
            aligns=TABLE.aligns[:1] * len(heads),
        )
        document = Document(BytesIO(to_docx(replace(report(), blocks=(table,), appendices=()))))
        tbl = table_of(document, 0)._tbl
        return [int(c.get(qn("w:w"))) for c in xpath(tbl, "./w:tblGrid/w:gridCol")]

    long = "Nghiêng" * 4
    first, *others = columns(long, "a", "b", "c")
    assert first > width_cm(long, 12) / 2.54 * 1440
    assert max(others) - min(others) <= 1
    assert max(columns(long, *[long * 2] * 3)) <= 2340, "a quarter each"
    assert sum(columns(long, "a", "b")) == sum(columns("a", "b")) == round(16.5 / 2.54 * 1440)


def test_merged_heads_are_merged_cells(document: WordDocument) -> None:
    """A head over two columns and one over two rows are one cell each, as Word reads them."""
    table = table_of(document, 0)
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert texts == [
        ["STT", "Chỉ tiêu", "Năm 2024", "Năm 2024"],
        ["STT", "Chỉ tiêu", "Kế hoạch", "Thực hiện"],
        ["(1)", "(2)", "(3)", "(4)"],
        *map(list, TABLE.rows),
    ]
    assert table.cell(0, 0)._tc is table.cell(1, 0)._tc
    assert table.cell(0, 2)._tc is table.cell(0, 3)._tc
    given = table_of(document, 1).rows[2]
    assert [cell.text for cell in given.cells] == ["A", "B", "1", "2"]


def test_heads_of_three_rows_reach_as_far_as_they_say() -> None:
    """Cells that reach down over one row or two leave room for others below and beside them."""
    heads = (
        (Head("a", down=3), Head("b", across=2), Head("c", across=2, down=2)),
        (Head("d", down=2), Head("e")),
        (Head("f"), Head("g"), Head("h")),
    )
    table = replace(TABLE, heads=heads, rows=(), widths=(1,) * 5, aligns=("left",) * 5)
    document = Document(BytesIO(to_docx(replace(report(), blocks=(table,), appendices=()))))
    texts = [[cell.text for cell in row.cells] for row in table_of(document, 0).rows]
    assert texts[:3] == [list("abbcc"), list("adecc"), list("adfgh")]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TABLE, heads=((Head("a", across=3),),)),
        replace(TABLE, heads=((Head("a", across=4), Head("b")),)),
        replace(TABLE, rows=(("1", "2", "3"),)),
        replace(TABLE, numbered=("1", "2")),
    ],
)
def test_a_table_that_does_not_add_up_is_refused(wrong: Any) -> None:
    """A head or a row with more or fewer cells than columns is an error, never a crooked table."""
    with pytest.raises(ValueError):  # noqa: PT011 (zip's own says only that lengths differ)
        to_docx(replace(report(), blocks=(wrong,)))


def test_rows_are_bold_and_aligned_as_told(document: WordDocument) -> None:
    """Sums are bold; every column is aligned as it is told; an empty cell is empty."""
    table = table_of(document, 0)
    last = table.rows[-1].cells
    assert [run.bold for cell in last for p in cell.paragraphs for run in p.runs] == [True, True]
    assert not [
        r.bold for cell in table.rows[3].cells for p in cell.paragraphs for r in p.runs if r.bold
    ]
    alignments = [cell.paragraphs[0].alignment for cell in table.rows[3].cells]
    assert alignments == [CENTRE, WD_ALIGN_PARAGRAPH.LEFT, CENTRE, WD_ALIGN_PARAGRAPH.RIGHT]
    assert table.rows[4].cells[3].text == ""


def test_caption_and_unit_stand_above_their_table(document: WordDocument) -> None:
    """The caption in Word's own style, then "ĐVT: …" at the right; both stay with the table."""
    before = table_of(document, 0)._tbl.getprevious()
    unit = WordParagraph(before, document._body)
    caption = WordParagraph(before.getprevious(), document._body)
    assert (unit.text, caption.text) == ("ĐVT: triệu đồng", "Bảng 1. Kết quả")
    styles: Sequence[Any] = (unit.style, caption.style)
    assert [style.name for style in styles] == ["Đơn vị tính", "Caption"]
    assert all(style.paragraph_format.keep_with_next for style in styles)


def test_tables_and_pictures_say_what_they_show(document: WordDocument) -> None:
    """Screen readers get a table's caption and description and a picture's; pictures have their own ids."""
    (title,) = xpath(table_of(document, 0)._tbl, "./w:tblPr/w:tblCaption")
    (description,) = xpath(table_of(document, 0)._tbl, "./w:tblPr/w:tblDescription")
    assert (title.get(qn("w:val")), description.get(qn("w:val"))) == (TABLE.caption, TABLE.alt)
    shown = xpath(document.element.body, ".//wp:docPr")
    assert {picture.get("descr") for picture in shown} == {PICTURE.alt}
    assert len({picture.get("id") for picture in shown}) == len(shown) == 2


def test_a_picture_is_no_wider_than_the_text() -> None:
    """A picture that is asked to be wider than the line is as wide as that; its proportions stay."""
    wide = replace(report(), blocks=(replace(PICTURE, width_cm=40),), appendices=(), facts=())
    (shape,) = Document(BytesIO(to_docx(wide))).inline_shapes
    assert (round(shape.width.cm, 2), round(shape.height.cm, 2)) == (16.5, 8.25)


def test_two_tables_in_a_row_stay_two(document: WordDocument) -> None:
    """Word would make one of tables that touch, and needs a paragraph after the last."""
    for table in document.tables:
        assert table._tbl.getnext().tag == qn("w:p")


def test_spelling_is_checked_in_the_reports_language() -> None:
    """The text's language is Vietnamese or British English, and nothing says otherwise."""
    for code, tag in (("vi", "vi-VN"), ("en", "en-GB")):
        xml = parts(written(code))
        assert f'<w:lang w:val="{tag}"' in xml["word/styles.xml"]
        assert len(re.findall("<w:lang ", "".join(xml.values()))) == 1


def test_the_english_report_has_english_heads() -> None:
    """The same layout, every word of the frame in English."""
    document = Document(BytesIO(written("en")))
    said = [p.text.replace("\xa0", "_") for p in everything(document)]
    for wanted in (
        "SOCIALIST REPUBLIC OF VIET NAM",
        "Independence - Freedom - Happiness",
        "No. ______/BC-STTTT",
        "Thái Bình, the ______ of ______ 2024",
        "To: Ủy ban nhân dân tỉnh Thái Bình",
        "Recipients:",
        "Unit: triệu đồng",
        "Appendix III",
    ):
        assert wanted in said


# --- the file ---------------------------------------------------------------------------------


def test_the_same_report_is_the_same_file() -> None:
    """The bytes depend on the report alone: no clock, no machine."""
    assert to_docx(report()) == written()
    with ZipFile(BytesIO(written())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_file_says_whose_and_of_when_it_is() -> None:
    """Title, subject, author, language and the report's moment; nothing of the program or its template."""
    about = Document(BytesIO(written())).core_properties
    assert about.title == f"BÁO CÁO {HEADS['Trích yếu']}"
    assert about.author == about.last_modified_by == "Sở Thông tin và Truyền thông"
    assert (about.language, about.comments) == ("vi-VN", "")
    moment = datetime(2024, 12, 12, 3, 4, 5, tzinfo=UTC)
    assert about.created == about.modified == moment
    with ZipFile(BytesIO(written())) as archive:
        assert not [n for n in archive.namelist() if re.search("thumbnail|app.xml|customXml", n)]
    assert not re.search("python|Macintosh", "".join(parts(written()).values()))


def test_hostile_text_stays_text() -> None:
    """Marks of XML are shown as written; what no file may hold is left out, wherever it comes from."""
    letterhead = Letterhead(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,))
    table = replace(TABLE, rows=((HOSTILE,) * 4,), caption=HOSTILE, alt=HOSTILE, unit=HOSTILE)
    blocks = (Paragraph(HOSTILE), table, replace(PICTURE, alt=HOSTILE, caption=HOSTILE))
    docx = to_docx(
        replace(
            report(),
            letterhead=letterhead,
            kind=HOSTILE,
            subject=HOSTILE * 20,
            addressee=HOSTILE,
            blocks=blocks,
            appendices=(Appendix(HOSTILE, HOSTILE, blocks),),
            facts=((HOSTILE, HOSTILE),),
            marks=(HOSTILE,),
        )
    )
    document = Document(BytesIO(docx))
    assert [p.text for p in styled(document, "Body Text")] == [
        "x<w:br/>&amp;\"'",
        "=1+1 ]]> {symbol} %s",
    ] * 2
    assert table_of(document, 0).rows[-1].cells[0].text == "x<w:br/>&amp;\"'\n=1+1 ]]> {symbol} %s"
    assert len(document.core_properties.title) <= 255


def test_a_table_parts_between_rows_but_not_within_a_group() -> None:
    """Merged cells go on from row to row, and a page ends between groups; head and sum are not alone."""
    rows = tuple((str(n), f"Dòng {n}" if n % 3 == 0 else "", "x", "y") for n in range(9))
    below = frozenset((n, 1) for n in range(9) if n % 3)
    sum_and_group = replace(TABLE, rows=rows, merged=below, bold=frozenset({3}))
    rows_of = xpath(table_element(sum_and_group, 16.0), "./w:tr")
    heads, body = rows_of[:-9], rows_of[-9:]
    merges = [xpath(row, "./w:tc[2]/w:tcPr/w:vMerge/@w:val") for row in body]
    assert merges == [["restart"], ["continue"], ["continue"]] * 3
    assert not any(xpath(row, "./w:tc[1]/w:tcPr/w:vMerge") for row in body)
    kept = [bool(xpath(row, "./w:tc/w:p/w:pPr/w:keepNext")) for row in body]
    assert kept == [True, True, False] * 2 + [True, True, False]
    plain = xpath(table_element(replace(TABLE, bold=frozenset({2})), 16.0), "./w:tr")[-3:]
    kept = [bool(xpath(row, "./w:tc/w:p/w:pPr/w:keepNext")) for row in plain]
    assert kept == [False, True, False]
    assert all(xpath(row, "./w:trPr/w:tblHeader") for row in heads)


def test_what_people_wrote_keeps_its_lines() -> None:
    """A quotation of several lines is as many paragraphs, so that none is stretched."""
    document = Document(BytesIO(written()))
    said = [p.text for p in styled(document, "Quote")]
    assert said == ["Thiếu nhân lực.", "x<w:br/>&amp;\"'", "=1+1 ]]> {symbol} %s"]


# --- lines of type ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "centimetres"),
    [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 9.57), ("Độc lập - Tự do - Hạnh phúc", 5.59), ("", 0)],
)
def test_lines_are_as_wide_as_measured(text: str, centimetres: float) -> None:
    """At 13 pt, as a word processor measures them in Times New Roman Bold; marks above letters add nothing."""
    assert width_cm(text, 13) == pytest.approx(centimetres, abs=0.01)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("BÁO VÍ DỤ", ("BÁO VÍ DỤ",)),
        ("SỞ THÔNG TIN VÀ TRUYỀN THÔNG", ("SỞ THÔNG TIN", "VÀ TRUYỀN THÔNG")),
        ("ỦY BAN NHÂN DÂN TỈNH THÁI BÌNH", ("ỦY BAN NHÂN DÂN", "TỈNH THÁI BÌNH")),
        ("Một dòng\nhai", ("Một dòng", "hai")),
        ("X" * 200, ("X" * 200,)),
        ("", ("",)),
    ],
)
def test_long_names_break_where_a_part_begins(text: str, lines: tuple[str, ...]) -> None:
    """In 6.6 cm at 13 pt; what cannot be broken is left to the word processor."""
    assert balanced(text, 13, 6.6) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("HỘI VĂN HỌC - NGHỆ THUẬT", ("HỘI VĂN HỌC -", "NGHỆ THUẬT")),
        ("TẠP CHÍ VĂN NGHỆ THÁI BÌNH", ("TẠP CHÍ VĂN NGHỆ", "THÁI BÌNH")),
        ("TẠP CHÍ VĂN NGHỆ HƯNG YÊN", ("TẠP CHÍ VĂN", "NGHỆ HƯNG YÊN")),
        ("ỦY BAN NHÂN DÂN TỈNH THÁI BÌNH", ("ỦY BAN NHÂN DÂN", "TỈNH THÁI BÌNH")),
        ("NHÀ XUẤT BẢN BÁO THÁI BÌNH, PHÒNG", ("NHÀ XUẤT BẢN BÁO", "THÁI BÌNH, PHÒNG")),
    ],
)
def test_names_of_places_stay_whole_and_no_line_begins_with_a_dash(
    text: str, lines: tuple[str, ...]
) -> None:
    """A dash ends its line; a line is broken before the place's name, never inside it, if that is known."""
    assert balanced(text, 13, 6.4, ["Thái Bình"]) == lines


# --- whose letterhead -------------------------------------------------------------------------


def test_the_letterhead_is_that_of_the_day_the_report_is_due(plan: Plan) -> None:
    """Names follow province and authority through the years; what is filed stands last."""
    vi = language("vi")
    head, addressee, department, note = province_letterhead(plan, 2024, vi)
    assert (head.superior, head.issuer) == (
        "Ủy ban nhân dân tỉnh Thái Bình",
        "Sở Thông tin và Truyền thông",
    )
    assert (head.symbol, head.place, head.signer) == ("BC-STTTT", "Thái Bình", "Giám đốc")
    assert (addressee, department) == (head.superior, head.issuer)
    assert head.copies[-1] == "Lưu: VT, …"
    later = province_letterhead(plan, 2025, vi)
    assert later.letterhead.place == "Hưng Yên", "the province's name from 1/7/2025 on"
    assert "Bộ Văn hóa, Thể thao và Du lịch (để báo cáo)" in later.letterhead.copies
    assert note == ""
    assert "được tổ chức lại trong năm 2025" in later.note, "what came after is not known"
    assert agency_letterhead(plan, "tc-van-nghe-thai-binh", 2025, vi).note == later.note
    english = province_letterhead(plan, 2024, language("en"))
    assert english.addressee == "People's Committee of Thái Bình province"
    assert english.letterhead.place == "Thái Bình"


def test_an_agencys_letterhead_bears_its_governing_body(plan: Plan) -> None:
    """Who signs goes by what it publishes; the report goes through the department to the committee."""
    vi = language("vi")
    head, addressee, department, _ = agency_letterhead(plan, "bao-thai-binh", 2024, vi)
    assert (head.superior, head.issuer, head.signer) == (
        "Tỉnh ủy",
        "Báo Thái Bình",
        "Tổng Biên tập",
    )
    assert addressee == "Ủy ban nhân dân tỉnh Thái Bình (qua Sở Thông tin và Truyền thông)"
    assert department == "Sở Thông tin và Truyền thông", "who consolidates"
    assert head.kept == ("Thái Bình", "Hưng Yên"), "agencies bear the province's earlier name too"
    assert agency_letterhead(plan, "dai-ptth-thai-binh", 2024, vi).letterhead.signer == "Giám đốc"


def test_what_a_plan_says_of_letterheads_is_used() -> None:
    """The invented province states all of it at first, and later leaves it to be made."""
    plan, vi = Plan.load(VI_DU), language("vi")
    stated, addressee, *_ = agency_letterhead(plan, "dai-vi-du", 2024, vi)
    assert (stated.symbol, stated.signer) == ("BC-CQBC", "Người đứng đầu cơ quan")
    assert (addressee, stated.copies) == ("Sở Thông tin và Truyền thông", ("Như trên", "Lưu: VT"))
    assert province_letterhead(plan, 2024, vi).letterhead.copies == ("Như trên", "Lưu: VT, BC")
    made, *_, note = province_letterhead(plan, 2026, vi)
    assert note == "Kiểm tra tên Sở trước khi ký."
    assert (made.superior, made.place) == ("Ủy ban nhân dân tỉnh Minh Họa", "Minh Họa")
    assert (made.issuer, made.symbol) == ("Sở Văn hóa, Thể thao và Du lịch", "BC-SVHTTDL")


def test_a_plan_without_letterheads_has_letterheads(plan: Plan) -> None:
    """Everything is made from the names of province and authority."""
    bare = plan.changed(letterhead=())
    for code in ("vi", "en"):
        head, addressee, *_ = province_letterhead(bare, 2024, language(code))
        own, through, *_ = agency_letterhead(bare, "bao-thai-binh", 2024, language(code))
        for letterhead in (head, own):
            assert all(getattr(letterhead, name) for name in Letterhead.__dataclass_fields__)
        assert addressee
        assert addressee in through
    assert bare.letterhead_on(datetime(2024, 1, 1, tzinfo=UTC).date()) == DatedLetterhead(
        start=datetime(2024, 1, 1, tzinfo=UTC).date()
    )


MISTAKES = {
    # what is wrong: the text, another in its place, the fault's code, and what stands on its line
    "a day that is none": ("from = 2025-03-01\nsigner", 'from = "1/3"\nsigner', "not-a-date", 'from = "1/3"'),
    "a day twice": ("from = 2025-03-01\nsigner", "from = 2024-03-15\nsigner", "repeated", "[[letterhead]]\nfrom = 2024-03-15\nsigner"),
    "a media type that is none": ("signers.print.vi", "signers.bao.vi", "not-one-of", "[[letterhead]]\nfrom = 2024-03-15"),
    "a key that is none": ('place.vi = "Ví Dụ"', 'noi.vi = "Ví Dụ"', "key-unknown", "noi.vi"),
    "one language only": ('place.en = "Ví Dụ"\n', "", "value-missing", "[[letterhead]]\nfrom = 2024-03-15"),
    "one text for a list": ('copies.en = ["As above", "Filed: Office"]\nagency.symbol', 'copies.en = "As above"\nagency.symbol', "value-wrong", 'copies.en = "As above"'),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_letterhead_is_said_with_its_line(mistake: str, tmp_path: Path) -> None:
    """File, line and what is wrong, as of everything else in the plan."""
    old, new, code, at = MISTAKES[mistake]
    folder = Path(shutil.copytree(VI_DU, tmp_path / "tinh-moi"))
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    text = text.replace(old, new)
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TbdxError) as raised:
        Plan.load(folder)
    faults = raised.value.fields["faults"]
    line = text[: text.rindex(at)].count("\n") + 1
    assert (code, "plan.toml", line) in {(fault.code, fault.file, fault.line) for fault in faults}
    assert messages.error_text(raised.value, language("vi"))


def test_line_breaks_that_a_letterhead_states_are_kept() -> None:
    """In the head of the letter alone; where the name stands in a sentence it is on one line."""
    letterhead = replace(report().letterhead, issuer="Sở Ví\nDụ")
    document = Document(BytesIO(to_docx(replace(report(), letterhead=letterhead))))
    assert [p.text for p in styled(document, "Cơ quan ban hành")] == ["SỞ VÍ\nDỤ"]
    assert all("của Sở Ví Dụ)" in p.text for p in styled(document, "Kèm theo văn bản"))
    assert document.core_properties.author == "Sở Ví Dụ"


def test_the_body_is_said_as_written(document: WordDocument) -> None:
    """Vietnamese text arrives letter by letter."""
    assert [p.text for p in styled(document, "Body Text")] == [SAID] * 25
