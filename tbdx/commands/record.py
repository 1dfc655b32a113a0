"""The record of everything that was done: `record list|export|verify`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tbdx import messages
from tbdx.commands import options
from tbdx.commands.options import BLOCKED, OK, By, Json
from tbdx.commands.output import (
    moment_text,
    plain_verification,
    print_json,
    print_table,
    print_verification,
    say,
)
from tbdx.commands.session import Session, session, write
from tbdx.model import Action, Entry

app = typer.Typer()
record = typer.Typer(no_args_is_help=True, help="The record of everything that was done.")
app.add_typer(record, name="record")

Search = Annotated[
    str, typer.Option("--search", help="Only entries with these words, whatever their diacritics.")
]
Actions = Annotated[
    list[Action] | None, typer.Option("--action", help="Only this action; repeatable.")
]
AgencyOption = Annotated[str, typer.Option("--agency", help="Only this agency id.")]
YearOption = Annotated[int | None, typer.Option("--year", help="Only this reporting year.")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", parser=options.moment, metavar="TIME", help="Only from this time on."),
]


@record.command("list")
def list_entries(
    search: Search = "",
    action: Actions = None,
    agency: AgencyOption = "",
    year: YearOption = None,
    since: Since = None,
    limit: Annotated[
        int, typer.Option(min=0, help="How many of the newest entries; 0 for all.")
    ] = 50,
    as_json: Json = False,
) -> None:
    """Print the entries that fit, the newest first: who did what when."""
    with session() as s:
        found = _entries(s, search, action, agency, year, since, limit + 1 if limit else None)
        left_off = bool(limit) and len(found) > limit
        found = found[:limit] if limit else found
        if as_json:
            print_json([asdict(entry) for entry in found], s.plan)
        else:
            _print_entries(found, s)
        if left_off:
            said = s.words.text("Only the newest {count} entries (--limit).", count=limit)
            typer.echo(said, err=True)


def _entries(
    s: Session,
    search: str,
    actions: list[Action] | None,
    agency: str,
    year: int | None,
    since: datetime | None,
    limit: int | None = None,
) -> list[Entry]:
    options.require_known(s.plan, agencies=[agency] if agency else None)
    return s.service.office.record(
        search=search,
        names=messages.action_words(s.words),
        actions=actions or (),
        agency=agency,
        year=year,
        since=options.in_zone(since, s.plan),
        limit=limit,
    )


def _print_entries(entries: list[Entry], s: Session) -> None:
    text = s.words.text
    heads = [text("Number"), text("At"), text("By"), text("Action"), text("Subject")]
    print_table(
        [*heads, text("Agency"), text("Year"), text("Details")],
        (
            (
                entry.number,
                moment_text(entry.at, s.words, s.plan),
                entry.actor,
                text(messages.ACTIONS[entry.action]),
                _short(entry.subject),
                entry.agency,
                entry.year or "",
                _gist(entry),
            )
            for entry in entries
        ),
    )


def _short(subject: str) -> str:
    """The subject with no more of a file's hash than tells it from others."""
    kind, _, name = subject.partition(":")
    return f"{kind}:{name[:12]}…" if kind == "file" else subject


_TELLING = ("file_name", "drafts", "decision", "verdict", "reason", "email", "how", "roles")


def _gist(entry: Entry) -> str:
    """What a person looks for in an entry; all of it is in the JSON and in the export."""
    content = json.loads(entry.after or entry.before or "{}")
    return say(*(str(content[name]) for name in _TELLING if content.get(name)))


@record.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="The .xlsx or .csv file to write.")],
    search: Search = "",
    action: Actions = None,
    agency: AgencyOption = "",
    year: YearOption = None,
    since: Since = None,
    by: By = None,
) -> None:
    """Write the entries that fit to a file, the newest first. The record tells of that as well.

    Prints the code of the entry that tells of it: with it, later verifying finds
    out whether the record was cut off or written anew.
    """
    options.require_ending(out, (".xlsx", ".csv"))
    with session() as s:
        entries = _entries(s, search, action, agency, year, since)
        filters: dict[str, Any] = {
            "search": search,
            "actions": [one.value for one in action or ()],
            "agency": agency,
            "year": year,
            "since": since.isoformat() if since else "",
        }
        chosen = {name: value for name, value in filters.items() if value}
        file_type = out.suffix[1:].lower()
        told = {**chosen, "file_name": out.name, "rows": len(entries), "file_type": file_type}
        head = s.service.office.exported("record", told, by=by)
        write(out, _file_of(entries, file_type, head, s))
        rows = s.words.plural("{count} row", "{count} rows", len(entries))
        typer.echo(f"{out}: {rows}")
        typer.echo(s.words.text("Newest code of the record: {head}", head=head))


def _file_of(entries: list[Entry], file_type: str, head: str, s: Session) -> bytes:
    """The entries with all that they keep, as "xlsx" or "csv"."""
    import pandas as pd

    from tbdx.workbook.tables import Column, write_csv, write_xlsx

    text = s.words.text
    columns = [
        Column(text("Number"), "count"),
        Column(text("At"), "text", 18),
        Column(text("By"), "text"),
        Column(text("Action"), "text"),
        Column(text("Subject"), "text"),
        Column(text("Agency"), "text"),
        Column(text("Year"), "year"),
        Column(text("Before"), "text", 40),
        Column(text("After"), "text", 40),
        Column(text("Code before"), "text", 20),
        Column(text("Code"), "text", 20),
    ]
    rows = pd.DataFrame(
        [
            (
                entry.number,
                moment_text(entry.at, s.words, s.plan),
                entry.actor,
                text(messages.ACTIONS[entry.action]),
                entry.subject,
                entry.agency or None,
                entry.year,
                entry.before or None,
                entry.after or None,
                entry.previous,
                entry.hash,
            )
            for entry in entries
        ],
        columns=[column.head for column in columns],
    )
    if file_type == "csv":
        return write_csv(rows, columns)
    facts = [
        (text("Plan"), s.plan.decision.number),
        (text("Rows"), s.words.number(len(entries))),
        (text("Code of the newest entry, for verifying later"), head),
    ]
    title, about = text("Record"), text("About this file")
    return write_xlsx(rows, columns, title=title, facts=facts, facts_title=about)


@record.command("verify")
def verify(
    head: Annotated[
        str, typer.Option("--head", metavar="CODE", help="A code from a receipt or an export.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Go through the whole record, every stored row and every file; say each fault.

    Exit code: 0 nothing was changed by hand, 1 something was.
    """
    with session() as s:
        found = s.service.office.verify(head)
        if as_json:
            print_json(plain_verification(found, s.words))
        else:
            print_verification(found, s.words)
    raise typer.Exit(BLOCKED if found.faults else OK)
