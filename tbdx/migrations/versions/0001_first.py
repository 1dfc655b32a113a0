"""The first schema: revision, document, submission, answer, remark."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    counter = op.create_table("revision", sa.Column("number", sa.Integer(), nullable=False))
    op.bulk_insert(counter, [{"number": 0}])
    op.create_table(
        "document",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_document"),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.ForeignKeyConstraint(["document"], ["document.sha256"], name="fk_submission_document"),
        sa.UniqueConstraint(
            "agency", "year", "phase", "version", name="uq_submission_agency_year_phase_version"
        ),
        sa.CheckConstraint("phase IN ('estimate', 'final')", name=op.f("ck_submission_phase")),
    )
    op.create_index("ix_submission_document", "submission", ["document"])
    op.create_table(
        "answer",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "field", name="pk_answer"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_answer_submission_id"
        ),
        sa.CheckConstraint("number IS NULL OR text IS NULL", name=op.f("ck_answer_one_value")),
    )
    op.create_table(
        "remark",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("expected", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "position", name="pk_remark"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_remark_submission_id"
        ),
    )
