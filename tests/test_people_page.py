"""The part People of Administration, and which parts a reader sees, as Streamlit runs the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import running_app
from playwright.sync_api import Browser, expect
from stores import signed_in
from streamlit.testing.v1 import AppTest

from tbdx.access import Person, Role
from tbdx.i18n import language
from tbdx.model import Action
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.ui import record_words, shell
from tbdx.ui.shell import Page

ROOT = Path(__file__).parent.parent
ANALYST, AGENCY, READER, ADMINISTRATOR = Role
PAPER, STATION = "bao-thai-binh", "dai-ptth-thai-binh"
OFFICE = ["years", "register", "plan", "corrections", "reminders"]
LAN = Person("lan", "Chị Lan", "lan@so.example", roles=frozenset({ANALYST}))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The use cases on the store that the page shows, in which nobody is entered."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    monkeypatch.setenv("TBDX_USER", "qt01")
    shell.service.clear()
    service = Service.open(Settings())
    yield service
    service.close()
    shell.service.clear()


@pytest.fixture
def service(empty: Service) -> Service:
    """The same with an administrator, who sits at the machine, and an agency's editor."""
    empty.people.add("qt01", "Anh Quản", "qt@so.example", [ADMINISTRATOR])
    empty.people.add("bao1", "Cô Ba", "ba@viet.example", [AGENCY], [PAPER])
    return empty


def _open(part: str = "people", lang: str = "en") -> AppTest:
    """The page inside the frame for whoever sits at this machine, as `shell.run` draws it."""
    frame = (
        "import streamlit\n"
        "from tbdx.i18n import language\n"
        "from tbdx.service import Basis\n"
        "from tbdx.ui import shell\n"
        'streamlit.navigation(shell._pages(language("vi")), position="hidden")\n'
        "frame = shell._Frame(shell.service().local(), Basis())\n"
        'streamlit.session_state["tbdx-frame"] = frame\n'
    )
    source = (ROOT / "pages" / "admin.py").read_text(encoding="utf-8")
    app = AppTest.from_string(frame + source, default_timeout=60)
    app.query_params.update({"lang": lang, "part": part})
    return _sound(app.run())


def _sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].value
    return app


def _set(app: AppTest, kind: str, start: str, value: object) -> None:
    """Set the one widget of a kind whose key begins so."""
    (found,) = [one for one in getattr(app, kind) if (one.key or "").startswith(start)]
    found.set_value(value)


def _press(app: AppTest, start: str) -> AppTest:
    (button,) = [one for one in app.button if (one.key or "").startswith(start)]
    return _sound(button.click().run())


def _typed(app: AppTest, start: str) -> list[str]:
    """What stands in the text fields whose keys begin so."""
    return [str(one.value) for one in app.text_input if (one.key or "").startswith(start)]


def _table(app: AppTest) -> str:
    (table,) = app.table
    return str(table.value.to_csv())


def _errors(app: AppTest) -> str:
    return "\n".join(error.value for error in app.error)


class TestNobodyYet:
    def test_a_machine_of_one_user_is_said_to_be_one(self, empty: Service) -> None:
        """With what entering the first person ends; there is nobody to change or remove."""
        app = _open()
        (said,) = [info.value for info in app.info]
        assert "machine of one user" in said
        assert "“qt01”" in said
        assert [button.key.split("-")[0] for button in app.button if button.key] == ["enter"]

    def test_the_first_person_is_the_one_at_the_machine(self, empty: Service) -> None:
        """Their id and the role of an administrator are proposed; then the page goes on for them."""
        app = _press(_open(), "enter-person-go")
        assert [line.value for line in app.success] == ["qt01 was entered."]
        assert empty.people.all() == [Person("qt01", roles=frozenset({ADMINISTRATOR}))]
        assert "`qt01`" in _table(app)
        assert not app.info

    def test_it_is_no_other_than_an_administrator(self, empty: Service) -> None:
        """Or nobody could enter others; what was chosen stays."""
        app = _open()
        _set(app, "checkbox", "enter-person-administrator", False)
        _set(app, "checkbox", "enter-person-reader", True)
        app = _press(app, "enter-person-go")
        assert "Enter an administrator first" in _errors(app)
        assert empty.people.all() == []


class TestEntering:
    def test_somebody_is_entered(self, service: Service) -> None:
        """With a name, an address, roles; the form is empty then."""
        app = _open()
        for field, value in (("id", "lan"), ("name", LAN.name), ("email", LAN.email)):
            _set(app, "text_input", f"enter-person-{field}", value)
        _set(app, "checkbox", "enter-person-analyst", True)
        app = _press(app, "enter-person-go")
        assert [line.value for line in app.success] == ["Chị Lan (lan) was entered."]
        assert service.people.all()[1] == LAN
        (told,) = service.office.record(actions=[Action.PERSON_ADDED], limit=1)
        assert told.actor == "qt01"
        assert "Chị Lan" in _table(app)
        assert _typed(app, "enter-person-id") == [""]

    def test_agencies_are_asked_for_with_their_role_alone(self, service: Service) -> None:
        """Checked it shows them, and needs one."""
        app = _open()
        assert [one for one in app.multiselect if "enter-" in str(one.key)] == []
        _set(app, "text_input", "enter-person-id", "dai1")
        _set(app, "checkbox", "enter-person-agency", True)
        app = _press(app, "enter-person-go")
        assert "at least one agency" in _errors(app)
        _set(app, "multiselect", "enter-person-agencies", [STATION])
        app = _press(app, "enter-person-go")
        assert service.people.all()[1].agencies == (STATION,)

    @pytest.mark.parametrize(
        ("said", "typed"),
        [
            ("2 to 40 lower-case letters", {"id": "Chị Lan"}),
            ("Choose another one", {"id": "bao1"}),
            ("is that of “bao1”", {"id": "lan", "email": "ba@viet.example"}),
            ("khong-phai", {"id": "lan", "email": "khong-phai"}),
        ],
    )
    def test_what_cannot_be_is_said(
        self, service: Service, said: str, typed: dict[str, str]
    ) -> None:
        """Beside the form, which stays as typed; nothing is stored."""
        before = service.people.all()
        app = _open()
        for field, value in typed.items():
            _set(app, "text_input", f"enter-person-{field}", value)
        _set(app, "checkbox", "enter-person-reader", True)
        app = _press(app, "enter-person-go")
        assert said in _errors(app)
        assert service.people.all() == before
        assert _typed(app, "enter-person-id") == [typed["id"]]


class TestChanging:
    def test_a_person_is_shown_as_entered_and_changed(self, service: Service) -> None:
        """The fields hold what there is of whoever is chosen."""
        app = _open()
        _set(app, "selectbox", "change-person-person", "bao1")
        app = _sound(app.run())
        assert _typed(app, "change-person-") == ["Cô Ba", "ba@viet.example"]
        _set(app, "text_input", "change-person-name", "Cô Tư")
        _set(app, "multiselect", "change-person-agencies", [PAPER, STATION])
        app = _press(app, "change-person-go")
        assert [line.value for line in app.success] == ["Cô Tư (bao1) was changed."]
        changed = service.people.all()[0]
        assert (changed.name, changed.agencies) == ("Cô Tư", (PAPER, STATION))

    def test_a_form_drawn_before_somebody_else_s_change_is_refused(self, service: Service) -> None:
        """What they were given or lost meanwhile stays; the form then shows it, and works."""
        service.people.add("zz", "Zed", "cu@so.example", [ANALYST, ADMINISTRATOR])
        app = _open()
        _set(app, "selectbox", "change-person-person", "zz")
        app = _sound(app.run())
        service.people.change("zz", "Zed", "moi@so.example", [READER], by="qt02")
        _set(app, "text_input", "change-person-name", "Zed Z")
        app = _press(app, "change-person-go")
        assert "Somebody else changed the data meanwhile" in _errors(app)
        expected = Person("zz", "Zed", "moi@so.example", roles=frozenset({READER}))
        assert service.people.all()[-1] == expected
        app = _sound(app.run())
        _set(app, "selectbox", "change-person-person", "zz")
        app = _sound(app.run())
        assert _typed(app, "change-person-") == ["Zed", "moi@so.example"]
        _set(app, "text_input", "change-person-name", "Zed Z")
        _press(app, "change-person-go")
        assert service.people.all()[-1] == replace(expected, name="Zed Z")

    def test_an_agency_that_the_register_has_lost_is_shown(self, service: Service) -> None:
        """By its id, as one of theirs; without it the part would not open at all."""
        lost = Person("bao0", "Cô Hai", roles=frozenset({AGENCY}), agencies=("bao-cu",))
        service._desk.store.add_person(lost, datetime.now(UTC), "qt01")
        app = _open()
        assert "bao-cu" in _table(app)
        _set(app, "text_input", "change-person-name", "Cô Năm")
        app = _press(app, "change-person-go")
        assert not app.error
        assert service.people.all()[0] == replace(lost, name="Cô Năm")

    def test_a_new_account_is_known_by_the_address_again(self, service: Service) -> None:
        """Asked for only of those who have signed in."""
        app = _open()
        assert not [one for one in app.checkbox if "unbind" in str(one.key)]
        claims = signed_in(service.people.all()[0])
        service._desk.store.bind_person("bao1", claims, claims.issued_at)
        app = _open()
        assert "has signed in" in _table(app)
        _set(app, "checkbox", "change-person-unbind", True)
        _press(app, "change-person-go")
        assert not service.people.all()[0].bound

    def test_the_last_administrator_stays_one(self, service: Service) -> None:
        """Said beside the form."""
        app = _open()
        _set(app, "selectbox", "change-person-person", "qt01")
        app = _sound(app.run())
        _set(app, "checkbox", "change-person-administrator", False)
        _set(app, "checkbox", "change-person-reader", True)
        app = _press(app, "change-person-go")
        assert "Nobody would be left" in _errors(app)
        assert service.people.all()[1].roles == frozenset({ADMINISTRATOR})


def test_somebody_is_removed_with_a_reason(service: Service) -> None:
    """What is forgotten and what stays is said before; the table knows them no longer."""
    app = _open()
    assert "the id stays in the record" in "\n".join(one.value for one in app.caption)
    app = _press(app, "remove-person-go")
    assert "reason is needed" in _errors(app)
    _set(app, "text_input", "remove-person-reason", "nghỉ việc")
    app = _press(app, "remove-person-go")
    assert [line.value for line in app.success] == ["`bao1` was removed."]
    assert [person.id for person in service.people.all()] == ["qt01"]
    assert "Cô Ba" not in _table(app)


class TestPartsByRight:
    @pytest.mark.parametrize(
        ("roles", "parts"),
        [
            ({ANALYST}, [*OFFICE, "record"]),
            ({ADMINISTRATOR}, ["record", "people"]),
            ({ANALYST, ADMINISTRATOR}, [*OFFICE, "record", "people"]),
        ],
    )
    def test_a_reader_sees_the_parts_of_their_roles(
        self,
        service: Service,
        monkeypatch: pytest.MonkeyPatch,
        roles: set[Role],
        parts: list[str],
    ) -> None:
        """The first is open by itself, each of the others by its address."""
        service.people.add("lan", "", "", roles)
        monkeypatch.setenv("TBDX_USER", "lan")
        shell.service.clear()
        for part in ("", *parts):
            app = _open(part)
            chooser = app.segmented_control(key="pick-part")
            assert chooser.value == (part or parts[0])
            assert len(chooser.options) == len(parts)
            assert not app.error, _errors(app)

    def test_another_part_s_address_opens_none_of_it(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An analyst who asks for People is told that there is no such thing here."""
        service.people.add("lan", "", "", [ANALYST])
        monkeypatch.setenv("TBDX_USER", "lan")
        shell.service.clear()
        app = _open("people")
        assert "people" in app.warning[0].value
        assert "Close a year" in [one.value for one in app.subheader]
        assert "qt@so.example" not in "".join(table.value.to_csv() for table in app.table)


def test_the_record_tells_of_people_in_words(service: Service) -> None:
    """Whatever happened with them, in both languages, without codes of roles or agencies."""
    claims = signed_in(service.people.all()[0])
    store = service._desk.store
    store.bind_person("bao1", claims, claims.issued_at)
    store.end_session(claims, claims.issued_at, "bao1")
    service.people.change("bao1", "", "", [AGENCY, READER], [PAPER, STATION])
    service.people.remove("bao1", "nghỉ việc")
    for lang in ("vi", "en"):
        page = Page(service, service.view(), language(lang))
        told: dict[str, list[str]] = {}
        for entry in service.office.record():
            lines = [record_words.subject_text(page, entry), record_words.short_text(page, entry)]
            details = record_words.details(page, entry)
            told[f"{entry.action} {entry.subject}"] = lines
            every = "\n".join([*lines, *(f"{what}: {b} {a}" for what, b, a in details)])
            codes = ("_", "{", '"', "person:", PAPER, "administrator,", ": agency", ": reader")
            assert not [code for code in codes if code in every], every
    assert told["person-added person:bao1"] == ["person bao1", "Roles: Agency"]
    assert told["person-changed person:bao1"][1] == "Roles: Agency → Agency, Reader"
    assert told["person-removed person:bao1"] == [
        "person bao1",
        "Roles: Agency, Reader → –; Reason for ending it: nghỉ việc",
    ]
    assert told["signed-out session:bao1"] == ["bao1", ""]


@pytest.mark.browser
def test_the_sidebar_says_who_reads(chromium: Browser, tmp_path: Path) -> None:
    """Name and roles, once people are entered; entering the first one on the page ends the rest."""
    with running_app(tmp_path, user="qt01", language="en") as app:
        page = chromium.new_page(viewport={"width": 1440, "height": 1400})
        page.goto(f"{app.url}/admin?lang=en&part=people")
        side = page.get_by_test_id("stSidebar")
        expect(page.get_by_text("machine of one user")).to_be_visible()
        expect(side.get_by_text("Administrator", exact=False)).not_to_be_visible()
        page.get_by_label("Name", exact=True).fill("Anh Quản")
        page.get_by_role("button", name="Enter the person").click()
        expect(page.get_by_text("Anh Quản (qt01) was entered.")).to_be_visible()
        expect(side.get_by_text("Anh Quản · Administrator")).to_be_visible()
        page.set_viewport_size({"width": 360, "height": 2600})
        expect(page.get_by_role("button", name="Remove the person")).to_be_visible()
        wide = page.evaluate(
            """() => [...document.querySelectorAll("[data-testid=stMain] *")].filter(
                e => e.scrollWidth > e.clientWidth + 2
                && ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
            ).map(e => e.outerHTML)"""
        )
        assert not wide, "a phone does not scroll sideways"
        page.close()
