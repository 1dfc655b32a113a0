"""What changed: results beside earlier ones, and the store looked back at as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest
import sqlalchemy as sa
from amending import amend, amended_appendix
from bureau import BAO, DAI, ESTIMATE, FINAL, MERGED, NO, VAN_NGHE, YES, Bureau, opened
from pandas.testing import assert_frame_equal
from stores import NOON, checked, fields, receive

from tbdx import changes, migrations, news
from tbdx.i18n import language
from tbdx.model import (
    Action,
    Answer,
    CheckedFile,
    ReportedField,
    ReviewState,
    Status,
    TbdxError,
)
from tbdx.plan import Plan
from tbdx.register import RegisterChange, change_of
from tbdx.service import Basis, Service
from tbdx.service.looking_back import Visit
from tbdx.store import Store

ACCEPTED, WAITING, RETURNED = ReviewState.ACCEPTED, ReviewState.WAITING, ReviewState.RETURNED
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
REPORTERS = (
    *((BAO, 2023), (DAI, 2023), (VAN_NGHE, 2023), (BAO, 2024), (DAI, 2024)),
    *((VAN_NGHE, 2024), (MERGED, 2025), (VAN_NGHE, 2025)),
)
BASES = (Basis(), Basis("original", "final", "original"))


# --- looking back, whatever was done ------------------------------------------------------------


class Clerk:
    """Somebody who does at random whatever can be done to a store; the clock stands still."""

    def __init__(self, service: Service, store: Store, random: Random) -> None:
        self.service, self.store, self.random = service, store, random
        self._files = 0
        book = amended_appendix(service, {(1, 2025): 1.0, (5, 2024): 0.5})
        self._appendix = ("phu-luc.xlsx", book)

    def steps(self, count: int) -> Iterator[None]:
        """A report, then every kind of step in any order, then as many more as it takes.

        What is refused leaves everything as it is.
        """
        every: list[Callable[[], object]] = [
            *(self.send, self.decide, self.choose, self.correct, self.withdraw_correction),
            *(self.amend, self.withdraw_amendment, self.change_register, self.withdraw_change),
            *(self.lock, self.tell, self.send_again),
        ]
        often = [*every, self.send, self.send, self.decide, self.correct]
        mixed = self.random.sample(every, len(every))
        more = self.random.choices(often, k=count - len(every) - 1)
        for step in (self.send, *mixed, *more):
            with suppress(TbdxError):
                step()
            yield

    def send(self) -> None:
        """One or two reports in one step, which count at once or wait."""
        files = [self._file() for _ in range(self.random.choice((1, 1, 2)))]
        self.store.receive(files, AT, "An", accept=self.random.random() < 0.6)

    def _file(self) -> CheckedFile:
        agency, year = self.random.choice(REPORTERS)
        self._files += 1
        staff = self.random.randint(5, 60)
        values: dict[str, Answer | float | None] = {
            name: self.random.choice((YES, NO, None))
            for name in (
                *("on_digital_platforms", "uses_data_analytics", "uses_ai"),
                *("converged_newsroom", "digital_transformation"),
            )
        }
        values |= {
            "revenue_2022_million_vnd": 1000.0,
            "revenue_million_vnd": float(self.random.randint(900, 1400)),
            "staff_count": float(staff),
            "trained_count": float(self.random.randint(0, staff)),
            "security_level": float(self.random.randint(1, 5)),
        }
        phase = self.random.choice((ESTIMATE, FINAL))
        own = tuple(
            ReportedField(agency, year, phase, name, value, "Chỉ tiêu", f"E{row}")
            for row, (name, value) in enumerate(values.items(), 14)
        )
        return checked(*own, content=b"%d" % self._files)

    def send_again(self) -> None:
        """A file once more: the newest version is told of only, an older or returned one is new."""
        submission = self.random.choice(self.store.submissions() or [None])
        if submission is None:
            return
        answers = self.store.answers([submission.id])
        own = tuple(
            ReportedField(
                submission.agency, submission.year, submission.phase, name, number, "", ""
            )
            for name, number in zip(answers["field"], answers["number"], strict=True)
            if pd.notna(number)
        )
        _, content = self.store.document(submission.sha256)
        self.store.receive([checked(*own, content=content)], AT, "An")

    def decide(self) -> None:
        found = self.store.submissions()
        chosen = self.random.sample(found, min(len(found), self.random.choice((1, 1, 2))))
        state = self.random.choice((ACCEPTED, RETURNED, WAITING))
        self.store.decide([s.id for s in chosen], state, AT, "Bình", reason="Xem lại")

    def choose(self) -> None:
        found = self.store.submissions(states=[ACCEPTED])
        if found:
            self.store.choose(self.random.choice(found).id, AT, "Bình", "Bản sau sai")

    def correct(self) -> None:
        panel = self.store.panel()
        panel = panel[panel["field"] == "trained_count"]
        if panel.empty:
            return
        row = panel.iloc[self.random.randrange(len(panel))]
        figure = (row["agency"], int(row["year"]), "trained_count")
        stated = float(row["number"])
        self.store.add_erratum(figure, (stated, stated + 1), "Đếm sót", "CV 1", AT, "Bình")

    def withdraw_correction(self) -> None:
        numbers = [e.id for e in self.store.errata() if e.withdrawn_at is None]
        if numbers:
            self.store.withdraw_erratum(self.random.choice(numbers), AT, "Bình", "Nhầm")

    def amend(self) -> None:
        first = self.random.choice((2024, 2025))
        decided = date(2025, 3, 1)
        self.store.adopt_plan(self._appendix, "12/QĐ", decided, first, AT, "Bình", "Sửa")

    def withdraw_amendment(self) -> None:
        numbers = [v.id for v in self.store.plan_versions() if v.withdrawn_at is None]
        if numbers:
            self.store.withdraw_plan(self.random.choice(numbers), AT, "Bình", "Nhầm")

    def change_register(self) -> None:
        number = len(self.store.register_changes())
        change = change_of(
            kind="opened",
            agency=f"tap-chi-{number}",
            date=self.random.choice(("2024-05-01", "2025-05-01")),
            source="QĐ 7",
            name_vi=f"Tạp chí {number}",
            name_en=f"Magazine {number}",
            media_types=["print"],
        )
        self.store.add_register_change(change.model_dump_json(), 2024, AT, "Bình")

    def withdraw_change(self) -> None:
        numbers = list(self.store.register_changes())
        if numbers:
            number = self.random.choice(numbers)
            self.store.withdraw_register_change(number, 2024, AT, "Bình", "Nhầm")

    def lock(self) -> None:
        """A year is closed for a moment: that turns no figure, but it is a revision."""
        self.store.close_year(2030, AT, "Bình", "Xong")
        self.store.open_year(2030, AT, "Bình", "Sửa")

    def tell(self) -> None:
        """What the record tells of without changing a figure."""
        self.store.note(Action.EXPORTED, AT, "An", [{"subject": "export:panel"}])
        self.store.set_contact(BAO, f"a{self.random.randint(1, 9)}@bao.example", AT, "An")


@pytest.mark.parametrize("seed", [1, 2])
def test_every_earlier_revision_gives_what_was_computed_at_it(
    plan: Plan, store: Store, seed: int
) -> None:
    """Acceptances, returns, reopenings, choices, corrections, amendments and changes to the
    register in any order: what is looked back at is what there was to see, on every basis."""
    service = Service(plan, store, now=lambda: AT)
    clerk = Clerk(service, store, Random(seed))  # noqa: S311 (no secret; the same in every run)
    seen = {}
    for _ in clerk.steps(34):
        views = [service.view(basis) for basis in BASES]
        seen[views[0].revision] = [
            (v.panel.copy(), v.results.copy(), v.standings.copy(), v.years_reported, v.chosen)
            for v in views
        ]
    told = {deed.action for revision in store.revisions(100) for deed in revision.deeds}
    assert len(seen) > 15
    assert told >= {Action.RECEIVED, Action.ERRATUM_ADDED, Action.PLAN_ADOPTED}
    assert told >= {Action.REGISTER_CHANGED, Action.YEAR_CLOSED}
    for number, then in seen.items():
        for basis, (panel, results, standings, years, chosen) in zip(BASES, then, strict=True):
            view = service.past.view(number, basis)
            assert_frame_equal(view.panel, panel)
            assert_frame_equal(view.results, results)
            assert_frame_equal(view.standings, standings)
            assert view.years_reported == years
            assert view.chosen == chosen


# --- revisions ----------------------------------------------------------------------------------


class TestRevisions:
    def test_each_says_what_was_done_and_by_whom(self, store: Store) -> None:
        """The newest first, with every deed; what only the record tells of is no revision."""
        receive(store, [checked(*fields("bao"), content=b"1")], NOON)
        store.note(Action.EXPORTED, NOON, "An", [{"subject": "export:panel"}])
        receive(store, [checked(*fields("dai"), content=b"2")], NOON + HOUR, accept=False)
        store.decide([2], RETURNED, NOON + 2 * HOUR, "Bình", reason="Thiếu")
        found = store.revisions(10)
        assert [(r.number, r.entry, r.at, r.actor) for r in found] == [
            (3, 5, NOON + 2 * HOUR, "Bình"),
            (2, 4, NOON + HOUR, "Ann"),
            (1, 2, NOON, "Ann"),
        ]
        assert [[(d.action, d.agency, d.year) for d in r.deeds] for r in found] == [
            [(Action.RETURNED, "dai", 2025)],
            [(Action.RECEIVED, "dai", 2025)],
            [(Action.RECEIVED, "bao", 2025), (Action.ACCEPTED, "bao", 2025)],
        ]
        assert store.revisions(1) == found[:1]
        assert store.oldest() == 0

    def test_there_was_nothing_before_the_first(self, store: Store) -> None:
        """Revision 0 can be looked at: no answer, no year."""
        receive(store, [checked(*fields("bao"), content=b"1")], NOON)
        past = store.at(0)
        assert past.panel_now()[1].empty
        assert (past.years_reported(), past.chosen(), past.errata()) == ((), frozenset(), [])

    @pytest.mark.parametrize("number", [-1, 2, 99])
    def test_a_revision_that_never_was_is_refused(self, store: Store, number: int) -> None:
        """Neither a later one nor one before the first is made up."""
        receive(store, [checked(*fields("bao"), content=b"1")], NOON)
        with pytest.raises(TbdxError) as caught:
            store.at(number)
        assert caught.value.code == "unknown-revision"
        assert caught.value.fields == {"found": number, "first": 0, "last": 1}

    def test_only_what_differs_is_fetched(self, store: Store) -> None:
        """Where no counting report changed, the panel at hand is the answer itself."""
        receive(store, [checked(*fields("bao"), content=b"1")], NOON)
        receive(store, [checked(*fields("dai"), content=b"2")], NOON, accept=False)
        now = store.panel()
        assert store.at(1, lambda _: now).panel_now()[1] is now
        assert store.at(0, lambda _: now).panel_now()[1] is not now

    def test_a_change_after_the_panel_was_read_is_seen(self, store: Store) -> None:
        """A panel at hand may be older than the store: what came since is taken off again."""
        receive(store, [checked(*fields("bao", revenue=1.0), content=b"1")], NOON)
        then = store.panel()
        receive(store, [checked(*fields("bao", revenue=2.0), content=b"2")], NOON)
        assert_frame_equal(store.at(1, lambda _: then).panel_now()[1], then)


def as_before(url: str, database: sa.Engine) -> Store:
    """The store as the program left it that did not yet keep where revisions ended; then opened."""
    with database.begin() as connection:
        for table in ("revision_entry", "person", "ended_session"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0003'"))
    return Store.open(url)


class TestStoresOfAnEarlierProgram:
    def test_where_revisions_ended_is_found_in_the_record(
        self, url: str, store: Store, database: sa.Engine
    ) -> None:
        """Changes at different moments are told apart, several deeds of one are kept together."""
        for hour, names in enumerate((["bao", "dai"], ["tap-chi"], ["bao"])):
            files = [checked(*fields(n), content=f"{n}{hour}".encode()) for n in names]
            receive(store, files, NOON + hour * HOUR)
            store.note(Action.EXPORTED, NOON + hour * HOUR, "An", [{"subject": "export:panel"}])
        store.decide([1, 3], WAITING, NOON + 5 * HOUR, "Bình", reason="Xem lại")
        expected, panels = store.revisions(10), [store.at(n).panel_now()[1] for n in range(5)]
        again = as_before(url, database)
        assert again.revisions(10) == expected
        assert again.oldest() == 0
        for number, panel in enumerate(panels):
            assert_frame_equal(again.at(number).panel_now()[1], panel)
        receive(again, [checked(*fields("dai"), content=b"new")], NOON + 6 * HOUR)
        assert again.revisions(1)[0].number == 5
        with database.connect() as connection:
            assert migrations.differences(connection) == []
        again.close()

    def test_what_cannot_be_told_apart_is_not_shown(
        self, url: str, store: Store, database: sa.Engine
    ) -> None:
        """Two changes at one moment look like one; what was before them is said to be unknown."""
        for number in range(2):
            receive(store, [checked(*fields(), content=b"%d" % number)], NOON)
        receive(store, [checked(*fields(), content=b"later")], NOON + HOUR)
        again = as_before(url, database)
        assert again.oldest() == 3
        with pytest.raises(TbdxError, match="unknown-revision"):
            again.at(1)
        again.close()

    def test_an_empty_one_begins_at_its_beginning(
        self, url: str, store: Store, database: sa.Engine
    ) -> None:
        """Nothing is known of nothing: revision 0 is there, and the first change follows it."""
        again = as_before(url, database)
        receive(again, [checked(*fields(), content=b"1")], NOON)
        assert [r.number for r in again.revisions(5)] == [1]
        assert again.at(0).panel_now()[1].empty
        again.close()


class TestVerifying:
    """Where the revisions ended is held against the record; see also the whole of `test_office`."""

    @pytest.mark.parametrize(
        ("statement", "faults"),
        [
            ("UPDATE revision_entry SET entry = 1 WHERE number = 1", {("row-changed", 2)}),
            ("UPDATE revision_entry SET entry = 3 WHERE number = 1", {("row-changed", 1)}),
            ("UPDATE revision_entry SET entry = 5 WHERE number = 2", {("row-changed", 2)}),
            ("UPDATE revision_entry SET entry = 7 WHERE number = 3", {("row-changed", 3)}),
            ("UPDATE revision_entry SET entry = 4 WHERE number = 3", {("row-changed", 3)}),
            ("UPDATE revision_entry SET entry = 99 WHERE number = 3", {("row-changed", 3)}),
            ("UPDATE revision_entry SET entry = -1 WHERE number = 3", {("row-changed", 3)}),
            ("DELETE FROM revision_entry WHERE number = 2", {("row-missing", 2)}),
            ("DELETE FROM revision_entry", {("row-missing", 3)}),
            ("INSERT INTO revision_entry VALUES (4, 7)", {("row-unrecorded", 4)}),
        ],
    )
    def test_a_revision_moved_by_hand_is_found_out(
        self, store: Store, database: sa.Engine, statement: str, faults: set[tuple[str, int]]
    ) -> None:
        """What it would then hold is more or less than one change, or is not what came with it."""
        for number, agency in enumerate(("bao", "dai")):
            receive(store, [checked(*fields(agency), content=b"%d" % number)], NOON + number * HOUR)
        store.decide([2], WAITING, NOON + 2 * HOUR, "Bình", reason="Xem lại")
        store.note(Action.EXPORTED, NOON + 3 * HOUR, "An", [{"subject": "export:panel"}] * 2)
        assert store.verify().faults == ()
        with database.begin() as connection:
            connection.execute(sa.text(statement))
        found = {(fault.code, fault.place) for fault in store.verify().faults}
        assert {(code, f"revision:{number}") for code, number in faults} <= found
        assert store.oldest() in (0, 3), "what there is now can be looked at even then"

    def test_what_an_earlier_program_stored_is_whole(
        self, url: str, store: Store, database: sa.Engine
    ) -> None:
        """Where its revisions ended was worked out from the record, and agrees with it."""
        for number in range(3):
            receive(store, [checked(*fields(), content=b"%d" % number)], NOON + number // 2 * HOUR)
        again = as_before(url, database)
        assert again.oldest() == 3
        assert again.verify().faults == ()
        again.close()


# --- results beside results ---------------------------------------------------------------------


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    with opened(plan, tmp_path, samples=True) as bureau:
        yield bureau


def reported(bureau: Bureau) -> None:
    """2023 and 2024 by three agencies; of 2024 two are on digital platforms."""
    for year, answers in ((2023, (YES, NO, NO)), (2024, (YES, YES, NO))):
        for agency, answer in zip((BAO, DAI, VAN_NGHE), answers, strict=True):
            bureau.send(agency, year, on_digital_platforms=answer)
            bureau.now += HOUR


class TestBetween:
    def test_nothing_changed_is_nothing(self, bureau: Bureau) -> None:
        """Equal results, missing values among them, are no change."""
        reported(bureau)
        results = bureau.service.view().results
        assert changes.between(results, results.copy()) == ()

    def test_turned_verdicts_come_first(self, bureau: Bureau) -> None:
        """One more agency turns a verdict; what else moved stands behind it."""
        reported(bureau)
        before = bureau.service.view().results
        answers: dict[str, object] = {"staff_count": 10.0, "trained_count": 4.0}
        bureau.send(DAI, 2023, on_digital_platforms=YES, **answers)  # type: ignore[arg-type]
        found = changes.between(before, bureau.service.view().results)
        first = found[0]
        assert (first.indicator, first.year, first.turned) == ("digital_platforms", 2023, True)
        assert (first.before["status"], first.after["status"]) == (Status.NOT_MET, Status.MET)
        assert first.kinds == {"verdict", "counts", "range"}
        assert (round(first.points or 0, 1), first.counted) == (33.3, 1)
        assert [c.turned for c in found] == sorted((c.turned for c in found), reverse=True)
        assert ("people_trained", 2023) in [(c.indicator, c.year) for c in found]

    def test_without_two_values_there_is_no_difference(self, bureau: Bureau) -> None:
        """From nothing to something is a change, but not by so many points."""
        before = bureau.service.real_view().results
        bureau.send(BAO, 2024, on_digital_platforms=YES)
        (changed,) = changes.between(before, bureau.service.view().results)
        assert (changed.points, changed.counted) == (None, None)

    def test_a_target_that_was_amended_is_a_change(self, bureau: Bureau) -> None:
        """The figures are the same, what they are measured by is not."""
        reported(bureau)
        before = bureau.service.view().results
        amend(bureau.service, {(1, 2026): 0.5})
        (changed,) = changes.between(before, bureau.service.view().results)
        assert changed.year == 2026
        assert changed.kinds == {"target"}


class TestYearOnYear:
    def test_every_indicator_stands_beside_the_year_before(self, bureau: Bureau) -> None:
        """In the plan's order, those that are the same as well."""
        reported(bureau)
        found = changes.year_on_year(bureau.service.view().results, 2024)
        assert [c.indicator for c in found] == [i.code for i in bureau.service.plan.indicators]
        platforms = found[0]
        assert (platforms.before["year"], platforms.after["year"]) == (2023, 2024)
        assert (platforms.before["numerator"], platforms.after["numerator"]) == (1, 2)
        assert platforms.turned

    def test_the_first_year_has_none_before_it(self, bureau: Bureau) -> None:
        """Nothing is made up for a year that the plan does not have."""
        first = bureau.service.plan.years.first
        assert changes.year_on_year(bureau.service.view().results, first) == ()

    def test_another_threshold_is_another_measure(self, bureau: Bureau) -> None:
        """10% growth in 2024 and 20% in 2025 are counts of different things; 2026 asks as 2025."""
        results = bureau.service.view().results
        growth = {
            year: next(
                c for c in changes.year_on_year(results, year) if c.indicator == "revenue_growth"
            )
            for year in (2025, 2026)
        }
        assert (growth[2025].same_measure, growth[2026].same_measure) == (False, True)

    def test_a_merger_is_another_roster(self, plan: Plan) -> None:
        """In 2025 two of the three of 2024 are gone and their successor is new."""
        roster = changes.roster_change((plan, 2024), (plan, 2025))
        assert (roster.left, roster.joined, roster.speakers) == ((BAO, DAI), (MERGED,), ())
        assert not changes.roster_change((plan, 2023), (plan, 2024))

    def test_by_the_original_structure_others_speak(self, plan: Plan) -> None:
        """The same three count, but one report speaks for two of them."""
        original = plan.with_rule("structure", "original")
        roster = changes.roster_change((original, 2024), (original, 2025))
        assert (roster.left, roster.joined) == ((), ())
        assert roster.speakers == ((BAO, MERGED), (DAI, MERGED))

    def test_agencies_that_turned_are_named(self, bureau: Bureau) -> None:
        """Whose answer was no and is yes; whoever counts in one year only is left out."""
        reported(bureau)
        standings = bureau.service.view().standings
        rows = changes.agencies_year_on_year(standings, 2024)
        own = rows[rows["indicator"] == "digital_platforms"]
        assert own[["agency", "answer_before", "answer_after"]].values.tolist() == [
            [DAI, "no", "yes"]
        ]
        assert set(changes.agencies_year_on_year(standings, 2025)["agency"]) <= {VAN_NGHE}


# --- looking back, as it is used ----------------------------------------------------------------


class TestSince:
    def test_one_report_turns_two_verdicts(self, bureau: Bureau) -> None:
        """“Revision 7: 2 verdicts changed” is what comparing it with revision 6 gives."""
        reported(bureau)
        bureau.send(DAI, 2023, on_digital_platforms=YES, converged_newsroom=YES)
        past = bureau.service.past
        (newest,) = past.revisions(1)
        assert newest.number == 7
        turned = past.turned(newest)
        assert [c.indicator for c in turned] == ["digital_platforms", "converged_newsroom"]
        for others in (past.turned_since(6), past.since(6).turned):
            assert [c.indicator for c in others] == [c.indicator for c in turned]
        assert past.since(7).results == ()

    def test_what_waits_turns_nothing(self, bureau: Bureau) -> None:
        """A report that waits is a revision by which no verdict changed."""
        reported(bureau)
        bureau.send(DAI, 2023, on_digital_platforms=YES, accept=False)
        (newest,) = bureau.service.past.revisions(1)
        assert bureau.service.past.turned(newest) == ()
        assert bureau.service.past.view(6) is bureau.service.view()

    def test_a_change_to_the_register_is_told_by_year(self, bureau: Bureau) -> None:
        """Other agencies count from 2024 on: that is said beside the counts that moved by it."""
        reported(bureau)
        change: RegisterChange = change_of(
            kind="closed", agency=VAN_NGHE, date="2027-01-01", source="QĐ 9"
        )
        bureau.office.change_register(change)
        found = bureau.service.past.since(6)
        assert sorted(found.rosters) == [2027, 2028, 2029, 2030]
        assert found.rosters[2027].left == (VAN_NGHE,)
        told = news.rosters_text(found.rosters, bureau.service.view(), language("en"))
        assert list(told) == ["2027–2030"], "the same of four years is said once"
        assert found.results == (), "of years without a figure nothing else is to be said"

    def test_illustrative_figures_are_no_past(self, bureau: Bureau) -> None:
        """While samples are shown there is no real revision to look back at."""
        assert bureau.service.view().sample
        assert bureau.service.past.revisions(5) == []
        assert bureau.service.past.since(0).results == ()


class TestLastVisit:
    def visits(self, bureau: Bureau, *hours: float) -> datetime:
        """Sessions that began so many hours after a moment; that moment."""
        start = bureau.now
        for hour in hours:
            bureau.now = start + hour * HOUR
            bureau.office.signed_in("local", by="sở")
        return start

    def test_sessions_that_follow_at_once_are_one_visit(self, bureau: Bureau) -> None:
        """Whoever loads the page again still sees what is new since the day before."""
        start = self.visits(bureau, 0, 24, 24.5, 25.2)
        visit = bureau.service.past.last_visit("sở", start + 26 * HOUR)
        assert visit == Visit(start, 0)

    def test_the_revision_is_that_of_the_moment(self, bureau: Bureau) -> None:
        """Reports accepted after somebody was here are what is new to them."""
        bureau.send(BAO, 2024)
        start = self.visits(bureau, 1)
        bureau.send(DAI, 2024)
        visit = bureau.service.past.last_visit("sở", start + 9 * HOUR)
        assert visit == Visit(start + HOUR, 1)
        assert [c.year for c in bureau.service.past.turned_since(1)] == []

    def test_a_first_visit_has_none_before_it(self, bureau: Bureau) -> None:
        """Nor does another's visit count, nor a session that only just began."""
        start = self.visits(bureau, 0)
        assert bureau.service.past.last_visit("Bình", start + 9 * HOUR) is None
        assert bureau.service.past.last_visit("sở", start + HOUR / 2) is None
