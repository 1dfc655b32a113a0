"""What there is to see: figures, verdicts and reports on one basis."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

import pandas as pd

from tbdx import metrics
from tbdx.amendments import differences
from tbdx.comparison import compare
from tbdx.corrections import corrected
from tbdx.duties import Duties, duties
from tbdx.model import Answer, ClosedYear, Erratum, Phase, PlanVersion, Submission, Target
from tbdx.plan import Plan
from tbdx.scenarios import Scenario, applied
from tbdx.store import Past, Store

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
_MOST_KEPT = 512
Value = Answer | float | str | None
Row = dict[Hashable, Any]
"""One row of a results frame: its columns by name."""
Structure = Literal["in_force_on_due_date", "original"]
Figures = Literal["in_use", "estimate", "final"]
Targets = Literal["in_force", "original"]


def once(kept: dict[K, T], key: K, work_out: Callable[[], T], most: int) -> T:
    """What was worked out under this key before, or is now; at `most` so many are kept.

    Threads may share `kept`: one may find that another has just emptied it.
    """
    with suppress(KeyError):
        return kept[key]
    found = work_out()
    if len(kept) >= most:
        kept.clear()
    kept[key] = found
    return found


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
    first issued, `closed_years` those that are locked. What is stored is read
    when it is first asked for, and somebody may have changed it since `revision`: what is written out quotes `panel_revision`. The frames are
    shared: never change one in place.

    Under a scenario, answers, results and standings are what it supposes; panel,
    reports and phases stay what was filed.

    With `scope` it is cut to these agencies: see `seen_by`.
    """

    plan: Plan
    targets: tuple[Target, ...]
    revision: int
    sample: bool
    _source: Store | Past = field(repr=False)
    basis: Basis = Basis()
    amendments: tuple[PlanVersion, ...] = ()
    errata: tuple[Erratum, ...] = ()
    closed_years: Mapping[int, ClosedYear] = field(default_factory=dict)
    original: tuple[Target, ...] = ()
    scenario: Scenario = field(default_factory=Scenario)
    scope: frozenset[str] | None = None
    _whole: View | None = field(default=None, repr=False, compare=False)
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def kept(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """What was worked out from this view under this key, or is now: a chart, an agency's duties.

        It goes when the view goes, with the next revision. Shared, as the frames are.
        """
        found: T = once(self._kept, key, work_out, _MOST_KEPT)
        return found

    def seen_by(self, agencies: frozenset[str]) -> View:
        """The same view with the figures of these agencies alone, and the province's results.

        What all agencies add up to (`results`, `compared`, `years_reported`) stays as it is.
        """
        return self.kept(("seen by", agencies), lambda: _cut(self, agencies))

    @property
    def state(self) -> tuple[object, ...]:
        """What tells this view from any other: a key for what is worked out from it and kept."""
        scope = None if self.scope is None else tuple(sorted(self.scope))
        return (self.revision, self.sample, self.basis, self.scenario.code, scope)

    @property
    def _all(self) -> View:
        """The view that this one was cut from; itself where it is whole."""
        return self if self._whole is None else self._whole

    def under(self, scenario: Scenario) -> View:
        """The same view of the same figures with what a scenario supposes in their place."""
        if self._whole is not None and self.scope is not None:
            return self._whole.under(scenario).seen_by(self.scope)
        view = replace(self, scenario=scenario)
        for name in ("_filed", "_corrected", "filed_answers"):  # read once, of one revision
            view.__dict__[name] = getattr(self, name)
        return view

    def by_structure(self, structure: Structure) -> View:
        """The same view of the same figures, counted by the agencies of another structure."""
        if self._whole is not None and self.scope is not None:
            return self._whole.by_structure(structure).seen_by(self.scope)
        plan = self.plan.with_rule("structure", structure)
        view = replace(self, plan=plan, basis=replace(self.basis, structure=structure))
        for name in ("_filed", "_corrected", "filed_answers"):  # the same, whoever counts
            view.__dict__[name] = getattr(self, name)
        return view

    @property
    def _phase(self) -> Phase | None:
        return None if self.basis.figures == "in_use" else Phase(self.basis.figures)

    @cached_property
    def _filed(self) -> tuple[int, pd.DataFrame]:
        return self._source.panel_now(self._phase)

    @property
    def panel_revision(self) -> int:
        """The revision of the figures shown; of illustrative ones, the one they stand in for."""
        return self.revision if self.sample else self._filed[0]

    @cached_property
    def _corrected(self) -> tuple[pd.DataFrame, frozenset[int]]:
        return corrected(self._filed[1], self.errata)

    @property
    def filed(self) -> pd.DataFrame:
        """The answers in use as they were filed, before any correction."""
        return self._filed[1]

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
        rows = self.panel[self.panel["submission"].isin(list(self._source.chosen()))]
        pairs = zip(rows["agency"], rows["year"].tolist(), strict=True)
        return tuple(dict.fromkeys(pairs))

    @cached_property
    def submissions(self) -> tuple[Submission, ...]:
        """Every submission, the newest first; of the past none, where only figures in use are kept."""
        if self.scope is not None:
            own = (s for s in self._all.submissions if s.agency in self.scope)
            return tuple(replace(s, confirmation="") for s in own)  # it may speak of others
        return tuple(self._source.submissions()) if isinstance(self._source, Store) else ()

    @cached_property
    def replaced(self) -> dict[tuple[str, int], Target]:
        """The targets as first issued that no longer hold as such, by indicator and year."""
        changes = differences(self.original, self.targets, self.plan.years.first)
        return {(c.indicator, c.year): c.before for c in changes if c.before is not None}

    @cached_property
    def filed_answers(self) -> pd.DataFrame:
        """What was filed, with its corrections, as `answers_of` gives it."""
        return metrics.answers_of(self.panel, self.plan)

    @cached_property
    def answers(self) -> pd.DataFrame:
        """What everything is computed from: what was filed, or what the scenario supposes."""
        return applied(self.filed_answers, self.scenario, self.plan)

    @cached_property
    def phases(self) -> pd.DataFrame:
        """One row per agency and year that has reported: agency, year, phase.

        Without those of which the scenario supposes something else.
        """
        phases = self.panel[["agency", "year", "phase"]].drop_duplicates(ignore_index=True)
        supposed = {(change.agency, change.year) for change in self.scenario.changes}
        if not supposed:
            return phases
        keys = zip(phases["agency"], phases["year"].tolist(), strict=True)
        return phases[[key not in supposed for key in keys]]

    @cached_property
    def results(self) -> pd.DataFrame:
        """The province's indicators with the phase of their figures.

        phase is "final" when every agency's figure in it is final, "estimate"
        when one is an estimate, NaN when there is none or one is supposed.
        """
        results = metrics.indicators(self.answers, self.plan, self.targets)
        keys = ["indicator", "year"]
        answered = self.standings[self.standings["answered"] == 1]
        told = answered.groupby(keys)["phase"]
        phases = told.min()[told.count() == told.size()]  # "estimate" < "final"
        return results.merge(phases.reset_index(), how="left", on=keys)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Targets and results beside the plan's reference goals; see `comparison.compare`."""
        return compare(self.answers, self.results, self.plan)

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
        return self._source.years_reported(self._phase)

    @property
    def latest_year(self) -> int:
        """The year to open with: the last that has a report, else the plan's first."""
        return self.years_reported[-1] if self.years_reported else self.plan.years.first

    @cached_property
    def result(self) -> dict[tuple[str, int], Row]:
        """The rows of `results` by indicator and year."""
        records = self.results.to_dict("records")
        return {(row["indicator"], row["year"]): row for row in records}

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

    def duties(self, agency: str, year: int) -> Duties:
        """What is asked of an agency in a year, beside its last answers up to then.

        What it was merged from is reckoned with, whoever may see that: see `duties.duties`.
        """
        return self.kept(("duties", agency, year), lambda: self._duties(agency, year))

    def _duties(self, agency: str, year: int) -> Duties:
        speakers = {
            place.reporter.id for place in self.plan.roster(year) if place.agency.id == agency
        }
        own = self.scope is None or self.scope.issuperset({agency, *speakers})
        answers = self._all.answers if own else self.answers
        return duties(answers, self.plan, self.targets, agency, year)

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


def _cut(whole: View, agencies: frozenset[str]) -> View:
    """A view without the figures of other agencies; what they add up to was worked out with them."""
    own = {agency.id for agency in whole.plan.agencies} & agencies

    def mine(frame: pd.DataFrame, by: str = "agency") -> pd.DataFrame:
        return frame[frame[by].isin(own)].reset_index(drop=True)

    # By the original structure the report of what an agency was merged into speaks for it.
    roster = mine(mine(metrics.roster_of(whole.plan, whole.plan.all_years)), "reporter")
    spoken_for = whole.standings.merge(roster[["agency", "year"]], on=["agency", "year"])

    errata = tuple(erratum for erratum in whole.errata if erratum.agency in own)
    view = replace(whole, errata=errata, scope=agencies, _whole=whole)
    panel, in_use = whole.panel, whole.errata_in_use
    view.__dict__.update(
        {
            "_filed": (whole.panel_revision, mine(whole.filed)),
            "_corrected": (mine(panel), in_use & {erratum.id for erratum in errata}),
            "filed_answers": mine(whole.filed_answers),
            "answers": mine(whole.answers),
            "results": whole.results,
            "compared": whole.compared,
            "standings": spoken_for,
            "years_reported": whole.years_reported,
            "merged_baselines": {
                name: {agency: amount for agency, amount in amounts.items() if agency in own}
                for name, amounts in whole.merged_baselines.items()
            },
            "_baselines": {
                name: {agency: amount for agency, amount in amounts.items() if agency in own}
                for name, amounts in whole._baselines.items()
            },
        }
    )
    return view
