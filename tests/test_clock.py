"""A clock that jumps: what is stored keeps its order, and the record says where the clock went back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bureau import AFTER, ANN, BAO, DAI, ESTIMATE, FINAL, IN_TIME, WORD, YES, opened
from shell import Shell
from stores import NOON, checked, fields, receive

from tbdx.doctor import State, examine
from tbdx.doctor.setup import CHECKS, Setup
from tbdx.model import Action, SetBack, TbdxError
from tbdx.plan import Plan
from tbdx.service.keeping import place_for
from tbdx.serving import Serving
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.store.keeping import back_up

DAY, YEAR = timedelta(days=1), timedelta(days=365)
JUMPS = (NOON, NOON + YEAR, NOON - DAY, NOON)


def test_order_is_by_numbers_and_never_by_the_clock(store: Store) -> None:
    """Versions, receipts, entries and revisions follow one another, wherever the clock jumps.

    The version in use is the one sent last, not the one with the latest time.
    """
    numbers = []
    for content, at in enumerate(JUMPS):
        file = checked(*fields("bao", revenue=float(content)), content=b"%d" % content)
        (receipt,) = receive(store, [file], at)
        numbers.append((receipt.submissions[0].version, receipt.number, receipt.revision))
    assert numbers == [(1, 1, 1), (2, 3, 2), (3, 5, 3), (4, 7, 4)]
    assert [s.version for s in store.submissions() if s.counts] == [4]
    assert list(store.panel()["number"]) == [3.0]
    assert [entry.number for entry in store.record()] == list(range(8, 0, -1))
    assert [revision.number for revision in store.revisions(9)][:4] == [4, 3, 2, 1]
    assert [list(store.at(n).panel_now()[1]["number"]) for n in (1, 2, 3)] == [[0.0], [1.0], [2.0]]


def test_the_record_says_where_the_clock_went_back(store: Store) -> None:
    """That is a remark and no fault: an entry is never refused for its time, nor changed."""
    for content, at in enumerate(JUMPS):
        receive(store, [checked(*fields("bao"), content=b"%d" % content)], at)
    found = store.verify()
    assert found.faults == ()
    assert found.set_back == (SetBack(5, NOON - DAY, NOON + YEAR),)
    assert Store.verify(store, head=found.head).faults == ()


def test_verifying_prints_it(tmp_path: Path) -> None:
    """`record verify` says at which entry, and ends well; JSON has it, too."""
    shell = Shell(tmp_path)
    store = Store.open(shell.environment["TBDX_DATABASE_URL"])
    for content, at in enumerate((NOON, NOON - DAY)):
        receive(store, [checked(*fields(BAO), content=b"%d" % content)], at)
    store.close()
    said = shell("record", "verify")
    assert "at entry 3 the clock had been set back" in said
    assert "Nothing was changed by hand." in said
    (one,) = shell.json("record", "verify")["set_back"]
    assert one["entry"] == 3


def test_a_clock_back_between_sending_and_accepting(plan: Plan, tmp_path: Path) -> None:
    """What was sent at a later time than it is now can be accepted; both times are kept.

    A time of arrival that somebody types is refused where it has not come yet.
    """
    with opened(plan, tmp_path) as bureau:
        number = bureau.send(BAO, 2024, accept=False, on_digital_platforms=YES)
        bureau.now = AFTER - DAY
        bureau.reviewing.accept([number], WORD, by=ANN)
        sent = bureau.submission(number)
        assert (sent.received_at, sent.decided_at) == (AFTER, AFTER - DAY)
        assert sent.counts
        with pytest.raises(TbdxError, match="received-in-future"):
            bureau.send(DAI, 2024, at=AFTER)
        bureau.send(DAI, 2024, at=IN_TIME)  # what came by post before is as it was
        assert bureau.office.verify().set_back[0].entry == 2


def test_who_is_late_is_told_by_the_time_kept(plan: Plan, tmp_path: Path) -> None:
    """A report that came in time stays in time, whatever the clock says when somebody looks."""
    with opened(plan, tmp_path) as bureau:
        bureau.now = IN_TIME
        bureau.send(BAO, 2024, on_digital_platforms=YES)
        states = []
        for now in (IN_TIME, AFTER + YEAR, IN_TIME - DAY, AFTER):
            bureau.now = now
            (standing,) = (s for s in bureau.reviewing.standings(2024) if s.agency == BAO)
            states.append(standing.state)
        assert len(set(states)) == 1


def test_the_hour_that_comes_twice(store: Store) -> None:
    """Where clocks go back an hour for winter, moments stay apart and in order."""
    place = ZoneInfo("Europe/Berlin")
    first = datetime(2025, 10, 26, 2, 30, tzinfo=place)
    second = first.replace(fold=1)
    for content, at in enumerate((first, second)):
        receive(store, [checked(*fields("bao"), content=b"%d" % content)], at)
    later, earlier = store.submissions()
    assert later.received_at - earlier.received_at == timedelta(hours=1)
    assert store.verify().set_back == ()


def test_a_time_without_zone_is_refused(store: Store) -> None:
    """A moment that does not say where it is meant is a fault of the program, and stores nothing."""
    with pytest.raises(ValueError, match="time zone"):
        receive(store, [checked(*fields("bao"), content=b"1")], datetime(2025, 12, 1))  # noqa: DTZ001
    assert store.record() == []


def test_sessions_are_told_whatever_the_clock(plan: Plan, tmp_path: Path) -> None:
    """The last visit is the one told last, though its time is an earlier one; of none is there none."""
    with opened(plan, tmp_path) as bureau:
        for jump in (timedelta(), YEAR, -DAY):
            bureau.now = AFTER + jump
            bureau.office.signed_in("local", by=ANN)
        told = bureau.office.record(actions=[Action.SIGNED_IN])
        assert [entry.number for entry in told] == [3, 2, 1]
        visit = bureau.service.past.last_visit(ANN, AFTER + DAY)
        assert visit is not None
        assert visit.at == AFTER - DAY
        assert bureau.service.past.last_visit(ANN, AFTER - DAY - DAY) is None


def test_backups_are_never_written_over(store: Store, url: str, tmp_path: Path) -> None:
    """Where the clock comes by the same second again, the earlier backup stays as it is."""
    receive(store, [checked(*fields("bao"), content=b"1")], NOON)
    folder = tmp_path / "backups"
    folder.mkdir()
    first = place_for(folder, NOON)
    back_up(url, first, "0", NOON, ANN)
    kept = first.read_bytes()
    with pytest.raises(TbdxError, match="file-exists"):
        back_up(url, place_for(folder, NOON), "0", NOON, ANN)
    earlier = place_for(folder, NOON - DAY)
    back_up(url, earlier, "0", NOON - DAY, ANN)
    assert first.read_bytes() == kept
    assert earlier.name < first.name
    assert json.loads(store.record(limit=1)[0].after)["file_name"] == earlier.name


def test_final_figures_hold_over_estimates_whatever_the_clock(plan: Plan, tmp_path: Path) -> None:
    """Which figures are in use is decided by phase and version."""
    with opened(plan, tmp_path) as bureau:
        bureau.send(BAO, 2024, FINAL, staff_count=10.0)
        bureau.now = AFTER + YEAR
        bureau.send(BAO, 2024, ESTIMATE, staff_count=20.0)
        assert bureau.service.view().reported(BAO, 2024)["staff_count"] == 10.0


class TestDoctor:
    def _answer(self, setup: Setup) -> tuple[State, str]:
        (found,) = (r for r in examine(CHECKS, setup) if r.code == "clocks-agree")
        return found.state, found.found

    def test_it_tells_when_the_servers_clock_is_another(
        self, postgres_database: str, tmp_path: Path
    ) -> None:
        """A minute apart is well; more, before or behind, is not."""
        Store.open(postgres_database).close()
        setup = Setup(Settings(database_url=postgres_database), Serving.read(root=tmp_path))
        setup = replace(setup, now=datetime.now(UTC))
        assert self._answer(setup)[0] is State.GOOD
        for minutes, said in ((-3, "+18"), (3, "-1")):
            other = replace(setup, now=datetime.now(UTC) + timedelta(minutes=minutes))
            state, found = self._answer(other)
            assert state is State.WRONG
            assert found.startswith(said)

    def test_sqlite_has_this_machines_clock(self, tmp_path: Path) -> None:
        """There is nothing to compare."""
        url = f"sqlite:///{tmp_path / 'tbdx.db'}"
        Store.open(url).close()
        setup = Setup(Settings(database_url=url), Serving.read(root=tmp_path))
        assert self._answer(setup) == (State.GOOD, "–")
