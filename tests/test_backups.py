"""What is stored can be taken out whole, checked, put back, and moved between databases."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import stat
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from stores import CHANGES, NOON, checked, fields, furnish, in_use, receive

from benchmarks.crashes import KILLED, Nursery, die_at
from benchmarks.databases import engine_for, new_postgresql_database
from tbdx import migrations
from tbdx.model import Action, RecordFault, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store, keeping, known_schemas
from tbdx.store.backup_file import Manifest, drafting, reading
from tbdx.store.copying import Column, Row, Shape, first_misfit, rows_of, shapes
from tbdx.store.tables import metadata

AT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
WHO = "Bình"
VERSION = "1.2.3"


def back_up(url: str, out: Path) -> keeping.Kept:
    return keeping.back_up(url, out, VERSION, AT, WHO)


def restore(path: Path, url: str) -> keeping.Kept:
    return keeping.restore(path, url, AT, WHO)


@pytest.fixture
def furnished(url: str) -> str:
    """The address of a store with one of each thing."""
    store = Store.open(url)
    furnish(store)
    store.close()
    return url


@pytest.fixture
def backup(furnished: str, tmp_path: Path) -> Path:
    """A backup of a furnished store."""
    path = tmp_path / "kho.tbdx-backup"
    back_up(furnished, path)
    return path


@pytest.fixture
def sqlite_backup(tmp_path: Path) -> Path:
    """A backup of a furnished store, to be damaged."""
    url, path = f"sqlite:///{tmp_path}/kho.sqlite", tmp_path / "kho.tbdx-backup"
    store = Store.open(url)
    furnish(store)
    store.close()
    back_up(url, path)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of another database without any table."""
    if request.param == "postgresql":
        return new_postgresql_database(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/đích/tbdx.sqlite"


@pytest.fixture
def sqlite_target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/đích/tbdx.sqlite"


@contextmanager
def reached(url: str) -> Iterator[sa.Connection]:
    """A database reached past the store; what is done there stays."""
    engine = engine_for(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


Contents = dict[str, list[Row]]


def contents_of(url: str) -> Contents:
    """Every row of every table, the same from both databases."""
    with reached(url) as connection:
        return {shape.name: list(rows_of(connection, shape)) for shape in shapes()}


def without_last_entry(contents: Contents) -> Contents:
    return contents | {"record": contents["record"][:-1]}


def is_empty(url: str) -> bool:
    """Whether a database has no table at all, or only what every store begins with."""
    with reached(url) as connection:
        if not sa.inspect(connection).get_table_names():
            return True
    filled = {name for name, rows in contents_of(url).items() if rows}
    return filled == {"revision", "revision_entry"}


def refused(code: str, act: Callable[[], object], **details: object) -> TbdxError:
    """The error with this code that an act ends in."""
    with pytest.raises(TbdxError) as caught:
        act()
    assert caught.value.code == code, caught.value
    assert details.items() <= caught.value.fields.items()
    return caught.value


# --- all of it ----------------------------------------------------------------------------------


def test_every_table_and_column_is_copied(url: str, store: Store) -> None:
    """What is copied are the tables as they are declared, and those that migrations make."""
    assert {shape.name: list(shape.names) for shape in shapes()} == {
        table.name: list(table.c.keys()) for table in metadata.sorted_tables
    }
    with reached(url) as connection:
        assert first_misfit(connection, shapes()) == ""
        assert first_misfit(connection, shapes()[:-1]) == shapes()[-1].name
        connection.execute(sa.text("CREATE TABLE late (number INTEGER)"))
        assert first_misfit(connection, shapes()) == "late"
        connection.execute(sa.text("DROP TABLE late"))
        connection.execute(sa.text("ALTER TABLE contact ADD COLUMN phone VARCHAR"))
        assert first_misfit(connection, shapes()) == "contact"


def test_a_store_begins_with_nothing_else(url: str, store: Store) -> None:
    """A new store has rows only where filling it expects some: a migration that adds rows says so."""
    assert is_empty(url)
    assert store.revision() == 0


def test_restored_is_what_was_backed_up(
    furnished: str, backup: Path, target: str, tmp_path: Path
) -> None:
    """From either database into either: every row is the same, and every number goes on.

    The backup is from before the entry that tells of it; the restored record goes on
    with one that tells of restoring. Nobody can alter either entry.
    """
    before = without_last_entry(contents_of(furnished))
    kept = restore(backup, target)
    assert without_last_entry(contents_of(target)) == before
    assert kept.found.faults == ()
    assert (kept.made_at, kept.product, kept.revision) == (AT, VERSION, 10)
    store = Store.open(target)
    newest, *others = store.record()
    assert (newest.action, newest.subject, newest.actor) == (Action.RESTORED, "store:backup", WHO)
    said = json.loads(newest.after)
    assert (said["file_name"], said["sha256"], said["head"], said["entries"]) == (
        backup.name,
        hashlib.sha256(backup.read_bytes()).hexdigest(),
        others[0].hash,
        len(others),
    )
    assert newest.previous == others[0].hash
    assert store.verify() == kept.found
    (receipt,) = receive(store, [checked(*fields("moi"), content=b"next")], NOON)
    assert receipt.submissions[0].id == 5
    assert store.add_register_change("{}", 2026, NOON, "Ann") == 2
    assert store.verify().faults == ()
    store.close()
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        reached(target) as connection,
    ):
        connection.execute(sa.text("UPDATE record SET actor = 'x'"))


def test_whatever_was_done_can_be_restored(url: str, store: Store, tmp_path: Path) -> None:
    """After a long life, with whatever of all changes can follow one another, it is the same."""
    furnish(store)
    done = []
    for name, (change, _) in CHANGES.items():
        with suppress(TbdxError):
            change(store, NOON + timedelta(days=1), "Ann")
            done.append(name)
    assert {"withdraw a plan", "add an erratum", "choose", "reopen what was returned"} <= {*done}
    back_up(url, tmp_path / "a.tbdx-backup")
    target = f"sqlite:///{tmp_path}/b.sqlite"
    assert restore(tmp_path / "a.tbdx-backup", target).found.faults == ()
    assert without_last_entry(contents_of(target)) == without_last_entry(contents_of(url))


def test_the_store_backed_up_tells_of_it(furnished: str, backup: Path) -> None:
    """Its record keeps the hash of the file, and what was newest in it."""
    store = Store.open(furnished)
    newest, before, *_ = store.record()
    store.close()
    said = json.loads(newest.after)
    assert (newest.action, newest.subject, newest.actor) == (Action.EXPORTED, "export:backup", WHO)
    assert said["sha256"] == hashlib.sha256(backup.read_bytes()).hexdigest()
    assert (said["head"], said["file_name"]) == (before.hash, backup.name)


def test_an_empty_store_is_a_backup_too(
    url: str, store: Store, target: str, tmp_path: Path
) -> None:
    """Of nothing there is a backup that restores to nothing."""
    back_up(url, tmp_path / "a.tbdx-backup")
    assert restore(tmp_path / "a.tbdx-backup", target).found.entries == 1


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    """A backup depends on what is stored and on what it is told, on nothing else."""
    for name in ("a", "b"):
        store = Store.open(f"sqlite:///{tmp_path}/{name}.sqlite")
        furnish(store)
        store.close()
        back_up(f"sqlite:///{tmp_path}/{name}.sqlite", tmp_path / f"{name}.tbdx-backup")
    one, other = (tmp_path / f"{name}.tbdx-backup" for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


def test_both_databases_give_the_same_rows(
    tmp_path: Path, postgres_database: str, sqlite_target: str
) -> None:
    """Whichever database it was made from, a backup has the same parts."""
    parts = []
    for url, name in ((sqlite_target, "a"), (postgres_database, "b")):
        store = Store.open(url)
        furnish(store)
        store.close()
        back_up(url, tmp_path / name)
        with reading(tmp_path / name, known_schemas()) as backup:
            parts.append((backup.manifest.tables, backup.manifest.files, backup.manifest.head))
    assert parts[0] == parts[1]


def test_figures_are_those_of_before(
    plan: Plan, service: Service, target: str, tmp_path: Path
) -> None:
    """The drill: after a loss the restored store gives every indicator and answer as it was."""
    samples = sorted((Path(__file__).parent.parent / "data" / "samples").glob("*.xlsx"))
    found = service.check([(path.name, path.read_bytes()) for path in samples])
    service.accept(found, "đã hỏi lại cơ quan")
    lost = f"sqlite:///{tmp_path / 'tbdx.db'}"
    back_up(lost, tmp_path / "a.tbdx-backup")
    before = service.real_view()
    restore(tmp_path / "a.tbdx-backup", target)
    restored = Service(plan, Store.open(target))
    after = restored.real_view()
    assert len(before.results) > 0
    assert before.results["numerator"].sum() > 0
    for name in ("panel", "answers", "results", "standings"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(before, name))
    assert restored.office.verify().faults == ()
    restored.close()


# --- while others work --------------------------------------------------------------------------


def test_a_backup_is_one_moment(url: str, store: Store, sqlite_target: str, tmp_path: Path) -> None:
    """Made while another thread keeps accepting reports, each backup is whole in itself.

    Its revision, reports and record are those of one moment, between what there was
    before and after. Nobody is kept waiting: reports are accepted during each backup.
    """
    stop = threading.Event()
    accepted = [0]

    def keep_accepting() -> None:
        own = Store.open(url)
        for number in count(1):
            if stop.is_set():
                break
            receive(own, [checked(*fields(f"bao-{number}"), content=b"%d" % number)], NOON)
            accepted[0] = number
        own.close()

    writer = threading.Thread(target=keep_accepting)
    writer.start()
    try:
        for number in range(2):
            started = store.revision()
            out = tmp_path / f"{number}.tbdx-backup"
            kept = back_up(url, out)
            assert started <= kept.revision <= store.revision()
            assert kept.found.faults == ()
            assert kept.found.submissions == kept.revision == kept.found.documents
    finally:
        stop.set()
        writer.join()
    assert store.revision() == accepted[0] > 2
    found = keeping.restore(out, sqlite_target, AT, WHO).found
    assert (found.faults, found.submissions) == ((), kept.revision)
    restored = without_last_entry(contents_of(sqlite_target))
    after = contents_of(url)
    for table in ("record", "document", "submission", "revision_entry"):
        assert restored[table]
        assert set(restored[table]) <= set(after[table])


def test_what_comes_during_a_backup_is_not_in_it(
    furnished: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report accepted after the first table was read is in the store, and not in the backup."""
    store = Store.open(furnished)

    def then_accept(connection: sa.Connection, shape: Shape) -> Iterator[Row]:
        yield from rows_of(connection, shape)
        if shape == shapes()[0]:
            receive(store, [checked(*fields("moi"), content=b"moi")], NOON)

    monkeypatch.setattr("tbdx.store.keeping.rows_of", then_accept)
    kept = back_up(furnished, tmp_path / "a.tbdx-backup")
    assert (kept.revision, store.revision()) == (10, 11)
    assert (kept.found.submissions, kept.found.faults) == (4, ())
    assert keeping.check(tmp_path / "a.tbdx-backup").found.faults == ()
    store.close()


def test_memory_does_not_grow_with_the_store(tmp_path: Path, sqlite_target: str) -> None:
    """Thirty files of a megabyte each are backed up, checked and restored in a third of that."""
    source = f"sqlite:///{tmp_path}/a.sqlite"
    store = Store.open(source)
    for number in range(30):
        content = b"%d" % number * (1 << 19)
        receive(store, [checked(*fields(f"bao-{number}"), content=content)], NOON)
    store.close()
    out = tmp_path / "a.tbdx-backup"
    back_up(source, tmp_path / "first.tbdx-backup")  # loads what is loaded once
    tracemalloc.start()
    back_up(source, out)
    keeping.check(out)
    restore(out, sqlite_target)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert out.stat().st_size > 15 << 20
    assert peak < out.stat().st_size


# --- nothing by halves --------------------------------------------------------------------------


def restore_and_die(path: Path, url: str, boundary: int) -> None:
    """Restore a backup; be killed at a boundary."""
    die_at(boundary)
    restore(path, url)


def test_killed_while_restoring(backup: Path, target: str, furnished: str) -> None:
    """A process that dies on the way leaves an empty database, which the next one fills.

    Every seventh boundary of its statements is tried, from the first to the end.
    """
    with Nursery() as nursery:
        for boundary in count(step=7):
            ended = nursery.run(partial(restore_and_die, backup, target, boundary))
            if ended == 0:
                break
            assert ended == KILLED
            if not is_empty(target):  # the end of a commit may outlive the process
                break
    assert boundary > 60
    if ended == 0:
        assert not is_empty(target)
    store = Store.open(target)
    assert store.verify().faults == ()
    assert store.revision() == 10
    store.close()


def test_a_full_disk_leaves_nothing(
    furnished: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full no half of a backup stays, and the record tells of none."""

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "sao lưu"
    before = contents_of(furnished)
    monkeypatch.setattr("shutil.copyfileobj", no_space)
    out = folder / "a.tbdx-backup"
    refused(
        "file-not-writable",
        lambda: back_up(furnished, out),
        found=str(out),
        reason="No space left on device",
    )
    assert list(folder.iterdir()) == []
    assert contents_of(furnished) == before


def test_no_file_is_written_over(furnished: str, backup: Path) -> None:
    """What stands there already stays as it is: it may be the only good backup."""
    before = backup.read_bytes()
    refused("file-exists", lambda: back_up(furnished, backup), found=str(backup))
    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.glob("*backup*")] == [backup.name]


def test_a_backup_is_for_its_owner_alone(backup: Path) -> None:
    """It holds names and addresses: others of the machine cannot read it."""
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_only_an_empty_store_is_filled(backup: Path, target: str) -> None:
    """A store that holds anything is refused, and nothing in it changes."""
    store = Store.open(target)
    store.note(Action.SIGNED_IN, NOON, "Ann", [{"subject": "session:Ann"}])
    store.close()
    before = contents_of(target)
    refused("store-not-empty", lambda: restore(backup, target), table="record")
    refused("store-not-empty", lambda: keeping.move(target, target, AT, WHO), table="record")
    assert contents_of(target) == before


def test_an_empty_store_is_filled(backup: Path, target: str, furnished: str) -> None:
    """One that a program has opened, and nobody has used, takes a backup as a new database does.

    Whoever has it open goes on in it.
    """
    opened = Store.open(target)
    assert opened.is_empty()
    restore(backup, target)
    receive(opened, [checked(*fields("moi"), content=b"moi")], NOON)
    assert opened.revision() == 11
    assert opened.verify().faults == ()
    opened.close()


def test_restoring_twice_is_refused(backup: Path, target: str) -> None:
    """What was restored is not mixed with the same once more."""
    restore(backup, target)
    before = contents_of(target)
    refused("store-not-empty", lambda: restore(backup, target))
    assert contents_of(target) == before


def test_no_store_is_made_where_one_was_expected(tmp_path: Path, postgres_database: str) -> None:
    """A mistyped address is no empty store that could be backed up every night."""
    for url in (f"sqlite:///{tmp_path}/x/tbdx.sqlite", postgres_database):
        out = tmp_path / "a.tbdx-backup"
        refused("store-missing", partial(back_up, url, out))
        refused("store-missing", partial(keeping.move, url, f"sqlite:///{tmp_path}/y", AT, WHO))
        assert not out.exists()
    assert list(tmp_path.iterdir()) == []
    with reached(postgres_database) as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_somebody_does_it(furnished: str, backup: Path, sqlite_target: str) -> None:
    """Without a name nothing is kept, restored or moved."""
    for act in (
        lambda: keeping.back_up(furnished, backup.with_name("b"), VERSION, AT, " "),
        lambda: keeping.restore(backup, sqlite_target, AT, ""),
        lambda: keeping.move(furnished, sqlite_target, AT, "–"),
    ):
        refused("name-needed", act)


# --- damage -------------------------------------------------------------------------------------


def test_whatever_bit_turns_is_found(sqlite_backup: Path) -> None:
    """At each of many places, first and last byte among them, a turned bit is refused."""
    whole = sqlite_backup.read_bytes()
    for place in {*range(0, len(whole), len(whole) // 97), 0, len(whole) - 1}:
        sqlite_backup.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(TbdxError) as caught:
            keeping.check(sqlite_backup)
        assert caught.value.code in {"backup-not-one", "backup-cut", "backup-damaged"}
    sqlite_backup.write_bytes(whole)
    assert keeping.check(sqlite_backup).found.faults == ()


def test_whatever_is_cut_or_added_is_found(sqlite_backup: Path, sqlite_target: str) -> None:
    """A file that came over half, or with something behind it, is refused as such."""
    whole = sqlite_backup.read_bytes()
    for rest in (whole[: len(whole) // 2], whole[:-1], whole + b"\0", whole[:200]):
        sqlite_backup.write_bytes(rest)
        refused(
            "backup-cut", lambda: restore(sqlite_backup, sqlite_target), found=sqlite_backup.name
        )
    assert not Path(sqlite_target.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("content", [b"", b"PK", b"SQLite format 3\0" * 20, b"PK\3\4" + b"x" * 500])
def test_another_kind_of_file_is_none(content: bytes, tmp_path: Path, sqlite_target: str) -> None:
    """What no backup has written is told apart from a damaged one."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    refused("backup-not-one", lambda: restore(path, sqlite_target), found="a.xlsx")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Where there is no file, or a folder, that is said."""
    for path in (tmp_path / "a.tbdx-backup", tmp_path):
        refused("file-not-readable", partial(keeping.check, path))


Parts = dict[str, bytes]


def forge(path: Path, alter: Callable[[Parts, dict[str, Any]], object]) -> None:
    """Alter the parts and the manifest of a backup, and write it anew with hashes that agree."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    alter(parts, manifest)
    for part in manifest["tables"]:
        lines = parts[f"tables/{part['shape']['name']}.jsonl"]
        part["rows"], part["sha256"] = lines.count(b"\n"), hashlib.sha256(lines).hexdigest()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (*parts.items(), ("manifest.json", json.dumps(manifest).encode())):
            archive.writestr(name, content)
        archive.comment = b" " * 83
    content = path.read_bytes()[:-83]
    path.write_bytes(
        content + b"tbdx-backup sha256 %s" % hashlib.sha256(content).hexdigest().encode()
    )


def replace(part: str, old: bytes, new: bytes) -> Callable[[Parts, dict[str, Any]], object]:
    def alter(parts: Parts, _: dict[str, Any]) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return alter


def test_a_forger_is_no_forger_who_alters_nothing(sqlite_backup: Path) -> None:
    """What the next tests alter a backup with leaves it whole by itself."""
    forge(sqlite_backup, lambda parts, manifest: None)
    assert keeping.check(sqlite_backup).found.faults == ()


def _without_a_line(part: str) -> Callable[[Parts, dict[str, Any]], object]:
    def alter(parts: Parts, _: dict[str, Any]) -> None:
        parts[part] = b"".join(parts[part].splitlines(keepends=True)[:-1])

    return alter


def _with_a_line_of_its_own(parts: Parts, _: dict[str, Any]) -> None:
    parts["tables/contact.jsonl"] += b'["dai","dai@dai.example"]\n'


ALTERED: dict[str, tuple[Callable[[Parts, dict[str, Any]], object], str]] = {
    "a figure": (replace("tables/answer.jsonl", b"2.0,null", b"9.0,null"), "backup-altered"),
    "an answer less": (_without_a_line("tables/answer.jsonl"), "backup-altered"),
    "an entry less": (_without_a_line("tables/record.jsonl"), "backup-altered"),
    "a row more": (_with_a_line_of_its_own, "backup-altered"),
    "an entry": (replace("tables/record.jsonl", b'"Ann"', b'"Eve"'), "backup-altered"),
    "who decided": (replace("tables/closed_year.jsonl", b"B\xc3\xacnh", b"Eve"), "backup-altered"),
    "the revision": (replace("tables/revision.jsonl", b"10", b"12"), "backup-altered"),
    "no report for an answer": (_without_a_line("tables/submission.jsonl"), "copy-refused"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_whoever_alters_a_backup_is_found(
    what: str, sqlite_backup: Path, sqlite_target: str
) -> None:
    """However well hashes and seal are made to fit, the record tells; the store stays empty."""
    alter, code = ALTERED[what]
    forge(sqlite_backup, alter)
    refused(code, lambda: restore(sqlite_backup, sqlite_target))
    assert is_empty(sqlite_target)
    refused(code, lambda: keeping.check(sqlite_backup))


def test_a_record_written_anew_is_found_by_a_code(sqlite_backup: Path) -> None:
    """A code from a receipt is in the backup's record; any other one is a fault."""
    with reading(sqlite_backup, known_schemas()) as whole:
        head = whole.manifest.head
    assert keeping.check(sqlite_backup, head).found.faults == ()
    assert keeping.check(sqlite_backup, "f" * 64).found.faults == (
        RecordFault("head-unknown", "f" * 64),
    )


def _file_of(parts: Parts) -> str:
    return next(name for name in parts if name.startswith("files/"))


def _another_file(parts: Parts, _: dict[str, Any]) -> None:
    parts[_file_of(parts)] += b"!"


def _no_file(parts: Parts, _: dict[str, Any]) -> None:
    del parts[_file_of(parts)]


def _one_file_more(parts: Parts, _: dict[str, Any]) -> None:
    parts["files/" + "0" * 64] = b""


def _no_table(parts: Parts, manifest: dict[str, Any]) -> None:
    manifest["tables"] = [p for p in manifest["tables"] if p["shape"]["name"] != "contact"]


def _no_fields(parts: Parts, manifest: dict[str, Any]) -> None:
    del manifest["head"]


def _count(parts: Parts, manifest: dict[str, Any]) -> None:
    manifest["file_bytes"] += 1


INCONSISTENT = {
    "a file's bytes": (_another_file, "files/"),
    "a file less": (_no_file, "files/"),
    "a file more": (_one_file_more, "files/"),
    "a table not named": (_no_table, "tables/contact.jsonl"),
    "a manifest that says less": (_no_fields, "manifest.json"),
    "a count": (_count, "manifest.json"),
    "no JSON": (replace("tables/contact.jsonl", b"[", b"{"), "tables/contact.jsonl"),
    "a value too few": (replace("tables/contact.jsonl", b'"bao",', b""), "tables/contact.jsonl"),
    "no moment": (replace("tables/closed_year.jsonl", b"2025-12", b"2025-13"), "tables/closed_y"),
    "no zone": (replace("tables/closed_year.jsonl", b"+00:00", b""), "tables/closed_year.jsonl"),
    "no text": (replace("tables/contact.jsonl", b'"bao"', b"7"), "tables/contact.jsonl"),
    "no number": (replace("tables/revision.jsonl", b"10", b"true"), "tables/revision.jsonl"),
}


@pytest.mark.parametrize("what", INCONSISTENT)
def test_parts_that_disagree_are_found(what: str, sqlite_backup: Path, sqlite_target: str) -> None:
    """Each part is what the manifest and the rows say, whoever sealed the file; the part is named."""
    alter, part = INCONSISTENT[what]
    forge(sqlite_backup, alter)
    error = refused("backup-inconsistent", lambda: restore(sqlite_backup, sqlite_target))
    assert error.fields["part"].startswith(part)
    assert not Path(sqlite_target.removeprefix("sqlite:///")).exists()


def test_a_table_left_out_is_found(sqlite_backup: Path, sqlite_target: str) -> None:
    """A backup without one of the schema's tables, manifest and all, is not restored."""

    def leave_out(parts: Parts, manifest: dict[str, Any]) -> None:
        _no_table(parts, manifest)
        del parts["tables/contact.jsonl"]

    forge(sqlite_backup, leave_out)
    refused("copy-differs", lambda: restore(sqlite_backup, sqlite_target), table="contact")


def test_a_newer_program_s_backup(sqlite_backup: Path, sqlite_target: str) -> None:
    """Of a schema, or a format, that is not known here, the program to be updated is named."""

    def of_a_later_schema(_: Parts, manifest: dict[str, Any]) -> None:
        manifest |= {"store_schema": "9999", "product": "9.1.0"}

    forge(sqlite_backup, of_a_later_schema)
    refused("backup-newer", lambda: restore(sqlite_backup, sqlite_target), product="9.1.0")
    forge(sqlite_backup, replace("format", b" 1", b" 2"))
    refused("backup-newer", lambda: restore(sqlite_backup, sqlite_target), product="tbdx-backup 2")


def test_a_store_with_faults_is_backed_up_as_it_is(
    furnished: str, target: str, tmp_path: Path
) -> None:
    """What somebody changed by hand is kept, and said: when backing up, checking, restoring."""
    with reached(furnished) as connection:
        connection.execute(sa.text("UPDATE answer SET cell = 'Z9' WHERE submission_id = 2"))
        other = sa.text("UPDATE document SET content = :other WHERE file_name = 'dai 3.xlsx'")
        connection.execute(other, {"other": b"other"})
    out = tmp_path / "a.tbdx-backup"
    faults = back_up(furnished, out).found.faults
    assert [fault.code for fault in faults] == ["row-changed", "document-changed"]
    assert keeping.check(out).found.faults == faults
    assert restore(out, target).found.faults == faults


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("erratum", "UPDATE erratum SET year = 'năm'"),
        ("plan_version", "UPDATE plan_version SET withdrawn_at = 'hôm qua'"),
        ("document", "UPDATE document SET content = 'chữ'"),
    ],
)
def test_a_value_of_another_kind_is_refused(table: str, statement: str, tmp_path: Path) -> None:
    """SQLite keeps whatever is put in by hand; what cannot be copied exactly is not copied."""
    url = f"sqlite:///{tmp_path}/a.sqlite"
    store = Store.open(url)
    furnish(store)
    store.close()
    with reached(url) as connection:
        connection.execute(sa.text(statement))
    out = tmp_path / "a.tbdx-backup"
    refused("copy-not-exact", lambda: back_up(url, out), table=table)
    assert not out.exists()


def test_a_value_that_the_other_database_does_not_take(
    tmp_path: Path, postgres_database: str
) -> None:
    """PostgreSQL has no NUL in a text; then nothing is moved, and the table is named."""
    source = f"sqlite:///{tmp_path}/a.sqlite"
    store = Store.open(source)
    store.set_contact("bao", "bao\0@bao.example", NOON, "Ann")
    store.close()
    error = refused(
        "copy-refused",
        lambda: keeping.move(source, postgres_database, AT, WHO),
        table="contact",
    )
    assert "NUL" in error.fields["reason"]
    assert is_empty(postgres_database)


# --- backups of earlier programs ----------------------------------------------------------------

_SINCE_0002 = {"confirmation"}
_SINCE_0003 = {
    *("state", "sent_by", "decided_at", "decided_by", "reason", "chosen", "receipt"),
    "ever_accepted",
}
_FIRST_TABLES = {"revision", "document", "submission", "answer", "remark"}


def as_of(schema: str, shape: Shape, rows: list[Row]) -> tuple[Shape, list[Row]] | None:
    """A table as a program of that schema had it; None where it had none of that name."""
    if schema < "0004" and shape.name == "revision_entry":
        return None
    if schema < "0005" and shape.name in ("person", "ended_session"):
        return None
    if schema >= "0003":
        return shape, rows
    if shape.name not in _FIRST_TABLES:
        return None
    gone = _SINCE_0003 | (_SINCE_0002 if schema < "0002" else set())
    if shape.name != "submission":
        return shape, rows
    kept = [place for place, name in enumerate(shape.names) if name not in gone]
    columns = [shape.columns[place] for place in kept]
    named = [
        Column(name="accepted_at", kind="moment") if c.name == "received_at" else c for c in columns
    ]
    older = shape.model_copy(update={"columns": tuple(named)})
    return older, [tuple(row[place] for place in kept) for row in rows]


def write_as_of(schema: str, url: str, out: Path) -> None:
    """A backup of a store as an earlier program would have written it."""
    with reached(url) as connection, drafting(out) as draft:
        for shape in shapes():
            older = as_of(schema, shape, list(rows_of(connection, shape)))
            if older is not None:
                draft.add(*older)
        manifest = Manifest(
            made_at=AT,
            made_by=WHO,
            product="0.0.1",
            database=connection.dialect.name,
            store_schema=schema,
            revision=2,
            entries=0,
            head="",
            faults=(),
            files=draft.files,
            file_bytes=draft.file_bytes,
            tables=tuple(draft.parts),
        )
        draft.seal(manifest)


@pytest.mark.parametrize("schema", known_schemas())
def test_a_backup_of_an_earlier_program_is_brought_up_to_date(
    schema: str, target: str, tmp_path: Path
) -> None:
    """Of each schema there was: restored, migrated and taken over in one step, then whole."""
    source = f"sqlite:///{tmp_path}/a.sqlite"
    store = Store.open(source)
    for number, agency in enumerate(("bao", "dai"), 1):
        file = checked(*fields(agency, revenue=float(number)), content=b"%d" % number)
        receive(store, [file], NOON, confirmation="Đúng")
    figures = in_use(store)
    store.close()
    out = tmp_path / "cũ.tbdx-backup"
    write_as_of(schema, source, out)

    kept = restore(out, target)
    assert (kept.store_schema, kept.product, kept.found.faults) == (schema, "0.0.1", ())
    restored = Store.open(target)
    assert in_use(restored) == figures
    assert restored.revision() == 2
    whole = restored.verify()
    assert (
        dataclasses.replace(whole, set_back=()) == kept.found
    )  # the backup was made on a day of the past
    assert restored.record()[0].action is Action.RESTORED
    taken_over = [e for e in restored.record() if e.action is Action.TAKEN_OVER]
    assert len(taken_over) == (2 if schema < "0003" else 0)
    (again,) = receive(restored, [checked(*fields("moi"), content=b"3")], NOON)
    assert again.submissions[0].id == 3
    restored.close()
    with reached(target) as connection:
        assert migrations.differences(connection) == []


def test_an_empty_later_store_does_not_take_an_earlier_backup(target: str, tmp_path: Path) -> None:
    """Tables are not taken back to what they were; a database without any is asked for."""
    source = f"sqlite:///{tmp_path}/a.sqlite"
    Store.open(source).close()
    write_as_of("0002", source, tmp_path / "cũ.tbdx-backup")
    Store.open(target).close()
    newest = known_schemas()[-1]
    refused(
        "store-later",
        lambda: restore(tmp_path / "cũ.tbdx-backup", target),
        found=newest,
        expected="0002",
    )
    assert is_empty(target)


# --- from one database to another ---------------------------------------------------------------


def test_there_and_back_again(tmp_path: Path, postgres_database: str) -> None:
    """SQLite, PostgreSQL, SQLite: every row is equal, each move an entry more in the record.

    The store moved from stays as it was, but for the entry that tells of it.
    """
    first, last = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in "ac")
    store = Store.open(first)
    furnish(store)
    store.close()
    furnished = contents_of(first)
    found = keeping.move(first, postgres_database, AT, WHO)
    assert found.faults == ()
    assert without_last_entry(contents_of(first)) == furnished
    assert without_last_entry(contents_of(postgres_database)) == contents_of(first)
    moved = contents_of(postgres_database)
    keeping.move(postgres_database, last, AT, WHO)
    assert without_last_entry(contents_of(postgres_database)) == moved
    assert without_last_entry(contents_of(last)) == contents_of(postgres_database)
    for url in (postgres_database, last):
        store = Store.open(url)
        assert store.verify().faults == ()
        moves = [e.subject for e in store.record() if e.action is Action.RESTORED]
        assert set(moves) == {"store:moved"}
        (receipt,) = receive(store, [checked(*fields("moi"), content=b"moi")], NOON)
        assert receipt.submissions[0].id == 5
        store.close()


def test_a_password_stays_out_of_the_record(tmp_path: Path, postgres_database: str) -> None:
    """Both records name the other database without what its address keeps secret."""
    source = f"sqlite:///{tmp_path}/a.sqlite"
    Store.open(source).close()
    secret = postgres_database.replace("postgres@", "postgres:s3cret@")
    keeping.move(source, secret, AT, WHO)
    told = str(contents_of(source)["record"]) + str(contents_of(postgres_database)["record"])
    assert "postgresql://postgres:***@" in told
    assert "s3cret" not in told


def test_a_move_that_is_refused_is_not_told_of(furnished: str, sqlite_target: str) -> None:
    """Where the other database is in use, neither of the two changes."""
    store = Store.open(sqlite_target)
    furnish(store)
    store.close()
    before = contents_of(furnished), contents_of(sqlite_target)
    refused("store-not-empty", lambda: keeping.move(furnished, sqlite_target, AT, WHO))
    assert (contents_of(furnished), contents_of(sqlite_target)) == before
