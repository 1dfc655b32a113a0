"""Figures out: the indicators, and the tables of the page “Tables and export” as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tbdx.commands import options
from tbdx.commands.options import Agencies, By, Json, Years
from tbdx.commands.output import print_json
from tbdx.commands.session import Session, session, write
from tbdx.model import Phase, Status

if TYPE_CHECKING:
    import pandas as pd

    from tbdx import tables
    from tbdx.service import Basis, Row, View

app = typer.Typer()

Indicators = Annotated[
    list[str] | None, typer.Option("--indicator", help="Only this indicator code; repeatable.")
]
Samples = Annotated[
    bool, typer.Option("--samples", help="Read the illustrative reports instead of the store.")
]

StructureOption = Annotated[
    Literal["in_force_on_due_date", "original"] | None,
    typer.Option(
        "--structure",
        help="Who counts: the agencies on the due date, or when the plan was issued; else by the plan's rule.",
    ),
]
FiguresOption = Annotated[
    Literal["in_use", "estimate", "final"],
    typer.Option("--figures", help="Final figures before estimates, or one kind only."),
]
TargetsOption = Annotated[
    Literal["in_force", "original"],
    typer.Option("--targets", help="By the version of the plan in force, or as first issued."),
]


@app.command()
def indicators(
    year: Years = None,
    indicator: Indicators = None,
    agency: Agencies = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    *,
    samples: Samples = False,
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
) -> None:
    """Print the province's indicators, or with --agency that agency's own."""
    from tbdx import tables
    from tbdx.metrics import RESULT_COLUMNS
    from tbdx.service import Basis

    with session(samples=samples) as s:
        view = _view(s, samples, Basis(structure or "", figures, targets))
        filters = _filters(view, "agency" if agency else "province", year, indicator, agency)
        rows = tables.select(view, filters)
    if agency:
        rows = rows[["agency", *RESULT_COLUMNS, "growth_pct", "phase"]]
    if as_json:
        print_json(_records(rows))
    elif as_csv:
        typer.echo(rows.to_csv(index=False), nl=False)
    else:
        typer.echo(rows.drop(columns=["reason"]).to_string(index=False, float_format="%.2f"))


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The .xlsx or .csv file to write.")],
    table: Annotated[
        str, typer.Option(help="province, agency, reported or comparison.")
    ] = "province",
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
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
    by: By = None,
) -> None:
    """Write the rows of the page “Tables and export” under the same filters to a file.

    The record keeps who took out which rows.
    """
    from tbdx import provenance, tables
    from tbdx.service import Basis

    options.require_ending(out, (".xlsx", ".csv"))
    with session(samples=samples) as s:
        view = _view(s, samples, Basis(structure or "", figures, targets))
        filters = _filters(view, table, year, indicator, agency, status, phase)
        count, file_type = len(tables.select(view, filters)), out.suffix[1:].lower()
        chosen = {name: value for name, value in asdict(filters).items() if value}
        del chosen["table"]
        told = {
            "filters": chosen,
            "file_name": out.name,
            "rows": count,
            "file_type": file_type,
            **provenance.told(view),
        }
        code = s.service.office.exported(f"table/{table}", told, by=by)
        taking = provenance.Taking(datetime.now(UTC), code)
        write(out, tables.export(view, filters, s.words, taking, file_type))
        rows = s.words.plural("{count} row", "{count} rows", count)
        typer.echo(f"{out}: {rows}")


@app.command()
def scenario(
    code: Annotated[
        str,
        typer.Option(
            "--code", help="The scenario's code, as the page “Scenario” has it in its address."
        ),
    ] = "carry",
    year: Years = None,
    as_json: Json = False,
    *,
    samples: Samples = False,
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
) -> None:
    """Print what a scenario does to verdicts, and the smallest change that meets each target.

    Nothing is stored. Without a code the last answers stand, and nothing else is supposed.
    """
    from tbdx.commands import supposing
    from tbdx.scenarios import Scenario, coming_years
    from tbdx.service import Basis

    with session(samples=samples) as s:
        s.require_all_figures()
        view = _view(s, samples, Basis(structure or "", figures, targets))
        options.require_known(view.plan, year, None)
        supposed = view.under(Scenario.from_code(code, view.plan))
        years = year or list(coming_years(view.filed_answers, view.plan))
        if as_json:
            print_json(supposing.plain(view, supposed, years))
        else:
            supposing.tell(view, supposed, years, s.words)


def _view(s: Session, samples: bool, basis: Basis) -> View:
    return s.service.sample_view(basis) if samples else s.service.real_view(basis)


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
    from tbdx import tables

    options.require_known(view.plan, years, agencies)
    for code in indicators or ():
        view.plan.indicator(code)
    options.require_choice([table], tables.TABLES)
    options.require_choice(statuses, Status)
    options.require_choice(phases, Phase)
    return tables.Filters(
        table=table,  # type: ignore[arg-type]  # checked above
        years=tuple(years or ()),
        indicators=tuple(indicators or ()),
        agencies=tuple(agencies or ()),
        statuses=tuple(statuses or ()),
        phases=tuple(phases or ()),
    )


def _records(rows: pd.DataFrame) -> list[Row]:
    """The rows as JSON objects; a missing value is null."""
    import pandas as pd

    return [
        {name: None if pd.isna(value) else value for name, value in record.items()}
        for record in rows.to_dict(orient="records")
    ]
