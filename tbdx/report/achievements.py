"""How the year's results stand to its targets: in sum, as the appendix's table, indicator by indicator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import pandas as pd

from tbdx import changes, definitions, provenance, wording
from tbdx.changes import Changed
from tbdx.i18n import N_
from tbdx.model import Order, Phase, Reason, Status
from tbdx.plan import Indicator
from tbdx.readings import Reading, readings
from tbdx.report.content import Block, Head, Heading, Paragraph, Table
from tbdx.report.writing import Writer, joined, sentence
from tbdx.service import View
from tbdx.service.view import Structure
from tbdx.wording import Row

_IN_SUM: dict[Status, str] = {
    Status.EXCEEDED: N_("{count} above the target ({rows})"),
    Status.MET: N_("{count} met ({rows})"),
    Status.NOT_MET: N_("{count} not met ({rows})"),
    Status.NO_DATA: N_("{count} not decided yet, as figures are missing ({rows})"),
    Status.NO_TARGET: N_("{count} without a target in this year ({rows})"),
    Status.NOT_ASSESSABLE: N_("{count} not assessable ({rows})"),
}
"""How many indicators came to a verdict, the best first."""
_BESIDE_NATION: dict[Order, str] = {
    Order.ABOVE: N_("above it in {rows}"),
    Order.EQUAL: N_("level with it in {rows}"),
    Order.BELOW: N_("below it in {rows}"),
    Order.OPEN: N_("undecided in {rows}, as figures are missing"),
}


def blocks(writer: Writer) -> list[Block]:
    """The summary with its table, then every indicator, then the national goals for information."""
    text = writer.text
    summary: list[Block] = [
        Heading(text("1. Results in sum"), 2),
        Paragraph(joined(_summary(writer))),
    ]
    roster = _roster(writer)
    if roster:
        summary.append(Paragraph(joined(roster)))
    table: list[Block] = [_table(writer), Paragraph(sentence(_rounding(writer)), "note")]
    if not _reported(writer):
        return [*summary, *table]
    single: list[Block] = [Heading(text("2. Results by indicator"), 2)]
    told = _Told(writer)
    single += [Paragraph(told.paragraph(indicator)) for indicator in writer.plan.indicators]
    nation = _nation(writer)
    if nation:
        single.append(Paragraph(sentence(nation)))
    return [*summary, *table, *single]


def _reported(writer: Writer) -> bool:
    """Whether anything at all is known of the year."""
    return any(writer.row(indicator)["answered"] for indicator in writer.plan.indicators)


def _summary(writer: Writer) -> Iterator[str]:
    """How many indicators came to which verdict, and which."""
    indicators = writer.plan.indicators
    if not _reported(writer):
        if writer.chosen_figures:
            yield writer.text(
                "There are no figures of {year} of the kind chosen ({figures}), so no indicator is judged",
                year=writer.year,
                figures=writer.chosen_figures,
            )
            return
        yield writer.text(
            "No figures of {year} are there yet, so no indicator is judged", year=writer.year
        )
        return
    by_status: dict[Status, list[Indicator]] = {}
    for indicator in indicators:
        status = Status(writer.row(indicator)["status"])
        by_status.setdefault(status, []).append(indicator)
    counts = [
        writer.text(
            message,
            count=writer.words.number(len(by_status[status])),
            rows=writer.rows(by_status[status]),
        )
        for status, message in _IN_SUM.items()
        if status in by_status
    ]
    yield writer.plural(
        "Of the plan's {count} indicator in {year}: {parts}",
        "Of the plan's {count} indicators in {year}: {parts}",
        len(indicators),
        year=writer.year,
        parts="; ".join(counts),
    )


def _roster(writer: Writer) -> list[str]:
    """Who is counted now and was not the year before, or no longer; whose report speaks for whom."""
    return [*_moves(writer), *_speakers(writer)]


def _moves(writer: Writer) -> list[str]:
    """Who came and who went since the year before; nothing where nobody did."""
    plan, before = writer.plan, writer.year - 1
    if before not in plan.all_years:
        return []
    change = changes.roster_change((plan, before), (plan, writer.year))
    parts = []
    if change.left:
        old = _dated(writer, before, change.left)
        parts.append(writer.text("no longer counted: {agencies}", agencies=old))
    if change.joined:
        new = _dated(writer, writer.year, change.joined)
        parts.append(writer.text("newly counted: {agencies}", agencies=new))
    if not parts:
        return []
    count = writer.plural("{count} agency", "{count} agencies", len(plan.roster(writer.year)))
    return [
        writer.text(
            "{agencies} are counted in {year}, others than in {before}: {parts}",
            agencies=count,
            year=writer.year,
            before=before,
            parts="; ".join(parts),
        )
    ]


def _speakers(writer: Writer) -> list[str]:
    """Who is counted by another's report, as its own agency has gone."""
    told = [
        writer.text(
            "{agency} by the report of {reporter}",
            agency=writer.name(place.agency.id),
            reporter=writer.name(place.reporter.id),
        )
        for place in writer.plan.roster(writer.year)
        if place.agency.id != place.reporter.id
    ]
    if not told:
        return []
    return [
        writer.text(
            "Counted by another's report: {agencies}", agencies=wording.listed(told, writer.words)
        )
    ]


def _dated(writer: Writer, year: int, agencies: Iterable[str]) -> str:
    names = [writer.dated_name(agency, year) for agency in agencies]
    return wording.listed(names, writer.words)


# --- the table ----------------------------------------------------------------------------------


def _table(writer: Writer) -> Table:
    text, year = writer.text, writer.year
    rows = [writer.row(indicator) for indicator in writer.plan.indicators]
    known = [row for row in rows if row["answered"]]
    estimated = known and all(row["phase"] == Phase.ESTIMATE.value for row in known)
    done = N_("Estimated result of {year}") if estimated else N_("Result of {year}")
    heads = (
        text("No."),
        text("Content of the indicator"),
        text("Target of {year}", year=year),
        text(done, year=year),
        text("Comparison"),
        text("Verdict"),
    )
    return Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(
            _line(writer, indicator, {**row, "phase": None} if estimated else row)
            for indicator, row in zip(writer.plan.indicators, rows, strict=True)
        ),
        widths=(1.4, 6.0, 2.6, 2.8, 2.6, 2.2),
        aligns=("center", "left", "center", "center", "center", "center"),
        numbered=True,
        caption=text("Results by indicator in {year}", year=year),
        alt=text("Target, result, comparison and verdict of every indicator in {year}", year=year),
    )


def _line(writer: Writer, indicator: Indicator, row: Row) -> tuple[str, ...]:
    return (
        str(indicator.row),
        writer.title(indicator),
        planned(writer, indicator, row),
        writer.counted_alone(row, indicator) if row["answered"] else "–",
        _comparison(writer, indicator, row),
        wording.status_text(row, writer.words),
    )


def planned(writer: Writer, indicator: Indicator, row: Row) -> str:
    """The target as the appendix prints it, where the report is in its language; "–" for none."""
    if pd.isna(row["target_pct"]):
        return "–"
    printed = writer.printed.get(indicator.code)
    if printed and printed[1] and writer.words.code == "vi":
        return printed[1]
    return wording.target_text(row["target_pct"], row["threshold_pct"], writer.words)


def _comparison(writer: Writer, indicator: Indicator, row: Row) -> str:
    """How far the result is from the target; where agencies are missing, what it can still be."""
    if not row["answered"] or Status(row["status"]) is Status.NO_TARGET:
        return "–"
    between = wording.range_text(row, writer.words)
    if between:
        parts = [between]
    elif row["status"] == Status.MET.value:
        parts = [writer.text("equal to the target")]
    else:
        points = wording.gap_text(row, indicator, writer.words)
        above = row["status"] == Status.EXCEEDED.value
        message = N_("{points} points above") if above else N_("{points} points below")
        parts = [writer.text(message, points=points)] if points else []
    short = writer.short(row, indicator)
    if short and row["status"] == Status.NOT_MET.value:
        parts.append(short)
    said = "; ".join(parts) or "–"
    return f"{said[:1].upper()}{said[1:]}"


def _rounding(writer: Writer) -> str:
    return writer.text(
        "Shares of agencies are rounded half up to the printed decimals before they are compared with a target; growth and ratios of sums are compared unrounded."
    )


# --- indicator by indicator ---------------------------------------------------------------------


class _Told:
    """One paragraph for each indicator, with what decides its verdict."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        changed = changes.year_on_year(writer.view.results, writer.year)
        self._changed = {one.indicator: one for one in changed}
        self._other = _other_structure(writer.view, writer.year)
        self._others_counted = bool(_moves(writer))

    def paragraph(self, indicator: Indicator) -> str:
        writer = self._writer
        row = writer.row(indicator)
        name = writer.numbered(indicator)
        return joined([f"{name}: {self._result(indicator, row)}", *self._rest(indicator, row)])

    def _result(self, indicator: Indicator, row: Row) -> str:
        """Count, percentage, verdict; what the rounding decides, and how much is missing."""
        writer, words = self._writer, self._writer.words
        if not row["answered"]:
            if row["reason"] == Reason.EMPTY_DENOMINATOR.value:
                return writer.measured(row, indicator)
            asked = writer.asked(row, indicator)
            if not asked:
                nothing = writer.text("no figures")
                return f"{nothing}; {writer.measured(row, indicator)}"
            return writer.text("no figures; the target is {asked}", asked=asked)
        parts = [f"{writer.counted(row, indicator)}, {writer.measured(row, indicator)}"]
        if row["status"] == Status.NOT_MET.value:
            parts.append(_small(writer.short(row, indicator)))
        parts += [wording.rounding_text(row, indicator, words)]
        parts += [wording.missing_text(row, indicator, words)]
        return "; ".join(part for part in parts if part)

    def _rest(self, indicator: Indicator, row: Row) -> Iterator[str]:
        writer = self._writer
        if row["answered"]:
            yield self._change(indicator)
        if indicator.among.scope != "all":
            among = definitions.among(indicator.among, writer.plan, writer.words)
            yield writer.text("Counted among: {among}.", among=among)
        yield "; ".join(self._who(indicator))
        yield from self._readings(indicator)
        numbers = [writer.words.number(e.id) for e in writer.corrections(indicator)]
        if numbers:
            listed = wording.listed(numbers, writer.words)
            yield writer.plural(
                "A corrected figure is part of it (correction {numbers})",
                "Corrected figures are part of it (corrections {numbers})",
                len(numbers),
                numbers=listed,
            )

    def _change(self, indicator: Indicator) -> str:
        """The year before, and by how much the result moved where both count the same."""
        writer = self._writer
        changed = self._changed.get(indicator.code)
        if changed is None or not changed.before["answered"]:
            return ""
        before = changed.before
        result = writer.counted_in_brackets(before, indicator)
        fields = {"year": before["year"], "result": result}
        if not changed.same_measure:
            return writer.text(
                "In {year}, when growth was counted from another threshold on: {result}", **fields
            )
        if changed.incomplete:
            return writer.text(
                "In {year}: {result}; not compared, as agencies have no figures", **fields
            )
        moved = self._moved(changed, indicator)
        if self._others_counted:
            others = writer.text("other agencies are counted")
            moved = f"{moved} ({others})"
        return writer.text("Compared with {year} ({result}): {moved}", moved=moved, **fields)

    def _moved(self, changed: Changed, indicator: Indicator) -> str:
        """By how many points the result moved: the difference of what is printed."""
        writer = self._writer
        points = changed.points or 0.0
        if points == 0:
            return writer.text("unchanged")
        size = wording.moved_text(changed.before, changed.after, indicator, writer.words)
        if not size:
            return writer.text("all but unchanged")
        if points > 0:
            return writer.text("up {points} percentage points", points=size)
        return writer.text("down {points} percentage points", points=size)

    def _who(self, indicator: Indicator) -> Iterator[str]:
        """By name who fulfils the indicator, who does not, of whom nothing is known, who is not counted."""
        writer = self._writer
        rows = writer.standings[indicator.code]
        counted = [row for row in rows if row["answered"] or row["missing"]]
        known = [row for row in counted if row["answered"]]
        if indicator.kind != "ratio":
            fulfilled = [row for row in known if row["numerator"]]
            others = [row for row in known if not row["numerator"]]
            growth = indicator.kind == "share_growth"
            yes = N_("growth reached by: {names}") if growth else N_("done by: {names}")
            no = N_("not reached by: {names}") if growth else N_("not done by: {names}")
            yield from self._named(yes, fulfilled, indicator)
            yield from self._named(no, others, indicator)
        missing = [row for row in counted if row["missing"]]
        yield from self._named(N_("no figures from: {names}"), missing, indicator)
        if counted:
            outside = [row for row in rows if not (row["answered"] or row["missing"])]
            yield from self._named(N_("not counted: {names}"), outside, indicator)

    def _named(self, message: str, rows: Sequence[Row], indicator: Indicator) -> Iterator[str]:
        if rows:
            names = [self._name(row, indicator) for row in rows]
            yield self._writer.text(message, names=wording.listed(names, self._writer.words))

    def _name(self, row: Row, indicator: Indicator) -> str:
        name = self._writer.name(row["agency"])
        if indicator.kind != "share_growth" or not row["answered"]:
            return name
        return f"{name} ({growth_text(self._writer, row, indicator)})"

    def _readings(self, indicator: Indicator) -> Iterator[str]:
        """The other readings that would turn the year's verdict."""
        writer = self._writer
        if not writer.row(indicator)["answered"]:
            return
        for reading in readings(writer.view, indicator, self._other):
            if reading.year == writer.year and reading.turns:
                row = {"phase": reading.own["phase"], **reading.other}
                yield writer.text(
                    "Another reading would turn the verdict ({reading}): {result}",
                    reading=_small(self._reading(reading)),
                    result=self._result(indicator, row),
                )

    def _reading(self, reading: Reading) -> str:
        """Which other reading it is."""
        writer, words = self._writer, self._writer.words
        if reading.among:
            among = definitions.among(reading.among, writer.plan, words)
            return writer.text("Counted among {among}", among=among)
        if reading.goal:
            goal = reading.goal
            figure = wording.target_text(goal.share_pct, goal.threshold_pct, words)
            return writer.text(
                "By the plan's text: {figure} ({source})", figure=figure, source=goal.source
            )
        own = provenance.structure_of(writer.view)
        name = next(name for code, name in provenance.STRUCTURE_NAMES.items() if code != own)
        return writer.text("By the {structure}", structure=writer.text(name))


def growth_text(writer: Writer, row: Row, indicator: Indicator) -> str:
    """One agency's growth over the base year, on the same side of the year's threshold as it counts."""
    reached = bool(row["numerator"]) if row["answered"] else None
    threshold = writer.row(indicator)["threshold_pct"]
    return wording.growth_text(row["growth_pct"], threshold, reached, writer.words)


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _other_structure(view: View, year: int) -> View | None:
    """The view by the other structure; None where the same agencies count in the year."""
    own = provenance.structure_of(view)
    code = cast("Structure", next(code for code in provenance.STRUCTURES if code != own))
    if view.plan.with_rule("structure", code).roster(year) == view.plan.roster(year):
        return None
    return view.by_structure(code)


# --- for information ----------------------------------------------------------------------------


def _nation(writer: Writer) -> str:
    """Where the results stand beside the national goals, in one sentence; "" where there are none."""
    found = writer.view.compared
    rows = found[(found["series"] == "national") & (found["year"] == writer.year)]
    by_order: dict[Order, list[Indicator]] = {}
    for code, position in zip(rows["indicator"], rows["position"], strict=True):
        by_order.setdefault(Order(position), []).append(writer.plan.indicator(code))
    told = _beside(writer, by_order)
    if not told:
        return ""
    return writer.text(
        "For information, and no part of any verdict: beside the national goal of {year} ({sources}) the result is {positions}",
        year=writer.year,
        sources=", ".join(dict.fromkeys(rows["source"])),
        positions="; ".join(told),
    )


def _beside(writer: Writer, by_order: Mapping[Order, Sequence[Indicator]]) -> list[str]:
    return [
        writer.text(text, rows=writer.rows(by_order[order]))
        for order, text in _BESIDE_NATION.items()
        if order in by_order
    ]
