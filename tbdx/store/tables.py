"""The store's tables. Migrations bring older databases to what is declared here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class Moment(sa.TypeDecorator[datetime]):
    """A moment, kept in UTC; SQLite has no type for it and keeps it without zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """As ever, but what is no moment is None: SQLite keeps whatever is put in by hand.

        So verifying the record can say where that is.
        """
        process = super().result_processor(dialect, coltype)

        def moment(value: Any) -> datetime | None:
            try:
                return process(value) if process else value
            except (TypeError, ValueError):
                return None

        return moment

    @staticmethod
    def as_text(value: datetime) -> str:
        """The moment as the record keeps it, the same from both databases."""
        return value.astimezone(UTC).isoformat()


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

revision = sa.Table(
    "revision",
    metadata,
    sa.Column("number", sa.Integer, nullable=False),
)

# With which entry of the record each revision ended, as far back as is known.
revision_entry = sa.Table(
    "revision_entry",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("entry", sa.Integer, nullable=False),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.ForeignKey("document.sha256"), nullable=False, index=True),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("agency", sa.String, nullable=False),
    sa.Column("year", sa.Integer, nullable=False, index=True),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("confirmation", sa.String),
    sa.Column("state", sa.String, nullable=False, server_default="accepted", index=True),
    sa.Column("sent_by", sa.String, nullable=False, server_default=sa.literal_column("''")),
    sa.Column("decided_at", Moment),
    sa.Column("decided_by", sa.String, nullable=False, server_default=sa.literal_column("''")),
    sa.Column("reason", sa.String, nullable=False, server_default=sa.literal_column("''")),
    sa.Column("chosen", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("receipt", sa.Integer, nullable=False, server_default="0", index=True),
    sa.Column("ever_accepted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("agency", "year", "phase", "version"),
    sa.CheckConstraint("phase IN ('estimate', 'final')", name="phase"),
    sa.CheckConstraint("state IN ('waiting', 'accepted', 'returned')", name="state"),
)

answer = sa.Table(
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

remark = sa.Table(
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

nil_return = sa.Table(
    "nil_return",
    metadata,
    sa.Column("agency", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False, index=True),
    sa.Column("phase", sa.String, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
)

closed_year = sa.Table(
    "closed_year",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
)

plan_version = sa.Table(
    "plan_version",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("decision", sa.String, nullable=False),
    sa.Column("date", sa.Date, nullable=False),
    sa.Column("first_year", sa.Integer, nullable=False),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("document", sa.ForeignKey("document.sha256"), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("withdrawn_at", Moment),
)

register_change = sa.Table(
    "register_change",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("content", sa.String, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("withdrawn_at", Moment),
)

erratum = sa.Table(
    "erratum",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("agency", sa.String, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("stated", sa.String, nullable=False),
    sa.Column("corrected", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("withdrawn_at", Moment),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("agency", sa.String, primary_key=True),
    sa.Column("email", sa.String, nullable=False),
)

# Names and addresses stand here alone; `salt` makes the record's hash of them tell nothing.
person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("email", sa.String, nullable=False, index=True),
    sa.Column("issuer", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("salt", sa.String, nullable=False),
    sa.Column("roles", sa.String, nullable=False),
    sa.Column("agencies", sa.String, nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    sa.Column("added_by", sa.String, nullable=False),
    sa.Column("removed_at", Moment),
    sa.Index(
        None,
        "issuer",
        "subject",
        unique=True,  # an account is one person's
        sqlite_where=sa.column("subject") != "",
        postgresql_where=sa.column("subject") != "",
    ),
)

# Sign-ins that were ended before their time: a hash of each, kept until it would expire.
ended_session = sa.Table(
    "ended_session",
    metadata,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("expires_at", Moment, nullable=False),
)

# The record: entries are added and never changed; triggers refuse anything else.
record = sa.Table(
    "record",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False, index=True),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("agency", sa.String, nullable=False),
    sa.Column("year", sa.Integer),
    sa.Column("before", sa.String, nullable=False),
    sa.Column("after", sa.String, nullable=False),
    sa.Column("previous", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
    sa.Index(None, "agency", "year"),
)
