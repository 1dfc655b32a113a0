"""Review, versions, closed years and the office's lists in the store, over SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from stores import (
    CHANGES_OF_2025,
    ESTIMATE,
    FINAL,
    NOON,
    OTHER_CHANGES,
    Value,
    checked,
    close_2025,
    fields,
    furnish,
    in_use,
    receive,
)

from benchmarks.databases import contents
from tbdx.model import (
    Action,
    Answer,
    ClosedYear,
    NilReturn,
    Phase,
    PlanVersion,
    ReviewState,
    Submission,
    TbdxError,
)
from tbdx.store import Store, submissions

WAITING, ACCEPTED, RETURNED = ReviewState
LATER = NOON + timedelta(hours=3)


@pytest.fixture
def furnished(store: Store) -> Store:
    """A store that holds one of each thing."""
    furnish(store)
    return store


def refusal(call: Any, *arguments: Any, **options: Any) -> tuple[str, dict[str, Any]]:
    """Code and fields of the error that a call ends with."""
    with pytest.raises(TbdxError) as caught:
        call(*arguments, **options)
    return caught.value.code, caught.value.fields


class TestReceiving:
    def test_what_waits_does_not_count(self, store: Store) -> None:
        """A report that waits for review is kept with its figures, but none of them is in use."""
        (receipt,) = receive(
            store, [checked(*fields(revenue=1.0), content=b"1")], NOON, accept=False
        )
        (submission,) = receipt.submissions
        assert (submission.state, submission.counts) == (WAITING, False)
        assert (submission.sent_by, submission.decided_by, submission.decided_at) == (
            "Ann",
            "",
            None,
        )
        assert in_use(store) == []
        assert list(store.answers([submission.id])["number"]) == [1.0]
        assert not store.is_empty()

    def test_a_report_arrived_when_it_arrived(self, store: Store) -> None:
        """A report typed in later keeps the time at which it came, beside that of the acceptance."""
        arrived = NOON - timedelta(days=4)
        file = checked(*fields(), content=b"1")
        (receipt,) = receive(store, [file], NOON, received_at=arrived)
        (submission,) = receipt.submissions
        assert (submission.received_at, submission.decided_at) == (arrived, NOON)
        (entry,) = store.record(actions=[Action.RECEIVED])
        assert entry.at == NOON

    def test_a_time_of_arrival_needs_its_zone(self, store: Store) -> None:
        """Whether a report was on time is never left to a guess."""
        with pytest.raises(ValueError, match="time zone"):
            receive(
                store,
                [checked(*fields(), content=b"1")],
                NOON,
                received_at=NOON.replace(tzinfo=None),
            )

    def test_a_returned_file_sent_again_is_stored_again(self, furnished: Store) -> None:
        """The same bytes after a return are a new version, which waits."""
        (old,) = furnished.submissions(agencies=["tap-chi"])
        name, content = furnished.document(old.sha256)
        file = checked(*fields("tap-chi", revenue=4.0), content=content, name=name)
        (receipt,) = receive(furnished, [file], LATER, accept=False)
        assert not receipt.duplicate
        assert [(s.version, s.state) for s in furnished.submissions(agencies=["tap-chi"])] == [
            (2, WAITING),
            (1, RETURNED),
        ]
        assert furnished.verify().faults == ()

    def test_a_waiting_file_sent_again_is_a_duplicate(
        self, furnished: Store, database: sa.Engine
    ) -> None:
        """What waits already is not stored twice, nor accepted by being sent once more."""
        (old,) = furnished.submissions(states=[WAITING])
        before = contents(database)
        for accept in (True, False):
            file = checked(*fields("dai"), content=furnished.document(old.sha256)[1])
            (receipt,) = receive(furnished, [file], LATER, accept=accept)
            assert (receipt.duplicate, receipt.submissions) == (True, (old,))
            assert (receipt.number, receipt.proof) == (
                old.receipt,
                getattr(furnished.entry(old.receipt), "hash", None),
            )
        after = contents(database)
        assert {name: rows for name, rows in after.items() if name != "record"} == {
            name: rows for name, rows in before.items() if name != "record"
        }

    def test_a_consolidated_file_of_which_one_report_was_returned(self, store: Store) -> None:
        """Sent again, a file with several reports is stored again as a whole."""
        file = checked(*fields("bao"), *fields("dai"), content=b"1")
        (receipt,) = receive(store, [file], NOON, accept=False)
        store.decide([receipt.submissions[0].id], RETURNED, NOON, "Bình", reason="Thiếu")
        (again,) = receive(store, [file], LATER, accept=False)
        assert not again.duplicate
        assert [(s.agency, s.version) for s in again.submissions] == [("bao", 2), ("dai", 2)]
        assert {s.receipt for s in again.submissions} == {again.number}
        assert again.number > receipt.number


class TestDeciding:
    @pytest.mark.parametrize(
        ("number", "state", "action"),
        [
            (3, ACCEPTED, Action.ACCEPTED),
            (3, RETURNED, Action.RETURNED),
            (1, WAITING, Action.REOPENED),
            (4, WAITING, Action.REOPENED),
        ],
    )
    def test_what_can_be_decided(
        self, furnished: Store, number: int, state: ReviewState, action: Action
    ) -> None:
        """What waits is accepted or returned; what was decided is opened again."""
        revision = furnished.revision()
        furnished.decide([number], state, LATER, "Chị Lan", reason="vì thế")
        submission = furnished.submission(number)
        assert (submission.state, submission.reason) == (state, "vì thế")
        assert (submission.decided_by, submission.decided_at) == ("Chị Lan", LATER)
        assert furnished.record(limit=1)[0].action == action
        assert furnished.revision() == revision + 1

    @pytest.mark.parametrize(
        ("number", "state", "found", "by", "at"),
        [
            (1, ACCEPTED, ACCEPTED, "Ann", NOON),
            (1, RETURNED, ACCEPTED, "Ann", NOON),
            (4, ACCEPTED, RETURNED, "Bình", NOON),
            (4, RETURNED, RETURNED, "Bình", NOON),
            (3, WAITING, WAITING, "", None),
        ],
    )
    def test_what_cannot_be_decided(
        self,
        furnished: Store,
        database: sa.Engine,
        number: int,
        state: ReviewState,
        found: ReviewState,
        by: str,
        at: object,
    ) -> None:
        """A decision that does not fit the state says which it is, who decided that and when."""
        before = contents(database)
        code, told = refusal(furnished.decide, [number], state, LATER, "Chị Lan")
        assert code == "wrong-state"
        assert told == {"found": found, "by": by, "at": at, "expected": state}
        assert contents(database) == before

    def test_what_was_reopened_names_who_did_so(self, furnished: Store) -> None:
        """Somebody who would open what is open already learns who was faster."""
        furnished.decide([1], WAITING, LATER, "Bình", reason="Xem lại")
        _, told = refusal(furnished.decide, [1], WAITING, LATER, "Chị Lan")
        assert (told["found"], told["by"], told["at"]) == (WAITING, "Bình", LATER)

    def test_several_are_decided_together_or_not_at_all(
        self, furnished: Store, database: sa.Engine
    ) -> None:
        """One that does not exist or no longer waits keeps the others as they are."""
        receive(furnished, [checked(*fields("dai"), content=b"5")], NOON, accept=False)
        before = contents(database)
        assert refusal(furnished.decide, [3, 99], ACCEPTED, NOON, "Ann") == (
            "unknown-submission",
            {"found": "99"},
        )
        assert refusal(furnished.decide, [5, 3, 4], ACCEPTED, NOON, "Ann")[0] == "wrong-state"
        furnished.decide([], ACCEPTED, NOON, "Ann")
        assert contents(database) == before
        furnished.decide([3, 5, 3], ACCEPTED, NOON, "Ann")
        assert [furnished.submission(n).state for n in (3, 5)] == [ACCEPTED, ACCEPTED]
        assert furnished.verify().faults == ()

    @pytest.mark.parametrize("other", [ACCEPTED, RETURNED])
    def test_of_two_who_decide_at_once_one_wins(self, furnished: Store, other: ReviewState) -> None:
        """Two analysts at the same submission: the second is told what the first one did."""
        barrier = Barrier(2)

        def decide(decision: tuple[str, ReviewState]) -> dict[str, Any] | None:
            actor, state = decision
            barrier.wait()
            try:
                furnished.decide([3], state, LATER, actor)
            except TbdxError as error:
                return error.fields
            return None

        decisions = [("Bình", ACCEPTED), ("Chị Lan", other)]
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(decide, decisions))
        ((winner, won),) = [
            d for d, outcome in zip(decisions, outcomes, strict=True) if not outcome
        ]
        (told,) = [outcome for outcome in outcomes if outcome]
        assert (told["found"], told["by"], told["at"]) == (won, winner, LATER)
        submission = furnished.submission(3)
        assert (submission.state, submission.decided_by) == (won, winner)
        assert len([e for e in furnished.record() if e.subject == "submission:3"]) == 2
        assert furnished.verify().faults == ()

    def test_a_word_on_remarks_is_kept_once(self, furnished: Store) -> None:
        """What was said about remarks when sending stays; a later word fills only a gap."""
        with_remarks = furnished.submission(3)
        assert with_remarks.confirmation == ""
        furnished.decide([3], ACCEPTED, LATER, "Ann", confirmation="Đã hỏi lại")
        assert furnished.submission(3).confirmation == "Đã hỏi lại"
        furnished.decide([3], WAITING, LATER, "Ann", reason="Xem lại")
        furnished.decide([3], ACCEPTED, LATER, "Ann", confirmation="khác")
        assert furnished.submission(3).confirmation == "Đã hỏi lại"

    def test_what_is_reopened_no_longer_counts(self, furnished: Store) -> None:
        """While the newest version is under review the one before it is in use."""
        furnished.decide([2], WAITING, LATER, "Ann", reason="Xem lại")
        assert [(s.id, s.counts) for s in furnished.submissions(agencies=["bao"])] == [
            (2, False),
            (1, True),
        ]
        furnished.decide([1], WAITING, LATER, "Ann", reason="Xem lại")
        assert in_use(furnished) == []


class TestChoosing:
    def test_a_chosen_version_counts(self, furnished: Store) -> None:
        """An older version chosen by hand is in use in place of the newest."""
        assert [value for *_, field, value in in_use(furnished) if field == "revenue"] == [2.0]
        furnished.choose(1, LATER, "Ann", "Bản 2 sai")
        assert [value for *_, field, value in in_use(furnished) if field == "revenue"] == [1.0]
        chosen = furnished.submission(1)
        assert (chosen.chosen, chosen.counts, chosen.reason) == (True, True, "Bản 2 sai")

    def test_an_estimate_can_be_chosen_over_final_figures(self, furnished: Store) -> None:
        """The choice goes before the phase."""
        receive(furnished, [checked(*fields("bao", phase=FINAL), content=b"f")], NOON)
        furnished.choose(2, LATER, "Ann", "Số chính thức sai")
        assert [s.id for s in furnished.submissions() if s.counts] == [2]

    def test_choosing_another_takes_the_place(self, furnished: Store) -> None:
        """At most one version of an agency and year is chosen."""
        furnished.choose(1, LATER, "Ann", "Bản 2 sai")
        furnished.choose(2, LATER, "Ann", "Bản 2 đúng")
        assert [s.id for s in furnished.submissions() if s.chosen] == [2]
        assert furnished.verify().faults == ()

    @pytest.mark.parametrize("accept", [True, False])
    def test_a_new_acceptance_ends_the_choice(self, furnished: Store, accept: bool) -> None:
        """What is accepted after the choice counts: at once, or when it has been reviewed."""
        furnished.choose(1, LATER, "Ann", "Bản 2 sai")
        file = checked(*fields("bao", revenue=5.0), content=b"5")
        (receipt,) = receive(furnished, [file], LATER, accept=accept)
        (new,) = receipt.submissions
        if not accept:
            assert furnished.submission(1).counts  # while the new one waits
            furnished.decide([new.id], ACCEPTED, LATER, "Ann")
        assert [s.id for s in furnished.submissions() if s.chosen] == []
        assert [s.id for s in furnished.submissions() if s.counts] == [new.id]
        assert furnished.verify().faults == ()

    def test_other_agencies_and_years_keep_their_choice(self, furnished: Store) -> None:
        """An acceptance ends the choice for its own agency and year only."""
        furnished.choose(1, LATER, "Ann", "Bản 2 sai")
        files = [
            checked(*fields(*report), content=b"%d" % report[1])
            for report in (("bao", 2026), ("dai", 2027))
        ]
        receive(furnished, files, LATER)
        assert furnished.submission(1).chosen

    def test_reopening_ends_the_choice(self, furnished: Store) -> None:
        """What was chosen and is reviewed once more counts afterwards only by its version."""
        furnished.choose(1, LATER, "Ann", "Bản 2 sai")
        furnished.decide([1], WAITING, LATER, "Ann", reason="Xem lại")
        furnished.decide([1], ACCEPTED, LATER, "Ann")
        assert [s.id for s in furnished.submissions(agencies=["bao"]) if s.counts] == [2]

    @pytest.mark.parametrize(("number", "state"), [(3, WAITING), (4, RETURNED)])
    def test_only_what_was_accepted_can_be_chosen(
        self, furnished: Store, number: int, state: ReviewState
    ) -> None:
        """What waits or was returned can't be made to count by choosing it."""
        code, told = refusal(furnished.choose, number, LATER, "Ann", "Vì")
        assert (code, told["found"], told["expected"]) == ("wrong-state", state, ACCEPTED)

    def test_an_unknown_one_cannot_be_chosen(self, furnished: Store) -> None:
        """A number that names no submission is said to be unknown."""
        assert refusal(furnished.choose, 99, LATER, "Ann", "Vì") == (
            "unknown-submission",
            {"found": "99"},
        )


class TestClosedYears:
    def test_a_closed_year_refuses_every_change(
        self, furnished: Store, database: sa.Engine
    ) -> None:
        """Whoever would change a closed year is told who closed it and when; nothing changes."""
        close_2025(furnished, LATER, "Chị Lan", "Đã báo cáo UBND")
        before = contents(database)
        for name, (change, _) in CHANGES_OF_2025.items():
            assert refusal(change, furnished, LATER, "Ann") == (
                "year-closed",
                {"year": 2025, "by": "Chị Lan", "at": LATER},
            ), name
            assert contents(database) == before, name

    @pytest.mark.parametrize("name", OTHER_CHANGES)
    def test_other_years_stay_open(self, furnished: Store, name: str) -> None:
        """A closed year is locked by itself: what does not concern it goes on."""
        close_2025(furnished, LATER, "Chị Lan", "Đã báo cáo UBND")
        told = len(furnished.record())
        OTHER_CHANGES[name][0](furnished, LATER, "Ann")
        assert len(furnished.record()) > told

    def test_an_opened_year_can_be_changed_again(self, furnished: Store) -> None:
        """Opening by name and reason gives the year back; both stand in the record."""
        close_2025(furnished, NOON, "Chị Lan", "Đã báo cáo UBND")
        assert furnished.closed_years()[2025] == ClosedYear(
            2025, NOON, "Chị Lan", "Đã báo cáo UBND"
        )
        furnished.open_year(2025, LATER, "Bình", "Có số chính thức")
        assert list(furnished.closed_years()) == [2020]
        furnished.decide([3], ReviewState.WAITING, LATER, "Ann")
        (entry,) = furnished.record(actions=[Action.YEAR_OPENED])
        assert (entry.actor, entry.year) == ("Bình", 2025)

    def test_a_year_is_not_closed_while_something_waits(self, furnished: Store) -> None:
        """Whoever sent it the moment before is not locked in: the store itself looks."""
        assert refusal(furnished.close_year, 2025, LATER, "Ann", "Xong") == (
            "waiting-left",
            {"year": 2025, "count": 1},
        )
        assert list(furnished.closed_years()) == [2020]

    def test_an_open_year_cannot_be_opened(self, furnished: Store) -> None:
        """Opening what is not locked is said to be unnecessary."""
        assert refusal(furnished.open_year, 2025, NOON, "Ann", "Vì") == (
            "year-open",
            {"year": 2025},
        )

    def test_a_duplicate_of_a_closed_year_is_refused_too(self, furnished: Store) -> None:
        """Sending a stored file to a closed year is answered like any other file."""
        close_2025(furnished, NOON, "Ann", "Xong")
        file = checked(
            *fields("dai"), content=furnished.document(furnished.submission(3).sha256)[1]
        )
        assert refusal(receive, furnished, [file], LATER)[0] == "year-closed"


class TestChangedMeanwhile:
    """What was looked at must still be so when it is written."""

    def test_the_register_is_changed_at_the_revision_looked_at(self, furnished: Store) -> None:
        """Between the look and the change nothing may have come in, as a report might."""
        seen = furnished.revision()
        furnished.declare_nil("dai", 2025, FINAL, NOON, "Bình", "Không có")
        for change, rest in (
            (furnished.add_register_change, ("{}", 2026, LATER, "Ann")),
            (furnished.withdraw_register_change, (1, 2026, LATER, "Ann", "Nhầm")),
        ):
            for _ in range(2):  # a refused change leaves the revision as it was
                code, told = refusal(change, *rest, expected_revision=seen)
                assert (code, set(told)) == ("changed-meanwhile", {"by", "at", "what"})
            seen_now = furnished.revision()
            change(*rest, expected_revision=seen_now)
            assert furnished.revision() == seen_now + 1

    def test_reports_count_by_the_register_looked_at(self, furnished: Store) -> None:
        """Stored or accepted by one register, they are refused under another, and only there."""
        file = checked(*fields("dai", 2026), content=b"next")
        for numbers in ([], [2], [1, 2]):
            who = {"by": "Bình", "at": NOON, "what": Action.REGISTER_CHANGED}
            assert refusal(receive, furnished, [file], LATER, register=numbers) == (
                "changed-meanwhile",
                who,
            )
            assert refusal(furnished.decide, [3], ACCEPTED, LATER, "Ann", register=numbers) == (
                "changed-meanwhile",
                who,
            )
        receive(furnished, [file], LATER, register=[1])
        furnished.decide([3], ACCEPTED, LATER, "Ann", register=[1])

    def test_a_panel_comes_with_its_own_revision(
        self, furnished: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Accepted between the two questions, a report is in neither answer."""
        seen, rows, ask = furnished.revision(), len(furnished.panel()), submissions.panel

        def panel(connection: sa.Connection, phase: Phase | None) -> pd.DataFrame:
            furnished.decide([3], ACCEPTED, LATER, "Ann")
            return ask(connection, phase)

        with monkeypatch.context() as patched:
            patched.setattr(submissions, "panel", panel)
            revision, found = furnished.panel_now()
        assert (revision, len(found)) == (seen, rows)
        revision, found = furnished.panel_now()
        assert revision == seen + 1
        assert len(found) > rows


class TestLooking:
    @pytest.fixture
    def full(self, furnished: Store) -> Store:
        """A store with several agencies, years, phases, states, and a choice by hand."""
        for number, (agency, year, phase) in enumerate(
            itertools.product(("bao", "dai"), (2024, 2025), (ESTIMATE, FINAL, ESTIMATE)), 10
        ):
            file = checked(*fields(agency, year, phase, revenue=number), content=b"%d" % number)
            receive(furnished, [file], NOON, accept=number % 3 > 0)
        both = checked(*fields("bao", 2026), *fields("dai", 2026), content=b"both")
        receive(furnished, [both], NOON)
        furnished.choose(1, NOON, "Ann", "Bản 2 sai")
        return furnished

    def test_filters_only_leave_out(self, full: Store) -> None:
        """However the list is narrowed, each submission is told of as in the whole list."""
        everything = full.submissions()
        assert [s.id for s in everything] == sorted((s.id for s in everything), reverse=True)
        assert 3 < sum(s.counts for s in everything) < len(everything) - 3

        agencies: list[list[str] | None] = [None, [], ["bao"], ["dai", "tap-chi"]]
        years: list[list[int] | None] = [None, [2025], [2024, 2026]]
        states: list[list[ReviewState] | None] = [None, [], [WAITING], [ACCEPTED, RETURNED]]
        ids: list[list[int] | None] = [None, [1, 3, 6, 8], [2]]
        receipts = [None, everything[0].receipt, everything[-1].receipt]

        def fits(wanted: Sequence[object] | None, value: object) -> bool:
            return wanted is None or value in wanted

        for some in itertools.product(agencies, years, states, ids, receipts):
            found = full.submissions(
                agencies=some[0], years=some[1], states=some[2], ids=some[3], receipt=some[4]
            )
            assert found == [
                s
                for s in everything
                if fits(some[0], s.agency)
                and fits(some[1], s.year)
                and fits(some[2], s.state)
                and fits(some[3], s.id)
                and (some[4] is None or s.receipt == some[4])
            ]

    def test_a_receipt_finds_all_it_stands_for(self, full: Store) -> None:
        """The reports of one consolidated file are found by their common receipt."""
        newest = full.submissions()[0]
        assert [s.agency for s in full.submissions(receipt=newest.receipt)] == ["dai", "bao"]

    def test_the_panel_of_one_phase(self, store: Store) -> None:
        """For one phase the panel is what it would be if there were no other reports."""
        for number, phase in enumerate([ESTIMATE, FINAL, ESTIMATE], 1):
            file = checked(*fields(phase=phase, revenue=number), content=b"%d" % number)
            receive(store, [file], NOON)
        waiting = checked(*fields(phase=FINAL, revenue=4), content=b"4")
        receive(store, [waiting], NOON, accept=False)

        def revenue(phase: Any) -> list[float]:
            return list(store.panel(phase)["number"])

        assert (revenue(None), revenue(ESTIMATE), revenue(FINAL)) == ([2.0], [3.0], [2.0])
        store.choose(1, NOON, "Ann", "Vì")
        assert (revenue(None), revenue(ESTIMATE), revenue(FINAL)) == ([1.0], [1.0], [2.0])
        assert dict(store.panel(FINAL).dtypes) == dict(store.panel().dtypes)

    def test_answers_of_any_submissions(self, furnished: Store) -> None:
        """Answers can be read of submissions that do not count, in the columns of the panel."""
        found = furnished.answers([4, 1])
        assert list(found.columns) == list(furnished.panel().columns)
        assert (found["submission"][0], found["number"][0]) == (1, 1.0)
        assert set(found["submission"]) == {1, 4}
        assert furnished.answers([]).empty

    def test_an_unknown_submission_is_named(self, furnished: Store) -> None:
        """A number that names no submission is said to be unknown."""
        assert refusal(furnished.submission, 99) == ("unknown-submission", {"found": "99"})
        assert isinstance(furnished.submission(1), Submission)


class TestNilReturns:
    def test_a_statement_is_kept_and_taken_back(self, store: Store) -> None:
        """That there is nothing to report is a fact with a name, a time and a reason."""
        assert store.is_empty()
        store.declare_nil("bao", 2025, FINAL, NOON, "Ann", "Tạm dừng")
        assert store.nil_returns() == [NilReturn("bao", 2025, FINAL, NOON, "Ann", "Tạm dừng")]
        assert not store.is_empty()
        assert store.revision() == 1
        assert refusal(store.declare_nil, "bao", 2025, FINAL, NOON, "Ann", "Vì") == (
            "nil-exists",
            {"agency": "bao", "year": 2025},
        )
        store.declare_nil("bao", 2025, ESTIMATE, NOON, "Ann", "Tạm dừng")
        store.withdraw_nil("bao", 2025, FINAL, LATER, "Ann", "Nhầm")
        assert [nil.phase for nil in store.nil_returns()] == [ESTIMATE]
        assert refusal(store.withdraw_nil, "bao", 2025, FINAL, NOON, "Ann", "Vì") == (
            "nil-unknown",
            {"agency": "bao", "year": 2025},
        )

    def test_they_are_found_by_year(self, store: Store) -> None:
        """Asked for some years, the statements of other years are left out."""
        for agency, year in [("dai", 2025), ("bao", 2025), ("bao", 2024)]:
            store.declare_nil(agency, year, FINAL, NOON, "Ann", "Không có")
        found = [(nil.agency, nil.year) for nil in store.nil_returns([2025, 2026])]
        assert found == [("bao", 2025), ("dai", 2025)]
        assert len(store.nil_returns()) == 3
        assert store.nil_returns([]) == []


class TestOffice:
    def test_plan_versions_are_kept_with_their_files(self, store: Store) -> None:
        """An adopted appendix is told of with its decision; its bytes are kept like any file."""
        file = ("phụ lục.xlsx", b"plan")
        adopted = store.adopt_plan(file, "12/QĐ", date(2025, 3, 1), 2026, NOON, "Ann", "Sửa đổi")
        assert store.plan_versions() == [adopted]
        assert replace(adopted, sha256="") == PlanVersion(
            1, "12/QĐ", date(2025, 3, 1), 2026, "phụ lục.xlsx", "", NOON, "Ann", "Sửa đổi"
        )
        assert store.document(adopted.sha256) == file
        assert store.revision() == 1

    def test_a_withdrawn_plan_stays_in_the_list(self, store: Store) -> None:
        """What was in force once is never forgotten; it can be adopted anew, not withdrawn twice."""
        arguments = (("a.xlsx", b"plan"), "12/QĐ", date(2025, 3, 1), 2026, NOON, "Ann", "Sửa")
        store.adopt_plan(*arguments)
        store.withdraw_plan(1, LATER, "Ann", "Nhầm")
        again = store.adopt_plan(*arguments)
        assert [(v.id, v.withdrawn_at) for v in store.plan_versions()] == [(1, LATER), (2, None)]
        assert again.sha256 == store.plan_versions()[0].sha256
        for number in (1, 99):
            assert refusal(store.withdraw_plan, number, LATER, "Ann", "Vì") == (
                "unknown-entry",
                {"found": str(number)},
            )

    def test_register_changes_hold_until_withdrawn(self, store: Store) -> None:
        """The register is what was changed, in order, without what was taken back."""
        texts = ['{"đổi tên":"Báo A"}', "{}", '{"sáp nhập":[1,2]}']
        numbers = [store.add_register_change(text, 2025, NOON, "Ann") for text in texts]
        assert list(store.register_changes().items()) == list(zip(numbers, texts, strict=True))
        store.withdraw_register_change(numbers[1], 2025, LATER, "Ann", "Nhầm")
        assert list(store.register_changes().values()) == [texts[0], texts[2]]
        assert refusal(store.withdraw_register_change, numbers[1], 2025, LATER, "Ann", "Vì") == (
            "unknown-entry",
            {"found": str(numbers[1])},
        )

    @pytest.mark.parametrize(
        ("stated", "corrected"),
        [
            (Answer.YES, Answer.NOT_APPLICABLE),
            (15300.5, 153.0),
            (None, 0.0),
            ("yes", 'một "chữ"\n'),
            (0.1, None),
        ],
    )
    def test_an_erratum_keeps_both_values(
        self, store: Store, stated: Value, corrected: Value
    ) -> None:
        """What was stated and what is right come back as what they were: answer, number, text."""
        number = store.add_erratum(
            ("bao", 2025, "f"), (stated, corrected), "Gõ nhầm", "Công văn 5", NOON, "Ann"
        )
        (erratum,) = store.errata()
        assert (erratum.id, erratum.agency, erratum.year, erratum.field) == (
            number,
            "bao",
            2025,
            "f",
        )
        for value, kept in ((stated, erratum.stated), (corrected, erratum.corrected)):
            assert kept == value
            assert type(kept) is type(value)
        assert (erratum.reason, erratum.source) == ("Gõ nhầm", "Công văn 5")
        assert (erratum.at, erratum.actor, erratum.withdrawn_at) == (NOON, "Ann", None)

    def test_an_erratum_can_be_taken_back_once(self, furnished: Store) -> None:
        """A correction that was one too many is marked as withdrawn."""
        furnished.withdraw_erratum(1, LATER, "Ann", "Nhầm")
        assert [erratum.withdrawn_at for erratum in furnished.errata()] == [LATER]
        assert refusal(furnished.withdraw_erratum, 1, LATER, "Ann", "Vì") == (
            "unknown-entry",
            {"found": "1"},
        )

    def test_contacts_are_set_replaced_and_forgotten(self, store: Store) -> None:
        """An agency has one address, or none; no view is made anew for it."""
        store.set_contact("bao", "a@bao.example", NOON, "Ann")
        store.set_contact("dai", "b@dai.example", NOON, "Ann")
        store.set_contact("bao", "c@bao.example", NOON, "Ann")
        assert store.contacts() == {"bao": "c@bao.example", "dai": "b@dai.example"}
        store.set_contact("bao", "", NOON, "Ann")
        assert store.contacts() == {"dai": "b@dai.example"}
        assert store.revision() == 0
        assert store.verify().faults == ()

    def test_forgetting_an_unknown_contact_changes_nothing(
        self, store: Store, database: sa.Engine
    ) -> None:
        """Where there is no address there is nothing to forget and nothing to tell."""
        before = contents(database)
        store.set_contact("bao", "", NOON, "Ann")
        assert contents(database) == before
