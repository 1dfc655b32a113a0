"""What a workbook's own XML tells and calamine does not.

calamine is fast, but to it an error (#DIV/0!) and a formula without a stored
result are empty cells, a password is a broken file, and an .ods file has no
merged ranges; a sheet that claims billions of cells ends the whole process.
So every file is looked through here before calamine opens it.
"""

from __future__ import annotations

import lzma
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice, product
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl.utils import column_index_from_string

MOST_BYTES = 50_000_000  # a year's reports of a whole country are far below, unpacked
MOST_CELLS = 2_000_000  # the area of one sheet

_DIGITS = "0123456789"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVE_OR_OLE = (b"PK", _OLE)  # how workbooks begin
_ENCRYPTED_XLSX = "EncryptedPackage".encode("utf-16-le")
# An .xls stream begins with a BOF record; a FILEPASS record soon after it means a password.
_ENCRYPTED_XLS = re.compile(
    rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
_MACROS_XLS = "_VBA_PROJECT_CUR".encode("utf-16-le")
_MAGIC = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8": ".jpg", b"Rar!": ".rar"}
# What makes a worksheet part worth parsing: errors, formulas, prefixes, unusual writing.
_REMARKABLE = re.compile(rb"""t\s*=\s*"e"|<f[\s/>]|:(?:c|f|row)[\s/>]|'|<!|hidden""")
_ANY_CELL = re.compile(rb"<c[\s/>]")
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_TRUE = ("1", "true")
_LAST_COLUMN = 16_384
_MOST_REPEATED = 1_000  # cells that an .ods file writes as one and that are named one by one
_QUOTED = re.compile(r'"([^"]*)"')
_OTHER_UNIT = re.compile(
    r"\b(?:tỷ|tỉ|ty|nghìn|ngàn|nghin|ngan|billion|thousand|usd)\b|^\s*(?:đồng|đ|vnđ|vnd)\b"
)
_THOUSANDTHS = re.compile(r"[0#?],+(?![0-9#?,])")  # a comma after the digits divides by 1,000
_BUILT_IN_PERCENTS = {"9", "10"}  # 0% and 0.00%
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')  # parts of a number format that are no code
OTHER_WORKBOOK = re.compile(r"\[[0-9]+\]")  # as a workbook numbers those it links to
BROKEN = (
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # an encrypted part, or a compression nobody uses
    OSError,
    expat.ExpatError,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
)

Place = tuple[int, int]
"""A row and a column, both counted from 0."""


class Refused(Exception):  # noqa: N818 (an outcome, not a programming error)
    """The file cannot be read at all; `code` is the finding that says why."""

    def __init__(self, code: str, *, sheet: str = "", found: str = "") -> None:
        super().__init__(code)
        self.code, self.sheet, self.found = code, sheet, found


class Flaw(str):
    """What stands in a cell without a value: an error, or a formula never computed."""

    __slots__ = ()

    @property
    def code(self) -> str:
        return "formula-without-value" if self.startswith("=") else "cell-error"


@dataclass
class SheetFacts:
    """What was found in one sheet's XML."""

    height: int = 0
    width: int = 0
    flaws: dict[Place, Flaw] = field(default_factory=dict)
    linked: set[Place] = field(default_factory=set)  # formulas on another workbook
    percents: set[Place] = field(default_factory=set)  # numbers shown as percentages
    scaled: set[Place] = field(default_factory=set)  # numbers shown in another unit
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[Place, Place]] = field(default_factory=list)

    def fill(self, row: int, column: int) -> None:
        """Note that a cell holds something."""
        self.height = max(self.height, row + 1)
        self.width = max(self.width, column + 1)

    def require_reasonable(self, name: str) -> None:
        if self.height * self.width > MOST_CELLS:
            found = f"{self.height} × {self.width}"
            raise Refused("sheet-too-large", sheet=name, found=found)


@dataclass
class Package:
    """What was found in a workbook; `sheets` by name (of the .xls format see `xls`)."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    has_macros: bool = False


def look_through(content: bytes) -> Package:
    """What a workbook's own parts tell, before it is opened.

    Raises `Refused` for a file that is no workbook, has a password, or would
    exhaust the reader.
    """
    if content.startswith(_OLE):
        if _ENCRYPTED_XLSX in content or _ENCRYPTED_XLS.search(content):
            raise Refused("password-protected")
        return Package(has_macros=_MACROS_XLS in content)
    if not content.startswith(b"PK"):
        raise Refused("not-a-workbook", found=_kind_of(content))
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _look_through_archive(archive)
    except BROKEN as error:
        raise Refused("not-a-workbook", found=str(error)) from error


def _kind_of(content: bytes) -> str:
    """What a file that is no workbook seems to be, as the ending it should have."""
    for magic, ending in _MAGIC.items():
        if content.startswith(magic):
            return ending
    beginning = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<table")):
        return ".html"
    if beginning.startswith(b"<?xml"):
        return ".xml"
    return "?" if b"\x00" in beginning else ".txt"


def _look_through_archive(archive: ZipFile) -> Package:
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise Refused("not-a-workbook", found=f"> {MOST_BYTES // 1_000_000} MB")
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise BadZipFile("unusual compression")
    parts = {entry.filename.lower(): archive.read(entry) for entry in entries}
    if "xl/workbook.xml" in parts:
        return Package(_look_through_xlsx(parts), "xl/vbaproject.bin" in parts)
    if "content.xml" in parts:
        has_macros = any(name.startswith("basic/") for name in parts)
        return Package(_look_through_ods(parts), has_macros)
    raise Refused("not-a-workbook", found=".xlsb" if "xl/workbook.bin" in parts else ".zip")


def _look_through_xlsx(parts: dict[str, bytes]) -> dict[str, SheetFacts]:
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in fromstring(parts["xl/_rels/workbook.xml.rels"], forbid_dtd=True)
    }
    book = fromstring(parts["xl/workbook.xml"], forbid_dtd=True)
    styles = _Styles.of(parts.get("xl/styles.xml", b""))
    sheets: dict[str, SheetFacts] = {}
    for sheet in book.iterfind(".//{*}sheet"):
        name = sheet.get("name", "")
        identity = next((v for k, v in sheet.items() if k.endswith("}id")), "")
        target = targets.get(identity, "")
        part = target[1:] if target.startswith("/") else f"xl/{target}"
        if part.lower() in parts:
            sheets[name] = _facts_of(parts[part.lower()], styles)
            sheets[name].require_reasonable(name)
    return sheets


def is_percent(number_format: str) -> bool:
    """Whether a number format shows a number as a percentage."""
    return "%" in _LITERAL.sub("", number_format)


def is_scaled(number_format: str) -> bool:
    """Whether a number format shows a number in another unit: `0.0" tỷ"`, `#,##0,`."""
    words = " ".join(_QUOTED.findall(number_format.lower()))
    return bool(_OTHER_UNIT.search(words)) or bool(
        _THOUSANDTHS.search(_LITERAL.sub("", number_format))
    )


@dataclass(frozen=True)
class _Styles:
    """The numbers of the cell styles (s="3") that show percentages, or another unit."""

    percent: frozenset[str] = frozenset()
    scaled: frozenset[str] = frozenset()

    @classmethod
    def of(cls, part: bytes) -> _Styles:
        if not part:
            return cls()
        styles = fromstring(part, forbid_dtd=True)
        formats = {
            own.get("numFmtId", ""): own.get("formatCode", "")
            for own in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        percents = {key for key, code in formats.items() if is_percent(code)} | _BUILT_IN_PERCENTS
        scaled = {key for key, code in formats.items() if is_scaled(code)}
        cells = [xf.get("numFmtId") for xf in styles.iterfind("{*}cellXfs/{*}xf")]
        return cls(
            frozenset(str(number) for number, key in enumerate(cells) if key in percents),
            frozenset(str(number) for number, key in enumerate(cells) if key in scaled),
        )


def _facts_of(part: bytes, styles: _Styles) -> SheetFacts:
    """The facts of a worksheet part, without parsing it where nothing is remarkable."""
    styled = any(f's="{style}"'.encode() in part for style in styles.percent | styles.scaled)
    facts = None if styled else _plain_facts(part)
    if facts is None or facts.height * facts.width > MOST_CELLS:
        return _XlsxScan(styles).scan(part)
    return facts


def _plain_facts(part: bytes) -> SheetFacts | None:
    """The facts of a part in which every cell is written in the usual way and has no flaw."""
    if b"<worksheet" not in part or _REMARKABLE.search(part):
        return None
    cells = _USUAL_CELL.findall(part)
    if len(cells) != len(_ANY_CELL.findall(part)):
        return None
    facts = SheetFacts()
    if cells:
        facts.height = max(int(row) for row in {row for _, row in cells})
        letters = {letters.decode() for letters, _ in cells}
        facts.width = max(map(column_index_from_string, letters))
    return facts


def _look_through_ods(parts: dict[str, bytes]) -> dict[str, SheetFacts]:
    if b"encryption-data" in parts.get("meta-inf/manifest.xml", b""):
        raise Refused("password-protected")
    scan = _OdsScan()
    scan.scan(parts["content.xml"])
    for name, facts in scan.sheets.items():
        facts.require_reasonable(name)
    return scan.sheets


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a document type declaration")


class _Scan(ABC):
    """One pass over a sheet's XML by expat, which is quicker than building a tree."""

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self.text: list[str] | None = None

    def scan(self, part: bytes) -> SheetFacts:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.Parse(part, True)
        return self.facts

    @abstractmethod
    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    @abstractmethod
    def end(self, name: str) -> None:
        """An element ends."""

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def collected(self) -> str:
        text = "".join(self.text or ())
        self.text = None
        return text


class _XlsxScan(_Scan):
    """The cells of one worksheet part: <row r><c r t><f/><v/></c></row>."""

    def __init__(self, styles: _Styles) -> None:
        super().__init__()
        self.styles = styles
        self.style = ""
        self.row = self.column = -1
        self.kind = ""
        self.value = ""
        self.formula: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._begin_cell(attributes)
        elif tag in ("v", "f"):
            self.text = []
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
            if attributes.get("hidden") in _TRUE:
                self.facts.hidden_rows.add(self.row)
        elif tag == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.facts.hidden_columns.update(range(first - 1, min(last, _LAST_COLUMN)))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        address = attributes.get("r")
        if address:
            letters = address.rstrip(_DIGITS)
            self.column = column_index_from_string(letters) - 1
            self.row = int(address[len(letters) :]) - 1
        else:
            self.column += 1
        self.kind = attributes.get("t", "")
        self.style = attributes.get("s", "")
        self.value, self.formula = "", None

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._end_cell()
        elif tag == "v":
            self.value = self.collected()
        elif tag == "f":
            self.formula = self.collected()

    def _end_cell(self) -> None:
        flaw = ""
        if self.kind == "e":
            flaw = self.value or "#N/A"
        elif self.formula is not None and not self.value and self.kind not in ("str", "inlineStr"):
            flaw = f"={self.formula}"
        if flaw:
            self.facts.flaws[self.row, self.column] = Flaw(flaw)
        elif self.formula and OTHER_WORKBOOK.search(self.formula):
            self.facts.linked.add((self.row, self.column))
        if self.value and self.style in self.styles.percent:
            self.facts.percents.add((self.row, self.column))
        if self.value and self.style in self.styles.scaled:
            self.facts.scaled.add((self.row, self.column))
        if flaw or self.value or self.kind == "inlineStr":
            self.facts.fill(self.row, self.column)


class _OdsScan(_Scan):
    """All tables of an .ods file's content; rows and cells may be repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, SheetFacts] = {}
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.filled = self.is_error = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("table-cell", "covered-table-cell"):
            self._begin_cell(attributes)
        elif tag == "p":
            self.filled = True
            self.text = [] if self.is_error and self.text is None else self.text
        elif tag == "table-row":
            self.rows = int(attributes.get("table:number-rows-repeated", 1))
            self.column = 0
        elif tag == "table":
            self.facts = SheetFacts()
            self.sheets[attributes.get("table:name", "")] = self.facts
            self.row = 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.columns = int(attributes.get("table:number-columns-repeated", 1))
        self.filled = "office:value-type" in attributes
        self.is_error = attributes.get("calcext:value-type") == "error"
        if attributes.get("office:value-type") == "percentage":
            self.facts.percents.update(self._places())
        if "'file:" in attributes.get("table:formula", ""):
            self.facts.linked.update(self._places())
        down = int(attributes.get("table:number-rows-spanned", 1))
        right = int(attributes.get("table:number-columns-spanned", 1))
        if down * right > 1:
            last = (self.row + down - 1, self.column + right - 1)
            self.facts.merges.append(((self.row, self.column), last))

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("table-cell", "covered-table-cell"):
            if self.is_error:
                flaw = Flaw(self.collected() or "#N/A")
                self.facts.flaws.update(dict.fromkeys(self._places(), flaw))
            if self.filled:
                self.facts.fill(self.row + self.rows - 1, self.column + self.columns - 1)
            self.column += self.columns
        elif tag == "table-row":
            self.row += self.rows

    def _places(self) -> Iterator[Place]:
        """Every cell that the current element stands for; of very many the first ones."""
        rows = range(self.row, self.row + min(self.rows, _MOST_REPEATED))
        columns = range(self.column, self.column + min(self.columns, _MOST_REPEATED))
        return islice(product(rows, columns), _MOST_REPEATED)
