"""The board as Streamlit runs it: by year, by agency, what has changed, and its lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bureau import BAO, DAI, MERGED, NO, SAMPLES, VAN_NGHE, YES, Bureau
from streamlit.testing.v1 import AppTest

from benchmarks.rounds import province
from tbdx.i18n import language
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.store import Store
from tbdx.ui import changing, shell
from tbdx.ui.shell import Page

ROOT = Path(__file__).parent.parent
HOUR = timedelta(hours=1)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the store that the page shows; it is empty."""
    url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    monkeypatch.setenv("TBDX_DATABASE_URL", url)
    monkeypatch.setenv("TBDX_USER", "Sở")
    shell.service.clear()
    yield url
    shell.service.clear()


@pytest.fixture
def bureau(url: str, plan: Plan) -> Iterator[Bureau]:
    """The desk of that store: 2023 and 2024 of three agencies, 2025 of the two that are left."""
    service = Service(plan, Store.open(url), None, lambda: desk.now, user="Sở")
    desk = Bureau(service)
    desk.now = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
    for year in (2023, 2024):
        for agency in (BAO, DAI, VAN_NGHE):
            _send(desk, agency, year, on_digital_platforms=YES if agency == BAO else NO)
    for agency in (MERGED, VAN_NGHE):
        _send(desk, agency, 2025, on_digital_platforms=YES)
    yield desk
    service.close()


def _send(bureau: Bureau, agency: str, year: int, **answers: object) -> None:
    bureau.now += HOUR
    known = {"staff_count": 20.0, "trained_count": 10.0, "converged_newsroom": NO}
    bureau.send(agency, year, **(known | answers))  # type: ignore[arg-type]


def _open(**choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in {"lang": "vi", **choices}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/board.py").run()
    assert not app.exception
    assert not app.error
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.subheader, app.markdown, app.caption, app.info, app.warning)
    texts = [str(element.value) for elements in kinds for element in elements]
    texts += [table.value.to_csv() for table in app.table]
    return "\n".join(texts).replace("\\", "")  # what escapes markdown is not read


class TestByYear:
    def test_a_cell_has_verdict_count_value_and_target(self, bureau: Bureau) -> None:
        """Symbol, count and colour; below 33,3%, an estimate is marked, and the target."""
        table = _open(year="2024").table[0].value
        cell = table.iloc[0]["**:primary[2024]**"]
        assert cell == ":red-badge[✗ 1/3]  \n33,3% ○ :gray[/ 67%]"

    def test_a_year_without_a_report_shows_its_target_alone(self, bureau: Bureau) -> None:
        """Of 2030 there is only what is asked; a pair names both its parts."""
        table = _open(year="2024").table[0].value
        assert table["2030"].tolist()[0] == ":gray[/ 100%]"
        assert table["2030"].tolist()[3] == ":gray[/ 67%]  \n:gray[tăng ≥ 20%]"
        assert table["2030"].tolist()[4] == ":gray[/ –]"  # the plan prints none

    def test_a_row_is_drilled_into(self, bureau: Bureau) -> None:
        """The indicator and year of the address stand below in detail, with who answers how."""
        text = _texts(_open(indicator="digital_platforms", year="2024"))
        assert "Có (1): Báo Thái Bình" in text
        assert "Không (2): Đài Phát thanh và Truyền hình Thái Bình, Tạp chí" in text

    def test_the_legend_has_every_word(self, bureau: Bureau) -> None:
        """Each symbol with its word; “…” has two, and a count tells them apart."""
        text = _texts(_open(year="2024"))
        assert "▲ Vượt · ✓ Đạt · ✗ Chưa đạt · … Chưa có số liệu (nếu có số đếm: Chưa kết" in text

    def test_the_years_from_the_chosen_one_on(self, bureau: Bureau) -> None:
        """The address says so; without it all are there."""
        whole = list(_open(year="2024").table[0].value)
        fewer = list(_open(year="2024", span="from").table[0].value)
        assert whole[0] == "2023"
        assert fewer == whole[1:]
        assert fewer[0] == "**:primary[2024]**"

    @pytest.mark.parametrize("code", ["vi", "en"])
    def test_samples_have_a_board(self, url: str, code: str) -> None:
        """Illustrative figures are shown like real ones, in both languages."""
        app = _open(lang=code)
        assert len(app.table[0].value) == 6


class TestByAgency:
    def test_every_duty_says_why_it_is_one(self, bureau: Bureau) -> None:
        """Named in the plan, or a target of 100%; the others are assigned to nobody."""
        app = _open(board="agencies", year="2025")
        table = app.table[0].value
        merged, magazine = table.iloc[0], table.iloc[1]
        assert str(merged.name).startswith("Báo Thái Bình")
        assert merged.iloc[0] == "★ · :green-badge[✓ Đạt]"
        assert magazine.iloc[0] == ":gray-badge[– Chưa giao chỉ tiêu]  \n:small[(có)]"
        assert magazine.iloc[4] == "★ · :red-badge[✗ Chưa đạt]  \n:small[10/20]"

    def test_whom_an_indicator_does_not_count_has_not_failed_to_answer(
        self, bureau: Bureau
    ) -> None:
        """A magazine of one kind of media is outside a row; among those that count a blank is one."""
        _send(bureau, MERGED, 2025, on_digital_platforms=YES)
        magazine = _open(board="agencies", year="2025").table[0].value.iloc[1]
        assert (
            magazine.iloc[2] == ":gray-badge[– Chưa giao chỉ tiêu]  \n:small[(không thuộc mẫu số)]"
        )
        assert magazine.iloc[1] == ":gray-badge[– Chưa giao chỉ tiêu]  \n:small[(chưa trả lời)]"

    def test_only_those_with_something_open(self, bureau: Bureau) -> None:
        """Whoever has done all that is asked of them is left out, and it is said how many have not."""
        _send(bureau, VAN_NGHE, 2025, on_digital_platforms=YES, trained_count=20.0)
        whole = _open(board="agencies", year="2025")
        assert len(whole.table[0].value) == 2
        app = _open(board="agencies", year="2025", only="open")
        assert [str(name)[:14] for name in app.table[0].value.index] == ["Báo Thái Bình "]
        assert "trong đó **1** cơ quan còn nghĩa vụ mở" in _texts(app)

    def test_names_are_in_the_order_of_the_language(self, bureau: Bureau) -> None:
        """Báo, then Đài, then Tạp chí: Đ follows D, before T."""
        names = list(_open(board="agencies", year="2024").table[0].value.index)
        assert [str(name).split()[0] for name in names] == ["Báo", "Đài", "Tạp"]

    def test_many_agencies_are_a_table_to_choose_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Thirty are rows of one table; the one of the address is shown below; names narrow it."""
        made = province(tmp_path, 30, 60)
        monkeypatch.setenv("TBDX_DATABASE_URL", made.database_url)
        monkeypatch.setenv("TBDX_PLAN", str(made.plan))
        shell.service.clear()
        app = _open(board="agencies", year="2024", agency="co-quan-0007")
        (table,) = app.dataframe
        assert len(table.value) == 30
        assert "**Cơ quan 0007**" in _texts(app)
        found = _open(board="agencies", year="2024", name="quan 0012").dataframe[0].value
        assert found.iloc[:, 0].tolist() == ["Cơ quan 0012"]
        none = _open(board="agencies", year="2024", name="báo")
        assert "Không có cơ quan nào" in _texts(none)
        shell.service.clear()


class TestChanges:
    def test_a_revision_is_compared_with(self, bureau: Bureau) -> None:
        """What one report turned is said in a heading, a sentence and a row."""
        _send(bureau, DAI, 2024, on_digital_platforms=YES)
        app = _open(board="changes", since="8")
        text = _texts(app)
        assert "Bản dữ liệu 9 so với bản 8: 1 kết luận thay đổi" in text
        assert "(2024): 1/3 · 33,3% · ✗ Chưa đạt → 2/3 · 66,7% · ✓ Đạt" in text
        assert "từ không sang có: Đài Phát thanh và Truyền hình Thái Bình (2024)" in text
        assert "+33,3 điểm %; +1 cơ quan" in text

    def test_the_latest_revisions_are_listed(self, bureau: Bureau) -> None:
        """Number, how many verdicts, what was done, by whom."""
        _send(bureau, DAI, 2024, on_digital_platforms=YES)
        table = _open(board="changes", since="8").table[-1].value
        first = table.iloc[0].tolist()
        assert first[0].startswith("**9**")
        assert first[1] == "**1 kết luận thay đổi**"
        assert first[2].startswith("Chấp nhận báo cáo\\: Đài Phát thanh")
        assert len(table) == 8

    def test_counts_of_different_agencies_are_not_compared(self, bureau: Bureau) -> None:
        """2025 has two agencies after the merger, 2024 three: that is said, and no count differs."""
        app = _open(board="changes", since="year", year="2025")
        text = _texts(app)
        assert "năm 2024 có 3, năm 2025 có 2 cơ quan" in text
        assert "không còn tính: Báo Thái Bình" in text
        assert "+66,7 điểm %" in text
        assert "+1 cơ quan" not in text

    def test_figures_of_some_alone_are_not_compared(self, bureau: Bureau) -> None:
        """1/3 and then 1/1 with one agency still silent is no rise by 66.7 points."""
        _send(bureau, VAN_NGHE, 2025, on_digital_platforms=None)
        text = _texts(_open(board="changes", since="year", year="2025"))
        assert "không so được: còn cơ quan chưa có số liệu" in text
        assert "+66,7 điểm %" not in text

    def test_another_threshold_is_said(self, bureau: Bureau) -> None:
        """Growth by 10% and by 20% are different counts."""
        for year in (2024, 2025):
            agency = BAO if year == 2024 else VAN_NGHE
            amounts = {"revenue_2022_million_vnd": 100.0, "revenue_million_vnd": 115.0}
            _send(bureau, agency, year, digital_transformation=YES, **amounts)
        text = _texts(_open(board="changes", since="year", year="2025"))
        assert "trước là tăng từ 10%, sau là tăng từ 20%" in text
        assert "không so được: ngưỡng khác" in text

    def test_a_year_without_one_before_it_is_explained(self, bureau: Bureau) -> None:
        """Where one of the two years has no report, nothing is compared."""
        text = _texts(_open(board="changes", since="year", year="2027"))
        assert "Không có đủ số liệu của cả hai năm 2026 và 2027" in text

    @pytest.mark.parametrize("number", ["99", "9" * 5000], ids=["later", "no-number"])
    def test_a_revision_that_is_not_known_is_said(self, bureau: Bureau, number: str) -> None:
        """A link to one that never was says so, and shows something all the same."""
        app = _open(board="changes", since=number)
        (said,) = [str(warning.value) for warning in app.warning if "99" in str(warning.value)]
        assert len(said) < 300

    def test_what_a_link_asks_for_in_vain_is_quoted_as_text(self, bureau: Bureau) -> None:
        """A link cannot put another link, or a picture, onto the page."""
        app = _open(board="changes", since="![x](http://example.org/x.png)")
        (said,) = [str(warning.value) for warning in app.warning if "example" in str(warning.value)]
        assert "\\[x\\]" in said

    def test_an_older_revision_in_a_link_is_shown(self, bureau: Bureau) -> None:
        """Also one that is no longer among the latest; from the beginning as well."""
        for number in (1, 0):
            text = _texts(_open(board="changes", since=str(number)))
            assert f"Bản dữ liệu 8 so với bản {number}" in text

    def test_the_last_visit_is_offered_first(self, bureau: Bureau) -> None:
        """Whoever was here before the newest report opens with what that changed."""
        bureau.now += HOUR
        bureau.office.signed_in("local")
        _send(bureau, DAI, 2024, on_digital_platforms=YES)
        app = _open(board="changes")
        assert app.selectbox(key="pick-since").value == "visit"
        assert "Bản dữ liệu 9 so với bản 8: 1 kết luận thay đổi" in _texts(app)

    def test_else_the_newest_change_of_figures(self, bureau: Bureau) -> None:
        """In a first visit it opens before the report that changed something, not on two years."""
        _send(bureau, DAI, 2024, on_digital_platforms=YES)
        _send(bureau, DAI, 2024, on_digital_platforms=YES)  # changes no figure
        app = _open(board="changes")
        assert app.selectbox(key="pick-since").value == "8"
        assert "(2024): 1/3 · 33,3% · ✗ Chưa đạt → 2/3 · 66,7% · ✓ Đạt" in _texts(app)

    def test_samples_have_years_but_no_past(self, url: str) -> None:
        """Of illustrative figures only years are compared."""
        app = _open(board="changes")
        assert app.selectbox(key="pick-since").options == ["năm trước"]
        assert "Các bản dữ liệu gần đây" not in _texts(app)


class TestLines:
    """What the overview says of changes."""

    def _lines(self, year: int) -> list[str]:
        service = Service.open(Settings())
        lines = changing.lines(Page(service, service.view(), language("vi")), year)
        service.close()
        return lines

    def test_since_last_year_and_since_the_last_visit(self, bureau: Bureau) -> None:
        """Two lines, each with its number of verdicts and a few of them in short."""
        bureau.now += HOUR
        bureau.office.signed_in("local")
        _send(bureau, DAI, 2024, on_digital_platforms=YES)
        year, visit = self._lines(2025)
        assert year.startswith("So với năm 2024: **")
        assert "danh sách cơ quan được tính đã khác" in year
        assert visit.startswith("Từ lần xem trước (18:00 05/01/2026)")
        assert "**1 kết luận thay đổi**" in visit
        assert "(2024) ✗ Chưa đạt → ✓ Đạt" in visit

    def test_what_is_left_out_is_verdicts(self, bureau: Bureau) -> None:
        """Of four verdicts three are told in short, and one other is no agency."""
        done = ("on_digital_platforms", "uses_data_analytics", "uses_ai", "converged_newsroom")
        for agency in (BAO, DAI, VAN_NGHE):
            _send(bureau, agency, 2024, **dict.fromkeys(done, NO))
        for agency in (MERGED, VAN_NGHE):
            _send(bureau, agency, 2025, **dict.fromkeys(done, YES), trained_count=20.0)
        line = self._lines(2025)[0]
        assert line.endswith("và 1 kết luận khác")
        assert "cơ quan khác" not in line

    def test_in_a_first_visit_the_newest_revision(self, bureau: Bureau) -> None:
        """Nobody was here before: the newest change is told of, where it turned a verdict."""
        _send(bureau, DAI, 2024, on_digital_platforms=YES)
        assert self._lines(2024)[-1].startswith("Bản dữ liệu 9: **1 kết luận thay đổi**")
        _send(bureau, DAI, 2024, on_digital_platforms=YES, trained_count=11.0)
        assert not any(line.startswith("Bản dữ liệu") for line in self._lines(2024))

    def test_nothing_to_say_is_nothing(self, url: str) -> None:
        """An empty store has no line; samples are compared by years alone."""
        assert self._lines(2023) == []
        assert all(line.startswith("So với năm 2024") for line in self._lines(2025))
        assert sorted(path.name for path in SAMPLES.glob("*-2025.xlsx"))
