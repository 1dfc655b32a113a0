"""What the office decides beside reports, as Streamlit runs the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from amending import amend, amended_appendix
from conftest import running_app
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from tbdx.i18n import language
from tbdx.model import Action, Answer, Phase
from tbdx.plan import Plan
from tbdx.register import change_of
from tbdx.service import Service
from tbdx.settings import Settings
from tbdx.ui import record_desk, record_words, reminder_desk, shell
from tbdx.ui.record_desk import Filters
from tbdx.ui.shell import Page
from tbdx.workbook import write_form

ROOT = Path(__file__).parent.parent
PARTS = ("years", "register", "plan", "corrections", "reminders", "people", "record")
PAPER, STATION, MAGAZINE = "bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh"
MERGED = "bao-thai-binh-hop-nhat"
WHY = "theo công văn của cơ quan"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The use cases on the store that the page shows, which is still empty."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    service = Service.open(Settings())
    yield service
    service.close()
    shell.service.clear()


@pytest.fixture
def reported(service: Service, plan: Plan) -> Service:
    """The same with one report of 2024 accepted, and one of 2025 that waits."""
    _report(service, plan, PAPER, 2024, staff_count=118.0, on_digital_platforms=Answer.NO)
    _report(service, plan, MAGAZINE, 2025, accept=False, staff_count=11.0)
    return service


def _report(
    service: Service,
    plan: Plan,
    agency: str,
    year: int,
    *,
    accept: bool = True,
    **answers: Answer | float,
) -> None:
    form = write_form(plan, plan.agency(agency), year, phase=Phase.ESTIMATE, answers=answers)
    checked = service.check([(f"{agency}-{year}.xlsx", form)])
    (service.accept if accept else service.send)(checked, "đã đối chiếu")


def _open(part: str, lang: str = "vi", **choices: str) -> AppTest:
    """One part of the page inside the frame, as `shell.run` draws it.

    Opened by `AppTest.switch_page` it would run alone and begin again, and a
    click would be lost on the way; a browser keeps the frame.
    """
    frame = (
        "import streamlit\n"
        "from tbdx.i18n import language\n"
        "from tbdx.service import Basis\n"
        "from tbdx.ui import shell\n"
        'streamlit.navigation(shell._pages(language("vi")), position="hidden")\n'
        "frame = shell._Frame(shell.service().local(), Basis())\n"
        'streamlit.session_state["tbdx-frame"] = frame\n'
    )
    source = (ROOT / "pages" / "admin.py").read_text(encoding="utf-8")
    app = AppTest.from_string(frame + source, default_timeout=60)
    for name, value in {"lang": lang, "part": part, **choices}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception[0].value
    return app


def _type(app: AppTest, **values: str) -> AppTest:
    """Fill in text fields by the middle part of their keys."""
    for name, value in values.items():
        _field(app, name).set_value(value)
    return app


def _field(app: AppTest, name: str):  # type: ignore[no-untyped-def]
    (found,) = [field for field in app.text_input if field.key and f"-{name}-" in field.key]
    return found


def _press(app: AppTest, start: str) -> AppTest:
    """Press the one button whose key starts like this."""
    (button,) = [button for button in app.button if (button.key or "").startswith(start)]
    button.click().run()
    assert not app.exception, app.exception[0].value
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.header, app.subheader, app.markdown, app.caption, app.success, app.info, app.error)
    tables = [table.value.to_csv() for table in app.table]
    return "\n".join([str(e.value) for elements in kinds for e in elements] + tables)


def _page(service: Service, lang: str = "vi") -> Page:
    return Page(service, service.view(), language(lang))


# --- the parts ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_draws_on_an_empty_store(part: str, lang: str, service: Service) -> None:
    """Each part opens by its address while there are only samples, in both languages."""
    app = _open(part, lang)
    assert not app.error, _texts(app)
    assert app.segmented_control(key="pick-part").value == part
    assert app.title[0].value == language(lang).text("Administration")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_draws_once_everything_has_happened(
    part: str, lang: str, reported: Service
) -> None:
    """Each part shows a store in which everything was done once, without an error."""
    office = reported.office
    office.close_year(2023, WHY)
    office.set_contact(MAGAZINE, "ten@coquan.vn")
    office.correct(PAPER, 2024, "staff_count", 120.0, WHY, "công văn 1")
    amend(reported, {(2, 2026): 0.5})
    office.change_register(
        _change("renamed", MAGAZINE, name_vi="Tạp chí Văn nghệ", name_en="The Magazine")
    )
    reported.reviewing.return_([reported.reviewing.waiting()[0].id], "thiếu số liệu")
    app = _open(part, lang, round="2025")
    assert not app.error, _texts(app)


def _change(kind: str, agency: str, day: date = date(2026, 3, 1), **values: object):  # type: ignore[no-untyped-def]
    return change_of(kind=kind, agency=agency, date=day, source="Quyết định 9/QĐ-UBND", **values)


# --- years ----------------------------------------------------------------------------------


def test_a_year_is_closed_with_a_reason_and_opened_by_name_and_reason(service: Service) -> None:
    """Closing needs a reason, opening a name as well; the page then shows the new state."""
    app = _press(_open("years"), "close-year-go")
    assert "Cần ghi lý do" in app.error[0].value
    assert not service.office.closed_years

    _press(_type(app, reason="đã báo cáo UBND tỉnh"), "close-year-go")
    assert [line.value for line in app.success] == ["Đã khóa năm 2023."]
    assert service.office.closed_years[2023].reason == "đã báo cáo UBND tỉnh"
    assert "đã báo cáo UBND tỉnh" in app.table[0].value.to_csv()

    reason = next(f for f in app.text_input if (f.key or "").startswith("open-year-reason"))
    reason.set_value("sửa số liệu")
    _press(app, "open-year-go")
    assert "tên" in app.error[0].value
    assert 2023 in service.office.closed_years
    reason = next(f for f in app.text_input if (f.key or "").startswith("open-year-reason"))
    assert reason.value == "sửa số liệu", "what was typed stays after a refusal"

    _press(_type(app, name="Nguyễn Văn A"), "open-year-go")
    assert [line.value for line in app.success] == ["Đã mở khóa năm 2023."]
    assert not service.office.closed_years
    (entry,) = service.office.record(actions=[Action.YEAR_OPENED])
    assert entry.actor == "Nguyễn Văn A"


def test_a_done_form_is_empty(service: Service) -> None:
    """After success the fields are empty again."""
    app = _press(_type(_open("years"), reason=WHY), "close-year-go")
    reason = next(f for f in app.text_input if (f.key or "").startswith("close-year-reason"))
    assert reason.value == ""


def test_a_year_with_something_waiting_is_not_closed(reported: Service) -> None:
    """The page says how many reports wait, before and after trying, and leads to them."""
    app = _open("years")
    assert "Năm 2025: còn 1 báo cáo chờ thẩm định" in _texts(app)
    (link,) = app.page_link
    assert link.proto.page.endswith("submissions")
    year = next(box for box in app.selectbox if (box.key or "").startswith("close-year-year"))
    year.set_value(2025)
    _press(_type(app, reason=WHY), "close-year-go")
    assert "1 báo cáo" in app.error[0].value
    assert not reported.office.closed_years


def test_rates_are_those_of_real_reports(reported: Service) -> None:
    """The table counts what is in the store; a report that waits is not complete."""
    table = _open("years").table[0].value.set_index("Năm")
    assert table.loc["**2024**"].iloc[0].startswith("1/3")
    assert table.loc["**2025**"].iloc[0].startswith("0/2")


def test_samples_are_no_reports(service: Service) -> None:
    """While there are only samples every year is empty, and everybody is missing."""
    table = _open("years").table[0].value.set_index("Năm")
    assert table.loc["**2024**"].iloc[0].startswith("0/3")
    assert service.office.missing(2024) == [PAPER, STATION, MAGAZINE]


# --- the register ---------------------------------------------------------------------------


def _begin(app: AppTest, kind: str, day: date = date(2026, 3, 1)) -> AppTest:
    app.segmented_control(key="register-kind").set_value(kind).run()
    app.date_input[0].set_value(day)
    return _type(app, source="Quyết định 9/QĐ-UBND")


def test_a_merger_is_told_before_it_is_entered(service: Service) -> None:
    """Two agencies, a day and a document: who ends, who begins, from which year; then it is so."""
    app = _begin(_open("register"), "merged")
    app.multiselect[0].set_value([MERGED, MAGAZINE]).run()
    (preview,) = [info.value for info in app.info]
    assert "**Tạp chí Văn nghệ Thái Bình** tồn tại đến hết ngày 28/02/2026" in preview
    assert "`bao-thai-binh-2026`" in preview
    assert "năm báo cáo **2026**" in preview
    assert not service.office.register_changes(), "a preview enters nothing"

    _press(app, "register-go")
    assert app.success[0].value.startswith("Đã nhập thay đổi: 01/03/2026")
    ((number, change),) = service.office.register_changes()
    assert (change.agency, change.predecessors) == ("bao-thai-binh-2026", (MERGED, MAGAZINE))
    assert change.name_vi == "Báo Thái Bình", "the first one's name, where none is given"
    assert "hợp nhất thành Báo Thái Bình (từ 01/03/2026)" in _texts(app)
    assert not app.multiselect[0].value

    _press(app, "withdraw-change-go")
    assert "Cần ghi lý do" in app.error[0].value
    reason = next(f for f in app.text_input if (f.key or "").startswith("withdraw-change-reason"))
    reason.set_value("nhập nhầm")
    _press(app, "withdraw-change-go")
    assert app.success[0].value.startswith("Đã rút lại")
    assert not service.office.register_changes()
    assert number


def test_a_change_that_cannot_be_applied_is_said_and_withdrawn(service: Service) -> None:
    """Two mergers of one agency in the store: the page stands, says which is left out and why."""
    said = {"kind": "merged", "source": "QĐ 30", "predecessors": [MERGED, MAGAZINE]}
    made = [
        change_of(agency=agency, date="2026-06-01", name_vi=name, name_en=name, **said)
        for agency, name in (("bao-hung-yen", "Báo Hưng Yên"), ("bao-khac", "Báo Khác"))
    ]
    service.office.change_register(made[0])
    text = made[1].model_dump_json(exclude_defaults=True)
    number = service._desk.store.add_register_change(text, 2026, datetime.now(UTC), "Ann")
    app = _open("register")
    (warning,) = [warning.value for warning in app.warning]
    assert f"thay đổi số {number}" in warning
    assert "Báo Khác" in warning
    assert MERGED in warning
    box = next(b for b in app.selectbox if (b.key or "").startswith("withdraw-change-number"))
    box.set_value(number)
    reason = next(f for f in app.text_input if (f.key or "").startswith("withdraw-change-reason"))
    reason.set_value("nhập nhầm")
    _press(app, "withdraw-change-go")
    assert app.success[0].value.startswith("Đã rút lại")
    assert not app.warning
    assert [change for _, change in service.office.register_changes()] == made[:1]


def test_an_agency_opens(service: Service) -> None:
    """A new agency gets an id made of its name; its English name may be left out."""
    app = _begin(_open("register"), "opened")
    _press(app, "register-go")
    assert "Còn phải điền: Tên, Cơ quan chủ quản, Loại hình" in app.error[0].value
    _type(app, name_vi="Báo Hưng Yên", governing_body_vi="Tỉnh ủy")
    app.pills[0].set_value(["print", "electronic"]).run()
    assert "**Báo Hưng Yên** bắt đầu từ ngày 01/03/2026" in app.info[0].value
    _press(app, "register-go")
    agency = service.plan.agency("bao-hung-yen")
    assert agency.name("en") == "Báo Hưng Yên"
    assert agency.e_press == "yes"


def test_an_agency_takes_another_name(service: Service) -> None:
    """A renamed agency stays the same one."""
    app = _begin(_open("register"), "renamed")
    next(b for b in app.selectbox if (b.key or "").startswith("register-agency")).set_value(
        MAGAZINE
    )
    _type(app, name_vi="Tạp chí Phố Hiến", name_en="Phố Hiến Magazine").run()
    assert "vẫn là một cơ quan" in app.info[0].value
    _press(app, "register-go")
    assert service.plan.agency(MAGAZINE).name("vi") == "Tạp chí Phố Hiến"


def test_an_agency_closes_unless_it_has_reported_since(reported: Service) -> None:
    """Closing from a day before its reports is refused in words before anything is entered."""
    app = _begin(_open("register"), "closed")
    box = next(b for b in app.selectbox if (b.key or "").startswith("register-agency"))
    box.set_value(MAGAZINE).run()
    assert "áp dụng từ năm báo cáo **2026**" in app.info[0].value.lower()
    app.date_input[0].set_value(date(2025, 3, 1)).run()
    assert "đã báo cáo năm 2025" in app.error[0].value
    _press(app, "register-go")
    assert not reported.office.register_changes()
    app.date_input[0].set_value(date(2026, 3, 1))
    _press(app, "register-go")
    assert reported.plan.agency(MAGAZINE).valid_to == date(2026, 2, 28)


def test_only_what_exists_can_change(service: Service) -> None:
    """Agencies that have ended, or whose end is known, are not offered."""
    app = _begin(_open("register"), "closed", date(2025, 3, 1)).run()
    box = next(b for b in app.selectbox if (b.key or "").startswith("register-agency"))
    assert box.options == ["Tạp chí Văn nghệ Thái Bình"]


def test_a_name_that_is_taken_is_refused_in_words(service: Service) -> None:
    """Two agencies of one name at one time could not be told apart; codes are not shown."""
    app = _begin(_open("register"), "opened")
    _type(app, name_vi="Tạp chí Văn nghệ Thái Bình", governing_body_vi="Hội")
    app.pills[0].set_value(["print"]).run()
    assert "là tên của một cơ quan khác" in app.error[0].value
    assert MAGAZINE not in app.error[0].value


# --- plan versions --------------------------------------------------------------------------


def _put_in(app: AppTest, content: bytes) -> AppTest:
    (uploader,) = app.file_uploader
    uploader.upload("phu-luc.xlsx", content).run()
    assert not app.exception, app.exception[0].value
    return app


def test_an_amended_appendix_is_shown_cell_by_cell_and_adopted(service: Service) -> None:
    """Each difference with its cells, and whether it will hold; then the version in the list."""
    content = amended_appendix(service, {(2, 2025): 0.5, (2, 2026): 0.5})
    app = _put_in(_open("plan"), content)
    first = next(b for b in app.selectbox if (b.key or "").startswith("adopt-plan-first-year"))
    first.set_value(2026).run()
    table = app.table[-1].value
    assert table.shape == (2, 4)
    earlier, later = table.to_numpy().tolist()
    assert "2025" in earlier[0]
    assert "trước năm 2026" in earlier[3]
    assert later[1:] == ["67% :small[(ô C22)]", "50% :small[(ô C22)]", "có"]
    assert not service.office.plan_versions()

    _press(app, "adopt-plan-go")
    assert "số quyết định" in app.error[0].value
    app.date_input[0].set_value(date(2026, 2, 10))
    _press(_type(app, decision="12/QĐ-UBND"), "adopt-plan-go")
    assert app.success[0].value == (
        "Đã áp dụng phụ lục theo 12/QĐ-UBND ngày 10/02/2026, kể từ năm 2026."
    )
    (version,) = service.office.plan_versions()
    assert (version.first_year, version.date) == (2026, date(2026, 2, 10))
    assert service.office.appendix(version.id) == ("phu-luc.xlsx", content)
    shares = {(t.row, t.year): t.share_pct for t in service.targets}
    assert (shares[2, 2025], shares[2, 2026]) == (67.0, 50.0)
    assert "12/QĐ-UBND" in app.table[0].value.to_csv()

    reason = next(f for f in app.text_input if (f.key or "").startswith("withdraw-plan-reason"))
    reason.set_value("ban hành lại")
    _press(app, "withdraw-plan-go")
    assert app.success[0].value.startswith("Đã rút lại: 12/QĐ-UBND")
    assert service.office.plan_versions()[0].withdrawn_at


def test_years_that_would_be_judged_anew_are_named_before_the_adoption(reported: Service) -> None:
    """2024 has accepted reports: an amendment that changes its targets says so, no other does."""
    content = amended_appendix(reported, {(2, 2024): 0.5, (2, 2026): 0.5})
    app = _put_in(_open("plan"), content)
    first = next(b for b in app.selectbox if (b.key or "").startswith("adopt-plan-first-year"))
    first.set_value(2026).run()
    assert not app.warning
    first.set_value(2023).run()
    assert app.warning[0].value.startswith("Chú ý: 2024 đã có báo cáo được chấp nhận")


def test_a_faulty_appendix_cannot_be_adopted(service: Service) -> None:
    """Its findings stand with their cells, and there is no button."""
    app = _put_in(_open("plan"), amended_appendix(service, {(2, 2026): "33-67%"}))
    assert "C22" in _texts(app)
    assert app.error
    assert not [b for b in app.button if (b.key or "").startswith("adopt-plan-go")]


# --- corrections ----------------------------------------------------------------------------


def _choose_question(app: AppTest, field: str) -> AppTest:
    box = next(b for b in app.selectbox if (b.key or "").startswith("correction-field"))
    box.set_value(field).run()
    return app


def test_a_number_is_corrected_and_the_correction_withdrawn(reported: Service) -> None:
    """What the file states is shown with its cell; value, reason and source are needed."""
    app = _choose_question(_open("corrections"), "staff_count")
    assert "Trong tệp: **118** (Chỉ tiêu E21)" in _texts(app)
    _type(app, reason=WHY, source="công văn 15")
    _press(app, "correction-go")
    assert "Tổng số người của cơ quan" in app.error[0].value, "a value is needed"
    assert "staff_count" not in app.error[0].value
    assert not reported.office.errata()

    (value,) = (f for f in app.text_input if "value-staff_count" in (f.key or ""))
    value.set_value("1,200")
    _press(app, "correction-go")
    assert "đọc được theo hai cách" in app.error[0].value, "a comma is not for thousands here"
    assert not reported.office.errata()
    (value,) = (f for f in app.text_input if "value-staff_count" in (f.key or ""))
    value.set_value("120")
    _press(app, "correction-go")
    assert "118 → 120" in app.success[0].value
    (erratum,) = reported.office.errata()
    assert (erratum.corrected, erratum.reason, erratum.source) == (120.0, WHY, "công văn 15")
    assert reported.view().reported(PAPER, 2024)["staff_count"] == 120.0
    assert "đang dùng" in app.table[0].value.to_csv()

    reason = next(
        f for f in app.text_input if (f.key or "").startswith("withdraw-correction-reason")
    )
    reason.set_value("nhập nhầm")
    _press(app, "withdraw-correction-go")
    assert app.success[0].value.startswith("Đã rút lại")
    assert reported.view().reported(PAPER, 2024)["staff_count"] == 118.0


def test_an_answer_is_corrected_to_another_answer(reported: Service) -> None:
    """The right answer is chosen among the others than the one stated; a blank is one of them."""
    app = _choose_question(_open("corrections"), "on_digital_platforms")
    assert app.radio[0].options == ["Có", "Không áp dụng", "Chưa trả lời"]
    app.radio[0].set_value("yes")
    _press(_type(app, reason=WHY, source="công văn 15"), "correction-go")
    assert reported.view().reported(PAPER, 2024)["on_digital_platforms"] is Answer.YES


def test_a_figure_that_is_not_known_is_left_blank_on_purpose(reported: Service) -> None:
    """An empty field is no answer by itself; it has to be said."""
    app = _choose_question(_open("corrections"), "staff_count")
    app.checkbox[0].check()
    _press(_type(app, reason=WHY, source="công văn 15"), "correction-go")
    assert "staff_count" not in reported.view().reported(PAPER, 2024)


def test_a_correction_of_another_figure_is_no_longer_in_use(reported: Service, plan: Plan) -> None:
    """When the filed figure changes, the list says that the correction no longer holds."""
    reported.office.correct(PAPER, 2024, "staff_count", 120.0, WHY, "công văn 15")
    assert "đang dùng" in _open("corrections").table[0].value.to_csv()
    _report(reported, plan, PAPER, 2024, staff_count=121.0)
    assert "không còn dùng" in _open("corrections").table[0].value.to_csv()


# --- reminders ------------------------------------------------------------------------------


def test_those_who_have_sent_are_not_reminded(reported: Service) -> None:
    """Who is missing is listed; whoever has sent something, accepted or not, is not."""
    table = _open("reminders", round="2024").table[0].value
    assert table.iloc[:, 0].tolist() == [
        "Đài Phát thanh và Truyền hình Thái Bình",
        "Tạp chí Văn nghệ Thái Bình",
    ]
    table = _open("reminders", round="2025").table[0].value
    assert table.iloc[:, 0].tolist() == ["Báo Thái Bình (từ 17/03/2025)"]


def test_the_record_is_told_of_drafts_when_they_are_taken(reported: Service) -> None:
    """Looking at a draft tells nothing; taking the archive tells of each draft in it."""
    app = _open("reminders", round="2024")
    assert "biểu mẫu" in "".join(text.value for text in app.text)
    assert not reported.office.record(actions=[Action.REMINDED])
    content = reminder_desk.reminders(reported, 2024, "vi", reported.user)
    with ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == [f"nhac-{STATION}-2024.eml", f"nhac-{MAGAZINE}-2024.eml"]
    assert len(reported.office.record(actions=[Action.REMINDED])) == 2


def test_whoever_got_a_report_back_is_told(reported: Service) -> None:
    """A returned report stands with its reason; its notice is a draft, and told to the record."""
    reported.reviewing.return_([reported.reviewing.waiting()[0].id], "thiếu số người")
    app = _open("reminders", round="2025")
    assert "thiếu số người" in app.table[-1].value.to_csv()
    content = reminder_desk.notices(reported, 2025, "vi", reported.user)
    with ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == [f"tra-lai-{MAGAZINE}-2025.eml"]
    assert len(reported.office.record(actions=[Action.REMINDED])) == 1
    assert not reported.office.verify().faults


def test_an_address_is_kept_and_forgotten(service: Service) -> None:
    """What is no address is refused and stays typed; a kept one can be forgotten."""
    app = _open("reminders", round="2024")
    (field,) = [f for f in app.text_input if (f.key or "").startswith("contact-address")]
    field.set_value("không phải địa chỉ")
    _press(app, "contact-keep")
    assert "không phải địa chỉ" in app.error[0].value
    (field,) = [f for f in app.text_input if (f.key or "").startswith("contact-address")]
    assert field.value == "không phải địa chỉ"
    assert service.office.contacts() == {}

    field.set_value("ten@coquan.vn")
    _press(app, "contact-keep")
    assert app.success[0].value.startswith("Đã lưu địa chỉ")
    assert service.office.contacts() == {PAPER: "ten@coquan.vn"}
    _press(app, "contact-forget")
    assert app.success[0].value.startswith("Đã xóa địa chỉ")
    assert service.office.contacts() == {}


# --- the record -----------------------------------------------------------------------------


def test_the_record_is_searched_without_accents(reported: Service) -> None:
    """Entries are told in words; a search finds them whatever the accents."""
    reported.office.close_year(2023, "đã báo cáo ủy ban")
    app = _open("record")
    assert app.dataframe[0].value.shape[1] == 6
    app.text_input(key="record-search").set_value("uy ban").run()
    (row,) = app.dataframe[0].value.to_numpy().tolist()
    about = [row[2], *row[4:]]
    assert about == ["Khóa năm", "năm 2023", "Lý do: đã báo cáo ủy ban"]
    app.text_input(key="record-search").set_value("không có đâu").run()
    assert not app.dataframe
    assert "Không có mục nào" in _texts(app)


def test_a_chosen_entry_is_shown_and_stays_when_the_record_grows(reported: Service) -> None:
    """An entry is remembered by its number, not by its row; its details stand below the table."""
    app = _open("record")
    (accepted,) = reported.office.record(actions=[Action.ACCEPTED])
    app.session_state["record-chosen"] = accepted.number
    reported.office.close_year(2023, WHY)
    app.run()
    assert f"Mục {accepted.number}: Chấp nhận báo cáo" in _texts(app)
    assert accepted.hash in _texts(app)
    table = app.table[0].value.set_index("Nội dung")
    assert table.loc[["Trạng thái"]].to_numpy().tolist()[0] == ["Chờ thẩm định", "Đã chấp nhận"]


def test_no_code_is_left_in_an_entry(reported: Service) -> None:
    """Subjects and changes are told in words in both languages, whatever the kind of entry."""
    office = reported.office
    office.change_register(_change("closed", MAGAZINE))
    office.correct(PAPER, 2024, "on_digital_platforms", Answer.YES, WHY, "công văn 1")
    amend(reported, {(2, 2026): 0.5})
    office.close_year(2023, WHY)
    office.set_contact(MAGAZINE, "ten@coquan.vn")
    office.reminders(2024)
    office.exported("table/province", {"filters": {"years": [2024]}, "rows": 3})
    office.exported("backup", {"file_name": "a.tbdx-backup", "entries": 3})
    office.exported("store", {"to": "sqlite:///b.db"})
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for subject in ("backup", "moved"):
        note = {"subject": f"store:{subject}", "schema": "0004", "made_at": at.isoformat()}
        reported._desk.store.note(Action.RESTORED, at, "Ann", [note])
    for lang in ("vi", "en"):
        page = _page(reported, lang)
        for entry in office.record():
            lines = [record_words.subject_text(page, entry), record_words.short_text(page, entry)]
            lines += [f"{what}: {b} {a}" for what, b, a in record_words.details(page, entry)]
            told = "\n".join(lines)
            codes = ("_", "{", "waiting", "on_digital", '"', "submission:")
            file_names = (".xlsx", ".eml")
            assert not [
                line
                for line in told.splitlines()
                if any(code in line for code in codes) and not line.endswith(file_names)
            ], told


def test_an_export_of_the_record_is_told_to_it(reported: Service) -> None:
    """The file holds what was found and the code of the entry that tells of it."""
    page = _page(reported)
    before = len(reported.office.record())
    content = record_desk.export(page, Filters(actions=(Action.ACCEPTED,)), "xlsx")
    book = load_workbook(BytesIO(content))
    assert book.worksheets[0].max_row == 1 + 1
    (newest, *_) = reported.office.record()
    assert newest.action is Action.EXPORTED
    assert len(reported.office.record()) == before + 1
    facts = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert newest.hash in facts.values()
    assert "Chấp nhận báo cáo" in facts.values()
    csv = record_desk.export(page, Filters(), "csv").decode("utf-8-sig")
    assert len(csv.splitlines()) == 1 + before + 1


def test_verifying_says_that_the_record_is_whole(reported: Service) -> None:
    """With a receipt's code it says that the code stands in the record; a wrong one is told."""
    (submission,) = reported.reviewing.history(PAPER, 2024)
    proof = reported.reviewing.receipt(submission.id).proof
    app = _open("record")
    app.text_input(key="verify-head").set_value(proof)
    _press(app, "verify-go")
    assert "Nhật ký nguyên vẹn" in app.success[0].value
    assert "Mã đã nhập có trong nhật ký" in app.success[0].value
    app.text_input(key="verify-head").set_value("0" * 64)
    _press(app, "verify-go")
    assert "0" * 64 in app.error[0].value


def test_verifying_names_what_was_changed_by_hand(reported: Service, tmp_path: Path) -> None:
    """A row altered in the database is found and named in words."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'tbdx.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE submission SET reason = 'sửa tay' WHERE id = 1"))
    engine.dispose()
    app = _press(_open("record"), "verify-go")
    assert "Báo cáo số 1" in app.error[0].value
    assert "submission:" not in app.error[0].value
    assert not app.success


# --- in a browser ---------------------------------------------------------------------------


@pytest.mark.browser
def test_a_phone_shows_every_part_without_scrolling_sideways(
    chromium: Browser, tmp_path: Path
) -> None:
    """At 360 px nothing but the record's own table is wider than the screen; its rows open."""
    with running_app(tmp_path) as app:
        context = chromium.new_context(viewport={"width": 360, "height": 2200})
        context.set_default_timeout(30_000)
        page = context.new_page()
        for part in PARTS:
            page.goto(f"{app.url}/admin?lang=vi&part={part}")
            expect(page.get_by_role("heading", level=1)).to_have_text("Quản trị")
            frame = page.get_by_test_id("stApp")
            expect(frame).to_have_attribute("data-test-script-state", "notRunning")
            wide = page.evaluate(
                """() => [...document.querySelectorAll("[data-testid=stMain] *")].filter(
                    e => e.scrollWidth > e.clientWidth + 2
                    && ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
                    && !e.closest("[data-testid=stDataFrame]")).map(e => e.outerHTML)"""
            )
            assert not wide, part
        table = page.get_by_test_id("stDataFrame")
        table.click(position={"x": 18, "y": 52})
        expect(page.get_by_role("heading", name="Bắt đầu phiên làm việc")).to_be_visible()
        context.close()
