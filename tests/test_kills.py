"""A process may die at any moment of a change: the store holds all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from stores import NOON, checked, fields, receive

from benchmarks import kills
from benchmarks.crashes import ACTOR, KILLED, Nursery, accept, judge
from benchmarks.databases import contents, engine_for, new_postgresql_database
from tbdx.model import CheckedFile, TbdxError
from tbdx.plan import Plan
from tbdx.store import Store


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture(scope="module")
def forms(plan: Plan) -> list[CheckedFile]:
    return kills.forms(plan)


def choose_the_newest(url: str, file: CheckedFile) -> None:
    """Choose this file's submission by hand, so that the next acceptance ends a choice as well."""
    store = Store.open(url)
    (newest, *_) = (s for s in store.submissions() if s.sha256 == file.sha256)
    store.choose(newest.id, NOON, ACTOR, "Vì")
    store.close()


def test_killed_at_any_statement_all_or_nothing(
    url: str, nursery: Nursery, forms: list[CheckedFile]
) -> None:
    """Killed between any two statements, before or after the commit: all is there or nothing.

    Then the record verifies, every file is the bytes that were sent, and the
    same files are accepted when they are sent again. Up to the commit nothing
    is stored, from then on everything.
    """
    batches = kills.versions(forms[:2])
    first = next(batches)
    store = Store.open(url)
    store.receive(first, NOON, ACTOR)
    store.close()
    choose_the_newest(url, first[0])
    stored = []
    for boundary, batch in zip(count(), batches, strict=False):
        database = engine_for(url)
        before = contents(database)
        database.dispose()
        ended = nursery.run(partial(accept, url, batch, boundary))
        outcome = judge(url, before, batch)
        assert outcome.faults == (), f"killed at boundary {boundary}"
        if ended == 0:  # there is no such boundary any more
            break
        assert ended == KILLED
        stored.append(outcome.stored)
        choose_the_newest(url, batch[0])
    assert outcome.stored
    assert stored == sorted(stored)
    assert stored.count(True) == 1  # right after the commit
    assert len(stored) > 20


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_random_moments(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, forms: list[CheckedFile]
) -> None:
    """A short run of what `python -m benchmarks.kills` does a thousand times finds no fault."""
    if kind == "postgresql":
        new_database = partial(new_postgresql_database, request.getfixturevalue("postgres_url"))
    else:
        new_database = partial("sqlite:///{}/tbdx.sqlite".format, tmp_path)
    figures = kills.run(new_database, 12, 2023, forms)
    assert figures.faults == []
    assert figures.ended.total() == 12
    assert f"kills      {12}" in str(figures)


def test_a_judge_sees_what_is_missing(url: str, forms: list[CheckedFile]) -> None:
    """The judge of these tests is not blind: half of an acceptance is a fault."""
    first, second, *_ = islice(kills.versions(forms), 2)
    store = Store.open(url)
    store.receive(first, NOON, ACTOR)
    database = engine_for(url)
    before = contents(database)
    store.receive(second[:-1], NOON, ACTOR)
    store.close()
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE answer SET number = 7 WHERE number = 40"))
    database.dispose()
    faults = judge(url, before, second).faults
    assert f"{second[-1].name} has no submission" in faults
    assert f"{second[0].name} has other answers" in faults
    assert any(fault.startswith("row-changed: submission:") for fault in faults)


def test_a_server_that_drops_the_connection(postgres_database: str) -> None:
    """Where PostgreSQL ends the connection before any statement or the commit, nothing is kept.

    The caller learns that the store is not available, and may try again.
    """
    store, database = Store.open(postgres_database), engine_for(postgres_database)
    receive(store, [checked(*fields(), content=b"0")], NOON)
    before = contents(database)
    ends = 0
    while (code := _receive_on_a_failing_server(store, database, ends)) is not None:
        assert code == "store-unavailable"
        assert contents(database) == before
        ends += 1
    assert ends > 10
    assert [s.agency for s in store.submissions()] == ["dai", "bao"]
    assert store.verify().faults == ()
    store.close()
    database.dispose()


def _receive_on_a_failing_server(store: Store, database: sa.Engine, place: int) -> str | None:
    """Receive a file while the server ends the connection at this statement; the error's code."""
    numbers = count()

    def end_it(connection: sa.Connection, *_: object) -> None:
        if next(numbers) == place:
            driver: Any = connection.connection.dbapi_connection
            with database.connect() as other:
                pid = {"pid": driver.info.backend_pid}
                assert other.scalar(sa.text("SELECT pg_terminate_backend(:pid, 10000)"), pid)

    engine, events = store._database.engine, ("before_cursor_execute", "commit")
    for event in events:
        sa.event.listen(engine, event, end_it)
    try:
        receive(store, [checked(*fields("dai"), content=b"1")], NOON)
    except TbdxError as error:
        return error.code
    finally:
        for event in events:
            sa.event.remove(engine, event, end_it)
    return None
