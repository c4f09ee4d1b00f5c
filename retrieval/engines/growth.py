"""The writer of postings on disk: batches come in, small segments are merged as they come."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from retrieval.engines.batches import Batch
from retrieval.engines.merging import Source, merge
from retrieval.engines.segments import MAX_DOCUMENTS, Segment
from retrieval.engines.states import Member, read_state, write_state

_SMALL = 2048  # documents; segments up to this size are merged at every update
_DEAD_SHARE = 0.2  # from which a segment is written anew
_PENDING = 1 << 24  # postings that are held in memory before they are written


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
                self._members.append(Member(info))

    def _shed(self) -> None:
        """Write segments anew that have too many documents that were given up."""
        for at, member in enumerate(self._members):
            dead = int(np.count_nonzero(~member.alive()))
            if dead > _DEAD_SHARE * member.info.documents:
                self._members[at] = Member(merge([self._source(member)], self._folder))

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
            self._members[first:] = [Member(merge(sources, self._folder))]

    def _source(self, member: Member) -> Source:
        segment = self._open(member)
        return Source(segment, segment.ids, member.alive())

    def _open(self, member: Member) -> Segment:
        name = member.info.name
        if name not in self._opened:
            self._opened[name] = Segment(self._folder, member.info)
        return self._opened[name]
