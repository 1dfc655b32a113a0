"""Every page, in both languages, on every kind of store, as Streamlit runs it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from amending import amend
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from tbdx.i18n import language as language_of
from tbdx.model import Action, Answer, Phase, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.service.office import Office
from tbdx.settings import Settings
from tbdx.ui import filtering, shell
from tbdx.workbook import write_form
from tbdx.workbook.template import Value

ROOT = Path(__file__).parent.parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
STORES = ("nothing at all", "samples", "one year")


@pytest.fixture(params=STORES)
def kind_of_store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A store with nothing, with samples only, or with the real reports of one year."""
    database_url = f"sqlite:///{tmp_path / 'tbdx.db'}"
    monkeypatch.setenv("TBDX_DATABASE_URL", database_url)
    if request.param == "nothing at all":
        monkeypatch.setenv("TBDX_SAMPLES", str(tmp_path / "no-samples"))
    if request.param in ("one year", "amended"):
        _accept_samples_of(2024)
    if request.param == "amended":
        _change_much()
    shell.service.clear()
    yield request.param
    shell.service.clear()


def _accept_samples_of(year: int) -> None:
    service = Service.open(Settings())
    paths = sorted((ROOT / "data" / "samples").glob(f"*-{year}.xlsx"))
    service.accept(service.check([(path.name, path.read_bytes()) for path in paths]), "checked")


def _change_much() -> None:
    """An amended plan, a correction, a version chosen by hand, and a year that is closed."""
    service = Service.open(Settings())
    amend(service, {(2, 2026): 0.5})
    trained = service.office.stated("bao-thai-binh", 2024, "trained_count")
    assert isinstance(trained, float)
    service.office.correct(
        "bao-thai-binh", 2024, "trained_count", trained + 1, "đếm sót", "Công văn 12/BTB"
    )
    (submission,) = service.reviewing.history("tc-van-nghe-thai-binh", 2024)
    service.reviewing.choose(submission.id, "đã đối chiếu")
    service.office.close_year(2024, "đã báo cáo Bộ", by="Phòng Báo chí")
    service.close()


def _open(page: str, **choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py").run()
    return app


def _indicator(**choices: str) -> AppTest:
    """The indicator's page as a link with these choices opens it."""
    app = _open("overview", **choices)
    return app.switch_page("pages/indicator.py").run()


def _texts(app: AppTest) -> str:
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.error)
    return "\n".join(element.value for elements in kinds for element in elements)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws(page: str, language: str, kind_of_store: str) -> None:
    """Each page draws without an error on any store, in the language of the address."""
    app = _open(page, lang=language)
    assert not app.exception
    assert not app.error, _texts(app)
    room = next(room for room in shell.ROOMS if room.file == page)
    assert app.title[0].value == language_of(language).text(room.title)


@pytest.mark.parametrize("page", PAGES)
def test_samples_are_marked_on_every_page(page: str, kind_of_store: str) -> None:
    """The banner stands above illustrative figures, and never above real ones."""
    banner = [warning.value for warning in _open(page).warning]
    assert ("Số liệu minh họa" in "".join(banner)) == (kind_of_store == "samples")


@pytest.mark.parametrize("kind_of_store", ["samples"], indirect=True)
def test_of_very_many_rows_the_first_are_drawn(
    kind_of_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of more rows than are drawn shows the first, and says how to get at the others."""
    monkeypatch.setattr(filtering, "ON_SCREEN", 5)
    app = _open("explore", lang="en", table="agency")
    assert len(app.dataframe[0].value) == 5
    assert "rows** · the first 5 are on screen: narrow the filters, or download" in _texts(app)


@pytest.mark.parametrize("kind_of_store", ["samples"], indirect=True)
class TestOverview:
    """The page that leaders open."""

    def test_cards_give_value_and_verdict(self, kind_of_store: str) -> None:
        """Six cards, each with its percentage in the reader's way of writing."""
        app = _open("overview", year="2024")
        values = {metric.label: metric.value for metric in app.metric}
        assert values["1\\. Nội dung trên nền tảng số"] == "66,7%"
        assert len(values) == 6
        assert "✓ Đạt" in _texts(app)
        assert "2/3 cơ quan" in _texts(app)

    def test_what_is_short_is_said_in_counts_and_names(self, kind_of_store: str) -> None:
        """A missed target names how much is missing and who does not reach it."""
        text = _texts(_open("overview", year="2024"))
        assert "cần thêm 1 người" in text
        assert "Tạp chí Văn nghệ Thái Bình (5/11, chưa giao chỉ tiêu)" in text, "70% binds nobody"

    def test_changing_the_year_changes_the_address(self, kind_of_store: str) -> None:
        """The choice of year stands in the address, as a year."""
        app = _open("overview", year="2024")
        app.selectbox(key="pick-year").set_value("2023").run()
        assert app.query_params["year"] == "2023"

    def test_an_unknown_code_in_a_link_is_said(self, kind_of_store: str) -> None:
        """A link that names what does not exist says so, and shows something all the same."""
        app = _open("overview", year="1999")
        assert any("1999" in warning.value for warning in app.warning)
        assert len(app.metric) == 6


@pytest.mark.parametrize("kind_of_store", ["samples"], indirect=True)
class TestIndicatorPage:
    """One indicator: its verdict in counts, its course, its trace, its other readings."""

    def test_the_verdict_is_told_in_counts(self, kind_of_store: str) -> None:
        """2 of 3 meets 67% because 66.67% is rounded to it; who said what stands below."""
        text = _texts(_indicator(indicator="digital_platforms", year="2024"))
        assert "2024 · 2/3 cơ quan · 66,7% :green-badge[✓ Đạt]" in text
        assert "Chỉ tiêu: 67% (cần 2 cơ quan) · 66,67% làm tròn thành 67%" in text
        assert "✓ Có **2**" in text
        assert "✗ Không **1** :small[:gray[Tạp chí Văn nghệ Thái Bình]]" in text
        assert "… Chưa trả lời **0**" in text

    def test_what_is_not_decided_is_not_without_data(self, kind_of_store: str) -> None:
        """A value that missing agencies can still turn has no verdict, and is not "no data"."""
        text = _texts(_indicator(indicator="data_analytics_ai", year="2025"))
        assert "1/1 cơ quan · 100% (ước thực hiện) :orange-badge[… Chưa kết luận được]" in text
        assert "từ 50% đến 100%" in text
        assert "… Chưa trả lời **1**" in text

    def test_the_other_denominator_is_said(self, kind_of_store: str) -> None:
        """Row 3 among all agencies instead of those with two media types: both are shown."""
        app = _indicator(indicator="converged_newsroom", year="2024")
        assert "1/2 cơ quan" in _texts(app)
        (note,) = [info.value for info in app.info if "Tính trên" in info.value]
        assert "1/3 · 33,3% · ✓ Đạt 33% (cần 1)" in note
        assert "Kết luận sẽ khác" in note

    def test_answers_are_told_where_nothing_can_be_computed(
        self, kind_of_store: str, plan: Plan
    ) -> None:
        """A lone "not applicable" and a base of nothing: who said what, why, and no empty clause."""
        service = Service.open(Settings())
        answers: dict[str, Value] = {
            "converged_newsroom": Answer.NOT_APPLICABLE,
            "digital_transformation": Answer.YES,
            "revenue_2022_million_vnd": 0.0,
            "revenue_million_vnd": 5.0,
        }
        station = plan.agency("dai-ptth-thai-binh")
        form = write_form(plan, station, 2024, phase=Phase.FINAL, answers=answers)
        service.accept(service.check([("a.xlsx", form)]), "checked")
        service.close()
        app = _indicator(indicator="converged_newsroom", year="2024")
        text = _texts(app)
        assert "∅ Không áp dụng **1**" in text
        assert "… Chưa trả lời **1**" in text
        assert "Tính trên tất cả các cơ quan báo chí: 0/1" in text
        assert ". ." not in text
        trace = _indicator(indicator="revenue_growth", year="2024", look="trace", agency=station.id)
        assert "Số liệu năm gốc không có hoặc bằng 0." in _texts(trace)

    def test_where_readings_agree_the_note_is_quiet(self, kind_of_store: str) -> None:
        """People are the same by either structure: a line says so, and nothing is framed."""
        app = _indicator(indicator="people_trained", year="2025")
        assert not any("Kết luận sẽ khác" in info.value for info in app.info)
        (line,) = [c.value for c in app.caption if "Theo cơ cấu ban đầu" in c.value]
        assert "174/181" in line
        assert "Kết luận như nhau" in line
        assert "tùy theo cơ cấu" not in _texts(app)

    def test_other_readings_of_all_years(self, kind_of_store: str) -> None:
        """The 50% of the plan's text for 2030 stands in the table, with how many it needs."""
        app = _indicator(indicator="revenue_growth", year="2024", look="readings")
        written = app.table[0].value.to_csv()
        assert "50% cơ quan tăng từ 20% trở lên" in written
        assert "Cần 1 (theo phụ lục: 2)" in written
        assert app.table[0].value["Năm"].tolist() == ["2025", "2030"]

    def test_the_trace_leads_to_the_cell(self, kind_of_store: str) -> None:
        """Formula, agencies, cell, workbook with its hash, target's cell, clause."""
        app = _indicator(
            indicator="people_trained", year="2024", look="trace", agency="dai-ptth-thai-binh"
        )
        text = _texts(app)
        assert "(44 + 81 + 5) ÷ (60 + 116 + 11) = 130 ÷ 187 = 69,52%" in text
        cells = app.table[1].value
        assert cells["Ô"].tolist() == ["ô **E22**, trang “Chỉ tiêu”", "ô **E21**, trang “Chỉ tiêu”"]
        assert cells["Giá trị"].tolist() == ["**81**", "**116**"]
        path = ROOT / "data" / "samples" / "minh-hoa-dai-ptth-thai-binh-2024.xlsx"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert f"SHA-256 `{digest[:12]}…`" in text
        assert digest in [code.value for code in app.code]
        assert "in là “70%” tại ô **D15**" in text
        assert "> Số lượng lãnh đạo, cán bộ" in text

    def test_the_sum_of_a_merged_agency_is_traced(self, kind_of_store: str) -> None:
        """Growth is told with the sum of its predecessors, exactly and with the threshold."""
        app = _indicator(
            indicator="revenue_growth", year="2025", look="trace", agency="bao-thai-binh-hop-nhat"
        )
        text = _texts(app)
        assert "Năm gốc 2022: 12.000 + 21.500 = **33.500**." in text
        assert "phải đạt 33.500 × 120% = 40.200" in text
        assert app.table[1].value["Giá trị"].tolist() == [
            "**Có**",
            "**12.000**",
            "**21.500**",
            "**39.865**",
        ]

    def test_the_part_stands_in_the_address(self, kind_of_store: str) -> None:
        """The trace can be linked to; the usual part needs no name."""
        app = _indicator(indicator="people_trained", year="2024", look="trace")
        assert app.query_params["look"] == "trace"
        app.segmented_control(key="pick-look").set_value("course").run()
        assert "look" not in app.query_params

    def test_whose_report_speaks_is_said(self, kind_of_store: str) -> None:
        """By the original structure the merged newspaper's report stands for its predecessors."""
        app = _indicator(
            structure="original", indicator="people_trained", year="2025", look="trace"
        )
        assert "Theo báo cáo của" in app.table[0].value.columns
        app.selectbox(key="pick-agency").set_value("dai-ptth-thai-binh").run()
        assert "đã được cộng một lần" in _texts(app)


@pytest.mark.parametrize("kind_of_store", ["samples"], indirect=True)
class TestAgencyPage:
    """One agency's duties and answers."""

    def test_an_agency_that_is_not_named_is_never_red(self, kind_of_store: str) -> None:
        """The magazine has no duty on platforms in 2025: "chưa giao chỉ tiêu"."""
        app = _open("agency")
        app.selectbox(key="pick-agency").set_value("tc-van-nghe-thai-binh").run()
        duties = app.table[0].value
        row = duties[duties.iloc[:, 0].str.startswith("1")].iloc[0]
        assert "Chưa giao chỉ tiêu" in " ".join(map(str, row))


VIEWS = [room.file for room in shell.ROOMS if room.views]


@pytest.mark.parametrize("kind_of_store", ["samples"], indirect=True)
class TestBasis:
    """What the figures are computed on: said, chosen, and kept in the address."""

    @pytest.mark.parametrize("page", VIEWS)
    def test_every_view_says_its_basis(self, page: str, kind_of_store: str) -> None:
        """The line under the title names figures, structure and plan; nothing is unusual."""
        app = _open(page)
        line = next(c.value for c in app.caption if c.value.startswith("Số liệu: "))
        assert "Cơ cấu: cơ quan tồn tại vào ngày đến hạn" in line
        assert "Chỉ tiêu: Kế hoạch 150/KH-UBND" in line
        assert "Không phải cách xem thông thường" not in _texts(app)
        assert not {"structure", "figures", "targets"} & set(app.query_params)

    @pytest.mark.parametrize("page", sorted(set(PAGES) - set(VIEWS)))
    def test_where_nothing_is_computed_there_is_no_choice(
        self, page: str, kind_of_store: str
    ) -> None:
        """Pages that change things are on the usual basis, whatever was chosen elsewhere."""
        app = _open("overview", structure="original")
        app.switch_page(f"pages/{page}.py").run()
        assert [box.key for box in app.selectbox if box.key == "pick-structure"] == []
        assert not any(c.value.startswith("Số liệu: ") for c in app.caption)

    def test_a_link_opens_the_view_on_its_basis(self, kind_of_store: str) -> None:
        """Row 1 of 2025 is 2/3 and met by the original structure, and said to be unusual."""
        app = _open("overview", year="2025", structure="original")
        assert app.metric[0].value == "66,7%"
        assert "Không phải cách xem thông thường" in _texts(app)
        assert app.selectbox(key="pick-structure").value == "original"

    def test_figures_of_one_phase_alone(self, kind_of_store: str) -> None:
        """The samples of 2025 are estimates: among final figures the year has none."""
        app = _open("overview", year="2025", figures="final")
        assert app.metric[0].value == "–"
        assert "riêng số chính thức" in _texts(app)

    def test_a_choice_stands_in_the_address_until_it_is_the_usual_one(
        self, kind_of_store: str
    ) -> None:
        """The code of another basis is in the address; going back clears it."""
        app = _open("overview", year="2025")
        app.selectbox(key="pick-figures").set_value("estimate").run()
        assert app.query_params["figures"] == "estimate"
        (back,) = [b for b in app.button if b.label == "Về cách xem thông thường"]
        back.click().run()
        assert "figures" not in app.query_params
        assert "Không phải cách xem thông thường" not in _texts(app)

    def test_the_other_structure_is_explained(self, kind_of_store: str) -> None:
        """In 2025 the merger turns verdicts: both are given, with its date and the rule."""
        app = _open("overview", year="2025")
        text = _texts(app)
        assert "Theo cơ cấu hiện hành (2 cơ quan): 1/2 · 50% :red-badge[✗ Chưa đạt]" in text
        assert "Theo cơ cấu ban đầu (3 cơ quan): 2/3 · 66,7% :green-badge[✓ Đạt]" in text
        assert "17/03/2025" in text
        assert "báo cáo của cơ quan hợp nhất thay cho từng cơ quan" in text
        (switch,) = [b for b in app.button if b.label == "Xem theo cơ cấu ban đầu"]
        switch.click().run()
        assert app.query_params["structure"] == "original"
        assert app.metric[0].value == "66,7%"

    def test_a_year_with_the_same_agencies_needs_no_explanation(self, kind_of_store: str) -> None:
        """Before the merger both structures are one."""
        assert "tùy theo cơ cấu" not in _texts(_open("overview", year="2024"))

    def test_by_the_original_structure_people_are_named_once(self, kind_of_store: str) -> None:
        """The merged newspaper's people stand for its predecessors, and are not told twice."""
        app = _open("overview", year="2025", structure="original")
        assert "chưa đạt: Báo Thái Bình (165/170), Tạp chí Văn nghệ" in _texts(app)

    def test_an_unknown_basis_in_a_link_is_said(self, kind_of_store: str) -> None:
        """A link that asks for another kind of figures says so and opens on the usual one."""
        app = _open("overview", figures="guessed")
        assert any("guessed" in warning.value for warning in app.warning)
        assert app.selectbox(key="pick-figures").value == "in_use"

    def test_without_an_amendment_there_is_one_kind_of_targets(self, kind_of_store: str) -> None:
        """Targets as first issued are offered only where others hold."""
        app = _open("overview", targets="original")
        assert [box.key for box in app.selectbox if box.key == "pick-targets"] == []
        assert "Không phải cách xem thông thường" not in _texts(app)


@pytest.mark.parametrize("kind_of_store", ["amended"], indirect=True)
class TestWhatWasChanged:
    """Amendments, corrections, choices and locks show wherever they matter."""

    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_every_page_draws(self, page: str, language: str, kind_of_store: str) -> None:
        """Nothing that was changed breaks a page."""
        app = _open(page, lang=language, targets="original")
        assert not app.exception
        assert not app.error, _texts(app)

    def test_the_overview_says_all_of_it(self, kind_of_store: str) -> None:
        """The amendment and the correction stand in the line; the year is closed, by whom."""
        text = _texts(_open("overview", year="2024"))
        assert "45/KH-UBND từ năm 2026" in text
        assert "Đính chính đang dùng: 1" in text
        assert "Bản đang dùng được chọn thủ công: Tạp chí Văn nghệ Thái Bình, 2024" in text
        assert ":material/lock: Năm 2024 đã khóa từ" in text
        assert "Phòng Báo chí: đã báo cáo Bộ" in text

    def test_original_targets_can_be_chosen(self, kind_of_store: str) -> None:
        """The board shows 67% again for 2026, where 50% is in force."""
        app = _open("board")
        assert "50%" in str(app.table[0].value["2026"].iloc[1])
        app.selectbox(key="pick-targets").set_value("original").run()
        assert "67%" in str(app.table[0].value["2026"].iloc[1])
        assert app.query_params["targets"] == "original"

    def test_a_corrected_answer_is_marked(self, kind_of_store: str) -> None:
        """The agency's table marks the figure, and the line below says what it was and why."""
        app = _open("overview", agency="bao-thai-binh", year="2024", part="figures")
        app.switch_page("pages/agency.py").run()
        answers = app.table[0].value.to_csv()
        assert answers.count("✎ đính chính số 1") == 1
        assert "44 → 45" in _texts(app)
        assert "Bản đang dùng được chọn thủ công" not in _texts(app)

    def test_a_corrected_figure_is_marked_in_the_trace(self, kind_of_store: str) -> None:
        """The value used stands beside what the cell holds, with the correction's number."""
        app = _indicator(
            indicator="people_trained", year="2024", look="trace", agency="bao-thai-binh"
        )
        trained = app.table[1].value["Giá trị"].iloc[0]
        assert trained.startswith("**45** :orange-badge[✎ đính chính số 1]")
        assert "trong ô ghi: 44" in trained

    def test_the_trace_names_the_amended_appendix(self, kind_of_store: str) -> None:
        """From its first year on the target is a cell of the amended appendix."""
        text = _texts(_indicator(indicator="data_analytics_ai", year="2026", look="trace"))
        assert "in là “50%”" in text
        assert "45/KH-UBND" in text

    def test_a_corrected_figure_is_marked_in_the_table(self, kind_of_store: str) -> None:
        """Among the figures as reported the one corrected has a mark, and what was filed."""
        app = _open("overview", table="reported", years="2024")
        app.switch_page("pages/explore.py").run()
        shown = app.dataframe[0]
        written = convert_arrow_bytes_to_pandas_df(shown.proto.arrow_data.styler.display_values)
        assert [text for text in written["Số"] if "✎" in text] == ["45 ✎"]
        assert not any("✎" in text for text in written["Câu trả lời hoặc nội dung"])
        marked = shown.value[shown.value["Đính chính"].notna()]
        assert marked["Đính chính"].tolist() == ["đính chính số 1, đã nộp là 44"]
        assert marked["Số"].tolist() == [45]

    def test_the_method_page_tells_the_history(self, kind_of_store: str) -> None:
        """Versions, corrections, what happened to the agencies, and locked years."""
        app = _open("method")
        tables = "\n".join(table.value.to_csv() for table in app.table)
        assert "45/KH-UBND" in tables
        assert "có hiệu lực" in tables
        assert "44 → 45" in tables
        assert "đang dùng" in tables
        assert "Công văn 12/BTB" in tables
        assert "17/03/2025" in _texts(app)
        assert "Năm 2024 đã khóa từ" in _texts(app)


@pytest.mark.parametrize("kind_of_store", ["samples"], indirect=True)
class TestSession:
    """The record knows that somebody looked, once each time."""

    def test_a_session_is_told_once(self, kind_of_store: str) -> None:
        """However often pages are drawn, and opened again soon after, there is one entry."""
        app = _open("overview")
        app.run()
        app.switch_page("pages/method.py").run()
        service = Service.open(Settings())
        assert len(service.office.record(actions=[Action.SIGNED_IN])) == 1
        _open("overview")
        assert len(service.office.record(actions=[Action.SIGNED_IN])) == 1
        service.close()

    def test_a_record_that_cannot_be_told_breaks_no_page(
        self, kind_of_store: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A store that can only be read still shows its figures; the log says what is missing."""

        def refuse(*_: object, **__: object) -> None:
            raise TbdxError("store-unavailable", url="sqlite", reason="read-only")

        monkeypatch.setattr(Office, "signed_in", refuse)
        app = _open("overview")
        assert not app.error
        assert len(app.metric) == 6
        assert "could not be told of a session" in caplog.text


def test_every_page_begins_with_the_guard() -> None:
    """A page opened by its address calls the frame before anything else."""
    for page in PAGES:
        tree = ast.parse((ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8"))
        first = next(
            n for n in tree.body if not isinstance(n, ast.Import | ast.ImportFrom | ast.Expr)
        )
        assert ast.unparse(first) == "page = shell.require()", page


def test_navigation_and_files_agree() -> None:
    """Every page file is in the navigation, and its address is the file's name."""
    assert sorted(room.file for room in shell.ROOMS) == PAGES


def test_pages_hold_no_sentence_of_their_own() -> None:
    """Every text on a page goes through the catalogue; f-strings join, they do not say."""
    for page in PAGES:
        tree = ast.parse((ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8"))
        translated = {
            id(argument)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            for argument in call.args
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("text", "plural")
        }
        loose = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value.strip()
            and any(c.isalpha() for c in node.value)
            and id(node) not in translated
            and node.value != ast.get_docstring(tree, clean=False)
        ]
        assert not loose, (page, loose)
