"""A scenario as the command line says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from tbdx.commands.output import print_table
from tbdx.i18n import N_, Language
from tbdx.scenarios import Scenario
from tbdx.tipping import Outcome, Tipping, tippings

if TYPE_CHECKING:
    from tbdx.service import View


def _tips(supposed: View, years: Sequence[int]) -> list[Tipping]:
    tips = tippings(
        supposed.answers,
        supposed.plan,
        supposed.targets,
        supposed.results,
        supposed.standings,
        years,
    )
    return [
        tips[indicator.code, year]
        for year in sorted(years)
        for indicator in supposed.plan.indicators
    ]


def plain(view: View, supposed: View, years: Sequence[int]) -> dict[str, Any]:
    """Verdicts before and after, and what each target takes, as JSON."""
    return {
        "scenario": supposed.scenario.code,
        "targets": [
            {
                "indicator": tip.indicator,
                "year": tip.year,
                "before": view.result[tip.indicator, tip.year]["status"],
                "after": supposed.result[tip.indicator, tip.year]["status"],
                "outcome": tip.outcome,
                "needed": tip.needed,
                "people": tip.people,
                "could": tip.could,
                "any_of": tip.any_of,
                "code": Scenario(tip.changes).code,
                "cannot": dict(tip.cannot),
            }
            for tip in _tips(supposed, years)
        ],
    }


def tell(view: View, supposed: View, years: Sequence[int], words: Language) -> None:
    """The same in words: a line for each indicator and year; the sets as codes."""
    from tbdx import provenance, wording

    for head, said in provenance.supposed(supposed, words):
        typer.echo(f"{head}: {said}")
    heads = (
        N_("Year"),
        N_("Row"),
        N_("As reported"),
        N_("Scenario"),
        N_("Needed"),
        N_("Smallest set"),
    )
    rows = []
    for tip in _tips(supposed, years):
        indicator = supposed.plan.indicator(tip.indicator)
        before, after = (v.result[tip.indicator, tip.year] for v in (view, supposed))
        rows.append(
            (
                tip.year,
                indicator.row,
                wording.status_label(before, words),
                wording.status_label(after, words),
                _needed(tip, words),
                Scenario(tip.changes).code,
            )
        )
    print_table([words.text(head) for head in heads], rows)


def _needed(tip: Tipping, words: Language) -> str:
    if tip.lacks_figures:
        return words.text("not as long as figures are missing")
    if tip.outcome is Outcome.IMPOSSIBLE:
        return words.text("cannot be met")
    if tip.outcome is not Outcome.POSSIBLE:
        return ""
    fields = {"count": words.number(tip.needed), "all": words.number(len(tip.could))}
    if tip.any_of:
        return words.text("any {count} of {all}", **fields)
    return words.text("{count} out of {all}", **fields)
