"""The disk is full: nothing is kept by halves, it is said where, and it goes on with room."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from bureau import BAO, YES, Bureau
from outages import SmallDisk, mounted
from shell import Shell
from stores import NOON, checked, fields, receive

from benchmarks.databases import contents, engine_for
from tbdx import messages
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store, known_schemas
from tbdx.store.keeping import back_up

_BIG = 20 * 1024 * 1024  # bytes, more than any of these disks has


@dataclass(frozen=True)
class Cramped:
    """A database whose disk can be filled up."""

    url: str
    fill: Callable[[], object]
    empty: Callable[[], object]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk | None]:
    """A small disk; None where this account may not mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    with mounted(folder, 4) as disk:
        yield disk


def _limited(url: str, stack: ExitStack) -> Cramped:
    """SQLite's own limit, which gives the error of a full disk at the page after the last."""
    limit = 0

    def hold(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {(limit and pages) or 1 << 30}")

    def set_limit(to: int) -> None:
        nonlocal limit
        limit = to

    sa.event.listen(sa.Engine, "begin", hold)
    stack.callback(sa.event.remove, sa.Engine, "begin", hold)
    return Cramped(url, lambda: set_limit(1), lambda: set_limit(0))


def _refusing(url: str, stack: ExitStack) -> Cramped:
    """The error of a server whose disk is full, where a real one may not be had."""
    full = False

    def refuse(_c: object, _k: object, statement: str, *_: object) -> None:
        if full and statement.startswith(("INSERT INTO document", "CREATE", "ALTER")):
            raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    def set_full(to: bool) -> None:
        nonlocal full
        full = to

    sa.event.listen(sa.Engine, "before_cursor_execute", refuse)
    stack.callback(sa.event.remove, sa.Engine, "before_cursor_execute", refuse)
    return Cramped(url, lambda: set_full(True), lambda: set_full(False))


def _tablespace(server_url: str, stack: ExitStack) -> Cramped:
    """A PostgreSQL database on a small disk of its own; its journal stands elsewhere."""
    server = Path(server_url.partition("host=")[2])
    folder = Path(tempfile.mkdtemp(prefix="small-", dir=server))
    os.chown(folder, server.stat().st_uid, server.stat().st_gid)
    small = stack.enter_context(mounted(folder, 16))
    name = folder.name.replace("-", "_").lower()
    url = server_url.replace("@/postgres", f"@/{name}")

    def run(*statements: str) -> None:
        with psycopg.connect(server_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    if small is None:
        run(f"CREATE DATABASE {name}")
        return _refusing(url, stack)
    run(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
    run(f"CREATE DATABASE {name} TABLESPACE {name}")
    stack.callback(run, f"DROP DATABASE {name} WITH (FORCE)", f"DROP TABLESPACE {name}")
    return Cramped(url, small.fill, small.empty)


@pytest.fixture(params=["small disk", "SQLite's limit", "PostgreSQL"])
def cramped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cramped]:
    with ExitStack() as stack:
        if request.param == "PostgreSQL":
            yield _tablespace(request.getfixturevalue("postgres_url"), stack)
            return
        small = request.getfixturevalue("disk") if request.param == "small disk" else None
        if small is None:
            yield _limited(f"sqlite:///{tmp_path / 'tbdx.db'}", stack)
        else:
            yield Cramped(f"sqlite:///{small.folder / 'tbdx.db'}", small.fill, small.empty)


def test_an_acceptance_on_a_full_disk_stores_nothing(cramped: Cramped) -> None:
    """It says where the disk is full and what to do; figures can be read; with room it goes on."""
    store, database = Store.open(cramped.url), engine_for(cramped.url)
    receive(store, [checked(*fields("bao"), content=b"small")], NOON)
    before = contents(database)
    cramped.fill()
    file = checked(*fields("dai"), content=os.urandom(_BIG if "postgres" in cramped.url else 2**20))
    with pytest.raises(TbdxError) as caught:
        receive(store, [checked(*fields("bao"), content=b"also"), file], NOON)
    said = messages.error_text(caught.value, language("en"))
    assert caught.value.code in ("store-full", "server-full")
    assert "full" in said
    assert "room" in said
    if caught.value.code == "store-full":
        assert caught.value.fields["place"] in said
        assert "Make at least 200 MB" in said
    assert contents(database) == before
    assert list(store.panel()["agency"]) == ["bao"]
    cramped.empty()
    file = checked(*fields("dai"), content=b"big")
    (receipt,) = receive(store, [file], NOON)
    (again,) = receive(store, [file], NOON)
    assert (receipt.duplicate, again.duplicate) == (False, True)
    assert store.verify().faults == ()
    store.close()
    database.dispose()


def test_a_migration_on_a_full_disk_changes_nothing(cramped: Cramped) -> None:
    """The database stays as it was, here without any table; the next start with room makes them."""
    database = engine_for(cramped.url)
    with database.begin() as connection:
        connection.execute(sa.text("CREATE TABLE filler (text VARCHAR)"))
    cramped.fill()
    with pytest.raises(TbdxError) as caught:
        Store.open(cramped.url)
    assert caught.value.code in ("store-full", "server-full")
    assert sa.inspect(database).get_table_names() == ["filler"]
    cramped.empty()
    Store.open(cramped.url).close()
    with database.connect() as connection:
        schema = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert schema == known_schemas()[-1]
    database.dispose()


@pytest.fixture
def place(disk: SmallDisk | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    """A full disk for files, with an older file on it; where none may be mounted, /dev/full's error."""
    if disk is None:
        folder = tmp_path / "unmounted"
        folder.mkdir()
        disk = _Refuser(folder, monkeypatch)
    (disk.folder / "record.csv").write_bytes(b"an earlier export")
    return disk


class _Refuser(SmallDisk):
    """A folder in which nothing can be made, where no disk may be mounted."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self._monkeypatch = monkeypatch

    def fill(self) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        self._monkeypatch.setattr(Path, "open", refuse)
        self._monkeypatch.setattr(tempfile, "mkstemp", refuse)


def test_files_on_a_full_disk_are_whole_or_not_there(place: SmallDisk, tmp_path: Path) -> None:
    """An export or a backup that finds no room leaves what stood there, and nothing by halves."""
    shell = Shell(tmp_path)
    store = Store.open(shell.environment["TBDX_DATABASE_URL"])
    receive(store, [checked(*fields(BAO), content=os.urandom(2**20))], NOON)
    store.close()
    there = sorted(path.name for path in place.folder.iterdir())
    place.fill()
    said = shell("record", "export", "--out", place.folder / "record.csv", code=2)
    assert "record.csv” cannot be written (No space left on device)" in said
    with pytest.raises(TbdxError, match=r"file-not-writable.*No space left"):
        back_up(shell.environment["TBDX_DATABASE_URL"], place.folder / "b.backup", "0", NOON, "Ann")
    names = {path.name for path in place.folder.iterdir()} - {"filler"}
    assert sorted(names) == there
    assert (place.folder / "record.csv").read_bytes() == b"an earlier export"


def test_no_room_for_temporary_files(
    disk: SmallDisk | None, tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports are checked and accepted all the same; a workbook that needs room says where."""
    bureau = Bureau(Service(plan, Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}"), user="sở"))
    service, content = bureau.service, bureau.form(BAO, on_digital_platforms=YES)
    service.warm()  # its processes keep a folder of their own, which must outlive this disk
    if disk is None:
        folder = tmp_path / "gone"
    else:
        disk.fill()
        folder = disk.folder
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    (file,) = service.check([("a.xlsx", content)])
    (receipt,) = service.accept([file], "đã hỏi lại")
    assert not receipt.duplicate
    with pytest.raises(TbdxError) as caught:
        service.form(BAO, 2024)
    assert str(folder) in messages.error_text(caught.value, language("en"))
    service.close()
