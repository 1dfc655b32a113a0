"""The old .xls format, read in a process of its own.

A damaged .xls file makes its reader ask for terabytes of memory, which ends the
process it runs in. So this file is also a program: it is run by its path, takes
the workbook's bytes on its input and gives its sheets as JSON on its output.
It imports nothing of this product, so that it starts quickly.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

_SECONDS = 30
_MOST_MEMORY = 2_000_000_000
_MOST_CELLS = 2_000_000  # a larger sheet is described and not read
_PARSERS: dict[str, Callable[[Any], Any]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}


def read_xls(content: bytes) -> list[dict[str, Any]] | None:
    """The worksheets of an .xls file, or None if it cannot be read.

    Each has: name, visible, height, width, rows (raw values), merges (pairs of
    first and last cell).
    """
    try:
        done = subprocess.run(  # noqa: S603 (this very file)
            [sys.executable, "-P", __file__],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    sheets: list[dict[str, Any]] = json.loads(done.stdout, object_hook=_decoded)
    return sheets


def _decoded(item: dict[str, Any]) -> Any:
    kind = next(iter(item), "")
    return _PARSERS[kind](item[kind]) if kind in _PARSERS else item


def _encoded(value: Any) -> dict[str, Any]:
    if isinstance(value, dt.timedelta):
        return {"timedelta": value.total_seconds()}
    return {type(value).__name__: value.isoformat()}


def _main() -> None:
    with suppress(ImportError):  # not on Windows
        import resource  # noqa: PLC0415 (only the child limits itself)

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    sheets = []
    for metadata in book.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(metadata.name)
        height, width = (last + 1 for last in sheet.end or (-1, -1))
        sheets.append(
            {
                "name": metadata.name,
                "visible": metadata.visible == SheetVisibleEnum.Visible,
                "height": height,
                "width": width,
                "rows": sheet.to_python(skip_empty_area=False)
                if height * width <= _MOST_CELLS
                else [],
                "merges": sheet.merged_cell_ranges or [],
            }
        )
    json.dump(sheets, sys.stdout, default=_encoded)


if __name__ == "__main__":
    _main()
