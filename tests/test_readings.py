"""The same figures read otherwise: which verdicts that turns, and which it leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bureau import BAO, DAI, MERGED, NA, NO, VAN_NGHE, YES, opened

from tbdx import readings
from tbdx.plan import Plan
from tbdx.readings import Reading
from tbdx.service import Basis, Service, View


def _of(found: list[Reading], kind: str) -> dict[int, Reading]:
    return {reading.year: reading for reading in found if reading.kind == kind}


@pytest.fixture
def sample(service: Service) -> View:
    """The illustrative figures of 2023 to 2025."""
    return service.view()


class TestOtherDenominator:
    """Row 3 among agencies with two media types, or among all."""

    def test_a_verdict_that_turns(self, service: Service, sample: View) -> None:
        """2025: 1 of 1 exceeds 67%, 1 of 2 misses it."""
        found = readings.readings(sample, service.plan.indicator("converged_newsroom"))
        reading = _of(found, "among")[2025]
        assert reading.among is not None
        assert reading.among.scope == "all"
        assert (reading.own["status"], reading.other["status"]) == ("exceeded", "not_met")
        assert (reading.other["numerator"], reading.other["denominator"]) == (1, 2)
        assert reading.turns
        assert reading.weight == 2

    def test_years_without_an_answer_are_left_out(self, service: Service, sample: View) -> None:
        """What nobody has answered cannot be read in two ways."""
        found = readings.readings(sample, service.plan.indicator("converged_newsroom"))
        assert sorted(_of(found, "among")) == [2023, 2024, 2025]

    def test_an_indicator_with_one_denominator_has_no_other(
        self, service: Service, sample: View
    ) -> None:
        """Row 1 is among all agencies, and nothing else is printed."""
        assert readings.readings(sample, service.plan.indicator("digital_platforms")) == []


class TestBodyText:
    """Row 4: the body of the plan says 50% for 2030, the appendix 67%."""

    def test_two_agencies_need_one_or_two(self, service: Service, sample: View) -> None:
        """Of two agencies 67% asks for both and 50% for one; nobody has reported yet."""
        found = readings.readings(sample, service.plan.indicator("revenue_growth"))
        (reading,) = _of(found, "goal").values()
        assert reading.year == 2030
        assert reading.goal is not None
        assert (reading.own["needed"], reading.other["needed"]) == (2, 1)
        assert reading.differs
        assert not reading.turns
        assert reading.weight == 1

    def test_three_agencies_need_two_by_either(self, service: Service) -> None:
        """By the original structure both figures ask for two of three."""
        view = service.view(Basis(structure="original"))
        found = readings.readings(view, service.plan.indicator("revenue_growth"))
        (reading,) = _of(found, "goal").values()
        assert (reading.own["needed"], reading.other["needed"]) == (2, 2)
        assert not reading.differs
        assert reading.weight == 0

    def test_a_figure_that_says_the_same_is_no_other_reading(
        self, service: Service, sample: View
    ) -> None:
        """The body's 100% of row 1 in 2030 is the appendix's."""
        found = readings.readings(sample, service.plan.indicator("digital_platforms"))
        assert _of(found, "goal") == {}

    def test_a_result_between_the_two_turns(self, plan: Plan, tmp_path: Path) -> None:
        """1 of 2 agencies up 20% in 2030: missed by the appendix, met by the body."""
        with opened(plan, tmp_path) as bureau:
            for agency, revenue in ((MERGED, 1300.0), (VAN_NGHE, 1100.0)):
                bureau.send(
                    agency,
                    2030,
                    digital_transformation=YES,
                    revenue_2022_million_vnd=1000.0,
                    revenue_million_vnd=revenue,
                )
            for agency in (BAO, DAI):
                bureau.send(agency, 2024, revenue_2022_million_vnd=500.0)
            found = readings.readings(
                bureau.service.view(), bureau.service.plan.indicator("revenue_growth")
            )
        reading = _of(found, "goal")[2030]
        assert (reading.own["status"], reading.other["status"]) == ("not_met", "met")
        assert reading.turns


class TestStructure:
    """The structure in force beside the original one."""

    def test_only_years_with_other_agencies(self, service: Service, sample: View) -> None:
        """Before the merger both structures are one; in 2025 the verdict of row 1 turns."""
        other = service.view(replace(sample.basis, structure="original"))
        found = readings.readings(sample, service.plan.indicator("digital_platforms"), other)
        (reading,) = found
        assert (reading.kind, reading.year) == ("structure", 2025)
        assert (reading.own["status"], reading.other["status"]) == ("not_met", "met")

    def test_the_same_people_are_the_same_by_either(self, service: Service, sample: View) -> None:
        """Sums do not change with the number of agencies they are told of."""
        other = service.view(replace(sample.basis, structure="original"))
        found = readings.readings(sample, service.plan.indicator("people_trained"), other)
        assert [reading.weight for reading in found] == [0]


def test_no_answer_that_is_not_applicable_turns_by_itself(plan: Plan, tmp_path: Path) -> None:
    """Among all agencies "not applicable" counts as no, as the alternative says."""
    with opened(plan, tmp_path) as bureau:
        bureau.send(BAO, converged_newsroom=YES)
        bureau.send(DAI, converged_newsroom=NO)
        bureau.send(VAN_NGHE, converged_newsroom=NA)
        found = readings.readings(
            bureau.service.view(), bureau.service.plan.indicator("converged_newsroom")
        )
    reading = _of(found, "among")[2024]
    assert (reading.own["numerator"], reading.own["denominator"]) == (1, 2)
    assert (reading.other["numerator"], reading.other["denominator"]) == (1, 3)
