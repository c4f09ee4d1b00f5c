"""A segment: the postings of some documents in one file that is never changed once written.

    words      postings, term after term: document << 8 | count, ascending; or, for a term that
               so many documents have that it is shorter, one byte of count for each document
    records    one for each term, ascending by key
    directory  where each block of records begins, checksums, the documents' ids and lengths

Whatever is read is checked: the directory and blocks of records against a CRC, a term's words
against the checksum in its record.
"""

from __future__ import annotations

import os
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from struct import Struct
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.batches import MAX_TF, Keys, Words, grouped
from retrieval.engines.memory import is_large, room
from retrieval.errors import IndexDamaged

RECORD = np.dtype(
    [("key", "<u8"), ("start", "<u4"), ("df", "<u4"), ("peak", "<f4"), ("checksum", "<u4")]
)
"""A term: its first word within those of its block, how many documents have it, the most that
BM25 gives for it to any document (without idf), as of the average length when the segment was
written, and a checksum of its words."""

_RECORD = Struct("<QIIfI")  # the same for one of them
_SIZE = _RECORD.size

MAX_DOCUMENTS = 1 << 24

_BLOCK = 32  # terms: 768 bytes are read to find one
_AT_ONCE = 1 << 17  # words whose checksums are worked out together
_COUNT = np.uint32(MAX_TF)
_ODD = np.uint32(0x9E3779B1)
_HALF = np.uint32(15)
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


class Entry(NamedTuple):
    """Where a term's words begin, its df, its peak, and the checksum of its words."""

    start: int
    df: int
    peak: float
    checksum: int


def dense_words(documents: int) -> int:
    """How many words one byte for each document takes."""
    return (documents + 3) // 4


class Segment:
    """An open segment. Safe across threads; files are read, not mapped, so that what was once
    read does not stay in the process's memory, and one that is cut off raises an error."""

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
        # a memoryview's items are had in a third of the time of an array's
        self._first_keys = parts[0].view(np.uint64).data
        self._block_records = parts[1].view(np.int64).data
        self._block_words = parts[2].view(np.int64).data
        self._checksums = parts[3].view(np.uint32).data
        self.ids: NDArray[np.int64] = parts[4].view("<i8")
        self.lengths: Words = parts[5].view("<u4")

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self.close()

    def find(self, keys: Iterable[int]) -> list[Entry | None]:
        """What is known of each term; None for one that no document has."""
        first_keys, block_words = self._first_keys, self._block_words
        found: list[Entry | None] = []
        for key in keys:
            block = bisect_right(first_keys, key) - 1
            records = self._block(block) if block >= 0 else b""
            sought = key.to_bytes(8, "little")
            at = records.find(sought)
            while at > 0 and at % _SIZE:  # not at the beginning of a record
                at = records.find(sought, at + 1)
            if at < 0:
                found.append(None)
            else:
                _, within, df, peak, checksum = _RECORD.unpack_from(records, at)
                found.append(Entry(block_words[block] + within, df, peak, checksum))
        return found

    def is_dense(self, df: int) -> bool:
        """Whether a term of that df has a count for each document, rather than postings."""
        return df >= self._dense

    def read(self, entries: Sequence[Entry]) -> list[Words]:
        """The words of terms: postings, or a count for each document in those of a dense one."""
        found: list[Words] = []
        for group in grouped(entries, attrgetter("df"), _AT_ONCE):
            read = [self._words(entry) for entry in group]
            starts = np.array([0, *accumulate(map(len, read[:-1]))], np.int64)
            expected = [entry.checksum for entry in group]
            joined = read[0] if len(read) == 1 else np.concatenate(read)  # large ones are alone
            if _checksums(joined, starts).tolist() != expected:
                raise self._damaged("postings are damaged")
            found += read
        return found

    def parts(self, low: int, high: int) -> Part:
        """Every posting of keys from `low` to `high` (exclusive), dense ones spelled out."""
        records, starts = self._range(low, high)
        if not len(records):
            return Part(records["key"], np.zeros(0, np.int64), np.zeros(0, np.uint32))
        dfs = records["df"].astype(np.int64)
        sizes = np.minimum(dfs, self._dense)
        words = np.frombuffer(self._read(int(starts[0]) * 4, int(sizes.sum()) * 4), "<u4")
        starts -= starts[0]
        if not np.array_equal(_checksums(words, starts), records["checksum"]):
            raise self._damaged("postings are damaged")
        pieces, done = [], 0
        for at in np.flatnonzero(dfs >= self._dense):
            start = int(starts[at])
            pieces += [words[done:start], spell_out(words[start : start + self._dense])]
            done = start + self._dense
        return Part(records["key"], dfs, np.concatenate([*pieces, words[done:]]))

    def _range(self, low: int, high: int) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        """The records of keys in that range, and where the words of each begin."""
        first = max(0, bisect_right(self._first_keys, low) - 1)
        last = bisect_left(self._first_keys, high)
        raw = b"".join(self._block(block) for block in range(first, last))
        records = np.frombuffer(raw, RECORD)
        sizes = np.diff(self._block_records[first : max(first, last) + 1])
        starts = np.repeat(self._block_words[first:last], sizes) + records["start"]
        start, end = np.searchsorted(records["key"], np.array([low, high], np.uint64))
        return records[start:end], starts[start:end]

    def _block(self, block: int) -> bytes:
        """The records of a block, as they were written."""
        first, last = self._block_records[block], self._block_records[block + 1]
        raw = self._read(self._records_at + first * _SIZE, (last - first) * _SIZE)
        if zlib.crc32(raw) != self._checksums[block]:
            raise self._damaged(f"block {block} is damaged")
        return raw

    def _words(self, entry: Entry) -> Words:
        at, size = entry.start * 4, min(entry.df, self._dense) * 4
        if not is_large(size):
            return np.frombuffer(self._read(at, size), "<u4")
        words = room(size)
        self._fill(words.data, at)
        return words.view("<u4")

    def _read(self, offset: int, size: int) -> bytes:
        read = os.pread(self._file, size, offset)
        if len(read) < size:
            whole = bytearray(size)
            self._fill(memoryview(whole), offset)
            return bytes(whole)
        return read

    def _fill(self, buffer: memoryview, offset: int) -> None:
        """Fill a buffer with what stands in the file from a place on."""
        while len(buffer):  # one call reads at most 2 GB
            size = os.preadv(self._file, [buffer], offset)
            if not size:
                raise self._damaged("it ends too early")
            buffer, offset = buffer[size:], offset + size

    def _damaged(self, cause: str) -> IndexDamaged:
        return IndexDamaged(str(self._path), cause, _REBUILD)


def _checksums(words: Words, starts: NDArray[np.int64]) -> Words:
    """A checksum of the words from each start on.

    Any one word changes it, and lists of other words hardly share it.
    """
    mixed = words * _ODD
    mixed ^= mixed >> _HALF
    return np.add.reduceat(mixed, starts, dtype=np.uint32)


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
            words, blocks = layout.add(part)
            file.write(words)
            records.write(blocks)
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
        self._norms = norms.astype(np.float32)
        self.words = self.records = 0
        self.first_keys: list[int] = []
        self._block_records: list[int] = []
        self._block_words: list[int] = []
        self._checksums: list[int] = []

    def add(self, part: Part) -> tuple[memoryview, bytes]:
        """The words and the records of a part, as they are to be written."""
        if not len(part.keys):
            return memoryview(b""), b""
        starts = np.cumsum(part.dfs) - part.dfs
        words = self._packed(part.postings, starts, part.dfs)
        sizes = np.minimum(part.dfs, self._dense)
        ends = np.cumsum(sizes)
        first = np.arange(0, len(part.keys), _BLOCK)
        records = np.zeros(len(part.keys), RECORD)
        records["key"], records["df"] = part.keys, part.dfs
        records["start"] = ends - sizes - np.repeat((ends - sizes)[first], _BLOCK)[: len(ends)]
        records["peak"] = self._peaks(part.postings, starts)
        records["checksum"] = _checksums(words, ends - sizes)
        raw = records.tobytes()
        block = _BLOCK * RECORD.itemsize
        self._checksums += [zlib.crc32(raw[at : at + block]) for at in range(0, len(raw), block)]
        self.first_keys += part.keys[first].tolist()
        self._block_records += (self.records + first).tolist()
        self._block_words += (self.words + (ends - sizes)[first]).tolist()
        self.records += len(records)
        self.words += len(words)
        return words.data, raw

    def directory(self, ids: NDArray[np.int64], lengths: Words) -> bytes:
        """What is written last and read first."""
        return b"".join(
            np.asarray(values, kind).tobytes()
            for values, kind in (
                (self.first_keys, "<u8"),
                ([*self._block_records, self.records], "<i8"),
                (self._block_words, "<i8"),
                (self._checksums, "<u4"),
                (ids, "<i8"),
                (lengths, "<u4"),
            )
        )

    def _peaks(self, postings: Words, starts: NDArray[np.int64]) -> NDArray[np.float32]:
        counts = (postings & _COUNT).astype(np.float32)
        counts /= counts + self._norms[postings >> np.uint32(8)]
        peaks = np.maximum.reduceat(counts, starts)
        # rounded up, since a bound that is too low would lose documents
        return np.minimum(peaks * np.float32(1 + 1e-6), np.float32(1))

    def _packed(self, postings: Words, starts: NDArray[np.int64], dfs: NDArray[np.int64]) -> Words:
        """The words of terms, dense ones as a byte for each document."""
        pieces, done = [], 0
        for at in np.flatnonzero(dfs >= self._dense):
            start, end = int(starts[at]), int(starts[at] + dfs[at])
            counts = np.zeros(self._dense * 4, np.uint8)
            counts[postings[start:end] >> np.uint32(8)] = postings[start:end] & _COUNT
            pieces += [postings[done:start], counts.view("<u4")]
            done = end
        return np.concatenate([*pieces, postings[done:]]) if pieces else postings


def spell_out(words: Words) -> Words:
    """A dense term's words as postings."""
    counts = words.view(np.uint8)
    documents = np.flatnonzero(counts).astype(np.uint32)
    return (documents << np.uint32(8)) | counts[documents]


def _directory_sizes(info: SegmentInfo) -> Sequence[int]:
    blocks, documents = info.blocks, info.documents
    return (
        blocks * 8,
        (blocks + 1) * 8,
        blocks * 8,
        blocks * 4,
        documents * 8,
        documents * 4,
    )


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while piece := source.read(1 << 20):
        target.write(piece)
