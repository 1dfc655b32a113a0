"""A report's PDF is its Word file as LibreOffice sets it: pages, fonts, words; and what goes wrong is said."""

from __future__ import annotations

import fcntl
import re
import stat
import sys
import time
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from letters import SAID, report
from pypdf import PageObject, PdfReader

from tbdx import messages
from tbdx.i18n import language
from tbdx.model import TbdxError
from tbdx.report.letter import to_docx
from tbdx.report.pdf import available, to_pdf
from tbdx.settings import Settings


@cache
def made() -> bytes:
    """The sample report without what every page says, so that a page's number is its only head."""
    return to_pdf(to_docx(replace(report(), marks=())))


@pytest.fixture
def pages() -> list[PageObject]:
    return list(PdfReader(BytesIO(made())).pages)


def lines_of(page: PageObject) -> list[str]:
    return [line.strip() for line in page.extract_text().splitlines() if line.strip()]


def test_libreoffice_is_there() -> None:
    """The machine on which the tests run has it: `scripts/system_packages.sh`."""
    assert available()


def test_pages_are_a4(pages: list[PageObject]) -> None:
    """210 × 297 mm; the appendix on its side 297 × 210, and no page is empty."""
    sizes = [tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in pages]
    assert set(sizes) == {(210, 297), (297, 210)}
    assert sizes.count((297, 210)) == 1
    assert all(page.extract_text().strip() for page in pages)


def test_numbers_begin_on_the_second_page(pages: list[PageObject]) -> None:
    """The first page has no number, the second a 2; the first page of each appendix has none again."""
    heads = [lines_of(page)[0] for page in pages]
    assert heads[0].startswith("ỦY BAN NHÂN DÂN")
    assert heads[1:3] == ["2", "3"]
    assert heads[-3:] == ["Phụ lục I", "Phụ lục II", "Phụ lục III"]


def fonts_of(pages: list[PageObject]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for page in pages:
        resources: Any = page["/Resources"]
        for font in resources.get_object().get("/Font", {}).values():
            found[str(font.get_object()["/BaseFont"])] = font.get_object()
    return found


def test_every_font_is_embedded(pages: list[PageObject]) -> None:
    """The PDF looks the same where none of its fonts is installed; they are Times, or of its widths."""
    fonts = fonts_of(pages)
    assert len(fonts) >= 3, "plain, bold, italic"
    for name, font in fonts.items():
        descendants = font.get("/DescendantFonts")
        described = descendants.get_object()[0].get_object() if descendants else font
        described = described["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described), name
        assert re.search("Times|LiberationSerif", name), "no letter was borrowed from another font"


def test_vietnamese_can_be_read_out(pages: list[PageObject]) -> None:
    """Text that is searched for or copied is the text that was written, letter by letter."""
    said = " ".join("\n".join(page.extract_text() for page in pages).split())
    for wanted in (SAID, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"):
        assert wanted in said


def test_it_is_tagged_for_screen_readers() -> None:
    """Its structure is marked, pictures keep what they show, and the bookmarks are the headings."""
    reader = PdfReader(BytesIO(made()))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["I. TÌNH HÌNH BÁO CÁO", "Phụ lục I", "Phụ lục II", "Phụ lục III"]


def test_the_same_report_is_the_same_pdf() -> None:
    """Dated as the report is, and identified by it: the bytes do not depend on the moment."""
    about = PdfReader(BytesIO(made())).metadata
    assert about is not None
    assert str(about.creation_date_raw).startswith("D:20241212030405Z")
    assert about.author == "Sở Thông tin và Truyền thông"
    assert to_pdf(to_docx(replace(report(), marks=()))) == made()


def test_a_missing_program_is_said() -> None:
    """Where, what and what to do instead, in both languages; a wrong setting never finds another program."""
    settings = Settings(soffice="/nowhere/soffice")
    assert not available(settings)
    with pytest.raises(TbdxError) as raised:
        to_pdf(b"", settings)
    assert raised.value.code == "pdf-program-missing"
    for code in ("vi", "en"):
        said = messages.error_text(raised.value, language(code))
        assert "/nowhere/soffice" in said
        assert "TBDX_SOFFICE" in said
        assert "Word" in said


def program(folder: Path, *lines: str) -> str:
    """A program in place of LibreOffice that does what these lines of Python say."""
    path = folder / "soffice"
    path.write_text("\n".join([f"#!{sys.executable}", *lines]), encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_what_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """LibreOffice starts a process of its own; after the limit neither runs on."""
    held = tmp_path / "held"
    child = f"import fcntl, time; f = open({str(held)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); f.write('held'); f.flush(); time.sleep(600)"
    hanging = program(
        tmp_path, "import subprocess, sys", f"subprocess.run([sys.executable, '-c', {child!r}])"
    )
    begun = time.monotonic()
    with pytest.raises(TbdxError) as raised:
        to_pdf(to_docx(report()), Settings(soffice=hanging, pdf_seconds=5))
    assert (raised.value.code, raised.value.fields["reason"]) == ("pdf-failed", "> 5 s")
    with held.open(encoding="utf-8") as file:
        assert file.read() == "held"
        fcntl.flock(file, fcntl.LOCK_EX)  # waits until whoever held it is gone
    assert time.monotonic() - begun < 60


def test_what_fails_is_said_with_its_reason(tmp_path: Path) -> None:
    """What LibreOffice said last stands in the error; that nothing was made is never passed over."""
    failing = program(tmp_path, "import sys", "sys.stderr.write('first\\nno such filter\\n')")
    with pytest.raises(TbdxError) as raised:
        to_pdf(to_docx(report()), Settings(soffice=failing))
    assert (raised.value.code, raised.value.fields["reason"]) == ("pdf-failed", "no such filter")
    assert "no such filter" in messages.error_text(raised.value, language("vi"))


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Profile, source and result are gone after the call."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert to_pdf(to_docx(report())).startswith(b"%PDF")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("tbdx")] == []
