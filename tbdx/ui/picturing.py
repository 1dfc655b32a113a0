"""Charts as files: beside each chart a quiet button that offers it as PNG and as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from tbdx import charts, pictures, provenance, tables
from tbdx.pictures import FileType
from tbdx.ui.markdown import escape
from tbdx.ui.shell import Page
from tbdx.ui.taking import taken, while_current

_TYPES: dict[FileType, str] = {"png": "PNG", "svg": "SVG"}
_WIDTH = 16.0  # centimetres: between the margins of an official document
_MOST = 4  # so many facts of one kind, as a scenario's suppositions, are told below a picture
_LONG = 250  # characters of one fact: the rounding rule has room, a list of all agencies has not
_CODE = 12  # characters of the record's code that tell one entry from all others


@dataclass(frozen=True)
class Subject:
    """What a chart is of, as its picture, its file's name and the record say it.

    kind   of chart, as in its name there: "trajectory"
    title  above the picture
    about  its indicator, agency, year …, by the record's names, as codes
    marks  what must not be overlooked, besides that figures are illustrative or supposed
    notes  how it is read
    """

    kind: str
    title: str
    about: Mapping[str, object]
    marks: Sequence[str] = ()
    notes: Sequence[str] = ()


Drawn = Callable[[], charts.Chart]
"""Makes a chart when its picture is asked for; runs beside the page."""


def offer(page: Page, subject: Subject, draw: Drawn, key: str) -> None:
    """A button that opens the kinds of pictures of one chart."""
    with _opened(page, key), st.container(horizontal=True):
        _buttons(page, subject, draw, key)


def offer_all(page: Page, offered: Sequence[tuple[Subject, Drawn]], key: str) -> None:
    """One button for several charts that stand together, each with its title."""
    with _opened(page, key):
        for place, (subject, draw) in enumerate(offered):
            with st.container(horizontal=True, vertical_alignment="center"):
                title = escape(subject.title).replace(".", "\\.", 1)  # its number makes no list
                st.markdown(title, width="stretch")
                with st.container(horizontal=True, gap="xsmall", width="content"):
                    _buttons(page, subject, draw, f"{key}-{place}")


@contextmanager
def _opened(page: Page, key: str) -> Iterator[None]:
    with st.popover(
        page.text("Take as a picture"),
        icon=":material/image:",
        type="tertiary",
        key=f"picture-{key}",
        help=page.text("PNG to put into documents; SVG is sharp at every size."),
    ):
        yield


def _buttons(page: Page, subject: Subject, draw: Drawn, key: str) -> None:
    for file_type, label in _TYPES.items():
        st.download_button(
            label,
            data=partial(
                while_current, page, partial(take, page, subject, draw, file_type, page.user)
            ),
            key=f"picture-{key}-{file_type}",
            file_name=_file_name(page, subject, file_type),
            on_click="ignore",
        )


def _file_name(page: Page, subject: Subject, file_type: str) -> str:
    parts = (subject.kind, *map(str, subject.about.values()))
    return tables.file_name(page.view, "-".join(parts), file_type)


def take(page: Page, subject: Subject, draw: Drawn, file_type: FileType, user: str) -> bytes:
    """The chart as a picture, once the record was told which user takes it.

    Without an entry in the record there is no file. Runs beside the page, so it uses nothing
    of its session.
    """
    view, words = page.view, page.language
    details = {**subject.about, "file_type": file_type, **provenance.told(view)}
    taking = taken(page, f"chart/{subject.kind}", details, user)
    return pictures.draw(
        draw(),
        file_type=file_type,
        width_cm=_WIDTH,
        title=subject.title,
        marks=[*provenance.marks(view, words), *subject.marks],
        notes=[*subject.notes, _sources(page, subject, taking)],
    )


def _sources(page: Page, subject: Subject, taking: provenance.Taking) -> str:
    """Where the figures come from: the facts of every file, shortened to small print.

    Not told again are what stands in the marks, and corrections one by one: how many there
    are is among the facts, and all that is left out can be found by the record's code.
    """
    view, words = page.view, page.language
    taking = replace(taking, code=taking.code[:_CODE])
    filters = [(words.text("Filters"), subject.title)]
    told = set(provenance.marks(view, words))
    by_head: dict[str, list[str]] = {}
    for head, said in provenance.facts(view, words, taking, filters=filters, reasons=False):
        if said not in told:
            by_head.setdefault(head, []).append(textwrap.shorten(said, _LONG, placeholder=" …"))
    for all_said in by_head.values():
        if (more := len(all_said) - _MOST) > 0:
            all_said[_MOST:] = [words.text("and {count} more", count=more)]
    return " · ".join(f"{head}: {'; '.join(all_said)}" for head, all_said in by_head.items())
