"""E-mail drafts to those whose report is missing: files that any mail program opens.

Nothing is sent from here. A draft says what is asked for, until when, and has
the blank form attached; whoever sends it can change every word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP

from tbdx import messages
from tbdx.i18n import Language
from tbdx.model import Phase, Submission
from tbdx.plan import Agency, Plan

_EXCEL = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True, slots=True)
class Draft:
    """One e-mail to one agency; `address` is "" where none is known."""

    agency: str
    address: str
    subject: str
    text: str
    file_name: str
    content: bytes


def remind(
    plan: Plan,
    agency: Agency,
    year: int,
    now: datetime,
    address: str,
    attachments: Sequence[tuple[str, bytes]],
    words: Language,
) -> Draft:
    """The draft to an agency whose report for `year` is missing, with the blank form."""
    day = plan.due.last_day(year)
    name = agency.name(words.code, day)
    number = plan.decision.number
    left = (day - plan.due.day_of(now)).days
    if left < 0:
        subject = words.text("Overdue: report on digital transformation {year}", year=year)
        due = words.plural(
            "It was due by {day}, {count} day ago.",
            "It was due by {day}, {count} days ago.",
            -left,
            day=words.date(day),
        )
    else:
        subject = words.text("Reminder: report on digital transformation {year}", year=year)
        due = words.plural(
            "It is due by the end of {day}: {count} day is left.",
            "It is due by the end of {day}: {count} days are left.",
            left,
            day=words.date(day),
        )
    authority = plan.name_on(plan.authority, plan.due.day_of(now))[words.code]
    lines = [
        words.text("To: {agency}", agency=name),
        words.text(
            "By plan {number}, each press agency reports every year on its digital transformation. The report for {year} has not arrived yet.",
            number=number,
            year=year,
        ),
        due,
        words.text(
            "Please fill in the attached form, or state in reply that there is nothing to report."
        ),
        authority,
    ]
    return _draft(agency, address, subject, lines, attachments, f"nhac-{agency.id}-{year}.eml")


def tell_return(
    plan: Plan,
    agency: Agency,
    returned: Submission,
    now: datetime,
    address: str,
    attachments: Sequence[tuple[str, bytes]],
    words: Language,
) -> Draft:
    """The draft to an agency whose report was returned, with the reason and the copy to mend.

    It names a date only where one is set and still ahead: that of an estimate.
    """
    year, phase = returned.year, returned.phase
    day, today = plan.due.last_day(year), plan.due.day_of(now)
    if phase is Phase.ESTIMATE and today <= day:
        ask = words.text(
            "Please correct the attached workbook, save it and send it again. It is due by the end of {day}.",
            day=words.date(day),
        )
    else:
        ask = words.text(
            "Please correct the attached workbook, save it and send it again as soon as possible."
        )
    subject = words.text("Returned: report on digital transformation {year}", year=year)
    lines = [
        words.text("To: {agency}", agency=agency.name(words.code, day)),
        words.text(
            "The report for {year} ({phase}) is returned for correction.",
            year=year,
            phase=words.text(messages.PHASES[phase]).lower(),
        ),
        words.text("Reason: {reason}", reason=returned.reason),
        ask,
        plan.name_on(plan.authority, today)[words.code],
    ]
    name = return_file_name(agency.id, year, phase)
    return _draft(agency, address, subject, lines, attachments, name)


def return_file_name(agency: str, year: int, phase: Phase) -> str:
    """What the draft about a returned report is called; an agency may get two of one year."""
    end = "-chinh-thuc" if phase is Phase.FINAL else ""
    return f"tra-lai-{agency}-{year}{end}.eml"


def _draft(
    agency: Agency,
    address: str,
    subject: str,
    lines: Sequence[str],
    attachments: Sequence[tuple[str, bytes]],
    file_name: str,
) -> Draft:
    text = "\n\n".join(lines) + "\n"
    message = EmailMessage(policy=SMTP)
    if address:
        message["To"] = address
    message["X-Unsent"] = "1"  # mail programs open it for editing, not as received
    message.set_content(text)
    for name, content in attachments:
        message.add_attachment(content, *_EXCEL, filename=name)
    # By hand: EmailMessage loses blanks where it folds a subject with diacritics.
    head = Header(subject, header_name="Subject").encode(linesep="\r\n")
    content = f"Subject: {head}\r\n".encode("ascii") + message.as_bytes()
    return Draft(agency.id, address, subject, text, file_name, content)
