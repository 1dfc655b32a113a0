"""ZIP archives of workbooks, as mail programs and systems make them."""

from __future__ import annotations

import io
import zipfile

import pytest

from tbdx.workbook import bundles
from tbdx.workbook.package import Refused


def zip_of(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_every_file_of_an_archive_is_given_with_its_path() -> None:
    """Folders are part of the name, so that two files of one name stay apart; order is fixed."""
    content = zip_of({"b/x.xlsx": b"2", "a/x.xlsx": b"1", "c/": b"", "đài.csv": b"3"})
    assert bundles.unpack(content) == [("a/x.xlsx", b"1"), ("b/x.xlsx", b"2"), ("đài.csv", b"3")]


def test_what_systems_leave_behind_is_no_file() -> None:
    """Excel's lock files, macOS's and Windows's own files are passed over."""
    left = ["~$bao.xlsx", "__MACOSX/._bao.xlsx", ".DS_Store", "a/Thumbs.db", "desktop.ini"]
    content = zip_of(dict.fromkeys(left, b"x") | {"bao.xlsx": b"1"})
    assert bundles.unpack(content) == [("bao.xlsx", b"1")]


def test_a_workbook_is_no_archive_of_workbooks() -> None:
    """.xlsx and .ods files are archives inside, and are left whole; so is what is no archive."""
    assert bundles.unpack(zip_of({"[Content_Types].xml": b"", "xl/workbook.xml": b""})) is None
    assert bundles.unpack(zip_of({"mimetype": b"", "content.xml": b""})) is None
    assert bundles.unpack(b"Agency;Year") is None
    assert bundles.unpack(b"") is None


def test_names_are_composed_and_utf8_whoever_wrote_them() -> None:
    """macOS writes decomposed UTF-8 and does not say that it is UTF-8."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xxxxx.xlsx", b"1")
    unsaid = stream.getvalue().replace(b"xxxxx.xlsx", "Ba\u0301o".encode() + b".xlsx")
    assert bundles.unpack(unsaid) == [("Báo.xlsx", b"1")]


@pytest.mark.parametrize(
    "content",
    [
        zip_of({"a.xlsx": b"1"})[:-30],
        zip_of({f"{number}.xlsx": b"" for number in range(bundles.MOST_FILES + 1)}),
        zip_of({"a.xlsx": bytes(bundles.MOST_BYTES + 1)}),
    ],
    ids=["broken", "too many files", "bomb"],
)
def test_an_archive_beyond_its_limits_is_refused(content: bytes) -> None:
    """A broken archive, one of thousands of files, and one that unpacks to far too much."""
    with pytest.raises(Refused, match="not-a-workbook"):
        bundles.unpack(content)


def test_packing_gives_each_file_a_name_of_its_own() -> None:
    """Files of one name in several folders are numbered; no folder is written."""
    packed = bundles.pack([("x/a.xlsx", b"1"), ("y/a.xlsx", b"2"), ("../a.xlsx", b"3")])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.xlsx": b"1",
            "a (2).xlsx": b"2",
            "a (3).xlsx": b"3",
        }
