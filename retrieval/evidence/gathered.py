"""The sentences of the best passages, taken apart into tokens: what the signals are read from."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

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

_PERCENT = re.compile(r"(?<=\d)\s?[%‰]")
_OPENING = re.compile(r"[\"“‘(]")
_CAPITAL, _DIGIT, _FUNCTION, _NUMERAL = 1, 2, 4, 8


_WORD = np.dtype([("exact", "<i8"), ("folded", "<i8"), ("looks", "<i8")])


@dataclass(frozen=True, slots=True)
class Gathered:
    """The hits' sentences, and their tokens as parallel arrays.

    `of` gives each token's sentence, `hit` each sentence's hit; both never go down. `starts`
    are offsets in the token's article; `exact` and `folded` hashes of its forms. `opens` says
    which tokens begin a sentence, `capital` which have a capital although they do not, `percent`
    which are followed by a percent sign.
    """

    sentences: list[tuple[StoredArticle, int, Sentence]]
    hit: Ints
    of: Ints
    starts: Ints
    exact: Ints
    folded: Ints
    opens: Flags
    capital: Flags
    digit: Flags
    function: Flags
    numeral: Flags
    percent: Flags
    quoted: Flags

    def text(self, index: int) -> str:
        """The characters of a sentence."""
        stored, _, sentence = self.sentences[index]
        return sentence.span.of(stored.article.text)

    @property
    def sizes(self) -> Ints:
        """How many tokens each sentence has."""
        return np.bincount(self.of, minlength=len(self.sentences))


def gather(snapshot: Snapshot, hits: Sequence[Hit]) -> Gathered:
    """The sentences of the hits' passages, hit by hit, in the order of the text."""
    sentences: list[tuple[StoredArticle, int, Sentence]] = []
    found: list[bytes] = []
    starts: list[int] = []
    firsts: list[int] = []
    percents: list[int] = []
    quotes: list[int] = []
    hit: list[int] = []
    for place, (row, number) in enumerate(split_passage_id(hit.id) for hit in hits):
        stored = snapshot.stored(row)
        passage = stored.passages[number]
        before = len(starts)
        matches = [*TOKEN.finditer(stored.article.text, passage.span.start, passage.span.end)]
        found += [_word(match.group()) for match in matches]
        starts += [match.start() for match in matches]
        percents += _tokens_at(_PERCENT, stored.article.text, starts, before)
        quotes += _tokens_at(_OPENING, stored.article.text, starts, before)
        begins = [sentence.span.start for sentence in passage.sentences]
        firsts += [before + at for at in np.searchsorted(starts[before:], begins).tolist()]
        sentences += [(stored, number, sentence) for sentence in passage.sentences]
        hit += [place] * len(begins)
    of = np.repeat(np.arange(len(firsts)), np.diff([*firsts, len(starts)]))
    ends = np.array([sentence.span.end for _, _, sentence in sentences])
    inside = np.array(starts) < ends[of]  # a repeated lede is left out between two sentences
    percent, quoted = np.zeros((2, len(starts) + 1), bool)
    percent[np.array(percents, np.int64) - 1] = True
    quoted[quotes] = True
    of, table = of[inside], np.frombuffer(b"".join(found), _WORD)[inside]
    opens = np.diff(of, prepend=-1) > 0
    looks = table["looks"]
    return Gathered(
        sentences,
        np.array(hit, dtype=np.int64),
        of,
        np.array(starts, dtype=np.int64)[inside],
        np.ascontiguousarray(table["exact"]),
        np.ascontiguousarray(table["folded"]),
        opens,
        capital=(looks & _CAPITAL > 0) & ~opens,
        digit=looks & _DIGIT > 0,
        function=looks & (_FUNCTION | _CAPITAL) == _FUNCTION,
        numeral=looks & (_NUMERAL | _CAPITAL) == _NUMERAL,
        percent=percent[:-1][inside],
        quoted=quoted[:-1][inside],
    )


def _tokens_at(signs: re.Pattern[str], text: str, starts: list[int], since: int) -> list[int]:
    """The tokens, from `since` on, that begin at or after each sign."""
    if len(starts) == since:
        return []
    found = [sign.start() for sign in signs.finditer(text, starts[since], starts[-1])]
    return [since + at for at in np.searchsorted(starts[since:], found).tolist()] if found else []


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> bytes:
    """A `_WORD`: a token's forms as hashes, the same as long as the process runs, and its looks."""
    form = exact(word)
    looks = _CAPITAL * word[0].isupper() | _DIGIT * any(map(str.isdigit, word))
    looks |= _FUNCTION * (form in FUNCTION_WORDS) | _NUMERAL * (form in NUMERALS)
    return struct.pack("<qqq", hash(form), hash(fold(word)), looks)
