"""A plan that changes: which targets hold in which year, and what an amendment alters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tbdx.model import PlanVersion, Target

Targets = tuple[Target, ...]


def in_force(original: Targets, amendments: Iterable[tuple[PlanVersion, Targets]]) -> Targets:
    """The targets of every year by the version in force in that year.

    A version holds from its first year on, as a whole, until one with a later
    first year; of two with the same first year the one adopted last.
    """
    versions: list[tuple[int, int, Targets]] = [(0, 0, original)]
    versions += [
        (version.first_year, version.id, targets)
        for version, targets in amendments
        if version.withdrawn_at is None
    ]
    versions.sort(key=lambda version: version[:2])
    years = {target.year for _, _, targets in versions for target in targets}
    owner = {
        year: next(number for first, number, _ in reversed(versions) if first <= year)
        for year in years
    }
    return tuple(
        target
        for _, number, targets in versions
        for target in targets
        if owner[target.year] == number
    )


def effective(versions: Iterable[PlanVersion]) -> tuple[PlanVersion, ...]:
    """The versions that hold in some year, by their first year.

    A withdrawn one does not; of two with the same first year the one adopted last does.
    """
    adopted = sorted(versions, key=lambda version: version.id)
    last = {version.first_year: version for version in adopted if version.withdrawn_at is None}
    return tuple(last[year] for year in sorted(last))


def version_in(versions: Iterable[PlanVersion], year: int) -> PlanVersion | None:
    """Which of the versions that hold (see `effective`) a year is judged by; None: as first issued."""
    begun = [version for version in versions if version.first_year <= year]
    return begun[-1] if begun else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One target before and after an amendment.

    kind     changed, added (printed for the first time) or dropped (no longer printed)
    adopted  whether it will hold: false for years before the amendment's first
    """

    kind: Literal["changed", "added", "dropped"]
    indicator: str
    year: int
    before: Target | None
    after: Target | None
    adopted: bool


def differences(
    before: Sequence[Target], after: Sequence[Target], first_year: int
) -> list[Difference]:
    """Every target that is not the same, by row and year; equal ones are left out."""
    old = {(target.indicator, target.year): target for target in before}
    new = {(target.indicator, target.year): target for target in after}
    rows = {target.indicator: target.row for target in (*after, *before)}
    found = []
    for key in sorted(old.keys() | new.keys(), key=lambda key: (rows[key[0]], key[1])):
        was, becomes = old.get(key), new.get(key)
        if was is not None and becomes is not None and _value(was) == _value(becomes):
            continue
        kind: Literal["changed", "added", "dropped"] = (
            "added" if was is None else "dropped" if becomes is None else "changed"
        )
        found.append(Difference(kind, *key, was, becomes, key[1] >= first_year))
    return found


def _value(target: Target) -> tuple[float, float | None, int]:
    return target.share_pct, target.threshold_pct, target.decimals
