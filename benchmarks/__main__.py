"""Measure the product beside named references, in one run: `make bench`.

Each row runs the product and its reference in turn (A B A B …) and prints
medians, ranges and the ratio. Nothing fails for being slow.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from benchmarks.metrics import Beside, ByNumpy, province
from tbdx import metrics
from tbdx.model import Answer, Phase
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.settings import ROOT, Settings
from tbdx.store import Store
from tbdx.ui import shell
from tbdx.workbook import SubmissionReader, write_form
from tbdx.workbook.protected import Limits, ProtectedReader
from tbdx.workbook.template import Value

ROUNDS = 30
FEW_ROUNDS = 5  # of what takes long


@dataclass(frozen=True)
class Row:
    """One measured thing: the product, its reference, and the goal in words."""

    name: str
    product: Callable[[], object]
    reference_name: str
    reference: Callable[[], object]
    goal: str
    rounds: int = ROUNDS


def read_by_calamine(content: bytes) -> None:
    """Every cell of a workbook as calamine alone reads it."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def filled_form(plan: Plan, agency: str, year: int, staff: int = 80) -> bytes:
    """A yearly form with every indicator's field answered."""
    answers: dict[str, Value] = {
        "on_digital_platforms": Answer.YES,
        "uses_data_analytics": Answer.YES,
        "uses_ai": Answer.NO,
        "converged_newsroom": Answer.YES,
        "digital_transformation": Answer.YES,
        "revenue_2022_million_vnd": 1000.0,
        "revenue_million_vnd": 1000.0 + 25 * (year - 2022),
        "staff_count": staff,
        "trained_count": 8 * (year - 2021),
        "security_level": 3,
    }
    return write_form(plan, plan.agency(agency), year, phase=Phase.FINAL, answers=answers)


def reading(plan: Plan) -> Row:
    """One form read and checked, against python-calamine reading all its cells."""
    content = filled_form(plan, "bao-thai-binh", 2024)
    reader = SubmissionReader(plan)

    return Row(
        "read and check one yearly form",
        lambda: reader.read("form.xlsx", content),
        "python-calamine alone",
        lambda: read_by_calamine(content),
        "at most 3 × + 10 ms",
    )


def protection(plan: Plan, protected: ProtectedReader) -> Row:
    """One form read in a warm worker process, against the same reader without protection."""
    content = filled_form(plan, "bao-thai-binh", 2024)
    reader = SubmissionReader(plan)
    return Row(
        "read one yearly form in a worker process, warm",
        lambda: protected.read("form.xlsx", content),
        "the same reader in this process",
        lambda: reader.read("form.xlsx", content),
        "product minus reference at most 100 ms",
    )


def many(plan: Plan, service: Service) -> Row:
    """A hundred forms checked and imported, against calamine reading one after the other."""
    reports = [(agency.id, year) for year in plan.all_years for agency in plan.agencies_in(year)]

    def batch(number: int) -> list[tuple[str, bytes]]:
        own = itertools.islice(itertools.cycle(reports), 100)
        return [
            (f"{place}.xlsx", filled_form(plan, *report, staff=100 * number + place + 80))
            for place, report in enumerate(own)
        ]

    batches = [batch(number) for number in range(FEW_ROUNDS + 1)]
    turn = iter(batches)

    def product() -> None:
        receipts = service.accept(service.check(next(turn)), "checked")
        assert not any(receipt.duplicate for receipt in receipts)

    def calamine() -> None:
        for _, content in batches[0]:
            read_by_calamine(content)

    return Row(
        "100 forms checked and imported",
        product,
        "python-calamine reading them one after the other",
        calamine,
        "at most 1.5 × + 2000 ms",
        rounds=FEW_ROUNDS,
    )


def overview(plan: Plan, folder: Path) -> Row:
    """A rerun of the overview with eight years of reports, against a bare page of six metrics."""
    os.environ["TBDX_DATABASE_URL"] = f"sqlite:///{folder / 'bench.db'}"
    service = Service(plan, Store.open(os.environ["TBDX_DATABASE_URL"]))
    files = [
        (f"{agency.id}-{year}.xlsx", filled_form(plan, agency.id, year))
        for year in plan.all_years
        for agency in plan.agencies_in(year)
    ]
    service.accept(service.check(files), "checked")
    shell.service.clear()
    bare = folder / "bare.py"
    bare.write_text(
        "import streamlit as st\nfor number in range(6):\n    st.metric(str(number), '66,7%')\n",
        encoding="utf-8",
    )
    product = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    reference = AppTest.from_file(str(bare), default_timeout=60)
    return Row(
        "overview with eight years, one rerun (Python only)",
        product.run,
        "bare Streamlit page with six metrics",
        reference.run,
        "product minus reference at most 50 ms",
    )


def results() -> Row:
    """Every result of 900 agencies over 8 years; `benchmarks.metrics` has the other references."""
    made = province(900)
    return Row(
        "results of 900 agencies over 8 years",
        lambda: metrics.indicators(made.answers, made.plan, made.targets),
        "the same sums hand-written in NumPy",
        ByNumpy(made, Beside.of(made)),
        "at most 2 ×",
    )


def measure(row: Row) -> str:
    """Run both in turn and say medians, ranges, ratio."""
    times: dict[str, list[float]] = {"product": [], "reference": []}
    warming = 3 if row.rounds == ROUNDS else 1
    for number in range(row.rounds + warming):
        for name, run in (("product", row.product), ("reference", row.reference)):
            started = time.perf_counter()
            run()
            if number >= warming:  # the first rounds warm caches
                times[name].append((time.perf_counter() - started) * 1000)
    product, reference = median(times["product"]), median(times["reference"])
    return f"""{row.name}
  product    {_shown(times["product"])}
  reference  {_shown(times["reference"])}  ({row.reference_name})
  ratio {product / reference:.2f}, difference {product - reference:.1f} ms; goal: {row.goal}"""


def _shown(times: list[float]) -> str:
    return f"median {median(times):8.2f} ms   min–max {min(times):.2f}–{max(times):.2f} ms"


def main() -> None:
    """Measure every row and print it."""
    plan = Plan.load(Settings().plan)
    with (
        tempfile.TemporaryDirectory(prefix="tbdx-bench-") as name,
        ProtectedReader(plan, Limits()) as protected,
    ):
        folder = Path(name)
        service = Service(plan, Store.open(f"sqlite:///{folder / 'many.db'}"))
        for row in (
            reading(plan),
            protection(plan, protected),
            many(plan, service),
            overview(plan, folder),
            results(),
        ):
            print(measure(row))
        service.close()


if __name__ == "__main__":
    main()
