"""Rows of the store as the nouns they stand for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tbdx.model import Answer, Erratum, PlanVersion


def plan_version(row: Mapping[str, Any]) -> PlanVersion:
    values = dict(row)
    return PlanVersion(sha256=values.pop("document"), **values)


def erratum(row: Mapping[str, Any]) -> Erratum:
    values = dict(row)
    for name in ("stated", "corrected"):
        values[name] = _value_of(values[name])
    return Erratum(**values)


def value_text(value: Answer | float | str | None) -> str:
    """A figure as a correction keeps it: JSON that tells an answer from a text."""
    if isinstance(value, Answer):
        return json.dumps({"answer": value.value})
    return json.dumps(value, ensure_ascii=False)


def _value_of(text: str) -> Answer | float | str | None:
    value = json.loads(text)
    if isinstance(value, dict):
        return Answer(value["answer"])
    return float(value) if isinstance(value, int | float) else value
