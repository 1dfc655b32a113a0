"""The page of reports and files: what to check, downloads that the record is told of, the archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from shell import write_report
from streamlit.testing.v1 import AppTest

from tbdx.i18n import language
from tbdx.model import Action, Phase, TbdxError
from tbdx.plan import Plan
from tbdx.report import making, pdf
from tbdx.report.making import Edition
from tbdx.service import Basis, Service
from tbdx.service.office import Office
from tbdx.settings import Settings
from tbdx.ui import report_desk, shell

ROOT = Path(__file__).parent.parent
VI = language("vi")
MAGAZINE = "tc-van-nghe-thai-binh"
USUAL = Basis()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The use cases on the store that the page shows: nothing is in it yet."""
    monkeypatch.setenv("TBDX_DATABASE_URL", f"sqlite:///{tmp_path / 'tbdx.db'}")
    shell.service.clear()
    service = Service.open(Settings())
    yield service
    service.close()
    shell.service.clear()


def _open(basis: Basis = USUAL, **choices: str) -> AppTest:
    """The page inside the frame, as `shell.run` draws it, with the pages that it links to."""
    frame = (
        "import streamlit\n"
        "from tbdx.i18n import language\n"
        "from tbdx.service import Basis\n"
        "from tbdx.ui import shell\n"
        'streamlit.navigation(shell._pages(language("vi")), position="hidden")\n'
        f'streamlit.session_state["tbdx-frame"] = shell._Frame(shell.service().local(), {basis!r})\n'
    )
    source = (ROOT / "pages" / "report.py").read_text(encoding="utf-8")
    app = AppTest.from_string(frame + source, default_timeout=60)
    for name, value in {"lang": "vi", **choices}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.success)
    texts = [str(element.value) for elements in kinds for element in elements]
    return "\n".join(texts + [info.value for info in app.info] + [e.value for e in app.error])


def _downloads(app: AppTest) -> dict[str, bool]:
    """The labels of the downloads, and whether they can be pressed."""
    return {d.proto.label: not d.proto.disabled for d in app.get("download_button")}


def _accept(service: Service, plan: Plan, folder: Path, agency: str, phase: Phase) -> None:
    form = write_report(plan, folder, agency, phase=phase, revenue_million_vnd=1100.0)
    service.accept(service.check([(form.name, form.read_bytes())]), "checked")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("part", list(report_desk.PARTS))
def test_every_part_opens_by_its_address(service: Service, part: str, lang: str) -> None:
    """Each part of the page draws on samples, in both languages, with something to take out."""
    app = _open(out=part, lang=lang)
    assert app.segmented_control(key="pick-out").value == part
    assert _downloads(app)


def test_on_samples_the_page_says_what_keeps_the_report_from_being_signed(
    service: Service,
) -> None:
    """Illustrative, estimated, undecided: each with the page on which to look."""
    text = _texts(_open(year="2025"))
    assert "Cần kiểm tra trước khi ký" in text
    assert "Số liệu là minh họa" in text
    assert "Số liệu của 2 cơ quan là ước thực hiện: Báo Thái Bình (từ 17/03/2025), Tạp chí" in text
    assert "Chưa kết luận được: 2\\. Phân tích dữ liệu và AI" in text
    assert "chưa khóa" not in text, "there is nothing yet that could change"
    assert "Sở đã được tổ chức lại trong năm 2025" in text
    assert "được tổ chức lại" not in _texts(_open(year="2024"))


def test_an_unusual_basis_is_named_before_signing(service: Service) -> None:
    """Figures or structure chosen otherwise stand among what to check, in the words of the file."""
    assert "Cơ sở tính khác thông lệ" not in _texts(_open(year="2025"))
    text = _texts(_open(Basis(structure="original"), year="2025"))
    assert "Cơ sở tính khác thông lệ và được ghi trên mọi trang của tệp: " in text


def test_who_has_not_reported_is_named(service: Service, plan: Plan, tmp_path: Path) -> None:
    """With one real report of three, two are missing and one waits in their place once it is sent."""
    _accept(service, plan, tmp_path, MAGAZINE, Phase.FINAL)
    text = _texts(_open(year="2024"))
    assert "2/3 cơ quan chưa có báo cáo được chấp nhận: Báo Thái Bình (đến 16/03/2025), Đài" in text
    assert "Năm 2024 chưa khóa" in text
    form = write_report(plan, tmp_path, "bao-thai-binh")
    service.send(service.check([(form.name, form.read_bytes())]), "checked")
    text = _texts(_open(year="2024"))
    assert "1/3 cơ quan chưa có báo cáo được chấp nhận: Đài Phát thanh" in text
    assert "1 báo cáo đang chờ rà soát: Báo Thái Bình" in text


def test_a_year_that_is_ready_says_so(service: Service, plan: Plan, tmp_path: Path) -> None:
    """All reports final, every verdict given, the year closed: nothing is left to check."""
    for agency in plan.agencies_in(2024):
        _accept(service, plan, tmp_path, agency.id, Phase.FINAL)
    service.office.close_year(2024, "reported", by="A")
    text = _texts(_open(year="2024", lang="en"))
    assert "Every agency has reported, the figures are final and the year is closed." in text
    assert ":orange[" not in text


def test_the_page_shows_how_the_report_begins(service: Service) -> None:
    """The words of the preview are the document's own, in the language chosen for it."""
    app = _open(year="2025", lang="vi", document="en")
    shown = app.table[0].value
    document = Document(BytesIO(_file(service, 2025, "en")))
    written = [table for table in document.tables if len(table.rows[0].cells) == len(shown.columns)]
    table = next(t for t in written if t.rows[0].cells[0].text == shown.columns[0])
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    plain = [[re.sub(r"\\(.)", r"\1", cell) for cell in row] for row in shown.values.tolist()]
    assert [row for row in plain if row not in rows] == []
    assert len(plain) == 6


def _file(service: Service, year: int, code: str = "vi") -> bytes:
    edition = Edition(service.view(), year, language(code), "docx")
    make = partial(making.province_file, standings=service.reviewing.standings(year))
    return report_desk.take(service, "Phòng Báo chí", edition, "province", make)


def test_a_download_is_a_document_and_stands_in_the_record(service: Service) -> None:
    """The file quotes the entry's code; the entry says who, which year, which type and language."""
    document = Document(BytesIO(_file(service, 2024)))
    (entry,) = service.office.record(actions=[Action.EXPORTED])
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert entry.hash in cells
    assert (entry.subject, entry.actor) == ("export:report/province", "Phòng Báo chí")
    told = json.loads(entry.after)
    assert (told["year"], told["file_type"], told["language"]) == (2024, "docx", "vi")
    assert (told["sample"], told["revision"]) == (True, 0)


def test_without_an_entry_in_the_record_there_is_no_file(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A record that cannot be told stops the download; the log says why."""

    def refuse(*_: object, **__: object) -> str:
        raise TbdxError("store-unavailable", url="sqlite", reason="locked")

    monkeypatch.setattr(Office, "exported", refuse)
    with pytest.raises(TbdxError, match="store-unavailable"):
        _file(service, 2024)
    assert "a report was not made" in caplog.text
    app = _open(out="agencies", year="2024")
    app.button(key="report-make").click().run()
    assert not app.exception
    assert "locked" in app.error[0].value
    assert "Tải ZIP" not in _downloads(app)


def test_without_libreoffice_a_pdf_is_refused_with_what_it_takes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button is there and cannot be pressed, and below stands what to install; Word stays."""
    monkeypatch.setenv("TBDX_SOFFICE", "no-such-program")
    assert not pdf.available()
    for part in ("province", "agencies"):
        app = _open(out=part)
        assert (_downloads(app)["Tải Word"], _downloads(app)["Tải PDF"]) == (True, False)
        assert "Hãy cài LibreOffice Writer" in _texts(app)
    assert "pick-type" not in [c.key for c in app.segmented_control], "only Word can be made"


def test_all_agencies_are_made_with_one_click_and_kept(service: Service) -> None:
    """The archive holds a report for each; the next run offers it without making it again."""
    app = _open(out="agencies", year="2024")
    assert "Tải ZIP" not in _downloads(app)
    app.button(key="report-make").click().run()
    assert "Tải ZIP" in _downloads(app)
    kept = app.session_state["report-archive"][1]
    with ZipFile(BytesIO(kept)) as archive:
        assert len(archive.namelist()) == 3
    (entry,) = service.office.record(actions=[Action.EXPORTED])
    assert entry.subject == "export:report/agencies"
    assert json.loads(entry.after)["files"] == 3
    app.run()
    _, again, details = app.session_state["report-archive"]
    assert again is kept
    assert len(service.office.record(actions=[Action.EXPORTED])) == 1
    edition = Edition(service.view(), 2024, VI, "docx")
    assert report_desk.take_kept(service, "A", edition, again, details) is kept
    last, first = service.office.record(actions=[Action.EXPORTED])
    assert (last.subject, last.actor) == (first.subject, "A")
    assert json.loads(last.after)["made"] == first.hash, "each download is told, of which making"
    app.selectbox(key="pick-year").set_value("2023").run()
    assert "Tải ZIP" not in _downloads(app), "what was made is of another year"


def test_agencies_are_those_of_the_year_with_how_they_stand(service: Service) -> None:
    """The list follows the year; one without figures has nothing to download, and is told of."""
    app = _open(out="agencies", year="2024")
    assert len(app.selectbox(key="pick-agency").options) == 3
    app.selectbox(key="pick-agency").set_value("dai-ptth-thai-binh").run()
    app.selectbox(key="pick-year").set_value("2025").run()
    assert app.selectbox(key="pick-agency").options == [
        "Báo Thái Bình (từ 17/03/2025)",
        "Tạp chí Văn nghệ Thái Bình",
    ]
    assert "Đã chấp nhận · ước thực hiện" in _texts(app)
    app.selectbox(key="pick-year").set_value("2026").run()
    text = _texts(app)
    assert "cơ quan này không có báo cáo năm 2026" in text
    assert "2/2 cơ quan không có báo cáo năm 2026 nên không có trong tệp ZIP: Báo Thái Bình" in text
    assert _downloads(app) == {}
    service.reviewing.declare_nil(MAGAZINE, 2026, Phase.ESTIMATE, "no activity")
    app.selectbox(key="pick-agency").set_value(MAGAZINE).run()
    text = _texts(app)
    assert "có văn bản ngắn nêu không phát sinh số liệu" in text
    assert "1/2 cơ quan không có báo cáo năm 2026" in text
    assert "Tải Word" in _downloads(app)
    assert "được tổ chức lại trong năm 2025" in text, "the letterhead's note"


def test_choices_stand_in_the_address(service: Service) -> None:
    """Part and language of the document are codes there; the usual ones need no name."""
    app = _open(out="agencies", document="en", year="2024")
    assert app.query_params["out"] == "agencies"
    assert app.query_params["document"] == "en"
    app.segmented_control(key="pick-document").set_value("vi").run()
    app.segmented_control(key="pick-out").set_value("province").run()
    assert not {"out", "document"} & set(app.query_params)


def test_the_letterhead_is_shown_with_where_it_is_changed(service: Service) -> None:
    """What the plan says of the year: who writes to whom, and which file to edit."""
    app = _open(year="2024")
    head = app.table[1].value.to_csv()
    assert "Sở Thông tin và Truyền thông" in head
    assert "Ủy ban nhân dân tỉnh Thái Bình" in head
    assert "plan.toml" in _texts(app)


def test_drawing_the_page_makes_no_document(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the first run nor a rerun writes a file or draws a chart."""

    def refuse(*_: object, **__: object) -> bytes:
        raise AssertionError("a document was made")

    for name in ("province_file", "agency_file", "agencies_archive"):
        monkeypatch.setattr(making, name, refuse)
    monkeypatch.setattr("tbdx.pictures.draw", refuse)
    for part in report_desk.PARTS:
        assert not _open(out=part).run().exception
    assert service.office.record(actions=[Action.EXPORTED]) == []
