"""The table of faults in docs/faults.md says what the tests prove."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tbdx.store import database, patience

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").partition("\n## ")[0]
ROWS = [line.strip("|").split("|") for line in TABLE.splitlines() if line.startswith("| ")][1:]


@cache
def _tests() -> set[str]:
    """The names of all tests that there are."""
    return {
        node.name
        for path in (ROOT / "tests").glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip()[:40])
def test_each_fault_is_proved(row: list[str]) -> None:
    """Each row says what is seen, kept and to be done, and names tests that exist."""
    assert len(row) == 5
    assert all(cell.strip() for cell in row)
    named = re.findall(r"`(test_\w+)`", row[4])
    assert named
    assert [name for name in named if name not in _tests()] == []


def test_all_faults_of_the_issue_are_there() -> None:
    """Store away, disk full, killed, clock, two people, migration: each has its rows."""
    for word in ("gone", "full", "killed", "Clock", "Two people", "Migration"):
        assert any(word in row[0] for row in ROWS), word


def test_the_limits_are_those_of_the_program() -> None:
    """The seconds in the table of limits are the constants."""

    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    for what, seconds in (
        ("a new connection", patience.CONNECT_SECONDS),
        ("a connection that lay unused", patience.PING_SECONDS),
        ("one statement", patience.STATEMENT_SECONDS),
        ("another change", patience.LOCK_SECONDS),
        ("another change", database._BUSY_SECONDS),
        ("any answer at all", patience.ANSWER_SECONDS),
    ):
        assert re.search(rf"^\| {what}[^|]*\| {seconds} s \|", text, re.MULTILINE), what
    assert patience.MIGRATION_SECONDS == 600
    assert patience.IDLE_SECONDS == 120
