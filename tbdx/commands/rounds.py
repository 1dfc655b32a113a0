"""The yearly round: who has sent what, in which versions, and how these differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tbdx import messages
from tbdx.commands import options
from tbdx.commands.options import Agencies, Json, Years
from tbdx.commands.output import (
    NOTHING,
    agency_name,
    moment_text,
    plain_submission,
    print_json,
    print_submissions,
    print_table,
    say,
    submission_line,
    value_text,
)
from tbdx.commands.session import Session, session
from tbdx.i18n import Language
from tbdx.model import CellState, Status, Submission
from tbdx.model import Reason as Why

if TYPE_CHECKING:
    from tbdx.collection import Cell, NextDue, Rates
    from tbdx.plan import DueRule
    from tbdx.service import Row
    from tbdx.service.reviewing import Difference, Effect

app = typer.Typer()

States = Annotated[
    list[CellState] | None, typer.Option("--state", help="Only this state; repeatable.")
]


@app.command()
def submissions(
    year: Years = None, agency: Agencies = None, state: States = None, as_json: Json = False
) -> None:
    """Print who has sent what: each agency, year and phase with its state and its lateness.

    Then the years' rates and the next due dates. Without --year: every year up
    to the one that is due next. Agencies count in the years in which they exist.
    """
    with session() as s:
        plan, reviewing = s.plan, s.service.reviewing
        options.require_known(plan, year, agency)
        due, province = reviewing.next_due()
        last = due.year if due else plan.years.last
        years = year or [known for known in plan.all_years if known <= last]
        agencies = agency or [known.id for known in plan.agencies]
        wanted = set(state) if state else set(CellState) - {CellState.NOT_IN_FORCE}
        cells = [c for c in reviewing.cells(agencies, years).values() if c.state in wanted]
        rates = [reviewing.rates(known) for known in years]
        if as_json:
            found = {
                "cells": [_plain_cell(cell) for cell in cells],
                "rates": [_plain_rates(own) for own in rates],
                "next_due": {
                    "agencies": asdict(due) if due else None,
                    "province": asdict(province) if province else None,
                },
            }
            print_json(found, plan)
            return
        _print_cells(s, cells)
        for own in rates:
            typer.echo(_rates_line(own, s.words))
        if due:
            typer.echo(_due_line(s.words.text("Next due date of the agencies"), due, plan.due, s))
        if province and plan.consolidated:
            what = s.words.text("Next due date of the province's report")
            typer.echo(_due_line(what, province, plan.consolidated, s))


def _plain_cell(cell: Cell[Submission]) -> dict[str, Any]:
    return {
        "agency": cell.agency,
        "year": cell.year,
        "phase": cell.phase,
        "state": cell.state,
        "days_late": cell.days_late,
        "versions": cell.versions,
        "submission": plain_submission(cell.submission) if cell.submission else None,
    }


def _plain_rates(rates: Rates) -> dict[str, Any]:
    return {
        "year": rates.year,
        "expected": rates.expected,
        "complete": rates.complete,
        "complete_pct": rates.complete_pct,
        "on_time": rates.on_time,
        "on_time_pct": rates.on_time_pct,
        "late": rates.late,
        "states": {state.value: count for state, count in rates.states.items()},
    }


def _print_cells(s: Session, cells: Iterable[Cell[Submission]]) -> None:
    text = s.words.text
    heads = [
        text("Agency"),
        text("Year"),
        text("Kind of figures"),
        text("State"),
        text("Number"),
        text("Version"),
        text("Received at"),
        text("Timeliness"),
    ]
    print_table(
        heads,
        (
            (
                agency_name(cell.agency, cell.year, s.words, s.plan),
                cell.year,
                text(messages.PHASES[cell.phase]),
                f"{messages.CELL_SYMBOLS[cell.state]} {text(messages.CELL_STATES[cell.state])}",
                cell.submission.id if cell.submission else NOTHING,
                f"{cell.submission.version}/{cell.versions}" if cell.submission else NOTHING,
                moment_text(
                    cell.submission.received_at if cell.submission else None, s.words, s.plan
                ),
                _lateness(cell, s.words),
            )
            for cell in cells
        ),
    )


def _lateness(cell: Cell[Submission], words: Language) -> str:
    from tbdx.workbook.receipts import late_text

    return NOTHING if cell.days_late is None else late_text(cell.days_late, words)


def _rates_line(rates: Rates, words: Language) -> str:
    return words.text(
        "{year}: complete {complete}/{expected} ({complete_pct}), on time {on_time}/{expected} ({on_time_pct}), late {late}",
        year=rates.year,
        complete=rates.complete,
        expected=rates.expected,
        complete_pct=words.percent(rates.complete_pct),
        on_time=rates.on_time,
        on_time_pct=words.percent(rates.on_time_pct),
        late=rates.late,
    )


def _due_line(what: str, due: NextDue, rule: DueRule, s: Session) -> str:
    return s.words.text(
        "{what}: before {day} (until 23:59 on {last}; {left})",
        what=what,
        day=s.words.date(rule.of(due.year)),
        last=s.words.date(due.last_day),
        left=s.words.plural("{count} day left", "{count} days left", due.days_left),
    )


@app.command()
def history(agency: options.Agency, year: options.Year, as_json: Json = False) -> None:
    """Print every version of one agency's report for one year, the newest first."""
    with session() as s:
        options.require_known(s.plan, [year], [agency])
        versions = s.service.reviewing.history(agency, year)
        nil = s.service.reviewing.nil_returns(agency, year)
        if as_json:
            found = {
                "submissions": [plain_submission(version) for version in versions],
                "nil_returns": [asdict(one) for one in nil],
            }
            print_json(found, s.plan)
            return
        print_submissions(versions, s.words, s.plan)
        for one in nil:
            phase = s.words.text(messages.PHASES[one.phase])
            said = s.words.text("Nothing to report")
            at = moment_text(one.at, s.words, s.plan)
            typer.echo(say(said, phase, at, one.actor, one.reason))


@app.command()
def difference(
    before: Annotated[int, typer.Argument(metavar="ID", help="The earlier submission.")],
    after: Annotated[int, typer.Argument(metavar="ID", help="The later submission.")],
    as_json: Json = False,
) -> None:
    """Print every answer that differs between two versions, and what that does to indicators."""
    with session() as s:
        found = s.service.reviewing.difference(before, after)
        effects = s.service.reviewing.effects(before, after)
        if as_json:
            print_json(_plain_difference(found, effects, s), s.plan)
            return
        for mark, submission in (("−", found.before), ("+", found.after)):
            typer.echo(f"{mark} {submission_line(submission, s.words, s.plan)}")
        if found.fields:
            _print_changes(found, s)
        else:
            typer.echo(s.words.text("No answer differs."))
        for effect in effects:
            typer.echo(_effect_line(effect, s))
        if not effects:
            typer.echo(s.words.text("No indicator changes."))


def _plain_difference(found: Difference, effects: Sequence[Effect], s: Session) -> dict[str, Any]:
    return {
        "before": plain_submission(found.before),
        "after": plain_submission(found.after),
        "fields": [
            {**asdict(change), "change": change.change, "change_pct": change.change_pct}
            for change in found.fields
        ],
        "effects": [
            {
                "indicator": effect.indicator,
                "row": s.plan.indicator(effect.indicator).row,
                "year": effect.year,
                "before": _plain_result(effect.before),
                "after": _plain_result(effect.after),
            }
            for effect in effects
        ],
    }


def _plain_result(row: Row) -> dict[str, Any]:
    import pandas as pd

    from tbdx.service.reviewing import SHOWN_OF_A_RESULT

    return {name: None if pd.isna(row[name]) else row[name] for name in SHOWN_OF_A_RESULT}


def _print_changes(found: Difference, s: Session) -> None:
    text = s.words.text
    heads = [text("Question"), text("Before"), text("After"), text("Change"), text("Cell")]
    print_table(
        heads,
        (
            (
                messages.field_label(change.field, s.words, s.plan),
                value_text(change.before, s.words, s.plan),
                value_text(change.after, s.words, s.plan),
                _signed(change.change, s.words),
                change.after_cell or change.before_cell,
            )
            for change in found.fields
        ),
    )


def _signed(number: float | None, words: Language) -> str:
    sign = "+" if number is not None and number > 0 else ""
    return sign + words.number(number, 3)


def _effect_line(effect: Effect, s: Session) -> str:
    indicator = s.plan.indicator(effect.indicator)
    return s.words.text(
        "row {row} {name}, {year}: {before} → {after}",
        row=indicator.row,
        name=indicator.short[s.words.code],
        year=effect.year,
        before=_result_text(effect.before, s.words),
        after=_result_text(effect.after, s.words),
    )


def _result_text(row: Row, words: Language) -> str:
    """A result as counts and verdict, e.g. "1/2 (✓ Met)"."""
    counts = f"{words.number(row['numerator'])}/{words.number(row['denominator'])}"
    status = Status(row["status"])
    verdict = f"{messages.SYMBOLS[status]} {words.text(messages.STATUSES[status])}"
    reason = words.text(messages.REASONS[Why(row["reason"])])
    said = f"{verdict}: {reason}" if reason else verdict
    return f"{counts if row['answered'] else NOTHING} ({said})"
