"""What is closed stays as it was: a report or correction of an open year may not turn it unseen.

Figures of one year can reach another: the base-year amounts come from the newest report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from tbdx import metrics
from tbdx.corrections import corrected
from tbdx.model import Erratum, Status, TbdxError
from tbdx.service.desk import Current, Desk
from tbdx.service.view import Row

Results = dict[tuple[str, int], Row]

_KEPT = ("value_pct", "numerator", "denominator", "status")
"""What of a closed year's result may not change; what is still missing may move its bounds."""


def guard(desk: Desk) -> Callable[[pd.DataFrame], None] | None:
    """What refuses a panel as it would be where it turns a closed year; None while all are open.

    Raises TbdxError: closed-year-touched.
    """
    current = desk.current
    if not current.closed_years:
        return None
    before = _now(desk, current)
    return lambda panel: _require_kept(current, before, _results(current, panel, current.errata))


def require_kept_with(desk: Desk, errata: Iterable[Erratum]) -> None:
    """Refuse corrections that would turn a closed year. Raises TbdxError: closed-year-touched."""
    current = desk.current
    if current.closed_years:
        after = _results(current, desk.store.panel(), errata)
        _require_kept(current, _now(desk, current), after)


def _now(desk: Desk, current: Current) -> Results:
    return current.kept(("closed",), lambda: _results(current, desk.store.panel(), current.errata))


def _results(current: Current, panel: pd.DataFrame, errata: Iterable[Erratum]) -> Results:
    """The province's results of the closed years."""
    plan = current.plan
    answers = metrics.answers_of(corrected(panel, errata)[0], plan)
    years = [year for year in plan.all_years if year in current.closed_years]
    rows = metrics.indicators(answers, plan, current.targets, years=years)
    return {(row["indicator"], row["year"]): row for row in rows.to_dict("records")}


def _require_kept(current: Current, before: Results, after: Results) -> None:
    for (indicator, year), old in before.items():
        new = after[indicator, year]
        if any(_differ(old[name], new[name]) for name in _KEPT):
            raise TbdxError(
                "closed-year-touched",
                year=year,
                indicator=current.plan.indicator(indicator).row,
                before=_counts(old),
                was=Status(old["status"]),
                after=_counts(new),
                becomes=Status(new["status"]),
            )


def _counts(row: Row) -> str:
    return f"{row['numerator']}/{row['denominator']}" if row["answered"] else "–"


def _differ(one: object, other: object) -> bool:
    return not (one == other or (pd.isna(one) and pd.isna(other)))  # type: ignore[call-overload]
