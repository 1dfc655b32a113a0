"""The trace of a number on screen: formula, agencies, answers, cells, workbooks, clause."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from tbdx import messages, provenance, tracing, wording
from tbdx.access import Right
from tbdx.i18n import N_
from tbdx.model import Reason, Submission
from tbdx.plan import Condition, Indicator
from tbdx.service import Service
from tbdx.tracing import STANDINGS, AgencyTrace, Figure, Standing, Trace
from tbdx.ui import address, agencies, explaining, printing, shell, versions, widgets
from tbdx.ui.shell import Page

FEW = 12
"""So many agencies stand in a plain table; more in one that scrolls and can be narrowed."""
_MOST_FIGURES = 20
_SHORT_HASH = 12
_EVERYBODY = "all"

_SYMBOLS: dict[Standing, str] = {
    "yes": "✓",
    "no": "✗",
    "blank": "…",
    "not_assessable": "?",
    "na": "∅",
    "outside": "–",
}
_WORDS: dict[Standing, str] = {
    "yes": N_("Yes"),
    "no": N_("No"),
    "blank": N_("No answer"),
    "not_assessable": N_("Not assessable"),
    "na": N_("Not applicable"),
    "outside": N_("Not in the denominator"),
}
_GROWTH_WORDS = _WORDS | {"yes": N_("Grown enough"), "no": N_("Not grown enough")}
_RATIO_WORDS = _WORDS | {"yes": N_("Figures given")}
_ALWAYS: tuple[Standing, ...] = ("yes", "no", "blank")


def show(page: Page, indicator: Indicator, year: int) -> None:
    """From the percentage to the cells: the formula, everybody who counts, one agency."""
    found = _trace(page, indicator, year)
    st.header(page.text("The formula with its numbers"))
    _formula(page, found)
    st.header(page.text("Which agencies count in {year}", year=year))
    among = widgets.among_text(page, indicator.among)
    st.markdown(page.text("Counted among: {among}.", among=among))
    _agencies(page, found)
    if found.agencies.empty:
        return
    st.header(page.text("From which cells"))
    _agency(page, found, _pick(page, found))


def tally(page: Page, indicator: Indicator, year: int) -> None:
    """How many agencies said what, and which: yes, no, not applicable and no answer apart."""
    found = _trace(page, indicator, year)
    members = found.by_standing
    if not (found.row["answered"] or members["na"] or members["not_assessable"]):
        return
    usual = [s for s in _ALWAYS if s != "no" or indicator.kind != "ratio"]
    lines = [
        f"{_word(page, indicator, standing)} **{page.language.number(len(own))}**"
        + (f" :small[:gray[{_names(page, found, own)}]]" if own else "")
        for standing, own in members.items()
        if own or standing in usual
    ]
    if indicator.kind == "ratio" and found.row["answered"]:
        part, whole = found.row["numerator"], found.row["denominator"]
        lines.append(
            page.text(
                "Of {whole}: **{part}** counted, **{rest}** not yet",
                whole=widgets.escape(wording.number_of(whole, indicator, page.language)),
                part=page.language.number(part),
                rest=page.language.number(whole - part),
            )
        )
    st.markdown("  \n".join(lines))


def plan_says(page: Page, indicator: Indicator, year: int) -> None:
    """The clause in the plan's own words, the appendix's cell of the year, and the note on it."""
    found = _trace(page, indicator, year)
    clause, source = widgets.escape(indicator.clause), widgets.escape(indicator.source)
    st.markdown(f"> {clause}\n>\n> — *{source}*")
    target, version = found.target, found.version
    if target:
        file, decision, issued = (
            (version.file_name, version.decision, version.date)
            if version
            else (page.plan.appendix, page.plan.decision.number, page.plan.decision.date)
        )
        fields = {
            "year": year,
            "printed": widgets.escape(target.as_printed),
            "place": _place(page, target.sheet, target.cell),
            "file": widgets.escape(file),
            "decision": widgets.escape(decision),
            "date": page.language.date(issued),
        }
        st.markdown(
            page.text(
                "Target of {year}: printed as “{printed}” in {place} of {file} ({decision} of {date}).",
                **fields,
            )
        )
        if target.title != indicator.title[page.language.code]:
            title = widgets.escape(target.title)
            st.caption(page.text("The row's title there: “{title}”", title=title))
        number = version.id if version else None
        label = page.text("Appendix of {decision}", decision=widgets.escape(decision))
        content = partial(_appendix, page.service, number)
        widgets.download(page, label, content, file, key="trace-appendix")
    else:
        st.markdown(widgets.reason_text(page, found.row["reason"]) + ".")
    note = indicator.note[page.language.code]
    if note:
        st.markdown(widgets.escape(note))


def _appendix(service: Service, version_id: int | None) -> bytes:
    return service.office.appendix(version_id)[1]


@st.cache_resource(max_entries=64, show_spinner=False)
def _found(indicator: str, year: int, _page: Page, state: tuple[object, ...]) -> Trace:
    """A trace, kept until the store changes."""
    return tracing.trace(_page.view, _page.plan.indicator(indicator), year)


def _trace(page: Page, indicator: Indicator, year: int) -> Trace:
    return _found(indicator.code, year, page, page.view.state)


# --- the formula --------------------------------------------------------------------------------


def _formula(page: Page, found: Trace) -> None:
    """The definition, the numbers put in, how they are rounded and judged."""
    row, indicator = found.row, found.indicator
    lines = [page.text("Formula: {formula}", formula=explaining.formula(page, indicator))]
    if row["answered"]:
        lines.append(page.text("Numbers put in: {sum}", sum=f"**{_sum(page, found)}**"))
    else:
        lines.append(page.text("Nobody who counts has answered yet."))
    rounding = wording.rounding_text(row, indicator, page.language)
    asked = wording.asked_text(row, page.language)
    lines += [
        page.text("Rounding: {rule}", rule=rounding) if rounding else "",
        page.text("Target: {share}", share=asked) if asked else "",
        widgets.missing_text(page, row),
        page.text("Verdict: {verdict}", verdict=widgets.verdict_badge(page, row)),
        wording.reason_text(row["reason"], page.language) if row["reason"] else "",
    ]
    st.markdown("\n".join(f"- {line}" for line in lines if line))


def _sum(page: Page, found: Trace) -> str:
    """ "2 ÷ 3 = 66,67%"; of a ratio with few agencies every figure that is added."""
    row, number = found.row, page.language.number
    part, whole = number(row["numerator"]), number(row["denominator"])
    value = wording.percent_text(row, found.indicator, page.language, fewest=2)
    added = found.agencies[found.agencies["standing"].eq("yes") & ~found.agencies["repeated"]]
    if found.indicator.kind != "ratio" or not 1 < len(added) <= wording.MOST_NAMES:
        return f"{part} ÷ {whole} = {value}"
    parts, wholes = (" + ".join(map(number, added[name])) for name in ("numerator", "denominator"))
    return f"({parts}) ÷ ({wholes}) = {part} ÷ {whole} = {value}"


# --- who counts ---------------------------------------------------------------------------------


def _word(page: Page, indicator: Indicator, standing: Standing) -> str:
    words = {"share": _WORDS, "share_growth": _GROWTH_WORDS, "ratio": _RATIO_WORDS}
    word = page.text(words[indicator.kind][standing])
    return f"{_SYMBOLS[standing]} {word}"


def _names(page: Page, found: Trace, members: Sequence[str]) -> str:
    """Agencies by name, shortened with a count."""
    return wording.listed([_name(page, agency, found.year) for agency in members], page.language)


def _name(page: Page, agency: str, year: int) -> str:
    return widgets.escape(provenance.agency_label(page.view, agency, page.language, year))


def _agencies(page: Page, found: Trace) -> None:
    """Everybody who counts, with the answers that decide; many of them can be narrowed."""
    label = page.text("Agencies that count")
    rows = found.agencies
    if len(rows) <= FEW:
        frame = _evidence(page, found, rows)
        st.table(frame.map(widgets.escape), border="horizontal", hide_index=True, alt=label)
        return
    rows = rows[rows["standing"].isin(_narrowed(page, found))]
    key = f"counting-{found.indicator.code}-{found.year}-{len(rows)}"
    frame = _evidence(page, found, rows)
    st.dataframe(
        frame,
        column_config={page.text("Agency"): st.column_config.Column(pinned=True)},
        hide_index=True,
        height=min(420, 35 * (len(rows) + 1) + 3),
        alt=label,
        key=key,
        on_select=partial(_choose, key, rows["agency"].tolist()),
        selection_mode="single-row",
    )
    printing.table(page.language, frame)
    st.caption(page.text("Select a row, or type a name below, to see the agency's cells."))


def _choose(key: str, ids: Sequence[str]) -> None:
    """What selecting a row of the table chooses for the reader."""
    chosen = st.session_state[key].selection.rows
    if chosen:
        address.go("agency", ids[chosen[0]])


def _narrowed(page: Page, found: Trace) -> tuple[Standing, ...]:
    """The standings whose agencies are listed."""
    there = {standing: members for standing, members in found.by_standing.items() if members}

    def say(code: str) -> str:
        for standing, members in there.items():
            if standing == code:
                count = page.language.number(len(members))
                return f"{_word(page, found.indicator, standing)} ({count})"
        everybody = page.text("all")
        return everybody[:1].upper() + everybody[1:]

    chosen = address.choose(
        "standing",
        [_EVERYBODY, *there],
        default=_EVERYBODY,
        usual=_EVERYBODY,
        label=page.text("How they count"),
        say=say,
        words=page.language,
        widget="segmented",
    )
    return tuple(standing for standing in there if chosen in (standing, _EVERYBODY))


def _evidence(page: Page, found: Trace, rows: pd.DataFrame) -> pd.DataFrame:
    """One line per agency: how it counts, and the figures that decide that."""
    indicator = found.indicator
    names = [
        provenance.agency_label(page.view, agency, page.language, found.year)
        for agency in rows["agency"]
    ]
    frame = pd.DataFrame({page.text("Agency"): names})
    if not rows["reporter"].eq(rows["agency"]).all():
        frame[page.text("By the report of")] = [
            provenance.agency_label(page.view, agency, page.language, found.year)
            for agency in rows["reporter"]
        ]
    words = {standing: _word(page, indicator, standing) for standing in STANDINGS}
    frame[page.text("Counts as")] = rows["standing"].map(words).tolist()
    if indicator.kind == "share_growth":
        title = page.text("Growth over {year}", year=page.plan.years.base)
        frame[title] = [
            _growth(page, growth, found.row["threshold_pct"], standing)
            for growth, standing in zip(rows["growth_pct"], rows["standing"], strict=True)
        ]
    if indicator.kind == "ratio":
        frame[page.text("Share")] = [
            wording.percent_text(row, indicator, page.language) for row in rows.to_dict("records")
        ]
    for name in _fields(indicator):
        values = widgets.values_of(page, [None if pd.isna(v) else v for v in rows[name]])
        frame[_head(page, indicator, name)] = values
    return frame


def _head(page: Page, indicator: Indicator, name: str) -> str:
    """A column's head; of a ratio short, as the formula above asks the whole questions."""
    if name == indicator.numerator:
        return page.text("Numerator")
    if name == indicator.denominator:
        return page.text("Denominator")
    return _question(page, name)


def _fields(indicator: Indicator) -> list[str]:
    """The fields that an indicator reads, in the order in which they decide."""
    conditions = [condition.field for condition in indicator.conditions]
    amounts = [indicator.base_amount, indicator.amount]
    counts = [indicator.numerator, indicator.denominator]
    return [name for name in (indicator.among.field, *conditions, *amounts, *counts) if name]


def _question(page: Page, name: str) -> str:
    """A field as it is asked for, with its unit."""
    label = messages.field_label(name, page.language, page.plan)
    question = page.plan.form.question(name)
    unit = question.unit[page.language.code] if question else ""
    return f"{label} ({unit})" if unit else label


def _growth(page: Page, growth: float, threshold: float | None, standing: str) -> str:
    reached = {"yes": True, "no": False}.get(standing)
    return wording.growth_text(growth, threshold, reached, page.language)


# --- one agency ---------------------------------------------------------------------------------


def _pick(page: Page, found: Trace) -> str:
    """The agency looked at; one that decides the verdict is offered first."""
    ids = found.agencies["agency"].tolist()
    groups = found.by_standing
    deciding = [*groups["blank"], *groups["no"]] if found.row["short_by"] else groups["yes"]
    return address.choose(
        "agency",
        ids,
        default=(deciding or ids)[0],
        label=page.text("Agency"),
        say=lambda agency: provenance.agency_label(page.view, agency, page.language, found.year),
        words=page.language,
    )


def _agency(page: Page, found: Trace, agency: str) -> None:
    """Why one agency counts as it does, the cells that say so, and their workbooks."""
    one = tracing.trace_agency(page.view, found, agency)
    word = _word(page, found.indicator, one.standing)
    st.markdown(f"**{_name(page, agency, found.year)}** · **{word}**")
    st.markdown("\n".join(f"- {line}" for line in _reasons(page, found, one)))
    if one.figures:
        _cells(page, one)
    for number in one.submissions[: wording.MOST_NAMES]:
        _workbook(page, page.service.reviewing.submission(number))
    rest = len(one.submissions) - wording.MOST_NAMES
    if rest > 0:
        st.caption(
            page.language.plural(
                "{count} more workbook holds such figures.",
                "{count} more workbooks hold such figures.",
                rest,
            )
        )


def _reasons(page: Page, found: Trace, one: AgencyTrace) -> list[str]:
    """What decided, step by step."""
    lines = [_membership(page, found.indicator, one)]
    if one.reporter != one.agency:
        name = _name(page, one.reporter, one.year)
        lines.append(page.text("The report of {agency} speaks for it.", agency=name))
        lines.append(widgets.escape(page.plan.rule_text("merged_report")[page.language.code]))
    if not one.reported:
        lines.append(page.text("No report of this year has been accepted."))
    else:
        lines += [_check(page, check) for check in one.checks]
        lines += _growth_steps(page, found, one)
        lines += _ratio_steps(page, one)
    if one.obligation:
        lines.append(
            page.text("The plan names it: {source}", source=widgets.escape(one.obligation.source))
        )
    return lines


def _membership(page: Page, indicator: Indicator, one: AgencyTrace) -> str:
    """Whether it is in the denominator, and by what."""
    among = widgets.among_text(page, indicator.among)
    if indicator.among.field:
        value = None if one.member is None else one.member.value
        return page.text(
            "Counted are {among}; its answer: {answer}.", among=among, answer=_value(page, value)
        )
    own = page.plan.agency(one.agency)
    detail = ""
    if indicator.among.scope == "media_types":
        detail = f" ({agencies.media_text(page, own.media_types)})"
    if one.in_scope:
        return page.text("Counted are {among}: it is one{detail}.", among=among, detail=detail)
    return page.text("Counted are {among}: it is not one{detail}.", among=among, detail=detail)


def _value(page: Page, value: object) -> str:
    """A reported value in words; what was left blank is no answer."""
    if value is None:
        no_answer = messages.ANSWERS["blank"]
        return page.text(no_answer)
    return widgets.escape(widgets.values_of(page, [value])[0])


def _check(page: Page, check: tracing.Check) -> str:
    return page.text(
        "{question} – answer: **{answer}**; to count it takes: {wanted} {mark}",
        question=messages.field_label(check.condition.field, page.language, page.plan),
        answer=_value(page, None if check.figure is None else check.figure.value),
        wanted=_wanted(page, check.condition),
        mark=_SYMBOLS[check.outcome],
    )


def _wanted(page: Page, condition: Condition) -> str:
    if condition.at_least is None:
        return page.text("yes")
    return page.text("{level} or more", level=page.language.number(condition.at_least))


def _growth_steps(page: Page, found: Trace, one: AgencyTrace) -> list[str]:
    """Base and amount, the growth between them, and what the threshold makes of it."""
    if one.base is None:
        return []
    amount = one.amount.value if one.amount else None
    base, number = one.base, partial(page.language.number, decimals=6)
    year, base_year = found.year, page.plan.years.base
    lines = []
    if base.summed:
        parts = " + ".join(number(f.value) for f in base.figures if isinstance(f.value, float))
        rule = widgets.escape(page.plan.rule_text("merged_baseline")[page.language.code])
        total = number(base.amount)
        lines.append(
            page.text("Base year {year}: {sum}.", year=base_year, sum=f"{parts} = **{total}**")
            + f" {rule}"
        )
    else:
        sum_ = _value(page, None) if base.amount is None else f"**{number(base.amount)}**"
        lines.append(page.text("Base year {year}: {sum}.", year=base_year, sum=sum_))
    shown = f"**{number(amount)}**" if isinstance(amount, float) else _value(page, None)
    lines.append(page.text("Year {year}: {amount}.", year=year, amount=shown))
    if one.standing == "not_assessable":
        lines.append(widgets.reason_text(page, Reason.NO_BASELINE) + ".")
    if isinstance(amount, float) and base.amount:
        threshold = found.row["threshold_pct"]
        grown = _growth(page, one.row["growth_pct"], threshold, str(one.row["answer"]))
        if pd.isna(threshold):
            lines.append(
                page.text("Growth: {growth}; any growth counts in this year.", growth=grown)
            )
        else:
            wanted = base.amount * (100 + threshold) / 100
            lines.append(
                page.text(
                    "Growth: **{growth}**, compared unrounded with {threshold}: it takes {base} × {factor} = {wanted}.",
                    growth=grown,
                    threshold=page.language.percent(threshold, 2),
                    base=number(base.amount),
                    factor=page.language.percent(100 + threshold, 2),
                    wanted=number(wanted),
                )
            )
    return lines


def _ratio_steps(page: Page, one: AgencyTrace) -> list[str]:
    """The two figures that are added, unless they are added already."""
    if one.part is None and one.whole is None:
        return []
    part, whole = (None if figure is None else figure.value for figure in (one.part, one.whole))
    lines = [
        page.text(
            "Added: {part} to the numerator, {whole} to the denominator.",
            part=f"**{_value(page, part)}**",
            whole=f"**{_value(page, whole)}**",
        )
    ]
    if part is None or whole is None:
        lines = [page.text("Nothing is added: one of the two figures is missing.")]
    if one.repeated:
        lines = [page.text("These figures are added already with another agency of this report.")]
    return lines


def _cells(page: Page, one: AgencyTrace) -> None:
    """Every figure with the sheet and the cell it was read from."""
    shown = one.figures[:_MOST_FIGURES]
    rows = [
        {
            page.text("Question"): _question(page, figure.field) + _whose(page, one, figure),
            page.text("Value"): _figure(page, figure),
            page.text("Cell"): _place(page, figure.sheet, figure.cell),
        }
        for figure in shown
    ]
    label = page.text("Cells that the number was computed from")
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)
    for figure in shown:
        if figure.erratum:
            st.caption(widgets.correction_line(page, figure.erratum))
    if len(one.figures) > len(shown):
        rest = len(one.figures) - len(shown)
        st.caption(page.language.plural("{count} more figure.", "{count} more figures.", rest))


def _whose(page: Page, one: AgencyTrace, figure: Figure) -> str:
    """Whose report a figure is from and of which year, where that is not plain."""
    if (figure.agency, figure.year) == (one.agency, one.year):
        return ""
    name = _name(page, figure.agency, figure.year)
    text = page.text("{agency}, report of {year}", agency=name, year=figure.year)
    return f"  \n:small[{text}]"


def _figure(page: Page, figure: Figure) -> str:
    """The value used; where it was corrected also what the cell holds."""
    value = f"**{_value(page, figure.value)}**"
    if figure.erratum is None:
        return value
    stated = _value(page, figure.erratum.stated)
    filed = page.text("in the cell: {stated}", stated=stated)
    return f"{value} {widgets.correction_badge(page, figure.erratum.id)}  \n:small[{filed}]"


def _place(page: Page, sheet: str, cell: str) -> str:
    """A cell as people name it."""
    return page.text("cell **{cell}**, sheet “{sheet}”", cell=cell, sheet=widgets.escape(sheet))


def _workbook(page: Page, submission: Submission) -> None:
    """A workbook that figures were read from: name, version, when and by whom, hash, the file."""
    agency = provenance.agency_label(page.view, submission.agency, page.language, submission.year)
    received = page.text(
        "Received {moment} from {name}",
        moment=versions.received_text(page, submission),
        name=versions.actor_text(page, submission.sent_by),
    )
    if submission.decided_by:
        received += " · " + page.text(
            "decided: {name}", name=versions.actor_text(page, submission.decided_by)
        )
    with st.container(border=True):
        st.markdown(
            f":material/description: **{widgets.escape(submission.file_name)}**  \n"
            f"{widgets.escape(agency)}, {submission.year} · "
            f"{versions.version_text(page, submission)} {versions.badge(page, submission)}  \n"
            f":small[{received} · SHA-256 `{submission.sha256[:_SHORT_HASH]}…`]"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if page.may(Right.FILES):
                versions.original(page, submission)
            with st.popover(page.text("Whole SHA-256"), icon=":material/tag:"):
                st.code(submission.sha256, language=None, wrap_lines=True)
            shell.link(
                "submissions",
                page.text("All versions of this report"),
                icon=":material/history:",
                show="history",
                agency=submission.agency,
                year=str(submission.year),
            )
