"""The elements of a Word file, built as they are named in it; texts from people made safe for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import oxml_parser
from docx.oxml.xmlchemy import BaseOxmlElement

Element = BaseOxmlElement

TWIPS_PER_POINT = 20
TWIPS_PER_CM = 1440 / 2.54
FONT = "Times New Roman"

Alignment = Literal["left", "center", "right", "both"]

_NAMESPACE = {"w": nsmap["w"]}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@cache
def _qualified(name: str) -> str:
    return qn(f"w:{name}")


def node(tag: str, *children: Element, **attributes: object) -> Element:
    """`<w:tag w:attribute="…">` with these children."""
    element: Element = oxml_parser.makeelement(_qualified(tag), nsmap=_NAMESPACE)
    for name, value in attributes.items():
        element.set(_qualified(name), str(value))
    element.extend(children)
    return element


def twips(cm: float) -> int:
    """Centimetres in twentieths of a point, Word's unit of length."""
    return round(cm * TWIPS_PER_CM)


def printable(text: str) -> str:
    """The text without what a file cannot hold (control characters, halves of characters).

    Only tabs and line breaks are left of the former, the latter always as a line feed.
    """
    return _NOT_XML.sub("", text.replace("\r\n", "\n")).replace("\r", "\n")


def run(*lines: str, bold: bool = False) -> Element:
    """Text in the paragraph's own type (or bold), on these lines."""
    element = node("r", node("rPr", node("b"), node("bCs"))) if bold else node("r")
    for number, line in enumerate(lines):
        if number:
            element.append(node("br"))
        text = node("t")
        text.text = " ".join(printable(line).split("\n"))
        text.set(qn("xml:space"), "preserve")
        element.append(text)
    return element


def field(instruction: str) -> Element:
    """A field that Word works out, such as PAGE; until then it shows "1"."""
    return node("fldSimple", run("1"), instr=f" {instruction} ")


def paragraph(style: str, *runs: Element, properties: Sequence[Element] = ()) -> Element:
    """A paragraph in one of the styles; `properties` in the order of Word's schema."""
    return node("p", node("pPr", node("pStyle", val=style), *properties), *runs)
