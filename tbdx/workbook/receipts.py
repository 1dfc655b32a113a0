"""The receipt that a sender keeps: a small workbook of one printable page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from tbdx import messages
from tbdx.i18n import Language
from tbdx.model import Phase, ReviewState, Submission
from tbdx.plan import Plan
from tbdx.workbook.saving import to_bytes

_FONT = "Times New Roman"
_LINE = Border(bottom=Side(style="hair"))
_WIDTHS = {"A": 30, "B": 66}


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt says of one file that was sent.

    `number` and `proof` are number and hash of the record's entry: whoever
    holds the receipt can have the record verified against it.
    """

    plan: Plan
    number: int
    recorded_at: datetime
    proof: str
    size: int
    remarks: int
    submissions: tuple[Submission, ...]
    sample: bool = False

    @property
    def shown_number(self) -> str:
        """The number as it is quoted: the year of receipt and the entry's number."""
        year = self.plan.due.day_of(self.recorded_at).year
        return f"{year}-{self.number:06}"

    @property
    def file_name(self) -> str:
        """What the receipt's own file is called."""
        return f"bien-nhan-{self.shown_number}.xlsx"


def receipt_lines(facts: ReceiptFacts, words: Language) -> list[tuple[str, str]]:
    """The receipt as pairs of what and which, in the reader's words."""
    plan, text = facts.plan, words.text
    first = facts.submissions[0]
    zone = plan.due.timezone
    lines = [
        (text("Receipt number"), facts.shown_number),
        (text("File"), first.file_name),
        (text("Size"), text("{bytes} bytes", bytes=words.number(facts.size))),
        (text("Hash of the file (SHA-256)"), first.sha256),
        (text("Received at"), words.moment(first.received_at, zone)),
        (text("Entered at"), words.moment(facts.recorded_at, zone)),
        (text("Entered by"), first.sent_by),
        (text("Remarks when checked"), words.number(facts.remarks)),
    ]
    lines += [
        (_report(facts.plan, submission, words), _verdict(facts, submission, words))
        for submission in facts.submissions
    ]
    lines.append((text("Code of the record's entry"), facts.proof))
    return lines


def _report(plan: Plan, submission: Submission, words: Language) -> str:
    day = plan.due.last_day(submission.year)
    return words.text(
        "{agency}, {year}, {phase}, version {version}",
        agency=plan.agency_name(submission.agency, words.code, day),
        year=submission.year,
        phase=words.text(messages.PHASES[submission.phase]).lower(),
        version=submission.version,
    )


def _verdict(facts: ReceiptFacts, submission: Submission, words: Language) -> str:
    plan = facts.plan
    parts = [words.text(messages.REVIEW_STATES[submission.state])]
    if submission.decided_at and submission.state is not ReviewState.WAITING:
        moment = words.moment(submission.decided_at, plan.due.timezone)
        name = submission.decided_by  # of what an earlier program stored it is not known
        parts.append(words.text("{moment} by {name}", moment=moment, name=name) if name else moment)
    if submission.phase is Phase.ESTIMATE:  # the plan sets final figures no due date
        late = plan.due.days_late(submission.year, submission.received_at)
        parts.append(late_text(late, words))
    if submission.reason:
        parts.append(words.text("Reason: {reason}", reason=submission.reason))
    return " · ".join(parts)


def late_text(days: int, words: Language) -> str:
    """ "on time", or how many days late."""
    if days <= 0:
        return words.text("on time")
    return words.plural("{count} day late", "{count} days late", days)


def write_receipt(facts: ReceiptFacts, words: Language) -> bytes:
    """The receipt as an .xlsx of one page, A4 portrait."""
    book = Workbook()
    book.properties.creator = ""
    sheet = book.worksheets[0]
    sheet.title = words.text("Receipt")
    for column, width in _WIDTHS.items():
        sheet.column_dimensions[column].width = width
    plan, text = facts.plan, words.text
    authority = plan.name_on(plan.authority, plan.due.day_of(facts.recorded_at))[words.code]
    titles = [
        (authority, Font(name=_FONT, size=12)),
        (text("RECEIPT FOR A YEARLY REPORT"), Font(name=_FONT, size=14, bold=True)),
        (
            text("Plan {number}", number=plan.decision.number),
            Font(name=_FONT, size=12, italic=True),
        ),
    ]
    if facts.sample:
        notice = text("ILLUSTRATIVE FIGURES, not reported by any agency")
        titles.append((notice, Font(name=_FONT, size=12, bold=True, color="C00000")))
    for row, (title, font) in enumerate(titles, start=1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        cell = sheet.cell(row, 1)
        _write(cell, title)
        cell.font, cell.alignment = font, Alignment(horizontal="center", wrap_text=True)
    _write_lines(sheet, receipt_lines(facts, words), first=len(titles) + 2)
    note = text(
        "Keep this receipt. Its code proves that the record was not changed since: “python -m tbdx record verify --head CODE”."
    )
    last = sheet.max_row + 2
    sheet.merge_cells(start_row=last, start_column=1, end_row=last, end_column=2)
    _write(sheet.cell(last, 1), note)
    sheet.cell(last, 1).font = Font(name=_FONT, size=11, italic=True)
    sheet.cell(last, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[last].height = 32
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    return to_bytes(book)


def _write_lines(sheet: object, lines: Sequence[tuple[str, str]], first: int) -> None:
    for row, (name, value) in enumerate(lines, start=first):
        for column, content in enumerate((name, value), start=1):
            cell = sheet.cell(row, column)  # type: ignore[attr-defined]
            _write(cell, content)
            cell.font = Font(name=_FONT, size=12, bold=column == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = _LINE


def _write(cell: object, text: str) -> None:
    """A text that stays one, whatever it starts with."""
    cell.value = text  # type: ignore[attr-defined]
    cell.data_type = "s"  # type: ignore[attr-defined]
