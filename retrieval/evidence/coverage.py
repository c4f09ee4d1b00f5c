"""What of a question stands in a text, or nowhere in an article, and how much each part tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.evidence.matching import occurrences
from retrieval.evidence.streams import both_forms, pattern_of_words
from retrieval.evidence.tokens import take_apart
from retrieval.model import Article, Span
from retrieval.terms import Form, Phrase, Query

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
    lacks = [1.0 - there for there in said(query, f"{article.title}\n{text}")]
    names = [lacks[place] for place in query.names]
    return Missing(tuple(lacks), sum(names) / len(names) if names else 0.0)


def said(query: Query, text: str) -> list[float]:
    """How much of each phrase of a question stands in a text, from 0 to 1.

    >>> said(parse_question("Chợ họp ở đâu?", lambda terms: [1.0] * len(terms)), "Chợ nghỉ.")
    [1.0, 0.0]
    """
    tokens = take_apart(text)
    places = np.zeros(len(tokens.starts), np.int64)  # all in one: a name may be cut by a line
    stream, of = both_forms(tokens.exact, tokens.folded), np.concatenate([places, places + 1])
    forms = [(place, form) for place, phrase in enumerate(query.phrases) for form in phrase]
    patterns = [pattern_of_words(form.words, form.folded) for _, form in forms]
    strongest = [0.0] * len(query.phrases)
    for found in {*occurrences(stream, of, patterns)[0].tolist()}:
        place, form = forms[found]
        strongest[place] = max(strongest[place], form.strength)
    for place in query.names:
        strongest[place] = float(strongest[place] == 1.0)
    return strongest


def has_word(text: str, spellings: Sequence[str]) -> bool:
    """Whether a word stands in a text in one of its spellings, all in small letters.

    >>> has_word("thuốc prednisolon", ["prednisolon"]), has_word("thuốc prednisolon", ["solon"])
    (True, False)
    """
    for word in spellings:
        at = text.find(word)
        while at >= 0:
            past = at + len(word)
            if not (text[max(0, at - 1) : at].isalnum() or text[past : past + 1].isalnum()):
                return True
            at = text.find(word, past)
    return False


def telling_shares(query: Query, idfs: Sequence[float]) -> npt.NDArray[np.float64]:
    """How much each phrase tells of what is asked: its squared idf, as a share of all.

    `idfs` are those of the query's terms.
    """
    told = phrase_idfs(query, idfs) ** 2
    return np.asarray(told / max(told.sum(), 1e-9))


def phrase_idfs(query: Query, idfs: Sequence[float]) -> npt.NDArray[np.float64]:
    """The idf of each phrase, by those of the query's terms.

    A phrase has that of its rarest pair of words, written in the commonest way; one that the
    corpus lacks has the highest.
    """
    known = {term.synonyms[0]: idf for term, idf in zip(query.terms, idfs, strict=True)}
    most = max(idfs, default=0.0)
    return np.array([_idf(phrase, known, most) for phrase in query.phrases])


def _idf(phrase: Phrase, known: Mapping[str, float], most: float) -> float:
    """The idf of a phrase by those of terms; `most` is that of one that the corpus lacks."""
    least = most
    for form in phrase:
        if form.strength < 1.0:  # what says exactly the same comes first
            break
        idf = max([known.get(term, most) for term in _terms(form)])
        if idf < least:
            least = idf
    return least


@lru_cache(maxsize=1 << 12)
def _terms(form: Form) -> tuple[str, ...]:
    return tuple(form.terms())
