"""The receipt that a sender keeps: number, time, hash, verdict, on one printable page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from bureau import (
    AFTER,
    ANN,
    BAO,
    DAI,
    FINAL,
    IN_TIME,
    VAN_NGHE,
    WHY,
    Bureau,
    opened,
    texts,
)
from openpyxl import load_workbook

from tbdx.i18n import language
from tbdx.plan import Plan
from tbdx.workbook.receipts import late_text, receipt_lines

EN = language("en")


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    with opened(plan, tmp_path) as bureau:
        yield bureau


def lines(bureau: Bureau, number: int) -> dict[str, str]:
    """The receipt in English, by what each line tells."""
    return dict(receipt_lines(bureau.reviewing.receipt(number), EN))


def verdict(bureau: Bureau, number: int) -> str:
    """What it says of the one report of the file."""
    (found,) = [text for name, text in lines(bureau, number).items() if "version" in name]
    return found


def test_a_receipt_proves_what_arrived_and_when(bureau: Bureau) -> None:
    """Name, size and hash of the file, both times, who entered it, and the record's entry."""
    content = bureau.form(staff_count=60.0)
    file = bureau.read(content, "báo cáo.xlsx")
    receipt = bureau.receive(file, at=IN_TIME)
    said = lines(bureau, receipt.submissions[0].id)
    assert said["Receipt number"] == f"2024-{receipt.number:06}"
    assert said["File"] == "báo cáo.xlsx"
    assert said["Size"] == f"{EN.number(len(content))} bytes"
    assert said["Hash of the file (SHA-256)"] == hashlib.sha256(content).hexdigest()
    assert "09:30" in said["Received at"]
    assert "2 Dec 2024" in said["Received at"]
    assert "20 Dec 2024, 08:00" in said["Entered at"]
    assert said["Entered by"] == ANN
    assert said["Remarks when checked"] == str(len(file.findings))
    assert said["Code of the record's entry"] == receipt.proof
    assert "Thái Bình Newspaper, 2024, estimate, version 1" in said
    assert bureau.office.verify(receipt.proof).faults == ()


def test_the_number_is_of_the_local_year(bureau: Bureau) -> None:
    """Entered on New Year's Eve by Greenwich, it is next year's where the plan applies."""
    bureau.now = AFTER.replace(month=12, day=31, hour=23, minute=30)
    assert bureau.reviewing.receipt(bureau.send(BAO)).shown_number.startswith("2024-")
    bureau.now += timedelta(hours=1)
    facts = bureau.reviewing.receipt(bureau.send(DAI))
    assert facts.shown_number.startswith("2025-")
    assert facts.file_name == f"bien-nhan-{facts.shown_number}.xlsx"


def test_the_verdict_is_the_one_that_now_stands(bureau: Bureau) -> None:
    """Waiting, then returned with the reason, then accepted; by whom; and whether in time."""
    number = bureau.send(BAO, accept=False, at=IN_TIME)
    assert verdict(bureau, number) == "Waiting for review · on time"
    bureau.reviewing.return_([number], WHY, by=ANN)
    said = verdict(bureau, number)
    assert said.startswith("Returned · ")
    assert f"by {ANN} · on time · Reason: {WHY}" in said
    again = bureau.send(BAO)
    said = verdict(bureau, again)
    assert said.startswith("Accepted · ")
    assert said.endswith("11 days late")


def test_who_decided_is_left_out_where_it_is_not_known(bureau: Bureau) -> None:
    """What an earlier program accepted has a moment and no name."""
    facts = bureau.reviewing.receipt(bureau.send(BAO, at=IN_TIME))
    (submission,) = facts.submissions
    unsigned = replace(facts, submissions=(replace(submission, decided_by=""),))
    assert "by" not in receipt_lines(unsigned, EN)[-2][1].split()
    assert receipt_lines(unsigned, EN)[-2][1].endswith("08:00 · on time")


def test_final_figures_are_not_called_late(bureau: Bureau) -> None:
    """The plan sets them no due date."""
    bureau.now = AFTER + timedelta(days=90)
    said = verdict(bureau, bureau.send(BAO, phase=FINAL))
    assert "late" not in said
    assert "time" not in said


def test_days_late_are_counted_in_words() -> None:
    """One day, several days, or in time."""
    assert [late_text(days, EN) for days in (-3, 0, 1, 2)] == [
        "on time",
        "on time",
        "1 day late",
        "2 days late",
    ]


@pytest.mark.parametrize("code", ["vi", "en"])
def test_the_receipt_is_a_workbook_of_one_page(bureau: Bureau, code: str) -> None:
    """It opens, says everything that its lines say, and is set up for A4."""
    number = bureau.send(BAO, staff_count=60.0)
    content = bureau.reviewing.receipt_file(number, code)
    (sheet,) = load_workbook(BytesIO(content)).worksheets
    assert sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1)
    said = texts(content)
    facts = bureau.reviewing.receipt(number)
    for line in receipt_lines(facts, language(code)):
        assert set(line) <= set(said)
    assert any("150/KH-UBND" in text for text in said)
    assert not any("MINH HỌA" in text or "ILLUSTRATIVE" in text for text in said)


@pytest.mark.parametrize("name", ["=1+1.xlsx", "+cmd|calc.xlsx", "-2.xlsx", "@SUM(A1).xlsx"])
def test_a_file_name_never_becomes_a_formula(bureau: Bureau, name: str) -> None:
    """Nor does the reason: what looks like one stays a text."""
    number = bureau.send(BAO, accept=False, name=name)
    bureau.reviewing.return_([number], "=thiếu doanh thu")
    (sheet,) = load_workbook(BytesIO(bureau.reviewing.receipt_file(number, "vi"))).worksheets
    cells = [cell for row in sheet for cell in row if cell.value is not None]
    assert name in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}


def test_one_receipt_speaks_of_every_report_of_its_file(bureau: Bureau) -> None:
    """Of other files entered at the same moment it says nothing."""
    files = [bureau.read(bureau.form(agency), f"{agency}.xlsx") for agency in (BAO, DAI, VAN_NGHE)]
    receipts = bureau.service.accept(files, "đã hỏi lại")
    assert len({receipt.number for receipt in receipts}) == 3
    for receipt, file in zip(receipts, files, strict=True):
        (submission,) = receipt.submissions
        assert lines(bureau, submission.id)["File"] == file.name
        assert bureau.reviewing.receipt(submission.id).proof == receipt.proof


def test_a_file_sent_twice_has_the_receipt_it_had(bureau: Bureau) -> None:
    """Nothing was stored again, so nothing new is proved."""
    file = bureau.read(bureau.form(BAO))
    first = bureau.receive(file)
    bureau.now += timedelta(days=1)
    second = bureau.receive(file)
    assert second.duplicate
    assert (second.number, second.proof) == (first.number, first.proof)


def test_a_receipt_for_an_illustrative_report_says_so(plan: Plan, tmp_path: Path) -> None:
    """Nobody can take it for one of a real report."""
    with opened(plan, tmp_path, samples=True) as bureau:
        number = bureau.reviewing.history(BAO, 2024)[0].id
        assert bureau.reviewing.receipt(number).sample
        said = texts(bureau.reviewing.receipt_file(number, "en"))
        assert "ILLUSTRATIVE FIGURES, not reported by any agency" in said
