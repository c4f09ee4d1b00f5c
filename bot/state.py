"""The one small SQLite file in which the bot keeps what is to outlive it.

Nobody waits for it: what may be written a little later is owed while the file is locked by
somebody else or the disk is full, and written when that has passed.

connection = open_state(Path("bot.sqlite"), SCHEMA)
file = PatientFile(connection)
file.attempt(lambda: connection.execute("DELETE FROM votes")) -> True, or False: not now
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from retrieval.errors import SettingsError

log = logging.getLogger(__name__)

AT_START: Final = 5.0  # seconds that opening the file waits for whoever has locked it; or closing
AT_WORK: Final = 0.2  # seconds that a statement does, while every chat waits with it
PAUSE: Final = 5.0  # seconds that the file is left alone after it could not be written


def open_state(path: Path, schema: str) -> sqlite3.Connection:
    """The file that the bot keeps things in, with those tables; every statement is a transaction.

    Raises `SettingsError` when it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, timeout=AT_START, isolation_level=None, check_same_thread=False
        )
        # a log beside the file: a write does not wait for the disk, and survives a crash of ours
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # deleted is deleted
        connection.executescript(schema)
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * AT_WORK)}")
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(
            "HOIBAO_STATE", f"{path} cannot be used: {error}", "name a writable file"
        ) from error
    return connection


@contextmanager
def sole_user(path: Path) -> Iterator[None]:
    """While this process, and no other, runs on the file.

    Raises `SettingsError` when another does.
    """
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        cause = f"a bot runs on {path}"
        raise SettingsError("HOIBAO_STATE", cause, "stop that one first") from None
    except OSError as error:
        cause = f"{path} cannot be used: {error.strerror or error}"
        raise SettingsError("HOIBAO_STATE", cause, "name a writable file") from error
    try:
        yield
    finally:
        lock.release()


class PatientFile:
    """Writes of what can wait: after one has failed, the file is left alone for a while."""

    def __init__(
        self, connection: sqlite3.Connection, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._again = 0.0  # when it may be tried again
        self._failing = False

    def attempt(self, write: Callable[[], object]) -> bool:
        """Do that in one transaction; False when nothing of it was done."""
        if self._failing and self._clock() < self._again:
            return False
        try:
            if self._connection.in_transaction:  # there was no memory to end it
                self._connection.rollback()
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                write()
        except (sqlite3.Error, MemoryError) as error:
            self._again = self._clock() + PAUSE
            if not self._failing:
                log.warning("the state cannot be written now, and will be later: %s", error)
            self._failing = True
            return False
        if self._failing:
            log.info("the state can be written again")
        self._failing = False
        return True

    def finish(self, write: Callable[[], object]) -> None:
        """Do that now or never, as patiently as the file was opened; and let go of it."""
        self._again = 0.0
        with suppress(sqlite3.Error, MemoryError):
            self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * AT_START)}")
        self.attempt(write)
        self._connection.close()
