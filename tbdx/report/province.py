"""The department's yearly report on carrying out the plan, to the province's People's Committee."""

from __future__ import annotations

from collections.abc import Sequence

from tbdx import messages, provenance
from tbdx.collection import YearStanding
from tbdx.i18n import Language
from tbdx.provenance import Taking
from tbdx.report import achievements, collecting, outlook, parts, reported
from tbdx.report.appendices import appendices
from tbdx.report.content import Block, Paragraph, Report
from tbdx.report.letterheads import Sender, province_letterhead
from tbdx.report.writing import Writer
from tbdx.service import View


def province_report(
    view: View,
    year: int,
    standings: Sequence[YearStanding],
    words: Language,
    taking: Taking,
) -> Report:
    """What the department reports to the People's Committee for one year, as a draft to be signed.

    `standings` are those of the agencies that report for the year (`Reviewing.standings`).
    Results of later years are left out, and what the coming year takes rests on what was
    reported up to this one. Raises TbdxError: unknown-year.
    """
    writer = Writer(view, view.plan.require_year(year), words)
    sender = province_letterhead(view.plan, year, words)
    carried_out = view.plan.decision.carries_out
    return Report(
        letterhead=sender.letterhead,
        kind=words.text("REPORT"),
        subject=words.text(
            "Results of carrying out plan {number} in {year}",
            number=view.plan.decision.number,
            year=year,
        ),
        addressee=sender.addressee,
        blocks=(
            *parts.grounds(view, year, words, above=[d[words.code] for d in carried_out]),
            _opening(writer, sender),
            *_body(writer, standings, taking),
            _end(writer, sender),
        ),
        appendices=appendices(writer, standings),
        facts=tuple(provenance.facts(view, words, taking, own=_facts(writer))),
        language=words,
        at=taking.at.astimezone(view.plan.due.zone),
        marks=parts.marks(view, words),
    )


def _opening(writer: Writer, sender: Sender) -> Paragraph:
    return Paragraph(
        writer.text(
            "The {authority} reports to the {committee} on carrying out the plan in {year}:",
            authority=sender.letterhead.issuer,
            committee=sender.addressee,
            year=writer.year,
        )
    )


def _body(writer: Writer, standings: Sequence[YearStanding], taking: Taking) -> list[Block]:
    """What is reported, in numbered parts."""
    text, year = writer.text, writer.year
    results = [*achievements.blocks(writer), *reported.figures(writer, first=3)]
    return parts.numbered(
        [
            (text("Reporting"), collecting.blocks(writer, standings, taking)),
            (text("Results by the plan's indicators in {year}", year=year), results),
            (text("The plan's tasks"), reported.tasks(writer)),
            (text("Difficulties and proposals"), reported.statements(writer)),
            (text("Direction for the coming year"), outlook.blocks(writer)),
        ]
    )


def _end(writer: Writer, sender: Sender) -> Paragraph:
    return Paragraph(
        writer.text(
            "This is the report on carrying out plan {number} in {year}, respectfully submitted to the {committee} for consideration and direction./.",
            number=writer.plan.decision.number,
            year=writer.year,
            committee=sender.addressee,
        )
    )


def _facts(writer: Writer) -> list[provenance.Fact]:
    phases = dict.fromkeys(writer.phases().values())
    kinds = ", ".join(writer.text(messages.PHASES[phase]) for phase in phases)
    return [
        (writer.text("Year"), str(writer.year)),
        (writer.text("Kind of figures"), kinds or writer.text("No figures")),
    ]
