"""ZIP archives of workbooks: what is in one, file by file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from io import BytesIO
from itertools import chain, count
from pathlib import PurePosixPath
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from tbdx.workbook.package import BROKEN, Refused

MOST_FILES = 1000
MOST_BYTES = 100_000_000  # unpacked

_UTF8_NAME = 0x800  # the flag of an entry whose name is UTF-8
_WORKBOOK_PARTS = ("[content_types].xml", "mimetype")
# What systems leave in folders and archives, and Excel beside an open workbook.
_LEFTOVERS = ("~$", ".", "__macosx", "thumbs.db", "desktop.ini")


def is_leftover(path: str) -> bool:
    """Whether a file is one that systems leave behind, not one that a person sent."""
    return any(part.lower().startswith(_LEFTOVERS) for part in PurePosixPath(path).parts)


def unpack(content: bytes) -> list[tuple[str, bytes]] | None:
    """The files of an archive by their path in it, in order; None for what is no such archive.

    An .xlsx or .ods file is an archive, too, and gives None. Raises `Refused`
    for an archive that is broken, under a password or far too large.
    """
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = {name.lower() for name in archive.namelist()}
            return sorted(_files(archive)) if names.isdisjoint(_WORKBOOK_PARTS) else None
    except BROKEN as error:
        raise Refused("not-a-workbook", found=".zip") from error


def pack(files: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive of files; see `different_names`."""
    stream = BytesIO()
    names = different_names([name for name, _ in files])
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, (_, content) in zip(names, files, strict=True):
            archive.writestr(name, content)
    return stream.getvalue()


def different_names(names: Sequence[str], taken: Set[str] = frozenset()) -> list[str]:
    """The names without their folders; one that comes again or is taken is numbered: "a (2).xlsx"."""
    given: dict[str, None] = {}
    for name in names:
        path = PurePosixPath(PurePosixPath(name).name)
        numbered = (path.with_stem(f"{path.stem} ({number})") for number in count(2))
        free = (
            str(p) for p in chain([path], numbered) if str(p) not in given and str(p) not in taken
        )
        given[next(free)] = None
    return list(given)


def _files(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    entries = [entry for entry in entries if not is_leftover(_name(entry))]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise BadZipFile("too large")
    for entry in entries:
        with archive.open(entry) as part:
            yield _name(entry), part.read(entry.file_size)


def _name(entry: ZipInfo) -> str:
    """The entry's path; some systems write UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return normalize("NFC", name)
