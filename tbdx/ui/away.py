"""While the store is away: every page says what it shows meanwhile, and goes on by itself."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from tbdx.i18n import Language
from tbdx.messages import DEFAULT_ZONE
from tbdx.model import TbdxError
from tbdx.service import Service

_LOOKED = "tbdx-looked"
_LOOKS_AGAIN = 5.0  # seconds; the store itself is asked every couple of seconds, whoever asks


def say(service: Service, words: Language) -> None:
    """Since when the store has been away, what is shown, and what cannot be done meanwhile."""
    away = service.away
    if away is None:
        return
    st.error(
        words.text(
            "**The store has been away since {since}.** You see the figures of revision {revision} as they were known at {known}; what was not read before cannot be shown. Nothing can be sent, accepted, changed or taken out until the store is back. This page looks again by itself and then goes on; if it takes long, tell the administrator.",
            since=words.moment(away.since, DEFAULT_ZONE),
            revision=words.number(away.revision),
            known=words.moment(away.known_at, DEFAULT_ZONE),
        ),
        icon=":material/cloud_off:",
    )


def await_return(service: Callable[[], Service], error: TbdxError | None = None) -> None:
    """Draw the page anew once the store is back, where it is away.

    `error` is what this run met; `service` opens the store where it never was.
    """
    if (error is not None and error.code == "store-unavailable") or (
        error is None and service().away
    ):
        st.session_state[_LOOKED] = False
        _look_again(service)


@st.fragment(run_every=_LOOKS_AGAIN)
def _look_again(service: Callable[[], Service]) -> None:
    if not st.session_state.get(_LOOKED):  # the page itself has just looked
        st.session_state[_LOOKED] = True
        return
    try:
        back = bool(service().plan) and service().away is None
    except TbdxError:
        return
    if back:
        st.rerun()
