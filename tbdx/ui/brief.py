"""Results in brief, for the cells of the boards: narrow enough for all years side by side; the legend holds the words."""

from __future__ import annotations

import textwrap

import pandas as pd

from tbdx import messages, wording
from tbdx.model import Phase, Status
from tbdx.plan import Indicator
from tbdx.service import Row
from tbdx.ui import widgets
from tbdx.ui.shell import Page

ESTIMATE = "○"
NATURAL = 2400
"""As a table's width more than any screen has: it is as wide as its texts, and scrolls where the
page is narrower, under its frozen first column."""
_NAME = 16  # characters a line: on a phone two years are seen beside the names


def name(page: Page, indicator: Indicator, style: str = "{}") -> str:
    """An indicator's number and short name over several lines, each in a style of markdown."""
    text = f"{indicator.row}\\. {widgets.escape(indicator.short[page.language.code])}"
    return wrapped(text, style)


def wrapped(text: str, style: str = "{}") -> str:
    """Markdown of a name over several short lines, each in a style of markdown."""
    lines = textwrap.wrap(text, _NAME, break_long_words=False, break_on_hyphens=False)
    return "  \n".join(map(style.format, lines))


def result(page: Page, indicator: Indicator, row: Row) -> str:
    """Symbol and counts in the verdict's colour; below value and target: "50% / 67%"."""
    status = Status(row["status"])
    label, value = messages.SYMBOLS[status], ""
    if row["answered"]:
        label = short(page, row)
        value = widgets.percent_text(page, indicator, row)
        value += f" {ESTIMATE} " if row["phase"] == Phase.ESTIMATE.value else " "
    badge = f":{widgets.STATUS_COLOURS[status]}-badge[{label}]"
    return f"{badge}  \n{target(page, row, value)}"


def short(page: Page, row: Row) -> str:
    """A verdict in short: "✗ 1/2"; its symbol alone where nothing was answered."""
    symbol = messages.SYMBOLS[Status(row["status"])]
    return f"{symbol} {wording.bare_count(row, page.language)}" if row["answered"] else symbol


def target(page: Page, row: Row, value: str = "") -> str:
    """The target behind a slash, "/ 67%"; what each must have grown by in a line of its own."""
    share, threshold = (page.language.percent(row[n], 2) for n in ("target_pct", "threshold_pct"))
    lines = [f"{value}:gray[/ {share}]"]
    if not pd.isna(row["threshold_pct"]):
        text = page.text("up ≥ {threshold}", threshold=threshold)
        lines.append(f":gray[{text}]")
    return "  \n".join(lines)


def legend(page: Page) -> str:
    """What the symbols are, each with every word that it stands for."""
    words = {s: page.text(messages.STATUSES[s]) for s in Status}
    open_ = page.text("Not decided yet")
    words[Status.NO_DATA] = page.text(
        "{none} (with a count: {open})", none=words[Status.NO_DATA], open=open_
    )
    symbols = [f"{messages.SYMBOLS[s]} {word}" for s, word in words.items()]
    return " · ".join([*symbols, page.text("{mark} estimate", mark=ESTIMATE)])
