"""Words that the corpus lacks → the closest ones that it has.

Only a word that is no Vietnamese syllable is touched, since a small corpus lacks most of those,
and only if it is unknown even without its diacritics: one slip away (a letter added, lost,
changed, or two swapped: Damerau 1964), or two syllables typed as one. A short one is only taken
for another that stands next to one of its neighbours somewhere. Work is bounded: at most
`MAX_WORDS` words, none longer than `MAX_LETTERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from retrieval.language.syllables import folded_syllables, toneless_syllables
from retrieval.text import TONES, Token

FOLDED = "~"
"""What stands before a folded term in the index."""

MAX_WORDS = 8
MAX_LETTERS = 16
_TELLING_LETTERS = 6
"""A word this long is one slip away from few others, so that it needs no neighbour to vouch."""
_LETTERS = "abcdeghiklmnopqrstuvxyfjwz"


Rarities = Callable[[Sequence[str]], Sequence[float]]
"""What the corpus knows of terms, asked for many at once: below zero for those that it lacks."""


def closest_words(
    found: Sequence[Token], rarities: Rarities, places: Iterable[int] | None = None
) -> dict[int, tuple[str, ...]]:
    """For each place in a question whose word the corpus lacks: the folded words that are meant.

    Numbers and syllables stay; with diacritics that no syllable has, a word is none ("thuư").
    `places` are those to look at, when not all.

    >>> known = {"~bi": 1.0, "~thu": 1.0, "~bi thu": 2.0}
    >>> closest_words(list(tokens("bi thuw")), lambda terms: [known.get(t, -1.0) for t in terms])
    {1: ('thu',)}
    """
    words = [token.folded for token in found]
    doubtful = [
        place
        for place in (range(len(words)) if places is None else places)
        if (word := words[place]).isalpha()
        and 2 < len(word) <= MAX_LETTERS
        and not _is_syllable(found[place])
    ]
    known = rarities([FOLDED + words[place] for place in doubtful])
    unknown = [place for place, rarity in zip(doubtful, known, strict=True) if rarity < 0]
    readings = {place: _closest(words, place, rarities) for place in unknown[:MAX_WORDS]}
    return {place: reading for place, reading in readings.items() if reading}


def _is_syllable(token: Token) -> bool:
    """Whether a word is a syllable as it was typed, whatever its tone."""
    known = folded_syllables() if token.exact.isascii() else toneless_syllables()
    return token.exact.rstrip(TONES) in known


def _closest(words: Sequence[str], place: int, rarities: Rarities) -> tuple[str, ...]:
    """The likeliest reading of a word: the one that its neighbours go with, then the commonest."""
    word = words[place]
    before, after = words[place - 1 : place] if place else [], words[place + 1 : place + 2]
    candidates: list[tuple[str, ...]] = [(one,) for one in {*one_edit_away(word)}]
    candidates += [(word[:cut], word[cut:]) for cut in range(1, len(word))]
    known = rarities([FOLDED + " ".join(reading) for reading in candidates])
    readings = [one for one, rarity in zip(candidates, known, strict=True) if rarity >= 0]
    pairs = {one: _pairs([*before, *one, *after]) for one in readings}
    told = {FOLDED + syllable for one in readings for syllable in one}.union(*pairs.values())
    rarity = dict(zip(told, rarities([*told]), strict=True))

    def fit(reading: tuple[str, ...]) -> tuple[int, bool, float, tuple[str, ...]]:
        vouchers = sum(rarity[pair] >= 0 for pair in pairs[reading])
        commonness = -min(rarity[FOLDED + syllable] for syllable in reading)
        return vouchers, len(reading) == 1, commonness, reading

    best = max(map(fit, readings), default=None)
    if best is None or (len(word) < _TELLING_LETTERS and not best[0]):
        return ()
    return best[-1]


def _pairs(words: Sequence[str]) -> list[str]:
    """The terms of neighbours: each that the corpus has vouches for a reading."""
    return [f"{FOLDED}{one} {other}" for one, other in pairwise(words)]


def one_edit_away(word: str) -> Iterator[str]:
    """Each word that is a letter added, lost, changed or swapped away, some more than once."""
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
