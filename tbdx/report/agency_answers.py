"""What one agency reported, told but not judged: tasks, money, maturity, its words, every answer."""

from __future__ import annotations

import math
from collections import Counter

from tbdx import messages, provenance
from tbdx.i18n import N_
from tbdx.model import Phase
from tbdx.plan import Question
from tbdx.report.agency_parts import Own
from tbdx.report.content import Align, Block, Head, Paragraph, Table
from tbdx.report.parts import roman

_FROM_DONE_ON = ("done", "under_way", "ahead", "exempt")
"""In which order the stages of tasks are told."""
_NOTHING = N_("The report states nothing on this.")


def tasks(own: Own) -> list[Block]:
    """Every task by group with its state and result, as reported; never judged."""
    words, plan = own.words, own.view.plan
    items, code = plan.form.tasks.item, words.code
    if not items:
        return []
    states = {state.code: state[code] for state in plan.form.tasks.states}
    if not any(item.code in own.values for item in items):
        return [Paragraph(words.text(_NOTHING))]
    counts = Counter(own.values.get(item.code) for item in items)
    by_stage = sorted(plan.form.tasks.states, key=lambda state: _FROM_DONE_ON.index(state.stage))
    told = [
        f"{states[state.code].lower()} {counts[state.code]}"
        for state in by_stage
        if counts[state.code]
    ]
    if counts[None]:
        not_stated = words.text("Not stated").lower()
        told.append(f"{not_stated} {counts[None]}")
    said = words.plural(
        "Of {count} task of the plan: {states}.",
        "Of {count} tasks of the plan: {states}.",
        len(items),
        states="; ".join(told),
    )
    lines: list[tuple[str, ...]] = []
    groups: list[int] = []
    last = ""
    for number, item in enumerate(items, start=1):
        group = item.group[code]
        if group and group != last:
            groups.append(len(lines))
            lines.append((roman(len(groups)), group, "", ""))
            last = group
        state = own.values.get(item.code)
        shown = states.get(str(state), words.text("Not stated"))
        result = own.values.get(f"{item.code}_result")
        lines.append((str(number), item.label[code], shown, str(result) if result else ""))
    heads = (words.text("No."), words.text("Task"), words.text("State"), words.text("Result"))
    table = Table(
        heads=(tuple(map(Head, heads)),),
        rows=tuple(lines),
        widths=(1.1, 7.5, 3.0, 5.0),
        aligns=("center", "left", "center", "left"),
        bold=frozenset(groups),
        alt=words.text("Tasks of the plan"),
    )
    return [Paragraph(said), table]


def spending(own: Own) -> list[Block]:
    """Spending by source with its sum where every source is known; never judged."""
    words, items = own.words, own.view.plan.form.spending.item
    if not items:
        return []
    amounts = [own.number(item.code) for item in items]
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return [Paragraph(words.text(_NOTHING))]
    total = sum(known) if len(known) == len(items) else None
    lines = [
        (str(number), item.label[words.code], words.number(amount, 6))
        for number, (item, amount) in enumerate(zip(items, amounts, strict=True), start=1)
    ]
    lines.append(("", words.text("Total"), words.number(total, 6)))
    heads = (words.text("No."), words.text("Source of money"), words.text("Spent"))
    table = Table(
        heads=(tuple(map(Head, heads)),),
        rows=tuple(lines),
        widths=(1.1, 10.5, 5.0),
        aligns=("center", "left", "right"),
        bold=frozenset({len(lines) - 1}),
        unit=words.text("million VND"),
        alt=words.text("Spending by source"),
    )
    return [table]


def maturity(own: Own) -> list[Block]:
    """The maturity index as it was assessed, with its version; information only."""
    words, form = own.words, own.view.plan.form.maturity
    scores = [own.number(pillar.code) for pillar in form.pillar]
    total = own.number("maturity_total")
    if total is None and not any(score is not None for score in scores):
        return [Paragraph(words.text(_NOTHING))] if form.pillar else []
    told = [
        (words.text("Version of the index"), own.values.get("maturity_version")),
        (words.text("Period assessed"), own.values.get("maturity_window")),
        (words.text("Level, as entered"), own.values.get("maturity_level")),
    ]
    said = "; ".join(f"{head}: {value}" for head, value in told if value)
    lines = [
        (str(number), pillar.label[words.code], words.number(pillar.max), words.number(score))
        for number, (pillar, score) in enumerate(zip(form.pillar, scores, strict=True), start=1)
    ]
    most = math.fsum(pillar.max or 0 for pillar in form.pillar)
    lines.append(("", words.text("Total, as reported"), words.number(most), words.number(total)))
    heads = (words.text("No."), words.text("Pillar"), words.text("At most"), words.text("Points"))
    table = Table(
        heads=(tuple(map(Head, heads)),),
        rows=tuple(lines),
        widths=(1.1, 9.5, 3.0, 3.0),
        aligns=("center", "left", "right", "right"),
        bold=frozenset({len(lines) - 1}),
        alt=words.text("Maturity index"),
    )
    return [Paragraph(f"{said}."), table] if said else [table]


def texts(own: Own) -> list[Block]:
    """Difficulties and proposals in the agency's own words."""
    blocks: list[Block] = []
    for item in own.view.plan.form.texts.item:
        value = own.values.get(item.code)
        said = str(value).splitlines() if value else []
        head = item.label[own.words.code]
        if said:
            blocks += [
                Paragraph(f"{head}:"),
                *(Paragraph(line, "quote") for line in said if line.strip()),
            ]
        else:
            blocks.append(Paragraph(own.words.text("{label}: nothing stated.", label=head)))
    return blocks


# --- every answer -------------------------------------------------------------------------------


def answers(own: Own) -> list[Block]:
    """Every question with its answer of this year, beside the last year's where there is one."""
    words, view = own.words, own.view
    before = own.year - 1
    years = [year for year in (before, own.year) if view.reported(own.agency.id, year)]
    lines = [
        (
            question.stt,
            messages.field_label(question.name, words, view.plan),
            question.unit[words.code],
            *(_answer(own, question, year) for year in years),
        )
        for question in view.plan.form.field
    ]
    phases = {y: p for a, y, p in view.phases.itertuples(index=False) if a == own.agency.id}
    centred: list[Align] = ["center" for _ in years]
    heads = [words.text("No."), words.text("Question"), words.text("Unit")]
    heads += [
        f"{year} ({words.text(messages.PHASES[Phase(phases[year])]).lower()})" for year in years
    ]
    table = Table(
        heads=(tuple(map(Head, heads)),),
        rows=tuple(lines),
        widths=(1.1, 8.0, 2.5, *(2.6 for _ in years)),
        aligns=("center", "left", "center", *centred),
        numbered=True,
        alt=words.text("Figures reported"),
    )
    own_corrections = [
        Paragraph(
            f"{provenance.correction_mark(number, words)}: {provenance.correction_text(view, e, words)}",
            "note",
        )
        for number, e in provenance.corrections_in_use(view).items()
        if e.agency == own.agency.id and e.year in years
    ]
    return [table, *own_corrections]


def _answer(own: Own, question: Question, year: int) -> str:
    value = own.view.reported(own.agency.id, year).get(question.name)
    said = provenance.value_text(value, own.view.plan, own.words)
    marks = [
        provenance.correction_mark(number, own.words)
        for number, e in provenance.corrections_in_use(own.view).items()
        if (e.agency, e.year, e.field) == (own.agency.id, year, question.name)
    ]
    return f"{said} ({', '.join(marks)})" if marks else said
