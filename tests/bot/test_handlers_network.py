"""A bad moment of the network: no answer is lost, none is sent twice."""

from __future__ import annotations

import threading

import pytest

from tests.bot.running import QUESTION, QUOTES, FakeIndex
from tests.telegram import BotApi, Chat, User

pytestmark = [
    pytest.mark.usefixtures("_bot"),
    # the library warns of an attribute of its own
    pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning"),
]


def test_an_answer_that_may_be_lost_is_one_press_away(api: BotApi, an: User, chat: Chat) -> None:
    api.drop_next("sendMessage")
    question = api.send(chat, an, QUESTION)
    apology = api.next_message(chat)
    assert "trục trặc" in apology.text
    assert apology.reply_to is question
    api.press(an, apology, "Thử lại")
    assert api.next_edit(apology).text.startswith(QUOTES[0].text)
    api.press(an, apology, "▶")
    assert api.next_edit(apology).text.startswith(QUOTES[1].text)
    api.edit(question, "gần đúng")
    assert "chưa thấy" in api.next_edit(apology).text
    assert api.messages(chat) == [apology]


def test_a_question_deleted_meanwhile_is_answered_and_its_buttons_say_so(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    index.gate = threading.Event()
    question = api.send(chat, an, QUESTION)
    api.wait_for(lambda: api.chat_actions)  # it is being answered
    api.delete(question)
    index.gate.set()
    answer = api.next_message(chat)
    assert answer.text.startswith(QUOTES[0].text)
    assert answer.reply_to is None
    press = api.press(an, answer, "▶")
    assert "không còn thấy câu hỏi" in api.answer_to(press)["text"]


def test_a_press_that_waited_too_long_still_turns_the_page(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    index.gate = threading.Event()
    api.expire(api.press(an, answer, "▶"))
    index.gate.set()
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)


def test_an_inline_query_that_waited_too_long_is_no_error(
    api: BotApi, an: User, chat: Chat, index: FakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index.gate = threading.Event()
    api.expire(api.inline(an, QUESTION))
    index.gate.set()
    api.send(chat, an, QUESTION)
    api.next_message(chat)
    api.wait_for(lambda: api.calls("answerInlineQuery"))
    assert "an update failed" not in caplog.text
