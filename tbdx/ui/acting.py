"""Forms that change something: emptied when it is done, left as typed when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from tbdx.model import TbdxError
from tbdx.ui import told
from tbdx.ui.shell import Page

LONGEST_REASON = 500


def mark(words: str, colour: str, icon: str = "") -> str:
    """A state in words on a coloured ground, as markdown."""
    return f":{colour}-badge[{icon} {words}]" if icon else f":{colour}-badge[{words}]"


class Act:
    """One form of a page. Its widgets' keys change with every success, which empties them."""

    def __init__(self, page: Page, name: str) -> None:
        self._page, self._name = page, name

    @property
    def _round(self) -> str:
        return f"acts-{self._name}"

    def key(self, widget: str) -> str:
        """The key of one of the form's widgets until the next success."""
        return f"{self._name}-{widget}-{st.session_state.get(self._round, 0)}"

    def do(self, action: Callable[[], str]) -> TbdxError | None:
        """Act, and tell at the top of the next run what `action` says was done.

        A refusal is shown here, beside the form, and given back.
        """
        try:
            done = action()
        except TbdxError as error:
            told.refused(self._page, error)
            return error
        self.renew()
        told.done(done)
        return None

    def renew(self) -> None:
        """Let the form be drawn anew at the next run, with what there is then."""
        st.session_state[self._round] = st.session_state.get(self._round, 0) + 1


def reason_input(page: Page, act: Act, label: str = "", placeholder: str = "") -> str:
    """The field for a reason that is kept in the record."""
    return st.text_input(
        label or page.text("Reason (kept in the record)"),
        key=act.key("reason"),
        max_chars=LONGEST_REASON,
        placeholder=placeholder,
    )


def withdrawal(
    page: Page,
    name: str,
    title: str,
    entries: Mapping[int, str],
    withdraw: Callable[[int, str], None],
) -> None:
    """A form, folded away, that takes back one of `entries` (by number, in words) with a reason."""
    if not entries:
        return
    act = Act(page, name)
    with (
        st.expander(title, icon=":material/undo:"),
        st.form(act.key("form"), border=False, enter_to_submit=False),
    ):
        number = st.selectbox(
            page.text("What to withdraw"),
            list(entries),
            format_func=entries.__getitem__,
            key=act.key("number"),
        )
        reason = reason_input(page, act)
        if st.form_submit_button(page.text("Withdraw"), key=act.key("go"), icon=":material/undo:"):

            def action() -> str:
                withdraw(number, reason)
                return page.text("Withdrawn: {what}.", what=entries[number].rstrip("."))

            act.do(action)
