"""What the use cases share: the store, the clock, who acts, and the plan as it now stands."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from tbdx import observing
from tbdx.access import Guarded
from tbdx.amendments import effective, in_force
from tbdx.model import (
    ClosedYear,
    Erratum,
    Fault,
    Finding,
    PlanVersion,
    Severity,
    Target,
    TbdxError,
)
from tbdx.plan import Plan
from tbdx.register import RegisterChange, as_far_as_possible, read_change
from tbdx.service.away import Watch
from tbdx.service.view import Basis, View, once
from tbdx.store import Past, Store
from tbdx.words import clean, says_something
from tbdx.workbook import SubmissionReader
from tbdx.workbook.appendix import read_appendix
from tbdx.workbook.protected import Limits, ProtectedReader

T = TypeVar("T")
_MOST_KEPT = 64
_SAMPLE_ACTOR = "illustrative"
_SAMPLE_DAYS = (2, 4, 6)  # before the due date, when the illustrative reports arrived


@dataclass(frozen=True, slots=True)
class Unusable:
    """A change to the register that is stored but cannot be applied, so it is left out.

    change  what it says; None where not even that can be read
    faults  why it cannot be applied
    """

    number: int
    change: RegisterChange | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Current:
    """The plan at one revision: its register, its targets by version, what is locked.

    `register` are the numbers of all stored changes to the register, by which the
    store can tell whether it is still the one that was looked at.
    """

    revision: int
    plan: Plan
    original: tuple[Target, ...]
    versions: tuple[tuple[PlanVersion, tuple[Target, ...]], ...]
    changes: tuple[tuple[int, RegisterChange], ...]
    errata: tuple[Erratum, ...]
    closed_years: dict[int, ClosedYear]
    unusable: tuple[Unusable, ...] = ()
    register: tuple[int, ...] = ()
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def kept(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """What was worked out under this key at this revision, or is now."""
        found: T = once(self._kept, key, work_out, _MOST_KEPT)
        return found

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The targets of every year by the version in force."""
        return in_force(self.original, self.versions)

    @property
    def amendments(self) -> tuple[PlanVersion, ...]:
        """The versions that hold in some year, by their first year."""
        return effective(version for version, _ in self.versions)


class Desk:
    """One plan and one store, with everything that is worked out once per revision."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        samples: Path | None,
        now: Callable[[], datetime],
        user: str,
        limits: Limits,
    ) -> None:
        self.base, self.store, self.now, self.user = plan, store, now, user
        self.original, self.appendix_remarks = _targets_of(plan)
        self._samples, self._limits = samples, limits
        self._lock = Lock()
        self._current: Current | None = None
        self._views: dict[Basis, View] = {}
        self._reader = ProtectedReader(plan, limits)
        self._reads = plan.fingerprint
        self._appendices: dict[str, tuple[Target, ...]] = {}
        self._sample: Store | None = None
        self._empty = False
        self.watch = Watch()

    def close(self) -> None:
        """Give back the stores' connections and end the reading processes."""
        self._reader.close()
        self.store.close()
        with self._lock:
            sample, self._sample = self._sample, None
        if sample:
            sample.close()

    def actor(self, by: str | None) -> str:
        """Who acts: the name given, else whoever uses this machine."""
        return clean(by or "") or self.user

    @property
    def current(self) -> Current:
        """The plan as it stands at the store's revision; while the store is away, as last known.

        Raises TbdxError: store-unavailable where nothing is known yet.
        """
        try:
            revision = self.store.revision()
            with self._lock:
                current = self._current_at(revision)
        except TbdxError as error:
            last = self._current
            if error.code != "store-unavailable" or last is None:
                raise
            self.watch.lost(last.revision, self.now())
            return last
        self.watch.seen(self.now())
        observing.at_revision(revision)
        return current

    def _current_at(self, revision: int) -> Current:
        if self._current is None or self._current.revision != revision:
            self._current = self._assembled(revision, self.store)
            self._views.clear()
        return self._current

    def _assembled(self, revision: int, source: Store | Past) -> Current:
        """The plan by the register, the versions and the corrections that a source has."""
        stored = source.register_changes()
        plan, changes, unusable = self._register_of(stored)
        if self._current is not None and self._current.plan.fingerprint == plan.fingerprint:
            plan = self._current.plan  # what was worked out from it stays
        return Current(
            revision,
            plan,
            self.original,
            tuple((v, self._appendix(v, plan)) for v in source.plan_versions()),
            changes,
            tuple(source.errata()),
            self.store.closed_years(),
            unusable,
            tuple(stored),
        )

    def _register_of(
        self, stored: dict[int, str]
    ) -> tuple[Plan, tuple[tuple[int, RegisterChange], ...], tuple[Unusable, ...]]:
        """The plan with the stored changes, those that hold, and those that cannot be applied.

        One that an earlier program, a restored copy or a hand has left there must
        not take the whole product with it.
        """
        changes: dict[int, RegisterChange] = {}
        faults: dict[int, list[Fault]] = {}
        for number, text in stored.items():
            try:
                changes[number] = read_change(text)
            except TbdxError as error:
                faults[number] = error.fields["faults"]
        plan, others = as_far_as_possible(self.base, changes)
        faults |= others
        return (
            plan,
            tuple((number, change) for number, change in changes.items() if number not in faults),
            tuple(Unusable(n, changes.get(n), tuple(said)) for n, said in sorted(faults.items())),
        )

    def _appendix(self, version: PlanVersion, plan: Plan) -> tuple[Target, ...]:
        """The targets of an adopted appendix, which was read under protection before."""
        if version.sha256 not in self._appendices:
            _, content = self.store.document(version.sha256)
            self._appendices[version.sha256] = read_appendix(content, plan)[0]
        return self._appendices[version.sha256]

    @property
    def reader(self) -> ProtectedReader:
        """The reading processes, which know the register as it stands."""
        plan, old = self.current.plan, None
        with self._lock:
            if self._reads != plan.fingerprint:
                old, self._reader = self._reader, ProtectedReader(plan, self._limits)
                self._reads = plan.fingerprint
            reader = self._reader
        if old is not None:
            old.retire()  # others may be reading with it
        return reader

    def stage(self) -> tuple[Store, bool]:
        """Where figures come from: the store, or the illustrative one while that is empty."""
        if self._samples is None or not self._is_empty():
            return self.store, False
        sample = self.sample_store()
        return (self.store, False) if sample.is_empty() else (sample, True)

    def _is_empty(self) -> bool:
        """Whether the store holds nothing; while it is away, whether it last held nothing."""
        try:
            self._empty = self.store.is_empty()
        except TbdxError as error:
            if error.code != "store-unavailable" or self._current is None:
                raise
        return self._empty

    def view(self, basis: Basis) -> View:
        """What there is to see on a basis: real figures, or samples while there are none."""
        current = self.current
        with self._lock:
            known = self._views.get(basis)
        if known is not None and known.revision == current.revision:
            return known
        view = self.view_of(*self.stage(), basis, current)
        with self._lock:
            return self._views.setdefault(basis, view) if self._current is current else view

    def real_view(self, basis: Basis) -> View:
        """The real figures, even while there are none."""
        view = self.view(basis)
        return self.view_of(self.store, False, basis) if view.sample else view

    def view_at(self, revision: int, basis: Basis) -> View:
        """What there was to see after an earlier revision; what is to see now, where it is the same.

        By the register, the targets and the corrections that were in force.
        Raises TbdxError: unknown-revision.
        """
        now = self.real_view(basis)
        past = self.store.at(revision, lambda _: now.filed)
        then = self.view_of(past, False, basis, self._assembled(revision, past))
        same = (
            then.filed is now.filed
            and then.plan.fingerprint == now.plan.fingerprint
            and then.targets == now.targets
            and then.errata == tuple(e for e in now.errata if e.withdrawn_at is None)
        )
        return now if same else then

    def view_of(
        self, store: Store | Past, sample: bool, basis: Basis, current: Current | None = None
    ) -> View:
        """The view of one store, the illustrative one or the real one."""
        current = current or self.current
        plan = current.plan
        if basis.structure and basis.structure != plan.rule_value("structure"):
            plan = plan.with_rule("structure", basis.structure)
        return View(
            plan,
            current.targets if basis.targets == "in_force" else current.original,
            current.revision,
            sample,
            store,
            basis,
            current.amendments if basis.targets == "in_force" else (),
            () if sample else current.errata,
            current.closed_years,
            current.original if basis.targets == "in_force" else (),
        )

    def sample_store(self) -> Store:
        """The illustrative reports in a store of their own that never holds a real one."""
        with self._lock:
            if self._sample is None:
                folder = tempfile.mkdtemp(prefix="tbdx-samples-")
                self._sample = Store.open(f"sqlite:///{Path(folder) / 'samples.db'}")
                # A view may outlive this desk, and still read.
                weakref.finalize(self._sample, shutil.rmtree, folder, ignore_errors=True)
                with observing.aside():
                    self._fill(self._sample)
            return self._sample

    def _fill(self, store: Store) -> None:
        paths = sorted(self._samples.glob("*.xlsx")) if self._samples else []
        reader = SubmissionReader(self.base)
        now = self.now()
        for place, path in enumerate(paths):
            file = reader.read(path.name, path.read_bytes())
            if not file.acceptable:
                continue  # another plan has other agencies
            year = file.fields[0].year
            due = self.base.due.deadline(year)
            day = max(1, due.day - _SAMPLE_DAYS[place % len(_SAMPLE_DAYS)])
            received = min(now, due.replace(day=day, hour=9 + place, minute=30))
            store.receive([file], now, _SAMPLE_ACTOR, received_at=received)


class UseCases(Guarded):
    """Use cases on one desk, asked for by one person. Safe to share between threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def _actor(self, by: str | None) -> str:
        """Who acts, for the record: whoever signed in, under no other name; else as `Desk.actor`."""
        return self.person.id or self._desk.actor(by)


def _targets_of(plan: Plan) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """The targets of the plan's own appendix. Raises TbdxError: plan-invalid."""
    targets, findings = read_appendix(plan.appendix_path.read_bytes(), plan)
    faults = [
        Fault("appendix-unclear", plan.appendix, fields={"finding": finding})
        for finding in findings
        if finding.severity is not Severity.REMARK
    ]
    if faults:
        raise TbdxError("plan-invalid", folder=plan.folder.name, faults=faults)
    return targets, findings


def require_reason(reason: str) -> str:
    """The reason, if it says something. Raises TbdxError: reason-needed."""
    reason = clean(reason)
    if not says_something(reason):
        raise TbdxError("reason-needed", found=reason)
    return reason


def require_confirmation(names: Sequence[str], confirmation: str) -> str:
    """A word on the remarks of these files. Raises TbdxError: confirmation-needed."""
    confirmation = clean(confirmation)
    if names and not says_something(confirmation):
        raise TbdxError("confirmation-needed", files=", ".join(names))
    return confirmation
