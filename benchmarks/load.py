"""Many sessions at once, on one process or on two behind nginx: `python -m benchmarks.load`.

The dashboard is started as an office starts it, its store is filled with the illustrative
reports as real ones, and visitors who speak Streamlit's protocol (`benchmarks.visitors`, a process
of its own) each change a filter every ten seconds. A browser does the same beside them. What is
printed: reruns, their percentiles, errors, memory for each session beside that of a bare page
of Streamlit, the share of a processor that each part took.

`--processes 2` has twice as many sessions behind nginx, and `--kill` has one of the two processes
killed (SIGKILL) in the middle and started again, while reports are accepted every second.
Everything listens on loopback, ends by itself, and ends only what it started.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright

from benchmarks.databases import MissingToolError, new_postgresql_database, postgresql
from benchmarks.visitors import Run
from tbdx.model import Phase
from tbdx.service import Service
from tbdx.settings import ROOT, Settings
from tbdx.store import Store
from tbdx.workbook import write_form
from tbdx.workbook.template import Value

sys.path.append(str(ROOT / "tests"))  # nginx is set up here as the tests set it up
from conftest import App
from servers import Site, free_port, nginx

GOAL_MS, GOAL_MB = 1000, 3
_BARE = """import streamlit as st
year = st.selectbox("Year", ["2024", "2025", "2026"], key="pick-year")
st.query_params["year"] = year
st.header(year)
for number in range(6):
    st.metric(str(number), "66,7%")
"""


@dataclass
class Dashboard:
    """One server process, which can be killed and started again on its port.

    `script` is what Streamlit runs instead of the product, for comparison.
    """

    database_url: str
    folder: Path
    servers: int = 1
    script: Path | None = None
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> psutil.Process:
        assert self._server is not None
        return psutil.Process(self._server.pid)

    def start(self) -> None:
        """Start it and wait until it is well."""
        command = [sys.executable, "-m"]
        if self.script:
            command += ["streamlit", "run", str(self.script), "--server.headless=true"]
            command += [f"--server.port={self.port}", "--server.fileWatcherType=none"]
        else:
            command += ["tbdx", "serve", "--no-open", "--port", str(self.port)]
        given = {"TBDX_DATABASE_URL": self.database_url, "TBDX_SERVERS": str(self.servers)}
        with (self.folder / f"{self.port}.log").open("ab") as log:
            self._server = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **given}, stdout=log, stderr=log
            )
        for _ in range(600):
            assert self._server.poll() is None, (self.folder / f"{self.port}.log").read_text()
            with suppress(OSError), urlopen(f"{self.url}/_stcore/health") as answer:  # noqa: S310 (our own server)
                if answer.read() == b"ok":
                    return
            time.sleep(0.1)
        raise TimeoutError(f"{self.url} did not start within 60 s")

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    def stop(self) -> None:
        """End it in order, if it still runs."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=20)


@contextmanager
def running(dashboards: Sequence[Dashboard]) -> Iterator[None]:
    """These processes, one started after the other."""
    try:
        for dashboard in dashboards:
            dashboard.start()
        yield
    finally:
        for dashboard in dashboards:
            dashboard.stop()


def fill(service: Service) -> None:
    """Put the illustrative reports into a store as if they were real."""
    paths = sorted(Settings().samples.glob("*.xlsx"))
    checked = service.check([(path.name, path.read_bytes()) for path in paths])
    service.accept([file for file in checked if file.acceptable], "benchmark")


class Acceptances:
    """Reports that are accepted one after the other, each second one, until they are stopped.

    `answered` are the hashes of those of which the store said that it has them.
    """

    def __init__(self, service: Service) -> None:
        self.answered: list[str] = []
        self._service, self._stopped = service, threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> Acceptances:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _go_on(self) -> None:
        agency = self._service.plan.agencies_in(2024)[0]
        while not self._stopped.wait(1.0):
            staff = 100 + len(self.answered)
            answers: dict[str, Value] = {"staff_count": staff, "trained_count": staff // 2}
            content = write_form(
                self._service.plan, agency, 2024, phase=Phase.FINAL, answers=answers
            )
            checked = self._service.check([(f"{staff}.xlsx", content)])
            self._service.accept(checked, "benchmark")
            self.answered.append(hashlib.sha256(content).hexdigest())

    def lost(self, store: Store) -> int:
        """How many of the reports that were answered a store does not have."""
        return len(set(self.answered) - {submission.sha256 for submission in store.submissions()})


def visit(
    url: str, sessions: int, seconds: float, every: float, site: Site | None, rooms: str = ""
) -> Visiting:
    """Visitors of `url`, or only of these of its `rooms`, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.visitors", url, "--sessions", str(sessions)]
    command += ["--seconds", str(seconds), "--every", str(every), "--rooms", rooms]
    if site:
        command += ["--authority", str(site.certificate)]
    return Visiting(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))


class Visiting:
    """What the visitors' process tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.parts = {"visitors": [psutil.Process(process.pid)]}

    def wait_for(self, what: str) -> None:
        """Until all sessions are "open", or "measured"."""
        assert json.loads(self._line()) == {"all": what}

    def runs(self) -> list[Run]:
        """Everything that they saw, once all have left."""
        told = json.loads(self._line())
        self._process.wait()
        return [Run(**run) for run in told["runs"]]

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the visitors ended before their time"
        return line


class Browser:
    """One real browser that changes the year of the overview, and waits for the new figures."""

    def __init__(self, url: str) -> None:
        self.ms: list[float] = []
        self._url, self._stopped = url, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Browser:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        path = shutil.which("chromium")
        if not path:
            raise MissingToolError("chromium was not found on the PATH.")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
            page = chromium.new_context(ignore_https_errors=True).new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{self._url}/overview?lang=vi&year=2024")
            year = page.get_by_role("combobox", name="Năm")
            year.wait_for()
            for number in itertools.count():
                if self._stopped.wait(3.0):
                    break
                chosen = ("2025", "2024")[number % 2]
                year.click()
                option = page.get_by_role("option", name=re.compile(chosen))
                option.wait_for()
                began = time.perf_counter()
                option.click()
                page.get_by_role("heading", name=re.compile(chosen)).wait_for()
                self.ms.append((time.perf_counter() - began) * 1000)
            chromium.close()


@dataclass
class Outcome:
    """What one measurement gave.

    memory   megabytes of the servers: before any session, warm, with all sessions, after them
    shares   of one processor, by who took it, in percent
    """

    sessions: int
    runs: list[Run]
    browser: list[float]
    memory: list[float]
    shares: dict[str, float]

    @property
    def per_session(self) -> float:
        return (self.memory[2] - self.memory[1]) / self.sessions

    def table(self, *, restarted: bool = False) -> str:
        """As it is printed; of processes that were restarted without what is counted over time."""
        changes = [run.ms for run in self.runs if run.kind == "change"]
        opened = [run.ms for run in self.runs if run.kind == "open"]
        errors = [f"{run.room}: {error}" for run in self.runs for error in run.errors]
        cut = quantiles(changes, n=100)
        by_room = defaultdict(list)
        for run in self.runs:
            if run.kind == "change":
                by_room[run.room].append(run.ms)
        spread = "   ".join(f"{room} {median(ms):.0f}" for room, ms in by_room.items())
        shares = "   ".join(f"{who} {share:.0f}%" for who, share in self.shares.items())
        before, warm, full, after = (f"{memory:.0f}" for memory in self.memory)
        lines = [
            f"sessions {self.sessions}   reruns {len(changes)}   errors {len(errors)}",
            f"  rerun     p50 {cut[49]:.0f}   p95 {cut[94]:.0f}   p99 {cut[98]:.0f}   max {max(changes):.0f} ms (goal: p95 under {GOAL_MS})",
            f"            {spread} (median by page)",
            f"  opening   p50 {median(opened):.0f}   max {max(opened):.0f} ms",
        ]
        if not restarted:
            lines += [
                f"  memory    {before} MB before any session, {warm} warm, {full} with all, {after} after: {self.per_session:.2f} MB a session (goal: under {GOAL_MB})",
                f"  processor {shares}",
            ]
        if self.browser:
            lines.append(
                f"  browser   median {median(self.browser):.0f}   max {max(self.browser):.0f} ms of {len(self.browser)} clicks until the new figures show"
            )
        return "\n".join([*lines, *(f"  ERROR {error}" for error in sorted(set(errors))[:10])])


def measure(
    dashboards: Sequence[Dashboard],
    asked: argparse.Namespace,
    *,
    site: Site | None = None,
    during: Callable[[], object] = lambda: None,
    rooms: str = "",
) -> Outcome:
    """Sessions that change filters, a browser beside them unless it is some `rooms` only.

    `during` happens in the middle of it.
    """
    url, sessions = (site.url if site else dashboards[0].url), asked.sessions * len(dashboards)
    memory = [_memory(dashboards)]
    for dashboard in dashboards:  # what all sessions share is there before any is counted
        warming = visit(dashboard.url, 8, 10, 1, None, rooms)
        warming.wait_for("open")
        warming.wait_for("measured")
        warming.runs()
    memory.append(_memory(dashboards))
    visiting = visit(url, sessions, asked.seconds, asked.every, site, rooms)
    beside = Browser(url)
    with nullcontext() if rooms else beside:
        visiting.wait_for("open")
        began, before = time.perf_counter(), _processor(dashboards, visiting)
        middle = threading.Timer(asked.seconds / 3, during)
        middle.start()
        visiting.wait_for("measured")
        middle.join()
        after, lasted = _processor(dashboards, visiting), time.perf_counter() - began
        memory.append(_memory(dashboards))
    runs = visiting.runs()
    memory.append(_memory(dashboards))
    shares = {who: (after[who] - before.get(who, 0)) / lasted * 100 for who in after}
    return Outcome(sessions, runs, beside.ms, memory, shares)


def _memory(dashboards: Sequence[Dashboard]) -> float:
    return float(sum(d.process.memory_info().rss for d in dashboards)) / 2**20


def _processor(dashboards: Sequence[Dashboard], visiting: Visiting) -> dict[str, float]:
    """Seconds of a processor that each part took so far."""
    own = psutil.Process().children(recursive=True)
    nginx_of_ours = [process for process in own if process.name() == "nginx"]
    parts = {
        **{f"server {n}": [d.process] for n, d in enumerate(dashboards, 1)},
        **visiting.parts,
        **({"nginx": nginx_of_ours} if nginx_of_ours else {}),
    }
    return {who: sum(sum(p.cpu_times()[:2]) for p in them) for who, them in parts.items()}


def one(asked: argparse.Namespace, folder: Path) -> None:
    """One process on SQLite, after a bare page of Streamlit as the reference."""
    bare = folder / "bare.py"
    bare.write_text(_BARE, encoding="utf-8")
    url = f"sqlite:///{folder / 'tbdx.db'}"
    service = Service.open(Settings(database_url=url))
    fill(service)
    service.close()
    dashboards = [Dashboard(url, folder)]
    with running(dashboards):
        print("one process, SQLite\n" + measure(dashboards, asked).table(), flush=True)
    reference = [Dashboard(url, folder, script=bare)]
    with running(reference):
        outcome = measure(reference, asked, rooms="overview")
        print("reference: a bare page of Streamlit\n" + outcome.table(), flush=True)


def two(asked: argparse.Namespace, folder: Path) -> None:
    """Two processes on PostgreSQL behind nginx; with `--kill` one of them is killed on the way."""
    with postgresql() as server, ExitStack() as stack:
        url = new_postgresql_database(server)
        service = Service.open(Settings(database_url=url))
        stack.callback(service.close)
        store = Store.open(url)
        stack.callback(store.close)
        fill(service)
        dashboards = [Dashboard(url, folder, servers=2) for _ in range(2)]
        stack.enter_context(running(dashboards))
        apps = {
            letter: App(own.url, url, folder) for letter, own in zip("ab", dashboards, strict=True)
        }
        site = stack.enter_context(nginx(apps, alone=True))
        if not asked.kill:
            outcome = measure(dashboards, asked, site=site)
            print("two processes behind nginx, PostgreSQL\n" + outcome.table(), flush=True)
            return

        def kill() -> None:
            dashboards[0].kill()
            dashboards[0].start()

        with Acceptances(service) as accepting:
            outcome = measure(dashboards, asked, site=site, during=kill)
        print("one of two processes killed and started again, a report accepted every second")
        print(outcome.table(restarted=True))
        print(after_the_kill(outcome.runs, accepting, store), flush=True)


def after_the_kill(runs: Sequence[Run], accepting: Acceptances, store: Store) -> str:
    """What the sessions of the other process noticed, those of the killed one, and the store."""
    first = {run.visitor: run.server for run in runs if run.kind == "open"}
    lines = []
    for letter, name in (("b", "the other process"), ("a", "the killed process")):
        own = [run for run in runs if first[run.visitor] == letter]
        lost = {run.visitor for run in own if run.kind == "return"}
        errors = sum(len(run.errors) for run in own)
        sessions = len({run.visitor for run in own})
        lines.append(f"  {name}: {sessions} sessions, {len(lost)} connected anew, {errors} errors")
    lines.append(f"  reports answered {len(accepting.answered)}, lost {accepting.lost(store)}")
    return "\n".join(lines)


def main() -> None:
    """Measure as asked, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=200, help="of each process")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two changes")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1)
    parser.add_argument("--kill", action="store_true", help="kill one of two in the middle")
    asked = parser.parse_args()
    loads = "/".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores; load average at the start {loads}", flush=True)
    with tempfile.TemporaryDirectory(prefix="tbdx-load-") as folder:
        (two if asked.kill or asked.processes == 2 else one)(asked, Path(folder))


if __name__ == "__main__":
    main()
