"""What has changed since an earlier revision of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tbdx.commands.figures import FiguresOption, StructureOption, TargetsOption
from tbdx.commands.options import Json
from tbdx.commands.output import print_json, print_table
from tbdx.commands.session import session

if TYPE_CHECKING:
    from tbdx.changes import Changed, Row
    from tbdx.i18n import Language
    from tbdx.service import View
    from tbdx.service.looking_back import Since

app = typer.Typer()

_KEPT = (
    *("numerator", "denominator", "answered", "missing", "value_pct", "worst_pct", "best_pct"),
    *("target_pct", "threshold_pct", "status", "reason", "phase"),
)


@app.command()
def changes(
    since: Annotated[int, typer.Option(help="The data revision to compare with what is now.")],
    as_json: Json = False,
    *,
    structure: StructureOption = None,
    figures: FiguresOption = "in_use",
    targets: TargetsOption = "in_force",
) -> None:
    """Print which results and agencies' answers are other ones than after an earlier revision."""
    from tbdx.service import Basis

    with session(samples=False) as s:
        basis = Basis(structure or "", figures, targets)
        found, view = s.service.past.since(since, basis), s.service.real_view(basis)
        if as_json:
            print_json(_plain(found, view), view.plan)
        else:
            _tell(found, view, s.words)


def _tell(found: Since, view: View, words: Language) -> None:
    """The same in words: results as a table, then who counts, then whose answers changed."""
    from tbdx import news

    text = words.text
    heading = text(
        "Data revision {number} against {before}: {turned}",
        number=view.revision,
        before=found.revision,
        turned=news.turned_text(len(found.turned), words),
    )
    typer.echo(heading)
    if found.results:
        heads = ("Indicator", "Year", "Before", "After", "Difference")
        rows = [_row(changed, found, view, words) for changed in found.results]
        print_table([text(head) for head in heads], rows)
    for years, lines in news.rosters_text(found.rosters, view, words).items():
        for line in lines:
            typer.echo(f"{years}: {line}")
    told = news.agency_turns(found.agencies, view, words, years=True)
    for code, lines in told.items():
        for line in lines:
            typer.echo(f"{view.plan.indicator(code).short[words.code]}: {line}")


def _row(changed: Changed, found: Since, view: View, words: Language) -> tuple[object, ...]:
    """One changed result; its counts are not compared where other agencies count."""
    from tbdx import news

    indicator = view.plan.indicator(changed.indicator)
    same = changed.year not in found.rosters
    said = (
        news.difference_text(changed, indicator, words, counts=same),
        *news.remarks(changed, words),
    )
    return (
        f"{indicator.row}. {indicator.short[words.code]}",
        changed.year,
        news.result_text(changed.before, indicator, words),
        news.result_text(changed.after, indicator, words),
        "; ".join(said),
    )


def _plain(found: Since, view: View) -> dict[str, Any]:
    """What has changed as JSON."""
    agencies = found.agencies.astype(object).where(found.agencies.notna(), None)
    return {
        "since": found.revision,
        "revision": view.revision,
        "turned": len(found.turned),
        "results": [_plain_result(changed) for changed in found.results],
        "rosters": {
            str(year): {
                "left": roster.left,
                "joined": roster.joined,
                "speakers": dict(roster.speakers),
            }
            for year, roster in found.rosters.items()
        },
        "agencies": agencies.to_dict("records"),
    }


def _plain_result(changed: Changed) -> dict[str, Any]:
    return {
        "indicator": changed.indicator,
        "year": changed.year,
        "kinds": sorted(changed.kinds),
        "points": changed.points,
        "before": _plain_row(changed.before),
        "after": _plain_row(changed.after),
    }


def _plain_row(row: Row) -> dict[str, Any]:
    import pandas as pd

    return {name: None if pd.isna(row[name]) else row[name] for name in _KEPT}
