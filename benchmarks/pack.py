"""The workbook of 900 agencies over 8 years beside a bare loop: `python -m benchmarks.pack`.

The product writes the workbook of everything; a bare loop writes the same cells, which it
has at hand as numbers and texts, by xlsxwriter in its mode of constant memory. They run in
turn (A B A B …) in one process. “From nothing” begins with an empty service, as a command
does; its peak of memory is that of a process that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from tbdx.i18n import language
from tbdx.pack import PackSources, write_pack
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.service import Service, View
from tbdx.settings import Settings

GOAL_RATIO, GOAL_MB = 2.0, 500
_AGENCIES, _ROUNDS = 900, 5
_AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)

Cells = dict[str, list[list[Any]]]
"""The rows of each sheet; "" is an empty cell."""


def product(service: Service, view: View, path: Path) -> None:
    """The workbook as the command writes it."""
    with path.open("wb") as out:
        sources = PackSources.of(service, view, _AT)
        write_pack(view, sources, language("vi"), Taking(_AT), out)


def bare(cells: Cells, path: Path) -> None:
    """The same cells, each by the method of its type, and nothing else."""
    with Workbook(str(path), {"constant_memory": True}) as book:
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, rows in cells.items():
            sheet = book.add_worksheet(name)
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        if value:
                            sheet.write_string(row, column, value)
                    elif isinstance(value, float | int):
                        sheet.write_number(row, column, value)
                    else:
                        sheet.write_datetime(row, column, value, moment)


def cells_of(path: Path) -> Cells:
    """Every cell of a workbook."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _shown(times: list[float]) -> str:
    return f"{median(times):6.2f} s ({min(times):.2f}–{max(times):.2f})"


def measure(rounds: int, folder: Path) -> None:
    """Time both in turn on the store of the environment."""
    service = Service.open(Settings(), samples=False)
    view, path = service.real_view(), folder / "pack.xlsx"
    product(service, view, path)
    cells = cells_of(path)
    filled = sum(value != "" for rows in cells.values() for row in rows for value in row)
    print(f"{filled} cells on {len(cells)} sheets, {path.stat().st_size / 1e6:.1f} MB", flush=True)
    ours, theirs = list[float](), list[float]()
    for _ in range(rounds):
        ours.append(_seconds(lambda: product(service, view, path)))
        theirs.append(_seconds(lambda: bare(cells, folder / "bare.xlsx")))
    ratio = median(ours) / median(theirs)
    print(f"the product  {_shown(ours)}")
    print(f"a bare loop  {_shown(theirs)}")
    verdict = "within" if ratio <= GOAL_RATIO else "OVER"
    print(f"ratio        {ratio:6.2f}   {verdict} {GOAL_RATIO}")
    service.close()


def alone(folder: Path) -> None:
    """Write the workbook from nothing, and print what it took."""

    def run() -> None:
        service = Service.open(Settings(), samples=False)
        product(service, service.real_view(), folder / "alone.xlsx")
        service.close()

    seconds = _seconds(run)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = "within" if peak <= GOAL_MB else "OVER"
    print(f"from nothing {seconds:6.2f} s, at most {peak:.0f} MB   {verdict} {GOAL_MB} MB")


def main() -> None:
    """Make the store, and measure time and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, default=_AGENCIES)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--folder", type=Path, help="where the store is kept for another time")
    parser.add_argument("--alone", action="store_true", help="write it once, and measure memory")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tbdx-pack-") as own:
        folder = Path(own)
        if asked.alone:
            alone(folder)
            return
        _make(asked.folder or folder, asked.agencies)
        # First: a process is charged with the memory of the one that started it.
        subprocess.run([sys.executable, "-m", "benchmarks.pack", "--alone"], check=True)
        measure(asked.rounds, folder)


def _make(folder: Path, agencies: int) -> None:
    """The province in this folder, made the first time: a report of each agency in each year."""
    if not (folder / "tbdx.db").exists():
        from benchmarks.rounds import province  # noqa: PLC0415 (it loads Streamlit, whose memory is not the command's)

        province(folder, agencies, agencies * len(Plan.load(Settings().plan).all_years))
    os.environ["TBDX_PLAN"] = str(folder / "plan")
    os.environ["TBDX_DATABASE_URL"] = f"sqlite:///{folder / 'tbdx.db'}"


if __name__ == "__main__":
    main()
