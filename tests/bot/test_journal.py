from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.journal import Day, Disliked, Journal, percentile
from retrieval.model import Abstention, Answer
from tests.bot.running import ANSWER, QUOTES

AN, BINH = 765432101, 765432102
GAP = Answer("Giá vàng hôm nay?", (), 0.0, Abstention.NO_MATCH)
TODAY = date(2024, 7, 12)


class Calendar:
    """A today that tests turn."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> date:
        return self.day

    def turn(self, days: int = 1) -> None:
        self.day += timedelta(days)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bot.sqlite"


@pytest.fixture
def journal(file: Path, calendar: Calendar) -> Iterator[Journal]:
    journal = Journal(file, 3, calendar)
    yield journal
    journal.close()


def bytes_of(file: Path) -> bytes:
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def test_questions_are_counted_by_day_and_people(journal: Journal, calendar: Calendar) -> None:
    for user, answer in ((AN, ANSWER), (AN, GAP), (BINH, ANSWER)):
        journal.record(user, answer, 8.0)
    calendar.turn(2)
    journal.record(AN, ANSWER, 32.0)
    assert journal.days() == [
        Day(TODAY, 3, 2, 2, median=8.0, p95=8.0),
        Day(TODAY + timedelta(1)),
        Day(TODAY + timedelta(2), 1, 1, 1, median=32.0, p95=32.0),
    ]
    assert journal.times() == (8.0, 32.0)


def test_only_what_found_nothing_is_kept_as_text(journal: Journal, file: Path) -> None:
    for _ in range(2):
        journal.record(AN, GAP, 1.0)
    journal.record(AN, ANSWER, 1.0)
    journal.record(AN, Answer("Xin chào!", (), 0.0, Abstention.NO_TERMS), 1.0)
    assert journal.unanswered() == [(GAP.question, 2)]
    assert GAP.question.encode() in bytes_of(file)
    assert ANSWER.question.encode() not in bytes_of(file)
    assert "Xin chào".encode() not in bytes_of(file)


def test_no_user_is_in_the_file_nor_the_same_from_day_to_day(
    journal: Journal, file: Path, calendar: Calendar
) -> None:
    journal.record(AN, GAP, 1.0)
    calendar.turn()
    journal.record(AN, GAP, 1.0)
    with sqlite3.connect(file) as other:
        hashes = [row[0] for row in other.execute("SELECT hash FROM people")]
    other.close()
    assert len(set(hashes)) == 2
    assert str(AN).encode() not in bytes_of(file)
    assert AN.to_bytes(4) not in bytes_of(file)


def test_a_thumb_turns_and_is_taken_back(journal: Journal) -> None:
    def vote(user: int, up: bool) -> bool | None:
        return journal.vote(user, "7:1:aa:0", up, "Ai?", QUOTES[0])

    assert vote(AN, False) is False
    assert vote(BINH, False) is False
    assert journal.disliked() == [Disliked("Ai?", QUOTES[0].text, QUOTES[0].source.title, 2)]
    assert vote(AN, True) is True
    assert journal.vote_of(AN, "7:1:aa:0") is True
    assert [(day.up, day.down) for day in journal.days()] == [(1, 1)]
    assert vote(AN, True) is None
    assert vote(BINH, False) is None
    assert journal.vote_of(AN, "7:1:aa:0") is None
    assert journal.disliked() == []


def test_what_is_too_old_is_deleted_for_good(
    journal: Journal, file: Path, calendar: Calendar
) -> None:
    journal.record(AN, GAP, 1.0)
    journal.vote(AN, "x", False, "Một câu hỏi riêng tư?", QUOTES[0])
    calendar.turn(2)
    assert journal.unanswered()
    calendar.turn()
    journal.expire()
    assert journal.unanswered() == journal.disliked() == journal.days() == []
    assert GAP.question.encode() not in bytes_of(file)
    assert "riêng tư".encode() not in bytes_of(file)


def test_a_journal_of_no_days_keeps_nothing_and_forgets_the_rest(
    journal: Journal, file: Path, calendar: Calendar
) -> None:
    journal.record(AN, GAP, 1.0)
    silent = Journal(file, 0, calendar)
    silent.record(AN, GAP, 1.0)
    assert silent.vote(AN, "x", False, "Ai?", QUOTES[0]) is None
    assert not silent.keeps
    assert silent.days() == silent.unanswered() == silent.disliked() == []
    silent.close()


def test_a_restart_keeps_the_counts(journal: Journal, file: Path, calendar: Calendar) -> None:
    journal.record(AN, ANSWER, 1.0)
    again = Journal(file, 3, calendar)
    again.record(AN, GAP, 1.0)
    assert [(day.asked, day.answered) for day in again.days()] == [(2, 1)]
    again.close()


def test_half_characters_are_storable(journal: Journal) -> None:
    journal.record(AN, Answer("vàng \ud83d", (), 0.0, Abstention.NO_MATCH), 1.0)
    assert journal.unanswered() == [("vàng ?", 1)]


@pytest.mark.parametrize(
    ("steps", "share", "value"),
    [
        ({}, 0.5, None),
        ({0: 1}, 0.5, 1.0),
        ({12: 19, 120: 1}, 0.95, 2.0),
        ({12: 9, 120: 1}, 1, 1024),
    ],
)
def test_percentiles(steps: dict[int, int], share: float, value: float | None) -> None:
    assert percentile(Counter(steps), share) == value
