"""The filters of the page of tables, and the table they leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.model import Phase, Status
from tbdx.tables import FILTERS_OF, TABLES, Filters, TableName
from tbdx.ui import address
from tbdx.ui.shell import Page
from tbdx.workbook.tables import Column


def pick(page: Page) -> Filters:
    """The filters as chosen; each stands in the address."""
    words, plan = page.language, page.plan
    chosen = address.choose(
        "table",
        list(TABLES),
        default="province",
        label=page.text("Table"),
        say=lambda code: page.text(TABLES[code]),
        words=words,
        widget="segmented",
    )
    table = cast("TableName", chosen)
    indicators = {i.code: f"{i.row}. {i.short[words.code]}" for i in plan.indicators}
    agencies = {a.id: tables.agency_label(page.view, a.id, words) for a in plan.agencies}
    statuses = {s.value: tables.status_label(s, words) for s in Status}
    phases = {p.value: page.text(messages.PHASES[p]) for p in Phase}

    def many(name: str, label: str, options: dict[str, str]) -> tuple[str, ...]:
        say = options.__getitem__
        return address.choose_many(name, list(options), label=label, say=say, words=words)

    grid = st.grid(3, min_column_width=220)
    with grid.cell():
        years = many("years", page.text("Years"), {str(y): str(y) for y in plan.all_years})
    picked: dict[str, tuple[str, ...]] = {}
    offered = (
        ("indicators", page.text("Indicators"), indicators),
        ("agencies", page.text("Agencies"), agencies),
        ("statuses", page.text("Statuses"), statuses),
        ("phases", page.text("Kinds of figures"), phases),
    )
    for name, label, options in offered:
        if name in FILTERS_OF[table]:
            with grid.cell():
                picked[name] = many(name, label, options)
    return Filters(table=table, years=tuple(map(int, years)), **picked)


def table(page: Page, shown: pd.DataFrame, columns: Sequence[Column]) -> None:
    """The rows, with numbers written in the reader's language and sorted as numbers."""
    if shown.empty:
        st.info(
            page.text("No row fits these filters. Take one of them out."), icon=":material/info:"
        )
        return
    heads = [column.head for column in columns]
    frame = shown.set_axis(heads, axis="columns")
    words = page.language
    say: dict[str, Callable[[Any], str]] = {
        "percent": lambda value: words.percent(value, 2),
        "count": lambda value: words.number(None if pd.isna(value) else value, 0),
        "amount": lambda value: words.number(value, 3),
        "year": str,
        "text": lambda value: "" if pd.isna(value) else str(value),
    }
    formats = {column.head: say[column.kind] for column in columns}
    st.dataframe(
        frame.style.format(cast("dict[Any, str | Callable[[object], str] | None]", formats)),
        hide_index=True,
        placeholder="–",
        height=min(560, 35 * (len(frame) + 1) + 3),
        alt=page.text("The filtered table"),
    )
