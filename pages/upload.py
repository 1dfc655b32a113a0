"""Sending reports: a blank form out, filled workbooks in, findings, acceptance."""

import streamlit as st

from tbdx.ui import sending, shell, verdicts

page = shell.require()
st.title(page.text("Send reports"))
st.header(page.text("1. Get the blank form"))
sending.blank_form(page)

st.header(page.text("2. Check filled workbooks"))
files = sending.uploaded(page)
if files:
    checked = sending.checked(page, files)
    verdicts.show(page, checked)

    st.header(sending.head(page))
    sending.acceptance(page, checked)
else:
    sending.receipts(page)
