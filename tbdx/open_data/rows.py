"""The rows of the open data, in codes: what each table holds of a view.

What agencies answer freely, why something was corrected, and the names of people and of the
files and sheets that they send may hold personal data: none of it gets here. What is public
stands as it was typed: the register's names, the numbers of decisions, what an appendix prints
and where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Self

import pandas as pd

from tbdx import messages
from tbdx.amendments import version_in
from tbdx.i18n import N_, language
from tbdx.model import Answer, Erratum, PlanVersion, Submission, Target
from tbdx.open_data.schema import TASK_STATE, VOCABULARIES, Table
from tbdx.plan import EMPTY, Agency, Text
from tbdx.service import Service, View
from tbdx.workbook.template import FIRST_SHEET

Record = tuple[Any, ...]
"""One row: a value for each field of its table, None where there is nothing."""

_VI, _EN = language("vi"), language("en")
_LEVEL, _VERSION, _WINDOW, _TOTAL = (
    f"maturity_{name}" for name in ("level", "version", "window", "total")
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a view does not know, read once.

    submissions  every version of every report, the oldest first
    printed      what each appendix prints: the one first issued (None), then the amended ones
    revision     the store's, when this was read
    """

    submissions: tuple[Submission, ...]
    printed: tuple[tuple[PlanVersion | None, tuple[Target, ...]], ...]
    revision: int

    @classmethod
    def of(cls, service: Service, view: View) -> Self:
        """What stands beside a view: of the illustrative reports where it shows those."""
        submissions = service.reviewing.sent(sample=view.sample)
        return cls(tuple(submissions), service.office.printed_targets(), service.view().revision)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the form: its kind, unit, largest value, and the words an answer can be."""

    name: str
    kind: str
    unit: Text = EMPTY
    maximum: float | None = None
    words: frozenset[str] = frozenset()

    @property
    def published(self) -> bool:
        return self.kind != "text"


class Rows:
    """Every table of one view, with what stands beside it."""

    def __init__(self, view: View, sources: Sources) -> None:
        self._view, self._plan = view, view.plan
        self._sent, self._printed = sources.submissions, sources.printed

    def of(self, table: Table) -> pd.DataFrame:
        """The rows of one table, a column for each of its fields, in order.

        Dates, moments and yes/no are texts already, as they are written.
        """
        rows = _ROWS[table.name](self)
        names = [field.name for field in table.fields]
        if not isinstance(rows, pd.DataFrame):
            rows = pd.DataFrame.from_records(list(rows), columns=names)
        return pd.DataFrame({f.name: self._written(rows[f.name], f.type) for f in table.fields})

    def _written(self, values: pd.Series[Any], kind: str) -> pd.Series[Any]:
        """The values of a column, those that are neither number nor text as texts."""
        zone = self._plan.due.zone

        def moment(value: datetime) -> str:
            return value.astimezone(zone).isoformat(timespec="seconds")

        say: dict[str, Any] = {
            "boolean": {True: "true", False: "false"},
            "date": date.isoformat,
            "datetime": moment,
        }
        if kind not in say:
            return values
        written: pd.Series[Any] = values.astype("object").map(say[kind], na_action="ignore")
        return written

    @cached_property
    def left_out(self) -> int:
        """How many answers of the panel are free texts, which are not given out."""
        return int((~self._open_answers).sum())

    # --- the register and the plan ----------------------------------------------------------

    def _agencies(self) -> Iterator[Record]:
        for agency in self._plan.agencies:
            yield (
                agency.id,
                *(agency.name(words.code) for words in (_VI, _EN)),
                *(agency.governing_body(words.code) for words in (_VI, _EN)),
                ";".join(agency.media_types),
                agency.e_press == "yes",
                agency.valid_from,
                agency.valid_to,
                agency.successor,
                True,
            )
        for gone in self._unregistered():
            yield (gone, gone, gone, *[None] * 7, False)

    def _unregistered(self) -> list[str]:
        """Agencies that have reported and are no longer in the register."""
        named = set(self._view.panel["agency"].unique())
        named |= {submission.agency for submission in self._sent}
        named |= {erratum.agency for erratum in self._view.errata}
        return sorted(named - {agency.id for agency in self._plan.agencies})

    def _agency_names(self) -> Iterator[Record]:
        for agency in self._plan.agencies:
            body = (agency.governing_body_vi, agency.governing_body_en)
            yield (agency.id, 1, None, agency.name_vi, agency.name_en, *body)
            yield from self._later_names(agency, body)

    @staticmethod
    def _later_names(agency: Agency, body: tuple[str, str]) -> Iterator[Record]:
        for number, name in enumerate(agency.renamed, start=2):
            body = (name.governing_body_vi or body[0], name.governing_body_en or body[1])
            yield (agency.id, number, name.start, name.name_vi, name.name_en, *body)

    def _indicators(self) -> Iterator[Record]:
        for i in self._plan.indicators:
            title, note = (i.title.vi, i.title.en), (i.note.vi, i.note.en)
            yield (i.code, i.row, i.kind, *title, i.clause, i.source, i.rounding, *note)

    def _plan_versions(self) -> Iterator[Record]:
        decision = self._plan.decision
        yield 0, decision.number, decision.date, self._plan.years.first, False
        for version, _ in self._printed:
            if version:
                what = (version.id, version.decision, version.date, version.first_year)
                yield (*what, version.withdrawn_at is not None)

    def _targets(self) -> Iterator[Record]:
        for version, printed in self._printed:
            number = version.id if version else 0
            for t in printed:
                asked = (t.share_pct, t.threshold_pct, t.decimals, t.as_printed)
                used = version_in(self._view.amendments, t.year)
                applied = number == (used.id if used else 0)
                yield (number, t.indicator, t.year, *asked, t.sheet, t.cell, applied)

    def _obligations(self) -> Iterator[Record]:
        for goal in self._plan.obligations:
            yield goal.agency, goal.indicator, goal.year, goal.source

    def _reference_goals(self) -> Iterator[Record]:
        for goal in self._plan.reference_goals:
            share, threshold = goal.share_pct, goal.threshold_pct
            yield goal.series, goal.indicator, goal.year, share, threshold, goal.source

    def _tasks(self) -> Iterator[Record]:
        for task in self._plan.form.tasks.item:
            yield task.code, task.group.vi, task.group.en, task.label.vi, task.label.en

    def _rules(self) -> Iterator[Record]:
        for rule in self._plan.rule:
            yield rule.code, rule.value, rule.text.vi, rule.text.en

    def _vocabulary(self) -> Iterator[Record]:
        for vocabulary, meanings in VOCABULARIES.items():
            for code, meaning in meanings.items():
                if code:
                    yield vocabulary, str(code), _VI.text(meaning), _EN.text(meaning)
        for state in self._plan.form.tasks.states:
            yield TASK_STATE, state.code, state.vi, state.en

    # --- results ----------------------------------------------------------------------------

    def _results(self) -> pd.DataFrame:
        return self._marked(self._view.results)

    def _agency_results(self) -> pd.DataFrame:
        return self._marked(self._view.standings)

    def _marked(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Results with what they are; 0 of 0 says nothing where nothing was answered."""
        counts = rows[["numerator", "denominator"]].astype("Int64").mask(rows["answered"] == 0)
        return rows.assign(
            numerator=counts["numerator"],
            denominator=counts["denominator"],
            illustrative=self._view.sample,
            supposed=bool(self._view.scenario),
        )

    # --- what was reported ------------------------------------------------------------------

    @cached_property
    def _asked(self) -> dict[str, _Asked]:
        """Every question by its name, those of which only the panel knows at the end."""
        form = self._plan.form
        states = frozenset(state.code for state in form.tasks.states)
        answers = frozenset(answer.value for answer in Answer)
        levels, versions = map(frozenset, (form.maturity.levels, form.maturity.versions))
        millions, points = (
            Text(vi=_VI.text(unit), en=_EN.text(unit)) for unit in (N_("million VND"), N_("points"))
        )
        asked = [
            *(
                _Asked(
                    q.name, q.kind, q.unit, q.max, answers if q.kind == "answer" else frozenset()
                )
                for q in form.field
            ),
            *(_Asked(task.code, "task_state", words=states) for task in form.tasks.item),
            *(_Asked(f"{task.code}_result", "text") for task in form.tasks.item),
            *(_Asked(item.code, "amount", millions) for item in form.spending.item),
            *(_Asked(item.code, "score", points, item.max) for item in form.maturity.pillar),
            _Asked(_TOTAL, "score", points),
            _Asked(_LEVEL, "choice", words=levels),
            _Asked(_VERSION, "choice", words=versions),
            _Asked(_WINDOW, "text"),
            *(_Asked(item.code, "text") for item in form.texts.item),
        ]
        known = {question.name: question for question in asked}
        named = [*self._view.panel["field"].unique(), *(e.field for e in self._view.errata)]
        return known | {name: _Asked(name, "other") for name in named if name not in known}

    def _fields(self) -> Iterator[Record]:
        for asked in self._asked.values():
            labels = (messages.field_label(asked.name, words, self._plan) for words in (_VI, _EN))
            unit = (asked.unit.vi, asked.unit.en)
            yield (asked.name, asked.kind, *labels, *unit, asked.maximum, asked.published)

    @cached_property
    def _open_answers(self) -> pd.Series[bool]:
        """Which rows of the panel are no free text: numbers, blanks, and words of a list."""
        panel = self._view.panel
        closed = panel["text"].isna()
        for asked in self._asked.values():
            if asked.words:
                closed |= (panel["field"] == asked.name) & panel["text"].isin(asked.words)
        return closed & panel["field"].isin([q.name for q in self._asked.values() if q.published])

    def _reported(self) -> pd.DataFrame:
        rows = self._view.panel[self._open_answers]
        form = self._plan.form
        sheets = (FIRST_SHEET, form.tasks.sheet, form.spending.sheet, form.maturity.sheet)
        return rows.assign(
            sheet=rows["sheet"].where(rows["sheet"].isin([*sheets, form.texts.sheet])),
            correction=rows["erratum"].where(rows["erratum"] > 0),
            illustrative=self._view.sample,
        )

    def _submissions(self) -> Iterator[Record]:
        in_use = set(self._view.panel["submission"].unique().tolist())
        for s in self._sent:
            what = (s.id, s.agency, s.year, s.phase.value, s.version, s.state.value)
            yield (*what, s.received_at, s.sha256, s.id in in_use, self._view.sample)

    def _corrections(self) -> Iterator[Record]:
        for erratum in self._view.errata:
            if erratum.withdrawn_at is None and self._is_open(erratum):
                values = (
                    *self._parts(erratum, erratum.stated),
                    *self._parts(erratum, erratum.corrected),
                )
                key = (erratum.id, erratum.agency, erratum.year, erratum.field)
                yield (*key, *values, erratum.at, erratum.id in self._view.errata_in_use)

    def _is_open(self, erratum: Erratum) -> bool:
        """Whether the figure it gives is one that is given out."""
        asked, corrected = self._asked[erratum.field], erratum.corrected
        return asked.published and (not isinstance(corrected, str) or corrected in asked.words)

    def _parts(self, erratum: Erratum, value: object) -> tuple[float | None, str | None]:
        """A figure as number and text, one of them None; of a free text nothing."""
        if isinstance(value, str):
            return None, str(value) if value in self._asked[erratum.field].words else None
        return (value, None) if isinstance(value, float | int) else (None, None)


_ROWS: dict[str, Callable[[Rows], pd.DataFrame | Iterable[Record]]] = {
    "agencies": Rows._agencies,
    "agency_names": Rows._agency_names,
    "indicators": Rows._indicators,
    "plan_versions": Rows._plan_versions,
    "targets": Rows._targets,
    "obligations": Rows._obligations,
    "reference_goals": Rows._reference_goals,
    "results": Rows._results,
    "agency_results": Rows._agency_results,
    "fields": Rows._fields,
    "tasks": Rows._tasks,
    "submissions": Rows._submissions,
    "corrections": Rows._corrections,
    "reported": Rows._reported,
    "rules": Rows._rules,
    "vocabulary": Rows._vocabulary,
}
