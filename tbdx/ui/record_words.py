"""Entries of the record in words: what they are about, what was before and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from tbdx import messages, provenance, tables
from tbdx.i18n import N_, language
from tbdx.model import Answer, Entry, RecordFault, ReviewState, TbdxError, Verdict
from tbdx.register import read_change
from tbdx.ui import register_desk, widgets
from tbdx.ui.shell import Page

Content = Mapping[str, Any]

LABELS: dict[str, str] = {
    "state": N_("State"),
    "chosen": N_("Chosen by hand"),
    "ever_accepted": N_("Accepted at some time"),
    "agency": N_("Agency"),
    "year": N_("Year"),
    "phase": N_("Kind of figures"),
    "version": N_("Version"),
    "file_name": N_("File"),
    "verdict": N_("Result of the check"),
    "findings": N_("Kinds of findings"),
    "field": N_("Question"),
    "stated": N_("Stated"),
    "corrected": N_("Corrected"),
    "decision": N_("Decision"),
    "date": N_("Date of the decision"),
    "first_year": N_("First year"),
    "content": N_("Change"),
    "reason": N_("Reason"),
    "source": N_("Source"),
    "confirmation": N_("Word on the remarks"),
    "withdrawn_because": N_("Reason for ending it"),
    "withdrawn_at": N_("Withdrawn at"),
    "received_at": N_("Received at"),
    "sent_by": N_("Sent by"),
    "decided_at": N_("Decided at"),
    "decided_by": N_("Decided by"),
    "at": N_("Entered at"),
    "actor": N_("Entered by"),
    "drafts": N_("Draft"),
    "how": N_("How"),
    "rows": N_("Rows"),
    "file_type": N_("File type"),
    "language": N_("Language of the document"),
    "files": N_("Files"),
    "indicator": N_("Indicator"),
    "series": N_("Compared with"),
    "scenario": N_("Code of the scenario"),
    "search": N_("Search"),
    "actions": N_("Kinds of entries"),
    "since": N_("Since"),
    "filters": N_("Filters"),
    "years": N_("Years"),
    "indicators": N_("Indicators"),
    "agencies": N_("Agencies"),
    "statuses": N_("Statuses"),
    "phases": N_("Kinds of figures"),
    "basis": N_("Basis of the figures"),
    "structure": N_("Agency structure"),
    "figures": N_("Figures"),
    "targets": N_("Targets"),
    "sample": N_("Illustrative figures"),
    "revision": N_("Data revision"),
    "document": N_("Hash of the file"),
    "answers": N_("Hash of the answers"),
    "email_sha256": N_("Hash of the address"),
    "receipt": N_("Receipt number"),
    "remarks": N_("Hash of the remarks"),
    "id": N_("Number"),
    "sha256": N_("Hash of the file"),
    "made_at": N_("Backup made at"),
    "product": N_("Version of the program"),
    "schema": N_("Schema of the tables"),
    "entries": N_("Entries of the record"),
    "head": N_("Code of the newest entry"),
    "from": N_("From"),
    "to": N_("To"),
    "roles": N_("Roles"),
    "account_sha256": N_("Hash of name, address and account"),
    "removed_at": N_("Removed at"),
}
"""What the parts of an entry's content are called."""

_IN_SHORT = (
    *(
        "roles",
        "state",
        "chosen",
        "stated",
        "corrected",
        "decision",
        "first_year",
        "file_name",
        "verdict",
    ),
    *("drafts", "rows", "reason", "confirmation", "withdrawn_because"),
)
"""Which of them a line of the table has room for; the others stand in the details."""


_SAID_BY_SUBJECT = {"file": ("file_name",), "plan": ("decision",)}


def contents(entry: Entry) -> tuple[Content, Content]:
    """What an entry keeps of before and after; empty where there was or is nothing."""
    before, after = (json.loads(text) if text else {} for text in (entry.before, entry.after))
    return before, after


def subject_text(page: Page, entry: Entry) -> str:
    """What an entry is about, in words."""
    word, _, rest = entry.subject.partition(":")
    before, after = contents(entry)
    say = _SUBJECTS.get(word)
    return say(page, rest, {**before, **after}) if say else rest


def _report(page: Page, number: str, content: Content) -> str:
    parts = [agency_text(page, content.get("agency", "")), str(content.get("year", ""))]
    parts += [value_text(page, "phase", content["phase"])] if "phase" in content else []
    if "version" in content:
        parts.append(page.text("version {number}", number=content["version"]))
    return ", ".join(part for part in parts if part) or number


def _place(page: Page, rest: str, content: Content) -> str:
    """An agency, a year and perhaps a phase, as in "bao-thai-binh/2024/estimate"."""
    agency, *others = rest.split("/")
    words = [value_text(page, "phase", other) for other in others]
    return ", ".join([agency_text(page, agency), *words])


def _figure(page: Page, number: str, content: Content) -> str:
    if "field" not in content:
        return number
    label = messages.field_label(content["field"], page.language, page.plan)
    return f"{agency_text(page, content['agency'])}, {content['year']}, {label}"


_TAKEN: dict[str, str] = {
    "original": N_("File as received"),
    "annotated": N_("Copy with the remarks marked"),
    "return-notice": N_("E-mail that tells of the return"),
}
"""The files of one submission that are told of when they are taken out."""

_EXPORTS: dict[str, str] = {
    "record": N_("the record"),
    "backup": N_("a backup of the store"),
    "store": N_("the store, to another database"),
    "open-data": N_("Open data"),
    "pack": N_("Excel workbook"),
    "report/province": N_("The province's report"),
    "report/agency": N_("An agency's report"),
    "report/agencies": N_("Agencies' reports"),
    "chart": N_("Chart"),
    **{f"table/{name}": title for name, title in tables.TABLES.items()},
}
"""What else can be taken out, by its name or the first part of it."""

_ABOUT = ("indicator", "series", "agency", "year")
"""What tells one such file from others of its kind."""


_FILLED: dict[str, str] = {
    "backup": N_("the store, from a backup"),
    "moved": N_("the store, from another database"),
}


def _export(page: Page, what: str, content: Content) -> str:
    kind, _, number = what.partition("/")
    if kind in _TAKEN:
        return f"{page.text(_TAKEN[kind])}: {_report(page, number, content)}"
    title = _EXPORTS.get(what) or _EXPORTS.get(kind)
    if title is None:
        return what
    about = [value_text(page, name, content[name]) for name in _ABOUT if name in content]
    return f"{page.text(title)}: {', '.join(about)}" if about else page.text(title)


_SUBJECTS: dict[str, Callable[[Page, str, Content], str]] = {
    "submission": _report,
    "nil": _place,
    "reminder": _place,
    "return-notice": _place,
    "contact": _place,
    "year": lambda page, rest, _: page.text("year {year}", year=rest),
    "plan": lambda page, rest, content: str(content.get("decision", rest)),
    "register": lambda page, rest, content: value_text(page, "content", content.get("content")),
    "erratum": _figure,
    "file": lambda page, rest, content: str(content.get("file_name", rest)),
    "export": _export,
    "store": lambda page, rest, _: page.text(_FILLED[rest]) if rest in _FILLED else rest,
    "session": lambda page, rest, content: value_text(page, "how", content.get("how", rest)),
    "person": lambda page, rest, _: page.text("person {id}", id=rest),
}


def agency_text(page: Page, agency: str) -> str:
    """An agency's name; the code of one that is no longer in the register."""
    return tables.agency_label(page.view, agency, page.language)


def short_text(page: Page, entry: Entry) -> str:
    """What changed, in one line: "State: waiting → accepted; Reason: …"."""
    before, after = contents(entry)
    if "stated" in after and not before:
        values = [value_text(page, name, after[name]) for name in ("stated", "corrected")]
        return f"{' → '.join(values)}; {_labelled(page, 'reason', after.get('reason'))}"
    lines = []
    subject = entry.subject.partition(":")[0]
    for name in _IN_SHORT:
        old, new = before.get(name), after.get(name)
        if name in _SAID_BY_SUBJECT.get(subject, ()) or (name in before and old == new):
            continue
        if name == "withdrawn_because":
            lines += [_labelled(page, name, old)] if old else []
        elif before and after:
            if name in before:
                lines.append(_labelled(page, name, new, old))
        elif after and new not in (None, "", False) and name != "state":
            lines.append(_labelled(page, name, new))
    return "; ".join(line for line in lines if line)


def _labelled(page: Page, name: str, new: object, old: object = None) -> str:
    label, now = label_text(page, name), value_text(page, name, new)
    if old in (None, "", False):
        return f"{label}: {now}"
    return f"{label}: {value_text(page, name, old)} → {now}"


def label_text(page: Page, name: str) -> str:
    return page.text(LABELS[name]) if name in LABELS else name


def details(page: Page, entry: Entry) -> list[tuple[str, str, str]]:
    """Everything that an entry keeps: what, before, after.

    Of a change only what changed is kept of before; the rest was as it is after.
    """
    before, after = contents(entry)
    names = [name for name in LABELS if name in before or name in after]
    names += sorted((before.keys() | after.keys()) - set(names))
    numbered = not entry.subject.startswith("person:")
    return [
        (
            label_text(page, name) if numbered or name != "id" else page.text("Id"),
            value_text(page, name, before[name]) if name in before else "",
            value_text(page, name, after[name]) if name in after else "",
        )
        for name in names
    ]


def value_text(page: Page, name: str, value: Any) -> str:
    """One part of an entry's content in words; "–" for nothing."""
    if value is None or value == "":
        return "–"
    say = _VALUES.get(name)
    try:
        return say(page, value) if say else _plain(page, value)
    except (ValueError, TypeError, KeyError, TbdxError):
        return str(value)  # written by another version of the program


def _plain(page: Page, value: Any) -> str:
    if isinstance(value, bool):
        return page.text("yes") if value else page.text("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        parts = (
            f"{label_text(page, name)}: {value_text(page, name, value[name])}" for name in value
        )
        return "; ".join(parts) or "–"
    return str(value)


def _moment(page: Page, value: str) -> str:
    return page.language.moment(datetime.fromisoformat(value), page.plan.due.timezone)


def _figure_value(page: Page, text: str) -> str:
    value = json.loads(text)
    if isinstance(value, dict):
        value = Answer(value["answer"])
    return widgets.values_of(page, [value])[0]


def _phase(page: Page, value: str) -> str:
    phases = {phase.value: word for phase, word in messages.PHASES.items()}
    return page.text(phases[value]) if value in phases else value


def _each(words: Mapping[Any, str]) -> Callable[[Page, list[str]], str]:
    """Several codes in words."""
    known = {str(code): word for code, word in words.items()}
    return lambda page, codes: ", ".join(page.text(known[code]) for code in codes)


def _codes(value: str | list[str]) -> list[str]:
    """Several codes, which a row of the store keeps in one text."""
    return value.split(",") if isinstance(value, str) else value


_HOW = {"local": N_("on this machine"), "oidc": N_("by the identity provider")}
"""How a session began."""

_VALUES: dict[str, Callable[[Page, Any], str]] = {
    "state": lambda page, value: page.text(messages.REVIEW_STATES[ReviewState(value)]),
    "phase": _phase,
    "verdict": lambda page, value: page.text(messages.VERDICTS[Verdict(value)]),
    "agency": agency_text,
    "field": lambda page, value: messages.field_label(value, page.language, page.plan),
    "findings": lambda page, value: page.language.number(len(value)),
    "stated": _figure_value,
    "corrected": _figure_value,
    "date": lambda page, value: page.language.date(date.fromisoformat(value)),
    "content": lambda page, value: register_desk.event_text(
        page, register_desk.event_of(read_change(value)), plain=True
    ),
    "actions": _each(messages.ACTIONS),
    "phases": _each(messages.PHASES),
    "statuses": _each(messages.STATUSES),
    "agencies": lambda page, codes: ", ".join(agency_text(page, code) for code in _codes(codes)),
    "roles": lambda page, roles: _each(messages.ROLES)(page, _codes(roles)),
    "indicators": lambda page, codes: ", ".join(
        page.plan.indicator(code).short[page.language.code] for code in codes
    ),
    "indicator": lambda page, code: page.plan.indicator(code).short[page.language.code],
    "series": lambda page, value: page.text(messages.SERIES[value]),
    "language": lambda page, code: language(code).name,
    "structure": lambda page, value: page.text(provenance.STRUCTURES[value]),
    "figures": lambda page, value: page.text(provenance.FIGURES[value]),
    "targets": lambda page, value: page.text(provenance.TARGETS[value]),
    "how": lambda page, value: page.text(_HOW[value]) if value in _HOW else value,
    **dict.fromkeys(
        ("at", "since", "received_at", "decided_at", "withdrawn_at", "made_at", "removed_at"),
        _moment,
    ),
}


def fault_text(page: Page, fault: RecordFault) -> str:
    """Where the record or what it speaks of was changed by hand, in words."""
    word, _, rest = fault.place.partition(":")
    names = {
        "submission": N_("Submission {number}"),
        "nil": N_("The statement {number}"),
        "year": N_("The closing of {number}"),
        "plan": N_("Plan version {number}"),
        "register": N_("Register change {number}"),
        "erratum": N_("Correction {number}"),
        "contact": N_("The address of {number}"),
        "person": N_("The person {number}"),
    }
    if word in names and rest:
        said = _place(page, rest, {}) if word in ("nil", "contact") else rest
        fault = RecordFault(fault.code, page.text(names[word], number=said))
    return messages.record_fault_text(fault, page.language)
