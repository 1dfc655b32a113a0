"""Who is there: sign-in by OpenID Connect, asked for before anything else is drawn.

Streamlit speaks with the provider and keeps what the ID token says in a signed cookie,
for 30 days, whatever the token's own expiry. So `Service.enter` looks at it, at every run,
and again before anything is taken out beside a page.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

import streamlit as st

from tbdx import messages
from tbdx.access import Claims
from tbdx.i18n import Language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.serving import UNNAMED, at_start
from tbdx.settings import Settings
from tbdx.ui import address, languages, returning
from tbdx.ui.markdown import escape

_log = logging.getLogger("tbdx")
_WIDTH = 460  # pixels
_AGAIN = ("sign-in-expired", "signed-out", "claims-incomplete")
_NO_ROLE = ("not-admitted", "address-not-verified")


@dataclass(frozen=True, slots=True)
class Visit:
    """Whether a reader may go on.

    required  whether people sign in here at all
    claims    of whoever has signed in
    refusal   why the sign-in that the browser shows does not count
    """

    required: bool
    claims: Claims | None = None
    refusal: TbdxError | None = None

    def refused(self, refusal: TbdxError) -> Self:
        """The same visit, once the store has been asked about the claims."""
        return replace(self, refusal=refusal)


def required() -> bool:
    """Whether people sign in here."""
    return at_start().signs_in


def visit() -> Visit:
    """Who opens a page, by the cookie of their browser."""
    user = st.user.to_dict()
    try:
        if not at_start().signs_in:
            return Visit(required=False)
        if user.get("is_logged_in") is not True:
            return Visit(required=True)
        return Visit(True, claims_of(user, trust_emails=Settings().trust_emails))
    except TbdxError as error:
        return Visit(required=True, refusal=error)


def claims_of(user: Mapping[str, object], *, trust_emails: bool) -> Claims:
    """What the provider's token says, as Streamlit hands it on (st.user).

    `trust_emails`: an address counts as verified where the token does not say whether it is.
    Raises TbdxError: claims-incomplete.
    """
    verified = user.get("email_verified")
    return Claims(
        issuer=_text(user, "iss"),
        subject=_text(user, "sub"),
        email=_address(user),
        email_verified=trust_emails if verified is None else str(verified).lower() == "true",
        issued_at=_moment(user, "iat"),
        expires_at=_moment(user, "exp"),
    )


def _text(user: Mapping[str, object], claim: str, *, needed: bool = True) -> str:
    value = user.get(claim)
    if isinstance(value, str) and (value or not needed):
        return value
    if needed:
        raise TbdxError("claims-incomplete", found=claim)
    return ""


def _address(user: Mapping[str, object]) -> str:
    """As `Claims.email`. Nothing else is made of it: "\u212a" in lower case is a "k"."""
    said = _text(user, "email", needed=False).strip()
    return said.lower() if said.isascii() else said


def _moment(user: Mapping[str, object], claim: str) -> datetime:
    """A NumericDate (RFC 7519): seconds since 1970, a number."""
    value = user.get(claim)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        pass
    raise TbdxError("claims-incomplete", found=claim)


def ask(visit: Visit, words: Language, room: str) -> None:
    """The page for whoever may not come in, and nothing else; `room` is where they are led back.

    Who has signed in and has no role here is told so, and may sign out; all others may sign in.
    Raises TbdxError: settings-unreadable, plan-invalid; and the refusal, where no sign-in helps.
    """
    names = list(at_start().providers)
    code = visit.refusal.code if visit.refusal else ""
    if visit.refusal and code not in (*_AGAIN, *_NO_ROLE):
        raise visit.refusal
    st.set_page_config(initial_sidebar_state="collapsed")  # of a page that was open until now
    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH, gap="medium"):
        _heading(words)
        if visit.refusal:
            icon = ":material/lock_clock:" if code in _AGAIN else ":material/block:"
            st.warning(escape(messages.error_text(visit.refusal, words)), icon=icon)
        elif not room and returning.unfinished():
            text = words.text(
                "The sign-in was not completed. Try again; if it fails again, tell the administrator: the reason stands in the server's log."
            )
            st.warning(text, icon=":material/error:")
        else:
            text = words.text("For people to whom the office has given access. Sign in to go on.")
            st.markdown(text)
        if code not in _NO_ROLE:
            _buttons(names, words, room)
        elif st.button(words.text("Sign out"), icon=":material/logout:", width="stretch"):
            returning.wanted()  # they wanted to go nowhere any more
            st.logout()
        chosen = languages.pick(words)
    if chosen != words.code:
        st.rerun()


def _buttons(names: list[str], words: Language, room: str) -> None:
    """One for each provider."""
    for name in names:
        label = words.text("Sign in")
        if len(names) > 1 and name != UNNAMED:
            label = words.text("Sign in with {name}", name=escape(name[:1].upper() + name[1:]))
        if st.button(label, key=f"sign-in-{name}", type="primary", width="stretch"):
            returning.remember(room, address.current())
            st.login(name)


def way_out(claims: Claims, words: Language, end: Callable[[Claims], None]) -> None:
    """In the sidebar: the button that signs out.

    `end` makes the sign-in worthless elsewhere as well: in other tabs and in copies of the cookie.
    """
    if st.button(words.text("Sign out"), icon=":material/logout:", width="stretch"):
        try:
            end(claims)
        except TbdxError:  # whoever wants to leave a shared machine is not kept there
            _log.warning("the end of a sign-in could not be stored", exc_info=True)
        st.logout()
        st.stop()


def _heading(words: Language) -> None:
    plan = _plan()
    province = plan.name_on(plan.province, plan.decision.date)[words.code]
    st.title(words.text("Digital transformation of press agencies"))
    st.caption(f"TBDX · {escape(province[:1].upper() + province[1:])}")


@st.cache_resource(show_spinner=False)
def _plan() -> Plan:
    """The shipped plan, for the province's name: a stranger's visit opens no database."""
    return Plan.load(Settings().plan)
