"""Kill a process while it accepts reports, a thousand times: `python -m benchmarks.kills`.

Each time a process accepts a few forms and is killed (SIGKILL) at a random
moment. Then the store must hold all of them or nothing, its record must verify,
every file must still be the bytes that were sent, and the same forms must be
accepted when they are sent again. The seed is fixed, so a run can be repeated,
as far as the machine keeps time.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import IO

import sqlalchemy as sa

from benchmarks.crashes import ACTOR, AT, KILLED, Nursery, Outcome, judge
from benchmarks.databases import (
    contents,
    engine_for,
    new_postgresql_database,
    postgresql,
)
from tbdx.model import Answer, CheckedFile, Finding, Phase, Severity
from tbdx.plan import Plan
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.workbook import SubmissionReader, write_form
from tbdx.workbook.template import Value

PER_DATABASE = 25  # kills, before a new database is begun: each check reads all there is
WARMING = 3  # acceptances that are left alone in each, to learn how long one takes


def forms(plan: Plan) -> list[CheckedFile]:
    """A few forms, filled in and read as the product does."""
    reader = SubmissionReader(plan)
    answers: dict[str, Value] = {
        "on_digital_platforms": Answer.YES,
        "uses_data_analytics": Answer.YES,
        "uses_ai": Answer.NO,
        "revenue_2022_million_vnd": 1000.0,
        "revenue_million_vnd": 1100.5,
        "staff_count": 80,
        "trained_count": 40,
    }
    read = [
        reader.read(
            f"{agency.id}.xlsx", write_form(plan, agency, 2024, phase=Phase.FINAL, answers=answers)
        )
        for agency in plan.agencies_in(2024)
    ]
    remark = Finding("unusual-change", Severity.REMARK, found="1.100,5", expected="1.000")
    return [
        CheckedFile.of(file.name, file.content, file.fields, (*file.findings, remark))
        for file in read
    ]


def versions(files: Sequence[CheckedFile]) -> Iterator[list[CheckedFile]]:
    """The same forms as other files, again and again: each time their bytes differ."""
    for number in count():
        ending = b"%d" % number  # a ZIP archive may have something behind it
        yield [
            CheckedFile.of(file.name, file.content + ending, file.fields, file.findings)
            for file in files
        ]


@dataclass
class Figures:
    """What a run was like."""

    ended: Counter[tuple[str, bool]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    entries: int = 0
    documents: int = 0
    seconds: float = 0.0

    def add(self, stage: str, outcome: Outcome) -> None:
        """Count one kill, which came at a stage."""
        self.ended[stage, outcome.stored] += 1
        self.entries += outcome.entries
        self.documents += outcome.documents
        self.faults += outcome.faults
        if stage != "c" and outcome.stored != (stage == "d"):
            self.faults.append(f"stored: {outcome.stored}, though the last stage was {stage!r}")

    def __str__(self) -> str:
        lines = [f"kills      {self.ended.total()}"]
        lines += [
            f"  {name:32} {self.ended[stage, True] + self.ended[stage, False]:5}:"
            f" {self.ended[stage, False]} with nothing stored, {self.ended[stage, True]} with all"
            for stage, name in _STAGES.items()
        ]
        return "\n".join(
            [
                *lines,
                f"faults     {len(self.faults)} {self.faults[:5]}",
                f"verified   {self.entries} entries, {self.documents} documents",
                f"seconds    {self.seconds:.1f}",
            ]
        )


_STAGES = {
    "r": "before the transaction",
    "b": "inside the transaction",
    "c": "while it was committed",
    "d": "after the commit",
}


def accept_telling(url: str, files: Sequence[CheckedFile], fifo: str) -> None:
    """Accept files and tell how far it is, then wait to be killed."""
    pipe = os.open(fifo, os.O_WRONLY)
    store = Store.open(url)
    stages = iter((b"b", b"c", b"d"))  # begun, committing, done

    def tell(*_: object) -> None:
        os.write(pipe, next(stages))

    sa.event.listen(sa.Engine, "begin", tell, once=True)
    sa.event.listen(sa.Engine, "commit", tell)
    sa.event.listen(sa.Pool, "reset", tell)
    os.write(pipe, b"r")  # ready
    store.receive(files, AT, ACTOR)
    signal.pause()


@contextmanager
def _accepting(
    nursery: Nursery, url: str, files: Sequence[CheckedFile], folder: Path
) -> Iterator[tuple[int, IO[bytes]]]:
    """A process that begins to accept files, and the stages it reaches."""
    fifo = folder / "stages"
    os.mkfifo(fifo)
    try:
        child = nursery.start(partial(accept_telling, url, files, str(fifo)))
        with fifo.open("rb", buffering=0) as stages:
            assert stages.read(1) == b"r"
            yield child, stages
    finally:
        fifo.unlink()


def kill_once(
    nursery: Nursery, url: str, files: Sequence[CheckedFile], delay: float, folder: Path
) -> str:
    """Have files accepted, and the process killed after a delay in seconds; the stage it reached."""
    with _accepting(nursery, url, files, folder) as (child, stages):
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        assert nursery.ended() == KILLED
        return (b"r" + stages.read())[-1:].decode()


def time_taken(nursery: Nursery, url: str, files: Sequence[CheckedFile], folder: Path) -> float:
    """How many seconds an acceptance takes that is left alone."""
    with _accepting(nursery, url, files, folder) as (child, stages):
        started = time.perf_counter()
        while stages.read(1) != b"d":
            pass
        taken = time.perf_counter() - started
        os.kill(child, signal.SIGKILL)
        assert nursery.ended() == KILLED
        return taken


def run(
    new_database: Callable[[], str], kills: int, seed: int, files: list[CheckedFile]
) -> Figures:
    """Kill so many times; what was found."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    figures, batches, started = Figures(), versions(files), time.monotonic()
    with Nursery() as nursery, tempfile.TemporaryDirectory(prefix="tbdx-kills-") as name:
        folder, url, usual = Path(name), "", 0.0
        for number in range(kills):
            if number % PER_DATABASE == 0:
                url = new_database()
                Store.open(url).close()
                usual = median(
                    time_taken(nursery, url, next(batches), folder) for _ in range(WARMING)
                )
            batch = next(batches)
            database = engine_for(url)
            before = contents(database)
            database.dispose()
            stage = kill_once(nursery, url, batch, chance.uniform(0, 1.2 * usual), folder)
            figures.add(stage, judge(url, before, batch))
    figures.seconds = time.monotonic() - started
    return figures


@contextmanager
def databases(kind: str) -> Iterator[Callable[[], str]]:
    """Makes new databases of a kind: "sqlite" or "postgresql"."""
    if kind == "postgresql":
        with postgresql() as server:
            yield lambda: new_postgresql_database(server)
    else:
        with tempfile.TemporaryDirectory(prefix="tbdx-kills-") as folder:
            numbers = count(1)
            yield lambda: f"sqlite:///{folder}/{next(numbers)}.sqlite"


def main() -> None:
    """Kill, and print what was found; ends with 1 if that was a fault."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--seed", type=int, default=2023)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = options.parse_args()
    files = forms(Plan.load(Settings().plan))
    with databases(chosen.database) as new_database:
        figures = run(new_database, chosen.kills, chosen.seed, files)
    print(f"database   {chosen.database}, seed {chosen.seed}, {len(files)} forms at a time")
    print(figures)
    raise SystemExit(bool(figures.faults))


if __name__ == "__main__":
    # The processes find functions by their module's name, which "__main__" is not.
    from benchmarks.kills import main as run_as_module

    run_as_module()
