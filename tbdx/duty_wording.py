"""What the plan asks of one agency, what it did and what is left to do, in plain words.

The same on the agency's page, on the board and in the agency's own report. A row is one of
`View.standings`, a step one of `duties.Duty`.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from tbdx import messages, provenance, wording
from tbdx.duties import Duty, Step
from tbdx.i18n import Language
from tbdx.model import Reason, Status
from tbdx.plan import Condition, Indicator, Plan
from tbdx.service import Row, View


def is_bound(row: Row) -> bool:
    """Whether the plan asks anything of the agency by this indicator in this year."""
    return bool(row["reason"] != Reason.NOT_ASSIGNED.value)


def asked_text(row: Row, indicator: Indicator, language: Language) -> str:
    """What a duty asks for: "có", "100%", "tăng từ 20% trở lên"."""
    if indicator.kind == "share_growth":
        if pd.isna(row["threshold_pct"]):
            return language.text("any growth")
        threshold = language.percent(row["threshold_pct"], 2)
        return language.text("up {threshold} or more", threshold=threshold)
    if indicator.kind == "ratio":
        return language.percent(row["target_pct"])
    level = _level(indicator)
    if level:
        return language.text("{level} or more", level=language.number(level.at_least))
    return language.text("yes")


def _level(indicator: Indicator) -> Condition | None:
    """The condition of an indicator that is about a number."""
    return next((c for c in indicator.conditions if c.at_least is not None), None)


def done_text(view: View, row: Row, language: Language) -> str:
    """What was done by the last report of a year, without a verdict."""
    indicator = view.plan.indicator(row["indicator"])
    if indicator.kind == "share_growth" and pd.notna(row["growth_pct"]):
        reached = {Status.MET.value: True, Status.NOT_MET.value: False}.get(row["status"])
        return wording.growth_text(row["growth_pct"], row["threshold_pct"], reached, language)
    if row["answer"] == "blank" and not row["answered"] + row["missing"]:
        return language.text("not counted")
    no_answer, answer = messages.ANSWERS["blank"], messages.ANSWERS[row["answer"]]
    if indicator.kind == "ratio":
        if not row["answered"]:
            return language.text(no_answer)
        share = wording.percent_text(row, indicator, language)
        return f"{wording.bare_count(row, language)} · {share}"
    level = _level(indicator)
    reported = None
    if level:
        speaker = _reporter(view.plan, row["agency"], row["year"])
        reported = view.reported(speaker, row["year"]).get(level.field)
    if reported is None:
        return language.text(answer)
    return provenance.value_text(reported, view.plan, language)


def _reporter(plan: Plan, agency: str, year: int) -> str:
    """Whose report speaks for an agency: by the original structure maybe another's."""
    return next(place.reporter.id for place in plan.roster(year) if place.agency.id == agency)


# --- what there is to do ------------------------------------------------------------------------


def steps_of(duty: Duty) -> list[Step]:
    """What is open of a duty; of one that is in place all there is to keep."""
    return [step for step in duty.steps if duty.state == "in_place" or not step.done]


def step_text(
    step: Step,
    duty: Duty,
    year: int,
    plan: Plan,
    language: Language,
    quoted: Callable[[str], str] = str,
) -> str:
    """What one step asks for in a year: "Câu 5b đủ 116 người, tất cả: …".

    `quoted` is done to the question's own words; a page escapes them.
    """
    question = plan.form.question(step.field)
    if question is None:
        return quoted(step.field)
    base, code = plan.years.base, language.code
    label = quoted(question.label[code].format(year=year, base_year=base))
    fields = {"stt": question.stt, "label": label, "unit": question.unit[code]}
    if step.kind == "answer":
        return language.text("Question {stt} answered “yes”: {label}", **fields)
    if step.kind == "base":
        return language.text("Question {stt} answered with an amount above zero: {label}", **fields)
    if step.needed is None:
        return language.text("Question {stt} answered, all of them: {label}", **fields)
    needed = language.number(step.needed, 6)
    if step.kind == "level":
        return language.text("Question {stt} at {needed} or more: {label}", needed=needed, **fields)
    if step.kind == "count":
        return language.text(
            "Question {stt} at {needed} {unit}, all of them: {label}", needed=needed, **fields
        )
    before = {"base": language.number(step.base, 6), "base_year": base}
    threshold = duty.target.threshold_pct if duty.target else None
    if threshold is None:
        return language.text(
            "{label} above {base} {unit} (that of {base_year})", **fields, **before
        )
    return language.text(
        "{label} at {needed} {unit} or more (up {threshold} on {base_year}: {base})",
        needed=needed,
        threshold=language.percent(threshold, 2),
        **fields,
        **before,
    )


def deed_text(step: Step, duty: Duty, year: int, plan: Plan, language: Language) -> str:
    """What is to be done for one open step, as a report says it: "Đào tạo thêm 6 người để đủ 11 người".

    In the words of the question's `deed`; of a question without one by what it asks.
    """
    question = plan.form.question(step.field)
    if question is None:
        return step.field
    text, code = language.text, language.code
    label = question.label[code].format(year=year, base_year=plan.years.base)
    fields = {"stt": question.stt, "label": label, "deed": question.deed[code]}
    if step.kind == "answer":
        return fields["deed"] or text("Do what question {stt} is about (“{label}”)", **fields)
    if step.kind == "base":
        return text("Report the amount asked for in question {stt} (“{label}”)", **fields)
    if step.kind == "amount":
        return _amount_text(step, duty, inside(label), plan, language)
    if step.kind == "level":
        fields["needed"] = language.number(step.needed, 6)
        if question.deed[code]:
            return text("{deed} {needed} or more", **fields)
        return text("Reach {needed} or more in question {stt} (“{label}”)", **fields)
    if not question.deed[code]:
        fields["deed"] = text("Reach, in question {stt} (“{label}”),", **fields)
    if step.needed is None:
        return text("{deed} all of them", **fields)
    fields["needed"] = wording.number_of(int(step.needed), duty.indicator, language)
    if not step.short:
        return text("{deed} all of the {needed}", **fields)
    more = wording.number_of(int(step.short), duty.indicator, language)
    return text("{deed} {more} more, to reach {needed}", more=more, **fields)


def _amount_text(step: Step, duty: Duty, label: str, plan: Plan, language: Language) -> str:
    """The amount to reach, over which base it is, and how much more that is than the last one."""
    question = plan.form.question(step.field)
    fields = {
        "label": label,
        "needed": language.number(step.needed, 6),
        "unit": question.unit[language.code] if question else "",
        "base": language.number(step.base, 6),
        "base_year": plan.years.base,
    }
    threshold = duty.target.threshold_pct if duty.target else None
    if threshold is None:
        return language.text("Reach {label} above the {base} {unit} of {base_year}", **fields)
    said = language.text(
        "Reach {label} of {needed} {unit} or more, up {threshold} on {base_year}",
        threshold=language.percent(threshold, 2),
        **fields,
    )
    if not step.short:
        return said
    return language.text(
        "{deed}, at least {short} {unit} more than in this report",
        deed=said,
        short=language.number(step.short, 6),
        **fields,
    )


def inside(text: str) -> str:
    """A text as it goes on within a sentence; abbreviations keep their capitals."""
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def now_text(step: Step, plan: Plan, language: Language) -> str:
    """What was answered last to a step's question."""
    if step.now is None:
        no_answer = messages.ANSWERS["blank"]
        return language.text(no_answer)
    if isinstance(step.now, str):
        return provenance.value_text(step.now, plan, language)
    return language.number(step.now, 6)


def short_text(step: Step, indicator: Indicator, plan: Plan, language: Language) -> str:
    """What a step lacks; empty where nothing is missing, or where that is not known."""
    if not step.short or step.kind == "level":
        return ""
    if step.kind == "count":
        more = wording.number_of(int(step.short), indicator, language)
        return language.text("{count} more needed", count=more)
    question = plan.form.question(step.field)
    return language.text(
        "{amount} {unit} short",
        amount=language.number(step.short, 6),
        unit=question.unit[language.code] if question else "",
    )


def beside_last(step: Step, duty: Duty, since: int, plan: Plan, language: Language) -> str:
    """What was answered in the last report, of `since`, and what that lacks: "2024: 81; …"."""
    last = language.text("{year}: {value}", year=since, value=now_text(step, plan, language))
    short = short_text(step, duty.indicator, plan, language)
    return "; ".join(part for part in (last, short) if part)
