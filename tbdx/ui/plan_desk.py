"""The versions of the plan: those in force, and reading, adopting and withdrawing an amendment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from tbdx import provenance
from tbdx.amendments import Difference, effective
from tbdx.model import CheckedFile, PlanVersion, Target
from tbdx.service import Service
from tbdx.service.office import Amendment
from tbdx.ui import acting, widgets
from tbdx.ui.acting import Act
from tbdx.ui.shell import Page

_READ = "plan-read"


def show(page: Page) -> None:
    """The versions with their files, and the steps from an amended appendix to its adoption."""
    versions = page.service.office.plan_versions()
    _versions(page, versions)
    _files(page, versions)
    st.info(
        page.text(
            "A version holds from its first year on, as a whole. Earlier years keep the version then in force, and their verdicts stay as they were."
        ),
        icon=":material/info:",
    )

    def withdraw(number: int, reason: str) -> None:
        page.service.office.withdraw_plan(number, reason, by=page.user)

    in_force = {v.id: title(page, v) for v in versions if v.withdrawn_at is None}
    label = page.text("Withdraw an adopted version")
    acting.withdrawal(page, "withdraw-plan", label, in_force, withdraw)
    st.header(page.text("Adopt an amended appendix"))
    _adopt(page)


def title(page: Page, version: PlanVersion) -> str:
    """A version by the decision that amends the plan."""
    day = page.language.date(version.date)
    return page.text("{decision} of {date}", decision=version.decision, date=day)


def _versions(page: Page, versions: Sequence[PlanVersion]) -> None:
    words, decision = page.language, page.plan.decision
    issued = page.text(
        "{decision} of {date}", decision=decision.number, date=words.date(decision.date)
    )
    first = acting.mark(page.text("as issued"), "gray")
    rows = [
        {
            page.text("Version"): f"**{widgets.escape(issued)}** {first}",
            page.text("Holds from"): str(page.plan.years.first),
            page.text("Adopted"): "–",
        },
        *(_row(page, version, versions) for version in versions),
    ]
    label = page.text("Versions of the plan")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def _row(page: Page, version: PlanVersion, versions: Sequence[PlanVersion]) -> dict[str, str]:
    words, zone = page.language, page.plan.due.timezone
    holds = version in effective(versions)
    colour = "orange" if version.withdrawn_at else "green" if holds else "gray"
    state = acting.mark(provenance.version_state(version, versions, page.plan, words), colour)
    adopted = [words.moment(version.at, zone), version.actor, version.reason]
    return {
        page.text("Version"): f"**{widgets.escape(title(page, version))}** {state}",
        page.text("Holds from"): str(version.first_year),
        page.text("Adopted"): " · ".join(widgets.escape(part) for part in adopted if part),
    }


def _files(page: Page, versions: Sequence[PlanVersion]) -> None:
    files: list[tuple[int | None, str, str]] = [
        (None, page.plan.appendix, page.plan.decision.number)
    ]
    files += [(version.id, version.file_name, version.decision) for version in versions]
    with st.container(horizontal=True):
        for number, file_name, decision in files:
            widgets.download(
                page,
                page.text("Appendix of {decision}", decision=decision),
                partial(_content, page.service, number),
                file_name,
                key=f"appendix-{number}",
            )


def _content(service: Service, number: int | None) -> bytes:
    return service.office.appendix(number)[1]


# --- from a file to its adoption ------------------------------------------------------------


def _adopt(page: Page) -> None:
    act = Act(page, "adopt-plan")
    grid = st.grid(2, min_column_width=260)
    with grid.cell():
        file = st.file_uploader(
            page.text("Amended appendix (.xlsx), in the layout of the first"),
            type=["xlsx"],
            key=act.key("file"),
        )
    with grid.cell():
        first_year = st.selectbox(
            page.text("First year it applies to"),
            list(page.plan.all_years),
            index=_coming(page),
            key=act.key("first-year"),
        )
    if file is None:
        st.caption(
            page.text(
                "Put the file in: what it changes is shown cell by cell before anything is adopted."
            )
        )
        return
    amendment = _read(page, file, first_year)
    _findings(page, amendment)
    _differences(page, amendment)
    if amendment.acceptable:
        _form(page, act, amendment)


def _coming(page: Page) -> int:
    """Where the year of the next due date stands among the plan's years."""
    coming = page.service.reviewing.next_due()[0]
    return list(page.plan.all_years).index(coming.year) if coming else 0


def _read(page: Page, file: UploadedFile, first_year: int) -> Amendment:
    """The appendix as it reads, worked out once per file, year and state of the store."""
    key = (file.file_id, first_year, page.view.revision)
    if st.session_state.get(_READ, (None,))[0] != key:
        content = (file.name, file.getvalue())
        st.session_state[_READ] = key, page.service.office.read_amendment(content, first_year)
    amendment: Amendment = st.session_state[_READ][1]
    return amendment


def _findings(page: Page, amendment: Amendment) -> None:
    if not amendment.acceptable:
        st.error(
            page.text(
                "This file cannot be adopted: correct the cells named below and put it in again."
            ),
            icon=":material/error:",
        )
    if amendment.findings:
        st.subheader(page.text("Noticed when the appendix was read:").rstrip(":"))
        file = CheckedFile.of(amendment.file_name, b"", findings=amendment.findings)
        widgets.findings_table(page, file)


def _differences(page: Page, amendment: Amendment) -> None:
    first_year = amendment.first_year
    if not amendment.targets:
        return
    st.subheader(page.text("What it changes"))
    if not amendment.differences:
        st.markdown(page.text("Nothing: every target is the one in force."))
        return
    rows = [
        {
            page.text("Indicator and year"): _where(page, difference),
            page.text("In force now"): _printed(page, difference.before),
            page.text("In this file"): _printed(page, difference.after),
            page.text("Will it hold"): page.text("yes")
            if difference.adopted
            else page.text("no: before {year}", year=first_year),
        }
        for difference in amendment.differences
    ]
    label = page.text("What the amended appendix changes")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    holding = sum(difference.adopted for difference in amendment.differences)
    st.caption(
        page.language.plural(
            "{count} target changes from {year} on. Years before {year} keep the version then in force.",
            "{count} targets change from {year} on. Years before {year} keep the version then in force.",
            holding,
            year=first_year,
        )
    )
    if anew := page.service.office.judged_anew(amendment):
        st.warning(
            page.text(
                "Attention: {years} already have accepted reports, and would be judged by other targets.",
                years=", ".join(map(str, anew)),
            ),
            icon=":material/warning:",
        )


def _where(page: Page, difference: Difference) -> str:
    indicator = page.plan.indicator(difference.indicator)
    return f"{widgets.numbered(page, indicator)} · **{difference.year}**"


def _printed(page: Page, target: Target | None) -> str:
    """A target as it is printed, and where; "–" where none is."""
    if target is None:
        return page.text("no target")
    place = page.text("cell {address}", address=target.cell)
    return f"{widgets.escape(target.as_printed)} :small[({place})]"


def _form(page: Page, act: Act, amendment: Amendment) -> None:
    first_year = amendment.first_year
    today = page.plan.due.day_of(datetime.now(UTC))
    with st.form(act.key("form"), enter_to_submit=False):
        grid = st.grid(2, min_column_width=260)
        with grid.cell():
            decision = st.text_input(
                page.text("Number of the decision that amends the plan"),
                key=act.key("decision"),
                max_chars=100,
                placeholder=page.text("e.g. 12/QĐ-UBND"),
            )
        with grid.cell():
            issued = st.date_input(
                page.text("Date of the decision"),
                value=today,
                min_value=page.plan.decision.date,
                max_value=today,
                format="DD/MM/YYYY",
                key=act.key("issued"),
            )
        reason = acting.reason_input(page, act, page.text("Reason (may be left empty)"))
        label = page.text("Adopt from {year} on", year=first_year)
        if not st.form_submit_button(
            label, key=act.key("go"), type="primary", icon=":material/check:"
        ):
            return

        def action() -> str:
            version = page.service.office.adopt_plan(
                amendment, decision, issued, reason, by=page.user
            )
            return page.text(
                "The appendix of {version} was adopted; it holds from {year} on.",
                version=widgets.escape(title(page, version)),
                year=first_year,
            )

        act.do(action)
