"""Corrections to known errors in filed figures: the list, entering one, withdrawing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.model import Answer, Erratum, TbdxError
from tbdx.service import View
from tbdx.service.office import FiledFigure, Value
from tbdx.ui import acting, widgets
from tbdx.ui.acting import Act
from tbdx.ui.shell import Page
from tbdx.workbook.typed import number_typed

_BLANK = "blank"
_NOT_GIVEN = object()  # what a field for the right value holds before anything is typed


def show(page: Page) -> None:
    """The corrections, and the form that enters one."""
    st.markdown(
        page.text(
            "A correction replaces one figure that was filed wrongly. The workbook stays as it was sent, and the correction holds only while the filed figure is still the one stated."
        )
    )
    view = page.service.real_view() if page.view.sample else page.service.view()
    errata = page.service.office.errata()
    _list(page, errata, view.errata_in_use)
    in_force = {e.id: _title(page, e) for e in errata if e.withdrawn_at is None}

    def withdraw(number: int, reason: str) -> None:
        page.service.office.withdraw_correction(number, reason, by=page.user)

    label = page.text("Withdraw a correction")
    acting.withdrawal(page, "withdraw-correction", label, in_force, withdraw)
    st.header(page.text("Enter a correction"))
    _enter(page, view)


def _title(page: Page, erratum: Erratum) -> str:
    place = figure_text(page, erratum.agency, erratum.year, erratum.field)
    return f"{place}: {_change(page, erratum)}"


def figure_text(page: Page, agency: str, year: int, field: str) -> str:
    """Whose figure it is, of which year, on which question."""
    name = tables.agency_label(page.view, agency, page.language, year)
    return f"{name}, {year}, {messages.field_label(field, page.language, page.plan)}"


def _change(page: Page, erratum: Erratum) -> str:
    stated, corrected = widgets.values_of(page, [erratum.stated, erratum.corrected])
    return f"{stated} → {corrected}"


def _list(page: Page, errata: Sequence[Erratum], in_use: frozenset[int]) -> None:
    if not errata:
        st.info(page.text("No correction has been entered."), icon=":material/info:")
        return
    rows = [
        {
            page.text("Figure"): widgets.escape(
                figure_text(page, erratum.agency, erratum.year, erratum.field)
            ),
            page.text("Stated → corrected"): f"**{widgets.escape(_change(page, erratum))}** "
            + _state(page, erratum, in_use),
            page.text("Reason and source"): _grounds(page, erratum),
        }
        for erratum in reversed(errata)
    ]
    label = page.text("Corrections to filed figures")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def _state(page: Page, erratum: Erratum, in_use: frozenset[int]) -> str:
    if erratum.withdrawn_at:
        moment = page.language.moment(erratum.withdrawn_at, page.plan.due.timezone)
        return acting.mark(page.text("withdrawn {moment}", moment=moment), "gray")
    if erratum.id in in_use:
        return acting.mark(page.text("in use"), "green")
    return acting.mark(page.text("no longer in use: the filed figure changed"), "orange")


def _grounds(page: Page, erratum: Erratum) -> str:
    entered = page.text(
        "entered by {name}, {moment}",
        name=erratum.actor,
        moment=page.language.moment(erratum.at, page.plan.due.timezone),
    )
    grounds = " · ".join(map(widgets.escape, (erratum.reason, erratum.source)))
    return f"{grounds} :small[({widgets.escape(entered)})]"


# --- entering one ---------------------------------------------------------------------------


def _enter(page: Page, view: View) -> None:
    """Choose the figure, see what is stated, enter what is right and why."""
    act = Act(page, "correction")
    plan = page.service.plan
    counting = {(own.id, year) for year in plan.all_years for own in plan.agencies_in(year)}
    told = zip(view.phases["agency"], view.phases["year"].tolist(), strict=True)
    reports = [report for report in told if report in counting]
    if not reports:
        st.info(
            page.text("There is nothing to correct yet: no report has been accepted."),
            icon=":material/info:",
        )
        return
    grid = st.grid(2, min_column_width=260)
    with grid.cell():
        agency = st.selectbox(
            page.text("Agency"),
            list(dict.fromkeys(agency for agency, _ in reports)),
            format_func=lambda code: tables.agency_label(page.view, code, page.language),
            key="correction-agency",
        )
    with grid.cell():
        years = sorted((year for owner, year in reports if owner == agency), reverse=True)
        year = st.selectbox(page.text("Year"), years, key=f"correction-year-{agency}")
    figures = {figure.field: figure for figure in page.service.office.filed(agency, year)}
    field = st.selectbox(
        page.text("Question"),
        list(figures),
        format_func=lambda name: messages.field_label(name, page.language, page.plan),
        key=f"correction-field-{agency}-{year}",
    )
    figure = figures[field]
    stated = widgets.escape(widgets.values_of(page, [figure.value])[0])
    place = widgets.escape(f"{figure.sheet} {figure.cell}".strip())
    st.markdown(page.text("In the file: **{value}** ({place})", value=stated, place=place))
    _form(page, act, (agency, year), figure)


def _form(page: Page, act: Act, report: tuple[str, int], figure: FiledFigure) -> None:
    agency, year = report
    with st.form(act.key(f"form-{agency}-{year}-{figure.field}"), enter_to_submit=False):
        given = _right_value(page, act, figure)
        grid = st.grid(2, min_column_width=260)
        with grid.cell():
            reason = acting.reason_input(page, act)
        with grid.cell():
            source = st.text_input(
                page.text("Source: letter, decision or person"),
                key=act.key("source"),
                max_chars=300,
            )
        said = page.text("Enter the correction")
        if not st.form_submit_button(
            said, key=act.key("go"), type="primary", icon=":material/check:"
        ):
            return

        def action() -> str:
            value = _correct(page, report, figure, given, (reason, source))
            change = " → ".join(widgets.values_of(page, [figure.value, value]))
            return page.text(
                "The correction was entered: {figure}: {change}.",
                figure=widgets.escape(figure_text(page, agency, year, figure.field)),
                change=widgets.escape(change),
            )

        act.do(action)


def _correct(
    page: Page,
    report: tuple[str, int],
    figure: FiledFigure,
    given: object,
    grounds: tuple[str, str],
) -> Value:
    """Enter the correction; its value. Raises TbdxError, in the reader's words."""
    question = page.plan.form.question(figure.field)
    if question is not None and question.kind != "answer" and isinstance(given, str):
        given = number_typed(given, question, page.language)
    value = cast("Value", figure.value if given is _NOT_GIVEN else given)  # as stated: refused
    try:
        page.service.office.correct(*report, figure.field, value, *grounds, by=page.user)
    except TbdxError as error:
        if error.code != "value-not-possible":
            raise
        shown = "" if given is _NOT_GIVEN else widgets.values_of(page, [value])[0]
        label = messages.field_label(figure.field, page.language, page.plan)
        raise TbdxError(error.code, found=shown, field=label) from error
    return value


def _right_value(page: Page, act: Act, figure: FiledFigure) -> object:
    """The field for the right value, by the question's kind; None leaves the answer blank."""
    question = page.plan.form.question(figure.field)
    if question is not None and question.kind == "answer":
        codes = [*(answer.value for answer in Answer), _BLANK]
        answer = st.radio(
            page.text("Right value"),
            [code for code in codes if code != (figure.value or _BLANK)],
            format_func=lambda code: page.text(messages.ANSWERS[code]),
            horizontal=True,
            key=act.key(f"value-{figure.field}"),
        )
        return None if answer == _BLANK else Answer(answer)
    value = _typed_value(page, act, figure)
    label = page.text("No answer: the right value is not known")
    blank = figure.value is not None and st.checkbox(label, key=act.key(f"blank-{figure.field}"))
    return None if blank else _NOT_GIVEN if value is None else value


def _typed_value(page: Page, act: Act, figure: FiledFigure) -> float | str | None:
    """The field for a number, a task's state or a text; None while it is empty."""
    form, label = page.plan.form, page.text("Right value")
    key = act.key(f"value-{figure.field}")
    question = form.question(figure.field)
    states = {state.code: state[page.language.code] for state in form.tasks.states}
    if figure.field in {item.code for item in form.tasks.item}:
        return st.selectbox(
            label, list(states), format_func=states.__getitem__, index=None, key=key
        )
    if not (question or _is_number(page, figure)):
        return st.text_area(label, key=key, max_chars=2000).strip() or None
    if question is not None:  # as the reader's language writes it; read when it is entered
        unit = question.unit[page.language.code]
        return st.text_input(f"{label} ({unit})", key=key, max_chars=40).strip() or None
    return st.number_input(label, value=None, min_value=0.0, step=0.1, key=key)


def _is_number(page: Page, figure: FiledFigure) -> bool:
    form = page.plan.form
    amounts = {item.code for item in (*form.spending.item, *form.maturity.pillar)}
    return figure.field in amounts or isinstance(figure.value, float)
