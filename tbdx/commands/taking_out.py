"""The official reports out, in Word or PDF: the province's, one agency's, or all agencies'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tbdx.commands import options
from tbdx.commands.figures import FiguresOption, Samples, StructureOption, TargetsOption
from tbdx.commands.options import By, Year
from tbdx.commands.session import Session, make_folder, session, write
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.settings import Settings

if TYPE_CHECKING:
    from tbdx.collection import YearStanding
    from tbdx.provenance import Taking
    from tbdx.report.making import Edition, FileType

app = typer.Typer()


@app.command()
def report(
    year: Year,
    out: Annotated[
        Path,
        typer.Option(help="The .docx or .pdf file to write; with --all-agencies a folder."),
    ],
    agency: Annotated[
        str | None,
        typer.Option("--agency", help="The report of the agency with this id, not the province's."),
    ] = None,
    *,
    all_agencies: Annotated[
        bool, typer.Option("--all-agencies", help="A file for each agency of the year.")
    ] = False,
    file_type: Annotated[
        Literal["docx", "pdf"] | None,
        typer.Option("--type", help="Of files in a folder: docx or pdf; else the ending says it."),
    ] = None,
    lang: Annotated[
        Literal["vi", "en"] | None,
        typer.Option("--lang", help="The language of the document; else TBDX_LANGUAGE."),
    ] = None,
    samples: Samples = False,
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
    by: By = None,
) -> None:
    """Write the yearly report as a draft to be numbered, dated and signed.

    PDF needs LibreOffice. An agency without a report for the year has none here. The record keeps who took out which report.
    """
    from tbdx.report.making import Edition
    from tbdx.service import Basis

    if all_agencies and agency:
        raise typer.BadParameter("either --agency or --all-agencies, not both")
    own_type = file_type or "docx" if all_agencies else _type_of(out, file_type)
    _require_possible(own_type)
    with session(samples=samples) as s:
        basis = Basis(structure or "", figures, targets)
        view = s.service.sample_view(basis) if samples else s.service.real_view(basis)
        options.require_known(view.plan, [year], [agency] if agency else None)
        edition = Edition(view, year, language(lang) if lang else s.words, own_type)
        if all_agencies:
            _write_all(s, edition, out, by)
        else:
            _write_one(s, edition, out, agency, by)


def _type_of(out: Path, asked: FileType | None) -> FileType:
    """What the file's ending says; --type may only say the same. Raises TbdxError: wrong-file-type."""
    options.require_ending(out, (".docx", ".pdf"))
    file_type: FileType = "pdf" if out.suffix.lower() == ".pdf" else "docx"
    if asked and asked != file_type:
        raise typer.BadParameter(f"--type {asked} contradicts the name {out.name}; leave one out")
    return file_type


def _require_possible(file_type: FileType) -> None:
    """Raises TbdxError before the record is told: pdf-program-missing."""
    from tbdx.report import pdf

    if file_type == "pdf" and not pdf.available():
        raise TbdxError("pdf-program-missing", found=Settings().soffice or "soffice")


def _write_one(s: Session, edition: Edition, out: Path, agency: str | None, by: str | None) -> None:
    from tbdx.report import making

    at, standings = _standings(s, edition)
    if agency:
        making.require_report(edition, agency, standings)
    kind, own = ("agency", {"agency": agency}) if agency else ("province", {})
    taking = _taken(s, edition, at, kind, {"file_name": out.name, **own}, by)
    if agency:
        content = making.agency_file(edition, agency, standings, taking)
    else:
        content = making.province_file(edition, standings, taking)
    write(out, content)
    typer.echo(out)
    _say_note(s, edition, agency)


def _standings(s: Session, edition: Edition) -> tuple[datetime, Sequence[YearStanding]]:
    """How the agencies stand now."""
    at = datetime.now(UTC)
    return at, s.service.reviewing.everything(at, sample=edition.view.sample)[1][edition.year]


def _taken(
    s: Session,
    edition: Edition,
    at: datetime,
    kind: str,
    details: dict[str, object],
    by: str | None,
) -> Taking:
    """The taking, once the record was told of it."""
    from tbdx.provenance import Taking

    return Taking(at, s.service.office.exported(f"report/{kind}", edition.told(**details), by=by))


def _say_note(s: Session, edition: Edition, agency: str | None) -> None:
    """What the plan wants checked of the letterhead before the report is signed, beside the result."""
    from tbdx.report.letterheads import agency_letterhead, province_letterhead

    plan, year = edition.view.plan, edition.year
    sender = (
        agency_letterhead(plan, agency, year, s.words)
        if agency
        else province_letterhead(plan, year, s.words)
    )
    if sender.note:
        head = s.words.text("Check before signing")
        typer.echo(f"{head}: {sender.note}", err=True)


def _write_all(s: Session, edition: Edition, folder: Path, by: str | None) -> None:
    """A file for each agency that has a report, with a bar that shows how far this is."""
    from tbdx.report import making

    at, standings = _standings(s, edition)
    agencies = making.reporting(edition, standings)
    if not agencies:
        raise TbdxError("agencies-without-report", year=edition.year)
    make_folder(folder)
    details: dict[str, object] = {"file_name": folder.name, "files": len(agencies)}
    taking = _taken(s, edition, at, "agencies", details, by)
    files = making.agency_files(edition, agencies, standings, taking)
    with typer.progressbar(files, length=len(agencies)) as bar:
        for name, content in bar:
            write(folder / name, content)
    count = s.words.plural("{count} report", "{count} reports", len(agencies))
    typer.echo(f"{folder}: {count}")
    without = [a for a in making.agencies_of(edition) if a not in agencies]
    if without:
        said = s.words.plural(
            "{count} agency without a report for {year} was left out: {names}",
            "{count} agencies without a report for {year} were left out: {names}",
            len(without),
            year=edition.year,
            names=", ".join(without),
        )
        typer.echo(said)
    _say_note(s, edition, agencies[0])
