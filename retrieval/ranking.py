"""A snapshot's passages for a query → its best quotes, none shown twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.database import StoredArticle
from retrieval.engines.base import K1, Hit, QueryTerm
from retrieval.index import Snapshot, split_passage_id
from retrieval.model import Passage, Span
from retrieval.passages import MAX_QUOTE
from retrieval.terms import Query, document_terms
from retrieval.text import syllables

PASSAGES = 20
"""How many passages are looked into: the right one is among them for 99.6% of XQuAD-vi."""

PASSAGE_WEIGHT = 0.6
"""The weight of the passage's score beside the quote's own."""

_LENGTH_BONUS = 0.01  # between windows that match the same, the one with more context
_SAME = 0.8  # share of the shorter quote's syllables in the other from which both say the same


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotable run of sentences with its scores.

    `matched` is the share, from 0 to 1, of the query's weight whose terms stand in the text.
    """

    stored: StoredArticle
    span: Span
    score: float
    matched: float

    @property
    def text(self) -> str:
        """The characters of the article that would be quoted."""
        return self.span.of(self.stored.article.text)


def rank(snapshot: Snapshot, query: Query, top: int) -> list[Candidate]:
    """The best `top` quotes, best first: disjoint, and no two saying the same."""
    hits = snapshot.engine.search(query.terms, PASSAGES)
    if not hits:
        return []
    gains = [
        term.weight * idf
        for term, idf in zip(query.terms, snapshot.engine.idfs(query.terms), strict=True)
    ]
    candidates = [
        candidate
        for hit in hits
        for candidate in _windows(snapshot, hit, query.terms, np.array(gains))
    ]
    candidates.sort(key=lambda one: (-one.score, one.stored.row, one.span))
    return _distinct(candidates, top)


def _windows(
    snapshot: Snapshot, hit: Hit, terms: Sequence[QueryTerm], gains: np.ndarray
) -> Iterator[Candidate]:
    """Every run of a passage's sentences that is short enough to quote, scored.

    A run scores as BM25 without length normalisation: it is bounded in length, and more
    context never makes a quote worse.
    """
    row, number = split_passage_id(hit.id)
    stored = snapshot.stored(row)
    passage = stored.passages[number]
    counts = _cumulated_counts(stored, passage, terms)
    perfect = float(gains.sum())
    for first, last in _runs(passage):
        tf = counts[last + 1] - counts[first]
        own = float((gains * tf * (K1 + 1) / (tf + K1)).sum())
        span = Span(passage.sentences[first].span.start, passage.sentences[last].span.end)
        score = own + PASSAGE_WEIGHT * hit.score + _LENGTH_BONUS * len(span) / MAX_QUOTE
        yield Candidate(stored, span, score, float(gains[tf > 0].sum()) / perfect)


def _runs(passage: Passage) -> Iterator[tuple[int, int]]:
    """First and last sentence of each run that is quotable; only running text is joined."""
    sentences = passage.sentences
    for first, opening in enumerate(sentences):
        for last in range(first, len(sentences)):
            closing = sentences[last]
            if closing.span.end - opening.span.start > MAX_QUOTE:
                break
            if last > first and (opening.kind or closing.kind):
                break
            yield first, last


def _cumulated_counts(
    stored: StoredArticle, passage: Passage, terms: Sequence[QueryTerm]
) -> np.ndarray:
    """Row i: how often each term stands in the first i sentences of the passage."""
    columns: dict[str, list[int]] = {}
    for column, term in enumerate(terms):
        for synonym in term.synonyms:
            columns.setdefault(synonym, []).append(column)
    counts = np.zeros((len(passage.sentences) + 1, len(terms)))
    for row, sentence in enumerate(passage.sentences, 1):
        for term_text in document_terms(sentence.span.of(stored.article.text)):
            for column in columns.get(term_text, ()):
                counts[row, column] += 1
    return counts.cumsum(axis=0)


def _distinct(candidates: Sequence[Candidate], top: int) -> list[Candidate]:
    chosen: list[Candidate] = []
    for candidate in candidates:
        if len(chosen) == top:
            break
        if not any(_overlap(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _overlap(one: Candidate, other: Candidate) -> bool:
    if one.stored.row == other.stored.row and one.span.overlaps(other.span):
        return True
    words, others = set(syllables(one.text)), set(syllables(other.text))
    return len(words & others) >= _SAME * max(1, min(len(words), len(others)))
