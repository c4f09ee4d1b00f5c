"""Memory for what is kept, apart from what each question takes and gives back.

Both in one heap, over thousands of questions, leave holes between what is kept that fit little
of what comes, and the process grows although it keeps no more. So large blocks have maps of
their own; and since a new one takes as long to be had as to be read into, some that are no
longer used are laid by for the next.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGE = 1 << 16  # bytes
_SPARE = 1 << 24  # bytes of maps that are laid by
_FREED = 1 << 24  # bytes
_FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0)

_spare: dict[int, list[mmap.mmap]] = {}  # by size


def is_large(size: int) -> bool:
    """Whether a block of so many bytes has a map of its own."""
    return size >= _LARGE


def room(size: int) -> NDArray[np.uint8]:
    """So many bytes for what is to be kept; what stands in them is left over from before."""
    if not is_large(size):
        return np.empty(size, np.uint8)
    step = 1 << max(0, size.bit_length() - 3)
    whole = -(-size // step) * step  # a quarter more at most: those laid by fit more often
    try:
        found = _spare.setdefault(whole, []).pop()
    except IndexError:
        found = mmap.mmap(-1, whole, flags=_FLAGS)
    return np.asarray(_Block(found))[:size]


def joined(parts: Sequence[NDArray[np.unsignedinteger]]) -> NDArray[np.unsignedinteger]:
    """Arrays one after the other, to be kept; the widest of their types."""
    kind = np.result_type(*parts)
    whole = room(sum(map(len, parts)) * kind.itemsize).view(kind)
    return np.concatenate(parts, out=whole)


class _Block:
    """A map that is laid by when no array shows it any more. Safe across threads."""

    def __init__(self, own: mmap.mmap) -> None:
        self._own = own

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return np.frombuffer(self._own, np.uint8).__array_interface__

    def __del__(self, spare: dict[int, list[mmap.mmap]] = _spare) -> None:
        size = len(self._own)
        if size + sum(each * len(maps) for each, maps in [*spare.items()]) <= _SPARE:
            spare[size].append(self._own)  # nothing that runs at any moment may add a size


def keep_freed_memory() -> None:
    """Have the allocator keep what a question has freed for the next one, up to some 32 MB.

    glibc gives it back to the system, which takes longer than many a search, until it has seen
    a block of this size freed. The block is never touched, and so takes no memory.
    """
    np.empty(_FREED, np.uint8)
