"""What becomes of a report: decisions about submissions, and the files that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tbdx import messages
from tbdx.commands import options
from tbdx.commands.options import By, Json, Reason
from tbdx.commands.output import agency_name, plain_submission, print_json, say, submission_line
from tbdx.commands.session import Session, session, write
from tbdx.model import Action, Phase, Submission

app = typer.Typer()

Out = Annotated[Path, typer.Option("--out", help="The file to write.")]


# --- deciding -----------------------------------------------------------------------------------


@app.command()
def accept(
    ids: options.Submissions,
    confirm: Annotated[
        str, typer.Option(help="A few words on remarks that nobody has spoken to yet.")
    ] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Accept submissions that wait for review: their figures count."""
    with session() as s:
        _tell(s.service.reviewing.accept(ids, confirm, by=by), s, as_json)


@app.command("return")
def return_(ids: options.Submissions, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Return submissions that wait for review, with the reason that their sender is told."""
    with session() as s:
        _tell(s.service.reviewing.return_(ids, reason, by=by), s, as_json)


@app.command()
def reopen(ids: options.Submissions, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Let submissions that were accepted or returned wait for review again."""
    with session() as s:
        _tell(s.service.reviewing.reopen(ids, reason, by=by), s, as_json)


@app.command()
def choose(
    submission: options.Submission, reason: Reason, by: By = None, as_json: Json = False
) -> None:
    """Let an accepted version count in place of another, until a newer one is accepted."""
    with session() as s:
        _tell([s.service.reviewing.choose(submission, reason, by=by)], s, as_json)


def _tell(decided: Sequence[Submission], s: Session, as_json: bool) -> None:
    """Say how submissions stand now."""
    if as_json:
        print_json([plain_submission(submission) for submission in decided], s.plan)
        return
    for submission in decided:
        typer.echo(submission_line(submission, s.words, s.plan))


@app.command()
def nil(
    agency: options.Agency,
    year: options.Year,
    phase: Annotated[Phase, typer.Option("--phase", help="Of which figures.")],
    reason: Reason,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take such a statement back.")
    ] = False,
    by: By = None,
) -> None:
    """Keep an agency's statement that it has nothing to report, or take it back."""
    with session() as s:
        reviewing = s.service.reviewing
        change = reviewing.withdraw_nil if withdraw else reviewing.declare_nil
        change(agency, year, phase, reason, by=by)
        said = messages.ACTIONS[Action.NIL_WITHDRAWN if withdraw else Action.NIL_DECLARED]
        who = agency_name(agency, year, s.words, s.plan)
        typer.echo(say(who, str(year), s.words.text(messages.PHASES[phase]), s.words.text(said)))


# --- files --------------------------------------------------------------------------------------


@app.command()
def receipt(
    submission: options.Submission,
    out: Annotated[
        Path | None, typer.Option("--out", help="The .xlsx file to write; else it is printed.")
    ] = None,
) -> None:
    """Print a submission's receipt, or write the page that its sender keeps."""
    from tbdx.workbook.receipts import receipt_lines

    with session() as s:
        if out is None:
            for name, value in receipt_lines(s.service.reviewing.receipt(submission), s.words):
                typer.echo(f"{name}: {value}")
            return
        options.require_ending(out, (".xlsx",))
        write(out, s.service.reviewing.receipt_file(submission, s.words.code))
        typer.echo(str(out))


@app.command()
def original(submission: options.Submission, out: Out, by: By = None) -> None:
    """Write a submission's workbook as it was received, byte for byte. The record is told."""
    with session() as s:
        _, content = s.service.reviewing.original(submission)
        s.service.office.taken("original", submission, by=by)
        write(out, content)
        typer.echo(str(out))


@app.command()
def annotated(submission: options.Submission, out: Out, by: By = None) -> None:
    """Write a submission's workbook with what was remarked on marked in it, or a list of that.

    The record is told.
    """
    with session() as s:
        copy = s.service.reviewing.annotated(submission, s.words.code)
        s.service.office.taken("annotated", submission, by=by)
        write(out, copy.content)
        typer.echo(str(out))
        for code in copy.lost:
            typer.echo(s.words.text(messages.LOST[code]))
