"""The command line: `python -m tbdx …`, for people who automate and for checking."""

from __future__ import annotations

import os
import runpy
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from tbdx import observing
from tbdx.commands import (
    amendments,
    changes,
    doctoring,
    figures,
    finding,
    keeping,
    office,
    opening,
    packing,
    people,
    record,
    register,
    reports,
    review,
    rounds,
    taking_out,
)
from tbdx.commands.session import Commands
from tbdx.serving import require_inside
from tbdx.settings import ROOT, Settings

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Yearly reports of press agencies on their digital transformation. "
        "TBDX_DATABASE_URL sets the database, TBDX_PLAN the plan's folder, "
        "TBDX_LANGUAGE the language of texts (vi or en)."
    ),
)
for part in (
    reports,
    figures,
    taking_out,
    changes,
    finding,
    rounds,
    review,
    office,
    register,
    amendments,
    record,
    opening,
    packing,
    keeping,
    people,
    doctoring,
):
    app.add_typer(part.app)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the dashboard in the browser.")
    ] = True,
) -> None:
    """Start the dashboard and keep it running until Ctrl+C.

    On another address than loopback only where people sign in: see docs/serving.md.
    """
    from tbdx.service import watching  # noqa: PLC0415  help comes sooner without it

    require_inside(address)
    settings = Settings()
    watching.start(settings, whole=True)  # before Streamlit says its first word
    sys.argv = [
        *("streamlit", "run", str(ROOT / "app.py")),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={str(not open_browser).lower()}",
        f"--logger.hideWelcomeMessage={str(observing.is_json(settings)).lower()}",
        "--server.fileWatcherType=none",  # an upgrade shows after a restart, never by halves
    ]
    # A provider's token with many groups fills several cookies, which a browser sends in one line:
    # as long as nginx lets it be (deploy/nginx/site.conf).
    os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", str(32 * 1024))
    os.chdir(ROOT)
    runpy.run_module("streamlit", run_name="__main__")  # as `python -m streamlit`, in this process


def main() -> None:
    """Run the command line; a known error is said in one paragraph, exit code 2."""
    for stream in (sys.stdout, sys.stderr):  # a Windows console is not UTF-8 by itself
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    app()


if __name__ == "__main__":
    main()
