"""The filters of the page of tables, and the table they leave."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import pandas as pd
import streamlit as st

from tbdx import messages, provenance, tables
from tbdx.model import Phase, Status, TbdxError
from tbdx.tables import FILTERS_OF, TABLES, Filters, TableName
from tbdx.ui import address, widgets
from tbdx.ui.shell import Page
from tbdx.workbook.tables import Column

_log = logging.getLogger("tbdx")


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
    """The rows, with numbers written in the reader's language and sorted as numbers.

    A corrected figure is marked in its own cell as well, wherever its column stands.
    """
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
    styled = frame.style.format(cast("dict[Any, str | Callable[[object], str] | None]", formats))
    if "erratum" in shown:
        corrected = shown["erratum"].notna()
        for name, head in zip(shown, heads, strict=True):
            if name in ("number", "text"):
                cells = pd.IndexSlice[frame.index[corrected & shown[name].notna()], [head]]
                styled = styled.format(partial(_marked, formats[head]), subset=cells)
    st.dataframe(
        styled,
        hide_index=True,
        placeholder="–",
        height=min(560, 35 * (len(frame) + 1) + 3),
        alt=page.text("The filtered table"),
    )


def _marked(say: Callable[[Any], str], value: object) -> str:
    return f"{say(value)} {widgets.CORRECTED}"


def take(page: Page, filters: Filters, file_type: str) -> bytes:
    """The table as a file of type "xlsx" or "csv", once the record was told who takes it.

    Without an entry in the record there is no file: where the record cannot be
    told, the error goes to the log and the download fails, as the browser says.
    Runs beside the page, so it uses nothing of its session.
    """
    view = page.view
    chosen = {name: value for name, value in asdict(filters).items() if value}
    del chosen["table"]
    details = {
        "filters": chosen,
        "rows": len(tables.select(view, filters)),
        "file_type": file_type,
        "basis": {**asdict(view.basis), "structure": provenance.structure_of(view)},
        "revision": view.panel_revision,
        "sample": view.sample,
    }
    try:
        code = page.service.office.exported(f"table/{filters.table}", details, by=page.user)
    except TbdxError:
        _log.exception("an export was refused, since the record could not be told of it")
        raise
    return tables.export(view, filters, page.language, datetime.now(UTC), file_type, code)
