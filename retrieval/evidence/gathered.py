"""The sentences of the best passages, taken apart into tokens: what the signals are read from."""

from __future__ import annotations

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

_CAPITAL, _DIGIT, _FUNCTION, _NUMERAL = 1, 2, 4, 8


class _Word(NamedTuple):
    exact: int
    folded: int
    looks: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The hits' sentences, and their tokens as parallel arrays.

    `of` gives each token's sentence, `hit` each sentence's hit; both never go down. `starts`
    are offsets in the token's article; `exact` and `folded` hashes of its forms. `opens` says
    which tokens begin a sentence, `capital` which have a capital although they do not.
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
    found: list[_Word] = []
    starts: list[int] = []
    sizes: list[int] = []
    hit: list[int] = []
    for place, (row, number) in enumerate(split_passage_id(hit.id) for hit in hits):
        stored = snapshot.stored(row)
        text = stored.article.text
        for sentence in stored.passages[number].sentences:
            before = len(starts)
            for match in TOKEN.finditer(text, sentence.span.start, sentence.span.end):
                starts.append(match.start())
                found.append(_word(match.group()))
            sizes.append(len(starts) - before)
            sentences.append((stored, number, sentence))
            hit.append(place)
    exacts, folded, looks = np.array(found, dtype=np.int64).reshape(-1, 3).T
    of = np.repeat(np.arange(len(sizes)), sizes)
    opens = np.diff(of, prepend=-1) > 0
    return Gathered(
        sentences,
        np.array(hit, dtype=np.int64),
        of,
        np.array(starts, dtype=np.int64),
        exacts,
        folded,
        opens,
        capital=(looks & _CAPITAL > 0) & ~opens,
        digit=looks & _DIGIT > 0,
        function=looks & (_FUNCTION | _CAPITAL) == _FUNCTION,
        numeral=looks & (_NUMERAL | _CAPITAL) == _NUMERAL,
    )


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> _Word:
    """A token's forms as numbers, the same as long as the process runs, and how it looks."""
    form = exact(word)
    looks = _CAPITAL * word[0].isupper() | _DIGIT * any(map(str.isdigit, word))
    looks |= _FUNCTION * (form in FUNCTION_WORDS) | _NUMERAL * (form in NUMERALS)
    return _Word(hash(form), hash(fold(word)), looks)
