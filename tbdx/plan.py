"""A province's plan as data: identity, dates, indicators, agencies, form.

`Plan.load(folder)` reads one folder (`data/plans/<id>/`) and checks all of it;
every fault is reported at once in one `TbdxError("plan-invalid")`.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tbdx.model import TbdxError
from tbdx.words import fold


class Definition(BaseModel):
    """Base of everything a plan's files define: closed, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Definition):
    """A text in the languages of the product; Vietnamese is the original."""

    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        return str(getattr(self, language, self.vi))


EMPTY = Text(vi="", en="")


class Decision(Definition):
    """The document that issued the plan."""

    number: str
    date: date
    title: Text
    carries_out: tuple[str, ...] = ()


class Years(Definition):
    """The plan's years. `base` is the fixed year that growth is measured against."""

    first: int
    last: int
    base: int
    goals: tuple[int, ...]
    base_source: Text = EMPTY


class DueRule(Definition):
    """The yearly due date; with `inclusive` false the day itself is already late."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    inclusive: bool
    timezone: str
    source: Text

    @model_validator(mode="after")
    def _exists(self) -> Self:
        date(2023, self.month, self.day)  # ValueError for a day that no year has
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"there is no time zone {self.timezone!r}") from error
        return self

    def last_day(self, year: int) -> date:
        """The last day of `year` on which a report is on time."""
        day = date(year, self.month, self.day)
        return day if self.inclusive else day - timedelta(days=1)

    def deadline(self, year: int) -> datetime:
        """The last second of `year` at which a report is on time, with its time zone."""
        return datetime.combine(self.last_day(year), time(23, 59, 59), tzinfo=self.zone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class DatedName(Definition):
    """A name and the day from which it is in force."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    start: date = Field(alias="from")
    name: Text


RULES: dict[str, tuple[str, ...]] = {
    "structure": ("in_force_on_due_date", "original"),
    "merged_baseline": ("sum_of_predecessors", "own_report"),
    "zero_target": ("no_target", "judged"),
    "universal_target": ("binds_each_agency", "binds_nobody"),
    "undecided": ("no_data", "over_those_that_answered"),
    "missing_headcount": ("nearest_earlier_year", "unknown"),
    "final_over_estimate": ("final",),
}
"""Every rule that a plan states, with its legal values; docs/plan-data.md explains them."""


class Checks(Definition):
    """From what change on a reported figure is asked about."""

    amount_factor: float = Field(default=2, gt=1)
    unit_factor: float = Field(default=200, gt=1)
    largest_amount: float = Field(default=1_000_000, gt=0)


class Rule(Definition):
    """A decision of the product where the plan is silent; shown on the method page."""

    code: str
    value: str
    text: Text


class Among(Definition):
    """Who is in an indicator's denominator."""

    scope: Literal["all", "media_types", "e_press", "answer"]
    at_least: int | None = None
    field: str | None = None


class Condition(Definition):
    """What a reported field must satisfy for its agency to count."""

    field: str
    equals: Literal["yes"] | None = None
    at_least: float | None = None


NotApplicable = Literal["excluded", "counts_as_no"]


class Alternative(Definition):
    """Another reading of an indicator's denominator, shown beside the result."""

    among: Among
    not_applicable: NotApplicable


class Indicator(Definition):
    """One row of the appendix and how it is computed. Legal values: indicators.toml."""

    code: str
    row: int = Field(ge=1)
    kind: Literal["share", "share_growth", "ratio"]
    among: Among
    alternatives: tuple[Alternative, ...] = ()
    rounding: Literal["half_up", "exact"]
    not_applicable: NotApplicable = "excluded"
    conditions: tuple[Condition, ...] = ()
    amount: str = ""
    base_amount: str = ""
    numerator: str = ""
    denominator: str = ""
    match: tuple[str, ...]
    short: Text
    title: Text
    clause: str
    source: str
    note: Text = EMPTY

    @property
    def fields(self) -> tuple[str, ...]:
        """The reported fields this indicator is computed from."""
        names = [condition.field for condition in self.conditions]
        names += [self.amount, self.base_amount, self.numerator, self.denominator]
        if self.among.field:
            names.append(self.among.field)
        return tuple(name for name in names if name)


def _split(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split(";") if part.strip())


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
OptionalDate = Annotated[date | None, BeforeValidator(lambda value: value or None)]


class Agency(Definition):
    """A press agency with its dates of validity (both days included).

    Agencies are told apart by id: after a merger another agency may keep the name.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name_vi: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    short_name: str
    aliases: Names
    governing_body_vi: str
    governing_body_en: str
    media_types: Names
    e_press: Literal["yes", "no"]
    valid_from: OptionalDate
    valid_to: OptionalDate
    successor: str
    note_vi: str = ""
    note_en: str = ""

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi

    def governing_body(self, language: str) -> str:
        return self.governing_body_en if language == "en" else self.governing_body_vi

    def note(self, language: str) -> str:
        return self.note_en if language == "en" else self.note_vi

    def exists_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    def in_scope(self, among: Among) -> bool:
        """Whether the register puts this agency into the denominator (answers aside)."""
        if among.scope == "media_types":
            return len(self.media_types) >= (among.at_least or 0)
        if among.scope == "e_press":
            return self.e_press == "yes"
        return True


class Obligation(Definition):
    """A goal that the plan's body text gives to a named agency."""

    agency: str
    indicator: str
    year: int
    source: str


OptionalNumber = Annotated[float | None, BeforeValidator(lambda value: value or None)]


class ReferenceGoal(Definition):
    """A goal from elsewhere, shown beside the target and never part of a verdict.

    `series` is "national" (the national strategy) or "body" (the plan's body
    text where it states a figure of its own).
    """

    series: Literal["national", "body"]
    indicator: str
    year: int
    share_pct: float
    threshold_pct: OptionalNumber
    source: str


class Question(Definition):
    """A field of the yearly form and the words under which it is asked."""

    name: str
    kind: Literal["answer", "amount", "count", "level"]
    stt: str
    base_year: bool = False
    max: float | None = None
    label: Text
    unit: Text = EMPTY
    heads: tuple[str, ...]
    help: Text


class Item(Definition):
    """A row of one of the form's further sheets."""

    code: str
    label: Text
    group: Text = EMPTY
    max: int | None = None


class State(Text):
    """A state a task can be in, with its words."""

    code: str


class Tasks(Definition):
    sheet: str
    states: tuple[State, ...]
    item: tuple[Item, ...]


class Spending(Definition):
    sheet: str
    item: tuple[Item, ...]


class Maturity(Definition):
    sheet: str
    versions: tuple[str, ...]
    levels: tuple[str, ...]
    pillar: tuple[Item, ...]


class FreeTexts(Definition):
    sheet: str
    item: tuple[Item, ...]


class Form(Definition):
    """The yearly form: its questions, the words it is read by, its further sheets."""

    agency_heads: tuple[str, ...]
    agency_id_heads: tuple[str, ...]
    year_heads: tuple[str, ...]
    phase_heads: tuple[str, ...]
    value_heads: tuple[str, ...]
    question_heads: tuple[str, ...]
    note_heads: tuple[str, ...]
    row_number_heads: tuple[str, ...]
    phase_words: dict[Literal["estimate", "final"], tuple[str, ...]]
    answer_words: dict[Literal["yes", "no", "na", "blank"], tuple[str, ...]]
    field: tuple[Question, ...]
    tasks: Tasks
    spending: Spending
    maturity: Maturity
    texts: FreeTexts

    @property
    def listed_words(self) -> tuple[str, ...]:
        """The words that cells of the form offer in lists, and others read alike."""
        groups = (*self.answer_words.values(), *self.phase_words.values())
        states = (word for state in self.tasks.states for word in (state.vi, state.en))
        words = (word for group in groups for word in group)
        return (*words, *states, *self.maturity.levels, *self.maturity.versions)

    def question(self, name: str) -> Question | None:
        return next((question for question in self.field if question.name == name), None)


class Plan(Definition):
    """Everything that is particular to one province and one plan."""

    id: str
    appendix: str
    decision: Decision
    years: Years
    due: DueRule
    province: tuple[DatedName, ...]
    authority: tuple[DatedName, ...]
    rule: tuple[Rule, ...]
    checks: Checks = Checks()
    abbreviations: dict[str, str]
    indicators: tuple[Indicator, ...]
    agencies: tuple[Agency, ...]
    obligations: tuple[Obligation, ...]
    reference_goals: tuple[ReferenceGoal, ...]
    form: Form
    folder: Path
    fingerprint: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read and check the plan in `folder`.

        Raises `TbdxError("plan-invalid", folder, faults)` where `faults` lists
        every fault as "file: place: what is wrong".
        """
        faults: list[str] = []
        raw: dict[str, Any] = {}
        digest = hashlib.sha256()
        for name in (
            "plan.toml",
            "indicators.toml",
            "form.toml",
            "agencies.csv",
            "obligations.csv",
            "reference_goals.csv",
        ):
            try:
                content = (folder / name).read_bytes()
                digest.update(content)
                text = content.decode("utf-8-sig")
                raw[name] = (
                    tomllib.loads(text)
                    if name.endswith(".toml")
                    else list(csv.DictReader(text.splitlines()))
                )
                faults += _ragged(name, raw[name])
            except OSError as error:
                faults.append(f"{name}: the file cannot be read ({error.strerror})")
            except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                faults.append(f"{name}: {error}")
        if faults:
            raise TbdxError("plan-invalid", folder=folder.name, faults=faults)
        values = raw["plan.toml"] | {
            "indicators": raw["indicators.toml"].get("indicator", []),
            "form": raw["form.toml"],
            "agencies": raw["agencies.csv"],
            "obligations": raw["obligations.csv"],
            "reference_goals": raw["reference_goals.csv"],
            "folder": folder,
            "fingerprint": _with_appendix(digest, folder, raw["plan.toml"]).hexdigest()[:12],
        }
        try:
            plan = cls.model_validate(values)
        except ValidationError as error:
            faults = [
                f"{_file_of(str(item['loc'][0]))}: {'.'.join(map(str, item['loc']))}: {item['msg']}"
                for item in error.errors()
            ]
            raise TbdxError("plan-invalid", folder=folder.name, faults=faults) from error
        faults = list(plan._contradictions())
        if faults:
            raise TbdxError("plan-invalid", folder=folder.name, faults=faults)
        return plan

    def _contradictions(self) -> Iterator[str]:
        yield from _repeated("indicators.toml", "code", (i.code for i in self.indicators))
        yield from _repeated("indicators.toml", "row", (str(i.row) for i in self.indicators))
        yield from _repeated("agencies.csv", "id", (a.id for a in self.agencies))
        yield from _repeated("form.toml", "field name", (q.name for q in self.form.field))
        if not self.years.first <= self.years.last:
            yield "plan.toml: years: first is after last"
        for goal in self.years.goals:
            if goal not in self.all_years:
                yield f"plan.toml: years.goals: {goal} is not a year of the plan"
        if not self.appendix_path.is_file():
            yield f"plan.toml: appendix: there is no file {self.appendix}"
        yield from self._faults_of_rules()
        fields = {question.name for question in self.form.field}
        for indicator in self.indicators:
            yield from _faults_of(indicator, fields)
        yield from self._dangling_references()
        for first, second, name in self._ambiguous_names():
            yield f"agencies.csv: {first} and {second}: both are called {name!r} at the same time"

    def _faults_of_rules(self) -> Iterator[str]:
        stated = {rule.code: rule.value for rule in self.rule}
        for code, legal in RULES.items():
            if stated.get(code) not in legal:
                choices = " or ".join(map(repr, legal))
                yield f"plan.toml: rule {code!r} is {stated.get(code)!r}; it is {choices}"
        for code in stated.keys() - RULES.keys():
            yield f"plan.toml: rule {code!r} is not known; there are {', '.join(RULES)}"

    def _dangling_references(self) -> Iterator[str]:
        """Ids and codes that name nothing."""
        for agency in self.agencies:
            if agency.successor and agency.successor not in self._agencies_by_id:
                yield f"agencies.csv: {agency.id}: successor {agency.successor!r} is no agency"
            if agency.successor and not agency.valid_to:
                yield f"agencies.csv: {agency.id}: has a successor but no valid_to"
            if agency in self._merged_into(agency.id):
                yield f"agencies.csv: {agency.id}: is its own successor in the end"
        for number, obligation in enumerate(self.obligations, start=2):
            if obligation.agency not in self._agencies_by_id:
                yield f"obligations.csv: line {number}: {obligation.agency!r} is no agency"
        for file, goals in (
            ("obligations.csv", [(goal.indicator, goal.year) for goal in self.obligations]),
            ("reference_goals.csv", [(goal.indicator, goal.year) for goal in self.reference_goals]),
        ):
            yield from self._faults_of_goals(file, goals)

    def _faults_of_goals(self, file: str, goals: Sequence[tuple[str, int]]) -> Iterator[str]:
        for number, (indicator, year) in enumerate(goals, start=2):
            if indicator not in self._indicators_by_code:
                yield f"{file}: line {number}: {indicator!r} is no indicator"
            if year not in self.all_years:
                yield f"{file}: line {number}: {year} is not a year of the plan"

    def _ambiguous_names(self) -> Iterator[tuple[str, str, str]]:
        for year in range(self.years.first, self.years.last + 1):
            owners: dict[str, str] = {}
            for agency in self.agencies_in(year):
                for name in {fold(name) for name in (agency.name_vi, *agency.aliases)}:
                    if name in owners:
                        yield owners[name], agency.id, name
                    owners[name] = agency.id

    @property
    def appendix_path(self) -> Path:
        return self.folder / self.appendix

    @cached_property
    def _agencies_by_id(self) -> dict[str, Agency]:
        return {agency.id: agency for agency in self.agencies}

    @cached_property
    def _indicators_by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    @property
    def all_years(self) -> range:
        return range(self.years.first, self.years.last + 1)

    def agency(self, agency_id: str) -> Agency:
        """The agency with this id; raises `TbdxError("unknown-agency")`."""
        try:
            return self._agencies_by_id[agency_id]
        except KeyError:
            known = ", ".join(self._agencies_by_id)
            raise TbdxError("unknown-agency", found=agency_id, expected=known) from None

    def indicator(self, code: str) -> Indicator:
        """The indicator with this code; raises `TbdxError("unknown-indicator")`."""
        try:
            return self._indicators_by_code[code]
        except KeyError:
            known = ", ".join(self._indicators_by_code)
            raise TbdxError("unknown-indicator", found=code, expected=known) from None

    def require_year(self, year: int) -> int:
        """`year` if the plan covers it; raises `TbdxError("unknown-year")`."""
        if year not in self.all_years:
            span = f"{self.years.first}–{self.years.last}"
            raise TbdxError("unknown-year", found=str(year), expected=span)
        return year

    def agencies_in(self, year: int) -> tuple[Agency, ...]:
        """The agencies that count for `year`: those in existence on its due date.

        With the rule structure = "original", those in existence when the plan was issued.
        """
        original = self.rule_value("structure") == "original"
        day = self.decision.date if original else self.due.last_day(year)
        return tuple(agency for agency in self.agencies if agency.exists_on(day))

    def predecessors(self, agency_id: str) -> tuple[Agency, ...]:
        """The agencies that were merged into this one, directly."""
        return tuple(agency for agency in self.agencies if agency.successor == agency_id)

    def _merged_into(self, agency_id: str) -> list[Agency]:
        """Every agency that was merged into this one, directly or before."""
        found: list[Agency] = []
        waiting = list(self.predecessors(agency_id))
        while waiting:
            agency = waiting.pop()
            if agency not in found:
                found.append(agency)
                waiting += self.predecessors(agency.id)
        return found

    def obligation(self, agency_id: str, indicator: str, year: int) -> Obligation | None:
        """The goal named for this agency or for one that was merged into it."""
        own = {agency_id, *(agency.id for agency in self._merged_into(agency_id))}
        return next(
            (
                obligation
                for obligation in self.obligations
                if obligation.agency in own
                and obligation.indicator == indicator
                and obligation.year == year
            ),
            None,
        )

    def rule_value(self, code: str) -> str:
        """What the plan's rule of this code says; see RULES."""
        return next((rule.value for rule in self.rule if rule.code == code), "")

    def name_on(self, names: tuple[DatedName, ...], day: date) -> Text:
        """The name in force on `day`: the last that has begun, else the first."""
        ordered = sorted(names, key=lambda entry: entry.start)
        begun = [entry for entry in ordered if entry.start <= day]
        return begun[-1].name if begun else ordered[0].name


def _with_appendix(digest: hashlib._Hash, folder: Path, plan: dict[str, Any]) -> hashlib._Hash:
    """The digest of the plan's files with the targets' own; a missing appendix is said elsewhere."""
    path = folder / str(plan.get("appendix", ""))
    if path.is_file():
        digest.update(path.read_bytes())
    return digest


def _file_of(place: str) -> str:
    files = {
        "indicators": "indicators.toml",
        "form": "form.toml",
        "agencies": "agencies.csv",
        "obligations": "obligations.csv",
        "reference_goals": "reference_goals.csv",
    }
    return files.get(place, "plan.toml")


def _ragged(name: str, rows: object) -> Iterator[str]:
    """Lines of a CSV file with more or fewer cells than its head."""
    for number, row in enumerate(rows if isinstance(rows, list) else [], start=2):
        if None in row or None in row.values():
            yield f"{name}: line {number}: it has more or fewer cells than the head"


def _repeated(file: str, what: str, values: Iterator[str]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"{file}: {what} {value!r} stands {times} times"


def _faults_of(indicator: Indicator, fields: set[str]) -> Iterator[str]:
    place = f"indicators.toml: {indicator.code}"
    for name in indicator.fields:
        if name not in fields:
            yield f"{place}: {name!r} is no field of form.toml"
    needed = {
        "share": bool(indicator.conditions),
        "share_growth": bool(indicator.amount and indicator.base_amount),
        "ratio": bool(indicator.numerator and indicator.denominator),
    }
    if not needed[indicator.kind]:
        yield f"{place}: kind {indicator.kind!r} lacks the fields it is computed from"
    for among in (indicator.among, *(other.among for other in indicator.alternatives)):
        if among.scope == "media_types" and among.at_least is None:
            yield f"{place}: among: scope 'media_types' needs at_least"
        if among.scope == "answer" and among.field is None:
            yield f"{place}: among: scope 'answer' needs field"
    for condition in indicator.conditions:
        if (condition.equals is None) == (condition.at_least is None):
            yield f"{place}: a condition needs either equals or at_least"
