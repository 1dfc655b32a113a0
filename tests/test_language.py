"""Texts in both languages are complete; numbers and dates follow the language."""

from __future__ import annotations

import ast
import string
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po

from scripts.messages import SOURCES, catalogue_path, texts
from tbdx import messages
from tbdx.i18n import language, languages
from tbdx.model import Fault, Finding, Severity, TbdxError
from tbdx.plan import Plan
from tbdx.settings import ROOT
from tbdx.words import clean, fold

CATALOGUES = [code for code in languages() if catalogue_path(code).is_file()]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text, or its singular and plural, as a tuple."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


@pytest.mark.parametrize("code", CATALOGUES)
def test_catalogue_is_complete_and_has_nothing_unused(code: str) -> None:
    """Every text in the code is translated, and every translation is in use."""
    used = {message if isinstance(message, str) else message[0] for message, _ in texts()}
    with catalogue_path(code).open("rb") as source:
        catalogue = read_po(source, locale=code)
    known = {_forms(message.id)[0]: _forms(message.string) for message in catalogue if message.id}
    assert set(known) == used, "run `make messages`"
    assert [text for text, translations in known.items() if not any(translations)] == []


def test_no_text_hides_in_an_f_string() -> None:
    """Texts are found by reading the code, and those inside an f-string are not."""
    hidden = []
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            calls = [
                call
                for string in ast.walk(tree)
                if isinstance(string, ast.JoinedStr)
                for call in ast.walk(string)
                if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("text", "plural")
                and any(isinstance(argument, ast.Constant) for argument in call.args)
            ]
            hidden += [f"{path.name}:{call.lineno}" for call in calls]
    assert hidden == []


@pytest.mark.parametrize("code", CATALOGUES)
def test_translations_quote_the_same_values(code: str) -> None:
    """A translation fills in no field that the text does not have."""
    with catalogue_path(code).open("rb") as source:
        for message in read_po(source, locale=code):
            wanted = set().union(*map(_fields, _forms(message.id)))
            for translated in _forms(message.string):
                assert _fields(translated) <= wanted, message.id


@pytest.mark.parametrize("code", ["vi", "en"])
def test_every_finding_has_a_sentence(code: str, plan: Plan) -> None:
    """Where, what was found, what was expected, what to do."""
    for name in messages.FINDINGS:
        finding = Finding(name, Severity.REMARK, "Chỉ tiêu", "E20", "staff_count", "x", "y")
        sentence = messages.finding_sentence(finding, language(code), plan)
        assert "E20" in sentence
        assert "{" not in sentence


@pytest.mark.parametrize("code", ["vi", "en"])
def test_an_error_is_explained(code: str) -> None:
    """A list of faults becomes lines."""
    faults = [Fault("value-missing", "a.csv", 3, "id"), Fault("file-missing", "b.csv")]
    error = TbdxError("plan-invalid", folder="x", faults=faults)
    first, second = (messages.fault_text(fault, language(code)) for fault in faults)
    assert first.startswith("a.csv, ")
    assert ", id: " in first
    assert f"- {first}\n- {second}" in messages.error_text(error, language(code))


def test_numbers_are_written_as_the_language_does() -> None:
    """Vietnamese: dot for thousands, comma for decimals, no blank before %."""
    vi, en = language("vi"), language("en")
    assert (vi.number(1234.5), en.number(1234.5)) == ("1.234,5", "1,234.5")
    assert (vi.percent(200 / 3), en.percent(200 / 3)) == ("66,7%", "66.7%")
    assert vi.percent(9.96, 2) == "9,96%"
    assert vi.percent(None) == "–"
    assert vi.percent(float("nan")) == "–"


def test_dates_are_written_as_the_language_does() -> None:
    """dd/mm/yyyy in Vietnamese, and moments in the plan's time zone."""
    vi = language("vi")
    assert vi.date(date(2025, 3, 7)) == "07/03/2025"
    assert vi.moment(datetime(2024, 12, 9, 16, 59, tzinfo=UTC), "Asia/Ho_Chi_Minh") == (
        "23:59 09/12/2024"
    )


def test_an_unknown_language_falls_back_to_vietnamese() -> None:
    """A link with an unknown language still shows a page."""
    assert language("xx").code == "vi"


@pytest.mark.parametrize(
    "spelling",
    [
        "Tòa soạn hội tụ",
        "Toà soạn hội tụ",
        "TÒA SOẠN  HỘI TỤ:",
        "toa soan hoi tu",
        "Tòa\u00a0soạn hội\u200b tụ (có/không)",
    ],
)
def test_words_match_however_they_are_typed(spelling: str) -> None:
    """Case, diacritics, tone placement, invisible characters and a unit do not matter."""
    assert fold(spelling) == "toa soan hoi tu"


def test_cleaning_keeps_what_is_meant() -> None:
    """Look-alike Ð becomes Đ; marks that stand alone stay."""
    assert clean("Ðài  PT\u2060-TH") == "Đài PT-TH"
    assert fold("-") == "-"
    assert fold("…") == "…"
