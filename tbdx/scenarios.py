"""What if: answers supposed for years to come, and what it takes to meet their targets.

Frame in, frame out, as `metrics`: nothing here is stored, and nothing is data.
A scenario is written as a short code, so that it can stand in an address.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tbdx.model import Answer, Status, TbdxError
from tbdx.plan import Plan, Question

Value = Answer | float | None
"""An answer supposed: yes, no or na; a number as the form asks for it; None for a blank."""

_CARRY = "carry"
_PARTS, _PIECES, _ITEMS, _IS = "~", ":", ",", "="
_DECIMALS = 6  # million VND to the đồng
_NAMED = 8  # so many legal values are named in an error


@dataclass(frozen=True, slots=True)
class Change:
    """One answer supposed of one agency (by its id) in one year."""

    agency: str
    year: int
    field: str
    value: Value

    @property
    def place(self) -> tuple[int, str, str]:
        """What is changed, in the order in which changes are listed."""
        return self.year, self.agency, self.field


@dataclass(frozen=True)
class Scenario:
    """Answers supposed in place of what is reported; of two changes of one answer the later holds.

    carry  in the years to come, an agency that has not reported has its last answers
    """

    changes: tuple[Change, ...] = ()
    carry: bool = False

    def __post_init__(self) -> None:
        last = {change.place: change for change in self.changes}
        object.__setattr__(self, "changes", tuple(last[place] for place in sorted(last)))

    def __bool__(self) -> bool:
        return bool(self.changes) or self.carry

    def with_changes(self, changes: Iterable[Change]) -> Scenario:
        """This scenario with further changes, which replace earlier ones of the same answer."""
        return replace(self, changes=(*self.changes, *changes))

    def without(self, changes: Iterable[Change]) -> Scenario:
        """This scenario with some of its changes taken back."""
        gone = set(changes)
        return replace(self, changes=tuple(c for c in self.changes if c not in gone))

    @property
    def code(self) -> str:
        """The scenario in one word, e.g. "carry~bao,dai:2026:uses_ai=yes,trained_count=120"; "" for none.

        Agencies of which the same is supposed stand together. A blank is "uses_ai=".
        """
        supposed: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for change in self.changes:
            item = f"{change.field}{_IS}{_word(change.value)}"
            supposed[change.year, change.agency].append(item)
        alike: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for (year, agency), items in supposed.items():
            alike[year, _ITEMS.join(items)].append(agency)
        parts = [
            _PIECES.join((_ITEMS.join(agencies), str(year), items))
            for (year, items), agencies in alike.items()
        ]
        return _PARTS.join([*([_CARRY] if self.carry else []), *parts])

    @classmethod
    def from_code(cls, code: str, plan: Plan) -> Scenario:
        """The scenario that a code writes out. Raises TbdxError: scenario-unreadable."""
        changes: list[Change] = []
        carry = False
        for part in filter(None, code.split(_PARTS)):
            if part == _CARRY:
                carry = True
                continue
            changes += _changes_in(part, plan)
        return cls(tuple(changes), carry)


def _word(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Answer):
        return value.value
    return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def _unreadable(found: str, expected: Iterable[object]) -> TbdxError:
    legal = [str(value) for value in expected]
    more = ["…"] if len(legal) > _NAMED else []
    words = ", ".join([*legal[:_NAMED], *more])
    return TbdxError("scenario-unreadable", found=found, expected=words)


def _changes_in(part: str, plan: Plan) -> list[Change]:
    """What one part supposes, e.g. "bao,dai:2026:uses_ai=yes"."""
    pieces = part.split(_PIECES)
    if len(pieces) != 3:
        raise _unreadable(part, [f"agency{_PIECES}year{_PIECES}field{_IS}value"])
    years = {str(year): year for year in plan.all_years}
    if pieces[1] not in years:
        raise _unreadable(pieces[1], years)
    year = years[pieces[1]]
    agencies = reporters(plan, year)
    changes = []
    for agency in pieces[0].split(_ITEMS):
        if agency not in agencies:
            raise _unreadable(agency, agencies)
        for item in pieces[2].split(_ITEMS):
            field, _, word = item.partition(_IS)
            question = plan.form.question(field)
            if question is None or _IS not in item:
                raise _unreadable(item, (f"{q.name}{_IS}…" for q in plan.form.field))
            changes.append(Change(agency, year, field, _value(question, word)))
    _require_possible(changes, plan)
    return changes


def _require_possible(changes: Sequence[Change], plan: Plan) -> None:
    """No part larger than its whole, where the code says both."""
    said = {(c.agency, c.field): c.value for c in changes if isinstance(c.value, float)}
    wholes = {i.numerator: i.denominator for i in plan.indicators if i.kind == "ratio"}
    for (agency, field), part in said.items():
        whole = said.get((agency, wholes.get(field, "")), math.inf)
        if part > whole:
            raise _unreadable(f"{field}{_IS}{_word(part)}", [f"0 – {_word(whole)}"])


def _value(question: Question, word: str) -> Value:
    """The value that a word writes out, if it is one that the question can have."""
    if not word:
        return None
    if question.kind == "answer":
        answers = [answer.value for answer in Answer]
        if word not in answers:
            raise _unreadable(f"{question.name}{_IS}{word}", answers)
        return Answer(word)
    most = "…" if question.max is None else f"{question.max:g}"
    try:
        number = round(float(word), _DECIMALS)
    except ValueError:
        number = math.nan
    fits = 0 <= number <= (question.max or _LARGEST)
    if not fits or (question.kind != "amount" and not number.is_integer()):
        raise _unreadable(f"{question.name}{_IS}{word}", [f"0 – {most}"])
    return number + 0.0  # no negative zero


_LARGEST = 1e9
"""No amount (million VND) or count is larger; so amounts in đồng stay exact."""


def reporters(plan: Plan, year: int) -> dict[str, None]:
    """The agencies that can report for a year, by id, in the plan's order."""
    return dict.fromkeys(agency.id for agency in plan.agencies_in(year))


def coming_years(answers: pd.DataFrame, plan: Plan) -> range:
    """The years that are still open: from the last one with a report, which may be incomplete, on."""
    reported = [int(year) for year in answers["year"].unique() if year in plan.all_years]
    return range(max(reported, default=plan.years.first), plan.years.last + 1)


def carried(answers: pd.DataFrame, plan: Plan, years: Iterable[int]) -> pd.DataFrame:
    """The answers where an agency that has not reported has those of its latest earlier year.

    That is so in `years`, and of agencies that can report in them. An agency that
    never reported has nothing; what was merged is not summed up for it. The
    amounts of the base year stay what they are.
    """
    for year in sorted(years):
        heard = set(answers.loc[answers["year"] == year, "agency"])
        silent = [agency for agency in reporters(plan, year) if agency not in heard]
        earlier = answers[(answers["year"] < year) & answers["agency"].isin(silent)]
        last = earlier.sort_values("year", kind="stable").drop_duplicates("agency", keep="last")
        if not last.empty:
            answers = pd.concat([answers, last.assign(year=year)], ignore_index=True)
    return answers


def applied(answers: pd.DataFrame, scenario: Scenario, plan: Plan) -> pd.DataFrame:
    """The answers as the scenario supposes them; without a change, what they are.

    Year by year: the last answers stand first (in `coming_years`, where the
    scenario says so), then come the year's changes. So what is supposed of an
    agency in one year stands in the next as well, until it is changed again.
    """
    carrying = coming_years(answers, plan) if scenario.carry else range(0)
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    for change in scenario.changes:
        changes[change.year].append(change)
    for year in sorted({*carrying, *changes}):
        if year in carrying:
            answers = carried(answers, plan, [year])
        if changes[year]:
            answers = _changed(answers, changes[year])
    return answers


def _changed(answers: pd.DataFrame, changes: Sequence[Change]) -> pd.DataFrame:
    answers = with_blanks(answers, [(change.agency, change.year) for change in changes])
    keys = zip(answers["agency"], answers["year"].tolist(), strict=True)
    place = {key: row for row, key in enumerate(keys)}
    columns: dict[str, Any] = {}
    for change in changes:
        if change.field not in columns:
            columns[change.field] = answers[change.field].to_numpy(dtype=object, copy=True)
        value = change.value.value if isinstance(change.value, Answer) else change.value
        row = place[change.agency, change.year]
        columns[change.field][row] = np.nan if value is None else value
    kinds = {name: answers[name].dtype for name in columns}
    return answers.assign(
        **{
            name: values.astype(float) if kinds[name].kind == "f" and _numeric(values) else values
            for name, values in columns.items()
        }
    )


def _numeric(values: Any) -> bool:
    return all(isinstance(value, int | float) for value in values)


def answers_at(answers: pd.DataFrame, agency: str, year: int) -> dict[str, Value]:
    """What one agency says in one year by field; blanks are left out."""
    rows = answers[(answers["agency"] == agency) & (answers["year"] == year)]
    return {
        str(name): Answer(value) if isinstance(value, str) else float(value)
        for row in rows.drop(columns=["agency", "year"]).to_dict("records")
        for name, value in row.items()
        if not pd.isna(value)
    }


def supposing(
    answers: pd.DataFrame,
    scenario: Scenario,
    plan: Plan,
    agency: str,
    year: int,
    values: Mapping[str, Value],
) -> Scenario:
    """The scenario in which one agency answers so in one year.

    A change is only what differs from what would stand there without it.
    """
    own = [c for c in scenario.changes if (c.agency, c.year) == (agency, year)]
    rest = scenario.without(change for change in own if change.field in values)
    standing = answers_at(applied(answers, rest, plan), agency, year)
    return rest.with_changes(
        Change(agency, year, name, value)
        for name, value in values.items()
        if value != standing.get(name)
    )


@dataclass(frozen=True, slots=True)
class Flip:
    """A verdict that a scenario turns."""

    indicator: str
    year: int
    before: Status
    after: Status

    @property
    def gained(self) -> bool | None:
        """Whether a target is now met (True), met no more (False), or neither."""
        was, now = (status in _MET for status in (self.before, self.after))
        return None if was is now else now


_MET = (Status.MET, Status.EXCEEDED)


def flips(before: pd.DataFrame, after: pd.DataFrame) -> list[Flip]:
    """The verdicts in which two frames of results differ, in the order of the second."""
    keys = ["indicator", "year"]
    both = after[[*keys, "status"]].merge(before[[*keys, "status"]], on=keys)
    turned = both[both["status_x"] != both["status_y"]]
    return [
        Flip(code, int(year), Status(was), Status(now))
        for code, year, now, was in turned.itertuples(index=False)
    ]


def with_blanks(answers: pd.DataFrame, keys: Iterable[tuple[str, int]]) -> pd.DataFrame:
    """The answers with a blank row for every agency and year of `keys` that has none.

    A blank row and no row are the same to `metrics`.
    """
    known = set(zip(answers["agency"], answers["year"].tolist(), strict=True))
    new = [key for key in dict.fromkeys(keys) if key not in known]
    if not new:
        return answers
    blank = pd.DataFrame(new, columns=["agency", "year"])
    return pd.concat([answers, blank], ignore_index=True)
