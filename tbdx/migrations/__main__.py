"""Write the next migration: python -m tbdx.migrations "what it does"."""

from __future__ import annotations

import sys
import tempfile

import sqlalchemy as sa

from tbdx.migrations import upgrade, write

name = " ".join(sys.argv[1:]).strip()
if not name:
    sys.exit(__doc__)
with tempfile.TemporaryDirectory() as folder:
    engine = sa.create_engine(f"sqlite:///{folder}/scratch.sqlite")
    with engine.begin() as connection:
        upgrade(connection)
    with engine.connect() as connection:
        write(connection, name)
    engine.dispose()
