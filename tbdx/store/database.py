"""Reaching the database: addresses, transactions, migrations, the write lock."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tbdx import observing
from tbdx.model import TbdxError
from tbdx.store.absence import Absence, absence_of

MIGRATIONS = Path(__file__).parents[1] / "migrations"

_BUSY_SECONDS = 10
"""How long a change waits for another one to end; the longest takes a second or two."""
_POOL_SECONDS = 10
"""How long a thread waits for one of this process's connections."""
ROOM_NEEDED = 200
"""MB: a year's reports with their files, once in the journal and once in the tables."""
_NO_ROOM = 1
"""MB free, below which an input or output error of SQLite means that the disk is full."""
_MIGRATION_LOCK_ID = 0x74626478  # any constant that this product alone uses: "tbdx"
_migration_lock = Lock()  # Alembic keeps its context in module globals


@dataclass(slots=True)
class Database:
    """One database at its newest schema. Safe to share by threads."""

    engine: sa.Engine
    url: str  # as it may be shown
    absence: Absence

    @classmethod
    def open(
        cls,
        address: str,
        migrated: Callable[[sa.Connection, str], object],
        *,
        existing: bool = False,
    ) -> Self:
        """Reach the database, after creating it (unless it must be `existing`) or bringing it up to date.

        Where that was an older one, `migrated` completes the migration in its
        transaction; it is told of the schema found.

        Raises TbdxError: store-unavailable, store-newer, store-missing.
        """
        database = cls.reach(address, existing=existing)
        try:
            database._bring_up_to_date(migrated, existing=existing)
        except BaseException:
            database.engine.dispose()
            raise
        return database

    @classmethod
    def reach(cls, address: str, *, existing: bool = False) -> Self:
        """The database as it is, whatever its schema; nothing in it is read or changed.

        Raises TbdxError: store-unavailable; store-missing for an `existing` file that is not there.
        """
        engine, shown = _engine(address, existing)
        return cls(engine, shown, absence_of(address))

    @contextmanager
    def connection(self, **options: Any) -> Iterator[sa.Connection]:
        """A connection in a transaction that is undone unless the caller commits.

        Raises TbdxError: store-unavailable, at once while the database is known to be
        away; store-full.
        """
        try:
            with (
                observing.asking(),
                self._connected().execution_options(**options) as connection,
            ):
                yield connection
        except (IntegrityError, DataError):
            raise  # the values are at fault, not the database
        except DBAPIError as error:
            raise self._explained(error) from error

    def _connected(self) -> sa.Connection:
        self.absence.enter()
        try:
            connection = self.engine.connect()
        except DBAPIError as error:
            met = self._explained(error)
            if met.code == "store-unavailable":
                self.absence.failed(met)
            raise met from error
        except PoolTimeoutError as error:  # all are in use; that says nothing of the database
            raise _unavailable(self.url, error) from error
        else:
            self.absence.reached()
            return connection
        finally:
            self.absence.left()

    def _explained(self, error: DBAPIError) -> TbdxError:
        """What the database met, by its kind."""
        cause: Any = error.orig
        if getattr(cause, "sqlstate", None) == "53100":  # disk_full
            return TbdxError("server-full", url=self.url, reason=str(cause).strip())
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            folder = Path(str(self.engine.url.database)).absolute().parent
            free = shutil.disk_usage(folder).free // 1024**2 if folder.is_dir() else _NO_ROOM
            if code == sqlite3.SQLITE_FULL or free < _NO_ROOM:
                place = str(folder)
                return TbdxError(
                    "store-full", url=self.url, place=place, free=free, needed=ROOM_NEEDED
                )
        return _unavailable(self.url, error)

    def glance(self) -> AbstractContextManager[sa.Connection]:
        """A connection outside any transaction, for one query that stands alone and is asked often."""
        if self.engine.dialect.name == "postgresql":
            return self.connection(isolation_level="AUTOCOMMIT")
        return self.connection(tbdx_begin="")

    def snapshot(self) -> AbstractContextManager[sa.Connection]:
        """A connection whose every query sees the database as it was at the first one."""
        if self.engine.dialect.name == "postgresql":
            return self.connection(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return self.connection()  # SQLite does so by itself

    def fold(self) -> None:
        """Let SQLite's file hold by itself all that was committed; its log keeps what was wiped."""
        if self.engine.dialect.name == "sqlite":
            with self.connection(tbdx_begin="") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """A connection in a transaction during which nobody else migrates or fills this database."""
        with _migration_lock, self.connection(tbdx_begin="BEGIN IMMEDIATE") as connection:
            if connection.dialect.name == "postgresql":
                from tbdx.store import patience  # noqa: PLC0415  psycopg only when needed

                patience.take_time(connection)
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK_ID)))
            yield connection

    def known_schema(self, connection: sa.Connection) -> str | None:
        """The database's schema; None where there is none. Raises TbdxError: store-newer."""
        *_, newest = known = known_schemas()
        found = _schema(connection)
        if found is not None and found not in known:
            raise TbdxError("store-newer", url=self.url, found=found, expected=newest)
        return found

    def _bring_up_to_date(
        self, migrated: Callable[[sa.Connection, str], object], *, existing: bool
    ) -> None:
        newest = known_schemas()[-1]
        with self.connection() as connection:
            if _schema(connection) == newest:
                return
        with self.alone() as connection:
            found = self.known_schema(connection)
            if found is None and existing:
                raise TbdxError("store-missing", url=self.url)
            if found != newest:
                from tbdx.migrations import upgrade  # noqa: PLC0415  Alembic only when needed

                upgrade(connection)
                if found is not None:
                    migrated(connection, found)
                connection.commit()


def known_schemas() -> list[str]:
    """The schemas this program has migrations to, the oldest first."""
    return sorted(path.name.split("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*_*.py"))


def _engine(address: str, existing: bool) -> tuple[sa.Engine, str]:
    """The engine for an address, and the address as it may be shown."""
    scheme = address.partition(":")[0]
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError) as error:
        raise _unavailable(scheme, error) from error
    shown = url.set(query={}).render_as_string(hide_password=True)
    match url.drivername:
        case "sqlite" | "sqlite+pysqlite":
            return _sqlite(url, shown, existing), shown
        case "postgresql" | "postgresql+psycopg":
            return _postgresql(url), shown
    raise _unavailable(shown, f"{scheme!r} is neither sqlite nor postgresql")


def _postgresql(url: sa.URL) -> sa.Engine:
    from tbdx.store import patience  # noqa: PLC0415  psycopg only when needed

    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=patience.options(url),
        pool_pre_ping=True,
        pool_timeout=_POOL_SECONDS,
        hide_parameters=True,  # values never stand in an error's message, which may be shown or logged
    )
    patience.bound(engine)
    return engine


def _sqlite(url: sa.URL, shown: str, existing: bool) -> sa.Engine:
    if url.database in (None, "", ":memory:"):
        raise _unavailable(shown, "the address names no file")
    if existing and not Path(str(url.database)).is_file():
        raise TbdxError("store-missing", url=shown)
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unavailable(shown, error) from error
    options = {"timeout": _BUSY_SECONDS}
    engine = sa.create_engine(
        url, connect_args=options, pool_timeout=_POOL_SECONDS, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begin` does
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what was wiped is not left in free pages

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if statement := connection.get_execution_options().get("tbdx_begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    _hold_on_to(Path(str(url.database)).absolute(), engine)  # last: the pragmas make the file
    return engine


def _hold_on_to(file: Path, engine: sa.Engine) -> None:
    """See to it that what is written goes to the file that stands at its place.

    A file that was moved away or deleted can still be written to through an open
    connection, and nobody would ever find that again; and SQLite makes an empty one
    in its place. So, once the file has been there, none is made any more, and each use
    of a connection begins with a look whether it is still the same file.
    """
    seen = False

    @sa.event.listens_for(engine, "do_connect")
    def open_(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> Any:
        if not seen:
            with suppress(OSError):  # a new file is its owner's alone, as a backup is
                os.close(os.open(file, os.O_RDONLY | os.O_CREAT, 0o600))
            return None  # as ever
        return sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, **options)

    @sa.event.listens_for(engine, "connect")
    def remember(_connection: Any, record: Any) -> None:
        nonlocal seen
        seen = True
        record.info["file"] = _identity(file)

    @sa.event.listens_for(engine, "checkout")
    def look(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise sa.exc.DisconnectionError(f"{file.name} is no longer the same file")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _unavailable(url: str, reason: object) -> TbdxError:
    cause = str(getattr(reason, "orig", None) or reason)  # a driver says it in several lines
    return TbdxError("store-unavailable", url=url, reason=" ".join(cause.split()).rstrip("."))


def _schema(connection: sa.Connection) -> str | None:
    """The database's schema by Alembic's table; None for a database without it."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = sa.column("version_num", sa.String)
    return connection.scalars(
        sa.select(version).select_from(sa.table("alembic_version"))
    ).one_or_none()
