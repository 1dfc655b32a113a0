"""A report beside the one before it: what a careful clerk would ask about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tbdx.continuity import compare
from tbdx.model import Answer, Phase, ReportedField, Severity
from tbdx.plan import Plan

YES, NO = Answer.YES, Answer.NO
PAPER, MAGAZINE = "bao-thai-binh", "tc-van-nghe-thai-binh"
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


def test_a_report_copied_forward_is_one_remark(plan: Plan) -> None:
    """Every answer and figure as last year: said once, at the first figure."""
    copy = LAST_YEAR | {"revenue_2022_million_vnd": 12000.0}
    remark = ("copied-forward", "revenue_million_vnd", "13000", "2023")
    assert found(plan, copy) == [remark]
    assert found(plan, copy | {"uses_ai": None}) == [remark], "a blank more is still a copy"
    assert found(plan, copy | {"staff_count": 61.0}) == []


def test_answers_alone_are_no_copy(plan: Plan) -> None:
    """Two years with the same yes and no, one figure, or zeros are no sign of copying."""
    few: dict[str, Any] = {"on_digital_platforms": YES, "staff_count": 60.0, "trained_count": 0.0}
    findings = compare(report(few), {(PAPER, 2023): few}, plan)
    assert findings == []


def test_years_of_one_file_are_compared_with_each_other(plan: Plan) -> None:
    """A consolidated table is compared with itself; its final figures count more than estimates."""
    last = LAST_YEAR | {"on_digital_platforms": NO}
    file = [
        *report(LAST_YEAR, 2023, phase=Phase.FINAL),
        *report(last, 2023, phase=Phase.ESTIMATE),
        *report(THIS_YEAR | {"on_digital_platforms": NO}, 2024),
    ]
    findings = compare(file, {(PAPER, 2023): last}, plan)
    assert [(f.code, f.field) for f in findings] == [("answer-went-back", "on_digital_platforms")]
