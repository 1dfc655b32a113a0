"""Any rows, filtered, on screen and as a file of exactly these rows."""

import streamlit as st

from tbdx import tables
from tbdx.ui import filtering, shell, stating

page = shell.require()
st.title(page.text("Tables and export"))
stating.basis(page)
filters = filtering.pick(page)

rows = tables.select(page.view, filters)
on_screen = rows.head(filtering.ON_SCREEN)
shown, columns = tables.present(on_screen, page.view, filters.table, page.language)
st.markdown(filtering.count_line(page, len(rows)))
filtering.table(page, shown, columns, len(rows))

filtering.downloads(page, filters, "explore")
st.caption(
    page.text(
        "The file holds exactly the rows above. Excel: typed cells, and a sheet that says where they come from. CSV: for other programs. Every download stands in the record; where the record cannot be written, there is no file."
    )
)
