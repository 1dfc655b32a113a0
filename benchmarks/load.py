"""Many sessions at once, on one process or on two behind nginx: `python -m benchmarks.load`.

The dashboard is started as a Department starts it: its store holds the illustrative reports as
real ones, people are entered, and visitors who have signed in (`benchmarks.visitors`, a process
of its own, which speaks Streamlit's protocol) each change a filter every ten seconds. A browser
does the same beside them. `--alone` leaves sign-in out, `--no-browser` the browser, and `--bare`
measures a bare page of Streamlit instead. What is printed: reruns, their percentiles, errors,
memory for each session, and what the processors were spent on.

`--processes 2` has the sessions behind nginx, and `--kill` has one of the two processes
killed (SIGKILL) in the middle and started again, while reports are accepted.
Everything listens on loopback, ends by itself, and ends only what it started. Errors of visitors,
reports that were lost, a browser or an acceptance that failed: each makes the run fail, exit code 1.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Self
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from benchmarks.databases import MissingToolError, new_postgresql_database, postgresql
from benchmarks.visitors import Run
from tbdx.access import Role
from tbdx.model import Phase
from tbdx.service import Service
from tbdx.settings import ROOT, Settings
from tbdx.store import Store
from tbdx.ui.signing import claims_of
from tbdx.workbook import write_form
from tbdx.workbook.template import Value

sys.path.append(str(ROOT / "tests"))  # nginx is set up here as the tests set it up
from conftest import App
from servers import Site, free_port, nginx

GOAL_MS, GOAL_MB = 1000, 3
PEOPLE = 200
"""How many people are entered; with more sessions some have two of them."""
_ROLES = (*3 * [Role.ANALYST], *5 * [Role.READER], *2 * [Role.AGENCY])  # in turn
_ISSUER = "https://sign-in.example"
_SIGNED_IN_FOR = 3600  # seconds
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

    `script` is what Streamlit runs instead of the product, for comparison, and `environment`
    what the process is told beside its database.
    """

    database_url: str
    folder: Path
    servers: int = 1
    script: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None
    _spent_before: float = 0.0  # by processes that were killed

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> psutil.Process:
        assert self._server is not None
        return psutil.Process(self._server.pid)

    @property
    def spent(self) -> float:
        """Seconds of a processor that it took so far."""
        return self._spent_before + _spent(self.process)

    def start(self) -> None:
        """Start it and wait until it is well."""
        command = [sys.executable, "-m"]
        if self.script:
            command += ["streamlit", "run", str(self.script), "--server.headless=true"]
            command += [f"--server.port={self.port}", "--server.fileWatcherType=none"]
        else:
            command += ["tbdx", "serve", "--no-open", "--port", str(self.port)]
        given = {"TBDX_DATABASE_URL": self.database_url, "TBDX_SERVERS": str(self.servers)}
        given |= self.environment
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
        self._spent_before = self.spent
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


class SignIn:
    """How people sign in to the dashboard that is measured, without a provider: by their cookies.

    A provider is named in the secrets and never asked: the cookies are signed here, as
    Streamlit signs them once the provider has vouched for somebody.
    """

    def __init__(self, folder: Path) -> None:
        self._secret = secrets.token_hex(32)
        self._claims: list[dict[str, object]] = []
        self._file = folder / "secrets.toml"
        self._file.touch(mode=0o600)
        given = {
            "redirect_uri": "http://localhost/oauth2callback",
            "cookie_secret": self._secret,
            "client_id": "tbdx",
            "client_secret": secrets.token_hex(8),
            "server_metadata_url": f"{_ISSUER}/.well-known/openid-configuration",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
        self._file.write_text("\n".join(["[auth]", *lines]), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What a dashboard with these secrets is started with."""
        return {"STREAMLIT_SECRETS_FILES": str(self._file)}

    def enter(self, service: Service, people: int = PEOPLE) -> None:
        """Enter an administrator and these people, and let each sign in for the first time."""
        agencies = itertools.cycle(service.plan.agencies_in(2026))
        roles = [Role.ADMINISTRATOR, *itertools.islice(itertools.cycle(_ROLES), people)]
        now = int(time.time())
        for number, role in enumerate(roles):
            name, own = f"p{number:03}", [next(agencies).id] if role is Role.AGENCY else []
            email = f"{name}@so.example"
            service.people.add(name, name, email, [role], own)
            claims: dict[str, object] = {"iss": _ISSUER, "sub": name, "name": name, "email": email}
            claims |= {"email_verified": True, "iat": now, "exp": now + _SIGNED_IN_FOR}
            service.enter(claims_of(claims, trust_emails=False))
            if role is not Role.ADMINISTRATOR:
                self._claims.append(claims)

    def cookies(self, url: str) -> list[dict[str, str]]:
        """What each of the people's browsers comes to a dashboard at this address with."""
        said = [json.dumps({**own, "origin": url, "is_logged_in": True}) for own in self._claims]
        signed = [create_signed_value(self._secret, USER_COOKIE_NAME, claims) for claims in said]
        return [{USER_COOKIE_NAME: value.decode()} for value in signed]


class Beside(ABC):
    """What goes on beside the visitors in a thread of its own, until it is stopped.

    `failure` is why it ended before that.
    """

    failure: Exception | None = None

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._try)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _try(self) -> None:
        try:
            self._go_on()
        except Exception as error:  # whatever it is, the run says so and fails
            self.failure = error

    @abstractmethod
    def _go_on(self) -> None:
        """What it does until `_stopped` is set."""


class Acceptances(Beside):
    """Reports that are accepted one after the other, one `every` so many seconds.

    `answered` are the hashes of those of which the store said that it has them.
    """

    def __init__(self, service: Service, every: float) -> None:
        super().__init__()
        self.answered: list[str] = []
        self._service, self._every = service, every

    def _go_on(self) -> None:
        agency = self._service.plan.agencies_in(2024)[0]
        while not self._stopped.wait(self._every):
            staff = 100 + len(self.answered)
            answers: dict[str, Value] = {"staff_count": staff, "trained_count": staff // 2}
            content = write_form(
                self._service.plan, agency, 2024, phase=Phase.FINAL, answers=answers
            )
            checked = self._service.check([(f"{staff}.xlsx", content)])
            self._service.accept(checked, "benchmark")
            self.answered.append(hashlib.sha256(content).hexdigest())

    def wrong(self, store: Store) -> list[str]:
        """Why nobody should believe in it: it has failed, has accepted nothing, or reports are lost."""
        lost = len(self.answered) - self.found(store)
        said = [f"acceptance failed: {self.failure!r}"] if self.failure else []
        said += [] if self.answered else ["no report was accepted"]
        return [*said, *([f"{lost} reports that were answered are lost"] if lost else [])]

    def found(self, store: Store) -> int:
        """How many of the reports that were answered a store has."""
        return len(set(self.answered) & {submission.sha256 for submission in store.submissions()})


def visit(
    url: str,
    sessions: int,
    seconds: float,
    every: float,
    *,
    authority: Path | None = None,
    cookies: Path | None = None,
    rooms: str = "",
) -> Visiting:
    """Visitors of `url`, or only of these of its `rooms`, in a process of their own.

    `cookies` is the file with what they come with.
    """
    command = [sys.executable, "-m", "benchmarks.visitors", url, "--sessions", str(sessions)]
    command += ["--seconds", str(seconds), "--every", str(every), "--rooms", rooms]
    if authority:
        command += ["--authority", str(authority)]
    if cookies:
        command += ["--cookies", str(cookies)]
    return Visiting(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))


class Visiting:
    """What the visitors' process tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.process = psutil.Process(process.pid)

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


class Browser(Beside):
    """One real browser that changes the year of the overview, and waits for the new figures.

    It comes with these `cookies`. `ms` says how long each click took.
    """

    def __init__(self, url: str, cookies: Mapping[str, str]) -> None:
        super().__init__()
        self.ms: list[float] = []
        self._url, self._cookies = url, cookies

    def _go_on(self) -> None:
        path = shutil.which("chromium")
        if not path:
            raise MissingToolError("chromium was not found on the PATH.")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
            context = chromium.new_context(ignore_https_errors=True)
            for name, value in self._cookies.items():
                context.add_cookies([{"name": name, "value": value, "url": self._url}])
            page = context.new_page()
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

    browser   milliseconds of each click, as a browser beside the visitors saw them
    memory    megabytes of the servers: before any session, warm, with all sessions, after them
    shares    of one processor, by who took it, in percent
    failures  what else than a visitor's run went wrong
    """

    sessions: int
    runs: list[Run]
    browser: list[float]
    memory: list[float]
    shares: dict[str, float]
    failures: list[str]

    @property
    def per_session(self) -> float:
        return (self.memory[2] - self.memory[1]) / self.sessions

    @property
    def errors(self) -> list[str]:
        """Everything that should not have been."""
        return [*self.failures, *(f"{run.room}: {e}" for run in self.runs for e in run.errors)]

    def table(self, *, restarted: bool = False) -> str:
        """As it is printed; of processes that were restarted without their memory."""
        changes = [run.ms for run in self.runs if run.kind == "change"]
        opened = [run.ms for run in self.runs if run.kind == "open"]
        cut = quantiles(changes, n=100, method="inclusive")
        by_room = defaultdict(list)
        for run in self.runs:
            if run.kind == "change":
                by_room[run.room].append(run.ms)
        spread = "   ".join(f"{room} {median(ms):.0f}" for room, ms in by_room.items())
        before, warm, full, after = (f"{memory:.0f}" for memory in self.memory)
        lines = [
            f"sessions {self.sessions}   reruns {len(changes)}   errors {len(self.errors)}",
            f"  rerun     p50 {cut[49]:.0f}   p95 {cut[94]:.0f}   p99 {cut[98]:.0f}   max {max(changes):.0f} ms (goal: p95 under {GOAL_MS})",
            f"            {spread} (median by page)",
            f"  opening   p50 {median(opened):.0f}   max {max(opened):.0f} ms",
        ]
        if self.browser:
            lines.append(
                f"  browser   median {median(self.browser):.0f}   max {max(self.browser):.0f} ms of {len(self.browser)} clicks until the new figures show"
            )
        if not restarted:
            lines.append(
                f"  memory    {before} MB before any session, {warm} warm, {full} with all, {after} after: {self.per_session:.2f} MB a session (goal: under {GOAL_MB})"
            )
        lines.append("  processor, in percent of one core:")
        lines += [f"    {share:4.0f}  {who}" for who, share in self.shares.items()]
        return "\n".join([*lines, *(f"  ERROR {error}" for error in sorted(set(self.errors))[:10])])


class Measurement:
    """Dashboards, what stands around them, and the visits that they are measured by.

    site      nginx before them, if any
    database  PostgreSQL's first process, if any
    sign_in   how people sign in, unless nobody does
    """

    def __init__(
        self,
        asked: argparse.Namespace,
        folder: Path,
        dashboards: Sequence[Dashboard],
        *,
        site: Site | None = None,
        database: psutil.Process | None = None,
        sign_in: SignIn | None = None,
    ) -> None:
        self._asked, self._folder, self._dashboards = asked, folder, dashboards
        self._site, self._database, self._sign_in = site, database, sign_in
        self._url = site.url if site else dashboards[0].url
        self._rooms = "overview" if asked.bare else ""

    def run(self, during: Callable[[], object] = lambda: None) -> Outcome:
        """Sessions that change filters, and a browser beside them; `during` happens in the middle."""
        asked, sessions = self._asked, self._asked.sessions
        memory = [self._memory()]
        # What all sessions share is there before any is counted.
        for warming in [self._visit(d.url, 8, 5, 1) for d in self._dashboards]:
            warming.wait_for("open")
            warming.wait_for("measured")
            warming.runs()
        memory.append(self._memory())
        visiting = self._visit(self._url, sessions, asked.seconds, asked.every)
        browser = Browser(self._url, self._cookies(self._url)[0])
        with nullcontext() if asked.bare or asked.no_browser else browser:
            visiting.wait_for("open")
            began, before = time.perf_counter(), self._spent(visiting)
            middle = threading.Timer(asked.seconds / 3, during)
            middle.start()
            visiting.wait_for("measured")
            middle.join()
            after, lasted = self._spent(visiting), time.perf_counter() - began
            memory.append(self._memory())
        runs = visiting.runs()
        memory.append(self._memory())
        shares = {who: (after[who] - before.get(who, 0)) / lasted * 100 for who in after}
        failures = [f"the browser: {browser.failure!r}"] if browser.failure else []
        return Outcome(sessions, runs, browser.ms, memory, shares, failures)

    def _cookies(self, url: str) -> list[dict[str, str]]:
        return self._sign_in.cookies(url) if self._sign_in else [{}]

    def _visit(self, url: str, sessions: int, seconds: float, every: float) -> Visiting:
        cookies = self._folder / f"{urlsplit(url).port}.json"
        cookies.touch(mode=0o600)
        cookies.write_text(json.dumps(self._cookies(url)), encoding="utf-8")
        authority = self._site.certificate if self._site and url == self._site.url else None
        return visit(
            url,
            sessions,
            seconds,
            every,
            authority=authority,
            cookies=cookies,
            rooms=self._rooms,
        )

    def _memory(self) -> float:
        return float(sum(d.process.memory_info().rss for d in self._dashboards)) / 2**20

    def _spent(self, visiting: Visiting) -> dict[str, float]:
        """Seconds of a processor that each part took so far."""
        own = psutil.Process()
        parts = {f"server {n}": d.spent for n, d in enumerate(self._dashboards, 1)}
        if self._database:
            parts["PostgreSQL"] = _spent(self._database)
        counted = {visiting.process, *(d.process for d in self._dashboards)}
        rest = [process for process in own.children() if process not in counted]
        nginx_of_ours = [process for process in rest if process.name() == "nginx"]
        if nginx_of_ours:
            parts["nginx"] = sum(map(_spent, nginx_of_ours))
        parts["visitors"] = _spent(visiting.process)
        browser = [p for p in rest if any(c.name() == "chromium" for c in p.children())]
        if browser:
            parts["browser"] = sum(map(_spent, browser))
        others = [p for p in rest if p not in (*nginx_of_ours, *browser)]
        parts["the measuring, and acceptances"] = sum(own.cpu_times()[:2]) + sum(
            map(_spent, others)
        )
        machine = psutil.cpu_times()
        busy = sum(machine[:3]) + sum(machine[5:8])  # less idle and waiting; guests are users
        parts["everything else on the machine"] = busy - sum(parts.values())
        return parts


def _spent(process: psutil.Process) -> float:
    """Seconds of a processor that a process took so far, with those that it has started."""
    family, seconds = [process, *process.children(recursive=True)], 0.0
    for one in family:
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile: its parent counts it
            seconds += sum(one.cpu_times()[:4])  # own, and of children that have ended
    return seconds


def one(asked: argparse.Namespace, folder: Path) -> list[str]:
    """One process on SQLite; with `--bare` one of a bare page. What went wrong."""
    bare, url, sign_in = None, f"sqlite:///{folder / 'tbdx.db'}", _sign_in(asked, folder)
    if asked.bare:
        bare = folder / "bare.py"
        bare.write_text(_BARE, encoding="utf-8")
    else:
        with closing(Service.open(Settings(database_url=url))) as service:
            furnish(service, sign_in)
    dashboards = [Dashboard(url, folder, script=bare, environment=_environment(sign_in))]
    with running(dashboards):
        outcome = Measurement(asked, folder, dashboards, sign_in=sign_in).run()
    name = "a bare page of Streamlit" if bare else "one process, SQLite"
    print(f"{name}, {_manner(sign_in)}\n{outcome.table()}", flush=True)
    return outcome.errors


def two(asked: argparse.Namespace, folder: Path) -> list[str]:
    """Two processes on PostgreSQL behind nginx; with `--kill` one of them is killed on the way.

    What went wrong.
    """
    sign_in = _sign_in(asked, folder)
    with postgresql() as server, ExitStack() as stack:
        url = new_postgresql_database(server)
        service = stack.enter_context(closing(Service.open(Settings(database_url=url))))
        store = stack.enter_context(closing(Store.open(url)))
        furnish(service, sign_in)
        dashboards = [
            Dashboard(url, folder, servers=2, environment=_environment(sign_in)) for _ in range(2)
        ]
        stack.enter_context(running(dashboards))
        apps = {
            letter: App(own.url, url, folder) for letter, own in zip("ab", dashboards, strict=True)
        }
        measurement = Measurement(
            asked,
            folder,
            dashboards,
            site=stack.enter_context(nginx(apps, alone=sign_in is None)),
            database=_first_process(server),
            sign_in=sign_in,
        )
        if not asked.kill:
            outcome = measurement.run()
            print(f"two processes behind nginx, PostgreSQL, {_manner(sign_in)}")
            print(outcome.table(), flush=True)
            return outcome.errors

        def kill() -> None:
            dashboards[0].kill()
            dashboards[0].start()

        with Acceptances(service, asked.reports_every) as accepting:
            outcome = measurement.run(during=kill)
        print(f"one of two processes killed and started again, {_manner(sign_in)},")
        print(f"a report accepted every {asked.reports_every:g} s\n{outcome.table(restarted=True)}")
        print(after_the_kill(outcome.runs, accepting, store), flush=True)
        return [*outcome.errors, *accepting.wrong(store)]


def furnish(service: Service, sign_in: SignIn | None) -> None:
    """Fill a store, and let people into it where they sign in."""
    fill(service)
    if sign_in:
        sign_in.enter(service)


def _sign_in(asked: argparse.Namespace, folder: Path) -> SignIn | None:
    return None if asked.alone or asked.bare else SignIn(folder)


def _environment(sign_in: SignIn | None) -> dict[str, str]:
    return sign_in.environment if sign_in else {}


def _manner(sign_in: SignIn | None) -> str:
    return f"{PEOPLE} people who have signed in" if sign_in else "nobody signs in"


def _first_process(server: str) -> psutil.Process:
    """The process of a PostgreSQL server that started all its others; by the server's address."""
    (folder,) = parse_qs(urlsplit(server).query)["host"]
    return psutil.Process(int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0]))


def after_the_kill(runs: Sequence[Run], accepting: Acceptances, store: Store) -> str:
    """What the sessions of the other process noticed, those of the killed one, and the store."""
    first = {run.visitor: run.server for run in runs if run.kind == "open"}
    lines = []
    for letter, name in (("b", "the other process"), ("a", "the killed process")):
        own = [run for run in runs if first[run.visitor] == letter]
        returns = [run for run in own if run.kind == "return"]
        errors = sum(len(run.errors) for run in own)
        sessions, lost = (len({run.visitor for run in some}) for some in (own, returns))
        longest = f", the longest after {max(r.ms for r in returns):.0f} ms" if returns else ""
        lines.append(
            f"  {name}: {sessions} sessions, {lost} connected anew{longest}, {errors} errors"
        )
    answered, found = len(accepting.answered), accepting.found(store)
    lines.append(f"  reports answered {answered}, found {found}, lost {answered - found}")
    return "\n".join([*lines, *(f"  ERROR {wrong}" for wrong in accepting.wrong(store))])


def main() -> None:
    """Measure as asked, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, help="in all; 200 for each process if not given")
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two changes")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1)
    parser.add_argument("--kill", action="store_true", help="kill one of two in the middle")
    parser.add_argument(
        "--reports-every", type=float, default=5.0, help="seconds between two acceptances"
    )
    parser.add_argument("--alone", action="store_true", help="nobody signs in")
    parser.add_argument("--no-browser", action="store_true", help="only visitors")
    parser.add_argument("--bare", action="store_true", help="a bare page, on one process")
    asked = parser.parse_args()
    processes = 2 if asked.kill else asked.processes
    if asked.bare and processes == 2:
        parser.error("--bare is measured on one process")
    asked.sessions = asked.sessions or 200 * processes
    loads = "/".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores; load average at the start {loads}", flush=True)
    with tempfile.TemporaryDirectory(prefix="tbdx-load-") as folder:
        wrong = (two if processes == 2 else one)(asked, Path(folder))
    if wrong:
        raise SystemExit(f"FAILED: {len(wrong)} errors")


if __name__ == "__main__":
    main()
