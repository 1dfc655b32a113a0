"""The appendices: every plan year, the trajectories as pictures, every agency, every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from tbdx import charts, messages, provenance, wording
from tbdx.collection import YearStanding
from tbdx.model import Phase, Status
from tbdx.pictures import draw
from tbdx.plan import Indicator
from tbdx.report import collecting
from tbdx.report.achievements import growth_text
from tbdx.report.content import Appendix, Block, Head, Paragraph, Picture, Table
from tbdx.report.parts import roman
from tbdx.report.writing import Writer, columns_of, sentence
from tbdx.wording import Row

MOST_ROWS = 1000
"""So many agencies have a row in an appendix; the Excel pack has all of them."""
_SIDE_BY_SIDE = 4  # so many agencies have room beside each other

_WIDTH_CM, _HEIGHT_CM = 16.0, 5.8


def appendices(writer: Writer, standings: Sequence[YearStanding]) -> tuple[Appendix, ...]:
    """What stands behind the report, each on pages of its own."""
    text, year = writer.text, writer.year
    found: list[tuple[str, Sequence[Block], bool]] = [
        (
            text(
                "Targets and results of the plan's years, {first}–{last}",
                first=writer.plan.years.first,
                last=writer.plan.years.last,
            ),
            [_years(writer), *_later(writer)],
            True,
        ),
        (text("Results on their way to the goals"), list(_pictures(writer)), False),
        (text("Results by agency, {year}", year=year), _agencies(writer), True),
        (
            text("Figures as reported by the agencies, {year}", year=year),
            _answers(writer, standings),
            len(writer.plan.agencies_in(year)) > _SIDE_BY_SIDE,
        ),
    ]
    filled = [one for one in found if one[1]]
    return tuple(
        Appendix(
            name=text("Appendix {number}", number=roman(number)),
            title=title.upper(),
            blocks=tuple(blocks),
            landscape=landscape,
        )
        for number, (title, blocks, landscape) in enumerate(filled, start=1)
    )


# --- every year ---------------------------------------------------------------------------------


def _years(writer: Writer) -> Table:
    """Target, result and verdict of every indicator over the plan's years."""
    text, years = writer.text, writer.plan.all_years
    heads = [Head(text("No.")), Head(text("Indicator"), across=2)]
    heads += [Head(str(year)) for year in years]
    lines: list[tuple[str, ...]] = []
    for indicator in writer.plan.indicators:
        short = indicator.short[writer.words.code]
        rows = [writer.row(indicator, year) for year in years]
        targets = (_target(writer, row) for row in rows)
        lines += [
            (str(indicator.row), short, text("Target"), *targets),
            ("", "", text("Result"), *(_result(writer, indicator, row) for row in rows)),
            ("", "", text("Verdict"), *(_verdict(writer, row) for row in rows)),
        ]
    merged = {(row, column) for row in range(len(lines)) if row % 3 for column in (0, 1)}
    return Table(
        heads=(tuple(heads),),
        rows=tuple(lines),
        merged=frozenset(merged),
        widths=(1.3, 3.7, 1.9, *(2.4 for _ in years)),
        aligns=("center", "left", "left", *columns_of("center", len(years))),
        alt=text("Targets, results and verdicts of every indicator in every year of the plan"),
    )


def _target(writer: Writer, row: Row) -> str:
    """What a year asks for; "–" where the plan prints nothing."""
    if pd.isna(row["target_pct"]):
        return "–"
    return wording.target_text(row["target_pct"], row["threshold_pct"], writer.words)


def _result(writer: Writer, indicator: Indicator, row: Row) -> str:
    if row["year"] > writer.year or not row["answered"]:
        return ""
    return writer.counted_alone(row, indicator)


def _verdict(writer: Writer, row: Row) -> str:
    if row["year"] > writer.year or pd.isna(row["target_pct"]):
        return ""
    return wording.status_text(row, writer.words)


def _later(writer: Writer) -> Iterator[Block]:
    """That results of later years are left out, where there are some."""
    if any(year > writer.year for year in writer.view.years_reported):
        text = writer.text(
            "Results after {year} are left out: this report is on {year}.", year=writer.year
        )
        yield Paragraph(text, "note")


# --- pictures -----------------------------------------------------------------------------------


def _pictures(writer: Writer) -> Iterator[Block]:
    """Every indicator's results beside its targets, up to the year of the report."""
    view = writer.view
    results = _up_to(view.results, writer.year)
    for indicator in writer.plan.indicators:
        own = results[results["indicator"] == indicator.code]
        replaced = {y: t for (code, y), t in view.replaced.items() if code == indicator.code}
        amended = charts.Amended(view.amendments, replaced)
        chart = charts.trajectory(own, indicator, view.plan, writer.words, amended)
        png = draw(chart, file_type="png", width_cm=_WIDTH_CM, height_cm=_HEIGHT_CM)
        yield Picture(png, _WIDTH_CM, alt=chart.sentence, caption=writer.numbered(indicator))


def _up_to(results: pd.DataFrame, year: int) -> pd.DataFrame:
    """The results with those of later years as if nobody had reported; targets stay."""
    later = results["year"] > year
    judged = later & (results["status"] != Status.NO_TARGET.value)
    counts = ["numerator", "denominator", "answered"]
    values = ["value_pct", "worst_pct", "best_pct", "phase"]
    return results.assign(
        **{name: results[name].mask(later, 0) for name in counts},
        **{name: results[name].mask(later) for name in values},
        status=results["status"].mask(judged, Status.NO_DATA.value),
    )


# --- every agency -------------------------------------------------------------------------------


def _agencies(writer: Writer) -> list[Block]:
    """How every agency stands on every indicator; nothing where nobody has reported."""
    if not writer.reporters():
        return []
    text, indicators = writer.text, writer.plan.indicators
    agencies = [place.agency.id for place in writer.plan.roster(writer.year)]
    rows = {(r["agency"], code): r for code, own in writer.standings.items() for r in own}
    heads = [text("No."), text("Press agency")]
    heads += [f"{i.row}. {i.short[writer.words.code]}" for i in indicators]
    lines = [
        (
            str(number),
            writer.name(agency),
            *(_standing(writer, i, rows[agency, i.code]) for i in indicators),
        )
        for number, agency in enumerate(agencies[:MOST_ROWS], start=1)
    ]
    province = [writer.row(indicator) for indicator in indicators]
    totals = (
        writer.counted_alone(row, indicator) if row["answered"] else "–"
        for indicator, row in zip(indicators, province, strict=True)
    )
    lines.append(("", text("Province"), *totals))
    table = Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(lines),
        widths=(1.3, 5.2, *(3.1 for _ in indicators)),
        aligns=("center", "left", *columns_of("center", len(indicators))),
        numbered=True,
        bold=frozenset([len(lines) - 1]),
        alt=text("How every agency stands on every indicator in {year}", year=writer.year),
    )
    note = text("“–”: the indicator does not count this agency.")
    return [table, Paragraph(note, "note"), *_limit(writer, len(agencies))]


def _standing(writer: Writer, indicator: Indicator, row: Row) -> str:
    """One agency's own standing: what it answered, with its growth or its share."""
    if not (row["answered"] or row["missing"]):
        return "–"
    answer = writer.answer(row["answer"])
    if not row["answered"]:
        return answer
    if indicator.kind == "ratio":
        share = wording.percent_text(row, indicator, writer.words)
        return f"{wording.bare_count(row, writer.words)} ({share})"
    if indicator.kind == "share_growth":
        return f"{answer} ({growth_text(writer, row, indicator)})"
    return answer


def _limit(writer: Writer, count: int) -> Iterator[Block]:
    """That the table is cut short, where it is."""
    if count > MOST_ROWS:
        text = writer.text(
            "The first {shown} of {count} agencies in the register's order; the Excel pack has all of them",
            shown=writer.words.number(MOST_ROWS),
            count=writer.words.number(count),
        )
        yield Paragraph(sentence(text), "note")


# --- every answer -------------------------------------------------------------------------------


def _answers(writer: Writer, standings: Sequence[YearStanding]) -> list[Block]:
    """What every agency answered to the form's questions, with the day of its report.

    A few agencies stand side by side; of many each has a line, and the questions a key below.
    Nothing where nobody has reported.
    """
    if not writer.reporters():
        return []
    agencies = [agency.id for agency in writer.plan.agencies_in(writer.year)]
    corrected = {(erratum.agency, erratum.field) for erratum in writer.corrections()}
    shown = agencies[:MOST_ROWS]
    days, phases = {standing.agency: standing for standing in standings}, writer.phases()
    told = [
        (
            collecting.arrival_text(writer, days.get(agency)),
            _phase(writer, phases.get(agency)),
            *_told(writer, agency, corrected),
        )
        for agency in shown
    ]
    few = len(shown) <= _SIDE_BY_SIDE
    table = _side_by_side(writer, shown, told) if few else _line_by_line(writer, shown, told)
    notes = [writer.text("“–”: no answer, which is neither “no” nor 0.")]
    if corrected:
        notes.append(writer.text("*: corrected after it was filed."))
    key = [] if few else [Paragraph(_key(writer), "note")]
    return [table, Paragraph(" ".join(notes), "note"), *key, *_limit(writer, len(agencies))]


def _phase(writer: Writer, phase: Phase | None) -> str:
    return writer.text(messages.PHASES[phase]) if phase else "–"


def _side_by_side(
    writer: Writer, agencies: Sequence[str], told: Sequence[tuple[str, ...]]
) -> Table:
    """The questions down, the agencies across."""
    text, questions = writer.text, writer.plan.form.field
    heads = [text("No."), text("Question"), text("Unit"), *map(writer.name, agencies)]
    firsts = [
        ("", text("Day received"), ""),
        ("", text("Kind of figures"), ""),
        *((q.stt, writer.question(q.name), writer.unit(q.name)) for q in questions),
    ]
    return Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(
            (*first, *own) for first, own in zip(firsts, zip(*told, strict=True), strict=True)
        ),
        widths=(1.2, 6.0, 1.9, *(2.6 for _ in agencies)),
        aligns=("center", "left", "center", *columns_of("center", len(agencies))),
        numbered=True,
        alt=text("What every agency answered to every question in {year}", year=writer.year),
    )


def _line_by_line(
    writer: Writer, agencies: Sequence[str], told: Sequence[tuple[str, ...]]
) -> Table:
    """The agencies down, the questions by their numbers across."""
    text, questions = writer.text, writer.plan.form.field
    heads = [text("No."), text("Press agency"), text("Day received"), text("Kind of figures")]
    heads += [question.stt for question in questions]
    return Table(
        heads=(tuple(Head(head) for head in heads),),
        rows=tuple(
            (str(number), writer.name(agency), *own)
            for number, (agency, own) in enumerate(zip(agencies, told, strict=True), start=1)
        ),
        widths=(1.2, 4.2, 2.6, 1.9, *(2.0 for _ in questions)),
        aligns=("center", "left", *columns_of("center", 2 + len(questions))),
        alt=text("What every agency answered to every question in {year}", year=writer.year),
    )


def _key(writer: Writer) -> str:
    """Which question stands under which number."""
    parts = []
    for question in writer.plan.form.field:
        unit = writer.unit(question.name)
        label = writer.question(question.name)
        parts.append(f"{question.stt}: {label} ({unit})" if unit else f"{question.stt}: {label}")
    return sentence("; ".join(parts))


def _told(writer: Writer, agency: str, corrected: set[tuple[str, str]]) -> Iterator[str]:
    values: Mapping[str, object] = writer.view.reported(agency, writer.year)
    for question in writer.plan.form.field:
        value = values.get(question.name)
        if isinstance(value, float):
            told = writer.words.number(value, 6)
        else:
            told = provenance.value_text(value, writer.plan, writer.words)
        yield f"{told} *" if (agency, question.name) in corrected else told
