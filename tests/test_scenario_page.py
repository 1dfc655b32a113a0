"""The page of scenarios: supposing, what turns, what it takes, and the link that opens it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import App, running_app
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect
from shell import Shell
from streamlit.testing.v1 import AppTest

from tbdx import tables
from tbdx.i18n import language
from tbdx.messages import error_text
from tbdx.model import TbdxError
from tbdx.plan import Plan, Question
from tbdx.projections import GoalPath, Method, project
from tbdx.provenance import Taking
from tbdx.scenarios import Scenario
from tbdx.service import Service
from tbdx.tables import Filters
from tbdx.tipping import paces, tippings
from tbdx.ui import scenario_desk, shell
from tbdx.workbook.typed import far_amounts, number_typed

ROOT = Path(__file__).parent.parent
MERGED, VAN_NGHE = "bao-thai-binh-hop-nhat", "tc-van-nghe-thai-binh"
PLATFORMS = f"carry~{VAN_NGHE}:2026:on_digital_platforms=yes"


@pytest.fixture(autouse=True)
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The illustrative reports of 2023 to 2025, in a store of their own."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    yield
    shell.service.clear()


def _open(**choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"lang": "en", **choices}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/scenario.py")
    for name, value in {"lang": "en", **choices}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _text(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.error)
    return "\n".join(element.value for elements in kinds for element in elements)


def _asked(app: AppTest) -> str:
    """The scenario in the address."""
    return str(app.query_params.get("scenario", ""))


def _board(app: AppTest) -> str:
    return app.table[0].value.to_csv()


def test_it_says_loudly_that_it_is_no_data() -> None:
    """Even before anything is changed, for the last answers stand."""
    app = _open()
    assert any("SCENARIO, NOT DATA" in warning.value for warning in app.warning)
    assert "The changes turn no verdict." in _text(app)


def test_a_link_supposes_what_it_says() -> None:
    """The magazine on platforms turns the first row from 2026 on, for what is supposed stands."""
    text = _text(_open(scenario=PLATFORMS))
    assert "**2026–2030** · **1\\. Content on digital platforms** · :green[↑ now met]" in text
    assert "1/2 · 50% · ✗ Not met 100% (needs 2) → **2/2 · 100% · ✓ Met 100% (needs 2)**" in text


def test_a_link_that_cannot_be_read_is_explained() -> None:
    """The wrong part is named, and the page goes on without it."""
    app = _open(scenario="carry~nobody:2026:uses_ai=yes")
    assert "“nobody”" in app.error[0].value
    assert "The changes turn no verdict." in _text(app)


def test_the_smallest_set_put_into_the_scenario_meets_the_target() -> None:
    """What is needed is said with its answer, and one press does it."""
    app = _open()
    assert "Needed: Thái Bình Arts and Letters Magazine." in _text(app)
    app.button(key="scenario-put-digital_platforms").click().run()
    assert _asked(app) == PLATFORMS
    assert "✓ 2/2" in _board(app)


def test_a_whole_year_can_be_met_with_one_press() -> None:
    """Afterwards nothing is left to do in that year."""
    app = _open(supposed="2030")
    app.button(key="scenario-whole-year").click().run()
    assert not app.exception
    assert not [button for button in app.button if str(button.key).startswith("scenario-put-")]
    assert "Met already: 1\\." in _text(app)


def test_without_standing_answers_the_coming_years_are_empty() -> None:
    """The switch stands in the address, for the default is that they stand."""
    app = _open()
    app.toggle[0].set_value(False).run()
    assert _asked(app) == "none"
    assert ":orange-badge[…]" in _board(app)


def test_begin_anew_takes_everything_back() -> None:
    """And the address is bare again."""
    app = _open(scenario=PLATFORMS)
    app.button(key="scenario-clear").click().run()
    assert _asked(app) == ""
    assert "No answer is changed yet." in _text(app)


def test_one_agency_less_says_what_it_turns() -> None:
    """Without the magazine the only other agency is all of them."""
    app = _open()
    rows = next(t.value for t in app.table if "Without" in t.value.columns).to_dict("records")
    assert rows[1]["Without"] == "Thái Bình Arts and Letters Magazine"
    assert rows[1]["Result"] == "1/1 · 100%"
    assert "✓ Met" in rows[1]["Status"]
    assert "another verdict" in rows[1]["Status"]


def test_the_pace_is_said_in_counts_and_points() -> None:
    """A goal that is past has its verdict, one to come what is lacking."""
    rows = next(t.value for t in _open().table if "What it takes" in t.value.columns)
    told = dict(zip(rows["Goal"], rows["What it takes"], strict=True))
    goals = {goal.replace("  \n", " "): text for goal, text in told.items()}
    assert "✗ Not met" in goals["1\\. Content on digital platforms **2025**: 67%"]
    assert goals["1\\. Content on digital platforms **2030**: 100%"] == (
        "1 agency more within 5 years; 10 percentage points a year"
    )
    assert goals["3\\. Converged newsroom **2030**: 100%"] == "reached already; it must be kept"
    both = next(text for goal, text in goals.items() if goal.startswith("4") and "2030" in goal)
    assert "10 percentage points a year" in both, "67% of two agencies takes both of them"


def test_nothing_is_stored(service: Service) -> None:
    """A scenario is a view: the figures, the revision and the view that it was made from stay."""
    view = service.view()
    before = view.results.copy()
    supposed = view.under(Scenario.from_code(PLATFORMS, view.plan))
    assert not supposed.results.equals(before)
    assert view.results.equals(before)
    assert supposed.panel is view.panel
    assert service.view().revision == view.revision
    assert view.under(Scenario()).results.equals(before)


def test_supposed_figures_have_no_phase(service: Service) -> None:
    """They are neither estimates nor final; a figure that nothing was supposed of keeps its phase."""
    view = service.view()
    supposed = view.under(Scenario.from_code(f"{VAN_NGHE}:2025:uses_ai=yes", view.plan))
    assert view.result["data_analytics_ai", 2025]["phase"] == "estimate"
    assert supposed.result["data_analytics_ai", 2025]["phase"] != "estimate"
    assert supposed.result["converged_newsroom", 2025]["phase"] == "estimate"


def test_an_export_says_everywhere_that_it_is_a_scenario(service: Service) -> None:
    """In its name, on its first sheet, on the sheet about it and in every row."""
    view = service.view()
    supposed = view.under(Scenario.from_code(PLATFORMS, view.plan))
    filters = Filters("province", years=(2026, 2030))
    words = language("en")
    book = load_workbook(
        BytesIO(tables.export(supposed, filters, words, Taking(datetime.now(UTC)), "xlsx"))
    )
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert book.sheetnames[0].startswith("SCENARIO")
    assert {row[-1] for row in rows[1:]} == {"scenario"}
    facts = [(row[0], str(row[1])) for row in book.worksheets[1].iter_rows(values_only=True)]
    assert ("Code of the scenario", PLATFORMS) in facts
    assert any(head == "Supposed" and "2026: 1 Does the agency" in said for head, said in facts)
    assert tables.export_name(supposed, filters, "xlsx").startswith("tbdx-scenario-")
    assert "scenario" not in tables.export_name(view, filters, "xlsx")


def test_a_scenario_too_long_for_an_address_is_said_to_be() -> None:
    """A link has room for eight thousand characters."""
    changes = Scenario.from_code(PLATFORMS, shell.service().plan).changes
    assert scenario_desk.shareable(Scenario(changes))
    many = [
        c
        for i in range(400)
        for c in [type(changes[0])(f"co-quan-so-{i:04}", 2026, "revenue_million_vnd", float(i))]
    ]
    assert not scenario_desk.shareable(Scenario(tuple(many)))


def test_the_command_says_the_same(tmp_path: Path) -> None:
    """Before, after, and the smallest set as a code that meets the target."""
    run = Shell(tmp_path)
    found = run.json("scenario", "--samples", "--code", "carry", "--year", 2026)
    first = found["targets"][0]
    assert (first["before"], first["after"]) == ("no_data", "not_met")
    assert (first["outcome"], first["needed"], first["could"]) == ("possible", 1, [VAN_NGHE])
    after = run.json("scenario", "--samples", "--code", f"carry~{first['code']}", "--year", 2026)
    assert after["targets"][0]["after"] == "met"
    assert "any 1 of 1" in run("scenario", "--samples", "--year", 2026)
    assert "cannot be read at “x”" in run("scenario", "--code", "x", code=2)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("scenario")) as running:
        yield running


def test_one_link_opened_afresh_gives_the_same_view(app: App, chromium: Browser) -> None:
    """Made by hand in one browser, its address shows the same verdicts and the same set in another."""
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    page.goto(f"{app.url}/scenario?lang=en&supposed=2027")
    page.get_by_role("button", name="Put into the scenario").first.click()
    changed = page.get_by_text("1 answer is changed")
    expect(changed).to_be_visible(timeout=30_000)
    expect(page.get_by_text("now met").first).to_be_visible(timeout=30_000)
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["scenario"] == [f"carry~{VAN_NGHE}:2027:on_digital_platforms=yes"]
    expect(page.get_by_role("button", name="Put into the scenario")).to_have_count(1)
    told = page.locator("[data-testid=stMain] li").all_inner_texts()
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide, "the page scrolls sideways on a phone"
    fresh = chromium.new_context().new_page()
    fresh.goto(page.url)
    expect(fresh.get_by_text("1 answer is changed")).to_be_visible(timeout=30_000)
    expect(fresh.get_by_role("button", name="Download CSV")).to_be_visible(timeout=30_000)
    assert fresh.locator("[data-testid=stMain] li").all_inner_texts() == told
    assert len(told) == 2  # the verdict that turns, and what the other row needs
    fresh.context.close()
    page.close()


def test_only_what_differs_becomes_a_change(app: App, chromium: Browser) -> None:
    """The editor opens with the last answers; more people trained than there are are refused."""
    page = chromium.new_page()
    page.goto(f"{app.url}/scenario?lang=en&supposed=2026&supposing={VAN_NGHE}")
    page.get_by_text("Suppose answers of one agency in 2026").click(timeout=30_000)
    trained, press = page.get_by_label("5b People trained"), page.get_by_text("Suppose this")
    expect(trained).to_have_value("9")
    trained.fill("12")
    press.click()
    expect(page.get_by_text("expected at most 11")).to_be_visible(timeout=30_000)
    assert "scenario=" not in page.url
    trained.fill("10")
    press.click()
    change = page.get_by_role("button", name="trained in the digital transformation")
    expect(change).to_be_visible(timeout=30_000)
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["scenario"] == [f"carry~{VAN_NGHE}:2026:trained_count=10"]
    change.click()
    expect(page.get_by_text("No answer is changed yet.")).to_be_visible(timeout=30_000)
    assert "scenario=" not in page.url
    page.close()


class TestTypedNumbers:
    """What is typed in the editor, by the reader's language."""

    @pytest.fixture
    def revenue(self, plan: Plan) -> Question:
        return next(q for q in plan.form.field if q.name == "revenue_million_vnd")

    @pytest.fixture
    def trained(self, plan: Plan) -> Question:
        return next(q for q in plan.form.field if q.name == "trained_count")

    @pytest.mark.parametrize(
        ("code", "text", "number"),
        [
            *(
                ("vi", text, 40_200.0)
                for text in ("40.200", "40200", "40,2 tỷ", " 40.200 triệu đồng ")
            ),
            ("vi", "40.200,5", 40_200.5),
            ("vi", "40,1250", 40.125),
            ("vi", "0,125", 0.125),
            *(
                ("en", text, 40_200.0)
                for text in ("40,200", "40200", "40.2 billion", "40,200 million VND")
            ),
            ("en", "40,200.5", 40_200.5),
            ("en", "40.2", 40.2),
            ("vi", "  ", None),
        ],
    )
    def test_numbers_are_read_as_the_language_writes_them(
        self, revenue: Question, code: str, text: str, number: float | None
    ) -> None:
        """Also in thousands of millions, and with the unit behind."""
        assert number_typed(text, revenue, language(code)) == number

    @pytest.mark.parametrize("code", ["vi", "en"])
    @pytest.mark.parametrize("number", [0.0, 7.5, 999.0, 39_865.0, 40_200.5, 1_234_567.25])
    def test_what_the_page_writes_is_read_back(
        self, revenue: Question, code: str, number: float
    ) -> None:
        """In every language the number that is shown is the number that is meant."""
        words = language(code)
        assert number_typed(words.number(number), revenue, words) == number

    @pytest.mark.parametrize(
        ("code", "text", "why"),
        [
            ("vi", "40,200", "typed-ambiguous"),
            ("en", "40.200", "typed-ambiguous"),
            ("vi", "39865.000", "typed-not-a-number"),
            ("vi", "40.2", "typed-not-a-number"),
            ("en", "40,2", "typed-not-a-number"),
            ("vi", "khoảng 40", "typed-not-a-number"),
            ("vi", "-5", "typed-out-of-bounds"),
            ("vi", "9.999.999.999", "typed-out-of-bounds"),
        ],
    )
    def test_what_can_be_read_in_two_ways_or_not_at_all_is_refused(
        self, revenue: Question, code: str, text: str, why: str
    ) -> None:
        """It is said in words what was found and how it is to be written."""
        with pytest.raises(TbdxError) as raised:
            number_typed(text, revenue, language(code))
        assert raised.value.code == why
        assert text in error_text(raised.value, language(code))

    def test_both_readings_that_are_offered_can_be_typed(self, revenue: Question) -> None:
        """Whoever writes one of them is understood."""
        with pytest.raises(TbdxError) as raised:
            number_typed("40,200", revenue, language("vi"))
        readings = [raised.value.fields[name] for name in ("one", "other")]
        assert [number_typed(str(r), revenue, language("vi")) for r in readings] == [40_200.0, 40.2]

    def test_people_are_whole(self, trained: Question) -> None:
        """1.200 people in Vietnamese are 1,200; half a person is refused."""
        assert number_typed("1.200", trained, language("vi")) == 1200.0
        with pytest.raises(TbdxError, match="typed-out-of-bounds"):
            number_typed("12,5", trained, language("vi"))

    def test_another_unit_is_noticed(self, plan: Plan) -> None:
        """Of the last amount, or of the base year's beside it; a rise of a quarter is none."""
        name, base = "revenue_million_vnd", "revenue_2022_million_vnd"
        assert far_amounts(plan, {name: 40.2}, {name: 39_865.0}) == {name: 39_865.0}
        assert far_amounts(plan, {name: 40.2, base: 32_000.0}, {}) == {name: 32_000.0}
        assert far_amounts(plan, {name: 50_000.0, base: 32_000.0}, {name: 39_865.0}) == {}


def test_an_amount_is_typed_as_the_page_writes_it(app: App, chromium: Browser) -> None:
    """40.200 is forty thousand; 40,200 is refused; 40,2 is asked about before it is supposed."""
    page = chromium.new_page()
    page.goto(f"{app.url}/scenario?lang=vi&supposed=2026&supposing={MERGED}")
    page.get_by_text("Giả định câu trả lời của một cơ quan").click(timeout=30_000)
    revenue = page.get_by_label("4c Doanh thu")
    expect(revenue).to_have_value(re.compile(r"^[0-9]{2}\.[0-9]{3}$"))
    press = page.get_by_test_id("stFormSubmitButton").get_by_role("button")
    revenue.fill("40,200")
    press.click()
    expect(page.get_by_text("đọc được theo hai cách")).to_be_visible(timeout=30_000)
    revenue.fill("40,2")
    press.click()
    confirm = page.get_by_role("button", name="Đúng như vậy")
    expect(confirm).to_be_visible(timeout=30_000)
    assert "scenario=" not in page.url
    confirm.click()
    expect(page.get_by_text("cần kiểm tra lại")).to_be_visible(timeout=30_000)
    expect(confirm).to_have_count(0)
    assert _changes(page.url) == [f"carry~{MERGED}:2026:revenue_million_vnd=40.2"]
    expect(revenue).to_have_count(1)
    revenue.fill("40.200")
    press.click()
    expect(page.get_by_text("cần kiểm tra lại")).to_have_count(0, timeout=30_000)
    assert _changes(page.url) == [f"carry~{MERGED}:2026:revenue_million_vnd=40200"]
    page.close()


def _changes(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query)["scenario"]


def test_the_pace_is_the_one_that_the_projection_says(service: Service) -> None:
    """Of every goal to come, in points a year: one agency of two is 50 points, whatever is printed."""
    view = service.view()
    stood = view.under(Scenario(carry=True))
    goals = view.plan.years.goals
    tips = tippings(stood.answers, stood.plan, stood.targets, stood.results, stood.standings, goals)
    said = {}
    for found in paces(view.plan, view.results, tips):
        indicator = view.plan.indicator(found.indicator)
        rows = view.results[view.results["indicator"] == found.indicator]
        path = project(rows, indicator, goals, found.goal, Method.PATH)
        if isinstance(path, GoalPath):
            assert path.start_pct == pytest.approx(found.value)
            assert path.per_year_pct == pytest.approx(found.points)
            said[found.indicator] = found.points
    assert said["digital_platforms"] == pytest.approx(10)
    assert len(said) > 1


@pytest.mark.parametrize("room", ["board", "scenario"])
def test_all_years_fit_beside_the_names(app: App, chromium: Browser, room: str) -> None:
    """On a small laptop to the goal year; on a phone two years beside names of 40% at most."""
    page = chromium.new_page(viewport={"width": 1366, "height": 800})
    page.goto(f"{app.url}/{room}?lang=vi&year=2025")
    heads = page.get_by_test_id("stTable").first.locator("thead th")
    expect(heads.last).to_have_text("2030", timeout=30_000)
    frame = page.get_by_test_id("stTable").first.bounding_box()
    last = heads.last.bounding_box()
    assert frame
    assert last
    assert last["x"] + last["width"] <= frame["x"] + frame["width"] + 1
    page.set_viewport_size({"width": 360, "height": 800})
    expect(page.get_by_test_id("stSidebar")).not_to_be_in_viewport(timeout=30_000)
    name, second = heads.first.bounding_box(), heads.nth(2).bounding_box()
    assert name
    assert second
    assert name["width"] <= 0.4 * 360
    assert second["x"] + second["width"] <= 360
    page.close()
