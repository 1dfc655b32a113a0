"""One command's run: the service behind it, the reader's language, the files it touches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer
from typer.core import TyperGroup

from tbdx import messages
from tbdx.access import Needed, Right
from tbdx.commands.options import UNREADABLE
from tbdx.i18n import Language, language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.settings import Settings

if TYPE_CHECKING:
    from tbdx.service import Service


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with while it runs."""

    service: Service
    words: Language

    @property
    def plan(self) -> Plan:
        """The plan with its register as it now stands."""
        return self.service.plan

    def require_all_figures(self) -> None:
        """Refuse who sees some agencies only what is worked out from every agency's answers.

        Raises TbdxError: not-allowed.
        """
        Needed(Right.FIGURES, whole=True).require(self.service.person)


@contextmanager
def session(*, samples: bool = False) -> Iterator[Session]:
    """The service as the environment configures it, closed with its processes in the end.

    For the person called as TBDX_USER or the account, with their roles; see `Service.local`.
    Illustrative reports are there only where they are asked for.
    """
    from tbdx.service import Service

    settings = Settings()
    service = Service.open(settings, samples=samples)
    try:
        yield Session(service.local(), language(settings.language))
    finally:
        service.close()


class Commands(TyperGroup):
    """Commands whose known errors are said in one paragraph, exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TbdxError as error:
            typer.echo(messages.error_text(error, language(Settings().language)), err=True)
            raise typer.Exit(UNREADABLE) from error


def read(path: Path) -> bytes:
    """The bytes of a file. Raises TbdxError: file-not-readable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TbdxError("file-not-readable", found=str(path), reason=error.strerror) from error


def write(path: Path, content: bytes) -> None:
    """Write a file, and the folder it stands in; one that stood there stays until all is written.

    Raises TbdxError: file-not-writable.
    """
    with writing(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of the one there only when all is written.

    Raises TbdxError: file-not-writable.
    """
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with draft.open("xb") as file:
                yield file
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise TbdxError("file-not-writable", found=str(path), reason=error.strerror) from error


def make_folder(path: Path) -> None:
    """Make a folder where there is none. Raises TbdxError: file-not-writable."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TbdxError("file-not-writable", found=str(path), reason=error.strerror) from error
