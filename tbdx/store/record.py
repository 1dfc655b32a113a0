"""The record of everything that was done: added to, never changed, each entry bound to the last.

An entry's hash covers its own content and the hash of the entry before it, so
whoever alters one breaks the chain from there on. What an entry says of a row
("after") is the row as it then stood, so whoever alters a row by hand is found
out as well. Cutting entries off the end is found out with the hash of a later
entry from elsewhere: each receipt and each export carries one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from tbdx.model import Action, Entry, RecordFault, SetBack, TbdxError, Verification
from tbdx.store import tables
from tbdx.words import fold

START = "0" * 64
"""What the first entry has in place of an earlier hash."""

Content = Mapping[str, Any]


@dataclass(slots=True)
class Change:
    """One transaction that changes the store; it holds the write lock.

    Entries made with `record` are written when the change is committed.
    """

    connection: sa.Connection
    at: datetime
    actor: str
    revision: int  # as it is once this is committed, unless `figures` becomes false
    figures: bool = True  # whether it changes any
    told: bool = False  # whether there is anything to commit
    written: list[Entry] = field(default_factory=list)
    _entries: list[Entry] = field(default_factory=list)
    _last: tuple[int, str] | None = None

    @property
    def next_number(self) -> int:
        """The number that the next entry will have."""
        return self._newest()[0] + 1

    def _newest(self) -> tuple[int, str]:
        self._last = self._last or last_of(self.connection)
        return self._last

    def record(
        self,
        action: Action,
        subject: str,
        *,
        agency: str = "",
        year: int | None = None,
        before: Content | None = None,
        after: Content | None = None,
    ) -> Entry:
        """Add an entry to the record; `before` and `after` are the subject's content."""
        number, previous = self._newest()
        values = (
            *(number + 1, self.at.astimezone(UTC), self.actor, action),
            *(subject, agency, year, _text(before), _text(after), previous),
        )
        entry = Entry(*values, hash=hash_of(*values))
        self._last = (entry.number, entry.hash)
        self._entries.append(entry)
        self.told = True
        return entry

    def write(self) -> None:
        """Write the entries made so far."""
        if self._entries:
            self.connection.execute(sa.insert(tables.record), [_row(e) for e in self._entries])
            self.written += self._entries
            self._entries.clear()


def last_of(connection: sa.Connection) -> tuple[int, str]:
    """Number and hash of the last entry; (0, START) before the first."""
    columns = tables.record.c
    query = sa.select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return (row.number, row.hash) if row else (0, START)


def hash_of(*values: object) -> str:
    """The hash of an entry's content: everything but the hash itself, in the order of `Entry`."""
    plain = [
        value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for value in values
    ]
    return hashlib.sha256(_canonical(plain).encode()).hexdigest()


def digest_of(rows: Iterable[Iterable[object]]) -> str:
    """One hash over many rows, in their order."""
    return hashlib.sha256(_canonical([list(row) for row in rows]).encode()).hexdigest()


def _canonical(value: object) -> str:
    """JSON; of what JSON has no words for, put in by hand, the text that Python has for it."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr
    )


def _text(content: Content | None) -> str:
    return "" if content is None else _canonical(content)


def _row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def _entry(row: sa.Row[Any]) -> Entry:
    values = row._asdict()
    return Entry(**(values | {"action": Action(values["action"])}))


def entries(
    connection: sa.Connection,
    *,
    search: str = "",
    names: Mapping[Action, str] | None = None,
    actions: Iterable[Action] = (),
    agency: str = "",
    year: int | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """The entries that fit, the newest first; `search` is found whatever its diacritics.

    `names` are what the reader calls the kinds of entries; they are searched, too.
    """
    columns = tables.record.c
    query = sa.select(tables.record).order_by(columns.number.desc())
    if wanted := [action.value for action in actions]:
        query = query.where(columns.action.in_(wanted))
    if agency:
        query = query.where(columns.agency == agency)
    if year is not None:
        query = query.where(columns.year == year)
    if since is not None:
        query = query.where(columns.at >= since)
    words = _folded(search).split() if search.strip() else []
    if not words and limit is not None:
        query = query.limit(limit)
    with connection.execute(query.execution_options(yield_per=1000)) as rows:
        fitting = (e for e in map(_entry, rows) if _mentions(e, words, names or {}))
        return list(islice(fitting, limit))


def entry(connection: sa.Connection, number: int) -> Entry | None:
    """The entry with this number, if there is one."""
    query = sa.select(tables.record).where(tables.record.c.number == number)
    row = connection.execute(query).one_or_none()
    return _entry(row) if row else None


def _mentions(entry: Entry, words: Sequence[str], names: Mapping[Action, str]) -> bool:
    if not words:
        return True
    kind = f"{entry.action} {names.get(entry.action, '')}"
    parts = (entry.actor, kind, entry.subject, entry.agency, entry.before, entry.after)
    text = f"{entry.number} {_folded(' '.join(parts))}"
    return all(word in text for word in words)


def _folded(text: str) -> str:
    """The text for comparison, what stands in parentheses included: "báo cáo (2).xlsx"."""
    return fold.__wrapped__(text.translate(_NO_PARENTHESES))  # uncached: each is seen once


_NO_PARENTHESES = str.maketrans("()", "  ")


def verify(
    connection: sa.Connection,
    rows: Callable[[sa.Connection], Iterator[tuple[str, Content]]],
    head: str = "",
) -> Verification:
    """Go through the whole record, and compare what it says with what is stored.

    `rows` yields every recorded row as it now stands: its subject and content.
    `head` is the hash of an entry known from elsewhere (a receipt, an export).
    """
    faults: list[RecordFault] = []
    latest: dict[str, str] = {}
    number, previous, known = 0, START, False
    ordered = sa.select(tables.record).order_by(tables.record.c.number)
    for row in connection.execute(ordered.execution_options(yield_per=1000)):
        values = tuple(row)
        if row.number != number + 1:
            faults.append(RecordFault("entry-missing", str(number + 1)))
        elif row.previous != previous:
            faults.append(RecordFault("chain-broken", str(row.number)))
        if hash_of(*values[:-1]) != row.hash:
            faults.append(RecordFault("entry-changed", str(row.number)))
        number, previous = row.number, row.hash
        known = known or row.hash == head
        latest[str(row.subject)] = row.after
    if head and not known:
        faults.append(RecordFault("head-unknown", head))
    submissions = 0
    files: set[str] = set()
    for subject, content in rows(connection):
        submissions += subject.startswith("submission:")
        if document := content.get("document"):
            files.add(str(document))
        said = latest.pop(subject, None)
        if said is None:
            faults.append(RecordFault("row-unrecorded", subject))
        elif said != _text(content):
            faults.append(RecordFault("row-changed", subject))
    faults += [
        RecordFault("row-missing", subject)
        for subject, after in latest.items()
        if after and subject.partition(":")[0] in KEPT
    ]
    kept, changed = _check_documents(connection)
    faults += changed
    faults += [RecordFault("row-missing", f"document:{sha256}") for sha256 in sorted(files - kept)]
    counted = (number, len(kept), submissions)
    return Verification(*counted, previous, tuple(faults), tuple(_set_back(connection)))


def _set_back(connection: sa.Connection) -> Iterator[SetBack]:
    """Where an entry says an earlier time than the one before it."""
    columns = tables.record.c
    query = sa.select(columns.number, columns.at).order_by(columns.number)
    before: datetime | None = None
    for number, at in connection.execute(query.execution_options(yield_per=1000)):
        if at is not None and before is not None and at < before:
            yield SetBack(number, at, before)
        before = at or before


KEPT = ("submission", "nil", "year", "plan", "register", "erratum", "contact", "person")
"""Subjects that are rows of the store; others (files checked, exports) are only told of."""


def _check_documents(connection: sa.Connection) -> tuple[set[str], list[RecordFault]]:
    """The hashes of the files, and which files no longer are the bytes that theirs was made of."""
    columns, faults, kept = tables.document.c, [], set()
    content = sa.type_coerce(columns.content, sa.types.NullType())  # put in by hand, it may be text
    # A few at a time: a file has up to some 20 MB.
    query = sa.select(columns.sha256, content).execution_options(yield_per=4)
    for found, stored in connection.execute(query):
        sha256 = str(found)
        kept.add(sha256)
        whole = isinstance(stored, bytes | memoryview)
        if not whole or hashlib.sha256(stored).hexdigest() != sha256:
            faults.append(RecordFault("document-changed", sha256))
    return kept, faults


def require_zone(at: datetime) -> datetime:
    """`at` if it says its time zone; raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("the time of a change needs a time zone")
    return at


def require_actor(actor: str) -> str:
    """Who acts, if it says somebody; raises TbdxError: name-needed."""
    if not any(map(str.isalnum, actor)):
        raise TbdxError("name-needed", found=actor)
    return actor
