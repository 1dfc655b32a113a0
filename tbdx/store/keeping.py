"""Stores kept and moved: backups, checking them, restoring them, from one database to another.

There is one way to fill a store (`_fill`), and it is one transaction: the tables
of the schema that the rows are of, every row, a reading back of all of them, the
migrations since, verifying the record, the entry that tells of it. Whatever ends
before that leaves the database as empty as it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from tbdx.model import Action, RecordFault, TbdxError, Verification
from tbdx.store import Store, tables, take_over, verified
from tbdx.store.backup_file import BackupFile, Manifest, drafting, reading
from tbdx.store.copying import (
    Row,
    Shape,
    Tally,
    first_filled,
    first_misfit,
    go_on_numbering,
    pour,
    rows_of,
    shapes,
)
from tbdx.store.database import Database, known_schemas
from tbdx.store.record import Change, require_actor, require_zone


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup, or a store filled from one.

    sha256   of the backup's file
    made_at  when the backup was made, by a program of the version `product`, from tables of
             the schema `store_schema`
    revision the revision of the figures
    found    what verifying found: in the store of which the backup was made; in the store that
             was filled from it
    """

    sha256: str
    made_at: datetime
    product: str
    store_schema: str
    revision: int
    found: Verification


class _Source(Protocol):
    """Where the rows of a store come from."""

    @property
    def schema(self) -> str: ...
    @property
    def shapes(self) -> tuple[Shape, ...]: ...
    @property
    def faults(self) -> tuple[RecordFault, ...]:
        """What is known to be wrong with them; anything else that is found refuses them."""

    def rows(self, shape: Shape) -> Iterator[Row]: ...
    def refused(self, faults: list[RecordFault]) -> TbdxError:
        """What to say where the rows are not what their record says."""


# --- backups ------------------------------------------------------------------------------------


def back_up(url: str, out: Path, product: str, at: datetime, actor: str) -> Kept:
    """Write a backup of a store, as it is at one moment, while others go on changing it.

    Its record is told, with the hash of the file, before the file stands at its place.
    What is wrong in the store is kept as it is, and said in the backup.

    Raises TbdxError: store-missing, store-unavailable, store-newer, copy-not-exact,
    file-exists, file-not-writable, name-needed.
    """
    require_actor(actor)
    with _opened(url) as database, drafting(out) as draft:
        with database.snapshot() as connection:
            for shape in shapes():
                draft.add(shape, rows_of(connection, shape))
            found, revision = verified(connection), _revision(connection)
        manifest = Manifest(
            made_at=require_zone(at),
            made_by=actor,
            product=product,
            database=database.engine.dialect.name,
            store_schema=known_schemas()[-1],
            revision=revision,
            entries=found.entries,
            head=found.head,
            faults=found.faults,
            files=draft.files,
            file_bytes=draft.file_bytes,
            tables=tuple(draft.parts),
        )
        sha256 = draft.seal(manifest)
        note: dict[str, Any] = {"subject": "export:backup", "file_name": out.name}
        note |= {"sha256": sha256}
        note |= {"revision": revision, "entries": found.entries, "head": found.head}
        Store(database).note(Action.EXPORTED, at, actor, [note])
    return _kept(sha256, manifest, found)


def check(path: Path, head: str = "") -> Kept:
    """Look at every byte of a backup, and restore it into a database of its own that is then gone.

    `head` is the hash of an entry known from elsewhere: one that is not among those of
    the backup is a fault of what is found.

    Raises TbdxError: as `restore`, of the file.
    """
    with (
        reading(path, known_schemas()) as backup,
        tempfile.TemporaryDirectory(prefix="tbdx-") as folder,
    ):
        with _reached(f"sqlite:///{folder}/tbdx.db") as database:
            found = _fill(database, _FromFile(backup), head=head)
        return _kept(backup.sha256, backup.manifest, found)


def restore(path: Path, url: str, at: datetime, actor: str) -> Kept:
    """Fill an empty store from a backup, bring it up to date, verify it; all of it or nothing.

    The record is that of the backup, and goes on with an entry that tells of the restoring.

    Raises TbdxError: file-not-readable, backup-not-one, backup-cut, backup-damaged,
    backup-inconsistent, backup-altered, backup-newer for the file; store-not-empty,
    store-later, store-unavailable, store-newer, copy-refused, copy-differs for the store;
    name-needed.
    """
    require_actor(actor)
    with reading(path, known_schemas()) as backup:
        manifest = backup.manifest
        note: dict[str, Any] = {"file_name": path.name, "sha256": backup.sha256}
        note |= {"made_at": tables.Moment.as_text(manifest.made_at), "product": manifest.product}
        note |= {"schema": manifest.store_schema, "revision": manifest.revision}
        note |= {"entries": manifest.entries, "head": manifest.head}
        with _reached(url) as database:
            found = _fill(database, _FromFile(backup), _Told(at, actor, "store:backup", note))
        return _kept(backup.sha256, manifest, found)


def move(source_url: str, url: str, at: datetime, actor: str) -> Verification:
    """Fill an empty store with all that another one holds, whichever databases they are in.

    Both records are told. The one moved from stays as it is; what is changed in it
    from now on is not in the other.

    Raises TbdxError: store-missing, store-not-empty, store-later, store-unavailable,
    store-newer, copy-not-exact, copy-refused, copy-differs, name-needed.
    """
    require_actor(actor)
    with _opened(source_url) as source, _reached(url) as database:
        with database.connection() as connection:  # before anybody is told anything
            _require_empty(database, connection)
        leaving = {"subject": "export:store", "to": database.url}
        Store(source).note(Action.EXPORTED, at, actor, [leaving])
        with source.snapshot() as connection:
            found = verified(connection)
            note: dict[str, Any] = {"from": source.url, "revision": _revision(connection)}
            note |= {"entries": found.entries, "head": found.head}
            rows = _FromDatabase(connection, found.faults)
            return _fill(database, rows, _Told(at, actor, "store:moved", note))


def _kept(sha256: str, manifest: Manifest, found: Verification) -> Kept:
    said = (manifest.made_at, manifest.product, manifest.store_schema, manifest.revision)
    return Kept(sha256, *said, found)


# --- filling a store ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _FromFile:
    """The rows of a backup."""

    backup: BackupFile

    @property
    def schema(self) -> str:
        return self.backup.manifest.store_schema

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return self.backup.shapes

    @property
    def faults(self) -> tuple[RecordFault, ...]:
        return self.backup.manifest.faults

    def rows(self, shape: Shape) -> Iterator[Row]:
        return self.backup.rows(shape)

    def refused(self, faults: list[RecordFault]) -> TbdxError:
        name, place = self.backup.path.name, faults[0].place
        return TbdxError("backup-altered", found=name, count=len(faults), place=place)


@dataclass(frozen=True, slots=True)
class _FromDatabase:
    """The rows of a store, in one transaction."""

    connection: sa.Connection
    faults: tuple[RecordFault, ...]

    @property
    def schema(self) -> str:
        return known_schemas()[-1]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return shapes()

    def rows(self, shape: Shape) -> Iterator[Row]:
        return rows_of(self.connection, shape)

    def refused(self, faults: list[RecordFault]) -> TbdxError:
        return TbdxError("copy-differs", table=faults[0].place)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the record is told of filling a store: when, by whom, of what."""

    at: datetime
    actor: str
    subject: str
    content: Mapping[str, Any]


@contextmanager
def _reached(url: str) -> Iterator[Database]:
    database = Database.reach(url)
    try:
        yield database
    finally:
        database.engine.dispose()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database.open(url, take_over, existing=True)
    try:
        yield database
    finally:
        database.engine.dispose()


def _fill(
    database: Database, source: _Source, told: _Told | None = None, head: str = ""
) -> Verification:
    """Fill an empty database with a store's rows, in one transaction; what verifying them finds."""
    from tbdx.migrations import upgrade  # noqa: PLC0415  Alembic only when needed

    with database.alone() as connection:
        there = _require_empty(database, connection)
        if there is not None and there > source.schema:
            raise TbdxError("store-later", url=database.url, found=there, expected=source.schema)
        if there != source.schema:
            upgrade(connection, source.schema)
        if misfit := first_misfit(connection, source.shapes):
            raise TbdxError("copy-differs", table=misfit)
        for shape in source.shapes:
            _copy(connection, shape, source.rows(shape))
        go_on_numbering(connection, source.shapes)
        if source.schema != known_schemas()[-1]:
            upgrade(connection)
            take_over(connection, source.schema)
        found = verified(connection, head)
        known = {*source.faults, RecordFault("head-unknown", head)}
        if unknown := [fault for fault in found.faults if fault not in known]:
            raise source.refused(unknown)
        if told is not None:
            change = Change(connection, told.at, told.actor, _revision(connection), figures=False)
            entry = change.record(Action.RESTORED, told.subject, after=told.content)
            change.write()
            found = replace(found, entries=entry.number, head=entry.hash)
        connection.commit()
    return found


def _require_empty(database: Database, connection: sa.Connection) -> str | None:
    """The schema of a store that holds nothing, which from now on nobody else changes.

    None for a database without a store. Raises TbdxError: store-not-empty, store-newer.
    """
    schema = database.known_schema(connection)
    if schema is not None:
        number = tables.revision.c.number
        connection.execute(sa.update(tables.revision).values(number=number))
    if table := first_filled(connection):
        raise TbdxError("store-not-empty", url=database.url, table=table)
    return schema


def _copy(connection: sa.Connection, shape: Shape, rows: Iterator[Row]) -> None:
    """Write a table's rows, and read them again: they must be the same."""
    given, stored = Tally(), Tally()
    pour(connection, shape, given.through(shape, rows))
    for _ in stored.through(shape, rows_of(connection, shape)):
        pass
    if (given.rows, given.sha256) != (stored.rows, stored.sha256):
        raise TbdxError("copy-differs", table=shape.name)


def _revision(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(tables.revision.c.number)).scalar_one())
