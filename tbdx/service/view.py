"""What there is to see: figures, verdicts and reports on one basis."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from tbdx import metrics
from tbdx.amendments import differences
from tbdx.corrections import corrected
from tbdx.model import Answer, ClosedYear, Erratum, Phase, PlanVersion, Target
from tbdx.plan import Indicator, Plan
from tbdx.store import Store

Value = Answer | float | str | None
Row = dict[Hashable, Any]
"""One row of a results frame: its columns by name."""
Structure = Literal["in_force_on_due_date", "original"]
Figures = Literal["in_use", "estimate", "final"]
Targets = Literal["in_force", "original"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a view is computed on, where there is a choice.

    structure  who counts: who existed on the year's due date, or when the plan was issued;
               "" leaves it to the plan's rule
    figures    "in_use" (final figures before estimates, as decided); or estimates or final only
    targets    of the version of the plan in force in each year, or as first issued
    """

    structure: Structure | Literal[""] = ""
    figures: Figures = "in_use"
    targets: Targets = "in_force"


@dataclass(frozen=True)
class View:
    """Everything the pages show, computed from one revision of one store on one basis.

    `plan` has the register and the rules that the basis asks for. `sample` is
    true when the figures are illustrative because no real report is stored.
    `amendments` are the versions of the plan in force, `original` the targets as
    first issued, `closed_years` those that are locked. What is in `source` is
    read when it is first asked for, and somebody may have changed it since
    `revision`: what is written out quotes `panel_revision`. The frames are
    shared: never change one in place.
    """

    plan: Plan
    targets: tuple[Target, ...]
    revision: int
    sample: bool
    source: Store = field(repr=False)
    basis: Basis = Basis()
    amendments: tuple[PlanVersion, ...] = ()
    errata: tuple[Erratum, ...] = ()
    closed_years: Mapping[int, ClosedYear] = field(default_factory=dict)
    original: tuple[Target, ...] = ()

    @property
    def _phase(self) -> Phase | None:
        return None if self.basis.figures == "in_use" else Phase(self.basis.figures)

    @cached_property
    def _filed(self) -> tuple[int, pd.DataFrame]:
        return self.source.panel_now(self._phase)

    @property
    def panel_revision(self) -> int:
        """The revision of the figures shown; of illustrative ones, the one they stand in for."""
        return self.revision if self.sample else self._filed[0]

    @cached_property
    def _corrected(self) -> tuple[pd.DataFrame, frozenset[int]]:
        return corrected(self._filed[1], self.errata)

    @property
    def panel(self) -> pd.DataFrame:
        """The answers in use with the corrections in force; see `Store.panel`, `corrected`."""
        return self._corrected[0]

    @property
    def errata_in_use(self) -> frozenset[int]:
        """The numbers of the corrections that change a figure in use."""
        return self._corrected[1]

    @cached_property
    def chosen(self) -> tuple[tuple[str, int], ...]:
        """Of which agency and year the version in use was chosen by hand, in the panel's order."""
        rows = self.panel[self.panel["submission"].isin(list(self.source.chosen()))]
        pairs = zip(rows["agency"], rows["year"].tolist(), strict=True)
        return tuple(dict.fromkeys(pairs))

    @cached_property
    def replaced(self) -> dict[tuple[str, int], Target]:
        """The targets as first issued that no longer hold as such, by indicator and year."""
        changes = differences(self.original, self.targets, self.plan.years.first)
        return {(c.indicator, c.year): c.before for c in changes if c.before is not None}

    @cached_property
    def answers(self) -> pd.DataFrame:
        return metrics.answers_of(self.panel, self.plan)

    @cached_property
    def phases(self) -> pd.DataFrame:
        """One row per agency and year that has reported: agency, year, phase."""
        return self.panel[["agency", "year", "phase"]].drop_duplicates(ignore_index=True)

    @cached_property
    def results(self) -> pd.DataFrame:
        """The province's indicators with the phase of their figures.

        phase is "final" when every agency's figure in it is final, "estimate"
        when one is an estimate, NaN when there is none.
        """
        results = metrics.indicators(self.answers, self.plan, self.targets)
        keys = ["indicator", "year"]
        answered = self.standings[self.standings["answered"] == 1]
        phases = answered.groupby(keys)["phase"].min()  # "estimate" < "final"
        return results.merge(phases.reset_index(), how="left", on=keys)

    @cached_property
    def standings(self) -> pd.DataFrame:
        """Every agency's own indicators with the phase of the report that speaks for it."""
        rows = metrics.agency_indicators(self.answers, self.plan, self.targets)
        speakers = metrics.roster_of(self.plan, self.years_reported).drop(columns="repeated")
        reports = self.phases.rename(columns={"agency": "reporter"})
        phases = speakers.merge(reports, on=["reporter", "year"]).drop(columns="reporter")
        return rows.merge(phases, how="left", on=["agency", "year"])

    @cached_property
    def years_reported(self) -> tuple[int, ...]:
        """The years of which there are figures, ascending."""
        return self.source.years_reported(self._phase)

    @property
    def latest_year(self) -> int:
        """The year to open with: the last that has a report, else the plan's first."""
        return self.years_reported[-1] if self.years_reported else self.plan.years.first

    @cached_property
    def result(self) -> dict[tuple[str, int], Row]:
        """The rows of `results` by indicator and year."""
        records = self.results.to_dict("records")
        return {(row["indicator"], row["year"]): row for row in records}

    def alternatives(self, indicator: Indicator, year: int) -> list[Row]:
        """The indicator of one year among its other possible denominators, one row each."""
        others = [
            indicator.model_copy(
                update={"among": other.among, "not_applicable": other.not_applicable}
            )
            for other in indicator.alternatives
        ]
        if not others:
            return []
        rows = metrics.indicators(
            self.answers, self.plan, self.targets, definitions=others, years=[year]
        )
        return rows.to_dict("records")

    @cached_property
    def reports(self) -> dict[tuple[str, int], dict[str, Value]]:
        """Every answer in use by agency and year, then by field; blanks are left out."""
        kinds = {question.name: question.kind for question in self.plan.form.field}
        reports: dict[tuple[str, int], dict[str, Value]] = {}
        columns = (self.panel[name] for name in ("agency", "year", "field", "number", "text"))
        for agency, year, name, number, text in zip(*columns, strict=True):
            values = reports.setdefault((agency, int(year)), {})
            if pd.notna(number):
                values[name] = float(number)
            elif pd.notna(text):
                values[name] = Answer(text) if kinds.get(name) == "answer" else str(text)
        return reports

    def reported(self, agency: str, year: int) -> dict[str, Value]:
        """One agency's answers of one year by field; empty when it has not reported."""
        return self.reports.get((agency, year), {})

    @cached_property
    def merged_baselines(self) -> dict[str, dict[str, float]]:
        """The base-year amounts that merged agencies are computed with: by field, by agency."""
        fields = [i.base_amount for i in self.plan.indicators if i.kind == "share_growth"]
        return {name: metrics.merged_baselines(self.answers, self.plan, name) for name in fields}

    def baseline(self, agency: str) -> dict[str, float]:
        """The base-year amounts known for an agency, as its form is filled with."""
        known = self._baselines.items()
        return {name: amounts[agency] for name, amounts in known if agency in amounts}

    @cached_property
    def _baselines(self) -> dict[str, dict[str, float]]:
        return {
            name: metrics.latest_baselines(self.answers, name) | merged
            for name, merged in self.merged_baselines.items()
        }
