"""The workbook of everything, on the page of what leaves the house."""

from __future__ import annotations

from functools import partial
from io import BytesIO

import streamlit as st

from tbdx import provenance, tables
from tbdx.ui import widgets
from tbdx.ui.shell import Page
from tbdx.ui.taking import taken


def show(page: Page) -> None:
    """What the workbook holds, and the button that makes it."""
    st.markdown(
        page.text(
            "One Excel workbook of everything: the official summary table ready to be signed, the results with native charts, each agency's results, who reported and when, the figures as reported with their cells, the goals beside the targets, definitions, targets by version of the plan, corrections, and where the file comes from."
        )
    )
    widgets.download(
        page,
        page.text("Download the workbook (Excel)"),
        partial(take, page, page.user),
        tables.file_name(page.view, "pack", "xlsx"),
        key="pack",
    )


def take(page: Page, by: str) -> bytes:
    """The workbook, once the record was told who takes it; without an entry there is no file.

    Runs beside the page, so it uses nothing of its session.
    """
    from tbdx import pack  # noqa: PLC0415 (a page that nobody takes the workbook from loads no writer)

    words = page.language
    told = {"file_type": "xlsx", "language": words.code, **provenance.told(page.view)}
    taking = taken(page, "pack", told, by)
    sources = pack.PackSources.of(page.service, page.view, taking.at)
    out = BytesIO()
    pack.write_pack(page.view, sources, words, taking, out)
    return out.getvalue()
