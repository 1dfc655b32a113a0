"""What a report says beside the reports before it: changes that a careful clerk would ask about.

Everything found here is a remark. Figures may well have changed; whoever
accepts the report says that they were asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tbdx.model import Answer, Finding, Phase, ReportedField, Severity
from tbdx.plan import Plan, Question
from tbdx.workbook.sheets import as_text

Value = Answer | float | str | None
Reports = Mapping[tuple[str, int], Mapping[str, Value]]
"""Reported values by agency and year, then by field."""

_FEWEST_FIGURES = 2  # so many equal figures are a copy, fewer a coincidence


def compare(fields: Sequence[ReportedField], known: Reports, plan: Plan) -> list[Finding]:
    """Remarks on a file's reports, each beside last year's and beside what is known of its year.

    `known` are the reports in use and those that come with this file. A merged
    agency's last year is that of its predecessors together.
    Codes: baseline-changed, amount-jumped, answer-went-back, copied-forward.
    """
    reports: dict[tuple[str, int, Phase], dict[str, ReportedField]] = {}
    for field in fields:
        reports.setdefault((field.agency, field.year, field.phase), {})[field.field] = field
    findings: list[Finding] = []
    for (agency, year, _), values in reports.items():
        comparison = _Comparison(plan, values)
        last_year = _report_of(agency, year - 1, known, plan)
        findings += comparison.with_report(last_year, year - 1, may_be_copied=True)
        findings += comparison.with_report(known.get((agency, year), {}), year)
        findings += comparison.with_baseline(_baselines(agency, year, known, plan))
    return list(dict.fromkeys(findings))


def reports_in(fields: Sequence[ReportedField]) -> dict[tuple[str, int], dict[str, Value]]:
    """The reports of a file by agency and year; of two phases the final one."""
    reports: dict[tuple[str, int], dict[str, Value]] = {}
    phases: dict[tuple[str, int], Phase] = {}
    for field in sorted(fields, key=lambda field: field.phase is Phase.FINAL):
        key = field.agency, field.year
        if phases.setdefault(key, field.phase) is not field.phase:
            phases[key], reports[key] = field.phase, {}
        reports.setdefault(key, {})[field.field] = field.value
    return reports


def _report_of(agency: str, year: int, known: Reports, plan: Plan) -> Mapping[str, Value]:
    """An agency's report, or for a merged one its predecessors' together."""
    own = known.get((agency, year))
    predecessors = plan.predecessors(agency)
    if own is not None or not predecessors:
        return own or {}
    parts = [_report_of(other.id, year, known, plan) for other in predecessors]
    together: dict[str, Value] = {}
    for question in plan.form.field:
        values = [part.get(question.name) for part in parts]
        figures = [value for value in values if isinstance(value, float)]
        if question.kind in ("amount", "count") and len(figures) == len(values):
            together[question.name] = sum(figures)
        elif question.kind == "answer" and Answer.YES in values:
            together[question.name] = Answer.YES
    return together


def _baselines(agency: str, year: int, known: Reports, plan: Plan) -> dict[str, tuple[int, float]]:
    """For each base-year field the value known for this year, else the nearest: (year, value)."""
    years = sorted(
        (other for name, other in known if name == agency),
        key=lambda other: (other > year, abs(other - year)),
    )
    found: dict[str, tuple[int, float]] = {}
    for question in plan.form.field:
        for other in years if question.base_year else ():
            value = known[agency, other].get(question.name)
            if isinstance(value, float):
                found[question.name] = other, value
                break
    return found


@dataclass(frozen=True)
class _Comparison:
    """One report beside others."""

    plan: Plan
    fields: Mapping[str, ReportedField]

    def with_report(
        self, other: Mapping[str, Value], year: int, *, may_be_copied: bool = False
    ) -> Iterator[Finding]:
        pairs = [
            (question, self.fields[question.name], other.get(question.name))
            for question in self.plan.form.field
            if question.name in self.fields and not question.base_year
        ]
        if may_be_copied and self._is_copy(pairs):
            amount = next(field for question, field, _ in pairs if question.kind == "amount")
            yield self._remark("copied-forward", amount, str(year))
            return
        factor = self.plan.checks.amount_factor
        for question, field, old in pairs:
            if field.value is Answer.NO and old is Answer.YES:
                yield self._remark("answer-went-back", field, str(year))
            elif question.kind == "amount" and _jumped(field.value, old, factor):
                yield self._remark("amount-jumped", field, f"{as_text(old)} ({year})")

    @staticmethod
    def _is_copy(pairs: Sequence[tuple[Question, ReportedField, Value]]) -> bool:
        """Whether every figure, an amount other than 0 among them, is the other report's."""
        figures = [
            (question.kind, field.value, old)
            for question, field, old in pairs
            if question.kind in ("amount", "count") and isinstance(field.value, float)
        ]
        amounts = [value for kind, value, _ in figures if kind == "amount" and value]
        several = sum(bool(value) for _, value, _ in figures) >= _FEWEST_FIGURES
        return bool(amounts) and several and all(value == old for _, value, old in figures)

    def with_baseline(self, known: Mapping[str, tuple[int, float]]) -> Iterator[Finding]:
        for name, (year, before) in known.items():
            field = self.fields.get(name)
            if field and isinstance(field.value, float) and field.value != before:
                yield self._remark("baseline-changed", field, f"{as_text(before)} ({year})")

    @staticmethod
    def _remark(code: str, field: ReportedField, expected: str) -> Finding:
        found = "" if isinstance(field.value, Answer) else as_text(field.value)
        place = (field.sheet, field.cell, field.field)
        return Finding(code, Severity.REMARK, *place, found=found, expected=expected)


def _jumped(new: Value, old: Value, factor: float) -> bool:
    """Whether an amount is more than `factor` times the other one, up or down."""
    if not (isinstance(new, float) and isinstance(old, float)):
        return False
    return new > factor * old or old > factor * new
