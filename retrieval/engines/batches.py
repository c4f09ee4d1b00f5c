"""Documents as they are handed to an engine: inverted, their terms as numbers.

A term's key is 52 bits of a hash: among thirty million terms one pair is expected to share a
key in a tenth of all corpora, and it would have to be asked for to be noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Words = NDArray[np.uint32]
Item = TypeVar("Item")

SLICE = 4096
"""The most documents that are inverted at once: key and document fit one 64-bit number."""

MAX_TF = 255
"""A term's count in a document is cut here, where BM25 has long been saturated."""

_DOC_BITS = 12
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, from the golden ratio: the order of words matters
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Which terms stand in which documents, how often.

    `keys` are ascending; the postings of `keys[i]` are `postings[ends[i - 1]:ends[i]]`, each
    document << 8 | count, ascending; `lengths` has the number of terms of each document.
    """

    keys: Keys
    ends: NDArray[np.int64]
    postings: Words
    lengths: Words


@lru_cache(maxsize=1 << 14)
def word_hash(word: str) -> int:
    """64 bits for a word."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def term_key(term: str) -> int:
    """The key of a term of one or more words with a space between."""
    first, *others = map(word_hash, term.split(" "))
    for other in others:
        first = (first * _MULTIPLIER + other) & _MASK
    return first >> _DOC_BITS


def pair_hashes(first: Keys, second: Keys) -> Keys:
    """The hashes of two-word terms from those of their words."""
    return first * np.uint64(_MULTIPLIER) + second


def keys_of_hashes(hashes: Keys) -> Keys:
    """The keys of terms with these hashes."""
    return hashes >> np.uint64(_DOC_BITS)


def invert(keys: Keys, documents: NDArray[np.int64], count: int) -> Batch:
    """The batch of `count` documents, at most SLICE, from (key, document) pairs in any order."""
    if count > SLICE:
        raise ValueError(f"{count} documents in a batch of at most {SLICE}")
    pairs = np.sort((keys << np.uint64(_DOC_BITS)) | documents.astype(np.uint64))
    firsts = _run_starts(pairs)
    counts = np.minimum(np.diff(firsts, append=len(pairs)), MAX_TF)
    pairs = pairs[firsts]
    found = (pairs & np.uint64(SLICE - 1)).astype(np.uint32)
    sorted_keys = keys_of_hashes(pairs)
    starts = _run_starts(sorted_keys)
    return Batch(
        keys=sorted_keys[starts],
        ends=np.append(starts[1:], len(pairs)).astype(np.int64)[: len(starts)],
        postings=(found << np.uint32(8)) | counts.astype(np.uint32),
        lengths=np.bincount(documents, minlength=count).astype(np.uint32),
    )


def batch_of(documents: Sequence[Sequence[str]]) -> Batch:
    """The batch of documents given by their terms, in order.

    >>> batch_of([["xã", "xã"], ["xã", "~xa yen"]]).lengths.tolist()
    [2, 2]
    """
    keys = [term_key(term) for terms in documents for term in terms]
    lengths = [len(terms) for terms in documents]
    owners = np.repeat(np.arange(len(documents)), lengths)
    return invert(np.array(keys, dtype=np.uint64), owners, len(documents))


def grouped(items: Iterable[Item], size: Callable[[Item], int], most: int) -> Iterator[list[Item]]:
    """The items in order, in groups of at most that size; a larger one stands alone.

    >>> list(grouped([1, 2, 3, 9], int, 5))
    [[1, 2], [3], [9]]
    """
    group: list[Item] = []
    total = 0
    for item in items:
        own = size(item)
        if group and total + own > most:
            yield group
            group, total = [], 0
        group.append(item)
        total += own
    if group:
        yield group


def _run_starts(values: Keys) -> NDArray[np.int64]:
    """Where each run of equal values begins."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.append(True, values[1:] != values[:-1]))
