"""What a scenario does to the verdicts, and what each coming target takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
import streamlit as st

from tbdx import messages, metrics, provenance, tables, wording
from tbdx.i18n import N_
from tbdx.model import Hindrance
from tbdx.plan import Indicator
from tbdx.scenarios import Flip, Scenario, coming_years, flips
from tbdx.service import Row, View
from tbdx.tables import Filters
from tbdx.tipping import Outcome, Pace, Tipping, Turn, meeting, paces, tippings
from tbdx.ui import brief, filtering, scenario_desk, widgets
from tbdx.ui.shell import Page

Tips = dict[tuple[str, int], Tipping]

_SIGNS: dict[bool | None, tuple[str, str, str]] = {
    True: ("↑", "green", N_("now met")),
    False: ("↓", "red", N_("no longer met")),
    None: ("◆", "orange", N_("another verdict")),
}
_NOTHING_TO_DO: dict[Outcome, str] = {
    Outcome.MET: N_("Met already"),
    Outcome.NO_TARGET: N_("No target in this year"),
}
_FEW = 25


@st.cache_resource(max_entries=64, show_spinner=False)
def _tips(_view: View, state: tuple[object, ...], years: tuple[int, ...]) -> Tips:
    return tippings(_view.answers, _view.plan, _view.targets, _view.results, _view.standings, years)


def tips_of(view: View, years: Iterable[int]) -> Tips:
    """What every target of some years takes, kept until the store changes."""
    return _tips(view, view.state, tuple(years))


# --- verdicts before and after --------------------------------------------------------------------


def board(page: Page, before: View, supposed: View) -> None:
    """Indicator by coming year: the verdict without the changes, and with them."""
    years = list(coming_years(page.view.filed_answers, page.plan))
    turned = {(f.indicator, f.year): f for f in flips(before.results, supposed.results)}
    lines = {
        brief.name(page, indicator): [
            _cell(page, indicator, supposed, year, turned.get((indicator.code, year)), before)
            for year in years
        ]
        for indicator in page.plan.indicators
    }
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=list(map(str, years)))
    frame.index.name = page.text("Indicator")
    label = page.text("Every verdict of the coming years, without the changes and with them")
    st.table(frame, border="horizontal", alt=label, width=brief.NATURAL)
    signs = (f"{sign} {page.text(word)}" for sign, _, word in _SIGNS.values())
    text = page.text(
        "In each cell the verdict of the scenario and its count; below, value / target of the year. Where the changes turn the verdict, the one without them → stands above. {signs}.",
        signs="; ".join(signs),
    )
    st.caption(f"{brief.legend(page)}  \n{text}")


def _cell(
    page: Page, indicator: Indicator, supposed: View, year: int, flip: Flip | None, before: View
) -> str:
    row = supposed.result[indicator.code, year]
    text = brief.result(page, indicator, row)
    if flip is None:
        return text
    sign, colour, _ = _SIGNS[flip.gained]
    was = brief.short(page, before.result[indicator.code, year])
    return f"**:{colour}[{sign}]** :gray[{was} →]  \n{text}"


def _counts(page: Page, indicator: Indicator, row: Row) -> str:
    value = widgets.percent_text(page, indicator, row)
    return f"{wording.bare_count(row, page.language)} · {value}"


def flip_lines(page: Page, before: View, supposed: View) -> list[str]:
    """Every verdict that the changes turn, years alike in one line."""
    years: dict[str, list[int]] = {}
    for flip in flips(before.results, supposed.results):
        years.setdefault(_flip(page, before, supposed, flip), []).append(flip.year)
    return [f"- **{wording.span(own)}** · {text}" for text, own in years.items()]


def _flip(page: Page, before: View, supposed: View, flip: Flip) -> str:
    indicator = page.plan.indicator(flip.indicator)
    was = wording.count_line(before.result[flip.indicator, flip.year], indicator, page.language)
    now = wording.count_line(supposed.result[flip.indicator, flip.year], indicator, page.language)
    sign, colour, word = _SIGNS[flip.gained]
    mark = f":{colour}[{sign} {page.text(word)}]"
    return f"**{widgets.numbered(page, indicator)}** · {mark}: {was} → **{now}**"


# --- the smallest sets ----------------------------------------------------------------------------


def sets(page: Page, supposed: View, year: int) -> None:
    """What each target of one year takes, with buttons that put it into the scenario."""
    tips = tips_of(supposed, [year])
    own = [tips[indicator.code, year] for indicator in page.plan.indicators]
    if sum(tip.outcome is Outcome.POSSIBLE for tip in own) > 1:
        st.button(
            page.text("Put what every target of {year} takes into the scenario", year=year),
            icon=":material/playlist_add:",
            key="scenario-whole-year",
            on_click=_put_year,
            args=(supposed, year),
        )
    for tip in own:
        if tip.outcome in (Outcome.POSSIBLE, Outcome.IMPOSSIBLE):
            with st.container(border=True, gap="xsmall"):
                _set(page, supposed, tip)
    for outcome, word in _NOTHING_TO_DO.items():
        names = [
            widgets.numbered(page, page.plan.indicator(tip.indicator))
            for tip in own
            if tip.outcome is outcome
        ]
        if names:
            st.markdown(f"{page.text(word)}: {'; '.join(names)}.")


def _put_year(supposed: View, year: int) -> None:
    more = meeting(supposed.answers, supposed.plan, supposed.targets, year)
    scenario_desk.put(supposed.scenario, more)


def _set(page: Page, supposed: View, tip: Tipping) -> None:
    indicator = page.plan.indicator(tip.indicator)
    row = supposed.result[tip.indicator, tip.year]
    line = wording.count_line(row, indicator, page.language)
    st.markdown(f"**{widgets.numbered(page, indicator)}** · {line}")
    if tip.outcome is Outcome.POSSIBLE:
        st.markdown(sentence(page, indicator, tip, tip.year))
        turns = [_turn(page, supposed, turn, tip.year) for turn in tip.chosen[: wording.MOST_NAMES]]
        if len(tip.chosen) > len(turns):
            turns.append(page.text("and {count} more", count=len(tip.chosen) - len(turns)))
        st.markdown("\n".join(f"- {turn}" for turn in turns))
        st.button(
            page.text("Put into the scenario"),
            icon=":material/add:",
            key=f"scenario-put-{tip.indicator}",
            on_click=scenario_desk.put,
            args=(supposed.scenario, tip.changes),
        )
    elif tip.outcome is Outcome.IMPOSSIBLE:
        nothing = page.text("No change of answers is enough to meet the target.")
        if tip.lacks_figures:
            nothing = page.text("It cannot be met as long as figures are missing.")
        st.markdown(f":red[{nothing}]")
    if tip.cannot and tip.outcome in (Outcome.POSSIBLE, Outcome.IMPOSSIBLE):
        st.caption(_cannot(page, tip))


def sentence(page: Page, indicator: Indicator, tip: Tipping, year: int) -> str:
    """How many are needed, of whom: "cần thêm 1 trong 2 cơ quan: A, B"."""
    names = [
        widgets.escape(tables.agency_label(page.view, agency, page.language, year))
        for agency in tip.could
    ]
    return wording.tipping_text(tip, indicator, names, page.language)


def _turn(page: Page, supposed: View, turn: Turn, year: int) -> str:
    """What one agency of the set must answer."""
    name = widgets.escape(tables.agency_label(page.view, turn.agency, page.language, year))
    answers = "; ".join(
        f"{provenance.question_text(field, page.plan, page.language)} → "
        f"**{provenance.answer_text(field, value, page.plan, page.language)}**"
        for field, value in turn.answers
    )
    return f"{name}: {answers}"


def _cannot(page: Page, tip: Tipping) -> str:
    """Who cannot be turned, by reason."""
    groups: dict[Hindrance, list[str]] = {}
    for agency, why in tip.cannot:
        name = tables.agency_label(page.view, agency, page.language, tip.year)
        groups.setdefault(why, []).append(widgets.escape(name))
    return page.text(
        "Cannot be counted on: {agencies}.",
        agencies="; ".join(
            f"{wording.listed(names, page.language)} ({page.text(messages.HINDRANCES[why])})"
            for why, names in groups.items()
        ),
    )


# --- pace -----------------------------------------------------------------------------------------


def pace(page: Page) -> None:
    """What each goal of the plan asks for from the last known value on."""
    stood = scenario_desk.under(page, Scenario(carry=True))
    lines = []
    for found in paces(page.plan, page.view.results, tips_of(stood, page.plan.years.goals)):
        indicator = page.plan.indicator(found.indicator)
        goal = f"**{found.goal}**: {page.language.percent(found.target, 2)}"
        lines.append(
            {
                page.text("Goal"): f"{widgets.numbered(page, indicator)}  \n{goal}",
                page.text("Last known"): _known(page, found),
                page.text("What it takes"): _pace(page, indicator, found),
            }
        )
    label = page.text("The pace that each goal asks for")
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)
    st.caption(
        page.text(
            "From the data, not from the scenario: if the last answers stand until the goal's year, so many more are needed, in so many years. Whoever is missing counts as not fulfilling."
        )
    )


def _known(page: Page, found: Pace) -> str:
    """The last known value, its year, and whom it lacks."""
    if found.since is None:
        return "–"
    row = page.view.result[found.indicator, found.since]
    indicator = page.plan.indicator(found.indicator)
    missing = page.language.plural("{count} missing", "{count} missing", int(row["missing"]))
    lacking = f", {missing}" if row["missing"] else ""
    return f"{_counts(page, indicator, row)} ({found.since}{lacking})"


def _pace(page: Page, indicator: Indicator, found: Pace) -> str:
    if found.reached is not None:
        return widgets.verdict_badge(page, page.view.result[found.indicator, found.goal])
    if found.since is None or found.tipping is None:
        return page.text("no value known yet")
    tip = found.tipping
    if tip.outcome is Outcome.MET:
        return page.text("reached already; it must be kept")
    if tip.lacks_figures:
        return page.text("not as long as figures are missing")
    if tip.outcome is Outcome.IMPOSSIBLE:
        return page.text("no change of answers is enough")
    count = tip.people if indicator.kind == "ratio" else tip.needed
    fields = {
        "more": wording.number_of(count, indicator, page.language),
        "each": page.language.number(count / found.years, 1),
        "points": page.language.number(found.points, 1),
    }
    if count < found.years:  # a part of an agency a year says nothing
        return page.language.plural(
            "{more} more within {count} year; {points} percentage points a year",
            "{more} more within {count} years; {points} percentage points a year",
            found.years,
            **fields,
        )
    return page.language.plural(
        "{more} more within {count} year: {each} a year; {points} percentage points a year",
        "{more} more within {count} years: {each} a year; {points} percentage points a year",
        found.years,
        **fields,
    )


# --- one agency less ------------------------------------------------------------------------------


def without_each(page: Page, supposed: View, indicator: Indicator, year: int) -> None:
    """The indicator of one year as it would be without each agency that counts."""
    rows = metrics.without_each(supposed.answers, supposed.plan, supposed.targets, indicator, year)
    whole = supposed.result[indicator.code, year]
    line = wording.count_line(whole, indicator, page.language)
    st.markdown(page.text("With all of them: {result}", result=f"**{line}**"))
    turning = rows["status"] != whole["status"]
    if len(rows) > _FEW:
        count = page.language.plural(
            "Without {count} of the agencies the verdict is another.",
            "Without any one of {count} agencies the verdict is another.",
            int(turning.sum()),
        )
        st.markdown(count)
        rows, turning = rows[turning][:_FEW], turning[turning][:_FEW]
    lines, another = [], page.text("another verdict")
    for row, turns in zip(rows.to_dict("records"), turning, strict=True):
        name = tables.agency_label(page.view, row["agency"], page.language, year)
        told = {**whole, **row, "answered": int(row["denominator"] > 0)}
        verdict = widgets.verdict_badge(page, told)
        counts = _counts(page, indicator, told) if told["answered"] else "–"
        mark = f" **◆ {another}**" if turns else ""
        lines.append(
            {
                page.text("Without"): widgets.escape(name),
                page.text("Result"): counts,
                page.text("Status"): f"{verdict}{mark}",
            }
        )
    if lines:
        label = page.text("The result without each agency")
        st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)


# --- taking it away -------------------------------------------------------------------------------


def downloads(page: Page, supposed: View) -> None:
    """The scenario's results as a file that says in every row what it is."""
    years = tuple(coming_years(page.view.filed_answers, page.plan))
    filters = Filters("province", years=years)
    filtering.downloads(replace(page, view=supposed), filters, "scenario")
    st.caption(
        page.text(
            "The file says in its name, on both sheets and in every row that it is a scenario. Every download stands in the record."
        )
    )
