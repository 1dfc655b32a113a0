"""What a scanner tries from outside, against the product behind nginx as deploy/ sets it up."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import ROOT, App
from joserfc import jwt
from joserfc.jwk import OctKey
from servers import NAME, Site, nginx
from sessions import Served, Visit, served

pytestmark = pytest.mark.browser

_ELSEWHERE = "https://elsewhere.example"
_ONCE = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "strict-transport-security",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
)
# What only a file of the machine, the program or its settings would contain.
_INSIDE = (
    b"root:x:",
    b"cookie_secret",
    b"[core]",
    b"add_header",
    b"import streamlit",
    b"SQLite format",
)
_TELLING = (b"Traceback", b'File "', b"site-packages", b"uvicorn", b"starlette", b"nginx/")


class _Provider(BaseHTTPRequestHandler):
    """As much of a sign-in provider as its address book."""

    def do_GET(self) -> None:
        own = f"http://{self.headers['Host']}"
        said = {
            "issuer": own,
            "authorization_endpoint": f"{own}/authorize",
            "token_endpoint": f"{own}/token",
            "jwks_uri": f"{own}/keys",
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Where the sign-in provider is."""
    with HTTPServer(("127.0.0.1", 0), _Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def running(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product with sign-in."""
    folder = tmp_path_factory.mktemp("attacked")
    url = f"sqlite:///{folder / 'tbdx.db'}"
    with served(ROOT / "app.py", folder, provider=provider, TBDX_DATABASE_URL=url) as product:
        yield product


@pytest.fixture(scope="module")
def site(running: Served) -> Iterator[Site]:
    """The product behind nginx; one process answers to both letters."""
    app = App(running.url.replace("localhost", "127.0.0.1"), "", running.log)
    with nginx({"a": app, "b": app}) as behind:
        yield behind


@pytest.fixture(scope="module")
def sign_in(running: Served) -> str:
    """The address that begins a sign-in, as the page's button has it."""
    claims = {"provider": "default", "exp": int(time.time()) + 600}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(running.secret))
    return f"/auth/login?provider={token}"


class Answer:
    """An answer as it came: status, every header line, body."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.lines = [(name.lower(), value) for name, value in answer.getheaders()]
        self.body = answer.read()

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.lines if own == name]


def _ask(site: Site, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request, its path sent as it is written."""
    connection = http.client.HTTPSConnection(NAME, site.port, timeout=30, context=site.trust())
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        return Answer(connection.getresponse())
    finally:
        connection.close()


def _send(site: Site, request: str) -> bytes:
    """What comes back for bytes that are no proper request, until the connection is closed."""
    with (
        socket.create_connection((NAME, site.port), timeout=10) as plain,
        site.trust().wrap_socket(plain, server_hostname=NAME) as secure,
    ):
        secure.sendall(request.encode("latin-1"))
        parts = []
        while part := secure.recv(65536):
            parts.append(part)
        return b"".join(parts)


# --- headers and cookies ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/media/none.html", "/_stcore/health", "/auth/logout", "/_tbdx/429.html"]
)
def test_each_header_goes_out_once(site: Site, path: str) -> None:
    """What nginx and the gate both know of is said by one of them: browsers combine what is doubled."""
    answer = _ask(site, path)
    assert {name: len(answer.all(name)) for name in _ONCE} == dict.fromkeys(_ONCE, 1)


def test_downloads_are_kept_nowhere_and_are_no_pages(site: Site) -> None:
    """`no-store` and a sandbox come through nginx, refused downloads included."""
    answer = _ask(site, f"/media/{'0' * 32}.html")
    assert answer.status == 404
    assert answer.all("cache-control") == ["no-store"]
    assert "sandbox" in answer.all("content-security-policy")[0]


def test_every_cookie_is_held_tight(site: Site, sign_in: str) -> None:
    """Encrypted ways only, no foreign site's requests, and no script but for the token of forms."""
    given = {}
    for path in ("/", "/_stcore/health", sign_in, "/auth/logout"):
        for line in _ask(site, path, Cookie="_streamlit_user=x").all("set-cookie"):
            given[line.partition("=")[0]] = {part.strip().lower() for part in line.split(";")[1:]}
    own = {"tbdx_server", "_streamlit_xsrf", "_streamlit_user", "_streamlit_session"}
    assert own <= given.keys()
    for name, flags in given.items():
        assert {"secure", "samesite=lax", "path=/"} <= flags, name
        assert ("httponly" in flags) is (name != "_streamlit_xsrf"), name
        assert not any(flag.startswith("domain") for flag in flags), name


def test_nobody_is_told_what_serves(site: Site) -> None:
    """No version, no program's name but nginx's, on good answers and on errors."""
    for path in ("/", "/media/none", "/_stcore/metrics", "/_stcore/upload_file/a/b"):
        answer = _ask(site, path)
        assert answer.all("server") == ["nginx"], path
        assert answer.all("x-powered-by") == answer.all("via") == [], path


# --- methods and origins ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "PROPFIND", "X" * 40])
def test_odd_methods_do_nothing(site: Site, method: str) -> None:
    """They are refused, and a request is never sent back."""
    for path in ("/", "/_stcore/health", "/media/none"):
        answer = _ask(site, path, method, X_Mark="echoed?")
        assert 400 <= answer.status < 500, (method, path)
        assert b"echoed?" not in answer.body


@pytest.mark.parametrize(
    "path", ["/", "/media/none", "/_stcore/upload_file/a/b", "/_stcore/health"]
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PUT"])
def test_no_foreign_page_may_read_or_write(site: Site, path: str, method: str) -> None:
    """A page of another site is given no leave, not even after asking for it first."""
    answer = _ask(site, path, method, Origin=_ELSEWHERE, Access_Control_Request_Method="PUT")
    assert [name for name, _ in answer.lines if name.startswith("access-control-")] == []
    if method == "PUT":
        assert answer.status in (403, 404, 405)


# --- where one is sent ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        f"/oauth2callback?next={_ELSEWHERE}",
        f"/oauth2callback?code=x&state={_ELSEWHERE}",
        "/oauth2callback?error=access_denied&error_description=//elsewhere.example",
        f"/auth/login?next={_ELSEWHERE}&redirect_uri={_ELSEWHERE}",
        f"/auth/login?provider={_ELSEWHERE}",
        f"/auth/logout?next={_ELSEWHERE}",
        "//elsewhere.example/..",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/%2felsewhere.example",
        "/%5celsewhere.example/%2e%2e",
        "/overview/..//elsewhere.example/",
        "/static//elsewhere.example",
    ],
)
def test_nobody_is_sent_elsewhere(site: Site, provider: str, path: str) -> None:
    """Whatever the address asks for, one comes to the site itself or to its own provider."""
    for headers in ({}, {"X_Forwarded_Host": "elsewhere.example", "Referer": _ELSEWHERE}):
        answer = _ask(site, path, **headers)
        for place in answer.all("location"):
            assert place.startswith(("/", f"https://{NAME}", f"{provider}/")), place
            assert not re.match(r"[/\\]{2}", place), place
        assert not answer.all("refresh")


def test_the_provider_is_told_where_to_send_back_by_the_settings(
    site: Site, running: Served, provider: str, sign_in: str
) -> None:
    """Not by the request: neither its address nor its headers change where one comes back."""
    wanted = urlencode({"redirect_uri": f"{running.url}/oauth2callback"})
    for path in (sign_in, f"{sign_in}&redirect_uri={_ELSEWHERE}&next={_ELSEWHERE}"):
        answer = _ask(site, path, X_Forwarded_Host="elsewhere.example", Referer=_ELSEWHERE)
        (place,) = answer.all("location")
        assert place.startswith(f"{provider}/authorize?")
        assert wanted in place
        assert "elsewhere" not in place


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static/../../../../../../etc/passwd",
        "/static/..%2f..%2f..%2fweb%2fcli.py",
        "/static/....//....//cli.py",
        "/component/streamlit/../../../etc/passwd",
        "/component/..%2f..%2fetc%2fpasswd",
        "/_stcore/bidi-components/..%2f..%2fetc%2fpasswd",
        "/_stcore/bidi-components/%2fetc%2fpasswd",
        "/app/static/..%2f..%2fapp.py",
        "/media/..%2f..%2fetc%2fpasswd",
        "/media/%2fetc%2fpasswd",
        "/_tbdx/../site.conf",
        "/_tbdx/..%2fsite.conf",
        "/_tbdx/%2e%2e/%2e%2e/nginx.conf",
        "/_tbdx..%2fsite.conf",
        "/_tbdx../site.conf",
        "/.streamlit/secrets.toml",
        "/.streamlit/config.toml",
        "/.git/config",
        "/app.py",
        "/pages/overview.py",
        "/tbdx/settings.py",
        "/var/tbdx.db",
        "/requirements.txt%00.html",
        "/static/%00",
        "/static/\\..\\..\\cli.py",
    ],
)
def test_no_way_leads_to_a_file(site: Site, path: str) -> None:
    """Neither up and out of what is served nor to the product's own files."""
    body = _ask(site, path).body
    assert [mark for mark in (*_INSIDE, *_TELLING) if mark in body] == []


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/js/", "/static", "/media/", "/component/", "/_tbdx/", "/app/static/"],
)
def test_no_folder_is_listed(site: Site, path: str) -> None:
    """One gets nothing, or the product's own page."""
    answer = _ask(site, path)
    assert b"Index of" not in answer.body
    assert not re.search(rb'href="[^"]*\.(js|html|css)"[^<]*</a>', answer.body)
    assert answer.status != 200 or b"<title>Streamlit</title>" in answer.body


# --- requests that are none -------------------------------------------------------------------------

_HEAD = f"Host: {NAME}\r\n"


@pytest.mark.parametrize(
    ("named", "request_text"),
    [
        (
            "two lengths",
            f"POST / HTTP/1.1\r\n{_HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        ),
        (
            "length and chunks",
            f"POST / HTTP/1.1\r\n{_HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
        ),
        ("odd chunks", f"POST / HTTP/1.1\r\n{_HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        (
            "chunks twice",
            f"POST / HTTP/1.1\r\n{_HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        ),
        ("a length below nought", f"POST / HTTP/1.1\r\n{_HEAD}Content-Length: -1\r\n\r\n"),
        ("a length that is none", f"POST / HTTP/1.1\r\n{_HEAD}Content-Length: 0x10\r\n\r\n"),
        (
            "a blank before the colon",
            f"GET / HTTP/1.1\r\n{_HEAD}Content-Length : 0\r\nConnection: close\r\n\r\n",
        ),
        ("no host", "GET / HTTP/1.1\r\n\r\n"),
        ("two hosts", f"GET / HTTP/1.1\r\n{_HEAD}Host: elsewhere.example\r\n\r\n"),
        (
            "a host of its own",
            "GET https://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n",
        ),
        ("nought in the address", f"GET /\x00 HTTP/1.1\r\n{_HEAD}\r\n"),
        ("no protocol", "\x16\x03\x01\x02\x00\r\n\r\n"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_a_request_that_two_could_read_differently_is_refused(
    site: Site, named: str, request_text: str
) -> None:
    """nginx refuses it, closes the connection, and nothing of it is a second request."""
    came = _send(site, request_text)
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", came)
    assert len(statuses) == 1, named
    assert statuses[0][:1] in (b"4", b"5"), (named, came[:200])
    assert statuses[0] != b"502", named
    assert not any(mark in came for mark in _TELLING), named


@pytest.mark.parametrize("path", ["/", "/_stcore/stream", "/media/none", "/auth/login"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]:8501", "elsewhere.example", f"{NAME}.example"]
)
def test_a_request_names_one_host(site: Site, path: str, host: str) -> None:
    """Who writes the site's name into the first line and another into Host is refused.

    By the first line nginx would let them in; the process would read the other, and could be told
    that its own machine asks. The same host twice passes, with its port and in any case.
    """
    text = f"GET https://{{line}}{path} HTTP/1.1\r\nHost: {{host}}\r\nOrigin: https://{{host}}\r\n"
    text += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    text += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    refused = _first_line(site, text.format(line=NAME, host=host))
    assert refused.split()[1] == b"421", refused
    for line, own in ((NAME, NAME), (NAME.upper(), f"{NAME}:{site.port}")):
        passed = _first_line(site, text.format(line=line, host=own))
        assert passed.split()[1] in (b"101", b"200", b"302", b"400", b"404"), passed


def _first_line(site: Site, request: str) -> bytes:
    """The first line of the answer; the connection is not waited for."""
    with (
        socket.create_connection((NAME, site.port), timeout=10) as plain,
        site.trust().wrap_socket(plain, server_hostname=NAME) as secure,
        secure.makefile("rb") as answer,
    ):
        secure.sendall(request.encode("latin-1"))
        return answer.readline()


def test_without_sign_in_nothing_is_had_through_a_proxy(tmp_path: Path) -> None:
    """Its headers tell of it, whatever host the request names; this very machine's browser gets pages."""
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    with served(ROOT / "app.py", tmp_path, signs_in=False, TBDX_DATABASE_URL=url) as alone:
        for header in ("X-Forwarded-For", "x-forwarded-host", "Forwarded", "Via", "X-Real-IP"):
            with Visit(alone).session({header: "for=127.0.0.1"}) as session:
                told = str(session.run("lang=en"))
            assert "but nobody signs in" in told, header
            assert "Indicator" not in told, header
        app = App(alone.url.replace("localhost", "127.0.0.1"), "", alone.log)
        with nginx({"a": app, "b": app}) as behind:
            visit = Visit(replace(alone, url=behind.url))  # its own name is localhost
            with visit.session(trust=behind.trust()) as session:
                assert "but nobody signs in" in str(session.run("lang=en"))
        with Visit(alone).session() as session:
            told = str(session.run("lang=en"))
        assert "but nobody signs in" not in told
        assert "Indicator" in told


def test_heads_that_are_too_large_are_refused(site: Site) -> None:
    """A long address, one long header, very many headers: a short answer, not an error within."""
    for answer, statuses in (
        (_ask(site, f"/{'a' * 40_000}"), (414,)),
        (_ask(site, "/", X_Long="a" * 40_000), (400, 431)),
        (_ask(site, "/", **{f"X_{n}": "a" * 1000 for n in range(99)}), (200, 400, 431)),
        (_ask(site, "/", Cookie="; ".join(f"c{n}={'a' * 900}" for n in range(150))), (400, 431)),
    ):
        assert answer.status in statuses
        assert not any(mark in answer.body for mark in _TELLING)


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/upload_file/a/b",
        "/media/%ff%fe",
        "/oauth2callback?code=x&state=y",
        "/oauth2callback?state[]=x&code=%00",
        "/auth/login?provider=%00",
        "/_stcore/stream",
        "/component/none/none.js",
        "/overview?lang=%00&year=%ff",
    ],
)
def test_an_error_tells_nothing_of_the_inside(site: Site, path: str) -> None:
    """No traceback, no program's path, whatever goes wrong within."""
    for method in ("GET", "POST", "DELETE"):
        answer = _ask(site, path, method, Cookie='_streamlit_user="%;,\xe9"; a=b; =; x')
        assert answer.status != 500, (method, path)
        assert not any(mark in answer.body for mark in _TELLING), (method, path)


# --- encryption -------------------------------------------------------------------------------------


def _handshake(site: Site, *options: str) -> str:
    """What openssl says of a connection made with these options and everything weak allowed."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{NAME}:{site.port}", "-servername", NAME, *options],
        input=b"",
        capture_output=True,
        timeout=30,
        check=False,
    )
    return (done.stdout + done.stderr).decode(errors="replace")


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_encryption_is_refused(site: Site, version: str) -> None:
    """It is the server that will not, not the client."""
    said = _handshake(site, version, "-cipher", "ALL:@SECLEVEL=0")
    assert re.search("alert protocol version", said), said


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_today_s_encryption_is_spoken(site: Site, version: str) -> None:
    """Both of today's versions, without compression, and with keys made for each connection."""
    said = _handshake(site, version)
    assert f"Protocol  : {version[1:].upper().replace('TLS1_', 'TLSv1.')}" in said or (
        f"New, {version[1:].upper().replace('TLS1_', 'TLSv1.')}" in said
    ), said
    assert "Compression: NONE" in said
    assert re.search(r"(Temp|Peer Temp) Key: (X25519|ECDH|DH|MLKEM|X25519MLKEM768)", said) or (
        "Negotiated TLS1.3 group" in said
    ), said


@pytest.mark.parametrize("ciphers", ["aNULL", "eNULL", "RC4", "3DES", "EXPORT", "MD5", "PSK"])
def test_weak_ciphers_are_refused(site: Site, ciphers: str) -> None:
    """Nothing that is broken or that knows nobody."""
    said = _handshake(site, "-tls1_2", "-cipher", f"{ciphers}:@SECLEVEL=0")
    assert re.search(
        "Cipher is \\(NONE\\)|no cipher match|no ciphers available|alert handshake", said
    )
    assert not re.search(r"Cipher is (?!\(NONE\))", said), said


def test_the_certificate_is_asked_for_by_name(site: Site) -> None:
    """Who trusts nobody but the site's own authority gets through; who trusts others does not."""
    assert _ask(site, "/").status == 200
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection((NAME, site.port), timeout=10) as plain,
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname=NAME)


def test_the_log_has_no_traceback(site: Site) -> None:
    """After all of the above the process has met nothing that it did not expect."""
    log: Path = site.apps["a"].log
    assert "Traceback" not in log.read_text(encoding="utf-8")
