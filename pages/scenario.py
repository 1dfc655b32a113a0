"""What if, and what it takes: answers supposed for the coming years, and what they do to verdicts."""

import streamlit as st

from tbdx.ui import scenario_desk, scenario_results, shell, stating, widgets

page = shell.require()
st.title(page.text("Scenario"))
stating.basis(page)
scenario = scenario_desk.chosen(page)
supposed = scenario_desk.under(page, scenario)
scenario_desk.banner(page, scenario)

year = scenario_desk.pick_year(page)
scenario_desk.pick_standing(page, scenario)
with st.expander(
    page.text("Suppose answers of one agency in {year}", year=year), icon=":material/edit:"
):
    scenario_desk.editor(page, scenario, supposed, year)
scenario_desk.changes(page, scenario)

st.header(page.text("Which verdicts turn"))
before = scenario_desk.without_changes(page, scenario)
scenario_results.board(page, before, supposed)
lines = scenario_results.flip_lines(page, before, supposed)
st.markdown("\n".join(lines) or page.text("The changes turn no verdict."))

st.header(page.text("What it takes in {year}", year=year))
scenario_results.sets(page, supposed, year)

st.header(page.text("One agency less in {year}", year=year))
with st.container(width=420):
    indicator = widgets.pick_indicator(page)
scenario_results.without_each(page, supposed, indicator, year)

st.header(page.text("The pace to the plan's goals"))
scenario_results.pace(page)

st.header(page.text("Take it along"))
scenario_results.downloads(page, supposed)
