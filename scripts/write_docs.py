"""Write the pages of docs/ that list what the code declares: `make docs`.

A test fails while one of them is not what this writes; of docs/open-data.md and
docs/observing.md and docs/roles.md that is what stands below their marks, the rest is
written by hand.
"""

from __future__ import annotations

from scripts.licences import licences_page
from tbdx import messages
from tbdx.access import RIGHTS, Reach, Right, Role
from tbdx.i18n import language
from tbdx.observing.logs import FIELDS
from tbdx.observing.measures import REGISTRY
from tbdx.open_data.schema import TABLES, Field, Table
from tbdx.settings import ROOT, Settings

_OBSERVED = "<!-- Written by `make docs` from tbdx/observing. -->"
_ENDINGS = {"counter": "_total", "info": "_info"}
_MARK = "<!-- Written by `make docs` from tbdx/open_data/schema.py. -->"
_ROLES_MARK = "<!-- Written by `make docs` from tbdx/access.py. -->"
_REACHES = {None: "–", Reach.OWN: "own", Reach.ALL: "yes"}


def findings_page() -> str:
    """docs/findings.md: every finding with its text in both languages."""
    lines = [
        "# Findings",
        "",
        "Every finding about a workbook, by its code. Each is shown with its sheet and cell. Errors of the",
        "command line and of the pages follow below.",
        "",
        "| code | English | tiếng Việt |",
        "|---|---|---|",
        *(_line(code, text) for code, text in messages.FINDINGS.items()),
        "",
        "## Errors",
        "",
        "| code | English | tiếng Việt |",
        "|---|---|---|",
        *(_line(code, text) for code, text in messages.ERRORS.items()),
    ]
    return "\n".join(lines) + "\n"


def _line(code: str, text: str) -> str:
    cells = (f"`{code}`", text, language("vi").text(text))
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def settings_page() -> str:
    """docs/settings.md: every setting with its default."""
    lines = [
        "# Settings",
        "",
        "Set as environment variables before the start; all are optional. A container may find any of them in a",
        "file of its name in `/run/secrets` instead (`tbdx_database_url`); the environment comes first.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(f"{ROOT}", "").replace("////", "///").lstrip("/")
        lines.append(f"| `TBDX_{name.upper()}` | `{default}` | {field.description} |")
    lines += [
        "",
        "A PostgreSQL database is given as `postgresql://USER:PASSWORD@HOST/NAME`. Port and address of the",
        "dashboard are options of `serve`; the look, the upload limit and other matters of Streamlit stand in",
        "`.streamlit/config.toml`.",
    ]
    return "\n".join(lines) + "\n"


def open_data_page() -> str:
    """docs/open-data.md: what stands there above the mark, then every table and column."""
    by_hand, _, _ = (ROOT / "docs" / "open-data.md").read_text("utf-8").partition(_MARK)
    return (
        by_hand + "\n".join([_MARK, *(line for t in TABLES.values() for line in _table(t))]) + "\n"
    )


def observing_page() -> str:
    """docs/observing.md: what stands there above the mark, then every field and metric."""
    by_hand, _, _ = (ROOT / "docs" / "observing.md").read_text("utf-8").partition(_OBSERVED)
    families = [family for family in REGISTRY.collect() if family.name.startswith("tbdx_")]
    lines = [
        _OBSERVED,
        "",
        "## Fields of a line",
        "",
        "| field | what it says |",
        "|---|---|",
        *(f"| `{name}` | {said} |" for name, said in FIELDS.items()),
        "",
        "## Metrics",
        "",
        "| metric | kind | what it says |",
        "|---|---|---|",
        *(
            f"| `{family.name}{_ENDINGS.get(family.type, '')}` | {family.type} | {family.documentation} |"
            for family in families
        ),
    ]
    return by_hand + "\n".join(lines) + "\n"


def _table(table: Table) -> list[str]:
    words = language("vi")
    return [
        "",
        f"### `{table.path}`",
        "",
        f"{table.title} ({words.text(table.title)}). {table.description} Key: {_codes(table.key)}.",
        "",
        "| column | type | English | tiếng Việt |",
        "|---|---|---|---|",
        *(_column(field) for field in table.fields),
    ]


def _column(field: Field) -> str:
    said = [f"{field.title}. {field.description}".rstrip()]
    said.append(". ".join(filter(None, map(language("vi").text, (field.title, field.description)))))
    kind = field.type + (", required" if field.required else "")
    kind += f", → `{field.to}`" if field.to else ""
    cells = (f"`{field.name}`", kind, *said)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def roles_page() -> str:
    """docs/roles.md: what stands there above the mark, then what each role may."""
    by_hand, _, _ = (ROOT / "docs" / "roles.md").read_text("utf-8").partition(_ROLES_MARK)
    words = language("vi")
    both = [(code.value, text, words.text(text)) for code, text in messages.ROLES.items()]
    lines = [
        _ROLES_MARK,
        "",
        "| role | English | tiếng Việt | what they do | việc được làm |",
        "|---|---|---|---|---|",
        *(
            f"| `{code}` | {title} | {translated} | {does} | {words.text(does)} |"
            for (code, title, translated), does in zip(
                both, messages.ROLES_DO.values(), strict=True
            )
        ),
        "",
        f"| may | được | {' | '.join(f'`{role}`' for role in Role)} |",
        "|---|---|" + "---|" * len(Role),
    ]
    for right in Right:
        text = messages.RIGHTS[right]
        given = (_REACHES[RIGHTS[role].get(right)] for role in Role)
        lines.append(f"| {text} | {words.text(text)} | {' | '.join(given)} |")
    return by_hand + "\n".join(lines) + "\n"


def main() -> None:
    """Write the pages."""
    docs = ROOT / "docs"
    (docs / "open-data.md").write_text(open_data_page(), encoding="utf-8")
    (docs / "observing.md").write_text(observing_page(), encoding="utf-8")
    (docs / "roles.md").write_text(roles_page(), encoding="utf-8")
    (docs / "findings.md").write_text(findings_page(), encoding="utf-8")
    (docs / "settings.md").write_text(settings_page(), encoding="utf-8")
    (docs / "licences.md").write_text(licences_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
