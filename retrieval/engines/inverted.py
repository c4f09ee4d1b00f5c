"""The engine for corpora of any size: BM25 over postings on disk, pruned by upper bounds.

Documents are scored term by term, the rarest first, until the terms that are left cannot lift
a document that has none of the rarer ones among the best (Turtle and Flood 1995, "MaxScore");
of the others only those that could still get there are looked up in the postings that remain.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.base import K1, TIE, Hit, QueryTerm, idf
from retrieval.engines.batches import Batch, term_key
from retrieval.engines.merging import Source, bm25_norms, merge
from retrieval.engines.segments import MAX_DOCUMENTS, Segment, SegmentInfo
from retrieval.errors import IndexDamaged

NAME = "postings"
_SMALL = 2048  # documents; segments up to this size are merged at every update
_DEAD_SHARE = 0.2  # from which a segment is written anew
_PENDING = 1 << 24  # postings that are held in memory before they are written
_RARE = 1 << 14  # postings that are scored before it is asked which others matter
_SMALL_LIST = 1 << 14  # postings of a term; smaller lists are added all at once
_SLACK = 1 + 1e-9  # of a bound, for rounding
_REBUILD = "run `hoibao index` to rebuild it from the corpus"

Ids = NDArray[np.int64]
Scores = NDArray[np.float64]
Counts = NDArray[np.unsignedinteger]
Dead = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Member:
    """A segment of a state, with the ranges of its documents that are given up."""

    info: SegmentInfo
    dead: Dead = ()

    def alive(self) -> NDArray[np.bool_]:
        alive = np.ones(self.info.documents, dtype=bool)
        for first, last in self.dead:
            alive[first:last] = False
        return alive


def write_state(members: Sequence[_Member]) -> str:
    """The segments as text, with a checksum."""
    text = json.dumps([[asdict(member.info), member.dead] for member in members])
    return f"{zlib.crc32(text.encode()):08x} {text}"


def read_state(folder: Path, state: str) -> list[_Member]:
    """The segments that `write_state` wrote. Raises IndexDamaged."""
    checksum, _, text = state.partition(" ")
    if checksum != f"{zlib.crc32(text.encode()):08x}":
        raise IndexDamaged(str(folder), "the list of its segments is damaged", _REBUILD)
    return [
        _Member(SegmentInfo(**info), tuple((first, last) for first, last in dead))
        for info, dead in json.loads(text)
    ]


@dataclass(slots=True)
class _Found:
    """A term's postings in one segment whose documents are numbered from `base` on."""

    segment: Segment
    base: int
    start: int
    df: int
    peak: float
    _read: Counts | None = None

    @property
    def is_dense(self) -> bool:
        """Whether what is read has a count for each document, rather than postings."""
        return self.segment.is_dense(self.df)

    def read(self) -> Counts:
        """What the segment has of the term; read once."""
        if self._read is None:
            read = self.segment.counts if self.is_dense else self.segment.postings
            self._read = read(self.start, self.df)
        return self._read

    def postings(self) -> tuple[Ids, Counts]:
        """Documents, ascending, and their counts."""
        words = self.read()
        if self.is_dense:
            documents = np.flatnonzero(words)
            return documents + self.base, words[documents]
        return (words >> np.uint32(8)).astype(np.int64) + self.base, words.astype(np.uint8)

    def counts_of(self, documents: Ids) -> Counts:
        """The counts of some documents, ascending, all of this segment."""
        own, words = documents - self.base, self.read()
        if self.is_dense:
            return words[own]
        sought = own.astype(np.uint32) << np.uint32(8)
        at = np.minimum(np.searchsorted(words, sought), len(words) - 1)
        found = words[at]
        return np.where((found ^ sought) < 256, found, 0).astype(np.uint8)


@dataclass(slots=True)
class _Term:
    """A term of the query over all segments; `bound` is the most that it adds to a score."""

    found: list[_Found]
    pooled: tuple[Ids, Counts] | None
    df: int
    gain: float = 0.0
    bound: float = 0.0

    def postings(self) -> tuple[Ids, Counts]:
        """Documents, ascending, and their counts."""
        if self.pooled:
            return self.pooled
        parts = [found.postings() for found in self.found]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([ids for ids, _ in parts]), np.concatenate([tf for _, tf in parts])

    def counts_of(self, documents: Ids) -> Counts:
        """The counts of some documents, ascending."""
        if self.pooled:
            ids, counts = self.pooled
            at = np.minimum(np.searchsorted(ids, documents), len(ids) - 1)
            return np.where(ids[at] == documents, counts[at], 0)
        result = np.zeros(len(documents), dtype=np.uint8)
        for found in self.found:
            last = found.base + found.segment.info.documents
            first, end = np.searchsorted(documents, (found.base, last))
            if first < end:
                result[first:end] = found.counts_of(documents[first:end])
        return result


class InvertedEngine:
    """BM25 over the segments of one state. Safe across threads."""

    name = NAME

    def __init__(self, folder: Path, state: str) -> None:
        """Raises FileNotFoundError when a segment is gone, IndexDamaged."""
        members = read_state(folder, state)
        self._segments = [Segment(folder, member.info) for member in members]
        sizes = [segment.info.documents for segment in self._segments]
        self._bases = [sum(sizes[:at]) for at in range(len(sizes))]
        self._size = sum(sizes)
        empty = [np.zeros(0, np.int64)]
        self._ids: Ids = np.concatenate([*empty, *(one.ids for one in self._segments)])
        alive = np.concatenate([np.zeros(0, bool), *(member.alive() for member in members)])
        self._alive = None if alive.all() else alive
        self._documents = int(np.count_nonzero(alive))
        lengths = np.concatenate([np.zeros(0, np.uint32), *(one.lengths for one in self._segments)])
        self._average = float(lengths[alive].mean()) if self._documents else 0.0
        self._norms = bm25_norms(lengths, self._average)
        self._df = lru_cache(maxsize=1 << 16)(self._count)

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.close()

    def search(self, query: Sequence[QueryTerm], limit: int) -> list[Hit]:
        """The best documents, best first, ties by id; none that scores zero."""
        terms = sorted(self._terms(query), key=lambda term: term.df)
        if not terms or limit < 1:
            return []
        documents, scores, rest = self._gather(terms, limit)
        documents, scores = self._look_up(documents, scores, rest, limit)
        ids = self._ids[documents]
        best = np.lexsort((ids, -scores.round(TIE)))[:limit]
        return [Hit(int(ids[at]), float(scores[at])) for at in best if scores[at] > 0]

    def idfs(self, query: Sequence[QueryTerm]) -> list[float]:
        """The idf of each term of the query, in order; the highest for one that is unknown."""
        return [idf(self._documents, self._term(term).df) for term in query]

    def rarity(self, term: str) -> float:
        """The idf of a term that some document has; below zero for one that none has."""
        df = self._df(term_key(term))
        return idf(self._documents, df) if df else -1.0

    def _terms(self, query: Sequence[QueryTerm]) -> Iterator[_Term]:
        for asked in query:
            term = self._term(asked)
            if term.df and asked.weight > 0:
                term.gain = asked.weight * idf(self._documents, term.df) * (K1 + 1)
                term.bound = term.gain * self._peak(term)
                yield term

    def _term(self, asked: QueryTerm) -> _Term:
        keys = [term_key(term) for term in asked.synonyms]
        if len(keys) == 1:
            return _Term(self._found(keys[0]), None, self._df(keys[0]))
        known = [key for key in keys if self._df(key)]
        if len(known) == 1:
            return _Term(self._found(known[0]), None, self._df(known[0]))
        pooled = self._pool([_Term(self._found(key), None, self._df(key)) for key in known])
        return _Term([], pooled, len(pooled[0]))

    def _pool(self, terms: Sequence[_Term]) -> tuple[Ids, Counts]:
        """Counts of synonyms added up, by document."""
        counts = np.zeros(self._size, dtype=np.uint32)
        for term in terms:
            documents, found = term.postings()
            counts[documents] += found
        if self._alive is not None:
            counts[~self._alive] = 0
        documents = np.flatnonzero(counts)
        return documents, counts[documents]

    def _found(self, key: int) -> list[_Found]:
        return [
            _Found(segment, base, *record)
            for segment, base in zip(self._segments, self._bases, strict=True)
            if (record := segment.find(key))
        ]

    def _count(self, key: int) -> int:
        """How many documents that were not given up have the term."""
        found = self._found(key)
        df = sum(one.df for one in found)
        if not found or self._alive is None:
            return df
        documents, _ = _Term(found, None, df).postings()
        return int(np.count_nonzero(self._alive[documents]))

    def _peak(self, term: _Term) -> float:
        """The most that any document's count and length give, between 0 and 1.

        A peak was made for another average length; a longer one raises it, at most in
        proportion.
        """
        if term.pooled:
            return 1.0
        peaks = [
            one.peak * max(1.0, self._average / one.segment.info.average) for one in term.found
        ]
        return min(1.0, max(peaks) * _SLACK)

    def _gather(self, terms: Sequence[_Term], limit: int) -> tuple[Ids, Scores, Sequence[_Term]]:
        """Documents with a rare term, their scores so far, and the terms still to add."""
        left = _left(terms)
        rare = sum(1 for size in accumulate(term.df for term in terms) if size <= _RARE) or 1
        total = self._sums(terms[:rare], np.zeros(self._size))
        enough = self._probe(total, terms[rare:], limit)
        needed = next((at for at in range(rare, len(terms)) if enough > left[at]), len(terms))
        total = self._sums(terms[rare:needed], total)
        documents = np.flatnonzero(total > max(0.0, enough / _SLACK - left[needed]))
        return documents, total[documents], terms[needed:]

    def _probe(self, total: Scores, terms: Sequence[_Term], limit: int) -> float:
        """A score that `limit` documents have at least: that of the best so far, completed."""
        least = _nth(total[total > 0], limit)
        documents = np.flatnonzero(total >= least)[:limit] if least else np.zeros(0, np.int64)
        scores = total[documents]
        for term in terms:
            scores = scores + self._impacts(term, documents, term.counts_of(documents))
        return float(scores.min()) if len(scores) else 0.0

    def _sums(self, terms: Sequence[_Term], total: Scores) -> Scores:
        """The total with what the terms add to each document; none for those given up."""
        found = [(one, term.gain) for term in terms for one in term.found]
        small = [pair for pair in found if pair[0].df <= _SMALL_LIST]
        if small:
            postings = [one.postings() for one, _ in small]
            documents = np.concatenate([ids for ids, _ in postings])
            counts = np.concatenate([counts for _, counts in postings])
            gains = np.repeat([gain for _, gain in small], [one.df for one, _ in small])
            impacts = gains * _saturated(counts, self._norms[documents])
            total += np.bincount(documents, impacts, self._size)
        for one, gain in found:
            if one.df > _SMALL_LIST and one.is_dense:
                own = slice(one.base, one.base + one.segment.info.documents)
                total[own] += gain * _saturated(one.read(), self._norms[own])
            elif one.df > _SMALL_LIST:
                documents, counts = one.postings()
                total[documents] += gain * _saturated(counts, self._norms[documents])
        for term in terms:
            if term.pooled:
                documents, counts = term.pooled
                total[documents] += self._impacts(term, documents, counts)
        if self._alive is not None:
            total[~self._alive] = 0
        return total

    def _look_up(
        self, documents: Ids, scores: Scores, terms: Sequence[_Term], limit: int
    ) -> tuple[Ids, Scores]:
        """The documents that may be among the best, with the other terms added to their scores."""
        terms = sorted(terms, key=lambda term: -term.bound)
        for term, left in zip(terms, _left(terms), strict=False):
            hopeful = scores + left >= _nth(scores, limit)
            documents, scores = documents[hopeful], scores[hopeful]
            counts = term.counts_of(documents)
            scores = scores + self._impacts(term, documents, counts)
        return documents, scores

    def _impacts(self, term: _Term, documents: Ids, counts: Counts) -> Scores:
        return term.gain * _saturated(counts, self._norms[documents])


def _saturated(counts: Counts, norms: Scores) -> Scores:
    """BM25 without its idf and constant factor."""
    found: Scores = counts / (counts + norms)
    return found


def _left(terms: Sequence[_Term]) -> list[float]:
    """The most that the terms from each on can add, and 0 at the end."""
    bounds = [term.bound * _SLACK for term in reversed(terms)]
    return [*reversed(list(accumulate(bounds))), 0.0]


def _nth(scores: Scores, limit: int) -> float:
    """The score that `limit` of them have at least; 0 when there are fewer."""
    if len(scores) < limit:
        return 0.0
    return float(np.partition(scores, len(scores) - limit)[-limit])


class InvertedWriter:
    """Segments that grow by batches; small ones are merged as they come."""

    def __init__(self, folder: Path, state: str) -> None:
        """Raises IndexDamaged. An empty state is that of no document."""
        self._folder = folder
        self._members = read_state(folder, state) if state else []
        self._first_new = len(self._members)
        self._opened: dict[str, Segment] = {}
        self._pending: list[Source] = []

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._opened.values():
            segment.close()

    def add(self, batch: Batch, ids: Sequence[int]) -> None:
        """Take in a batch; `ids`, ascending and above all before, name its documents in order."""
        alive = np.ones(len(ids), dtype=bool)
        self._pending.append(Source(batch, np.array(ids, np.int64), alive))
        if sum(source.postings for source in self._pending) > _PENDING:
            self._flush()

    def delete(self, first: int, last: int) -> None:
        """Give up the documents with ids from `first` to `last` (exclusive): an article's."""
        for source in self._pending:
            start, end = np.searchsorted(source.ids, (first, last))
            source.alive[start:end] = False
        for at, member in enumerate(self._members):
            start, end = np.searchsorted(self._open(member).ids, (first, last))
            if start < end:
                dead = (*member.dead, (int(start), int(end)))
                self._members[at] = replace(member, dead=dead)

    def prepare(self) -> str:
        """Make everything durable; the state from which an engine can be opened."""
        self._flush()
        self._shed()
        self._merge_from(self._first_new)
        self._merge_from(self._first_to_merge())
        self._members = [member for member in self._members if member.info.documents]
        self._first_new = len(self._members)
        return write_state(self._members)

    def clean(self) -> None:
        """Remove what the state that `prepare` returned last does not need."""
        needed = {member.info.name for member in self._members}
        for path in self._folder.glob("*.segment"):
            if path.name not in needed:
                with suppress(OSError):  # still open elsewhere: the next update gets it
                    path.unlink()

    def _flush(self) -> None:
        if self._pending:
            info = merge(self._pending, self._folder)
            self._pending.clear()
            if info.documents:
                self._members.append(_Member(info))

    def _shed(self) -> None:
        """Write segments anew that have too many documents that were given up."""
        for at, member in enumerate(self._members):
            dead = int(np.count_nonzero(~member.alive()))
            if dead > _DEAD_SHARE * member.info.documents:
                self._members[at] = _Member(merge([self._source(member)], self._folder))

    def _first_to_merge(self) -> int:
        """The oldest of the newest segments of which none is larger than all after it together.

        So that a document is written about log2(N) times, however it came in.
        """
        first, size = len(self._members), 0
        for member in reversed(self._members):
            too_large = size and member.info.documents > max(size, _SMALL)
            size += member.info.documents
            if too_large or size > MAX_DOCUMENTS:
                break
            first -= 1
        return first

    def _merge_from(self, first: int) -> None:
        if len(self._members) - first > 1:
            sources = [self._source(member) for member in self._members[first:]]
            self._members[first:] = [_Member(merge(sources, self._folder))]

    def _source(self, member: _Member) -> Source:
        segment = self._open(member)
        return Source(segment, segment.ids, member.alive())

    def _open(self, member: _Member) -> Segment:
        name = member.info.name
        if name not in self._opened:
            self._opened[name] = Segment(self._folder, member.info)
        return self._opened[name]
