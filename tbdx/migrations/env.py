"""Alembic's entry: runs migrations on the connection it was handed."""

from __future__ import annotations

from alembic import context

from tbdx.store import metadata

# The caller's transaction holds everything, the lock included. Tables are
# altered in batches because SQLite can't alter a column in place.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
