"""A desk on which everything has happened: what leaves the house is tested on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from amending import amend
from bureau import BAO, DAI, ESTIMATE, FINAL, HERE, MERGED, NA, NO, VAN_NGHE, WORD, YES, Bureau

LATER = datetime(2026, 2, 20, 8, 0, tzinfo=HERE)
PERSON, PLACE = "Nguyễn Văn Ví Dụ", "vi.du@coquan.example"
"""A name and an address that people wrote where they should not."""
SAID = f"Thiếu kỹ sư; liên hệ {PERSON}, {PLACE}"
FILE_NAME = f"bao-cao-{PERSON}.xlsx"
AMENDMENT = "45/KH-UBND"


def furnish(bureau: Bureau) -> None:
    """Estimates and final figures, versions, a correction, an amended plan, one report that waits."""
    figures: dict[str, Any] = {
        "on_digital_platforms": YES,
        "uses_data_analytics": YES,
        "uses_ai": YES,
        "converged_newsroom": NO,
        "digital_transformation": YES,
        "revenue_2022_million_vnd": 12000.0,
        "revenue_million_vnd": 13194.5,
        "staff_count": 61.0,
        "trained_count": 44.0,
        "security_level": 3.0,
    }
    small: dict[str, Any] = {
        **figures,
        "converged_newsroom": NA,
        "staff_count": 9.0,
        "trained_count": 9.0,
    }
    less: dict[str, Any] = {
        "revenue_2022_million_vnd": 700.0,
        "revenue_million_vnd": 655.5,
        "uses_ai": NO,
    }
    bureau.now = LATER
    bureau.send(BAO, 2024, ESTIMATE, name=FILE_NAME, **figures)
    bureau.send(BAO, 2024, FINAL, name=FILE_NAME, **{**figures, "revenue_million_vnd": 13260.25})
    bureau.send(
        DAI,
        2024,
        ESTIMATE,
        **{**figures, "staff_count": 80.0, "uses_ai": None},
        task_01="done",
        task_01_result=SAID,
        spending_own_revenue=260.5,
        maturity_total=53.5,
        maturity_level="Trung bình",
        maturity_version="QĐ 1827/QĐ-BTTTT",
        maturity_window=SAID,
        difficulties=SAID,
        proposals=f"=HYPERLINK({PLACE})",
    )
    bureau.send(VAN_NGHE, 2024, ESTIMATE, **{**small, **less, "on_digital_platforms": NO})
    bureau.send(MERGED, 2025, ESTIMATE, **{**figures, "staff_count": 140.0, "trained_count": 93.0})
    bureau.send(VAN_NGHE, 2025, ESTIMATE, accept=False, **{**small, **less})
    bureau.office.correct(
        BAO, 2024, "trained_count", 45.0, f"theo lời {PERSON}", f"thư của {PERSON}", by=PERSON
    )
    bureau.office.correct(DAI, 2024, "difficulties", f"{SAID}!", WORD, "công văn 12", by=PERSON)
    amend(bureau.service, {(2, 2026): 0.5}, AMENDMENT)
    bureau.office.set_contact(BAO, PLACE, by=PERSON)
