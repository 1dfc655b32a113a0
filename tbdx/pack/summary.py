"""The official summary table (biểu tổng hợp): the plan's indicators by year, to be signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from tbdx import provenance, wording
from tbdx.i18n import N_, Language
from tbdx.model import Status
from tbdx.plan import Indicator
from tbdx.report.content import Letterhead
from tbdx.report.letterheads import province_letterhead
from tbdx.service import Row, View
from tbdx.workbook.books import Formula, Look, Sheet, Value, address, height_of, lines_of

MOST_ABREAST = 3
"""So many years stand beside each other; the others follow below, each goal year ending a row."""

_HEADS = (N_("Plan"), N_("Actual"), N_("Difference (points)"), N_("Verdict"))
_WIDE = len(_HEADS)  # columns of a year
_HEAD_ROWS = 3  # two of heads, one of numbers
_STT, _INDICATOR, _FIRST = 0, 1, 2
_JUDGED = {Status.EXCEEDED.value, Status.MET.value, Status.NOT_MET.value}

_HEAD = Look(bold=True, box=True, wrap=True, middle=True, align="center")
_NUMBERING = Look(italic=True, size=9, box=True, middle=True, align="center")
_CENTRED = Look(box=True, middle=True, align="center", wrap=True)
_TEXT = Look(box=True, middle=True, wrap=True)
_CAPITALS = Look(size=12, align="center", middle=True, wrap=True)
_BOLD = Look(bold=True, size=12, align="center", middle=True, wrap=True)
_MOTTO = replace(_BOLD, underlined=True)
_NOTE = Look(italic=True, size=10, wrap=True)
_TOLD = Look(box=True, wrap=True, size=10, middle=True)
_TOLD_LINE = 13.0  # points of a line of what is told of an indicator, which is set smaller
_TOLD_GAIN = 1.1  # so much more fits on it
_STT_WIDTH, _YEAR_WIDTHS, _NOTES_WIDTH = 5, (12, 9, 10, 12), 38
_TITLE_WIDTHS = {1: 60, 2: 46, 3: 36}
"""How wide the titles are by how many years stand abreast: fewer leave more room."""
_PRINTABLE = 132  # characters that a page takes at its full size


@dataclass(frozen=True)
class _Form:
    """The sheet that is filled in, with what it says."""

    sheet: Sheet
    view: View
    words: Language
    abreast: int

    @property
    def last(self) -> int:
        """The column of the notes."""
        return _FIRST + _WIDE * self.abreast

    @property
    def widths(self) -> tuple[float, ...]:
        """In characters."""
        years = _YEAR_WIDTHS * self.abreast
        return (_STT_WIDTH, _TITLE_WIDTHS[self.abreast], *years, _NOTES_WIDTH)

    def across(self, row: int, text: str, look: Look, height: float = 0) -> None:
        """A line over the whole width."""
        self.sheet.merge(row, 0, (row, self.last), text, look)
        if height:
            self.sheet.height(row, height)

    def halves(self, row: int, left: str, right: str, looks: tuple[Look, Look]) -> None:
        """What stands at the left and what at the right."""
        middle = self.last // 2
        self.sheet.merge(row, 0, (row, middle - 1), left, looks[0])
        self.sheet.merge(row, middle, (row, self.last), right, looks[1])


def lay_out(sheet: Sheet, view: View, words: Language, marks: Sequence[str]) -> None:
    """Fill the sheet in: letterhead, title, a table for each run of years, place, signatures."""
    years = years_of(view)
    runs = blocks(years, view.plan.years.goals)
    form = _Form(sheet, view, words, max(map(len, runs)))
    sheet.widths(*form.widths)
    heads = province_letterhead(view.plan, years[-1], words).letterhead
    row = _letterhead(form, heads)
    row = _title(form, row, years, marks)
    begins = []
    for block in runs:
        begins.append(row)
        row = _table(form, row, block) + 1
    if len(begins) > 1:
        sheet.pages(min(100, int(100 * _PRINTABLE / sum(form.widths))), begins[1:])
    else:
        sheet.repeat(begins[0], begins[0] + _HEAD_ROWS - 1)
    row = _notes(form, row)
    if not view.scenario:  # nobody signs what is supposed
        _signatures(form, row, heads.place)


def years_of(view: View) -> list[int]:
    """The years that have figures; while there are none, those up to the first goal."""
    answered = {year for (_, year), row in view.result.items() if row["answered"]}
    goal = min(view.plan.years.goals, default=view.plan.years.last)
    return sorted(answered) or [year for year in view.plan.all_years if year <= goal]


def blocks(years: Iterable[int], goals: Iterable[int]) -> list[list[int]]:
    """The years in runs of at most MOST_ABREAST, none across a goal year."""
    runs: list[list[int]] = []
    ends = set(goals)
    for year in years:
        if not runs or len(runs[-1]) == MOST_ABREAST or any(own in ends for own in runs[-1]):
            runs.append([])
        runs[-1].append(year)
    return runs


def _letterhead(form: _Form, heads: Letterhead) -> int:
    """Rows 1 to 3: who issues at the left, Quốc hiệu and tiêu ngữ at the right, the blank number."""
    words = form.words
    lines = (
        (heads.superior.upper(), words.text("SOCIALIST REPUBLIC OF VIET NAM"), (_CAPITALS, _BOLD)),
        (heads.issuer.upper(), words.text("Independence - Freedom - Happiness"), (_BOLD, _MOTTO)),
        (words.text("Form No.: ……………"), "", (Look(align="center"), _BOLD)),
    )
    for row, (left, right, looks) in enumerate(lines):
        form.halves(row, left, right, looks)
        form.sheet.height(row, 18)
    return len(lines)


def _title(form: _Form, row: int, years: Sequence[int], marks: Sequence[str]) -> int:
    """The table's name and years, on what it rests, the mark; the row after them."""
    words, decision = form.words, form.view.plan.decision
    form.across(
        row,
        words.text("SUMMARY OF THE PLAN'S INDICATORS"),
        Look(bold=True, size=14, align="center", middle=True),
        24,
    )
    form.across(
        row + 1,
        words.text("Years {years}", years=wording.span(years)),
        Look(bold=True, size=12, align="center", middle=True),
        18,
    )
    plan = words.text(
        "(with Plan No. {number} of {date})", number=decision.number, date=words.date(decision.date)
    )
    form.across(row + 2, plan, Look(italic=True, size=12, align="center", middle=True), 18)
    row += 3
    for mark in marks:
        form.across(row, mark, Look(bold=True, size=12, align="center", middle=True, box=True), 20)
        row += 1
    unit = words.text("Unit: %; differences in percentage points")
    form.across(row, unit, Look(italic=True, align="right"), 16)
    return row + 1


def _table(form: _Form, row: int, years: Sequence[int]) -> int:
    """Two rows of heads, the numbering, a row for each indicator; the row after them."""
    sheet, words, notes = form.sheet, form.words, _FIRST + _WIDE * len(years)
    end = _end_of_notes(form, years)
    for column, head in (
        (_STT, N_("No.")),
        (_INDICATOR, N_("Indicator")),
        (notes, N_("Notes")),
    ):
        last = end if column == notes else column
        sheet.merge(row, column, (row + 1, last), words.text(head), _HEAD)
    for number, year in enumerate(years):
        first = _FIRST + _WIDE * number
        title = words.text("Year {year}", year=year)
        sheet.merge(row, first, (row, first + _WIDE - 1), title, _HEAD)
        for column, head in enumerate(_HEADS, start=first):
            sheet.put(row + 1, column, words.text(head), _HEAD)
    sheet.height(row, 20)
    sheet.height(row + 1, 48)
    _numbering(form, row + 2, notes, end)
    for place, indicator in enumerate(form.view.plan.indicators, start=row + _HEAD_ROWS):
        sheet.put(place, _STT, indicator.row, Look(box=True, middle=True, align="center"))
        sheet.put(place, _INDICATOR, indicator.title[words.code], _TEXT)
        rows = [form.view.result[indicator.code, year] for year in years]
        for number, own in enumerate(rows):
            _cells(form, place, _FIRST + _WIDE * number, own, indicator)
        note = "\n".join(_told(rows, indicator, words))
        sheet.merge(place, notes, (place, end), note, _TOLD)
        width = sum(form.widths[notes : end + 1])
        sheet.height(place, _row_height(form, indicator.title[words.code], note, width))
    return row + _HEAD_ROWS + len(form.view.plan.indicators)


def _end_of_notes(form: _Form, years: Sequence[int]) -> int:
    """The last column of the notes: their own, or where years are few those of one year."""
    notes = _FIRST + _WIDE * len(years)
    return notes if notes == form.last else notes + _WIDE - 1


def _numbering(form: _Form, row: int, notes: int, end: int) -> None:
    """(1) (2) (3) … under the heads; of a difference also what it is made of: (5)=(4)-(3)."""
    for column in range(notes):
        number, own = column + 1, (column - _FIRST) % _WIDE
        made_of = f"=({number - 1})-({number - 2})" if column >= _FIRST and own == 2 else ""
        form.sheet.put(row, column, f"({number}){made_of}", _NUMBERING)
    form.sheet.merge(row, notes, (row, end), f"({notes + 1})", _NUMBERING)


def _cells(form: _Form, row: int, column: int, result: Row, indicator: Indicator) -> None:
    """What the plan asks of one year, what was reached, the difference and the verdict.

    The plan's 0%, which asks for nothing, stands as printed; nothing is set against it.
    """
    sheet, words = form.sheet, form.words
    target, value = result["target_pct"], result["value_pct"]
    printed: Value = "–" if pd.isna(target) else target / 100
    sheet.put(row, column, printed, replace(_CENTRED, number=_target_format(result, words)))
    known = bool(result["answered"]) and not pd.isna(value)
    shown = value / 100 if known else "–"
    digits = _decimals(wording.percent_text(result, indicator, words)) if known else 0
    sheet.put(row, column + 1, shown, replace(_CENTRED, number=_percent(digits)))
    look = replace(_CENTRED, number=_points(max(digits, 1)))
    if result["status"] in _JUDGED and known:
        asked, reached = address(row, column), address(row, column + 1)
        difference = value - target
        if _met_by_rounding(result, indicator, words):
            decimals = _decimals(words.percent(target, 2))
            reached, difference = f"ROUND({reached},{decimals + 2})", 0.0
        sheet.put(row, column + 2, Formula(f"=({reached}-{asked})*100", difference), look)
    else:
        sheet.put(row, column + 2, None, look)
    sheet.put(row, column + 3, wording.status_label(result, words), _CENTRED)


def _target_format(row: Row, words: Language) -> str:
    """Excel's format of a target: "0%", of a pair with its growth: "33% (≥ 10%)"."""
    if pd.isna(row["target_pct"]):
        return "General"
    share = _percent(_decimals(words.percent(row["target_pct"], 2)))
    if pd.isna(row["threshold_pct"]):
        return share
    return f'{share}" (≥ {words.percent(row["threshold_pct"], 2)})"'


def _points(decimals: int) -> str:
    """Excel's format of a difference, as fine as the percentage beside it."""
    digits = "0." + "0" * decimals
    return f"+{digits};-{digits};{digits}"


def _met_by_rounding(row: Row, indicator: Indicator, words: Language) -> bool:
    """Whether it is the rounding that makes a result equal to its target."""
    met = row["status"] == Status.MET.value
    return met and bool(wording.rounding_text(row, indicator, words))


def _percent(decimals: int) -> str:
    return "0." + "0" * decimals + "%" if decimals else "0%"


def _decimals(text: str) -> int:
    """With how many decimals a percentage is printed: "66,7%" with one."""
    found = re.search(r"[.,](\d+)%$", text)
    return len(found[1]) if found else 0


def _told(rows: Iterable[Row], indicator: Indicator, words: Language) -> Iterator[str]:
    """What there is to say of each year: counts, estimate, who is missing, rounding, the reason."""
    for row in rows:
        rounding = wording.rounding_text(row, indicator, words)
        if _met_by_rounding(row, indicator, words):
            value = wording.percent_text(row, indicator, words, 2)
            rounding = words.text("{value} rounded is equal to the target", value=value)
        parts = (
            wording.count_text(row, indicator, words) if row["answered"] else "",
            wording.estimate_text(row, words),
            wording.missing_text(row, indicator, words) if row["answered"] else "",
            rounding,
            wording.reason_text(row["reason"], words),
        )
        said = "; ".join(part[:1].lower() + part[1:] for part in parts if part)
        if said:
            yield f"{row['year']}: {said}"


def _row_height(form: _Form, title: str, note: str, width: float) -> float:
    """Points for a row: no program fits one to a text over merged cells by itself."""
    noted = lines_of(note, width * _TOLD_GAIN) if note else 1
    titled = height_of(lines_of(title, form.widths[_INDICATOR]))
    return max(titled, _TOLD_LINE * noted, height_of(2)) + 4


def _notes(form: _Form, row: int) -> int:
    """What the figures rest on, and how the columns are to be read."""
    words, plan = form.words, form.view.plan
    lines = [
        *(f"{head}: {said}" for head, said in provenance.rests_on(form.view, words)),
        *(f"{head}: {said}" for head, said in provenance.supposed(form.view, words)),
    ]
    if any(indicator.kind == "share_growth" for indicator in plan.indicators):
        lines.append(
            words.text(
                "In brackets: the growth over {base} from which on an agency counts.",
                base=plan.years.base,
            )
        )
    lines.append(
        words.text(
            "Shares of agencies are rounded half up to the printed decimals before they are compared with the plan; where that makes one equal to the plan, the difference is 0."
        )
    )
    for line in lines:
        form.across(row, line, _NOTE, height_of(lines_of(line, sum(form.widths))))
        row += 1
    return row + 1


def _signatures(form: _Form, row: int, place: str) -> None:
    """Place and blank date, who made the table and who signs it; under each a blank."""
    words = form.words
    form.halves(
        row,
        "",
        words.text("{place}, date …… month …… year ……", place=place),
        (_CAPITALS, Look(italic=True, size=12, align="center")),
    )
    form.halves(
        row + 1, words.text("PREPARED BY"), words.text("HEAD OF THE OFFICE"), (_BOLD, _BOLD)
    )
    signed = Look(italic=True, align="center")
    form.halves(
        row + 2,
        words.text("(Signature, full name)"),
        words.text("(Signature, seal, full name)"),
        (signed, signed),
    )
    for line in (row, row + 1, row + 2):
        form.sheet.height(line, 18)
