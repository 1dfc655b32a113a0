"""One agency: what it has to do next, its duties, tasks, figures and maturity over the years."""

import streamlit as st

from tbdx.ui import (
    agencies,
    agency_duties,
    agency_figures,
    agency_further,
    agency_summary,
    agency_tasks,
    shell,
    stating,
    widgets,
)

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
part = agencies.pick_part(page)
agencies.relatives(page, agency)
if part == "duties":
    agency_duties.show(page, agency, year)
elif part == "tasks":
    agency_tasks.show(page, agency)
elif part == "figures":
    agency_figures.show(page, agency)
elif part == "further":
    agency_further.spending_and_texts(page, agency)
elif part == "maturity":
    agency_further.maturity(page, agency)
else:
    agency_summary.show(page, agency, year)
