"""Checks of a running site, asked over the network as a browser would."""

from __future__ import annotations

import base64
import http.client
import os
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from tbdx.doctor import Answer, Check, advice, good, wrong
from tbdx.i18n import N_
from tbdx.serving import Serving, is_loopback

_SECONDS = 10.0
_CLOCK_SECONDS = 60
_MEGABYTE = 1024 * 1024
_HEADERS = {  # what each must say, in part
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=()",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the site; `headers` by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Site:
    """A site by its address; `authority` is a file of certificates to trust beside the system's."""

    url: str
    serving: Serving
    authority: Path | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def _address(self) -> SplitResult:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"{self.url!r}: http://…, https://…")
        return address

    @property
    def encrypted(self) -> bool:
        return self._address.scheme == "https"

    @property
    def inside(self) -> bool:
        return is_loopback(self._address.netloc)

    @property
    def origin(self) -> str:
        return f"{self._address.scheme}://{self._address.netloc}"

    @cached_property
    def page(self) -> Reply:
        """The first page."""
        return self.ask("/")

    def ask(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """One request; a header's name is written with underscores. Raises OSError, ValueError."""
        address = self._address
        connection: http.client.HTTPConnection
        if self.encrypted:
            trusted = ssl.create_default_context()
            if self.authority is not None:
                trusted.load_verify_locations(cafile=self.authority)
            connection = http.client.HTTPSConnection(
                str(address.hostname), address.port, timeout=_SECONDS, context=trusted
            )
        else:
            connection = http.client.HTTPConnection(
                str(address.hostname), address.port, timeout=_SECONDS
            )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(connection):
            try:
                connection.request(method, address.path.rstrip("/") + path, headers=named)
                reply = connection.getresponse()
                body = "" if reply.status == http.HTTPStatus.SWITCHING_PROTOCOLS else reply.read()
            except http.client.HTTPException as error:
                raise ValueError(f"{type(error).__name__}: {error}") from error
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        received = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, received, text)

    def websocket(self, origin: str) -> int:
        """The status with which the site answers a page of `origin` that opens a websocket."""
        return self.ask(
            "/_stcore/stream",
            Origin=origin,
            Upgrade="websocket",
            Connection="Upgrade",
            Sec_WebSocket_Key=base64.b64encode(os.urandom(16)).decode(),
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Protocol="streamlit",
        ).status


def _health(site: Site) -> Answer:
    reply = site.ask("/_stcore/health")
    if (reply.status, reply.body) == (http.HTTPStatus.OK, "ok"):
        return good("ok")
    return wrong(f"{reply.status} {reply.body[:40]!r}", "200 'ok'")


def _sign_in(site: Site) -> Answer:
    if site.inside or site.serving.signs_in:
        return good()
    return wrong(site.origin, "[auth]")


def _encryption(site: Site) -> Answer:
    if not site.encrypted:
        return good(site.origin) if site.inside else wrong(site.origin, "https://")
    kept = site.page.headers.get("strict-transport-security", "")
    return good(kept) if "max-age=" in kept else wrong("–", "Strict-Transport-Security")


def _headers(site: Site) -> Answer:
    found = site.page.headers
    missing = {n: part for n, part in _HEADERS.items() if part not in found.get(n, "")}
    if missing:
        said = (f"{name}: {found.get(name, '–')}" for name in missing)
        return wrong("; ".join(said), "; ".join(f"{n}: … {part}" for n, part in missing.items()))
    policy = found["content-security-policy"]
    scripts = next((p for p in policy.split(";") if p.strip().startswith("script-src ")), "")
    loose = [word for word in ("'unsafe-eval'", "'unsafe-inline'", "*") if word in scripts.split()]
    if loose or not scripts:
        return wrong(" ".join(loose) or "–", "script-src 'self'")
    return good()


def _quiet(site: Site) -> Answer:
    names = (site.page.headers.get("server", ""), site.page.headers.get("x-powered-by", ""))
    told = [name for name in names if any(letter.isdigit() for letter in name)]
    return advice(", ".join(told), "server_tokens off") if told else good(names[0])


def _websocket(site: Site) -> Answer:
    status = site.websocket(site.origin)
    return good(status) if status == http.HTTPStatus.SWITCHING_PROTOCOLS else wrong(status, "101")


def _foreign_websocket(site: Site) -> Answer:
    status = site.websocket("https://elsewhere.invalid")
    return good(status) if status == http.HTTPStatus.FORBIDDEN else wrong(status, "403")


def _upload_limit(site: Site) -> Answer:
    size = site.serving.option("server.maxUploadSize", 200) * _MEGABYTE + 1
    path = "/_stcore/upload_file/doctor/doctor"
    status = site.ask(path, "PUT", Content_Length=str(size), Expect="100-continue").status
    return (
        good(status) if status == http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE else wrong(status, "413")
    )


def _inside(site: Site) -> Answer:
    paths = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/openapi.json")
    open_ones = [path for path in paths if site.ask(path).status < http.HTTPStatus.BAD_REQUEST]
    return wrong(", ".join(open_ones), "404") if open_ones else good()


def _cookies(site: Site) -> Answer:
    cookie = site.page.headers.get("set-cookie", "")
    if not cookie.startswith("tbdx_server="):
        return advice("–", "tbdx_server")
    flags = ("Secure", "HttpOnly", "SameSite") if site.encrypted else ("HttpOnly", "SameSite")
    missing = [flag for flag in flags if flag.lower() not in cookie.lower()]
    return wrong(cookie, ", ".join(missing)) if missing else good(cookie.partition(";")[0])


def _clock(site: Site) -> Answer:
    told = parsedate_to_datetime(site.page.headers["date"])
    apart = abs((told - site.now).total_seconds())
    return good(f"{apart:.0f} s") if apart <= _CLOCK_SECONDS else wrong(f"{apart:.0f} s", "≤ 60 s")


REACHABLE: Check[Site] = Check(
    "site-alive",
    N_("The site answers"),
    N_(
        "Check that the server processes and nginx run (systemctl status, journalctl), the name, the port and the certificate."
    ),
    _health,
)
"""The check without which no other one means anything."""

CHECKS: tuple[Check[Site], ...] = (
    Check(
        "site-sign-in",
        N_("Whoever comes from outside signs in"),
        N_("Set up sign-in: section [auth] of secrets.toml."),
        _sign_in,
    ),
    Check(
        "site-encrypted",
        N_("The site is encrypted, and browsers remember that"),
        N_("Serve it by the TLS block of deploy/nginx/tbdx.conf, under https://."),
        _encryption,
    ),
    Check(
        "site-headers",
        N_("Browsers are told what pages may do"),
        N_(
            "Put nginx with the rules of deploy/nginx in front: site.conf, headers.conf, policy.conf."
        ),
        _headers,
    ),
    Check(
        "site-quiet",
        N_("The site does not tell which versions it runs"),
        N_("Write “server_tokens off;” into nginx's configuration."),
        _quiet,
    ),
    Check(
        "site-websocket",
        N_("Pages stay connected"),
        N_(
            "Without a websocket no page shows anything. Pass Upgrade, Connection and Host on, as deploy/nginx/site.conf does; look for a proxy in between that does not."
        ),
        _websocket,
    ),
    Check(
        "site-origin",
        N_("Pages of other sites cannot connect"),
        N_("Keep the check of the Origin in deploy/nginx, and server.enableCORS on."),
        _foreign_websocket,
    ),
    Check(
        "site-upload-limit",
        N_("Files that are too large are refused at the door"),
        N_("Set client_max_body_size as deploy/nginx/site.conf does."),
        _upload_limit,
    ),
    Check(
        "site-inside",
        N_("Metrics and internal addresses are kept inside"),
        N_("Keep the lines “return 404” of deploy/nginx/site.conf."),
        _inside,
    ),
    Check(
        "site-sticky",
        N_("A browser stays with its server process"),
        N_(
            "With several processes uploads and downloads fail without the cookie tbdx_server of deploy/nginx/servers.conf; with one process it is not needed."
        ),
        _cookies,
    ),
    Check(
        "site-clock",
        N_("The server's clock agrees with this one"),
        N_("Set both clocks (timedatectl set-ntp true)."),
        _clock,
    ),
)
