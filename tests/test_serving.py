"""Two server processes on one PostgreSQL behind nginx, as a Department runs them: deploy/."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import streamlit
from conftest import App
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from servers import DEPLOY, NAME, Site, nginx, running_site
from shell import Shell, write_report

from benchmarks.databases import new_postgresql_database
from tbdx.doctor.site import Reply
from tbdx.doctor.site import Site as Asked
from tbdx.plan import Plan
from tbdx.serving import Serving
from tbdx.ui.shell import ROOMS

pytestmark = pytest.mark.browser

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LIMIT = 20 * 1024 * 1024  # server.maxUploadSize of .streamlit/config.toml

# Streamlit's pages ask below their own address first; only their own 404 tells them where they are.
_PROBES = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")

_WATCH = """
    document.addEventListener("securitypolicyviolation", event => console.error(
        `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture(scope="module")
def database(postgres_url: str) -> str:
    """The database of `site`."""
    return new_postgresql_database(postgres_url)


@pytest.fixture(scope="module")
def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two processes behind nginx, for tests that leave the processes as they are."""
    with running_site(database, tmp_path_factory.mktemp("site")) as running:
        yield running


@contextmanager
def _visitor(chromium: Browser, site: Site, server: str = "") -> Iterator[BrowserContext]:
    """A browser of its own that trusts the site; with `server` it was given that one before."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, ignore_https_errors=True, accept_downloads=True
    )
    context.set_default_timeout(30_000)
    if server:
        context.add_cookies([{"name": "tbdx_server", "value": server, "url": site.url}])
    try:
        yield context
    finally:
        context.close()


def _complaints(page: Page) -> list[str]:
    """What the browser complains about from now on: violations, errors, foreign requests."""
    found: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not ("404" in message.text and _PROBES.search(place)):
            found.append(f"{message.text} ({place})")

    page.add_init_script(_WATCH)
    page.on("console", heard)
    page.on("pageerror", lambda error: found.append(str(error)))
    own = re.compile(rf"(https|wss)://{NAME}:\d+/|data:|blob:")
    page.on("request", lambda r: None if own.match(r.url) else found.append(f"asked {r.url}"))
    return found


def _settled(page: Page, address: str) -> None:
    """Open a page and wait until it is drawn."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()


def _ask(site: Site, path: str, method: str = "GET", **headers: str) -> Reply:
    """One request as a program makes it that keeps no cookies."""
    return Asked(site.url, Serving({}, {}, (), {}), site.certificate).ask(path, method, **headers)


# --- what the browser is told ------------------------------------------------------------------


@pytest.mark.parametrize("room", [room.file for room in ROOMS])
def test_no_page_meets_a_limit_of_the_policy(chromium: Browser, site: Site, room: str) -> None:
    """Under the strict policy each page draws with no violation, no error, no foreign request."""
    with _visitor(chromium, site) as visitor:
        page = visitor.new_page()
        complaints = _complaints(page)
        _settled(page, f"{site.url}/{room}?lang=vi")
        expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
        expect(page.get_by_text("ngoài dự kiến")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        assert complaints == []


def test_the_policy_is_in_force(chromium: Browser, site: Site) -> None:
    """A script, a style and a picture that are not the product's own do nothing."""
    with _visitor(chromium, site) as visitor:
        page = visitor.new_page()
        complaints = _complaints(page)
        _settled(page, f"{site.url}/method?lang=vi")
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.taken = 1";
                document.head.append(script);
                document.body.append(Object.assign(new Image(), {src: "https://127.0.0.1:9/x.png"}));
            }"""
        )
        expect(page.locator("img[src*='127.0.0.1:9']")).to_have_count(1)
        assert page.evaluate("window.taken") is None
        said = " ".join(complaints)
        assert all(part in said for part in ("script-src-elem", "img-src"))


def test_work_meets_no_limit_of_the_policy(
    chromium: Browser, site: Site, plan: Plan, tmp_path: Path
) -> None:
    """Charts under the pointer, tables, downloads and uploads work, light and dark."""
    report = write_report(plan, tmp_path, "bao-thai-binh", staff_count=3, trained_count=30)
    with _visitor(chromium, site) as visitor:
        page = visitor.new_page()
        complaints = _complaints(page)
        _settled(page, f"{site.url}/indicator?lang=vi")
        chart = page.locator(".js-plotly-plot").first
        expect(chart.locator(".scatterlayer .trace").first).to_be_visible()
        chart.scroll_into_view_if_needed()
        box = chart.locator(".scatterlayer .points path").first.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator(".hoverlayer .hovertext").first).to_be_visible()
        page.emulate_media(color_scheme="dark")
        _settled(page, f"{site.url}/explore?lang=vi")
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
        for kind in ("Tải Excel", "Tải CSV"):
            with page.expect_download() as download:
                page.get_by_role("button", name=kind).click()
            assert download.value.path().stat().st_size > 1000
        _settled(page, f"{site.url}/upload?lang=vi")
        page.locator("input[type=file]").first.set_input_files(report)
        expect(page.get_by_text("lớn hơn mức có thể")).to_be_visible()
        assert complaints == []


def test_the_headers_as_a_browser_gets_them(chromium: Browser, site: Site) -> None:
    """Every answer says what a page may do, and nothing about what it was made with."""
    with _visitor(chromium, site) as visitor:
        page = visitor.new_page()
        answer = page.goto(f"{site.url}/overview")
        assert answer
        headers = answer.all_headers()
        _settled(page, page.url)
        cookies = {cookie["name"]: cookie for cookie in visitor.cookies()}
    wanted = {
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "server": "nginx",
        "cache-control": "no-cache",
    }
    assert {name: headers.get(name) for name in wanted} == wanted
    assert "camera=()" in headers["permissions-policy"]
    assert not any(name.startswith("access-control-") for name in headers)
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe-eval" not in policy["script-src"].replace("wasm-unsafe-eval", "")
    assert not re.search(r"unsafe-inline|\*|https?:", policy["script-src"])
    assert policy["style-src"] == "'self' 'unsafe-inline'", "and nothing from elsewhere"
    own = cookies["tbdx_server"]
    assert (own["secure"], own["httpOnly"], own["sameSite"]) == (True, True, "Lax")
    assert cookies["_streamlit_xsrf"]["secure"], "cookies of Streamlit's own as well"


def test_every_kind_of_answer_has_the_headers(site: Site) -> None:
    """Files, refusals and nginx's own pages too: no block forgets what is set above it."""
    index = _ask(site, "/").body
    script = re.search(r'src="\.(/static/js/index[^"]+)"', index)
    assert script
    for path, status in (
        (script[1], 200),
        ("/_stcore/health", 200),
        ("/media/none.xlsx", 404),
        ("/_stcore/metrics", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/_tbdx/429.html", 200),
        ("/auth/login", 302),
    ):
        reply = _ask(site, path)
        assert reply.status in (status, 400) if path.startswith("/auth") else reply.status == status
        assert "'none'" in reply.headers["content-security-policy"], path
        assert reply.headers["x-content-type-options"] == "nosniff", path
        assert reply.headers["strict-transport-security"], path
    assert "sandbox" in _ask(site, "/media/none.xlsx").headers["content-security-policy"]


def test_the_hash_in_the_policy_is_that_of_streamlits_script() -> None:
    """Whoever raises Streamlit's version is told which hash to put in."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    policy = (DEPLOY / "nginx" / "policy.conf").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_files_with_a_hash_are_kept_and_packed(site: Site) -> None:
    """A year in the browser's cache for what never changes, and text goes out compressed."""
    index = _ask(site, "/")
    script = re.search(r'src="\.(/static/js/index[^"]+)"', index.body)
    assert script
    packed = _ask(site, script[1], Accept_Encoding="gzip")
    assert packed.headers["cache-control"] == "public, immutable, max-age=31536000"
    assert packed.headers["content-encoding"] == "gzip"
    assert index.headers["cache-control"] == "no-cache"


def test_who_comes_unencrypted_or_by_another_name_is_sent_away(site: Site) -> None:
    """Plain HTTP leads to the encrypted site; a name that is not the site's is refused."""
    assert _ask(site, "/", Host="elsewhere.example").status == 421
    for host in (NAME, "elsewhere.example"):
        plain = Asked(site.plain, Serving({}, {}, (), {})).ask("/overview?year=2024", Host=host)
        assert plain.status == 301
        assert plain.headers["location"] == f"https://{NAME}/overview?year=2024"


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "status"),
    [("{url}", 101), ("https://elsewhere.example", 403), ("http://{name}", 403), ("null", 403)],
)
def test_only_pages_of_the_site_connect(site: Site, origin: str, status: int) -> None:
    """A websocket is opened for a page of this very site, and for nobody else's."""
    asked = Asked(site.url, Serving({}, {}, (), {}), site.certificate)
    assert asked.websocket(origin.format(url=site.url, name=NAME)) == status


def test_a_program_that_names_no_origin_does_not_connect(site: Site) -> None:
    """Browsers always say which page asks; who does not is none."""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
    assert _ask(site, "/_stcore/stream", **headers).status == 403


def _put(site: Site, size: int) -> Reply:
    """Send so many bytes as an upload of nobody's session."""
    connection = http.client.HTTPSConnection(NAME, site.port, timeout=30, context=site.trust())
    try:
        connection.putrequest("PUT", "/_stcore/upload_file/none/none")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        if size <= _LIMIT:
            connection.send(bytes(size))
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read().decode())
    finally:
        connection.close()


def test_a_file_over_the_limit_is_refused_at_the_door(site: Site) -> None:
    """One byte too many and nginx says so on a clear page; the limit itself goes through."""
    assert f"maxUploadSize = {_LIMIT >> 20}" in Path(".streamlit/config.toml").read_text()
    refused = _put(site, _LIMIT + 1)
    assert refused.status == 413
    assert "Tệp quá lớn" in refused.body
    assert "at most 20 MB" in refused.body
    passed = _put(site, _LIMIT)
    assert passed.status == 403, "Streamlit asks for the XSRF token"
    assert "XSRF" in passed.body


def test_only_uploads_may_be_large(site: Site) -> None:
    """Nothing else takes more than a form's worth."""
    connection = http.client.HTTPSConnection(NAME, site.port, timeout=30, context=site.trust())
    connection.putrequest("POST", "/auth/login")
    connection.putheader("Content-Length", str(65 * 1024))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_too_many_sign_ins_are_told_to_wait(site: Site) -> None:
    """An office's morning goes through; what goes on is refused, with a page and a time."""
    with nginx(site.apps) as fresh:
        replies = [_ask(fresh, "/auth/login") for _ in range(60)]
    statuses = [reply.status for reply in replies]
    assert 429 not in statuses[:40]
    assert 429 in statuses[41:]
    refused = replies[statuses.index(429)]
    assert "Quá nhiều yêu cầu" in refused.body
    assert refused.headers["retry-after"] == "60"


def test_too_many_uploads_are_told_to_wait(site: Site) -> None:
    """Two hundred files at once wait their turn; more from one address are refused."""
    request = (
        f"PUT /_stcore/upload_file/none/none HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    with nginx(site.apps) as fresh, ExitStack() as opened:
        sockets = []
        for _ in range(230):
            plain = opened.enter_context(socket.create_connection((NAME, fresh.port), timeout=30))
            secure = fresh.trust().wrap_socket(plain, server_hostname=NAME)
            sockets.append(opened.enter_context(secure))
            secure.sendall(request)
        first, last = _status(sockets[0]), _status(sockets[-1])
    assert (first, last) == (403, 429)


def _status(answering: ssl.SSLSocket) -> int:
    return int(answering.recv(4096).split()[1])


# --- one browser, one process ---------------------------------------------------------------------


def test_a_browser_stays_with_its_process(
    chromium: Browser, site: Site, plan: Plan, tmp_path: Path
) -> None:
    """Visitors from one address are shared out; all that each one asks goes to one process."""
    report = write_report(plan, tmp_path, "bao-thai-binh", staff_count=3, trained_count=30)
    with nginx(site.apps, alone=True) as fresh:
        given = []
        with ExitStack() as open_ones:
            for _ in range(4):
                visitor = open_ones.enter_context(_visitor(chromium, fresh))
                page = visitor.new_page()
                _settled(page, f"{fresh.url}/upload?lang=vi")
                page.locator("input[type=file]").first.set_input_files(report)
                expect(page.get_by_text("lớn hơn mức có thể")).to_be_visible()
                with page.expect_download() as download:
                    page.get_by_role("button", name="Tải biểu mẫu trống").click()
                assert download.value.path().stat().st_size > 1000
                given += [c["value"] for c in visitor.cookies() if c["name"] == "tbdx_server"]
        lines = [line.split() for line in fresh.access.read_text().splitlines()]
    assert sorted(given) == ["a", "a", "b", "b"], "whoever has the fewest connections is next"
    ports = {letter: app.url.rpartition("//")[2] for letter, app in site.apps.items()}
    asked = [(cookie, answered, path) for cookie, answered, _, path, _ in lines if cookie != "-"]
    assert [line for line in asked if ports[line[0]] != line[1]] == []
    for part in ("/_stcore/stream", "/_stcore/upload_file/", "/media/"):
        assert {cookie for cookie, _, path in asked if path.startswith(part)} == {"a", "b"}


def test_without_cookies_it_is_the_address_that_decides(site: Site) -> None:
    """A client that keeps none still finds the same process for all that a session needs."""
    with nginx(site.apps) as fresh:
        for _ in range(6):
            _ask(fresh, "/_stcore/health")
            _ask(fresh, "/media/none.xlsx")
        answered = {line.split()[1] for line in fresh.access.read_text().splitlines()}
    assert len(answered) == 1


def test_what_is_accepted_on_one_is_seen_on_the_other(
    chromium: Browser, site: Site, database: str, plan: Plan, tmp_path: Path
) -> None:
    """A report accepted in a browser on one process shows on the other one's next run."""
    report = write_report(plan, tmp_path, "bao-thai-binh", revenue_million_vnd=1200.0)
    with _visitor(chromium, site, "a") as first, _visitor(chromium, site, "b") as second:
        reader = second.new_page()
        _settled(reader, f"{site.url}/overview?year=2024&lang=vi")
        expect(reader.get_by_text("Số liệu minh họa.")).to_be_visible()

        analyst = first.new_page()
        _settled(analyst, f"{site.url}/upload?lang=vi")
        analyst.locator("input[type=file]").first.set_input_files(report)
        analyst.get_by_role("button", name="Chấp nhận 1 tệp").click()
        expect(analyst.get_by_text("đã được chấp nhận: Báo Thái Bình")).to_be_visible()

        reader.get_by_role("link", name="Bảng tổng hợp").click()
        expect(reader.get_by_role("heading", level=1)).to_have_text("Bảng tổng hợp")
        expect(reader.get_by_text("Số liệu minh họa.")).to_have_count(0)

        # Changed at the command line, seen on both.
        shell = Shell(tmp_path, TBDX_DATABASE_URL=database)
        (version,) = shell.json("history", "--agency", "bao-thai-binh", "--year", "2024")[
            "submissions"
        ]
        shell("reopen", version["id"], "--reason", "once more")
        for page in (reader, analyst):
            page.get_by_role("link", name="Tình hình báo cáo").click()
            expect(page.get_by_text("Thẩm định (1 chờ)")).to_be_visible()
        servers = [
            [c["value"] for c in visitor.cookies() if c["name"] == "tbdx_server"]
            for visitor in (first, second)
        ]
        assert servers == [["a"], ["b"]]


def test_a_process_that_dies_takes_nobody_of_the_other_along(
    chromium: Browser, postgres_url: str, plan: Plan, tmp_path: Path
) -> None:
    """Sessions on the other one notice nothing; its own go on there, uploads included."""
    report = write_report(plan, tmp_path, "bao-thai-binh", staff_count=3, trained_count=30)
    with (
        running_site(new_postgresql_database(postgres_url), tmp_path) as site,
        _visitor(chromium, site, "a") as left,
        _visitor(chromium, site, "b") as kept,
    ):
        mine, others = left.new_page(), kept.new_page()
        closed: list[str] = []
        others.on("websocket", lambda opened: opened.on("close", lambda _: closed.append("b")))
        for page in (mine, others):
            _settled(page, f"{site.url}/upload?lang=vi")
        others.get_by_role("textbox", name="Họ tên").fill("Bình")
        others.get_by_role("textbox", name="Họ tên").press("Tab")
        others.locator("[data-test-script-state=notRunning]").wait_for()

        with mine.expect_websocket() as again:
            os.kill(site.apps["a"].pid, signal.SIGKILL)
        assert again.value.url.startswith("wss://")
        mine.locator("[data-test-script-state=notRunning]").wait_for()
        mine.locator("input[type=file]").first.set_input_files(report)
        expect(mine.get_by_text("lớn hơn mức có thể")).to_be_visible()
        moved = {c["name"]: c["value"] for c in left.cookies()}
        assert moved["tbdx_server"] == "b", "it stays there when the dead one is back"

        others.locator("input[type=file]").first.set_input_files(report)
        expect(others.get_by_text("lớn hơn mức có thể")).to_be_visible()
        expect(others.get_by_role("textbox", name="Họ tên")).to_have_value("Bình")
        assert closed == []


def test_while_none_answers_nginx_says_so(tmp_path: Path) -> None:
    """Both down: a page that says that nothing is lost and when to come back, no blank."""
    nobody = {letter: App("http://127.0.0.1:9", "", tmp_path) for letter in ("a", "b")}
    with nginx(nobody) as alone:
        reply = _ask(alone, "/overview")
    assert reply.status == 502
    assert "khởi động lại" in reply.body
    assert reply.headers["retry-after"] == "10"
    assert "set-cookie" not in reply.headers


# --- the doctor's view of it ----------------------------------------------------------------------


def test_the_doctor_finds_a_well_kept_site_well(site: Site, tmp_path: Path) -> None:
    """Every check of a running site is good for the rules that the product ships."""
    shell = Shell(tmp_path, TBDX_SERVERS=1)
    results = shell.json("doctor", "--url", site.url, "--authority", site.certificate)
    of_site = {r["code"]: r for r in results if r["code"].startswith("site-")}
    assert len(of_site) > 8
    assert {code: r["found"] for code, r in of_site.items() if r["state"] != "good"} == {}


def test_the_doctor_sees_a_bare_process(site: Site, tmp_path: Path) -> None:
    """Without nginx in front it says what is missing; the process itself is alive."""
    results = Shell(tmp_path).json("doctor", "--url", site.apps["a"].url, code=1)
    state = {r["code"]: r["state"] for r in results}
    assert state["site-alive"] == state["site-websocket"] == "good"
    wrong = {"site-headers", "site-upload-limit", "site-inside"}
    assert {code for code in state if code.startswith("site-") and state[code] == "wrong"} == wrong
    assert state["site-sticky"] == "advice"


def test_the_doctor_asks_nothing_more_of_a_silent_site(site: Site, tmp_path: Path) -> None:
    """A site that does not answer, or whose certificate nobody knows, is the one thing wrong."""
    for url in ("http://127.0.0.1:9", site.url, "localhost"):
        results = Shell(tmp_path).json("doctor", "--url", url, code=1)
        (found,) = [r for r in results if r["code"].startswith("site-")]
        assert (found["code"], found["state"]) == ("site-alive", "wrong")
        assert found["found"]
