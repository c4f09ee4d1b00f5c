"""Memory for what is kept is never given to two, and never kept without end."""

import numpy as np
import pytest

from retrieval.engines import memory

SIZE = 1 << 17


@pytest.fixture(autouse=True)
def nothing_laid_by() -> None:
    for maps in memory._spare.values():
        maps.clear()


def laid_by(size: int = SIZE) -> int:
    """How many maps of a size wait for their next use."""
    return len(memory._spare.get(size, []))


def test_block_is_laid_by_when_its_last_view_is_gone() -> None:
    block = memory.room(SIZE)
    block[:] = 7
    view = block[1:].view(np.uint8)[1:]
    del block
    other = memory.room(SIZE)
    other[:] = 1
    assert laid_by() == 0
    assert view.tolist() == [7] * (SIZE - 2)
    del view
    assert laid_by() == 1


def test_block_is_used_again_for_a_little_less() -> None:
    first = memory.room(SIZE)
    address = first.ctypes.data
    del first
    second = memory.room(SIZE - 100)
    assert len(second) == SIZE - 100
    assert second.ctypes.data == address


def test_only_so_much_is_laid_by() -> None:
    blocks = [memory.room(memory._SPARE // 2) for _ in range(5)]
    blocks.clear()
    assert laid_by(memory._SPARE // 2) == 2


@pytest.mark.parametrize("size", [0, 1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE + 5])
def test_room_is_as_long_as_asked_for(size: int) -> None:
    assert len(memory.room(size)) == size


def test_joined_is_of_the_widest_type() -> None:
    whole = memory.joined([np.arange(3, dtype=np.uint32), np.array([1 << 40], np.uint64)])
    assert whole.tolist() == [0, 1, 2, 1 << 40]
