"""Who may what, on a desk where every agency's figures and words are unmistakable."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from amending import amend
from bureau import BAO, DAI, ESTIMATE, FINAL, HERE, MERGED, VAN_NGHE, WORD, YES, Bureau
from openpyxl import Workbook

from tbdx.access import Person, Role
from tbdx.model import CheckedFile
from tbdx.plan import Plan
from tbdx.register import change_of
from tbdx.service import Service, View
from tbdx.store import Store

ANALYST, AGENCY, READER, ADMINISTRATOR = Role
OWN, OTHER = VAN_NGHE, DAI
"""The agency of the agency's person, and another one with the same history."""
NOW = datetime(2026, 2, 20, 8, 0, tzinfo=HERE)
CLOSED = 2023
SHARED = "tong-hop-2026.xlsx"
"""A consolidated file with reports of `OWN` and `MERGED`."""

PEOPLE = {
    ANALYST: Person("cv01", "Chuyên viên", roles=frozenset({ANALYST})),
    AGENCY: Person("tc01", "Tạp chí", roles=frozenset({AGENCY}), agencies=(OWN,)),
    READER: Person("ld01", "Lãnh đạo", roles=frozenset({READER})),
    ADMINISTRATOR: Person("qt01", "Quản trị", roles=frozenset({ADMINISTRATOR})),
}

_NUMBER = {OWN: 31, BAO: 47, DAI: 59, MERGED: 83}
_WORD = {OWN: "kiwi", BAO: "vải", DAI: "nhãn", MERGED: "chôm chôm"}


def marks(agency: str) -> list[str]:
    """What stands in this agency's reports and nowhere else: words, and figures without separators."""
    number = _NUMBER[agency]
    return [
        _WORD[agency],
        f"{number}7413",  # revenue; the last digits differ by year
        f"{number}2291",  # base revenue
        f"{number}883",  # people
        f"{number}559",  # of them trained
    ]


def others(own: Iterable[str] = (OWN,)) -> list[str]:
    """What stands in the reports of all agencies but these."""
    return [mark for agency in _NUMBER if agency not in own for mark in marks(agency)]


def answers(agency: str, year: int, **changes: Any) -> dict[str, Any]:
    """An agency's report of a year, by which it is recognised."""
    number = _NUMBER[agency]
    return {
        "on_digital_platforms": YES,
        "uses_data_analytics": YES,
        "uses_ai": YES,
        "converged_newsroom": YES,
        "digital_transformation": YES,
        "revenue_2022_million_vnd": number * 10_000.0 + 2291,
        "revenue_million_vnd": (number * 10_000 + 7413) * 10.0 + year % 10,
        "staff_count": number * 1000.0 + 883,
        "trained_count": number * 1000.0 + 559,
        "security_level": 3.0,
        "task_01": "done",
        "task_01_result": f"kết quả {_WORD[agency]}",
        "difficulties": f"khó khăn {_WORD[agency]}",
        **changes,
    }


@dataclass(frozen=True)
class Known:
    """One agency's submissions by what became of them, and files to send.

    first, last  accepted versions of 2024, of which the last counts
    waiting      final figures of 2024, a later version
    returned     final figures of 2023
    erratum      the number of a correction
    """

    agency: str
    first: int
    last: int
    waiting: int
    returned: int
    erratum: int


@dataclass
class House:
    """A furnished desk, whose use cases each role may be given."""

    bureau: Bureau
    known: dict[str, Known]

    @property
    def service(self) -> Service:
        return self.bureau.service

    @property
    def store(self) -> Store:
        return self.bureau.service._desk.store

    def acting(self, role: Role) -> Service:
        """The use cases as somebody of this role has them."""
        return self.service.acting(PEOPLE[role])

    def file(self, agency: str, year: int = 2024, name: str = "moi.xlsx") -> CheckedFile:
        """A new report of an agency, as checking reads it."""
        content = self.bureau.form(agency, year, FINAL, **answers(agency, year, uses_ai=None))
        return self.bureau.read(content, name)

    @property
    def state(self) -> tuple[int, int]:
        """How much was ever changed or told: the revision, and the entries of the record."""
        return self.store.revision(), self.store.verify().entries


def furnish(bureau: Bureau) -> House:
    """Reports of three years by four agencies, in every state, and everything that can be taken back."""
    bureau.now = NOW
    known = {agency: _history(bureau, agency) for agency in (OWN, OTHER)}
    for year in (2023, 2024):
        bureau.send(BAO, year, ESTIMATE, name=f"{_WORD[BAO]}.xlsx", **answers(BAO, year))
    for agency in (MERGED, OWN):
        name = f"{_WORD[agency]}.xlsx"
        bureau.send(agency, 2025, ESTIMATE, name=name, **answers(agency, 2025))
    for agency in (OWN, OTHER, MERGED):
        bureau.office.set_contact(agency, f"{agency}@coquan.example")
    amend(bureau.service, {(2, 2028): 0.5}, "45/KH-UBND", 2028)
    bureau.office.change_register(_renaming(bureau.service.plan))
    bureau.office.close_year(CLOSED, WORD)
    bureau.reviewing.declare_nil(OWN, 2027, ESTIMATE, WORD)
    for role in (ADMINISTRATOR, ANALYST, AGENCY, READER):  # the first one is an administrator
        person = PEOPLE[role]
        bureau.service.people.add(person.id, person.name, "", person.roles, person.agencies)
    return House(bureau, known)


def _history(bureau: Bureau, agency: str) -> Known:
    name = f"{_WORD[agency]}.xlsx"
    returned = bureau.send(agency, 2023, FINAL, accept=False, name=name, **answers(agency, 2023))
    bureau.reviewing.return_([returned], f"xem lại {_WORD[agency]}")
    bureau.send(agency, 2023, ESTIMATE, name=name, **answers(agency, 2023))
    first = bureau.send(agency, 2024, ESTIMATE, name=name, **answers(agency, 2024, uses_ai=None))
    last = bureau.send(agency, 2024, FINAL, name=name, **answers(agency, 2024))
    waiting = bureau.send(
        agency, 2024, FINAL, accept=False, name=name, **answers(agency, 2024, security_level=2.0)
    )
    erratum = bureau.office.correct(
        agency, 2024, "difficulties", f"{_WORD[agency]}!", f"theo {_WORD[agency]}", "công văn 12"
    )
    return Known(agency, first, last, waiting, returned, erratum)


def _renaming(plan: Plan) -> Any:
    day = datetime(2027, 1, 1, tzinfo=HERE).date()
    names = {"name_vi": "Báo và Đài", "name_en": "Paper and Station"}
    return change_of(kind="renamed", agency=MERGED, date=day, source="QĐ 9", **names)


@contextmanager
def opened(plan: Plan, database: Path) -> Iterator[Bureau]:
    """A desk on the store in this file, used by "sở"."""
    store = Store.open(f"sqlite:///{database}")
    service = Service(plan, store, None, lambda: bureau.now, user="sở")
    bureau = Bureau(service)
    bureau.now = NOW
    try:
        yield bureau
    finally:
        service.close()


def shared_table(plan: Plan, agencies: Iterable[str] = (OWN, MERGED), year: int = 2026) -> bytes:
    """The consolidated table as the Department sends it: a line for each agency."""
    book = Workbook()
    sheet: Any = book.active
    heads = [q.heads[0].format(base_year=plan.years.base) for q in plan.form.field]
    sheet.append(["STT", "Cơ quan báo chí", "Năm", "Loại số liệu", *heads])
    day = plan.due.last_day(year)
    for place, agency in enumerate(agencies, start=1):
        values = answers(agency, year, trained_count=None)
        shown = [values[question.name] for question in plan.form.field]
        row = [plan.form.answer_label(v) if isinstance(v, Enum) else v for v in shown]
        sheet.append([place, plan.agency(agency).name("vi", day), year, "Ước thực hiện", *row])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- what somebody was told -----------------------------------------------------------------------


def told(value: object) -> str:
    """All that there is in what a use case gave, as text: frames, files' bytes, public attributes."""
    return "\n".join(_parts(value, set()))


def found(value: object, wanted: Iterable[str]) -> list[str]:
    """What of this stands in a value; figures however they are written."""
    text = value if isinstance(value, str) else told(value)
    plain = text.translate({ord(sign): None for sign in ".,\u00a0\u202f "})
    return [mark for mark in wanted if mark in (plain if mark.isdigit() else text)]


def _parts(value: object, seen: set[int]) -> Iterator[str]:
    if isinstance(value, Plan) or value is None or id(value) in seen:
        return  # the register and the definitions are everybody's
    if isinstance(value, pd.DataFrame):
        yield value.to_csv(float_format="%.3f")
    elif isinstance(value, bytes):
        yield from _inside(value)
    elif isinstance(value, float):
        yield f"{value:.3f}"
    else:
        yield str(value)
        for inner in _held(value, seen):
            yield from _parts(inner, seen)


def _held(value: object, seen: set[int]) -> list[object]:
    """What a collection or an object holds."""
    if isinstance(value, Mapping):
        return [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if is_dataclass(value):
        seen.add(id(value))
        return [getattr(value, name) for name in _public(value)]
    return []


def _public(value: Any) -> list[str]:
    """The attributes by which anybody may ask; of a view what is worked out as well."""
    names = [field.name for field in fields(value)]
    if isinstance(value, View):
        names += [name for name in dir(value) if not callable(getattr(type(value), name, None))]
    return sorted({name for name in names if not name.startswith("_")})


def _inside(content: bytes) -> Iterator[str]:
    """A file's bytes as text; of an archive, as a workbook is one, each of its parts."""
    if not zipfile.is_zipfile(BytesIO(content)):
        yield content.decode("utf-8", "replace")
        return
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name
            yield from _inside(archive.read(name))
