"""Where words, and runs of words, stand in a stream of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.evidence.gathered import Ints


def occurrences(stream: Ints, of: Ints, patterns: Sequence[tuple[str, ...]]) -> tuple[Ints, Ints]:
    """Which pattern begins at which token, for each time one does, within one sentence.

    `stream` holds the hash of each token's form, `of` its sentence. The patterns may be of any
    lengths, and the same one may be given twice.

    >>> stream = np.array([hash(word) for word in ("xã", "yên", "xã")])
    >>> [found.tolist() for found in occurrences(stream, np.zeros(3, int), [("xã",)])]
    [[0, 0], [0, 2]]
    """
    known = np.unique(np.array([hash(word) for words in patterns for word in words], np.int64))
    if not len(known) or not len(stream):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    nearest = np.minimum(np.searchsorted(known, stream), len(known) - 1)
    numbers = np.where(known[nearest] == stream, nearest + 1, 0)  # 0: nobody asked for it
    places = np.flatnonzero(numbers)
    numbers = np.append(numbers, 0)
    number_of = {int(word): number for number, word in enumerate(known, start=1)}
    found = [
        _of_length(length, numbers, of, places, len(known) + 1, codes)
        for length, codes in _codes(patterns, number_of, len(known) + 1).items()
    ]
    which, where = zip(*found, strict=True)
    return np.concatenate(which), np.concatenate(where)


def _codes(
    patterns: Sequence[tuple[str, ...]], number_of: dict[int, int], base: int
) -> dict[int, list[tuple[int, int]]]:
    """For each length: every pattern as one number, with its index, sorted."""
    found: dict[int, list[tuple[int, int]]] = {}
    for index, words in enumerate(patterns):
        code = 0
        for word in words:
            code = code * base + number_of[hash(word)]
        found.setdefault(len(words), []).append((code, index))
    return {length: sorted(codes) for length, codes in found.items()}


def _of_length(
    length: int, numbers: Ints, of: Ints, places: Ints, base: int, codes: list[tuple[int, int]]
) -> tuple[Ints, Ints]:
    places = places[places + length <= len(of)]
    places = places[of[places] == of[places + length - 1]]
    code = numbers[places]
    for step in range(1, length):
        code = code * base + numbers[places + step]
    sought, index = np.array(codes, np.int64).T
    low, high = np.searchsorted(sought, code), np.searchsorted(sought, code, side="right")
    counts = high - low
    ends = np.cumsum(counts)
    ranks = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
    return index[np.repeat(low, counts) + ranks], np.repeat(places, counts)
