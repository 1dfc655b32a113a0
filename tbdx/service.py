"""The use cases: check, accept, look, export. Pages and command line call nothing below.

Indicators are computed on read from the panel and never stored, so a corrected
definition corrects history. What was computed is kept per revision of the store.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from tbdx import messages, metrics
from tbdx.continuity import Reports, compare, reports_in
from tbdx.i18n import DEFAULT, language
from tbdx.model import (
    Answer,
    CheckedFile,
    Finding,
    Phase,
    Receipt,
    ReportedField,
    Severity,
    Submission,
    Target,
    TbdxError,
)
from tbdx.plan import Agency, Indicator, Plan
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.words import clean, says_something
from tbdx.workbook import SubmissionReader, write_form
from tbdx.workbook.annotating import AnnotatedCopy
from tbdx.workbook.appendix import read_appendix
from tbdx.workbook.bundles import pack, unpack
from tbdx.workbook.package import Refused
from tbdx.workbook.protected import Limits, ProtectedReader
from tbdx.workbook.sheets import as_text

_ABOUT_ACCEPTANCE = {
    "already-stored",
    "replaces-report",
    "estimate-after-final",
    "repeated-report",
}
Value = Answer | float | str | None
Upload = tuple[str, bytes]
"""A file as sent: its name and its bytes."""
ReportKey = tuple[str, int, Phase]
"""Whose report, for which year, how final."""
Row = dict[Hashable, Any]
"""One row of a results frame: its columns by name."""


@dataclass(frozen=True)
class View:
    """Everything the pages show, computed from one revision of one store.

    `sample` is true when the figures are illustrative because no real report
    is stored. The frames are shared: never change one in place.
    """

    plan: Plan
    targets: tuple[Target, ...]
    revision: int
    sample: bool
    panel: pd.DataFrame
    submissions: tuple[Submission, ...]

    @cached_property
    def answers(self) -> pd.DataFrame:
        return metrics.answers_of(self.panel, self.plan)

    @cached_property
    def phases(self) -> pd.DataFrame:
        """One row per agency and year that has reported: agency, year, phase."""
        return self.panel[["agency", "year", "phase"]].drop_duplicates(ignore_index=True)

    @cached_property
    def results(self) -> pd.DataFrame:
        """The province's indicators with the phase of their figures.

        phase is "final" when every agency's figure in it is final, "estimate"
        when one is an estimate, NaN when there is none.
        """
        results = metrics.indicators(self.answers, self.plan, self.targets)
        keys = ["indicator", "year"]
        answered = self.standings[self.standings["answered"] == 1]
        phases = answered.groupby(keys)["phase"].min()  # "estimate" < "final"
        return results.merge(phases.reset_index(), how="left", on=keys)

    @cached_property
    def standings(self) -> pd.DataFrame:
        """Every agency's own indicators with the phase of its report."""
        rows = metrics.agency_indicators(self.answers, self.plan, self.targets)
        return rows.merge(self.phases, how="left", on=["agency", "year"])

    @cached_property
    def years_reported(self) -> tuple[int, ...]:
        return tuple(sorted(int(year) for year in self.panel["year"].unique()))

    @property
    def latest_year(self) -> int:
        """The year to open with: the last that has a report, else the plan's first."""
        return self.years_reported[-1] if self.years_reported else self.plan.years.first

    @cached_property
    def result(self) -> dict[tuple[str, int], Row]:
        """The rows of `results` by indicator and year."""
        records = self.results.to_dict("records")
        return {(row["indicator"], row["year"]): row for row in records}

    def alternatives(self, indicator: Indicator, year: int) -> list[Row]:
        """The indicator of one year among its other possible denominators, one row each."""
        others = [
            indicator.model_copy(
                update={"among": other.among, "not_applicable": other.not_applicable}
            )
            for other in indicator.alternatives
        ]
        if not others:
            return []
        rows = metrics.indicators(
            self.answers, self.plan, self.targets, definitions=others, years=[year]
        )
        return rows.to_dict("records")

    @cached_property
    def reports(self) -> dict[tuple[str, int], dict[str, Value]]:
        """Every answer in use by agency and year, then by field; blanks are left out."""
        kinds = {question.name: question.kind for question in self.plan.form.field}
        reports: dict[tuple[str, int], dict[str, Value]] = {}
        columns = (self.panel[name] for name in ("agency", "year", "field", "number", "text"))
        for agency, year, name, number, text in zip(*columns, strict=True):
            values = reports.setdefault((agency, int(year)), {})
            if pd.notna(number):
                values[name] = float(number)
            elif pd.notna(text):
                values[name] = Answer(text) if kinds.get(name) == "answer" else str(text)
        return reports

    def reported(self, agency: str, year: int) -> dict[str, Value]:
        """One agency's answers of one year by field; empty when it has not reported."""
        return self.reports.get((agency, year), {})

    @cached_property
    def merged_baselines(self) -> dict[str, dict[str, float]]:
        """The base-year amounts that merged agencies are computed with: by field, by agency."""
        fields = [i.base_amount for i in self.plan.indicators if i.kind == "share_growth"]
        return {name: metrics.merged_baselines(self.answers, self.plan, name) for name in fields}

    def baseline(self, agency: str) -> dict[str, float]:
        """The base-year amounts known for an agency, as its form is filled with."""
        known = {
            name: metrics.latest_baselines(self.answers, name) | merged
            for name, merged in self.merged_baselines.items()
        }
        return {name: amounts[agency] for name, amounts in known.items() if agency in amounts}


class Service:
    """The use cases on one plan and one store. Safe to share between threads."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        samples: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits = Limits(),  # noqa: B008 (frozen)
    ) -> None:
        self.plan = plan
        self.targets, findings = read_appendix(plan.appendix_path.read_bytes(), plan)
        faults = [
            f"{plan.appendix}: {messages.finding_sentence(finding, language(DEFAULT), plan)}"
            for finding in findings
            if finding.severity is not Severity.REMARK
        ]
        if faults:
            raise TbdxError("plan-invalid", folder=plan.folder.name, faults=faults)
        self.appendix_remarks = findings
        self._store = store
        self._samples = samples
        self._now = now
        self._reader = ProtectedReader(plan, limits)
        self._lock = Lock()
        self._view: View | None = None

    @classmethod
    def open(cls, settings: Settings) -> Service:
        """The service as the environment configures it.

        Raises TbdxError: plan-invalid, store-unavailable, store-newer.
        """
        plan = Plan.load(settings.plan)
        store = Store.open(settings.database_url)
        return cls(plan, store, settings.samples, limits=_limits(settings))

    def close(self) -> None:
        """Give back the store's connections and end the reading processes."""
        self._reader.close()
        self._store.close()

    def view(self) -> View:
        """What there is to see now: real figures, or samples while there are none."""
        revision = self._store.revision()
        with self._lock:
            if self._view is None or self._view.revision != revision:
                self._view = self._look(revision)
            return self._view

    def _look(self, revision: int) -> View:
        submissions = tuple(self._store.submissions())
        if not submissions:
            sample = self.sample_view()
            if sample.submissions:
                return sample
        return View(self.plan, self.targets, revision, False, self._store.panel(), submissions)

    def real_view(self) -> View:
        """The real figures, even while there are none."""
        revision, submissions = self._store.revision(), tuple(self._store.submissions())
        return View(self.plan, self.targets, revision, False, self._store.panel(), submissions)

    def sample_view(self) -> View:
        """The illustrative figures, from a store of their own that never holds a real one."""
        paths = sorted(self._samples.glob("*.xlsx")) if self._samples else []
        reader = SubmissionReader(self.plan)
        read = [reader.read(path.name, path.read_bytes()) for path in paths]
        files = [file for file in read if file.acceptable]  # another plan has other agencies
        with tempfile.TemporaryDirectory(prefix="tbdx-samples-") as folder:
            store = Store.open(f"sqlite:///{Path(folder) / 'samples.db'}")
            store.accept(files, self._now())
            panel, submissions = store.panel(), tuple(store.submissions())
            store.close()
        return View(self.plan, self.targets, self._store.revision(), True, panel, submissions)

    def warm(self) -> None:
        """Start the processes that read files, before the first file is there."""
        self._reader.warm()

    def unpack(self, files: Sequence[Upload]) -> list[Upload]:
        """The files with each ZIP archive replaced by the files in it, named by their place in it.

        An archive that cannot be unpacked stays as it is; checking says why.
        """
        unpacked: list[Upload] = []
        for name, content in files:
            inside = None
            with suppress(Refused):
                inside = self._reader.call(unpack, content)
            if inside is None:
                unpacked.append((name, content))
            else:
                unpacked += [(f"{name}/{path}", part) for path, part in inside]
        return unpacked

    def check(
        self, files: Sequence[Upload], progress: Callable[[int], object] = lambda _: None
    ) -> list[CheckedFile]:
        """Read files and say everything about them, in the order given. Stores nothing.

        `progress` is told after each file how many are done.
        """
        checked = []
        for number, file in enumerate(self._reader.read_each(files), start=1):
            checked.append(file)
            progress(number)
        latest: dict[ReportKey, Submission] = {}
        for submission in reversed(self._store.submissions()):
            latest[submission.agency, submission.year, submission.phase] = submission
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
        return remarked

    def _remarks_on_stored(
        self, file: CheckedFile, keys: Sequence[ReportKey], latest: dict[ReportKey, Submission]
    ) -> list[Finding]:
        """What acceptance would do to reports that are already stored."""
        known = [latest[key] for key in keys if key in latest]
        if known and len(known) == len(keys) and {s.sha256 for s in known} == {file.sha256}:
            return [Finding("already-stored", Severity.REMARK, found=self._moment(known[0]))]
        finals = {(s.agency, s.year): s for s in latest.values() if s.phase is Phase.FINAL}
        outranked = [s for a, y, p in keys if p is Phase.ESTIMATE and (s := finals.get((a, y)))]
        replaced = [
            s for s in known if (s.agency, s.year) not in {(o.agency, o.year) for o in outranked}
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
        view = self.view()
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
        name = self.plan.agency(stored.agency).name_vi
        expected = f"{stored.file_name}, {self._moment(stored)}"
        return Finding(code, Severity.REMARK, found=f"{name}, {stored.year}", expected=expected)

    def _remarks_on_batch(
        self, file: CheckedFile, keys: Sequence[ReportKey], senders: dict[ReportKey, str]
    ) -> list[Finding]:
        """The same reports in earlier files of this upload that could be accepted with it."""
        repeated: dict[str, list[str]] = {}
        for agency, year, phase in keys if file.acceptable else ():
            other = senders.setdefault((agency, year, phase), file.name)
            if other != file.name:
                name = self.plan.agency(agency).name_vi
                repeated.setdefault(other, []).append(f"{name}, {year}")
        return [
            Finding("repeated-report", Severity.REMARK, found="; ".join(found), expected=other)
            for other, found in repeated.items()
        ]

    def _moment(self, submission: Submission) -> str:
        return f"{submission.accepted_at.astimezone(self.plan.due.zone):%d/%m/%Y %H:%M}"

    def accept(self, files: Sequence[CheckedFile], confirmation: str = "") -> list[Receipt]:
        """Store checked files, all of them in one transaction or none.

        `confirmation` is a word on the files' remarks; it is kept with the submissions.
        Raises TbdxError: not-acceptable when a file has blocking findings,
        confirmation-needed when one has remarks and nothing was said about them.
        """
        confirmation = clean(confirmation)
        unconfirmed = [file.name for file in files if file.needs_confirmation]
        if (
            unconfirmed
            and not says_something(confirmation)
            and all(file.acceptable for file in files)
        ):
            raise TbdxError("confirmation-needed", files=", ".join(unconfirmed))
        return self._store.accept(files, self._now(), confirmation)

    def annotated(self, file: CheckedFile, language_code: str) -> AnnotatedCopy:
        """The sent workbook with its findings marked in it, or a list of them.

        What concerns only those who accept it (what it would replace) is left out.
        """
        own = tuple(finding for finding in file.findings if finding.code not in _ABOUT_ACCEPTANCE)
        return self._reader.annotate(replace(file, findings=own), language_code)

    def annotated_bundle(self, files: Sequence[CheckedFile], language_code: str) -> bytes:
        """The annotated copies of several files as one ZIP archive."""
        copies = [self.annotated(file, language_code) for file in files]
        return pack([(copy.name, copy.content) for copy in copies])

    def form(self, agency_id: str, year: int) -> bytes:
        """The blank yearly form, with the baseline and last year's answers where known.

        Raises TbdxError: unknown-agency, unknown-year, agency-not-in-year.
        """
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

    def document(self, sha256: str) -> Upload:
        """The original file with this hash. Raises TbdxError: unknown-document."""
        return self._store.document(sha256)


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
