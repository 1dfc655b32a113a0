"""An openpyxl workbook as bytes that depend on nothing but its content."""

from __future__ import annotations

import tempfile
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from tbdx.archives import without_clock
from tbdx.model import TbdxError

_NO_MOMENT = datetime(1980, 1, 1)  # noqa: DTZ001 (openpyxl takes UTC without a zone): a zip's first date


def to_bytes(book: Workbook) -> bytes:
    """The file's bytes without the clock: openpyxl's own save stamps the present moment.

    Equal content gives equal bytes, so a file can be known again by its hash.
    Raises TbdxError: no-room-for-files, for openpyxl writes each sheet to the disk first.
    """
    book.properties.created = book.properties.modified = _NO_MOMENT
    draft = BytesIO()
    try:
        with ZipFile(draft, "w") as archive:
            ExcelWriter(book, archive).save()
    except OSError as error:
        place = tempfile.gettempdir()
        raise TbdxError("no-room-for-files", place=place, reason=error.strerror) from error
    return without_clock(draft.getvalue())
