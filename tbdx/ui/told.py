"""What was just done, told once at the top of the next run."""

from __future__ import annotations

import streamlit as st

from tbdx.model import TbdxError
from tbdx.ui import shell
from tbdx.ui.markdown import escape
from tbdx.ui.shell import Page

_KEY = "just-done"


def done(text: str) -> None:
    """Remember what was done (markdown) and draw the page anew, so that it shows the new state."""
    st.session_state[_KEY] = text
    st.rerun()


def show() -> None:
    """Tell what was done in the run before, if anything.

    Its place is kept when there is nothing to tell: what stands below would
    move up, and the browser would draw it anew (an open tab would close).
    """
    text = st.session_state.pop(_KEY, None)
    with st.container():
        if text:
            st.success(text, icon=":material/check_circle:")


def refused(page: Page, error: TbdxError) -> None:
    """Say why something was not done; what was typed stays."""
    text = escape(shell.error_text(error, page.language))  # it quotes what was typed or sent
    st.error(text, icon=":material/error:")
