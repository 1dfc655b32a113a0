"""The open data on the page of reports and files: what there is in it, and the download."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from tbdx import provenance
from tbdx.open_data import Sources, open_data, readme, zip_name
from tbdx.open_data.schema import TABLES
from tbdx.ui import widgets
from tbdx.ui.shell import Page
from tbdx.ui.taking import taken


def show(page: Page) -> None:
    """What the open data are, their tables, and all of them as one ZIP."""
    st.markdown(page.text(readme.STATEMENT))
    st.markdown(
        page.text(
            "One ZIP to publish, or to give to other programs: {count} CSV tables, a README in Vietnamese and English, and a description that programs read (Data Package 2.0).",
            count=len(TABLES),
        )
    )
    st.caption(page.text(readme.LEFT_OUT))
    widgets.download(
        page,
        page.text("Download open data (ZIP)"),
        partial(take, page),
        zip_name(page.view),
        key="open-data",
    )
    label = page.text("The tables, and how to read them")
    with st.expander(label, icon=":material/table_view:"):
        rows = [
            {
                page.text("File"): f"`{table.path}`",
                page.text("Content"): f"{page.text(table.title)}. {page.text(table.description)}",
            }
            for table in TABLES.values()
        ]
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
        for said in (readme.FORMAT, readme.JOINING, readme.FORMULAS, readme.LICENCE):
            st.markdown(page.text(said))


def take(page: Page) -> bytes:
    """The open data as a ZIP, once the record was told who takes them; else there is none.

    Runs beside the page, so it uses nothing of its session.
    """
    view = page.view
    details = {"file_type": "zip", **provenance.told(view)}
    taking = taken(page, "open-data", details)
    return open_data(view, Sources.of(page.service, view), taking).zipped()
