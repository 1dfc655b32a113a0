"""How each number is made, generated from the plan's own data."""

import streamlit as st

from tbdx.ui import explaining, shell, stating

page = shell.require()
st.title(page.text("Method"))
stating.basis(page)
explaining.identity(page)

st.header(page.text("Indicators"))
for indicator in page.plan.indicators:
    explaining.definition(page, indicator)

st.header(page.text("Targets as printed"))
explaining.targets(page)

st.header(page.text("Versions of the plan"))
explaining.plan_versions(page)

st.header(page.text("Corrections to filed figures"))
explaining.corrections(page)

st.header(page.text("Goals shown for comparison"))
explaining.reference_goals(page)

st.header(page.text("Rules where the plan is silent"))
explaining.rules(page)

st.header(page.text("Statuses"))
explaining.statuses(page)

st.header(page.text("Agencies"))
explaining.agencies(page)
explaining.register_events(page)

st.header(page.text("Closed years"))
explaining.closed_years(page)
