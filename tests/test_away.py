"""The database is away for a while: what is shown, what is refused, how it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from bureau import ANN, BAO, DAI, ESTIMATE, WHY, YES, Bureau
from outages import Outage, Proxy, file_of, held, pass_the_pause
from streamlit.testing.v1 import AppTest

from benchmarks.databases import engine_for, postgresql
from tbdx.model import Action, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.store import Store, patience
from tbdx.store.absence import PAUSE_SECONDS, Absence, absence_of
from tbdx.store.keeping import move
from tbdx.ui import shell

ROOT = Path(__file__).parent.parent
KINDS = ("file moved", "folder moved", "refused", "cut and refused", "swallowed")


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    proxy = Proxy(postgres_url.partition("host=")[2])
    yield proxy
    proxy.close()


def through(proxy: Proxy, database: str) -> str:
    """The address of a database by way of the proxy."""
    name = database.partition("@/")[2].partition("?")[0]
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may be silent for a moment only."""
    monkeypatch.setattr(patience, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(patience, "PING_SECONDS", 0.5)
    monkeypatch.setattr(patience, "CONNECT_SECONDS", 2)  # the driver's least


@pytest.fixture(params=KINDS)
def outage(request: pytest.FixtureRequest, tmp_path: Path, impatient: None) -> Outage:
    """A store that can be taken away and given back, in every way that there is."""
    if request.param in ("file moved", "folder moved"):
        url = f"sqlite:///{tmp_path}/kho dữ liệu/tbdx.sqlite"
        place = file_of(url) if request.param == "file moved" else file_of(url).parent
        elsewhere = place.with_name("elsewhere")
        return Outage(url, url, lambda: place.rename(elsewhere), lambda: elsewhere.rename(place))
    proxy: Proxy = request.getfixturevalue("proxy")
    database: str = request.getfixturevalue("postgres_database")

    def end_all() -> None:
        engine = engine_for(database)
        with engine.connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()
        proxy.refuse()

    begin = {"refused": proxy.refuse, "cut and refused": end_all, "swallowed": proxy.swallow}
    return Outage(through(proxy, database), database, begin[request.param], proxy.heal)


@pytest.fixture
def bureau(plan: Plan, outage: Outage) -> Iterator[Bureau]:
    """A desk with one report, whose store can be taken away."""
    desk = Bureau(Service(plan, Store.open(outage.url), None, lambda: desk.now, user="sở"))
    desk.send(BAO, on_digital_platforms=YES)
    yield desk
    desk.service.close()


def test_known_figures_stay_and_nothing_is_written(
    bureau: Bureau, outage: Outage, plan: Plan
) -> None:
    """While the store is away, what was read is shown, and whatever would write is refused.

    Once it is back, the very next look shows what others did meanwhile, and nothing that
    was refused was kept.
    """
    service, shown = bureau.service, bureau.service.view().results.copy()
    file = bureau.read(bureau.form(DAI, on_digital_platforms=YES))
    assert service.away is None
    outage.begin()
    pd.testing.assert_frame_equal(service.view().results, shown)
    assert service.away is not None
    assert (service.away.since, service.away.revision) == (bureau.now, 1)
    assert service.away.known_at == bureau.now
    writes: list[Callable[[], object]] = [
        lambda: bureau.receive(file),
        lambda: bureau.receive(file, accept=False),
        lambda: service.reviewing.return_([1], WHY, by=ANN),
        lambda: service.office.close_year(2024, WHY, by=ANN),
        lambda: service.office.exported("panel", {"rows": 1}, by=ANN),
    ]
    for write in writes:
        with pytest.raises(TbdxError) as caught:
            write()
        assert caught.value.code == "store-unavailable"
    if outage.direct != outage.url:  # others go on with it
        other = Bureau(Service(plan, Store.open(outage.direct), user="khác"))
        other.send(DAI, on_digital_platforms=YES)
        other.service.close()
    outage.over()
    assert service.view().revision == (1 if outage.direct == outage.url else 2)
    assert service.away is None
    bureau.send(DAI, on_digital_platforms=YES, uses_ai=YES)
    found = service.office.verify()
    assert found.faults == ()
    assert not service.office.record(actions=[Action.EXPORTED, Action.YEAR_CLOSED])


def test_what_was_not_read_before_is_refused_in_bounded_time(
    bureau: Bureau, outage: Outage
) -> None:
    """A frame that is not known gives a known error, and soon; it does not hang."""
    bureau.service.view()
    outage.begin()
    started = time.monotonic()
    with pytest.raises(TbdxError, match="store-unavailable"):
        bureau.reviewing.waiting()
    with pytest.raises(TbdxError, match="store-unavailable"):
        bureau.reviewing.history(BAO, 2024)
    assert time.monotonic() - started < 15


def test_a_dead_address_is_asked_once_for_all(
    bureau: Bureau, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred sessions cost one attempt, and one more when the pause is over."""
    tries: list[int] = []
    engine = bureau.service._desk.store._database.engine
    bureau.service.view()
    clock = 1000.0
    absence_of(outage.url)._clock = lambda: clock
    outage.begin()
    with pytest.raises(TbdxError):
        bureau.reviewing.waiting()
    connect = engine.connect

    def counted() -> sa.Connection:
        tries.append(1)
        return connect()

    monkeypatch.setattr(engine, "connect", counted)
    with ThreadPoolExecutor(20) as pool:
        seen = list(pool.map(lambda _: bureau.service.view().revision, range(200)))
    assert seen == [1] * 200
    assert len(tries) <= 1  # none, where the first attempt has failed to connect
    clock += PAUSE_SECONDS + 0.1
    bureau.service.view()
    attempts = len(tries)
    bureau.service.view()
    assert 1 <= attempts == len(tries)
    absence_of.cache_clear()


def test_only_one_looks_at_a_time() -> None:
    """Whoever comes while another one tries is told at once what the last attempt met."""
    now = 0.0
    absence = Absence(2.0, lambda: now)
    absence.enter()  # nothing is known: everybody may try
    absence.enter()
    absence.failed(TbdxError("store-unavailable", url="x", reason="gone"))
    with pytest.raises(TbdxError, match="gone"):
        absence.enter()
    now = 2.1
    absence.enter()
    with pytest.raises(TbdxError, match="gone"):
        absence.enter()
    absence.left()  # it said nothing
    absence.enter()
    absence.reached()
    absence.enter()
    absence.enter()


def test_another_server_behind_the_address(
    proxy: Proxy, postgres_database: str, plan: Plan, impatient: None
) -> None:
    """After a failover the next look shows what the new server holds, without a restart."""
    url = through(proxy, postgres_database)
    bureau = Bureau(Service(plan, Store.open(url), user="sở"))
    bureau.send(BAO, on_digital_platforms=YES)
    assert bureau.service.view().revision == 1
    with postgresql() as second:
        name = postgres_database.partition("@/")[2].partition("?")[0]
        engine = engine_for(second)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        target = second.replace("@/postgres", f"@/{name}")
        move(postgres_database, target, bureau.now, ANN)
        other = Bureau(Service(plan, Store.open(target), user="khác"))
        other.send(DAI, on_digital_platforms=YES)
        other.service.close()
        proxy.server = second.partition("host=")[2]
        proxy.cut()
        assert bureau.service.view().revision == 2
        assert bureau.service.away is None
        bureau.service.close()


def test_a_long_lock_refuses_changes_and_nothing_else(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody holds an SQLite file for long, figures stay live, changes are refused whole."""
    monkeypatch.setattr("tbdx.store.database._BUSY_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    bureau = Bureau(Service(plan, Store.open(url), user="sở"))
    with held(url):
        with pytest.raises(TbdxError, match="database is locked"):
            bureau.send(BAO, on_digital_platforms=YES)
        assert bureau.service.view().revision == 0
        assert bureau.service.away is None
    bureau.send(BAO, on_digital_platforms=YES)
    assert bureau.service.view().revision == 1
    bureau.service.close()


def test_a_server_that_is_held_refuses_in_time(
    postgres_database: str, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that waits for another one's lock ends by itself; figures stay live."""
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.2)
    bureau = Bureau(Service(plan, Store.open(postgres_database), user="sở"))
    engine = engine_for(postgres_database)
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT number FROM revision FOR UPDATE"))
        with pytest.raises(TbdxError, match="lock timeout"):
            bureau.send(BAO, on_digital_platforms=YES)
        assert bureau.service.view().revision == 0
        assert bureau.service.away is None
    engine.dispose()
    bureau.send(BAO, on_digital_platforms=YES)
    bureau.service.close()


def test_waits_for_a_server_have_limits(postgres_database: str) -> None:
    """The server ends slow statements, long waits and abandoned transactions by itself.

    What the address says itself holds; a migration may take longer.
    """
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    def limits(connection: sa.Connection) -> list[str]:
        return [str(connection.scalar(sa.text(f"SHOW {name}"))) for name in names]

    store = Store.open(postgres_database)
    with store._database.connection() as connection:
        assert limits(connection) == ["20s", "10s", "2min"]
    with store._database.alone() as connection:
        assert limits(connection) == ["10min"] * 3
    store.close()
    own = Store.open(f"{postgres_database}&options=-c lock_timeout=3s")
    with own._database.connection() as connection:
        assert limits(connection) == ["20s", "3s", "2min"]
    own.close()


def test_a_deleted_file_is_not_written_to_nor_made_anew(tmp_path: Path, plan: Plan) -> None:
    """An SQLite file that is gone takes nothing any more, and no empty one comes in its place.

    Another one that is put there, as after a restore, is the store from then on.
    """
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    bureau = Bureau(Service(plan, Store.open(url), user="sở"))
    bureau.send(BAO, on_digital_platforms=YES)
    elsewhere = tmp_path / "elsewhere.db"
    for part in ("", "-wal", "-shm"):
        file_of(f"{url}{part}").rename(f"{elsewhere}{part}")
    for _ in range(3):
        pass_the_pause(url)
        with pytest.raises(TbdxError, match="unable to open"):
            bureau.send(DAI, on_digital_platforms=YES)
    assert not file_of(url).exists()
    move(f"sqlite:///{elsewhere}", f"sqlite:///{tmp_path / 'copy.db'}", bureau.now, ANN)
    (tmp_path / "copy.db").rename(file_of(url))
    pass_the_pause(url)
    bureau.send(DAI, on_digital_platforms=YES)
    assert bureau.service.view().revision == 2
    assert bureau.service.office.verify().faults == ()
    bureau.service.close()


@pytest.mark.parametrize("outage", ["file moved", "refused"], indirect=True)
class TestPages:
    @pytest.fixture(autouse=True)
    def _settings(self, outage: Outage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("TBDX_DATABASE_URL", outage.url)
        monkeypatch.setenv("TBDX_LANGUAGE", "en")
        shell.service.clear()
        yield
        shell.service().close()
        shell.service.clear()

    def test_pages_say_that_the_store_is_away(
        self, outage: Outage, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A page shows the last figures under a banner; what it has not read is refused in place.

        The session that began meanwhile is told to the record afterwards.
        """
        monkeypatch.setattr("tbdx.service.office.SAME_WORK", timedelta())  # each is told
        service = Service.open(Settings())
        Bureau(service).send(BAO, 2024, ESTIMATE, on_digital_platforms=YES)
        service.close()
        app = _opened()
        figures = [metric.value for metric in app.metric]
        assert figures
        assert not app.error
        outage.begin()
        app.run()
        assert "The store has been away since" in app.error[0].value
        assert "revision 1" in app.error[0].value
        assert [metric.value for metric in app.metric] == figures
        app.switch_page("pages/submissions.py").run()
        assert [error.value.split(".")[0][:12] for error in app.error] == [
            "**The store ",
            "The database",
        ]
        other = _opened()  # a session that begins now: nobody knows whether it was here before
        assert [metric.value for metric in other.metric] == figures
        assert len(other.error) == 1
        outage.over()
        other.run()
        assert not other.error
        store = Store.open(outage.url)
        assert len(store.record(actions=[Action.SIGNED_IN])) == 2
        store.close()

    def test_a_start_without_a_database_comes_up_later(self, outage: Outage) -> None:
        """The first start says what is wrong; nothing remembers that once the database is there."""
        Store.open(outage.url).close()
        outage.begin()
        if file_of(outage.url).parent.is_dir() and outage.url.startswith("sqlite"):
            file_of(outage.url).mkdir()  # or it would be made
        app = _opened()
        assert "cannot be reached or does not answer" in app.error[0].value
        if outage.url.startswith("sqlite"):
            file_of(outage.url).rmdir()
        outage.over()
        app.run()
        assert not app.error
        assert app.metric


def _opened() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
