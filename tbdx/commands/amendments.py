"""What the office amends: versions of the plan (`plan …`), and filed figures (`errata …`)."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tbdx import messages
from tbdx.commands import options
from tbdx.commands.options import BLOCKED, OK, By, Json, Reason
from tbdx.commands.output import (
    NOTHING,
    agency_name,
    moment_text,
    plain_finding,
    print_findings,
    print_json,
    print_table,
    value_text,
)
from tbdx.commands.session import Session, read, session
from tbdx.model import Answer, Severity, Target, TbdxError
from tbdx.plan import Plan
from tbdx.words import clean

if TYPE_CHECKING:
    from tbdx.amendments import Difference
    from tbdx.service.office import Amendment

app = typer.Typer()
plan_app = typer.Typer(no_args_is_help=True, help="Versions of the plan: amended appendices.")
errata = typer.Typer(no_args_is_help=True, help="Corrections to known errors in filed figures.")
app.add_typer(plan_app, name="plan")
app.add_typer(errata, name="errata")

Appendix = Annotated[Path, typer.Argument(metavar="FILE", help="The amended appendix (.xlsx).")]
FirstYear = Annotated[
    int, typer.Option("--first-year", help="The first year whose targets it sets.")
]


# --- versions of the plan -----------------------------------------------------------------------


@plan_app.command("versions")
def versions(as_json: Json = False) -> None:
    """Print the plan as first issued and every amended appendix, withdrawn ones included."""
    from tbdx.provenance import version_state

    with session() as s:
        found = s.service.office.plan_versions()
        decision = s.plan.decision
        if as_json:
            original = {
                "decision": decision.number,
                "date": decision.date,
                "first_year": s.plan.years.first,
            }
            print_json({"original": original, "versions": [asdict(v) for v in found]}, s.plan)
            return
        text, words = s.words.text, s.words
        heads = [text("Number"), text("Decision"), text("Date"), text("First year")]
        heads += [text("File"), text("State"), text("Entered at"), text("By"), text("Reason")]
        first = (NOTHING, decision.number, words.date(decision.date), s.plan.years.first)
        print_table(
            heads,
            [
                (*first, s.plan.appendix, text("as first issued"), "", "", ""),
                *(
                    (
                        version.id,
                        version.decision,
                        words.date(version.date),
                        version.first_year,
                        version.file_name,
                        version_state(version, found, s.plan, words),
                        moment_text(version.at, words, s.plan),
                        version.actor,
                        version.reason,
                    )
                    for version in found
                ),
            ],
        )


@plan_app.command("compare")
def compare(file: Appendix, first_year: FirstYear, as_json: Json = False) -> None:
    """Print every target in which an amended appendix differs from those in force. Stores nothing.

    Exit code: 0 it could be adopted, 1 a cell is in doubt, 2 no workbook.
    """
    with session() as s:
        amendment = s.service.office.read_amendment((file.name, read(file)), first_year)
        if as_json:
            found = {
                "acceptable": amendment.acceptable,
                "judged_anew": s.service.office.judged_anew(amendment),
                "differences": [_plain_difference(one) for one in amendment.differences],
                "findings": [plain_finding(f, s.words, s.plan) for f in amendment.findings],
            }
            print_json(found, s.plan)
        else:
            _print_amendment(amendment, s)
    raise typer.Exit(_exit_code(amendment))


def _exit_code(amendment: Amendment) -> int:
    if any(finding.severity is Severity.UNREADABLE for finding in amendment.findings):
        return options.UNREADABLE
    return OK if amendment.acceptable else BLOCKED


def _plain_difference(found: Difference) -> dict[str, Any]:
    before = asdict(found.before) if found.before else None
    after = asdict(found.after) if found.after else None
    return {**asdict(found), "before": before, "after": after}


def _print_amendment(amendment: Amendment, s: Session) -> None:
    """Print what an appendix changes, and what there is to say about it."""
    text = s.words.text
    rows = []
    for found in amendment.differences:
        target = found.after or found.before
        place = f"{target.sheet} {target.cell}" if found.after and target else NOTHING
        holds = text("adopted") if found.adopted else text("stays as it was")
        names = (s.plan.indicator(found.indicator).short[s.words.code], found.year)
        rows.append((*names, _printed(found.before), _printed(found.after), place, holds))
    if rows:
        heads = [text("Indicator"), text("Year"), text("Before"), text("After"), text("Cell")]
        print_table([*heads, text("From {year} on", year=amendment.first_year)], rows)
    else:
        typer.echo(text("No target differs."))
    if anew := s.service.office.judged_anew(amendment):
        typer.echo(
            text(
                "Attention: {years} already have accepted reports, and would be judged by other targets.",
                years=", ".join(map(str, anew)),
            )
        )
    print_findings(amendment.findings, s.words, s.plan)


def _printed(target: Target | None) -> str:
    return target.as_printed if target else NOTHING


@plan_app.command("adopt")
def adopt(
    file: Appendix,
    decision: Annotated[str, typer.Option(help="The number of the decision that amends the plan.")],
    issued: Annotated[
        date,
        typer.Option("--date", parser=options.day, metavar="DATE", help="The decision's date."),
    ],
    first_year: FirstYear,
    reason: Annotated[str, typer.Option(help="Why, in a few words; kept in the record.")] = "",
    by: By = None,
) -> None:
    """Let an amended appendix hold from a year on; earlier years keep their targets."""
    with session() as s:
        office = s.service.office
        amendment = office.read_amendment((file.name, read(file)), first_year)
        _print_amendment(amendment, s)
        version = office.adopt_plan(amendment, decision, issued, reason, by=by)
        typer.echo(
            s.words.text(
                "Version {number}: {decision}, in force from {year} on.",
                number=version.id,
                decision=version.decision,
                year=version.first_year,
            )
        )


@plan_app.command("withdraw")
def withdraw_version(number: options.Entry, reason: Reason, by: By = None) -> None:
    """Take an adopted appendix back; the targets before it hold again."""
    with session() as s:
        s.service.office.withdraw_plan(number, reason, by=by)
        typer.echo(s.words.text("Version {number} is withdrawn.", number=number))


# --- corrections --------------------------------------------------------------------------------


@errata.command("list")
def list_errata(as_json: Json = False) -> None:
    """Print the corrections, withdrawn ones included, and whether each changes a figure in use."""
    with session() as s:
        found = s.service.office.errata()
        in_use = s.service.real_view().errata_in_use
        if as_json:
            print_json([{**asdict(e), "in_use": e.id in in_use} for e in found], s.plan)
            return
        text = s.words.text
        heads = [text("Number"), text("Agency"), text("Year"), text("Question"), text("Stated")]
        heads += [text("Corrected"), text("State"), text("Reason"), text("Source"), text("By")]
        print_table(
            heads,
            (
                (
                    erratum.id,
                    agency_name(erratum.agency, erratum.year, s.words, s.plan),
                    erratum.year,
                    messages.field_label(erratum.field, s.words, s.plan),
                    value_text(erratum.stated, s.words, s.plan),
                    value_text(erratum.corrected, s.words, s.plan),
                    text("withdrawn")
                    if erratum.withdrawn_at
                    else text("in use")
                    if erratum.id in in_use
                    else text("without effect: the figure in use is another"),
                    erratum.reason,
                    erratum.source,
                    erratum.actor,
                )
                for erratum in found
            ),
        )


@errata.command("add")
def add(
    agency: options.Agency,
    year: options.Year,
    field: Annotated[str, typer.Option(help="The answer's field, as `check --json` names it.")],
    value: Annotated[
        str, typer.Option(help='What is right: "có", no, na; 1.234.567,5 or 1234567.5; "" = blank.')
    ],
    reason: Reason,
    source: Annotated[str, typer.Option(help="The letter, decision or person it rests on.")],
    by: By = None,
) -> None:
    """Correct a figure in use. The filed workbook stays as it is, and so does what it states."""
    with session() as s:
        office = s.service.office
        options.require_known(s.plan, [year], [agency])
        stated = office.stated(agency, year, field)
        right = _read_value(value, field, s.plan)
        number = office.correct(agency, year, field, right, reason, source, by=by)
        typer.echo(
            s.words.text(
                "Correction {number}: {agency}, {year}, {field}: {before} → {after}",
                number=number,
                agency=agency_name(agency, year, s.words, s.plan),
                year=year,
                field=messages.field_label(field, s.words, s.plan),
                before=value_text(stated, s.words, s.plan),
                after=value_text(right, s.words, s.plan),
            )
        )


@errata.command("withdraw")
def withdraw_correction(number: options.Entry, reason: Reason, by: By = None) -> None:
    """Take a correction back; the figure as filed holds again."""
    with session() as s:
        s.service.office.withdraw_correction(number, reason, by=by)
        typer.echo(s.words.text("Correction {number} is withdrawn.", number=number))


_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TWO_READINGS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


def _read_value(text: str, field: str, plan: Plan) -> Answer | float | str | None:
    """A value as typed, by what its field asks for; "" is a blank.

    Raises TbdxError: value-not-possible, number-ambiguous.
    """
    text = clean(text)
    if not text:
        return None
    question = plan.form.question(field)
    if question is not None and question.kind == "answer":
        return _read_answer(text, field, plan)
    form = plan.form
    amounts = {item.code for item in (*form.spending.item, *form.maturity.pillar)}
    if question is not None or field in amounts | {"maturity_total"}:
        return _read_number(text, field, plan)
    return text


def _read_answer(text: str, field: str, plan: Plan) -> Answer:
    from tbdx.workbook.reading import Words, answer_word

    if text in set(Answer):
        return Answer(text)
    answer = Words.of(plan.form).answers.get(answer_word(text))
    if answer is None:
        raise TbdxError("value-not-possible", found=text, field=field)
    return answer


def _read_number(text: str, field: str, plan: Plan) -> float:
    """ "1.234.567,5" and "15 tỷ" as Vietnamese writes them, or "1234567.5"."""
    from tbdx.workbook.reading import MONEY_UNIT
    from tbdx.workbook.values import number_in

    if _TWO_READINGS.fullmatch(text):
        whole, part = re.split("[.,]", text)
        raise TbdxError(
            "number-ambiguous", found=text, one=f"{whole}{part}", other=f"{whole},{part}"
        )
    question = plan.form.question(field)
    money = question is None or question.unit.vi == MONEY_UNIT
    number = number_in(text, money=money)
    if number is None and _PLAIN_NUMBER.fullmatch(text):
        number = float(text)
    if number is None:
        raise TbdxError("value-not-possible", found=text, field=field)
    return number
