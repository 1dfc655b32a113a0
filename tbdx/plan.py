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


class MonthDay(Definition):
    """A day of every year."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def of(self, year: int) -> date:
        return date(year, self.month, self.day)


class DueRule(Definition):
    """The yearly due date; with `inclusive` false the day itself is already late.

    `asked_from` is the day of the year from which reports are asked for.
    """

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    inclusive: bool
    timezone: str
    source: Text
    asked_from: MonthDay = MonthDay(month=1, day=1)

    @model_validator(mode="after")
    def _exists(self) -> Self:
        date(2023, self.month, self.day)  # ValueError for a day that no year has
        self.asked_from.of(2023)
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"there is no time zone {self.timezone!r}") from error
        return self

    def of(self, year: int) -> date:
        """The due date of `year`, as the plan states it."""
        return date(year, self.month, self.day)

    def last_day(self, year: int) -> date:
        """The last day of `year` on which a report is on time."""
        day = self.of(year)
        return day if self.inclusive else day - timedelta(days=1)

    def deadline(self, year: int) -> datetime:
        """The last second of `year` at which a report is on time, with its time zone."""
        return datetime.combine(self.last_day(year), time(23, 59, 59), tzinfo=self.zone)

    def days_late(self, year: int, received: datetime) -> int:
        """How many days after the last day a report arrived; 0 or less is on time."""
        return (self.day_of(received) - self.last_day(year)).days

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment where the plan applies."""
        return moment.astimezone(self.zone).date()

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class DatedName(Definition):
    """A name and the day from which it is in force."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    start: date = Field(alias="from")
    name: Text


RULES: dict[str, tuple[str, ...]] = {
    "structure": ("in_force_on_due_date", "original"),
    "merged_report": ("stands_for_predecessors", "missing"),
    "merged_baseline": ("sum_of_predecessors", "own_report"),
    "zero_target": ("no_target", "judged"),
    "universal_target": ("binds_each_agency", "binds_nobody"),
    "undecided": ("no_data", "over_those_that_answered"),
    "missing_headcount": ("nearest_earlier_year", "unknown"),
    "final_over_estimate": ("final",),
    "punctuality": ("first_not_returned", "first_received"),
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


class AgencyName(Definition):
    """A name that an agency has borne since a day, and under whom it stood."""

    start: date
    name_vi: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    governing_body_vi: str = ""
    governing_body_en: str = ""
    source: str = ""


class Agency(Definition):
    """A press agency with its dates of validity (both days included).

    Agencies are told apart by id: after a merger another agency may keep the name.
    `renamed` holds the names it took later, the first of them first.
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
    renamed: tuple[AgencyName, ...] = ()

    def name(self, language: str, on: date | None = None) -> str:
        """The name borne on a day, or the last one known."""
        borne = self._borne(on)
        if borne:
            return borne.name_en if language == "en" else borne.name_vi
        return self.name_en if language == "en" else self.name_vi

    def _borne(self, on: date | None) -> AgencyName | None:
        begun = [name for name in self.renamed if on is None or name.start <= on]
        return begun[-1] if begun else None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the agency is or was called in Vietnamese, abbreviations included."""
        return (self.name_vi, *(name.name_vi for name in self.renamed), *self.aliases)

    def names_on(self, day: date | None) -> tuple[str, ...]:
        """What it is called on a day (or now) in Vietnamese, abbreviations included."""
        return (self.name("vi", day), *self.aliases)

    def governing_body(self, language: str) -> str:
        own = (self.governing_body_vi, self.governing_body_en)
        for name in self.renamed:
            own = (name.governing_body_vi or own[0], name.governing_body_en or own[1])
        return own[1] if language == "en" else own[0]

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


class Place(Definition):
    """An agency that counts in a year, and the agency whose report speaks for it."""

    agency: Agency
    reporter: Agency


class Plan(Definition):
    """Everything that is particular to one province and one plan."""

    id: str
    appendix: str
    decision: Decision
    years: Years
    due: DueRule
    consolidated: DueRule | None = None
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
        raw: dict[str, Any] = {"renames.csv": []}
        digest = hashlib.sha256()
        for name in (
            "plan.toml",
            "indicators.toml",
            "form.toml",
            "agencies.csv",
            "obligations.csv",
            "reference_goals.csv",
            *(["renames.csv"] if (folder / "renames.csv").exists() else []),
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
        known = {line.get("id") for line in raw["agencies.csv"]}
        faults += [
            f"renames.csv: line {number}: {line.get('agency')!r} is no agency"
            for number, line in enumerate(raw["renames.csv"], start=2)
            if line.get("agency") not in known
        ]
        if faults:
            raise TbdxError("plan-invalid", folder=folder.name, faults=faults)
        values = raw["plan.toml"] | {
            "indicators": raw["indicators.toml"].get("indicator", []),
            "form": raw["form.toml"],
            "agencies": _with_names(raw["agencies.csv"], raw["renames.csv"]),
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
        if plan.faults:
            raise TbdxError("plan-invalid", folder=folder.name, faults=plan.faults)
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

    def _ambiguous_names(self) -> list[tuple[str, str, str]]:
        """Two agencies and what both are called on a day, each once."""
        days = {self.due.last_day(year) for year in self.all_years}
        days |= {name.start for agency in self.agencies for name in agency.renamed}
        days |= {agency.valid_from for agency in self.agencies if agency.valid_from}
        found: dict[tuple[str, str, str], None] = {}
        for day in sorted(days):
            owners: dict[str, str] = {}
            for agency in self._in_force(day):
                for name in sorted(map(fold, agency.names_on(day))):
                    owner = owners.setdefault(name, agency.id)
                    if owner != agency.id:
                        found[owner, agency.id, name] = None
        return list(found)

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

    def agency_name(self, agency_id: str, code: str = "vi", day: date | None = None) -> str:
        """The name (borne on a day); of an agency that is no longer in the register its id."""
        agency = self._agencies_by_id.get(agency_id)
        return agency.name(code, day) if agency else agency_id

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
        """The agencies that report for `year`: those in existence on its due date."""
        return self._in_force(self.due.last_day(year))

    def _in_force(self, day: date) -> tuple[Agency, ...]:
        if day not in self._by_day:
            self._by_day[day] = tuple(agency for agency in self.agencies if agency.exists_on(day))
        return self._by_day[day]

    @cached_property
    def _by_day(self) -> dict[date, tuple[Agency, ...]]:
        return {}

    def roster(self, year: int) -> tuple[Place, ...]:
        """The agencies that count for `year`, by the rule `structure`.

        Those in existence on its due date, or with "original" those in existence
        when the plan was issued. One of these that has gone is spoken for by the
        agency that it was merged into [rule merged_report].
        """
        if self.rule_value("structure") != "original":
            return tuple(Place(agency=a, reporter=a) for a in self.agencies_in(year))
        return tuple(
            Place(agency=agency, reporter=self._reporter(agency, self.due.last_day(year)))
            for agency in self._in_force(self.decision.date)
        )

    def _reporter(self, agency: Agency, day: date) -> Agency:
        if self.rule_value("merged_report") != "stands_for_predecessors":
            return agency
        reporter = agency
        while not reporter.exists_on(day) and reporter.successor:
            reporter = self._agencies_by_id[reporter.successor]
        return reporter if reporter.exists_on(day) else agency

    def with_rule(self, code: str, value: str) -> Plan:
        """The same plan under another value of one rule."""
        rules = tuple(
            rule.model_copy(update={"value": value}) if rule.code == code else rule
            for rule in self.rule
        )
        return self.changed(rule=rules)

    def changed(self, **values: object) -> Plan:
        """The plan with other values, and nothing kept that was worked out from the old ones."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return Plan.model_construct(**(own | values))

    @property
    def faults(self) -> list[str]:
        """What contradicts itself in the plan, as "file: place: what is wrong"."""
        return list(self._contradictions())

    def namesakes(self, name: str, language: str, day: date | None = None) -> int:
        """How many agencies, of whatever years, bear this name (as they are called on a day)."""
        key = (language, day)
        if key not in self._name_counts:
            names = (agency.name(language, day) for agency in self.agencies)
            self._name_counts[key] = Counter(names)
        return self._name_counts[key][name]

    @cached_property
    def _name_counts(self) -> dict[tuple[str, date | None], Counter[str]]:
        return {}

    def predecessors(self, agency_id: str) -> tuple[Agency, ...]:
        """The agencies that were merged into this one, directly."""
        return self._by_successor.get(agency_id, ())

    @cached_property
    def _by_successor(self) -> dict[str, tuple[Agency, ...]]:
        found: dict[str, tuple[Agency, ...]] = {}
        for agency in self.agencies:
            found[agency.successor] = (*found.get(agency.successor, ()), agency)
        return found

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
        return self._rules.get(code, "")

    @cached_property
    def _rules(self) -> dict[str, str]:
        return {rule.code: rule.value for rule in self.rule}

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


def _with_names(
    agencies: list[dict[str, Any]], renames: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The lines of agencies.csv, each with the names that renames.csv gives it later."""
    names: dict[object, list[dict[str, Any]]] = {}
    for line in sorted(renames, key=lambda line: str(line.get("start"))):
        own = {name: value for name, value in line.items() if name != "agency"}
        names.setdefault(line.get("agency"), []).append(own)
    return [{**agency, "renamed": names.get(agency.get("id"), [])} for agency in agencies]


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
