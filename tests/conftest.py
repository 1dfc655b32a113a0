"""What the tests share: the plan, real servers and a real browser, no silent skips."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
import streamlit as st
from office import Office
from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.databases import (
    MissingToolError,
    engine_for,
    new_postgresql_database,
    postgresql,
)
from tbdx import serving
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store

ROOT = Path(__file__).parent.parent
expect.set_options(timeout=20_000)  # a cold server on a busy machine; what is there is seen at once


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What pages keep by the store's revision, and how they are served; another test has its own."""
    st.cache_resource.clear()
    serving.at_start.cache_clear()


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan that the product ships with."""
    return Plan.load(ROOT / "data" / "plans" / "thai-binh")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, reached by a socket in its folder."""
    try:
        with postgresql() as url:
            yield url
    except MissingToolError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def postgres_database(postgres_url: str) -> str:
    """The address of an empty PostgreSQL database."""
    return new_postgresql_database(postgres_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_database"))
    return f"sqlite:///{tmp_path}/kho dữ liệu/tbdx.sqlite"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def database(url: str, store: Store) -> Iterator[sa.Engine]:
    """The same database, reached past the store."""
    engine = engine_for(url)
    yield engine
    engine.dispose()


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
    pid: int = 0


@contextmanager
def running_app(folder: Path, **settings: object) -> Iterator[App]:
    """The dashboard as `python -m tbdx serve` starts it, on a free loopback port.

    `settings` are those of docs/settings.md, without TBDX_ and in small letters.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_app_at(port, folder, settings) as app:
        yield app


@contextmanager
def running_app_at(port: int, folder: Path, settings: Mapping[str, object]) -> Iterator[App]:
    """As `running_app`, on a port that is known before: a provider sends people back to it."""
    app = App(f"http://127.0.0.1:{port}", f"sqlite:///{folder / 'tbdx.db'}", folder / "server.log")
    command = [sys.executable, "-m", "tbdx", "serve", "--no-open", "--port", str(port)]
    given = {f"TBDX_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "TBDX_DATABASE_URL": app.database_url, **given}
    with app.log.open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_healthy(app, server)
            yield replace(app, pid=server.pid)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(app: App, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, app.log.read_text()
        with suppress(OSError), urlopen(f"{app.url}/_stcore/health") as answer:  # noqa: S310 (our own server)
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
