"""An agency's own yearly report: what it says of duties, mergers, blanks, and years without figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from amending import amend
from bureau import opened
from docx import Document
from furnishing import furnish
from shell import write_report

from tbdx.duties import Duty, Step
from tbdx.duty_wording import deed_text
from tbdx.i18n import language
from tbdx.model import Phase, Reason, Status, TbdxError
from tbdx.plan import EMPTY, Plan
from tbdx.provenance import Taking
from tbdx.report import making
from tbdx.report.agency import agency_report
from tbdx.report.content import Heading, Paragraph, Picture, Report, Table
from tbdx.report.making import Edition
from tbdx.service import Basis, Service, View

VI, EN = language("vi"), language("en")
TAKING = Taking(datetime(2026, 1, 5, 8, tzinfo=UTC), "0123456789abcdef")
PAPER, STATION = "bao-thai-binh", "dai-ptth-thai-binh"
MERGED, MAGAZINE = "bao-thai-binh-hop-nhat", "tc-van-nghe-thai-binh"


def _report(
    service: Service, agency: str, year: int, words: str = "vi", view: View | None = None
) -> Report:
    own = {standing.agency: standing for standing in service.reviewing.standings(year)}
    shown = view or service.view()
    return agency_report(shown, agency, year, own.get(agency), language(words), TAKING)


def _blocks(report: Report) -> Iterable[object]:
    yield from report.blocks
    for appendix in report.appendices:
        yield from appendix.blocks


def _texts(report: Report) -> str:
    lines = []
    for block in _blocks(report):
        if isinstance(block, Paragraph | Heading):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += [" | ".join(head.text for head in heads) for heads in block.heads]
            lines += [" | ".join(row) for row in block.rows]
        elif isinstance(block, Picture):
            lines += [block.alt, block.caption]
    return "\n".join(lines)


def _items(report: Report) -> list[str]:
    """The points of its lists."""
    blocks = [block for block in report.blocks if isinstance(block, Paragraph)]
    return [f"- {block.text}" for block in blocks if block.kind == "item"]


def _results(report: Report, place: int = 0) -> dict[str, tuple[str, ...]]:
    """By the indicator's number: the province's target, what is asked, the result, the verdict."""
    tables = [b for b in report.blocks if isinstance(b, Table) and len(b.heads[0]) == 6]
    return {row[0]: row[2:] for row in tables[place].rows}


def test_targets_that_are_not_assigned_are_never_judged(service: Service) -> None:
    """In 2025 the magazine is asked only for its people; the rest is "chưa giao chỉ tiêu"."""
    report = _report(service, MAGAZINE, 2025)
    results = _results(report)
    assert results["5"] == ("100%", "100%", "9/11 · 81,8%", "Chưa đạt")
    assert results["1"] == ("67%", "–", "Không", "Chưa giao chỉ tiêu")
    assert results["6"] == ("100%", "–", "không thuộc mẫu số", "Chưa giao chỉ tiêu")
    assert {row[3] for number, row in results.items() if number != "5"} == {"Chưa giao chỉ tiêu"}
    assert "giao Tạp chí Văn nghệ Thái Bình 1 chỉ tiêu: chưa đạt 1 (5. " in _texts(report)


def test_without_any_target_the_report_says_so(service: Service) -> None:
    """In 2024 no target is the magazine's own, so nothing of it is met or missed."""
    report = _report(service, MAGAZINE, 2024)
    text = _texts(report)
    assert "Kế hoạch không giao chỉ tiêu cho Tạp chí Văn nghệ Thái Bình" in text
    assert {row[3] for row in _results(report).values()} == {"Chưa giao chỉ tiêu"}
    assert "chưa đạt" not in text.lower()


def test_a_printed_zero_asks_for_nothing(service: Service) -> None:
    """Rows 2 and 4 of 2023 are printed as 0%: no target, and no agency meets it."""
    results = _results(_report(service, STATION, 2023))
    assert results["2"][0] == results["4"][0] == "0% (không có chỉ tiêu)"
    assert results["2"][1] == results["4"][1] == "–"
    assert "Đạt" not in (results["2"][3], results["4"][3])


def test_a_merged_agency_grows_from_the_sum_of_its_predecessors(service: Service) -> None:
    """39 865 of 2025 over 12 000 + 21 500 of 2022 is 19%, not the 20% that is asked of it."""
    report = _report(service, MERGED, 2025, "en")
    text = _texts(report)
    assert "Revenue in 2022 (base year): 33,500 million VND." in text
    assert "the sum of the agencies merged: Thái Bình Newspaper (until Mar 16, 2025)" in text
    assert "Growth over 2022: 19%. The plan asks for 20% or more." in text
    assert _results(report)["4"] == (
        "33% of agencies up 20% or more",
        "up 20% or more",
        "19%",
        "Not met",
    )
    assert (
        "- Reach revenue in 2025 of 40,200 million VND or more, up 20% on 2022, "
        "at least 335 million VND more than in this report (indicator 4)." in _items(report)
    )


def test_what_is_open_is_said_in_concrete_terms(service: Service) -> None:
    """Deeds, not answers of a form: what the estimate's year leaves open, then the next year's duties."""
    report = _report(service, MAGAZINE, 2025)
    assert _items(report) == [
        "- Đào tạo thêm 2 người để đủ 11 người (chỉ tiêu 5).",
        "- Gửi số chính thức năm 2025 thay số ước thực hiện.",
        "- Bổ sung số liệu còn để trống trong báo cáo năm 2025 (câu 2b).",
        "- Đưa nội dung lên các nền tảng số (chỉ tiêu 1).",  # 100% of 2026 binds every agency
        "- Gửi báo cáo năm 2026 chậm nhất ngày 09/12/2026.",
    ]
    text = _texts(report)
    assert "Để hoàn thành nhiệm vụ năm 2025, cơ quan tiếp tục:\n" in text
    assert "Năm 2026, cơ quan tập trung:\n" in text


def test_a_question_without_a_deed_is_named_by_its_number(plan: Plan) -> None:
    """Another province's form need not say what is done: each kind of step is a sentence all the same."""
    bare = plan.changed(
        form=plan.form.model_copy(
            update={"field": tuple(q.model_copy(update={"deed": EMPTY}) for q in plan.form.field)}
        )
    )
    steps = [
        (Step("answer", "uses_ai", False), "Do what question 2b is about (“Does the agency use"),
        (Step("level", "security_level", False, 2.0, 3.0), "Reach 3 or more in question 6 (“"),
        (Step("count", "trained_count", False, 9.0, 11.0), "Reach, in question 5b (“People trained"),
        (Step("base", "revenue_2022_million_vnd", False), "Report the amount asked for in question 4b"),
        (Step("count", "trained_count", False), "all of them"),
        (Step("count", "trained_count", False, None, 11.0), "all of the 11 people"),
        (Step("amount", "revenue_million_vnd", False, 1.0, 2.0, 1.0), "Reach revenue in 2026 above the 1 million VND of 2022"),
    ]  # fmt: skip
    duty = Duty(bare.indicators[4], None, (), Status.NOT_MET, Reason.NONE)
    said = [deed_text(step, duty, 2026, bare, EN) for step, _ in steps]
    assert [text for text, (_, part) in zip(said, steps, strict=True) if part not in text] == []
    named = deed_text(steps[1][0], duty, 2026, plan, EN)
    assert named == "Bring information-system security to level 3 or more"


def test_what_a_filed_report_leaves_blank_is_not_stated(service: Service) -> None:
    """The magazine's report of 2023 has no proposals: they are not stated, though the report is there."""
    text = _texts(_report(service, MAGAZINE, 2023))
    assert "Kiến nghị, đề xuất: không nêu." in text
    assert text.count("Báo cáo không nêu nội dung này.") == 2, "spending and maturity index"
    assert "hưa có báo cáo" not in text


def test_tasks_are_told_from_done_on(service: Service) -> None:
    """What is done first, what does not apply last; the points at most are the pillars' sum."""
    text = _texts(_report(service, MAGAZINE, 2025))
    assert "hoàn thành 1; đang triển khai 4; chưa triển khai 5; không áp dụng 1." in text
    assert "Tổng điểm theo báo cáo | 100 | 67,5" in _texts(_report(service, MERGED, 2025))


def test_the_report_goes_to_the_department_that_consolidates(service: Service) -> None:
    """Addressed to the committee through the department, which gathers the reports; no hour of sending."""
    report = _report(service, STATION, 2024)
    last = [block for block in report.blocks if isinstance(block, Paragraph)][-1].text
    assert last.endswith("kính gửi Sở Thông tin và Truyền thông tổng hợp./.")
    assert "Gửi lúc" not in _texts(report)
    assert report.at.utcoffset() == timedelta(hours=7), "dated where the plan applies"


def test_what_comes_after_is_looked_at_from_the_year_itself(service: Service) -> None:
    """The report of 2023 is the same after those of 2024 and 2025 are in: it rests on none of them."""
    text = _texts(_report(service, MAGAZINE, 2023))
    assert "2024:" not in text.split("NHIỆM VỤ THỜI GIAN TỚI")[1]
    courses = [b for b in _report(service, MAGAZINE, 2023).blocks if isinstance(b, Picture)]
    assert "2023" in courses[0].alt


def test_an_agency_that_is_gone_leaves_its_duties_to_its_successor(service: Service) -> None:
    """The newspaper's report of 2024 names who carries on in 2025; for 2025 there is none."""
    last = _texts(_report(service, PAPER, 2024, "en"))
    assert "does not count in 2025: Thái Bình Newspaper (from Mar 17, 2025) carries on" in last
    _refused(service, PAPER, 2025)
    _refused(service, MERGED, 2024)


def _refused(service: Service, agency: str, year: int, view: View | None = None) -> None:
    """There is nothing that the agency could sign."""
    with pytest.raises(TbdxError, match="agency-without-report"):
        _report(service, agency, year, view=view)


def test_without_figures_in_use_there_is_nothing_to_sign(
    service: Service, plan: Plan, tmp_path: Path
) -> None:
    """Neither before a report is sent, nor while it waits, nor once it is returned."""
    _refused(service, MAGAZINE, 2026)
    form = write_report(plan, tmp_path, MAGAZINE, year=2026, phase=Phase.ESTIMATE)
    (receipt,) = service.send(service.check([(form.name, form.read_bytes())]), "checked")
    _refused(service, MAGAZINE, 2026)
    (submission,) = receipt.submissions
    service.reviewing.return_([submission.id], "wrong unit")
    _refused(service, MAGAZINE, 2026)


def test_who_has_nothing_to_report_says_so_in_a_letter(service: Service) -> None:
    """A nil return is an answer: a short letter with what the plan asks, and no appendix of figures."""
    service.reviewing.declare_nil(MERGED, 2026, Phase.ESTIMATE, "no activity")
    report = _report(service, MERGED, 2026, "en")
    text = _texts(report)
    assert "has stated that it has nothing to report for 2026." in text
    assert "What the plan asks of the agency in 2026:" in text
    assert "domestic platforms first): yes" in text
    assert "Not met" not in text
    assert report.appendices == ()
    assert not [block for block in report.blocks if isinstance(block, Table | Heading)]


def test_figures_of_another_kind_are_not_passed_off(service: Service) -> None:
    """Among final figures alone there are none of 2025, though the agency has reported."""
    _refused(service, MAGAZINE, 2025, service.view(Basis(figures="final")))


def test_by_the_original_structure_a_report_speaks_for_several(service: Service) -> None:
    """The merged report answers for the newspaper and the station, each with its own duties."""
    view = service.view(Basis(structure="original"))
    report = _report(service, MERGED, 2025, "en", view)
    text = _texts(report)
    assert (
        "this report stands for: Thái Bình Newspaper (until Mar 16, 2025), Thái Bình Radio" in text
    )
    paper, station = _results(report), _results(report, 1)
    assert paper["4"][1:] == ("–", "19%", "No target assigned")
    assert station["4"][1:] == ("up 20% or more", "19%", "Not met")
    assert station["6"][3] == "No target assigned"
    assert any("structure" in mark.lower() for mark in report.marks), "it is not the usual basis"


def test_an_amended_plan_is_among_the_grounds_from_its_first_year_on(service: Service) -> None:
    """Row 2 of 2026 lowered to 50%: told in 2026, not in 2025."""
    amend(service, {(2, 2026): 0.5})
    service.reviewing.declare_nil(MERGED, 2026, Phase.ESTIMATE, "no activity")
    own = {s.agency: s for s in service.reviewing.standings(2026)}[MERGED]
    view = service.sample_view()
    before = agency_report(view, MERGED, 2025, None, VI, TAKING)
    after = agency_report(view, MERGED, 2026, own, VI, TAKING)
    assert "45/KH-UBND" not in _texts(before)
    assert "45/KH-UBND" in _texts(after)


def test_the_english_report_holds_no_vietnamese_but_names_and_quotes(service: Service) -> None:
    """Everything that the product says is English; what agencies wrote stays as they wrote it."""
    report = _report(service, MERGED, 2024 + 1, "en")
    values = {str(value) for value in service.view().reported(MERGED, 2025).values()}
    names = ["Thái Bình", "Hưng Yên", "QĐ", "KH-UBND", "TTg", "BVHTTDL"]
    left = []
    for line in re.split(r"[|\n]", _texts(report)):
        rest = line.strip()
        if rest in values:
            continue
        for known in [*sorted(values, key=len, reverse=True), *names]:
            rest = rest.replace(known, "")
        if re.search("[À-ỹ]", rest):
            left.append(line)
    assert left == []
    head = report.letterhead
    assert (head.superior, report.kind) == ("Provincial Party Committee", "REPORT")


def test_illustrative_figures_are_marked_and_real_ones_are_not(
    service: Service, plan: Plan, tmp_path: Path
) -> None:
    """Every page of a sample says so; the same report from a real file does not."""
    assert "ILLUSTRATIVE FIGURES" in "".join(_report(service, MAGAZINE, 2024, "en").marks)
    form = write_report(plan, tmp_path, MAGAZINE)
    service.accept(service.check([(form.name, form.read_bytes())]), "checked")
    assert _report(service, MAGAZINE, 2024, "en").marks == ("DRAFT",)


def test_a_blank_is_not_a_no(service: Service, plan: Plan, tmp_path: Path) -> None:
    """Amounts that were left blank are said to be so, and no growth is told."""
    form = write_report(
        plan, tmp_path, STATION, revenue_2022_million_vnd=None, trained_count=None, uses_ai=None
    )
    service.accept(service.check([(form.name, form.read_bytes())]), "checked")
    text = _texts(_report(service, STATION, 2024, "en"))
    assert "Revenue in 2022 (base year): no answer." in text
    assert "Growth over 2022:" not in text
    assert "(cumulative): no answer." in text
    assert "The report states nothing on this." in text


def test_unknown_agencies_and_years_are_refused(service: Service) -> None:
    """Neither is made up."""
    with pytest.raises(TbdxError, match="unknown-agency"):
        agency_report(service.view(), "bao-nao", 2024, None, VI, TAKING)
    with pytest.raises(TbdxError, match="unknown-year"):
        agency_report(service.view(), MAGAZINE, 2022, None, VI, TAKING)


# --- files --------------------------------------------------------------------------------------


def test_a_file_says_in_its_name_what_it_is(service: Service) -> None:
    """Year, whose, language where it is not Vietnamese, that it is a sample, revision; no diacritics."""
    view = service.view()
    assert Edition(view, 2024, VI, "docx").file_name() == "tbdx-sample-report-2024-r0.docx"
    own = Edition(view, 2024, EN, "pdf")
    assert own.file_name(MAGAZINE) == f"tbdx-sample-report-2024-{MAGAZINE}-en-r0.pdf"
    assert own.archive_name == "tbdx-sample-report-2024-agencies-pdf-en-r0.zip"


def test_all_reports_in_one_archive_are_the_same_bytes_twice(service: Service) -> None:
    """One Word file for each agency of the year, dated alike, with how far it is told on the way."""
    edition = Edition(service.view(), 2024, VI, "docx")
    standings = service.reviewing.standings(2024)
    agencies = making.agencies_of(edition)
    steps: list[tuple[int, int]] = []

    def progress(done: int, count: int) -> None:
        steps.append((done, count))

    first, second = (
        making.agencies_archive(edition, agencies, standings, TAKING, progress) for _ in range(2)
    )
    assert first == second
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)] * 2
    with ZipFile(BytesIO(first)) as archive:
        assert archive.namelist() == [edition.file_name(agency) for agency in agencies]
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        for name in archive.namelist():
            document = Document(BytesIO(archive.read(name)))
            texts = [paragraph.text for paragraph in document.paragraphs]
            assert "Kết quả thực hiện Kế hoạch số 150/KH-UBND năm 2024" in "\n".join(texts)
            assert len(document.inline_shapes) == 1, "the course of its growth"


def test_who_has_no_report_is_left_out(service: Service) -> None:
    """Of 2026 nothing is in; with one nil return there is one letter. Others are refused by name."""
    edition = Edition(service.view(), 2026, VI, "docx")
    assert making.reporting(edition, service.reviewing.standings(2026)) == []
    service.reviewing.declare_nil(MERGED, 2026, Phase.ESTIMATE, "no activity")
    standings = service.reviewing.standings(2026)
    assert making.reporting(edition, standings) == [MERGED]
    making.require_report(edition, MERGED, standings)
    for agency, code in ((MAGAZINE, "agency-without-report"), (PAPER, "agency-not-in-year")):
        with pytest.raises(TbdxError, match=code):
            making.require_report(edition, agency, standings)


def test_the_agencies_of_a_year_are_those_that_exist_on_its_due_date(service: Service) -> None:
    """Three before the merger, two after it; whatever structure is looked at."""
    for basis in (Basis(), Basis(structure="original")):
        view = service.view(basis)
        counts = [len(making.agencies_of(Edition(view, y, VI, "docx"))) for y in (2024, 2025)]
        assert counts == [3, 2]


def test_an_agency_reads_of_its_own_corrections_only(plan: Plan, tmp_path: Path) -> None:
    """The newspaper's corrected figure stands in the facts of its report, not in the station's."""
    with opened(plan, tmp_path) as bureau:
        furnish(bureau)
        facts = {agency: _facts(bureau.service, agency) for agency in (PAPER, STATION)}
    assert ["44 → 45" in said for said in facts.values()] == [True, False]
    assert ["Khó khăn" in said for said in facts.values()] == [False, True]


def _facts(service: Service, agency: str) -> str:
    """What an agency's report of 2024 says of itself."""
    return "\n".join(f"{head}: {said}" for head, said in _report(service, agency, 2024).facts)
