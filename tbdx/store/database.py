"""Reaching the database: addresses, transactions, migrations, the write lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tbdx.model import TbdxError

MIGRATIONS = Path(__file__).parents[1] / "migrations"

_BUSY_SECONDS = 10
_MIGRATION_LOCK_ID = 0x74626478  # any constant that this product alone uses: "tbdx"
_migration_lock = Lock()  # Alembic keeps its context in module globals


@dataclass(slots=True)
class Database:
    """One database at its newest schema. Safe to share by threads."""

    engine: sa.Engine
    url: str  # as it may be shown

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
        return cls(engine, shown)

    @contextmanager
    def connection(self, **options: Any) -> Iterator[sa.Connection]:
        """A connection in a transaction that is undone unless the caller commits."""
        try:
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
        except (IntegrityError, DataError):
            raise  # the values are at fault, not the database
        except (DBAPIError, PoolTimeoutError) as error:
            raise _unavailable(self.url, error) from error

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

    @contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """A connection in a transaction during which nobody else migrates or fills this database."""
        with _migration_lock, self.connection(tbdx_begin="BEGIN IMMEDIATE") as connection:
            if connection.dialect.name == "postgresql":
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
            url = url.set(drivername="postgresql+psycopg")
            return sa.create_engine(url, pool_pre_ping=True), shown
    raise _unavailable(shown, f"{scheme!r} is neither sqlite nor postgresql")


def _sqlite(url: sa.URL, shown: str, existing: bool) -> sa.Engine:
    if url.database in (None, "", ":memory:"):
        raise _unavailable(shown, "the address names no file")
    if existing and not Path(str(url.database)).is_file():
        raise TbdxError("store-missing", url=shown)
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unavailable(shown, error) from error
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begin` does
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if statement := connection.get_execution_options().get("tbdx_begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine


def _unavailable(url: str, reason: object) -> TbdxError:
    cause = getattr(reason, "orig", None) or reason
    return TbdxError("store-unavailable", url=url, reason=str(cause).strip())


def _schema(connection: sa.Connection) -> str | None:
    """The database's schema by Alembic's table; None for a database without it."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = sa.column("version_num", sa.String)
    return connection.scalars(
        sa.select(version).select_from(sa.table("alembic_version"))
    ).one_or_none()
