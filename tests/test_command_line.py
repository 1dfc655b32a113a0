"""`python -m tbdx …` as a shell sees it: output, JSON, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from shell import NA, NO, ROOT, Shell, commands_of, write_report

from tbdx.__main__ import app
from tbdx.plan import Plan
from tbdx.service import Service


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_targets_gives_all_38_with_their_cells(shell: Shell, plan: Plan) -> None:
    """Both tables of the shipped appendix, each target with its sheet and cell."""
    found = shell.json("targets", plan.appendix_path)
    assert found["findings"] == []
    assert len(found["targets"]) == 38
    pair = next(t for t in found["targets"] if (t["row"], t["year"]) == (4, 2024))
    assert (pair["share_pct"], pair["threshold_pct"]) == (33.0, 10.0)
    assert pair["as_printed"] == "33% cơ quan báo chí tăng doanh thu 10%"
    assert set(pair) == {
        "row",
        "title",
        "year",
        "share_pct",
        "threshold_pct",
        "as_printed",
        "sheet",
        "cell",
    }


def test_template_fill_check_import_indicators(shell: Shell, plan: Plan) -> None:
    """The whole way on the command line, with the plan's own traps."""
    blank = shell.folder / "blank.xlsx"
    shell("template", "--agency", "bao-thai-binh", "--year", 2024, "--out", blank)
    book = openpyxl.load_workbook(blank)
    answers = ["Có", "Có", "Có", "Có", "Có", 1000, 1099.6, 80, 60, 3]
    for row, value in enumerate(answers, start=14):
        book["Chỉ tiêu"][f"E{row}"] = value
    book["Chỉ tiêu"]["C10"] = "Chính thức"
    book.save(blank)
    station = write_report(plan, shell.folder, "dai-ptth-thai-binh", revenue_million_vnd=1100.0)
    magazine = write_report(
        plan,
        shell.folder,
        "tc-van-nghe-thai-binh",
        on_digital_platforms=NO,
        converged_newsroom=NA,
        revenue_million_vnd=1000.0,
    )

    (checked,) = shell.json("check", blank)
    assert checked["verdict"] == "ok"
    assert {f["field"]: f["value"] for f in checked["fields"]}["revenue_million_vnd"] == 1099.6
    assert {f["field"]: f["cell"] for f in checked["fields"]}["staff_count"] == "E21"
    assert shell.json("indicators", "--year", 2024)[0]["status"] == "no_data", "nothing stored"

    stored = shell.json("import", blank, station, magazine)
    assert [file["stored"]["revision"] for file in stored] == [1, 1, 1]
    rows = {row["indicator"]: row for row in shell.json("indicators", "--year", 2024)}
    assert (rows["digital_platforms"]["numerator"], rows["digital_platforms"]["denominator"]) == (
        2,
        3,
    )
    assert rows["digital_platforms"]["status"] == "met"
    assert rows["digital_platforms"]["target_pct"] == 67
    assert rows["revenue_growth"]["numerator"] == 1, "9.96% is not 10%"
    later = [row for row in shell.json("indicators") if row["year"] > 2025 and row["row"] in (5, 6)]
    assert {(row["status"], row["target_pct"]) for row in later} == {("no_target", None)}

    own = shell.json("indicators", "--agency", "bao-thai-binh", "--year", 2024)
    assert {row["agency"] for row in own} == {"bao-thai-binh"}
    assert shell.json("import", blank)[0]["stored"]["duplicate"] is True


def test_a_missing_agency_leaves_a_range(shell: Shell, plan: Plan) -> None:
    """With one of three reports missing, the worst and the best possible value are given."""
    yes = write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1300.0)
    no = write_report(
        plan,
        shell.folder,
        "dai-ptth-thai-binh",
        on_digital_platforms=NO,
        revenue_million_vnd=1000.0,
    )
    shell.json("import", yes, no)
    (row,) = shell.json("indicators", "--year", 2024, "--indicator", "digital_platforms")
    assert (row["answered"], row["missing"], row["value_pct"]) == (2, 1, 50)
    assert row["worst_pct"] == pytest.approx(100 / 3)
    assert row["best_pct"] == pytest.approx(200 / 3)
    assert (row["status"], row["reason"]) == ("no_data", "incomplete")


def test_check_says_what_blocks_and_stores_nothing(shell: Shell, plan: Plan) -> None:
    """Exit code 1 for a fault, 2 for what is no workbook; import then stores nothing at all."""
    good = write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1.0)
    bad = write_report(
        plan, shell.folder, "dai-ptth-thai-binh", staff_count=3, revenue_million_vnd=1.0
    )
    (finding,) = [
        finding
        for file in shell.json("check", good, bad, code=1)
        for finding in file["findings"]
        if finding["severity"] == "blocking"
    ]
    assert (finding["code"], finding["sheet"], finding["cell"]) == (
        "part-exceeds-whole",
        "Chỉ tiêu",
        "E22",
    )
    assert "sheet “Chỉ tiêu”, cell E22" in finding["message"]
    shell("import", good, bad, code=1)
    assert {row["answered"] for row in shell.json("indicators")} == {0}

    noise = shell.folder / "noise.xlsx"
    noise.write_bytes(b"noise")
    (unreadable,) = shell.json("check", noise, code=2)
    assert unreadable["verdict"] == "unreadable"
    assert "cannot be opened" in shell("check", shell.folder / "absent.xlsx", code=2)
    (shell.folder / "empty").mkdir()
    assert "no files" in shell("check", shell.folder / "empty", code=2)


def test_a_folder_and_an_archive_are_read_file_by_file(shell: Shell, plan: Plan) -> None:
    """Folders and ZIP archives give one verdict for each file in them, named by its place."""
    folder = shell.folder / "reports"
    (folder / "báo").mkdir(parents=True)
    first = write_report(plan, folder / "báo", "bao-thai-binh", revenue_million_vnd=1100.0)
    (folder / "~$open.xlsx").write_bytes(b"")
    second = write_report(plan, shell.folder, "dai-ptth-thai-binh", revenue_million_vnd=1100.0)
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(second, "đài/x.xlsx")
    checked = shell.json("check", folder)
    assert [file["file"] for file in checked] == ["all.zip/đài/x.xlsx", f"báo/{first.name}"]
    assert {file["verdict"] for file in checked} == {"ok"}
    stored = shell.json("import", folder)
    assert [file["stored"]["revision"] for file in stored] == [1, 1], "one step"


def test_valid_files_are_accepted_without_the_others_when_asked(shell: Shell, plan: Plan) -> None:
    """--valid-only stores what is valid; the exit code still tells that something was left out."""
    good = write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1100.0)
    bad = write_report(
        plan, shell.folder, "dai-ptth-thai-binh", staff_count=3, revenue_million_vnd=1100.0
    )
    said = shell("import", bad, good, code=1)
    assert "Nothing was stored, since 1 of 2 files" in said
    assert "--valid-only" in said
    refused, stored = shell.json("import", bad, good, "--valid-only", code=1)
    assert refused["stored"] is None
    assert stored["stored"]["revision"] == 1


def test_remarks_are_confirmed_with_a_word(shell: Shell, plan: Plan) -> None:
    """Without --confirm a file with remarks is not stored, and the message says what to add."""
    remarked = write_report(plan, shell.folder, "bao-thai-binh")
    said = shell("import", remarked, code=1)
    assert "--confirm" in said
    assert "bao-thai-binh.xlsx" in said
    assert {row["answered"] for row in shell.json("indicators")} == {0}
    (file,) = shell.json("import", remarked, "--confirm", "asked on the phone")
    assert file["stored"]["revision"] == 1


def test_annotated_copies_are_written_to_a_folder(shell: Shell, plan: Plan) -> None:
    """check --annotate DIR writes one copy for each file with findings; mended, it is accepted."""
    bad = write_report(
        plan, shell.folder, "bao-thai-binh", staff_count=3, revenue_million_vnd=1100.0
    )
    good = write_report(plan, shell.folder, "dai-ptth-thai-binh", revenue_million_vnd=1100.0)
    out = shell.folder / "copies"
    faulty, fine = shell.json("check", bad, good, "--annotate", out, code=1)
    assert fine["annotated"] is None
    assert [str(path) for path in out.iterdir()] == [faulty["annotated"]]
    book = openpyxl.load_workbook(faulty["annotated"])
    assert book.sheetnames[0] == "Lỗi"
    assert "part-exceeds-whole" in book["Chỉ tiêu"]["E22"].comment.text
    book["Chỉ tiêu"]["E21"] = 30
    book.save(faulty["annotated"])
    (mended,) = shell.json("import", faulty["annotated"])
    assert mended["stored"]["revision"] == 1


def test_a_copy_never_takes_the_place_of_what_was_sent(shell: Shell, plan: Plan) -> None:
    """A file that is called as its copy would be stays as it is; the copy is numbered."""
    bad = write_report(
        plan, shell.folder, "bao-thai-binh", staff_count=3, revenue_million_vnd=1100.0
    )
    sent = bad.rename(shell.folder / "bao-loi.xlsx")
    before = sent.read_bytes()
    (faulty,) = shell.json("check", sent, "--annotate", shell.folder, code=1)
    assert faulty["annotated"] == str(shell.folder / "bao-loi (2).xlsx")
    assert sent.read_bytes() == before
    (shell.folder / "again").mkdir()
    other = sent.rename(shell.folder / "again" / "bao-loi.xlsx")
    shell("check", shell.folder / "again", "--annotate", shell.folder / "again", code=1)
    assert other.read_bytes() == before


def test_export_writes_the_rows_of_the_filters(shell: Shell, plan: Plan) -> None:
    """The same filters as on the page, as .xlsx and .csv."""
    report = write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1200.0)
    shell("import", report)
    out = shell.folder / "out.xlsx"
    shell("export", "--out", out, "--table", "reported", "--year", 2024)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert sheet.max_row == 11
    csv = shell.folder / "out.csv"
    shell("export", "--out", csv, "--status", "met", "--year", 2024)
    assert csv.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("indicators", "--year", 2040), "does not cover the year 2040"),
        (("indicators", "--agency", "x"), "There is no agency “x”"),
        (("indicators", "--indicator", "x"), "There is no indicator “x”"),
        (("export", "--out", "x.pdf"), "ends in .xlsx, .csv"),
        (("export", "--out", "x.csv", "--status", "good"), "“good” cannot be chosen"),
        (("template", "--agency", "dai-ptth-thai-binh", "--year", 2025, "--out", "x.xlsx"), "2025"),
    ],
)
def test_a_wrong_word_is_explained(shell: Shell, arguments: tuple[object, ...], said: str) -> None:
    """An unknown year, agency, indicator, status or file type is said in one sentence."""
    message = shell(*arguments, code=2)
    assert said in message
    assert "Traceback" not in message


def test_samples_are_read_only_when_asked_for(shell: Shell) -> None:
    """The command line never mixes illustrative figures into real ones."""
    assert {row["answered"] for row in shell.json("indicators")} == {0}
    assert {row["answered"] for row in shell.json("indicators", "--samples", "--year", 2023)} == {
        1,
        2,
        3,
    }


def test_every_command_helps(shell: Shell) -> None:
    """--help explains each command and each of its options."""
    for command in commands_of(app):
        said = shell(*command, "--help")
        assert f"Usage: root {' '.join(command)}" in " ".join(said.split())
        assert "Show this message" in said


def test_a_known_error_is_one_paragraph_of_its_own_process(shell: Shell) -> None:
    """As a shell runs it: words in UTF-8, exit code 2, no traceback; and commands work."""
    shell.environment["TBDX_LANGUAGE"] = "vi"
    said = shell.process("template", "--agency", "x", "--year", 2024, "--out", "x.xlsx", code=2)
    assert "bao-thai-binh-hop-nhat" in said
    assert "Traceback" not in said
    assert "hoàn thành 0/2" in shell.process("submissions", "--year", 2030)


def test_help_loads_neither_figures_nor_database() -> None:
    """Listing the commands needs no pandas, no database and no workbooks: it comes at once."""
    heavy = "{'pandas', 'sqlalchemy', 'openpyxl', 'pebble', 'streamlit', 'plotly'}"
    program = f"import sys, tbdx.__main__; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_an_export_is_told_to_the_record(shell: Shell, plan: Plan) -> None:
    """Who took out which rows under which filters stands in the record; looking does not."""
    shell("import", write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1200.0))
    before = len(shell.json("record", "list"))
    shell("indicators")
    assert len(shell.json("record", "list")) == before
    out = shell.folder / "out.csv"
    shell("export", "--out", out, "--year", 2024, "--by", "Phòng Báo chí")
    newest = shell.json("record", "list")[0]
    assert (newest["action"], newest["actor"]) == ("exported", "Phòng Báo chí")
    told = json.loads(newest["after"])
    assert (told["file_name"], told["rows"]) == ("out.csv", 6)
    assert (told["filters"], told["sample"]) == ({"years": [2024]}, False)
    book = shell.folder / "out.xlsx"
    shell("export", "--out", book)
    facts = openpyxl.load_workbook(book).worksheets[1].iter_rows(max_col=2, values_only=True)
    code = dict(facts)["Code of the record"]
    shell("record", "verify", "--head", str(code))


def test_import_says_the_numbers_that_other_commands_ask_for(shell: Shell, plan: Plan) -> None:
    """Receipt and submission are named, in the reader's language; sent again, they are the same."""
    report = write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1200.0)
    (file,) = shell.json("import", report, "--received", "2024-12-09 23:59:59", "--by", "Sở")
    (stored,) = file["stored"]["submissions"]
    assert (stored["id"], stored["state"]) == (1, "accepted")
    assert stored["received_at"] == "2024-12-09T23:59:59+07:00"
    number = file["stored"]["receipt"]
    shell.environment["TBDX_LANGUAGE"] = "vi"
    said = shell("import", report)
    assert number in said
    assert "đã lưu từ trước" in said
    assert number in shell("receipt", 1)


def test_with_review_on_nothing_that_is_sent_counts_at_once(shell: Shell, plan: Plan) -> None:
    """TBDX_REVIEW=true lets every import wait, even without --wait; remarks need no word yet."""
    shell.environment["TBDX_REVIEW"] = "true"
    (file,) = shell.json("import", write_report(plan, shell.folder, "bao-thai-binh"))
    assert file["verdict"] == "remarks"
    assert file["stored"]["submissions"][0]["state"] == "waiting"
    assert {row["answered"] for row in shell.json("indicators")} == {0}
    said = shell("accept", 1, code=2)
    assert "remarks" in said
    assert "Accepted" in shell("accept", 1, "--confirm", "asked on the phone")
    assert max(row["answered"] for row in shell.json("indicators", "--year", 2024)) == 1


@pytest.mark.parametrize(
    ("when", "said"),
    [("2999-01-01 00:00", "cannot have arrived"), ("soon", "2024-12-09 23:59")],
)
def test_an_impossible_time_of_arrival_is_refused(
    shell: Shell, plan: Plan, when: str, said: str
) -> None:
    """A time to come, or no time at all: nothing is stored."""
    report = write_report(plan, shell.folder, "bao-thai-binh", revenue_million_vnd=1200.0)
    message = shell("import", report, "--received", when, code=2)
    assert said in " ".join(message.replace("│", "").split())
    assert shell.json("history", "--agency", "bao-thai-binh", "--year", 2024)["submissions"] == []


def test_a_command_gives_everything_back_however_it_ends(
    shell: Shell, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading processes and connections are closed after success, a finding and an error."""
    report = write_report(plan, shell.folder, "bao-thai-binh", staff_count=3)
    ended: list[bool] = []
    close = Service.close

    def closing(service: Service) -> None:
        close(service)
        ended.append(True)

    monkeypatch.setattr(Service, "close", closing)
    shell("submissions")
    shell("check", report, code=1)
    shell("accept", 99, code=2)
    assert len(ended) == 3
