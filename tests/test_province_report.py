"""The department's yearly report says what the figures say, in sentences an official can sign.

What is printed is compared with the verdicts once more, from the printed numbers alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from amending import amend
from bureau import (
    AFTER,
    BAO,
    DAI,
    ESTIMATE,
    FINAL,
    HERE,
    IN_TIME,
    NO,
    VAN_NGHE,
    YES,
    Bureau,
    opened,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_another_province import open_service

from benchmarks.rounds import province
from tbdx import wording
from tbdx.i18n import Language, language
from tbdx.model import Answer, Status, TbdxError
from tbdx.pictures import draw
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.report import appendices
from tbdx.report.content import Appendix, Block, Heading, Paragraph, Picture, Report, Table
from tbdx.report.province import province_report
from tbdx.report.styles import style
from tbdx.scenarios import Change, Scenario
from tbdx.service import Basis, Service, View
from tbdx.settings import Settings

VI, EN = language("vi"), language("en")
TAKING = Taking(datetime(2025, 1, 6, 2, 0, tzinfo=UTC))
YEARS = (2023, 2024, 2025, 2026, 2030)
BASES = (Basis(), Basis(structure="original"), Basis(figures="estimate"), Basis(figures="final"))

NONSENSE = re.compile(r"nan|None|\{|\}|<NA>|\bCó 0\b|\b0 cơ quan\b|  |\.\.|,,|;\.|: *[.;]")
VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take longer than all the sentences; `written` has them."""
    monkeypatch.setattr(appendices, "draw", lambda *_, **__: b"")


@pytest.fixture
def desk(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    """The office with the illustrative reports, and no real one."""
    with opened(plan, tmp_path, samples=True) as bureau:
        yield bureau


@pytest.fixture(scope="module")
def sample(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same, for tests that change nothing."""
    with opened(plan, tmp_path_factory.mktemp("mau"), samples=True) as bureau:
        yield bureau.service


def report(
    service: Service,
    year: int,
    words: Language = VI,
    basis: Basis = Basis(),  # noqa: B008 (frozen)
) -> Report:
    return report_of(service, service.view(basis), year, words)


def report_of(service: Service, view: View, year: int, words: Language = VI) -> Report:
    return province_report(view, year, service.reviewing.standings(year), words, TAKING)


def texts(blocks: Sequence[Block]) -> list[str]:
    """Every text of some blocks, in order."""
    found: list[str] = []
    for block in blocks:
        match block:
            case Heading(text=text) | Paragraph(text=text):
                found.append(text)
            case Table():
                found += [block.caption, block.unit, block.alt]
                found += [head.text for heads in block.heads for head in heads]
                found += [cell for row in block.rows for cell in row]
            case Picture():
                found += [block.alt, block.caption]
    return [text for text in found if text]


def everything(written: Report) -> list[str]:
    """Every text of a report, its letterhead aside."""
    appended = [t for own in written.appendices for t in (own.name, own.title, *texts(own.blocks))]
    return [written.kind, written.subject, *written.marks, *texts(written.blocks), *appended]


def paragraphs(written: Report) -> list[str]:
    return [block.text for block in written.blocks if isinstance(block, Paragraph)]


def texts_of(written: Report) -> list[str]:
    """Every text of the letter itself, without its appendices."""
    return texts(written.blocks)


def paragraph(written: Report, begin: str) -> str:
    """The one paragraph that begins so."""
    (found,) = (text for text in paragraphs(written) if text.startswith(begin))
    return found


def about(written: Report, row: int) -> str:
    """The paragraph on one indicator's result."""
    lead = re.compile(rf"Chỉ tiêu {row} \([^)]*\): ")
    (found,) = (text for text in paragraphs(written) if lead.match(text))
    return found


def tables(blocks: Sequence[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def results_table(written: Report) -> Table:
    """The table of part II."""
    return tables(written.blocks)[0]


def appendix(written: Report, title: str) -> Appendix:
    (found,) = (own for own in written.appendices if own.title.startswith(title))
    return found


def headings(written: Report) -> list[str]:
    return [block.text for block in written.blocks if isinstance(block, Heading)]


# --- the illustrative year 2024, word for word --------------------------------------------------


@pytest.fixture(scope="module")
def written(sample: Service) -> Report:
    """The report on 2024."""
    return report(sample, 2024)


class TestWorkedExample:
    """The illustrative reports of 2024 give these very sentences."""

    def test_parts(self, written: Report) -> None:
        """The parts are numbered as an official numbers them."""
        assert headings(written) == [
            "I. TÌNH HÌNH BÁO CÁO",
            "II. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU NĂM 2024",
            "1. Kết quả chung",
            "2. Kết quả từng chỉ tiêu",
            "3. Tăng doanh thu so với 2022 (chỉ tiêu 4)",
            "4. Nhân lực được đào tạo (chỉ tiêu 5)",
            "5. Kinh phí thực hiện",
            "III. KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ",
            "IV. KHÓ KHĂN VÀ KIẾN NGHỊ",
            "1. Khó khăn, vướng mắc",
            "2. Kiến nghị, đề xuất",
            "V. PHƯƠNG HƯỚNG NĂM TỚI",
            "1. Chỉ tiêu năm 2025",
            "2. Yêu cầu để đạt chỉ tiêu",
        ]
        assert [own.name for own in written.appendices] == [
            f"Phụ lục {number}" for number in ("I", "II", "III", "IV")
        ]

    def test_frame(self, written: Report) -> None:
        """Subject, addressee, grounds, opening and end are those of the plan's data."""
        assert written.subject == "Kết quả thực hiện Kế hoạch số 150/KH-UBND năm 2024"
        assert written.addressee == "Ủy ban nhân dân tỉnh Thái Bình"
        grounds = [
            b.text for b in written.blocks if isinstance(b, Paragraph) and b.kind == "ground"
        ]
        assert grounds == [
            "Căn cứ Quyết định số 348/QĐ-TTg ngày 06/4/2023;",
            "Căn cứ Quyết định số 781/QĐ-BTTTT ngày 08/5/2023;",
            (
                "Căn cứ Kế hoạch số 150/KH-UBND ngày 24/11/2023 của Ủy ban nhân dân tỉnh Thái Bình về "
                "triển khai thực hiện Chiến lược chuyển đổi số và phát triển báo chí đến năm 2025, "
                "định hướng đến năm 2030 trên địa bàn tỉnh Thái Bình."
            ),
        ]
        assert paragraphs(written)[-1] == (
            "Trên đây là báo cáo kết quả thực hiện Kế hoạch số 150/KH-UBND năm 2024, kính trình "
            "Ủy ban nhân dân tỉnh Thái Bình xem xét, chỉ đạo./."
        )
        assert written.marks[:2] == (
            "DỰ THẢO",
            "SỐ LIỆU MINH HỌA, không phải số liệu cơ quan báo cáo",
        )

    def test_reporting(self, written: Report) -> None:
        """Counts come first, then who was on time and when, then how final the figures are."""
        said = paragraph(written, "Năm 2024 có 3 cơ quan")
        assert "3/3 cơ quan (100%) nộp báo cáo đúng hạn." in said
        assert paragraph(written, "Đúng hạn") == (
            "Đúng hạn: Báo Thái Bình (05/12/2024), Đài Phát thanh và Truyền hình Thái Bình "
            "(05/12/2024), Tạp chí Văn nghệ Thái Bình (07/12/2024)."
        )
        assert "Số liệu trong báo cáo này là số chính thức." in paragraphs(written)

    def test_summary(self, written: Report) -> None:
        """The summary counts the verdicts and names their rows."""
        assert paragraph(written, "Kế hoạch có") == (
            "Kế hoạch có 6 chỉ tiêu; năm 2024: vượt 1 chỉ tiêu (chỉ tiêu 3); đạt 4 chỉ tiêu "
            "(chỉ tiêu 1, 2, 4, 6); chưa đạt 1 chỉ tiêu (chỉ tiêu 5)."
        )

    @pytest.mark.parametrize(
        "said",
        [
            (
                "Chỉ tiêu 1 (Nội dung trên nền tảng số): 2/3 cơ quan (66,7%), đạt chỉ tiêu 67% (cần 2); "
                "66,67% làm tròn thành 67%. So với năm 2023 (2/3 cơ quan, 66,7%): không thay đổi. "
                "Đã thực hiện: Báo Thái Bình, Đài Phát thanh và Truyền hình Thái Bình; "
                "chưa thực hiện: Tạp chí Văn nghệ Thái Bình."
            ),
            (
                "Chỉ tiêu 3 (Tòa soạn hội tụ): 1/2 cơ quan (50%), vượt chỉ tiêu 33% (cần 1). "
                "So với năm 2023 (1/2 cơ quan, 50%): không thay đổi. "
                "Tính trên: các cơ quan thực hiện từ 2 loại hình trở lên. "
                "Đã thực hiện: Đài Phát thanh và Truyền hình Thái Bình; chưa thực hiện: Báo Thái Bình; "
                "không thuộc mẫu số: Tạp chí Văn nghệ Thái Bình. "
                "Kết luận sẽ khác nếu tính trên tất cả các cơ quan báo chí: 1/3 cơ quan (33,3%), "
                "đạt chỉ tiêu 33% (cần 1); 33,33% làm tròn thành 33%: bằng chỉ tiêu, không vượt."
            ),
            (
                "Chỉ tiêu 5 (Nhân lực được đào tạo): 130/187 người (69,5%), chưa đạt chỉ tiêu 70% "
                "(cần 131); cần thêm 1 người; 69,52% chưa phải là 70%: so không làm tròn. "
                "So với năm 2023 (79/191 người, 41,4%): tăng 28,1 điểm phần trăm."
            ),
        ],
    )
    def test_paragraphs(self, written: Report, said: str) -> None:
        """Count, percentage, verdict, what rounding decides, last year, names, other readings."""
        assert said in paragraphs(written)

    def test_growth_is_told_exactly(self, written: Report) -> None:
        """9.96% is not printed as the 10% that it does not reach."""
        said = about(written, 4)
        assert "Tăng đủ mức: Báo Thái Bình (10,5%); chưa đủ mức: Đài Phát thanh" in said
        assert "(9,96%)" in said
        (table,) = (t for t in tables(written.blocks) if t.caption.startswith("Mức tăng"))
        assert table.unit == "triệu đồng"
        assert [row[2:] for row in table.rows] == [
            ("12.000", "13.260", "10,5%", "Có"),
            ("21.500", "23.641,4", "9,96%", "Không"),
            ("850", "901", "6%", "Không"),
        ]

    def test_the_total_is_the_sum_over_the_sum(self, written: Report) -> None:
        """Of people the last row is the province's own result."""
        (table,) = (t for t in tables(written.blocks) if t.caption.startswith("Nhân lực"))
        assert table.rows[-1] == ("", "Tổng cộng", "130", "187", "69,5%")

    def test_their_own_words(self, written: Report) -> None:
        """What agencies wrote is quoted with their names, the same words once."""
        quotes = [b.text for b in written.blocks if isinstance(b, Paragraph) and b.kind == "quote"]
        assert quotes[0] == "Nhiệm vụ 1, Báo Thái Bình: “02 hội nghị, 58 lượt người dự”"
        quotes = [quote for quote in quotes if not quote.startswith("Nhiệm vụ")]
        assert quotes[0].startswith(
            "Báo Thái Bình, Đài Phát thanh và Truyền hình Thái Bình, Tạp chí"
        )
        assert quotes[0].endswith("“Thiếu kinh phí và nhân lực kỹ thuật (nội dung minh họa).”")
        assert len(quotes) == 3

    def test_outlook(self, written: Report) -> None:
        """What the coming year takes is a supposition on the last reports and on who gave them.

        A merger of the coming year makes nobody forget what the merged agencies answered.
        """
        assert paragraph(written, "Giả định, không phải số liệu")
        assert paragraph(written, "Danh sách cơ quan năm 2025") == (
            "Danh sách cơ quan năm 2025 khác năm 2024: phần này tính theo các cơ quan năm 2024."
        )
        assert not any(
            text.startswith("Chưa có báo cáo nào tính đến") for text in texts_of(written)
        )
        assert paragraph(written, "Chỉ tiêu 4 (Tăng doanh thu so với 2022), mức") == (
            "Chỉ tiêu 4 (Tăng doanh thu so với 2022), mức 33% cơ quan tăng từ 20% trở lên (cần 1): "
            "cần thêm 1 trong 3 cơ quan: Báo Thái Bình, Đài Phát thanh và Truyền hình Thái Bình, "
            "Tạp chí Văn nghệ Thái Bình."
        )
        assert paragraph(written, "Chỉ tiêu 5 (Nhân lực được đào tạo), mức").startswith(
            "Chỉ tiêu 5 (Nhân lực được đào tạo), mức 100% (cần 187): cần thêm 57 người, tại "
        )
        assert paragraph(written, "Chỉ tiêu 6 (An toàn thông tin cấp độ 3), mức") == (
            "Chỉ tiêu 6 (An toàn thông tin cấp độ 3), mức 100% (cần 1): đã đủ mức, cần duy trì."
        )

    def test_the_appendix_has_its_own_words(self, written: Report, sample: Service) -> None:
        """Titles and targets are those that the appendix of the year prints, in its order."""
        printed = [(t.title, t.as_printed) for t in sample.targets if t.year == 2024]
        assert [row[1:3] for row in results_table(written).rows] == printed

    def test_pictures_are_sharp_and_told(self, written: Report) -> None:
        """Every indicator has a picture with its sentence, at 300 dots an inch or more."""
        pictures = [b for b in appendix(written, "QUÁ TRÌNH").blocks if isinstance(b, Picture)]
        assert len(pictures) == 6
        for picture in pictures:
            across = int.from_bytes(picture.png[16:20])
            assert across >= picture.width_cm / 2.54 * 299
            assert "2024" in picture.alt


# --- whatever the view --------------------------------------------------------------------------


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("basis", BASES, ids=str)
def test_whole_sentences_whatever_the_view(
    sample: Service, year: int, words: Language, basis: Basis
) -> None:
    """No report has a hole, a number that is none, or a sentence without its end."""
    written = report(sample, year, words, basis)
    for text in everything(written):
        assert not NONSENSE.search(text), text
    for block in written.blocks:
        if isinstance(block, Paragraph) and block.kind in ("body", "item", "quote"):
            assert block.text.endswith((".", ":", "”", "./.", "?")), block.text
            assert block.text[0].upper() == block.text[0], block.text
    for table in tables([*written.blocks, *(b for a in written.appendices for b in a.blocks)]):
        assert {len(row) for row in table.rows} == {len(table.widths)} == {len(table.aligns)}
        assert sum(head.across for head in table.heads[0]) == len(table.widths)


@pytest.mark.parametrize("year", YEARS)
def test_english_is_complete(sample: Service, year: int, plan: Plan) -> None:
    """The English report has Vietnamese letters only in names, quotations and sources."""
    names = [name for a in plan.agencies for name in (a.name("en"), a.name("vi"))]
    names += [name.name.en for name in plan.province]
    names += [*(own.en for own in plan.decision.carries_out), plan.decision.title.en]
    names += [goal.source for goal in plan.reference_goals]
    names += [i.title.en for i in plan.indicators]  # two bear the province's name, one a decision's
    names += [item.label.en for item in plan.form.tasks.item]
    for text in everything(report(sample, year, EN)):
        left = re.sub("“[^”]*”", "", text)
        for name in sorted(names, key=len, reverse=True):
            left = left.replace(name, "").replace(name.upper(), "")
        assert not VIETNAMESE.search(left), text


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("basis", BASES, ids=str)
def test_as_many_verdicts_as_results(sample: Service, year: int, basis: Basis) -> None:
    """The table has each result's verdict, and the summary counts them."""
    view = sample.view(basis)
    written = report_of(sample, view, year)
    rows = [view.result[indicator.code, year] for indicator in view.plan.indicators]
    verdicts = [row[-1] for row in results_table(written).rows]
    assert verdicts == [wording.status_text(row, VI) for row in rows]
    told = [text for text in paragraphs(written) if re.match(r"Chỉ tiêu \d+ \([^)]*\): ", text)]
    if not any(row["answered"] for row in rows):
        assert not told
        return
    assert len(told) == len(rows)
    counts = Counter(row["status"] for row in rows)
    (summary,) = (text for text in paragraphs(written) if text.startswith("Kế hoạch có"))
    assert sum(counts.values()) == int(re.findall(r"\d+", summary)[0])
    for word, status in (("vượt", "exceeded"), ("đạt", "met"), ("chưa đạt", "not_met")):
        found = re.search(rf"[;:] {word} (\d+) chỉ tiêu", summary)
        assert int(found[1]) == counts[status] if found else not counts[status]


ANSWERS = st.sampled_from([Answer.YES, Answer.NO, Answer.NOT_APPLICABLE, None])
QUESTIONS = ("on_digital_platforms", "uses_ai", "converged_newsroom", "digital_transformation")
PEOPLE = st.one_of(st.none(), st.tuples(st.integers(0, 300), st.integers(0, 300)))


@st.composite
def _supposed(draw: st.DrawFn) -> list[Change]:
    """Any answers of the three agencies in 2024."""
    changes: list[Change] = []
    for agency in (BAO, DAI, VAN_NGHE):
        changes += [Change(agency, 2024, field, draw(ANSWERS)) for field in QUESTIONS]
        people = draw(PEOPLE)
        part, whole = (min(people), max(people)) if people else (None, None)
        changes.append(Change(agency, 2024, "trained_count", None if part is None else float(part)))
        changes.append(Change(agency, 2024, "staff_count", None if whole is None else float(whole)))
        amount = draw(st.one_of(st.none(), st.integers(0, 30_000)))
        changes.append(
            Change(agency, 2024, "revenue_million_vnd", None if amount is None else float(amount))
        )
    return changes


class TestAnyAnswers:
    """Whatever the agencies answer, the printed numbers do not contradict the printed verdicts."""

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(changes=_supposed())
    def test_printed_numbers(self, sample: Service, changes: list[Change]) -> None:
        """Who compares the printed percentage with the target comes to the verdict beside it."""
        view = sample.view().under(Scenario(tuple(changes)))
        written = report_of(sample, view, 2024)
        assert "KHÔNG PHẢI SỐ LIỆU" in " ".join(written.marks)
        for text in everything(written):
            assert not NONSENSE.search(text), text
        for indicator, line in zip(view.plan.indicators, results_table(written).rows, strict=True):
            row = view.result[indicator.code, 2024]
            if row["missing"] or row["status"] not in ("exceeded", "met", "not_met"):
                continue
            target, shown = _percent(line[2]), _percent(line[3])
            counts = re.match(r"([\d.]+)/([\d.]+)", line[3])
            assert counts, line
            part, whole = (int(text.replace(".", "")) for text in counts.groups())
            if indicator.rounding == "half_up":
                shown = Fraction(int(shown + Fraction(1, 2)))
            assert (shown >= target) == (row["status"] != Status.NOT_MET.value), line
            assert abs(_percent(line[3]) - Fraction(100 * part, whole)) <= Fraction(1, 20), line
            assert ("Thiếu" in line[4]) == (line[5] == "Chưa đạt"), line
            assert ("Vượt" in line[4]) == (line[5] == "Vượt"), line

    @given(
        counts=st.tuples(*(st.integers(0, 400) for _ in range(4))).filter(
            lambda counts: (
                counts[0] <= counts[1] and counts[2] <= counts[3] and counts[1] * counts[3]
            )
        )
    )
    def test_what_moved_is_the_difference_of_what_is_printed(
        self, sample: Service, counts: tuple[int, int, int, int]
    ) -> None:
        """Who subtracts one printed percentage from the other finds the points that are printed."""
        view = sample.view()
        indicator = view.plan.indicator("people_trained")
        rows = [
            {**view.result["people_trained", year], "numerator": part, "denominator": whole}
            for year, part, whole in ((2023, *counts[:2]), (2024, *counts[2:]))
        ]
        told = wording.moved_text(rows[0], rows[1], indicator, VI)
        before, after = (_percent(wording.percent_text(row, indicator, VI)) for row in rows)
        rise = Fraction(counts[2], counts[3]) - Fraction(counts[0], counts[1])
        if not told:
            assert (after - before) * rise <= 0
            return
        assert Fraction(told.replace(",", ".")) == abs(after - before)
        assert (after > before) == (rise > 0)


def _percent(text: str) -> Fraction:
    """The first percentage that a text prints."""
    found = re.search(r"(\d+(?:,\d+)?)%", text)
    assert found, text
    return Fraction(found[1].replace(",", "."))


# --- what can happen in a year ------------------------------------------------------------------


def test_who_is_late_missing_or_has_nothing_to_report(plan: Plan, tmp_path: Path) -> None:
    """Each agency stands where its report stands, with how late it was."""
    with opened(plan, tmp_path) as bureau:
        bureau.send(BAO, at=IN_TIME, on_digital_platforms=YES, staff_count=60, trained_count=45)
        bureau.send(DAI, at=AFTER, phase=FINAL, on_digital_platforms=NO)
        bureau.reviewing.declare_nil(VAN_NGHE, 2024, ESTIMATE, "không phát sinh")
        written = report(bureau.service, 2024)
    said = paragraph(written, "Năm 2024 có 3 cơ quan")
    assert "3/3 cơ quan (100%) đã có báo cáo được chấp nhận hoặc xác nhận không phát sinh" in said
    assert "1/3 cơ quan (33,3%) nộp báo cáo đúng hạn." in said
    assert paragraph(written, "Đúng hạn") == "Đúng hạn: Báo Thái Bình (02/12/2024)."
    assert "Đài Phát thanh và Truyền hình Thái Bình (20/12/2024, trễ 11 ngày)" in paragraph(
        written, "Trễ hạn"
    )
    assert paragraph(written, "Xác nhận không phát sinh số liệu: Tạp chí Văn nghệ")
    assert "Số liệu chính thức: Đài" in paragraph(written, "Số liệu chính thức")
    assert "SỐ LIỆU MINH HỌA" not in " ".join(written.marks)


def test_missing_agencies_leave_a_range(plan: Plan, tmp_path: Path) -> None:
    """Where one agency of three has answered, nothing is decided, and the range is told."""
    with opened(plan, tmp_path) as bureau:
        bureau.send(BAO, at=IN_TIME, on_digital_platforms=YES, staff_count=60, trained_count=45)
        written = report(bureau.service, 2024)
    assert paragraph(written, "Chưa nộp, đã quá hạn") == (
        "Chưa nộp, đã quá hạn: Đài Phát thanh và Truyền hình Thái Bình, Tạp chí Văn nghệ Thái Bình."
    )
    said = about(written, 1)
    assert said.startswith(
        "Chỉ tiêu 1 (Nội dung trên nền tảng số): ước 1/1 cơ quan (100%), chưa kết luận được so với "
        "chỉ tiêu 67% (cần 2); 2 cơ quan chưa có số liệu: kết quả có thể từ 33,3% đến 100%."
    )
    assert "chưa có số liệu: Đài Phát thanh và Truyền hình Thái Bình, Tạp chí" in said
    assert results_table(written).heads[0][3].text == "Ước thực hiện năm 2024"
    line = results_table(written).rows[0]
    counted = "1/1 cơ quan (100%), thiếu 2 cơ quan"
    assert line[3:] == (counted, "Từ 33,3% đến 100%", "Chưa kết luận được")
    (years,) = tables(appendix(written, "CHỈ TIÊU VÀ KẾT QUẢ").blocks)
    assert f"ước {counted}" in years.rows[1]
    (agencies,) = tables(appendix(written, "KẾT QUẢ TỪNG").blocks)
    assert agencies.rows[-1][2] == f"ước {counted}"
    coming = next(t for t in tables(written.blocks) if t.caption == "Chỉ tiêu năm 2025")
    assert coming.rows[0][2] == f"ước {counted}"
    assert about(written, 2).startswith(
        "Chỉ tiêu 2 (Phân tích dữ liệu và AI): chưa có số liệu; chỉ tiêu là 33% (cần 1)."
    )
    assert "Không có cơ quan nào nêu nội dung này." in paragraphs(written)


def test_a_year_without_any_report(plan: Plan, tmp_path: Path) -> None:
    """It is a short report: nobody reported, nothing is judged, no empty appendix."""
    with opened(plan, tmp_path) as bureau:
        bureau.now = datetime(2026, 12, 20, tzinfo=HERE)
        written = report(bureau.service, 2026)
    said = " ".join(paragraphs(written))
    assert "chưa có báo cáo nào được chấp nhận" in said
    assert "Không có cơ quan nào nộp báo cáo đúng hạn." in said
    assert "Chưa có số liệu năm 2026 nên chưa đánh giá chỉ tiêu nào." in said
    assert "Năm 2026 không có cơ quan nào báo cáo về các nhiệm vụ của Kế hoạch." in said
    assert not any(text.startswith("2. Kết quả từng chỉ tiêu") for text in headings(written))
    assert [own.title for own in written.appendices] == [
        "CHỈ TIÊU VÀ KẾT QUẢ CÁC NĂM CỦA KẾ HOẠCH, 2023–2030",
        "QUÁ TRÌNH THỰC HIỆN ĐẾN CÁC MỤC TIÊU",
    ]


def test_a_year_whose_round_has_not_begun(plan: Plan, tmp_path: Path) -> None:
    """Nobody is late before the round begins."""
    with opened(plan, tmp_path) as bureau:
        bureau.now = datetime(2025, 3, 1, tzinfo=HERE)
        written = report(bureau.service, 2025)
    assert "Chưa đến kỳ báo cáo năm 2025." in paragraph(written, "Năm 2025 có")
    assert not [text for text in paragraphs(written) if text.startswith(("Chưa nộp", "Trễ hạn"))]


def test_the_last_year_of_the_plan(sample: Service) -> None:
    """After the plan's last year nothing is proposed."""
    written = report(sample, 2030)
    assert paragraph(written, "Năm 2030 là năm cuối") == (
        "Năm 2030 là năm cuối của Kế hoạch; Kế hoạch không đặt chỉ tiêu cho các năm sau."
    )
    assert not [text for text in paragraphs(written) if text.startswith("Giả định")]


def test_targets_that_end(sample: Service) -> None:
    """Where the coming year asks for nothing, that is said, and nothing is carried forward."""
    written = report(sample, 2025)
    assert "Kế hoạch không đặt mức năm 2026 đối với chỉ tiêu 5, 6." in paragraphs(written)
    coming = next(t for t in tables(written.blocks) if t.caption == "Chỉ tiêu năm 2026")
    assert [row[0] for row in coming.rows] == ["1", "2", "3", "4"]


def test_a_zero_target_is_no_success(sample: Service) -> None:
    """A printed 0% asks for nothing, in the table, the text and the sum."""
    written = report(sample, 2023)
    line = results_table(written).rows[1]
    assert line[2:] == ("0%", "0/3 cơ quan (0%)", "–", "Không đặt chỉ tiêu")
    assert "(0%), Kế hoạch ghi 0%, tức là không đặt chỉ tiêu." in about(written, 2)


def test_the_year_of_the_merger(sample: Service) -> None:
    """Who is counted no longer is told, the base year is a sum, and the structure is compared."""
    written = report(sample, 2025)
    assert paragraph(written, "Năm 2025 tính 2 cơ quan") == (
        "Năm 2025 tính 2 cơ quan; danh sách khác năm 2024: không còn tính: Báo Thái Bình (đến "
        "16/03/2025), Đài Phát thanh và Truyền hình Thái Bình; mới tính: Báo Thái Bình (từ 17/03/2025)."
    )
    assert "giảm 16,7 điểm phần trăm (danh sách cơ quan được tính đã khác)" in about(written, 1)
    assert paragraph(written, "Số năm gốc của Báo Thái Bình") == (
        "Số năm gốc của Báo Thái Bình (từ 17/03/2025), 33.500 triệu đồng, là tổng của các cơ quan "
        "trước hợp nhất: Báo Thái Bình (đến 16/03/2025) 12.000, "
        "Đài Phát thanh và Truyền hình Thái Bình 21.500."
    )
    assert "Kết luận sẽ khác nếu theo cơ cấu ban đầu: ước 2/3 cơ quan" in about(written, 1)


def test_the_original_structure(sample: Service) -> None:
    """The report says on every page that it counts otherwise, and adds people once."""
    written = report(sample, 2025, basis=Basis(structure="original"))
    assert any("Cơ cấu" in mark for mark in written.marks)
    (table,) = (t for t in tables(written.blocks) if t.caption.startswith("Nhân lực"))
    assert table.rows[-1][2:4] == ("174", "181")
    assert any("chỉ cộng một lần" in text for text in paragraphs(written))
    (grown,) = (t for t in tables(written.blocks) if t.caption.startswith("Mức tăng"))
    assert grown.rows[0][2:] == grown.rows[1][2:]
    assert any("có chung số liệu của báo cáo đó" in text for text in paragraphs(written))
    assert not any(text.startswith("Danh sách cơ quan năm") for text in paragraphs(written))
    assert len({row[1] for row in table.rows}) == len(table.rows)
    assert paragraph(written, "Tính theo báo cáo của cơ quan khác").startswith(
        "Tính theo báo cáo của cơ quan khác: Báo Thái Bình (đến 16/03/2025) theo báo cáo của "
        "Báo Thái Bình (từ 17/03/2025), "
    )
    assert "danh sách cơ quan được tính đã khác" not in " ".join(paragraphs(written))


def test_the_view_by_the_other_structure_is_the_services_own(sample: Service) -> None:
    """Counted here or by the service, the other structure gives the same results."""
    there = sample.view(Basis(structure="original"))
    here = sample.view().by_structure("original")
    assert here.results.equals(there.results)
    assert here.standings.equals(there.standings)


def test_an_amended_plan(desk: Bureau) -> None:
    """The amendment in force is a ground; its targets judge; the coming year's is announced."""
    amend(desk.service, {(1, 2025): 1.0}, first_year=2025)
    written = report(desk.service, 2025)
    assert any("45/KH-UBND" in text for text in paragraphs(written) if text.startswith("Căn cứ"))
    assert results_table(written).rows[0][2] == "100%"
    before = report(desk.service, 2024)
    assert not any("45/KH-UBND" in t for t in paragraphs(before) if t.startswith("Căn cứ"))
    assert "Kế hoạch được điều chỉnh theo 45/KH-UBND ngày 10/02/2026, áp dụng từ năm 2025." in (
        paragraphs(before)
    )
    first = report(desk.service, 2025, basis=Basis(targets="original"))
    assert results_table(first).rows[0][2] == "67%"
    assert any("Chỉ tiêu" in mark for mark in first.marks)


def test_a_corrected_figure_is_marked(plan: Plan, tmp_path: Path) -> None:
    """The correction is told with its number, beside its indicator and in the appendix."""
    with opened(plan, tmp_path) as bureau:
        bureau.send(BAO, at=IN_TIME, staff_count=60, trained_count=40)
        number = bureau.office.correct(BAO, 2024, "trained_count", 45.0, "nhầm", "Công văn 12")
        written = report(bureau.service, 2024)
    told = paragraph(written, f"Đính chính số {number}: Báo Thái Bình")
    assert told.endswith(": 40 → 45 (nguồn: Công văn 12).")
    assert "nhầm" not in told
    assert f"(đính chính số {number})" in about(written, 5)
    cells = texts(appendix(written, "SỐ LIỆU CÁC CƠ QUAN").blocks)
    assert "45 *" in cells


def test_results_of_later_years_are_left_out(sample: Service) -> None:
    """A report on 2023 does not tell of 2024, which is there by now."""
    written = report(sample, 2023)
    (table,) = tables(appendix(written, "CHỈ TIÊU VÀ KẾT QUẢ").blocks)
    assert [cell for cell in table.rows[1][3:] if cell] == ["2/3 cơ quan (66,7%)"]
    pictures = [b for b in appendix(written, "QUÁ TRÌNH").blocks if isinstance(b, Picture)]
    assert all("2023" in picture.alt for picture in pictures)


def test_a_year_outside_the_plan_is_refused(sample: Service) -> None:
    """There is no report on a year of which the plan says nothing."""
    with pytest.raises(TbdxError) as caught:
        report(sample, 2022)
    assert caught.value.code == "unknown-year"


def test_the_same_arguments_give_the_same_report(
    sample: Service, written: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text and pictures rest on the arguments alone."""
    monkeypatch.setattr(appendices, "draw", draw)
    assert report(sample, 2024) == written
    assert report(sample, 2023) != written


def test_figures_of_the_other_kind_are_not_said_to_be_missing(sample: Service) -> None:
    """Who looks at estimates alone reads that there are none, not that nobody reported anything."""
    written = report(sample, 2024, basis=Basis(figures="estimate"))
    said = paragraphs(written)
    nothing = "Không có số liệu năm 2024 thuộc loại đã chọn (riêng số ước thực hiện)"
    assert f"{nothing}." in said
    assert f"{nothing} nên không đánh giá chỉ tiêu nào." in said
    assert headings(written)[-3:] == [
        "III. PHƯƠNG HƯỚNG NĂM TỚI",
        "1. Chỉ tiêu năm 2025",
        "2. Yêu cầu để đạt chỉ tiêu",
    ]
    claims = re.compile(
        "không có cơ quan nào báo cáo|nêu nội dung này|Chưa có báo cáo nào|Chưa có số"
    )
    assert not [text for text in said if claims.search(text)]
    assert any("Không có số liệu thuộc loại đã chọn" in text for text in said)


def test_people_are_not_counted_against_a_target_of_those_that_answered(
    plan: Plan, tmp_path: Path
) -> None:
    """While a headcount is missing nobody knows of how many people a target is a share."""
    with opened(plan, tmp_path) as bureau:
        bureau.send(BAO, at=IN_TIME, staff_count=60, trained_count=20)
        bureau.send(DAI, at=IN_TIME, staff_count=10, trained_count=1)
        written = report(bureau.service, 2024)
    assert about(written, 5).startswith(
        "Chỉ tiêu 5 (Nhân lực được đào tạo): ước 21/70 người (30%), chưa kết luận được so với chỉ "
        "tiêu 70%; 1 cơ quan chưa có số liệu"
    )
    assert "Cần thêm" not in results_table(written).rows[4][4]
    assert not [t for t in texts_of(written) if re.search(r"Nhân lực được đào tạo\).*\(cần \d", t)]


STATES = (None, "not_started", "in_progress", "done", "na")


@pytest.mark.parametrize("first", [0, 11, 22])
def test_every_task_is_told_of_once(plan: Plan, tmp_path: Path, first: int) -> None:
    """Whatever two agencies state or leave open; and a task left open is not said to be untouched."""
    codes = [item.code for item in plan.form.tasks.item]
    pairs = [(one, other) for one in STATES for other in STATES]
    own = [pairs[(first + place) % len(pairs)] for place in range(len(codes))]
    with opened(plan, tmp_path) as bureau:
        for agency, side in ((BAO, 0), (DAI, 1)):
            stated: dict[str, Any] = {c: pair[side] for c, pair in zip(codes, own, strict=True)}
            bureau.send(agency, at=IN_TIME, staff_count=60, **stated)
        written = report(bureau.service, 2024)
    said = paragraph(written, f"Trong {len(codes)} nhiệm vụ").removesuffix(".").split(": ", 1)[1]
    groups = {}
    for part in said.split("; "):
        what, numbers = part.split(": nhiệm vụ ")
        groups[what] = _numbers(numbers)
    assert sorted(chain.from_iterable(groups.values())) == list(range(1, len(codes) + 1))
    done = {place for place, pair in enumerate(own, start=1) if {*pair} - {STATES[4]} == {"done"}}
    assert set(groups.get("các cơ quan liên quan đã hoàn thành", [])) == done
    untouched = {
        place for place, pair in enumerate(own, start=1) if {*pair} - {STATES[4]} == {STATES[1]}
    }
    assert set(groups.get("chưa cơ quan nào triển khai", [])) == untouched


def _numbers(text: str) -> list[int]:
    """The numbers that "1, 4–6" stands for."""
    found: list[int] = []
    for part in text.split(", "):
        first, _, last = part.partition("–")
        found += range(int(first), int(last or first) + 1)
    return found


def test_quotations_within_quotations(plan: Plan, tmp_path: Path) -> None:
    """What an agency has in quotation marks stands in single ones within ours, set left-aligned."""
    with opened(plan, tmp_path) as bureau:
        text = '“đã” làm "xong" việc ("A")'
        bureau.send(BAO, at=IN_TIME, staff_count=60, task_01="done", task_01_result=text)
        written = report(bureau.service, 2024)
    (quote,) = (b for b in written.blocks if isinstance(b, Paragraph) and b.kind == "quote")
    assert quote.text == "Nhiệm vụ 1, Báo Thái Bình: “‘đã’ làm ‘xong’ việc (‘A’)”"
    assert style("Quote").align == "left"


def test_an_indicator_of_the_appendix_stays_whole(written: Report) -> None:
    """Its three rows are one cell where they say the same, and stand on one page."""
    (table,) = tables(appendix(written, "CHỈ TIÊU VÀ KẾT QUẢ").blocks)
    below = {row for row in range(len(table.rows)) if row % 3}
    assert table.merged == {(row, column) for row in below for column in (0, 1)}
    assert all(table.rows[row][column] == "" for row, column in table.merged)


# --- other provinces, many agencies -------------------------------------------------------------


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027, 2030])
def test_another_province(tmp_path: Path, year: int) -> None:
    """Nothing of Thái Bình stands in another province's report, and its own words do."""
    service = open_service(tmp_path, (2025, 2026, 2027))
    try:
        for words in (VI, EN):
            written = report(service, year, words)
            said = [*everything(written), written.addressee, *written.letterhead.copies]
            assert not [text for text in said if re.search("Thái Bình|150/KH|STTTT", text)]
            assert not [text for text in said if NONSENSE.search(text)]
            assert any("88/KH-UBND" in text for text in said)
            assert any("Quyết định 348/QĐ-TTg" in text for text in paragraphs(written)), (
                "a document with one name for all languages"
            )
            assert len(results_table(written).rows) == len(service.plan.indicators)
    finally:
        service.close()


def test_items_are_counted_where_they_are_not_people(tmp_path: Path) -> None:
    """A ratio of other things than people is told in their unit."""
    service = open_service(tmp_path, (2025,))
    try:
        said = about(report(service, 2025), 5)
    finally:
        service.close()
    assert " tin, bài (" in said
    assert "người" not in said


def test_many_agencies_are_shortened(tmp_path: Path) -> None:
    """Of many agencies the first are named; the appendices have a line for each."""
    made = province(tmp_path, 60, 120)
    service = Service.open(Settings(plan=made.plan, database_url=made.database_url))
    try:
        written = report(service, 2024)
    finally:
        service.close()
    said = about(written, 1)
    assert said.count("Cơ quan 00") == wording.MOST_NAMES
    assert "và 52 cơ quan khác" in said
    assert "Số liệu của 60 cơ quan: xem các phụ lục." in paragraphs(written)
    assert max(len(table.rows) for table in tables(written.blocks)) <= 25
    (by_agency,) = tables(appendix(written, "KẾT QUẢ TỪNG").blocks)
    assert len(by_agency.rows) == 61
    assert any("xem bộ bảng Excel" in text for text in paragraphs(written))


def test_a_table_that_is_cut_short_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a limit the appendix names how many of how many it has, and where all of them are."""
    monkeypatch.setattr(appendices, "MOST_ROWS", 10)
    made = province(tmp_path, 12, 24)
    service = Service.open(Settings(plan=made.plan, database_url=made.database_url))
    try:
        own = appendix(report(service, 2024), "SỐ LIỆU CÁC CƠ QUAN")
    finally:
        service.close()
    assert len(tables(own.blocks)[0].rows) == 10
    assert any("10/12 cơ quan đầu" in text for text in texts(own.blocks))


# --- shared wording -----------------------------------------------------------------------------


def test_the_gap_is_that_of_the_printed_numbers(sample: Service, plan: Plan) -> None:
    """What is subtracted is what stands there: 69.5% to 70% is half a point."""
    row = sample.view().result["people_trained", 2024]
    assert wording.gap_text(row, plan.indicator("people_trained"), VI) == "0,5"
    none = sample.view().result["people_trained", 2026]
    assert wording.gap_text(none, plan.indicator("people_trained"), VI) == ""


def test_rounding_decides_nothing_where_agencies_are_missing(sample: Service, plan: Plan) -> None:
    """2 of 2 with a third missing is not "100%, rounded to 67%": the worst case is what is met."""
    view = sample.view(Basis(structure="original"))
    row = view.result["data_analytics_ai", 2025]
    assert (row["numerator"], row["missing"], row["status"]) == (2, 1, "met")
    assert wording.rounding_text(row, plan.indicator("data_analytics_ai"), VI) == ""
