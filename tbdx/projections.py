"""Where an indicator is heading: three named methods, each with what it rests on.

Pure arithmetic on the rows of one indicator. A projection is never a verdict and
is not stored. Nothing here is rounded for display; the plan's own rounding decides
only whether a share would meet its goal. See docs/method.md.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

import pandas as pd

from tbdx.model import Phase, Status
from tbdx.plan import Indicator

SPANS = (2, 3, 4)
"""Over how many years an extrapolation can be made."""
SPAN = 3
_FINEST = 10**7  # more agencies or people than are ever counted
_NEARLY = 1e-9  # what a power of floating-point numbers may be off by, in percent


class Method(StrEnum):
    """How a projection is made."""

    PATH = "path"  # no forecast: the straight way to the goal, and where the value stands to it
    GROWTH = "growth"  # the constant yearly ratio from the first to the last value, continued
    TREND = "trend"  # the straight line through the last years by least squares, continued


class Refused(StrEnum):
    """Why a method gives nothing."""

    NO_TARGET = "no-target"  # the plan asks for nothing in the goal year
    GOAL_REPORTED = "goal-reported"  # the goal year has a result: there is nothing to project
    NO_VALUE = "no-value"  # no earlier year has a value that can be compared with the goal
    TOO_FEW = "too-few"  # fewer years with a value than the method needs
    ZERO_VALUE = "zero-value"  # from or to 0% there is no yearly ratio
    NOBODY = "nobody"  # no agency is in the denominator in the goal year


class Position(StrEnum):
    """How a value stands to the path in its year."""

    ON = "on"
    ABOVE = "above"
    BELOW = "below"
    OPEN = "open"  # missing agencies could put it on either side


@dataclass(frozen=True, slots=True)
class Point:
    """A value that a projection rests on: k of n in one year.

    `missing` agencies have no figure in it; with them it lies between `worst_pct`
    and `best_pct`. `estimate` says whether a figure in it is one.
    """

    year: int
    numerator: int
    denominator: int
    estimate: bool
    missing: int
    worst_pct: float
    best_pct: float

    @property
    def exact(self) -> Fraction:
        """The value in percent."""
        return Fraction(100 * self.numerator, self.denominator)

    @property
    def value_pct(self) -> float:
        return float(self.exact)

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The lowest and the highest value that missing agencies leave possible."""
        if not self.missing:
            return self.exact, self.exact
        low, high = (
            Fraction(x).limit_denominator(_FINEST) for x in (self.worst_pct, self.best_pct)
        )
        return low, high


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached: a share in percent (with a growth threshold), and by how many.

    For shares `needed` of `whole` agencies, as far as the goal year's register is
    known; None for ratios of people, whose number in the goal year nobody knows.
    """

    year: int
    share_pct: float
    threshold_pct: float | None
    needed: int | None
    whole: int | None

    @property
    def aim(self) -> Fraction:
        """The percentage that it takes; see `aim_pct`."""
        return aim_pct(self.share_pct, self.needed, self.whole)


def aim_pct(share_pct: float, needed: int | None, whole: int | None) -> Fraction:
    """What a goal takes in percent: of agencies the share of the number that is needed.

    67% of two agencies takes both of them, 100%; 33% of three takes a third. Where no
    number is needed (ratios of people, an empty register) it is the printed share.
    """
    if needed is None or not whole:
        return Fraction(str(share_pct))
    return Fraction(100 * needed, whole)


def points_a_year(start: Fraction, aim: Fraction, years: int) -> float:
    """The percentage points a year from a value to what a goal takes; 0 if it is there already."""
    return float(max(Fraction(0), aim - start) / years) if years > 0 else 0.0


@dataclass(frozen=True, slots=True)
class GoalPath:
    """The straight way through the printed goals, and the one from the last value.

    `anchors` are the years with the percentages that the path runs through, the goal last.
    `expected_pct` is where it stands in the last value's year, with `gap_pct` the
    value less that, in percentage points; None, as `position`, where the path
    does not reach back so far. `per_year_pct` are the points that are needed
    every year from `start_pct` to `aim_pct` (see the function), of which the first
    is the last value with agencies that are missing counted as not there yet; 0
    where that is enough already. `more` agencies of the goal's whole are lacking,
    the start rounded down to agencies; None for ratios of people.
    """

    goal: Goal
    inputs: tuple[Point, ...]
    left_out: tuple[Point, ...]
    anchors: tuple[tuple[int, float], ...]
    expected_pct: float | None
    gap_pct: float | None
    position: Position | None
    start_pct: float
    aim_pct: float
    per_year_pct: float
    more: int | None

    @property
    def line(self) -> tuple[tuple[int, float], ...]:
        """What to draw: from where it stands straight to the goal."""
        return (self.inputs[-1].year, self.start_pct), (self.goal.year, self.aim_pct)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the values of `inputs`, continued by a method, come to in the goal year.

    `raw_pct` is what the formula gives, `value_pct` that within 0 – 100%.
    `factor` is the yearly ratio (growth) or the points a year (trend), `centre`
    the year and percentage that the formula starts from. For shares `agencies`
    of the goal's whole is what the value comes to, rounded down. `line` is what
    to draw, year by year within 0 – 100%.
    """

    method: Method
    goal: Goal
    inputs: tuple[Point, ...]
    left_out: tuple[Point, ...]
    centre: tuple[float, float]
    factor: float
    raw_pct: float
    value_pct: float
    agencies: int | None
    meets: bool
    line: tuple[tuple[int, float], ...]

    @property
    def capped(self) -> bool:
        """Whether the formula left 0 – 100%."""
        return self.value_pct != self.raw_pct


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a method gives nothing, with the years that it found and how many it needs.

    `goal` is None where the plan asks for nothing in the goal year.
    """

    reason: Refused
    method: Method
    year: int
    inputs: tuple[Point, ...] = ()
    left_out: tuple[Point, ...] = ()
    needs: int = 1
    goal: Goal | None = None


Projection = GoalPath | Forecast | Refusal
Row = Mapping[Hashable, Any]


def goal_years(rows: pd.DataFrame, goals: Sequence[int]) -> tuple[int, ...]:
    """Those of the plan's goal years in which it asks for something of the indicator."""
    asked = rows.loc[rows["status"] != Status.NO_TARGET.value, "year"]
    return tuple(year for year in goals if year in set(asked))


def next_goal(rows: pd.DataFrame, goals: Sequence[int]) -> int | None:
    """The first goal year to come: the one after the last result, else the last; None if none."""
    years = goal_years(rows, goals)
    reported = rows.loc[rows["phase"].notna(), "year"].max()  # NaN where there is none
    return next((year for year in years if not year <= reported), years[-1] if years else None)


def project(
    rows: pd.DataFrame,
    indicator: Indicator,
    goals: Sequence[int],
    year: int,
    method: Method = Method.PATH,
    *,
    span: int = SPAN,
) -> Projection:
    """Where one indicator stands to the goal of `year`, by one method.

    `rows` are the indicator's of `tbdx.service.View.results` (percentages
    unrounded), one a year; `goals` are the plan's goal years. Only years before
    `year` whose results were counted by the goal's own growth threshold are
    used; the others are `left_out`. What a scenario supposes is no value. `span`
    (one of SPANS) is how many years a trend is drawn through.
    """
    by_year: dict[int, Row] = {row["year"]: row for row in rows.to_dict("records")}
    row = by_year.get(year)
    if row is None or row["status"] == Status.NO_TARGET.value:
        return Refusal(Refused.NO_TARGET, method, year)
    goal = _goal(row, indicator)
    known = [
        own
        for _, own in sorted(by_year.items())
        if own["year"] < year and own["denominator"] and _reported(own)
    ]
    used = tuple(_point(own) for own in known if _threshold(own) == goal.threshold_pct)
    left_out = tuple(_point(own) for own in known if _threshold(own) != goal.threshold_pct)
    needs = {Method.PATH: 1, Method.GROWTH: 2, Method.TREND: span}[method]
    reason = _refused(row, goal, used, method, needs)
    if reason:
        return Refusal(reason, method, year, used, left_out, needs, goal)
    if method is Method.PATH:
        return _path(by_year, indicator, goals, goal, used, left_out)
    if method is Method.GROWTH:
        return _growth(goal, used, left_out)
    return _trend(goal, used[-span:], left_out)


def _refused(
    row: Row, goal: Goal, used: Sequence[Point], method: Method, needs: int
) -> Refused | None:
    if _reported(row):
        return Refused.GOAL_REPORTED
    if goal.whole == 0:
        return Refused.NOBODY
    if not used:
        return Refused.NO_VALUE
    if len(used) < needs:
        return Refused.TOO_FEW
    if method is Method.GROWTH and not (used[0].numerator and used[-1].numerator):
        return Refused.ZERO_VALUE
    return None


def _reported(row: Row) -> bool:
    """Whether a result rests on reports alone: what is supposed has no phase."""
    return bool(row["answered"] and pd.notna(row["phase"]))


def _threshold(row: Row) -> float | None:
    return None if pd.isna(row["threshold_pct"]) else float(row["threshold_pct"])


def _goal(row: Row, indicator: Indicator) -> Goal:
    shares = indicator.kind != "ratio"
    return Goal(
        year=int(row["year"]),
        share_pct=float(row["target_pct"]),
        threshold_pct=_threshold(row),
        needed=int(row["needed"]) if shares and not pd.isna(row["needed"]) else None,
        whole=int(row["answered"] + row["missing"]) if shares else None,
    )


def _point(row: Row) -> Point:
    return Point(
        year=int(row["year"]),
        numerator=int(row["numerator"]),
        denominator=int(row["denominator"]),
        estimate=row["phase"] == Phase.ESTIMATE.value,
        missing=int(row["missing"]),
        worst_pct=float(row["worst_pct"]),
        best_pct=float(row["best_pct"]),
    )


def _path(
    by_year: Mapping[int, Row],
    indicator: Indicator,
    goals: Sequence[int],
    goal: Goal,
    inputs: tuple[Point, ...],
    left_out: tuple[Point, ...],
) -> GoalPath:
    """From the first printed target through every goal year's to the goal, in straight pieces."""
    asked = [
        year
        for year, row in sorted(by_year.items())
        if year <= goal.year
        and row["status"] != Status.NO_TARGET.value
        and _threshold(row) == goal.threshold_pct
    ]
    corners = [year for year in asked if year == asked[0] or year in goals or year == goal.year]
    anchors = tuple((year, float(by_year[year]["target_pct"])) for year in corners)
    last = inputs[-1]
    expected = _between(anchors, last.year)
    low, _ = last.bounds
    more = None
    if goal.needed is not None and goal.whole is not None:
        more = max(0, goal.needed - floor(low * goal.whole / 100))
    return GoalPath(
        goal,
        inputs,
        left_out,
        anchors,
        expected_pct=None if expected is None else float(expected),
        gap_pct=None if expected is None else float(last.exact - expected),
        position=None if expected is None else _position(last, expected, anchors, indicator),
        start_pct=float(low),
        aim_pct=float(goal.aim),
        per_year_pct=points_a_year(low, goal.aim, goal.year - last.year),
        more=more,
    )


def _between(anchors: Sequence[tuple[int, float]], year: int) -> Fraction | None:
    """The path's percentage in a year; None where it does not reach back so far."""
    for (left, low), (right, high) in pairwise(anchors):
        if left <= year <= right:
            start, end = Fraction(str(low)), Fraction(str(high))
            return start + (end - start) * Fraction(year - left, right - left)
    return None


def _position(
    point: Point,
    expected: Fraction,
    anchors: Sequence[tuple[int, float]],
    indicator: Indicator,
) -> Position:
    """Shares of agencies are compared as the plan prints its targets: 66.67% is 67%."""
    values = point.bounds
    if indicator.rounding == "half_up":
        places = max(_decimals(share) for _, share in anchors)
        values = _half_up(values[0], places), _half_up(values[1], places)
        expected = _half_up(expected, places)
    low, high = (_side(value, expected) for value in values)
    return low if low is high else Position.OPEN


def _side(value: Fraction, expected: Fraction) -> Position:
    if value == expected:
        return Position.ON
    return Position.ABOVE if value > expected else Position.BELOW


def _decimals(share_pct: float) -> int:
    """The decimals that a share cannot be printed without."""
    exponent = Decimal(str(share_pct)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _half_up(value: Fraction, decimals: int) -> Fraction:
    steps: int = 10**decimals
    return Fraction(floor(value * steps + Fraction(1, 2)), steps)


def _growth(goal: Goal, inputs: tuple[Point, ...], left_out: tuple[Point, ...]) -> Forecast:
    first, last = inputs[0], inputs[-1]
    ratio = float(last.exact / first.exact) ** (1 / (last.year - first.year))

    def value(year: int) -> float:
        return float(last.value_pct * ratio ** (year - last.year))

    return _forecast(
        Method.GROWTH,
        goal,
        inputs,
        left_out,
        (last.year, last.value_pct),
        ratio,
        [(year, value(year)) for year in range(last.year, goal.year + 1)],
    )


def _trend(goal: Goal, inputs: tuple[Point, ...], left_out: tuple[Point, ...]) -> Forecast:
    count = len(inputs)
    middle = Fraction(sum(point.year for point in inputs), count)
    mean = sum((point.exact for point in inputs), Fraction(0)) / count
    slope = sum(
        ((point.year - middle) * (point.exact - mean) for point in inputs), Fraction(0)
    ) / sum((point.year - middle) ** 2 for point in inputs)
    years = range(inputs[0].year, goal.year + 1)
    return _forecast(
        Method.TREND,
        goal,
        inputs,
        left_out,
        (float(middle), float(mean)),
        float(slope),
        [(year, float(mean + slope * (year - middle))) for year in years],
    )


def _forecast(
    method: Method,
    goal: Goal,
    inputs: tuple[Point, ...],
    left_out: tuple[Point, ...],
    centre: tuple[float, float],
    factor: float,
    values: Sequence[tuple[int, float]],
) -> Forecast:
    raw = values[-1][1]
    value = _within(raw)
    agencies = None if goal.whole is None else floor(value * goal.whole / 100 + _NEARLY)
    if goal.needed is None or agencies is None:
        meets = value >= goal.share_pct - _NEARLY
    else:
        meets = agencies >= goal.needed
    line = tuple((year, _within(own)) for year, own in values)
    return Forecast(
        method, goal, inputs, left_out, centre, factor, raw, value, agencies, meets, line
    )


def _within(value_pct: float) -> float:
    return min(100.0, max(0.0, value_pct))
