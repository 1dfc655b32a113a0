"""The tables people see and take away: the same rows on screen and in the file.

Four tables: the province's results, each agency's results, the figures as reported,
and the targets beside goals from elsewhere. Filters narrow the rows; a language gives them heads and words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

import pandas as pd

from tbdx import messages, provenance, wording
from tbdx.i18n import N_, Language
from tbdx.model import Phase, Reason, Status, TbdxError
from tbdx.provenance import Taking
from tbdx.service import Basis, View
from tbdx.workbook.tables import Column, Kind, write_csv, write_xlsx

agency_label = provenance.agency_label
"""The name under which an agency stands in a table."""

TableName = Literal["province", "agency", "reported", "comparison"]

TABLES: dict[str, str] = {
    "province": N_("Province results"),
    "agency": N_("Results by agency"),
    "reported": N_("Figures as reported"),
    "comparison": N_("Beside other goals"),
}


FILTERS_OF: dict[str, tuple[str, ...]] = {
    "province": ("years", "indicators", "statuses", "phases"),
    "agency": ("years", "indicators", "agencies", "statuses", "phases"),
    "reported": ("years", "agencies", "phases"),
    "comparison": ("years", "indicators"),
}


@dataclass(frozen=True)
class Filters:
    """Which rows of which table; an empty tuple lets everything through.

    FILTERS_OF says which filters a table has.
    """

    table: TableName = "province"
    years: tuple[int, ...] = ()
    indicators: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Spec:
    """A column before it has a language: source column, head, kind, width."""

    source: str
    head: str
    kind: Kind
    width: float | None = None


_RESULT = (
    _Spec("row", N_("Row"), "count", 6),
    _Spec("indicator", N_("Indicator"), "text", 30),
    _Spec("year", N_("Year"), "year"),
    _Spec("numerator", N_("Numerator"), "count"),
    _Spec("denominator", N_("Denominator"), "count"),
    _Spec("value_pct", N_("Result"), "percent"),
    _Spec("target_pct", N_("Target"), "percent"),
    _Spec("threshold_pct", N_("Growth threshold"), "percent"),
    _Spec("status", N_("Status"), "text", 18),
    _Spec("short_by", N_("Short by"), "count"),
    _Spec("needed", N_("Needed"), "count"),
    _Spec("answered", N_("Agencies answered"), "count"),
    _Spec("missing", N_("Agencies missing"), "count"),
    _Spec("worst_pct", N_("Lowest possible"), "percent"),
    _Spec("best_pct", N_("Highest possible"), "percent"),
    _Spec("reason", N_("Reason"), "text", 40),
    _Spec("phase", N_("Kind of figures"), "text", 16),
)
_AGENCY = _Spec("agency", N_("Agency"), "text", 34)
_COMPARISON = (
    _Spec("series", N_("Compared with"), "text", 26),
    _Spec("row", N_("Row"), "count", 6),
    _Spec("indicator", N_("Indicator"), "text", 30),
    _Spec("year", N_("Year"), "year"),
    _Spec("target_pct", N_("Target"), "percent"),
    _Spec("threshold_pct", N_("Growth threshold"), "percent"),
    _Spec("needed", N_("Needed"), "count"),
    _Spec("goal_pct", N_("Goal"), "percent"),
    _Spec("goal_threshold_pct", N_("Growth in the goal"), "percent"),
    _Spec("goal_needed", N_("Needed for the goal"), "count"),
    _Spec("whole", N_("Out of"), "count"),
    _Spec("order", N_("The plan asks"), "text", 18),
    _Spec("points", N_("Target less goal (points)"), "amount"),
    _Spec("numerator", N_("Numerator"), "count"),
    _Spec("denominator", N_("Denominator"), "count"),
    _Spec("missing", N_("Agencies missing"), "count"),
    _Spec("value_pct", N_("Result as the goal counts"), "percent"),
    _Spec("worst_pct", N_("Lowest possible"), "percent"),
    _Spec("best_pct", N_("Highest possible"), "percent"),
    _Spec("phase", N_("Kind of figures"), "text", 16),
    _Spec("distance", N_("Result less goal (points)"), "amount"),
    _Spec("source", N_("Source"), "text", 30),
)
_SPECS: dict[str, tuple[_Spec, ...]] = {
    "province": _RESULT,
    "agency": (
        _AGENCY,
        *(
            spec
            for spec in _RESULT
            if spec.source not in ("answered", "missing", "worst_pct", "best_pct")
        ),
        _Spec("growth_pct", N_("Growth over base year"), "percent"),
    ),
    "reported": (
        _AGENCY,
        _Spec("year", N_("Year"), "year"),
        _Spec("phase", N_("Kind of figures"), "text", 16),
        _Spec("field", N_("Question"), "text", 52),
        _Spec("number", N_("Number"), "amount"),
        _Spec("text", N_("Answer or text"), "text", 30),
        _Spec("erratum", N_("Correction"), "text", 30),
        _Spec("sheet", N_("Sheet"), "text", 18),
        _Spec("cell", N_("Cell"), "text", 8),
    ),
    "comparison": _COMPARISON,
}


def select(view: View, filters: Filters) -> pd.DataFrame:
    """The table's rows in codes, narrowed by the filters, in the plan's order.

    Raises TbdxError: filter-not-in-table.
    """
    for item in fields(filters)[1:]:
        if getattr(filters, item.name) and item.name not in FILTERS_OF[filters.table]:
            raise TbdxError("filter-not-in-table", found=item.name, table=filters.table)
    rows = _frame(view, filters.table)
    narrow: dict[str, Sequence[object]] = {
        "year": filters.years,
        "indicator": filters.indicators,
        "agency": filters.agencies,
        "status": filters.statuses,
        "phase": filters.phases,
    }
    for column, allowed in narrow.items():
        if allowed and column in rows.columns:
            rows = rows[rows[column].isin(allowed)]
    return rows.reset_index(drop=True)


def _frame(view: View, table: TableName) -> pd.DataFrame:
    """All rows of a table; only this one is computed."""
    if table == "province":
        return view.results
    if table == "agency":
        return view.standings
    return view.panel if table == "reported" else view.compared


def present(
    rows: pd.DataFrame, view: View, table: TableName, language: Language
) -> tuple[pd.DataFrame, list[Column]]:
    """The rows in the reader's words, with their columns described.

    Numbers stay numbers (percentages in percent); codes become words. A
    corrected figure has what was filed beside it. While figures are
    illustrative a last column says so in every row; so does one under a scenario.
    """
    words = _words(rows, view, language)
    if "reason" in rows.columns:
        words["status"] = _verdicts(rows, language, agency=table == "agency")
    if "answered" in rows.columns:  # 0 of 0 says nothing where nothing was answered
        empty = rows["answered"] == 0
        counts = rows[["numerator", "denominator"]].astype("Int64").mask(empty)
        words |= {"numerator": counts["numerator"], "denominator": counts["denominator"]}
    specs = [s for s in _SPECS[table] if s.source != "erratum" or view.errata_in_use]
    shown = pd.DataFrame({spec.source: words.get(spec.source, rows[spec.source]) for spec in specs})
    columns = [Column(language.text(spec.head), spec.kind, spec.width) for spec in specs]
    if view.sample:
        shown = shown.assign(sample=language.text("illustrative"))
        columns.append(Column(language.text("Note"), "text", 14))
    if view.scenario and table != "reported":
        shown = shown.assign(scenario=language.text("scenario"))
        columns.append(Column(language.text("Data or scenario"), "text", 14))
    return shown, columns


def _words(rows: pd.DataFrame, view: View, language: Language) -> dict[str, pd.Series]:
    plan = view.plan
    vocabularies: dict[str, dict[str, str]] = {
        "indicator": {i.code: i.short[language.code] for i in plan.indicators},
        "status": {s.value: status_label(s, language) for s in Status},
        "reason": {r.value: language.text(messages.REASONS[r]) for r in Reason},
        "phase": {p.value: language.text(messages.PHASES[p]) for p in Phase},
        "series": {name: language.text(word) for name, word in messages.SERIES.items()},
        "order": {order.value: language.text(word) for order, word in messages.ORDERS.items()},
    }
    if "field" in rows.columns:
        names = rows["field"].unique()
        vocabularies["field"] = {n: messages.field_label(n, language, plan) for n in names}
        states = {state.code: state[language.code] for state in plan.form.tasks.states}
        answers = {code: language.text(word) for code, word in messages.ANSWERS.items()}
        known = states | answers
        text = rows["text"].map(lambda value: known.get(value, value), na_action="ignore")
        marks = {
            number: language.text(
                "{mark}, filed as {stated}",
                mark=provenance.correction_mark(number, language),
                stated=provenance.value_text(erratum.stated, plan, language),
            )
            for number, erratum in provenance.corrections_in_use(view).items()
        }
        erratum = rows["erratum"].map(marks).astype("str")
        own = {"text": text, "erratum": erratum}
        return _mapped(rows, vocabularies) | _agencies(rows, view, language) | own
    return _mapped(rows, vocabularies) | _agencies(rows, view, language)


def _verdicts(rows: pd.DataFrame, language: Language, *, agency: bool) -> pd.Series:
    """Each row's verdict in words; open where it is not decided yet."""
    codes = list(zip(rows["status"], rows["reason"], strict=True))
    labels = {
        (status, reason): wording.status_label(
            {"status": status, "reason": reason}, language, agency=agency
        )
        for status, reason in dict.fromkeys(codes)
    }
    return pd.Series([labels[code] for code in codes], index=rows.index, dtype="str")


def _agencies(rows: pd.DataFrame, view: View, language: Language) -> dict[str, pd.Series]:
    """The agencies by the name each bore in the row's year."""
    if "agency" not in rows.columns:
        return {}
    keys = list(zip(rows["agency"], rows["year"].tolist(), strict=True))
    names = {key: agency_label(view, key[0], language, key[1]) for key in dict.fromkeys(keys)}
    labels = [names[key] for key in keys]
    return {"agency": pd.Series(labels, index=rows.index, dtype="str")}


def _mapped(rows: pd.DataFrame, words: dict[str, dict[str, str]]) -> dict[str, pd.Series]:
    return {name: rows[name].map(known) for name, known in words.items() if name in rows.columns}


def status_label(status: Status | str, language: Language, *, agency: bool = False) -> str:
    """The status as symbol and word, e.g. "✓ Đạt"; for an agency without a duty its own word."""
    status = Status(status)
    if agency and status is Status.NO_TARGET:
        word = language.text("No target assigned")
    else:
        word = language.text(messages.STATUSES[status])
    return f"{messages.SYMBOLS[status]} {word}"


def facts(
    view: View, filters: Filters, language: Language, taking: Taking, count: int
) -> list[provenance.Fact]:
    """Where an export comes from, which rows it has and how many; see `provenance.facts`."""
    text = language.text
    heads = {
        "years": N_("Years"),
        "indicators": N_("Indicators"),
        "agencies": N_("Agencies"),
        "statuses": N_("Statuses"),
        "phases": N_("Kinds of figures"),
    }
    narrowed = []
    for name in FILTERS_OF[filters.table]:
        chosen = _chosen(name, getattr(filters, name), view, language)
        head = text("Filter: {what}", what=text(heads[name]))
        narrowed.append((head, ", ".join(chosen) or text("all")))
    own = [
        (text("Table"), text(TABLES[filters.table])),
        (text("Rows"), language.number(count)),
    ]
    return provenance.facts(view, language, taking, own, narrowed)


def _chosen(name: str, codes: Iterable[object], view: View, language: Language) -> list[str]:
    plan = view.plan
    words: dict[str, dict[str, str]] = {
        "indicators": {i.code: i.short[language.code] for i in plan.indicators},
        "agencies": {
            agency.id: agency_label(view, agency.id, language) for agency in plan.agencies
        },
        "statuses": {s.value: status_label(s, language) for s in Status},
        "phases": {p.value: language.text(messages.PHASES[p]) for p in Phase},
    }
    known = words.get(name, {})
    return [known.get(str(code), str(code)) for code in codes]


def export(
    view: View,
    filters: Filters,
    language: Language,
    taking: Taking,
    file_type: str,
) -> bytes:
    """Exactly the rows of the table as a file of type "xlsx" or "csv".

    Raises TbdxError: wrong-file-type.
    """
    rows = select(view, filters)
    shown, columns = present(rows, view, filters.table, language)
    if file_type == "csv":
        return write_csv(shown, columns)
    if file_type != "xlsx":
        raise TbdxError("wrong-file-type", found=file_type, expected=".xlsx, .csv")
    return write_xlsx(
        shown,
        columns,
        title=_title(view, filters, language),
        facts=facts(view, filters, language, taking, len(rows)),
        facts_title=language.text("About this file"),
    )


def _title(view: View, filters: Filters, language: Language) -> str:
    title = language.text(TABLES[filters.table])
    return language.text("SCENARIO {table}", table=title) if view.scenario else title


def export_name(view: View, filters: Filters, file_type: str) -> str:
    """The file name of a table; see `file_name`."""
    years = "-".join(map(str, filters.years)) or "all"
    return file_name(view, f"{filters.table}-{years}", file_type)


def file_name(view: View, what: str, file_type: str) -> str:
    """A file name that says what is inside, without diacritics; an unusual basis and a scenario as well."""
    mark = ("scenario-" if view.scenario else "") + ("sample-" if view.sample else "")
    basis = "".join(
        f"-{name}-{value}"
        for name, value in asdict(view.basis).items()
        if value != getattr(Basis(), name)
    )
    return f"tbdx-{mark}{what}{basis}-r{view.panel_revision}.{file_type}"
