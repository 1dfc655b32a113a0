"""The frames of results: the province, its agencies, the province without each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tbdx.metrics.reports import (
    BLANK,
    NO,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    YES,
    Counts,
    Mask,
    Numbers,
    Reports,
    growth_pct,
)
from tbdx.metrics.tallies import People, Shares, Tally
from tbdx.metrics.verdicts import Aims, of_agencies, of_province
from tbdx.model import Target
from tbdx.plan import Indicator, Plan

RESULT_COLUMNS = (
    "indicator",
    "row",
    "year",
    "numerator",
    "denominator",
    "answered",
    "missing",
    "value_pct",
    "worst_pct",
    "best_pct",
    "target_pct",
    "threshold_pct",
    "needed",
    "short_by",
    "status",
    "reason",
)

_WITHOUT_COLUMNS = ("agency", "numerator", "denominator", "value_pct", "needed", "status", "reason")

_ANSWERS = {
    NO: "no",
    BLANK: "blank",
    NOT_APPLICABLE: "na",
    YES: "yes",
    NOT_ASSESSABLE: "not_assessable",
}


def indicators(
    answers: pd.DataFrame,
    plan: Plan,
    targets: Sequence[Target],
    *,
    definitions: Sequence[Indicator] | None = None,
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Every indicator in every year, for the province.

    `denominator` is of those that answered, so value_pct = 100·numerator /
    denominator; `answered` + `missing` is the number of agencies expected.
    worst_pct and best_pct are the values if every missing agency turned out
    against, or for, the indicator. `needed` and `short_by` are agencies for
    shares and people for ratios. Percentages are unrounded.
    """
    reports = Reports(answers, plan, plan.all_years if years is None else years)
    chosen = plan.indicators if definitions is None else definitions
    goals = _Goals(reports, targets)
    tally = Tally.joined([goals.sums(indicator).by_year() for indicator in chosen])
    aims = Aims.of([(i, target) for i in chosen for target in goals.of(i)])
    nothing = tally.answered == 0
    count = len(reports.roster.years)
    columns = {
        "indicator": pd.array([i.code for i in chosen], dtype="str").repeat(count),
        "row": np.repeat([i.row for i in chosen], count),
        "year": np.tile(reports.roster.years, len(chosen)),
        "numerator": tally.numerator,
        "denominator": tally.denominator,
        "answered": tally.answered,
        "missing": tally.missing,
        "value_pct": _percent(tally.numerator, tally.denominator),
        "worst_pct": _percent(tally.worst_numerator, tally.worst_denominator, nothing),
        "best_pct": _percent(tally.best_numerator, tally.best_denominator, nothing),
        **of_province(tally, aims, plan),
    }
    return pd.DataFrame(columns)


def agency_indicators(
    answers: pd.DataFrame,
    plan: Plan,
    targets: Sequence[Target],
    *,
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Every indicator of every agency in every year in which it counts.

    Columns: agency, then RESULT_COLUMNS, then growth_pct (percent over the base
    year, for indicators of growth) and answer ("yes", "no", "na", "blank",
    "not_assessable"). An agency has a target only where the plan names it, or
    where the province's target is 100% [rule universal_target]; elsewhere the
    status is no_target with reason not_assigned. Where the plan names an agency
    that is not in the denominator, the status is not_assessable with reason
    empty_denominator.
    """
    reports = Reports(answers, plan, plan.all_years if years is None else years)
    goals = _Goals(reports, targets)
    frames = [_standings(reports, goals, indicator) for indicator in plan.indicators]
    return pd.concat(frames, ignore_index=True)


def without_each(
    answers: pd.DataFrame,
    plan: Plan,
    targets: Sequence[Target],
    indicator: Indicator,
    year: int,
) -> pd.DataFrame:
    """The province's indicator of one year as it would be without each agency that is counted.

    One row per agency in the denominator, whether it has answered or is missing:
    agency, then numerator, denominator, value_pct, needed, status and reason of the
    province without it, as `indicators` has them. What others report stays as it is: the
    people of a merged report remain while it speaks for another agency, and a merged
    agency's baseline remains the sum of all its predecessors.
    """
    reports = Reports(answers, plan, [year])
    goals = _Goals(reports, targets)
    sums = goals.sums(indicator)
    left_out = np.flatnonzero(sums.standings().counted)
    tally = sums.without(left_out)
    aims = Aims.of([(indicator, target) for target in goals.of(indicator)])
    columns = {
        "agency": reports.register.ids.take(reports.roster.agency[left_out]),
        "numerator": tally.numerator,
        "denominator": tally.denominator,
        "value_pct": _percent(tally.numerator, tally.denominator),
        **of_province(tally, aims.repeated(len(left_out)), plan),
    }
    return pd.DataFrame(columns, columns=list(_WITHOUT_COLUMNS))


class _Goals:
    """The targets of the years of a roster."""

    def __init__(self, reports: Reports, targets: Sequence[Target]) -> None:
        self._reports = reports
        self._targets = {(target.indicator, target.year): target for target in targets}

    def of(self, indicator: Indicator) -> list[Target | None]:
        """The target of each year; None where the plan prints none."""
        years = self._reports.roster.years.tolist()
        return [self._targets.get((indicator.code, year)) for year in years]

    def thresholds(self, indicator: Indicator) -> Numbers:
        """The growth in percent that each year asks for; NaN where none is printed."""
        printed = [target and target.threshold_pct for target in self.of(indicator)]
        return np.array([np.nan if value is None else value for value in printed], dtype=float)

    def sums(self, indicator: Indicator) -> Shares | People:
        """The sums that the indicator is computed from."""
        if indicator.kind == "ratio":
            return People(self._reports, indicator)
        return Shares(self._reports, indicator, self.thresholds(indicator))

    def bind(self, indicator: Indicator, counted: Mask) -> Mask:
        """Which agencies the target binds, in the order of the roster: all of each, or nothing.

        An agency that the plan names stays bound where it is not counted.
        """
        roster, register = self._reports.roster, self._reports.register
        targets = self.of(indicator)
        universal = self._reports.plan.rule_value("universal_target") == "binds_each_agency"
        everybody = [
            universal and target is not None and target.share_pct == 100 for target in targets
        ]
        bound = np.array(everybody, dtype=bool)[roster.year] & counted
        for number, target in enumerate(targets):
            named = register.named.get((indicator.code, target.year)) if target else None
            if named is not None:
                bound |= (roster.year == number) & named[roster.agency]
        return bound


def _standings(reports: Reports, goals: _Goals, indicator: Indicator) -> pd.DataFrame:
    roster, own = reports.roster, goals.sums(indicator).standings()
    value = _percent(own.numerator, own.denominator)
    growth = np.full(len(roster), np.nan)
    if indicator.kind == "share_growth":
        base = reports.baseline(indicator.base_amount)
        growth = growth_pct(reports.number(indicator.amount), base)
    bound = goals.bind(indicator, own.counted)
    thresholds = goals.thresholds(indicator)[roster.year]
    names = pd.array([_ANSWERS[code] for code in sorted(_ANSWERS)], dtype="str")
    columns = {
        "agency": reports.register.ids.take(roster.agency),
        "indicator": indicator.code,
        "row": indicator.row,
        "year": roster.years[roster.year],
        "numerator": own.numerator,
        "denominator": own.denominator,
        "answered": own.known.astype(np.int64),
        "missing": (own.counted & ~own.known).astype(np.int64),
        "value_pct": value,
        "worst_pct": value,
        "best_pct": value,
        **of_agencies(own, bound, thresholds, indicator),
        "growth_pct": growth,
        "answer": names.take(own.said),
    }
    return pd.DataFrame(columns)


def _percent(part: Counts, whole: Counts, unknown: Mask | None = None) -> Numbers:
    """A share in percent; NaN where there is nothing to divide by, or it is not known."""
    possible = whole > 0 if unknown is None else (whole > 0) & ~unknown
    percent = np.full(len(part), np.nan)
    np.divide(100.0 * part, whole, out=percent, where=possible)
    return percent
