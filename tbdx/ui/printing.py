"""How pages print: their style, what stands at the edges of the paper, tables in full.

A table that scrolls on screen is a picture of its visible part, so paper gets a plain one
beside it, hidden on screen and from screen readers. It is short: paper is no place to
look through thousands of rows, and a file is.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from tbdx import provenance
from tbdx.i18n import Language
from tbdx.service import View
from tbdx.settings import ROOT

ROWS = 60
"""So many rows of a table are printed; the rest is said to stand in the file."""
_NUMBER = re.compile(r"[-−]?\d[\d.,]*%?")
_UPRIGHT = 110  # characters side by side that fit an upright page
_BREAKS = 24  # a text longer than this is broken into lines


def style(view: View, words: Language) -> None:
    """The style of every page in print; at the paper's edges stand mark, plan, revision, time."""
    plan = view.plan
    marks = " · ".join(provenance.marks(view, words))
    foot = words.text(
        "Plan {number} · data revision {revision} · seen {moment}",
        number=plan.decision.number,
        revision=view.panel_revision,
        moment=words.moment(datetime.now(UTC), plan.due.timezone),
    )
    contents = {
        "top-left": _quoted(marks),
        "bottom-left": _quoted(foot),
        "bottom-right": 'counter(page) " / " counter(pages)',
    }
    st.html(f"<style>{_always()}\n{_edges(contents)}</style>")


def mark(text: str) -> None:
    """What must not be overlooked on any sheet of this page: that it is a scenario."""
    st.html(f"<style>{_edges({'top-right': _quoted(text)})}</style>")


def _edges(contents: Mapping[str, str]) -> str:
    """What stands at the paper's edges, by place, as CSS says it; Chromium prints it."""
    boxes = " ".join(
        f"@{place} {{ font: 8pt sans-serif; content: {content}; }}"
        for place, content in contents.items()
    )
    return f"@media print {{ @page {{ {boxes} }} }}"


@cache
def _always() -> str:
    """The fixed part of the style, and the dark theme's colours of charts as the light one's."""
    css = Path(__file__).with_name("print.css").read_text(encoding="utf-8")
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    light, dark = (theme["theme"][scheme]["chartCategoricalColors"] for scheme in ("light", "dark"))
    rules = [
        f'.main-svg [style*="{attribute}: {_rgb(own)}"] {{ {attribute}: {printed} !important; }}'
        for own, printed in zip(dark, light, strict=True)
        for attribute in ("stroke", "fill")
    ]
    return f"{css}\n@media print {{ {' '.join(rules)} }}"


def _rgb(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgb({red}, {green}, {blue})"


def _quoted(text: str) -> str:
    """A text as a string of CSS, in which nothing can end it, or the style around it."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'


def table(
    words: Language, columns: Mapping[Any, Iterable[object]] | pd.DataFrame, count: int = 0
) -> None:
    """The same table as the one before it, for paper: its first rows, and how many are left.

    columns  texts and whole numbers by their heads, in order; more than `ROWS` of each are not
             looked at
    count    of all rows, where `columns` does not hold them all
    """
    heads = [str(head) for head in columns]
    cells = [list(islice(columns[head], ROWS)) for head in columns]
    rows = list(zip(*cells, strict=True))
    left = max(count, len(columns) if isinstance(columns, pd.DataFrame) else 0) - len(rows)
    note = words.plural(
        "{count} more row is not printed; download the table for all of them.",
        "{count} more rows are not printed; download the table for all of them.",
        max(left, 0),
    )
    head = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    across = [max(map(len, head.split())) for head in heads]
    for row in rows:
        sizes = (min(len(str(value)), _BREAKS) for value in row)
        across = [max(pair) for pair in zip(across, sizes, strict=True)]
    wide = " wide" if sum(across) > _UPRIGHT else ""
    st.html(
        f'<div class="tbdx-print{wide}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{f'<p>{html.escape(note)}</p>' if left > 0 else ''}</div>"
    )


def _cell(value: Any) -> str:
    if not isinstance(value, str) and pd.isna(value):
        return "<td>–</td>"
    text = str(value)
    number = ' class="number"' if _NUMBER.fullmatch(text) else ""
    return f"<td{number}>{html.escape(text)}</td>"
