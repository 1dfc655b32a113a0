"""Who writes a report and to whom: from the plan's `[[letterhead]]`, and what that leaves out made.

Offices and provinces change their names. A letterhead bears those in force on the day by which the
year's report is due, whenever it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tbdx.i18n import N_, Language
from tbdx.plan import Agency, Plan
from tbdx.report.content import Letterhead
from tbdx.report.parts import committee

_REPORT = "BC"  # báo cáo, in the symbol of a document
_TO_BE_FILLED_IN = "…"
_RANK = re.compile(r"^(tỉnh|thành phố)\s+|\s+(province|city)$", re.IGNORECASE)
_NO_INITIAL = "và"


class Sender(NamedTuple):
    """Who writes, and to whom ("Kính gửi"); `department` is who gathers the reports.

    `note` is what the plan wants checked of this before a report is signed.
    """

    letterhead: Letterhead
    addressee: str
    department: str
    note: str


def province_letterhead(plan: Plan, year: int, words: Language) -> Sender:
    """Of the department's report on a year to the People's Committee."""
    day = (plan.consolidated or plan.due).last_day(year)
    given, code = plan.letterhead_on(day), words.code
    issuer = given.issuer[code] or _authority(plan, day, words)
    addressee = committee(plan, day, words)
    copies = (words.text(N_("As above")), words.text(N_("Filed: Office, …")))
    letterhead = Letterhead(
        superior=given.superior[code] or addressee,
        issuer=issuer,
        symbol=given.symbol or _symbol(given.issuer.vi or plan.name_on(plan.authority, day).vi),
        place=given.place[code] or _place(plan, day, words),
        signer=given.signer[code] or words.text(N_("Director")),
        copies=given.copies[code] or copies,
        kept=_places(plan, words),
    )
    return Sender(letterhead, given.addressee[code] or addressee, _line(issuer), given.note[code])


def agency_letterhead(plan: Plan, agency_id: str, year: int, words: Language) -> Sender:
    """Of an agency's own report on a year, which goes through the department to the committee.

    The symbol ends with what the agency is to fill in, unless the plan states one.
    Raises `TbdxError("unknown-agency")`.
    """
    agency, day = plan.agency(agency_id), plan.due.last_day(year)
    heads, code = plan.letterhead_on(day), words.code
    given = heads.agency
    department = _line(heads.issuer[code] or _authority(plan, day, words))
    through = words.text(
        "{committee} (through the {authority})",
        committee=committee(plan, day, words),
        authority=department,
    )
    superior = agency.governing_body(code, day)
    copies = (words.text(N_("As above")), superior, words.text(N_("Filed: Office, …")))
    letterhead = Letterhead(
        superior=superior,
        issuer=agency.name(code, day),
        symbol=given.symbol or f"{_REPORT}-{_TO_BE_FILLED_IN}",
        place=heads.place[code] or _place(plan, day, words),
        signer=_agency_signer(plan, agency, day, words),
        copies=given.copies[code] or tuple(filter(None, copies)),
        kept=_places(plan, words),
    )
    return Sender(letterhead, given.addressee[code] or through, department, heads.note[code])


def _agency_signer(plan: Plan, agency: Agency, day: date, words: Language) -> str:
    given = plan.letterhead_on(day).agency
    by_type = {kind.value: signer for kind, signer in given.signers.items()}
    signer = next((by_type[kind] for kind in agency.media_types if kind in by_type), given.signer)
    return signer[words.code] or words.text(N_("Head of the agency"))


def _authority(plan: Plan, day: date, words: Language) -> str:
    return plan.name_on(plan.authority, day)[words.code]


def _line(name: str) -> str:
    """A name as it stands in a sentence, without the line breaks of a letterhead."""
    return " ".join(name.split())


def _place(plan: Plan, day: date, words: Language) -> str:
    """The province's name without what kind of unit it is."""
    return _RANK.sub("", plan.name_on(plan.province, day)[words.code])


def _places(plan: Plan, words: Language) -> tuple[str, ...]:
    """Every name of the province in turn: agencies go on bearing the earlier ones."""
    return tuple(_RANK.sub("", dated.name[words.code]) for dated in plan.province)


def _symbol(issuer: str) -> str:
    """The kind of document and the initials of who issues it.

    >>> _symbol("Sở Văn hóa, Thể thao và Du lịch")
    'BC-SVHTTDL'
    """
    return f"{_REPORT}-{_initials(issuer.split())}"


def _initials(words: Iterable[str]) -> str:
    return "".join(word[0].upper() for word in words if word != _NO_INITIAL and word[0].isalpha())
