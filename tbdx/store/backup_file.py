"""The file that a backup is: a ZIP archive, sealed by a hash over all that it holds.

    format                 "tbdx-backup 1", the first bytes of the archive
    tables/<name>.jsonl    a table's rows, one JSON list a line, in the order of its key
    files/<sha256>         each file that a row names by its hash, byte for byte
    manifest.json          `Manifest`: what there is, with counts and hashes

The archive's comment is the SHA-256 of every byte before it, so a bit that
turned, a part cut off or added is found before anything in it is looked at.
Whoever alters a backup and seals it anew is found by the record, whose entries
are bound to each other and to the rows.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tbdx.model import RecordFault, TbdxError
from tbdx.store.copying import Row, Shape, Tally, line_of, row_of

_FORMAT = "format"
_MAKER = "tbdx-backup "
_VERSION = 1
_MANIFEST = "manifest.json"
_SEAL = b"tbdx-backup sha256 "
_SEAL_LENGTH = len(_SEAL) + 64
_CHUNK = 1 << 20
_MOST_IN_A_LINE = 64 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RuntimeError)
"""What comes of an archive, or of JSON, that was not written here."""


class TablePart(BaseModel):
    """A table of a backup: its shape, how many rows it has, the hash of its part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Shape
    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself.

    made_at, made_by  when and by whom
    product           the program's version
    database          what it was made from: "sqlite" or "postgresql"
    store_schema      the schema of the tables, e.g. "0004"
    revision          the revision of the figures
    entries, head     how many entries the record has, and the hash of the last
    faults            what verifying the store found when the backup was made
    files, file_bytes how many files there are, and their bytes in all
    tables            each after those that it refers to
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: AwareDatetime
    made_by: str
    product: str
    database: str
    store_schema: str
    revision: int
    entries: int
    head: str
    faults: tuple[RecordFault, ...]
    files: int
    file_bytes: int
    tables: tuple[TablePart, ...]


# --- writing ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Draft:
    """A backup while it is written."""

    stream: IO[bytes]
    archive: zipfile.ZipFile
    folder: Path
    parts: list[TablePart] = field(default_factory=list)
    files: int = 0
    file_bytes: int = 0
    _known: set[str] = field(default_factory=set)

    def add(self, shape: Shape, rows: Iterable[Row]) -> None:
        """Write a table with the files that its rows hold."""
        tally = Tally()
        with tempfile.TemporaryFile(dir=self.folder) as lines:
            # An archive takes one part at a time: lines are kept aside while files are written.
            for row in rows:
                for column, value in zip(shape.columns, row, strict=True):
                    if column.kind == "bytes" and value is not None:
                        self._add_file(value)
                line = line_of(shape, row)
                tally.add(line)
                lines.write(line)
            lines.seek(0)
            info = _entry(_part_of(shape), zipfile.ZIP_DEFLATED)
            with self.archive.open(info, "w", force_zip64=True) as part:
                shutil.copyfileobj(lines, part, _CHUNK)
        self.parts.append(TablePart(shape=shape, rows=tally.rows, sha256=tally.sha256))

    def _add_file(self, content: bytes) -> None:
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in self._known:
            self._known.add(sha256)
            self.files += 1
            self.file_bytes += len(content)
            self.put(_file_part(sha256), content)

    def put(self, name: str, content: bytes, how: int = zipfile.ZIP_STORED) -> None:
        """Write a part whole."""
        self.archive.writestr(_entry(name, how), content)

    def seal(self, manifest: Manifest) -> str:
        """Write the manifest and the seal, down to the disk; the hash of the whole file."""
        self.put(_MANIFEST, manifest.model_dump_json(indent=1).encode(), zipfile.ZIP_DEFLATED)
        self.archive.comment = b" " * _SEAL_LENGTH
        self.archive.close()
        end = self.stream.seek(0, os.SEEK_END) - _SEAL_LENGTH
        self.stream.seek(0)
        digest = _digest_of(self.stream, end)
        seal = _SEAL + digest.hexdigest().encode()
        self.stream.seek(end)
        self.stream.write(seal)
        self.stream.flush()
        os.fsync(self.stream.fileno())
        digest.update(seal)
        return digest.hexdigest()


@contextmanager
def drafting(path: Path) -> Iterator[Draft]:
    """A backup to be written and sealed; once its context is left, it stands at `path`.

    Until then it has a name of its own, which goes with it if anything fails. A file
    that stands at `path` already is not touched.
    Raises TbdxError: file-exists, file-not-writable.
    """
    with _writing(path):
        _require_free(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
        written = Path(name)  # readable for its owner alone: it holds people's names and addresses
        stream = os.fdopen(descriptor, "w+b")
        archive = zipfile.ZipFile(stream, "w")
        try:
            draft = Draft(stream, archive, path.parent)
            draft.put(_FORMAT, f"{_MAKER}{_VERSION}\n".encode())
            yield draft
            stream.close()
            _require_free(path)
            written.rename(path)
        finally:
            for opened in (archive, stream):  # a full disk fails here once more
                with suppress(OSError, ValueError):
                    opened.close()
            written.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise TbdxError("file-not-writable", found=str(path), reason=reason) from error


def _require_free(path: Path) -> None:
    if path.exists():
        raise TbdxError("file-exists", found=str(path))


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    """An entry that is the same whenever and wherever it is written."""
    info = zipfile.ZipInfo(name)
    info.compress_type, info.create_system, info.external_attr = how, 3, 0o600 << 16
    return info


def _part_of(shape: Shape) -> str:
    return f"tables/{shape.name}.jsonl"


def _file_part(sha256: str) -> str:
    return f"files/{sha256}"


def _digest_of(stream: IO[bytes], length: int) -> hashlib._Hash:
    """The hash of the stream's next bytes."""
    digest = hashlib.sha256()
    while length > 0 and (chunk := stream.read(min(_CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return digest


# --- reading ------------------------------------------------------------------------------------


@dataclass(slots=True)
class BackupFile:
    """A backup of which every byte is as it was written, and whose parts agree.

    `sha256` is the hash of the whole file.
    """

    path: Path
    sha256: str
    manifest: Manifest
    _archive: zipfile.ZipFile

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The tables, each after those that it refers to."""
        return tuple(part.shape for part in self.manifest.tables)

    def rows(self, shape: Shape) -> Iterator[Row]:
        """The rows of a table, one at a time. Raises TbdxError: backup-inconsistent."""
        with self._reading(_part_of(shape)), self._archive.open(_part_of(shape)) as lines:
            while line := lines.readline(_MOST_IN_A_LINE):
                yield row_of(shape, line, self._file)

    def _file(self, sha256: str) -> bytes:
        return self._archive.read(_file_part(sha256))

    def require_whole(self) -> None:
        """Go through every part. Raises TbdxError: backup-inconsistent (part)."""
        named: set[str] = set()

        def name(sha256: str) -> bytes:
            named.add(sha256)
            return b""

        for part in self.manifest.tables:
            tally = Tally()
            path = _part_of(part.shape)
            with self._reading(path), self._archive.open(path) as lines:
                while line := lines.readline(_MOST_IN_A_LINE):
                    row_of(part.shape, line, name)
                    tally.add(line)
            if (tally.rows, tally.sha256) != (part.rows, part.sha256):
                raise self._inconsistent(path)
        expected = {_FORMAT, _MANIFEST, *map(_part_of, self.shapes), *map(_file_part, named)}
        names = self._archive.namelist()
        if len(names) != len(expected) or set(names) != expected:
            raise self._inconsistent(min(set(names) ^ expected, default=_MANIFEST))
        sizes = []
        for sha256 in sorted(named):
            path = _file_part(sha256)
            size = self._archive.getinfo(path).file_size
            sizes.append(size)
            with self._reading(path), self._archive.open(path) as content:
                if _digest_of(content, size).hexdigest() != sha256:
                    raise self._inconsistent(path)
        if (len(sizes), sum(sizes)) != (self.manifest.files, self.manifest.file_bytes):
            raise self._inconsistent(_MANIFEST)

    @contextmanager
    def _reading(self, part: str) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise self._inconsistent(part) from error

    def _inconsistent(self, part: str) -> TbdxError:
        return TbdxError("backup-inconsistent", found=self.path.name, part=part)


@contextmanager
def reading(path: Path, schemas: Iterable[str]) -> Iterator[BackupFile]:
    """A backup that this program can read, after looking at all of it; `schemas` are those known.

    Raises TbdxError: file-not-readable, backup-not-one, backup-cut, backup-damaged,
    backup-inconsistent, backup-newer.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise TbdxError("file-not-readable", found=str(path), reason=error.strerror) from error
    with stream:
        sha256 = _require_sealed(stream, path)
        try:
            archive = zipfile.ZipFile(stream)
            version = archive.read(_FORMAT)
        except _UNREADABLE as error:
            raise TbdxError("backup-inconsistent", found=path.name, part=_FORMAT) from error
        with archive:
            if version.decode(errors="replace") != f"{_MAKER}{_VERSION}\n":
                number = version.decode(errors="replace").strip()
                raise TbdxError("backup-newer", found=path.name, product=number)
            try:
                manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
            except _UNREADABLE as error:
                raise TbdxError("backup-inconsistent", found=path.name, part=_MANIFEST) from error
            if manifest.store_schema not in set(schemas):
                raise TbdxError("backup-newer", found=path.name, product=manifest.product)
            backup = BackupFile(path, sha256, manifest, archive)
            backup.require_whole()
            yield backup


def _require_sealed(stream: IO[bytes], path: Path) -> str:
    """The hash of the whole file, whose seal must be that of all that stands before it."""
    start = stream.read(256)
    if not (start.startswith(b"PK\x03\x04") and _MAKER.encode() in start):
        raise TbdxError("backup-not-one", found=path.name)
    end = stream.seek(0, os.SEEK_END) - _SEAL_LENGTH
    stream.seek(max(end, 0))
    seal = stream.read()
    if not seal.startswith(_SEAL):
        raise TbdxError("backup-cut", found=path.name)
    stream.seek(0)
    digest = _digest_of(stream, end)
    if seal != _SEAL + digest.hexdigest().encode():
        raise TbdxError("backup-damaged", found=path.name)
    digest.update(seal)
    return digest.hexdigest()
