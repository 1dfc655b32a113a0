"""What an analyst gets wrong in a plan's folder is said with file, line and remedy, in both languages.

And what Excel writes in Viet Nam is read: semicolons, a byte order mark, dates
as 17/03/2025, decimal commas, empty lines, a line of separators.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tbdx import messages
from tbdx.i18n import language, languages
from tbdx.model import Fault, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store

FOLDER = Path(__file__).parent / "plans" / "tinh-vi-du"
Change = Callable[[Path], None]
"""A mistake in a copy of the folder."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the invented province's folder, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "tinh-moi"))


def replaced(name: str, old: str, new: str) -> Change:
    """The file with one text in place of another."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def added(name: str, line: str) -> Change:
    """The file with another line at its end."""

    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(line)

    return change


def saved_as(name: str, encoding: str) -> Change:
    """The file saved in another encoding; what that lacks becomes "?", as Excel has it."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_bytes(text.encode(encoding, errors="replace"))

    return change


def without(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def faults_of(folder: Path) -> list[Fault]:
    """What loading a plan, and reading its targets, finds wrong."""
    store = Store.open(f"sqlite:///{folder.parent / 'x.db'}")
    try:
        with pytest.raises(TbdxError) as raised:
            Service(Plan.load(folder), store)
    finally:
        store.close()
    assert raised.value.code == "plan-invalid"
    assert raised.value.fields["folder"] == "tinh-moi"
    return list(raised.value.fields["faults"])


MISTAKES: dict[str, tuple[Change, str, str, int]] = {
    # name: the mistake, the fault's code, its file, its line (0: of the whole file)
    "a column by another name": (
        replaced("agencies.csv", "valid_to", "ngay_ket_thuc"),
        "column-unknown",
        "agencies.csv",
        1,
    ),
    "a column left out": (
        replaced("obligations.csv", "agency,indicator,year", "agency,indicator"),
        "column-missing",
        "obligations.csv",
        1,
    ),
    "a column twice": (
        replaced("reference_goals.csv", "year,share_pct", "share_pct,share_pct"),
        "column-twice",
        "reference_goals.csv",
        1,
    ),
    "an agency that is not there": (
        replaced("obligations.csv", "dai-vi-du,income", "dai-mau,income"),
        "agency-unknown",
        "obligations.csv",
        4,
    ),
    "an indicator that is not there": (
        replaced("obligations.csv", "safe_systems", "an_toan"),
        "indicator-unknown",
        "obligations.csv",
        5,
    ),
    "a year outside the plan": (
        replaced("reference_goals.csv", "online_channels,2030", "online_channels,2035"),
        "year-outside",
        "reference_goals.csv",
        4,
    ),
    "a goal outside the plan": (
        replaced("plan.toml", "goals = [2026, 2030]", "goals = [2022, 2030]"),
        "year-outside",
        "plan.toml",
        18,
    ),
    "the appendix left out": (without("phu-luc-so-02.xlsx"), "appendix-missing", "plan.toml", 5),
    "a file left out": (without("obligations.csv"), "file-missing", "obligations.csv", 0),
    "a date that is two days": (
        replaced("renames.csv", "2026-01-01", "3/4/2026"),
        "date-ambiguous",
        "renames.csv",
        2,
    ),
    "an agency that ends before it begins": (
        replaced("agencies.csv", "yes,2027-05-01,,", "yes,2027-05-01,2027-04-01,"),
        "validity-reversed",
        "agencies.csv",
        7,
    ),
    "a goal of more than all": (
        replaced("reference_goals.csv", "2025,70,", "2025,700,"),
        "number-outside",
        "reference_goals.csv",
        3,
    ),
    "a goal of less than none": (
        replaced("reference_goals.csv", "2025,70,", "2025,-70,"),
        "number-outside",
        "reference_goals.csv",
        3,
    ),
    "two goals for one year": (
        replaced("reference_goals.csv", "online_channels,2025", "online_channels,2024"),
        "repeated",
        "reference_goals.csv",
        3,
    ),
    "an obligation twice": (
        replaced("obligations.csv", "dai-vi-du,online", "bao-vi-du,online"),
        "repeated",
        "obligations.csv",
        3,
    ),
    "a plan whose id is a path": (
        replaced("plan.toml", 'id = "tinh-vi-du"', 'id = "../tinh-vi-du"'),
        "not-an-id",
        "plan.toml",
        4,
    ),
    "a date that is none": (
        replaced("agencies.csv", "2027-04-30,tap-chi-tre", "30/02/2027,tap-chi-tre"),
        "not-a-date",
        "agencies.csv",
        5,
    ),
    "the same id twice": (
        added("agencies.csv", "dai-vi-du,Đài Khác,Other,Khác,,,,radio,no,,,,,\n"),
        "repeated",
        "agencies.csv",
        8,
    ),
    "an id with letters of Vietnamese": (
        replaced("agencies.csv", "tap-chi-song-mau,", "Tạp chí,"),
        "not-an-id",
        "agencies.csv",
        4,
    ),
    "saved as ANSI": (saved_as("agencies.csv", "cp1252"), "not-utf-8", "agencies.csv", 2),
    "a quotation mark too many": (
        replaced("obligations.csv", '"Kế hoạch 88/KH-UBND, mục 2"\ndai', '"Kế hoạch\ndai'),
        "quotation-marks",
        "obligations.csv",
        2,
    ),
    "a text with a comma and no quotation marks": (
        replaced("obligations.csv", '"Kế hoạch 88/KH-UBND, mục 2"', "Kế hoạch 88, mục 2"),
        "cell-count",
        "obligations.csv",
        2,
    ),
    "yes in Vietnamese": (
        replaced("agencies.csv", "radio;television,no", "radio;television,không"),
        "not-one-of",
        "agencies.csv",
        3,
    ),
    "a media type in Vietnamese": (
        replaced("agencies.csv", "radio;television", "phát thanh;television"),
        "media-type-unknown",
        "agencies.csv",
        3,
    ),
    "a successor that is not there": (
        replaced("agencies.csv", "2027-04-30,tap-chi-tre-vi-du", "2027-04-30,tap-chi-tre"),
        "successor-unknown",
        "agencies.csv",
        5,
    ),
    "a name that two agencies bear": (
        replaced("agencies.csv", "Đài PTTH Ví Dụ;Đài VD", "Báo VD"),
        "names-clash",
        "agencies.csv",
        3,
    ),
    "a word for a number": (
        replaced("reference_goals.csv", "2025,70,", "2025,bảy mươi,"),
        "not-a-number",
        "reference_goals.csv",
        3,
    ),
    "a misspelt key": (
        replaced("plan.toml", "inclusive = true", "inclusiv = true"),
        "key-unknown",
        "plan.toml",
        26,
    ),
    "a day that no year has": (
        replaced("plan.toml", "day = 30", "day = 31"),
        "day-impossible",
        "plan.toml",
        23,
    ),
    "a text without its quotation mark": (
        replaced("indicators.toml", 'short.vi = "Kênh trực tuyến"', 'short.vi = "Kênh trực tuyến'),
        "toml-syntax",
        "indicators.toml",
        59,
    ),
    "a question that is not there": (
        replaced("indicators.toml", 'numerator = "skilled_people"', 'numerator = "trained"'),
        "field-unknown",
        "indicators.toml",
        3,
    ),
    "another kind of indicator": (
        replaced("indicators.toml", 'kind = "ratio"', 'kind = "average"'),
        "not-one-of",
        "indicators.toml",
        6,
    ),
    "a rule left out": (
        replaced("plan.toml", 'code = "zero_target"', 'code = "zero"'),
        "rule-missing",
        "plan.toml",
        52,
    ),
    "a value that the rule has not": (
        replaced("plan.toml", 'value = "unknown"', 'value = "guess"'),
        "rule-wrong",
        "plan.toml",
        102,
    ),
    "no word for a final figure": (
        replaced("form.toml", 'final = ["Chính thức", "Đã quyết toán"]', "final = []"),
        "word-missing",
        "form.toml",
        14,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_said_with_file_and_line(copy: Path, mistake: str) -> None:
    """The first thing said is the mistake that was made, at the place where it was made."""
    change, code, file, line = MISTAKES[mistake]
    change(copy)
    fault = next(fault for fault in faults_of(copy) if fault.code == code)
    assert (fault.file, fault.line) == (file, line)


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained(copy: Path, mistake: str, code: str) -> None:
    """In the reader's language: the file, the line, what was found, and nothing left unfilled."""
    change, wanted, file, line = MISTAKES[mistake]
    change(copy)
    faults = faults_of(copy)
    text = messages.error_text(TbdxError("plan-invalid", folder="x", faults=faults), language(code))
    own = next(messages.fault_text(f, language(code)) for f in faults if f.code == wanted)
    place = [file, *([language(code).text("line {number}", number=line)] if line else [])]
    assert own.startswith(", ".join(place))
    assert f"- {own}" in text
    assert "{" not in text


def test_a_target_that_cannot_be_read_is_named_with_its_cell(copy: Path) -> None:
    """The appendix's own fault: its file, sheet and cell, and what stands there."""
    path = copy / "phu-luc-so-02.xlsx"
    book = load_workbook(path)
    book.worksheets[0]["E9"] = "8o%"
    book.save(path)
    (fault,) = faults_of(copy)
    text = messages.fault_text(fault, language("vi"))
    assert text.startswith("phu-luc-so-02.xlsx, trang “Phu luc 02”, ô E9: ")
    assert "8o%" in text


def test_all_faults_are_said_at_once(copy: Path) -> None:
    """Three mistakes in three files are three faults."""
    replaced("agencies.csv", "radio;television,no", "radio;television,không")(copy)
    replaced("plan.toml", "inclusive = true", "inclusive = 3")(copy)
    replaced("reference_goals.csv", "2025,70,", "2025,bảy mươi,")(copy)
    found = {(fault.file, fault.code) for fault in faults_of(copy)}
    assert {("agencies.csv", "not-one-of"), ("reference_goals.csv", "not-a-number")} <= found
    assert any(file == "plan.toml" for file, _ in found)


def test_a_spoilt_file_does_not_spoil_the_others(copy: Path) -> None:
    """Where agencies.csv cannot be read, nothing is said of agencies that are missing elsewhere."""
    saved_as("agencies.csv", "cp1252")(copy)
    assert [fault.code for fault in faults_of(copy)] == ["not-utf-8"]


def with_semicolons(folder: Path) -> None:
    """Every CSV file as Excel saves it in Viet Nam: semicolons, a mark, CRLF, its own dates."""
    for path in folder.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [_cells(line) for line in lines]
        rows = [[_as_excel_shows(cell) for cell in row] for row in rows]
        text = "\r\n".join(";".join(_quoted(cell) for cell in row) for row in rows)
        empty = ";" * (len(rows[0]) - 1)
        path.write_bytes(b"\xef\xbb\xbf" + f"{text}\r\n{empty}\r\n\r\n".encode())


def _cells(line: str) -> list[str]:
    return next(csv.reader([line]))


def _as_excel_shows(cell: str) -> str:
    year, _, rest = cell.partition("-")
    if len(cell) == 10 and year.isdecimal() and rest:
        month, day = rest.split("-")
        return f"{day}/{month}/{year}"
    return cell


def _quoted(cell: str) -> str:
    return f'"{cell}"' if ";" in cell else cell


def test_what_excel_saves_is_the_same_plan(copy: Path) -> None:
    """Semicolons, dates with the day first, a mark at the start and empty rows change nothing."""
    with_semicolons(copy)
    assert "30/04/2027" in (copy / "agencies.csv").read_text(encoding="utf-8-sig")
    plan, other = Plan.load(copy), Plan.load(FOLDER)
    for part in ("agencies", "obligations", "reference_goals"):
        assert getattr(plan, part) == getattr(other, part)


@pytest.mark.parametrize(
    "change",
    [
        saved_as("agencies.csv", "utf-16"),
        added("agencies.csv", "\n\n , \n"),
        replaced("agencies.csv", "id,name_vi", "sep=,\nID, Name_VI"),
        replaced("agencies.csv", "note_en\n", "note_en,,\n"),
        replaced("agencies.csv", "2027-05-01", "2027-05-01 00:00:00"),
        replaced("agencies.csv", "2027-04-30,tap-chi-tre", "30.4.2027,tap-chi-tre"),
        replaced("reference_goals.csv", "2025,70,", '2025,"70,0%",'),
        replaced("renames.csv", "2026-01-01", "01/01/2026"),
    ],
    ids=["utf-16", "blanks", "hint", "no-head", "time", "points", "percent", "day-first"],
)
def test_small_differences_do_not_matter(copy: Path, change: Change) -> None:
    """What can be read in one way only is read."""
    change(copy)
    plan, other = Plan.load(copy), Plan.load(FOLDER)
    assert plan.agencies == other.agencies
    assert plan.reference_goals == other.reference_goals


def test_a_cell_beyond_the_head_that_says_something_is_asked_about(copy: Path) -> None:
    """Empty cells without a head are passed over, others never."""
    replaced("agencies.csv", "note_en\n", "note_en,\n")(copy)
    added("agencies.csv", "bao-moi,Báo Mới,New,Mới,,,,print,no,,,,,,ghi chú\n")(copy)
    (fault,) = faults_of(copy)
    assert (fault.code, fault.line) == ("cell-count", 8)


@pytest.mark.parametrize("code", languages())
def test_every_fault_has_its_words(code: str) -> None:
    """A text in each language for every code, and an English one that ends as a sentence."""
    for name, text in messages.FAULTS.items():
        assert text.endswith("."), name
        assert language(code).text(text) != text or code == "en", name
