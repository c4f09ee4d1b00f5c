"""Which language each chat chose, and which group wants no answers, in one small SQLite file.

preferences = Preferences(Path("bot.sqlite"))
preferences.choose(chat_id, "en")
preferences.language(chat_id) -> "en"
preferences.silence(group_id, True)
preferences.is_silent(group_id) -> True
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from retrieval.errors import SettingsError

SCHEMA = """
CREATE TABLE IF NOT EXISTS language (chat INTEGER PRIMARY KEY, code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS silent (chat INTEGER PRIMARY KEY);
"""


def open_state(path: Path, schema: str) -> sqlite3.Connection:
    """The file that the bot keeps things in, with those tables; every statement is a transaction.

    Raises `SettingsError` when it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # a log beside the file: a write does not wait for the disk, and survives a crash of ours
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # deleted is deleted
        connection.executescript(schema)
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(
            "HOIBAO_STATE", f"{path} cannot be used: {error}", "name a writable file"
        ) from error
    return connection


class Preferences:
    """Read into memory once, since every message asks; written through, since few choose.

    For one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_state(path, SCHEMA)
        chosen = self._connection.execute("SELECT chat, code FROM language")
        self._languages: dict[int, str] = dict(chosen)
        self._silent = {chat for (chat,) in self._connection.execute("SELECT chat FROM silent")}

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

    def is_silent(self, chat: int) -> bool:
        """Whether that group wants no answers."""
        return chat in self._silent

    def silence(self, chat: int, silent: bool) -> None:
        """Remember whether that group wants answers."""
        if silent:
            self._silent.add(chat)
            self._connection.execute("INSERT OR IGNORE INTO silent VALUES (?)", (chat,))
        else:
            self._silent.discard(chat)
            self._connection.execute("DELETE FROM silent WHERE chat = ?", (chat,))

    def move(self, chat: int, to: int) -> None:
        """What one chat chose is another's from now on."""
        self.choose(to, self.language(chat))
        self.silence(to, self.is_silent(chat))
        self.choose(chat, None)
        self.silence(chat, False)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
