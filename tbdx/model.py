"""The product's nouns: answers, targets, findings, receipts, statuses.

Nothing here computes or performs I/O; every other module may import it.
Terms are those of docs/glossary.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

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


class MediaType(StrEnum):
    """What an agency publishes by."""

    PRINT = "print"
    ELECTRONIC = "electronic"
    RADIO = "radio"
    TELEVISION = "television"


class Phase(StrEnum):
    """How final a report's figures are (ước thực hiện / chính thức)."""

    ESTIMATE = "estimate"
    FINAL = "final"


class ReviewState(StrEnum):
    """What became of a submission: sent, then accepted or returned."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class CellState(StrEnum):
    """How it stands with the report of one agency for one year in one phase."""

    NOT_DUE = "not_due"  # the round of this year has not begun
    MISSING = "missing"  # asked for, and still in time
    OVERDUE = "overdue"
    WAITING = "waiting"
    RETURNED = "returned"
    ACCEPTED = "accepted"  # an estimate whose figures are in use
    FINAL = "final"  # final figures, in use
    SUPERSEDED = "superseded"  # accepted, but other figures are in use
    NIL = "nil"  # the agency stated that it has nothing to report
    NOT_NEEDED = "not_needed"  # no estimate is asked for once final figures are there
    NOT_IN_FORCE = "not_in_force"  # the agency does not exist on the year's due date


class Action(StrEnum):
    """What an entry of the record is about."""

    CHECKED = "checked"
    RECEIVED = "received"
    RECEIVED_AGAIN = "received-again"  # byte for byte what is stored; nothing was changed
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REOPENED = "reopened"
    CHOSEN = "chosen"
    UNCHOSEN = "unchosen"
    NIL_DECLARED = "nil-declared"
    NIL_WITHDRAWN = "nil-withdrawn"
    YEAR_CLOSED = "year-closed"
    YEAR_OPENED = "year-opened"
    REGISTER_CHANGED = "register-changed"
    REGISTER_CHANGE_WITHDRAWN = "register-change-withdrawn"
    PLAN_ADOPTED = "plan-adopted"
    PLAN_WITHDRAWN = "plan-withdrawn"
    ERRATUM_ADDED = "erratum-added"
    ERRATUM_WITHDRAWN = "erratum-withdrawn"
    CONTACT_CHANGED = "contact-changed"
    EXPORTED = "exported"
    REMINDED = "reminded"
    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    PERSON_ADDED = "person-added"
    PERSON_CHANGED = "person-changed"
    PERSON_BOUND = "person-bound"  # the first sign-in: since then the account itself counts
    PERSON_REMOVED = "person-removed"
    TAKEN_OVER = "taken-over"  # stored by an earlier program, which kept no record
    RESTORED = "restored"  # the store was filled from a backup, or from another database


class Status(StrEnum):
    """The verdict on one indicator in one year, against the target of that year."""

    EXCEEDED = "exceeded"
    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"
    NO_TARGET = "no_target"
    NOT_ASSESSABLE = "not_assessable"


class Hindrance(StrEnum):
    """Why an agency that does not fulfil an indicator cannot be turned; see `tipping`."""

    NOT_APPLICABLE = "not_applicable"  # it answered that this does not apply to it
    NO_BASELINE = "no_baseline"  # revenue of the base year is missing or zero
    NO_HEADCOUNT = "no_headcount"  # how many people work there is not known
    GONE = "gone"  # it no longer exists, and nobody speaks for it


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


class Order(StrEnum):
    """How one figure stands to another; the empty one where either is not there."""

    ABOVE = "above"
    EQUAL = "equal"
    BELOW = "below"
    NOT_COMPARABLE = "not_comparable"  # of two pairs, each asks more in one part
    OPEN = "open"  # missing agencies could put it on either side
    NONE = ""


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
    `counts` is true for the one whose figures are in use, `chosen` where that
    was decided by hand. `received_at` is when the report arrived, which decides
    whether it was on time; `reason` is why it was returned, reopened or chosen.
    `confirmation` is what was said about the file's remarks. `receipt` is the
    number of the entry in the record that tells of its arrival. `ever_accepted`
    stays true when an accepted one is reopened or returned.
    """

    id: int
    agency: str
    year: int
    phase: Phase
    version: int
    file_name: str
    sha256: str
    state: ReviewState
    received_at: datetime
    sent_by: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    revision: int
    counts: bool
    chosen: bool
    receipt: int
    confirmation: str = ""
    ever_accepted: bool = False


class Arrival(NamedTuple):
    """What the yearly round needs to know of a submission; each is one, with more to tell."""

    agency: str
    year: int
    phase: Phase
    version: int
    state: ReviewState
    received_at: datetime
    counts: bool
    ever_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender gets for one file: whether it was stored, and as what.

    `duplicate` is true when the identical file was already stored; then
    nothing was written and `submissions` are the ones already there. `number`
    and `proof` are the number and the hash of the record's entry.
    """

    file_name: str
    sha256: str
    revision: int
    duplicate: bool
    submissions: tuple[Submission, ...] = field(default=())
    number: int = 0
    proof: str = ""


@dataclass(frozen=True, slots=True)
class NilReturn:
    """An agency's statement that it has nothing to report for a year in a phase."""

    agency: str
    year: int
    phase: Phase
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClosedYear:
    """A reporting year that is locked: nothing of it changes until it is opened."""

    year: int
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """An amended appendix: its targets hold from `first_year` on.

    `decision` and `date` are those of the document that amends the plan.
    """

    id: int
    decision: str
    date: date
    first_year: int
    file_name: str
    sha256: str
    at: datetime
    actor: str
    reason: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Erratum:
    """A correction to a known error in a filed figure; the file itself stays as it is.

    It holds while the figure in use is still the one stated. `stated` and
    `corrected` are an `Answer`, a number, a text, or None for a blank.
    """

    id: int
    agency: str
    year: int
    field: str
    stated: Answer | float | str | None
    corrected: Answer | float | str | None
    reason: str
    source: str
    at: datetime
    actor: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the record: who did what when, and what it was before and after.

    `subject` names what changed, e.g. "submission:12" or "year:2024"; `before`
    and `after` are JSON objects as text, "" where there is none. `hash` is the
    SHA-256 of everything else, `previous` among it: the chain.
    """

    number: int
    at: datetime
    actor: str
    action: Action
    subject: str
    agency: str
    year: int | None
    before: str
    after: str
    previous: str
    hash: str


class Deed(NamedTuple):
    """One thing that a change did, as the record's entry names it."""

    action: Action
    subject: str
    agency: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of the figures, or of what they rest on, as the record tells of it.

    `number` is the store's revision from then on, `entry` the record's last entry
    of it, `deeds` what was done, in order.
    """

    number: int
    entry: int
    at: datetime
    actor: str
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a plan's files, or in a change of its register: where, and what.

    `file` and `line` (0: not known) are the place, `subject` is what it is about
    there: an agency, an indicator, a key. `at` is its path in the plan's data, by
    which the line can be found. The text is made per language by
    `tbdx.messages.fault_text`.
    """

    code: str
    file: str = ""
    line: int = 0
    subject: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    at: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordFault:
    """Where the record or what it speaks of was changed by hand.

    `code` is one of: entry-missing, entry-changed, chain-broken, row-changed,
    row-missing, row-unrecorded, document-changed, head-unknown. `place` is an
    entry's number, a subject, or a document's hash.
    """

    code: str
    place: str


@dataclass(frozen=True, slots=True)
class SetBack:
    """An entry of the record that was written at an earlier time than the one before it."""

    entry: int
    at: datetime
    before: datetime


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying the record found; `head` is the last entry's hash.

    `set_back` is where the clock had been set back: nothing was changed by hand there,
    and the entries' numbers say their order.
    """

    entries: int
    documents: int
    submissions: int
    head: str
    faults: tuple[RecordFault, ...]
    set_back: tuple[SetBack, ...] = ()
