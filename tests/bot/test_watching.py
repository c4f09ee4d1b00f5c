"""What failed is tried again by itself, ever less often, until it is done."""

from __future__ import annotations

from pathlib import Path

from bot.watching import LONGEST_PAUSE, PAUSE, Patience, is_hidden
from tests.bot.test_vitals import Clock


def test_what_failed_is_due_again_after_ever_longer_pauses() -> None:
    clock = Clock()
    patience = Patience(clock)
    assert not patience.is_over  # nothing has failed
    waited = []
    for _ in range(9):
        patience.note(False)
        begun = clock.now
        while not patience.is_over:
            clock.now += PAUSE
        waited.append(clock.now - begun)
    assert waited[:3] == [PAUSE, 2 * PAUSE, 4 * PAUSE]
    assert waited[-1] == LONGEST_PAUSE
    patience.note(True)
    clock.now += LONGEST_PAUSE
    assert not patience.is_over
    patience.note(False)
    clock.now += PAUSE
    assert patience.is_over  # patient anew


def test_files_that_editors_write_beside_are_hidden(tmp_path: Path) -> None:
    assert is_hidden(str(tmp_path / ".den.md.swp"), tmp_path)
    assert not is_hidden(str(tmp_path / "den.md"), tmp_path)
