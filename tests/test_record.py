"""The record of every change: nothing is left out, and whatever was altered by hand is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from stores import CHANGES, NOON, checked, fields, furnish, receive

from benchmarks.databases import contents, engine_for
from tbdx.model import Action, Entry, RecordFault, ReviewState, TbdxError
from tbdx.store import Store, metadata
from tbdx.store.record import START

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_NOTED_ONLY = {
    *(Action.CHECKED, Action.EXPORTED, Action.REMINDED, Action.SIGNED_IN),
    Action.RESTORED,
    Action.PERSON_BOUND,  # told by the person, see test_people.py
}


@pytest.fixture
def furnished(store: Store) -> Store:
    """A store that holds one of each thing."""
    furnish(store)
    return store


def assert_before_is_what_after_was(record: list[Entry]) -> None:
    """What an entry calls the state before is what the last entry about it called after."""
    known: dict[str, dict[str, Any]] = {}
    compared = 0
    for entry in reversed(record):
        if entry.before:
            earlier = json.loads(entry.before)
            earlier.pop("withdrawn_because", None)
            assert {key: known[entry.subject][key] for key in earlier} == earlier
            compared += 1
        known[entry.subject] = json.loads(entry.after) if entry.after else {}
    assert compared >= 3  # of what was furnished


class TestEntries:
    @pytest.mark.parametrize("name", CHANGES)
    def test_every_change_is_told_of(self, furnished: Store, name: str) -> None:
        """Whatever changes leaves an entry: what was done, by whom, when; and the chain goes on."""
        change, actions = CHANGES[name]
        before = furnished.record()
        at = NOON + timedelta(days=1)
        change(furnished, at, "Chị Lan")

        new = furnished.record()[: -len(before)]
        assert furnished.record()[len(new) :] == before
        assert {entry.action for entry in new} == actions
        assert {(entry.actor, entry.at) for entry in new} == {("Chị Lan", at)}
        assert [e.number for e in new] == list(
            range(before[0].number + len(new), before[0].number, -1)
        )
        assert [e.previous for e in new] == [e.hash for e in [*new, before[0]][1:]]
        verified = furnished.verify()
        assert (verified.faults, verified.head) == ((), new[0].hash)
        assert_before_is_what_after_was(furnished.record())

    def test_no_action_is_left_untried(self) -> None:
        """These tests try every action, except what is noted only and what the next two speak of."""
        tried = set.union(*(actions for _, actions in CHANGES.values()))
        assert set(Action) - tried - _NOTED_ONLY == {Action.UNCHOSEN, Action.TAKEN_OVER}

    def test_what_is_no_longer_chosen_is_told_of(self, furnished: Store) -> None:
        """A new acceptance that takes the place of a chosen version tells of both."""
        furnished.choose(1, NOON, "Ann", "Bản 2 sai")
        receive(furnished, [checked(*fields("bao"), content=b"3")], NOON)
        told = [(e.action, e.subject) for e in furnished.record(limit=3)]
        assert told == [
            (Action.ACCEPTED, "submission:5"),
            (Action.RECEIVED, "submission:5"),
            (Action.UNCHOSEN, "submission:1"),
        ]

    def test_an_entry_says_what_changed(self, furnished: Store) -> None:
        """Before holds what is different now, after everything: a decision is read off one entry."""
        (entry,) = furnished.record(actions=[Action.RETURNED])
        assert json.loads(entry.before) == {
            "state": "waiting",
            "decided_by": "",
            "decided_at": None,
            "reason": "",
        }
        after = json.loads(entry.after)
        assert after["state"], after["reason"] == ("returned", "Thiếu biểu 2")
        assert (after["decided_by"], after["decided_at"]) == ("Bình", NOON.isoformat())
        assert (entry.agency, entry.year, entry.subject) == ("tap-chi", 2025, "submission:4")

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("withdraw nil", "Nhầm"),
            ("open", "Sửa"),
            ("withdraw a plan", "Nhầm"),
            ("withdraw a change to the register", "Nhầm"),
            ("withdraw an erratum", "Nhầm"),
        ],
    )
    def test_why_something_was_taken_back_is_told(
        self, furnished: Store, name: str, reason: str
    ) -> None:
        """A row that goes or no longer holds leaves its reason in the record."""
        CHANGES[name][0](furnished, NOON, "Ann")
        (entry,) = furnished.record(limit=1)
        assert json.loads(entry.before)["withdrawn_because"] == reason

    def test_a_receipt_is_the_entry_of_its_arrival(self, furnished: Store) -> None:
        """Number and proof of a receipt lead to the entry that tells of the first report."""
        furnished.choose(1, NOON, "Ann", "Bản 2 sai")  # is told of before, when it ends
        file = checked(*fields("bao"), *fields("dai", 2026), content=b"both")
        (receipt,) = receive(furnished, [file], NOON)
        entry = furnished.entry(receipt.number)
        assert entry is not None
        assert (entry.hash, entry.action) == (receipt.proof, Action.RECEIVED)
        assert entry.subject == f"submission:{receipt.submissions[0].id}"
        assert {s.receipt for s in receipt.submissions} == {receipt.number}
        assert furnished.entry(10_000) is None

    def test_a_change_that_fails_leaves_no_entry(self, furnished: Store) -> None:
        """What was refused is not told of as if it had happened."""
        before = furnished.record()
        with pytest.raises(TbdxError):
            furnished.withdraw_erratum(99, NOON, "Ann", "Nhầm")
        assert furnished.record() == before

    def test_nobody_changes_nothing(self, furnished: Store, database: sa.Engine) -> None:
        """Every change needs the name of who does it."""
        before = contents(database)
        for change, _ in CHANGES.values():
            for actor in ("", " ", "-"):
                with pytest.raises(TbdxError) as caught:
                    change(furnished, NOON, actor)
                assert (caught.value.code, caught.value.fields) == ("name-needed", {"found": actor})
        assert contents(database) == before

    def test_every_change_needs_a_time_zone(self, furnished: Store, database: sa.Engine) -> None:
        """Nobody has to guess later which clock a time was read from."""
        before = contents(database)
        for change, _ in CHANGES.values():
            with pytest.raises(ValueError, match="time zone"):
                change(furnished, NOON.replace(tzinfo=None), "Ann")
        assert contents(database) == before

    def test_addresses_stay_out_of_the_record(self, furnished: Store, database: sa.Engine) -> None:
        """An e-mail address can be forgotten: the record holds only a hash of it."""
        furnished.set_contact("bao", "khac@bao.example", NOON, "Ann")
        furnished.set_contact("bao", "", NOON, "Ann")
        told = furnished.record(actions=[Action.CONTACT_CHANGED])
        assert [bool(entry.after) for entry in told] == [False, True, True]
        assert "email_sha256" in told[-1].after
        assert furnished.contacts() == {}
        everything = contents(database)
        assert "@" not in repr(everything["record"])
        assert "bao.example" not in repr(everything)
        assert furnished.verify().faults == ()


class TestNotes:
    def test_notes_tell_of_what_changes_no_figure(self, furnished: Store) -> None:
        """Exports, checks, sign-ins are told of; the revision stays, so no view is made anew."""
        revision = furnished.revision()
        head = furnished.note(
            Action.CHECKED,
            NOON,
            "Ann",
            [
                {"subject": "file:abc", "verdict": "ok"},
                {"subject": "file:def", "verdict": "blocking"},
            ],
        )
        second, first = furnished.record(limit=2)
        assert (first.subject, json.loads(first.after)) == ("file:abc", {"verdict": "ok"})
        assert (second.subject, second.hash) == ("file:def", head)
        assert furnished.revision() == revision
        assert furnished.verify(head).faults == ()

    def test_no_note_changes_nothing(self, furnished: Store, database: sa.Engine) -> None:
        """Without anything to tell, the newest hash is answered and nothing written."""
        before = contents(database)
        assert furnished.note(Action.CHECKED, NOON, "Ann", []) == furnished.record()[0].hash
        assert contents(database) == before

    def test_an_empty_record_begins_with_the_start(self, store: Store) -> None:
        """Before the first entry the newest hash is that of no entry."""
        assert store.note(Action.CHECKED, NOON, "Ann", []) == START
        assert store.verify().head == START
        assert store.verify().entries == 0


class TestSearch:
    @pytest.fixture
    def told(self, store: Store) -> Store:
        """A record of four notes and a receipt."""
        for minute, (actor, name) in enumerate(
            [
                ("Nguyễn Thị Đào", "Tòa soạn hội tụ (lần 2).xlsx"),
                ("Ann", "báo cáo.xlsx"),
                ("Ann", "Báo cáo định kỳ.xlsx"),
            ]
        ):
            at = NOON + timedelta(minutes=minute)
            store.note(Action.CHECKED, at, actor, [{"subject": f"file:{minute}", "name": name}])
        store.note(Action.EXPORTED, NOON + timedelta(minutes=3), "Ann", [{"subject": "export:a"}])
        receive(store, [checked(*fields("bao", 2025), content=b"1")], NOON + timedelta(minutes=4))
        return store

    @pytest.mark.parametrize(
        ("search", "numbers"),
        [
            ("toa soan", [1]),
            ("TOÀ SOẠN", [1]),
            ("tụ hội", [1]),
            ("lan 2", [1]),
            ("(lần 2)", [1]),
            ("dao", [1]),
            ("bao cao", [3, 2]),
            ("Báo cáo ĐỊNH KĨ", [3]),
            ("ann exported", [4]),
            ("submission:1", [6, 5]),
            ("  ", [6, 5, 4, 3, 2, 1]),
            ("không có ở đây", []),
        ],
    )
    def test_words_are_found_however_they_are_typed(
        self, told: Store, search: str, numbers: list[int]
    ) -> None:
        """Every word must be there, in any order, whatever its case, diacritics, punctuation."""
        assert [entry.number for entry in told.record(search=search)] == numbers

    def test_conditions_narrow_together(self, told: Store) -> None:
        """Action, agency, year, time and number of entries each narrow what is found."""

        def numbers(**conditions: Any) -> list[int]:
            return [entry.number for entry in told.record(**conditions)]

        assert numbers(actions=[Action.CHECKED]) == [3, 2, 1]
        assert numbers(actions=[Action.EXPORTED, Action.RECEIVED]) == [5, 4]
        assert numbers(agency="bao") == numbers(year=2025) == [6, 5]
        assert numbers(agency="bao", year=2024) == []
        assert numbers(since=NOON + timedelta(minutes=3)) == [6, 5, 4]
        assert numbers(since=(NOON + timedelta(minutes=3)).astimezone(HANOI)) == [6, 5, 4]
        assert numbers(limit=2) == [6, 5]
        assert numbers(search="bao cao", limit=1) == [3]
        assert numbers(search="ann", actions=[Action.CHECKED], limit=5) == [3, 2]


class TestMoments:
    def test_a_moment_from_another_zone_verifies(self, store: Store) -> None:
        """A change told with the time of Hà Nội is found unaltered, at the same moment."""
        at = datetime(2025, 12, 9, 23, 59, 59, 123456, tzinfo=HANOI)
        furnish(store)
        store.decide([3], ReviewState.ACCEPTED, at, "Ann")
        assert store.record(limit=1)[0].at == at
        assert store.verify().faults == ()

    def test_both_databases_tell_the_same(self, tmp_path: Path, postgres_database: str) -> None:
        """The same changes make the same entries with the same hashes in SQLite and PostgreSQL."""
        records = []
        for url in (f"sqlite:///{tmp_path}/tbdx.sqlite", postgres_database):
            store = Store.open(url)
            furnish(store)
            for change, _ in CHANGES.values():
                try:
                    change(store, NOON.astimezone(HANOI), "Ann")
                except TbdxError:
                    continue  # some changes exclude others; the same ones in both
            records.append(store.record())
            assert store.verify().faults == ()
            store.close()
        assert records[0] == records[1]
        assert len(records[0]) > 20


def by_hand(database: sa.Engine, *statements: str, **values: object) -> None:
    """What somebody does who knows SQL and may do everything."""
    with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET session_replication_role = replica"))
        else:
            for when in ("UPDATE", "DELETE", "INSERT"):
                connection.execute(sa.text(f"DROP TRIGGER record_is_append_only_{when}"))
        for statement in statements:
            changed = connection.execute(sa.text(statement), values)
            assert changed.rowcount != 0, statement
    database.dispose()  # the setting goes with the connection


_SHA256_OF_1 = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
_A_COPY = (
    "INSERT INTO submission (id, document, file_name, agency, year, phase, version, received_at,"
    " revision, decided_at) SELECT 99, document, file_name, agency, year, phase, 9, received_at,"
    " revision, decided_at FROM submission WHERE id = 1"
)

TAMPERING: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "an entry's actor": (
        ["UPDATE record SET actor = 'Eve' WHERE number = 2"],
        [("entry-changed", "2")],
    ),
    "an entry's time": (
        ["UPDATE record SET at = '2025-12-01 11:59:59.000000' WHERE number = 2"],
        [("entry-changed", "2")],
    ),
    "what an entry says": (
        ["UPDATE record SET before = '' WHERE number = 2"],
        [("entry-changed", "2")],
    ),
    "an entry's hash": (
        ["UPDATE record SET hash = :sha256 WHERE number = 2"],
        [("entry-changed", "2"), ("chain-broken", "3")],
    ),
    "an entry in the middle": (
        ["DELETE FROM record WHERE number = 3"],
        [("entry-missing", "3")],
    ),
    "the first entry": (["DELETE FROM record WHERE number = 1"], [("entry-missing", "1")]),
    "the only entry on a row": (
        ["DELETE FROM record WHERE subject = 'year:2020'"],
        [("entry-missing", "9"), ("row-unrecorded", "year:2020")],
    ),
    "an answer": (
        ["UPDATE answer SET number = 9 WHERE submission_id = 2 AND field = 'revenue'"],
        [("row-changed", "submission:2")],
    ),
    "an answer left out": (
        ["DELETE FROM answer WHERE submission_id = 2 AND field = 'note'"],
        [("row-changed", "submission:2")],
    ),
    "a remark": (
        ["DELETE FROM remark WHERE submission_id = 4"],
        [("row-changed", "submission:4")],
    ),
    "a submission's state": (
        ["UPDATE submission SET state = 'accepted' WHERE id = 4"],
        [("row-changed", "submission:4")],
    ),
    "when a submission arrived": (
        ["UPDATE submission SET received_at = '2025-11-30 12:00:00.000000' WHERE id = 1"],
        [("row-changed", "submission:1")],
    ),
    "a submission's receipt": (
        ["UPDATE submission SET receipt = 7 WHERE id = 1"],
        [("row-changed", "submission:1")],
    ),
    "a submission inserted": ([_A_COPY], [("row-unrecorded", "submission:99")]),
    "a submission deleted": (
        ["DELETE FROM answer WHERE submission_id = 3", "DELETE FROM submission WHERE id = 3"],
        [("row-missing", "submission:3")],
    ),
    "a document's bytes": (
        ["UPDATE document SET content = CAST('x' AS BYTES) WHERE sha256 = :sha256"],
        [("document-changed", _SHA256_OF_1)],
    ),
    "a document": (
        ["DELETE FROM document WHERE sha256 = :sha256"],
        [("row-missing", f"document:{_SHA256_OF_1}")],
    ),
    "a closed year": (["DELETE FROM closed_year"], [("row-missing", "year:2020")]),
    "a nil return": (["DELETE FROM nil_return"], [("row-missing", "nil:tap-chi/2025/final")]),
    "the year of a plan": (
        ["UPDATE plan_version SET first_year = 2024"],
        [("row-changed", "plan:1")],
    ),
    "the register": (
        ["UPDATE register_change SET content = '{}'"],
        [("row-changed", "register:1")],
    ),
    "an erratum": (["UPDATE erratum SET corrected = '9'"], [("row-changed", "erratum:1")]),
    "the roles of a person": (
        ["UPDATE person SET roles = 'administrator' WHERE id = 'bao-1'"],
        [("row-changed", "person:bao-1")],
    ),
    "the address of a person": (
        ["UPDATE person SET email = 'eve@so.example' WHERE id = 'cb01'"],
        [("row-changed", "person:cb01")],
    ),
    "the account of a person": (
        ["UPDATE person SET subject = 'eve' WHERE id = 'cb01'"],
        [("row-changed", "person:cb01")],
    ),
    "a person deleted": (
        ["DELETE FROM person WHERE id = 'cb02'"],
        [("row-missing", "person:cb02")],
    ),
    "a person entered by hand": (
        [
            "INSERT INTO person SELECT 'eve', '', '', '', '', '', roles, '', added_at, '', NULL FROM person WHERE id = 'cb02'"
        ],
        [("row-unrecorded", "person:eve")],
    ),
    "a contact": (
        ["UPDATE contact SET email = 'eve@bao.example'"],
        [("row-changed", "contact:bao")],
    ),
}


_CHANGED_1 = ("document-changed", _SHA256_OF_1)


class TestVerification:
    def test_an_untouched_store_has_no_fault(self, furnished: Store) -> None:
        """Verifying counts what it went through and finds nothing."""
        verified = furnished.verify()
        assert verified.faults == ()
        assert (verified.submissions, verified.documents) == (4, 5)
        assert verified.entries == len(furnished.record())
        assert all(furnished.verify(entry.hash).faults == () for entry in furnished.record())

    @pytest.mark.parametrize("name", TAMPERING)
    def test_what_was_altered_by_hand_is_found(
        self, furnished: Store, database: sa.Engine, name: str
    ) -> None:
        """Each alteration is named with its place, and nothing else is."""
        statements, faults = TAMPERING[name]
        binary = "bytea" if database.dialect.name == "postgresql" else "BLOB"
        own = [statement.replace("BYTES", binary) for statement in statements]
        by_hand(database, *own, sha256=_SHA256_OF_1)
        assert furnished.verify().faults == tuple(RecordFault(*fault) for fault in faults)

    @pytest.mark.parametrize("value", ["'hôm qua'", "5", "''"])
    def test_a_time_that_is_none_is_found(self, tmp_path: Path, value: str) -> None:
        """SQLite takes any text for a time; verifying names the place and does not break off."""
        url = f"sqlite:///{tmp_path}/tbdx.sqlite"
        store, database = Store.open(url), engine_for(url)
        furnish(store)
        by_hand(
            database,
            f"UPDATE record SET at = {value} WHERE number = 2",  # noqa: S608 (our own values)
            f"UPDATE submission SET received_at = {value} WHERE id = 3",  # noqa: S608 (our own values)
            f"UPDATE closed_year SET at = {value}",  # noqa: S608 (our own values)
        )
        assert store.verify().faults == (
            RecordFault("entry-changed", "2"),
            RecordFault("row-changed", "submission:3"),
            RecordFault("row-changed", "year:2020"),
        )
        store.close()

    @pytest.mark.parametrize(
        ("statement", "faults"),
        [
            (
                "UPDATE record SET before = x'ff00' WHERE number = 2",
                [("entry-changed", "2")],
            ),
            (
                "UPDATE record SET subject = x'ff00' WHERE number = 1",
                [("entry-changed", "1")],
            ),
            (
                "UPDATE submission SET file_name = x'ff00' WHERE id = 3",
                [("row-changed", "submission:3")],
            ),
            (
                "UPDATE answer SET text = x'ff00', number = NULL WHERE submission_id = 3",
                [("row-changed", "submission:3")],
            ),
            ("UPDATE plan_version SET date = 'hôm qua'", [("row-changed", "plan:1")]),
            ("UPDATE plan_version SET date = x'ff00'", [("row-changed", "plan:1")]),
            ("UPDATE document SET content = 'chữ' WHERE content = x'31'", [_CHANGED_1]),
        ],
    )
    def test_what_is_of_another_kind_is_found(
        self, tmp_path: Path, statement: str, faults: list[tuple[str, str]]
    ) -> None:
        """SQLite takes bytes for text and text for bytes; verifying names it and goes on."""
        url = f"sqlite:///{tmp_path}/tbdx.sqlite"
        store, database = Store.open(url), engine_for(url)
        furnish(store)
        by_hand(database, statement)
        assert store.verify().faults == tuple(RecordFault(*fault) for fault in faults)
        store.close()

    def test_an_entry_written_anew_breaks_the_chain(
        self, furnished: Store, database: sa.Engine
    ) -> None:
        """Whoever alters an entry and its hash is found out by the next entry."""
        from tbdx.store.record import hash_of  # noqa: PLC0415 (as a forger would)

        entry = furnished.entry(2)
        assert entry is not None
        values = [getattr(entry, name) for name in type(entry).__slots__]
        values[2] = "Eve"
        forged = hash_of(*values[:-1])
        by_hand(
            database,
            "UPDATE record SET actor = 'Eve', hash = :forged WHERE number = 2",
            forged=forged,
        )
        assert furnished.verify().faults == (RecordFault("chain-broken", "3"),)

    def test_a_tail_cut_off_is_found_with_a_receipt(
        self, furnished: Store, database: sa.Engine
    ) -> None:
        """Entries cut off with all they tell of are missed only by who holds a later proof."""
        (early,) = receive(furnished, [checked(*fields("bao", 2026), content=b"6")], NOON)
        (late,) = receive(furnished, [checked(*fields("bao", 2027), content=b"7")], NOON)
        assert furnished.verify(late.proof).faults == ()
        by_hand(
            database,
            "DELETE FROM record WHERE number >= :number",
            "DELETE FROM answer WHERE submission_id = :gone",
            "DELETE FROM submission WHERE id = :gone",
            number=late.number,
            gone=late.submissions[0].id,
        )
        place = f"revision:{late.revision}"
        assert furnished.verify().faults == (RecordFault("row-changed", place),)
        with database.begin() as connection:
            gone = {"revision": late.revision}
            connection.execute(sa.text("DELETE FROM revision_entry WHERE number = :revision"), gone)
            connection.execute(sa.text("UPDATE revision SET number = :revision - 1"), gone)
        assert furnished.verify().faults == ()
        assert furnished.verify(early.proof).faults == ()
        assert furnished.verify(late.proof).faults == (RecordFault("head-unknown", late.proof),)

    def test_a_tail_cut_off_without_its_rows_is_found(
        self, furnished: Store, database: sa.Engine
    ) -> None:
        """Where only entries were cut off, the rows they told of are found alone."""
        (late,) = receive(furnished, [checked(*fields("bao", 2027), content=b"7")], NOON)
        by_hand(database, "DELETE FROM record WHERE number >= :number", number=late.number)
        subject = f"submission:{late.submissions[0].id}"
        assert furnished.verify().faults == (RecordFault("row-unrecorded", subject),)

    def test_opening_again_does_not_excuse_anything(
        self, url: str, furnished: Store, database: sa.Engine
    ) -> None:
        """A row inserted by hand stays unrecorded, however often the store is opened."""
        by_hand(database, _A_COPY)
        again = Store.open(url)
        assert again.verify().faults == (RecordFault("row-unrecorded", "submission:99"),)
        again.close()

    def test_a_change_in_the_meantime_is_no_fault(
        self, furnished: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is received while the record is being verified does not look like tampering."""
        import tbdx.store as package  # noqa: PLC0415 (to reach in)

        read_rows = package._recorded_rows

        def receive_first(connection: sa.Connection) -> Iterator[tuple[str, dict[str, Any]]]:
            receive(furnished, [checked(*fields("bao", 2026), content=b"6")], NOON)
            yield from read_rows(connection)

        monkeypatch.setattr(package, "_recorded_rows", receive_first)
        assert furnished.verify().faults == ()
        assert len(furnished.submissions(years=[2026])) == 1


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE record SET actor = 'Eve'",
            "UPDATE record SET hash = hash WHERE number = 1",
            "DELETE FROM record",
            "DELETE FROM record WHERE number = 1",
        ],
    )
    def test_entries_are_neither_changed_nor_deleted(
        self, furnished: Store, database: sa.Engine, statement: str
    ) -> None:
        """The database itself refuses to alter an entry."""
        self.refused(furnished, database, statement)

    def test_entries_are_not_replaced(self, furnished: Store, database: sa.Engine) -> None:
        """Nor are entries replaced or emptied by the ways that each database has for that."""
        columns = ", ".join(metadata.tables["record"].columns.keys())
        self.refused(
            furnished,
            database,
            "TRUNCATE record"
            if database.dialect.name == "postgresql"
            else f"INSERT OR REPLACE INTO record ({columns}) SELECT * FROM record WHERE number = 1",  # noqa: S608 (our own names)
        )

    def refused(self, store: Store, database: sa.Engine, statement: str) -> None:
        """A statement is refused, and nothing changes."""
        before = contents(database)
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            database.begin() as connection,
        ):
            connection.execute(sa.text(statement))
        assert contents(database) == before
        assert store.verify().faults == ()
