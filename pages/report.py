"""What leaves the house: the official reports, the workbook of everything, the open data."""

import streamlit as st

from tbdx.ui import opening, packing, report_desk, shell, stating

page = shell.require()
st.title(page.text("Reports and files"))
stating.basis(page)
part = report_desk.pick_part(page)
if part == "agencies":
    report_desk.agencies(page)
elif part == "pack":
    packing.show(page)
elif part == "data":
    opening.show(page)
else:
    report_desk.province(page)
st.caption(
    page.text(
        "Every file says where its figures come from and stands in the record; where the record cannot be written, there is no file."
    )
)
