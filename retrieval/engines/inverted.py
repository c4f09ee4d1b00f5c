"""The engine for corpora of any size: BM25 over postings on disk, pruned by upper bounds.

Documents are scored by the rarest terms, all at once, until the terms that are left cannot lift
a document that has none of the rarer ones among the best (Turtle and Flood 1995, "MaxScore");
of the others only those that could still get there are looked up in the postings that remain.

All that is in float32, which halves the memory that is gone through; the few documents that stay
are then scored in float64.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.base import K1, TIE, Hit, QueryTerm, idf, rarity
from retrieval.engines.batches import grouped, term_key
from retrieval.engines.columns import (
    Column,
    ColumnCache,
    Ids,
    Piece,
    column_of,
    count_table,
    documents_of,
    pool,
    split_words,
)
from retrieval.engines.memory import keep_freed_memory
from retrieval.engines.merging import bm25_norms
from retrieval.engines.segments import Entry, Segment
from retrieval.engines.states import read_state

NAME = "postings"
_RARE = 1 << 12  # postings that are scored before it is asked which others matter
_PROBED = 6  # documents, for each that is asked for, whose scores are completed to ask that
_FEW = 96  # documents that are looked up in all remaining terms at once, none left out
_TABLE = 256  # documents that are looked up in all terms at once, at most: more take much memory
_MANY = 1 << 16  # documents whose scores are completed together
_HIGH = 0.75  # of the best score so far: whose documents' scores are completed to ask it again
_AT_ONCE = 1 << 14  # postings that are added up together
_KNOWN = 1 << 12  # terms whose place is remembered
_HELD = 64 << 20  # bytes of postings that are remembered
_SLACK = 1e-4  # of a score, and beyond it: far more than float32 loses over hundreds of terms

Scores = NDArray[np.float64]
_Rough = NDArray[np.float32]
_Float = TypeVar("_Float", bound=np.floating[Any])
_Asked = str | tuple[str, ...]  # a term, or several that count as one
_Entries = Sequence[Entry | None]  # of a term, in each segment


class _Known(NamedTuple):
    """What is known of a term, or of synonyms that count as one, without their postings.

    `key` is what its column is remembered by: the keys of its terms, each with its `entries`.
    `rarity` is below zero for one that no document has; `peak` is the most that BM25 gives for
    it, without idf. Terms of the same `content` have the same postings.
    """

    key: tuple[int, ...]
    entries: tuple[_Entries, ...]
    df: int
    rarity: float = -1.0
    peak: float = 1.0
    content: object = None


class _Term(NamedTuple):
    """Terms of the query that have the same postings; `bound` is the most that they add."""

    df: int
    gain: float
    bound: float
    column: Column


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
        self._dead: Ids = np.flatnonzero(~alive)
        self._documents = self._size - len(self._dead)
        lengths = np.concatenate([np.zeros(0, np.uint32), *(one.lengths for one in self._segments)])
        self._average = float(lengths[alive].mean()) if self._documents else 0.0
        longest = int(lengths.max(initial=0))
        self._lengths = lengths.astype(np.min_scalar_type(longest))
        # A peak was measured for another average length; a longer one raises it, at most in
        # proportion.
        averages = [segment.info.average or 1.0 for segment in self._segments]
        self._stretches = [max(1.0, self._average / average) for average in averages]
        norm_of = bm25_norms(np.arange(longest + 1, dtype=np.uint32), self._average)
        self._rough_norms: _Rough = norm_of.astype(np.float32).take(self._lengths)
        self._known: dict[_Asked, _Known] = {}
        self._absent = _Known((), (), 0)
        self._columns = ColumnCache(_HELD)
        self._told: tuple[Sequence[QueryTerm], list[float]] = ((), [])
        keep_freed_memory()

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.close()

    def search(self, query: Sequence[QueryTerm], limit: int) -> list[Hit]:
        """The best documents, best first, ties by id; none that scores zero."""
        terms = self._terms(query)
        if not terms or limit < 1:
            return []
        documents, scores = self._best(terms, limit)
        ids = self._ids[documents]
        best = np.lexsort((ids, -scores.round(TIE)))[:limit]
        return [Hit(int(ids[at]), float(scores[at])) for at in best if scores[at] > 0]

    def idfs(self, query: Sequence[QueryTerm]) -> list[float]:
        """The idf of each term of the query, in order; the highest for one that is unknown."""
        last, idfs = self._told
        if query is last:  # as what was searched for last is: a tuple, which stays as it is
            return idfs.copy()
        return self._idfs(query, self._look_up(_asked(query)))

    def _idfs(self, query: Sequence[QueryTerm], found: Sequence[_Known]) -> list[float]:
        dfs = [known.df for known in found]
        shares = [term.share for term in query]
        idfs = list(map(idf, repeat(self._documents), dfs, shares))
        if isinstance(query, tuple):
            self._told = query, idfs
        return idfs

    def rarities(self, terms: Sequence[str]) -> list[float]:
        """How rare each term is that some document has; below zero for one that none has."""
        return [one.rarity for one in self._look_up(terms)]

    def read(self, term: str) -> Column | None:
        """The postings of a term; None when no document has it."""
        known = self._look_up([term])
        return self._columns_of(known)[0] if known[0].key else None

    def _look_up(self, asked: Sequence[_Asked]) -> list[_Known]:
        known = self._known  # other threads may add to it; it is replaced, never emptied
        missing = dict.fromkeys(one for one in asked if one not in known)  # a word may come twice
        if missing:
            known.update(zip(missing, self._find(missing), strict=True))
        if len(known) > _KNOWN:
            self._known = {}
        return [known[one] for one in asked]

    def _find(self, asked: Collection[_Asked]) -> Iterator[_Known]:
        """What the segments know of each term, or of synonyms."""
        terms = [term for one in asked for term in ((one,) if isinstance(one, str) else one)]
        keys = [term_key(term) for term in terms]
        entries = [segment.find(keys) for segment in self._segments]
        found = {
            term: (key, there)
            for term, key, *there in zip(terms, keys, *entries, strict=True)
            if any(there)
        }
        for one in asked:
            if isinstance(one, str):
                yield self._alone(*found[one]) if one in found else self._absent
            else:
                yield self._pooled([found[term] for term in one if term in found])

    def _alone(self, key: int, entries: _Entries) -> _Known:
        df, peak = 0, 0.0
        for stretch, entry in zip(self._stretches, entries, strict=True):
            if entry:
                df += entry.df
                peak = max(peak, entry.peak * stretch)
        if len(self._dead):
            df = self._alive_in(_Known((key,), (entries,), df))
        content = tuple([entry and entry[1:] for entry in entries])
        return _Known((key,), (entries,), df, self._rarity(df), min(1.0, peak), content)

    def _pooled(self, several: Sequence[tuple[int, _Entries]]) -> _Known:
        if len(several) < 2:
            return self._alone(*several[0]) if several else self._absent
        key, entries = zip(*several, strict=True)
        known = _Known(key, entries, 1)
        peak = max(
            float(_saturated(counts, self._norms(documents)).max())
            for documents, counts in self._columns_of([known])[0].parts()
            if len(documents)
        )
        df = self._alive_in(known)
        return _Known(key, entries, df, self._rarity(df), peak, key)

    def _rarity(self, df: int) -> float:
        return rarity(self._documents, df) if df else -1.0

    def _alive_in(self, known: _Known) -> int:
        """How many documents that were not given up have a term."""
        (column,) = self._columns_of([known])
        return column.df - int(np.count_nonzero(column.counts_of(self._dead)))

    def _columns_of(self, known: Sequence[_Known]) -> list[Column]:
        """The columns of terms that some document has; those not at hand are read together."""
        found = self._columns.find(one.key for one in known)
        missing = {one.key: one for one in known if one.key not in found}
        if missing:
            read = self._read([one for one in missing.values() if len(one.key) == 1])
            for key, one in missing.items():
                if len(key) > 1:
                    several = zip(one.key, one.entries, strict=True)
                    parts = [_Known((own,), (entries,), 1) for own, entries in several]
                    read[key] = pool(self._columns_of(parts), self._size)
            self._columns.keep(read)
            found |= read
        return [found[one.key] for one in known]

    def _read(self, known: Sequence[_Known]) -> dict[Hashable, Column]:
        """The columns of single terms."""
        pieces: dict[Hashable, list[Piece]] = {one.key: [] for one in known}
        for at, (segment, base) in enumerate(zip(self._segments, self._bases, strict=True)):
            there = [(one.key, entry) for one in known if (entry := one.entries[0][at])]
            words = segment.read([entry for _, entry in there]) if there else []
            for (key, entry), read in zip(there, words, strict=True):
                pieces[key].append(Piece(base, read, segment.is_dense(entry.df)))
        return {key: column_of(parts, self._size) for key, parts in pieces.items()}

    def _terms(self, query: Sequence[QueryTerm]) -> list[_Term]:
        """The terms that some document has, the rarest first.

        Those with the same postings, as most pairs of words have with and without their
        diacritics, are one.
        """
        place_of: dict[object, int] = {}
        terms: list[_Known] = []
        gains: list[float] = []
        found = self._look_up(_asked(query))
        idfs = self._idfs(query, found)
        for asked, known, told in zip(query, found, idfs, strict=True):
            if known.df and asked.weight > 0:
                gain = asked.weight * told * (K1 + 1)
                place = place_of.setdefault(known.content, len(terms))
                if place == len(terms):
                    terms.append(known)
                    gains.append(gain)
                else:
                    gains[place] += gain
        rarest_first = sorted(range(len(terms)), key=lambda place: terms[place].df)
        columns = self._columns_of([terms[place] for place in rarest_first])
        return [
            _Term(terms[place].df, gains[place], gains[place] * terms[place].peak, column)
            for place, column in zip(rarest_first, columns, strict=True)
        ]

    def _best(self, terms: Sequence[_Term], limit: int) -> tuple[Ids, Scores]:
        """The best documents and perhaps some others, ascending, with their scores."""
        left = _left(terms)
        rare = sum(1 for size in accumulate(term.df for term in terms) if size <= _RARE) or 1
        total = np.zeros(self._size, np.float32)
        self._add(terms[:rare], total)
        met = documents_of([term.column for term in terms[:rare]])
        enough = self._probe(total, met, terms[rare:], limit)
        needed = next((at for at in range(rare, len(terms)) if enough > left[at]), len(terms))
        if needed < len(terms) and terms[needed].column.row is None:
            needed += 1  # adding its postings takes no longer than looking documents up in them
        if needed > rare:
            self._add(terms[rare:needed], total)
            (high,) = (total > _HIGH * total.max()).nonzero()
            enough = max(enough, self._probe(total, high, terms[needed:], limit))
        (documents,) = (total > max(0.0, enough - left[needed])).nonzero()
        documents = self._hopeful(documents, total, terms[needed:], enough, limit)
        return documents, self._sums_of(documents, self._norms(documents), terms)

    def _add(self, terms: Sequence[_Term], total: _Rough) -> None:
        """Add what the terms give to each document's score, leaving out those given up.

        A few thousand postings at a time: they stay in the processor's cache meanwhile.
        """
        parts = [
            (term.column.words[at : at + _AT_ONCE], term.gain)
            for term in terms
            if term.column.words is not None
            for at in range(0, len(term.column.words), _AT_ONCE)
        ]
        for group in grouped(parts, lambda part: len(part[0]), _AT_ONCE):
            words = np.concatenate([words for words, _ in group])
            documents, counts = split_words(words)
            impacts = _saturated(counts, self._rough_norms.take(documents))
            gains = np.array([gain for _, gain in group], np.float32)
            impacts *= gains.repeat([len(words) for words, _ in group])
            np.add.at(total, documents, impacts)
        rows = [(term.column.row, term.gain) for term in terms if term.column.row is not None]
        for at in range(0, self._size if rows else 0, _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            for row, gain in rows:
                total[part] += gain * _saturated(row[part], self._rough_norms[part])
        if len(self._dead):
            total[self._dead] = 0

    def _norms(self, documents: Ids) -> Scores:
        """What BM25 adds to a count in the denominator, for some documents."""
        return bm25_norms(self._lengths.take(documents), self._average)

    def _probe(self, total: _Rough, met: Ids, terms: Sequence[_Term], limit: int) -> float:
        """A score that `limit` documents have at least: that of the best so far, completed."""
        few = _PROBED * limit
        if len(met) > few:
            met = met[total[met].argpartition(-few)[-few:]]
        documents = np.array(sorted({*met[total[met] > 0].tolist()}), np.int64)
        norms = self._rough_norms.take(documents)
        return _reached(total[documents] + self._sums_of(documents, norms, terms), limit)

    def _hopeful(
        self, documents: Ids, total: _Rough, terms: Sequence[_Term], enough: float, limit: int
    ) -> Ids:
        """Those of the documents that may be among the best once the other terms are added.

        So many at a time, which take little memory; the best of them leave fewer of the next.
        """
        terms = sorted(terms, key=lambda term: -term.bound)
        left = _left(terms)
        found, reached = [documents[:0]], [total[:0]]
        for at in range(0, len(documents), _MANY):
            some = documents[at : at + _MANY]
            if at:
                some = some[total[some] >= enough - left[0]]
            some, scores = self._completed(some, total[some], terms, enough)
            found.append(some)
            reached.append(scores)
            enough = max(enough, _reached(scores, limit))
        scores = np.concatenate(reached)
        return np.concatenate(found)[scores >= _reached(scores, limit)]

    def _completed(
        self, documents: Ids, scores: _Rough, terms: Sequence[_Term], enough: float
    ) -> tuple[Ids, _Rough]:
        """Documents and their scores with the other terms, without those that are hopeless."""
        norms = self._rough_norms.take(documents)
        for at, (term, left) in enumerate(zip(terms, _left(terms)[1:], strict=True)):
            if len(documents) <= _FEW:
                return documents, scores + self._sums_of(documents, norms, terms[at:])
            scores = scores + term.gain * _saturated(term.column.counts_of(documents), norms)
            (hopeful,) = (scores >= enough - left).nonzero()
            documents, scores = documents.take(hopeful), scores.take(hopeful)
            norms = norms.take(hopeful)
        return documents, scores

    def _sums_of(
        self, documents: Ids, norms: NDArray[_Float], terms: Sequence[_Term]
    ) -> NDArray[_Float]:
        """What the terms give to each of some documents, ascending."""
        if len(documents) > _TABLE or not terms:
            sums = np.zeros(len(documents), norms.dtype)
            for term in terms:
                sums += term.gain * _saturated(term.column.counts_of(documents), norms)
            return sums
        counts = count_table([term.column for term in terms], documents)
        impacts = _saturated(counts, norms)
        impacts *= np.array([term.gain for term in terms], norms.dtype)[:, None]
        summed: NDArray[_Float] = np.add.reduce(impacts)  # no matrix product: it starts threads
        return summed


def _asked(query: Sequence[QueryTerm]) -> list[_Asked]:
    return [term.synonyms[0] if len(term.synonyms) == 1 else term.synonyms for term in query]


def _saturated(counts: NDArray[Any], norms: NDArray[_Float]) -> NDArray[_Float]:
    """BM25 without its idf and constant factor, as precise as the norms."""
    found = counts.astype(norms.dtype)
    found /= found + norms
    return found


def _reached(scores: _Rough, limit: int) -> float:
    """A score that `limit` of them have for certain, whatever float32 has lost."""
    if len(scores) < limit:
        return 0.0
    best = scores.copy()
    best.partition(-limit)
    least = float(best[-limit])
    return least - _SLACK * (1 + least)


def _left(terms: Sequence[_Term]) -> list[float]:
    """The most that the terms from each on can add, and 0 at the end."""
    return [*reversed(list(accumulate(term.bound for term in reversed(terms)))), 0.0]
