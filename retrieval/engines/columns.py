"""Which documents have a term, and how often: as postings, or as one byte for each document."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Sized
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.batches import MAX_TF
from retrieval.engines.memory import joined, room
from retrieval.engines.segments import dense_words, spell_out

Ids = NDArray[np.int64]
Counts = NDArray[np.uint8]
Words = NDArray[np.unsignedinteger]

_SHIFT = 8
_COUNT = MAX_TF
_NARROW = 1 << 24  # documents whose postings fit 32 bits
_MANY = 256  # documents
_AT_ONCE = 1 << 13  # postings that are put in a row together: few take little memory
_OVERHEAD = 512  # bytes of the objects around an array


class Piece(NamedTuple):
    """What was read of a term in a segment whose documents are numbered from `base` on."""

    base: int
    words: NDArray[np.uint32]
    is_dense: bool


class Column(NamedTuple):
    """One term over all segments, whose documents are numbered on from one to the next.

    `words` are postings, document << 8 | count, ascending, or None when `row` has the count of
    each document instead, as it does for a term that very many have.
    """

    words: Words | None
    row: Counts | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return _OVERHEAD + (self._postings if self.row is None else self.row).nbytes

    @property
    def _postings(self) -> Words:
        assert self.words is not None
        return self.words

    @property
    def df(self) -> int:
        """How many documents have it."""
        return int(np.count_nonzero(self.row)) if self.row is not None else len(self._postings)

    def spelled(self) -> tuple[Ids, Counts]:
        """Documents, ascending, and their counts."""
        if self.row is not None:
            documents = np.flatnonzero(self.row)
            return documents, self.row[documents]
        return split_words(self._postings)

    def parts(self) -> Iterator[tuple[Ids, Counts]]:
        """As spelled out, a few thousand at a time: they take little memory, however many."""
        if self.row is None:
            words = self._postings
            yield from (split_words(words[at : at + _AT_ONCE]) for at in _steps(words))
            return
        for at in _steps(self.row):
            documents = np.flatnonzero(self.row[at : at + _AT_ONCE]) + at
            yield documents, self.row[documents]

    def counts_of(self, documents: Ids) -> Counts:
        """The counts of documents, ascending; 0 for one that does not have the term."""
        if self.row is None and len(documents) > _MANY:  # more than are looked up faster singly
            first, end = int(documents[0]), int(documents[-1]) + 1
            whole = self._postings
            within = whole[whole.searchsorted(first << _SHIFT) : whole.searchsorted(end << _SHIFT)]
            moved = within - within.dtype.type(first << _SHIFT)
            return _filled(np.empty(end - first, np.uint8), [moved]).take(documents - first)
        if self.row is not None:
            return self.row.take(documents)
        counts: Counts = count_table([self], documents)[0].astype(np.uint8)
        return counts


def count_table(columns: Sequence[Column], documents: Ids) -> Words:
    """The counts of documents, ascending, in each column: of shape (columns, documents)."""
    kind = _kind(int(documents[-1]) + 1 if len(documents) else 0)
    if any(column.words is not None and column.words.itemsize > 4 for column in columns):
        kind = np.dtype(np.uint64)
    sought = (documents << _SHIFT).astype(kind)  # the lowest posting that each may have
    found = np.empty((len(columns), len(documents)), kind)
    for counts, column in zip(found, columns, strict=True):
        words = column.words
        if words is None:
            assert column.row is not None
            np.bitwise_or(sought, column.row.take(documents), out=counts)
        elif words.dtype == kind:
            words.take(words.searchsorted(sought), mode="clip", out=counts)
        else:  # it is the words that would be copied
            counts[:] = words.take(words.searchsorted(sought.astype(words.dtype)), mode="clip")
    found ^= sought  # what is left of a document's own posting is its count
    found *= found <= _COUNT
    return found


def documents_of(columns: Sequence[Column]) -> Ids:
    """The documents of some columns, those of each after those of the one before it."""
    found = [
        column.spelled()[0] if column.words is None else column.words >> _SHIFT
        for column in columns
    ]
    return np.concatenate(found, dtype=np.int64)


def split_words(words: Words) -> tuple[Ids, Counts]:
    """The documents and the counts of postings."""
    return (words >> _SHIFT).astype(np.int64), words.astype(np.uint8)


def column_of(pieces: Sequence[Piece], documents: int) -> Column:
    """A term's column, of `documents` in all, from what the segments have of it."""
    whole = pieces[0].words
    if len(pieces) == 1 and pieces[0].base == 0 and len(whole) == dense_words(documents):
        return Column(None, whole.view(np.uint8)[:documents])
    parts = [_placed(piece, documents) for piece in pieces]
    if sum(map(len, parts)) >= dense_words(documents):
        return Column(None, _filled(room(documents), parts))
    return Column(parts[0] if len(parts) == 1 else joined(parts))


def _placed(piece: Piece, documents: int) -> Words:
    """The postings of a piece with their documents numbered over all segments."""
    words = spell_out(piece.words) if piece.is_dense else piece.words
    if not piece.base:
        return words
    wide: Words = words.astype(_kind(documents))
    wide += wide.dtype.type(piece.base << _SHIFT)
    return wide


def _filled(row: Counts, parts: Iterable[Words]) -> Counts:
    """A row of the counts of postings, and of zeros."""
    row.fill(0)
    for words in parts:
        for at in _steps(words):
            found, counts = split_words(words[at : at + _AT_ONCE])
            row[found] = counts
    return row


def _steps(some: Sized) -> range:
    """Where each few thousand of an array begin."""
    return range(0, len(some), _AT_ONCE)


def pool(columns: Sequence[Column], documents: int) -> Column:
    """The column of several terms that count as one: their counts added up."""
    row = room(documents)
    row.fill(0)
    for column in columns:
        for found, counts in column.parts():
            before = row[found]
            row[found] = before + np.minimum(counts, _COUNT - before)
    if np.count_nonzero(row) >= dense_words(documents):
        return Column(None, row)
    found = np.flatnonzero(row)
    kind = _kind(documents)
    words = room(len(found) * kind.itemsize).view(kind)
    words[:] = found
    words <<= kind.type(_SHIFT)
    words |= row[found]
    return Column(words)


def _kind(documents: int) -> np.dtype[Any]:
    """The type of postings of so many documents."""
    return np.dtype(np.uint32 if documents <= _NARROW else np.uint64)


class ColumnCache:
    """The columns that were used last, of at most so many bytes in all. Safe across threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._columns: OrderedDict[Hashable, Column] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def find(self, keys: Iterable[Hashable]) -> dict[Hashable, Column]:
        """The columns of those keys that are at hand."""
        found: dict[Hashable, Column] = {}
        with self._lock:
            for key in keys:
                if (column := self._columns.get(key)) is not None:
                    self._columns.move_to_end(key)
                    found[key] = column
        return found

    def keep(self, columns: Mapping[Hashable, Column]) -> None:
        """Remember columns, and forget those that were not used for longest."""
        with self._lock:
            for key, column in columns.items():
                if key not in self._columns:
                    self._columns[key] = column
                    self._held += column.size
            while self._held > self._capacity:
                _, dropped = self._columns.popitem(last=False)
                self._held -= dropped.size
