"""Where a number comes from: its formula, the agencies, their answers, the cells, the plan.

`trace` gives a result with everybody who counts for it, `trace_agency` what decided
how one agency counts, figure by figure, each with the cell that it was read from.
Pure: put together from a `View` and computed anew nowhere; the submissions that
figures name are the store's to tell of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from tbdx import metrics, provenance
from tbdx.model import Answer, Erratum, Phase, PlanVersion, Target
from tbdx.plan import Condition, Indicator, Obligation
from tbdx.service import Row, View

Standing = Literal["yes", "no", "blank", "not_assessable", "na", "outside"]
"""How an agency counts: in the numerator, against it, not answered, not assessable; or not
in the denominator, by its own answer ("na") or by the register or another answer ("outside").
For sums "yes" is one whose figures are added."""
STANDINGS: tuple[Standing, ...] = ("yes", "no", "blank", "not_assessable", "na", "outside")

Value = Answer | float | str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One reported figure and the cell that it was read from.

    `value` is what is computed with; where `erratum` is given the cell holds what
    that states. None is a cell that was left blank.
    """

    agency: str
    year: int
    phase: Phase
    field: str
    value: Value
    submission: int
    sheet: str
    cell: str
    erratum: Erratum | None = None


@dataclass(frozen=True)
class Trace:
    """One indicator's result in one year, with what it was computed from.

    agencies  one row per agency of the year: agency, reporter, repeated (its
              reporter's figures are added already), standing, the columns of
              `View.standings`, and one column for each field that the indicator
              reads; of the base amount what is computed with
    target    the cell of the appendix, None where there is none; `version` is the
              amendment it is of, None for the plan as first issued
    """

    indicator: Indicator
    year: int
    row: Row
    target: Target | None
    version: PlanVersion | None
    agencies: pd.DataFrame

    @cached_property
    def by_standing(self) -> dict[Standing, list[str]]:
        """The agencies of each standing, in the plan's order; every standing is there."""
        rows = self.agencies
        return {s: rows.loc[rows["standing"] == s, "agency"].tolist() for s in STANDINGS}


@dataclass(frozen=True, slots=True)
class Check:
    """One question that decides, what it takes to count, and how it was answered."""

    condition: Condition
    figure: Figure | None
    outcome: Standing


@dataclass(frozen=True, slots=True)
class BaseAmount:
    """The amount of the base year, in million VND, and the figures it is, or is the sum of."""

    amount: float | None
    figures: tuple[Figure, ...]
    summed: bool


@dataclass(frozen=True)
class AgencyTrace:
    """How one agency counts for an indicator in a year, and what decided it.

    in_scope   whether the register puts it in the denominator; None where an answer
               decides, which is `member`
    checks     the questions of an indicator of shares
    amount     of an indicator of growth the year's amount, `base` the base year's
    part, whole  of a ratio the two figures; `repeated` where they are added already
    reported   whether there is a report of this year that speaks for it
    """

    agency: str
    reporter: str
    year: int
    standing: Standing
    row: Row
    reported: bool
    repeated: bool
    obligation: Obligation | None
    in_scope: bool | None = None
    member: Figure | None = None
    checks: tuple[Check, ...] = ()
    amount: Figure | None = None
    base: BaseAmount | None = None
    part: Figure | None = None
    whole: Figure | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that is read, in the order in which it is."""
        base = self.base.figures if self.base else ()
        found = (
            self.member,
            *(check.figure for check in self.checks),
            *base,
            self.amount,
            self.part,
            self.whole,
        )
        return tuple(figure for figure in found if figure is not None)

    @property
    def submissions(self) -> tuple[int, ...]:
        """The submissions that the figures are of, each once: this year's own come first."""
        ordered = sorted(self.figures, key=lambda figure: figure.year != self.year)
        return tuple(dict.fromkeys(figure.submission for figure in ordered))


def trace(view: View, indicator: Indicator, year: int) -> Trace:
    """Where the province's result of one year comes from."""
    target = next(
        (t for t in view.targets if (t.indicator, t.year) == (indicator.code, year)), None
    )
    begun = [version for version in view.amendments if version.first_year <= year]
    return Trace(
        indicator,
        year,
        view.result[indicator.code, year],
        target,
        begun[-1] if begun else None,
        _agencies(view, indicator, year),
    )


def trace_agency(view: View, found: Trace, agency: str) -> AgencyTrace:
    """What decided how one agency counts; it is one of `found.agencies`."""
    indicator, year = found.indicator, found.year
    row = found.agencies[found.agencies["agency"] == agency].to_dict("records")[0]
    reporter = str(row["reporter"])
    panel = _Panel(view, [reporter, *_merged_into(view, reporter)])
    own = {f.field: f for f in panel.figures(reporter, indicator.fields, year)}
    among = indicator.among
    growth, ratio = indicator.kind == "share_growth", indicator.kind == "ratio"
    return AgencyTrace(
        agency,
        reporter,
        year,
        row["standing"],
        row,
        bool(panel.reported(reporter, year)),
        bool(row["repeated"]),
        view.plan.obligation(agency, indicator.code, year),
        None if among.field else view.plan.agency(agency).in_scope(among),
        own.get(among.field) if among.field else None,
        tuple(
            Check(condition, own.get(condition.field), _outcome(condition, own, indicator))
            for condition in indicator.conditions
        ),
        own.get(indicator.amount) if growth else None,
        _base_amount(view, panel, indicator.base_amount, reporter, year) if growth else None,
        own.get(indicator.numerator) if ratio else None,
        own.get(indicator.denominator) if ratio else None,
    )


def _outcome(condition: Condition, own: dict[str, Figure], indicator: Indicator) -> Standing:
    """How one question was answered, as the indicator reads it."""
    value = own[condition.field].value if condition.field in own else None
    if value is None:
        return "blank"
    if condition.equals is None:
        return "yes" if isinstance(value, float) and value >= (condition.at_least or 0) else "no"
    if value == Answer.NOT_APPLICABLE:
        return "no" if indicator.not_applicable == "counts_as_no" else "na"
    return "yes" if value == Answer.YES else "no"


# --- everybody who counts -----------------------------------------------------------------------


def _agencies(view: View, indicator: Indicator, year: int) -> pd.DataFrame:
    rows = view.standings
    rows = rows[(rows["indicator"] == indicator.code) & (rows["year"] == year)]
    rows = rows.merge(
        metrics.roster_of(view.plan, [year]).drop(columns="year"), on="agency", how="left"
    )
    answers = view.answers[view.answers["year"] == year].set_index("agency")
    for name in indicator.fields:
        rows[name] = rows["reporter"].map(answers[name])
    if indicator.kind == "share_growth":
        base = metrics.baselines(view.answers, view.plan, indicator.base_amount)
        of_year = view.answers["year"].eq(year)
        reporters = view.answers.loc[of_year, "agency"]
        known = pd.Series(base[of_year].to_numpy(), index=reporters)
        rows[indicator.base_amount] = rows["reporter"].map(known)
    return rows.assign(standing=_standings(rows, indicator))


def _standings(rows: pd.DataFrame, indicator: Indicator) -> Any:
    """How each agency counts; who is only perhaps in the denominator has not answered."""
    answered, missing = rows["answered"].eq(1), rows["missing"].eq(1)
    if indicator.among.field:
        perhaps = rows[indicator.among.field].isna()
    else:
        perhaps = pd.Series(False, index=rows.index)
    return np.select(
        [
            answered,
            missing & ~perhaps & rows["answer"].eq("not_assessable"),
            missing,
            rows["answer"].eq("na"),
        ],
        [rows["answer"], "not_assessable", "blank", "na"],
        default="outside",
    )


# --- figures and their cells --------------------------------------------------------------------


class _Panel:
    """The figures of a few agencies, taken out of the view's panel once."""

    def __init__(self, view: View, agencies: Iterable[str]) -> None:
        panel = view.panel
        self._rows = panel[panel["agency"].isin(list(agencies))]
        self._kinds = {question.name: question.kind for question in view.plan.form.field}
        self._errata = provenance.corrections_in_use(view)

    def reported(self, agency: str, year: int) -> bool:
        return bool((self._rows["agency"].eq(agency) & self._rows["year"].eq(year)).any())

    def figures(self, agency: str, fields: Iterable[str], year: int | None = None) -> list[Figure]:
        """The figures of one agency in some fields (of one year), in the panel's order."""
        rows = self._rows
        rows = rows[rows["agency"].eq(agency) & rows["field"].isin(list(fields))]
        if year is not None:
            rows = rows[rows["year"].eq(year)]
        return [self._figure(row) for row in rows.to_dict("records")]

    def _figure(self, row: Row) -> Figure:
        value: Value = None
        if pd.notna(row["number"]):
            value = float(row["number"])
        elif pd.notna(row["text"]):
            is_answer = self._kinds.get(row["field"]) == "answer"
            value = Answer(row["text"]) if is_answer else str(row["text"])
        return Figure(
            row["agency"],
            int(row["year"]),
            Phase(row["phase"]),
            row["field"],
            value,
            int(row["submission"]),
            row["sheet"],
            row["cell"],
            self._errata.get(int(row["erratum"])),
        )


def _base_amount(view: View, panel: _Panel, field: str, agency: str, year: int) -> BaseAmount:
    """The base-year amount that `metrics.baselines` computes with, and its figures."""
    merged = view.merged_baselines.get(field, {})
    if agency in merged:
        parts = tuple(_summed(view, panel, field, agency))
        return BaseAmount(merged[agency], parts, summed=True)
    known = [figure for figure in panel.figures(agency, [field]) if figure.value is not None]
    earlier = [figure for figure in known if figure.year <= year]
    nearest = earlier[-1:] or known[:1]
    amount = nearest[0].value if nearest else None
    return BaseAmount(amount if isinstance(amount, float) else None, tuple(nearest), summed=False)


def _summed(view: View, panel: _Panel, field: str, agency: str) -> Iterable[Figure]:
    """The last figure of everybody whose amounts add up to a merged agency's."""
    for part in view.plan.predecessors(agency):
        if part.id in view.merged_baselines[field]:
            yield from _summed(view, panel, field, part.id)
        else:
            known = [f for f in panel.figures(part.id, [field]) if f.value is not None]
            yield from known[-1:]


def _merged_into(view: View, agency: str) -> list[str]:
    """Everybody who was merged into an agency, directly or before."""
    found: dict[str, None] = {}
    waiting = [agency]
    while waiting:
        parts = [part.id for part in view.plan.predecessors(waiting.pop())]
        waiting += [part for part in parts if part not in found]
        found |= dict.fromkeys(parts)
    return list(found)
