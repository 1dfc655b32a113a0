"""Find anything by a word of it."""

import streamlit as st

from tbdx.ui import hits, shell, stating

page = shell.require()
st.title(page.text("Search"))
stating.basis(page)
query = hits.ask(page)
filters = hits.filters(page)
hits.show(page, query, filters)
