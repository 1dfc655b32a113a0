"""The page that finds things, as Streamlit runs it; and the command that does the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from shell import Shell, write_report
from streamlit.testing.v1 import AppTest

from tbdx import findable, messages
from tbdx.i18n import language
from tbdx.model import Action
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.ui import hits, shell

ROOT = Path(__file__).parent.parent
PAPER = "bao-thai-binh"
HOSTILE = "<b>x</b> *y* [z](http://w) $1$ :red[r] `c`"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The use cases on the store that the page shows: empty, so that samples stand in for it."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    service = Service.open(Settings())
    yield service
    service.close()
    shell.service.clear()


def _open(**choices: str) -> AppTest:
    """The page inside the frame, as `shell.run` draws it, with the pages that it links to."""
    frame = (
        "import streamlit\n"
        "from tbdx.i18n import language\n"
        "from tbdx.service import Basis\n"
        "from tbdx.ui import shell\n"
        'streamlit.navigation(shell._pages(language("vi")), position="hidden")\n'
        'streamlit.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), Basis())\n'
    )
    source = (ROOT / "pages" / "search.py").read_text(encoding="utf-8")
    app = AppTest.from_string(frame + source, default_timeout=60)
    for name, value in {"lang": "vi", **choices}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.subheader, app.markdown, app.caption, app.info, app.warning)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def _links(app: AppTest) -> list[tuple[str, str, dict[str, str]]]:
    """Every link: its label, the page it opens, and with what."""
    protos: list[Any] = [link.proto for link in app.get("page_link")]
    return [
        (
            proto.label,
            proto.page,
            {name: values[0] for name, values in parse_qs(proto.query_string).items()},
        )
        for proto in protos
    ]


def _groups(app: AppTest) -> list[str]:
    return [str(head.value) for head in app.subheader]


def test_before_there_is_a_query_the_page_says_how_to_ask(service: Service) -> None:
    """Examples are of this plan, and each finds something."""
    app = _open()
    assert "Cụm từ trong ngoặc kép" in _texts(app)
    examples = [key for button in app.button if (key := button.key or "").startswith("go-q-")]
    assert len(examples) == 4
    for example in examples:
        app = _open()
        app.button(key=example).click().run()
        assert _groups(app), example


def test_what_is_found_is_grouped_counted_and_marked(service: Service) -> None:
    """Each kind with its count; matches in bold as they are written; whose, and which cell."""
    app = _open(q="kinh phi")
    assert _groups(app) == ["Khó khăn và kiến nghị (9)", "Câu hỏi của biểu mẫu (3)"]
    text = _texts(app)
    assert "**12 kết quả**" in text
    assert "Thiếu **kinh phí** và nhân lực kỹ thuật (nội dung minh họa)." in text
    assert "Báo Thái Bình (từ 17/03/2025) · 2025 · trang “Khó khăn, kiến nghị”, ô C5" in text
    labels = [label for label, *_ in _links(app)]
    assert "Khó khăn, vướng mắc" in labels
    assert len(labels) == 8, "five of each kind are shown while there are several"
    app.button(key="go-kinds-text").click().run()
    assert len(_links(app)) == 9
    assert app.query_params["kinds"] == "text"


def test_links_open_the_right_page_on_the_right_choice(service: Service) -> None:
    """An indicator, an agency in the year asked for, a report's part, a file's versions."""

    def first(**choices: str) -> tuple[str, dict[str, str]]:
        _, page, found = _links(_open(**choices))[0]
        found.pop("lang")
        return page, found

    assert first(q="toa soan hoi tu") == ("indicator", {"indicator": "converged_newsroom"})
    assert first(q="Đài PTTH 2024") == (
        "agency",
        {"agency": "dai-ptth-thai-binh", "part": "summary", "year": "2024"},
    )
    assert first(q="kinh phi", in_years="2024", in_agencies=PAPER) == (
        "agency",
        {"agency": PAPER, "year": "2024", "part": "further"},
    )
    assert first(q="02 hội nghị", kinds="result")[1]["part"] == "tasks"
    assert first(q="minh hoa 2024 xlsx", in_agencies=PAPER) == (
        "submissions",
        {"agency": PAPER, "year": "2024", "show": "history"},
    )
    assert first(q="co cau ban dau", kinds="rule") == ("method", {})
    assert first(q="150/KH-UBND", kinds="decision") == ("method", {})
    assert first(q="hạ tầng", kinds="question") == ("upload", {})
    assert first(q="tổng số người", kinds="question")[0] == "indicator"
    assert first(q="quan tri", kinds="page") == ("admin", {})


def test_every_kind_has_its_place_and_icon() -> None:
    """Nothing that can be found is without a link, and no page of the product is left out."""
    assert set(hits._OPENS) == set(hits._ICONS) == set(findable.KINDS)
    found = {document.ref for document in hits._pages("vi")}
    assert found == set(shell.rooms())


def test_the_query_and_the_filters_stand_in_the_address(service: Service) -> None:
    """What is typed is in the link; one kind alone is shown at length."""
    app = _open()
    app.text_input(key="pick-q").set_value("kinh phi").run()
    assert app.query_params["q"] == "kinh phi"
    app.multiselect(key="pick-kinds").set_value(["text"]).run()
    assert app.query_params["kinds"] == "text"
    assert _groups(app) == ["Khó khăn và kiến nghị (9)"]
    assert len(_links(app)) == 9


def test_where_filters_leave_nothing_they_can_be_taken_out(service: Service) -> None:
    """It is said how much there is without them, and a click shows it."""
    app = _open(q="kinh phi", kinds="rule", in_years="2030")
    assert "bỏ bộ lọc thì có 12 kết quả" in _texts(app)
    (button,) = (button for button in app.button if button.label == "Tìm không dùng bộ lọc")
    button.click().run()
    assert "**12 kết quả**" in _texts(app)
    assert "kinds" not in app.query_params


def test_nothing_found_gives_advice(service: Service) -> None:
    """Unknown words are named; near queries that find something are offered as links."""
    app = _open(q="toa soann")
    assert "Không nơi nào có từ “soann”" in _texts(app)
    app.button(key="go-q-toa soạn").click().run()
    assert app.query_params["q"] == "toa soạn"
    assert _groups(app)
    apart = _open(q="kinh phí hội tụ")
    assert "Không nơi nào có đủ các từ này" in _texts(apart)
    assert "Chưa có chữ cái hay chữ số" in _texts(_open(q="!!! …"))


def test_signs_in_texts_and_queries_are_shown_letter_by_letter(
    service: Service, plan: Plan, tmp_path: Path
) -> None:
    """Markdown and HTML in a report or in a query format nothing."""
    path = write_report(plan, tmp_path, PAPER, difficulties=f"đường truyền {HOSTILE}")
    service.accept(service.check([(path.name, path.read_bytes())]), "đã xem")
    app = _open(q="duong truyen")
    (line,) = [m.value for m in app.markdown if "đường" in m.value]
    assert line.startswith("**đường truyền** \\<b\\>x\\</b\\> \\*y\\* \\[z\\](http\\://w) \\$1\\$")
    assert "“\\<b\\>" not in _texts(_open(q=HOSTILE)), "tags are signs, not words"
    assert _open(q="a" * 10_000).text_input(key="pick-q").value == "a" * 200


def test_a_new_report_is_found_at_once(service: Service, plan: Plan, tmp_path: Path) -> None:
    """The index is of the store's revision: what came in a moment ago is in it."""
    assert not _groups(_open(q="cáp quang"))
    path = write_report(plan, tmp_path, PAPER, difficulties="cáp quang yếu")
    service.accept(service.check([(path.name, path.read_bytes())]), "đã xem")
    assert _groups(_open(q="cap quang")) == ["Khó khăn và kiến nghị (1)"]
    assert not _groups(_open(q="noi dung minh hoa")), "samples are gone"


def test_corrections_decisions_and_returns_are_found(
    service: Service, plan: Plan, tmp_path: Path
) -> None:
    """What the office decided is found by its reasons and sources."""
    path = write_report(plan, tmp_path, PAPER)
    service.accept(service.check([(path.name, path.read_bytes())]), "đã xem")
    service.office.correct(PAPER, 2024, "trained_count", 8.0, "đếm sót", "Công văn 12/BTB")
    service.office.close_year(2024, "đã báo cáo Bộ")
    app = _open(q="12/BTB")
    assert _groups(app) == ["Đính chính (1)"]
    assert _links(app)[0][1:] == ("admin", {"lang": "vi", "part": "corrections"})
    assert "7 → 8" in _texts(app)
    app = _open(q="bao cao bo", kinds="decision")
    assert _links(app)[0][::2] == ("Năm 2024 đã khóa", {"lang": "vi", "part": "years"})


class TestCommand:
    """`python -m tbdx search`."""

    def test_words_are_found_and_told(self, tmp_path: Path) -> None:
        """Each kind with its count, title, whose, where, and the piece that has the words."""
        sh = Shell(tmp_path, TBDX_LANGUAGE="vi")
        said = sh("search", "--samples", "kinh", "phi", "--kind", "text", "--year", 2024)
        assert said.startswith("Khó khăn và kiến nghị (4)\n  Khó khăn, vướng mắc · Báo Thái Bình")
        assert "Khó khăn, kiến nghị!C5" in said
        assert "Thiếu kinh phí và nhân lực kỹ thuật" in said
        assert sh("search", "robot") == "Không tìm thấy.\n"
        assert "  → toa soạn\n" in sh("search", "toa", "soann")

    def test_json_is_in_codes(self, tmp_path: Path) -> None:
        """Counts of every kind, documents of the kinds asked for, and what to ask instead."""
        sh = Shell(tmp_path)
        found = sh.json("search", "toa soan", "--kind", "indicator")
        assert found["counts"] == {"indicator": 1, "task": 1, "question": 1}
        (document,) = found["documents"]
        assert (document["kind"], document["ref"]) == ("indicator", "converged_newsroom")
        assert found["instead"] == []
        assert sh.json("search", "newsroomm")["instead"] == ["newsroom"]

    def test_a_phrase_is_one_argument(self, tmp_path: Path) -> None:
        """What the shell passes as one word with spaces stands together."""
        sh = Shell(tmp_path)
        assert sh.json("search", "newsroom converged")["documents"] == []
        assert sh.json("search", "newsroom", "converged")["documents"]

    def test_unknown_kinds_are_refused(self, tmp_path: Path) -> None:
        """A word that is no kind is said with those there are."""
        assert "indicator, agency, task" in Shell(tmp_path)("search", "x", "--kind", "y", code=2)


def test_the_record_is_found_by_what_entries_are_called(service: Service) -> None:
    """Names of actions in the reader's language, whatever the accents, beside everything else."""
    service.office.close_year(2023, "đã báo cáo ủy ban")
    service.office.open_year(2023, "mở lại để bổ sung", by="Phòng Báo chí")

    def found(search: str, code: str) -> list[str]:
        names = messages.action_words(language(code))
        return [entry.action for entry in service.office.record(search=search, names=names)]

    assert found("khoa nam", "vi") == ["year-opened", "year-closed"]
    assert found("khóa năm bổ sung", "vi") == ["year-opened"]
    assert found("year opened", "vi") == ["year-opened"], "the code is searched as before"
    assert found("year opened", "en") == ["year-opened"]
    assert messages.action_words(language("vi"))[Action.RETURNED].endswith("Đã trả lại")
