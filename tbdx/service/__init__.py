"""The use cases: check, send, look; and in parts, review (`reviewing`) and the office (`office`).

Pages and command line call nothing below. Indicators are computed on read from
the panel and never stored, so a corrected definition corrects history. What was
computed is kept per revision of the store.

Every use case says which right it needs (`tbdx.access.needs`); a public method
without is open to all. Those that change or tell something take `by`, the name of
whoever does it: without it, it is whoever uses this machine. Who has signed in
acts under no other name than their own.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tbdx.access import Claims, Person, Right, needs
from tbdx.continuity import Reports, compare, reports_in
from tbdx.model import (
    Action,
    CheckedFile,
    Finding,
    Phase,
    Receipt,
    ReportedField,
    ReviewState,
    Severity,
    Submission,
    Target,
    TbdxError,
)
from tbdx.plan import Agency, Plan
from tbdx.service import closed
from tbdx.service.away import Away
from tbdx.service.desk import Desk, UseCases, require_confirmation
from tbdx.service.looking_back import LookingBack
from tbdx.service.office import Office
from tbdx.service.people import People
from tbdx.service.reviewing import ABOUT_ACCEPTANCE, Reviewing, require_in_force
from tbdx.service.view import Basis, Row, View
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.words import clean
from tbdx.workbook import write_form
from tbdx.workbook.annotating import AnnotatedCopy
from tbdx.workbook.bundles import pack, unpack
from tbdx.workbook.package import Refused
from tbdx.workbook.protected import Limits, ProtectedReader
from tbdx.workbook.sheets import as_text

__all__ = ["Basis", "Row", "Service", "Upload", "View", "read_targets", "reports_of"]

Upload = tuple[str, bytes]
"""A file as sent: its name and its bytes."""
ReportKey = tuple[str, int, Phase]
"""Whose report, for which year, how final."""


class Service(UseCases):
    """The use cases on one plan and one store. Safe to share between threads.

    reviewing  who has sent what; accepting, returning, versions and their differences
    office     closed years, register, plan versions, errata, reminders, the record
    past       what the figures were after earlier revisions, and what has changed since
    people     who may sign in, and with which roles

    As it is opened it does whatever it is asked, which is for one person at their own
    machine. `enter` and `local` give the same use cases to whoever has signed in, or
    sits at this machine: each then checks what the person may do.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        samples: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        *,
        user: str = "",
        review: bool = False,
    ) -> None:
        super().__init__(Desk(plan, store, samples, now, user or account_name(), limits))
        self.reviewing, self.office = Reviewing(self._desk), Office(self._desk)
        self.past, self.people = LookingBack(self._desk), People(self._desk)
        self._review = review

    @classmethod
    def open(cls, settings: Settings, *, samples: bool = True) -> Service:
        """The service as the environment configures it.

        With `samples` false no illustrative report is ever shown.
        Raises TbdxError: plan-invalid, store-unavailable, store-newer,
        store-of-another-plan.
        """
        store = Store.open(settings.database_url)  # first: while it is away, many ask in vain
        try:
            service = cls(
                Plan.load(settings.plan),
                store,
                settings.samples if samples else None,
                limits=_limits(settings),
                user=settings.user,
                review=settings.review,
            )
        except TbdxError:
            store.close()
            raise
        try:
            service._require_own_store()
        except TbdxError:
            service.close()
            raise
        return service

    def _require_own_store(self) -> None:
        """Refuse a store whose reports are all of agencies that this plan has never had.

        Another province's plan was opened on it by mistake; its figures would go missing
        here, and those of both would be mixed.
        """
        stored = {submission.agency for submission in self._desk.store.submissions()}
        if stored and stored.isdisjoint(agency.id for agency in self.plan.agencies):
            found = ", ".join(sorted(stored)[:3])
            raise TbdxError("store-of-another-plan", found=found, plan=self.plan.id)

    def acting(self, person: Person) -> Self:
        """The same use cases, asked for by this person."""
        other = super().acting(person)
        other.reviewing, other.office = self.reviewing.acting(person), self.office.acting(person)
        other.past, other.people = self.past.acting(person), self.people.acting(person)
        return other

    def enter(self, claims: Claims) -> Self:
        """The use cases for whoever has signed in.

        Raises TbdxError: sign-in-expired, signed-out, not-admitted, address-not-verified.
        """
        return self.acting(self.people.admitted(claims))

    def local(self) -> Self:
        """The use cases for whoever sits at this machine: the person called as its user.

        Where nobody is entered in the store yet, whoever it is may do everything.
        Raises TbdxError: not-admitted-here.
        """
        return self.acting(self.people.at_this_machine())

    def close(self) -> None:
        """Give back the store's connections and end the reading processes."""
        self._desk.close()

    @property
    def away(self) -> Away | None:
        """Since when the store has been away, as far as anybody noticed; None while it is there."""
        return self._desk.watch.away

    @property
    @needs(Right.RESULTS)
    def plan(self) -> Plan:
        """The plan with its register as it now stands."""
        return self._desk.current.plan

    @property
    @needs(Right.RESULTS)
    def targets(self) -> tuple[Target, ...]:
        """The targets of every year by the version of the plan in force."""
        return self._desk.current.targets

    @property
    @needs(Right.RESULTS)
    def appendix_remarks(self) -> tuple[Finding, ...]:
        """What there is to say about the plan's own appendix."""
        return self._desk.appendix_remarks

    @property
    def user(self) -> str:
        """Who acts where no other name is given."""
        return self._actor(None)

    @property
    def review(self) -> bool:
        """Whether what is sent always waits for a second look."""
        return self._review or not self.person.may(Right.DECIDE)

    @needs(Right.RESULTS)
    def view(self, basis: Basis = Basis()) -> View:  # noqa: B008 (frozen)
        """What there is to see now: real figures, or samples while there are none."""
        return self._seen(self._desk.view(basis))

    @needs(Right.RESULTS)
    def real_view(self, basis: Basis = Basis()) -> View:  # noqa: B008 (frozen)
        """The real figures, even while there are none."""
        return self._seen(self._desk.real_view(basis))

    @needs(Right.RESULTS)
    def sample_view(self, basis: Basis = Basis()) -> View:  # noqa: B008 (frozen)
        """The illustrative figures, from a store of their own that never holds a real one."""
        return self._seen(self._desk.view_of(self._desk.sample_store(), True, basis))

    def _seen(self, view: View) -> View:
        """A view as the person may see it: of other agencies than their own only what they add up to."""
        scope = self.person.scope(Right.FIGURES)
        return view if scope is None else view.seen_by(scope)

    def warm(self) -> None:
        """Start the processes that read files, before the first file is there."""
        self._desk.reader.warm()

    @needs(Right.SEND)
    def unpack(self, files: Sequence[Upload]) -> list[Upload]:
        """The files with each ZIP archive replaced by the files in it, named by their place in it.

        An archive that cannot be unpacked stays as it is; checking says why.
        """
        unpacked: list[Upload] = []
        for name, content in files:
            inside = None
            with suppress(Refused):
                inside = self._desk.reader.call(unpack, content)
            if inside is None:
                unpacked.append((name, content))
            else:
                unpacked += [(f"{name}/{path}", part) for path, part in inside]
        return unpacked

    @needs(Right.SEND)
    def check(
        self,
        files: Sequence[Upload],
        progress: Callable[[int], object] = lambda _: None,
        *,
        by: str | None = None,
    ) -> list[CheckedFile]:
        """Read files and say everything about them, in the order given. Stores no figure.

        `progress` is told after each file how many are done. The record keeps
        that the files were checked, and with what verdict.
        """
        checked = []
        for number, file in enumerate(self._desk.reader.read_each(files), start=1):
            checked.append(file)
            progress(number)
        checked = [self._own_only(file) for file in checked]
        latest = self._latest(checked)
        view = self.view()
        known: Reports = {} if view.sample else view.reports
        for file in checked:  # what is sent together is compared with each other, too
            known = {**(reports_in(file.fields) if file.acceptable else {}), **known}
        senders: dict[ReportKey, str] = {}
        remarked = []
        for file in checked:
            keys = dict.fromkeys((f.agency, f.year, f.phase) for f in file.fields)
            remarks = [
                *self._remarks_on_stored(file, list(keys), latest),
                *self._remarks_on_earlier(file, known),
                *self._remarks_on_batch(file, list(keys), senders),
            ]
            remarked.append(replace(file, findings=(*file.findings, *remarks)))
        self._note_checks(remarked, by)
        return remarked

    def _own_only(self, file: CheckedFile) -> CheckedFile:
        """A file as it is; of one with reports that are not the sender's, only that it is so."""
        scope = self.person.scope(Right.SEND)
        others = {field.agency for field in file.fields} - (scope or set())
        if scope is None or not others:
            return file
        names = [", ".join(map(self.plan.agency_name, sorted(some))) for some in (others, scope)]
        finding = Finding("not-own-agency", Severity.BLOCKING, found=names[0], expected=names[1])
        return replace(file, fields=(), findings=(finding,))

    def _latest(self, files: Sequence[CheckedFile]) -> dict[ReportKey, Submission]:
        """The last version of each report that these files hold."""
        fields = [field for file in files for field in file.fields]
        stored = self._desk.store.submissions(
            agencies=sorted({field.agency for field in fields}),
            years=sorted({field.year for field in fields}),
        )
        return {(s.agency, s.year, s.phase): s for s in reversed(stored)}

    def _note_checks(self, files: Sequence[CheckedFile], by: str | None) -> None:
        notes = [
            {
                "subject": f"file:{file.sha256}",
                "file_name": file.name,
                "verdict": file.verdict.value,
                "findings": sorted({finding.code for finding in file.findings}),
            }
            for file in files
        ]
        if notes:
            store, now = self._desk.store, self._desk.now()
            store.note(Action.CHECKED, now, self._actor(by), notes)

    def _remarks_on_stored(
        self, file: CheckedFile, keys: Sequence[ReportKey], latest: dict[ReportKey, Submission]
    ) -> list[Finding]:
        """What acceptance would do to reports that are already stored."""
        known = [latest[key] for key in keys if key in latest]
        if known and len(known) == len(keys) and {s.sha256 for s in known} == {file.sha256}:
            returned = [s for s in known if s.state is ReviewState.RETURNED]
            if not returned:
                return [Finding("already-stored", Severity.REMARK, found=self._moment(known[0]))]
            return [self._about_return(submission) for submission in returned]
        accepted = [s for s in latest.values() if s.state is ReviewState.ACCEPTED]
        finals = {(s.agency, s.year): s for s in accepted if s.phase is Phase.FINAL}
        outranked = [s for a, y, p in keys if p is Phase.ESTIMATE and (s := finals.get((a, y)))]
        replaced = [
            s
            for s in known
            if s.state is not ReviewState.RETURNED
            and (s.agency, s.year) not in {(o.agency, o.year) for o in outranked}
        ]
        return [
            *(self._about("replaces-report", submission) for submission in replaced),
            *(self._about("estimate-after-final", submission) for submission in outranked),
        ]

    def _remarks_on_earlier(self, file: CheckedFile, known: Reports) -> list[Finding]:
        """What differs from the reports before it; the base year of merged agencies is theirs."""
        merged = self._remarks_on_baseline(file)
        said = {(finding.sheet, finding.cell) for finding in merged}
        remarks = compare(file.fields, known, self.plan)
        return [*merged, *(r for r in remarks if (r.sheet, r.cell) not in said)]

    def _remarks_on_baseline(self, file: CheckedFile) -> list[Finding]:
        """A merged agency's own base-year figure that is not the one computed with."""
        view = self._desk.view(Basis())
        used = {} if view.sample else view.merged_baselines
        return [
            Finding(
                "baseline-not-used",
                Severity.REMARK,
                field.sheet,
                field.cell,
                field.field,
                found=as_text(field.value),
                expected=as_text(used[field.field][field.agency]),
            )
            for field in file.fields
            if isinstance(field.value, float)
            and field.value != used.get(field.field, {}).get(field.agency, field.value)
        ]

    def _about(self, code: str, stored: Submission) -> Finding:
        name = self.plan.agency_name(stored.agency)
        expected = f"{stored.file_name}, {self._moment(stored)}"
        return Finding(code, Severity.REMARK, found=f"{name}, {stored.year}", expected=expected)

    def _about_return(self, stored: Submission) -> Finding:
        name = self.plan.agency_name(stored.agency)
        found = f"{name}, {stored.year}"
        return Finding("returned-before", Severity.REMARK, found=found, expected=stored.reason)

    def _remarks_on_batch(
        self, file: CheckedFile, keys: Sequence[ReportKey], senders: dict[ReportKey, str]
    ) -> list[Finding]:
        """The same reports in earlier files of this upload that could be accepted with it."""
        repeated: dict[str, list[str]] = {}
        for agency, year, phase in keys if file.acceptable else ():
            other = senders.setdefault((agency, year, phase), file.name)
            if other != file.name:
                name = self.plan.agency_name(agency)
                repeated.setdefault(other, []).append(f"{name}, {year}")
        return [
            Finding("repeated-report", Severity.REMARK, found="; ".join(found), expected=other)
            for other, found in repeated.items()
        ]

    def _moment(self, submission: Submission) -> str:
        return f"{submission.received_at.astimezone(self.plan.due.zone):%d/%m/%Y %H:%M}"

    @needs(Right.DECIDE)
    def accept(
        self,
        files: Sequence[CheckedFile],
        confirmation: str = "",
        *,
        received_at: datetime | None = None,
        by: str | None = None,
    ) -> list[Receipt]:
        """Store checked files and let them count: all of them in one transaction, or none.

        `confirmation` is a word on the files' remarks; it is kept with the submissions.
        `received_at` is when they arrived, where that was before now.
        Raises TbdxError: not-acceptable when a file has blocking findings,
        confirmation-needed when one has remarks and nothing was said about them,
        year-closed, closed-year-touched, received-in-future, not-allowed, unknown-agency,
        agency-not-in-year or changed-meanwhile where the register was changed since
        the check.
        """
        remarked = [file.name for file in files if file.needs_confirmation]
        if all(file.acceptable for file in files):
            confirmation = require_confirmation(remarked, confirmation)
        return self._receive(files, confirmation, received_at, by, accept=True)

    @needs(Right.SEND)
    def send(
        self,
        files: Sequence[CheckedFile],
        word: str = "",
        *,
        received_at: datetime | None = None,
        by: str | None = None,
    ) -> list[Receipt]:
        """Store checked files that wait for review; as `accept`, but remarks need no word yet."""
        return self._receive(files, word, received_at, by, accept=False)

    def _receive(
        self,
        files: Sequence[CheckedFile],
        word: str,
        received_at: datetime | None,
        by: str | None,
        *,
        accept: bool,
    ) -> list[Receipt]:
        self.person.require(Right.SEND, {f.agency for file in files for f in file.fields})
        now = self._desk.now()
        if received_at is not None:
            self.person.require(Right.DECIDE)  # who only sends cannot say that it was earlier
        if received_at is not None and received_at > now:
            raise TbdxError("received-in-future", found=received_at, expected=now)
        current = self._desk.current
        fields = [field for file in files if file.acceptable for field in file.fields]
        for agency, year in dict.fromkeys((field.agency, field.year) for field in fields):
            require_in_force(current.plan, agency, year)  # the register may be another by now
        return self._desk.store.receive(
            files,
            now,
            self._actor(by),
            accept=accept,
            received_at=received_at,
            confirmation=clean(word),
            register=current.register,
            foreseen=closed.guard(self._desk) if accept else None,
        )

    @needs(Right.SEND)
    def annotated(self, file: CheckedFile, language_code: str) -> AnnotatedCopy:
        """The sent workbook with its findings marked in it, or a list of them.

        What concerns only those who accept it (what it would replace) is left out.
        """
        own = tuple(finding for finding in file.findings if finding.code not in ABOUT_ACCEPTANCE)
        return self._desk.reader.annotate(replace(file, findings=own), language_code)

    @needs(Right.SEND)
    def annotated_bundle(self, files: Sequence[CheckedFile], language_code: str) -> bytes:
        """The annotated copies of several files as one ZIP archive."""
        copies = [self.annotated(file, language_code) for file in files]
        return pack([(copy.name, copy.content) for copy in copies])

    @needs(Right.SEND)
    def form(self, agency_id: str, year: int) -> bytes:
        """The blank yearly form, with the baseline and last year's answers where known.

        Raises TbdxError: unknown-agency, unknown-year, agency-not-in-year.
        """
        self.person.require(Right.SEND, [agency_id])
        agency = self.plan.agency(agency_id)
        current = self.plan.agencies_in(self.plan.require_year(year))
        if agency not in current:
            known = ", ".join(other.id for other in current)
            raise TbdxError("agency-not-in-year", found=agency_id, year=year, expected=known)
        view = self.view()
        if view.sample:  # illustrative figures never find their way into a real form
            return write_form(self.plan, agency, year)
        return write_form(
            self.plan,
            agency,
            year,
            previous=view.reported(agency_id, year - 1),
            baseline=view.baseline(agency_id),
        )

    @needs(Right.FILES)
    def document(self, sha256: str) -> Upload:
        """The original file with this hash. Raises TbdxError: unknown-document, not-allowed."""
        store = self._desk.stage()[0]
        if self.person.scope(Right.FILES) is not None:
            self.person.require(Right.FILES, store.reporters_in(sha256))
        return store.document(sha256)


def account_name() -> str:
    """The name of whoever uses this machine."""
    with suppress(OSError, KeyError, ImportError):  # a container may have no name for its user
        return getpass.getuser()
    return "tbdx"


def _limits(settings: Settings) -> Limits:
    return Limits(settings.read_seconds, settings.read_megabytes, settings.read_workers)


def read_targets(
    settings: Settings, plan: Plan, content: bytes
) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """The targets of any appendix by the plan's definitions, and all findings about it."""
    with ProtectedReader(plan, _limits(settings)) as reader:
        return reader.read_appendix(content)


def reports_of(fields: Sequence[ReportedField], plan: Plan) -> list[tuple[Agency, int]]:
    """The reports a file holds: agency and year, in the file's order."""
    keys = dict.fromkeys((field.agency, field.year) for field in fields)
    return [(plan.agency(agency), year) for agency, year in keys]
