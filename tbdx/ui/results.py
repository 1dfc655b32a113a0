"""Results on screen: the year's verdicts, one indicator in detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from tbdx import wording
from tbdx.i18n import N_
from tbdx.model import Reason, Status
from tbdx.plan import Indicator
from tbdx.service import Row
from tbdx.ui import projecting, stating, widgets
from tbdx.ui.shell import Page


def verdict_line(page: Page, year: int) -> str:
    """How many indicators of one year have which verdict, as badges."""
    rows = [page.view.result[indicator.code, year] for indicator in page.plan.indicators]
    counts = Counter((row["status"], wording.status_label(row, page.language)) for row in rows)
    return "  ".join(
        f":{widgets.STATUS_COLOURS[status]}-badge[{label}: {count}]"
        for status in Status
        for (code, label), count in sorted(counts.items())
        if code == status.value
    )


def shortfalls(page: Page, year: int) -> list[str]:
    """One line for each indicator that is not met or still open: how much, and who."""
    key = ("shortfalls", year, page.language.code)
    return page.view.kept(key, lambda: _shortfalls(page, year))


def _shortfalls(page: Page, year: int) -> list[str]:
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
            *(_holding(page, indicator, row) if page.sees_all else ()),
        ]
        name = widgets.numbered(page, indicator)
        lines.append(f"- **{name}**: " + "; ".join(part for part in parts if part) + ".")
    return lines


def _holding(page: Page, indicator: Indicator, row: Row) -> list[str]:
    """The agencies that do not reach the indicator, and those that have not answered, by name."""
    own = page.view.standings
    own = own[(own["indicator"] == indicator.code) & (own["year"] == row["year"])]
    ratio = indicator.kind == "ratio"
    enough = row["target_pct"] if ratio else 100
    behind = own[own["answered"].eq(1) & (own["value_pct"] < enough)]
    silent = own[own["missing"].eq(1)]
    if ratio:  # people are named with the report that they stand in, once
        speakers = _speakers(page, row["year"])
        behind = behind.assign(agency=behind["agency"].map(speakers)).drop_duplicates("agency")
        silent = silent.assign(agency=silent["agency"].map(speakers)).drop_duplicates("agency")
    held = [_remark(page, own_row, counts=ratio) for own_row in behind.to_dict("records")]
    lines = []
    if held:
        names = _names(page, behind["agency"], held, row["year"])
        lines.append(page.text("not reached by {agencies}", agencies=names))
    if len(silent):
        names = _names(page, silent["agency"], [""] * len(silent), row["year"])
        lines.append(page.text("no figure from {agencies}", agencies=names))
    return lines


def _remark(page: Page, row: Row, *, counts: bool) -> str:
    """In brackets: an agency's own counts, and that the plan asks nothing of it."""
    parts = [wording.bare_count(row, page.language)] if counts else []
    if row["reason"] == Reason.NOT_ASSIGNED.value:
        parts.append(page.text("no target assigned"))
    return f" ({', '.join(parts)})" if parts else ""


def _names(page: Page, agencies: Iterable[str], remarks: Iterable[str], year: int) -> str:
    """Agencies by the names borne on the year's due date, each with a remark, shortened."""
    day, code = page.plan.due.last_day(year), page.language.code
    names = [
        f"{widgets.escape(page.plan.agency_name(agency, code, day))}{remark}"
        for agency, remark in zip(agencies, remarks, strict=True)
    ]
    return wording.listed(names, page.language)


def _speakers(page: Page, year: int) -> dict[str, str]:
    """Whose report speaks for each agency that counts: its own, or that of what it merged into."""
    return {place.agency.id: place.reporter.id for place in page.plan.roster(year)}


def verdict_sentence(page: Page, indicator: Indicator, row: Row) -> None:
    """One indicator's year: counts, value and verdict large; target and what is short below."""
    parts = [widgets.verdict_badge(page, row)]
    if row["answered"]:
        counts = widgets.count_text(page, indicator, row)
        value = f"{counts} · {widgets.percent_text(page, indicator, row)}"
        if estimate := wording.estimate_text(row, page.language):
            value += f" ({estimate})"
        parts = [value, *parts]
    st.markdown(f"### {row['year']} · " + " ".join(parts))
    lines = [
        widgets.target_text(page, indicator, row),
        widgets.short_text(page, indicator, row),
        wording.rounding_text(row, indicator, page.language),
        widgets.missing_text(page, row),
    ]
    if row["reason"] and row["status"] != Status.NO_TARGET.value:  # there the target says it
        lines.append(widgets.reason_text(page, row["reason"]))
    st.markdown(" · ".join(f"{line[:1].upper()}{line[1:]}" for line in lines if line))


_PARTS = {
    "course": N_("Over the years"),
    "trace": N_("Where it comes from"),
    "readings": N_("Other readings"),
}
"""The parts of an indicator's page, by their names in the address; all but the first are of every agency's answers."""


def pick_part(page: Page) -> str:
    """Which part of an indicator's page is shown below its verdict."""
    offered = _PARTS if page.sees_all else {"course": _PARTS["course"]}
    return widgets.pick_part(page, "look", offered, page.text("Show"))


def course(page: Page, indicator: Indicator) -> None:
    """One indicator over the years: drawn, as a table, and where it is heading."""
    widgets.indicator_chart(page, "trajectory", indicator)
    st.caption(page.text("Filled mark: final figures. Hollow mark: estimate. Gap: no figure."))
    stating.thresholds(page, [indicator])
    stating.amendments(page, indicator)
    st.subheader(page.text("The same numbers"))
    results_table(page, indicator)
    projecting.show(page, indicator)


def results_table(page: Page, indicator: Indicator) -> None:
    """One indicator's results, one row a year: what the chart draws."""
    words = page.language
    results = page.view.results
    rows = results[results["indicator"] == indicator.code].to_dict("records")
    in_pairs = any(pd.notna(row["threshold_pct"]) for row in rows)  # only growth is asked in pairs
    lines = [
        {
            page.text("Year"): str(row["year"]),
            page.text("Count"): wording.bare_count(row, words),
            page.text("Result"): widgets.percent_text(page, indicator, row),
            page.text("Status"): widgets.verdict_badge(page, row),
            page.text("Target"): words.percent(row["target_pct"], 2),
            **(
                {page.text("Growth threshold"): words.percent(row["threshold_pct"], 2)}
                if in_pairs
                else {}
            ),
            page.text("Needed"): words.number(None if pd.isna(n := row["needed"]) else n),
            page.text("Possible"): _possible(page, row),
            page.text("Kind of figures"): widgets.phase_text(page, row["phase"]),
        }
        for row in rows
    ]
    label = page.text("The same numbers")
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)


def _possible(page: Page, row: Row) -> str:
    """What the result can still become while agencies are missing."""
    if not (row["missing"] and row["answered"]):
        return ""
    indicator = page.plan.indicator(row["indicator"])
    worst = wording.bound_text(row, "worst_pct", indicator, page.language)
    best = wording.bound_text(row, "best_pct", indicator, page.language)
    return f"{worst} – {best}"
