"""Write the illustrative reports in data/samples/: three agencies, then the merged one.

Every figure is made up; the files, their names and the dashboard say so.
"""

from __future__ import annotations

from collections.abc import Iterator

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

TASK_STATES = {"c": "not_started", "d": "in_progress", "h": "done", "k": "na", " ": None}
"""A task's state by its letter: chưa, đang, hoàn thành, không áp dụng; a space is a blank."""
TASKS = {
    # the states of tasks 1 to 11 in their order
    (PAPER, 2023): "dcddccdcddc",
    (STATION, 2023): "dcddccd cdc",
    (MAGAZINE, 2023): "dckccccccd ",
    (PAPER, 2024): "hdhddcddddd",
    (STATION, 2024): "hdhdddddcdc",
    (MAGAZINE, 2024): "hckdcccccdc",
    (MERGED, 2025): "hhhhddddhdd",
    (MAGAZINE, 2025): "hdkdccdccdc",
}
RESULTS = {
    (PAPER, 2024): {
        "task_01": "02 hội nghị, 58 lượt người dự",
        "task_04": "Bản tin ngắn trên 03 nền tảng",
        "task_07": "Thử nghiệm công cụ đo lượng truy cập",
    },
    (STATION, 2024): {
        "task_01": "01 lớp tập huấn nội bộ",
        "task_07": "Phát thanh, truyền hình trực tuyến thử nghiệm",
    },
    (MAGAZINE, 2024): {"task_01": "Lồng ghép trong 01 hội nghị của Hội"},
    (MERGED, 2025): {
        "task_01": "03 hội nghị sau hợp nhất",
        "task_02": "12 tin, bài biểu dương điển hình",
        "task_04": "05 sản phẩm mới theo nền tảng",
        "task_09": "Hệ thống tòa soạn điện tử dùng chung",
    },
    (MAGAZINE, 2025): {"task_04": "Chuyên mục thơ trên mạng xã hội (đang chuẩn bị)"},
}
SPENDING = {
    # state budget, own revenue, other sources; million VND
    (PAPER, 2023): (420.0, 180.0, 0.0),
    (STATION, 2023): (760.0, 240.0, None),
    (PAPER, 2024): (510.0, 260.0, 0.0),
    (STATION, 2024): (830.0, 310.0, 45.0),
    (MAGAZINE, 2024): (25.0, None, None),
    (MERGED, 2025): (1480.0, 620.0, 60.0),
    (MAGAZINE, 2025): (30.0, 5.0, 0.0),
}
MATURITY = {
    # the five pillars, level as assessed, index, period
    (PAPER, 2023): ((7.0, 9.5, 8.0, 9.0, 5.0), "Yếu", 0, "Năm 2023"),
    (STATION, 2023): ((8.0, 10.0, 9.0, 10.0, 5.5), "Yếu", 0, "Năm 2023"),
    (PAPER, 2024): ((10.0, 13.0, 11.0, 12.5, 7.0), "Trung bình", 1, "01/10/2023 – 31/10/2024"),
    (STATION, 2024): ((10.5, 12.0, 12.0, 12.0, 7.5), "Trung bình", 1, "01/10/2023 – 31/10/2024"),
    (MERGED, 2025): ((13.0, 16.5, 14.0, 15.0, 9.0), "Khá", 2, "Năm 2025"),
}
DIFFICULTIES = "Thiếu kinh phí và nhân lực kỹ thuật (nội dung minh họa)."
PROPOSALS = {
    (
        PAPER,
        2024,
    ): "Đề nghị bố trí kinh phí cho nền tảng phân tích dữ liệu dùng chung (nội dung minh họa).",
    (
        STATION,
        2024,
    ): "Đề nghị mở lớp đào tạo về trí tuệ nhân tạo cho phóng viên (nội dung minh họa).",
    (
        MERGED,
        2025,
    ): "Đề nghị hướng dẫn thống nhất số liệu năm gốc sau hợp nhất (nội dung minh họa).",
    (
        MAGAZINE,
        2025,
    ): "Đề nghị hỗ trợ kỹ thuật để đưa nội dung lên nền tảng số (nội dung minh họa).",
}


def further(plan: Plan, agency: str, year: int) -> Iterator[tuple[str, Value]]:
    """What a report holds besides its indicators: tasks, spending, maturity, texts."""
    form, key = plan.form, (agency, year)
    states = (TASK_STATES[letter] for letter in TASKS[key])
    yield from zip((item.code for item in form.tasks.item), states, strict=True)
    yield from ((f"{task}_result", text) for task, text in RESULTS.get(key, {}).items())
    if key in SPENDING:
        yield from zip((item.code for item in form.spending.item), SPENDING[key], strict=True)
    if key in MATURITY:
        scores, level, version, window = MATURITY[key]
        yield from zip((item.code for item in form.maturity.pillar), scores, strict=True)
        yield "maturity_total", sum(scores)
        yield "maturity_level", level
        yield "maturity_version", form.maturity.versions[version]
        yield "maturity_window", window
    yield "difficulties", DIFFICULTIES
    yield "proposals", PROPOSALS.get(key)


def main() -> None:
    """Write every report anew; files of other names are left alone."""
    settings = Settings()
    plan = Plan.load(settings.plan)
    settings.samples.mkdir(parents=True, exist_ok=True)
    for agency_id, year, phase, values in REPORTS:
        answers: dict[str, Value] = dict(zip(FIELDS, values, strict=True))
        answers |= dict(further(plan, agency_id, year))
        content = write_form(
            plan, plan.agency(agency_id), year, phase=phase, answers=answers, notice=NOTICE
        )
        path = settings.samples / f"minh-hoa-{agency_id}-{year}.xlsx"
        path.write_bytes(content)
        print(path.name)


if __name__ == "__main__":
    main()
