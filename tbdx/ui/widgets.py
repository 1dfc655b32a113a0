"""Pickers, cards and tables that several pages share."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from tbdx import charts, definitions, messages, provenance, tables, wording
from tbdx.model import CheckedFile, Erratum, Finding, Severity, Status
from tbdx.plan import Among, Indicator
from tbdx.service import Row, View
from tbdx.ui import address, picturing, shell, taking
from tbdx.ui.markdown import escape as escape  # noqa: PLC0414 (part of what pages are built from)
from tbdx.ui.picturing import Subject
from tbdx.ui.shell import Page

STATUS_COLOURS = {
    Status.EXCEEDED: "blue",
    Status.MET: "green",
    Status.NOT_MET: "red",
    Status.NO_DATA: "orange",
    Status.NO_TARGET: "gray",
    Status.NOT_ASSESSABLE: "violet",
}
_SEVERITY_COLOURS = {
    Severity.REMARK: "orange",
    Severity.BLOCKING: "red",
    Severity.UNREADABLE: "red",
}
CORRECTED = "✎"
"""Marks a figure that was corrected after it was filed."""


def pick_year(page: Page) -> int:
    """The year looked at; opens with the last year that has a report."""
    years = [str(year) for year in page.plan.all_years]
    reported = page.view.years_reported

    def say(year: str) -> str:
        return year if int(year) in reported else page.text("{year} · no report", year=year)

    chosen = address.choose(
        "year",
        years,
        default=str(page.view.latest_year),
        label=page.text("Year"),
        say=say,
        words=page.language,
    )
    return int(chosen)


def pick_indicator(page: Page) -> Indicator:
    """The indicator looked at."""
    names = {i.code: f"{i.row}. {i.short[page.language.code]}" for i in page.plan.indicators}
    code = address.choose(
        "indicator",
        list(names),
        default=next(iter(names)),
        label=page.text("Indicator"),
        say=names.__getitem__,
        words=page.language,
    )
    return page.plan.indicator(code)


def pick_agency(page: Page) -> str:
    """The agency looked at, of those seen; those of the latest year come first, each group by name.

    Where the reader sees none, the page ends here and says so.
    """
    groups = (page.plan.agencies_in(page.view.latest_year), page.plan.agencies)
    known = dict.fromkeys(
        agency
        for group in groups
        for agency in provenance.by_name(
            page.view, page.seen(own.id for own in group), page.language
        )
    )
    if not known:
        no_agency(page)
        st.stop()
    return address.choose(
        "agency",
        list(known),
        default=next(iter(known)),
        label=page.text("Agency"),
        say=lambda agency: tables.agency_label(page.view, agency, page.language),
        words=page.language,
    )


def no_agency(page: Page) -> None:
    """Says that none of the reader's own agencies is in the register."""
    text = page.text(
        "None of your agencies ({agencies}) is in the register. Ask an administrator to enter the agency for which you report now.",
        agencies=", ".join(page.person.agencies),
    )
    st.info(text, icon=":material/info:")


def pick_part(page: Page, name: str, parts: Mapping[str, str], label: str) -> str:
    """Which of a page's parts (texts by code) is shown: the first, unless the address names one."""
    usual = next(iter(parts))
    return address.choose(
        name,
        list(parts),
        default=usual,
        usual=usual,
        label=label,
        say=lambda part: page.text(parts[part]),
        words=page.language,
        widget="segmented",
    )


def badge(page: Page, status: str, *, agency: bool = False) -> str:
    """A status as markdown: symbol, word and colour."""
    label = tables.status_label(status, page.language, agency=agency)
    return f":{STATUS_COLOURS[Status(status)]}-badge[{label}]"


def verdict_badge(page: Page, row: Mapping[Hashable, Any], *, agency: bool = False) -> str:
    """A row's verdict as markdown: as `badge`, and open where it is not decided yet."""
    label = wording.status_label(row, page.language, agency=agency)
    return f":{STATUS_COLOURS[Status(row['status'])]}-badge[{label}]"


def count_text(page: Page, indicator: Indicator, row: Row) -> str:
    """The counts behind a percentage, e.g. "2/3 cơ quan" or "93/140 người"."""
    return wording.count_text(row, indicator, page.language)


def percent_text(page: Page, indicator: Indicator, row: Row) -> str:
    """The percentage, which never contradicts its verdict."""
    return wording.percent_text(row, indicator, page.language)


def target_text(page: Page, indicator: Indicator, row: Row) -> str:
    """The target with what it takes, e.g. "Chỉ tiêu 67% (cần 2 cơ quan)"."""
    if row["status"] == Status.NO_TARGET.value:
        return reason_text(page, row["reason"])
    share = wording.target_text(row["target_pct"], row["threshold_pct"], page.language)
    if pd.isna(row["needed"]):
        return page.text("Target: {share}", share=share)
    needed = wording.number_of(int(row["needed"]), indicator, page.language)
    return page.text("Target: {share} (needs {needed})", share=share, needed=needed)


def short_text(page: Page, indicator: Indicator, row: Row) -> str:
    """How much is missing to the target, e.g. "Cần thêm 1 cơ quan"; empty if nothing."""
    return wording.short_text(row, indicator, page.language)


def missing_text(page: Page, row: Row) -> str:
    """Who has not answered, with the range that leaves open; empty if nobody."""
    return wording.missing_text(row, page.plan.indicator(row["indicator"]), page.language)


def reason_text(page: Page, reason: str) -> str:
    """Why a status is what it is, as a sentence; empty where it needs no reason."""
    return wording.reason_text(reason, page.language)


def phase_text(page: Page, phase: object) -> str:
    """Estimate or final, in words; "–" where nothing was reported."""
    words = {known.value: page.text(word) for known, word in messages.PHASES.items()}
    return words.get(str(phase), "–")


def numbered(page: Page, indicator: Indicator) -> str:
    """The indicator's number and short name, as markdown that is no list."""
    return f"{indicator.row}\\. {escape(indicator.short[page.language.code])}"


def card(page: Page, indicator: Indicator, row: Row) -> None:
    """One indicator of one year: value, verdict in counts, target, what is short, its trace."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(numbered(page, indicator), percent_text(page, indicator, row))
        counts = count_text(page, indicator, row) if row["answered"] else ""
        told = " · ".join(
            part for part in (counts, wording.estimate_text(row, page.language)) if part
        )
        st.markdown(f"{verdict_badge(page, row)} {told}")
        lines = [
            target_text(page, indicator, row),
            short_text(page, indicator, row),
            wording.rounding_text(row, indicator, page.language),
            missing_text(page, row),
        ]
        st.caption("  \n".join(line[:1].upper() + line[1:] for line in lines if line))
        st.space("stretch")
        choices = {"indicator": indicator.code, "year": str(row["year"])}
        with st.container(horizontal=True, gap="small"):
            label = page.text("Details")
            shell.link("indicator", label, icon=":material/show_chart:", look="course", **choices)
            if page.sees_all:
                label, icon = page.text("Where does this come from?"), ":material/account_tree:"
                shell.link("indicator", label, icon=icon, look="trace", **choices)


_CHARTS = {"trajectory": charts.trajectory, "thumbnail": charts.thumbnail}


def amendments_of(view: View, indicator: str) -> charts.Amended:
    """What amendments of the plan change in a chart of one indicator."""
    return charts.Amended(
        view.amendments,
        {year: target for (code, year), target in view.replaced.items() if code == indicator},
    )


def indicator_chart(
    page: Page, kind: Literal["trajectory", "thumbnail"], indicator: Indicator
) -> None:
    """One indicator's results over the years, large or small."""
    view, words = page.view, page.language

    def draw() -> charts.Chart:
        own = view.results[view.results["indicator"] == indicator.code]
        return _CHARTS[kind](own, indicator, view.plan, words, amendments_of(view, indicator.code))

    chart = view.kept((kind, indicator.code, words.code), draw)
    if kind == "thumbnail":  # in small it cannot stand alone; see `offer_pictures`
        _plot(chart, f"{kind}-{indicator.code}")
    else:
        show_chart(page, chart, f"{kind}-{indicator.code}", _trajectory_of(page, indicator))


def offer_pictures(page: Page, indicators: Sequence[Indicator]) -> None:
    """One button for the pictures of several indicators, each over the years and in large."""
    view, words = page.view, page.language

    def drawn(indicator: Indicator) -> charts.Chart:
        own = view.results[view.results["indicator"] == indicator.code]
        amended = amendments_of(view, indicator.code)
        return charts.trajectory(own, indicator, view.plan, words, amended)

    offered = [(_trajectory_of(page, own), partial(drawn, own)) for own in indicators]
    picturing.offer_all(page, offered, "indicators")


def _trajectory_of(page: Page, indicator: Indicator) -> Subject:
    return Subject(
        kind="trajectory",
        title=f"{indicator.row}. {indicator.short[page.language.code]}",
        about={"indicator": indicator.code},
        notes=[page.text("Filled mark: final figures. Hollow mark: estimate. Gap: no figure.")],
    )


def show_chart(page: Page, chart: charts.Chart, key: str, subject: Subject) -> None:
    """A figure with its sentence for those who cannot see it, and its pictures."""
    _plot(chart, key)
    picturing.offer(page, subject, lambda: chart, key)


def _plot(chart: charts.Chart, key: str) -> None:
    st.plotly_chart(chart.finished, key=key, config=charts.CONFIG, alt=chart.sentence)


def among_text(page: Page, among: Among) -> str:
    """Who is in a denominator, in words."""
    return definitions.among(among, page.plan, page.language)


def findings_table(page: Page, file: CheckedFile) -> None:
    """Every finding of one file: how grave and where, what. Two columns, to fit a phone."""
    rows = pd.DataFrame(
        [
            {
                page.text("Place"): _place(page, finding),
                page.text("What was found, and what to do"): escape(
                    messages.finding_text(finding, page.language)
                ),
            }
            for finding in file.findings
        ]
    )
    label = page.text("Findings in {file}", file=file.name)
    st.table(rows, border="horizontal", hide_index=True, alt=label)


def _place(page: Page, finding: Finding) -> str:
    """How grave a finding is, its sheet, its cell and the question asked there."""
    severity = page.text(messages.SEVERITIES[finding.severity])
    badge = f":{_SEVERITY_COLOURS[finding.severity]}-badge[{severity}]"
    cell = f"**{finding.cell}**" if finding.cell else ""
    question = (
        messages.field_label(finding.field, page.language, page.plan) if finding.field else ""
    )
    parts = (badge, escape(finding.sheet), cell, f":small[{escape(question)}]" if question else "")
    return " ".join(part for part in parts if part)


def values_of(page: Page, values: Sequence[object]) -> list[str]:
    """Reported values in the reader's words; "–" where there is none."""
    return [provenance.value_text(value, page.plan, page.language) for value in values]


def correction_badge(page: Page, number: int) -> str:
    """The mark of a corrected figure, as markdown."""
    return f":orange-badge[{CORRECTED} {provenance.correction_mark(number, page.language)}]"


def correction_line(page: Page, erratum: Erratum) -> str:
    """A correction with its mark: which figure, stated and corrected, why; as markdown."""
    text = provenance.correction_text(page.view, erratum, page.language)
    return f"{correction_badge(page, erratum.id)} {escape(text)}"


def download(
    page: Page,
    label: str,
    content: partial[bytes],
    file_name: str,
    key: str | None = None,
    *,
    disabled: bool = False,
) -> None:
    """A download made when it is asked for; `content` binds all it needs.

    Where it is `disabled`, who calls says why beside it.
    """
    st.download_button(
        label,
        data=partial(taking.while_current, page, content),
        key=key,
        file_name=file_name,
        icon=":material/download:",
        on_click="ignore",
        disabled=disabled,
    )
