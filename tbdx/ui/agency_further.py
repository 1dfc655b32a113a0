"""What an agency reports for information: spending, difficulties and proposals, maturity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd
import streamlit as st

from tbdx import charts
from tbdx.plan import Agency, Item
from tbdx.service.view import Value
from tbdx.ui import agencies, widgets
from tbdx.ui.shell import Page

Reports = Mapping[int, Mapping[str, Value]]
"""What was reported, by year and field."""


def spending_and_texts(page: Page, agency: Agency) -> None:
    """Spending by source, then difficulties and proposals in the agency's own words."""
    phases = agencies.reports(page, agency.id)
    if not phases:
        agencies.not_reported(page, agency)
        return
    reports = {year: page.view.reported(agency.id, year) for year in phases}
    heads = {year: agencies.year_head(page, year, phase) for year, phase in phases.items()}
    _spending(page, reports, heads)
    _texts(page, reports, heads)


def _reported(reports: Reports, fields: Iterable[str]) -> list[int]:
    """The years in which one of the fields is answered."""
    names = tuple(fields)
    return [year for year, own in reports.items() if any(map(own.__contains__, names))]


def _spending(page: Page, reports: Reports, heads: Mapping[int, str]) -> None:
    st.header(page.text("Spending by source"))
    items = page.plan.form.spending.item
    years = _reported(reports, (item.code for item in items))
    if not years:
        st.info(page.text("No spending has been reported."), icon=":material/info:")
        return
    st.caption(page.text("Unit: million VND"))
    total = page.text("Total")
    frame = pd.DataFrame(
        {
            page.text("Source of money"): [
                *(widgets.escape(item.label[page.language.code]) for item in items),
                f"**{total}**",
            ],
            **{
                heads[year]: [
                    *(_amount(page, reports[year].get(item.code)) for item in items),
                    f"**{_total(page, reports[year], items)}**",
                ]
                for year in years
            },
        }
    )
    st.table(frame, border="horizontal", hide_index=True, alt=page.text("Spending by source"))
    st.caption(
        page.text(
            "For information: the plan sets no amounts, so spending is never judged. A total is given only where every source is known."
        )
    )


def _amount(page: Page, value: Value) -> str:
    return page.language.number(value if isinstance(value, float) else None, 6)


def _total(page: Page, own: Mapping[str, Value], items: tuple[Item, ...]) -> str:
    """The sum of all sources; "–" where one of them is not known."""
    amounts = [value for value in map(own.get, (i.code for i in items)) if isinstance(value, float)]
    return _amount(page, sum(amounts) if len(amounts) == len(items) else None)


def _texts(page: Page, reports: Reports, heads: Mapping[int, str]) -> None:
    st.header(page.text("Difficulties and proposals"))
    items = page.plan.form.texts.item
    years = _reported(reports, (item.code for item in items))
    if not years:
        st.info(page.text("Nothing has been reported."), icon=":material/info:")
        return
    for year in reversed(years):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{heads[year]}**")
            for item in items:
                text = reports[year].get(item.code)
                if text is not None:
                    label = widgets.escape(item.label[page.language.code])
                    said = "  \n".join(widgets.escape(line) for line in str(text).splitlines())
                    st.markdown(f":gray[{label}]  \n{said}")


# --- maturity -----------------------------------------------------------------------------------


def maturity(page: Page, agency: Agency) -> None:
    """The scores of the maturity index by version and period: information, never a verdict."""
    st.header(page.text("Maturity index"))
    st.info(
        page.text(
            "For information: the plan sets no target on the maturity index. Scores, levels and periods are shown as reported; a level is never computed. Scores by different versions of the index cannot be compared, so no line joins them."
        ),
        icon=":material/info:",
    )
    phases = agencies.reports(page, agency.id)
    reports = {year: page.view.reported(agency.id, year) for year in phases}
    pillars = page.plan.form.maturity.pillar
    years = _reported(reports, [*(pillar.code for pillar in pillars), "maturity_total"])
    if not years:
        st.markdown(page.text("No maturity score has been reported yet."))
        return
    scores = pd.DataFrame(
        {
            "year": years,
            "total": [_score(reports[year].get("maturity_total")) for year in years],
            "version": [str(reports[year].get("maturity_version") or "") for year in years],
            "level": [str(reports[year].get("maturity_level") or "") for year in years],
        }
    )
    _pillars(page, {year: reports[year] for year in years})
    st.subheader(page.text("Total score, out of 100 points"))
    title = page.text("Maturity index: total score, out of 100 points")
    chart = charts.maturity(scores, page.plan, page.language)
    subject = agencies.subject(page, agency, "maturity", title)
    widgets.show_chart(page, chart, "maturity", subject)


def _score(value: Value) -> float:
    return value if isinstance(value, float) else float("nan")


def _pillars(page: Page, reports: Reports) -> None:
    """Pillars with their maxima, total, level, version and period; one column a year."""
    number, pillars = page.language.number, page.plan.form.maturity.pillar
    total = page.text("Total, as reported")

    def said(name: str) -> Callable[[Mapping[str, Value]], str]:
        return lambda own: widgets.escape(str(own[name])) if own.get(name) is not None else "–"

    def scored(name: str) -> Callable[[Mapping[str, Value]], str]:
        return lambda own: number(_score(own.get(name)))

    lines: list[tuple[str, str, Callable[[Mapping[str, Value]], str]]] = [
        *(
            (widgets.escape(p.label[page.language.code]), number(p.max), scored(p.code))
            for p in pillars
        ),
        (f"**{total}**", "100", scored("maturity_total")),
        (page.text("Level, as entered"), "", said("maturity_level")),
        (page.text("Version of the index"), "", said("maturity_version")),
        (page.text("Period assessed"), "", said("maturity_window")),
    ]
    frame = pd.DataFrame(
        {
            page.text("Pillar"): [label for label, _, _ in lines],
            page.text("At most"): [most for _, most, _ in lines],
            **{str(year): [cell(own) for _, _, cell in lines] for year, own in reports.items()},
        }
    )
    st.table(frame, border="horizontal", hide_index=True, alt=page.text("Maturity index"))
