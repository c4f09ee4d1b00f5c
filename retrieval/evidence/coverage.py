"""What of a question stands anywhere in an article, however far from the passage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from retrieval.evidence.matching import occurrences
from retrieval.evidence.streams import both_forms, pattern_of_words
from retrieval.evidence.tokens import take_apart
from retrieval.model import Article, Span
from retrieval.terms import Query

_REACH = 1 << 16  # characters on each side of a quote: of a book, a few chapters


class Missing(NamedTuple):
    """How much of each phrase of a question an article lacks, and the share of the names.

    A phrase is there when it stands as it was asked, and in part when only others do that can
    stand for it; a name or a number only when it is whole.
    """

    phrases: tuple[float, ...]
    names: float


def missing(query: Query, article: Article, quote: Span) -> Missing:
    """What an article says nothing about, from 0 to 1; 0 when nothing of the kind was asked.

    Of a very long one only what stands around the quote counts, and the title.
    """
    text = article.text[max(0, quote.start - _REACH) : quote.end + _REACH]
    tokens = take_apart(f"{article.title}\n{text}")
    places = np.zeros(len(tokens.starts), np.int64)  # all in one: a name may be cut by a line
    stream, of = both_forms(tokens.exact, tokens.folded), np.concatenate([places, places + 1])
    forms = [(place, form) for place, phrase in enumerate(query.phrases) for form in phrase]
    patterns = [pattern_of_words(form.words, form.folded) for _, form in forms]
    strongest = [0.0] * len(query.phrases)
    for found in {*occurrences(stream, of, patterns)[0].tolist()}:
        place, form = forms[found]
        strongest[place] = max(strongest[place], form.strength)
    lacks = [1.0 - found for found in strongest]
    for place in query.names:
        lacks[place] = float(strongest[place] < 1.0)
    names = [lacks[place] for place in query.names]
    return Missing(tuple(lacks), sum(names) / len(names) if names else 0.0)
