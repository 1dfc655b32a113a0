"""Every row of a store, read from one database and written into another, exactly as it is.

What a table holds is told by its `Shape`. Those of today are made from
`tables.metadata`, so a new table is copied, backed up and moved without a word
here; those of an earlier program come with the backup that it wrote. A row has
one way of being written down (`line_of`), by which rows of two databases are
compared, however each of them keeps a moment or a truth.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DataError, IntegrityError

from tbdx.model import TbdxError
from tbdx.store import tables

Kind = Literal["integer", "number", "text", "boolean", "moment", "date", "bytes"]
Row = tuple[Any, ...]
"""A row's values in the order of its shape's columns."""

_SEEDED = {"revision", "revision_entry"}
"""Tables of which a store has rows from its beginning."""
_AT_ONCE = 1000
_AT_ONCE_WITH_BYTES = 4  # files of up to some 20 MB


class Column(BaseModel):
    """A column: its name, and what its values are (or None)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind


class Shape(BaseModel):
    """A table: its columns, and those of them (`key`) that tell its rows apart and order them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def has_bytes(self) -> bool:
        """Whether a row holds a file."""
        return any(column.kind == "bytes" for column in self.columns)


@dataclass(slots=True)
class Tally:
    """Counts and hashes the rows of a table that pass through it."""

    rows: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """The hash of all lines so far."""
        return str(self._digest.hexdigest())

    def add(self, line: bytes) -> None:
        """One more row, written down."""
        self.rows += 1
        self._digest.update(line)

    def through(self, shape: Shape, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, each of them counted."""
        for row in rows:
            self.add(line_of(shape, row))
            yield row


# --- shapes -------------------------------------------------------------------------------------


def shapes() -> tuple[Shape, ...]:
    """The tables of a store of this program, each after those that it refers to."""
    return tuple(
        Shape(
            name=table.name,
            key=tuple(column.name for column in table.primary_key) or tuple(table.c.keys()),
            columns=tuple(Column(name=c.name, kind=_kind_of(c.type)) for c in table.c),
        )
        for table in tables.metadata.sorted_tables
    )


def _kind_of(declared: sa.types.TypeEngine[Any]) -> Kind:
    for kind, (made, _) in _KINDS.items():
        if isinstance(declared, made):
            return kind
    raise TypeError(f"a backup has no way to write {declared!r} down: add a kind to it")


class _ExactMoment(tables.Moment):
    """A moment; what is none is an error, where the store reads it as nothing."""

    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        return sa.TypeDecorator.result_processor(self, dialect, coltype)


_KINDS: dict[Kind, tuple[type[sa.types.TypeEngine[Any]], type]] = {
    "moment": (tables.Moment, datetime),
    "date": (sa.Date, date),
    "boolean": (sa.Boolean, bool),
    "integer": (sa.Integer, int),
    "number": (sa.Double, float),
    "bytes": (sa.LargeBinary, bytes),
    "text": (sa.String, str),
}
"""For each kind the column's type, and the type that its values have in Python."""


def _table(shape: Shape) -> sa.TableClause:
    types = {kind: made for kind, (made, _) in _KINDS.items()} | {"moment": _ExactMoment}
    return sa.table(shape.name, *(sa.column(c.name, types[c.kind]()) for c in shape.columns))


# --- rows in and out ----------------------------------------------------------------------------


def rows_of(connection: sa.Connection, shape: Shape) -> Iterator[Row]:
    """Every row of a table, a few at a time, in the order of its key whatever the database.

    Raises TbdxError: copy-not-exact (table) where a value put in by hand is none of its column.
    """
    table = _table(shape)
    bytewise = "C" if connection.dialect.name == "postgresql" else "BINARY"
    kinds = {column.name: column.kind for column in shape.columns}
    order = [
        table.c[name].collate(bytewise) if kinds[name] == "text" else table.c[name]
        for name in shape.key
    ]
    at_once = _AT_ONCE_WITH_BYTES if shape.has_bytes else _AT_ONCE
    expected = [_KINDS[column.kind][1] for column in shape.columns]
    query = sa.select(table).order_by(*order).execution_options(yield_per=at_once)
    try:
        with connection.execute(query) as found:
            for row in map(tuple, found):
                _require_types(row, expected)
                yield row
    except (TypeError, ValueError) as error:
        raise TbdxError("copy-not-exact", table=shape.name, reason=str(error)) from error


def _require_types(row: Row, expected: Sequence[type]) -> None:
    for value, wanted in zip(row, expected, strict=True):
        if value is not None and type(value) is not wanted:
            raise TypeError(f"{value!r} is no {wanted.__name__}")


def pour(connection: sa.Connection, shape: Shape, rows: Iterable[Row]) -> None:
    """Write rows into a table that has none but those that every store begins with.

    Raises TbdxError: copy-refused (table, reason) where the database does not take one.
    """
    table = _table(shape)
    names = shape.names
    statement: sa.Insert | sa.Update = sa.insert(table)
    if shape.name == tables.revision.name:
        statement = sa.update(table)  # its one row is the lock of every change: it stays
    elif shape.name in _SEEDED:
        connection.execute(sa.delete(table))
    remaining = iter(rows)
    at_once = _AT_ONCE_WITH_BYTES if shape.has_bytes else _AT_ONCE
    while batch := [dict(zip(names, row, strict=True)) for row in islice(remaining, at_once)]:
        try:
            connection.execute(statement, batch)
        except (IntegrityError, DataError) as error:
            reason = str(error.orig).strip()
            raise TbdxError("copy-refused", table=shape.name, reason=reason) from error
        except (OverflowError, ValueError) as error:
            raise TbdxError("copy-refused", table=shape.name, reason=str(error)) from error


def go_on_numbering(connection: sa.Connection, shapes: Sequence[Shape]) -> None:
    """Let the next row of each numbered table follow the highest number. SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for shape in shapes:
        for name in (column.name for column in shape.columns if column.kind == "integer"):
            sequence = connection.scalar(
                sa.select(sa.func.pg_get_serial_sequence(shape.name, name))
            )
            highest = connection.scalar(sa.select(sa.func.max(_table(shape).c[name])))
            if sequence and highest:
                connection.execute(sa.select(sa.func.setval(sequence, highest)))


# --- what there is ------------------------------------------------------------------------------


def first_filled(connection: sa.Connection) -> str:
    """The name of a table that holds more than a store begins with; "" for an empty database."""
    there = set(sa.inspect(connection).get_table_names())
    for table in tables.metadata.sorted_tables:
        if table.name not in there:
            continue
        query = sa.select(sa.literal(1)).select_from(table).limit(1)
        if table is tables.revision:
            query = query.where(tables.revision.c.number > 0)
        elif table.name in _SEEDED:
            continue
        if connection.execute(query).first():
            return table.name
    return ""


def first_misfit(connection: sa.Connection, shapes: Sequence[Shape]) -> str:
    """The name of a table that the shapes or the database lack, or of which a column is lacking."""
    inspector = sa.inspect(connection)
    there = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }
    wanted = {shape.name: set(shape.names) for shape in shapes}
    names = sorted({*there, *wanted})
    return next((name for name in names if there.get(name) != wanted.get(name)), "")


# --- rows written down --------------------------------------------------------------------------


def line_of(shape: Shape, row: Row) -> bytes:
    """A row as a line of JSON; a file in it by its hash, moments in UTC."""
    values = [
        None if value is None else _WRITTEN.get(column.kind, _itself)(value)
        for column, value in zip(shape.columns, row, strict=True)
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(shape: Shape, line: bytes, file: Callable[[str], bytes]) -> Row:
    """The row of a line; `file` gives the bytes for a hash. Raises ValueError for any other line."""
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(shape.columns):
        raise ValueError(f"not {len(shape.columns)} values")
    return tuple(
        None if value is None else _value(column.kind, value, file)
        for column, value in zip(shape.columns, values, strict=True)
    )


def _value(kind: Kind, value: object, file: Callable[[str], bytes]) -> object:
    if kind in ("integer", "number", "boolean"):
        if type(value) is not _KINDS[kind][1]:
            raise ValueError(f"{value!r} is no {kind}")
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no {kind}")  # noqa: TRY004 (a line that is wrong)
    if kind == "moment":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return moment
    if kind == "date":
        return date.fromisoformat(value)
    return file(value) if kind == "bytes" else value


def _itself(value: Any) -> Any:
    return value


_WRITTEN: dict[Kind, Callable[[Any], Any]] = {
    "moment": tables.Moment.as_text,
    "date": date.isoformat,
    "bytes": lambda content: hashlib.sha256(content).hexdigest(),
}
