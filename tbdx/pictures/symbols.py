"""The shapes of marks as Plotly draws them, in units of a mark's radius, y upwards."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.path import Path

_ROOT = math.sqrt(3)


@dataclass(frozen=True)
class Symbol:
    """One kind of mark.

    filled  its inside has the mark's colour; else white or nothing shows through
    dotted  has a dot in its middle
    thin    consists of strokes alone
    """

    path: Path
    filled: bool = True
    dotted: bool = False
    thin: bool = False


def _closed(*corners: tuple[float, float]) -> Path:
    return Path([*corners, corners[0]], closed=True)


def _strokes(*strokes: tuple[tuple[float, float], tuple[float, float]]) -> Path:
    vertices = [end for stroke in strokes for end in stroke]
    return Path(vertices, [Path.MOVETO, Path.LINETO] * len(strokes))


def _star() -> Path:
    inner, outer = 1.4 * 0.382, 1.4
    turns = [math.pi / 2 + turn * math.pi / 5 for turn in range(10)]
    radii = [inner if place % 2 else outer for place in range(10)]
    return _closed(*((r * math.cos(t), r * math.sin(t)) for r, t in zip(radii, turns, strict=True)))


_SHAPES = {
    "circle": Path.unit_circle(),
    "square": _closed((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": _closed((1.3, 0), (0, 1.3), (-1.3, 0), (0, -1.3)),
    "triangle-up": _closed((-2 / _ROOT, -0.5), (2 / _ROOT, -0.5), (0, 1)),
    "triangle-down": _closed((-2 / _ROOT, 0.5), (2 / _ROOT, 0.5), (0, -1)),
    "triangle-right": _closed((-0.5, 2 / _ROOT), (-0.5, -2 / _ROOT), (1, 0)),
    "pentagon": _closed((0.951, 0.309), (0.588, -0.809), (-0.588, -0.809), (-0.951, 0.309), (0, 1)),
    "star": _star(),
}
_THIN = {
    "x-thin": _strokes(((-1, -1), (1, 1)), ((-1, 1), (1, -1))),
    "line-ew": _strokes(((-1.4, 0), (1.4, 0))),
    "line-ns": _strokes(((0, -1.4), (0, 1.4))),
}

SYMBOLS: dict[str, Symbol] = {
    **{name: Symbol(path) for name, path in _SHAPES.items()},
    **{f"{name}-open": Symbol(path, filled=False) for name, path in _SHAPES.items()},
    "circle-open-dot": Symbol(_SHAPES["circle"], filled=False, dotted=True),
    **{f"{name}-open": Symbol(path, filled=False, thin=True) for name, path in _THIN.items()},
}
"""By Plotly's names."""
