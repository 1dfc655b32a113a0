"""The annotated copy: the sent workbook with its faults marked, or a list of them beside it."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Office
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, DataBarRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, GradientFill, PatternFill, Protection
from openpyxl.styles.colors import Color
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table

from tbdx import messages
from tbdx.i18n import Language, language
from tbdx.model import Answer, CheckedFile, Finding, Phase, Severity, Verdict
from tbdx.plan import Plan
from tbdx.workbook import SubmissionReader, write_form
from tbdx.workbook.annotating import LIST_SHEET, annotate, is_findings_list, list_findings

FORM, TASKS, SPENDING, MATURITY = "Chỉ tiêu", "Nhiệm vụ", "Kinh phí", "Mức độ trưởng thành"
YES, NO = Answer.YES, Answer.NO
ANSWERS: dict[str, Any] = {
    "on_digital_platforms": YES,
    "uses_data_analytics": YES,
    "uses_ai": NO,
    "converged_newsroom": NO,
    "digital_transformation": YES,
    "revenue_2022_million_vnd": 12000.0,
    "revenue_million_vnd": 13260.5,
    "staff_count": 60.0,
    "trained_count": 44.0,
    "security_level": 3.0,
    "maturity_strategy": 12.5,
    "maturity_infrastructure": 20.0,
    "maturity_organisation": 15.0,
    "maturity_audience": 18.0,
    "maturity_technology": 10.0,
    "maturity_total": 75.5,
    "maturity_level": "Khá",
    "maturity_version": "QĐ 1827/QĐ-BTTTT",
}
BLOCKING, REMARK = Severity.BLOCKING, Severity.REMARK
# Ten faults: where, what is typed, what is found, how it is mended.
FAULTS: dict[tuple[str, str], tuple[object, str, Severity, object]] = {
    (FORM, "E14"): ("có lẽ", "not-an-answer", BLOCKING, "Có"),
    (FORM, "E16"): (None, "no-answer", REMARK, "Không"),
    (FORM, "E19"): ("khá tốt", "not-a-number", BLOCKING, 12000),
    (FORM, "E20"): ("1,500", "ambiguous-number", BLOCKING, 13260.5),
    (FORM, "E22"): (70, "part-exceeds-whole", BLOCKING, 44),
    (FORM, "E23"): (9, "number-too-large", BLOCKING, 3),
    (TASKS, "D5"): ("xong rồi", "not-a-state", BLOCKING, "Hoàn thành"),
    (SPENDING, "C5"): (-3, "negative-number", BLOCKING, 3),
    (SPENDING, "C7"): ("12,5", "number-as-text", REMARK, 12.5),
    (MATURITY, "D10"): (70, "total-differs", REMARK, 75.5),
}
RED, ORANGE, YELLOW = "F4A7A3", "FFC266", "FFF2CC"
HEADS = ["No.", "Severity", "Sheet", "Cell", "Question", "What was found and what to do", "Code"]

Edit = Callable[[Any], None]


@pytest.fixture(scope="module")
def reader(plan: Plan) -> SubmissionReader:
    return SubmissionReader(plan)


@pytest.fixture(scope="module")
def vi() -> Language:
    return language("vi")


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content), rich_text=True)


def changed(content: bytes, change: Edit) -> bytes:
    """The workbook after `change(book)`, saved by somebody."""
    book = opened(content)
    book.properties.creator = "Lan"
    change(book)
    return saved(book)


def form(plan: Plan) -> bytes:
    """A form without faults."""
    return write_form(plan, plan.agency("bao-thai-binh"), 2024, phase=Phase.FINAL, answers=ANSWERS)


def typed(cells: Mapping[tuple[str, str], object]) -> Edit:
    """Other values in some cells."""

    def change(book: Any) -> None:
        for (sheet, address), value in cells.items():
            book[sheet][address].value = value

    return change


def faulty_form(plan: Plan, change: Edit = lambda book: None) -> bytes:
    """The form with all of FAULTS."""

    def make(book: Any) -> None:
        typed({place: fault for place, (fault, *_) in FAULTS.items()})(book)
        change(book)

    return changed(form(plan), make)


def mended(content: bytes, *places: tuple[str, str]) -> bytes:
    """The workbook with the faults at these places mended."""
    return changed(content, typed({place: FAULTS[place][3] for place in places}))


def file_of(content: bytes, *findings: Finding, name: str = "x.xlsx") -> CheckedFile:
    """A checked file with findings of our choice."""
    return CheckedFile(name, content, "", (), findings)


def fault(sheet: str, cell: str, found: str = "x") -> Finding:
    return Finding("not-an-answer", BLOCKING, sheet, cell, "uses_ai", found, "Có / Không")


def colour(cell: Any) -> str:
    return str(cell.fill.fgColor.rgb)[2:] if cell.fill.fill_type else ""


def listed(book: Any, name: str = LIST_SHEET) -> list[list[Any]]:
    """The visible columns of the list's table, with its head."""
    rows = [[cell.value for cell in row[:7]] for row in book[name].iter_rows()]
    head = next(number for number, row in enumerate(rows) if row[6])
    return rows[head:]


def preface(book: Any) -> list[str]:
    """What stands above the list's table."""
    texts = [row[0].value for row in book[LIST_SHEET].iter_rows(max_col=1)]
    return texts[: texts.index(None)] if None in texts else texts[: texts.index("")]


# --- the sent workbook, marked ----------------------------------------------------------------


def test_each_faulty_cell_is_filled_and_says_what_is_wrong(
    plan: Plan, reader: SubmissionReader, vi: Language
) -> None:
    """Ten faults on four sheets: ten cells in two colours, each with severity, text and code."""
    file = reader.read("bao-cao.xlsx", faulty_form(plan))
    found = {(f.sheet, f.cell): (f.code, f.severity) for f in file.findings}
    assert found == {place: (code, severity) for place, (_, code, severity, _) in FAULTS.items()}
    copy = annotate(file, plan, vi)
    assert (copy.name, copy.lost) == ("bao-cao-loi.xlsx", ())
    book = opened(copy.content)
    for finding in file.findings:
        cell = book[finding.sheet][finding.cell]
        assert colour(cell) == (RED if finding.severity is BLOCKING else ORANGE)
        assert cell.comment.author == "TBDX"
        severity = vi.text(messages.SEVERITIES[finding.severity])
        said = f"{severity}: {messages.finding_text(finding, vi)}\n({finding.code})"
        assert said in cell.comment.text
    marked = {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
    assert marked == set(FAULTS)


def test_the_list_stands_in_front_with_links(
    plan: Plan, reader: SubmissionReader, vi: Language
) -> None:
    """The sheet "Lỗi" is first and open: the gravest first, every cell one click away."""
    file = reader.read("bao-cao.xlsx", faulty_form(plan))
    book = opened(annotate(file, plan, vi).content)
    sheet = book[LIST_SHEET]
    assert book.sheetnames[0] == book.active.title == LIST_SHEET
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == [LIST_SHEET]
    heads, *rows = listed(book)
    assert heads == [vi.text(head) for head in HEADS]
    assert len(rows) == 10
    assert [row[1] for row in rows] == ["Phải sửa"] * 7 + ["Lưu ý"] * 3
    question = messages.field_label("uses_ai", vi, plan)
    said = "Chưa trả lời. Ô trống được tính là chưa có số liệu, không phải “Không” hay 0."
    number, _, name, cell, asked, text, code = next(row for row in rows if row[6] == "no-answer")
    assert (number, name, cell, asked, code) == (8, FORM, "E16", question, "no-answer")
    assert text.startswith(said)
    first = sheet.max_row - 9
    links = [sheet[f"D{row}"].hyperlink for row in range(first, first + 10)]
    assert [link.location for link in links] == [f"'{row[2]}'!{row[3]}" for row in rows]
    assert sheet.freeze_panes == f"A{first}"
    assert sheet.auto_filter.ref == f"A{first - 1}:G{first + 9}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.column_dimensions["H"].hidden


@pytest.mark.parametrize("code", ["vi", "en"])
def test_the_list_speaks_the_readers_language(
    plan: Plan, reader: SubmissionReader, code: str
) -> None:
    """Its name and its mark are the same in every language."""
    file = reader.read("bao-cao.xlsx", faulty_form(plan))
    book = opened(annotate(file, plan, language(code)).content)
    title = language(code).text("Findings in {file}", file="bao-cao.xlsx")
    assert book[LIST_SHEET]["A1"].value == f"TBDX • {title}"
    assert is_findings_list(LIST_SHEET, [[book[LIST_SHEET]["A1"].value]])


def test_marked_mended_and_sent_again_it_is_accepted(
    plan: Plan, reader: SubmissionReader, vi: Language
) -> None:
    """Reading the marked copy finds the same faults; mended, it is the faultless report."""
    file = reader.read("x.xlsx", faulty_form(plan))
    copy = annotate(file, plan, vi).content
    assert reader.read("x-loi.xlsx", copy).findings == file.findings
    again = reader.read("x-loi.xlsx", mended(copy, *FAULTS))
    assert again.verdict is Verdict.OK
    faultless = reader.read("x.xlsx", mended(faulty_form(plan), *FAULTS))
    assert again.fields == faultless.fields


def test_mended_in_libreoffice_it_is_accepted(
    plan: Plan, reader: SubmissionReader, vi: Language, office: Office
) -> None:
    """Whoever mends the marked cells in LibreOffice and saves sends a faultless report."""
    file = reader.read("x.xlsx", faulty_form(plan))
    right = {place: mending for place, (_, _, _, mending) in FAULTS.items()}
    again = reader.read("x.xlsx", office.type_into(annotate(file, plan, vi).content, right))
    assert again.findings == ()
    faultless = reader.read("x.xlsx", mended(faulty_form(plan), *FAULTS))
    assert again.fields == faultless.fields


def test_libreoffice_opens_and_prints_it(
    plan: Plan, reader: SubmissionReader, vi: Language, office: Office
) -> None:
    """Another program finds the workbook in order, and what it saves can be marked again."""
    file = reader.read("x.xlsx", faulty_form(plan))
    copy = annotate(file, plan, vi).content
    assert office.convert(copy, "pdf").startswith(b"%PDF")
    through = reader.read("x.xlsx", office.convert(copy, "xlsx"))
    assert through.findings == file.findings
    again = opened(annotate(through, plan, vi).content)
    assert again.sheetnames == opened(copy).sheetnames
    mark = [again[sheet][cell].comment.text for sheet, cell in FAULTS]
    assert mark == [opened(copy)[sheet][cell].comment.text for sheet, cell in FAULTS]
    rest = reader.read("x.xlsx", mended(office.convert(copy, "xlsx"), *FAULTS))
    unmarked = opened(annotate(rest, plan, vi).content)
    assert {colour(unmarked[sheet][cell]) for sheet, cell in FAULTS} == {YELLOW}


def test_the_same_file_gives_the_same_bytes(
    plan: Plan, reader: SubmissionReader, vi: Language
) -> None:
    """Nothing in the copy depends on the clock."""
    file = reader.read("x.xlsx", faulty_form(plan))
    assert annotate(file, plan, vi) == annotate(file, plan, vi)
    text = file_of(b"a;b", fault("", ""))
    assert annotate(text, plan, vi) == annotate(text, plan, vi)


@pytest.mark.parametrize(
    ("sent", "copy", "only_list"),
    [
        ("bao-cao.xlsx", "bao-cao-loi.xlsx", "bao-cao-danh-sach-loi.xlsx"),
        ("bao-cao-loi.xlsx", "bao-cao-loi.xlsx", "bao-cao-danh-sach-loi.xlsx"),
        ("x-danh-sach-loi.xlsx", "x-loi.xlsx", "x-danh-sach-loi.xlsx"),
        ("Báo cáo 2024.XLSX", "Báo cáo 2024-loi.xlsx", "Báo cáo 2024-danh-sach-loi.xlsx"),
    ],
)
def test_names_tell_what_a_file_is(
    plan: Plan, vi: Language, sent: str, copy: str, only_list: str
) -> None:
    """The ending is never doubled."""
    assert annotate(file_of(form(plan), name=sent), plan, vi).name == copy
    assert annotate(file_of(b"a;b", name=sent), plan, vi).name == only_list


def test_several_findings_of_a_cell_share_its_comment(plan: Plan, vi: Language) -> None:
    """The graver one gives the colour; one about a whole sheet leads to its first cell."""
    remark = Finding("number-as-text", REMARK, FORM, "E20", found="1", expected="1")
    whole = Finding("missing-question", BLOCKING, FORM, expected="4a")
    book = opened(
        annotate(file_of(form(plan), remark, fault(FORM, "E20"), whole), plan, vi).content
    )
    cell = book[FORM]["E20"]
    assert colour(cell) == RED
    assert cell.comment.text.index("not-an-answer") < cell.comment.text.index("number-as-text")
    sheet = book[LIST_SHEET]
    row = next(r for r in range(1, sheet.max_row + 1) if sheet[f"G{r}"].value == whole.code)
    assert sheet[f"C{row}"].hyperlink.location == f"'{FORM}'!A1"
    assert sheet[f"D{row}"].hyperlink is None


def test_a_comment_is_large_enough_for_its_text(plan: Plan, vi: Language) -> None:
    """A longer text has a higher box, up to a screen."""
    short, long, endless = fault(FORM, "E14"), fault(FORM, "E15", "x" * 300), "y " * 40_000
    file = file_of(form(plan), short, long, fault(FORM, "E16", endless))
    content = annotate(file, plan, vi).content
    vml = zipfile.ZipFile(io.BytesIO(content)).read("xl/drawings/commentsDrawing1.vml").decode()
    heights = [int(part.split("px")[0]) for part in vml.split(";height:")[1:]]
    assert heights == sorted(heights)
    assert heights[0] >= 80
    assert heights[-1] <= 600
    assert len(opened(content)[FORM]["E16"].comment.text) < 32_767
    assert len(listed(opened(content))[3][5]) == 32_767


# --- what a person wrote stays ----------------------------------------------------------------


def with_everything(book: Any) -> None:
    """All that a person may have done to a workbook and openpyxl keeps."""
    sheet = book[FORM]
    sheet["H14"], sheet["H15"] = "=SUM(E19:E20)", '=IF(E14="Có",1,0)'
    sheet["H16"] = ArrayFormula("H16:H17", "=E19:E20*2")
    sheet["H18"], sheet["H18"].number_format = dt.datetime(2024, 3, 2), "dd/mm/yyyy"  # noqa: DTZ001
    sheet["H19"], sheet["H19"].number_format = 0.6667, "0.00%"
    sheet["H20"] = CellRichText(
        "Ghi chú: ", TextBlock(InlineFont(b=True, color="FFFF0000"), " đậm ")
    )
    sheet["H21"].hyperlink = "https://example.org/?a=1&b=2"
    sheet["H22"], sheet["H22"].data_type = "=1+1 là chữ", "s"
    sheet["H23"].fill = GradientFill(stop=("FFFF0000", "FF00FF00"))
    sheet["H24"] = True
    sheet["H25"], sheet["H25"].data_type = "#N/A", "e"
    sheet.column_dimensions["H"].width, sheet.row_dimensions[20].height = 33, 51
    sheet.column_dimensions["J"].hidden = sheet.row_dimensions[40].hidden = True
    sheet.merge_cells("H27:I28")
    sheet.freeze_panes = "D15"
    sheet.protection.set_password("mat khau")
    sheet.conditional_formatting.add("E19:E20", CellIsRule("lessThan", ["0"], font=Font(b=True)))
    sheet.conditional_formatting.add("E21:E22", DataBarRule("min", None, "max", None, "FF638EC6"))
    sheet.print_area = "A1:F30"
    sheet.oddHeader.center.text, sheet.page_margins.left = "Báo cáo &P/&N", 0.31
    sheet.row_breaks.append(Break(20))
    sheet["F14"].comment = Comment("Chị Lan: đã hỏi\nphòng kỹ thuật", "Lan", height=90, width=210)
    book.create_sheet("Nháp").sheet_state = "hidden"
    book.create_sheet("Kín").sheet_state = "veryHidden"
    book["Nháp"].append(["Tên", "Số"])
    book["Nháp"].append(["a", 1])
    book["Nháp"].add_table(Table(displayName="Bang", ref="A1:B2"))
    book["Nháp"].sheet_properties.tabColor = "FF00FF00"
    rule = DataValidation("list", formula1="=Nháp!$A$2:$A$9", showErrorMessage=True)
    rule.promptTitle, rule.prompt = "Chọn", "Chọn trong danh sách"
    sheet.add_data_validation(rule)
    rule.add("H30")
    book.defined_names["Doanh_thu"] = DefinedName("Doanh_thu", attr_text=f"'{FORM}'!$E$20")
    book.properties.creator, book.properties.title = "Tòa soạn", "Báo cáo"
    book.custom_doc_props.append(StringProperty(name="Số", value="12/BC"))


def facts(content: bytes, changing: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Everything about the person's own sheets, but for fill and comment of some cells."""
    book = opened(content)
    told: dict[str, Any] = {
        "names": {name: defined.attr_text for name, defined in book.defined_names.items()},
        "properties": (book.properties.creator, book.properties.title),
        "custom": {item.name: item.value for item in book.custom_doc_props},
    }
    for sheet in book.worksheets:
        if is_findings_list(sheet.title, [[sheet["A1"].value]]):
            continue
        told[sheet.title] = {
            "state": sheet.sheet_state,
            "freeze": sheet.freeze_panes,
            "merged": sorted(map(str, sheet.merged_cells.ranges)),
            "protection": dict(sheet.protection),
            "widths": {k: (d.width, d.hidden) for k, d in sheet.column_dimensions.items()},
            "heights": {k: (d.height, d.hidden) for k, d in sheet.row_dimensions.items()},
            "rules": [(str(v.sqref), dict(v)) for v in sheet.data_validations.dataValidation],
            "lists": [(v.formula1, v.formula2) for v in sheet.data_validations.dataValidation],
            "formats": [
                (
                    str(where.sqref),
                    [(rule.type, rule.operator, rule.formula) for rule in where.rules],
                )
                for where in sheet.conditional_formatting
            ],
            "tables": sheet.tables.items(),
            "print": (
                sheet.print_area,
                sheet.print_title_rows,
                dict(sheet.page_setup),
                dict(sheet.page_margins),
                dict(sheet.print_options),
                str(sheet.oddHeader.center.text),
                [item.id for item in sheet.row_breaks.brk],
            ),
            "tab": sheet.sheet_properties.tabColor and sheet.sheet_properties.tabColor.rgb,
        }
        for row in sheet.iter_rows():
            for cell in row:
                place = (sheet.title, cell.coordinate)
                told[f"{place}"] = cell_facts(cell, with_marks=place not in changing)
    return told


def cell_facts(cell: Any, *, with_marks: bool) -> tuple[Any, ...]:
    value = cell.value
    if isinstance(value, ArrayFormula):
        value = (value.ref, value.text)
    note = cell.comment and (cell.comment.text, cell.comment.author)
    link = cell.hyperlink and (cell.hyperlink.target, cell.hyperlink.location)
    look = (cell.font, cell.border, cell.alignment, cell.protection)
    marks = (repr(cell.fill), note) if with_marks else ()
    return (repr(value), cell.data_type, cell.number_format, link, *map(repr, look), *marks)


def test_everything_else_is_kept(plan: Plan, reader: SubmissionReader, vi: Language) -> None:
    """Formulas, formats, lists, widths, merges, protection, hidden sheets, names, comments …"""
    content = faulty_form(plan, with_everything)
    file = reader.read("x.xlsx", content)
    copy = annotate(file, plan, vi)
    assert copy.lost == ()
    assert facts(copy.content, list(FAULTS)) == facts(content, list(FAULTS))
    assert opened(copy.content).calculation.fullCalcOnLoad
    note = zipfile.ZipFile(io.BytesIO(copy.content)).read("xl/drawings/commentsDrawing1.vml")
    assert b"width:210px;height:90px" in note


def test_a_form_that_is_open_for_input_stays_so(
    plan: Plan, reader: SubmissionReader, vi: Language
) -> None:
    """On a protected sheet the marked cells can be mended, and no other cell is opened."""
    content = faulty_form(plan)
    book, before = (
        opened(annotate(reader.read("x.xlsx", content), plan, vi).content),
        opened(content),
    )
    for sheet in before.worksheets:
        assert book[sheet.title].protection.sheet
        for row in sheet.iter_rows():
            for cell in row:
                now = book[sheet.title][cell.coordinate]
                assert now.protection.locked == cell.protection.locked, cell
    assert not any(book[sheet][cell].protection.locked for sheet, cell in FAULTS)


def test_a_cell_that_was_not_there_looks_like_its_row_or_column(plan: Plan, vi: Language) -> None:
    """A blank cell may exist only as its column's or row's format; marked, it can be mended."""

    def formatted(book: Any) -> None:
        sheet = book.create_sheet("Bảng")
        columns, row = sheet.column_dimensions["C"], sheet.row_dimensions[9]
        columns.min, columns.max, columns.width = 3, 5, 20
        columns.protection, columns.number_format = Protection(locked=False), "0.00"
        row.protection = Protection(locked=False)

    content = changed(form(plan), formatted)
    file = file_of(content, *(fault("Bảng", cell) for cell in ("D4", "A9", "F4")))
    sheet = opened(annotate(file, plan, vi).content)["Bảng"]
    assert not any(sheet[cell].protection.locked for cell in ("D4", "A9", "F4"))
    assert sheet["D4"].number_format == "0.00"
    assert colour(sheet["D4"]) == RED


def test_a_persons_comment_stays_above_ours(plan: Plan, vi: Language) -> None:
    """Their words first, with their name; once the cell is mended only their words are left."""

    def comment(book: Any) -> None:
        book[FORM]["E14"].comment = Comment("Lan: đã hỏi lại", "Lan", height=300, width=500)

    content = changed(form(plan), comment)
    copy = annotate(file_of(content, fault(FORM, "E14")), plan, vi).content
    note = opened(copy)[FORM]["E14"].comment
    assert note.author == "Lan"
    assert note.text.startswith("Lan: đã hỏi lại\n\n── TBDX ──\nPhải sửa: ")
    vml = zipfile.ZipFile(io.BytesIO(copy)).read("xl/drawings/commentsDrawing1.vml")
    assert b"width:500px;height:300px" in vml

    def answer(book: Any) -> None:
        book[FORM]["E14"].comment.text += "\nMinh: đã sửa"

    answered = annotate(file_of(changed(copy, answer)), plan, vi).content
    assert opened(answered)[FORM]["E14"].comment.text == "Lan: đã hỏi lại\nMinh: đã sửa"


def test_a_persons_own_sheet_of_that_name_stays(plan: Plan, vi: Language) -> None:
    """Ours is then called "Lỗi (2)", and only ours is replaced the next time."""

    def own(book: Any) -> None:
        book.create_sheet("LỖI").append(["Các lỗi máy in", 3])

    file = file_of(changed(form(plan), own), fault(FORM, "E14"))
    first = annotate(file, plan, vi).content
    second = annotate(file_of(first, fault(FORM, "E15")), plan, vi).content
    for content in (first, second):
        book = opened(content)
        assert [name for name in book.sheetnames if "lỗi" in name.lower()] == ["Lỗi (2)", "LỖI"]
        assert book["LỖI"]["A1"].value == "Các lỗi máy in"
        assert len(listed(book, "Lỗi (2)")) == 2
    assert opened(second)[FORM]["E14"].comment is None


def test_the_list_is_known_by_its_name_and_its_mark() -> None:
    """The reader passes over it; a person's own sheet is read."""
    mark = [["TBDX • Các lỗi và lưu ý trong x.xlsx"]]
    assert is_findings_list("Lỗi", mark)
    assert is_findings_list("Lỗi (2)", mark)
    assert is_findings_list("Lo\u0302\u0303i", mark)  # decomposed
    assert not is_findings_list("Lỗi", [["Các lỗi máy in"]])
    assert not is_findings_list("Chỉ tiêu", mark)
    others: list[list[list[Any]]] = [[], [[]], [[3.0]], [["", mark[0][0]]]]
    assert not any(is_findings_list("Lỗi", rows) for rows in others)


# --- marking again ----------------------------------------------------------------------------


def test_a_mended_cell_gets_back_what_it_had(
    plan: Plan, reader: SubmissionReader, vi: Language
) -> None:
    """Of two faults one is mended: its cell has its fill again and no comment; the list is new."""
    two = [(FORM, "E14"), (SPENDING, "C5")]
    others = [place for place in FAULTS if place not in two]
    content = mended(faulty_form(plan), *others)
    first = annotate(reader.read("x.xlsx", content), plan, vi).content
    second = annotate(reader.read("x.xlsx", mended(first, two[0])), plan, vi).content
    book = opened(second)
    assert book[FORM]["E14"].comment is None
    assert colour(book[FORM]["E14"]) == YELLOW
    assert colour(book[SPENDING]["C5"]) == RED
    assert book[SPENDING]["C5"].comment.text.count("TBDX") == 1
    assert book.sheetnames.count(LIST_SHEET) == 1
    assert [row[6] for row in listed(book)[1:]] == ["negative-number"]
    third = annotate(reader.read("x.xlsx", mended(second, two[1])), plan, vi).content
    assert facts(third, []) == facts(mended(content, *two), [])
    assert listed(opened(third))[1:] == []


FILLS: dict[str, Any] = {
    "none": PatternFill(),
    "theme colour": PatternFill("solid", fgColor=Color(theme=4, tint=0.4)),
    "indexed colour": PatternFill("solid", fgColor=Color(indexed=13)),
    "pattern": PatternFill("darkGrid", fgColor="FF112233", bgColor="FF445566"),
    "gradient": GradientFill(degree=45, stop=("FFFF0000", "FF00FF00")),
    "our own red": PatternFill("solid", fgColor=RED),
}


@pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS.keys())
def test_any_fill_comes_back(plan: Plan, vi: Language, fill: Any) -> None:
    """Whatever the fill was, and however often the cell was marked."""

    def paint(book: Any) -> None:
        book[FORM]["E14"].fill = fill

    content = changed(form(plan), paint)
    once = annotate(file_of(content, fault(FORM, "E14")), plan, vi).content
    twice = annotate(file_of(once, fault(FORM, "E14")), plan, vi).content
    assert colour(opened(twice)[FORM]["E14"]) == RED
    clean = annotate(file_of(twice), plan, vi).content
    assert repr(opened(clean)[FORM]["E14"].fill) == repr(opened(content)[FORM]["E14"].fill)


def test_a_merged_cell_is_marked_and_unmarked_as_one(plan: Plan, vi: Language) -> None:
    """A finding anywhere in a merged range belongs to the cell that holds its value."""
    content = form(plan)
    for cell in ("C10", "D10"):
        copy = annotate(file_of(content, fault(FORM, cell)), plan, vi).content
        assert colour(opened(copy)[FORM]["C10"]) == RED
        assert opened(copy)[FORM]["C10"].comment
        assert facts(annotate(file_of(copy), plan, vi).content, []) == facts(content, [])


def scribbled(book: Any) -> None:
    for row in book[LIST_SHEET].iter_rows(min_row=2):
        for cell in row:
            if type(cell).__name__ == "Cell":
                cell.value = "'Kinh phí'!A1:B2" if cell.column == 8 else "=1/0"


def unhidden_column_deleted(book: Any) -> None:
    book[LIST_SHEET].delete_cols(8)


def list_deleted(book: Any) -> None:
    del book[LIST_SHEET]


def row_inserted(book: Any) -> None:
    book[FORM].insert_rows(10)


@pytest.mark.parametrize("tamper", [scribbled, unhidden_column_deleted, list_deleted, row_inserted])
def test_a_tampered_list_does_no_harm(plan: Plan, vi: Language, tamper: Edit) -> None:
    """Our colour and our words go in any case; only the earlier fill may be unknown then."""
    copy = annotate(file_of(form(plan), fault(FORM, "E14")), plan, vi).content
    book = opened(annotate(file_of(changed(copy, tamper)), plan, vi).content)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert colour(cell) not in (RED, ORANGE), cell
                assert not cell.comment
    assert book.sheetnames.count(LIST_SHEET) == 1


# --- hostile texts ----------------------------------------------------------------------------


HOSTILE_NAMES = ["Bob's 'Kinh phí'", "=1+1", "'!A1 & <b>", "Mức độ trưởng thành " + "x" * 40]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_sheet_names_are_quoted(plan: Plan, vi: Language, name: str) -> None:
    """A name with apostrophes, like a formula or too long is a text, and its link leads there."""
    source = form(plan)
    parts = {n: zipfile.ZipFile(io.BytesIO(source)).read(n) for n in zip_names(source)}
    escaped = name.replace("&", "&amp;").replace("<", "&lt;")
    book = parts["xl/workbook.xml"].decode().replace(f'name="{SPENDING}"', f'name="{escaped}"')
    content = zip_of(parts | {"xl/workbook.xml": book.encode()})
    copy = annotate(file_of(content, fault(name, "C5", "=1+1")), plan, vi)
    assert copy.lost == ()
    with pytest.warns(UserWarning, match="31") if len(name) > 31 else nothing():
        sheet = opened(copy.content)[LIST_SHEET]
    row = sheet.max_row
    quoted = name.replace("'", "''")
    assert sheet[f"D{row}"].hyperlink.location == f"'{quoted}'!C5"
    assert (sheet[f"C{row}"].value, sheet[f"C{row}"].data_type) == (name, "s")


class nothing:  # noqa: N801 (reads like contextlib's own)
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def zip_names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with a part added or rewritten."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = {part: archive.read(part) for part in archive.namelist()}
    return zip_of(parts | {name: change(parts.get(name, b""))})


@pytest.mark.parametrize(
    "found", ["=1+1", '=HYPERLINK("x")', "+1", "@x", "a\x00b\x0bc\ud800\ufffe"]
)
def test_what_was_found_is_never_a_formula(plan: Plan, vi: Language, found: str) -> None:
    """Every text of the list is written as a text, without what XML cannot hold."""
    whole = Finding("file-not-found", BLOCKING, found, found=found)
    copy = annotate(
        file_of(form(plan), fault(FORM, "E14", found), whole, name=f"{found}.xlsx"), plan, vi
    )
    book = opened(copy.content)
    kinds = {cell.data_type for row in book[LIST_SHEET].iter_rows() for cell in row if cell.value}
    assert kinds == {"s", "n"}  # n: the row's number
    assert "(not-an-answer)" in book[FORM]["E14"].comment.text


def test_a_sheet_that_is_not_there_is_only_named(plan: Plan, vi: Language) -> None:
    """No link, no mark, and no fault of ours."""
    copy = annotate(file_of(form(plan), fault("Trang khác", "E14")), plan, vi)
    sheet = opened(copy.content)[LIST_SHEET]
    assert copy.lost == ()
    assert sheet[f"C{sheet.max_row}"].value == "Trang khác"
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_the_list_is_bounded(plan: Plan, vi: Language) -> None:
    """At most 5,000 findings are listed, and 2,000 cells marked; the list says how many more."""
    many = [fault(FORM, f"K{row}") for row in range(1, 5003)]
    started = time.monotonic()
    book = opened(annotate(file_of(form(plan), *many), plan, vi).content)
    assert time.monotonic() - started < 60
    sheet = book[LIST_SHEET]
    assert sheet[f"A{sheet.max_row - 1}"].value == 5000
    assert sheet[f"A{sheet.max_row}"].value == vi.plural(
        "{count} more finding is not listed.", "{count} more findings are not listed.", 2
    )
    assert sum(bool(row[10].comment) for row in book[FORM].iter_rows(max_col=11)) == 2000


# --- only a list, where marking would harm ----------------------------------------------------


def chart(book: Any) -> None:
    drawn = BarChart()
    drawn.add_data(Reference(book[FORM], min_col=5, min_row=19, max_row=20))
    book[FORM].add_chart(drawn, "H2")


X14 = (
    b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    b"<x14:dataValidations/></ext></extLst></worksheet>"
)
SHEET1 = "xl/worksheets/sheet1.xml"


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        assert old in part
        return part.replace(old, new)

    return change


def strict(content: bytes) -> bytes:
    """As "Strict Open XML": openpyxl would find the sheets empty."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_part(
        content, SHEET1, replaced(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    )


HARMED: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...]]] = {
    "a chart": (lambda form: changed(form, chart), ("drawings",)),
    "a picture": (
        lambda form: with_part(form, "xl/media/image1.png", lambda _: b"x"),
        ("drawings",),
    ),
    "macros": (lambda form: with_part(form, "xl/vbaProject.bin", lambda _: b"x"), ("macros",)),
    "macros and a chart": (
        lambda form: with_part(changed(form, chart), "xl/vbaProject.bin", lambda _: b"x"),
        ("macros", "drawings"),
    ),
    "a list from another sheet": (
        lambda form: with_part(form, SHEET1, replaced(b"</worksheet>", X14)),
        ("extensions",),
    ),
    "threaded comments": (
        lambda form: with_part(form, "xl/threadedComments/threadedComment1.xml", lambda _: b"<a/>"),
        ("extensions",),
    ),
    "a pivot table": (
        lambda form: with_part(form, "xl/pivotTables/pivotTable1.xml", lambda _: b"<a/>"),
        ("extensions",),
    ),
    "a button": (
        lambda form: with_part(
            form,
            "xl/drawings/vmlDrawing1.vml",
            lambda _: b'<xml><shape><ClientData ObjectType="Button"/></shape></xml>',
        ),
        ("drawings",),
    ),
    "something unknown": (lambda form: with_part(form, "xl/new.bin", lambda _: b"x"), ("other",)),
    "an unknown element": (
        lambda form: with_part(
            form, SHEET1, replaced(b"</worksheet>", b"<cellWatches/></worksheet>")
        ),
        ("other",),
    ),
    "strict Open XML": (strict, ("other",)),
    "a date beyond all limits": (
        lambda form: changed(form, lambda book: far_date(book[FORM]["E20"])),
        ("other",),
    ),
    "billions of merged cells": (
        lambda form: with_part(
            form,
            SHEET1,
            replaced(b'<mergeCell ref="A1:B1" />', b'<mergeCell ref="A1:XFD1048576"/>'),
        ),
        ("large",),
    ),
    "far too many bytes": (
        lambda form: with_part(form, "customXml/item1.xml", lambda _: b"<a>" + b" " * 7_000_000),
        ("large",),
    ),
    "text": (lambda form: b"STT;Noi dung;Ket qua\n1;a;b\n", ("old-format",)),
}


def far_date(cell: Any) -> None:
    cell.value, cell.number_format = 1e9, "dd/mm/yyyy"


@pytest.mark.parametrize(("make", "lost"), HARMED.values(), ids=HARMED.keys())
def test_what_would_be_harmed_is_left_alone(
    plan: Plan, vi: Language, make: Callable[[bytes], bytes], lost: tuple[str, ...]
) -> None:
    """The list comes as a workbook of its own, without links, and says why."""
    finding = fault(FORM, "E14")
    copy = annotate(file_of(make(form(plan)), finding, name="bao-cao.xlsx"), plan, vi)
    assert (copy.name, copy.lost) == ("bao-cao-danh-sach-loi.xlsx", lost)
    book = opened(copy.content)
    assert book.sheetnames == [LIST_SHEET]
    said = preface(book)
    assert said[2:] == [vi.text(messages.LOST[code]) for code in lost]
    assert listed(book)[1][2:4] == [FORM, "E14"]
    assert not any(cell.hyperlink for row in book[LIST_SHEET].iter_rows() for cell in row)


@pytest.mark.parametrize("ending", ["ods", "xls"])
def test_old_formats_get_a_list(
    plan: Plan, reader: SubmissionReader, vi: Language, office: Office, ending: str
) -> None:
    """Only an .xlsx can be marked; the findings are the same."""
    file = reader.read(f"x.{ending}", office.convert(faulty_form(plan), ending))
    copy = annotate(file, plan, vi)
    assert copy.lost == ("old-format",)
    assert {row[6] for row in listed(opened(copy.content))[1:]} == {f.code for f in file.findings}


def test_a_list_can_be_asked_for(plan: Plan, vi: Language) -> None:
    """Where marking took too long, for example; the reason is the caller's."""
    copy = list_findings(file_of(form(plan), fault(FORM, "E14"), name="x.xlsx"), plan, vi, "large")
    assert (copy.name, copy.lost) == ("x-danh-sach-loi.xlsx", ("large",))
    assert listed(opened(copy.content))[1][2:4] == [FORM, "E14"]


def test_a_file_that_cannot_be_read_gets_a_list(
    plan: Plan, reader: SubmissionReader, vi: Language, office: Office
) -> None:
    """Empty, under a password, no workbook, too large: one finding, and nothing to mark."""

    def stray(book: Any) -> None:
        book[FORM]["XFD1048576"] = 1

    for content in (b"", b"%PDF-1.7", office.lock(form(plan), "xlsx"), changed(form(plan), stray)):
        file = reader.read("x.xlsx", content)
        assert file.verdict is Verdict.UNREADABLE
        copy = annotate(file, plan, vi)
        assert copy.lost == ("unreadable",)
        assert [row[6] for row in listed(opened(copy.content))[1:]] == [file.findings[0].code]


def test_an_empty_drawing_is_no_loss(plan: Plan, vi: Language) -> None:
    """Google Sheets writes one for every sheet."""
    empty = b'<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
    content = with_part(form(plan), "xl/drawings/drawing1.xml", lambda _: empty)
    assert annotate(file_of(content, fault(FORM, "E14")), plan, vi).lost == ()


def test_every_loss_has_its_words() -> None:
    """In both languages."""
    for text in messages.LOST.values():
        assert language("vi").text(text)
        assert language("en").text(text) == text


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_damage_to_the_bytes_breaks_it(plan: Plan, vi: Language, data: st.DataObject) -> None:
    """A workbook damaged anywhere is marked or listed, and never raises."""
    content = marked_form(plan, vi)
    part = data.draw(st.sampled_from(zip_names(content)))

    def damage(whole: bytes) -> bytes:
        damaged = bytearray(whole)
        places = st.integers(0, len(whole) - 1)
        for place in data.draw(st.lists(places, min_size=1, max_size=5)):
            damaged[place] = data.draw(st.sampled_from(b'0123456789<>/&"ae;:\xff'))
        return bytes(damaged)

    copy = annotate(file_of(with_part(content, part, damage), fault(FORM, "E14")), plan, vi)
    assert set(copy.lost) <= set(messages.LOST)


def marked_form(plan: Plan, vi: Language, kept: dict[str, bytes] = {}) -> bytes:  # noqa: B006
    """A form that was marked before, made once."""
    if not kept:
        kept["form"] = annotate(file_of(form(plan), fault(FORM, "E15")), plan, vi).content
    return kept["form"]
