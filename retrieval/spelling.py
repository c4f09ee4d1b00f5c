"""Words that the corpus lacks → the closest ones that it has.

Only a word that is unknown even without its diacritics is touched: one slip away (a letter
added, lost, changed, or two swapped: Damerau 1964), or two syllables typed as one. Work is
bounded: at most `MAX_WORDS` words, none longer than `MAX_LETTERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from retrieval.text import Token

FOLDED = "~"
"""What stands before a folded term in the index."""

MAX_WORDS = 8
MAX_LETTERS = 12
_LETTERS = "abcdeghiklmnopqrstuvxyfjwz"

Rarity = Callable[[str], float]


def closest_words(found: Sequence[Token], rarity: Rarity) -> dict[int, tuple[str, ...]]:
    """For each place in a question whose word the corpus lacks: the folded words that are meant.

    `rarity` is below zero for a term that the corpus lacks. Numbers and capitalised
    abbreviations stay as they are.

    >>> closest_words(list(tokens("bi thuw")), {"~bi": 1.0, "~thu": 1.0, "~bi thu": 2.0}.get)
    {1: ('thu',)}
    """
    words = [token.folded for token in found]
    unknown = [
        place
        for place, word in enumerate(words)
        if word.isalpha() and 2 < len(word) <= MAX_LETTERS and rarity(FOLDED + word) < 0
    ]
    meant = {}
    for place in unknown[:MAX_WORDS]:
        best = _closest(words, place, rarity)
        if best:
            meant[place] = best
    return meant


def _closest(words: Sequence[str], place: int, rarity: Rarity) -> tuple[str, ...]:
    """The likeliest reading of a word: the one that its neighbours go with, then the commonest."""
    word = words[place]
    readings = [(one,) for one in set(_one_edit_away(word)) if rarity(FOLDED + one) >= 0]
    readings += [
        (word[:cut], word[cut:])
        for cut in range(1, len(word))
        if rarity(f"{FOLDED}{word[:cut]} {word[cut:]}") >= 0
    ]
    before = words[place - 1 : place] if place else []
    after = words[place + 1 : place + 2]

    def fit(reading: tuple[str, ...]) -> tuple[float, ...]:
        text = [*before, *reading, *after]
        pairs = (f"{FOLDED}{one} {other}" for one, other in pairwise(text))
        known = sum(rarity(pair) >= 0 for pair in pairs)
        commonness = -min(rarity(FOLDED + syllable) for syllable in reading)
        return (known, len(reading) == 1, commonness, *map(ord, "".join(reading)))

    return max(readings, key=fit) if readings else ()


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
