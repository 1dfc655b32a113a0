"""Write the illustrative reports in data/samples/: three agencies, then the merged one.

Every figure is made up; the files, their names and the dashboard say so.
"""

from __future__ import annotations

from tbdx.model import Answer, Phase
from tbdx.plan import Plan
from tbdx.settings import Settings
from tbdx.workbook.template import Value, write_form

YES, NO, NA = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE
NOTICE = "SỐ LIỆU MINH HỌA, KHÔNG PHẢI SỐ LIỆU THẬT CỦA CƠ QUAN"
FIELDS = (
    "on_digital_platforms",
    "uses_data_analytics",
    "uses_ai",
    "converged_newsroom",
    "digital_transformation",
    "revenue_2022_million_vnd",
    "revenue_million_vnd",
    "staff_count",
    "trained_count",
    "security_level",
)
PAPER, STATION, MAGAZINE, MERGED = (
    "bao-thai-binh",
    "dai-ptth-thai-binh",
    "tc-van-nghe-thai-binh",
    "bao-thai-binh-hop-nhat",
)
FINAL, ESTIMATE = Phase.FINAL, Phase.ESTIMATE
REPORTS: tuple[tuple[str, int, Phase, tuple[Value, ...]], ...] = (
    (PAPER, 2023, FINAL, (YES, NO, NO, NO, YES, 12000.0, 12360.0, 62, 30, 3)),
    (STATION, 2023, FINAL, (YES, NO, NO, YES, YES, 21500.0, 21930.0, 118, 47, 2)),
    (MAGAZINE, 2023, FINAL, (NO, NO, NO, NA, NO, 850.0, 842.5, 11, 2, None)),
    (PAPER, 2024, FINAL, (YES, YES, YES, NO, YES, 12000.0, 13260.0, 60, 44, 3)),
    (STATION, 2024, FINAL, (YES, YES, NO, YES, YES, 21500.0, 23641.4, 116, 81, 2)),
    (MAGAZINE, 2024, FINAL, (NO, NO, NO, NA, YES, 850.0, 901.0, 11, 5, None)),
    (MERGED, 2025, ESTIMATE, (YES, YES, YES, YES, YES, 33500.0, 39865.0, 170, 165, 3)),
    (MAGAZINE, 2025, ESTIMATE, (NO, YES, None, NA, YES, 850.0, 1037.0, 11, 9, None)),
)


def main() -> None:
    """Write every report anew; files of other names are left alone."""
    settings = Settings()
    plan = Plan.load(settings.plan)
    settings.samples.mkdir(parents=True, exist_ok=True)
    for agency_id, year, phase, values in REPORTS:
        answers: dict[str, Value] = dict(zip(FIELDS, values, strict=True))
        answers |= {"task_01": "done" if year > 2023 else "in_progress", "task_10": "in_progress"}
        answers["difficulties"] = "Thiếu kinh phí và nhân lực kỹ thuật (nội dung minh họa)."
        content = write_form(
            plan, plan.agency(agency_id), year, phase=phase, answers=answers, notice=NOTICE
        )
        path = settings.samples / f"minh-hoa-{agency_id}-{year}.xlsx"
        path.write_bytes(content)
        print(path.name)


if __name__ == "__main__":
    main()
