"""An amended appendix for tests: the plan's own with some cells changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from tbdx.model import PlanVersion
from tbdx.service import Service

Cells = Mapping[tuple[int, int], float | str]
"""What is printed instead, by row of the appendix and year; a share is a fraction of 1."""


def amended_appendix(service: Service, cells: Cells) -> bytes:
    """The plan's appendix with these cells changed."""
    book = load_workbook(service.plan.appendix_path)
    places = {(target.row, target.year): target for target in service.targets}
    for key, value in cells.items():
        book[places[key].sheet][places[key].cell] = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def amend(
    service: Service, cells: Cells, decision: str = "45/KH-UBND", first_year: int = 2026
) -> PlanVersion:
    """Let the plan with these cells hold from a year on, by a decision of 10 February 2026."""
    file = ("phu-luc-dieu-chinh.xlsx", amended_appendix(service, cells))
    read = service.office.read_amendment(file, first_year)
    return service.office.adopt_plan(read, decision, date(2026, 2, 10))
