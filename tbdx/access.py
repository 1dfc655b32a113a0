"""Who may do what: people, their roles, and the rights that a role gives.

A use case of `tbdx.service` names the right that it needs; a person has the
rights of all roles together. Where an agency's people have a right, it reaches
only as far as their own agencies: `Reach.OWN`. docs/roles.md shows the table.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, Self, TypeVar

from tbdx.model import TbdxError

P = ParamSpec("P")
T = TypeVar("T")
G = TypeVar("G", bound="Guarded")

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class Role(StrEnum):
    """What somebody is to the product; one person may have several roles."""

    ANALYST = "analyst"
    AGENCY = "agency"
    READER = "reader"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What a use case needs."""

    RESULTS = "results"  # the province's results, the plan and its register
    FIGURES = "figures"  # what agencies have reported, and their own verdicts
    ROUNDS = "rounds"  # who has sent what and when, versions and their differences
    FILES = "files"  # filed workbooks, annotated copies, receipts
    SEND = "send"  # blank forms, checking, sending for review
    DECIDE = "decide"  # accept, return, reopen, choose, state that there is nothing to report
    EXPORT = "export"  # take tables, reports and pictures out
    OFFICE = "office"  # years, register, plan versions, corrections, addresses, reminders
    RECORD = "record"  # look things up in the record, and verify it
    PEOPLE = "people"  # who may sign in, and with which roles
    KEEP = "keep"  # backups, restoring, moving the store


class Reach(StrEnum):
    """How far a right reaches."""

    ALL = "all"
    OWN = "own"  # the person's own agencies


RIGHTS: dict[Role, dict[Right, Reach]] = {
    Role.ANALYST: {
        right: Reach.ALL
        for right in Right
        if right not in (Right.PEOPLE, Right.KEEP)  # who decides on figures appoints nobody
    },
    Role.AGENCY: {
        Right.RESULTS: Reach.ALL,
        Right.FIGURES: Reach.OWN,
        Right.ROUNDS: Reach.OWN,
        Right.FILES: Reach.OWN,
        Right.SEND: Reach.OWN,
        Right.EXPORT: Reach.OWN,
    },
    Role.READER: dict.fromkeys(
        (Right.RESULTS, Right.FIGURES, Right.ROUNDS, Right.EXPORT), Reach.ALL
    ),
    Role.ADMINISTRATOR: dict.fromkeys(
        (
            *(Right.RESULTS, Right.FIGURES, Right.ROUNDS, Right.EXPORT),
            *(Right.RECORD, Right.PEOPLE, Right.KEEP),
        ),
        Reach.ALL,
    ),
}
"""What each role gives, and how far it reaches; what is not there is not given."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an identity provider says of somebody who has signed in, in its ID token.

    email  in lower case where it is plain ASCII; any other is as the token has it, and
           finds nobody: folded, it could become the address of somebody else
    issued_at, expires_at  those of the token
    """

    issuer: str
    subject: str
    email: str
    email_verified: bool
    issued_at: datetime
    expires_at: datetime

    @property
    def token(self) -> str:
        """This sign-in's hash: the same in every tab and on every server, and telling nothing."""
        moments = (self.issued_at, self.expires_at)
        said = [self.issuer, self.subject, *(at.astimezone(UTC).isoformat() for at in moments)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may use the product, as an administrator has entered them.

    id        how the record calls them, for ever; lower case, 2 to 40 of a-z 0-9 . _ -
    name      how pages greet them; "" once removed, as the address is
    email     the address by which they are known at their first sign-in
    bound     whether that has happened: since then their account itself counts
    roles     none once removed
    agencies  whose reports are their own; ids of the register
    """

    id: str
    name: str = ""
    email: str = ""
    bound: bool = False
    roles: frozenset[Role] = frozenset()
    agencies: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether this is the one user of a machine on which nobody signs in."""
        return not self.id

    def may(self, right: Right) -> bool:
        """Whether the person has a right, however far it reaches."""
        return self.everyone or any(right in RIGHTS[role] for role in self.roles)

    def scope(self, right: Right) -> frozenset[str] | None:
        """The agencies that a right reaches; None for all. Raises TbdxError: not-allowed."""
        if not self.may(right):
            raise TbdxError("not-allowed", needed=Needed(right), person=self.id)
        if self.everyone or any(RIGHTS[role].get(right) is Reach.ALL for role in self.roles):
            return None
        return frozenset(self.agencies)

    def require(self, right: Right, agencies: Iterable[str] = ()) -> None:
        """Refuse who has no such right, or not for these agencies. Raises TbdxError: not-allowed."""
        scope = self.scope(right)
        if scope is not None and not scope.issuperset(agencies):
            raise TbdxError("not-allowed", needed=Needed(right, whole=True), person=self.id)


EVERYONE = Person("")
"""The one user of a machine on which nobody signs in: every right."""


def require_id(text: str) -> str:
    """A person's id as it may be entered. Raises TbdxError: person-id-not-possible."""
    if not _ID.fullmatch(text):
        raise TbdxError("person-id-not-possible", found=text)
    return text


@dataclass(frozen=True, slots=True)
class Needed:
    """What a use case needs: a right, and whether it must reach all agencies."""

    right: Right
    whole: bool = False

    def allows(self, person: Person) -> bool:
        """Whether a person gets anywhere with the use case."""
        return person.may(self.right) and not (self.whole and person.scope(self.right) is not None)

    def require(self, person: Person) -> None:
        """Refuse who gets nowhere with it. Raises TbdxError: not-allowed."""
        if not self.allows(person):
            raise TbdxError("not-allowed", needed=self, person=person.id)

    def given_to(self, role: Role) -> Reach | None:
        """How far somebody of a role gets with the use case; None where not at all."""
        reach = RIGHTS[role].get(self.right)
        return None if self.whole and reach is Reach.OWN else reach


class Guarded:
    """Use cases that one person asks for; made for `EVERYONE` unless `acting` says for whom."""

    person: Person = EVERYONE

    def acting(self, person: Person) -> Self:
        """The same use cases, asked for by this person."""
        other = copy(self)
        other.person = person
        return other


def needs(
    right: Right, *, whole: bool = False
) -> Callable[[Callable[Concatenate[G, P], T]], Callable[Concatenate[G, P], T]]:
    """Marks a use case with the right that it needs; without it, `not-allowed` is raised.

    How far the right reaches is for the use case itself to see to; with `whole` it must
    reach all agencies.
    """

    needed = Needed(right, whole)

    def guard(use_case: Callable[Concatenate[G, P], T]) -> Callable[Concatenate[G, P], T]:
        @wraps(use_case)
        def guarded(self: G, /, *args: P.args, **kwargs: P.kwargs) -> T:
            needed.require(self.person)
            return use_case(self, *args, **kwargs)

        guarded.needed = needed  # type: ignore[attr-defined]  # for `needed_by`
        return guarded

    return guard


def needed_by(use_case: object) -> Needed | None:
    """What a method or property is marked with; None where it needs nothing."""
    marked = use_case.fget if isinstance(use_case, property) else use_case
    return getattr(marked, "needed", None)
