"""Alembic migrations of the store; run by `tbdx.store` when a database is behind.

A migration's file name begins with its number, which is the schema's name in
the database: 0001_first.py makes schema "0001". Write the next one with
`make migration NAME="what it does"` after changing the tables in tbdx/store.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from tbdx.store import MIGRATIONS, known_schemas, metadata


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: sa.Connection, schema: str = "head") -> None:
    """Bring the database to the newest schema, or this one, in the connection's transaction."""
    command.upgrade(_config(connection), schema)


def differences(connection: sa.Connection) -> list[object]:
    """How the database's tables differ from those declared in `tbdx.store`."""
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


def write(connection: sa.Connection, name: str) -> None:
    """Write a migration from the database's tables to those declared in `tbdx.store`."""
    number = f"{int(known_schemas()[-1]) + 1:04}"
    command.revision(_config(connection), message=name, autogenerate=True, rev_id=number)
