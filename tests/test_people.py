"""People: who comes in, who lets them in, and what is left of them when they go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import CHIEF, NOON, WRITER, furnish, signed_in

from benchmarks.databases import contents
from tbdx.access import RIGHTS, Claims, Person, Reach, Right, Role
from tbdx.model import Action, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store

ANALYST, AGENCY, READER, ADMINISTRATOR = Role
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LAN = "lan@so.example"


class House:
    """A service whose clock is set by hand, with an administrator."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self.now = NOW
        self.store = store
        self.service = Service(plan, store, now=lambda: self.now, user="so")
        self.people = self.service.people
        self.people.add("qt01", "Quản trị", "qt@so.example", [ADMINISTRATOR])

    def claims(self, email: str = LAN, subject: str = "", *, verified: bool = True) -> Claims:
        """What the provider says of somebody who signs in now, for an hour."""
        until = self.now + timedelta(hours=1)
        account = subject or f"account of {email}"
        return Claims("https://id.example", account, email, verified, "Lan", self.now, until)

    def lan(self) -> Service:
        """The use cases for Lan, an analyst, who has signed in."""
        self.people.add("lan", "Lan", LAN, [ANALYST])
        return self.service.enter(self.claims())


@pytest.fixture
def house(plan: Plan, tmp_path: Path) -> Iterator[House]:
    store = Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}")
    house = House(plan, store)
    yield house
    house.service.close()


def refused(code: str) -> pytest.RaisesExc[TbdxError]:
    return pytest.raises(TbdxError, match=f"^{code}( |$)")


class TestComingIn:
    def test_who_was_entered_comes_in(self, house: House) -> None:
        """By the address at first; the account is theirs from then on, and the record says so."""
        entered = house.lan()
        assert (entered.person.id, entered.person.roles) == ("lan", frozenset({ANALYST}))
        (told,) = house.store.record(actions=[Action.PERSON_BOUND])
        assert (told.actor, told.subject) == ("lan", "person:lan")
        assert house.store.verify().faults == ()

    def test_the_account_counts_and_no_longer_the_address(self, house: House) -> None:
        """An address that the provider gives to somebody else later lets nobody in."""
        house.lan()
        renamed = replace(house.claims(), email="lan.moi@so.example")
        assert house.service.enter(renamed).person.id == "lan"
        with refused("not-admitted"):
            house.service.enter(house.claims(subject="another account"))

    def test_the_same_subject_of_another_provider_is_another_account(self, house: House) -> None:
        """A subject is unique at its issuer only."""
        house.lan()
        with refused("not-admitted"):
            house.service.enter(replace(house.claims(), issuer="https://other.example"))

    def test_who_was_not_entered_stays_outside(self, house: House) -> None:
        """Signing in proves who one is; it gives no role."""
        with refused("not-admitted") as caught:
            house.service.enter(house.claims("la@khac.example"))
        assert caught.value.fields == {"found": "la@khac.example"}

    def test_nobody_is_found_by_no_address(self, house: House) -> None:
        """A person of the command line has none; a sign-in without one is not theirs."""
        house.people.add("may", "", "", [READER])
        with refused("not-admitted"):
            house.service.enter(house.claims(""))

    def test_an_address_must_be_verified(self, house: House) -> None:
        """At the first sign-in; the account then counts alone."""
        house.people.add("lan", "Lan", LAN, [ANALYST])
        with refused("address-not-verified"):
            house.service.enter(house.claims(verified=False))
        assert house.service.enter(house.claims()).person.id == "lan"
        assert house.service.enter(house.claims(verified=False)).person.id == "lan"

    def test_a_sign_in_expires(self, house: House) -> None:
        """To the second: at its last moment it is over."""
        entered, claims = house.lan(), house.claims()
        house.now = claims.expires_at - timedelta(seconds=1)
        assert house.service.enter(claims).person == replace(entered.person, bound=True)
        house.now = claims.expires_at
        with refused("sign-in-expired"):
            house.service.enter(claims)

    def test_signing_out_ends_a_sign_in_everywhere(self, house: House, plan: Plan) -> None:
        """Another tab, another server, a copied cookie: the same sign-in counts no longer."""
        entered, claims = house.lan(), house.claims()
        entered.people.sign_out(claims)
        other = Service(plan, house.store, now=lambda: house.now)
        for service in (house.service, other):
            with refused("signed-out"):
                service.enter(claims)
        (told,) = house.store.record(actions=[Action.SIGNED_OUT])
        assert told.actor == "lan"

    def test_signing_in_anew_after_signing_out(self, house: House) -> None:
        """Another sign-in is another one; those that have expired are not kept."""
        entered, claims = house.lan(), house.claims()
        entered.people.sign_out(claims)
        entered.people.sign_out(claims)
        house.now += timedelta(hours=2)
        again = house.claims()
        house.service.enter(again).people.sign_out(again)
        with house.store._database.connection() as connection:
            kept = connection.execute(sa.text("SELECT count(*) FROM ended_session")).scalar_one()
        assert kept == 1

    def test_a_role_taken_away_is_gone_at_the_next_step(self, house: House) -> None:
        """Nothing of it is kept in a session: each rerun asks again."""
        claims = house.claims()
        house.lan()
        house.people.change("lan", "Lan", LAN, [READER])
        assert house.service.enter(claims).person.roles == frozenset({READER})
        house.people.remove("lan", "nghỉ việc")
        with refused("not-admitted"):
            house.service.enter(claims)

    def test_with_another_address_the_account_is_found_anew(self, house: House) -> None:
        """As it is for a new account under the old address, when the administrator says so."""
        claims = house.claims()
        house.lan()
        house.people.change("lan", "Lan", "lan2@so.example", [ANALYST])
        with refused("not-admitted"):
            house.service.enter(claims)
        assert house.service.enter(house.claims("lan2@so.example")).person.id == "lan"
        house.people.change("lan", "Lan", "lan2@so.example", [ANALYST], unbind=True)
        new = house.claims("lan2@so.example", "a new account")
        assert house.service.enter(new).person.id == "lan"


class TestWhileTheStoreIsAway:
    def test_who_was_inside_stays_until_the_sign_in_expires(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody else comes in, and who was refused is not let in by the outage."""
        house.lan()
        claims, other = house.claims(), house.claims("la@khac.example")
        with refused("not-admitted"):
            house.service.enter(other)

        def away(*_: object, **__: object) -> None:
            raise TbdxError("store-unavailable", url="", reason="")

        monkeypatch.setattr(Store, "person_of", away)
        assert house.service.enter(claims).person.id == "lan"
        with refused("store-unavailable"):
            house.service.enter(other)
        house.now = claims.expires_at
        with refused("sign-in-expired"):
            house.service.enter(claims)

    @pytest.mark.parametrize("end", ["removed", "other roles", "signed out"])
    def test_who_was_put_out_stays_out(
        self, house: House, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        """Removed, given other roles, signed out before the outage: nobody comes back by it."""
        entered, claims = house.lan(), house.claims()
        ends = {
            "removed": lambda: house.people.remove("lan", "nghỉ việc"),
            "other roles": lambda: house.people.change("lan", "Lan", LAN, [READER]),
            "signed out": lambda: entered.people.sign_out(claims),
        }
        ends[end]()

        def away(*_: object, **__: object) -> None:
            raise TbdxError("store-unavailable", url="", reason="")

        monkeypatch.setattr(Store, "person_of", away)
        with refused("store-unavailable"):
            house.service.enter(claims)


class TestAtThisMachine:
    def test_while_nobody_is_entered_everybody_may_do_everything(
        self, plan: Plan, tmp_path: Path
    ) -> None:
        """One analyst with a laptop needs no accounts."""
        service = Service(plan, Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}"), user="so")
        person = service.local().person
        assert person.everyone
        assert all(person.scope(right) is None for right in Right)
        service.close()

    def test_then_the_user_must_be_one_of_them(self, house: House, plan: Plan) -> None:
        """With the roles of that person, and under that name in the record."""
        with refused("not-admitted-here") as caught:
            house.service.local()
        assert caught.value.fields == {"found": "so"}
        keeper = Service(plan, house.store, user="qt01").local()
        assert keeper.person.roles == frozenset({ADMINISTRATOR})
        keeper.people.add("lan", "Lan", LAN, [ANALYST], by="somebody else")
        (told, _) = house.store.record(actions=[Action.PERSON_ADDED])
        assert told.actor == "qt01"


class TestLettingIn:
    def test_the_first_one_is_an_administrator(self, plan: Plan, tmp_path: Path) -> None:
        """Or nobody could let anybody in after that."""
        service = Service(plan, Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}"))
        with refused("last-administrator"):
            service.people.add("lan", "Lan", LAN, [ANALYST])
        assert service.people.all() == []
        service.close()

    def test_the_last_administrator_stays_one(self, house: House) -> None:
        """Neither removed nor given other roles only, until there is another one."""
        with refused("last-administrator"):
            house.people.remove("qt01", "chuyển công tác")
        with refused("last-administrator"):
            house.people.change("qt01", "Quản trị", "", [ANALYST])
        house.people.add("qt02", "", "", [ADMINISTRATOR, ANALYST])
        house.people.remove("qt01", "chuyển công tác")
        assert [person.id for person in house.people.all()] == ["qt02"]

    @pytest.mark.parametrize(
        ("code", "given"),
        [
            ("person-id-not-possible", ("Lan", "", LAN, [ANALYST])),
            ("person-id-not-possible", ("", "", LAN, [ANALYST])),
            ("person-id-not-possible", ("lan nguyen", "", LAN, [ANALYST])),
            ("person-id-not-possible", ("x" * 41, "", LAN, [ANALYST])),
            ("person-exists", ("qt01", "", LAN, [ANALYST])),
            ("address-taken", ("lan", "", " QT@so.example", [ANALYST])),
            ("address-not-possible", ("lan", "", "lan", [ANALYST])),
            ("role-needed", ("lan", "", LAN, [])),
            ("role-needs-agency", ("lan", "", LAN, [AGENCY])),
            ("role-needs-agency", ("lan", "", LAN, [ANALYST], ["bao-thai-binh"])),
            ("unknown-agency", ("lan", "", LAN, [AGENCY], ["bao-nao-do"])),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, house: House, code: str, given: tuple[object, ...]
    ) -> None:
        """With its reason, and nothing is stored."""
        before = house.store.record()
        with refused(code):
            house.people.add(*given)  # type: ignore[arg-type]
        assert house.store.record() == before

    def test_what_is_typed_is_kept_as_one_reads_it(self, house: House) -> None:
        """Addresses in lower case, names without stray spaces, each agency once."""
        own = ["bao-thai-binh", "bao-thai-binh"]
        house.people.add("bao", "  Cô   Ba ", " Ba@Viet.Example ", [AGENCY, AGENCY], own)
        assert house.people.all()[0] == Person(
            "bao", "Cô Ba", "ba@viet.example", False, frozenset({AGENCY}), ("bao-thai-binh",)
        )

    def test_unknown_people_are_said(self, house: House) -> None:
        """Nobody is changed or removed who is not there."""
        with refused("unknown-person"):
            house.people.change("ai-do", "", "", [READER])
        with refused("unknown-person"):
            house.people.remove("ai-do", "nhầm tên")
        with refused("reason-needed"):
            house.people.remove("qt01", " ")


class TestForgetting:
    def test_who_is_removed_is_forgotten(self, store: Store, database: sa.Engine) -> None:
        """Name, address and account are gone from every table; the id stays, and is not given again."""
        furnish(store)
        store.remove_person(CHIEF.id, NOON, "Bình", "Nghỉ hưu")
        left = repr(contents(database))
        for personal in (CHIEF.name, CHIEF.email, signed_in(CHIEF).subject):
            assert personal not in left
        assert CHIEF.id in left
        assert store.verify().faults == ()
        with refused("person-exists"):
            store.add_person(replace(CHIEF, email=""), NOON, "Bình")
        assert store.person(CHIEF.id) is None
        assert store.person_of(signed_in(CHIEF), address=True) is None

    def test_the_record_holds_nothing_personal_but_ids(
        self, store: Store, database: sa.Engine
    ) -> None:
        """Of the rest a salted hash, so that what was altered by hand is found all the same."""
        furnish(store)
        record = repr(contents(database)["record"])
        for person in (CHIEF, WRITER):
            assert person.email not in record
            assert person.name not in record
        (told, *_) = store.record(actions=[Action.PERSON_ADDED])
        assert set(json.loads(told.after)) == {
            *("id", "roles", "agencies", "account_sha256", "removed_at")
        }


class TestRights:
    def test_rights_of_several_roles_add_up(self) -> None:
        """An agency's editor who also reads for the Department sees all, and sends their own."""
        both = Person("x", roles=frozenset({AGENCY, READER}), agencies=("bao",))
        assert both.scope(Right.FIGURES) is None
        assert both.scope(Right.SEND) == frozenset({"bao"})
        with refused("not-allowed"):
            both.require(Right.SEND, ["dai"])
        with refused("not-allowed"):
            both.require(Right.DECIDE)

    def test_who_has_no_role_may_nothing(self) -> None:
        """A removed person has none."""
        assert not any(Person("x").may(right) for right in Right)

    def test_an_agency_has_nothing_whole_but_the_results(self) -> None:
        """Of every other right it only has what is its own."""
        whole = {right for right, reach in RIGHTS[AGENCY].items() if reach is Reach.ALL}
        assert whole == {Right.RESULTS}
