"""What the old .xls format holds and calamine does not tell: errors, percentages, the area.

Read by xlrd, which knows the format's records. Files of this format can make any
reader ask for terabytes, so they are only ever opened in a worker process.
"""

from __future__ import annotations

import io

import xlrd

from tbdx.workbook.package import Flaw, Refused, SheetFacts, is_percent, is_scaled


def look_through_xls(content: bytes) -> dict[str, SheetFacts]:
    """The facts of each sheet by its name; raises `Refused` for a file that is no workbook."""
    try:
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), formatting_info=True, ragged_rows=True
        )
        return {sheet.name: _facts_of(book, sheet) for sheet in book.sheets()}
    except Refused:
        raise
    except Exception as error:  # xlrd meets damaged records with whatever they lead it into
        raise Refused("not-a-workbook", found=".xls") from error


def _facts_of(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> SheetFacts:
    facts = SheetFacts(sheet.nrows, sheet.ncols)
    facts.require_reasonable(sheet.name)
    formats = {
        number: book.format_map[style.format_key].format_str
        for number, style in enumerate(book.xf_list)
        if style.format_key in book.format_map
    }
    percents = {number for number, code in formats.items() if is_percent(code)}
    scaled = {number for number, code in formats.items() if is_scaled(code)}
    facts.hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    facts.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                code = sheet.cell_value(row, column)
                facts.flaws[row, column] = Flaw(xlrd.error_text_from_code.get(code, "#N/A"))
            elif kind == xlrd.XL_CELL_NUMBER:
                style = sheet.cell_xf_index(row, column)
                if style in percents:
                    facts.percents.add((row, column))
                if style in scaled:
                    facts.scaled.add((row, column))
    return facts
