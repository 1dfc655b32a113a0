"""What changed, in words: the same on the board, on the overview and on the command line.

Everything here is plain text; who shows it as markdown escapes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from tbdx import messages, provenance, wording
from tbdx.changes import Changed, RosterChange, Row
from tbdx.i18n import N_, Language
from tbdx.model import Action, Deed, Revision
from tbdx.plan import Indicator
from tbdx.service import View

_TOLD_BY_ANOTHER = (Action.RECEIVED, Action.UNCHOSEN)
"""What is only told of where a revision did nothing else: an acceptance says the rest."""

_TURNS = {
    ("no", "yes"): N_("from no to yes"),
    ("yes", "no"): N_("from yes to no"),
    ("blank", "yes"): N_("from no answer to yes"),
    ("blank", "no"): N_("from no answer to no"),
    ("yes", "blank"): N_("from yes to no answer"),
    ("no", "blank"): N_("from no to no answer"),
}
"""How the answers of agencies turn, in the order in which they are told."""


def result_text(row: Row, indicator: Indicator, language: Language) -> str:
    """A result in short: "2/3 · 66,7% · ✓ Đạt"; only the verdict where nothing was answered."""
    parts = [wording.status_label(row, language)]
    if row["answered"]:
        percent = wording.percent_text(row, indicator, language)
        parts = [wording.bare_count(row, language), percent, *parts]
    return " · ".join(parts)


def verdict_turn(changed: Changed, language: Language) -> str:
    """The verdict before and after: "✗ Chưa đạt → ✓ Đạt"; one where it is the same."""
    labels = [wording.status_label(row, language) for row in (changed.before, changed.after)]
    return " → ".join(dict.fromkeys(labels))


def sentence(changed: Changed, indicator: Indicator, name: str, language: Language) -> str:
    """One changed result under the indicator's name: "… (2024): 1/3 · … → 2/3 · …"."""
    return language.text(
        "{indicator} ({year}): {before} → {after}",
        indicator=name,
        year=changed.year,
        before=result_text(changed.before, indicator, language),
        after=result_text(changed.after, indicator, language),
    )


def difference_text(
    changed: Changed, indicator: Indicator, language: Language, *, counts: bool = True
) -> str:
    """By how much a result moved: "+33,3 điểm phần trăm; +1 cơ quan"; "–" where it cannot be said.

    Nor where agencies have no figures on either side, which the words then say. Without
    `counts` only the points: where the counts are of different agencies.
    """
    if changed.points is None:
        return "–"
    if not changed.same_measure:
        return language.text("not comparable: another threshold")
    if changed.incomplete:
        return language.text("not comparable: agencies still have no figures")
    parts = [
        language.text("{points} percentage points", points=_signed(changed.points, language, 1))
    ]
    if counts and changed.counted:
        size = wording.number_of(abs(changed.counted), indicator, language)
        parts.append(f"{'+' if changed.counted > 0 else '−'}{size}")
    return "; ".join(parts)


def remarks(changed: Changed, language: Language) -> list[str]:
    """What else differs: the target, the kind of figures, who is missing."""
    before, after = changed.before, changed.after
    said = []
    if "target" in changed.kinds:
        targets = (
            wording.target_text(row["target_pct"], row["threshold_pct"], language)
            for row in (before, after)
        )
        said.append(language.text("target: {turn}", turn=" → ".join(targets)))
    if "phase" in changed.kinds:
        phases = (_phase_text(row.get("phase"), language) for row in (before, after))
        said.append(language.text("figures: {turn}", turn=" → ".join(phases)))
    if before["missing"] != after["missing"]:
        counts = (language.number(int(row["missing"])) for row in (before, after))
        said.append(language.text("agencies without a figure: {turn}", turn=" → ".join(counts)))
    return said


def _phase_text(phase: object, language: Language) -> str:
    words = {known.value: language.text(word) for known, word in messages.PHASES.items()}
    return words.get(str(phase), "–").lower()


def _signed(value: float, language: Language, decimals: int) -> str:
    """A difference with its sign, "+33,3"; "0" for none."""
    text = language.number(abs(value), decimals)
    if text == language.number(0.0, decimals):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def turned_text(count: int, language: Language) -> str:
    """How many verdicts changed: "2 kết luận thay đổi"."""
    if not count:
        return language.text("no verdict changed")
    return language.plural("{count} verdict changed", "{count} verdicts changed", count)


# --- revisions ----------------------------------------------------------------------------------


def revision_text(
    revision: Revision, view: View, language: Language, *, turned: int | None = None
) -> str:
    """One revision in a line: its number, when, who, what was done, how many verdicts it turned."""
    parts = [
        language.text("Data revision {number}", number=revision.number),
        language.moment(revision.at, view.plan.due.timezone),
        revision.actor,
        deeds_text(revision.deeds, view, language),
    ]
    if turned is not None:
        parts.append(turned_text(turned, language))
    return " · ".join(parts)


def deeds_text(deeds: Sequence[Deed], view: View, language: Language) -> str:
    """What a revision did: "Chấp nhận báo cáo: Báo Thái Bình 2024 và 3 mục khác"."""
    leading = [deed for deed in deeds if deed.action not in _TOLD_BY_ANOTHER] or deeds
    grouped: dict[Action, list[str]] = {}
    for deed in leading:
        grouped.setdefault(deed.action, []).append(_subject_text(deed, view, language))
    parts = []
    for action, subjects in grouped.items():
        what = language.text(messages.ACTIONS[action])
        names = wording.listed([name for name in dict.fromkeys(subjects) if name], language, 3)
        parts.append(f"{what}: {names}" if names else what)
    return "; ".join(parts)


def _subject_text(deed: Deed, view: View, language: Language) -> str:
    """Whose or which year's something was; empty where the action says it all."""
    if not deed.agency:
        return "" if deed.year is None else str(deed.year)
    name = provenance.agency_label(view, deed.agency, language, deed.year)
    return name if deed.year is None else f"{name} {deed.year}"


# --- agencies -----------------------------------------------------------------------------------


def agency_turns(
    rows: pd.DataFrame, view: View, language: Language, *, years: bool
) -> dict[str, list[str]]:
    """How agencies' standings changed, in sentences, by indicator; long lists are shortened.

    `rows` are those of `changes.agencies_between`. With `years` each agency is named
    with the year.
    """
    told: dict[str, list[str]] = {}
    for indicator in view.plan.indicators:
        own = rows[rows["indicator"] == indicator.code]
        if own.empty:
            continue
        if indicator.kind == "ratio":
            lines = _moved(own, view, language, years=years)
        else:
            lines = _turned(own, view, language, years=years)
        if lines:
            told[indicator.code] = lines
    return told


def _turned(own: pd.DataFrame, view: View, language: Language, *, years: bool) -> list[str]:
    """Whose answer became another one, by how it turned."""
    groups: dict[tuple[str, str], list[str]] = {turn: [] for turn in _TURNS}
    columns = (own[name] for name in ("agency", "year", "answer_before", "answer_after"))
    for agency, year, before, after in zip(*columns, strict=True):
        if before != after:
            groups.setdefault((before, after), []).append(
                _named(agency, year, view, language, years=years)
            )
    return [
        f"{_turn_text(turn, language)}: {wording.listed(names, language)}"
        for turn, names in groups.items()
        if names
    ]


def _turn_text(turn: tuple[str, str], language: Language) -> str:
    if turn in _TURNS:
        return language.text(_TURNS[turn])
    before, after = (language.text(messages.ANSWERS[code]).lower() for code in turn)
    return language.text("from “{before}” to “{after}”", before=before, after=after)


def _moved(own: pd.DataFrame, view: View, language: Language, *, years: bool) -> list[str]:
    """Whose counts of people are other ones: "Báo Thái Bình 40/80 → 60/80"."""
    names = ("agency", "year", "numerator_before", "denominator_before")
    later = ("numerator_after", "denominator_after")
    moved = [
        f"{_named(agency, year, view, language, years=years)} "
        f"{_share(part, whole, language)} → {_share(new_part, new_whole, language)}"
        for agency, year, part, whole, new_part, new_whole in zip(
            *(own[name] for name in (*names, *later)), strict=True
        )
        if (part, whole) != (new_part, new_whole)
    ]
    return [wording.listed(moved, language)] if moved else []


def _share(part: float, whole: float, language: Language) -> str:
    return f"{language.number(part)}/{language.number(whole)}" if whole else "–"


def _named(agency: str, year: int, view: View, language: Language, *, years: bool) -> str:
    name = provenance.agency_label(view, agency, language, year)
    return f"{name} ({year})" if years else name


def roster_text(roster: RosterChange, view: View, year: int, language: Language) -> list[str]:
    """How the agencies that count differ, in sentences; `year` is that of the later ones."""

    def names(agencies: Iterable[str]) -> str:
        labels = [provenance.agency_label(view, agency, language, year) for agency in agencies]
        return wording.listed(labels, language)

    lines = []
    if roster.left:
        lines.append(language.text("no longer counted: {agencies}", agencies=names(roster.left)))
    if roster.joined:
        lines.append(language.text("newly counted: {agencies}", agencies=names(roster.joined)))
    if roster.speakers:
        spoken = [
            language.text(
                "{agency} by the report of {reporter}",
                agency=provenance.agency_label(view, agency, language, year),
                reporter=provenance.agency_label(view, reporter, language, year),
            )
            for agency, reporter in roster.speakers
        ]
        lines.append(wording.listed(spoken, language))
    return lines


def rosters_text(
    rosters: Mapping[int, RosterChange], view: View, language: Language
) -> dict[str, list[str]]:
    """The same of many years, by these; those of which the same is to be said stand together."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for year, roster in rosters.items():
        lines = tuple(roster_text(roster, view, year, language))
        alike.setdefault(lines, []).append(year)
    return {wording.span(years): list(lines) for lines, years in alike.items()}
