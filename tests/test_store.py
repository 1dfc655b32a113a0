"""The store as its users may rely on it: one suite over SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from stores import (
    ESTIMATE,
    FINAL,
    NOON,
    Value,
    checked,
    fields,
    in_use,
    receive,
)

from benchmarks.databases import contents, engine_for
from tbdx import migrations
from tbdx.model import (
    Action,
    Answer,
    CheckedFile,
    Finding,
    Receipt,
    Severity,
    TbdxError,
)
from tbdx.store import MIGRATIONS, Store, known_schemas


class TestAcceptance:
    def test_accepted_fields_are_in_the_panel(self, store: Store) -> None:
        """What was accepted is read back: answers, numbers and texts with their cells."""
        report = fields(platforms=Answer.YES, revenue=15300.5, trained=40, note="Đã có đề án")
        (receipt,) = receive(store, [checked(*report, content=b"1")], NOON)

        panel = store.panel()
        assert in_use(store) == [
            ("bao", 2025, "estimate", "platforms", "yes"),
            ("bao", 2025, "estimate", "revenue", 15300.5),
            ("bao", 2025, "estimate", "trained", 40.0),
            ("bao", 2025, "estimate", "note", "Đã có đề án"),
        ]
        assert list(panel.cell) == ["D7", "D8", "D9", "D10"]
        assert set(panel.sheet) == {"Biểu 1"}
        assert set(panel.submission) == {receipt.submissions[0].id}

    def test_the_receipt_says_what_was_stored(self, store: Store) -> None:
        """A receipt names the file, its hash, the revision and the submission made of it."""
        file = checked(*fields(), content=b"1", name="Báo cáo 2025.xlsx")
        assert store.revision() == 0
        (receipt,) = receive(store, [file], NOON)

        assert store.revision() == 1
        (entry,) = store.record(actions=[Action.RECEIVED])
        stored = tuple(store.submissions())
        assert receipt == Receipt(
            "Báo cáo 2025.xlsx", file.sha256, 1, False, stored, entry.number, entry.hash
        )
        (submission,) = receipt.submissions
        assert (submission.agency, submission.year, submission.phase) == ("bao", 2025, ESTIMATE)
        assert (submission.version, submission.revision, submission.counts) == (1, 1, True)

    @pytest.mark.parametrize("value", [None, Answer.NO, 0.0, ""])
    def test_a_blank_stays_a_blank(self, store: Store, value: Value) -> None:
        """A blank is neither no, nor 0, nor an empty text, and none of these is a blank."""
        receive(store, [checked(*fields(it=value), content=b"1")], NOON)
        ((*_, found),) = in_use(store)
        assert found == value
        assert (found is None) == (value is None)

    def test_vietnamese_text_is_kept_letter_by_letter(self, store: Store) -> None:
        """Composed Vietnamese letters come back composed, in names as in answers."""
        text = unicodedata.normalize("NFC", "Đài Phát thanh và Truyền hình – ước đạt 67 %, ữ ặ ỵ")
        file = checked(*fields(note=text), content=b"1", name=f"{text}.xlsx")
        receive(store, [file], NOON)
        assert in_use(store)[0][-1] == text
        assert store.document(file.sha256)[0] == f"{text}.xlsx"
        assert store.submissions()[0].file_name == f"{text}.xlsx"

    def test_the_time_of_acceptance_keeps_its_moment(self, store: Store) -> None:
        """A time given in any zone is the same moment when read, and is read in UTC."""
        at = datetime(2025, 12, 9, 23, 59, 59, 123456, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        (receipt,) = receive(store, [checked(*fields(), content=b"1")], at)
        assert receipt.submissions[0].received_at == at
        (submission,) = store.submissions()
        assert submission.received_at == at
        assert submission.received_at.utcoffset() == timedelta(0)

    def test_a_time_without_zone_is_refused(self, store: Store) -> None:
        """Nobody has to guess later which clock a time was read from."""
        with pytest.raises(ValueError, match="time zone"):
            receive(store, [checked(*fields(), content=b"1")], NOON.replace(tzinfo=None))

    def test_a_consolidated_file_becomes_one_submission_per_report(self, store: Store) -> None:
        """A file with several agencies, years or phases is split, and stays one document."""
        report = (
            *fields("bao", 2024, FINAL),
            *fields("bao", 2025),
            *fields("dai", 2025),
            *fields("tap-chi", 2025),
        )
        (receipt,) = receive(store, [checked(*report, content=b"1")], NOON)
        assert [(s.agency, s.year, s.phase) for s in receipt.submissions] == [
            ("bao", 2024, FINAL),
            ("bao", 2025, ESTIMATE),
            ("dai", 2025, ESTIMATE),
            ("tap-chi", 2025, ESTIMATE),
        ]
        assert {s.sha256 for s in receipt.submissions} == {receipt.sha256}
        assert {s.revision for s in receipt.submissions} == {1}

    def test_remarks_stay_with_the_submission(self, store: Store) -> None:
        """What checking remarked can be read again, in order, long after the upload."""
        findings = (
            Finding("jump", Severity.REMARK, "Biểu 1", "D9", "revenue", "15.300", "15,3"),
            Finding("no-signature", Severity.REMARK),
        )
        (receipt,) = receive(store, [checked(*fields(), content=b"1", findings=findings)], NOON)
        assert store.remarks(receipt.submissions[0].id) == findings
        assert store.remarks(receipt.submissions[0].id + 1) == ()

    def test_nothing_is_accepted_from_an_empty_list(self, store: Store) -> None:
        """Accepting no file changes nothing."""
        assert receive(store, [], NOON) == []
        assert store.revision() == 0


class TestWhatCounts:
    def test_a_resubmission_supersedes(self, store: Store) -> None:
        """The latest version counts; the one before stays, with its original bytes."""
        old = checked(*fields(revenue=1.0), content=b"old", name="v1.xlsx")
        new = checked(*fields(revenue=2.0), content=b"new", name="v2.xlsx")
        receive(store, [old], NOON)
        receive(store, [new], NOON + timedelta(days=1))

        assert in_use(store) == [("bao", 2025, "estimate", "revenue", 2.0)]
        assert [(s.version, s.counts, s.file_name) for s in store.submissions()] == [
            (2, True, "v2.xlsx"),
            (1, False, "v1.xlsx"),
        ]
        assert store.document(old.sha256) == ("v1.xlsx", b"old")

    def test_a_field_left_out_is_not_taken_from_an_older_version(self, store: Store) -> None:
        """Versions are never mixed: the submission that counts counts alone."""
        receive(store, [checked(*fields(revenue=1.0, trained=3), content=b"1")], NOON)
        receive(store, [checked(*fields(revenue=2.0), content=b"2")], NOON)
        assert [field for *_, field, _ in in_use(store)] == ["revenue"]

    def test_a_final_report_outranks_an_estimate(self, store: Store) -> None:
        """An estimate that arrives after the final figures does not replace them."""
        for number, phase in enumerate([ESTIMATE, FINAL, ESTIMATE], 1):
            content = str(number).encode()
            receive(store, [checked(*fields(phase=phase, revenue=number), content=content)], NOON)

        assert in_use(store) == [("bao", 2025, "final", "revenue", 2.0)]
        assert [(s.phase, s.version, s.counts) for s in store.submissions()] == [
            (ESTIMATE, 2, False),
            (FINAL, 1, True),
            (ESTIMATE, 1, False),
        ]

    def test_agencies_and_years_are_apart(self, store: Store) -> None:
        """A report concerns its own agency and year only; the panel is in their order."""
        for agency, year in [("dai", 2025), ("bao-moi", 2025), ("bao", 2025), ("dai", 2024)]:
            content = f"{agency}{year}".encode()
            receive(store, [checked(*fields(agency, year, b=1, a=2), content=content)], NOON)
        assert [(agency, year, field) for agency, year, _, field, _ in in_use(store)] == [
            (agency, year, field)
            for agency, year in [("bao", 2025), ("bao-moi", 2025), ("dai", 2024), ("dai", 2025)]
            for field in ("b", "a")
        ]

    def test_the_panel_has_the_same_types_empty_or_full(self, store: Store) -> None:
        """An empty panel has every column with its type, so that nothing downstream differs."""
        empty = store.panel()
        receive(store, [checked(*fields(it=None), content=b"1")], NOON)
        assert empty.empty
        assert dict(empty.dtypes) == dict(store.panel().dtypes)
        assert {name: str(dtype) for name, dtype in empty.dtypes.items()} == {
            "agency": "str",
            "year": "int64",
            "phase": "str",
            "field": "str",
            "number": "float64",
            "text": "str",
            "sheet": "str",
            "cell": "str",
            "submission": "int64",
        }


class TestDuplicates:
    def test_an_identical_file_is_stored_once(self, store: Store, database: sa.Engine) -> None:
        """Sending the same bytes again changes nothing, whatever the file is called now.

        Only the record tells of it: who sent what, when.
        """
        file = checked(*fields(), content=b"1")
        (first,) = receive(store, [file], NOON)
        before = contents(database)
        again = checked(*fields(), content=b"1", name="bản sao.xlsx")
        (second,) = receive(store, [again], NOON + timedelta(days=1))

        assert second == replace(first, file_name="bản sao.xlsx", duplicate=True)
        after = contents(database)
        told = after.pop("record")
        assert after == {name: rows for name, rows in before.items() if name != "record"}
        assert told[:-1] == before["record"]
        entry = store.record(limit=1)[0]
        assert (entry.action, entry.subject) == (Action.RECEIVED_AGAIN, f"file:{file.sha256}")
        assert (entry.actor, entry.agency, entry.year) == ("Ann", "bao", 2025)
        assert json.loads(entry.after)["file_name"] == "bản sao.xlsx"
        assert store.revision() == 1
        assert store.verify().faults == ()

    def test_an_identical_file_in_one_batch_is_stored_once(self, store: Store) -> None:
        """Of two equal files sent together the first is stored, the second recognised."""
        first, copy = (checked(*fields(), content=b"1", name=name) for name in ("1", "2"))
        receipts = receive(store, [first, copy], NOON)
        assert [(r.file_name, r.duplicate) for r in receipts] == [("1", False), ("2", True)]
        assert receipts[0].submissions == receipts[1].submissions
        assert len(store.submissions()) == 1

    def test_an_older_file_sent_once_more_counts_again(self, store: Store) -> None:
        """A, then B by mistake, then A again: A is the third version, and its figures are in use."""
        first, second = (checked(*fields(revenue=n), content=b"%d" % n) for n in (1, 2))
        for file in (first, second, first):
            (receipt,) = receive(store, [file], NOON)
            assert not receipt.duplicate
        assert [s.version for s in receipt.submissions] == [3]
        assert [row[-1] for row in in_use(store)] == [1.0]
        assert store.document(first.sha256)[1] == b"1"

    def test_a_batch_may_hold_old_and_new(self, store: Store) -> None:
        """A duplicate in a batch does not hold up the rest; receipts are in the files' order."""
        old = checked(*fields("bao"), content=b"1")
        receive(store, [old], NOON)
        receipts = receive(store, [checked(*fields("dai"), content=b"2"), old], NOON)
        assert [(r.duplicate, r.revision) for r in receipts] == [(False, 2), (True, 1)]
        assert store.revision() == 2


class TestAllOrNothing:
    def test_a_failure_half_way_changes_nothing(self, store: Store, database: sa.Engine) -> None:
        """When one value can't be stored, no file of the batch is, nor does the revision rise."""
        receive(store, [checked(*fields(), content=b"0")], NOON)
        before = contents(database)
        good = checked(*fields("dai"), content=b"1")
        bad = checked(*fields("tap-chi"), *fields("tap-chi"), content=b"2")  # one field twice
        with pytest.raises(sa.exc.IntegrityError):
            receive(store, [good, bad], NOON)
        assert contents(database) == before

    @pytest.mark.parametrize(
        "faulty",
        [
            checked(*fields(), content=b"2", name="b.xlsx", findings=(finding,))
            for finding in (
                Finding("unknown-agency", Severity.BLOCKING),
                Finding("not-a-workbook", Severity.UNREADABLE),
            )
        ]
        + [checked(content=b"2", name="b.xlsx")],
        ids=["blocking", "unreadable", "no fields"],
    )
    def test_a_faulty_file_keeps_the_batch_out(
        self, store: Store, database: sa.Engine, faulty: CheckedFile
    ) -> None:
        """A file with blocking findings or without fields is named, and nothing is stored."""
        before = contents(database)
        with pytest.raises(TbdxError) as caught:
            receive(store, [checked(*fields(), content=b"1"), faulty], NOON)
        assert (caught.value.code, caught.value.fields) == ("not-acceptable", {"file": "b.xlsx"})
        assert contents(database) == before

    def test_acceptances_at_once_happen_one_after_another(self, store: Store) -> None:
        """Two senders at the same moment get consecutive versions and revisions."""
        senders = 4
        barrier = Barrier(senders)

        def send(number: int) -> Receipt:
            file = checked(*fields(revenue=number), content=str(number).encode())
            barrier.wait()
            return receive(store, [file], NOON)[0]

        with ThreadPoolExecutor(senders) as pool:
            receipts = list(pool.map(send, range(senders)))
        numbers = {(r.submissions[0].version, r.revision) for r in receipts}
        assert numbers == {(n, n) for n in range(1, senders + 1)}
        assert store.revision() == senders

    def test_the_same_file_sent_twice_at_once_is_stored_once(self, store: Store) -> None:
        """A double click makes one submission and one duplicate, never an error."""
        barrier = Barrier(2)

        def send(_: int) -> Receipt:
            barrier.wait()
            return receive(store, [checked(*fields(), content=b"1")], NOON)[0]

        with ThreadPoolExecutor(2) as pool:
            receipts = list(pool.map(send, range(2)))
        assert sorted(r.duplicate for r in receipts) == [False, True]
        assert store.revision() == 1


class TestOpening:
    def test_what_was_stored_is_there_after_reopening(self, url: str, store: Store) -> None:
        """A store outlives the process that wrote it."""
        receive(store, [checked(*fields(revenue=1.0), content=b"1")], NOON)
        store.close()
        again = Store.open(url)
        assert in_use(again) == [("bao", 2025, "estimate", "revenue", 1.0)]
        again.close()

    def test_declared_tables_and_migrations_agree(self, database: sa.Engine) -> None:
        """A database made by the migrations has exactly the tables the program declares."""
        with database.connect() as connection:
            assert migrations.differences(connection) == []

    def test_the_newest_schema_is_the_newest_migration(self) -> None:
        """The file names of the migrations tell what Alembic finds inside them."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        scripts = ScriptDirectory.from_config(config)
        assert known_schemas() == [s.revision for s in reversed(list(scripts.walk_revisions()))]

    def test_a_failing_migration_leaves_nothing_behind(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A migration that breaks off is undone, and runs from the start next time."""
        upgrade = migrations.upgrade

        def break_off(connection: sa.Connection) -> None:
            upgrade(connection)
            raise sa.exc.OperationalError("migrating", None, Exception("disk full"))

        monkeypatch.setattr(migrations, "upgrade", break_off)
        with pytest.raises(TbdxError) as caught:
            Store.open(url)
        assert caught.value.code == "store-unavailable"
        assert caught.value.fields["reason"] == "disk full"

        engine = engine_for(url)
        assert sa.inspect(engine).get_table_names() == []
        engine.dispose()
        monkeypatch.undo()
        Store.open(url).close()

    def test_processes_may_open_a_new_store_at_once(self, url: str) -> None:
        """When several processes meet at an empty database, one makes the tables."""
        script = (
            "import sys; from tbdx.store import Store; print(Store.open(sys.argv[1]).revision())"
        )
        command = [sys.executable, "-c", script, url]
        processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for _ in range(4)
        ]
        assert [process.communicate()[0].strip() for process in processes] == [b"0"] * 4

    def test_an_up_to_date_store_opens_without_alembic(self, url: str, store: Store) -> None:
        """Alembic is loaded for migrating only: it would double the time to start."""
        script = (
            "import sys; from tbdx.store import Store; Store.open(sys.argv[1]).close();"
            " print('alembic' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, url], capture_output=True, check=True, text=True
        )
        assert done.stdout.strip() == "False"

    def test_a_store_of_a_later_program_is_left_alone(
        self, url: str, store: Store, database: sa.Engine
    ) -> None:
        """A database changed by a later version of the program is named as such."""
        with database.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(TbdxError) as caught:
            Store.open(url)
        assert caught.value.code == "store-newer"
        assert caught.value.fields["found"] == "9999"
        assert caught.value.fields["expected"] == known_schemas()[-1]

    def test_an_unknown_document_is_named(self, store: Store) -> None:
        """Asking for a file that was never received is answered with its hash."""
        with pytest.raises(TbdxError) as caught:
            store.document("abc")
        assert (caught.value.code, caught.value.fields) == ("unknown-document", {"found": "abc"})

    def test_a_store_that_breaks_is_unavailable(self, store: Store, database: sa.Engine) -> None:
        """Whatever the database answers in place of data, the caller gets one known error."""
        with database.begin() as connection:
            connection.execute(sa.text("DROP TABLE revision"))
        calls: list[Callable[[], object]] = [
            store.revision,
            lambda: receive(store, [checked(*fields(), content=b"1")], NOON),
        ]
        for call in calls:
            with pytest.raises(TbdxError) as caught:
                call()
            assert caught.value.code == "store-unavailable"
            assert "revision" in caught.value.fields["reason"]


class TestUnavailable:
    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://ann:secret@127.0.0.1:1/tbdx",
            "postgresql+psycopg://ann@127.0.0.1:1/tbdx?password=secret",
            "postgresql://ann:secret@127.0.0.1:port/tbdx",
            "mysql://ann:secret@127.0.0.1/tbdx",
            "sqlite:////proc/none/secret/tbdx.sqlite",
            "sqlite://",
            "var/tbdx.sqlite",
            "",
        ],
    )
    def test_a_store_out_of_reach_is_explained_without_the_password(self, url: str) -> None:
        """The error says which address failed and why, and keeps the password to itself."""
        with pytest.raises(TbdxError) as caught:
            Store.open(url)
        assert caught.value.code == "store-unavailable"
        assert caught.value.fields["reason"]
        assert "ann:secret" not in str(caught.value)
        assert "=secret" not in str(caught.value)

    def test_a_file_that_is_no_database_is_refused(self, tmp_path: Path) -> None:
        """A file of another kind in the database's place is reported and not touched."""
        path = tmp_path / "tbdx.sqlite"
        path.write_bytes(b"PK\x03\x04" * 500)
        with pytest.raises(TbdxError) as caught:
            Store.open(f"sqlite:///{path}")
        assert caught.value.code == "store-unavailable"
        assert "not a database" in caught.value.fields["reason"]
        assert path.read_bytes() == b"PK\x03\x04" * 500

    def test_a_database_of_another_product_is_left_alone(self, url: str) -> None:
        """Where a table of the same name stands already, nothing is created beside it."""
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir()
        engine = engine_for(url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE document (title VARCHAR)"))
        with pytest.raises(TbdxError) as caught:
            Store.open(url)
        assert caught.value.code == "store-unavailable"
        assert sa.inspect(engine).get_table_names() == ["document"]
        engine.dispose()


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads the figures or the people, as with a backup."""
    file = tmp_path / "tbdx.db"
    store = Store.open(f"sqlite:///{file}")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("tbdx.db*")}
    store.close()
    assert modes
    if os.name == "posix":
        assert set(modes.values()) == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["tbdx.db"], "all is in the one file"
