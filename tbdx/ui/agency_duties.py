"""An agency's duties: what is asked of it, what it did, and what it has to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from tbdx import duties, duty_wording, tables, wording
from tbdx.duties import Duties, Duty, Step
from tbdx.i18n import N_
from tbdx.model import Phase, Reason
from tbdx.plan import Agency, Indicator, Obligation
from tbdx.service import Row
from tbdx.ui import agencies, shell, widgets
from tbdx.ui.shell import Page

_STATES: dict[str, tuple[str, str]] = {
    "open": ("red", N_("○ To do")),
    "in_place": ("green", N_("✓ In place: keep it")),
    "not_asked": ("gray", N_("– Not asked of it")),
}


def coming(page: Page, agency: Agency, year: int) -> Duties:
    """What is asked of the agency in the year before it; see `duties.coming_year`."""
    own = agencies.standings(page, agency.id)
    reported = own["year"][own["phase"].notna()]  # by whose report speaks for it
    ahead = duties.coming_year(page.plan, reported.tolist(), year)
    return of_year(page, agency, ahead)


def of_year(page: Page, agency: Agency, year: int) -> Duties:
    """What is asked of the agency in one year, beside its last answers up to then."""
    return page.view.duties(agency.id, year)


def show(page: Page, agency: Agency, year: int) -> None:
    """The to-do list of the coming year, all years at a glance, and the clauses behind them."""
    found = coming(page, agency, year)
    st.header(page.text("To-do list for {year}", year=found.year))
    if found.items:
        _todo_table(page, found)
    else:
        _does_not_count(page, agency, found.year)
    own = agencies.standings(page, agency.id)
    if own.empty:
        return
    st.header(page.text("Asked and done, year by year"))
    _years_table(page, own)
    _clauses(page, agency, own)
    trace_links(page, agency.id, max(agencies.reports(page, agency.id), default=year))


def _does_not_count(page: Page, agency: Agency, year: int) -> None:
    text = page.text(
        "This agency does not count in {year}: it is not in existence on the due date.", year=year
    )
    if agency.successor:
        name = tables.agency_label(page.view, agency.successor, page.language)
        more = page.text(
            "Its duties are carried on by {agency}: see the link above.",
            agency=widgets.escape(name),
        )
        text = f"{text} {more}"
    st.info(text, icon=":material/info:")


# --- what to do ---------------------------------------------------------------------------------


def _todo_table(page: Page, found: Duties) -> None:
    lines = [
        {
            page.text("Indicator"): "  \n".join(
                (widgets.numbered(page, duty.indicator), _state(page, duty))
            ),
            page.text("In concrete terms"): "  \n".join(
                (*_concrete(page, duty, found), *_origins(page, duty))
            ),
        }
        for state in _STATES
        for duty in found.items
        if duty.state == state
    ]
    label = page.text("To-do list for {year}", year=found.year)
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)
    if found.since is None:
        said = page.text("Nothing has been reported yet to compare with.")
    elif found.since == found.year:
        said = page.text("Compared with the report of {year}.", year=found.since)
    else:
        said = page.text("Compared with the last report, of {year}.", year=found.since)
    rule = page.text(
        "A target of 100% binds each agency; any other only those that the plan names."
    )
    st.caption(f"{said} {rule}")


def _state(page: Page, duty: Duty) -> str:
    colour, word = _STATES[duty.state]
    return f":{colour}-badge[{page.text(word)}]"


def _concrete(page: Page, duty: Duty, found: Duties) -> list[str]:
    if duty.state == "not_asked":
        return [_why_not_asked(page, duty, found.year)]
    return [step_text(page, step, duty, found) for step in duty_wording.steps_of(duty)]


def step_text(page: Page, step: Step, duty: Duty, found: Duties) -> str:
    """What there is to do or to keep, with what was reported last, as markdown."""
    plan, words = page.plan, page.language
    said = duty_wording.step_text(step, duty, found.year, plan, words, quoted=widgets.escape)
    if found.since is None:
        return said
    last = duty_wording.beside_last(step, duty, found.since, plan, words)
    return f"{said} :small[({last})]"


def _why_not_asked(page: Page, duty: Duty, year: int) -> str:
    """Why an indicator asks nothing of the agency in a year, as a sentence."""
    if duty.reason is Reason.EMPTY_DENOMINATOR:
        return page.text("The plan names it, but it is not among those that are counted.")
    if duty.target is None:
        return widgets.reason_text(page, Reason.TARGET_ENDED)
    if duty.target.share_pct == 0:
        return widgets.reason_text(page, Reason.TARGET_ZERO)
    if not duty.steps or duty.target.share_pct == 100:  # which binds whoever is counted
        return page.text("It is not among those that are counted.")
    target = wording.target_text(duty.target.share_pct, duty.target.threshold_pct, page.language)
    named = [
        goal.agency
        for goal in page.plan.obligations
        if (goal.indicator, goal.year) == (duty.indicator.code, year)
    ]
    if named:
        names = _listed(page, named)
        said = page.text(
            "Province: {target}; the plan names {agencies}.", target=target, agencies=names
        )
    else:
        said = page.text("Province: {target}; the plan does not say which agencies.", target=target)
    return f"{said} {_has(page, duty)}"


def _listed(page: Page, names: Sequence[str]) -> str:
    """Agencies (ids) by name, shortened, as markdown."""
    labels = [tables.agency_label(page.view, agency, page.language) for agency in names]
    return widgets.escape(wording.listed(labels, page.language))


def _has(page: Page, duty: Duty) -> str:
    """Whether the agency has by its last answers what nobody asks of it; no verdict.

    Of a ratio the agency is a part: its own counts, to which the province's share does not apply.
    """
    for step in duty.steps:
        if step.kind == "count" and step.now is not None:
            return page.text(
                "Its own part: {part}/{whole}.",
                part=duty_wording.now_text(step, page.plan, page.language),
                whole=page.language.number(step.needed),
            )
    open_ = [step for step in duty.steps if not step.done]
    if not open_:
        return page.text("It has this already.")
    if any(step.now is None for step in open_):
        return page.text("It has not answered this.")
    return page.text("It does not have this yet.")


def _origins(page: Page, duty: Duty) -> list[str]:
    """Where the plan says so, in small grey lines."""
    if duty.state == "not_asked" and not duty.named:
        return []
    return [f":gray[:small[{clause}]]" for clause in _clauses_of(page, duty.named, duty.indicator)]


def _clauses_of(page: Page, named: Sequence[Obligation], indicator: Indicator) -> list[str]:
    """The clauses that name the agency with whom they name; else the rule that binds every one."""
    if not named:
        source = widgets.escape(indicator.source)
        return [page.text("{source}: 100% binds each agency", source=source)]
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for goal in named:
        by_source[goal.source].append(goal.agency)
    return [
        page.text(
            "{source} (names {agencies})",
            source=widgets.escape(source),
            agencies=_listed(page, names),
        )
        for source, names in by_source.items()
    ]


# --- one year -----------------------------------------------------------------------------------


def duties_table(page: Page, agency: Agency, year: int) -> None:
    """What the plan asks of this agency in one year, and what it did."""
    own = agencies.standings(page, agency.id)
    own = own[own["year"] == year]
    if own.empty:
        _does_not_count(page, agency, year)
        return
    lines = [_duty(page, row) for row in own.to_dict("records")]
    label = page.text("Targets of this agency")
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)


def _duty(page: Page, row: Row) -> dict[str, str]:
    indicator = page.plan.indicator(row["indicator"])
    asked = "–"
    if duty_wording.is_bound(row):
        asked = duty_wording.asked_text(row, indicator, page.language)
    done = duty_wording.done_text(page.view, row, page.language)
    return {
        page.text("Indicator"): widgets.numbered(page, indicator),
        page.text("Asked of it"): asked,
        page.text("Done"): f"{done}  \n{widgets.badge(page, row['status'], agency=True)}",
    }


# --- all years ----------------------------------------------------------------------------------


def _years_table(page: Page, own: pd.DataFrame) -> None:
    """Indicator by year: the verdict where something is asked, what was done, what will be asked."""
    years = sorted(own["year"].unique().tolist())
    cells = {(row["indicator"], row["year"]): row for row in own.to_dict("records")}
    frame = pd.DataFrame(
        {
            page.text("Indicator"): [widgets.numbered(page, i) for i in page.plan.indicators],
            **{
                str(year): [_cell(page, i, cells[i.code, year]) for i in page.plan.indicators]
                for year in years
            },
        }
    )
    label = page.text("What is asked of this agency and what it did, by indicator and year")
    st.table(frame, border="horizontal", hide_index=True, alt=label)
    st.caption(
        page.text(
            "A symbol with its word: a duty and its verdict. ◇: a duty of a year that is not reported yet. Grey: no target assigned to this agency, never judged; below it what it reported."
        )
    )


def _cell(page: Page, indicator: Indicator, row: Row) -> str:
    bound = duty_wording.is_bound(row)
    if pd.isna(row["phase"]):  # not reported
        asked = duty_wording.asked_text(row, indicator, page.language)
        return f"◇ {asked}" if bound else ":gray[–]"
    done = duty_wording.done_text(page.view, row, page.language)
    if row["phase"] == Phase.ESTIMATE.value:
        done = page.text("{value} (estimate)", value=done)
    if bound:
        verdict = widgets.badge(page, row["status"], agency=True)
    else:
        verdict = page.text(":gray[– not assigned]")
    return f"{verdict}  \n:small[{done}]"


def _clauses(page: Page, agency: Agency, own: pd.DataFrame) -> None:
    """Where the plan says so: each clause with the indicators and years that it gives.

    Goals of years in which another agency carries on its duties are among them.
    """
    found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    bound = own[own["reason"] != Reason.NOT_ASSIGNED.value]
    for code, year in zip(bound["indicator"], bound["year"].tolist(), strict=True):
        named = duties.goals_named(page.plan, agency.id, code, year)
        for clause in _clauses_of(page, named, page.plan.indicator(code)):
            found[clause][code].append(year)
    counts = set(own["year"])
    for goal in page.plan.obligations:
        if goal.agency == agency.id and goal.year not in counts:
            clause = "; ".join(_clauses_of(page, [goal], page.plan.indicator(goal.indicator)))
            found[_passed_on(page, agency, clause)][goal.indicator].append(goal.year)
    if not found:
        st.info(page.text("The plan gives this agency no duty of its own."), icon=":material/info:")
        return
    label = page.text("Where the plan says so")
    st.subheader(label)
    lines = [
        {
            page.text("Clause"): source,
            page.text("Indicator"): "  \n".join(
                widgets.numbered(page, page.plan.indicator(code)) for code in years
            ),
            page.text("Years"): "  \n".join(map(wording.span, years.values())),
        }
        for source, years in found.items()
    ]
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)


def _passed_on(page: Page, agency: Agency, clause: str) -> str:
    """A clause about a year in which the agency is no more, with who carries it on."""
    if not agency.successor:
        return clause
    name = tables.agency_label(page.view, agency.successor, page.language)
    return page.text("{clause}; carried on by {agency}", clause=clause, agency=widgets.escape(name))


def trace_links(page: Page, agency: str, year: int) -> None:
    """One link an indicator, to where its number is traced to this agency's cell."""
    if not page.sees_all:
        return
    st.caption(
        page.text("Trace a number of {year} to its cell, on the indicator's page:", year=year)
    )
    with st.container(horizontal=True, gap="small"):
        for indicator in page.plan.indicators:
            shell.link(
                "indicator",
                f"{indicator.row}. {indicator.short[page.language.code]}",
                icon=":material/travel_explore:",
                look="trace",
                indicator=indicator.code,
                agency=agency,
                year=str(year),
            )
