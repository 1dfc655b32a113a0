"""Every page, in both languages, on every kind of store, as Streamlit runs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tbdx.i18n import language as language_of
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.ui import shell

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
    if request.param == "one year":
        _accept_samples_of(2024)
    shell.service.clear()
    yield request.param
    shell.service.clear()


def _accept_samples_of(year: int) -> None:
    service = Service.open(Settings())
    paths = sorted((ROOT / "data" / "samples").glob(f"*-{year}.xlsx"))
    service.accept(service.check([(path.name, path.read_bytes()) for path in paths]), "checked")


def _open(page: str, **choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py").run()
    return app


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
        assert "Tạp chí Văn nghệ Thái Bình (5/11)" in text

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
    """One indicator in detail."""

    def test_the_other_denominator_is_said(self, kind_of_store: str) -> None:
        """Row 3 among all agencies instead of those with two media types: both are shown."""
        app = _open("overview", indicator="converged_newsroom", year="2024")
        app.switch_page("pages/indicator.py")
        app.query_params["indicator"] = "converged_newsroom"
        app.query_params["year"] = "2024"
        app.run()
        assert "1/2 cơ quan" in _texts(app)
        assert any("1/3 cơ quan" in info.value for info in app.info)


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
