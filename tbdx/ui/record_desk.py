"""The record on screen: finding entries, reading one, taking them along, verifying all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from tbdx import messages, provenance
from tbdx.model import Action, Entry
from tbdx.ui import printing, record_words, widgets
from tbdx.ui.shell import Page
from tbdx.workbook.tables import Column, write_csv, write_xlsx

MOST_SHOWN = 200
_ROW = 35  # the height of a row of a table, in pixels
_WIDTHS = (50, 122, 170, 104, 220, 270)  # of the table's columns, in pixels
_CHOSEN = "record-chosen"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are looked at; empty fields let everything through."""

    search: str = ""
    actions: tuple[Action, ...] = ()
    agency: str = ""
    year: int | None = None


def show(page: Page) -> None:
    """The filters, the newest entries that fit, one in detail, files of all that fit, verifying."""
    filters = _filters(page)
    found = page.service.office.record(**_arguments(page, filters), limit=MOST_SHOWN + 1)
    entries = found[:MOST_SHOWN]
    if entries:
        _table(page, entries, more=len(found) > MOST_SHOWN)
        _exports(page, filters)
    else:
        st.info(page.text("No entry fits these filters."), icon=":material/info:")
    st.header(page.text("Verify the record"))
    _verify(page)


def _arguments(page: Page, filters: Filters) -> dict[str, Any]:
    chosen = {name: getattr(filters, name) for name in Filters.__slots__}
    return {"names": messages.action_words(page.language), **chosen}


def _filters(page: Page) -> Filters:
    grid = st.grid(4, min_column_width=200)
    with grid.cell():
        search = st.text_input(
            page.text("Search (with or without accents)"),
            key="record-search",
            placeholder=page.text("name, file, reason, …"),
        )
    with grid.cell():
        actions = st.multiselect(
            page.text("Kinds of entries"),
            list(Action),
            format_func=lambda action: page.text(messages.ACTIONS[action]),
            key="record-actions",
            placeholder=page.text("all"),
            select_all=False,
        )
    with grid.cell():
        agency = st.selectbox(
            page.text("Agency"),
            provenance.by_name(
                page.view, (agency.id for agency in page.service.plan.agencies), page.language
            ),
            format_func=lambda code: record_words.agency_text(page, code),
            index=None,
            key="record-agency",
            placeholder=page.text("all"),
        )
    with grid.cell():
        year = st.selectbox(
            page.text("Year"),
            list(page.plan.all_years),
            index=None,
            key="record-year",
            placeholder=page.text("all"),
        )
    return Filters(search.strip(), tuple(actions), agency or "", year)


def _table(page: Page, entries: Sequence[Entry], *, more: bool) -> None:
    """The entries as a table whose rows can be chosen, and the chosen one in detail."""
    frame, columns = _rows(page, entries)
    every = [column.head for column in columns]
    heads = every[:-1]  # the codes are for the file
    shown = frame.set_axis(every, axis="columns")[heads]
    st.caption(
        page.text("The newest {count} entries that fit.", count=len(entries))
        if more
        else page.language.plural("{count} entry", "{count} entries", len(entries))
    )
    # The record grows while it is read (by this very session's entry, by an export): a row
    # is remembered by its entry's number, and the table is a new one when its entries are.
    numbers = [entry.number for entry in entries]
    key = f"record-table-{numbers[0]}-{len(numbers)}"
    chosen = st.session_state.get(_CHOSEN)
    kept = [numbers.index(chosen)] if chosen in numbers else []
    widths = dict(zip(heads, _WIDTHS, strict=True))
    st.dataframe(
        shown,
        hide_index=True,
        height=min(420, _ROW * (len(shown) + 1) + 3),
        column_config={
            head: st.column_config.NumberColumn(format="%d", width=width)
            if head == heads[0]
            else st.column_config.TextColumn(width=width)
            for head, width in widths.items()
        },
        on_select=partial(_choose, key, numbers),
        selection_mode="single-row",
        selection_default={"selection": {"rows": kept}},
        key=key,
        alt=page.text("Entries of the record"),
    )
    printing.table(page.language, shown)
    if kept:
        _details(page, entries[kept[0]])
    else:
        st.caption(page.text("Choose a row to read all of its entry."))


def _choose(key: str, numbers: Sequence[int]) -> None:
    """Remember which entry was chosen in the table; before the next run, as a callback."""
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state[_CHOSEN] = numbers[rows[0]] if rows else None


def _rows(page: Page, entries: Sequence[Entry]) -> tuple[pd.DataFrame, list[Column]]:
    """The entries in words: number, time, what, who, about, change, code."""
    zone = page.plan.due.timezone
    rows = [
        (
            entry.number,
            page.language.moment(entry.at, zone),
            page.text(messages.ACTIONS[entry.action]),
            entry.actor,
            record_words.subject_text(page, entry),
            record_words.short_text(page, entry),
            entry.hash,
        )
        for entry in entries
    ]
    columns = [
        Column(page.text("No."), "count", 8),
        Column(page.text("Time"), "text", 18),
        Column(page.text("What"), "text", 26),
        Column(page.text("Who"), "text", 18),
        Column(page.text("About"), "text", 44),
        Column(page.text("Before → after"), "text", 60),
        Column(page.text("Code"), "text", 66),
    ]
    return pd.DataFrame(rows, columns=range(len(columns))), columns


def _details(page: Page, entry: Entry) -> None:
    with st.container(border=True):
        what = page.text(messages.ACTIONS[entry.action])
        st.subheader(page.text("Entry {number}: {what}", number=entry.number, what=what))
        moment = page.language.moment(entry.at, page.plan.due.timezone)
        about = record_words.subject_text(page, entry)
        st.markdown(" · ".join(map(widgets.escape, (moment, entry.actor, about))))
        rows = [
            dict(
                zip(
                    (page.text("Item"), page.text("Before"), page.text("After")),
                    map(widgets.escape, line),
                    strict=True,
                )
            )
            for line in record_words.details(page, entry)
        ]
        if rows:
            label = page.text("What the entry keeps")
            st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
        st.caption(page.text("Code of this entry: {code}", code=f"`{entry.hash}`"))


# --- taking along ---------------------------------------------------------------------------


def _exports(page: Page, filters: Filters) -> None:
    with st.container(horizontal=True):
        for file_type, label in (
            ("xlsx", page.text("Download Excel")),
            ("csv", page.text("Download CSV")),
        ):
            content = partial(export, page, filters, file_type)
            widgets.download(
                page, label, content, f"nhat-ky.{file_type}", key=f"record-{file_type}"
            )
    st.caption(
        page.text(
            "The file holds every entry that fits, not only those shown. The export itself is told to the record."
        )
    )


def export(page: Page, filters: Filters, file_type: str) -> bytes:
    """Every entry that fits as a file of type "xlsx" or "csv"; the record is told of it."""
    office = page.service.office
    entries = office.record(**_arguments(page, filters))
    frame, columns = _rows(page, entries)
    details = {name: value for name, value in asdict(filters).items() if value}
    code = office.exported(
        "record", {**details, "rows": len(entries), "file_type": file_type}, by=page.user
    )
    if file_type == "csv":
        return write_csv(frame, columns)
    facts = [
        (page.text("Plan"), page.plan.decision.number),
        (
            page.text("Written at"),
            page.language.moment(datetime.now(UTC), page.plan.due.timezone),
        ),
        (page.text("Rows"), page.language.number(len(entries))),
        *_facts(page, filters),
        (page.text("Code of the newest entry, for verifying later"), code),
    ]
    return write_xlsx(
        frame,
        columns,
        title=page.text("Record"),
        facts=facts,
        facts_title=page.text("About this file"),
    )


def _facts(page: Page, filters: Filters) -> list[tuple[str, str]]:
    kinds = [page.text(messages.ACTIONS[action]) for action in filters.actions]
    agency = record_words.agency_text(page, filters.agency) if filters.agency else ""
    everything = page.text("all")
    return [
        (page.text("Filter: {what}", what=what), value or everything)
        for what, value in (
            (page.text("Search"), filters.search),
            (page.text("Kinds of entries"), ", ".join(kinds)),
            (page.text("Agency"), agency),
            (page.text("Year"), str(filters.year or "")),
        )
    ]


# --- verifying ------------------------------------------------------------------------------


def _verify(page: Page) -> None:
    """Go through everything when asked, and say what was found."""
    st.markdown(
        page.text(
            "Each entry is bound to the one before it. Verifying finds entries, figures and files that were changed outside the program."
        )
    )
    with st.form("verify-record", enter_to_submit=False):
        head = st.text_input(
            page.text("Code from a receipt or an export (may be left empty)"),
            key="verify-head",
            help=page.text("With it, a record that was cut off or written anew is found out, too."),
        )
        label = page.text("Verify the record")
        if not st.form_submit_button(label, key="verify-go", icon=":material/verified:"):
            return
    with st.spinner(page.text("The record is being verified …")):
        found = page.service.office.verify(head)
    if found.faults:
        lines = [f"- {record_words.fault_text(page, fault)}" for fault in found.faults[:50]]
        more = len(found.faults) - len(lines)
        if more:
            lines.append("- " + page.text("and {count} more", count=more))
        heading = page.text("The record, or what it speaks of, was changed outside the program:")
        st.error("\n".join([heading, "", *lines]), icon=":material/gpp_bad:")
    else:
        sentences = [
            page.text(
                "The record is whole. Checked: entries {entries}, reports {reports}, files {files}.",
                entries=page.language.number(found.entries),
                reports=page.language.number(found.submissions),
                files=page.language.number(found.documents),
            )
        ]
        if head.strip():
            sentences.append(page.text("The code given stands in it."))
        st.success(" ".join(sentences), icon=":material/verified:")
    if found.set_back:
        said = [f"- {messages.set_back_text(one, page.language)}" for one in found.set_back[-5:]]
        st.info("\n".join(said), icon=":material/history_toggle_off:")
    st.caption(page.text("Code of the newest entry: {code}", code=f"`{found.head}`"))
