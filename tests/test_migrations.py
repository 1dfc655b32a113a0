"""A store of an earlier program is taken over whole, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import ROOT
from sessions import served
from stores import NOON, checked, fields, in_use, receive

from benchmarks.crashes import KILLED, Nursery, die_at
from benchmarks.databases import contents, engine_for
from tbdx import migrations
from tbdx.model import Action, RecordFault, ReviewState, TbdxError
from tbdx.store import Store, known_schemas

_ROWS = (
    ("bao", "estimate", 1, b"old", 1),
    ("bao", "estimate", 2, b"new", 2),
    ("bao", "final", 1, b"final", 3),
    ("dai", "estimate", 1, b"both", 4),
    ("tap-chi", "estimate", 1, b"both", 4),
)


def _moment(number: int) -> datetime:
    return NOON + timedelta(days=number)


@pytest.fixture
def earlier(url: str) -> Iterator[sa.Engine]:
    """A database as the program before the record left it: five submissions of four files."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    database = engine_for(url)
    with database.begin() as connection:
        migrations.upgrade(connection, "0002")
        for content in dict.fromkeys(row[3] for row in _ROWS):
            connection.execute(
                sa.text(
                    "INSERT INTO document (sha256, file_name, content, size, received_at)"
                    " VALUES (:sha256, :name, :content, 3, :at)"
                ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
                {
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "name": f"{content.decode()}.xlsx",
                    "content": content,
                    "at": NOON,
                },
            )
        for number, (agency, phase, version, content, revision) in enumerate(_ROWS, 1):
            connection.execute(
                sa.text(
                    "INSERT INTO submission (id, document, file_name, agency, year, phase, version,"
                    " accepted_at, revision, confirmation) VALUES (:id, :document, :name, :agency,"
                    " 2024, :phase, :version, :at, :revision, :confirmation)"
                ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
                {
                    "id": number,
                    "document": hashlib.sha256(content).hexdigest(),
                    "name": f"{content.decode()}.xlsx",
                    "agency": agency,
                    "phase": phase,
                    "version": version,
                    "at": _moment(number),
                    "revision": revision,
                    "confirmation": "Đã hỏi lại" if number == 2 else None,
                },
            )
            connection.execute(
                sa.text(
                    "INSERT INTO answer (submission_id, field, position, number, text, sheet, cell)"
                    " VALUES (:id, 'revenue', 0, :id, NULL, 'Biểu 1', 'D7'),"
                    " (:id, 'note', 1, NULL, 'đủ', 'Biểu 1', 'D8')"
                ),
                {"id": number},
            )
            connection.execute(
                sa.text(
                    "INSERT INTO remark VALUES (:id, 0, 'unusual', 'remark', '', '', '', '', '')"
                ),
                {"id": number},
            )
        connection.execute(sa.text("UPDATE revision SET number = 4"))
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT setval('submission_id_seq', 5)"))
    database.dispose()
    yield database
    database.dispose()


def assert_taken_over(store: Store) -> None:
    """Everything is there, counts as before, and is told of in the record."""
    found = list(reversed(store.submissions()))
    assert [(s.agency, s.phase, s.version, s.revision) for s in found] == [
        (agency, phase, version, revision) for agency, phase, version, _, revision in _ROWS
    ]
    assert {s.state for s in found} == {ReviewState.ACCEPTED}
    for number, submission in enumerate(found, 1):
        assert submission.received_at == submission.decided_at == _moment(number)
        assert (submission.sent_by, submission.decided_by, submission.reason) == ("", "", "")
        assert submission.receipt == number
        assert submission.ever_accepted
        assert len(store.remarks(submission.id)) == 1
    assert [s.id for s in found if s.counts] == [3, 4, 5]
    assert found[1].confirmation == "Đã hỏi lại"
    assert [
        (agency, value) for agency, _, _, field, value in in_use(store) if field == "revenue"
    ] == [
        ("bao", 3.0),
        ("dai", 4.0),
        ("tap-chi", 5.0),
    ]
    assert store.revision() == 4

    entries = list(reversed(store.record()))
    assert [(e.number, e.action, e.subject, e.actor) for e in entries] == [
        (number, Action.TAKEN_OVER, f"submission:{number}", "tbdx") for number in range(1, 6)
    ]
    assert [json.loads(entry.after)["receipt"] for entry in entries] == [1, 2, 3, 4, 5]
    verified = store.verify()
    assert (verified.faults, verified.submissions, verified.documents) == ((), 5, 4)


def test_an_earlier_store_is_taken_over(url: str, earlier: sa.Engine) -> None:
    """Submissions keep figures, versions and times; each gets a receipt and an entry."""
    before = datetime.now(UTC)
    store = Store.open(url)
    assert_taken_over(store)
    assert all(before <= entry.at <= datetime.now(UTC) for entry in store.record())
    store.close()
    with earlier.connect() as connection:
        assert migrations.differences(connection) == []


def test_opening_again_changes_nothing(url: str, earlier: sa.Engine) -> None:
    """What was taken over once is not told of twice."""
    Store.open(url).close()
    before = contents(earlier)
    Store.open(url).close()
    assert contents(earlier) == before


def test_what_was_taken_over_lives_on(url: str, earlier: sa.Engine) -> None:
    """The next version, and a decision on an old one, go on where the earlier program ended."""
    store = Store.open(url)
    (receipt,) = receive(store, [checked(*fields("dai", 2024), content=b"next")], NOON)
    assert (receipt.submissions[0].version, receipt.number) == (2, 6)
    store.decide([3], ReviewState.WAITING, NOON, "Ann", reason="Xem lại")
    assert store.verify().faults == ()
    store.close()


def test_only_an_earlier_store_is_taken_over(
    url: str, store: Store, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later migration does not give entries to rows that somebody put in by hand."""
    receive(store, [checked(*fields(), content=b"1")], NOON)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO submission (id, document, file_name, agency, year, phase, version,"
                " received_at, revision) SELECT 9, document, file_name, 'dai', year, phase, 1,"
                " received_at, revision FROM submission"
            )
        )

    def to_the_next_schema(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    schemas = [*known_schemas(), "9999"]
    monkeypatch.setattr("tbdx.store.database.known_schemas", lambda: schemas)
    monkeypatch.setattr(migrations, "upgrade", to_the_next_schema)
    later = Store.open(url)
    assert later.verify().faults == (RecordFault("row-unrecorded", "submission:9"),)
    later.close()


def open_and_die(url: str, boundary: int) -> None:
    """Open a store; be killed at a boundary."""
    die_at(boundary)
    Store.open(url)


def test_killed_while_migrating(url: str, earlier: sa.Engine) -> None:
    """A process that dies on the way leaves the store as it was: the next one takes it over.

    Every fourth boundary of its statements is tried, from the first to the end.
    """
    with Nursery() as nursery:
        for boundary in count(step=4):
            ended = nursery.run(partial(open_and_die, url, boundary))
            with earlier.connect() as connection:
                schema = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            if ended == 0:
                break
            assert ended == KILLED
            assert schema in ("0002", known_schemas()[-1])
            if schema != "0002":
                break
    assert boundary > 40
    store = Store.open(url)
    assert_taken_over(store)
    store.close()


def test_migrating_and_taking_over_are_one(
    url: str, earlier: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A take-over that fails undoes the migration with it, and is done the next time."""

    def break_off(*_: object) -> None:
        raise sa.exc.OperationalError("taking over", None, Exception("disk full"))

    monkeypatch.setattr("tbdx.store.record.Change.write", break_off)
    with pytest.raises(TbdxError, match="disk full"):
        Store.open(url)
    with earlier.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "0002"
        assert connection.scalar(sa.text("SELECT count(accepted_at) FROM submission")) == 5
    monkeypatch.undo()
    store = Store.open(url)
    assert_taken_over(store)
    store.close()


def test_a_server_brings_its_store_up_to_date_as_it_starts(tmp_path: Path) -> None:
    """Before it says that it is well: no reader waits for it. Ended, it gives the file back whole."""
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    Store.open(url).close()
    engine = engine_for(url)
    with engine.begin() as connection:
        for table in ("person", "ended_session"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0004'"))
    with served(ROOT / "app.py", tmp_path, signs_in=False, TBDX_DATABASE_URL=url):
        with engine.connect() as connection:
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        assert found == known_schemas()[-1]
        engine.dispose()
    assert not list(tmp_path.glob("tbdx.db-*")), "ended, it leaves all in the one file"
