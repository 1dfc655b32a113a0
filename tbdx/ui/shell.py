"""The frame around every page: navigation, language, samples banner, error boundary."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from tbdx import messages, observing
from tbdx.access import EVERYONE, Claims, Needed, Person, Right, Role
from tbdx.i18n import DEFAULT, N_, Language, language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.service import Basis, Service, View
from tbdx.serving import require_inside
from tbdx.settings import ROOT, Settings
from tbdx.ui import address, away, basis, languages, printing, returning, signing, sweeping
from tbdx.ui.markdown import escape
from tbdx.words import clean

_log = logging.getLogger("tbdx")
_ICON = Path(__file__).with_name("icon.png")
_FRAME = "tbdx-frame"
_RESTARTS = "tbdx-restarts"
_NAME = "acting-name"
_SIGNED_IN = "tbdx-signed-in"
SESSION_BEGAN = "tbdx-session-began"
"""Where a session keeps the moment at which it began."""


@dataclass(frozen=True)
class Room:
    """A page as the navigation shows it; `file` is also its address.

    `group` is the part of the navigation it stands in, and `views` whether it
    shows figures, whose basis can be chosen there; for `needed` one must be
    allowed one of them at least.
    Without an icon: Streamlit would fetch it from a foreign server as the page's favicon.
    """

    file: str
    title: str
    help: str
    group: str
    views: bool = False
    needed: tuple[Needed, ...] = (Needed(Right.RESULTS),)

    def open_to(self, person: Person) -> bool:
        """Whether there is anything on the page for this person."""
        return any(needed.allows(person) for needed in self.needed)


_RESULTS, _REPORTS, _REFERENCE = N_("Results"), N_("Reports"), N_("Reference")

ROOMS = (
    Room(
        "overview",
        N_("Overview"),
        N_("The year's indicators against their targets, and what is short."),
        _RESULTS,
        views=True,
    ),
    Room(
        "board",
        N_("Board"),
        N_("Every verdict at a glance, what has changed, and the national goals beside them."),
        _RESULTS,
        views=True,
        needed=(Needed(Right.FIGURES, whole=True),),
    ),
    Room(
        "indicator",
        N_("Indicator"),
        N_("One indicator over the years, against its targets and goals."),
        _RESULTS,
        views=True,
    ),
    Room(
        "agency",
        N_("Agency"),
        N_("One agency's duties, to-do list, answers and growth over the years."),
        _RESULTS,
        views=True,
        needed=(Needed(Right.FIGURES),),
    ),
    Room(
        "scenario",
        N_("Scenario"),
        N_("What must happen for the coming years' targets to be met."),
        _RESULTS,
        views=True,
        needed=(Needed(Right.FIGURES, whole=True),),
    ),
    Room(
        "upload",
        N_("Send reports"),
        N_("Get a blank form, check filled workbooks, send them in."),
        _REPORTS,
        needed=(Needed(Right.SEND),),
    ),
    Room(
        "submissions",
        N_("Submissions"),
        N_("Who has sent what and when; review, versions and their differences."),
        _REPORTS,
        needed=(Needed(Right.ROUNDS),),
    ),
    Room(
        "explore",
        N_("Tables and export"),
        N_("Filter results and reported figures, and download them."),
        _RESULTS,
        views=True,
        needed=(Needed(Right.EXPORT),),
    ),
    Room(
        "report",
        N_("Reports and files"),
        N_("The official report in Word, the workbook of everything, open data."),
        _RESULTS,
        views=True,
        needed=(Needed(Right.EXPORT, whole=True),),
    ),
    Room(
        "search",
        N_("Search"),
        N_("Find indicators, agencies, tasks, difficulties and proposals."),
        _REFERENCE,
        views=True,
        needed=(Needed(Right.FIGURES, whole=True),),
    ),
    Room(
        "method",
        N_("Method"),
        N_("How each number is computed, and where the plan says so."),
        _REFERENCE,
        views=True,
    ),
    Room(
        "admin",
        N_("Administration"),
        N_(
            "Close years, change the register and the plan, correct figures, remind, look things up in the record."
        ),
        _REPORTS,
        needed=(Needed(Right.OFFICE), Needed(Right.RECORD), Needed(Right.PEOPLE)),
    ),
)


@dataclass(frozen=True)
class _Frame:
    """What stands around the page of one run: for whom it is, on which basis, by which sign-in."""

    service: Service
    basis: Basis
    claims: Claims | None = None


@dataclass(frozen=True)
class Page:
    """What a page works with: the use cases, the figures, the reader's language.

    `service` and `view` are the reader's: of agencies that are not theirs to see there is
    nothing in them but what they add up to. `view` is on the basis that the reader chose,
    where the page offers a choice. `named` is the name given in this session, `claims` are
    those of its sign-in, if any; they are kept here because downloads are made beside the
    page, where there is no session to ask.
    """

    service: Service
    view: View
    language: Language
    named: str = ""
    claims: Claims | None = None

    def require_current(self) -> None:
        """Refuse what is asked of a page after the sign-in, or the person, that it was drawn for.

        Raises TbdxError: not-allowed, and as `Service.enter`.
        """
        if self.claims is None:
            return
        was, now = self.person, self.service.enter(self.claims).person
        if (now.id, now.roles, now.agencies) != (was.id, was.roles, was.agencies):
            raise TbdxError("not-allowed", needed=Needed(Right.EXPORT), person=now.id)

    @property
    def user(self) -> str:
        """Who acts: whoever signed in; else the name given in this session, or this machine's user."""
        return self.service.person.id or self.named or self.service.user

    @property
    def person(self) -> Person:
        """The reader."""
        return self.service.person

    def may(self, right: Right) -> bool:
        """Whether the reader has a right; what needs others is not shown to them."""
        return self.person.may(right)

    @property
    def sees_all(self) -> bool:
        """Whether the reader sees every agency's figures, so that lists of agencies are whole."""
        return self.view.scope is None

    def seen(self, agencies: Iterable[str]) -> list[str]:
        """Those of these agencies (ids) whose figures the reader sees."""
        scope = self.view.scope
        return [agency for agency in agencies if scope is None or agency in scope]

    @property
    def plan(self) -> Plan:
        return self.view.plan

    def text(self, message: str, /, **fields: object) -> str:
        return self.language.text(message, **fields)


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """The use cases, opened once per server."""
    uses = Service.open(Settings())
    sweeping.settle()
    return uses


def prepare() -> None:
    """Open the store as the server starts: no reader waits until it is brought up to date.

    One that is away is opened when it is back.
    """
    try:
        service()
    except TbdxError as error:
        _log.warning("the store was not opened at the start: %s", error.code)


def close() -> None:
    """Give the store back as the server ends: an SQLite file then holds all by itself."""
    with suppress(TbdxError):  # it was never there
        service().close()


def _pages(words: Language, person: Person = EVERYONE) -> dict[str, list[StreamlitPage]]:
    """All rooms by their group, at the addresses of their files; the bare address leads to the first.

    Those with nothing for the person are hidden; opened by their address they say why.
    Streamlit gives its default page the bare address only, so no room is the default.
    """
    home = st.Page(_home, title="TBDX", default=True, visibility="hidden")
    pages: dict[str, list[StreamlitPage]] = {"": [home]}
    for room in ROOMS:
        hidden = not room.open_to(person)
        pages.setdefault(words.text(room.group), []).append(_page(room, words, hidden=hidden))
    return pages


def _home() -> None:
    place = returning.wanted() or returning.Place("", address.current())
    room = place.room if place.room in rooms() else ROOMS[0].file
    st.switch_page(_file(room), query_params=place.query)


def _file(room: str) -> str:
    return str(ROOT / "pages" / f"{room}.py")


def _page(room: Room, words: Language, *, hidden: bool) -> StreamlitPage:
    return st.Page(
        _file(room.file),
        title=words.text(room.title),
        url_path=room.file,
        help=words.text(room.help),
        visibility="hidden" if hidden else "visible",
    )


def link(room: str, label: str, *, icon: str | None = None, **choices: str) -> None:
    """A link to another page that opens it with these choices of year, indicator, agency.

    Nothing where the page is not open to the reader.
    """
    frame: _Frame | None = st.session_state.get(_FRAME)
    person = EVERYONE if frame is None else frame.service.person
    if not next(own for own in ROOMS if own.file == room).open_to(person):
        return
    whole = ("lang", *basis.PARTS)
    kept = {name: value for name, value in address.current().items() if name in whole}
    st.page_link(_file(room), label=label, icon=icon, query_params={**kept, **choices})


def run() -> None:
    """Draw the frame and the page that the address asks for."""
    st.set_page_config(page_icon=str(_ICON), layout="wide")
    words = language(languages.first())
    st.session_state.pop(_RESTARTS, None)
    st.session_state.setdefault(SESSION_BEGAN, datetime.now(UTC))
    with observing.rerun("entrance", language=words.code, choices=address.named):
        _guarded(words)


def _guarded(words: Language) -> None:
    """The frame and its page, and what is said where that fails."""
    try:
        sent = st.context.headers
        require_inside(st.get_option("server.address"), sent.get("Host"), headers=sent)
        if come_in := _come_in(words):
            _run(*come_in, words)
            away.await_return(service)
    except TbdxError as error:
        observing.known(error.code)
        st.error(escape(error_text(error, words)), icon=":material/error:")
        away.await_return(service, error)
    except Exception:  # the one place that catches broadly: the reader gets a number to quote
        number = observing.unexpected()
        st.error(
            words.text(
                "Something went wrong that the product did not expect. Nothing was stored or changed. Try again; if it happens again, give the administrator this number: {number}",
                number=number,
            ),
            icon=":material/error:",
        )
    finally:
        st.session_state.pop(_FRAME, None)


def error_text(error: TbdxError, words: Language) -> str:
    """A known error in the reader's words; those who sign in learn no address of the store."""
    if error.code in ("store-unavailable", "store-full") and signing.required():
        error = TbdxError("store-away")
    return messages.error_text(error, words)


def _come_in(words: Language) -> tuple[Service, Claims | None] | None:
    """The use cases for whoever opens a page, and their sign-in; None for those who are kept out.

    These see the page that says why, and nothing else.
    """
    visit = signing.visit()
    if not visit.required:
        try:
            return service().local(), None
        except TbdxError:
            st.navigation(_pages(words), position="hidden")  # or Streamlit lists the files itself
            st.title("TBDX")
            raise
    if visit.claims is not None:
        try:
            return service().enter(visit.claims), visit.claims
        except TbdxError as error:
            observing.known(error.code)
            visit = visit.refused(error)
    chosen = st.navigation(_pages(words), position="hidden")
    signing.ask(visit, words, chosen.url_path)
    return None


def admits(user: Mapping[str, object]) -> bool:
    """Whether a sign-in counts here, by what its token says; asked for files, beside any page."""
    try:
        service().enter(signing.claims_of(user, trust_emails=Settings().trust_emails))
    except TbdxError:
        return False
    return True


def _run(entered: Service, claims: Claims | None, words: Language) -> None:
    """The frame and the chosen page, for whoever has come in."""
    chosen = st.navigation(_pages(words, entered.person), position="sidebar")
    observing.at_page(chosen.url_path or "home", entered.person.id)
    room = next((room for room in ROOMS if room.file == chosen.url_path), None)
    st.session_state[_FRAME] = _Frame(entered, Basis(), claims)
    usual = entered.view()
    with st.sidebar:
        on = _sidebar(entered, usual, claims, words, views=room is not None and room.views)
    st.session_state[_FRAME] = _Frame(entered, on, claims)
    printing.style(usual if on == Basis() else entered.view(on), words)
    away.say(entered, words)
    if usual.sample:
        _say_that_it_is_illustrative(words)
    if room is not None and not room.open_to(entered.person):
        room.needed[0].require(entered.person)
    chosen.run()
    _tell_of_session(entered, claims)


def _tell_of_session(entered: Service, claims: Claims | None) -> None:
    """Let the record know once that this session began, when its first page is there to read.

    A store that can only be read still shows its pages; one that is away is told when it is back.
    """
    if _SIGNED_IN in st.session_state or service().away:
        return
    st.session_state[_SIGNED_IN] = True
    try:
        entered.office.signed_in("oidc" if claims else "local")
    except TbdxError:
        _log.warning("the record could not be told of a session", exc_info=True)


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
    frame: _Frame = st.session_state[_FRAME]
    words = language(address.remembered("lang") or languages.first())
    view = frame.service.view(frame.basis)
    named = clean(st.session_state.get(_NAME, ""))
    return Page(frame.service, view, words, named, frame.claims)


def _sidebar(
    entered: Service, usual: View, claims: Claims | None, words: Language, *, views: bool
) -> Basis:
    """Language, who has signed in, and, where there are figures to view, their basis: returned."""
    on = Basis()
    chosen = languages.pick(words)
    if views:
        on = basis.pick(usual, words)
    elif entered.person.everyone:
        _pick_name(entered, words)
    _whoami(entered, words)
    if claims is not None:
        signing.way_out(claims, words, entered.people.sign_out)
    plan = usual.plan
    province = plan.name_on(plan.province, plan.decision.date)[chosen]
    st.caption(f"{province[:1].upper()}{province[1:]} · {plan.decision.number}")
    if chosen != words.code:  # the page's title and navigation are already in the other language
        st.rerun()
    return on


def _whoami(entered: Service, words: Language) -> None:
    """Who reads, and with which roles; nothing where nobody has to say who they are."""
    person = entered.person
    if person.everyone:
        return
    roles = ", ".join(words.text(messages.ROLES[role]) for role in Role if role in person.roles)
    st.caption(f"**{escape(person.name or person.id)}** · {roles}")


def _pick_name(entered: Service, words: Language) -> None:
    """Who acts, where something can be done; the name stands on receipts and in the record."""
    name = st.text_input(
        words.text("Your name (stands in the record)"),
        value=st.session_state.get(_NAME, ""),
        placeholder=entered.user,
        max_chars=100,
    )
    st.session_state[_NAME] = name


def _say_that_it_is_illustrative(words: Language) -> None:
    """While there are only samples, every page says so before anything else."""
    st.warning(
        words.text(
            "**Illustrative figures.** No real report has been stored yet; what you see are made-up examples. They disappear as soon as the first report is sent or accepted."
        ),
        icon=":material/science:",
    )


def on_phone() -> bool:
    """Whether the reader's browser says that it is a phone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def rooms() -> Sequence[str]:
    """The pages' files, in the order of the navigation."""
    return [room.file for room in ROOMS]
