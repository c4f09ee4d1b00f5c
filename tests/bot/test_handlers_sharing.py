"""Links into the bot, sharing, /help's examples and silent groups, as people see them."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.texts import TEXTS
from retrieval.model import Answer
from tests.bot.running import (
    QUESTION,
    QUOTES,
    VAN_QUAN,
    YEN_PHUC,
    FakeIndex,
    quote_of,
    running_bot,
)
from tests.telegram import BotApi, Chat, Message, User


def shared(api: BotApi, chat: Chat, user: User, language: str) -> Message:
    """An answer whose share button was pressed."""
    api.send(chat, user, QUESTION)
    answer = api.next_message(chat)
    api.press(user, answer, TEXTS[language]["button_share"])
    return api.next_edit(answer)


def address_in(answer: Message, language: str) -> str:
    copied = answer.button(TEXTS[language]["button_copy_link"]).copied
    assert copied is not None
    return copied


def follow(api: BotApi, chat: Chat, user: User, address: str) -> Message:
    """What the bot says to somebody who taps a link into it."""
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("t.me", "/hoibao_bot")
    api.send(chat, user, f"/start {parse_qs(parts.query)['start'][0]}")
    return api.next_message(chat)


@pytest.mark.usefixtures("_bot")
def test_a_quote_is_shared_as_text_and_as_a_link_that_opens_it(
    api: BotApi, reader: User, room: Chat, language: str, chat: Chat, an: User
) -> None:
    texts = TEXTS[language]
    answer = shared(api, room, reader, language)
    copied = answer.button(texts["button_copy_text"]).copied
    assert copied == f"“{QUOTES[0].text}”\n— {YEN_PHUC.title}"
    address = address_in(answer, language)
    sent = urlsplit(str(answer.button(texts["button_send"]).url))
    assert parse_qs(sent.query) == {"url": [address], "text": [copied]}
    api.press(reader, answer, texts["button_back"])
    assert "1/3" in api.next_edit(answer).buttons

    opened = follow(api, chat, an, address)
    assert QUOTES[0].text in opened.marked("blockquote")[0]
    assert opened.marked("italic") == ["Mở đầu. "]
    assert YEN_PHUC.title in opened.text


def test_a_link_to_a_quote_that_was_changed_opens_the_article(
    api: BotApi, index: FakeIndex, reader: User, room: Chat, language: str
) -> None:
    with running_bot(api, index):
        address = address_in(shared(api, room, reader, language), language)
        changed = replace(YEN_PHUC, text="Bài này đã được viết lại.")
        index.articles = {YEN_PHUC.id: changed}
        index.generation += 1
        opened = follow(api, room, reader, address)
        assert opened.text.startswith(TEXTS[language]["link_changed"])
        assert opened.marked("blockquote") == [changed.text]
        index.articles = {}
        index.generation += 1
        assert follow(api, room, reader, address).text == TEXTS[language]["link_gone"]


@pytest.mark.usefixtures("_bot")
def test_the_numbers_of_the_list_open_the_articles(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, "/sources văn quan")
    listed = api.next_message(chat)
    (address,) = [each.url for each in listed.entities if each.of(listed.text) == "1."]
    opened = follow(api, chat, an, str(address))
    assert opened.marked("blockquote") == [VAN_QUAN.text]
    assert VAN_QUAN.title in opened.text


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("payload", ["inline", "q_1_2", "<b>"])
def test_a_strange_link_is_a_greeting(api: BotApi, an: User, chat: Chat, payload: str) -> None:
    api.send(chat, an, f"/start {payload}")
    assert "Hỏi Báo" in api.next_message(chat).text


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("button", ["Chia sẻ", "👎"])
def test_what_is_asked_of_a_quote_that_is_gone_is_told_kindly(
    api: BotApi, an: User, chat: Chat, index: FakeIndex, button: str
) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    index.answers = {QUESTION: Answer("", QUOTES[2:], 0.9)}
    press = api.press(an, answer, button)
    assert "cập nhật" in api.answer_to(press)["text"]
    assert api.next_edit(answer).text.startswith(QUOTES[2].text)


def test_help_shows_questions_that_are_answered_and_follows_a_reload(
    api: BotApi, index: FakeIndex, reader: User, room: Chat, language: str
) -> None:
    question = "Ai là Bí thư Đảng uỷ xã?"
    known = quote_of(YEN_PHUC, QUOTES[0].text, "Vi Văn Dụng")
    index.answers = {question: Answer("", (known,), 0.9)}
    with running_bot(api, index):
        api.send(room, reader, "/help")
        told = api.next_message(room)
        assert told.marked("code") == [question]
        assert TEXTS[language]["help_examples"].split("</b>")[0].removeprefix("<b>") in told.text
        index.answers = {}
        index.generation += 1
        api.send(room, reader, "/help")
        assert api.next_message(room).marked("code") == []


@pytest.mark.usefixtures("_bot")
def test_the_admins_of_a_group_silence_the_bot_and_call_it_back(
    api: BotApi, reader: User, language: str
) -> None:
    texts = TEXTS[language]
    head = api.user(20, "Head", language_code=language)
    group = api.group("Tổ dân phố", [reader], admins=[head])
    api.send(group, reader, "/answers")
    assert api.next_message(group).text == texts["group_admins_only"]
    api.send(group, head, "/answers")
    choice = api.next_message(group)
    assert choice.buttons == [f"{texts['button_answers_on']} ✓", texts["button_answers_off"]]
    press = api.press(reader, choice, texts["button_answers_off"])
    assert api.answer_to(press)["text"] == texts["toast_group_admins_only"]
    api.press(head, choice, texts["button_answers_off"])
    assert api.next_edit(choice).text == texts["answers_off"]
    for words in (f"/ask {QUESTION}", f"@hoibao_bot {QUESTION}", "/ask"):
        api.send(group, reader, words)
    api.send(group, reader, "/help")
    assert texts["help"].split("</b>")[0].removeprefix("<b>") in api.next_message(group).text
    api.press(head, choice, texts["button_answers_on"])
    assert api.next_edit(choice).text == texts["answers_on"]
    api.send(group, reader, f"/ask {QUESTION}")
    assert api.next_message(group).text.startswith(QUOTES[0].text)


@pytest.mark.usefixtures("_bot")
def test_in_private_there_is_nobody_to_be_silent_for(
    api: BotApi, reader: User, room: Chat, language: str
) -> None:
    api.send(room, reader, "/answers")
    assert api.next_message(room).text == TEXTS[language]["answers_private"]


def test_a_silent_group_stays_silent_after_a_restart(
    api: BotApi, index: FakeIndex, an: User, tmp_path: object
) -> None:
    head = api.user(20, "Trưởng nhóm")
    group = api.group("Tổ dân phố", [an], admins=[head])
    kept = {"state": tmp_path / "bot.sqlite"}
    with running_bot(api, index, **kept):
        api.send(group, head, "/answers")
        choice = api.next_message(group)
        api.press(head, choice, "Im lặng")
        api.next_edit(choice)
    with running_bot(api, index, **kept):
        api.send(group, an, f"/ask {QUESTION}")
        api.send(group, an, "/help")
        assert "Cách hỏi" in api.next_message(group).text
