"""What the reports have in common: numbered parts, on what they rest, how final they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from tbdx import provenance
from tbdx.i18n import N_, Language
from tbdx.model import Phase
from tbdx.plan import Plan
from tbdx.report.content import Block, Heading, Paragraph
from tbdx.service import Basis, View
from tbdx.service.view import Structure

Part = tuple[str, Sequence[Block]]
"""A part of a report: its title and what stands in it."""

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """A part's number as printed.

    >>> [roman(number) for number in (1, 4, 9, 14)]
    ['I', 'IV', 'IX', 'XIV']
    """
    said = ""
    for value, letters in _ROMAN:
        said += letters * (number // value)
        number %= value
    return said


def numbered(parts: Iterable[Part]) -> list[Block]:
    """The parts in which something stands, each under its heading: "I. TÌNH HÌNH …"."""
    filled = [(title, blocks) for title, blocks in parts if blocks]
    found: list[Block] = []
    for number, (title, blocks) in enumerate(filled, start=1):
        found += [Heading(f"{roman(number)}. {title.upper()}"), *blocks]
    return found


def marks(view: View, words: Language) -> tuple[str, ...]:
    """What every page says: draft, illustrative, supposed, on another basis than usual."""
    draft, unusual = words.text("DRAFT"), provenance.unusual(view, _usual(view), words)
    return (draft, *provenance.marks(view, words), *unusual)


def _usual(view: View) -> Basis:
    """The basis for which nobody has to choose anything; a structure that was not chosen is usual."""
    if view.basis.structure:
        return Basis(structure="in_force_on_due_date")
    return Basis(structure=cast("Structure", provenance.structure_of(view)))


def committee(plan: Plan, day: date, words: Language) -> str:
    """The province's People's Committee, whose plan it is, under the province's name on a day."""
    province = plan.name_on(plan.province, day)[words.code]
    return words.text("People's Committee of {province}", province=province)


def _without_kind(title: str, words: Language) -> str:
    """What a plan is about: its title without the word "plan" that it begins with."""
    return title.removeprefix(words.text("Plan")).strip()


def grounds(view: View, year: int, words: Language, above: Sequence[str] = ()) -> list[Block]:
    """On what a report of a year rests: documents `above` the plan, the plan, its amendments in force."""
    decision = view.plan.decision
    said = [words.text("Pursuant to {document}", document=document) for document in above]
    said += [
        words.text(
            "Pursuant to plan {number} of {date} of the {committee}, {title}",
            number=decision.number,
            date=words.date(decision.date),
            committee=committee(view.plan, decision.date, words),
            title=_without_kind(decision.title[words.code], words),
        ),
    ]
    said += [
        words.text(
            "Pursuant to {decision} of {date} amending the plan from {year} on",
            decision=version.decision,
            date=words.date(version.date),
            year=version.first_year,
        )
        for version in view.amendments
        if version.first_year <= year and view.basis.targets == "in_force"
    ]
    ends = [*(";" for _ in said[1:]), "."]
    return [Paragraph(f"{text}{end}", "ground") for text, end in zip(said, ends, strict=True)]


_FIGURES = {
    Phase.ESTIMATE: N_(
        "The figures are estimates; they are replaced by final figures when these are there."
    ),
    Phase.FINAL: N_("The figures are final."),
}


def figures_text(phase: Phase, words: Language) -> str:
    """How final the figures of a report are, as a sentence."""
    return words.text(_FIGURES[phase])
