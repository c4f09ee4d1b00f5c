"""What people ask in vain and what they think of the quotes, without who they are.

Kept: how many questions a day, of how many people, how long answers took; the text only of
questions that found nothing, and of those whose quote got 👎, with that quote. People are told
apart by a hash whose key is drawn anew every day and never written down, so that not even the
file and a list of all user ids together tell who asked. After `days` days all is deleted.

journal = Journal(Path("bot.sqlite"), days=30)
journal.record(user_id, answer, milliseconds=12.0)
journal.vote(user_id, "chat:message:quote", False, question, quote) -> False   # 👎 stands
journal.vote(user_id, "chat:message:quote", False, question, quote) -> None    # taken back
"""

from __future__ import annotations

import logging
import math
import secrets
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from bot.state import PatientFile, open_state
from retrieval.model import Abstention, Answer, Quote

log = logging.getLogger(__name__)

# Times are counted in steps of this many to a doubling: off by 3% at most, and never many rows.
STEPS: Final = 12
LONGEST: Final = 500  # characters of a question that are kept
OWED: Final = 10_000  # answers that wait for the file at most, before the oldest are forgotten

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS questions (
    day TEXT, answered INTEGER, step INTEGER, number INTEGER NOT NULL,
    PRIMARY KEY (day, answered, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS people (day TEXT, hash BLOB, PRIMARY KEY (day, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unanswered (
    day TEXT, question TEXT, number INTEGER NOT NULL, PRIMARY KEY (day, question)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS votes (
    day TEXT, hash BLOB PRIMARY KEY, up INTEGER NOT NULL, question TEXT, quote TEXT, title TEXT
) WITHOUT ROWID;
"""
TABLES: Final = ("questions", "people", "unanswered", "votes")

# What the clock dated ahead of today, before it was set back: today's, so that it is kept no
# longer than was promised. Each takes today twice.
REDATED: Final = (
    "INSERT INTO questions SELECT ?, answered, step, SUM(number) FROM questions WHERE day > ?"
    " GROUP BY answered, step ON CONFLICT DO UPDATE SET number = number + excluded.number",
    "INSERT INTO unanswered SELECT ?, question, SUM(number) FROM unanswered WHERE day > ?"
    " GROUP BY question ON CONFLICT DO UPDATE SET number = number + excluded.number",
    "INSERT OR IGNORE INTO people SELECT ?, hash FROM people WHERE day > ?",
    "UPDATE votes SET day = ? WHERE day > ?",
)


@dataclass(frozen=True, slots=True)
class Day:
    """One day's counts; `median` and `p95` are milliseconds from a question to its answer."""

    day: date
    asked: int = 0
    answered: int = 0
    people: int = 0
    up: int = 0
    down: int = 0
    median: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Disliked:
    """A quote that got 👎, `number` times, as an answer to that question."""

    question: str
    quote: str
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An answer as it is written down; `gap` is the question, where it is kept."""

    day: str
    answered: bool
    step: int
    person: bytes
    gap: str | None


class Journal:
    """For one thread at a time. With `days` 0 it keeps nothing and forgets what it had kept."""

    def __init__(
        self,
        path: Path,
        days: int,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._days = days
        self._today = today
        self._key_day: date | None = None
        self._key = b""
        self._connection = open_state(path, SCHEMA)
        self._file = PatientFile(self._connection, clock)
        self._owed: deque[_Entry] = deque(maxlen=OWED)
        self.expire()

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._days > 0

    def record(self, user: int, answer: Answer, milliseconds: float) -> None:
        """A question was answered, or could not be, after that time."""
        if not self.keeps:
            return
        day = self._turn_day().isoformat()
        step = round(STEPS * math.log2(max(milliseconds, 1)))
        # "hello" is no gap in the corpus
        is_gap = answer.abstained and answer.abstention is not Abstention.NO_TERMS
        gap = _storable(answer.question)[:LONGEST] if is_gap else None
        self._owed.append(_Entry(day, not answer.abstained, step, self._hash(user), gap))
        self.settle()

    def settle(self) -> None:
        """Write what is owed, as far as that is possible now."""
        if self._owed and self._file.attempt(self._write_owed):
            self._owed.clear()

    def vote(self, user: int, place: str, up: bool, question: str, quote: Quote) -> bool | None:
        """👍 or 👎 for what stands at a place; the same again takes it back. What stands now."""
        if not self.keeps:
            return None
        day, key = self._turn_day().isoformat(), self._hash(user, place)
        if self._vote(key) is up:
            self._connection.execute("DELETE FROM votes WHERE hash = ?", (key,))
            return None
        told = (question[:LONGEST], quote.text, quote.source.title)
        texts = (None, None, None) if up else tuple(map(_storable, told))
        self._connection.execute(
            "REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?)", (day, key, up, *texts)
        )
        return up

    def vote_of(self, user: int, place: str) -> bool | None:
        """What that person thinks of what stands at a place, as said today."""
        self._turn_day()
        return self._vote(self._hash(user, place)) if self.keeps else None

    def days(self) -> list[Day]:
        """Every day that is kept, oldest first, from the first with a question to today."""
        today = self._turn_day()
        times: dict[str, Counter[int]] = {}
        counts: dict[str, Counter[str]] = {}
        for day, answered, step, number in self._rows("questions", "day, answered, step, number"):
            times.setdefault(day, Counter())[step] += number
            counts.setdefault(day, Counter()).update(asked=number, answered=number * answered)
        for (day,) in self._rows("people", "day"):
            counts.setdefault(day, Counter())["people"] += 1
        for day, up in self._rows("votes", "day, up"):
            counts.setdefault(day, Counter())["up" if up else "down"] += 1
        if not counts:
            return []
        first = date.fromisoformat(min(counts))
        every = (first + timedelta(n) for n in range((today - first).days + 1))
        return [
            Day(
                day,
                **counts.get(day.isoformat(), Counter()),
                median=percentile(times.get(day.isoformat(), Counter()), 0.5),
                p95=percentile(times.get(day.isoformat(), Counter()), 0.95),
            )
            for day in every
        ]

    def times(self) -> tuple[float | None, float | None]:
        """The median and the 95th percentile of all times that are kept, in milliseconds."""
        steps: Counter[int] = Counter()
        for step, number in self._rows("questions", "step, number"):
            steps[step] += number
        return percentile(steps, 0.5), percentile(steps, 0.95)

    def unanswered(self) -> list[tuple[str, int]]:
        """The questions that found nothing and how often they came, most often first."""
        self._turn_day()
        return self._connection.execute(
            "SELECT question, SUM(number) FROM unanswered GROUP BY question"
            " ORDER BY SUM(number) DESC, MAX(day) DESC"
        ).fetchall()

    def disliked(self) -> list[Disliked]:
        """The quotes that got 👎, most often first."""
        self._turn_day()
        rows = self._connection.execute(
            "SELECT question, quote, title, COUNT(*) FROM votes WHERE NOT up"
            " GROUP BY question, quote, title ORDER BY COUNT(*) DESC, MAX(day) DESC"
        )
        return [Disliked(*row) for row in rows]

    def expire(self) -> None:
        """Delete what is too old, everything when nothing may be kept."""
        # what was deleted shall not stay in the log of the database either
        if self._file.attempt(self._delete_old):
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                log.warning("the log of the state cannot be emptied now: %s", error)

    def close(self) -> None:
        """Write what is owed, if at all possible, and let go of the file."""
        self._file.finish(self._write_owed)

    def _write_owed(self) -> None:
        for one in self._owed:
            self._count("questions", one.day, one.answered, one.step)
            self._connection.execute(
                "INSERT OR IGNORE INTO people VALUES (?, ?)", (one.day, one.person)
            )
            if one.gap is not None:
                self._count("unanswered", one.day, one.gap)

    def _delete_old(self) -> None:
        today = self._today()
        kept_from = (today - timedelta(self._days - 1)).isoformat()
        for statement in REDATED:
            self._connection.execute(statement, (today.isoformat(), today.isoformat()))
        for table in TABLES:
            self._connection.execute(
                f"DELETE FROM {table} WHERE day < ? OR day > ?", (kept_from, today.isoformat())
            )

    def _turn_day(self) -> date:
        """Today; on a new day the key is another, and the oldest day is forgotten."""
        today = self._today()
        if today != self._key_day:
            self._key_day, self._key = today, secrets.token_bytes(32)
            self.expire()
        return today

    def _hash(self, *values: object) -> bytes:
        told = "\0".join(map(str, values)).encode()
        return blake2b(told, key=self._key, digest_size=16).digest()

    def _vote(self, key: bytes) -> bool | None:
        row = self._connection.execute("SELECT up FROM votes WHERE hash = ?", (key,)).fetchone()
        return None if row is None else bool(row[0])

    def _count(self, table: str, *key: object) -> None:
        marks = ", ".join("?" * len(key))
        self._connection.execute(
            f"INSERT INTO {table} VALUES ({marks}, 1)"
            " ON CONFLICT DO UPDATE SET number = number + 1",
            key,
        )

    def _rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(f"SELECT {columns} FROM {table}").fetchall()


def percentile(steps: Counter[int], share: float) -> float | None:
    """The milliseconds below which that share of the counted steps lies.

    >>> percentile(Counter({12: 9, 120: 1}), 0.5)
    2.0
    """
    rank = share * steps.total()
    for step in sorted(steps):
        rank -= steps[step]
        if rank <= 0:
            return float(2 ** (step / STEPS))
    return None


def _storable(text: str) -> str:
    """Text without the halves of characters that UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode()
