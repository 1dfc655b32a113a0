"""The reviewer's desk: what waits, what is to be said about it, accept or return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from tbdx import tables
from tbdx.model import CheckedFile, Submission, TbdxError
from tbdx.ui import told, versions, widgets
from tbdx.ui.shell import Page

_PRESSED = "accept-all"  # what was shown when everything clear was accepted at once


def show(page: Page) -> None:
    """What waits for review, and the one looked at."""
    pressed: tuple[int, ...] = st.session_state.pop(_PRESSED, ())
    if pressed:
        _decide(page, pressed, "accept", "")
    waiting = page.service.reviewing.waiting()
    if not waiting:
        st.success(page.text("Nothing waits for review."), icon=":material/done_all:")
        return
    counts = page.service.reviewing.remark_counts([submission.id for submission in waiting])
    _table(page, waiting, counts)
    _accept_all(page, waiting, counts)
    chosen = st.selectbox(
        page.text("Look at one report"),
        waiting,
        format_func=lambda submission: _title(page, submission),
        key=f"review-{len(waiting)}-{waiting[0].id}",
    )
    with st.container(border=True):
        _one(page, chosen)


def _title(page: Page, submission: Submission) -> str:
    name = tables.agency_label(page.view, submission.agency, page.language, submission.year)
    return f"{name}, {submission.year}, {versions.version_text(page, submission)}"


def _table(page: Page, waiting: Sequence[Submission], counts: Mapping[int, int]) -> None:
    rows = [
        {
            page.text("Report"): widgets.escape(_title(page, submission)),
            page.text("Received"): versions.received_text(page, submission),
            page.text("Remarks"): page.language.number(counts[submission.id]),
        }
        for submission in waiting
    ]
    label = page.text("Reports that wait for review")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def _accept_all(page: Page, waiting: Sequence[Submission], counts: Mapping[int, int]) -> None:
    """One step for all that has nothing to be asked about: those that are shown, no later ones."""
    clear = tuple(s.id for s in waiting if s.confirmation or not counts[s.id])
    if len(clear) < 2:
        return
    label = page.language.plural(
        "Accept {count} report without open remarks",
        "Accept the {count} reports without open remarks",
        len(clear),
    )
    st.button(label, icon=":material/done_all:", on_click=_press, args=(clear,))


def _press(ids: tuple[int, ...]) -> None:
    """Remember what was shown when the button was pressed; the page is drawn anew before it acts."""
    st.session_state[_PRESSED] = ids


def _one(page: Page, submission: Submission) -> None:
    """One waiting report: its files, remarks, what it changes, and the decision."""
    st.subheader(widgets.escape(_title(page, submission)))
    st.markdown(
        page.text(
            "Received {moment}; sent by {name}.",
            moment=versions.received_text(page, submission),
            name=widgets.escape(submission.sent_by),
        )
    )
    if submission.reason:
        reason = widgets.escape(submission.reason)
        st.markdown(page.text("Reopened: “{reason}”", reason=reason))
    versions.files(page, submission)
    remarks = page.service.reviewing.remarks(submission.id)
    if remarks:
        name, content = page.service.reviewing.original(submission.id)
        widgets.findings_table(page, CheckedFile.of(name, content, findings=remarks))
    _what_changes(page, submission)
    _decision(page, submission, has_remarks=bool(remarks))


def _what_changes(page: Page, submission: Submission) -> None:
    """What acceptance would change: against the version in use, or against nothing."""
    own = page.service.reviewing.history(submission.agency, submission.year)
    in_use = next((version for version in own if version.counts), None)
    before = next((version for version in own if version.id < submission.id), None)
    if in_use is None and before is not None:
        name = versions.version_text(page, before)
        st.markdown(page.text("Compared with {version}, which was not accepted:", version=name))
        if before.reason:
            reason = widgets.escape(before.reason)
            st.markdown(page.text("It was returned: “{reason}”", reason=reason))
        versions.difference(page, before, submission)
        return
    if in_use is None:
        st.markdown(page.text("It is the first report of this agency for this year."))
        versions.effects(page, None, submission.id)
        return
    name = versions.version_text(page, in_use)
    st.markdown(page.text("Compared with the version in use, {version}:", version=name))
    versions.difference(page, in_use, submission)


def _decision(page: Page, submission: Submission, *, has_remarks: bool) -> None:
    """Accept, with a word on remarks that nobody spoke to yet; or return, with the reason."""
    accepting, returning = st.tabs([page.text("Accept"), page.text("Return")])
    with accepting, st.form(f"accept-{submission.id}", border=False, enter_to_submit=False):
        word = ""
        if has_remarks and not submission.confirmation:
            word = st.text_input(
                page.text("A word on the remarks (kept with the report)"),
                placeholder=page.text("e.g. asked the agency on the phone; the figures are right"),
                max_chars=500,
            )
        label = page.text("Accept this report")
        if st.form_submit_button(label, type="primary", icon=":material/check:"):
            _decide(page, [submission.id], "accept", word)
    with returning, st.form(f"return-{submission.id}", border=False, enter_to_submit=False):
        reason = st.text_area(
            page.text("Reason; the sender is told"),
            placeholder=page.text("What is wrong, and what is asked for"),
            max_chars=1000,
        )
        if st.form_submit_button(page.text("Return this report"), icon=":material/undo:"):
            _decide(page, [submission.id], "return", reason)


def _decide(page: Page, ids: Sequence[int], decision: str, words: str) -> None:
    reviewing = page.service.reviewing
    try:
        if decision == "accept":
            chosen = reviewing.accept(ids, words, by=page.user)
        else:
            chosen = reviewing.return_(ids, words, by=page.user)
    except TbdxError as error:
        told.refused(page, error)
        return
    names = "; ".join(widgets.escape(_title(page, submission)) for submission in chosen[:3])
    if len(chosen) > 3:
        names += " " + page.text("and {count} more", count=len(chosen) - 3)
    told.done(
        page.text("Accepted: {reports}.", reports=names)
        if decision == "accept"
        else page.text(
            "Returned: {reports}. The e-mail that tells the sender stands with its versions.",
            reports=names,
        )
    )
