"""What has changed: since the year before, since the last visit, since a revision of the data."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from tbdx import changes, news, wording
from tbdx.changes import Changed, RosterChange
from tbdx.model import Revision
from tbdx.service.looking_back import Visit
from tbdx.ui import address, shell, widgets
from tbdx.ui.shell import Page

_LATEST = 8  # so many revisions can be chosen from
_COUNTED = 5  # and of so many the verdicts that they turned are counted
_SHORTS = 3  # and on the overview so many of these are told in short
_YEAR, _VISIT = "year", "visit"
_NUMBER = re.compile(r"[0-9]{1,9}")


def show(page: Page) -> None:
    """The choice of what to compare with, then what has changed since."""
    latest = page.service.past.revisions(_LATEST) if not page.view.sample else []
    visit = _last_visit(page)
    with st.container(horizontal=True):
        since = _pick(page, latest, visit)
        year = widgets.pick_year(page) if since == _YEAR else None
    if year is not None:
        _year_on_year(page, year)
    elif since == _VISIT and visit is not None:
        _since(page, visit.revision)
    else:
        _since(page, int(since))
    if latest:
        st.subheader(page.text("The latest data revisions"))
        _revisions(page, latest)
        _where_it_stops(page)


def lines(page: Page, year: int) -> list[str]:
    """Which verdicts have changed, for the overview: since last year, since the last visit.

    Or by the newest revision, where that was seen before. Short lines of markdown.
    """
    found = [_year_line(page, year)]
    if not page.view.sample:
        found.append(_visit_line(page) or _newest_line(page))
    return [line for line in found if line]


def link(page: Page, year: int) -> None:
    """Leads from the overview to what is told of the changes on the board."""
    choices = {"since": _YEAR} if _comparable(page, year) else {}
    label = page.text("All changes")
    shell.link(
        "board", label, icon=":material/difference:", board="changes", year=str(year), **choices
    )


def _year_line(page: Page, year: int) -> str:
    if not _comparable(page, year):
        return ""
    turned = [c for c in changes.year_on_year(page.view.results, year) if c.turned]
    line = page.text(
        "Against {year}: **{turned}**",
        year=year - 1,
        turned=news.turned_text(len(turned), page.language),
    )
    roster = changes.roster_change((page.plan, year - 1), (page.plan, year))
    if roster:
        note = page.text("other agencies are counted")
        line = f"{line} ({note})"
    return _with_turns(page, line, turned)


def _newest_line(page: Page) -> str:
    """The newest revision, where it turned a verdict."""
    newest = page.service.past.revisions(1)
    turned = page.service.past.turned(newest[0], page.view.basis) if newest else ()
    if not turned:
        return ""
    (revision,) = newest
    line = page.text(
        "Data revision {number}: **{turned}** ({moment})",
        number=revision.number,
        turned=news.turned_text(len(turned), page.language),
        moment=page.language.moment(revision.at, page.plan.due.timezone),
    )
    return _with_turns(page, line, turned, years=True)


def _visit_line(page: Page) -> str:
    """What the reader has not seen yet, where a verdict turned."""
    visit = _last_visit(page)
    if visit is None or visit.revision == page.view.revision:
        return ""
    turned = page.service.past.turned_since(visit.revision, page.view.basis)
    if not turned:
        return ""
    line = page.text(
        "Since your last visit ({moment}): **{turned}**",
        moment=page.language.moment(visit.at, page.plan.due.timezone),
        turned=news.turned_text(len(turned), page.language),
    )
    return _with_turns(page, line, turned, years=True)


def _with_turns(page: Page, line: str, turned: Sequence[Changed], *, years: bool = False) -> str:
    """The line with a few of the turned verdicts in short."""
    shorts = []
    for changed in turned:
        name = widgets.numbered(page, page.plan.indicator(changed.indicator))
        place = f"{name} ({changed.year})" if years else name
        shorts.append(f"{place} {news.verdict_turn(changed, page.language)}")
    if len(shorts) > _SHORTS:
        others = page.language.plural(
            "{count} other verdict", "{count} other verdicts", len(shorts) - _SHORTS
        )
        named = ", ".join(shorts[:_SHORTS])
        text = page.text("{verdicts} and {others}", verdicts=named, others=others)
        return f"{line}: {text}"
    return f"{line}: {', '.join(shorts)}" if shorts else line


def _comparable(page: Page, year: int) -> bool:
    """Whether there are figures of a year and of the one before."""
    return {year - 1, year} <= set(page.view.years_reported)


def _last_visit(page: Page) -> Visit | None:
    """When whoever reads this was here before; None in a first visit, and beside samples."""
    if page.view.sample:
        return None
    began: datetime = st.session_state.get(shell.SESSION_BEGAN) or datetime.now(UTC)
    return page.service.past.last_visit(page.service.user, began)


# --- choosing -----------------------------------------------------------------------------------


def _pick(page: Page, latest: Sequence[Revision], visit: Visit | None) -> str:
    """What to compare with: the last visit, the year before, or an earlier revision."""
    names = {_VISIT: _visit_label(page, visit)} if visit else {}
    names[_YEAR] = page.text("the year before")
    if latest:
        names |= {str(r.number): _state_label(page, r) for r in latest[1:]}
        names |= _start_label(page, latest) | _asked_label(page, names)
    default = _before_newest(page, latest, names) or _YEAR
    if visit and visit.revision != page.view.revision:
        default = _VISIT
    return address.choose(
        "since",
        list(names),
        default=default,
        label=page.text("Compared with"),
        say=names.__getitem__,
        words=page.language,
    )


def _before_newest(page: Page, latest: Sequence[Revision], names: Mapping[str, str]) -> str | None:
    """The state before the newest of the latest revisions that changed a figure."""
    numbers = [str(revision.number) for revision in latest[1:]]
    numbers += [str(latest[-1].number - 1)] if latest else []
    for revision, before in zip(latest[:_COUNTED], numbers, strict=False):
        if page.service.past.moved_figures(revision, page.view.basis):
            return before if before in names else None
    return None


def _visit_label(page: Page, visit: Visit) -> str:
    return page.text(
        "your last visit · {moment} · data revision {number}",
        moment=page.language.moment(visit.at, page.plan.due.timezone),
        number=visit.revision,
    )


def _state_label(page: Page, revision: Revision) -> str:
    """An earlier state by what made it, e.g. "data revision 11 · 24/11/2025 · …"."""
    text = news.revision_text(revision, page.view, page.language)
    return text[:1].lower() + text[1:]


def _start_label(page: Page, latest: Sequence[Revision]) -> dict[str, str]:
    """The state before the oldest of the latest revisions."""
    number = latest[-1].number - 1
    if number < page.service.past.oldest:
        return {}
    if number == 0:
        return {"0": page.text("the beginning, before anything was stored")}
    return {str(number): page.text("data revision {number}", number=number)}


def _asked_label(page: Page, names: dict[str, str]) -> dict[str, str]:
    """An older revision that a link asks for, or that was chosen before."""
    newest, oldest = page.view.revision, page.service.past.oldest
    asked = {address.current().get("since"), address.remembered("since")} - {None, *names}
    return {
        code: page.text("data revision {number}", number=int(code))
        for code in asked
        if code is not None and _NUMBER.fullmatch(code) and oldest <= int(code) < newest
    }


# --- against the year before --------------------------------------------------------------------


def _year_on_year(page: Page, year: int) -> None:
    if not _comparable(page, year):
        st.info(
            page.text(
                "There are not figures of both {before} and {year}. Choose a year that has a report and follows one that has.",
                before=year - 1,
                year=year,
            ),
            icon=":material/info:",
        )
        return
    found = changes.year_on_year(page.view.results, year)
    turned = [changed for changed in found if changed.turned]
    st.subheader(
        page.text(
            "{year} against {before}: {turned}",
            year=year,
            before=year - 1,
            turned=news.turned_text(len(turned), page.language),
        )
    )
    roster = changes.roster_change((page.plan, year - 1), (page.plan, year))
    if roster:
        _tell_roster(page, roster, year)
    for changed in found:
        if not changed.same_measure:
            st.markdown(_threshold_line(page, changed))
    _results_table(page, found, {year} if roster else (), years=False)
    standings = changes.agencies_year_on_year(page.view.standings, year)
    _agencies(page, standings, years=False)


def _threshold_line(page: Page, changed: Changed) -> str:
    indicator = page.plan.indicator(changed.indicator)
    turn = [
        page.text("any growth")
        if pd.isna(row["threshold_pct"])
        else page.text(
            "growth by {threshold}", threshold=page.language.percent(row["threshold_pct"], 2)
        )
        for row in (changed.before, changed.after)
    ]
    text = page.text(
        "**{indicator}** counts something else in the two years: {before}, then {after}.",
        indicator=widgets.numbered(page, indicator),
        before=turn[0],
        after=turn[1],
    )
    return f":material/compare_arrows: {text}"


# --- since a revision ---------------------------------------------------------------------------


def _since(page: Page, revision: int) -> None:
    found = page.service.past.since(revision, page.view.basis)
    turned = news.turned_text(len(found.turned), page.language)
    st.subheader(
        page.text(
            "Data revision {number} against {before}: {turned}",
            number=page.view.revision,
            before=revision,
            turned=turned,
        )
    )
    if not found.results and found.agencies.empty:
        st.markdown(page.text("No figure has changed since."))
        return
    for years, lines in news.rosters_text(found.rosters, page.view, page.language).items():
        text = page.text(
            "**Other agencies are counted in {year} than then:** {who}.",
            year=years,
            who=widgets.escape("; ".join(lines)),
        )
        st.warning(text, icon=":material/group_off:")
    sentences = [
        news.sentence(changed, indicator, f"**{widgets.numbered(page, indicator)}**", page.language)
        for changed in found.turned[: wording.MOST_NAMES]
        for indicator in [page.plan.indicator(changed.indicator)]
    ]
    st.markdown("  \n".join(sentences))
    if found.results:
        _results_table(page, found.results, found.rosters, years=True)
    _agencies(page, found.agencies, years=True)


# --- what both show -----------------------------------------------------------------------------


def _tell_roster(page: Page, roster: RosterChange, year: int) -> None:
    """That counts are of other agencies than in the year before, and who came or went."""
    who = "; ".join(news.roster_text(roster, page.view, year, page.language))
    text = page.text(
        "**Counts of different agencies:** {old} in {before}, {new} in {year}; {who}.",
        old=len(page.plan.roster(year - 1)),
        before=year - 1,
        new=len(page.plan.roster(year)),
        year=year,
        who=widgets.escape(who),
    )
    st.warning(text, icon=":material/group_off:")


def _results_table(
    page: Page, found: Sequence[Changed], other: Collection[int], *, years: bool
) -> None:
    """Before and after, a line each; differences of counts only of years with the same agencies."""
    lines = []
    for changed in found:
        indicator = page.plan.indicator(changed.indicator)
        name = widgets.numbered(page, indicator)
        place = f"{name}  \n:small[{changed.year}]" if years else name
        difference = news.difference_text(
            changed, indicator, page.language, counts=changed.year not in other
        )
        remarks = "; ".join(news.remarks(changed, page.language))
        lines.append(
            {
                page.text("Indicator"): f"**{place}**" if changed.turned else place,
                page.text("Before"): _result(page, changed, later=False),
                page.text("After"): _result(page, changed, later=True),
                page.text("Difference"): f"{difference}  \n:small[{widgets.escape(remarks)}]",
            }
        )
    frame = pd.DataFrame(lines).set_index(page.text("Indicator"))
    label = page.text("Results before and after")
    st.table(frame, border="horizontal", alt=label)


def _result(page: Page, changed: Changed, *, later: bool) -> str:
    row = changed.after if later else changed.before
    badge = widgets.verdict_badge(page, row)
    if not row["answered"]:
        return badge
    value = wording.percent_text(row, page.plan.indicator(changed.indicator), page.language)
    return f"{badge}  \n{wording.bare_count(row, page.language)} · {value}"


def _agencies(page: Page, rows: pd.DataFrame, *, years: bool) -> None:
    """How the agencies' own answers changed, in sentences."""
    told = news.agency_turns(rows, page.view, page.language, years=years)
    if not told:
        return
    st.subheader(page.text("Agencies whose answers changed"))
    for code, sentences in told.items():
        name = widgets.numbered(page, page.plan.indicator(code))
        st.markdown(f"**{name}**  \n" + "  \n".join(map(widgets.escape, sentences)))


def _revisions(page: Page, latest: Sequence[Revision]) -> None:
    """The latest revisions, a line each; of the newest how many verdicts they turned."""
    zone = page.plan.due.timezone
    lines = []
    for place, revision in enumerate(latest):
        turned = "–"
        if place < _COUNTED:
            count = len(page.service.past.turned(revision, page.view.basis))
            turned = news.turned_text(count, page.language)
            turned = f"**{turned}**" if count else turned
        done = widgets.escape(news.deeds_text(revision.deeds, page.view, page.language))
        moment = page.language.moment(revision.at, zone)
        lines.append(
            {
                page.text("Data revision"): f"**{revision.number}**  \n:small[{moment}]",
                page.text("Verdicts"): turned,
                page.text("What was done"): f"{done}  \n:small[{widgets.escape(revision.actor)}]",
            }
        )
    label = page.text("The latest data revisions")
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)


def _where_it_stops(page: Page) -> None:
    """From when on it is known what was, and by what it is computed."""
    oldest = page.service.past.oldest
    said = [
        page.text(
            "Earlier states are computed by today's definitions, from what was filed, corrected and in force then."
        )
    ]
    if oldest:
        said.append(
            page.text(
                "What was before data revision {number} is not recorded, so it cannot be shown.",
                number=oldest,
            )
        )
    st.caption(" ".join(said))
