"""Results in words: counts first, and no number that its verdict contradicts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbdx import tables, wording
from tbdx.i18n import language
from tbdx.metrics import needed_count
from tbdx.model import Reason, Status
from tbdx.plan import Indicator, Plan
from tbdx.service import Service

VI, EN = language("vi"), language("en")


@pytest.fixture
def share(plan: Plan) -> Indicator:
    """An indicator whose shares are rounded before they are compared."""
    return plan.indicator("digital_platforms")


@pytest.fixture
def people(plan: Plan) -> Indicator:
    """An indicator whose ratio is compared as it is."""
    return plan.indicator("people_trained")


def row(part: int, whole: int, target: float | None, status: Status, **other: Any) -> wording.Row:
    """A result as the metrics give it; what is not said is as where everybody has answered."""
    usual: dict[Hashable, Any] = {
        "numerator": part,
        "denominator": whole,
        "answered": 1 if whole else 0,
        "missing": 0,
        "worst_pct": None,
        "best_pct": None,
        "target_pct": target,
        "threshold_pct": None,
        "needed": None,
        "short_by": None,
        "status": status.value,
        "reason": Reason.NONE.value,
    }
    return usual | dict(other)


class TestCountLine:
    """Counts, value, verdict, target, how many are needed: always in this order."""

    def test_a_target_that_is_met(self, share: Indicator) -> None:
        """2 of 3 meets 67%, of which 2 are needed."""
        met = row(2, 3, 67, Status.MET, needed=2)
        assert wording.count_line(met, share, VI) == "2/3 · 66,7% · ✓ Đạt 67% (cần 2)"
        assert wording.count_line(met, share, EN) == "2/3 · 66.7% · ✓ Met 67% (needs 2)"

    def test_a_target_that_is_a_pair(self, share: Indicator) -> None:
        """The growth that counts stands beside the share of agencies."""
        met = row(1, 3, 33, Status.MET, needed=1, threshold_pct=10.0)
        line = wording.count_line(met, share, VI)
        assert line == "1/3 · 33,3% · ✓ Đạt 33% cơ quan tăng từ 10% trở lên (cần 1)"

    def test_nothing_is_asked_for(self, share: Indicator) -> None:
        """Without a target there is neither "met" nor a number needed."""
        free = row(0, 3, 0, Status.NO_TARGET, reason=Reason.TARGET_ZERO.value)
        assert wording.count_line(free, share, VI) == "0/3 · 0% · – Không đặt chỉ tiêu"

    def test_nobody_has_answered(self, share: Indicator) -> None:
        """No count and no percentage are made up; the target stays."""
        silent = row(0, 0, 67, Status.NO_DATA, needed=2, reason=Reason.NOTHING_ANSWERED.value)
        assert wording.count_line(silent, share, VI) == "… Chưa có số liệu · chỉ tiêu 67% (cần 2)"

    def test_a_value_without_a_verdict_is_open(self, share: Indicator) -> None:
        """Beside a value the status is not "no data": it is not decided yet."""
        open_ = row(1, 1, 67, Status.NO_DATA, needed=2, reason=Reason.INCOMPLETE.value)
        line = wording.count_line(open_, share, VI)
        assert line == "1/1 · 100% · … Chưa kết luận được · chỉ tiêu 67% (cần 2)"


class TestRounding:
    """The rule is told where it decides, and nowhere else."""

    @pytest.mark.parametrize(
        ("part", "whole", "target", "status", "said"),
        [
            (2, 3, 67, Status.MET, "66,67% làm tròn thành 67%"),
            (1, 3, 33, Status.MET, "33,33% làm tròn thành 33%: bằng chỉ tiêu, không vượt"),
            (1, 2, 50, Status.MET, ""),
            (3, 3, 67, Status.EXCEEDED, ""),
            (1, 2, 67, Status.NOT_MET, ""),
        ],
    )
    def test_shares_of_agencies(
        self, share: Indicator, part: int, whole: int, target: float, status: Status, said: str
    ) -> None:
        """A share is explained that by being rounded reaches its target, or does not exceed it."""
        assert wording.rounding_text(row(part, whole, target, status), share, VI) == said

    @pytest.mark.parametrize(
        ("part", "whole", "target", "said"),
        [
            (130, 187, 70, "69,52% chưa phải là 70%: so không làm tròn"),
            (2499, 2500, 100, "99,96% chưa phải là 100%: so không làm tròn"),
            (93, 140, 70, ""),
        ],
    )
    def test_people(
        self, people: Indicator, part: int, whole: int, target: float, said: str
    ) -> None:
        """A ratio that would reach its target if it were rounded does not; that is said."""
        missed = row(part, whole, target, Status.NOT_MET)
        assert wording.rounding_text(missed, people, VI) == said

    def test_99_96_percent_is_never_printed_as_100(self, people: Indicator) -> None:
        """As many decimals are printed as it takes to be below the target."""
        missed = row(2499, 2500, 100, Status.NOT_MET)
        assert wording.percent_text(missed, people, VI) == "99,96%"
        assert wording.percent_text(row(99999, 100000, 100, Status.NOT_MET), people, VI) == (
            "99,999%"
        )

    def test_not_everybody_is_not_100_percent(self, people: Indicator, share: Indicator) -> None:
        """2499 of 2500 is 99.96% also where 70% is asked for, and one of 5000 is not 0%."""
        met = row(2499, 2500, 70, Status.EXCEEDED)
        assert wording.percent_text(met, people, VI) == "99,96%"
        assert wording.percent_text(row(1, 5000, None, Status.NO_TARGET), share, VI) == "0,02%"
        assert wording.percent_text(row(0, 5, 70, Status.NOT_MET), share, VI) == "0%"

    def test_what_is_possible_is_not_rounded_to_the_target(self, people: Indicator) -> None:
        """99.96% at best does not reach 100%, and is not printed as if it did."""
        open_ = row(5, 6, 100, Status.NOT_MET, missing=1, worst_pct=50.0, best_pct=99.96)
        assert wording.missing_text(open_, people, VI).endswith("từ 50% đến 99,96%")

    def test_a_share_that_its_own_print_would_round_up(self, share: Indicator) -> None:
        """66.48% prints as 66.5%, which a reader would round to 67%: one decimal more."""
        missed = row(121, 182, 67, Status.NOT_MET)
        assert wording.percent_text(missed, share, VI) == "66,48%"

    @given(whole=st.integers(1, 5000), part=st.integers(0, 5000), target=st.integers(1, 100))
    def test_what_is_printed_is_on_the_side_of_the_verdict(
        self, plan: Plan, whole: int, part: int, target: int
    ) -> None:
        """Whoever compares the printed percentage with the target finds the verdict given."""
        part = min(part, whole)
        exact, rounded = plan.indicator("people_trained"), plan.indicator("digital_platforms")
        met = 100 * part >= target * whole
        status = Status.MET if met else Status.NOT_MET
        shown = wording.percent_text(row(part, whole, target, status), exact, EN)
        assert (float(shown.rstrip("%").replace(",", "")) >= target) == met
        met = part >= needed_count(whole, target, 0)
        status = Status.MET if met else Status.NOT_MET
        found = row(part, whole, target, status)
        shown = wording.percent_text(found, rounded, EN)
        value = float(shown.rstrip("%").replace(",", ""))
        assert (int(value + 0.5) >= target) == met
        told = wording.rounding_text(found, rounded, EN)
        assert bool(told) == (met and 100 * part != target * whole)


class TestGrowth:
    """Growth is compared exactly, so its print must not say otherwise."""

    @pytest.mark.parametrize(
        ("growth", "threshold", "reached", "said"),
        [
            (9.96, 10, False, "9,96%"),
            (9.996, 10, False, "9,996%"),
            (9.99995, 10, False, "9,99995%"),
            (10.000000000000002, 10, True, "10%"),
            (9.999999999999998, 10, True, "10%"),
            (10.25, 10.25, True, "10,25%"),
            (0.001, None, True, "0,001%"),
            (-0.001, None, False, "0%"),
            (12.345, 10, None, "12,35%"),
            (None, 10, None, "–"),
        ],
    )
    def test_growth(
        self, growth: float | None, threshold: float | None, reached: bool | None, said: str
    ) -> None:
        """9.996% is not printed as 10% where 10% is not reached."""
        assert wording.growth_text(growth, threshold, reached, VI) == said


def test_tables_to_take_away_use_the_same_words(service: Service) -> None:
    """A result that is not decided yet is called so in the file as well, not "no data"."""
    view = service.view()
    rows = tables.select(view, tables.Filters(indicators=("data_analytics_ai",), years=(2025,)))
    shown, _ = tables.present(rows, view, "province", VI)
    assert shown["status"].tolist() == ["… Chưa kết luận được"]
    assert shown["value_pct"].tolist() == [100]


def test_long_lists_are_shortened_with_a_count() -> None:
    """Eight names stand in a line; of more the first, and how many others there are."""
    names = [f"Cơ quan {number}" for number in range(1, 12)]
    assert wording.listed(names[:8], VI) == ", ".join(names[:8])
    assert wording.listed(names, VI) == f"{', '.join(names[:8])} và 3 cơ quan khác"
