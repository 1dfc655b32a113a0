"""What the old .xls format holds and calamine does not tell: errors, percentages, the area.

Read by xlrd, which knows the format's records. Files of this format can make any
reader ask for terabytes, so they are only ever opened in a worker process.
"""

from __future__ import annotations

import io
import struct

import xlrd

from tbdx.workbook.package import Flaw, Refused, SheetFacts, is_percent

# What xlrd raises for bytes that are no workbook: its own error, and whatever a parser
# of records meets in damaged ones.
_BROKEN = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    struct.error,
)


def look_through_xls(content: bytes) -> dict[str, SheetFacts]:
    """The facts of each sheet by its name; raises `Refused` for a file that is no workbook."""
    try:
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), formatting_info=True, ragged_rows=True
        )
        return {sheet.name: _facts_of(book, sheet) for sheet in book.sheets()}
    except _BROKEN as error:
        raise Refused("not-a-workbook", found=".xls") from error


def _facts_of(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> SheetFacts:
    facts = SheetFacts(sheet.nrows, sheet.ncols)
    facts.require_reasonable(sheet.name)
    percents = {
        number
        for number, style in enumerate(book.xf_list)
        if style.format_key in book.format_map
        and is_percent(book.format_map[style.format_key].format_str)
    }
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                code = sheet.cell_value(row, column)
                facts.flaws[row, column] = Flaw(xlrd.error_text_from_code.get(code, "#N/A"))
            elif kind == xlrd.XL_CELL_NUMBER and (sheet.cell_xf_index(row, column) in percents):
                facts.percents.add((row, column))
    return facts
