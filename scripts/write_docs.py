"""Write the pages of docs/ that list what the code declares: `make docs`.

A test fails while docs/findings.md or docs/settings.md is not what this writes.
"""

from __future__ import annotations

from tbdx import messages
from tbdx.i18n import language
from tbdx.settings import ROOT, Settings


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
        "Set as environment variables before the start; all are optional.",
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


def main() -> None:
    """Write both pages."""
    docs = ROOT / "docs"
    (docs / "findings.md").write_text(findings_page(), encoding="utf-8")
    (docs / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
