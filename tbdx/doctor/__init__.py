"""Whether a set-up is sound: checks that say what they found and how to mend it.

`doctor.setup.CHECKS` look at this machine's configuration, `doctor.site.CHECKS` at a
running site as a browser meets it. Each check is a question with one answer; none
changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from tbdx.model import TbdxError

Looked = TypeVar("Looked")


class State(StrEnum):
    """How a check ends; only WRONG stands in the way."""

    GOOD = "good"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check found (codes, numbers, places), and what it expected instead of it."""

    state: State
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Check(Generic[Looked]):
    """A question about what is looked at.

    `title` is what is so when all is well, `remedy` what to do when it is not;
    both are texts to translate.
    """

    code: str
    title: str
    remedy: str
    ask: Callable[[Looked], Answer]


@dataclass(frozen=True, slots=True)
class Result:
    """A check's answer."""

    code: str
    title: str
    remedy: str
    state: State
    found: str
    expected: str


def good(found: object = "") -> Answer:
    """Nothing to do."""
    return Answer(State.GOOD, str(found))


def wrong(found: object, expected: object = "") -> Answer:
    """This must be mended."""
    return Answer(State.WRONG, str(found), str(expected))


def advice(found: object, expected: object = "") -> Answer:
    """This works, but could be better."""
    return Answer(State.ADVICE, str(found), str(expected))


def examine(checks: Sequence[Check[Looked]], looked: Looked) -> Iterator[Result]:
    """Every check's answer, in their order; one that cannot be answered is wrong and says why."""
    for check in checks:
        try:
            answer = check.ask(looked)
        except TbdxError as error:
            answer = wrong(error.fields.get("reason", error))
        except (OSError, ValueError) as error:
            answer = wrong(error)
        yield Result(
            check.code, check.title, check.remedy, answer.state, answer.found, answer.expected
        )
