"""The doctor's checks of sign-in: against a real provider, and against badly kept ones."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from provider import METADATA, Provider, running_provider
from shell import Shell

from tbdx.doctor import Result, State
from tbdx.doctor.providers import PROVIDER, REACHABLE, SECTION, Ask, Reply, asking, look
from tbdx.serving import Serving

_CALLBACK = "https://tbdx.office.example/oauth2callback"
_ID = "https://id.office.example"
_AUTH = {
    "redirect_uri": _CALLBACK,
    "cookie_secret": "s" * 64,
    "client_id": "tbdx",
    "client_secret": "hush",
    "server_metadata_url": f"{_ID}{METADATA}",
}
_SAYS = {
    "issuer": _ID,
    "authorization_endpoint": f"{_ID}/auth",
    "token_endpoint": f"{_ID}/token",
    "jwks_uri": f"{_ID}/jwks",
    "end_session_endpoint": f"{_ID}/end",
}


_CODES = [*(c.code for c in SECTION), REACHABLE.code, *(c.code for c in PROVIDER)]


def _without(settings: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}


def _look(auth: Mapping[str, Any], ask: Ask) -> list[Result]:
    return list(look(Serving({}, {"auth": auth}, (), {}), ask))


def _faults(results: list[Result]) -> dict[str, tuple[State, str, str]]:
    return {r.code: (r.state, r.found, r.expected) for r in results if r.state is not State.GOOD}


def _answering(
    says: Mapping[str, Any] = _SAYS,
    *,
    date: str | None = None,
    error: str = "invalid_grant",
    elsewhere: str = _ID,
) -> Ask:
    """A provider that is well kept but for what is given."""
    now = date if date is not None else f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"

    def ask(url: str, headers: Mapping[str, str], sent: bytes | None) -> Reply:
        if url == says.get("token_endpoint"):
            assert sent is not None
            assert headers["Authorization"].startswith("Basic ")
            return Reply(400, now, json.dumps({"error": error}) if error else "<html>")
        if url == _AUTH["server_metadata_url"]:
            return Reply(200, now, json.dumps(says))
        return Reply(200, now, json.dumps({"issuer": elsewhere}))

    return ask


def _nobody(*_: object) -> Reply:
    raise OSError("Connection refused")


# --- a real provider ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider([], _CALLBACK) as running:
        yield running


def _of(provider: Provider, **changed: str) -> dict[str, Any]:
    return {
        **_AUTH,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "server_metadata_url": f"{provider.issuer}{METADATA}",
        **changed,
    }


def test_a_real_provider_is_found_well(provider: Provider) -> None:
    """Every check answers, in its order, and all are good; a named provider's as well."""
    results = _look(_of(provider), asking(None))
    assert _faults(results) == {}
    assert [result.code for result in results] == _CODES
    shared = ("redirect_uri", "cookie_secret")
    named = {n: _AUTH[n] for n in shared} | {"keycloak": _without(_of(provider), *shared)}
    assert _faults(_look(named, asking(None))) == {}


def test_a_wrong_secret_is_found(provider: Provider) -> None:
    """The provider itself says that it does not know the client, before anybody signs in."""
    for changed in ({"client_secret": "other"}, {"client_id": "other"}):
        faults = _faults(_look(_of(provider, **changed), asking(None)))
        assert faults == {"provider-client": (State.WRONG, "invalid_client", "invalid_grant")}


def test_the_command_looks_at_sign_in(provider: Provider, tmp_path: Path) -> None:
    """Where there is a section [auth]; the secret itself is never shown."""
    shell = Shell(tmp_path)
    assert "provider" not in shell("doctor")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(provider.secrets(_CALLBACK))
    secrets.chmod(0o600)
    shell.environment["STREAMLIT_SECRETS_FILES"] = str(secrets)
    said = shell("doctor")
    assert f"✓ The provider says how to sign in ({provider.issuer})" in said
    assert "✓ Cookies are signed with one secret (64, SHA-256 " in said
    assert provider.client_secret not in said
    secrets.write_text(provider.secrets(_CALLBACK).replace(provider.client_secret, "other"))
    assert "invalid_client" in shell("doctor", code=1)


# --- badly kept -----------------------------------------------------------------------------------

_BAD: list[tuple[str, Mapping[str, Any], Ask, State, str, str]] = [
    ("sign-in-whole", _without(_AUTH, "client_id"), _nobody, State.WRONG, "–", "client_id"),
    ("sign-in-whole", _without(_AUTH, "redirect_uri"), _nobody, State.WRONG, "–", "redirect_uri"),
    ("sign-in-whole", {"redirect_uri": _CALLBACK}, _nobody, State.WRONG, "–", "server_metadata"),
    (
        "sign-in-whole",
        {**_AUTH, "entra": {"client_id": "x"}},
        _answering(),
        State.WRONG,
        "–",
        "entra.client_secret, entra.server_metadata_url",
    ),
    (
        "sign-in-whole",
        {**_AUTH, "ms_entra": _without(_AUTH, "redirect_uri", "cookie_secret")},
        _answering(),
        State.WRONG,
        "[auth.ms_entra]",
        "[auth.ms-entra]",
    ),
    *(
        (
            "sign-in-callback",
            {**_AUTH, "redirect_uri": uri},
            _answering(),
            State.WRONG,
            uri,
            "https",
        )
        for uri in (
            "https://tbdx.office.example/",
            "http://tbdx.office.example/oauth2callback",
            "https://tbdx.office.example/oauth2callback/",
            "/oauth2callback",
        )
    ),
    ("provider-reachable", _AUTH, _nobody, State.WRONG, "Connection refused", ""),
    ("provider-reachable", _AUTH, lambda *_: Reply(404, "", ""), State.WRONG, "404", ""),
    ("provider-reachable", _AUTH, lambda *_: Reply(200, "", "<html>"), State.WRONG, "", ""),
    ("provider-reachable", _AUTH, lambda *_: Reply(200, "", "[]"), State.WRONG, "200", ""),
    (
        "provider-reachable",
        _AUTH,
        _answering(_without(_SAYS, "jwks_uri")),
        State.WRONG,
        "–",
        "jwks_uri",
    ),
    (
        "provider-issuer",
        _AUTH,
        _answering({**_SAYS, "issuer": "https://login.example/{tenantid}/v2.0"}),
        State.WRONG,
        "{tenantid}",
        "tenant",
    ),
    (
        "provider-issuer",
        _AUTH,
        _answering({**_SAYS, "issuer": "https://other.example"}, elsewhere="https://third.example"),
        State.WRONG,
        "https://third.example",
        "https://other.example",
    ),
    ("provider-client", _AUTH, _answering(error="invalid_client"), State.WRONG, "invalid", ""),
    ("provider-client", _AUTH, _answering(error=""), State.ADVICE, "400", "invalid_grant"),
    (
        "provider-sign-out",
        _AUTH,
        _answering(_without(_SAYS, "end_session_endpoint")),
        State.ADVICE,
        "–",
        "end_session_endpoint",
    ),
    (
        "provider-clock",
        _AUTH,
        _answering(date="Fri, 02 Jan 2026 12:00:00 GMT"),
        State.WRONG,
        " s",
        "60 s",
    ),
    ("provider-clock", _AUTH, _answering(date=""), State.ADVICE, "–", "Date"),
]


@pytest.mark.parametrize(("code", "auth", "ask", "state", "found", "expected"), _BAD)
def test_a_bad_sign_in_is_found(
    code: str, auth: Mapping[str, Any], ask: Ask, state: State, found: str, expected: str
) -> None:
    """By its own check, which names what was found and what was expected."""
    faults = _faults(_look(auth, ask))
    assert faults[code][0] is state
    assert found in faults[code][1]
    assert expected in faults[code][2]


def test_every_check_has_a_bad_case() -> None:
    """No check of sign-in goes without a configuration that it finds fault with."""
    assert {code for code, *_ in _BAD} == set(_CODES)


def test_what_is_well_kept_is_found_well() -> None:
    """The provider of the bad cases is good as it stands, also by another address of its own."""
    assert _faults(_look(_AUTH, _answering())) == {}
    other = {**_SAYS, "issuer": "https://other.example"}
    assert _faults(_look(_AUTH, _answering(other, elsewhere="https://other.example"))) == {}
    inside = {**_AUTH, "redirect_uri": "http://localhost:{port}/oauth2callback"}
    assert _faults(_look(inside, _answering())) == {}


def test_without_a_section_nothing_is_asked() -> None:
    """Whoever works alone has no provider to look at; one that is away hides no other check."""
    assert _look({}, _nobody) == []
    assert [r.code for r in _look(_AUTH, _nobody)] == [
        *(check.code for check in SECTION),
        REACHABLE.code,
    ]


@pytest.mark.parametrize("url", ["http://id.office.example/x", "file:provider.json", "id", ""])
def test_only_safe_addresses_are_asked(url: str) -> None:
    """A provider that is reached unencrypted, or a file, is not asked at all."""
    with pytest.raises(ValueError, match="https://"):
        asking(None)(url, {}, None)


def test_certificates_to_trust_are_read(tmp_path: Path) -> None:
    """The office's own authority; a file that holds none is an error."""
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(ssl.SSLError):
        asking(tmp_path / "none.pem")("https://id.office.example", {}, None)
