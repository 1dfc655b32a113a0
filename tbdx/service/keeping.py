"""Keeping what is stored: backups, checking and restoring them, moving to another database.

None of this needs a plan: a backup can be made and restored where the plan's
files are lost. `by` is who does it, for the record; else whoever uses this machine.
Of a store with people, only one of them who may keep it is given anything
(`Right.KEEP`), and their id is who did it. To check a backup, or to fill an empty
store from one, nobody is asked: whoever has the file has all that is in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tbdx.access import Right
from tbdx.service import account_name
from tbdx.settings import VERSION, Settings
from tbdx.store import Store, keeping
from tbdx.store.keeping import Kept
from tbdx.words import clean

if TYPE_CHECKING:
    from tbdx.model import Verification

__all__ = ["ENDING", "Kept", "back_up", "check", "move", "place_for", "restore"]

ENDING = ".tbdx-backup"


def place_for(out: Path, at: datetime) -> Path:
    """The file to write: `out` itself, or in the folder `out` one that is named by the moment."""
    return out / f"tbdx-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}" if out.is_dir() else out


def back_up(settings: Settings, out: Path, *, by: str | None = None) -> tuple[Path, Kept]:
    """Write a backup of the store to a file or into a folder; the file, and what it holds.

    Raises TbdxError: not-admitted-here, not-allowed; see `tbdx.store.keeping.back_up`.
    """
    at = datetime.now(UTC)
    path = place_for(out, at)
    url = settings.database_url
    return path, keeping.back_up(url, path, VERSION, at, _keeper(settings, url, by))


def check(path: Path, head: str = "") -> Kept:
    """Look at every byte of a backup and restore it on trial; `head` is a receipt's code.

    Raises TbdxError: see `tbdx.store.keeping.check`.
    """
    return keeping.check(path, clean(head))


def restore(settings: Settings, path: Path, into: str = "", *, by: str | None = None) -> Kept:
    """Fill an empty store from a backup: the one that the settings name, or that at `into`.

    Raises TbdxError: see `tbdx.store.keeping.restore`.
    """
    url = into or settings.database_url
    return keeping.restore(path, url, datetime.now(UTC), _actor(settings, by))


def move(settings: Settings, source: str, to: str, *, by: str | None = None) -> Verification:
    """Fill the empty store at the address `to` with all that is in the one at `source`.

    Raises TbdxError: not-admitted-here, not-allowed; see `tbdx.store.keeping.move`.
    """
    return keeping.move(source, to, datetime.now(UTC), _keeper(settings, source, by))


def _keeper(settings: Settings, url: str, by: str | None) -> str:
    """Who does it: of a store with people, the one of them who sits at this machine.

    Raises TbdxError: not-admitted-here, not-allowed where they may not keep the store.
    """
    store = Store.open(url, existing=True)
    try:
        person = store.person_at_machine(_user(settings))
    finally:
        store.close()
    person.require(Right.KEEP)
    return person.id or _actor(settings, by)


def _actor(settings: Settings, by: str | None) -> str:
    return clean(by or "") or _user(settings)


def _user(settings: Settings) -> str:
    return settings.user or account_name()
