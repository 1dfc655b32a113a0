"""What the agencies reported, told but not judged: revenue, people, spending, tasks, their own words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

import pandas as pd

from tbdx import metrics, wording
from tbdx.i18n import N_
from tbdx.plan import Indicator, Item
from tbdx.report.achievements import growth_text
from tbdx.report.content import Block, Head, Heading, Paragraph, Table
from tbdx.report.parts import Part
from tbdx.report.writing import MOST_LINES, Writer, columns_of, quoted, sentence
from tbdx.service.view import Value
from tbdx.wording import Row

_MOST_QUOTES = 20
_DONE = N_("done by all agencies concerned: {tasks}")
_BEGUN = N_("under way, or done by some of them: {tasks}")
_AHEAD = N_("begun by no agency: {tasks}")
_NOT_SEEN = N_("begun by none of the agencies that state it: {tasks}")
_UNSTATED = N_("not stated: {tasks}")
_EXEMPT = N_("not applicable to any agency: {tasks}")
_GROUPS = (_DONE, _BEGUN, _AHEAD, _NOT_SEEN, _UNSTATED, _EXEMPT)
"""What is said of a task, in the order in which it is said."""


# --- revenue ------------------------------------------------------------------------------------


def growth(writer: Writer, indicator: Indicator) -> list[Block]:
    """Each agency's amount beside its base year, and whether it grew enough to count."""
    rows = writer.standings[indicator.code]
    if not any(row["answered"] for row in rows):
        return []
    said: list[Block] = []
    if len(rows) <= MOST_LINES:
        said.append(_growth_table(writer, indicator, rows))
    else:
        said.append(_in_appendix(writer, len(rows)))
    text = writer.text(
        "Growth is compared with the threshold exactly, unrounded: 9.96% is not yet 10%."
    )
    notes = [text]
    if len(rows) <= MOST_LINES and _speak_for_several(writer):
        notes.append(
            writer.text(
                "Agencies counted by one report have its amounts, which are those of all of them together."
            )
        )
    return [*said, Paragraph(" ".join(notes), "note"), *_merged(writer, indicator)]


def _speak_for_several(writer: Writer) -> bool:
    """Whether one report counts for more than one agency, as the others have gone."""
    places = writer.plan.roster(writer.year)
    return len({place.reporter.id for place in places}) < len(places)


def _growth_table(writer: Writer, indicator: Indicator, rows: Sequence[Row]) -> Table:
    text, base_year = writer.text, writer.plan.years.base
    threshold = writer.row(indicator)["threshold_pct"]
    enough = text("Any growth")
    if not pd.isna(threshold):
        enough = text("Up {threshold} or more", threshold=writer.words.percent(threshold, 2))
    heads = (
        text("No."),
        text("Press agency"),
        writer.question(indicator.base_amount),
        writer.question(indicator.amount),
        text("Growth"),
        enough,
    )
    amounts = _amounts(writer, indicator)
    lines = [
        (
            str(number),
            writer.name(row["agency"]),
            *(writer.words.number(amount, 6) for amount in amounts[row["agency"]]),
            growth_text(writer, row, indicator),
            _enough(writer, row),
        )
        for number, row in enumerate(rows, start=1)
    ]
    return Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(lines),
        widths=(1.4, 4.8, 2.5, 2.5, 3.0, 2.8),
        aligns=("center", "left", "right", "right", "right", "center"),
        numbered=("(1)", "(2)", "(3)", "(4)", "(5)=(4)/(3)−100%", "(6)"),
        unit=writer.unit(indicator.amount),
        caption=text("Growth over {base}, {year}", base=base_year, year=writer.year),
        alt=text("Amounts of the base year and of {year} by agency", year=writer.year),
    )


def _amounts(writer: Writer, indicator: Indicator) -> Mapping[str, tuple[float, float]]:
    """The base year's amount and the year's, by agency, as each is computed with."""
    answers = writer.view.answers
    bases = metrics.baselines(answers, writer.plan, indicator.base_amount)
    keys = zip(answers["agency"], answers["year"].tolist(), strict=True)
    values = zip(bases.tolist(), answers[indicator.amount].tolist(), strict=True)
    known = dict(zip(keys, values, strict=True))
    nothing = (math.nan, math.nan)
    return {
        place.agency.id: known.get((place.reporter.id, writer.year), nothing)
        for place in writer.plan.roster(writer.year)
    }


def _enough(writer: Writer, row: Row) -> str:
    """Whether an agency counts as grown enough, or why it is not counted."""
    if row["answered"]:
        answer = "yes" if row["numerator"] else "no"
        return writer.answer(answer)
    if row["missing"]:
        answer = "not_assessable" if row["answer"] == "not_assessable" else "blank"
        return writer.answer(answer)
    return writer.text("not counted")


def _merged(writer: Writer, indicator: Indicator) -> Iterator[Block]:
    """Of which predecessors a merged agency's base-year amount is the sum."""
    view, plan = writer.view, writer.plan
    merged = view.merged_baselines.get(indicator.base_amount, {})
    reporters = dict.fromkeys(place.reporter.id for place in plan.roster(writer.year))
    latest = metrics.latest_baselines(view.answers, indicator.base_amount) | merged
    for agency in reporters:
        if agency in merged and view.reported(agency, writer.year):
            parts = [
                f"{writer.dated_name(part.id)} {writer.words.number(latest[part.id], 6)}"
                for part in plan.predecessors(agency)
            ]
            text = writer.text(
                "The base-year amount of {agency}, {amount} {unit}, is the sum of its predecessors': {parts}",
                agency=writer.dated_name(agency),
                amount=writer.words.number(merged[agency], 6),
                unit=writer.unit(indicator.base_amount),
                parts=wording.listed(parts, writer.words),
            )
            yield Paragraph(sentence(text))


def _in_appendix(writer: Writer, count: int) -> Paragraph:
    text = writer.plural(
        "The figures of the {count} agency stand in the appendices",
        "The figures of the {count} agencies stand in the appendices",
        count,
    )
    return Paragraph(sentence(text))


# --- people -------------------------------------------------------------------------------------


def ratio(writer: Writer, indicator: Indicator) -> list[Block]:
    """Part and whole by agency, and the province as the sum over the sum."""
    rows = writer.standings[indicator.code]
    counted = [row for row in rows if row["answered"] or row["missing"]]
    total = writer.row(indicator)
    if not total["answered"]:
        return []
    if len(counted) > MOST_LINES:
        return [_in_appendix(writer, len(counted))]
    text, number = writer.text, writer.words.number
    heads = (
        text("No."),
        text("Press agency"),
        writer.question(indicator.numerator),
        writer.question(indicator.denominator),
        text("Share"),
    )
    nobody = writer.answer("blank")
    lines = [
        (
            str(place),
            writer.name(row["agency"]),
            number(row["numerator"]) if row["answered"] else nobody,
            number(row["denominator"]) if row["answered"] else nobody,
            wording.percent_text(row, indicator, writer.words),
        )
        for place, row in enumerate(counted, start=1)
    ]
    lines.append(
        (
            "",
            text("Total"),
            number(total["numerator"]),
            number(total["denominator"]),
            wording.percent_text(total, indicator, writer.words),
        )
    )
    table = Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(lines),
        widths=(1.4, 6.0, 3.6, 3.0, 2.2),
        aligns=("center", "left", "right", "right", "right"),
        numbered=("(1)", "(2)", "(3)", "(4)", "(5)=(3)/(4)"),
        bold=frozenset([len(lines) - 1]),
        caption=f"{indicator.short[writer.words.code]}, {writer.year}",
        alt=text("Part, whole and share of {name} by agency", name=writer.numbered(indicator)),
    )
    notes = [text("The total is the sum over the sum, never the mean of the agencies' shares.")]
    if total["missing"]:
        notes.append(text("It is of those agencies alone that have figures."))
    if _speak_for_several(writer):
        notes.append(text("What one report says for several agencies is added once."))
    return [table, Paragraph(" ".join(notes), "note")]


# --- spending -----------------------------------------------------------------------------------


def spending(writer: Writer) -> list[Block]:
    """What was spent, by source of money, as reported; the plan sets no amounts."""
    text, number = writer.text, writer.words.number
    items, reporters = writer.plan.form.spending.item, writer.reporters()
    if not items or not reporters:
        return []
    sums: list[tuple[Item, list[float]]] = []
    for item in items:
        found = (writer.view.reported(agency, writer.year).get(item.code) for agency in reporters)
        sums.append((item, [value for value in found if isinstance(value, float)]))
    if not any(own for _, own in sums):
        if writer.chosen_figures:
            return []
        return [Paragraph(sentence(text("No agency reported its spending")))]
    lines = [
        (
            str(place),
            item.label[writer.words.code],
            f"{number(len(own))}/{number(len(reporters))}",
            number(math.fsum(own), 6) if own else "–",
        )
        for place, (item, own) in enumerate(sums, start=1)
    ]
    everything = math.fsum(value for _, own in sums for value in own)
    lines.append(("", text("Total of what was reported"), "", number(everything, 6)))
    heads = (
        text("No."),
        text("Source of money"),
        text("Agencies that state it"),
        text("Amount in {year}", year=writer.year),
    )
    table = Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(lines),
        widths=(1.4, 7.0, 3.6, 4.2),
        aligns=("center", "left", "center", "right"),
        numbered=True,
        bold=frozenset([len(lines) - 1]),
        unit=writer.money,
        caption=text("Spending by source, {year}", year=writer.year),
        alt=text("Spending by source of money, as reported"),
    )
    note = text("As reported. The plan sets no amounts, so spending is not judged.")
    return [table, Paragraph(note, "note")]


def figures(writer: Writer, first: int) -> list[Block]:
    """Revenue, people and spending, each under a heading numbered from `first` on."""
    parts: list[Part] = []
    for indicator in writer.plan.indicators:
        title = writer.heading(indicator)
        if indicator.kind == "share_growth":
            parts.append((title, growth(writer, indicator)))
        elif indicator.kind == "ratio":
            parts.append((title, ratio(writer, indicator)))
    parts.append((writer.text("Spending"), spending(writer)))
    filled = [(title, blocks) for title, blocks in parts if blocks]
    return [
        block
        for number, (title, blocks) in enumerate(filled, start=first)
        for block in (Heading(f"{number}. {title}", 2), *blocks)
    ]


# --- tasks --------------------------------------------------------------------------------------


def tasks(writer: Writer) -> list[Block]:
    """The plan's tasks with how many agencies are at each state, then results in their own words."""
    form = writer.plan.form.tasks
    if not form.item:
        return []
    reporters = writer.reporters()
    stated = {
        item.code: Counter(
            writer.view.reported(agency, writer.year).get(item.code) for agency in reporters
        )
        for item in form.item
    }
    if not any(state is not None for counts in stated.values() for state in counts):
        if writer.chosen_figures:
            return []
        text = writer.text("No agency reported on the plan's tasks for {year}", year=writer.year)
        return [Paragraph(sentence(text))]
    return [
        Paragraph(sentence(_states(writer, stated, len(reporters)))),
        _task_table(writer, stated),
        Paragraph(
            writer.text(
                "States are as reported: the plan sets no number on its tasks, so they are not judged."
            ),
            "note",
        ),
        *_task_results(writer, reporters),
    ]


def _states(writer: Writer, stated: Mapping[str, Counter[Value]], reports: int) -> str:
    """Which tasks are done everywhere, which are under way, which nowhere begun: each task once."""
    stages = {state.code: state.stage for state in writer.plan.form.tasks.states}
    by_message: dict[str, list[int]] = {message: [] for message in _GROUPS}
    for number, counts in enumerate(stated.values(), start=1):
        seen = {stages.get(str(state), "under_way") for state in counts if state is not None}
        by_message[_group(seen, blank=bool(counts[None]))].append(number)
    parts = []
    for message, numbers in by_message.items():
        if numbers:
            listed = wording.span(numbers)
            own = writer.plural("task {numbers}", "tasks {numbers}", len(numbers), numbers=listed)
            parts.append(writer.text(message, tasks=own))
    return writer.plural(
        "Of the plan's {count} task, by the reports of {agencies}: {parts}",
        "Of the plan's {count} tasks, by the reports of {agencies}: {parts}",
        len(stated),
        agencies=writer.plural("{count} agency", "{count} agencies", reports),
        parts="; ".join(parts),
    )


def _group(stages: Set[str], *, blank: bool) -> str:
    """What is said of a task at these stages; `blank` where an agency left it open, which is no "no"."""
    concerned = stages - {"exempt"}
    if not concerned:
        return _UNSTATED if blank else _EXEMPT
    if concerned == {"ahead"}:
        return _NOT_SEEN if blank else _AHEAD
    return _DONE if concerned == {"done"} and not blank else _BEGUN


def _task_table(writer: Writer, stated: Mapping[str, Counter[Value]]) -> Table:
    text, code, form = writer.text, writer.words.code, writer.plan.form.tasks
    states = [state.code for state in form.states]
    open_ended = any(counts[None] for counts in stated.values())
    heads = [Head(text("No.")), Head(text("Task"))]
    heads += [Head(state[code]) for state in form.states]
    if open_ended:
        heads.append(Head(text("Not stated")))
    columns: list[str | None] = [*states, *([None] if open_ended else [])]
    lines: list[tuple[str, ...]] = []
    bold: set[int] = set()
    group = ""
    for number, item in enumerate(form.item, start=1):
        if item.group[code] and item.group[code] != group:
            group = item.group[code]
            bold.add(len(lines))
            lines.append(("", group, *("" for _ in columns)))
        counts = stated[item.code]
        told = (writer.words.number(counts[state]) if counts[state] else "–" for state in columns)
        lines.append((str(number), item.label[code], *told))
    return Table(
        heads=(tuple(heads),),
        rows=tuple(lines),
        widths=(1.4, 7.4, *(1.9 for _ in columns)),
        aligns=("center", "left", *columns_of("center", len(columns))),
        numbered=True,
        bold=frozenset(bold),
        unit=text("agencies"),
        caption=text("State of the plan's tasks, {year}", year=writer.year),
        alt=text("How many agencies are at which state of each task"),
    )


def _task_results(writer: Writer, reporters: Sequence[str]) -> list[Block]:
    """Results of tasks in the agencies' own words."""
    found: list[tuple[int, str, str]] = []
    for number, item in enumerate(writer.plan.form.tasks.item, start=1):
        for words, agencies in _quotes(writer, reporters, f"{item.code}_result"):
            found.append((number, words, writer.listed(agencies)))
    if not found:
        return []
    said: list[Block] = [Paragraph(writer.text("Results that the agencies state, in their words:"))]
    said += [
        Paragraph(
            writer.text("Task {number}, {names}: {words}", number=number, names=names, words=words),
            "quote",
        )
        for number, words, names in found[:_MOST_QUOTES]
    ]
    return [*said, *_further(writer, len(found))]


def _quotes(writer: Writer, reporters: Sequence[str], field: str) -> list[tuple[str, list[str]]]:
    """What was written in a field, each text once and in quotation marks, with who wrote it."""
    found: dict[str, list[str]] = {}
    for agency in reporters:
        text = writer.view.reported(agency, writer.year).get(field)
        if text is not None and str(text).strip():
            found.setdefault(" ".join(str(text).split()), []).append(agency)
    return [(quoted(text), agencies) for text, agencies in found.items()]


def _further(writer: Writer, count: int) -> list[Block]:
    if count <= _MOST_QUOTES:
        return []
    text = writer.plural(
        "{count} more statement stands in the Excel pack",
        "{count} more statements stand in the Excel pack",
        count - _MOST_QUOTES,
    )
    return [Paragraph(sentence(text), "item")]


# --- in their own words -------------------------------------------------------------------------


def statements(writer: Writer) -> list[Block]:
    """Difficulties and proposals as the agencies wrote them, each text once."""
    said: list[Block] = []
    reporters = writer.reporters()
    stated = [(i, _quotes(writer, reporters, i.code)) for i in writer.plan.form.texts.item]
    if writer.chosen_figures:  # others may have stated something with figures of the other kind
        stated = [(item, quotes) for item, quotes in stated if quotes]
    for number, (item, quotes) in enumerate(stated, start=1):
        said.append(Heading(f"{number}. {item.label[writer.words.code]}", 2))
        if not quotes:
            nothing = writer.text("No agency stated anything on this")
            said.append(Paragraph(sentence(nothing)))
        said += [
            Paragraph(
                writer.text("{names}: {words}", names=writer.listed(agencies), words=words), "quote"
            )
            for words, agencies in quotes[:_MOST_QUOTES]
        ]
        said += _further(writer, len(quotes))
    return said
