"""What a run makes of what it sees."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bot import render
from tests.chaos.people import Outcome, Reader, kind_of
from tests.chaos.run import errors_in
from tests.telegram import BotApi, Chat, Message, parse_html
from tests.telegram.model import Content

MET = """Traceback (most recent call last):
  File "re/_compiler.py", line 279, in _optimize_charset
{0}: out of range

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "re/_compiler.py", line 287, in _optimize_charset
{1}
2026-11-24 22:49:26,395 INFO bot.watching: the articles changed
"""


def answered(api: BotApi, chat: Chat, html: str, question: Message | None = None) -> Message:
    with api.state.changed:
        return api.state.post(chat, api.bot, Content(*parse_html(html)), reply_to=question)


@pytest.mark.parametrize(
    ("log", "kinds"),
    [
        (MET.format("IndexError", "MemoryError"), {"MemoryError": 1}),
        (MET.format("IndexError", "OSError: no"), {"IndexError": 1, "OSError": 1}),
        (
            MET.format("IndexError", "MemoryError") + "KeyError: 7",
            {"MemoryError": 1, "KeyError": 1},
        ),
        ("httpx.ReadError\nKeyError: 7\nKeyError: 8", {"httpx.ReadError": 1, "KeyError": 2}),
    ],
)
def test_errors_are_counted_but_for_those_met_while_memory_gave_out(
    log: str, kinds: dict[str, int]
) -> None:
    assert errors_in(log) == Counter(kinds)


@pytest.mark.parametrize(
    ("text", "kind"), [("maybe_lost", "maybe_lost"), ("cut_off", "cut_off"), ("ask_how", "strange")]
)
def test_what_is_no_answer_and_no_reason_is_strange(text: str, kind: str) -> None:
    with BotApi() as api:
        chat = api.private_chat(api.user(7, "An"))
        said = answered(api, chat, render.html(text, "vi"))
    assert kind_of(said) == kind


def test_a_question_that_was_answered_after_all_is_late_and_another_is_lost() -> None:
    with BotApi() as api:
        an = api.user(7, "An")
        chat = api.private_chat(an)
        reader = Reader(api, an, chat, 1.0, random.Random(1), [Outcome("lost", 0.0, 120.0)] * 2)
        reader.unanswered = {0: api.send(chat, an, "Ai?"), 1: api.send(chat, an, "Bao giờ?")}
        answered(api, chat, "Vũ", reader.unanswered[1])
        reader.look_again()
    assert [outcome.kind for outcome in reader.outcomes] == ["lost", "late"]
