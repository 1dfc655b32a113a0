"""The folder that open data are written into: what may be replaced there, and that it is replaced whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tbdx.model import TbdxError

DESCRIPTOR = "datapackage.json"
OWN = "tbdx"
"""The descriptor's property that holds what the standard has no word for."""


class Place:
    """Where a package goes: `with Place(folder) as place: place.write(files)`.

    On entering, a draft folder is made beside it, so that what cannot be written is known
    before anything is told of it. `write` fills the draft, then swaps the two folders: an
    error leaves the earlier package as it was. What a run leaves that dies on the way is put
    right by the next one. The folder is renamed, so it can be no mount point.

    Raises TbdxError: folder-holds-other, file-not-writable; both on entering and on writing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = folder.resolve()  # a link stays a link
        self._draft, self._earlier = (
            self._real.parent / f".{self._real.name}.tbdx-{what}" for what in ("draft", "earlier")
        )

    def __enter__(self) -> Self:
        with self._telling():
            self._recover()
            require_free(self._folder)
            self._draft.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._draft, ignore_errors=True)

    def write(self, files: Mapping[str, bytes]) -> None:
        """All files (their content by name) in place of those of the earlier package."""
        with self._telling():
            for name, content in files.items():
                (self._draft / name).write_bytes(content)
            require_free(self._folder)  # still: making the files took its time
            self._swap()
        shutil.rmtree(self._earlier, ignore_errors=True)  # what stays goes with the next run

    def _swap(self) -> None:
        if not self._real.exists():
            self._draft.rename(self._real)
            return
        shutil.copymode(self._real, self._draft)
        self._real.rename(self._earlier)
        try:
            self._draft.rename(self._real)
        except BaseException:
            self._earlier.rename(self._real)
            raise

    def _recover(self) -> None:
        """After a run that died: the earlier package back where none is, and no draft."""
        if self._earlier.exists():
            if self._real.is_dir():
                shutil.rmtree(self._earlier)
            else:
                self._earlier.rename(self._real)
        if self._draft.exists():
            shutil.rmtree(self._draft)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            found = str(self._folder)
            raise TbdxError("file-not-writable", found=found, reason=error.strerror) from error


def require_free(folder: Path) -> None:
    """Nothing but an earlier package is in a folder, if it is there at all.

    Raises TbdxError: folder-holds-other (found, names) where there is anything that this
    program did not write, or that was changed since; file-not-writable where it is no folder.
    """
    try:
        there = {path.name: path for path in folder.iterdir()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise TbdxError("file-not-writable", found=str(folder), reason=error.strerror) from error
    hashes = _hashes_in(there.get(DESCRIPTOR))
    other = [
        name
        for name, path in sorted(there.items())
        if name != DESCRIPTOR
        and not (path.is_file() and sha256(path.read_bytes()) == hashes.get(name))
    ]
    if DESCRIPTOR in there and not hashes:
        other.insert(0, DESCRIPTOR)
    if other:
        raise TbdxError("folder-holds-other", found=str(folder), names=", ".join(other[:5]))


def _hashes_in(path: Path | None) -> dict[str, str]:
    """The hash of each file that a descriptor of ours tells of; none where it is another, or changed."""
    try:
        descriptor = json.loads(path.read_bytes()) if path else {}
        own = descriptor[OWN]
        said = own.pop("digest")
        hashes: dict[str, str] = own["files"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return hashes if said == sha256(to_json(descriptor)) else {}


def to_json(value: object) -> bytes:
    """As a descriptor is written, and as its digest is taken."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def sha256(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
