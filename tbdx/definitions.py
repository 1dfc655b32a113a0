"""How an indicator is defined, in words: formula, who is counted, rounding; and what a verdict means."""

from __future__ import annotations

from tbdx import messages
from tbdx.i18n import N_, Language
from tbdx.model import Reason, Status
from tbdx.plan import Among, DueRule, Indicator, Plan

MEANINGS: dict[Status, str] = {
    Status.EXCEEDED: N_("More than the target asks for."),
    Status.MET: N_("The target is reached; for shares of agencies after rounding."),
    Status.NOT_MET: N_("The target is not reached, whatever missing agencies may still report."),
    Status.NO_DATA: N_(
        "Nobody has reported, or those who are missing could still turn the verdict."
    ),
    Status.NO_TARGET: N_("The plan asks for nothing in this year (or of this agency)."),
    Status.NOT_ASSESSABLE: N_(
        "It cannot be computed: no denominator, or no figure of the base year."
    ),
}
"""When each verdict is given."""

REASONS: dict[Reason, str] = {
    Reason.INCOMPLETE: N_("Figures missing"),
    Reason.NOTHING_ANSWERED: N_("Nothing reported"),
    Reason.EMPTY_DENOMINATOR: N_("Nobody to count"),
    Reason.NO_BASELINE: N_("No figure of the base year"),
    Reason.TARGET_ENDED: N_("Year without a target"),
    Reason.TARGET_ZERO: N_("Target printed as 0%"),
    Reason.NOT_ASSIGNED: N_("No target assigned"),
}
"""What each reason is called."""

RULES: dict[str, str] = {
    "structure": N_("Which agencies count"),
    "merged_report": N_("Report of a merged agency"),
    "merged_baseline": N_("Base year of a merged agency"),
    "zero_target": N_("A target of 0%"),
    "universal_target": N_("A target of 100%"),
    "undecided": N_("Verdict while agencies are missing"),
    "missing_headcount": N_("Headcount that is missing"),
    "final_over_estimate": N_("Which figures are in use"),
    "punctuality": N_("On time or late"),
    "checks": N_("Figures that are asked about"),
}
"""What each of the plan's rules is called, and the checks of what is reported."""


def due(rule: DueRule, year: int, language: Language) -> str:
    """By when reports are there each year, with the last day on time as it falls in `year`."""
    day, last = map(language.day, (rule.of(year), rule.last_day(year)))
    if rule.inclusive:
        return language.text("by the end of {day} of each year", day=day)
    return language.text("before {day} of each year (last day: {last})", day=day, last=last)


def formula(indicator: Indicator, plan: Plan, language: Language) -> str:
    """How an indicator is computed."""
    text = language.text

    def label(name: str) -> str:
        return f"“{messages.field_label(name, language, plan)}”"

    if indicator.kind == "ratio":
        return text(
            "sum of {part} over all agencies ÷ sum of {whole}",
            part=label(indicator.numerator),
            whole=label(indicator.denominator),
        )
    if indicator.kind == "share_growth":
        return text(
            "agencies whose {amount} is at least the year's threshold above {base} ÷ agencies counted",
            amount=label(indicator.amount),
            base=label(indicator.base_amount),
        )
    conditions = [
        text("{question} is yes", question=label(condition.field))
        if condition.equals
        else text(
            "{question} is {level} or more",
            question=label(condition.field),
            level=language.number(condition.at_least),
        )
        for condition in indicator.conditions
    ]
    joined = text(" and ").join(conditions)
    return text("agencies where {conditions} ÷ agencies counted", conditions=joined)


def among(scope: Among, plan: Plan, language: Language) -> str:
    """Who is in a denominator."""
    if scope.scope == "media_types":
        return language.text("agencies with {count} or more media types", count=scope.at_least)
    if scope.scope == "e_press":
        return language.text("agencies with an electronic edition")
    if scope.scope == "answer":
        name = messages.field_label(scope.field or "", language, plan)
        return language.text("agencies that answer yes to “{question}”", question=name)
    return language.text("all agencies")


def rounding(indicator: Indicator, language: Language) -> str:
    """Whether a value is rounded before it is compared."""
    if indicator.rounding == "exact":
        return language.text("Compared with the target unrounded.")
    return language.text(
        "Rounded half up to the printed decimals before it is compared: 2 of 3 (66.67%) meets 67%."
    )


def not_applicable(indicator: Indicator, language: Language) -> str:
    """What “not applicable” does to the denominator; empty where nobody can answer so."""
    if indicator.kind == "ratio":
        return ""
    if indicator.not_applicable == "excluded":
        return language.text("An agency that answers “not applicable” is not counted.")
    return language.text("“Not applicable” counts as “no”.")


def rules(plan: Plan, language: Language) -> list[str]:
    """What holds where the plan is silent, each rule in a sentence."""
    checks = plan.checks
    return [
        *(rule.text[language.code] for rule in plan.rule),
        language.text(
            "When a report is checked, an amount more than {factor} times last year's, up or down, is asked about; one {unit} times the base year's or more, as perhaps in another unit.",
            factor=language.number(checks.amount_factor),
            unit=language.number(checks.unit_factor),
        ),
    ]
