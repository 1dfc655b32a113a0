"""What becomes of a report: review, versions and their differences, nil returns, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from bureau import (
    AFTER,
    ANN,
    BAO,
    DAI,
    ESTIMATE,
    FINAL,
    IN_TIME,
    MERGED,
    NO,
    VAN_NGHE,
    WHY,
    WORD,
    YES,
    Bureau,
    opened,
    texts,
)
from openpyxl import Workbook

from tbdx.model import Action, CellState, ReviewState, TbdxError
from tbdx.plan import Plan
from tbdx.service.reviewing import FieldChange
from tbdx.service.view import Basis

WAITING, ACCEPTED, RETURNED = ReviewState.WAITING, ReviewState.ACCEPTED, ReviewState.RETURNED


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    with opened(plan, tmp_path) as bureau:
        yield bureau


# --- deciding -----------------------------------------------------------------------------------


def test_what_is_sent_waits_and_counts_for_nothing(bureau: Bureau) -> None:
    """Until it is accepted no figure of it is in use."""
    number = bureau.send(accept=False, staff_count=60.0)
    (waiting,) = bureau.reviewing.waiting()
    assert (waiting.id, waiting.state, waiting.counts) == (number, WAITING, False)
    assert (waiting.sent_by, waiting.decided_at, waiting.decided_by) == (ANN, None, "")
    assert bureau.service.view().panel.empty
    (accepted,) = bureau.reviewing.accept([number], by="Trưởng phòng")
    assert (accepted.state, accepted.counts) == (ACCEPTED, True)
    assert (accepted.decided_at, accepted.decided_by) == (AFTER, "Trưởng phòng")
    assert bureau.reviewing.waiting() == []
    assert bureau.service.view().reported(BAO, 2024)["staff_count"] == 60


def test_what_waits_is_listed_by_its_arrival(bureau: Bureau) -> None:
    """Whoever came first is looked at first, whenever it was entered."""
    second = bureau.send(BAO, accept=False, at=IN_TIME)
    first = bureau.send(DAI, accept=False, at=IN_TIME - timedelta(days=1))
    assert [s.id for s in bureau.reviewing.waiting()] == [first, second]


def test_returned_reopened_accepted(bureau: Bureau) -> None:
    """Each step keeps its reason, its day and who took it, and is told in the record."""
    number = bureau.send(accept=False)
    (returned,) = bureau.reviewing.return_([number], WHY, by=ANN)
    assert (returned.state, returned.reason, returned.decided_by) == (RETURNED, WHY, ANN)
    (opened_again,) = bureau.reviewing.reopen([number], "trả lại nhầm")
    assert (opened_again.state, opened_again.reason) == (WAITING, "trả lại nhầm")
    assert opened_again.decided_by == "sở", "who uses this machine"
    bureau.reviewing.accept([number])
    assert bureau.submission(number).reason == ""
    bureau.reviewing.reopen([number], "rà soát lại")
    assert bureau.service.view().panel.empty, "what was accepted no longer counts"
    told = [e.action for e in bureau.office.record() if e.subject == f"submission:{number}"]
    assert told == [
        Action.REOPENED,
        Action.ACCEPTED,
        Action.REOPENED,
        Action.RETURNED,
        Action.RECEIVED,
    ]
    assert bureau.office.verify().faults == ()


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "…", "123"])
def test_returning_and_reopening_need_a_reason(bureau: Bureau, reason: str) -> None:
    """A reason is a word; without one nothing changes."""
    waiting = bureau.send(BAO, accept=False)
    accepted = bureau.send(DAI)
    for act, number in (
        (bureau.reviewing.return_, waiting),
        (bureau.reviewing.reopen, accepted),
    ):
        with pytest.raises(TbdxError, match="reason-needed"):
            act([number], reason)
    assert bureau.submission(waiting).state is WAITING
    assert bureau.submission(accepted).state is ACCEPTED


def test_only_what_waits_is_decided_on(bureau: Bureau) -> None:
    """Who was slower is told who was faster; nothing of several is decided if one cannot be."""
    done, other = bureau.send(BAO, accept=False), bureau.send(DAI, accept=False)
    bureau.reviewing.accept([done], by=ANN)
    steps: list[Callable[[], object]] = [
        lambda: bureau.reviewing.return_([other, done], WHY),
        lambda: bureau.reviewing.accept([other, done]),
        lambda: bureau.reviewing.reopen([done, other], WHY),
    ]
    for act in steps:
        with pytest.raises(TbdxError, match="wrong-state") as raised:
            act()
        found = (raised.value.fields["found"], raised.value.fields["by"])
        assert found in ((ACCEPTED, ANN), (WAITING, ""))
        assert bureau.submission(other).state is WAITING
        assert bureau.submission(done).state is ACCEPTED


@pytest.mark.parametrize("ids", [[99], [1, 99]])
def test_a_number_that_is_none_is_said(bureau: Bureau, ids: list[int]) -> None:
    """An unknown number among known ones changes nothing."""
    bureau.send(accept=False)
    steps: list[Callable[[], object]] = [
        lambda: bureau.reviewing.accept(ids),
        lambda: bureau.reviewing.return_(ids, WHY),
        lambda: bureau.reviewing.effects(None, ids[-1]),
        lambda: bureau.reviewing.receipt(ids[-1]),
    ]
    for act in steps:
        with pytest.raises(TbdxError, match="unknown-submission") as raised:
            act()
        assert raised.value.fields["found"] == "99"
    assert bureau.submission(1).state is WAITING


def test_remarks_need_a_word_unless_the_sender_gave_one(bureau: Bureau) -> None:
    """Whoever accepts speaks to the remarks, or leaves what the sender said of them."""
    silent = bureau.receive(bureau.read(bureau.form(BAO)), accept=False, word="").submissions[0].id
    spoken = bureau.send(DAI, accept=False)
    assert bureau.reviewing.remarks(silent)
    for word in ("", " ", "!"):
        with pytest.raises(TbdxError, match="confirmation-needed") as raised:
            bureau.reviewing.accept([spoken, silent], word)
        assert raised.value.fields["files"] == "a.xlsx"
    assert bureau.submission(spoken).state is WAITING
    bureau.reviewing.accept([spoken, silent], "đã gọi điện")
    assert bureau.submission(silent).confirmation == "đã gọi điện"
    assert bureau.submission(spoken).confirmation == WORD


def test_a_version_can_be_chosen_by_hand(bureau: Bureau) -> None:
    """It counts in place of final figures until another is accepted or chosen."""
    estimate = bureau.send(phase=ESTIMATE, staff_count=60.0)
    final = bureau.send(phase=FINAL, staff_count=62.0)
    assert bureau.submission(final).counts
    with pytest.raises(TbdxError, match="reason-needed"):
        bureau.reviewing.choose(estimate, "")
    chosen = bureau.reviewing.choose(estimate, "số chính thức còn sai", by=ANN)
    assert (chosen.counts, chosen.chosen, chosen.reason) == (True, True, "số chính thức còn sai")
    assert bureau.service.view().reported(BAO, 2024)["staff_count"] == 60
    assert bureau.service.view().chosen == ((BAO, 2024),)
    bureau.send(phase=FINAL, staff_count=63.0)
    assert bureau.service.view().reported(BAO, 2024)["staff_count"] == 63
    assert not bureau.submission(estimate).chosen
    waiting = bureau.send(phase=FINAL, accept=False, staff_count=64.0)
    with pytest.raises(TbdxError, match="wrong-state"):
        bureau.reviewing.choose(waiting, WHY)


# --- when it arrived ----------------------------------------------------------------------------


def test_a_report_that_arrived_in_time_is_in_time_though_entered_late(bureau: Bureau) -> None:
    """The day of its arrival decides, the day of entry is kept beside it."""
    number = bureau.send(BAO, accept=False, at=IN_TIME)
    bureau.send(DAI)
    bao, dai, van_nghe = bureau.reviewing.standings(2024)
    assert (bao.on_time, bao.days_late) == (True, 0)
    assert (dai.on_time, dai.days_late) == (False, 11)
    assert (van_nghe.on_time, van_nghe.state) == (False, CellState.OVERDUE)
    rates = bureau.reviewing.rates(2024)
    assert (rates.expected, rates.complete, rates.on_time, rates.late) == (3, 1, 1, 1)
    assert bureau.submission(number).received_at == IN_TIME
    assert bureau.last(Action.RECEIVED).at == AFTER


def test_a_report_returned_after_it_was_accepted_is_not_late(bureau: Bureau) -> None:
    """That it was accepted once is kept, in the standing as in what the round is told."""
    number = bureau.send(BAO, at=IN_TIME)
    bureau.now = AFTER + timedelta(days=82)
    bureau.reviewing.reopen([number], WHY)
    bureau.reviewing.return_([number], WHY)
    assert bureau.submission(number).ever_accepted
    (standing,) = [s for s in bureau.reviewing.standings(2024) if s.agency == BAO]
    assert (standing.on_time, standing.days_late) == (True, 0)
    other = bureau.send(DAI, accept=False, at=IN_TIME)
    bureau.reviewing.return_([other], WHY)
    assert not bureau.submission(other).ever_accepted
    assert bureau.office.verify().faults == ()


def test_a_report_cannot_have_arrived_in_the_future(bureau: Bureau) -> None:
    """A minute ahead is refused; this very moment is not."""
    file = bureau.read(bureau.form())
    for receive in (bureau.service.accept, bureau.service.send):
        with pytest.raises(TbdxError, match="received-in-future"):
            receive([file], WORD, received_at=AFTER + timedelta(minutes=1))
    assert bureau.revision == 0
    bureau.receive(file, at=AFTER.astimezone(UTC))
    assert bureau.revision == 1


# --- nil returns --------------------------------------------------------------------------------


def test_a_statement_of_nothing_is_kept_and_taken_back(bureau: Bureau) -> None:
    """It is a standing of its own with its reason, and gone when it is taken back."""
    bureau.reviewing.declare_nil(VAN_NGHE, 2024, ESTIMATE, "không phát sinh", by=ANN)
    (nil,) = bureau.reviewing.nil_returns(VAN_NGHE, 2024)
    assert (nil.at, nil.actor, nil.reason) == (AFTER, ANN, "không phát sinh")
    assert bureau.reviewing.nil_returns(BAO, 2024) == []
    cells = bureau.reviewing.cells([VAN_NGHE], [2024])
    assert cells[VAN_NGHE, 2024, ESTIMATE].state is CellState.NIL
    assert bureau.last(Action.NIL_DECLARED).agency == VAN_NGHE
    with pytest.raises(TbdxError, match="nil-exists"):
        bureau.reviewing.declare_nil(VAN_NGHE, 2024, ESTIMATE, "lần nữa")
    bureau.reviewing.withdraw_nil(VAN_NGHE, 2024, ESTIMATE, "đã gửi báo cáo")
    assert bureau.reviewing.standings(2024)[2].state is CellState.OVERDUE
    with pytest.raises(TbdxError, match="nil-unknown"):
        bureau.reviewing.withdraw_nil(VAN_NGHE, 2024, ESTIMATE, "lần nữa")
    assert bureau.office.verify().faults == ()


@pytest.mark.parametrize(
    ("agency", "year", "reason", "code"),
    [
        (DAI, 2025, WHY, "agency-not-in-year"),
        ("bao-la", 2024, WHY, "unknown-agency"),
        (BAO, 2031, WHY, "unknown-year"),
        (BAO, 2024, " ", "reason-needed"),
    ],
)
def test_who_does_not_report_cannot_have_nothing_to_report(
    bureau: Bureau, agency: str, year: int, reason: str, code: str
) -> None:
    """The agency and the year must fit, and a reason must be given."""
    with pytest.raises(TbdxError, match=code):
        bureau.reviewing.declare_nil(agency, year, ESTIMATE, reason)
    assert bureau.revision == 0


# --- versions -----------------------------------------------------------------------------------


def test_two_versions_are_compared_answer_by_answer(bureau: Bureau) -> None:
    """Every answer that differs, with its cells, and how much a figure grew."""
    before = bureau.send(
        staff_count=60.0,
        trained_count=30.0,
        on_digital_platforms=NO,
        revenue_million_vnd=1000.0,
        uses_ai=YES,
    )
    after = bureau.send(
        staff_count=60.0,
        trained_count=33.0,
        on_digital_platforms=YES,
        revenue_million_vnd=900.0,
        security_level=3.0,
    )
    found = bureau.reviewing.difference(before, after)
    assert (found.before.id, found.after.id) == (before, after)
    changes = {change.field: change for change in found.fields}
    assert changes.keys() == {
        "trained_count",
        "on_digital_platforms",
        "revenue_million_vnd",
        "uses_ai",
        "security_level",
    }
    said = changes["on_digital_platforms"]
    assert said == FieldChange("on_digital_platforms", NO, YES, "Chỉ tiêu E14", "Chỉ tiêu E14")
    assert (said.change, said.change_pct) == (None, None)
    assert (changes["trained_count"].change, changes["trained_count"].change_pct) == (3, 10)
    revenue = changes["revenue_million_vnd"]
    assert (revenue.change, revenue.change_pct) == (-100, -10)
    assert (changes["uses_ai"].before, changes["uses_ai"].after) == (YES, None)
    level = changes["security_level"]
    assert (level.before, level.after, level.change, level.change_pct) == (None, 3.0, None, None)


def test_of_nothing_no_percentage_is_told() -> None:
    """From 0 to 5 is 5 more, and no share of what it was."""
    grown = FieldChange("staff_count", 0.0, 5.0, "", "")
    assert (grown.change, grown.change_pct) == (5, None)


def test_a_version_is_compared_with_itself_and_with_its_own_kind(bureau: Bureau) -> None:
    """Nothing differs from itself; reports of two agencies or years are not compared."""
    number, other = bureau.send(BAO, staff_count=60.0), bureau.send(DAI, staff_count=60.0)
    earlier = bureau.send(BAO, 2023, FINAL, staff_count=60.0)
    assert bureau.reviewing.difference(number, number).fields == ()
    assert bureau.reviewing.effects(number, number) == []
    for compare in (bureau.reviewing.difference, bureau.reviewing.effects):
        for one in (other, earlier):
            with pytest.raises(TbdxError, match="not-comparable"):
                compare(number, one)


def _growing(bureau: Bureau, agency: str, amount: float, **options: object) -> int:
    return bureau.send(
        agency,
        digital_transformation=YES,
        revenue_2022_million_vnd=100.0,
        revenue_million_vnd=amount,
        **options,  # type: ignore[arg-type]
    )


def test_effects_are_told_by_indicator(bureau: Bureau) -> None:
    """One million less, and row 4 goes from 1 of 2 to 0 of 2; nothing else changes."""
    _growing(bureau, DAI, 100.0)
    before = _growing(bureau, BAO, 110.0)
    waiting = _growing(bureau, BAO, 109.0, accept=False)
    revision, shown = bureau.revision, bureau.service.view().results.copy()
    (effect,) = bureau.reviewing.effects(before, waiting)
    assert (effect.indicator, effect.year) == ("revenue_growth", 2024)
    assert (effect.before["numerator"], effect.before["denominator"]) == (1, 2)
    assert (effect.after["numerator"], effect.after["denominator"]) == (0, 2)
    (back,) = bureau.reviewing.effects(waiting, before)
    assert (back.before["value_pct"], back.after["value_pct"]) == (0, 50)
    assert bureau.revision == revision
    assert bureau.submission(waiting).state is WAITING
    assert bureau.service.view().results.equals(shown), "looking leaves everything as it was"
    bureau.reviewing.accept([waiting])
    row = bureau.service.view().result["revenue_growth", 2024]
    assert row["numerator"] == effect.after["numerator"], "what was foretold is what happens"


@pytest.mark.parametrize("alone", [True, False])
def test_effects_of_a_first_report(bureau: Bureau, alone: bool) -> None:
    """Beside no report at all, even where it is the only one in the store."""
    if not alone:
        bureau.send(DAI, on_digital_platforms=NO)
    number = bureau.send(BAO, accept=False, on_digital_platforms=YES)
    effects = {e.indicator: e for e in bureau.reviewing.effects(None, number)}
    row = effects["digital_platforms"]
    was, becomes = (0, 0, 3) if alone else (0, 1, 2), (1, 1, 2) if alone else (1, 2, 1)
    for said, expected in ((row.before, was), (row.after, becomes)):
        assert (said["numerator"], said["denominator"], said["missing"]) == expected
    gone = {e.indicator: e for e in bureau.reviewing.effects(number, None)}
    assert gone["digital_platforms"].after["numerator"] == 0
    assert bureau.reviewing.effects(None, None) == []


def test_effects_hold_on_the_basis_that_is_looked_at(bureau: Bureau) -> None:
    """By the original structure a merged agency's report counts for two."""
    bureau.now = datetime(2026, 1, 5, tzinfo=UTC)
    number = bureau.send(MERGED, 2025, accept=False, on_digital_platforms=YES)
    for basis, count in ((Basis(), 1), (Basis(structure="original"), 2)):
        effects = bureau.reviewing.effects(None, number, basis)
        (row,) = [e for e in effects if e.indicator == "digital_platforms"]
        assert row.after["numerator"] == count


def test_effects_keep_the_corrections_in_force(bureau: Bureau) -> None:
    """A version in use is shown with its corrections, as every view shows it."""
    number = bureau.send(BAO, staff_count=10.0, trained_count=10.0)
    bureau.office.correct(BAO, 2024, "trained_count", 5.0, "đếm lượt", "CV 12")
    effects = {e.indicator: e for e in bureau.reviewing.effects(None, number)}
    assert effects["people_trained"].after["numerator"] == 5
    assert bureau.reviewing.effects(number, number) == []


def test_revisions_are_from_estimate_to_final(bureau: Bureau) -> None:
    """For each agency that has both accepted, what its final figures changed."""
    bureau.send(BAO, phase=ESTIMATE, revenue_million_vnd=900.0)
    estimate = bureau.send(BAO, phase=ESTIMATE, revenue_million_vnd=1000.0)
    final = bureau.send(BAO, phase=FINAL, revenue_million_vnd=1100.0)
    bureau.send(BAO, phase=FINAL, accept=False, revenue_million_vnd=1.0)
    bureau.send(DAI, phase=ESTIMATE, revenue_million_vnd=500.0)
    bureau.send(VAN_NGHE, phase=ESTIMATE, staff_count=9.0)
    bureau.send(VAN_NGHE, phase=FINAL, staff_count=9.0)
    found = bureau.reviewing.revisions(2024)
    assert list(found) == [BAO, VAN_NGHE]
    assert (found[BAO].before.id, found[BAO].after.id) == (estimate, final)
    (change,) = found[BAO].fields
    assert (change.field, change.change, change.change_pct) == ("revenue_million_vnd", 100, 10)
    assert found[VAN_NGHE].fields == ()
    assert bureau.reviewing.revisions(2023) == {}


def test_revisions_ask_the_store_as_often_for_many_as_for_few(bureau: Bureau) -> None:
    """The number of questions does not grow with the number of agencies."""
    for agency in (BAO, DAI, VAN_NGHE):
        for phase in (ESTIMATE, FINAL):
            bureau.send(agency, 2024, phase, staff_count=9.0)
    bureau.send(BAO, 2023, ESTIMATE)
    bureau.send(BAO, 2023, FINAL)
    assert len(bureau.reviewing.revisions(2024)) == 3
    assert len(bureau.reviewing.revisions(2023)) == 1
    assert _questions(lambda: bureau.reviewing.revisions(2024)) == _questions(
        lambda: bureau.reviewing.revisions(2023)
    )
    bureau.reviewing.standings(2025)  # what is worked out once, whatever the year
    assert _questions(lambda: bureau.reviewing.standings(2024)) == _questions(
        lambda: bureau.reviewing.standings(2023)
    )


def _questions(look: Callable[[], object]) -> int:
    """How many statements are sent to the database."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", counted)
    try:
        look()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", counted)
    return count


# --- consolidated files -------------------------------------------------------------------------


def _consolidated(plan: Plan, *agencies: str) -> bytes:
    """A table with one line an agency, which says how many people it has."""
    book = Workbook()
    sheet = book.active
    base = plan.years.base
    heads = [question.heads[0].format(base_year=base) for question in plan.form.field]
    sheet.append(["STT", "Cơ quan báo chí", "Năm", "Loại số liệu", *heads])
    for place, agency in enumerate(agencies, start=1):
        people = [10 if question.name == "staff_count" else None for question in plan.form.field]
        sheet.append([place, agency, 2024, "Ước thực hiện", *people])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


THREE_NAMES = (
    "Báo Thái Bình",
    "Đài Phát thanh và Truyền hình Thái Bình",
    "Tạp chí Văn nghệ Thái Bình",
)


def test_reports_of_one_file_are_decided_on_one_by_one_or_together(bureau: Bureau) -> None:
    """A consolidated file becomes one submission an agency; each has a fate of its own."""
    file = bureau.read(_consolidated(bureau.service.plan, *THREE_NAMES), "tong-hop.xlsx")
    receipt = bureau.receive(file, accept=False, word="")
    ids = [submission.id for submission in receipt.submissions]
    assert len(ids) == 3
    bureau.reviewing.return_(ids[:1], WHY)
    with pytest.raises(TbdxError, match="confirmation-needed") as raised:
        bureau.reviewing.accept(ids[1:])
    assert raised.value.fields["files"] == "tong-hop.xlsx", "one file is named once"
    bureau.reviewing.accept(ids[1:], WORD)
    assert [bureau.submission(number).state for number in ids] == [RETURNED, ACCEPTED, ACCEPTED]
    facts = bureau.reviewing.receipt(ids[1])
    assert [s.id for s in facts.submissions] == ids
    assert facts.number == receipt.number
    assert facts.proof == receipt.proof
    assert facts.remarks == len(file.findings)
    assert facts.size == len(file.content)


# --- files --------------------------------------------------------------------------------------


def test_the_original_comes_back_byte_for_byte(bureau: Bureau) -> None:
    """Under the name by which it was sent this time."""
    content = bureau.form(staff_count=60.0)
    first = bureau.receive(bureau.read(content, "bao.xlsx"), accept=False).submissions[0].id
    bureau.reviewing.return_([first], WHY)
    again = bureau.receive(bureau.read(content, "=1+1.xlsx"), accept=False).submissions[0].id
    assert bureau.reviewing.original(first) == ("bao.xlsx", content)
    assert bureau.reviewing.original(again) == ("=1+1.xlsx", content)


def test_a_returned_copy_says_why(bureau: Bureau) -> None:
    """The reason stands on the sheet of faults with the remarks, and not before it is returned."""
    number = bureau.send(accept=False, staff_count=60.0, trained_count=20.0)
    codes = {finding.code for finding in bureau.reviewing.remarks(number)}
    assert codes
    before = texts(bureau.reviewing.annotated(number, "vi").content, "Lỗi")
    assert not any(WHY in text for text in before)
    bureau.reviewing.return_([number], WHY)
    copy = bureau.reviewing.annotated(number, "vi")
    assert copy.lost == ()
    said = texts(copy.content, "Lỗi")
    assert any(WHY in text for text in said)
    assert "returned" in said
    assert codes <= set(said)
    again = bureau.read(copy.content)
    assert again.acceptable, "mended in the copy, it can be sent again"
    assert again.fields == bureau.read(bureau.reviewing.original(number)[1]).fields


def test_a_copy_says_nothing_of_what_acceptance_would_do(bureau: Bureau) -> None:
    """What a report would replace is for those who accept it."""
    bureau.send(staff_count=60.0)
    (checked,) = bureau.service.check([("b.xlsx", bureau.form(staff_count=61.0))])
    assert "replaces-report" in {finding.code for finding in checked.findings}
    number = bureau.receive(checked, accept=False).submissions[0].id
    bureau.reviewing.return_([number], WHY)
    said = texts(bureau.reviewing.annotated(number, "vi").content, "Lỗi")
    assert "returned" in said
    assert "replaces-report" not in said
