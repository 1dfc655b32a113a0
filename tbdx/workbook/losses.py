"""What writing a workbook again by openpyxl would lose of it.

Decided by what openpyxl is known to keep: any other part or element of the
file, now or in a later Excel, counts as lost. What nobody misses does not:
settings of printers, windows and read-only advice, tags of document systems
(customXml), fonts within comments. Stored results of formulas are lost, too;
Excel computes them when the copy is opened, but not those on other workbooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

from defusedxml.ElementTree import fromstring
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.constants import SHEET_MAIN_NS

from tbdx import messages
from tbdx.workbook.package import Place

_MOST_BYTES = 6_000_000  # of XML: a second and fifteen megabytes of memory for each million
_MOST_AREA = 200_000  # openpyxl walks every cell of a merged or linked range and of a table
_XML = (".xml", ".rels", ".vml")
_WALKED = {"mergeCell", "hyperlink", "comment", "table"}
# What openpyxl writes as it was, or what nobody misses; everything else is lost.
_KEPT_PARTS = re.compile(
    r"\[content_types\]\.xml|(.*/)?_rels/[^/]*\.rels|(docprops|customxml|xl/printersettings|xl/persons)/.*"
    r"|xl/(workbook|styles|sharedstrings|calcchain)\.xml|xl/comments[^/]*\.xml"
    r"|xl/(theme|worksheets|tables|comments|drawings)/[^/]*\.xml"
    r"|xl/drawings/[^/]*\.vml|.*/"
)
_KEPT_ELEMENTS = re.compile(
    "sheetPr|dimension|sheetViews|sheetFormatPr|cols|sheetData|sheetCalcPr|sheetProtection|scenarios"
    "|autoFilter|sortState|mergeCells|phoneticPr|conditionalFormatting|dataValidations|hyperlinks"
    "|printOptions|pageMargins|pageSetup|headerFooter|rowBreaks|colBreaks|ignoredErrors|drawing"
    "|legacyDrawing|tableParts|extLst|AlternateContent"  # the last two are looked for everywhere
)
_KINDS = {
    "links": re.compile("externallinks?/"),
    "macros": re.compile("vba|macro"),
    "drawings": re.compile("/(media|charts|chartsheets|diagrams|embeddings|ctrlprops|activex)/"),
    "extensions": re.compile("pivot|slicer|timeline|threadedcomment|xl/metadata|richdata|feature"),
}
_DRAWN_ELEMENTS = {"picture", "oleObjects", "controls", "legacyDrawingHF", "drawingHF"}
_SIZE = re.compile(r"\b(width|height):\s*([\d.]+)(pt|px)")


class LossError(Exception):
    """Marking the workbook would lose something of it; `codes` are keys of `messages.LOST`."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = codes


def look_for_losses(content: bytes) -> dict[str, dict[Place, tuple[int, int]]]:
    """The sizes of comments, by part and cell; raises `LossError` for what openpyxl would drop."""
    if not is_zipfile(BytesIO(content)):
        raise LossError(messages.OLD_FORMAT)
    lost: set[str] = set()
    area, note_sizes = 0, {}
    with ZipFile(BytesIO(content)) as archive:
        if "xl/workbook.xml" not in map(str.lower, archive.namelist()):
            raise LossError(messages.OLD_FORMAT)
        parsed = [part for part in archive.infolist() if part.filename.lower().endswith(_XML)]
        if sum(part.file_size for part in parsed) > _MOST_BYTES:
            raise LossError("large")
        for name in archive.namelist():
            part = name.lower()
            if not _KEPT_PARTS.fullmatch(part):
                lost.add(next((code for code in _KINDS if _KINDS[code].search(part)), "other"))
            elif part.endswith(_XML):
                root = fromstring(archive.read(name), forbid_dtd=True)
                lost.update(_lost_from(part, root))
                area += sum(_area(e) for e in root.iter() if _local(e) in _WALKED)
                if part.endswith(".vml"):
                    note_sizes[name] = dict(_note_sizes(root))
    if area > _MOST_AREA:
        lost.add("large")
    if lost:
        raise LossError(*(code for code in messages.LOST if code in lost))
    return note_sizes


def _lost_from(part: str, root: Any) -> Iterator[str]:
    """What openpyxl would drop of a part that it keeps."""
    if part.startswith("xl/drawings/") and part.endswith((".xml", ".vml")):
        if not all(map(_is_note_or_type, root)):
            yield "drawings"
    elif part.startswith(("xl/workbook.xml", "xl/worksheets/")) and not part.endswith(".rels"):
        if not root.tag.startswith(f"{{{SHEET_MAIN_NS}}}"):  # "Strict Open XML": not read at all
            yield "other"
        elif part != "xl/workbook.xml":
            yield from filter(None, map(_lost_element, root))
            if any(_local(element) in ("extLst", "AlternateContent") for element in root.iter()):
                yield "extensions"


def _lost_element(element: Any) -> str:
    name = _local(element)
    if _KEPT_ELEMENTS.fullmatch(name):
        return ""
    return "drawings" if name in _DRAWN_ELEMENTS else "other"


def _is_note_or_type(shape: Any) -> bool:
    """Whether a shape is the box of a comment, or no shape but a definition."""
    if _local(shape) == "shape":
        return any(element.get("ObjectType") == "Note" for element in shape)
    return _local(shape) in ("shapelayout", "shapetype")


def _note_sizes(root: Any) -> Iterator[tuple[Place, tuple[int, int]]]:
    for shape in root.iterfind("{*}shape"):
        row, column = (shape.findtext(f"{{*}}ClientData/{{*}}{name}") for name in ("Row", "Column"))
        sizes = {
            name: round(float(number) * (4 / 3 if unit == "pt" else 1))
            for name, number, unit in _SIZE.findall(shape.get("style", ""))
        }
        if row and column and len(sizes) == 2:
            yield (int(row) + 1, int(column) + 1), (sizes["width"], sizes["height"])


def _area(element: Any) -> int:
    left, top, right, bottom = range_boundaries(element.get("ref"))
    return int((right - left + 1) * (bottom - top + 1))


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
