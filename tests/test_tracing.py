"""Where a number comes from: who counts and why, and the cell of every figure."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from amending import amend
from bureau import BAO, DAI, ESTIMATE, FINAL, MERGED, NA, NO, VAN_NGHE, YES, Bureau, opened
from openpyxl import load_workbook

from tbdx.model import Answer
from tbdx.plan import Plan
from tbdx.service import Basis, Service, View
from tbdx.tracing import STANDINGS, AgencyTrace, Trace, trace, trace_agency


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    """A desk on a store of its own."""
    with opened(plan, tmp_path) as bureau:
        yield bureau


def traced(view: View, indicator: str, year: int = 2024) -> Trace:
    return trace(view, view.plan.indicator(indicator), year)


def of_agency(view: View, indicator: str, agency: str, year: int = 2024) -> AgencyTrace:
    return trace_agency(view, traced(view, indicator, year), agency)


def standings(found: Trace) -> dict[str, list[str]]:
    return {standing: members for standing, members in found.by_standing.items() if members}


class TestWhoCounts:
    """Yes, no, no answer, not applicable and not in the denominator are told apart."""

    def test_every_agency_stands_once(self, service: Service) -> None:
        """Whatever the indicator and year, nobody is lost and nobody is told twice."""
        view = service.view()
        for indicator in view.plan.indicators:
            for year in view.plan.all_years:
                found = traced(view, indicator.code, year)
                told = [agency for members in found.by_standing.values() for agency in members]
                assert sorted(told) == sorted(p.agency.id for p in view.plan.roster(year))

    def test_the_counts_are_those_of_the_result(self, service: Service) -> None:
        """Who says yes makes up the numerator, yes and no the denominator."""
        view = service.view()
        for (code, year), row in view.result.items():
            if view.plan.indicator(code).kind == "ratio":
                continue
            groups = traced(view, code, year).by_standing
            assert len(groups["yes"]) == row["numerator"]
            assert len(groups["yes"]) + len(groups["no"]) == row["denominator"]
            assert len(groups["blank"]) + len(groups["not_assessable"]) == row["missing"]

    def test_four_answers(self, bureau: Bureau) -> None:
        """A blank is not a no, and "not applicable" is neither."""
        bureau.send(BAO, on_digital_platforms=YES)
        bureau.send(DAI, on_digital_platforms=NA)
        bureau.send(VAN_NGHE, trained_count=1.0)
        found = traced(bureau.service.view(), "digital_platforms")
        assert standings(found) == {"yes": [BAO], "blank": [VAN_NGHE], "na": [DAI]}

    def test_the_register_leaves_out(self, bureau: Bureau) -> None:
        """Who has no electronic edition is not in row 6, whatever it reports."""
        bureau.send(BAO, security_level=3.0)
        bureau.send(DAI, security_level=3.0)
        found = traced(bureau.service.view(), "information_security")
        assert standings(found) == {"yes": [BAO], "outside": [DAI, VAN_NGHE]}

    def test_an_answer_leaves_out(self, bureau: Bureau) -> None:
        """Row 4 is among those that carry out digital transformation; a blank is not yet out."""
        for agency, carries_out in ((BAO, YES), (DAI, NO), (VAN_NGHE, None)):
            bureau.send(
                agency,
                digital_transformation=carries_out,
                revenue_2022_million_vnd=100.0,
                revenue_million_vnd=120.0,
            )
        found = traced(bureau.service.view(), "revenue_growth")
        assert standings(found) == {"yes": [BAO], "blank": [VAN_NGHE], "outside": [DAI]}

    def test_without_a_base_it_is_not_assessable(self, bureau: Bureau) -> None:
        """Revenue without that of the base year is an answer that cannot be judged."""
        bureau.send(BAO, digital_transformation=YES, revenue_million_vnd=120.0)
        found = traced(bureau.service.view(), "revenue_growth")
        assert standings(found) == {"blank": [DAI, VAN_NGHE], "not_assessable": [BAO]}

    def test_nobody_has_reported(self, bureau: Bureau) -> None:
        """Then everybody who would count has not answered, and no figure is traced."""
        found = traced(bureau.service.view(), "digital_platforms")
        assert standings(found) == {"blank": [BAO, DAI, VAN_NGHE]}
        one = trace_agency(bureau.service.view(), found, BAO)
        assert not one.reported
        assert one.figures == ()

    def test_all_standings_have_a_place(self, service: Service) -> None:
        """Also those that nobody has are there, to be shown as 0."""
        assert tuple(traced(service.view(), "digital_platforms").by_standing) == STANDINGS


class TestCells:
    """Every figure leads to the very cell of the workbook that was filed."""

    @pytest.mark.parametrize("year", [2023, 2024, 2025])
    def test_the_cell_holds_the_figure(self, service: Service, year: int) -> None:
        """Opened with another reader, the stored file holds the value in the cell named."""
        view, checked = service.view(), 0
        for indicator in view.plan.indicators:
            found = traced(view, indicator.code, year)
            for agency in found.agencies["agency"]:
                for figure in trace_agency(view, found, agency).figures:
                    _, content = service.reviewing.original(figure.submission)
                    cell = load_workbook(BytesIO(content))[figure.sheet][figure.cell].value
                    if isinstance(figure.value, Answer):
                        words = view.plan.form.answer_words[figure.value]
                        assert str(cell).casefold() in [word.casefold() for word in words]
                    else:
                        assert cell == figure.value
                    checked += 1
        assert checked > 10

    def test_final_figures_lead_to_their_own_file(self, bureau: Bureau) -> None:
        """Of an estimate and final figures the trace names the version that counts."""
        bureau.send(BAO, phase=ESTIMATE, trained_count=1.0, staff_count=2.0)
        final = bureau.send(BAO, phase=FINAL, trained_count=2.0, staff_count=2.0)
        one = of_agency(bureau.service.view(), "people_trained", BAO)
        assert one.submissions == (final,)
        assert [figure.value for figure in one.figures] == [2, 2]

    def test_a_corrected_figure_names_what_was_filed(self, bureau: Bureau) -> None:
        """The value is the corrected one; its erratum holds what stands in the cell."""
        bureau.send(BAO, trained_count=44.0, staff_count=60.0)
        bureau.office.correct(BAO, 2024, "trained_count", 45.0, "đếm sót", "Công văn 12", by="sở")
        one = of_agency(bureau.service.view(), "people_trained", BAO)
        assert one.part is not None
        assert one.part.erratum is not None
        assert (one.part.value, one.part.erratum.stated) == (45, 44)
        assert one.whole is not None
        assert one.whole.erratum is None


class TestWhy:
    """What decides how one agency counts."""

    def test_two_conditions(self, bureau: Bureau) -> None:
        """Row 2 needs two yeses: each is told with its own outcome."""
        bureau.send(BAO, uses_data_analytics=YES, uses_ai=NO)
        one = of_agency(bureau.service.view(), "data_analytics_ai", BAO)
        assert [(c.condition.field, c.outcome) for c in one.checks] == [
            ("uses_data_analytics", "yes"),
            ("uses_ai", "no"),
        ]
        assert one.standing == "no"

    def test_a_level_is_compared(self, bureau: Bureau) -> None:
        """Level 2 is not level 3."""
        bureau.send(BAO, security_level=2.0)
        (check,) = of_agency(bureau.service.view(), "information_security", BAO).checks
        assert (check.condition.at_least, check.outcome) == (3, "no")

    def test_the_question_that_decides_membership(self, bureau: Bureau) -> None:
        """The answer by which an agency is left out is one of its figures."""
        bureau.send(DAI, digital_transformation=NO, revenue_million_vnd=10.0)
        one = of_agency(bureau.service.view(), "revenue_growth", DAI)
        assert one.in_scope is None
        assert one.member is not None
        assert one.member.value == Answer.NO
        assert one.standing == "outside"

    def test_the_plan_names_it(self, service: Service) -> None:
        """A duty named in the plan's text is told, also of what was merged since."""
        one = of_agency(service.view(), "revenue_growth", MERGED, 2025)
        assert one.obligation is not None
        assert one.obligation.agency == DAI


class TestBaseYear:
    """The base amount is the one that the growth was computed with."""

    def test_a_merged_agency_has_the_sum_of_its_parts(self, service: Service) -> None:
        """12 000 and 21 500 of the last reports before the merger make 33 500."""
        one = of_agency(service.view(), "revenue_growth", MERGED, 2025)
        assert one.base is not None
        assert one.base.summed
        assert one.base.amount == 33500
        assert [(f.agency, f.year, f.value) for f in one.base.figures] == [
            (BAO, 2024, 12000),
            (DAI, 2024, 21500),
        ]
        assert one.amount is not None
        assert one.submissions[0] == one.amount.submission

    def test_the_nearest_earlier_report(self, bureau: Bureau) -> None:
        """A base that this year's report leaves out is last year's, not a later one."""
        for year, base in ((2023, 100.0), (2024, None), (2025, 200.0)):
            bureau.send(VAN_NGHE, year, revenue_2022_million_vnd=base, revenue_million_vnd=150.0)
        one = of_agency(bureau.service.view(), "revenue_growth", VAN_NGHE, 2024)
        assert one.base is not None
        assert [(f.year, f.value) for f in one.base.figures] == [(2023, 100)]
        assert one.row["growth_pct"] == pytest.approx(50)

    def test_a_later_report_where_there_is_no_earlier_one(self, bureau: Bureau) -> None:
        """Only then the base is taken from a year to come."""
        for year, base in ((2024, None), (2025, 200.0)):
            bureau.send(VAN_NGHE, year, revenue_2022_million_vnd=base, revenue_million_vnd=150.0)
        one = of_agency(bureau.service.view(), "revenue_growth", VAN_NGHE, 2024)
        assert one.base is not None
        assert one.base.amount == 200

    def test_the_amount_is_the_growth_s_in_every_case(self, service: Service) -> None:
        """Amount and base of the trace give the growth of the standings."""
        view = service.view()
        for year in view.years_reported:
            found = traced(view, "revenue_growth", year)
            for agency in found.agencies["agency"]:
                one = trace_agency(view, found, agency)
                if one.base and one.base.amount and one.amount:
                    assert isinstance(one.amount.value, float)
                    growth = 100 * (one.amount.value / one.base.amount - 1)
                    assert one.row["growth_pct"] == pytest.approx(growth)


class TestOriginalStructure:
    """A report that speaks for several agencies."""

    @pytest.fixture
    def view(self, service: Service) -> View:
        return service.view(Basis(structure="original"))

    def test_whose_report_it_is(self, view: View) -> None:
        """The station that has gone is spoken for by what it was merged into."""
        one = of_agency(view, "digital_platforms", DAI, 2025)
        assert one.reporter == MERGED
        assert {figure.agency for figure in one.figures} == {MERGED}

    def test_people_are_added_once(self, view: View) -> None:
        """The second agency of one report adds nothing, and the trace says so."""
        found = traced(view, "people_trained", 2025)
        repeated = {a: trace_agency(view, found, a).repeated for a in found.agencies["agency"]}
        assert repeated == {BAO: False, DAI: True, VAN_NGHE: False}


class TestTarget:
    """The cell of the appendix that the result is judged by."""

    def test_as_first_issued(self, service: Service) -> None:
        """The cell names sheet and address; the file holds what is quoted."""
        found = traced(service.view(), "revenue_growth", 2025)
        assert found.target is not None
        assert found.version is None
        sheet = load_workbook(service.plan.appendix_path)[found.target.sheet]
        assert sheet[found.target.cell].value == found.target.as_printed

    def test_of_an_amended_plan(self, bureau: Bureau) -> None:
        """From the amendment's first year on the cell is one of its own appendix."""
        bureau.send(BAO)
        amend(bureau.service, {(2, 2026): 0.5})
        view = bureau.service.view()
        before, after = (traced(view, "data_analytics_ai", year) for year in (2025, 2026))
        assert before.version is None
        assert after.version is not None
        assert after.target is not None
        assert after.target.share_pct == 50

    def test_where_the_plan_ended(self, service: Service) -> None:
        """Row 5 has no target in 2026, and none is carried forward."""
        assert traced(service.view(), "people_trained", 2026).target is None
