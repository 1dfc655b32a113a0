"""docs/licences.md: under which licence each run-time requirement is, as its package states it.

Written by `make docs`. A requirement under a licence that nobody has looked at yet fails the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata

from packaging.requirements import Requirement

from tbdx.settings import ROOT

PERMISSIVE = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
        "Zlib",
    }
)
"""Licences that ask for no more than to be kept and named."""

_AS_A_LIBRARY = "Imported as a library, unchanged, exchangeable by whoever installs it."
COPYLEFT = {
    "certifi": ("MPL-2.0", "A list of certificates, used unchanged."),
    "pebble": ("LGPL", _AS_A_LIBRARY),
    "psycopg": ("LGPL-3.0-only", _AS_A_LIBRARY),
    "psycopg-binary": (
        "LGPL-3.0-only",
        f"{_AS_A_LIBRARY} It contains PostgreSQL's libpq (PostgreSQL licence) and OpenSSL (Apache-2.0).",
    ),
}
"""Those that ask for more, and why that is met: nothing of them is copied into the product."""

_ELSEWHERE = {"colorama": "BSD-3-Clause"}  # installed on Windows only
_STATED = {  # what packages write in place of SPDX's names
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_LONGEST_NAME = 30  # of a licence's name; what is longer is its text


def requirements() -> list[str]:
    """The names of what requirements.txt pins, each once."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    texts = [line.partition("#")[0].strip() for line in lines]
    return sorted({Requirement(text).name for text in texts if text})


def licence(package: str) -> str:
    """As SPDX names it where that is stated, "" where the package says nothing usable."""
    try:
        said = metadata(package).json
    except PackageNotFoundError:
        return _ELSEWHERE.get(package, "")
    if expression := said.get("license_expression"):
        return str(expression)
    stated = str(said.get("license", ""))
    if not stated or len(stated) > _LONGEST_NAME:
        kinds = [kind for kind in said.get("classifier", ()) if kind.startswith("License ::")]
        stated = kinds[0].rpartition(" :: ")[2] if kinds else ""
    return _STATED.get(stated, stated)


def unknown(package: str, stated: str) -> list[str]:
    """The parts of a stated licence that nobody has looked at yet."""
    allowed = {*PERMISSIVE, COPYLEFT[package][0]} if package in COPYLEFT else PERMISSIVE
    return [part for part in re.split(" OR | AND ", stated) if part not in allowed]


def licences_page() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# Licences of the requirements",
        "",
        "What is installed to run the product (requirements.txt), with the licence that each package states.",
        "The product itself is under the MIT licence (LICENSE) and copies nothing out of them; whoever passes on",
        "an installation passes on their licence texts, which stand in the packages' own folders. Written by",
        "`make docs`.",
        "",
        "| package | licence | remark |",
        "|---|---|---|",
    )
    for package in requirements():
        yield f"| {package} | {licence(package)} | {COPYLEFT.get(package, ('', ''))[1]} |"
