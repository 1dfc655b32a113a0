"""What the documents say is what the product does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shell import commands_of, options_of

from scripts.screenshots import GREY, LOOKS, VIEWS
from scripts.write_docs import findings_page, roles_page, settings_page
from tbdx.__main__ import app
from tbdx.metrics import RESULT_COLUMNS, needed_count
from tbdx.plan import Plan
from tbdx.ui.shell import ROOMS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_findings_settings_and_roles_are_listed_as_they_are() -> None:
    """The generated pages are up to date."""
    assert _read("docs/findings.md") == findings_page(), "run `make docs`"
    assert _read("docs/settings.md") == settings_page(), "run `make docs`"
    assert _read("docs/roles.md") == roles_page(), "run `make docs`"


def test_every_command_is_documented() -> None:
    """Each command and sub-command of the command line stands in docs/command-line.md."""
    text = _read("docs/command-line.md")
    commands = [" ".join(words) for words in commands_of(app)]
    assert "record verify" in commands
    assert [name for name in commands if not re.search(rf"`{name}[ `]", text)] == []


def test_every_option_is_documented() -> None:
    """Each option of each command stands in docs/command-line.md."""
    text = _read("docs/command-line.md")
    options = {name for words in commands_of(app) for name in options_of(app, words)}
    assert "--received" in options
    assert [name for name in sorted(options) if not re.search(rf"{name}\b", text)] == []


def test_every_column_of_the_json_is_documented() -> None:
    """Each field of `indicators --json` is named."""
    text = _read("docs/command-line.md")
    assert [name for name in RESULT_COLUMNS if f"`{name}`" not in text] == []


def test_every_page_has_its_pictures() -> None:
    """Each view is pictured in both languages, light and dark, on a phone, some in grey; each page is a view."""
    assert {place.split("?")[0] for place in VIEWS.values()} == {room.file for room in ROOMS}
    wanted = {f"{view}-{look}.png" for view in VIEWS for look, *_ in LOOKS}
    wanted |= {f"{view}-grey-vi.png" for view in GREY}
    assert {path.name for path in (DOCS / "screenshots").glob("*.png")} == wanted


def test_links_lead_somewhere() -> None:
    """Every relative link in the documents names a file that exists."""
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_readme_begins_with_the_two_commands() -> None:
    """`make run` and `make test` are the first things said."""
    commands = re.findall(r"^make \w+", _read("README.md"), flags=re.MULTILINE)
    assert commands[:2] == ["make run", "make test"]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_the_needed_table_is_the_computed_one(number: int) -> None:
    """The table of needed agencies in docs/method.md is what the code computes."""
    cells = [needed_count(number, share, 0) for share in (33, 50, 67, 70, 100)]
    assert f"| {number} | " + " | ".join(map(str, cells)) + " |" in _read("docs/method.md")


def test_every_indicator_is_defined_with_its_clause(plan: Plan) -> None:
    """Each definition quotes the plan and names its source."""
    assert all(i.clause and i.source and i.title.en for i in plan.indicators)
