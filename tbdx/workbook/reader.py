"""Reading what agencies send: the yearly form and the consolidated table.

Everything is found by its words, never by its address, and every value keeps
the sheet and cell it came from. All findings are reported at once; nothing is
guessed. The parts: `package` and `sheets` open the file, `form` and
`consolidated` read its two layouts, `reading` and `values` is what they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tbdx.model import CheckedFile, Finding, Severity
from tbdx.plan import Plan
from tbdx.workbook.annotating import is_findings_list
from tbdx.workbook.consolidated import read_tables, table_heads
from tbdx.workbook.form import form_head, read_form, read_further_sheets
from tbdx.workbook.package import Refused
from tbdx.workbook.reading import Reading, Words
from tbdx.workbook.sheets import Book, Sheet, open_book
from tbdx.workbook.template import FIRST_SHEET


class SubmissionReader:
    """Reads workbooks by one plan's words. Safe to share between threads."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._words = Words.of(plan.form)

    def read(self, name: str, content: bytes) -> CheckedFile:
        """Read one workbook: the yearly form, or a consolidated table.

        Returns every reported field with its cell, and every finding. A file
        that is no workbook has one finding of severity "unreadable". The
        file's content never makes it raise.
        """
        if not content:
            return refused_file(name, content, Refused("empty-file"))
        try:
            book = _without_our_list(open_book(content, self._words.listed))
        except Refused as refused:
            return refused_file(name, content, refused)
        reading = Reading(self._plan, self._words)
        _remark_on_book(reading, book)
        _read_sheets(reading, book.sheets)
        if not reading.fields and not any(
            f.severity is Severity.BLOCKING for f in reading.findings
        ):
            reading.block("no-report")
        return CheckedFile.of(name, content, reading.fields, reading.findings)


def refused_file(name: str, content: bytes, refused: Refused) -> CheckedFile:
    """A file that could not be read, with the finding that says why."""
    place = {"sheet": refused.sheet, "found": refused.found}
    finding = Finding(refused.code, Severity.UNREADABLE, **place)
    return CheckedFile.of(name, content, findings=[finding])


def _without_our_list(book: Book) -> Book:
    """The book without the sheet that lists an earlier check's findings."""
    sheets = [sheet for sheet in book.sheets if not is_findings_list(sheet.name, sheet.rows)]
    recoded = [(sheet, found) for sheet, found in book.recoded if sheet in sheets]
    return replace(book, sheets=sheets, recoded=recoded)


def _remark_on_book(reading: Reading, book: Book) -> None:
    if book.has_macros:
        reading.remark("macros-ignored")
    for sheet, recoded in book.recoded:
        cell = sheet.address(*recoded.place)
        reading.remark("old-font", sheet, cell, found=recoded.found, expected=recoded.read_as)
    for name in book.hidden:
        reading.remark("hidden-sheet", found=name)


def _read_sheets(reading: Reading, sheets: Sequence[Sheet]) -> None:
    forms = [(sheet, row) for sheet in sheets if (row := form_head(reading, sheet)) is not None]
    tables = [(sheet, rows) for sheet in sheets if (rows := table_heads(reading, sheet))]
    if len(forms) > 1:
        found = ", ".join(sheet.name for sheet, _ in forms)
        reading.block("several-forms", forms[1][0], found=found)
        return
    if not forms and not tables:
        found = ", ".join(sheet.name for sheet in sheets)
        reading.block("missing-sheet", found=found, expected=FIRST_SHEET)
        return
    for sheet, heads in tables:
        read_tables(reading, sheet, heads)
    for sheet, head in forms:
        report = read_form(reading, sheet, head)
        if report:
            others = [other for other in sheets if other is not sheet]
            read_further_sheets(reading, others, report)
