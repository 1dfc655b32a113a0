"""A report beside the one before it: what a careful clerk would ask about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tbdx.continuity import compare, reports_in
from tbdx.model import Answer, Phase, ReportedField, Severity
from tbdx.plan import Plan

YES, NO = Answer.YES, Answer.NO
PAPER, STATION, MAGAZINE = "bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh"
MERGED = "bao-thai-binh-hop-nhat"
LAST_YEAR: dict[str, Any] = {
    "on_digital_platforms": YES,
    "uses_ai": NO,
    "revenue_2022_million_vnd": 12000.0,
    "revenue_million_vnd": 13000.0,
    "staff_count": 60.0,
    "trained_count": 40.0,
}
THIS_YEAR: dict[str, Any] = LAST_YEAR | {"revenue_million_vnd": 13500.0, "trained_count": 50.0}


def report(
    values: Mapping[str, Any], year: int = 2024, agency: str = PAPER, phase: Phase = Phase.FINAL
) -> list[ReportedField]:
    """A report whose fields stand in the cells E1, E2, …"""
    return [
        ReportedField(agency, year, phase, name, value, "S", f"E{place}")
        for place, (name, value) in enumerate(values.items(), start=1)
    ]


def found(
    plan: Plan, changes: Mapping[str, Any], last_year: Mapping[str, Any] = LAST_YEAR
) -> list[tuple[str, str, str, str]]:
    """What is said about this year's report with some values changed: code, field, found, expected."""
    stored = {(PAPER, 2023): last_year}
    findings = compare(report(THIS_YEAR | dict(changes)), stored, plan)
    assert all(finding.severity is Severity.REMARK for finding in findings)
    assert all(finding.sheet == "S" and finding.cell for finding in findings)
    return [(f.code, f.field, f.found, f.expected) for f in findings]


def test_an_ordinary_year_has_no_remark(plan: Plan) -> None:
    """Figures that grow a little and answers that stay are not asked about."""
    assert found(plan, {}) == []


def test_a_first_report_has_nothing_to_be_compared_with(plan: Plan) -> None:
    """Neither another agency's report nor one of two years ago is last year's."""
    stored = {(MAGAZINE, 2023): LAST_YEAR, (PAPER, 2021): LAST_YEAR | {"uses_ai": YES}}
    findings = compare(report(THIS_YEAR), stored, plan)
    assert findings == []


def test_an_answer_that_goes_back_is_asked_about(plan: Plan) -> None:
    """From yes to no is remarked on; from no to yes, to "not applicable" or to a blank is not."""
    change = ("answer-went-back", "on_digital_platforms", "", "2023")
    assert found(plan, {"on_digital_platforms": NO}) == [change]
    for answer in (Answer.NOT_APPLICABLE, None):
        assert found(plan, {"on_digital_platforms": answer}) == []
    assert found(plan, {"uses_ai": YES}) == []


@pytest.mark.parametrize("revenue", [26000.1, 6499.9, 0.0])
def test_an_amount_that_jumps_is_asked_about(plan: Plan, revenue: float) -> None:
    """More than the plan's factor up or down, or gone altogether."""
    (finding,) = found(plan, {"revenue_million_vnd": revenue})
    assert finding[0] == "amount-jumped"
    assert finding[3] == "13000 (2023)"


@pytest.mark.parametrize("revenue", [26000.0, 6500.0, None])
def test_an_amount_within_the_factor_is_not(plan: Plan, revenue: float | None) -> None:
    """Exactly twice or half is no jump; a blank is remarked on elsewhere."""
    assert found(plan, {"revenue_million_vnd": revenue}) == []


def test_the_factor_is_the_plans(plan: Plan) -> None:
    """Another plan may ask from another change on."""
    strict = plan.model_copy(
        update={"checks": plan.checks.model_copy(update={"amount_factor": 1.01})}
    )
    (finding,) = found(strict, {})
    assert finding[:2] == ("amount-jumped", "revenue_million_vnd")


def test_a_changed_baseline_is_asked_about(plan: Plan) -> None:
    """The base year's figure is one and the same in every report."""
    expected = ("baseline-changed", "revenue_2022_million_vnd", "11000", "12000 (2023)")
    assert found(plan, {"revenue_2022_million_vnd": 11000.0}) == [expected]
    assert found(plan, {"revenue_2022_million_vnd": None}) == []


def test_the_baseline_is_compared_with_the_nearest_report_that_has_one(plan: Plan) -> None:
    """Earlier years first, then later ones; a report without it is passed over."""
    stored: dict[tuple[str, int], dict[str, Any]] = {
        (PAPER, 2021): {"revenue_2022_million_vnd": 1.0},
        (PAPER, 2023): {"staff_count": 60.0},
        (PAPER, 2025): {"revenue_2022_million_vnd": 2.0},
    }
    own = report({"revenue_2022_million_vnd": 3.0})
    assert [f.expected for f in compare(own, stored, plan)] == ["1 (2021)"]
    del stored[PAPER, 2021]
    assert [f.expected for f in compare(own, stored, plan)] == ["2 (2025)"]


def test_figures_copied_forward_are_one_remark(plan: Plan) -> None:
    """Every figure as last year is said once, at the revenue, whatever the answers are."""
    remark = ("copied-forward", "revenue_million_vnd", "13000", "2023")
    assert found(plan, LAST_YEAR) == [remark]
    assert found(plan, LAST_YEAR | {"uses_ai": YES, "staff_count": None}) == [remark]
    assert found(plan, LAST_YEAR | {"staff_count": 61.0}) == []


def test_counts_alone_are_no_copy(plan: Plan) -> None:
    """A small agency may have the same people every year; without revenue nothing is said."""
    few: dict[str, Any] = {"on_digital_platforms": YES, "staff_count": 11.0, "trained_count": 11.0}
    assert compare(report(few), {(PAPER, 2023): few}, plan) == []


def test_years_sent_together_are_compared_with_each_other(plan: Plan) -> None:
    """A consolidated table is compared with itself; its final figures count, whole, over estimates."""
    file = [
        *report(LAST_YEAR, 2023, phase=Phase.FINAL),
        *report({"on_digital_platforms": NO, "security_level": 3.0}, 2023, phase=Phase.ESTIMATE),
        *report(THIS_YEAR | {"on_digital_platforms": NO}, 2024),
    ]
    known = reports_in(file)
    assert known[PAPER, 2023] == LAST_YEAR
    findings = [f for f in compare(file, known, plan) if f.expected != "2023" or f.cell]
    assert {(f.code, f.field) for f in findings} == {("answer-went-back", "on_digital_platforms")}


def test_an_estimate_and_the_final_report_of_a_year_are_compared(plan: Plan) -> None:
    """What is stored for the same year, in whichever phase, is what the new report differs from."""
    final = LAST_YEAR | {
        "on_digital_platforms": NO,
        "revenue_million_vnd": 130.0,
        "revenue_2022_million_vnd": 120.0,
    }
    findings = compare(report(final, 2023), {(PAPER, 2023): LAST_YEAR}, plan)
    assert {f.code for f in findings} == {"answer-went-back", "amount-jumped", "baseline-changed"}
    assert compare(report(LAST_YEAR, 2023), {(PAPER, 2023): LAST_YEAR}, plan) == []


def test_a_merged_agency_is_compared_with_its_predecessors_together(plan: Plan) -> None:
    """Last year's amounts and people are added up; one predecessor's yes is a yes."""
    stored = {(PAPER, 2024): LAST_YEAR, (STATION, 2024): LAST_YEAR | {"uses_ai": YES}}
    merged = {"uses_ai": NO, "revenue_million_vnd": 3000.0, "staff_count": 110.0}
    findings = compare(report(merged, 2025, MERGED), stored, plan)
    assert [(f.code, f.expected) for f in findings] == [
        ("answer-went-back", "2024"),
        ("amount-jumped", "26000 (2024)"),
    ]
    del stored[STATION, 2024]
    findings = compare(report(merged, 2025, MERGED), stored, plan)
    assert findings == [], "half of the sum is no sum"
