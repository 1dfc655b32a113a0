"""What changed: results beside those of an earlier state of the data, or of the year before.

Pure, like `metrics`, whose frames it compares; see there for results and standings.
Counts of different agencies are never compared silently: `roster_change` says who
came, who went and who is spoken for by another.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from tbdx.plan import Plan

Row = Mapping[Hashable, Any]
Kind = Literal["verdict", "counts", "target", "range", "phase"]
"""In what two results differ."""

_COMPARED: dict[Kind, tuple[str, ...]] = {
    "verdict": ("status",),
    "counts": ("numerator", "denominator", "answered"),
    "target": ("target_pct", "threshold_pct"),
    "range": ("missing", "worst_pct", "best_pct"),
    "phase": ("phase",),
}
_AGENCY = ("answer", "numerator", "denominator", "growth_pct", "status")


@dataclass(frozen=True, slots=True)
class Changed:
    """One indicator whose result is not what it was.

    `before` and `after` are rows of results: of one year in two states of the data,
    or of two years in one.
    """

    before: Row
    after: Row
    kinds: frozenset[Kind]

    @property
    def indicator(self) -> str:
        return str(self.after["indicator"])

    @property
    def year(self) -> int:
        return int(self.after["year"])

    @property
    def turned(self) -> bool:
        """Whether the verdict is another one."""
        return "verdict" in self.kinds

    @property
    def same_measure(self) -> bool:
        """Whether both count the same: not where growth is counted from another threshold on."""
        return not _differ(self.before["threshold_pct"], self.after["threshold_pct"])

    @property
    def incomplete(self) -> bool:
        """Whether agencies have no figure yet on either side: the values are then of some alone."""
        return bool(self.before["missing"] or self.after["missing"])

    @property
    def points(self) -> float | None:
        """By how many percentage points the value moved; None where there were not two values."""
        if pd.isna(self.before["value_pct"]) or pd.isna(self.after["value_pct"]):
            return None
        return float(self.after["value_pct"] - self.before["value_pct"])

    @property
    def counted(self) -> int | None:
        """How many agencies, or people, more are counted; None where there were not two counts."""
        if not (self.before["answered"] and self.after["answered"]):
            return None
        return int(self.after["numerator"] - self.before["numerator"])


def between(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Changed, ...]:
    """Every result that is not what it was in an earlier state: turned verdicts first, then by year.

    Results that are only in one of the frames are left out.
    """
    earlier = _rows(before)
    pairs = ((earlier[key], row) for key, row in _rows(after).items() if key in earlier)
    found = [changed for pair in pairs if (changed := _compared(*pair)).kinds]
    return tuple(sorted(found, key=lambda changed: (not changed.turned, changed.year)))


def year_on_year(results: pd.DataFrame, year: int) -> tuple[Changed, ...]:
    """Every indicator of `year` beside the year before, in the plan's order, equal ones as well.

    Empty where the year before has no results.
    """
    rows = _rows(results[results["year"].isin([year - 1, year])])
    return tuple(
        _compared(rows[code, year - 1], row)
        for (code, own), row in rows.items()
        if own == year and (code, year - 1) in rows
    )


def _rows(results: pd.DataFrame) -> dict[tuple[str, int], Row]:
    records: list[dict[Hashable, Any]] = results.to_dict("records")
    return {(row["indicator"], row["year"]): row for row in records}


def _compared(before: Row, after: Row) -> Changed:
    kinds = (
        kind
        for kind, names in _COMPARED.items()
        if any(_differ(before.get(name), after.get(name)) for name in names)
        and (kind != "range" or before["answered"] or after["answered"])  # else nobody could tell
    )
    return Changed(before, after, frozenset(kinds))


def _differ(one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) != pd.isna(other))
    return bool(one != other)


def agencies_between(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The standings that are not what they were in an earlier state of the data.

    One row per agency, indicator and year that is in both frames and differs, in
    the order of `after`. Columns: agency, indicator, year, then answer, numerator,
    denominator, growth_pct and status, each with _before and _after.
    """
    return _agencies(before, after, ["agency", "indicator", "year"])


def agencies_year_on_year(standings: pd.DataFrame, year: int) -> pd.DataFrame:
    """The agencies whose standing in `year` is not that of the year before; as `agencies_between`.

    Only those that count in both years; see `roster_change` for the others.
    """
    earlier = standings[standings["year"] == year - 1]
    later = standings[standings["year"] == year]
    return _agencies(earlier.drop(columns="year"), later, ["agency", "indicator"])


def _agencies(before: pd.DataFrame, after: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    earlier = before[[*keys, *_AGENCY]]
    later = after[list(dict.fromkeys([*keys, "year", *_AGENCY]))]
    both = later.merge(earlier, on=keys, suffixes=("_after", "_before"))
    differs = pd.Series(False, index=both.index)
    for name in _AGENCY:
        one, other = both[f"{name}_before"], both[f"{name}_after"]
        differs |= one.ne(other) & ~(one.isna() & other.isna())
    names = [f"{name}_{when}" for name in _AGENCY for when in ("before", "after")]
    return both.loc[differs, ["agency", "indicator", "year", *names]].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class RosterChange:
    """How the agencies that count differ between two years, or two states of the register.

    left      those that no longer count
    joined    those that count now
    speakers  those that another agency's report now speaks for (or no longer), with the reporter
    """

    left: tuple[str, ...]
    joined: tuple[str, ...]
    speakers: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.left or self.joined or self.speakers)


def roster_change(before: tuple[Plan, int], after: tuple[Plan, int]) -> RosterChange:
    """How the agencies that count differ; each side is a plan with its register, and a year."""
    old, new = (
        {place.agency.id: place.reporter.id for place in plan.roster(year)}
        for plan, year in (before, after)
    )
    return RosterChange(
        tuple(agency for agency in old if agency not in new),
        tuple(agency for agency in new if agency not in old),
        tuple((a, new[a]) for a in new if a in old and new[a] != old[a]),
    )
