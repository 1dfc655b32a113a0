"""Kill the reading processes again and again: `python -m benchmarks.workers`.

Prints what is left over afterwards: processes, open files, threads, temporary
files, memory. Ends only processes that it started itself.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

from tbdx.plan import Plan
from tbdx.settings import ROOT, Settings
from tbdx.workbook.package import Refused
from tbdx.workbook.protected import Limits, ProtectedReader


def die() -> None:
    """End the worker this runs in, as the system does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def leftovers() -> dict[str, int]:
    """What this process holds: children's children, open files, threads, files, memory in MB."""
    own = os.getpid()
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(status.parent.name)] = int(after_name[1])
    family = {own}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "processes": len(family),
        "open files": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "temporary files": len(os.listdir(tempfile.gettempdir())),
        "memory, MB": resident * os.sysconf("SC_PAGE_SIZE") // 1_000_000,
    }


def run(reader: ProtectedReader, kills: int) -> tuple[dict[str, int], dict[str, int], int]:
    """What is held before and after so many killed workers, and how many kills were noticed."""
    path = next((ROOT / "data" / "samples").glob("*.xlsx"))
    good = (path.name, path.read_bytes())
    expected = reader.read(*good)
    before = leftovers()
    noticed = 0
    for _ in range(kills):
        try:
            reader.call(die)
        except Refused:
            noticed += 1
    assert reader.read(*good) == expected
    time.sleep(1)  # the last worker is being replaced
    return before, leftovers(), noticed


def main() -> None:
    """Kill workers and print what is left."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000)
    kills = options.parse_args().kills
    started = time.perf_counter()
    with ProtectedReader(Plan.load(Settings().plan), Limits()) as reader:
        before, after, noticed = run(reader, kills)
    print(f"{noticed} of {kills} killed workers noticed, {time.perf_counter() - started:.0f} s")
    for name, count in before.items():
        print(f"{name:16} before {count:5}   after {after[name]:5}")


if __name__ == "__main__":
    # Workers find functions by their module's name, which "__main__" is not.
    from benchmarks.workers import main as run_as_module

    run_as_module()
