"""The office's year on the command line: sending, review, years, register, plan, errata, record."""

from __future__ import annotations

import csv
import email
import json
import shutil
import sqlite3
from contextlib import closing
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from shell import NA, ROOT, Shell, write_report

from tbdx.model import Phase
from tbdx.plan import Plan

NEWSPAPER, STATION, MAGAZINE = "bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh"
ESTIMATE = Phase.ESTIMATE


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def merged_late(tmp_path: Path) -> Path:
    """The plan as it was before the merger of 2025."""
    folder = tmp_path / "plan"
    shutil.copytree(ROOT / "data" / "plans" / "thai-binh", folder)
    path = folder / "agencies.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] != "bao-thai-binh-hop-nhat"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "valid_to": "", "successor": ""} for row in rows)
    return folder


def _send(shell: Shell, plan: Plan, agency: str, received: str, *more: str, **answers: Any) -> int:
    """Send an estimate for 2024 that waits for review; its submission's number."""
    answers = {"revenue_million_vnd": 1200.0, "phase": ESTIMATE, **answers}
    report = write_report(plan, shell.folder, agency, **answers)
    (file,) = shell.json("import", report, "--wait", "--received", received, *more)
    return int(file["stored"]["submissions"][0]["id"])


def _states(shell: Shell, year: int, phase: str = "estimate") -> dict[str, str]:
    cells = shell.json("submissions", "--year", year)["cells"]
    return {cell["agency"]: cell["state"] for cell in cells if cell["phase"] == phase}


def _result(shell: Shell, indicator: str, year: int) -> dict[str, Any]:
    (row,) = shell.json("indicators", "--indicator", indicator, "--year", year)
    found: dict[str, Any] = row
    return found


def _letter(path: Path) -> tuple[EmailMessage, str, list[str]]:
    """A draft, its text and the names of what is attached to it."""
    letter = email.message_from_bytes(path.read_bytes(), policy=default)
    body = letter.get_body()
    assert body is not None
    names = [part.get_filename() or "" for part in letter.iter_attachments()]
    return letter, body.get_content(), names


def _amended(shell: Shell) -> Path:
    """An appendix in which row 1 asks for 67% in 2025 and 2026 (in place of 67% and 100%)."""
    path = shell.folder / "amended.xlsx"
    book = openpyxl.load_workbook(ROOT / "data" / "plans" / "thai-binh" / "phu-luc-chi-tieu.xlsx")
    book["Phụ lục"]["E11"] = 0.9
    book["Phụ lục"]["C21"] = 0.67
    book.save(path)
    return path


def test_a_whole_year(tmp_path: Path, merged_late: Path) -> None:
    """From blank forms to a closed year, a merger and an amended plan, as the office lives it."""
    shell, plan = Shell(tmp_path, TBDX_PLAN=merged_late), Plan.load(merged_late)
    station = _collect(shell, plan)
    _replace_by_final_figures(shell, plan, station)
    _close_and_open(shell)
    _merge(shell)
    _amend(shell)
    _remind_of_next_year(shell)
    told = [entry["action"] for entry in shell.json("record", "list", "--limit", 0)]
    assert set(told) == {
        *("checked", "received", "accepted", "returned", "year-closed", "year-opened"),
        *("register-changed", "plan-adopted", "erratum-added", "contact-changed", "reminded"),
    }
    verified = shell.json("record", "verify")
    assert (verified["faults"], verified["submissions"]) == ([], 5)
    assert verified["entries"] == len(told)


def _collect(shell: Shell, plan: Plan) -> int:
    """Three are sent, one is returned and comes late, all are accepted; the station's number."""
    shell("template", "--agency", MAGAZINE, "--year", 2024, "--out", shell.folder / "blank.xlsx")
    paper = _send(shell, plan, NEWSPAPER, "2024-12-02 08:30")
    station = _send(shell, plan, STATION, "2024-12-09 23:59:59")
    first = _send(shell, plan, MAGAZINE, "2024-12-05 10:00", converged_newsroom=NA, staff_count=9)
    assert set(_states(shell, 2024).values()) == {"waiting"}
    assert _result(shell, "people_trained", 2024)["answered"] == 0
    refused = shell("close-year", 2024, "--reason", "xong", code=2)
    assert "cannot be closed: 3 reports wait" in refused

    shell("return", first, "--reason", "số người chưa đủ", "--by", "Phòng Báo chí")
    assert _states(shell, 2024)[MAGAZINE] == "returned"
    drafts = shell.folder / "drafts"
    (notice,) = shell.json("remind", "--year", 2024, "--out", drafts, "--returned")
    assert notice["agency"] == MAGAZINE, "nobody is reminded who has sent something"
    _, text, attached = _letter(Path(notice["file"]))
    assert "số người chưa đủ" in text
    assert len(attached) == 1

    again = _send(shell, plan, MAGAZINE, "2024-12-11 08:00", converged_newsroom=NA, staff_count=12)
    assert "Accepted · in use" in shell("accept", paper, station, again)
    found = shell.json("submissions", "--year", 2024)
    (rates,) = found["rates"]
    assert (rates["expected"], rates["complete"], rates["on_time"], rates["late"]) == (3, 3, 2, 1)
    late = {cell["agency"]: cell["days_late"] for cell in found["cells"] if cell["submission"]}
    assert late == {NEWSPAPER: 0, STATION: 0, MAGAZINE: 2}
    assert "2 days late" in shell("submissions", "--year", 2024)
    return station


def _replace_by_final_figures(shell: Shell, plan: Plan, station: int) -> None:
    """In spring the station's revenue turns out not to have grown by 10%."""
    report = write_report(plan, shell.folder, STATION, revenue_million_vnd=1050.0)
    (file,) = shell.json("import", report, "--received", "2025-03-03 09:00", "--confirm", "final")
    final = file["stored"]["submissions"][0]["id"]
    said = shell("difference", station, final)
    assert "row 4 Revenue growth over 2022, 2024: 3/3 (▲ Exceeded) → 2/3 (▲ Exceeded)" in said
    change = shell.json("difference", station, final)
    (field,) = change["fields"]
    assert (field["field"], field["change"]) == ("revenue_million_vnd", -150)
    (effect,) = change["effects"]
    assert (effect["row"], effect["before"]["numerator"], effect["after"]["numerator"]) == (4, 3, 2)
    assert _states(shell, 2024, "final")[STATION] == "final"
    assert _states(shell, 2024)[STATION] == "superseded"


def _close_and_open(shell: Shell) -> None:
    """A closed year is locked; it is opened by name and reason only."""
    shell("close-year", 2024, "--reason", "đã báo cáo UBND", "--by", "Phòng Báo chí")
    (closed,) = (year for year in shell.json("years") if year["closed"])
    assert (closed["year"], closed["actor"]) == (2024, "Phòng Báo chí")
    assert "The year 2024 is closed" in shell("reopen", 1, "--reason", "xem lại", code=2)
    shell("open-year", 2024, "--reason", "số liệu cuối", code=2)
    shell("open-year", 2024, "--reason", "số liệu cuối", "--by", "Lãnh đạo Sở")
    assert not any(year["closed"] for year in shell.json("years"))


def _merge(shell: Shell) -> None:
    """The merger counts from the year on whose due date it holds; old years stay as they were."""
    merged = shell(
        *("register", "merge", NEWSPAPER, STATION, "--on", "2025-03-17"),
        *("--id", "bao-hop-nhat", "--source", "Quyết định hợp nhất"),
    )
    assert "the reporting years from 2025 on" in merged
    assert _states(shell, 2025).keys() == {"bao-hop-nhat", MAGAZINE}
    assert _states(shell, 2024).keys() == {NEWSPAPER, STATION, MAGAZINE}
    blank = shell.folder / "blank.xlsx"
    shell("template", "--agency", "bao-hop-nhat", "--year", 2025, "--out", blank)


def _amend(shell: Shell) -> None:
    """An amended plan from 2026 on, and a correction to a figure of 2024."""
    shell(
        *("plan", "adopt", _amended(shell), "--decision", "9/QĐ-UBND", "--date", "2025-12-20"),
        *("--first-year", 2026, "--reason", "điều chỉnh"),
    )
    assert _result(shell, "digital_platforms", 2026)["target_pct"] == 67
    assert _result(shell, "digital_platforms", 2025)["target_pct"] == 67, "as it was, not 90"
    before = _result(shell, "people_trained", 2024)
    _correct(shell, "trained_count", "9")
    assert _result(shell, "people_trained", 2024)["numerator"] == before["numerator"] + 2


def _remind_of_next_year(shell: Shell) -> None:
    shell("contacts", "set", MAGAZINE, "toasoan@vannghe.vn")
    drafts = shell.json("remind", "--year", 2025, "--out", shell.folder / "drafts")
    addresses = {draft["agency"]: draft["address"] for draft in drafts}
    assert addresses == {"bao-hop-nhat": None, MAGAZINE: "toasoan@vannghe.vn"}


def test_history_and_choice_say_which_version_counts(shell: Shell, plan: Plan) -> None:
    """A version chosen by hand counts, until another is accepted; each step is in the history."""
    first = _send(shell, plan, NEWSPAPER, "2024-12-01 08:00")
    second = _send(shell, plan, NEWSPAPER, "2024-12-02 08:00", revenue_million_vnd=1300.0)
    shell("accept", first, second, "--confirm", "asked")
    args = ("--agency", NEWSPAPER, "--year", 2024)
    counting = [s["id"] for s in shell.json("history", *args)["submissions"] if s["counts"]]
    assert counting == [second]
    shell("choose", first, "--reason", "the second was sent by mistake")
    assert "in use, chosen by hand" in shell("history", *args)
    (waiting,) = shell.json("reopen", second, "--reason", "to be looked at")
    assert waiting["state"] == "waiting"
    shell("reopen", second, "--reason", " ", code=2)
    shell("choose", second, "--reason", "it waits", code=2)
    assert "There is no submission 99" in shell("accept", 99, code=2)


def test_accepting_several_is_one_step(shell: Shell, plan: Plan) -> None:
    """If one of them cannot be accepted, none is."""
    first = _send(shell, plan, NEWSPAPER, "2024-12-01 08:00")
    second = _send(shell, plan, STATION, "2024-12-01 08:00")
    shell("return", second, "--reason", "not signed")
    assert "“Returned”" in shell("accept", first, second, code=2)
    assert _states(shell, 2024)[NEWSPAPER] == "waiting"


def test_files_of_a_submission_are_given_back(shell: Shell, plan: Plan) -> None:
    """The original byte for byte, the receipt as a page, and a copy with the reason marked."""
    number = _send(shell, plan, NEWSPAPER, "2024-12-01 08:00")
    sent = (shell.folder / f"{NEWSPAPER}.xlsx").read_bytes()
    out = shell.folder / "out.xlsx"
    shell("original", number, "--out", out)
    assert out.read_bytes() == sent
    shell("return", number, "--reason", "chưa ký tên")
    shell("annotated", number, "--out", out, "--by", "Chị Lan")
    taken = shell.json("record", "list", "--action", "exported")
    assert [(one["subject"], one["actor"] == "Chị Lan") for one in taken] == [
        (f"export:annotated/{number}", True),
        (f"export:original/{number}", False),
    ]
    first = openpyxl.load_workbook(out).worksheets[0]
    assert "chưa ký tên" in "".join(str(cell) for row in first.values for cell in row)
    shell("receipt", number, "--out", out)
    page = openpyxl.load_workbook(out).worksheets[0]
    facts = {str(row[0]): str(row[1]) for row in page.iter_rows(max_col=2, values_only=True)}
    assert "chưa ký tên" in shell("receipt", number)
    shell("record", "verify", "--head", facts["Code of the record's entry"])
    shell("receipt", number, "--out", shell.folder / "out.pdf", code=2)


def test_nothing_to_report_is_stated_and_taken_back(shell: Shell) -> None:
    """The statement completes the year; taken back, the report is missing again."""
    nil = ("nil", "--agency", MAGAZINE, "--year", 2024, "--phase", "estimate", "--reason", "letter")
    assert "Nothing to report" in shell(*nil)
    assert _states(shell, 2024)[MAGAZINE] == "nil"
    history = shell.json("history", "--agency", MAGAZINE, "--year", 2024)
    assert [one["reason"] for one in history["nil_returns"]] == ["letter"]
    shell(*nil, code=2)
    shell(*nil, "--withdraw")
    assert _states(shell, 2024)[MAGAZINE] == "overdue"
    shell(*nil, "--withdraw", code=2)


def test_the_matrix_is_narrowed_by_state_and_agency(shell: Shell, plan: Plan) -> None:
    """Only what is asked for; an agency that does not exist in a year is left out unless asked."""
    _send(shell, plan, NEWSPAPER, "2024-12-01 08:00")
    cells = shell.json("submissions", "--state", "waiting")["cells"]
    assert [(cell["agency"], cell["year"]) for cell in cells] == [(NEWSPAPER, 2024)]
    assert cells[0]["submission"]["version"] == 1
    assert shell.json("submissions", "--agency", NEWSPAPER, "--year", 2025)["cells"] == []
    asked = ("--agency", NEWSPAPER, "--year", 2025, "--state", "not_in_force")
    assert len(shell.json("submissions", *asked)["cells"]) == 2
    assert "There is no agency “x”" in shell("submissions", "--agency", "x", code=2)


def test_illustrative_reports_are_nobodys_submissions(shell: Shell) -> None:
    """While the store is empty, nothing has been sent and everybody is reminded."""
    found = shell.json("submissions", "--year", 2024)
    assert {cell["submission"] is None for cell in found["cells"]} == {True}
    assert found["rates"][0]["complete"] == 0
    drafts = shell.json("remind", "--year", 2024, "--out", shell.folder / "drafts")
    assert [draft["agency"] for draft in drafts] == [NEWSPAPER, STATION, MAGAZINE]


def test_matrix_and_history_speak_vietnamese(shell: Shell, plan: Plan) -> None:
    """Whatever is printed about data is in the language of TBDX_LANGUAGE."""
    shell.environment["TBDX_LANGUAGE"] = "vi"
    _send(shell, plan, NEWSPAPER, "2024-12-11 08:00")
    said = shell("submissions", "--year", 2024)
    for words in ("Chờ thẩm định", "Ước thực hiện", "Báo Thái Bình (bao-thai-binh)", "11/12/2024"):
        assert words in said
    assert "Chờ thẩm định" in shell("history", "--agency", NEWSPAPER, "--year", 2024)


def test_a_draft_never_takes_the_place_of_a_file(shell: Shell) -> None:
    """A name that is taken is numbered; each draft has its form, and who has no address is named."""
    folder = shell.folder / "drafts"
    shell("contacts", "set", NEWSPAPER, "toasoan@baothaibinh.com.vn")
    first = shell("remind", "--year", 2024, "--out", folder)
    assert f"Without an address: {STATION}, {MAGAZINE}" in first
    before = {path: path.read_bytes() for path in folder.iterdir()}
    shell("remind", "--year", 2024, "--out", folder)
    assert len(list(folder.iterdir())) == 2 * len(before) == 6
    assert {path: path.read_bytes() for path in before} == before
    letter, _, attached = _letter(folder / f"nhac-{NEWSPAPER}-2024.eml")
    assert letter["To"] == "toasoan@baothaibinh.com.vn"
    assert attached == [f"bao-cao-{NEWSPAPER}-2024.xlsx"]


def test_addresses_are_kept_and_forgotten(shell: Shell) -> None:
    """What is no address is refused; one that is forgotten is gone."""
    shell("contacts", "set", NEWSPAPER, "a@b.vn")
    assert shell.json("contacts", "list")[NEWSPAPER] == "a@b.vn"
    assert "no e-mail address" in shell("contacts", "set", NEWSPAPER, "a at b", code=2)
    shell("contacts", "forget", NEWSPAPER)
    assert shell.json("contacts", "list")[NEWSPAPER] is None
    assert "a@b.vn" not in shell("contacts", "list")


def test_the_register_changes_by_date_and_back(shell: Shell) -> None:
    """Opened, renamed, closed: each holds from its day on, is listed, and can be withdrawn."""
    shell(
        *("register", "open", "--name-vi", "Báo Mới", "--name-en", "New Paper", "--media", "print"),
        *("--on", "2026-01-01", "--source", "QĐ 1"),
    )
    shell(
        *("register", "rename", MAGAZINE, "--name-vi", "Văn nghệ Mới", "--name-en", "New Letters"),
        *("--on", "2026-02-01", "--source", "QĐ 2"),
    )
    shell("register", "close", "bao-moi", "--on", "2028-01-01", "--source", "QĐ 3")
    changes = {change["number"]: change for change in shell.json("register", "list")["changes"]}
    assert [change["kind"] for change in changes.values()] == ["opened", "renamed", "closed"]
    assert "bao-moi" in _states(shell, 2027)
    assert "bao-moi" not in _states(shell, 2028)
    said = shell("register", "list")
    assert "New Paper (bao-moi) closed" in said
    assert (
        "Thái Bình Arts and Letters Magazine (tc-van-nghe-thai-binh) is called New Letters" in said
    )
    shell("register", "withdraw", 3, "--reason", "chưa quyết định")
    assert "bao-moi" in _states(shell, 2028)
    shell("register", "withdraw", 3, "--reason", "chưa quyết định", code=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("close", "nobody", "--on", "2026-01-01"), "There is no agency “nobody”"),
        (("close", NEWSPAPER, "--on", "2026-01-01"), "It does not exist on Jan 1, 2026"),
        (("merge", MAGAZINE, "--on", "2026-01-01"), "At least two agencies"),
        (("close", MAGAZINE, "--on", "01.01.2026"), "is no date"),
    ],
)
def test_a_change_that_cannot_be_is_explained(
    shell: Shell, arguments: tuple[object, ...], said: str
) -> None:
    """An unknown agency, one that is gone, a merger of one: nothing is entered."""
    message = shell("register", *arguments, "--source", "QĐ 1", code=2)
    assert said in " ".join(message.replace("│", "").split())
    assert shell.json("register", "list")["changes"] == []


def test_an_amended_plan_is_seen_before_it_is_adopted(shell: Shell) -> None:
    """Comparing stores nothing and says what will hold; adopting holds from its year; it goes back."""
    amended = _amended(shell)
    found = shell.json("plan", "compare", amended, "--first-year", 2026)
    assert [(one["year"], one["kind"], one["adopted"]) for one in found["differences"]] == [
        (2025, "changed", False),
        (2026, "changed", True),
    ]
    assert found["differences"][1]["after"]["cell"] == "C21"
    said = shell("plan", "compare", amended, "--first-year", 2026)
    assert "stays as it was" in said
    assert "judged by other targets" not in said
    assert found["judged_anew"] == []
    assert shell.json("plan", "versions")["versions"] == []
    adopt = ("plan", "adopt", amended, "--date", "2025-12-20", "--first-year", 2026)
    assert "decision" in shell(*adopt, "--decision", "–", code=2)
    shell(*adopt, "--decision", "9/QĐ-UBND")
    (version,) = shell.json("plan", "versions")["versions"]
    assert (version["decision"], version["date"]) == ("9/QĐ-UBND", "2025-12-20")
    assert _result(shell, "digital_platforms", 2026)["target_pct"] == 67
    shell(*adopt, "--decision", "10/QĐ-UBND")
    assert "replaced by a later one of the same first year" in shell("plan", "versions")
    later = shell.json("plan", "versions")["versions"][1]
    shell("plan", "withdraw", later["id"], "--reason", "bị hủy")
    assert "replaced" not in shell("plan", "versions")
    shell("plan", "withdraw", version["id"], "--reason", "bị hủy")
    assert _result(shell, "digital_platforms", 2026)["target_pct"] == 100
    assert "withdrawn" in shell("plan", "versions")


def test_a_faulty_appendix_is_not_adopted(shell: Shell) -> None:
    """A cell in doubt is exit code 1 of comparing; what is no workbook is 2; neither is adopted."""
    amended = _amended(shell)
    book = openpyxl.load_workbook(amended)
    book["Phụ lục"]["C21"] = "33-67%"
    book.save(amended)
    assert "C21" in shell("plan", "compare", amended, "--first-year", 2026, code=1)
    adopt = ("--decision", "9/QĐ-UBND", "--date", "2025-12-20", "--first-year", 2026)
    assert "Nothing was adopted" in shell("plan", "adopt", amended, *adopt, code=2)
    noise = shell.folder / "noise.xlsx"
    noise.write_bytes(b"noise")
    shell("plan", "compare", noise, "--first-year", 2026, code=2)
    assert shell.json("plan", "versions")["versions"] == []


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("revenue_million_vnd", "1.234.567,5", 1234567.5),
        ("revenue_million_vnd", "1300.5", 1300.5),
        ("revenue_million_vnd", "1,3 tỷ", 1300.0),
        ("trained_count", "8", 8.0),
        ("uses_ai", "Có", "yes"),
        ("uses_ai", "yes", "yes"),
        ("converged_newsroom", "không", "no"),
        ("converged_newsroom", "na", "na"),
        ("security_level", "", None),
    ],
)
def test_a_correction_is_read_as_people_write(
    shell: Shell, plan: Plan, field: str, typed: str, stored: object
) -> None:
    """Answers in words or codes, numbers as Vietnamese or plainly written, and a blank."""
    shell("import", write_report(plan, shell.folder, NEWSPAPER, revenue_million_vnd=1200.0))
    _correct(shell, field, typed)
    (erratum,) = shell.json("errata", "list")
    assert erratum["corrected"] == stored
    assert erratum["in_use"] is True


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("revenue_million_vnd", "1.300", "1300 and as 1,3"),
        ("revenue_million_vnd", "1,300", "1300 and as 1,3"),
        ("trained_count", "about 8", "not possible"),
        ("trained_count", "nan", "not possible"),
        ("uses_ai", "perhaps", "not possible"),
        ("trained_count", "7", "stated already"),
        ("no_such_field", "1", "no figure in use"),
    ],
)
def test_a_correction_in_doubt_is_refused(
    shell: Shell, plan: Plan, field: str, typed: str, said: str
) -> None:
    """A number that reads in two ways, no number, no answer, nothing new: nothing is entered."""
    shell("import", write_report(plan, shell.folder, NEWSPAPER, revenue_million_vnd=1200.0))
    assert said in _correct(shell, field, typed, code=2)
    assert shell.json("errata", "list") == []


def _correct(shell: Shell, field: str, value: str, code: int = 0) -> str:
    return shell(
        *("errata", "add", "--agency", NEWSPAPER, "--year", 2024, "--field", field),
        *("--value", value, "--reason", "ghi nhầm", "--source", "công văn 5"),
        code=code,
    )


def test_a_correction_is_withdrawn(shell: Shell, plan: Plan) -> None:
    """The figure as filed holds again, and the list still tells of the correction."""
    shell("import", write_report(plan, shell.folder, NEWSPAPER, revenue_million_vnd=1200.0))
    assert "No → Yes" in _correct(shell, "uses_ai", "có")
    assert _result(shell, "data_analytics_ai", 2024)["numerator"] == 1
    shell("errata", "withdraw", 1, "--reason", "đúng như đã ghi")
    assert _result(shell, "data_analytics_ai", 2024)["numerator"] == 0
    assert "withdrawn" in shell("errata", "list")


def test_the_record_is_searched_and_exported(shell: Shell, plan: Plan) -> None:
    """By words without diacritics, action, agency, year, time; the export is told to it as well."""
    number = _send(shell, plan, NEWSPAPER, "2024-12-01 08:00", "--by", "Văn thư")
    shell("return", number, "--reason", "chưa đủ số liệu", "--by", "Phòng Báo chí")
    shell("close-year", 2023, "--reason", "xong")
    (entry,) = shell.json("record", "list", "--search", "chua du")
    assert (entry["action"], entry["actor"]) == ("returned", "Phòng Báo chí")
    assert {e["action"] for e in shell.json("record", "list", "--agency", NEWSPAPER)} == {
        "received",
        "returned",
    }
    (closed,) = shell.json("record", "list", "--action", "year-closed", "--year", 2023)
    assert closed["subject"] == "year:2023"
    assert shell.json("record", "list", "--since", "2999-01-01 00:00") == []
    assert "Only the newest 1 entries" in shell("record", "list", "--limit", 1)

    out = shell.folder / "record.csv"
    said = shell("record", "export", "--out", out, "--search", "Phòng Báo chí")
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert entry["hash"] in lines[1]
    newest = shell.json("record", "list", "--limit", 1)[0]
    told = {"file_name": "record.csv", "file_type": "csv", "rows": 1, "search": "Phòng Báo chí"}
    assert json.loads(newest["after"]) == told
    assert newest["hash"] in said
    shell("record", "export", "--out", shell.folder / "record.xlsx")
    book = openpyxl.load_workbook(shell.folder / "record.xlsx")
    assert book.worksheets[0].max_row == len(shell.json("record", "list", "--limit", 0))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE submission SET file_name = 'x.xlsx'", "submission:1 is not what its last entry"),
        ("DELETE FROM submission", "submission:1 is gone"),
        ("UPDATE document SET content = x'00'", "is not what was received"),
        ("UPDATE record SET actor = 'x' WHERE number = 2", "Entry 2 was changed by hand"),
        ("DELETE FROM record WHERE number = 1", "Entry 1 is missing"),
    ],
)
def test_what_was_altered_by_hand_is_said(
    shell: Shell, plan: Plan, statement: str, said: str
) -> None:
    """Whoever gets round the locks of the database is found out, in words, exit code 1."""
    number = _send(shell, plan, NEWSPAPER, "2024-12-01 08:00")
    shell("accept", number, "--confirm", "asked")
    assert "Nothing was changed by hand." in shell("record", "verify")
    with closing(sqlite3.connect(shell.folder / "tbdx.db")) as database:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in database.execute(triggers).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)
        database.commit()
    assert said in shell("record", "verify", code=1)
    assert shell.json("record", "verify", code=1)["faults"] != []


def test_a_record_cut_off_at_its_end_is_found_with_a_code(shell: Shell) -> None:
    """A code from a receipt or an export that the record does not know is a fault."""
    shell("close-year", 2023, "--reason", "xong")
    head = shell.json("record", "list")[0]["hash"]
    shell("record", "verify", "--head", head)
    said = shell("record", "verify", "--head", head[::-1], code=1)
    assert head[::-1] in said


def test_figures_are_given_on_another_basis(shell: Shell, plan: Plan) -> None:
    """Estimates alone, the plan as first issued, the original structure: as on the pages."""
    answers: dict[str, Any] = {"revenue_million_vnd": 1200.0}
    for phase, trained in ((ESTIMATE, 5), (Phase.FINAL, 7)):
        answers |= {"phase": phase, "trained_count": trained}
        shell("import", write_report(plan, shell.folder, NEWSPAPER, **answers), "--confirm", "seen")
    people = ("indicators", "--indicator", "people_trained", "--year", 2024)
    assert shell.json(*people)[0]["numerator"] == 7
    assert shell.json(*people, "--figures", "estimate")[0]["numerator"] == 5
    adopt = ("--decision", "9/QĐ-UBND", "--date", "2025-12-20", "--first-year", 2026)
    shell("plan", "adopt", _amended(shell), *adopt)
    platforms = ("indicators", "--indicator", "digital_platforms", "--year", 2026)
    assert shell.json(*platforms)[0]["target_pct"] == 67
    assert shell.json(*platforms, "--targets", "original")[0]["target_pct"] == 100
    assert shell.json(*platforms)[0]["missing"] == 2
    assert shell.json(*platforms, "--structure", "original")[0]["missing"] == 3
