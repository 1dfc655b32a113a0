"""What commands print: tables in the reader's words, or JSON in codes.

JSON has times with their offset in the plan's zone, dates as YYYY-MM-DD, and
null where there is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import typer

from tbdx import messages
from tbdx.i18n import Language
from tbdx.model import CheckedFile, Finding, Submission, Verification
from tbdx.plan import Plan

NOTHING = "–"


def print_json(value: object, plan: Plan | None = None) -> None:
    """Print JSON; times are those of the plan's zone, where a plan is given."""

    def plain(item: object) -> str:
        if isinstance(item, datetime):
            return (item.astimezone(plan.due.zone) if plan else item).isoformat()
        if isinstance(item, date):
            return item.isoformat()
        raise TypeError(f"{type(item).__name__} is not printed as JSON")

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their heads, in columns."""
    lines = [tuple(heads), *(tuple(str(cell) or NOTHING for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def agency_name(agency: str, year: int, words: Language, plan: Plan) -> str:
    """The name borne on the year's due date, with the id by which it is told apart."""
    name = plan.agency_name(agency, words.code, plan.due.last_day(year))
    return f"{name} ({agency})"


def value_text(value: object, words: Language, plan: Plan) -> str:
    """A reported value in the reader's words; "–" for a blank."""
    from tbdx import provenance

    return provenance.value_text(value, plan, words)


def moment_text(moment: datetime | None, words: Language, plan: Plan) -> str:
    """A moment where the plan applies; "–" for none."""
    return words.moment(moment, plan.due.timezone) if moment else NOTHING


def say(*parts: str) -> str:
    """The parts that say something, in one line."""
    return " · ".join(filter(None, parts))


# --- what verifying the record found ------------------------------------------------------------


def plain_verification(found: Verification, words: Language) -> dict[str, Any]:
    """What verifying found as JSON, each fault with its sentence."""
    faults = [
        {**asdict(fault), "message": messages.record_fault_text(fault, words)}
        for fault in found.faults
    ]
    return {**asdict(found), "faults": faults}


def print_verification(found: Verification, words: Language) -> None:
    """Print what was counted, the newest code, and each fault in words."""
    text = words.text
    counted = (
        (text("Entries of the record"), found.entries),
        (text("Files stored"), found.documents),
        (text("Reports stored"), found.submissions),
    )
    for name, count in counted:
        typer.echo(f"{name}: {words.number(count)}")
    typer.echo(text("Newest code of the record: {head}", head=found.head))
    for fault in found.faults:
        typer.echo(messages.record_fault_text(fault, words))
    for set_back in found.set_back:
        typer.echo(messages.set_back_text(set_back, words))
    if not found.faults:
        typer.echo(text("Nothing was changed by hand."))


# --- files that were checked --------------------------------------------------------------------


def plain_finding(finding: Finding, words: Language, plan: Plan) -> dict[str, str]:
    """A finding as JSON, with its sentence."""
    return {
        **{name: str(value) for name, value in asdict(finding).items()},
        "message": messages.finding_sentence(finding, words, plan),
    }


def plain_checked(file: CheckedFile, words: Language, plan: Plan) -> dict[str, Any]:
    """A checked file as JSON."""
    return {
        "file": file.name,
        "sha256": file.sha256,
        "verdict": file.verdict,
        "findings": [plain_finding(finding, words, plan) for finding in file.findings],
        "fields": [asdict(field) for field in file.fields],
    }


def print_checked(checked: Sequence[CheckedFile], words: Language, plan: Plan) -> None:
    """Print each file's verdict with its findings."""
    for file in checked:
        typer.echo(f"{file.name}: {words.text(messages.VERDICTS[file.verdict])}")
        print_findings(file.findings, words, plan)


def print_findings(findings: Iterable[Finding], words: Language, plan: Plan) -> None:
    """Print findings, a line each."""
    for finding in findings:
        severity = words.text(messages.SEVERITIES[finding.severity])
        sentence = messages.finding_sentence(finding, words, plan)
        typer.echo(f"  [{severity}] {sentence} ({finding.code})")


# --- submissions --------------------------------------------------------------------------------


def plain_submission(submission: Submission) -> dict[str, Any]:
    """A submission as JSON."""
    return asdict(submission)


def print_submissions(submissions: Iterable[Submission], words: Language, plan: Plan) -> None:
    """Print submissions, a line each, with what became of them and which one is in use."""
    text = words.text
    heads = [
        text("Number"),
        text("Agency"),
        text("Year"),
        text("Kind of figures"),
        text("Version"),
        text("State"),
        text("Received at"),
        text("Sent by"),
        text("Decided by"),
        text("Reason"),
    ]
    print_table(
        heads,
        (
            (
                s.id,
                agency_name(s.agency, s.year, words, plan),
                s.year,
                text(messages.PHASES[s.phase]),
                s.version,
                say(text(messages.REVIEW_STATES[s.state]), in_use_text(s, words)),
                moment_text(s.received_at, words, plan),
                s.sent_by,
                s.decided_by,
                s.reason,
            )
            for s in submissions
        ),
    )


def in_use_text(submission: Submission, words: Language) -> str:
    """Whether its figures are in use, and whether that was decided by hand."""
    if not submission.counts:
        return ""
    if submission.chosen:
        return words.text("in use, chosen by hand")
    return words.text("in use")


def submission_line(submission: Submission, words: Language, plan: Plan) -> str:
    """A submission in one line, with what became of it."""
    return say(
        words.text(
            "submission {id}: {agency}, {year}, {phase}, version {version}",
            id=submission.id,
            agency=agency_name(submission.agency, submission.year, words, plan),
            year=submission.year,
            phase=words.text(messages.PHASES[submission.phase]).lower(),
            version=submission.version,
        ),
        words.text(messages.REVIEW_STATES[submission.state]),
        in_use_text(submission, words),
        submission.reason,
    )
