"""A plan that changes: which targets hold in which year, and what an amendment alters."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tbdx.amendments import Difference, differences, effective, in_force
from tbdx.model import PlanVersion, Target

ROWS = {"platforms": 1, "ai": 2, "revenue": 4}
YEARS = range(2023, 2031)
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def target(
    indicator: str, year: int, share: float, threshold: float | None = None, decimals: int = 0
) -> Target:
    row = ROWS[indicator]
    return Target(row, indicator, "", year, share, threshold, decimals, f"{share}%", "PL", "A1")


def version(number: int, first_year: int, *, withdrawn: bool = False) -> PlanVersion:
    return PlanVersion(
        number,
        f"{number}/QĐ-UBND",
        date(2026, 1, 5),
        first_year,
        "phu-luc.xlsx",
        "",
        NOW,
        "",
        "",
        NOW if withdrawn else None,
    )


def every_year(share: float) -> tuple[Target, ...]:
    """One row with one share in all years."""
    return tuple(target("platforms", year, share) for year in YEARS)


def shares(targets: tuple[Target, ...]) -> dict[int, float]:
    return {t.year: t.share_pct for t in targets}


# --- which targets hold -------------------------------------------------------------------------


def test_without_an_amendment_the_plan_holds_as_issued() -> None:
    """Nothing else was adopted, so nothing else is in force."""
    assert in_force(every_year(67), []) == every_year(67)


def test_an_amendment_holds_from_its_first_year() -> None:
    """The years before it keep their targets, though the amended appendix prints them, too."""
    found = shares(in_force(every_year(67), [(version(1, 2026), every_year(80))]))
    assert found == {year: 80 if year >= 2026 else 67 for year in YEARS}


def test_a_version_holds_until_one_with_a_later_first_year() -> None:
    """In whatever order they were adopted or are given."""
    earlier, later = (version(2, 2025), every_year(70)), (version(1, 2028), every_year(90))
    expected = {year: 67 if year < 2025 else 70 if year < 2028 else 90 for year in YEARS}
    for amendments in ([earlier, later], [later, earlier]):
        assert shares(in_force(every_year(67), amendments)) == expected


def test_of_two_with_one_first_year_the_one_adopted_last_holds() -> None:
    """The later decision replaces the earlier one."""
    first, second = (version(1, 2026), every_year(70)), (version(2, 2026), every_year(80))
    for amendments in ([first, second], [second, first]):
        assert shares(in_force(every_year(67), amendments))[2026] == 80


def test_a_withdrawn_amendment_never_was() -> None:
    """What it replaced holds again: the plan as issued, or an earlier amendment."""
    kept, gone = (version(1, 2026), every_year(70)), (version(2, 2026, withdrawn=True), ())
    assert in_force(every_year(67), [gone]) == every_year(67)
    assert shares(in_force(every_year(67), [kept, gone]))[2026] == 70


def test_an_amendment_holds_as_a_whole() -> None:
    """A target that it no longer prints is dropped, and one that it adds is there."""
    original = (target("platforms", 2026, 67), target("ai", 2026, 33), target("ai", 2025, 33))
    amended = (target("platforms", 2026, 67), target("revenue", 2027, 33, 20.0))
    found = in_force(original, [(version(1, 2026), amended)])
    assert {(t.indicator, t.year) for t in found} == {
        ("ai", 2025),
        ("platforms", 2026),
        ("revenue", 2027),
    }


SHARES = st.sampled_from([0.0, 33.0, 67.0, 100.0])
APPENDICES = st.dictionaries(
    st.tuples(st.sampled_from(sorted(ROWS)), st.sampled_from(YEARS)), SHARES
).map(lambda pairs: tuple(target(*key, share) for key, share in pairs.items()))
AMENDMENTS = st.lists(st.tuples(st.sampled_from(YEARS), st.booleans(), APPENDICES), max_size=4).map(
    lambda drawn: [
        (version(number, first, withdrawn=withdrawn), targets)
        for number, (first, withdrawn, targets) in enumerate(drawn, start=1)
    ]
)


@given(APPENDICES, AMENDMENTS, st.sampled_from(YEARS), APPENDICES, st.booleans())
def test_past_years_never_change(
    original: tuple[Target, ...],
    amendments: list[tuple[PlanVersion, tuple[Target, ...]]],
    first_year: int,
    targets: tuple[Target, ...],
    withdrawn: bool,
) -> None:
    """Whatever is adopted, or withdrawn, from a year on leaves the years before it as they were."""
    before = in_force(original, amendments)
    newest = version(len(amendments) + 1, first_year, withdrawn=withdrawn)
    after = in_force(original, [*amendments, (newest, targets)])
    assert {t for t in after if t.year < first_year} == {t for t in before if t.year < first_year}
    assert max(Counter((t.indicator, t.year) for t in after).values(), default=1) == 1
    printed = {*original, *targets, *(t for _, own in amendments for t in own)}
    assert set(after) <= printed


# --- what an amendment alters -------------------------------------------------------------------


def test_equal_targets_are_no_difference() -> None:
    """Another wording, sheet or cell is not another target."""
    reworded = tuple(
        Target(t.row, t.indicator, "", t.year, t.share_pct, None, 0, "67 %", "Bảng 1", "D9")
        for t in every_year(67)
    )
    assert differences(every_year(67), reworded, 2023) == []


def test_each_kind_of_difference_is_told_with_both_sides() -> None:
    """Changed, added and dropped, by row and then by year."""
    before = (
        target("revenue", 2027, 33, 20.0),
        target("ai", 2026, 67),
        target("platforms", 2028, 100),
        target("platforms", 2027, 100),
    )
    after = (
        target("platforms", 2027, 90),
        target("platforms", 2028, 90),
        target("revenue", 2027, 33, 25.0),
        target("revenue", 2026, 33, 20.0),
    )
    found = differences(before, after, 2027)
    assert found == [
        Difference("changed", "platforms", 2027, before[3], after[0], adopted=True),
        Difference("changed", "platforms", 2028, before[2], after[1], adopted=True),
        Difference("dropped", "ai", 2026, before[1], None, adopted=False),
        Difference("added", "revenue", 2026, None, after[3], adopted=False),
        Difference("changed", "revenue", 2027, before[0], after[2], adopted=True),
    ]


def test_every_part_of_a_target_can_differ() -> None:
    """The share, the growth threshold, and the decimals that decide how it is rounded."""
    before = target("revenue", 2026, 33, 20.0)
    for after in (
        target("revenue", 2026, 34, 20.0),
        target("revenue", 2026, 33, 10.0),
        target("revenue", 2026, 33),
        target("revenue", 2026, 33, 20.0, decimals=1),
    ):
        (difference,) = differences([before], [after], 2026)
        assert (difference.before, difference.after) == (before, after)


@given(APPENDICES, APPENDICES, st.sampled_from(YEARS))
def test_the_differences_adopted_are_exactly_what_adoption_changes(
    original: tuple[Target, ...], amended: tuple[Target, ...], first_year: int
) -> None:
    """What is said beforehand is what then happens."""
    after = in_force(original, [(version(1, first_year), amended)])
    said = [d for d in differences(original, amended, first_year) if d.adopted]
    assert said == differences(original, after, first_year)
    assert differences(original, after, 2023) == said, "nothing changes without being said"


def test_the_versions_that_hold_are_told_by_their_first_year() -> None:
    """Neither a withdrawn one, nor one that another replaced from its first year on."""
    kept, replaced, later = version(3, 2025), version(1, 2025), version(2, 2028)
    gone = version(4, 2025, withdrawn=True)
    assert effective([later, gone, kept, replaced]) == (kept, later)
