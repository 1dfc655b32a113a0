"""What there is to find, as documents: the plan, the register, and what was reported and decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

from tbdx import messages, provenance
from tbdx.i18n import N_, Language, language, languages
from tbdx.model import Submission
from tbdx.plan import Agency, Indicator, Text
from tbdx.searching import Document, Index
from tbdx.service import View

KINDS: dict[str, str] = {
    "indicator": N_("Indicators"),
    "agency": N_("Agencies"),
    "task": N_("Tasks of the plan"),
    "text": N_("Difficulties and proposals"),
    "result": N_("Results of tasks"),
    "question": N_("Questions of the form"),
    "decision": N_("Plan and decisions"),
    "rule": N_("Rules of the method"),
    "correction": N_("Corrections"),
    "file": N_("Files received"),
    "page": N_("Pages"),
}
"""Every kind of document, in the order in which they stand where nothing else decides."""
_SEPARATOR = " · "


def index(view: View, words: Language, pages: Iterable[Document] = ()) -> Index:
    """Everything that a reader of this language can find, with these pages of the product.

    What is found is the view's: the answers in use on its basis, and every file received.
    """
    found = _Collection(view, words)
    return Index(
        chain(found, pages),
        kinds=list(KINDS),
        sort_key=words.sort_key,
        abbreviations=view.plan.abbreviations,
    )


class _Collection:
    """The documents of one view for readers of one language."""

    def __init__(self, view: View, words: Language) -> None:
        self._view, self._plan, self._words = view, view.plan, words
        self._others = [language(code) for code in languages() if code != words.code]
        self._whose: dict[tuple[str, int], tuple[str, str]] = {}

    def __iter__(self) -> Iterator[Document]:
        yield from map(self._indicator, self._plan.indicators)
        yield from map(self._agency, self._plan.agencies)
        yield from self._form()
        yield from self._reported()
        yield from self._decisions()
        yield from self._rules()
        yield from self._corrections()
        yield from map(self._file, self._view.submissions)

    # --- the plan ---------------------------------------------------------------------------

    def _indicator(self, indicator: Indicator) -> Document:
        code = self._words.code
        goals = [g.source for g in self._plan.reference_goals if g.indicator == indicator.code]
        return Document(
            "indicator",
            indicator.code,
            f"{indicator.row}. {indicator.short[code]}",
            _joined(
                indicator.title[code],
                indicator.clause,
                indicator.source,
                indicator.note[code],
                *dict.fromkeys(goals),
            ),
            also=_joined(*self._elsewhere(indicator.short, indicator.title)),
            about=" ".join(map(str, self._plan.all_years)),
        )

    def _agency(self, agency: Agency) -> Document:
        code = self._words.code
        media = (self._words.text(messages.MEDIA.get(kind, kind)) for kind in agency.media_types)
        successor = agency.successor and self._agency_label(agency.successor)
        due = self._plan.due.last_day
        return Document(
            "agency",
            agency.id,
            self._agency_label(agency.id),
            _joined(agency.governing_body(code), ", ".join(media), agency.note(code), successor),
            also=_names(agency),
            about=" ".join(str(y) for y in self._plan.all_years if agency.exists_on(due(y))),
            agency=agency.id,
        )

    def _form(self) -> Iterator[Document]:
        """The tasks of the plan, and the questions of every sheet of the form."""
        form, code = self._plan.form, self._words.code
        for item in form.tasks.item:
            also = _joined(*self._elsewhere(item.label, item.group))
            yield Document("task", item.code, item.label[code], item.group[code], also)
        for question in form.field:
            text = question.help[code]
            yield Document(
                "question",
                question.name,
                self._label(question.name),
                text,
                _joined(*self._labels_elsewhere(question.name)),
                field=question.name,
            )
        for sheet, items in (
            (form.spending.sheet, form.spending.item),
            (form.maturity.sheet, form.maturity.pillar),
            (form.texts.sheet, form.texts.item),
        ):
            for item in items:
                also = _joined(*self._elsewhere(item.label))
                yield Document(
                    "question", item.code, item.label[code], sheet, also, field=item.code
                )

    def _decisions(self) -> Iterator[Document]:
        """The plan itself, its versions, and the years that are closed."""
        decision, code = self._plan.decision, self._words.code
        yield Document(
            "decision",
            "plan",
            decision.number,
            _joined(decision.title[code], *(one[code] for one in decision.carries_out)),
            _joined(*self._elsewhere(decision.title, *decision.carries_out)),
        )
        for version in self._view.amendments:
            text = _joined(version.reason, version.file_name)
            yield Document(
                "decision", f"version/{version.id}", version.decision, text, year=version.first_year
            )
        for closed in self._view.closed_years.values():
            title = self._words.text("The year {year} is closed", year=closed.year)
            yield Document(
                "decision", f"closed/{closed.year}", title, closed.reason, year=closed.year
            )

    def _rules(self) -> Iterator[Document]:
        code = self._words.code
        for rule in self._plan.rule:
            yield Document(
                "rule", rule.code, rule.text[code], also=_joined(*self._elsewhere(rule.text))
            )

    # --- what was reported ------------------------------------------------------------------

    def _reported(self) -> Iterator[Document]:
        """The free texts of the reports in use: difficulties, proposals, results of tasks."""
        form, code = self._plan.form, self._words.code
        states = {state.code: state[code] for state in form.tasks.states}
        titles = {f"{item.code}_result": item.label for item in form.tasks.item}
        texts = {item.code: item.label for item in form.texts.item}
        panel = self._view.panel
        state_of = {
            (agency, year, name): states.get(text, "")
            for agency, year, name, text in panel.loc[
                panel["field"].isin([item.code for item in form.tasks.item]),
                ["agency", "year", "field", "text"],
            ].itertuples(index=False)
        }
        rows = panel.loc[
            panel["field"].isin([*titles, *texts]) & panel["text"].notna(),
            ["agency", "year", "field", "text", "sheet", "cell"],
        ]
        for agency, year, name, text, sheet, cell in rows.itertuples(index=False):
            result = name in titles
            task = name.removesuffix("_result")
            state = state_of.get((agency, year, task), "") if result else ""
            where, about = self._belongs_to(agency, int(year))
            yield Document(
                "result" if result else "text",
                f"{agency}/{year}/{name}",
                (titles if result else texts)[name][code],
                _joined(text, state),
                where=where,
                about=about,
                agency=agency,
                year=int(year),
                field=name,
                sheet=sheet,
                cell=cell,
            )

    def _corrections(self) -> Iterator[Document]:
        for erratum in self._view.errata:
            where, about = self._belongs_to(erratum.agency, erratum.year)
            stated, corrected = (
                provenance.value_text(value, self._plan, self._words)
                for value in (erratum.stated, erratum.corrected)
            )
            yield Document(
                "correction",
                str(erratum.id),
                self._label(erratum.field),
                _joined(f"{stated} → {corrected}", erratum.reason, erratum.source),
                where=where,
                about=about,
                agency=erratum.agency,
                year=erratum.year,
                field=erratum.field,
            )

    def _file(self, submission: Submission) -> Document:
        where, about = self._belongs_to(submission.agency, submission.year)
        words = self._words
        state = words.text(messages.REVIEW_STATES[submission.state])
        phase = words.text(messages.PHASES[submission.phase])
        return Document(
            "file",
            str(submission.id),
            submission.file_name,
            _joined(phase, state, submission.sent_by, submission.reason, submission.confirmation),
            also=submission.sha256,
            where=where,
            about=about,
            agency=submission.agency,
            year=submission.year,
        )

    # --- in words ---------------------------------------------------------------------------

    def _belongs_to(self, agency: str, year: int) -> tuple[str, str]:
        """Whose something is and of which year: as shown, and the words that narrow a search."""
        if (agency, year) not in self._whose:
            where = _joined(
                provenance.agency_label(self._view, agency, self._words, year), str(year)
            )
            about = _joined(where, self._all_names.get(agency, agency))
            self._whose[agency, year] = where, about
        return self._whose[agency, year]

    @cached_property
    def _all_names(self) -> dict[str, str]:
        return {agency.id: _names(agency) for agency in self._plan.agencies}

    def _agency_label(self, agency: str) -> str:
        return provenance.agency_label(self._view, agency, self._words)

    def _label(self, field: str) -> str:
        return messages.field_label(field, self._words, self._plan)

    def _labels_elsewhere(self, field: str) -> list[str]:
        return [messages.field_label(field, other, self._plan) for other in self._others]

    def _elsewhere(self, *texts: Text) -> list[str]:
        """Texts in the other languages."""
        return [text[other.code] for other in self._others for text in texts]


def _names(agency: Agency) -> str:
    """Everything that an agency is or was called in any language, and its code."""
    english = (agency.name_en, *(name.name_en for name in agency.renamed))
    return _joined(*dict.fromkeys((*agency.names, agency.short_name, *english, agency.id)))


def _joined(*texts: str) -> str:
    return _SEPARATOR.join(filter(None, texts))
