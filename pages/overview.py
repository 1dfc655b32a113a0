"""The year at a glance: six verdicts, what is short, all years on one board."""

import streamlit as st

from tbdx.ui import results, shell, stating, widgets

page = shell.require()
st.title(page.text("Overview"))
stating.basis(page)
with st.container(width=320):
    year = widgets.pick_year(page)
stating.year(page, year)
st.markdown(results.verdict_line(page, year))

with st.grid(3, min_column_width=260, gap="small"):
    for indicator in page.plan.indicators:
        widgets.card(page, indicator, page.view.result[indicator.code, year])

st.header(page.text("What is short in {year}", year=year))
lines = results.shortfalls(page, year)
nothing = page.text("Nothing is known to be short in this year.")
if year not in page.view.years_reported:
    nothing = page.text("No report of this year has been accepted yet.")
st.markdown("\n".join(lines) or nothing)

stating.other_structure(page, year, page.plan.indicators)

st.header(page.text("All years"))
results.board(page, year)
st.caption(page.text("Result and verdict; after the slash the target of the year."))
with st.grid(3, min_column_width=300, gap="small"):
    for indicator in page.plan.indicators:
        widgets.indicator_chart(page, "thumbnail", indicator)
st.caption(
    page.text("Solid line: result (hollow mark: estimate). Dashed line: target of the year.")
)
stating.amendments(page)
