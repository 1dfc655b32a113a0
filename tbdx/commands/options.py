"""What commands ask for: arguments, options, and the checks of their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from tbdx.model import TbdxError
from tbdx.plan import Plan

OK, BLOCKED, UNREADABLE = 0, 1, 2
"""Exit codes: done; something stands in the way; a file, a word or a step is not possible."""


def moment(text: str) -> datetime:
    """A time as typed, with or without its time zone; the parser of an option."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f'{text!r} is no time; write "2024-12-09 23:59" or 2024-12-09T23:59+07:00'
        ) from None


def day(text: str) -> date:
    """A date as typed; the parser of an option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2024-12-09") from None


Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        help="Who does this, for the record; else TBDX_USER or the account. Not where people are entered: there it is their id.",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a few words; kept in the record.")]
Files = Annotated[
    list[Path], typer.Argument(help="Workbooks to read; folders and ZIP archives of them.")
]
Years = Annotated[list[int] | None, typer.Option("--year", help="Only this year; repeatable.")]
Year = Annotated[int, typer.Option("--year", help="The reporting year.")]
YearArgument = Annotated[int, typer.Argument(metavar="YEAR", help="The reporting year.")]
Agency = Annotated[str, typer.Option("--agency", help="The agency's id.")]
Agencies = Annotated[
    list[str] | None, typer.Option("--agency", help="Only this agency id; repeatable.")
]
Submission = Annotated[
    int, typer.Argument(metavar="ID", help="A submission's number, as `history` lists it.")
]
Submissions = Annotated[
    list[int], typer.Argument(metavar="ID...", help="Submissions' numbers: all of them or none.")
]
Entry = Annotated[int, typer.Argument(metavar="NUMBER", help="The number that the list shows.")]


def in_zone(at: datetime | None, plan: Plan) -> datetime | None:
    """The time; where it names no time zone, in the plan's."""
    if at is None or at.tzinfo is not None:
        return at
    return at.replace(tzinfo=plan.due.zone)


def require_choice(given: Sequence[str] | None, allowed: Iterable[object]) -> None:
    """Raises TbdxError: unknown-choice."""
    known = [str(choice) for choice in allowed]
    for choice in given or ():
        if choice not in known:
            raise TbdxError("unknown-choice", found=choice, expected=", ".join(known))


def require_known(
    plan: Plan, years: Sequence[int] | None = None, agencies: Sequence[str] | None = None
) -> None:
    """Raises TbdxError: unknown-year, unknown-agency."""
    for year in years or ():
        plan.require_year(year)
    for agency in agencies or ():
        plan.agency(agency)


def require_ending(path: Path, endings: tuple[str, ...]) -> None:
    """Raises TbdxError: wrong-file-type."""
    if path.suffix.lower() not in endings:
        raise TbdxError("wrong-file-type", found=path.name, expected=", ".join(endings))
