"""Who has sent what, and what becomes of it: review, versions, receipts, nil returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import pandas as pd

from tbdx import collection, metrics
from tbdx.access import Right, needs
from tbdx.collection import Cell, NextDue, Rates, ReportKey, YearStanding
from tbdx.corrections import corrected, value_at
from tbdx.i18n import language
from tbdx.model import (
    Answer,
    CheckedFile,
    Finding,
    NilReturn,
    Phase,
    ReviewState,
    Severity,
    Submission,
    TbdxError,
)
from tbdx.plan import Plan
from tbdx.service import closed
from tbdx.service.desk import UseCases, require_confirmation, require_reason
from tbdx.service.view import Basis, Row, Value
from tbdx.store import Store
from tbdx.workbook.annotating import AnnotatedCopy, copy_name
from tbdx.workbook.receipts import ReceiptFacts, write_receipt

Owned = TypeVar("Owned", Submission, NilReturn, YearStanding)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One answer in two versions, with the cell it stands in in each."""

    field: str
    before: Value
    after: Value
    before_cell: str
    after_cell: str

    @property
    def change(self) -> float | None:
        """How much a figure grew, in its own unit."""
        if isinstance(self.before, float) and isinstance(self.after, float):
            return self.after - self.before
        return None

    @property
    def change_pct(self) -> float | None:
        """How much a figure grew, in percent of what it was."""
        if self.change is None or not isinstance(self.before, float) or not self.before:
            return None
        return 100 * self.change / self.before


@dataclass(frozen=True, slots=True)
class Effect:
    """What one indicator of one year is with the one version and with the other."""

    indicator: str
    year: int
    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions of one report: every answer that is not the same."""

    before: Submission
    after: Submission
    fields: tuple[FieldChange, ...]


ABOUT_ACCEPTANCE = frozenset(
    {
        "already-stored",
        "replaces-report",
        "estimate-after-final",
        "repeated-report",
        "returned-before",
    }
)
"""Remarks for those who accept a report; its sender has nothing to mend there."""

SHOWN_OF_A_RESULT = ("numerator", "denominator", "missing", "value_pct", "status", "reason")
"""What tells two results of an indicator apart."""


class Reviewing(UseCases):
    """The use cases around submissions that are stored. Safe to share between threads.

    An agency's people see what is their own of it; the rest is not there for them.
    """

    # --- looking ----------------------------------------------------------------------------

    @needs(Right.RESULTS)
    def next_due(self) -> tuple[NextDue | None, NextDue | None]:
        """The next due date of the agencies, and of the province's own report."""
        plan, now = self._desk.current.plan, self._desk.now()
        own = plan.consolidated
        return (
            collection.next_due(plan, now),
            collection.next_due(plan, now, own) if own else None,
        )

    @needs(Right.ROUNDS)
    def standings(self, year: int) -> list[YearStanding]:
        """How each agency in existence on the due date stands with one year."""
        store, sample = self._desk.stage()
        current, now = self._desk.current, self._desk.now()

        def work_out() -> list[YearStanding]:
            sent, stated = store.arrivals([year]), store.nil_returns([year])
            return collection.standings(current.plan, year, sent, stated, now)

        key = ("standings", sample, year, current.plan.due.day_of(now))
        return self._own(current.kept(key, work_out))

    @needs(Right.ROUNDS)
    def sent(self, *, sample: bool = False) -> list[Submission]:
        """Every submission, the oldest first.

        Of the illustrative reports with `sample`, else of the real ones, even while there are none.
        """
        store = self._desk.sample_store() if sample else self._desk.store
        return self._own(store.submissions()[::-1])

    @needs(Right.ROUNDS)
    def everything(
        self, at: datetime | None = None, *, sample: bool = False
    ) -> tuple[list[Submission], dict[int, list[YearStanding]]]:
        """What was `sent`, and how each agency stands with each year (at a time)."""
        store = self._desk.sample_store() if sample else self._desk.store
        plan, now = self._desk.current.plan, at or self._desk.now()
        found, stated = self.sent(sample=sample), store.nil_returns()
        sent: dict[int, list[Submission]] = {year: [] for year in plan.all_years}
        for submission in found:
            sent.setdefault(submission.year, []).append(submission)
        return found, {
            year: self._own(collection.standings(plan, year, sent[year], stated, now))
            for year in plan.all_years
        }

    @needs(Right.ROUNDS)
    def rates(self, year: int, standings: Sequence[YearStanding] | None = None) -> Rates:
        """One year's round in counts; `standings` of that year, where they are at hand."""
        return collection.rates(year, self.standings(year) if standings is None else standings)

    @needs(Right.ROUNDS)
    def cells(
        self, agencies: Sequence[str], years: Sequence[int]
    ) -> dict[ReportKey, Cell[Submission]]:
        """How it stands with these agencies' reports, by agency, year and phase."""
        scope = self.person.scope(Right.ROUNDS)
        agencies = [agency for agency in agencies if scope is None or agency in scope]
        store, sample = self._desk.stage()
        current, now = self._desk.current, self._desk.now()

        def work_out() -> dict[ReportKey, Cell[Submission]]:
            found = store.submissions(agencies=agencies, years=years)
            nil = store.nil_returns(years)
            return collection.cells(current.plan, agencies, years, found, nil, now)

        today = current.plan.due.day_of(now)
        cells = current.kept(("cells", sample, *agencies, *years, today), work_out)
        if scope is None:
            return cells
        return {
            key: replace(cell, submission=cell.submission and self._as_theirs(cell.submission))
            for key, cell in cells.items()
        }

    @needs(Right.ROUNDS)
    def waiting(self) -> list[Submission]:
        """What waits for review, the oldest first."""
        found = self._desk.store.submissions(states=[ReviewState.WAITING])
        return self._own(sorted(found, key=lambda s: (s.received_at, s.id)))

    @needs(Right.ROUNDS)
    def history(self, agency: str, year: int) -> list[Submission]:
        """Every version of one agency's report for one year, the newest first.

        Raises TbdxError: not-allowed.
        """
        self.person.require(Right.ROUNDS, [agency])
        return self._own(self._desk.stage()[0].submissions(agencies=[agency], years=[year]))

    @needs(Right.ROUNDS)
    def nil_returns(self, agency: str, year: int) -> list[NilReturn]:
        """Whether the agency stated that it has nothing to report for this year.

        Raises TbdxError: not-allowed.
        """
        self.person.require(Right.ROUNDS, [agency])
        found = self._desk.stage()[0].nil_returns([year])
        return [nil for nil in found if nil.agency == agency]

    @needs(Right.ROUNDS)
    def submission(self, submission_id: int) -> Submission:
        """One submission. Raises TbdxError: unknown-submission."""
        return self._one(Right.ROUNDS, submission_id)

    @needs(Right.ROUNDS)
    def remarks(self, submission_id: int) -> tuple[Finding, ...]:
        """What checking had to say about its file.

        Raises TbdxError: unknown-submission, not-allowed, as of a file in which others report.
        """
        self._file_of(Right.ROUNDS, submission_id)
        return self._desk.stage()[0].remarks(submission_id)

    @needs(Right.ROUNDS)
    def remark_counts(self, ids: Sequence[int]) -> dict[int, int]:
        """How much checking had to say about the files of these submissions."""
        if self.person.scope(Right.ROUNDS) is not None:
            own = self._own(self._desk.stage()[0].submissions(ids=ids))
            ids = [submission.id for submission in own if not self._shared(submission)]
        return self._desk.stage()[0].remark_counts(ids)

    def _one(self, right: Right, submission_id: int) -> Submission:
        """One submission that a right reaches. Raises TbdxError: unknown-submission, not-allowed."""
        submission = self._desk.stage()[0].submission(submission_id)
        self.person.require(right, [submission.agency])
        return self._as_theirs(submission)

    @needs(Right.ROUNDS)
    def shares_file(self, submission_id: int) -> bool:
        """Whether its file holds reports that are not the person's, so that it is not theirs to see.

        Raises TbdxError: unknown-submission, not-allowed.
        """
        return self._shared(self._one(Right.ROUNDS, submission_id))

    def _shared(self, submission: Submission) -> bool:
        scope = self.person.scope(Right.ROUNDS)
        return scope is not None and not scope.issuperset(self._reporters(submission))

    def _as_theirs(self, one: Owned) -> Owned:
        """A submission without the word on its file's remarks, where these are others', too."""
        if isinstance(one, Submission) and one.confirmation and self._shared(one):
            return replace(one, confirmation="")
        return one

    def _file_of(self, right: Right, submission_id: int) -> Submission:
        """One submission whose whole file a person may see: others may have reported in it, too.

        Raises TbdxError: unknown-submission, not-allowed.
        """
        submission = self._one(right, submission_id)
        self.person.require(right, self._reporters(submission))
        return submission

    def _reporters(self, submission: Submission) -> frozenset[str]:
        """The agencies whose reports came in the same file."""
        return self._desk.stage()[0].reporters_in(submission.sha256)

    def _own(self, found: list[Owned]) -> list[Owned]:
        """Those that are of an agency that the person may see."""
        scope = self.person.scope(Right.ROUNDS)
        if scope is None:
            return found
        return [self._as_theirs(one) for one in found if one.agency in scope]

    # --- deciding ---------------------------------------------------------------------------

    @needs(Right.DECIDE)
    def accept(
        self, ids: Sequence[int], confirmation: str = "", *, by: str | None = None
    ) -> list[Submission]:
        """Accept what waits; `confirmation` is a word on remarks that nobody spoke to yet.

        Raises TbdxError: unknown-submission, wrong-state, confirmation-needed,
        year-closed, closed-year-touched, unknown-agency or agency-not-in-year where
        the agency does not count by the register as it stands, changed-meanwhile.
        """
        found = [s for s in self._those(ids) if not s.confirmation]
        files = {s.receipt: s for s in found}  # reports that came in one file share its remarks
        silent = [s.file_name for s in files.values() if self._desk.store.remarks(s.id)]
        confirmation = require_confirmation(silent, confirmation)
        return self._decide(ids, ReviewState.ACCEPTED, by, confirmation=confirmation)

    @needs(Right.DECIDE)
    def return_(
        self, ids: Sequence[int], reason: str, *, by: str | None = None
    ) -> list[Submission]:
        """Return what waits, with the reason that its sender is told.

        Raises TbdxError: reason-needed, unknown-submission, wrong-state, year-closed.
        """
        return self._decide(ids, ReviewState.RETURNED, by, reason=require_reason(reason))

    @needs(Right.DECIDE)
    def reopen(self, ids: Sequence[int], reason: str, *, by: str | None = None) -> list[Submission]:
        """Let what was accepted or returned wait for review again.

        Raises TbdxError: reason-needed, unknown-submission, wrong-state, year-closed,
        closed-year-touched.
        """
        return self._decide(ids, ReviewState.WAITING, by, reason=require_reason(reason))

    @needs(Right.DECIDE)
    def choose(self, submission_id: int, reason: str, *, by: str | None = None) -> Submission:
        """Let this accepted version count in place of another, until a newer one is accepted.

        Raises TbdxError: reason-needed, unknown-submission, wrong-state, already-chosen,
        changed-meanwhile where another was chosen just now, year-closed, closed-year-touched.
        """
        store, now, actor = self._desk.store, self._desk.now(), self._actor(by)
        reason, chosen = require_reason(reason), store.chosen()
        guard = closed.guard(self._desk)
        store.choose(submission_id, now, actor, reason, chosen=chosen, foreseen=guard)
        return store.submission(submission_id)

    @needs(Right.DECIDE)
    def declare_nil(
        self, agency: str, year: int, phase: Phase, reason: str, *, by: str | None = None
    ) -> None:
        """Keep an agency's statement that it has nothing to report.

        Raises TbdxError: reason-needed, unknown-agency, agency-not-in-year, nil-exists, …
        """
        plan = self._desk.current.plan
        require_in_force(plan, agency, year)
        reason = require_reason(reason)
        self._desk.store.declare_nil(agency, year, phase, self._desk.now(), self._actor(by), reason)

    @needs(Right.DECIDE)
    def withdraw_nil(
        self, agency: str, year: int, phase: Phase, reason: str, *, by: str | None = None
    ) -> None:
        """Take such a statement back. Raises TbdxError: reason-needed, nil-unknown, year-closed."""
        reason = require_reason(reason)
        self._desk.store.withdraw_nil(
            agency, year, phase, self._desk.now(), self._actor(by), reason
        )

    def _those(self, ids: Sequence[int]) -> list[Submission]:
        found = {s.id: s for s in self._desk.store.submissions(ids=ids)}
        for submission_id in ids:
            if submission_id not in found:
                raise TbdxError("unknown-submission", found=str(submission_id))
        return [found[submission_id] for submission_id in ids]

    def _decide(
        self,
        ids: Sequence[int],
        state: ReviewState,
        by: str | None,
        *,
        reason: str = "",
        confirmation: str = "",
    ) -> list[Submission]:
        current = self._desk.current
        if state is ReviewState.ACCEPTED:
            for submission in self._those(ids):
                require_in_force(current.plan, submission.agency, submission.year)
        self._desk.store.decide(
            ids,
            state,
            self._desk.now(),
            self._actor(by),
            reason=reason,
            confirmation=confirmation,
            register=current.register if state is ReviewState.ACCEPTED else None,
            foreseen=None if state is ReviewState.RETURNED else closed.guard(self._desk),
        )
        return self._those(ids)

    # --- versions ---------------------------------------------------------------------------

    @needs(Right.ROUNDS)
    def difference(self, before_id: int, after_id: int) -> Difference:
        """Every answer that differs between two versions of one report.

        Raises TbdxError: unknown-submission, not-comparable (of two agencies or years).
        """
        store, _ = self._desk.stage()
        before, after = (self._one(Right.ROUNDS, number) for number in (before_id, after_id))
        _require_comparable(before, after)
        return self._difference(before, after, dict(_by_submission(store, [before_id, after_id])))

    def _difference(
        self, before: Submission, after: Submission, answers: Mapping[int, pd.DataFrame]
    ) -> Difference:
        nothing = pd.DataFrame(columns=["field", "sheet", "cell", "number", "text"])
        old, new = (self._values(answers.get(s.id, nothing)) for s in (before, after))
        blank: tuple[Value, str] = (None, "")
        pairs = [
            (name, old.get(name, blank), new.get(name, blank))
            for name in dict.fromkeys([*new, *old])
        ]
        return Difference(
            before,
            after,
            tuple(
                FieldChange(name, was[0], becomes[0], was[1], becomes[1])
                for name, was, becomes in pairs
                if was[0] != becomes[0]
            ),
        )

    def _values(self, own: pd.DataFrame) -> dict[str, tuple[Value, str]]:
        """One submission's answers by field, each with its place."""
        kinds = {question.name: question.kind for question in self._desk.base.form.field}
        values: dict[str, tuple[Value, str]] = {}
        for place, (name, sheet, cell) in enumerate(
            zip(own["field"], own["sheet"], own["cell"], strict=True)
        ):
            value = value_at(own, place)
            if isinstance(value, str) and kinds.get(name) == "answer":
                value = Answer(value)
            values[name] = (value, f"{sheet} {cell}")
        return values

    @needs(Right.ROUNDS)
    def effects(
        self,
        before_id: int | None,
        after_id: int | None,
        basis: Basis = Basis(),  # noqa: B008 (frozen)
    ) -> list[Effect]:
        """What the indicators are if the one version counts, and if the other does.

        None stands for no report at all. All else is as in the view, corrections included.
        Raises TbdxError: unknown-submission, not-comparable (of two agencies or years).
        """
        store, _ = self._desk.stage()
        ids = [number for number in (before_id, after_id) if number is not None]
        if not ids:
            return []
        subject, *other = (self._one(Right.ROUNDS, number) for number in ids)
        _require_comparable(subject, *other)
        view = self._desk.view(basis)
        answers = dict(_by_submission(store, ids))
        rest = view.answers[
            (view.answers["agency"] != subject.agency) | (view.answers["year"] != subject.year)
        ]

        def results(number: int | None) -> dict[tuple[str, int], Row]:
            together = rest
            if number in answers:
                own, _ = corrected(answers[number], view.errata)
                wide = metrics.answers_of(own, view.plan)
                together = pd.concat([rest, wide], ignore_index=True) if len(rest) else wide
            found = metrics.indicators(together, view.plan, view.targets)
            return {(row["indicator"], row["year"]): row for row in found.to_dict("records")}

        old, new = results(before_id), results(after_id)
        return [
            Effect(*key, old[key], new[key])
            for key in new
            if any(_differ(old[key][name], new[key][name]) for name in SHOWN_OF_A_RESULT)
        ]

    @needs(Right.ROUNDS)
    def revisions(self, year: int) -> dict[str, Difference]:
        """What final figures changed of the estimates of one year, by agency."""
        store, _ = self._desk.stage()
        newest: dict[str, dict[Phase, Submission]] = {}
        accepted = self._own(store.submissions(years=[year], states=[ReviewState.ACCEPTED]))
        for s in sorted(accepted, key=lambda s: not s.counts):  # what counts, then the newest
            newest.setdefault(s.agency, {}).setdefault(s.phase, s)
        pairs = {
            agency: (own[Phase.ESTIMATE], own[Phase.FINAL])
            for agency, own in sorted(newest.items())
            if len(own) == len(Phase)
        }
        answers = dict(_by_submission(store, [s.id for pair in pairs.values() for s in pair]))
        return {agency: self._difference(*pair, answers) for agency, pair in pairs.items()}

    # --- files ------------------------------------------------------------------------------

    @needs(Right.FILES)
    def original(self, submission_id: int) -> tuple[str, bytes]:
        """The file as it was received: its name then, and its bytes."""
        store, _ = self._desk.stage()
        submission = self._file_of(Right.FILES, submission_id)
        return submission.file_name, store.document(submission.sha256)[1]

    @needs(Right.FILES)
    def annotated(self, submission_id: int, language_code: str) -> AnnotatedCopy:
        """The file as it was received with what was remarked on marked in it.

        What concerns only those who accept it is left out. Of a returned one the
        reason stands among the remarks.
        """
        store, _ = self._desk.stage()
        submission = self._file_of(Right.FILES, submission_id)
        name, content = self.original(submission_id)
        findings = tuple(f for f in store.remarks(submission_id) if f.code not in ABOUT_ACCEPTANCE)
        if submission.state is ReviewState.RETURNED:
            findings = (*findings, returned_finding(submission))
        file = CheckedFile.of(name, content, findings=findings)
        return self._desk.reader.annotate(file, language_code)

    @needs(Right.FILES)
    def annotated_name(self, submission_id: int) -> str:
        """What the annotated copy is called that is made when it is asked for."""
        return copy_name(self._one(Right.FILES, submission_id).file_name)

    @needs(Right.FILES)
    def receipt(self, submission_id: int) -> ReceiptFacts:
        """What the sender of a file keeps: number, time, hash, verdict.

        Raises TbdxError: unknown-submission.
        """
        store, sample = self._desk.stage()
        submission = self._one(Right.FILES, submission_id)
        entry = store.entry(submission.receipt)
        together = self._own(store.submissions(receipt=submission.receipt))
        return ReceiptFacts(
            plan=self._desk.current.plan,
            number=submission.receipt,
            recorded_at=entry.at if entry else submission.received_at,
            proof=entry.hash if entry else "",
            size=len(store.document(submission.sha256)[1]),
            remarks=0 if self._shared(submission) else len(store.remarks(submission.id)),
            submissions=tuple(reversed(together)),
            sample=sample,
        )

    @needs(Right.FILES)
    def receipt_file(self, submission_id: int, language_code: str) -> bytes:
        """The receipt as a small printable workbook."""
        return write_receipt(self.receipt(submission_id), language(language_code))


def _require_comparable(*versions: Submission) -> None:
    """Raises TbdxError: not-comparable for reports of two agencies or years."""
    first, last = versions[0], versions[-1]
    if (first.agency, first.year) != (last.agency, last.year):
        raise TbdxError("not-comparable", found=str(first.id), expected=str(last.id))


def _by_submission(store: Store, ids: Sequence[int]) -> Iterator[tuple[int, pd.DataFrame]]:
    """Each submission's answers as a panel of its own; those that hold none are left out."""
    for number, own in store.answers(ids).groupby("submission"):
        yield int(str(number)), own.reset_index(drop=True)


def _differ(one: object, other: object) -> bool:
    return not (one == other or (pd.isna(one) and pd.isna(other)))  # type: ignore[call-overload]


def returned_finding(submission: Submission) -> Finding:
    """The reason for which a report was returned, as a remark on the whole file."""
    return Finding("returned", Severity.BLOCKING, found=submission.reason)


def require_in_force(plan: Plan, agency_id: str, year: int) -> None:
    """Raises TbdxError: unknown-agency, unknown-year, agency-not-in-year."""
    agency = plan.agency(agency_id)
    current = plan.agencies_in(plan.require_year(year))
    if agency not in current:
        known = ", ".join(other.id for other in current)
        raise TbdxError("agency-not-in-year", found=agency_id, year=year, expected=known)
