"""Texts → batches for the engine: `document_terms` of many texts at once, as keys.

Spelling terms out, pairs above all, would take most of the time of indexing. So what stands
between two spaces is taken apart once, each distinct syllable is hashed once, and pairs are made
of hashes by numpy.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from retrieval.engines.batches import (
    SLICE,
    Batch,
    Keys,
    invert,
    keys_of_hashes,
    pair_hashes,
    word_hash,
)
from retrieval.spelling import FOLDED
from retrieval.text import exact, fold, words

_MOST = 500_000  # of what is remembered, some 150 MB; beyond it the rare ones are hashed again
_LONGEST_CHUNK = 32  # characters; what is longer hardly comes twice


class _Vocabulary(dict[str, int]):
    """The number of each word as it is written, and by number the hashes that its terms are made
    of: so that a word's forms are worked out once."""

    def __init__(self) -> None:
        self._exact, self._marked, self._folded = array("Q"), array("Q"), array("Q")

    def __missing__(self, word: str) -> int:
        self._exact.append(word_hash(exact(word)))
        self._marked.append(word_hash(FOLDED + fold(word)))
        self._folded.append(word_hash(fold(word)))
        self[word] = number = len(self)
        return number

    def hashes(self) -> tuple[Keys, Keys, Keys]:
        """Of every word: exact; folded as a term opens; folded as a term goes on."""
        exacts, marked, folded = (
            np.array(column, dtype=np.uint64)
            for column in (self._exact, self._marked, self._folded)
        )
        return exacts, marked, folded


class _Chunks(dict[str, bytes]):
    """By what stands between two spaces, as "(Yên": the numbers of its words, four bytes each."""

    def __init__(self) -> None:
        self.vocabulary = _Vocabulary()

    def __missing__(self, chunk: str) -> bytes:
        numbers = [self.vocabulary[word] for word in words(chunk)]
        found = array("I", numbers).tobytes()
        if len(chunk) <= _LONGEST_CHUNK:
            self[chunk] = found
        return found


_chunks = _Chunks()


def analyse(texts: Sequence[str]) -> Iterator[Batch]:
    """The terms of each text, in batches of at most SLICE texts."""
    for start in range(0, len(texts), SLICE):
        yield _analyse_slice(texts[start : start + SLICE])


def _analyse_slice(texts: Sequence[str]) -> Batch:
    global _chunks
    if max(len(_chunks), len(_chunks.vocabulary)) > _MOST:
        _chunks = _Chunks()
    numbered = [b"".join(map(_chunks.__getitem__, text.split(" "))) for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(one) // 4 for one in numbered])
    numbers = np.frombuffer(b"".join(numbered), np.uint32)
    exacts, marked, folded = (column[numbers] for column in _chunks.vocabulary.hashes())
    inside = owners[1:] == owners[:-1]  # a pair never reaches into the next text
    hashes = (
        exacts,
        marked,
        pair_hashes(exacts[:-1], exacts[1:])[inside],
        pair_hashes(marked[:-1], folded[1:])[inside],
    )
    pair_owners = owners[1:][inside]
    return invert(
        keys_of_hashes(np.concatenate(hashes)),
        np.concatenate((owners, owners, pair_owners, pair_owners)),
        len(texts),
    )
