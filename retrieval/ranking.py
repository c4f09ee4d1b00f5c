"""A snapshot's passages for a query → its best quotes, none shown twice.

A quote is the run of at most `MAX_QUOTE` characters that holds the answer most likely: the sum
of its tokens' probabilities of beginning it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from retrieval.database import StoredArticle
from retrieval.engines.base import K1
from retrieval.evidence import Evidence, Floats, weigh
from retrieval.evidence.tokens import Ints
from retrieval.index import Snapshot
from retrieval.model import Span
from retrieval.passages import MAX_QUOTE
from retrieval.terms import Query

PASSAGES = 5
"""How many passages are looked into; twice as many find no more answers in XQuAD-vi."""

# Where a sentence may be cut: after punctuation, or before a word that begins a clause or phrase.
_CLAUSE_END = re.compile(
    r"\s(?:(?<=[,;:–—…)\"”.?!]\s)"
    r"|(?=(?:và|hoặc|nhưng|để|khi|vì|do|bởi|nên|mà|rằng|nếu|tuy|trong|ở|tại|từ|bằng|theo|với"
    r"|cho|sau khi|trước khi|cùng)\s))"
)
_CUT_REACH = 160  # a sentence is cut at a clause at most this far from the limit, or not at all
_CUT_COST = 0.002  # probability that a whole sentence is worth over a part
_ANSWER = 20  # characters of an answer, which is not to be cut with its sentence
_CHARACTER_VALUE = 1e-6  # the more context the better, all else being the same
_MAX_OVERLAP = 0.3  # share of a quote that an earlier one may have shown
_SAME = 0.8  # share of the shorter quote's words in the other from which both say the same


class Begins(NamedTuple):
    """How likely the answer begins at each token of a quote.

    `starts` are the tokens' offsets in the quote, ascending; `mass` is theirs of the probability
    that is spread over all passages looked into.
    """

    starts: Ints
    mass: Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotable part of an article.

    `probability` is that of holding the answer given that the corpus does; `begins` tells where
    in it the answer may begin.
    """

    stored: StoredArticle
    span: Span
    probability: float
    begins: Begins = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """The characters of the article that would be quoted."""
        return self.span.of(self.stored.article.text)


_Window = tuple[int, int, int, float]
"""What may be quoted, where an answer in it begins at the latest, and what quoting it costs."""


class _Passage:
    """A passage, how much of its tokens' probability is left, and what may be quoted of it."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._left = evidence.mass.copy()
        self._edges: Ints | None = None
        self._tokens = np.empty((3, 0), np.int64)
        self._costs = np.empty(0)
        self._best: tuple[float, int] | None = None
        self.bound = float(self._left.sum()) + MAX_QUOTE * _CHARACTER_VALUE
        """No span is worth more; found without looking at any."""

    def best(self) -> tuple[float, int]:
        """What quoting the best span is worth, and its index; -inf when there is none."""
        if self._edges is None:
            table = np.array(_windows(self._evidence)).reshape(-1, 4).T
            self._edges, self._costs = table[:3].astype(np.int64), table[3]
            self._tokens = self._evidence.starts.searchsorted(self._edges)
        if self._best is None:
            mass = np.zeros(len(self._left) + 1)
            self._left.cumsum(out=mass[1:])
            first, _, latest = self._tokens
            values = mass[latest] - mass[first] - self._costs
            index = int(values.argmax()) if len(values) else -1
            self._best = (float(values[index]) if len(values) else -np.inf, index)
            self.bound = self._best[0]
        return self._best

    def show(self, index: int) -> tuple[Candidate, set[int]]:
        """The span as a candidate, and its words; what it held is gone, and what repeats it."""
        assert self._edges is not None
        starts, ends, _ = self._edges
        shown = Span(int(starts[index]), int(ends[index]))
        first, past, _ = self._tokens[:, index].tolist()
        candidate = _candidate(self._evidence, shown, slice(first, past), self.best()[0])
        self._left[first:past] = 0.0
        shared = np.minimum(ends, shown.end) - np.maximum(starts, shown.start)
        self._costs[shared > _MAX_OVERLAP * (ends - starts)] = np.inf
        self._best = None
        return candidate, set(self._evidence.words[first:past].tolist())


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
    idfs = snapshot.engine.idfs(query.terms)
    perfect = (K1 + 1) * sum(
        term.weight * idf
        for term, idf, telling in zip(query.terms, idfs, query.content, strict=True)
        if telling
    )
    quotes = _quotes(weigh(snapshot, query, hits, idfs), top)
    return Ranking(quotes, hits[0].score / perfect)


def _quotes(found: Sequence[Evidence], top: int) -> tuple[Candidate, ...]:
    passages = [_Passage(evidence) for evidence in found]
    chosen: list[Candidate] = []
    said: list[set[int]] = []
    while passages and len(chosen) < top:
        best, (value, index) = _best_passage(passages)
        if value == -np.inf:
            break
        candidate, words = best.show(index)
        if not any(_says_the_same(words, others) for others in said):
            chosen.append(candidate)
            said.append(words)
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


def _candidate(evidence: Evidence, span: Span, tokens: slice, value: float) -> Candidate:
    return Candidate(
        evidence.stored,
        span,
        probability=min(1.0, max(0.0, value)),
        begins=Begins(evidence.starts[tokens] - span.start, evidence.mass[tokens]),
    )


def _windows(evidence: Evidence) -> list[_Window]:
    """Every run of sentences that is short enough to quote.

    A run that would be one sentence too long is cut at a clause of its last or first sentence;
    what that leaves of the last one may be quoted too, with those after it. Only running text is
    joined: a caption or a byline stands alone.
    """
    starts = [sentence.span.start for sentence in evidence.sentences]
    ends = [sentence.span.end for sentence in evidence.sentences]
    apart = [sentence.kind is not None for sentence in evidence.sentences]
    clauses = _clause_ends(evidence.stored.article.text, starts[0], ends[-1])
    found: list[_Window] = []
    cuts: set[tuple[int, int]] = set()
    for first, start in enumerate(starts):
        if apart[first] and not evidence.cover[first]:
            continue  # a byline that shares no word with the question
        for last in range(first, len(starts)):
            end = ends[last]
            if last > first and (apart[first] or apart[last]):
                break
            if end - start > MAX_QUOTE:
                cut = clauses[bisect_right(clauses, start + MAX_QUOTE) - 1]
                if cut > max(starts[last], start + MAX_QUOTE - _CUT_REACH):
                    found.append((start, cut, cut - _ANSWER, _CUT_COST))
                    cuts.add((last, cut))
                cut = clauses[bisect_left(clauses, max(start, end - MAX_QUOTE - 1))] + 1
                if cut < min(ends[first], end - MAX_QUOTE + _CUT_REACH):
                    found.append((cut, end, end, _CUT_COST))
                break
            found.append((start, end, end, -_CHARACTER_VALUE * (end - start)))
    for within, cut in sorted(cuts):
        start = cut + 1
        for last in range(within, len(starts)):
            end = ends[last]
            if end - start > MAX_QUOTE or (last > within and apart[last]):
                break
            if start < end:
                found.append((start, end, end, _CUT_COST))
    return found


def _clause_ends(text: str, start: int, end: int) -> list[int]:
    """Where a clause ends between those places, between two sentinels; none in a short text."""
    if end - start <= MAX_QUOTE:
        return [-1, end]
    return [-1, *[found.start() for found in _CLAUSE_END.finditer(text, start, end)], end]


def _says_the_same(words: set[int], others: set[int]) -> bool:
    return len(words & others) >= _SAME * max(1, min(len(words), len(others)))
