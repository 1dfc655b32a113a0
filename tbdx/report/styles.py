"""The styles of a report: one for each element of the decree's table, and what Word needs besides.

Nghị định 30/2020/NĐ-CP, Phụ lục I, names size, weight and place of every element of a document.
Each has a style of its own, so an editor sees by name what a paragraph is and can change all of a
kind at once. No other font than Times New Roman is named anywhere, and there is no theme.
"""

from __future__ import annotations

from dataclasses import dataclass

from tbdx.report.markup import FONT, TWIPS_PER_POINT, Alignment, Element, node, twips

FIRST_LINE_CM = 1.27
CELL_MARGIN = 0.14
"""Between a table's text and the lines at its left and right, in centimetres."""
_LINE = 240  # a single line, in Word's unit
_BODY_LINE = 276  # 1.15


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style. Sizes and spacing in points, indents in centimetres.

    name     as Word lists it; the built-in ones have Word's own
    line     the spacing of lines, 240 for single; exact: a height in points instead
    outline  its level in the navigation pane, from 0
    """

    id: str
    name: str
    size: float = 14
    bold: bool = False
    italic: bool = False
    align: Alignment = "left"
    before: float = 0
    after: float = 0
    line: int = _LINE
    exact: float = 0
    first_line: float = 0
    left: float = 0
    with_next: bool = False
    outline: int | None = None
    boxed: bool = False


STYLES = (
    Style("Normal", "Normal"),
    # the heads of a document
    Style("NationalHeading", "Quốc hiệu", 13, bold=True, align="center"),
    Style("Motto", "Tiêu ngữ", 14, bold=True, align="center"),
    Style("SuperiorBody", "Cơ quan chủ quản", 13, align="center"),
    Style("IssuingBody", "Cơ quan ban hành", 13, bold=True, align="center"),
    Style("Rule", "Đường kẻ", 2, exact=2, align="center", before=2),
    Style("Number", "Số, ký hiệu", 13, align="center", before=6),
    Style("PlaceAndDate", "Địa danh, thời gian", 14, italic=True, align="center", before=6),
    Style("DocumentType", "Tên loại văn bản", 14, bold=True, align="center", before=18),
    Style("Abstract", "Trích yếu", 14, bold=True, align="center", after=3),
    Style("Addressee", "Kính gửi", 14, align="center", before=14, after=8),
    # what it says
    Style(
        "BodyText",
        "Body Text",
        14,
        align="both",
        before=6,
        line=_BODY_LINE,
        first_line=FIRST_LINE_CM,
    ),
    Style(
        "Ground",
        "Căn cứ",
        14,
        italic=True,
        align="both",
        before=6,
        line=_BODY_LINE,
        first_line=FIRST_LINE_CM,
    ),
    Style(
        "Item",
        "Gạch đầu dòng",
        14,
        align="both",
        before=6,
        line=_BODY_LINE,
        first_line=FIRST_LINE_CM,
    ),
    Style(
        "Quote",
        "Quote",
        14,
        italic=True,
        align="left",
        before=6,
        line=_BODY_LINE,
        left=FIRST_LINE_CM,
    ),
    Style("Note", "Ghi chú", 12, italic=True, align="both", before=6),
    Style(
        "Heading1",
        "heading 1",
        14,
        bold=True,
        align="both",
        before=12,
        line=_BODY_LINE,
        first_line=FIRST_LINE_CM,
        with_next=True,
        outline=0,
    ),
    Style(
        "Heading2",
        "heading 2",
        14,
        bold=True,
        align="both",
        before=6,
        line=_BODY_LINE,
        first_line=FIRST_LINE_CM,
        with_next=True,
        outline=1,
    ),
    # tables and pictures
    Style("Caption", "caption", 13, bold=True, align="center", before=10, after=4, with_next=True),
    Style("PictureCaption", "Tên hình", 13, italic=True, align="center", before=3, after=6),
    Style("Picture", "Hình", 14, align="center", before=8),
    Style("Unit", "Đơn vị tính", 12, italic=True, align="right", before=4, after=2, with_next=True),
    Style(
        "TableHead", "Đầu bảng", 12, bold=True, align="center", before=2, after=2, with_next=True
    ),
    Style("TableNumbers", "Số thứ tự cột", 11, italic=True, align="center", with_next=True),
    Style("TableText", "Chữ trong bảng", 12, before=2, after=2),
    # its end
    Style("Signer", "Chức vụ người ký", 14, bold=True, align="center", before=14),
    Style("SignerName", "Họ tên người ký", 14, bold=True, align="center", before=72),
    Style("CopiesHead", "Nơi nhận", 12, bold=True, italic=True, before=14),
    Style("Copies", "Danh sách nơi nhận", 11),
    # appendices
    Style("AppendixName", "Phụ lục", 14, bold=True, align="center", with_next=True, outline=0),
    Style("AppendixTitle", "Tên phụ lục", 14, bold=True, align="center", with_next=True),
    Style(
        "AppendixOf", "Kèm theo văn bản", 14, italic=True, align="center", after=3, with_next=True
    ),
    # margins and seams
    Style("Header", "header", 13, align="center"),
    Style("Mark", "Dấu ở đầu trang", 10, bold=True, align="center"),
    Style("FirstMark", "Dấu ở trang đầu", 13, bold=True, align="center", boxed=True),
    Style("Gap", "Khoảng cách trước bảng", 6, exact=6, with_next=True),
    Style("Seam", "Ngắt phần", 1, exact=1),
)

_BY_ID = {style.id: style for style in STYLES}


def style(id_: str) -> Style:
    """The style with this id."""
    return _BY_ID[id_]


def style_elements(language_tag: str) -> list[Element]:
    """All that a report's styles.xml holds, for a text in this language ("vi-VN")."""
    fonts = node("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)
    spelling = node("lang", val=language_tag, eastAsia=language_tag, bidi="ar-SA")
    defaults = node("docDefaults", node("rPrDefault", node("rPr", fonts, spelling)))
    defaults.append(node("pPrDefault"))
    return [defaults, *map(_paragraph_style, STYLES), _no_character_style(), *_table_styles()]


def _paragraph_style(style: Style) -> Element:
    element = node("style", node("name", val=style.name), type="paragraph", styleId=style.id)
    if style.id == "Normal":
        element.set(*_default())
    else:
        element.append(node("basedOn", val="Normal"))
    if style.outline is not None:
        element.append(node("next", val="BodyText"))
    element.extend([node("qFormat"), _paragraph_properties(style), _type(style)])
    return element


def _paragraph_properties(style: Style) -> Element:
    found = node("pPr")
    if style.with_next:
        found.append(node("keepNext"))
    if style.boxed:
        sides = ("top", "left", "bottom", "right")
        found.append(
            node("pBdr", *(node(s, val="single", sz=8, space=2, color="auto") for s in sides))
        )
    height = (
        {"line": round(style.exact * TWIPS_PER_POINT), "lineRule": "exact"}
        if style.exact
        else {"line": style.line, "lineRule": "auto"}
    )
    before, after = (round(points * TWIPS_PER_POINT) for points in (style.before, style.after))
    found.append(node("spacing", before=before, after=after, **height))
    found.append(node("ind", left=twips(style.left), right=0, firstLine=twips(style.first_line)))
    found.append(node("jc", val=style.align))
    if style.outline is not None:
        found.append(node("outlineLvl", val=style.outline))
    return found


def _type(style: Style) -> Element:
    found = node("rPr", node("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT))
    found.extend(node(name) for name in ("b", "bCs") if style.bold)
    found.extend(node(name) for name in ("i", "iCs") if style.italic)
    found.append(node("color", val="000000"))
    found.extend(node(name, val=round(style.size * 2)) for name in ("sz", "szCs"))
    return found


def _default() -> tuple[str, str]:
    (name,) = node("style", default=1).attrib
    return str(name), "1"


def _no_character_style() -> Element:
    name = node("name", val="Default Paragraph Font")
    found = node("style", name, type="character", styleId="DefaultParagraphFont")
    found.set(*_default())
    return found


def _table_styles() -> list[Element]:
    sides = ("top", "left", "bottom", "right")
    margins = node(
        "tblCellMar",
        *(
            node(s, w=twips(CELL_MARGIN) if s in ("left", "right") else 0, type="dxa")
            for s in sides
        ),
    )
    plain = node(
        "style",
        node("name", val="Normal Table"),
        node("tblPr", node("tblInd", w=0, type="dxa"), margins),
        type="table",
        styleId="TableNormal",
    )
    plain.set(*_default())
    lines = (*sides, "insideH", "insideV")
    borders = node(
        "tblBorders", *(node(s, val="single", sz=4, space=0, color="auto") for s in lines)
    )
    grid = node(
        "style",
        node("name", val="Table Grid"),
        node("basedOn", val="TableNormal"),
        node("tblPr", borders),
        type="table",
        styleId="TableGrid",
    )
    return [plain, grid]
