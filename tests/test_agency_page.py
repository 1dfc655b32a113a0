"""One agency's page, part by part, as Streamlit runs it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from scripts.make_samples import MAGAZINE, MERGED, PAPER, STATION
from tbdx import charts
from tbdx.i18n import language
from tbdx.model import Phase
from tbdx.plan import Plan
from tbdx.service import Service, View
from tbdx.settings import Settings
from tbdx.ui import agencies, shell
from tbdx.workbook import write_form

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty store, so that the illustrative reports show."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    yield
    shell.service.clear()


def _open(agency: str, part: str, **choices: str) -> AppTest:
    """The page inside the frame, as `shell.run` draws it, with the pages that it links to."""
    frame = (
        "import streamlit\n"
        "from tbdx.i18n import language\n"
        "from tbdx.service import Basis\n"
        "from tbdx.ui import shell\n"
        'streamlit.navigation(shell._pages(language("vi")), position="hidden")\n'
        f"on = Basis({choices.pop('structure', '')!r})\n"
        'streamlit.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), on)\n'
    )
    source = (ROOT / "pages" / "agency.py").read_text(encoding="utf-8")
    app = AppTest.from_string(frame + source, default_timeout=60)
    given = {"lang": "vi", "year": "2025", "agency": agency, "part": part, **choices}
    for name, value in given.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.header, app.subheader, app.markdown, app.caption, app.info, app.error)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def _table(app: AppTest, place: int = 0) -> str:
    return str(app.table[place].value.to_csv())


def _rows(app: AppTest, place: int = 0) -> dict[str, list[str]]:
    """A table's rows by their first cell up to the first line break."""
    frame = app.table[place].value
    return {str(row[0]).split("  \n")[0]: [str(v) for v in row] for row in frame.to_numpy()}


def _links(app: AppTest, page: str) -> list[dict[str, str]]:
    """The choices that the links to one page carry."""
    found: list[Any] = [link.proto for link in app.get("page_link")]
    queries = [parse_qs(link.query_string) for link in found if link.page == page]
    return [{name: values[0] for name, values in query.items()} for query in queries]


# --- what to do next ------------------------------------------------------------------------------


def test_the_summary_says_what_to_do_next() -> None:
    """Duties in concrete terms, the blank question, the final figures, the date, the tasks."""
    text = _texts(_open(MAGAZINE, "summary"))
    assert "Cần trả lời “Có” ở câu 1" in text
    assert "(năm 2025: Không)" in text
    assert "cần thêm 2 người" in text
    assert "Trả lời câu còn trống trong báo cáo năm 2025: câu 2b." in text
    assert "Gửi số chính thức năm 2025 thay số ước thực hiện." in text
    assert "Gửi báo cáo năm 2026 chậm nhất ngày 09/12/2026." in text
    assert "Hoàn thành 9 nhiệm vụ của kế hoạch" in text


def test_revenue_is_asked_for_as_an_amount() -> None:
    """20% more than the 33 500 million of both predecessors is 40 200; 335 are missing."""
    text = _texts(_open(MERGED, "summary"))
    assert "≥ 40.200 triệu đồng (tăng 20% so với năm 2022: 33.500)" in text
    assert "còn thiếu 335 triệu đồng" in text
    assert "Giữ vững những gì đã có: 1\\. Nội dung trên nền tảng số" in text


def test_an_agency_that_ended_is_told_who_carries_on() -> None:
    """The station is asked for nothing after the merger; the link leads to what it became."""
    app = _open(STATION, "duties", year="2024")
    assert "Nghĩa vụ do Báo Thái Bình (từ 17/03/2025) tiếp tục thực hiện" in _texts(app)
    (to_merged,) = (link for link in _links(app, "agency") if link["agency"] == MERGED)
    assert to_merged["part"] == "duties"
    assert "do Báo Thái Bình (từ 17/03/2025) tiếp tục" in _table(app, 1), "goals named for 2025"


def test_what_helps_the_province_opens_as_a_scenario() -> None:
    """Row 2 of 2026 takes one more agency: the magazine's 2b; the link supposes just that."""
    app = _open(MAGAZINE, "summary")
    assert "tỉnh còn thiếu 1 cơ quan; phần của cơ quan này: câu 2b: Có" in _texts(app)
    codes = [link["scenario"] for link in _links(app, "scenario")]
    assert f"carry~{MAGAZINE}:2026:uses_ai=yes" in codes
    assert "Việc có ích nhất" not in _texts(_open(MERGED, "summary")), "it is in no smallest set"


# --- duties ---------------------------------------------------------------------------------------


def test_the_list_tells_open_kept_and_unassigned_apart() -> None:
    """What is open comes first with its clause; what is nobody's says what it has, never red."""
    rows = _rows(_open(MAGAZINE, "duties"))
    assert next(iter(rows)) == "1\\. Nội dung trên nền tảng số"
    assert "○ Cần làm" in rows["1\\. Nội dung trên nền tảng số"][0]
    assert "100%, ràng buộc từng cơ quan" in rows["1\\. Nội dung trên nền tảng số"][1]
    growth = rows["4\\. Tăng doanh thu so với 2022"]
    assert ":gray-badge[– Chưa giao]" in growth[0]
    assert growth[1].endswith("Cơ quan đã có.")
    newsroom = rows["3\\. Tòa soạn hội tụ"]
    assert newsroom[1] == "Cơ quan này không thuộc mẫu số của chỉ tiêu."
    assert "red" not in growth[0] + newsroom[0]


def test_the_list_says_whom_the_plan_names_instead(plan: Plan) -> None:
    """The magazine's list for 2025: the text names the newspaper and the station, not nobody."""
    _file(plan, MAGAZINE, 2024, on_digital_platforms="Không")
    rows = _rows(_open(MAGAZINE, "duties", structure="original"))
    platforms = rows["1\\. Nội dung trên nền tảng số"][1]
    assert "kế hoạch nêu tên Báo Thái Bình" in platforms
    assert "Đài Phát thanh và Truyền hình Thái Bình." in platforms
    assert "không nêu cơ quan nào" not in platforms


def test_every_year_stands_side_by_side() -> None:
    """Verdicts where something was asked, answers where nothing was, duties to come."""
    app = _open(MAGAZINE, "duties")
    rows = _rows(app, 1)
    frame = app.table[1].value
    assert list(frame.columns)[1:] == [str(year) for year in range(2023, 2031)]
    people = rows["5\\. Nhân lực được đào tạo"]
    assert people[1] == ":gray[– chưa giao]  \n:small[2/11 · 18,2%]"
    assert "✗ Chưa đạt" in people[3]
    assert "9/11 · 81,8% (ước thực hiện)" in people[3]
    assert people[4:] == [":gray[–]"] * 5, "no target after 2025"
    assert rows["2\\. Phân tích dữ liệu và AI"][-1] == "◇ có"
    assert "không thuộc mẫu số" in rows["6\\. An toàn thông tin cấp độ 3"][1]


def test_the_clauses_name_whom_the_plan_names() -> None:
    """Revenue of 2025 is the station's goal; the merged newspaper carries it."""
    text = _table(_open(MERGED, "duties"), 2)
    assert "phần II, mục tiêu đến năm 2025 (nêu tên Đài Phát thanh và Truyền hình" in text
    assert "2026–2030" in text


def test_by_the_original_structure_others_report_for_an_agency() -> None:
    """The station's list for 2026 is compared with the merged newspaper's report of 2025."""
    app = _open(STATION, "duties", structure="original")
    assert "Đối chiếu với báo cáo gần nhất (năm 2025)." in _texts(app)
    assert "✓ Đã có: giữ vững" in _rows(app)["1\\. Nội dung trên nền tảng số"][0]
    level = _rows(app, 1)["6\\. An toàn thông tin cấp độ 3"]
    assert "3 (ước thực hiện)" in level[3], "the level that the merged newspaper reported"


def test_numbers_can_be_traced() -> None:
    """Each indicator has a link to the trace of this agency's number of the last reported year."""
    links = _links(_open(MAGAZINE, "duties"), "indicator")
    assert {link["indicator"] for link in links} >= {"people_trained", "digital_platforms"}
    assert {link["year"] for link in links} == {"2025"}
    assert {link["look"] for link in links} == {"trace"}
    assert {link["agency"] for link in links} == {MAGAZINE}


# --- tasks, figures, further reports --------------------------------------------------------------


def test_tasks_have_state_result_and_what_changed() -> None:
    """States by symbol and word over the years, by group; the last result with its year."""
    app = _open(MAGAZINE, "tasks")
    text = _texts(app)
    assert "● Hoàn thành: 1" in text
    assert "○ Chưa triển khai → **◐ Đang triển khai**" in text
    table = app.table[0].value
    assert list(table.columns)[2:5] == [
        "2023 (chính thức)",
        "2024 (chính thức)",
        "2025 (ước thực hiện)",
    ]
    first = table.iloc[0]
    assert first.tolist()[2:5] == ["◐ Đang triển khai", "● Hoàn thành", "● Hoàn thành"]
    assert first.iloc[-1] == "2024: Lồng ghép trong 01 hội nghị của Hội"
    assert table.iloc[-1, 2] == "· Chưa ghi", "a blank is no state"


def test_the_first_report_of_an_agency_has_nothing_to_compare_with() -> None:
    """The merged newspaper has one report: no list of changes, and links to those before."""
    app = _open(MERGED, "tasks")
    assert "Thay đổi so với" not in _texts(app)
    assert {link["agency"] for link in _links(app, "agency")} == {PAPER, STATION}
    assert {link["year"] for link in _links(app, "agency")} == {"2024"}


def test_figures_show_every_answer_and_lead_to_the_reports() -> None:
    """Answers by question number and year; a link to this agency's versions."""
    app = _open(MAGAZINE, "figures")
    rows = _rows(app)
    assert rows["2b\\. Cơ quan có ứng dụng trí tuệ nhân tạo để tối ưu hóa hoạt động không?"][
        1:
    ] == [
        "Không",
        "Không",
        "–",
    ]
    (sent,) = _links(app, "submissions")
    assert (sent["show"], sent["agency"], sent["year"]) == ("history", MAGAZINE, "2025")
    assert len(app.get("plotly_chart")) == 3


def test_spending_is_added_up_only_where_all_of_it_is_known() -> None:
    """2024 lacks two sources and has no total; 2025 has all three; one unit for all."""
    app = _open(MAGAZINE, "further")
    assert _rows(app)["**Tổng cộng**"] == ["**Tổng cộng**", "**–**", "**35**"]
    text = _texts(app)
    assert text.count("ĐVT: triệu đồng") == 1
    assert "không đánh giá" in text
    assert "Đề nghị hỗ trợ kỹ thuật" in text
    assert "**2025 (ước thực hiện)**" in text


def test_maturity_is_information_only() -> None:
    """Scores with maxima, level as entered, version and period; no verdict, plainly said."""
    app = _open(PAPER, "maturity", year="2024")
    assert "kế hoạch không đặt chỉ tiêu về mức độ trưởng thành" in _texts(app)
    rows = _rows(app)
    assert rows["Chiến lược"][1:] == ["18", "7", "10"]
    assert rows["**Tổng điểm theo báo cáo**"][2:] == ["38,5", "53,5"]
    assert rows["Xếp loại do cơ quan ghi"][2:] == ["Yếu", "Trung bình"]
    assert rows["Kỳ đánh giá"][3] == "01/10/2023 – 31/10/2024"
    assert "badge" not in _table(app)


# --- charts ---------------------------------------------------------------------------------------


def _standings(code: str, agency: str) -> tuple[View, pd.DataFrame]:
    view = Service.open(Settings()).view()
    rows = view.standings
    return view, rows[(rows["agency"] == agency) & (rows["indicator"] == code)]


def test_people_are_drawn_against_the_targets_that_bind() -> None:
    """Only 100% of 2025 binds the magazine: 40% and 70% of the province are not its targets."""
    view, rows = _standings("people_trained", MAGAZINE)
    indicator = view.plan.indicator("people_trained")
    chart = charts.agency_ratio(rows, indicator, view.plan, language("vi"))
    result, asked = chart.figure.data[:2]
    assert [y for y in asked.y if not math.isnan(y)] == [100]
    assert list(result.marker.symbol[:3]) == ["circle", "circle", "circle-open"]
    assert chart.sentence == "Nhân lực được đào tạo, năm 2025: 9/11, 81,8%."
    goals = chart.figure.data[2]
    assert list(goals.text) == ["<b>Mục tiêu 2025: 100%</b>"]
    assert result.hovertext[2] == (
        "<b>2025: 81,8%</b> (9/11 người)<br>✗ Chưa đạt<br>Chỉ tiêu: 100%"
        "<br>Căn cứ: Phụ lục, bảng 1, dòng 5<br>ước thực hiện"
    )
    assert "Chỉ tiêu: " not in result.hovertext[1], "70% of the province binds no agency"


def test_answers_differ_by_mark_and_word() -> None:
    """A no, a blank and a place outside the denominator are three marks, each with its word."""
    view, rows = _standings("information_security", MAGAZINE)
    rows = rows[rows["phase"].notna()]
    indicator = view.plan.indicator("information_security")
    (trace,) = charts.agency_answers(rows, [indicator], view.plan, language("vi")).figure.data
    assert trace.name == "không thuộc mẫu số"
    assert list(trace.text) == ["không thuộc mẫu số", "", ""], "a word where the answer changes"
    view, rows = _standings("data_analytics_ai", MAGAZINE)
    rows = rows[rows["phase"].notna()]
    indicator = view.plan.indicator("data_analytics_ai")
    no, blank = charts.agency_answers(rows, [indicator], view.plan, language("vi")).figure.data
    assert (no.name, blank.name) == ("Không", "Chưa trả lời")
    assert no.marker.symbol != blank.marker.symbol
    assert no.hovertext[0] == (
        "<b>2023: Không</b><br>2. Phân tích dữ liệu và AI<br>Số liệu: chính thức"
    )


def test_answers_are_read_out_in_the_order_of_the_plan() -> None:
    """The sentence begins with row 1, as the chart does."""
    view, _ = _standings("data_analytics_ai", MAGAZINE)
    indicators = [i for i in view.plan.indicators if i.kind == "share"]
    codes = [indicator.code for indicator in indicators]
    rows = view.standings
    rows = rows[rows["agency"].eq(MAGAZINE) & rows["indicator"].isin(codes)]
    rows = rows[rows["phase"].notna()]
    sentence = charts.agency_answers(rows, indicators, view.plan, language("vi")).sentence
    said = [part.partition(".")[0] for part in sentence.split(": ", 1)[1].split("; ")]
    assert said == ["1", "2", "3", "6"]


def test_scores_of_different_versions_are_never_joined() -> None:
    """Each version of the index is a line of its own, and a year without a score a gap in it."""
    scores = pd.DataFrame(
        {
            "year": [2023, 2024, 2026],
            "total": [40.0, 55.0, 60.0],
            "version": ["A", "B", "B"],
            "level": ["Yếu", "", "Khá"],
        }
    )
    plan = Plan.load(Settings().plan)
    first, second = charts.maturity(scores, plan, language("en")).figure.data
    assert (first.name, second.name) == ("A", "B")
    assert first.marker.symbol != second.marker.symbol
    assert [math.isnan(y) for y in second.y[:4]] == [True, False, True, False]
    assert second.connectgaps is False


# --- as filed -------------------------------------------------------------------------------------


def _file(plan: Plan, agency: str, year: int, **answers: Any) -> None:
    service = Service.open(Settings())
    form = write_form(plan, plan.agency(agency), year, phase=Phase.FINAL, answers=answers)
    service.accept(service.check([("a.xlsx", form)]), "checked")
    service.close()


def test_texts_from_reports_are_shown_letter_by_letter(plan: Plan) -> None:
    """What an agency writes formats nothing, and its lines stay lines."""
    _file(
        plan,
        MAGAZINE,
        2024,
        proposals="**Cần** :red[tiền]\nvà <b>người</b>",
        task_01="done",
        task_01_result="[x](http://a.example)",
    )
    assert "\\*\\*Cần\\*\\* \\:red\\[tiền\\]  \nvà \\<b\\>người\\</b\\>" in _texts(
        _open(MAGAZINE, "further", year="2024")
    )
    assert "2024: \\[x\\](http\\://a.example)" in _table(_open(MAGAZINE, "tasks", year="2024"))


@pytest.mark.parametrize("part", list(agencies.PARTS))
def test_every_part_draws_for_an_agency_without_a_report(plan: Plan, part: str) -> None:
    """Somebody else's report is there: this agency's parts say that nothing is known, no more."""
    _file(plan, STATION, 2024, digital_transformation="Có")
    app = _open(MERGED, part, lang="en")
    assert not app.error
    text = _texts(app)
    assert "not met" not in text.lower()
    if part == "summary":
        assert "Send the report of 2025 by Dec 9, 2025." in text


def test_an_unknown_part_in_a_link_is_said() -> None:
    """A link to a part that does not exist opens the summary and says so."""
    app = _open(MAGAZINE, "money")
    assert any("money" in warning.value for warning in app.warning)
    assert "Việc cần làm tiếp theo" in _texts(app)
