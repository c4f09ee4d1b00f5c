"""Telegram's limits on sending are kept, by waiting for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.pacing import MARGIN, Limits, Pace
from tests.bot.running import QUESTION, QUOTES, FakeIndex, running_bot
from tests.telegram import BotApi

PRIVATE, GROUP = 7, -7


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def sent_at(chats: list[int]) -> Iterator[float]:
    """When each of some messages, all wanted at once, is sent."""
    clock = Clock()
    pace = Pace(Limits(), clock)
    for chat in chats:
        clock.now += max(0.0, pace.due(chat))
        pace.count(chat)
        yield clock.now - 100.0


def test_a_chat_gets_a_message_a_second() -> None:
    assert list(sent_at([PRIVATE] * 3)) == pytest.approx([0, 1 + MARGIN, 2 + 2 * MARGIN])


def test_thirty_chats_are_written_to_at_once_and_the_next_a_second_later() -> None:
    times = list(sent_at(list(range(1, 32))))
    assert times[:30] == [0] * 30
    assert times[30] == pytest.approx(1 + MARGIN)


def test_a_group_gets_twenty_messages_in_any_minute() -> None:
    times = list(sent_at([GROUP] * 45))
    for first, later in zip(times, times[20:], strict=False):
        assert later - first > 60
    assert times[19] < 25


def test_quiet_chats_are_forgotten() -> None:
    clock = Clock()
    pace = Pace(Limits(), clock)
    for chat in range(1, 3000):
        clock.now += 0.1
        pace.count(chat)
    assert len(pace._sent) < 1700
    assert pace.due(2999) > 0


def test_telegram_refuses_nothing_of_what_a_hasty_person_is_told(index: FakeIndex) -> None:
    with BotApi(rate_limits=True) as api:
        an, binh = api.user(7, "An"), api.user(8, "Bình")
        chat, elsewhere = api.private_chat(an), api.private_chat(binh)
        with running_bot(api, index, limits=Limits()):
            first = api.send(chat, an, QUESTION)
            assert api.next_message(chat).reply_to is first
            second = api.send(chat, an, "một đoạn")
            other = api.send(elsewhere, binh, QUESTION)
            # nobody else waits for what one has to wait for
            assert api.next_message(elsewhere).reply_to is other
            answer = api.next_message(chat)
            assert answer.reply_to is second
            assert answer.text.startswith(QUOTES[0].text)
        assert not api.refusals
