"""The province's report beside a bare document of the same size: `python -m benchmarks.report`.

Made from the same view each time: the content, then the Word file. The bare document has
as many paragraphs, table cells and pictures, written with python-docx and nothing else; its
pictures are drawn already. Both in turn in the same run; medians are printed. The goal is 3 s
for the report.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median

from docx import Document
from docx.shared import Cm

from benchmarks.rounds import province
from tbdx.i18n import language
from tbdx.provenance import Taking
from tbdx.report.content import Block, Heading, Paragraph, Picture, Report, Table
from tbdx.report.letter import to_docx
from tbdx.report.province import province_report
from tbdx.service import Service
from tbdx.settings import Settings

GOAL_SECONDS = 3.0
_YEAR, _MANY = 2024, 900
_AT = Taking(datetime(2025, 1, 6, tzinfo=UTC))


def blocks_of(report: Report) -> list[Block]:
    """Everything that a report has in it, in order."""
    return [*report.blocks, *(block for own in report.appendices for block in own.blocks)]


def bare(blocks: Sequence[Block]) -> bytes:
    """As many paragraphs, cells and pictures as plain python-docx writes them."""
    document = Document()
    for block in blocks:
        match block:
            case Heading(text=text) | Paragraph(text=text):
                document.add_paragraph(text)
            case Table():
                lines = [[head.text for head in heads] for heads in block.heads]
                lines += [list(row) for row in block.rows]
                table = document.add_table(len(lines), len(block.widths))
                for cells, texts in zip(table.rows, lines, strict=True):
                    for cell, text in zip(cells.cells, texts, strict=True):
                        cell.text = text
            case Picture():
                document.add_picture(BytesIO(block.png), width=Cm(block.width_cm))
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(service: Service, name: str, rounds: int) -> str:
    """The report made, the Word file written, and the bare document, in turn."""
    view, words = service.view(), language("vi")
    standings = service.reviewing.standings(_YEAR)

    def make() -> Report:
        return province_report(view, _YEAR, standings, words, _AT)

    report = make()  # what is computed once for a view, and loaded once for a process
    blocks = blocks_of(report)
    to_docx(report)
    made, written, plain = [], [], []
    for _ in range(rounds):
        made.append(_seconds(make))
        written.append(_seconds(lambda: to_docx(report)))
        plain.append(_seconds(lambda: bare(blocks)))
    whole = median(map(sum, zip(made, written, strict=True)))
    verdict = "within" if whole <= GOAL_SECONDS else "OVER"
    return (
        f"{name:12} content {median(made):5.2f} s   docx {median(written):5.2f} s   "
        f"together {whole:5.2f} s ({verdict} {GOAL_SECONDS:g} s)   bare document {median(plain):5.2f} s   "
        f"ratio {whole / median(plain):.2f}, of the docx alone {median(written) / median(plain):.2f}"
    )


def main() -> None:
    """Measure with the illustrative reports, and with many agencies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--agencies", type=int, default=_MANY)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tbdx-report-") as folder:
        own = Settings(database_url=f"sqlite:///{folder}/few.db")
        with closing(Service.open(own)) as service:
            print(measure(service, "3 agencies", asked.rounds), flush=True)
        made = province(Path(folder) / "many", asked.agencies, 2 * asked.agencies)
        many = Settings(plan=made.plan, database_url=made.database_url)
        with closing(Service.open(many)) as service:
            print(measure(service, f"{asked.agencies} agencies", asked.rounds), flush=True)


if __name__ == "__main__":
    main()
