"""Groups and topics: the bot answers when it is asked, where it is asked, and is silent else."""

from __future__ import annotations

import pytest

from bot import render
from tests.bot.running import QUESTION, QUOTES
from tests.telegram import BotApi, Chat, User

pytestmark = pytest.mark.usefixtures("_bot")


@pytest.fixture
def head(api: BotApi) -> User:
    return api.user(20, "Trưởng nhóm")


@pytest.fixture(params=["group", "supergroup", "forum"])
def group(api: BotApi, an: User, head: User, request: pytest.FixtureRequest) -> Chat:
    topics = ["Chung", "Hỏi đáp"] if request.param == "forum" else []
    supergroup = request.param != "group"
    return api.group("Tổ dân phố", [an], admins=[head], topics=topics, supergroup=supergroup)


def topic_of(group: Chat) -> int | None:
    return list(group.topics)[-1] if group.topics else None


@pytest.mark.parametrize("call", [f"@hoibao_bot {QUESTION}", f"/ask {QUESTION}"])
def test_a_mention_or_a_command_is_answered_where_it_stands(
    api: BotApi, an: User, group: Chat, call: str
) -> None:
    question = api.send(group, an, call, topic=topic_of(group))
    answer = api.next_message(group)
    assert answer.reply_to is question
    assert answer.thread_id == topic_of(group)
    assert answer.text.startswith(QUOTES[0].text)
    api.press(an, answer, "▶")
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)


def test_a_reply_to_the_bot_is_answered(api: BotApi, an: User, group: Chat) -> None:
    api.send(group, an, f"/ask {QUESTION}", topic=topic_of(group))
    first = api.next_message(group)
    api.send(group, an, "một đoạn", reply_to=first)
    assert api.next_message(group).text == first.text


@pytest.mark.parametrize("call", ["@hoibao_bot", "/ask", "/ask@hoibao_bot"])
def test_a_call_in_reply_to_somebody_answers_them(
    api: BotApi, an: User, head: User, group: Chat, call: str
) -> None:
    asked = api.send(group, an, QUESTION, topic=topic_of(group))
    api.send(group, head, call, reply_to=asked)
    answer = api.next_message(group)
    assert answer.reply_to is asked
    assert answer.thread_id == topic_of(group)
    api.press(an, answer, "▶")
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)


def test_talk_among_others_is_left_alone(api: BotApi, an: User, head: User, group: Chat) -> None:
    # an admin bot, or one without privacy mode, receives all of this
    api.state.privacy = False
    said = api.send(group, an, QUESTION)
    api.send(group, head, "ông An", reply_to=said)
    api.send(group, an, f"@another_bot {QUESTION}")
    api.send(group, an, "/nothing")
    api.send(group, an, f"/ask@another_bot {QUESTION}")
    api.send(group, an, "/help")
    assert "Cách hỏi" in api.next_message(group).text
    assert len(api.messages(group)) == 1


@pytest.mark.parametrize("bare", ["/ask", "@hoibao_bot"])
def test_a_bare_ask_says_how_to_ask(api: BotApi, an: User, group: Chat, bare: str) -> None:
    api.send(group, an, bare)
    assert api.next_message(group).text.startswith("Bạn viết câu hỏi sau lệnh")


def test_the_groups_admins_choose_its_language(
    api: BotApi, an: User, head: User, group: Chat
) -> None:
    api.send(group, an, "/language")
    assert api.next_message(group).text == render.html("group_admins_only", "vi")
    api.send(group, head, "/language")
    choice = api.next_message(group)
    press = api.press(an, choice, "English")
    assert "quản trị viên" in api.answer_to(press)["text"]
    api.press(head, choice, "English")
    api.next_edit(choice)
    api.send(group, an, "/ask gì?")
    assert "no answer" in api.next_message(group).text
