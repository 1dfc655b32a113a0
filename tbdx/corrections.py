"""Corrections to known errors in filed figures, put over the panel and taken off again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from tbdx.model import Answer, Erratum

Value = Answer | float | str | None


def corrected(
    panel: pd.DataFrame, errata: Iterable[Erratum]
) -> tuple[pd.DataFrame, frozenset[int]]:
    """The panel with every correction that applies, and the numbers of those that do.

    One applies while it is not withdrawn and the figure as filed is still the one
    that it corrects; of several to one figure the one entered last. A column
    `erratum` holds the number of the correction in a cell, 0 where there is none.
    """
    numbers = np.zeros(len(panel), dtype=np.int64)
    in_force = [erratum for erratum in errata if erratum.withdrawn_at is None]
    if in_force:
        filed = panel
        panel = panel.reset_index(drop=True)
        places = {
            key: place
            for place, key in enumerate(
                zip(panel["agency"], panel["year"].tolist(), panel["field"], strict=True)
            )
        }
        for erratum in sorted(in_force, key=lambda erratum: erratum.id):
            place = places.get((erratum.agency, erratum.year, erratum.field))
            if place is None or value_at(filed, place) != _plain(erratum.stated):
                continue
            is_text = isinstance(erratum.corrected, str)
            row = panel.index[place]
            panel.at[row, "number"] = (
                np.nan if is_text or erratum.corrected is None else erratum.corrected
            )
            panel.at[row, "text"] = str(erratum.corrected) if is_text else None
            numbers[place] = erratum.id
    return panel.assign(erratum=numbers), frozenset(n for n in numbers.tolist() if n)


def value_at(panel: pd.DataFrame, place: int) -> float | str | None:
    """What one row of the panel holds; an answer as its text."""
    number: Any = panel["number"].iat[place]
    text: Any = panel["text"].iat[place]
    if pd.notna(number):
        return float(number)
    return None if pd.isna(text) else str(text)


def _plain(value: Value) -> float | str | None:
    return value.value if isinstance(value, Answer) else value
