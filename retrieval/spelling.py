"""Words that the corpus lacks → the closest ones that it has.

Only a word that is unknown even without its diacritics is touched: one slip away (a letter
added, lost, changed, or two swapped: Damerau 1964), or two syllables typed as one. A small
corpus lacks most words, so a short one is only taken for another that stands next to one of
its neighbours somewhere. Work is bounded: at most `MAX_WORDS` words, none longer than
`MAX_LETTERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from retrieval.language.questions import QUESTION_WORDS
from retrieval.text import Token, fold

FOLDED = "~"
"""What stands before a folded term in the index."""

MAX_WORDS = 8
MAX_LETTERS = 12
_TELLING_LETTERS = 6
"""A word this long is one slip away from few others, so that it needs no neighbour to vouch."""
_LETTERS = "abcdeghiklmnopqrstuvxyfjwz"

_QUESTION_WORDS = frozenset(fold(word) for word in QUESTION_WORDS)

Rarity = Callable[[str], float]


def closest_words(found: Sequence[Token], rarity: Rarity) -> dict[int, tuple[str, ...]]:
    """For each place in a question whose word the corpus lacks: the folded words that are meant.

    `rarity` is below zero for a term that the corpus lacks. Numbers and question words stay.

    >>> rarities = {"~bi": 1.0, "~thu": 1.0, "~bi thu": 2.0}
    >>> closest_words(list(tokens("bi thuw")), lambda term: rarities.get(term, -1.0))
    {1: ('thu',)}
    """
    words = [token.folded for token in found]
    unknown = [
        place
        for place, word in enumerate(words)
        if word.isalpha()
        and 2 < len(word) <= MAX_LETTERS
        and word not in _QUESTION_WORDS
        and rarity(FOLDED + word) < 0
    ]
    readings = {place: _closest(words, place, rarity) for place in unknown[:MAX_WORDS]}
    return {place: reading for place, reading in readings.items() if reading}


def _closest(words: Sequence[str], place: int, rarity: Rarity) -> tuple[str, ...]:
    """The likeliest reading of a word: the one that its neighbours go with, then the commonest."""
    word = words[place]
    around = (words[place - 1 : place] if place else [], words[place + 1 : place + 2])
    readings: list[tuple[str, ...]] = [
        (one,) for one in set(_one_edit_away(word)) if rarity(FOLDED + one) >= 0
    ]
    readings += [
        (word[:cut], word[cut:])
        for cut in range(1, len(word))
        if rarity(f"{FOLDED}{word[:cut]} {word[cut:]}") >= 0
    ]
    vouched = [(_vouchers(one, around, rarity), one) for one in readings]
    if len(word) < _TELLING_LETTERS:
        vouched = [(count, one) for count, one in vouched if count]

    def fit(candidate: tuple[int, tuple[str, ...]]) -> tuple[int, bool, float, tuple[str, ...]]:
        count, reading = candidate
        commonness = -min(rarity(FOLDED + syllable) for syllable in reading)
        return count, len(reading) == 1, commonness, reading

    return max(vouched, key=fit)[1] if vouched else ()


def _vouchers(
    reading: Sequence[str], around: tuple[Sequence[str], Sequence[str]], rarity: Rarity
) -> int:
    """How many pairs of neighbours the corpus has, once the word is read so."""
    text = [*around[0], *reading, *around[1]]
    return sum(rarity(f"{FOLDED}{one} {other}") >= 0 for one, other in pairwise(text))


def _one_edit_away(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
            for letter in _LETTERS:
                yield head + letter + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail


def spell(found: Sequence[Token], meant: dict[int, tuple[str, ...]], text: str) -> str:
    """The question with the words that were meant in the place of those typed."""
    parts, end = [], 0
    for place, token in enumerate(found):
        if place in meant:
            parts += [text[end : token.span.start], " ".join(meant[place])]
            end = token.span.end
    return "".join([*parts, text[end:]])
