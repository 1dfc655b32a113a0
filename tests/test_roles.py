"""Roles: every use case, asked for by somebody of every role; views and files cut to one's own."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
import roles
from amending import amended_appendix
from bureau import BAO, ESTIMATE, MERGED, WORD
from roles import (
    ADMINISTRATOR,
    AGENCY,
    ANALYST,
    CLOSED,
    NOW,
    OTHER,
    OWN,
    PEOPLE,
    READER,
    Furnished,
    House,
    found,
    told,
)
from shell import Shell

from benchmarks.databases import contents, engine_for
from tbdx import charts, tables
from tbdx.access import RIGHTS, Guarded, Person, Role, needed_by
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.register import change_of
from tbdx.scenarios import Scenario
from tbdx.service import Basis, Service, View
from tbdx.service.looking_back import LookingBack
from tbdx.service.office import Office
from tbdx.service.people import People
from tbdx.service.reviewing import Reviewing
from tbdx.store import Store
from tbdx.tables import FILTERS_OF, TABLES, Filters
from tbdx.ui import filtering, picturing, versions
from tbdx.ui.picturing import Subject
from tbdx.ui.shell import Page

SPECIFICATION = """
use case                            analyst  agency  reader  administrator
plan                                all      all     all     all
targets                             all      all     all     all
appendix_remarks                    all      all     all     all
view                                all      cut     all     all
real_view                           all      cut     all     all
sample_view                         all      cut     all     all
unpack                              all      all     –       –
check                               all      cut     –       –
accept                              all      –       –       –
send                                all      own     –       –
annotated                           all      cut     –       –
annotated_bundle                    all      cut     –       –
form                                all      own     –       –
document                            all      own     –       –
reviewing.next_due                  all      all     all     all
reviewing.standings                 all      cut     all     all
reviewing.sent                      all      cut     all     all
reviewing.everything                all      cut     all     all
reviewing.rates                     all      cut     all     all
reviewing.cells                     all      cut     all     all
reviewing.waiting                   all      cut     all     all
reviewing.history                   all      own     all     all
reviewing.nil_returns               all      own     all     all
reviewing.submission                all      own     all     all
reviewing.remarks                   all      own     all     all
reviewing.remark_counts             all      cut     all     all
reviewing.shares_file               all      own     all     all
reviewing.difference                all      own     all     all
reviewing.effects                   all      own     all     all
reviewing.revisions                 all      cut     all     all
reviewing.accept                    all      –       –       –
reviewing.return_                   all      –       –       –
reviewing.reopen                    all      –       –       –
reviewing.choose                    all      –       –       –
reviewing.declare_nil               all      –       –       –
reviewing.withdraw_nil              all      –       –       –
reviewing.original                  all      own     –       –
reviewing.annotated                 all      own     –       –
reviewing.annotated_name            all      own     –       –
reviewing.receipt                   all      own     –       –
reviewing.receipt_file              all      own     –       –
office.closed_years                 all      all     all     all
office.rounds                       all      cut     all     all
office.close_year                   all      –       –       –
office.open_year                    all      –       –       –
office.register_events              all      all     all     all
office.register_changes             all      all     all     all
office.unusable_changes             all      all     all     all
office.foresee                      all      –       –       –
office.change_register              all      –       –       –
office.withdraw_register_change     all      –       –       –
office.new_id                       all      –       –       –
office.plan_versions                all      all     all     all
office.printed_targets              all      all     all     all
office.appendix                     all      all     all     all
office.read_amendment               all      –       –       –
office.judged_anew                  all      –       –       –
office.adopt_plan                   all      –       –       –
office.withdraw_plan                all      –       –       –
office.errata                       all      cut     all     all
office.filed                        all      own     all     all
office.stated                       all      own     all     all
office.correct                      all      –       –       –
office.withdraw_correction          all      –       –       –
office.contacts                     all      –       –       –
office.set_contact                  all      –       –       –
office.missing                      all      –       –       –
office.unsent                       all      –       –       –
office.reminder                     all      –       –       –
office.reminders                    all      –       –       –
office.returned                     all      –       –       –
office.return_notices               all      –       –       –
office.return_notice                all      –       –       –
office.record                       all      –       –       all
office.verify                       all      –       –       all
office.exported                     all      all     all     all
office.exported of everything       all      –       all     all
office.taken                        all      own     –       –
office.signed_in                    all      all     all     all
past.revisions                      all      –       all     all
past.oldest                         all      –       all     all
past.last_visit                     all      –       all     all
past.view                           all      –       all     all
past.turned                         all      –       all     all
past.moved_figures                  all      –       all     all
past.turned_since                   all      –       all     all
past.since                          all      –       all     all
people.all                          –        –       –       all
people.add                          –        –       –       all
people.change                       –        –       –       all
people.remove                       –        –       –       all
"""
"""What each role gets: all; its own agency's, refused of others (own) or without them (cut); nothing (–)."""

OPEN = {
    "person": "who asks",
    "user": "the name under which they act",
    "review": "whether what they send waits for a second look",
    "acting": "binds a person; only the frame around pages and commands calls it",
    "enter": "lets in whoever has signed in; before that nobody has a right",
    "local": "lets in whoever sits at this machine",
    "away": "since when the store is away, which every page says",
    "close": "ends the process's use of the store",
    "warm": "starts the processes that read files; tells nothing",
    "admitted": "finds who has signed in",
    "at_this_machine": "finds who sits at this machine",
    "sign_out": "gives one's own sign-in up",
    "open": "makes the use cases, for nobody yet",
}
"""What needs no right, and why."""

PARTS: dict[str, type[Guarded]] = {
    "": Service,
    "reviewing.": Reviewing,
    "office.": Office,
    "past.": LookingBack,
    "people.": People,
}

Call = Callable[[Service, House, str], object]
"""A use case asked for by somebody about an agency."""


def _ids(house: House, agency: str) -> tuple[int, int]:
    return house.known[agency].first, house.known[agency].last


def _renamed(house: House) -> Any:
    names = {"name_vi": "Tạp chí Mới", "name_en": "New Review"}
    return change_of(kind="renamed", agency=OWN, date=date(2028, 1, 1), source="QĐ 10", **names)


def _amendment(service: Service, house: House) -> Any:
    content = amended_appendix(house.service, {(2, 2030): 0.75})
    return service.office.read_amendment(("phu-luc.xlsx", content), 2030)


def _adopt(service: Service, house: House) -> object:
    read = _amendment(house.service, house)
    return service.office.adopt_plan(read, "46/KH-UBND", date(2026, 2, 10))


def _judged(service: Service, house: House) -> object:
    return service.office.judged_anew(_amendment(house.service, house))


CALLS: dict[str, Call] = {
    "plan": lambda s, h, a: s.plan,
    "targets": lambda s, h, a: s.targets,
    "appendix_remarks": lambda s, h, a: s.appendix_remarks,
    "view": lambda s, h, a: s.view(),
    "real_view": lambda s, h, a: s.real_view(Basis("original", "estimate")),
    "sample_view": lambda s, h, a: s.sample_view(),
    "unpack": lambda s, h, a: s.unpack([("a.xlsx", b"")]),
    "check": lambda s, h, a: s.check([("moi.xlsx", h.file(a).content)]),
    "accept": lambda s, h, a: s.accept([h.file(a)], WORD),
    "send": lambda s, h, a: s.send([h.file(a)]),
    "annotated": lambda s, h, a: s.annotated(h.file(OWN), "vi"),
    "annotated_bundle": lambda s, h, a: s.annotated_bundle([h.file(OWN)], "vi"),
    "form": lambda s, h, a: s.form(a, 2024),
    "document": lambda s, h, a: s.document(h.bureau.submission(h.known[a].last).sha256),
    "reviewing.next_due": lambda s, h, a: s.reviewing.next_due(),
    "reviewing.standings": lambda s, h, a: s.reviewing.standings(2024),
    "reviewing.sent": lambda s, h, a: s.reviewing.sent(),
    "reviewing.everything": lambda s, h, a: s.reviewing.everything(),
    "reviewing.rates": lambda s, h, a: s.reviewing.rates(2024),
    "reviewing.cells": lambda s, h, a: s.reviewing.cells([OWN, OTHER], [2023, 2024]),
    "reviewing.waiting": lambda s, h, a: s.reviewing.waiting(),
    "reviewing.history": lambda s, h, a: s.reviewing.history(a, 2024),
    "reviewing.nil_returns": lambda s, h, a: s.reviewing.nil_returns(a, 2027),
    "reviewing.submission": lambda s, h, a: s.reviewing.submission(h.known[a].last),
    "reviewing.remarks": lambda s, h, a: s.reviewing.remarks(h.known[a].last),
    "reviewing.remark_counts": lambda s, h, a: s.reviewing.remark_counts(_ids(h, a)),
    "reviewing.shares_file": lambda s, h, a: s.reviewing.shares_file(h.known[a].last),
    "reviewing.difference": lambda s, h, a: s.reviewing.difference(*_ids(h, a)),
    "reviewing.effects": lambda s, h, a: s.reviewing.effects(*_ids(h, a)),
    "reviewing.revisions": lambda s, h, a: s.reviewing.revisions(2024),
    "reviewing.accept": lambda s, h, a: s.reviewing.accept([h.known[a].waiting], WORD),
    "reviewing.return_": lambda s, h, a: s.reviewing.return_([h.known[a].waiting], WORD),
    "reviewing.reopen": lambda s, h, a: s.reviewing.reopen([h.known[a].first], WORD),
    "reviewing.choose": lambda s, h, a: s.reviewing.choose(h.known[a].first, WORD),
    "reviewing.declare_nil": lambda s, h, a: s.reviewing.declare_nil(OWN, 2028, ESTIMATE, WORD),
    "reviewing.withdraw_nil": lambda s, h, a: s.reviewing.withdraw_nil(OWN, 2027, ESTIMATE, WORD),
    "reviewing.original": lambda s, h, a: s.reviewing.original(h.known[a].last),
    "reviewing.annotated": lambda s, h, a: s.reviewing.annotated(h.known[a].returned, "vi"),
    "reviewing.annotated_name": lambda s, h, a: s.reviewing.annotated_name(h.known[a].last),
    "reviewing.receipt": lambda s, h, a: s.reviewing.receipt(h.known[a].last),
    "reviewing.receipt_file": lambda s, h, a: s.reviewing.receipt_file(h.known[a].last, "vi"),
    "office.closed_years": lambda s, h, a: s.office.closed_years,
    "office.rounds": lambda s, h, a: s.office.rounds(),
    "office.close_year": lambda s, h, a: s.office.close_year(2030, WORD),
    "office.open_year": lambda s, h, a: s.office.open_year(CLOSED, WORD, "Ai đó"),
    "office.register_events": lambda s, h, a: s.office.register_events(),
    "office.register_changes": lambda s, h, a: s.office.register_changes(),
    "office.unusable_changes": lambda s, h, a: s.office.unusable_changes(),
    "office.foresee": lambda s, h, a: s.office.foresee(_renamed(h)),
    "office.change_register": lambda s, h, a: s.office.change_register(_renamed(h)),
    "office.withdraw_register_change": lambda s, h, a: s.office.withdraw_register_change(1, WORD),
    "office.new_id": lambda s, h, a: s.office.new_id("Báo Mới", NOW.date()),
    "office.plan_versions": lambda s, h, a: s.office.plan_versions(),
    "office.printed_targets": lambda s, h, a: s.office.printed_targets(),
    "office.appendix": lambda s, h, a: s.office.appendix(1),
    "office.read_amendment": lambda s, h, a: _amendment(s, h),
    "office.judged_anew": lambda s, h, a: _judged(s, h),
    "office.adopt_plan": lambda s, h, a: _adopt(s, h),
    "office.withdraw_plan": lambda s, h, a: s.office.withdraw_plan(1, WORD),
    "office.errata": lambda s, h, a: s.office.errata(),
    "office.filed": lambda s, h, a: s.office.filed(a, 2024),
    "office.stated": lambda s, h, a: s.office.stated(a, 2024, "staff_count"),
    "office.correct": lambda s, h, a: s.office.correct(
        a, 2024, "staff_count", 99_000.0, WORD, "công văn 13"
    ),
    "office.withdraw_correction": lambda s, h, a: s.office.withdraw_correction(
        h.known[a].erratum, WORD
    ),
    "office.contacts": lambda s, h, a: s.office.contacts(),
    "office.set_contact": lambda s, h, a: s.office.set_contact(a, "moi@coquan.example"),
    "office.missing": lambda s, h, a: s.office.missing(2025),
    "office.unsent": lambda s, h, a: s.office.unsent(2025),
    "office.reminder": lambda s, h, a: s.office.reminder(a, 2024),
    "office.reminders": lambda s, h, a: s.office.reminders(2026),
    "office.returned": lambda s, h, a: s.office.returned(2023),
    "office.return_notices": lambda s, h, a: s.office.return_notices(2023),
    "office.return_notice": lambda s, h, a: s.office.return_notice(h.known[a].returned),
    "office.record": lambda s, h, a: s.office.record(),
    "office.verify": lambda s, h, a: s.office.verify(),
    "office.exported": lambda s, h, a: s.office.exported("table/agency", {"rows": 1}),
    "office.exported of everything": lambda s, h, a: s.office.exported("pack", {"rows": 1}),
    "office.taken": lambda s, h, a: s.office.taken("original", h.known[a].last),
    "office.signed_in": lambda s, h, a: s.office.signed_in("local"),
    "past.revisions": lambda s, h, a: s.past.revisions(5),
    "past.oldest": lambda s, h, a: s.past.oldest,
    "past.last_visit": lambda s, h, a: s.past.last_visit("sở", NOW),
    "past.view": lambda s, h, a: s.past.view(3),
    "past.turned": lambda s, h, a: s.past.turned(h.service.past.revisions(1)[0]),
    "past.moved_figures": lambda s, h, a: s.past.moved_figures(h.service.past.revisions(1)[0]),
    "past.turned_since": lambda s, h, a: s.past.turned_since(3),
    "past.since": lambda s, h, a: s.past.since(3),
    "people.all": lambda s, h, a: s.people.all(),
    "people.add": lambda s, h, a: s.people.add("moi", "Mới", "", [READER]),
    "people.change": lambda s, h, a: s.people.change("ld01", "Khác", "", [ANALYST]),
    "people.remove": lambda s, h, a: s.people.remove("ld01", WORD),
}

CHANGING = {
    *("check", "accept", "send"),
    *(f"reviewing.{name}" for name in ("accept", "return_", "reopen", "choose")),
    *("reviewing.declare_nil", "reviewing.withdraw_nil"),
    *("office.close_year", "office.open_year", "office.change_register", "office.adopt_plan"),
    *("office.withdraw_register_change", "office.withdraw_plan", "office.correct"),
    *("office.withdraw_correction", "office.set_contact", "office.reminders"),
    *("office.return_notices", "office.exported", "office.exported of everything"),
    *("office.taken", "office.signed_in", "people.add", "people.change", "people.remove"),
}
"""What stores something or tells the record; all else leaves everything as it is."""


@cache
def _specified() -> dict[tuple[str, Role], str]:
    """The table above, cell by cell."""
    head, *rows = SPECIFICATION.strip().splitlines()
    columns = [Role(name) for name in head.removeprefix("use case").split()]
    cells: dict[tuple[str, Role], str] = {}
    for row in rows:
        name, *said = row.rsplit(maxsplit=len(columns))
        cells |= {(name.strip(), role): one for role, one in zip(columns, said, strict=True)}
    return cells


# --- the house ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def furnished(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished.of(plan, tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="module")
def shared(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which nobody changes anything."""
    with furnished.opened(tmp_path_factory.mktemp("shared")) as bureau:
        yield House(bureau, furnished.known)


@pytest.fixture
def house(furnished: Furnished, tmp_path: Path) -> Iterator[House]:
    """A house of one's own."""
    with furnished.opened(tmp_path) as bureau:
        yield House(bureau, furnished.known)


def refused(house: House, call: Callable[[], object]) -> bool:
    """Whether somebody is refused as not allowed, and nothing is changed or told by that."""
    before = house.state
    with pytest.raises(TbdxError, match=r"^not-allowed"):
        call()
    return house.state == before


# --- the table ------------------------------------------------------------------------------------


def _public(of: type[Guarded]) -> Iterator[tuple[str, object]]:
    """The methods and properties by which anybody may ask something."""
    for name, member in inspect.getmembers_static(of):
        if (
            not name.startswith("_") and (callable(member) or isinstance(member, property))
        ) or isinstance(member, classmethod):
            yield name, member


@pytest.mark.parametrize("part", PARTS)
def test_every_use_case_needs_a_right_or_a_reason(part: str) -> None:
    """A new one without a right, or that the table does not tell of, fails here."""
    specified = {name for name, _ in _specified()}
    for name, member in _public(PARTS[part]):
        needed = needed_by(member)
        assert (needed is None) == (name in OPEN), f"{part}{name}"
        assert needed is None or f"{part}{name}" in specified, f"{part}{name}"


def test_the_table_is_whole() -> None:
    """Every use case of it is there to be called, and every role has its word on each."""
    assert {name for name, _ in _specified()} == set(CALLS)
    assert len(_specified()) == len(CALLS) * len(Role)
    assert set(_specified().values()) == {"all", "own", "cut", "–"}
    assert set(CALLS) > CHANGING
    assert set(PEOPLE) == set(RIGHTS) == set(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", CALLS)
def test_each_role_gets_what_the_table_says(
    name: str, role: Role, shared: House, furnished: Furnished, tmp_path: Path
) -> None:
    """Allowed it works; not allowed it is refused and nothing changes, whichever agency it is about."""
    said, call = _specified()[name, role], CALLS[name]
    not_given = {"–": [OWN, OTHER], "own": [OTHER]}.get(said, [])
    for agency in not_given:
        service = shared.acting(role)
        assert refused(shared, lambda s=service, a=agency: call(s, shared, a))  # type: ignore[misc]
    given = [agency for agency in (OWN, OTHER) if agency not in not_given]
    for agency in given if name not in CHANGING else given[:1]:
        if name in CHANGING:
            with furnished.opened(tmp_path) as bureau:
                house = House(bureau, furnished.known)
                before = house.state
                gave = call(house.acting(role), house, agency)
                assert house.state > before
        else:
            before = shared.state
            gave = call(shared.acting(role), shared, agency)
            assert shared.state == before
        if role is AGENCY:
            assert found(gave, roles.others()) == []


_BROUGHT = ("check", "annotated", "annotated_bundle", "sample_view")
"""Cut as well, but of a file that the person brings, or of reports that this house does not have."""


@pytest.mark.parametrize(
    "name", [n for (n, _), said in _specified().items() if said == "cut" and n not in _BROUGHT]
)
def test_what_is_cut_for_an_agency_is_whole_for_others(name: str, shared: House) -> None:
    """What an analyst gets of the same is more than that."""
    mine, whole = (told(CALLS[name](shared.acting(r), shared, OTHER)) for r in (AGENCY, ANALYST))
    assert mine != whole


# --- views ----------------------------------------------------------------------------------------

BASES = [
    Basis(structure, figures, targets)
    for structure in ("in_force_on_due_date", "original")
    for figures in ("in_use", "estimate", "final")
    for targets in ("in_force", "original")
]


class TestCutViews:
    """What an agency's person sees is its own, and what all agencies add up to."""

    @pytest.mark.parametrize("basis", BASES, ids=lambda b: "-".join(vars_of(b)))
    def test_the_province_stays_as_it_is(self, shared: House, basis: Basis) -> None:
        """Its results are the analyst's to the last digit, on every basis and under a scenario."""
        whole, mine = (shared.acting(role).view(basis) for role in (ANALYST, AGENCY))
        supposed = Scenario(carry=True)
        other = "original" if basis.structure != "original" else "in_force_on_due_date"
        pairs = [
            (whole, mine),
            (whole.under(supposed), mine.under(supposed)),
            (whole.by_structure(other), mine.by_structure(other)),  # type: ignore[arg-type]
        ]
        for all_, own in pairs:
            assert own.results.equals(all_.results)
            assert own.compared.equals(all_.compared)
            assert own.years_reported == all_.years_reported
            assert own.scope == frozenset({OWN})
            assert found(own, roles.others()) == []
            for frame in (own.panel, own.filed, own.answers, own.phases, own.standings):
                assert set(frame["agency"]) <= {OWN}

    def test_its_own_is_all_there(self, shared: House) -> None:
        """Every answer, verdict and correction of it, as the analyst sees them."""
        whole, mine = (shared.acting(role).view() for role in (ANALYST, AGENCY))
        for name in ("panel", "filed", "answers", "phases", "standings"):
            theirs = getattr(whole, name)
            expected = theirs[theirs["agency"] == OWN].reset_index(drop=True)
            pd.testing.assert_frame_equal(getattr(mine, name), expected)
        assert mine.reports == {k: v for k, v in whole.reports.items() if k[0] == OWN}
        assert mine.errata == tuple(e for e in whole.errata if e.agency == OWN)
        assert mine.baseline(OWN) == whole.baseline(OWN)
        assert mine.duties(OWN, 2026) == whole.duties(OWN, 2026)
        assert found(mine, roles.marks(OWN)) == roles.marks(OWN)

    def test_a_merged_agency_is_reckoned_with_what_it_was_merged_from(self, shared: House) -> None:
        """Its base-year amount is the sum of theirs, which are not shown one by one."""
        person = Person("hn01", roles=frozenset({AGENCY}), agencies=(MERGED,))
        whole, mine = shared.service.view(), shared.service.acting(person).view()
        assert mine.baseline(MERGED) == whole.baseline(MERGED) != {}
        assert mine.duties(MERGED, 2026) == whole.duties(MERGED, 2026)
        assert found(mine, roles.others([MERGED])) == []

    def test_who_was_merged_does_not_see_what_it_was_merged_into(self, shared: House) -> None:
        """By the original structure the new agency's report speaks for it, and is another's still."""
        person = Person("bt01", roles=frozenset({AGENCY}), agencies=(BAO,))
        mine = shared.service.acting(person).view(Basis("original"))
        assert set(mine.standings["year"]) == {2023, 2024}
        assert found([mine, mine.duties(BAO, 2025)], roles.others([BAO])) == []

    def test_an_agency_that_is_no_longer_in_the_register(self, shared: House) -> None:
        """Its person sees the province's results and nothing else; no error."""
        person = Person("cu01", roles=frozenset({AGENCY}), agencies=("bao-cu",))
        mine = shared.service.acting(person).view()
        assert mine.results.equals(shared.service.view().results)
        assert mine.panel.empty
        assert mine.standings.empty
        assert (mine.reports, mine.submissions, mine.chosen, mine.errata) == ({}, (), (), ())

    def test_several_agencies_of_one_person(self, shared: House) -> None:
        """Who reports for two sees both, and a further role adds to that."""
        both = Person("hai", roles=frozenset({AGENCY}), agencies=(OWN, OTHER))
        mine = shared.service.acting(both).view()
        assert set(mine.panel["agency"]) == {OWN, OTHER}
        assert found(mine, roles.others([OWN, OTHER])) == []
        reader = replace(both, roles=frozenset({AGENCY, READER}))
        assert shared.service.acting(reader).view() is shared.service.view()

    def test_nothing_leads_from_a_cut_view_to_the_store(self, shared: House) -> None:
        """None of its public attributes is the store or the whole view."""
        mine = shared.acting(AGENCY).view()
        names = [name for name in dir(mine) if not name.startswith("_")]
        assert not any(isinstance(getattr(mine, name), Store | View) for name in names)

    def test_cut_once_per_revision(self, shared: House) -> None:
        """The next rerun gets the same view, so that what was worked out from it is kept."""
        mine = shared.acting(AGENCY).view()
        assert shared.acting(AGENCY).view() is mine
        assert mine.state != shared.acting(ANALYST).view().state

    def test_nine_hundred_agencies(self, shared: House) -> None:
        """Cutting costs little beside what it is cut from."""
        view = _large(shared.service.view(), 900)
        assert len(view.standings) == 900 * 6 * len(view.plan.all_years)
        began = time.process_time()
        mine = view.seen_by(frozenset({"a7"}))
        assert time.process_time() - began < 1
        assert set(mine.standings["agency"]) == set(mine.panel["agency"]) == {"a7"}


def vars_of(basis: Basis) -> tuple[str, ...]:
    return (basis.structure, basis.figures, basis.targets)


def _large(view: View, count: int) -> View:
    """A view of a province with many agencies, each of which has answered everything."""
    like = view.plan.agency(OWN)
    ids = [f"a{number}" for number in range(count)]
    agencies = tuple(like.model_copy(update={"id": own}) for own in ids)
    plan = view.plan.changed(agencies=agencies)
    own = view.panel[(view.panel["agency"] == OWN) & (view.panel["year"] == 2024)]
    panel = pd.concat([own.assign(agency=id_) for id_ in ids], ignore_index=True)
    kept = SimpleNamespace(
        panel_now=lambda phase: (1, panel), years_reported=lambda phase: (2024,), chosen=set
    )
    return View(plan, view.targets, 1, False, cast("Store", kept))


# --- files in which others report, too ------------------------------------------------------------


@pytest.fixture
def consolidated(house: House) -> tuple[House, int]:
    """The Department has sent a table with two agencies' reports; the number of `OWN`'s."""
    content = roles.shared_table(house.service.plan)
    file = house.bureau.read(content, roles.SHARED)
    receipt = house.bureau.receive(file)
    (own,) = (s.id for s in receipt.submissions if s.agency == OWN)
    assert house.service.reviewing.remarks(own)
    return house, own


class TestFilesOfSeveral:
    """A consolidated table is nobody's own but the Department's."""

    def test_its_own_part_is_seen(self, consolidated: tuple[House, int]) -> None:
        """The receipt tells of one's own report alone; the figures are there."""
        house, own = consolidated
        mine = house.acting(AGENCY)
        receipt = mine.reviewing.receipt(own)
        assert [s.agency for s in receipt.submissions] == [OWN]
        assert len(house.acting(ANALYST).reviewing.receipt(own).submissions) == 2
        assert mine.reviewing.shares_file(own)
        assert not house.acting(ANALYST).reviewing.shares_file(own)
        assert not mine.reviewing.shares_file(house.known[OWN].last)
        file, history = mine.reviewing.receipt_file(own, "vi"), mine.reviewing.history(OWN, 2026)
        assert found([receipt, file, history], roles.others()) == []
        assert found([file, history], [MERGED, "Báo và Đài"]) == []
        assert mine.view().reported(OWN, 2026)["staff_count"] == 31_883.0

    def test_the_file_is_not_opened(self, consolidated: tuple[House, int]) -> None:
        """Neither as received, nor by its hash, nor annotated, nor what was remarked on it."""
        house, own = consolidated
        mine, sha256 = house.acting(AGENCY), house.bureau.submission(own).sha256
        for ask in (
            lambda: mine.reviewing.original(own),
            lambda: mine.reviewing.annotated(own, "vi"),
            lambda: mine.reviewing.remarks(own),
            lambda: mine.document(sha256),
        ):
            assert refused(house, ask)
        assert house.acting(ANALYST).reviewing.original(own)[0] == roles.SHARED

    def test_a_word_on_it_stays_with_the_department(self, consolidated: tuple[House, int]) -> None:
        """What was said on accepting it may speak of others; nor are their remarks counted."""
        house, own = consolidated
        whole, mine = house.acting(ANALYST), house.acting(AGENCY)
        (submission,) = whole.reviewing.history(OWN, 2026)
        assert submission.confirmation
        assert whole.reviewing.receipt(own).remarks > 0
        told_of_it = [
            *mine.reviewing.history(OWN, 2026),
            mine.reviewing.submission(own),
            *mine.reviewing.receipt(own).submissions,
            *(s for s in mine.view().submissions if s.id == own),
            *(c.submission for c in mine.reviewing.cells([OWN], [2026]).values() if c.submission),
        ]
        assert {s.id for s in told_of_it} == {own}
        assert {s.confirmation for s in told_of_it} == {""}
        assert mine.reviewing.receipt(own).remarks == 0
        assert mine.reviewing.remark_counts([own]) == {}

    def test_checking_one_says_whose_it_is_and_no_more(self, house: House) -> None:
        """No value of it, and no remark on what others have stored."""
        content = roles.shared_table(house.service.plan, (OWN, OTHER), 2024)
        (file,) = house.acting(AGENCY).check([(roles.SHARED, content)])
        assert [finding.code for finding in file.findings] == ["not-own-agency"]
        assert file.fields == ()
        assert not file.acceptable
        (file,) = house.acting(ANALYST).check([(roles.SHARED, content)])
        assert {"replaces-report"} <= {finding.code for finding in file.findings}

    def test_sending_another_agency_is_refused(self, house: House) -> None:
        """Also with a file as somebody else had it checked, and beside one's own."""
        mine = house.acting(AGENCY)
        own, other = house.file(OWN), house.file(OTHER)
        both = house.bureau.read(roles.shared_table(house.service.plan), roles.SHARED)
        for files in ([other], [own, other], [both]):
            assert refused(house, lambda files=files: mine.send(files))  # type: ignore[misc]
            assert refused(house, lambda files=files: mine.accept(files, WORD))  # type: ignore[misc]
        (receipt,) = mine.send([own])
        assert [s.state.value for s in receipt.submissions] == ["waiting"]
        assert receipt.submissions[0].sent_by == PEOPLE[AGENCY].id

    def test_who_only_sends_cannot_say_that_it_was_earlier(self, house: House) -> None:
        """The day of arrival decides whether a report is late."""
        mine, earlier = house.acting(AGENCY), NOW - timedelta(days=90)
        assert mine.review, "and it waits, whatever the setting"
        assert refused(house, lambda: mine.send([house.file(OWN)], received_at=earlier))

    def test_nobody_acts_under_another_name(self, house: House) -> None:
        """The record names who has signed in, whatever name a call or a command gives."""
        house.acting(AGENCY).send([house.file(OWN)], by="Chuyên viên A")
        house.acting(ANALYST).office.open_year(CLOSED, WORD, by="Giám đốc")
        actors = [entry.actor for entry in house.service.office.record(limit=2)]
        assert actors == [PEOPLE[ANALYST].id, PEOPLE[AGENCY].id]


# --- downloads ------------------------------------------------------------------------------------


def _page(house: House, role: Role) -> Page:
    """As much of a page as those who take something out use."""
    service = house.acting(role)
    view, words = service.view(), language("vi")
    named = {"service": service, "view": view, "language": words, "user": PEOPLE[role].id}
    return cast("Page", SimpleNamespace(**named, plan=view.plan, text=words.text))


def _chart(page: Page) -> charts.Chart:
    indicator, results = page.plan.indicators[0], page.view.results
    own = results[results["indicator"] == indicator.code]
    return charts.trajectory(own, indicator, page.plan, page.language)


def _picture(page: Page) -> bytes:
    subject = Subject("trajectory", "1", {"indicator": page.plan.indicators[0].code})
    return picturing.take(page, subject, partial(_chart, page), "svg", page.user)


class TestDownloads:
    """What stands behind a button asks again: a guessed address gives no more than the page."""

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize("file_type", ["xlsx", "csv"])
    def test_tables_hold_no_other_agency(self, house: House, table: Any, file_type: str) -> None:
        """Not even where another agency is asked for by name."""
        page = _page(house, AGENCY)
        asked = [Filters(table)]
        if "agencies" in FILTERS_OF[table]:
            asked.append(Filters(table, agencies=(OTHER,)))
        for filters in asked:
            content = filtering.take(page, filters, file_type)
            assert found(content, roles.others()) == []
        if table == "province":
            whole = tables.select(_page(house, ANALYST).view, asked[0])
            assert tables.select(page.view, asked[0]).equals(whole)

    def test_pictures_are_of_the_province(self, house: House) -> None:
        """The same for everybody; no other agency is named in them."""
        words = [mark for mark in roles.others() if not mark.isdigit()]
        assert found(_picture(_page(house, AGENCY)), words) == []
        mine, whole = (_chart(_page(house, role)).figure for role in (AGENCY, ANALYST))
        assert mine.to_json() == whole.to_json()

    @pytest.mark.parametrize("kind", ["original", "annotated"])
    def test_files_ask_for_the_right_again(self, house: House, kind: Any) -> None:
        """The function behind the button of another's file gives nothing to whom it is not."""
        for role, agency, given in (
            (AGENCY, OWN, True),
            (AGENCY, OTHER, False),
            (READER, OWN, False),
            (ADMINISTRATOR, OWN, False),
            (ANALYST, OTHER, True),
        ):
            page, number = _page(house, role), house.known[agency].returned
            read = page.service.reviewing.original
            if kind == "annotated":
                read = partial(page.service.reviewing.annotated, language_code="vi")  # type: ignore[assignment]
            take = partial(versions._take, page, kind, number, read)
            if given:
                assert found(take(), roles.marks(agency))
            else:
                assert refused(house, take)

    def test_what_needs_every_report_is_not_made_of_some(self, house: House) -> None:
        """The reports, the workbook of everything, open data: refused before anything is made."""
        page = _page(house, AGENCY)
        for what in ("report/province", "report/agency", "pack", "open-data", "record"):
            assert refused(house, partial(page.service.office.exported, what, {}))


# --- the command line -----------------------------------------------------------------------------

COMMANDS = """
command                                                analyst  agency  reader  administrator
template --agency {own} --year 2024 --out {out}.xlsx     yes      yes     –       –
template --agency {other} --year 2024 --out {out}.xlsx   yes      –       –       –
check {file}                                             yes      yes     –       –
import {file} --confirm {why}                            yes      yes     –       –
indicators                                               yes      yes     yes     yes
indicators --agency {own}                                yes      yes     yes     yes
export --table reported --out {out}.csv                  yes      yes     yes     yes
scenario                                                 yes      –       yes     yes
report --year 2024 --out {out}.docx                      yes      –       yes     yes
changes --since 3                                        yes      –       yes     yes
search kiwi                                              yes      –       yes     yes
submissions                                              yes      yes     yes     yes
history --agency {own} --year 2024                       yes      yes     yes     yes
history --agency {other} --year 2024                     yes      –       yes     yes
difference {first} {last}                                yes      yes     yes     yes
difference {theirs.first} {theirs.last}                  yes      –       yes     yes
accept {waiting} --confirm {why}                         yes      –       –       –
return {waiting} --reason {why}                          yes      –       –       –
receipt {last}                                           yes      yes     –       –
receipt {theirs.last}                                    yes      –       –       –
original {last} --out {out}.xlsx                         yes      yes     –       –
original {theirs.last} --out {out}.xlsx                  yes      –       –       –
annotated {returned} --out {out}.xlsx                    yes      yes     –       –
annotated {theirs.returned} --out {out}.xlsx             yes      –       –       –
years                                                    yes      yes     yes     yes
close-year 2030 --reason {why}                           yes      –       –       –
remind --year 2026 --out {out}                           yes      –       –       –
contacts list                                            yes      –       –       –
register list                                            yes      yes     yes     yes
register close {own} --on 2029-01-01 --source {why}      yes      –       –       –
plan versions                                            yes      yes     yes     yes
plan withdraw 1 --reason {why}                           yes      –       –       –
errata list                                              yes      yes     yes     yes
errata withdraw {erratum} --reason {why}                 yes      –       –       –
record list                                              yes      –       –       yes
record verify                                            yes      –       –       yes
open-data --out {out}                                    yes      –       yes     yes
pack --out {out}.xlsx                                    yes      –       yes     yes
people list                                              –        –       –       yes
people remove ld01 --reason {why}                        –        –       –       yes
backup --out {out}.tbdx-backup                           –        –       –       yes
"""
"""Who may run which command: on the submissions of the agency's person, or on theirs of another."""


def _commands() -> Iterator[tuple[str, Role, bool]]:
    head, *rows = COMMANDS.strip().splitlines()
    columns = [Role(name) for name in head.removeprefix("command").split()]
    for row in rows:
        name, *said = row.rsplit(maxsplit=len(columns))
        for role, one in zip(columns, said, strict=True):
            assert one in ("yes", "–")
            yield name.strip(), role, one == "yes"


@pytest.mark.parametrize(("command", "role", "given"), list(_commands()))
def test_commands_ask_for_the_same_rights(
    command: str, role: Role, given: bool, shared: House, furnished: Furnished, tmp_path: Path
) -> None:
    """With a word on what is needed and exit code 2 where a role has not that; nothing is written."""
    furnished.copied(tmp_path)
    shell = Shell(tmp_path, TBDX_USER=PEOPLE[role].id, TBDX_SAMPLES=tmp_path / "none")
    file, out = tmp_path / "moi.xlsx", tmp_path / "out"
    file.write_bytes(shared.file(OWN).content)
    mine, theirs = furnished.known[OWN], furnished.known[OTHER]
    places = {**vars(mine), "theirs": theirs, "own": OWN, "other": OTHER}
    places |= {"file": file, "out": out, "why": WORD}
    arguments = [word.format(**places) for word in command.split()]
    before = contents(engine_for(shell.environment["TBDX_DATABASE_URL"]))
    said = shell(*arguments, code=0 if given else 2)
    if given:
        assert role is not AGENCY or found(said, roles.others()) == []
        written = [path.read_bytes() for path in tmp_path.glob("out*") if path.is_file()]
        assert role is not AGENCY or found(written, roles.others()) == []
    else:
        assert f"Your role does not allow this (signed in as {PEOPLE[role].id}; needed: " in said
        assert contents(engine_for(shell.environment["TBDX_DATABASE_URL"])) == before
        assert list(tmp_path.glob("out*")) == []


def test_who_is_not_entered_may_nothing_on_the_command_line(
    furnished: Furnished, tmp_path: Path
) -> None:
    """Since the first person was entered, the account of this machine must be one of them."""
    furnished.copied(tmp_path)
    shell = Shell(tmp_path, TBDX_USER="ai-do")
    assert "ai-do" in shell("indicators", code=2)
