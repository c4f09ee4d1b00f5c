from __future__ import annotations

import threading

import pytest

from bot import render
from retrieval.model import Answer
from tests.bot.running import (
    ADMIN,
    QUESTION,
    QUOTES,
    YEN_PHUC,
    FakeIndex,
    running_bot,
)
from tests.telegram import BotApi, Chat, User


@pytest.mark.usefixtures("_bot")
def test_an_answer_quotes_marks_and_names_its_source(api: BotApi, an: User, chat: Chat) -> None:
    question = api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    assert answer.reply_to is question
    assert answer.text == (
        "Bí thư Đảng uỷ xã Vi Văn Dụng cho biết.\n📰 Đảng bộ xã Yên Phúc\nThanh Đàn · 12/07/2024"
    )
    assert answer.marked("bold") == ["Vi Văn Dụng"]
    assert answer.marked("blockquote") == [QUOTES[0].text]
    assert answer.marked("text_link") == [YEN_PHUC.title]


@pytest.mark.usefixtures("_bot")
def test_the_buttons_go_round_the_quotes_in_one_message(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    for button, quote, count in (
        ("▶", QUOTES[1], "2/3"),
        ("▶", QUOTES[2], "3/3"),
        ("▶", QUOTES[0], "1/3"),
        ("◀", QUOTES[2], "3/3"),
    ):
        api.press(an, answer, button)
        assert api.next_edit(answer).text.startswith(quote.text)
        assert count in [pressable.text for row in answer.keyboard for pressable in row]
    assert api.messages(chat) == [answer]


@pytest.mark.usefixtures("_bot")
def test_the_count_says_in_words_which_quote_is_shown(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, QUESTION)
    press = api.press(an, api.next_message(chat), "1/3")
    assert api.answer_to(press)["text"] == "Đoạn 1 trong 3"


@pytest.mark.usefixtures("_bot")
def test_a_single_quote_has_no_pages(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, "một đoạn")
    labels = [button.text for row in api.next_message(chat).keyboard for button in row]
    assert not {"◀", "▶"} & set(labels)


@pytest.mark.usefixtures("_bot")
def test_two_quick_taps_show_one_page(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    data = answer.button("▶").data
    presses = [api.press_data(an, answer, data) for _ in range(2)]
    for press in presses:
        api.answer_to(press)
    api.send(chat, an, "một đoạn")
    api.next_message(chat)
    assert answer.text.startswith(QUOTES[1].text)
    assert [call.method for call in api.refusals] == ["editMessageText"]


def test_a_button_survives_a_restart_of_the_bot(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    with running_bot(api, index):
        api.send(chat, an, QUESTION)
        answer = api.next_message(chat)
    with running_bot(api, index):
        api.press(an, answer, "▶")
        assert api.next_edit(answer).text.startswith(QUOTES[1].text)


@pytest.mark.usefixtures("_bot")
def test_a_button_from_before_a_reload_finds_its_article(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    index.generation += 1
    index.answers = {QUESTION: Answer("", (QUOTES[2], QUOTES[0], QUOTES[1]), 0.9)}
    press = api.press(an, answer, "▶")
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)
    assert not api.answer_to(press).get("text")


@pytest.mark.usefixtures("_bot")
def test_a_button_to_an_article_that_is_gone_says_so_and_shows_what_there_is(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    index.generation += 1
    index.answers = {QUESTION: Answer("", (QUOTES[2],), 0.9)}
    press = api.press(an, answer, "▶")
    assert api.next_edit(answer).text.startswith(QUOTES[2].text)
    assert "cập nhật" in api.answer_to(press)["text"]


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("data", ["page:9", "old:1:1:aa", "page:-1:1:aa", "x" * 64])
def test_a_button_of_another_time_is_answered_kindly(
    api: BotApi, an: User, chat: Chat, data: str
) -> None:
    api.send(chat, an, QUESTION)
    press = api.press_data(an, api.next_message(chat), data)
    assert "đã cũ" in api.answer_to(press)["text"]


@pytest.mark.usefixtures("_bot")
def test_an_abstention_names_the_nearest_titles(api: BotApi, an: User, chat: Chat) -> None:
    question = api.send(chat, an, "gần đúng")
    answer = api.next_message(chat)
    assert answer.reply_to is question
    assert "chưa thấy câu trả lời" in answer.text
    assert answer.text.endswith("• Đảng bộ xã Yên Phúc\n• Huyện Văn Quan\n• Huyện Bắc Sơn")
    assert not answer.marked("blockquote")


@pytest.mark.usefixtures("_bot")
def test_a_question_read_differently_is_told_in_one_line(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, "bis thuw")
    assert api.next_message(chat).text.startswith("Mình hiểu câu hỏi là: bí thư\n")


@pytest.mark.usefixtures("_bot")
def test_english_for_users_whose_telegram_is_english(api: BotApi) -> None:
    bob = api.user(8, "Bob", language_code="en-GB")
    chat = api.private_chat(bob)
    api.send(chat, bob, "gold price?")
    assert "no answer in the articles" in api.next_message(chat).text


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize(
    ("said", "words"),
    [("/start", "Hỏi Báo"), ("/help", "Cách hỏi"), ("/nothing", "chưa biết lệnh này")],
)
def test_commands(api: BotApi, an: User, chat: Chat, said: str, words: str) -> None:
    api.send(chat, an, said)
    assert words in api.next_message(chat).text


@pytest.mark.usefixtures("_bot")
def test_strangers_are_told_politely_that_a_command_is_for_admins(
    api: BotApi, an: User, chat: Chat
) -> None:
    for command in ("/reload", "/status"):
        api.send(chat, an, command)
        assert api.next_message(chat).text == render.html("admins_only", "vi")


@pytest.mark.usefixtures("_bot")
def test_status_tells_admins_what_is_served(api: BotApi) -> None:
    admin = api.state.users[ADMIN]
    chat = api.private_chat(admin)
    api.send(chat, admin, "/status")
    assert "Số đoạn: 42" in api.next_message(chat).text


@pytest.mark.usefixtures("_bot")
def test_a_search_runs_on_a_worker_thread_and_holds_up_nobody(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    index.gate = threading.Event()
    api.send(chat, an, QUESTION)
    other = api.user(8, "Bình")
    elsewhere = api.private_chat(other)
    api.send(elsewhere, other, "/help")
    assert "Cách hỏi" in api.next_message(elsewhere).text
    assert api.messages(chat) == []
    index.gate.set()
    assert api.next_message(chat).text.startswith(QUOTES[0].text)
    assert all(name.startswith("search") for name in index.threads)


@pytest.mark.usefixtures("_bot")
def test_an_unforeseen_failure_is_admitted_to_the_person_who_waits(
    api: BotApi, an: User, chat: Chat, index: FakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index.answers = {QUESTION: RuntimeError("broken")}
    api.send(chat, an, QUESTION)
    assert api.next_message(chat).text == render.html("failed", "vi")
    assert "an update failed" in caplog.text
    assert QUESTION not in caplog.text


@pytest.mark.usefixtures("_bot")
def test_a_user_who_blocked_the_bot_is_no_error(
    api: BotApi, an: User, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user")
    api.send(chat, an, QUESTION)
    api.send(chat, an, "/help")
    api.next_message(chat)
    assert "an update failed" not in caplog.text


def test_admin_commands_are_offered_to_admins_only(api: BotApi, index: FakeIndex) -> None:
    with running_bot(api, index, admin_ids=str(ADMIN)):
        menus = {
            (call.params["scope"]["type"], call.params.get("language_code", "")): {
                command["command"] for command in call.params["commands"]
            }
            for call in api.calls("setMyCommands")
        }
    assert set(menus) == {
        (scope, code)
        for scope in ("all_private_chats", "all_group_chats", "chat")
        for code in ("", "en")
    }
    for (scope, _), commands in menus.items():
        assert ("reload" in commands) == (scope == "chat")
