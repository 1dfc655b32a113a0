"""Charts as pictures for print, drawn without a browser from the figures on screen.

What is on screen is drawn by Plotly in the browser, on paper by Matplotlib: both from
the same figure of `tbdx.charts`, so they cannot say different things. An attribute of a
figure that print does not know is refused (`CannotDrawError`) instead of being left out.

reading   a figure's attributes, each taken or refused, as series, labels and axes
symbols   the shapes of marks
drawing   the layout on paper, and Matplotlib
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tbdx.charts import Chart
from tbdx.pictures.reading import CannotDrawError

__all__ = ["CannotDrawError", "FileType", "draw"]

FileType = Literal["png", "svg"]


def draw(
    chart: Chart,
    *,
    file_type: FileType,
    width_cm: float = 16.0,
    height_cm: float | None = None,
    title: str = "",
    marks: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """The chart as a picture so many centimetres wide; the same arguments give the same bytes.

    file_type  "png" at 300 dots an inch, or "svg", whose letters are outlines: it looks the
               same where the font is not installed
    height_cm  of the whole picture, but never so low that the marks have no room; without it
               as high as the chart is on screen, and what title, marks and notes take
    title      stands above, in bold; without one the figure's own does
    marks      what must not be overlooked, in a frame above all: "Illustrative figures"
    notes      small lines below: where the figures come from

    The chart's sentence goes along as the file's description. Raises `CannotDrawError` where
    the figure has something that print does not know.
    """
    from tbdx.pictures import drawing  # noqa: PLC0415 (half a second, for those who want a picture)

    return drawing.picture(
        chart,
        file_type=file_type,
        width_cm=width_cm,
        height_cm=height_cm,
        title=title,
        marks=marks,
        notes=notes,
    )
