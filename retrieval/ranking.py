"""A snapshot's passages for a query → its best quotes, none shown twice.

A quote is the run of at most `MAX_QUOTE` characters that holds the answer most likely: the sum
of its sentences' probabilities, a part of a sentence counting by its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from retrieval.database import StoredArticle
from retrieval.engines.base import K1, Hit
from retrieval.evidence import Evidence, Floats, weigh
from retrieval.index import Snapshot
from retrieval.model import Span
from retrieval.passages import MAX_QUOTE
from retrieval.terms import Query
from retrieval.text import syllables

PASSAGES = 6
"""How many passages are looked into; twice as many find no more answers in XQuAD-vi."""

_CLAUSE_END = re.compile(r"[,;:–—…)\"”.?!]\s")
_CUT_REACH = 160  # a sentence is cut at a clause at most this far from the limit, or not at all
_CUT_COST = 0.01  # probability that a whole sentence is worth over a part
_CHARACTER_VALUE = 1e-6  # the more context the better, all else being the same
_MAX_OVERLAP = 0.3  # share of a quote that an earlier one may have shown
_SAME = 0.8  # share of the shorter quote's syllables in the other from which both say the same


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotable part of an article.

    `probability` is that of holding the answer given that the corpus does; `cover` the largest
    share, from 0 to 1, of the question's weight in one of its sentences; `offers` whether one
    has what the question asks for.
    """

    stored: StoredArticle
    span: Span
    probability: float
    cover: float
    offers: bool

    @property
    def text(self) -> str:
        """The characters of the article that would be quoted."""
        return self.span.of(self.stored.article.text)


class _Passage:
    """A passage's sentences, how much of their probability is left, and what may be quoted."""

    def __init__(self, sentences: list[Evidence]) -> None:
        self.sentences = sentences
        self._left = np.array([one.probability for one in sentences])
        self._spans: list[Span] | None = None
        self._costs = np.empty(0)
        self._best: tuple[float, int] | None = None
        self.bound = float(self._left.sum()) + MAX_QUOTE * _CHARACTER_VALUE
        """No span is worth more; found without looking at any."""

    def best(self) -> tuple[float, int]:
        """What quoting the best span is worth, and its index; -inf when there is none."""
        if self._spans is None:
            windows = dict(_windows(self.sentences))
            self._spans, self._costs = list(windows), np.array(list(windows.values()))
        if self._best is None:
            values = self._values(self._spans)
            index = int(values.argmax()) if len(values) else -1
            self._best = (float(values[index]) if len(values) else -np.inf, index)
            self.bound = self._best[0]
        return self._best

    def show(self, index: int) -> Candidate:
        """The span as a candidate; what it held is gone, and spans that repeat much of it."""
        assert self._spans is not None
        shown = self._spans[index]
        candidate = _candidate(self.sentences, shown, self.best()[0])
        for place, one in enumerate(self.sentences):
            span = one.sentence.span
            self._left[place] *= 1 - _shared(span, shown) / len(span)
        for place, span in enumerate(self._spans):
            if _shared(span, shown) > _MAX_OVERLAP * len(span):
                self._costs[place] = np.inf
        self._best = None
        return candidate

    def _values(self, spans: Sequence[Span]) -> Floats:
        """What quoting each span is worth: the probability under it, less its cost."""
        edges = [
            edge
            for one in self.sentences
            for edge in (one.sentence.span.start, one.sentence.span.end)
        ]
        mass = np.repeat(np.cumsum(self._left), 2)
        mass[::2] -= self._left  # at a sentence's start only what came before it counts
        starts = np.interp([span.start for span in spans], edges, mass)
        ends = np.interp([span.end for span in spans], edges, mass)
        return np.asarray(ends - starts - self._costs, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best quotes, best first, and how well the best passage matched.

    `match` is its BM25 as a share of that of an endless text of nothing but the question.
    """

    candidates: tuple[Candidate, ...]
    match: float


def rank(snapshot: Snapshot, query: Query, top: int) -> Ranking:
    """The best `top` quotes, no two saying the same."""
    hits = snapshot.engine.search(query.terms, PASSAGES)
    if not hits:
        return Ranking((), 0.0)
    perfect = (K1 + 1) * sum(
        term.weight * idf
        for term, idf, telling in zip(
            query.terms, snapshot.engine.idfs(query.terms), query.content, strict=True
        )
        if telling
    )
    return Ranking(_quotes(snapshot, query, hits, top), hits[0].score / perfect)


def _quotes(
    snapshot: Snapshot, query: Query, hits: Sequence[Hit], top: int
) -> tuple[Candidate, ...]:
    passages = [
        _Passage(list(sentences))
        for _, sentences in groupby(
            weigh(snapshot, query, hits), key=lambda one: (one.stored.row, one.passage)
        )
    ]
    chosen: list[Candidate] = []
    while len(chosen) < top:
        best, (value, index) = _best_passage(passages)
        if value == -np.inf:
            break
        candidate = best.show(index)
        if not any(_says_the_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return tuple(chosen)


def _best_passage(passages: list[_Passage]) -> tuple[_Passage, tuple[float, int]]:
    """The passage with the best span; those that cannot have it are not looked into."""
    passages.sort(key=lambda one: -one.bound)
    best, found = passages[0], passages[0].best()
    for passage in passages[1:]:
        if passage.bound <= found[0]:
            break
        if passage.best()[0] > found[0]:
            best, found = passage, passage.best()
    return best, found


def _candidate(sentences: Sequence[Evidence], span: Span, value: float) -> Candidate:
    shown = [one for one in sentences if one.sentence.span.overlaps(span)]
    return Candidate(
        shown[0].stored,
        span,
        probability=min(1.0, max(0.0, value)),
        cover=max(one.cover for one in shown),
        offers=any(one.offers for one in shown),
    )


def _windows(sentences: Sequence[Evidence]) -> Iterator[tuple[Span, float]]:
    """Every run of sentences that is short enough to quote, with what quoting it costs.

    A run that would be one sentence too long is cut at a clause of its last or first sentence.
    Only running text is joined: a caption or a byline stands alone.
    """
    text = sentences[0].stored.article.text
    spans = [one.sentence.span for one in sentences]
    for first in range(len(spans)):
        if sentences[first].sentence.kind and not sentences[first].cover:
            continue  # a byline that shares no word with the question
        for last in range(first, len(spans)):
            if last > first and (sentences[first].sentence.kind or sentences[last].sentence.kind):
                break
            if spans[last].end - spans[first].start > MAX_QUOTE:
                yield from _cut_after(text, spans[first].start, spans[last])
                yield from _cut_before(text, spans[first], spans[last].end)
                break
            length = spans[last].end - spans[first].start
            yield Span(spans[first].start, spans[last].end), -_CHARACTER_VALUE * length


def _cut_after(text: str, start: int, last: Span) -> Iterator[tuple[Span, float]]:
    limit = start + MAX_QUOTE
    cuts = [match.start() + 1 for match in _CLAUSE_END.finditer(text, last.start, limit)]
    if cuts and cuts[-1] > limit - _CUT_REACH:
        yield Span(start, cuts[-1]), _CUT_COST


def _cut_before(text: str, first: Span, end: int) -> Iterator[tuple[Span, float]]:
    limit = end - MAX_QUOTE
    cut = _CLAUSE_END.search(text, max(limit, first.start), first.end)
    if cut and cut.end() < min(limit + _CUT_REACH, first.end):
        yield Span(cut.end(), end), _CUT_COST


def _shared(one: Span, other: Span) -> int:
    """How many characters two spans share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    words, others = set(syllables(one.text)), set(syllables(other.text))
    return len(words & others) >= _SAME * max(1, min(len(words), len(others)))
