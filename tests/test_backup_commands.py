"""`backup`, `verify-backup`, `restore` and `move-store` as a shell sees them."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa
from shell import ROOT, Shell, write_report

from benchmarks.databases import engine_for
from tbdx.plan import Plan
from tbdx.settings import VERSION


@pytest.fixture
def shell(tmp_path: Path, plan: Plan) -> Shell:
    """A shell whose store holds one report."""
    shell = Shell(tmp_path, TBDX_USER="Bình")
    shell("import", write_report(plan, tmp_path, "dai-ptth-thai-binh", revenue_million_vnd=1100.0))
    return shell


def _url(shell: Shell, name: str) -> str:
    return f"sqlite:///{shell.folder / name}.db"


def _in(shell: Shell, name: str) -> Shell:
    """The same shell with another database."""
    return Shell(shell.folder, TBDX_USER="Bình", TBDX_DATABASE_URL=_url(shell, name))


def test_backed_up_checked_restored(shell: Shell) -> None:
    """The way of a backup, in words: what it holds, and that nothing is wrong with it."""
    path = shell.folder / "sao lưu.tbdx-backup"
    said = shell("backup", "--out", path)
    head = shell.json("record", "list")[1]["hash"]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert said.splitlines()[0] == f"Backup: {path}"
    assert f"by version {VERSION} (schema 000" in said
    assert said.splitlines()[2:] == [
        f"SHA-256 of the file: {sha256}",
        "Data revision 1",
        "Entries of the record: 3",
        "Files stored: 1",
        "Reports stored: 1",
        f"Newest code of the record: {head}",
        "Nothing was changed by hand.",
    ]
    assert shell("verify-backup", path, "--head", head) == said
    restored = shell("restore", path, "--into", _url(shell, "neu"), "--by", "Ann")
    assert restored.endswith("The record goes on with an entry of it.\n")
    assert "Entries of the record: 4\n" in restored
    other = _in(shell, "neu")
    assert other.json("indicators") == shell.json("indicators")
    newest = other.json("record", "list")[0]
    assert (newest["action"], newest["actor"]) == ("restored", "Ann")
    assert "Store filled from a copy" in other("record", "list")
    assert "Nothing was changed by hand." in other("record", "verify", "--head", head)


def test_the_version_is_the_project_s() -> None:
    """What a backup says of the program is what pyproject.toml says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION


def test_a_folder_gives_the_file_a_name(shell: Shell) -> None:
    """Every day the same line: each backup is named by its moment in UTC."""
    folder = shell.folder / "daily"
    folder.mkdir()
    made = shell.json("backup", "--out", folder)
    (path,) = folder.iterdir()
    moment = made["made_at"][:19].replace("-", "").replace(":", "")
    assert path.name == f"tbdx-{moment}Z.tbdx-backup"
    assert (made["file"], made["revision"], made["submissions"]) == (str(path), 1, 1)
    assert set(shell.json("verify-backup", path)) == set(made)


def test_what_stands_in_the_way_is_said(shell: Shell) -> None:
    """Each refusal in a paragraph, exit code 2; nothing is lost."""
    path = shell.folder / "a.tbdx-backup"
    shell("backup", "--out", path)
    assert "is there already" in shell("backup", "--out", path, code=2)
    assert "is not empty" in shell("restore", path, code=2)
    assert "There is no store at" in _in(shell, "falsch")("backup", "--out", path, code=2)
    assert not (shell.folder / "falsch.db").exists()
    path.write_bytes(path.read_bytes()[:-5])
    assert "does not end as it was written" in shell("verify-backup", path, code=2)
    assert "is no backup" in shell("verify-backup", shell.folder / "tbdx.db", code=2)
    assert len(shell.json("record", "list")) == 4


def test_what_was_changed_by_hand_is_said(shell: Shell) -> None:
    """A backup is made of it all the same; exit code 1 each time."""
    database = engine_for(_url(shell, "tbdx"))
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE submission SET reason = 'x'"))
    database.dispose()
    path = shell.folder / "a.tbdx-backup"
    said = "submission:1 is not what its last entry says."
    assert said in shell("backup", "--out", path, code=1)
    assert said in shell("verify-backup", path, code=1)
    assert said in shell("restore", path, "--into", _url(shell, "neu"), code=1)
    moved = shell("move-store", "--from", _url(shell, "neu"), "--to", _url(shell, "c"), code=1)
    assert said in moved


def test_a_store_moves_to_postgresql(shell: Shell, postgres_database: str) -> None:
    """Every figure is the same there; what to do next is said."""
    said = shell("move-store", "--from", _url(shell, "tbdx"), "--to", postgres_database)
    assert "Now set TBDX_DATABASE_URL to the new database" in said
    moved = Shell(shell.folder, TBDX_DATABASE_URL=postgres_database)
    assert moved.json("indicators") == shell.json("indicators")
    found = moved.json("record", "verify")
    assert (found["faults"], found["entries"]) == ([], 5)
    back = shell.json("move-store", "--from", postgres_database, "--to", _url(shell, "back"))
    assert (back["faults"], back["entries"]) == ([], 7)


class TestWhoMay:
    """Of a store with people, its administrators keep it; nobody else does."""

    @pytest.fixture
    def office(self, shell: Shell) -> Shell:
        """The shell of the administrator of such a store."""
        shell("people", "add", "qt01", "--role", "administrator")
        office = Shell(shell.folder, TBDX_USER="qt01")
        office("people", "add", "lan", "--role", "analyst")
        return office

    def test_an_administrator_backs_up_and_moves(self, office: Shell) -> None:
        """Under their own id, whatever `--by` says; in the store that was filled as well."""
        office("backup", "--out", office.folder / "a.tbdx-backup", "--by", "Ann")
        source, to = _url(office, "tbdx"), _url(office, "neu")
        office("move-store", "--from", source, "--to", to, "--by", "Ann")
        moved = Shell(office.folder, TBDX_USER="qt01", TBDX_DATABASE_URL=to)
        told = moved.json("record", "list")[:3]
        assert [(entry["action"], entry["actor"]) for entry in told] == [
            *(("restored", "qt01"), ("exported", "qt01"), ("exported", "qt01"))
        ]

    @pytest.mark.parametrize(
        ("user", "said"), [("lan", "back up, restore and move the store"), ("Bình", "none of them")]
    )
    def test_others_do_not(self, office: Shell, user: str, said: str) -> None:
        """An analyst, or who was not entered: nothing is written, the record is told nothing."""
        before = office.json("record", "list")
        other = Shell(office.folder, TBDX_USER=user)
        path, to = office.folder / "a.tbdx-backup", _url(office, "neu")
        assert said in other("backup", "--out", path, "--by", "qt01", code=2)
        assert said in other("move-store", "--from", _url(office, "tbdx"), "--to", to, code=2)
        assert not path.exists()
        assert not (office.folder / "neu.db").exists()
        assert office.json("record", "list") == before

    def test_a_backup_is_checked_and_restored_by_who_has_it(self, office: Shell) -> None:
        """Into an empty store; its people are there then, and the store of others is never filled."""
        path, to = office.folder / "a.tbdx-backup", _url(office, "neu")
        office("backup", "--out", path)
        other = Shell(office.folder, TBDX_USER="Bình")
        other("verify-backup", path)
        assert "is not empty" in other("restore", path, code=2)
        other("restore", path, "--into", to)
        there = Shell(office.folder, TBDX_USER="Bình", TBDX_DATABASE_URL=to)
        assert "none of them" in there("record", "list", code=2)
        keeper = Shell(office.folder, TBDX_USER="qt01", TBDX_DATABASE_URL=to)
        assert keeper.json("record", "list")[0]["actor"] == "Bình"
