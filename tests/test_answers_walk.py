"""One number followed in a real browser: from its card to the cell it was read from.

With TBDX_PICTURES set to a folder, a picture of each step is put there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from conftest import ROOT, App, running_app
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect
from test_year import COUNT_RUNS, Walk

from tbdx.model import Action
from tbdx.plan import Plan
from tbdx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

STATION = "Đài Phát thanh và Truyền hình Thái Bình"
WORKBOOK = ROOT / "data" / "samples" / "minh-hoa-dai-ptth-thai-binh-2024.xlsx"
CELL, VALUE = "E22", 81
_PATIENCE = 30_000  # milliseconds; an expectation is usually given 5 seconds


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A dashboard that shows the illustrative figures."""
    folder: Path = tmp_path_factory.mktemp("answers")
    with running_app(folder, user="Phòng Báo chí") as running:
        yield running


@pytest.fixture
def walk(chromium: Browser, app: App) -> Iterator[Walk]:
    # High enough to hold the page: a list that is open closes when the page is scrolled.
    context = chromium.new_context(
        viewport={"width": 1280, "height": 2400}, accept_downloads=True, locale="vi-VN"
    )
    context.set_default_timeout(_PATIENCE)
    context.add_init_script(COUNT_RUNS)
    yield Walk(context.new_page(), app)
    context.close()


def test_from_card_to_cell(walk: Walk, app: App, plan: Plan, chromium: Browser) -> None:
    """Two clicks lead from 69,5% to a cell; the stored file holds that figure in that cell."""
    page = walk.page
    page.goto(f"{app.url}/overview?lang=vi&year=2024")
    page.get_by_text("69,5%").first.wait_for(timeout=2 * _PATIENCE)  # the samples are read first
    walk.picture("overview")

    page.get_by_role("link", name="Truy nguồn").nth(4).click()
    walk.says("(44 + 81 + 5) ÷ (60 + 116 + 11) = 130 ÷ 187 = 69,52%")
    expect(page).to_have_url(re.compile("indicator=people_trained"), timeout=_PATIENCE)
    expect(page).to_have_url(re.compile("look=trace"), timeout=_PATIENCE)
    walk.picture("formula-and-agencies")

    walk.choose("Cơ quan báo chí", STATION)
    row = page.get_by_role("row").filter(has_text="Số người đã được đào tạo").last
    expect(row).to_contain_text(f"ô {CELL}, trang “Chỉ tiêu”", timeout=_PATIENCE)
    expect(row).to_contain_text(str(VALUE))
    expect(page).to_have_url(re.compile("agency=dai-ptth-thai-binh"), timeout=_PATIENCE)
    walk.says(WORKBOOK.name)
    walk.picture("cells-of-an-agency")

    content = walk.download("Tệp đã nhận")
    assert content == WORKBOOK.read_bytes()
    assert load_workbook(BytesIO(content))["Chỉ tiêu"][CELL].value == VALUE
    walk.settle()
    page.get_by_role("button", name=re.compile("SHA-256 đầy đủ")).click()
    walk.says(hashlib.sha256(content).hexdigest())
    walk.picture("hash-of-the-workbook")
    store = Store.open(app.database_url)
    (taken,) = store.record(actions=[Action.EXPORTED])
    store.close()
    assert taken.subject.startswith("export:original/")

    page.keyboard.press("Escape")
    clause = plan.indicator("people_trained").clause
    walk.says(clause).scroll_into_view_if_needed()
    walk.says(re.compile("in là “70%” tại ô D15"))

    address = page.url
    fresh = chromium.new_context(locale="vi-VN")
    opened = fresh.new_page()
    opened.goto(address)
    again = opened.get_by_role("row").filter(has_text="Số người đã được đào tạo").last
    expect(again).to_contain_text(f"ô {CELL}, trang “Chỉ tiêu”", timeout=_PATIENCE)
    fresh.close()


def test_the_trace_fits_a_phone(chromium: Browser, app: App) -> None:
    """At 360 pixels nothing of the trace is cut off sideways, in English and in the dark."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", locale="en-GB"
    )
    phone = Walk(context.new_page(), app)
    phone.page.goto(
        f"{app.url}/indicator?lang=en&indicator=revenue_growth&year=2025&look=trace"
        "&agency=bao-thai-binh-hop-nhat"
    )
    total = phone.page.get_by_text("12,000 + 21,500 = 33,500").first
    total.wait_for(timeout=2 * _PATIENCE)
    phone.settle()
    width = phone.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 360
    phone.picture("phone-trace")
    context.close()
