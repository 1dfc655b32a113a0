"""A province's plan as data: identity, dates, indicators, agencies, form.

`Plan.load(folder)` reads one folder (`data/plans/<id>/`) and checks all of it;
every fault is reported at once in one `TbdxError("plan-invalid")`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tbdx.model import Answer, Fault, MediaType, Phase, TbdxError
from tbdx.plan_folder import RENAMES, TABLES, TOML_FILES, At, PlanFolder, fault, fault_of
from tbdx.words import fold

T = TypeVar("T")


Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]


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


def _in_both(value: object) -> object:
    return {"vi": value, "en": value} if isinstance(value, str) else value


TextOrWord = Annotated[Text, BeforeValidator(_in_both)]
"""A text in each language, or one that is the same in all: "348/QĐ-TTg"."""


class Decision(Definition):
    """The document that issued the plan, and those that it carries out, as one names them."""

    number: str
    date: date
    title: Text
    carries_out: tuple[TextOrWord, ...] = ()


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
        for day in (self, self.asked_from):
            try:
                day.of(2023)
            except ValueError:
                found = f"{day.day}/{day.month}"
                raise PydanticCustomError(
                    "day-impossible", "no such day", {"found": found}
                ) from None
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, OSError):
            raise PydanticCustomError(
                "time-zone-unknown", "no such time zone", {"found": self.timezone}
            ) from None
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


class Lines(Definition):
    """Texts one below the other, in the languages of the product."""

    vi: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def __getitem__(self, language: str) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, language, self.vi)
        return found


class AgencyHeads(Definition):
    """What stands at head and foot of the press agencies' own reports, where the plan says so.

    Who signs goes by the first of an agency's media types that `signers` names, else it is `signer`.
    """

    symbol: str = ""
    addressee: Text = EMPTY
    signer: Text = EMPTY
    signers: dict[MediaType, Text] = Field(default_factory=dict)
    copies: Lines = Lines()


class DatedLetterhead(Definition):
    """What stands at head and foot of the province's report from a day on.

    All but the day may be left out: `report.letterheads` makes the rest from the names of
    province and authority that are in force. `note` is what is to be checked of it before a
    report is signed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    start: date = Field(alias="from")
    superior: Text = EMPTY
    issuer: Text = EMPTY
    symbol: str = ""
    place: Text = EMPTY
    addressee: Text = EMPTY
    signer: Text = EMPTY
    copies: Lines = Lines()
    note: Text = EMPTY
    agency: AgencyHeads = AgencyHeads()


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
    """One row of the appendix and how it is computed. Legal values: indicators.toml.

    `unit` is what a ratio counts, where that is not people.
    """

    code: Code
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
    unit: Text = EMPTY

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

    id: Id
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
        begun = self._names_begun(on)
        return begun[-1] if begun else None

    def _names_begun(self, on: date | None) -> list[AgencyName]:
        return [name for name in self.renamed if on is None or name.start <= on]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the agency is or was called in Vietnamese, abbreviations included."""
        return (self.name_vi, *(name.name_vi for name in self.renamed), *self.aliases)

    def names_on(self, day: date | None) -> tuple[str, ...]:
        """What it is called on a day (or now) in Vietnamese, abbreviations included."""
        return (self.name("vi", day), *self.aliases)

    def governing_body(self, language: str, on: date | None = None) -> str:
        """Under whom it stands (on a day, or as last known)."""
        own = (self.governing_body_vi, self.governing_body_en)
        for name in self._names_begun(on):
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
    share_pct: float = Field(ge=0, le=100)
    threshold_pct: OptionalNumber = Field(ge=0)
    source: str


class Question(Definition):
    """A field of the yearly form and the words under which it is asked.

    `deed` is what an agency does that this asks about, as a report says it: "Đào tạo".
    """

    name: Code
    kind: Literal["answer", "amount", "count", "level"]
    stt: str
    base_year: bool = False
    max: float | None = None
    label: Text
    unit: Text = EMPTY
    heads: tuple[str, ...]
    help: Text
    deed: Text = EMPTY


class Item(Definition):
    """A row of one of the form's further sheets."""

    code: str
    label: Text
    group: Text = EMPTY
    max: int | None = None


class State(Text):
    """A state a task can be in, with its words, and how far the task is in it."""

    code: str
    stage: Literal["ahead", "under_way", "done", "exempt"] = "under_way"


Words = Annotated[tuple[str, ...], Field(min_length=1)]
"""Words for one thing, all read alike; what the product writes itself takes the first."""


class Tasks(Definition):
    """The plan's tasks; `source` is the part of it that lists them, as in "phần III của Kế hoạch"."""

    sheet: str
    source: str = ""
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
    """The yearly form: its questions, the words it is read by, its further sheets.

    Of several words for one thing the form prints the first.
    """

    agency_heads: Words
    agency_id_heads: Words
    year_heads: Words
    phase_heads: Words
    value_heads: Words
    question_heads: Words
    note_heads: Words
    row_number_heads: Words
    phase_words: dict[Phase, tuple[str, ...]]
    answer_words: dict[Answer | Literal["blank"], tuple[str, ...]]
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

    def answer_label(self, answer: Answer) -> str:
        """The word that the form prints for an answer."""
        return self.answer_words[answer][0]

    def phase_label(self, phase: Phase) -> str:
        """The word that the form prints for a kind of figures."""
        return self.phase_words[phase][0]

    def question(self, name: str) -> Question | None:
        return next((question for question in self.field if question.name == name), None)


class Place(NamedTuple):
    """An agency that counts in a year, and the agency whose report speaks for it."""

    agency: Agency
    reporter: Agency


class Plan(Definition):
    """Everything that is particular to one province and one plan."""

    id: Id
    appendix: str
    decision: Decision
    years: Years
    due: DueRule
    consolidated: DueRule | None = None
    province: tuple[DatedName, ...]
    authority: tuple[DatedName, ...]
    letterhead: tuple[DatedLetterhead, ...] = ()
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

        Raises `TbdxError("plan-invalid", folder, faults)` with a `Fault` for
        everything that is wrong, each with its file and line.
        """
        files = PlanFolder(folder)
        plan, indicators, form = map(files.read_toml, TOML_FILES)
        agencies, obligations, goals = (
            files.read_table(name, columns) for name, columns in TABLES.items()
        )
        renames = files.read_table(*RENAMES) if (folder / RENAMES[0]).exists() else []
        files.faults += _unknown_renamed(agencies, renames)
        appendix = folder / str(plan.get("appendix", ""))
        values = plan | {
            "indicators": indicators.get("indicator", []),
            "form": form,
            "agencies": _with_names(agencies, renames),
            "obligations": obligations,
            "reference_goals": goals,
            "folder": folder,
            "fingerprint": files.digest(appendix),
        }
        found, faults = None, list(files.faults)
        try:
            found = cls.model_validate(values)
        except ValidationError as error:
            spoilt = {fault.file for fault in files.faults}
            faults += [f for f in map(fault_of, error.errors()) if f.file not in spoilt]
        if found is not None and not faults:
            faults = found.faults
        if found is None or faults:
            placed = sorted(map(files.placed, faults), key=lambda fault: (fault.file, fault.line))
            raise TbdxError("plan-invalid", folder=folder.name, faults=placed)
        return found

    def _contradictions(self) -> Iterator[Fault]:
        yield from _repeated("indicators", "code", [i.code for i in self.indicators])
        yield from _repeated("indicators", "row", [str(i.row) for i in self.indicators])
        yield from _repeated("agencies", "id", [a.id for a in self.agencies])
        yield from _repeated("form", "name", [q.name for q in self.form.field])
        yield from _repeated("letterhead", "from", [str(h.start) for h in self.letterhead])
        named = [f"{goal.agency}, {goal.indicator}, {goal.year}" for goal in self.obligations]
        yield from _repeated("obligations", "", named)
        goals = [f"{goal.series}, {goal.indicator}, {goal.year}" for goal in self.reference_goals]
        yield from _repeated("reference_goals", "", goals)
        yield from self._faults_of_years()
        if not self.appendix_path.is_file():
            there = ", ".join(sorted(path.name for path in self.folder.glob("*.xlsx"))) or "–"
            fields = {"found": self.appendix, "expected": there}
            yield fault("appendix-missing", ("appendix",), **fields)
        yield from self._faults_of_rules()
        yield from self._faults_of_words()
        fields_of_form = {question.name for question in self.form.field}
        for place, indicator in enumerate(self.indicators):
            yield from _faults_of(indicator, fields_of_form, ("indicators", place))
        yield from self._dangling_references()
        for first, second, name in self._ambiguous_names():
            yield fault("names-clash", self._at(second), first, other=second, found=name)

    def _at(self, agency_id: str) -> At:
        """Where an agency stands in the data."""
        return ("agencies", [agency.id for agency in self.agencies].index(agency_id))

    def _faults_of_years(self) -> Iterator[Fault]:
        years = self.years
        if years.first > years.last:
            yield fault("years-reversed", ("years", "first"), first=years.first, last=years.last)
            return
        for goal in years.goals:
            if goal not in self.all_years:
                span = f"{years.first}–{years.last}"
                yield fault("year-outside", ("years", "goals"), found=goal, expected=span)

        for place, agency in enumerate(self.agencies):
            first, last = agency.valid_from, agency.valid_to
            if first and last and last < first:
                at = ("agencies", place)
                yield fault("validity-reversed", at, agency.id, first=first, last=last)

    def _faults_of_rules(self) -> Iterator[Fault]:
        stated = {rule.code: (place, rule.value) for place, rule in enumerate(self.rule)}
        for code, legal in RULES.items():
            place, value = stated.get(code, (None, None))
            if value is None:
                expected = " / ".join(legal)
                yield fault("rule-missing", ("rule",), found=code, expected=expected)
            elif value not in legal:
                fields = {"found": value, "expected": " / ".join(legal)}
                yield fault("rule-wrong", ("rule", place or 0, "value"), code, **fields)
        for code, (place, _) in stated.items():
            if code not in RULES:
                expected = ", ".join(RULES)
                yield fault("rule-unknown", ("rule", place or 0), found=code, expected=expected)

    def _faults_of_words(self) -> Iterator[Fault]:
        """The form has to print a word for each answer and each kind of figures."""
        for code in Answer:
            if not self.form.answer_words.get(code):
                yield fault("word-missing", ("form", "answer_words", code.value), found=code.value)
        for phase in Phase:
            if not self.form.phase_words.get(phase):
                yield fault("word-missing", ("form", "phase_words", phase.value), found=phase.value)

    def _dangling_references(self) -> Iterator[Fault]:
        """Ids and codes that name nothing."""
        kinds = [kind.value for kind in MediaType]
        for place, agency in enumerate(self.agencies):
            at = ("agencies", place)
            if agency.successor and agency.successor not in self._agencies_by_id:
                yield fault("successor-unknown", at, agency.id, found=agency.successor)
            if agency.successor and not agency.valid_to:
                yield fault("successor-without-end", at, agency.id, found=agency.successor)
            if agency in self.forebears(agency.id):
                yield fault("own-successor", at, agency.id)
            for kind in agency.media_types:
                if kind not in kinds:
                    fields = {"found": kind, "expected": ";".join(kinds)}
                    yield fault("media-type-unknown", at, agency.id, **fields)
        for place, obligation in enumerate(self.obligations):
            if obligation.agency not in self._agencies_by_id:
                yield fault("agency-unknown", ("obligations", place), found=obligation.agency)
        for name, goals in (
            ("obligations", [(goal.indicator, goal.year) for goal in self.obligations]),
            ("reference_goals", [(goal.indicator, goal.year) for goal in self.reference_goals]),
        ):
            yield from self._faults_of_goals(name, goals)

    def _faults_of_goals(self, name: str, goals: Sequence[tuple[str, int]]) -> Iterator[Fault]:
        span = f"{self.years.first}–{self.years.last}"
        for place, (indicator, year) in enumerate(goals):
            if indicator not in self._indicators_by_code:
                expected = ", ".join(self._indicators_by_code)
                fields = {"found": indicator, "expected": expected}
                yield fault("indicator-unknown", (name, place), **fields)
            if year not in self.all_years:
                yield fault("year-outside", (name, place), found=year, expected=span)

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

    def __getstate__(self) -> dict[Any, Any]:
        """What another process gets: the plan alone, for what is kept with it would bring pandas."""
        state = super().__getstate__()
        return state | {"__dict__": {name: getattr(self, name) for name in type(self).model_fields}}

    def changed(self, **values: object) -> Plan:
        """The plan with other values, and nothing kept that was worked out from the old ones."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return Plan.model_construct(**(own | values))

    def once(self, make: Callable[[Self], T]) -> T:
        """What `make` works out from this plan alone: worked out once, and kept with the plan."""
        if make not in self._kept:
            self._kept[make] = make(self)
        kept: T = self._kept[make]
        return kept

    @cached_property
    def _kept(self) -> dict[Callable[[Self], Any], Any]:
        return {}

    @property
    def faults(self) -> list[Fault]:
        """What contradicts itself in the plan; lines are known only to `load`."""
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

    def forebears(self, agency_id: str) -> list[Agency]:
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
        own = {agency_id, *(agency.id for agency in self.forebears(agency_id))}
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

    def rule_text(self, code: str) -> Text:
        """The words of the plan's rule of this code; empty where it has none."""
        return next((rule.text for rule in self.rule if rule.code == code), EMPTY)

    @cached_property
    def _rules(self) -> dict[str, str]:
        return {rule.code: rule.value for rule in self.rule}

    def name_on(self, names: tuple[DatedName, ...], day: date) -> Text:
        """The name in force on `day`: the last that has begun, else the first."""
        return _in_force_on(day, names).name

    def letterhead_on(self, day: date) -> DatedLetterhead:
        """The letterhead in force on `day`: the last that has begun, else the first; or an empty one."""
        return _in_force_on(day, self.letterhead or (DatedLetterhead(start=day),))


Dated = TypeVar("Dated", DatedName, DatedLetterhead)


def _in_force_on(day: date, entries: Sequence[Dated]) -> Dated:
    """The last entry that has begun on a day, else the first to begin."""
    ordered = sorted(entries, key=lambda entry: entry.start)
    begun = [entry for entry in ordered if entry.start <= day]
    return begun[-1] if begun else ordered[0]


def _with_names(
    agencies: Sequence[Mapping[str, str]], renames: Sequence[Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The lines of agencies.csv, each with the names that renames.csv gives it later."""
    names: dict[object, list[dict[str, str]]] = {}
    for line in sorted(renames, key=lambda line: str(line.get("start"))):
        own = {name: value for name, value in line.items() if name != "agency"}
        names.setdefault(line.get("agency"), []).append(own)
    return [{**agency, "renamed": names.get(agency.get("id"), [])} for agency in agencies]


def _unknown_renamed(
    agencies: Sequence[Mapping[str, str]], renames: Sequence[Mapping[str, str]]
) -> Iterator[Fault]:
    known = {line.get("id") for line in agencies}
    for place, line in enumerate(renames):
        if agencies and line.get("agency") not in known:
            yield fault("agency-unknown", ("renames", place), found=line.get("agency"))


def _repeated(part: str, key: str, values: Sequence[str]) -> Iterator[Fault]:
    """Values that stand more than once, each where it does so last."""
    for value, times in Counter(values).items():
        if times > 1:
            place = len(values) - 1 - values[::-1].index(value)
            at = (part, "field", place) if part == "form" else (part, place)
            yield fault("repeated", at, key, found=value, times=times)


def _faults_of(indicator: Indicator, fields: set[str], at: At) -> Iterator[Fault]:
    for name in indicator.fields:
        if name not in fields:
            yield fault("field-unknown", at, indicator.code, found=name)
    needed: dict[str, tuple[str, ...]] = {
        "share": ("conditions",),
        "share_growth": ("amount", "base_amount"),
        "ratio": ("numerator", "denominator"),
    }
    lacking = [name for name in needed[indicator.kind] if not getattr(indicator, name)]
    if lacking:
        fields_lacking = {"found": indicator.kind, "expected": ", ".join(lacking)}
        yield fault("kind-lacks-fields", at, indicator.code, **fields_lacking)
    for among in (indicator.among, *(other.among for other in indicator.alternatives)):
        if among.scope == "media_types" and among.at_least is None:
            yield fault("among-lacks", at, indicator.code, found=among.scope, expected="at_least")
        if among.scope == "answer" and among.field is None:
            yield fault("among-lacks", at, indicator.code, found=among.scope, expected="field")
    for condition in indicator.conditions:
        if (condition.equals is None) == (condition.at_least is None):
            yield fault("condition-unclear", at, indicator.code, found=condition.field)
