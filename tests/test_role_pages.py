"""Pages as each role has them: what is not theirs is not in the navigation and opens by no address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import roles
from bureau import MERGED
from conftest import ROOT, App, running_app
from playwright.sync_api import Browser, FilePayload, expect
from playwright.sync_api import Page as Tab
from roles import ADMINISTRATOR, AGENCY, ANALYST, OTHER, OWN, PEOPLE, READER, Furnished, found
from streamlit.testing.v1 import AppTest

from tbdx import messages
from tbdx.access import Needed, Right, Role
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.ui import shell, signing
from tbdx.ui.markdown import escape

PAGES = """
page          analyst  agency  reader  administrator
overview      yes      yes     yes     yes
board         yes      –       yes     yes
indicator     yes      yes     yes     yes
agency        yes      yes     yes     yes
scenario      yes      –       yes     yes
upload        yes      yes     –       –
submissions   yes      yes     yes     yes
explore       yes      yes     yes     yes
report        yes      –       yes     yes
search        yes      –       yes     yes
method        yes      yes     yes     yes
admin         yes      –       –       yes
"""
"""Who may open which page."""

NEEDED = {
    **dict.fromkeys(("board", "scenario", "search"), Needed(Right.FIGURES, whole=True)),
    "upload": Needed(Right.SEND),
    "report": Needed(Right.EXPORT, whole=True),
    "admin": Needed(Right.OFFICE),
}
"""What a closed page says is needed."""

PARTS = {
    "indicator": [{"look": part} for part in ("course", "trace", "readings")],
    "agency": [{"part": p} for p in ("duties", "tasks", "figures", "further", "maturity")],
    "submissions": [{"show": part} for part in ("matrix", "review", "history")],
    "explore": [{"table": t} for t in ("province", "agency", "reported", "comparison")],
}
"""What an address may ask of a page besides."""


def _open_to() -> dict[tuple[str, Role], bool]:
    head, *rows = (line.split() for line in PAGES.strip().splitlines())
    return {
        (row[0], Role(role)): said == "yes"
        for row in rows
        for role, said in zip(head[1:], row[1:], strict=True)
    }


OPEN_TO = _open_to()


@pytest.fixture(scope="module")
def furnished(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished.of(plan, tmp_path_factory.mktemp("furnished"))


@pytest.fixture
def at_home(
    furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """The product on a copy of the furnished store; who sits there is set by TBDX_USER."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{furnished.copied(tmp_path)}")
    shell.service.clear()
    yield monkeypatch
    shell.service().close()
    shell.service.clear()


def _open(page: str, **choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    return app if page == "overview" else app.switch_page(f"pages/{page}.py").run()


def _shown(app: AppTest) -> str:
    """All that a page shows: texts, choices, tables, and what its charts are drawn from."""
    tables = [element.value.to_csv() for kind in (app.table, app.dataframe) for element in kind]
    drawn = [json.dumps(chart.proto.spec) for chart in app.get("plotly_chart")]
    return "\n".join([repr(app.main), *tables, *drawn])


def test_who_is_nobody_here_sees_an_entrance_alone(at_home: pytest.MonkeyPatch) -> None:
    """The product's name and why; no page, no figure, and no list of files in the sidebar."""
    at_home.setenv("TBDX_USER", "nobody-here")
    app = _open("overview", lang="en")
    assert not app.exception
    assert [title.value for title in app.title] == ["TBDX"]
    assert "nobody-here" in app.error[0].value
    assert not app.metric
    assert not app.sidebar.children


@pytest.mark.parametrize(("signs_in", "told"), [(True, False), (False, True)])
def test_who_signs_in_learns_no_address_of_the_store(
    signs_in: bool, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the machine to themselves is told all of it."""
    monkeypatch.setattr(signing, "required", lambda: signs_in)
    for code in ("store-unavailable", "store-full"):
        fields = dict.fromkeys(
            ("url", "reason", "place", "free", "needed"), "postgresql://host/tbdx"
        )
        text = shell.error_text(TbdxError(code, **fields), language("en"))
        assert ("postgresql://host/tbdx" in text) is told


@pytest.mark.parametrize("code", ["vi", "en"])
@pytest.mark.parametrize(("page", "role"), OPEN_TO)
def test_pages_open_by_role(page: str, role: Role, code: str, at_home: pytest.MonkeyPatch) -> None:
    """An open one runs without an error; of another nothing is drawn but why, in one's language."""
    at_home.setenv("TBDX_USER", PEOPLE[role].id)
    app = _open(page, lang=code)
    assert not app.exception
    said = [error.value for error in app.error]
    if OPEN_TO[page, role]:
        room = next(room for room in shell.ROOMS if room.file == page)
        assert (said, app.title[0].value) == ([], language(code).text(room.title))
    else:
        error = TbdxError("not-allowed", needed=NEEDED[page], person=PEOPLE[role].id)
        assert said == [escape(messages.error_text(error, language(code)))]
        drawn = (app.title, app.table, app.dataframe, app.metric, app.get("plotly_chart"))
        assert not any(drawn)


@pytest.mark.parametrize(
    ("page", "choices"), [(page, own) for page, all_ in PARTS.items() for own in all_]
)
@pytest.mark.parametrize("structure", ["in_force_on_due_date", "original"])
def test_an_agency_reads_of_no_other(
    page: str, choices: dict[str, str], structure: str, at_home: pytest.MonkeyPatch
) -> None:
    """Every part of every page, also where a link asks for another agency, another version, a trace."""
    at_home.setenv("TBDX_USER", PEOPLE[AGENCY].id)
    for agency in (OWN, OTHER, MERGED):
        asked = {"structure": structure, "agency": agency, "agencies": agency, "year": "2024"}
        app = _open(page, lang="vi", **asked, **choices)
        assert not app.exception
        assert not app.error
        assert found(_shown(app), roles.others()) == []


@pytest.mark.parametrize("role", [ANALYST, READER])
def test_the_marks_are_on_these_pages_for_others(role: Role, at_home: pytest.MonkeyPatch) -> None:
    """So that it means something that an agency's person does not find them."""
    at_home.setenv("TBDX_USER", PEOPLE[role].id)
    for page, choices in (("explore", {"table": "reported"}), ("agency", {"part": "figures"})):
        assert found(_shown(_open(page, agency=OTHER, **choices)), roles.marks(OTHER))


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[AGENCY, READER, ADMINISTRATOR], ids=str)
def running(
    request: pytest.FixtureRequest, furnished: Furnished, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Role, App]]:
    """The product on a machine that somebody of this role uses."""
    folder = tmp_path_factory.mktemp(request.param)
    furnished.copied(folder)
    with running_app(folder, user=PEOPLE[request.param].id, samples=folder / "none") as app:
        yield request.param, app


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def _go(tab: Tab, app: App, page: str, **choices: str) -> None:
    asked = "&".join(f"{name}={value}" for name, value in {"lang": "en", **choices}.items())
    tab.goto(f"{app.url}/{page}?{asked}")
    expect(tab.get_by_test_id("stSidebarNav")).to_contain_text("Overview")
    expect(
        tab.get_by_role("heading", level=1).or_(tab.get_by_test_id("stAlert")).first
    ).to_be_visible()
    expect(tab.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def _taken(tab: Tab) -> Iterator[bytes]:
    """Every file that the buttons of a page give."""
    buttons = tab.get_by_test_id("stDownloadButton").get_by_role("button")
    expect(buttons.first).to_be_visible()
    for button in buttons.all():
        with tab.expect_download() as download:
            button.click()
        yield download.value.path().read_bytes()


@pytest.mark.browser
def test_the_navigation_shows_what_is_open(running: tuple[Role, App], tab: Tab) -> None:
    """And no page more; who reads and as what stands below it."""
    role, app = running
    _go(tab, app, "overview")
    titles = {room.title for room in shell.ROOMS if OPEN_TO[room.file, role]}
    assert set(tab.get_by_test_id("stSidebarNavLink").all_inner_texts()) == titles
    expect(tab.get_by_test_id("stSidebar")).to_contain_text(PEOPLE[role].name)


@pytest.mark.browser
def test_a_closed_page_opened_by_its_address_says_why(running: tuple[Role, App], tab: Tab) -> None:
    """As the very first request of a session, too: the frame comes first and nothing else follows."""
    role, app = running
    for page in (room.file for room in shell.ROOMS if not OPEN_TO[room.file, role]):
        _go(tab, app, page)
        expect(tab.get_by_text("Your role does not allow this")).to_be_visible()
        assert found(tab.get_by_test_id("stMain").inner_text(), roles.others(())) == []


@pytest.mark.browser
def test_open_pages_show_and_give_what_is_theirs(running: tuple[Role, App], tab: Tab) -> None:
    """No error on any; to an agency no figure of another one, on screen or in a file."""
    role, app = running
    for page in (room.file for room in shell.ROOMS if OPEN_TO[room.file, role]):
        _go(tab, app, page, agency=OTHER, year="2024", show="history", table="reported")
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        expect(tab.get_by_test_id("stAlertContentError")).to_have_count(0)
        if role is AGENCY:
            assert found(tab.locator("body").inner_text(), roles.others()) == []
    _go(tab, app, "explore", table="reported")
    xlsx, csv = _taken(tab)
    seen = [OWN] if role is AGENCY else [OWN, OTHER, MERGED]
    for content in (xlsx, csv):
        assert role is not AGENCY or found(content, roles.others()) == []
        assert all(found(content, roles.marks(agency)) for agency in seen)


@pytest.mark.browser
@pytest.mark.parametrize("running", [AGENCY], indirect=True, ids=str)
def test_an_agency_sends_its_report(
    running: tuple[Role, App], tab: Tab, furnished: Furnished, tmp_path: Path
) -> None:
    """It takes its form, has it checked, sends it, and finds it among its own with its receipt."""
    _, app = running
    with furnished.opened(tmp_path) as bureau:
        file = roles.House(bureau, furnished.known).file(OWN)
    _go(tab, app, "upload", year="2024")
    (form,) = _taken(tab)
    assert found(form, roles.marks(OWN))
    assert found(form, roles.others()) == []
    workbook: FilePayload = {"name": "moi.xlsx", "mimeType": "", "buffer": file.content}
    tab.set_input_files("input[type=file]", [workbook])
    expect(tab.get_by_text("They arrived earlier")).to_have_count(0)
    tab.get_by_role("button", name="Send 1 file for review").click()
    expect(tab.get_by_text("waits for review")).to_be_visible()
    assert "ccept" not in tab.get_by_test_id("stMain").inner_text()
    tab.get_by_role("link", name="See what has been sent").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Submissions")
    expect(tab.get_by_text("Review (")).to_have_count(0)
