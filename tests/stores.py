"""What the tests of the store share: reports, and files made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pandas as pd

from tbdx.access import Claims, Person, Role
from tbdx.model import (
    Action,
    Answer,
    CheckedFile,
    Finding,
    Phase,
    Receipt,
    ReportedField,
    ReviewState,
    Severity,
)
from tbdx.store import Store

NOON = datetime(2025, 12, 1, 12, 0, tzinfo=UTC)
ESTIMATE, FINAL = Phase.ESTIMATE, Phase.FINAL

CHIEF = Person(
    "cb01", "Chị Một", "mot@so.example", roles=frozenset({Role.ADMINISTRATOR, Role.ANALYST})
)
OTHER_CHIEF = Person("cb02", "Anh Hai", "hai@so.example", roles=frozenset({Role.ADMINISTRATOR}))
WRITER = Person(
    "bao-1", "Cô Ba", "ba@viet.example", roles=frozenset({Role.AGENCY}), agencies=("bao",)
)
"""People of a furnished store, made up: the chief has signed in, the others have not yet."""

Value = Answer | float | str | None


def fields(
    agency: str = "bao", year: int = 2025, phase: Phase = ESTIMATE, **values: Value
) -> tuple[ReportedField, ...]:
    """The fields of one report; without values, one answered question."""
    return tuple(
        ReportedField(agency, year, phase, name, value, "Biểu 1", f"D{row}")
        for row, (name, value) in enumerate((values or {"platforms": Answer.YES}).items(), 7)
    )


def checked(
    *fields: ReportedField, content: bytes, name: str = "a.xlsx", findings: tuple[Finding, ...] = ()
) -> CheckedFile:
    """A file that was read as `fields`."""
    return CheckedFile(name, content, hashlib.sha256(content).hexdigest(), fields, findings)


def receive(store: Store, files: list[CheckedFile], at: datetime, **options: Any) -> list[Receipt]:
    """Store files as Ann, who lets them count at once unless told otherwise."""
    return store.receive(files, at, "Ann", **options)


def in_use(store: Store) -> list[tuple[str, int, str, str, object]]:
    """The panel in short: agency, year, phase, field, and the value it has."""
    rows: list[Any] = list(store.panel().itertuples())
    return [
        (
            row.agency,
            row.year,
            row.phase,
            row.field,
            row.number if pd.notna(row.number) else row.text if pd.notna(row.text) else None,
        )
        for row in rows
    ]


def furnish(store: Store) -> None:
    """Fill a store with one of each thing that can be changed; all of it concerns 2025.

    Submissions: 1 and 2 bao's estimate, accepted, 2 counts; 3 dai's, waiting;
    4 tap-chi's, returned. The year 2020 is closed.
    """
    for number, agency in enumerate(("bao", "bao", "dai", "tap-chi"), 1):
        file = checked(
            *fields(agency, revenue=float(number), note="Đã có đề án"),
            content=b"%d" % number,
            name=f"{agency} {number}.xlsx",
            findings=(Finding("unusual-change", Severity.REMARK, "Biểu 1", "D7", "revenue"),),
        )
        receive(store, [file], NOON, accept=agency == "bao")
    store.decide([4], ReviewState.RETURNED, NOON, "Bình", reason="Thiếu biểu 2")
    store.declare_nil("tap-chi", 2025, FINAL, NOON, "Bình", "Tạm dừng xuất bản")
    store.close_year(2020, NOON, "Bình", "Đã báo cáo")
    store.adopt_plan(
        ("phụ lục.xlsx", b"plan"), "12/QĐ", date(2025, 3, 1), 2025, NOON, "Bình", "Sửa"
    )
    store.add_register_change('{"bao":"đổi tên"}', 2025, NOON, "Bình")
    store.add_erratum(("bao", 2025, "revenue"), (2.0, 2.5), "Gõ nhầm", "Công văn 5", NOON, "Bình")
    store.set_contact("bao", "toa-soan@bao.example", NOON, "Bình")
    for person in (CHIEF, OTHER_CHIEF, WRITER):
        enter(store, NOON, "Bình", person)
    store.bind_person(CHIEF.id, signed_in(CHIEF), NOON)


def enter(store: Store, at: datetime, by: str, person: Person) -> None:
    """Enter a person with the same salt each time, for stores that are compared with others."""
    with patch("secrets.token_hex", lambda size: "5a" * size):
        store.add_person(person, at, by)


def signed_in(person: Person, subject: str = "") -> Claims:
    """What the identity provider says of somebody who signs in at noon, for an hour."""
    account = subject or f"account of {person.id}"
    until = NOON + timedelta(hours=1)
    return Claims("https://id.example", account, person.email, True, NOON, until)


def close_2025(store: Store, at: datetime, by: str, reason: str) -> None:
    """Close the year of a furnished store, after returning what waits."""
    store.decide([3], ReviewState.RETURNED, at, by, reason="Thiếu")
    store.close_year(2025, at, by, reason)


_NEW_FILE = checked(*fields("dai", 2025, FINAL), content=b"new")
_KNOWN_FILE = checked(*fields("bao", 2025), content=b"2")
_NEXT_YEAR = checked(*fields("dai", 2026), content=b"next")
_ISSUED = date(2025, 6, 1)

Step = Callable[[Store, datetime, str], object]

CHANGES_OF_2025: dict[str, tuple[Step, set[Action]]] = {
    "receive and accept": (
        lambda s, at, by: s.receive([_NEW_FILE], at, by),
        {Action.RECEIVED, Action.ACCEPTED},
    ),
    "receive": (
        lambda s, at, by: s.receive([_NEXT_YEAR, _NEW_FILE], at, by, accept=False),
        {Action.RECEIVED},
    ),
    "receive again": (
        lambda s, at, by: s.receive([_KNOWN_FILE], at, by),
        {Action.RECEIVED_AGAIN},
    ),
    "accept": (
        lambda s, at, by: s.decide([3], ReviewState.ACCEPTED, at, by, confirmation="Đúng"),
        {Action.ACCEPTED},
    ),
    "return": (
        lambda s, at, by: s.decide([3], ReviewState.RETURNED, at, by, reason="Thiếu"),
        {Action.RETURNED},
    ),
    "reopen what was accepted": (
        lambda s, at, by: s.decide([2], ReviewState.WAITING, at, by, reason="Xem lại"),
        {Action.REOPENED},
    ),
    "reopen what was returned": (
        lambda s, at, by: s.decide([4], ReviewState.WAITING, at, by, reason="Xem lại"),
        {Action.REOPENED},
    ),
    "choose": (lambda s, at, by: s.choose(1, at, by, "Bản 2 sai"), {Action.CHOSEN}),
    "declare nil": (
        lambda s, at, by: s.declare_nil("dai", 2025, FINAL, at, by, "Không có"),
        {Action.NIL_DECLARED},
    ),
    "withdraw nil": (
        lambda s, at, by: s.withdraw_nil("tap-chi", 2025, FINAL, at, by, "Nhầm"),
        {Action.NIL_WITHDRAWN},
    ),
    "close": (
        lambda s, at, by: close_2025(s, at, by, "Xong"),
        {Action.RETURNED, Action.YEAR_CLOSED},
    ),
    "adopt a plan": (
        lambda s, at, by: s.adopt_plan(("b.xlsx", b"b"), "13/QĐ", _ISSUED, 2025, at, by, "Sửa"),
        {Action.PLAN_ADOPTED},
    ),
    "adopt a plan that begins earlier": (
        lambda s, at, by: s.adopt_plan(("b.xlsx", b"b"), "13/QĐ", _ISSUED, 2024, at, by, "Sửa"),
        {Action.PLAN_ADOPTED},
    ),
    "withdraw a plan": (
        lambda s, at, by: s.withdraw_plan(1, at, by, "Nhầm"),
        {Action.PLAN_WITHDRAWN},
    ),
    "change the register": (
        lambda s, at, by: s.add_register_change("{}", 2024, at, by),
        {Action.REGISTER_CHANGED},
    ),
    "withdraw a change to the register": (
        lambda s, at, by: s.withdraw_register_change(1, 2025, at, by, "Nhầm"),
        {Action.REGISTER_CHANGE_WITHDRAWN},
    ),
    "add an erratum": (
        lambda s, at, by: s.add_erratum(("dai", 2025, "it"), (None, Answer.NO), "R", "S", at, by),
        {Action.ERRATUM_ADDED},
    ),
    "withdraw an erratum": (
        lambda s, at, by: s.withdraw_erratum(1, at, by, "Nhầm"),
        {Action.ERRATUM_WITHDRAWN},
    ),
}
"""Every change of a furnished store that a closed 2025 refuses, and what the record tells of it."""

OTHER_CHANGES: dict[str, tuple[Step, set[Action]]] = {
    "receive another year": (
        lambda s, at, by: s.receive([_NEXT_YEAR], at, by),
        {Action.RECEIVED, Action.ACCEPTED},
    ),
    "adopt a plan that begins later": (
        lambda s, at, by: s.adopt_plan(("b.xlsx", b"b"), "13/QĐ", _ISSUED, 2026, at, by, "Sửa"),
        {Action.PLAN_ADOPTED},
    ),
    "change the register later": (
        lambda s, at, by: s.add_register_change("{}", 2026, at, by),
        {Action.REGISTER_CHANGED},
    ),
    "correct another year": (
        lambda s, at, by: s.add_erratum(("dai", 2026, "it"), (1.0, 2.0), "R", "S", at, by),
        {Action.ERRATUM_ADDED},
    ),
    "open": (lambda s, at, by: s.open_year(2020, at, by, "Sửa"), {Action.YEAR_OPENED}),
    "set a contact": (
        lambda s, at, by: s.set_contact("bao", "khac@bao.example", at, by),
        {Action.CONTACT_CHANGED},
    ),
    "forget a contact": (
        lambda s, at, by: s.set_contact("bao", "", at, by),
        {Action.CONTACT_CHANGED},
    ),
    "enter a person": (
        lambda s, at, by: enter(s, at, by, replace(WRITER, id="bao-2", email="")),
        {Action.PERSON_ADDED},
    ),
    "change a person": (
        lambda s, at, by: s.change_person(replace(WRITER, email="bon@viet.example"), at, by),
        {Action.PERSON_CHANGED},
    ),
    "remove a person": (
        lambda s, at, by: s.remove_person(CHIEF.id, at, by, "Nghỉ hưu"),
        {Action.PERSON_REMOVED},
    ),
    "sign out": (lambda s, at, by: s.end_session(signed_in(CHIEF), at, by), {Action.SIGNED_OUT}),
    "note": (
        lambda s, at, by: s.note(Action.EXPORTED, at, by, [{"subject": "export:panel", "rows": 3}]),
        {Action.EXPORTED},
    ),
}
"""Every change that a closed 2025 does not concern."""

CHANGES = {**CHANGES_OF_2025, **OTHER_CHANGES}
