"""Every page with 900 agencies and 8 years of reports: `python -m benchmarks.pages`.

Each page is run as Streamlit runs it: after a restart, when nothing is kept of what was
computed; then again as it is; then with another year, indicator and agency each time. The goal is 300 ms of Python for a rerun, measured as the
time of the processor, which other programs do not lengthen; the time by the clock stands beside.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from streamlit.testing.v1 import AppTest

from benchmarks.rounds import Province, province
from tbdx.plan import Plan
from tbdx.settings import ROOT, Settings
from tbdx.tables import TABLES
from tbdx.ui import agencies, boards, report_desk, shell

GOAL_MS = 300
_AGENCIES, _ROUNDS = 900, 7

Spent = tuple[float, float]
"""Milliseconds of a run: of the processor, by the clock."""

PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "board": ("board", tuple(boards.PARTS)),
    "indicator": ("look", ("course", "trace", "readings")),
    "agency": ("part", tuple(agencies.PARTS)),
    "submissions": ("show", ("matrix", "review", "history")),
    "explore": ("table", tuple(TABLES)),
    "report": ("out", tuple(report_desk.PARTS)),
    "search": ("q", ("", "doanh thu")),
    "admin": ("part", ("years", "register", "plan", "corrections", "reminders", "record")),
}
"""What is chosen on a page that has several parts: by which name in the address, and which."""


def choices(plan: Plan) -> Iterator[dict[str, str]]:
    """One choice of year, indicator and agency after the other, none like the one before."""
    years, indicators = plan.all_years, [indicator.code for indicator in plan.indicators]
    agencies = [agency.id for agency in plan.agencies]
    for number in itertools.count():
        yield {
            "year": str(years[number % len(years)]),
            "indicator": indicators[number % len(indicators)],
            "agency": agencies[number * 7 % len(agencies)],
        }


class Visitor:
    """Somebody who has one part of one page open."""

    def __init__(self, room: str, choices: dict[str, str]) -> None:
        self.app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
        self.choose(choices)
        self.app.run()
        if room != shell.ROOMS[0].file:
            self.app.switch_page(f"pages/{room}.py")
            self.app.run()

    def choose(self, choices: dict[str, str]) -> None:
        for name, value in choices.items():
            self.app.query_params[name] = value

    def open(self, **choices: str) -> Spent:
        """Run the page with these choices, and say what it took."""
        self.choose(choices)
        processor, clock = time.process_time(), time.perf_counter()
        self.app.run()
        spent = (time.process_time() - processor) * 1000, (time.perf_counter() - clock) * 1000
        assert not self.app.exception, self.app.exception
        assert not self.app.error, self.app.error
        return spent


def measure(plan: Plan, room: str, part: dict[str, str], rounds: int) -> str:
    """Time one part of one page: after a restart, again, and with other choices."""
    several = choices(plan)
    visitor = Visitor(room, {"lang": "vi", **part, **next(several)})
    shell.service.clear()
    first, _ = visitor.open()
    again = [visitor.open() for _ in range(rounds)]
    other = [visitor.open(**next(several)) for _ in range(rounds)]
    slowest = max(median(cpu for cpu, _ in times) for times in (again, other))
    name = " ".join([room, *part.values()])
    return (
        f"{name:24} restart {first:6.0f}   again {_shown(again)}   other choice {_shown(other)}"
        f"   {'within' if slowest <= GOAL_MS else 'OVER'} {GOAL_MS} ms"
    )


def _shown(times: list[Spent]) -> str:
    return f"{median(cpu for cpu, _ in times):6.0f} ms (clock {median(clock for _, clock in times):6.0f})"


def main() -> None:
    """Make the store, and measure every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, default=_AGENCIES)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--only", default="", help="pages by name, with commas between")
    parser.add_argument("--folder", type=Path, help="where the store is kept for another time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tbdx-pages-") as own:
        made = _made(asked.folder or Path(own), asked.agencies)
        os.environ["TBDX_PLAN"], os.environ["TBDX_DATABASE_URL"] = str(made.plan), made.database_url
        plan = Plan.load(made.plan)
        for room in shell.ROOMS:
            name, parts = PARTS.get(room.file, ("", ("",)))
            if not asked.only or room.file in asked.only.split(","):
                for part in parts:
                    print(
                        measure(plan, room.file, {name: part} if part else {}, asked.rounds),
                        flush=True,
                    )


def _made(folder: Path, agencies: int) -> Province:
    """The province in this folder, made the first time: a report of each agency in each year."""
    if (folder / "tbdx.db").exists():
        return Province(folder / "plan", f"sqlite:///{folder / 'tbdx.db'}", "")
    reports = agencies * len(Plan.load(Settings().plan).all_years)
    return province(folder, agencies, reports)


if __name__ == "__main__":
    main()
