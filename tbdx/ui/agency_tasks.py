"""An agency's tasks: their state and result by group over the years, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from tbdx.model import Phase
from tbdx.plan import Agency, Item
from tbdx.service.view import Value
from tbdx.ui import agencies, widgets
from tbdx.ui.shell import Page

_SYMBOLS = {"ahead": "○", "under_way": "◐", "done": "●", "exempt": "–"}
_COLOURS = {"ahead": "gray", "under_way": "orange", "done": "green", "exempt": "gray"}


def show(page: Page, agency: Agency) -> None:
    """How far the tasks are in the last report, what changed since the one before, every year."""
    phases = agencies.reports(page, agency.id)
    if not phases:
        agencies.not_reported(page, agency)
        return
    values = {year: page.view.reported(agency.id, year) for year in phases}
    years = list(values)
    st.header(page.text("Tasks in {year}", year=years[-1]))
    st.markdown(_counts(page, values[years[-1]]))
    st.caption(
        page.text("The plan sets no number on its tasks: states are as reported, not judged.")
    )
    _changes(page, values)
    st.header(page.text("Tasks over the years"))
    _table(page, values, phases)
    _earlier_results(page, values)


def unfinished(page: Page, values: Mapping[str, Value]) -> list[Item]:
    """The tasks that a report does not state to be done or not applicable."""
    tasks = page.plan.form.tasks
    ended = {state.code for state in tasks.states if state.stage in ("done", "exempt")}
    return [task for task in tasks.item if values.get(task.code) not in ended]


def _state(page: Page, state: object) -> str:
    """A state as symbol and word."""
    if state is None:
        return "· " + page.text("Not stated")
    stages = {known.code: known.stage for known in page.plan.form.tasks.states}
    symbol = _SYMBOLS[stages.get(str(state), "under_way")]
    return f"{symbol} {widgets.values_of(page, [state])[0]}"


def _counts(page: Page, values: Mapping[str, Value]) -> str:
    """How many tasks are in which state, as badges, the furthest first."""
    tasks = page.plan.form.tasks
    counts = Counter(values.get(task.code) for task in tasks.item)
    colours = {state.code: _COLOURS[state.stage] for state in tasks.states}
    return " ".join(
        f":{colours.get(str(state), 'gray')}-badge[{_state(page, state)}: {counts[state]}]"
        for state in (*reversed(colours), None)
        if counts[state]
    )


def _changes(page: Page, values: Mapping[int, Mapping[str, Value]]) -> None:
    """The tasks whose state is not what the report before said."""
    years = list(values)
    if len(years) < 2:
        return
    before, now = years[-2:]
    changed = [
        f"- {number}\\. {widgets.escape(task.label[page.language.code])}: "
        f"{_state(page, values[before].get(task.code))} → **{_state(page, values[now].get(task.code))}**"
        for number, task in enumerate(page.plan.form.tasks.item, start=1)
        if values[before].get(task.code) != values[now].get(task.code)
    ]
    st.subheader(page.text("What changed since {year}", year=before))
    if changed:
        st.markdown("\n".join(changed))
    else:
        st.markdown(page.text("No task is in another state than before."))


def _table(
    page: Page, values: Mapping[int, Mapping[str, Value]], phases: Mapping[int, Phase]
) -> None:
    tasks, code = page.plan.form.tasks.item, page.language.code
    groups = [task.group[code] for task in tasks]
    shown = [
        f"**{widgets.escape(group)}**" if place == 0 or groups[place - 1] != group else ""
        for place, group in enumerate(groups)
    ]
    grouped = {page.text("Group"): shown} if any(groups) else {}
    frame = pd.DataFrame(
        {
            **grouped,
            page.text("Task"): [
                f"{number}\\. {widgets.escape(task.label[code])}"
                for number, task in enumerate(tasks, start=1)
            ],
            **{
                agencies.year_head(page, year, phases[year]): [
                    _state(page, own.get(task.code)) for task in tasks
                ]
                for year, own in values.items()
            },
            page.text("Result, last reported"): [_last_result(task, values) for task in tasks],
        }
    )
    label = page.text("Tasks over the years")
    st.table(frame, border="horizontal", hide_index=True, alt=label)


def _last_result(task: Item, values: Mapping[int, Mapping[str, Value]]) -> str:
    results = _results(task, values)
    if not results:
        return "–"
    year, text = results[-1]
    return f"{year}: {widgets.escape(text)}"


def _results(task: Item, values: Mapping[int, Mapping[str, Value]]) -> Sequence[tuple[int, str]]:
    found = ((year, own.get(f"{task.code}_result")) for year, own in values.items())
    return [(year, str(text)) for year, text in found if text is not None]


def _earlier_results(page: Page, values: Mapping[int, Mapping[str, Value]]) -> None:
    """What was reported as a result before the last one of each task."""
    lines = [
        {
            page.text("Task"): f"{number}\\. {widgets.escape(task.label[page.language.code])}",
            page.text("Year"): str(year),
            page.text("Result"): widgets.escape(text),
        }
        for number, task in enumerate(page.plan.form.tasks.item, start=1)
        for year, text in _results(task, values)[:-1]
    ]
    if lines:
        label = page.text("Earlier results")
        with st.expander(label):
            st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)
