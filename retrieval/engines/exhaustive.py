"""The engine for small corpora and the reference for others: rank-bm25, scoring every document.

rank-bm25 divides by zero in an empty corpus, and its idf is zero or negative for a term that
half of the documents have, so that a perfect match in a tiny corpus scores below nothing. Both
are mended here by an idf that is above zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from rank_bm25 import BM25Okapi

from retrieval.engines.base import K1, TIE, B, Document, Hit, QueryTerm, idf, rarity


class _Okapi(BM25Okapi):  # type: ignore[misc]  # rank-bm25 carries no types
    """BM25Okapi whose idf is never negative, and whose terms have weights and synonyms."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {term: rarity(self.corpus_size, df) for term, df in nd.items()}

    @cached_property
    def counts(self) -> dict[str, tuple[list[int], list[int]]]:
        """Of each term: the documents that have it, and how often; rank-bm25 asks every one."""
        counts: dict[str, tuple[list[int], list[int]]] = {term: ([], []) for term in self.idf}
        for number, frequencies in enumerate(self.doc_freqs):
            for term, count in frequencies.items():
                documents, found = counts[term]
                documents.append(number)
                found.append(count)
        return counts

    def frequencies(self, synonyms: tuple[str, ...]) -> np.ndarray:
        """How often any of the synonyms stands in each document."""
        total = np.zeros(self.corpus_size)
        for term in synonyms:
            if term in self.idf:
                documents, found = self.counts[term]
                total[documents] += found
        return total

    def term_idf(self, term: QueryTerm) -> float:
        """The idf of the union of the documents that have one of its synonyms."""
        known = [one for one in term.synonyms if one in self.idf]
        if len(known) == 1:
            df = len(self.counts[known[0]][0])
        else:
            df = int(np.count_nonzero(self.frequencies(term.synonyms)))
        return idf(self.corpus_size, df, term.share)

    def weighted_scores(self, query: Sequence[QueryTerm]) -> np.ndarray:
        """BM25 of every document for terms with weights and synonyms."""
        scores = np.zeros(self.corpus_size)
        lengths = self.k1 * (1 - self.b + self.b * np.array(self.doc_len) / self.avgdl)
        for term in query:
            tf = self.frequencies(term.synonyms)
            weight = term.weight * self.term_idf(term)
            scores += weight * tf * (self.k1 + 1) / (tf + lengths)
        return scores


class ExhaustiveEngine:
    """rank-bm25 over documents held in memory."""

    name = "rank-bm25"

    def __init__(self, documents: Iterable[Document]) -> None:
        kept = sorted((doc for doc in documents if doc.terms), key=lambda doc: doc.id)
        self._ids = np.array([doc.id for doc in kept], dtype=np.int64)
        self._bm25 = _Okapi([doc.terms for doc in kept], k1=K1, b=B) if kept else None

    def search(self, query: Sequence[QueryTerm], limit: int) -> list[Hit]:
        """The best documents, best first, ties by id; none that scores zero."""
        if self._bm25 is None:
            return []
        scores = self._bm25.weighted_scores(query)
        best = np.lexsort((self._ids, -scores.round(TIE)))[:limit]
        return [Hit(int(self._ids[i]), float(scores[i])) for i in best if scores[i] > 0]

    def idfs(self, query: Sequence[QueryTerm]) -> list[float]:
        """The idf of each term of the query, in order; the highest for one that is unknown."""
        if self._bm25 is None:
            return [idf(0, 0, term.share) for term in query]
        return [self._bm25.term_idf(term) for term in query]

    def rarities(self, terms: Sequence[str]) -> list[float]:
        """How rare each term is that some document has; below zero for one that none has."""
        known = self._bm25.idf if self._bm25 else {}
        return [float(known.get(term, -1.0)) for term in terms]

    def close(self) -> None:
        """Nothing to let go of."""
