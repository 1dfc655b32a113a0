"""Choices that stand in the address, so that a link opens the same view.

The address holds codes (a year, an indicator's or agency's code, a language),
never labels. A choice outlives a change of page; a changed address wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from tbdx.i18n import Language
from tbdx.ui.markdown import escape

_SEPARATOR = "~"
_MOST_QUOTED = 80  # characters of what a link asks for in vain


def current() -> dict[str, str]:
    """The address's parameters."""
    return st.query_params.to_dict()


def named() -> list[str]:
    """The choices that stand in the address, by name; not what somebody typed beside them."""
    return [name for name in st.query_params if f"choice-{name}" in st.session_state]


def remembered(name: str) -> str | None:
    """The choice last made under this name in this session, on any page."""
    value = st.session_state.get(f"choice-{name}")
    return value if isinstance(value, str) else None


def _remember(name: str, value: str, usual: str = "") -> None:
    """Keep a choice in the session, and in the address unless it is the usual one.

    A link to the very page that it stands on is followed without telling the browser,
    whose next run would come from the old address: so what is new is always told.
    """
    new = remembered(name) != value
    st.session_state[f"choice-{name}"] = value
    shown = "" if value == usual else value
    known = st.query_params.get(name, "")
    if shown and (new or known != shown):
        st.query_params[name] = shown
    elif known and not shown:
        del st.query_params[name]


def go(name: str, value: str, usual: str = "") -> None:
    """Choose for the reader: what `choose` shows under this name in the next run."""
    st.session_state.pop(f"pick-{name}", None)
    _remember(name, value, usual)


def _asked(name: str, options: Sequence[str], words: Language) -> list[str] | None:
    """What the address asks for, where it differs from what was last chosen here."""
    asked = st.query_params.get(name)
    if asked is None or asked == remembered(name):
        return None
    codes = asked.split(_SEPARATOR)
    unknown = [code for code in codes if code not in options]
    if unknown:
        st.warning(
            words.text(
                "The link asks for “{found}”, which does not exist here. Choose from the list.",
                found=escape(", ".join(unknown)[:_MOST_QUOTED]),
            ),
            icon=":material/link_off:",
        )
    return [code for code in codes if code in options] or None


def choose(
    name: str,
    options: Sequence[str],
    *,
    default: str,
    label: str,
    say: Callable[[str], str],
    words: Language,
    widget: Literal["select", "segmented"] = "select",
    usual: str = "",
) -> str:
    """One of `options` (codes), kept in the address under `name` unless it is the usual one."""
    key = f"pick-{name}"
    asked = _asked(name, options, words)
    candidates = [*(asked or ()), st.session_state.get(key), remembered(name), default]
    # Set in every run: a value left by another page's widget of this key would be dropped.
    st.session_state[key] = next(code for code in candidates if code in options)
    if widget == "segmented":
        chosen = st.segmented_control(label, options, key=key, format_func=say, required=True)
    else:
        chosen = st.selectbox(label, options, key=key, format_func=say)
    value = chosen or default
    _remember(name, value, usual)
    return value


def choose_many(
    name: str,
    options: Sequence[str],
    *,
    label: str,
    say: Callable[[str], str],
    words: Language,
) -> tuple[str, ...]:
    """Any of `options` (codes), kept in the address under `name`; none means all."""
    key = f"pick-{name}"
    asked = _asked(name, options, words)
    kept = (remembered(name) or "").split(_SEPARATOR)
    codes = asked or st.session_state.get(key, kept)
    st.session_state[key] = [code for code in codes if code in options]
    chosen = st.multiselect(
        label, options, key=key, format_func=say, placeholder=words.text("all"), select_all=False
    )
    _remember(name, _SEPARATOR.join(chosen))
    return tuple(chosen)


def typed(name: str, *, label: str, placeholder: str, most: int) -> str:
    """What the reader types, of at most so many characters, kept in the address under `name`."""
    key = f"pick-{name}"
    asked, known = st.query_params.get(name), remembered(name)
    changed = asked is not None and asked != known
    value = asked if changed else st.session_state.get(key, known)
    st.session_state[key] = (value or "")[:most]
    text = st.text_input(label, key=key, placeholder=placeholder, max_chars=most)
    _remember(name, text)
    return text
