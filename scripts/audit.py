"""Asks a vulnerability service about every requirement of the product: `make audit`, before a release.

Exit code 0 only when each of them was looked up and nothing is known against it; 1 where
something is; 2 where one or more could not be looked up, for that is no good news either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
SERVICES = ("pypi", "osv")
"""Those that pip-audit knows, in the order in which they are asked."""

Ask = Callable[[str], str]


@dataclass
class Outcome:
    """What was found out: known vulnerabilities, and what could not be looked up, each a line."""

    known: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        return 1 if self.known else 2 if self.unasked else 0


def audit(ask: Ask) -> Outcome:
    """Ask one service after the other about what none has answered for yet."""
    answered: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for service in SERVICES:
        for package in _read(ask(service)):
            name = f"{package['name']} {package.get('version', '')}".strip()
            if "skip_reason" in package:
                reasons[package["name"]] = package["skip_reason"]
            else:
                answered[package["name"]] = [_line(name, known) for known in package["vulns"]]
        if answered and not reasons.keys() - answered.keys():
            break
    known = [line for lines in answered.values() for line in lines]
    unasked = [reasons[name] for name in sorted(reasons.keys() - answered.keys())]
    if not answered and not unasked:
        unasked = ["no service could be reached"]
    return Outcome(known, unasked)


def _read(said: str) -> Iterable[dict[str, Any]]:
    """The packages of a report; none where there is no report."""
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        return []
    return packages


def _line(name: str, known: dict[str, Any]) -> str:
    mended = ", ".join(known.get("fix_versions", ())) or "no version yet"
    return f"{name}: {known['id']}, mended in {mended}"


def _pip_audit(service: str) -> str:
    command = ["-m", "pip_audit", "--vulnerability-service", service, "--format", "json"]
    command += ["--requirement", str(REQUIREMENTS), "--no-deps", "--disable-pip"]
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout


def main(ask: Ask = _pip_audit) -> int:
    """Say what was found out; the exit code."""
    found = audit(ask)
    for line in found.known:
        print(f"VULNERABLE: {line}")
    if found.unasked:
        print(f"NOT AUDITED: {len(found.unasked)}, for example: {found.unasked[0]}")
        print("This says nothing about them. Run it where PyPI or OSV can be reached.")
    if found.code == 0:
        print("Every requirement was looked up; nothing is known against any of them.")
    return found.code


if __name__ == "__main__":
    sys.exit(main())
