"""A Word file as PDF, by LibreOffice where it is installed. Only this module starts it.

Each call runs a LibreOffice of its own, with a profile that exists as long as the call, so that
calls at the same time do not meet and nobody's open documents are touched. Fonts are embedded, and
headings, tables and what pictures show are tagged for screen readers. The PDF is dated as the Word
file is, so the same file gives the same bytes on the same machine. Another version of LibreOffice,
or another font in place of Times New Roman, gives others.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tbdx import libreoffice
from tbdx.model import TbdxError
from tbdx.settings import Settings

_CONVERSION = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
_LONGEST_REASON = 200
_CREATED = re.compile(rb"(?<=/CreationDate\(D:)\d{14}(?=Z'\))")
_IDENTITY = re.compile(rb"(?:/ID \[|/DocChecksum /)[\s<>0-9A-F]{32,75}")
_DIGEST = re.compile(rb"[0-9A-F]{32}")
_OWN_GROUP = os.name == "posix"


def available(settings: Settings | None = None) -> bool:
    """Whether there is a LibreOffice to make PDFs with."""
    return libreoffice.program((settings or Settings()).soffice) is not None


def to_pdf(docx: bytes, settings: Settings | None = None) -> bytes:
    """The Word file as PDF.

    Raises `TbdxError`: `pdf-program-missing`; `pdf-failed` (reason), also where it took longer
    than the settings allow, after which nothing of it runs on.
    """
    settings = settings or Settings()
    program = libreoffice.program(settings.soffice)
    if program is None:
        raise TbdxError(
            "pdf-program-missing", found=settings.soffice or ", ".join(libreoffice.COMMANDS)
        )
    with TemporaryDirectory(prefix="tbdx-pdf-", ignore_cleanup_errors=True) as folder:
        source, result = Path(folder) / "report.docx", Path(folder) / "report.pdf"
        source.write_bytes(docx)
        said = _run(program, source, settings.pdf_seconds)
        if not result.is_file():
            raise TbdxError("pdf-failed", reason=said or "–")
        return _without_clock(result.read_bytes(), docx)


def _without_clock(pdf: bytes, docx: bytes) -> bytes:
    """The PDF dated as its source is, and identified by it instead of by the present moment.

    What is put in is as long as what was there, for a PDF finds its parts by their offsets.
    """
    from docx import Document  # noqa: PLC0415 (a page asks only whether a PDF can be made)

    created = Document(BytesIO(docx)).core_properties.created
    if created:
        pdf = _CREATED.sub(f"{created:%Y%m%d%H%M%S}".encode(), pdf)
    identity = hashlib.sha256(docx).hexdigest()[:32].upper().encode()
    return _IDENTITY.sub(lambda found: _DIGEST.sub(identity, found[0]), pdf)


def _run(program: str, source: Path, seconds: float) -> str:
    """Have the PDF written beside its source; gives back the last thing that LibreOffice said."""
    profile = (source.parent / "profile").as_uri()
    command = [
        program,
        f"-env:UserInstallation={profile}",
        *("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"),
        *("--convert-to", _CONVERSION, "--outdir", str(source.parent), str(source)),
    ]
    process = subprocess.Popen(  # noqa: S603 (the program is the settings'; nothing else comes from outside)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TZ": "UTC"},
        start_new_session=_OWN_GROUP,
    )
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise TbdxError("pdf-failed", reason=f"> {seconds:g} s") from None
    except BaseException:
        _end(process)
        raise
    lines = errors.decode(errors="replace").split("\n")
    return next((line.strip()[:_LONGEST_REASON] for line in reversed(lines) if line.strip()), "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with whatever it started: LibreOffice is a script that starts the program proper."""
    with suppress(ProcessLookupError):
        if _OWN_GROUP:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()
