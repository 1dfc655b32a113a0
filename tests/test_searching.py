"""Searching by words: what is found, in which order, how it is marked, what is advised; sorting."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from tbdx import findable, provenance
from tbdx.i18n import language
from tbdx.plan import Plan
from tbdx.searching import MOST_CHARACTERS, MOST_TERMS, Document, Found, Index, Part
from tbdx.service import Service
from tbdx.words import accented, clean, letters, small

VI, EN = language("vi"), language("en")
KINDS = ("indicator", "agency", "text", "file")
ABBREVIATIONS = {"cqbc": "cơ quan báo chí", "cđs": "chuyển đổi số"}


def _index(*documents: Document) -> Index:
    return Index(documents, kinds=KINDS, sort_key=VI.sort_key, abbreviations=ABBREVIATIONS)


def _texts(*texts: str) -> Index:
    """An index of difficulties with one title, each known by its place: "1", "2" …"""
    return _index(*(Document("text", str(at), "Ý kiến", text) for at, text in enumerate(texts, 1)))


def _refs(found: Found) -> list[str]:
    return [document.ref for document in found.documents]


def _marked(parts: tuple[Part, ...]) -> str:
    return "".join(f"[{part.text}]" if part.match else part.text for part in parts)


# --- the order of the alphabet ------------------------------------------------------------------

SYLLABLES = """
    ba bà bả bã bá bạ bă bằ bẳ bẵ bắ bặ bâ bầ bẩ bẫ bấ bậ da đa Đa dạ đạ e é ê ế ẹ o ô ơ ớ ọ ộ
    u ư ữ ự ý ỳ i í Báo Đài Tạp chí Thái Bình Hoà Hòa Điện Biên số 1 2 9 10 007 năm 2024 (hợp nhất)
"""


@pytest.mark.parametrize(
    "ordered",
    [
        list("aăâbcdđeêghiklmnoôơpqrstuưvxy"),
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["ba", "bà", "ban", "bàn", "bán", "băn", "bẵn", "bân", "bất", "bê"],
        ["dao", "dạo", "đao", "đào", "đạo", "e"],
        ["Báo Hà Nam", "Báo Thái Bình", "Báo Vĩnh Phúc", "Bắc Giang", "Đài", "Tạp chí"],
        ["số", "số 9", "số 10", "số 10a", "sổ tay"],
        ["bảo", "Bảo", "báo", "Báo"],
        ["", "1", "2", "10", "a"],
    ],
)
def test_texts_are_put_in_vietnamese_order(ordered: list[str]) -> None:
    """Letters of the alphabet decide, then tones, then small before capital; numbers are numbers."""
    shuffled = random.Random(1).sample(ordered, len(ordered))  # noqa: S311 (no secret)
    assert sorted(shuffled, key=VI.sort_key) == ordered


def test_english_readers_have_accents_after_letters() -> None:
    """In English ă and đ are a and d with a mark, which decides only between equal letters."""
    words = ["Bắc", "Bình", "Báo", "Đài", "Dinh", "Ba"]
    assert sorted(words, key=EN.sort_key) == ["Ba", "Bắc", "Báo", "Bình", "Đài", "Dinh"]
    assert sorted(words, key=VI.sort_key) == ["Ba", "Báo", "Bắc", "Bình", "Dinh", "Đài"]


@pytest.mark.browser
@pytest.mark.parametrize("code", ["vi", "en"])
def test_the_order_is_that_of_unicode(chromium: Browser, code: str) -> None:
    """ICU, as the browser has it, puts thousands of made-up names in the very same order."""
    chance = random.Random(5)  # noqa: S311 (no secret)
    names = sorted(
        {" ".join(chance.choices(SYLLABLES.split(), k=chance.randint(1, 4))) for _ in range(3000)}
    )
    names += [name.upper() for name in names[::5]]
    page = chromium.new_page()
    expected = page.evaluate(
        "([code, names]) => names.sort(new Intl.Collator(code, {numeric: true}).compare)",
        [code, names],
    )
    page.close()
    assert sorted(dict.fromkeys(names), key=language(code).sort_key) == list(
        dict.fromkeys(expected)
    )


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_text_has_a_place_in_the_order(texts: list[str]) -> None:
    """Sorting never fails, does not depend on the order before, and NFD is where NFC is."""
    for words in (VI, EN):
        ordered = sorted(texts, key=words.sort_key)
        again = sorted(random.Random(1).sample(texts, len(texts)), key=words.sort_key)  # noqa: S311 (no secret)
        assert list(map(clean, ordered)) == list(map(clean, again))
        for text in texts:
            assert words.sort_key(unicodedata.normalize("NFD", text)) == words.sort_key(text)


def test_agencies_to_choose_from_are_in_vietnamese_order(service: Service) -> None:
    """By name in the reader's language; of two of one name by what tells them apart."""
    view = service.view()
    ids = [agency.id for agency in view.plan.agencies]
    assert provenance.by_name(view, ids, VI) == [
        "bao-thai-binh",
        "bao-thai-binh-hop-nhat",
        "dai-ptth-thai-binh",
        "tc-van-nghe-thai-binh",
    ]
    assert provenance.by_name(view, reversed(ids), EN)[0] == "tc-van-nghe-thai-binh"


# --- words, letter by letter --------------------------------------------------------------------


@given(st.text())
def test_letters_stand_where_they_stood(text: str) -> None:
    """Folding keeps every place, so that a match is found again in the text itself."""
    assert len(letters(text)) == len(small(text)) == len(text)
    words = list(zip(small(text).split(), letters(text).split(), strict=True))
    assert all(letters(typed) == word for typed, word in words if typed.isascii())


def test_one_word_typed_in_two_ways_has_the_same_accents() -> None:
    """Old and new placing of the tone, y and i, are one; another tone is not."""
    assert accented("hòa") == accented("hoà") != accented("hoá")
    assert accented("kỹ") == accented("kĩ")
    assert accented("thuy") == "thuy"
    assert accented("ky") == "ki" == letters("KỸ")


# --- what is found ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("toa soan", "Mô hình tòa soạn hội tụ"),
        ("TOÀ SOẠN", "Mô hình tòa soạn hội tụ"),
        ("tòa soạn", "Mô hình toà soạn hội tụ"),
        (unicodedata.normalize("NFD", "tòa soạn"), "Mô hình tòa soạn hội tụ"),
        ("tòa soạn", unicodedata.normalize("NFD", "Mô hình tòa soạn hội tụ")),
        ("kĩ thuật", "Thiếu nhân lực kỹ thuật"),
        ("ky thuat", "Thiếu nhân lực kĩ thuật"),
        ("dai", "Đài"),
        ("Ðài", "Đài"),
        ("hội so", "Tòa soạn hội tụ"),
        ("tòa soạ", "Tòa soạn hội tụ"),
        ("số", "So sánh"),
        ("348/QĐ-TTg", "Quyết định 348/QĐ-TTg ngày 06/4/2023"),
        ("CQBC", "Số cơ quan báo chí"),
        ("cơ quan báo chí", "Các CQBC trên địa bàn"),
        ("cqb", "Các CQBC trên địa bàn"),
        ('"cơ quan báo chí tỉnh"', "Các CQBC tỉnh"),
        ("“nhân lực kỹ thuật”", "Thiếu nhân lực kỹ thuật"),
        ('"nhân lực', "Thiếu nhân lực kỹ thuật"),
        ("67%", "67 % cơ quan"),
        ("😀 kinh phí", "kinh phí 😀"),
    ],
)
def test_words_are_found_however_they_are_typed(query: str, text: str) -> None:
    """Accents, case, NFD, placing of tones, y and i, Đ and Ð, abbreviations: all the same."""
    assert _refs(_texts(text, "không liên quan").search(query)) == ["1"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("kinh robot", "Thiếu kinh phí"),
        ('"kỹ nhân"', "Thiếu nhân lực kỹ thuật"),
        ('"nhân thuật"', "Thiếu nhân lực kỹ thuật"),
        ('"kinh ph"', "Thiếu kinh phí"),
        ("inh", "Thiếu kinh phí"),
        ("số", "Tòa soạn"),
        ("CQBC", "chí quan trọng của cơ quan báo"),
    ],
)
def test_what_does_not_have_every_word_is_not_found(query: str, text: str) -> None:
    """Every word is needed, from its beginning; a phrase as it stands, in whole words."""
    assert _refs(_texts(text).search(query)) == []


def test_a_phrase_does_not_reach_from_one_part_into_another() -> None:
    """Title, other names and text end where they end."""
    index = _index(Document("text", "1", "Khó khăn", "vướng mắc", also="kinh phí"))
    for phrase in ('"khăn kinh"', '"phí vướng"', '"khăn vướng"'):
        assert not index.search(phrase).documents
    assert index.search('"khó khăn" "kinh phí" vuong').documents


@pytest.mark.parametrize("query", ["", "   ", "!!! ?", "…", "😀", '""', "“”", "\u200b", "---"])
def test_a_query_without_a_letter_looks_for_nothing(query: str) -> None:
    """Nothing but signs is no query: it finds nothing, and there is nothing to advise."""
    index = _texts("kinh phí")
    assert index.search(query) == Found()
    assert index.suggest(query) == ()


def test_queries_of_any_length_are_answered() -> None:
    """Of a long query the beginning is read, and no more than a dozen words."""
    index = _texts("kinh phí")
    assert _refs(index.search("kinh phí " * 5000)) == ["1"]
    assert _refs(index.search("kinh" + " " * 5 + "phí" + " " * MOST_CHARACTERS + "robot")) == []
    many = " ".join(f"từ{number}" for number in range(40))
    assert len(index.search(many).terms) == MOST_TERMS


@given(
    st.text(alphabet=st.sampled_from("aăđo '\"()[]*.+?\\^$|<>&`_~#:{}%\t\n\u0301😀"), max_size=40)
)
def test_signs_of_other_languages_mean_nothing(query: str) -> None:
    """Nothing in a query is read as a pattern, as HTML or as markdown; texts stay whole."""
    text = "a.* <b>đ</b> [o](x) ă"
    index = _texts(text)
    found = index.search(query)
    for document in found.documents:
        assert "".join(part.text for part in index.snippet(document, found.terms)) == text
    index.suggest(query)


# --- what comes first ---------------------------------------------------------------------------


def test_what_is_written_with_the_same_accents_comes_first() -> None:
    """Who types accents is answered by them first; who types none is not."""
    index = _texts("đảm bảo", "bao cấp", "tờ báo")
    assert _refs(index.search("báo")) == ["3", "1", "2"]
    assert _refs(index.search("bảo")) == ["1", "2", "3"]
    assert _refs(index.search("bao")) == ["1", "2", "3"]
    old_and_new = _texts("hoá đơn", "hoà bình", "hòa nhạc")
    assert _refs(old_and_new.search("hòa")) == ["2", "3", "1"]


def test_titles_come_before_texts_whole_words_before_beginnings() -> None:
    """Then the kind, then the title in Vietnamese order, then the newest year, then the place."""
    index = _index(
        Document("file", "whole title", "so"),
        Document("text", "begun title", "Sông"),
        Document("text", "whole text", "Khác", "có số"),
        Document("text", "begun text", "Khác", "dòng sông"),
        Document("agency", "begun title too", "Song"),
        Document("agency", "another name", "Khác", also="SO"),
    )
    assert _refs(index.search("so")) == [
        "another name",
        "whole title",
        "begun title too",
        "begun title",
        "whole text",
        "begun text",
    ]
    alike = _index(
        Document("text", "a", "Đề nghị", where="Báo A", year=2023),
        Document("text", "b", "Đề nghị", where="Báo B", year=2024),
        Document("text", "c", "Đề nghị", where="Báo Ấ", year=2024),
        Document("text", "d", "Dề nghị", where="Báo Z", year=2020),
    )
    assert _refs(alike.search("de nghi")) == ["d", "c", "b", "a"]


def test_the_order_does_not_depend_on_how_documents_came() -> None:
    """The same documents in any order are found in the same order."""
    documents = [Document("text", str(n), "Ý kiến", "kinh phí " * (n % 3 + 1)) for n in range(20)]
    expected = _refs(_index(*documents).search("kinh"))
    for seed in range(5):
        shuffled = random.Random(seed).sample(documents, len(documents))  # noqa: S311 (no secret)
        assert _refs(_index(*shuffled).search("kinh")) == expected


def test_what_a_thing_is_about_narrows_but_does_not_find() -> None:
    """An agency's name narrows to its texts; alone it finds the agency, not all it ever wrote."""
    index = _index(
        Document("agency", "tc", "Tạp chí Văn nghệ"),
        Document("text", "tc/1", "Khó khăn", "thiếu kinh phí", about="Tạp chí Văn nghệ VNTB 2024"),
        Document("text", "tc/2", "Khó khăn", "ít người", about="Tạp chí Văn nghệ VNTB 2024"),
        Document("text", "bao/1", "Khó khăn", "thiếu kinh phí", about="Báo 2024"),
    )
    assert _refs(index.search("tap chi kinh phi")) == ["tc/1"]
    assert _refs(index.search("VNTB 2024 khó khăn")) == ["tc/1", "tc/2"]
    assert _refs(index.search("Tạp chí Văn nghệ")) == ["tc"]
    assert _refs(index.search("2024")) == []


def test_filters_leave_kinds_years_and_agencies() -> None:
    """Counts are of every kind under the other filters, documents of the kinds asked for."""
    index = _index(
        Document("text", "1", "kinh phí", agency="a", year=2023),
        Document("text", "2", "kinh phí", agency="b", year=2024),
        Document("file", "3", "kinh phí", agency="a", year=2024),
        Document("indicator", "4", "kinh phí"),
    )
    found = index.search("kinh", kinds=["file"])
    assert (_refs(found), found.counts) == (["3"], {"indicator": 1, "text": 2, "file": 1})
    assert _refs(index.search("kinh", years=[2024])) == ["2", "3"]
    assert _refs(index.search("kinh", agencies=["a"], years=[2023, 2024])) == ["1", "3"]
    assert index.search("kinh", years=[2030]).documents == ()


# --- how it is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("toa soan", "Mô hình Tòa soạn hội tụ", "Mô hình [Tòa soạn] hội tụ"),
        ("soan hoi", "Tòa soạn – hội tụ", "Tòa [soạn – hội] tụ"),
        ("báo", "Báo bảo đảm, báo in", "[Báo] bảo đảm, [báo] in"),
        ("so", "Sở có số sông", "[Sở] có [số] sông"),
        ("son", "Sở có sông", "Sở có [sông]"),
        ("CQBC", "Các CQBC; cơ quan báo chí", "Các [CQBC]; [cơ quan báo chí]"),
        ('"bao chi"', "báo và chí, báo chí", "báo và chí, [báo chí]"),
        ("a", "<b>a</b> *a* A.", "<b>[a]</b> *[a]* [A]."),
        ("không có", "không\n\tcó", "[không có]"),
    ],
)
def test_matches_are_marked_in_the_text_as_it_is_written(
    query: str, text: str, expected: str
) -> None:
    """Whole words are marked; of each word asked for its best matches only."""
    index = _texts(text)
    assert _marked(index.marked(text, index.search(query).terms)) == expected


def test_a_snippet_holds_the_most_of_a_query() -> None:
    """A long text is cut at words to where most of the words stand together."""
    far = "kinh phí " + "dài dòng " * 60
    text = f"{far}thiếu nhân lực kỹ thuật và kinh phí {'rồi thôi ' * 40}"
    index = _texts(text)
    found = index.search("nhân lực kinh phí")
    shown = _marked(index.snippet(found.documents[0], found.terms))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "thiếu [nhân lực] kỹ thuật và [kinh phí] rồi" in shown
    assert len(shown) < 220
    (start,) = index.search("thôi").documents
    beginning = _marked(index.snippet(start, index.search("ý kiến").terms))
    assert beginning.startswith("kinh phí dài dòng")


def test_another_name_is_shown_where_it_is_why_something_was_found() -> None:
    """Neither title nor text has the word, so the name that has it is shown."""
    index = _index(Document("agency", "b", "Báo Thái Bình", "Tỉnh ủy", also="Báo TB · BTB"))
    found = index.search("báo tb")
    assert _marked(index.snippet(found.documents[0], found.terms)) == "[Báo TB] · BTB"
    found = index.search("thái bình")
    assert _marked(index.snippet(found.documents[0], found.terms)) == "Tỉnh ủy"


@given(st.text(max_size=400), st.text(max_size=20))
def test_snippets_are_pieces_of_their_text(text: str, query: str) -> None:
    """Whatever is asked, what is shown stands in the text, in this order and in one piece."""
    index = _texts(text)
    parts = index.snippet(Document("text", "1", "", text), index.search(query).terms)
    shown = "".join(part.text for part in parts)
    assert shown.removeprefix("… ").removesuffix(" …") in clean(text)


# --- advice -------------------------------------------------------------------------------------


def test_near_words_are_offered_for_unknown_ones() -> None:
    """As they are mostly written; what is offered finds something, and what is right stays."""
    index = _texts("thiếu kinh phí", "kinh phí lớn", "kinh doanh", "phi lí")
    assert index.unknown("Kính kinhh phí hộì") == ("kinhh", "hộì")
    assert index.suggest("kinhh phí")[0] == "kinh phí"
    assert "kinh phí" in index.suggest("robot kinh phí")
    assert all(index.search(other).documents for other in index.suggest("kihn fhi"))
    assert index.suggest("xyzzy") == ()


def test_where_words_do_not_stand_together_one_is_left_out() -> None:
    """Each word is known, but nothing has them all."""
    index = _texts("thiếu kinh phí", "nhân lực")
    assert not index.search("kinh phí nhân").documents
    assert index.unknown("kinh phí nhân") == ()
    assert index.suggest("kinh phí nhân") == ("kinh phí",)


# --- what there is to find ----------------------------------------------------------------------


@pytest.fixture
def samples(service: Service) -> Index:
    return findable.index(service.view(), VI)


def _kinds(found: Found) -> set[str]:
    return set(found.counts)


def test_everything_of_the_plan_and_the_reports_is_found(samples: Index, plan: Plan) -> None:
    """Indicators, agencies, tasks, questions, rules, decisions, free texts, files."""
    assert _refs(samples.search("toa soan hoi tu"))[0] == "converged_newsroom"
    assert _refs(samples.search("Converged newsroom"))[0] == "converged_newsroom"
    assert _refs(samples.search("Đài PTTH"))[0] == "dai-ptth-thai-binh"
    assert "task" in _kinds(samples.search("tự động hóa"))
    assert "question" in _kinds(samples.search("hạ tầng số"))
    assert "rule" in _kinds(samples.search("cơ cấu ban đầu"))
    assert _refs(samples.search(plan.decision.number, kinds=["decision"])) == ["plan"]
    assert "text" in _kinds(samples.search("khó khăn vướng mắc"))
    assert "file" in _kinds(samples.search("minh hoa xlsx"))


def test_a_free_text_says_whose_it_is_and_where_it_stands(samples: Index) -> None:
    """Agency, year, sheet and cell; the name is the one borne on that year's due date."""
    found = samples.search("kinh phi", kinds=["text"], agencies=["bao-thai-binh"], years=[2024])
    first = found.documents[0]
    assert (first.agency, first.year, first.field) == ("bao-thai-binh", 2024, "difficulties")
    assert first.where == "Báo Thái Bình (đến 16/03/2025) · 2024"
    assert first.sheet == "Khó khăn, kiến nghị"
    assert first.cell


def test_readers_of_english_find_english_words_and_vietnamese_ones(service: Service) -> None:
    """Titles are in the reader's language, and the other language finds them, too."""
    index = findable.index(service.view(), EN)
    for query in ("converged newsroom", "tòa soạn hội tụ"):
        first = index.search(query).documents[0]
        assert (first.ref, first.title) == ("converged_newsroom", "3. Converged newsroom")
    assert index.search("Báo Thái Bình", kinds=["agency"]).documents
