"""The coming year: what the plan asks for, and the smallest sets of agencies by which it is met.

Supposed, never data: the last answers up to the year of the report stand in the year to come, and
so do its agencies. Who is merged later has answered all the same; what the register knows of the
coming year is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from tbdx import changes, messages, metrics, wording
from tbdx.model import Hindrance, Target
from tbdx.plan import Agency, Indicator, Plan
from tbdx.report.content import Block, Head, Heading, Paragraph, Table
from tbdx.report.writing import Writer, joined, sentence
from tbdx.scenarios import carried
from tbdx.tipping import Outcome, Tipping, tippings
from tbdx.wording import Row


@dataclass(frozen=True)
class _Coming:
    """The year to come if the last answers stand: its results, and what each target takes.

    others  whether the register has other agencies for it than those that are counted here
    silent  who of these has never reported
    """

    year: int
    others: bool
    results: Mapping[str, Row]
    tips: Mapping[str, Tipping]
    silent: tuple[str, ...]


def blocks(writer: Writer) -> list[Block]:
    """The targets of the coming year with what meets them; after the last year, that the plan ends."""
    year = writer.year + 1
    if year not in writer.plan.all_years:
        text = writer.text(
            "{year} is the plan's last year: it sets no target for the years after",
            year=writer.year,
        )
        return [Paragraph(sentence(text))]
    coming = _coming(writer, year)
    return [
        Heading(writer.text("1. Targets of {year}", year=year), 2),
        *_targets(writer, coming),
        Heading(writer.text("2. What it takes"), 2),
        *_takes(writer, coming),
    ]


def _coming(writer: Writer, year: int) -> _Coming:
    view, plan = writer.view, _lasting(writer.plan, writer.year)
    known = view.answers[view.answers["year"] <= writer.year]
    answers = carried(known, plan, [year])
    results = metrics.indicators(answers, plan, view.targets, years=[year])
    standings = metrics.agency_indicators(answers, plan, view.targets, years=[year])
    tips = tippings(answers, plan, view.targets, results, standings, [year])
    heard = set(answers.loc[answers["year"] == year, "agency"])
    change = changes.roster_change((plan, year), (writer.plan, year))
    return _Coming(
        year,
        bool(change.left or change.joined),
        {row["indicator"]: row for row in results.to_dict("records")},
        {code: tip for (code, _), tip in tips.items()},
        tuple(a.id for a in plan.agencies_in(year) if a.id not in heard),
    )


def _lasting(plan: Plan, year: int) -> Plan:
    """The plan with its agencies as they are on a year's due date, as if they went on to exist."""
    day = plan.due.last_day(year)
    begun = [a for a in plan.agencies if a.valid_from is None or a.valid_from <= day]
    known = {agency.id for agency in begun}

    def lasting(agency: Agency) -> Agency:
        if agency.exists_on(day):
            return agency.model_copy(update={"valid_to": None, "successor": ""})
        if agency.successor not in known:
            return agency.model_copy(update={"successor": ""})
        return agency

    return plan.changed(agencies=tuple(map(lasting, begun)))


def _targets(writer: Writer, coming: _Coming) -> list[Block]:
    """The targets of the coming year beside the results of this one, in the appendix's order."""
    text, year = writer.text, coming.year
    targets = {t.indicator: t for t in writer.view.targets if t.year == year}
    asked = [i for i in writer.plan.indicators if coming.results[i.code]["status"] != "no_target"]
    without = [i for i in writer.plan.indicators if i not in asked]
    said: list[Block] = []
    amended = [v for v in writer.view.amendments if v.first_year == year]
    said += [
        Paragraph(
            text(
                "Plan amended by {decision} of {date}, from {year} on.",
                decision=version.decision,
                date=writer.words.date(version.date),
                year=version.first_year,
            )
        )
        for version in amended
    ]
    if without:
        nothing = text(
            "The plan sets no target in {year} for {rows}", year=year, rows=writer.rows(without)
        )
        said.append(Paragraph(sentence(nothing)))
    if not asked:
        return said
    heads = (
        text("No."),
        text("Content of the indicator"),
        text("Result of {year}", year=writer.year),
        text("Target of {year}", year=year),
        text("Needed in {year}", year=year),
    )
    table = Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(_line(writer, i, coming.results[i.code], targets.get(i.code)) for i in asked),
        widths=(1.4, 6.4, 3.2, 3.4, 2.6),
        aligns=("center", "left", "center", "center", "center"),
        numbered=True,
        caption=text("Targets of {year}", year=year),
        alt=text("Targets of {year} beside the results of {before}", year=year, before=writer.year),
    )
    return [*said, table]


def _line(writer: Writer, indicator: Indicator, row: Row, target: Target | None) -> tuple[str, ...]:
    own, vietnamese = writer.row(indicator), writer.words.code == "vi"
    needed = row["needed"]
    asked = wording.target_text(row["target_pct"], row["threshold_pct"], writer.words)
    return (
        str(indicator.row),
        target.title if target and target.title and vietnamese else writer.title(indicator),
        writer.counted_alone(own, indicator) if own["answered"] else "–",
        target.as_printed if target and target.as_printed and vietnamese else asked,
        "–"
        if pd.isna(needed) or writer.open_ended(row, indicator)
        else wording.number_of(int(needed), indicator, writer.words),
    )


def _takes(writer: Writer, coming: _Coming) -> list[Block]:
    """What every target of the coming year takes if the last answers stand."""
    text = writer.text
    tips = [(i, coming.tips[i.code]) for i in writer.plan.indicators if i.code in coming.tips]
    asked = [(i, tip) for i, tip in tips if tip.outcome is not Outcome.NO_TARGET]
    if not asked:
        return [
            Paragraph(sentence(text("No target of {year} asks for anything", year=coming.year)))
        ]
    lead = text(
        "Supposed, and no data: if every agency's last report up to {before} stands in {year}, the targets of {year} take, at the least:",
        before=writer.year,
        year=coming.year,
    )
    told = [Paragraph(_tip(writer, coming, i, tip), "item") for i, tip in asked]
    before = joined(_whose(writer, coming))
    return [*([Paragraph(before)] if before else []), Paragraph(lead), *told]


def _whose(writer: Writer, coming: _Coming) -> Iterator[str]:
    """On whose answers it rests, where that is not on everybody's of the coming year."""
    if coming.others:
        yield writer.text(
            "The list of agencies of {year} is another than that of {before}: this part counts the agencies of {before}",
            year=coming.year,
            before=writer.year,
        )
    if not coming.silent:
        return
    names = writer.listed(coming.silent)
    if writer.chosen_figures:
        yield writer.text(
            "Without figures of the kind chosen ({figures}) up to {year}, and counted as not fulfilling: {names}",
            figures=writer.chosen_figures,
            year=writer.year,
            names=names,
        )
        return
    yield writer.text(
        "Without any report up to {year}, and counted as not fulfilling: {names}",
        year=writer.year,
        names=names,
    )


def _tip(writer: Writer, coming: _Coming, indicator: Indicator, tip: Tipping) -> str:
    """What one target takes, or why nothing is enough."""
    row = coming.results[indicator.code]
    asked = writer.asked(row, indicator)
    lead = writer.text(
        "{indicator}, target {asked}", indicator=writer.numbered(indicator), asked=asked
    )
    if tip.outcome is Outcome.MET:
        enough = writer.text("enough already; it must be kept")
        return sentence(f"{lead}: {enough}")
    if tip.outcome is Outcome.POSSIBLE:
        names = [writer.name(agency) for agency in tip.could]
        took = wording.tipping_text(tip, indicator, names, writer.words)
        return f"{lead}: {took[:1].lower()}{took[1:]}"
    nothing = (
        writer.text("It cannot be met as long as figures are missing.")
        if tip.lacks_figures
        else writer.text("No change of answers is enough to meet the target.")
    )
    return joined([f"{lead}: {nothing[:1].lower()}{nothing[1:]}", *_hindered(writer, tip)])


def _hindered(writer: Writer, tip: Tipping) -> list[str]:
    """Who cannot be counted on, by reason."""
    groups: dict[Hindrance, list[str]] = {}
    for agency, why in tip.cannot:
        groups.setdefault(why, []).append(writer.name(agency))
    if not groups:
        return []
    told = "; ".join(
        f"{wording.listed(names, writer.words)} ({writer.text(messages.HINDRANCES[why])})"
        for why, names in groups.items()
    )
    return [writer.text("Left out of account: {agencies}", agencies=told)]
