"""Who has sent what, review and versions, as Streamlit runs the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from tbdx.i18n import language
from tbdx.model import Answer, Phase, ReviewState, TbdxError
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.service.office import Office
from tbdx.service.reviewing import Reviewing
from tbdx.settings import Settings
from tbdx.ui import record_words, shell, versions, widgets
from tbdx.ui.shell import Page
from tbdx.workbook import write_form

ROOT = Path(__file__).parent.parent
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PAPER, STATION = "bao-thai-binh", "dai-ptth-thai-binh"
IN_TIME, LATE = datetime(2024, 12, 9, 23, 59, tzinfo=ZONE), datetime(2024, 12, 11, 8, tzinfo=ZONE)


@pytest.fixture
def service(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The use cases on the store that the page shows: two reports of 2024 wait for review."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    service = Service.open(Settings())
    _send(service, plan, PAPER, 118, IN_TIME)
    _send(service, plan, STATION, 60, LATE)
    yield service
    service.close()
    shell.service.clear()


def _send(service: Service, plan: Plan, agency: str, staff: int, at: datetime) -> None:
    answers: dict[str, Answer | float | str | None] = {
        "on_digital_platforms": Answer.YES,
        "staff_count": float(staff),
        "trained_count": 20.0,
    }
    form = write_form(plan, plan.agency(agency), 2024, phase=Phase.ESTIMATE, answers=answers)
    checked = service.check([(f"{agency}-{staff}.xlsx", form)])
    service.send(checked, "đã đối chiếu", received_at=at)


def _open(**choices: str) -> AppTest:
    """The page inside the frame, as `shell.run` draws it.

    Opened by `AppTest.switch_page` it would run alone and begin again, and a
    click would be lost on the way; a browser keeps the frame.
    """
    frame = (
        "import streamlit\n"
        "from tbdx.service import Basis\n"
        "from tbdx.ui import shell\n"
        'streamlit.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), Basis())\n'
    )
    source = (ROOT / "pages" / "submissions.py").read_text(encoding="utf-8")
    app = AppTest.from_string(frame + source, default_timeout=60)
    for name, value in {"lang": "vi", **choices}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.success, app.info)
    texts = [str(element.value) for elements in kinds for element in elements]
    return "\n".join(texts + [error.value for error in app.error])


def _table(app: AppTest, place: int = 0) -> str:
    return str(app.table[place].value.to_csv())


def test_the_matrix_says_state_version_and_punctuality(service: Service) -> None:
    """Each agency of the year has its state in words, when it arrived, and how late that was."""
    app = _open(year="2024")
    table = _table(app)
    assert "◐ Chờ thẩm định" in table
    assert "23:59 09/12/2024" in table
    assert "đúng hạn" in table
    assert "trễ 2 ngày" in table
    assert "Quá hạn" in table, "the magazine has sent nothing"
    assert {m.label: m.value for m in app.metric} == {
        "Đã đủ báo cáo": "0/3 · 0%",
        "Đúng hạn": "1/3 · 33%",
    }


def test_agencies_stand_only_in_the_years_in_which_they_exist(service: Service) -> None:
    """The station has no cell after the merger, the merged newspaper none before."""
    matrix = _open(year="2024").dataframe[0].value.set_index("Cơ quan báo chí")
    station = matrix.loc["Đài Phát thanh và Truyền hình Thái Bình"]
    merged = matrix.loc["Báo Thái Bình (từ 17/03/2025)"]
    assert (station["2024"], station["2025"]) == ("◐ ○", "")
    assert (merged["2024"], merged["2025"]) == ("", "✗ ○")


def test_the_next_due_date_is_said_in_words(service: Service) -> None:
    """The line names the day before which reports are due, and the province's own date."""
    text = _texts(_open())
    assert "trước ngày 10/12/" in text
    assert "trước ngày 15/12/" in text
    assert "còn " in text


def test_a_report_is_accepted_at_the_desk(service: Service) -> None:
    """Accepting takes one click where the sender has spoken to the remarks; then it counts."""
    app = _open(show="review")
    assert "Đây là báo cáo đầu tiên của cơ quan cho năm này." in _texts(app)
    _button(app, "Chấp nhận báo cáo này").click().run()
    assert "Đã chấp nhận: Báo Thái Bình" in _texts(app)
    (stored,) = service.reviewing.history(PAPER, 2024)
    assert (stored.state, stored.counts) == (ReviewState.ACCEPTED, True)
    assert [s.agency for s in service.reviewing.waiting()] == [STATION]


def test_all_that_is_clear_is_accepted_as_it_was_shown(service: Service, plan: Plan) -> None:
    """What arrives between drawing the page and the click waits on."""
    app = _open(show="review")
    shown = [s.id for s in service.reviewing.waiting()]
    _send(service, plan, "tc-van-nghe-thai-binh", 40, LATE)
    next(button for button in app.button if "2 báo cáo" in button.label).click().run()
    assert not app.exception
    assert "Đã chấp nhận" in _texts(app)
    assert [s.agency for s in service.reviewing.waiting()] == ["tc-van-nghe-thai-binh"]
    assert service.reviewing.remark_counts(shown) == {
        number: len(service.reviewing.remarks(number)) for number in shown
    }


def test_the_record_is_told_of_files_when_they_are_taken(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing their buttons makes none of them; each that is taken leaves an entry, or is none."""
    made: list[str] = []
    monkeypatch.setattr(widgets, "download", lambda *args, **_: taken.append(args[2]))
    for owner, name in ((Reviewing, "annotated"), (Office, "return_notice")):
        method = getattr(owner, name)

        def counted(*args: object, _of: Any = method, _name: str = name, **rest: object) -> object:
            made.append(_name)
            return _of(*args, **rest)

        monkeypatch.setattr(owner, name, counted)
    first = service.reviewing.waiting()[0]
    service.reviewing.return_([first.id], "thiếu số liệu")
    taken: list[Callable[[], bytes]] = []
    page = Page(service, service.view(), language("vi"))
    versions.files(page, service.reviewing.submission(first.id))
    assert made == []
    told = len(service.office.record())
    files = [take() for take in taken]
    assert all(files)
    assert made[:2] == ["annotated", "return_notice"]
    subjects = [e.subject for e in service.office.record()[: len(service.office.record()) - told]]
    assert subjects == [
        f"export:{kind}/{first.id}" for kind in ("return-notice", "annotated", "original")
    ]
    entry = service.office.record(limit=1)[0]
    assert "Báo Thái Bình" in record_words.subject_text(page, entry)

    def fails(*_: object, **__: object) -> str:
        raise TbdxError("store-unavailable", url="", reason="")

    monkeypatch.setattr(Office, "_exported", fails)
    with pytest.raises(TbdxError, match="store-unavailable"):
        taken[0]()


def test_a_return_needs_its_reason(service: Service) -> None:
    """Without a reason nothing happens and the page says why; with one it is kept."""
    app = _open(show="review")
    _button(app, "Trả lại báo cáo này").click().run()
    assert "Cần ghi lý do" in _texts(app)
    assert len(service.reviewing.waiting()) == 2
    app.text_area[0].set_value("Thiếu số người được đào tạo")
    _button(app, "Trả lại báo cáo này").click().run()
    assert "Đã trả lại: Báo Thái Bình" in _texts(app)
    (stored,) = service.reviewing.history(PAPER, 2024)
    assert (stored.state, stored.reason) == (ReviewState.RETURNED, "Thiếu số người được đào tạo")


def test_two_versions_are_compared_answer_by_answer(service: Service, plan: Plan) -> None:
    """The history shows what changed, by how much, and what it does to the indicators."""
    _send(service, plan, PAPER, 120, LATE)
    service.reviewing.accept([s.id for s in service.reviewing.waiting()])
    app = _open(show="history", agency=PAPER, year="2024")
    assert "Đang dùng: **Bản 2 (ước thực hiện)**" in _texts(app)
    versions, changes, effects = (_table(app, place) for place in range(3))
    assert "đang dùng" in versions
    assert "+2 (+1,7%)" in changes
    assert "Chỉ tiêu E21" in changes
    assert "20/118" not in effects
    assert "40/178 người" in effects
    assert "40/180 người" in effects
    assert ":material/lock:" not in effects
    service.office.close_year(2024, "đã báo cáo UBND")
    app = _open(show="history", agency=PAPER, year="2024")
    assert ":material/lock: 2024 · " in _table(app, 2)
    assert "Năm đã khóa" in _texts(app)


def test_an_older_version_can_be_chosen(service: Service, plan: Plan) -> None:
    """The first version counts again, with its reason, until another one is accepted."""
    _send(service, plan, PAPER, 120, LATE)
    service.reviewing.accept([s.id for s in service.reviewing.waiting()])
    app = _open(show="history", agency=PAPER, year="2024")
    picker = next(box for box in app.selectbox if box.label == "Chọn bản")
    picker.select_index(1).run()
    radio = next(radio for radio in app.radio if radio.label == "Việc cần làm")
    radio.set_value("choose")
    _reason(app).set_value("bản 2 nhầm năm")
    _button(app, "Thực hiện").click().run()
    assert "Bản 1 (ước thực hiện) hiện được dùng." in _texts(app)
    assert "Được chọn thủ công: bản 2 nhầm năm." in _texts(app)
    assert service.view().reported(PAPER, 2024)["staff_count"] == 118


def test_nothing_to_report_is_stated_and_taken_back(service: Service) -> None:
    """The statement shows with its reason, counts as complete, and can be withdrawn."""
    app = _open(show="history", agency="tc-van-nghe-thai-binh", year="2024")
    _reason(app).set_value("Công văn số 12")
    _button(app, "Xác nhận").click().run()
    assert "Không phát sinh số liệu (ước thực hiện)" in _texts(app)
    assert service.reviewing.rates(2024).complete == 1
    _reason(app).set_value("nhầm năm")
    _button(app, "Rút lại").click().run()
    assert service.reviewing.rates(2024).complete == 0


def test_a_closed_year_says_so_and_refuses(service: Service) -> None:
    """Closed with a reason: the matrix shows the lock, and a decision is refused in words."""
    service.reviewing.accept([s.id for s in service.reviewing.waiting()])
    service.office.close_year(2024, "đã báo cáo UBND")
    app = _open(year="2024")
    assert "Năm 2024 đã khóa" in _texts(app)
    assert "đã báo cáo UBND" in _texts(app)
    app = _open(show="history", agency=PAPER, year="2024")
    _reason(app).set_value("sửa lại")
    _button(app, "Thực hiện").click().run()
    assert "Năm 2024 đã khóa" in _texts(app)
    assert service.reviewing.waiting() == []


def test_two_reviewers_do_not_decide_twice(service: Service) -> None:
    """What somebody else has accepted meanwhile is said, and stays as it is."""
    app = _open(show="review")
    service.reviewing.accept([service.reviewing.waiting()[0].id], by="Tổ tổng hợp")
    app.text_area[0].set_value("Sai số liệu")
    _button(app, "Trả lại báo cáo này").click().run()
    (stored,) = service.reviewing.history(PAPER, 2024)
    assert (stored.state, stored.decided_by) == (ReviewState.ACCEPTED, "Tổ tổng hợp")


def _button(app: AppTest, label: str):  # type: ignore[no-untyped-def]  # AppTest's own element
    return next(button for button in app.button if button.label == label)


def _reason(app: AppTest):  # type: ignore[no-untyped-def]  # AppTest's own element
    return next(field for field in app.text_input if field.label.startswith("Lý do"))
