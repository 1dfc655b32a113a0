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


def compare(fields: Sequence[ReportedField], stored: Reports, plan: Plan) -> list[Finding]:
    """Remarks on a file's reports, each beside last year's in the same file or as stored.

    Codes: baseline-changed, amount-jumped, answer-went-back, copied-forward.
    """
    own: dict[tuple[str, int], dict[str, Value]] = {}
    for field in sorted(fields, key=lambda field: field.phase is Phase.FINAL):
        own.setdefault((field.agency, field.year), {})[field.field] = field.value
    known: Reports = {**stored, **own}
    reports: dict[tuple[str, int, Phase], list[ReportedField]] = {}
    for field in fields:
        reports.setdefault((field.agency, field.year, field.phase), []).append(field)
    findings: list[Finding] = []
    for (agency, year, _), values in reports.items():
        comparison = _Comparison(plan, {value.field: value for value in values}, year)
        findings += comparison.with_last_year(known.get((agency, year - 1), {}))
        findings += comparison.with_baseline(_baselines(agency, year, known, plan))
    return findings


def _baselines(agency: str, year: int, known: Reports, plan: Plan) -> dict[str, tuple[int, float]]:
    """For each base-year field its nearest earlier value, else the nearest later: (year, value)."""
    years = sorted(
        (other for name, other in known if name == agency and other != year),
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
    """One report beside earlier ones."""

    plan: Plan
    fields: Mapping[str, ReportedField]
    year: int

    def with_last_year(self, before: Mapping[str, Value]) -> Iterator[Finding]:
        pairs = [
            (question, self.fields[question.name], before.get(question.name))
            for question in self.plan.form.field
            if question.name in self.fields and not question.base_year
        ]
        if self._is_copy(pairs):
            figure = next(field for _, field, old in pairs if isinstance(old, float))
            yield self._remark("copied-forward", figure, str(self.year - 1))
            return
        factor = self.plan.checks.amount_factor
        for question, field, old in pairs:
            if field.value is Answer.NO and old is Answer.YES:
                yield self._remark("answer-went-back", field, str(self.year - 1))
            elif question.kind == "amount" and _jumped(field.value, old, factor):
                yield self._remark("amount-jumped", field, f"{as_text(old)} ({self.year - 1})")

    @staticmethod
    def _is_copy(pairs: Sequence[tuple[Question, ReportedField, Value]]) -> bool:
        """Whether every answer, and more than one figure other than 0, is last year's."""
        answered = [(field.value, old) for _, field, old in pairs if field.value is not None]
        figures = sum(bool(new) for new, _ in answered if isinstance(new, float))
        return figures >= _FEWEST_FIGURES and all(new == old for new, old in answered)

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
