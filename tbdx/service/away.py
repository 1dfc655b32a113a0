"""The store is away for a while: since when, and what is shown meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock


@dataclass(frozen=True, slots=True)
class Away:
    """Since when the store has been away, and the revision that is shown, as known at a moment."""

    since: datetime
    revision: int
    known_at: datetime


class Watch:
    """Whether the store was there when it was last asked. Safe to share by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known_at: datetime | None = None
        self._away: Away | None = None

    @property
    def away(self) -> Away | None:
        """How long it has been away; None while it is there."""
        return self._away

    def seen(self, now: datetime) -> None:
        """It answered."""
        with self._lock:
            self._known_at, self._away = now, None

    def lost(self, revision: int, now: datetime) -> None:
        """It did not answer, and this revision is shown in its place."""
        with self._lock:
            if self._away is None:
                self._away = Away(now, revision, self._known_at or now)
