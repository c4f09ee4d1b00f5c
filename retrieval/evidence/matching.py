"""Where words, and runs of words, stand in a stream of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from retrieval.evidence.tokens import Ints

_FACTOR = 0x2545_F491_4F6C_DD1D  # by which a hash counts for each word after it
_RANGE = 1 << 64  # of the hashes, which are signed
_BITS = (1 << 13) - 1  # of a hash, by which most words that nobody asked for are left out


class Pattern(NamedTuple):
    """Words in a row: their last bits, by which most others are told apart, and one number."""

    bits: tuple[int, ...]
    code: int


def pattern(words: Sequence[int]) -> Pattern:
    """The pattern of those hashes, at least one."""
    code = words[0]
    for word in words[1:]:
        code = (code * _FACTOR + word + _RANGE // 2) % _RANGE - _RANGE // 2
    return Pattern(tuple([word & _BITS for word in words]), code)


def occurrences(stream: Ints, of: Ints, patterns: Sequence[Pattern]) -> tuple[Ints, Ints]:
    """Which pattern begins at which token, for each time one does, within one sentence.

    `stream` holds the hash of each token's form, `of` its sentence. The patterns may be of any
    lengths, and the same one may be given twice.

    >>> stream, of = np.array([5, 7, 5]), np.zeros(3, int)
    >>> [found.tolist() for found in occurrences(stream, of, [pattern([5]), pattern([5, 7])])]
    [[0, 0, 1], [0, 2, 0]]
    """
    if not patterns or not len(stream):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    sought = np.zeros(_BITS + 1, bool)  # by the last bits of a hash: few others have the same
    all_bits = [bits for bits, _ in patterns]
    sought[[*chain.from_iterable(all_bits)]] = True
    longest = max(map(len, all_bits))
    asked = sought[stream & _BITS]
    (at,) = asked.nonzero()
    code = stream[at]
    codes, places = [code], [at]
    for length in range(2, longest + 1):
        last = at + (length - 1)
        goes_on = of.take(last, mode="clip") == of[at]
        goes_on &= asked.take(last, mode="clip") & (last < len(of))
        at, last, code = at[goes_on], last[goes_on], code[goes_on]
        code = code * _FACTOR + stream[last]  # goes round at 64 bits
        codes.append(code)
        places.append(at)
    which, found = _matches(np.concatenate(codes), np.array([code for _, code in patterns]))
    return which, np.concatenate(places)[found]


def _matches(codes: Ints, sought: Ints) -> tuple[Ints, Ints]:
    """Which of those that are sought a code is, and where it stands, for each that is one."""
    order = sought.argsort(kind="stable")
    sought = sought[order]
    low = sought.searchsorted(codes)
    (place,) = (sought.take(low, mode="clip") == codes).nonzero()
    low = low[place]
    counts = sought.searchsorted(codes[place], side="right") - low
    ends = counts.cumsum()
    which = np.arange(counts.sum()) + (low - ends + counts).repeat(counts)
    return order[which], place.repeat(counts)
