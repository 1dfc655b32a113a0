"""Indicators from answers: pure arithmetic on frames, exactly as the plan defines it.

Frame in, frame out: no clock, no I/O, nothing rounded for display. Shares of
agencies are compared with a target after rounding half up to the decimals that
the target is printed with; growth thresholds and ratios of sums are compared
exactly. Amounts are exact to the đồng. See docs/method.md and the plan's appendix.

Frames
------
panel      one row per reported field: agency, year, phase, field, number, text, …
answers    one row per agency and year, one column per field (`answers_of`)
results    one row per indicator and year (`indicators`), columns RESULT_COLUMNS
standings  one row per indicator, agency and year (`agency_indicators`)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tbdx.model import Answer, Reason, Status, Target
from tbdx.plan import Among, Condition, Indicator, Plan

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

YES, NO, BLANK, NOT_APPLICABLE, NOT_ASSESSABLE = 1, 0, -1, -2, -3
"""Codes of one agency's standing on one indicator."""

DONG_PER_MILLION = 1_000_000
_SCALE = 10_000  # thresholds carry at most two decimals of a percent

Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def answers_of(panel: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The panel as one row per agency and year.

    Columns: agency, year, then every field of the plan's form: floats for
    amounts, counts and levels, "yes" / "no" / "na" for answers, NaN where blank.
    """
    keys = ["agency", "year"]
    wide = panel[keys].drop_duplicates(ignore_index=True)
    place = panel.groupby(keys, sort=False).ngroup().to_numpy()
    fields = panel["field"].to_numpy(dtype=object)
    texts, numbers = panel["text"].to_numpy(dtype=object), panel["number"].to_numpy(dtype=float)
    columns: dict[str, Any] = {}
    for question in plan.form.field:
        source = texts if question.kind == "answer" else numbers
        column = np.full(len(wide), np.nan, dtype=source.dtype)
        rows = fields == question.name
        column[place[rows]] = source[rows]
        columns[question.name] = column
    return wide.assign(**columns)


def needed_count(total: int, share_pct: float, decimals: int) -> int:
    """The smallest k of `total` agencies whose share meets a printed target.

    That is the smallest k with round-half-up(100·k/total, decimals) >= share_pct,
    in integers; a target of 100% asks for all of them.

    >>> needed_count(3, 67, 0), needed_count(3, 33, 0), needed_count(4, 33, 0)
    (2, 1, 2)
    """
    if share_pct >= 100:
        return total
    steps: int = 10**decimals
    printed = round(share_pct * steps)
    return max(0, -(-total * (2 * printed - 1) // (200 * steps)))


def growth_pct(amount: Any, base: Any) -> Any:
    """Growth of `amount` over `base` in percent; NaN where base is missing or not positive."""
    amount, base = np.asarray(amount, float), np.asarray(base, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, (amount - base) / base * 100, np.nan)


def baselines(answers: pd.DataFrame, plan: Plan, field: str) -> pd.Series[float]:
    """Each row's amount of the base year, in million VND, aligned with `answers`.

    An agency's own figure of the same year, else of the nearest earlier year,
    else of a later one. A merged agency has the sum of its predecessors'
    latest figures where all are known [rule merged_baseline].
    """
    ordered = answers.sort_values(["agency", "year"])
    agencies = ordered["agency"]
    own: pd.Series[float] = ordered.groupby(agencies)[field].ffill()
    own = own.groupby(agencies).bfill()
    for agency, amount in merged_baselines(answers, plan, field).items():
        own = own.mask(agencies == agency, amount)
    return own.reindex(answers.index)


def merged_baselines(answers: pd.DataFrame, plan: Plan, field: str) -> dict[str, float]:
    """The base-year amount of every merged agency whose predecessors' amounts are all known.

    In million VND, by agency; empty unless the rule merged_baseline is sum_of_predecessors.
    """
    if plan.rule_value("merged_baseline") != "sum_of_predecessors":
        return {}
    known = latest_baselines(answers, field)
    merged: dict[str, float] = {}
    # The oldest first: what was merged may itself have been merged before.
    for agency in sorted(plan.agencies, key=lambda agency: agency.valid_from or date.min):
        parts = [known.get(part.id, np.nan) for part in plan.predecessors(agency.id)]
        if parts and not np.isnan(parts).any():
            known[agency.id] = merged[agency.id] = float(sum(parts))
    return merged


def latest_baselines(answers: pd.DataFrame, field: str) -> dict[str, float]:
    """The base-year amount that each agency reported last, in million VND."""
    ordered = answers.sort_values(["agency", "year"]).dropna(subset=[field])
    latest = ordered.groupby("agency")[field].last()
    return {str(agency): float(amount) for agency, amount in latest.items()}


def roster_of(plan: Plan, years: Iterable[int]) -> pd.DataFrame:
    """The agencies that count in each year and whose report speaks for each.

    Columns: agency, year, reporter, repeated (whether an earlier row of the year
    has the same reporter, so that people and amounts are added once).
    """
    rows = [
        (place.agency.id, year, place.reporter.id) for year in years for place in plan.roster(year)
    ]
    roster = pd.DataFrame(rows, columns=["agency", "year", "reporter"]).astype({"year": "int64"})
    return roster.assign(repeated=roster.duplicated(["year", "reporter"]))


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
    base = _Base.of(answers, plan, targets, years)
    frames = [
        _province(base, indicator)
        for indicator in (plan.indicators if definitions is None else definitions)
    ]
    return pd.concat(frames, ignore_index=True)


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
    base = _Base.of(answers, plan, targets, years)
    frames = [_per_agency(base, indicator) for indicator in plan.indicators]
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class _Base:
    """What every indicator is computed from: the roster with its answers."""

    plan: Plan
    rows: pd.DataFrame  # roster left-joined with answers
    years: Counts  # the years asked for, ascending
    year_index: npt.NDArray[np.intp]  # for each row, the position of its year in `years`
    targets: dict[tuple[str, int], Target]
    every_answer: pd.DataFrame

    @classmethod
    def of(
        cls,
        answers: pd.DataFrame,
        plan: Plan,
        targets: Sequence[Target],
        years: Sequence[int] | None,
    ) -> _Base:
        wanted = sorted(set(plan.all_years if years is None else years))
        growth = [i for i in plan.indicators if i.kind == "share_growth"]
        answers = answers.assign(
            **{i.base_amount: baselines(answers, plan, i.base_amount) for i in growth}
        )
        reports = answers.rename(columns={"agency": "reporter"})
        rows = roster_of(plan, wanted).merge(reports, how="left", on=["reporter", "year"])
        year_values = np.asarray(wanted, dtype=np.int64)
        return cls(
            plan,
            rows,
            year_values,
            np.searchsorted(year_values, rows["year"].to_numpy()),
            {(target.indicator, target.year): target for target in targets},
            answers,
        )

    def per_year(self, values: npt.NDArray[Any]) -> Numbers:
        """Sums of `values` (one per row) by year."""
        sums = np.bincount(self.year_index, weights=values, minlength=len(self.years))
        return sums.astype(np.float64)

    def targets_of(self, code: str) -> list[Target | None]:
        return [self.targets.get((code, int(year))) for year in self.years]

    def thresholds(self, code: str) -> Numbers:
        """For each row the growth threshold of its year in percent; NaN where none is set."""
        return _thresholds(self.targets_of(code))[self.year_index]


def _shares(targets: Sequence[Target | None]) -> Numbers:
    return np.array([np.nan if t is None else t.share_pct for t in targets], dtype=float)


def _thresholds(targets: Sequence[Target | None]) -> Numbers:
    found = [None if t is None else t.threshold_pct for t in targets]
    return np.array([np.nan if t is None else t for t in found], dtype=float)


def _answer_codes(column: pd.Series[Any]) -> Codes:
    codes = np.full(len(column), BLANK, dtype=np.int8)
    values = column.to_numpy(dtype=object)
    codes[values == Answer.YES.value] = YES
    codes[values == Answer.NO.value] = NO
    codes[values == Answer.NOT_APPLICABLE.value] = NOT_APPLICABLE
    return codes


def _condition_codes(rows: pd.DataFrame, condition: Condition) -> Codes:
    if condition.equals is not None:
        return _answer_codes(rows[condition.field])
    values = rows[condition.field].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        codes = np.where(values >= (condition.at_least or 0), YES, NO).astype(np.int8)
    codes[np.isnan(values)] = BLANK
    return codes


def _all_of(parts: Sequence[Codes]) -> Codes:
    """Three-valued conjunction: a no wins, then a blank, then "not applicable"."""
    stack = np.stack(parts)
    joined = np.full(stack.shape[1], YES, dtype=np.int8)
    for code in (NOT_APPLICABLE, BLANK, NO):
        joined[(stack == code).any(axis=0)] = code
    return joined


def _dong(million: Numbers) -> npt.NDArray[np.object_]:
    """Amounts in whole đồng, 0 where missing, as integers that cannot overflow."""
    return np.rint(np.nan_to_num(million) * DONG_PER_MILLION).astype(np.int64).astype(object)


def _growth_codes(amount: Numbers, base: Numbers, threshold: Numbers) -> Codes:
    """Whether an amount grew by at least the threshold (percent), exact to the đồng.

    Without a threshold any growth above zero counts.
    """
    now, then = _dong(amount), _dong(base)
    factor = np.rint((100 + np.nan_to_num(threshold)) * (_SCALE // 100)).astype(np.int64)
    grown = np.where(np.isnan(threshold), now > then, now * _SCALE >= then * factor)
    codes = np.where(grown, YES, NO).astype(np.int8)
    codes[then <= 0] = NOT_ASSESSABLE
    codes[np.isnan(amount)] = BLANK
    return codes


def _members(base: _Base, among: Among) -> tuple[Mask, Mask]:
    """Who is in the denominator: (surely, perhaps), one flag per row."""
    if among.scope == "answer":
        codes = _answer_codes(base.rows[among.field])
        return codes == YES, codes == BLANK
    scope = {agency.id: agency.in_scope(among) for agency in base.plan.agencies}
    sure = base.rows["agency"].map(scope).to_numpy(dtype=bool)
    return sure, np.zeros_like(sure)


def _codes(base: _Base, indicator: Indicator) -> Codes:
    """Each row's standing on an indicator of shares, membership aside."""
    rows = base.rows
    if indicator.kind == "share_growth":
        return _growth_codes(
            rows[indicator.amount].to_numpy(dtype=float),
            rows[indicator.base_amount].to_numpy(dtype=float),
            base.thresholds(indicator.code),
        )
    parts = [_condition_codes(rows, condition) for condition in indicator.conditions]
    if indicator.not_applicable == "counts_as_no":
        parts = [np.where(part == NOT_APPLICABLE, NO, part).astype(np.int8) for part in parts]
    return _all_of(parts)


@dataclass(frozen=True)
class _Tally:
    """Sums by year that an outcome is decided on; all arrays have one entry a year."""

    numerator: Numbers
    denominator: Numbers
    answered: Counts
    missing: Counts
    not_assessable: Counts
    worst: tuple[Numbers, Numbers]  # numerator, denominator
    best: tuple[Numbers, Numbers]


def _share_tally(base: _Base, indicator: Indicator) -> _Tally:
    codes = _codes(base, indicator)
    sure, perhaps = (who & (codes != NOT_APPLICABLE) for who in _members(base, indicator.among))
    unknown = (codes == BLANK) | (codes == NOT_ASSESSABLE)
    yes, no = base.per_year(sure & (codes == YES)), base.per_year(sure & (codes == NO))
    open_ = base.per_year(sure & unknown)
    # Who is perhaps counted joins where that makes the share worst, or best.
    against = base.per_year(perhaps & (codes != YES))
    in_favour = base.per_year(perhaps & (codes != NO))
    answered, total = yes + no, yes + no + open_
    return _Tally(
        numerator=yes,
        denominator=answered,
        answered=answered.astype(np.int64),
        missing=(open_ + base.per_year(perhaps)).astype(np.int64),
        not_assessable=base.per_year(sure & (codes == NOT_ASSESSABLE)).astype(np.int64),
        worst=(yes, total + against),
        best=(yes + open_ + in_favour, total + in_favour),
    )


def _ratio_tally(base: _Base, indicator: Indicator) -> _Tally:
    part = base.rows[indicator.numerator].to_numpy(dtype=float)
    whole = base.rows[indicator.denominator].to_numpy(dtype=float)
    sure, _ = _members(base, indicator.among)
    known = sure & ~np.isnan(part) & ~np.isnan(whole)
    missing = sure & ~known
    size = _sizes(base, indicator.denominator)
    unsized = base.per_year(missing & np.isnan(size))
    gap = base.per_year(np.where(missing, np.nan_to_num(size), 0))
    added = known & ~base.rows["repeated"].to_numpy()
    numerator = base.per_year(np.where(added, part, 0))
    denominator = base.per_year(np.where(added, whole, 0))
    # A missing agency of unknown size can pull the ratio anywhere: 0 of 1 to 1 of 1.
    worst = (np.where(unsized, 0, numerator), np.where(unsized, 1, denominator + gap))
    best = (np.where(unsized, 1, numerator + gap), np.where(unsized, 1, denominator + gap))
    answered = base.per_year(known).astype(np.int64)
    return _Tally(
        numerator=numerator,
        denominator=denominator,
        answered=answered,
        missing=base.per_year(missing).astype(np.int64),
        not_assessable=np.zeros_like(answered),
        worst=worst,
        best=best,
    )


def _sizes(base: _Base, field: str) -> Numbers:
    """Each row's headcount, else the agency's of the nearest earlier year [rule missing_headcount]."""
    rows = base.rows
    stated = rows[field].to_numpy(dtype=float)
    again = rows["repeated"].to_numpy() & ~np.isnan(stated)  # one report that speaks for several
    stated = np.where(again, 0, stated)
    if base.plan.rule_value("missing_headcount") == "unknown":
        return stated
    earlier = base.every_answer[["agency", "year", field]].dropna()
    found = pd.merge_asof(
        rows[["agency", "year"]].assign(place=np.arange(len(rows))).sort_values("year"),
        earlier.sort_values("year"),
        on="year",
        by="agency",
    ).sort_values("place")
    return np.where(np.isnan(stated), found[field].to_numpy(dtype=float), stated)


def _province(base: _Base, indicator: Indicator) -> pd.DataFrame:
    ratio = indicator.kind == "ratio"
    tally = _ratio_tally(base, indicator) if ratio else _share_tally(base, indicator)
    targets = base.targets_of(indicator.code)
    judged = tally
    if base.plan.rule_value("undecided") == "over_those_that_answered":
        value = (tally.numerator, tally.denominator)
        judged = replace(tally, worst=value, best=value)
    judges_zero = base.plan.rule_value("zero_target") == "judged"
    outcomes = [
        _decide(indicator, judged, place, target, judges_zero)
        for place, target in enumerate(targets)
    ]
    nothing = tally.answered == 0
    columns = {
        "indicator": indicator.code,
        "row": indicator.row,
        "year": base.years,
        "numerator": tally.numerator.astype(np.int64),
        "denominator": tally.denominator.astype(np.int64),
        "answered": tally.answered,
        "missing": tally.missing,
        "value_pct": _percent(tally.numerator, tally.denominator),
        "worst_pct": np.where(nothing, np.nan, _percent(*tally.worst)),
        "best_pct": np.where(nothing, np.nan, _percent(*tally.best)),
        **_verdict_columns(targets, outcomes),
    }
    return pd.DataFrame(columns, columns=list(RESULT_COLUMNS))


@dataclass(frozen=True)
class _Outcome:
    needed: int | None
    short_by: int | None
    status: Status
    reason: Reason


def _decide(
    indicator: Indicator, tally: _Tally, place: int, target: Target | None, judges_zero: bool
) -> _Outcome:
    """The verdict of one year: certain in the worst and the best case, or open."""
    if target is None:
        return _Outcome(None, None, Status.NO_TARGET, Reason.TARGET_ENDED)
    if target.share_pct == 0 and not judges_zero:
        return _Outcome(None, None, Status.NO_TARGET, Reason.TARGET_ZERO)
    expected = int(tally.answered[place] + tally.missing[place])
    whole = int(tally.denominator[place]) if indicator.rounding == "exact" else expected
    needed = _needed(indicator, whole, target) if whole else None
    short_by = None
    if needed is not None and tally.answered[place]:
        short_by = max(0, needed - int(tally.numerator[place]))
    status, reason = _status(indicator, tally, place, target)
    return _Outcome(needed, short_by, status, reason)


def _status(
    indicator: Indicator, tally: _Tally, place: int, target: Target
) -> tuple[Status, Reason]:
    answered, missing = int(tally.answered[place]), int(tally.missing[place])
    worst = int(tally.worst[0][place]), int(tally.worst[1][place])
    best = int(tally.best[0][place]), int(tally.best[1][place])
    if answered + missing == 0 or (answered and worst[1] == 0):
        return Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR
    if answered and _exceeds(indicator, *worst, target):
        return Status.EXCEEDED, Reason.NONE
    if answered and _meets(indicator, *worst, target):
        return Status.MET, Reason.NONE
    if answered and not _meets(indicator, *best, target):
        return Status.NOT_MET, Reason.NONE
    if tally.not_assessable[place] == missing:
        return Status.NOT_ASSESSABLE, Reason.NO_BASELINE
    return Status.NO_DATA, Reason.INCOMPLETE if answered else Reason.NOTHING_ANSWERED


def _needed(indicator: Indicator, whole: int, target: Target) -> int:
    if indicator.rounding == "half_up":
        return needed_count(whole, target.share_pct, target.decimals)
    steps: int = 10**target.decimals
    return -(-round(target.share_pct * steps) * whole // (100 * steps))


def _meets(indicator: Indicator, part: int, whole: int, target: Target) -> bool:
    return part >= _needed(indicator, whole, target)


def _exceeds(indicator: Indicator, part: int, whole: int, target: Target) -> bool:
    """More than the target: for shares by at least one printed step, so 2 of 3 only meets 67%."""
    steps: int = 10**target.decimals
    if indicator.rounding == "exact":
        return 100 * steps * part > round(target.share_pct * steps) * whole
    next_step = target.share_pct + 1 / steps
    return next_step <= 100 and part >= needed_count(whole, next_step, target.decimals)


def _percent(numerator: Numbers, denominator: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, 100 * numerator / denominator, np.nan)


def _verdict_columns(
    targets: Sequence[Target | None], outcomes: Sequence[_Outcome]
) -> dict[str, Any]:
    return {
        "target_pct": _shares(targets),
        "threshold_pct": _thresholds(targets),
        "needed": pd.array([o.needed for o in outcomes], dtype="Int64"),
        "short_by": pd.array([o.short_by for o in outcomes], dtype="Int64"),
        "status": [o.status.value for o in outcomes],
        "reason": [o.reason.value for o in outcomes],
    }


_ANSWER_NAMES = {
    YES: "yes",
    NO: "no",
    BLANK: "blank",
    NOT_APPLICABLE: "na",
    NOT_ASSESSABLE: "not_assessable",
}


def _per_agency(base: _Base, indicator: Indicator) -> pd.DataFrame:
    rows = base.rows
    growth, given = np.full(len(rows), np.nan), [YES, NO]
    if indicator.kind == "ratio":
        given.append(NOT_ASSESSABLE)  # nobody works there: that is an answer
        part = rows[indicator.numerator].to_numpy(dtype=float)
        whole = rows[indicator.denominator].to_numpy(dtype=float)
        codes = np.where(np.isnan(part) | np.isnan(whole), BLANK, YES).astype(np.int8)
        codes[~np.isnan(part) & (whole == 0)] = NOT_ASSESSABLE
    else:
        codes = _codes(base, indicator)
        part, whole = (codes == YES).astype(float), np.ones(len(rows))
        if indicator.kind == "share_growth":
            growth = growth_pct(rows[indicator.amount], rows[indicator.base_amount])
    sure, perhaps = _members(base, indicator.among)
    standing = np.where(sure, codes, np.where(perhaps, BLANK, NOT_APPLICABLE))
    counted, known = standing != NOT_APPLICABLE, np.isin(standing, given)
    numerator = np.where(known, part, 0).astype(np.int64)
    denominator = np.where(known, whole, 0).astype(np.int64)
    value = _percent(numerator.astype(float), denominator.astype(float))
    bound = _bound(base, indicator, counted)
    places = zip(bound, numerator.tolist(), denominator.tolist(), standing.tolist(), strict=True)
    outcomes = [_agency_outcome(indicator, *place) for place in places]
    columns = {
        "agency": rows["agency"],
        "indicator": indicator.code,
        "row": indicator.row,
        "year": rows["year"],
        "numerator": numerator,
        "denominator": denominator,
        "answered": known.astype(np.int64),
        "missing": (counted & ~known).astype(np.int64),
        "value_pct": value,
        "worst_pct": value,
        "best_pct": value,
        **_verdict_columns(bound, outcomes),
        "growth_pct": growth,
        "answer": [_ANSWER_NAMES[code] for code in codes.tolist()],
    }
    return pd.DataFrame(columns)


def _bound(base: _Base, indicator: Indicator, counted: Mask) -> list[Target | None]:
    """For each row the target that binds this agency: all of it (100%), or nothing.

    An agency that the plan names stays bound where it is not counted.
    """
    universal = base.plan.rule_value("universal_target") == "binds_each_agency"
    found = base.targets_of(indicator.code)
    bound: list[Target | None] = []
    for agency, year, is_counted in zip(
        base.rows["agency"], base.year_index.tolist(), counted.tolist(), strict=True
    ):
        target = found[year]
        binds = target is not None and (
            (universal and is_counted and target.share_pct == 100)
            or base.plan.obligation(agency, indicator.code, target.year) is not None
        )
        bound.append(replace(target, share_pct=100.0, decimals=0) if target and binds else None)
    return bound


def _agency_outcome(
    indicator: Indicator, target: Target | None, part: int, whole: int, standing: int
) -> _Outcome:
    if target is None:
        return _Outcome(None, None, Status.NO_TARGET, Reason.NOT_ASSIGNED)
    if standing == NOT_APPLICABLE:
        return _Outcome(None, None, Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR)
    ratio = indicator.kind == "ratio"
    if standing == NOT_ASSESSABLE:
        reason = Reason.EMPTY_DENOMINATOR if ratio else Reason.NO_BASELINE
        return _Outcome(None, None, Status.NOT_ASSESSABLE, reason)
    if standing == BLANK:
        needed = None if ratio else 1
        return _Outcome(needed, None, Status.NO_DATA, Reason.NOTHING_ANSWERED)
    needed = _needed(indicator, whole, target)
    met = part >= needed
    status = Status.MET if met else Status.NOT_MET
    return _Outcome(needed, max(0, needed - part), status, Reason.NONE)
