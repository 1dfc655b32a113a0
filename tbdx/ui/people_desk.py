"""Who may come in: everybody with their roles, entering somebody, changing and removing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from tbdx import messages, provenance, tables
from tbdx.access import Person, Role
from tbdx.ui import acting, widgets
from tbdx.ui.acting import Act
from tbdx.ui.shell import Page

_NOBODY = Person("")


def show(page: Page) -> None:
    """Everybody who may come in; the forms that enter, change and remove somebody."""
    known = page.service.people.all()
    if known:
        _table(page, known)
    else:
        _nobody_yet(page)
    grid = st.grid(2 if known else 1, min_column_width=320)
    if known:
        with grid.cell():
            _change(page, known)
    with grid.cell():
        _enter(page, first=not known)
        if known:
            _remove(page, known)


def _nobody_yet(page: Page) -> None:
    """What it means that nobody is entered, and what entering somebody ends."""
    st.info(
        page.text(
            "Nobody is entered: this is a machine of one user, who may do everything. Entering the first person, who must be an administrator, ends this: from then on only those who are entered get in, each with their roles. Who opens the dashboard at this machine without signing in is “{user}” (TBDX_USER, else the account's name), so one of the people needs that id.",
            user=widgets.escape(page.service.user),
        ),
        icon=":material/person:",
    )


def _table(page: Page, known: Sequence[Person]) -> None:
    rows = [
        {
            page.text("Person"): _who(person),
            page.text("Roles"): _roles(page, person),
            page.text("Sign-in"): _account(page, person),
        }
        for person in known
    ]
    label = page.text("People who may come in")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def _who(person: Person) -> str:
    lines = [f"**{widgets.escape(person.name)}** `{person.id}`".removeprefix("**** ")]
    lines += [f":small[{widgets.escape(person.email)}]"] if person.email else []
    return "  \n".join(lines)


def _roles(page: Page, person: Person) -> str:
    roles = ", ".join(page.text(messages.ROLES[role]) for role in Role if role in person.roles)
    agencies = ", ".join(_agency(page, agency) for agency in person.agencies)
    return f"{roles}  \n:small[{widgets.escape(agencies)}]" if agencies else roles


def _account(page: Page, person: Person) -> str:
    if person.bound:
        return acting.mark(page.text("has signed in"), "green")
    if person.email:
        return acting.mark(page.text("has not signed in yet"), "gray")
    return page.text("command line only")


def _agency(page: Page, agency: str) -> str:
    return tables.agency_label(page.view, agency, page.language)


def _named(person: Person) -> str:
    return f"{person.name} ({person.id})" if person.name else person.id


# --- entering and changing ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    """What was typed and chosen of a person."""

    name: str
    email: str
    roles: list[Role]
    agencies: list[str]


def _fields(page: Page, act: Act, of: Person) -> _Given:
    """Name, address, roles and, with the role of an agency, which; as they are until changed."""
    name = st.text_input(page.text("Name"), of.name, key=act.key(f"name-{of.id}"), max_chars=100)
    email = st.text_input(
        page.text("E-mail address with which they sign in"),
        of.email,
        key=act.key(f"email-{of.id}"),
        max_chars=200,
        placeholder=page.text("empty: command line only"),
    )
    heading = page.text("Roles")
    st.markdown(f":small[{heading}]")
    roles = [
        role
        for role in Role
        if st.checkbox(
            f"**{page.text(messages.ROLES[role])}**: {page.text(messages.ROLES_DO[role])}",
            role in of.roles,
            key=act.key(f"{role}-{of.id}"),
        )
    ]
    agencies = _agencies(page, act, of) if Role.AGENCY in roles else []
    return _Given(name, email, roles, agencies)


def _agencies(page: Page, act: Act, of: Person) -> list[str]:
    # The register may have lost one since it was given to them.
    every = {*(agency.id for agency in page.service.plan.agencies), *of.agencies}
    return st.multiselect(
        page.text("Their agencies"),
        provenance.by_name(page.view, every, page.language),
        of.agencies,
        format_func=lambda agency: _agency(page, agency),
        key=act.key(f"agencies-{of.id}"),
        placeholder=page.text("Choose"),
        select_all=False,
    )


def _enter(page: Page, *, first: bool) -> None:
    act = Act(page, "enter-person")
    with st.container(border=True):
        st.subheader(page.text("Enter a person"))
        person_id = st.text_input(
            page.text("Id"),
            page.service.user if first else "",
            key=act.key("id"),
            max_chars=40,
            help=page.text(
                "How the record calls them, for ever: it is kept when they are removed. 2 to 40 lower-case letters without accents, digits, dots, hyphens or underscores."
            ),
            placeholder="cb03",
        )
        given = _fields(
            page, act, Person("", roles=frozenset({Role.ADMINISTRATOR})) if first else _NOBODY
        )
        label = page.text("Enter the person")
        if not st.button(label, key=act.key("go"), type="primary", icon=":material/person_add:"):
            return

        def action() -> str:
            people, by = page.service.people, page.user
            new = people.add(
                person_id.strip(), given.name, given.email, given.roles, given.agencies, by=by
            )
            return page.text("{person} was entered.", person=widgets.escape(_named(new)))

        act.do(action)


def _change(page: Page, known: Sequence[Person]) -> None:
    act = Act(page, "change-person")
    with st.container(border=True):
        st.subheader(page.text("Change a person"))
        person = _as_drawn(act, _choose(page, act, known))
        given = _fields(page, act, person)
        unbind = person.bound and st.checkbox(
            page.text("They have a new account: the next sign-in with this address is theirs"),
            key=act.key(f"unbind-{person.id}"),
        )
        label = page.text("Keep the changes")
        if not st.button(label, key=act.key("go"), icon=":material/save:"):
            return

        def action() -> str:
            people, by = page.service.people, page.user
            said = (person.id, given.name, given.email, given.roles, given.agencies)
            changed = people.change(*said, unbind=unbind, was=person, by=by)
            return page.text("{person} was changed.", person=widgets.escape(_named(changed)))

        refusal = act.do(action)
        if refusal and refusal.code == "changed-meanwhile":
            act.renew()


def _as_drawn(act: Act, person: Person) -> Person:
    """Somebody as they were when the form for them was drawn: what is typed there is meant for that."""
    slot = act.key("drawn")
    drawn: Person = st.session_state.get(slot, _NOBODY)
    if drawn.id == person.id and act.key(f"name-{person.id}") in st.session_state:
        return drawn
    st.session_state[slot] = person
    return person


def _choose(page: Page, act: Act, known: Sequence[Person]) -> Person:
    by_id = {person.id: person for person in known}
    chosen = st.selectbox(
        page.text("Person"),
        list(by_id),
        format_func=lambda person_id: _named(by_id[person_id]),
        key=act.key("person"),
    )
    return by_id[chosen]


# --- removing -----------------------------------------------------------------------------------


def _remove(page: Page, known: Sequence[Person]) -> None:
    act = Act(page, "remove-person")
    with st.form(act.key("form"), enter_to_submit=False):
        st.subheader(page.text("Remove a person"))
        st.caption(
            page.text(
                "They get in no longer, from their next step on. Name, address and account are forgotten; the id stays in the record with what was done under it, and is never given again. Older backups hold what they hold until they are deleted."
            )
        )
        person = _choose(page, act, known)
        reason = acting.reason_input(page, act, placeholder=page.text("e.g. other duties"))
        if not st.form_submit_button(
            page.text("Remove the person"), key=act.key("go"), icon=":material/person_remove:"
        ):
            return

        def action() -> str:
            page.service.people.remove(person.id, reason, by=page.user)
            return page.text("{person} was removed.", person=f"`{person.id}`")

        act.do(action)
