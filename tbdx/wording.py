"""Results in words: the same on cards, in tables, on charts and in what is written out.

Counts stand before percentages, and a percentage is printed with as many decimals
as it takes for it not to contradict its verdict: 99.96% is never "100%" beside
"not met". A row is one of `View.results`, or of `View.standings` for one agency.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from tbdx import messages
from tbdx.i18n import Language
from tbdx.model import Phase, Reason, Status
from tbdx.plan import Indicator
from tbdx.tipping import Tipping

Row = Mapping[Hashable, Any]

MOST_NAMES = 8
"""So many names stand in a line; of more the first, and how many others there are."""

_MOST_DECIMALS = 9
_ENDS = (Fraction(0), Fraction(100))
_FINEST = 10**7  # more agencies or people than are ever counted
_JUDGED = {Status.EXCEEDED, Status.MET, Status.NOT_MET}


def count_line(row: Row, indicator: Indicator, language: Language) -> str:
    """One result in a line: "2/3 · 66,7% · ✓ Đạt 67% (cần 2)".

    Where nothing was answered only verdict and target; where nothing is asked
    for, no target.
    """
    parts = [verdict_text(row, language)]
    if row["answered"]:
        parts = [bare_count(row, language), percent_text(row, indicator, language), *parts]
    return " · ".join(parts)


def verdict_text(row: Row, language: Language) -> str:
    """The verdict with what it is measured by: "✓ Đạt 67% (cần 2)"."""
    label = status_label(row, language)
    asked = asked_text(row, language)
    if not asked:
        return label
    if Status(row["status"]) in _JUDGED:
        return f"{label} {asked}"
    target = language.text("target {target}", target=asked)
    return f"{label} · {target}"


def asked_text(row: Row, language: Language) -> str:
    """What a row's target asks for, "67% (cần 2)"; empty where nothing is asked for."""
    if row["status"] == Status.NO_TARGET.value:
        return ""
    target = target_text(row["target_pct"], row["threshold_pct"], language)
    if pd.isna(row["needed"]):
        return target
    needed = language.number(int(row["needed"]))
    return language.text("{target} (needs {needed})", target=target, needed=needed)


def target_text(share: float | None, threshold: float | None, language: Language) -> str:
    """A target as read: "67%", or for a pair "33% cơ quan tăng ≥ 10%"."""
    if share is None or pd.isna(share):
        return language.text("no target")
    if threshold is None or pd.isna(threshold):
        return language.percent(share, 2)
    return language.text(
        "{share} of agencies up {threshold} or more",
        share=language.percent(share, 2),
        threshold=language.percent(threshold, 2),
    )


# --- verdicts -----------------------------------------------------------------------------------


def status_text(row: Row, language: Language, *, agency: bool = False) -> str:
    """The verdict's word.

    Where some have answered and others could still turn the verdict it is open,
    not without data; an agency without a duty has a word of its own.
    """
    status = Status(row["status"])
    if agency and status is Status.NO_TARGET:
        return language.text("No target assigned")
    if status is Status.NO_DATA and row["reason"] == Reason.INCOMPLETE.value:
        return language.text("Not decided yet")
    return language.text(messages.STATUSES[status])


def status_label(row: Row, language: Language, *, agency: bool = False) -> str:
    """The verdict as symbol and word: "✓ Đạt"."""
    symbol = messages.SYMBOLS[Status(row["status"])]
    return f"{symbol} {status_text(row, language, agency=agency)}"


def reason_text(reason: str, language: Language) -> str:
    """Why a status is what it is, as a sentence; empty where it needs no reason."""
    text = language.text(messages.REASONS[Reason(reason)])
    return text[:1].upper() + text[1:]


# --- counts -------------------------------------------------------------------------------------


def estimate_text(row: Row, language: Language) -> str:
    """That a result rests on estimates; empty where its figures are final, or there are none."""
    return language.text("estimate") if row["phase"] == Phase.ESTIMATE.value else ""


def bare_count(row: Row, language: Language) -> str:
    """The two counts behind a percentage: "2/3"; "–" where nothing was answered."""
    if not row["answered"]:
        return "–"
    return f"{language.number(row['numerator'])}/{language.number(row['denominator'])}"


def count_text(row: Row, indicator: Indicator, language: Language) -> str:
    """The counts with what is counted: "2/3 cơ quan", "93/140 người"."""
    counts = {
        "part": language.number(row["numerator"]),
        "whole": language.number(row["denominator"]),
    }
    if unit := indicator.unit[language.code]:
        return f"{counts['part']}/{counts['whole']} {unit}"
    if indicator.kind == "ratio":
        return language.text("{part}/{whole} people", **counts)
    return language.text("{part}/{whole} agencies", **counts)


def number_of(count: int, indicator: Indicator, language: Language) -> str:
    """So many of what an indicator counts: "2 cơ quan", "98 người"."""
    if unit := indicator.unit[language.code]:
        return f"{language.number(count)} {unit}"
    if indicator.kind == "ratio":
        return language.plural("{count} person", "{count} people", count)
    return language.plural("{count} agency", "{count} agencies", count)


def short_text(row: Row, indicator: Indicator, language: Language) -> str:
    """How much is missing to the target, e.g. "Cần thêm 1 cơ quan"; empty if nothing."""
    if pd.isna(row["short_by"]) or row["short_by"] == 0:
        return ""
    more = number_of(int(row["short_by"]), indicator, language)
    return language.text("{count} more needed", count=more)


def missing_text(row: Row, indicator: Indicator, language: Language) -> str:
    """Who has not answered, with the range that leaves open; empty if nobody."""
    if not row["missing"]:
        return ""
    missing = language.plural(
        "{count} agency has no figure", "{count} agencies have no figure", int(row["missing"])
    )
    if pd.isna(row["worst_pct"]):
        return missing
    return language.text(
        "{missing}: between {worst} and {best}",
        missing=missing,
        worst=bound_text(row, "worst_pct", indicator, language),
        best=bound_text(row, "best_pct", indicator, language),
    )


def listed(names: Sequence[str], language: Language, most: int = MOST_NAMES) -> str:
    """Names in a line; beyond `most` of them the first, and how many others there are."""
    if len(names) <= most:
        return ", ".join(names)
    others = language.plural("{count} other", "{count} others", len(names) - most)
    return language.text("{names} and {others}", names=", ".join(names[:most]), others=others)


def tipping_text(
    tip: Tipping, indicator: Indicator, names: Sequence[str], language: Language
) -> str:
    """How many a target that can be met still takes, of whom: "cần thêm 1 trong 2 cơ quan: A, B".

    `names` are those of `tip.could`, in that order.
    """
    fields = {
        "count": language.number(tip.needed),
        "all": language.number(len(tip.could)),
        "names": listed(names, language),
        "need": number_of(tip.people, indicator, language),
    }
    everybody = len(tip.could) == tip.needed
    if indicator.kind == "ratio":
        if everybody:
            return language.text("{need} more are needed, at {names}.", **fields)
        if tip.any_of:
            return language.text(
                "{need} more are needed, at any {count} of these {all}: {names}.", **fields
            )
        return language.text(
            "{need} more are needed, at {count} agencies or more out of: {names}.", **fields
        )
    if everybody:
        return language.text("Needed: {names}.", **fields)
    if tip.any_of:
        return language.text("Needed: any {count} of these {all}: {names}.", **fields)
    return language.text("Needed: {count} out of {names}; not every choice is enough.", **fields)


def range_text(row: Row, language: Language) -> str:
    """What missing agencies leave possible, "từ 50% đến 100%"; empty where nobody is missing."""
    if not row["missing"] or pd.isna(row["worst_pct"]):
        return ""
    return language.text(
        "between {worst} and {best}",
        worst=share_text(row["worst_pct"], language),
        best=share_text(row["best_pct"], language),
    )


# --- percentages --------------------------------------------------------------------------------


def percent_text(row: Row, indicator: Indicator, language: Language, fewest: int = 1) -> str:
    """A row's percentage, on the same side of its target as the exact value is.

    `fewest` decimals, or as many more as that takes.
    """
    value = _value(row)
    if value is None:
        return language.percent(None)
    shown, decimals = _shown(value, _target(row), indicator, fewest)
    return language.percent(float(shown), decimals)


def gap_text(row: Row, indicator: Indicator, language: Language) -> str:
    """How far the printed percentage is from the printed target, in points without a sign.

    Empty where there is no value or nothing is asked for.
    """
    value, target = _value(row), _target(row)
    if value is None or target is None:
        return ""
    shown, decimals = _shown(value, target, indicator)
    return language.number(float(abs(shown - target)), max(decimals, _decimals_of(target)))


def moved_text(before: Row, after: Row, indicator: Indicator, language: Language) -> str:
    """By how many points two printed percentages differ, without a sign.

    Empty where there are not two, where no difference is printed, or (of two printed with
    unlike decimals) one that goes the other way than the values.
    """
    was, now = _value(before), _value(after)
    if was is None or now is None:
        return ""
    old, decimals = _shown(was, _target(before), indicator)
    new, finer = _shown(now, _target(after), indicator)
    if old == new or _side(new, old) != _side(now, was):
        return ""
    return language.number(float(abs(new - old)), max(decimals, finer))


def share_text(value_pct: float | None, language: Language) -> str:
    """A percentage that stands without its target: never a whole number that it is not.

    One decimal, or as many more as that takes: 66,7%, but 99,96%.
    """
    if value_pct is None or pd.isna(value_pct):
        return language.percent(None)
    value, decimals = Fraction(str(float(value_pct))), 1
    while decimals < _MOST_DECIMALS:
        shown = _half_up(value, decimals)
        if shown == value or shown.denominator != 1:
            break
        decimals += 1
    return language.percent(float(_half_up(value, decimals)), decimals)


def bound_text(
    row: Row, name: Literal["worst_pct", "best_pct"], indicator: Indicator, language: Language
) -> str:
    """A value that missing agencies leave possible, printed like `percent_text`."""
    value = Fraction(row[name]).limit_denominator(_FINEST)
    shown, decimals = _shown(value, _target(row), indicator)
    return language.percent(float(shown), decimals)


def rounding_text(row: Row, indicator: Indicator, language: Language) -> str:
    """How the rounding rule decides a row; empty where it decides nothing.

    "66,67% làm tròn thành 67%" where a share meets its target only rounded;
    "33,33% làm tròn thành 33%: bằng chỉ tiêu, không vượt" where it does not exceed it;
    "99,96% chưa phải là 100%: so không làm tròn" where it would, if it were rounded.
    """
    value, target = _value(row), _target(row)
    if value is None or target is None or value == target:
        return ""
    shown, decimals = _shown(value, target, indicator, fewest=2)
    fields = {
        "value": language.percent(float(shown), decimals),
        "target": language.percent(float(target), 2),
    }
    if value > target:
        if row["status"] != Status.MET.value or row["missing"]:
            return ""  # of agencies that are missing: it is their worst case that is met
        return language.text(
            "{value} is rounded to {target}: equal to the target, not above it", **fields
        )
    if row["status"] in (Status.MET.value, Status.EXCEEDED.value):
        return language.text("{value} is rounded to {target}", **fields)
    rounded = _half_up(value, _decimals_of(target)) >= target
    if indicator.rounding == "exact" and rounded and row["status"] == Status.NOT_MET.value:
        return language.text("{value} is not {target}: compared unrounded", **fields)
    return ""


def growth_text(
    growth_pct: float | None,
    threshold_pct: float | None,
    reached: bool | None,
    language: Language,
) -> str:
    """Growth in percent, on the same side of the threshold as the verdict: 9,996%, not 10%.

    Two decimals, or as many more as that takes. Without a threshold any growth
    counts; `reached` is None where nothing is judged.
    """
    if growth_pct is None or pd.isna(growth_pct):
        return language.percent(None)
    any_growth = threshold_pct is None or pd.isna(threshold_pct)
    mark = Fraction(0) if any_growth else Fraction(str(threshold_pct))
    value, decimals = Fraction(str(float(growth_pct))), 2
    while reached is not None and decimals < _MOST_DECIMALS:
        shown = _half_up(value, decimals)
        if (shown > mark if any_growth else shown >= mark) == reached:
            break
        decimals += 1
    return language.percent(float(_half_up(value, decimals)), decimals)


def _value(row: Row) -> Fraction | None:
    """A row's percentage, exactly; None where there is none."""
    if not row["answered"] or not row["denominator"]:
        return None
    return Fraction(100 * int(row["numerator"]), int(row["denominator"]))


def _target(row: Row) -> Fraction | None:
    """What a row's percentage is compared with, exactly; None where nothing is asked for."""
    if row["status"] == Status.NO_TARGET.value or pd.isna(row["target_pct"]):
        return None
    return Fraction(str(float(row["target_pct"])))


def _shown(
    value: Fraction, target: Fraction | None, indicator: Indicator, fewest: int = 1
) -> tuple[Fraction, int]:
    """The value as it is printed, and with how many decimals at most."""
    decimals = fewest
    while decimals < _MOST_DECIMALS:
        if _faithful(_half_up(value, decimals), value, target, indicator):
            break
        decimals += 1
    return _half_up(value, decimals), decimals


def _faithful(
    shown: Fraction, value: Fraction, target: Fraction | None, indicator: Indicator
) -> bool:
    """Whether whoever compares the printed number with the target finds what the value gives.

    What is not nobody or everybody is never printed as 0% or 100%, whatever the target.
    """
    if any(_side(shown, end) != _side(value, end) for end in _ENDS):
        return False
    if target is None:
        return True
    same = _side(shown, target) == _side(value, target)
    if indicator.rounding == "exact" or not same:
        return same
    whole = _decimals_of(target)
    return _side(_half_up(shown, whole), target) == _side(_half_up(value, whole), target)


def _side(value: Fraction, mark: Fraction) -> int:
    return (value > mark) - (value < mark)


def _half_up(value: Fraction, decimals: int) -> Fraction:
    """Rounded half up, away from zero, as spreadsheets do."""
    steps = 10**decimals
    size = (abs(value) * steps * 2 + 1) // 2
    return Fraction(size if value >= 0 else -size, steps)


def _decimals_of(target: Fraction) -> int:
    """The decimals that a target cannot be printed without."""
    decimals = 0
    while (target * 10**decimals).denominator != 1:
        decimals += 1
    return decimals


def span(years: Iterable[int]) -> str:
    """Years in a line, those that follow each other as "2026–2029"."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)
