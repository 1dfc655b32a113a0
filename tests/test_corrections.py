"""Corrections to known errors in filed figures: put over the panel, and taken off again."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tbdx.corrections import Value, corrected, value_at
from tbdx.model import Answer, Erratum
from tbdx.store.submissions import PANEL_TYPES

NOW = datetime(2025, 3, 1, tzinfo=UTC)
BAO, DAI = "bao-thai-binh", "dai-ptth-thai-binh"
FILED: dict[tuple[str, int, str], Value] = {
    (BAO, 2024, "staff_count"): 60.0,
    (BAO, 2024, "uses_ai"): Answer.NO,
    (BAO, 2024, "difficulties"): "thiếu kinh phí",
    (BAO, 2024, "trained_count"): None,
    (BAO, 2023, "staff_count"): 60.0,
    (DAI, 2024, "staff_count"): 90.0,
}


def panel(filed: dict[tuple[str, int, str], Value]) -> pd.DataFrame:
    """The figures in use as the store gives them."""
    rows = [
        {
            "agency": agency,
            "year": year,
            "phase": "final",
            "field": field,
            "number": value if isinstance(value, float) else math.nan,
            "text": str(value) if isinstance(value, str) else None,
            "sheet": "Chỉ tiêu",
            "cell": "E14",
            "submission": 1,
        }
        for (agency, year, field), value in filed.items()
    ]
    return pd.DataFrame(rows, columns=list(PANEL_TYPES)).astype(PANEL_TYPES)


def erratum(
    stated: Value,
    right: Value,
    field: str = "staff_count",
    *,
    number: int = 7,
    agency: str = BAO,
    year: int = 2024,
    withdrawn: bool = False,
) -> Erratum:
    end = NOW if withdrawn else None
    return Erratum(number, agency, year, field, stated, right, "nhầm", "CV 12", NOW, "", end)


def values(frame: pd.DataFrame) -> dict[tuple[str, int, str], float | str | None]:
    keys = zip(frame["agency"], frame["year"].tolist(), frame["field"], strict=True)
    return {key: value_at(frame, place) for place, key in enumerate(keys)}


def plain(filed: dict[tuple[str, int, str], Value]) -> dict[tuple[str, int, str], object]:
    return {key: v.value if isinstance(v, Answer) else v for key, v in filed.items()}


@pytest.mark.parametrize(
    ("field", "stated", "right"),
    [
        ("staff_count", 60.0, 66.0),
        ("staff_count", 60.0, 0.0),
        ("staff_count", 60.0, None),
        ("uses_ai", Answer.NO, Answer.YES),
        ("uses_ai", Answer.NO, Answer.NOT_APPLICABLE),
        ("uses_ai", Answer.NO, None),
        ("difficulties", "thiếu kinh phí", "thiếu nhân lực"),
        ("difficulties", "thiếu kinh phí", None),
        ("trained_count", None, 12.0),
        ("trained_count", None, 0.0),
    ],
)
def test_a_correction_changes_its_figure_and_nothing_else(
    field: str, stated: Value, right: Value
) -> None:
    """Numbers, answers, texts and blanks; a blank and a zero are different things."""
    frame, in_use = corrected(panel(FILED), [erratum(stated, right, field)])
    assert values(frame) == plain(FILED | {(BAO, 2024, field): right})
    assert in_use == {7}
    marked = frame[frame["erratum"] != 0]
    assert marked[["agency", "year", "field", "erratum"]].values.tolist() == [[BAO, 2024, field, 7]]


@pytest.mark.parametrize(
    "correction",
    [
        erratum(61.0, 66.0),
        erratum(None, 66.0),
        erratum("60", 66.0),
        erratum(Answer.YES, Answer.NO, "uses_ai"),
        erratum(60.0, 66.0, withdrawn=True),
        erratum(60.0, 66.0, agency="tc-van-nghe-thai-binh"),
        erratum(60.0, 66.0, year=2025),
        erratum(None, 66.0, "security_level"),
    ],
    ids=["stale", "was-blank", "was-text", "stale-answer", "withdrawn", "agency", "year", "field"],
)
def test_a_correction_applies_only_while_the_stated_figure_stands(correction: Erratum) -> None:
    """Once the agency sent another figure, or the correction was withdrawn, nothing is changed."""
    frame, in_use = corrected(panel(FILED), [correction])
    assert values(frame) == plain(FILED)
    assert in_use == frozenset()
    assert frame["erratum"].tolist() == [0] * len(FILED)


def test_of_several_corrections_to_one_figure_the_last_one_holds() -> None:
    """Each speaks of the figure as filed; withdrawing the last one brings back the one before."""
    first, second = erratum(60.0, 66.0, number=1), erratum(60.0, 64.0, number=2)
    for order in ([first, second], [second, first]):
        frame, in_use = corrected(panel(FILED), order)
        assert values(frame)[BAO, 2024, "staff_count"] == 64
        assert in_use == {2}
    taken_back = erratum(60.0, 64.0, number=2, withdrawn=True)
    frame, in_use = corrected(panel(FILED), [first, taken_back])
    assert values(frame)[BAO, 2024, "staff_count"] == 66
    assert in_use == {1}


def test_corrections_do_not_build_on_each_other() -> None:
    """What was corrected from 60 to 66 is not what a correction from 66 speaks of."""
    frame, in_use = corrected(panel(FILED), [erratum(60.0, 66.0), erratum(66.0, 70.0, number=8)])
    assert values(frame)[BAO, 2024, "staff_count"] == 66
    assert in_use == {7}


def test_the_panel_given_is_not_altered() -> None:
    """Views share it: a correction is put over a copy, whatever the index of its rows."""
    for given in (panel(FILED), panel(FILED).iloc[::-1], panel(FILED).set_index(pd.Index([3] * 6))):
        kept = given.copy(deep=True)
        frame, _ = corrected(given, [erratum(60.0, 66.0)])
        assert_frame_equal(given, kept)
        assert values(frame)[BAO, 2024, "staff_count"] == 66


@pytest.mark.parametrize("corrections", [[], [erratum(60.0, 66.0)]], ids=["none", "one"])
def test_an_empty_panel_stays_empty(corrections: list[Erratum]) -> None:
    """There is nothing to correct, and the columns are there all the same."""
    frame, in_use = corrected(panel({}), corrections)
    assert list(frame.columns) == [*PANEL_TYPES, "erratum"]
    assert (len(frame), in_use) == (0, frozenset())


def test_a_corrected_panel_keeps_its_types() -> None:
    """Whoever computes with it need not know that anything was corrected."""
    frame, _ = corrected(panel(FILED), [erratum(60.0, None), erratum(None, 1.0, "trained_count")])
    assert dict(frame.dtypes.astype(str)) == PANEL_TYPES | {"erratum": "int64"}
