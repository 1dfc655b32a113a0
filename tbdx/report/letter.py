"""A report as a Word file, laid out by Nghị định 30/2020/NĐ-CP.

Everything is text, tables and inline pictures in named styles (`tbdx.report.styles`), without text
boxes: whoever signs the report can edit all of it. Number, date and signature stay blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm

from tbdx.archives import without_clock
from tbdx.i18n import N_
from tbdx.report.content import Appendix, Block, Head, Heading, Paragraph, Picture, Report, Table
from tbdx.report.grid import side_by_side, table_element
from tbdx.report.markup import Element, field, node, paragraph, printable, run, twips
from tbdx.report.parts import roman
from tbdx.report.styles import style, style_elements
from tbdx.report.typeface import balanced, width_cm

PAGE = (21.0, 29.7)
TOP, BOTTOM, LEFT, RIGHT = 2.0, 2.0, 3.0, 1.5
"""The paper (A4) and its margins, in centimetres; a page on its side has the same."""
HEADER = 0.7
"""How far from the edge of the paper the page's number stands, in the top margin."""
NATIONAL = 9.7
"""The width of the column with the national heading, which must not break."""
BETWEEN = 0.4
"""How much narrower than its column the name of a body is, so that it does not touch the heading."""
SIGNATURE = 8.2
"""The width of the column with the signature."""
RULE_SHARE = 0.4
"""How long the rule below a name is, as a share of the line: the decree wants a third to a half."""
LONGEST_LINE = 14.0
"""The longest line of an abstract."""

_BLANK = "\xa0" * 6  # to be filled in by hand
_TAGS = {"vi": "vi-VN", "en": "en-GB"}
_LONGEST_PROPERTY = 255  # what the format allows
_STYLE_OF = {
    "body": "BodyText",
    "item": "Item",
    "ground": "Ground",
    "quote": "Quote",
    "note": "Note",
}
_KEPT_PARTS = (
    RELATIONSHIP_TYPE.STYLES,
    RELATIONSHIP_TYPE.SETTINGS,
    RELATIONSHIP_TYPE.OFFICE_DOCUMENT,
    RELATIONSHIP_TYPE.CORE_PROPERTIES,
)


def to_docx(report: Report) -> bytes:
    """The report as a .docx; the same report gives the same bytes.

    Raises `ValueError` if the cells of a table do not add up to its widths.
    """
    return without_clock(_Letter(report).written())


class _Letter:
    """One report being written."""

    def __init__(self, report: Report) -> None:
        self._report, self._words = report, report.language
        self._tag = _TAGS.get(report.language.code, _TAGS["en"])
        self._document = _empty_document(self._tag)
        self._across = 0.0  # how wide the text of the section being written is
        self._pictures = 0

    def written(self) -> bytes:
        self._describe()
        self._begin(self._document.sections[0], landscape=False)
        self._add(*self._heads())
        self._write(self._report.blocks)
        self._hold_last()
        self._add(self._end())
        for appendix in self._appendices():
            self._write_appendix(appendix)
        self._add(paragraph("Seam"))  # a file must not end with a table
        result = BytesIO()
        self._document.save(result)
        return result.getvalue()

    def _add(self, *elements: Element) -> None:
        """Elements at the end of what is written, before the properties of the last section."""
        for element in elements:
            self._document.element.body.sectPr.addprevious(element)

    def _hold_last(self) -> None:
        """Keep the last paragraph with what follows: no page has a signature alone."""
        last = self._document.element.body.sectPr.getprevious()
        if last.tag == qn("w:p"):
            last.pPr.insert(1, node("keepNext"))  # behind the style

    def _describe(self) -> None:
        """What the file says of itself; nothing of the machine that wrote it."""
        report, about = self._report, self._document.core_properties
        about.title = _property(f"{report.kind} {report.subject}")
        about.subject = _property(report.subject)
        about.author = about.last_modified_by = _property(report.letterhead.issuer)
        about.keywords = _property("; ".join(report.marks))
        about.language = self._tag
        about.comments = ""
        about.revision = 1
        about.created = about.modified = report.at.astimezone(UTC).replace(tzinfo=None)

    def _begin(self, section: Section, *, landscape: bool) -> None:
        """A section's pages; their heads, where the section before has none of the same width."""
        _set_page(section, landscape=landscape)
        before, self._across = self._across, PAGE[landscape] - LEFT - RIGHT
        if self._across != before:
            self._write_headers(section)

    def _write_headers(self, section: Section) -> None:
        """The page's number from the second page on, and what every page must say."""
        marks = printable(" – ".join(self._report.marks))
        first, later = section.first_page_header, section.header
        for header in (first, later):
            header.is_linked_to_previous = False
            header._element.clear()  # python-docx offers no way without its own paragraph
        later._element.append(paragraph("Header", field("PAGE")))
        if marks:
            frame = width_cm(marks, style("FirstMark").size) + 0.6
            indents = _centred(frame, self._across)
            first._element.append(paragraph("FirstMark", run(marks), properties=indents))
            later._element.append(paragraph("Mark", run(marks)))
        else:
            first._element.append(paragraph("Header"))

    # --- the letter ---------------------------------------------------------------------------

    def _heads(self) -> Iterator[Element]:
        report, text = self._report, self._words.text
        head = report.letterhead
        motto = text(N_("Independence - Freedom - Happiness"))
        nation = text(N_("SOCIALIST REPUBLIC OF VIET NAM"))
        number = text("No. {blank}/{symbol}", blank=_BLANK, symbol=head.symbol)
        dated = text(
            "{place}, the {day} of {month} {year}",
            place=head.place,
            day=_BLANK,
            month=_BLANK,
            year=report.at.year,
        )
        left = self._across - NATIONAL
        superior = _lines("SuperiorBody", head.superior.upper(), left - BETWEEN, head.kept)
        issuer = _lines("IssuingBody", head.issuer.upper(), left - BETWEEN, head.kept)
        names = [
            paragraph("SuperiorBody", run(*superior)),
            paragraph("IssuingBody", run(*issuer)),
            _rule(RULE_SHARE * _longest("IssuingBody", issuer), left),
        ]
        national = [
            paragraph("NationalHeading", run(nation)),
            paragraph("Motto", run(motto)),
            _rule(_longest("Motto", [motto]), NATIONAL),
        ]
        numbered, placed = paragraph("Number", run(number)), paragraph("PlaceAndDate", run(dated))
        yield side_by_side((left, NATIONAL), [(names, national), ([numbered], [placed])])
        yield paragraph("DocumentType", run(report.kind.upper()))
        subject = _lines("Abstract", report.subject, LONGEST_LINE, head.kept)
        yield paragraph("Abstract", run(*subject))
        yield _rule(RULE_SHARE * _longest("Abstract", subject), self._across)
        if report.addressee:
            yield paragraph("Addressee", run(text("To: {addressee}", addressee=report.addressee)))

    def _end(self) -> Element:
        """Who receives copies, at the left; who signs, with the room to do so, at the right."""
        head = self._report.letterhead
        copies = [paragraph("CopiesHead", run(self._words.text("Recipients:")))]
        for place, line in enumerate(head.copies, start=1):
            copies.append(
                paragraph("Copies", run(f"- {_ended(line, last=place == len(head.copies))}"))
            )
        signer = _lines("Signer", head.signer.upper(), SIGNATURE)
        signature = [paragraph("Signer", run(*signer)), paragraph("SignerName")]
        return side_by_side((self._across - SIGNATURE, SIGNATURE), [(copies, signature)])

    # --- appendices ---------------------------------------------------------------------------

    def _appendices(self) -> list[Appendix]:
        """The report's own, and at the end where its figures come from."""
        report, text = self._report, self._words.text
        if not report.facts:
            return list(report.appendices)
        number = len(report.appendices) + 1
        name = text("Appendix {number}", number=roman(number)) if number > 1 else text("Appendix")
        title = text("Where the figures of this report come from")
        table = Table(
            heads=((Head(text("What is stated")), Head(text("Content"))),),
            rows=report.facts,
            widths=(1, 2.4),
            aligns=("left", "left"),
            alt=title,
        )
        return [*report.appendices, Appendix(name, title, (table,))]

    def _write_appendix(self, appendix: Appendix) -> None:
        """On pages of its own, numbered from 1; its first page, too, does not show its number."""
        report = self._report
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        _shrink_break(self._document)
        self._begin(section, landscape=appendix.landscape)
        belongs = self._words.text(
            "(Attached to {kind} No. {number}/{symbol} of the {day} of {month} {year} by {issuer})",
            kind=report.kind.capitalize(),
            number=_BLANK,
            symbol=report.letterhead.symbol,
            day=_BLANK,
            month=_BLANK,
            year=report.at.year,
            issuer=" ".join(report.letterhead.issuer.split()),
        )
        title = _lines("AppendixTitle", appendix.title.upper(), self._across)
        self._add(
            paragraph("AppendixName", run(appendix.name)),
            paragraph("AppendixTitle", run(*title)),
            paragraph("AppendixOf", run(*_lines("AppendixOf", belongs, self._across))),
        )
        self._write(appendix.blocks)

    # --- what is said -------------------------------------------------------------------------

    def _write(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            self._add(*self._elements(block))

    def _elements(self, block: Block) -> Iterator[Element]:
        match block:
            case Heading(text, level):
                yield paragraph(f"Heading{level}", run(text))
            case Paragraph(text, kind):
                lead = "- " if kind == "item" else ""
                for line in filter(None, map(str.strip, printable(text).split("\n"))):
                    yield paragraph(_STYLE_OF[kind], run(f"{lead}{line}"))
                    lead = ""
            case Table():
                if block.caption:
                    yield paragraph("Caption", run(block.caption))
                if block.unit:
                    yield paragraph("Unit", run(self._words.text("Unit: {unit}", unit=block.unit)))
                if not (block.caption or block.unit):
                    yield paragraph("Gap")  # tables that touch would become one
                yield table_element(block, self._across)
            case Picture():
                yield self._picture(block)
                if block.caption:
                    yield paragraph("PictureCaption", run(block.caption))

    def _picture(self, picture: Picture) -> Element:
        """A picture in the line of text, no wider than that."""
        self._pictures += 1
        across = Cm(min(picture.width_cm, self._across))
        inline = self._document.part.new_pic_inline(BytesIO(picture.png), across, None)
        inline.docPr.set("id", str(self._pictures))
        inline.docPr.set("name", f"{self._pictures}")
        inline.docPr.set("descr", printable(picture.alt))
        with_caption = (node("keepNext"),) if picture.caption else ()
        drawing = node("drawing")
        drawing.append(inline)
        return paragraph("Picture", node("r", drawing), properties=with_caption)


def _empty_document(tag: str) -> WordDocument:
    """python-docx's template with our styles, and without what else it brings along.

    That is a theme with fonts of its own, a picture of the first page, lists, data of the
    machine on which the template was made.
    """
    document = Document()
    for part in (document.part, document.part.package):
        for key, relation in list(part.rels.items()):
            if relation.reltype not in _KEPT_PARTS:
                del part.rels[key]
    styles = document.styles.element
    styles[:] = style_elements(tag)
    settings = document.settings.element
    settings[:] = [
        node("defaultTabStop", val=twips(1.27)),
        node("characterSpacingControl", val="doNotCompress"),
        node("compat", _compatibility()),
        node("themeFontLang", val=tag),
        node("decimalSymbol", val="," if tag == "vi-VN" else "."),
        node("listSeparator", val=";" if tag == "vi-VN" else ","),
    ]
    return document


def _compatibility() -> Element:
    """That Word lays the file out as it does today's, not as its older versions did."""
    return node(
        "compatSetting",
        name="compatibilityMode",
        uri="http://schemas.microsoft.com/office/word",
        val=15,
    )


def _set_page(section: Section, *, landscape: bool) -> None:
    """A4 with the decree's margins, its pages numbered from 1, the first without its number."""
    wide, high = PAGE[landscape], PAGE[not landscape]
    turned = {"orient": "landscape"} if landscape else {}
    margins = {"top": TOP, "right": RIGHT, "bottom": BOTTOM, "left": LEFT, "header": HEADER}
    properties = section._sectPr  # python-docx cannot number pages
    references = [child for child in properties if child.tag.endswith("headerReference")]
    properties[:] = [
        *references,
        node("type", val="nextPage"),
        node("pgSz", w=twips(wide), h=twips(high), **turned),
        node("pgMar", **{k: twips(v) for k, v in margins.items()}, footer=twips(HEADER), gutter=0),
        node("pgNumType", start=1),
        node("cols", space=twips(1.27)),
        node("titlePg"),
    ]


def _shrink_break(document: WordDocument) -> None:
    """Make the paragraph that ends a section so small that it never opens a page of its own."""
    document.paragraphs[-1].style = style("Seam").name


def _rule(length: float, available: float) -> Element:
    """A line `length` centimetres long in the middle of `available` ones, of a paragraph's border.

    It is no drawing, so that it stays where it is while the text above is edited, and no
    underlining, which the decree does not want.
    """
    border = node("pBdr", node("top", val="single", sz=6, space=1, color="auto"))
    return paragraph("Rule", properties=(border, *_centred(length, available)))


def _centred(length: float, available: float) -> tuple[Element, ...]:
    """Indents that leave `length` centimetres in the middle."""
    side = twips(max(available - length, 0) / 2)
    return (node("ind", left=side, right=side, firstLine=0),)


def _lines(style_id: str, text: str, available: float, kept: Sequence[str] = ()) -> tuple[str, ...]:
    """A text that is set in the middle, in lines as even as they can be in so many centimetres."""
    return balanced(printable(text), style(style_id).size, available, kept)


def _ended(line: str, *, last: bool) -> str:
    """A line of the recipients with its stop; what ends with "…" is to be filled in."""
    line = line.rstrip(".;")
    if not last:
        return f"{line};"
    return line if line.endswith("…") else f"{line}."


def _longest(style_id: str, lines: Sequence[str]) -> float:
    """The length in centimetres of the longest of the lines."""
    return max(width_cm(line, style(style_id).size) for line in lines)


def _property(text: str) -> str:
    return " ".join(printable(text).split())[:_LONGEST_PROPERTY]
