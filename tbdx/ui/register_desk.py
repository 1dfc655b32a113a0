"""The register of agencies: who exists when, what happened, and entering what happens next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pandas as pd
import streamlit as st

from tbdx import messages, provenance, tables
from tbdx.model import Fault, TbdxError
from tbdx.plan import Agency
from tbdx.register import Kind, RegisterChange, RegisterEvent, change_of
from tbdx.service.desk import Unusable
from tbdx.service.office import Foreseen
from tbdx.ui import acting, agencies, told, widgets
from tbdx.ui.acting import Act
from tbdx.ui.shell import Page
from tbdx.words import clean, fold

_DAY = timedelta(days=1)


def show(page: Page) -> None:
    """The agencies, what happened to them in order, and the form for what happens next."""
    st.header(page.text("Agencies"))
    _agencies(page)
    st.header(page.text("What has happened"))
    happened = page.service.office.register_events()
    st.markdown("\n".join(f"- {event_text(page, event)}" for event in happened))
    entered = {
        number: event_text(page, event_of(change), plain=True)
        for number, change in page.service.office.register_changes()
    }

    for unusable in page.service.office.unusable_changes():
        words = _unusable_text(page, unusable)
        entered[unusable.number] = words
        said = page.text(
            "A change that was entered here cannot be applied, so it is left out: {what}. Withdraw it below, and enter it anew as it should be.",
            what=widgets.escape(words),
        )
        faults = "\n".join(
            f"- {widgets.escape(messages.fault_text(fault, page.language))}"
            for fault in unusable.faults
        )
        st.warning(f"{said}\n\n{faults}", icon=":material/warning:")

    def withdraw(number: int, reason: str) -> None:
        page.service.office.withdraw_register_change(number, reason, by=page.user)

    title = page.text("Withdraw a change that was entered here")
    acting.withdrawal(page, "withdraw-change", title, entered, withdraw)
    st.header(page.text("Enter a change"))
    _enter(page)


def _agencies(page: Page) -> None:
    code = page.language.code
    rows = [
        {
            page.text("Agency"): widgets.escape(agency.name(code)),
            page.text("In existence"): span_text(page, agency),
            page.text("Media types, governing body"): " · ".join(
                part
                for part in (
                    agencies.media_text(page, agency.media_types),
                    widgets.escape(agency.governing_body(code)),
                )
                if part
            ),
        }
        for agency in page.service.plan.agencies
    ]
    label = page.text("Register of agencies")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def span_text(page: Page, agency: Agency) -> str:
    """From when until when an agency exists."""
    begins, ends = agency.valid_from, agency.valid_to
    if begins and ends:
        return page.text(
            "{start} to {end}", start=page.language.date(begins), end=page.language.date(ends)
        )
    if begins:
        return page.text("since {date}", date=page.language.date(begins))
    if ends:
        return page.text("until {date}", date=page.language.date(ends))
    return page.text("all the time")


def _unusable_text(page: Page, unusable: Unusable) -> str:
    if unusable.change is None:
        return page.text("change {number}, which cannot be read", number=unusable.number)
    words = event_text(page, event_of(unusable.change), plain=True)
    return page.text("change {number}: {what}", number=unusable.number, what=words)


def event_of(change: RegisterChange) -> RegisterEvent:
    """A change as the event that it tells of."""
    name = (change.name_vi, change.name_en)
    return RegisterEvent(
        change.date, change.kind, change.agency, change.predecessors, name, change.source
    )


def event_text(page: Page, event: RegisterEvent, *, plain: bool = False) -> str:
    """An event in words, its date first; as markdown unless `plain`."""
    day = page.language.date(event.date)
    what = provenance.event_text(page.view, event, page.language)
    source = f" ({event.source})" if event.source else ""
    if plain:
        return f"{day}: {what}{source}"
    return f"**{day}** – {widgets.escape(what + source)}"


def _label(page: Page, agency_id: str) -> str:
    """An agency's name, told apart by its dates; "" for one that is not in the register."""
    if agency_id not in {agency.id for agency in page.view.plan.agencies}:
        return ""
    return tables.agency_label(page.view, agency_id, page.language)


# --- entering a change ----------------------------------------------------------------------


def _enter(page: Page) -> None:
    """The fields of one kind of change, what it would do, and the button that enters it."""
    act = Act(page, "register")
    kinds: dict[str, str] = {
        "merged": page.text("Agencies merge"),
        "opened": page.text("An agency opens"),
        "closed": page.text("An agency closes"),
        "renamed": page.text("An agency takes another name"),
    }
    with st.container(border=True):
        kind = st.segmented_control(
            page.text("What happens"),
            list(kinds),
            format_func=kinds.__getitem__,
            default="merged",
            required=True,
            key="register-kind",
        )
        grid = st.grid(2, min_column_width=260)
        with grid.cell():
            day = _day(page, act)
        with grid.cell():
            source = st.text_input(
                page.text("Source document"),
                key=act.key("source"),
                max_chars=200,
                placeholder=page.text("number and date of the decision"),
            )
        values, lacking = _FIELDS[cast("Kind", kind)](page, act, day)
        if not clean(source):
            lacking = [*lacking, page.text("Source document")]
        change: RegisterChange | None = None
        if lacking:
            needed = page.text("Still to fill in: {what}.", what=", ".join(lacking))
            st.caption(needed)
        else:
            change = _foreseen(page, {"kind": kind, "date": day, "source": clean(source), **values})
        label = page.text("Enter the change")
        pressed = st.button(label, key=act.key("go"), type="primary", icon=":material/check:")
        if pressed and lacking:
            st.error(needed, icon=":material/error:")
        elif pressed and change is not None:
            act.do(lambda: _entered(page, change))


def _entered(page: Page, change: RegisterChange) -> str:
    words = event_text(page, event_of(change), plain=True)
    page.service.office.change_register(change, by=page.user)
    return page.text("The change was entered: {what}.", what=widgets.escape(words))


def _day(page: Page, act: Act) -> date:
    """The first day on which the change holds."""
    years, today = page.plan.years, page.plan.due.day_of(datetime.now(UTC))
    first, last = date(years.base, 1, 1), date(years.last, 12, 31)
    return st.date_input(
        page.text("First day on which it holds"),
        value=min(max(today, first), last),
        min_value=first,
        max_value=last,
        format="DD/MM/YYYY",
        key=act.key("day"),
    )


Fields = tuple[dict[str, object], list[str]]
"""The values of a change by name, and the labels of what is still missing."""


def _merged(page: Page, act: Act, day: date) -> Fields:
    existing = _existing(page, day)
    parts = st.multiselect(
        page.text("Agencies that merge (two or more)"),
        list(existing),
        format_func=existing.__getitem__,
        key=act.key("parts"),
        placeholder=page.text("Choose"),
        select_all=False,
    )
    names = _names(page, act, page.text("Name of the result"), parts)
    if len(parts) < 2:
        return {}, [page.text("Agencies that merge (two or more)")]
    first = page.service.plan.agency(parts[0])
    name = str(names["name_vi"]) or first.name("vi")
    if not names["name_vi"]:
        names |= {"name_vi": name, "name_en": names["name_en"] or first.name("en")}
    new_id = page.service.office.new_id(name, day)
    return {"agency": new_id, "predecessors": tuple(parts), **_filled(names)}, []


def _opened(page: Page, act: Act, day: date) -> Fields:
    names = _names(page, act, page.text("Name"))
    media = st.pills(
        page.text("Media types"),
        list(messages.MEDIA),
        format_func=lambda kind: page.text(messages.MEDIA[kind]),
        selection_mode="multi",
        key=act.key("media"),
    )
    lacking = [
        label
        for label, value in (
            (page.text("Name"), names["name_vi"]),
            (page.text("Governing body"), names["governing_body_vi"]),
            (page.text("Media types"), media),
        )
        if not value
    ]
    if lacking:
        return {}, lacking
    return {
        "agency": page.service.office.new_id(str(names["name_vi"]), day),
        "media_types": tuple(media),
        "e_press": "yes" if "electronic" in media else "no",
        **_filled(names),
    }, []


def _closed(page: Page, act: Act, day: date) -> Fields:
    agency = _one(page, act, day)
    return ({"agency": agency}, []) if agency else ({}, [page.text("Agency")])


def _renamed(page: Page, act: Act, day: date) -> Fields:
    agency = _one(page, act, day)
    names = _names(page, act, page.text("New name"))
    lacking = [] if agency else [page.text("Agency")]
    lacking += [] if names["name_vi"] else [page.text("New name")]
    return ({}, lacking) if lacking else ({"agency": agency, **_filled(names)}, [])


_FIELDS: dict[Kind, Callable[[Page, Act, date], Fields]] = {
    "merged": _merged,
    "opened": _opened,
    "closed": _closed,
    "renamed": _renamed,
}


def _existing(page: Page, day: date) -> dict[str, str]:
    """The agencies to which something can happen on a day: in existence before, no end known."""
    return {
        agency.id: _label(page, agency.id)
        for agency in page.service.plan.agencies
        if agency.exists_on(day - _DAY) and agency.valid_to is None
    }


def _one(page: Page, act: Act, day: date) -> str | None:
    existing = _existing(page, day)
    return st.selectbox(
        page.text("Agency"),
        list(existing),
        format_func=existing.__getitem__,
        index=None,
        key=act.key("agency"),
        placeholder=page.text("Choose"),
    )


def _names(page: Page, act: Act, label: str, parts: Sequence[str] = ()) -> dict[str, object]:
    """Name and governing body in both languages; the English one may be left out.

    What the first of `parts` is called stands in the fields as what holds if they stay empty.
    """
    first = page.service.plan.agency(parts[0]) if parts else None
    body = page.text("Governing body")
    said = (
        ("name", label, first.name if first else None),
        ("governing_body", body, first.governing_body if first else None),
    )
    grid, values = st.grid(2, min_column_width=260), {}

    def field(name: str, title: str, example: str) -> None:
        with grid.cell():
            text = st.text_input(title, key=act.key(name), max_chars=200, placeholder=example)
            values[name] = clean(text)

    for name, title, known in said:
        field(f"{name}_vi", title, known("vi") if known else "")
        in_english = page.text("{label} in English", label=title)
        taken_over = known("en") if known and not values[f"{name}_vi"] else ""
        field(f"{name}_en", in_english, taken_over or page.text("as in Vietnamese, if left empty"))
    return dict(values)


def _filled(names: dict[str, object]) -> dict[str, object]:
    """The names with the Vietnamese ones where no English one was given."""
    return {name: value or names[name.replace("_en", "_vi")] for name, value in names.items()}


# --- what it would do -----------------------------------------------------------------------


def _foreseen(page: Page, values: dict[str, object]) -> RegisterChange | None:
    """Say what the change would do, or why it is not possible; the change if it is."""
    try:
        change = change_of(**values)
        _require_other_name(page, change)
        foreseen = page.service.office.foresee(change)
    except TbdxError as error:
        told.refused(page, error)
        return None
    lines = "\n".join(f"- {line}" for line in _consequences(page, change, foreseen))
    heading = page.text("What this change does:")
    st.info(f"{heading}\n\n{lines}", icon=":material/preview:")
    return change


def _require_other_name(page: Page, change: RegisterChange) -> None:
    """Two agencies of one name in one year could not be told apart in a workbook."""
    gone = {*change.predecessors, change.agency}
    for agency in page.service.plan.agencies:
        staying = agency.id not in gone and agency.exists_on(change.date)
        if staying and change.name_vi and fold(change.name_vi) in map(fold, agency.names):
            fault = Fault("name-taken", fields={"found": change.name_vi})
            raise TbdxError("register-invalid", faults=[fault])


def _consequences(page: Page, change: RegisterChange, foreseen: Foreseen) -> list[str]:
    words, code, year = page.language, page.language.code, foreseen.first_year
    escape = widgets.escape
    eve, day = words.date(change.date - _DAY), words.date(change.date)
    lines = [
        page.text(
            "**{agency}** exists until {date}; its reports and figures stay.",
            agency=escape(_label(page, agency.id)),
            date=eve,
        )
        for agency in foreseen.ends
    ]
    for agency in foreseen.begins:
        name = escape(agency.name(code))
        if change.kind == "renamed":
            old = escape(_label(page, agency.id))
            lines.append(
                page.text(
                    "**{old}** is called **{name}** from {date} on; it stays the same agency.",
                    old=old,
                    name=name,
                    date=day,
                )
            )
            continue
        lines.append(
            page.text(
                "**{name}** begins on {date} as an agency of its own (code {id}): {media}; governing body: {body}.",
                name=name,
                date=day,
                id=f"`{agency.id}`",
                media=agencies.media_text(page, agency.media_types),
                body=escape(agency.governing_body(code)) or "–",
            )
        )
    if change.kind == "merged":
        lines.append(
            page.text(
                "Its figure of the base year {year} is the sum of theirs.",
                year=page.plan.years.base,
            )
        )
    lines.append(
        page.text(
            "The first reporting year that it concerns is **{year}**; earlier years stay as they are.",
            year=year,
        )
    )
    closed = sorted(known for known in page.service.office.closed_years if known >= year)
    if closed:
        lines.append(
            page.text(
                "Closed years are concerned ({years}): open them first.",
                years=", ".join(map(str, closed)),
            )
        )
    return lines
