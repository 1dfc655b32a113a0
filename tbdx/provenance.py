"""What figures rest on, in words: the line under every title, the sheet beside every export."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from tbdx import messages
from tbdx.amendments import effective
from tbdx.i18n import N_, Language
from tbdx.model import Erratum, PlanVersion, TbdxError
from tbdx.plan import Plan
from tbdx.register import RegisterEvent
from tbdx.scenarios import Change
from tbdx.service import Basis, View

STRUCTURES: dict[str, str] = {
    "in_force_on_due_date": N_("agencies in existence on the due date"),
    "original": N_("agencies when the plan was issued"),
}
"""Who counts, by the value of the rule `structure`."""
STRUCTURE_NAMES: dict[str, str] = {
    "in_force_on_due_date": N_("structure in force"),
    "original": N_("original structure"),
}
FIGURES: dict[str, str] = {
    "in_use": N_("final; where there are none, estimates"),
    "estimate": N_("estimates only"),
    "final": N_("final figures only"),
}
TARGETS: dict[str, str] = {
    "in_force": N_("of the version in force"),
    "original": N_("as first issued"),
}

Fact = tuple[str, str]
"""One thing to know about a file: its head and what it says."""


@dataclass(frozen=True, slots=True)
class Taking:
    """When something is taken out, and the record's newest code once it was told of that.

    `at` has a time zone. `code` is what `Office.exported` gave back.
    """

    at: datetime
    code: str = ""


def told(view: View) -> dict[str, Any]:
    """What the record is told of the figures in anything that is taken out."""
    details = {
        "basis": {**asdict(view.basis), "structure": structure_of(view)},
        "revision": view.panel_revision,
        "sample": view.sample,
    }
    return details | ({"scenario": view.scenario.code} if view.scenario else {})


def facts(
    view: View,
    language: Language,
    taking: Taking,
    own: Sequence[Fact] = (),
    filters: Sequence[Fact] = (),
    whose: Collection[str] | None = None,
    *,
    reasons: bool = True,
) -> list[Fact]:
    """Where the figures of a file come from; it stands in everything that is taken out.

    `whose` are the agencies (ids) whose corrections and chosen versions a file of theirs tells
    of; None tells of all. Without `reasons` it says only how many corrections there are.

    That figures are illustrative, and what a scenario supposes, come first; then what the file
    says of itself (`own`), plan, revision, time, basis, amendments, corrections, the record's
    code, the filters, the rounding rule.
    """
    text, plan = language.text, view.plan
    decision = f"{plan.decision.number}, {language.date(plan.decision.date)}"
    sample = [(text("Note"), text("ILLUSTRATIVE FIGURES, not reported by any agency"))]
    code = [(text("Code of the record"), taking.code)]
    rounding = N_(
        "Shares of agencies are rounded half up to the printed decimals before they are compared with a target; growth and ratios of sums are compared unrounded."
    )
    return [
        *(sample if view.sample else []),
        *supposed(view, language),
        *own,
        (text("Plan"), f"{decision} ({plan.fingerprint})"),
        (text("Data revision"), str(view.panel_revision)),
        (text("Written at"), language.moment(taking.at, plan.due.timezone)),
        *rests_on(view, language, whose),
        *_amendments(view, language),
        *(_corrections(view, language, whose) if reasons else []),
        *(code if taking.code else []),
        *filters,
        (text("Rounding rule"), text(rounding)),
    ]


def marks(view: View, language: Language) -> list[str]:
    """What has to be seen on every page: that figures are illustrative, or supposed."""
    said = {
        N_("ILLUSTRATIVE FIGURES, not reported by any agency"): view.sample,
        N_("NOT DATA: a scenario, supposed and nowhere stored"): bool(view.scenario),
    }
    return [language.text(mark) for mark, holds in said.items() if holds]


def structure_of(view: View) -> str:
    """Who counts in this view: "in_force_on_due_date" or "original"."""
    return view.plan.rule_value("structure")


def rests_on(view: View, language: Language, whose: Collection[str] | None = None) -> list[Fact]:
    """What the view is computed on, each part with its head.

    Corrections and versions chosen by hand are told of only where there are some; `whose`
    narrows them to those of these agencies (ids).
    """
    text = language.text
    parts = [
        (text("Figures"), text(FIGURES[view.basis.figures])),
        (text("Agency structure"), text(STRUCTURES[structure_of(view)])),
        (text("Targets"), _targets(view, language)),
    ]
    if corrections := _told_of(view, whose):
        parts.append((text("Corrections in use"), language.number(len(corrections))))
    if chosen := chosen_text(view, language, agencies=whose):
        parts.append((text("Chosen by hand"), chosen))
    return parts


def _told_of(view: View, whose: Collection[str] | None) -> dict[int, Erratum]:
    """The corrections in use, of these agencies where that is asked, by number."""
    known = corrections_in_use(view)
    return {n: e for n, e in known.items() if whose is None or e.agency in whose}


def unusual(view: View, usual: Basis, language: Language) -> list[str]:
    """In what the view's basis is not the usual one, e.g. "Figures: estimates only"."""
    parts = (
        (N_("Figures"), view.basis.figures, usual.figures, FIGURES),
        (N_("Agency structure"), structure_of(view), usual.structure, STRUCTURES),
        (N_("Targets"), view.basis.targets, usual.targets, TARGETS),
    )
    return [
        f"{language.text(head)}: {language.text(words[own])}"
        for head, own, default, words in parts
        if own != default
    ]


def _targets(view: View, language: Language) -> str:
    number = view.plan.decision.number
    if view.basis.targets == "original":
        return language.text("plan {number} as first issued", number=number)
    versions = [
        language.text(
            "{decision} from {year} on", decision=version.decision, year=version.first_year
        )
        for version in view.amendments
    ]
    return "; ".join([language.text("plan {number}", number=number), *versions])


def version_state(
    version: PlanVersion, versions: Iterable[PlanVersion], plan: Plan, language: Language
) -> str:
    """How a version of the plan stands among them all: in force, replaced, or withdrawn when."""
    if version.withdrawn_at:
        moment = language.moment(version.withdrawn_at, plan.due.timezone)
        return language.text("withdrawn {moment}", moment=moment)
    if version in effective(versions):
        return language.text("in force")
    return language.text("replaced by a later one of the same first year")


def chosen_text(
    view: View,
    language: Language,
    year: int | None = None,
    agencies: Collection[str] | None = None,
) -> str:
    """The reports (of a year, of agencies) whose version in use was chosen by hand, or ""."""
    return "; ".join(
        f"{agency_label(view, own_agency, language, own_year)}, {own_year}"
        for own_agency, own_year in view.chosen
        if year in (None, own_year) and (agencies is None or own_agency in agencies)
    )


def agency_label(view: View, agency_id: str, language: Language, year: int | None = None) -> str:
    """An agency's name, with its dates where another agency bears the same name.

    Where a year is given it is the name in force on that year's due date. Of one that is no longer in the register it is the id.
    """
    try:
        agency = view.plan.agency(agency_id)
    except TbdxError:
        return agency_id
    day = None if year is None else view.plan.due.last_day(year)
    name = agency.name(language.code, day)
    if view.plan.namesakes(name, language.code, day) == 1:
        return name
    if agency.valid_from:
        return language.text(
            "{name} (from {date})", name=name, date=language.date(agency.valid_from)
        )
    if agency.valid_to:
        until = language.date(agency.valid_to)
        return language.text("{name} (until {date})", name=name, date=until)
    return name


def by_name(view: View, agencies: Iterable[str], language: Language) -> list[str]:
    """Agencies (ids) in the alphabetical order of the names under which they stand."""

    def key(agency: str) -> tuple[str, str]:
        return language.sort_key(agency_label(view, agency, language)), agency

    return sorted(agencies, key=key)


def _amendments(view: View, language: Language) -> list[Fact]:
    """What changed the plan, each document in its line."""
    text = language.text
    return [
        (
            text("Amendment"),
            text(
                "{decision} of {date}, from {year} on",
                decision=version.decision,
                date=language.date(version.date),
                year=version.first_year,
            ),
        )
        for version in view.amendments
    ]


def _corrections(view: View, language: Language, whose: Collection[str] | None) -> list[Fact]:
    """What changed a filed figure, each correction with its reason."""
    return [
        (
            language.text("Correction {number}", number=number),
            correction_text(view, erratum, language),
        )
        for number, erratum in _told_of(view, whose).items()
    ]


def event_text(view: View, event: RegisterEvent, language: Language) -> str:
    """What happened to an agency or the province, without its date and source."""
    text = language.text
    told_name = event.name[0] if language.code == "vi" else event.name[1]
    known = {agency.id: agency for agency in view.plan.agencies}

    def label(agency_id: str) -> str:
        return agency_label(view, agency_id, language) if agency_id in known else ""

    # An entry of the record may speak of a change that was withdrawn: its agency is unknown now.
    agency = label(event.agency) or told_name or event.agency
    if event.kind == "merged":
        parts = text(" and ").join(label(part) or part for part in event.parts)
        return text("{agencies} merged; the result is {name}", agencies=parts, name=agency)
    if event.kind == "renamed":
        day_before = event.date - timedelta(days=1)
        if event.agency in known:
            agency = known[event.agency].name(language.code, day_before)
        name = told_name or label(event.agency)
        return text("{agency} is called {name} from this day on", agency=agency, name=name)
    if event.kind == "closed":
        return text("{agency} was closed", agency=agency)
    if event.kind == "opened":
        return text("{agency} was opened", agency=agency)
    return text("the province is {name} from this day on", name=told_name)


def change_text(view: View, change: Change, language: Language) -> str:
    """What a scenario supposes of one answer: whose, of which year, which question, what."""
    return language.text(
        "{agency}, {year}: {field} → {value}",
        agency=agency_label(view, change.agency, language, change.year),
        year=change.year,
        field=question_text(change.field, view.plan, language),
        value=answer_text(change.field, change.value, view.plan, language),
    )


def question_text(name: str, plan: Plan, language: Language) -> str:
    """A question of the form with its number."""
    question = plan.form.question(name)
    label = messages.field_label(name, language, plan)
    return f"{question.stt} {label}" if question else label


def answer_text(name: str, value: object, plan: Plan, language: Language) -> str:
    """An answer in the reader's words, amounts and counts with their unit."""
    question = plan.form.question(name)
    if value is None:
        nothing = messages.ANSWERS["blank"]
        return language.text(nothing)
    if isinstance(value, float) and question and question.kind in ("amount", "count"):
        return f"{language.number(value, 6)} {question.unit[language.code]}"
    return value_text(value, plan, language)


def supposed(view: View, language: Language) -> list[tuple[str, str]]:
    """What a view's scenario supposes, each part with its head; nothing where there is none."""
    if not view.scenario:
        return []
    head = language.text("Scenario")
    parts = [(head, language.text("NOT DATA: a scenario, supposed and nowhere stored"))]
    if view.scenario.carry:
        parts.append((head, language.text("The last answers stand where nothing is reported.")))
    parts += [
        (language.text("Supposed"), change_text(view, change, language))
        for change in view.scenario.changes
    ]
    return [*parts, (language.text("Code of the scenario"), view.scenario.code)]


def value_text(value: object, plan: Plan, language: Language) -> str:
    """A reported value in the reader's words; "–" where there is none."""
    if value is None:
        return "–"
    if isinstance(value, float | int):
        return language.number(value, 3)
    text = str(value)
    if text in messages.ANSWERS:
        return language.text(messages.ANSWERS[text])
    states = {state.code: state[language.code] for state in plan.form.tasks.states}
    return states.get(text, text)


def corrections_in_use(view: View) -> dict[int, Erratum]:
    """The corrections that change a figure in use, by number."""
    return {e.id: e for e in view.errata if e.id in view.errata_in_use}


def correction_mark(number: int, language: Language) -> str:
    """How a corrected figure is marked, e.g. "correction 3"."""
    return language.text("correction {number}", number=number)


def correction_text(view: View, erratum: Erratum, language: Language) -> str:
    """One correction in a line: which figure, stated and corrected, why, by what source."""
    return language.text(
        "{agency}, {year}, {field}: {stated} → {corrected}. {reason} (source: {source})",
        agency=agency_label(view, erratum.agency, language, erratum.year),
        year=erratum.year,
        field=messages.field_label(erratum.field, language, view.plan),
        stated=value_text(erratum.stated, view.plan, language),
        corrected=value_text(erratum.corrected, view.plan, language),
        reason=erratum.reason,
        source=erratum.source,
    )
