"""Texts typed in fonts of before Unicode: converted where the words prove it, else untouched."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbdx.workbook.legacy_text import Recoded, recode, words_understood
from tbdx.workbook.package import Flaw

PLAN_FOLDER = Path(__file__).parent.parent / "data" / "plans" / "thai-binh"

LOWER_CASE = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
LETTERS = LOWER_CASE + LOWER_CASE.upper()

# How each letter is typed, written out from the fonts' tables.
TCVN3 = dict(
    zip(
        LOWER_CASE + "ĂÂÊÔƠƯĐ",
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢£¤¥¦§",
        strict=True,
    )
)
VNI_LOWER_CASE = """
    aø aù aû aõ aï aê aè aé aú aü aë aâ aà aá aå aã aä ñ eø eù eû eõ eï eâ eà eá eå eã eä
    ì í æ ó ò oø où oû oõ oï oâ oà oá oå oã oä ô ôø ôù ôû ôõ ôï uø uù uû uõ uï ö öø öù öû öõ öï
    yø yù yû yõ î
"""
VNI = dict(zip(LOWER_CASE, VNI_LOWER_CASE.split(), strict=True))
VNI |= {letter.upper(): typed.upper() for letter, typed in VNI.items()}

Typist = Callable[[str], str]


def in_tcvn3(text: str) -> str:
    """The text as typed in .VnTime; a capital without a code is typed as its lower case."""
    return "".join(TCVN3.get(c) or TCVN3.get(c.lower(), c) for c in text)


def in_vni(text: str) -> str:
    """The text as typed in VNI-Times."""
    return "".join(VNI.get(c, c) for c in text)


TYPISTS = pytest.mark.parametrize(
    ("encoding", "typed"), [("TCVN3", in_tcvn3), ("VNI", in_vni)], ids=["TCVN3", "VNI"]
)


def column(*cells: Any) -> list[Any]:
    """A sheet of one column after conversion."""
    rows = [[cell] for cell in cells]
    recode(rows)
    return [row[0] for row in rows]


def words_of_the_plan() -> list[str]:
    """The Vietnamese words in the plan's files, as they stand there."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(PLAN_FOLDER.glob("*.toml"))]
    found = {word for text in texts for word in re.findall(r"[^\W\d_]+", text)}
    return sorted(word for word in found if set(word) & set(LETTERS) and word != "cđs")


WORDS = words_of_the_plan()


# --- conversion -------------------------------------------------------------------------------


def test_every_letter_of_tcvn3_is_converted() -> None:
    """All 134 letters come back, up to the case of the sixty capitals that TCVN3 lacks."""
    assert len(set(LETTERS)) == 134
    for letter in LETTERS:
        text = f"Cơ quan báo chí đưa nội dung q{letter}"
        assert column(in_tcvn3(text))[0].lower() == text.lower()
    assert column(in_tcvn3("Đạt, Ăn, Âm, Êm, Ông, Ơn, Ưng")) == ["Đạt, Ăn, Âm, Êm, Ông, Ơn, Ưng"]


def test_every_letter_of_vni_is_converted() -> None:
    """All 134 letters come back, after a capital also with a mark of lower case."""
    for letter in LETTERS:
        text = f"Cơ quan báo chí đưa nội dung q{letter}"
        assert column(in_vni(text)) == [text]
        typed = VNI[letter][0] + VNI[letter][1:].lower()
        assert column(in_vni(text[:-1]) + typed) == [text]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("C¬ quan b¸o chÝ ®\xada néi dung", "Cơ quan báo chí đưa nội dung"),
        ("Xin chaøo caùc baïn", "Xin chào các bạn"),
        ("§¹t", "Đạt"),
        ("Ch\xada", "Chưa"),
        ("Kh«ng ®¹t", "Không đạt"),
        ("Tèt", "Tốt"),
        ("Cè", "Cố"),
        ("Coù", "Có"),
        ("Khoâng", "Không"),
        ("12,5 tû ®ång", "12,5 tỷ đồng"),
        ("1.250 triÖu ®", "1.250 triệu đ"),
        ("Q§ sè 348/Q§-TTg", "QĐ số 348/QĐ-TTg"),
        ("QÑ soá 348/QÑ-TTg", "QĐ số 348/QĐ-TTg"),
        ("§µi PT-TH Th¸i B×nh", "Đài PT-TH Thái Bình"),
        ("ÑAØI PHAÙT THANH", "ĐÀI PHÁT THANH"),
        ("¤ nhiÔm m«i tr\xadêng", "Ô nhiễm môi trường"),
        ("« t« – “xe c«ng”…", "ô tô – “xe công”…"),
        ("T¨ng 10÷20% so víi n¨m tr\xadíc", "Tăng 10÷20% so với năm trước"),
        ("B¸o c¸o\ncña ®Þaph\xad¬ng", "Báo cáo\ncủa địaphương"),
    ],
)
def test_a_text_in_an_old_font_is_read(typed: str, meant: str) -> None:
    """One clear text is enough, with a slip in it, too; digits and lone signs stay."""
    assert column(typed) == [meant]


def test_what_was_converted_is_told() -> None:
    """Each encoding has one entry, with its first cell as typed and as read."""
    rows: list[list[Any]] = [
        ["STT", "C¬ quan b¸o chÝ", 5.0],
        [1.0, "Coù ñöa noäi dung leân", None],
        [2.0, "Kh«ng ®¹t", ""],
    ]
    assert recode(rows) == [
        Recoded("TCVN3", 2, (0, 1), "C¬ quan b¸o chÝ", "Cơ quan báo chí"),
        Recoded("VNI", 1, (1, 1), "Coù ñöa noäi dung leân", "Có đưa nội dung lên"),
    ]
    assert rows == [
        ["STT", "Cơ quan báo chí", 5.0],
        [1.0, "Có đưa nội dung lên", None],
        [2.0, "Không đạt", ""],
    ]
    assert recode(rows) == []


# --- doubtful cells ---------------------------------------------------------------------------


def test_a_doubtful_cell_follows_its_sheet() -> None:
    """Among TCVN3 "Cã" is "Có", among VNI "cô" is "cơ"; among Unicode each stays."""
    assert column("Cã", "ChÝnh s¸ch", "§¹t") == ["Có", "Chính sách", "Đạt"]
    assert column("cô", "ñaït", "Coù") == ["cơ", "đạt", "Có"]
    assert column("Cã", "Đạt", "Báo cáo") == ["Cã", "Đạt", "Báo cáo"]
    assert column("Cã", "cô") == ["Cã", "cô"]


def test_a_cell_of_either_old_font_follows_its_sheet() -> None:
    """No Unicode, "söa" is "sửa" in TCVN3 and "sưa" in VNI: as the other cells have it."""
    assert column("söa", "§¹t") == ["sửa", "Đạt"]
    assert column("söa", "ñaït") == ["sưa", "đạt"]


def test_in_a_mixed_sheet_the_majority_decides_what_is_doubtful() -> None:
    """A clear cell is converted in any sheet; a doubtful one only where its font prevails."""
    unicode = ["Tên cơ quan", "Đài PT-TH", "Kết quả"]
    clear = ["C¬ quan", "Kh«ng ®¹t", "§¹t"]
    meant = ["Cơ quan", "Không đạt", "Đạt"]
    assert column(*unicode, clear[0], "Cã") == [*unicode, meant[0], "Cã"]
    assert column(*unicode, *clear, "Cã") == [*unicode, *meant, "Cã"]
    assert column(*unicode[:2], *clear, "Cã") == [*unicode[:2], *meant, "Có"]


def test_what_is_no_vietnamese_proves_nothing() -> None:
    """Signs, and names with a sign, do not speak for Unicode."""
    assert column("Cã", "§¹t", "5 → 6", "≥ 7", "m²") == ["Có", "Đạt", "5 → 6", "≥ 7", "m²"]
    assert column("cô", "ñaït", "Windows®") == ["cơ", "đạt", "Windows®"]


def test_decomposed_unicode_counts_as_unicode() -> None:
    """A text in NFD speaks against an old font, and is never changed."""
    decomposed = unicodedata.normalize("NFD", "Tên cơ quan")
    assert column(decomposed, "§¹t", "Cã") == [decomposed, "Đạt", "Cã"]


# --- what stays -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "m²",
        "5 m³, 20 °C, ±5 µm",
        "10÷20%",
        "10 ÷ 20",
        "3×4",
        "½",
        "1½",
        "· Báo cáo",
        "§ 5",
        "© 2024",
        "Windows®",
        "12.000®",
        "café",
        "déjà vu, naïve, hôtel, garçon",
        "Noël à Paris",
        "für München",
        "Größe: 5 × 3",
        "KÖLN",
        "mañana, Señor",
        "São Paulo",
        "Có",
        "Không",
        "Có¹",
        "x¹",
        "Báo cáo của Müller",
        "Có, Không, Müller",
        "«Báo Thái Bình»",
        "Báo\xadcáo",
        "Ð",
        "Ðài",
        "QÐ",
        "Ðạt",
        "Đăk Lăk",
        "tòa, toà, hóa, hoà, thuý, thúy, quý, quí, gì, giếng, quốc, khuya, khuỷu",
        "TÒA SOẠN, ỦY BAN",
        "\xa0",
        "",
        "x",
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    """Signs, other languages and Unicode stay, composed and decomposed."""
    for form in (text, unicodedata.normalize("NFD", text)):
        assert column(form) == [form]


def test_the_words_of_other_languages_stay_in_a_sheet_in_an_old_font() -> None:
    """What is Vietnamese in no reading is not converted even there."""
    assert column("C¬ quan b¸o chÝ", "§¹t", "café", "m²", "10÷20%") == [
        "Cơ quan báo chí",
        "Đạt",
        "café",
        "m²",
        "10÷20%",
    ]


def test_only_plain_texts_are_looked_at() -> None:
    """Numbers, blanks and cells with a flaw are not touched."""
    flaw = Flaw("=§¹t")
    assert column(flaw, None, 1.5, True, "§¹t") == [flaw, None, 1.5, True, "Đạt"]
    assert type(column(flaw)[0]) is Flaw


# --- any text ---------------------------------------------------------------------------------

# A letter alone in its cell is left out: in every font it may be a sign (see above).
SENTENCES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)
    .map(" ".join)
    .filter(lambda sentence: len(sentence) > 1),
    min_size=1,
    max_size=6,
)


@TYPISTS
@given(sentences=SENTENCES)
@settings(deadline=None)
def test_any_words_of_the_plan_come_back(
    encoding: str, typed: Typist, sentences: Sequence[str]
) -> None:
    """A sheet typed in an old font is read back entirely, with one cell to prove the font."""
    rows = [[typed("Cơ quan đã đạt mức khá")], *([typed(sentence)] for sentence in sentences)]
    assert {recoded.encoding for recoded in recode(rows)} == {encoding}
    assert [row[0].lower() for row in rows[1:]] == [sentence.lower() for sentence in sentences]
    if encoding == "VNI":
        assert [row[0] for row in rows[1:]] == sentences


@given(sentences=SENTENCES, form=st.sampled_from(["NFC", "NFD"]))
@settings(deadline=None)
def test_words_in_unicode_are_never_changed(sentences: list[str], form: Any) -> None:
    """Whatever stands in a sheet in Unicode stays as it is."""
    cells = [unicodedata.normalize(form, sentence) for sentence in sentences]
    rows = [[cell] for cell in cells]
    assert recode(rows) == []
    assert [row[0] for row in rows] == cells


@given(text=st.text(st.characters(max_codepoint=0x17F)))
@settings(deadline=None)
def test_any_text_can_be_looked_at(text: str) -> None:
    """No text makes it raise, and a text is told as converted exactly when it has changed."""
    rows = [[text]]
    changed = recode(rows) != []
    assert changed == (rows[0][0] != text)


def test_a_hostile_cell_costs_little() -> None:
    """A word of a million letters is seen to be none without being taken apart."""
    began = time.perf_counter()
    column("¸" * 1_000_000, "ñ" * 1_000_000, "aø" * 500_000, "Q§" * 500_000)
    assert time.perf_counter() - began < 5


def test_words_are_counted_in_the_best_reading() -> None:
    """The count is of words with marks only, in the one encoding that explains most."""
    assert words_understood("Cơ quan báo chí") == 3
    assert words_understood("C¬ quan b¸o chÝ") == 3
    assert words_understood("Cô quan baùo chí") == 3
    assert words_understood("Müller, café, abc, 10÷20") == 0


def test_what_was_chosen_from_a_list_stays() -> None:
    """In a form typed in an old font, answers chosen from its lists are Unicode and stay so."""
    rows: list[list[Any]] = [[in_tcvn3("Cơ quan báo chí đưa nội dung")], ["Có"], ["Không "], ["Cã"]]
    (recoded,) = recode(rows, {"có", "không"})
    assert [row[0] for row in rows] == ["Cơ quan báo chí đưa nội dung", "Có", "Không ", "Có"]
    assert recoded.cells == 2
