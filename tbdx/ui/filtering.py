"""The filters of the page of tables, and the table they leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, cast

import pandas as pd
import streamlit as st

from tbdx import messages, provenance, tables, wording
from tbdx.model import Phase, Status
from tbdx.tables import FILTERS_OF, TABLES, Filters, TableName
from tbdx.ui import address, printing, widgets
from tbdx.ui.shell import Page
from tbdx.ui.taking import taken
from tbdx.workbook.tables import Column

_SHARES = ("value_pct", "worst_pct", "best_pct")
_FIRST = ("agency", "row", "indicator", "year", "status")
"""What a narrow screen shows without scrolling: whose result it is, and the verdict."""
_STATUS = 190  # pixels that the longest verdict takes
ON_SCREEN = 1000
"""So many rows are drawn; each cell is written out in the reader's language, which takes time."""


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
    seen = page.seen(agency.id for agency in plan.agencies)
    by_name = provenance.by_name(page.view, seen, words)
    agencies = {id_: tables.agency_label(page.view, id_, words) for id_ in by_name}
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


def count_line(page: Page, count: int) -> str:
    """How many rows there are, and of very many how many are on screen."""
    words = page.language
    line = words.plural("**{count} row**", "**{count} rows**", count)
    if count <= ON_SCREEN:
        return line
    more = words.text(
        "the first {shown} are on screen: narrow the filters, or download them all",
        shown=words.number(ON_SCREEN, 0),
    )
    return f"{line} · {more}"


def table(page: Page, shown: pd.DataFrame, columns: Sequence[Column], count: int) -> None:
    """The rows, with numbers written in the reader's language and sorted as numbers.

    `count` is of all rows that fit the filters, of which `shown` may be the first. A corrected figure is marked in its own cell as well, wherever its column stands.
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
    formats |= {
        head: partial(wording.share_text, language=words)
        for name, head in zip(shown, heads, strict=True)
        if name in _SHARES
    }
    marked = set()
    styled = frame.style.format(cast("dict[Any, str | Callable[[object], str] | None]", formats))
    if "erratum" in shown:
        corrected = shown["erratum"].notna()
        for name, head in zip(shown, heads, strict=True):
            if name in ("number", "text"):
                marked.add(head)
                cells = pd.IndexSlice[frame.index[corrected & shown[name].notna()], [head]]
                styled = styled.format(partial(_marked, formats[head]), subset=cells)
    wanted = _FIRST if "status" in shown else ()
    first = [head for name, head in zip(shown, heads, strict=True) if name in wanted]
    order = [*first, *(head for head in heads if head not in first)]
    st.dataframe(
        styled,
        hide_index=True,
        column_order=order,
        column_config={
            head: st.column_config.Column(width=_STATUS)
            for name, head in zip(shown, heads, strict=True)
            if name == "status"
        },
        placeholder="–",
        height=min(560, 35 * (len(frame) + 1) + 3),
        alt=page.text("The filtered table"),
    )
    printed = frame.head(printing.ROWS)
    corrects = shown["erratum"].notna() if "erratum" in shown else [False] * len(printed)
    texts = {
        head: [
            "–" if pd.isna(value) else f"{formats[head](value)}{mark}"
            for value, own in zip(printed[head], corrects, strict=False)
            for mark in [f" {widgets.CORRECTED}" if own and head in marked else ""]
        ]
        for head in order
    }
    printing.table(words, texts, count)


def _marked(say: Callable[[Any], str], value: object) -> str:
    return f"{say(value)} {widgets.CORRECTED}"


def downloads(page: Page, filters: Filters, key: str) -> None:
    """The rows of the page's view as Excel and as CSV; `key` tells them from others on screen."""
    with st.container(horizontal=True):
        for file_type, label in (
            ("xlsx", page.text("Download Excel")),
            ("csv", page.text("Download CSV")),
        ):
            widgets.download(
                page,
                label,
                partial(take, page, filters, file_type),
                tables.export_name(page.view, filters, file_type),
                key=f"{key}-{file_type}",
            )


def take(page: Page, filters: Filters, file_type: str) -> bytes:
    """The table as a file of type "xlsx" or "csv", once the record was told who takes it.

    Without an entry in the record there is no file. Runs beside the page, so it uses nothing
    of its session.
    """
    view = page.view
    chosen = {name: value for name, value in asdict(filters).items() if value}
    del chosen["table"]
    details = {
        "filters": chosen,
        "rows": len(tables.select(view, filters)),
        "file_type": file_type,
        **provenance.told(view),
    }
    taking = taken(page, f"table/{filters.table}", details)
    return tables.export(view, filters, page.language, taking, file_type)
