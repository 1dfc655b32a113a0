"""The plan's arithmetic a second time: agency by agency, in plain Python, slow and obvious.

What `tbdx.metrics` computes over arrays is told here as one would do it on paper. The
two share nothing but the plan; the tests hold them against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from tbdx.model import Answer, Reason, Status, Target
from tbdx.plan import Agency, Among, Indicator, Plan

Value = Answer | float | None
Report = dict[str, Any]
"""One agency's answers of one year: agency, year and its fields by name."""
Row = dict[str, Any]
"""One row of results."""
Verdict = tuple[int | None, int | None, Status, Reason]
"""Needed, short by, status, reason."""

YES, NO, BLANK, NOT_APPLICABLE, NOT_ASSESSABLE = "yes", "no", "blank", "na", "not_assessable"


@dataclass
class Sums:
    """What one indicator of one year comes to for the province."""

    numerator: int = 0
    denominator: int = 0
    answered: int = 0
    missing: int = 0
    not_assessable: int = 0
    worst: tuple[int, int] = (0, 0)
    best: tuple[int, int] = (0, 0)


@dataclass
class Reference:
    """The results of a plan's reports; without the agency `leaving`, as if it did not count."""

    plan: Plan
    targets: Sequence[Target]
    reports: Sequence[Report]
    leaving: str = ""
    told: dict[tuple[str, int], Report] = field(init=False)

    def __post_init__(self) -> None:
        self.told = {(report["agency"], report["year"]): report for report in self.reports}

    # --- who counts -----------------------------------------------------------------------------

    def roster(self, year: int) -> list[tuple[Agency, str]]:
        """Who counts in a year, each with the id of the agency whose report speaks for it."""
        due = self.plan.due.last_day(year)
        original = self.plan.rule_value("structure") == "original"
        day = self.plan.decision.date if original else due
        return [
            (agency, self.reporter(agency, due))
            for agency in self.plan.agencies
            if agency.exists_on(day) and agency.id != self.leaving
        ]

    def reporter(self, agency: Agency, due: date) -> str:
        if self.plan.rule_value("merged_report") == "missing":
            return agency.id
        last = agency
        while not last.exists_on(due) and last.successor:
            last = self.plan.agency(last.successor)
        return last.id if last.exists_on(due) else agency.id

    def membership(self, agency: Agency, report: Report, among: Among) -> str:
        """Whether an agency is in a denominator: "surely", "perhaps" or "not"."""
        if among.scope == "answer":
            said = report.get(among.field or "")
            return {None: "perhaps", Answer.YES: "surely"}.get(said, "not")
        if among.scope == "media_types":
            return "surely" if len(agency.media_types) >= (among.at_least or 0) else "not"
        if among.scope == "e_press":
            return "surely" if agency.e_press == "yes" else "not"
        return "surely"

    # --- what an agency stands for --------------------------------------------------------------

    def standing(self, indicator: Indicator, report: Report, year: int) -> str:
        """How a report stands on an indicator of shares."""
        if indicator.kind == "share_growth":
            return self.growth(indicator, report, year)
        said = []
        for condition in indicator.conditions:
            value = report.get(condition.field)
            if value is None:
                said.append(BLANK)
            elif condition.at_least is not None:
                said.append(YES if value >= condition.at_least else NO)
            elif value == Answer.NOT_APPLICABLE and indicator.not_applicable == "counts_as_no":
                said.append(NO)
            else:
                said.append(str(value))
        return next(code for code in (NO, BLANK, NOT_APPLICABLE, YES) if code in said)

    def growth(self, indicator: Indicator, report: Report, year: int) -> str:
        amount = report.get(indicator.amount)
        if amount is None:
            return BLANK
        base = self.baseline(report["agency"], year, indicator.base_amount)
        if base is None or base <= 0:
            return NOT_ASSESSABLE
        now, then = round(amount * 1_000_000), round(base * 1_000_000)
        aim = self.target(indicator, year)
        if aim is None or aim.threshold_pct is None:
            return YES if now > then else NO
        factor = 1 + Fraction(round(aim.threshold_pct * 100), 10_000)
        return YES if now >= then * factor else NO

    def baseline(self, agency: str, year: int, name: str) -> float | None:
        merged = self.merged_baseline(agency, name)
        if merged is not None:
            return merged
        stated = self.stated(agency, name)
        earlier = [own for own in stated if own <= year]
        if earlier:
            return stated[max(earlier)]
        return stated[min(stated)] if stated else None

    def merged_baseline(self, agency: str, name: str) -> float | None:
        """The sum of what went into an agency; None where it was not merged or some is unknown."""
        parts = [part.id for part in self.plan.agencies if part.successor == agency]
        if self.plan.rule_value("merged_baseline") != "sum_of_predecessors" or not parts:
            return None
        amounts = [self.latest_baseline(part, name) for part in parts]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if len(known) == len(parts) else None

    def latest_baseline(self, agency: str, name: str) -> float | None:
        merged = self.merged_baseline(agency, name)
        stated = self.stated(agency, name)
        return merged if merged is not None or not stated else stated[max(stated)]

    def stated(self, agency: str, name: str) -> dict[int, float]:
        """What an agency filled in, by year."""
        own = [report for report in self.reports if report["agency"] == agency]
        return {r["year"]: r[name] for r in own if r.get(name) is not None}

    # --- the province ---------------------------------------------------------------------------

    def results(self, definitions: Iterable[Indicator], years: Iterable[int]) -> list[Row]:
        return [self.result(indicator, year) for indicator in definitions for year in sorted(years)]

    def result(self, indicator: Indicator, year: int) -> Row:
        people = indicator.kind == "ratio"
        sums = self.people(indicator, year) if people else self.shares(indicator, year)
        aim = self.target(indicator, year)
        needed, short_by, status, reason = self.verdict(indicator, sums, aim)
        return {
            "indicator": indicator.code,
            "row": indicator.row,
            "year": year,
            "numerator": sums.numerator,
            "denominator": sums.denominator,
            "answered": sums.answered,
            "missing": sums.missing,
            "value_pct": percent(sums.numerator, sums.denominator),
            "worst_pct": percent(*sums.worst) if sums.answered else None,
            "best_pct": percent(*sums.best) if sums.answered else None,
            "target_pct": aim.share_pct if aim else None,
            "threshold_pct": aim.threshold_pct if aim else None,
            "needed": needed,
            "short_by": short_by,
            "status": status,
            "reason": reason,
        }

    def shares(self, indicator: Indicator, year: int) -> Sums:
        sums = Sums()
        against = in_favour = unsure = 0
        for agency, reporter in self.roster(year):
            report = self.told.get((reporter, year), {})
            member = self.membership(agency, report, indicator.among)
            code = self.standing(indicator, report, year)
            if member == "not" or code == NOT_APPLICABLE:
                continue
            if member == "perhaps":
                sums.missing += 1
                against += code != YES
                in_favour += code != NO
            elif code in (YES, NO):
                sums.answered += 1
                sums.numerator += code == YES
            else:
                sums.missing += 1
                unsure += 1
                sums.not_assessable += code == NOT_ASSESSABLE
        sums.denominator = sums.answered
        surely = sums.answered + unsure
        sums.worst = sums.numerator, surely + against
        sums.best = sums.numerator + unsure + in_favour, surely + in_favour
        return sums

    def people(self, indicator: Indicator, year: int) -> Sums:
        sums = Sums()
        gap, anywhere = 0, False
        added: set[str] = set()  # the agencies whose report was added already
        for agency, reporter in self.roster(year):
            report = self.told.get((reporter, year), {})
            if self.membership(agency, report, indicator.among) != "surely":
                continue
            part, whole = report.get(indicator.numerator), report.get(indicator.denominator)
            again = reporter in added
            added.add(reporter)
            if part is not None and whole is not None:
                sums.answered += 1
                sums.numerator += 0 if again else int(part)
                sums.denominator += 0 if again else int(whole)
                continue
            sums.missing += 1
            if whole is not None:
                gap += 0 if again else int(whole)
                continue
            earlier = self.stated(agency.id, indicator.denominator)
            known = [own for own in earlier if own <= year]
            if known and self.plan.rule_value("missing_headcount") == "nearest_earlier_year":
                gap += int(earlier[max(known)])
            else:
                anywhere = True
        sums.worst = (0, 1) if anywhere else (sums.numerator, sums.denominator + gap)
        sums.best = (1, 1) if anywhere else (sums.numerator + gap, sums.denominator + gap)
        return sums

    def verdict(self, indicator: Indicator, sums: Sums, aim: Target | None) -> Verdict:
        if aim is None:
            return None, None, Status.NO_TARGET, Reason.TARGET_ENDED
        if aim.share_pct == 0 and self.plan.rule_value("zero_target") != "judged":
            return None, None, Status.NO_TARGET, Reason.TARGET_ZERO
        expected = sums.answered + sums.missing
        whole = sums.denominator if indicator.rounding == "exact" else expected
        needed = least(indicator, whole, aim) if whole else None
        short_by = None
        if needed is not None and sums.answered:
            short_by = max(0, needed - sums.numerator)
        return needed, short_by, *self.status(indicator, sums, aim)

    def status(self, indicator: Indicator, sums: Sums, aim: Target) -> tuple[Status, Reason]:
        worst, best = sums.worst, sums.best
        if self.plan.rule_value("undecided") == "over_those_that_answered":
            worst = best = sums.numerator, sums.denominator
        if sums.answered + sums.missing == 0 or (sums.answered and worst[1] == 0):
            return Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR
        if sums.answered:
            if exceeds(indicator, *worst, aim):
                return Status.EXCEEDED, Reason.NONE
            if meets(indicator, *worst, aim):
                return Status.MET, Reason.NONE
            if not meets(indicator, *best, aim):
                return Status.NOT_MET, Reason.NONE
        if sums.missing == sums.not_assessable:
            return Status.NOT_ASSESSABLE, Reason.NO_BASELINE
        return Status.NO_DATA, Reason.INCOMPLETE if sums.answered else Reason.NOTHING_ANSWERED

    def target(self, indicator: Indicator, year: int) -> Target | None:
        own = [t for t in self.targets if (t.indicator, t.year) == (indicator.code, year)]
        return own[-1] if own else None

    # --- single agencies ------------------------------------------------------------------------

    def standings(self, years: Iterable[int]) -> list[Row]:
        return [
            self.own(indicator, agency, reporter, year)
            for indicator in self.plan.indicators
            for year in sorted(years)
            for agency, reporter in self.roster(year)
        ]

    def own(self, indicator: Indicator, agency: Agency, reporter: str, year: int) -> Row:
        report = self.told.get((reporter, year), {})
        member = self.membership(agency, report, indicator.among)
        ratio = indicator.kind == "ratio"
        part, whole, growth = 0, 0, None
        if ratio:
            member = "surely" if member == "surely" else "not"
            trained, people = report.get(indicator.numerator), report.get(indicator.denominator)
            answer = BLANK
            if trained is not None and people is not None:
                answer = YES if people else NOT_ASSESSABLE
                part, whole = int(trained), int(people)
            known = answer != BLANK
        else:
            answer = self.standing(indicator, report, year)
            known = answer in (YES, NO)
            part, whole = int(answer == YES), int(known)
            growth = self.growth_pct(indicator, report, year)
        counted = member != "not" and (ratio or answer != NOT_APPLICABLE)
        known = known and member == "surely"
        part, whole = (part, whole) if known else (0, 0)
        aim = self.bound(indicator, agency, year, counted)
        code = answer if member == "surely" else BLANK
        needed, short_by, status, reason = own_verdict(
            indicator, aim, code if counted else NOT_APPLICABLE, part, whole
        )
        value = percent(part, whole)
        return {
            "agency": agency.id,
            "indicator": indicator.code,
            "row": indicator.row,
            "year": year,
            "numerator": part,
            "denominator": whole,
            "answered": int(known),
            "missing": int(counted and not known),
            "value_pct": value,
            "worst_pct": value,
            "best_pct": value,
            "target_pct": 100.0 if aim else None,
            "threshold_pct": aim.threshold_pct if aim else None,
            "needed": needed,
            "short_by": short_by,
            "status": status,
            "reason": reason,
            "growth_pct": growth,
            "answer": answer,
        }

    def growth_pct(self, indicator: Indicator, report: Report, year: int) -> float | None:
        if indicator.kind != "share_growth" or report.get(indicator.amount) is None:
            return None
        base = self.baseline(report["agency"], year, indicator.base_amount)
        if base is None or base <= 0:
            return None
        return float((report[indicator.amount] - base) / base * 100)

    def bound(
        self, indicator: Indicator, agency: Agency, year: int, counted: bool
    ) -> Target | None:
        """The target that binds an agency: it is named, or everybody is asked (100%)."""
        aim = self.target(indicator, year)
        if aim is None:
            return None
        everybody = self.plan.rule_value("universal_target") == "binds_each_agency"
        if everybody and counted and aim.share_pct == 100:
            return aim
        named = self.plan.obligation(agency.id, indicator.code, year) is not None
        return aim if named else None


def own_verdict(
    indicator: Indicator, aim: Target | None, code: str, part: int, whole: int
) -> Verdict:
    """The verdict on one agency, of which all is asked."""
    ratio = indicator.kind == "ratio"
    if aim is None:
        return None, None, Status.NO_TARGET, Reason.NOT_ASSIGNED
    if code == NOT_APPLICABLE:
        return None, None, Status.NOT_ASSESSABLE, Reason.EMPTY_DENOMINATOR
    if code == NOT_ASSESSABLE:
        reason = Reason.EMPTY_DENOMINATOR if ratio else Reason.NO_BASELINE
        return None, None, Status.NOT_ASSESSABLE, reason
    if code == BLANK:
        return None if ratio else 1, None, Status.NO_DATA, Reason.NOTHING_ANSWERED
    status = Status.MET if part >= whole else Status.NOT_MET
    return whole, max(0, whole - part), status, Reason.NONE


def percent(part: int, whole: int) -> float | None:
    return float(Fraction(100 * part, whole)) if whole else None


def printed(part: int, whole: int, decimals: int) -> Decimal:
    """A share in percent, rounded half up as a spreadsheet prints it."""
    return (Decimal(100) * part / whole).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def reaches(part: int, whole: int, share: Decimal, decimals: int) -> bool:
    """Whether a share prints as at least so much; all is asked for by 100%."""
    if share >= 100:
        return share == 100 and part >= whole
    return whole > 0 and printed(part, whole, decimals) >= share


def meets(indicator: Indicator, part: int, whole: int, aim: Target) -> bool:
    if indicator.rounding == "exact":
        return Fraction(100 * part) >= Fraction(str(aim.share_pct)) * whole
    return reaches(part, whole, Decimal(str(aim.share_pct)), aim.decimals)


def exceeds(indicator: Indicator, part: int, whole: int, aim: Target) -> bool:
    if indicator.rounding == "exact":
        return Fraction(100 * part) > Fraction(str(aim.share_pct)) * whole
    step = Decimal(1).scaleb(-aim.decimals)
    return reaches(part, whole, Decimal(str(aim.share_pct)) + step, aim.decimals)


def least(indicator: Indicator, whole: int, aim: Target) -> int:
    """The smallest number of `whole` that meets the target, found by trying."""
    return next(part for part in range(whole + 1) if meets(indicator, part, whole, aim))
