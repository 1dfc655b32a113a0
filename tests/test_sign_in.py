"""Sign-in by OpenID Connect: a real provider, a real browser, and who gets in without them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import pytest
from conftest import ROOT
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from provider import Account, Office, running_office, settled, sign_in
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tbdx.access import EVERYONE, Claims, Role
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store
from tbdx.ui import shell, signing
from tbdx.ui.returning import Errands, Place, number_of
from tbdx.ui.shell import ROOMS
from tbdx.ui.signing import Visit, claims_of
from tbdx.ui.taking import while_current

AN = Account("an", {"email": "an@so.example", "email_verified": True, "name": "Người thử An"})
BINH = Account(
    "binh", {"email": "binh@so.example", "email_verified": True, "name": "Người thử Bình"}
)
SHORT = Account(
    "short", {"email": "s@so.example", "email_verified": True, "name": "Người thử Ngắn"}, lifetime=8
)
GUEST = Account("guest", {"email": "guest@so.example", "email_verified": True}, roles=())
LARGE = Account(
    "large",
    {
        "email": "l@so.example",  # and whether it is verified is not said
        "name": "Người thử Lớn",
        "groups": [str(uuid4()) for _ in range(150)],
    },
)
_PLACE = "agency?agency=bao-thai-binh&lang=en&year=2024"
_LIGHT = "search?lang=en"
_FORM = {"heading", "markdown", "button", "button_group"}
"""The elements of the sign-in page."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A dashboard on which people sign in."""
    with running_office(tmp_path_factory.mktemp("office"), [AN, BINH, SHORT, GUEST]) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(office: Office, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser in which somebody has signed in, for tests that leave it so."""
    with _visitor(chromium) as context:
        sign_in(_open(context, f"{office.url}/{_LIGHT}"), AN)
        yield context


@contextmanager
def _visitor(chromium: Browser, *, trusting: bool = False) -> Iterator[BrowserContext]:
    """A browser of its own, without any cookie; `trusting` accepts any certificate."""
    context = chromium.new_context(ignore_https_errors=trusting)
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    with _visitor(chromium) as context:
        yield context


def _open(visitor: BrowserContext, url: str) -> Page:
    page = visitor.new_page()
    page.goto(url)
    settled(page)
    return page


def _refused(page: Page) -> None:
    """The sign-in page, and nothing else, is on screen."""
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stSidebar").locator("a, p, label")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    expect(page.get_by_test_id("stTable")).to_have_count(0)


def _cookies(visitor: BrowserContext) -> dict[str, Mapping[str, Any]]:
    return {str(c["name"]): cast("Mapping[str, Any]", c) for c in visitor.cookies()}


# --- without signing in -----------------------------------------------------------------------------


def _said_to_a_program(office: Office, room: str, cookies: Mapping[str, str]) -> list[ForwardMsg]:
    """Everything that the server says to a program that opens a page by its websocket."""
    xsrf = cookies.get("_streamlit_xsrf", "")
    ask = BackMsg()
    ask.rerun_script.page_name = room
    ask.rerun_script.query_string = "lang=en&year=2024&agency=bao-thai-binh"
    said: list[ForwardMsg] = []
    with connect(
        f"{office.url.replace('http', 'ws', 1)}/_stcore/stream",
        origin=Origin(office.url),
        subprotocols=[Subprotocol("streamlit"), Subprotocol(xsrf or "none")],
        additional_headers={"Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items())},
        max_size=None,
    ) as socket:
        socket.send(ask.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(cast("bytes", socket.recv(timeout=30)))
            said.append(message)
            # A page that begins anew (st.rerun) ends its first run otherwise.
            if message.WhichOneof("type") == "script_finished" and (
                message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return said


def _elements(said: list[ForwardMsg]) -> set[str]:
    """The kinds of elements that pages were told to draw."""
    return {
        str(message.delta.new_element.WhichOneof("type"))
        for message in said
        if message.WhichOneof("type") == "delta"
        and message.delta.WhichOneof("type") == "new_element"
    }


@pytest.mark.parametrize("room", ["", *(room.file for room in ROOMS)])
def test_a_program_without_cookie_gets_no_figure(office: Office, room: str) -> None:
    """Whatever page it asks for, the server sends the elements of the sign-in page alone."""
    assert _elements(_said_to_a_program(office, room, {})) == _FORM


def test_a_program_with_a_cookie_gets_what_its_owner_gets(
    office: Office, signed_in: BrowserContext
) -> None:
    """The same question with a signed-in browser's cookies is answered by figures; with one letter changed, or without the token against forgery, it is not."""
    cookies = {name: str(cookie["value"]) for name, cookie in _cookies(signed_in).items()}
    assert _elements(_said_to_a_program(office, "agency", cookies)) > _FORM
    genuine = cookies["_streamlit_user"]
    letter = "A" if genuine[20] != "A" else "B"
    forged = cookies | {"_streamlit_user": genuine[:20] + letter + genuine[21:]}
    assert _elements(_said_to_a_program(office, "agency", forged)) == _FORM
    del cookies["_streamlit_xsrf"]
    assert _elements(_said_to_a_program(office, "agency", cookies)) == _FORM


def test_a_browser_shows_the_sign_in_page_alone(office: Office, visitor: BrowserContext) -> None:
    """In both languages, with no navigation; the first request to a fresh server may be a deep link."""
    page = _open(visitor, f"{office.url}/{_PLACE}")
    _refused(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Digital transformation of press agencies"
    )
    expect(page.get_by_text("Thái Bình province")).to_be_visible()
    page.get_by_role("radio", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chuyển đổi số báo chí")
    expect(page.get_by_text("Tỉnh Thái Bình")).to_be_visible()


# --- signing in and out ---------------------------------------------------------------------------


def test_signing_in_leads_back_to_the_page_that_was_asked_for(
    office: Office, visitor: BrowserContext
) -> None:
    """With every choice of the link; the sidebar says who has come."""
    page = _open(visitor, f"{office.url}/{_PLACE}")
    sign_in(page, AN)
    expect(page.get_by_text("Người thử An")).to_be_visible()
    page.wait_for_url(f"{office.url}/agency?**")
    settled(page)
    expect(page.get_by_role("heading", name="Agency", exact=True)).to_be_visible()
    assert dict(parse_qsl(urlsplit(page.url).query)) == dict(parse_qsl(urlsplit(_PLACE).query))
    page.goto(office.url)  # told once: the bare address is the first page again
    page.wait_for_url(f"{office.url}/overview**")


def test_the_cookies_are_kept_from_scripts_and_other_sites(
    office: Office, signed_in: BrowserContext
) -> None:
    """Identity and tokens are HttpOnly and SameSite=Lax, and no page of the product can read them."""
    page = _open(signed_in, f"{office.url}/{_LIGHT}")
    cookies = _cookies(signed_in)
    for name in ("_streamlit_user", "_streamlit_user_tokens"):
        assert (cookies[name]["httpOnly"], cookies[name]["sameSite"]) == (True, "Lax")
    assert "_streamlit_user" not in page.evaluate("document.cookie")


def test_signing_out_ends_both_sessions(office: Office, visitor: BrowserContext) -> None:
    """The cookies go, the provider asks for the password again, and the page shows nothing."""
    page = _open(visitor, f"{office.url}/{_LIGHT}")
    sign_in(page, AN)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End it").click()
    page.wait_for_url(f"{office.url}/**")
    page.goto(f"{office.url}/{_LIGHT}")
    _refused(page)
    assert "_streamlit_user" not in _cookies(visitor)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_signing_out_ends_the_sign_in_everywhere(office: Office, visitor: BrowserContext) -> None:
    """Another tab is refused at its next rerun; so is a copy of the cookie, on any way in."""
    page = _open(visitor, f"{office.url}/{_LIGHT}")
    sign_in(page, AN)
    copied = {name: str(cookie["value"]) for name, cookie in _cookies(visitor).items()}
    other = _open(visitor, f"{office.url}/{_PLACE}")
    other.get_by_role("radio", name="Tasks").click()
    expect(other.get_by_role("heading", name="Agency", exact=True)).to_be_visible()
    settled(other)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="End it")).to_be_visible()
    other.get_by_role("radio", name="Summary").click()
    expect(other.get_by_text("You have signed out, here or in another window.")).to_be_visible()
    _refused(other)
    assert _elements(_said_to_a_program(office, "agency", copied)) == {*_FORM, "alert"}


def test_who_has_no_role_is_told_so(office: Office, visitor: BrowserContext) -> None:
    """Whoever signs in and was not entered sees why, and nothing else than the way out."""
    page = _open(visitor, f"{office.url}/{_PLACE}")
    page.get_by_role("button", name="Sign in").click()
    GUEST.enter(page)
    expect(page.get_by_text("nobody has given you a role here")).to_be_visible()
    expect(page.get_by_text(str(GUEST.claims["email"]))).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stSidebar").locator("a, p, label")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End it").click()
    page.wait_for_url(f"{office.url}/**")
    assert "_streamlit_user" not in _cookies(visitor)


def test_two_people_are_two_people(
    office: Office, signed_in: BrowserContext, visitor: BrowserContext
) -> None:
    """Each browser shows its own person."""
    other = _open(visitor, f"{office.url}/{_LIGHT}")
    sign_in(other, BINH)
    expect(other.get_by_text("Người thử Bình")).to_be_visible()
    own = _open(signed_in, f"{office.url}/{_LIGHT}")
    expect(own.get_by_text("Người thử An")).to_be_visible()


def test_an_open_page_is_refused_once_its_sign_in_is_over(
    office: Office, visitor: BrowserContext
) -> None:
    """At the next rerun and for new tabs, with the reason; signing in again leads back to the page."""
    page = _open(visitor, f"{office.url}/{_PLACE}")
    sign_in(page, SHORT)
    over = datetime.now(UTC) + timedelta(seconds=SHORT.lifetime)
    page.wait_for_url(f"{office.url}/agency?**")
    settled(page)
    while datetime.now(UTC) < over:  # bounded by the token's own lifetime
        time.sleep(0.1)
    page.get_by_role("radio", name="Tasks").click()
    expect(page.get_by_text("Your sign-in has expired")).to_be_visible()
    _refused(page)
    page.goto(f"{office.url}/{_PLACE}")
    expect(page.get_by_text("Your sign-in has expired")).to_be_visible()
    _refused(page)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Continue as short").click()
    expect(page.get_by_text("Người thử Ngắn")).to_be_visible()
    page.wait_for_url(f"{office.url}/agency?**")


# --- answers that nobody asked for ----------------------------------------------------------------


def test_a_callback_by_hand_lets_nobody_in(office: Office, visitor: BrowserContext) -> None:
    """A made-up code and state lead to the sign-in page."""
    page = _open(visitor, f"{office.url}/oauth2callback?code=made-up&state=made-up")
    page.goto(f"{office.url}/{_LIGHT}")
    _refused(page)
    assert "_streamlit_user" not in _cookies(visitor)


def test_an_answer_meant_for_another_browser_lets_nobody_in(
    office: Office, chromium: Browser
) -> None:
    """Whoever follows a link with somebody else's good code and state is not signed in as them."""
    caught: list[str] = []

    def catch(route: Route) -> None:
        if route.request.method == "POST":
            resumed = route.fetch(max_redirects=0).headers["location"]
            answer = sender.request.get(resumed, max_redirects=0)
            caught.append(answer.headers["location"])
            route.abort()
        else:
            route.continue_()

    with _visitor(chromium) as sender, _visitor(chromium) as victim:
        page = _open(sender, f"{office.url}/{_LIGHT}")
        page.route(f"{office.provider.issuer}/interaction/**", catch)
        page.get_by_role("button", name="Sign in").click()
        with page.expect_event("requestfailed"):
            AN.enter(page)
        assert {"code", "state"} <= dict(parse_qsl(urlsplit(caught[0]).query)).keys()
        page = victim.new_page()
        page.goto(caught[0])
        page.goto(f"{office.url}/{_LIGHT}")
        _refused(page)
        assert "_streamlit_user" not in _cookies(victim)
        page = sender.new_page()  # the browser that asked may still use it
        page.goto(caught[0])
        page.goto(f"{office.url}/{_LIGHT}")
        expect(page.get_by_text("Người thử An")).to_be_visible()


def test_a_token_with_another_nonce_lets_nobody_in(office: Office, visitor: BrowserContext) -> None:
    """An ID token made for another request is refused; the reader is told to try again."""

    def change(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        address = urlsplit(answer.headers["location"])
        query = dict(parse_qsl(address.query)) | {"nonce": "another"}
        changed = address._replace(query=urlencode(query)).geturl()
        route.fulfill(response=answer, headers={**answer.headers, "location": changed})

    page = _open(visitor, f"{office.url}/?lang=en")
    page.route(f"{office.url}/auth/login?**", change)
    page.get_by_role("button", name="Sign in").click()
    AN.enter(page)
    page.wait_for_url(f"{office.url}/**")
    page.goto(f"{office.url}/?lang=en")
    expect(page.get_by_text("The sign-in was not completed.")).to_be_visible()
    _refused(page)
    assert "_streamlit_user" not in _cookies(visitor)


# --- as an office serves it -----------------------------------------------------------------------


def test_behind_nginx_with_a_named_provider_and_a_large_token(
    chromium: Browser, tmp_path: Path
) -> None:
    """By TLS every cookie is Secure; a token with 150 groups, in several cookies, comes through."""
    with (
        running_office(
            tmp_path, [LARGE], name="keycloak", behind_nginx=True, trust_emails=True
        ) as office,
        _visitor(chromium, trusting=True) as visitor,
    ):
        page = _open(visitor, f"{office.url}/{_LIGHT}")
        sign_in(page, LARGE)
        expect(page.get_by_text("Người thử Lớn")).to_be_visible()
        page.wait_for_url(f"{office.url}/search?**")
        cookies = {n: c for n, c in _cookies(visitor).items() if n.startswith("_streamlit")}
        assert "_streamlit_user_tokens_2" in cookies
        assert [name for name, cookie in cookies.items() if not cookie["secure"]] == []


# --- what the token says --------------------------------------------------------------------------

_ISSUED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_TOKEN = {
    "is_logged_in": True,
    "provider": "default",
    "iss": "https://id.office.example",
    "sub": "f3a1",
    "email": "An@Office.example",
    "email_verified": True,
    "name": "Trần  Thị An",
    "iat": int(_ISSUED.timestamp()),
    "exp": int(_ISSUED.timestamp()) + 3600,
}
_CLAIMS = Claims(
    issuer="https://id.office.example",
    subject="f3a1",
    email="an@office.example",
    email_verified=True,
    issued_at=_ISSUED,
    expires_at=_ISSUED + timedelta(hours=1),
)


def _of(*, trust_emails: bool = False, **changed: Any) -> Claims:
    token = {name: v for name, v in {**_TOKEN, **changed}.items() if v is not None}
    return claims_of(token, trust_emails=trust_emails)


def test_claims_are_read_as_the_provider_says_them() -> None:
    """Every claim that is used, the address in small letters."""
    assert _of() == _CLAIMS
    assert _of(email=None) == replace(_CLAIMS, email="")
    assert _of(email=" AN@office.Example\n") == _CLAIMS
    assert _of(exp=_TOKEN["exp"] + 0.5).expires_at == _CLAIMS.expires_at + timedelta(seconds=0.5)  # type: ignore[operator]


@pytest.mark.parametrize(
    "unlike", ["an@\u212aho.example", "\u200ban@kho.example", "ａn@kho.example"]
)
def test_an_address_that_only_looks_alike_is_not_folded(unlike: str) -> None:
    """A Kelvin sign, a character that nobody sees, a wide letter: it is not made somebody else's."""
    assert _of(email=unlike).email == unlike
    assert _of(email="AN@KHO.example").email == "an@kho.example"


@pytest.mark.parametrize(
    ("said", "trusted", "verified"),
    [
        *((True, False, True), ("true", False, True), ("True", False, True)),
        *((False, False, False), ("false", False, False), ("", False, False), (1, False, False)),
        *((None, False, False), (None, True, True)),
        *((False, True, False), ("false", True, False)),
    ],
)
def test_an_address_counts_where_it_is_verified(
    said: object, trusted: bool, verified: bool
) -> None:
    """Some providers send a text. Trust fills in for silence, never against what is said."""
    assert _of(trust_emails=trusted, email_verified=said).email_verified is verified


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        *(("iss", None), ("iss", ""), ("iss", 5), ("sub", None), ("sub", ""), ("sub", ["x"])),
        *(("exp", None), ("exp", "1772413200"), ("exp", True), ("exp", float("nan"))),
        *(("exp", 1e300), ("iat", None), ("iat", "now"), ("iat", float("inf"))),
    ],
)
def test_a_token_that_lacks_something_is_refused(claim: str, value: object) -> None:
    """It names the claim that is not there, or not as it should be."""
    changed: dict[str, Any] = {claim: value}
    with pytest.raises(TbdxError, match="claims-incomplete") as raised:
        _of(**changed)
    assert raised.value.fields == {"found": claim}


def _visit(monkeypatch: pytest.MonkeyPatch, user: Mapping[str, object], signs_in: bool) -> Visit:
    monkeypatch.setattr(signing, "at_start", lambda: SimpleNamespace(signs_in=signs_in))
    monkeypatch.setattr("streamlit.user", SimpleNamespace(to_dict=lambda: dict(user)))
    return signing.visit()


@pytest.mark.parametrize(
    "user", [{}, {"is_logged_in": False}, {**_TOKEN, "is_logged_in": "true"}, {"email": "a@b.c"}]
)
def test_nobody_is_admitted_without_a_sign_in(
    monkeypatch: pytest.MonkeyPatch, user: Mapping[str, object]
) -> None:
    """Where people sign in; where they do not, nobody has to, whatever a browser shows."""
    assert _visit(monkeypatch, user, signs_in=True) == Visit(required=True)
    assert _visit(monkeypatch, user, signs_in=False) == Visit(required=False)


def test_who_has_signed_in_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the claims of the token; one without expiry is refused, and why is known."""
    assert _visit(monkeypatch, _TOKEN, signs_in=True).claims == _CLAIMS
    endless = _visit(monkeypatch, {**_TOKEN, "exp": None}, signs_in=True)
    assert endless.claims is None
    assert endless.refusal is not None
    assert endless.refusal.code == "claims-incomplete"


class TestAnOpenPage:
    """Its download buttons, when what it was drawn for no longer holds."""

    @pytest.fixture
    def page(self, plan: Plan, tmp_path: Path) -> Iterator[shell.Page]:
        """An analyst's page, drawn half an hour after signing in, by a clock that stands still."""
        store = Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}")
        service = Service(plan, store, ROOT / "data" / "samples", lambda: _ISSUED)
        service.people.add("chief", "Quản trị", "chief@so.example", [Role.ADMINISTRATOR])
        service.people.add("an", "An", _CLAIMS.email, [Role.ANALYST])
        entered = service.enter(_CLAIMS)
        yield shell.Page(entered, entered.view(), language("en"), claims=_CLAIMS)
        service.close()

    def test_gives_what_it_offers(self, page: shell.Page) -> None:
        """While the sign-in and the roles hold; so does a page of somebody who works alone."""
        assert while_current(page, lambda: b"file") == b"file"
        assert while_current(replace(page, claims=None), lambda: b"file") == b"file"

    def test_gives_nothing_after_the_expiry(self, page: shell.Page) -> None:
        """At the very second, without leeway."""
        over = replace(page, claims=replace(_CLAIMS, expires_at=_ISSUED))
        with pytest.raises(TbdxError, match="sign-in-expired"):
            while_current(over, pytest.fail)

    def test_gives_nothing_after_signing_out(self, page: shell.Page) -> None:
        """In whatever window."""
        page.service.people.sign_out(_CLAIMS)
        with pytest.raises(TbdxError, match="signed-out"):
            while_current(page, pytest.fail)

    def test_gives_nothing_once_the_role_is_another(self, page: shell.Page) -> None:
        """Less, or other agencies than it was drawn for, or no role at all."""
        chief = page.service.acting(EVERYONE).people
        chief.change("an", "An", _CLAIMS.email, [Role.READER])
        with pytest.raises(TbdxError, match="not-allowed"):
            while_current(page, pytest.fail)
        chief.remove("an", "đã chuyển công tác")
        with pytest.raises(TbdxError, match="not-admitted"):
            while_current(page, pytest.fail)

    def test_gives_nothing_to_somebody_who_is_another_now(self, page: shell.Page) -> None:
        """Under another id with the same roles: what is taken out would stand under the old one."""
        chief = page.service.acting(EVERYONE).people
        chief.remove("an", "sai mã")
        chief.add("an02", "An", _CLAIMS.email, [Role.ANALYST])
        with pytest.raises(TbdxError, match="not-allowed"):
            while_current(page, pytest.fail)


# --- where a browser wanted to go -----------------------------------------------------------------


def test_an_errand_is_told_once_and_not_for_long() -> None:
    """To the browser that it is of; a newer one takes its place; after 15 minutes there is none."""
    now = 0.0
    errands = Errands(lambda: now, most=2)
    errands.put("a", Place("board", {}))
    errands.put("a", Place("agency", {"year": "2024"}))
    assert errands.take("b") is None
    assert errands.open("a") == Place("agency", {"year": "2024"})
    assert errands.take("a") == Place("agency", {"year": "2024"})
    assert errands.take("a") is None
    errands.put("a", Place("board", {}))
    now = 15 * 60 + 1
    assert not errands.open("a")
    assert errands.take("a") is None


def test_errands_stay_few_and_short() -> None:
    """The oldest is forgotten first, and an address of any length is not kept."""
    errands = Errands(most=2)
    for browser in "abc":
        errands.put(browser, Place("board", {}))
    assert [bool(errands.open(browser)) for browser in "abc"] == [False, True, True]
    errands.put("c", Place("board", {"q": "x" * 5000}))
    assert not errands.open("c")


def test_a_browser_has_one_number_however_it_is_masked() -> None:
    """The cookie changes at each answer, the number in it does not; other cookies have none."""
    number = bytes(range(16))

    def cookie(mask: bytes) -> str:
        masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(number))
        return f"2|{mask.hex()}|{masked.hex()}|1772413200"

    first, second = cookie(b"\x01\x02\x03\x04"), cookie(b"\xfa\x00\x11\x9c")
    assert number_of(first) == number_of(second) != ""
    assert number.hex() not in number_of(first)
    for other in ("", "x", "1|a|b|c", "2|zz|00|1", "2|00|00|1", first.replace("2|", "3|", 1)):
        assert number_of(other) == ""


# --- the provider's own files ---------------------------------------------------------------------


def test_the_provider_is_pinned_and_comes_from_no_named_registry() -> None:
    """One exact version, with the hash of every package, and no address of any host."""
    folder = ROOT / "tests" / "provider"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    text = (folder / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text, "npm writes `funding` addresses: take them out"
    assert all(packages[f"node_modules/{n}"]["version"] == v for n, v in wanted.items())
    assert all("integrity" in package for name, package in packages.items() if name)
