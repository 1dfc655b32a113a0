"""The smallest change by which a target is met, and the pace that a goal asks for.

By arithmetic on what each agency stands for, not by trying: the tests try.

A change is one reporting agency turned so that it fulfils the indicator. Nothing
perverse is proposed: nobody leaves the denominator, and nobody to whom an
indicator does not apply is drawn into it. Who has not answered counts as
`metrics` judges it: against the indicator, unless the plan's rule says otherwise.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pandas as pd

from tbdx import metrics
from tbdx.model import Answer, Hindrance, Status, Target
from tbdx.plan import Indicator, Plan
from tbdx.projections import aim_pct
from tbdx.scenarios import Change, Scenario, Value, applied, reporters, with_blanks

_FINE = 1_000_000
"""Relative rises are compared in millionths."""

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


class Outcome(StrEnum):
    """Whether a target can be met."""

    MET = "met"  # it is met already
    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"  # by turning those of whom enough is known; see `Tipping.cannot`
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Turn:
    """One agency turned: which answers it must then give, and how many people more are trained."""

    agency: str
    answers: tuple[tuple[str, Value], ...]
    people: int = 0

    def changes(self, year: int) -> tuple[Change, ...]:
        return tuple(Change(self.agency, year, name, value) for name, value in self.answers)


@dataclass(frozen=True, slots=True)
class Tipping:
    """What it takes to meet the target of one indicator in one year.

    needed   how many agencies must be turned; 0 unless outcome is possible
    could    the agencies that can be among them, in the plan's order
    any_of   whether any `needed` of them will do
    chosen   one smallest set: fewest agencies, then fewest answers changed, then the
             least relative rise of amounts (or the most room for people), then the plan's order
    cannot   who does not fulfil it and cannot be turned, and why
    """

    indicator: str
    year: int
    outcome: Outcome
    could: tuple[str, ...] = ()
    any_of: bool = False
    chosen: tuple[Turn, ...] = ()
    cannot: tuple[tuple[str, Hindrance], ...] = ()

    @property
    def needed(self) -> int:
        return len(self.chosen)

    @property
    def lacks_figures(self) -> bool:
        """Whether it is impossible as long as figures are missing, and perhaps only so long."""
        unknown = (Hindrance.NO_BASELINE, Hindrance.NO_HEADCOUNT)
        return self.outcome is Outcome.IMPOSSIBLE and any(why in unknown for _, why in self.cannot)

    @property
    def people(self) -> int:
        """How many people more are trained, where the indicator counts people."""
        return sum(turn.people for turn in self.chosen)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The chosen set as changes of a scenario."""
        return tuple(change for turn in self.chosen for change in turn.changes(self.year))


def tippings(
    answers: pd.DataFrame,
    plan: Plan,
    targets: Sequence[Target],
    results: pd.DataFrame,
    standings: pd.DataFrame,
    years: Iterable[int],
) -> dict[tuple[str, int], Tipping]:
    """What it takes to meet each target of these years, by indicator and year.

    `results` and `standings` are what `metrics` makes of the answers. Of an
    indicator in a year that `results` does not hold nothing is said.
    """
    wanted = sorted(set(years))
    places = _Places.by_year(answers, plan, wanted)
    groups = standings[standings["year"].isin(wanted)].groupby(["indicator", "year"])
    aims = {(target.indicator, target.year): target for target in targets}
    rows = results[results["year"].isin(wanted)]
    status = {
        (code, int(year)): Status(found)
        for code, year, found in zip(rows["indicator"], rows["year"], rows["status"], strict=True)
    }
    found: dict[tuple[str, int], Tipping] = {}
    for indicator in plan.indicators:
        for year in wanted:
            key = indicator.code, year
            if key not in status:
                continue
            if status[key] is Status.NO_TARGET:
                found[key] = Tipping(*key, Outcome.NO_TARGET)
            elif status[key] in (Status.MET, Status.EXCEEDED):
                found[key] = Tipping(*key, Outcome.MET)
            elif indicator.kind == "ratio":
                found[key] = _people(places[year], indicator, aims[key])
            else:
                codes = places[year].codes(groups.get_group(key))
                found[key] = _agencies(places[year], indicator, aims[key], codes)
    return found


def meeting(
    answers: pd.DataFrame, plan: Plan, targets: Sequence[Target], year: int
) -> tuple[Change, ...]:
    """Changes by which every target of one year that can be met is met.

    What the targets ask for is supposed together, and then looked at again: whoever
    was turned for one indicator may have come into the denominator of another.
    """
    scenario = Scenario()
    for _ in range(len(plan.indicators) + 1):
        supposed = applied(answers, scenario, plan)
        results = metrics.indicators(supposed, plan, targets, years=[year])
        standings = metrics.agency_indicators(supposed, plan, targets, years=[year])
        tips = tippings(supposed, plan, targets, results, standings, [year])
        more = [change for tip in tips.values() for change in tip.changes]
        if not more:
            break
        scenario = scenario.with_changes(more)
    return scenario.changes


@dataclass(frozen=True, slots=True)
class Pace:
    """What one goal of the plan asks for from the last known value on.

    since     the last year with a value; None where there is none
    value     that value if whoever is missing turns out against it; target the goal's share;
              both in percent; aim what the target takes in percent, see `projections.aim_pct`
    reached   the verdict, once the goal's year has a value
    tipping   what the goal takes if the last answers stand until then
    """

    indicator: str
    goal: int
    target: float
    aim: float
    since: int | None
    value: float
    reached: Status | None
    tipping: Tipping | None

    @property
    def years(self) -> int:
        return 0 if self.since is None else self.goal - self.since

    @property
    def points(self) -> float:
        """Percentage points a year; 0 where the value is there already."""
        return max(0.0, self.aim - self.value) / self.years if self.years else 0.0


def paces(plan: Plan, results: pd.DataFrame, tips: Mapping[tuple[str, int], Tipping]) -> list[Pace]:
    """The pace to every goal that has a target, by indicator and year.

    `results` are those of what was filed, `tips` those of the last answers standing.
    """
    found = []
    for indicator in plan.indicators:
        own = results[results["indicator"] == indicator.code].set_index("year")
        known = own[own["answered"] > 0]
        for goal in plan.years.goals:
            status = Status(own["status"][goal])
            if status is Status.NO_TARGET:
                continue
            target, needed = float(own["target_pct"][goal]), own["needed"][goal]
            counted = indicator.kind != "ratio" and pd.notna(needed)
            whole = int(own["answered"][goal] + own["missing"][goal])
            since = max((int(year) for year in known.index if year <= goal), default=None)
            found.append(
                Pace(
                    indicator.code,
                    goal,
                    target,
                    float(aim_pct(target, int(needed) if counted else None, whole)),
                    since,
                    math.nan if since is None else float(known["worst_pct"][since]),
                    status if since == goal else None,
                    tips.get((indicator.code, goal)),
                )
            )
    return found


# --- who counts, and what they say ----------------------------------------------------------------


@dataclass(frozen=True)
class _Places:
    """The agencies that count in one year, in the plan's order, with what is said for them.

    said      one row per counted agency: agency, reporter, repeated, and the reporter's
              answers, amounts of the base year as they are computed with
    existing  the agencies that can report
    heads     of each ratio's denominator, the agencies' figures by year
    """

    plan: Plan
    year: int
    said: pd.DataFrame
    existing: dict[str, None]
    heads: dict[str, dict[str, list[tuple[int, float]]]]

    @classmethod
    def by_year(cls, answers: pd.DataFrame, plan: Plan, years: Sequence[int]) -> dict[int, _Places]:
        roster = metrics.roster_of(plan, years)
        keys = zip(roster["reporter"], roster["year"].tolist(), strict=True)
        whole = with_blanks(answers, keys)  # then even who is silent has a base-year amount
        bases = {
            i.base_amount: metrics.baselines(whole, plan, i.base_amount)
            for i in plan.indicators
            if i.kind == "share_growth"
        }
        reports = whole.assign(**bases).rename(columns={"agency": "reporter"})
        said = roster.merge(reports, how="left", on=["reporter", "year"])
        heads = _headcounts(answers, plan)
        return {
            year: cls(plan, year, said[said["year"] == year], reporters(plan, year), heads)
            for year in years
        }

    def texts(self, name: str) -> npt.NDArray[np.object_]:
        return self.said[name].to_numpy(dtype=object)

    def numbers(self, name: str) -> Numbers:
        return self.said[name].to_numpy(dtype=float)

    def in_register(self, indicator: Indicator) -> Mask:
        """Whom the register puts into the denominator, answers aside."""
        among = indicator.among
        scopes = {agency.id: agency.in_scope(among) for agency in self.plan.agencies}
        return self.said["agency"].map(scopes).to_numpy(dtype=bool)

    def codes(self, own: pd.DataFrame) -> npt.NDArray[np.object_]:
        """How each agency stands, "yes", "no", "blank" …, by its rows of standings."""
        columns = (own[name].to_numpy(dtype=object) for name in ("agency", "answer"))
        answers = dict(zip(*columns, strict=True))
        return np.array([answers[agency] for agency in self.texts("agency")], dtype=object)


def _headcounts(answers: pd.DataFrame, plan: Plan) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Of each ratio's denominator, every agency's figures by year, ascending."""
    found: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for indicator in plan.indicators:
        if indicator.kind != "ratio" or indicator.denominator in found:
            continue
        name = indicator.denominator
        known = answers[["agency", "year", name]].dropna().sort_values("year")
        own: dict[str, list[tuple[int, float]]] = {}
        for agency, year, number in zip(
            known["agency"], known["year"].tolist(), known[name].tolist(), strict=True
        ):
            own.setdefault(agency, []).append((year, number))
        found[name] = own
    return found


def _nearest(figures: Sequence[tuple[int, float]], year: int) -> float:
    """The figure of a year, else of the nearest earlier one; NaN where there is none."""
    return next((number for when, number in reversed(figures) if when <= year), math.nan)


@dataclass(frozen=True, slots=True)
class _Aim:
    """A target as whole numbers: a part of a whole meets it when den·part >= num·whole."""

    num: int
    den: int

    @classmethod
    def of(cls, indicator: Indicator, target: Target) -> _Aim:
        steps = 10**target.decimals
        printed = round(target.share_pct * steps)
        if indicator.rounding == "exact":
            return cls(printed, 100 * steps)
        if target.share_pct >= 100:
            return cls(1, 1)
        return cls(max(0, 2 * printed - 1), 200 * steps)

    def needed(self, whole: int) -> int:
        return -(-self.num * whole // self.den)


# --- shares of agencies ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A reporting agency that could be turned.

    weight   how many counted agencies its report speaks for
    inside   whether these are in the denominator already
    cost     answers changed, relative rise in millionths
    place    its place in the plan
    """

    agency: str
    weight: int
    inside: bool
    cost: tuple[int, int]
    place: int
    answers: tuple[tuple[str, Value], ...]


def _agencies(
    places: _Places, indicator: Indicator, target: Target, codes: npt.NDArray[np.object_]
) -> Tipping:
    """As `tippings`, of an indicator that counts agencies and is not met."""
    scope = np.full(len(codes), Answer.YES.value, dtype=object)
    if indicator.among.scope == "answer":
        scope = places.texts(indicator.among.field or "")
    applies = places.in_register(indicator)
    outside_it = (codes == "na") | (scope == Answer.NOT_APPLICABLE.value)
    relevant = applies & ~outside_it
    says_no = scope == Answer.NO.value
    sure = relevant & (scope == Answer.YES.value)
    perhaps = relevant & ~sure & ~says_no
    fulfilled = sure & (codes == "yes")
    if places.plan.rule_value("undecided") == "over_those_that_answered":
        counted = sure & np.isin(codes, ["yes", "no"])
    else:
        counted = sure | (perhaps & (codes != "yes"))
    asks = _Asks(places, indicator, target)
    cannot: dict[str, Hindrance] = {}
    rows: dict[str, list[int]] = {}
    speakers = places.texts("reporter")
    for row in np.flatnonzero(applies & ~fulfilled).tolist():
        hindrance = Hindrance.NOT_APPLICABLE if outside_it[row] else asks.hindrance(row)
        if hindrance:
            cannot[speakers[row]] = hindrance
        else:
            rows.setdefault(speakers[row], []).append(row)
    candidates = []
    for place, (agency, own) in enumerate(rows.items()):  # one report: all of them alike
        changed, rise = asks.of(own[0])
        inside, cost = bool(counted[own[0]]), (len(changed), rise)
        candidates.append(_Candidate(agency, len(own), inside, cost, place, changed))
    choice = _Choice(
        int(fulfilled.sum()), int(counted.sum()), _Aim.of(indicator, target), candidates
    )
    told = tuple(cannot.items())
    fewest = choice.fewest()
    key = indicator.code, places.year
    if fewest is None:
        return Tipping(*key, Outcome.IMPOSSIBLE, cannot=told)
    could = choice.could(fewest)
    return Tipping(
        *key,
        Outcome.POSSIBLE,
        tuple(candidate.agency for candidate in could),
        choice.any_will_do(could, fewest),
        tuple(Turn(c.agency, c.answers) for c in choice.cheapest(fewest)),
        told,
    )


class _Asks:
    """What an agency must answer to fulfil an indicator that counts agencies."""

    def __init__(self, places: _Places, indicator: Indicator, target: Target) -> None:
        self.indicator = indicator
        self.growth = indicator.kind == "share_growth"
        self.existing, self.reporters = places.existing, places.texts("reporter")
        self.yes: dict[str, npt.NDArray[np.object_]] = {
            condition.field: places.texts(condition.field)
            for condition in indicator.conditions
            if condition.equals is not None
        }
        if indicator.among.scope == "answer":
            name = indicator.among.field or ""
            self.yes.setdefault(name, places.texts(name))
        self.levels: list[tuple[str, float, Numbers]] = [
            (c.field, _level(places.plan, c.field, c.at_least), places.numbers(c.field))
            for c in indicator.conditions
            if c.equals is None
        ]
        if self.growth:
            self.amount = places.numbers(indicator.amount)
            self.base = places.numbers(indicator.base_amount)
            self.threshold = target.threshold_pct

    def hindrance(self, row: int) -> Hindrance | None:
        if self.reporters[row] not in self.existing:
            return Hindrance.GONE
        if self.growth and not _dong(self.base[row]) > 0:
            return Hindrance.NO_BASELINE
        return None

    def of(self, row: int) -> tuple[tuple[tuple[str, Value], ...], int]:
        """The answers to change at one place, and by how much an amount rises over its base."""
        answers: list[tuple[str, Value]] = [
            (name, Answer.YES) for name, said in self.yes.items() if said[row] != Answer.YES.value
        ]
        answers += [(name, least) for name, least, said in self.levels if not said[row] >= least]
        rise = 0
        if self.growth:
            base, now = _dong(self.base[row]), _dong(self.amount[row])
            wanted = _grown(base, self.threshold)
            if math.isnan(self.amount[row]) or now < wanted:
                answers.append((self.indicator.amount, wanted / metrics.DONG_PER_MILLION))
                rise = (wanted - now) * _FINE // base
        return tuple(answers), rise


def _level(plan: Plan, name: str, least: float | None) -> float:
    """The smallest figure a question can have that is at least so much."""
    question = plan.form.question(name)
    least = least or 0.0
    return least if question and question.kind == "amount" else float(math.ceil(least))


def _dong(million: float) -> int:
    return 0 if math.isnan(million) else round(million * metrics.DONG_PER_MILLION)


def _grown(base: int, threshold: float | None) -> int:
    """The smallest amount (đồng) that has grown by a threshold in percent, or at all."""
    if threshold is None:
        return base + 1
    factor = round((100 + threshold) * 100)
    return -(-base * factor // 10_000)


@dataclass(frozen=True)
class _Choice:
    """Which of the candidates to turn so that den·(yes + turned) >= num·(whole + joined).

    Who is inside adds to the part, who is outside to the part and the whole.
    """

    part: int
    whole: int
    aim: _Aim
    candidates: Sequence[_Candidate]

    def _heaviest(self, *, inside: bool) -> list[int]:
        return sorted((c.weight for c in self.candidates if c.inside is inside), reverse=True)

    def _lacking(self, joined: int) -> int:
        """How many must be turned inside when so many join from outside; none can do for a whole of 0."""
        whole = self.whole + joined
        return self.aim.needed(whole) - self.part - joined if whole else self.whole + 1

    def fewest(self) -> int | None:
        """The smallest number of candidates that suffices, at least 1; None where none does."""
        within = _sums(self._heaviest(inside=True))
        best: int | None = None
        for count, joined in enumerate(_sums(self._heaviest(inside=False))):
            inside = bisect_left(within, self._lacking(joined))
            if count + inside == 0:  # nobody has answered yet: somebody must
                inside = 1
            if inside < len(within) and (best is None or count + inside < best):
                best = count + inside
        return best

    def could(self, count: int) -> list[_Candidate]:
        """The candidates that are in some sufficient set of this size."""
        kinds = {(c.inside, c.weight) for c in self.candidates}
        usable = {kind for kind in kinds if self._suffices_with(*kind, count)}
        return [c for c in self.candidates if (c.inside, c.weight) in usable]

    def _suffices_with(self, inside: bool, weight: int, count: int) -> bool:
        """Whether the heaviest set of this size with one candidate of this kind suffices."""
        own = _Forced(self._heaviest(inside=inside), weight)
        other = _sums(self._heaviest(inside=not inside))
        for others in range(count):
            mine = own.sum(count - others)
            if others >= len(other) or mine is None:
                continue
            turned, joined = (mine, other[others]) if inside else (other[others], mine)
            if turned >= self._lacking(joined):
                return True
        return False

    def any_will_do(self, could: Sequence[_Candidate], count: int) -> bool:
        """Whether even the lightest of these sets suffices."""
        within = _sums(sorted(c.weight for c in could if c.inside))
        beyond = _sums(sorted(c.weight for c in could if not c.inside))
        return all(
            within[count - others] >= self._lacking(joined)
            for others, joined in enumerate(beyond)
            if 0 <= count - others < len(within)
        )

    def cheapest(self, count: int) -> list[_Candidate]:
        """The sufficient set of this size that costs least, in the plan's order."""
        takes = list(self._takes(count))
        least = min(take.total for take in takes)
        sets = (
            sorted(take.candidates, key=lambda c: c.place) for take in takes if take.total == least
        )
        return min(sets, key=lambda chosen: [c.place for c in chosen])

    def _takes(self, count: int) -> Iterator[_Take]:
        """The sufficient sets of this size that take the cheapest of each kind."""
        inside, outside = (_Kinds.of(self.candidates, inside=which) for which in (True, False))
        for others in range(min(count, outside.size) + 1):
            for joining in outside.of_size(others, 0):
                for turned in inside.of_size(count - others, self._lacking(joining.weight)):
                    yield turned.and_of(joining)


def _sums(weights: Sequence[int]) -> list[int]:
    return [0, *accumulate(weights)]


class _Forced:
    """The heaviest so many of some weights, one of a given weight among them."""

    def __init__(self, weights: list[int], weight: int) -> None:
        others = list(weights)
        others.remove(weight)
        self._weight, self._others = weight, _sums(others)

    def sum(self, count: int) -> int | None:
        return self._weight + self._others[count - 1] if count <= len(self._others) else None


@dataclass(frozen=True, slots=True)
class _Kind:
    """Candidates of one weight, the cheapest first, and what the first so many cost together."""

    weight: int
    candidates: tuple[_Candidate, ...]
    costs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, weight: int, candidates: Iterable[_Candidate]) -> _Kind:
        ordered = sorted(candidates, key=lambda c: (c.cost, c.place))
        answers, rises = _sums([c.cost[0] for c in ordered]), _sums([c.cost[1] for c in ordered])
        return cls(weight, tuple(ordered), tuple(zip(answers, rises, strict=True)))


@dataclass(frozen=True, slots=True)
class _Take:
    """The first so many of some kinds."""

    parts: tuple[tuple[_Kind, int], ...] = ()

    @property
    def weight(self) -> int:
        return sum(kind.weight * count for kind, count in self.parts)

    @property
    def total(self) -> tuple[int, int]:
        """Answers changed, and the relative rises together."""
        costs = [kind.costs[count] for kind, count in self.parts]
        return sum(cost[0] for cost in costs), sum(cost[1] for cost in costs)

    @property
    def candidates(self) -> list[_Candidate]:
        return [c for kind, count in self.parts for c in kind.candidates[:count]]

    def and_of(self, other: _Take) -> _Take:
        return _Take((*self.parts, *other.parts))


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Candidates by weight, the heaviest first."""

    kinds: tuple[_Kind, ...]

    @classmethod
    def of(cls, candidates: Sequence[_Candidate], *, inside: bool) -> _Kinds:
        by_weight: dict[int, list[_Candidate]] = {}
        for candidate in candidates:
            if candidate.inside is inside:
                by_weight.setdefault(candidate.weight, []).append(candidate)
        return cls(tuple(_Kind.of(w, by_weight[w]) for w in sorted(by_weight, reverse=True)))

    @property
    def size(self) -> int:
        return sum(len(kind.candidates) for kind in self.kinds)

    def of_size(self, count: int, weight: int) -> Iterator[_Take]:
        """The sets of so many that weigh at least so much, of each weight the cheapest."""
        if not self.kinds:
            if count == 0 and weight <= 0:
                yield _Take()
            return
        first, rest = self.kinds[0], _Kinds(self.kinds[1:])
        for own in range(min(count, len(first.candidates)), -1, -1):
            left = weight - own * first.weight
            if rest.heaviest(count - own) < left:
                return  # with fewer of the heaviest it weighs less still
            for others in rest.of_size(count - own, left):
                yield _Take(((first, own),)).and_of(others)

    def heaviest(self, count: int) -> float:
        """What the heaviest so many weigh; less than anything where there are not so many."""
        total = 0
        for kind in self.kinds:
            own = min(count, len(kind.candidates))
            total, count = total + own * kind.weight, count - own
        return total if count == 0 else -math.inf


# --- people ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """The people of one reporting agency, as they count now and as they would.

    part, whole   how many of them count as trained and as people now, in the worst case
    trained       trained by its report, 0 where that does not say
    staff         people by its report, else by its nearest earlier one; NaN where neither says
    stated        whether its report says how many people there are
    said          whether it says how many of them are trained
    must          whether nothing can be judged until it reports
    counts        whether its report is counted, once it is there
    """

    agency: str
    trained: int
    staff: float
    stated: bool
    said: bool
    part: int = 0
    whole: int = 0
    must: bool = False
    counts: bool = False

    @property
    def asks(self) -> int:
        """How many answers change when all of them are trained."""
        complete = self.said and self.trained == self.staff
        return (not self.stated) + (not complete)

    def gain(self, aim: _Aim, trained: float | None = None) -> int:
        """By how much den·part - num·whole rises when so many (or all) of them are trained."""
        part = self.staff if trained is None else trained
        return aim.den * int(part - self.part) - aim.num * int(self.staff - self.whole)

    def least(self, aim: _Aim, gain: int) -> int:
        """How many must be trained at least for such a gain; not fewer than are."""
        asked = gain + aim.num * int(self.staff - self.whole)
        return max(self.trained, self.part + -(-asked // aim.den))


def _people(places: _Places, indicator: Indicator, target: Target) -> Tipping:
    """As `tippings`, of a ratio that is not met.

    Fewest agencies, then fewest answers (who has not said how many people there
    are must say that, too), then where most can be trained.
    """
    key = indicator.code, places.year
    aim = _Aim.of(indicator, target)
    groups = _groups(places, indicator)
    cannot = {g.agency: why for g in groups if (why := _hindrance(places, g))}
    blocked = any(group.must and group.agency in cannot for group in groups)
    told = tuple(cannot.items())
    lacking = sum(aim.num * group.whole - aim.den * group.part for group in groups)
    able = [g for g in groups if g.agency not in cannot and g.asks and g.staff >= g.trained]
    must = [group for group in able if group.must]
    free = [group for group in able if not group.must and group.gain(aim) >= 0]
    left = lacking - sum(group.gain(aim) for group in must)
    best = sorted((group.gain(aim) for group in free), reverse=True)
    sums = _sums(best)
    count = bisect_left(sums, left)
    if not must and count == 0:  # nobody has answered yet: somebody must
        count = 1
    if count > len(free) or (blocked and aim.num):
        return Tipping(*key, Outcome.IMPOSSIBLE, cannot=told)
    chosen = [*must, *_fewest_answers(free, aim, count, left)]
    could = {
        group.agency
        for group in free
        if count
        and (group.gain(aim) >= best[count - 1] or group.gain(aim) + sums[count - 1] >= left)
    }
    least = sum(sorted(group.gain(aim) for group in free if group.agency in could)[:count])
    could |= {group.agency for group in must}
    return Tipping(
        *key,
        Outcome.POSSIBLE,
        tuple(group.agency for group in groups if group.agency in could),
        len(could) == len(chosen) or (not must and least >= left),
        _trained(indicator, aim, chosen, lacking),
        told,
    )


def _fewest_answers(groups: Sequence[_Group], aim: _Aim, count: int, lacking: int) -> list[_Group]:
    """So many groups that together gain enough, as few as can be of those that must answer twice."""
    ordered = sorted(groups, key=lambda group: -group.gain(aim))  # stable: the plan's order
    once = [group for group in ordered if group.asks == 1]
    twice = [group for group in ordered if group.asks > 1]
    for more in range(count + 1):
        chosen = [*once[: count - more], *twice[:more]]
        if len(chosen) == count and sum(group.gain(aim) for group in chosen) >= lacking:
            return chosen
    raise AssertionError("so many are enough")


def _trained(
    indicator: Indicator, aim: _Aim, chosen: Sequence[_Group], lacking: int
) -> tuple[Turn, ...]:
    """Everybody trained where most can be, and at the last only as many as are still lacking."""
    ordered = sorted(chosen, key=lambda group: -group.gain(aim))
    turns = []
    for place, group in enumerate(ordered):
        last = place == len(ordered) - 1
        trained = group.least(aim, lacking) if last else int(group.staff)
        lacking -= group.gain(aim, trained)
        answers: list[tuple[str, Value]] = []
        if not group.stated:
            answers.append((indicator.denominator, group.staff))
        if trained != group.trained or not group.said:
            answers.append((indicator.numerator, float(trained)))
        turns.append(Turn(group.agency, tuple(answers), trained - group.trained))
    return tuple(turns)


def _hindrance(places: _Places, group: _Group) -> Hindrance | None:
    if group.agency not in places.existing:
        return Hindrance.GONE
    outdated = not group.stated and group.trained > group.staff
    if outdated or not group.staff > 0:  # nor where nobody worked, as far as is known
        return Hindrance.NO_HEADCOUNT
    return None if group.counts else Hindrance.NOT_APPLICABLE


def _groups(places: _Places, indicator: Indicator) -> list[_Group]:
    """The reporting agencies with their people, in the plan's order."""
    heads, year = places.heads[indicator.denominator], places.year
    by_rule = places.plan.rule_value
    over_answers = by_rule("undecided") == "over_those_that_answered"
    unknown = by_rule("missing_headcount") == "unknown"
    trained, staff = places.numbers(indicator.numerator), places.numbers(indicator.denominator)
    agencies, speakers = places.texts("agency"), places.texts("reporter")
    repeated = places.said["repeated"].to_numpy(dtype=bool)
    groups: dict[str, _Group] = {}
    for row in np.flatnonzero(places.in_register(indicator)).tolist():
        name, stated = speakers[row], not math.isnan(staff[row])
        if name not in groups:
            people = staff[row] if stated else _nearest(heads.get(name, ()), year)
            said = not math.isnan(trained[row])
            count = int(trained[row]) if said else 0
            groups[name] = _Group(name, count, float(people), stated, said)
        group = groups[name]
        group.counts |= not repeated[row]
        if repeated[row] and stated:
            continue  # one report that speaks for several is added once
        if stated and not math.isnan(trained[row]):
            group.part, group.whole = int(trained[row]), int(staff[row])
        elif not over_answers:
            size = staff[row] if stated else math.nan
            if not stated and not unknown:
                size = _nearest(heads.get(agencies[row], ()), year)
            group.must |= math.isnan(size)
            group.whole += 0 if math.isnan(size) else int(size)
    return list(groups.values())
