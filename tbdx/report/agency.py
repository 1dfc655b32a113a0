"""One agency's own yearly report to the department, from what it reported and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable

from tbdx import duties, duty_wording, messages, provenance
from tbdx.collection import YearStanding
from tbdx.duties import Duties
from tbdx.i18n import Language
from tbdx.model import CellState, Phase, TbdxError
from tbdx.plan import Agency
from tbdx.provenance import Fact, Taking
from tbdx.report import agency_answers, agency_parts, parts
from tbdx.report.agency_parts import Own
from tbdx.report.content import Appendix, Block, Paragraph, Report
from tbdx.report.letterheads import agency_letterhead
from tbdx.service import View


def with_report(view: View, year: int, standings: Iterable[YearStanding]) -> set[str]:
    """Who has a report of the year to write: whose figures are in use, and who has stated to have none.

    Of everybody else there is nothing to sign.
    """
    told = view.phases.loc[view.phases["year"] == year, "agency"]
    nil = (standing.agency for standing in standings if standing.state is CellState.NIL)
    return {*told, *nil}


def agency_report(
    view: View,
    agency: str,
    year: int,
    standing: YearStanding | None,
    words: Language,
    taking: Taking,
) -> Report:
    """What one agency reports to the department for one year, as a draft to be signed.

    `standing` is how it stands with its report. Of an agency that has stated to have nothing to
    report it is a short letter that says so, and what is asked of the agency.
    Raises TbdxError: unknown-agency, unknown-year; agency-without-report: see `with_report`.
    """
    plan, text = view.plan, words.text
    own = Own(view, plan.agency(agency), plan.require_year(year), words)
    if agency not in with_report(view, year, [standing] if standing else []):
        raise TbdxError("agency-without-report", found=agency, year=year)
    sender = agency_letterhead(plan, agency, year, words)
    whose = {agency, *(forebear.id for forebear in plan.forebears(agency))}
    blocks = _letter(own) if own.phase is None else _full(own, own.phase, sender.department)
    appendix = Appendix(
        text("Appendix I"), text("Figures reported"), tuple(agency_answers.answers(own))
    )
    return Report(
        letterhead=sender.letterhead,
        kind=text("REPORT"),
        subject=text(
            "Results of carrying out plan {number} in {year}",
            number=plan.decision.number,
            year=year,
        ),
        addressee=sender.addressee,
        blocks=(*parts.grounds(view, year, words), *blocks),
        appendices=(appendix,) if own.phase else (),
        facts=tuple(provenance.facts(view, words, taking, own=_facts(own), whose=whose)),
        language=words,
        at=taking.at.astimezone(plan.due.zone),
        marks=parts.marks(view, words),
    )


def _facts(own: Own) -> list[Fact]:
    text = own.words.text
    kind = text(messages.PHASES[own.phase]) if own.phase else text("No report")
    return [
        (text("Agency"), own.label(own.agency.id)),
        (text("Year"), str(own.year)),
        (text("Kind of figures"), kind),
    ]


# --- without figures ----------------------------------------------------------------------------


def _letter(own: Own) -> list[Block]:
    """That there is nothing to report on, and what is asked of the agency all the same."""
    plan, words = own.view.plan, own.words
    nothing = words.text(
        "{agency} has stated that it has nothing to report for {year}.",
        agency=own.name,
        year=own.year,
    )
    asked = []
    for row in filter(duty_wording.is_bound, own.rows(own.agency.id)):
        indicator = plan.indicator(row["indicator"])
        said = duty_wording.asked_text(row, indicator, words)
        asked.append(f"{indicator.row}. {indicator.title[words.code]}: {said}")
    head = words.text("What the plan asks of the agency in {year}:", year=own.year)
    return [Paragraph(nothing), *_listed(head, asked)]


def _listed(head: str, lines: Iterable[str]) -> list[Block]:
    """Points under what leads to them; nothing where there are none."""
    points = [Paragraph(line, "item") for line in lines]
    return [Paragraph(head), *points] if points else []


# --- with figures -------------------------------------------------------------------------------


def _full(own: Own, phase: Phase, department: str) -> list[Block]:
    text, year = own.words.text, own.year
    opening = text(
        "{agency} reports on what was achieved in {year}, as follows.", agency=own.name, year=year
    )
    filled: list[parts.Part] = [
        (text("Results by indicator"), agency_parts.results(own)),
        (agency_parts.growth_title(own), agency_parts.growth(own)),
        (text("Training of people"), agency_parts.people(own)),
        (text("Tasks of the plan"), agency_answers.tasks(own)),
        (text("Spending"), agency_answers.spending(own)),
        (text("Maturity index"), agency_answers.maturity(own)),
        (text("Difficulties and proposals"), agency_answers.texts(own)),
        (text("What is to be done next"), _next_year(own, phase)),
    ]
    closing = text(
        "This is the report of {agency} for {year}, sent to the {department} to be consolidated./.",
        agency=own.name,
        year=year,
        department=department,
    )
    return [
        Paragraph(opening),
        Paragraph(parts.figures_text(phase, own.words)),
        *parts.numbered(filled),
        Paragraph(closing),
    ]


def _next_year(own: Own, phase: Phase) -> list[Block]:
    """What the year leaves open, the duties of the coming one, what there is to send.

    Worked out from what was reported up to this year: the same whenever it is looked back from.
    """
    plan, text, answers, ahead = own.view.plan, own.words.text, own.view.answers, own.year + 1
    known = answers[answers["year"] <= own.year]

    def asked(year: int) -> Duties:
        return duties.duties(known, plan, own.view.targets, own.agency.id, year)

    head = text("To finish {year} the agency is to:", year=own.year)
    blocks = _listed(head, _to_finish(own, phase, asked(own.year)))
    if ahead not in plan.all_years:
        return blocks
    found = asked(ahead)
    if not found.items:
        return [*blocks, Paragraph(_not_there(own, own.agency, ahead))]
    lines = [*_open(own, found), *_kept(own, found)]
    if not lines:
        nothing = text("The plan assigns no target to the agency in {year}.", year=ahead)
        blocks.append(Paragraph(nothing))
    day = own.words.date(plan.due.last_day(ahead))
    lines.append(text("Send the report of {year} by {date}.", year=ahead, date=day))
    return [*blocks, *_listed(text("In {year} the agency is to:", year=ahead), lines)]


def _not_there(own: Own, agency: Agency, year: int) -> str:
    if not agency.successor:
        return own.words.text("The agency does not count in {year}.", year=year)
    return own.words.text(
        "The agency does not count in {year}: {successor} carries on its duties.",
        year=year,
        successor=own.label(agency.successor),
    )


def _to_finish(own: Own, phase: Phase, found: Duties) -> list[str]:
    """What the figures of the year itself still lack."""
    text, lines = own.words.text, []
    if phase is Phase.ESTIMATE:
        lines += _open(own, found)
        lines.append(
            text("Send the final figures of {year} in place of the estimate.", year=own.year)
        )
    if found.blank:
        numbers = ", ".join(question.stt for question in found.blank)
        said = text(
            "Report what the report of {year} leaves blank (question {numbers}).",
            year=own.year,
            numbers=numbers,
        )
        lines.append(said)
    return lines


def _open(own: Own, found: Duties) -> list[str]:
    """What is to be done for each duty that this report leaves open."""
    plan, words = own.view.plan, own.words
    lines = []
    for duty in found.of("open"):
        steps = duty_wording.steps_of(duty)
        deeds = [duty_wording.deed_text(step, duty, found.year, plan, words) for step in steps]
        said = "; ".join((*deeds[:1], *map(duty_wording.inside, deeds[1:])))
        lines.append(words.text("{deeds} (indicator {row}).", deeds=said, row=duty.indicator.row))
    return lines


def _kept(own: Own, found: Duties) -> list[str]:
    """The duties in which nothing is left but to keep on, in one line."""
    words = own.words
    names = [f"{d.indicator.row} ({d.indicator.short[words.code]})" for d in found.of("in_place")]
    if not names:
        return []
    said = words.plural(
        "Keep up what has been reached in indicator {names}.",
        "Keep up what has been reached in indicators {names}.",
        len(names),
        names=", ".join(names),
    )
    return [said]
