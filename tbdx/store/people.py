"""Who may sign in: rows of the tables `person` and `ended_session`.

A person's row is never deleted, so that an id is never given twice; removing
somebody wipes what is personal from it. The record holds the id, the roles and
a salted hash of the rest, which tells nothing once the salt is gone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tbdx.access import EVERYONE, Claims, Person, Role
from tbdx.model import TbdxError
from tbdx.store.tables import Moment, ended_session, person

_WIPED = {"name": "", "email": "", "issuer": "", "subject": "", "salt": "", "roles": ""}
_PERSONAL = ("name", "email", "issuer", "subject")


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """A person's row as the record keeps it: nothing personal but the id."""
    personal = json.dumps([row["salt"], *(row[name] for name in _PERSONAL)])
    removed = row["removed_at"]
    return {
        "id": row["id"],
        "roles": row["roles"],
        "agencies": row["agencies"],
        "account_sha256": hashlib.sha256(personal.encode()).hexdigest() if row["salt"] else "",
        "removed_at": removed and Moment.as_text(removed),
    }


def listed(connection: sa.Connection) -> list[Person]:
    """Everybody who was not removed, by their ids."""
    query = sa.select(person).where(person.c.removed_at.is_(None)).order_by(person.c.id)
    return [_person(row._asdict()) for row in connection.execute(query)]


def is_empty(connection: sa.Connection) -> bool:
    """Whether nobody was ever entered who is still there."""
    query = sa.select(sa.literal(1)).select_from(person).where(person.c.removed_at.is_(None))
    return connection.execute(query.limit(1)).first() is None


def named(connection: sa.Connection, person_id: str) -> Person | None:
    """The person with this id, unless removed."""
    row = connection.execute(_of(person_id)).one_or_none()
    return _person(row._asdict()) if row else None


def at_machine(connection: sa.Connection, user: str) -> Person:
    """The person whose id is the name of a machine's user; everyone while nobody is entered.

    Raises TbdxError: not-admitted-here.
    """
    found = named(connection, user)
    if found is None and not is_empty(connection):
        raise TbdxError("not-admitted-here", found=user)
    return found or EVERYONE


def signed_in(connection: sa.Connection, claims: Claims) -> Person | None:
    """Whose account this is, else who is expected under its address and has not signed in yet.

    Raises TbdxError: signed-out where this sign-in was ended.
    """
    if has_ended(connection, claims):
        raise TbdxError("signed-out")
    return _of_account(connection, claims) or _of_address(connection, claims.email)


def _of_account(connection: sa.Connection, claims: Claims) -> Person | None:
    query = sa.select(person).where(
        person.c.issuer == claims.issuer,
        person.c.subject == claims.subject,
        person.c.removed_at.is_(None),
    )
    row = connection.execute(query).one_or_none()
    return _person(row._asdict()) if row else None


def _of_address(connection: sa.Connection, email: str) -> Person | None:
    query = sa.select(person).where(
        person.c.email == email, person.c.subject == "", person.c.removed_at.is_(None)
    )
    row = connection.execute(query).one_or_none() if email else None
    return _person(row._asdict()) if row else None


def add(connection: sa.Connection, new: Person, at: datetime, actor: str) -> dict[str, Any]:
    """Enter somebody; the row.

    Raises TbdxError: person-exists (also for the id of somebody removed), address-taken,
    last-administrator where the first one is none.
    """
    taken = sa.select(person.c.id).where(person.c.id == new.id)
    if connection.execute(taken).first():
        raise TbdxError("person-exists", found=new.id)
    _require_free(connection, new)
    row = {
        **_values(new),
        "id": new.id,
        "issuer": "",
        "subject": "",
        "salt": secrets.token_hex(16),
        "added_at": at,
        "added_by": actor,
        "removed_at": None,
    }
    connection.execute(sa.insert(person), row)
    _require_administrator(connection)
    return row


def change(
    connection: sa.Connection, changed: Person, *, unbind: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give somebody another name, address, roles or agencies; the row before and after.

    With `unbind`, their next sign-in goes by the address again. So it does with another address.
    Raises TbdxError: unknown-person, address-taken, last-administrator.
    """
    old = _row(connection, changed.id)
    _require_free(connection, changed)
    new = old | _values(changed)
    if unbind or new["email"] != old["email"]:
        new |= {"issuer": "", "subject": ""}
    _update(connection, new)
    _require_administrator(connection, after=_person(old))
    return old, new


def bind(
    connection: sa.Connection, person_id: str, claims: Claims
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Let an account be a person's from now on; the row before and after.

    None where it is not they, or no longer, whom the sign-in finds and who has not signed in yet.
    Raises TbdxError: signed-out.
    """
    found = signed_in(connection, claims)
    if found is None or found.id != person_id or found.bound:
        return None
    old = _row(connection, person_id)
    new = old | {"issuer": claims.issuer, "subject": claims.subject}
    _update(connection, new)
    return old, new


def remove(
    connection: sa.Connection, person_id: str, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Forget somebody's name, address and account, and take all roles; the row before and after.

    Raises TbdxError: unknown-person, last-administrator.
    """
    old = _row(connection, person_id)
    new = old | _WIPED | {"removed_at": at}
    _update(connection, new)
    _require_administrator(connection, after=_person(old))
    return old, new


def end(connection: sa.Connection, claims: Claims, at: datetime) -> None:
    """Let a sign-in count no longer; those that have expired by now are forgotten."""
    connection.execute(sa.delete(ended_session).where(ended_session.c.expires_at < at))
    row = {"token": claims.token, "expires_at": claims.expires_at}
    connection.execute(sa.delete(ended_session).where(ended_session.c.token == row["token"]))
    connection.execute(sa.insert(ended_session), row)


def has_ended(connection: sa.Connection, claims: Claims) -> bool:
    """Whether a sign-in was ended before its time."""
    query = sa.select(sa.literal(1)).where(ended_session.c.token == claims.token)
    return connection.execute(query).first() is not None


def _of(person_id: str) -> sa.Select[Any]:
    return sa.select(person).where(person.c.id == person_id, person.c.removed_at.is_(None))


def _row(connection: sa.Connection, person_id: str) -> dict[str, Any]:
    row = connection.execute(_of(person_id)).one_or_none()
    if row is None:
        raise TbdxError("unknown-person", found=person_id)
    return row._asdict()


def _update(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    connection.execute(sa.update(person).where(person.c.id == row["id"]).values(row))


def _require_free(connection: sa.Connection, one: Person) -> None:
    query = sa.select(person.c.id).where(
        person.c.email == one.email, person.c.id != one.id, person.c.removed_at.is_(None)
    )
    other = connection.scalars(query).first() if one.email else None
    if other is not None:
        raise TbdxError("address-taken", found=one.email, person=other)


def _require_administrator(connection: sa.Connection, after: Person = EVERYONE) -> None:
    """Somebody must be left who can appoint others; who can sign in, where `after` could.

    Without an address one is an administrator at the server's command line only, as the daily
    backup is.
    """
    left = [one for one in listed(connection) if Role.ADMINISTRATOR in one.roles]
    signed_in = Role.ADMINISTRATOR in after.roles and bool(after.email)
    if not any(one.email or not signed_in for one in left):
        raise TbdxError("last-administrator")


def _values(one: Person) -> dict[str, str]:
    return {
        "name": one.name,
        "email": one.email,
        "roles": ",".join(role.value for role in Role if role in one.roles),
        "agencies": ",".join(one.agencies),
    }


def _person(row: Mapping[str, Any]) -> Person:
    known = Person(row["id"], row["name"], row["email"], bound=bool(row["subject"]))
    roles = frozenset(Role(role) for role in row["roles"].split(",") if role)
    return replace(known, roles=roles, agencies=tuple(filter(None, row["agencies"].split(","))))
