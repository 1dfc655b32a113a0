"""The main job in a real browser, on the running dashboard with real files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pytest
from conftest import App, running_app
from playwright.sync_api import Browser, FilePayload, Page, expect

from tbdx.access import Role
from tbdx.model import Answer, Phase
from tbdx.plan import Plan
from tbdx.register import change_of
from tbdx.service import Service
from tbdx.store import Store
from tbdx.ui.shell import ROOMS
from tbdx.workbook import write_form

pytestmark = pytest.mark.browser
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YES, NO = Answer.YES, Answer.NO


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def _form(plan: Plan, agency: str, **changes: object) -> bytes:
    answers = {
        "on_digital_platforms": YES,
        "uses_data_analytics": YES,
        "uses_ai": NO,
        "converged_newsroom": YES,
        "digital_transformation": YES,
        "revenue_2022_million_vnd": 1000.0,
        "revenue_million_vnd": 1100.0,
        "staff_count": 50,
        "trained_count": 40,
        "security_level": 3,
        **changes,
    }
    return write_form(plan, plan.agency(agency), 2024, phase=Phase.FINAL, answers=answers)  # type: ignore[arg-type]


def _put_in(page: Page, *files: tuple[str, bytes]) -> None:
    page.set_input_files(
        "input[type=file]",
        [FilePayload(name=name, mimeType=_EXCEL, buffer=content) for name, content in files],
    )


def test_a_deep_link_as_the_very_first_request_has_its_frame(app: App, page: Page) -> None:
    """On a fresh server a link to a page opens it inside the frame, in its language."""
    page.goto(f"{app.url}/indicator?lang=en&indicator=people_trained&year=2024")
    expect(page.get_by_role("heading", level=1)).to_have_text("Indicator")
    expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Overview")
    expect(page.get_by_text("Illustrative figures.")).to_be_visible()
    expect(page.get_by_text("125/187")).to_have_count(0)
    expect(page.get_by_text("130/187 people")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Overview")


@pytest.mark.parametrize("room", [room.file for room in ROOMS])
def test_every_page_opens_by_its_address(app: App, page: Page, room: str) -> None:
    """Each page's address is its file's name; it opens without an error or a foreign server."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app.url}/{room}?lang=vi")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_text("ngoài dự kiến")).to_have_count(0)
    assert not errors
    own = (app.url, app.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_the_bare_address_opens_the_overview(app: App, page: Page) -> None:
    """Without a page in the address the overview opens, with the choices of the link."""
    page.goto(f"{app.url}/?year=2023")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tổng quan")
    expect(page).to_have_url(f"{app.url}/overview?year=2023&lang=vi")


def test_upload_findings_accept_chart_filter_export(
    app: App, page: Page, plan: Plan, tmp_path: Path
) -> None:
    """An analyst puts in a faulty workbook, mends it, accepts it, and takes a table along."""
    page.goto(f"{app.url}/upload")
    good = _form(plan, "bao-thai-binh")
    faulty = _form(plan, "dai-ptth-thai-binh", staff_count=30)

    _put_in(page, ("bao.xlsx", good), ("dai.xlsx", faulty), ("anh.xlsx", b"not a workbook"))
    expect(page.get_by_text("Phải sửa trước khi chấp nhận")).to_be_visible()
    expect(page.get_by_text("Không đọc được", exact=True).first).to_be_visible()
    expect(page.get_by_text("lớn hơn mức có thể")).to_be_visible()
    expect(page.get_by_role("cell", name="Chỉ tiêu E22")).to_be_visible()
    store = Store.open(app.database_url)
    assert store.revision() == 0, "checking stores nothing"

    page.get_by_role("button", name="Chấp nhận 1 tệp").click()
    expect(page.get_by_text("đã được chấp nhận: Báo Thái Bình")).to_be_visible()
    expect(page.get_by_text("Số liệu minh họa.")).to_have_count(0)
    expect(page.get_by_test_id("stFileUploaderFile")).to_have_count(0)
    expect(page.get_by_text("bao.xlsx")).to_have_count(1)

    mended = _form(plan, "dai-ptth-thai-binh", on_digital_platforms=NO)
    _put_in(page, ("dai.xlsx", mended), ("bao.xlsx", good))
    expect(page.get_by_text("Chính tệp này đã được chấp nhận")).to_be_visible()
    page.get_by_role("button", name="Chấp nhận 2 tệp").click()
    expect(page.get_by_text("đã được lưu từ trước")).to_be_visible()
    assert store.revision() == 2
    store.close()

    page.get_by_role("link", name="Xem năm 2024").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tổng quan")
    card = page.get_by_test_id("stMetric").filter(has_text="Nội dung trên nền tảng số")
    expect(card).to_contain_text("50%")
    expect(page.get_by_text("kết quả có thể từ 33,3% đến 66,7%").first).to_be_visible()

    page.get_by_role("link", name="Chi tiết").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chỉ tiêu")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_visible()
    assert "indicator=digital_platforms" in page.url
    assert "year=2024" in page.url

    page.goto(f"{app.url}/explore?table=province&years=2024&statuses=not_met~no_data&lang=vi")
    expect(page.get_by_text("3 dòng")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    taken = tmp_path / "table.xlsx"
    download.value.save_as(taken)
    sheet, facts = openpyxl.load_workbook(BytesIO(taken.read_bytes())).worksheets
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [1, 2, 5]
    assert "minh" not in download.value.suggested_filename
    assert any("2024" in str(cell.value) for cell in facts["B"])

    page.goto(f"{app.url}/upload")
    with page.expect_download() as form:
        page.get_by_role("button", name="Tải biểu mẫu trống").click()
    assert form.value.suggested_filename == "bao-cao-bao-thai-binh-2024.xlsx"


def test_many_files_are_checked_mended_and_accepted_together(
    chromium: Browser, plan: Plan, tmp_path: Path
) -> None:
    """A ZIP and several files: one table of verdicts, a copy to mend, a word on the remarks."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("báo.xlsx", _form(plan, "bao-thai-binh"))
        archive.writestr("đài.xlsx", _form(plan, "dai-ptth-thai-binh", uses_ai=None))
    faulty = _form(plan, "tc-van-nghe-thai-binh", staff_count=3, trained_count=30)
    with running_app(tmp_path) as app:
        # High enough to hold the page: a list that is open closes when the page is scrolled.
        tall = {"width": 1440, "height": 2400}
        context = chromium.new_context(viewport=tall, accept_downloads=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{app.url}/upload")
        files = [("all.zip", stream.getvalue()), ("vnt.xlsx", faulty), ("noise.xlsx", b"noise")]
        _put_in(page, *files)
        expect(page.get_by_text("✗ Phải sửa trước khi chấp nhận: 1")).to_be_visible()
        expect(page.get_by_text("✓ Sẵn sàng chấp nhận: 1")).to_be_visible()

        expect(page.get_by_role("button", name="Chấp nhận 2 tệp")).to_be_visible()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        page.get_by_role("combobox", name="Xem từng tệp").click()
        page.get_by_role("option", name="vnt.xlsx").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Tải tệp này với các lỗi đã đánh dấu").click()
        assert download.value.suggested_filename == "vnt-loi.xlsx"
        taken = tmp_path / "vnt-loi.xlsx"
        download.value.save_as(taken)

        page.get_by_text("Đợi đến khi mọi tệp đều hợp lệ").click()
        expect(page.get_by_role("button", name="Chấp nhận 2 tệp")).to_have_count(0)
        page.get_by_text("Chấp nhận ngay 2 tệp hợp lệ").click()
        page.get_by_role("button", name="Chấp nhận 2 tệp").click()
        expect(page.get_by_text("Các tệp sau có lưu ý: all.zip/đài.xlsx")).to_be_visible()
        store = Store.open(app.database_url)
        assert store.revision() == 0, "without a word nothing is stored"
        page.get_by_role("textbox", name="có lưu ý").fill("đã gọi hỏi lại")
        page.get_by_role("button", name="Chấp nhận 2 tệp").click()
        expect(page.get_by_text("đã được chấp nhận: Báo Thái Bình")).to_be_visible()
        assert store.revision() == 1
        words = {s.agency: s.confirmation for s in store.submissions()}
        assert words == {"bao-thai-binh": "", "dai-ptth-thai-binh": "đã gọi hỏi lại"}

        book = openpyxl.load_workbook(taken)
        book["Chỉ tiêu"]["E22"] = 2
        book.save(taken)
        _put_in(page, (taken.name, taken.read_bytes()))
        page.get_by_role("button", name="Chấp nhận 1 tệp").click()
        expect(page.get_by_text("đã được chấp nhận: Tạp chí Văn nghệ")).to_be_visible()
        store.close()
        context.close()


def test_a_phone_needs_no_sideways_scrolling(app: App, chromium: Browser) -> None:
    """At 360 px nothing is wider than the screen but tables, which scroll by themselves."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    for room in ROOMS:
        page.goto(f"{app.url}/{room.file}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
        page.wait_for_timeout(500)
        width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert width <= 360, room.file
    context.close()


def test_language_is_kept_from_page_to_page(app: App, page: Page) -> None:
    """Switching to English translates the page and the navigation, and stays."""
    page.goto(f"{app.url}/method")
    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Method")
    page.get_by_role("link", name="Agency").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agency")
    assert "lang=en" in page.url


_PICTURE = "![x](http://127.0.0.1:9/evil.png) <img src=http://127.0.0.1:9/evil.png>"


def test_what_people_write_is_shown_letter_by_letter(
    chromium: Browser, plan: Plan, tmp_path: Path
) -> None:
    """File names, answers, reasons and names that look like pictures are texts on every page."""
    with running_app(tmp_path, user="qt01") as app:
        _write_pictures(plan, app.database_url)
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(30_000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for address in (
            "submissions?year=2024",
            "submissions?show=review",
            "submissions?show=history&agency=bao-thai-binh&year=2024",
            *(f"admin?part={part}" for part in ("years", "register", "plan", "corrections")),
            *(f"admin?part={part}" for part in ("reminders", "record", "people")),
            "agency?agency=bao-thai-binh&year=2024",
            "overview?year=2024",
            "indicator?year=2024",
            "explore?table=reported",
            "method",
            "board?name=evil&span=all",
            "scenario?supposed=evil",
            *(f"report?out={part}" for part in ("province", "agencies")),
            "search?q=evil",
            f"search?{urlencode({'q': _PICTURE, 'agency': _PICTURE})}",
            f"agency?{urlencode({'agency': _PICTURE, 'since': _PICTURE})}",
        ):
            page.goto(f"{app.url}/{address}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            page.locator("[data-test-script-state=notRunning]").wait_for()
            expect(page.get_by_text("ngoài dự kiến")).to_have_count(0)
            assert page.locator("img[src*=evil]").count() == 0, address
        context.close()
    assert [url for url in asked if url.startswith("http://127.0.0.1:9/")] == []


def _write_pictures(plan: Plan, database_url: str) -> None:
    """A store in which everything that people can write is a picture in markdown and in HTML."""
    service = Service(plan, Store.open(database_url), user=_PICTURE)
    first = _form(plan, "bao-thai-binh", task_01="in_progress", task_01_result=_PICTURE)
    second = _form(plan, "bao-thai-binh", trained_count=41, task_01_result=f"{_PICTURE} 2")
    service.accept(service.check([(f"{_PICTURE}.xlsx", first)]), _PICTURE)
    service.send(service.check([(f"{_PICTURE}.xlsx", second)]), _PICTURE)
    third = _form(plan, "dai-ptth-thai-binh")
    service.send(service.check([("dai.xlsx", third)]))
    service.reviewing.return_([service.reviewing.waiting()[-1].id], _PICTURE)
    service.reviewing.declare_nil("tc-van-nghe-thai-binh", 2024, Phase.ESTIMATE, _PICTURE)
    service.office.close_year(2023, _PICTURE)
    service.office.correct("bao-thai-binh", 2024, "staff_count", 51.0, _PICTURE, _PICTURE)
    service.office.change_register(
        change_of(
            kind="renamed",
            date=date(2026, 7, 1),
            agency="tc-van-nghe-thai-binh",
            name_vi=_PICTURE,
            name_en=_PICTURE,
            source=_PICTURE,
        )
    )
    service.people.add("qt01", _PICTURE, "", [Role.ADMINISTRATOR, Role.ANALYST])
    service.close()
