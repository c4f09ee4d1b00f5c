"""One word of a question changed, for a question that the corpus does not answer as it stands.

Tried are words that the corpus has, but never beside their neighbours ("Yên Thúc" where it only
knows Yên Phúc): one slip away, as in `spelling`; and words that say the same (`thesaurus`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from retrieval.language.questions import FOLDED_QUESTION_WORDS
from retrieval.language.thesaurus import synonyms, word_length
from retrieval.model import Span
from retrieval.spelling import FOLDED, MAX_LETTERS, Rarities, one_edit_away
from retrieval.terms import MAX_TOKENS
from retrieval.text import Token, strip_diacritics, tokens

TRIED = 4
"""The most rewordings that are asked for one question."""

_SHORTEST = 3  # letters of a word that may be a slip of another
_STRONG = 0.6  # a synonym that may stand in a question of its own
_EACH = 2  # rewordings of one word


@dataclass(frozen=True, slots=True)
class Rewording:
    """`words`, without diacritics, in the place of what stands at `span` of a question."""

    span: Span
    words: tuple[str, ...]

    def within(self, question: str, surface: str | None = None) -> str:
        """The question so reworded, the words written as `surface` when given.

        >>> Rewording(Span(7, 11), ("phuc",)).within("xã Yên Thúc ở đâu?", "Phúc")
        'xã Yên Phúc ở đâu?'
        """
        written = surface or " ".join(self.words)
        if question[self.span.start].isupper():  # as names do
            written = written[0].upper() + written[1:]
        return question[: self.span.start] + written + question[self.span.end :]

    def surface(self, text: str) -> str | None:
        """The words as they stand in a text."""
        found = list(tokens(text))
        for at in range(len(found) - len(self.words) + 1):
            run = found[at : at + len(self.words)]
            if tuple(token.folded for token in run) == self.words:
                return text[run[0].span.start : run[-1].span.end]
        return None


def rewordings(question: str, rarities: Rarities) -> Iterator[Rewording]:
    """What to try in the place of one word, the likeliest first, at most `TRIED`."""
    found = list(tokens(question))[:MAX_TOKENS]
    return islice(_all(found, rarities), TRIED)


def _all(found: Sequence[Token], rarities: Rarities) -> Iterator[Rewording]:
    yield from _slips(found, rarities)
    yield from _others(found, rarities)


def _slips(found: Sequence[Token], rarities: Rarities) -> Iterator[Rewording]:
    words = [token.folded for token in found]
    for place, word in enumerate(words):
        if not (word.isalpha() and _SHORTEST <= len(word) <= MAX_LETTERS):
            continue
        around = [one for one in (place - 1, place + 1) if 0 <= one < len(words)]
        around = [one for one in around if words[one] not in FOLDED_QUESTION_WORDS]
        if (
            word in FOLDED_QUESTION_WORDS
            or not around
            or _known(words, place, word, around, rarities)
        ):
            continue
        candidates = sorted({*one_edit_away(word)} - {word})
        fits = [
            (_known(words, place, one, around, rarities), one)
            for one, rarity in zip(
                candidates, rarities([FOLDED + one for one in candidates]), strict=True
            )
            if rarity >= 0
        ]
        for known, one in sorted(fits, key=lambda fit: (-fit[0], fit[1]))[:_EACH]:
            if known:
                yield Rewording(found[place].span, (one,))


def _known(
    words: Sequence[str], place: int, word: str, around: Sequence[int], rarities: Rarities
) -> int:
    """How many of the neighbours around a place the corpus has beside the word."""
    pairs = [
        f"{words[other]} {word}" if other < place else f"{word} {words[other]}" for other in around
    ]
    return sum(rarity >= 0 for rarity in rarities([FOLDED + pair for pair in pairs]))


def _others(found: Sequence[Token], rarities: Rarities) -> Iterator[Rewording]:
    bare = all(token.exact.isascii() for token in found)
    words = [token.folded if bare else token.exact for token in found]
    at = 0
    while at < len(words):
        past = at + word_length(words, at, folded=bare)
        said = tuple(token.folded for token in found[at:past])
        if not set(said) <= FOLDED_QUESTION_WORDS and not _has(said, rarities):
            span = Span(found[at].span.start, found[past - 1].span.end)
            known = dict.fromkeys(
                tuple(map(strip_diacritics, one.words))
                for one in synonyms(tuple(words[at:past]), folded=bare)
                if one.strength >= _STRONG and _has(one.words, rarities, FOLDED if bare else "")
            )
            yield from (Rewording(span, one) for one in [*known][:_EACH])
        at = past


def _has(words: Sequence[str], rarities: Rarities, form: str = FOLDED) -> bool:
    """Whether the corpus has the words next to each other, in that form."""
    pairs = [" ".join(pair) for pair in pairwise(words)] or list(words)
    return all(rarity >= 0 for rarity in rarities([form + pair for pair in pairs]))
