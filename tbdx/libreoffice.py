"""Where LibreOffice is: `report.pdf` starts it, `doctor` says whether it is there."""

from __future__ import annotations

import shutil

COMMANDS = ("soffice", "libreoffice")
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)


def program(named: str = "") -> str | None:
    """The program that is named (TBDX_SOFFICE), and no other; where none is, the first found."""
    places = (named,) if named else (*COMMANDS, *_USUAL_PLACES)
    return next((path for place in places if (path := shutil.which(place))), None)
