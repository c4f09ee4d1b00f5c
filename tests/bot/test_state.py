"""A state that cannot be written now costs nobody an answer, and nothing that was owed to it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.journal import Journal
from bot.preferences import Preferences
from bot.receipts import Receipt, Receipts
from bot.settings import Settings
from bot.state import PAUSE, PatientFile, open_state, sole_user
from retrieval.errors import SettingsError
from retrieval.model import Abstention, Answer
from tests.bot.running import ANSWER, FakeIndex
from tests.bot.test_journal import bytes_of

GAP = Answer("Giá vàng hôm nay?", (), 0.0, Abstention.NO_MATCH)
TODAY = date(2024, 7, 12)


class Clock:
    """Seconds that tests let pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bot.sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(file: Path, clock: Clock) -> Iterator[Journal]:
    journal = Journal(file, 30, lambda: TODAY, clock)
    yield journal
    journal.close()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """While somebody else writes to the file."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def full(file: Path) -> Iterator[None]:
    """While the file, and so the disk, has no room: a trigger answers as SQLite does then."""
    other = sqlite3.connect(file, isolation_level=None)
    for table in ("questions", "receipts", "language"):
        other.execute(
            f"CREATE TRIGGER IF NOT EXISTS full_{table} BEFORE INSERT ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    try:
        yield
    finally:
        for table in ("questions", "receipts", "language"):
            other.execute(f"DROP TRIGGER full_{table}")
        other.close()


def test_what_a_locked_journal_owes_is_written_once_it_is_free(
    journal: Journal, file: Path, clock: Clock
) -> None:
    with locked(file):
        for _ in range(3):
            journal.record(7, GAP, 8.0)
    clock.now += PAUSE
    journal.record(8, ANSWER, 8.0)
    (day,) = journal.days()
    assert (day.asked, day.answered, day.people) == (4, 1, 2)
    assert journal.unanswered() == [("Giá vàng hôm nay?", 3)]


def test_a_locked_file_is_not_tried_again_at_once(
    journal: Journal, file: Path, clock: Clock
) -> None:
    with locked(file):
        journal.record(7, GAP, 8.0)
    journal.record(7, GAP, 8.0)  # free, but nobody shall wait for that now
    assert journal.days() == []
    clock.now += PAUSE
    journal.record(7, GAP, 8.0)
    assert journal.days()[0].asked == 3


def test_a_full_disk_costs_no_count(file: Path, clock: Clock) -> None:
    journal, receipts = Journal(file, 30, lambda: TODAY, clock), Receipts(file, 1, clock)
    preferences = Preferences(file)
    with full(file):
        journal.record(7, GAP, 8.0)
        receipts.take(Receipt(1, 7, 70, "vi"))
        with pytest.raises(sqlite3.Error, match="disk is full"):
            preferences.choose(7, "en")
        # what was not written does not hold
        assert preferences.language(7) is None
    clock.now += PAUSE
    journal.record(7, GAP, 8.0)
    receipts.take(Receipt(2, 8, 80, "vi"))
    assert journal.days()[0].asked == 2
    assert [one.update_id for one in Receipts(file, 2).left()] == [1, 2]
    for each in (journal, receipts, preferences):
        each.close()


def test_a_write_that_finds_no_memory_is_owed(file: Path, clock: Clock) -> None:
    connection = open_state(file, "CREATE TABLE IF NOT EXISTS told (text TEXT)")
    patient = PatientFile(connection, clock)

    def write() -> None:
        connection.execute("INSERT INTO told VALUES ('half')")
        raise MemoryError

    assert not patient.attempt(write)
    clock.now += PAUSE
    assert patient.attempt(lambda: connection.execute("INSERT INTO told VALUES ('whole')"))
    assert connection.execute("SELECT text FROM told").fetchall() == [("whole",)]
    connection.close()


def test_a_journal_that_cannot_be_emptied_goes_on(
    file: Path, clock: Clock, journal: Journal
) -> None:
    journal.record(7, GAP, 8.0)
    with locked(file):
        journal.expire()
    journal.expire()
    assert journal.days()[0].asked == 1


def test_what_a_clock_dated_ahead_becomes_todays_once_it_is_set_back(file: Path) -> None:
    today = [TODAY + timedelta(400)]
    journal = Journal(file, 3, lambda: today[0])
    journal.record(7, GAP, 8.0)
    journal.vote(7, "here", False, "Ai?", ANSWER.quotes[0])
    today[0] = TODAY
    journal.record(8, GAP, 8.0)
    (day,) = journal.days()
    assert (day.day, day.asked, day.people, day.down) == (TODAY, 2, 2, 1)
    assert journal.unanswered() == [("Giá vàng hôm nay?", 2)]
    # and it is kept no longer than was promised
    today[0] = TODAY + timedelta(3)
    journal.expire()
    assert journal.unanswered() == []
    journal.close()


def test_a_journal_of_no_days_keeps_nothing_that_a_wrong_clock_dated(file: Path) -> None:
    ahead = Journal(file, 3, lambda: TODAY + timedelta(400))
    ahead.record(7, GAP, 8.0)
    ahead.close()
    nothing = Journal(file, 0, lambda: TODAY)
    assert nothing.unanswered() == []
    nothing.close()


def test_a_message_that_was_cut_off_is_known_to_the_next_run(file: Path) -> None:
    first = Receipts(file, 1)
    for number in (10, 11, 12):
        first.take(Receipt(number, 7, number + 100, "vi"))
    first.done(11)
    assert first.left() == []  # they are its own
    first.close()
    second = Receipts(file, 2)
    second.take(Receipt(12, 7, 112, "en"))  # Telegram delivered it again
    assert second.left() == [Receipt(10, 7, 110, "vi")]
    second.done(10)
    second.done(12)
    assert Receipts(file, 3).left() == []
    second.close()


def test_a_message_is_settled_once_it_is_written_down_or_answered(file: Path, clock: Clock) -> None:
    receipts = Receipts(file, 1, clock)
    with locked(file):
        receipts.take(Receipt(10, 7, 70, "vi"))
        receipts.take(Receipt(11, 7, 71, "vi"))
        assert not receipts.settled()
        receipts.done(10)
        assert (receipts.settled(10), receipts.settled(11)) == (True, False)
        assert not receipts.settled()
    clock.now += PAUSE
    assert receipts.settled()
    assert Receipts(file, 2).left() == [Receipt(11, 7, 71, "vi")]
    receipts.close()


def test_what_is_delivered_again_while_the_file_is_locked_was_not_cut_off(file: Path) -> None:
    first = Receipts(file, 1)
    first.take(Receipt(10, 7, 70, "vi"))
    first.close()
    second = Receipts(file, 2)
    with locked(file):
        second.take(Receipt(10, 7, 70, "vi"))
        assert second.left() == []  # it is being answered
        second.done(10)
        assert second.left() == []  # it was
    second.close()


def test_what_is_owed_at_the_end_is_written_then(file: Path, clock: Clock) -> None:
    receipts, journal = Receipts(file, 1, clock), Journal(file, 30, lambda: TODAY, clock)
    receipts.take(Receipt(10, 7, 70, "vi"))
    with locked(file):
        receipts.done(10)
        receipts.take(Receipt(11, 7, 71, "vi"))
        journal.record(7, GAP, 8.0)
    receipts.close()
    journal.close()
    assert Receipts(file, 2).left() == [Receipt(11, 7, 71, "vi")]
    assert Journal(file, 30, lambda: TODAY).days()[0].asked == 1


def test_what_is_owed_is_written_even_when_nobody_asks_any_more(
    tmp_path: Path, file: Path, clock: Clock
) -> None:
    desk = Desk(Settings(telegram_token="1:a", state=tmp_path / "desk.sqlite"), FakeIndex())  # type: ignore[arg-type]
    desk.receipts.close()
    desk.journal.close()
    desk.receipts = Receipts(file, 1, clock)
    desk.journal = Journal(file, 30, lambda: TODAY, clock)
    desk.receipts.take(Receipt(10, 7, 70, "vi"))
    with locked(file):
        desk.receipts.done(10)
        desk.journal.record(7, GAP, 8.0)
    clock.now += PAUSE
    other = Receipts(file, 2)

    async def written() -> None:
        desk.attend(lambda: desk.settle(0.0))
        async with asyncio.timeout(10):
            while other.left() or not desk.journal.days():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0)
        await desk.close()

    asyncio.run(written())
    other.close()


def test_a_transaction_that_could_not_be_ended_does_not_lock_the_file_for_ever(
    file: Path, clock: Clock
) -> None:
    connection = open_state(file, "CREATE TABLE IF NOT EXISTS told (text TEXT)")
    patient = PatientFile(connection, clock)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO told VALUES ('half')")
    assert patient.attempt(lambda: connection.execute("INSERT INTO told VALUES ('whole')"))
    assert connection.execute("SELECT text FROM told").fetchall() == [("whole",)]
    connection.close()


def test_a_receipt_has_no_text_and_no_user(file: Path) -> None:
    receipts = Receipts(file, 1)
    columns = open_state(file, "").execute("SELECT name FROM pragma_table_info('receipts')")
    assert {name for (name,) in columns} == {"update_id", "run", "chat", "message", "language"}
    receipts.close()


def test_a_receipt_leaves_no_trace_once_the_journal_was_tidied(file: Path) -> None:
    chat = -0x1122334455
    trace = chat.to_bytes(6, "big", signed=True)  # as SQLite writes a number
    receipts, journal = Receipts(file, 1), Journal(file, 30)
    receipts.take(Receipt(1, chat, 70, "vi"))
    assert trace in bytes_of(file)
    receipts.done(1)
    journal.expire()  # as it does every hour
    assert trace not in bytes_of(file)
    receipts.close()
    journal.close()


def test_two_bots_do_not_share_a_state(file: Path) -> None:
    with (
        sole_user(file),
        pytest.raises(SettingsError, match="stop that one first"),
        sole_user(file),
    ):
        pass
    with sole_user(file):
        pass  # free again
