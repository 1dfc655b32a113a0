"""The language of the reader: what was chosen here, else the setting."""

from __future__ import annotations

import streamlit as st

from tbdx.i18n import Language, language, languages
from tbdx.settings import Settings
from tbdx.ui import address, returning


def first() -> str:
    """The code of the language in which a page begins to be drawn."""
    chosen = (
        st.query_params.get("lang") or address.remembered("lang") or returning.waiting().get("lang")
    )
    return chosen if chosen in languages() else Settings().language


def pick(words: Language) -> str:
    """The switch; what it is set to may differ from the language that was begun with."""
    return address.choose(
        "lang",
        languages(),
        default=first(),
        label=words.text("Language"),
        say=lambda code: language(code).name,
        words=words,
        widget="segmented",
    )
