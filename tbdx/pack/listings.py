"""The lists beside the results: who reported, what arrived, what each appendix prints, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import pandas as pd

from tbdx import messages, provenance
from tbdx.amendments import version_in
from tbdx.i18n import N_, Language
from tbdx.model import CellState, Erratum, PlanVersion, Submission
from tbdx.pack.sources import PackSources
from tbdx.service import View
from tbdx.workbook.tables import Column, Kind

List = tuple[pd.DataFrame, list[Column]]
"""Rows in the reader's words, and their columns."""

Head = tuple[str, Kind, float | None]


def listed(rows: Iterable[Sequence[object]], heads: Sequence[Head], words: Language) -> List:
    """Rows under heads, each with its kind and its width."""
    columns = [Column(words.text(head), kind, width) for head, kind, width in heads]
    frame = pd.DataFrame(list(rows), columns=range(len(heads)), dtype=object)
    return frame, columns


def rounds(view: View, sources: PackSources, words: Language) -> List:
    """How each agency stands with each year's report."""
    heads: list[Head] = [
        (N_("Year"), "year", None),
        (N_("Agency"), "text", 34),
        (N_("State"), "text", 20),
        (N_("Complete"), "text", 12),
        (N_("Received at"), "moment", None),
        (N_("On time"), "text", 12),
        (N_("Days late"), "count", None),
    ]
    labels = _Labels(view, words)
    states = {state: words.text(word) for state, word in messages.CELL_STATES.items()}
    said = _yes_or_no(words)
    rows = (
        (
            standing.year,
            labels[standing.agency, standing.year],
            states[standing.state],
            "" if standing.state is CellState.NOT_DUE else said[standing.complete],
            labels.local(standing.received_at),
            said.get(standing.on_time, ""),
            standing.days_late,
        )
        for standings in sources.rounds.values()
        for standing in standings
    )
    return listed(rows, heads, words)


def submissions(view: View, sources: PackSources, words: Language) -> List:
    """Every version of every report, by year and agency, with the hash of its file.

    Whether it was on time stands beside the one by which the agency's year goes, as in
    `rounds`; beside the others stands why not. Who sent it, and why it was returned, the
    record has under the number of its entry.
    """
    heads: list[Head] = [
        (N_("Number"), "count", 9),
        (N_("Agency"), "text", 34),
        (N_("Year"), "year", None),
        (N_("Kind of figures"), "text", 16),
        (N_("Version"), "count", 9),
        (N_("State"), "text", 20),
        (N_("In use"), "text", 9),
        (N_("Received at"), "moment", None),
        (N_("On time"), "text", 24),
        (N_("Days late"), "count", 9),
        (N_("File"), "text", 34),
        ("SHA-256", "text", 36),
        (N_("Entry of the record"), "count", 12),
    ]
    labels = _Labels(view, words)
    phases = {phase: words.text(word) for phase, word in messages.PHASES.items()}
    states = {state: words.text(word) for state, word in messages.REVIEW_STATES.items()}
    said, punctuality = _yes_or_no(words), _Punctuality(sources, words)
    order = {agency.id: place for place, agency in enumerate(view.plan.agencies)}

    def place(submission: Submission) -> tuple[int, int, str, int]:
        return (
            submission.year,
            order.get(submission.agency, len(order)),
            submission.agency,
            submission.id,
        )

    def row(s: Submission) -> Sequence[object]:
        return (
            s.id,
            labels[s.agency, s.year],
            s.year,
            phases[s.phase],
            s.version,
            states[s.state],
            said[s.counts],
            labels.local(s.received_at),
            *punctuality.of(s),
            s.file_name,
            s.sha256,
            s.receipt,
        )

    return listed(map(row, sorted(sources.submissions, key=place)), heads, words)


def targets(view: View, sources: PackSources, words: Language) -> List:
    """What each appendix prints: the one first issued and every amended one, with its cells."""
    heads: list[Head] = [
        (N_("Version of the plan"), "text", 22),
        (N_("Date"), "date", None),
        (N_("Holds from year"), "year", 10),
        (N_("State"), "text", 22),
        (N_("Row"), "count", 6),
        (N_("Indicator"), "text", 30),
        (N_("Title as printed"), "text", 60),
        (N_("Year"), "year", None),
        (N_("Target"), "percent", None),
        (N_("Growth threshold"), "percent", None),
        (N_("As printed"), "text", 30),
        (N_("Holds"), "text", 9),
        (N_("Sheet"), "text", 18),
        (N_("Cell"), "text", 8),
    ]
    plan, said = view.plan, _yes_or_no(words)
    versions = [version for version, _ in sources.printed if version]
    short = {indicator.code: indicator.short[words.code] for indicator in plan.indicators}

    def holds(version: PlanVersion | None, year: int) -> bool:
        used = version_in(view.amendments, year)
        return (used.id if used else 0) == (version.id if version else 0)

    rows = []
    for version, printed in sources.printed:
        if version is None:
            decision = plan.decision
            own = (decision.number, decision.date, plan.years.first, words.text("as first issued"))
        else:
            state = provenance.version_state(version, versions, plan, words)
            own = (version.decision, version.date, version.first_year, state)
        rows += [
            (
                *own,
                target.row,
                short[target.indicator],
                target.title,
                target.year,
                target.share_pct,
                target.threshold_pct,
                target.as_printed,
                said[holds(version, target.year)],
                target.sheet,
                target.cell,
            )
            for target in printed
        ]
    return listed(rows, heads, words)


def changes(view: View, sources: PackSources, words: Language) -> List:
    """What happened to register, plan and filed figures; the source where one is known.

    Why, in somebody's own words, stands in the record.
    """
    heads: list[Head] = [
        (N_("What"), "text", 26),
        (N_("Day"), "date", None),
        (N_("Text"), "text", 70),
        (N_("Source"), "text", 36),
        (N_("State"), "text", 30),
    ]
    text, labels = words.text, _Labels(view, words)
    register = [
        (
            text("Register"),
            event.date,
            provenance.event_text(view, event, words),
            event.source,
            "",
        )
        for event in sources.events
    ]
    versions = [version for version, _ in sources.printed if version]
    plan = [
        (
            text("Amendment of the plan"),
            version.date,
            text("targets from {year} on", year=version.first_year),
            version.decision,
            provenance.version_state(version, versions, view.plan, words),
        )
        for version in versions
    ]
    corrections = [
        (
            text("Correction {number}", number=erratum.id),
            labels.day(erratum.at),
            _changed(erratum, labels, view, words),
            erratum.source,
            _state_of(erratum, view, words),
        )
        for erratum in sources.errata
    ]
    closed = [
        (
            text("Closed year"),
            labels.day(year.at),
            str(year.year),
            "",
            text("closed"),
        )
        for year in view.closed_years.values()
    ]
    by_hand = [
        (
            text("Version chosen by hand"),
            None,
            f"{labels[agency, year]}, {year}",
            "",
            text("in use"),
        )
        for agency, year in view.chosen
    ]
    return listed([*register, *plan, *corrections, *closed, *by_hand], heads, words)


def _changed(erratum: Erratum, labels: _Labels, view: View, words: Language) -> str:
    """Which figure, as stated and as corrected."""
    field = messages.field_label(erratum.field, words, view.plan)
    stated, becomes = (
        provenance.value_text(value, view.plan, words)
        for value in (erratum.stated, erratum.corrected)
    )
    return f"{labels[erratum.agency, erratum.year]}, {erratum.year}, {field}: {stated} → {becomes}"


def _state_of(erratum: Erratum, view: View, words: Language) -> str:
    if erratum.withdrawn_at:
        moment = words.moment(erratum.withdrawn_at, view.plan.due.timezone)
        return words.text("withdrawn {moment}", moment=moment)
    if erratum.id in view.errata_in_use:
        return words.text("in use")
    return words.text("not in use: the figure in use is not the one stated")


def _yes_or_no(words: Language) -> Mapping[bool | None, str]:
    return {True: words.text("Yes"), False: words.text("No")}


class _Punctuality:
    """Whether reports were on time, by how each agency's year stands."""

    def __init__(self, sources: PackSources, words: Language) -> None:
        self._words, self._said = words, _yes_or_no(words)
        self._standings = {
            (standing.agency, year): standing
            for year, standings in sources.rounds.items()
            for standing in standings
        }
        self._first: dict[tuple[str, int], Submission] = {}
        for s in sorted(sources.submissions, key=lambda s: s.id):
            own = self._standings.get((s.agency, s.year))
            if own and s.received_at == own.received_at:
                self._first.setdefault((s.agency, s.year), s)

    def of(self, submission: Submission) -> tuple[str, int | None]:
        """Yes or no with the days it was late; or which report the year goes by, and none."""
        key = (submission.agency, submission.year)
        own, first, words = self._standings.get(key), self._first.get(key), self._words
        if own is None:
            return words.text("no report is due"), None
        if first and first.id == submission.id:
            return self._said.get(own.on_time, ""), own.days_late
        if first:
            return words.text("by report number {number}", number=first.id), None
        if own.received_at:
            return words.text("by the statement that there is nothing to report"), None
        return words.text("does not count: returned"), None


class _Labels(dict[tuple[str, int], str]):
    """The names of agencies by the year, each worked out once; moments where the plan applies."""

    def __init__(self, view: View, words: Language) -> None:
        super().__init__()
        self._view, self._words = view, words

    def __missing__(self, key: tuple[str, int]) -> str:
        self[key] = provenance.agency_label(self._view, key[0], self._words, key[1])
        return self[key]

    def local(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        return moment.astimezone(self._view.plan.due.zone).replace(tzinfo=None, microsecond=0)

    def day(self, moment: datetime) -> date:
        return self._view.plan.due.day_of(moment)
