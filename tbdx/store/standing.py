"""How a database stands, looked at without creating, migrating or changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from tbdx.model import TbdxError
from tbdx.store.database import Database, known_schemas


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is at an address; `schema` is None where there is no store yet.

    `file` is SQLite's, and None where a server keeps the database, which several
    processes may share; `clock` is that server's time.
    """

    schema: str | None
    newest: str
    file: Path | None
    clock: datetime | None = None


def standing(address: str) -> Standing:
    """Look at the database. Raises TbdxError: store-unavailable, store-newer."""
    newest = known_schemas()[-1]
    file = file_of(address)
    try:
        database = Database.reach(address, existing=True)
    except TbdxError as error:
        if error.code != "store-missing":
            raise
        return Standing(None, newest, file)
    try:
        with database.connection() as connection:
            clock = None if file else connection.scalar(sa.select(sa.func.clock_timestamp()))
            return Standing(database.known_schema(connection), newest, file, clock)
    finally:
        database.engine.dispose()


def file_of(address: str) -> Path | None:
    """SQLite's file, there or not; None for any other address, even one that cannot be read."""
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError):
        return None
    sqlite = url.get_backend_name() == "sqlite"
    return Path(url.database) if sqlite and url.database else None
