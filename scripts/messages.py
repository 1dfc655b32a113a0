"""Bring the catalogues up to the texts in the code: `make messages`.

New texts are added untranslated, texts no longer in the code are dropped,
translations are kept. A test fails while anything is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tbdx.i18n import LOCALES
from tbdx.settings import ROOT

KEYWORDS = {"text": None, "N_": None, "plural": (1, 2)}
_UNSTEADY = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Report-Msgid-Bugs-To',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Generated-By',
)
SOURCES = ("tbdx", "pages")


def texts() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every text in the code with the file it stands in."""
    for source in SOURCES:
        found = extract_from_dir(
            str(ROOT / source), method_map=[("**.py", "python")], keywords=KEYWORDS
        )
        for name, _line, message, _comments, _context in found:
            yield message, f"{source}/{Path(name).as_posix()}"


def catalogue_path(code: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / "tbdx.po"


def _written(catalogue: Catalog) -> bytes:
    """The catalogue as a .po file, without the header lines that change at every run."""
    written = BytesIO()
    write_po(written, catalogue, width=100, include_lineno=False, sort_output=True)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_UNSTEADY))


def main() -> None:
    """Update every language's catalogue in place."""
    template = Catalog()
    for message, file in texts():
        template.add(message, locations=[(file, 0)])
    for folder in sorted(path for path in LOCALES.iterdir() if path.is_dir()):
        path = catalogue_path(folder.name)
        with path.open("rb") as source:
            catalogue = read_po(source, locale=folder.name)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.write_bytes(_written(catalogue))
        missing = sum(not message.string for message in catalogue if message.id)
        print(f"{folder.name}: {len(catalogue)} texts, {missing} untranslated")


if __name__ == "__main__":
    main()
