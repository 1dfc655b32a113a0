"""Results on screen: the year's verdicts, the board, one indicator in detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from tbdx import charts, messages, tables
from tbdx.model import Status
from tbdx.plan import Indicator
from tbdx.service import Row
from tbdx.ui import widgets
from tbdx.ui.shell import Page


def verdict_line(page: Page, year: int) -> str:
    """How many indicators of one year have which status, as badges."""
    counts = Counter(page.view.result[i.code, year]["status"] for i in page.plan.indicators)
    return "  ".join(
        f":{widgets.STATUS_COLOURS[status]}-badge[{label}: {counts[status.value]}]"
        for status in Status
        if status.value in counts
        for label in [tables.status_label(status, page.language)]
    )


def shortfalls(page: Page, year: int) -> list[str]:
    """One line for each indicator that is not met or still open: how much, and who."""
    lines = []
    for indicator in page.plan.indicators:
        row = page.view.result[indicator.code, year]
        if row["status"] not in (Status.NOT_MET.value, Status.NO_DATA.value):
            continue
        if not row["answered"]:
            continue  # nothing reported is not a shortfall
        parts = [
            widgets.short_text(page, indicator, row),
            widgets.missing_text(page, row),
            _holding(page, indicator, row),
        ]
        name = widgets.numbered(page, indicator)
        lines.append(f"- **{name}**: " + "; ".join(part for part in parts if part) + ".")
    return lines


def _holding(page: Page, indicator: Indicator, row: Row) -> str:
    """The agencies that do not reach the indicator, by name."""
    own = page.view.standings
    own = own[(own["indicator"] == indicator.code) & (own["year"] == row["year"])]
    ratio = indicator.kind == "ratio"
    enough = row["target_pct"] if ratio else 100
    behind = own[own["answered"].eq(1) & (own["value_pct"] < enough)]
    if behind.empty:
        return ""
    if ratio:  # people are named with the report that they stand in, once
        speakers = _speakers(page, row["year"])
        behind = behind.assign(agency=behind["agency"].map(speakers)).drop_duplicates("agency")
    day = page.plan.due.last_day(row["year"])
    names = ", ".join(
        widgets.escape(page.plan.agency_name(agency, page.language.code, day))
        + (f" ({part}/{whole})" if ratio else "")
        for agency, part, whole in zip(
            behind["agency"], behind["numerator"], behind["denominator"], strict=True
        )
    )
    return page.text("not reached by {agencies}", agencies=names)


def _speakers(page: Page, year: int) -> dict[str, str]:
    """Whose report speaks for each agency that counts: its own, or that of what it merged into."""
    return {place.agency.id: place.reporter.id for place in page.plan.roster(year)}


def board(page: Page, year: int) -> None:
    """Indicator by year: value and status, target below; the chosen year in bold."""
    years = list(page.plan.all_years)
    lines = {}
    for indicator in page.plan.indicators:
        lines[widgets.numbered(page, indicator)] = [
            _board_cell(page, page.view.result[indicator.code, y]) for y in years
        ]
    heads = [f"**:primary[{y}]**" if y == year else str(y) for y in years]
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=heads)
    frame.index.name = page.text("Indicator")
    label = page.text("Result, verdict and target of every indicator in every year")
    st.table(frame, border="horizontal", alt=label)


def _board_cell(page: Page, row: Row) -> str:
    status = Status(row["status"])
    target = charts.target_text(row["target_pct"], None, page.language)
    if status is Status.NO_TARGET:
        target = "–"
    if not row["answered"]:
        return f":gray[{target}]"
    symbol = messages.SYMBOLS[status]
    value = page.language.percent(row["value_pct"])
    return f":{widgets.STATUS_COLOURS[status]}-badge[{symbol} {value}]  \n:gray[/ {target}]"


def verdict_sentence(page: Page, indicator: Indicator, row: Row) -> str:
    """One indicator's year in a line: badge, value, counts, target, what is short."""
    parts = [f"**{row['year']}**", widgets.badge(page, row["status"])]
    if row["answered"]:
        value = page.language.percent(row["value_pct"])
        parts.append(f"**{value}** ({widgets.count_text(page, indicator, row)})")
    parts += [
        widgets.target_text(page, indicator, row),
        widgets.short_text(page, indicator, row),
        widgets.missing_text(page, row),
    ]
    return " · ".join(part for part in parts if part)


def results_table(page: Page, own: pd.DataFrame, label: str) -> None:
    """One indicator's results, one row a year."""
    percent, number = page.language.percent, page.language.number
    thresholds = {}
    if own["threshold_pct"].notna().any():  # only growth is asked for in pairs
        title = page.text("Growth threshold")
        thresholds[title] = [percent(value, 2) for value in own["threshold_pct"]]
    frame = pd.DataFrame(
        {
            page.text("Year"): own["year"].astype(str),
            page.text("Result"): [percent(value) for value in own["value_pct"]],
            page.text("Status"): [widgets.badge(page, status) for status in own["status"]],
            page.text("Count"): [
                f"{number(part)}/{number(whole)}" if answered else "–"
                for part, whole, answered in zip(
                    own["numerator"], own["denominator"], own["answered"], strict=True
                )
            ],
            page.text("Target"): [percent(value, 2) for value in own["target_pct"]],
            **thresholds,
            page.text("Needed"): [number(n) if pd.notna(n) else "–" for n in own["needed"]],
            page.text("Possible"): [
                f"{percent(worst)} – {percent(best)}" if missing and answered else ""
                for worst, best, missing, answered in zip(
                    own["worst_pct"], own["best_pct"], own["missing"], own["answered"], strict=True
                )
            ],
            page.text("Kind of figures"): [
                widgets.phase_text(page, phase) for phase in own["phase"]
            ],
        }
    )
    st.table(frame, border="horizontal", hide_index=True, alt=label)


def agencies_table(page: Page, indicator: Indicator, year: int) -> None:
    """Who counts for one indicator in one year, and with what."""
    own = page.view.standings
    own = own[(own["indicator"] == indicator.code) & (own["year"] == year)]
    counted = (own["answered"] + own["missing"]).gt(0)
    day = page.plan.due.last_day(year)
    frame = pd.DataFrame(
        {
            page.text("Agency"): [
                widgets.escape(page.plan.agency_name(agency, page.language.code, day))
                for agency in own["agency"]
            ],
            **_spoken_for(page, list(own["agency"]), year),
            page.text("In the denominator"): [
                page.text("yes") if yes else page.text("no") for yes in counted
            ],
        }
    )
    if indicator.kind == "ratio":
        frame[page.text("Trained / staff")] = [
            f"{page.language.number(part)}/{page.language.number(whole)}" if answered else "–"
            for part, whole, answered in zip(
                own["numerator"], own["denominator"], own["answered"], strict=True
            )
        ]
        frame[page.text("Share")] = [page.language.percent(v) for v in own["value_pct"]]
    else:
        frame[page.text("Counts")] = [page.text(messages.ANSWERS[code]) for code in own["answer"]]
    if indicator.kind == "share_growth":
        title = page.text("Growth over {year}", year=page.plan.years.base)
        frame[title] = [page.language.percent(value, 2) for value in own["growth_pct"]]
    st.table(frame, border="horizontal", hide_index=True, alt=page.text("Agencies that count"))


def _spoken_for(page: Page, agencies: Sequence[str], year: int) -> dict[str, list[str]]:
    """A column with whose report is used, where it is not everybody's own."""
    speakers = _speakers(page, year)
    if all(speakers[agency] == agency for agency in agencies):
        return {}
    names = (tables.agency_label(page.view, speakers[a], page.language, year) for a in agencies)
    labels = [widgets.escape(name) for name in names]
    return {page.text("By the report of"): labels}


def alternative_notes(page: Page, indicator: Indicator, year: int) -> list[str]:
    """What the indicator would be among another denominator, where the plan leaves a choice."""
    rows = page.view.alternatives(indicator, year)
    return [
        page.text(
            "Counted among {among} instead: {count}, {value}, {status}.",
            among=widgets.among_text(page, other.among),
            count=widgets.count_text(page, indicator, row),
            value=page.language.percent(row["value_pct"]),
            status=tables.status_label(row["status"], page.language),
        )
        for other, row in zip(indicator.alternatives, rows, strict=True)
        if row["answered"]
    ]
