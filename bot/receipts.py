"""Which messages wait for an answer, so that none is forgotten when the bot is killed.

Telegram delivers an update until the bot says that it has it. Before that, it writes down where the
answer belongs: the numbers of chat and message, no word and no user. When the answer is there
that is deleted; what is left at the next start was cut off, and is told so.

receipts = Receipts(Path("bot.sqlite"), run=2)
receipts.take(Receipt(update_id, chat_id, message_id, "vi"))
receipts.settled() -> False            # the file is locked: a kill would lose the message now
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

    def take(self, receipt: Receipt) -> None:
        """A message came in."""
        self._owe(receipt.update_id, receipt)

    def done(self, update_id: int) -> None:
        """It was answered, or told why not."""
        self._owe(update_id, None)

    def forget(self, update_id: int) -> None:
        """It did not come in after all: Telegram is to deliver it again."""
        self._owed.pop(update_id, None)

    def settle(self) -> None:
        """Write what is owed, as far as that is possible now."""
        if self._owed and self._file.attempt(self._write_owed):
            self._owed.clear()

    def settled(self, update_id: int | None = None) -> bool:
        """Whether that message, or every one so far, is written down or was answered."""
        self.settle()
        if update_id is not None:
            return self._owed.get(update_id) is None
        return not any(self._owed.values())

    def left(self) -> list[Receipt]:
        """What earlier runs took, and none has answered so far, oldest first."""
        rows = self._connection.execute(
            "SELECT update_id, chat, message, language FROM receipts WHERE run != ?"
            " ORDER BY update_id",
            (self._run,),
        )
        return [
            each for each in (Receipt(*row) for row in rows) if each.update_id not in self._owed
        ]

    def close(self) -> None:
        """Write what is owed, if at all possible, and let go of the file."""
        self._file.finish(self._write_owed)

    def _owe(self, update_id: int, receipt: Receipt | None) -> None:
        self._owed[update_id] = receipt
        self.settle()

    def _write_owed(self) -> None:
        for update_id, one in self._owed.items():
            if one is None:
                self._connection.execute("DELETE FROM receipts WHERE update_id = ?", (update_id,))
            else:
                self._connection.execute(
                    "REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)",
                    (update_id, self._run, one.chat, one.message, one.language),
                )
