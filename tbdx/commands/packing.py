"""The workbook of everything, to a file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tbdx.commands import options
from tbdx.commands.figures import FiguresOption, Samples, StructureOption, TargetsOption
from tbdx.commands.options import By
from tbdx.commands.session import session, writing

app = typer.Typer()

_STEPS = 1000


@app.command()
def pack(
    out: Annotated[Path, typer.Option(help="The .xlsx file to write.")],
    lang: Annotated[
        str | None, typer.Option("--lang", help="The workbook's language; else TBDX_LANGUAGE.")
    ] = None,
    *,
    samples: Samples = False,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="CODE", help="Under a scenario, by its code.")
    ] = "",
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
    by: By = None,
) -> None:
    """Write the workbook of everything: the summary table, results with charts, and their sources.

    The record keeps who took it out. A file that is there already is replaced
    only when the new one is complete.
    """
    from tbdx import pack, provenance
    from tbdx.i18n import language, languages
    from tbdx.scenarios import Scenario
    from tbdx.service import Basis

    options.require_ending(out, (".xlsx",))
    options.require_choice([lang] if lang else None, languages())
    with session(samples=samples) as s:
        basis = Basis(structure or "", figures, targets)
        view = s.service.sample_view(basis) if samples else s.service.real_view(basis)
        if scenario:
            view = view.under(Scenario.from_code(scenario, view.plan))
        words = language(lang) if lang else s.words
        told = {
            "file_name": out.name,
            "file_type": "xlsx",
            "language": words.code,
            **provenance.told(view),
        }
        with writing(out) as file:
            code = s.service.office.exported("pack", told, by=by)
            taking = provenance.Taking(datetime.now(UTC), code)
            sources = pack.PackSources.of(s.service, view, taking.at)
            with typer.progressbar(length=_STEPS, label=out.name, file=sys.stderr) as bar:
                pack.write_pack(
                    view,
                    sources,
                    words,
                    taking,
                    file,
                    lambda share: bar.update(int(share * _STEPS) - bar.pos),
                )
        typer.echo(str(out))
