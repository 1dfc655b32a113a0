"""The register of agencies over time: what the plan's files say, and what has changed since.

A change is one event on one day: an agency opened, closed, took another name,
or several merged into one. The office enters them; they are kept in the store
beside the plan's files and can be withdrawn. After a merger the result is an
agency of its own, even where it keeps a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from tbdx.model import Fault, TbdxError
from tbdx.plan import Agency, AgencyName, Definition, Plan
from tbdx.plan_folder import fault_of
from tbdx.words import clean

Kind = Literal["opened", "closed", "renamed", "merged"]
_DAY = timedelta(days=1)

# A text without what cannot be seen, so that blanks are no name.
_Seen = Annotated[str, BeforeValidator(lambda text: clean(text) if isinstance(text, str) else text)]


class RegisterChange(Definition):
    """One event in the register; `date` is the first day on which it holds.

    opened   `agency` is the new id, with names, governing body and media types
    closed   `agency` no longer exists from `date` on
    renamed  `agency` bears `name_vi` / `name_en` from `date` on
    merged   `predecessors` end the day before; `agency` is the result's new id,
             whose governing body and media types, where left out, are those of
             its predecessors together
    """

    kind: Kind
    date: date
    agency: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    source: _Seen = Field(min_length=1)
    predecessors: tuple[str, ...] = ()
    name_vi: _Seen = ""
    name_en: _Seen = ""
    governing_body_vi: _Seen = ""
    governing_body_en: _Seen = ""
    media_types: tuple[str, ...] = ()
    e_press: Literal["yes", "no", ""] = ""


def read_change(text: str) -> RegisterChange:
    """A change from its JSON. Raises TbdxError: register-invalid."""
    try:
        return RegisterChange.model_validate_json(text)
    except ValidationError as error:
        raise TbdxError("register-invalid", faults=_faults(error)) from error


def change_of(**values: object) -> RegisterChange:
    """A change from its values. Raises TbdxError: register-invalid, with every fault."""
    try:
        return RegisterChange.model_validate(values)
    except ValidationError as error:
        raise TbdxError("register-invalid", faults=_faults(error)) from error


def _faults(error: ValidationError) -> list[Fault]:
    return [replace(fault_of(item), file="", at=()) for item in error.errors()]


def with_changes(plan: Plan, changes: Iterable[RegisterChange]) -> Plan:
    """The plan with its register changed, the earliest change first.

    Raises `TbdxError("register-invalid", faults)` with every fault.
    """
    ordered = sorted(changes, key=lambda change: change.date)
    if not ordered:
        return plan
    agencies = {agency.id: agency for agency in plan.agencies}
    faults: list[Fault] = []
    for change in ordered:
        faults += _APPLY[change.kind](agencies, change)
    text = "\n".join([plan.fingerprint, *(change.model_dump_json() for change in ordered)])
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:12]
    changed = plan.changed(agencies=tuple(agencies.values()), fingerprint=fingerprint)
    faults += [replace(fault, file="", at=()) for fault in changed.faults]
    if faults:
        raise TbdxError("register-invalid", faults=faults)
    return changed


def as_far_as_possible(
    plan: Plan, changes: Mapping[int, RegisterChange]
) -> tuple[Plan, dict[int, list[Fault]]]:
    """The plan with all these changes that can be, and the faults of the others by number.

    Of two that contradict each other the one entered first holds.
    """
    try:
        return with_changes(plan, changes.values()), {}
    except TbdxError:
        pass
    held: dict[int, RegisterChange] = {}
    faults: dict[int, list[Fault]] = {}
    changed, left, before = plan, dict(changes), -1
    while len(held) != before:  # one may rest on another that was entered later
        before = len(held)
        for number, change in list(left.items()):
            try:
                changed = with_changes(plan, [*held.values(), change])
            except TbdxError as error:
                faults[number] = list(error.fields["faults"])
            else:
                held[number] = left.pop(number)
                faults.pop(number, None)
    return changed, faults


def first_year(change: RegisterChange, plan: Plan) -> int:
    """The first reporting year in which a change makes a difference: by its due date."""
    year = change.date.year
    return year if change.date <= plan.due.last_day(year) else year + 1


def _open(agencies: dict[str, Agency], change: RegisterChange) -> list[Fault]:
    place = f"{change.agency} ({change.date:%d/%m/%Y})"
    faults = [
        Fault("change-lacks", subject=place, fields={"found": what})
        for what, value in (
            ("name_vi", change.name_vi),
            ("name_en", change.name_en),
            ("media_types", change.media_types),
        )
        if not value
    ]
    if change.agency in agencies:
        faults.append(Fault("id-taken", subject=place))
    if not faults:
        agencies[change.agency] = _agency(change)
    return faults


def _agency(change: RegisterChange, note: tuple[str, str] = ("", "")) -> Agency:
    return Agency(
        id=change.agency,
        name_vi=change.name_vi,
        name_en=change.name_en,
        short_name=change.name_vi,
        aliases="",
        governing_body_vi=change.governing_body_vi,
        governing_body_en=change.governing_body_en,
        media_types=";".join(change.media_types),
        e_press=change.e_press or "no",
        valid_from=change.date,
        valid_to=None,
        successor="",
        note_vi=note[0],
        note_en=note[1],
    )


def _close(agencies: dict[str, Agency], change: RegisterChange) -> list[Fault]:
    faults = _not_there(agencies, change, [change.agency])
    faults = faults or _ended(agencies, [change.agency])
    if not faults:
        end = {"valid_to": change.date - _DAY}
        agencies[change.agency] = agencies[change.agency].model_copy(update=end)
    return faults


def _rename(agencies: dict[str, Agency], change: RegisterChange) -> list[Fault]:
    faults = _not_there(agencies, change, [change.agency])
    if not (change.name_vi and change.name_en):
        faults.append(Fault("new-name-needed", subject=change.agency))
    if not faults:
        old = agencies[change.agency]
        name = AgencyName(
            start=change.date,
            name_vi=change.name_vi,
            name_en=change.name_en,
            governing_body_vi=change.governing_body_vi,
            governing_body_en=change.governing_body_en,
            source=change.source,
        )
        names = sorted((*old.renamed, name), key=lambda name: name.start)
        agencies[change.agency] = old.model_copy(update={"renamed": tuple(names)})
    return faults


def _merge(agencies: dict[str, Agency], change: RegisterChange) -> list[Fault]:
    faults = _not_there(agencies, change, change.predecessors)
    faults = faults or _ended(agencies, change.predecessors)
    if len(set(change.predecessors)) < 2:
        faults.append(Fault("merger-of-one", subject=change.agency))
    if change.agency in agencies:
        faults.append(Fault("merger-needs-id", subject=change.agency))
    if faults:
        return faults
    parts = [agencies[part] for part in change.predecessors]
    media = change.media_types or tuple(
        dict.fromkeys(kind for part in parts for kind in part.media_types)
    )
    whole = change.model_copy(
        update={
            "name_vi": change.name_vi or parts[0].name("vi"),
            "name_en": change.name_en or parts[0].name("en"),
            "governing_body_vi": change.governing_body_vi or parts[0].governing_body("vi"),
            "governing_body_en": change.governing_body_en or parts[0].governing_body("en"),
            "media_types": media,
            "e_press": change.e_press
            or ("yes" if any(part.e_press == "yes" for part in parts) else "no"),
        }
    )
    agencies[change.agency] = _agency(whole)
    end = {"valid_to": change.date - _DAY, "successor": change.agency}
    for part in parts:
        agencies[part.id] = part.model_copy(update=end)
    return faults


def _not_there(
    agencies: dict[str, Agency], change: RegisterChange, ids: Iterable[str]
) -> list[Fault]:
    """Agencies that are unknown, or do not exist on the day before the change."""
    faults = []
    for agency_id in ids:
        agency = agencies.get(agency_id)
        if agency is None:
            faults.append(Fault("agency-unknown", fields={"found": agency_id}))
        elif not agency.exists_on(change.date - _DAY) or (
            agency.valid_to is not None and agency.valid_to < change.date
        ):
            fields = {"date": change.date}
            faults.append(Fault("not-in-existence", subject=agency_id, fields=fields))
    return faults


def _ended(agencies: dict[str, Agency], ids: Iterable[str]) -> list[Fault]:
    """Agencies whose end is known already: on a later day, by the plan's files."""
    ends = {agency_id: agencies[agency_id].valid_to for agency_id in ids}
    return [
        Fault("ends-already", subject=agency_id, fields={"date": end})
        for agency_id, end in ends.items()
        if end
    ]


_APPLY: Mapping[Kind, Callable[[dict[str, Agency], RegisterChange], list[Fault]]] = {
    "opened": _open,
    "closed": _close,
    "renamed": _rename,
    "merged": _merge,
}


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """Something that happened to the register or the province, as it is told.

    kind       opened, closed, renamed, merged, or province
    agency     the agency that opened, closed, was renamed or came of a merger; "" for the province
    parts      the agencies that merged
    name       the new name in Vietnamese and in English, where there is one
    """

    date: date
    kind: Literal["opened", "closed", "renamed", "merged", "province"]
    agency: str
    parts: tuple[str, ...] = ()
    name: tuple[str, str] = ("", "")
    source: str = ""


def events(plan: Plan) -> list[RegisterEvent]:
    """Every change to the agencies that is known, and to the province since the plan, in order."""
    found: list[RegisterEvent] = []
    for agency in plan.agencies:
        parts = tuple(part.id for part in plan.predecessors(agency.id))
        if agency.valid_from:
            kind: Literal["merged", "opened"] = "merged" if parts else "opened"
            found.append(RegisterEvent(agency.valid_from, kind, agency.id, parts))
        if agency.valid_to and not agency.successor:
            found.append(RegisterEvent(agency.valid_to + _DAY, "closed", agency.id))
        found += [
            RegisterEvent(
                name.start, "renamed", agency.id, (), (name.name_vi, name.name_en), name.source
            )
            for name in agency.renamed
        ]
    found += [
        RegisterEvent(entry.start, "province", "", (), (entry.name.vi, entry.name.en))
        for entry in plan.province
        if entry.start > plan.decision.date
    ]
    return sorted(found, key=lambda event: (event.date, event.agency))
