"""Where an indicator is heading, by a method that the reader chooses and sees worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from tbdx import charts, messages, wording
from tbdx.i18n import N_, Language
from tbdx.model import Phase
from tbdx.plan import Indicator
from tbdx.projections import (
    SPAN,
    SPANS,
    Forecast,
    GoalPath,
    Method,
    Point,
    Position,
    Projection,
    Refusal,
    Refused,
    goal_years,
    next_goal,
    project,
)
from tbdx.ui import address, widgets
from tbdx.ui.picturing import Subject
from tbdx.ui.shell import Page

_METHODS: dict[Method, str] = {
    Method.PATH: N_("Straight path between printed goals"),
    Method.GROWTH: N_("Compound growth"),
    Method.TREND: N_("Trend of the last years"),
}
_MEANING: dict[Method, str] = {
    Method.PATH: N_(
        "No forecast: where the value stands to the straight way from the first printed target through the goals of the plan, and what it takes from here."
    ),
    Method.GROWTH: N_(
        "The constant yearly ratio from the first to the last value, continued to the goal year."
    ),
    Method.TREND: N_(
        "The straight line through the last years by least squares, continued to the goal year."
    ),
}
_STANDING: dict[Position, str] = {
    Position.ON: N_("In {year} the value, {value}, is on the path ({expected})."),
    Position.ABOVE: N_(
        "In {year} the value, {value}, is {points} percentage points above the path ({expected})."
    ),
    Position.BELOW: N_(
        "In {year} the value, {value}, is {points} percentage points below the path ({expected})."
    ),
    Position.OPEN: N_(
        "In {year} the value lies between {worst} and {best}, as agencies are missing: how it stands to the path ({expected}) is open."
    ),
}
_REFUSED: dict[Refused, str] = {
    Refused.NO_TARGET: N_("The plan sets no target for {year}: there is nothing to project to."),
    Refused.GOAL_REPORTED: N_("The year {year} has a result already: there is nothing to project."),
    Refused.NO_VALUE: N_(
        "No year before {year} has a value that can be compared with the goal: this method gives nothing."
    ),
    Refused.TOO_FEW: N_(
        "This method needs {needs} years with a value that can be compared with the goal; there are {found}. Choose another method, or wait for the next report."
    ),
    Refused.ZERO_VALUE: N_(
        "The first or the last value is 0%: from or to 0% there is no yearly ratio. Choose another method."
    ),
    Refused.NOBODY: N_(
        "No agency is in the denominator in {year}: there is nothing to project to."
    ),
}


def show(page: Page, indicator: Indicator) -> None:
    """The section of one indicator: choices, the projection in words, its inputs, its chart."""
    everything = page.view.results
    rows = everything[everything["indicator"] == indicator.code]
    st.header(page.text("Where it is heading"))
    with st.container(horizontal=True):
        method = _pick_method(page)
        year = _pick_goal(page, rows)
        span = _pick_span(page) if method is Method.TREND else SPAN
    projection = project(rows, indicator, page.plan.years.goals, year, method, span=span)
    st.caption(page.text(_MEANING[method]))
    said = sentences(projection, page.language)
    mind = reservations(projection, indicator, page.language)
    if isinstance(projection, Refusal):
        st.info(" ".join([*said, *mind]), icon=":material/block:")
        if projection.reason in (Refused.TOO_FEW, Refused.ZERO_VALUE):
            _inputs_table(page, projection)
        return
    st.markdown("\n".join(f"- {sentence}" for sentence in said))
    if mind:
        st.caption(" ".join(mind))
    _inputs_table(page, projection)
    told = " ".join(sentence.replace("**", "") for sentence in (*said, *mind))
    chart = page.view.kept(
        ("projection", indicator.code, method, year, span, page.language.code),
        lambda: replace(
            charts.trajectory(
                rows,
                indicator,
                page.plan,
                page.language,
                widgets.amendments_of(page.view, indicator.code),
                projection=projection,
            ),
            sentence=told,
        ),
    )
    projected = page.text(
        "Hollow triangles on a dotted line: not reported figures. A projection is no verdict and is not stored."
    )
    subject = Subject(
        kind="projection",
        title=f"{indicator.row}. {indicator.short[page.language.code]}",
        about={"indicator": indicator.code, "method": method.value, "year": year},
        marks=[page.text("PROJECTION, worked out and not reported")],
        notes=[*(sentence.replace("**", "") for sentence in (*said, *mind)), projected],
    )
    widgets.show_chart(page, chart, f"projection-{indicator.code}", subject)
    st.caption(projected)


def _pick_method(page: Page) -> Method:
    names = {method.value: page.text(name) for method, name in _METHODS.items()}
    code = address.choose(
        "projection",
        list(names),
        default=Method.PATH.value,
        usual=Method.PATH.value,
        label=page.text("Method"),
        say=names.__getitem__,
        words=page.language,
    )
    return Method(code)


def _pick_goal(page: Page, rows: pd.DataFrame) -> int:
    """The goal year, where there is a choice; else the one that the plan sets, or its last."""
    years = goal_years(rows, page.plan.years.goals)
    usual = next_goal(rows, page.plan.years.goals) or page.plan.years.goals[-1]
    if len(years) < 2:
        return usual
    chosen = address.choose(
        "goal",
        [str(year) for year in years],
        default=str(usual),
        usual=str(usual),
        label=page.text("Goal year"),
        say=str,
        words=page.language,
    )
    return int(chosen)


def _pick_span(page: Page) -> int:
    chosen = address.choose(
        "span",
        [str(span) for span in SPANS],
        default=str(SPAN),
        usual=str(SPAN),
        label=page.text("Years with a value"),
        say=lambda span: page.text("the last {count}", count=span),
        words=page.language,
    )
    return int(chosen)


def sentences(projection: Projection, words: Language) -> list[str]:
    """A projection as markdown: what it gives with the numbers put in, or why it gives nothing."""
    if isinstance(projection, GoalPath):
        return _path(projection, words)
    if isinstance(projection, Forecast):
        return _forecast(projection, words)
    return [
        words.text(
            _REFUSED[projection.reason],
            year=projection.year,
            needs=projection.needs,
            found=len(projection.inputs),
        )
    ]


def _path(path: GoalPath, words: Language) -> list[str]:
    """Where the path runs, how the last value stands to it, and the pace from there."""
    last, goal = path.inputs[-1], path.goal
    anchors = ", ".join(f"{words.percent(share, 2)} ({year})" for year, share in path.anchors)
    values = {
        "year": last.year,
        "value": words.percent(last.value_pct),
        "worst": words.percent(last.worst_pct),
        "best": words.percent(last.best_pct),
    }
    said = []
    if path.expected_pct is None or path.gap_pct is None or path.position is None:
        said.append(words.text("The plan prints nothing before to measure {year} by.", **values))
    else:
        said.append(words.text("The path runs straight through {anchors}.", anchors=anchors))
        said.append(
            words.text(
                _STANDING[path.position],
                points=words.number(abs(path.gap_pct), 1),
                expected=words.percent(path.expected_pct),
                **values,
            )
        )
    if path.per_year_pct == 0:
        said.append(words.text("The value meets the goal of {year} already.", year=goal.year))
        return said
    if path.more and path.position in (Position.ABOVE, Position.ON):
        said[-1] = f"{said[-1]} {_lacking(path, words)}"
    said.append(
        words.text(
            "From here it takes {points} percentage points a year: ({goal} − {start}) ÷ ({goal_year} − {year}).",
            points=words.number(path.per_year_pct, 1),
            goal=words.percent(path.aim_pct, 2),
            goal_year=goal.year,
            start=words.percent(path.start_pct),
            year=last.year,
        )
    )
    if last.missing:
        said.append(words.text("In it, agencies that are missing count as not there yet."))
    if goal.needed is not None:
        said.append(
            words.text(
                "The goal of {year}, {goal}, takes {needed} of {whole} agencies, that is {aim}.",
                year=goal.year,
                goal=words.percent(goal.share_pct, 2),
                needed=words.number(goal.needed),
                whole=words.number(goal.whole),
                aim=words.percent(path.aim_pct),
            )
        )
    return said


def _lacking(path: GoalPath, words: Language) -> str:
    """That being on the path is not yet the goal, where that is counted in agencies."""
    return words.plural(
        "That is not yet the goal of {year}: {count} more agency is needed.",
        "That is not yet the goal of {year}: {count} more agencies are needed.",
        path.more or 0,
        year=path.goal.year,
    )


def _forecast(forecast: Forecast, words: Language) -> list[str]:
    """The formula with its numbers, the cap, and what that would mean for the goal."""
    formula = (
        _ratio(forecast, words) if forecast.method is Method.GROWTH else _slope(forecast, words)
    )
    said = [formula]
    if forecast.capped:
        cap = words.percent(forecast.value_pct)
        said.append(words.text("A share cannot go further: it is capped at {cap}.", cap=cap))
    said.append(_would(forecast, words))
    return said


def _ratio(forecast: Forecast, words: Language) -> str:
    first, last = forecast.inputs[0], forecast.inputs[-1]
    return words.text(
        "Yearly ratio ({last} ÷ {first}) ^ (1 ÷ ({last_year} − {first_year})) = {ratio}; in {year}: {last} × {ratio} ^ ({year} − {last_year}) = **{value}**.",
        first=words.percent(first.value_pct, 2),
        first_year=first.year,
        last=words.percent(last.value_pct, 2),
        last_year=last.year,
        ratio=words.number(forecast.factor, 4),
        year=forecast.goal.year,
        value=words.percent(forecast.raw_pct),
    )


def _slope(forecast: Forecast, words: Language) -> str:
    middle, mean = forecast.centre
    return words.text(
        "Mean of {years}: {mean}; slope: {slope} percentage points a year; in {year}: {mean} {sign} {size} × ({year} − {middle}) = **{value}**.",
        years=", ".join(str(point.year) for point in forecast.inputs),
        mean=words.percent(mean, 2),
        slope=words.number(forecast.factor, 2),
        sign="−" if forecast.factor < 0 else "+",
        size=words.number(abs(forecast.factor), 2),
        middle=_moment(middle, words),
        year=forecast.goal.year,
        value=words.percent(forecast.raw_pct),
    )


def _moment(year: float, words: Language) -> str:
    """A year, or a moment between two, which is no amount and has no thousands mark."""
    return f"{int(year)}{words.number(year % 1)[1:]}"


def _would(forecast: Forecast, words: Language) -> str:
    """Whether the goal would be met, in agencies where they are what is counted."""
    goal = forecast.goal
    fields = {"goal": words.percent(goal.share_pct, 2), "year": goal.year}
    if forecast.agencies is None:
        if forecast.meets:
            return words.text("The goal of {year}, {goal}, would be met.", **fields)
        return words.text("The goal of {year}, {goal}, would not be met.", **fields)
    fields |= {
        "count": words.number(forecast.agencies),
        "whole": words.number(goal.whole),
        "needed": words.number(goal.needed),
    }
    if forecast.meets:
        return words.text(
            "Rounded down that is {count} of {whole} agencies; the goal of {year}, {goal}, takes {needed} and would be met.",
            **fields,
        )
    return words.text(
        "Rounded down that is {count} of {whole} agencies; the goal of {year}, {goal}, takes {needed} and would not be met.",
        **fields,
    )


def reservations(projection: Projection, indicator: Indicator, words: Language) -> list[str]:
    """What is weak about the inputs: estimates, missing agencies, other thresholds, a new register."""
    inputs = projection.inputs
    said = []
    estimates = [point for point in inputs if point.estimate]
    if estimates:
        said.append(words.text("Estimates: {years}.", years=_years(estimates)))
    said += [
        words.text(
            "In {year} agencies are missing: the value lies between {worst} and {best}.",
            year=point.year,
            worst=words.percent(point.worst_pct),
            best=words.percent(point.best_pct),
        )
        for point in inputs
        if point.missing
    ]
    if projection.left_out:
        years = _years(projection.left_out)
        said.append(words.text("Not used, as another growth was asked for: {years}.", years=years))
    wholes = [point.denominator + point.missing for point in inputs]
    if indicator.kind != "ratio" and len(set(wholes)) > 1:
        counts = " → ".join(words.number(whole) for whole in wholes)
        said.append(words.text("The number of agencies counted changed: {counts}.", counts=counts))
    return said


def _years(points: Iterable[Point]) -> str:
    return ", ".join(str(point.year) for point in points)


def _inputs_table(page: Page, projection: Projection) -> None:
    """The years that the projection rests on, and those that it leaves out."""
    used: Sequence[Point] = projection.inputs
    points = sorted((*used, *projection.left_out), key=lambda point: point.year)
    if not points:
        return
    number = page.language.number
    phase = {True: Phase.ESTIMATE, False: Phase.FINAL}
    frame = pd.DataFrame(
        {
            page.text("Year"): [str(point.year) for point in points],
            page.text("Count"): [
                f"{number(point.numerator)}/{number(point.denominator)}" for point in points
            ],
            page.text("Result"): [
                wording.share_text(point.value_pct, page.language) for point in points
            ],
            page.text("Kind of figures"): [
                page.text(messages.PHASES[phase[point.estimate]]) for point in points
            ],
            page.text("Used"): [
                page.text("yes") if point in used else page.text("no") for point in points
            ],
        }
    )
    label = page.text("What the projection rests on")
    st.table(frame, border="horizontal", hide_index=True, alt=label)
