"""The board: every verdict of every year, and what is asked of every agency in one year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd
import streamlit as st

from tbdx import messages, tables, wording
from tbdx.i18n import N_
from tbdx.model import Reason, Status
from tbdx.plan import Indicator
from tbdx.service import Row
from tbdx.ui import address, brief, printing, results, shell, widgets
from tbdx.ui.shell import Page
from tbdx.words import fold

PARTS = {
    "years": N_("Indicator × year"),
    "agencies": N_("Agency × obligation"),
    "goals": N_("Goals in reach"),
    "national": N_("Beside other goals"),
    "changes": N_("Changes"),
}
"""The parts of the page, by their codes in the address."""

NAMED = "★"
_CHOSEN = "**:primary[{}]**"
_FEW = (
    25  # so many agencies are a table with badges; more are one that can be scrolled and chosen in
)
_MOST_TYPED = 60


def pick_part(page: Page) -> str:
    """Which part of the page is shown; kept in the address."""
    return widgets.pick_part(page, "board", PARTS, page.text("Part"))


# --- indicator × year ---------------------------------------------------------------------------


def by_year(page: Page) -> None:
    """Every indicator in every year; one of them below, in detail."""
    with st.container(horizontal=True):
        indicator = widgets.pick_indicator(page)
        year = widgets.pick_year(page)
        first = _first_year(page, year)
    _years_table(page, indicator, year, first)
    _legend(page)
    with st.container(border=True):
        row = page.view.result[indicator.code, year]
        st.markdown(f"**{widgets.numbered(page, indicator)}**")
        results.verdict_sentence(page, indicator, row)
        for line in _who(page, indicator, year):
            st.markdown(line)
        with st.container(horizontal=True):
            choices = {"indicator": indicator.code, "year": str(year)}
            label = page.text("Open this indicator")
            shell.link("indicator", label, icon=":material/show_chart:", **choices)
            label = page.text("Agencies of {year}", year=year)
            shell.link("board", label, icon=":material/groups:", board="agencies", year=str(year))


def _years_table(page: Page, chosen: Indicator, year: int, first: int) -> None:
    """Every indicator in every year from the first one shown on; the choice is marked."""
    years = [y for y in page.plan.all_years if y >= first]
    lines = {
        brief.name(page, indicator, _CHOSEN if indicator is chosen else "{}"): [
            _result(page, indicator, page.view.result[indicator.code, y]) for y in years
        ]
        for indicator in page.plan.indicators
    }
    heads = [_CHOSEN.format(y) if y == year else str(y) for y in years]
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=heads)
    frame.index.name = page.text("Indicator")
    label = page.text("Result, verdict and target of every indicator in every year")
    st.table(frame, border="horizontal", alt=label, width=brief.NATURAL)


def _first_year(page: Page, year: int) -> int:
    """The first year shown: on a phone the chosen one, unless all are asked for."""
    names = {
        "all": page.text("All years"),
        "from": page.text("From {year} on", year=year),
    }
    chosen = address.choose(
        "span",
        list(names),
        default="from" if shell.on_phone() else "all",
        label=page.text("Years shown"),
        say=names.__getitem__,
        words=page.language,
        widget="segmented",
    )
    return year if chosen == "from" else page.plan.all_years[0]


def _result(page: Page, indicator: Indicator, row: Row) -> str:
    """As `brief.result`; of a year without a report only the target."""
    if row["year"] not in page.view.years_reported:
        return brief.target(page, row)
    return brief.result(page, indicator, row)


def _legend(page: Page) -> None:
    """What the symbols are, and what stands where in a cell."""
    text = page.text(
        "In each cell: verdict and count; below, value / target of the year. Years without a report show their target alone. Growth: share of agencies, and by how much each must have grown."
    )
    st.caption(f"{brief.legend(page)}  \n{text}")


def _who(page: Page, indicator: Indicator, year: int) -> list[str]:
    """Who answers how, by name; of people how many of how many."""
    own = page.view.standings
    own = own[(own["indicator"] == indicator.code) & (own["year"] == year)]
    names = _names(page, list(own["agency"]), year)
    groups: dict[str, list[str]] = {}
    columns = (own[name] for name in ("agency", "answer", "numerator", "denominator"))
    for agency, answer, part, whole in zip(*columns, strict=True):
        name = widgets.escape(names[agency])
        if indicator.kind == "ratio" and answer == "yes":
            name = f"{name} {page.language.number(part)}/{page.language.number(whole)}"
        groups.setdefault(answer, []).append(name)
    labels = messages.ANSWERS | ({"yes": N_("Answered")} if indicator.kind == "ratio" else {})
    return [
        f"{page.text(label)} ({len(groups[code])}): {wording.listed(groups[code], page.language)}"
        for code, label in labels.items()
        if code in groups
    ]


# --- agency × obligation ------------------------------------------------------------------------


def by_agency(page: Page) -> None:
    """What is asked of every agency that counts in a year, and how it stands."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        year = widgets.pick_year(page)
        only_open = _pick_open(page)
        wanted = _pick_name(page, year)
    own = page.view.standings
    own = own[own["year"] == year]
    names = _names(page, list(dict.fromkeys(own["agency"])), year)
    open_counts = Counter(own.loc[_is_open(own), "agency"].tolist())
    found = [
        agency
        for agency in sorted(names, key=lambda agency: page.language.sort_key(names[agency]))
        if (not only_open or agency in open_counts) and fold(wanted) in fold(names[agency])
    ]
    _open_line(page, len(names), len(open_counts), open_counts.total())
    if not found:
        st.info(page.text("No agency fits these filters."), icon=":material/info:")
        return
    cells = _cells(page, own, year)
    labels = {agency: names[agency] for agency in found}
    if len(names) <= _FEW:
        _few(page, labels, cells)
        agency: str | None = _pick_one(page, labels)
    else:
        agency = _many(page, labels, cells, open_counts, year)
    st.caption(
        page.text(
            "First what is asked: {mark} named in the plan; 100%: of every agency; then how it stands · no target assigned: what the agency answers stands in parentheses and is not judged · not counted: the indicator does not count this agency",
            mark=NAMED,
        )
    )
    if agency:
        with st.container(border=True):
            st.markdown(f"**{widgets.escape(labels[agency])}**")
            st.markdown("\n".join(_obligations(page, agency, year, cells)))
            label = page.text("Open this agency")
            choices = {"agency": agency, "year": str(year)}
            shell.link("agency", label, icon=":material/apartment:", **choices)


def _pick_open(page: Page) -> bool:
    names = {
        "all": page.text("All agencies"),
        "open": page.text("Only those with something open"),
    }
    chosen = address.choose(
        "only",
        list(names),
        default="all",
        usual="all",
        label=page.text("Show"),
        say=names.__getitem__,
        words=page.language,
        widget="segmented",
    )
    return chosen == "open"


def _pick_name(page: Page, year: int) -> str:
    """A part of the name, where there are many agencies."""
    if len(page.plan.roster(year)) <= _FEW:
        return ""
    label = page.text("Name of the agency")
    return address.typed("name", label=label, placeholder="", most=_MOST_TYPED)


def _is_open(own: pd.DataFrame) -> pd.Series[bool]:
    """Whether something asked of an agency is not done, not known, or has no base to judge by."""
    undone = own["status"].isin([Status.NOT_MET.value, Status.NO_DATA.value])
    return undone | own["reason"].eq(Reason.NO_BASELINE.value)


def _open_line(page: Page, agencies: int, behind: int, duties: int) -> None:
    """How many agencies have something open."""
    counted = page.language.plural("{count} agency", "{count} agencies", agencies)
    if not behind:
        text = page.text("{agencies}; of what is asked of them nothing is open.", agencies=counted)
    else:
        text = page.text(
            "{agencies}, of which **{behind}** have something open: {duties}.",
            agencies=counted,
            behind=page.language.number(behind),
            duties=page.language.plural("{count} obligation", "{count} obligations", duties),
        )
    st.markdown(text)


class _Cell(NamedTuple):
    """What one indicator asks of one agency, and how it stands.

    status   whose colour it has
    verdict  as symbol and word
    more     what was answered
    asked    why it is asked; empty where nothing is
    """

    status: Status
    verdict: str
    more: str
    asked: str

    @property
    def text(self) -> str:
        stands = f"{self.verdict} {self.more}".rstrip()
        return f"{self.asked} · {stands}" if self.asked else stands

    @property
    def stacked(self) -> str:
        """For a narrow cell: what was answered in a line of its own."""
        return self.markdown.replace(" :small[", "  \n:small[")

    @property
    def markdown(self) -> str:
        asked = f"{self.asked} · " if self.asked else ""
        more = f" :small[{self.more}]" if self.more else ""
        return f"{asked}:{widgets.STATUS_COLOURS[self.status]}-badge[{self.verdict}]{more}"


_Cells = dict[tuple[str, str], _Cell]
"""By agency and indicator."""


def _cells(page: Page, own: pd.DataFrame, year: int) -> _Cells:
    """What is asked of each agency by each indicator, and how it stands."""
    named = any(goal.year == year for goal in page.plan.obligations)
    ratios = {i.code for i in page.plan.indicators if i.kind == "ratio"}
    among = {i.code: i.among for i in page.plan.indicators}
    agencies = {agency.id: agency for agency in page.plan.agencies}
    known: dict[tuple[object, ...], _Cell] = {}
    cells = {}
    columns = ("agency", "indicator", "status", "reason", "answer", "numerator", "denominator")
    for agency, indicator, status, reason, answer, part, whole in zip(
        *(own[name].tolist() for name in columns), strict=True
    ):
        asked = ""
        if status != Status.NO_TARGET.value:
            goal = page.plan.obligation(agency, indicator, year) if named else None
            asked = NAMED if goal else "100%"
        counts = (part, whole) if indicator in ratios and answer == "yes" else None
        outside = not agencies[agency].in_scope(among[indicator])
        key = (asked, status, reason, answer, counts, outside)
        if key not in known:
            row: Row = {"status": status, "reason": reason, "outside": outside}
            known[key] = _stands(page, asked, row, answer, counts)
        cells[agency, indicator] = known[key]
    return cells


def _stands(page: Page, asked: str, row: Row, answer: str, counts: tuple[int, int] | None) -> _Cell:
    """One cell; without a duty what was answered stands in parentheses, and who does not count."""
    said = page.text(messages.ANSWERS[answer]).lower()
    if counts:
        said = "/".join(map(page.language.number, counts))
    verdict = wording.status_label(row, page.language, agency=True)
    if asked:
        more = said if counts else ""
    elif row["outside"]:
        more = page.text("(not counted)")
    else:
        more = f"({said})"
    return _Cell(Status(row["status"]), verdict, more, asked)


def _obligations(page: Page, agency: str, year: int, cells: _Cells) -> list[str]:
    """What is asked of one agency with where that stands; what is not asked in one line."""
    lines, others = [], []
    for indicator in page.plan.indicators:
        cell = cells[agency, indicator.code]
        name = widgets.numbered(page, indicator)
        if not cell.asked:
            others.append(name)
            continue
        goal = page.plan.obligation(agency, indicator.code, year)
        source = goal.source if goal else page.text("the target of 100% binds every agency")
        lines.append(f"- **{name}** {cell.markdown} — {widgets.escape(source)}")
    if others:
        text = page.text("No target assigned: {indicators}", indicators=", ".join(others))
        lines.append(f"- {text}")
    return lines


def _few(page: Page, labels: dict[str, str], cells: _Cells) -> None:
    """A few agencies as a table that everybody can read."""
    rows = [
        {
            page.text("Agency"): brief.wrapped(widgets.escape(name)),
            **{
                brief.name(page, indicator): cells[agency, indicator.code].stacked
                for indicator in page.plan.indicators
            },
        }
        for agency, name in labels.items()
    ]
    frame = pd.DataFrame(rows).set_index(page.text("Agency"))
    label = page.text("What is asked of each agency")
    st.table(frame, border="horizontal", alt=label, width=brief.NATURAL)


def _pick_one(page: Page, labels: dict[str, str]) -> str:
    """The agency looked at more closely."""
    return address.choose(
        "agency",
        list(labels),
        default=next(iter(labels)),
        label=page.text("Look at one agency"),
        say=labels.__getitem__,
        words=page.language,
    )


def _many(
    page: Page,
    labels: dict[str, str],
    cells: _Cells,
    open_counts: Counter[str],
    year: int,
) -> str | None:
    """Many agencies as a table in which one can be chosen; the one chosen."""
    head = page.text("Agency")
    frame = pd.DataFrame(
        {
            head: list(labels.values()),
            page.text("Open"): [open_counts[agency] for agency in labels],
            **{
                f"{indicator.row}. {indicator.short[page.language.code]}": [
                    cells[agency, indicator.code].text for agency in labels
                ]
                for indicator in page.plan.indicators
            },
        }
    )
    agencies = list(labels)
    chosen = address.current().get("agency") or address.remembered("agency")
    kept = [agencies.index(chosen)] if chosen in labels else []
    key = f"board-agencies-{year}-{len(agencies)}-{agencies[0]}"
    st.dataframe(
        frame,
        hide_index=True,
        column_config={head: st.column_config.TextColumn(pinned=True, width=200)},
        on_select=partial(_choose, key, agencies),
        selection_mode="single-row",
        selection_default={"selection": {"rows": kept}},
        key=key,
        alt=page.text("What is asked of each agency"),
    )
    printing.table(page.language, frame)
    st.caption(page.text("Choose a row to look at one agency."))
    return chosen if chosen in labels else None


def _choose(key: str, agencies: Sequence[str]) -> None:
    """Remember which agency was chosen in the table; before the next run, as a callback."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        address.go("agency", agencies[rows[0]])


def _names(page: Page, agencies: Sequence[str], year: int) -> dict[str, str]:
    """The agencies by the names they bear on the year's due date."""
    return {a: tables.agency_label(page.view, a, page.language, year) for a in agencies}
