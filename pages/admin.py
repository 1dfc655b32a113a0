"""What the office decides beside reports: years, register, plan, corrections, reminders, record."""

import streamlit as st

from tbdx.ui import (
    address,
    errata_desk,
    plan_desk,
    record_desk,
    register_desk,
    reminder_desk,
    shell,
    told,
    year_desk,
)

page = shell.require()
st.title(page.text("Administration"))
names = {
    "years": page.text("Years"),
    "register": page.text("Register"),
    "plan": page.text("Plan versions"),
    "corrections": page.text("Corrections"),
    "reminders": page.text("Reminders"),
    "record": page.text("Record"),
}
desks = {
    "years": year_desk.show,
    "register": register_desk.show,
    "plan": plan_desk.show,
    "corrections": errata_desk.show,
    "reminders": reminder_desk.show,
    "record": record_desk.show,
}
part = address.choose(
    "part",
    list(names),
    default="years",
    label=page.text("Part"),
    say=names.__getitem__,
    words=page.language,
    widget="segmented",
)
told.show()
desks[part](page)
