"""Finding things by their words, as the page “Search” does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tbdx.commands import options
from tbdx.commands.options import Agencies, Json, Years
from tbdx.commands.output import print_json, say
from tbdx.commands.session import session

if TYPE_CHECKING:
    from tbdx.searching import Part

app = typer.Typer()


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="What to look for; a phrase in quotes.")
    ],
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only this kind, e.g. indicator or text; repeatable."),
    ] = None,
    year: Years = None,
    agency: Agencies = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each kind.")] = 20,
    as_json: Json = False,
    *,
    samples: Annotated[
        bool, typer.Option("--samples", help="Search the illustrative reports instead.")
    ] = False,
) -> None:
    """Find indicators, agencies, tasks, difficulties, files … by their words, accents or not."""
    from tbdx import findable

    options.require_choice(kind, findable.KINDS)
    with session(samples=samples) as s:
        s.require_all_figures()
        options.require_known(s.plan, year, agency)
        view = s.service.sample_view() if samples else s.service.real_view()
        index = findable.index(view, s.words)
    query = " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)
    found = index.search(query, kinds=kind or (), years=year or (), agencies=agency or ())
    taken = {
        own: [document for document in found.documents if document.kind == own][:limit]
        for own in dict.fromkeys(document.kind for document in found.documents)
    }
    if as_json:
        print_json(
            {
                "counts": found.counts,
                "documents": [asdict(document) for own in taken.values() for document in own],
                "instead": [] if found.documents else index.suggest(query),
            }
        )
        return
    if not found.documents:
        typer.echo(s.words.text("Nothing was found."))
        for other in index.suggest(query):
            typer.echo(f"  → {other}")
    for own, documents in taken.items():
        typer.echo(f"{s.words.text(findable.KINDS[own])} ({found.counts[own]})")
        for document in documents:
            place = say(document.where, f"{document.sheet}!{document.cell}".strip("!"))
            typer.echo(f"  {say(_plain(index.marked(document.title, found.terms)), place)}")
            typer.echo(f"    {_plain(index.snippet(document, found.terms))}".rstrip())


def _plain(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)
