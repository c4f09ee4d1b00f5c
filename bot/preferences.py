"""Which language each chat chose, in one small SQLite file.

preferences = Preferences(Path("bot.sqlite"))
preferences.choose(chat_id, "en")
preferences.language(chat_id) -> "en"
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from retrieval.errors import SettingsError


class Preferences:
    """Read into memory once, since every message asks; written through, since few choose.

    For one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # no isolation level: every statement is a transaction of its own
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS language (chat INTEGER PRIMARY KEY, code TEXT NOT NULL)"
            )
            chosen = self._connection.execute("SELECT chat, code FROM language")
            self._languages: dict[int, str] = dict(chosen)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                "HOIBAO_STATE", f"{path} cannot be used: {error}", "name a writable file"
            ) from error

    def language(self, chat: int) -> str | None:
        """What that chat chose, if it did."""
        return self._languages.get(chat)

    def choose(self, chat: int, code: str | None) -> None:
        """Remember a choice; None forgets it."""
        if code is None:
            self._languages.pop(chat, None)
            self._connection.execute("DELETE FROM language WHERE chat = ?", (chat,))
        else:
            self._languages[chat] = code
            self._connection.execute("REPLACE INTO language VALUES (?, ?)", (chat, code))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
