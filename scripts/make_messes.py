"""Write tests/messes/ (a fixture or a few for each kind of mess) and docs/messes.md.

Every figure is made up. What openpyxl writes and what is text has the same bytes each
time. What LibreOffice writes never has: such a file is written where it is missing and
`soffice` is there, and is then kept.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO, StringIO
from itertools import cycle
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook
from openpyxl.packaging.relationship import Relationship
from openpyxl.styles import Font
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink

from scripts.make_samples import FIELDS, FINAL, NOTICE, PAPER, REPORTS
from tbdx.model import Answer, CheckedFile, Finding, Phase
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.settings import ROOT
from tbdx.store import Store
from tbdx.workbook import SubmissionReader, write_form
from tbdx.workbook.appendix import read_appendix
from tbdx.workbook.saving import to_bytes
from tbdx.workbook.template import Value

FOLDER = ROOT / "tests" / "messes"
PAGE = ROOT / "docs" / "messes.md"
FORM, TASKS, SPENDING, TEXTS = "Chỉ tiêu", "Nhiệm vụ", "Kinh phí", "Khó khăn, kiến nghị"
TABLE = "Tổng hợp"

Edit = Callable[[Any], None]
"""A change to an openpyxl workbook."""
Row = dict[str, Any]
"""A report as a row of the consolidated table: what its cells show, by field."""
Grid = list[list[Any]]
"""A sheet's cells, row by row."""


@cache
def _plan() -> Plan:
    return Plan.load(ROOT / "data" / "plans" / "thai-binh")


# --- the clean form, table and appendix that every mess is made of ----------------------------

TABLE_REPORTS = REPORTS[:6]  # three agencies, the years 2023 and 2024
FIGURES: dict[str, Value] = dict(zip(FIELDS, REPORTS[3][3], strict=True))
FURTHER: dict[str, Value] = {
    "task_01": "done",
    "task_01_result": "Hai hội nghị, 120 người dự (minh họa)",
    "spending_state_budget": 1250.75,
    "difficulties": "Thiếu kinh phí và nhân lực kỹ thuật (minh họa)",
}
HEADS: dict[str, str] = {
    "stt": "STT",
    "agency": "Cơ quan báo chí",
    "year": "Năm",
    "phase": "Loại số liệu",
    "on_digital_platforms": "Đưa nội dung lên nền tảng số",
    "uses_data_analytics": "Sử dụng nền tảng phân tích dữ liệu",
    "uses_ai": "Ứng dụng trí tuệ nhân tạo",
    "converged_newsroom": "Tòa soạn hội tụ",
    "digital_transformation": "Thực hiện chuyển đổi số",
    "revenue_2022_million_vnd": "Doanh thu năm 2022 (triệu đồng)",
    "revenue_million_vnd": "Doanh thu năm báo cáo (triệu đồng)",
    "staff_count": "Tổng số người",
    "trained_count": "Số người được đào tạo",
    "security_level": "Cấp độ an toàn thông tin",
}
_HEAD_ROW = 4


def form(**answers: Value) -> bytes:
    """The newspaper's yearly form for 2024, marked as illustrative; keywords replace answers."""
    agency, given = _plan().agency(PAPER), FIGURES | FURTHER | answers
    return write_form(_plan(), agency, 2024, phase=FINAL, answers=given, notice=NOTICE)


def form_with(cells: Mapping[str, object], sheet: str = FORM) -> bytes:
    """The form with other values in some cells of one sheet."""
    return _edited(form(), partial(_fill, cells=cells, sheet=sheet))


def _edited(content: bytes, change: Edit) -> bytes:
    book = load_workbook(BytesIO(content))
    change(book)
    return to_bytes(book)


def _fill(book: Any, cells: Mapping[str, object], sheet: str) -> None:
    """Put values into cells, or pairs of a value and its number format."""
    for address, content in cells.items():
        cell = book[sheet][address]
        if isinstance(content, tuple):
            cell.value, cell.number_format = content
        else:
            cell.value = content


def records() -> list[Row]:
    """The reports of the consolidated table, the years below each other."""
    rows = []
    for number, (agency, year, phase, values) in enumerate(TABLE_REPORTS, start=1):
        shown = (_plan().form.answer_label(v) if isinstance(v, Answer) else v for v in values)
        whose = (number, _plan().agency(agency).name_vi, year, _plan().form.phase_label(phase))
        rows.append(dict(zip(HEADS, (*whose, *shown), strict=True)))
    return rows


def _grid(rows: Iterable[Row], **heads: str) -> Grid:
    """The consolidated table: two titles, an empty row, the heads, the rows."""
    body = [[row.get(name) for name in HEADS] for row in rows]
    title = "TỔNG HỢP BÁO CÁO CHUYỂN ĐỔI SỐ BÁO CHÍ"
    return [[title], [NOTICE], [], list((HEADS | heads).values()), *body]


def _workbook(cells: Grid, change: Edit | None = None) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = TABLE
    for row, values in enumerate(cells, start=1):
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, value)
    if change:
        change(book)
    return to_bytes(book)


def _table_with(columns: Mapping[str, Sequence[object]]) -> bytes:
    """The consolidated table with other values, from its first row on."""
    rows = records()
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=False):
            row[name] = value
    return _workbook(_grid(rows))


def _appendix_with(cells: Mapping[str, object]) -> bytes:
    """The plan's appendix, marked as illustrative, with other cells."""
    notice = {"A7": "BẢN MINH HỌA, KHÔNG PHẢI PHỤ LỤC CỦA KẾ HOẠCH"}
    change = partial(_fill, cells={**notice, **cells}, sheet="Phụ lục")
    return _edited(_plan().appendix_path.read_bytes(), change)


def _retyped(content: bytes, typed: Callable[[str], str], font: str = "") -> bytes:
    """The workbook with every text typed in another way, if need be in another font."""

    def change(book: Any) -> None:
        for sheet in book.worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                if isinstance(cell.value, str):
                    cell.value = typed(cell.value)
                    if font:
                        cell.font = Font(name=font)

    return _edited(content, change)


def _replaced(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def _repacked(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The archive with some parts replaced or added, without the clock."""
    stream = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(stream, "w") as target:
        kept = {name: source.read(name) for name in source.namelist()}
        for name, part in (kept | dict(parts)).items():
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, part)
    return stream.getvalue()


def _part(content: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


# --- 1 and 2: layout --------------------------------------------------------------------------


def _merged_table() -> bytes:
    """Heads merged over two rows; years and kinds of figures merged down their rows."""
    cells = _grid(records())
    cells.insert(_HEAD_ROW, [])

    def merge(book: Any) -> None:
        sheet = book[TABLE]
        for span in ("A1:N1", "A2:N2", "C6:C8", "C9:C11", "D6:D11"):
            _merge(sheet, span)
        for letter in "ABCDEFGHIJKLMN":
            _merge(sheet, f"{letter}4:{letter}5")

    return _workbook(cells, merge)


def _merge(sheet: Any, span: str) -> None:
    """Merge cells as a person does: only the first one keeps its value."""
    _, *others = (cell for row in sheet[span] for cell in row)
    for cell in others:
        cell.value = None
    sheet.merge_cells(span)


def _merged_labels(book: Any) -> None:
    """The form two rows lower and a column to the right, each question over two rows."""
    sheet, top = book[FORM], 3
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for span in [str(merged) for merged in sheet.merged_cells.ranges]:
        sheet.unmerge_cells(span)
    sheet.delete_rows(1, len(rows))
    for number, values in enumerate(rows, start=1):
        height = 2 if number in range(14, 24) else 1
        for column, value in enumerate(values, start=2):
            sheet.cell(top, column).value = value
            sheet.merge_cells(
                start_row=top, end_row=top + height - 1, start_column=column, end_column=column
            )
        top += height
    sheet["B1"] = "Kính gửi: Sở Thông tin và Truyền thông"


def _department_table(staff: int = 378) -> bytes:
    """A table as departments make it: numbering, sections, totals, a note, signatures."""
    rows = records()
    heads, early, late = _grid([]), _grid(rows[:3]), _grid(rows[3:])
    cells = [
        *heads,
        [f"({number})" for number in range(1, len(HEADS) + 1)],
        ["I", "Số liệu năm 2023"],
        *early[_HEAD_ROW:],
        _total(rows[:3], "Cộng năm 2023"),
        ["II", "Số liệu năm 2024"],
        *late[_HEAD_ROW:],
        _total(rows[3:], "Cộng năm 2024"),
        _total(rows, "Tổng cộng", staff_count=staff),
        [],
        ["Ghi chú: số liệu do các cơ quan báo cáo (minh họa)."],
        [*[None] * 10, "Thái Bình, ngày … tháng … năm 2024"],
        [None, "NGƯỜI LẬP BIỂU", *[None] * 8, "GIÁM ĐỐC"],
    ]
    cells[2] = ["UBND TỈNH THÁI BÌNH", *[None] * 11, "ĐVT: triệu đồng"]
    return _workbook(cells)


def _total(rows: Sequence[Row], name: str, **stated: int) -> list[Any]:
    amounts = ("revenue_2022_million_vnd", "revenue_million_vnd", "staff_count", "trained_count")
    sums = {amount: sum(row[amount] for row in rows) for amount in amounts}
    shown: Row = {"agency": name, **sums, **stated}
    return [shown.get(column) for column in HEADS]


# --- 3 to 10: values --------------------------------------------------------------------------

YES_WORDS = ("x", "X", "✓", "có", "Có", "đạt", 1)
NO_WORDS = ("không", "chưa", 0, "-")


def _answers_in_many_words() -> bytes:
    """Each answer of the table in the next of its writings."""
    words = {"Có": cycle(YES_WORDS), "Không": cycle(NO_WORDS)}
    rows = [
        {name: next(words[value]) if value in words else value for name, value in row.items()}
        for row in records()
    ]
    return _workbook(_grid(rows))


def _amounts_with_units() -> bytes:
    content = form_with({"E19": "12,5 tỷ", "E20": "15 tỷ 300 triệu"})
    return _edited(content, partial(_fill, cells={"C5": "1.234,5 tr.đ"}, sheet=SPENDING))


def _one_reading_of_a_dot() -> bytes:
    content = form_with({"E19": "1.450", "E20": "1.500"})
    return _edited(content, partial(_fill, cells={"C5": 1.5}, sheet=SPENDING))


def _invisible(text: str) -> str:
    return "\u200b" + text.replace(" ", "\u00a0 ") + "\u00ad \t\n"


def _invisible_characters() -> bytes:
    cells = {
        "E12": "Kết quả\nnăm 2024",
        "B21": "Tổng số\u00ad\nngười của\tcơ quan",
        "E21": "\u00a060 ",
    }
    return _retyped(form_with(cells), _invisible)


# --- 11 and 12: fonts of before Unicode -------------------------------------------------------

# As the product's own tables say it the other way round; here typed anew.
_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_TCVN3_CODES = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ"
_TCVN3 = dict(zip(_LETTERS, _TCVN3_CODES, strict=True))
# A capital with a tone is typed in the code of its small letter; seven have codes of their own.
_TCVN3 |= {letter.upper(): code for letter, code in _TCVN3.items()}
_TCVN3 |= dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))

_VNI_ALONE = dict(zip("ìíỉĩịỵđ", "ìíæóòîñ", strict=True))
_VNI_BASES = {"\u031b": {"o": "ô", "u": "ö"}}  # ơ and ư have codes of their own
_VNI_MARKS = {"": "\0øùûõï", "\u0302": "âàáåãä", "\u0306": "êèéúüë", "\u031b": "\0øùûõï"}
_TONES = "\u0300\u0301\u0309\u0303\u0323"


def tcvn3(text: str) -> str:
    """The text as it is typed in .VnTime."""
    return "".join(_TCVN3.get(letter, letter) for letter in text)


def vni(text: str) -> str:
    """The text as it is typed in VNI-Times."""
    return "".join(map(_vni_letter, text))


def _vni_letter(letter: str) -> str:
    """A letter and, beside it, the mark of its tone and shape; a capital has a capital mark."""
    small = letter.lower()
    decomposed = normalize("NFD", small)
    base, marks = decomposed[0], decomposed[1:]
    tone = next((place for place, mark in enumerate(_TONES, 1) if mark in marks), 0)
    shape = next((mark for mark in marks if mark in _VNI_MARKS), "")
    if small in _VNI_ALONE:
        typed = _VNI_ALONE[small]
    else:
        mark = _VNI_MARKS[shape][tone].strip("\0") if marks else ""
        typed = _VNI_BASES.get(shape, {}).get(base, base) + mark
    return typed.upper() if letter != small else typed


def _whole_form(typed: Callable[[str], str], font: str) -> bytes:
    """Every text in an old font; the sheets' tabs, which no font changes, without diacritics."""

    def rename(book: Any) -> None:
        tabs = ("Chi tieu", "Nhiem vu", "Kinh phi", "Muc do truong thanh", "Kho khan", "Huong dan")
        for sheet, tab in zip(book.worksheets, tabs, strict=True):
            sheet.title = tab

    return _edited(_retyped(form(), typed, font), rename)


def _few_cells(typed: Callable[[str], str], **words: str) -> bytes:
    """A Unicode form in which the agency's name, a question, answers and a text were pasted."""
    pasted = {"C7": "Báo Thái Bình", "B21": "Tổng số người của cơ quan"} | words
    content = form_with({address: typed(text) for address, text in pasted.items()})
    text = {"C5": typed(str(FURTHER["difficulties"]))}
    return _edited(content, partial(_fill, cells=text, sheet=TEXTS))


# --- 13 to 16: spelling -----------------------------------------------------------------------


def _decomposed() -> bytes:
    def rename(book: Any) -> None:
        for sheet in book.worksheets:
            sheet.title = normalize("NFD", sheet.title)

    return _edited(_retyped(form(), partial(normalize, "NFD")), rename)


_PLACED = [
    (f"{first}{tone}{second}", f"{first}{second}{tone}")
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES
]


def _new_style(text: str) -> str:
    """Hoà for hòa, Uỷ for Ủy, kĩ for kỹ."""
    decomposed = normalize("NFD", text)
    pairs = [*_PLACED, *((old.upper(), new.upper()) for old, new in _PLACED)]
    pairs += [(old.capitalize(), new.capitalize()) for old, new in _PLACED]
    composed = normalize("NFC", _replaced(decomposed, pairs))
    return _replaced(composed, [("kỹ", "kĩ"), ("Kỹ", "Kĩ"), ("lý", "lí"), ("tỷ", "tỉ")])


def _aliases() -> bytes:
    """Seven reports under seven names, none of them the full one; the head is "CQBC"."""
    names = ("Báo TB", "Đài PTTH", "VNTB", "Bao Thai Binh", "Đài PT-TH", "Tạp chí VNTB")
    rows = [row | {"agency": name} for row, name in zip(records(), names, strict=True)]
    estimate = _plan().form.phase_label(Phase.ESTIMATE)
    rows.append(rows[4] | {"stt": 7, "agency": "Đài PT&TH", "phase": estimate})
    return _workbook(_grid(rows, agency="CQBC"))


# --- 17 to 19: sheets, kinds of files, formulas -----------------------------------------------


def _copied_sheet(book: Any, name: str, state: str) -> None:
    copy = book.copy_worksheet(book[FORM])
    copy.title, copy.sheet_state, copy["C9"] = name, state, 2023
    copy["A4"] = "BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ BÁO CHÍ NĂM 2023"


def _hidden_sheets(book: Any) -> None:
    _copied_sheet(book, "2023", "hidden")
    _copied_sheet(book, "Nháp", "veryHidden")


def _last_years_form() -> bytes:
    """The form of 2023 with nothing but the year in C9 changed."""
    agency, given = _plan().agency(PAPER), FIGURES | FURTHER
    content = write_form(_plan(), agency, 2023, phase=FINAL, answers=given, notice=NOTICE)
    return _edited(content, partial(_fill, cells={"C9": 2024}, sheet=FORM))


def _with_macros() -> bytes:
    content = form()
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    usual = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    enabled = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    override = b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    relation = b'<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>'
    parts = {
        types: _part(content, types)
        .replace(usual, enabled)
        .replace(b"</Types>", override + b"</Types>"),
        relations: _part(content, relations).replace(
            b"</Relationships>", relation + b"</Relationships>"
        ),
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Sub Auto_Open()".ljust(504),
    }
    return _repacked(content, parts)


def _binary_workbook() -> bytes:
    """As much of an .xlsb as shows what it is."""
    stream = BytesIO()
    with ZipFile(stream, "w"):
        pass
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    parts = {"[Content_Types].xml": types, "xl/workbook.bin": b"\x83\x01\x00\x84\x01\x00"}
    return _repacked(stream.getvalue(), parts)


def _web_page() -> bytes:
    """What many systems call an Excel file: a table in HTML."""
    rows = [f"<tr><td>{'<td>'.join(map(str, row))}\n" for row in _grid(records())]
    return f'<html><meta charset="utf-8"><table>\n{"".join(rows)}</table></html>\n'.encode()


def _formulas(cells: Mapping[str, tuple[str, str, str]], *, links: bool = False) -> bytes:
    """The form with formulas by "sheet!cell": text, kind of stored result, stored result."""

    def change(book: Any) -> None:
        for place, (formula, _, _) in cells.items():
            sheet, address = place.split("!")
            book[sheet][address].value = f"={formula}"
        if links:
            book._external_links.append(_link_to_another_workbook())

    content = _edited(form(), change)
    sheets = load_workbook(BytesIO(content), read_only=True).sheetnames
    for place, stored in cells.items():
        sheet, address = place.split("!")
        part = f"xl/worksheets/sheet{sheets.index(sheet) + 1}.xml"
        content = _repacked(content, {part: _stored(_part(content, part), address, *stored)})
    return content


def _stored(part: bytes, address: str, formula: str, kind: str, result: str) -> bytes:
    """The worksheet with the result of one formula, which openpyxl leaves empty."""
    empty = re.compile(rf'(<c r="{address}"[^>]*)><f>[^<]*</f><v ?/>')
    filled = rf'\1 t="{kind}"><f>{formula}</f><v>{result}</v>'
    return empty.sub(filled, part.decode()).encode()


def _link_to_another_workbook() -> ExternalLink:
    link = ExternalLink(externalBook=ExternalBook())
    link.file_link = Relationship(
        type="externalLinkPath", Target="So-lieu-ke-toan-2024.xlsx", TargetMode="External"
    )
    return link


# --- 20: tables saved as text -----------------------------------------------------------------


def _delimited(delimiter: str, mark: str) -> str:
    """The table as a spreadsheet program saves it; `mark` stands before decimals."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for row in _grid(records()):
        cells = [f"{v:g}".replace(".", mark) if isinstance(v, float) else v for v in row]
        writer.writerow([*cells, *[None] * (len(HEADS) - len(cells))])
    return text.getvalue()


def _cp1258(text: str) -> bytes:
    """In the Vietnamese code page of Windows, which writes the tone after its letter."""
    letters = []
    for letter in text:
        decomposed = normalize("NFD", letter)
        tones = "".join(mark for mark in decomposed if mark in _TONES)
        letters.append(normalize("NFC", _replaced(decomposed, [(t, "") for t in tones])) + tones)
    return "".join(letters).encode("cp1258")


# --- 21 and 22: several files, and what goes out again ----------------------------------------


def _same_agency_twice() -> bytes:
    """The newspaper of 2024 once more, under its short name."""
    rows = records()
    return _workbook(_grid([*rows, rows[3] | {"stt": 7, "agency": "Báo TB", "staff_count": 61}]))


def _formulas_as_texts() -> bytes:
    return form(
        difficulties='=HYPERLINK("http://example.org/?"&A1;"Chi tiết")',
        proposals="+84 227 000 000 (minh họa)",
        task_01_result="-5% so với năm trước",
        task_02_result="@SUM(A1:A9)",
    )


# --- the fixtures -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Fixture:
    """A file of tests/messes/: the mess in it, what becomes of it, how it is made.

    `earlier` are the files that have been accepted before it. Of what LibreOffice
    makes, `build` gives the original and `office` says how: a format to save in, or
    "password:" and a format.
    """

    file: str
    mess: str
    done: str
    build: Callable[[], bytes]
    earlier: tuple[str, ...] = ()
    office: str = ""

    @property
    def number(self) -> int:
        return int(self.file[:2])

    @property
    def is_appendix(self) -> bool:
        return "-appendix." in self.file


def _two_level_heads() -> bytes:
    cells = _grid(records())
    cells.insert(_HEAD_ROW, [])

    def merge(book: Any) -> None:
        sheet = book[TABLE]
        sheet["J4"], sheet["L4"] = "Doanh thu (triệu đồng)", "Nhân lực (người)"
        sheet["J5"], sheet["K5"] = "Năm 2022", "Năm báo cáo"
        sheet["L5"], sheet["M5"] = "Tổng số người", "Số người được đào tạo"
        for span in ("J4:K4", "L4:M4", *(f"{letter}4:{letter}5" for letter in "ABCDEFGHIN")):
            _merge(sheet, span)

    return _workbook(cells, merge)


def _table_under_last_years_title() -> bytes:
    cells = _grid(records()[3:])
    cells[0] = ["TỔNG HỢP BÁO CÁO CHUYỂN ĐỔI SỐ BÁO CHÍ NĂM 2023"]
    return _workbook(cells)


def _linked_appendix() -> bytes:
    content = _appendix_with({"C11": ("=[1]Sheet1!A1", "0%")})
    part = "xl/worksheets/sheet1.xml"
    stored = _stored(_part(content, part), "C11", "[1]Sheet1!A1", "n", "0.67")
    return _repacked(content, {part: stored})


FIXTURES: tuple[Fixture, ...] = (
    Fixture(
        "01-merged-headers.xlsx",
        "heads merged over two rows, years and kinds of figures merged down their rows",
        "every cell of a merged range has its value",
        _merged_table,
    ),
    Fixture(
        "01-merged-headers.ods",
        "the same, saved by LibreOffice as .ods",
        "read as the .xlsx is",
        _merged_table,
        office="ods",
    ),
    Fixture(
        "01-two-level-headers.xlsx",
        "“Doanh thu” merged over “Năm 2022” and “Năm báo cáo”, “Nhân lực” over two counts",
        "both levels are read together",
        _two_level_heads,
    ),
    Fixture(
        "01-merged-labels-form.xlsx",
        "the form moved, each question merged over two rows",
        "found by its words, not by its address",
        lambda: _edited(form(), _merged_labels),
    ),
    Fixture(
        "02-titles-totals-signatures.xlsx",
        "titles, numbering, sections, totals, a note, signatures",
        "skipped; the totals are right",
        _department_table,
    ),
    Fixture(
        "02-wrong-total.xlsx",
        "the same with a total that is not the sum",
        "the total is only a check: a remark at its cell",
        partial(_department_table, 400),
    ),
    Fixture(
        "03-percents-appendix.xlsx",
        "`67%` as text, `67 %`, `66,67%`, `66.67%`, 0.6667 formatted 0.00%, bare 67",
        "each is one share",
        lambda: _appendix_with(
            {
                "C11": "67%",
                "D11": "67 %",
                "E11": (67, "General"),
                "E12": "66,67%",
                "D12": "33.33%",
                "E13": (0.6667, "0.00%"),
                "D13": (0.3333, "0%"),
            }
        ),
    ),
    Fixture(
        "03-doubtful-percents-appendix.xlsx",
        "0.67 and 1 without a percent format, 67 in one",
        "asked: 0.67% or 67%, 1% or 100%; and no share is 6700%",
        lambda: _appendix_with({"C11": (0.67, "General"), "D11": 67, "E15": (1, "General")}),
    ),
    Fixture(
        "03-percents-form.xlsx",
        "percents where the form asks for people",
        "asked: a percent is no number of people",
        lambda: form_with({"E21": "67 %", "E22": (0.7, "0%")}),
    ),
    Fixture(
        "03-hundred-percent.xlsx",
        "an answer, an amount, people and a level as numbers formatted as percentages",
        "asked: 100% is not 1 person",
        lambda: form_with(
            {"E14": (1, "0%"), "E20": (0.6667, "0.00%"), "E22": (1, "0%"), "E23": (3, "0%")}
        ),
    ),
    Fixture(
        "04-one-reading.xlsx",
        "`1.500` as text in an amount; the number 1.5",
        "a text is read as Vietnamese writes it: 1500; a number is taken as it is",
        _one_reading_of_a_dot,
    ),
    Fixture(
        "04-two-readings.xlsx",
        "`1,500`, `1.5` as texts; 1.5 people",
        "asked, never guessed",
        lambda: form_with({"E19": "1.5", "E20": "1,500", "E21": 1.5, "E22": "1,2"}),
    ),
    Fixture(
        "05-date-for-fraction.xlsx",
        "`2/3` that Excel turned into 2 March",
        "flagged as a date, also where an answer belongs",
        lambda: form_with({"E16": (45353, "d-mmm"), "E22": (45353, "d-mmm")}),
    ),
    Fixture(
        "05-date-for-fraction-appendix.xlsx",
        "the same among the targets",
        "flagged as a date",
        lambda: _appendix_with({"C11": (45353, "d-mmm")}),
    ),
    Fixture(
        "06-ranges.xlsx",
        "`33-67%`, `10÷20%`, `12.000 – 13.000`",
        "flagged as ranges, never divided",
        lambda: form_with({"E20": "12.000 – 13.000", "E21": "33-67%", "E22": "10÷20%"}),
    ),
    Fixture(
        "06-ranges-appendix.xlsx",
        "the same among the targets",
        "flagged as ranges",
        lambda: _appendix_with({"C11": "33-67%", "D11": "10÷20%", "E11": "từ 33% đến 67%"}),
    ),
    Fixture(
        "07-answers.xlsx",
        "x, X, ✓, có, Có, đạt, 1; không, chưa, 0, -",
        "yes and no by the plan's list",
        _answers_in_many_words,
    ),
    Fixture(
        "07-unknown-answers.xlsx",
        "“có lẽ”, “Có (một phần)”, “?”, 2",
        "asked, with the answers there are",
        lambda: form_with({"E14": "có lẽ", "E15": "Có (một phần)", "E16": "?", "E17": 2}),
    ),
    Fixture(
        "07-picture-font-tick.xlsx",
        "a tick of the font Wingdings, which is the letter “ü”",
        "asked: without its font it is no tick",
        lambda: form_with({"E14": "ü"}),
    ),
    Fixture(
        "08-empty-is-not-zero.xlsx",
        "empty, `-`, `…`, `0`, `N/A`, `Không có`",
        "empty and … are blanks, N/A is not applicable, the rest “no”; a 0 stays 0",
        lambda: _table_with(
            {
                "uses_ai": (None, "-", "…", 0, "N/A", "Không có"),
                "revenue_million_vnd": (None, 0, "…"),
                "trained_count": ("0",),
            }
        ),
    ),
    Fixture(
        "08-words-for-numbers.xlsx",
        "`-`, `N/A`, `Không có` where a number belongs",
        "asked, never 0",
        lambda: _table_with({"revenue_million_vnd": ("-", "N/A", "Không có")}),
    ),
    Fixture(
        "09-amounts-with-units.xlsx",
        "`12,5 tỷ`, `15 tỷ 300 triệu`, `1.234,5 tr.đ`",
        "read in million VND, and said",
        _amounts_with_units,
    ),
    Fixture(
        "10-invisible-characters.xlsx",
        "no-break spaces, zero-width characters, soft hyphens, tabs, line breaks",
        "trimmed",
        _invisible_characters,
    ),
    Fixture(
        "11-tcvn3-form.xlsx",
        "a whole form typed in .VnTime (TCVN3)",
        "converted before anything is cleaned, and said once for each sheet",
        lambda: _whole_form(tcvn3, ".VnTime"),
    ),
    Fixture(
        "11-tcvn3-cells.xlsx",
        "a Unicode form with a few cells in TCVN3",
        "only these are converted",
        lambda: _few_cells(tcvn3, E16="Đạt", E17="Không"),
    ),
    Fixture(
        "11-tcvn3-answers.xlsx",
        "only answers typed in TCVN3: “Cã”, “§· cã”, “Kh«ng”",
        "converted where the word as it stands is no answer",
        lambda: form_with({"E14": tcvn3("Có"), "E15": tcvn3("Đã có"), "E17": tcvn3("Không")}),
    ),
    Fixture(
        "11-tcvn3-appendix.xlsx",
        "the target appendix typed in TCVN3",
        "converted, then read as ever",
        lambda: _retyped(_appendix_with({}), tcvn3),
    ),
    Fixture(
        "12-vni-form.xlsx",
        "a whole form typed in VNI-Times",
        "converted, and said once for each sheet",
        lambda: _whole_form(vni, "VNI-Times"),
    ),
    Fixture(
        "12-vni-cells.xlsx",
        "a Unicode form with a few cells in VNI",
        "only these are converted",
        lambda: _few_cells(vni, E16="Có", E17="Không"),
    ),
    Fixture(
        "12-vni-appendix.xlsx",
        "the target appendix typed in VNI",
        "converted, then read as ever",
        lambda: _retyped(_appendix_with({}), vni),
    ),
    Fixture(
        "13-decomposed.xlsx",
        "every text in NFD, the names of the sheets, too",
        "composed first",
        _decomposed,
    ),
    Fixture(
        "14-tone-placement.xlsx",
        "hoà for hòa, Uỷ for Ủy, kĩ for kỹ",
        "folded for matching only; a free text stays as typed",
        lambda: _retyped(form(), _new_style),
    ),
    Fixture(
        "15-look-alike-d.xlsx",
        "Ð (U+00D0) for Đ (U+0110)",
        "mapped",
        lambda: _retyped(form(), partial(_replaced, pairs=[("Đ", "Ð"), ("đ", "ð")])),
    ),
    Fixture(
        "16-agency-aliases.xlsx",
        "Báo TB, Đài PTTH, Đài PT-TH, Đài PT&TH, VNTB under CQBC",
        "known by the plan's names of each agency",
        _aliases,
    ),
    Fixture(
        "17-hidden-sheets.xlsx",
        "last year's sheet hidden, a draft very hidden",
        "named and not read",
        lambda: _edited(form(), _hidden_sheets),
    ),
    Fixture(
        "17-last-years-sheet.xlsx",
        "last year's sheet beside this year's",
        "refused: which one counts?",
        lambda: _edited(form(), partial(_copied_sheet, name="2023", state="visible")),
    ),
    Fixture(
        "17-last-years-form.xlsx",
        "last year's file with only the year's cell changed",
        "every title, head and question that says 2023 is flagged",
        _last_years_form,
    ),
    Fixture(
        "17-last-years-title.xlsx",
        "a consolidated table of 2024 under last year's title",
        "the year in the title is checked against the rows",
        _table_under_last_years_title,
    ),
    Fixture(
        "18-old-excel.xls",
        "the table with merged heads as .xls",
        "read as the .xlsx is",
        _merged_table,
        office="xls",
    ),
    Fixture("18-macros.xlsm", "a form with macros", "values only; macros never run", _with_macros),
    Fixture("18-binary.xlsb", "a binary workbook", "refused, with its ending", _binary_workbook),
    Fixture(
        "18-password.xlsx",
        "a form under a password",
        "refused; the password is named as the reason",
        form,
        office="password:xlsx",
    ),
    Fixture(
        "18-password.xls",
        "the consolidated table under a password, as .xls",
        "refused; the password is named as the reason",
        _merged_table,
        office="password:xls",
    ),
    Fixture(
        "18-old-excel-appendix.xls",
        "the target appendix in the old format",
        "refused, and said to be .xls: only .xlsx tells how a number is printed",
        lambda: _appendix_with({}),
        office="xls",
    ),
    Fixture(
        "18-web-page-renamed.xls",
        "an HTML table named .xls",
        "refused; it is said to be a web page",
        _web_page,
    ),
    Fixture(
        "18-csv-renamed.xlsx",
        "a CSV named .xlsx",
        "judged by its content and read",
        lambda: _delimited(";", ",").encode("utf-8-sig"),
    ),
    Fixture(
        "19-formula-without-value.xlsx",
        "a formula that was never computed",
        "flagged with the formula",
        lambda: form_with({"E21": "=30+30"}),
    ),
    Fixture(
        "19-error-values.xlsx",
        "#DIV/0!, #REF!",
        "flagged; an error is no blank",
        lambda: _formulas(
            {
                f"{FORM}!E16": ("#REF!", "e", "#REF!"),
                f"{FORM}!E20": ("E21/0", "e", "#DIV/0!"),
                f"{SPENDING}!C5": ("#REF!", "e", "#REF!"),
            }
        ),
    ),
    Fixture(
        "19-error-values.xls",
        "`#DIV/0!`, `#REF!`, `#N/A` in the old format",
        "flagged, not blank",
        lambda: form_with({"E16": "=#REF!", "E20": "=1/0", "E21": "=NA()"}),
        office="xls",
    ),
    Fixture(
        "19-linked-appendix.xlsx",
        "a target that comes from another workbook",
        "the value saved last is read, with a remark",
        _linked_appendix,
    ),
    Fixture(
        "19-linked-workbook.xlsx",
        "formulas on another workbook",
        "the result stored last is read, and said at each cell",
        lambda: _formulas(
            {
                f"{FORM}!C7": ("[1]Sheet1!A1", "str", "Báo Thái Bình"),
                f"{FORM}!C8": ("[1]Sheet1!A2", "str", PAPER),
                f"{FORM}!C9": ("[1]Sheet1!A3", "n", "2024"),
                f"{FORM}!C10": ("[1]Sheet1!A4", "str", "Chính thức"),
                f"{FORM}!E14": ("[1]Sheet1!B1", "str", "Có"),
                f"{FORM}!E20": ("[1]Sheet1!B7", "n", "13260"),
                f"{TASKS}!D5": ("[1]Sheet1!C1", "str", "Hoàn thành"),
                f"{TASKS}!E5": ("[1]Sheet1!C2", "str", str(FURTHER["task_01_result"])),
                f"{SPENDING}!C5": ("[1]Sheet1!C3", "n", "1250.75"),
            },
            links=True,
        ),
    ),
    Fixture(
        "20-semicolons-bom.csv",
        "CSV with ; and a byte order mark",
        "sniffed and read",
        lambda: _delimited(";", ",").encode("utf-8-sig"),
    ),
    Fixture(
        "20-utf16.csv",
        "UTF-16 with tabs",
        "sniffed and read",
        lambda: _delimited("\t", ",").encode("utf-16"),
    ),
    Fixture(
        "20-cp1258.csv",
        "cp1258 with commas",
        "sniffed and read",
        lambda: _cp1258(_delimited(",", ".")),
    ),
    Fixture(
        "20-no-table.csv",
        "a letter, no table",
        "refused",
        "Kính gửi Sở Thông tin và Truyền thông\r\nBáo cáo gửi sau (minh họa).\r\n".encode,
    ),
    Fixture(
        "21-first.xlsx",
        "a report, its file name in NFD",
        "stored under its composed name",
        form,
    ),
    Fixture(
        "21-resubmission.xlsx",
        "the same report again, corrected",
        "both versions are kept; the newest accepted counts",
        lambda: form(staff_count=61.0),
        earlier=("21-first.xlsx",),
    ),
    Fixture(
        "21-same-agency-twice.xlsx",
        "one agency and year twice in a table",
        "refused, with both places",
        _same_agency_twice,
    ),
    Fixture(
        "21-wrong-year.xlsx",
        "a year that the plan does not have",
        "refused, with the plan's years",
        lambda: form_with({"C9": 2022}),
    ),
    Fixture(
        "22-formula-injection.xlsx",
        "texts that begin with = + - @",
        "kept as typed; in an exported .csv with an apostrophe, in an .xlsx as texts",
        _formulas_as_texts,
    ),
)


# --- writing ----------------------------------------------------------------------------------


def write_fixtures() -> None:
    """Write the fixtures; those of LibreOffice only where they are missing."""
    FOLDER.mkdir(exist_ok=True)
    for fixture in FIXTURES:
        path = FOLDER / fixture.file
        if not fixture.office:
            path.write_bytes(fixture.build())
        elif not path.exists() and shutil.which("soffice"):
            path.write_bytes(_by_office(fixture))


def _by_office(fixture: Fixture) -> bytes:
    sys.path.insert(0, str(ROOT / "tests"))  # the tests know how LibreOffice is driven
    from office import Office  # noqa: PLC0415

    lock, _, ending = fixture.office.rpartition(":")
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        save = office.lock if lock else office.convert
        return save(fixture.build(), ending)


def page() -> str:
    """docs/messes.md: every fixture with what the product says about it."""
    lines = [
        "# Messes",
        "",
        "What real workbooks look like, and what becomes of them. Each line is a file in `tests/messes/`,",
        "written by `python -m scripts.make_messes` with illustrative figures; `tests/test_messes.py` says",
        "what must be read from it. The codes are explained in [findings.md](findings.md).",
        "",
        "| # | mess | fixture | verdict | findings | what is done |",
        "|---|---|---|---|---|---|",
        *map(_line, FIXTURES),
    ]
    return "\n".join(lines) + "\n"


def _line(fixture: Fixture) -> str:
    checked = checked_file(fixture)
    codes = ", ".join(f"`{code}`" for code in dict.fromkeys(f.code for f in checked.findings))
    cells = (fixture.mess, f"`{fixture.file}`", str(checked.verdict), codes, fixture.done)
    return f"| {fixture.number} | {' | '.join(cells)} |"


def checked_file(fixture: Fixture) -> CheckedFile:
    """The fixture as the product checks it, after the files that were accepted earlier."""
    content = (FOLDER / fixture.file).read_bytes()
    if fixture.is_appendix:
        return CheckedFile.of(fixture.file, content, findings=_appendix_findings(content))
    if not fixture.earlier:
        return SubmissionReader(_plan()).read(fixture.file, content)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(_plan(), Store.open(f"sqlite:///{folder}/tbdx.db"))
        for name in fixture.earlier:
            service.accept(service.check([(name, (FOLDER / name).read_bytes())]), "minh họa")
        (checked,) = service.check([(fixture.file, content)])
        service.close()
    return checked


def _appendix_findings(content: bytes) -> tuple[Finding, ...]:
    return read_appendix(content, _plan())[1]


def main() -> None:
    """Write the fixtures and the page."""
    write_fixtures()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
