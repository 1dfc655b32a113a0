"""Workbooks in: the target appendix, blank forms, checking and importing reports."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tbdx import messages
from tbdx.commands import options
from tbdx.commands.options import BLOCKED, OK, UNREADABLE, By, Files, Json
from tbdx.commands.output import (
    plain_checked,
    plain_finding,
    print_checked,
    print_findings,
    print_json,
)
from tbdx.commands.session import Session, read, session, write
from tbdx.i18n import language
from tbdx.model import (
    CheckedFile,
    Finding,
    Receipt,
    ReviewState,
    Severity,
    TbdxError,
    Verdict,
)
from tbdx.plan import Plan
from tbdx.settings import Settings
from tbdx.words import says_something

if TYPE_CHECKING:
    from tbdx.service import Upload

app = typer.Typer()


@app.command()
def targets(
    file: Annotated[Path, typer.Argument(help="A target appendix (.xlsx).")],
    as_json: Json = False,
) -> None:
    """Read a target appendix: every target with the cell it stands in.

    Exit code: 0 read, 1 a cell is in doubt, 2 no workbook.
    """
    from tbdx.service import read_targets

    settings = Settings()
    plan, words = Plan.load(settings.plan), language(settings.language)
    found, findings = read_targets(settings, plan, read(file))
    names = ("row", "title", "year", "share_pct", "threshold_pct", "as_printed", "sheet", "cell")
    rows = [{name: getattr(target, name) for name in names} for target in found]
    if as_json:
        plain = [plain_finding(finding, words, plan) for finding in findings]
        print_json({"targets": rows, "findings": plain})
    else:
        for row in rows:
            typer.echo("\t".join(str(row[n]) for n in ("row", "year", "as_printed", "cell")))
        print_findings(findings, words, plan)
    raise typer.Exit(exit_code(findings))


def exit_code(findings: Sequence[Finding]) -> int:
    """The exit code that findings about one file come to."""
    severities = {finding.severity for finding in findings}
    if Severity.UNREADABLE in severities:
        return UNREADABLE
    return BLOCKED if Severity.BLOCKING in severities else OK


@app.command()
def template(
    agency: options.Agency,
    year: options.Year,
    out: Annotated[Path, typer.Option(help="The .xlsx file to write.")],
) -> None:
    """Write the blank yearly form of one agency, filled in where figures are known."""
    options.require_ending(out, (".xlsx",))
    with session() as s:
        write(out, s.service.form(agency, year))
    typer.echo(str(out))


@app.command()
def check(
    files: Files,
    as_json: Json = False,
    annotate: Annotated[
        Path | None,
        typer.Option(help="A folder for copies of the workbooks with the findings marked in them."),
    ] = None,
    by: By = None,
) -> None:
    """Read workbooks and say everything that is wrong with them. Stores no figures.

    The record keeps that the files were checked.

    Exit code: 0 nothing blocks, 1 something does, 2 a file cannot be read.
    """
    with session() as s:
        checked = _check(s, files, by)
        copies = {} if annotate is None else _annotate(s, checked, annotate, files)
        if as_json:
            print_json(
                [
                    {**plain_checked(file, s.words, s.plan), "annotated": copies.get(place)}
                    for place, file in enumerate(checked)
                ]
            )
        else:
            print_checked(checked, s.words, s.plan)
            for path in copies.values():
                typer.echo(path)
    raise typer.Exit(_exit_code(checked))


@app.command("import")
def import_(
    files: Files,
    as_json: Json = False,
    confirm: Annotated[
        str, typer.Option(help="A few words on the files' remarks; kept with the reports.")
    ] = "",
    *,
    valid_only: Annotated[
        bool, typer.Option("--valid-only", help="Store what is valid and leave the rest.")
    ] = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Let the reports wait for review; always so with TBDX_REVIEW=true."
        ),
    ] = False,
    received: Annotated[
        datetime | None,
        typer.Option(
            parser=options.moment,
            metavar="TIME",
            help="When the files arrived, where that was before now.",
        ),
    ] = None,
    by: By = None,
) -> None:
    """Check workbooks and accept them in one step: all, or none if one is blocked.

    With --wait they are stored and wait for review. A time is that of the plan's
    zone ("2024-12-09 23:59"), or ISO 8601 with its offset.

    Exit code: 0 all stored, 1 something blocks or remarks are not confirmed,
    2 a file cannot be read.
    """
    with session() as s:
        checked = _check(s, files, by)
        code = _exit_code(checked)
        chosen = [file for file in checked if file.acceptable] if valid_only or not code else []
        waits = wait or s.service.review
        silent = [file.name for file in chosen if file.needs_confirmation]
        unconfirmed = bool(silent) and not waits and not says_something(confirm)
        store = s.service.send if waits else s.service.accept
        at = options.in_zone(received, s.plan)
        stored = iter([] if unconfirmed else store(chosen, confirm, received_at=at, by=by))
        receipts = [next(stored, None) if file in chosen else None for file in checked]
        if as_json:
            print_json(
                [
                    {
                        **plain_checked(file, s.words, s.plan),
                        "stored": None if receipt is None else _stored(s, receipt),
                    }
                    for file, receipt in zip(checked, receipts, strict=True)
                ],
                s.plan,
            )
        else:
            print_checked(checked, s.words, s.plan)
            for receipt in filter(None, receipts):
                typer.echo(_receipt_line(s, receipt))
        if unconfirmed:
            error = TbdxError("confirmation-needed", files=", ".join(silent))
            typer.echo(messages.error_text(error, s.words) + ' (--confirm "…")', err=True)
        elif code and not valid_only:
            refused = sum(not file.acceptable for file in checked)
            error = TbdxError("nothing-stored", count=refused, all=len(checked))
            typer.echo(messages.error_text(error, s.words), err=True)
    raise typer.Exit(code or (BLOCKED if unconfirmed else OK))


# --- reading ------------------------------------------------------------------------------------


def _check(s: Session, paths: Sequence[Path], by: str | None) -> list[CheckedFile]:
    """Every file's verdict, in the order given; one that is not there is unreadable."""
    files: list[Upload | CheckedFile] = []
    for name, path in _files_in(paths):
        try:
            files += s.service.unpack([(name, path.read_bytes())])
        except OSError as error:
            finding = Finding("file-not-found", Severity.UNREADABLE, found=str(error.strerror))
            files.append(CheckedFile.of(name, b"", findings=[finding]))
    if not files:
        raise TbdxError("no-files", found=", ".join(map(str, paths)))
    uploads = [file for file in files if not isinstance(file, CheckedFile)]
    if sys.stderr.isatty():
        with typer.progressbar(length=len(uploads), file=sys.stderr) as bar:
            checked = iter(s.service.check(uploads, lambda _: bar.update(1), by=by))
    else:
        checked = iter(s.service.check(uploads, by=by))
    return [file if isinstance(file, CheckedFile) else next(checked) for file in files]


def _files_in(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """The files named, and those in the folders named, each with the name it is shown by."""
    from tbdx.workbook.bundles import is_leftover

    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        for inner in sorted(path.rglob("*")):
            name = inner.relative_to(path).as_posix()
            if inner.is_file() and not is_leftover(name):
                yield name, inner


def _annotate(
    s: Session, checked: Sequence[CheckedFile], folder: Path, sent: Sequence[Path]
) -> dict[int, str]:
    """Write the annotated copy of each file that has findings; the paths by the file's place.

    A copy never takes the place of a file that was sent.
    """
    from tbdx.workbook.bundles import different_names

    taken = {path.name for _, path in _files_in(sent) if path.parent.resolve() == folder.resolve()}
    places = [place for place, file in enumerate(checked) if file.findings]
    copies = [s.service.annotated(checked[place], s.words.code) for place in places]
    names = different_names([copy.name for copy in copies], taken)
    for name, copy in zip(names, copies, strict=True):
        write(folder / name, copy.content)
    return {place: str(folder / name) for place, name in zip(places, names, strict=True)}


def _exit_code(checked: Sequence[CheckedFile]) -> int:
    verdicts = {file.verdict for file in checked}
    if Verdict.UNREADABLE in verdicts:
        return UNREADABLE
    return BLOCKED if Verdict.BLOCKING in verdicts else OK


# --- saying -------------------------------------------------------------------------------------


def _stored(s: Session, receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON."""
    return {
        "duplicate": receipt.duplicate,
        "revision": receipt.revision,
        "receipt": _receipt_number(s, receipt),
        "proof": receipt.proof,
        "submissions": [
            {
                "id": submission.id,
                "agency": submission.agency,
                "year": submission.year,
                "phase": submission.phase,
                "version": submission.version,
                "state": submission.state,
                "received_at": submission.received_at,
            }
            for submission in receipt.submissions
        ],
    }


def _receipt_number(s: Session, receipt: Receipt) -> str:
    return s.service.reviewing.receipt(receipt.submissions[0].id).shown_number


def _receipt_line(s: Session, receipt: Receipt) -> str:
    """What became of one file, with the numbers that other commands ask for."""
    text = s.words.text
    if receipt.duplicate:
        said = text("already stored")
    elif any(submission.state is ReviewState.WAITING for submission in receipt.submissions):
        said = text("stored, waits for review")
    else:
        said = text("stored and accepted")
    numbers = text(
        "revision {revision}, receipt {receipt}, submission {ids}",
        revision=receipt.revision,
        receipt=_receipt_number(s, receipt),
        ids=", ".join(str(submission.id) for submission in receipt.submissions),
    )
    return f"{receipt.file_name}: {said}, {numbers}"
