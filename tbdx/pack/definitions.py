"""What each number means: the indicators' definitions, the rules, the verdicts."""

from __future__ import annotations

from tbdx import definitions, wording
from tbdx.i18n import N_, Language
from tbdx.model import Reason, Status
from tbdx.pack.listings import Head, List, listed
from tbdx.service import Row, View


def indicators(view: View, words: Language) -> List:
    """Each indicator: what is counted among whom, how it is compared, and where the plan says so."""
    heads: list[Head] = [
        (N_("Row"), "count", 6),
        (N_("Code"), "text", 22),
        (N_("Indicator"), "text", 26),
        (N_("Title"), "text", 46),
        (N_("Formula"), "text", 46),
        (N_("Counted among"), "text", 30),
        (N_("Rounding"), "text", 34),
        (N_("Not applicable"), "text", 26),
        (N_("Clause"), "text", 50),
        (N_("Source"), "text", 28),
        (N_("Note"), "text", 46),
    ]
    plan, code = view.plan, words.code
    rows = (
        (
            indicator.row,
            indicator.code,
            indicator.short[code],
            indicator.title[code],
            definitions.formula(indicator, plan, words),
            definitions.among(indicator.among, plan, words),
            definitions.rounding(indicator, words),
            definitions.not_applicable(indicator, words),
            indicator.clause,
            indicator.source,
            indicator.note[code],
        )
        for indicator in plan.indicators
    )
    return listed(rows, heads, words)


def rules(view: View, words: Language) -> List:
    """The rules where the plan is silent, what each verdict means, and the reasons given with it."""
    heads: list[Head] = [
        (N_("What"), "text", 18),
        (N_("Name"), "text", 40),
        (N_("Meaning"), "text", 100),
        (N_("Code"), "text", 22),
    ]
    text, plan = words.text, view.plan
    codes = [*(rule.code for rule in plan.rule), "checks"]
    told = definitions.rules(plan, words)
    rows = [
        *((text("Verdict"), label, meaning, code) for code, label, meaning in _verdicts(words)),
        *(
            (
                text("Reason"),
                text(definitions.REASONS[reason]),
                wording.reason_text(reason, words),
                reason.value,
            )
            for reason in Reason
            if reason is not Reason.NONE
        ),
        *(
            (text("Rule"), text(definitions.RULES[code]), said, code)
            for code, said in zip(codes, told, strict=True)
        ),
        (
            text("Due date"),
            definitions.due(plan.due, view.latest_year, words),
            plan.due.source[words.code],
            "",
        ),
        (text("Base year"), str(plan.years.base), plan.years.base_source[words.code], ""),
    ]
    return listed(rows, heads, words)


def _verdicts(words: Language) -> list[tuple[str, str, str]]:
    """Every verdict that is shown: its code, its symbol and word, and when it is given."""

    def label(status: Status, reason: Reason = Reason.NONE, *, agency: bool = False) -> str:
        row: Row = {"status": status.value, "reason": reason.value}
        return wording.status_label(row, words, agency=agency)

    found = [
        (status.value, label(status), words.text(meaning))
        for status, meaning in definitions.MEANINGS.items()
    ]
    return [
        *found,
        (
            Status.NO_DATA.value,
            label(Status.NO_DATA, Reason.INCOMPLETE),
            words.text(
                "Some have reported, and those who are missing could still turn the verdict."
            ),
        ),
        (
            Status.NO_TARGET.value,
            label(Status.NO_TARGET, Reason.NOT_ASSIGNED, agency=True),
            words.text("Of an agency: the plan gives it no target here, so it is not judged."),
        ),
    ]
