"""Looking over a configuration and a running site, as an administrator does before a round."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbdx.commands.options import BLOCKED, OK, Json
from tbdx.commands.output import print_json
from tbdx.i18n import N_, Language, language
from tbdx.serving import Serving
from tbdx.settings import ROOT, Settings

if TYPE_CHECKING:
    from tbdx.doctor import Result

app = typer.Typer()

_STATES = {"good": N_("good"), "advice": N_("advice"), "wrong": N_("wrong")}
_MARKS = {"good": "✓", "advice": "!", "wrong": "✗"}


@app.command()
def doctor(
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="A running site to look at as well.")
    ] = "",
    authority: Annotated[
        Path | None,
        typer.Option("--authority", help="A file of certificates to trust, for the office's own."),
    ] = None,
    nginx: Annotated[
        Path, typer.Option("--nginx", help="nginx's file with the rule for uploads.")
    ] = ROOT / "deploy" / "nginx" / "site.conf",
    as_json: Json = False,
) -> None:
    """Look over the configuration; say what is wrong and how to mend it. Changes nothing.

    Exit code: 0 nothing is wrong, 1 something is.
    """
    from tbdx.doctor import State, examine, providers
    from tbdx.doctor.setup import CHECKS, Setup

    settings, serving = Settings(), Serving.read()
    words = language(settings.language)
    results = list(examine(CHECKS, Setup(settings, serving, nginx=nginx)))
    results += providers.look(serving, providers.asking(authority))
    if url:
        results += _of_site(url, serving, authority)
    if as_json:
        texts = ("title", "remedy")
        print_json(
            [
                {**asdict(result), **{t: words.text(getattr(result, t)) for t in texts}}
                for result in results
            ]
        )
    else:
        _print(results, words)
    raise typer.Exit(BLOCKED if any(r.state is State.WRONG for r in results) else OK)


def _of_site(url: str, serving: Serving, authority: Path | None) -> list[Result]:
    """What a running site answers; nothing more is asked of one that does not."""
    from tbdx.doctor import State, examine
    from tbdx.doctor.site import CHECKS, REACHABLE, Site

    site = Site(url, serving, authority)
    results = list(examine([REACHABLE], site))
    if results[0].state is State.GOOD:
        results += examine(CHECKS, site)
    return results


def _print(results: list[Result], words: Language) -> None:
    """A line for each check; below it what was found and what to do, where that is anything."""
    text = words.text
    for result in results:
        found = f" ({result.found})" if result.found and result.state == "good" else ""
        typer.echo(f"{_MARKS[result.state]} {text(result.title)}{found}")
        if result.state == "good":
            continue
        said = text("found: {found}", found=result.found or "–")
        if result.expected:
            said += "; " + text("expected: {expected}", expected=result.expected)
        typer.echo(f"    {said} ({result.code})")
        typer.echo(f"    {text(result.remedy)}")
    counts = Counter(result.state for result in results)
    typer.echo(", ".join(f"{text(_STATES[state])}: {counts[state]}" for state in counts))
