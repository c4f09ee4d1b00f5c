from __future__ import annotations

from pathlib import Path

import pytest

from bot.preferences import Preferences
from retrieval.errors import SettingsError


def test_a_choice_is_remembered_and_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "new" / "bot.sqlite"
    first = Preferences(file)
    first.choose(7, "en")
    first.choose(-100, "vi")
    first.choose(-100, "en")
    first.close()
    second = Preferences(file)
    assert [second.language(chat) for chat in (7, -100, 8)] == ["en", "en", None]
    second.choose(7, None)
    second.close()
    third = Preferences(file)
    assert third.language(7) is None
    third.close()


def test_a_file_that_is_something_else_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    file.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(SettingsError, match=r"HOIBAO_STATE: .*bot\.sqlite cannot be used"):
        Preferences(file)
