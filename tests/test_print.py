"""What comes out of the printer: every page on A4, in black on white, without its controls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Literal

import pandas as pd
import pytest
import streamlit
from conftest import App, running_app
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tbdx.i18n import language
from tbdx.ui import printing
from tbdx.ui.shell import ROOMS

VI = language("vi")
_A4 = (595, 842)
_READY = """() => !document.querySelector('[data-testid=stSkeleton]')
    && [...document.querySelectorAll('.stPlotlyChart')].every(e => e.querySelector('.main-svg .xy'))"""
_SAMPLE = "SỐ LIỆU MINH HỌA"
_GRID = "explore?table=province"

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture
def opened(app: App, chromium: Browser) -> Iterator[Opened]:
    """Opens an address in Vietnamese and waits until everything on it is drawn."""
    contexts = []

    def open_(address: str, scheme: Literal["light", "dark"] = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{app.url}/{address}{'&' if '?' in address else '?'}lang=vi")
        page.get_by_role("heading", level=1).wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_function(_READY)
        return page

    yield open_
    for context in contexts:
        context.close()


def _printed(page: Page) -> PdfReader:
    return PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))


def _text(pdf: PdfReader) -> str:
    """All that is printed, blanks as one."""
    return re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in pdf.pages))


@pytest.mark.browser
@pytest.mark.parametrize("room", [room.file for room in ROOMS])
def test_every_page_prints_on_a4_without_its_controls(opened: Opened, room: str) -> None:
    """Title, sample mark, plan, revision and page number are there; the navigation is not."""
    page = opened(room)
    title = page.get_by_role("heading", level=1).inner_text()
    pdf = _printed(page)
    sizes = {tuple(round(float(side)) for side in sheet.mediabox[2:]) for sheet in pdf.pages}
    assert sizes <= {_A4, _A4[::-1]}
    assert tuple(round(float(side)) for side in pdf.pages[0].mediabox[2:]) == _A4
    for number, sheet in enumerate(pdf.pages, start=1):
        own = sheet.extract_text()
        assert _SAMPLE in own, "on every sheet, for sheets are parted"
        assert "150/KH-UBND · bản dữ liệu 0 · xem lúc " in own
        assert f"{number} / {len(pdf.pages)}" in own
    text = _text(pdf)
    assert title in text
    for word in ("Tra cứu", "English", "Tải hình", "Cách xem"):
        assert word not in text, "what only a screen can use"


@pytest.mark.browser
def test_the_overview_prints_its_figures_over_several_sheets(opened: Opened) -> None:
    """What scrolls on screen goes on over the sheets, with the year that was chosen."""
    page = opened("overview?year=2025")
    values = page.get_by_test_id("stMetricValue").all_inner_texts()
    pdf = _printed(page)
    text = _text(pdf)
    assert len(pdf.pages) > 1
    assert "Năm 2025" in text
    assert len(values) == 6
    assert all(value.strip() in text for value in values)
    assert "174/181 người" in text


@pytest.mark.browser
def test_a_chart_is_printed_as_a_whole(opened: Opened) -> None:
    """The last year stands at the right of a chart that is wider on screen than the paper."""
    page = opened("indicator?indicator=revenue_growth&year=2024")
    svg = page.locator(".stPlotlyChart .main-svg").first
    assert float(svg.get_attribute("width") or 0) > 900
    found: list[tuple[float, str]] = []
    for sheet in _printed(page).pages[:1]:
        sheet.extract_text(  # charts' texts come in pieces: a font has some letters only
            visitor_text=lambda text, cm, tm, *_: found.append((tm[4] * cm[0] + cm[4], text))
        )
    (tick,) = [x for x, text in found if text.strip() == "2030"][:1]
    assert _A4[0] - 120 < tick < _A4[0] - 40
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 900})
    chart = page.locator(".stPlotlyChart").first.bounding_box()
    assert chart
    assert svg.bounding_box()["width"] <= chart["width"] + 1  # type: ignore[index]


@pytest.mark.browser
def test_a_table_that_scrolls_is_printed_in_rows_on_a_page_across(opened: Opened) -> None:
    """Rows below the visible part are there, on a sheet wide enough for all columns."""
    page = opened(_GRID)
    assert page.locator(".tbdx-print").count() == 1
    assert not page.locator(".tbdx-print").is_visible(), "nobody reads it twice on screen"
    pdf = _printed(page)
    wide = [sheet for sheet in pdf.pages if sheet.mediabox.width > sheet.mediabox.height]
    assert wide
    text = _text(pdf)
    assert text.count("An toàn thông tin cấp độ 3") == 8, (
        "a row for each year of the last indicator"
    )
    assert "Kết quả toàn tỉnh" in text, "which table was chosen"
    assert "Kết quả từng cơ quan" not in text, "not what could have been chosen instead"


@pytest.mark.browser
def test_what_is_folded_away_is_printed(opened: Opened) -> None:
    """The definitions on the page of methods stand in parts that a reader opens."""
    page = opened("method")
    first = page.locator("[data-testid=stMain] details").first
    assert first.get_attribute("open") is None
    assert "Các cơ quan báo chí tối ưu hóa nguồn thu" in _text(_printed(page))


@pytest.mark.browser
def test_a_scenario_says_on_every_sheet_that_it_is_none_of_the_data(opened: Opened) -> None:
    """Once the reader has gone on to another page its sheets no longer say so."""
    page = opened("scenario?supposed=2026&scenario=carry")
    for sheet in _printed(page).pages:
        assert "KHÔNG PHẢI SỐ LIỆU" in sheet.extract_text()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Tổng quan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tổng quan")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function(_READY)
    assert "KHÔNG PHẢI SỐ LIỆU" not in _text(_printed(page))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_is_black_on_white_in_both_themes(
    opened: Opened, scheme: Literal["light", "dark"]
) -> None:
    """Texts are black, the ground is white, and charts have the light theme's colours."""
    page = opened("overview?year=2025", scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    colours = page.evaluate(
        """() => [...document.querySelectorAll('.stMain h1, .stMain p, .stMain li, .stMain span')]
            .filter(e => e.checkVisibility()).map(e => getComputedStyle(e).color)"""
    )
    assert set(colours) == {"rgb(0, 0, 0)"}
    strokes = page.evaluate(
        """() => [...document.querySelectorAll('.stPlotlyChart .scatterlayer .js-line')]
            .map(e => getComputedStyle(e).stroke)"""
    )
    assert "rgb(11, 92, 138)" in strokes, "the first colour of the light theme"
    assert "rgb(108, 184, 230)" not in strokes, "the first colour of the dark one"
    page.wait_for_function("scrollTo(0, 0) || true")
    picture = Image.open(BytesIO(page.screenshot())).convert("L")
    counts = picture.histogram()
    assert sum(counts[250:]) / sum(counts) > 0.85


# --- tables for paper ----------------------------------------------------------------------------


def _html(monkeypatch: pytest.MonkeyPatch, *given: object) -> str:
    said: list[str] = []
    monkeypatch.setattr(streamlit, "html", said.append)
    printing.table(VI, *given)  # type: ignore[arg-type]
    return said[0]


def test_a_short_table_is_printed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row, texts letter by letter, numbers to the right, and no line about more."""
    frame = pd.DataFrame({"Cơ quan": ["<b>Báo</b>", None], "Năm": [2024, 2025]})
    said = _html(monkeypatch, frame)
    assert "<td>&lt;b&gt;Báo&lt;/b&gt;</td>" in said
    assert "<td>–</td>" in said
    assert '<td class="number">2025</td>' in said
    assert "<p>" not in said
    assert "wide" not in said


def test_a_long_table_says_how_much_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 7 200 rows 60 are printed; the rest is in the file, and costs nothing here."""
    looked_at: list[int] = []

    def column() -> Iterator[str]:
        for number in range(7200):
            looked_at.append(number)
            yield str(number)

    said = _html(monkeypatch, {"STT": column()}, 7200)
    assert said.count("<tr>") == 1 + printing.ROWS
    assert "Còn 7140 dòng không in" in said.replace("7.140", "7140")
    assert len(looked_at) <= printing.ROWS + 1


def test_what_stands_at_the_edge_cannot_end_the_style(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan's number is data: nothing in it becomes style or markup."""
    said: list[str] = []
    monkeypatch.setattr(streamlit, "html", said.append)
    printing.mark('"; } </style><script>alert(1)</script>\\')
    assert said[0].count("<") == 2, "that of the style's own begin and end"
    assert said[0].count('"') == 2
