"""Who reported when: counts first, then names, then how final the figures are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tbdx import collection, messages, provenance, wording
from tbdx.collection import Rates, YearStanding
from tbdx.i18n import N_
from tbdx.model import CellState, Erratum, Phase
from tbdx.provenance import Taking
from tbdx.report.content import Block, Paragraph
from tbdx.report.writing import Writer, joined

_OPEN: dict[CellState, str] = {
    CellState.WAITING: N_("Reports waiting for review: {names}"),
    CellState.RETURNED: N_("Reports returned, to be sent again: {names}"),
    CellState.OVERDUE: N_("Not sent, and overdue: {names}"),
    CellState.MISSING: N_("Not sent yet, still in time: {names}"),
    CellState.NIL: N_("Stated to have nothing to report: {names}"),
}
"""What is said of those whose report is not simply there, by its state."""


def blocks(writer: Writer, standings: Sequence[YearStanding], taking: Taking) -> list[Block]:
    """How it stands with the reports of the year."""
    rates = collection.rates(writer.year, standings)
    if not rates.expected:
        text = writer.text("No press agency has to report for {year}", year=writer.year)
        return [Paragraph(joined([text]))]
    said: list[Block] = [Paragraph(joined(_counts(writer, rates, taking)))]
    said += [Paragraph(joined([text]), "item") for text in _names(writer, standings)]
    said.append(Paragraph(joined([*_figures(writer), *_decided(writer)])))
    corrections = writer.corrections()
    said += [
        Paragraph(
            joined([_correction(writer, erratum)]),
            "item",
        )
        for erratum in corrections[: wording.MOST_NAMES]
    ]
    if len(corrections) > wording.MOST_NAMES:
        more = len(corrections) - wording.MOST_NAMES
        text = writer.plural(
            "{count} more correction stands at the end of this document",
            "{count} more corrections stand at the end of this document",
            more,
        )
        said.append(Paragraph(joined([text]), "item"))
    return said


def _correction(writer: Writer, erratum: Erratum) -> str:
    """What a correction puts in place of what, and by which document; why stands in the record."""
    return writer.text(
        "Correction {number}: {agency}, {field}: {stated} → {corrected} (source: {source})",
        number=erratum.id,
        agency=writer.name(erratum.agency),
        field=messages.field_label(erratum.field, writer.words, writer.plan),
        stated=provenance.value_text(erratum.stated, writer.plan, writer.words),
        corrected=provenance.value_text(erratum.corrected, writer.plan, writer.words),
        source=erratum.source,
    )


def _counts(writer: Writer, rates: Rates, taking: Taking) -> Iterator[str]:
    due = writer.plan.due
    yield writer.plural(
        "{count} press agency has to report for {year}; reports are due by the end of {day} ({source})",
        "{count} press agencies have to report for {year}; reports are due by the end of {day} ({source})",
        rates.expected,
        year=writer.year,
        day=writer.words.date(due.last_day(writer.year)),
        source=due.source[writer.words.code],
    )
    if rates.states.get(CellState.NOT_DUE, 0) == rates.expected:
        yield writer.text("The round of {year} has not begun yet", year=writer.year)
        return
    today = writer.words.date(due.day_of(taking.at))
    if rates.complete:
        yield writer.text(
            "As of {day}, {part} agencies ({share}) have an accepted report, or have stated that they have nothing to report",
            day=today,
            part=_part(writer, rates.complete, rates.expected),
            share=wording.share_text(rates.complete_pct, writer.words),
        )
    else:
        yield writer.text("As of {day}, no agency has an accepted report", day=today)
    if rates.on_time:
        yield writer.text(
            "{part} agencies ({share}) reported on time",
            part=_part(writer, rates.on_time, rates.expected),
            share=wording.share_text(rates.on_time_pct, writer.words),
        )
    elif rates.judged:
        yield writer.text("no agency reported on time")


def _part(writer: Writer, part: int, whole: int) -> str:
    return f"{writer.words.number(part)}/{writer.words.number(whole)}"


def _names(writer: Writer, standings: Sequence[YearStanding]) -> Iterator[str]:
    """By name who was on time, who late, and whose report is not there."""

    def listed(chosen: Sequence[YearStanding], say: Callable[[YearStanding], str]) -> str:
        return wording.listed([say(standing) for standing in chosen], writer.words)

    arrived = [standing for standing in standings if standing.received_at]
    on_time = [standing for standing in arrived if standing.on_time]
    if on_time:
        yield writer.text("On time: {names}", names=listed(on_time, lambda s: _arrival(writer, s)))
    late = [standing for standing in arrived if standing.on_time is False]
    if late:
        yield writer.text("Late: {names}", names=listed(late, lambda s: _late(writer, s)))
    for state, text in _OPEN.items():
        own = [standing.agency for standing in standings if standing.state is state]
        if own:
            yield writer.text(text, names=writer.listed(own))


def _arrival(writer: Writer, standing: YearStanding) -> str:
    return f"{writer.name(standing.agency)} ({_day(writer, standing)})"


def _late(writer: Writer, standing: YearStanding) -> str:
    late = writer.plural("{count} day late", "{count} days late", standing.days_late or 0)
    return f"{writer.name(standing.agency)} ({_day(writer, standing)}, {late})"


def _day(writer: Writer, standing: YearStanding) -> str:
    """The day on which the report arrived that counts; "" for none."""
    if standing.received_at is None:
        return ""
    return writer.words.date(writer.plan.due.day_of(standing.received_at))


def _figures(writer: Writer) -> Iterator[str]:
    """How final the figures are that the results rest on."""
    phases = writer.phases()
    by_phase = {p: [a for a in writer.reporters() if phases.get(a) is p] for p in Phase}
    final, estimates = by_phase[Phase.FINAL], by_phase[Phase.ESTIMATE]
    if final and estimates:
        yield writer.text("Final figures: {names}", names=writer.listed(final))
        yield writer.text(
            "estimates, to be replaced by final figures: {names}", names=writer.listed(estimates)
        )
    elif final:
        yield writer.text("All figures used in this report are final")
    elif estimates:
        yield writer.text(
            "All figures used in this report are estimates, to be replaced by final figures"
        )
    elif not writer.reporters():
        if writer.chosen_figures:
            yield writer.text(
                "There are no figures of {year} of the kind chosen ({figures})",
                year=writer.year,
                figures=writer.chosen_figures,
            )
            return
        yield writer.text("No figures of {year} are in use yet", year=writer.year)


def _decided(writer: Writer) -> Iterator[str]:
    """What was decided by hand: that the year is closed, and which versions are used."""
    closed = writer.view.closed_years.get(writer.year)
    if closed:
        day = writer.words.date(writer.plan.due.day_of(closed.at))
        yield writer.text("The figures of {year} were closed on {day}", year=writer.year, day=day)
    chosen = provenance.chosen_text(writer.view, writer.words, writer.year)
    if chosen:
        yield writer.text("The version in use was chosen by hand: {reports}.", reports=chosen)


def arrival_text(writer: Writer, standing: YearStanding | None) -> str:
    """When one agency's report arrived, for a table; of one that is not there its state."""
    if standing is None:
        return "–"
    if standing.received_at is None:
        return writer.text(messages.CELL_STATES[standing.state])
    day = _day(writer, standing)
    if standing.on_time:
        return day
    late = writer.plural("{count} day late", "{count} days late", standing.days_late or 0)
    return f"{day} ({late})"
