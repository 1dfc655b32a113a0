"""docs/privacy.md and docs/quyen-rieng-tu.md name all that the product keeps of people."""

from __future__ import annotations

import re
import tomllib

import pytest
import sqlalchemy as sa

from tbdx.settings import ROOT
from tbdx.store import tables

PAGES = ("privacy.md", "quyen-rieng-tu.md")
_KINDS = (sa.String, sa.LargeBinary, sa.Text, sa.JSON)

NOT_PERSONAL = {
    "document": {"sha256"},
    "submission": {"document", "agency", "phase", "state"},
    "answer": {"field", "sheet", "cell"},
    "remark": {"code", "severity", "sheet", "cell", "field"},
    "nil_return": {"agency", "phase"},
    "plan_version": {"decision", "document"},
    "erratum": {"agency", "field"},
    "contact": {"agency"},
    "person": {"roles"},
    "record": {"action", "agency", "previous", "hash"},
}
"""Columns that hold text, but only codes, hashes and places: nobody's data."""


def _page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _row(page: str, table: str) -> str:
    """The line of a page's table about one of the store's tables."""
    found = re.findall(rf"^\|[^|]*`{table}`.*$", page, flags=re.MULTILINE)
    assert found, f"{table} is not in the page: say what it keeps of people"
    return str(found[0])


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("table", tables.metadata.tables)
def test_every_column_that_may_hold_something_of_people_is_named(name: str, table: str) -> None:
    """A new table, or a new column of text, makes somebody think whose data it holds."""
    row = _row(_page(name), table)
    columns = {c.name for c in tables.metadata.tables[table].c if isinstance(c.type, _KINDS)}
    unnamed = {c for c in columns - NOT_PERSONAL.get(table, set()) if f"`{c}`" not in row}
    assert unnamed == set(), "name it in the page, or say in NOT_PERSONAL that it is nobody's"


def test_columns_said_to_be_nobodys_exist_and_are_not_in_the_pages() -> None:
    """What is excused is a column, and is not at the same time said to be personal."""
    for table, columns in NOT_PERSONAL.items():
        if table not in tables.metadata.tables:
            continue
        assert columns <= set(tables.metadata.tables[table].c.keys()), table
        for name in PAGES:
            assert [c for c in columns if f"`{c}`" in _row(_page(name), table)] == []


def test_both_languages_say_the_same() -> None:
    """The two pages have the same sections, tables, commands and marks for the lawyer."""
    english, vietnamese = map(_page, PAGES)
    for form in (r"^\|.*\|$", r"`[a-z_]+`", r"^python -m .*?  ", r"^```"):
        counts = [len(re.findall(form, page, flags=re.MULTILINE)) for page in (english, vietnamese)]
        assert counts[0] == counts[1], form
    cited = [
        sorted(re.findall(r"\d+/\d+/[A-ZĐ]+|150/KH-UBND", page)) for page in (english, vietnamese)
    ]
    assert cited[0] == cited[1]
    assert english.count("⚖") == vietnamese.count("⚖")


def test_what_the_pages_say_of_files_is_so() -> None:
    """No statistics to Streamlit; backups, logs and cookies are kept as long as is said."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    backup = (ROOT / "deploy" / "systemd" / "tbdx-backup.service").read_text(encoding="utf-8")
    assert "-mtime +35 -delete" in backup
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert 'max-size: 20m, max-file: "5"' in compose
    servers = (ROOT / "deploy" / "nginx" / "servers.conf").read_text(encoding="utf-8")
    assert "Max-Age" not in servers, "the cookie that names a process ends with the session"
