"""Checks that requirements*.txt are what pyproject.toml asks for; needs no network.

Run by `make lint`. Every fault is printed, and the way to mend them.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
RUNTIME, DEV = "requirements.txt", "requirements-dev.txt"

Pins = dict[str, list[Requirement]]


def main(root: Path = ROOT) -> int:
    """The exit code: 0 when all agrees."""
    faults = list(all_faults(root))
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print("Run `make requirements` and commit its result.", file=sys.stderr)
    return 1 if faults else 0


def all_faults(root: Path) -> Iterator[str]:
    """Everything wrong with the requirement files in `root`, each with its place."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    runtime = [Requirement(text) for text in project["dependencies"]]
    dev = [Requirement(text) for text in project["optional-dependencies"]["dev"]]
    pins: dict[str, Pins] = {}
    for file in (RUNTIME, DEV):
        lines = (root / file).read_text("utf-8").splitlines()
        yield from (f"{file}: {fault}" for fault in _line_faults(lines))
        pins[file] = _pins(lines)
    yield from _unmet(RUNTIME, pins[RUNTIME], runtime)
    yield from _unmet(DEV, pins[DEV], [*runtime, *dev])
    for name, pinned in pins[RUNTIME].items():
        wanted, found = (sorted(map(str, some)) for some in (pinned, pins[DEV].get(name, [])))
        if wanted != found:
            yield f"{DEV}: {name}: found {found or 'nothing'}, expected {wanted} as in {RUNTIME}"


def _requirement_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        if text:
            yield number, text


def _line_faults(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "://" in line:
            yield f"line {number}: found an address, expected none: {line.strip()}"
    for number, text in _requirement_lines(lines):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            yield f"line {number}: found {text!r}, expected name==version"
            continue
        if _version(requirement) is None:
            yield f"line {number}: found {text!r}, expected one exact version (==)"


def _version(requirement: Requirement) -> str | None:
    match list(requirement.specifier):
        case [only] if only.operator == "==" and not only.version.endswith(".*"):
            return only.version
    return None


def _pins(lines: list[str]) -> Pins:
    pins: Pins = {}
    for _, text in _requirement_lines(lines):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # reported by _line_faults
        pins.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pins


def _unmet(file: str, pins: Pins, wanted: list[Requirement]) -> Iterator[str]:
    for requirement in wanted:
        pinned = pins.get(canonicalize_name(requirement.name), [])
        if not pinned:
            yield f"{file}: {requirement.name}: found nothing, expected {requirement}"
        for pin in pinned:
            version = _version(pin)
            if version and not requirement.specifier.contains(version, prereleases=True):
                yield f"{file}: {requirement.name}: found {version}, expected {requirement}"


if __name__ == "__main__":
    sys.exit(main())
