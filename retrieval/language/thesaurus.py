"""Vietnamese words that say the same: what a question calls "qua đời", an article calls "mất".

Two sources are read as one: `synonyms.tsv` holds a group of such words a line; and two words
that the English glossary gives for the same English word say nearly the same (synonyms by way
of another language: Bannard and Callison-Burch 2005).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from retrieval.language.english import QUESTION_WORDS as ASKING_WORDS
from retrieval.language.tables import read_lines, read_table, split_alternatives
from retrieval.text import strip_diacritics, syllables

Words = tuple[str, ...]

LONGEST = 4
"""Syllables of the longest word that is looked up."""

_WEAKEST = 0.2  # words that share less than this of their senses say something else
_MOST = 12  # synonyms of one word
_GROUP = 2.0  # what sharing a group counts, when sharing an English word counts one


@dataclass(frozen=True, slots=True)
class Synonym:
    """A word that can stand for another; `strength` runs from 0 to 1, for exactly the same."""

    words: Words
    strength: float


@dataclass(frozen=True, slots=True)
class _Senses:
    """The words of each sense; the senses of each word with what they count, and their sum."""

    words: tuple[tuple[Words, ...], ...]
    of: Mapping[Words, Mapping[int, float]]
    total: Mapping[Words, float]


def word_length(words: Sequence[str], at: int, *, folded: bool) -> int:
    """How many of the syllables from `at` on make up one word, the longest there is.

    >>> word_length(syllables("ông qua đời"), 1, folded=False)
    2
    """
    known = _folded_words() if folded else _senses().of
    for length in range(min(LONGEST, len(words) - at), 1, -1):
        if tuple(words[at : at + length]) in known:
            return length
    return 1


@lru_cache(maxsize=1 << 12)
def synonyms(words: Words, *, folded: bool) -> tuple[Synonym, ...]:
    """The words that can stand for a word, the strongest first.

    `folded` words are without diacritics, and so are their synonyms; single syllables then mean
    too many things to have any.

    >>> ("mât\u0301",) in [one.words for one in synonyms(tuple(syllables("qua đời")), folded=False)]
    True
    """
    if not folded:
        return tuple(_ranked(_strengths(words)))
    if len(words) == 1:
        return ()
    found: dict[Words, float] = {}
    for exact_words in _folded_words().get(words, ()):
        for other, strength in _strengths(exact_words).items():
            bare = tuple(map(strip_diacritics, other))
            if len(bare) > 1 and bare != words:
                found[bare] = max(strength, found.get(bare, 0.0))
    return tuple(_ranked(found))


def _strengths(words: Words) -> dict[Words, float]:
    """The share of senses that a word has with others: a cosine over counted senses."""
    senses = _senses()
    shared: defaultdict[Words, float] = defaultdict(float)
    for sense, counts in senses.of.get(words, {}).items():
        for other in senses.words[sense]:
            shared[other] += counts
    shared.pop(words, None)
    return {
        other: min(1.0, common / (senses.total[words] * senses.total[other]) ** 0.5)
        for other, common in shared.items()
    }


def _ranked(strengths: Mapping[Words, float]) -> Iterator[Synonym]:
    strong = [(-strength, words) for words, strength in strengths.items() if strength >= _WEAKEST]
    return (Synonym(words, -negative) for negative, words in sorted(strong)[:_MOST])


@cache
def _senses() -> _Senses:
    words: list[tuple[Words, ...]] = []
    of: defaultdict[Words, dict[int, float]] = defaultdict(dict)
    for group, counts in _groups():
        members = tuple(dict.fromkeys(tuple(syllables(one)) for one in group))
        for member in members:
            of[member][len(words)] = counts
        words.append(members)
    return _Senses(tuple(words), of, {one: sum(counts.values()) for one, counts in of.items()})


def _groups() -> Iterator[tuple[Iterable[str], float]]:
    for line in read_lines("synonyms.tsv"):
        yield split_alternatives(line), _GROUP
    for english, translations in read_table("english.tsv"):
        if english.split(" ")[0] not in ASKING_WORDS:
            yield split_alternatives(translations), 1.0


@cache
def _folded_words() -> Mapping[Words, tuple[Words, ...]]:
    """Words of several syllables by what is left of them without diacritics."""
    found: defaultdict[Words, list[Words]] = defaultdict(list)
    for words in _senses().of:
        if len(words) > 1:
            found[tuple(map(strip_diacritics, words))].append(words)
    return {bare: tuple(words) for bare, words in found.items()}
