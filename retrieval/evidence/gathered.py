"""The sentences of the best passages, taken apart into tokens: what the signals are read from."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.database import StoredArticle
from retrieval.engines.base import Hit
from retrieval.index import Snapshot, split_passage_id
from retrieval.language.little_words import FUNCTION_WORDS, NUMERALS
from retrieval.model import Sentence
from retrieval.text import TOKEN, exact, fold

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PARTS = re.compile(f"({TOKEN.pattern})")
_PERCENT_SIGN = re.compile(r"\s?[%‰]")
_OPENING_SIGN = re.compile(r"[\"“‘(]")
_YEAR = re.compile(r"[12]\d{3}")
_CAPITAL, _DIGIT, _FUNCTION, _NUMERAL, _LIKE_YEAR = 1, 2, 4, 8, 16
_PERCENT, _OPENING, _SLASH = 1, 2, 4
_MANY = 1 << 16  # words that are remembered


@dataclass(frozen=True, slots=True)
class Gathered:
    """The hits' sentences, and their tokens as parallel arrays.

    `of` gives each token's sentence, `hit` each sentence's hit; both never go down. `starts` are
    offsets in the token's article; `exact` and `folded` hashes of its forms. `opens` says which
    tokens begin a sentence, `capital` which have a capital although they do not, `date` which are
    like a year or beside a slash, `percent` which are followed by a percent sign, `quoted` which
    follow an opening sign. `title` gives each sentence's title, `titles` the titles' tokens: which
    title, and the folded form's hash.
    """

    sentences: list[tuple[StoredArticle, int, Sentence]]
    hit: Ints
    title: Ints
    of: Ints
    starts: Ints
    exact: Ints
    folded: Ints
    opens: Flags
    capital: Flags
    digit: Flags
    date: Flags
    function: Flags
    numeral: Flags
    percent: Flags
    quoted: Flags
    titles: tuple[Ints, Ints]

    @property
    def sizes(self) -> Ints:
        """How many tokens each sentence has."""
        return np.bincount(self.of, minlength=len(self.sentences))


def gather(snapshot: Snapshot, hits: Sequence[Hit]) -> Gathered:
    """The sentences of the hits' passages, hit by hit, in the order of the text."""
    sentences: list[tuple[StoredArticle, int, Sentence]] = []
    hit: list[int] = []
    pieces: list[str] = []  # of one text that is taken apart at once: passages, then titles
    bases: list[int] = []  # by passage: where its article would begin in that text
    edges: list[tuple[int, int]] = []  # by sentence, and by title: its span there
    titles: dict[int, str] = {}
    length = 0
    for place, (row, number) in enumerate(split_passage_id(hit.id) for hit in hits):
        stored = snapshot.stored(row)
        passage = stored.passages[number]
        span = passage.span
        base = length - span.start
        for sentence in passage.sentences:
            sentences.append((stored, number, sentence))
            edges.append((base + sentence.span.start, base + sentence.span.end))
        hit += [place] * len(passage.sentences)
        bases.append(base)
        titles[row] = stored.article.title
        pieces.append(span.of(stored.article.text))
        length += len(pieces[-1]) + 1
    for words in titles.values():
        edges.append((length, length + len(words)))
        length += len(words) + 1
    rows = [*titles]
    title = np.array([rows.index(stored.row) for stored, _, _ in sentences], np.int64)
    found = _take_apart("\n".join([*pieces, *titles.values()]), edges)
    count = int(found.of.searchsorted(len(sentences)))  # the titles' tokens come after
    of, looks = found.of[:count], found.looks[:count]
    opens = np.append(True, of[1:] != of[:-1])[:count]
    capital, digit = looks & _CAPITAL > 0, looks & _DIGIT > 0
    hit_of = np.array(hit, np.int64)
    return Gathered(
        sentences,
        hit_of,
        title,
        of,
        found.starts[:count] - np.array(bases, np.int64)[hit_of[of]],
        found.exact[:count],
        found.folded[:count],
        opens,
        capital=capital & ~opens,
        digit=digit,
        date=(looks & _LIKE_YEAR > 0) | digit & ((found.before | found.after)[:count] & _SLASH > 0),
        function=(looks & _FUNCTION > 0) & ~capital,
        numeral=(looks & _NUMERAL > 0) & ~capital,
        percent=(found.after[:count] & _PERCENT > 0) & digit,
        quoted=found.before[:count] & _OPENING > 0,
        titles=(found.of[count:] - len(sentences), found.folded[count:]),
    )


class _Tokens(NamedTuple):
    """Tokens as parallel arrays: the span each is in, where it starts, its forms and looks.

    `before` and `after` are the looks of what stands between it and its neighbours.
    """

    of: Ints
    starts: Ints
    exact: Ints
    folded: Ints
    looks: Ints
    before: npt.NDArray[np.uint8]
    after: npt.NDArray[np.uint8]


def _take_apart(text: str, edges: list[tuple[int, int]]) -> _Tokens:
    """The tokens in some spans of a text, which ascend and do not overlap."""
    parts = _PARTS.split(text)  # what is between two tokens, and a token, in turn
    starts = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)))[:-1:2]
    begin, end = np.array(edges, np.int64).reshape(-1, 2).T
    of = begin.searchsorted(starts, side="right") - 1
    words = np.frombuffer(b"".join(map(_WORDS.__getitem__, parts[1::2])), np.int64).reshape(-1, 3)
    between = np.frombuffer(b"".join(map(_between, parts[::2])), np.uint8)
    inside = starts < end[of]  # a repeated lede is left out between two sentences
    columns = (of, starts, *words.T, between[:-1], between[1:])
    if inside.all():  # as nearly always
        return _Tokens(*columns)
    return _Tokens(*(column[inside] for column in columns))


class _Words(dict[str, bytes]):
    """By word: its forms as hashes, the same as long as the process runs, and its looks.

    A dictionary that is emptied when full: an `lru_cache` notes the order of use at each look-up,
    and there is one for every token.
    """

    def __missing__(self, word: str) -> bytes:
        if len(self) >= _MANY:
            self.clear()
        form = exact(word)
        looks = _CAPITAL * word[0].isupper() | _DIGIT * any(map(str.isdigit, word))
        looks |= _FUNCTION * (form in FUNCTION_WORDS) | _NUMERAL * (form in NUMERALS)
        looks |= _LIKE_YEAR * bool(_YEAR.fullmatch(word))
        self[word] = found = struct.pack("=qqq", hash(form), hash(fold(word)), looks)
        return found


_WORDS = _Words()


@lru_cache(maxsize=1 << 12)
def _between(signs: str) -> bytes:
    """One byte: whether it begins with a percent sign, opens something, or is a slash."""
    looks = _PERCENT * bool(_PERCENT_SIGN.match(signs)) | _SLASH * (signs == "/")
    return bytes([looks | _OPENING * bool(_OPENING_SIGN.search(signs))])
