"""Files are given to those who were told of them, and to nobody else: by the server's own gate."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import quote, unquote

import pytest
import streamlit as st
from conftest import ROOT
from sessions import Served, Session, Visit, served
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.app_discovery import discover_asgi_app

from tbdx.model import TbdxError
from tbdx.serving import require_inside
from tbdx.ui import gate
from tbdx.ui.gate import Told, Visitor, addresses

_SERVER = """
import streamlit as st
from tbdx.ui import gate
app = st.App("page.py", middleware=gate.middleware(lambda claims: claims["sub"] != "gone"))
"""
# As the product's pages: an icon for all, files for whoever signed in, and a visitor's own words.
_PAGE = f"""
from functools import partial
from uuid import uuid4
import streamlit as st
kept = st.cache_resource(uuid4)
st.set_page_config(page_icon={str(ROOT / "tbdx" / "ui" / "icon.png")!r})
who = st.user.get("sub") or st.query_params.get("alone")
if who:
    st.download_button("now", f"figures of {{who}}", file_name="a.html", mime="text/html")
    st.download_button("later", partial(str, f"later for {{who}}"), file_name="b.txt")
    st.file_uploader("up")
    st.download_button("odd", "x", file_name=st.query_params.get("name", "c.txt"))
st.write(st.query_params.get("echo"))
st.write(f"kept {{kept()}}")
st.text_input("own", st.query_params.get("echo"))
"""


_NEVER = (
    *("clear_cache", "load_git_info", "set_run_on_save"),
    *("debug_disconnect_websocket", "debug_shutdown_runtime"),
)
_OPERATIONS = ("install_skills", "dismiss_skills_nudge", "dataframe_chunk")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small page with downloads and an upload, behind the gate; people sign in."""
    with served(
        _script(tmp_path_factory.mktemp("site")), tmp_path_factory.mktemp("home")
    ) as running:
        yield running


def _script(folder: Path) -> Path:
    (folder / "page.py").write_text(_PAGE, encoding="utf-8")
    script = folder / "app.py"
    script.write_text(_SERVER, encoding="utf-8")
    return script


@dataclass(frozen=True)
class Files:
    """What a session was told of, each by its address; None for what it was not."""

    now: str | None
    later: str
    icon: str


def _told(session: Session, query: str = "") -> Files:
    heard = session.run(query)
    buttons = [
        m.delta.new_element.download_button
        for m in heard
        if m.delta.new_element.WhichOneof("type") == "download_button"
    ]
    now = next((button.url for button in buttons if button.url), None)
    later = next((button.deferred_file_id for button in buttons if button.deferred_file_id), "")
    (icon,) = (m.page_config_changed.favicon for m in heard if m.page_config_changed.favicon)
    return Files(now, later, icon)


def test_a_file_goes_to_whom_it_was_made_for(site: Served) -> None:
    """Its owner has it; not who signed in as another, nor nobody, nor who shows a false cookie."""
    owner = Visit(site, site.cookie("owner"))
    with owner.session() as session:
        files = _told(session)
        later = session.deferred_address(files.later)
        for address, content in ((files.now, b"figures of owner"), (later, b"later for owner")):
            assert address
            assert owner.ask(address).content == content
            assert Visit(site, site.cookie("owner")).ask(address).status == 200, "his other browser"
            for cookies in (
                {},
                site.cookie("other"),
                site.cookie("owner", seconds=-1),
                site.cookie("owner", secret="a guess"),  # noqa: S106 (a wrong one)
                {"_streamlit_user": "ÿ.x.y"},
            ):
                refused = Visit(site, cookies).ask(address)
                assert (refused.status, refused.content) == (404, b"File not found")


def test_a_sign_in_that_counts_no_longer_has_no_file(site: Served) -> None:
    """Signed out elsewhere, or removed: the cookie is true and in force, and opens nothing."""
    gone = Visit(site, site.cookie("gone"))
    with gone.session() as session:
        files = _told(session)
        assert files.now
        assert gone.ask(files.now).status == 404


def test_what_exists_cannot_be_told_from_what_does_not(site: Served) -> None:
    """A file of another's and a file of nobody's are refused in the same words."""
    with Visit(site, site.cookie("owner")).session() as session:
        address = _told(session).now
        assert address
        asking = Visit(site, site.cookie("other"))
        there, nowhere = asking.ask(address), asking.ask(f"/media/{'0' * 32}.html")
    ignored = {"date"}
    assert (there.status, there.content) == (nowhere.status, nowhere.content)
    assert {k: v for k, v in there.headers.items() if k.lower() not in ignored} == {
        k: v for k, v in nowhere.headers.items() if k.lower() not in ignored
    }


def test_no_session_asks_for_more_than_pages_need(site: Served) -> None:
    """Nobody empties what all share, reads the server's git, or has things installed; pages go on."""
    owner = Visit(site, site.cookie("owner"))
    with owner.session() as session, Visit(site).session() as stranger:
        kept = _kept(session)
        for asking in (stranger, session):
            asking.run()
            for kind in _NEVER:
                message = BackMsg()
                setattr(message, kind, True)
                for said in asking.answers(message):
                    assert said.WhichOneof("type") != "git_info_changed"
                    assert not said.session_status_changed.run_on_save
            for operation in _OPERATIONS:
                message = BackMsg()
                message.backend_operation_request.request_id = operation
                message.backend_operation_request.session_id = asking.id
                getattr(message.backend_operation_request, operation).SetInParent()
                asking.answers(message)
            asking.run()
            answered = {said.backend_operation_response.request_id for said in asking.heard}
            assert answered == {"", "none"}
        assert _kept(session) == kept
    assert "Client tried to" not in site.log.read_text(encoding="utf-8")


def test_each_kind_of_message_was_thought_of() -> None:
    """A newer Streamlit with another kind is noticed here: let it through, or name it as refused."""
    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    request = BackMsg.DESCRIPTOR.fields_by_name["backend_operation_request"].message_type
    operations = {field.name for field in request.oneofs_by_name["payload"].fields}
    passed = {*gate._ASKED, "file_urls_request", "backend_operation_request"}
    assert (kinds, operations) == ({*passed, *_NEVER}, {"deferred_file", *_OPERATIONS})


def _kept(session: Session) -> str:
    """What the page keeps for all sessions."""
    bodies = [said.delta.new_element.markdown.body for said in session.run()]
    return next(body for body in bodies if body.startswith("kept "))


def test_who_is_not_signed_in_is_told_of_no_place(site: Served) -> None:
    """Nor one whose sign-in has ended, nor for more files than anybody puts in at once."""
    for cookies, asked, told in (
        ({}, 1, 0),
        (site.cookie("owner", seconds=-1), 1, 0),
        (site.cookie("gone"), 1, 0),
        (site.cookie("owner"), 501, 0),
        (site.cookie("owner"), 500, 500),
    ):
        with Visit(site, cookies).session() as session:
            session.run()
            message = BackMsg()
            message.file_urls_request.file_names.extend(["a.txt"] * asked)
            heard = session.answers(message)
        places = sum(len(said.file_urls_response.file_urls) for said in heard)
        assert places == told, (cookies.keys(), asked)


def test_a_strangers_message_is_small(site: Served) -> None:
    """What comes with it is kept with the session, so only who has signed in may send much."""
    for cookies, size, passes in (
        ({}, 60_000, True),
        ({}, 70_000, False),
        (site.cookie("owner"), 70_000, True),
    ):
        with Visit(site, cookies).session() as session:
            session.run()
            heard = session.answers(session.request("x" * size))
        named = [len(said.backend_operation_response.request_id) for said in heard]
        assert (size in named) is passes


def test_what_is_no_message_ends_the_connection(site: Served) -> None:
    """As Streamlit has it; the gate does not stumble."""
    with Visit(site).session() as session:
        session.send(b"\xff\xff\xff")
        session.wait_for_end()


def test_the_gate_stays_shut_while_the_secrets_are_away(tmp_path: Path) -> None:
    """How people sign in is read when the server starts; until the next start that holds."""
    with served(_script(tmp_path), tmp_path / "own") as running:
        secrets = tmp_path / "own" / "home" / ".streamlit" / "secrets.toml"
        owner = Visit(running, running.cookie("owner"))
        with owner.session() as session:
            address, place = _told(session).now, session.upload_address()
            assert address
            for change in (secrets.unlink, partial(secrets.write_text, "[auth")):
                change()
                assert Visit(running).ask(address).status == 404
                assert Visit(running).put(place, "a.txt", b"x").status == 404


def test_secrets_that_cannot_be_read_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file is said to be one; nothing is served as if nobody had to sign in."""
    half = tmp_path / "secrets.toml"
    half.write_text("[auth", encoding="utf-8")
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(half))
    for start in (partial(gate.middleware, bool), partial(require_inside, "127.0.0.1")):
        with pytest.raises(TbdxError, match="settings-unreadable") as raised:
            start()
        assert raised.value.fields["found"] == str(half)


def test_a_place_to_put_a_file_is_the_sessions_own(site: Served) -> None:
    """Its owner puts a file in, with the token; nobody else does, and not without the token."""
    owner = Visit(site, site.cookie("owner"))
    with owner.session() as session:
        session.run()
        place = session.upload_address()
        assert owner.put(place, "a.txt", b"x", token="").status == 403
        for cookies in ({}, site.cookie("other"), site.cookie("owner", seconds=-1)):
            assert Visit(site, cookies).put(place, "a.txt", b"x").status == 404
            assert Visit(site, cookies).ask(place, "DELETE").status == 404
        assert owner.put(place, "a.txt", b"x").status == 204


def test_the_icon_is_everybodys(site: Served) -> None:
    """What is shown before signing in is had before signing in, and after."""
    visit = Visit(site)
    with visit.session() as session:
        files = _told(session)
        assert files.now is None, "nothing but the icon"
        for cookies in ({}, site.cookie("owner")):
            assert Visit(site, cookies).ask(files.icon).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name", ['a"; x="b.html', "a\r\nSet-Cookie: x=1.txt", "../../báo cáo;.xlsx", "\x00\\..\\a.exe"]
)
def test_a_hostile_name_stays_a_name(site: Served, name: str) -> None:
    """It adds no header and no parameter, and what it cannot be written with is encoded."""
    owner = Visit(site, site.cookie("owner"))
    with owner.session() as session:
        heard = session.run(f"name={quote(name)}")
        address = next(
            m.delta.new_element.download_button.url
            for m in heard
            if m.delta.new_element.download_button.label == "odd"
        )
        reply = owner.ask(address)
    given = reply.headers["content-disposition"]
    assert (reply.status, reply.content) == (200, b"x")
    assert "Set-Cookie" not in reply.headers
    kind, _, value = given.partition("; filename*=utf-8''")
    assert (kind, unquote(value)) == ("attachment", name)
    assert re.fullmatch(r"[\w.%-]+", value)


def test_having_an_address_repeated_does_not_help(site: Served) -> None:
    """A page that repeats what its visitor typed tells nobody of a file."""
    with Visit(site, site.cookie("owner")).session() as session:
        address = _told(session).now
        assert address
        for cookies in ({}, site.cookie("other")):
            visit = Visit(site, cookies)
            with visit.session() as other:
                heard = other.run(f"echo={quote(address)}")
                assert any(address in str(message) for message in heard), "it was repeated"
                assert visit.ask(address).status == 404


def test_no_other_spelling_of_an_address_passes(site: Served) -> None:
    """However the way is written, it is the gate's or nobody's."""
    with Visit(site, site.cookie("owner")).session() as session:
        address = _told(session).now
        assert address
        name = address.removeprefix("/media/")
        for spelled in (
            f"//media/{name}",
            f"/media//{name}",
            f"/%6dedia/{name}",
            f"/media%2f{name}",
            f"/media/./{name}",
            f"/x/../media/{name}",
            f"/static/../media/{name}",
            f"/media/{name}/",
            f"/media/{name}?x=1",
            f"/media/{name};x",
        ):
            for method in ("GET", "HEAD"):
                reply = Visit(site).ask(spelled, method)
                assert b"figures" not in reply.content, spelled
                assert "content-disposition" not in {head.lower() for head in reply.headers}, (
                    spelled
                )


def test_every_answer_has_the_headers_of_the_house(site: Served) -> None:
    """Offices without nginx: no guessing of types, no frames; downloads kept nowhere, and no pages."""
    owner = Visit(site, site.cookie("owner"))
    with owner.session() as session:
        address = _told(session).now
        assert address
        for path in ("/", "/_stcore/health", address, "/media/none", "/auth/logout"):
            headers = {name.lower(): value for name, value in owner.ask(path).headers.items()}
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["x-frame-options"] == "DENY", path
            assert headers["referrer-policy"] == "same-origin", path
            guarded = path.startswith("/media/")
            assert (headers.get("cache-control") == "no-store") is guarded, path
            assert ("sandbox" in headers.get("content-security-policy", "")) is guarded, path


def test_who_works_alone_notices_nothing(tmp_path: Path) -> None:
    """Without sign-in files are there, uploads too, for the browser on this machine."""
    script = _script(tmp_path)
    with served(script, tmp_path / "own", signs_in=False) as running:
        visit = Visit(running)
        with visit.session() as session:
            files = _told(session, "alone=owner")
            assert files.now
            assert visit.ask(files.now).content == b"figures of owner"
            assert visit.ask(session.deferred_address(files.later)).content == b"later for owner"
            assert visit.put(session.upload_address(), "a.txt", b"x").status == 204


def test_the_product_is_served_through_the_gate(tmp_path: Path) -> None:
    """`app.py` is found as a server with the gate; without signing in there is no file but the icon."""
    found = discover_asgi_app(ROOT / "app.py")
    assert found.import_string == "app:app"
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    with served(ROOT / "app.py", tmp_path, TBDX_DATABASE_URL=url) as running:
        visit = Visit(running)
        with visit.session() as session:
            files = _told(session)
            assert visit.ask(files.icon).status == 200
            assert visit.ask("/media/none").headers["cache-control"] == "no-store"


# --- its parts --------------------------------------------------------------------------------------


def test_addresses_are_forgotten_oldest_first() -> None:
    """What is remembered is bounded; what was told again stays longer."""
    told, who = Told(each=2), Visitor("i", "s")
    for address in ("a", "b", "a", "c"):
        told.tell(who, address)
    assert [told.knows(who, address) for address in "abc"] == [True, False, True]
    assert not told.knows(Visitor("another", "s"), "a")
    assert not told.knows(None, "a")
    told.tell(None, "d")
    assert told.knows(None, "d")
    assert not told.knows(who, "d")


def test_one_person_does_not_push_out_others() -> None:
    """However much somebody is told; where there is no room, who was told nothing for longest goes."""
    told = Told(room=5, each=2)
    one, two, three, busy = (Visitor("i", name) for name in ("1", "2", "3", "4"))
    for who in (one, two, three):
        told.tell(who, "own")
    for number in range(100):
        told.tell(busy, f"a{number}")
    assert all(told.knows(who, "own") for who in (one, two, three))
    assert [told.knows(busy, f"a{number}") for number in (97, 98, 99)] == [False, True, True]
    told.tell(one, "another")
    assert not told.knows(two, "own"), "six are one too many"
    assert told.knows(one, "own")
    assert told.knows(three, "own")


def test_only_streamlits_own_places_count() -> None:
    """An address counts where Streamlit puts one, whole; not within a text, nor a foreign one."""
    address = f"/media/{'a' * 32}.png"
    message = ForwardMsg()
    message.page_config_changed.favicon = address
    assert list(addresses(message.SerializeToString())) == [(address[1:].partition(".")[0], True)]
    for other in (f"https://elsewhere.example{address}", f"{address}/..", "/media/../x"):
        message.page_config_changed.favicon = other
        assert list(addresses(message.SerializeToString())) == []
    message = ForwardMsg()
    message.delta.new_element.markdown.body = address
    assert list(addresses(message.SerializeToString())) == []


@pytest.mark.parametrize("headless", [False, True])
def test_a_server_that_is_not_headless_shows_its_first_page(
    headless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Streamlit does for a page that it serves itself: `make run` opens the dashboard."""
    options = {"server.headless": headless, "server.address": "127.0.0.1"}
    shown: list[str] = []

    ended: list[bool] = []

    async def live() -> None:
        there = asyncio.Event()

        def show(address: str) -> None:
            shown.append(address)
            there.set()

        monkeypatch.setattr(gate, "open_browser", show)
        async with gate.life(lambda: ended.append(True))(cast("st.App", None)):
            if not headless:
                await asyncio.wait_for(there.wait(), 10)

    monkeypatch.setattr(st, "get_option", options.__getitem__)
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's tests keep a loop in this thread
        elsewhere.submit(asyncio.run, live()).result()
    assert [re.sub(r":\d+", "", address) for address in shown] == (
        [] if headless else ["http://127.0.0.1"]
    )
    assert ended == [True]
