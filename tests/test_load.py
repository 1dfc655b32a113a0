"""Several visitors at once on one process: each gets what it asked for, and nothing of another's.

No time is measured here; `python -m benchmarks.load` does.
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import App, running_app
from streamlit.runtime.scriptrunner import script_runner

from benchmarks.load import Acceptances, SignIn
from benchmarks.visitors import ROOMS, Crowd, LostError, Room, Visitor, misread
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.ui import sweeping
from tbdx.ui.sweeping import EVERY, Sweeper

_OVERVIEW, _INDICATOR, _AGENCY, _EXPLORE = ROOMS
_CHANCE = Random(1)  # noqa: S311 (no secret)
_SESSIONS, _SECONDS, _PAUSE = 12, 6.0, 2.0


def run(visits: Coroutine[Any, Any, object]) -> None:
    """Run visits in a thread of their own: the browser's tests keep a loop in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, visits).result()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A dashboard with the illustrative reports."""
    with running_app(tmp_path_factory.mktemp("load")) as running:
        yield running


async def _opened(app: App, *rooms: Room) -> list[Visitor]:
    visitors = [Visitor(n, app.url, room, _CHANCE) for n, room in enumerate(rooms)]
    for visitor in visitors:
        await visitor.come()
        await visitor.open()
        assert visitor.seen.errors == []
    return visitors


def test_every_rerun_ends_well_while_many_change_filters(app: App) -> None:
    """Each run of each session finishes, without an error, and shows what was asked for."""
    crowd, told = Crowd(app.url, _SESSIONS), list[str]()
    run(crowd.stay(_PAUSE, _SECONDS, told.append))
    assert told == ["open", "measured"]
    assert [error for run in crowd.runs for error in run.errors] == []
    kinds = [run.kind for run in crowd.runs]
    assert kinds.count("open") == _SESSIONS
    assert kinds.count("change") == _SESSIONS * _SECONDS / _PAUSE
    assert "return" not in kinds, "nobody lost the connection"
    assert {run.room for run in crowd.runs} == {room.file for room in ROOMS}


def test_sessions_do_not_see_each_others_filters(app: App) -> None:
    """Two who are on one page at the same time, with other years, keep their own."""

    async def visit() -> None:
        left, right = await _opened(app, _OVERVIEW, _OVERVIEW)
        by_year = {str(option)[:4]: option for option in left.widget("year").selectbox.options}
        for first, second in (("2024", "2025"), ("2025", "2023"), ("2026", "2024")):
            both = {left: first, right: second}
            await asyncio.gather(*(v.choose("year", by_year[y]) for v, y in both.items()))
            for visitor, year in both.items():
                assert visitor.seen.errors == []
                assert visitor.address["year"] == year
                dated = [said for said in visitor.seen.headings if re.search(r"\b20\d\d\b", said)]
                assert dated
                assert all(year in said for said in dated), "no heading with another's year"
        for visitor in (left, right):
            await visitor.leave()

    run(visit())


def test_the_figures_are_those_asked_for(app: App, plan: Plan) -> None:
    """The indicator, the agency, the rows of a table: all as chosen, in one session after another."""

    async def visit() -> None:
        one, other, rows = await _opened(app, _INDICATOR, _AGENCY, _EXPLORE)
        for place, indicator in enumerate(plan.indicators[:3]):
            await one.choose("indicator", one.widget("indicator").selectbox.options[place])
            assert indicator.title["vi"] in one.seen.headings
        for option in list(other.widget("agency").selectbox.options)[:3]:
            await other.choose("agency", option)
            agency = plan.agency(other.address["agency"])
            assert agency.name("vi", plan.due.last_day(int(other.address["year"]))) in " ".join(
                other.seen.headings
            )
        await rows.choose("years", ["2024", "2026"])
        cells = re.findall(r"<td[^>]*>(20\d\d)</td>", " ".join(rows.seen.html))
        assert set(cells) == {"2024", "2026"}
        assert len(cells) == 2 * len(plan.indicators)
        for visitor in (one, other, rows):
            assert visitor.seen.errors == []
            await visitor.leave()

    run(visit())


def test_what_is_wrong_is_noticed(app: App) -> None:
    """The visitors' own eyes: another year than the one asked for, an unknown filter, a dead server."""

    async def visit() -> None:
        (visitor,) = await _opened(app, _OVERVIEW)
        assert misread(visitor, {"year": visitor.chosen("year")}) == []
        assert misread(visitor, {"year": "1999"})
        figures = visitor.seen.kinds.pop(visitor.room.figures)
        assert misread(visitor, {}, opening=True) == ["no figures"]
        visitor.seen.kinds[visitor.room.figures] = figures
        visitor.seen.headings.clear()
        assert misread(visitor, {}) == [f"no heading has the year {visitor.address['year']}"]
        with pytest.raises(LostError, match="no filter planet"):
            visitor.widget("planet")
        await visitor.leave()
        with pytest.raises(LostError):
            await visitor.change()
        with pytest.raises(LostError):
            await Visitor(0, "http://127.0.0.1:9", _OVERVIEW, _CHANCE).come()

    run(visit())


# --- who has signed in ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, SignIn]]:
    """A dashboard with ten people, two of them of agencies, and how they sign in."""
    folder = tmp_path_factory.mktemp("office")
    sign_in = SignIn(folder)
    settings = Settings(database_url=f"sqlite:///{folder / 'tbdx.db'}")
    with closing(Service.open(settings)) as service:
        sign_in.enter(service, 10)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sign_in.environment.items():
            patch.setenv(name, value)
        with running_app(folder) as running:
            yield running, sign_in


def test_who_has_signed_in_sees_figures(office: tuple[App, SignIn]) -> None:
    """Analysts, readers, people of agencies: each page has figures, and its filters do what they say."""
    app, sign_in = office
    crowd = Crowd(app.url, 10, cookies=sign_in.cookies(app.url))
    run(crowd.stay(2.0, 4.0, lambda _: None))
    assert [error for run in crowd.runs for error in run.errors] == []
    kinds = [run.kind for run in crowd.runs]
    assert (kinds.count("open"), kinds.count("change"), len(kinds)) == (10, 20, 30)


def test_who_is_kept_out_counts_as_an_error(office: tuple[App, SignIn]) -> None:
    """Without a cookie, and with one for another address, each visitor says that nothing is there."""
    app, sign_in = office
    for cookies in ([], sign_in.cookies("http://elsewhere.example")):
        crowd = Crowd(app.url, 4, cookies=cookies)
        run(crowd.stay(1.0, 0.0, lambda _: None))
        assert [run.kind for run in crowd.runs] == ["open"] * 4
        assert all("no filter" in " ".join(run.errors) for run in crowd.runs)


def test_an_acceptance_that_fails_is_told(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that has none of the reports, a thread that ended: neither passes for a good run."""
    accepting = _accepted(service)
    assert accepting.failure is None
    assert accepting.answered
    assert accepting.wrong(service._desk.store) == []
    with closing(Store.open(f"sqlite:///{tmp_path / 'another.db'}")) as another:
        lost = f"{len(accepting.answered)} reports that were answered are lost"
        assert accepting.wrong(another) == [lost]

    def refuse(*_: object) -> None:
        raise TbdxError("store-unavailable")

    monkeypatch.setattr(service, "accept", refuse)
    accepting = _accepted(service)
    failed, nothing = accepting.wrong(service._desk.store)
    assert failed.startswith("acceptance failed: ")
    assert nothing == "no report was accepted"


def _accepted(service: Service) -> Acceptances:
    """Once a report was accepted, or acceptance has failed, within 20 s."""
    with Acceptances(service, 0.01) as accepting:
        until = time.monotonic() + 20
        while not (accepting.answered or accepting.failure) and time.monotonic() < until:
            time.sleep(0.02)
    return accepting


# --- garbage ------------------------------------------------------------------------------------


def test_everything_is_collected_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Streamlit asks for after each run looks at young objects; every ten seconds at all."""
    asked: list[int] = []

    def collect(generation: int) -> int:
        asked.append(generation)
        return 0

    monkeypatch.setattr(gc, "collect", collect)
    moment = 100.0
    sweeper = Sweeper(lambda: moment)
    for seconds in (0, EVERY - 1, 1, 1, EVERY - 1):
        moment += seconds
        sweeper.collect(2)
    assert asked == [1, 1, 2, 1, 2]


def test_streamlit_still_asks_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script runner collects by the name that is exchanged, and what is loaded is left alone."""
    assert script_runner.ScriptRunner._on_script_finished.__code__.co_names.count("gc") == 1
    monkeypatch.setattr(script_runner, "gc", gc)
    frozen: list[bool] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(True))
    sweeping.settle.__wrapped__()
    assert isinstance(vars(script_runner)["gc"], Sweeper)
    assert frozen == [True]
