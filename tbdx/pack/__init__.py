"""The workbook of everything: the official summary table, results with charts, and all they rest on.

Every number is the screen's: results come from a `View`, in the rows and words of `tables`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from tbdx import provenance, tables
from tbdx.i18n import N_, Language
from tbdx.pack import course, definitions, listings, summary
from tbdx.pack.sources import PackSources
from tbdx.provenance import Taking
from tbdx.report.letterheads import province_letterhead
from tbdx.service import View
from tbdx.tables import TABLES, Filters, TableName
from tbdx.workbook.books import Book

__all__ = ["PackSources", "write_pack"]

Progress = Callable[[float], object]

SHEETS: dict[str, str] = {
    "summary": N_("Summary table"),
    "province": TABLES["province"],
    "charts": N_("Charts"),
    "course": N_("Trajectories"),
    "agency": TABLES["agency"],
    "rounds": N_("Reporting by year"),
    "submissions": N_("Reports received"),
    "reported": TABLES["reported"],
    "comparison": N_("Beside goals from elsewhere"),
    "definitions": N_("Definitions"),
    "rules": N_("Rules and verdicts"),
    "targets": N_("Targets by plan version"),
    "changes": N_("Changes and corrections"),
    "facts": N_("About this file"),
}
"""The sheets in their order, each with its name."""

_SUPPOSED = {"summary", "province", "charts", "course", "agency", "comparison"}
"""What a scenario changes; the others stay what was filed."""


def write_pack(
    view: View,
    sources: PackSources,
    words: Language,
    taking: Taking,
    out: BinaryIO,
    progress: Progress = lambda _: None,
) -> None:
    """Write the workbook to `out`, which is left open.

    The same view, sources and moment give the same bytes. `progress` is told how far it
    is, from 0 to 1, by rows.
    """
    names = {sheet: _name(sheet, view, words) for sheet in SHEETS}
    marks = provenance.marks(view, words)
    own: list[TableName] = ["province", "agency", "reported", "comparison"]
    rows = {table: tables.select(view, Filters(table)) for table in own}
    lists = {
        "rounds": listings.rounds(view, sources, words),
        "submissions": listings.submissions(view, sources, words),
        "targets": listings.targets(view, sources, words),
        "changes": listings.changes(view, sources, words),
        "definitions": definitions.indicators(view, words),
        "rules": definitions.rules(view, words),
    }
    whole = sum(map(len, rows.values())) + sum(len(shown) for shown, _ in lists.values())
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        progress(done / whole)

    title = words.text("Digital transformation of press agencies")
    page = words.text("Page {page} of {pages}", page="{page}", pages="{pages}")
    with Book(out, at=taking.at, title=title, mark=" · ".join(marks), page=page) as book:
        for sheet, name in names.items():
            if sheet == "summary":  # signed on its own: its pages are not those of the book
                own_page = words.text("Page {page}", page="{page}")
                summary.lay_out(book.sheet(name, own_page), view, words, marks)
            elif sheet == "charts":  # laid out with the sheet that it shows, which comes after it
                charts = book.sheet(name)
            elif sheet == "course":
                course.lay_out(book.sheet(name), charts, view, words, marks)
            elif sheet == "facts":
                book.facts(name, _facts(view, sources, words, taking))
            elif sheet in rows:
                table: TableName = sheet
                book.table(name, *tables.present(rows.pop(table), view, table, words), tell)
            else:
                book.table(name, *lists.pop(sheet), tell)
    progress(1)


def _name(sheet: str, view: View, words: Language) -> str:
    name = words.text(SHEETS[sheet])
    if view.scenario and sheet in _SUPPOSED:
        return words.text("SCENARIO {table}", table=name)
    return name


def _facts(
    view: View, sources: PackSources, words: Language, taking: Taking
) -> list[provenance.Fact]:
    text = words.text
    people = N_(
        "Who sent, decided or corrected is left out, and so are the reasons they gave; the record has them under the entry that stands beside each submission. Free texts of the reports, the documents that corrections go by, and names of files are included as people wrote them, and may hold names and addresses: look through them before passing the file on."
    )
    heads = province_letterhead(view.plan, summary.years_of(view)[-1], words)
    day = text("names as on the due date of {year}", year=summary.years_of(view)[-1])
    own = [
        (text("Submissions as of revision"), str(sources.revision)),
        (text("People"), text(people)),
        (text("Letterhead of the summary table"), " ".join(filter(None, (f"{day}.", heads.note)))),
    ]
    narrowed = [(text("Filters"), text("all"))]
    return provenance.facts(view, words, taking, own, narrowed, reasons=False)
