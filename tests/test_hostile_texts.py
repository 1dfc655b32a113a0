"""Everything that leaves the house while every text in it is hostile: formulas, markup, headers, paths.

The kinds of files are those of test_everything_out.py, which fails at a kind that it does not
know, and what is taken out beside the pages of results. Only an agency's own file as it was received
is left as it is: it is kept to prove what was sent.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from email.message import EmailMessage
from functools import partial
from typing import Any

import pandas as pd
import pypdf
import pytest
from bureau import BAO, DAI, ESTIMATE, FINAL, VAN_NGHE, Bureau, opened
from defusedxml.ElementTree import fromstring
from furnishing import LATER
from openpyxl import load_workbook
from test_everything_out import KINDS, YEAR, House

from tbdx import charts
from tbdx.i18n import language
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.register import change_of
from tbdx.report import making
from tbdx.report.making import Edition
from tbdx.ui import picturing, record_desk, reminder_desk
from tbdx.ui.picturing import Subject

MARK = "0wn3d"
STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠")
_NAME = re.compile(r"[^<>:\"/\\|?*\x00-\x1f]+\.[a-z]{2,4}")
"""What every system takes for a file's name, and nothing for a way to somewhere."""
DDE = f"=cmd|' /C calc {MARK}'!A0"
_ADDRESS = "hop.thu@coquan.example"


def evil(start: str) -> str:
    """A text that is a formula where it stands alone, and markup where it is put into a page."""
    return (
        f'{start}HYPERLINK("http://evil.example/{MARK}","x")'
        f"<script>{MARK}()</script><img src=x onerror={MARK}>]]>&{MARK};"
    )


FILE_NAME = f'../../=x"\r\nBcc: {MARK}@evil.example\r\n\r\n<b>{MARK}.xlsx'


@pytest.fixture(scope="module")
def house(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A store in which everything that people can write is hostile."""
    with opened(plan, tmp_path_factory.mktemp("hostile")) as bureau:
        _furnish(bureau)
        yield House(bureau, bureau.service.view(), language("vi"))


def _furnish(bureau: Bureau) -> None:
    bureau.now = LATER
    results: dict[str, Any] = {
        f"task_{n:02}_result": evil(start) for n, start in enumerate(STARTS, start=1)
    }
    figures: dict[str, Any] = {
        "revenue_2022_million_vnd": 12000.0,
        "staff_count": 61.0,
        "trained_count": 44.0,
    }
    texts: dict[str, Any] = {"difficulties": evil("="), "proposals": DDE, **results}
    bureau.send(BAO, YEAR, ESTIMATE, name=FILE_NAME, **figures, **texts)
    bureau.send(BAO, YEAR, FINAL, name=FILE_NAME, **{**figures, "staff_count": 62.0}, **texts)
    file = bureau.read(bureau.form(DAI, YEAR, ESTIMATE, **figures, **texts), FILE_NAME)
    (receipt,) = bureau.service.send([file], evil("="), by=evil("@"))
    bureau.reviewing.return_([receipt.submissions[0].id], evil("="), by=evil("+"))
    correct = bureau.office.correct
    correct(BAO, YEAR, "trained_count", 45.0, evil("="), evil("-"), by=evil("="))
    correct(BAO, YEAR, "difficulties", evil("+"), evil("@"), evil("\t="), by=evil("="))
    for agency, start in ((BAO, "=A"), (VAN_NGHE, "@B")):  # names may not be the same
        bureau.office.change_register(
            change_of(
                kind="renamed",
                date=date(2024, 1, 2),
                agency=agency,
                name_vi=evil(start),
                name_en=evil(f"+{start[1]}"),
                source=evil("-"),
            ),
            by=evil("="),
        )
    bureau.office.set_contact(DAI, _ADDRESS, by=evil("="))
    bureau.office.set_contact(VAN_NGHE, _ADDRESS, by=evil("="))


def _agencies(house: House) -> bytes:
    edition = Edition(house.view, YEAR, house.words, "docx")
    standings = house.bureau.service.reviewing.standings(YEAR)
    taking = Taking(house.bureau.now, "code")
    return making.agencies_archive(edition, [BAO], standings, taking, lambda *_: None)


def _marked(house: House) -> bytes:
    """The copies of files that cannot be accepted: more people were trained than there are."""
    bureau = house.bureau
    texts: dict[str, Any] = {"proposals": evil("="), "staff_count": 1.0, "trained_count": 9.0}
    file = bureau.read(bureau.form(DAI, YEAR, ESTIMATE, **texts), FILE_NAME)
    assert not file.acceptable
    return bureau.service.annotated_bundle([file], "vi")


def _number(house: House, agency: str) -> int:
    own = house.bureau.reviewing.history(agency, YEAR)
    return own[-1].id


def _picture(house: House) -> bytes:
    """A chart whose legend an agency wrote."""
    told = {"year": YEAR, "total": 53.5, "version": evil("="), "level": evil("+")}
    draw = partial(charts.maturity, pd.DataFrame([told]), house.view.plan, house.words)
    return picturing.take(house.page, Subject("maturity", "1", {}), draw, "svg", evil("="))


def _record(file_type: str) -> Callable[[House], bytes]:
    return lambda house: record_desk.export(house.page, record_desk.Filters(), file_type)


MORE: dict[str, Callable[[House], bytes]] = {
    "record.xlsx": _record("xlsx"),
    "record.csv": _record("csv"),
    "maturity.svg": _picture,
    "agencies.zip": _agencies,
    "reminders.zip": lambda h: reminder_desk.reminders(h.bureau.service, YEAR, "vi", evil("=")),
    "notices.zip": lambda h: reminder_desk.notices(h.bureau.service, YEAR, "vi", evil("=")),
    "notice.eml": lambda h: h.bureau.office.return_notice(_number(h, DAI), "vi").content,
    "receipt.xlsx": lambda h: h.bureau.reviewing.receipt_file(_number(h, BAO), "vi"),
    "annotated.xlsx": lambda h: h.bureau.reviewing.annotated(_number(h, DAI), "vi").content,
    "marked.zip": _marked,
    "blank.xlsx": lambda h: h.bureau.service.form(VAN_NGHE, YEAR + 1),
}
EVERY = {**KINDS, **MORE}


@pytest.mark.parametrize("kind", EVERY)
def test_what_is_hostile_stays_text(house: House, kind: str) -> None:
    """No formula, no markup, no header, no path: in each kind of file that leaves the house."""
    content = house.file(kind) if kind in KINDS else EVERY[kind](house)
    _harmless(kind, content)


def test_the_house_is_hostile(house: House) -> None:
    """The texts did get in: they stand, letter by letter, where free texts are given out."""
    reported = house.file("table/reported.csv").decode("utf-8-sig")
    record = EVERY["record.csv"](house).decode("utf-8-sig")
    for start in ("=", "+", "-", "@", "＝"):
        assert f"'{start}HYPERLINK" in reported + record, start
    assert "'=cmd|" in reported
    assert MARK in "".join(_texts(house.file("table/reported.xlsx")))
    assert MARK in "".join(_texts(EVERY["annotated.xlsx"](house)))
    assert MARK in EVERY["maturity.svg"](house).decode()
    assert MARK in "".join(_texts(EVERY["receipt.xlsx"](house)))


# --- what harmless means, by the ending of a name -----------------------------------------------


def _harmless(name: str, content: bytes) -> None:
    _JUDGES[name.rpartition(".")[2]](content)


def _workbook(content: bytes) -> None:
    """No formula of theirs, no link out, no program; nothing beside the sheets."""
    for row in _cells(content):
        for cell in row:
            assert not (cell.data_type == "f" and MARK in str(cell.value)), cell.coordinate
            assert not (cell.hyperlink and MARK in str(cell.hyperlink.target)), cell.coordinate
            assert cell.data_type != "f" or re.fullmatch(r"=[A-Z]+\([A-Z0-9:,$ ]*\)", cell.value)
    _package(content)


def _cells(content: bytes) -> Iterator[tuple]:  # type: ignore[type-arg]  # of cells, which have no types
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        yield from sheet.iter_rows()


def _texts(content: bytes) -> list[str]:
    return [str(cell.value) for row in _cells(content) for cell in row if cell.value]


def _document(content: bytes) -> None:
    """No field, no link and no part of theirs: what they wrote stands in texts only."""
    parts = _package(content)
    for name, part in parts.items():
        for field in re.findall(rb"<w:(?:instrText|fldSimple)\b.*?(?:/>|</w:instrText>)", part):
            assert MARK.encode() not in field, name
            assert b"DDE" not in field, name
    assert not any("altChunk" in name or "embeddings" in name for name in parts)


def _package(content: bytes) -> dict[str, bytes]:
    """The parts of an Office file: proper XML, of names that are its own, that lead nowhere out."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name, part in parts.items():
        assert re.fullmatch(r"[\w.\[\]/ -]+", name), name
        assert not re.search(r"externalLink|vbaProject|activeX|oleObject|\.bin$", name), name
        if name.endswith((".xml", ".rels")):
            fromstring(part)
        if name.endswith(".rels"):
            assert MARK.encode() not in part, name
            assert not re.search(rb'Target="(?!http://schemas)\w+://evil', part), name
    return parts


def _table(content: bytes) -> None:
    """Each cell that a spreadsheet would compute has an apostrophe; rows are as long as heads."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        if cell.startswith(tuple({start[0] for start in STARTS})):
            float(cell)  # a number may begin with a sign; anything else is an error here


def _drawing(content: bytes) -> None:
    """Nothing runs, nothing is fetched."""
    for element in fromstring(content).iter():
        tag = element.tag.rpartition("}")[2]
        assert tag not in ("script", "foreignObject", "image", "a", "iframe"), tag
        for name, value in element.attrib.items():
            assert not name.rpartition("}")[2].lower().startswith("on"), name
            if name.rpartition("}")[2] == "href":
                assert value.startswith("#"), value


def _printed(content: bytes) -> None:
    """Nothing runs when it is opened."""
    book = pypdf.PdfReader(io.BytesIO(content))
    assert not book.attachments
    assert not isinstance(book.root_object.get("/OpenAction"), dict)  # a place to begin is a list
    assert "/AA" not in book.root_object
    said = [str(note.get_object()) for page in book.pages for note in page.get("/Annots", ())]
    for sign in ("/JavaScript", "/Launch", MARK):
        assert sign not in "".join([*said, str(book.root_object.get("/Names", ""))]), sign


def _archive(content: bytes) -> None:
    """Names are file names of this house, each file is harmless itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist()
        for name in archive.namelist():
            assert _NAME.fullmatch(name), name
            assert not name.startswith(".")
            _harmless(name, archive.read(name))


def _mail(content: bytes) -> None:
    """Only the headers of a draft; what people wrote stands in its body, as plain text."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert {name.lower() for name in message} <= {
        *("subject", "to", "x-unsent", "mime-version", "content-type"),
        *("content-transfer-encoding",),
    }
    assert message["To"] in (None, _ADDRESS)
    assert MARK not in str(message["Subject"])
    for part in message.walk():
        assert part.get_content_type() != "text/html"
        if part.get_filename() is not None:
            name = str(part.get_filename())
            assert _NAME.fullmatch(name), name
            _workbook(part.get_content())


def _words(content: bytes) -> None:
    """Text that a reader of its kind takes whole."""
    content.decode("utf-8")


_JUDGES: dict[str, Callable[[bytes], None]] = {
    "xlsx": _workbook,
    "docx": _document,
    "csv": _table,
    "svg": _drawing,
    "pdf": _printed,
    "zip": _archive,
    "eml": _mail,
    "png": lambda content: None,
    "md": _words,
    "json": _words,
}
