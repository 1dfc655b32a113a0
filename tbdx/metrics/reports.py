"""The answers as arrays beside the roster of a plan: who counts, and what they said.

One array operation does for all agencies and years at once: the answers lie in a
grid, years down and agencies across (`History`), and are taken from it in the order
of the roster (`Reports`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import take

from tbdx.model import Answer
from tbdx.plan import Among, Plan

Codes = npt.NDArray[np.int8]
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
"""Positions in another array; -1 where there is none."""

NO, BLANK, NOT_APPLICABLE, YES, NOT_ASSESSABLE = range(5)
"""How an agency stands on a question. The order is that of three-valued logic: of several
questions a no decides, then a blank, then "not applicable", so that what they come to
together is the least of them. Only growth is ever not assessable: it lacks a baseline."""

_CODES = {Answer.NO: NO, Answer.NOT_APPLICABLE: NOT_APPLICABLE, Answer.YES: YES}


def answers_of(panel: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The panel as one row per agency and year.

    Columns: agency, year, then every field of the plan's form: floats for
    amounts, counts and levels, "yes" / "no" / "na" for answers, NaN where blank.
    """
    agency, _ = pd.factorize(panel["agency"])
    year, years = pd.factorize(panel["year"])
    report, reports = pd.factorize(agency * len(years) + year)
    first = np.zeros(len(reports), dtype=np.intp)
    first[report[::-1]] = np.arange(len(report))[::-1]  # of equal places the last one stays
    fields, names = pd.factorize(panel["field"])
    code = {name: number for number, name in enumerate(names)}
    columns = {}
    for question in plan.form.field:
        rows = np.flatnonzero(fields == code.get(question.name, -1))
        source = panel["text" if question.kind == "answer" else "number"]
        columns[question.name] = take(
            source.array, _placed(report[rows], rows, len(reports)), allow_fill=True
        )
    return panel[["agency", "year"]].take(first).reset_index(drop=True).assign(**columns)


def _placed(places: Any, values: Any, length: int) -> Places:
    """An array that has each value at its place and -1 everywhere else."""
    found = np.full(length, -1, dtype=np.intp)
    found[places] = values
    return found


def growth_pct(amount: Any, base: Any) -> Any:
    """Growth of `amount` over `base` in percent; NaN where base is missing or not positive."""
    amount, base = np.asarray(amount, float), np.asarray(base, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, (amount - base) / base * 100, np.nan)


# --- who counts ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Roster:
    """Who counts in which year: one element per year and agency, the years ascending.

    `year` is a position in `years`; `agency`, and `reporter` whose report speaks for it,
    are positions in the register. `shared` marks those whose report speaks for others too.
    """

    years: Counts
    year: Places
    agency: Places
    reporter: Places
    shared: Mask

    def __len__(self) -> int:
        return len(self.year)

    def first(self, among: Mask) -> Mask:
        """Those of `among` before whom no other of them has the same report."""
        if not self.shared.any():
            return among
        place = np.flatnonzero(among)
        _, first = np.unique(self._report[place], return_index=True)
        found = np.zeros_like(among)
        found[place[first]] = True
        return found

    def alone(self, among: Mask) -> Mask:
        """Those of `among` whose report speaks for no other of them."""
        if not self.shared.any():
            return among
        place = np.flatnonzero(among)
        _, report, times = np.unique(self._report[place], return_inverse=True, return_counts=True)
        found = np.zeros_like(among)
        found[place] = (times == 1)[report]
        return found

    @property
    def _report(self) -> Places:
        """A number for the report that speaks, the same only where it is the same report."""
        reporters: int = self.reporter.max() + 1
        return self.year * reporters + self.reporter


class Register:
    """A plan's register of agencies as arrays, in its order. Use as `plan.once(Register)`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.place = {agency.id: place for place, agency in enumerate(plan.agencies)}
        self.ids = pd.array(list(self.place), dtype="str")
        self._rosters: dict[tuple[int, ...], Roster] = {}
        self._members: dict[Among, Mask] = {}

    def roster(self, years: Iterable[int]) -> Roster:
        """Who counts in these years, in ascending order whatever theirs is."""
        wanted = tuple(sorted(set(years)))
        if wanted not in self._rosters:
            self._rosters[wanted] = self._roster(wanted)
        return self._rosters[wanted]

    def _roster(self, years: tuple[int, ...]) -> Roster:
        rows = [
            (number, self.place[place.agency.id], self.place[place.reporter.id])
            for number, year in enumerate(years)
            for place in self._plan.roster(year)
        ]
        year, agency, reporter = np.array(rows, dtype=np.intp).reshape(-1, 3).T
        reports = year * len(self.place) + reporter
        _, speaks, times = np.unique(reports, return_inverse=True, return_counts=True)
        return Roster(np.array(years, np.int64), year, agency, reporter, (times > 1)[speaks])

    def members(self, among: Among) -> Mask:
        """Whom the register puts into a denominator (answers aside), one flag per agency."""
        if among not in self._members:
            flags = [agency.in_scope(among) for agency in self._plan.agencies]
            self._members[among] = np.array(flags, dtype=bool)
        return self._members[among]

    @cached_property
    def named(self) -> dict[tuple[str, int], Mask]:
        """By indicator and year whom the plan's text gives a goal, one flag per agency.

        What was named for an agency binds those that it was merged into.
        """
        named: dict[tuple[str, int], Mask] = {}
        for goal in self._plan.obligations:
            key = goal.indicator, goal.year
            flags = named.setdefault(key, np.zeros(len(self.ids), dtype=bool))
            place = self.place.get(goal.agency)
            while place is not None and not flags[place]:
                flags[place] = True
                place = self.place.get(self._plan.agencies[place].successor)
        return named

    @cached_property
    def mergers(self) -> list[tuple[str, list[str]]]:
        """Every merged agency with those that went into it, the oldest merger first.

        What was merged may itself have been merged before.
        """
        oldest = sorted(self._plan.agencies, key=lambda agency: agency.valid_from or date.min)
        parts = ((a.id, [part.id for part in self._plan.predecessors(a.id)]) for a in oldest)
        return [(agency, own) for agency, own in parts if own]


def roster_of(plan: Plan, years: Iterable[int]) -> pd.DataFrame:
    """The agencies that count in each year and whose report speaks for each.

    Columns: agency, year, reporter, repeated (whether an earlier row of the year
    has the same reporter, so that people and amounts are added once).
    """
    register = plan.once(Register)
    roster = register.roster(years)
    everybody = np.ones(len(roster), dtype=bool)
    return pd.DataFrame(
        {
            "agency": register.ids.take(roster.agency),
            "year": roster.years[roster.year],
            "reporter": register.ids.take(roster.reporter),
            "repeated": ~roster.first(everybody),
        }
    )


# --- what was said ------------------------------------------------------------------------------


class History:
    """Where each agency's answers of each year stand: a grid, years down and agencies across.

    The grid has one more row and column, of -1, so that position -1 finds no report; and
    every column of values gets one more element, so that report -1 finds no value.
    """

    def __init__(self, answers: pd.DataFrame) -> None:
        self._answers = answers
        self.agency, ids = answers["agency"].array.factorize()
        self.year, years = pd.factorize(answers["year"].to_numpy(), sort=True)
        self.years: list[int] = years.tolist()
        self.place: dict[str, int] = {own: place for place, own in enumerate(ids.tolist())}
        self.report = np.full((len(self.years) + 1, len(ids) + 1), -1, dtype=np.intp)
        self.report[self.year, self.agency] = np.arange(len(answers))

    def values(self, field: str) -> Numbers:
        """A field's numbers in the order of the answers, and NaN after the last."""
        return np.append(self._answers[field].to_numpy(dtype=float), np.nan)

    def codes(self, field: str) -> Codes:
        """A field's answers in the order of the answers, and BLANK after the last."""
        said, words = self._answers[field].array.factorize()
        codes = [*(_CODES.get(word, BLANK) for word in words.tolist()), BLANK]
        found: Codes = np.array(codes, dtype=np.int8)[np.append(said, -1)]
        return found

    def carried(self, values: Numbers) -> Numbers:
        """The grid with each agency's last known value of that year or before."""
        *rows, none = values[self.report]
        known = accumulate(rows, lambda before, own: _where_known(own, before))
        return np.stack([*known, none])

    def latest(self, field: str) -> Numbers:
        """The value that each agency reported last, in the order of `place`, and NaN after it."""
        last: Numbers = self.carried(self.values(field))[len(self.years) - 1]
        return last

    def baselines(self, field: str, merged: dict[str, float]) -> Numbers:
        """Each report's base-year amount, and NaN after the last; see `baselines`."""
        values = self.values(field)
        first = reduce(_where_known, values[self.report])
        grid = _where_known(self.carried(values), first)
        for agency in merged.keys() & self.place.keys():
            grid[:, self.place[agency]] = merged[agency]
        return np.append(grid[self.year, self.agency], np.nan)


def _where_known(first: Numbers, second: Numbers) -> Numbers:
    return np.where(np.isnan(first), second, first)


def baselines(answers: pd.DataFrame, plan: Plan, field: str) -> pd.Series[float]:
    """Each row's amount of the base year, in million VND, aligned with `answers`.

    An agency's own figure of the same year, else of the nearest earlier year,
    else of a later one. A merged agency has the sum of its predecessors'
    latest figures where all are known [rule merged_baseline].
    """
    history = History(answers)
    found = history.baselines(field, _merged(history, plan, field))
    return pd.Series(found[:-1], index=answers.index, name=field)


def latest_baselines(answers: pd.DataFrame, field: str) -> dict[str, float]:
    """The base-year amount that each agency reported last, in million VND."""
    history = History(answers)
    known = zip(history.place, history.latest(field).tolist(), strict=False)
    return {agency: amount for agency, amount in known if not np.isnan(amount)}


def merged_baselines(answers: pd.DataFrame, plan: Plan, field: str) -> dict[str, float]:
    """The base-year amount of every merged agency whose predecessors' amounts are all known.

    In million VND, by agency; empty unless the rule merged_baseline is sum_of_predecessors.
    """
    return _merged(History(answers), plan, field)


def _merged(history: History, plan: Plan, field: str) -> dict[str, float]:
    if plan.rule_value("merged_baseline") != "sum_of_predecessors":
        return {}
    latest, merged = history.latest(field).tolist(), dict[str, float]()
    for agency, parts in plan.once(Register).mergers:
        amounts = (merged.get(part, latest[history.place.get(part, -1)]) for part in parts)
        total = float(sum(amounts))
        if not math.isnan(total):
            merged[agency] = total
    return merged


class Reports:
    """The answers in the order of a roster: one element per year and agency that counts."""

    def __init__(self, answers: pd.DataFrame, plan: Plan, years: Iterable[int]) -> None:
        self.plan = plan
        self.register = plan.once(Register)
        self.roster = self.register.roster(years)
        self._history = History(answers)
        across = self._history.place
        self._across = np.array([across.get(own, -1) for own in self.register.place], np.intp)
        told = {year: place for place, year in enumerate(self._history.years)}
        years = np.array([told.get(year, -1) for year in self.roster.years.tolist()], np.intp)
        self._report = self._history.report[
            years[self.roster.year], self._across[self.roster.reporter]
        ]

    def number(self, field: str) -> Numbers:
        """An amount, a count or a level; NaN where it is blank or nobody reports."""
        return self._history.values(field)[self._report]

    def said(self, field: str) -> Codes:
        """What was said to a question; BLANK also where nobody reports."""
        return self._history.codes(field)[self._report]

    def baseline(self, field: str) -> Numbers:
        """The base-year amount of the report that speaks here, in million VND; see `baselines`."""
        merged = _merged(self._history, self.plan, field)
        return self._history.baselines(field, merged)[self._report]

    def headcount(self, field: str) -> Numbers:
        """The people stated, else the agency's of the nearest earlier year [rule missing_headcount]."""
        stated = self.number(field)
        if self.plan.rule_value("missing_headcount") == "unknown":
            return stated
        history, roster = self._history, self.roster
        before = np.searchsorted(history.years, roster.years, side="right") - 1
        carried = history.carried(history.values(field))
        earlier = carried[before[roster.year], self._across[roster.agency]]
        return _where_known(stated, earlier)

    def members(self, among: Among) -> tuple[Mask, Mask]:
        """Who is in a denominator: (surely, perhaps). Perhaps is who has left blank whether."""
        if among.scope == "answer":
            codes = self.said(among.field or "")
            return codes == YES, codes == BLANK
        surely = self.register.members(among)[self.roster.agency]
        return surely, np.zeros_like(surely)
