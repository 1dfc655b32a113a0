"""Open data: one folder of CSV files with a description that programs read.

A Data Package by version 2.0 of the standard. It is in codes and in both languages
at once, so it is the same whoever takes it out. `schema` declares the tables,
`rows` fills them, `readme` words what a person should know, `folder` replaces an earlier
package by a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from tbdx import provenance
from tbdx.archives import FIRST_DATE
from tbdx.i18n import Language, language
from tbdx.model import Answer
from tbdx.open_data import readme
from tbdx.open_data.folder import DESCRIPTOR, OWN, Place, require_free, sha256, to_json
from tbdx.open_data.rows import Rows, Sources
from tbdx.open_data.schema import TABLES, Field, Table
from tbdx.provenance import Fact, Taking
from tbdx.service import View
from tbdx.tables import file_name
from tbdx.workbook.tables import Column, Kind, write_csv

__all__ = [
    "TABLES",
    "OpenData",
    "Place",
    "Sources",
    "open_data",
    "require_free",
    "zip_name",
]

README = "README.md"
_PROFILES = "https://datapackage.org/profiles/2.0"
_LANGUAGES = ("vi", "en")
_NUMBERS = ("integer", "number", "year")


@dataclass(frozen=True, slots=True)
class OpenData:
    """A package as it is written: its files by name, and how many rows each table has."""

    files: Mapping[str, bytes]
    counts: Mapping[str, int]

    @property
    def rows(self) -> int:
        """How many rows its tables have together."""
        return sum(self.counts.values())

    def zipped(self) -> bytes:
        """The same files as one ZIP."""
        stream = BytesIO()
        with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                entry = ZipInfo(name, FIRST_DATE)
                entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, content)
        return stream.getvalue()


def open_data(view: View, sources: Sources, taking: Taking) -> OpenData:
    """The package of a view; the same arguments give the same bytes."""
    rows = Rows(view, sources)
    frames = {name: rows.of(table) for name, table in TABLES.items()}
    counts = {name: len(frame) for name, frame in frames.items()}
    tables = {TABLES[name].path: _csv(TABLES[name], frame) for name, frame in frames.items()}
    sections, facts = [], {}
    for code in _LANGUAGES:
        words = language(code)
        facts[code] = _facts(view, words, taking, sources, rows.left_out)
        title = _title(view, words)
        sections.append(readme.section(view, words, taking, title, facts[code], counts))
    written = {README: "\n---\n\n".join(sections).encode(), **tables}
    descriptor = _descriptor(view, taking, facts, written)
    return OpenData({DESCRIPTOR: to_json(descriptor), **written}, counts)


# --- the descriptor -----------------------------------------------------------------------------


def _descriptor(
    view: View,
    taking: Taking,
    facts: Mapping[str, Sequence[Fact]],
    written: Mapping[str, bytes],
) -> dict[str, Any]:
    plan = view.plan
    own = {
        "plan": {
            "id": plan.id,
            "decision": plan.decision.number,
            "date": plan.decision.date.isoformat(),
            "fingerprint": plan.fingerprint,
            "first_year": plan.years.first,
            "last_year": plan.years.last,
            "base_year": plan.years.base,
        },
        **provenance.told(view),
        "scenario": _scenario(view),
        "filters": {},
        "record": taking.code,
        "facts": {code: [list(fact) for fact in told] for code, told in facts.items()},
        "files": {name: sha256(content) for name, content in written.items()},
    }
    descriptor = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": zip_name(view).removesuffix(".zip"),
        "title": _both(lambda words: _title(view, words)),
        "description": _both(lambda words: _description(view, words)),
        "version": str(view.panel_revision),
        "created": taking.at.astimezone(plan.due.zone).isoformat(timespec="seconds"),
        "sources": _sources(view),
        "resources": [_resource(table, written[table.path]) for table in TABLES.values()],
        OWN: own,
    }
    own["digest"] = sha256(to_json(descriptor))
    return descriptor


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    def reference(other: Table) -> dict[str, Any]:
        """Where a link leads; by the standard a table that refers to itself is not named."""
        named = {} if other is table else {"resource": other.name}
        return {**named, "fields": list(other.key)}

    links = [{"fields": [name], "reference": reference(other)} for name, other in table.links]
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": table.name,
        "type": "table",
        "path": table.path,
        "title": _both(lambda words: words.text(table.title)),
        "description": _both(lambda words: words.text(table.description)),
        "format": "csv",
        "mediatype": "text/csv",
        # The registered name. Readers take the byte order mark off; some know no "utf-8-sig".
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
        "dialect": {"$schema": f"{_PROFILES}/tabledialect.json", "lineTerminator": "\r\n"},
        "schema": {
            "$schema": f"{_PROFILES}/tableschema.json",
            "fields": [_field(field) for field in table.fields],
            "missingValues": [""],
            "primaryKey": list(table.key),
            **({"foreignKeys": links} if links else {}),
        },
    }


def _field(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "title": _both(lambda words: words.text(field.title)),
    }
    if field.description:
        described["description"] = _both(lambda words: words.text(field.description))
    if field.constraints:
        described["constraints"] = field.constraints
    return described


def _sources(view: View) -> list[dict[str, str]]:
    """The documents that the plan's data are from."""
    words, decision = language("vi"), view.plan.decision
    issued = f"{decision.number}, {words.date(decision.date)}: {decision.title.vi}"
    amended = [f"{v.decision}, {words.date(v.date)}" for v in view.amendments]
    carried_out = [document.vi for document in decision.carries_out]
    return [{"title": title} for title in (issued, *carried_out, *amended)]


def _scenario(view: View) -> dict[str, Any] | None:
    """What the figures suppose; None where they suppose nothing."""
    if not view.scenario:
        return None
    changes = [
        {
            **asdict(change),
            "value": str(value) if isinstance(value := change.value, Answer) else value,
        }
        for change in view.scenario.changes
    ]
    return {"code": view.scenario.code, "carry": view.scenario.carry, "changes": changes}


# --- words --------------------------------------------------------------------------------------


def _facts(
    view: View, words: Language, taking: Taking, sources: Sources, left_out: int
) -> list[Fact]:
    """Where the figures come from; of corrections only how many, for their reasons are free texts."""
    own = [
        (words.text("Submissions as of revision"), str(sources.revision)),
        (words.text("Free texts left out"), words.number(left_out)),
    ]
    filters = [(words.text("Filters"), words.text("all"))]
    return provenance.facts(view, words, taking, own, filters, reasons=False)


def _title(view: View, words: Language) -> str:
    title = words.text("Open data on plan {number}", number=view.plan.decision.number)
    if view.scenario:
        title = words.text("SCENARIO {table}", table=title)
    return words.text("{title} (illustrative)", title=title) if view.sample else title


def _description(view: View, words: Language) -> str:
    """What it is, after what it is not."""
    marks = provenance.marks(view, words)
    said = [words.text(text) for text in (readme.STATEMENT, readme.FORMULAS, readme.LEFT_OUT)]
    return " ".join([*(f"{mark}." for mark in marks), *said])


def zip_name(view: View) -> str:
    """The name of a package's ZIP; illustrative figures, a scenario and an unusual basis are in it."""
    return file_name(view, f"open-data-{view.plan.id}", "zip")


def _both(say: Callable[[Language], str]) -> str:
    """A text in Vietnamese and in English, where they differ."""
    return " / ".join(dict.fromkeys(say(language(code)) for code in _LANGUAGES))


# --- bytes --------------------------------------------------------------------------------------


def _csv(table: Table, rows: pd.DataFrame) -> bytes:
    def kind(field: Field) -> Kind:
        return "amount" if field.type in _NUMBERS else "text"

    return write_csv(rows, [Column(field.name, kind(field)) for field in table.fields])
