"""Text → terms: what documents are indexed by, and what a question asks the index for.

Each text gives four kinds of term, told apart by a prefix and a space: exact syllables
("xã"), exact pairs of neighbours ("xã yên"), and both without diacritics ("~xa", "~xa yen").
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from retrieval.engines.base import QueryTerm
from retrieval.keystrokes import decode_keystrokes
from retrieval.language.english import is_english, translate
from retrieval.language.questions import QUESTION_WORDS, AnswerType, answer_type, without_fillers
from retrieval.text import Token, exact, fold, nfc, syllables, tokens

FOLDED = "~"
EXACT_WEIGHT = 1.0
FOLDED_WEIGHT = 0.5
BIGRAM_FACTOR = 0.5
QUESTION_WORD_FACTOR = 0.3
GLOSS_WEIGHT = EXACT_WEIGHT + FOLDED_WEIGHT
MAX_TOKENS = 64
"""Tokens of a question beyond this many are not searched for: work per question is bounded."""

_QUESTION_WORDS = frozenset(exact(word) for word in QUESTION_WORDS)
_FOLDED_QUESTION_WORDS = frozenset(fold(word) for word in QUESTION_WORDS)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index is asked: its terms, and how it was read.

    `content` says of each term whether it is more than a question word; `words` are the
    question's words, folded, in order, each with the same. `understood` is set when the
    question was read otherwise than it was typed.
    """

    terms: tuple[QueryTerm, ...]
    content: tuple[bool, ...]
    words: tuple[tuple[str, bool], ...]
    answer_type: AnswerType | None = None
    understood: str | None = None


def document_terms(text: str) -> list[str]:
    """All terms of a text, repeated as often as they stand in it.

    >>> document_terms("Xã Yên")
    ['xã', 'yên', 'xã yên', '~xa', '~yen', '~xa yen']
    """
    found = list(tokens(text))
    exacts = [token.exact for token in found]
    folded = [token.folded for token in found]
    return [
        *exacts,
        *_bigrams(exacts),
        *(FOLDED + word for word in folded),
        *(FOLDED + pair for pair in _bigrams(folded)),
    ]


def parse_question(question: str, rarity: Callable[[str], float] = len) -> Query:
    """What to search for: weighted terms of the question, read as it was meant.

    `rarity` says how telling a term is; the rarest pair of syllables stands for a translation
    of three syllables or more.
    """
    typed = nfc(question)
    understood = decode_keystrokes(typed)
    text = understood or typed
    if is_english(text):
        return _english(text, rarity)
    found = list(tokens(without_fillers(text) or text))[:MAX_TOKENS]
    weighted = _vietnamese_terms(found)
    return Query(
        terms=tuple(term for term, _ in weighted),
        content=tuple(content for _, content in weighted),
        words=tuple(
            (token.folded, telling) for token, telling in zip(found, _telling(found), strict=True)
        ),
        answer_type=answer_type(text),
        understood=understood,
    )


def _vietnamese_terms(found: Sequence[Token]) -> list[tuple[QueryTerm, bool]]:
    exacts = [token.exact for token in found]
    folded = [token.folded for token in found]
    content = _telling(found)
    # typed without any diacritic, only the folded terms mean what they say
    bare = _is_bare(found)
    pairs = [one or other for one, other in itertools.pairwise(content)]
    kinds = [
        (exacts, content, "", 0.0 if bare else EXACT_WEIGHT),
        (folded, content, FOLDED, FOLDED_WEIGHT + (EXACT_WEIGHT if bare else 0.0)),
    ]
    weights: dict[str, tuple[float, bool]] = {}
    for words, is_content, prefix, weight in kinds:
        for word, telling in zip(words, is_content, strict=True):
            weights.setdefault(prefix + word, (_weight(weight, telling), telling))
        for pair, telling in zip(_bigrams(words), pairs, strict=True):
            weights.setdefault(prefix + pair, (_weight(weight * BIGRAM_FACTOR, telling), telling))
    return [
        (QueryTerm((term,), weight), telling)
        for term, (weight, telling) in weights.items()
        if weight > 0
    ]


def _is_bare(found: Sequence[Token]) -> bool:
    return all(token.exact.isascii() for token in found)


def _telling(found: Sequence[Token]) -> list[bool]:
    """Which words are more than question words; by their folded forms if all are bare."""
    if _is_bare(found):
        return [token.folded not in _FOLDED_QUESTION_WORDS for token in found]
    return [token.exact not in _QUESTION_WORDS for token in found]


def _weight(weight: float, telling: bool) -> float:
    return weight if telling else weight * QUESTION_WORD_FACTOR


def _english(text: str, rarity: Callable[[str], float]) -> Query:
    """Each English word or phrase as one term, its translations as synonyms."""
    found = list(tokens(text))[:MAX_TOKENS]
    terms: dict[tuple[str, ...], tuple[QueryTerm, bool]] = {}
    for gloss in translate([token.span.of(text).lower() for token in found]):
        if gloss.translations:
            synonyms = _unique(_phrase(phrase, rarity) for phrase in gloss.translations)
            telling = not set(synonyms) <= _QUESTION_WORDS
            term = QueryTerm(synonyms, _weight(GLOSS_WEIGHT, telling))
        else:
            # a name or a number: as it is, and as it would be with diacritics
            folded = found[gloss.start].folded
            synonyms, telling = (FOLDED + folded,), True
            term = QueryTerm(synonyms, GLOSS_WEIGHT)
        terms.setdefault(synonyms, (term, telling))
    return Query(
        terms=tuple(term for term, _ in terms.values()),
        content=tuple(telling for _, telling in terms.values()),
        words=tuple((token.folded, True) for token in found),
        answer_type=answer_type(text),
    )


def _phrase(phrase: str, rarity: Callable[[str], float]) -> str:
    words = syllables(phrase)
    pairs = _bigrams(words)
    return max(pairs, key=rarity) if pairs else words[0]


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _bigrams(words: Sequence[str]) -> list[str]:
    return [f"{one} {other}" for one, other in itertools.pairwise(words)]
