"""Batches and segments → one segment: their postings in order of key, then of document."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.base import K1, B
from retrieval.engines.batches import Batch, Keys
from retrieval.engines.segments import Part, Segment, SegmentInfo, write_segment

_KEYS = 1 << 52
_POSTINGS_AT_ONCE = 1 << 21  # that many places fit the blocks that glibc keeps for the next part
_SHIFT = np.uint32(8)


@dataclass(frozen=True, slots=True)
class Source:
    """A batch or a segment to merge; `alive` says of each of its documents whether it stays."""

    content: Batch | Segment
    ids: NDArray[np.int64]
    alive: NDArray[np.bool_]

    @property
    def lengths(self) -> NDArray[np.uint32]:
        """The number of terms of each document."""
        return self.content.lengths

    @property
    def postings(self) -> int:
        """About how many postings it has."""
        if isinstance(self.content, Batch):
            return len(self.content.postings)
        return self.content.info.words * 2  # dense terms take less room than their postings

    def part(self, low: int, high: int) -> Part:
        """Its postings of keys from `low` to `high` (exclusive)."""
        if isinstance(self.content, Segment):
            return self.content.parts(low, high)
        return _batch_part(self.content, low, high)


def bm25_norms(lengths: NDArray[np.unsignedinteger], average: float) -> NDArray[np.float64]:
    """What BM25 adds to a count in the denominator, for each document."""
    relative: NDArray[np.float64] = lengths / (average or 1.0)
    return K1 * (1 - B + B * relative)


def merge(sources: Sequence[Source], folder: Path) -> SegmentInfo:
    """One new segment in `folder` of the documents that stay; sources ascend by ids."""
    ids = np.concatenate([source.ids[source.alive] for source in sources])
    lengths = np.concatenate([source.lengths[source.alive] for source in sources])
    norms = bm25_norms(lengths, float(lengths.mean()) if len(lengths) else 0.0)
    return write_segment(
        folder, f"{uuid.uuid4().hex}.segment", _parts(sources), ids, lengths, norms
    )


def _parts(sources: Sequence[Source]) -> Iterator[Part]:
    """The merged postings by ranges of keys, so that only one range is in memory."""
    places = _places(sources)
    count = 1 + sum(source.postings for source in sources) // _POSTINGS_AT_ONCE
    bounds = [_KEYS * number // count for number in range(count + 1)]
    for low, high in pairwise(bounds):
        parts = [
            _moved(source.part(low, high), place)
            for source, place in zip(sources, places, strict=True)
        ]
        yield _interleaved(parts)


def _places(sources: Sequence[Source]) -> list[NDArray[np.int64]]:
    """For each source: the new number of each of its documents, -1 for one that goes."""
    places, total = [], 0
    for source in sources:
        place = np.where(source.alive, total - 1 + np.cumsum(source.alive), -1)
        places.append(place)
        total += int(np.count_nonzero(source.alive))
    return places


def _moved(part: Part, place: NDArray[np.int64]) -> Part:
    """The part with its documents renumbered, without those that go."""
    documents = place[part.postings >> _SHIFT]
    kept = documents >= 0
    postings = (documents.astype(np.uint32) << _SHIFT) | (part.postings & np.uint32(255))
    if kept.all():
        return Part(part.keys, part.dfs, postings)
    starts = np.cumsum(part.dfs) - part.dfs
    dfs = np.add.reduceat(kept, starts, dtype=np.int64)
    found = dfs > 0
    return Part(part.keys[found], dfs[found], postings[kept])


def _interleaved(parts: Sequence[Part]) -> Part:
    """The parts as one, whose sources follow each other by document."""
    keys: Keys = np.concatenate([part.keys for part in parts])
    dfs = np.concatenate([part.dfs for part in parts])
    postings = np.concatenate([part.postings for part in parts])
    if not len(keys) or len(parts) == 1:
        return Part(keys, dfs, postings)
    order = np.argsort(keys, kind="stable")
    starts = (np.cumsum(dfs) - dfs)[order]
    keys, dfs = keys[order], dfs[order]
    places = np.repeat(starts - (np.cumsum(dfs) - dfs), dfs)
    places += np.arange(len(postings))
    firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return Part(keys[firsts], np.add.reduceat(dfs, firsts), postings[places])


def _batch_part(batch: Batch, low: int, high: int) -> Part:
    first, last = np.searchsorted(batch.keys, np.array([low, high], np.uint64))
    starts = np.concatenate(([0], batch.ends))[first : last + 1]
    if first == last:
        return Part(batch.keys[:0], np.zeros(0, np.int64), batch.postings[:0])
    return Part(batch.keys[first:last], np.diff(starts), batch.postings[starts[0] : starts[-1]])
