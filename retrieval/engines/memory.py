"""Memory for what is kept, apart from what each question takes and gives back.

Both in one heap, over thousands of questions, leave holes between what is kept that fit little
of what comes, and the process grows although it keeps no more.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LARGE = 1 << 16  # bytes
_FREED = 1 << 24  # bytes
_FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0)


def is_large(size: int) -> bool:
    """Whether a block of so many bytes has a map of its own, which leaves no hole when it goes."""
    return size >= _LARGE


def room(size: int) -> NDArray[np.uint8]:
    """So many bytes, all zero, for what is to be kept."""
    if is_large(size):
        return np.frombuffer(mmap.mmap(-1, size, flags=_FLAGS), np.uint8)
    return np.zeros(size, np.uint8)


def joined(parts: Sequence[NDArray[np.unsignedinteger]]) -> NDArray[np.unsignedinteger]:
    """Arrays one after the other, to be kept; the widest of their types."""
    kind = np.result_type(*parts)
    whole = room(sum(map(len, parts)) * kind.itemsize).view(kind)
    return np.concatenate(parts, out=whole)


def keep_freed_memory() -> None:
    """Have the allocator keep what a question has freed for the next one, up to some 32 MB.

    glibc gives it back to the system, which takes longer than many a search, until it has seen
    a block of this size freed. The block is never touched, and so takes no memory.
    """
    np.empty(_FREED, np.uint8)
