"""Databases for tests and measurements: a PostgreSQL server of our own, and a look past the store."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from tbdx.store import metadata

Contents = dict[str, list[sa.Row[tuple[Any, ...]]]]
"""Every row of every table of the store, by the table's name."""


class MissingToolError(RuntimeError):
    """A program that is needed is not installed."""


def _tool(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise MissingToolError(
            f"{name} was not found in /usr/lib/postgresql/*/bin nor on the PATH: a real PostgreSQL"
            " server is needed. Run scripts/system_packages.sh."
        )
    return found


@contextmanager
def postgresql() -> Iterator[str]:
    """A running server's address; it is reached by a socket in its folder, which goes with it.

    Raises MissingToolError.
    """
    initdb, pg_ctl = _tool("initdb"), _tool("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="tbdx-pg-"))  # short: it holds a socket's path
    as_postgres: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        # Into a file, not a pipe: the server would keep a pipe open.
        with (folder / "output").open("w+") as output:
            done = subprocess.run(
                [*as_postgres, *command], cwd="/", stdout=output, stderr=output, check=False
            )
            output.seek(0)
            assert done.returncode == 0, output.read()

    data = str(folder / "data")
    try:
        run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-F -c listen_addresses='' -c unix_socket_directories='{folder}'"
        run(pg_ctl, "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


_numbers = count(1)


def new_postgresql_database(server_url: str) -> str:
    """The address of a new, empty database of this server."""
    name = f"tbdx_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server_url.replace("@/postgres", f"@/{name}")


def engine_for(url: str) -> sa.Engine:
    """A database reached past the store."""
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


def contents(database: sa.Engine) -> Contents:
    """Everything that the database holds."""
    with database.connect() as connection:
        return {
            name: sorted(connection.execute(sa.text(f"SELECT * FROM {name}")), key=repr)  # noqa: S608 (our own names)
            for name in metadata.tables
        }
