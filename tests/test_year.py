"""One whole reporting year in a real browser, from the blank forms to the amended plan.

With TBDX_PICTURES set to a folder, a picture of each step is put there
(`make screenshots` does so for docs/reporting-year.md).
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import App, running_app
from openpyxl import load_workbook
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from benchmarks.databases import engine_for
from tbdx.model import Action, ReviewState
from tbdx.plan import Plan
from tbdx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAPER, STATION, MAGAZINE = (
    "Báo Thái Bình",
    "Đài Phát thanh và Truyền hình Thái Bình",
    "Tạp chí Văn nghệ Thái Bình",
)
ESTIMATE, FINAL = "Ước thực hiện", "Chính thức"

# Answers in the order of the form's rows: 1, 2a, 2b, 3, 4a, 4b, 4c, 5a, 5b, 6.
ANSWERS: dict[str, tuple[object, ...]] = {
    PAPER: ("Có", "Có", "Có", "Có", "Có", 12000, 13195, 60, 44, 3),
    STATION: ("Có", "Có", "Không", "Không", "Có", 21500, 23600, 118, 80, 2),
    MAGAZINE: ("Không", "Không", "Không", "Không áp dụng", "Có", 1500, 1520, 9, 5, 1),
}


@pytest.fixture(scope="module")
def unmerged(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan's folder as it was before the merger of 2025, which the walk enters by hand."""
    folder = tmp_path_factory.mktemp("plan") / "thai-binh"
    shutil.copytree(plan.folder, folder)
    path = folder / "agencies.csv"
    with path.open(encoding="utf-8", newline="") as source:
        lines = list(csv.DictReader(source))
    kept = [{**line, "valid_to": "", "successor": ""} for line in lines if not line["valid_from"]]
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows(kept)
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, unmerged: Path) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("year")
    with running_app(folder, plan=unmerged, user="Phòng Báo chí") as running:
        yield running


# Counts the runs of the page's script, so that a step can wait for the one that it caused.
COUNT_RUNS = """
window.runs = 0;
window.turned = 0;
new MutationObserver(changes => changes.forEach(change => {
    window.turned = performance.now();
    if (change.target.getAttribute(change.attributeName) === "running") window.runs += 1;
})).observe(document, {subtree: true, attributeFilter: ["data-test-script-state"]});
"""
_SETTLED = """
() => document.querySelector("[data-test-script-state=notRunning]") !== null
    && document.querySelector("[data-stale=true]") === null
    && !(performance.now() - window.turned < 500)
"""
_RAN = """
before => window.runs > before
    && document.querySelector("[data-test-script-state=notRunning]") !== null
"""


class Walk:
    """A person at the dashboard, who may be asked for a picture of what they see."""

    def __init__(self, page: Page, app: App) -> None:
        self.page, self.app = page, app
        self._pictures = os.environ.get("TBDX_PICTURES")
        self._steps = 0

    def go(self, room: str, **choices: str) -> None:
        query = "&".join(f"{name}={value}" for name, value in {"lang": "vi", **choices}.items())
        self.page.goto(f"{self.app.url}/{room}?{query}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        self.settle()

    def settle(self) -> None:
        """Wait until the page has been drawn to its end, and no other run has followed at once."""
        self.page.wait_for_function(_SETTLED)

    def years(self) -> list[str]:
        """The rows of the first table that goes through the plan's years."""
        table = self.page.get_by_test_id("stTable").filter(has_text="2030").first
        expect(table).to_be_visible()
        self.settle()
        return table.get_by_role("row").all_inner_texts()

    def picture(self, name: str) -> None:
        if not self._pictures:
            return
        self.settle()
        self._steps += 1
        Path(self._pictures).mkdir(parents=True, exist_ok=True)
        bottom = self.page.evaluate(
            "document.querySelector('[data-testid=stMainBlockContainer] > *')"
            ".getBoundingClientRect().bottom"
        )
        size = self.page.viewport_size or {"width": 1280, "height": 2400}
        self.page.set_viewport_size({"width": size["width"], "height": min(int(bottom) + 60, 2400)})
        self.page.screenshot(path=f"{self._pictures}/{self._steps:02}-{name}.png")
        self.page.set_viewport_size(size)

    def says(self, text: str | re.Pattern[str]) -> Locator:
        found = self.page.get_by_text(text).first
        expect(found).to_be_visible(timeout=15_000)
        return found

    def download(self, label: str | re.Pattern[str]) -> bytes:
        """The file that a button gives."""
        self.settle()
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=label).first.click()
        return Path(download.value.path()).read_bytes()

    def press(self, label: str | re.Pattern[str]) -> None:
        """Press a button that does something, and wait until the page shows what became of it."""
        self.settle()
        with self.follows():
            self.page.get_by_role("button", name=label).first.click()

    def choose(self, label: str, option: str | re.Pattern[str], *, in_form: bool = False) -> None:
        """Choose from a list, unless that is chosen already, and wait until the page has followed.

        It does not where the list is part of a form, which is sent as a whole.
        """
        self.settle()
        self.page.get_by_role("combobox", name=label).first.click()
        wanted = self.page.get_by_role("option", name=option).first
        if wanted.get_attribute("aria-selected") == "true":
            self.page.keyboard.press("Escape")
            return
        with nullcontext() if in_form else self.follows():
            wanted.click()

    @contextmanager
    def follows(self) -> Iterator[None]:
        """What is done here makes the script run; wait until that run has ended."""
        before = self.page.evaluate("window.runs")
        yield
        self.page.wait_for_function(_RAN, arg=before)
        self.settle()

    def type_date(self, label: str, day: str) -> None:
        """Type a date dd/mm/yyyy into its three places."""
        self._type(label, zip(("day", "month", "year"), day.split("/"), strict=True))

    def type_time(self, label: str, at: str) -> None:
        """Type a time hh:mm into its two places."""
        self._type(label, zip(("hour", "minute"), at.split(":"), strict=True))

    def _type(self, label: str, parts: Iterable[tuple[str, str]]) -> None:
        field = self.page.get_by_role("group", name=label).first
        for part, digits in parts:
            place = field.locator(f"[data-type={part}]")
            place.click()
            place.press_sequentially(digits)
        self.settle()

    def blank_form(self, agency: str, year: str) -> bytes:
        self.go("upload", year=year)
        self.choose("Cơ quan báo chí", agency)
        return self.download("Tải biểu mẫu trống")

    def put_in(self, *files: tuple[str, bytes]) -> None:
        self.page.set_input_files(
            "input[type=file]",
            [FilePayload(name=name, mimeType=_EXCEL, buffer=content) for name, content in files],
        )
        self.says("3. Chấp nhận hoặc gửi thẩm định")
        self.settle()

    def arrived(self, day: str, at: str) -> None:
        self.page.get_by_text("Tệp đã nhận từ trước").click()
        self.says("Ngày nhận")
        self.type_date("Ngày nhận", day)
        self.type_time("Giờ nhận", at)

    def send(self, name: str, content: bytes, day: str, at: str = "08:00") -> None:
        """Put a report before the reviewer that arrived on that day."""
        self.go("upload")
        self.put_in((name, content))
        self.page.get_by_text("Chờ thẩm định: có người").click()
        self.settle()
        self.arrived(day, at)
        self.press("Gửi 1 tệp để thẩm định")
        self.says(re.compile("đang chờ thẩm định"))


def filled(form: bytes, phase: str, answers: tuple[object, ...]) -> bytes:
    """The blank form as an agency fills it in."""
    book = load_workbook(BytesIO(form))
    sheet = book["Chỉ tiêu"]
    sheet["C10"] = phase
    for row, answer in enumerate(answers, start=14):
        sheet[f"E{row}"] = answer
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def walk(chromium: Browser, app: App) -> Iterator[Walk]:
    # High enough to hold a page: a list that is open closes when the page is scrolled.
    context = chromium.new_context(
        viewport={"width": 1280, "height": 2400}, accept_downloads=True, locale="vi-VN"
    )
    context.set_default_timeout(30_000)
    context.add_init_script(COUNT_RUNS)
    yield Walk(context.new_page(), app)
    context.close()


def test_a_whole_year(walk: Walk, app: App) -> None:
    """Forms, three reports (one returned, one late), final figures, merger, amended plan."""
    forms = _send_three(walk)
    _review(walk, app)
    _return_and_resend(walk, forms)
    _final_figures(walk, forms)
    _close_and_open(walk)
    _merge(walk)
    _amend(walk)
    _verify(walk, app)


def _send_three(walk: Walk) -> dict[str, bytes]:
    """November: blank forms; December: three reports arrive, one of them late."""
    forms = {agency: walk.blank_form(agency, "2024") for agency in ANSWERS}
    walk.picture("blank-forms")
    walk.send("bao.xlsx", filled(forms[PAPER], ESTIMATE, ANSWERS[PAPER]), "05/12/2024")
    walk.picture("sent-with-receipt")
    magazine = filled(forms[MAGAZINE], ESTIMATE, ANSWERS[MAGAZINE])
    walk.send("tap-chi.xlsx", magazine, "09/12/2024", "23:59")
    wrong = (*ANSWERS[STATION][:5], 12500, *ANSWERS[STATION][6:])
    walk.send("dai.xlsx", filled(forms[STATION], ESTIMATE, wrong), "10/12/2024", "00:00")

    walk.go("submissions", year="2024")
    row = walk.page.get_by_role("row").filter(has_text=STATION).first
    expect(row).to_contain_text("Chờ thẩm định")
    expect(row).to_contain_text("trễ 1 ngày")
    row = walk.page.get_by_role("row").filter(has_text=MAGAZINE).first
    expect(row).to_contain_text("đúng hạn")
    walk.picture("who-has-sent-what")
    return forms


def _review(walk: Walk, app: App) -> None:
    """The analyst accepts two reports and returns the third, with the reason."""
    walk.go("submissions", show="review")
    for agency in (PAPER, MAGAZINE):
        walk.choose("Xem một báo cáo", re.compile(f"^{agency}"))
        word = walk.page.get_by_role("textbox", name="Ý kiến về các lưu ý")
        if word.count():
            word.fill("đã đối chiếu với báo cáo tài chính")
        if agency == PAPER:
            walk.picture("review")
        walk.press("Chấp nhận báo cáo này")
        walk.says(f"Đã chấp nhận: {agency}")
    walk.settle()
    walk.page.get_by_role("tab", name="Trả lại").click()
    walk.press("Trả lại báo cáo này")
    walk.says("Cần ghi lý do")
    reason = "Doanh thu năm 2022 khác báo cáo tài chính; đề nghị sửa ô E19"
    walk.page.get_by_role("textbox", name="Lý do; bên gửi sẽ được báo").fill(reason)
    walk.press("Trả lại báo cáo này")
    walk.says(f"Đã trả lại: {STATION}")
    store = Store.open(app.database_url)
    states = sorted((s.agency, s.state) for s in store.submissions(years=[2024]))
    store.close()
    assert states == [
        ("bao-thai-binh", ReviewState.ACCEPTED),
        ("dai-ptth-thai-binh", ReviewState.RETURNED),
        ("tc-van-nghe-thai-binh", ReviewState.ACCEPTED),
    ]


def _return_and_resend(walk: Walk, forms: dict[str, bytes]) -> None:
    """The agency gets a mail with the copy to mend, corrects, and sends again: late."""
    walk.go("submissions", show="history", agency="dai-ptth-thai-binh", year="2024")
    walk.picture("returned")
    mail = walk.download("Thư điện tử báo trả lại")
    assert b"X-Unsent: 1" in mail
    walk.send("dai-sua.xlsx", filled(forms[STATION], ESTIMATE, ANSWERS[STATION]), "13/12/2024")
    walk.go("submissions", show="review")
    word = walk.page.get_by_role("textbox", name="Ý kiến về các lưu ý")
    if word.count():
        word.fill("đã sửa theo yêu cầu")
    walk.press("Chấp nhận báo cáo này")
    walk.says(f"Đã chấp nhận: {STATION}")

    walk.go("submissions", year="2024")
    expect(walk.page.get_by_test_id("stMetric").nth(0)).to_contain_text("3/3 · 100%")
    expect(walk.page.get_by_test_id("stMetric").nth(1)).to_contain_text("2/3 · 67%")
    row = walk.page.get_by_role("row").filter(has_text=STATION).first
    expect(row).to_contain_text("trễ 4 ngày")
    walk.picture("complete")


def _final_figures(walk: Walk, forms: dict[str, bytes]) -> None:
    """Spring: final figures replace the estimates, and the size of the revision is shown."""
    walk.go("upload")
    final = (*ANSWERS[PAPER][:6], 13260, *ANSWERS[PAPER][7:])
    finals = {**ANSWERS, PAPER: final}
    walk.put_in(
        *(
            (f"chinh-thuc-{place}.xlsx", filled(forms[agency], FINAL, answers))
            for place, (agency, answers) in enumerate(finals.items())
        )
    )
    word = walk.page.get_by_role("textbox", name=re.compile("có lưu ý"))
    if word.count():
        word.fill("số liệu quyết toán")
    walk.press("Chấp nhận 3 tệp")
    walk.says(re.compile("đã được chấp nhận"))
    walk.go("submissions", show="history", agency="bao-thai-binh", year="2024")
    walk.says("Bản 1 (chính thức)")
    row = walk.page.get_by_role("row").filter(has_text="Doanh thu năm báo cáo").first
    expect(row).to_contain_text("+65 (+0,5%)")
    effects = walk.page.get_by_role("row").filter(has_text="Tăng doanh thu so với 2022").first
    expect(effects).to_contain_text("Chưa đạt")
    walk.picture("estimate-against-final")


def _close_and_open(walk: Walk) -> None:
    """The year is closed, refuses a change, and is opened by name and reason only."""
    walk.go("admin", part="years")
    walk.choose("Năm", "2024", in_form=True)
    walk.page.get_by_role("textbox", name="Lý do").first.fill("đã báo cáo UBND tỉnh")
    walk.press("Khóa năm")
    walk.says("Đã khóa năm 2024.")
    walk.picture("closed-year")
    walk.go("submissions", show="history", agency="bao-thai-binh", year="2024")
    walk.page.get_by_text("Thay đổi bản được dùng").click()
    walk.page.get_by_role("textbox", name="Lý do").first.fill("xem lại")
    walk.press("Thực hiện")
    walk.says(re.compile("Năm 2024 đã khóa .* Trước hết hãy mở khóa"))
    walk.go("admin", part="years")
    walk.press("Mở khóa năm")
    walk.says(re.compile("Cần ghi tên người thực hiện"))
    walk.page.get_by_role("textbox", name="Họ tên người thực hiện").fill("Lãnh đạo Phòng Báo chí")
    walk.page.get_by_role("textbox", name="Lý do").last.fill("có số quyết toán mới")
    walk.press("Mở khóa năm")
    walk.says("Đã mở khóa năm 2024.")


def _merge(walk: Walk) -> None:
    """17/3/2025: the station merges into the newspaper; from 2025 on two agencies report."""
    walk.go("admin", part="register")
    for agency in (PAPER, STATION):
        walk.choose("Các cơ quan hợp nhất (từ hai trở lên)", agency)
    walk.page.keyboard.press("Escape")
    with walk.follows():
        source = walk.page.get_by_role("textbox", name="Văn bản căn cứ")
        source.fill("Quyết định hợp nhất 17/3/2025")
        source.press("Tab")
    walk.type_date("Ngày có hiệu lực", "17/03/2025")
    with walk.follows():  # a click beside the calendar closes it
        walk.page.get_by_role("heading", level=1).click()
    walk.says(re.compile("16/03/2025"))
    walk.picture("merger-foreseen")
    walk.press("Nhập thay đổi này")
    walk.says(re.compile("Đã nhập thay đổi"))
    walk.go("submissions", year="2025")
    rows = walk.page.get_by_test_id("stTable").get_by_role("row")
    expect(rows).to_have_count(3)  # the heads, and two agencies
    walk.picture("after-the-merger")

    walk.go("upload", year="2025")
    walk.choose("Cơ quan báo chí", PAPER)
    form = walk.download("Tải biểu mẫu trống")
    assert load_workbook(BytesIO(form))["Chỉ tiêu"]["E19"].value == 33500, "the sum of both"
    merged = ("Có", "Có", "Có", "Có", "Có", 33500, 41000, 170, 160, 3)
    walk.put_in(("hop-nhat.xlsx", filled(form, ESTIMATE, merged)))
    word = walk.page.get_by_role("textbox", name=re.compile("có lưu ý"))
    if word.count():
        word.fill("đã đối chiếu")
    walk.press("Chấp nhận 1 tệp")
    walk.says(re.compile("đã được chấp nhận"))
    walk.go("overview", year="2025")
    walk.says(re.compile("cơ cấu ban đầu", re.IGNORECASE))
    walk.picture("overview-after-the-merger")


def _amend(walk: Walk) -> None:
    """An amended appendix holds from 2026 on; the verdict of 2025 stays as it was."""
    walk.go("indicator", indicator="digital_platforms", year="2025")
    before = walk.years()
    book = load_workbook(
        Path(__file__).parent.parent / "data/plans/thai-binh/phu-luc-chi-tieu.xlsx"
    )
    sheet = book.active
    assert sheet is not None
    for cell in ("E11", "C21"):  # row 1 of 2025, which is past, and of 2026
        sheet[cell] = "50%"
    stream = BytesIO()
    book.save(stream)
    walk.go("admin", part="plan")
    walk.page.set_input_files(
        "input[type=file]",
        [FilePayload(name="phu-luc-sua-doi.xlsx", mimeType=_EXCEL, buffer=stream.getvalue())],
    )
    walk.says("50%")
    walk.settle()
    walk.page.get_by_role("textbox", name="Số quyết định điều chỉnh kế hoạch").fill("12/QĐ-UBND")
    walk.picture("amendment-compared")
    walk.press(re.compile("^Áp dụng từ năm 2026"))
    walk.says(re.compile("12/QĐ-UBND"))
    walk.go("indicator", indicator="digital_platforms", year="2025")
    past = ("2023", "2024", "2025")
    assert [row for row in before if row.startswith(past)] != []
    assert [row for row in walk.years() if row.startswith(past)] == [
        row for row in before if row.startswith(past)
    ]
    walk.picture("amended-target")


def _verify(walk: Walk, app: App) -> None:
    """The record tells of all of it, and verifies; a row altered by hand is found."""
    walk.go("admin", part="record")
    walk.picture("record")
    walk.press("Kiểm tra nhật ký")
    walk.says(re.compile("không có gì bị sửa|nguyên vẹn|không phát hiện"))
    store = Store.open(app.database_url)
    told = {entry.action for entry in store.record()}
    store.close()
    assert told >= {
        Action.RECEIVED,
        Action.ACCEPTED,
        Action.RETURNED,
        Action.YEAR_CLOSED,
        Action.YEAR_OPENED,
        Action.REGISTER_CHANGED,
        Action.PLAN_ADOPTED,
        Action.SIGNED_IN,
    }
    engine = engine_for(app.database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE answer SET number = 99 WHERE field = 'trained_count'"))
    engine.dispose()
    walk.press("Kiểm tra nhật ký")
    walk.says(re.compile("bị sửa ngoài"))
    walk.picture("altered-by-hand")
