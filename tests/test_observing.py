"""The log and the metrics of a served dashboard: what they tell, and what never stands in them."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa
import yaml
from conftest import App, running_app
from furnishing import FILE_NAME, PERSON, PLACE, SAID
from playwright.sync_api import Browser, Page, expect
from prometheus_client.parser import text_string_to_metric_families
from servers import free_port, nginx
from shell import write_report
from stores import NOON, checked, fields, receive

from scripts.write_docs import observing_page
from tbdx import observing
from tbdx.model import Action, Entry, TbdxError
from tbdx.observing import logs, measures
from tbdx.observing.measures import REGISTRY
from tbdx.plan import Plan
from tbdx.settings import ROOT, VERSION
from tbdx.store import Store
from tbdx.store.tables import contact, document

_DEPLOY = ROOT / "deploy"
_ALWAYS = ("time", "level", "logger", "message")


# --- a served dashboard -----------------------------------------------------------------------


def _get(url: str, trust: ssl.SSLContext | None = None, **headers: str) -> str:
    request = Request(url, headers=headers)  # noqa: S310 (of this machine)
    with urlopen(request, context=trust, timeout=10) as answer:  # noqa: S310 (as above)
        return str(answer.read().decode())


class Watched:
    """A dashboard with its log and its metrics."""

    def __init__(self, app: App, port: int) -> None:
        self.app, self.port = app, port

    def lines(self) -> list[dict[str, Any]]:
        """The log, each line of it parsed, from the product's first one on."""
        lines = self.app.log.read_text("utf-8").splitlines()
        first = next(n for n, line in enumerate(lines) if '"message": "TBDX ' in line)
        return [json.loads(line) for line in lines[first:]]

    def values(self) -> dict[str, float]:
        """The metrics by name and labels, as in `tbdx_exports_total{kind=pack}`."""
        text = _get(f"http://127.0.0.1:{self.port}/metrics")
        return {
            sample.name + "".join(f"{{{key}={value}}}" for key, value in sample.labels.items()): (
                sample.value
            )
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A dashboard that says all it can, and for which every run is slow."""
    port, folder = free_port(), tmp_path_factory.mktemp("watched")
    told = {"metrics_port": port, "log_level": "debug", "slow_seconds": 0.0001}
    with running_app(folder, **told) as app:
        yield Watched(app, port)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def _open(page: Page, address: str) -> None:
    """Open a page and wait until it is drawn, or has failed."""
    page.goto(address)
    page.locator("h1, [data-testid=stException]").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()


@pytest.mark.browser
def test_an_upload_and_an_error_are_told_without_what_people_wrote(
    watched: Watched, page: Page, plan: Plan, tmp_path: Path
) -> None:
    """Somebody chooses, searches, sends words in a file, and meets an error that quotes an address.

    The page's number is that of the log, the metrics move, and nothing that was written is anywhere.
    """
    address = watched.app.url
    page.set_extra_http_headers({"User-Agent": f"Browser of {PERSON}"})
    _open(page, f"{address}/search?lang=en&q=Nguyen+bi+mat&{PLACE}={PERSON}")
    report = write_report(plan, tmp_path, "bao-thai-binh", difficulties=SAID, staff_count=3)
    report = report.rename(tmp_path / FILE_NAME)
    _open(page, f"{address}/upload?lang=en")
    page.locator("input[type=file]").first.set_input_files(report)
    expect(page.get_by_text("more than there can be").first).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    _spoil_the_record(watched.app)
    _open(page, f"{address}/admin?lang=en&part=record")
    shown = page.get_by_text("Something went wrong").inner_text()
    number = re.findall(r"\b[0-9a-f]{8}\b", shown)[-1]

    lines, values = watched.lines(), watched.values()
    assert all(list(line)[:4] == list(_ALWAYS) and set(line) <= set(logs.FIELDS) for line in lines)
    assert all(datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0) for line in lines)
    (error,) = [line for line in lines if "reference" in line]
    assert (error["reference"], error["level"], error["page"]) == (number, "error", "admin")
    assert error["traceback"].startswith("ValueError\n")
    assert "tbdx/store/record.py" in error["traceback"]
    slow = [line for line in lines if line["message"] == "slow rerun"]
    assert {"search", "upload", "admin"} <= {line["page"] for line in slow}
    assert all(line["seconds"] >= line["store_seconds"] > 0 for line in slow)
    assert {line["level"] for line in slow} == {"warning"}
    (asked,) = [line for line in slow if line["page"] == "search"]
    assert (asked["language"], asked["revision"]) == ("en", 0)
    assert "lang" in asked["choices"]
    assert {"tbdx", "uvicorn.error"} <= {line["logger"] for line in lines}, "libraries speak, too"
    assert len(lines) == watched.app.log.read_text("utf-8").count("\n"), "from the very first on"

    assert values["tbdx_rerun_seconds_count{page=upload}"] >= 1
    assert values["tbdx_rerun_seconds_count{page=search}"] == 1
    assert values["tbdx_slow_reruns_total{page=search}"] == 1
    assert values["tbdx_unexpected_errors_total"] == 1
    assert values["tbdx_record_entries_total{action=checked}"] == 1
    assert values["tbdx_record_entries_total{action=accepted}"] == 0, "illustrative ones are none"
    assert values["tbdx_reading_seconds_count{outcome=read}"] >= 1
    assert values["tbdx_log_lines_total{level=error}"] == 1
    assert values["tbdx_store_seconds_count"] > 10
    assert values["process_resident_memory_bytes"] > 1e7

    written = watched.app.log.read_text("utf-8") + str(values)
    hidden = (PERSON, *PERSON.split(), PLACE, SAID, FILE_NAME, "bi mat", "bi+mat", "Browser of")
    assert [word for word in hidden if word in written] == []
    own = [line for line in lines if not line["message"].startswith("metrics on port")]
    assert "127.0.0.1" not in json.dumps(own), "whose browser it was"


def _spoil_the_record(app: App) -> None:
    """An entry as no program writes it, so that reading it fails with words in the error."""
    path = app.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=10)) as database, database:
        database.execute(
            "INSERT INTO record (number, at, actor, action, subject, agency, before, after, previous, hash)"
            " SELECT max(number) + 1, '2026-01-01 00:00:00', 'An', ?, '', '', '', '', '', '' FROM record",
            (f"{PERSON} {PLACE}",),
        )


def test_metrics_are_answered_on_loopback_alone(watched: Watched) -> None:
    """The port of the metrics is open at 127.0.0.1 and at no other address of this machine."""
    with socket.create_connection(("127.0.0.1", watched.port), timeout=5):
        pass
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", watched.port), timeout=5)


def test_a_port_in_use_stops_no_dashboard(watched: Watched, tmp_path: Path) -> None:
    """A second process with the port of the first says so in its log, and serves."""
    with running_app(tmp_path, metrics_port=watched.port) as other:
        assert _get(f"{other.url}/_stcore/health") == "ok"
        said = Watched(other, watched.port).lines()
    (error,) = [line for line in said if line["level"] == "error"]
    assert str(watched.port) in error["message"]
    assert "no metrics" in error["message"]


@contextmanager
def _by_hand(script: Path, log: Path, **settings: object) -> Iterator[str]:
    """`streamlit run` on a free port, as somebody types it in the product's folder; its address."""
    port = free_port()
    given = {f"TBDX_{name.upper()}": str(value) for name, value in settings.items()}
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"),
        *("--server.headless=true", "--server.fileWatcherType=none"),
    ]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **given}, stdout=subprocess.DEVNULL, stderr=output
        )
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.mark.browser
def test_streamlit_by_hand_logs_the_same(page: Page, tmp_path: Path) -> None:
    """`streamlit run app.py` has the log and the metrics from the first visit on."""
    metrics, log = free_port(), tmp_path / "log"
    told = {"metrics_port": metrics, "slow_seconds": 0.0001}
    store = f"sqlite:///{tmp_path}/tbdx.db"
    watched = Watched(App("", "", log), metrics)
    with _by_hand(ROOT / "app.py", log, database_url=store, **told) as address:
        _open(page, f"{address}/overview")
        assert watched.values()["tbdx_rerun_seconds_count{page=overview}"] >= 1
    assert "slow rerun" in [line["message"] for line in watched.lines()]


@pytest.mark.browser
def test_an_error_that_only_streamlit_catches_is_told_the_same(page: Page, tmp_path: Path) -> None:
    """What fails outside the frame, as in a button's callback, is a line without words, too."""
    script, log = tmp_path / "script.py", tmp_path / "log"
    script.write_text(
        "import os\n"
        "from tbdx import observing\n"
        "from tbdx.settings import Settings\n"
        "observing.start(Settings(), lambda: 0)\n"
        "raise ValueError(os.environ['TBDX_WORDS'])\n",
        encoding="utf-8",
    )
    with _by_hand(script, log, words=PLACE) as address:
        _open(page, address)
    *_, error = Watched(App("", "", log), 0).lines()
    assert (error["message"], error["level"]) == ("Uncaught app execution", "error")
    assert error["traceback"].startswith("ValueError\n")
    assert PLACE not in log.read_text("utf-8")


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    pytest.fail("streamlit did not start within 30 s")


# --- what a line says -------------------------------------------------------------------------


def _record(name: str, message: object, *values: object, **extra: object) -> logging.LogRecord:
    logger = logging.getLogger(name)
    return logger.makeRecord(name, logging.ERROR, "", 0, message, values, None, extra=extra)


@pytest.mark.parametrize(
    ("message", "values", "said"),
    [
        ("Port %s is taken", (8501,), "Port 8501 is taken"),
        ("Error during authentication: %s.", ("An Nguyen",), "Error during authentication: …."),
        ('%s - "WebSocket %s" %d', ("10.0.0.7", "/?q=a", 403), '… - "WebSocket …" 403'),
        ("%(who)s: %(count)d", ({"who": "An", "count": 3},), "…: 3"),
        ("Task failed\nfuture: <Task exception=KeyError('An')>", (), "Task failed"),
        ("took %d", ("An",), "took %d"),
        (ValueError("An"), (), "ValueError"),
    ],
)
def test_of_libraries_there_is_what_their_authors_wrote(
    message: object, values: tuple[object, ...], said: str
) -> None:
    """Texts that are filled into a library's message are left out, numbers stay."""
    facts = logs.facts(_record("streamlit.web", message, *values, color_message="An"))
    assert facts["message"] == said
    assert "An" not in json.dumps(facts)


def test_the_products_own_messages_are_whole() -> None:
    """What the product says of itself is filled in, with the facts that it adds."""
    facts = logs.facts(_record("tbdx", "unexpected error %s", "3f9c12ab", reference="3f9c12ab"))
    assert (facts["message"], facts["reference"]) == ("unexpected error 3f9c12ab", "3f9c12ab")


def _raised(work: Any) -> BaseException:
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_exception_is_its_type_and_place_never_its_words() -> None:
    """Neither an exception's message nor that of the one behind it is said; codes and names are."""

    def inner() -> None:
        raise KeyError(SAID)

    def outer() -> None:
        try:
            inner()
        except KeyError as error:
            raise TbdxError("year-closed", by=PERSON) from error

    told = logs.trace(_raised(outer))
    assert told.startswith("tbdx.model.TbdxError (year-closed)\n  tests/test_observing.py:")
    assert "\nfrom\nKeyError\n" in told
    assert PERSON not in told
    assert SAID not in told
    assert str(ROOT) not in told, "nor whose folder the program is in"
    missing = _raised(lambda: Path(PERSON, FILE_NAME).read_bytes())
    assert logs.trace(missing).startswith("FileNotFoundError (ENOENT)\n")
    assert FILE_NAME not in logs.trace(missing)
    group = ExceptionGroup(SAID, [ValueError(PERSON), OSError(28, PERSON)])
    assert logs.trace(group) == "ExceptionGroup\nof\nValueError\nof\nOSError (ENOSPC)"


def test_the_databases_errors_hold_no_values(store: Store, database: sa.Engine) -> None:
    """An address and an agency's words as parameters of a statement that fails stay out of its error."""
    receive(store, [checked(*fields(difficulties=SAID), content=b"1")], NOON)
    store.set_contact("bao", PLACE, NOON, "Ann")
    row = {"sha256": "x" * 64, "file_name": SAID, "content": b"", "size": None, "received_at": NOON}
    for statement in (
        sa.insert(contact).values(agency="bao", email=PLACE),
        sa.insert(document).values(row),
    ):
        with store._database.engine.connect() as connection:  # as the store's own statements
            error = _raised(lambda: connection.execute(statement))  # noqa: B023 (at once)
        assert isinstance(error, sa.exc.IntegrityError)
        assert PLACE not in str(error).partition("DETAIL")[0]
        told = json.dumps(logs.trace(error), ensure_ascii=False)
        assert re.search(r"\((23\d{3}|SQLITE_CONSTRAINT_\w+)\)", told), "the database's own code"
        assert [word for word in (PLACE, PERSON, SAID) if word in told] == []


def test_a_run_marks_what_is_logged_in_it() -> None:
    """Page, language, person and revision stand on each line of a run, and on none after it."""
    before = REGISTRY.get_sample_value("tbdx_rerun_seconds_count", {"page": "made-up"}) or 0
    with observing.rerun("made-up", language="vi") as run:
        observing.at_page("made-up", "an.nguyen")
        observing.at_revision(7)
        with observing.asking():
            pass
        inside = logs.facts(_record("streamlit", "x"))
    outside = logs.facts(_record("tbdx", "x"))
    wanted = {"page": "made-up", "language": "vi", "user": "an.nguyen", "revision": 7}
    assert {name: inside[name] for name in wanted} == wanted
    assert inside["rerun"] == run.id
    assert re.fullmatch("[0-9a-f]{8}", run.id)
    assert run.store_seconds > 0
    assert set(outside) == set(_ALWAYS)
    after = REGISTRY.get_sample_value("tbdx_rerun_seconds_count", {"page": "made-up"})
    assert after == before + 1


def test_a_known_error_is_counted_by_its_code() -> None:
    """What a page says in words is counted, too, under the code alone."""
    before = REGISTRY.get_sample_value("tbdx_known_errors_total", {"code": "year-closed"}) or 0
    observing.known("year-closed")
    after = REGISTRY.get_sample_value("tbdx_known_errors_total", {"code": "year-closed"})
    assert after == before + 1


_A_PROCESS = f"""
import logging, sys, threading, warnings
from tbdx import observing
from tbdx.settings import Settings

for _ in range(2):
    observing.start(Settings(log="json"), lambda: 0, whole=True)
early = logging.getLogger("some.library")
early.propagate = False
early.error("of %s", {PERSON!r})
early.addHandler(logging.StreamHandler())
early.error("of %s", {PERSON!r})
early.info("no more than a word")
warnings.warn({SAID!r})

def fail():
    raise ValueError({SAID!r})

class Last:
    def __del__(self):
        fail()

thread = threading.Thread(target=fail)
thread.start()
thread.join()
Last()
logging.getLogger("tbdx").error("%d", {PERSON!r})
fail()
"""


def test_whatever_happens_in_a_process_has_one_form() -> None:
    """Loggers with and without handlers, warnings, threads that fail, the process's own end: JSON, and no words."""
    done = subprocess.run(
        [sys.executable, "-c", _A_PROCESS], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")
    lines = [json.loads(line) for line in done.stderr.decode().splitlines()]
    assert [(line["logger"], line["message"].partition(" at ")[0]) for line in lines] == [
        ("tbdx", f"TBDX {VERSION} begins"),
        ("some.library", "of …"),
        ("some.library", "of …"),
        ("tbdx", "UserWarning"),
        ("tbdx", "a thread ended by an exception"),
        ("tbdx", "an exception could not be raised"),
        ("tbdx", "the process ends by an exception"),
    ], "each once; and what cannot be written is left out, not shown"
    assert [line["traceback"].splitlines()[0] for line in lines[-3:]] == ["ValueError"] * 3
    assert [word for word in (PERSON, SAID) if word in done.stderr.decode()] == []


def test_on_a_terminal_a_line_is_for_people() -> None:
    """Text has the same facts in the same order, and the traceback below."""
    record = _record("tbdx", "known error", code="year-closed")
    line = logs._Lines().format(record)
    assert re.fullmatch(r"\S+\+00:00 error tbdx known error code=year-closed", line)
    record.exc_info = (ValueError, ValueError(SAID), None)
    assert logs._Lines().format(record) == f"{line}\nValueError"


# --- what is counted --------------------------------------------------------------------------


def _recorded(action: Action) -> float:
    return REGISTRY.get_sample_value("tbdx_record_entries_total", {"action": action.value}) or 0


def test_only_what_was_stored_is_counted(store: Store) -> None:
    """Entries count once they are committed: not those of a change that was refused, nor samples."""
    before = _recorded(Action.RECEIVED), _recorded(Action.ACCEPTED)
    file = checked(*fields(), content=b"1")
    store.close_year(2024, NOON, "Ann", "")
    with pytest.raises(TbdxError, match="year-closed"):
        receive(store, [checked(*fields(year=2024), content=b"2")], NOON)
    with observing.aside():
        receive(store, [checked(*fields("dai"), content=b"3")], NOON)
    receive(store, [file], NOON)
    assert (_recorded(Action.RECEIVED), _recorded(Action.ACCEPTED)) == (
        before[0] + 1,
        before[1] + 1,
    )


def test_exports_are_counted_by_kind_not_by_what_was_exported() -> None:
    """A label is one of a few words, whatever number or name follows in the record."""
    entries = [
        Entry(1, NOON, "An", Action.EXPORTED, subject, "", None, "", "", "", "")
        for subject in ("export:original/17", f"export:original/{PERSON}", "export:pack")
    ]
    observing.recorded(entries)
    kinds = {
        sample.labels["kind"]
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "tbdx_exports_total"
    }
    assert {"original", "pack"} <= kinds
    assert all(re.fullmatch("[a-z-]+", kind) for kind in kinds)


def test_a_store_that_goes_away_is_seen_without_visitors(caplog: pytest.LogCaptureFixture) -> None:
    """The gauge falls at the first failed look and rises again; the log hears of each once."""
    answers = iter([3, 0, 0, 4])

    def glance() -> int:
        if number := next(answers):
            return number
        raise TbdxError("store-unavailable", url="", reason="")

    watch = measures._Watch(glance)
    seen = [watch.reachable()]
    with caplog.at_level(logging.INFO, "tbdx"):
        for _ in range(4):
            watch.look()
            seen.append(watch.reachable())
    assert seen == [0, 1, 0, 0, 1]
    assert REGISTRY.get_sample_value("tbdx_revision") == 4
    assert [record.message for record in caplog.records] == [
        "the store does not answer",
        "the store answers again",
    ]


# --- nginx ------------------------------------------------------------------------------------


def test_nginx_keeps_no_query_and_no_file(tmp_path: Path) -> None:
    """Its log has address, time, page, status and size; nothing that was searched for or sent."""
    dead = {n: App(f"http://127.0.0.1:{free_port()}", "", tmp_path) for n in ("a", "b")}
    asked = (
        "/search?q=bi-mat",
        "/_stcore/upload_file/SESSION/FILE",
        "/media/0a1b.xlsx?title=bi-mat",
    )
    with nginx(dead) as site:
        for path in asked:
            headers = {"Referer": f"{site.url}/?q=bi-mat", "User-Agent": "An"}
            with pytest.raises(HTTPError, match="502"):
                _get(site.url + path, site.trust(), **headers)
        lines = _lines_of(site.kept, len(asked))
    form = r'127\.0\.0\.1 \[[\d:T+-]+\] GET (\S+) 502 \d+ \d+\.\d+ "[^"]+"'
    found = [re.fullmatch(form, line) for line in lines]
    assert [match and match[1] for match in found] == [
        "/search",
        "/_stcore/upload_file/",
        "/media/",
    ]


def _lines_of(log: Path, count: int) -> list[str]:
    """A log's lines, once there are as many: nginx writes after it has answered."""
    for _ in range(100):
        if len(lines := log.read_text("utf-8").splitlines()) >= count:
            return lines
        time.sleep(0.05)
    pytest.fail(f"fewer than {count} lines within 5 s")


# --- what is written about it -----------------------------------------------------------------


def test_every_field_and_metric_is_documented() -> None:
    """The tables of docs/observing.md are those of the code."""
    page = (ROOT / "docs" / "observing.md").read_text(encoding="utf-8")
    assert page == observing_page(), "run `make docs`"
    assert all(f"| `{name}` |" in page for name in logs.FIELDS)
    assert page.count("| `tbdx_") == sum(f.name.startswith("tbdx_") for f in REGISTRY.collect())


def test_alerts_ask_for_metrics_that_there_are() -> None:
    """Each name in a rule of deploy/prometheus is a metric of the product, of its process or of Prometheus."""
    rules = yaml.safe_load((_DEPLOY / "prometheus" / "tbdx-rules.yml").read_text("utf-8"))
    asked = {
        name
        for group in rules["groups"]
        for rule in group["rules"]
        for name in re.findall(r"\b(?:tbdx|process)_\w+", rule["expr"])
    }
    families = {family.name: family.type for family in REGISTRY.collect()}
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    known = {name + ending for name, kind in families.items() for ending in endings.get(kind, ())}
    assert len(asked) >= 6
    assert asked - known == set()


def test_prometheus_asks_where_the_units_answer() -> None:
    """The example asks at the ports that the systemd units set, and Streamlit at the processes' own."""
    config = yaml.safe_load((_DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]
    }
    unit = (_DEPLOY / "systemd" / "tbdx@.service").read_text("utf-8")
    template = re.findall(r"TBDX_METRICS_PORT=(\S+)", unit)[0]
    assert targets["tbdx"] == [f"127.0.0.1:{template.replace('%i', p)}" for p in ("8501", "8502")]
    assert targets["tbdx-sessions"] == ["127.0.0.1:8501", "127.0.0.1:8502"]
