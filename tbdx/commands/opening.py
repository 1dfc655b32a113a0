"""Open data out: one folder of tables in codes, with a description that programs read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tbdx.commands.figures import FiguresOption, Samples, StructureOption, TargetsOption
from tbdx.commands.options import By
from tbdx.commands.session import session

app = typer.Typer()


@app.command("open-data")
def open_data(
    out: Annotated[
        Path, typer.Option(help="A new or empty folder, or one of earlier open data, replaced.")
    ],
    code: Annotated[
        str,
        typer.Option(
            "--scenario",
            metavar="CODE",
            help="Under this scenario; the package says of itself that it is no data.",
        ),
    ] = "",
    *,
    samples: Samples = False,
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
    by: By = None,
) -> None:
    """Write everything as CSV files with a datapackage.json; free texts and names are left out.

    The record keeps who took it out.
    """
    from tbdx import provenance
    from tbdx.open_data import Place, Sources, open_data
    from tbdx.scenarios import Scenario
    from tbdx.service import Basis

    # The place first: what cannot be written is not told to the record.
    with Place(out) as place, session(samples=samples) as s:
        basis = Basis(structure or "", figures, targets)
        view = s.service.sample_view(basis) if samples else s.service.real_view(basis)
        view = view.under(Scenario.from_code(code, view.plan)) if code else view
        told = {"file_name": out.name, "file_type": "csv", **provenance.told(view)}
        record = s.service.office.exported("open-data", told, by=by)
        taking = provenance.Taking(datetime.now(UTC), record)
        package = open_data(view, Sources.of(s.service, view), taking)
        place.write(package.files)
        tables = s.words.plural("{count} table", "{count} tables", len(package.counts))
        rows = s.words.plural("{count} row", "{count} rows", package.rows)
        typer.echo(f"{out}: {tables}, {rows}")
