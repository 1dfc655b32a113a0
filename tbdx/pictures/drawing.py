"""The layout on paper, and Matplotlib: no window, no pyplot, nothing shared between pictures.

All lengths are pixels of 1/96 inch, y upwards: what the figures are given in, so that a
picture 16 cm wide has the proportions of a chart 605 pixels wide on screen.
"""

from __future__ import annotations

import math
import threading
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, Bbox

from tbdx.charts import Chart
from tbdx.pictures.reading import (
    Axis,
    CannotDrawError,
    Drawing,
    Label,
    Line,
    Mark,
    Series,
    Words,
    read,
)
from tbdx.pictures.symbols import SYMBOLS, Symbol
from tbdx.settings import ROOT

# Matplotlib's settings are the whole process's; only this module uses it, so they are set once.
mpl.rcdefaults()
mpl.rcParams.update(
    {
        "svg.fonttype": "path",  # the same letters where the font is not installed
        "svg.hashsalt": "tbdx",  # the same names of shapes for the same picture
        "path.simplify": False,
    }
)
_LOCK = threading.Lock()  # Matplotlib's fonts are shared, and it promises nothing to threads

_DOTS = 300  # an inch, of a PNG
_PER_INCH = 96.0
_FAMILY = "DejaVu Sans"  # comes with Matplotlib and has every letter of Vietnamese
_LETTER = 11.0 / 12.0  # DejaVu is wider than the screen's letters
_SMALL, _USUAL, _LARGE = 9.5, 11.0, 13.0
_LEADING = 1.32  # of a letter's size from line to line
_ASCENT, _CAPITAL, _DESCENT = 0.93, 0.73, 0.24  # of a letter's size: with its marks, without
_EDGE = 6.0  # around everything
_LOWEST = 120.0  # what the marks themselves have at least
_SWATCH, _GAP = 32.0, 6.0
_INK, _FAINT, _FRAME = "#1c2733", "#dfe5ea", "#8a949d"
_BAR = 0.8  # of the distance between two years

Across = Literal["left", "center", "right"]
Along = Literal["top", "center", "bottom"]


def picture(
    chart: Chart,
    *,
    file_type: str,
    width_cm: float,
    height_cm: float | None,
    title: str,
    marks: Sequence[str],
    notes: Sequence[str],
) -> bytes:
    """See `tbdx.pictures.draw`."""
    drawing = read(chart)
    heading = Words((title,), bold=True) if title else replace(drawing.title, bold=True)
    with _LOCK:
        sheet = _Sheet(
            drawing,
            _pixels(width_cm),
            None if height_cm is None else _pixels(height_cm),
            heading,
            marks,
            notes,
        )
        sheet.draw()
        said = {"Title": " ".join(heading.lines), "Description": chart.sentence}
        return _svg(sheet.figure, said) if file_type == "svg" else _png(sheet.figure, said)


def _pixels(centimetres: float) -> float:
    return centimetres / 2.54 * _PER_INCH


def _png(figure: Figure, said: dict[str, str]) -> bytes:
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None, **said})
    return out.getvalue()


def _svg(figure: Figure, said: dict[str, str]) -> bytes:
    out = BytesIO()
    unstamped = {"Date": None, "Creator": None}
    figure.savefig(out, format="svg", metadata={**unstamped, **said})
    return out.getvalue()


@cache
def _colours() -> tuple[str, ...]:
    """The light theme's colours of traces, by their place, as Streamlit gives them on screen."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    return tuple(theme["theme"]["light"]["chartCategoricalColors"])


@cache
def _font(size: float, bold: bool) -> FontProperties:
    """`size` in pixels."""
    points = size * 72 / _PER_INCH
    return FontProperties(family=_FAMILY, size=points, weight="bold" if bold else "normal")


@cache
def _width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in pixels: of its outlines, so the same for every kind of file."""
    points, _, _ = text_to_path.get_text_width_height_descent(text, _font(size, bold), False)
    return float(points) * _PER_INCH / 72


def _wrapped(lines: Sequence[str], room: float, size: float, bold: bool = False) -> list[str]:
    """The lines broken between words, so that each fits the room where its words allow it."""
    broken: list[str] = []
    for line in lines:
        here = ""
        for word in line.split(" "):
            longer = f"{here} {word}" if here else word
            if here and _width(longer, size, bold) > room:
                broken.append(here)
                here = word
            else:
                here = longer
        broken.append(here)
    return broken


@dataclass(frozen=True)
class _Entry:
    """One entry of the legend, where it stands: from the left, and in which row."""

    series: Series
    lines: list[str]
    left: float
    top: float


class _Sheet:
    """One picture: what stands where, then everything drawn there."""

    def __init__(
        self,
        drawing: Drawing,
        width: float,
        height: float | None,
        heading: Words,
        marks: Sequence[str],
        notes: Sequence[str],
    ) -> None:
        self.drawing, self.width = drawing, width
        room = width - 2 * _EDGE
        self._marks = [_wrapped([mark], room - 12, _USUAL, bold=True) for mark in marks if mark]
        self._heading = _wrapped(heading.lines, room, _LARGE, bold=True) if heading else []
        self._notes = _wrapped([note for note in notes if note], room, _SMALL)
        self._x_span = self._span(drawing.x, "xs")
        self._y_span = self._span(drawing.y, "ys")
        self._x_ticks = self._ticks(drawing.x, self._x_span)
        self._y_ticks = self._ticks(drawing.y, self._y_span)
        self._entries, legend = self._legend(room)
        years = _USUAL * _LEADING + 6 if drawing.x.labelled else 0.0
        notes_height = len(self._notes) * _SMALL * _LEADING + (8 if self._notes else 0)
        self._legend_top = (0.0 if drawing.x.on_top else years) + (10 if self._entries else 0)
        below = self._legend_top + legend + notes_height + _EDGE
        if height is None:
            height = drawing.height + self._head_height() + notes_height
        head = _EDGE + self._head_height()
        above = head + (years if drawing.x.on_top else 0.0)
        above += self._headroom(height - above - below)
        self.height = max(height, above + below + _LOWEST)
        widest = max((_width(text, _USUAL) for _, text in self._y_ticks), default=0.0)
        labelled = drawing.y.labelled and self._y_ticks
        self.left = _EDGE + (widest + 6 if labelled else drawing.left - _EDGE)
        self.right = width - max(drawing.right, _EDGE) - 2
        self.top, self.bottom = self.height - above, below
        self._ceiling = self.height - head
        self.figure = Figure(
            figsize=(width / _PER_INCH, self.height / _PER_INCH), dpi=_DOTS, facecolor="white"
        )
        self._pixel = Affine2D().scale(1 / _PER_INCH) + self.figure.dpi_scale_trans
        self._order = 0

    # What stands where

    def _headroom(self, plot: float) -> float:
        """How far labels reach above a plot so high, and what keeps them off what is above."""
        low, high = self._y_span
        reach = [
            len(label.words.lines) * label.size * _LETTER * _LEADING
            + label.clear
            - (high - label.y) / (high - low) * max(plot, _LOWEST) * 0.85  # it will be lower
            for series in self.drawing.series
            for label in series.labels
            if label.above > 0
        ]
        return max(4.0, *reach) + 6 if reach else 10.0

    def _head_height(self) -> float:
        marks = sum(len(lines) * _USUAL * _LEADING + 12 for lines in self._marks)
        heading = len(self._heading) * _LARGE * _LEADING
        return marks + heading

    def _span(self, axis: Axis, side: Literal["xs", "ys"]) -> tuple[float, float]:
        """From where to where an axis reaches; with some room beyond the data, except at zero."""
        if axis.span:
            return axis.span
        values = [
            value
            for series in self.drawing.series
            for value in getattr(series, side)
            if not math.isnan(value)
        ]
        if axis.to_zero or any(series.bars for series in self.drawing.series):
            values.append(0.0)
        low, high = min(values, default=0.0), max(values, default=0.0)
        if low == high:
            high = low + 1
        room = (high - low) * 0.07
        return low - (room if low else 0), high + (room if high else 0)

    def _ticks(self, axis: Axis, span: tuple[float, float]) -> list[tuple[float, str]]:
        if axis.ticks is not None:
            return [tick for tick in axis.ticks if span[0] <= tick[0] <= span[1]]
        places = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(*span)
        return [
            (place, self._number(place) + axis.suffix)
            for place in map(float, places)
            if span[0] <= place <= span[1]
        ]

    def _number(self, value: float) -> str:
        text = f"{value:,.10g}".translate(str.maketrans(".,", self.drawing.separators))
        return text.replace("-", "−")

    def _legend(self, room: float) -> tuple[list[_Entry], float]:
        """The legend's entries in rows below the plot, and how high they are together."""
        if not self.drawing.legend:
            return [], 0.0
        entries: list[_Entry] = []
        left, top, row = 0.0, 0.0, 0.0
        for series in self.drawing.series:
            if not (series.in_legend and _drawn(series)):
                continue
            lines = _wrapped(series.name.lines, room - _SWATCH - _GAP, _USUAL)
            wide = _SWATCH + _GAP + max(_width(line, _USUAL) for line in lines)
            if left and left + wide > room:
                left, top, row = 0.0, top + row, 0.0
            entries.append(_Entry(series, lines, left, top))
            left += wide + 3 * _GAP
            row = max(row, len(lines) * _USUAL * _LEADING + 3)
        return entries, top + row

    # Drawing

    def draw(self) -> None:
        """Everything, from the back to the front."""
        self._draw_head()
        self._draw_axes()
        series = self.drawing.series
        for one in series:
            self._draw_hatching(one)
        for one in series:
            self._draw_bars(one)
            self._draw_line(one)
        for one in series:
            self._draw_marks(one)
        self._draw_labels()
        for note in self.drawing.notes:
            self._text(
                note.words.lines, self.left, self._y(note.y), "left", "bottom", bold=note.words.bold
            )
        self._draw_legend()
        self._text(self._notes, _EDGE, _EDGE, "left", "bottom", size=_SMALL)

    def _x(self, value: float) -> float:
        low, high = self._x_span
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def _y(self, value: float) -> float:
        low, high = self._y_span
        return self.bottom + (value - low) / (high - low) * (self.top - self.bottom)

    def _add(self, artist: Artist) -> None:
        self._order += 1
        artist.set_zorder(self._order)
        artist.set_transform(self._pixel)
        self.figure.add_artist(artist)

    def _text(
        self,
        lines: Sequence[str],
        x: float,
        y: float,
        across: Across,
        along: Along,
        *,
        size: float = _USUAL,
        bold: bool = False,
        clear: bool = False,
    ) -> None:
        """Lines of text; where it stands among marks (`clear`), with a white rim around its letters."""
        lower = (len(lines) - 1) * size * _LEADING  # from the first baseline to the last
        first = {
            "top": y - _ASCENT * size,
            "center": y + (lower - _CAPITAL * size) / 2,
            "bottom": y + _DESCENT * size + lower,
        }[along]
        for place, line in enumerate(lines):
            text = Text(
                x,
                first - place * size * _LEADING,
                line,
                color=_INK,
                fontproperties=_font(size, bold),
                horizontalalignment=across,
                verticalalignment="baseline",
                parse_math=False,
            )
            if clear:
                text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
            self._add(text)

    def _stroke(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        colour: str,
        width: float,
        dash: Sequence[int] = (),
        opacity: float = 1.0,
    ) -> None:
        points = width * 72 / _PER_INCH
        style: Any = "solid"
        if (
            dash
        ):  # Plotly's dashes are those of a line of 3 pixels at least; Matplotlib's grow with it
            style = (0, tuple(part * max(width, 3.0) / width for part in dash))
        self._add(
            Line2D(
                xs,
                ys,
                color=colour,
                linewidth=points,
                linestyle=style,
                alpha=opacity,
                dash_capstyle="butt",
                solid_capstyle="butt",
                solid_joinstyle="round",
            )
        )

    def _draw_head(self) -> None:
        y = self.height - _EDGE
        for lines in self._marks:
            high = len(lines) * _USUAL * _LEADING + 6
            wide = max(_width(line, _USUAL, bold=True) for line in lines) + 12
            box = Rectangle(
                (_EDGE, y - high), wide, high, facecolor="white", edgecolor=_INK, linewidth=0.75
            )
            self._add(box)
            self._text(lines, _EDGE + 6, y - high / 2, "left", "center", bold=True)
            y -= high + 6
        self._text(self._heading, _EDGE, y, "left", "top", size=_LARGE, bold=True)

    def _draw_axes(self) -> None:
        x, y = self.drawing.x, self.drawing.y
        if y.grid:
            for value, _ in self._y_ticks:
                self._stroke([self.left, self.right], [self._y(value)] * 2, _FAINT, 1)
        if x.grid:
            for value, _ in self._x_ticks:
                self._stroke([self._x(value)] * 2, [self.bottom, self.top], _FAINT, 1)
        if y.zero_line and self._y_span[0] <= 0 <= self._y_span[1]:
            self._stroke([self.left, self.right], [self._y(0)] * 2, _FRAME, 1)
        if y.labelled:
            for value, text in self._y_ticks:
                self._text([text], self.left - 6, self._y(value), "right", "center")
        if x.labelled:
            along: Along = "bottom" if x.on_top else "top"
            at = self.top + 6 if x.on_top else self.bottom - 6
            for value, text in self._spaced():
                self._text([text], self._x(value), at, "center", along)

    def _spaced(self) -> list[tuple[float, str]]:
        """The ticks along the bottom, every second or third where all would touch."""
        ticks = self._x_ticks
        every = 1
        while every < len(ticks) and any(
            self._x(b[0]) - self._x(a[0]) < (_width(a[1], _USUAL) + _width(b[1], _USUAL)) / 2 + 6
            for a, b in pairwise(ticks[::every])
        ):
            every += 1
        return ticks[::every]

    def _draw_hatching(self, series: Series) -> None:
        if not series.hatched:
            return
        for xs, ys in _unbroken(series):
            left, right = self._x(min(xs)), self._x(max(xs))
            low, high = self._y(min(ys)), self._y(max(ys))
            self._hatch(left, low, right - left, high - low, self._colour(series))

    def _hatch(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        self._add(
            Rectangle(
                (x, y),
                wide,
                high,
                facecolor="none",
                edgecolor=colour,
                linewidth=0.75,
                hatch="///",
                hatch_linewidth=0.75,
            )
        )

    def _draw_bars(self, series: Series) -> None:
        colour = self._colour(series)
        for bar in series.bars:
            left, right = self._x(bar.x - _BAR / 2), self._x(bar.x + _BAR / 2)
            low, high = sorted((self._y(0), self._y(bar.y)))
            if bar.hatched:
                self._hatch(left, low, right - left, high - low, colour)
            else:
                self._add(Rectangle((left, low), right - left, high - low, facecolor=colour))

    def _draw_line(self, series: Series) -> None:
        line = series.line
        if line is None or series.hatched:
            return
        for xs, ys in _unbroken(series):
            across, up = _course(xs, ys, line)
            self._stroke(
                [self._x(x) for x in across],
                [self._y(y) for y in up],
                self._colour(series),
                line.width,
                line.dash,
                series.opacity,
            )

    def _draw_marks(self, series: Series) -> None:
        for mark in series.marks:
            at = self._x(mark.x), self._y(mark.y)
            self._mark(series, mark.symbol, at, mark.size, mark.stroke)

    def _mark(
        self, series: Series, name: str, at: tuple[float, float], size: float, stroke: float
    ) -> None:
        symbol, colour = _symbol(name), self._colour(series)
        place = Affine2D().scale(size / 2).translate(*at)
        width = (stroke if symbol.filled else max(stroke, 1.0)) * 72 / _PER_INCH
        self._add(
            PathPatch(
                place.transform_path(symbol.path),
                facecolor=colour if symbol.filled else "none",
                edgecolor=colour if width else "none",
                linewidth=width,
                fill=symbol.filled,
                alpha=series.opacity,
                capstyle="butt",
                joinstyle="miter",
            )
        )
        if symbol.dotted:
            dot = Affine2D().scale(size / 8).translate(*at)
            path = dot.transform_path(_symbol("circle").path)
            self._add(PathPatch(path, facecolor=colour, edgecolor="none"))

    def _draw_labels(self) -> None:
        """Each beside its point; one that would lie on another, or on a mark, on another side of it.

        What stands on a bar has no other side, so it comes first; then what is bold.
        """
        taken: list[Bbox] = []
        marks = [self._extent(mark) for series in self.drawing.series for mark in series.marks]
        labels = [(s, label) for s in self.drawing.series for label in s.labels]
        for series, label in sorted(labels, key=lambda p: (not p[0].bars, not p[1].words.bold)):
            sides = dict.fromkeys(
                (label.across * turned, label.above * over)
                for over, turned in ((1, 1), (1, -1), (-1, 1), (-1, -1))
                if not (series.bars and over < 0)
            )
            boxes = [self._label_box(label, *side, lift) for lift in (0, 1, 2) for side in sides]
            faults = [
                100 * (box.y1 > self._ceiling or box.y0 < self.bottom - label.size)
                + 10 * box.count_overlaps(taken)
                + box.count_overlaps(marks)
                for box in boxes
            ]
            box = boxes[faults.index(min(faults))]
            taken.append(box.padded(3, 0))
            size, bold = label.size * _LETTER, label.words.bold
            middle = (box.y0 + box.y1) / 2
            self._text(
                label.words.lines,
                box.x0,
                middle,
                "left",
                "center",
                size=size,
                bold=bold,
                clear=True,
            )

    def _extent(self, mark: Mark) -> Bbox:
        """What a mark covers."""
        place = Affine2D().scale(mark.size / 2).translate(self._x(mark.x), self._y(mark.y))
        return _symbol(mark.symbol).path.get_extents(place)

    def _label_box(self, label: Label, across: int, above: int, lift: int) -> Bbox:
        """Where a label stands on that side of its point, so many lines off it.

        It never stands beyond the picture's edges.
        """
        size = label.size * _LETTER
        wide = max(_width(line, size, label.words.bold) for line in label.words.lines)
        high = len(label.words.lines) * size * _LEADING
        clear = label.clear * 0.6 if above else label.clear
        left = self._x(label.x) + across * clear - wide * (1 - across) / 2
        left = min(max(left, _EDGE), self.width - _EDGE - wide)
        off = label.clear + lift * size * _LEADING
        low = self._y(label.y) + above * off - high * (1 - above) / 2
        return Bbox.from_bounds(left, low, wide, high)

    def _draw_legend(self) -> None:
        begin = self.bottom - self._legend_top
        for entry in self._entries:
            top, left = begin - entry.top, _EDGE + entry.left
            middle = top - _USUAL * _LEADING / 2
            self._swatch(entry.series, left, middle)
            self._text(entry.lines, left + _SWATCH + _GAP, top, "left", "top")

    def _swatch(self, series: Series, left: float, middle: float) -> None:
        """A series in small: its line, its first mark, its box."""
        colour = self._colour(series)
        if series.hatched or series.bars:
            if series.hatched or series.bars[0].hatched:
                self._hatch(left + 6, middle - 5, 20, 10, colour)
            else:
                self._add(Rectangle((left + 6, middle - 5), 20, 10, facecolor=colour))
            return
        if series.line:
            ends = [left, left + _SWATCH]
            line = series.line
            self._stroke(ends, [middle] * 2, colour, line.width, line.dash, series.opacity)
        if series.marks:
            first = series.marks[0]
            size = 11.0 if self.drawing.even_legend else min(first.size, 14.0)
            self._mark(series, first.symbol, (left + _SWATCH / 2, middle), size, first.stroke)

    def _colour(self, series: Series) -> str:
        colours = _colours()
        return colours[series.place % len(colours)]


def _symbol(name: str) -> Symbol:
    if name not in SYMBOLS:
        raise CannotDrawError(f"the mark {name!r}")
    return SYMBOLS[name]


def _drawn(series: Series) -> bool:
    """Whether there is anything of a series to see."""
    return bool(series.marks or series.bars or (series.line and any(_unbroken(series))))


def _unbroken(series: Series) -> Iterator[tuple[list[float], list[float]]]:
    """The points of a series, as far as no gap lies between them."""
    xs: list[float] = []
    ys: list[float] = []
    for x, y in zip((*series.xs, math.nan), (*series.ys, math.nan), strict=True):
        if math.isnan(x) or math.isnan(y):
            if xs:
                yield xs, ys
            xs, ys = [], []
        else:
            xs.append(x)
            ys.append(y)


def _course(
    xs: Sequence[float], ys: Sequence[float], line: Line
) -> tuple[Sequence[float], Sequence[float]]:
    """The corners of a line; of steps, also those halfway between two points."""
    if not line.steps:
        return xs, ys
    across, up = [xs[0]], [ys[0]]
    for (x0, y0), (x1, y1) in pairwise(zip(xs, ys, strict=True)):
        middle = (x0 + x1) / 2
        across += [middle, middle, x1]
        up += [y0, y1, y1]
    return across, up
