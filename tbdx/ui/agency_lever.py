"""What one agency can do for the province's targets, beside its own duties."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from tbdx import wording
from tbdx.duties import Duties
from tbdx.scenarios import Change, Scenario
from tbdx.tipping import Outcome, Tipping
from tbdx.ui import scenario_desk, scenario_results, shell, widgets
from tbdx.ui.shell import Page


def show(page: Page, found: Duties) -> None:
    """The targets of the province that this agency can tip, each with its scenario.

    For those who see every agency's answers: it is reckoned from them all.
    """
    if not page.sees_all:
        return
    stood = scenario_desk.under(page, Scenario(carry=True))
    tips = scenario_results.tips_of(stood, [found.year])
    parts = [
        (tip, changes)
        for indicator in page.plan.indicators
        for tip in [tips.get((indicator.code, found.year))]
        if tip and (changes := _changes(tip, found))
    ]
    if not parts:
        return
    with st.container(border=True):
        st.subheader(page.text("What would help the province in {year}", year=found.year))
        st.caption(
            page.text(
                "If the last answers of all other agencies stand. The smallest number of agencies by which a target is met; no duty of this agency beyond those above."
            )
        )
        for tip, changes in parts:
            _tip(page, tip, changes)


def _changes(tip: Tipping, found: Duties) -> tuple[Change, ...]:
    """What this agency would answer, if it is in the smallest set or as good as those in it."""
    if tip.outcome is not Outcome.POSSIBLE:
        return ()
    for turn in tip.chosen:
        if turn.agency == found.reporter:
            return turn.changes(tip.year)
    if not (tip.any_of and found.reporter in tip.could):
        return ()
    duty = next(duty for duty in found.items if duty.indicator.code == tip.indicator)
    return duty.fulfilled(found.reporter, tip.year)


def _tip(page: Page, tip: Tipping, changes: Iterable[Change]) -> None:
    indicator = page.plan.indicator(tip.indicator)
    changes = tuple(changes)
    said = "; ".join(
        page.text(
            "question {stt}: {value}",
            stt=question.stt,
            value=widgets.values_of(page, [change.value])[0],
        )
        for change in changes
        if (question := page.plan.form.question(change.field))
    )
    lacking = wording.number_of(tip.people or tip.needed, indicator, page.language)
    need = page.text("the province lacks {count}", count=lacking)
    if tip.any_of and len(tip.could) > tip.needed:
        others = page.language.plural(
            "any of {count} agency will do", "any of {count} agencies will do", len(tip.could)
        )
        need = f"{need}, {others}"
    with st.container(horizontal=True, vertical_alignment="center"):
        own = page.text("{need}; from this agency: {answers}", need=need, answers=said)
        st.markdown(f"**{widgets.numbered(page, indicator)}**: {own}")
        shell.link(
            "scenario",
            page.text("See it in a scenario"),
            icon=":material/science:",
            scenario=Scenario(changes, carry=True).code,
            supposed=str(tip.year),
        )
