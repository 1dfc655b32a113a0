"""How long this program waits for a PostgreSQL server: every wait has an end.

A server may refuse, be switched off, or take what it is sent and never answer. The
first the driver sees at once, the second the system finds out, the third nobody does:
bytes are acknowledged, nothing is lost, only no answer comes. So each of them has its limit.
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

CONNECT_SECONDS = 5
"""How long a connection may take to be made; in one building it takes milliseconds."""
STATEMENT_SECONDS = 20
"""How long the server may work on one statement; the slowest of ten thousand reports takes one."""
LOCK_SECONDS = 10
"""How long a change waits for another one to end, as with SQLite."""
ANSWER_SECONDS = STATEMENT_SECONDS + 5
"""How long the server may be silent: it should itself have given up before."""
PING_SECONDS = 3
"""How long a connection that lay unused may take to show that it still works."""
IDLE_SECONDS = 120
"""After which the server ends a transaction whose program vanished without a word."""
MIGRATION_SECONDS = 600
"""How long one statement of a migration, or waiting for another one's, may take."""

_T = TypeVar("_T")


class PatientConnection(psycopg.Connection[TupleRow]):
    """A connection that is given up where no answer comes within `patience` seconds."""

    patience: float = ANSWER_SECONDS

    def wait(self, gen: PQGen[_T], interval: float = 0.1, timeout: float | None = None) -> _T:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()  # an answer that comes yet would be taken for the next one
            seconds = f"{self.patience:g}"
            raise psycopg.OperationalError(f"no answer within {seconds} seconds") from error


def options(url: sa.URL) -> dict[str, Any]:
    """Options of connections to this address; what it says itself is left as it is."""
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    said = url.query.get("options", "")
    ours = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    usual = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int(1000 * ANSWER_SECONDS),
    }
    return {
        **{name: value for name, value in usual.items() if name not in url.query},
        "options": f"{ours} {said}".strip(),  # of two, the later one holds
    }


def bound(engine: sa.Engine) -> None:
    """Let no wait on this engine's connections be endless."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _args: Any, given: dict[str, Any]) -> Any:
        return PatientConnection.connect(**given)

    @sa.event.listens_for(engine, "checkout")  # after it has shown that it works
    def begin(connection: PatientConnection, _record: Any, _proxy: Any) -> None:
        connection.patience = ANSWER_SECONDS

    @sa.event.listens_for(engine, "checkin")
    def end(connection: PatientConnection | None, _record: Any) -> None:
        if connection is not None:
            connection.patience = PING_SECONDS


def take_time(connection: sa.Connection) -> None:
    """Let the statements of this transaction take as long as migrations and restoring may."""
    driver: Any = connection.connection.dbapi_connection
    driver.patience = MIGRATION_SECONDS
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {name} = '{MIGRATION_SECONDS}s'")
