"""Databases that go away and come back, and disks that are full: what the tests of faults share."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tbdx.store.absence import absence_of


class Proxy:
    """A TCP address in front of a PostgreSQL server, reached by the socket in its folder."""

    def __init__(self, folder: str) -> None:
        self.server = folder
        self._swallows = False
        self._links: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self.server}/.s.PGSQL.5432")
            self._links += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self._swallows:
                    sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def refuse(self) -> None:
        """Cut every connection and take no other, as where the server is switched off."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut every connection; others are taken."""
        links, self._links = self._links, []
        for link in links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()

    def swallow(self) -> None:
        """Take everything and pass nothing on, as where a switch on the way has gone mad."""
        self._swallows = True

    def heal(self) -> None:
        """Pass everything on again."""
        if self._swallows:
            self._swallows = False
            self.cut()  # what was swallowed is missing in these
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._serve()

    def close(self) -> None:
        self.refuse()


@dataclass(frozen=True)
class Outage:
    """A database that can be taken away: its address, and another one that always leads to it."""

    url: str
    direct: str
    begin: Callable[[], object]
    end: Callable[[], object]

    def over(self) -> None:
        """It is back, and the time for the next attempt has come."""
        self.end()
        pass_the_pause(self.url)


def pass_the_pause(url: str) -> None:
    """Let it be time for another attempt to connect, which is otherwise made two seconds later."""
    absence_of(url)._next = 0.0


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody else is in the middle of a change of this SQLite database."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        connection.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        connection.exec_driver_sql("ROLLBACK")
    engine.dispose()


class SmallDisk:
    """A disk of a few MB that can be filled up and emptied again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave not a byte."""
        with self._filler.open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(bytes(4096)) == 4096:
                pass

    def empty(self) -> None:
        self._filler.unlink()


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """A disk of its own at a folder, with the folder's owner; None where that is not permitted."""
    owner = folder.stat()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    os.chown(folder, owner.st_uid, owner.st_gid)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
