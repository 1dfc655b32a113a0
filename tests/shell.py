"""`python -m tbdx …` for tests: in this process, or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer import Typer
from typer.main import get_command
from typer.testing import CliRunner, Result

from tbdx.__main__ import app
from tbdx.model import Answer, Phase
from tbdx.plan import Plan
from tbdx.workbook import write_form

ROOT = Path(__file__).parent.parent
YES, NO, NA = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE


class Shell:
    """A shell with a database of its own; commands speak English unless told otherwise."""

    def __init__(self, folder: Path, **environment: object) -> None:
        self.folder = folder
        self.environment = {
            "TBDX_DATABASE_URL": f"sqlite:///{folder / 'tbdx.db'}",
            "TBDX_LANGUAGE": "en",
            **{name: str(value) for name, value in environment.items()},
        }

    def __call__(self, *arguments: object, code: int = 0) -> str:
        """What a command prints, errors included; it must end with this code."""
        return self._run(*arguments, code=code).output

    def json(self, *arguments: object, code: int = 0) -> Any:
        """What a command prints as JSON."""
        return json.loads(self._run(*arguments, "--json", code=code).stdout)

    def _run(self, *arguments: object, code: int) -> Result:
        done = CliRunner().invoke(app, list(map(str, arguments)), env=self.environment)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, (done.exit_code, done.output)
        return done

    def process(self, *arguments: object, code: int = 0) -> str:
        """As a call, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tbdx", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr


def commands_of(typer_app: Typer) -> list[tuple[str, ...]]:
    """Every command by its words, e.g. ("import",) and ("record", "verify")."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield words
            return
        for name, part in inner.items():
            yield from walk(part, (*words, name))

    return list(walk(get_command(typer_app), ()))


def options_of(typer_app: Typer, words: tuple[str, ...]) -> list[str]:
    """The options of one command, as they are typed."""
    command: Any = get_command(typer_app)
    for word in words:
        command = command.commands[word]
    return [name for option in command.params for name in option.opts if name.startswith("--")]


def write_report(
    plan: Plan,
    folder: Path,
    agency: str,
    *,
    year: int = 2024,
    phase: Phase = Phase.FINAL,
    **answers: Any,
) -> Path:
    """A filled form of one agency in a folder, answered so that only what is given differs."""
    path = folder / f"{agency}.xlsx"
    filled = {
        "on_digital_platforms": YES,
        "uses_data_analytics": YES,
        "uses_ai": NO,
        "converged_newsroom": YES,
        "digital_transformation": YES,
        "revenue_2022_million_vnd": 1000.0,
        "staff_count": 10,
        "trained_count": 7,
        "security_level": 3,
        **answers,
    }
    path.write_bytes(write_form(plan, plan.agency(agency), year, phase=phase, answers=filled))
    return path
