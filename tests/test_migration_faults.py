"""A migration that is interrupted: the old schema whole or the new one, and the next start completes it.

Every migration that there is is taken, whatever it does: a new one needs no word here.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from outages import file_of

from benchmarks.crashes import KILLED, Nursery
from benchmarks.databases import engine_for
from tbdx import migrations
from tbdx.model import TbdxError
from tbdx.store import Store, known_schemas

OLDEST, NEWEST = known_schemas()[0], known_schemas()[-1]
_AT = datetime(2024, 12, 2, 9, 30, tzinfo=UTC)

Picture = dict[str, tuple[list[str], list[Any]]]
"""Every table's columns and rows."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def database(url: str) -> Iterator[sa.Engine]:
    """A database reached past the store, whose folder is there."""
    if url.startswith("sqlite"):
        file_of(url).parent.mkdir()
    engine = engine_for(url)
    yield engine
    engine.dispose()


@pytest.fixture
def oldest(database: sa.Engine) -> sa.Engine:
    """A database as the first program left it, with one report."""
    with database.begin() as connection:
        migrations.upgrade(connection, OLDEST)
        moment = sa.bindparam("at", type_=sa.DateTime(timezone=True))
        document = sa.text("INSERT INTO document VALUES (:sha256, 'a.xlsx', :content, 1, :at)")
        given = {"sha256": hashlib.sha256(b"x").hexdigest(), "content": b"x", "at": _AT}
        connection.execute(document.bindparams(moment), given)
        submission = sa.text(
            "INSERT INTO submission (document, file_name, agency, year, phase, version,"
            " accepted_at, revision)"
            " SELECT sha256, file_name, 'bao', 2024, 'final', 1, :at, 1 FROM document"
        )
        connection.execute(submission.bindparams(moment), {"at": _AT})
        connection.execute(
            sa.text(
                "INSERT INTO answer SELECT id, 'revenue', 0, 7, NULL, 'S', 'D7' FROM submission"
            )
        )
        connection.execute(sa.text("UPDATE revision SET number = 1"))
    database.dispose()
    return database


def picture(database: sa.Engine) -> Picture:
    """All that there is in a database, whatever its schema."""
    found: Picture = {}
    with database.connect() as connection:
        inspector = sa.inspect(connection)
        for name in inspector.get_table_names():
            columns = [column["name"] for column in inspector.get_columns(name)]
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"'))  # noqa: S608 (its own name)
            found[name] = columns, sorted(map(repr, rows))
    database.dispose()
    return found


def open_and_die(url: str, boundary: int) -> None:
    """Open a store, which migrates it; be killed at a boundary, counted from 0.

    Boundaries are before each statement that changes something (so, after the one before
    it), before and after a commit.
    """
    numbers = count()

    def reached(*_: object) -> None:
        if next(numbers) == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith(("SELECT", "PRAGMA")):
            reached()

    sa.event.listen(sa.Engine, "before_cursor_execute", before_statement)
    sa.event.listen(sa.Engine, "commit", reached)
    sa.event.listen(sa.Pool, "reset", reached)  # follows the commit, before anything else
    Store.open(url)


def _schema(seen: Picture) -> str:
    _, rows = seen.get("alembic_version", ([], []))
    return rows[0].strip("()',") if rows else ""


def _kill_at_each(url: str, database: sa.Engine, nursery: Nursery, step: int) -> int:
    """Kill migrating at one boundary after the other; how many there were."""
    before = picture(database)
    for boundary in count(step=step):
        ended = nursery.run(partial(open_and_die, url, boundary))
        if ended == 0:
            return boundary
        assert ended == KILLED
        after = picture(database)
        if _schema(after) == NEWEST:  # the commit was made
            assert nursery.run(partial(open_and_die, url, 10**6)) == 0
            return boundary
        assert after == before, f"killed at boundary {boundary}"
    raise AssertionError("it never ends")


def test_killed_between_any_two_statements(url: str, oldest: sa.Engine, nursery: Nursery) -> None:
    """From the oldest schema to the newest: killed at every boundary, nothing or all is done."""
    assert _kill_at_each(url, oldest, nursery, 1) > 30
    store = Store.open(url)
    (submission,) = store.submissions()
    assert (submission.agency, submission.counts) == ("bao", True)
    assert list(store.panel()["number"]) == [7.0]
    found = store.verify()
    assert (found.faults, found.entries) == ((), 1)
    store.close()


def test_killed_while_the_first_tables_are_made(
    url: str, database: sa.Engine, nursery: Nursery
) -> None:
    """From nothing to the newest schema: the tables are all there or none."""
    assert _kill_at_each(url, database, nursery, 3) > 40
    store = Store.open(url)
    assert store.is_empty()
    store.close()


def test_two_servers_migrate_at_once(url: str, oldest: sa.Engine, nursery: Nursery) -> None:
    """Both start well; one of them has migrated, and the record was begun once."""
    with Nursery() as other:
        nursery.start(partial(open_and_die, url, 10**6))
        other.start(partial(open_and_die, url, 10**6))
        assert (nursery.ended(), other.ended()) == (0, 0)
    store = Store.open(url)
    assert [entry.number for entry in store.record()] == [1]
    assert store.verify().faults == ()
    store.close()


def test_an_old_program_leaves_a_newer_schema_alone(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program before any migration refuses the database after it, and says which it is."""
    older = known_schemas()[:-1]
    monkeypatch.setattr("tbdx.store.database.known_schemas", lambda: older)
    with pytest.raises(TbdxError) as caught:
        Store.open(url)
    assert caught.value.code == "store-newer"
    assert (caught.value.fields["found"], caught.value.fields["expected"]) == (NEWEST, older[-1])
    engine = engine_for(url)
    assert _schema(picture(engine)) == NEWEST
