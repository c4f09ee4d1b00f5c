"""A segment: the postings of some documents in one file that is never changed once written.

    words      postings, term after term: document << 8 | count, ascending; or, for a term that
               so many documents have that it is shorter, one byte of count for each document
    records    one for each term, ascending by key
    directory  where each block of records begins, checksums, the documents' ids and lengths

Whatever is read is checked against a checksum when it is first used: the directory on opening,
a block of records with its words when one of its terms is first asked for.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.batches import MAX_TF, Keys, Words
from retrieval.errors import IndexDamaged

RECORD = np.dtype([("key", "<u8"), ("start", "<u8"), ("df", "<u4"), ("peak", "<f4")])
"""A term: its first word, how many documents have it, and the most that BM25 gives for it to
any document (without idf), as of the average length when the segment was written."""

MAX_DOCUMENTS = 1 << 24

_BLOCK = 256  # terms: 6 kB are read to find one
_COUNT = np.uint32(MAX_TF)
_REBUILD = "run `hoibao index` to rebuild it from the corpus"


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """What has to be known to open a segment; `average` is the length that peaks were made for."""

    name: str
    documents: int
    words: int
    records: int
    blocks: int
    average: float
    checksum: int


@dataclass(frozen=True, slots=True)
class Part:
    """Postings of a range of keys, every key above those of the part before it."""

    keys: Keys
    dfs: NDArray[np.int64]
    postings: Words


def dense_words(documents: int) -> int:
    """How many words one byte for each document takes."""
    return (documents + 3) // 4


class Segment:
    """An open segment. Safe across threads; files are read, not mapped, so that what was once
    read does not stay in the process's memory."""

    def __init__(self, folder: Path, info: SegmentInfo) -> None:
        """Raises FileNotFoundError when it is gone, IndexDamaged when it is not whole."""
        self.info = info
        self._path = folder / info.name
        self._file = os.open(self._path, os.O_RDONLY)
        self._dense = dense_words(info.documents)
        self._records_at = info.words * 4
        directory_at = self._records_at + info.records * RECORD.itemsize
        sizes = _directory_sizes(info)
        raw = self._read(directory_at, sum(sizes))
        if os.fstat(self._file).st_size != directory_at + sum(sizes):
            raise self._damaged("its size is wrong")
        if zlib.crc32(raw) != info.checksum:
            raise self._damaged("its directory is damaged")
        parts = np.split(np.frombuffer(raw, np.uint8), np.cumsum(sizes)[:-1])
        self._first_keys = parts[0].view("<u8")
        self._block_records = parts[1].view("<i8")
        self._block_words = parts[2].view("<i8")
        self._checksums = parts[3].view("<u4").reshape(-1, 2)
        self.ids: NDArray[np.int64] = parts[4].view("<i8")
        self.lengths: Words = parts[5].view("<u4")
        self._verified = np.zeros(info.blocks, dtype=bool)
        self.find = lru_cache(maxsize=1 << 14)(self._find)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self.close()

    def _find(self, key: int) -> tuple[int, int, float] | None:
        """Where a term's postings begin, its df, and its peak; None when no document has it."""
        block = int(np.searchsorted(self._first_keys, np.uint64(key), "right")) - 1
        if block < 0:
            return None
        if not self._verified[block]:
            self._verify(block)
        records = self._block(block)
        at = int(np.searchsorted(records["key"], np.uint64(key)))
        if at == len(records) or records["key"][at] != key:
            return None
        _, start, df, peak = records[at].item()
        return start, df, peak

    def is_dense(self, df: int) -> bool:
        """Whether a term of that df has a count for each document, rather than postings."""
        return df >= self._dense

    def counts(self, start: int, df: int) -> NDArray[np.uint8]:
        """How often each document has the term, for a dense one."""
        raw = self._read(start * 4, self._dense * 4)
        return np.frombuffer(raw, np.uint8, self.info.documents)

    def postings(self, start: int, df: int) -> Words:
        """The postings of a term that is not dense."""
        return np.frombuffer(self._read(start * 4, df * 4), "<u4")

    def parts(self, low: int, high: int) -> Part:
        """Every posting of keys from `low` to `high` (exclusive), dense ones spelled out."""
        records = self._range(low, high)
        if not len(records):
            return Part(records["key"], np.zeros(0, np.int64), np.zeros(0, np.uint32))
        dfs = records["df"].astype(np.int64)
        first = int(records["start"][0])
        sizes = np.minimum(dfs, self._dense)
        words = np.frombuffer(self._read(first * 4, int(sizes.sum()) * 4), "<u4")
        pieces, done = [], 0
        for at in np.flatnonzero(dfs >= self._dense):
            start = int(records["start"][at]) - first
            pieces += [words[done:start], _spell_out(words[start : start + self._dense])]
            done = start + self._dense
        return Part(records["key"], dfs, np.concatenate([*pieces, words[done:]]))

    def _range(self, low: int, high: int) -> NDArray[np.void]:
        first = max(0, int(np.searchsorted(self._first_keys, np.uint64(low), "right")) - 1)
        last = int(np.searchsorted(self._first_keys, np.uint64(high)))
        for block in range(first, last):
            if not self._verified[block]:
                self._verify(block)
        if first >= last:
            return np.zeros(0, RECORD)
        records = self._records(int(self._block_records[first]), int(self._block_records[last]))
        start, end = np.searchsorted(records["key"], np.array([low, high], np.uint64))
        return records[start:end]

    def _block(self, block: int) -> NDArray[np.void]:
        return self._records(int(self._block_records[block]), int(self._block_records[block + 1]))

    def _records(self, first: int, last: int) -> NDArray[np.void]:
        at = self._records_at + first * RECORD.itemsize
        return np.frombuffer(self._read(at, (last - first) * RECORD.itemsize), RECORD)

    def _verify(self, block: int) -> None:
        start, end = (int(word) for word in self._block_words[block : block + 2])
        words = zlib.crc32(self._read(start * 4, (end - start) * 4))
        records = zlib.crc32(self._block(block).tobytes())
        if [words, records] != self._checksums[block].tolist():
            raise self._damaged(f"block {block} is damaged")
        self._verified[block] = True

    def _read(self, offset: int, size: int) -> bytes:
        pieces = []
        while size:  # one call reads at most 2 GB
            piece = os.pread(self._file, size, offset)
            if not piece:
                raise self._damaged("it ends too early")
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _damaged(self, cause: str) -> IndexDamaged:
        return IndexDamaged(str(self._path), cause, _REBUILD)


def write_segment(
    folder: Path,
    name: str,
    parts: Iterable[Part],
    ids: NDArray[np.int64],
    lengths: Words,
    norms: NDArray[np.float64],
) -> SegmentInfo:
    """A new segment, durable when this returns.

    `norms` has for each document what BM25 adds to a count in the denominator.
    """
    with (folder / name).open("xb") as file, TemporaryFile(dir=folder) as records:
        layout = _Layout(len(ids), norms)
        for part in parts:
            for words, block in layout.blocks(part):
                file.write(words)
                records.write(block)
        directory = layout.directory(ids, lengths)
        records.seek(0)
        _copy(records, file)
        file.write(directory)
        file.flush()
        os.fsync(file.fileno())
    return SegmentInfo(
        name=name,
        documents=len(ids),
        words=layout.words,
        records=layout.records,
        blocks=len(layout.first_keys),
        average=float(lengths.mean()) if len(lengths) else 0.0,
        checksum=zlib.crc32(directory),
    )


class _Layout:
    """Where blocks come to lie while a segment is written."""

    def __init__(self, documents: int, norms: NDArray[np.float64]) -> None:
        self._dense = dense_words(documents)
        self._norms = norms
        self.words = self.records = 0
        self.first_keys: list[int] = []
        self._block_records: list[int] = []
        self._block_words: list[int] = []
        self._checksums: list[tuple[int, int]] = []

    def blocks(self, part: Part) -> Iterator[tuple[bytes, bytes]]:
        """The words and the records of each block of a part."""
        if not len(part.keys):
            return
        starts = np.concatenate(([0], np.cumsum(part.dfs)))
        records = np.zeros(len(part.keys), RECORD)
        sizes = np.minimum(part.dfs, self._dense)
        records["key"], records["df"] = part.keys, part.dfs
        records["start"] = self.words + np.concatenate(([0], np.cumsum(sizes)))[:-1]
        records["peak"] = self._peaks(part.postings, starts[:-1])
        for first in range(0, len(records), _BLOCK):
            last = min(first + _BLOCK, len(records))
            words = self._words(part.postings, starts[first : last + 1])
            block = records[first:last].tobytes()
            self.first_keys.append(int(part.keys[first]))
            self._block_records.append(self.records)
            self._block_words.append(self.words)
            self._checksums.append((zlib.crc32(words), zlib.crc32(block)))
            self.records += last - first
            self.words += len(words) // 4
            yield words, block

    def directory(self, ids: NDArray[np.int64], lengths: Words) -> bytes:
        """What is written last and read first."""
        return b"".join(
            np.asarray(values, kind).tobytes()
            for values, kind in (
                (self.first_keys, "<u8"),
                ([*self._block_records, self.records], "<i8"),
                ([*self._block_words, self.words], "<i8"),
                (self._checksums, "<u4"),
                (ids, "<i8"),
                (lengths, "<u4"),
            )
        )

    def _peaks(self, postings: Words, starts: NDArray[np.int64]) -> NDArray[np.float32]:
        counts = (postings & _COUNT).astype(np.float64)
        impacts = counts / (counts + self._norms[postings >> np.uint32(8)])
        peaks = np.maximum.reduceat(impacts, starts)
        # rounded up, since a bound that is too low would lose documents
        return np.nextafter(peaks.astype(np.float32), np.float32(2))

    def _words(self, postings: Words, starts: NDArray[np.int64]) -> bytes:
        """The words of the terms whose postings begin there, dense ones as a byte a document."""
        pieces, done = [], int(starts[0])
        for at in np.flatnonzero(np.diff(starts) >= self._dense):
            start, end = int(starts[at]), int(starts[at + 1])
            pieces += [postings[done:start], self._packed(postings[start:end])]
            done = end
        return np.concatenate([*pieces, postings[done : int(starts[-1])]]).tobytes()

    def _packed(self, postings: Words) -> Words:
        counts = np.zeros(self._dense * 4, np.uint8)
        counts[postings >> np.uint32(8)] = postings & _COUNT
        return counts.view("<u4")


def _spell_out(words: Words) -> Words:
    counts = words.view(np.uint8)
    documents = np.flatnonzero(counts).astype(np.uint32)
    return (documents << np.uint32(8)) | counts[documents]


def _directory_sizes(info: SegmentInfo) -> Sequence[int]:
    blocks, documents = info.blocks, info.documents
    return (
        blocks * 8,
        (blocks + 1) * 8,
        (blocks + 1) * 8,
        blocks * 8,
        documents * 8,
        documents * 4,
    )


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while piece := source.read(1 << 20):
        target.write(piece)
