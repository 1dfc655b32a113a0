"""The plan beside goals from elsewhere: which asks more, and where the result stands.

Pure arithmetic on frames. A goal from elsewhere never judges anything: what is
said here stands beside a verdict and is no part of it (docs/method.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from tbdx import metrics
from tbdx.model import Order, Target
from tbdx.plan import Plan, ReferenceGoal

COMPARISON_COLUMNS = (
    "series",
    "indicator",
    "row",
    "year",
    "target_pct",
    "threshold_pct",
    "needed",
    "goal_pct",
    "goal_threshold_pct",
    "goal_needed",
    "whole",
    "order",
    "points",
    "numerator",
    "denominator",
    "missing",
    "value_pct",
    "worst_pct",
    "best_pct",
    "phase",
    "position",
    "distance",
    "source",
)


def compare(answers: pd.DataFrame, results: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The plan's targets and results beside its reference goals, one row per goal.

    `answers` and `results` are those of one basis (`metrics.answers_of`,
    `metrics.indicators`). Columns COMPARISON_COLUMNS; by series, indicator, year:

    target_pct, threshold_pct, needed   the plan's target and how many agencies (people)
                                        it takes; NaN where the plan prints none
    goal_pct, goal_threshold_pct, goal_needed   the same of the goal from elsewhere
    whole       how many agencies (people) are in the denominator, NaN where unknown
    order       `Order` of the target to the goal: "above" where the plan asks more
    points      target less goal in percentage points; NaN unless both are there and
                ask for the same growth (0% asks for nothing, whatever growth)
    numerator, denominator, missing, value_pct   the result as the goal counts it: with
                the goal's own growth threshold
    worst_pct, best_pct   what that result can still become, as agencies are missing
    phase       of the figures in it, as in `View.results`; None where it is not said there
    position    `Order` of that result to the goal, rounded as the indicator is; open
                where the worst and the best possible result stand differently
    distance    that result less the goal in percentage points, unrounded; NaN where
                the position is open
    source      the document of the goal
    """
    rows = [
        row
        for series in ("national", "body")
        for row in _series(answers, results, plan, series)  # one goal per indicator and year
    ]
    frame = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    whole = dict.fromkeys(("needed", "goal_needed", "whole", "numerator", "denominator"), "Int64")
    return frame.astype(whole | {"points": float, "distance": float, "threshold_pct": float})


def goal_decimals(share_pct: float) -> int:
    """With how many decimals a goal is stated: 33.3 with one, 70 with none."""
    exponent = Decimal(str(share_pct)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _series(
    answers: pd.DataFrame, results: pd.DataFrame, plan: Plan, series: str
) -> list[dict[str, Any]]:
    goals = {(g.indicator, g.year): g for g in plan.reference_goals if g.series == series}
    if not goals:
        return []
    years = sorted({year for _, year in goals})
    as_targets = [_as_target(goal, plan) for goal in goals.values()]
    counted = _by_key(metrics.indicators(answers, plan, as_targets, years=years))
    asked = _by_key(results[results["year"].isin(years)])
    return [
        _row(plan, goals[key], asked[key], counted[key])
        for key in sorted(goals, key=lambda key: (plan.indicator(key[0]).row, key[1]))
    ]


def _by_key(rows: pd.DataFrame) -> dict[tuple[str, int], dict[Hashable, Any]]:
    return {(row["indicator"], row["year"]): row for row in rows.to_dict("records")}


def _as_target(goal: ReferenceGoal, plan: Plan) -> Target:
    """The goal in the place of a target, so that the same arithmetic counts it."""
    indicator = plan.indicator(goal.indicator)
    return Target(
        row=indicator.row,
        indicator=indicator.code,
        title="",
        year=goal.year,
        share_pct=goal.share_pct,
        threshold_pct=goal.threshold_pct,
        decimals=goal_decimals(goal.share_pct),
        as_printed="",
        sheet="",
        cell="",
    )


def _row(
    plan: Plan,
    goal: ReferenceGoal,
    asked: Mapping[Hashable, Any],
    counted: Mapping[Hashable, Any],
) -> dict[str, Any]:
    indicator = plan.indicator(goal.indicator)
    ratio = indicator.kind == "ratio"
    threshold = np.nan if goal.threshold_pct is None else goal.threshold_pct
    order = _order_of_pairs(
        (asked["target_pct"], asked["threshold_pct"]), (goal.share_pct, threshold)
    )
    asks_nothing = 0 in (asked["target_pct"], goal.share_pct)
    alike = asks_nothing or _growth(asked["threshold_pct"]) == _growth(threshold)
    known = bool(counted["answered"])
    whole = counted["denominator"] if ratio else counted["answered"] + counted["missing"]
    value, worst, best = (
        counted[name] if known else np.nan for name in ("value_pct", "worst_pct", "best_pct")
    )
    bounds = (worst, best) if counted["missing"] else (value, value)
    position = _position_within(bounds, goal.share_pct, exact=indicator.rounding == "exact")
    return {
        "series": goal.series,
        "indicator": indicator.code,
        "row": indicator.row,
        "year": goal.year,
        "target_pct": asked["target_pct"],
        "threshold_pct": asked["threshold_pct"],
        "needed": asked["needed"],
        "goal_pct": goal.share_pct,
        "goal_threshold_pct": threshold,
        "goal_needed": counted["needed"],
        "whole": whole or pd.NA,
        "order": order.value,
        "points": asked["target_pct"] - goal.share_pct if alike else np.nan,
        "numerator": counted["numerator"] if known else pd.NA,
        "denominator": counted["denominator"] if known else pd.NA,
        "missing": counted["missing"],
        "value_pct": value,
        "worst_pct": worst,
        "best_pct": best,
        "phase": asked.get("phase") if known else None,
        "position": (position if known else Order.NONE).value,
        "distance": np.nan if position is Order.OPEN else value - goal.share_pct,
        "source": goal.source,
    }


def _growth(threshold: float) -> float:
    """A growth threshold to compare by: where none is set, any growth counts."""
    return 0.0 if pd.isna(threshold) else threshold


def _order(one: float, other: float) -> Order:
    if one == other:
        return Order.EQUAL
    return Order.ABOVE if one > other else Order.BELOW


def _order_of_pairs(target: tuple[float, float], goal: tuple[float, float]) -> Order:
    """How a target (share, growth) stands to a goal: clear only where no part speaks against it.

    A share of 0% asks for nothing, whatever growth stands beside it.
    """
    if pd.isna(target[0]):
        return Order.NONE
    shares = _order(target[0], goal[0])
    if 0 in (target[0], goal[0]):
        return shares
    growths = _order(_growth(target[1]), _growth(goal[1]))
    if Order.EQUAL in (shares, growths):
        return growths if shares is Order.EQUAL else shares
    return shares if shares is growths else Order.NOT_COMPARABLE


def _position_within(bounds: tuple[float, float], goal_pct: float, *, exact: bool) -> Order:
    """Where a result stands that lies between two values; open unless both stand alike."""
    low, high = (_position(value, goal_pct, exact=exact) for value in bounds)
    return low if low is high and low is not Order.NONE else Order.OPEN


def _position(value: float, goal_pct: float, *, exact: bool) -> Order:
    """How a result stands to a goal; a share is rounded half up to the goal's decimals first."""
    if pd.isna(value):
        return Order.NONE
    if exact:
        return _order(value, goal_pct)
    step = Decimal(1).scaleb(-goal_decimals(goal_pct))
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    return _order(float(rounded), goal_pct)
