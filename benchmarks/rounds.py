"""The pages of the yearly round with 100 and with 10 000 submissions: `python -m benchmarks.rounds`.

Two plans of made-up agencies, 8 years each, with resubmissions. Each page is run
as Streamlit runs it, on the one store and on the other in turn; “first” is the
first run after a change, when nothing is kept of what was computed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from streamlit.testing.v1 import AppTest

from tbdx.model import Answer, CheckedFile, Phase, ReportedField
from tbdx.plan import Plan
from tbdx.settings import ROOT, Settings
from tbdx.store import Store
from tbdx.ui import shell

SMALL, LARGE = 100, 10_000
_FEW_AGENCIES, _MANY_AGENCIES = 9, 900
_YEAR = 2024
_FRAME = """
import streamlit
from tbdx.service import Basis
from tbdx.ui import shell
streamlit.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), Basis())
"""


@dataclass(frozen=True)
class Province:
    """A plan with so many agencies, and a store with so many submissions."""

    plan: Path
    database_url: str
    agency: str


def province(folder: Path, agencies: int, submissions: int) -> Province:
    """Make a province in `folder`; every agency reports every year, the first ones again."""
    plan_folder = folder / "plan"
    shutil.copytree(Settings().plan, plan_folder)
    ids = [f"co-quan-{number:04}" for number in range(agencies)]
    _write_register(plan_folder / "agencies.csv", ids)
    head = "agency,indicator,year,source\n"
    (plan_folder / "obligations.csv").write_text(head, encoding="utf-8")
    made = Province(plan_folder, f"sqlite:///{folder / 'tbdx.db'}", ids[0])
    store = Store.open(made.database_url)
    reports = _reports(Plan.load(plan_folder), ids, submissions)
    at = datetime(2023, 12, 1, tzinfo=UTC)
    while batch := [file for _, file in zip(range(500), reports, strict=False)]:
        at += timedelta(hours=1)
        store.receive(batch, at, "benchmark")
    assert len(store.submissions()) == submissions
    store.close()
    return made


def _write_register(path: Path, ids: list[str]) -> None:
    with path.open(encoding="utf-8", newline="") as source:
        line = next(iter(csv.DictReader(source)))
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, fieldnames=list(line))
        writer.writeheader()
        for place, agency in enumerate(ids):
            name = f"Cơ quan {place:04}"
            own = {"id": agency, "name_vi": name, "name_en": name, "short_name": name}
            writer.writerow({**line, **own, "aliases": "", "valid_to": "", "successor": ""})


def _reports(plan: Plan, ids: list[str], count: int) -> Iterator[CheckedFile]:
    """So many reports: every agency in every year, then again from the first, with new figures."""
    pairs = [(agency, year) for year in plan.all_years for agency in ids]
    for number in range(count):
        agency, year = pairs[number % len(pairs)]
        content = f"{agency} {year} {number}".encode()
        values: dict[str, Answer | float | str] = {
            "on_digital_platforms": Answer.YES,
            "uses_data_analytics": Answer.YES,
            "uses_ai": Answer.NO,
            "converged_newsroom": Answer.YES,
            "digital_transformation": Answer.YES,
            "revenue_2022_million_vnd": 1000.0,
            "revenue_million_vnd": 1000.0 + number,
            "staff_count": 80.0,
            "trained_count": 40.0,
            "security_level": 3.0,
        }
        values |= {
            item.code: f"Thiếu kinh phí, doanh thu giảm {number}" for item in plan.form.texts.item
        }
        fields = tuple(
            ReportedField(agency, year, Phase.ESTIMATE, name, value, "Chỉ tiêu", f"E{row}")
            for row, (name, value) in enumerate(values.items(), start=14)
        )
        digest = hashlib.sha256(content).hexdigest()
        yield CheckedFile(f"{number}.xlsx", content, digest, fields)


class Visitor:
    """Somebody who opens one part of the page of submissions, on one store after the other."""

    def __init__(self, **choices: str) -> None:
        source = (ROOT / "pages" / "submissions.py").read_text(encoding="utf-8")
        self.app = AppTest.from_string(_FRAME + source, default_timeout=120)
        for name, value in choices.items():
            self.app.query_params[name] = value

    def open(self) -> None:
        self.app.run()
        assert not self.app.exception
        assert not self.app.error


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def measure(provinces: tuple[Province, Province], part: str, rounds: int) -> list[str]:
    """Time one part of the page on both stores in turn: first runs, and runs after that."""
    times: dict[tuple[int, str], list[float]] = {}
    for _ in range(rounds):
        for size, place in zip((SMALL, LARGE), provinces, strict=True):
            os.environ["TBDX_PLAN"] = str(place.plan)
            os.environ["TBDX_DATABASE_URL"] = place.database_url
            shell.service.clear()
            service = shell.service()
            visitor = Visitor(show=part, agency=place.agency, year=str(_YEAR), lang="vi")
            visitor.open()  # what is loaded once per process
            (counting,) = (s for s in service.reviewing.history(place.agency, _YEAR) if s.counts)
            service.reviewing.reopen([counting.id], "benchmark")
            service.reviewing.accept([counting.id], "benchmark")
            times.setdefault((size, "first"), []).append(_ms(visitor.open))
            again = [_ms(visitor.open) for _ in range(5)]
            times.setdefault((size, "again"), []).append(median(again))
            service.close()
    lines = []
    for kind in ("first", "again"):
        small, large = median(times[SMALL, kind]), median(times[LARGE, kind])
        lines.append(
            f"{part:8} {kind:6} {SMALL}: {small:7.1f} ms   {LARGE}: {large:7.1f} ms"
            f"   ratio {large / small:.2f} (goal: at most 2)"
        )
    return lines


def main() -> None:
    """Make both provinces, and measure each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="tbdx-rounds-") as folder:
        provinces = (
            province(Path(folder) / "small", _FEW_AGENCIES, SMALL),
            province(Path(folder) / "large", _MANY_AGENCIES, LARGE),
        )
        for part in ("matrix", "history", "review"):
            print("\n".join(measure(provinces, part, rounds)), flush=True)


if __name__ == "__main__":
    main()
