"""What the plan asks of one agency in one year, beside its last answers: its to-do list.

Pure, like `metrics`, which gives the verdicts: what is asked in a coming year is
judged as if the agency's last answers stood in that year. A duty is a goal that
the plan names for the agency or for one merged into it, or a target of 100%
where the rule universal_target says that it binds each agency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from tbdx import metrics
from tbdx.model import Answer, Reason, Status, Target
from tbdx.plan import Agency, Among, Indicator, Obligation, Plan, Question
from tbdx.scenarios import Change

Kind = Literal["answer", "level", "count", "amount", "base"]
State = Literal["open", "in_place", "not_asked"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an indicator asks of an agency, and how far its last answers are.

    kind     answer  the question `field` is answered yes
             level   the number in `field` is `needed` or more
             count   `field` is `needed` or more: all of them
             amount  `field` is `needed` million VND or more; `base` is that of the base year
             base    the base year's amount in `field` is known and more than zero
    now      what was answered last: an answer's code or a number; None for a blank
    short    what `now` lacks to `needed`, in its unit; None where that is not known
    """

    kind: Kind
    field: str
    done: bool
    now: str | float | None = None
    needed: float | None = None
    base: float | None = None

    @property
    def short(self) -> float | None:
        if self.needed is None or self.now is None or isinstance(self.now, str):
            return None
        return max(0.0, self.needed - self.now)


@dataclass(frozen=True, slots=True)
class Duty:
    """One indicator for one agency in one year.

    `target` is the province's, as printed; `named` are the goals of the plan's text that give
    it to this agency or one merged into it. `status` and `reason` are those of
    `metrics.agency_indicators` on the last answers; `steps` are empty where the agency is not
    among those that the indicator counts.
    """

    indicator: Indicator
    target: Target | None
    named: tuple[Obligation, ...]
    status: Status
    reason: Reason
    steps: tuple[Step, ...] = ()

    @property
    def state(self) -> State:
        """Still to be done, done and to be kept, or asked of nobody here."""
        if self.status is Status.NO_TARGET or not self.steps:
            return "not_asked"
        return "in_place" if self.status is Status.MET else "open"

    def fulfilled(self, reporter: str, year: int) -> tuple[Change, ...]:
        """The answers of `reporter` that would put every open step in place; none if one cannot be."""
        changes = []
        for step in self.steps:
            value = Answer.YES if step.kind == "answer" else step.needed
            if value is None:
                return ()
            if not step.done:
                changes.append(Change(reporter, year, step.field, value))
        return tuple(changes)


@dataclass(frozen=True, slots=True)
class Duties:
    """All indicators for one agency in `year`, beside its answers of the year `since`.

    `reporter` is the agency whose report speaks for it: by the original structure maybe another.
    `items` are empty where the agency does not count in the year; `since` is None where it
    has not reported. `blank` are the questions that were left open and matter to an indicator.
    """

    agency: str
    year: int
    since: int | None
    items: tuple[Duty, ...] = ()
    blank: tuple[Question, ...] = field(default=())
    reporter: str = ""

    def of(self, state: State) -> list[Duty]:
        return [duty for duty in self.items if duty.state == state]


def coming_year(plan: Plan, reported: Iterable[int], chosen: int) -> int:
    """The year that an agency has before it, at most the plan's last.

    That is the year chosen, if the agency's reports do not reach it yet; else the year after
    its last report.
    """
    last = max(reported, default=None)
    if last is None or chosen > last:
        return chosen
    return min(last + 1, plan.years.last)


def goals_named(plan: Plan, agency: str, indicator: str, year: int) -> tuple[Obligation, ...]:
    """Every goal of the plan's text for this agency and those merged into it; see Plan.obligation."""
    own = {agency, *(forebear.id for forebear in plan.forebears(agency))}
    return tuple(
        goal
        for goal in plan.obligations
        if goal.agency in own and goal.indicator == indicator and goal.year == year
    )


def duties(
    answers: pd.DataFrame, plan: Plan, targets: Sequence[Target], agency: str, year: int
) -> Duties:
    """What is asked of `agency` in `year`, and what its last answers up to then leave open.

    `answers` as of `metrics.answers_of`. By the original structure the answers are those of
    the agency that reports for it.
    """
    place = next((p for p in plan.roster(year) if p.agency.id == agency), None)
    if place is None:
        return Duties(agency, year, None)
    family = _family(plan, agency)
    small = plan.changed(agencies=tuple(a for a in plan.agencies if a.id in family))
    own = answers[answers["agency"].isin(list(family))]
    standing, since = _standing(own, place.reporter.id, year)
    rows = metrics.agency_indicators(standing, small, targets, years=[year])
    verdicts = {row["indicator"]: row for row in _records(rows[rows["agency"] == agency])}
    last = _last_row(standing, small, place.reporter.id, year)
    asked = {t.indicator: t for t in targets if t.year == year}
    items = tuple(
        Duty(
            indicator,
            asked.get(indicator.code),
            goals_named(plan, agency, indicator.code, year),
            Status(verdicts[indicator.code]["status"]),
            Reason(verdicts[indicator.code]["reason"]),
            _steps(indicator, place.agency, last, asked.get(indicator.code)),
        )
        for indicator in plan.indicators
    )
    blank = _blanks(plan, place.agency, last) if since is not None else ()
    return Duties(agency, year, since, items, blank, place.reporter.id)


def _family(plan: Plan, agency: str) -> set[str]:
    """An agency, what it was merged into, and all that was merged into these."""
    last = plan.agency(agency)
    while last.successor:
        last = plan.agency(last.successor)
    return {last.id, *(forebear.id for forebear in plan.forebears(last.id))}


def _standing(answers: pd.DataFrame, reporter: str, year: int) -> tuple[pd.DataFrame, int | None]:
    """The answers with the reporter's last ones standing in `year`, and of which year they are."""
    own = answers[(answers["agency"] == reporter) & (answers["year"] <= year)]
    if own.empty:
        return answers, None
    last = own.sort_values("year").tail(1)
    since = int(last["year"].iloc[0])
    if since == year:
        return answers, since
    return pd.concat([answers, last.assign(year=year)], ignore_index=True), since


def _last_row(
    standing: pd.DataFrame, plan: Plan, reporter: str, year: int
) -> Mapping[str, str | float | None]:
    """The answers that stand in `year` by field, base-year amounts as they are computed with."""
    growth = [i.base_amount for i in plan.indicators if i.kind == "share_growth"]
    if standing.empty:
        return {}
    known = standing.assign(**{name: metrics.baselines(standing, plan, name) for name in growth})
    own = known[(known["agency"] == reporter) & (known["year"] == year)]
    if own.empty:  # what was merged may have a base-year amount before it reports
        sums = {name: metrics.merged_baselines(standing, plan, name) for name in growth}
        return {name: amounts[reporter] for name, amounts in sums.items() if reporter in amounts}
    (row,) = _records(own)
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _records(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    return rows.to_dict("records")


def _steps(
    indicator: Indicator,
    agency: Agency,
    last: Mapping[str, str | float | None],
    target: Target | None,
) -> tuple[Step, ...]:
    if not agency.in_scope(indicator.among):
        return ()
    among = indicator.among
    member = [_answered(among.field, last)] if among.scope == "answer" and among.field else []
    if indicator.kind == "ratio":
        return (*member, *_count(indicator, last))
    if indicator.kind == "share_growth":
        return (*member, *_amount(indicator, last, target.threshold_pct if target else None))
    conditions = [
        _answered(condition.field, last)
        if condition.at_least is None
        else _level(condition.field, last, condition.at_least)
        for condition in indicator.conditions
    ]
    leaves = indicator.not_applicable == "excluded" and any(
        step.now == Answer.NOT_APPLICABLE.value for step in conditions
    )
    return () if leaves else (*member, *conditions)


def _answered(name: str, last: Mapping[str, str | float | None]) -> Step:
    now = last.get(name)
    return Step("answer", name, now == Answer.YES.value, now)


def _level(name: str, last: Mapping[str, str | float | None], at_least: float) -> Step:
    now = _number(last, name)
    return Step("level", name, now is not None and now >= at_least, now, at_least)


def _count(indicator: Indicator, last: Mapping[str, str | float | None]) -> list[Step]:
    """A duty is all of them: all people, all items. Nothing to do where there are none."""
    whole, now = _number(last, indicator.denominator), _number(last, indicator.numerator)
    if whole == 0:
        return []
    done = whole is not None and now is not None and now >= whole
    return [Step("count", indicator.numerator, done, now, whole)]


def _amount(
    indicator: Indicator, last: Mapping[str, str | float | None], threshold: float | None
) -> list[Step]:
    base, now = _number(last, indicator.base_amount), _number(last, indicator.amount)
    if base is None or base <= 0:
        return [Step("base", indicator.base_amount, False, base)]
    needed = needed_amount(base, threshold)
    done = now is not None and now >= needed
    return [Step("amount", indicator.amount, done, now, needed, base=base)]


def needed_amount(base: float, threshold_pct: float | None) -> float:
    """The least amount that grew by the threshold over `base`; both in million VND.

    Exact to the đồng. Without a threshold it is one đồng more than `base`.

    >>> needed_amount(33500.0, 20.0), needed_amount(842.5, 10.0)
    (40200.0, 926.75)
    """
    dong = round(base * metrics.DONG_PER_MILLION)
    if threshold_pct is None:
        return (dong + 1) / metrics.DONG_PER_MILLION
    hundredths = round((100 + threshold_pct) * 100)  # thresholds carry at most two decimals
    return -(-dong * hundredths // 10_000) / metrics.DONG_PER_MILLION


def _number(last: Mapping[str, str | float | None], name: str) -> float | None:
    value = last.get(name)
    return float(value) if isinstance(value, int | float) else None


def _blanks(
    plan: Plan, agency: Agency, last: Mapping[str, str | float | None]
) -> tuple[Question, ...]:
    """The questions without an answer that an indicator which counts the agency is computed from."""
    matters = {
        name
        for indicator in plan.indicators
        if agency.in_scope(indicator.among) and not _is_out(last, indicator.among)
        for name in indicator.fields
    }
    return tuple(q for q in plan.form.field if q.name in matters and last.get(q.name) is None)


def _is_out(last: Mapping[str, str | float | None], among: Among) -> bool:
    """Whether the agency's own answer takes it out of the denominator."""
    if among.scope != "answer" or not among.field:
        return False
    return last.get(among.field) in (Answer.NO.value, Answer.NOT_APPLICABLE.value)
