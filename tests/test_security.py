"""What security rests on besides the code: documents, exceptions, licences, the audit, no secrets."""

from __future__ import annotations

import ast
import json
import re
import secrets
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import ROOT
from sessions import Visit, served

from scripts import audit
from scripts.licences import COPYLEFT, licence, requirements, unknown

DOCS = ROOT / "docs"


def _files() -> list[Path]:
    """The repository's own texts: what git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    paths = [ROOT / name for name in listed.splitlines()]
    binary = {".png", ".xlsx", ".xls", ".ods", ".mo", ".zip", ".pdf", ".docx", ".ico"}
    return [path for path in paths if path.is_file() and path.suffix not in binary]


# --- the threats ------------------------------------------------------------------------------------

_TEST = re.compile(r"`tests/(test_\w+\.py)(?:::(test_\w+))?`")
# Written at the same time as this page; from then on they are there like all others.
_BEGUN = {"test_roles.py", "test_sign_in.py"}


def _named() -> list[tuple[str, str]]:
    return _TEST.findall((DOCS / "threats.md").read_text(encoding="utf-8"))


def test_each_threat_names_the_tests_that_prove_what_stops_it() -> None:
    """Every test named in the threat model exists, file and function."""
    named = _named()
    assert len(named) > 30
    missing = []
    for file, function in named:
        path = ROOT / "tests" / file
        if not path.exists():
            missing += [file] if file not in _BEGUN else []
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        missing += [f"{file}::{function}"] if function and function not in known else []
    assert missing == []


def test_each_threat_is_answered() -> None:
    """A row says what stops it and names a test or the remaining risk, by its number."""
    text = (DOCS / "threats.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if re.match(r"\| [A-Z]\d+ ", line)]
    risks = set(re.findall(r"^- \*\*(R\d+)\*\*", text, flags=re.MULTILINE))
    assert len(rows) > 25
    for row in rows:
        assert len(row) == 4, row
        assert "`tests/" in row[3] or set(re.findall(r"R\d+", row[3])) & risks, row
    assert set(re.findall(r"\b(R\d+)\b", text)) == risks, "each risk is said, and only those"


# --- exceptions of the linter -----------------------------------------------------------------------


def test_every_exception_has_its_reason() -> None:
    """A rule of security is switched off in one line only, and the line says why."""
    bare = []
    for path in _files():
        if path.suffix != ".py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found = re.search(r"# noqa: ?(?:[A-Z]+\d+, ?)*S\d+", line)
            if found and not re.match(r" \(.+\)", line[found.end() :]):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []


# --- licences and known vulnerabilities -------------------------------------------------------------


def test_every_requirement_stands_in_the_list_of_licences() -> None:
    """docs/licences.md names exactly what requirements.txt pins."""
    rows = re.findall(
        r"^\| ([\w.-]+) \| ([^|]+) \|", (DOCS / "licences.md").read_text(), re.MULTILINE
    )
    listed = [name for name, _ in rows if name != "package"]
    assert listed == requirements(), "run `make docs`"


@pytest.mark.parametrize("package", requirements())
def test_each_licence_was_looked_at(package: str) -> None:
    """It is permissive, or named among the others with why it is kept to."""
    stated = licence(package)
    assert stated
    assert unknown(package, stated) == []


def test_no_exception_of_a_licence_outlives_its_package() -> None:
    """And one that nobody knows is found out."""
    assert COPYLEFT.keys() <= set(requirements())
    assert unknown("alembic", "MIT AND AGPL-3.0-only") == ["AGPL-3.0-only"]
    assert unknown("alembic", "LGPL-3.0-only") == ["LGPL-3.0-only"]


def _service(*packages: Mapping[str, object]) -> audit.Ask:
    return lambda _: json.dumps({"dependencies": packages})


_CLEAN = {"name": "a", "version": "1", "vulns": []}
_KNOWN = {"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}
_UNKNOWN = {"name": "b", "skip_reason": "not found: b"}


@pytest.mark.parametrize(
    ("ask", "code", "said"),
    [
        (_service(_CLEAN), 0, "Every requirement was looked up"),
        (_service(_KNOWN), 1, "VULNERABLE: a 1: X-1, mended in 2"),
        (_service(_CLEAN, _UNKNOWN), 2, "NOT AUDITED: 1, for example: not found: b"),
        (_service(_KNOWN, _UNKNOWN), 1, "NOT AUDITED"),
        (lambda _: "", 2, "no service could be reached"),
        (_service(), 2, "no service could be reached"),
    ],
)
def test_the_audit_never_calls_clean_what_it_did_not_see(
    ask: audit.Ask, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 only where every one was looked up; a service out of reach is no good news."""
    assert audit.main(ask) == code
    assert said in capsys.readouterr().out


def test_a_second_service_is_asked_what_the_first_does_not_know() -> None:
    """What one cannot answer for, the other may."""
    answers: dict[str, Callable[[str], str]] = {
        "pypi": _service(_CLEAN, _UNKNOWN),
        "osv": _service(_CLEAN, {"name": "b", "version": "2", "vulns": []}),
    }
    asked: list[str] = []

    def ask(service: str) -> str:
        asked.append(service)
        return answers[service](service)

    assert audit.audit(ask).code == 0
    assert asked == ["pypi", "osv"]


# --- secrets ----------------------------------------------------------------------------------------

_SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b",
    "a token of a forge": r"\bgh[pousr]_\w{36}\b|\bglpat-[\w-]{20}\b|\bnpm_\w{36}\b|\bpypi-\w{20,}",
    "a token of a chat": r"\bxox[baprs]-[\w-]{10,}",
    "a signed token": r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{15,}",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@\"'{}$%<>]+:(?P<secret>[^\s/@\"'{}$%<>]+)@",
    "a value for a secret": (
        r"(?i)\b(?:cookie_?secret|client_secret|api_?key|passw(?:or)?d)[\"']?\s*[=:]\s*[\"'](?P<secret>[^\"'{}$<>\s]{6,})[\"']"
    ),
}
_NOBODYS = {"password", "secret", "short", "hush", "x", "hunter2", "PASSWORD", "***"}
"""Values that stand for one in examples and tests."""


def _secrets_in(text: str) -> list[str]:
    return [
        f"{what}: {match[0][:60]}"
        for what, pattern in _SECRETS.items()
        for match in re.finditer(pattern, text)
        if match.groupdict().get("secret") not in _NOBODYS
    ]


def test_no_file_of_the_repository_holds_a_secret() -> None:
    """Neither keys nor tokens nor passwords: they come from the environment or the secrets file."""
    found = {}
    for path in _files():
        if path != Path(__file__) and (own := _secrets_in(path.read_text("utf-8", "ignore"))):
            found[str(path.relative_to(ROOT))] = own
    assert found == {}


def test_a_secret_would_be_found() -> None:
    """Each pattern finds what it is made for."""
    word = secrets.token_hex(12)
    for text in (
        "-----BEGIN EC PRIVATE KEY-----",
        f"AKIA{word[:16].upper()}",
        f"ghp_{word}{word[:12]}",
        f"xoxb-{word}",
        f"eyJ{word}.eyJ{word}.{word}",
        f"postgresql://ann:{word}@db/tbdx",
        f'cookie_secret = "{word}"',
        f"'password': '{word}'",
    ):
        assert _secrets_in(text), text
    assert _secrets_in("postgresql://USER:PASSWORD@HOST/NAME") == []


def test_a_database_out_of_reach_tells_no_password(tmp_path: Path) -> None:
    """Neither the page nor the log nor the command line shows it."""
    password = secrets.token_hex(12)
    url = f"postgresql://ann:{password}@127.0.0.1:1/tbdx?connect_timeout=1"
    with served(ROOT / "app.py", tmp_path, signs_in=False, TBDX_DATABASE_URL=url) as running:
        with Visit(running).session() as session:
            heard = "".join(map(str, session.run("lang=en")))
        log = running.log.read_text(encoding="utf-8")
    assert "127.0.0.1" in heard, "the page says which one"
    assert password not in heard
    assert password not in log


def test_no_secret_of_sign_in_reaches_a_browser(tmp_path: Path) -> None:
    """Not in what a session is told, not in any header, not in the log."""
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    with served(ROOT / "app.py", tmp_path, TBDX_DATABASE_URL=url) as running:
        visit = Visit(running)
        with visit.session() as session:
            heard = "".join(map(str, session.run()))
        pages = [
            visit.ask(path) for path in ("/", "/auth/login", "/_stcore/host-config", "/auth/logout")
        ]
        told = heard + "".join(str(page) for page in pages) + running.log.read_text()
        file = (tmp_path / "home" / ".streamlit" / "secrets.toml").read_text()
    kept = re.findall(r'(?:cookie_secret|client_secret) = "([0-9a-f]+)"', file)
    assert len(kept) == 2
    assert [secret for secret in kept if secret in told] == []
