"""The method page's parts, generated from the plan's data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from tbdx import charts, definitions, messages, provenance, tables
from tbdx.access import Right
from tbdx.model import Erratum, Reason
from tbdx.plan import Indicator
from tbdx.ui import printing, register_desk, shell, stating, widgets
from tbdx.ui.shell import Page


def identity(page: Page) -> None:
    """Which plan, whose, for which years, due when."""
    plan, words = page.plan, page.language
    decision = plan.decision
    issued, due = decision.date, plan.due.last_day(page.view.latest_year)
    lines = [
        f"**{decision.title[words.code]}**",
        page.text(
            "Plan {number} of {date}; carries out {others}.",
            number=decision.number,
            date=words.date(decision.date),
            others="; ".join(document[words.code] for document in decision.carries_out),
        ),
        page.text(
            "Province: {province}. Consolidated by: {authority}.",
            province=plan.name_on(plan.province, issued)[words.code],
            authority=plan.name_on(plan.authority, issued)[words.code],
        ),
        page.text(
            "Years {first}–{last}; goals {goals}; base year for growth {base}.",
            first=plan.years.first,
            last=plan.years.last,
            goals=", ".join(map(str, plan.years.goals)),
            base=plan.years.base,
        ),
        plan.years.base_source[words.code],
        page.text(
            "A report is on time until {moment} ({source}).",
            moment=words.moment(plan.due.deadline(due.year), plan.due.timezone),
            source=plan.due.source[words.code],
        ),
    ]
    st.markdown("\n\n".join(lines))


def definition(page: Page, indicator: Indicator) -> None:
    """One indicator: formula, fields, who counts, rounding, clause, source."""
    code = page.language.code
    with st.expander(f"{indicator.row}. {indicator.short[code]}"):
        st.markdown(f"**{indicator.title[code]}**")
        lines = [
            page.text("Formula: {formula}", formula=formula(page, indicator)),
            page.text("Counted among: {among}.", among=widgets.among_text(page, indicator.among)),
            definitions.rounding(indicator, page.language),
            definitions.not_applicable(indicator, page.language),
        ]
        st.markdown("\n".join(f"- {line}" for line in lines if line))
        if indicator.note[code]:
            st.markdown(indicator.note[code])
        st.markdown(f"> {indicator.clause}\n>\n> — *{indicator.source}*")


def formula(page: Page, indicator: Indicator) -> str:
    """How an indicator is computed, in words."""
    return definitions.formula(indicator, page.plan, page.language)


def targets(page: Page) -> None:
    """Every target with what is printed, and where."""
    lines = [
        {
            page.text("Row"): target.row,
            page.text("Indicator"): page.plan.indicator(target.indicator).short[page.language.code],
            page.text("Year"): str(target.year),
            page.text("As printed"): target.as_printed,
            page.text("Read as"): charts.target_text(
                target.share_pct, target.threshold_pct, page.language
            ),
            page.text("Cell"): f"{target.sheet} {target.cell}",
            page.text("Version of the plan"): _version_of(page, target.year),
        }
        for target in page.view.targets
    ]
    label = page.text("Targets as printed in the appendix")
    frame = pd.DataFrame(lines)
    st.dataframe(frame, hide_index=True, alt=label)
    printing.table(page.language, frame)
    remarks = [
        messages.finding_sentence(finding, page.language, page.plan)
        for finding in page.service.appendix_remarks
    ]
    if remarks:
        st.markdown(page.text("Noticed when the appendix was read:"))
        st.markdown("\n".join(f"- {widgets.escape(remark)}" for remark in remarks))


def _version_of(page: Page, year: int) -> str:
    """The decision whose targets hold in a year."""
    begun = [v.decision for v in page.view.amendments if v.first_year <= year]
    return begun[-1] if begun else page.plan.decision.number


def reference_goals(page: Page) -> None:
    """Goals from elsewhere; they never decide a verdict."""
    st.markdown(page.text("These never decide a verdict."))
    lines = [
        {
            page.text("Series"): page.text(messages.SERIES[goal.series]),
            page.text("Indicator"): page.plan.indicator(goal.indicator).short[page.language.code],
            page.text("Year"): str(goal.year),
            page.text("Goal"): charts.target_text(
                goal.share_pct, goal.threshold_pct, page.language
            ),
            page.text("Source"): goal.source,
        }
        for goal in page.plan.reference_goals
    ]
    frame = pd.DataFrame(lines)
    st.dataframe(frame, hide_index=True, alt=page.text("Goals for comparison"))
    printing.table(page.language, frame)


def rules(page: Page) -> None:
    """Decisions of the product, each a line of the plan's data that can be changed."""
    lines = definitions.rules(page.plan, page.language)
    st.markdown("\n".join(f"- {line}" for line in lines))


def statuses(page: Page) -> None:
    """The six statuses and the reasons that go with them."""
    lines = [
        f"- {widgets.badge(page, status)} {page.text(text)}"
        for status, text in definitions.MEANINGS.items()
    ]
    st.markdown("\n".join(lines))
    reasons = [widgets.reason_text(page, reason) for reason in Reason if reason is not Reason.NONE]
    st.caption(page.text("Reasons given: {reasons}.", reasons="; ".join(reasons)))


def agencies(page: Page) -> None:
    """The register: who exists when, and who was merged into whom."""
    code = page.language.code
    lines = [
        {
            page.text("Agency"): agency.name(code),
            page.text("Code"): agency.id,
            page.text("Governing body"): agency.governing_body(code),
            page.text("From"): page.language.date(agency.valid_from) if agency.valid_from else "–",
            page.text("Until"): page.language.date(agency.valid_to) if agency.valid_to else "–",
            page.text("Continued by"): tables.agency_label(
                page.view, agency.successor, page.language
            )
            if agency.successor
            else "–",
        }
        for agency in page.plan.agencies
    ]
    frame = pd.DataFrame(lines)
    st.dataframe(frame, hide_index=True, alt=page.text("Register of agencies"))
    printing.table(page.language, frame)


def plan_versions(page: Page) -> None:
    """The plan as issued and every amended appendix, withdrawn ones included."""
    issued, versions = page.plan.decision, page.service.office.plan_versions()
    first = (page.text("with the plan's own files"), page.text("as first issued"))
    rows = [
        (issued.number, issued.date, page.plan.years.first, *first),
        *(
            (
                version.decision,
                version.date,
                version.first_year,
                _by(page, version.at, version.actor, version.reason),
                provenance.version_state(version, versions, page.plan, page.language),
            )
            for version in versions
        ),
    ]
    lines = [
        {
            page.text("Decision or plan"): widgets.escape(number),
            page.text("Date"): page.language.date(date),
            page.text("Holds from year"): str(first_year),
            page.text("Adopted"): adopted,
            page.text("State"): state,
        }
        for number, date, first_year, adopted, state in rows
    ]
    _table(lines, page.text("Versions of the plan"))
    if page.view.basis.targets == "original":
        st.caption(page.text("This view is computed with the targets as first issued."))


def corrections(page: Page) -> None:
    """Every correction to a filed figure, and whether it is in use now."""
    errata = page.service.office.errata()
    if errata:
        lines = [
            {
                page.text("Number"): page.language.number(erratum.id),
                page.text("Figure"): _figure(page, erratum),
                page.text("Stated → corrected"): _change(page, erratum),
                page.text("Reason and source"): widgets.escape(
                    f"{erratum.reason} ({erratum.source})"
                ),
                page.text("Entered"): _by(page, erratum.at, erratum.actor),
                page.text("State"): _erratum_state(page, erratum),
            }
            for erratum in errata
        ]
        _table(lines, page.text("Corrections to filed figures"))
    elif page.sees_all:
        st.markdown(page.text("No filed figure has been corrected."))
    else:
        st.markdown(page.text("No filed figure of your agency has been corrected."))
    st.caption(
        page.text(
            "A correction never changes the filed workbook. It applies while the figure in use is the one stated, and can be withdrawn."
        )
    )
    if page.may(Right.OFFICE):
        shell.link("admin", page.text("Enter or withdraw corrections"), icon=":material/edit_note:")


def _figure(page: Page, erratum: Erratum) -> str:
    agency = tables.agency_label(page.view, erratum.agency, page.language, erratum.year)
    field = messages.field_label(erratum.field, page.language, page.plan)
    return widgets.escape(f"{agency}, {erratum.year}: {field}")


def _change(page: Page, erratum: Erratum) -> str:
    stated, becomes = widgets.values_of(page, [erratum.stated, erratum.corrected])
    return widgets.escape(f"{stated} → {becomes}")


def _erratum_state(page: Page, erratum: Erratum) -> str:
    if erratum.withdrawn_at:
        return page.text("withdrawn {moment}", moment=_moment(page, erratum.withdrawn_at))
    if erratum.id in page.view.errata_in_use:
        return page.text("in use")
    return page.text("not in use: the figure in use is not the one stated")


def register_events(page: Page) -> None:
    """What happened to the agencies and the province since the plan was issued, in order."""
    events = page.service.office.register_events()
    if events:
        st.markdown(page.text("What has happened since the plan was issued:"))
        st.markdown("\n".join(f"- {register_desk.event_text(page, event)}" for event in events))


def closed_years(page: Page) -> None:
    """The years that are locked: since when, by whom, why."""
    closed = page.view.closed_years
    if not closed:
        st.markdown(page.text("No year is closed."))
    lines = [f"- {stating.closed_text(page, closed[year])}" for year in sorted(closed)]
    st.markdown("\n".join(lines))


def _by(page: Page, at: datetime, actor: str, reason: str = "") -> str:
    text = f"{_moment(page, at)}, {actor}"
    return widgets.escape(f"{text}: {reason}" if reason else text)


def _moment(page: Page, at: datetime) -> str:
    return page.language.moment(at, page.plan.due.timezone)


def _table(lines: Sequence[dict[str, str]], label: str) -> None:
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=label)
