"""One agency on screen: what it is, what it continues, and the parts of its page."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.i18n import N_
from tbdx.model import Phase
from tbdx.plan import Agency
from tbdx.ui import address, shell, widgets
from tbdx.ui.picturing import Subject
from tbdx.ui.shell import Page

PARTS = {
    "summary": N_("Summary"),
    "duties": N_("Duties and to-do list"),
    "tasks": N_("Tasks"),
    "figures": N_("Figures"),
    "further": N_("Spending and proposals"),
    "maturity": N_("Maturity"),
}
"""The parts of an agency's page, by their codes in the address."""


def pick_part(page: Page) -> str:
    """Which part of the page is shown; kept in the address."""
    return widgets.pick_part(page, "part", PARTS, page.text("Part"))


def subject(
    page: Page, agency: Agency, kind: str, title: str, *notes: str, **about: str
) -> Subject:
    """What a chart of this agency is of, for its picture; `title` without the agency's name."""
    name = tables.agency_label(page.view, agency.id, page.language)
    return Subject(
        kind=kind,
        title=f"{name}: {title}",
        about={**about, "agency": agency.id},
        notes=notes,
    )


def media_text(page: Page, kinds: Iterable[str]) -> str:
    """Media types in words."""
    return ", ".join(page.text(messages.MEDIA.get(kind, kind)) for kind in kinds)


def facts(page: Page, agency: Agency) -> str:
    """Governing body, media types and last day of an agency, in one line."""
    code = page.language.code
    media = media_text(page, agency.media_types)
    parts = [
        page.text("Governing body: {name}", name=agency.governing_body(code)),
        page.text("Media types: {media}", media=media),
        agency.note(code),
    ]
    if agency.valid_to:
        parts.append(
            page.text("In existence until {date}", date=page.language.date(agency.valid_to))
        )
    return " · ".join(widgets.escape(part) for part in parts if part)


def relatives(page: Page, agency: Agency) -> None:
    """Links to what the agency was merged from, and to what it was merged into, same part.

    To those only whose figures the reader sees.
    """
    before = [b for b in page.plan.predecessors(agency.id) if page.seen([b.id])]
    after = page.seen([agency.successor] if agency.successor else [])
    if not before and not after:
        return
    with st.container(horizontal=True, gap="small"):
        for other in before:
            name = page.text(
                "{name} (until {date})",
                name=other.name(page.language.code),
                date=page.language.date(other.valid_to) if other.valid_to else "–",
            )
            _relative(page, other, page.text("Before the merger: {agency}", agency=name))
        for successor in after:
            name = tables.agency_label(page.view, successor, page.language)
            label = page.text("Continued by {agency}", agency=name)
            _relative(page, page.plan.agency(successor), label)


def _relative(page: Page, agency: Agency, label: str) -> None:
    """A link to another agency in the last year in which it counts, as far as there are figures."""
    due = page.plan.due
    counts = [year for year in page.plan.all_years if agency.exists_on(due.last_day(year))]
    told = [year for year in counts if year <= page.view.latest_year] or counts
    year = str(told[-1] if told else page.view.latest_year)
    shell.link(
        "agency",
        widgets.escape(label),
        icon=":material/merge:",
        agency=agency.id,
        year=year,
        part=address.remembered("part") or next(iter(PARTS)),
    )


def reports(page: Page, agency: str) -> dict[int, Phase]:
    """The years that an agency reported itself, ascending, and the kind of their figures."""
    phases = page.view.phases
    own = phases[phases["agency"] == agency]
    return dict(sorted(zip(own["year"].tolist(), map(Phase, own["phase"]), strict=True)))


def year_head(page: Page, year: int, phase: Phase) -> str:
    """A reported year as the head of a column, with its kind of figures."""
    return f"{year} ({widgets.phase_text(page, phase).lower()})"


def standings(page: Page, agency: str) -> pd.DataFrame:
    """The agency's rows of `View.standings`, in the plan's order."""
    rows = page.view.standings
    return page.view.kept(("standings", agency), lambda: rows[rows["agency"] == agency])


def not_reported(page: Page, agency: Agency) -> None:
    """Says that there is no report of its own, and where to look or what to do instead."""
    if page.plan.predecessors(agency.id):
        text = page.text(
            "No report of this agency has been accepted yet. What was reported before the merger stands with the agencies above."
        )
    else:
        text = page.text("No report of this agency has been accepted yet.")
    st.info(text, icon=":material/info:")
