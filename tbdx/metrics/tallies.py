"""How the agencies stand on an indicator, added up by year, or without each of them.

There are two kinds of sums: `Shares` counts agencies, `People` adds people. Both know
how each agency stands, what the province comes to in each year, and what it would come
to without each agency of some; all of it as arrays, one element per verdict to give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from tbdx.metrics.reports import (
    BLANK,
    NO,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    YES,
    Codes,
    Counts,
    Mask,
    Numbers,
    Places,
    Reports,
)
from tbdx.plan import Condition, Indicator

DONG_PER_MILLION = 1_000_000
_SCALE = 10_000  # thresholds carry at most two decimals of a percent
_OUT_OF_REACH = 2.0**62  # more đồng than any amount that is told in 64 bits


@dataclass(frozen=True)
class Tally:
    """Sums that a verdict is given on; arrays of one length.

    `worst_…` and `best_…` are the share if every missing agency turned out against, or
    for, the indicator; `not_assessable` is how many of the missing lack a baseline.
    """

    numerator: Counts
    denominator: Counts
    answered: Counts
    missing: Counts
    not_assessable: Counts
    worst_numerator: Counts
    worst_denominator: Counts
    best_numerator: Counts
    best_denominator: Counts

    @classmethod
    def joined(cls, tallies: Sequence[Self]) -> Self:
        """One tally after the other."""
        names = (field.name for field in fields(cls))
        return cls(*(np.concatenate([getattr(tally, name) for tally in tallies]) for name in names))

    def of_those_that_answered(self) -> Tally:
        """The same sums, with nothing supposed about those that are missing."""
        return replace(
            self,
            worst_numerator=self.numerator,
            worst_denominator=self.denominator,
            best_numerator=self.numerator,
            best_denominator=self.denominator,
        )


@dataclass(frozen=True)
class Standings:
    """How each agency itself stands, in the order of the roster.

    `said` is the standing on the question alone, `code` as it counts: NOT_APPLICABLE for
    those that are not counted. `known` are those with an answer; of the others numerator
    and denominator are 0.
    """

    said: Codes
    code: Codes
    known: Mask
    numerator: Counts
    denominator: Counts

    @property
    def counted(self) -> Mask:
        counted: Mask = self.code != NOT_APPLICABLE
        return counted


# --- agencies -----------------------------------------------------------------------------------

_PERHAPS, _SURELY, _OUTSIDE = 0, 5, 10  # the first cell of each; a standing has five codes
_CELLS = _OUTSIDE + 1


class Shares:
    """Agencies that satisfy an indicator among those that are counted.

    Each agency stands in one cell of a small table: its code, among those that are
    surely counted or those that perhaps are; or it stands outside.
    """

    def __init__(self, reports: Reports, indicator: Indicator, thresholds: Numbers) -> None:
        """`thresholds`: the growth in percent that each year asks for, NaN where none."""
        self._roster = reports.roster
        self._codes = _codes(reports, indicator, thresholds)
        self._surely, self._perhaps = reports.members(indicator.among)
        among = self._codes + np.int8(_SURELY) * self._surely.view(np.int8)
        self._cell = np.where(self._surely | self._perhaps, among, np.int8(_OUTSIDE))

    def standings(self) -> Standings:
        codes = self._codes
        held = np.where(self._surely | (codes == NOT_APPLICABLE), codes, BLANK)
        code = np.where(self._surely | self._perhaps, held, NOT_APPLICABLE).astype(np.int8)
        yes = code == YES
        known = yes | (code == NO)
        return Standings(codes, code, known, yes.astype(np.int64), known.astype(np.int64))

    def by_year(self) -> Tally:
        return _tally_of_shares(self._census())

    def without(self, agencies: Places) -> Tally:
        """For each of these positions in the roster its year without it."""
        year = self._census()[self._roster.year[agencies]]
        return _tally_of_shares(year - np.eye(_CELLS, dtype=np.int64)[self._cell[agencies]])

    def _census(self) -> Counts:
        """How many agencies of each year (down) stand in each cell (across)."""
        years = len(self._roster.years)
        cells = np.bincount(self._roster.year * _CELLS + self._cell, minlength=years * _CELLS)
        return cells.reshape(years, _CELLS)


def _tally_of_shares(census: Counts) -> Tally:
    perhaps, surely = census.T[_PERHAPS:_SURELY], census.T[_SURELY:_OUTSIDE]
    yes, no = surely[YES], surely[NO]
    unsure = surely[BLANK] + surely[NOT_ASSESSABLE]
    joining = perhaps[BLANK] + perhaps[NOT_ASSESSABLE]
    # Who is perhaps counted joins where that makes the share worst, or best.
    against, in_favour = joining + perhaps[NO], joining + perhaps[YES]
    return Tally(
        numerator=yes,
        denominator=yes + no,
        answered=yes + no,
        missing=unsure + joining + perhaps[NO] + perhaps[YES],
        not_assessable=surely[NOT_ASSESSABLE],
        worst_numerator=yes,
        worst_denominator=yes + no + unsure + against,
        best_numerator=yes + unsure + in_favour,
        best_denominator=yes + no + unsure + in_favour,
    )


def _codes(reports: Reports, indicator: Indicator, thresholds: Numbers) -> Codes:
    """How each agency stands on an indicator, whether it is counted or not."""
    if indicator.kind == "share_growth":
        return _growth(
            reports.number(indicator.amount),
            reports.baseline(indicator.base_amount),
            thresholds[reports.roster.year],
        )
    parts = [_condition(reports, condition) for condition in indicator.conditions]
    if indicator.not_applicable == "counts_as_no":
        parts = [np.where(part == NOT_APPLICABLE, np.int8(NO), part) for part in parts]
    joined: Codes = np.minimum.reduce(parts)
    return joined


def _condition(reports: Reports, condition: Condition) -> Codes:
    if condition.equals is not None:
        return reports.said(condition.field)
    level = reports.number(condition.field)
    met = np.where(level >= (condition.at_least or 0), YES, NO)
    return np.where(np.isnan(level), BLANK, met).astype(np.int8)


def _growth(amount: Numbers, base: Numbers, threshold: Numbers) -> Codes:
    """Whether an amount grew by at least the threshold (percent), exact to the đồng.

    Without a threshold any growth above zero counts.
    """
    now, then = _dong(amount), _dong(base)
    factor = np.rint((100 + np.nan_to_num(threshold)) * (_SCALE // 100)).astype(np.int64)
    # The least amount that is growth is then·factor/_SCALE, rounded up: then is divided
    # first, so that no product outgrows 64 bits where the amount itself does not.
    whole, rest = np.divmod(then, _SCALE)
    least = whole * factor - (-rest * factor // _SCALE)
    reachable = then.astype(float) * factor < _OUT_OF_REACH * _SCALE
    grown = np.where(np.isnan(threshold), now > then, reachable & (now >= least))
    codes = np.where(grown, YES, NO)
    codes = np.where(then > 0, codes, NOT_ASSESSABLE)
    return np.where(np.isnan(amount), BLANK, codes).astype(np.int8)


def _dong(million: Numbers) -> Counts:
    """Amounts in whole đồng, 0 where missing."""
    return np.rint(np.nan_to_num(million) * DONG_PER_MILLION).astype(np.int64)


# --- people -------------------------------------------------------------------------------------


class People:
    """People of whom something is true among all people: sums over the agencies.

    The people of one report that speaks for several agencies are added once.
    """

    def __init__(self, reports: Reports, indicator: Indicator) -> None:
        self._roster = reports.roster
        self._part = reports.number(indicator.numerator)
        self._whole = reports.number(indicator.denominator)
        self._size = reports.headcount(indicator.denominator)
        self._counted, _ = reports.members(indicator.among)
        self._known = ~np.isnan(self._part) & ~np.isnan(self._whole)

    def standings(self) -> Standings:
        nobody = (self._whole == 0) & ~np.isnan(self._part)  # nobody works there: an answer
        said = np.where(nobody, NOT_ASSESSABLE, np.where(self._known, YES, BLANK)).astype(np.int8)
        known = self._counted & self._known
        return Standings(
            said,
            np.where(self._counted, said, np.int8(NOT_APPLICABLE)),
            known,
            np.where(known, self._part, 0).astype(np.int64),
            np.where(known, self._whole, 0).astype(np.int64),
        )

    def by_year(self) -> Tally:
        return _tally_of_people(self._sums())

    def without(self, agencies: Places) -> Tally:
        """For each of these positions in the roster its year without it."""
        lost = self._terms(self._roster.alone(self._counted))
        lost_by_each = np.array([term[agencies] for term in lost])
        return _tally_of_people(self._sums()[:, self._roster.year[agencies]] - lost_by_each)

    def _sums(self) -> Numbers:
        """The terms of each year (across) added up, one kind after the other (down)."""
        year, years = self._roster.year, len(self._roster.years)
        terms = self._terms(self._roster.first(self._counted))
        return np.array([np.bincount(year, weights=term, minlength=years) for term in terms])

    def _terms(self, own: Mask) -> list[npt.NDArray[Any]]:
        """What each agency adds; people of `own` alone, as others' stand in another's report.

        Numerator, denominator, answered, missing, people of the missing where it is
        known how many, and the missing of whom it is not.
        """
        known, missing = self._counted & self._known, self._counted & ~self._known
        added = known & own
        unsized = np.isnan(self._size)
        sized = missing & ~unsized & (own | np.isnan(self._whole))
        return [
            np.where(added, self._part, 0),
            np.where(added, self._whole, 0),
            known,
            missing,
            np.where(sized, self._size, 0),
            missing & unsized,
        ]


def _tally_of_people(sums: npt.NDArray[np.float64]) -> Tally:
    numerator, denominator, answered, missing, gap, unsized = sums.astype(np.int64)
    # A missing agency of unknown size can pull the ratio anywhere: 0 of 1 to 1 of 1.
    anywhere = unsized > 0
    whole = np.where(anywhere, 1, denominator + gap)
    return Tally(
        numerator=numerator,
        denominator=denominator,
        answered=answered,
        missing=missing,
        not_assessable=np.zeros_like(missing),
        worst_numerator=np.where(anywhere, 0, numerator),
        worst_denominator=whole,
        best_numerator=np.where(anywhere, 1, numerator + gap),
        best_denominator=whole,
    )
