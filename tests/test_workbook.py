"""What agencies send: the yearly form and the consolidated table, good, messy, wrong, hostile."""

from __future__ import annotations

import ast
import datetime as dt
import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Office
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

import tbdx.workbook
from tbdx import messages
from tbdx.i18n import language
from tbdx.model import Answer, CheckedFile, Finding, Phase, Severity, Verdict
from tbdx.plan import Plan
from tbdx.words import clean, fold
from tbdx.workbook import SubmissionReader, form_file_name, write_form
from tbdx.workbook.package import MOST_BYTES
from tbdx.workbook.reading import MOST_FINDINGS
from tbdx.workbook.template import Value

YES, NO, NA = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE
ESTIMATE, FINAL = Phase.ESTIMATE, Phase.FINAL
PAPER, STATION, MAGAZINE, MERGED = (
    "bao-thai-binh",
    "dai-ptth-thai-binh",
    "tc-van-nghe-thai-binh",
    "bao-thai-binh-hop-nhat",
)
FORM, TASKS, SPENDING, MATURITY, TEXTS = (
    "Chỉ tiêu",
    "Nhiệm vụ",
    "Kinh phí",
    "Mức độ trưởng thành",
    "Khó khăn, kiến nghị",
)
CELLS = {
    "on_digital_platforms": "E14",
    "uses_data_analytics": "E15",
    "uses_ai": "E16",
    "converged_newsroom": "E17",
    "digital_transformation": "E18",
    "revenue_2022_million_vnd": "E19",
    "revenue_million_vnd": "E20",
    "staff_count": "E21",
    "trained_count": "E22",
    "security_level": "E23",
}
FIGURES: dict[str, Any] = dict(
    zip(CELLS, (YES, YES, NO, NO, YES, 12000.0, 13260.5, 60.0, 44.0, 3.0), strict=True)
)
FURTHER: dict[str, tuple[str, str, Value]] = {
    "task_01": (TASKS, "D5", "done"),
    "task_01_result": (TASKS, "E5", "Hai hội nghị,\n120 người dự"),
    "task_11": (TASKS, "D15", "na"),
    "spending_state_budget": (SPENDING, "C5", 1250.75),
    "spending_other": (SPENDING, "C7", 0.0),
    "maturity_strategy": (MATURITY, "D5", 12.5),
    "maturity_infrastructure": (MATURITY, "D6", 20.0),
    "maturity_organisation": (MATURITY, "D7", 15.0),
    "maturity_audience": (MATURITY, "D8", 18.0),
    "maturity_technology": (MATURITY, "D9", 10.0),
    "maturity_total": (MATURITY, "D10", 75.5),
    "maturity_level": (MATURITY, "D11", "Khá"),
    "maturity_version": (MATURITY, "D12", "QĐ 1827/QĐ-BTTTT"),
    "maturity_window": (MATURITY, "D13", "01/10/2023 – 31/10/2024"),
    "difficulties": (TEXTS, "C5", "Thiếu kinh phí\nThiếu nhân lực"),
    "proposals": (TEXTS, "C6", "=1+1 là một ví dụ"),
}
EVERYTHING: dict[str, Any] = FIGURES | {name: value for name, (_, _, value) in FURTHER.items()}

Panel = dict[tuple[str, int, Phase, str], Value]
Edit = Callable[[Any], None]


@pytest.fixture(scope="module")
def reader(plan: Plan) -> SubmissionReader:
    """The reader that the product uses."""
    return SubmissionReader(plan)


# --- building and taking apart ----------------------------------------------------------------


def filled_form(
    plan: Plan,
    agency: str = PAPER,
    year: int = 2024,
    phase: Phase | None = FINAL,
    **answers: Any,
) -> bytes:
    """A form with FIGURES in it; keywords replace single answers."""
    return write_form(plan, plan.agency(agency), year, phase=phase, answers=FIGURES | answers)


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(content: bytes, change: Edit) -> bytes:
    """The workbook after `change(book)`."""
    book = load_workbook(io.BytesIO(content))
    change(book)
    return saved(book)


def edit(content: bytes, cells: Mapping[str, object], sheet: str = FORM) -> bytes:
    """The workbook with other values in some cells of one sheet."""

    def change(book: Any) -> None:
        for address, value in cells.items():
            book[sheet][address].value = value

    return changed(content, change)


def panel(checked: CheckedFile) -> Panel:
    """What was read, without the places it was read from."""
    fields = {(f.agency, f.year, f.phase, f.field): f.value for f in checked.fields}
    assert len(fields) == len(checked.fields), "a field was read twice"
    return fields


def codes(checked: CheckedFile) -> list[str]:
    return [finding.code for finding in checked.findings]


def only(checked: CheckedFile) -> Finding:
    """The one finding of a file that has one."""
    assert len(checked.findings) == 1, checked.findings
    return checked.findings[0]


def plain(words: str) -> str:
    """Without diacritics."""
    decomposed = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def in_words(change: Callable[[str], str]) -> Edit:
    """Every label typed in another way; what is filled in stays."""

    def every_text(book: Any) -> None:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    filled = not cell.protection.locked or cell.coordinate in ("C7", "C8")
                    if isinstance(cell.value, str) and not filled:
                        cell.value = change(cell.value)

    return every_text


# --- the yearly form as it is written ---------------------------------------------------------


def test_form_reads_back_what_was_filled_in(plan: Plan, reader: SubmissionReader) -> None:
    """Every field of the form comes back with its value, its sheet and its cell."""
    checked = reader.read("x.xlsx", filled_form(plan, **EVERYTHING))
    assert checked.verdict is Verdict.OK
    assert {(f.agency, f.year, f.phase) for f in checked.fields} == {(PAPER, 2024, FINAL)}
    expected = {name: (FORM, CELLS[name], value) for name, value in FIGURES.items()}
    assert {f.field: (f.sheet, f.cell, f.value) for f in checked.fields} == expected | FURTHER


def test_blank_form_is_a_report_of_blanks(plan: Plan, reader: SubmissionReader) -> None:
    """An empty cell is None, never "no" and never 0, and the phase is asked for."""
    agency = plan.agency(PAPER)
    checked = reader.read("x.xlsx", write_form(plan, agency, 2024))
    phase = next(f for f in checked.findings if f.severity is Severity.BLOCKING)
    assert (phase.code, phase.cell, phase.sheet) == ("missing-phase", "C10", FORM)
    assert phase.expected == "Ước thực hiện / Chính thức"
    checked = reader.read("x.xlsx", write_form(plan, agency, 2024, phase=ESTIMATE))
    assert panel(checked) == {(PAPER, 2024, ESTIMATE, name): None for name in CELLS}
    assert {(f.code, f.cell) for f in checked.findings} == {
        ("no-answer", cell) for cell in CELLS.values()
    }
    assert checked.acceptable


def test_a_blank_is_remarked_on_only_where_an_indicator_waits_for_it(
    plan: Plan, reader: SubmissionReader
) -> None:
    """An agency without an electronic edition or with one media type may leave its cell empty."""
    content = filled_form(
        plan, MAGAZINE, security_level=None, converged_newsroom=None, uses_ai=None
    )
    checked = reader.read("x.xlsx", content)
    assert only(checked) == Finding("no-answer", Severity.REMARK, FORM, "E16", "uses_ai")
    assert checked.verdict is Verdict.REMARKS
    assert panel(checked)[MAGAZINE, 2024, FINAL, "security_level"] is None


@pytest.mark.parametrize("blank", ["…", "...", "Chưa có số liệu", "   ", "\u00a0"])
def test_a_blank_in_words_is_a_blank(plan: Plan, reader: SubmissionReader, blank: str) -> None:
    """ "…" says that there is nothing yet: None with the same remark, never "no" or 0."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {"E14": blank, "E20": blank}))
    assert [(f.code, f.cell) for f in checked.findings] == [
        ("no-answer", "E14"),
        ("no-answer", "E20"),
    ]
    values = panel(checked)
    assert values[PAPER, 2024, FINAL, "on_digital_platforms"] is None
    assert values[PAPER, 2024, FINAL, "revenue_million_vnd"] is None


def test_every_agency_has_a_form_for_every_year(plan: Plan, reader: SubmissionReader) -> None:
    """Whoever reports in a year gets a form that reads back without any finding."""
    for year in plan.all_years:
        for agency in plan.agencies_in(year):
            checked = reader.read("x.xlsx", filled_form(plan, agency.id, year, **EVERYTHING))
            assert checked.findings == (), (agency.id, year)
            assert {(f.agency, f.year) for f in checked.fields} == {(agency.id, year)}
            assert len(checked.fields) == len(EVERYTHING)


def test_only_input_cells_are_open(plan: Plan) -> None:
    """Every sheet is protected; the cells to fill in are open, in one colour, the labels are not."""
    book = load_workbook(io.BytesIO(filled_form(plan)))
    open_cells = {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    inputs = {(FORM, cell) for cell in CELLS.values()}
    inputs |= {(sheet, cell) for sheet, cell, _ in FURTHER.values()}
    assert inputs <= open_cells
    labels = {"A4", "B7", "C7", "C8", "C9", "A14", "B14", "C14", "D14", "E12", "E13"}
    assert not {(FORM, cell) for cell in labels} & open_cells
    assert {(FORM, cell) for cell in ("C10", "D10", "E10")} <= open_cells  # one merged range
    colours = {book[sheet][cell].fill.fgColor.rgb for sheet, cell in inputs}
    assert len(colours) == 1
    assert book[FORM]["B14"].fill.fgColor.rgb not in colours


def validations(sheet: Worksheet) -> dict[str, tuple[str, str, str | None]]:
    """The rule of each cell: its type and limits."""
    return {
        str(rule.sqref): (rule.type, rule.formula1, rule.formula2)
        for rule in sheet.data_validations.dataValidation
    }


def test_cells_have_lists_and_limits(plan: Plan) -> None:
    """Excel offers the words of a list and refuses numbers that cannot be."""
    book = load_workbook(io.BytesIO(filled_form(plan)))
    answers = ("list", '"Có,Không,Không áp dụng"', None)
    rules = validations(book[FORM])
    assert {rules[CELLS[name]] for name in list(CELLS)[:5]} == {answers}
    assert rules["C10"] == ("list", '"Ước thực hiện,Chính thức"', None)
    assert rules["E20"] == ("decimal", "0", None)
    assert rules["E21"] == ("whole", "0", None)
    assert rules["E23"] == ("whole", "0", "5")
    states = '"Chưa triển khai,Đang triển khai,Hoàn thành,Không áp dụng"'
    assert validations(book[TASKS])["D5"] == ("list", states, None)
    assert validations(book[SPENDING])["C5"] == ("decimal", "0", None)
    assert validations(book[MATURITY])["D5"] == ("decimal", "0", "18")
    assert validations(book[MATURITY])["D11"] == ("list", '"Yếu,Trung bình,Khá,Tốt,Xuất sắc"', None)
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert rule.showErrorMessage
            assert rule.allow_blank
            assert len(rule.formula1) <= 255  # Excel's limit for a list in a cell


def test_the_form_prints_on_a4(plan: Plan) -> None:
    """Every sheet is one A4 page wide and as many high as it needs."""
    book = load_workbook(io.BytesIO(filled_form(plan)))
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
    assert book[FORM].print_title_rows == "$12:$13"


def test_no_text_becomes_a_formula(plan: Plan) -> None:
    """A text that begins with = is written as a text."""
    content = filled_form(plan, proposals="=1+1", task_01_result='=HYPERLINK("x")')
    book = load_workbook(io.BytesIO(content))
    assert book[TEXTS]["C6"].data_type == book[TASKS]["E5"].data_type == "s"


def test_last_year_and_baseline_are_shown_and_never_this_years_answer(
    plan: Plan, reader: SubmissionReader
) -> None:
    """Last year's figures stand beside the empty cells; only the base year's is filled in."""
    content = write_form(
        plan,
        plan.agency(PAPER),
        2024,
        phase=FINAL,
        previous=FIGURES,
        baseline={"revenue_2022_million_vnd": 12000.0},
    )
    sheet = load_workbook(io.BytesIO(content))[FORM]
    assert sheet["D12"].value == "Đã báo cáo năm 2023"
    assert (sheet["D14"].value, sheet["D20"].value) == ("Có", 13260.5)
    read = {key[3]: value for key, value in panel(reader.read("x.xlsx", content)).items()}
    assert read.pop("revenue_2022_million_vnd") == 12000.0
    assert set(read.values()) == {None}


def test_an_answer_replaces_the_baseline(plan: Plan, reader: SubmissionReader) -> None:
    """What the agency says of the base year counts more than what was known."""
    content = write_form(
        plan, plan.agency(PAPER), 2024, phase=FINAL, answers=FIGURES,
        baseline={"revenue_2022_million_vnd": 1.0},
    )  # fmt: skip
    read = panel(reader.read("x.xlsx", content))
    assert read[PAPER, 2024, FINAL, "revenue_2022_million_vnd"] == 12000.0


def test_notice_stands_in_the_form(plan: Plan, reader: SubmissionReader) -> None:
    """Illustrative figures are marked in the file itself, which still reads as ever."""
    content = write_form(
        plan, plan.agency(PAPER), 2024, phase=FINAL, answers=FIGURES, notice="SỐ LIỆU MINH HỌA"
    )
    assert load_workbook(io.BytesIO(content))[FORM]["A6"].value == "SỐ LIỆU MINH HỌA"
    assert reader.read("x.xlsx", content).findings == ()


def test_the_same_form_is_the_same_file(plan: Plan) -> None:
    """Nothing in the file depends on the clock, and its name survives any mail program."""
    assert filled_form(plan) == filled_form(plan)
    assert form_file_name(plan.agency(PAPER), 2024) == "bao-cao-bao-thai-binh-2024.xlsx"


def test_the_file_is_known_by_its_hash(plan: Plan, reader: SubmissionReader) -> None:
    """The checked file keeps its name, its bytes and their SHA-256."""
    checked = reader.read("Báo cáo.xlsx", b"")
    assert (checked.name, checked.content) == ("Báo cáo.xlsx", b"")
    assert checked.sha256.startswith("e3b0c442")


# --- the same report, produced by other hands -------------------------------------------------


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_libreoffice_writes_the_same_report(
    plan: Plan, reader: SubmissionReader, office: Office, ending: str
) -> None:
    """A form saved by LibreOffice, in each of its formats, is the same report in the same cells."""
    original = reader.read("x.xlsx", filled_form(plan, **EVERYTHING))
    content = office.convert(original.content, ending)
    assert content != original.content
    checked = reader.read(f"x.{ending}", content)
    assert checked.findings == ()
    assert checked.fields == original.fields


def inserted(book: Any) -> None:
    """Two rows above everything and a column to the left, on every sheet."""
    for sheet in book.worksheets:
        sheet.insert_rows(1, 2)
        sheet.insert_cols(1)
        for merged in sheet.merged_cells.ranges:
            merged.shift(row_shift=2, col_shift=1)
        sheet["A1"] = "Kính gửi: Sở Thông tin và Truyền thông"


def swap(sheet: Worksheet, first: str, second: str, top: int) -> None:
    """Exchange two columns from a row on."""
    for row in range(top, sheet.max_row + 1):
        one, other = sheet[f"{first}{row}"], sheet[f"{second}{row}"]
        if type(one) is type(other):  # not the middle of a merged range
            one.value, other.value = other.value, one.value


def moved(book: Any) -> None:
    """This year's column before last year's, the result before the state, values before labels."""
    swap(book[FORM], "D", "E", 12)
    swap(book[TASKS], "D", "E", 4)
    swap(book[SPENDING], "B", "C", 4)
    swap(book[MATURITY], "C", "D", 4)


def renamed(book: Any) -> None:
    for number, sheet in enumerate(book.worksheets, start=1):
        sheet.title = f"Sheet{number}"


def reordered(book: Any) -> None:
    book.move_sheet(FORM, 4)


def unmerged(book: Any) -> None:
    for sheet in book.worksheets:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))


def values_after_colons(book: Any) -> None:
    """ "Năm báo cáo: 2024" in one cell, "Năm 2024" in another place of the form."""
    sheet = book[FORM]
    for row, value in ((7, sheet["C7"].value), (10, sheet["C10"].value)):
        sheet[f"B{row}"] = f"{sheet[f'B{row}'].value}: {value}"
        sheet[f"C{row}"] = None
    sheet["B9"], sheet["C9"] = "Năm 2024", None


def without_id(book: Any) -> None:
    book[FORM]["B8"] = book[FORM]["C8"] = None


def alias(book: Any) -> None:
    without_id(book)
    book[FORM]["C7"] = "Báo  TB"


def shouted_id(book: Any) -> None:
    book[FORM]["C8"] = " BAO-THAI-BINH "


def english(book: Any) -> None:
    """Labels as the English form would say them."""
    sheet = book[FORM]
    sheet["B7"], sheet["B8"], sheet["B9"], sheet["B10"] = (
        "Press agency",
        "Agency ID",
        "Year",
        "Phase",
    )
    sheet["C10"], sheet["E14"] = "Final", "Yes"
    sheet["B20"], sheet["B21"] = "Revenue in 2024 (million VND)", "People in the agency"


ALTERATIONS: dict[str, Edit] = {
    "rows and columns inserted": inserted,
    "columns moved": moved,
    "sheets renamed": renamed,
    "sheets in another order": reordered,
    "nothing merged": unmerged,
    "values after colons": values_after_colons,
    "no agency id": without_id,
    "agency by an alias": alias,
    "agency id in capitals": shouted_id,
    "English words": english,
    "no diacritics": in_words(plain),
    "decomposed characters": in_words(lambda text: unicodedata.normalize("NFD", text)),
    "upper case": in_words(str.upper),
    "no-break spaces": in_words(lambda text: text.replace(" ", "\u00a0") + "\u00a0"),
    "line breaks and zero-width marks": in_words(lambda text: text.replace(" ", "\n\u200b ")),
    "look-alike Ð": in_words(lambda text: text.replace("Đ", "Ð")),
    "hoà for hòa, kĩ for kỹ": in_words(
        lambda text: text.replace("hòa", "hoà").replace("hóa", "hoá").replace("kỹ", "kĩ")
    ),
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_however_the_form_was_altered_the_report_is_the_same(
    plan: Plan, reader: SubmissionReader, alter: Edit
) -> None:
    """Everything is found by its words: places, order, case and typing do not matter."""
    original = filled_form(plan, **EVERYTHING)
    checked = reader.read("x.xlsx", changed(original, alter))
    assert checked.findings == ()
    assert panel(checked) == panel(reader.read("x.xlsx", original))


def test_addresses_follow_the_cells(plan: Plan, reader: SubmissionReader) -> None:
    """After rows and columns were inserted a value is reported where it stands now."""
    checked = reader.read("x.xlsx", changed(filled_form(plan), inserted))
    assert {f.field: f.cell for f in checked.fields}["revenue_million_vnd"] == "F22"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        *((word, YES) for word in ("Có", "có", "CO", "x", "X", "✓", "đạt", "Đã có", 1, True, "1")),
        *(
            (word, NO)
            for word in ("Không.", "Không", "khong", "KHONG", "chưa", "Chưa có", 0, False, "0", "-")
        ),
        *((word, NA) for word in ("Không áp dụng", "N/A", "n/a", "Không thuộc đối tượng")),
    ],
)
def test_yes_and_no_have_many_words(
    plan: Plan, reader: SubmissionReader, typed: object, answer: Answer
) -> None:
    """The words of the plan's list, ticks, 1 and 0 are answers."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {"E16": typed}))
    assert checked.findings == ()
    assert panel(checked)[PAPER, 2024, FINAL, "uses_ai"] is answer


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1.500", 1500),
        ("13.260,5", 13260.5),
        ("1.234.567", 1234567),
        ("12,5", 12.5),
        ("\u00a013260 ", 13260),
        ("13260 triệu đồng", 13260),
        ("12,5 tỷ", 12500),
        ("15 tỷ 300 triệu", 15300),
        ("1.234,5 tr.đ", 1234.5),
        ("15 Tỷ đồng", 15000),
    ],
)
def test_a_number_typed_as_a_text_is_read_and_said(
    plan: Plan, reader: SubmissionReader, typed: str, number: float
) -> None:
    """A text that reads as one number in Vietnamese is that number, with a remark."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {"E20": typed}))
    assert panel(checked)[PAPER, 2024, FINAL, "revenue_million_vnd"] == number
    where = (FORM, "E20", "revenue_million_vnd", clean(typed), f"{number}".replace(".", ","))
    assert checked.findings[0] == Finding("number-as-text", Severity.REMARK, *where)
    assert checked.acceptable


def test_figures_a_thousand_times_the_base_years_are_asked_about(
    plan: Plan, reader: SubmissionReader
) -> None:
    """A revenue in another unit than its baseline is remarked on, never converted."""
    checked = reader.read("x.xlsx", filled_form(plan, revenue_million_vnd=13.25))
    finding = only(checked)
    assert (finding.code, finding.severity) == ("unit-doubtful", Severity.REMARK)
    assert (finding.cell, finding.found, finding.expected) == ("E20", "13,25", "12000")
    assert panel(checked)[PAPER, 2024, FINAL, "revenue_million_vnd"] == 13.25


def test_amounts_that_no_agency_earns_are_asked_about(plan: Plan, reader: SubmissionReader) -> None:
    """Both amounts in dong instead of millions: nothing to compare with, so the plan's bound asks."""
    content = filled_form(plan, revenue_2022_million_vnd=8.5e8, revenue_million_vnd=9e8)
    findings = reader.read("x.xlsx", content).findings
    assert [(f.code, f.cell, f.severity) for f in findings] == [
        ("amount-implausible", "E19", Severity.REMARK),
        ("amount-implausible", "E20", Severity.REMARK),
    ]


# --- faults of single cells -------------------------------------------------------------------


MONEY, MONEY_RANGE = "triệu đồng", "0 – 1.000.000.000 (triệu đồng)"
LEVELS, ANSWERS = "0 – 5", "Có / Không / Không áp dụng"
THIRD_OF_MARCH = dt.datetime(2024, 3, 2)  # noqa: DTZ001 (Excel has no time zones)
BAD_VALUES: dict[str, tuple[str, object, str, str, str]] = {
    # what is wrong: cell, value, code, found, expected
    "text for a number": ("E20", "khá tốt", "not-a-number", "khá tốt", MONEY),
    "date for a number": ("E22", THIRD_OF_MARCH, "date-for-number", "02/03/2024", "người"),
    "time for a number": ("E21", dt.time(2, 30), "not-a-number", "02:30:00", "người"),
    "true for a number": ("E21", True, "not-a-number", "TRUE", "người"),
    "range for a number": ("E20", "10÷20", "range-for-number", "10÷20", MONEY),
    "range with a hyphen": ("E21", "33-67%", "range-for-number", "33-67%", "người"),
    "range in words": ("E21", "10 đến 20", "range-for-number", "10 đến 20", "người"),
    "fraction for a number": ("E22", "2/3", "fraction-for-number", "2/3", "người"),
    "English decimals": ("E20", "13260.55", "not-a-number", "13260.55", MONEY),
    "ambiguous comma": ("E20", "1,500", "ambiguous-number", "1,500", MONEY),
    "ambiguous billions": ("E20", "1,500 tỷ", "ambiguous-number", "1,500 tỷ", MONEY),
    "NaN as a text": ("E20", "NaN", "not-a-number", "NaN", MONEY),
    "sNaN as a text": ("E20", "sNaN", "not-a-number", "sNaN", MONEY),
    "exponent as a text": ("E20", "1e5", "not-a-number", "1e5", MONEY),
    "error as a text": ("E20", "#VALUE!", "cell-error", "#VALUE!", ""),
    "negative": ("E20", -1.5, "negative-number", "-1,5", "≥ 0 (triệu đồng)"),
    "negative as a text": ("E21", "-3", "negative-number", "-3", "≥ 0 (người)"),
    "too large": ("E20", 1e12, "number-too-large", "1000000000000", MONEY_RANGE),
    "half a person": ("E22", 3.5, "not-whole", "3,5", "≥ 0 (người)"),
    "level 6": ("E23", 6, "number-too-large", "6", LEVELS),
    "level 2.5": ("E23", 2.5, "not-whole", "2,5", LEVELS),
    "trained above staff": ("E22", 61, "part-exceeds-whole", "61", "≤ 60 (E21)"),
    "unknown answer": ("E14", "có lẽ", "not-an-answer", "có lẽ", ANSWERS),
    "qualified answer": ("E14", "Có (một phần)", "not-an-answer", "Có (một phần)", ANSWERS),
    "doubtful answer": ("E14", "Có?", "not-an-answer", "Có?", ANSWERS),
    "doubtful no": ("E14", "khong ?", "not-an-answer", "khong ?", ANSWERS),
    "another word with other marks": ("E14", "Cỏ", "not-an-answer", "Cỏ", ANSWERS),
    "two as an answer": ("E14", 2, "not-an-answer", "2", ANSWERS),
    "date for an answer": ("E14", THIRD_OF_MARCH, "not-an-answer", "02/03/2024", ANSWERS),
}


@pytest.mark.parametrize(
    ("cell", "value", "code", "found", "expected"), BAD_VALUES.values(), ids=BAD_VALUES.keys()
)
def test_a_wrong_value_is_one_blocking_finding(
    plan: Plan,
    reader: SubmissionReader,
    cell: str,
    value: object,
    code: str,
    found: str,
    expected: str,
) -> None:
    """It says in which cell, what stands there and what was expected; nothing is guessed."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {cell: value}))
    blocking = [f for f in checked.findings if f.severity is Severity.BLOCKING]
    name = next(name for name, place in CELLS.items() if place == cell)
    assert blocking == [Finding(code, Severity.BLOCKING, FORM, cell, name, found, expected)]
    assert checked.verdict is Verdict.BLOCKING
    assert not checked.acceptable
    if code != "part-exceeds-whole":
        assert panel(checked)[PAPER, 2024, FINAL, name] is None


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_errors_in_cells_are_no_blanks(
    plan: Plan, reader: SubmissionReader, office: Office, ending: str
) -> None:
    """#DIV/0! as computed by a real program blocks at its cell; a computed number is a number."""
    formulas = {"E14": "=NA()", "E20": "=1/0", "E21": "=30+30", "E23": '=""'}
    content = office.convert(edit(filled_form(plan), formulas), ending)
    checked = reader.read(f"x.{ending}", content)
    assert [(f.code, f.cell, f.found) for f in checked.findings] == [
        ("cell-error", "E14", "#N/A"),
        ("cell-error", "E20", "#DIV/0!"),
        ("no-answer", "E23", ""),
    ]
    assert panel(checked)[PAPER, 2024, FINAL, "staff_count"] == 60


@pytest.mark.parametrize(
    "number_format", ['0.00" tỷ"', '#,##0.0" tỷ đồng"', "#,##0,", "0,,", '#,##0" đồng"']
)
def test_a_number_format_of_another_unit_is_asked_about(
    plan: Plan, reader: SubmissionReader, number_format: str
) -> None:
    """0.95 that its format shows as "0,95 tỷ" is neither 0.95 nor 950 million: asked."""

    def change(book: Any) -> None:
        book[FORM]["E20"], book[FORM]["E20"].number_format = 0.95, number_format

    checked = reader.read("x.xlsx", changed(filled_form(plan), change))
    blocking = [f for f in checked.findings if f.severity is Severity.BLOCKING]
    assert [(f.code, f.cell) for f in blocking] == [("scaled-number", "E20")]


@pytest.mark.parametrize("number_format", ["#,##0", '#,##0.00" triệu đồng"', '0" người"', "[Red]0"])
def test_a_number_format_of_the_same_unit_is_taken(
    plan: Plan, reader: SubmissionReader, number_format: str
) -> None:
    """Thousands separated and the unit that is asked for change nothing."""

    def change(book: Any) -> None:
        book[FORM]["E20"].number_format = number_format

    assert reader.read("x.xlsx", changed(filled_form(plan), change)).findings == ()


def test_a_value_merged_over_two_questions_is_asked_about(
    plan: Plan, reader: SubmissionReader
) -> None:
    """One number cannot answer two questions, though the file shows it beside both."""
    content = changed(filled_form(plan), lambda book: book[FORM].merge_cells("E21:E22"))
    checked = reader.read("x.xlsx", content)
    assert [(f.code, f.field) for f in checked.findings if f.severity is Severity.BLOCKING] == [
        ("merged-value", "trained_count")
    ]


def test_hidden_rows_and_columns_are_said(plan: Plan, reader: SubmissionReader) -> None:
    """A value in a hidden row is read, with a remark at its cell."""

    def hide(book: Any) -> None:
        book[FORM].row_dimensions[20].hidden = True

    checked = reader.read("x.xlsx", changed(filled_form(plan), hide))
    finding = only(checked)
    assert (finding.code, finding.cell, finding.severity) == ("hidden-cell", "E20", Severity.REMARK)
    assert panel(checked)[PAPER, 2024, FINAL, "revenue_million_vnd"] == 13260.5


@pytest.mark.parametrize(("cell", "field"), [("C7", "agency"), ("C9", "year"), ("C10", "phase")])
def test_an_uncomputed_formula_says_so_wherever_it_stands(
    plan: Plan, reader: SubmissionReader, cell: str, field: str
) -> None:
    """Whose report it is may come from a formula, too; without its result that is what is wrong."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {cell: "=A1"}))
    assert ("formula-without-value", cell) in {(f.code, f.cell) for f in checked.findings}, field
    assert not checked.acceptable


def test_errors_on_further_sheets_block_too(
    plan: Plan, reader: SubmissionReader, office: Office
) -> None:
    """No sheet of the form takes an error for a blank."""
    content = filled_form(plan, **EVERYTHING)
    for sheet, cell in ((TASKS, "D5"), (TASKS, "E5"), (SPENDING, "C5"), (TEXTS, "C5")):
        content = edit(content, {cell: "=1/0"}, sheet)
    checked = reader.read("x.xlsx", office.convert(content, "xlsx"))
    assert [(f.code, f.sheet, f.cell) for f in checked.findings] == [
        ("cell-error", TASKS, "D5"),
        ("cell-error", TASKS, "E5"),
        ("cell-error", SPENDING, "C5"),
        ("cell-error", TEXTS, "C5"),
    ]


def test_a_formula_without_its_result_is_refused(plan: Plan, reader: SubmissionReader) -> None:
    """A program that wrote a formula and never computed it has reported nothing."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {"E21": "=30+30"}))
    assert only(checked) == Finding(
        "formula-without-value", Severity.BLOCKING, FORM, "E21", "staff_count", "=30+30"
    )


def test_spending_and_scores_are_checked_like_figures(plan: Plan, reader: SubmissionReader) -> None:
    """A text for an amount, a score above its maximum and a wrong sum are found."""
    content = edit(filled_form(plan, **EVERYTHING), {"C5": "nhiều"}, SPENDING)
    content = edit(content, {"D5": 18.5, "D10": 80, "D11": "Giỏi", "D12": None}, MATURITY)
    content = edit(content, {"D5": "đang làm"}, TASKS)
    checked = reader.read("x.xlsx", content)
    assert [(f.code, f.sheet, f.cell, f.found, f.expected) for f in checked.findings] == [
        (
            "not-a-state",
            TASKS,
            "D5",
            "đang làm",
            "Chưa triển khai / Đang triển khai / Hoàn thành / Không áp dụng",
        ),
        ("not-a-number", SPENDING, "C5", "nhiều", "triệu đồng"),
        ("number-too-large", MATURITY, "D5", "18,5", "0 – 18 (điểm)"),
        ("not-a-state", MATURITY, "D11", "Giỏi", "Yếu / Trung bình / Khá / Tốt / Xuất sắc"),
        ("no-answer", MATURITY, "D12", "", ""),
    ]


def test_a_stated_total_is_only_a_check(plan: Plan, reader: SubmissionReader) -> None:
    """A total that is not the sum of its parts is remarked on and kept as stated."""
    checked = reader.read("x.xlsx", filled_form(plan, **(EVERYTHING | {"maturity_total": 80.0})))
    finding = only(checked)
    assert (finding.code, finding.severity) == ("total-differs", Severity.REMARK)
    assert (finding.sheet, finding.cell) == (MATURITY, "D10")
    assert (finding.found, finding.expected) == ("80", "75,5")
    assert panel(checked)[PAPER, 2024, FINAL, "maturity_total"] == 80


# --- whose report it is -----------------------------------------------------------------------


NAMES = "Báo Thái Bình; Đài Phát thanh và Truyền hình Thái Bình; Tạp chí Văn nghệ Thái Bình"
IDS = "bao-thai-binh, dai-ptth-thai-binh, tc-van-nghe-thai-binh"
SPAN, PHASES = "2023 – 2030", "Ước thực hiện / Chính thức"
OLD_TITLE = "BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ BÁO CHÍ NĂM 2023"
RADIO = "Đài Tiếng nói Việt Nam"
NEW_YEAR = dt.date(2024, 1, 1)
WRONG_IDENTITIES: dict[str, tuple[dict[str, object], str, str, str, str]] = {
    # what is wrong: cells, code, cell, found, expected
    "year outside the plan": ({"C9": 2022}, "wrong-year", "C9", "2022", SPAN),
    "year a date": ({"C9": NEW_YEAR}, "wrong-year", "C9", "01/01/2024", SPAN),
    "two years": ({"C9": "2023-2024"}, "wrong-year", "C9", "2023-2024", SPAN),
    "half a year": ({"C9": 2024.5}, "wrong-year", "C9", "2024,5", SPAN),
    "year a formula": ({"C9": "='2024'!A1"}, "formula-without-value", "C9", "='2024'!A1", ""),
    "year missing": ({"C9": None}, "missing-year", "C9", "", SPAN),
    "year and its label missing": ({"B9": None, "C9": None}, "missing-year", "", "", SPAN),
    "title of another year": ({"A4": OLD_TITLE}, "year-mismatch", "A4", OLD_TITLE, "2024"),
    "title without diacritics": ({"A4": "BAO CAO NAM 2023"}, "year-mismatch", "A4", "BAO CAO NAM 2023", "2024"),
    "answers of another year": ({"E12": "Kết quả năm 2023"}, "year-mismatch", "E12", "Kết quả năm 2023", "2024"),
    "question of another year": ({"B20": "Doanh thu năm 2023"}, "year-mismatch", "B20", "Doanh thu năm 2023", "2024"),
    "two columns of this year": ({"F12": "Kết quả năm 2024"}, "repeated-column", "F12", "Kết quả năm 2024", "E12"),
    "phase missing": ({"C10": None}, "missing-phase", "C10", "", PHASES),
    "phase unknown": ({"C10": "nháp"}, "wrong-phase", "C10", "nháp", PHASES),
    "agency missing": ({"C7": None, "C8": None}, "missing-agency", "C7", "", NAMES),
    "unknown agency": ({"C7": RADIO, "C8": None}, "unknown-agency", "C7", RADIO, NAMES),
    "nearly an agency": ({"C7": "Báo Thai Bnh", "C8": None}, "agency-near", "C7", "Báo Thai Bnh", "Báo Thái Bình"),
    "unknown agency id": ({"C8": "bao-x"}, "unknown-agency", "C8", "bao-x", IDS),
    "agency id of another": ({"C8": MAGAZINE}, "agency-mismatch", "C8", MAGAZINE, PAPER),
    "unit of the amounts": ({"C20": "tỷ đồng"}, "wrong-unit", "C20", "tỷ đồng", MONEY),
    "unit above the table": ({"A6": "Đơn vị tính: Nghìn đồng"}, "wrong-unit", "A6", "Nghìn đồng", MONEY),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "code", "cell", "found", "expected"),
    WRONG_IDENTITIES.values(),
    ids=WRONG_IDENTITIES.keys(),
)
def test_a_report_of_unclear_origin_is_refused(
    plan: Plan,
    reader: SubmissionReader,
    cells: dict[str, object],
    code: str,
    cell: str,
    found: str,
    expected: str,
) -> None:
    """Year, phase and agency are stated, agree with each other and with the plan."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), cells))
    finding = only(checked)
    assert (finding.code, finding.sheet, finding.cell) == (code, FORM, cell)
    assert (finding.found, finding.expected) == (found, expected)
    assert checked.verdict is Verdict.BLOCKING


def test_an_agency_that_no_longer_exists_is_named(plan: Plan, reader: SubmissionReader) -> None:
    """The station merged on 17/3/2025: a report of it for 2025 names the agencies of that year."""
    content = edit(filled_form(plan, STATION, 2024), {"C9": 2025, "C8": None})
    content = edit(content, {"A4": "BÁO CÁO NĂM 2025", "E12": "Kết quả", "B20": "Doanh thu"})
    finding = reader.read("x.xlsx", content).findings[0]
    assert (finding.code, finding.cell) == ("agency-not-in-force", "C7")
    assert finding.found == "Đài Phát thanh và Truyền hình Thái Bình"
    assert finding.expected == "Báo Thái Bình; Tạp chí Văn nghệ Thái Bình"


def test_the_same_name_is_another_agency_after_the_merger(
    plan: Plan, reader: SubmissionReader
) -> None:
    """ "Báo Thái Bình" is the merged agency from 2025 on; the old id is refused there."""
    content = filled_form(plan, MERGED, 2025)
    named = reader.read("x.xlsx", changed(content, without_id))
    assert {f.agency for f in named.fields} == {MERGED}
    finding = only(reader.read("x.xlsx", edit(content, {"C8": PAPER})))
    assert (finding.code, finding.cell, finding.found) == ("agency-not-in-force", "C8", PAPER)
    assert finding.expected == f"{MERGED}, {MAGAZINE}"


def test_faults_are_reported_all_at_once(plan: Plan, reader: SubmissionReader) -> None:
    """One reading names everything that is wrong, even when whose report it is stays unknown."""
    cells = {"C9": None, "C8": None, "C7": "Báo X", "C10": "?", "E14": "có lẽ", "E20": -1, "E23": 9}
    checked = reader.read("x.xlsx", edit(filled_form(plan), cells))
    assert [(f.code, f.cell) for f in checked.findings] == [
        ("missing-year", "C9"),
        ("wrong-phase", "C10"),
        ("unknown-agency", "C7"),
        ("not-an-answer", "E14"),
        ("negative-number", "E20"),
        ("number-too-large", "E23"),
    ]
    assert checked.fields == ()


# --- sheets and rows --------------------------------------------------------------------------


def test_last_years_sheet_left_in_the_file_is_refused(plan: Plan, reader: SubmissionReader) -> None:
    """With two yearly forms in one file nobody can say which one counts."""
    checked = reader.read("x.xlsx", changed(filled_form(plan), copy_last_year("visible")))
    assert only(checked) == Finding(
        "several-forms", Severity.BLOCKING, "2023", found="Chỉ tiêu, 2023"
    )
    assert checked.fields == ()


def copy_last_year(state: str) -> Edit:
    def change(book: Any) -> None:
        copy = book.copy_worksheet(book[FORM])
        copy.title, copy.sheet_state, copy["C9"] = "2023", state, 2023

    return change


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_said_and_not_read(
    plan: Plan, reader: SubmissionReader, state: str
) -> None:
    """Last year's sheet, hidden, changes nothing, and the sender learns that it was not read."""
    checked = reader.read("x.xlsx", changed(filled_form(plan), copy_last_year(state)))
    assert only(checked) == Finding("hidden-sheet", Severity.REMARK, found="2023")
    assert {f.year for f in checked.fields} == {2024}


def test_a_further_sheet_of_another_year_is_refused(plan: Plan, reader: SubmissionReader) -> None:
    """Tasks copied from last year's file show themselves by their title."""
    title = "Kết quả thực hiện nhiệm vụ năm 2023"
    finding = only(reader.read("x.xlsx", edit(filled_form(plan), {"A1": title}, TASKS)))
    assert (finding.code, finding.sheet, finding.cell) == ("year-mismatch", TASKS, "A1")
    assert (finding.found, finding.expected) == (title, "2024")


def test_a_missing_further_sheet_is_only_a_remark(plan: Plan, reader: SubmissionReader) -> None:
    """Tasks, spending, maturity and texts may be left out."""
    content = changed(filled_form(plan, **EVERYTHING), lambda book: book.remove(book[MATURITY]))
    checked = reader.read("x.xlsx", content)
    finding = only(checked)
    assert (finding.code, finding.severity) == ("missing-optional-sheet", Severity.REMARK)
    assert finding.expected == MATURITY
    assert not any(f.field.startswith("maturity") for f in checked.fields)
    assert len(checked.fields) == len(EVERYTHING) - 9


def test_a_missing_first_sheet_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """A file without the form's first sheet is no report; its sheets are named."""
    checked = reader.read(
        "x.xlsx", changed(filled_form(plan), lambda book: book.remove(book[FORM]))
    )
    finding = only(checked)
    assert (finding.code, finding.severity) == ("missing-sheet", Severity.BLOCKING)
    assert finding.found == f"{TASKS}, {SPENDING}, {MATURITY}, {TEXTS}, Hướng dẫn"
    assert finding.expected == FORM


def delete_row(row: int, sheet: str = FORM) -> Edit:
    def change(book: Any) -> None:
        unmerged(book)
        book[sheet].delete_rows(row)

    return change


def test_a_missing_question_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """A deleted row is named by its question."""
    finding = only(reader.read("x.xlsx", changed(filled_form(plan), delete_row(20))))
    assert (finding.code, finding.sheet) == ("missing-question", FORM)
    assert (finding.field, finding.expected) == ("revenue_million_vnd", "Doanh thu năm …")


def test_a_deleted_row_of_a_further_sheet_is_remarked_on(
    plan: Plan, reader: SubmissionReader
) -> None:
    """A task that is no longer listed counts as not reported, and that is said."""
    checked = reader.read("x.xlsx", changed(filled_form(plan), delete_row(5, TASKS)))
    finding = only(checked)
    assert (finding.code, finding.severity) == ("missing-question", Severity.REMARK)
    assert (finding.sheet, finding.field) == (TASKS, "task_01")


def test_a_repeated_question_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """Of two rows with one question neither is preferred; both places are named."""
    cells = {"B24": "Tổng số người của cơ quan", "E24": 61}
    finding = only(reader.read("x.xlsx", edit(filled_form(plan), cells)))
    assert (finding.code, finding.cell) == ("repeated-question", "E24")
    assert (finding.found, finding.expected) == ("Tổng số người của cơ quan", "E21")


def test_a_repeated_task_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """A task listed twice is not stored twice."""
    label = plan.form.tasks.item[0].label.vi
    content = edit(filled_form(plan, **EVERYTHING), {"C16": label, "D16": "Hoàn thành"}, TASKS)
    checked = reader.read("x.xlsx", content)
    finding = only(checked)
    assert (finding.code, finding.sheet, finding.cell) == ("repeated-question", TASKS, "D16")
    assert finding.expected == "D5"
    assert len(panel(checked)) == len(EVERYTHING)


def test_a_row_of_ones_own_is_said_not_to_be_read(plan: Plan, reader: SubmissionReader) -> None:
    """An added row with a value is named, so that nothing is lost unnoticed."""
    checked = reader.read("x.xlsx", edit(filled_form(plan), {"B24": "Số độc giả", "E24": 5000}))
    assert only(checked) == Finding(
        "unknown-question", Severity.REMARK, FORM, "E24", found="Số độc giả"
    )
    checked = reader.read(
        "x.xlsx", edit(filled_form(plan), {"C16": "Việc khác", "D16": "x"}, TASKS)
    )
    assert only(checked) == Finding(
        "unknown-question", Severity.REMARK, TASKS, "D16", found="Việc khác"
    )


def test_a_missing_column_of_a_further_sheet_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """Without its head a column of answers is not guessed."""
    finding = only(reader.read("x.xlsx", edit(filled_form(plan), {"D4": "Ghi gì đó"}, TASKS)))
    assert (finding.code, finding.sheet, finding.expected) == (
        "missing-column",
        TASKS,
        "Tình trạng",
    )


# --- the consolidated table -------------------------------------------------------------------


HEADS: dict[str, str] = {
    "STT": "",
    "Cơ quan báo chí": "agency",
    "Năm": "year",
    "Đưa nội dung lên nền tảng số": "on_digital_platforms",
    "Sử dụng nền tảng phân tích dữ liệu": "uses_data_analytics",
    "Ứng dụng trí tuệ nhân tạo": "uses_ai",
    "Tòa soạn hội tụ": "converged_newsroom",
    "Thực hiện chuyển đổi số": "digital_transformation",
    "Doanh thu năm 2022 (triệu đồng)": "revenue_2022_million_vnd",
    "Doanh thu năm báo cáo (triệu đồng)": "revenue_million_vnd",
    "Tổng số người": "staff_count",
    "Số người được đào tạo": "trained_count",
    "Cấp độ an toàn thông tin": "security_level",
    "Loại số liệu": "phase",
    "Ghi chú": "",
}
REPORTS: list[tuple[str, int, Phase, tuple[Any, ...]]] = [
    (PAPER, 2023, FINAL, (YES, NO, NO, NO, YES, 12000.0, 12360.0, 62.0, 30.0, 3.0)),
    (PAPER, 2024, ESTIMATE, (YES, YES, YES, NO, YES, 12000.0, 13260.5, 60.0, 44.0, 3.0)),
    (STATION, 2023, FINAL, (YES, NO, NO, YES, YES, 21500.0, 21930.0, 118.0, 47.0, 2.0)),
    (STATION, 2024, ESTIMATE, (YES, YES, None, YES, YES, 21500.0, 23641.4, 116.0, 81.0, 2.0)),
    (MAGAZINE, 2023, FINAL, (NO, NO, NO, NA, NO, 850.0, 842.5, 11.0, 2.0, None)),
    (MAGAZINE, 2024, ESTIMATE, (NO, NO, NO, NA, YES, 850.0, None, 11.0, 5.0, None)),
]
HEAD_ROW = 4
FIRST_ROW = 6  # below the head and the numbering row


def rows_of(plan: Plan) -> list[dict[str, object]]:
    """REPORTS as rows of the consolidated table."""
    rows = []
    for agency, year, phase, values in REPORTS:
        answers = zip(CELLS, values, strict=True)
        shown = {k: plan.form.answer_label(v) if isinstance(v, Answer) else v for k, v in answers}
        name = plan.agency(agency).name_vi
        rows.append({"agency": name, "year": year, "phase": plan.form.phase_label(phase)} | shown)
    return rows


def consolidated(
    rows: Sequence[Mapping[str, object]], heads: Mapping[str, str] = HEADS, title: str = "Tổng hợp"
) -> bytes:
    """A table as departments make it: titles, heads, a numbering row, rows, totals, signatures.

    An agency's name is merged over its rows.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    last = len(heads)
    sheet.cell(1, 1, "UBND TỈNH THÁI BÌNH")
    sheet.cell(2, 1, "TỔNG HỢP BÁO CÁO CHUYỂN ĐỔI SỐ BÁO CHÍ")
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=last)
    sheet.cell(3, last, "ĐVT: triệu đồng")
    for column, head in enumerate(heads, start=1):
        sheet.cell(HEAD_ROW, column, head)
        sheet.cell(HEAD_ROW + 1, column, f"({column})")
    for row, record in enumerate(rows, start=FIRST_ROW):
        for column, name in enumerate(heads.values(), start=1):
            sheet.cell(row, column, record.get(name) if name else None)
        sheet.cell(row, 1 + list(heads).index("STT"), row - FIRST_ROW + 1)
    names = [record.get("agency") for record in rows]
    place = 1 + list(heads.values()).index("agency")
    for agency in dict.fromkeys(names):
        first = FIRST_ROW + names.index(agency)
        if agency and names.count(agency) > 1:
            end = first + names.count(agency) - 1
            sheet.merge_cells(start_row=first, end_row=end, start_column=place, end_column=place)
    total = FIRST_ROW + len(rows)
    sheet.cell(total, place, "Tổng cộng")
    for column, name in enumerate(heads.values(), start=1):
        if name in ("revenue_million_vnd", "staff_count"):
            numbers = [record.get(name) for record in rows]
            sheet.cell(total, column, sum(n for n in numbers if isinstance(n, int | float)))
    sheet.cell(total + 2, 2, "NGƯỜI LẬP BIỂU")
    sheet.cell(total + 2, last - 3, "Thái Bình, ngày … tháng … năm 2024")
    sheet.cell(total + 3, last - 3, "GIÁM ĐỐC")
    return saved(book)


def test_the_table_is_the_same_panel_as_the_forms(plan: Plan, reader: SubmissionReader) -> None:
    """Several years below each other, merged names, totals and signatures: the same values."""
    checked = reader.read("x.xlsx", consolidated(rows_of(plan)))
    by_form: Panel = {}
    for agency, year, phase, values in REPORTS:
        form = filled_form(plan, agency, year, phase, **dict(zip(CELLS, values, strict=True)))
        by_form |= panel(reader.read("x.xlsx", form))
    assert panel(checked) == by_form
    assert [(f.code, f.cell) for f in checked.findings] == [
        ("no-answer", "F9"),
        ("no-answer", "J11"),
    ]
    assert checked.acceptable


def test_every_value_of_the_table_has_its_cell(plan: Plan, reader: SubmissionReader) -> None:
    """A value is reported with the sheet and cell it stands in."""
    checked = reader.read("x.xlsx", consolidated(rows_of(plan)))
    cells = {(f.agency, f.year, f.field): (f.sheet, f.cell) for f in checked.fields}
    assert cells[PAPER, 2023, "on_digital_platforms"] == ("Tổng hợp", "D6")
    assert cells[MAGAZINE, 2024, "security_level"] == ("Tổng hợp", "M11")


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_columns_does_not_matter(
    plan: Plan, reader: SubmissionReader, seed: int
) -> None:
    """Columns are found by their heads, wherever they stand."""
    turned = [*list(HEADS)[seed * 4 :], *list(HEADS)[: seed * 4]]
    order = turned if seed % 2 else turned[::-1]
    content = consolidated(rows_of(plan), {head: HEADS[head] for head in order})
    assert panel(reader.read("x.xlsx", content)) == panel(
        reader.read("x.xlsx", consolidated(rows_of(plan)))
    )


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_libreoffice_writes_the_same_table(
    plan: Plan, reader: SubmissionReader, office: Office, ending: str
) -> None:
    """Names merged over several rows are found in each of LibreOffice's formats."""
    original = reader.read("x.xlsx", consolidated(rows_of(plan)))
    checked = reader.read(f"x.{ending}", office.convert(original.content, ending))
    assert checked.fields == original.fields
    assert checked.findings == original.findings


def test_heads_may_be_typed_and_merged_in_other_ways(plan: Plan, reader: SubmissionReader) -> None:
    """Heads without diacritics, merged over two rows and repeated below are still heads."""
    content = consolidated(rows_of(plan), {plain(head).upper(): f for head, f in HEADS.items()})

    def merge_heads(book: Any) -> None:
        sheet = book.active
        for column in range(1, len(HEADS) + 1):
            sheet.cell(HEAD_ROW + 1, column).value = None
            sheet.merge_cells(
                start_row=HEAD_ROW, end_row=HEAD_ROW + 1, start_column=column, end_column=column
            )

    checked = reader.read("x.xlsx", changed(content, merge_heads))
    assert codes(checked) == ["no-answer", "no-answer"]
    assert panel(checked) == panel(reader.read("x.xlsx", consolidated(rows_of(plan))))


def test_a_sheet_may_hold_a_table_for_each_year(plan: Plan, reader: SubmissionReader) -> None:
    """A second head begins a second table, whatever the order of its columns."""
    rows = sorted(rows_of(plan), key=lambda row: str(row["year"]))

    def append(book: Any) -> None:
        sheet, top = book.active, 30
        order = list(HEADS.items())[::-1]
        for column, (head, name) in enumerate(order, start=1):
            sheet.cell(top, column, head)
            for row, record in enumerate(rows[3:], start=top + 1):
                sheet.cell(row, column, record.get(name))

    checked = reader.read("x.xlsx", changed(consolidated(rows[:3]), append))
    assert panel(checked) == panel(reader.read("x.xlsx", consolidated(rows_of(plan))))
    assert checked.acceptable


def test_a_sheet_for_each_year_is_one_report(plan: Plan, reader: SubmissionReader) -> None:
    """Every visible sheet with the table's heads is read."""
    rows = rows_of(plan)

    def split(book: Any) -> None:
        second = load_workbook(io.BytesIO(consolidated(rows[3:]))).active
        sheet = book.create_sheet("2024")
        for row in second.iter_rows():
            for cell in row:
                if cell.value is not None:
                    sheet[cell.coordinate] = cell.value
        for merged in second.merged_cells.ranges:
            sheet.merge_cells(str(merged))

    checked = reader.read("x.xlsx", changed(consolidated(rows[:3]), split))
    assert panel(checked) == panel(reader.read("x.xlsx", consolidated(rows)))


def without(head: str) -> dict[str, str]:
    return {name: field for name, field in HEADS.items() if name != head}


@pytest.mark.parametrize(
    ("head", "field", "usual"),
    [
        ("Năm", "year", "Năm báo cáo"),
        ("Loại số liệu", "phase", "Loại số liệu"),
        ("Tòa soạn hội tụ", "converged_newsroom", "Tòa soạn hội tụ"),
    ],
)
def test_a_missing_column_blocks(
    plan: Plan, reader: SubmissionReader, head: str, field: str, usual: str
) -> None:
    """A table without one of its columns is refused by the column's usual name, nothing is read."""
    checked = reader.read("x.xlsx", consolidated(rows_of(plan), without(head)))
    finding = only(checked)
    assert (finding.code, finding.sheet) == ("missing-column", "Tổng hợp")
    assert (finding.field, finding.expected) == (field, usual)
    assert checked.fields == ()


def test_a_repeated_column_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """Of two columns with one meaning neither is preferred."""
    heads = HEADS | {"Ứng dụng AI": "uses_ai"}
    finding = reader.read("x.xlsx", consolidated(rows_of(plan), heads)).findings[0]
    assert (finding.code, finding.cell) == ("repeated-column", "P4")
    assert (finding.found, finding.expected) == ("Ứng dụng AI", "F4")


def test_an_unknown_column_is_said_not_to_be_read(plan: Plan, reader: SubmissionReader) -> None:
    """A column of the department's own does no harm, and is named."""
    checked = reader.read("x.xlsx", consolidated(rows_of(plan), HEADS | {"Số độc giả": "x"}))
    assert checked.findings[0] == Finding(
        "unknown-column", Severity.REMARK, "Tổng hợp", "P4", found="Số độc giả"
    )
    assert checked.acceptable


@pytest.mark.parametrize(
    "head", ["Doanh thu năm báo cáo (tỷ đồng)", "Doanh thu năm báo cáo (đồng)"]
)
def test_amounts_in_another_unit_are_refused(
    plan: Plan, reader: SubmissionReader, head: str
) -> None:
    """A unit is never guessed and never converted silently."""
    heads = {(head if name == "revenue_million_vnd" else old): name for old, name in HEADS.items()}
    finding = reader.read("x.xlsx", consolidated(rows_of(plan), heads)).findings[0]
    assert (finding.code, finding.cell, finding.expected) == ("wrong-unit", "J4", "triệu đồng")
    assert f"({finding.found})" in head


def test_the_same_agency_and_year_twice_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """The second row names the first."""
    rows = rows_of(plan)
    checked = reader.read("x.xlsx", consolidated([*rows[:2], rows[1]]))
    finding = only(checked)
    assert (finding.code, finding.cell, finding.expected) == ("repeated-row", "C8", "C7")
    assert finding.found == "Báo Thái Bình, 2024"
    assert len(panel(checked)) == 20


def test_the_same_report_on_two_sheets_blocks(plan: Plan, reader: SubmissionReader) -> None:
    """A form beside a table that holds the same report says where the first one stands."""

    def add_table(book: Any) -> None:
        sheet = book.create_sheet("Tổng hợp")
        table = load_workbook(io.BytesIO(consolidated(rows_of(plan)[:2]))).active
        for row in table.iter_rows():
            for cell in row:
                if cell.value is not None:
                    sheet[cell.coordinate] = cell.value
        sheet["B7"] = sheet["B6"].value

    content = changed(filled_form(plan, year=2024, phase=ESTIMATE), add_table)
    finding = only(reader.read("x.xlsx", content))
    assert (finding.code, finding.sheet, finding.cell) == ("repeated-row", FORM, "C9")
    assert finding.expected == "Tổng hợp!C7"


def test_an_estimate_and_a_final_row_may_stand_together(
    plan: Plan, reader: SubmissionReader
) -> None:
    """They are two reports of one agency and year."""
    rows = rows_of(plan)[:1]
    checked = reader.read("x.xlsx", consolidated([*rows, rows[0] | {"phase": "Ước thực hiện"}]))
    assert checked.findings == ()
    assert {f.phase for f in checked.fields} == {ESTIMATE, FINAL}


def test_an_unknown_agency_is_named_with_its_cell(plan: Plan, reader: SubmissionReader) -> None:
    """Row 7 holds an agency that nobody knows."""
    rows = rows_of(plan)
    rows[1]["agency"] = "Đài Truyền thanh huyện"
    finding = only(reader.read("x.xlsx", consolidated(rows[:2])))
    assert (finding.code, finding.cell) == ("unknown-agency", "B7")
    assert (finding.found, finding.expected) == ("Đài Truyền thanh huyện", NAMES)


def test_several_faults_of_a_table_are_reported_at_once(
    plan: Plan, reader: SubmissionReader
) -> None:
    """One reading finds the faults of every row and every cell."""
    rows = rows_of(plan)
    rows[0] |= {"year": 2031, "uses_ai": "hơi hơi"}
    rows[2] |= {"phase": None, "staff_count": 3.5}
    rows[4] |= {"agency": "Báo Thai Bnh", "revenue_million_vnd": "1,500"}
    rows[5] |= {"agency": None, "trained_count": 12}
    checked = reader.read("x.xlsx", consolidated(rows))
    blocking = [f for f in checked.findings if f.severity is Severity.BLOCKING]
    assert [(f.code, f.cell) for f in blocking] == [
        ("wrong-year", "C6"),
        ("not-an-answer", "F6"),
        ("missing-phase", "N8"),
        ("not-whole", "K8"),
        ("agency-near", "B10"),
        ("ambiguous-number", "J10"),
        ("missing-agency", "B11"),
        ("part-exceeds-whole", "L11"),
    ]
    assert {(f.agency, f.year) for f in checked.fields} == {(PAPER, 2024), (STATION, 2024)}


def test_a_row_prepared_and_left_empty_is_no_report(plan: Plan, reader: SubmissionReader) -> None:
    """An agency and a year without any figure or phase were written down in advance."""
    rows = [*rows_of(plan)[:1], {"agency": "Báo TB", "year": 2025}]
    assert {f.year for f in reader.read("x.xlsx", consolidated(rows)).fields} == {2023}


def test_a_row_with_a_phase_and_no_figures_is_a_report_of_blanks(
    plan: Plan, reader: SubmissionReader
) -> None:
    """It is kept as blanks, with remarks, and never as "no" or 0."""
    rows = [{"agency": "Báo TB", "year": 2024, "phase": "Ước"}]
    checked = reader.read("x.xlsx", consolidated(rows))
    assert set(panel(checked).values()) == {None}
    assert codes(checked) == ["no-answer"] * len(CELLS)


def test_a_row_that_does_not_say_whose_it_is_is_not_passed_over(
    plan: Plan, reader: SubmissionReader
) -> None:
    """Figures without agency and year are a report that lacks its name, not a note."""
    first, second, *_ = rows_of(plan)
    checked = reader.read("x.xlsx", consolidated([first, second | {"agency": "", "year": None}]))
    assert {"missing-agency", "missing-year"} <= set(codes(checked))
    typed = {"revenue_million_vnd": "12 tỷ", "staff_count": "30 người", "year": None, "phase": None}
    checked = reader.read("x.xlsx", consolidated([first, second | typed | {"agency": "Báo X"}]))
    assert "missing-year" in codes(checked)


def test_findings_are_bounded(plan: Plan, reader: SubmissionReader) -> None:
    """A table of thousands of faulty rows gives so many findings, and one that says there are more."""
    row = rows_of(plan)[0] | {"year": "2o24"}
    rows = [row | {"agency": f"Không có {number}"} for number in range(2600)]
    checked = reader.read("x.xlsx", consolidated(rows))
    assert len(checked.findings) == MOST_FINDINGS + 1
    assert checked.findings[-1].code == "too-many-findings"


def test_a_total_is_only_a_check(plan: Plan, reader: SubmissionReader) -> None:
    """A total that the rows do not give is remarked on; no total is ever a report."""
    content = consolidated(rows_of(plan)[:2])
    checked = reader.read("x.xlsx", edit(content, {"K8": 130}, "Tổng hợp"))
    finding = only(checked)
    assert (finding.code, finding.severity, finding.cell) == (
        "total-differs",
        Severity.REMARK,
        "K8",
    )
    assert (finding.field, finding.found, finding.expected) == ("staff_count", "130", "122")


# --- files that are no workbooks, or hostile ones ---------------------------------------------


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


NO_WORKBOOKS: dict[str, tuple[bytes, str]] = {
    # what it is: bytes, found
    "text": ("Báo cáo năm 2024".encode(), ".txt"),
    "UTF-16 text": ("Năm".encode("utf-16"), "?"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), ".png"),
    "PDF": (b"%PDF-1.7\n", ".pdf"),
    "HTML": (b"<html><table><tr><td>1</td></tr></table></html>", ".html"),
    "HTML with a declaration": (b"\xef\xbb\xbf\n<!DOCTYPE html><html></html>", ".html"),
    "XML spreadsheet": (b'<?xml version="1.0"?><Workbook/>', ".xml"),
    "zip of something else": (zip_of({"readme.txt": b"x"}), ".zip"),
    "binary workbook": (zip_of({"xl/workbook.bin": b"x"}), ".xlsb"),
    "zeros": (bytes(100), "?"),
    "an old Office file that is no workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        ".xls",
    ),
}


@pytest.mark.parametrize(("content", "found"), NO_WORKBOOKS.values(), ids=NO_WORKBOOKS.keys())
def test_what_is_no_workbook_is_unreadable(
    reader: SubmissionReader, content: bytes, found: str
) -> None:
    """Judged by content, not by name; the finding says what the file seems to be."""
    checked = reader.read("bao-cao.xlsx", content)
    assert only(checked) == Finding("not-a-workbook", Severity.UNREADABLE, found=found)
    assert checked.verdict is Verdict.UNREADABLE


def test_an_empty_file_is_unreadable(reader: SubmissionReader) -> None:
    """No bytes are no workbook."""
    checked = reader.read("x.xlsx", b"")
    assert only(checked) == Finding("empty-file", Severity.UNREADABLE)
    assert checked.verdict is Verdict.UNREADABLE


@pytest.mark.parametrize("part", [0.01, 0.3, 0.7, 0.99])
def test_a_truncated_workbook_is_unreadable(
    plan: Plan, reader: SubmissionReader, part: float
) -> None:
    """A file that broke off on its way is refused, wherever it broke off."""
    content = filled_form(plan)
    checked = reader.read("x.xlsx", content[: int(len(content) * part)])
    assert codes(checked) == ["not-a-workbook"]
    assert checked.verdict is Verdict.UNREADABLE


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_a_password_is_named(
    plan: Plan, reader: SubmissionReader, office: Office, ending: str
) -> None:
    """A workbook that LibreOffice has locked is not called broken: the password is the reason."""
    checked = reader.read(f"x.{ending}", office.lock(filled_form(plan), ending))
    assert only(checked) == Finding("password-protected", Severity.UNREADABLE)


def tampered(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts rewritten."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(parts | {part: change(parts[part])})


def stray(address: str) -> Edit:
    def change(book: Any) -> None:
        book[SPENDING][address] = 1

    return change


def rewritten(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        assert old in part
        return part.replace(old, new)

    return change


SHEET3 = "xl/worksheets/sheet3.xml"


def test_a_sheet_of_billions_of_cells_is_refused(plan: Plan, reader: SubmissionReader) -> None:
    """A stray value in the last cell would otherwise end the whole process."""
    checked = reader.read("x.xlsx", changed(filled_form(plan), stray("XFD1048576")))
    assert only(checked) == Finding(
        "sheet-too-large", Severity.UNREADABLE, SPENDING, found="1048576 × 16384"
    )


@pytest.mark.parametrize(
    "writing",
    [
        rewritten(b'<c r="XFD1048576"', b"<c r='XFD1048576'"),
        rewritten(b'<c r="XFD1048576"', b'<c s="1" r="XFD1048576"'),
        rewritten(b'<c r="XFD1048576"', b'<c\n r="XFD1048576"'),
        lambda part: part.decode().encode("utf-16"),
    ],
)
def test_unusual_writing_does_not_hide_a_huge_sheet(
    plan: Plan, reader: SubmissionReader, writing: Callable[[bytes], bytes]
) -> None:
    """The area is found however the XML is written."""
    content = changed(filled_form(plan), stray("XFD1048576"))
    checked = reader.read("x.xlsx", tampered(content, SHEET3, writing))
    assert codes(checked) == ["sheet-too-large"]


def test_a_stray_cell_far_below_does_no_harm(plan: Plan, reader: SubmissionReader) -> None:
    """A forgotten blank-looking cell in row 20000 is read past."""

    def forget(book: Any) -> None:
        book[SPENDING]["H20000"] = " "

    content = changed(filled_form(plan, **EVERYTHING), forget)
    assert reader.read("x.xlsx", content).findings == ()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'


def ods_of(table: str) -> bytes:
    """A minimal .ods file around one table's rows."""
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="T">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zip_of({"mimetype": kind, "content.xml": content.encode()})


def test_hostile_files_are_refused(plan: Plan, reader: SubmissionReader) -> None:
    """Entity bombs, zip bombs and repeated cells end in a finding, not in an exhausted server."""
    form = filled_form(plan)
    bomb = zip_of({"xl/workbook.xml": bytes(MOST_BYTES + 1)})
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float"/>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    hostile = {
        "entities": (tampered(form, SHEET3, rewritten(b"<worksheet", ENTITIES)), "not-a-workbook"),
        "zip bomb": (bomb, "not-a-workbook"),
        "repeated cells": (ods_of(row), "sheet-too-large"),
        "no rows": (tampered(form, SHEET3, lambda _: b"<x"), "not-a-workbook"),
        "bad address": (
            tampered(form, SHEET3, rewritten(b'<c r="A1"', b"<c r='A'")),
            "not-a-workbook",
        ),
    }
    found = {name: codes(reader.read("x.xlsx", content)) for name, (content, _) in hostile.items()}
    assert found == {name: [code] for name, (_, code) in hostile.items()}


@pytest.mark.parametrize("number", [1e10, -1e300])
def test_a_time_beyond_all_limits_is_refused(
    plan: Plan, reader: SubmissionReader, number: float
) -> None:
    """A number formatted as hours that no clock knows does not break the reader."""

    def change(book: Any) -> None:
        book[FORM]["E20"] = number
        book[FORM]["E20"].number_format = "[h]:mm"

    checked = reader.read("x.xlsx", changed(filled_form(plan), change))
    assert codes(checked) == ["not-a-workbook"]


# --- whatever is typed ------------------------------------------------------------------------


def lines(minimum: int = 1) -> st.SearchStrategy[str]:
    """Texts as they are kept: clean lines, none of them empty."""
    letters = st.characters(exclude_categories=("C", "Z"), exclude_characters="_#")
    words = st.text(st.one_of(letters, st.sampled_from("đặốứ ")), max_size=20)
    cleaned = words.map(clean).filter(bool)
    return st.lists(cleaned, min_size=minimum, max_size=3).map("\n".join)


AMOUNTS = st.none() | st.floats(0, 1e9).map(lambda amount: round(amount, 3))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "answer": st.none() | st.sampled_from(Answer),
    "amount": AMOUNTS,
    "level": st.none() | st.integers(0, 5).map(float),
}


@st.composite
def answer_sheets(draw: st.DrawFn, plan: Plan) -> dict[str, Value]:
    """Any complete set of valid answers."""
    form = plan.form
    answers: dict[str, Value] = {
        question.name: draw(KINDS[question.kind])
        for question in form.field
        if question.kind in KINDS
    }
    staff = draw(st.integers(0, 10_000))
    answers |= {"staff_count": float(staff)}
    answers |= {"trained_count": draw(st.none() | st.integers(0, staff).map(float))}
    for item in form.tasks.item:
        answers[item.code] = draw(st.none() | st.sampled_from([s.code for s in form.tasks.states]))
    answers["task_03_result"] = draw(st.none() | lines())
    for item in form.spending.item:
        answers[item.code] = draw(AMOUNTS)
    for item in form.maturity.pillar:
        answers[item.code] = draw(
            st.none() | st.integers(0, 10 * (item.max or 0)).map(lambda tenths: tenths / 10)
        )
    answers["maturity_version"] = draw(st.sampled_from(form.maturity.versions))
    answers["difficulties"] = draw(st.none() | lines())
    return answers


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_valid_answers_survive(
    plan: Plan, reader: SubmissionReader, data: st.DataObject
) -> None:
    """Whatever an agency may answer comes back exactly, and is accepted."""
    answers = data.draw(answer_sheets(plan))
    year = data.draw(st.sampled_from(plan.all_years))
    agency = data.draw(st.sampled_from(plan.agencies_in(year)))
    phase = data.draw(st.sampled_from(Phase))
    content = write_form(plan, agency, year, phase=phase, answers=answers)
    checked = reader.read("x.xlsx", content)
    assert set(codes(checked)) <= {"no-answer", "unit-doubtful", "amount-implausible"}
    read = {field.field: field.value for field in checked.fields}
    questions = {question.name for question in plan.form.field}
    expected = {n: v for n, v in answers.items() if n in questions or v is not None}
    assert read == expected
    assert {(f.agency, f.year, f.phase) for f in checked.fields} == {(agency.id, year, phase)}


ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(min_value=dt.date(1900, 1, 1)),
    st.datetimes(min_value=dt.datetime(1900, 1, 1)),  # noqa: DTZ001 (Excel has no time zones)
    st.times(),
    st.text(st.characters(exclude_categories=["C"]), max_size=30),
    st.sampled_from(
        [
            "=1/0",
            "=A1",
            "NaN",
            "sNaN",
            "Infinity",
            "1e999",
            "1.500",
            "-",
            "…",
            "2024",
            "Báo",
            "tỷ",
            "Năm",
            "CQBC",
        ]
    ),
    st.sampled_from(("Kết quả", "Nội dung", "Tổng số người", "ĐVT: đồng", "Số tiền", "Báo TB")),
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.dictionaries(
        st.tuples(st.integers(0, 5), st.sampled_from("ABCDEFGH"), st.integers(1, 40)),
        ANYTHING,
        min_size=1,
        max_size=25,
    )
)
def test_nothing_typed_into_the_form_breaks_the_reader(
    plan: Plan, reader: SubmissionReader, cells: dict[tuple[int, str, int], Any]
) -> None:
    """Anything in any cell gives values and findings that can be said in every language."""

    def scribble(book: Any) -> None:
        unmerged(book)
        for (sheet, letter, row), value in cells.items():
            book.worksheets[sheet][f"{letter}{row}"] = value

    checked = reader.read("x.xlsx", changed(filled_form(plan, **EVERYTHING), scribble))
    panel(checked)
    values = [field.value for field in checked.fields]
    assert "" not in values
    assert not any(isinstance(value, float) and math.isnan(value) for value in values)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_damage_to_the_bytes_breaks_the_reader(
    plan: Plan, reader: SubmissionReader, data: st.DataObject
) -> None:
    """A file whose XML is damaged anywhere is read or refused, and never raises."""
    form = filled_form(plan)
    names = zipfile.ZipFile(io.BytesIO(form)).namelist()
    part = data.draw(st.sampled_from([name for name in names if name.startswith("xl/")]))
    content = tampered(form, part, lambda whole: damaged(whole, data, b'0123456789<>/&"ae;\xff'))
    assert reader.read("x.xlsx", content).verdict in Verdict


def damaged(content: bytes, data: st.DataObject, alphabet: bytes) -> bytes:
    """The content with some bytes replaced."""
    changed_bytes = bytearray(content)
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=5)):
        changed_bytes[place] = data.draw(st.sampled_from(alphabet))
    return bytes(changed_bytes)


# --- the words of findings --------------------------------------------------------------------


def codes_in_the_source() -> Iterable[str]:
    """Every kebab-case text in the modules that read reports."""
    folder = Path(tbdx.workbook.__file__).parent
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("appendix") or path.stem in ("typed", "saving"):
            continue  # of appendices, of what is typed on a page, of what is written
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", text):
                yield text


NOT_CODES = {
    *("table-cell", "covered-table-cell", "table-row", "encryption-data"),
    *("out-of-time", "out-of-memory"),  # how reading went, for the metrics
}


@pytest.mark.parametrize("code", sorted(set(codes_in_the_source()) - NOT_CODES))
def test_every_finding_has_its_words(plan: Plan, code: str) -> None:
    """Each code that reading can give has a text that can be said in both languages."""
    finding = Finding(code, Severity.REMARK, FORM, "E20", "revenue_million_vnd", "1,5", "2")
    for name in ("vi", "en"):
        sentence = messages.finding_sentence(finding, language(name), plan)
        assert FORM in sentence
        assert "E20" in sentence
        assert "{" not in sentence


def test_folding_keeps_apart_what_differs() -> None:
    """Only ways of typing are folded together: "hai" and "hay" stay different words."""
    assert fold("Kỹ thuật") == fold("kĩ thuật")
    assert fold("Tỷ lệ, quý I") == fold("TỈ LỆ QUÍ I")
    assert fold("hay") != fold("hai")
    assert fold("Tòa soạn hội tụ:") == fold("TOÀ SOẠN HỘI TỤ (%)")
    assert fold("…") == "…"
    assert clean("a\u00ad\u200bb\x07\u00a0 c") == "ab c"
