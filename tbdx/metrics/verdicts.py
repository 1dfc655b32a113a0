"""What a target asks for, and the verdict on a tally: in whole numbers, nothing rounded.

A target comes down to a fraction: of so many agencies, or people, it asks for that
part, rounded up. Both are Python's own integers, in arrays of objects, so that no number
of agencies, of people or of printed decimals overflows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tbdx.metrics.reports import BLANK, NOT_APPLICABLE, NOT_ASSESSABLE, Mask, Numbers
from tbdx.metrics.tallies import Standings, Tally
from tbdx.model import Reason, Status, Target
from tbdx.plan import Indicator, Plan

Integers = npt.NDArray[np.object_]


def needed_count(total: int, share_pct: float, decimals: int) -> int:
    """The smallest k of `total` agencies whose share meets a printed target.

    That is the smallest k with round-half-up(100·k/total, decimals) >= share_pct,
    in integers; a target of 100% asks for all of them.

    >>> needed_count(3, 67, 0), needed_count(3, 33, 0), needed_count(4, 33, 0)
    (2, 1, 2)
    """
    steps: int = 10**decimals
    return -(-total * _half_up(round(share_pct * steps), steps) // (200 * steps))


def _half_up(printed: int, steps: int) -> int:
    """The least share that prints as so many steps of a percent, in halves of a step."""
    return 200 * steps if printed >= 100 * steps else max(0, 2 * printed - 1)


@dataclass(frozen=True)
class Aims:
    """Targets as arrays, one element per verdict to give.

    share_pct and threshold_pct are in percent, NaN where the plan prints none; `exact`
    says where people are compared, unrounded. The target asks for the fraction
    part/whole; above/whole prints as one step more, and is part/whole again where
    nothing is rounded or no step is left.
    """

    share_pct: Numbers
    threshold_pct: Numbers
    exact: Mask
    part: Integers
    above: Integers
    whole: Integers

    @classmethod
    def of(cls, aims: Sequence[tuple[Indicator, Target | None]]) -> Self:
        """The targets in this order, each of its indicator; None where there is none."""
        targets = [target for _, target in aims]
        return cls(
            _percents([target.share_pct if target else None for target in targets]),
            _percents([target.threshold_pct if target else None for target in targets]),
            np.array([indicator.rounding == "exact" for indicator, _ in aims], dtype=bool),
            *np.array([_asked(*aim) for aim in aims], dtype=object).T,
        )

    def repeated(self, times: int) -> Self:
        """Each of them so many times."""
        return type(self)(*(np.repeat(getattr(self, own.name), times) for own in fields(self)))

    def needed(self, whole: Integers) -> Integers:
        """The least of so many that meets the target."""
        needed: Integers = -(-whole * self.part // self.whole)
        return needed

    def exceeding(self, whole: Integers) -> Integers:
        """The least of so many that is more than the target.

        For shares it is more by at least one printed step, so that 2 of 3 only meets 67%.
        """
        step_above = -(-whole * self.above // self.whole)
        anything_above = whole * self.part // self.whole + 1
        exceeding: Integers = np.where(self.above > self.part, step_above, anything_above)
        return exceeding


def _percents(values: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _asked(indicator: Indicator, target: Target | None) -> tuple[int, int, int]:
    """(part, above, whole) of `Aims`."""
    if target is None:
        return 0, 0, 1
    steps: int = 10**target.decimals
    printed = round(target.share_pct * steps)
    if indicator.rounding == "exact":
        return 2 * printed, 2 * printed, 200 * steps
    return _half_up(printed, steps), _half_up(printed + 1, steps), 200 * steps


def of_province(tally: Tally, aims: Aims, plan: Plan) -> dict[str, Any]:
    """The verdicts on the province: certain in the worst and the best case, or open.

    Columns: target_pct, threshold_pct, needed, short_by, status, reason.
    """
    if plan.rule_value("undecided") == "over_those_that_answered":
        tally = tally.of_those_that_answered()
    printed, zero = ~np.isnan(aims.share_pct), aims.share_pct == 0
    judged = printed & ~zero if plan.rule_value("zero_target") != "judged" else printed
    answered, expected = tally.answered > 0, tally.answered + tally.missing
    whole = np.where(aims.exact, tally.denominator, expected)
    needed = aims.needed(whole.astype(object))
    short_by = np.maximum(0, needed - tally.numerator)
    worst, worst_whole = tally.worst_numerator, tally.worst_denominator.astype(object)
    best, best_whole = tally.best_numerator, tally.best_denominator.astype(object)
    ladder: Ladder = (
        (~printed, Status.NO_TARGET, Reason.TARGET_ENDED),
        (~judged, Status.NO_TARGET, Reason.TARGET_ZERO),
        (expected == 0, Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR),
        (answered & (worst_whole == 0), Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR),
        (answered & (worst >= aims.exceeding(worst_whole)), Status.EXCEEDED, Reason.NONE),
        (answered & (worst >= aims.needed(worst_whole)), Status.MET, Reason.NONE),
        (answered & (best < aims.needed(best_whole)), Status.NOT_MET, Reason.NONE),
        (tally.not_assessable == tally.missing, Status.NOT_ASSESSABLE, Reason.NO_BASELINE),
        (answered, Status.NO_DATA, Reason.INCOMPLETE),
        (~answered, Status.NO_DATA, Reason.NOTHING_ANSWERED),
    )
    asked = judged & (whole > 0)
    return {
        "target_pct": aims.share_pct,
        "threshold_pct": aims.threshold_pct,
        "needed": _integers(needed, asked),
        "short_by": _integers(short_by, asked & answered),
        **_first(ladder),
    }


def of_agencies(
    standings: Standings, bound: Mask, threshold_pct: Numbers, indicator: Indicator
) -> dict[str, Any]:
    """The verdicts on single agencies: of those that are bound all is asked (100%).

    Columns as of `of_province`; `bound` and `threshold_pct` are in the order of the standings.
    """
    ratio, code = indicator.kind == "ratio", standings.code
    without = Reason.EMPTY_DENOMINATOR if ratio else Reason.NO_BASELINE
    met = standings.numerator >= standings.denominator
    ladder: Ladder = (
        (~bound, Status.NO_TARGET, Reason.NOT_ASSIGNED),
        (code == NOT_APPLICABLE, Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR),
        (code == NOT_ASSESSABLE, Status.NOT_ASSESSABLE, without),
        (code == BLANK, Status.NO_DATA, Reason.NOTHING_ANSWERED),
        (met, Status.MET, Reason.NONE),
        (~met, Status.NOT_MET, Reason.NONE),
    )
    said = bound & (code != NOT_APPLICABLE) & (code != NOT_ASSESSABLE) & (code != BLANK)
    # One agency is asked for itself; how many people, it has yet to say.
    asked = said if ratio else said | (bound & (code == BLANK))
    needed = standings.denominator if ratio else np.ones_like(standings.denominator)
    return {
        "target_pct": np.where(bound, 100.0, np.nan),
        "threshold_pct": np.where(bound, threshold_pct, np.nan),
        "needed": _integers(needed, asked),
        "short_by": _integers(np.maximum(0, needed - standings.numerator), said),
        **_first(ladder),
    }


Ladder = Sequence[tuple[Mask, Status, Reason]]
"""Where which verdict is given; the first that holds counts."""


def _first(ladder: Ladder) -> dict[str, Any]:
    """The columns status and reason."""
    step = np.argmax([holds for holds, *_ in ladder], axis=0)
    status = np.array([_STATUSES.index(status) for _, status, _ in ladder])[step]
    reason = np.array([_REASONS.index(reason) for *_, reason in ladder])[step]
    return {"status": _STATUS_WORDS.take(status), "reason": _REASON_WORDS.take(reason)}


_STATUSES, _REASONS = list(Status), list(Reason)
_STATUS_WORDS = pd.array([status.value for status in _STATUSES], dtype="str")
_REASON_WORDS = pd.array([reason.value for reason in _REASONS], dtype="str")


def _integers(values: npt.NDArray[Any], known: Mask) -> pd.arrays.IntegerArray:
    """A column of whole numbers, missing where they are not known."""
    return pd.arrays.IntegerArray(np.where(known, values, 0).astype(np.int64), ~known)
