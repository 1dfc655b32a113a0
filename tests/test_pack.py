"""The workbook of everything: each of its cells is the screen's, and it says what it rests on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

import pandas as pd
import pytest
from amending import amend
from bureau import AFTER, ANN, BAO, DAI, IN_TIME, VAN_NGHE, Bureau, opened
from furnishing import FILE_NAME, PERSON, PLACE, furnish
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook
from shell import ROOT, Shell
from streamlit.testing.v1 import AppTest
from test_another_province import open_service

from tbdx import definitions, pack, provenance, tables, wording
from tbdx.i18n import Language, language
from tbdx.model import Action, Answer, Reason, TbdxError
from tbdx.pack import SHEETS, PackSources, summary, write_pack
from tbdx.plan import RULES, Plan
from tbdx.provenance import Taking
from tbdx.report.letterheads import province_letterhead
from tbdx.scenarios import Change, Scenario
from tbdx.service import Basis, Service, View
from tbdx.tables import TABLES, Filters
from tbdx.ui import packing
from tbdx.ui.shell import Page
from tbdx.workbook.tables import Column

AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
VI, EN = language("vi"), language("en")
TAKING = Taking(AT, "abc123")
SUPPOSED = Scenario((Change("bao-thai-binh-hop-nhat", 2026, "on_digital_platforms", Answer.YES),))


def packed(service: Service, view: View, words: Language = VI) -> bytes:
    """The workbook of a view."""
    out = BytesIO()
    write_pack(view, PackSources.of(service, view, AT), words, TAKING, out)
    return out.getvalue()


def cells(content: bytes, sheet: str) -> list[list[Any]]:
    """A sheet's rows; "" is an empty cell."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_name(sheet).to_python()


def rows_of(content: bytes, sheet: str, words: Language = VI) -> list[dict[str, Any]]:
    """A sheet of rows by its heads."""
    head, *rows = cells(content, words.text(SHEETS[sheet]))
    return [dict(zip(head, row, strict=True)) for row in rows]


def shown(value: Any, column: Column) -> Any:
    """What a cell holds of a value on screen."""
    if pd.isna(value):
        return ""
    if column.kind == "text":
        return str(value)
    return pytest.approx(value / 100 if column.kind == "percent" else value)


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    """A desk on an empty store, without illustrative reports."""
    with opened(plan, tmp_path) as bureau:
        yield bureau


@pytest.fixture
def busy(bureau: Bureau) -> Bureau:
    """A desk with reports in time, late, superseded and returned, a correction and an amended plan."""
    yes: dict[str, Any] = dict.fromkeys(
        ("on_digital_platforms", "uses_data_analytics", "uses_ai"), Answer.YES
    )
    money: dict[str, Any] = {"revenue_2022_million_vnd": 100.0, "revenue_million_vnd": 112.0}
    free: dict[str, Any] = {bureau.service.plan.form.texts.item[0].code: "=1+1"}
    people: dict[str, Any] = {"staff_count": 40.0, "trained_count": 31.0}
    bureau.send(BAO, at=IN_TIME, name="bản 1.xlsx", **yes, **money, staff_count=40.0)
    bureau.send(BAO, at=AFTER - timedelta(days=1), name="bản 2.xlsx", **yes, **money, **people)
    bureau.send(DAI, at=AFTER - timedelta(days=2), name="=đài.xlsx", **free, **yes)
    waiting = bureau.send(VAN_NGHE, accept=False, at=IN_TIME)
    bureau.reviewing.return_([waiting], "Thiếu số liệu", by=ANN)
    bureau.office.correct(BAO, 2024, "trained_count", 30.0, "Đếm trùng", "CV 12", by=ANN)
    amend(bureau.service, {(1, 2026): 0.8})
    return bureau


def test_each_sheet_of_results_is_the_table_on_screen(service: Service) -> None:
    """Read back by another program, every cell of the four tables is what the page of tables shows."""
    view = service.view()
    for words in (VI, EN):
        content = packed(service, view, words)
        for name in TABLES:
            filters = Filters(name)  # type: ignore[arg-type]  # one of TABLES
            rows, columns = tables.present(tables.select(view, filters), view, filters.table, words)
            head, *found = cells(content, words.text(SHEETS[name]))
            assert head == [column.head for column in columns]
            assert len(found) == len(rows)
            for own, record in zip(found, rows.itertuples(index=False), strict=True):
                assert own == [shown(v, c) for v, c in zip(record, columns, strict=True)]


def test_the_figures_reported_are_there_with_their_cells_and_corrections(busy: Bureau) -> None:
    """A corrected figure stands as corrected, with what was filed; a text with = stays a text."""
    content = packed(busy.service, busy.service.real_view())
    rows = rows_of(content, "reported")
    (corrected,) = [row for row in rows if row[VI.text("Correction")]]
    assert corrected[VI.text("Number")] == 30
    assert "31" in corrected[VI.text("Correction")]
    assert "=1+1" in {row[VI.text("Answer or text")] for row in rows}
    assert all(row[VI.text("Sheet")] and row[VI.text("Cell")] for row in rows)


@pytest.mark.parametrize("words", [VI, EN])
def test_the_summary_table_shows_plan_actual_difference_and_verdict(
    service: Service, words: Language
) -> None:
    """By year and indicator they are the view's, the difference a formula of the two beside it."""
    view = service.view()
    content = packed(service, view, words)
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    values = load_workbook(BytesIO(content), data_only=True).worksheets[0]
    (head,) = [row for row in range(1, 20) if sheet.cell(row, 1).value == words.text("No.")]
    assert [sheet.cell(head + 2, c).value for c in range(1, 8)] == [
        *("(1)", "(2)", "(3)", "(4)", "(5)=(4)-(3)", "(6)", "(7)"),
    ]
    formulas = 0
    for number, year in enumerate((2023, 2024, 2025)):
        first = 3 + 4 * number
        assert sheet.cell(head, first).value == words.text("Year {year}", year=year)
        for place, indicator in enumerate(view.plan.indicators, start=head + 3):
            row = view.result[indicator.code, year]
            own = [values.cell(place, column).value for column in range(first, first + 4)]
            assert own[0] == pytest.approx(row["target_pct"] / 100)
            assert own[1] == pytest.approx(row["value_pct"] / 100)
            assert own[3] == wording.status_label(row, words)
            if row["status"] in ("exceeded", "met", "not_met"):
                formulas += 1
                asked, reached = (
                    sheet.cell(place, column).coordinate for column in (first, first + 1)
                )
                formula = sheet.cell(place, first + 2).value
                rounded = row["status"] == "met" and row["value_pct"] != row["target_pct"]
                if rounded:
                    reached = f"ROUND({reached},2)"
                assert formula == f"=({reached}-{asked})*100"
                difference = 0 if rounded else row["value_pct"] - row["target_pct"]
                assert own[2] == pytest.approx(difference)
                assert sheet.cell(place, first + 2).number_format == "+0.0;-0.0;0.0"
            else:
                assert own[2] is None
    assert formulas == 15


def test_the_summary_prints_percentages_as_the_screen_does(service: Service) -> None:
    """66,7% with one decimal, 100% without; a pair with its growth beside it."""
    view = service.view()
    sheet = load_workbook(BytesIO(packed(service, view))).worksheets[0]
    formats = {str(cell.number_format) for row in sheet for cell in row}
    assert {"0%", "0.0%", '0%" (≥ 10%)"', '0%" (≥ 20%)"'} <= formats
    assert not [row for row in view.plan.indicators if row.unit.vi]
    told = "\n".join(str(cell.value) for row in sheet for cell in row)
    for part in ("66,67% làm tròn bằng chỉ tiêu", "ước thực hiện", "1 cơ quan chưa có số liệu"):
        assert part in told


def test_the_summary_is_laid_out_as_a_form_to_be_signed(service: Service) -> None:
    """Rows 1 to 3 with who issues and the national motto, heads over two rows, place, signatures."""
    content = packed(service, service.view())
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    texts = [str(cell.value) for row in sheet for cell in row if cell.value]
    assert texts[:4] == [
        "ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
        "Độc lập - Tự do - Hạnh phúc",
    ]
    assert [cell.font.name for row in sheet for cell in row if cell.value] == [
        "Times New Roman"
    ] * len(texts)
    for text in ("Biểu số: ……………", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ", "Ghi chú", "STT"):
        assert text in texts
    assert "Hưng Yên, ngày …… tháng …… năm ……" in texts
    merged = {str(r) for r in sheet.merged_cells.ranges}
    assert {"A1:G1", "H1:O1", "A9:A10", "C9:F9"} <= merged
    assert sheet.page_setup.orientation == "landscape"


@given(st.sets(st.integers(2020, 2040)), st.sets(st.integers(2020, 2040)))
def test_the_years_of_the_summary_stand_in_runs(years: set[int], goals: set[int]) -> None:
    """Each year once and in order, at most three abreast, a goal year always the last of its run."""
    runs = summary.blocks(sorted(years), goals)
    assert [year for run in runs for year in run] == sorted(years)
    assert all(0 < len(run) <= summary.MOST_ABREAST for run in runs)
    assert not [run for run in runs if goals & set(run[:-1])]


def test_the_trajectories_are_the_results(service: Service) -> None:
    """A block for each indicator: targets that are asked, results, ranges, goals; gaps are empty."""
    view = service.view()
    found = cells(packed(service, view), VI.text(SHEETS["course"]))
    blocks = [n for n, row in enumerate(found) if row[0] == VI.text("Year")]
    assert len(blocks) == len(view.plan.indicators)
    for start, indicator in zip(blocks, view.plan.indicators, strict=True):
        assert found[start - 1][0] == f"{indicator.row}. {indicator.title.vi}"
        for year, row in zip(view.plan.all_years, found[start + 1 :], strict=False):
            own = view.result[indicator.code, year]
            asked = own["status"] != "no_target"
            target = own["target_pct"] / 100 if asked else ""
            known = bool(own["answered"])
            assert row[:2] == [year, pytest.approx(target) if asked else ""]
            for place, name in ((3, "value_pct"), (4, "worst_pct"), (5, "best_pct")):
                assert row[place] == (pytest.approx(own[name] / 100) if known else "")
            assert row[6] == (row[1] if year in view.plan.years.goals else "")
            assert row[10] == wording.status_label(own, VI)


def test_each_indicator_has_a_native_chart_of_its_block(service: Service) -> None:
    """It refers to the cells of that block, and holds their values for programs that only show it."""
    view = service.view()
    content = packed(service, view)
    sheet = VI.text(SHEETS["course"])
    found = cells(content, sheet)
    starts = [n for n, row in enumerate(found) if row[0] == VI.text("Year")]
    with ZipFile(BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        assert len(names) == len(view.plan.indicators)
        for number, (start, indicator) in enumerate(
            zip(starts, view.plan.indicators, strict=True), start=1
        ):
            xml = archive.read(f"xl/charts/chart{number}.xml").decode()
            assert f"{indicator.row}. {indicator.short.vi}" in xml
            rows = start + 2, start + 1 + len(view.plan.all_years)
            ranges = set(re.findall(r"<c:f>(.*?)</c:f>", xml))
            assert {f"'{sheet}'!$A${rows[0]}:$A${rows[1]}"} < ranges
            assert all(r.endswith(f"${rows[1]}") and f"${rows[0]}:" in r for r in ranges)
            assert f"{indicator.short.vi} (minh họa)" in xml
            (columns,) = re.findall(r"<c:barChart>.*?</c:barChart>", xml)
            own = [view.result[indicator.code, year] for year in view.plan.all_years]
            for name, phase in (("chính thức", "final"), ("ước thực hiện", "estimate")):
                (one,) = re.findall(rf"<c:ser>(?:(?!</c:ser>).)*\({name}\).*?</c:ser>", columns)
                points = re.findall(r"<c:val>.*</c:val>", one)[0]
                assert {
                    int(place): float(value)
                    for place, value in re.findall(r'idx="(\d+)"><c:v>(.*?)</c:v>', points)
                } == {
                    place: pytest.approx(row["value_pct"] / 100)
                    for place, row in enumerate(own)
                    if row["answered"] and row["phase"] == phase
                }
                assert set(re.findall(r"<a:t>(.*?)</a:t>", one)) == {
                    wording.percent_text(row, indicator, VI)
                    for row in own
                    if row["answered"] and row["phase"] == phase
                }


def test_every_version_of_a_report_is_listed_with_its_hash(busy: Bureau) -> None:
    """When it came, in time or late, what became of it, the hash of its file; as real dates."""
    content = packed(busy.service, busy.service.real_view())
    rows = rows_of(content, "submissions")
    stored = busy.service.reviewing.history(BAO, 2024) + busy.service.reviewing.history(DAI, 2024)
    assert {row["SHA-256"] for row in rows} > {s.sha256 for s in stored}
    first, second, station, magazine = rows
    file, received = VI.text("File"), VI.text("Received at")
    assert [row[file] for row in rows] == ["bản 1.xlsx", "bản 2.xlsx", "=đài.xlsx", "a.xlsx"]
    assert first[received] == IN_TIME.replace(tzinfo=None)
    assert (first[VI.text("On time")], first[VI.text("Days late")]) == (VI.text("Yes"), 0)
    assert (station[VI.text("On time")], station[VI.text("Days late")]) == (VI.text("No"), 9)
    by_first = VI.text("by report number {number}", number=int(first[VI.text("Number")]))
    assert (second[VI.text("On time")], second[VI.text("Days late")]) == (by_first, "")
    assert magazine[VI.text("On time")] == VI.text("does not count: returned")
    assert (first[VI.text("In use")], second[VI.text("In use")]) == (VI.text("No"), VI.text("Yes"))
    sheet = load_workbook(BytesIO(content))[VI.text(SHEETS["submissions"])]
    place = [cell.value for cell in sheet[1]].index(received) + 1
    assert isinstance(sheet.cell(2, place).value, datetime)
    assert sheet.cell(2, place).number_format == "dd/mm/yyyy hh:mm"


def test_what_people_wrote_in_the_house_stays_there(tmp_path: Path, plan: Plan) -> None:
    """Reasons of returns, corrections and choices are left out; free texts and file names are in."""
    with opened(plan, tmp_path) as bureau:
        furnish(bureau)
        content = packed(bureau.service, bureau.service.real_view())
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    holding = {
        name
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        if any(PERSON in str(cell) or PLACE in str(cell) for cell in row)
    }
    assert holding == {VI.text(SHEETS[name]) for name in ("submissions", "reported", "changes")}
    changes = rows_of(content, "changes")
    written = {head for row in changes for head, cell in row.items() if PERSON in str(cell)}
    assert written == {VI.text("Text"), VI.text("Source")}  # a free text, corrected; a letter
    with ZipFile(BytesIO(content)) as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "theo lời" not in whole
    with_person = [row for row in rows_of(content, "submissions") if PERSON in str(row)]
    assert with_person
    assert {row[VI.text("File")] for row in with_person} == {FILE_NAME}
    said = dict(map(tuple, cells(content, VI.text("About this file"))))[VI.text("People")]
    assert "văn bản căn cứ đính chính và tên tệp được giữ nguyên văn" in said
    assert "lý do họ nêu" in said


def test_both_sheets_agree_on_who_was_on_time(busy: Bureau, service: Service) -> None:
    """What the year's round says of an agency stands once among its reports, final ones included."""
    for own, view in ((busy.service, busy.service.real_view()), (service, service.view())):
        content = packed(own, view)
        heads = [VI.text(head) for head in ("Agency", "Year", "On time", "Days late")]
        yes_or_no = {VI.text("Yes"), VI.text("No")}
        among = [tuple(row[h] for h in heads) for row in rows_of(content, "submissions")]
        judged = [row for row in among if row[2] in yes_or_no]
        standing = [
            tuple(row[h] for h in heads)
            for row in rows_of(content, "rounds")
            if row[VI.text("Received at")]
        ]
        assert judged
        assert sorted(judged) == sorted(standing)
        assert not [row for row in among if not row[2]]


def test_the_summary_bears_the_letterhead_of_the_last_year_it_shows(service: Service) -> None:
    """The report on that year has the same one; the last sheet says which year it is."""
    view = service.view()
    content = packed(service, view)
    report = province_letterhead(view.plan, view.latest_year, VI).letterhead
    texts = [str(cell) for row in cells(content, VI.text(SHEETS["summary"])) for cell in row]
    assert {report.superior.upper(), report.issuer.upper()} <= set(texts)
    about = dict(map(tuple, cells(content, VI.text("About this file"))))
    assert str(view.latest_year) in about[VI.text("Letterhead of the summary table")]


def test_the_notes_of_the_summary_stay_beside_its_figures(service: Service, busy: Bureau) -> None:
    """However many years there are, they take no third of the width and are set hardly smaller."""
    one_year = packed(busy.service, busy.service.real_view())
    three = packed(service, service.view())
    for content in (one_year, three):
        sheet = load_workbook(BytesIO(content)).worksheets[0]
        (notes,) = [cell for row in sheet for cell in row if cell.value == VI.text("Notes")]
        assert sheet.max_column == notes.column
        letters = map(get_column_letter, range(1, notes.column + 1))
        widths = [sheet.column_dimensions[letter].width for letter in letters]
        assert widths[-1] < sum(widths) / 3
        told = sheet.cell(notes.row + 3, notes.column)
        assert told.font.size == 10


def test_the_summary_is_numbered_on_its_own(service: Service) -> None:
    """A paper to be signed does not say how many pages the whole book has."""
    with ZipFile(BytesIO(packed(service, service.view()))) as archive:
        feet = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
    assert ["&amp;N" in foot for foot in feet] == [False, True]


def test_no_name_of_a_person_leaves_the_house(busy: Bureau) -> None:
    """Who sent, decided or corrected is in the record, not in the file; the file says so."""
    content = packed(busy.service, busy.service.real_view())
    with ZipFile(BytesIO(content)) as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
    assert ANN not in whole
    assert "nhật ký lưu" in whole
    (receipt,) = {s.receipt for s in busy.reviewing.history(DAI, 2024)}
    listed = {row[VI.text("File")]: row for row in rows_of(content, "submissions")}
    assert listed["=đài.xlsx"][VI.text("Entry of the record")] == receipt


def test_how_each_agency_stands_with_each_year_is_listed(busy: Bureau) -> None:
    """At the moment of writing: sent in time, late, returned, still missing."""
    rows = rows_of(packed(busy.service, busy.service.real_view()), "rounds")
    of_2024 = [row for row in rows if row[VI.text("Year")] == 2024]
    assert [row[VI.text("On time")] for row in of_2024] == [
        VI.text("Yes"),
        VI.text("No"),
        VI.text("No"),
    ]
    assert len(rows) == sum(
        len(busy.service.plan.agencies_in(y)) for y in busy.service.plan.all_years
    )
    states = {row[VI.text("State")] for row in of_2024}
    assert states == {VI.text("Accepted"), VI.text("Returned")}


def test_every_printed_target_is_listed_by_version_with_its_cell(busy: Bureau) -> None:
    """As first issued and as amended; those that hold by now are the ones judged by."""
    view = busy.service.real_view()
    rows = rows_of(packed(busy.service, view), "targets")
    assert len(rows) == 2 * 38
    holding = [row for row in rows if row[VI.text("Holds")] == VI.text("Yes")]
    found = {
        (row[VI.text("Row")], row[VI.text("Year")]): (
            row[VI.text("Target")],
            row[VI.text("Growth threshold")] or None,
            row[VI.text("Cell")],
        )
        for row in holding
    }
    assert found == {
        (t.row, t.year): (
            pytest.approx(t.share_pct / 100),
            None if t.threshold_pct is None else pytest.approx(t.threshold_pct / 100),
            t.cell,
        )
        for t in view.targets
    }
    version, issued = VI.text("Version of the plan"), VI.text("Date")
    assert {row[version] for row in rows} == {"150/KH-UBND", "45/KH-UBND"}
    assert {row[issued] for row in rows} == {date(2023, 11, 24), date(2026, 2, 10)}


def test_under_the_plan_as_first_issued_its_own_targets_hold(busy: Bureau) -> None:
    """The basis decides which version is judged by."""
    view = busy.service.real_view(Basis(targets="original"))
    rows = rows_of(packed(busy.service, view), "targets")
    holding = {row[VI.text("Version of the plan")] for row in rows if row[VI.text("Holds")] == "Có"}
    assert holding == {"150/KH-UBND"}


def test_what_changed_is_listed_with_its_source(busy: Bureau) -> None:
    """The merger, the amended plan, the correction; each with whether it holds, none with why."""
    rows = rows_of(packed(busy.service, busy.service.real_view()), "changes")
    by_what = {row[VI.text("What")]: row for row in rows}
    correction = by_what[VI.text("Correction {number}", number=1)]
    assert "31 → 30" in correction[VI.text("Text")]
    assert (correction[VI.text("Source")], correction[VI.text("State")]) == (
        "CV 12",
        VI.text("in use"),
    )
    amended = by_what[VI.text("Amendment of the plan")]
    assert (amended[VI.text("Source")], amended[VI.text("Day")]) == (
        "45/KH-UBND",
        date(2026, 2, 10),
    )
    assert date(2025, 3, 17) in {row[VI.text("Day")] for row in rows}


def test_definitions_rules_and_verdicts_are_there(service: Service) -> None:
    """Formula, denominator, clause and source of each indicator; what each verdict means, in words."""
    content = packed(service, service.view())
    rows = rows_of(content, "definitions")
    assert [row[VI.text("Clause")] for row in rows] == [i.clause for i in service.plan.indicators]
    assert all(row[VI.text("Formula")] and row[VI.text("Counted among")] for row in rows)
    rules = cells(content, VI.text(SHEETS["rules"]))
    said = {text for row in rules for text in row}
    assert {rule.text.vi for rule in service.plan.rule} <= said
    assert {"✓ Đạt", "… Chưa kết luận được", "– Chưa giao chỉ tiêu"} <= said
    assert "trước ngày 10/12 hằng năm (ngày cuối cùng: 09/12)" in said
    for words in (VI, EN):
        names = [row[VI.text("Name")] for row in rows_of(packed(service, service.view()), "rules")]
        assert not [name for name in names if re.fullmatch(r"[a-z_]+", name)], words


def test_every_rule_and_reason_has_a_name() -> None:
    """Whatever a plan states, its name stands beside it in words."""
    assert set(definitions.RULES) == {*RULES, "checks"}
    assert set(definitions.REASONS) == {reason for reason in Reason if reason is not Reason.NONE}


def test_a_due_day_that_is_in_time_itself_is_said_so(plan: Plan) -> None:
    """Before a day, or by its end; the same in every year."""
    inclusive = plan.due.model_copy(update={"inclusive": True})
    assert definitions.due(inclusive, 2024, VI) == "hết ngày 10/12 hằng năm"
    assert definitions.due(plan.due, 2024, EN).startswith("before 10 December of each year")


def test_the_last_sheet_says_what_the_file_rests_on(busy: Bureau) -> None:
    """Everything that stands in any export, that nothing was filtered, and as of when."""
    view = busy.service.real_view()
    content = packed(busy.service, view)
    own = cells(content, VI.text("About this file"))
    facts = [tuple(row) for row in own]
    reasoned = VI.text("Correction {number}", number=1)
    left_out = set(provenance.facts(view, VI, TAKING)) - set(facts)
    assert {head for head, _ in left_out} == {reasoned}
    letterhead = dict(facts)[VI.text("Letterhead of the summary table")]
    assert VI.text("names as on the due date of {year}", year=2024) in letterhead
    assert (VI.text("Filters"), VI.text("all")) in facts
    assert (VI.text("Submissions as of revision"), str(busy.revision)) in facts


def test_a_scenario_is_marked_wherever_it_is_seen(service: Service) -> None:
    """In the sheets' names, at the head of every page, in every row, and on the last sheet."""
    view = service.view().under(SUPPOSED)
    content = packed(service, view)
    names = load_workbook(BytesIO(content)).sheetnames
    marked = [name for name in names if name.startswith(VI.text("SCENARIO {table}", table=""))]
    assert len(marked) == 6
    mark = "KHÔNG PHẢI SỐ LIỆU"
    with ZipFile(BytesIO(content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(SHEETS)
        assert all(mark in archive.read(name).decode() for name in sheets)
    own = cells(content, VI.text("About this file"))
    assert [VI.text("Code of the scenario"), SUPPOSED.code] in own
    texts = {str(cell) for row in cells(content, names[0]) for cell in row}
    assert any(mark in text for text in texts)
    assert VI.text("Year {year}", year=2026) in texts
    assert VI.text("PREPARED BY") not in texts  # nobody signs what is supposed
    with ZipFile(BytesIO(content)) as archive:
        assert "(minh họa, kịch bản)" in archive.read("xl/charts/chart1.xml").decode()
        assert "Kết quả (kịch bản)" in archive.read("xl/charts/chart1.xml").decode()
    assert tables.file_name(view, "pack", "xlsx").startswith("tbdx-scenario-sample-pack-r")


def test_illustrative_figures_are_marked_on_every_page(service: Service) -> None:
    """Nobody takes them for reported ones; real figures bear no mark."""
    content = packed(service, service.view())
    with ZipFile(BytesIO(content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert all("SỐ LIỆU MINH HỌA" in archive.read(name).decode() for name in sheets)


def test_a_store_without_any_report_gives_a_workbook(bureau: Bureau) -> None:
    """Of all sheets, without a value; the summary is the form for the years up to the first goal."""
    view = bureau.service.real_view()
    content = packed(bureau.service, view)
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == [VI.text(name) for name in SHEETS.values()]
    texts = {str(cell) for row in cells(content, book.sheetnames[0]) for cell in row}
    assert {VI.text("Year {year}", year=year) for year in (2023, 2024, 2025)} <= texts
    assert not [text for text in texts if "MINH HỌA" in text]
    assert rows_of(content, "submissions") == []


def test_another_province_has_a_workbook_of_its_own(tmp_path: Path) -> None:
    """Its years, its indicators, its goals; nothing in it is Thái Bình's."""
    service = open_service(tmp_path, (2025, 2026, 2027))
    view = service.real_view()
    content = packed(service, view)
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    texts = [str(cell.value) for row in sheet for cell in row if cell.value]
    assert {"Năm 2025", "Năm 2026", "Năm 2027"} <= set(texts)
    assert {i.title.vi for i in view.plan.indicators} <= set(texts)
    with ZipFile(BytesIO(content)) as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
        charts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
    assert len(charts) == 5
    assert "Thái Bình" not in whole
    service.close()


def test_the_original_structure_is_the_tables_too(service: Service) -> None:
    """On another basis the workbook is that basis's, and says so."""
    view = service.view(Basis(structure="original"))
    content = packed(service, view)
    rows = rows_of(content, "province")
    of_2025 = next(row for row in rows if row[VI.text("Year")] == 2025)
    own = view.result[view.plan.indicators[0].code, 2025]
    assert of_2025[VI.text("Denominator")] == own["denominator"] == 3
    texts = {str(cell) for row in cells(content, VI.text(SHEETS["summary"])) for cell in row}
    assert any(VI.text(provenance.STRUCTURES["original"]) in text for text in texts)


def test_the_same_revision_gives_the_same_bytes(busy: Bureau) -> None:
    """Read and written anew, whoever asks; another moment changes what tells of it, and no more."""
    view = busy.service.real_view()
    once = packed(busy.service, view)
    assert once == packed(busy.service, busy.service.real_view())
    out = BytesIO()
    later = Taking(AT + timedelta(minutes=5), TAKING.code)
    write_pack(view, PackSources.of(busy.service, view, AT), VI, later, out)
    with ZipFile(BytesIO(once)) as one, ZipFile(out) as other:
        differing = {n for n in one.namelist() if one.read(n) != other.read(n)}
    last = f"xl/worksheets/sheet{len(SHEETS)}.xml"
    assert differing == {"docProps/core.xml", last}


def test_progress_goes_from_nothing_to_everything(service: Service) -> None:
    """It never goes back, and ends with all."""
    told: list[float] = []
    view = service.view()
    sources = PackSources.of(service, view, AT)
    write_pack(view, sources, VI, TAKING, BytesIO(), told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 8


def test_the_package_is_sound(busy: Bureau) -> None:
    """Every part has its type, no name stands twice, names of ranges lead to sheets that are there."""
    content = packed(busy.service, busy.service.real_view())
    with ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        types = archive.read("[Content_Types].xml").decode()
        book = archive.read("xl/workbook.xml").decode()
    assert len(names) == len(set(names))
    overrides = re.findall(r'PartName="/([^"]+)"', types)
    assert set(overrides) <= set(names)
    untyped = {n for n in names if not n.endswith(".rels")} - set(overrides)
    assert untyped == {"[Content_Types].xml"}
    sheets = {name.replace("&amp;", "&") for name in re.findall(r'<sheet name="([^"]+)"', book)}
    assert len(sheets) == len(SHEETS)
    assert all(len(name) <= 31 for name in sheets)
    defined = re.findall(r"<definedName [^>]*>(.*?)</definedName>", book)
    parts = {part for ranges in defined for part in re.split(r",(?=')", ranges)}
    assert {part.rpartition("!")[0].strip("'") for part in parts} <= sheets
    assert "_FilterDatabase" in book
    assert "Print_Titles" in book


# --- the command and the page -------------------------------------------------------------------


def test_the_command_writes_the_workbook_and_tells_the_record(tmp_path: Path) -> None:
    """In the language asked for, marked as illustrative; the file names the record's code."""
    shell, out = Shell(tmp_path), tmp_path / "ra" / "pack.xlsx"
    assert str(out) in shell("pack", "--out", out, "--samples", "--lang", "vi", "--by", "Sở")
    content = out.read_bytes()
    (entry,) = shell.json("record", "list", "--action", "exported")
    told = json.loads(entry["after"]) if isinstance(entry["after"], str) else entry["after"]
    assert (entry["actor"], told["file_name"], told["sample"]) == ("Sở", "pack.xlsx", True)
    assert [VI.text("Code of the record"), entry["hash"]] in cells(
        content, VI.text("About this file")
    )
    assert list(out.parent.iterdir()) == [out]


def test_the_command_takes_a_scenario_and_a_basis(tmp_path: Path) -> None:
    """What is supposed and who counts are the file's."""
    shell, out = Shell(tmp_path), tmp_path / "pack.xlsx"
    options = ("--scenario", SUPPOSED.code, "--structure", "original", "--samples")
    shell("pack", "--out", out, *options)
    about = cells(out.read_bytes(), EN.text("About this file"))
    assert [EN.text("Code of the scenario"), SUPPOSED.code] in about
    assert [EN.text("Agency structure"), EN.text(provenance.STRUCTURES["original"])] in about


def test_a_file_that_is_there_outlives_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing half written takes its place, and nothing is left beside it."""

    def broken(*_: object) -> None:
        raise TbdxError("unknown-year", found="1", expected="2")

    monkeypatch.setattr(pack, "write_pack", broken)
    out = tmp_path / "ra" / "pack.xlsx"
    out.parent.mkdir()
    out.write_bytes(b"what was there")
    Shell(tmp_path)("pack", "--out", out, "--samples", code=2)
    assert out.read_bytes() == b"what was there"
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "pack.csv"), ".xlsx"),
        (("--out", "pack.xlsx", "--lang", "fr"), "vi, en"),
        (("--out", "pack.xlsx", "--scenario", "?"), "scenario"),
    ],
)
def test_a_wrong_word_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    """No file, and no entry in the record."""
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path)
    assert said in shell("pack", "--samples", *options, code=2)
    assert not list(tmp_path.glob("pack*"))
    assert shell.json("record", "list", "--action", "exported") == []


def test_from_the_page_the_record_is_told_first(service: Service) -> None:
    """The file bears the code; where the record cannot be told, there is no file."""
    page = Page(service, service.view(), VI)
    content = packing.take(page, "Sở")
    (entry,) = service.office.record(actions=[Action.EXPORTED], limit=1)
    assert (entry.actor, entry.subject) == ("Sở", "export:pack")
    assert [VI.text("Code of the record"), entry.hash] in cells(content, VI.text("About this file"))


def test_without_an_entry_there_is_no_file(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal reaches whoever asked."""

    def refuse(*_: object, **__: object) -> str:
        raise TbdxError("store-unavailable", reason="locked")

    monkeypatch.setattr(service.office, "exported", refuse)
    with pytest.raises(TbdxError, match="store-unavailable"):
        packing.take(Page(service, service.view(), VI), "Sở")


@pytest.mark.parametrize("words", [VI, EN])
def test_the_page_offers_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Language
) -> None:
    """One button, under the page of what leaves the house; a link opens that part."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"], app.query_params["out"] = words.code, "pack"
    app.run()
    app.switch_page("pages/report.py").run()
    assert not app.exception
    assert not app.error
    labels = [cast("Any", button).proto.label for button in app.get("download_button")]
    assert labels == [words.text("Download the workbook (Excel)")]
