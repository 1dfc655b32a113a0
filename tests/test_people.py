"""People: who comes in, who lets them in, and what is left of them when they go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from stores import CHIEF, NOON, OTHER_CHIEF, WRITER, furnish, signed_in

from benchmarks.databases import contents
from tbdx.access import RIGHTS, Claims, Needed, Person, Reach, Right, Role
from tbdx.i18n import language
from tbdx.messages import error_text
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
        return Claims("https://id.example", account, email, verified, self.now, until)

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


class TestAtOnce:
    """A first sign-in beside something else: it binds what is true when it binds."""

    def test_of_two_accounts_with_one_address_one_comes_in(
        self, plan: Plan, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both find the person before either account is theirs; on two servers with one database."""
        house = House(plan, Store.open(url))
        services = [house.service, Service(plan, Store.open(url), now=lambda: house.now)]
        house.people.add("lan", "Lan", LAN, [ANALYST])
        asked = {subject: house.claims(subject=subject) for subject in ("her own", "another")}
        both, looked = Barrier(2, timeout=20), Store.person_of
        waiting = set(asked)

        def looks(store: Store, claims: Claims) -> Person | None:
            found = looked(store, claims)
            if claims.subject in waiting:  # not when it looks again
                waiting.discard(claims.subject)
                both.wait()
            return found

        def comes(service: Service, claims: Claims) -> str:
            try:
                return service.enter(claims).person.id
            except TbdxError as error:
                return error.code

        monkeypatch.setattr(Store, "person_of", looks)
        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(comes, services, asked.values()))
        assert sorted(said) == ["lan", "not-admitted"]
        assert [comes(house.service, claims) for claims in asked.values()] == said
        assert len(house.store.record(actions=[Action.PERSON_BOUND])) == 1
        assert house.store.verify().faults == ()
        for service in services:
            service.close()

    def test_an_account_in_two_tabs_is_bound_once(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second one finds itself known already."""
        house.people.add("lan", "Lan", LAN, [ANALYST])
        claims = house.claims()
        self._between(monkeypatch, lambda: house.service.enter(claims))
        assert house.service.enter(claims).person.id == "lan"
        assert len(house.store.record(actions=[Action.PERSON_BOUND])) == 1

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ("another address", "not-admitted"),
            ("removed", "not-admitted"),
            ("signed out", "signed-out"),
        ],
    )
    def test_what_is_changed_in_between_counts(
        self, house: House, monkeypatch: pytest.MonkeyPatch, change: str, code: str
    ) -> None:
        """Who held the address until just now is not bound by it."""
        house.people.add("lan", "Lan", LAN, [ANALYST])
        claims = house.claims()
        changes: dict[str, Callable[[], object]] = {
            "another address": lambda: house.people.change("lan", "Lan", "l@so.example", [ANALYST]),
            "removed": lambda: house.people.remove("lan", "nhầm tên"),
            "signed out": lambda: house.people.sign_out(claims),
        }
        self._between(monkeypatch, changes[change])
        with refused(code):
            house.service.enter(claims)
        assert house.store.record(actions=[Action.PERSON_BOUND]) == []

    def test_an_address_given_to_another_in_between_finds_that_one(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It looks again, once."""

        def given_on() -> None:
            house.people.change("lan", "Lan", "", [ANALYST])
            house.people.add("lan2", "Lan", LAN, [READER])

        house.people.add("lan", "Lan", LAN, [ANALYST])
        self._between(monkeypatch, given_on)
        assert house.service.enter(house.claims()).person.id == "lan2"
        assert [person.bound for person in house.people.all()] == [False, True, False]

    def test_the_database_itself_gives_no_account_to_two(
        self, store: Store, database: sa.Engine
    ) -> None:
        """Those who have not signed in, or were removed, all have none."""
        furnish(store)
        store.remove_person(WRITER.id, NOON, "Bình", "Nghỉ việc")
        query = sa.text("UPDATE person SET issuer = :issuer, subject = :subject WHERE id = :id")
        held = {"issuer": "https://id.example", "subject": signed_in(CHIEF).subject}
        with pytest.raises(sa.exc.IntegrityError), database.begin() as connection:
            connection.execute(query, {**held, "id": OTHER_CHIEF.id})

    @staticmethod
    def _between(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
        """Let something happen after the next first sign-in has found its person."""
        binds = Store.bind_person

        def bind(store: Store, person_id: str, claims: Claims, at: datetime) -> bool:
            monkeypatch.setattr(Store, "bind_person", binds)
            change()
            return binds(store, person_id, claims, at)

        monkeypatch.setattr(Store, "bind_person", bind)


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

    def test_of_who_was_inside_only_id_and_roles_are_remembered(self, house: House) -> None:
        """Under a hash: neither name nor address nor account is kept in the process."""
        house.lan()
        claims = house.claims()
        assert house.service.enter(claims).person.name == "Lan"
        kept = repr(house.people._known)
        assert "'lan'" in kept
        for personal in ("Lan", LAN, claims.subject, claims.issuer):
            assert personal not in kept

    @pytest.mark.parametrize("end", ["removed", "other roles", "signed out"])
    def test_who_was_put_out_stays_out(
        self, house: House, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        """Removed, given other roles, signed out before the outage: nobody comes back by it."""
        entered, claims = house.lan(), house.claims()
        ends: dict[str, Callable[[], object]] = {
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
        """Neither removed nor given other roles only, until there is another one.

        One who can sign in, where they could: not the account of the daily backup.
        """
        with refused("last-administrator"):
            house.people.remove("qt01", "chuyển công tác")
        with refused("last-administrator"):
            house.people.change("qt01", "Quản trị", "", [ANALYST])
        house.people.add("sao-luu", "", "", [ADMINISTRATOR])
        for address, role in (("qt@so.example", ANALYST), ("", ADMINISTRATOR)):
            with refused("last-administrator"):
                house.people.change("qt01", "Quản trị", address, [role])
        with refused("last-administrator"):
            house.people.remove("qt01", "chuyển công tác")
        house.people.remove("sao-luu", "nhầm")
        house.people.add("qt02", "", "qt2@so.example", [ADMINISTRATOR, ANALYST])
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
            ("address-not-possible", ("lan", "", "lan@\u212aho.example", [ANALYST])),
            ("address-not-possible", ("lan", "", "lan\u200b@so.example", [ANALYST])),
            ("address-not-possible", ("lan", "", "ｌan@so.example", [ANALYST])),
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

    def test_who_was_changed_meanwhile_is_not_overwritten(self, house: House) -> None:
        """Whoever changes somebody says as whom they have seen them; it is said who was faster."""
        house.people.add("la_n", "Lan", LAN, [ANALYST])
        seen = house.people.all()[0]
        house.people.add("laxn", "", "", [READER])  # "_" is no placeholder
        house.people.change("la_n", "Lan", LAN, [READER], was=seen, by="qt02")
        house.people.change("laxn", "Khác", "", [READER])
        with refused("changed-meanwhile") as caught:
            house.people.change("la_n", "Chị Lan", LAN, [ANALYST], was=seen)
        assert caught.value.fields == {"by": "qt02", "at": NOW, "what": Action.PERSON_CHANGED}
        assert house.people.all()[0].roles == frozenset({READER})
        house.people.remove("la_n", "nghỉ việc")
        with refused("unknown-person"):
            house.people.change("la_n", "Chị Lan", LAN, [ANALYST], was=seen)

    def test_an_agency_that_the_register_has_lost_may_stay_theirs(self, house: House) -> None:
        """It was given when it was there; nobody else is given it, and it goes with the next change."""
        lost = Person("bao", "Cô Ba", roles=frozenset({AGENCY}), agencies=("bao-cu",))
        house.store.add_person(lost, NOW, "qt01")
        own = ["bao-cu", "bao-thai-binh"]
        with refused("unknown-agency"):
            house.people.change("bao", "Cô Ba", "", [AGENCY], own)
        changed = house.people.change("bao", "Cô Ba", "", [AGENCY], own, was=lost)
        assert house.people.all()[0] == changed
        house.people.change("bao", "Cô Ba", "", [AGENCY], own[1:], was=changed)
        with refused("unknown-agency"):
            house.people.change("bao", "Cô Ba", "", [AGENCY], own, was=house.people.all()[0])

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
        assert CHIEF.id not in [person.id for person in store.people()]
        assert store.person_of(signed_in(CHIEF)) is None

    def test_nothing_is_left_in_the_files_of_sqlite(self, tmp_path: Path) -> None:
        """Neither in the file itself nor in its log, while servers go on using them."""
        store = Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}")
        furnish(store)
        store.remove_person(CHIEF.id, NOON, "Bình", "Nghỉ hưu")
        store.set_contact("bao", "", NOON, "Bình")
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        store.close()
        for personal in (CHIEF.name, CHIEF.email, signed_in(CHIEF).subject, "toa-soan@bao.example"):
            assert personal.encode() not in left
        assert WRITER.email.encode() in left

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

    def test_a_refusal_names_what_is_lacking(self) -> None:
        """Of a right that one has for one's own agencies: that it is needed for all."""
        paper = Person("x", roles=frozenset({AGENCY}), agencies=("bao",))
        refusals: list[tuple[Callable[[], object], str]] = [
            (lambda: paper.require(Right.DECIDE), "accept, return and reopen reports)"),
            (lambda: paper.require(Right.SEND, ["dai"]), "send reports, of all agencies)"),
            (
                lambda: Needed(Right.FIGURES, whole=True).require(paper),
                "what agencies have reported, of all agencies)",
            ),
        ]
        for ask, said in refusals:
            with refused("not-allowed") as caught:
                ask()
            assert said in error_text(caught.value, language("en"))

    def test_who_has_no_role_may_nothing(self) -> None:
        """A removed person has none."""
        assert not any(Person("x").may(right) for right in Right)

    def test_an_agency_has_nothing_whole_but_the_results(self) -> None:
        """Of every other right it only has what is its own."""
        whole = {right for right, reach in RIGHTS[AGENCY].items() if reach is Reach.ALL}
        assert whole == {Right.RESULTS}
