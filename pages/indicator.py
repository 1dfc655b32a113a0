"""One indicator over the years: trajectory, the same numbers as a table, who counts."""

import streamlit as st

from tbdx.ui import results, shell, stating, widgets

page = shell.require()
st.title(page.text("Indicator"))
stating.basis(page)
with st.container(horizontal=True):
    indicator = widgets.pick_indicator(page)
    year = widgets.pick_year(page)

everything = page.view.results
own = everything[everything["indicator"] == indicator.code]
st.subheader(indicator.title[page.language.code])
stating.year(page, year)
st.markdown(results.verdict_sentence(page, indicator, page.view.result[indicator.code, year]))

stating.other_structure(page, year, [indicator])

widgets.indicator_chart(page, "trajectory", indicator)
st.caption(page.text("Filled mark: final figures. Hollow mark: estimate. Gap: no figure."))
stating.amendments(page, indicator)
results.results_table(page, own, page.text("The same numbers"))

st.header(page.text("Which agencies count in {year}", year=year))
among = widgets.among_text(page, indicator.among)
st.markdown(page.text("Counted among: {among}.", among=among))
results.agencies_table(page, indicator, year)
for note in results.alternative_notes(page, indicator, year):
    st.info(note, icon=":material/compare_arrows:")

st.header(page.text("What the plan says"))
st.markdown(f"> {indicator.clause}\n>\n> — *{indicator.source}*")
st.markdown(indicator.note[page.language.code])
