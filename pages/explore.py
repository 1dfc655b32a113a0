"""Any rows, filtered, on screen and as a file of exactly these rows."""

from functools import partial

import streamlit as st

from tbdx import tables
from tbdx.ui import filtering, shell, stating, widgets

page = shell.require()
st.title(page.text("Tables and export"))
stating.basis(page)
filters = filtering.pick(page)

rows = tables.select(page.view, filters)
shown, columns = tables.present(rows, page.view, filters.table, page.language)
st.markdown(page.language.plural("**{count} row**", "**{count} rows**", len(rows)))
filtering.table(page, shown, columns)

with st.container(horizontal=True):
    for file_type, label in (
        ("xlsx", page.text("Download Excel")),
        ("csv", page.text("Download CSV")),
    ):
        content = partial(filtering.take, page, filters, file_type)
        name = tables.export_name(page.view, filters, file_type)
        widgets.download(page, label, content, name)
st.caption(
    page.text(
        "The file holds exactly the rows above. Excel: typed cells, and a sheet that says where they come from. CSV: for other programs. Every download stands in the record; where the record cannot be written, there is no file."
    )
)
