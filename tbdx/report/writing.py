"""What the sections of the province's report share: one year of one view, told in one language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tbdx import messages, provenance, wording
from tbdx.i18n import N_, Language
from tbdx.model import Erratum, Phase, Reason, Status
from tbdx.plan import Indicator, Plan
from tbdx.report.content import Align
from tbdx.service import View
from tbdx.wording import Row

MOST_LINES = 25
"""So many agencies have a line each in the text; of more the appendices tell."""

_OPENING = re.compile(r'(?<![^\s(\[‘])"')  # a straight quotation mark before what is quoted

_MEASURED: dict[Status, str] = {
    Status.EXCEEDED: N_("above the target of {asked}"),
    Status.MET: N_("meeting the target of {asked}"),
    Status.NOT_MET: N_("short of the target of {asked}"),
    Status.NO_DATA: N_("not decided yet beside the target of {asked}"),
    Status.NOT_ASSESSABLE: N_("not assessable beside the target of {asked}"),
}
"""How a result stands, after its count and percentage."""


@dataclass(frozen=True)
class Writer:
    """One year of one view, told in one language."""

    view: View
    year: int
    words: Language

    @property
    def plan(self) -> Plan:
        return self.view.plan

    def text(self, message: str, /, **fields: object) -> str:
        return self.words.text(message, **fields)

    def plural(self, one: str, many: str, count: int, **fields: object) -> str:
        return self.words.plural(one, many, count, **fields)

    # --- whom ---------------------------------------------------------------------------------

    @cached_property
    def _present(self) -> list[str]:
        """Who counts in the year, and who reports for it."""
        places = [place.agency.id for place in self.plan.roster(self.year)]
        return list(dict.fromkeys([*places, *(a.id for a in self.plan.agencies_in(self.year))]))

    @cached_property
    def _borne(self) -> dict[int, Counter[str]]:
        return {}

    def name(self, agency: str, year: int | None = None) -> str:
        """An agency as the year (or another) knows it; with its dates only where the report
        speaks of another agency of this name."""
        year = year or self.year
        code, day = self.words.code, self.plan.due.last_day(year)
        if year not in self._borne:
            spoken_of = dict.fromkeys(
                [*self._present, *(a.id for a in self.plan.agencies_in(year))]
            )
            names = (self.plan.agency(own).name(code, day) for own in spoken_of)
            self._borne[year] = Counter(names)
        name = self.plan.agency(agency).name(code, day)
        return name if self._borne[year][name] == 1 else self.dated_name(agency, year)

    def dated_name(self, agency: str, year: int | None = None) -> str:
        """An agency, told apart from those that bear the same name in other years."""
        return provenance.agency_label(self.view, agency, self.words, year)

    def listed(self, agencies: Iterable[str]) -> str:
        """Agencies in a line, the first of them where there are many."""
        return wording.listed([self.name(agency) for agency in agencies], self.words)

    def reporters(self) -> list[str]:
        """Those whose reports of the year are in use, in the register's order."""
        return [
            a.id for a in self.plan.agencies_in(self.year) if self.view.reported(a.id, self.year)
        ]

    @property
    def chosen_figures(self) -> str:
        """Which kind of figures alone is looked at, where one was chosen; else "".

        Who has none of that kind may have reported all the same.
        """
        figures = self.view.basis.figures
        return "" if figures == "in_use" else self.text(provenance.FIGURES[figures])

    def phases(self) -> dict[str, Phase]:
        """How final each report in use is, by agency."""
        rows = self.view.phases[self.view.phases["year"] == self.year]
        return {
            agency: Phase(phase)
            for agency, phase in zip(rows["agency"], rows["phase"], strict=True)
        }

    # --- what ---------------------------------------------------------------------------------

    def row(self, indicator: Indicator, year: int | None = None) -> Row:
        """The province's result of the year (or of another)."""
        return self.view.result[indicator.code, year or self.year]

    @cached_property
    def standings(self) -> Mapping[str, list[Row]]:
        """How every agency stands in the year, by indicator, in the register's order."""
        found: dict[str, list[Row]] = {i.code: [] for i in self.plan.indicators}
        own = self.view.standings[self.view.standings["year"] == self.year]
        for row in own.to_dict("records"):
            found[row["indicator"]].append(row)
        return found

    def answer(self, code: str) -> str:
        """An answer in words, by its code in `View.standings`."""
        message = messages.ANSWERS[code]
        return self.text(message)

    def title(self, indicator: Indicator) -> str:
        """The indicator as the appendix of the year has it, where the report is in its language."""
        printed = self.printed.get(indicator.code)
        own = indicator.title[self.words.code]
        return printed[0] if printed and own == indicator.title.vi else own

    @cached_property
    def printed(self) -> Mapping[str, tuple[str, str]]:
        """Title and target of the year as the appendix prints them, by indicator."""
        return {
            t.indicator: (t.title, t.as_printed) for t in self.view.targets if t.year == self.year
        }

    def numbered(self, indicator: Indicator) -> str:
        """An indicator by its row and its short name."""
        short = indicator.short[self.words.code]
        return self.text("Indicator {row} ({name})", row=indicator.row, name=short)

    def heading(self, indicator: Indicator) -> str:
        """An indicator as the title of a section."""
        short = indicator.short[self.words.code]
        return self.text("{name} (indicator {row})", name=short, row=indicator.row)

    def question(self, field: str) -> str:
        """A question of the form as it was asked for the year."""
        question = self.plan.form.question(field)
        label = question.label[self.words.code] if question else field
        return label.format(year=self.year, base_year=self.plan.years.base)

    def unit(self, field: str) -> str:
        """The unit that a question asks for."""
        question = self.plan.form.question(field)
        return question.unit[self.words.code] if question else ""

    @property
    def money(self) -> str:
        """The unit in which the form asks for amounts."""
        amounts = (q.name for q in self.plan.form.field if q.kind == "amount")
        return self.unit(next(amounts, ""))

    def rows(self, indicators: Sequence[Indicator]) -> str:
        """Several indicators by their rows: "chỉ tiêu 1, 2, 5"."""
        numbers = ", ".join(str(indicator.row) for indicator in indicators)
        return self.plural("indicator {rows}", "indicators {rows}", len(indicators), rows=numbers)

    def counted(self, row: Row, indicator: Indicator) -> str:
        """A result's counts and percentage, said to be an estimate if it is: "2/3 cơ quan (66,7%)".

        For where it is said besides of whom figures are missing.
        """
        share = wording.percent_text(row, indicator, self.words)
        return f"{self._count(row, indicator)} ({share})"

    def counted_alone(self, row: Row, indicator: Indicator) -> str:
        """The same with how many agencies are missing: "1/1 cơ quan (100%), thiếu 2 cơ quan"."""
        return self._with_missing(self.counted(row, indicator), row)

    def counted_in_brackets(self, row: Row, indicator: Indicator) -> str:
        """The same to stand in brackets: "1/1 cơ quan, 100%, thiếu 2 cơ quan"."""
        share = wording.percent_text(row, indicator, self.words)
        return self._with_missing(f"{self._count(row, indicator)}, {share}", row)

    def _with_missing(self, counted: str, row: Row) -> str:
        if not row["missing"]:
            return counted
        missing = self.plural(
            "without {count} agency", "without {count} agencies", int(row["missing"])
        )
        return f"{counted}, {missing}"

    def _count(self, row: Row, indicator: Indicator) -> str:
        count = wording.count_text(row, indicator, self.words)
        if row.get("phase") == Phase.ESTIMATE.value:
            return self.text("an estimated {count}", count=count)
        return count

    def asked(self, row: Row, indicator: Indicator) -> str:
        """What a target asks for, with how many that is where that is known: "67% (cần 2)"."""
        if self.open_ended(row, indicator) and row["status"] != Status.NO_TARGET.value:
            return wording.target_text(row["target_pct"], row["threshold_pct"], self.words)
        return wording.asked_text(row, self.words)

    def short(self, row: Row, indicator: Indicator) -> str:
        """How much is missing to the target, where that is known: "Cần thêm 1 cơ quan"."""
        if self.open_ended(row, indicator):
            return ""
        return wording.short_text(row, indicator, self.words)

    @staticmethod
    def open_ended(row: Row, indicator: Indicator) -> bool:
        """Whether it is not known yet of how many people a target is a share."""
        return indicator.kind == "ratio" and bool(row["missing"])

    def measured(self, row: Row, indicator: Indicator) -> str:
        """How a result stands to its target: "đạt chỉ tiêu 67% (cần 2)"."""
        status, reason = Status(row["status"]), Reason(row["reason"])
        if status is Status.NO_TARGET:
            return self.text(messages.REASONS[reason])
        said = self.text(_MEASURED[status], asked=self.asked(row, indicator))
        if status is Status.NOT_ASSESSABLE:
            return f"{said} ({self.text(messages.REASONS[reason])})"
        return said

    def corrections(self, indicator: Indicator | None = None) -> list[Erratum]:
        """The corrections of the year's figures in use (that an indicator is computed from)."""
        return [
            erratum
            for erratum in provenance.corrections_in_use(self.view).values()
            if erratum.year == self.year
            and (indicator is None or erratum.field in indicator.fields)
        ]


def columns_of(align: Align, count: int) -> tuple[Align, ...]:
    """The same alignment for so many columns of a table."""
    return (align,) * count


def quoted(text: str) -> str:
    """Somebody's words in quotation marks; those within them are single ones.

    >>> quoted('“đã” làm "xong".')
    '“‘đã’ làm ‘xong’.”'
    """
    inner = _OPENING.sub("‘", text.replace("“", "‘").replace("”", "’")).replace('"', "’")
    return f"“{inner}”"


def sentence(text: str) -> str:
    """A clause as a sentence: with a capital and a full stop."""
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "”", ":", "?")) else f"{text}."


def joined(sentences: Iterable[str]) -> str:
    """Clauses as the sentences of one paragraph; empty ones are left out."""
    return " ".join(sentence(text) for text in sentences if text)
