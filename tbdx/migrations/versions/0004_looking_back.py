"""With which entry of the record each revision ended, so that what was then can be looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "revision_entry",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_revision_entry"),
    )
    # Of an empty store; what others began with is filled in when they are taken over.
    op.execute("INSERT INTO revision_entry (number, entry) SELECT number, 0 FROM revision")
