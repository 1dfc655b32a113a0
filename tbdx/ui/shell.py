"""The frame around every page: navigation, language, samples banner, error boundary."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from tbdx import messages
from tbdx.i18n import DEFAULT, N_, Language, language, languages
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.service import Service, View
from tbdx.settings import ROOT, Settings
from tbdx.ui import address

_log = logging.getLogger("tbdx")
_ICON = Path(__file__).with_name("icon.png")
_FRAME = "tbdx-frame"
_RESTARTS = "tbdx-restarts"


@dataclass(frozen=True)
class Room:
    """A page as the navigation shows it; `file` is also its address.

    Without an icon: Streamlit would fetch it from a foreign server as the page's favicon.
    """

    file: str
    title: str
    help: str


ROOMS = (
    Room(
        "overview",
        N_("Overview"),
        N_("The year's six indicators against their targets, and what is short."),
    ),
    Room(
        "indicator",
        N_("Indicator"),
        N_("One indicator over the years, against its targets and goals."),
    ),
    Room(
        "agency",
        N_("Agency"),
        N_("One agency's answers, growth and duties over the years."),
    ),
    Room(
        "upload",
        N_("Send reports"),
        N_("Get a blank form, check filled workbooks, accept them."),
    ),
    Room(
        "explore",
        N_("Tables and export"),
        N_("Filter results and reported figures, and download them."),
    ),
    Room(
        "method",
        N_("Method"),
        N_("How each number is computed, and where the plan says so."),
    ),
)


@dataclass(frozen=True)
class Page:
    """What a page works with: the use cases, the figures, the reader's language."""

    service: Service
    view: View
    language: Language

    @property
    def plan(self) -> Plan:
        return self.view.plan

    def text(self, message: str, /, **fields: object) -> str:
        return self.language.text(message, **fields)


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """The use cases, opened once per server."""
    return Service.open(Settings())


def _pages(words: Language) -> list[StreamlitPage]:
    """All rooms at the addresses of their files, and the bare address leading to the first.

    Streamlit gives its default page the bare address only, so no room is the default.
    """
    home = st.Page(_home, title="TBDX", default=True, visibility="hidden")
    return [
        home,
        *(_page(room, words) for room in ROOMS),
    ]


def _home() -> None:
    st.switch_page(_file(ROOMS[0].file), query_params=address.current())


def _file(room: str) -> str:
    return str(ROOT / "pages" / f"{room}.py")


def _page(room: Room, words: Language) -> StreamlitPage:
    return st.Page(
        _file(room.file),
        title=words.text(room.title),
        url_path=room.file,
        help=words.text(room.help),
    )


def link(room: str, label: str, *, icon: str | None = None, **choices: str) -> None:
    """A link to another page that opens it with these choices of year, indicator, agency."""
    kept = {name: value for name, value in address.current().items() if name == "lang"}
    st.page_link(_file(room), label=label, icon=icon, query_params={**kept, **choices})


def run() -> None:
    """Draw the frame and the page that the address asks for."""
    st.set_page_config(page_icon=str(_ICON), layout="wide")
    words = language(_first_language())
    chosen = st.navigation(_pages(words), position="sidebar")
    st.session_state.pop(_RESTARTS, None)
    st.session_state[_FRAME] = True
    try:
        _sidebar(words)
        _banner(words)
        chosen.run()
    except TbdxError as error:
        st.error(messages.error_text(error, words), icon=":material/error:")
    except Exception:  # the one place that catches broadly: the reader gets a number to quote
        number = secrets.token_hex(4)
        _log.exception("unexpected error %s", number)
        st.error(
            words.text(
                "Something went wrong that the product did not expect. Nothing was stored or changed. Try again; if it happens again, give the administrator this number: {number}",
                number=number,
            ),
            icon=":material/error:",
        )
    finally:
        st.session_state.pop(_FRAME, None)


def require() -> Page:
    """The first line of every page: make sure that the frame is around it.

    A page file opened by its address on a fresh server would run alone, without
    the frame; then the frame is registered and the run begins again.
    """
    if _FRAME not in st.session_state:
        restarts = st.session_state.get(_RESTARTS, 0)
        st.session_state[_RESTARTS] = restarts + 1
        if restarts >= 3:
            st.error("TBDX could not start this page. Open the dashboard's first page instead.")
            st.stop()
        st.navigation(_pages(language(DEFAULT)), position="hidden")
        st.rerun()
    uses = service()
    return Page(uses, uses.view(), language(address.remembered("lang") or _first_language()))


def _first_language() -> str:
    chosen = st.query_params.get("lang") or address.remembered("lang")
    return chosen if chosen in languages() else Settings().language


def _sidebar(words: Language) -> None:
    with st.sidebar:
        chosen = address.choose(
            "lang",
            languages(),
            default=_first_language(),
            label=words.text("Language"),
            say=lambda code: language(code).name,
            words=words,
            widget="segmented",
        )
        plan = service().plan
        province = plan.name_on(plan.province, plan.decision.date)[chosen]
        st.caption(f"{province[:1].upper()}{province[1:]} · {plan.decision.number}")
    if chosen != words.code:  # the page's title and navigation are already in the other language
        st.rerun()


def _banner(words: Language) -> None:
    """While there are only samples, every page says so before anything else."""
    view = service().view()
    if view.sample:
        st.warning(
            words.text(
                "**Illustrative figures.** No real report has been accepted yet; what you see are made-up examples. They disappear as soon as the first report is accepted."
            ),
            icon=":material/science:",
        )


def rooms() -> Sequence[str]:
    """The pages' files, in the order of the navigation."""
    return [room.file for room in ROOMS]
