"""The versions of one report: which counts, what each changed, and what can be done with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence, Set
from functools import partial

import pandas as pd
import streamlit as st

from tbdx import messages, tables
from tbdx.access import Right
from tbdx.model import NilReturn, Phase, ReviewState, Submission, TbdxError
from tbdx.reminders import Draft, return_file_name
from tbdx.service import Row
from tbdx.service.office import Taken
from tbdx.service.reviewing import Effect, FieldChange
from tbdx.ui import told, widgets
from tbdx.ui.shell import Page
from tbdx.workbook.annotating import AnnotatedCopy
from tbdx.workbook.receipts import late_text

_log = logging.getLogger("tbdx")
_COLOURS = {
    ReviewState.WAITING: "violet",
    ReviewState.ACCEPTED: "green",
    ReviewState.RETURNED: "red",
}
_FEW_AGENCIES = 50  # up to so many the effect on the indicators is worked out unasked
_LOCK = ":material/lock:"


def show(page: Page) -> None:
    """Choose an agency and a year; every version, and two of them side by side."""
    with st.container(horizontal=True):
        agency = widgets.pick_agency(page)
        year = widgets.pick_year(page)
    versions = page.service.reviewing.history(agency, year)
    stated = page.service.reviewing.nil_returns(agency, year)
    _tell_nil(page, stated)
    if versions:
        _versions(page, versions)
    else:
        st.info(page.text("Nothing has been sent for this year."), icon=":material/info:")
    in_force = any(a.id == agency for a in page.plan.agencies_in(year))
    if in_force and page.may(Right.DECIDE) and not page.view.sample:
        _state_nil(page, agency, year, {nil.phase for nil in stated})


def _versions(page: Page, versions: Sequence[Submission]) -> None:
    """Which version is in use, all of them, one to work with, two to compare."""
    counting = next((v for v in versions if v.counts), None)
    if counting:
        st.markdown(
            page.text("In use: **{version}**.", version=version_text(page, counting))
            + (f" {_why_chosen(page, counting)}" if counting.chosen else "")
        )
    else:
        st.markdown(page.text("No version is in use: none has been accepted."))
    _table(page, versions)
    _one(page, versions)
    if len(versions) > 1:
        st.header(page.text("Compare two versions"))
        _compare(page, versions)


def version_text(page: Page, submission: Submission) -> str:
    """ "Version 2 (estimate)": short, and unlike every other version of the report."""
    return page.text(
        "Version {number} ({phase})",
        number=submission.version,
        phase=widgets.phase_text(page, submission.phase.value).lower(),
    )


def badge(page: Page, submission: Submission) -> str:
    """What became of a version, and whether it is the one in use."""
    state, in_use = submission.state, page.text("in use")
    text = f":{_COLOURS[state]}-badge[{page.text(messages.REVIEW_STATES[state])}]"
    return f"{text} :blue-badge[{in_use}]" if submission.counts else text


def received_text(page: Page, submission: Submission) -> str:
    """When a version arrived; of an estimate also whether that was in time."""
    moment = page.language.moment(submission.received_at, page.plan.due.timezone)
    if submission.phase is Phase.FINAL:
        return moment
    days = page.plan.due.days_late(submission.year, submission.received_at)
    return f"{moment} ({late_text(days, page.language)})"


def _why_chosen(page: Page, submission: Submission) -> str:
    return page.text("Chosen by hand: {reason}.", reason=widgets.escape(submission.reason))


def _table(page: Page, versions: Sequence[Submission]) -> None:
    rows = [
        {
            page.text("Version"): f"{version_text(page, version)}  \n{badge(page, version)}",
            page.text("Received"): received_text(page, version),
            page.text("By whom"): _who(page, version),
        }
        for version in versions
    ]
    label = page.text("Versions of the report")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def actor_text(page: Page, name: str) -> str:
    """Who sent or decided, as markdown; illustrative reports are nobody's."""
    return page.text("illustrative") if page.view.sample else widgets.escape(name)


def _who(page: Page, version: Submission) -> str:
    parts = [page.text("sent: {name}", name=actor_text(page, version.sent_by))]
    if version.decided_by:
        parts.append(page.text("decided: {name}", name=actor_text(page, version.decided_by)))
    if version.reason:
        parts.append(f"“{widgets.escape(version.reason)}”")
    return "  \n".join(parts)


def _one(page: Page, versions: Sequence[Submission]) -> None:
    """One version's files, and what can be done with it."""
    chosen = st.selectbox(
        page.text("Work with"),
        versions,
        format_func=lambda version: version_text(page, version),
        key=f"version-{versions[0].agency}-{versions[0].year}",
        width=320,
    )
    files(page, chosen)
    if page.may(Right.DECIDE) and not page.view.sample:
        _actions(page, chosen)


def files(page: Page, submission: Submission) -> None:
    """The file as it was received, its copy with the remarks marked, and the receipt."""
    if page.may(Right.FILES):
        _offered(page, submission)
    st.caption(
        page.text("SHA-256 of the file: {hash}", hash=f"`{submission.sha256}`")
        + (f"  \n{_word(page, submission)}" if submission.confirmation else "")
    )


def _offered(page: Page, submission: Submission) -> None:
    """The files of one version; of one in which others report, the receipt alone."""
    reviewing, code = page.service.reviewing, page.language.code
    shared = reviewing.shares_file(submission.id)
    with st.container(horizontal=True):
        if not shared:
            original(page, submission)
        receipt = reviewing.receipt(submission.id)
        widgets.download(
            page,
            page.text("Receipt {number}", number=receipt.shown_number),
            partial(reviewing.receipt_file, submission.id, code),
            receipt.file_name,
            key=f"receipt-{submission.id}",
        )
        returned = submission.state is ReviewState.RETURNED
        if not shared and (returned or reviewing.remarks(submission.id)):
            name = reviewing.annotated_name(submission.id)
            label = page.text("Copy with the remarks marked")
            copy = partial(reviewing.annotated, language_code=code)
            content = partial(_take, page, "annotated", submission.id, copy)
            widgets.download(page, label, content, name, key=f"copy-{submission.id}")
        if returned and page.may(Right.OFFICE) and not page.view.sample:
            name = return_file_name(submission.agency, submission.year, submission.phase)
            label = page.text("E-mail that tells of the return")
            notice = partial(page.service.office.return_notice, language_code=code)
            content = partial(_take, page, "return-notice", submission.id, notice)
            widgets.download(page, label, content, name, key=f"mail-{submission.id}")
    if shared:
        st.caption(
            page.text("The file holds reports of other agencies, too, so it cannot be opened here.")
        )


def original(page: Page, submission: Submission) -> None:
    """The file as it was received, to download; the record is told who takes it."""
    content = partial(_take, page, "original", submission.id, page.service.reviewing.original)
    label = page.text("File as received")
    widgets.download(page, label, content, submission.file_name, key=f"own-{submission.id}")


def _take(
    page: Page,
    kind: Taken,
    submission_id: int,
    read: Callable[[int], tuple[str, bytes] | AnnotatedCopy | Draft],
) -> bytes:
    """A file with an agency's figures, once the record was told who takes it.

    Without an entry in the record there is no file, as with tables (`filtering.take`).
    Runs beside the page, so it uses nothing of its session.
    """
    found = read(submission_id)
    try:
        page.service.office.taken(kind, submission_id, by=page.user)
    except TbdxError:
        _log.exception("a file was not given out, since the record could not be told of it")
        raise
    return found[1] if isinstance(found, tuple) else found.content


def _word(page: Page, submission: Submission) -> str:
    word = widgets.escape(submission.confirmation)
    return page.text("Said about the remarks: “{word}”", word=word)


def _actions(page: Page, version: Submission) -> None:
    """Reopen, or let it count in place of another; each with its reason."""
    reviewing = page.service.reviewing
    choices: dict[str, str] = {}
    if version.state is not ReviewState.WAITING:
        choices["reopen"] = page.text("Reopen for review")
    if version.state is ReviewState.ACCEPTED and not version.counts:
        choices["choose"] = page.text("Use this version instead")
    if not choices:
        return
    with (
        st.expander(page.text("Change what counts")),
        st.form(f"actions-{version.id}", border=False, enter_to_submit=False),
    ):
        action = st.radio(page.text("What to do"), list(choices), format_func=choices.__getitem__)
        reason = st.text_input(page.text("Reason (kept in the record)"), max_chars=500)
        if not st.form_submit_button(page.text("Do it"), icon=":material/check:"):
            return
        try:
            if action == "reopen":
                reviewing.reopen([version.id], reason, by=page.user)
            else:
                reviewing.choose(version.id, reason, by=page.user)
        except TbdxError as error:
            told.refused(page, error)
            return
    name = version_text(page, version)
    told.done(
        page.text("{version} waits for review again.", version=name)
        if action == "reopen"
        else page.text("{version} is in use now.", version=name)
    )


def _tell_nil(page: Page, stated: Sequence[NilReturn]) -> None:
    """The statements that there is nothing to report."""
    for nil in stated:
        st.info(
            page.text(
                "Nothing to report ({phase}): stated on {moment} ({name}: {reason}).",
                phase=widgets.phase_text(page, nil.phase.value).lower(),
                moment=page.language.moment(nil.at, page.plan.due.timezone),
                name=widgets.escape(nil.actor),
                reason=widgets.escape(nil.reason),
            ),
            icon=":material/do_not_disturb_on:",
        )


def _state_nil(page: Page, agency: str, year: int, known: Set[Phase]) -> None:
    """Keep, or take back, the statement that there is nothing to report."""
    label = page.text("Nothing to report")
    with st.expander(label), st.form("nil", border=False, enter_to_submit=False):
        phase = st.radio(
            page.text("Kind of figures"),
            list(Phase),
            format_func=lambda phase: widgets.phase_text(page, phase.value),
            horizontal=True,
        )
        reason = st.text_input(
            page.text("Reason (kept in the record)"),
            placeholder=page.text("e.g. letter no. 12 of the agency"),
            max_chars=500,
        )
        with st.container(horizontal=True):
            states = st.form_submit_button(page.text("State it"))
            withdraws = bool(known) and st.form_submit_button(page.text("Take it back"))
        if phase is None or not (states or withdraws):
            return
        try:
            if states:
                page.service.reviewing.declare_nil(agency, year, phase, reason, by=page.user)
            else:
                page.service.reviewing.withdraw_nil(agency, year, phase, reason, by=page.user)
        except TbdxError as error:
            told.refused(page, error)
            return
    name = widgets.escape(tables.agency_label(page.view, agency, page.language, year))
    told.done(
        page.text(
            "It is stated that {agency} has nothing to report for {year}.", agency=name, year=year
        )
        if states
        else page.text(
            "The statement of {agency} for {year} is taken back.", agency=name, year=year
        )
    )


# --- two versions side by side ----------------------------------------------------------------


def _compare(page: Page, versions: Sequence[Submission]) -> None:
    """Two versions: every answer that differs, and what that does to the indicators."""
    newest, before = _default_pair(versions)
    with st.container(horizontal=True):
        old = _pick_version(page, page.text("From"), versions, before)
        new = _pick_version(page, page.text("To"), versions, newest)
    if old.id == new.id:
        st.info(page.text("Choose two different versions."), icon=":material/info:")
        return
    difference(page, old, new)


def _default_pair(versions: Sequence[Submission]) -> tuple[Submission, Submission]:
    """Final figures against the estimate where there are both, else the two newest versions."""
    final = next((v for v in versions if v.phase is Phase.FINAL), None)
    estimate = next((v for v in versions if v.phase is Phase.ESTIMATE), None)
    if final and estimate:
        return final, estimate
    return versions[0], versions[1]


def _pick_version(
    page: Page, label: str, versions: Sequence[Submission], default: Submission
) -> Submission:
    return st.selectbox(
        label,
        versions,
        index=list(versions).index(default),
        format_func=lambda version: version_text(page, version),
        width=280,
    )


def difference(page: Page, old: Submission, new: Submission) -> None:
    """Every answer that differs between two versions, and what that does to the indicators."""
    found = page.service.reviewing.difference(old.id, new.id)
    if not found.fields:
        st.info(page.text("All answers are the same."), icon=":material/info:")
        return
    rows = [_change_row(page, change) for change in found.fields]
    label = page.text("Answers that differ")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    effects(page, old.id, new.id)


def _change_row(page: Page, change: FieldChange) -> dict[str, str]:
    before, after = map(widgets.escape, widgets.values_of(page, [change.before, change.after]))
    return {
        page.text("Question"): messages.field_label(change.field, page.language, page.plan)
        + f"  \n:small[{widgets.escape(change.after_cell or change.before_cell)}]",
        page.text("Before"): before,
        page.text("After"): after,
        page.text("Change"): _size(page, change),
    }


def _size(page: Page, change: FieldChange) -> str:
    """How much a figure grew: "+120 (+0,9%)"."""
    if change.change is None:
        return "–"
    sign = "+" if change.change > 0 else ""
    text = f"{sign}{page.language.number(change.change, 3)}"
    if change.change_pct is None:
        return text
    return f"{text} ({sign}{page.language.percent(change.change_pct, 1)})"


def effects(page: Page, before: int | None, after: int | None) -> None:
    """What the indicators are with the one version and with the other."""
    many = len(page.plan.agencies) > _FEW_AGENCIES
    if many and not st.toggle(page.text("Work out the effect on the indicators")):
        return
    found = page.service.reviewing.effects(before, after, page.view.basis)
    if not found:
        st.markdown(page.text("No indicator changes."))
        return
    rows = [
        {
            page.text("Indicator"): _mark_of_closed(page, effect)
            + f"{effect.year} · {_indicator(page, effect)}",
            page.text("Before and after"): f"{_result(page, effect, effect.before)}  \n"
            f"→ {_result(page, effect, effect.after)}",
        }
        for effect in found
    ]
    label = page.text("Effect on the indicators")
    st.markdown(f"**{label}**")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    if any(effect.year in page.view.closed_years for effect in found):
        st.caption(
            page.text(
                "{lock} The year is closed: what would change its results is refused until it is opened by name and reason.",
                lock=_LOCK,
            )
        )


def _mark_of_closed(page: Page, effect: Effect) -> str:
    return f"{_LOCK} " if effect.year in page.view.closed_years else ""


def _indicator(page: Page, effect: Effect) -> str:
    return widgets.numbered(page, page.plan.indicator(effect.indicator))


def _result(page: Page, effect: Effect, row: Row) -> str:
    indicator = page.plan.indicator(effect.indicator)
    if not row["answered"]:
        return widgets.verdict_badge(page, row)
    counts = widgets.count_text(page, indicator, row)
    return f"{counts} {widgets.verdict_badge(page, row)}"
