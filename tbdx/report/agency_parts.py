"""What one agency achieved in a year, beside what was asked of it: indicators, growth, people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from tbdx import charts, duty_wording, metrics, pictures, provenance, wording
from tbdx.i18n import Language
from tbdx.model import Phase, Reason, Status
from tbdx.plan import Agency, Indicator
from tbdx.report.content import Block, Head, Paragraph, Picture, Table
from tbdx.service import Row, View
from tbdx.service.view import Value

_WIDTH, _HEIGHT = 16.0, 7.5  # cm: as wide as the lines of text


@dataclass(frozen=True)
class Own:
    """Whose report it is, of which year, and what was reported; `phase` is None where nothing was."""

    view: View
    agency: Agency
    year: int
    words: Language
    values: Mapping[str, Value] = field(init=False)
    phase: Phase | None = field(init=False)

    def __post_init__(self) -> None:
        phases = self.view.phases
        told = phases[(phases["agency"] == self.agency.id) & (phases["year"] == self.year)]
        phase = Phase(told["phase"].iloc[0]) if len(told) else None
        object.__setattr__(self, "phase", phase)
        object.__setattr__(self, "values", self.view.reported(self.agency.id, self.year))

    @property
    def name(self) -> str:
        """The agency's name on the year's due date."""
        day = self.view.plan.due.last_day(self.year)
        return self.agency.name(self.words.code, day)

    @property
    def places(self) -> list[str]:
        """The agencies that this report speaks for; by the original structure maybe several."""
        roster = self.view.plan.roster(self.year)
        return [place.agency.id for place in roster if place.reporter.id == self.agency.id]

    def label(self, agency: str) -> str:
        """An agency's name, with its dates where another one bears the same."""
        return provenance.agency_label(self.view, agency, self.words, self.year)

    def rows(self, agency: str) -> list[Row]:
        """An agency's indicators of the year, in the plan's order."""
        rows = self.view.standings
        found: list[Row] = rows[(rows["agency"] == agency) & (rows["year"] == self.year)].to_dict(
            "records"
        )
        return found

    def asked(self, name: str) -> str:
        """A question in the words of this year's form."""
        question, code = self.view.plan.form.question(name), self.words.code
        base = self.view.plan.years.base
        return question.label[code].format(year=self.year, base_year=base) if question else name

    def unit(self, name: str) -> str:
        """The unit of a question."""
        question = self.view.plan.form.question(name)
        return question.unit[self.words.code] if question else ""

    def number(self, name: str) -> float | None:
        """A reported number; None for a blank."""
        value = self.values.get(name)
        return value if isinstance(value, float) else None


def _brief(indicator: Indicator, words: Language) -> str:
    return f"{indicator.row}. {indicator.short[words.code]}"


# --- indicators ---------------------------------------------------------------------------------


def results(own: Own) -> list[Block]:
    """Target, duty, result and verdict by indicator; a table for whomever the report speaks for."""
    blocks: list[Block] = []
    text, places = own.words.text, own.places
    if not places:
        said = text(
            "By the agency structure chosen, this agency does not count in {year}.", year=own.year
        )
        return [Paragraph(said)]
    if places != [own.agency.id]:
        names = wording.listed([own.label(place) for place in places], own.words)
        said = text(
            "By the agency structure chosen, this report stands for: {agencies}.", agencies=names
        )
        blocks.append(Paragraph(said))
    for place in places:
        rows, caption = own.rows(place), "" if place == own.agency.id else own.label(place)
        blocks += [
            Paragraph(_balance(own, place, rows)),
            _table(own, rows, caption),
            *_notes(own, rows),
        ]
    return blocks


def _balance(own: Own, agency: str, rows: Iterable[Row]) -> str:
    """How many of the agency's own targets are met, which are not; of none that there are none."""
    words, plan = own.words, own.view.plan
    bound = [row for row in rows if duty_wording.is_bound(row)]
    if not bound:
        return words.text(
            "The plan assigns no target to {agency} in {year}; its results are given for information and not judged.",
            agency=own.label(agency) if agency != own.agency.id else own.name,
            year=own.year,
        )
    said = [
        words.plural(
            "In {year} the plan assigns {count} target to {agency}:",
            "In {year} the plan assigns {count} targets to {agency}:",
            len(bound),
            agency=own.label(agency) if agency != own.agency.id else own.name,
            year=own.year,
        )
    ]
    counts = []
    for status in Status:
        own_rows = [row for row in bound if row["status"] == status.value]
        if own_rows:
            names = "; ".join(_brief(plan.indicator(row["indicator"]), words) for row in own_rows)
            verdict = wording.status_text(own_rows[0], words, agency=True).lower()
            counts.append(f"{verdict} {words.number(len(own_rows))} ({names})")
    return f"{' '.join(said)} {'; '.join(counts)}."


def _table(own: Own, rows: Iterable[Row], caption: str) -> Table:
    words, plan = own.words, own.view.plan
    text = words.text
    lines = []
    for row in rows:
        indicator = plan.indicator(row["indicator"])
        asked = "–"
        if duty_wording.is_bound(row):
            asked = duty_wording.asked_text(row, indicator, words)
        lines.append(
            (
                str(indicator.row),
                indicator.title[words.code],
                _province(own, indicator),
                asked,
                duty_wording.done_text(own.view, row, words),
                wording.status_text(row, words, agency=True),
            )
        )
    heads = (
        text("No."),
        text("Indicator"),
        text("The province's target"),
        text("Asked of the agency"),
        text("Result"),
        text("Verdict"),
    )
    return Table(
        heads=(tuple(map(Head, heads)),),
        rows=tuple(lines),
        widths=(1.1, 6.2, 2.6, 2.2, 2.3, 2.2),
        aligns=("center", "left", "center", "center", "center", "center"),
        numbered=True,
        caption=caption,
        alt=text("Targets and results of the agency in {year}", year=own.year),
    )


def _province(own: Own, indicator: Indicator) -> str:
    """The province's target of the year; of a printed 0% that it asks for nothing."""
    row = own.view.result[indicator.code, own.year]
    if row["reason"] == Reason.TARGET_ZERO.value:
        nothing = own.words.text("no target")
        return f"{own.words.percent(row['target_pct'], 2)} ({nothing})"
    return wording.target_text(row["target_pct"], row["threshold_pct"], own.words)


def _notes(own: Own, rows: Iterable[Row]) -> list[Block]:
    """What stands below the table: who has no target, and why something could not be judged."""
    words, plan = own.words, own.view.plan
    said = []
    if not all(map(duty_wording.is_bound, rows := list(rows))):
        rule = plan.rule_text("universal_target")[words.code]
        not_judged = words.text("Where no target is assigned, the result is not judged.")
        said.append(f"{rule} {not_judged}".strip())
    for row in rows:
        if row["reason"] in (Reason.NO_BASELINE.value, Reason.EMPTY_DENOMINATOR.value):
            indicator = plan.indicator(row["indicator"])
            said.append(f"{_brief(indicator, words)}: {wording.reason_text(row['reason'], words)}.")
    return [Paragraph(text, "note") for text in said]


# --- growth and people --------------------------------------------------------------------------


def _of_growth(own: Own) -> list[Indicator]:
    return [i for i in own.view.plan.indicators if i.kind == "share_growth"]


def growth_title(own: Own) -> str:
    """What grows, by the short names of the plan's indicators of growth."""
    return ", ".join(indicator.short[own.words.code] for indicator in _of_growth(own))


def growth(own: Own) -> list[Block]:
    """Amounts, growth over the base year, and its course, by indicator of growth."""
    return [block for indicator in _of_growth(own) for block in _grown(own, indicator)]


def _grown(own: Own, indicator: Indicator) -> list[Block]:
    words, view = own.words, own.view
    base, amount = _base(own, indicator), own.number(indicator.amount)
    unit = own.unit(indicator.amount)
    said = [
        words.text(
            "{label}: {amount} {unit}.",
            label=own.asked(name),
            amount=words.number(value, 6),
            unit=unit,
        )
        if value is not None
        else words.text("{label}: no answer.", label=own.asked(name))
        for name, value in ((indicator.amount, amount), (indicator.base_amount, base))
    ]
    parts = view.plan.predecessors(own.agency.id)
    if parts and own.agency.id in view.merged_baselines.get(indicator.base_amount, {}):
        names = wording.listed([own.label(part.id) for part in parts], words)
        said.append(
            words.text(
                "The base year's amount is the sum of the agencies merged: {names}.", names=names
            )
        )
    rows = _course(own, indicator)
    now = rows[rows["year"] == own.year].to_dict("records")
    if now and pd.notna(now[0]["growth_pct"]):
        growth = duty_wording.done_text(view, now[0], words)
        base_year = view.plan.years.base
        said.append(
            words.text("Growth over {base_year}: {growth}.", base_year=base_year, growth=growth)
        )
        said.append(_threshold(own, now[0], indicator))
    blocks: list[Block] = [Paragraph(" ".join(filter(None, said)))]
    if rows["growth_pct"].notna().any():
        chart = charts.growth(rows, view.plan, words, charts.Amended(view.amendments))
        png = pictures.draw(chart, file_type="png", width_cm=_WIDTH, height_cm=_HEIGHT)
        title = words.text("Revenue growth over {year}, in percent", year=view.plan.years.base)
        blocks.append(Picture(png, _WIDTH, chart.sentence, title))
    return blocks


def _base(own: Own, indicator: Indicator) -> float | None:
    """The base year's amount that the growth is computed with, in million VND."""
    view, name = own.view, indicator.base_amount
    merged = view.merged_baselines.get(name, {})
    if own.agency.id in merged:
        return merged[own.agency.id]
    reports = view.answers[view.answers["agency"] == own.agency.id]
    amounts = metrics.baselines(reports, view.plan, name)[reports["year"] == own.year].dropna()
    return float(amounts.iloc[0]) if len(amounts) else None


def _course(own: Own, indicator: Indicator) -> pd.DataFrame:
    """The growth of every year up to this one beside the thresholds of the plan."""
    view = own.view
    rows = view.standings
    rows = rows[rows["agency"].isin(own.places[:1]) & (rows["indicator"] == indicator.code)]
    thresholds = {t.year: t.threshold_pct for t in view.targets if t.indicator == indicator.code}
    return rows.assign(
        growth_pct=rows["growth_pct"].where(rows["year"] <= own.year),
        threshold_pct=rows["year"].map(thresholds).astype(float),
    )


def _threshold(own: Own, row: Row, indicator: Indicator) -> str:
    """The growth that the year asks for, and whether it is asked of this agency."""
    if pd.isna(row["threshold_pct"]):
        return ""
    threshold = own.words.percent(row["threshold_pct"], 2)
    rows = (own_row for place in own.places for own_row in own.rows(place))
    if any(r["indicator"] == indicator.code and duty_wording.is_bound(r) for r in rows):
        return own.words.text("The plan asks for {threshold} or more.", threshold=threshold)
    return own.words.text(
        "The province's threshold of {threshold} is not assigned to the agency.",
        threshold=threshold,
    )


def people(own: Own) -> list[Block]:
    """Sums beside their whole, by indicator of sums: how many people are trained."""
    words, view = own.words, own.view
    blocks: list[Block] = []
    for indicator in view.plan.indicators:
        if indicator.kind != "ratio":
            continue
        part, whole = own.number(indicator.numerator), own.number(indicator.denominator)
        if part is None or whole is None:
            label = own.asked(indicator.numerator)
            blocks.append(Paragraph(words.text("{label}: no answer.", label=label)))
            continue
        said = [
            words.text(
                "{label}: {part} of {whole} ({share}).",
                label=own.asked(indicator.numerator),
                part=words.number(part),
                whole=wording.number_of(int(whole), indicator, words),
                share=wording.share_text(100 * part / whole if whole else None, words),
            )
        ]
        if whole - part > 0:
            left = wording.number_of(int(whole - part), indicator, words)
            said.append(words.text("Still to come: {count}.", count=left))
        before = view.reported(own.agency.id, own.year - 1)
        earlier = before.get(indicator.numerator), before.get(indicator.denominator)
        if isinstance(earlier[0], float) and isinstance(earlier[1], float) and earlier[1]:
            said.append(
                words.text(
                    "In {year} it was {part} of {whole} ({share}).",
                    year=own.year - 1,
                    part=words.number(earlier[0]),
                    whole=wording.number_of(int(earlier[1]), indicator, words),
                    share=wording.share_text(100 * earlier[0] / earlier[1], words),
                )
            )
        blocks.append(Paragraph(" ".join(said)))
    return blocks
