"""The README of the open data: what it is, how to read it, what is left out, how to cite it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tbdx import provenance
from tbdx.i18n import N_, Language
from tbdx.open_data.schema import TABLES
from tbdx.provenance import Fact, Taking
from tbdx.service import View

STATEMENT = N_(
    "All that is known about the plan's indicators, as tables for programs: the register, the targets, the results and the figures that they rest on."
)
LEFT_OUT = N_(
    "Left out, since they may hold personal data: free texts (difficulties, proposals, what came of a task), reasons, the names of people and of files, e-mail addresses."
)
FORMAT = N_(
    "Each table is a CSV file: UTF-8 with a byte order mark, commas, decimal points, dates by ISO 8601, percentages in percent and unrounded. An empty cell means that there is nothing: never zero, and never no."
)
FORMULAS = N_(
    "A text that a spreadsheet would take for a formula (it begins with =, +, - or @) has an apostrophe before it. Numbers are left as they are."
)
JOINING = N_(
    "Tables are joined by codes: an agency by its id, never by its name, for after a merger another agency may keep the name. The file datapackage.json declares types, keys and links by Data Package 2.0, so that the library frictionless, among others, can read and check them all."
)
LICENCE = N_(
    "No licence is stated here: which one holds is for the office to decide that publishes this."
)
CITATION = N_(
    "{authority} ({place}): open data on plan {number}, data revision {revision}, {date}."
)


def citation(view: View, words: Language, taking: Taking) -> str:
    """How the package is cited, with the names in force on the day."""
    plan, day = view.plan, view.plan.due.day_of(taking.at)
    return words.text(
        CITATION,
        authority=plan.name_on(plan.authority, day)[words.code],
        place=plan.name_on(plan.province, day)[words.code],
        number=plan.decision.number,
        revision=view.panel_revision,
        date=words.date(day),
    )


def section(
    view: View,
    words: Language,
    taking: Taking,
    title: str,
    facts: Sequence[Fact],
    counts: Mapping[str, int],
) -> str:
    """The README in one language, as Markdown; `counts` are the rows of each table."""
    return "\n".join(_lines(view, words, taking, title, facts, counts))


def _lines(
    view: View,
    words: Language,
    taking: Taking,
    title: str,
    facts: Sequence[Fact],
    counts: Mapping[str, int],
) -> Iterator[str]:
    text = words.text
    heads = (text("File"), text("Rows"), text("Content"))
    yield from (f"# {title}", "")
    for mark in provenance.marks(view, words):
        yield from (f"**{mark}**", "")
    yield from (text(STATEMENT), "")
    yield from _head(N_("Tables"), words)
    yield f"| {' | '.join(heads)} |"
    yield "|---|---:|---|"
    for table in TABLES.values():
        what = f"{text(table.title)}. {text(table.description)}"
        yield f"| {table.path} | {words.number(counts[table.name])} | {what} |"
    yield ""
    for head, paragraphs in (
        (N_("How to read them"), (FORMAT, JOINING, FORMULAS)),
        (N_("What is not in here"), (LEFT_OUT,)),
        (N_("Use and citation"), (LICENCE,)),
    ):
        yield from _head(head, words)
        for paragraph in paragraphs:
            yield from (text(paragraph), "")
    yield from (f"> {citation(view, words, taking)}", "")
    yield from _head(N_("About these figures"), words)
    for head, said in facts:
        yield f"- **{head}:** {' '.join(said.split())}"
    yield ""


def _head(head: str, words: Language) -> tuple[str, str]:
    return f"## {words.text(head)}", ""
