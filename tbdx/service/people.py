"""Who may come in, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tbdx.access import Claims, Person, Right, Role, needs, require_id
from tbdx.model import TbdxError
from tbdx.service.desk import Desk, UseCases, require_reason
from tbdx.service.office import require_address
from tbdx.words import clean

_MOST_KNOWN = 4096


class People(UseCases):
    """The use cases around people and their roles. Safe to share between threads.

    Who came in is remembered, without name and address, for while the store is away:
    pages that still show the last figures show them to the same people, each until their
    sign-in expires. What another process has changed about them since they last came in
    is not known then.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: dict[str, Person] = {}  # by the hash of the sign-in; "" at this machine

    # --- coming in --------------------------------------------------------------------------

    def admitted(self, claims: Claims) -> Person:
        """The person who has signed in; at the first time, their account becomes known as theirs.

        Raises TbdxError: sign-in-expired, signed-out, not-admitted, address-not-verified.
        """
        if self._desk.now() >= claims.expires_at:
            raise TbdxError("sign-in-expired", found=claims.expires_at)
        return self._remembered(claims.token, lambda: self._found(claims))

    def _found(self, claims: Claims, *, again: bool = True) -> Person:
        store, now = self._desk.store, self._desk.now()
        person = store.person_of(claims)
        if person is not None and person.bound:
            return person
        if person is not None and not claims.email_verified:
            raise TbdxError("address-not-verified", found=claims.email)
        if person is not None and store.bind_person(person.id, claims, now):
            return replace(person, bound=True)
        if person is not None and again:  # just now it became another account's, or they another's
            return self._found(claims, again=False)
        raise TbdxError("not-admitted", found=claims.email or claims.subject)

    def sign_out(self, claims: Claims) -> None:
        """Let a sign-in count no longer, in any tab and on any server."""
        self._known.pop(claims.token, None)
        self._desk.store.end_session(claims, self._desk.now(), self._actor(None))

    def at_this_machine(self) -> Person:
        """The person whose id is the name of this machine's user; everyone while nobody is entered.

        Raises TbdxError: not-admitted-here.
        """
        store, user = self._desk.store, self._desk.user
        return self._remembered("", lambda: store.person_at_machine(user))

    def _remembered(self, key: str, look: Callable[[], Person]) -> Person:
        """Who it is by the store; while that is away, who it was when it was last asked."""
        try:
            person = look()
        except TbdxError as error:
            if error.code != "store-unavailable":
                self._known.pop(key, None)
            elif key in self._known:
                return self._known[key]
            raise
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = replace(person, name="", email="")
        return person

    # --- letting in -------------------------------------------------------------------------

    @needs(Right.PEOPLE)
    def all(self) -> list[Person]:
        """Everybody who may come in, by their ids."""
        return self._desk.store.people()

    @needs(Right.PEOPLE)
    def add(
        self,
        person_id: str,
        name: str,
        email: str,
        roles: Iterable[Role],
        agencies: Sequence[str] = (),
        *,
        by: str | None = None,
    ) -> Person:
        """Enter somebody; the first one must be an administrator.

        `email` is the address that the identity provider knows them by, or "" for
        somebody who only uses the command line.
        Raises TbdxError: person-id-not-possible, person-exists, address-not-possible,
        address-taken, role-needed, role-needs-agency, unknown-agency, last-administrator.
        """
        new = self._checked(Person(require_id(person_id)), name, email, roles, agencies)
        self._desk.store.add_person(new, self._desk.now(), self._actor(by))
        return new

    @needs(Right.PEOPLE)
    def change(
        self,
        person_id: str,
        name: str,
        email: str,
        roles: Iterable[Role],
        agencies: Sequence[str] = (),
        *,
        unbind: bool = False,
        was: Person | None = None,
        by: str | None = None,
    ) -> Person:
        """Give somebody another name, address, roles or agencies; it holds from their next step on.

        With `unbind`, or another address, whoever signs in next under that address is
        taken for them: for a new account at the provider. `was` is the person as whoever
        changes them has seen them; what they had then may stay, also an agency that the
        register does not have any more.
        Raises TbdxError: unknown-person, changed-meanwhile where they are not as `was` now,
        and as `add`.
        """
        changed = self._checked(was or Person(person_id), name, email, roles, agencies)
        store, now = self._desk.store, self._desk.now()
        store.change_person(changed, now, self._actor(by), unbind=unbind, was=was)
        self._forget(person_id)
        return changed

    @needs(Right.PEOPLE)
    def remove(self, person_id: str, reason: str, *, by: str | None = None) -> None:
        """Let somebody in no longer, and forget their name, address and account. The id is kept.

        Raises TbdxError: reason-needed, unknown-person, last-administrator.
        """
        reason = require_reason(reason)
        store, now = self._desk.store, self._desk.now()
        store.remove_person(person_id, now, self._actor(by), reason)
        self._forget(person_id)

    def _forget(self, person_id: str) -> None:
        for key, person in list(self._known.items()):
            if person.id == person_id:
                self._known.pop(key, None)

    def _checked(
        self, of: Person, name: str, email: str, roles: Iterable[Role], agencies: Sequence[str]
    ) -> Person:
        """A person with these words; each of them as it may be, or already is with `of`."""
        email, given = email.strip(), frozenset(roles)
        if not email.isascii():  # a look-alike; and in lower case it may be somebody else's
            raise TbdxError("address-not-possible", found=email)
        if email:
            require_address(email)
        if not given:
            raise TbdxError("role-needed", found=of.id)
        if (Role.AGENCY in given) != bool(agencies):
            raise TbdxError("role-needs-agency", found=", ".join(agencies))
        for agency in set(agencies).difference(of.agencies):
            self._desk.current.plan.agency(agency)
        own = tuple(dict.fromkeys(agencies))
        return Person(of.id, clean(name), email.lower(), roles=given, agencies=own)
