"""The arithmetic over arrays against the same done by hand, on plans and answers of all kinds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import Reference, Report, Row, printed

from tbdx import metrics
from tbdx.metrics.tallies import Tally
from tbdx.metrics.verdicts import Aims, of_province
from tbdx.model import Answer, Target
from tbdx.plan import RULES, Agency, Among, Indicator, Obligation, Plan

YEARS = (2023, 2024, 2025, 2026)
ANSWERS = (None, Answer.YES, Answer.NO, Answer.NOT_APPLICABLE)
BASES = (None, None, 0.0, 100.0, 3.0, 0.7)
AMOUNTS = (None, 0.0, 100.0, 110.0, 3.3, 0.77, 220.0, 113.3, 500.0)  # of two bases together, too
SHARES = ((0.0, 0), (33.0, 0), (67.0, 0), (100.0, 0), (12.5, 1), (66.67, 2), (99.9, 1))
JUDGING = (
    "structure",
    "merged_report",
    "merged_baseline",
    "zero_target",
    "universal_target",
    "undecided",
    "missing_headcount",
)
"""The rules that change what is computed."""


# --- plans, targets and answers of all kinds ----------------------------------------------------


def register(random: Random, plan: Plan) -> tuple[Agency, ...]:
    """Some agencies; some merge once or twice, are founded or closed, around the due dates."""
    dates = [plan.due.last_day(year) + timedelta(days=d) for year in YEARS[:3] for d in (-1, 0, 1)]
    ids = iter("abcdefghij")
    alive = [_agency(random, plan, next(ids)) for _ in range(random.randint(1, 6))]
    gone: list[Agency] = []
    for day in sorted(random.sample(dates, random.randint(1, 3))):
        parts = random.sample(alive, min(len(alive), random.randint(1, 3)))
        new = _agency(random, plan, next(ids), valid_from=day + timedelta(days=1))
        joins = random.random() < 0.8
        end = {"valid_to": day, "successor": new.id if joins else ""}
        gone += [part.model_copy(update=end) for part in parts]
        alive = [agency for agency in alive if agency not in parts] + [new]
    return tuple(random.sample(gone + alive, len(gone + alive)))


def _agency(random: Random, plan: Plan, code: str, valid_from: date | None = None) -> Agency:
    own = {
        "id": code,
        "media_types": ("print", "electronic")[: random.randint(1, 2)],
        "e_press": random.choice(["yes", "no"]),
        "valid_from": valid_from,
        "valid_to": None,
        "successor": "",
    }
    return plan.agencies[0].model_copy(update=own)


AMONG = (
    Among(scope="all"),
    Among(scope="media_types", at_least=2),
    Among(scope="e_press"),
    Among(scope="answer", field="digital_transformation"),
)


def other_plan(random: Random, plan: Plan) -> Plan:
    """The shipped form with other agencies, rules, denominators and obligations."""
    agencies = register(random, plan)
    indicators = tuple(
        indicator.model_copy(
            update={
                "among": random.choice([indicator.among, indicator.among, *AMONG]),
                "not_applicable": random.choice(["excluded", "counts_as_no"]),
            }
        )
        for indicator in plan.indicators
    )
    obligations = tuple(
        Obligation(
            agency=random.choice(agencies).id,
            indicator=random.choice(indicators).code,
            year=random.choice(YEARS),
            source="",
        )
        for _ in range(random.randint(0, 8))
    )
    changed = plan.changed(agencies=agencies, indicators=indicators, obligations=obligations)
    for rule in JUDGING:
        changed = changed.with_rule(rule, random.choice(RULES[rule]))
    return changed.with_rule("structure", random.choice([*RULES["structure"], "original"]))


def _target(
    indicator: Indicator, year: int, share: float, decimals: int, threshold: float | None = None
) -> Target:
    return Target(
        indicator.row, indicator.code, "", year, share, threshold, decimals, f"{share}%", "", ""
    )


def reports(random: Random, plan: Plan) -> list[Report]:
    """What most agencies say in most years, with blanks; also of years in which they do not count."""
    ids = [*(agency.id for agency in plan.agencies), "unknown"]
    years = [year for year in YEARS if random.random() < 0.9]  # of the others nobody reports
    keys = [(agency, year) for agency in ids for year in years if random.random() < 0.8]
    return [{"agency": agency, "year": year, **_said(random, plan)} for agency, year in keys]


def _said(random: Random, plan: Plan) -> dict[str, Any]:
    fields: dict[str, Any] = {
        question.name: random.choice(ANSWERS)
        for question in plan.form.field
        if question.kind == "answer"
    }
    people = random.randint(0, 50)
    return fields | {
        "revenue_2022_million_vnd": random.choice(BASES),
        "revenue_million_vnd": random.choice(AMOUNTS),
        "staff_count": random.choice([None, float(people), float(people)]),
        "trained_count": random.choice([None, float(random.randint(0, people))]),
        "security_level": random.choice([None, *map(float, range(1, 6))]),
    }


@st.composite
def provinces(draw: st.DrawFn, plan: Plan) -> Reference:
    """A plan of its own, with targets and reports: anything that a number stands for."""
    random = Random(draw(st.integers(0, 2**32 - 1)))  # noqa: S311 (nothing secret)
    own = other_plan(random, plan)
    aims = [
        _target(indicator, year, *random.choice(SHARES), random.choice([None, 10.0, 12.5]))
        for indicator in own.indicators
        for year in YEARS
        if random.random() < 0.8
    ]
    return Reference(own, aims, reports(random, own))


def wide(reports: Sequence[Report], plan: Plan) -> pd.DataFrame:
    """The reports as `metrics.answers_of` gives them."""
    rows = [
        (report["agency"], report["year"], name, value)
        for report in reports
        for name, value in report.items()
        if name not in ("agency", "year")
    ]
    said = [isinstance(value, Answer) for *_, value in rows]
    values = [value for *_, value in rows]
    panel = pd.DataFrame(
        {
            "agency": pd.array([row[0] for row in rows], dtype="str"),
            "year": np.array([row[1] for row in rows], dtype="int64"),
            "field": pd.array([row[2] for row in rows], dtype="str"),
            "number": [
                math.nan if text or value is None else value
                for text, value in zip(said, values, strict=True)
            ],
            "text": pd.array(
                [str(value) if text else None for text, value in zip(said, values, strict=True)],
                dtype="str",
            ),
        }
    )
    return metrics.answers_of(panel.astype({"number": float}), plan)


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """A frame's rows with None where it has nothing."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


# --- the same by hand ---------------------------------------------------------------------------


@given(data=st.data())
@settings(deadline=None, max_examples=120)
def test_results_are_those_worked_out_agency_by_agency(plan: Plan, data: st.DataObject) -> None:
    """Under every rule, with mergers, blanks and any denominator, each number and verdict."""
    own = data.draw(provinces(plan))
    found = metrics.indicators(wide(own.reports, own.plan), own.plan, own.targets, years=YEARS)
    expected = own.results(own.plan.indicators, YEARS)
    assert rows_of(found) == expected


@given(data=st.data())
@settings(deadline=None, max_examples=80)
def test_standings_are_those_worked_out_agency_by_agency(plan: Plan, data: st.DataObject) -> None:
    """Every agency's own answer, target and verdict, its growth to the last digit."""
    own = data.draw(provinces(plan))
    answers = wide(own.reports, own.plan)
    found = metrics.agency_indicators(answers, own.plan, own.targets, years=YEARS)
    assert rows_of(found) == own.standings(YEARS)


@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_without_an_agency_the_rest_is_counted_as_before(plan: Plan, data: st.DataObject) -> None:
    """Leaving one agency out gives what counting the others by hand gives, in either structure."""
    own = data.draw(provinces(plan))
    answers, standings = wide(own.reports, own.plan), own.standings(YEARS)
    for indicator, year in product(own.plan.indicators, YEARS):
        found = metrics.without_each(answers, own.plan, own.targets, indicator, year)
        counted = [
            row["agency"]
            for row in standings
            if (row["indicator"], row["year"]) == (indicator.code, year)
            and row["answered"] + row["missing"]
        ]
        assert found["agency"].tolist() == counted
        for row in rows_of(found):
            others = Reference(own.plan, own.targets, own.reports, leaving=row.pop("agency"))
            expected = others.result(indicator, year)
            assert row == {name: expected[name] for name in row}


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_leaving_an_agency_out_is_a_plan_that_lacks_it(plan: Plan, data: st.DataObject) -> None:
    """As the agencies stand in a year: the register without one, and everything computed anew."""
    own = data.draw(provinces(plan))
    in_force = own.plan.with_rule("structure", "in_force_on_due_date")
    indicator = data.draw(st.sampled_from(in_force.indicators))
    year = data.draw(st.sampled_from(YEARS))
    answers = wide(own.reports, in_force)
    for row in rows_of(metrics.without_each(answers, in_force, own.targets, indicator, year)):
        agency = row.pop("agency")
        others = tuple(a for a in in_force.agencies if a.id != agency)
        lacking = in_force.changed(agencies=others)
        (expected,) = rows_of(
            metrics.indicators(answers, lacking, own.targets, definitions=[indicator], years=[year])
        )
        assert row == {name: expected[name] for name in row}


# --- properties ---------------------------------------------------------------------------------


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_worst_value_and_best_are_in_this_order(plan: Plan, data: st.DataObject) -> None:
    """In any plan and under any rule, wherever there is a value, and with nobody missing all one."""
    own = data.draw(provinces(plan))
    rows = metrics.indicators(wide(own.reports, own.plan), own.plan, own.targets, years=YEARS)
    known = rows.dropna(subset="value_pct")
    assert (known["worst_pct"] >= 0).all()
    assert (known["worst_pct"] <= known["value_pct"]).all()
    assert (known["value_pct"] <= known["best_pct"]).all()
    assert (known["best_pct"] <= 100).all()
    complete = known[known["missing"] == 0]
    assert (complete["worst_pct"] == complete["best_pct"]).all()
    assert rows["value_pct"].isna().equals(rows["denominator"] == 0)


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_share_of_people_lies_between_those_of_the_agencies(
    plan: Plan, data: st.DataObject
) -> None:
    """Sums over sums are never outside the lowest and the highest agency, in either structure."""
    own = data.draw(provinces(plan))
    answers = wide(own.reports, own.plan)
    ratios = [indicator.code for indicator in own.plan.indicators if indicator.kind == "ratio"]
    rows = metrics.indicators(answers, own.plan, own.targets, years=YEARS)
    standings = metrics.agency_indicators(answers, own.plan, own.targets, years=YEARS)
    for row in rows[rows["indicator"].isin(ratios)].dropna(subset="value_pct").itertuples():
        of_row = (standings["indicator"] == row.indicator) & (standings["year"] == row.year)
        values = standings[of_row]["value_pct"].dropna()
        assert values.min() - 1e-9 <= row.value_pct <= values.max() + 1e-9


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_order_of_the_answers_is_irrelevant(plan: Plan, data: st.DataObject) -> None:
    """Shuffled answers, or answers under other row labels, give the same in every frame."""
    own = data.draw(provinces(plan))
    answers = wide(own.reports, own.plan)
    shuffled = answers.sample(frac=1, random_state=data.draw(st.integers(0, 99)))
    for compute in (metrics.indicators, metrics.agency_indicators):
        pd.testing.assert_frame_equal(
            compute(answers, own.plan, own.targets, years=YEARS),
            compute(shuffled, own.plan, own.targets, years=YEARS[::-1]),
        )
    name = "revenue_2022_million_vnd"
    pd.testing.assert_series_equal(
        metrics.baselines(answers, own.plan, name),
        metrics.baselines(shuffled, own.plan, name).sort_index(),
    )


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_blanking_an_answer_makes_nobody_a_no(plan: Plan, data: st.DataObject) -> None:
    """Without one answer the agency that gave it is missing, or counts as it did: never as 0 or no."""
    own = data.draw(provinces(plan))
    if not own.reports:
        return
    place = data.draw(st.integers(0, len(own.reports) - 1))
    name = data.draw(st.sampled_from([question.name for question in plan.form.field]))
    report = own.reports[place]
    blanked = [*own.reports]
    blanked[place] = report | {name: None}
    frames = [
        metrics.agency_indicators(wide(some, own.plan), own.plan, own.targets, years=YEARS)
        for some in (own.reports, blanked)
    ]
    was, now = (frame.set_index(["indicator", "agency", "year"]) for frame in frames)
    answered = now["answered"] == 1
    # Who still has an answer had one: by a no to another question, or by another year's baseline.
    untouched = [i.code for i in own.plan.indicators if name not in i.fields]
    of_untouched = now.index.get_level_values("indicator").isin(untouched)
    pd.testing.assert_frame_equal(now[of_untouched], was[of_untouched])
    touched = answered & (was["answered"] == 1) & ~of_untouched
    base = name == "revenue_2022_million_vnd"
    if not base:
        assert (now["numerator"] == was["numerator"])[touched].all()
        assert (now["denominator"] == was["denominator"])[touched].all()
        newly = answered & (was["answered"] == 0)
        assert not newly.any()


# --- whole numbers ------------------------------------------------------------------------------


@given(
    total=st.integers(1, 400),
    decimals=st.integers(0, 6),
    data=st.data(),
)
@settings(deadline=None, max_examples=200)
def test_needed_is_exact_for_any_printed_decimals(
    total: int, decimals: int, data: st.DataObject
) -> None:
    """One agency fewer does not print as the target; the needed number does."""
    steps = 10**decimals
    share = data.draw(st.integers(1, 100 * steps - 1)) / steps
    needed = metrics.needed_count(total, share, decimals)
    assert printed(needed, total, decimals) >= Decimal(str(share))
    assert printed(needed - 1, total, decimals) < Decimal(str(share))


@pytest.mark.parametrize("total", [10**6, 10**12, 10**15])
@pytest.mark.parametrize("decimals", [0, 4, 9])
def test_no_number_of_agencies_or_decimals_overflows(plan: Plan, total: int, decimals: int) -> None:
    """A third of 10^15 at nine decimals: the least count is right to the one, of both kinds."""
    share = round(100 / 3, decimals)
    for code in ("digital_platforms", "people_trained"):
        indicator = plan.indicator(code)
        exact = indicator.rounding == "exact"
        step = Fraction(1, 2 * 10**decimals)
        least = (Fraction(str(share)) - (0 if exact else step)) * total / 100
        needed = -int(-least // 1)
        for part, reached in ((needed - 1, ["not_met"]), (needed, ["met", "exceeded"])):
            counts = np.array([part]), np.array([total]), np.array([total]), np.array([0])
            worst = best = np.array([part]), np.array([total])
            tally = Tally(*counts, np.array([0]), *worst, *best)
            aims = Aims.of([(indicator, _target(indicator, 2024, share, decimals))])
            found = of_province(tally, aims, plan)
            assert found["needed"].tolist() == [needed]
            assert found["status"].tolist()[0] in reached


def grown(plan: Plan, base: int, amount: int, threshold: float) -> bool:
    """Whether the only agency's revenue, in đồng, counts as grown."""
    indicator = plan.indicator("revenue_growth")
    report = {"agency": "a", "year": 2024, "digital_transformation": Answer.YES}
    report |= {"revenue_2022_million_vnd": base / 1e6, "revenue_million_vnd": amount / 1e6}
    own = plan.changed(
        agencies=(plan.agencies[0].model_copy(update={"id": "a", "valid_to": None}),)
    )
    aims = [_target(indicator, 2024, 67, 0, threshold)]
    answers = wide([report], own)
    (row,) = rows_of(metrics.indicators(answers, own, aims, definitions=[indicator], years=[2024]))
    assert row["denominator"] == 1
    return bool(row["numerator"] == 1)


@given(base=st.integers(1, 10**14), printed=st.integers(0, 100_000), beside=st.integers(-1, 1))
@settings(deadline=None, max_examples=80)
def test_growth_is_exact_to_the_dong(plan: Plan, base: int, printed: int, beside: int) -> None:
    """Up to a hundred million million đồng and tenfold growth: one đồng less is not enough."""
    least = -(-base * (10_000 + printed) // 10_000)
    assert grown(plan, base, least + beside, printed / 100) == (beside >= 0)


@pytest.mark.parametrize("threshold", [1e8, 1e12])
def test_threshold_beyond_all_amounts_is_reached_by_none(plan: Plan, threshold: float) -> None:
    """What is asked for does not fit into 64 bits: nobody has grown so much."""
    assert not grown(plan, 10**15, 9 * 10**15, threshold)
    assert grown(plan, 10**15, 9 * 10**15, 800)
