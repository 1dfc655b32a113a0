"""Two people do something at the same moment: one is first, and the other is told."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import combinations_with_replacement, count, islice
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from outages import file_of
from stores import FINAL, NOON, checked, fields, furnish, receive

from benchmarks import kills
from benchmarks.crashes import KILLED, Nursery, accept
from benchmarks.databases import Contents, contents, engine_for, new_postgresql_database
from tbdx.model import ReviewState, TbdxError
from tbdx.plan import Plan
from tbdx.store import Store

ACCEPTED, RETURNED, WAITING = ReviewState.ACCEPTED, ReviewState.RETURNED, ReviewState.WAITING
FIGURE, SEEN = ("bao", 2025, "revenue"), 10  # what a furnished store is at

Deed = Callable[[Store, str], object]

DEEDS: dict[str, Deed] = {
    "accept": lambda s, by: s.decide([3], ACCEPTED, NOON, by),
    "return": lambda s, by: s.decide([3], RETURNED, NOON, by, reason="Thiếu"),
    "reopen": lambda s, by: s.decide([2], WAITING, NOON, by, reason="Xem lại"),
    "choose 1": lambda s, by: s.choose(1, NOON, by, "Bản 2 sai", chosen=()),
    "choose 2": lambda s, by: s.choose(2, NOON, by, "Bản 2 đúng", chosen=()),
    "correct": lambda s, by: s.add_erratum(FIGURE, (2.0, 3.0), "R", "S", NOON, by, known=[1]),
    "withdraw correction": lambda s, by: s.withdraw_erratum(1, NOON, by, "Nhầm"),
    "close": lambda s, by: s.close_year(2025, NOON, by, "Xong"),
    "close another": lambda s, by: s.close_year(2024, NOON, by, "Xong"),
    "change register": lambda s, by: s.add_register_change(
        "{}", 2026, NOON, by, expected_revision=SEEN
    ),
    "withdraw register": lambda s, by: s.withdraw_register_change(
        1, 2026, NOON, by, "Nhầm", expected_revision=SEEN
    ),
    "adopt plan": lambda s, by: s.adopt_plan(
        ("b.xlsx", b"b"), "13", date(2025, 6, 1), 2026, NOON, by, "", versions=[1]
    ),
    "declare nil": lambda s, by: s.declare_nil("dai", 2025, FINAL, NOON, by, "Không có"),
    "send": lambda s, by: s.receive([checked(*fields("dai"), content=b"new")], NOON, by),
}

CONFLICTS: dict[tuple[str, str], set[str]] = {
    ("accept", "accept"): {"wrong-state"},
    ("accept", "return"): {"wrong-state"},
    ("return", "return"): {"wrong-state"},
    ("reopen", "reopen"): {"wrong-state"},
    ("choose 1", "choose 1"): {"already-chosen"},
    ("choose 1", "choose 2"): {"changed-meanwhile"},
    ("correct", "correct"): {"changed-meanwhile"},
    ("close another", "close another"): {"year-closed"},
    ("change register", "change register"): {"changed-meanwhile"},
    ("change register", "withdraw register"): {"changed-meanwhile"},
    ("adopt plan", "adopt plan"): {"changed-meanwhile"},
}
"""What cannot both be done, and what the one is told who comes second."""

MEETING = ("accept", "return", "reopen", "choose 1", "correct", "close", "change register", "send")
"""What two people are likely to be at in the same hour."""

Outcome = tuple[str, str]  # the code of a refusal, and who was faster as it says; ("", "") if done


def do(url: str, name: str, by: str, ready: Callable[[], object] = lambda: None) -> Outcome:
    """Do a deed on a store of one's own."""
    store = Store.open(url)
    try:
        ready()
        DEEDS[name](store, by)
    except TbdxError as error:
        return error.code, str(error.fields.get("by", ""))
    finally:
        store.close()
    return "", ""


class Office(ABC):
    """Furnished stores, and two people who do something in one of them at the same moment."""

    @abstractmethod
    def copy(self) -> str:
        """The address of a furnished store of its own."""

    @abstractmethod
    def at_once(self, url: str, one: str, other: str) -> tuple[Outcome, Outcome]:
        """What Ann's deed and Bình's come to, done at the same moment."""

    def one_by_one(self, url: str, *deeds: tuple[str, str]) -> list[Outcome]:
        return [do(url, name, by) for name, by in deeds]


class OneMachine(Office):
    """Two threads on one SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count()
        self._furnished = folder / "furnished.db"
        store = Store.open(f"sqlite:///{self._furnished}")
        furnish(store)
        assert store.revision() == SEEN
        store.close()

    def copy(self) -> str:
        path = self._folder / f"{next(self._numbers)}.db"
        shutil.copyfile(self._furnished, path)
        return f"sqlite:///{path}"

    def at_once(self, url: str, one: str, other: str) -> tuple[Outcome, Outcome]:
        barrier = threading.Barrier(2, timeout=20)
        with ThreadPoolExecutor(2) as pool:
            ann = pool.submit(do, url, one, "Ann", barrier.wait)
            binh = pool.submit(do, url, other, "Bình", barrier.wait)
            return ann.result(30), binh.result(30)


class TwoMachines(Office):
    """Two processes on one PostgreSQL server."""

    def __init__(self, server: str, people: Executor) -> None:
        self._server, self._people = server, people
        self._furnished = new_postgresql_database(server)
        store = Store.open(self._furnished)
        furnish(store)
        store.close()

    def copy(self) -> str:
        url = new_postgresql_database(self._server)
        names = [u.partition("@/")[2].partition("?")[0] for u in (url, self._furnished)]
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {names[0]}".encode())
            connection.execute(f"CREATE DATABASE {names[0]} TEMPLATE {names[1]}".encode())
        return url

    def at_once(self, url: str, one: str, other: str) -> tuple[Outcome, Outcome]:
        """Both wait in the middle of their transactions before either may go on."""
        engine = engine_for(url)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT number FROM revision FOR UPDATE"))
            ann = self._people.submit(do, url, one, "Ann")
            binh = self._people.submit(do, url, other, "Bình")
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
                until = time.monotonic() + 20
                while watch.scalar(_WAITING_NOW) != 2:
                    assert time.monotonic() < until, "they did not come to the lock"
        outcomes = ann.result(30), binh.result(30)
        engine.dispose()
        return outcomes


_WAITING_NOW = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    if request.param == "sqlite":
        yield OneMachine(tmp_path_factory.mktemp("office"))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as people:
        yield TwoMachines(request.getfixturevalue("postgres_url"), people)


def held(url: str) -> Contents:
    engine = engine_for(url)
    found = contents(engine)
    engine.dispose()
    return found


@pytest.mark.parametrize("pair", CONFLICTS, ids=" and ".join)
def test_one_wins_and_the_other_is_told_by_whom(office: Office, pair: tuple[str, str]) -> None:
    """Of two deeds that exclude each other exactly one is done; the refusal names who did it."""
    url = office.copy()
    outcomes = office.at_once(url, *pair)
    assert outcomes.count(("", "")) == 1
    winner = "Ann" if outcomes[0] == ("", "") else "Bình"
    (refused,) = (outcome for outcome in outcomes if outcome != ("", ""))
    assert refused[0] in CONFLICTS[pair]
    assert refused[1] == winner
    store = Store.open(url)
    assert store.revision() == SEEN + 1
    assert store.verify().faults == ()
    store.close()


def test_all_pairs_come_out_as_if_one_after_the_other(tmp_path: Path) -> None:
    """Whatever two people do at once, the store is as if one had been first, byte for byte."""
    office = OneMachine(tmp_path)
    for pair in combinations_with_replacement(MEETING, 2):
        url = office.copy()
        ann, binh = office.at_once(url, *pair)
        deeds = list(zip(pair, ("Ann", "Bình"), strict=True))
        possible = []
        for order in (deeds, deeds[::-1]):
            other = office.copy()
            told = dict(zip([by for _, by in order], office.one_by_one(other, *order), strict=True))
            possible.append((told["Ann"], told["Bình"], held(other)))
            file_of(other).unlink()
        assert (ann, binh, held(url)) in possible, pair
        file_of(url).unlink()


def test_the_same_file_sent_by_two_is_stored_once(office: Office) -> None:
    """Byte for byte the same, from two processes at once: one stores it, the other is told so."""
    url = office.copy()
    assert office.at_once(url, "send", "send") == (("", ""), ("", ""))
    store = Store.open(url)
    new = [s for s in store.submissions(agencies=["dai"]) if s.decided_by in ("Ann", "Bình")]
    assert len(new) == 1
    (receipt,) = receive(store, [checked(*fields("dai"), content=b"new")], NOON)
    assert receipt.duplicate
    assert store.verify().faults == ()
    store.close()


@pytest.mark.parametrize("boundary", [2, 6, 10, 14])
def test_one_is_killed_while_the_other_goes_on(
    postgres_database: str, plan: Plan, nursery: Nursery, boundary: int
) -> None:
    """A server that dies in the middle of an acceptance does not hold up another one's.

    Whoever got no answer sends again: the file is known where it was stored, and stored
    where it was not.
    """
    first, killed, others = islice(kills.versions(kills.forms(plan)[:1]), 3)
    store = Store.open(postgres_database)
    store.receive(first, NOON, "Ann")
    nursery.start(partial(accept, postgres_database, killed, boundary))
    (receipt,) = store.receive(others, NOON, "Bình")
    assert nursery.ended() == KILLED
    assert not receipt.duplicate
    for file in (*killed, *others):
        sent = [s for s in store.submissions() if s.sha256 == file.sha256]
        assert len(sent) == (1 if file in others else 0)
    (again,) = store.receive(killed, NOON, "Ann")
    (once_more,) = store.receive(killed, NOON, "Ann")
    assert (again.duplicate, once_more.duplicate) == (False, True)
    assert len(store.submissions()) == 3
    assert store.verify().faults == ()
    store.close()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery
