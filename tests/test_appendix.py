"""The target appendix: the shipped file, other layouts of the same, files with problems."""

from __future__ import annotations

import io
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from scripts.make_appendix import TARGET, TITLES, build_workbook, to_bytes
from tbdx.i18n import language
from tbdx.messages import fault_text, finding_sentence
from tbdx.metrics import needed_count
from tbdx.model import Finding, Severity, Target, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store
from tbdx.workbook import appendix
from tbdx.workbook.appendix import read_appendix

Pair = tuple[float, float | None]
BY_ROW: dict[int, Sequence[Pair]] = {  # from 2023 on, as the plan prints them
    1: [(67, None)] * 3 + [(100, None)] * 5,
    2: [(0, None), (33, None), (67, None)] + [(67, None)] * 4 + [(100, None)],
    3: [(33, None), (33, None), (67, None)] + [(67, None)] * 4 + [(100, None)],
    4: [(0, None), (33, 10), (33, 20)] + [(33, 20)] * 4 + [(67, 20)],
    5: [(40, None), (70, None), (100, None)],
    6: [(100, None)] * 3,
}
PRINTED: dict[tuple[int, int], Pair] = {
    (row, year): pair for row, pairs in BY_ROW.items() for year, pair in enumerate(pairs, 2023)
}
YEARS = ((2023, 2024, 2025), (2026, 2027, 2028, 2029, 2030))
SHORT_TITLES = (
    "Đưa nội dung lên nền tảng số",
    "Nền tảng phân tích dữ liệu, AI",
    "Toà soạn hội tụ",
    "CQBC tăng doanh thu",
    "Đào tạo PV, BTV về CĐS",
    "ATTT cấp độ 3",
)


# --- building workbooks -----------------------------------------------------------------------


def number(pair: Pair) -> tuple[Any, str]:
    """The official way: a number in a percent format, the revenue row as a sentence."""
    share, threshold = pair
    if threshold is None:
        return share / 100, "0%"
    return f"{share:g}% cơ quan báo chí tăng doanh thu {threshold:g}%", "General"


def text(pair: Pair) -> tuple[Any, str]:
    share, threshold = pair
    return (f"{share:g} %" if threshold is None else number(pair)[0]), "General"


def bare(pair: Pair) -> tuple[Any, str]:
    return (int(pair[0]), "General") if pair[1] is None else number(pair)


def short_sentence(pair: Pair) -> tuple[Any, str]:
    share, threshold = pair
    if threshold is None:
        return text(pair)
    return f"{share:g}% CQBC tăng doanh thu tối thiểu {threshold:g}%", "General"


def terse_sentence(pair: Pair) -> tuple[Any, str]:
    share, threshold = pair
    return text(pair) if threshold is None else (f"{share:g}% cơ quan, tăng {threshold}%", "@")


def plain(words: str) -> str:
    """Without diacritics."""
    decomposed = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def put(sheet: Worksheet, top: int, rows: Iterable[Any]) -> int:
    """Write rows of cells (a tuple is a value and its number format); returns the next free row."""
    row = top - 1
    for row, line in enumerate(rows, start=top):
        for column, content in enumerate(line, start=1):
            value, style = content if isinstance(content, tuple) else (content, "General")
            cell = sheet.cell(row, column, value)
            cell.number_format = style
    return row + 1


def table(
    years: Sequence[int],
    head: Callable[[int], Any] = "Kế hoạch năm {}".format,
    value: Callable[[Pair], tuple[Any, str]] = number,
    titles: Sequence[str] = TITLES,
    stt: Callable[[int], Any] = int,
) -> list[list[Any]]:
    """A table's rows with a one-row head: STT, title, the years."""
    rows: list[list[Any]] = [["STT", "Nội dung chỉ tiêu", *(head(year) for year in years)]]
    for row, title in enumerate(titles, start=1):
        if (row, years[0]) in PRINTED:
            values = [value(PRINTED[row, year]) for year in years]
            rows.append([stt(row), title, *values])
    return rows


def stacked(workbook: Workbook, **layout: Any) -> None:
    sheet = workbook.active
    below = put(sheet, 3, table(YEARS[0], **layout))
    put(sheet, below + 2, table(YEARS[1], **layout))


def one_per_sheet(workbook: Workbook) -> None:
    for number_of, years in enumerate(YEARS, start=1):
        put(workbook.create_sheet(f"Bảng {number_of}"), 5, table(years))


def shuffled_columns(workbook: Workbook) -> None:
    sheet = workbook.active
    top = 2
    for years in YEARS:
        rows = table(years)
        order = [*range(len(rows[0]) - 1, 1, -1), 1, 0]
        top = put(sheet, top, [["Đơn vị đo lường", *(r[i] for i in order)] for r in rows]) + 1


def years_below_a_group(workbook: Workbook) -> None:
    """ "Kế hoạch năm" merged above, the plain years below; STT and titles merged down."""
    sheet = workbook.active
    top = 4
    for years in YEARS:
        body = table(years)[1:]
        put(sheet, top, [["STT", "Nội dung", "Kế hoạch năm"], [None, None, *years]])
        sheet.merge_cells(start_row=top, end_row=top, start_column=3, end_column=2 + len(years))
        for column in (1, 2):
            sheet.merge_cells(
                start_row=top, end_row=top + 1, start_column=column, end_column=column
            )
        top = put(sheet, top + 2, body) + 1


def years_on_a_line_of_their_own(workbook: Workbook) -> None:
    """The head typed into three rows, nothing merged."""
    sheet = workbook.active
    top = 1
    for years in YEARS:
        head = [
            ["STT", "Nội dung", *("Kế hoạch" for _ in years), "Đơn vị"],
            [None, "chỉ tiêu", *("năm" for _ in years), "đo lường"],
            [None, None, *years],
        ]
        top = put(sheet, top, [*head, *table(years)[1:]]) + 1


def group_above_the_names(workbook: Workbook) -> None:
    sheet = workbook.active
    top = 4
    for years in YEARS:
        top = put(sheet, top, [[None, None, "Mục tiêu"], *table(years, int)]) + 1


def paper_form(workbook: Workbook) -> None:
    """Title lines, a numbering row, sections, totals, notes and signatures around the tables."""
    sheet = workbook.active
    put(sheet, 1, [["ỦY BAN NHÂN DÂN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]])
    put(sheet, 2, [["PHỤ LỤC: CHỈ TIÊU NĂM 2025"], ["(Kèm theo Kế hoạch số 150 năm 2023)"]])
    top = 5
    for years in YEARS:
        put(sheet, top, [[f"MỤC TIÊU ĐẾN NĂM {years[-1]}"]])
        width = 3 + len(years)
        sheet.merge_cells(start_row=top, end_row=top, start_column=1, end_column=width)
        rows = [[*row, None] for row in table(years)]
        rows[0][-1] = "Ghi chú (so với năm 2022)"
        numbering = [f"({n})" for n in range(1, width + 1)]
        section = ["I", "Nhóm chỉ tiêu chung"]
        total: list[Any] = [None, "Tổng cộng", *((3.1, "0%") for _ in years)]
        below = put(sheet, top + 1, [rows[0], numbering, section, *rows[1:], total])
        note = "Ghi chú: doanh thu so với năm 2022, tăng 10%."
        put(sheet, below, [[note], [None, "Nơi nhận:", "Thái Bình, ngày 24 tháng 11 năm 2023"]])
        sheet.merge_cells(start_row=below, end_row=below, start_column=1, end_column=width)
        put(sheet, below + 2, [[None, None, "TM. ỦY BAN NHÂN DÂN"]])
        top = below + 4


def merged_values(workbook: Workbook) -> None:
    """Equal neighbours of one row share one merged cell."""
    stacked(workbook)
    sheet = workbook.active
    last_table = next(r for r in range(10, 20) if sheet.cell(r, 1).value == "STT")
    sheet.merge_cells(start_row=4, end_row=4, start_column=3, end_column=5)
    sheet.merge_cells(
        start_row=last_table + 4, end_row=last_table + 4, start_column=3, end_column=6
    )


def head_as(words: str) -> Callable[[Workbook], None]:
    return lambda workbook: stacked(workbook, head=words.format)


def with_values(value: Callable[[Pair], tuple[Any, str]]) -> Callable[[Workbook], None]:
    return lambda workbook: stacked(workbook, value=value)


LAYOUTS: dict[str, Callable[[Workbook], None]] = {
    "both tables in one sheet": stacked,
    "one table per sheet": one_per_sheet,
    "columns in another order": shuffled_columns,
    "years below a merged group": years_below_a_group,
    "years on a line of their own": years_on_a_line_of_their_own,
    "a group above the names": group_above_the_names,
    "a paper form": paper_form,
    "values merged across years": merged_values,
    "heads KH 2024": head_as("KH {}"),
    "heads Mục tiêu năm 2025": head_as("Mục tiêu năm {}"),
    "heads wrapped": head_as("Năm\n{}"),
    "heads with the year in parentheses": head_as("Kế hoạch (năm {})"),
    "heads that are numbers": lambda workbook: stacked(workbook, head=int),
    "percents as text": with_values(text),
    "bare percents": with_values(bare),
    "a short sentence": with_values(short_sentence),
    "a terse sentence": with_values(terse_sentence),
    "short titles": lambda workbook: stacked(workbook, titles=SHORT_TITLES),
    "no diacritics": lambda workbook: stacked(
        workbook, titles=[plain(t).upper() for t in TITLES], head="KE HOACH NAM {}".format
    ),
    "decomposed characters": lambda workbook: stacked(
        workbook, titles=[unicodedata.normalize("NFD", t) for t in TITLES]
    ),
    "Roman STT": lambda workbook: stacked(
        workbook, stt=("", "I", "II.", "III", "IV", "(V)", "VI").__getitem__
    ),
    "STT with a dot": lambda workbook: stacked(workbook, stt="{}.".format),
}


def saved(build: Callable[[Workbook], Any]) -> bytes:
    workbook = Workbook()
    build(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def pairs(targets: Iterable[Target]) -> dict[tuple[int, int], Pair]:
    return {(t.row, t.year): (t.share_pct, t.threshold_pct) for t in targets}


def read_changed(
    plan: Plan, change: Callable[[Worksheet], Any]
) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """Read the shipped appendix after a change to its sheet."""
    workbook = load_workbook(TARGET)
    change(workbook.active)
    file = io.BytesIO()
    workbook.save(file)
    return read_appendix(file.getvalue(), plan)


def read_cell(plan: Plan, value: Any, style: str = "General", cell: str = "C11") -> list[Any]:
    """What one changed cell of the shipped appendix gives: targets there, then findings."""

    def change(sheet: Worksheet) -> None:
        sheet[cell].value, sheet[cell].number_format = value, style

    targets, findings = read_changed(plan, change)
    return [*(target for target in targets if target.cell == cell), *findings]


# --- the shipped appendix ---------------------------------------------------------------------


def test_shipped_appendix_gives_all_38_targets(plan: Plan) -> None:
    """The shipped appendix gives the plan's 38 targets, in order, and nothing to complain of."""
    targets, findings = read_appendix(plan.appendix_path.read_bytes(), plan)
    assert len(targets) == 38
    assert pairs(targets) == PRINTED
    assert [(t.row, t.year) for t in targets] == sorted(PRINTED)
    assert findings == ()


def test_shipped_appendix_prints_what_the_plan_knows() -> None:
    """The titles and units of the shipped appendix are those of the plan's indicators."""
    shipped = Plan.load(TARGET.parent)
    sheet = load_workbook(TARGET).active
    rows = [(sheet.cell(row, 2).value, sheet.cell(row, 6).value) for row in range(11, 17)]
    assert rows == [(item.title.vi, item.clause) for item in shipped.indicators]


def test_every_target_names_the_cell_it_was_read_from(plan: Plan) -> None:
    """A target's sheet and cell hold what it says is printed there."""
    workbook = load_workbook(TARGET)
    for target in read_appendix(TARGET.read_bytes(), plan)[0]:
        value = workbook[target.sheet][target.cell].value
        printed = value if isinstance(value, str) else f"{value:.0%}"
        assert (target.as_printed, target.decimals) == (printed, 0)
        assert target.title == plan.indicator(target.indicator).title.vi


def test_running_the_script_again_changes_nothing() -> None:
    """The script gives the shipped content, and the same bytes each time."""
    content = to_bytes(build_workbook())
    assert content == to_bytes(build_workbook())
    sheets = [load_workbook(file).active for file in (TARGET, io.BytesIO(content))]
    shipped, written = ([[c.value for c in row] for row in s.iter_rows()] for s in sheets)
    assert shipped == written


# --- other layouts ----------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_gives_the_same_targets(plan: Plan, layout: Callable[[Any], None]) -> None:
    """However the appendix is laid out, the same 38 pairs are read, without findings."""
    targets, findings = read_appendix(saved(layout), plan)
    assert pairs(targets) == PRINTED
    assert findings == ()


def test_merged_value_is_read_from_its_top_left_cell(plan: Plan) -> None:
    """A value merged across three years is three targets from one cell."""
    targets, _ = read_appendix(saved(merged_values), plan)
    assert {t.cell for t in targets if t.row == 1 and t.year <= 2025} == {"C4"}


@pytest.mark.parametrize(
    ("value", "style", "share", "decimals", "printed"),
    [
        ("67%", "General", 67, 0, "67%"),
        (" 67\u00a0% ", "General", 67, 0, "67 %"),
        ("66,67%", "General", 66.67, 2, "66,67%"),
        ("66.67%", "General", 66.67, 2, "66.67%"),
        ("tối thiểu 67%", "General", 67, 0, "tối thiểu 67%"),
        ("≥ 67% CQBC", "General", 67, 0, "≥ 67% CQBC"),
        (">= 67%", "General", 67, 0, ">= 67%"),
        ("đạt 67%", "General", 67, 0, "đạt 67%"),
        ("Phấn đấu đạt 67% trở lên", "General", 67, 0, "Phấn đấu đạt 67% trở lên"),
        ("67 phần trăm", "General", 67, 0, "67 phần trăm"),
        ("67", "@", 67, 0, "67"),
        (0.6667, "0.00%", 66.67, 2, "66,67%"),
        (0.667, "0.0%", 66.7, 1, "66,7%"),
        (0.67, "0.0%", 67, 1, "67,0%"),
        (0.29, "0%", 29, 0, "29%"),
        (0.57, "0%;[Red]-0%", 57, 0, "57%"),
        (0.005, "0.0%", 0.5, 1, "0,5%"),
        (67, "General", 67, 0, "67"),
        (66.67, "General", 66.67, 2, "66,67"),
        (67, '0"%"', 67, 0, "67%"),
        (0, "General", 0, 0, "0"),
        (1, "0%", 100, 0, "100%"),
    ],
)
def test_one_share_in_many_spellings(
    plan: Plan, value: Any, style: str, share: float, decimals: int, printed: str
) -> None:
    """A share is the same number however it is typed; its decimals are those printed."""
    (target,) = read_cell(plan, value, style)
    assert (target.share_pct, target.decimals, target.as_printed) == (share, decimals, printed)


@pytest.mark.parametrize(
    "sentence",
    [
        "33% cơ quan báo chí tăng doanh thu 10%",
        "33% CQBC tăng doanh thu tối thiểu 10%",
        "33% cơ quan, tăng 10%",
        "33% co quan bao chi tang doanh thu 10%",
        "33% cơ quan báo chí\ntăng doanh thu\n10 %",
        "33% số cơ quan báo chí (tăng doanh thu ≥ 10% so với năm 2022)",
    ],
)
def test_revenue_sentence_is_a_pair(plan: Plan, sentence: str) -> None:
    """The revenue row's sentence is a share and a growth threshold, however it is worded."""
    (target,) = read_cell(plan, sentence, cell="D14")
    assert (target.share_pct, target.threshold_pct) == (33, 10)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 2)), min_size=3, max_size=3))
@settings(max_examples=50, deadline=None)
def test_any_share_written_in_vietnamese_style_is_read_exactly(
    plan: Plan, shares: list[tuple[int, int]]
) -> None:
    """Any share with up to two decimals, written as "66,67%", comes back exactly."""
    rounded = [Decimal(n).scaleb(-2).quantize(Decimal(1).scaleb(-places)) for n, places in shares]
    texts = [f"{share}%".replace(".", ",") for share in rounded]
    content = saved(
        lambda book: put(
            book.active, 1, [["STT", "Nội dung", 2023, 2024, 2025], [1, TITLES[0], *texts]]
        )
    )
    targets, _ = read_appendix(content, plan)
    assert [t.share_pct for t in targets] == [float(share) for share in rounded]
    assert [t.decimals for t in targets] == [places for _, places in shares]
    assert [t.as_printed for t in targets] == texts


# --- values with problems ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "style", "code"),
    [
        ("33-67%", "General", "appendix-range"),
        ("33% – 67%", "General", "appendix-range"),
        ("10÷20%", "General", "appendix-range"),
        ("từ 33% đến 67%", "General", "appendix-range"),
        (0.67, "General", "appendix-bare-fraction"),
        ("0,67", "@", "appendix-bare-fraction"),
        (1, "General", "appendix-bare-fraction"),
        (67, "0%", "appendix-share-out-of-range"),
        (-0.1, "0%", "appendix-share-out-of-range"),
        ("150%", "General", "appendix-share-out-of-range"),
        ("-5%", "General", "appendix-value-unreadable"),
        ("1.000%", "General", "appendix-value-unreadable"),
        ("> 67%", "General", "appendix-value-unreadable"),
        ("khoảng 67%", "General", "appendix-value-unreadable"),
        ("trên 67%", "General", "appendix-value-unreadable"),
        ("dưới 67%", "General", "appendix-value-unreadable"),
        ("50/30/20", "General", "appendix-value-unreadable"),
        ("ngày 24/11/2023", "General", "appendix-value-unreadable"),
        ("2 cơ quan", "General", "appendix-value-unreadable"),
        ("67% (Báo Ví dụ, Đài Ví dụ)", "General", "appendix-value-unreadable"),
        ("?", "General", "appendix-value-unreadable"),
        ("… %", "General", "appendix-value-unreadable"),
        ("sáu mươi bảy phần trăm", "General", "appendix-value-unreadable"),
        (True, "General", "appendix-value-unreadable"),
        ("#DIV/0!", "General", "appendix-value-unreadable"),
        ("#REF!", "General", "appendix-value-unreadable"),
        (datetime(2025, 3, 2), "d/m", "appendix-date"),  # noqa: DTZ001 - "2/3"
        (time(2, 3), "h:mm", "appendix-date"),
        ("33% cơ quan báo chí tăng doanh thu 10%", "General", "appendix-threshold-unexpected"),
        ("=0.6+0.07", "0%", "appendix-formula-without-value"),
    ],
)
def test_doubtful_value_is_a_finding_with_its_cell(
    plan: Plan, value: Any, style: str, code: str
) -> None:
    """A cell that cannot be read in exactly one way blocks, is named, and gives no target."""
    (finding,) = read_cell(plan, value, style)
    assert (finding.code, finding.severity) == (code, Severity.BLOCKING)
    assert (finding.sheet, finding.cell) == ("Phụ lục", "C11")
    assert finding.found
    assert finding.expected


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("33%", "appendix-threshold-missing"),
        ("tăng 10%", "appendix-value-unreadable"),
        ("33% cơ quan không tăng doanh thu 10%", "appendix-value-unreadable"),
        ("33% cơ quan giảm doanh thu 10%", "appendix-value-unreadable"),
        ("33% cơ quan tăng doanh thu tối đa 10%", "appendix-value-unreadable"),
        ("33% cơ quan tăng 10% so với năm 2021", "appendix-value-unreadable"),
        ("tăng doanh thu 10% ở 33% cơ quan", "appendix-value-unreadable"),
        ("33% cơ quan báo chí tăng doanh thu 10-20%", "appendix-range"),
    ],
)
def test_sentence_that_says_something_else_is_refused(plan: Plan, sentence: str, code: str) -> None:
    """A word, sign or number that could change a sentence's meaning blocks it."""
    (finding,) = read_cell(plan, sentence, cell="D14")
    assert (finding.code, finding.severity, finding.cell) == (code, Severity.BLOCKING, "D14")


def test_hidden_decimals_give_what_is_printed_and_a_remark(plan: Plan) -> None:
    """2/3 printed as "67%" is the target 67%: the paper counts; the difference is remarked."""
    target, remark = read_cell(plan, 0.6667, "0%")
    assert (target.share_pct, target.as_printed) == (67, "67%")
    assert remark == Finding(
        "appendix-hidden-decimals", Severity.REMARK, "Phụ lục", "C11", "", "66,67%", "67%"
    )


@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0\n", "-", "–", "…", "...", "- -"])
def test_empty_cell_is_no_target(plan: Plan, blank: str | None) -> None:
    """An empty cell under a year, or one with only a dash or dots, is no target and no fault."""
    assert read_cell(plan, blank) == []


def test_all_findings_come_at_once(plan: Plan) -> None:
    """Three faults give three findings, and the other 35 targets are still read."""

    def change(sheet: Worksheet) -> None:
        sheet["C11"], sheet["D12"], sheet["E13"] = "33-67%", "?", 5

    targets, findings = read_changed(plan, change)
    assert [f.cell for f in findings] == ["C11", "D12", "E13"]
    assert len(targets) == 35


# --- rows, columns and files with problems ----------------------------------------------------


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_stt_that_disagrees_is_remarked_and_the_title_counts(plan: Plan) -> None:
    """The title says which indicator a row is; another STT is only remarked."""
    targets, findings = read_changed(plan, lambda sheet: sheet.__setitem__("A12", "5."))
    assert pairs(targets) == PRINTED
    assert findings == (
        Finding(
            code="appendix-stt-disagrees",
            severity=Severity.REMARK,
            sheet="Phụ lục",
            cell="A12",
            found="5.",
            expected="2 (Phân tích dữ liệu và AI)",
        ),
    )


@pytest.mark.parametrize(
    ("title", "code", "severity"),
    [
        ("Tỷ lệ người dân hài lòng", "appendix-row-unknown", Severity.REMARK),
        (None, "appendix-row-unknown", Severity.REMARK),
        ("Đào tạo về tòa soạn hội tụ", "appendix-row-ambiguous", Severity.BLOCKING),
    ],
)
def test_row_that_is_no_single_indicator_is_skipped(
    plan: Plan, title: str | None, code: str, severity: Severity
) -> None:
    """A title that fits no indicator is listed, one that fits several blocks; no STT is a guess."""
    targets, findings = read_changed(plan, lambda sheet: setattr(sheet["B11"], "value", title))
    assert codes(findings)[:1] == [code]
    assert (findings[0].severity, findings[0].cell) == (severity, "B11")
    assert findings[0].found == (title or "")
    assert {t.year for t in targets if t.row == 1} == set(YEARS[1])


def append_copy(sheet: Worksheet, value: Any) -> None:
    put(sheet, 30, [["STT", "Nội dung", "Kế hoạch năm 2024"], [1, TITLES[0], (value, "0%")]])


def test_repeated_target_is_a_remark(plan: Plan) -> None:
    """The same pair stated twice for one indicator and year is only remarked."""
    targets, findings = read_changed(plan, lambda sheet: append_copy(sheet, 0.67))
    assert pairs(targets) == PRINTED
    assert [(f.code, f.severity) for f in findings] == [
        ("appendix-target-repeated", Severity.REMARK)
    ]


def test_contradicting_targets_block_and_both_are_named(plan: Plan) -> None:
    """Two different pairs for one indicator and year block; the finding names both cells."""
    targets, (finding,) = read_changed(plan, lambda sheet: append_copy(sheet, 0.7))
    assert pairs(targets) == PRINTED
    assert (finding.code, finding.severity) == ("appendix-targets-contradict", Severity.BLOCKING)
    assert (finding.cell, finding.found) == ("C31", "70%")
    assert finding.expected == "67% (Phụ lục!D11)"


@pytest.mark.parametrize(
    ("head", "code", "severity"),
    [
        ("Kế hoạch năm 2031", "appendix-year-outside-plan", Severity.REMARK),
        ("Thực hiện năm 2023", "appendix-column-of-actuals", Severity.REMARK),
        ("Tổng số CQBC năm 2023", "appendix-head-unclear", Severity.BLOCKING),
        ("Thực hiện so với kế hoạch năm 2023", "appendix-head-unclear", Severity.BLOCKING),
        ("Mục tiêu 2023 - 2025", "appendix-head-unclear", Severity.BLOCKING),
    ],
)
def test_column_that_holds_no_target_of_a_plan_year_is_reported(
    plan: Plan, head: str, code: str, severity: Severity
) -> None:
    """Columns of other years, of actuals, or of unclear meaning are not read as targets."""
    targets, findings = read_changed(plan, lambda sheet: sheet.__setitem__("C10", head))
    assert codes(findings) == [code, "appendix-year-missing"]
    assert (findings[0].severity, findings[0].cell, findings[0].found) == (severity, "C10", head)
    assert findings[1].expected == "2023"
    assert 2023 not in {t.year for t in targets}


def test_actuals_beside_targets_are_told_apart_by_the_group_head(plan: Plan) -> None:
    """Under one merged year, "Kế hoạch" is read and "Thực hiện" is not."""

    def build(workbook: Workbook) -> None:
        sheet = workbook.active
        head = [["STT", "Nội dung", "Năm 2024"], [None, None, "Kế hoạch", "Thực hiện"]]
        put(sheet, 1, [*head, [1, TITLES[0], (0.67, "0%"), (0.33, "0%")]])
        sheet.merge_cells("C1:D1")

    targets, findings = read_appendix(saved(build), plan)
    assert pairs(targets) == {(1, 2024): (67, None)}
    assert "appendix-column-of-actuals" in codes(findings)


@pytest.mark.parametrize("titles", [["Ngày"], ["Nội dung", "Chỉ tiêu"]])
def test_table_without_exactly_one_title_column_is_not_read(plan: Plan, titles: list[str]) -> None:
    """Without a column of titles, or with two, no row is guessed."""
    rows = [["STT", *titles, "KH 2024"], [1, *[TITLES[0]] * len(titles), (0.67, "0%")]]
    targets, findings = read_appendix(saved(lambda book: put(book.active, 1, rows)), plan)
    assert targets == ()
    assert findings[0].code == "appendix-title-column-unclear"
    assert findings[0].severity is Severity.BLOCKING


def test_what_the_appendix_lacks_is_remarked(plan: Plan) -> None:
    """Years and indicators of the plan without a column or a row are named."""
    content = saved(lambda workbook: put(workbook.active, 1, table(YEARS[1])))
    targets, findings = read_appendix(content, plan)
    assert len(targets) == 20
    assert [(f.code, f.expected) for f in findings] == [
        ("appendix-year-missing", "2023"),
        ("appendix-year-missing", "2024"),
        ("appendix-year-missing", "2025"),
        ("appendix-row-missing", "Nhân lực được đào tạo"),
        ("appendix-row-missing", "An toàn thông tin cấp độ 3"),
    ]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheet_is_reported_and_not_read(plan: Plan, state: str) -> None:
    """A hidden sheet, such as last year's copy, is named and none of its values is used."""

    def build(workbook: Workbook) -> None:
        stacked(workbook)
        copy = workbook.create_sheet("Bản cũ")
        put(copy, 1, table((2023, 2024, 2025), value=lambda _: (0.01, "0%")))
        copy.sheet_state = state

    targets, findings = read_appendix(saved(build), plan)
    assert pairs(targets) == PRINTED
    assert findings == (Finding("hidden-sheet", Severity.REMARK, found="Bản cũ"),)


def tampered(part: str, old: bytes, new: bytes) -> bytes:
    """The shipped appendix with a change to the XML of one part."""
    file = io.BytesIO()
    with zipfile.ZipFile(TARGET) as source, zipfile.ZipFile(file, "w") as changed:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            changed.writestr(name, content.replace(old, new) if name == part else content)
    return file.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><workbook'


def zip_of(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"STT;Noi dung;2024\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        TARGET.read_bytes()[:3000],
        zip_of("readme.txt", b"no workbook"),
        zip_of("[Content_Types].xml", b"<broken"),
        tampered("xl/workbook.xml", b"<workbook", ENTITIES),
        tampered("xl/worksheets/sheet1.xml", b'"A4:G4"', b'"A30:XFD1048576"'),
    ],
    ids=["empty", "csv", "xls or password", "cut off", "zip", "broken xml", "entities", "merged"],
)
def test_bytes_that_are_no_workbook_are_one_finding(plan: Plan, content: bytes) -> None:
    """What is not a readable .xlsx file is one finding, never an exception."""
    targets, (finding,) = read_appendix(content, plan)
    assert targets == ()
    assert (finding.code, finding.severity) == ("not-a-workbook", Severity.UNREADABLE)
    assert (bool(finding.found), finding.expected) == (True, ".xlsx")


def test_workbook_without_a_table_blocks(plan: Plan) -> None:
    """A workbook with no head of years beside STT or Nội dung has no target."""
    content = saved(lambda book: put(book.active, 1, [["Kế hoạch năm 2024"], ["67%"]]))
    targets, (finding,) = read_appendix(content, plan)
    assert targets == ()
    assert (finding.code, finding.severity) == ("appendix-no-table", Severity.BLOCKING)


def test_a_table_without_any_target_blocks(plan: Plan) -> None:
    """Rows of another plan are only remarked on; when nothing at all is left, that is a fault."""
    rows = [["Nội dung", "Năm 2025"], ["Tỷ lệ hộ nghèo", "67%"], ["Số trường học", "50%"]]
    targets, findings = read_appendix(saved(lambda book: put(book.active, 1, rows)), plan)
    assert targets == ()
    assert ("appendix-no-target", Severity.BLOCKING) in {(f.code, f.severity) for f in findings}


def test_sheet_of_absurd_size_is_not_walked(plan: Plan) -> None:
    """A sheet that claims billions of cells is refused at once."""

    def build(workbook: Workbook) -> None:
        stacked(workbook)
        workbook.create_sheet("Lớn")["XFD1048576"] = 1

    targets, (finding,) = read_appendix(saved(build), plan)
    assert pairs(targets) == PRINTED
    assert (finding.code, finding.sheet) == ("appendix-sheet-too-large", "Lớn")


# --- any province's appendix ------------------------------------------------------------------

PLATFORMS, ANALYSIS, NEWSROOM, REVENUE, TRAINING, SECURITY = TITLES
Row = tuple[str, Severity, str]  # code, severity, cell
FRACTION: Row = ("appendix-fraction-read", Severity.REMARK, "C2")
NO_NUMBER: Row = ("appendix-qualitative", Severity.REMARK, "C2")


def blocked(code: str, cell: str = "C2") -> Row:
    return f"appendix-{code}", Severity.BLOCKING, cell


def about_cells(findings: Iterable[Finding]) -> list[Row]:
    """The findings that name a cell; what the appendix lacks is said of the whole file."""
    return [(f.code, f.severity, f.cell) for f in findings if f.cell]


def goal(title: str, value: Any, head: str = "Mục tiêu đến năm 2025") -> list[list[Any]]:
    """A table of one row and a single column of goals."""
    return [["STT", "Nội dung", head], [1 + TITLES.index(title), title, value]]


def decomposed(words: str) -> str:
    return unicodedata.normalize("NFD", words)


# Cells below a single goal column: what stands in C2, the pair read for 2025, what is said of it.
CELLS: list[tuple[str, Any, Pair | None, Row | None]] = [
    (PLATFORMS, "67%", (67, None), None),
    (PLATFORMS, "đạt tối thiểu 67 phần trăm", (67, None), None),
    (PLATFORMS, "2/3 cơ quan báo chí", (66.67, None), FRACTION),
    (PLATFORMS, "02/03 cơ quan", (66.67, None), FRACTION),
    (PLATFORMS, "2/3", (66.67, None), FRACTION),
    (PLATFORMS, "0/3 CQBC", (0, None), FRACTION),
    (PLATFORMS, "3/3 cơ quan báo chí", (100, None), FRACTION),
    (PLATFORMS, "Phấn đấu đạt 1/2 số cơ quan báo chí", (50, None), FRACTION),
    (PLATFORMS, "40/60 cơ quan báo chí", (66.67, None), FRACTION),
    (PLATFORMS, "2/3 cơ quan báo chí (Báo Ví dụ, Đài Ví dụ)", (66.67, None), FRACTION),
    (
        PLATFORMS,
        "2/3 cơ quan (Báo Ví dụ và Đài Phát thanh và Truyền hình)",
        (66.67, None),
        FRACTION,
    ),
    (PLATFORMS, "2/3 cơ quan\n(Báo Ví dụ\n- Tạp chí Ví dụ)", (66.67, None), FRACTION),
    (PLATFORMS, "2/3 cơ quan (VNTB; Đài PT&TH)", (66.67, None), FRACTION),
    (PLATFORMS, "2/3 co quan bao chi (Bao Vi du, Dai Vi du)", (66.67, None), FRACTION),
    (PLATFORMS, decomposed("2/3 cơ quan (Báo Ví dụ và Đài Ví dụ)"), (66.67, None), FRACTION),
    (PLATFORMS, "2/3 cơ quan báo chí (Báo Ví dụ)", None, blocked("fraction-doubtful")),
    (PLATFORMS, "2/3 cơ quan (Báo TB, Báo Thái Bình)", None, blocked("fraction-doubtful")),
    (PLATFORMS, "1/3 cơ quan (Báo Ví dụ, Đài Ví dụ)", None, blocked("fraction-doubtful")),
    (PLATFORMS, "2/3 cơ quan báo chí (trừ Tạp chí Ví dụ)", None, blocked("fraction-doubtful")),
    (PLATFORMS, "4/3 cơ quan báo chí", None, blocked("fraction-doubtful")),
    (PLATFORMS, "2/0 cơ quan báo chí", None, blocked("fraction-doubtful")),
    (PLATFORMS, "0/0", None, blocked("fraction-doubtful")),
    (PLATFORMS, "2/3 phóng viên", None, blocked("fraction-doubtful")),
    (PLATFORMS, "2/3 nguồn thu", None, blocked("fraction-doubtful")),
    (PLATFORMS, "khoảng 2/3 cơ quan", None, blocked("fraction-doubtful")),
    (PLATFORMS, "67% (2/3 cơ quan)", None, blocked("fraction-doubtful")),
    (PLATFORMS, "2/3 cơ quan (67%)", None, blocked("fraction-doubtful")),
    (TRAINING, "2/3", None, blocked("fraction-doubtful")),
    (TRAINING, "70%", (70, None), None),
    (REVENUE, "1/3 cơ quan báo chí tăng doanh thu 10%", (33.33, 10), FRACTION),
    (REVENUE, "1/3 cơ quan báo chí", None, blocked("threshold-missing")),
    (REVENUE, "33% cơ quan tăng doanh thu 1/3", None, blocked("fraction-doubtful")),
    (PLATFORMS, (datetime(2025, 3, 2), "d/m"), None, blocked("date")),  # noqa: DTZ001 - "2/3" typed
    (PLATFORMS, "Báo Ví dụ, Đài Ví dụ", None, blocked("agencies-named")),
    (PLATFORMS, "Báo Ví dụ\nĐài Phát thanh\nvà Truyền hình Ví dụ", None, blocked("agencies-named")),
    (PLATFORMS, "VNTB", None, blocked("agencies-named")),
    (PLATFORMS, "(Tạp chí Ví dụ)", None, blocked("agencies-named")),
    (PLATFORMS, "Bao Vi du, Dai Vi du", None, blocked("agencies-named")),
    (PLATFORMS, "Báo cáo hằng năm", None, NO_NUMBER),
    (PLATFORMS, "Bảo đảm", None, NO_NUMBER),
    (PLATFORMS, "Bao dam", None, NO_NUMBER),
    (PLATFORMS, "Báo Ví dụ, các đơn vị khác", None, NO_NUMBER),
    (PLATFORMS, "60%/40%", None, blocked("ratio")),
    (PLATFORMS, "60/40", None, blocked("ratio")),
    (PLATFORMS, "60:40", None, blocked("ratio")),
    (PLATFORMS, "33%/10%", None, blocked("ratio")),
    (PLATFORMS, "70% - 30%", None, blocked("ratio")),
    (PLATFORMS, "70-30", None, blocked("ratio")),
    (PLATFORMS, "33-67%", None, blocked("range")),
    (PLATFORMS, "30% - 50%", None, blocked("range")),
    (PLATFORMS, "70% - 20%", None, blocked("range")),
    (PLATFORMS, "1/3 - 2/3 cơ quan", None, blocked("range")),
    *((PLATFORMS, words, None, NO_NUMBER) for words in ("Hoàn thành", "Cơ bản hoàn thành", "x")),
    *((PLATFORMS, words, None, NO_NUMBER) for words in ("Triển khai", "Duy trì", "Đạt", "✓")),
    *((REVENUE, words, None, NO_NUMBER) for words in ("Phấn đấu đạt", "Tăng", "Không", "N/A")),
    (PLATFORMS, "Duy trì 2 kênh", None, blocked("value-unreadable")),
    (PLATFORMS, "⅔ cơ quan", None, blocked("value-unreadable")),
    (PLATFORMS, "khoảng 67%", None, blocked("value-unreadable")),
    (PLATFORMS, "-", None, None),
]


@pytest.mark.parametrize(("title", "value", "pair", "said"), CELLS)
def test_cell_of_another_province_is_read_or_flagged(
    plan: Plan, title: str, value: Any, pair: Pair | None, said: Row | None
) -> None:
    """A cell gives its one meaning or none; what is doubtful or taken is said of its address."""
    content = saved(lambda book: put(book.active, 1, goal(title, value)))
    targets, findings = read_appendix(content, plan)
    row = 1 + TITLES.index(title)
    assert pairs(targets) == ({} if pair is None else {(row, 2025): pair})
    assert about_cells(findings) == ([] if said is None else [said])


def test_fraction_is_k_of_n_agencies(plan: Plan) -> None:
    """2/3 asks for 2 of 3 and 4 of 6; it is printed as it stands and remarked as read."""
    content = saved(lambda book: put(book.active, 1, goal(PLATFORMS, "2/3 cơ quan báo chí")))
    (target,), findings = read_appendix(content, plan)
    assert (target.share_pct, target.decimals) == (66.67, 2)
    assert target.as_printed == "2/3 cơ quan báo chí"
    assert [needed_count(n, target.share_pct, target.decimals) for n in (3, 6)] == [2, 4]
    place = ("Sheet", "C2", "")
    found = Finding(FRACTION[0], Severity.REMARK, *place, "2/3 cơ quan báo chí", "66,67%")
    assert found in findings


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
@settings(max_examples=60, deadline=None)
def test_any_fraction_is_met_by_as_many_and_no_fewer(plan: Plan, fraction: tuple[int, int]) -> None:
    """k of n, and as often as many in a province with more agencies, is what k/n asks for."""
    k, n = fraction
    content = saved(lambda book: put(book.active, 1, goal(PLATFORMS, f"{k}/{n} cơ quan báo chí")))
    (target,), _ = read_appendix(content, plan)
    needed = [needed_count(n * times, target.share_pct, target.decimals) for times in (1, 2, 5)]
    assert needed == [k, 2 * k, 5 * k]


FAR = "Đến năm 2030"
TWO_YEARS = "Mục tiêu đến năm 2025, định hướng đến năm 2030"
UNKNOWN: Row = ("appendix-row-unknown", Severity.REMARK, "A3")

# Tables of other shapes: the rows, the pairs read by row and year, what is said of which cell.
SHAPES: dict[str, tuple[list[list[Any]], dict[tuple[int, int], Pair], list[Row]]] = {
    **{
        f"single goal: {head}": (goal(PLATFORMS, "67%", head), {(1, year): (67, None)}, [])
        for head, year in (
            ("Mục tiêu đến năm 2025", 2025),
            ("Mục tiêu đến hết năm 2025", 2025),
            ("Chỉ tiêu đến năm 2025 (%)", 2025),
            (FAR, 2030),
            ("MT 2030", 2030),
        )
    },
    "a head of two years": (goal(PLATFORMS, "67%", TWO_YEARS), {}, [blocked("head-unclear", "C1")]),
    "a head of two years beside a clear one": (
        [["STT", "Nội dung", "Năm 2024", TWO_YEARS], [1, PLATFORMS, "33%", "67%"]],
        {(1, 2024): (33, None)},
        [blocked("head-unclear", "D1")],
    ),
    "a head that says something else": (
        goal(PLATFORMS, "67%", "Số cơ quan năm 2025"),
        {},
        [blocked("head-unclear", "C1")],
    ),
    "no STT": (
        [["Chỉ tiêu", FAR], [PLATFORMS, "100%"], [TRAINING, "70%"]],
        {(1, 2030): (100, None), (5, 2030): (70, None)},
        [],
    ),
    "no STT, the unit before the goals": (
        [["Chỉ tiêu", "ĐVT", "Năm 2025", FAR], [PLATFORMS, "%", 67, 100]],
        {(1, 2025): (67, None), (1, 2030): (100, None)},
        [],
    ),
    "goals before the unit": (
        [["TT", "Chỉ tiêu", FAR, "Đơn vị tính"], [1, PLATFORMS, 67, "Tỷ lệ phần trăm"]],
        {(1, 2030): (67, None)},
        [],
    ),
    "a bare number of agencies is no percentage": (
        [["Chỉ tiêu", "ĐVT", FAR], [PLATFORMS, "Cơ quan", 2], [TRAINING, "Người", "70%"]],
        {(5, 2030): (70, None)},
        [blocked("value-unreadable", "C2")],
    ),
    "a bare number in an unnamed unit of two head rows": (
        [["STT", "Nội dung", "Đơn vị", FAR], [None, None, "đo lường"], [1, PLATFORMS, "CQ", 2]],
        {},
        [blocked("value-unreadable", "D3")],
    ),
    "no agency is no share": (
        [["Chỉ tiêu", "Đơn vị tính", FAR], [PLATFORMS, "Cơ quan", 0]],
        {(1, 2030): (0, None)},
        [],
    ),
    "who is responsible is no unit": (
        [["Chỉ tiêu", "Đơn vị chủ trì", FAR], [PLATFORMS, "Sở Ví dụ", 67]],
        {(1, 2030): (67, None)},
        [],
    ),
    **{
        f"an extra row: {value}": (
            [["Nội dung", FAR], [PLATFORMS, "100%"], ["Cơ cấu nguồn tin", value]],
            {(1, 2030): (100, None)},
            [UNKNOWN],
        )
        for value in ("60%/40%", "2/3 cơ quan", "Duy trì", 5, "10 phần trăm")
    },
    "an extra row with its STT": (
        [["STT", "Nội dung", FAR], [1, PLATFORMS, "100%"], [2, "Nhóm", "-"], [7, "Khác", "cao"]],
        {(1, 2030): (100, None)},
        [("appendix-row-unknown", Severity.REMARK, "B4")],
    ),
    "what stands below is no row": (
        [
            ["Nội dung", FAR],
            [PLATFORMS, "100%"],
            ["Nơi nhận:", "Ví dụ, ngày 15 tháng 8 năm 2023"],
            ["Ghi chú", "24/11/2023"],
            ["Nhóm khác", "-"],
        ],
        {(1, 2030): (100, None)},
        [],
    ),
    "a title line above that names a year is no head": (
        [
            ["PHỤ LỤC: CHỈ TIÊU NĂM 2025", None, "(kèm theo Kế hoạch năm 2023)"],
            *goal(PLATFORMS, "67%"),
        ],
        {(1, 2025): (67, None)},
        [],
    ),
}


@pytest.mark.parametrize(("rows", "read", "said"), SHAPES.values(), ids=SHAPES.keys())
def test_table_of_another_shape_is_read_or_flagged(
    plan: Plan, rows: list[list[Any]], read: dict[tuple[int, int], Pair], said: list[Row]
) -> None:
    """Whatever columns a table has, known rows are read, others listed, doubts addressed."""
    targets, findings = read_appendix(saved(lambda book: put(book.active, 1, rows)), plan)
    assert pairs(targets) == read
    assert about_cells(findings) == said


def test_doubt_of_a_merged_cell_is_said_once(plan: Plan) -> None:
    """One cell merged over three years that states no number is one remark, not three."""

    def build(workbook: Workbook) -> None:
        put(workbook.active, 1, [["STT", "Nội dung", 2023, 2024, 2025], [1, PLATFORMS, "Duy trì"]])
        workbook.active.merge_cells("C2:E2")

    targets, findings = read_appendix(saved(build), plan)
    assert targets == ()
    assert about_cells(findings) == [NO_NUMBER]


def test_head_of_two_years_says_what_to_write(plan: Plan) -> None:
    """Where no year is clear, the head is the fault; rows are not called missing."""
    content = saved(lambda book: put(book.active, 1, goal(PLATFORMS, "67%", TWO_YEARS)))
    _, findings = read_appendix(content, plan)
    assert (findings[0].found, findings[0].expected) == (TWO_YEARS, "Kế hoạch năm 2025")
    assert set(codes(findings[1:])) == {"appendix-year-missing"}


# Three invented provinces; none is a real one's appendix.


def goals_with_fractions(workbook: Workbook) -> None:
    """Tỉnh Ví dụ A: no STT, the unit before one column of goals, fractions, extra rows."""
    rows: list[list[Any]] = [
        ["Chỉ tiêu", "Đơn vị tính", "Mục tiêu đến năm 2025", "Ghi chú"],
        ["Nội dung báo chí trên nền tảng số", "Cơ quan", "3/3 cơ quan báo chí"],
        ["Phân tích dữ liệu, AI", "Cơ quan", "2/3 cơ quan báo chí (Báo Ví dụ, Đài Ví dụ)"],
        ["Tòa soạn hội tụ", "Cơ quan", "1/3 cơ quan báo chí (Báo Ví dụ)"],
        ["Tăng doanh thu", "Tỷ lệ", "1/3 cơ quan báo chí tăng doanh thu 10%"],
        ["Cơ cấu tin, bài in/điện tử", "Tỷ lệ", "60%/40%"],
        ["Nhân lực được đào tạo", "%", 70],
        ["Ký số văn bản nội bộ", "Cơ quan", "Duy trì"],
    ]
    workbook.active.title = "Ví dụ A"
    put(workbook.active, 1, [["TỈNH VÍ DỤ A"], ["PHỤ LỤC MỤC TIÊU ĐẾN NĂM 2025"]])
    put(workbook.active, 4, rows)


def goals_of_two_years(workbook: Workbook) -> None:
    """Tỉnh Ví dụ B: one table of 2025 and 2030 below a merged head, before the unit."""
    sheet = workbook.active
    sheet.title = "Ví dụ B"
    put(sheet, 1, [["TỈNH VÍ DỤ B", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]])
    rows: list[list[Any]] = [
        ["TT", "Nội dung chỉ tiêu", "Mục tiêu", None, "Đơn vị tính"],
        [None, None, "Đến năm 2025", "Đến năm 2030"],
        ["I", "Nhóm chỉ tiêu chung"],
        ["1.", "Cơ quan báo chí đưa nội dung lên nền tảng số", (0.8, "0%"), (1, "0%"), "%"],
        ["2.", "CQBC dùng nền tảng phân tích dữ liệu", "≥ 50%", "tối thiểu 80%", "%"],
        ["3.", "Tòa soạn hội tụ", "Triển khai", "50 phần trăm", "%"],
        ["4.", "Tăng doanh thu", "-", "50% cơ quan tăng doanh thu 20%", "%"],
        ["5.", "Đào tạo phóng viên, biên tập viên", 70, 100, "%"],
        ["6.", "ATTT cấp độ 3", (1, "0%"), None, "%"],
        ["7.", "Xuất bản tạp chí số", "Hoàn thành", "Duy trì"],
        [None, "Nơi nhận:", None, "Ví dụ B, ngày 15 tháng 8 năm 2023"],
    ]
    put(sheet, 3, rows)
    sheet.merge_cells("C3:D3")


def goals_with_doubts(workbook: Workbook) -> None:
    """Tỉnh Ví dụ C: a sheet per year, with every kind of doubt beside what is clear."""
    head = ["Số TT", "Chỉ tiêu", "Chỉ tiêu đến năm 2025 (%)"]
    rows = [
        head,
        [1, "Nội dung trên nền tảng số", "Báo Ví dụ, Đài Ví dụ"],
        [2, "Phân tích dữ liệu", (datetime(2025, 3, 2), "d/m")],  # noqa: DTZ001 - "2/3" typed
        [3, "Tòa soạn hội tụ", "60%/40%"],
        [4, "Tăng doanh thu", "33-67%"],
        [5, "Đào tạo", "2/3"],
        [6, "An toàn thông tin cấp độ 3", 100],
        [7, "Đào tạo về tòa soạn hội tụ", 100],
    ]
    workbook.active.title = "Ví dụ C 2025"
    put(workbook.active, 2, rows)
    later = workbook.create_sheet("Ví dụ C 2030")
    put(later, 1, [["STT", "Nội dung", FAR, TWO_YEARS], [1, PLATFORMS, "100%", "67%"]])


def everything_said(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """By code: the sheet's last letter or year and cell, or what the whole file lacks."""
    said: dict[str, list[str]] = {}
    for found in findings:
        place = f"{found.sheet[6:]}!{found.cell}" if found.cell else found.expected
        said.setdefault(found.code.removeprefix("appendix-"), []).append(place)
    return said


OTHER_YEARS = ["2023", "2024", "2026", "2027", "2028", "2029"]
PROVINCES: list[
    tuple[Callable[[Workbook], None], dict[tuple[int, int], Pair], dict[str, list[str]], set[str]]
] = [
    (
        goals_with_fractions,
        {
            (1, 2025): (100, None),
            (2, 2025): (66.67, None),
            (3, 2025): (33.33, None),
            (4, 2025): (33.33, 10),
            (5, 2025): (70, None),
        },
        {
            "fraction-read": ["A!C5", "A!C6", "A!C7", "A!C8"],
            "row-unknown": ["A!A9", "A!A11"],
            "year-missing": [*OTHER_YEARS, "2030"],
            "row-missing": ["An toàn thông tin cấp độ 3"],
        },
        set(),
    ),
    (
        goals_of_two_years,
        {
            (1, 2025): (80, None),
            (1, 2030): (100, None),
            (2, 2025): (50, None),
            (2, 2030): (80, None),
            (3, 2030): (50, None),
            (4, 2030): (50, 20),
            (5, 2025): (70, None),
            (5, 2030): (100, None),
            (6, 2025): (100, None),
        },
        {"qualitative": ["B!C8"], "row-unknown": ["B!B12"], "year-missing": OTHER_YEARS},
        set(),
    ),
    (
        goals_with_doubts,
        {(1, 2030): (100, None), (6, 2025): (100, None)},
        {
            "agencies-named": ["C 2025!C3"],
            "date": ["C 2025!C4"],
            "ratio": ["C 2025!C5"],
            "range": ["C 2025!C6"],
            "fraction-doubtful": ["C 2025!C7"],
            "row-ambiguous": ["C 2025!B9"],
            "head-unclear": ["C 2030!D1"],
            "year-missing": OTHER_YEARS,
        },
        {
            "agencies-named",
            "date",
            "ratio",
            "range",
            "fraction-doubtful",
            "row-ambiguous",
            "head-unclear",
        },
    ),
]


@pytest.mark.parametrize(("build", "read", "said", "blocking"), PROVINCES)
def test_appendix_of_another_province_is_read_in_full(
    plan: Plan,
    build: Callable[[Workbook], None],
    read: dict[tuple[int, int], Pair],
    said: dict[str, list[str]],
    blocking: set[str],
) -> None:
    """All that is clear is read, and everything else is said, each with its place."""
    targets, findings = read_appendix(saved(build), plan)
    assert pairs(targets) == read
    assert everything_said(findings) == said
    stopping = (f.code for f in findings if f.severity is not Severity.REMARK)
    assert {code.removeprefix("appendix-") for code in stopping} == blocking


def with_appendix(plan: Plan, folder: Path, build: Callable[[Workbook], None]) -> Plan:
    """A copy of the plan with another appendix."""
    copy = shutil.copytree(plan.folder, folder / "plan")
    (copy / plan.appendix).write_bytes(saved(build))
    return Plan.load(copy)


@pytest.mark.parametrize("build", [goals_with_fractions, goals_of_two_years])
def test_remarks_on_an_appendix_do_not_stop_the_service(
    plan: Plan, tmp_path: Path, build: Callable[[Workbook], None]
) -> None:
    """A plan whose appendix has only remarks is served, with the targets that were read."""
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    service = Service(with_appendix(plan, tmp_path, build), store)
    store.close()
    assert (5, 2025) in pairs(service.targets)


def test_doubts_on_an_appendix_stop_the_service(plan: Plan, tmp_path: Path) -> None:
    """A plan with doubtful targets is refused, and every one is named with its cell."""
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(TbdxError) as raised:
        Service(with_appendix(plan, tmp_path, goals_with_doubts), store)
    store.close()
    faults = [fault_text(fault, language("en")) for fault in raised.value.fields["faults"]]
    cells = ["D1", "B9", *(f"C{row}" for row in range(3, 8))]
    assert len(faults) == len(cells)
    assert all(any(cell in fault for fault in faults) for cell in cells)


def codes_of_the_appendix() -> set[str]:
    """Every code in the modules that read the appendix."""
    folder = Path(appendix.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("appendix*.py"))
    return set(re.findall(r'"(appendix-[a-z-]+)"', source))


@pytest.mark.parametrize("code", sorted(codes_of_the_appendix()))
def test_every_finding_on_an_appendix_has_its_words(plan: Plan, code: str) -> None:
    """Each code has a severity and a text that can be said in both languages."""
    severity = appendix.SEVERITIES[code]
    finding = Finding(code, severity, "Phụ lục", "C11", "", "2/3", "66,67%")
    for name in ("vi", "en"):
        sentence = finding_sentence(finding, language(name), plan)
        assert "C11" in sentence
        assert "{" not in sentence
