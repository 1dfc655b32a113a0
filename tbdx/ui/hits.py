"""What a search found, on screen: grouped, marked, each with a link to where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from textwrap import shorten

import streamlit as st

from tbdx import findable, provenance
from tbdx.i18n import language, languages
from tbdx.searching import MOST_CHARACTERS, Document, Found, Index, Part, Term
from tbdx.ui import address, shell, widgets
from tbdx.ui.shell import Page
from tbdx.words import letters

QUERY = "q"
_KINDS = "kinds"
_FILTERS = (_KINDS, "in_years", "in_agencies")
_SHOWN_EACH = 5  # of each kind, while several are shown
_SHOWN_ALONE = 60  # of one kind; whoever wants more narrows the search
_EXAMPLES = 4
_LINE = 45  # characters of a link

Place = tuple[str, dict[str, str]]
"""A page and the choices to open it with."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is left of what was found; empty lets everything through."""

    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    agencies: tuple[str, ...] = ()


def ask(page: Page) -> str:
    """The words to look for, as typed."""
    return address.typed(
        QUERY,
        label=page.text("Words to look for, with or without accents"),
        placeholder=page.text("name, task, difficulty, decision, …"),
        most=MOST_CHARACTERS,
    )


def filters(page: Page) -> Filters:
    """The filters as chosen; each stands in the address."""
    words, plan = page.language, page.plan
    chosen = any(address.remembered(name) or name in st.query_params for name in _FILTERS)
    with st.expander(page.text("Filters"), icon=":material/filter_list:", expanded=chosen):
        grid = st.grid(3, min_column_width=220)
        with grid.cell():
            kinds = address.choose_many(
                _KINDS,
                list(findable.KINDS),
                label=page.text("Kinds"),
                say=lambda kind: page.text(findable.KINDS[kind]),
                words=words,
            )
        with grid.cell():
            years = address.choose_many(
                "in_years",
                [str(year) for year in plan.all_years],
                label=page.text("Years"),
                say=str,
                words=words,
            )
        with grid.cell():
            agencies = address.choose_many(
                "in_agencies",
                provenance.by_name(page.view, (a.id for a in plan.agencies), words),
                label=page.text("Agencies"),
                say=lambda agency: provenance.agency_label(page.view, agency, words),
                words=words,
            )
    return Filters(kinds, tuple(map(int, years)), agencies)


def show(page: Page, query: str, chosen: Filters) -> None:
    """What a query finds; before there is one, what can be asked; where it finds nothing, advice."""
    index = _index(page, page.view.state, page.language.code)
    found = index.search(query, kinds=chosen.kinds, years=chosen.years, agencies=chosen.agencies)
    if not found.terms:
        _how_to_ask(page, index, nothing_to_go_by=bool(query.strip()))
    elif found.documents:
        _groups(page, index, found)
    else:
        _advice(page, index, query, narrowed=chosen != Filters())


@st.cache_resource(max_entries=3, show_spinner=False)
def _index(_page: Page, state: tuple[object, ...], code: str) -> Index:
    """Everything there is to find in one language, kept until the store changes."""
    return findable.index(_page.view, _page.language, _pages(code))


def _pages(code: str) -> list[Document]:
    """The pages of the product, found by their names and what they are for."""
    others = [language(other) for other in languages() if other != code]
    return [
        Document(
            "page",
            room.file,
            language(code).text(room.title),
            language(code).text(room.help),
            also=" · ".join(other.text(room.title) for other in others),
        )
        for room in shell.ROOMS
    ]


# --- what was found -------------------------------------------------------------------------


def _groups(page: Page, index: Index, found: Found) -> None:
    total = len(found.documents)
    st.markdown(page.language.plural("**{count} hit**", "**{count} hits**", total))
    by_kind: dict[str, list[Document]] = {}
    for document in found.documents:
        by_kind.setdefault(document.kind, []).append(document)
    most = _SHOWN_EACH if len(by_kind) > 1 else _SHOWN_ALONE
    for kind, documents in by_kind.items():
        title = page.text(findable.KINDS[kind])
        st.subheader(f"{title} ({page.language.number(len(documents))})")
        for document in documents[:most]:
            _hit(page, index, document, found.terms)
        if len(documents) <= most:
            continue
        if most == _SHOWN_EACH:
            label = page.text("All {count}", count=page.language.number(len(documents)))
            _go(label, ":material/expand_more:", _KINDS, kind)
        else:
            st.caption(
                page.text(
                    "The first {count}. Narrow the search by a further word, a year or an agency.",
                    count=most,
                )
            )


def _hit(page: Page, index: Index, document: Document, terms: Sequence[Term]) -> None:
    """One document: its title as a link to where it stands, a piece of it, and whose it is.

    A link is one line, which a narrow screen cuts off: a longer title is told in full below.
    """
    room, choices = _OPENS[document.kind](page, document)
    if room in _OF_A_YEAR:
        choices = _year_asked(page, terms) | choices
    label = title = _markdown(index.marked(document.title, terms))
    where = widgets.escape(_where(page, document))
    lines = [_markdown(index.snippet(document, terms)), where and f":gray[:small[{where}]]"]
    if len(document.title) > _LINE:
        label = widgets.escape(shorten(document.title, _LINE, placeholder=" …"))
        lines.insert(0, title)
    with st.container(gap=None):
        shell.link(room, label, icon=_ICONS[document.kind], **choices)
        st.markdown("  \n".join(filter(None, lines)))


def _where(page: Page, document: Document) -> str:
    if not document.cell:
        return document.where
    return page.text(
        "{where} · sheet “{sheet}”, cell {cell}",
        where=document.where,
        sheet=document.sheet,
        cell=document.cell,
    )


def _year_asked(page: Page, terms: Sequence[Term]) -> dict[str, str]:
    """The year that a query names, for the pages that show one."""
    years = {str(year) for year in page.plan.all_years}
    named = [word for term in terms for word in term.words if word in years]
    return {"year": named[-1]} if named else {}


def _markdown(parts: Iterable[Part]) -> str:
    """A text with its matches in bold and nothing else in it that markdown would read."""
    return "".join(
        f"**{widgets.escape(part.text)}**" if part.match else widgets.escape(part.text)
        for part in parts
    )


# --- where it stands ------------------------------------------------------------------------


def _report(part: str) -> Callable[[Page, Document], Place]:
    """A part of the page of a document's agency, in its year."""
    return lambda page, document: (
        "agency",
        {"agency": document.agency, "year": str(document.year), "part": part},
    )


def _decision(page: Page, document: Document) -> Place:
    if document.ref == "plan":
        return "method", {}
    return "admin", {"part": "years" if document.ref.startswith("closed/") else "plan"}


def _question(page: Page, document: Document) -> Place:
    """The indicator that the question is asked for, else the form itself."""
    for indicator in page.plan.indicators:
        if document.field in indicator.fields:
            return "indicator", {"indicator": indicator.code}
    return "upload", {}


def _file(page: Page, document: Document) -> Place:
    choices = {"agency": document.agency, "year": str(document.year), "show": "history"}
    return "submissions", choices


_OPENS: dict[str, Callable[[Page, Document], Place]] = {
    "indicator": lambda page, document: ("indicator", {"indicator": document.ref}),
    "agency": lambda page, document: ("agency", {"agency": document.ref, "part": "summary"}),
    "task": lambda page, document: ("agency", {"part": "tasks"}),
    "text": _report("further"),
    "result": _report("tasks"),
    "question": _question,
    "decision": _decision,
    "rule": lambda page, document: ("method", {}),
    "correction": lambda page, document: ("admin", {"part": "corrections"}),
    "file": _file,
    "page": lambda page, document: (document.ref, {}),
}
"""Where a document of each kind is looked at."""

_OF_A_YEAR = ("indicator", "agency")

_ICONS = {
    "indicator": ":material/monitoring:",
    "agency": ":material/apartment:",
    "task": ":material/task_alt:",
    "text": ":material/chat:",
    "result": ":material/assignment_turned_in:",
    "question": ":material/help:",
    "decision": ":material/gavel:",
    "rule": ":material/rule:",
    "correction": ":material/edit_note:",
    "file": ":material/description:",
    "page": ":material/web:",
}


# --- how to ask -----------------------------------------------------------------------------


def _how_to_ask(page: Page, index: Index, *, nothing_to_go_by: bool) -> None:
    """What is searched and how to ask, with examples out of the plan itself."""
    if nothing_to_go_by:
        st.info(
            page.text("There is no letter and no digit in it to look for."),
            icon=":material/info:",
        )
    st.markdown(
        "\n".join(
            (
                page.text("- All words must be found; a word also finds longer ones."),
                page.text("- Words in quotes are found only as they stand together."),
                page.text("- With accents, what is written exactly so comes first."),
                page.text("- Abbreviations and other names of agencies are known."),
            )
        )
    )
    st.markdown(page.text("For example:"))
    with st.container(horizontal=True):
        for example in _examples(page, index):
            _try(example)


def _examples(page: Page, index: Index) -> list[str]:
    """Queries of every sort that find something in this plan."""
    plan, code = page.plan, page.language.code
    indicators = (letters(i.short[code]).lower() for i in reversed(plan.indicators))
    phrases = (f'"{item.label[code].partition(",")[0]}"' for item in plan.form.texts.item)
    short = (word.upper() for word in plan.abbreviations)
    aliases = (alias for agency in plan.agencies for alias in agency.aliases)
    sorts = (islice(sort, 1) for sort in (indicators, phrases, short, aliases))
    queries = (" ".join(query.split()) for sort in sorts for query in sort)
    return [query for query in queries if index.search(query).documents][:_EXAMPLES]


def _try(query: str) -> None:
    """Search for something else."""
    _go(widgets.escape(query), ":material/search:", QUERY, query)


def _go(label: str, icon: str, name: str, value: str) -> None:
    """Choose something on this very page, to which a link would not change the address."""
    st.button(label, icon=icon, key=f"go-{name}-{value}", on_click=address.go, args=(name, value))


def _take_filters_out() -> None:
    for name in _FILTERS:
        address.go(name, "")


def _advice(page: Page, index: Index, query: str, *, narrowed: bool) -> None:
    """Why nothing was found, and what to try instead."""
    if narrowed and (without := index.search(query).documents):
        st.info(
            page.language.plural(
                "Nothing fits these filters; without them there is {count} place.",
                "Nothing fits these filters; without them there are {count} places.",
                len(without),
            ),
            icon=":material/filter_list_off:",
        )
        label = page.text("Search without filters")
        st.button(label, icon=":material/search:", on_click=_take_filters_out)
        return
    unknown = index.unknown(query)
    st.info(
        page.text(
            "Nothing has the word {words}. Check how it is spelled, or leave it out.",
            words=", ".join(f"“{widgets.escape(word)}”" for word in unknown),
        )
        if unknown
        else page.text("Nothing has all of these words together. Leave one of them out."),
        icon=":material/search_off:",
    )
    others = index.suggest(query)
    if others:
        st.markdown(page.text("What would be found:"))
        with st.container(horizontal=True):
            for other in others:
                _try(other)
