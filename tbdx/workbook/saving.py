"""An openpyxl workbook as bytes that depend on nothing but its content."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from tbdx.archives import without_clock

_NO_MOMENT = datetime(1980, 1, 1)  # noqa: DTZ001 (openpyxl takes UTC without a zone): a zip's first date


def to_bytes(book: Workbook) -> bytes:
    """The file's bytes without the clock: openpyxl's own save stamps the present moment.

    Equal content gives equal bytes, so a file can be known again by its hash.
    """
    book.properties.created = book.properties.modified = _NO_MOMENT
    draft = BytesIO()
    ExcelWriter(book, ZipFile(draft, "w")).save()
    return without_clock(draft.getvalue())
