"""Keeping what is stored: `backup`, `verify-backup`, `restore`, `move-store`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbdx.commands.options import BLOCKED, OK, By, Json
from tbdx.commands.output import plain_verification, print_json, print_verification
from tbdx.i18n import language
from tbdx.messages import DEFAULT_ZONE
from tbdx.settings import Settings

if TYPE_CHECKING:
    from tbdx.service.keeping import Kept

app = typer.Typer()

File = Annotated[Path, typer.Argument(metavar="FILE", help="A backup (*.tbdx-backup).")]


@app.command()
def backup(
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="The file to write, or a folder in which it gets a name by the time."
        ),
    ],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write all that is stored to one file, while others go on working.

    The file never takes the place of another. The record is told of it.
    Exit code: 0 done; 1 done, but something in the store was changed by hand.
    """
    from tbdx.service import keeping

    settings = Settings()
    path, kept = keeping.back_up(settings, out, by=by)
    raise typer.Exit(_tell(path, kept, settings, as_json=as_json))


@app.command("verify-backup")
def verify_backup(
    file: File,
    head: Annotated[
        str, typer.Option("--head", metavar="CODE", help="A code from a receipt or an export.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Look at every byte of a backup and restore it on trial; your store is not touched.

    Exit code: 0 whole; 1 whole, but the store that it was made of had been changed
    by hand, or the code is not in it; 2 it is no backup, or damaged.
    """
    from tbdx.service import keeping

    kept = keeping.check(file, head)
    raise typer.Exit(_tell(file, kept, Settings(), as_json=as_json))


@app.command()
def restore(
    file: File,
    into: Annotated[
        str,
        typer.Option("--into", metavar="URL", help="The empty database; else TBDX_DATABASE_URL."),
    ] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Fill an empty store from a backup, then verify it. All of it, or nothing.

    The file is checked first; an older one is brought up to date.
    Exit code: as `verify-backup`.
    """
    from tbdx.service import keeping

    settings = Settings()
    kept = keeping.restore(settings, file, into, by=by)
    code = _tell(file, kept, settings, as_json=as_json)
    if not as_json:
        words = language(settings.language)
        typer.echo(
            words.text("Restored, and every row compared. The record goes on with an entry of it.")
        )
    raise typer.Exit(code)


@app.command("move-store")
def move_store(
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="The database with the store.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The empty database.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Copy a whole store into another, empty database: SQLite to PostgreSQL, or back.

    Stop the dashboard first: what is changed meanwhile stays behind.
    Exit code: 0 done; 1 done, but something in the store was changed by hand.
    """
    from tbdx.service import keeping

    settings = Settings()
    found = keeping.move(settings, source, to, by=by)
    words = language(settings.language)
    if as_json:
        print_json(plain_verification(found, words))
    else:
        print_verification(found, words)
        typer.echo(
            words.text(
                "Moved, and every row compared. Now set TBDX_DATABASE_URL to the new database; the old one is as it was."
            )
        )
    raise typer.Exit(BLOCKED if found.faults else OK)


def _tell(path: Path, kept: Kept, settings: Settings, *, as_json: bool) -> int:
    """Print what a backup holds, and what verifying it found; the exit code."""
    words = language(settings.language)
    if as_json:
        print_json(
            {
                "file": str(path),
                "sha256": kept.sha256,
                "made_at": kept.made_at,
                "product": kept.product,
                "schema": kept.store_schema,
                "revision": kept.revision,
                **plain_verification(kept.found, words),
            }
        )
        return BLOCKED if kept.found.faults else OK
    text = words.text
    typer.echo(text("Backup: {file}", file=path))
    made_at = words.moment(kept.made_at, DEFAULT_ZONE)
    made = {"at": made_at, "product": kept.product, "schema": kept.store_schema}
    typer.echo(text("Made: {at}, by version {product} (schema {schema})", **made))
    typer.echo(text("SHA-256 of the file: {sha256}", sha256=kept.sha256))
    typer.echo(text("Data revision {number}", number=words.number(kept.revision)))
    print_verification(kept.found, words)
    return BLOCKED if kept.found.faults else OK
