"""The same figures read otherwise, where the plan leaves a choice, and what that turns.

Three kinds: another denominator (`Indicator.alternatives`), the figure of the plan's
body text beside the appendix's, and the other structure of agencies. Pure: what a
reading needs besides the view is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from tbdx import metrics
from tbdx.model import Target
from tbdx.plan import Among, Indicator, ReferenceGoal
from tbdx.service import Row, View

Kind = Literal["among", "goal", "structure"]

_READ = ("numerator", "denominator", "missing", "needed", "status")
"""What is read of a result, besides the value that follows from it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One indicator of one year as the view has it, and as it can be read otherwise.

    `among` is the other denominator, `goal` the figure of the body text; of the
    other structure there is only its result.
    """

    kind: Kind
    year: int
    own: Row
    other: Row
    among: Among | None = None
    goal: ReferenceGoal | None = None

    @property
    def turns(self) -> bool:
        """Whether the verdict is another."""
        return bool(self.own["status"] != self.other["status"])

    @property
    def differs(self) -> bool:
        """Whether anything that is read is another: counts, how many are needed, the verdict."""
        return any(_differ(self.own[name], self.other[name]) for name in _READ)

    @property
    def weight(self) -> int:
        """2 where the verdict turns, 1 where only figures differ, 0 where nothing does."""
        return 2 if self.turns else int(self.differs)


def readings(view: View, indicator: Indicator, other: View | None = None) -> list[Reading]:
    """Every other reading of an indicator, by kind and then by year.

    `other` is the view by the other structure of agencies, where that is asked
    about. A year of which nothing can be read is left out: without an answer only
    what a goal asks for can differ.
    """
    return [
        *_among(view, indicator),
        *_goals(view, indicator),
        *([] if other is None else _structure(view, other, indicator)),
    ]


def _among(view: View, indicator: Indicator) -> list[Reading]:
    """The indicator among its other possible denominators."""
    found = []
    for alternative in indicator.alternatives:
        changes = {"among": alternative.among, "not_applicable": alternative.not_applicable}
        rows = _results(view, indicator.model_copy(update=changes), view.targets)
        found += [
            Reading("among", year, view.result[indicator.code, year], row, alternative.among)
            for year, row in rows.items()
            if row["answered"] or view.result[indicator.code, year]["answered"]
        ]
    return found


def _goals(view: View, indicator: Indicator) -> list[Reading]:
    """The indicator judged by what the plan's body text states, where that is another figure."""
    printed = {t.year: t for t in view.targets if t.indicator == indicator.code}
    goals = {
        goal.year: goal
        for goal in view.plan.reference_goals
        if goal.series == "body" and goal.indicator == indicator.code
    }
    judged = {year: _as_target(goal, indicator, printed.get(year)) for year, goal in goals.items()}
    other = {year: target for year, target in judged.items() if target != printed.get(year)}
    if not other:
        return []
    rows = _results(view, indicator, list(other.values()), list(other))
    return [
        Reading("goal", year, view.result[indicator.code, year], rows[year], goal=goals[year])
        for year in sorted(other)
    ]


def _as_target(goal: ReferenceGoal, indicator: Indicator, printed: Target | None) -> Target:
    """The body text's figure in the place of the appendix's, which it may equal.

    A threshold that the body does not state is the appendix's.
    """
    base = printed or Target(indicator.row, indicator.code, "", goal.year, 0, None, 0, "", "", "")
    share, threshold = goal.share_pct, goal.threshold_pct
    same = share == base.share_pct and threshold in (None, base.threshold_pct)
    if printed and same:
        return printed
    decimals = len(f"{share:f}".rstrip("0").partition(".")[2])
    return replace(
        base,
        share_pct=share,
        threshold_pct=base.threshold_pct if threshold is None else threshold,
        decimals=decimals,
    )


def _structure(view: View, other: View, indicator: Indicator) -> list[Reading]:
    """The indicator among the agencies of the other structure, where those are others."""
    found = []
    for year in view.plan.all_years:
        own, row = (which.result[indicator.code, year] for which in (view, other))
        if (own["answered"] or row["answered"]) and other.plan.roster(year) != view.plan.roster(
            year
        ):
            found.append(Reading("structure", year, own, row))
    return found


def _results(
    view: View,
    definition: Indicator,
    targets: Sequence[Target],
    years: Sequence[int] | None = None,
) -> dict[int, Row]:
    rows = metrics.indicators(
        view.answers, view.plan, targets, definitions=[definition], years=years
    )
    return {row["year"]: row for row in rows.to_dict("records")}


def _differ(one: object, other: object) -> bool:
    both_empty = pd.isna(one) and pd.isna(other)  # type: ignore[call-overload]
    return not (both_empty or one == other)
