"""Every verdict at a glance: by year, by agency, beside other goals, and what has changed."""

import streamlit as st

from tbdx.ui import boards, changing, comparing, prospects, shell, stating

page = shell.require()
st.title(page.text("Board"))
stating.basis(page)
part = boards.pick_part(page)
if part == "agencies":
    boards.by_agency(page)
elif part == "goals":
    prospects.show(page)
elif part == "national":
    comparing.show(page)
elif part == "changes":
    changing.show(page)
else:
    boards.by_year(page)
