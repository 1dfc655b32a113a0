"""The tables of the open data: their columns, types, keys and words, before they have rows.

Declared once; the descriptor, the README and docs/open-data.md all say what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from tbdx import messages
from tbdx.i18n import N_
from tbdx.model import MediaType, Phase, Reason, ReviewState, Status

Type = Literal["string", "integer", "number", "boolean", "date", "datetime", "year"]
"""What a column holds, as Table Schema calls it."""

VOCABULARIES: Mapping[str, Mapping[Any, str]] = {
    "status": messages.STATUSES,
    "reason": messages.REASONS,
    "phase": messages.PHASES,
    "answer": messages.ANSWERS,
    "review_state": messages.REVIEW_STATES,
    "media_type": messages.MEDIA,
    "series": messages.SERIES,
}
"""What the codes of each vocabulary mean (texts to translate)."""
TASK_STATE = "task_state"
"""The vocabulary that the plan's form brings along."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, type, and title and description (texts to translate).

    `to` names the table whose key it holds; "" where it holds none. `enum`,
    `minimum`, `maximum` and `pattern` are what its values are held to.
    """

    name: str
    type: Type
    title: str
    description: str = ""
    required: bool = False
    enum: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    pattern: str = ""
    to: str = ""

    @property
    def constraints(self) -> dict[str, Any]:
        """What its values are held to, as Table Schema writes it."""
        held: Mapping[str, Any] = {
            "required": self.required or None,
            "enum": list(self.enum) or None,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "pattern": self.pattern or None,
        }
        return {name: value for name, value in held.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, title and description (texts to translate), columns and primary key."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    @property
    def path(self) -> str:
        """The name of its file."""
        return f"{self.name}.csv"

    @property
    def links(self) -> Iterator[tuple[str, Table]]:
        """Its columns that hold another table's key (or its own), with that table."""
        for field in self.fields:
            if field.to:
                yield field.name, TABLES[field.to]


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    """The values of a vocabulary; a column without one of them is empty."""
    return tuple(item.value for item in kind if item.value)


def _flag(name: str, title: str, description: str = "") -> Field:
    """Yes or no, in every row."""
    return Field(name, "boolean", title, description, required=True)


def _count(name: str, title: str, description: str = "", *, required: bool = False) -> Field:
    """A whole number, 0 or more."""
    return Field(name, "integer", title, description, required=required, minimum=0)


def _percent(
    name: str,
    title: str,
    description: str = N_("In percent."),
    *,
    required: bool = False,
    minimum: int | None = 0,
    maximum: int | None = None,
) -> Field:
    """A percentage; only growth can be negative, only shares asked for end at 100."""
    return Field(
        name, "number", title, description, required=required, minimum=minimum, maximum=maximum
    )


_MEDIA = "|".join(_values(MediaType))

_YEAR = Field("year", "year", N_("Year"), N_("The reporting year."), required=True)
_AGENCY = Field("agency", "string", N_("Agency"), required=True, to="agencies")
_INDICATOR = Field("indicator", "string", N_("Indicator"), required=True, to="indicators")
_QUESTION = Field("field", "string", N_("Question"), required=True, to="fields")
_PHASE = Field(
    "phase",
    "string",
    N_("Kind of figures"),
    N_("How final the figures are; empty where there are none, or where they are supposed."),
    enum=_values(Phase),
)
_PHASE_OF_REPORT = Field(
    "phase", "string", N_("Kind of figures"), required=True, enum=_values(Phase)
)
_ILLUSTRATIVE = _flag(
    "illustrative",
    N_("Illustrative figures"),
    N_("true: invented to show the product, not reported by any agency."),
)
_SUPPOSED = _flag("supposed", N_("Scenario"), N_("true: computed under a scenario, so no data."))
_RESULT = (
    _count(
        "numerator", N_("Numerator"), N_("Agencies or people; empty where nothing was answered.")
    ),
    _count(
        "denominator",
        N_("Denominator"),
        N_("Of those that answered; empty where nothing was answered."),
    ),
    _percent(
        "value_pct", N_("Result"), N_("100 × numerator / denominator, in percent, unrounded.")
    ),
)
_THRESHOLD = _percent(
    "threshold_pct",
    N_("Growth threshold"),
    N_("Growth over the base year that counts, in percent."),
    minimum=None,
)
_TARGET = (
    _percent("target_pct", N_("Target"), maximum=100),
    _THRESHOLD,
    _count("needed", N_("Needed"), N_("Smallest numerator that meets the target.")),
    _count("short_by", N_("Short by"), N_("What the numerator lacks to the target.")),
    Field(
        "status",
        "string",
        N_("Status"),
        N_("The verdict; see vocabulary “status”."),
        required=True,
        enum=_values(Status),
    ),
    Field(
        "reason",
        "string",
        N_("Reason"),
        N_("Why the status is what it is; see vocabulary “reason”."),
        enum=_values(Reason),
    ),
    _PHASE,
)


def _in_both(name: str, title: str, english: str, *, required: bool = False) -> tuple[Field, Field]:
    """A text in Vietnamese and in English."""
    return (
        Field(f"{name}_vi", "string", title, required=required),
        Field(f"{name}_en", "string", english, required=required),
    )


_NAMES = _in_both("name", N_("Name in Vietnamese"), N_("Name in English"), required=True)
_BODIES = _in_both(
    "governing_body", N_("Governing body in Vietnamese"), N_("Governing body in English")
)
_TITLES = _in_both("title", N_("Title in Vietnamese"), N_("Title in English"), required=True)
_LABELS = _in_both("label", N_("Words in Vietnamese"), N_("Words in English"), required=True)
_GROUPS = _in_both("group", N_("Group in Vietnamese"), N_("Group in English"))
_MEANINGS = _in_both("meaning", N_("Meaning in Vietnamese"), N_("Meaning in English"))

_DECLARED = (
    Table(
        "agencies",
        N_("Press agencies"),
        N_("Every agency of the register, of whatever years, under the last name known."),
        (
            Field("id", "string", N_("Code"), required=True),
            *_NAMES,
            *_BODIES,
            Field(
                "media_types",
                "string",
                N_("Media types"),
                N_("Codes of the vocabulary “media_type”, separated by semicolons."),
                pattern=f"({_MEDIA})(;({_MEDIA}))*",
            ),
            Field("e_press", "boolean", N_("Has an electronic press edition")),
            Field("valid_from", "date", N_("First day"), N_("Empty: older than the plan.")),
            Field("valid_to", "date", N_("Last day"), N_("Empty: it exists still.")),
            Field(
                "successor",
                "string",
                N_("Successor"),
                N_("The agency that it was merged into."),
                to="agencies",
            ),
            _flag(
                "in_register",
                N_("In the register"),
                N_("false: it has reported, and is no longer in the register."),
            ),
        ),
        ("id",),
    ),
    Table(
        "agency_names",
        N_("Names of agencies"),
        N_("The names that each agency has borne, in order."),
        (
            _AGENCY,
            Field("number", "integer", N_("Number"), required=True, minimum=1),
            Field("valid_from", "date", N_("First day"), N_("Empty: since there is the agency.")),
            *_NAMES,
            *_BODIES,
        ),
        ("agency", "number"),
    ),
    Table(
        "indicators",
        N_("Indicators"),
        N_("The rows of the plan's appendix, and how each is computed."),
        (
            Field("code", "string", N_("Code"), required=True),
            Field("row", "integer", N_("Row"), required=True, minimum=1),
            Field(
                "kind",
                "string",
                N_("Kind"),
                N_(
                    "share: agencies out of agencies; share_growth: agencies whose amount grew by the threshold; ratio: a sum over a sum."
                ),
                required=True,
                enum=("share", "share_growth", "ratio"),
            ),
            *_TITLES,
            Field("clause_vi", "string", N_("Unit of measure as printed"), required=True),
            Field("source_vi", "string", N_("Place in the plan"), required=True),
            Field(
                "rounding",
                "string",
                N_("Rounding"),
                N_(
                    "half_up: rounded half up to the printed decimals before it is compared with the target; exact: compared unrounded."
                ),
                required=True,
                enum=("half_up", "exact"),
            ),
            *_in_both("note", N_("Note in Vietnamese"), N_("Note in English")),
        ),
        ("code",),
    ),
    Table(
        "plan_versions",
        N_("Versions of the plan"),
        N_("The plan as issued, and every amendment of its appendix."),
        (
            _count("version", N_("Number"), N_("0: as issued."), required=True),
            Field("decision", "string", N_("Decision"), required=True),
            Field("date", "date", N_("Date of the decision"), required=True),
            Field("first_year", "year", N_("First year"), required=True),
            _flag("withdrawn", N_("Withdrawn")),
        ),
        ("version",),
    ),
    Table(
        "targets",
        N_("Targets by plan version"),
        N_("What the appendix of each version prints, cell by cell."),
        (
            Field("version", "integer", N_("Version"), required=True, to="plan_versions"),
            _INDICATOR,
            _YEAR,
            _percent(
                "target_pct",
                N_("Target"),
                N_("In percent; 0 asks for nothing."),
                required=True,
                maximum=100,
            ),
            _THRESHOLD,
            _count("decimals", N_("Printed decimals"), required=True),
            Field("as_printed", "string", N_("As printed"), required=True),
            Field("sheet", "string", N_("Sheet"), N_("In the appendix of this version.")),
            Field("cell", "string", N_("Cell")),
            _flag("applied", N_("Applied"), N_("true: the verdicts of this package are by it.")),
        ),
        ("version", "indicator", "year"),
    ),
    Table(
        "obligations",
        N_("Goals of named agencies"),
        N_("The goals that the plan's text gives to an agency by name."),
        (_AGENCY, _INDICATOR, _YEAR, Field("source_vi", "string", N_("Source"), required=True)),
        ("agency", "indicator", "year"),
    ),
    Table(
        "reference_goals",
        N_("Goals from elsewhere"),
        N_("Shown beside the targets, and never part of a verdict."),
        (
            Field(
                "series",
                "string",
                N_("Series"),
                N_("See vocabulary “series”."),
                required=True,
                enum=tuple(messages.SERIES),
            ),
            _INDICATOR,
            _YEAR,
            _percent("goal_pct", N_("Goal"), required=True, maximum=100),
            _percent("threshold_pct", N_("Growth in the goal"), minimum=None),
            Field("source_vi", "string", N_("Source"), required=True),
        ),
        ("series", "indicator", "year"),
    ),
    Table(
        "results",
        N_("Province results"),
        N_("Every indicator in every year of the plan, for the province."),
        (
            _INDICATOR,
            _YEAR,
            *_RESULT,
            _count("answered", N_("Agencies answered"), required=True),
            _count("missing", N_("Agencies missing"), required=True),
            _percent(
                "worst_pct",
                N_("Lowest possible"),
                N_("If every missing agency turned out against the indicator, in percent."),
            ),
            _percent(
                "best_pct",
                N_("Highest possible"),
                N_("If every missing agency turned out for the indicator, in percent."),
            ),
            *_TARGET,
            _ILLUSTRATIVE,
            _SUPPOSED,
        ),
        ("indicator", "year"),
    ),
    Table(
        "agency_results",
        N_("Results by agency"),
        N_("Every indicator of every agency in every year in which it counts."),
        (
            _AGENCY,
            _INDICATOR,
            _YEAR,
            Field(
                "answer",
                "string",
                N_("Answer"),
                N_("See vocabulary “answer”."),
                enum=tuple(messages.ANSWERS),
            ),
            *_RESULT,
            _percent(
                "growth_pct",
                N_("Growth over base year"),
                N_("In percent, unrounded; only of indicators of growth."),
                minimum=None,
            ),
            *_TARGET,
            _ILLUSTRATIVE,
            _SUPPOSED,
        ),
        ("agency", "indicator", "year"),
    ),
    Table(
        "fields",
        N_("Questions"),
        N_("What the yearly form asks for."),
        (
            Field("name", "string", N_("Code"), required=True),
            Field(
                "kind",
                "string",
                N_("Kind"),
                N_(
                    "answer: see vocabulary “answer”; task_state: see vocabulary “task_state”; choice: words of a list; text: free text, never given out; other: no longer asked for."
                ),
                required=True,
                enum=(
                    *("answer", "amount", "count", "level", "task_state"),
                    *("score", "choice", "text", "other"),
                ),
            ),
            *_LABELS,
            *_in_both("unit", N_("Unit in Vietnamese"), N_("Unit in English")),
            Field("maximum", "number", N_("Largest value"), minimum=0),
            _flag(
                "published", N_("Given out"), N_("false: free text that may hold personal data.")
            ),
        ),
        ("name",),
    ),
    Table(
        "tasks",
        N_("Tasks"),
        N_("The tasks that the plan lists; how far each is stands in “reported”."),
        (Field("code", "string", N_("Code"), required=True, to="fields"), *_GROUPS, *_LABELS),
        ("code",),
    ),
    Table(
        "submissions",
        N_("Reports sent"),
        N_(
            "Every version of every report, with what had become of it when this package was written. Without names, addresses and file names."
        ),
        (
            Field("id", "integer", N_("Number"), required=True, minimum=1),
            _AGENCY,
            _YEAR,
            _PHASE_OF_REPORT,
            Field("version", "integer", N_("Version"), required=True, minimum=1),
            Field(
                "state",
                "string",
                N_("State"),
                N_("See vocabulary “review_state”."),
                required=True,
                enum=_values(ReviewState),
            ),
            Field("received_at", "datetime", N_("Received at"), required=True),
            Field(
                "sha256",
                "string",
                N_("Hash of the file"),
                N_("SHA-256 of the workbook as received."),
                required=True,
                pattern="[0-9a-f]{64}",
            ),
            _flag("in_use", N_("In use"), N_("true: “reported” holds its figures.")),
            _ILLUSTRATIVE,
        ),
        ("id",),
    ),
    Table(
        "corrections",
        N_("Corrections"),
        N_("Corrections of filed figures that are in force. Without who entered them, and why."),
        (
            Field("id", "integer", N_("Number"), required=True, minimum=1),
            _AGENCY,
            _YEAR,
            _QUESTION,
            Field("stated_number", "number", N_("Number as filed")),
            Field("stated_text", "string", N_("Answer as filed")),
            Field("corrected_number", "number", N_("Number as corrected")),
            Field("corrected_text", "string", N_("Answer as corrected")),
            Field("entered_at", "datetime", N_("Entered at"), required=True),
            _flag("in_use", N_("In use"), N_("true: a figure in “reported” is by it.")),
        ),
        ("id",),
    ),
    Table(
        "reported",
        N_("Figures as reported"),
        N_("Every answer in use, corrections applied. Blank cells have neither number nor answer."),
        (
            _AGENCY,
            _YEAR,
            _PHASE_OF_REPORT,
            _QUESTION,
            Field("number", "number", N_("Number"), N_("In the unit of its question.")),
            Field("text", "string", N_("Answer"), N_("A code, or a word of a list.")),
            Field(
                "sheet",
                "string",
                N_("Sheet"),
                N_("In the workbook received; empty where it is none of the form's own."),
            ),
            Field("cell", "string", N_("Cell")),
            Field("submission", "integer", N_("Report"), required=True, to="submissions"),
            Field("correction", "integer", N_("Correction"), to="corrections"),
            _ILLUSTRATIVE,
        ),
        ("agency", "year", "field"),
    ),
    Table(
        "rules",
        N_("Rules"),
        N_("What was decided where the plan is silent, as this package was computed."),
        (
            Field("code", "string", N_("Code"), required=True),
            Field("value", "string", N_("Value"), required=True),
            *_in_both("text", N_("Words in Vietnamese"), N_("Words in English")),
        ),
        ("code",),
    ),
    Table(
        "vocabulary",
        N_("Vocabulary"),
        N_("What the codes in the other tables mean."),
        (
            Field(
                "vocabulary",
                "string",
                N_("Vocabulary"),
                required=True,
                enum=(*VOCABULARIES, TASK_STATE),
            ),
            Field("code", "string", N_("Code"), required=True),
            *_MEANINGS,
        ),
        ("vocabulary", "code"),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _DECLARED}
"""Every table by its name, in the order in which they are written."""
