"""The command line: `python -m tbdx …`, for people who automate and for checking."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from tbdx import messages, tables
from tbdx.i18n import Language, language
from tbdx.metrics import RESULT_COLUMNS
from tbdx.model import CheckedFile, Finding, Phase, Receipt, Severity, Status, TbdxError, Verdict
from tbdx.plan import Plan
from tbdx.service import Row, Service, Upload, View, read_targets
from tbdx.settings import ROOT, Settings
from tbdx.words import says_something
from tbdx.workbook.bundles import different_names, is_leftover

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Yearly reports of press agencies on their digital transformation. "
        "TBDX_DATABASE_URL sets the database, TBDX_PLAN the plan's folder, "
        "TBDX_LANGUAGE the language of texts (vi or en)."
    ),
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Files = Annotated[
    list[Path], typer.Argument(help="Workbooks to read; folders and ZIP archives of them.")
]
Years = Annotated[list[int] | None, typer.Option("--year", help="Only this year; repeatable.")]
Indicators = Annotated[
    list[str] | None, typer.Option("--indicator", help="Only this indicator code; repeatable.")
]
Agencies = Annotated[
    list[str] | None, typer.Option("--agency", help="Only this agency id; repeatable.")
]
Samples = Annotated[
    bool, typer.Option("--samples", help="Read the illustrative reports instead of the store.")
]

OK, BLOCKED, UNREADABLE = 0, 1, 2
"""Exit codes of `check` and `import`."""


@app.command()
def targets(
    file: Annotated[Path, typer.Argument(help="A target appendix (.xlsx).")],
    as_json: JsonOption = False,
) -> None:
    """Read a target appendix: every target with the cell it stands in."""
    settings = Settings()
    plan, words = Plan.load(settings.plan), language(settings.language)
    found, findings = read_targets(settings, plan, _bytes_of(file))
    names = ("row", "title", "year", "share_pct", "threshold_pct", "as_printed", "sheet", "cell")
    rows = [{name: getattr(target, name) for name in names} for target in found]
    if as_json:
        _print_json({"targets": rows, "findings": [_plain(f, words, plan) for f in findings]})
    else:
        for row in rows:
            typer.echo("\t".join(str(row[n]) for n in ("row", "year", "as_printed", "cell")))
        _print_findings(findings, words, plan)
    if any(finding.severity is Severity.UNREADABLE for finding in findings):
        raise typer.Exit(UNREADABLE)
    if any(finding.severity is Severity.BLOCKING for finding in findings):
        raise typer.Exit(BLOCKED)


@app.command()
def template(
    agency: Annotated[str, typer.Option(help="The agency's id.")],
    year: Annotated[int, typer.Option(help="The reporting year.")],
    out: Annotated[Path, typer.Option(help="The .xlsx file to write.")],
) -> None:
    """Write the blank yearly form of one agency, filled in where figures are known."""
    _require_ending(out, (".xlsx",))
    _write(out, _service().form(agency, year))
    typer.echo(str(out))


@app.command()
def check(
    files: Files,
    as_json: JsonOption = False,
    annotate: Annotated[
        Path | None,
        typer.Option(help="A folder for copies of the workbooks with the findings marked in them."),
    ] = None,
) -> None:
    """Read workbooks and say everything that is wrong with them. Stores nothing.

    Exit code: 0 nothing blocks, 1 something does, 2 a file cannot be read.
    """
    service = _service()
    checked = _check(service, files)
    words = language(Settings().language)
    copies = {} if annotate is None else _annotate(service, checked, words, annotate, files)
    if as_json:
        _print_json(
            [
                {**_checked(file, words, service.plan), "annotated": copies.get(place)}
                for place, file in enumerate(checked)
            ]
        )
    else:
        _print_checked(checked, words, service.plan)
        for path in copies.values():
            typer.echo(path)
    raise typer.Exit(_exit_code(checked))


@app.command("import")
def import_(
    files: Files,
    as_json: JsonOption = False,
    confirm: Annotated[
        str, typer.Option(help="A few words on the files' remarks; kept with the reports.")
    ] = "",
    valid_only: Annotated[
        bool, typer.Option("--valid-only", help="Accept what is valid and leave the rest.")
    ] = False,
) -> None:
    """Check workbooks and accept them in one step: all, or none if one is blocked.

    Exit code: 0 all stored, 1 something blocks or remarks are not confirmed,
    2 a file cannot be read.
    """
    service = _service()
    checked = _check(service, files)
    words = language(Settings().language)
    code = _exit_code(checked)
    chosen = [file for file in checked if file.acceptable] if valid_only or not code else []
    unconfirmed = any(file.needs_confirmation for file in chosen) and not says_something(confirm)
    accepted = iter([] if unconfirmed else service.accept(chosen, confirm))
    receipts = [next(accepted, None) if file in chosen else None for file in checked]
    if as_json:
        _print_json(
            [
                {
                    **_checked(file, words, service.plan),
                    "stored": None if receipt is None else _stored(receipt),
                }
                for file, receipt in zip(checked, receipts, strict=True)
            ]
        )
    else:
        _print_checked(checked, words, service.plan)
        for receipt in filter(None, receipts):
            said = "already stored" if receipt.duplicate else "stored"
            typer.echo(f"{receipt.file_name}: {said}, revision {receipt.revision}")
    if unconfirmed:
        names = ", ".join(file.name for file in chosen if file.needs_confirmation)
        error = TbdxError("confirmation-needed", files=names)
        typer.echo(messages.error_text(error, words) + ' (--confirm "…")', err=True)
    elif code and not valid_only:
        refused = sum(not file.acceptable for file in checked)
        error = TbdxError("nothing-stored", count=refused, all=len(checked))
        typer.echo(messages.error_text(error, words), err=True)
    raise typer.Exit(code or (BLOCKED if unconfirmed else OK))


@app.command()
def indicators(
    year: Years = None,
    indicator: Indicators = None,
    agency: Agencies = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    samples: Samples = False,
) -> None:
    """Print the province's indicators, or with --agency that agency's own."""
    view = _view(samples)
    filters = _filters(view, "agency" if agency else "province", year, indicator, agency)
    rows = tables.select(view, filters)
    if agency:
        rows = rows[["agency", *RESULT_COLUMNS, "growth_pct", "phase"]]
    if as_json:
        _print_json(_records(rows))
    elif as_csv:
        typer.echo(rows.to_csv(index=False), nl=False)
    else:
        typer.echo(rows.drop(columns=["reason"]).to_string(index=False, float_format="%.2f"))


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The .xlsx or .csv file to write.")],
    table: Annotated[str, typer.Option(help="province, agency or reported.")] = "province",
    year: Years = None,
    indicator: Indicators = None,
    agency: Agencies = None,
    *,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only this status; repeatable.")
    ] = None,
    phase: Annotated[
        list[str] | None, typer.Option("--phase", help="Only estimate or final; repeatable.")
    ] = None,
    samples: Samples = False,
) -> None:
    """Write the rows of the page “Tables and export” under the same filters to a file."""
    _require_ending(out, (".xlsx", ".csv"))
    view = _view(samples)
    filters = _filters(view, table, year, indicator, agency, status, phase)
    words = language(Settings().language)
    content = tables.export(view, filters, words, datetime.now(UTC), out.suffix[1:].lower())
    _write(out, content)
    typer.echo(f"{out}: {len(tables.select(view, filters))} rows")


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the dashboard in the browser.")
    ] = True,
) -> None:
    """Start the dashboard and keep it running until Ctrl+C."""
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={str(not open_browser).lower()}",
    ]
    os.chdir(ROOT)
    if os.name == "posix":  # become the server, so that signals reach it
        os.execv(sys.executable, command)  # noqa: S606
    with contextlib.suppress(KeyboardInterrupt):
        raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603


def _service() -> Service:
    return Service.open(Settings())


def _view(samples: bool) -> View:
    settings = Settings()
    if samples:
        return Service.open(settings).sample_view()
    return Service.open(settings).real_view()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TbdxError("file-not-readable", found=str(path), reason=error.strerror) from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise TbdxError("file-not-writable", found=str(path), reason=error.strerror) from error


def _check(service: Service, paths: Sequence[Path]) -> list[CheckedFile]:
    """Every file's verdict, in the order given; one that is not there is unreadable."""
    files: list[Upload | CheckedFile] = []
    for name, path in _files_in(paths):
        try:
            files += service.unpack([(name, path.read_bytes())])
        except OSError as error:
            finding = Finding("file-not-found", Severity.UNREADABLE, found=str(error.strerror))
            files.append(CheckedFile.of(name, b"", findings=[finding]))
    if not files:
        raise TbdxError("no-files", found=", ".join(map(str, paths)))
    uploads = [file for file in files if not isinstance(file, CheckedFile)]
    if sys.stderr.isatty():
        with typer.progressbar(length=len(uploads), file=sys.stderr) as bar:
            checked = iter(service.check(uploads, lambda _: bar.update(1)))
    else:
        checked = iter(service.check(uploads))
    return [file if isinstance(file, CheckedFile) else next(checked) for file in files]


def _files_in(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """The files named, and those in the folders named, each with the name it is shown by."""
    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        for inner in sorted(path.rglob("*")):
            name = inner.relative_to(path).as_posix()
            if inner.is_file() and not is_leftover(name):
                yield name, inner


def _annotate(
    service: Service,
    checked: Sequence[CheckedFile],
    words: Language,
    folder: Path,
    sent: Sequence[Path],
) -> dict[int, str]:
    """Write the annotated copy of each file that has findings; the paths by the file's place.

    A copy never takes the place of a file that was sent.
    """
    taken = {path.name for _, path in _files_in(sent) if path.parent.resolve() == folder.resolve()}
    places = [place for place, file in enumerate(checked) if file.findings]
    copies = [service.annotated(checked[place], words.code) for place in places]
    names = different_names([copy.name for copy in copies], taken)
    for name, copy in zip(names, copies, strict=True):
        _write(folder / name, copy.content)
    return {place: str(folder / name) for place, name in zip(places, names, strict=True)}


def _exit_code(checked: Sequence[CheckedFile]) -> int:
    verdicts = {file.verdict for file in checked}
    if Verdict.UNREADABLE in verdicts:
        return UNREADABLE
    return BLOCKED if Verdict.BLOCKING in verdicts else OK


def _filters(
    view: View,
    table: str,
    years: Sequence[int] | None,
    indicators: Sequence[str] | None = None,
    agencies: Sequence[str] | None = None,
    statuses: Sequence[str] | None = None,
    phases: Sequence[str] | None = None,
) -> tables.Filters:
    """The filters as given, each checked against what there is to choose from."""
    for year in years or ():
        view.plan.require_year(year)
    for code in indicators or ():
        view.plan.indicator(code)
    for agency in agencies or ():
        view.plan.agency(agency)
    _require_choice([table], tables.TABLES)
    _require_choice(statuses, Status)
    _require_choice(phases, Phase)
    return tables.Filters(
        table=table,  # type: ignore[arg-type]  # checked above
        years=tuple(years or ()),
        indicators=tuple(indicators or ()),
        agencies=tuple(agencies or ()),
        statuses=tuple(statuses or ()),
        phases=tuple(phases or ()),
    )


def _require_choice(given: Sequence[str] | None, allowed: Any) -> None:
    known = [str(choice) for choice in allowed]
    for choice in given or ():
        if choice not in known:
            raise TbdxError("unknown-choice", found=choice, expected=", ".join(known))


def _require_ending(path: Path, endings: tuple[str, ...]) -> None:
    if path.suffix.lower() not in endings:
        raise TbdxError("wrong-file-type", found=path.name, expected=", ".join(endings))


def _plain(finding: Finding, words: Language, plan: Plan) -> dict[str, str]:
    return {
        **{name: str(value) for name, value in asdict(finding).items()},
        "message": messages.finding_sentence(finding, words, plan),
    }


def _checked(file: CheckedFile, words: Language, plan: Plan) -> dict[str, Any]:
    return {
        "file": file.name,
        "sha256": file.sha256,
        "verdict": file.verdict,
        "findings": [_plain(finding, words, plan) for finding in file.findings],
        "fields": [asdict(field) for field in file.fields],
    }


def _stored(receipt: Receipt) -> dict[str, Any]:
    return {
        "duplicate": receipt.duplicate,
        "revision": receipt.revision,
        "submissions": [
            {"agency": s.agency, "year": s.year, "phase": s.phase, "version": s.version}
            for s in receipt.submissions
        ],
    }


def _print_checked(checked: Sequence[CheckedFile], words: Language, plan: Plan) -> None:
    for file in checked:
        typer.echo(f"{file.name}: {words.text(messages.VERDICTS[file.verdict])}")
        _print_findings(file.findings, words, plan)


def _print_findings(findings: Sequence[Finding], words: Language, plan: Plan) -> None:
    for finding in findings:
        severity = words.text(messages.SEVERITIES[finding.severity])
        sentence = messages.finding_sentence(finding, words, plan)
        typer.echo(f"  [{severity}] {sentence} ({finding.code})")


def _records(rows: pd.DataFrame) -> list[Row]:
    """The rows as JSON objects; a missing value is null."""
    return [
        {name: None if pd.isna(value) else value for name, value in record.items()}
        for record in rows.to_dict(orient="records")
    ]


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def main() -> None:
    """Run the command line; a known error is said in one paragraph, exit code 2."""
    for stream in (sys.stdout, sys.stderr):  # a Windows console is not UTF-8 by itself
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except TbdxError as error:
        typer.echo(messages.error_text(error, language(Settings().language)), err=True)
        sys.exit(UNREADABLE)


if __name__ == "__main__":
    main()
