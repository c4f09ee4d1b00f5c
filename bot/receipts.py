"""Which messages wait for an answer, so that none is forgotten when the bot is killed.

Telegram delivers an update once. So before the bot says that it has it, it writes down where the
answer belongs: the numbers of chat and message, no word and no user. When the answer is there
that is deleted; what is left at the next start was cut off, and is told so.

receipts = Receipts(Path("bot.sqlite"), run=2)
receipts.take(Receipt(update_id, chat_id, message_id, "vi"))
receipts.done(update_id)
receipts.left() -> those of earlier runs
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.state import PatientFile, open_state

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS receipts (
    update_id INTEGER PRIMARY KEY, run INTEGER NOT NULL,
    chat INTEGER NOT NULL, message INTEGER NOT NULL, language TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message that is to be answered, and in which language."""

    update_id: int
    chat: int
    message: int
    language: str


class Receipts:
    """For one thread at a time. `run` tells this run of the bot from those before it."""

    def __init__(
        self,
        path: Path,
        run: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = open_state(path, SCHEMA)
        self._file = PatientFile(self._connection, clock)
        self._run = time.time_ns() if run is None else run
        self._owed: dict[int, Receipt | None] = {}  # by update; None: to be deleted
        self._kept: set[int] = set()

    def take(self, receipt: Receipt) -> None:
        """A message came in."""
        self._owe(receipt.update_id, receipt)

    def done(self, update_id: int) -> None:
        """It was answered, or told why not; or it was none that wants an answer."""
        if update_id not in self._kept:
            self._owe(update_id, None)

    def keep(self, update_id: int) -> None:
        """Nothing could be said to it so far: unless it is released, the next run has to."""
        self._kept.add(update_id)

    def release(self, update_id: int) -> None:
        """Something was said to it."""
        self._kept.discard(update_id)

    def left(self) -> list[Receipt]:
        """What earlier runs took and did not answer, oldest first."""
        rows = self._connection.execute(
            "SELECT update_id, chat, message, language FROM receipts WHERE run != ?"
            " ORDER BY update_id",
            (self._run,),
        )
        return [Receipt(*row) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _owe(self, update_id: int, receipt: Receipt | None) -> None:
        self._owed[update_id] = receipt
        if self._file.attempt(self._write_owed):
            self._owed.clear()

    def _write_owed(self) -> None:
        for update_id, one in self._owed.items():
            if one is None:
                self._connection.execute("DELETE FROM receipts WHERE update_id = ?", (update_id,))
            else:
                self._connection.execute(
                    "REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)",
                    (update_id, self._run, one.chat, one.message, one.language),
                )
