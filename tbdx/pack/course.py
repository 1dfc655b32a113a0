"""The indicators over the years: the numbers in a block each, and a native chart of each block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from tbdx import messages, wording
from tbdx.i18n import N_, Language
from tbdx.model import Phase, Status
from tbdx.plan import Indicator, Plan
from tbdx.service import Row, View
from tbdx.workbook.books import Cells, Look, Series, Sheet, share_format

HEADS = (
    N_("Year"),
    N_("Target of the year"),
    N_("Growth threshold"),
    N_("Result"),
    N_("Lowest possible"),
    N_("Highest possible"),
    N_("Target of a goal year"),
)
"""The heads of a block before those of each series of goals from elsewhere."""
_PLAIN, _HATCHED, _EMPTY = N_("Result (final)"), N_("Result (estimate)"), N_("Result (scenario)")
LAST_HEADS = (
    N_("Kind of figures"),
    N_("Status"),
    N_("Possible, as agencies are missing: up"),
    N_("Possible, as agencies are missing: down"),
    _PLAIN,
    _HATCHED,
    _EMPTY,
)
"""The heads after those; the last three repeat the results by kind, as the charts show them."""

_YEAR, _TARGET, _THRESHOLD, _RESULT, _GOAL, _REFERENCES = 0, 1, 2, 3, 6, 7
_TITLE = Look(bold=True, size=12)
_HEAD = Look(bold=True, head=True, box=True, wrap=True, middle=True, align="center")
_YEARS = Look(box=True, number="0")
_SHARE = Look(box=True)
_TEXT = Look(box=True, number="@")
_CHART = (640, 360)  # pixels
# A chart with the space around it, in rows and columns of the default size.
_CHART_ROWS, _CHART_COLUMNS = 19, 10
_ABREAST = 2
_PER_PAGE = 2  # rows of charts
_BLOCKS_PER_PAGE = 3
_COLUMNS: tuple[Literal["plain", "hatched", "empty"], ...] = ("plain", "hatched", "empty")
_SHAPES: dict[str, Literal["triangle", "cross"]] = {"national": "triangle", "body": "cross"}


def lay_out(sheet: Sheet, charts: Sheet, view: View, words: Language, marks: Sequence[str]) -> None:
    """Write the numbers on the one sheet and the charts that refer to them on the other."""
    sheet.widths(8, *(12 for _ in range(_REFERENCES - 1)), 15, 15, 16, 22, 15, 15, 11, 11, 11)
    charts.put(0, 0, words.text("Results against targets and goals"), Look(bold=True, size=14))
    charts.height(0, 22)
    mark = " · ".join(marks)
    row, blocks = 0, list[int]()
    if mark:
        charts.put(1, 0, mark, Look(bold=True))
        sheet.put(0, 0, mark, Look(bold=True))
        row = 1
    for number, indicator in enumerate(view.plan.indicators):
        first = _block(sheet, row, indicator, view, words)
        last = first + len(view.plan.all_years) - 1
        down, beside = divmod(number, _ABREAST)
        place = (2 + down * _CHART_ROWS, beside * _CHART_COLUMNS)
        categories = sheet.cells(_YEAR, first, last)
        charts.chart(
            place,
            _chart_title(indicator, view, words),
            categories,
            _series(sheet, (first, last), indicator, view, words),
            size=_CHART,
            alt=_alt(indicator, view, words),
        )
        blocks.append(row)
        row = last + 2
    pages = range(_PER_PAGE * _ABREAST, len(view.plan.indicators), _PER_PAGE * _ABREAST)
    charts.pages(78, [2 + number // _ABREAST * _CHART_ROWS for number in pages])
    sheet.pages(60, blocks[_BLOCKS_PER_PAGE::_BLOCKS_PER_PAGE])


def _chart_title(indicator: Indicator, view: View, words: Language) -> str:
    """The indicator; a chart is copied without its sheet, so it says itself what is no data."""
    title = f"{indicator.row}. {indicator.short[words.code]}"
    held = {N_("illustrative"): view.sample, N_("scenario"): bool(view.scenario)}
    kinds = ", ".join(words.text(kind) for kind, holds in held.items() if holds)
    return f"{title} ({kinds})" if kinds else title


def _block(sheet: Sheet, row: int, indicator: Indicator, view: View, words: Language) -> int:
    """One indicator's title, heads and years from a row on; the row of its first year."""
    sheet.put(row, 0, f"{indicator.row}. {indicator.title[words.code]}", _TITLE)
    names = [words.text(head) for head in HEADS]
    names += [words.text(word) for word in messages.SERIES.values()]
    names += [words.text(head) for head in LAST_HEADS]
    for column, name in enumerate(names):
        sheet.put(row + 1, column, name, _HEAD)
    sheet.height(row + 1, 46)
    for place, year in enumerate(view.plan.all_years, start=row + 2):
        own = view.result[indicator.code, year]
        shares = [*_shares(own, view.plan), *_references(indicator, year, view.plan)]
        beside = _REFERENCES + len(messages.SERIES)
        sheet.put(place, 0, year, _YEARS)
        _put(sheet, place, 1, shares)
        sheet.put(place, beside, _kind(own, words), _TEXT)
        sheet.put(place, beside + 1, wording.status_label(own, words), _TEXT)
        _put(sheet, place, beside + 2, [*_reach(own), *_by_kind(own)])
    return row + 2


def _put(sheet: Sheet, row: int, first: int, shares: Sequence[float | None]) -> None:
    for column, share in enumerate(shares, start=first):
        sheet.put(row, column, share, replace(_SHARE, number=share_format(share)))


def _shares(row: Row, plan: Plan) -> list[float | None]:
    """What stands under HEADS from the second on, as fractions."""
    asked = row["status"] != Status.NO_TARGET.value
    target = _fraction(row["target_pct"]) if asked else None
    values = (
        (row[name] if row["answered"] else None) for name in ("value_pct", "worst_pct", "best_pct")
    )
    return [
        target,
        _fraction(row["threshold_pct"]) if asked else None,
        *map(_fraction, values),
        target if row["year"] in plan.years.goals else None,
    ]


def _reach(row: Row) -> tuple[float | None, float | None]:
    """How far missing agencies could still move a value up and down."""
    if not row["answered"] or not row["missing"] or pd.isna(row["worst_pct"]):
        return None, None
    value = row["value_pct"]
    return _fraction(row["best_pct"] - value), _fraction(value - row["worst_pct"])


def _references(indicator: Indicator, year: int, plan: Plan) -> list[float | None]:
    """The goal of each series for a year."""
    goals: dict[str, float] = {
        goal.series: goal.share_pct / 100
        for goal in plan.reference_goals
        if (goal.indicator, goal.year) == (indicator.code, year)
    }
    return [goals.get(series) for series in messages.SERIES]


def _fraction(percent: float | None) -> float | None:
    return None if percent is None or pd.isna(percent) else percent / 100


def _by_kind(row: Row) -> list[float | None]:
    """The result in the place of its kind: final, estimate, supposed."""
    value = _fraction(row["value_pct"]) if row["answered"] else None
    places = {Phase.FINAL.value: 0, Phase.ESTIMATE.value: 1}
    own: int = 2 if pd.isna(row["phase"]) else places[row["phase"]]
    return [value if place == own else None for place in range(3)]


def _kind(row: Row, words: Language) -> str:
    if not row["answered"]:
        return ""
    if pd.isna(row["phase"]):
        return words.text("Scenario")
    return words.text(messages.PHASES[Phase(row["phase"])])


def _series(
    sheet: Sheet, rows: tuple[int, int], indicator: Indicator, view: View, words: Language
) -> list[Series]:
    """What a chart shows: results by kind, targets, goal years, and goals from elsewhere that there are.

    Targets are steps: no line joins them.
    """
    goals = ", ".join(map(str, view.plan.years.goals))
    series = [
        *_columns(sheet, rows, indicator, view, words),
        Series(words.text("Target of the year"), sheet.cells(_TARGET, *rows), "dash"),
        Series(words.text("Target {years}", years=goals), sheet.cells(_GOAL, *rows), "diamond"),
    ]
    for column, (code, word) in enumerate(messages.SERIES.items(), start=_REFERENCES):
        cells = sheet.cells(column, *rows)
        if _filled(cells):
            series.append(Series(words.text(word), cells, _SHAPES[code]))
    return series


def _columns(
    sheet: Sheet, rows: tuple[int, int], indicator: Indicator, view: View, words: Language
) -> list[Series]:
    """The results of each kind that there is, with how far those who are missing could move them."""
    first = _REFERENCES + len(messages.SERIES) + 2
    ranges = sheet.cells(first, *rows), sheet.cells(first + 1, *rows)
    results = [view.result[indicator.code, year] for year in view.plan.all_years]
    found = []
    for place, (head, kind) in enumerate(zip((_PLAIN, _HATCHED, _EMPTY), _COLUMNS, strict=True)):
        cells = sheet.cells(first + 2 + place, *rows)
        labels = tuple(
            "" if value is None else wording.percent_text(row, indicator, words)
            for value, row in zip(cells.values, results, strict=True)
        )
        reach = zip(cells.values, ranges[0].values, ranges[1].values, strict=True)
        moved = any(value is not None and (up or down) for value, up, down in reach)
        if _filled(cells):
            found.append(Series(words.text(head), cells, kind, labels, ranges if moved else None))
    return found


def _filled(cells: Cells) -> bool:
    return any(value is not None for value in cells.values)


def _alt(indicator: Indicator, view: View, words: Language) -> str:
    """For those who cannot see the chart: each year that has a figure, with its verdict."""
    rows = (view.result[indicator.code, year] for year in view.plan.all_years)
    told = [
        f"{row['year']}: {wording.count_line(row, indicator, words)}"
        for row in rows
        if row["answered"]
    ]
    short = indicator.short[words.code]
    return f"{short}. {'; '.join(told)}" if told else short
