"""`report` on the command line: one document, or all agencies' at once, each told to the record."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from shell import Shell, write_report

from tbdx.plan import Plan

MAGAZINE = "tc-van-nghe-thai-binh"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def _text(path: Path) -> str:
    document = Document(BytesIO(path.read_bytes()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def _exports(shell: Shell) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = shell.json("record", "list", "--action", "exported")
    return entries


def test_the_province_s_report_is_written_and_told_of(shell: Shell) -> None:
    """A Word file in the language asked for; the record knows its year, type and name."""
    out = shell.folder / "to" / "report.docx"
    printed = shell(
        "report", "--year", 2024, "--samples", "--out", out, "--lang", "vi", "--by", "A"
    )
    assert printed.strip() == str(out)
    assert "Kết quả thực hiện Kế hoạch số 150/KH-UBND năm 2024" in _text(out)
    (entry,) = _exports(shell)
    told = entry["after"] if isinstance(entry["after"], dict) else json.loads(entry["after"])
    assert entry["subject"] == "export:report/province"
    assert entry["actor"] == "A"
    assert (told["year"], told["file_type"], told["language"]) == (2024, "docx", "vi")
    assert told["file_name"] == "report.docx"


def test_one_agency_s_report_is_in_the_language_of_the_environment(shell: Shell) -> None:
    """Without --lang it is that of TBDX_LANGUAGE; the record names the agency."""
    out = shell.folder / "own.docx"
    shell("report", "--year", 2025, "--samples", "--agency", MAGAZINE, "--out", out)
    assert "Results of carrying out plan 150/KH-UBND in 2025" in _text(out)
    (entry,) = _exports(shell)
    assert entry["subject"] == "export:report/agency"
    assert MAGAZINE in json.dumps(entry)


def test_all_agencies_at_once_are_a_folder(shell: Shell) -> None:
    """A file for each agency of the year under a name of its own, one entry for all of them."""
    folder = shell.folder / "all"
    printed = shell("report", "--year", 2024, "--samples", "--all-agencies", "--out", folder)
    assert f"{folder}: 3 reports" in printed
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "tbdx-sample-report-2024-bao-thai-binh-en-r0.docx",
        "tbdx-sample-report-2024-dai-ptth-thai-binh-en-r0.docx",
        f"tbdx-sample-report-2024-{MAGAZINE}-en-r0.docx",
    ]
    assert "Thái Bình Radio and Television" in _text(folder / names[1])
    (entry,) = _exports(shell)
    assert entry["subject"] == "export:report/agencies"


def test_real_reports_do_not_mix_with_samples(shell: Shell, plan: Plan) -> None:
    """Without --samples an empty store has no agency's report, and a filled one its own figures."""
    out = shell.folder / "own.docx"
    own = ("report", "--year", 2024, "--agency", MAGAZINE, "--out", out)
    assert f"{MAGAZINE} has no report for 2024" in shell(*own, code=2)
    folder = shell.folder / "all"
    everybody = ("report", "--year", 2024, "--all-agencies", "--out", folder)
    assert "No agency has a report for 2024" in shell(*everybody, code=2)
    assert not out.exists()
    assert not folder.exists()
    assert _exports(shell) == []
    shell("import", write_report(plan, shell.folder, MAGAZINE), "--confirm", "checked")
    shell("report", "--year", 2024, "--agency", MAGAZINE, "--out", out)
    text = _text(out)
    assert "ILLUSTRATIVE" not in text
    assert "7 of 10 people (70%)" in text
    printed = shell(*everybody)
    assert f"{folder}: 1 report" in printed
    left_out = (
        "2 agencies without a report for 2024 were left out: bao-thai-binh, dai-ptth-thai-binh"
    )
    assert left_out in printed


def test_what_is_to_be_checked_of_the_letterhead_is_said(shell: Shell) -> None:
    """From 2025 on the names of departments are not known here: said beside the file, not in it."""
    for arguments in ((), ("--agency", MAGAZINE)):
        out = shell.folder / "report.docx"
        printed = shell("report", "--year", 2025, "--samples", *arguments, "--out", out)
        assert "Check before signing: Departments were reorganised in 2025" in printed
        assert "reorganised" not in _text(out)
    folder = shell.folder / "all"
    printed = shell("report", "--year", 2025, "--samples", "--all-agencies", "--out", folder)
    assert printed.count("reorganised") == 1


def test_the_structure_can_be_chosen(shell: Shell) -> None:
    """By the original structure the merged report speaks for two, and the document says so."""
    out = shell.folder / "original.docx"
    arguments = ("--year", 2025, "--samples", "--agency", "bao-thai-binh-hop-nhat", "--out", out)
    shell("report", *arguments, "--structure", "original")
    assert "By the agency structure chosen, this report stands for:" in _text(out)


def test_the_ending_decides_what_is_made(shell: Shell) -> None:
    """A .pdf is a PDF that quotes its entry; without LibreOffice it is refused, and nothing told."""
    out = shell.folder / "own.pdf"
    shell("report", "--year", 2024, "--samples", "--agency", MAGAZINE, "--out", out)
    pages = PdfReader(out).pages
    assert "Results of carrying out plan 150/KH-UBND" in pages[0].extract_text()
    without = Shell(shell.folder / "without", TBDX_SOFFICE="no-such-program")
    without.folder.mkdir()
    printed = without("report", "--year", 2024, "--samples", "--out", out, code=2)
    assert "LibreOffice" in printed
    assert _exports(without) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--year", 2024, "--out", "report.odt"), ".docx, .pdf"),
        (("--year", 1999, "--out", "report.docx"), "1999"),
        (("--year", 2024, "--agency", "bao-nao", "--out", "report.docx"), "bao-nao"),
        (("--year", 2024, "--agency", MAGAZINE, "--all-agencies", "--out", "x"), "not both"),
        (("--year", 2024, "--type", "pdf", "--out", "report.docx"), "--type pdf contradicts"),
        (
            ("--year", 2024, "--agency", "bao-thai-binh-hop-nhat", "--out", "x.docx"),
            "does not count",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_record_is_told(
    shell: Shell, arguments: tuple[object, ...], said: str
) -> None:
    """The reason in one paragraph, exit code 2, no file and no entry."""
    printed = shell("report", *arguments, "--samples", code=2)
    assert said in printed
    assert _exports(shell) == []
