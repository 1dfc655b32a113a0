"""The store: submissions with their original files, in SQLite or PostgreSQL.

Only facts are stored: the bytes that were received, the answers read from
them, the findings made about them. Nothing computed is kept here.

Every change is one transaction whose first statement raises the revision.
That statement takes the write lock in both databases, so acceptances happen
one after another, and whoever keys a cache on `Store.revision()` never sees
old figures after a new submission.

This is the only module that knows SQLAlchemy; `tbdx.migrations` brings older
databases to the tables declared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import Any, Self

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tbdx.model import (
    CheckedFile,
    Finding,
    Phase,
    Receipt,
    ReportedField,
    Severity,
    Submission,
    TbdxError,
)

MIGRATIONS = Path(__file__).parent / "migrations"

_BUSY_SECONDS = 10
_MIGRATION_LOCK_ID = 0x74626478  # any constant that this product alone uses: "tbdx"
_migration_lock = Lock()  # Alembic keeps its context in module globals


class _Moment(sa.TypeDecorator[datetime]):
    """A moment, kept in UTC; SQLite has no type for it and keeps it without zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_revision = sa.Table(
    "revision",
    metadata,
    sa.Column("number", sa.Integer, nullable=False),
)

_document = sa.Table(
    "document",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("received_at", _Moment, nullable=False),
)

_submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.ForeignKey("document.sha256"), nullable=False, index=True),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("agency", sa.String, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("accepted_at", _Moment, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("confirmation", sa.String),
    sa.UniqueConstraint("agency", "year", "phase", "version"),
    sa.CheckConstraint("phase IN ('estimate', 'final')", name="phase"),
)

_answer = sa.Table(
    "answer",
    metadata,
    sa.Column("submission_id", sa.ForeignKey("submission.id"), primary_key=True),
    sa.Column("field", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("number", sa.Double),
    sa.Column("text", sa.String),
    sa.Column("sheet", sa.String, nullable=False),
    sa.Column("cell", sa.String, nullable=False),
    sa.CheckConstraint("number IS NULL OR text IS NULL", name="one_value"),
)

_remark = sa.Table(
    "remark",
    metadata,
    sa.Column("submission_id", sa.ForeignKey("submission.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("severity", sa.String, nullable=False),
    sa.Column("sheet", sa.String, nullable=False),
    sa.Column("cell", sa.String, nullable=False),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("found", sa.String, nullable=False),
    sa.Column("expected", sa.String, nullable=False),
)

# The submissions of one agency and year, ranked: a final report outranks an
# estimate, then the highest version. Rank 1 is the one that counts.
_ranked = sa.select(
    _submission,
    sa.func.row_number()
    .over(
        partition_by=(_submission.c.agency, _submission.c.year),
        order_by=(
            sa.case((_submission.c.phase == Phase.FINAL.value, 0), else_=1),
            _submission.c.version.desc(),
        ),
    )
    .label("rank"),
).subquery("ranked")

_select_submissions = sa.select(_ranked).order_by(_ranked.c.id.desc())

_select_panel = (
    sa.select(
        _ranked.c.agency,
        _ranked.c.year,
        _ranked.c.phase,
        _answer.c.field,
        _answer.c.number,
        _answer.c.text,
        _answer.c.sheet,
        _answer.c.cell,
        _ranked.c.id.label("submission"),
    )
    .join_from(_ranked, _answer, _answer.c.submission_id == _ranked.c.id)
    .where(_ranked.c.rank == 1)
    .order_by(_ranked.c.id, _answer.c.position)
)

_PANEL_TYPES = {
    "agency": "str",
    "year": "int64",
    "phase": "str",
    "field": "str",
    "number": "float64",
    "text": "str",
    "sheet": "str",
    "cell": "str",
    "submission": "int64",
}


@dataclass(slots=True)
class Store:
    """The submissions of one database. Made by `Store.open`; safe to share by threads."""

    _engine: sa.Engine
    _url: str

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database at `url`, after creating it or bringing it up to date.

        `url` is "sqlite:///path/to/file" (the folder is created) or
        "postgresql://user:password@host/database".

        Raises `TbdxError("store-unavailable")` when it can't be reached or is
        no store, `TbdxError("store-newer")` when a later program has changed it.
        """
        engine, shown = _engine(url)
        store = cls(engine, shown)
        try:
            store._bring_up_to_date()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def revision(self) -> int:
        """How many changes the store has seen; it rises with every one."""
        with self._connection() as connection:
            return int(connection.execute(sa.select(_revision.c.number)).scalar_one())

    def accept(
        self, files: Sequence[CheckedFile], at: datetime, confirmation: str = ""
    ) -> list[Receipt]:
        """Store all of `files` as received at `at`, or none of them; one receipt each.

        `confirmation` is kept with every submission whose file has remarks.

        A file becomes one submission for each agency, year and phase it
        reports on, with the next version. A file that is already the latest
        version of all its reports, byte for byte, is not stored again: its
        receipt is a `duplicate`. An older file sent once more counts again.

        Raises `TbdxError("not-acceptable", file)` for a file with blocking
        findings or without any field.
        """
        if at.tzinfo is None:
            raise ValueError("the time of acceptance needs a time zone")
        for file in files:
            if not (file.acceptable and file.fields):
                raise TbdxError("not-acceptable", file=file.name)
        if not files:
            return []
        with self._connection() as connection:
            revision = _raise_revision(connection)
            versions = [_add(connection, file, at, revision, confirmation) for file in files]
            stored = _submissions_of(connection, {file.sha256 for file in files})
            if any(added for added, _ in versions):
                connection.commit()
        return [
            Receipt(
                file_name=file.name,
                sha256=file.sha256,
                revision=stored[reports[0]].revision,
                duplicate=not added,
                submissions=tuple(stored[report] for report in reports),
            )
            for file, (added, reports) in zip(files, versions, strict=True)
        ]

    def panel(self) -> pd.DataFrame:
        """The answers that are in use: one row per agency, year and field.

        Columns: agency, year, phase, field, number, text, sheet, cell,
        submission. A yes/no answer is in `text` ("yes", "no", "na"), a number
        in `number`; a blank has neither.
        """
        with self._connection() as connection:
            rows = connection.execute(_select_panel).all()
        # Sorted here, since the databases collate differently; the order of fields stays.
        rows = sorted(rows, key=attrgetter("agency", "year"))
        columns: Iterable[tuple[Any, ...]] = zip(*rows, strict=True) if rows else ((),) * 9
        return pd.DataFrame(
            {
                name: pd.Series(list(column), dtype=dtype)
                for (name, dtype), column in zip(_PANEL_TYPES.items(), columns, strict=True)
            }
        )

    def submissions(self) -> list[Submission]:
        """Every submission ever accepted, the newest first."""
        with self._connection() as connection:
            return [_submission_from(row) for row in connection.execute(_select_submissions)]

    def document(self, sha256: str) -> tuple[str, bytes]:
        """The name and the bytes of a file as it was received.

        Raises `TbdxError("unknown-document", found)`.
        """
        query = sa.select(_document.c.file_name, _document.c.content).where(
            _document.c.sha256 == sha256
        )
        with self._connection() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise TbdxError("unknown-document", found=sha256)
        return row.file_name, row.content

    def remarks(self, submission_id: int) -> tuple[Finding, ...]:
        """What checking had to say about the file of this submission."""
        query = (
            sa.select(_remark)
            .where(_remark.c.submission_id == submission_id)
            .order_by(_remark.c.position)
        )
        with self._connection() as connection:
            return tuple(
                Finding(
                    code=row.code,
                    severity=Severity(row.severity),
                    sheet=row.sheet,
                    cell=row.cell,
                    field=row.field,
                    found=row.found,
                    expected=row.expected,
                )
                for row in connection.execute(query)
            )

    @contextmanager
    def _connection(self, **options: Any) -> Iterator[sa.Connection]:
        """A connection in a transaction that is undone unless the caller commits."""
        try:
            with self._engine.connect().execution_options(**options) as connection:
                yield connection
        except (IntegrityError, DataError):
            raise  # the values are at fault, not the database
        except (DBAPIError, PoolTimeoutError) as error:
            raise _unavailable(self._url, error) from error

    def _bring_up_to_date(self) -> None:
        *_, newest = known = known_schemas()
        with self._connection() as connection:
            if _schema(connection) == newest:
                return
        with _migration_lock, self._connection(tbdx_begin="BEGIN IMMEDIATE") as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK_ID)))
            found = _schema(connection)
            if found is not None and found not in known:
                raise TbdxError("store-newer", url=self._url, found=found, expected=newest)
            if found != newest:
                from tbdx.migrations import upgrade  # noqa: PLC0415  Alembic only when needed

                upgrade(connection)
                connection.commit()


def known_schemas() -> list[str]:
    """The schemas this program has migrations to, the oldest first."""
    return sorted(path.name.split("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*_*.py"))


def _engine(address: str) -> tuple[sa.Engine, str]:
    """The engine for an address, and the address as it may be shown."""
    scheme = address.partition(":")[0]
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError) as error:
        raise _unavailable(scheme, error) from error
    shown = url.set(query={}).render_as_string(hide_password=True)
    match url.drivername:
        case "sqlite" | "sqlite+pysqlite":
            return _sqlite(url, shown), shown
        case "postgresql" | "postgresql+psycopg":
            url = url.set(drivername="postgresql+psycopg")
            return sa.create_engine(url, pool_pre_ping=True), shown
    raise _unavailable(shown, f"{scheme!r} is neither sqlite nor postgresql")


def _sqlite(url: sa.URL, shown: str) -> sa.Engine:
    if url.database in (None, "", ":memory:"):
        raise _unavailable(shown, "the address names no file")
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
        connection.exec_driver_sql(connection.get_execution_options().get("tbdx_begin", "BEGIN"))

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


def _raise_revision(connection: sa.Connection) -> int:
    connection.execute(sa.update(_revision).values(number=_revision.c.number + 1))
    return int(connection.execute(sa.select(_revision.c.number)).scalar_one())


_Version = tuple[str, int, str, int]  # agency, year, phase, version


def _add(
    connection: sa.Connection, file: CheckedFile, at: datetime, revision: int, confirmation: str
) -> tuple[bool, list[_Version]]:
    """Write one file; whether anything was written, and the versions that hold its reports."""
    reports = _by_report(file.fields)
    latest = _latest_versions(connection, reports)
    if all(document == file.sha256 for _, document in latest.values()):
        return False, [(*key, version) for key, (version, _) in latest.items()]
    known = sa.select(_document.c.sha256).where(_document.c.sha256 == file.sha256)
    if connection.execute(known).one_or_none() is None:
        document = {
            "sha256": file.sha256,
            "file_name": file.name,
            "content": file.content,
            "size": len(file.content),
            "received_at": at,
        }
        connection.execute(sa.insert(_document), document)
    answers: list[dict[str, Any]] = []
    remarks: list[dict[str, Any]] = []
    for (agency, year, phase), (version, _) in latest.items():
        submission_id = connection.execute(
            sa.insert(_submission)
            .values(
                document=file.sha256,
                file_name=file.name,
                agency=agency,
                year=year,
                phase=phase,
                version=version + 1,
                accepted_at=at,
                revision=revision,
                confirmation=confirmation if file.needs_confirmation else None,
            )
            .returning(_submission.c.id)
        ).scalar_one()
        fields = reports[agency, year, phase]
        answers += [_answer_row(submission_id, place, field) for place, field in enumerate(fields)]
        remarks += [
            _remark_row(submission_id, place, finding)
            for place, finding in enumerate(file.findings)
        ]
    connection.execute(sa.insert(_answer), answers)
    if remarks:
        connection.execute(sa.insert(_remark), remarks)
    return True, [(*key, version + 1) for key, (version, _) in latest.items()]


_Report = tuple[str, int, str]  # agency, year, phase


def _latest_versions(
    connection: sa.Connection, reports: Iterable[_Report]
) -> dict[_Report, tuple[int, str]]:
    """For each report the latest version and its document's hash; (0, "") where there is none."""
    columns = _submission.c
    found: dict[_Report, tuple[int, str]] = {}
    for agency, year, phase in reports:
        query = (
            sa.select(columns.version, columns.document)
            .where(columns.agency == agency, columns.year == year, columns.phase == phase)
            .order_by(columns.version.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        found[agency, year, phase] = (row.version, row.document) if row else (0, "")
    return found


def _by_report(fields: Iterable[ReportedField]) -> dict[_Report, list[ReportedField]]:
    reports: dict[_Report, list[ReportedField]] = {}
    for field in fields:
        reports.setdefault((field.agency, field.year, field.phase.value), []).append(field)
    return reports


def _answer_row(submission_id: int, position: int, field: ReportedField) -> dict[str, Any]:
    is_text = isinstance(field.value, str)  # an Answer is a str as well
    return {
        "submission_id": submission_id,
        "position": position,
        "field": field.field,
        "number": None if is_text or field.value is None else float(field.value),
        "text": str(field.value) if is_text else None,
        "sheet": field.sheet,
        "cell": field.cell,
    }


def _remark_row(submission_id: int, position: int, finding: Finding) -> dict[str, Any]:
    return {
        "submission_id": submission_id,
        "position": position,
        "code": finding.code,
        "severity": finding.severity.value,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "field": finding.field,
        "found": finding.found,
        "expected": finding.expected,
    }


def _submissions_of(connection: sa.Connection, hashes: Iterable[str]) -> dict[_Version, Submission]:
    """Every submission of these documents by the version of the report that it is."""
    query = sa.select(_ranked).where(_ranked.c.document.in_(hashes))
    return {
        (row.agency, row.year, row.phase, row.version): _submission_from(row)
        for row in connection.execute(query)
    }


def _submission_from(row: sa.Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        agency=row.agency,
        year=row.year,
        phase=Phase(row.phase),
        version=row.version,
        file_name=row.file_name,
        sha256=row.document,
        accepted_at=row.accepted_at,
        revision=row.revision,
        counts=row.rank == 1,
        confirmation=row.confirmation or "",
    )
