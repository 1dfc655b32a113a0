"""The register of agencies over time: `register list|open|close|rename|merge|withdraw`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated

import typer

from tbdx import messages
from tbdx.commands import options
from tbdx.commands.options import By, Json, Reason
from tbdx.commands.output import NOTHING, print_json, print_table
from tbdx.commands.session import Session, session
from tbdx.model import MediaType
from tbdx.register import RegisterChange, RegisterEvent, change_of

app = typer.Typer()
register = typer.Typer(no_args_is_help=True, help="The register of agencies over time.")
app.add_typer(register, name="register")


AgencyArgument = Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's id.")]
On = Annotated[
    date,
    typer.Option(
        "--on", parser=options.day, metavar="DATE", help="The first day on which it holds."
    ),
]
Source = Annotated[str, typer.Option("--source", help="The decision or letter that it rests on.")]
NameVi = Annotated[str, typer.Option("--name-vi", help="The name in Vietnamese.")]
NameEn = Annotated[str, typer.Option("--name-en", help="The name in English.")]
BodyVi = Annotated[str, typer.Option("--body-vi", help="The governing body, in Vietnamese.")]
BodyEn = Annotated[str, typer.Option("--body-en", help="The governing body, in English.")]
NewId = Annotated[str, typer.Option("--id", help="The new agency's id; else made of its name.")]
MediaTypes = Annotated[
    list[MediaType] | None, typer.Option("--media", help="What it publishes by; repeatable.")
]
EPress = Annotated[
    bool | None, typer.Option("--e-press/--no-e-press", help="Whether it has an electronic press.")
]


@register.command("list")
def list_register(as_json: Json = False) -> None:
    """Print the agencies with their dates, what happened to them, and the changes entered here."""
    with session() as s:
        office = s.service.office
        events, changes = office.register_events(), office.register_changes()
        if as_json:
            found = {
                "agencies": [
                    agency.model_dump(mode="json", exclude={"aliases", "note_vi", "note_en"})
                    for agency in s.plan.agencies
                ],
                "events": [asdict(event) for event in events],
                "changes": [
                    {"number": number, **change.model_dump(mode="json", exclude_defaults=True)}
                    for number, change in changes
                ],
            }
            print_json(found, s.plan)
            return
        _print_agencies(s)
        typer.echo()
        numbers: dict[tuple[date, str, str], int] = {
            (change.date, change.agency, change.kind): number for number, change in changes
        }
        text = s.words.text
        print_table(
            [text("Day"), text("Event"), text("Source"), text("Number")],
            (
                (
                    s.words.date(event.date),
                    event_text(event, s),
                    event.source,
                    numbers.get((event.date, event.agency, event.kind), NOTHING),
                )
                for event in events
            ),
        )
        for unusable in office.unusable_changes():
            typer.echo()
            typer.echo(
                text(
                    "Change {number} cannot be applied, so it is left out: {faults}. Withdraw it, and enter it anew as it should be.",
                    number=unusable.number,
                    faults="; ".join(messages.fault_text(f, s.words) for f in unusable.faults),
                )
            )


def _print_agencies(s: Session) -> None:
    text, code = s.words.text, s.words.code
    heads = [
        text("Agency"),
        text("Name"),
        text("Governing body"),
        text("Exists from"),
        text("Exists until"),
    ]
    print_table(
        [*heads, text("Merged into")],
        (
            (
                agency.id,
                agency.name(code),
                agency.governing_body(code),
                s.words.date(agency.valid_from) if agency.valid_from else "",
                s.words.date(agency.valid_to) if agency.valid_to else "",
                agency.successor,
            )
            for agency in s.plan.agencies
        ),
    )


def event_text(event: RegisterEvent, s: Session) -> str:
    """What happened, in one sentence without its date."""
    text, day = s.words.text, event.date - timedelta(days=1)
    new = event.name[1] if s.words.code == "en" else event.name[0]
    if event.kind == "province":
        return text("the province is called {name}", name=new)
    if event.kind == "merged":
        parts = ", ".join(_named(part, day, s) for part in event.parts)
        agency = _named(event.agency, event.date, s)
        return text("{parts} merged into {agency}", parts=parts, agency=agency)
    agency = _named(event.agency, event.date if event.kind == "opened" else day, s)
    if event.kind == "opened":
        return text("{agency} opened", agency=agency)
    if event.kind == "closed":
        return text("{agency} closed", agency=agency)
    return text("{agency} is called {name}", agency=agency, name=new)


def _named(agency: str, day: date, s: Session) -> str:
    """The name borne on a day with the id, by which agencies of one name are told apart."""
    return f"{s.plan.agency(agency).name(s.words.code, day)} ({agency})"


@register.command("open")
def open_(
    name_vi: NameVi,
    name_en: NameEn,
    media: Annotated[
        list[MediaType], typer.Option("--media", help="What it publishes by; repeatable.")
    ],
    on: On,
    source: Source,
    agency: NewId = "",
    body_vi: BodyVi = "",
    body_en: BodyEn = "",
    e_press: EPress = None,
    by: By = None,
) -> None:
    """Enter an agency that was opened."""
    with session() as s:
        change = change_of(
            kind="opened",
            date=on,
            agency=agency or s.service.office.new_id(name_vi, on),
            source=source,
            name_vi=name_vi,
            name_en=name_en,
            governing_body_vi=body_vi,
            governing_body_en=body_en,
            media_types=tuple(kind.value for kind in media),
            e_press=_yes_no(e_press),
        )
        _enter(change, by, s)


@register.command("close")
def close(agency: AgencyArgument, on: On, source: Source, by: By = None) -> None:
    """Enter that an agency no longer exists from a day on."""
    with session() as s:
        s.plan.agency(agency)
        _enter(change_of(kind="closed", date=on, agency=agency, source=source), by, s)


@register.command("rename")
def rename(
    agency: AgencyArgument,
    name_vi: NameVi,
    name_en: NameEn,
    on: On,
    source: Source,
    body_vi: BodyVi = "",
    body_en: BodyEn = "",
    by: By = None,
) -> None:
    """Enter that an agency bears another name from a day on."""
    with session() as s:
        s.plan.agency(agency)
        change = change_of(
            kind="renamed",
            date=on,
            agency=agency,
            source=source,
            name_vi=name_vi,
            name_en=name_en,
            governing_body_vi=body_vi,
            governing_body_en=body_en,
        )
        _enter(change, by, s)


@register.command("merge")
def merge(
    agencies: Annotated[
        list[str], typer.Argument(metavar="AGENCY...", help="The ids of those that merge.")
    ],
    on: On,
    source: Source,
    agency: NewId = "",
    name_vi: NameVi = "",
    name_en: NameEn = "",
    body_vi: BodyVi = "",
    body_en: BodyEn = "",
    media: MediaTypes = None,
    e_press: EPress = None,
    by: By = None,
) -> None:
    """Enter that agencies merge into a new one, which may keep a name.

    What is left out is as with its predecessors: the first one's name and
    governing body, the media types of all of them.
    """
    with session() as s:
        parts = [s.plan.agency(part) for part in agencies]
        change = change_of(
            kind="merged",
            date=on,
            agency=agency or s.service.office.new_id(name_vi or parts[0].name("vi"), on),
            source=source,
            predecessors=tuple(agencies),
            name_vi=name_vi,
            name_en=name_en,
            governing_body_vi=body_vi,
            governing_body_en=body_en,
            media_types=tuple(kind.value for kind in media or ()),
            e_press=_yes_no(e_press),
        )
        _enter(change, by, s)


@register.command("withdraw")
def withdraw(number: options.Entry, reason: Reason, by: By = None) -> None:
    """Take a change that was entered here back."""
    with session() as s:
        s.service.office.withdraw_register_change(number, reason, by=by)
        typer.echo(s.words.text("Change {number} is withdrawn.", number=number))


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _enter(change: RegisterChange, by: str | None, s: Session) -> None:
    """Enter a change, and say its number and the first year that it concerns."""
    office = s.service.office
    start = office.foresee(change).first_year
    number = office.change_register(change, by=by)
    event = RegisterEvent(
        change.date,
        change.kind,
        change.agency,
        change.predecessors,
        (change.name_vi, change.name_en),
    )
    said = s.words.text(
        "Change {number}: {event} from {day} on; it concerns the reporting years from {year} on.",
        number=number,
        event=event_text(event, s),
        day=s.words.date(change.date),
        year=start,
    )
    typer.echo(said)
