"""Who may come in, and with which roles: `people list|add|change|remove`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from tbdx import messages
from tbdx.access import Person, Role
from tbdx.commands.options import By, Json, Reason
from tbdx.commands.output import print_json, print_table
from tbdx.commands.session import Session, session
from tbdx.model import TbdxError

app = typer.Typer()
people = typer.Typer(
    no_args_is_help=True,
    help=(
        "Who may come in, and with which roles. While nobody is entered, whoever sits at this "
        "machine may do everything; the first person entered must be an administrator. From then "
        "on the command line acts for the person whose id is TBDX_USER, else the account's name."
    ),
)
app.add_typer(people, name="people")

PersonArgument = Annotated[str, typer.Argument(metavar="ID", help="The person's id.")]
Roles = Annotated[list[Role], typer.Option("--role", help="What they are; repeatable.")]
NewRoles = Annotated[
    list[Role] | None,
    typer.Option("--role", help="What they are from now on; repeatable, replaces all roles."),
]
OwnAgencies = Annotated[
    list[str] | None,
    typer.Option(
        "--agency", metavar="ID", help="Whose reports are theirs, for --role agency; repeatable."
    ),
]
NEW_ID = "How the record calls them, for ever: 2 to 40 of a-z 0-9 . _ - (not their name, if that must be forgettable)."
EMAIL = "The address by which the identity provider knows them; none for the command line alone."


@people.command("list")
def list_people(as_json: Json = False) -> None:
    """Print everybody who may come in, with their roles. Only for administrators."""
    with session() as s:
        known = s.service.people.all()
        if as_json:
            print_json([_plain(person) for person in known])
            return
        text = s.words.text
        heads = [text("Id"), text("Name"), text("E-mail address"), text("Roles")]
        print_table(
            [*heads, text("Agencies"), text("Has signed in")],
            (
                (
                    person.id,
                    person.name,
                    person.email,
                    _roles(person, s),
                    ", ".join(person.agencies),
                    text("yes") if person.bound else text("no"),
                )
                for person in known
            ),
        )


def _plain(person: Person) -> dict[str, object]:
    """A person as JSON."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email or None,
        "roles": [role for role in Role if role in person.roles],
        "agencies": person.agencies,
        "has_signed_in": person.bound,
    }


def _roles(person: Person, s: Session) -> str:
    return ", ".join(s.words.text(messages.ROLES[role]) for role in Role if role in person.roles)


@people.command("add")
def add(
    person: Annotated[str, typer.Argument(metavar="ID", help=NEW_ID)],
    role: Roles,
    agency: OwnAgencies = None,
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help=EMAIL)] = "",
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="How to greet them.")] = "",
    by: By = None,
) -> None:
    """Enter somebody. The first one must be an administrator."""
    with session() as s:
        first = s.service.person.everyone
        added = s.service.people.add(person, name, email, role, agency or (), by=by)
        typer.echo(f"{added.id}: {_roles(added, s)}")
        if first and s.service.user != added.id:
            typer.echo(
                s.words.text(
                    "From now on only people who are entered may do anything here. At this machine you are “{user}”; to act for the person entered, set TBDX_USER={id}.",
                    user=s.service.user,
                    id=added.id,
                ),
                err=True,
            )


@people.command("change")
def change(
    person: PersonArgument,
    role: NewRoles = None,
    agency: OwnAgencies = None,
    email: Annotated[
        str | None,
        typer.Option("--email", metavar="ADDRESS", help=EMAIL + " Another one: as --unbind."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="How to greet them.")
    ] = None,
    unbind: Annotated[
        bool,
        typer.Option(
            "--unbind",
            help="They have a new account: the next sign-in under the address is theirs.",
        ),
    ] = False,
    by: By = None,
) -> None:
    """Give somebody other roles, agencies, another address or name; what is not given stays."""
    if not unbind and all(given is None for given in (role or None, agency or None, email, name)):
        raise typer.BadParameter("Say what changes: see --help.")
    with session() as s:
        known = _known(s, person)
        roles = frozenset(role or known.roles)
        kept: Sequence[str] = known.agencies if Role.AGENCY in roles else ()
        changed = s.service.people.change(
            person,
            known.name if name is None else name,
            known.email if email is None else email,
            roles,
            agency or kept,
            unbind=unbind,
            was=known,
            by=by,
        )
        typer.echo(f"{changed.id}: {_roles(changed, s)}")


def _known(s: Session, person_id: str) -> Person:
    """Somebody as entered. Raises TbdxError: unknown-person, not-allowed."""
    for person in s.service.people.all():
        if person.id == person_id:
            return person
    raise TbdxError("unknown-person", found=person_id)


@people.command("remove")
def remove(person: PersonArgument, reason: Reason, by: By = None) -> None:
    """Let somebody in no longer; forget their name, address and account. The id is never given again."""
    with session() as s:
        s.service.people.remove(person, reason, by=by)
        typer.echo(
            s.words.text(
                "{id} was removed: name, address and account are forgotten; the id stays in the record.",
                id=person,
            )
        )
