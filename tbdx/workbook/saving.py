"""An openpyxl workbook as bytes that depend on nothing but its content."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

_NO_MOMENT = datetime(1980, 1, 1)  # noqa: DTZ001 (openpyxl takes UTC without a zone): a zip's first date


def to_bytes(book: Workbook) -> bytes:
    """The file's bytes without the clock: openpyxl's own save stamps the present moment.

    Equal content gives equal bytes, so a file can be known again by its hash.
    """
    book.properties.created = book.properties.modified = _NO_MOMENT
    draft, result = BytesIO(), BytesIO()
    ExcelWriter(book, ZipFile(draft, "w")).save()
    with ZipFile(draft) as source, ZipFile(result, "w") as target:
        for name in source.namelist():
            entry = ZipInfo(name, _NO_MOMENT.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return result.getvalue()
