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


def settled(api: BotApi, an: User, chat: Chat) -> list[str]:
    """All that the bot said, once it has answered one more message."""
    api.send(chat, an, "/help")
    while "Cách hỏi" not in api.next_message(chat).text:
        pass
    return [message.text for message in api.messages(chat)[:-1]]


def test_an_unavailable_server_is_asked_again(api: BotApi, an: User, chat: Chat) -> None:
    api.bad_gateway("sendMessage", times=2)
    api.send(chat, an, QUESTION)
    assert api.next_message(chat).text.startswith(QUOTES[0].text)
    assert len(settled(api, an, chat)) == 1


def test_too_many_requests_are_repeated_when_allowed(api: BotApi, an: User, chat: Chat) -> None:
    api.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    api.send(chat, an, QUESTION)
    assert api.next_message(chat).text.startswith(QUOTES[0].text)
    assert len(settled(api, an, chat)) == 1


def test_an_answer_whose_receipt_is_lost_is_not_sent_again(
    api: BotApi, an: User, chat: Chat
) -> None:
    api.lose_answer("sendMessage")
    api.send(chat, an, QUESTION)
    api.next_message(chat)
    said = settled(api, an, chat)
    assert sum(text.startswith(QUOTES[0].text) for text in said) == 1


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


@pytest.mark.parametrize("trouble", ["drop_next", "lose_answer", "bad_gateway"])
def test_a_page_turns_in_spite_of_the_network(
    api: BotApi, an: User, chat: Chat, trouble: str
) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    getattr(api, trouble)("editMessageText")
    getattr(api, trouble)("answerCallbackQuery")
    press = api.press(an, answer, "▶")
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)
    assert api.answer_to(press)
    assert settled(api, an, chat) == [answer.text]


@pytest.mark.parametrize("status", [409, 502])
def test_polling_goes_on_after_trouble(api: BotApi, an: User, chat: Chat, status: int) -> None:
    api.fail_next("getUpdates", status, "Conflict: terminated by other getUpdates request")
    api.send(chat, an, QUESTION)
    assert api.next_message(chat, timeout=20).text.startswith(QUOTES[0].text)


def test_updates_out_of_order_are_all_answered(api: BotApi, an: User, chat: Chat) -> None:
    other = api.user(8, "Bình")
    elsewhere = api.private_chat(other)
    with api.out_of_order():
        first = api.send(chat, an, QUESTION)
        second = api.send(elsewhere, other, QUESTION)
    assert api.next_message(chat).reply_to is first
    assert api.next_message(elsewhere).reply_to is second


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
