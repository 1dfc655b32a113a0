"""One agency on screen: what it is, what is asked of it, what it answered."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import streamlit as st

from tbdx import charts, messages, provenance, tables
from tbdx.model import Reason
from tbdx.plan import Agency, Condition, Indicator
from tbdx.service import Row
from tbdx.ui import widgets
from tbdx.ui.shell import Page


def media_text(page: Page, kinds: Iterable[str]) -> str:
    """Media types in words."""
    return ", ".join(page.text(messages.MEDIA.get(kind, kind)) for kind in kinds)


def facts(page: Page, agency: Agency) -> str:
    """Governing body, media types, dates and mergers of an agency, in one line."""
    code = page.language.code
    media = media_text(page, agency.media_types)
    parts = [
        page.text("Governing body: {name}", name=agency.governing_body(code)),
        page.text("Media types: {media}", media=media),
        agency.note(code),
    ]
    if agency.valid_to:
        parts.append(
            page.text("In existence until {date}", date=page.language.date(agency.valid_to))
        )
    if agency.successor:
        name = tables.agency_label(page.view, agency.successor, page.language)
        parts.append(page.text("Continued by {agency}", agency=name))
    return " · ".join(widgets.escape(part) for part in parts if part)


def duties_table(page: Page, own: pd.DataFrame) -> None:
    """What the plan asks of this agency in one year, and what it did.

    `own`: the agency's rows of `View.standings` for one year.
    """
    if own.empty:
        st.info(
            page.text(
                "This agency does not count in this year: it is not in existence on the due date."
            ),
            icon=":material/info:",
        )
        return
    lines = [_duty(page, row) for row in own.to_dict("records")]
    label = page.text("Targets of this agency")
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)


def _duty(page: Page, row: Row) -> dict[str, str]:
    indicator = page.plan.indicator(row["indicator"])
    bound = row["reason"] != Reason.NOT_ASSIGNED.value
    return {
        page.text("Indicator"): widgets.numbered(page, indicator),
        page.text("Asked of it"): _asked(page, indicator, row) if bound else "–",
        page.text("Done"): _done(page, indicator, row),
        page.text("Status"): widgets.badge(page, row["status"], agency=True),
        page.text("Where the plan says so"): _origin(page, row) if bound else "–",
    }


def _asked(page: Page, indicator: Indicator, row: Row) -> str:
    if indicator.kind == "share_growth":
        threshold = page.language.percent(row["threshold_pct"], 2)
        return page.text("revenue up {threshold} or more", threshold=threshold)
    if indicator.kind == "ratio":
        return page.language.percent(row["target_pct"])
    level = _level(indicator)
    if level:
        return page.text("{level} or more", level=page.language.number(level.at_least))
    return page.text("yes")


def _level(indicator: Indicator) -> Condition | None:
    """The condition of an indicator that is about a number."""
    return next((c for c in indicator.conditions if c.at_least is not None), None)


def _done(page: Page, indicator: Indicator, row: Row) -> str:
    if indicator.kind == "share_growth" and not np.isnan(row["growth_pct"]):
        return page.language.percent(row["growth_pct"], 2)
    no_answer, answer = messages.ANSWERS["blank"], messages.ANSWERS[row["answer"]]
    if indicator.kind == "ratio":
        if not row["answered"]:
            return page.text(no_answer)
        share = page.language.percent(row["value_pct"])
        return f"{row['numerator']}/{row['denominator']} · {share}"
    level = _level(indicator)
    reported = page.view.reported(row["agency"], row["year"]).get(level.field) if level else None
    return page.text(answer) if reported is None else widgets.values_of(page, [reported])[0]


def _origin(page: Page, row: Row) -> str:
    """The clause that names the agency, else the rule that binds every agency."""
    named = page.plan.obligation(row["agency"], row["indicator"], row["year"])
    if named:
        return named.source
    source = page.plan.indicator(row["indicator"]).source
    return page.text("{source}: 100% of agencies", source=source)


def answers_table(page: Page, agency: Agency) -> None:
    """Every question against every year that this agency reported."""
    view = page.view
    years = sorted(view.panel.loc[view.panel["agency"] == agency.id, "year"].unique())
    if not years:
        st.info(page.text("This agency has not reported yet."), icon=":material/info:")
        return
    phases = view.phases[view.phases["agency"] == agency.id].set_index("year")["phase"]
    questions = page.plan.form.field
    own = [e for e in provenance.corrections_in_use(view).values() if e.agency == agency.id]
    marks = {(e.year, e.field): widgets.correction_badge(page, e.id) for e in own}
    columns = {
        f"{year} ({widgets.phase_text(page, phases[year]).lower()})": [
            f"{value} {marks.get((year, question.name), '')}".rstrip()
            for question, value in zip(
                questions,
                widgets.values_of(page, [values.get(question.name) for question in questions]),
                strict=True,
            )
        ]
        for year in years
        for values in [view.reported(agency.id, int(year))]
    }
    labels = [
        f"{messages.field_label(q.name, page.language, page.plan)}"
        + (f" ({q.unit[page.language.code]})" if q.unit.vi else "")
        for q in questions
    ]
    frame = pd.DataFrame({page.text("Question"): labels, **columns})
    st.table(frame, border="horizontal", hide_index=True, alt=page.text("Answers over the years"))
    for erratum in own:
        st.caption(widgets.correction_line(page, erratum))


def growth_charts(page: Page, own: pd.DataFrame) -> None:
    """Revenue growth against the thresholds of the plan, for each indicator of growth."""
    for indicator in page.plan.indicators:
        if indicator.kind != "share_growth":
            continue
        thresholds = {
            target.year: target.threshold_pct
            for target in page.view.targets
            if target.indicator == indicator.code
        }
        rows = own[own["indicator"] == indicator.code]
        rows = rows.assign(threshold_pct=rows["year"].map(thresholds).astype(float))
        amended = charts.Amended(page.view.amendments)
        chart = charts.growth(rows, page.plan, page.language, amended)
        widgets.show_chart(chart, f"growth-{indicator.code}")


def people_line(page: Page, own: pd.DataFrame) -> None:
    """People trained over staff, year by year, as one line of figures."""
    for indicator in page.plan.indicators:
        rows = own[(own["indicator"] == indicator.code) & own["answered"].eq(1)]
        if indicator.kind != "ratio" or rows.empty:
            continue
        with st.container(horizontal=True, gap="large"):
            for row in rows.to_dict("records"):
                st.metric(
                    str(row["year"]),
                    page.language.percent(row["value_pct"]),
                    f"{row['numerator']}/{row['denominator']}",
                    delta_color="off",
                    delta_arrow="off",
                    width="content",
                )
