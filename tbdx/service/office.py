"""What the office decides beside reports: closed years, register, plan versions, errata.

And what it keeps and sends: the record of everything, and reminders.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Any, Literal

from tbdx import collection, messages
from tbdx.access import Needed, Right, needs
from tbdx.amendments import Difference, differences
from tbdx.collection import SENT, Rates, YearStanding
from tbdx.corrections import value_at
from tbdx.i18n import DEFAULT, language
from tbdx.model import (
    Action,
    Answer,
    CellState,
    ClosedYear,
    Entry,
    Erratum,
    Finding,
    PlanVersion,
    ReviewState,
    Severity,
    Submission,
    Target,
    TbdxError,
    Verification,
)
from tbdx.plan import Agency, Plan, Question
from tbdx.register import (
    RegisterChange,
    RegisterEvent,
    as_far_as_possible,
    events,
    first_year,
    with_changes,
)
from tbdx.reminders import Draft, remind, tell_return
from tbdx.service import closed
from tbdx.service.desk import Current, Unusable, UseCases, require_reason
from tbdx.service.reviewing import Reviewing, require_in_force
from tbdx.service.view import Basis, View
from tbdx.words import clean, fold, says_something
from tbdx.workbook import form_file_name, write_form
from tbdx.workbook.sheets import as_text
from tbdx.workbook.values import exceeded

Value = Answer | float | str | None

_OF_SOME_AGENCIES = ("table/", "chart/")  # exports that are right of a view cut to some agencies

SAME_WORK = timedelta(minutes=30)
"""Sessions of one name that begin within so much of the last one told are not told themselves."""

Taken = Literal["original", "annotated", "return-notice"]
"""Which file of a submission."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amended appendix as it was read, before it is adopted.

    It is to hold from `first_year` on. `differences` are those to the targets that
    were in force by the plan's `versions` (their numbers) when it was read;
    `acceptable` is whether no finding stands in the way.
    """

    file_name: str
    content: bytes
    targets: tuple[Target, ...]
    findings: tuple[Finding, ...]
    differences: tuple[Difference, ...]
    first_year: int
    versions: tuple[int, ...]

    @property
    def acceptable(self) -> bool:
        return bool(self.targets) and all(
            finding.severity is Severity.REMARK for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change to the register would do.

    first_year  the first reporting year that it concerns
    begins      the agencies as they would be that are new, or bear a new name
    ends        the agencies as they are that would no longer exist
    """

    first_year: int
    begins: tuple[Agency, ...]
    ends: tuple[Agency, ...]


@dataclass(frozen=True, slots=True)
class FiledFigure:
    """One answer in use as it was filed, before any correction, and where it stands."""

    field: str
    value: Value
    sheet: str
    cell: str


class Office(UseCases):
    """The use cases of the office. Safe to share between threads."""

    # --- years ------------------------------------------------------------------------------

    @property
    @needs(Right.RESULTS)
    def closed_years(self) -> Mapping[int, ClosedYear]:
        """The years that are locked."""
        return self._desk.current.closed_years

    @needs(Right.ROUNDS)
    def rounds(self) -> list[Rates]:
        """Every year's round in counts; of real reports, even while there are none."""
        scope, years = self.person.scope(Right.ROUNDS), self._desk.current.plan.all_years
        return [
            collection.rates(
                year, [s for s in self._standings(year) if scope is None or s.agency in scope]
            )
            for year in years
        ]

    def _standings(self, year: int) -> list[YearStanding]:
        """How each agency stands with a year, by real reports alone."""
        current, store, now = self._desk.current, self._desk.store, self._desk.now()

        def work_out() -> list[YearStanding]:
            sent, stated = store.arrivals([year]), store.nil_returns([year])
            return collection.standings(current.plan, year, sent, stated, now)

        key = ("real standings", year, current.plan.due.day_of(now))
        return current.kept(key, work_out)

    @needs(Right.OFFICE)
    def close_year(self, year: int, reason: str, *, by: str | None = None) -> None:
        """Lock a year: nothing of it changes until it is opened.

        Raises TbdxError: unknown-year, reason-needed, waiting-left (count) while
        something of it waits for review, year-closed.
        """
        self._desk.current.plan.require_year(year)
        reason = require_reason(reason)
        self._desk.store.close_year(year, self._desk.now(), self._actor(by), reason)

    @needs(Right.OFFICE)
    def open_year(self, year: int, reason: str, by: str) -> None:
        """Unlock a year, by name and reason.

        Raises TbdxError: name-needed, reason-needed, year-open.
        """
        by = self.person.id or clean(by)
        if not says_something(by):
            raise TbdxError("name-needed", found=by)
        self._desk.store.open_year(year, self._desk.now(), by, require_reason(reason))

    # --- the register -----------------------------------------------------------------------

    @needs(Right.RESULTS)
    def register_events(self) -> list[RegisterEvent]:
        """Everything that happened to the agencies and the province, in order."""
        return events(self._desk.current.plan)

    @needs(Right.RESULTS)
    def register_changes(self) -> tuple[tuple[int, RegisterChange], ...]:
        """The changes entered here, with their numbers."""
        return self._desk.current.changes

    @needs(Right.RESULTS)
    def unusable_changes(self) -> tuple[Unusable, ...]:
        """The changes entered here that cannot be applied; they are left out until withdrawn."""
        return self._desk.current.unusable

    @needs(Right.OFFICE)
    def foresee(self, change: RegisterChange) -> Foreseen:
        """What a change to the register would do. Enters nothing.

        Raises TbdxError: register-invalid, register-has-reports (agency, year)
        where an agency that would no longer count has reported, and was not returned its report.
        """
        return self._foresee(self._desk.current, change)

    def _foresee(self, current: Current, change: RegisterChange) -> Foreseen:
        changed = self._changed(current, [*(known for _, known in current.changes), change])
        start = first_year(change, current.plan)
        for year in range(max(start, changed.years.first), changed.years.last + 1):
            gone = {a.id for a in current.plan.agencies_in(year)}
            gone -= {a.id for a in changed.agencies_in(year)}
            standing = [ReviewState.WAITING, ReviewState.ACCEPTED]
            for submission in self._desk.store.submissions(
                agencies=sorted(gone), years=[year], states=standing
            ):
                name = current.plan.agency(submission.agency).name_vi
                raise TbdxError("register-has-reports", agency=name, year=year)
        ends = change.predecessors if change.kind == "merged" else (change.agency,)
        return Foreseen(
            start,
            () if change.kind == "closed" else (changed.agency(change.agency),),
            tuple(map(current.plan.agency, ends)) if change.kind in ("closed", "merged") else (),
        )

    @needs(Right.OFFICE)
    def change_register(self, change: RegisterChange, *, by: str | None = None) -> int:
        """Enter a change to the register; its number.

        Raises TbdxError: as `foresee`; changed-meanwhile, year-closed.
        """
        current = self._desk.current
        start = self._foresee(current, change).first_year
        text = change.model_dump_json(exclude_defaults=True)
        store, now, actor = self._desk.store, self._desk.now(), self._actor(by)
        return store.add_register_change(
            text, start, now, actor, expected_revision=current.revision
        )

    def _changed(self, current: Current, changes: Sequence[RegisterChange]) -> Plan:
        """The plan with exactly these changes. Raises TbdxError: register-invalid."""
        changed = with_changes(self._desk.base, changes)
        held = dict(enumerate(changes, start=-len(changes)))
        left_out = {u.number: u.change for u in current.unusable if u.change is not None}
        _, faults = as_far_as_possible(self._desk.base, held | left_out)
        begins = sorted(set(left_out) - set(faults))
        if begins:  # nobody has looked at what they would do
            said = [f"change {number} would begin to hold: withdraw it first" for number in begins]
            raise TbdxError("register-invalid", faults=said)
        return changed

    @needs(Right.OFFICE)
    def withdraw_register_change(self, number: int, reason: str, *, by: str | None = None) -> None:
        """Take a change back.

        Raises TbdxError: reason-needed, unknown-entry, register-invalid,
        register-has-reports, changed-meanwhile, year-closed.
        """
        reason = require_reason(reason)
        current = self._desk.current
        start = self._require_withdrawable(current, number)
        store, now, actor = self._desk.store, self._desk.now(), self._actor(by)
        store.withdraw_register_change(
            number, start, now, actor, reason, expected_revision=current.revision
        )

    def _require_withdrawable(self, current: Current, number: int) -> int:
        """The first year that taking a change back concerns."""
        if number in {unusable.number for unusable in current.unusable}:
            return current.plan.years.last + 1  # it was left out: no year changes
        known = dict(current.changes)
        if number not in known:
            raise TbdxError("unknown-entry", found=str(number))
        left = [change for other, change in current.changes if other != number]
        changed = self._changed(current, left)
        staying = {agency.id for agency in changed.agencies}
        gone = sorted({agency.id for agency in current.plan.agencies} - staying)
        for submission in self._desk.store.submissions(agencies=gone):
            name = current.plan.agency(submission.agency).name_vi
            raise TbdxError("register-has-reports", agency=name, year=submission.year)
        return first_year(known[number], current.plan)

    @needs(Right.OFFICE)
    def new_id(self, name: str, day: date) -> str:
        """An id for a new agency: its name without diacritics, and the year if it is taken."""
        plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")
        taken = {agency.id for agency in self._desk.current.plan.agencies}
        wanted = plain or "co-quan"
        if wanted in taken:
            wanted = f"{wanted}-{day.year}"
        while wanted in taken:
            wanted += "-moi"
        return wanted

    # --- the plan ---------------------------------------------------------------------------

    @needs(Right.RESULTS)
    def plan_versions(self) -> tuple[PlanVersion, ...]:
        """The amended appendices in the order of their adoption, withdrawn ones included."""
        return tuple(version for version, _ in self._desk.current.versions)

    @needs(Right.RESULTS)
    def printed_targets(self) -> tuple[tuple[PlanVersion | None, tuple[Target, ...]], ...]:
        """What each appendix prints: the one first issued (None), then every amended one.

        In the order of their adoption, withdrawn ones included.
        """
        current = self._desk.current
        return ((None, current.original), *current.versions)

    @needs(Right.RESULTS)
    def appendix(self, version_id: int | None) -> tuple[str, bytes]:
        """The file of an amended appendix, or with None of the one first issued: name and bytes.

        Raises TbdxError: unknown-entry.
        """
        if version_id is None:
            path = self._desk.base.appendix_path
            return path.name, path.read_bytes()
        for version in self.plan_versions():
            if version.id == version_id:
                return version.file_name, self._desk.store.document(version.sha256)[1]
        raise TbdxError("unknown-entry", found=str(version_id))

    @needs(Right.OFFICE)
    def read_amendment(self, file: tuple[str, bytes], first_year: int) -> Amendment:
        """An amended appendix (name, bytes) beside the targets in force. Stores nothing.

        Raises TbdxError: unknown-year.
        """
        current = self._desk.current
        current.plan.require_year(first_year)
        name, content = file
        targets, findings = self._desk.reader.read_appendix(content)
        later = [v.first_year for v in current.amendments if v.first_year > first_year]
        until = min(later, default=current.plan.years.last + 1)  # there the later version holds
        found = tuple(
            replace(d, adopted=d.adopted and d.year < until)
            for d in differences(current.targets, targets, first_year)
        )
        held = tuple(v.id for v, _ in current.versions if v.withdrawn_at is None)
        return Amendment(clean(name), content, targets, findings, found, first_year, held)

    @needs(Right.OFFICE)
    def judged_anew(self, amendment: Amendment) -> list[int]:
        """The years that have accepted reports and would be judged by other targets."""
        changed = {d.year for d in amendment.differences if d.adopted}
        return [year for year in self._desk.store.years_reported() if year in changed]

    @needs(Right.OFFICE)
    def adopt_plan(
        self,
        amendment: Amendment,
        decision: str,
        issued: date,
        reason: str = "",
        *,
        by: str | None = None,
    ) -> PlanVersion:
        """Let an amended appendix hold from its first year on; earlier years keep their targets.

        Raises TbdxError: amendment-faulty, decision-needed, year-closed, changed-meanwhile
        where it was compared with other versions of the plan than there are now.
        """
        decision = clean(decision)
        if not any(map(str.isalnum, decision)):
            raise TbdxError("decision-needed", found=decision)
        if not amendment.acceptable:
            raise TbdxError("amendment-faulty", file=amendment.file_name)
        return self._desk.store.adopt_plan(
            (amendment.file_name, amendment.content),
            decision,
            issued,
            amendment.first_year,
            self._desk.now(),
            self._actor(by),
            clean(reason),
            versions=amendment.versions,
        )

    @needs(Right.OFFICE)
    def withdraw_plan(self, number: int, reason: str, *, by: str | None = None) -> None:
        """Take an adopted appendix back. Raises TbdxError: reason-needed, unknown-entry, …"""
        reason = require_reason(reason)
        self._desk.store.withdraw_plan(number, self._desk.now(), self._actor(by), reason)

    # --- corrections ------------------------------------------------------------------------

    @needs(Right.FIGURES)
    def errata(self) -> tuple[Erratum, ...]:
        """The corrections to filed figures, withdrawn ones included."""
        scope = self.person.scope(Right.FIGURES)
        known = self._desk.current.errata
        return known if scope is None else tuple(e for e in known if e.agency in scope)

    @needs(Right.FIGURES)
    def filed(self, agency: str, year: int) -> list[FiledFigure]:
        """Every answer of the report in use as it was filed, before any correction."""
        self.person.require(Right.FIGURES, [agency])
        store, form = self._desk.store, self._desk.current.plan.form
        sent = store.submissions(agencies=[agency], years=[year])
        rows = store.answers([submission.id for submission in sent if submission.counts])
        figures = []
        for place, (field, sheet, cell) in enumerate(
            zip(rows["field"], rows["sheet"], rows["cell"], strict=True)
        ):
            value, question = value_at(rows, place), form.question(field)
            if isinstance(value, str) and question is not None and question.kind == "answer":
                value = Answer(value)
            figures.append(FiledFigure(field, value, sheet, cell))
        return figures

    @needs(Right.FIGURES)
    def stated(self, agency: str, year: int, field: str) -> Value:
        """The figure in use as it was filed. Raises TbdxError: no-such-figure."""
        for figure in self.filed(agency, year):
            if figure.field == field:
                return figure.value
        raise TbdxError("no-such-figure", agency=agency, year=year, field=field)

    @needs(Right.OFFICE)
    def correct(
        self,
        agency: str,
        year: int,
        field: str,
        value: Value,
        reason: str,
        source: str,
        *,
        by: str | None = None,
    ) -> int:
        """Enter a correction to the figure in use; its number. The filed workbook stays as it is.

        Raises TbdxError: unknown-agency, unknown-year, agency-not-in-year,
        no-such-figure, value-not-possible, part-too-large, reason-needed,
        source-needed, changed-meanwhile where somebody else corrected it just now,
        year-closed, closed-year-touched.
        """
        plan = self._desk.current.plan
        require_in_force(plan, agency, year)
        stated = self.stated(agency, year, field)
        question = plan.form.question(field)
        if value == stated or not _fits(value, question):
            raise TbdxError("value-not-possible", found=str(value), field=field)
        reason = require_reason(reason)
        if not any(map(str.isalnum, source)):
            raise TbdxError("source-needed", found=source)
        source, now, actor = clean(source), self._desk.now(), self._actor(by)
        known = self.errata()
        number = max((erratum.id for erratum in known), default=0) + 1
        new = Erratum(number, agency, year, field, stated, value, reason, source, now, actor)
        self._require_correctable(new, (*known, new))
        return self._desk.store.add_erratum(
            (agency, year, field),
            (stated, value),
            reason,
            source,
            now,
            actor,
            known=[erratum.id for erratum in known],
        )

    def _require_correctable(self, changed: Erratum, errata: tuple[Erratum, ...]) -> None:
        """Refuse corrections that, one of them changed, give figures that cannot be together.

        As the form's own check does. Raises TbdxError: part-too-large, closed-year-touched.
        """
        agency, year, plan = changed.agency, changed.year, self._desk.current.plan
        if year in self.closed_years:
            return  # the store refuses it, whatever it says
        view = self._desk.view_of(self._desk.store, False, Basis())
        values = replace(view, errata=errata).reported(agency, year)
        for indicator in plan.indicators:
            whole = exceeded(indicator, values)
            if whole is not None and changed.field in (indicator.numerator, indicator.denominator):
                words = language(DEFAULT)
                raise TbdxError(
                    "part-too-large",
                    part=messages.field_label(indicator.numerator, words, plan),
                    whole=messages.field_label(indicator.denominator, words, plan),
                    found=as_text(values[indicator.numerator]),
                    expected=as_text(whole),
                )
        closed.require_kept_with(self._desk, errata)

    @needs(Right.OFFICE)
    def withdraw_correction(self, number: int, reason: str, *, by: str | None = None) -> None:
        """Take a correction back.

        Raises TbdxError: reason-needed, unknown-entry, part-too-large, year-closed,
        closed-year-touched.
        """
        reason = require_reason(reason)
        known = self.errata()
        for held in known:
            if held.id == number and held.withdrawn_at is None:
                self._require_correctable(held, tuple(e for e in known if e is not held))
        store, now, actor = self._desk.store, self._desk.now(), self._actor(by)
        store.withdraw_erratum(number, now, actor, reason)

    # --- reminders --------------------------------------------------------------------------

    @needs(Right.OFFICE)
    def contacts(self) -> dict[str, str]:
        """The agencies' e-mail addresses."""
        return self._desk.store.contacts()

    @needs(Right.OFFICE)
    def set_contact(self, agency: str, address: str, *, by: str | None = None) -> None:
        """Keep an agency's e-mail address, or with "" forget it.

        Raises TbdxError: unknown-agency, address-not-possible.
        """
        self._desk.current.plan.agency(agency)
        address = clean(address)
        if address:
            require_address(address)
        self._desk.store.set_contact(agency, address, self._desk.now(), self._actor(by))

    @needs(Right.OFFICE)
    def missing(self, year: int) -> list[str]:
        """The agencies that have sent nothing for `year`, in the register's order."""
        return [standing.agency for standing in self.unsent(year)]

    @needs(Right.OFFICE)
    def unsent(self, year: int) -> list[YearStanding]:
        """How those stand that have sent nothing for `year`. Raises TbdxError: unknown-year."""
        self._desk.current.plan.require_year(year)
        return [standing for standing in self._standings(year) if standing.state not in SENT]

    @needs(Right.OFFICE)
    def reminder(self, agency: str, year: int, language_code: str = "vi") -> Draft:
        """One agency's reminder, to be looked at; the record is not told.

        Raises TbdxError: unknown-agency, agency-not-in-year.
        """
        require_in_force(self._desk.current.plan, agency, year)
        view = self._desk.view_of(self._desk.store, False, Basis())
        return self._reminder(view, self.contacts(), agency, year, language_code)

    def _reminder(
        self,
        view: View,
        contacts: Mapping[str, str],
        agency_id: str,
        year: int,
        language_code: str,
    ) -> Draft:
        plan = self._desk.current.plan
        agency = plan.agency(agency_id)
        form = write_form(
            plan,
            agency,
            year,
            previous=view.reported(agency_id, year - 1),
            baseline=view.baseline(agency_id),
        )
        attachments = [(form_file_name(agency, year), form)]
        address, now = contacts.get(agency_id, ""), self._desk.now()
        return remind(plan, agency, year, now, address, attachments, language(language_code))

    @needs(Right.OFFICE)
    def reminders(
        self, year: int, language_code: str = "vi", *, by: str | None = None
    ) -> list[Draft]:
        """A draft to each agency that has sent nothing, with the blank form attached.

        Raises TbdxError: unknown-year.
        """
        view = self._desk.view_of(self._desk.store, False, Basis())
        contacts, missing = self.contacts(), self.missing(year)
        drafts = [self._reminder(view, contacts, id_, year, language_code) for id_ in missing]
        self._tell_drafts([f"reminder:{draft.agency}/{year}" for draft in drafts], drafts, by)
        return drafts

    def _tell_drafts(self, subjects: list[str], drafts: list[Draft], by: str | None) -> None:
        notes = [
            {"subject": subject, "drafts": draft.file_name}
            for subject, draft in zip(subjects, drafts, strict=True)
        ]
        if notes:
            self._desk.store.note(Action.REMINDED, self._desk.now(), self._actor(by), notes)

    @needs(Right.OFFICE)
    def returned(self, year: int) -> list[Submission]:
        """The reports of `year` that were returned and are not there again, in the register's order.

        Estimates and final figures each on their own. Raises TbdxError: unknown-year.
        """
        plan, store, now = self._desk.current.plan, self._desk.store, self._desk.now()
        own = [agency.id for agency in plan.agencies_in(plan.require_year(year))]
        sent, nil = store.submissions(agencies=own, years=[year]), store.nil_returns([year])
        found = collection.cells(plan, own, [year], sent, nil, now).values()
        return [
            cell.submission
            for cell in found
            if cell.state is CellState.RETURNED and cell.submission is not None
        ]

    @needs(Right.OFFICE)
    def return_notices(
        self, year: int, language_code: str = "vi", *, by: str | None = None
    ) -> list[Draft]:
        """A draft to each agency whose report was returned and is not there again.

        Raises TbdxError: unknown-year.
        """
        returned = self.returned(year)
        drafts = [self.return_notice(sent.id, language_code) for sent in returned]
        subjects = [f"return-notice:{sent.agency}/{year}/{sent.phase.value}" for sent in returned]
        self._tell_drafts(subjects, drafts, by)
        return drafts

    @needs(Right.OFFICE)
    def return_notice(self, submission_id: int, language_code: str = "vi") -> Draft:
        """The draft that tells an agency why its report was returned, with the copy to mend.

        Raises TbdxError: unknown-submission, wrong-state.
        """
        reviewing = Reviewing(self._desk).acting(self.person)
        submission = reviewing.submission(submission_id)
        if submission.state is not ReviewState.RETURNED:
            raise TbdxError(
                "wrong-state",
                found=submission.state,
                by=submission.decided_by,
                at=submission.decided_at,
                expected=ReviewState.RETURNED,
            )
        copy = reviewing.annotated(submission_id, language_code)
        plan = self._desk.current.plan
        return tell_return(
            plan,
            plan.agency(submission.agency),
            submission,
            self._desk.now(),
            self.contacts().get(submission.agency, ""),
            [(copy.name, copy.content)],
            language(language_code),
        )

    # --- the record -------------------------------------------------------------------------

    @needs(Right.RECORD)
    def record(
        self,
        *,
        search: str = "",
        names: Mapping[Action, str] | None = None,
        actions: Sequence[Action] = (),
        agency: str = "",
        year: int | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """The entries of the record that fit, the newest first; `search` ignores diacritics.

        It finds what an entry says and, where `names` tells what kinds are called, its kind.
        """
        return self._desk.store.record(
            search=search,
            names=names,
            actions=actions,
            agency=agency,
            year=year,
            since=since,
            limit=limit,
        )

    @needs(Right.RECORD)
    def verify(self, head: str = "") -> Verification:
        """Go through the whole record and all that it speaks of; `head` is a receipt's code."""
        return self._desk.store.verify(clean(head))

    @needs(Right.EXPORT)
    def exported(self, what: str, details: Mapping[str, Any], *, by: str | None = None) -> str:
        """Tell the record that something was taken out; the record's newest code.

        `what` names the export; `details` are its filters and counts. Whoever sees some
        agencies only takes out tables and charts: all else is worked out from every report.
        Raises TbdxError: not-allowed.
        """
        if not what.startswith(_OF_SOME_AGENCIES):
            Needed(Right.EXPORT, whole=True).require(self.person)
        return self._exported(what, details, by)

    def _exported(self, what: str, details: Mapping[str, Any], by: str | None) -> str:
        note = {"subject": f"export:{what}", **details}
        store, now = self._desk.store, self._desk.now()
        return store.note(Action.EXPORTED, now, self._actor(by), [note])

    @needs(Right.FILES)
    def taken(self, kind: Taken, submission_id: int, *, by: str | None = None) -> str:
        """Tell the record that a file with an agency's figures was taken out; its newest code.

        Raises TbdxError: unknown-submission.
        """
        submission = Reviewing(self._desk).acting(self.person).submission(submission_id)
        self.person.require(Right.FILES, [submission.agency])
        details = {
            "file_name": submission.file_name,
            "agency": submission.agency,
            "year": submission.year,
            "phase": submission.phase.value,
            "version": submission.version,
            "sample": self._desk.stage()[1],
        }
        return self._exported(f"{kind}/{submission_id}", details, by)

    @needs(Right.RESULTS)
    def signed_in(self, how: str, *, by: str | None = None) -> None:
        """Tell the record that a session began; `how` is "local" where nobody signs in, else "oidc".

        A page that is opened again soon after is still the same work, and not told.
        """
        actor, now = self._actor(by), self._desk.now()
        earlier = next(iter(self._desk.store.visits(actor, now, 1)), None)
        if earlier is None or not timedelta() <= now - earlier[0] < SAME_WORK:
            note = {"subject": f"session:{actor}", "how": how}
            self._desk.store.note(Action.SIGNED_IN, now, actor, [note])


def _fits(value: Value, question: Question | None) -> bool:
    """Whether a figure can be what a question of the form asks for; a blank always can."""
    if value is None:
        return True
    if isinstance(value, Answer):
        return question is not None and question.kind == "answer"
    if isinstance(value, str):  # of the form's further sheets, about which there is no question
        return question is None
    if not math.isfinite(value) or value < 0:
        return False
    if question is None or question.kind == "amount":
        return True
    most = math.inf if question.max is None else question.max
    return question.kind != "answer" and value == int(value) and value <= most


def require_address(address: str) -> None:
    """Raises TbdxError: address-not-possible for what is no e-mail address."""
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError, AttributeError, HeaderParseError) as error:
        raise TbdxError("address-not-possible", found=address) from error
    # Comments around an address, and numbers in place of a domain, are legal but never meant.
    if parsed.addr_spec != address or not re.search(r"\.[^\d\W]", parsed.domain):
        raise TbdxError("address-not-possible", found=address)
