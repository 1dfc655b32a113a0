"""Review, versions, closed years, the register, plan versions, errata, and the record of it all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER record_is_append_only_{when} BEFORE {when} ON record{condition}"
        " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
    ),
    "postgresql": (
        "CREATE TRIGGER record_is_append_only_{when} BEFORE {when} ON record"
        " FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only()"
    ),
}
_REFUSED = {
    "sqlite": {
        "UPDATE": "",
        "DELETE": "",
        # REPLACE deletes without asking the trigger for DELETE.
        "INSERT": " WHEN EXISTS (SELECT 1 FROM record WHERE number >= NEW.number)",
    },
    "postgresql": {"UPDATE": "", "DELETE": "", "TRUNCATE": ""},
}

_INDICES = (
    ("submission", ("year",)),
    ("submission", ("state",)),
    ("submission", ("receipt",)),
    ("nil_return", ("year",)),
    ("record", ("action",)),
    ("record", ("agency", "year")),
)


def upgrade() -> None:
    # Columns are added in place: SQLite would copy the table, which others refer to.
    op.execute("ALTER TABLE submission RENAME COLUMN accepted_at TO received_at")
    op.execute(
        "ALTER TABLE submission ADD COLUMN state VARCHAR DEFAULT 'accepted' NOT NULL"
        " CONSTRAINT ck_submission_state CHECK (state IN ('waiting', 'accepted', 'returned'))"
    )
    for name in ("sent_by", "decided_by", "reason"):
        op.add_column(
            "submission",
            sa.Column(name, sa.String(), nullable=False, server_default=sa.literal_column("''")),
        )
    op.add_column("submission", sa.Column("decided_at", sa.DateTime(timezone=True)))
    op.add_column(
        "submission",
        sa.Column("chosen", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "submission", sa.Column("receipt", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "submission",
        sa.Column("ever_accepted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    accepted = sa.table("submission", sa.column("ever_accepted", sa.Boolean()))
    op.execute(sa.update(accepted).values(ever_accepted=True))  # none was kept that was not
    op.execute("UPDATE submission SET decided_at = received_at")
    for name, columns in _tables().items():
        op.create_table(name, *columns)
    for table, indexed in _INDICES:
        op.create_index(f"ix_{table}_{'_'.join(indexed)}", table, list(indexed))
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$"
        )
    for when, condition in _REFUSED[dialect].items():
        op.execute(_APPEND_ONLY[dialect].format(when=when, condition=condition))


def _tables() -> dict[str, list[Any]]:
    def string(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.String(), nullable=False)

    def number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
        return sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False)

    def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

    def key(table: str, *columns: str) -> sa.Constraint:
        return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")

    def counted() -> sa.Column[Any]:
        return sa.Column("id", sa.Integer(), nullable=False)

    return {
        "nil_return": [
            *(string("agency"), number("year"), string("phase")),
            *(moment("at"), string("actor"), string("reason")),
            key("nil_return", "agency", "year", "phase"),
        ],
        "closed_year": [
            *(number("year"), moment("at"), string("actor"), string("reason")),
            key("closed_year", "year"),
        ],
        "plan_version": [
            *(counted(), string("decision"), sa.Column("date", sa.Date(), nullable=False)),
            *(number("first_year"), string("file_name"), string("document")),
            *(moment("at"), string("actor"), string("reason")),
            moment("withdrawn_at", nullable=True),
            key("plan_version", "id"),
            sa.ForeignKeyConstraint(
                ["document"], ["document.sha256"], name="fk_plan_version_document"
            ),
        ],
        "register_change": [
            *(counted(), string("content"), moment("at"), string("actor")),
            moment("withdrawn_at", nullable=True),
            key("register_change", "id"),
        ],
        "erratum": [
            *(counted(), string("agency"), number("year"), string("field")),
            *(string("stated"), string("corrected"), string("reason"), string("source")),
            *(moment("at"), string("actor"), moment("withdrawn_at", nullable=True)),
            key("erratum", "id"),
        ],
        "contact": [string("agency"), string("email"), key("contact", "agency")],
        "record": [
            *(number("number"), moment("at"), string("actor"), string("action")),
            *(string("subject"), string("agency"), number("year", nullable=True)),
            *(string("before"), string("after"), string("previous"), string("hash")),
            key("record", "number"),
        ],
    }
