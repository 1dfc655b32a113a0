"""The office's year: which years are closed, who is written to, and reminders."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbdx.commands import options
from tbdx.commands.options import By, Json, Reason, YearArgument
from tbdx.commands.output import agency_name, moment_text, print_json, print_table
from tbdx.commands.session import Session, make_folder, session, write

if TYPE_CHECKING:
    from tbdx.reminders import Draft

app = typer.Typer()
contacts = typer.Typer(no_args_is_help=True, help="The agencies' e-mail addresses.")
app.add_typer(contacts, name="contacts")

AgencyArgument = Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's id.")]


# --- years --------------------------------------------------------------------------------------


@app.command()
def years(as_json: Json = False) -> None:
    """Print the reporting years: which are closed, by whom and why."""
    with session() as s:
        closed = s.service.office.closed_years
        if as_json:
            found = [
                asdict(closed[year]) | {"closed": True}
                if year in closed
                else {"year": year, "closed": False}
                for year in s.plan.all_years
            ]
            print_json(found, s.plan)
            return
        text = s.words.text
        print_table(
            [text("Year"), text("State"), text("Since"), text("By"), text("Reason")],
            (
                (
                    year,
                    text("closed"),
                    moment_text(closed[year].at, s.words, s.plan),
                    closed[year].actor,
                    closed[year].reason,
                )
                if year in closed
                else (year, text("open"), "", "", "")
                for year in s.plan.all_years
            ),
        )


@app.command("close-year")
def close_year(year: YearArgument, reason: Reason, by: By = None) -> None:
    """Lock a year: nothing of it changes until it is opened."""
    with session() as s:
        s.service.office.close_year(year, reason, by=by)
        typer.echo(s.words.text("The year {year} is closed.", year=year))


@app.command("open-year")
def open_year(
    year: YearArgument,
    reason: Reason,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who opens it, by name.")],
) -> None:
    """Unlock a year, by name and reason."""
    with session() as s:
        s.service.office.open_year(year, reason, by)
        typer.echo(s.words.text("The year {year} is open.", year=year))


# --- writing to agencies ------------------------------------------------------------------------


@contacts.command("list")
def list_contacts(as_json: Json = False) -> None:
    """Print the agencies' e-mail addresses, also of those that have none."""
    with session() as s:
        known = s.service.office.contacts()
        if as_json:
            print_json({agency.id: known.get(agency.id) for agency in s.plan.agencies})
            return
        text = s.words.text
        print_table(
            [text("Agency"), text("Name"), text("E-mail address")],
            (
                (agency.id, agency.name(s.words.code), known.get(agency.id, ""))
                for agency in s.plan.agencies
            ),
        )


@contacts.command("set")
def set_contact(
    agency: AgencyArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Its e-mail address.")],
    by: By = None,
) -> None:
    """Keep an agency's e-mail address."""
    with session() as s:
        s.service.office.set_contact(agency, address, by=by)
        typer.echo(f"{agency}: {s.service.office.contacts().get(agency, '')}")


@contacts.command("forget")
def forget_contact(agency: AgencyArgument, by: By = None) -> None:
    """Forget an agency's e-mail address."""
    with session() as s:
        s.service.office.set_contact(agency, "", by=by)
        no_address = s.words.text("no address")
        typer.echo(f"{agency}: {no_address}")


@app.command()
def remind(
    year: options.Year,
    out: Annotated[Path, typer.Option("--out", help="The folder to write the drafts to.")],
    returned: Annotated[
        bool, typer.Option("--returned", help="Also to those whose report was returned.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write e-mail drafts (.eml) to those that have sent nothing, with the blank form attached.

    Nothing is sent, and no file is overwritten: a name that is taken is
    numbered. Those without an address are listed; their drafts have no
    recipient yet.
    """
    with session() as s:
        office = s.service.office
        office.missing(year)  # who may not ask, or not of this year, leaves no folder
        make_folder(out)
        drafts = list(office.reminders(year, s.words.code, by=by))
        if returned:
            drafts += office.return_notices(year, s.words.code, by=by)
        paths = _write_drafts(drafts, out)
        if as_json:
            found = [
                {
                    "agency": draft.agency,
                    "address": draft.address or None,
                    "subject": draft.subject,
                    "file": str(path),
                }
                for draft, path in zip(drafts, paths, strict=True)
            ]
            print_json(found)
            return
        _print_drafts(drafts, paths, year, s)


def _write_drafts(drafts: list[Draft], folder: Path) -> list[Path]:
    """Write each draft under a name that is free; their paths."""
    from tbdx.workbook.bundles import different_names

    taken = {path.name for path in folder.iterdir()}
    paths = [folder / name for name in different_names([d.file_name for d in drafts], taken)]
    for draft, path in zip(drafts, paths, strict=True):
        write(path, draft.content)
    return paths


def _print_drafts(drafts: list[Draft], paths: list[Path], year: int, s: Session) -> None:
    if not drafts:
        typer.echo(s.words.text("Nobody is to be written to for {year}.", year=year))
        return
    for draft, path in zip(drafts, paths, strict=True):
        name = agency_name(draft.agency, year, s.words, s.plan)
        typer.echo(f"{path}: {draft.subject} → {name}")
    silent = list(dict.fromkeys(draft.agency for draft in drafts if not draft.address))
    if silent:
        names = ", ".join(silent)
        typer.echo(s.words.text("Without an address: {agencies}", agencies=names))
