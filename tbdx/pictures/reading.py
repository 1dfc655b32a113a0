"""A figure's attributes as what there is to draw: every one is taken, or refused.

Only attributes that matter on a screen alone (what a pointer finds, what can be dragged)
are passed over, and each of these is named here.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tbdx.charts import Chart

NAN = float("nan")
_FONT = 12.0  # pixels: letters whose size a figure leaves open
_TAG = re.compile(r"</?[A-Za-z]")
_BOLD = re.compile(r"<b>(.*)</b>", re.DOTALL)

DASHES: Mapping[str, tuple[int, ...]] = {
    "solid": (),
    "dot": (1, 1),
    "dash": (3, 3),
    "longdashdot": (5, 2, 1, 2),
}
"""Strokes and gaps by Plotly's names, in units of the line's width."""

_SCREEN_ALONE = {
    "trace": {"hovertext", "hoverinfo", "cliponaxis"},
    "layout": {"template", "dragmode", "hoverlabel"},
    "axis": {"fixedrange", "tickmode"},
}


class CannotDrawError(ValueError):
    """A figure has an attribute, or a value of one, that print does not know how to draw."""


class _Given:
    """A part of a figure whose attributes are taken one by one; `done` refuses what is left."""

    def __init__(self, values: Any, where: str) -> None:
        if not isinstance(values, Mapping):
            raise CannotDrawError(f"{where} is {values!r}")
        self._left, self.where = dict(values), where

    def take(self, name: str, default: Any = None) -> Any:
        return self._left.pop(name, default)

    def part(self, name: str) -> _Given:
        return _Given(self.take(name, {}), f"{self.where}.{name}")

    def one_of(self, name: str, known: Iterable[str], default: str) -> str:
        return _known(self.take(name, default), known, f"{self.where}.{name}")

    def expect(self, name: str, only: Any) -> None:
        """An attribute that is drawn in one way alone."""
        value = self.take(name, only)
        if value != only:
            raise CannotDrawError(f"{self.where}.{name} is {value!r}, not {only!r}")

    def done(self, passed_over: Iterable[str] = ()) -> None:
        left = set(self._left) - set(passed_over)
        if left:
            raise CannotDrawError(f"{self.where} has {', '.join(sorted(left))}")


def _known(value: Any, known: Iterable[str], where: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise CannotDrawError(f"{where} is {value!r}")
    return value


@dataclass(frozen=True)
class Words:
    """A text in lines, without markup."""

    lines: tuple[str, ...]
    bold: bool = False

    def __bool__(self) -> bool:
        return any(line.strip() for line in self.lines)


def words_of(markup: str) -> Words:
    """A label as Plotly writes it: `<b>` around all of it, `<br>`, entities."""
    whole = _BOLD.fullmatch(markup)
    inner = whole.group(1) if whole else markup
    lines = inner.split("<br>")
    if any(_TAG.search(line) for line in lines):
        raise CannotDrawError(f"the text {markup!r}")
    return Words(tuple(html.unescape(line) for line in lines), bool(whole))


@dataclass(frozen=True)
class Line:
    """A line through a series' points: `steps` change level halfway between two of them."""

    width: float
    dash: tuple[int, ...]
    steps: bool


@dataclass(frozen=True)
class Mark:
    """A mark at a point: size (its diameter) and stroke in pixels."""

    x: float
    y: float
    symbol: str
    size: float
    stroke: float


@dataclass(frozen=True)
class Label:
    """A text beside a point: on which side of it (-1, 0, 1), and how far clear of it (pixels)."""

    x: float
    y: float
    words: Words
    across: int
    above: int
    clear: float
    size: float = _FONT


@dataclass(frozen=True)
class Bar:
    """A bar from zero; `hatched` instead of filled."""

    x: float
    y: float
    hatched: bool


@dataclass(frozen=True)
class Series:
    """What one trace draws, in the colour of its place among the traces."""

    name: Words
    place: int
    opacity: float
    in_legend: bool
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    line: Line | None = None
    hatched: bool = False
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = ()
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Axis:
    """An axis: `span` is None where the data say it; of `ticks` likewise."""

    span: tuple[float, float] | None
    ticks: tuple[tuple[float, str], ...] | None
    suffix: str
    labelled: bool
    grid: bool
    zero_line: bool
    to_zero: bool
    on_top: bool


@dataclass(frozen=True)
class Note:
    """An annotation that begins at the plot's left edge and stands on a height of the data."""

    y: float
    words: Words


@dataclass(frozen=True)
class Drawing:
    """A whole figure. Sizes in pixels; `separators` are those of decimals and of thousands."""

    series: tuple[Series, ...]
    x: Axis
    y: Axis
    notes: tuple[Note, ...]
    title: Words
    height: float
    left: float
    right: float
    legend: bool
    even_legend: bool
    separators: str


def read(chart: Chart) -> Drawing:
    """The chart's figure as what there is to draw; raises `CannotDrawError`."""
    figure = chart.figure
    series = tuple(
        _series(_Given(trace.to_plotly_json(), f"trace {place}"), place)
        for place, trace in enumerate(figure.data)
    )
    layout = _Given(figure.layout.to_plotly_json(), "layout")
    title = layout.part("title")
    heading = words_of(title.take("text", ""))
    title.part("font").done({"size"})
    title.done()
    margin = layout.part("margin")
    legend = layout.part("legend")
    legend.expect("orientation", "h")
    legend.expect("x", 0)
    legend.take("y")  # below the plot, wherever it ends
    even = legend.one_of("itemsizing", ("trace", "constant"), "trace") == "constant"
    legend.done()
    drawing = Drawing(
        series=series,
        x=_axis(layout.part("xaxis"), "x"),
        y=_axis(layout.part("yaxis"), "y"),
        notes=tuple(
            _note(_Given(note, "annotation")) for note in layout.take("annotations", ()) or ()
        ),
        title=heading,
        height=layout.take("height", 450),
        left=margin.take("l", 8),
        right=margin.take("r", 8),
        legend=bool(layout.take("showlegend", len(series) > 1)),
        even_legend=even,
        separators=layout.take("separators", ".,"),
    )
    margin.done({"t", "b"})  # what stands above and below the plot takes the room it needs
    layout.done(_SCREEN_ALONE["layout"])
    return drawing


def _series(given: _Given, place: int) -> Series:
    kind = given.one_of("type", ("scatter", "bar"), "scatter")
    xs, ys = _numbers(given, "x"), _numbers(given, "y")
    name = words_of(given.take("name", "") or "")
    in_legend, opacity = bool(given.take("showlegend", True)), float(given.take("opacity", 1))
    group = given.take("legendgroup", "")
    _known(group, ("", "amended"), f"{given.where}.legendgroup")  # one entry: see the traces
    drawn = (_bars if kind == "bar" else _scattered)(given, xs, ys)
    given.done(_SCREEN_ALONE["trace"])
    return Series(
        name=name,
        place=place,
        opacity=opacity,
        in_legend=in_legend and bool(name),
        xs=xs,
        ys=ys,
        **drawn,
    )


def _scattered(given: _Given, xs: Sequence[float], ys: Sequence[float]) -> dict[str, Any]:
    modes = set(str(given.take("mode", "")).split("+"))
    if not modes <= {"lines", "markers", "text"}:
        raise CannotDrawError(f"{given.where}.mode is {modes}")
    given.expect("connectgaps", False)
    line = given.part("line")
    marker = given.part("marker")
    stroke = marker.part("line")
    count = len(xs)
    sizes = _each(marker.take("size", 6.0), count)
    symbols = _each(marker.take("symbol", "circle"), count)
    strokes = _each(stroke.take("width", 0.0), count)
    marker.expect("opacity", 1)
    stroke.done()
    marker.done()
    drawn: dict[str, Any] = {}
    drawn["line"] = Line(
        width=float(line.take("width", 2)),
        dash=DASHES[line.one_of("dash", DASHES, "solid")],
        steps=line.one_of("shape", ("linear", "hvh"), "linear") == "hvh",
    )
    line.done()
    drawn["hatched"] = _hatched(given)
    here = [not (math.isnan(x) or math.isnan(y)) for x, y in zip(xs, ys, strict=True)]
    if "markers" in modes:
        drawn["marks"] = tuple(
            Mark(x, y, symbol, float(size), float(width))
            for x, y, symbol, size, width, there in zip(
                xs, ys, symbols, sizes, strokes, here, strict=True
            )
            if there and size
        )
    clear = [float(size) / 1.6 + 1 if "markers" in modes else 1.0 for size in sizes]
    texts = _each(given.take("text", ""), count)
    sides = _each(given.take("textposition", "middle center"), count)
    font = given.part("textfont")
    size = float(font.take("size", _FONT))
    font.done()
    if "text" in modes:
        drawn["labels"] = tuple(
            Label(x, y, words_of(text), *_side(side, given.where), free, size)
            for x, y, text, side, free, there in zip(xs, ys, texts, sides, clear, here, strict=True)
            if there and text
        )
    if "lines" not in modes:
        drawn["line"] = None
    return drawn


def _hatched(given: _Given) -> bool:
    """Whether the boxes that the line encloses are hatched."""
    fill = given.take("fill")
    if fill is None:
        return False
    _known(fill, ("toself",), f"{given.where}.fill")
    pattern = given.part("fillpattern")
    pattern.expect("shape", "/")
    pattern.expect("fillmode", "replace")
    pattern.done({"size", "solidity"})  # how dense it is: print has a density of its own
    return True


def _bars(given: _Given, xs: Sequence[float], ys: Sequence[float]) -> dict[str, Any]:
    count = len(xs)
    marker = given.part("marker")
    pattern = marker.part("pattern")
    shapes = _each(pattern.take("shape", ""), count)
    pattern.done()
    marker.done()
    texts = _each(given.take("text", ""), count)
    places = _each(given.take("textposition", "none"), count)
    bars, labels = [], []
    for x, y, shape, text, place in zip(xs, ys, shapes, texts, places, strict=True):
        _known(shape, ("", "/"), f"{given.where}.marker.pattern.shape")
        _known(place, ("none", "outside"), f"{given.where}.textposition")
        if math.isnan(x) or math.isnan(y):
            continue
        bars.append(Bar(x, y, hatched=shape == "/"))
        if place == "outside" and text:
            labels.append(Label(x, y, words_of(text), 0, -1 if y < 0 else 1, 3.0))
    return {"bars": tuple(bars), "labels": tuple(labels)}


def _axis(given: _Given, name: str) -> Axis:
    values, texts = given.take("tickvals"), given.take("ticktext")
    suffix = given.take("ticksuffix", "")
    visible = given.take("visible", True)
    span = given.take("range")
    ticks = None
    if values is not None:
        shown = [str(value) for value in values] if texts is None else list(texts)
        ticks = tuple(
            (float(value), html.unescape(text)) for value, text in zip(values, shown, strict=True)
        )
    axis = Axis(
        span=None if span is None else (float(span[0]), float(span[1])),
        ticks=ticks,
        suffix=suffix if texts is None else "",
        labelled=visible and given.take("showticklabels", True),
        grid=visible and given.take("showgrid", True),
        zero_line=visible and given.take("zeroline", name == "y"),
        to_zero=given.one_of("rangemode", ("normal", "tozero"), "normal") == "tozero",
        on_top=given.one_of("side", ("top", "bottom", "left"), "bottom") == "top",
    )
    given.done(_SCREEN_ALONE["axis"])
    return axis


def _note(given: _Given) -> Note:
    given.expect("xref", "paper")
    given.expect("x", 0)
    given.expect("xanchor", "left")
    given.expect("yanchor", "bottom")
    given.expect("showarrow", False)
    note = Note(y=float(given.take("y")), words=words_of(given.take("text")))
    given.done()
    return note


def _numbers(given: _Given, name: str) -> tuple[float, ...]:
    values = given.take(name)
    if values is None:
        return ()
    if any(isinstance(value, str) for value in values):
        raise CannotDrawError(f"{given.where}.{name} holds texts")
    return tuple(NAN if pd.isna(value) else float(value) for value in values)


def _each(value: Any, count: int) -> list[Any]:
    """One value for each point, from one for all of them or from a list."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value] * count
    values = list(value)
    if len(values) < count:
        raise CannotDrawError(f"{len(values)} values for {count} points")
    return values


def _side(position: str, where: str) -> tuple[int, int]:
    above, _, across = position.partition(" ")
    _known(above, ("top", "middle", "bottom"), f"{where}.textposition")
    _known(across, ("left", "center", "right"), f"{where}.textposition")
    return (
        {"left": -1, "center": 0, "right": 1}[across],
        {"top": 1, "middle": 0, "bottom": -1}[above],
    )
