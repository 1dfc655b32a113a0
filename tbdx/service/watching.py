"""What a server process does beside serving: it can be observed (docs/observing.md)."""

from __future__ import annotations

from functools import partial

from tbdx import observing
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.store.database import Database


def start(settings: Settings, *, whole: bool = False) -> None:
    """Let this process be observed, unless it is already; see `observing.start`."""
    observing.start(settings, partial(_revision, settings.database_url), whole=whole)


def _revision(url: str) -> int:
    """The store's revision, by a connection made for this and given back.

    Raises TbdxError: store-unavailable, store-missing.
    """
    store = Store(Database.reach(url, existing=True))
    try:
        return store.revision()
    finally:
        store.close()
