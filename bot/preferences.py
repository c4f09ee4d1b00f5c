"""Which language each chat chose, and which group wants no answers, in one small SQLite file.

preferences = Preferences(Path("bot.sqlite"))
preferences.choose(chat_id, "en")
preferences.language(chat_id) -> "en"
preferences.silence(group_id, True)
preferences.is_silent(group_id) -> True
"""

from __future__ import annotations

from pathlib import Path

from bot.state import open_state

SCHEMA = """
CREATE TABLE IF NOT EXISTS language (chat INTEGER PRIMARY KEY, code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS silent (chat INTEGER PRIMARY KEY);
"""


class Preferences:
    """Read into memory once, since every message asks; written through, since few choose.

    For one thread at a time. What cannot be written raises `sqlite3.Error`, and is not chosen.
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
            self._connection.execute("DELETE FROM language WHERE chat = ?", (chat,))
            self._languages.pop(chat, None)
        else:
            self._connection.execute("REPLACE INTO language VALUES (?, ?)", (chat, code))
            self._languages[chat] = code

    def is_silent(self, chat: int) -> bool:
        """Whether that group wants no answers."""
        return chat in self._silent

    def silence(self, chat: int, silent: bool) -> None:
        """Remember whether that group wants answers."""
        if silent:
            self._connection.execute("INSERT OR IGNORE INTO silent VALUES (?)", (chat,))
            self._silent.add(chat)
        else:
            self._connection.execute("DELETE FROM silent WHERE chat = ?", (chat,))
            self._silent.discard(chat)

    def move(self, chat: int, to: int) -> None:
        """What one chat chose is another's from now on."""
        self.choose(to, self.language(chat))
        self.silence(to, self.is_silent(chat))
        self.choose(chat, None)
        self.silence(chat, False)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
