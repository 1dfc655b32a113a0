"""An agency's figures: growth, people and yes/no answers over the years, then every answer."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from tbdx import charts, messages, provenance
from tbdx.model import Phase
from tbdx.plan import Agency, Indicator
from tbdx.ui import agencies, agency_duties, shell, widgets
from tbdx.ui.shell import Page


def show(page: Page, agency: Agency) -> None:
    """The trajectories of this agency, then what it answered, corrections marked."""
    phases = agencies.reports(page, agency.id)
    own = agencies.standings(page, agency.id)
    if own["phase"].notna().any():
        _trajectories(page, agency, own)
    st.header(page.text("Answers over the years"))
    if not phases:
        agencies.not_reported(page, agency)
        return
    _answers_table(page, agency, phases)
    year = max(phases)
    agency_duties.trace_links(page, agency.id, year)
    shell.link(
        "submissions",
        page.text("Reports sent, with versions"),
        icon=":material/history:",
        show="history",
        agency=agency.id,
        year=str(year),
    )


def _trajectories(page: Page, agency: Agency, own: pd.DataFrame) -> None:
    """Growth and people side by side where there is room, then yes or no."""
    grid = st.grid(2, min_column_width=420)
    for indicator in page.plan.indicators:
        rows = own[own["indicator"] == indicator.code]
        draw = {"share_growth": _growth, "ratio": _ratio}.get(indicator.kind)
        if draw:
            with grid.cell():
                draw(page, agency, indicator, rows)
    indicators = [i for i in page.plan.indicators if i.kind == "share"]
    codes = [indicator.code for indicator in indicators]
    rows = own[own["indicator"].isin(codes) & own["phase"].notna()]
    st.header(page.text("Yes or no, by indicator"))
    chart = charts.agency_answers(rows, indicators, page.plan, page.language)
    title = page.text("Yes or no, by indicator")
    subject = agencies.subject(page, agency, "answers", title)
    widgets.show_chart(page, chart, "answers", subject)


def _growth(page: Page, agency: Agency, indicator: Indicator, own: pd.DataFrame) -> None:
    """Revenue growth against the thresholds of the plan."""
    view = page.view
    thresholds = {t.year: t.threshold_pct for t in view.targets if t.indicator == indicator.code}
    rows = own.assign(threshold_pct=own["year"].map(thresholds).astype(float))
    st.header(indicator.short[page.language.code])
    chart = charts.growth(rows, page.plan, page.language, charts.Amended(view.amendments))
    note = page.text(
        "Hatched bar: estimate. Growth is compared unrounded. The threshold counts for the province; it binds this agency only in years in which the plan names it."
    )
    title = indicator.short[page.language.code]
    subject = agencies.subject(page, agency, "growth", title, note, indicator=indicator.code)
    widgets.show_chart(page, chart, f"growth-{indicator.code}", subject)
    st.caption(note)


def _ratio(page: Page, agency: Agency, indicator: Indicator, own: pd.DataFrame) -> None:
    """A ratio against the targets that bind this agency."""
    view = page.view
    replaced = {year: old for (code, year), old in view.replaced.items() if code == indicator.code}
    st.header(indicator.short[page.language.code])
    chart = charts.agency_ratio(
        own, indicator, page.plan, page.language, charts.Amended(view.amendments, replaced)
    )
    note = page.text(
        "Hollow: estimate. Dashes: targets that bind this agency; other years have none."
    )
    title = indicator.short[page.language.code]
    subject = agencies.subject(page, agency, "ratio", title, note, indicator=indicator.code)
    widgets.show_chart(page, chart, f"ratio-{indicator.code}", subject)
    st.caption(note)


def _answers_table(page: Page, agency: Agency, phases: Mapping[int, Phase]) -> None:
    """Every question against every year that this agency reported."""
    questions = page.plan.form.field
    view = page.view
    own = [e for e in provenance.corrections_in_use(view).values() if e.agency == agency.id]
    marks = {(e.year, e.field): widgets.correction_badge(page, e.id) for e in own}
    columns = {
        agencies.year_head(page, year, phase): [
            f"{value} {marks.get((year, question.name), '')}".rstrip()
            for question, value in zip(
                questions,
                widgets.values_of(page, [values.get(question.name) for question in questions]),
                strict=True,
            )
        ]
        for year, phase in phases.items()
        for values in [view.reported(agency.id, year)]
    }
    labels = [
        f"{q.stt}\\. {messages.field_label(q.name, page.language, page.plan)}"
        + (f" ({q.unit[page.language.code]})" if q.unit.vi else "")
        for q in questions
    ]
    frame = pd.DataFrame({page.text("Question"): labels, **columns})
    st.table(frame, border="horizontal", hide_index=True, alt=page.text("Answers over the years"))
    for erratum in own:
        st.caption(widgets.correction_line(page, erratum))
