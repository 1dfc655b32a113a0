"""One indicator: its verdict in counts, its course, where the number comes from, other readings."""

import streamlit as st

from tbdx.ui import readings, results, shell, stating, tracing, widgets

page = shell.require()
st.title(page.text("Indicator"))
stating.basis(page)
with st.container(horizontal=True):
    indicator = widgets.pick_indicator(page)
    year = widgets.pick_year(page)

st.subheader(widgets.escape(indicator.title[page.language.code]))
stating.year(page, year)
results.verdict_sentence(page, indicator, page.view.result[indicator.code, year])
if page.sees_all:
    tracing.tally(page, indicator, year)
readings.notes(page, indicator, year)

part = results.pick_part(page)
if part == "trace":
    tracing.show(page, indicator, year)
elif part == "readings":
    readings.every_year(page, indicator)
else:
    results.course(page, indicator)

st.header(page.text("What the plan says"))
tracing.plan_says(page, indicator, year)
