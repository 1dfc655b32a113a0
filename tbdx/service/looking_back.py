"""Looking back: what the figures were after an earlier revision, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from tbdx import changes
from tbdx.access import Right, needs
from tbdx.changes import Changed, RosterChange
from tbdx.model import Action, Revision, TbdxError
from tbdx.service.desk import Desk, UseCases
from tbdx.service.view import Basis, View, once

ONE_VISIT = timedelta(hours=1)
"""Sessions of one name that begin within so much of each other are one visit: a page was reloaded."""

_SESSIONS_LOOKED_AT = 200
_MOST_KEPT = 128  # results: some 50 rows each
_TURNS_NOTHING = {
    *(Action.RECEIVED, Action.RETURNED, Action.NIL_DECLARED, Action.NIL_WITHDRAWN),
    *(Action.YEAR_CLOSED, Action.YEAR_OPENED),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """When somebody was here, and the revision that there was to see then."""

    at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed since a revision, on one basis.

    results   the province's results that are other ones now, turned verdicts first
    agencies  the standings that are; see `changes.agencies_between`
    rosters   the years in which other agencies count now
    """

    revision: int
    results: tuple[Changed, ...]
    agencies: pd.DataFrame
    rosters: dict[int, RosterChange]

    @property
    def turned(self) -> tuple[Changed, ...]:
        """The verdicts that are other ones now."""
        return tuple(changed for changed in self.results if changed.turned)


class LookingBack(UseCases):
    """The use cases of looking back at real figures. Safe to share between threads.

    What was after a revision stays what it was, so its results are worked out once.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: dict[tuple[int, Basis], pd.DataFrame] = {}
        self._turned: dict[tuple[int, int, Basis], tuple[Changed, ...]] = {}
        self._visits: dict[tuple[str, datetime], tuple[Visit | None]] = {}

    @needs(Right.FIGURES, whole=True)
    def revisions(self, limit: int) -> list[Revision]:
        """The latest changes of the figures and of what they rest on, the newest first."""
        key = ("revisions", limit)
        return self._desk.current.kept(key, lambda: self._desk.store.revisions(limit))

    @property
    @needs(Right.FIGURES, whole=True)
    def oldest(self) -> int:
        """The first revision that can be looked back at: 0, where the record tells of them all."""
        return self._desk.current.kept(("oldest",), self._desk.store.oldest)

    @needs(Right.FIGURES, whole=True)
    def last_visit(self, by: str, began: datetime) -> Visit | None:
        """When `by` was here before the visit in which a session began; None where never.

        Or where what there was to see then is not known, as while the store is away.
        """
        key = (by, began)
        try:
            return once(self._visits, key, lambda: (self._visit_before(by, began),), _MOST_KEPT)[0]
        except TbdxError:
            if self._desk.watch.away:
                return None  # and asked again later
            raise

    def _visit_before(self, by: str, began: datetime) -> Visit | None:
        for at, entry in self._desk.store.visits(by, began, _SESSIONS_LOOKED_AT):
            if began - at > ONE_VISIT:
                revision = self._desk.store.revision_of(entry)
                return None if revision is None else Visit(at, revision)
            began = at
        return None

    @needs(Right.FIGURES, whole=True)
    def view(self, revision: int, basis: Basis = Basis()) -> View:  # noqa: B008 (frozen)
        """What there was to see after a revision. Raises TbdxError: unknown-revision."""
        return self._desk.view_at(revision, basis)

    @needs(Right.FIGURES, whole=True)
    def turned(self, revision: Revision, basis: Basis = Basis()) -> tuple[Changed, ...]:  # noqa: B008
        """The verdicts that one revision turned."""
        if {deed.action for deed in revision.deeds} <= _TURNS_NOTHING:
            return ()
        return self._turned_between(revision.number - 1, revision.number, basis)

    @needs(Right.FIGURES, whole=True)
    def moved_figures(self, revision: Revision, basis: Basis = Basis()) -> bool:  # noqa: B008 (frozen)
        """Whether one revision changed any result of the province."""
        if {deed.action for deed in revision.deeds} <= _TURNS_NOTHING:
            return False
        numbers = (revision.number - 1, revision.number)
        return bool(changes.between(*(self._results(number, basis) for number in numbers)))

    @needs(Right.FIGURES, whole=True)
    def turned_since(self, revision: int, basis: Basis = Basis()) -> tuple[Changed, ...]:  # noqa: B008
        """The verdicts that are other ones now than after a revision; quicker than `since`."""
        return self._turned_between(revision, self._desk.current.revision, basis)

    def _turned_between(self, one: int, other: int, basis: Basis) -> tuple[Changed, ...]:
        def turns() -> tuple[Changed, ...]:
            before, after = (self._results(number, basis) for number in (one, other))
            return tuple(changed for changed in changes.between(before, after) if changed.turned)

        return once(self._turned, (one, other, basis), turns, _MOST_KEPT)

    def _results(self, revision: int, basis: Basis) -> pd.DataFrame:
        key = (revision, basis)
        return once(self._known, key, lambda: self.view(revision, basis).results, _MOST_KEPT)

    @needs(Right.FIGURES, whole=True)
    def since(self, revision: int, basis: Basis = Basis()) -> Since:  # noqa: B008 (frozen)
        """What has changed since a revision. Raises TbdxError: unknown-revision."""
        return self._desk.current.kept(
            ("since", revision, basis), lambda: self._compared(revision, basis)
        )

    def _compared(self, revision: int, basis: Basis) -> Since:
        now = self._desk.real_view(basis)
        then = self.view(revision, basis)
        if then is now:
            return Since(revision, (), now.standings.iloc[:0], {})
        rosters = {
            year: roster
            for year in now.plan.all_years
            if (roster := changes.roster_change((then.plan, year), (now.plan, year)))
        }
        return Since(
            revision,
            changes.between(then.results, now.results),
            changes.agencies_between(then.standings, now.standings),
            rosters,
        )
