"""Everything that leaves the house, read back: the screen's figures, where they come from, the record.

Each kind of file is taken out as the pages do it, and read by a reader of its own
(calamine, csv, python-docx, pypdf): over illustrative figures, over a real store with
estimates, final figures, a correction and an amended plan, and under a scenario.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import docx
import pandas as pd
import pypdf
import pytest
from bureau import BAO, DAI, Bureau, opened
from docx.table import Table as WordTable
from furnishing import furnish
from PIL import Image
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from tbdx import charts, pack, provenance, tables, wording
from tbdx.i18n import Language, language
from tbdx.model import Action, Entry, Phase
from tbdx.pictures.reading import read
from tbdx.plan import Indicator, Plan
from tbdx.provenance import Fact, Taking
from tbdx.report import making
from tbdx.report.making import Edition
from tbdx.scenarios import Scenario
from tbdx.service import View
from tbdx.tables import TABLES, Filters, TableName
from tbdx.ui import filtering, opening, packing, picturing, record_words, report_desk
from tbdx.ui.picturing import Subject
from tbdx.ui.shell import Page
from tbdx.workbook.tables import Column

ROOT = Path(__file__).parent.parent
YEAR = 2024
WHO = "sở"
Grid = list[list[Any]]
"""The rows of a sheet or table, each with its cells."""


@dataclass(frozen=True)
class House:
    """A desk, what there is to see there, and the reader's language; each file is taken once."""

    bureau: Bureau
    view: View
    words: Language
    _taken: dict[str, tuple[bytes, Entry]] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        """As much of a page as those who take something out use."""
        own = {"service": self.bureau.service, "view": self.view, "language": self.words}
        plan, text = self.view.plan, self.words.text
        return cast("Page", SimpleNamespace(**own, plan=plan, user=WHO, text=text))

    def file(self, kind: str) -> bytes:
        return self._of(kind)[0]

    def entry(self, kind: str) -> Entry:
        """What the record was told of a file."""
        return self._of(kind)[1]

    def _of(self, kind: str) -> tuple[bytes, Entry]:
        if kind not in self._taken:
            before = len(self.bureau.office.record())
            content = KINDS[kind](self)
            assert len(self.bureau.office.record()) == before + 1
            self._taken[kind] = content, self.bureau.last(Action.EXPORTED)
        return self._taken[kind]


def _table(house: House, name: TableName, file_type: str) -> bytes:
    return filtering.take(house.page, Filters(name), file_type)


def _report(house: House, file_type: making.FileType, agency: str = "") -> bytes:
    edition = Edition(house.view, YEAR, house.words, file_type)
    standings = house.bureau.service.reviewing.standings(YEAR)
    make: Callable[..., bytes] = partial(making.province_file, standings=standings)
    if agency:
        make = partial(making.agency_file, agency=agency, standings=standings)
    kind = "agency" if agency else "province"
    return report_desk.take(house.bureau.service, WHO, edition, kind, make, agency)


def _picture(house: House, file_type: Any) -> bytes:
    indicator = house.view.plan.indicators[0]
    subject = Subject("trajectory", "1", {"indicator": indicator.code})
    return picturing.take(house.page, subject, partial(chart, house, indicator), file_type, WHO)


def chart(house: House, indicator: Indicator) -> charts.Chart:
    """An indicator over the years, as its page and its picture show it."""
    results = house.view.results
    own = results[results["indicator"] == indicator.code]
    return charts.trajectory(own, indicator, house.view.plan, house.words)


def _tables() -> Iterator[tuple[str, Callable[[House], bytes]]]:
    for name in TABLES:
        for kind in ("xlsx", "csv"):
            make = partial(_table, name=cast("TableName", name), file_type=kind)
            yield f"table/{name}.{kind}", make


KINDS: dict[str, Callable[[House], bytes]] = {
    **dict(_tables()),
    "pack.xlsx": lambda house: packing.take(house.page, WHO),
    "open-data.zip": lambda house: opening.take(house.page),
    "chart/trajectory.png": lambda house: _picture(house, "png"),
    "chart/trajectory.svg": lambda house: _picture(house, "svg"),
    "report/province.docx": lambda house: _report(house, "docx"),
    "report/province.pdf": lambda house: _report(house, "pdf"),
    "report/agency.docx": lambda house: _report(house, "docx", BAO),
}
"""Every kind of file that the pages of results give out, as they take it."""

REPORTS = [kind for kind in KINDS if kind.startswith("report/")]
WITH_FACTS = [kind for kind in KINDS if not kind.startswith("chart/") and ".csv" not in kind]
BUTTONS = {
    ("report", "province"): {"report-province-docx", "report-province-pdf"},
    ("report", "agencies"): {"report-agency-docx", "report-agency-pdf"},
    ("report", "pack"): {"pack"},
    ("report", "data"): {"open-data"},
    ("explore", ""): {"explore-xlsx", "explore-csv"},
    ("scenario", ""): {"scenario-xlsx", "scenario-csv"},
}
"""What the pages offer besides pictures: each is one of KINDS, or many of them in an archive."""


STORES = [
    pytest.param(("real", "vi"), id="real-vi"),
    pytest.param(("real", "en"), id="real-en"),
    pytest.param(("samples", "vi"), id="samples-vi"),
    pytest.param(("samples", "en"), id="samples-en"),
]


@pytest.fixture(scope="module", params=STORES)
def house(
    request: pytest.FixtureRequest, plan: Plan, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A real store on which everything has happened, or the illustrative reports; vi or en."""
    store, code = request.param
    with opened(plan, tmp_path_factory.mktemp("house"), samples=store == "samples") as bureau:
        if store == "real":
            furnish(bureau)
        yield House(bureau, bureau.service.view(), language(code))


@pytest.fixture(scope="module", params=["vi", "en"])
def supposed(
    request: pytest.FixtureRequest, plan: Plan, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The same real store under a scenario."""
    with opened(plan, tmp_path_factory.mktemp("supposed")) as bureau:
        furnish(bureau)
        view = bureau.service.view()
        code = f"carry~{BAO}:2024:trained_count=60"
        yield House(bureau, view.under(Scenario.from_code(code, plan)), language(request.param))


# --- readers ------------------------------------------------------------------------------------


def sheets(content: bytes) -> list[Grid]:
    """The rows of each sheet of a workbook, as calamine reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def word_tables(content: bytes) -> list[Grid]:
    """The tables of a document, a merged cell once for each place it covers."""

    def grid(table: WordTable) -> Grid:
        return [[cell.text for cell in row.cells] for row in table.rows]

    return [grid(table) for table in docx.Document(io.BytesIO(content)).tables]


def word_text(content: bytes) -> str:
    """Everything that a document says, its tables included."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell for table in word_tables(content) for row in table for cell in row]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pdf_text(content: bytes) -> str:
    """Everything that a PDF says, without spaces: lines break where the page ends."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return unspaced("".join(page.extract_text() for page in pages))


def unspaced(text: str) -> str:
    return re.sub(r"\s", "", text)


def archive(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened_archive:
        return {name: opened_archive.read(name) for name in opened_archive.namelist()}


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def pack_sheets(house: House) -> dict[str, Grid]:
    """The sheets of the workbook of everything by their codes."""
    return dict(zip(pack.SHEETS, sheets(house.file("pack.xlsx")), strict=True))


def facts_in(house: House, kind: str) -> list[Fact]:
    """The facts that a file carries."""
    content = house.file(kind)
    if kind.endswith(".xlsx"):
        return [(head, value) for head, value in sheets(content)[-1]]
    if kind.endswith(".docx"):
        return [(row[0], row[1]) for row in word_tables(content)[-1]]
    said = json.loads(archive(content)["datapackage.json"])["tbdx"]["facts"]
    return [(head, value) for head, value in said[house.words.code]]


# --- the record ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_is_told_of_every_file(house: House, kind: str) -> None:
    """Who took what, on which basis, of which revision; whether the figures are illustrative."""
    entry = house.entry(kind)
    subject, _, file_type = kind.partition(".")
    assert (entry.actor, entry.subject) == (WHO, f"export:{subject}")
    told = json.loads(entry.after)
    assert told["file_type"] == file_type
    own = provenance.told(house.view)
    assert {name: told[name] for name in own} == own
    assert told["sample"] is house.view.sample
    if kind in (*REPORTS, "pack.xlsx"):
        assert told["language"] == house.words.code
    if kind in REPORTS:
        assert told["year"] == YEAR
    if kind == "report/agency.docx":
        assert told["agency"] == BAO


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_reads_well(house: House, kind: str) -> None:
    """No code is left in what the page of the record says of a file."""
    entry = house.entry(kind)
    lines = [record_words.subject_text(house.page, entry)]
    lines += [f"{what}: {after}" for what, _, after in record_words.details(house.page, entry)]
    for line in lines:
        assert not re.search(r"[_{}]|[a-z]/[a-z]|open-data|trajectory", line), lines
    if kind in REPORTS:
        assert str(YEAR) in lines[0]


def test_the_scenario_is_told(supposed: House) -> None:
    """What is taken out under a scenario is told of with its code."""
    for kind in ("table/province.xlsx", "pack.xlsx", "open-data.zip"):
        told = json.loads(supposed.entry(kind).after)
        assert told["scenario"] == supposed.view.scenario.code


_NAMED = """
from threading import Thread
import streamlit as st
from tbdx.ui import shell
st.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), shell.Basis())
st.session_state["acting-name"] = " Phòng Báo chí "
page, said = shell.require(), []
beside = Thread(target=lambda: said.append(page.user))
beside.start()
beside.join()
st.write(said[0])
"""


def test_who_takes_it_is_known_beside_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloads are made in a thread without a session: the name given in it is not lost there."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    app = AppTest.from_string(_NAMED, default_timeout=60).run()
    assert not app.exception
    assert [own.value for own in app.markdown] == ["Phòng Báo chí"]


# --- where the figures come from ----------------------------------------------------------------


def expected_facts(house: House, kind: str) -> list[Fact]:
    """What a file has to say of itself, but for the time at which it was written."""
    taking = Taking(house.bureau.now, house.entry(kind).hash)
    written = house.words.text("Written at")
    whose = None if kind != "report/agency.docx" else {BAO}  # of others it tells nothing
    facts = provenance.facts(house.view, house.words, taking, whose=whose)
    facts = [fact for fact in facts if fact[0] != written]
    if kind not in ("open-data.zip", "pack.xlsx"):
        return facts
    reasoned = house.words.text("Correction {number}", number="")
    return [fact for fact in facts if not re.fullmatch(rf"{re.escape(reasoned)}\d+", fact[0])]


@pytest.mark.parametrize("kind", [kind for kind in WITH_FACTS if not kind.endswith(".pdf")])
def test_a_file_says_where_it_comes_from(house: House, kind: str) -> None:
    """Plan and versions, revision, phase, basis, corrections, the record's code, rounding, time."""
    found = facts_in(house, kind)
    expected = expected_facts(house, kind)
    assert [fact for fact in expected if fact not in found] == []
    told = dict(found)
    text = house.words.text
    assert told[text("Written at")]
    assert told[text("Data revision")] == str(house.view.panel_revision)
    assert told[text("Figures")] == text(provenance.FIGURES[house.view.basis.figures])
    assert text("Rounding rule") in told
    if kind in REPORTS:
        assert told[text("Year")] == str(YEAR)
        assert (text("Agency") in told) is (kind == "report/agency.docx")
    else:
        filters = (text("Filters"), text("Filter: {what}", what=""))
        assert [value for head, value in found if head.startswith(filters)]


def test_the_pdf_says_where_it_comes_from(house: House) -> None:
    """The same lines, as LibreOffice sets them."""
    said = pdf_text(house.file("report/province.pdf"))
    for head, value in expected_facts(house, "report/province.pdf"):
        assert unspaced(head) in said
        assert unspaced(value) in said


def test_illustrative_figures_say_so_in_every_file(house: House) -> None:
    """In documents and workbooks as a mark, in tables in each row, in no file of a real store."""
    mark = house.words.text("ILLUSTRATIVE FIGURES, not reported by any agency")
    word = house.words.text("illustrative")
    for kind in ("report/province.docx", "report/agency.docx"):
        assert (mark in word_text(house.file(kind))) is house.view.sample
    assert (unspaced(mark) in pdf_text(house.file("report/province.pdf"))) is house.view.sample
    assert any(mark in row for row in pack_sheets(house)["summary"]) is house.view.sample
    readme = archive(house.file("open-data.zip"))["README.md"].decode()
    assert (mark in readme) is house.view.sample
    for name in TABLES:
        rows = csv_rows(house.file(f"table/{name}.csv"))
        assert rows
        assert all((word in row.values()) is house.view.sample for row in rows)


def test_a_scenario_says_so_in_every_file(supposed: House) -> None:
    """As a mark, and in each row of what it changes."""
    mark = supposed.words.text("NOT DATA: a scenario, supposed and nowhere stored")
    word = supposed.words.text("scenario")
    for kind in ("table/province.xlsx", "pack.xlsx", "open-data.zip"):
        facts = [fact for fact in facts_in(supposed, kind) if fact[1] == mark]
        assert len(facts) == 1
        assert facts_in(supposed, kind)[0] == facts[0]
    for name in ("province", "agency", "comparison"):
        assert all(word in row.values() for row in csv_rows(supposed.file(f"table/{name}.csv")))
        assert all(word in row for row in pack_sheets(supposed)[name][1:])
    assert any(mark in row for row in pack_sheets(supposed)["summary"])


# --- tables -------------------------------------------------------------------------------------


def shown(house: House, name: TableName) -> tuple[Grid, Sequence[Column]]:
    """A table as the screen has it; percentages in percent, nothing as None."""
    rows = tables.select(house.view, Filters(name))
    frame, columns = tables.present(rows, house.view, name, house.words)
    cells = frame.astype("object").where(frame.notna(), None)
    return cells.to_numpy().tolist(), columns


def in_workbook(value: Any, column: Column) -> Any:
    """A value of the screen as a cell holds it: a percentage as a fraction, nothing as ""."""
    if value is None:
        return ""
    if column.kind == "text":
        return value
    return pytest.approx(value / 100 if column.kind == "percent" else value, rel=1e-12)


def require_same(found: Grid, grid: Grid, columns: Sequence[Column]) -> None:
    """Heads and every cell of a sheet are those of the screen."""
    heads, *rows = found
    assert heads == [column.head for column in columns]
    assert len(rows) == len(grid)
    for row, own in zip(rows, grid, strict=True):
        wanted = [in_workbook(value, column) for value, column in zip(own, columns, strict=True)]
        assert row == wanted


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_workbook_hold_every_cell_of_the_screen(house: House, name: TableName) -> None:
    """The table's own file and the sheet of the workbook: all rows, all columns, typed."""
    grid, columns = shown(house, name)
    require_same(sheets(house.file(f"table/{name}.xlsx"))[0], grid, columns)
    require_same(pack_sheets(house)[name], grid, columns)


@pytest.mark.parametrize("name", ["province", "agency", "comparison"])
def test_under_a_scenario_as_well(supposed: House, name: TableName) -> None:
    """What is supposed is what the page of scenarios shows."""
    grid, columns = shown(supposed, name)
    require_same(sheets(supposed.file(f"table/{name}.xlsx"))[0], grid, columns)
    require_same(pack_sheets(supposed)[name], grid, columns)


@pytest.mark.parametrize("name", TABLES)
def test_csv_holds_every_cell_of_the_screen(house: House, name: TableName) -> None:
    """The same as text: numbers with a point, percentages in percent; formulas disarmed."""
    grid, columns = shown(house, name)
    rows = csv_rows(house.file(f"table/{name}.csv"))
    assert len(rows) == len(grid)
    for row, own in zip(rows, grid, strict=True):
        for cell, value, column in zip(row.values(), own, columns, strict=True):
            if value is None:
                assert cell == ""
            elif column.kind == "text":
                assert cell.removeprefix("'") == value.removeprefix("'")
            else:
                assert float(cell) == value


def test_each_result_of_the_province_is_the_views(house: House) -> None:
    """Count, percentage, target, threshold and verdict of each indicator and year, in each file."""
    words, plan = house.words, house.view.plan
    open_results = {
        (row["indicator"], int(row["year"])): row
        for row in csv_rows(archive(house.file("open-data.zip"))["results.csv"])
    }
    assert open_results.keys() == house.view.result.keys()
    for grid in (sheets(house.file("table/province.xlsx"))[0], pack_sheets(house)["province"]):
        found = {(row[1], int(row[2])): row for row in grid[1:]}
        assert len(found) == len(house.view.result)
        for (code, year), own in house.view.result.items():
            cells = found[plan.indicator(code).short[words.code], year]
            counted = [own["numerator"], own["denominator"]] if own["answered"] else ["", ""]
            percents = [own[name] for name in ("value_pct", "target_pct", "threshold_pct")]
            fractions = ["" if pd.isna(p) else pytest.approx(p / 100) for p in percents]
            assert cells[3:9] == [*counted, *fractions, wording.status_label(own, words)]
            other = open_results[code, year]
            assert [other["numerator"], other["denominator"]] == list(map(str, counted))
            named = ("value_pct", "target_pct", "threshold_pct")
            assert [float(other[name] or "nan") for name in named] == pytest.approx(
                percents, nan_ok=True
            )
            assert (other["status"], other["reason"]) == (own["status"], own["reason"])


def in_summary(house: House) -> dict[tuple[str, int], list[Any]]:
    """By title and year what the official summary has: plan, actual, verdict, notes."""
    words, found = house.words, {}
    titles = {indicator.title[words.code] for indicator in house.view.plan.indicators}
    heads = {words.text("Year {year}", year=year): year for year in house.view.plan.all_years}
    places: dict[int, int] = {}
    notes = 0
    for row in pack_sheets(house)["summary"]:
        if begun := {heads[cell]: place for place, cell in enumerate(row) if cell in heads}:
            places, notes = begun, row.index(words.text("Notes"))
        if row[1] in titles:
            for year, place in places.items():
                found[row[1], year] = [row[place], row[place + 1], row[place + 3], row[notes]]
    return found


def test_the_official_summary_has_each_result(house: House) -> None:
    """Plan, actual and verdict of each indicator, each in the columns of its year; the notes."""
    words, found = house.words, in_summary(house)
    assert {year for _, year in found} == set(house.view.years_reported)
    assert len(found) == len(house.view.plan.indicators) * len(house.view.years_reported)
    for indicator in house.view.plan.indicators:
        for year in house.view.years_reported:
            own = house.view.result[indicator.code, year]
            target, actual, verdict, notes = found[indicator.title[words.code], year]
            assert target == (
                "–" if pd.isna(own["target_pct"]) else pytest.approx(own["target_pct"] / 100)
            )
            assert actual == (pytest.approx(own["value_pct"] / 100) if own["answered"] else "–")
            assert verdict == wording.status_label(own, words)
            if own["answered"]:
                assert f"{year}: {wording.count_text(own, indicator, words)}" in notes


def test_a_chart_has_each_result_and_its_picture_says_it(house: House) -> None:
    """A mark for every year answered, hollow where it is an estimate; the last one in words."""
    plan, words = house.view.plan, house.words
    for indicator in plan.indicators:
        answered = {
            year: own
            for (code, year), own in house.view.result.items()
            if code == indicator.code and own["answered"]
        }
        marks = read(chart(house, indicator)).series[0].marks
        assert {mark.x: mark.y for mark in marks} == pytest.approx(
            {year: own["value_pct"] for year, own in answered.items()}
        )
        assert [mark.x for mark in marks if mark.symbol == "circle-open"] == [
            year for year, own in answered.items() if own["phase"] == Phase.ESTIMATE.value
        ]
        year, own = max(answered.items())
        value = wording.percent_text(own, indicator, words)
        assert f"{year}: {value}" in chart(house, indicator).sentence
    sentence = chart(house, plan.indicators[0]).sentence
    assert sentence in html.unescape(house.file("chart/trajectory.svg").decode())
    picture = Image.open(io.BytesIO(house.file("chart/trajectory.png")))
    assert picture.info["Description"] == sentence


def test_open_data_hold_each_agencys_result_and_figure(house: House) -> None:
    """Of each agency what the view has; of the figures reported all but free texts."""
    files = archive(house.file("open-data.zip"))
    results = {
        (row["agency"], row["indicator"], int(row["year"])): row
        for row in csv_rows(files["agency_results.csv"])
    }
    assert len(results) == len(house.view.standings)
    for own in house.view.standings.to_dict("records"):
        row = results[own["agency"], own["indicator"], own["year"]]
        assert (row["status"], row["reason"], row["answer"]) == (
            own["status"],
            own["reason"],
            own["answer"],
        )
        for name in ("value_pct", "growth_pct", "target_pct"):
            assert float(row[name] or "nan") == pytest.approx(own[name], nan_ok=True)
    published = {r["name"] for r in csv_rows(files["fields.csv"]) if r["published"] == "true"}
    reported = csv_rows(files["reported.csv"])
    panel = house.view.panel[house.view.panel["field"].isin(published)]
    assert len(reported) == len(panel)
    for row, own in zip(reported, panel.to_dict("records"), strict=True):
        assert (row["agency"], int(row["year"]), row["field"], row["phase"]) == (
            own["agency"],
            own["year"],
            own["field"],
            own["phase"],
        )
        assert float(row["number"] or "nan") == pytest.approx(own["number"], nan_ok=True)
        assert row["text"] == ("" if pd.isna(own["text"]) else own["text"])


# --- documents ----------------------------------------------------------------------------------


def result_text(house: House, code: str, year: int) -> str:
    """A result as the reports write it: "2/3 cơ quan (66,7%)"."""
    indicator, own = house.view.plan.indicator(code), house.view.result[code, year]
    percent = wording.percent_text(own, indicator, house.words)
    return f"{wording.count_text(own, indicator, house.words)} ({percent})"


def test_the_provinces_report_has_each_result(house: House) -> None:
    """The table of results: target, count and percentage, verdict; and the years before."""
    words, found = house.words, word_tables(house.file("report/province.docx"))
    rows = [row for grid in found for row in grid]
    for indicator in house.view.plan.indicators:
        own = house.view.result[indicator.code, YEAR]
        (row,) = (r for r in rows if len(r) == 6 and r[1] == indicator.title[words.code])
        assert row[0] == str(indicator.row)
        assert result_text(house, indicator.code, YEAR) in row[3]
        assert row[5].startswith(wording.status_text(own, words))
        if pd.notna(own["target_pct"]):
            assert words.percent(own["target_pct"], 2) in row[2]
    (years,) = (g for g in found if g[0][-1] == str(house.view.plan.years.last))
    for indicator in house.view.plan.indicators:
        place = next(n for n, row in enumerate(years) if row[1] == indicator.short[words.code])
        for year in range(house.view.plan.years.first, YEAR + 1):
            own = house.view.result[indicator.code, year]
            target, actual, verdict = (row[years[0].index(str(year))] for row in years[place:][:3])
            if pd.notna(own["target_pct"]):
                assert target.startswith(words.percent(own["target_pct"], 2))
            if own["answered"]:
                assert result_text(house, indicator.code, year) in actual
                assert verdict.startswith(wording.status_text(own, words))
            else:
                assert not re.search(r"\d", actual)


def test_the_pdf_has_each_result(house: House) -> None:
    """What Word has, LibreOffice sets."""
    said = pdf_text(house.file("report/province.pdf"))
    for indicator in house.view.plan.indicators:
        assert unspaced(result_text(house, indicator.code, YEAR)) in said
    for title in (indicator.short[house.words.code] for indicator in house.view.plan.indicators):
        assert unspaced(title) in said


def by_number(grids: list[Grid], plan: Plan) -> Grid:
    """The table of the questions, by the numbers that they bear in the form."""
    numbers = {question.stt for question in plan.form.field}
    (found,) = (grid for grid in grids if numbers <= {row[0] for row in grid})
    return found


def require_answers(house: House, grid: Grid, column: int, agency: str, year: int) -> None:
    """Each answer of one report stands in its row."""
    reported = house.view.reported(agency, year)
    assert reported
    lines = {row[0]: row[column] for row in grid}
    for question in house.view.plan.form.field:
        value = reported.get(question.name)
        wanted = provenance.value_text(value, house.view.plan, house.words)
        assert lines[question.stt].startswith(wanted), question.name


def test_the_provinces_report_has_each_figure_reported(house: House) -> None:
    """Its appendix: every agency's answer to every question, corrected ones as corrected."""
    grid = by_number(word_tables(house.file("report/province.docx")), house.view.plan)
    for agency in house.view.plan.agencies_in(YEAR):
        label = agency.name(house.words.code, house.view.plan.due.last_day(YEAR))
        require_answers(house, grid, grid[0].index(label), agency.id, YEAR)


@pytest.mark.parametrize("agency", [BAO, DAI])
def test_an_agencys_report_has_each_figure(house: House, agency: str) -> None:
    """Its answers, its results, and all that it reported besides."""
    content = house.file("report/agency.docx") if agency == BAO else _report(house, "docx", agency)
    grids, said = word_tables(content), word_text(content)
    grid = by_number(grids, house.view.plan)
    (column,) = (place for place, head in enumerate(grid[0]) if head.startswith(str(YEAR)))
    require_answers(house, grid, column, agency, YEAR)
    for name, value in house.view.reported(agency, YEAR).items():
        assert provenance.value_text(value, house.view.plan, house.words) in said, name
    standings = house.view.standings
    own = standings[(standings["agency"] == agency) & (standings["year"] == YEAR)]
    rows = [row for g in grids for row in g]
    for result in own.to_dict("records"):
        title = house.view.plan.indicator(result["indicator"]).title[house.words.code]
        line = next(row for row in rows if title in row)
        assert line[-1].startswith(wording.status_text(result, house.words, agency=True))
        if pd.notna(result["growth_pct"]):
            assert wording.share_text(result["growth_pct"], house.words) in line[-2]


def test_an_estimate_says_so_in_the_provinces_report(house: House) -> None:
    """A result that rests on estimates has a word beside its count; one of final figures has none."""
    rows = [row for g in word_tables(house.file("report/province.docx")) for row in g]
    for indicator in house.view.plan.indicators:
        title = indicator.title[house.words.code]
        cell = next(row[3] for row in rows if len(row) == 6 and row[1] == title)
        final = house.view.result[indicator.code, YEAR]["phase"] == Phase.FINAL.value
        assert (cell == result_text(house, indicator.code, YEAR)) is final


def test_phases_are_told(house: House) -> None:
    """Whether figures are estimates or final stands beside them in each kind of file."""
    text = house.words.text
    labels = {Phase.ESTIMATE.value: text("Estimate"), Phase.FINAL.value: text("Final")}
    phases = house.view.phases
    own = dict(
        zip(zip(phases["agency"], phases["year"], strict=True), phases["phase"], strict=True)
    )
    for grid in (sheets(house.file("table/reported.xlsx"))[0], pack_sheets(house)["reported"]):
        assert {row[2] for row in grid[1:]} == {labels[phase] for phase in own.values()}
    facts = dict(facts_in(house, "report/agency.docx"))
    assert facts[text("Kind of figures")] == labels[own[BAO, YEAR]]


# --- nothing else -------------------------------------------------------------------------------


def test_everything_told_to_the_record_is_tested_here() -> None:
    """A new kind of export in the code is one that this module does not know yet."""
    told = set()
    for path in (ROOT / "tbdx").rglob("*.py"):
        source = path.read_text("utf-8")
        told |= set(re.findall(r"(?:\.exported|(?<![.\w])taken)\([^()\"]*?f?\"([^\"]+)\"", source))
    subjects = {kind.partition(".")[0] for kind in KINDS}
    elsewhere = {"record", "{kind}/{submission_id}", "report/agencies"}  # tested with their pages
    patterns = {"table/{filters.table}", "table/{table}", "report/{kind}", "chart/{subject.kind}"}
    assert told - elsewhere - patterns <= subjects
    for pattern in patterns & told:
        assert any(subject.startswith(pattern.partition("{")[0]) for subject in subjects)


@pytest.mark.parametrize(("page", "part"), BUTTONS)
def test_a_page_offers_nothing_else(
    page: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The downloads of the pages are those tested here, and pictures of charts."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = "en"
    if part:
        app.query_params["out"] = part
    app.run().switch_page(f"pages/{page}.py").run()
    assert not app.exception
    ids = [cast("Any", button).proto.id for button in app.get("download_button")]
    keys = {re.sub(r"^\$\$ID-[0-9a-f]+-", "", own) for own in ids}
    assert {key for key in keys if not key.startswith("picture-")} == BUTTONS[page, part]


def test_every_kind_is_read_back(house: House) -> None:
    """No file is empty, and each is what its ending says."""
    starts: Mapping[str, bytes] = {
        "xlsx": b"PK",
        "docx": b"PK",
        "zip": b"PK",
        "pdf": b"%PDF",
        "csv": b"\xef\xbb\xbf",
        "png": b"\x89PNG",
        "svg": b"<?xml",
    }
    for kind in KINDS:
        assert house.file(kind).startswith(starts[kind.rpartition(".")[2]]), kind
