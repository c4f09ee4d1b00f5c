from __future__ import annotations

from typing import Any

import pytest
from telegram import Chat, Message, User

from bot.questions import question_of, question_text
from tests.telegram.formatting import detect_entities

ME = User(99, "Hỏi Báo", is_bot=True, username="hoibao_bot")
AN = User(7, "An", is_bot=False)


def message(text: str, chat: str = "supergroup", **values: Any) -> Message:
    data: dict[str, Any] = {
        "message_id": 1,
        "date": 0,
        "chat": Chat(5, chat).to_dict(),
        "from": values.pop("by", AN).to_dict(),
        "text": text,
        "entities": [entity.json() for entity in detect_entities(text)],
    }
    if "reply_to" in values:
        data["reply_to_message"] = values["reply_to"].to_dict()
    found = Message.de_json(data)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("@hoibao_bot ai là bí thư?", "ai là bí thư?"),
        ("ai là bí thư, @HoiBao_bot?", "ai là bí thư, ?"),
        ("/ask ai là bí thư?", "ai là bí thư?"),
        ("/ask@hoibao_bot ai là bí thư?", "ai là bí thư?"),
        ("😀 @hoibao_bot @hoibao_bot ai?", "😀   ai?"),
    ],
)
def test_a_group_asks_by_mention_or_command(said: str, text: str) -> None:
    asked = message(said)
    question = question_of(asked, ME)
    assert question is not None
    assert question.text == text
    assert question.message is asked


@pytest.mark.parametrize(
    "said", ["ai là bí thư?", "@another_bot ai?", "/ask@another_bot ai?", "xem /ask nhé"]
)
def test_a_group_that_talks_to_others_is_left_alone(said: str) -> None:
    assert question_of(message(said), ME) is None


def test_a_reply_to_the_bot_is_a_question() -> None:
    said = message("còn năm 2010?", reply_to=message("trả lời", by=ME))
    question = question_of(said, ME)
    assert question is not None
    assert question.text == "còn năm 2010?"


@pytest.mark.parametrize("call", ["@hoibao_bot", "/ask", "/ask@hoibao_bot", "@hoibao_bot  "])
def test_a_bare_call_in_reply_to_somebody_answers_their_question(call: str) -> None:
    question = question_of(message(call, reply_to=message("ai là bí thư?")), ME)
    assert question is not None
    assert question.text == "ai là bí thư?"
    assert question.message.text == "ai là bí thư?"


@pytest.mark.parametrize("call", ["@hoibao_bot", "/ask"])
def test_a_bare_call_alone_asks_nothing(call: str) -> None:
    assert question_of(message(call), ME) is None
    assert question_of(message(call, reply_to=message("trả lời", by=ME)), ME) is None


def test_every_text_is_a_question_in_a_private_chat() -> None:
    said = message("ai là bí thư?", "private")
    question = question_of(said, ME)
    assert question is not None
    assert question.text == "ai là bí thư?"


def test_a_question_may_speak_of_others() -> None:
    assert question_text(message("@another_bot là ai?"), ME) == "@another_bot là ai?"
