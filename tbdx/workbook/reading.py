"""What reading a report has in common: the plan's words, findings, whose report it is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from tbdx.model import Answer, Finding, Phase, ReportedField, Severity
from tbdx.plan import Agency, Form, Plan, Question
from tbdx.words import clean, fold
from tbdx.workbook.package import Flaw, Place
from tbdx.workbook.sheets import Raw, Sheet, as_text

Value = Answer | float | str | None
Labelled = tuple[Place, Raw]
"""A value with the place where it stands, or belongs when it is empty."""

MOST_FINDINGS = 5_000  # about one file; nobody mends more by hand
_LONGEST_QUOTE = 200
MONEY_UNIT = "triệu đồng"
YEAR = re.compile(r"\b(20[0-9]{2})\b")
_END = re.compile(r"[\s.!,;:]+$")
_TITLE = re.compile(r"\b(?:bao cao|ket qua|tong hop|so lieu|bieu)\b")
_TITLE_YEAR = re.compile(r"(?<!thang [0-9] )(?<!thang [0-9]{2} )\bnam (20[0-9]{2})\b")
_UNIT_LINE = re.compile(r"(?:đvt|đơn vị tính|đơn vị đo)\s*:\s*([^).;]*)", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")
_MONEY = {fold(unit) for unit in ("đồng", "VNĐ", "VND", "USD", "tỷ", "tỷ đ", "tỷ đồng")}
_MONEY |= {fold(unit) for unit in ("nghìn đồng", "ngàn đồng", "nghìn đ", "1000 đồng", "1.000 đồng")}


@lru_cache(maxsize=8192)
def label(text: str, base_year: int = 0) -> str:
    """A folded label in which any year stands as "year", the base year as "base year"."""
    folded = fold(text.replace("{base_year}", "base year").replace("{year}", "year"))
    if base_year:
        folded = re.sub(rf"\b{base_year}\b", "base year", folded)
    return YEAR.sub("year", folded)


def answer_word(text: str) -> str:
    """An answer as it is looked up: "Có (một phần)", "Có?" and "Cô" are not "Có".

    Only a text without any diacritics is folded, for then they were left out.
    """
    typed = clean(text).lower()
    bare = _END.sub("", typed) or typed
    if bare.isascii() and "?" not in bare:
        return fold(bare.replace("(", " ").replace(")", " "))
    return bare


@dataclass(frozen=True)
class Words:
    """The form's words, folded and looked up by meaning; `listed` only in lower case."""

    agency: frozenset[str]
    agency_id: frozenset[str]
    year: frozenset[str]
    phase: frozenset[str]
    value: frozenset[str]
    question: frozenset[str]
    ignored: frozenset[str]
    fields: dict[str, Question]
    answers: dict[str, Answer | None]
    phases: dict[str, Phase]
    listed: frozenset[str]

    @classmethod
    def of(cls, form: Form) -> Words:
        def folded(words: Sequence[str]) -> frozenset[str]:
            return frozenset(label(word) for word in words)

        answers: dict[str, Answer | None] = {}
        for code, words in form.answer_words.items():
            meaning = None if code == "blank" else Answer(code)
            answers.update({fold(word): meaning for word in words})
            answers.update({answer_word(word): meaning for word in words})
        return cls(
            folded(form.agency_heads),
            folded(form.agency_id_heads),
            folded(form.year_heads),
            folded(form.phase_heads),
            folded(form.value_heads),
            folded(form.question_heads),
            folded(form.note_heads) | folded(form.row_number_heads),
            {
                label(word): question
                for question in form.field
                for word in (question.label.vi, question.label.en, *question.heads)
            },
            answers,
            {fold(word): Phase(code) for code, words in form.phase_words.items() for word in words},
            frozenset(word.lower() for word in form.listed_words),
        )

    @property
    def identity(self) -> frozenset[str]:
        """The labels beside which stands whose report it is."""
        return self.agency | self.agency_id | self.year | self.phase

    def is_blank(self, raw: Raw) -> bool:
        """Whether a cell is empty, or says in words that there is nothing yet ("…")."""
        text = as_text(raw)
        return not text or self.answers.get(answer_word(text), Answer.YES) is None


@dataclass(frozen=True)
class Report:
    """Whose report is being read: known before any value is."""

    agency: Agency
    year: int
    phase: Phase


@dataclass
class Reading:
    """One file being read: the plan's words, and what was found so far."""

    plan: Plan
    words: Words
    findings: list[Finding] = field(default_factory=list)
    fields: list[ReportedField] = field(default_factory=list)
    reports: dict[Report, tuple[str, str]] = field(default_factory=dict)
    merged: dict[tuple[str, Place], Place] = field(default_factory=dict)

    def block(self, code: str, sheet: Sheet | None = None, cell: str = "", **details: str) -> None:
        """Add a finding that stops the file; details are field, found, expected."""
        self._add(code, Severity.BLOCKING, sheet, cell, details)

    def remark(self, code: str, sheet: Sheet | None = None, cell: str = "", **details: str) -> None:
        """Add a finding that does not stop the file."""
        self._add(code, Severity.REMARK, sheet, cell, details)

    def _add(
        self, code: str, severity: Severity, sheet: Sheet | None, cell: str, details: dict[str, str]
    ) -> None:
        if len(self.findings) == MOST_FINDINGS:
            found = str(MOST_FINDINGS)
            self.findings.append(Finding("too-many-findings", Severity.BLOCKING, found=found))
        if len(self.findings) <= MOST_FINDINGS:
            short = {name: shorten(text) for name, text in details.items()}
            self.findings.append(
                Finding(code, severity, sheet.name if sheet else "", cell, **short)
            )

    def remark_on_link(self, sheet: Sheet, place: Place, name: str = "") -> None:
        """Say that a value is the stored result of a formula on another workbook."""
        if place in sheet.linked:
            cell, found = sheet.address(*place), sheet.text(*place)
            self.remark("linked-workbook", sheet, cell, field=name, found=found)

    def keep(self, report: Report, name: str, value: Value, sheet: Sheet, place: Place) -> None:
        """Keep a reported value with its address."""
        cell = sheet.address(*place)
        own = (report.agency.id, report.year, report.phase)
        self.fields.append(ReportedField(*own, name, value, sheet.name, cell))

    def begin(self, report: Report, sheet: Sheet, cell: str) -> bool:
        """Whether this is the file's first report of its agency, year and phase."""
        first = self.reports.get(report)
        if first is None:
            self.reports[report] = (sheet.name, cell)
            return True
        found = f"{report.agency.name_vi}, {report.year}"
        expected = first[1] if first[0] == sheet.name else f"{first[0]}!{first[1]}"
        self.block("repeated-row", sheet, cell, found=found, expected=expected)
        return False


def shorten(text: str) -> str:
    """A text as a finding quotes it."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _has_flaw(reading: Reading, sheet: Sheet, at: Labelled) -> bool:
    """Whether the cell shows an error or an uncomputed formula; it is then refused."""
    place, raw = at
    if isinstance(raw, Flaw):
        reading.block(raw.code, sheet, sheet.address(*place), found=str(raw))
    return isinstance(raw, Flaw)


def read_year(reading: Reading, sheet: Sheet, at: Labelled | None) -> int | None:
    """The reporting year: exactly one year of the plan, as a number or in words."""
    years = reading.plan.years
    expected = f"{years.first} – {years.last}"
    if at is None:
        reading.block("missing-year", sheet, expected=expected)
        return None
    place, raw = at
    if _has_flaw(reading, sheet, at):
        return None
    reading.remark_on_link(sheet, place)
    text = as_text(raw)
    is_year = isinstance(raw, str) or text.isdecimal()
    said = set(YEAR.findall(text)) if is_year else set()
    year = int(said.pop()) if len(said) == 1 else None
    if year not in reading.plan.all_years:
        code = "wrong-year" if text else "missing-year"
        reading.block(code, sheet, sheet.address(*place), found=text, expected=expected)
        return None
    return year


def read_phase(reading: Reading, sheet: Sheet, at: Labelled | None) -> Phase | None:
    """Whether the figures are an estimate or final."""
    if at and _has_flaw(reading, sheet, at):
        return None
    if at:
        reading.remark_on_link(sheet, at[0])
    text = as_text(at[1]) if at else ""
    phase = reading.words.phases.get(fold(text))
    if phase is None:
        code = "wrong-phase" if text else "missing-phase"
        cell = sheet.address(*at[0]) if at else ""
        expected = " / ".join(map(reading.plan.form.phase_label, Phase))
        reading.block(code, sheet, cell, found=text, expected=expected)
    return phase


def read_agency(
    reading: Reading,
    sheet: Sheet,
    name: Labelled | None,
    number: Labelled | None,
    year: int | None,
) -> Agency | None:
    """The agency by its id where there is one, else by its name in that year.

    With the year unknown every agency of the plan is looked at.
    """
    plan = reading.plan
    current = plan.agencies if year is None else plan.agencies_in(year)
    flawed = [_has_flaw(reading, sheet, at) for at in (name, number) if at]
    if any(flawed):
        return None
    for at in (name, number):
        if at:
            reading.remark_on_link(sheet, at[0])
    has_name, has_number = (at is not None and as_text(at[1]) != "" for at in (name, number))
    by_name = _agency_named(reading, sheet, name, current, year) if name and has_name else None
    if number and has_number:
        by_id = _agency_numbered(reading, sheet, number, current)
        if by_id and by_name and by_id != by_name and year is not None:
            cell, found = sheet.address(*number[0]), as_text(number[1])
            reading.block("agency-mismatch", sheet, cell, found=found, expected=by_name.id)
            return None
        return by_id
    if not has_name:
        place = name or number
        cell = sheet.address(*place[0]) if place else ""
        reading.block("missing-agency", sheet, cell, expected=_names(current))
    return by_name


def _names(agencies: Iterable[Agency]) -> str:
    return "; ".join(dict.fromkeys(agency.name_vi for agency in agencies))


def _agency_numbered(
    reading: Reading, sheet: Sheet, at: Labelled, current: Sequence[Agency]
) -> Agency | None:
    place, raw = at
    wanted = as_text(raw).lower()
    agency = next((agency for agency in current if agency.id == wanted), None)
    if agency is None:
        known = any(agency.id == wanted for agency in reading.plan.agencies)
        reading.block(
            "agency-not-in-force" if known else "unknown-agency",
            sheet,
            sheet.address(*place),
            found=as_text(raw),
            expected=", ".join(agency.id for agency in current),
        )
    return agency


def _agency_named(
    reading: Reading, sheet: Sheet, at: Labelled, current: Sequence[Agency], year: int | None
) -> Agency | None:
    text, cell = as_text(at[1]), sheet.address(*at[0])
    names = folded_names(current, None if year is None else reading.plan.due.last_day(year))
    agency = names.get(fold(text))
    if agency:
        return agency
    if fold(text) in folded_names(reading.plan.agencies):
        code, expected = "agency-not-in-force", _names(current)
    else:
        near = _nearest(fold(text), tuple(names))
        code = "agency-near" if near else "unknown-agency"
        expected = names[near[0]].name_vi if near else _names(current)
    reading.block(code, sheet, cell, found=text, expected=expected)
    return None


@lru_cache(maxsize=1024)
def _nearest(name: str, names: tuple[str, ...]) -> list[str]:
    return difflib.get_close_matches(name[:_LONGEST_QUOTE], names, n=1, cutoff=0.8)


def folded_names(agencies: Iterable[Agency], day: date | None = None) -> dict[str, Agency]:
    """The agencies by each of their names and aliases, folded.

    A name is whose it is on that day, though another bore it before or will bear it.
    """
    ever = {fold(name): agency for agency in agencies for name in agency.names}
    return ever | {fold(name): agency for agency in agencies for name in agency.names_on(day)}


def check_title(
    reading: Reading, sheet: Sheet, rows: range, years: Set[int], *, anywhere: bool = False
) -> None:
    """A title "… NĂM 2023" above a report for 2024 is left from a copy of last year's.

    `years` are the years reported below. With `anywhere` every text counts as a title,
    otherwise those that say what they are the title of. A date is no title's year.
    """
    for row, column, text in sheet.all_cells(rows):
        title = fold(text) if anywhere else _TITLE.search(fold(text))
        after = title if isinstance(title, str) else title.string[title.end() :] if title else ""
        said = {int(year) for year in _TITLE_YEAR.findall(after)}
        if said and not said & years:
            cell = sheet.address(row, column)
            expected = ", ".join(map(str, sorted(years)))
            reading.block("year-mismatch", sheet, cell, found=text, expected=expected)


def check_units(reading: Reading, sheet: Sheet, rows: range) -> None:
    """A line "ĐVT: tỷ đồng" above amounts that are asked in another unit is refused."""
    for row, column, text in sheet.all_cells(rows):
        line = _UNIT_LINE.search(text)
        if line:
            check_unit(reading, sheet, (row, column), line[1])


def check_head_unit(reading: Reading, sheet: Sheet, place: Place, question: Question) -> None:
    """A head "Doanh thu (tỷ đồng)" over amounts that are asked in another unit is refused."""
    if question.kind == "amount":
        for unit in _IN_PARENTHESES.findall(sheet.text(*place)):
            check_unit(reading, sheet, place, unit)


def check_unit(reading: Reading, sheet: Sheet, place: Place, unit: str) -> None:
    """Refuse a unit of money other than the one every amount is asked in."""
    if fold(unit) in _MONEY:
        cell = sheet.address(*place)
        reading.block("wrong-unit", sheet, cell, found=unit.strip(), expected=MONEY_UNIT)
