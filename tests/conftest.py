"""What the tests share: the plan, real servers and a real browser, no silent skips."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
from office import Office
from playwright.sync_api import Browser, sync_playwright

from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store

ROOT = Path(__file__).parent.parent
_database_numbers = count(1)


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan that the product ships with."""
    return Plan.load(ROOT / "data" / "plans" / "thai-binh")


def _postgres_tool(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        pytest.fail(
            f"{name} was not found in /usr/lib/postgresql/*/bin nor on the PATH: the tests run"
            " against a real PostgreSQL server. Run scripts/system_packages.sh.",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, reached by a socket in its folder."""
    initdb, pg_ctl = _postgres_tool("initdb"), _postgres_tool("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="tbdx-pg-"))  # short: it holds a socket's path
    as_postgres: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        # Into a file, not a pipe: the server would keep a pipe open.
        with (folder / "output").open("w+") as output:
            done = subprocess.run(
                [*as_postgres, *command], cwd="/", stdout=output, stderr=output, check=False
            )
            output.seek(0)
            assert done.returncode == 0, output.read()

    data = str(folder / "data")
    try:
        run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-F -c listen_addresses='' -c unix_socket_directories='{folder}'"
        run(pg_ctl, "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_database(postgres_url: str) -> str:
    """The address of an empty PostgreSQL database."""
    name = f"test_{next(_database_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return postgres_url.replace("@/postgres", f"@/{name}")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """LibreOffice with a profile of its own."""
    if not shutil.which("soffice"):
        pytest.fail("soffice was not found on the PATH. Run scripts/system_packages.sh.")
    return Office(tmp_path_factory.mktemp("office"))


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """With TBDX_NO_SKIPS=1 a skipped test is a failed one: no tool may be missing."""
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("TBDX_NO_SKIPS") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, and TBDX_NO_SKIPS=1 is set: {report.longrepr}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.fixture
def service(plan: Plan, tmp_path: Path) -> Iterator[Service]:
    """The use cases on an empty store of their own, with the illustrative reports."""
    store = Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}")
    service = Service(plan, store, ROOT / "data" / "samples")
    yield service
    service.close()


@dataclass(frozen=True)
class App:
    """A running dashboard with a store of its own."""

    url: str
    database_url: str
    log: Path


@contextmanager
def running_app(folder: Path) -> Iterator[App]:
    """The dashboard as `python -m tbdx serve` starts it, on a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = App(f"http://127.0.0.1:{port}", f"sqlite:///{folder / 'tbdx.db'}", folder / "server.log")
    command = [sys.executable, "-m", "tbdx", "serve", "--no-open", "--port", str(port)]
    environment = {**os.environ, "TBDX_DATABASE_URL": app.database_url}
    with app.log.open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_healthy(app, server)
            yield app
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(app: App, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, app.log.read_text()
        with suppress(OSError), urlopen(f"{app.url}/_stcore/health") as answer:  # noqa: S310
            if answer.read() == b"ok":
                return
        time.sleep(0.1)
    pytest.fail(f"the dashboard did not start within 30 s: {app.log.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.fail("chromium was not found on the PATH. Run scripts/system_packages.sh.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()
