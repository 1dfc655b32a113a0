"""The first part of an agency's page: what it should do next, and how the year stands."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from tbdx import duty_wording
from tbdx.duties import Duties
from tbdx.model import Phase
from tbdx.plan import Agency
from tbdx.ui import agencies, agency_duties, agency_lever, agency_tasks, shell, widgets
from tbdx.ui.shell import Page


def show(page: Page, agency: Agency, year: int) -> None:
    """What to do next, what would help the province, then the chosen year's duties."""
    phases = agencies.reports(page, agency.id)
    found = agency_duties.coming(page, agency, year)
    if found.items:
        with st.container(border=True):
            st.subheader(page.text("What to do next"))
            _open_now(page, agency, phases)
            _next_year(page, found)
            _reporting(page, agency, phases, found)
            _links(page, agency, found)
        agency_lever.show(page, found)
    st.header(page.text("Targets of this agency in {year}", year=year))
    agency_duties.duties_table(page, agency, year)


def _open_now(page: Page, agency: Agency, phases: Mapping[int, Phase]) -> None:
    """Duties that the last report leaves open while its figures are still an estimate."""
    last = max(phases, default=None)
    if last is None or phases[last] is not Phase.ESTIMATE:
        return
    found = agency_duties.of_year(page, agency, last)
    lines = _lines(page, found)
    if lines:
        head = page.text("Still open in {year}, until the final figures", year=last)
        st.markdown("\n".join([f"**{head}**", "", *lines]))


def _lines(page: Page, found: Duties) -> list[str]:
    """The open duties of a year, one line each."""
    return [
        f"- **{widgets.numbered(page, duty.indicator)}**: "
        + "; ".join(
            agency_duties.step_text(page, step, duty, found) for step in duty_wording.steps_of(duty)
        )
        for duty in found.of("open")
    ]


def _next_year(page: Page, found: Duties) -> None:
    lines = _lines(page, found)
    head = page.text("For {year}", year=found.year)
    kept = [widgets.numbered(page, duty.indicator) for duty in found.of("in_place")]
    if kept:
        text = page.text("Keep what is in place: {names}", names="; ".join(kept))
        lines.append(f"- {text}")
    if not lines:
        text = page.text("The plan assigns no target to this agency.")
        lines.append(f"- {text}")
    st.markdown("\n".join([f"**{head}**", "", *lines]))


def _reporting(page: Page, agency: Agency, phases: Mapping[int, Phase], found: Duties) -> None:
    """What is to be sent, answered and finished, apart from the indicators."""
    lines = []
    last = max(phases, default=None)
    if last is not None and phases[last] is Phase.ESTIMATE:
        lines.append(
            page.text("Send the final figures of {year} in place of the estimate.", year=last)
        )
    if found.blank:
        numbers = ", ".join(question.stt for question in found.blank)
        lines.append(
            page.text(
                "Answer what the report of {year} leaves blank: question {numbers}.",
                year=found.since,
                numbers=numbers,
            )
        )
    if found.year != last:
        day = page.language.date(page.plan.due.last_day(found.year))
        lines.append(page.text("Send the report of {year} by {date}.", year=found.year, date=day))
    if last is not None:
        left = agency_tasks.unfinished(page, page.view.reported(agency.id, last))
        if left:
            lines.append(
                page.language.plural(
                    "Finish {count} task of the plan (part “Tasks”).",
                    "Finish {count} tasks of the plan (part “Tasks”).",
                    len(left),
                )
            )
    if lines:
        head = page.text("Reports and tasks")
        st.markdown("\n".join([f"**{head}**", "", *(f"- {line}" for line in lines)]))


def _links(page: Page, agency: Agency, found: Duties) -> None:
    with st.container(horizontal=True, gap="small"):
        shell.link(
            "upload", page.text("Get the form and send reports"), icon=":material/upload_file:"
        )
        shell.link(
            "submissions",
            page.text("Reports sent, with versions"),
            icon=":material/history:",
            show="history",
            agency=agency.id,
            year=str(found.since or found.year),
        )
