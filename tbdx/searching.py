"""Finding things by their words, with or without accents: an index kept in memory.

It knows nothing of the product: what there is to find are documents, and
`tbdx.findable` makes them from a view.
"""

from __future__ import annotations

import difflib
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain, islice, product
from typing import NamedTuple

from tbdx.words import accented, clean, letters, small

MOST_CHARACTERS = 200
"""So much of a query is read."""
MOST_TERMS = 12
_SNIPPET, _BEFORE = 180, 40  # characters: of a piece shown, and of it before the first match
_NEAR = 0.6  # how alike two words are, at least, for one to be offered for the other
_MOST_OFFERED, _MOST_TRIED = 4, 32
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_CHUNKS = re.compile(r'"([^"]*)"|(\S+)')
_BETWEEN = " -–/&"
_WORD = re.compile(r"\S+")
_FAR = "\x1f"  # between lines that a phrase must not bridge


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found.

    kind, ref        what it is, and by which code or number of its kind
    title, text      what is shown, with the words that matched marked
    also             other names of the same thing, as good as the title: aliases, another language
    where            where it stands, as shown beside it: whose, of which year
    about            words that narrow a search but find nothing by themselves, e.g. its agency's
    agency, year     what it belongs to, for filters; "" and None where to nothing
    field, sheet, cell   where its words stand in a report
    """

    kind: str
    ref: str
    title: str
    text: str = ""
    also: str = ""
    where: str = ""
    about: str = ""
    agency: str = ""
    year: int | None = None
    field: str = ""
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a query asks for: a word that may go on, or a phrase as it stands.

    `words` are as `words.letters` leaves them, `accents` those typed with accents
    as `words.accented` has them. A word typed with accents goes on only as it is
    `typed`: "số" has nothing to do with "soạn".
    """

    words: tuple[str, ...]
    phrase: bool = False
    accents: tuple[str, ...] = ()
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, and whether it is what was searched for."""

    text: str
    match: bool = False


@dataclass(frozen=True)
class Found:
    """What a query found, the best first.

    `counts` is how many of each kind there are, of whatever kinds `documents`
    are; kinds come in the order of their best document. `terms` is what was
    looked for, empty where the query holds no word.
    """

    terms: tuple[Term, ...] = ()
    documents: tuple[Document, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The numbers of the documents that one term finds, by where they have it and how well."""

    title: set[int]
    body: set[int]
    about: set[int]
    whole: set[int]
    accents: set[int]


class _Postings:
    """Which documents have a word in one part of them, and that part word by word."""

    def __init__(self) -> None:
        self.by_word: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        self.lines: list[str] = []

    def beginning(self, words: Iterable[str]) -> set[int]:
        """The documents with any of these words."""
        return set().union(*(self.by_word[word] for word in words if word in self.by_word))

    def phrase(self, words: Sequence[str]) -> set[int]:
        """The documents with these words one after another."""
        holding = set.intersection(*(set(self.by_word.get(word, ())) for word in words))
        if len(words) == 1:
            return holding
        line = f" {' '.join(words)} "
        return {number for number in holding if line in self.lines[number]}


class Index:
    """Documents by their words. Built once, never changed; safe to share between threads.

    Order of what is found: as typed with accents before without; all words in the
    title before elsewhere; whole words before beginnings of words; then by kind as
    `kinds` has them, title in the order of `sort_key`, the newest year, and place.
    `abbreviations` are spelled out wherever they stand, in documents and in queries.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        *,
        kinds: Sequence[str],
        sort_key: Callable[[str], str],
        abbreviations: Mapping[str, str] | None = None,
    ) -> None:
        place = {kind: at for at, kind in enumerate(kinds)}

        def order(document: Document) -> tuple[int, str, int, str, str]:
            title, where = sort_key(document.title), sort_key(document.where)
            return place[document.kind], title, -(document.year or 0), where, document.ref

        self._documents = sorted(documents, key=order)
        self._spelled_out = {
            letters(clean(short)): tuple(letters(clean(long)).split())
            for short, long in (abbreviations or {}).items()
        }
        self._short = frozenset(self._spelled_out)
        self._read = _Words()
        self._accents: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        self._title = self._postings((d.title, d.also) for d in self._documents)
        self._body = self._postings((d.text,) for d in self._documents)
        self._about = self._postings((d.about,) for d in self._documents)
        parts = (self._title, self._body, self._about)
        self._words = sorted(set().union(*(part.by_word for part in parts)))
        self._written_words = sorted(self._read)

    def __len__(self) -> int:
        return len(self._documents)

    def _postings(self, parts: Iterable[Sequence[str]]) -> _Postings:
        """One part of every document, in their order, each of one or more texts."""
        postings = _Postings()
        by_typed: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        known: dict[Sequence[str], tuple[str, set[str], set[str]]] = {}  # many are alike
        for number, texts in enumerate(parts):
            if texts not in known:
                known[texts] = self._line(texts)
            line, typed, spelled_out = known[texts]
            postings.lines.append(line)
            for word in typed:
                by_typed[word].append(number)
            for word in spelled_out:
                postings.by_word[word].append(number)
        for typed_word, numbers in by_typed.items():
            word, key = self._read[typed_word], accented(typed_word)
            postings.by_word[word].extend(numbers)
            if key != word:
                self._accents[key].extend(numbers)
        return postings

    def _line(self, texts: Sequence[str]) -> tuple[str, set[str], set[str]]:
        """Texts word by word, abbreviations spelled out; their words as typed; those spelled out."""
        typed = [small(clean(text)).split() for text in texts]
        words = [[self._read[word] for word in text] for text in typed]
        full = [self._in_full(text) for text in words]
        spelled_out = set(chain(*full)).difference(*words)
        line = f" {_FAR} ".join(map(" ".join, full))
        return f" {line} ", set(chain(*typed)), spelled_out

    def _in_full(self, words: Iterable[str]) -> list[str]:
        words = list(words)
        if self._short.isdisjoint(words):
            return words
        return [whole for word in words for whole in self._spelled_out.get(word, (word,))]

    # --- asking -----------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        kinds: Collection[str] = (),
        years: Collection[int] = (),
        agencies: Collection[str] = (),
    ) -> Found:
        """The documents that have every word of the query, the best first; see the class.

        A word matches words that begin with it; a phrase in quotes stands as it is.
        `kinds`, `years` and `agencies` leave only documents of one of these; empty
        they leave all.
        """
        terms = self._terms(query)
        if not terms:
            return Found()
        reached = [self._reach(term) for term in terms]
        about = [r.about for r in reached]
        found = _with_every([r.title | r.body for r in reached], about)
        titled = _with_every([r.title for r in reached], about)
        whole = set.intersection(*(r.whole for r in reached))
        accents = set.intersection(*(r.accents for r in reached))
        size = len(self._documents)

        def rank(number: int) -> int:
            grade = 4 * (number not in accents) + 2 * (number not in titled)
            return (grade + (number not in whole)) * size + number

        documents = [self._documents[number] for number in sorted(found, key=rank)]
        if years or agencies:
            documents = [
                d
                for d in documents
                if (not years or d.year in years) and (not agencies or d.agency in agencies)
            ]
        counts = Counter(document.kind for document in documents)
        if kinds:
            documents = [document for document in documents if document.kind in kinds]
        return Found(terms, tuple(documents), counts)

    def _terms(self, query: str) -> tuple[Term, ...]:
        terms: dict[Term, None] = {}
        text = clean(query[: 10 * MOST_CHARACTERS])[:MOST_CHARACTERS].translate(_QUOTES)
        for quoted, bare in _CHUNKS.findall(text):
            tokens = list(_tokens(quoted or bare))
            if quoted and tokens:
                words = self._in_full(token.word for token in tokens)
                accents = tuple(t.accented for t in tokens if t.accented != t.word)
                terms[Term(tuple(words), phrase=True, accents=accents)] = None
            for token in () if quoted else tokens:
                terms[self._term(token)] = None
        return tuple(islice(terms, MOST_TERMS))

    def _term(self, token: _Token) -> Term:
        """What one word asks for: what it is short for, else itself or what begins with it."""
        full = self._spelled_out.get(token.word)
        if full:
            return Term(full, phrase=True)
        if token.accented == token.word:
            return Term((token.word,))
        return Term((token.word,), accents=(token.accented,), typed=token.typed)

    def _reach(self, term: Term) -> _Reach:
        parts = (self._title, self._body, self._about)
        whole = [part.phrase(term.words) for part in parts]
        title, body, about = whole
        if not term.phrase:
            going_on: Iterable[str] = _beginning(self._words, term.words[0])
            if term.typed:
                longer = _beginning(self._written_words, term.typed)
                going_on = {term.words[0], *(self._read[word] for word in longer)}
            title, body, about = (part.beginning(going_on) for part in parts)
        sets = (self._accents.get(key, ()) for key in term.accents)
        accents = (title | body | about).intersection(*sets)
        return _Reach(title, body, about, set().union(*whole), accents)

    # --- advising ---------------------------------------------------------------------------

    def unknown(self, query: str) -> tuple[str, ...]:
        """The words of a query, as typed in small letters, that no document has."""
        typed = _typed(query)
        return tuple(typed.get(word, word) for word in self._unknown(self._terms(query)))

    def _unknown(self, terms: Iterable[Term]) -> tuple[str, ...]:
        words = dict.fromkeys(word for term in terms for word in term.words)
        return tuple(word for word in words if not _beginning(self._words, word))

    def suggest(self, query: str) -> tuple[str, ...]:
        """Other queries, near to this one, that do find something; at most a few.

        Unknown words are replaced by words much like them; where every word is
        known, one of them is left out.
        """
        terms = self._terms(query)
        words = list(dict.fromkeys(word for term in terms for word in term.words))
        unknown = self._unknown(terms)
        offers: Iterable[list[str]]
        if unknown:
            offers = self._mended(words, unknown)
        else:
            offers = ([w for w in words if w != left] for left in reversed(words))
        own = _typed(query)
        kept = [word for word in words if word not in unknown]
        written = self._written | {word: own.get(word, word) for word in kept}
        texts = dict.fromkeys(
            " ".join(written[word] for word in offer) for offer in offers if offer
        )
        found = (text for text in texts if self.search(text).documents)
        return tuple(islice(found, _MOST_OFFERED))

    def _mended(self, words: Sequence[str], unknown: Sequence[str]) -> Iterator[list[str]]:
        """The query with its unknown words replaced by the nearest ones, then without them."""
        near = [self._near(word) for word in unknown]
        choices = islice(product(*near), _MOST_TRIED)
        for choice in sorted(choices, key=lambda choice: -sum(alike for alike, _ in choice)):
            better = dict(zip(unknown, (word for _, word in choice), strict=True))
            yield [better.get(word, word) for word in words]
        yield [word for word in words if word not in unknown]

    @cached_property
    def _written(self) -> dict[str, str]:
        """Each word as it is mostly written, with its accents where it has some."""

        def documents(typed: str) -> int:
            return len(self._accents.get(accented(typed), ()))

        return {self._read[typed]: typed for typed in sorted(self._read, key=documents)}

    def _near(self, word: str) -> list[tuple[float, str]]:
        """The known words most like one, each with how much; the frequent before the rare."""
        alike = [known for known in self._words if abs(len(known) - len(word)) <= 2]
        found = difflib.get_close_matches(word, alike, _MOST_TRIED, _NEAR)
        likeness = [(round(difflib.SequenceMatcher(None, w, word).ratio(), 2), w) for w in found]
        best = sorted(likeness, key=lambda each: (-each[0], -self._frequency(each[1]), each[1]))
        return best[:_MOST_OFFERED]

    def _frequency(self, word: str) -> int:
        return len(self._title.phrase([word]) | self._body.phrase([word]))

    # --- showing ----------------------------------------------------------------------------

    def marked(self, text: str, terms: Iterable[Term]) -> tuple[Part, ...]:
        """A text in pieces, with what was searched for marked in it as it is written."""
        text = clean(text)
        return tuple(_parts(text, self._spans(text, terms), 0, len(text)))

    def snippet(self, document: Document, terms: Sequence[Term]) -> tuple[Part, ...]:
        """The piece of a document's text that has the most of a query, marked.

        Where another name of it has what is in neither title nor text, that name; where
        only the title matched, the beginning of the text.
        """
        text = clean(document.text)
        spans = self._spans(text, terms)
        also = clean(document.also)
        others = self._spans(also, terms)
        seen = {span.term for span in (*spans, *self._spans(clean(document.title), terms))}
        if any(span.term not in seen for span in others):
            text, spans = also, others
        start, end = _window(text, spans)
        pieces = _parts(text, spans, start, end)
        before = (Part("… "),) if start else ()
        return (*before, *pieces, *((Part(" …"),) if end < len(text) else ()))

    def _spans(self, text: str, terms: Iterable[Term]) -> list[_Span]:
        """Where a text has what was searched for: of each term the best matches only."""
        tokens = [
            token._replace(word=word)
            for token in _tokens(text)
            for word in self._spelled_out.get(token.word, (token.word,))
        ]
        spans: set[_Span] = set()
        for term in terms:
            size = len(term.words)
            graded: dict[int, list[_Span]] = {}
            for at in range(len(tokens) - size + 1):
                piece = tokens[at : at + size]
                whole = all(t.word == w for t, w in zip(piece, term.words, strict=True))
                if whole or _goes_on(piece[0], term):
                    exact = {token.accented for token in piece}.issuperset(term.accents)
                    span = _Span(piece[0].start, piece[-1].end, term)
                    graded.setdefault(2 * exact + whole, []).append(span)
            if graded:
                spans.update(graded[max(graded)])
        return sorted(spans, key=lambda span: (span.start, span.end))


def _typed(query: str) -> dict[str, str]:
    """The words of a query by their letters."""
    return {letters(word): word for word in small(clean(query)).split()}


def _with_every(own: Sequence[set[int]], about: Sequence[set[int]]) -> set[int]:
    """Who has every term itself, or some of them while the others say what it is about."""
    either = [mine | others for mine, others in zip(own, about, strict=True)]
    only_about = set.intersection(*about)
    return set.intersection(*own) | (set.intersection(*either) - only_about)


class _Token(NamedTuple):
    """A word in a text: its letters, as typed in small letters, its accents, and its place."""

    word: str
    typed: str
    accented: str
    start: int
    end: int


def _tokens(text: str) -> Iterator[_Token]:
    """The words of a clean text."""
    spelled = small(text)
    for match in _WORD.finditer(letters(text)):
        start, end = match.span()
        typed = spelled[start:end]
        yield _Token(match.group(), typed, accented(typed), start, end)


def _goes_on(token: _Token, term: Term) -> bool:
    """Whether a word begins with the one asked for."""
    if term.phrase:
        return False
    if term.typed:
        return token.typed.startswith(term.typed)
    return token.word.startswith(term.words[0])


def _beginning(words: Sequence[str], start: str) -> Sequence[str]:
    """Those of sorted words that begin so."""
    first = bisect_left(words, start)
    return words[first : bisect_left(words, start + chr(0x10FFFF), lo=first)]


class _Words(dict[str, str]):
    """Words as they are typed, and their letters; worked out when one first occurs."""

    def __missing__(self, typed: str) -> str:
        self[typed] = found = letters(typed)
        return found


class _Span(NamedTuple):
    """A match in a text: from where to where, and of which term."""

    start: int
    end: int
    term: Term


def _window(text: str, spans: Sequence[_Span]) -> tuple[int, int]:
    """From where to where a piece is shown: with as many terms as one piece can hold."""
    if len(text) <= _SNIPPET:
        return 0, len(text)

    def terms_from(span: _Span) -> int:
        last = span.start + _SNIPPET - _BEFORE
        return len(
            {other.term for other in spans if span.start <= other.start and other.end <= last}
        )

    best = max(spans, key=terms_from, default=_Span(0, 0, Term(())))
    start = max(0, best.start - _BEFORE)
    if start:
        start = max(text.rfind(" ", 0, start + 1), best.start - 2 * _BEFORE, 0)
        start += text[start] == " "
    end = max(start + _SNIPPET, best.end)
    if end < len(text):
        end = max(text.rfind(" ", start, end + 1), best.end)
    return start, min(end, len(text))


def _parts(text: str, spans: Iterable[_Span], start: int, end: int) -> Iterator[Part]:
    """The pieces of a part of a text; matches with hardly anything between them are one."""
    merged: list[list[int]] = []
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        if merged and not text[merged[-1][1] : span.start].strip(_BETWEEN):
            merged[-1][1] = max(merged[-1][1], min(span.end, end))
        else:
            merged.append([max(span.start, start), min(span.end, end)])
    at = start
    for first, last in merged:
        if first > at:
            yield Part(text[at:first])
        yield Part(text[first:last], match=True)
        at = last
    if at < end:
        yield Part(text[at:end])
