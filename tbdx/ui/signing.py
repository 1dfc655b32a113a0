"""Who is there: sign-in by OpenID Connect, asked for before anything else is drawn.

Streamlit speaks with the provider and keeps what the ID token says in a signed cookie,
for 30 days, whatever the token's own expiry. So the expiry is looked at here, at every
run, and again by whatever is taken out beside a page.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tbdx import messages
from tbdx.access import Claims
from tbdx.i18n import Language
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.serving import UNNAMED, Serving
from tbdx.settings import Settings
from tbdx.ui import address, languages, returning
from tbdx.ui.markdown import escape
from tbdx.words import clean

_log = logging.getLogger("tbdx")
_LONGEST_NAME = 100  # characters
_WIDTH = 460  # pixels


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

    @property
    def admitted(self) -> bool:
        return not self.required or self.claims is not None


def visit(now: datetime | None = None) -> Visit:
    """Who opens a page, by the cookie of their browser."""
    user = st.user.to_dict()
    try:
        if not _serving().signs_in:
            return Visit(required=False)
        if user.get("is_logged_in") is not True:
            return Visit(required=True)
        claims = claims_of(user, trust_emails=Settings().trust_emails)
        require_current(claims, now)
    except TbdxError as error:
        return Visit(required=True, refusal=error)
    return Visit(required=True, claims=claims)


def claims_of(user: Mapping[str, object], *, trust_emails: bool) -> Claims:
    """What the provider's token says, as Streamlit hands it on (st.user).

    `trust_emails`: an address counts as verified where the token does not say whether it is.
    Raises TbdxError: claims-incomplete.
    """
    verified = user.get("email_verified")
    return Claims(
        issuer=_text(user, "iss"),
        subject=_text(user, "sub"),
        email=clean(_text(user, "email", needed=False)).lower(),
        email_verified=trust_emails if verified is None else str(verified).lower() == "true",
        name=clean(_text(user, "name", needed=False))[:_LONGEST_NAME],
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


def _moment(user: Mapping[str, object], claim: str) -> datetime:
    """A NumericDate (RFC 7519): seconds since 1970, a number."""
    value = user.get(claim)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        pass
    raise TbdxError("claims-incomplete", found=claim)


def require_current(claims: Claims | None, now: datetime | None = None) -> None:
    """Refuse a sign-in whose time is over; None is nobody's. Raises TbdxError: sign-in-expired."""
    if claims is not None and claims.expires_at <= (now or datetime.now(UTC)):
        raise TbdxError("sign-in-expired", found=claims.expires_at)


def ask(visit: Visit, words: Language, room: str) -> None:
    """The page for whoever has to sign in, and nothing else; `room` is where they are led back.

    Raises TbdxError: settings-unreadable, plan-invalid.
    """
    names = list(_serving().providers)
    with _narrow():
        _heading(words)
        if visit.refusal is not None:
            text = escape(messages.error_text(visit.refusal, words))
            st.warning(text, icon=":material/lock_clock:")
        elif not room and returning.unfinished():
            text = words.text(
                "The sign-in was not completed. Try again; if it fails again, tell the administrator: the reason stands in the server's log."
            )
            st.warning(text, icon=":material/error:")
        else:
            st.markdown(words.text("For people to whom the office has given access. Sign in to go on."))
        for name in names:
            label = _label(words, name, several=len(names) > 1)
            if st.button(label, key=f"sign-in-{name}", type="primary", width="stretch"):
                returning.remember(room, address.current())
                st.login(name)
        chosen = languages.pick(words)
    if chosen != words.code:
        st.rerun()


def refuse(error: TbdxError, words: Language, claims: Claims) -> None:
    """The page for somebody who has signed in and may not come in: why, and the way out."""
    with _narrow():
        _heading(words)
        st.error(escape(messages.error_text(error, words)), icon=":material/error:")
        st.caption(words.text("Signed in as {name}", name=escape(_called(claims))))
        if st.button(words.text("Sign out"), icon=":material/logout:", width="stretch"):
            st.logout()
        chosen = languages.pick(words)
    if chosen != words.code:
        st.rerun()


def way_out(claims: Claims, words: Language, end: Callable[[Claims], None]) -> None:
    """In the sidebar: who has signed in, and the button that signs out.

    `end` makes the sign-in worthless elsewhere as well: in other tabs and in copies of the cookie.
    """
    st.caption(words.text("Signed in as {name}", name=escape(_called(claims))))
    if st.button(words.text("Sign out"), icon=":material/logout:", width="stretch"):
        try:
            end(claims)
        except TbdxError:  # whoever wants to leave a shared machine is not kept there
            _log.warning("the end of a sign-in could not be stored", exc_info=True)
        st.logout()
        st.stop()


def _called(claims: Claims) -> str:
    return claims.name or claims.email or claims.subject


def _narrow() -> DeltaGenerator:
    outer = st.container(horizontal_alignment="center")
    return outer.container(width=_WIDTH, gap="medium")


def _heading(words: Language) -> None:
    plan = _plan()
    province = plan.name_on(plan.province, plan.decision.date)[words.code]
    st.title(words.text("Digital transformation of press agencies"))
    st.caption(f"TBDX · {escape(province[:1].upper() + province[1:])}")


def _label(words: Language, name: str, *, several: bool) -> str:
    if not several or name == UNNAMED:
        return words.text("Sign in")
    return words.text("Sign in with {name}", name=escape(name[:1].upper() + name[1:]))


@st.cache_resource(show_spinner=False)
def _serving() -> Serving:
    """As it was when the server started: what is changed since counts after a restart."""
    return Serving.read()


@st.cache_resource(show_spinner=False)
def _plan() -> Plan:
    """The shipped plan, for the province's name: a stranger's visit opens no database."""
    return Plan.load(Settings().plan)
