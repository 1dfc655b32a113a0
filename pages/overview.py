"""The year at a glance: verdicts, what is short, all indicators over the years on one screen."""

import streamlit as st

from tbdx.ui import changing, prospects, results, shell, stating, widgets

page = shell.require()
st.title(page.text("Overview"))
stating.basis(page)
with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container(width=200):
        year = widgets.pick_year(page)
    st.markdown(results.verdict_line(page, year), width="content")
stating.year(page, year)

with st.grid(3, min_column_width=260, gap="small"):
    for indicator in page.plan.indicators:
        widgets.card(page, indicator, page.view.result[indicator.code, year])

st.header(page.text("What is short in {year}", year=year))
lines = results.shortfalls(page, year)
nothing = page.text("Nothing is known to be short in this year.")
if year not in page.view.years_reported:
    nothing = page.text("No report of this year has been accepted yet.")
st.markdown("\n".join(lines) or nothing)

changed = changing.lines(page, year) if page.sees_all else []
if changed:
    st.header(page.text("What has changed"))
    st.markdown("\n".join(f"- {line}" for line in changed))
    changing.link(page, year)

st.header(page.text("All years"))
st.caption(
    page.text(
        "● result (○ estimate) · ┅ target of the year · ◇ goal · ▨ possible, as agencies are missing"
    )
)
with st.grid(3, min_column_width=300, gap="xsmall"):
    for indicator in page.plan.indicators:
        widgets.indicator_chart(page, "thumbnail", indicator)
widgets.offer_pictures(page, page.plan.indicators)
stating.thresholds(page, page.plan.indicators)
stating.amendments(page)
shell.link("board", page.text("Every verdict of every year"), icon=":material/grid_on:")
prospects.link(page)

stating.other_structure(page, year, page.plan.indicators)
