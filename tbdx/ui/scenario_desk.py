"""The scenario at hand: where it is kept, how it is made, what it supposes.

It stands in the address as its code, and nowhere else: a link opens it afresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import streamlit as st

from tbdx import messages, provenance, tables
from tbdx.model import Answer, TbdxError
from tbdx.plan import Question
from tbdx.scenarios import (
    Change,
    Scenario,
    Value,
    answers_at,
    coming_years,
    reporters,
    supposing,
)
from tbdx.service import View
from tbdx.ui import address, printing, told, widgets
from tbdx.ui.shell import Page
from tbdx.workbook.typed import far_amounts, number_typed
from tbdx.workbook.values import exceeded, is_far

_NAME = "scenario"
_KEPT = "scenario-kept"
_NOTHING = "none"
"""In the address: not even standing answers. Without a word there, they stand."""
USUAL = Scenario(carry=True)
LONGEST = 8000
"""So many characters an address may have for every browser and mail program to take it."""
_SHOWN = 12
_BLANK = "blank"
_MOST_TYPED = 40


# --- where it is kept -----------------------------------------------------------------------------


def chosen(page: Page) -> Scenario:
    """The scenario that the address asks for, else the one last made, else standing answers."""
    asked = st.query_params.get(_NAME)
    scenario = _read(page, st.session_state.get(_KEPT, _word(USUAL)))
    if asked is not None and asked != address.remembered(_NAME):
        linked = _read(page, asked, say=True)
        scenario = scenario if linked is None else linked
    if scenario is None:
        scenario = USUAL
    keep(scenario)
    return scenario


def _read(page: Page, word: str, *, say: bool = False) -> Scenario | None:
    if word == _NOTHING:
        return Scenario()
    try:
        return Scenario.from_code(word, page.plan)
    except TbdxError as error:  # a link from elsewhere, or the register is another by now
        if say:
            told.refused(page, error)
        return None


def _word(scenario: Scenario) -> str:
    return scenario.code or _NOTHING


def keep(scenario: Scenario) -> None:
    """Make this the scenario at hand, for the next run, and in the address where it fits."""
    st.session_state[_KEPT] = _word(scenario)
    fits = shareable(scenario)
    address.go(_NAME, _word(scenario) if fits else _word(USUAL), usual=_word(USUAL))


def shareable(scenario: Scenario) -> bool:
    """Whether an address can hold it."""
    return len(quote(scenario.code)) <= LONGEST


@st.cache_resource(max_entries=16, show_spinner=False)
def _under(_view: View, state: tuple[object, ...], code: str) -> View:
    scenario = Scenario() if code == _NOTHING else Scenario.from_code(code, _view.plan)
    return _view.under(scenario)


def under(page: Page, scenario: Scenario) -> View:
    """The page's view under a scenario, kept until the store changes."""
    view = page.view
    return _under(view, view.state, _word(scenario))


# --- what it is -----------------------------------------------------------------------------------


def without_changes(page: Page, scenario: Scenario) -> View:
    """What the scenario is compared with: the data, or the last answers where these stand."""
    return under(page, Scenario(carry=scenario.carry))


def banner(page: Page, scenario: Scenario) -> None:
    """Says loudly that nothing below is data, gives its link, and takes everything back."""
    changed = page.language.plural(
        "{count} answer is changed", "{count} answers are changed", len(scenario.changes)
    )
    text = page.text(
        "**SCENARIO, NOT DATA.** What stands below is supposed: {changes}. Nothing of it is stored; only the address of this page holds it.",
        changes=changed,
    )
    st.warning(text, icon=":material/science:")
    printing.mark(page.text("NOT DATA: a scenario, supposed and nowhere stored"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if shareable(scenario):
            with st.popover(page.text("Link to this scenario"), icon=":material/link:"):
                st.code(_link(), language=None, wrap_lines=True)
                st.caption(page.text("Whoever opens it sees the same scenario on the newest data."))
        st.button(
            page.text("Begin anew"),
            icon=":material/restart_alt:",
            key="scenario-clear",
            on_click=keep,
            args=(USUAL,),
            disabled=scenario == USUAL,
        )
    if not shareable(scenario):
        st.warning(
            page.text(
                "This scenario is too long for a link (more than {count} characters), so the address does not hold it: only this window does. Download its results, or take changes back.",
                count=page.language.number(LONGEST),
            ),
            icon=":material/link_off:",
        )


def _link() -> str:
    """The address of this page with everything that was chosen."""
    return f"{st.context.url or ''}?{urlencode(address.current())}"


def pick_standing(page: Page, scenario: Scenario) -> None:
    """Whether the last answers stand where nothing is reported."""
    key = f"scenario-carry-{scenario.carry}"

    def turned() -> None:
        keep(Scenario(scenario.changes, not scenario.carry))

    st.toggle(
        page.text("Let the last answers stand where nothing is reported yet"),
        value=scenario.carry,
        key=key,
        on_change=turned,
        help=page.text(
            "An agency without a report has the answers of its latest earlier year; what is supposed in one year then stands in the next as well. An agency that never reported has none."
        ),
    )


def pick_year(page: Page) -> int:
    """The coming year that is looked at; opens with the first that has no report."""
    view = page.view
    years = [str(year) for year in coming_years(view.filed_answers, view.plan)]
    fresh = [year for year in years if int(year) not in view.years_reported]
    chosen = address.choose(
        "supposed",
        years,
        default=(fresh or years)[0],
        label=page.text("Coming year"),
        say=lambda year: (
            page.text("{year} · reported", year=year) if int(year) in view.years_reported else year
        ),
        words=page.language,
        widget="segmented",
    )
    return int(chosen)


def changes(page: Page, scenario: Scenario) -> None:
    """Every change with a button that takes it back; of many the first."""
    if not scenario.changes:
        st.caption(page.text("No answer is changed yet."))
        return
    view = page.view
    for place, change in enumerate(scenario.changes[:_SHOWN]):
        st.button(
            widgets.escape(provenance.change_text(view, change, page.language)),
            icon=":material/close:",
            key=f"scenario-undo-{place}",
            type="tertiary",
            help=page.text("Take back"),
            on_click=keep,
            args=(scenario.without([change]),),
        )
        before = _far_from(page, change)
        if before is not None:
            text = provenance.answer_text(change.field, before, page.plan, page.language)
            text = page.text("The last amount reported is {before}: check it.", before=text)
            st.caption(f":orange[:material/warning: {widgets.escape(text)}]")
    if len(scenario.changes) > _SHOWN:
        st.caption(page.text("and {count} more", count=len(scenario.changes) - _SHOWN))


def _far_from(page: Page, change: Change) -> float | None:
    """The last amount reported, where a supposed one is far from it, as in the checks of reports."""
    before = _last_reported(page, change.agency, change.year).get(change.field, 0.0)
    if not isinstance(change.value, float):
        return None
    factor = page.plan.checks.amount_factor
    far = min(before, change.value) > 0 and is_far(before, change.value, factor)
    return before if far else None


def _last_reported(page: Page, agency: str, year: int) -> dict[str, float]:
    """The last amount that an agency reported up to a year, by question."""
    filed = page.view.filed_answers
    own = filed[(filed["agency"] == agency) & (filed["year"] <= year)].sort_values("year")
    known = {q.name: own[q.name].dropna() for q in page.plan.form.field if q.kind == "amount"}
    return {name: float(amounts.iloc[-1]) for name, amounts in known.items() if len(amounts)}


# --- how it is made -------------------------------------------------------------------------------


def editor(page: Page, scenario: Scenario, supposed: View, year: int) -> None:
    """The questions of one agency for one year, filled with what the scenario says so far."""
    agencies = list(reporters(page.plan, year))
    agency = address.choose(
        "supposing",
        agencies,
        default=agencies[0],
        label=page.text("Agency"),
        say=lambda code: tables.agency_label(page.view, code, page.language, year),
        words=page.language,
    )
    now = answers_at(supposed.answers, agency, year)
    known = page.view.baseline(agency)
    questions = [q for q in page.plan.form.field if not (q.base_year and q.name in known)]
    with st.form(f"suppose-{agency}-{year}", border=False):
        with st.grid(3, min_column_width=280, gap="small"):
            given = {
                question.name: _ask(page, question, now.get(question.name), scenario, agency, year)
                for question in questions
            }
        label = page.text("Suppose this")
        pressed = st.form_submit_button(label, key="suppose-go", icon=":material/science:")
    if not pressed:
        return
    values = _values(page, questions, given, now)
    if values is None:
        return
    try:
        _require_possible(page, {**now, **values})
    except TbdxError as error:
        told.refused(page, error)
        return
    made = supposing(page.view.filed_answers, scenario, page.plan, agency, year, values)
    last = _last_reported(page, agency, year)
    doubtful = {
        name: other
        for name, other in far_amounts(page.plan, {**known, **values}, last).items()
        if values[name] != now.get(name) or name not in far_amounts(page.plan, now, last)
    }
    if doubtful:
        _confirm(page, made, values, doubtful)
        return
    keep(made)
    st.rerun()


def _values(
    page: Page,
    questions: Sequence[Question],
    given: Mapping[str, str],
    now: dict[str, Value],
) -> dict[str, Value] | None:
    """What was given as values; None where a number cannot be read, which is then said of each."""
    values: dict[str, Value] = {}
    refused = []
    for question in questions:
        text = given[question.name]
        if question.kind == "answer":
            values[question.name] = None if text == _BLANK else Answer(text)
        elif text == _written(page, now.get(question.name)):
            values[question.name] = now.get(question.name)  # with decimals that are not shown
        else:
            try:
                values[question.name] = number_typed(text, question, page.language)
            except TbdxError as error:
                label = provenance.question_text(question.name, page.plan, page.language)
                refused.append(f"{label}: {messages.error_text(error, page.language)}")
    if refused:
        nothing = page.text("Nothing was supposed.")
        st.error("  \n".join([*map(widgets.escape, refused), nothing]), icon=":material/error:")
        return None
    return values


def _confirm(
    page: Page, made: Scenario, values: dict[str, Value], doubtful: dict[str, float]
) -> None:
    """Ask about amounts that look as if typed in another unit; nothing is supposed before."""
    lines = []
    for name, other in doubtful.items():
        typed, before = (
            provenance.answer_text(name, value, page.plan, page.language)
            for value in (values[name], other)
        )
        text = page.text(
            "{field}: {typed}, but {before} so far. Is the unit right?",
            field=provenance.question_text(name, page.plan, page.language),
            typed=typed,
            before=before,
        )
        lines.append(widgets.escape(text))
    nothing = page.text("Nothing was supposed yet. Correct it above, or confirm it.")
    st.warning("  \n".join([*lines, nothing]), icon=":material/help:")
    st.button(
        page.text("It is right: suppose it"),
        key="suppose-confirm",
        icon=":material/check:",
        on_click=keep,
        args=(made,),
    )


def _ask(
    page: Page,
    question: Question,
    now: Value,
    scenario: Scenario,
    agency: str,
    year: int,
) -> str:
    """One question with the answer that it has so far; numbers as the reader writes them."""
    label = provenance.question_text(question.name, page.plan, page.language)
    label = widgets.escape(label)
    key = f"suppose-{page.language.code}-{agency}-{year}-{question.name}-{hash(scenario)}"
    if question.kind == "answer":
        options = [*(answer.value for answer in Answer), _BLANK]
        return st.selectbox(
            label,
            options,
            index=options.index(now.value if isinstance(now, Answer) else _BLANK),
            format_func=lambda code: page.text(messages.ANSWERS[code]),
            key=key,
        )
    unit = question.unit[page.language.code]
    return st.text_input(
        f"{label} ({unit})" if unit else label,
        _written(page, now),
        key=key,
        max_chars=_MOST_TYPED,
    )


def _written(page: Page, value: Value) -> str:
    """A number as its field shows it; empty where there is none."""
    return page.language.number(value, 3) if isinstance(value, float) else ""


def _require_possible(page: Page, values: dict[str, Value]) -> None:
    """As the form's own check. Raises TbdxError: part-too-large."""
    for indicator in page.plan.indicators:
        whole = exceeded(indicator, values)
        if whole is not None:
            raise TbdxError(
                "part-too-large",
                part=messages.field_label(indicator.numerator, page.language, page.plan),
                whole=messages.field_label(indicator.denominator, page.language, page.plan),
                found=provenance.value_text(values[indicator.numerator], page.plan, page.language),
                expected=page.language.number(whole),
            )


def put(scenario: Scenario, more: Sequence[Change]) -> None:
    """Put changes into the scenario at hand."""
    keep(scenario.with_changes(more))
