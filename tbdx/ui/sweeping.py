"""Garbage of many sessions: collected now and then, not after every run of a page.

Streamlit ends each run with a full collection, which looks at every object of the process while
all sessions wait. Of this product that takes 80 ms and more, three times what a run itself does,
and more with each open session. What a run leaves behind is young and found at once; a full
collection every few seconds finds the rest.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import time
from collections.abc import Callable
from functools import cache
from threading import Lock

from streamlit.runtime.scriptrunner import script_runner

from tbdx import ui

EVERY = 10.0
"""Seconds between two full collections."""
_ALL, _YOUNG = 2, 1


class Sweeper:
    """What Streamlit's script runner uses in place of the module `gc`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock, self._last = now, Lock(), now()

    def collect(self, generation: int = _ALL) -> int:
        """Collect what is young, and everything if that was `EVERY` ago; how many were found."""
        with self._lock:
            due = self._now() - self._last >= EVERY
            if due:
                self._last = self._now()
        return gc.collect(generation if due else min(generation, _YOUNG))


@cache
def settle() -> None:
    """Load all that pages need, and let no later collection look at it again; once per process."""
    for module in pkgutil.iter_modules(ui.__path__):
        importlib.import_module(f"{ui.__name__}.{module.name}")
    setattr(script_runner, "gc", Sweeper())  # noqa: B010 (a class in place of a module)
    gc.collect()
    gc.freeze()
