"""The product's nouns: answers, targets, findings, receipts, statuses.

Nothing here computes or performs I/O; every other module may import it.
Terms are those of docs/glossary.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from tbdx.words import clean

_LONGEST_NAME = 200


class TbdxError(Exception):
    """A situation the product knows and can explain.

    `code` is a stable kebab-case name whose text stands in the catalogues
    (see `tbdx.messages`); `fields` are the values that the text quotes.
    """

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.fields.items())
        return f"{self.code} ({details})" if details else self.code


class Answer(StrEnum):
    """What an agency says to a yes/no question; a blank is the absence of an answer."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "na"


class Phase(StrEnum):
    """How final a report's figures are (ước thực hiện / chính thức)."""

    ESTIMATE = "estimate"
    FINAL = "final"


class Status(StrEnum):
    """The verdict on one indicator in one year, against the target of that year."""

    EXCEEDED = "exceeded"
    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"
    NO_TARGET = "no_target"
    NOT_ASSESSABLE = "not_assessable"


class Reason(StrEnum):
    """Why a status is what it is, where the status alone would leave that open."""

    NONE = ""
    INCOMPLETE = "incomplete"  # agencies are missing, and they could still turn the verdict
    NOTHING_ANSWERED = "nothing_answered"
    EMPTY_DENOMINATOR = "empty_denominator"
    NO_BASELINE = "no_baseline"  # revenue of the base year is missing or zero
    TARGET_ENDED = "target_ended"  # the plan prints no target for this year
    TARGET_ZERO = "target_zero"  # the plan prints 0%
    NOT_ASSIGNED = "not_assigned"  # the plan gives this agency no duty here


class Severity(StrEnum):
    """What a finding does to its file: nothing, stop it, or make it unreadable."""

    REMARK = "remark"
    BLOCKING = "blocking"
    UNREADABLE = "unreadable"


class Verdict(StrEnum):
    """The outcome of checking one file: its gravest finding."""

    OK = "ok"
    REMARKS = "remarks"
    BLOCKING = "blocking"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault or remark about a workbook: where, what was found, what was expected.

    `cell` is an A1 address, or empty when the finding is about a sheet or the
    whole file. `field` names the reported field, where there is one. The text
    is made per language by `tbdx.messages.finding_text`.
    """

    code: str
    severity: Severity
    sheet: str = ""
    cell: str = ""
    field: str = ""
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One cell of the plan's appendix: what one indicator must reach in one year.

    `share_pct` is in percent (67.0 for "67%"); `threshold_pct`, where the
    target is a pair, is the growth over the base year that counts, in percent.
    `decimals` is the number of decimals printed in the share: shares of
    agencies are rounded to it before they are compared.
    """

    row: int
    indicator: str
    title: str
    year: int
    share_pct: float
    threshold_pct: float | None
    decimals: int
    as_printed: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class ReportedField:
    """One reported value with the place it was read from.

    `value` is an `Answer`, a number (million VND for amounts, persons for
    counts), a text, or None where the agency left the cell blank.
    """

    agency: str
    year: int
    phase: Phase
    field: str
    value: Answer | float | str | None
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file as checking saw it. Nothing of it is stored."""

    name: str
    content: bytes
    sha256: str
    fields: tuple[ReportedField, ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        content: bytes,
        fields: Sequence[ReportedField] = (),
        findings: Sequence[Finding] = (),
    ) -> Self:
        """The file with its hash, and with its name as a person reads it."""
        digest = hashlib.sha256(content).hexdigest()
        shown = clean(name)[-_LONGEST_NAME:]
        return cls(shown, content, digest, tuple(fields), tuple(findings))

    @property
    def verdict(self) -> Verdict:
        severities = {finding.severity for finding in self.findings}
        if Severity.UNREADABLE in severities:
            return Verdict.UNREADABLE
        if Severity.BLOCKING in severities:
            return Verdict.BLOCKING
        return Verdict.REMARKS if severities else Verdict.OK

    @property
    def acceptable(self) -> bool:
        return self.verdict in (Verdict.OK, Verdict.REMARKS)

    @property
    def needs_confirmation(self) -> bool:
        """Whether whoever accepts the file has remarks to confirm; not if it is stored already."""
        codes = {finding.code for finding in self.findings}
        return self.verdict is Verdict.REMARKS and "already-stored" not in codes


@dataclass(frozen=True, slots=True)
class Submission:
    """One agency's report for one year in one phase, as stored.

    `version` counts the submissions of the same agency, year and phase from 1;
    `counts` is true for the one whose figures are in use. `confirmation` is
    what was said about the file's remarks when it was accepted.
    """

    id: int
    agency: str
    year: int
    phase: Phase
    version: int
    file_name: str
    sha256: str
    accepted_at: datetime
    revision: int
    counts: bool
    confirmation: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender gets for one file: whether it was stored, and as what.

    `duplicate` is true when the identical file was already stored; then
    nothing was written and `submissions` are the ones already there.
    """

    file_name: str
    sha256: str
    revision: int
    duplicate: bool
    submissions: tuple[Submission, ...] = field(default=())
