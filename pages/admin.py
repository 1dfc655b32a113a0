"""What the office decides beside reports, the record of it, and who may come in: by right."""

import streamlit as st

from tbdx.access import Right
from tbdx.ui import (
    address,
    errata_desk,
    people_desk,
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
parts = {
    "years": (page.text("Years"), Right.OFFICE, year_desk.show),
    "register": (page.text("Register"), Right.OFFICE, register_desk.show),
    "plan": (page.text("Plan versions"), Right.OFFICE, plan_desk.show),
    "corrections": (page.text("Corrections"), Right.OFFICE, errata_desk.show),
    "reminders": (page.text("Reminders"), Right.OFFICE, reminder_desk.show),
    "record": (page.text("Record"), Right.RECORD, record_desk.show),
    "people": (page.text("People and roles"), Right.PEOPLE, people_desk.show),
}
open_to_reader = [name for name, (_, right, _) in parts.items() if page.may(right)]
part = address.choose(
    "part",
    open_to_reader,
    default=open_to_reader[0],
    label=page.text("Part"),
    say=lambda name: parts[name][0],
    words=page.language,
    widget="segmented",
)
told.show()
parts[part][2](page)
