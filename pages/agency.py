"""One agency: its duties, its answers over the years, its growth, its people."""

import streamlit as st

from tbdx.ui import agencies, shell, stating, widgets

page = shell.require()
st.title(page.text("Agency"))
stating.basis(page)
with st.container(horizontal=True):
    agency = page.plan.agency(widgets.pick_agency(page))
    year = widgets.pick_year(page)

stating.year(page, year, agency.id)
day = page.plan.due.last_day(year)
st.subheader(widgets.escape(agency.name(page.language.code, day)))
st.markdown(agencies.facts(page, agency))
standings = page.view.standings
own = standings[standings["agency"] == agency.id]

st.header(page.text("Targets of this agency in {year}", year=year))
agencies.duties_table(page, own[own["year"] == year])

st.header(page.text("Answers over the years"))
agencies.answers_table(page, agency)

st.header(page.text("Revenue growth over {year}", year=page.plan.years.base))
agencies.growth_charts(page, own)
st.caption(page.text("Hatched bar: estimate. Growth is compared unrounded."))

st.header(page.text("People trained"))
agencies.people_line(page, own)
