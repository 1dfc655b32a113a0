"""Checks of sign-in: the section [auth] of the secrets, and the providers that it names."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit

from tbdx.doctor import Answer, Check, Result, State, advice, examine, good, wrong
from tbdx.i18n import N_
from tbdx.serving import UNNAMED, Serving, is_loopback

_CALLBACK = "/oauth2callback"
_METADATA = "/.well-known/openid-configuration"
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_SECONDS = 10.0
_CLOCK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a provider: status, when its clock says that it is ("" if it does not), text."""

    status: int
    date: str
    body: str


Ask = Callable[[str, Mapping[str, str], bytes | None], Reply]
"""Asks an address, with headers and what is sent to it. Raises OSError, ValueError."""


@dataclass(frozen=True)
class Voucher:
    """A provider by its settings."""

    name: str
    settings: Mapping[str, Any]
    redirect_uri: str
    ask: Ask
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def reply(self) -> Reply:
        return self.ask(str(self.settings["server_metadata_url"]), {}, None)

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises OSError, ValueError."""
        found = json.loads(self.reply.body) if self.reply.status == 200 else None
        if not isinstance(found, dict):
            problem = f"{self.settings['server_metadata_url']}: {self.reply.status}"
            raise ValueError(problem)  # noqa: TRY004 (what a network answers is a value)
        return found

    @classmethod
    def of(cls, serving: Serving, ask: Ask) -> Iterator[Self]:
        """All providers of the secrets."""
        for name, settings in serving.providers.items():
            yield cls(name, settings, str(serving.auth["redirect_uri"]), ask)


def asking(authority: Path | None) -> Ask:
    """Asks over the network; `authority` is a file of certificates to trust beside the system's."""

    def ask(url: str, headers: Mapping[str, str], sent: bytes | None) -> Reply:
        if not _safe(url):
            raise ValueError(f"{url}: https://…")
        trusted = ssl.create_default_context()
        if authority is not None:
            trusted.load_verify_locations(cafile=authority)
        request = urllib.request.Request(url, sent, dict(headers))  # noqa: S310 (see _safe)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS, context=trusted) as reply:  # noqa: S310 (as above)
                return Reply(reply.status, reply.headers.get("Date", ""), _text(reply.read()))
        except HTTPError as error:  # an answer as well
            with error:
                return Reply(error.code, error.headers.get("Date", ""), _text(error.read()))

    return ask


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _safe(url: str) -> bool:
    """Whether an address is encrypted, or does not leave this machine."""
    parts = urlsplit(url.replace(":{port}", ""))  # Streamlit puts its own port in
    inside = parts.scheme == "http" and is_loopback(parts.netloc)
    return bool(parts.hostname) and (parts.scheme == "https" or inside)


# --- the section ----------------------------------------------------------------------------------


def _whole(serving: Serving) -> Answer:
    shared = ["redirect_uri", "cookie_secret"]
    own = ["client_id", "client_secret", "server_metadata_url"]
    missing = [name for name in shared if not serving.auth.get(name)]
    sections = {n: s for n, s in serving.auth.items() if isinstance(s, dict) and set(own) & set(s)}
    if not sections or any(serving.auth.get(name) for name in own):
        missing += [name for name in own if not serving.auth.get(name)]
    for name, section in sections.items():
        missing += [f"{name}.{key}" for key in own if not section.get(key)]
        if "_" in name:
            return wrong(f"[auth.{name}]", f"[auth.{name.replace('_', '-')}]")
    if missing:
        return wrong("–", ", ".join(missing))
    return good(", ".join(name for name in serving.providers if name != UNNAMED))


def _callback(serving: Serving) -> Answer:
    found = str(serving.auth.get("redirect_uri", ""))
    if urlsplit(found).path != _CALLBACK or not _safe(found):
        return wrong(found or "–", f"https://…{_CALLBACK}")
    return good(found)


# --- each provider --------------------------------------------------------------------------------


def _reachable(voucher: Voucher) -> Answer:
    missing = [name for name in _NEEDED if not voucher.metadata.get(name)]
    return wrong("–", ", ".join(missing)) if missing else good(voucher.metadata["issuer"])


def _issuer(voucher: Voucher) -> Answer:
    """Microsoft's addresses for any tenant (common, organizations) answer with a placeholder."""
    issuer, asked = str(voucher.metadata["issuer"]), str(voucher.settings["server_metadata_url"])
    if "{" in issuer:
        return wrong(issuer, "https://login.microsoftonline.com/<tenant id>/v2.0")
    own = issuer.rstrip("/") + _METADATA
    if own == asked:
        return good(issuer)
    reply = voucher.ask(own, {}, None)
    said = json.loads(reply.body).get("issuer") if reply.status == 200 else reply.status
    return good(issuer) if said == issuer else wrong(f"{own}: {said}", issuer)


def _client(voucher: Voucher) -> Answer:
    """The provider is asked to redeem a code that it never gave: it looks at the client first."""
    pair = ":".join(
        quote(str(voucher.settings[n]), safe="") for n in ("client_id", "client_secret")
    )
    reply = voucher.ask(
        str(voucher.metadata["token_endpoint"]),
        {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
        urlencode(
            {
                "grant_type": "authorization_code",
                "code": "doctor",
                "redirect_uri": voucher.redirect_uri,
            }
        ).encode(),
    )
    try:
        said = str(json.loads(reply.body)["error"])
    except (ValueError, KeyError, TypeError):
        return advice(reply.status, "invalid_grant")
    known = said not in ("invalid_client", "unauthorized_client")
    return good(voucher.settings["client_id"]) if known else wrong(said, "invalid_grant")


def _sign_out(voucher: Voucher) -> Answer:
    found = voucher.metadata.get("end_session_endpoint")
    return good(found) if found else advice("–", "end_session_endpoint")


def _clock(voucher: Voucher) -> Answer:
    if not voucher.reply.date:
        return advice("–", "Date")
    apart = abs((parsedate_to_datetime(voucher.reply.date) - voucher.now).total_seconds())
    return good(f"{apart:.0f} s") if apart <= _CLOCK_SECONDS else wrong(f"{apart:.0f} s", "≤ 60 s")


SECTION: tuple[Check[Serving], ...] = (
    Check(
        "sign-in-whole",
        N_("Sign-in is set up completely"),
        N_(
            "Write what is missing into secrets.toml: redirect_uri and cookie_secret into [auth], the others into [auth] or into one section for each provider, [auth.name], with no “_” in its name. Half a sign-in is none: nobody comes in from outside."
        ),
        _whole,
    ),
    Check(
        "sign-in-callback",
        N_("Providers send people back to this site, encrypted"),
        N_(
            "redirect_uri is the site's address and /oauth2callback, with https:// unless it is this very machine's. Register the same text with the provider."
        ),
        _callback,
    ),
)

REACHABLE: Check[Voucher] = Check(
    "provider-reachable",
    N_("The provider says how to sign in"),
    N_(
        "Check server_metadata_url (it ends with /.well-known/openid-configuration), the network from this machine to the provider, and its certificate: --authority here, SSL_CERT_FILE for the server."
    ),
    _reachable,
)
"""The check without which the others of a provider mean nothing."""

PROVIDER: tuple[Check[Voucher], ...] = (
    Check(
        "provider-issuer",
        N_("The provider answers under its own name, for one organisation"),
        N_(
            "Take server_metadata_url from the provider's own pages. With Microsoft Entra it holds the tenant's id: common and organizations would let in anybody who has a Microsoft account."
        ),
        _issuer,
    ),
    Check(
        "provider-client",
        N_("The provider knows this product by its id and secret"),
        N_("Compare client_id and client_secret with the provider's; secrets expire there."),
        _client,
    ),
    Check(
        "provider-sign-out",
        N_("Signing out ends the provider's session as well"),
        N_(
            "The provider names no address for signing out. On shared machines people sign out there, too."
        ),
        _sign_out,
    ),
    Check(
        "provider-clock",
        N_("The provider's clock agrees with this one"),
        N_(
            "Set both clocks (timedatectl set-ntp true); else a sign-in is over too early, or refused as not yet valid."
        ),
        _clock,
    ),
)


def look(serving: Serving, ask: Ask) -> Iterator[Result]:
    """All answers about sign-in; none where there is no section [auth]."""
    if not serving.auth:
        return
    yield from examine(SECTION, serving)
    for voucher in Voucher.of(serving, ask):
        first = next(examine([REACHABLE], voucher))
        yield first
        if first.state is State.GOOD:
            yield from examine(PROVIDER, voucher)
