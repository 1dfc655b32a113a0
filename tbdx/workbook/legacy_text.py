"""Text typed in the fonts of before Unicode: TCVN3 (.VnTime) and VNI (VNI-Times).

Such a font draws Vietnamese letters where Latin-1 has others, so the file holds
"C¬ quan b¸o chÝ" and the sheet shows "Cơ quan báo chí". Nothing but the words
tells it: a text is converted when that makes Vietnamese syllables of it and it
was none before. This must come before `tbdx.words.clean`, which drops U+00AD
(an ư in TCVN3) and replaces Ð (an ẻ).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from tbdx.workbook.package import Place

Encoding = Literal["TCVN3", "VNI"]
_Reading = Literal["Unicode", "TCVN3", "VNI"]

_ENCODINGS: tuple[Encoding, ...] = ("TCVN3", "VNI")

# --- the two fonts ----------------------------------------------------------------------------

# TCVN3 has capitals for seven letters only; the others are lower case in a font of capitals.
_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢£¤¥¦§",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
)
_TCVN3_WORD = re.compile(f"[A-Za-z{''.join(map(chr, _TCVN3))}]+")

# VNI writes a letter and its mark side by side: base letters, marks, what they stand for.
_VNI_PAIRS = (
    ("a", "øùûõï", "àáảãạ"),
    ("a", "êèéúüë", "ăằắẳẵặ"),
    ("a", "âàáåãä", "âầấẩẫậ"),
    ("e", "øùûõï", "èéẻẽẹ"),
    ("e", "âàáåãä", "êềếểễệ"),
    ("o", "øùûõï", "òóỏõọ"),
    ("o", "âàáåãä", "ôồốổỗộ"),
    ("ô", "øùûõï", "ờớởỡợ"),
    ("u", "øùûõï", "ùúủũụ"),
    ("ö", "øùûõï", "ừứửữự"),
    ("y", "øùûõ", "ỳýỷỹ"),
)
_VNI = dict(zip("ìíæóòôöîñ", "ìíỉĩịơưỵđ", strict=True))
_VNI |= {
    base + mark: c for base, marks, cs in _VNI_PAIRS for mark, c in zip(marks, cs, strict=True)
}
# After a capital the mark may be of either case.
_VNI |= {
    typed: letter.upper()
    for pair, letter in _VNI.items()
    for typed in (pair.upper(), pair[0].upper() + pair[1:])
}
_VNI_LETTER = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))
_VNI_WORD = re.compile(f"(?:{_VNI_LETTER.pattern}|[A-Za-z])+")

# --- Vietnamese words -------------------------------------------------------------------------

_ONSET = (
    "b|c(?=[aăâoôơuư])|ch|d|đ|g(?=[aăâoôơuưi])|gh(?=[eêi])|gi|h|k(?=[aeêiy])|kh|l|m|n"
    "|ng(?=[aăâoôơuư])|ngh(?=[eêi])|nh|p|ph|qu|r|s|t|th|tr|v|x"
)
_RIMES = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    y ych yt ynh yêm yên yêng yêt yêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet
    oi om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh uêu ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
    uy uya uych uyên uyêt uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
"""
_SHARP, _SOFT = "'", "`"  # how a tone is spelt here: the two that may stand before a stop, the rest
_TONES = {"\u0301": _SHARP, "\u0323": _SHARP, "\u0300": _SOFT, "\u0303": _SOFT, "\u0309": _SOFT}


def _with_tone(rime: str) -> str:
    """The pattern of a rime with its tone where people put it: hòa and hoà, but only mào."""
    tone = _SHARP if rime.endswith(("c", "ch", "p", "t")) else f"[{_SHARP}{_SOFT}]?"
    vowels = rime.rstrip("cghkmnpt")
    marked = [place for place, vowel in enumerate(vowels, 1) if vowel in "ăâêôơư"]
    if marked:
        places = marked[-1:]
    elif vowels.startswith(("oa", "oe", "uy")):
        places = [1, 2]
    else:
        places = [1]
    return "|".join(rime[:place] + tone + rime[place:] for place in places)


_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{'|'.join(map(_with_tone, _RIMES.split()))})")
_LONGEST_SYLLABLE = len("nghiêng")
# HĐND, QĐ, BTƯ; without other vowels, because KÖLN must not become one.
_ABBREVIATION = re.compile("[BCDĐGHKLMNPQRSTVX]*(?:[BCDĐGHKLMNPQRSTVX]{2}|TƯ)")

# Letters of every reading, with the signs that TCVN3 uses for letters and U+00AD.
_WORD = re.compile("[A-Za-z\xa1-\xae\xb5-\xbe\xc0-\xff\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]+")
# Standing alone these are signs in every font: 10÷20%, 3×4, 1½, a bullet.
_SIGNS = frozenset("·÷×½¼¾£¥©»")
_SIGNS_BEFORE, _SIGNS_AFTER = "«·µ\xad", "»¹ªº®©\xad"
# Latin-1 and the dashes and quotes that office programs put in by themselves.
_NOT_OLD = re.compile("[^\x00-\xff\u2010-\u2026]")
_VIETNAMESE = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ\u0300-\u0303\u0306\u0309\u031b\u0323]")


@dataclass(frozen=True, slots=True)
class Recoded:
    """What was converted in one sheet from one encoding, with the first cell of it.

    Row and column of `place` count from 0; `found` is its text as typed,
    `read_as` what became of it.
    """

    encoding: Encoding
    cells: int
    place: Place
    found: str
    read_as: str


def recode(rows: list[list[Any]], known: Set[str] = frozenset()) -> list[Recoded]:
    """Convert, in place, the texts of one sheet that were typed in an old font.

    One entry for each encoding met. A text that makes sense as it is, too ("Cã"
    is also a "Có" in TCVN3), is converted only where most of the texts that
    prove anything are of that encoding. Texts in `known` (lower case) stay as
    they are: they were chosen from a list, whatever font was typed around them.
    Only plain `str` cells are looked at.
    """
    votes: Counter[str] = Counter()
    candidates: list[tuple[Place, str, frozenset[_Reading]]] = []
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if type(cell) is not str or cell.isascii() or cell.strip().lower() in known:
                continue
            if _NOT_OLD.search(cell):
                votes["Unicode"] += _VIETNAMESE.search(cell) is not None
                continue
            readings = _readings(cell)
            if len(readings) == 1:
                votes.update(readings)
            if not readings <= {"Unicode"}:
                candidates.append(((row, column), cell, readings))
    converted: dict[Encoding, list[tuple[Place, str, str]]] = {}
    for (row, column), text, readings in candidates:
        encoding = _chosen(readings, votes)
        read_as = _converted(text, encoding) if encoding else text
        if encoding and read_as != text:
            rows[row][column] = read_as
            converted.setdefault(encoding, []).append(((row, column), text, read_as))
    return [Recoded(encoding, len(cells), *cells[0]) for encoding, cells in converted.items()]


def other_readings(text: str) -> list[str]:
    """What a text would say if it were typed in each of the old fonts, the text itself left out.

    For a single word, which proves nothing: "Cã" is a "Có" in TCVN3.
    """
    readings = (_converted(text, encoding) for encoding in _ENCODINGS)
    return [reading for reading in readings if reading != text]


def words_understood(text: str) -> int:
    """How many words with marks are Vietnamese, in the encoding that makes most words so.

    The text may be composed Unicode, or TCVN3 or VNI read as Latin-1. For
    choosing between two readings of the same bytes.
    """
    return max(_understood(_words(text)).values(), default=0)


def _chosen(readings: frozenset[_Reading], votes: Counter[str]) -> Encoding | None:
    """The encoding to convert a text from, by what the sheet's other texts prove."""
    possible = [encoding for encoding in _ENCODINGS if encoding in readings]
    likeliest = max(possible, key=votes.__getitem__)
    if "Unicode" in readings and 2 * votes[likeliest] <= votes.total():
        return None
    return likeliest


@lru_cache(maxsize=1024)
def _readings(text: str) -> frozenset[_Reading]:
    """The readings in which a text makes sense: one is a proof, several are a doubt."""
    if len(text.strip()) == 1:  # a sign of a picture font, such as a tick typed as "ü"
        return frozenset()
    words = _words(text)
    understood = _understood(words)
    whole = frozenset(reading for reading, count in understood.items() if count == len(words))
    if whole:
        return whole
    # A foreign name or a slip of the hand does not hide what the other words say.
    best = max(_ENCODINGS, key=understood.__getitem__)
    if 3 * understood[best] >= 2 * len(words) and understood[best] > understood["Unicode"]:
        return frozenset({best})
    return frozenset()


def _words(text: str) -> list[str]:
    """The words that tell something: those with a character beyond ASCII."""
    words = _WORD.findall(text)
    return [word for word in words if not word.isascii() and not _SIGNS.issuperset(word)]


def _understood(words: list[str]) -> Counter[_Reading]:
    """For each reading, how many of the words are Vietnamese in it."""
    return Counter(reading for word in words for reading in _readings_of_word(word))


@lru_cache(maxsize=8192)
def _readings_of_word(word: str) -> tuple[_Reading, ...]:
    core = word.lstrip(_SIGNS_BEFORE).rstrip(_SIGNS_AFTER)
    readings: list[_Reading] = []
    if _is_plain(core) or _is_vietnamese(core.replace("Ð", "Đ").replace("ð", "đ")):
        readings.append("Unicode")
    if _TCVN3_WORD.fullmatch(word) and _is_vietnamese(_converted(word, "TCVN3")):
        readings.append("TCVN3")
    if core.isascii() or (_VNI_WORD.fullmatch(core) and _is_vietnamese(_converted(core, "VNI"))):
        readings.append("VNI")
    return tuple(readings)


def _is_plain(core: str) -> bool:
    """Whether a word has no letter beyond ASCII once the signs around it are taken away."""
    return core.isascii() or not any(map(str.isalpha, core))


def _is_vietnamese(word: str) -> bool:
    """Whether a word is a syllable that Vietnamese allows, an abbreviation, or "đ" (đồng)."""
    if word in ("đ", "Đ") or _ABBREVIATION.fullmatch(word):
        return True
    if len(word) > _LONGEST_SYLLABLE:
        return False
    return _SYLLABLE.fullmatch("".join(map(_spelt, word.lower()))) is not None


def _spelt(letter: str) -> str:
    """A letter as the patterns have it: without its tone, and the kind of tone after it."""
    decomposed = unicodedata.normalize("NFD", letter)
    tone = "".join(_TONES.get(c, "") for c in decomposed)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES)) + tone


def _converted(text: str, encoding: Encoding) -> str:
    if encoding == "VNI":
        return _VNI_LETTER.sub(lambda typed: _VNI[typed[0]], text)
    return _WORD.sub(_from_tcvn3, text)


def _from_tcvn3(word: re.Match[str]) -> str:
    return word[0] if _SIGNS.issuperset(word[0]) else word[0].translate(_TCVN3)
