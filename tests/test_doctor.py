"""The doctor's checks of a configuration: each with a good one and a bad one; and who may come in."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from shell import Shell
from streamlit.testing.v1 import AppTest

from tbdx.doctor import Result, State, examine
from tbdx.doctor import site as site_checks
from tbdx.doctor.setup import CHECKS, Setup
from tbdx.doctor.site import Reply, Site
from tbdx.model import TbdxError
from tbdx.report.pdf import available
from tbdx.serving import Serving, is_loopback, require_inside
from tbdx.settings import ROOT, Settings
from tbdx.store import Store

_AUTH = """[auth]
redirect_uri = "https://tbdx.example/oauth2callback"
cookie_secret = "{secret}"
client_id = "tbdx"
client_secret = "hush"
server_metadata_url = "https://id.example/.well-known/openid-configuration"
"""
_SHORT = _AUTH.format(secret="short")  # noqa: S106 (nobody's)
EVERYWHERE = "0.0.0.0"  # noqa: S104 (what must be refused)
_SIGN_IN = _AUTH.format(secret="s" * 64)

Change = Callable[[Setup, Path, pytest.MonkeyPatch], Setup]


def _serving(folder: Path, config: str = "", secrets: str = "", **environment: str) -> Serving:
    """What stands in these files of `folder`, beside the product's own config.toml."""
    own = folder / ".streamlit"
    own.mkdir(parents=True, exist_ok=True)
    shipped = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    (own / "config.toml").write_text(config or shipped, encoding="utf-8")
    if secrets:
        (own / "secrets.toml").write_text(secrets, encoding="utf-8")
        (own / "secrets.toml").chmod(0o600)
    return Serving.read(root=folder, home=folder / "home", environment=environment)


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """What the product ships, with an empty store that is up to date."""
    url = f"sqlite:///{tmp_path / 'kho' / 'tbdx.db'}"
    Store.open(url).close()
    return Setup(Settings(database_url=url), _serving(tmp_path), contained=False)


def _with(setup: Setup, **settings: Any) -> Setup:
    return replace(setup, settings=setup.settings.model_copy(update=settings))


def _answers(setup: Setup) -> dict[str, Result]:
    return {result.code: result for result in examine(CHECKS, setup)}


def _broken_plan(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
    plan = folder / "plan"
    shutil.copytree(setup.settings.plan, plan)
    (plan / "agencies.csv").unlink()
    return _with(setup, plan=plan)


def _no_database(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
    (folder / "noise").write_bytes(b"noise" * 1000)
    return _with(setup, database_url=f"sqlite:///{folder / 'noise'}")


def _schema(number: str) -> Change:
    def change(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
        with sqlite3.connect(folder / "kho" / "tbdx.db") as database:
            database.execute("UPDATE alembic_version SET version_num = ?", (number,))
        database.close()
        return setup

    return change


def _served(config: str = "", secrets: str = "", **environment: str) -> Change:
    def change(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
        return replace(setup, serving=_serving(folder / "other", config, secrets, **environment))

    return change


def _readable_secrets(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
    serving = _serving(folder / "other", secrets=_SIGN_IN)
    serving.secret_files[0].chmod(0o644)
    return replace(setup, serving=serving)


def _metrics_everywhere(setup: Setup, _: Path, __: pytest.MonkeyPatch) -> Setup:
    return _with(setup, metrics_port=18501, metrics_address=EVERYWHERE)


def _nginx(text: str) -> Change:
    def change(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
        (folder / "site.conf").write_text(text)
        return replace(setup, nginx=folder / "site.conf")

    return change


def _free(megabytes: int) -> Change:
    def change(setup: Setup, _: Path, patch: pytest.MonkeyPatch) -> Setup:
        usage = SimpleNamespace(free=megabytes * 1024 * 1024)
        patch.setattr("shutil.disk_usage", lambda _: usage)
        return setup

    return change


def _nowhere_to_write(setup: Setup, _: Path, patch: pytest.MonkeyPatch) -> Setup:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    patch.setattr("tempfile.TemporaryFile", refuse)
    return setup


def _clocks_apart(setup: Setup, _: Path, patch: pytest.MonkeyPatch) -> Setup:
    found = replace(setup.database, clock=setup.now + timedelta(seconds=90))
    patch.setattr("tbdx.doctor.setup.standing", lambda _: found)
    return replace(setup)  # without what it has looked up


def _wrong_clock(setup: Setup, _: Path, __: pytest.MonkeyPatch) -> Setup:
    return replace(setup, now=datetime(1970, 1, 1, tzinfo=UTC))


def _other_libraries(setup: Setup, folder: Path, _: pytest.MonkeyPatch) -> Setup:
    (folder / "requirements.txt").write_text(
        "pandas==0.1\nnot-there==1 ; sys_platform == 'win32'\nmissing-one==2\n# pytest==0\n"
    )
    return replace(setup, root=folder)


def _no_office(setup: Setup, _: Path, patch: pytest.MonkeyPatch) -> Setup:
    patch.setattr("shutil.which", lambda _: None)
    return setup


def _other_office(setup: Setup, _: Path, __: pytest.MonkeyPatch) -> Setup:
    return _with(setup, soffice="/nowhere/soffice")


def _two(setup: Setup, _: Path, __: pytest.MonkeyPatch) -> Setup:
    return _with(setup, servers=2)


_UPLOAD = "location /_stcore/upload_file/ { client_max_body_size 1g; }"

Case = tuple[str, Change, State, str, str]
BAD: list[Case] = [
    ("plan-valid", _broken_plan, State.WRONG, "plan-invalid (1)", ""),
    ("database-reachable", _no_database, State.WRONG, "not a database", ""),
    ("database-reachable", _schema("9999"), State.WRONG, "9999", ""),
    ("schema-current", _schema("0001"), State.ADVICE, "0001", "0"),
    ("database-shared", _two, State.WRONG, "SQLite, 2", "PostgreSQL"),
    ("cookie-secret", _two, State.WRONG, "0", "≥ 32"),
    ("cookie-secret", _served(secrets=_SHORT), State.WRONG, "5", "≥ 32"),
    ("secrets-private", _readable_secrets, State.WRONG, "secrets.toml", "0640"),
    ("address-inside", _served("[server]\nport = 8501\n"), State.WRONG, EVERYWHERE, "127.0.0.1"),
    (
        "address-inside",
        _served(STREAMLIT_SERVER_ADDRESS="10.0.0.5"),
        State.WRONG,
        "10.0.0.5",
        "127.0.0.1",
    ),
    (
        "forgery-refused",
        _served("[server]\nenableXsrfProtection = false\n"),
        State.WRONG,
        "enableXsrfProtection = false",
        "true",
    ),
    (
        "forgery-refused",
        _served(STREAMLIT_SERVER_ENABLE_CORS="false"),
        State.WRONG,
        "enableCORS = false",
        "true",
    ),
    (
        "details-hidden",
        _served('[client]\nshowErrorDetails = "full"\ntoolbarMode = "viewer"\n'),
        State.WRONG,
        "client.showErrorDetails = full, browser.gatherUsageStats = true",
        "client.showErrorDetails = none, browser.gatherUsageStats = false",
    ),
    ("log-silent", _served("[server]\n"), State.WRONG, "logger.enableRich = true", "false"),
    (
        "log-silent",
        _served(STREAMLIT_LOGGER_ENABLE_RICH="true"),
        State.WRONG,
        "enableRich = true",
        "false",
    ),
    ("metrics-inside", _metrics_everywhere, State.WRONG, f"{EVERYWHERE}:18501", "127.0.0.1"),
    ("upload-size", _nginx(_UPLOAD), State.WRONG, "1024 MB", "20 MB"),
    ("upload-size", _nginx("client_max_body_size 20m;"), State.WRONG, "– MB", "20 MB"),
    (
        "upload-size",
        _served(STREAMLIT_SERVER_MAX_UPLOAD_SIZE="200"),
        State.WRONG,
        "20 MB",
        "200 MB",
    ),
    ("upload-size", _served(STREAMLIT_SERVER_MAX_UPLOAD_SIZE="x"), State.WRONG, "invalid", ""),
    ("folders-writable", _nowhere_to_write, State.WRONG, "Permission denied", ""),
    ("disk-space", _free(100), State.WRONG, "100 MB", "2048"),
    ("disk-space", _free(1000), State.ADVICE, "1000 MB", "2048"),
    ("clock-right", _wrong_clock, State.WRONG, "1970", "2025"),
    ("clocks-agree", _clocks_apart, State.WRONG, "+90 s", "±60 s"),
    (
        "libraries-pinned",
        _other_libraries,
        State.WRONG,
        "missing-one –",
        "pandas 0.1, missing-one 2",
    ),
    ("office-suite", _no_office, State.ADVICE, "–", "soffice"),
    ("office-suite", _other_office, State.ADVICE, "/nowhere/soffice", "soffice"),
]


def test_what_the_product_ships_is_sound(setup: Setup) -> None:
    """Every check is good for the shipped configuration on a machine that has all."""
    assert {code: r.found for code, r in _answers(setup).items() if r.state is not State.GOOD} == {}


def test_every_check_has_a_bad_case() -> None:
    """No check of a configuration goes without a configuration that it finds fault with."""
    assert {code for code, *_ in BAD} == {check.code for check in CHECKS}


@pytest.mark.parametrize("case", BAD, ids=[case[0] for case in BAD])
def test_a_bad_configuration_is_found(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    """What was found and what was expected are named."""
    code, change, state, found, expected = case
    result = _answers(change(setup, tmp_path, monkeypatch))[code]
    assert result.state is state
    assert found in result.found
    assert expected in result.expected


def test_a_team_with_all_in_place_is_sound(setup: Setup, tmp_path: Path, postgres_url: str) -> None:
    """PostgreSQL, two processes, sign-in with a secret, an address for all: nothing is wrong."""
    team = replace(
        _with(setup, servers=2, database_url=postgres_url),
        serving=_serving(tmp_path / "team", "", _SIGN_IN, STREAMLIT_SERVER_ADDRESS=EVERYWHERE),
    )
    assert {code: r for code, r in _answers(team).items() if r.state is not State.GOOD} == {}


def test_metrics_are_read_inside(setup: Setup) -> None:
    """On loopback, nowhere at all, or on every address of a container."""
    everywhere = _with(setup, metrics_address=EVERYWHERE)
    assert _answers(everywhere)["metrics-inside"].state is State.GOOD, "there is no port"
    container = replace(_with(everywhere, metrics_port=9101), contained=True)
    assert _answers(container)["metrics-inside"].found == f"{EVERYWHERE}:9101"
    for found in (container, _with(setup, metrics_port=18501)):
        assert _answers(found)["metrics-inside"].state is State.GOOD


def test_the_office_suite_is_the_one_that_makes_pdfs(setup: Setup, tmp_path: Path) -> None:
    """LibreOffice is looked for where TBDX_SOFFICE says, as for a report."""
    program = tmp_path / "soffice"
    program.touch(mode=0o755)
    named = _with(setup, soffice=str(program))
    assert _answers(named)["office-suite"].found == str(program)
    assert available(named.settings)
    absent = _with(setup, soffice=str(tmp_path / "none"))
    assert not available(absent.settings)


def test_looking_changes_nothing(tmp_path: Path) -> None:
    """A store that is not there is not made by being looked for."""
    url = f"sqlite:///{tmp_path / 'new' / 'tbdx.db'}"
    found = _answers(Setup(Settings(database_url=url), _serving(tmp_path)))
    assert found["schema-current"].state is State.GOOD
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "address",
    ["postgresql://nobody:hush@127.0.0.1:9/x", "sqlite:no", "sqlite://", "mysql://x/y", ""],
)
def test_one_failure_hides_no_other(setup: Setup, address: str) -> None:
    """Where the database is away, or its address is none, all other checks still answer."""
    found = _answers(_with(setup, database_url=address))
    wrong = {code for code, result in found.items() if result.state is not State.GOOD}
    assert wrong == {"database-reachable", "schema-current", "clocks-agree"}
    assert found["database-reachable"].found
    assert "hush" not in str(found), "a password is never shown"


# --- a running site, by what it answers -----------------------------------------------------------


class _Answering(Site):
    """A site whose answers are written down."""

    replies: dict[str, Reply]
    websockets: dict[str, int]

    def ask(self, path: str, method: str = "GET", **headers: str) -> Reply:
        return self.replies[f"{method} {path}"]

    def websocket(self, origin: str) -> int:
        return self.websockets[origin]


_NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
_URL = "https://tbdx.example"
_GOOD_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=()",
    "cross-origin-opener-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "set-cookie": "tbdx_server=a; Path=/; Secure; HttpOnly; SameSite=Lax",
    "server": "nginx",
    "date": "Fri, 02 Jan 2026 12:00:30 GMT",
}
_UPLOAD_PATH = "PUT /_stcore/upload_file/doctor/doctor"


def _site(
    folder: Path,
    url: str = _URL,
    replies: dict[str, Reply] | None = None,
    websockets: dict[str, int] | None = None,
    secrets: str = _SIGN_IN,
    **headers: str,
) -> Site:
    """A site that is well kept but for what is given."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    site = _Answering(url, _serving(folder, secrets=secrets), now=_NOON)
    object.__setattr__(
        site,
        "replies",
        {
            "GET /": Reply(200, {**_GOOD_HEADERS, **named}, "<html>"),
            "GET /_stcore/health": Reply(200, {}, "ok"),
            "GET /_stcore/metrics": Reply(404, {}, ""),
            "GET /_stcore/script-health-check": Reply(404, {}, ""),
            "GET /_stcore/agent/openapi.json": Reply(404, {}, ""),
            _UPLOAD_PATH: Reply(413, {}, ""),
            **(replies or {}),
        },
    )
    own = {url: 101, "https://elsewhere.invalid": 403}
    object.__setattr__(site, "websockets", {**own, **(websockets or {})})
    return site


_POLICY = "script-src 'self' 'unsafe-eval'; frame-ancestors 'none'"
_BAD_SITES: list[tuple[str, dict[str, Any], State]] = [
    ("site-alive", {"replies": {"GET /_stcore/health": Reply(200, {}, "<html>")}}, State.WRONG),
    ("site-alive", {"replies": {"GET /_stcore/health": Reply(503, {}, "ok")}}, State.WRONG),
    ("site-sign-in", {"secrets": ""}, State.WRONG),
    ("site-encrypted", {"url": "http://tbdx.example"}, State.WRONG),
    ("site-encrypted", {"strict_transport_security": ""}, State.WRONG),
    ("site-headers", {"content_security_policy": _POLICY}, State.WRONG),
    ("site-headers", {"content_security_policy": "frame-ancestors 'none'"}, State.WRONG),
    ("site-headers", {"x_content_type_options": ""}, State.WRONG),
    ("site-quiet", {"server": "nginx/1.22.1"}, State.ADVICE),
    ("site-websocket", {"websockets": {_URL: 400}}, State.WRONG),
    ("site-origin", {"websockets": {"https://elsewhere.invalid": 101}}, State.WRONG),
    ("site-upload-limit", {"replies": {_UPLOAD_PATH: Reply(403, {}, "")}}, State.WRONG),
    ("site-inside", {"replies": {"GET /_stcore/metrics": Reply(200, {}, "x")}}, State.WRONG),
    ("site-sticky", {"set_cookie": ""}, State.ADVICE),
    ("site-sticky", {"set_cookie": "tbdx_server=a; HttpOnly; SameSite=Lax"}, State.WRONG),
    ("site-clock", {"date": "Fri, 02 Jan 2026 12:02:00 GMT"}, State.WRONG),
]
_ALL_OF_SITE = (site_checks.REACHABLE, *site_checks.CHECKS)


def test_a_well_kept_site_is_found_well(tmp_path: Path) -> None:
    """Every check of a running site is good, from outside and on the machine itself."""
    for url in (_URL, "http://localhost:8501"):
        found = examine(_ALL_OF_SITE, _site(tmp_path / "x", url))
        assert {r.code: r for r in found if r.state is not State.GOOD} == {}


def test_every_check_of_a_site_has_a_bad_case() -> None:
    """No check of a site goes without a site that it finds fault with."""
    assert {code for code, *_ in _BAD_SITES} == {check.code for check in _ALL_OF_SITE}


@pytest.mark.parametrize(("code", "faults", "state"), _BAD_SITES)
def test_a_badly_kept_site_is_found(
    tmp_path: Path, code: str, faults: dict[str, Any], state: State
) -> None:
    """The one fault is told by its own check."""
    found = {r.code: r for r in examine(_ALL_OF_SITE, _site(tmp_path, **faults))}
    assert found[code].state is state
    assert found[code].found
    assert [r.code for r in found.values() if r.state is not State.GOOD] == [code]


# --- the command ----------------------------------------------------------------------------------


def test_the_command_says_what_to_do(tmp_path: Path) -> None:
    """Text and JSON tell the same; the exit code is 1 as soon as anything is wrong."""
    shell = Shell(tmp_path)
    assert "✓ The plan's folder has no faults" in shell("doctor")
    shell.environment["TBDX_SERVERS"] = "2"
    said = shell("doctor", code=1)
    assert "✗ Several server processes share one PostgreSQL database" in said
    assert "found: SQLite, 2; expected: PostgreSQL (database-shared)" in said
    assert "SQLite serves one process." in said
    results = {r["code"]: r for r in shell.json("doctor", code=1)}
    assert results["database-shared"]["state"] == "wrong"
    assert results["database-shared"]["remedy"].startswith("SQLite serves one process.")
    assert results["plan-valid"]["found"]


def test_the_command_reads_the_file_of_nginx_that_it_is_given(tmp_path: Path) -> None:
    """The rules that are installed may be other ones than those that were shipped."""
    (tmp_path / "site.conf").write_text(_UPLOAD)
    said = Shell(tmp_path)("doctor", "--nginx", tmp_path / "site.conf", code=1)
    assert "site.conf: 1024 MB" in said


# --- who may come in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8501",
        "LOCALHOST",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.9.9.9",
        "::1",
        "[::1]",
        "[::1]:8501",
    ],
)
def test_this_machine_is_inside(host: str) -> None:
    """By every name and address of its own."""
    assert is_loopback(host)
    require_inside(host, host, Serving({}, {}, (), {}))


@pytest.mark.parametrize(
    "host",
    [
        *(EVERYWHERE, "::", "10.0.0.5:8501", "128.0.0.1", "[fe80::1]:8501"),
        *("tbdx.example", "localhost.evil.example", "127.0.0.1.nip.io", "localhost@evil.example"),
        *("", "[bad"),
    ],
)
def test_everybody_else_is_outside(host: str, tmp_path: Path) -> None:
    """Whatever looks like this machine and is not; with sign-in they may come."""
    assert not is_loopback(host)
    alone, team = Serving({}, {}, (), {}), _serving(tmp_path, secrets=_SIGN_IN)
    with pytest.raises(TbdxError, match="sign-in-needed"):
        require_inside("127.0.0.1", host, alone)
    require_inside("127.0.0.1", host, team)


def test_no_address_is_every_address() -> None:
    """Streamlit listens everywhere where no address is set."""
    with pytest.raises(TbdxError, match=EVERYWHERE):
        require_inside(None, None, Serving({}, {}, (), {}))


@pytest.mark.parametrize("missing", [*range(1, 6), None])
def test_half_a_sign_in_is_none(missing: int | None, tmp_path: Path) -> None:
    """A section that lacks one of its five lines lets nobody in; nor does one of another kind."""
    lines = _SIGN_IN.splitlines()
    if missing is not None:
        del lines[missing]
    whole = _serving(tmp_path, secrets="\n".join(lines)).signs_in
    assert whole is (missing is None)
    assert not _serving(tmp_path / "other", secrets="auth = 1\n").signs_in


_NAMED = """[auth.{name}]
client_id = "tbdx"
client_secret = "hush"
server_metadata_url = "https://id.example/.well-known/openid-configuration"
"""


def test_providers_are_known_by_their_names(tmp_path: Path) -> None:
    """The one of [auth] first, then the named ones; half a provider is none, nor is one with “_”."""
    shared = "\n".join(_SIGN_IN.splitlines()[:3]) + "\n"
    named = _NAMED.format(name="keycloak")
    assert list(_serving(tmp_path, secrets=shared + named).providers) == ["keycloak"]
    half = '[auth.entra]\nclient_id = "x"\n' + _NAMED.format(name="not_this")
    assert list(_serving(tmp_path, secrets=_SIGN_IN + named + half).providers) == [
        "default",
        "keycloak",
    ]
    assert not _serving(tmp_path, secrets=named).signs_in, "nothing is shared"


def test_secrets_stand_where_streamlit_is_told(tmp_path: Path) -> None:
    """By the environment before config.toml, in files or in folders of files, the later first."""
    named = tmp_path / "named.toml"
    named.write_text(_SIGN_IN)
    folder = tmp_path / "mounted" / "auth"
    folder.mkdir(parents=True)
    for key, value in {"client_id": "mounted", "client_secret": "hush"}.items():
        (folder / key).write_text(value + "\n")
    config = f"[secrets]\nfiles = ['{named}']\n"
    by_config = _serving(tmp_path, config)
    assert by_config.signs_in
    assert by_config.secret_files == (named,)
    by_environment = _serving(tmp_path, config, STREAMLIT_SECRETS_FILES=f"{named} {folder.parent}")
    assert by_environment.auth == {"client_id": "mounted", "client_secret": "hush"}
    assert len(by_environment.secret_files) == 3
    elsewhere = _serving(tmp_path, secrets=_SIGN_IN, STREAMLIT_SECRETS_FILES="nowhere.toml")
    assert not elsewhere.signs_in, "the usual places are then not read"
    unreadable = folder / "client_id"
    unreadable.write_bytes(b"\xff")
    with pytest.raises(TbdxError, match="settings-unreadable"):
        _serving(tmp_path, STREAMLIT_SECRETS_FILES=str(folder.parent))


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """A slip in a file is told with its place."""
    with pytest.raises(TbdxError, match="settings-unreadable") as raised:
        _serving(tmp_path, secrets="[auth\n")
    assert str(raised.value.fields["found"]).endswith("secrets.toml")


def test_the_folder_of_the_product_comes_before_the_home(tmp_path: Path) -> None:
    """As Streamlit reads them: home, then the product's folder, then the environment."""
    (tmp_path / "home" / ".streamlit").mkdir(parents=True)
    (tmp_path / "home" / ".streamlit" / "config.toml").write_text(
        "[server]\nmaxUploadSize = 5\nport = 9\n"
    )
    serving = _serving(tmp_path)
    assert serving.option("server.maxUploadSize", 200) == 20
    assert serving.option("server.port", 8501) == 9
    assert _serving(tmp_path, STREAMLIT_SERVER_PORT="7").option("server.port", 8501) == 7
    assert serving.option("server.cookieSecret", "") == ""


def test_the_server_refuses_to_listen_for_all(tmp_path: Path) -> None:
    """Without sign-in `serve` starts on loopback only, and says why."""
    said = Shell(tmp_path).process("serve", "--no-open", "--address", EVERYWHERE, code=2)
    assert "nobody signs in" in said
    assert "Traceback" not in said


def test_a_page_asked_for_from_outside_shows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts Streamlit by hand on every address gets a message in place of the pages."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    assert app.run().title or app.header
    monkeypatch.setattr(
        "tbdx.ui.shell.st.get_option",
        lambda name: None if name == "server.address" else pytest.fail(name),
    )
    refused = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert len(refused.error) == 1
    assert EVERYWHERE in refused.error[0].value
    assert not refused.title
    assert not refused.metric
