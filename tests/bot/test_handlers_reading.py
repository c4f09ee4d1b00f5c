"""What is no plain question: words under a picture, forwarded ones, voices, files, links."""

from __future__ import annotations

from datetime import date

import pytest

from bot.chart import draw
from bot.journal import Day
from bot.texts import TEXTS
from tests.bot.running import ADMIN, QUESTION, QUOTES, FakeIndex, running_bot
from tests.telegram import BotApi, Chat, Message, User

PICTURE = draw([Day(date(2024, 7, 12), asked=1)])


def labels(message: Message) -> list[str]:
    return [button.text for row in message.keyboard for button in row]


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("kind", ["photo", "document"])
def test_the_words_under_a_picture_or_a_file_are_answered_and_it_is_said_that_only_they_are_read(
    api: BotApi, reader: User, room: Chat, language: str, kind: str
) -> None:
    if kind == "photo":
        asked = api.send_photo(room, reader, PICTURE, caption=QUESTION)
    else:
        asked = api.send_document(room, reader, b"x", "a.txt", caption=QUESTION)
    answer = api.next_message(room)
    assert answer.reply_to is asked
    note = TEXTS[language]["read_caption"]
    assert answer.text.startswith(f"{note}\n\n{QUOTES[0].text}")
    api.press(reader, answer, "▶")
    assert api.next_edit(answer).text.startswith(f"{note}\n\n{QUOTES[1].text}")
    api.edit(asked, "một đoạn")
    assert api.next_edit(answer).text.startswith(f"{note}\n\n{QUOTES[0].text}")
    assert "▶" not in labels(answer)


@pytest.mark.usefixtures("_bot")
def test_a_forwarded_message_is_read_as_a_question_and_that_is_said(
    api: BotApi, reader: User, room: Chat, language: str
) -> None:
    asked = api.forward(room, reader, QUESTION)
    answer = api.next_message(room)
    assert answer.reply_to is asked
    note = TEXTS[language]["read_forwarded"]
    assert answer.text.startswith(f"{note}\n\n{QUOTES[0].text}")


@pytest.mark.usefixtures("_bot")
def test_what_has_no_words_is_told_what_the_bot_can_read(
    api: BotApi, reader: User, room: Chat, language: str
) -> None:
    contact = {"contact": {"phone_number": "1", "first_name": "An"}}
    for send, key in (
        (lambda: api.send_voice(room, reader), "only_text_voice"),
        (lambda: api.send_photo(room, reader, PICTURE), "only_text_picture"),
        (lambda: api.send_document(room, reader, b"x", "a.txt"), "only_text_file"),
        (lambda: api.send(room, reader, "", extra=contact), "only_text"),
        (lambda: api.send(room, reader, "https://example.org/bai?so=1"), "only_text_link"),
    ):
        sent = send()
        told = api.next_message(room)
        assert told.reply_to is sent
        assert told.text == TEXTS[language][key]


@pytest.mark.usefixtures("_bot")
def test_an_admin_is_told_how_a_linked_page_is_added(
    api: BotApi, admin: User, office: Chat, language: str
) -> None:
    api.send(office, admin, "https://example.org/bai")
    told = api.next_message(office)
    assert told.marked("bold") == [".html", ".mhtml"]
    assert told.text == TEXTS[language]["link_how"].replace("<b>", "").replace("</b>", "")


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("words", ["", QUESTION])
def test_an_album_is_one_message(api: BotApi, an: User, chat: Chat, words: str) -> None:
    photo = {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]}
    album = {**photo, "media_group_id": "album"}
    first = api.send(chat, an, "", extra={**album, "caption": words} if words else album)
    for _ in range(2):
        api.send(chat, an, "", extra=album)
    told = api.next_message(chat)
    assert told.reply_to is first
    assert (QUOTES[0].text in told.text) == bool(words)
    last = api.send(chat, an, "/help")
    assert api.next_message(chat).reply_to is last


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("topics", [(), ("Chung", "Hỏi đáp")])
def test_in_a_group_words_under_a_picture_call_the_bot_and_a_voice_in_reply_does(
    api: BotApi, reader: User, language: str, topics: tuple[str, ...]
) -> None:
    group = api.group("Tổ dân phố", [reader], admins=[reader], topics=topics)
    topic = list(group.topics)[-1] if topics else None
    asked = api.send_photo(group, reader, PICTURE, caption=f"@hoibao_bot {QUESTION}", topic=topic)
    answer = api.next_message(group)
    assert (answer.reply_to, answer.thread_id) == (asked, topic)
    assert QUOTES[0].text in answer.text
    voice = api.send_voice(group, reader, reply_to=answer, topic=topic)
    told = api.next_message(group)
    assert (told.reply_to, told.thread_id) == (voice, topic)
    assert told.text == TEXTS[language]["only_text_voice"]
    # a picture in reply is no question, and one among others even less
    api.state.privacy = False
    api.send_photo(group, reader, PICTURE, reply_to=answer, topic=topic)
    api.send_photo(group, reader, PICTURE, caption=QUESTION, topic=topic)
    api.send_voice(group, reader, topic=topic)
    last = api.send(group, reader, f"/ask {QUESTION}", topic=topic)
    assert api.next_message(group).reply_to is last


@pytest.mark.usefixtures("_bot")
def test_a_picture_that_is_edited_is_not_told_again(api: BotApi, an: User, chat: Chat) -> None:
    sent = api.send_photo(chat, an, PICTURE)
    api.next_message(chat)
    api.edit(sent, "")
    api.send(chat, an, QUESTION)
    assert api.next_message(chat).text.startswith(QUOTES[0].text)


def test_what_a_group_chose_holds_when_it_becomes_a_supergroup(
    api: BotApi, an: User, index: FakeIndex
) -> None:
    head = api.user(20, "Trưởng nhóm")
    old = api.group("Tổ dân phố", [an], admins=[head], supergroup=False)
    new = api.group("Tổ dân phố", [an], admins=[head])
    with running_bot(api, index, admin_ids=str(ADMIN)) as desk:
        desk.preferences.choose(old.id, "en")
        desk.preferences.silence(old.id, True)
        api.send(old, an, "", extra={"migrate_to_chat_id": new.id})
        api.send(new, head, "/answers")
        choice = api.next_message(new)
        assert choice.text == TEXTS["en"]["answers"]
        assert f"{TEXTS['en']['button_answers_off']} ✓" in labels(choice)
        assert desk.preferences.language(old.id) is None
