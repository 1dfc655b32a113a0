"""What a report says, before it has a look: headings, paragraphs, tables and pictures in order.

Every text is in the report's language already; nothing here knows Word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tbdx.i18n import Language
from tbdx.provenance import Fact

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered heading as printed, e.g. "I. TÌNH HÌNH BÁO CÁO"; `level` 1 or 2."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    kind  body     justified, its first line indented
          item     a point of a list, led by "-"
          ground   on what the report rests ("Căn cứ …"), in italics
          quote    what somebody else wrote, marked as such
          note     small, for what stands under a table or a picture
    """

    text: str
    kind: Literal["body", "item", "ground", "quote", "note"] = "body"


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of a table's head, over `across` columns and `down` rows of it."""

    text: str
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    heads     the rows of its head, from the top; every row repeats on each page. A cell that
              reaches down from the row above is not told of again
    rows      one text for each column; "" is an empty cell
    widths    relative widths of the columns; aligns their alignment
    numbered  whether a row (1), (2), (3) … stands under the head; or what stands in that row
    bold      which rows (from 0) are set in bold: sums, groups
    merged    which cells (row, column, from 0) go on from the cell above and say nothing of their
              own; such rows stay on the page of the row above
    unit      e.g. "triệu đồng": stands above at the right as "ĐVT: …"
    caption   stands above, centred; alt says for those who cannot see it what it holds
    """

    heads: tuple[tuple[Head, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    aligns: tuple[Align, ...]
    numbered: bool | tuple[str, ...] = False
    bold: frozenset[int] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()
    unit: str = ""
    caption: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as PNG bytes, so many centimetres wide as it is printed."""

    png: bytes = field(repr=False)
    width_cm: float
    alt: str
    caption: str = ""


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Appendix:
    """An appendix on pages of its own, numbered separately: "Phụ lục I" and its title."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, in the words of the report's language; what is blank stays blank.

    superior, issuer  the superior body and the issuing body
    symbol            after the blank number: "BC-STTTT"
    kept              names of places: no line breaks inside one, and it may open a line
    place             before the blank date: "Thái Bình"
    signer            the function of who signs: "GIÁM ĐỐC"
    copies            who receives it besides, one a line; the last is what is filed
    """

    superior: str
    issuer: str
    symbol: str
    place: str
    signer: str
    copies: tuple[str, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A draft to be numbered, dated and signed.

    kind      "BÁO CÁO"; subject is what it is about (trích yếu)
    marks     what every page says at its head: that figures are illustrative, that it is a draft
    facts     where the figures come from; the last appendix
    at        when it is written, in the plan's time zone: its date line bears that year
    """

    letterhead: Letterhead
    kind: str
    subject: str
    addressee: str
    blocks: tuple[Block, ...]
    appendices: tuple[Appendix, ...]
    facts: tuple[Fact, ...]
    language: Language
    at: datetime
    marks: tuple[str, ...] = ()
