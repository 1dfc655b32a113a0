"""A folder with another province's plan opens as another province, with no code.

`tests/plans/tinh-vi-du` is invented: five indicators in another order, other
years and due date, an appendix in another layout, other questions and words,
an agency that is renamed and two that merge. Nothing of it may show what is
Thái Bình's.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from conftest import running_app
from openpyxl import load_workbook
from plans import make_appendix
from playwright.sync_api import Browser, Page, expect
from shell import Shell
from streamlit.testing.v1 import AppTest
from test_year import COUNT_RUNS, Walk

from scripts.make_appendix import to_bytes
from tbdx import tables, wording
from tbdx.i18n import language
from tbdx.model import Answer, Phase, TbdxError
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.ui import agencies, boards, shell
from tbdx.workbook import write_form
from tbdx.workbook.template import Value

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "plans" / "tinh-vi-du"
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
YES, NO, NA = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE
FINAL = Phase.FINAL

NAMES = (
    "all_people",
    "skilled_people",
    "safety_level",
    "income_of_base_year",
    "income",
    "has_online_channel",
    "items_published",
    "items_made_digitally",
)
Values = tuple[Answer | float | None, ...]
PAPER, STATION, RIVER, YOUTH, SCIENCE, MERGED = (
    "bao-vi-du",
    "dai-vi-du",
    "tap-chi-song-mau",
    "bao-tre-vi-du",
    "tap-chi-khoa-hoc-mau",
    "tap-chi-tre-vi-du",
)
REPORTS: dict[tuple[str, int], Values] = {
    (PAPER, 2025): (50, 30, 3, 10000.0, 10500.0, YES, 4000, 2000),
    (STATION, 2025): (90, 30, 1, 20000.0, 20900.0, YES, 6000, 1400),
    (RIVER, 2025): (8, 2, None, 500.0, 510.0, NA, 300, 0),
    (YOUTH, 2025): (20, 10, 1, 1500.0, 1700.0, YES, 900, 900),
    (SCIENCE, 2025): (12, 1, 0, 700.0, 690.0, YES, 120, 20),
    (PAPER, 2026): (50, 40, 3, 10000.0, 10750.0, YES, 4100, 2900),
    (STATION, 2026): (90, 50, 1, 20000.0, 21499.0, YES, 6100, 2000),
    (RIVER, 2026): (8, 3, None, 500.0, 520.0, NO, 310, 10),
    (YOUTH, 2026): (20, 18, 2, 1500.0, 1800.0, YES, 950, 950),
    (SCIENCE, 2026): (12, 4, 1, 700.0, 650.0, YES, 130, 60),
    (PAPER, 2027): (48, 45, 3, 10000.0, 11500.0, YES, 4200, 3600),
    (STATION, 2027): (88, 60, 2, 20000.0, 21000.0, YES, 6000, 3000),
    (MERGED, 2027): (31, 27, 2, None, 2500.0, YES, 1100, 1000),
}


def filled(plan: Plan, agency: str, year: int) -> tuple[str, bytes]:
    """The blank form of an agency, filled in."""
    answers: dict[str, Value] = dict(zip(NAMES, REPORTS[agency, year], strict=True))
    further: dict[str, Value] = {
        "task_mau_1": "running",
        "spending_budget": 12.5,
        "obstacles": "Thiếu thiết bị",
    }
    form = write_form(plan, plan.agency(agency), year, phase=FINAL, answers={**answers, **further})
    return f"{agency}-{year}.xlsx", form


@pytest.fixture(scope="session")
def other() -> Plan:
    """The invented province's plan."""
    return Plan.load(FOLDER)


def open_service(folder: Path, years: tuple[int, ...] = ()) -> Service:
    service = Service.open(Settings(plan=FOLDER, database_url=f"sqlite:///{folder / 'tbdx.db'}"))
    for year in years:
        files = [filled(service.plan, agency, y) for agency, y in REPORTS if y == year]
        service.accept(service.check(files), "đã đối chiếu")
    return service


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Service]:
    """The use cases on an empty store."""
    service = open_service(tmp_path)
    yield service
    service.close()


@pytest.fixture
def reported(tmp_path: Path) -> Iterator[Service]:
    """The use cases with every report accepted."""
    service = open_service(tmp_path, (2025, 2026, 2027))
    yield service
    service.close()


def test_the_appendix_is_what_its_program_writes() -> None:
    """The same program gives the same bytes."""
    made = to_bytes(make_appendix.build_workbook())
    assert made == make_appendix.TARGET.read_bytes()


def test_targets_are_read_from_its_own_layout(desk: Service) -> None:
    """Shares with a decimal, pairs with one, a year without a target; all seven years."""
    targets = {(t.indicator, t.year): t for t in desk.targets}
    assert len(targets) == 5 * 7 - 1
    assert (targets["safe_systems", 2025].share_pct, targets["safe_systems", 2025].decimals) == (
        33.3,
        1,
    )
    assert targets["income_growth", 2026].threshold_pct == 7.5
    assert ("digital_items", 2024) not in targets
    assert not desk.appendix_remarks


def test_samples_of_another_province_are_not_shown(desk: Service) -> None:
    """The illustrative reports are Thái Bình's: here the store is simply empty."""
    assert not desk.view().sample
    assert desk.view().panel.empty


def test_the_due_day_itself_is_on_time(other: Plan) -> None:
    """30 November is the last day, not the first late one."""
    assert other.due.last_day(2025) == date(2025, 11, 30)


def test_names_follow_their_dates(other: Plan) -> None:
    """A magazine, the department and the province each change their names on a day."""
    assert other.agency(RIVER).name("vi", date(2025, 12, 31)) == "Tạp chí Sông Mẫu"
    assert other.agency(RIVER).name("vi", date(2026, 1, 1)) == "Tạp chí Văn hóa Sông Mẫu"
    assert other.name_on(other.province, date(2027, 1, 1)).vi == "tỉnh Minh Họa"
    assert other.name_on(other.authority, date(2025, 3, 1)).en.startswith("Department of Culture")


def test_who_reports_follows_the_merger(other: Plan) -> None:
    """Five agencies until the due date of 2026, four from that of 2027."""
    assert [a.id for a in other.agencies_in(2026)] == [PAPER, STATION, RIVER, YOUTH, SCIENCE]
    assert [a.id for a in other.agencies_in(2027)] == [PAPER, STATION, RIVER, MERGED]


def test_the_blank_form_asks_in_its_own_words(other: Plan) -> None:
    """Labels, heads, lists and sheets are the first words of form.toml."""
    book = load_workbook(BytesIO(write_form(other, other.agency(RIVER), 2026)))
    assert book.sheetnames == [
        "Chỉ tiêu",
        "Công việc",
        "Kinh phí",
        "Trưởng thành số",
        "Ý kiến",
        "Hướng dẫn",
    ]
    sheet = book["Chỉ tiêu"]
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    assert {
        "Đơn vị báo cáo",
        "Mã đơn vị",
        "TT",
        "Nguồn thu năm 2023",
        "Nguồn thu năm 2026",
    } <= texts
    assert "Tạp chí Văn hóa Sông Mẫu" in texts, "the name borne on the due date"
    assert not any("Phần III" in str(c.value) for r in book["Công việc"].iter_rows() for c in r)
    said = "\n".join(texts)
    assert "30/11/2026" in said
    assert "88/KH-UBND" in said


def test_forms_come_back_as_they_were_filled(desk: Service) -> None:
    """Every field of every report is read, and nothing must be corrected."""
    for (agency, year), values in REPORTS.items():
        (checked,) = desk.check([filled(desk.plan, agency, year)])
        assert checked.acceptable, checked.findings
        read = {f.field: f.value for f in checked.fields if f.field in NAMES}
        assert read == dict(zip(NAMES, values, strict=True))
        assert {f.agency for f in checked.fields} == {agency}


def test_indicators_are_those_of_the_plan(reported: Service) -> None:
    """Worked by hand: ratio, level, growth with a decimal threshold, share, ratio of items."""
    result = reported.view().result

    def row(code: str, year: int) -> tuple[int, int, str]:
        found = result[code, year]
        return found["numerator"], found["denominator"], found["status"]

    assert row("skills", 2025) == (73, 180, "exceeded")  # 40.6% of 35%
    assert row("safe_systems", 2025) == (1, 3, "met")  # 33.3% of 33.3%, to one decimal
    assert row("safe_systems", 2026) == (2, 3, "met")  # 66.7% of 66.7%
    assert row("income_growth", 2025) == (2, 5, "exceeded")  # 5% and 13.3% of 20% that grow 5%
    assert row("income_growth", 2026) == (2, 5, "met")  # 21 499 is 7.495%: not 7.5%
    assert row("online_channels", 2025) == (4, 5, "met")  # "not applicable" counts as no
    assert row("digital_items", 2025) == (3420, 10120, "exceeded")  # media types of two or more
    assert row("digital_items", 2024)[2] == "no_target"
    assert result["safe_systems", 2027]["denominator"] == 2


def test_a_merged_agency_has_the_income_of_both(reported: Service) -> None:
    """Its base-year income is the sum of its predecessors' as they last reported it."""
    assert reported.view().merged_baselines == {"income_of_base_year": {MERGED: 2200.0}}


def test_a_ratio_of_items_is_not_of_people(reported: Service) -> None:
    """What a ratio counts is the plan's to say."""
    view = reported.view()
    indicator = view.plan.indicator("digital_items")
    row = view.result["digital_items", 2026]
    assert wording.count_text(row, indicator, language("en")).endswith("items")
    assert wording.count_text(row, indicator, language("vi")).endswith("tin, bài")


def test_goals_from_elsewhere_are_those_that_it_has(reported: Service) -> None:
    """Two of five rows have a national goal; the others have none."""
    rows = reported.view().compared
    assert set(rows["indicator"]) == {"online_channels", "income_growth"}
    assert set(rows["series"]) == {"national"}
    orders = {(row["indicator"], row["year"]): row["order"] for row in rows.to_dict("records")}
    assert orders["income_growth", 2025] == "below"  # 20% that grow 5%, of 30% that grow 20%
    assert orders["income_growth", 2030] == "not_comparable"  # 75% at 12.5%, 50% at 20%
    assert orders["online_channels", 2025] == "above"  # 80% of 70%


def test_a_store_of_another_plan_is_refused(tmp_path: Path) -> None:
    """Opened on Thái Bình's database by mistake: said at once, and nothing is mixed."""
    open_service(tmp_path, (2026,)).close()
    with pytest.raises(TbdxError, match="store-of-another-plan") as raised:
        Service.open(Settings(database_url=f"sqlite:///{tmp_path / 'tbdx.db'}"))
    assert PAPER in raised.value.fields["found"]


# --- every page -----------------------------------------------------------------------------------

FOREIGN = re.compile(
    r"Thái Bình|Thai Binh|Hưng Yên|150/KH|\b2022\b|Đài PT-TH|doanh thu|revenue|"
    r"10/12|9/12|phần III|section III|bảng 1|table 1|six indicators|sáu chỉ tiêu|tòa soạn hội tụ",
    re.IGNORECASE,
)
"""What belongs to Thái Bình's plan and stands in no text of the other one."""


@pytest.fixture(params=["empty", "reported"])
def kind_of_store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The dashboard on the other plan: without any report, or with three years of them."""
    monkeypatch.setenv("TBDX_PLAN", str(FOLDER))
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    if request.param == "reported":
        open_service(tmp_path, (2025, 2026, 2027)).close()
    shell.service.clear()
    yield request.param
    shell.service.clear()


def open_page(page: str, **choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
        for name, value in choices.items():
            app.query_params[name] = value
        app.run()
    return app


def texts_of(app: AppTest) -> Iterator[str]:
    """Every text on the page: what is written, in tables, in lists, on charts."""
    for element in app:
        if element.type in ("arrow_table", "arrow_data_frame"):
            yield cast("Any", element).value.to_csv()
        else:
            yield str(getattr(element, "proto", ""))


def check(page: str, **choices: str) -> str:
    """The texts of a page that has no error, no sample, and nothing that is Thái Bình's."""
    app = open_page(page, **choices)
    assert not app.exception
    assert not app.error, [e.value for e in app.error]
    text = "\n".join(texts_of(app))
    assert "88/KH-UBND" in text
    assert "Số liệu minh họa" not in text
    found = FOREIGN.search(text)
    assert found is None, text[max(0, found.start() - 80) : found.end() + 80]
    return text


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_as_the_other_province(page: str, lang: str, kind_of_store: str) -> None:
    """In both languages, without any report and with three years of them."""
    assert check(page, lang=lang, year="2026")


@pytest.mark.parametrize("kind_of_store", ["reported"], indirect=True)
def test_items_are_not_called_people(kind_of_store: str) -> None:
    """A ratio of items is told in items."""
    app = open_page("indicator", lang="vi", indicator="digital_items", year="2027")
    text = "\n".join(texts_of(app))
    assert "Trong 11.300 tin, bài: đã **7.600**, chưa **3.700**" in text
    assert "người" not in text.partition("Trong 11.300")[2].partition("\n")[0]


PARTS = [
    *[("indicator", {"indicator": code}) for code in ("skills", "safe_systems", "income_growth")],
    ("indicator", {"indicator": "digital_items", "year": "2027"}),
    *[("agency", {"agency": id_, "year": "2026"}) for id_ in (STATION, RIVER, YOUTH)],
    ("agency", {"agency": MERGED, "year": "2027"}),
    *[("agency", {"agency": STATION, "part": part}) for part in agencies.PARTS],
    *[("board", {"board": part}) for part in boards.PARTS],
    ("explore", {"table": "comparison"}),
    ("submissions", {"show": "history", "agency": RIVER, "year": "2026"}),
    *[("admin", {"part": part}) for part in ("register", "plan", "corrections", "record")],
]


@pytest.mark.parametrize("kind_of_store", ["reported"], indirect=True)
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("page", "choices"), PARTS)
def test_every_part_of_a_page_does(
    page: str, choices: dict[str, str], lang: str, kind_of_store: str
) -> None:
    """Every kind of indicator, agencies renamed and merged, and the parts of pages."""
    assert check(page, **{"lang": lang, "year": "2026", **choices})


# --- files and commands ---------------------------------------------------------------------------


@pytest.mark.parametrize("table", list(tables.TABLES))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_table_can_be_taken_away(reported: Service, table: str, lang: str) -> None:
    """The file names the plan and holds nothing of Thái Bình's."""
    filters = tables.Filters(table=table)  # type: ignore[arg-type]  # one of TABLES
    now = datetime(2027, 12, 1, tzinfo=UTC)
    content = tables.export(reported.view(), filters, language(lang), Taking(now), "xlsx")
    book = load_workbook(BytesIO(content))
    said = "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    )
    assert "88/KH-UBND" in said
    found = FOREIGN.search(said)
    assert found is None, found


def test_the_command_line_speaks_of_it(tmp_path: Path, other: Plan) -> None:
    """Forms out, reports in, indicators and tables: the same commands."""
    run = Shell(tmp_path, TBDX_PLAN=FOLDER)
    for agency, year in REPORTS:
        if year == 2026:
            name, content = filled(other, agency, year)
            (tmp_path / name).write_bytes(content)
    files = sorted(tmp_path.glob("*-2026.xlsx"))
    assert "5" in run("import", *files, "--confirm", "checked")
    rows = {
        (row["indicator"], row["year"]): row for row in run.json("indicators", "--year", "2026")
    }
    assert rows["skills", 2026]["numerator"] == 115
    run("export", "--table", "comparison", "--out", tmp_path / "so-sanh.csv")
    assert "QĐ 781/QĐ-BTTTT" in (tmp_path / "so-sanh.csv").read_text(encoding="utf-8-sig")
    run("template", "--agency", RIVER, "--year", "2027", "--out", tmp_path / "bieu.xlsx")
    assert (
        load_workbook(tmp_path / "bieu.xlsx")["Chỉ tiêu"]["C7"].value == "Tạp chí Văn hóa Sông Mẫu"
    )


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 1500}, accept_downloads=True, locale="vi-VN"
    )
    context.set_default_timeout(30_000)
    context.add_init_script(COUNT_RUNS)
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_a_walk_through_the_other_province(page: Page, tmp_path: Path) -> None:
    """A form out, filled, checked and accepted: the first verdicts of another province."""
    with running_app(tmp_path, plan=FOLDER, user="Phòng Báo chí") as app:
        walk = Walk(page, app)
        page.goto(f"{app.url}/upload")  # the first page of a server takes longer than others
        page.get_by_role("heading", level=1).wait_for()
        walk.go("upload", year="2026")
        walk.choose("Cơ quan báo chí", "Báo Ví Dụ")
        book = load_workbook(BytesIO(walk.download("Tải biểu mẫu trống")))
        sheet = book["Chỉ tiêu"]
        sheet["C10"] = "Chính thức"
        for row, answer in enumerate((50, 40, 3, 10000, 10750, "Có", 4100, 2900), start=14):
            sheet[f"E{row}"] = answer
        stream = BytesIO()
        book.save(stream)
        walk.put_in(("bao-vi-du.xlsx", stream.getvalue()))
        word = page.get_by_role("textbox", name=re.compile("có lưu ý"))
        if word.count():
            word.fill("đã đối chiếu")
        walk.press("Chấp nhận 1 tệp")
        walk.says(re.compile("đã được chấp nhận"))
        walk.go("overview", year="2026")
        walk.says("Tỉnh Ví Dụ · 88/KH-UBND")
        expect(page.get_by_test_id("stMetric")).to_have_count(5)
        walk.picture("overview")
        walk.go("board", board="national")
        walk.says(re.compile("so với mức quốc gia"))


@pytest.mark.browser
def test_faults_of_the_folder_are_told_in_the_browser(page: Page, tmp_path: Path) -> None:
    """Three mistakes, in Vietnamese with file and line; mended, a reload opens the dashboard."""
    folder = tmp_path / "tinh-moi"
    shutil.copytree(FOLDER, folder)
    texts = {name: (folder / name).read_text("utf-8") for name in ("agencies.csv", "plan.toml")}
    (folder / "agencies.csv").write_text(
        texts["agencies.csv"].replace("radio;television,no", "phát thanh;television,no"), "utf-8"
    )
    (folder / "plan.toml").write_text(
        texts["plan.toml"]
        .replace("goals = [2026, 2030]", "goals = [2022, 2030]")
        .replace("phu-luc-so-02.xlsx", "phu-luc.xlsx"),
        "utf-8",
    )
    with running_app(tmp_path, plan=folder) as app:
        page.goto(f"{app.url}/overview?lang=vi")
        page.get_by_text("agencies.csv, dòng 3, dai-vi-du").wait_for()
        expect(page.get_by_text("plan.toml, dòng 18")).to_be_visible()
        expect(page.get_by_text("phu-luc-so-02.xlsx")).to_be_visible()
        walk = Walk(page, app)
        walk.picture("faults")
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        page.reload()
        page.get_by_role("heading", level=1, name="Tổng quan").wait_for()
