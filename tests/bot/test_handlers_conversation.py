"""What a person sees in a private chat, beyond a first answer."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from bot import render
from retrieval.model import Answer, Article
from tests.bot.running import ADMIN, QUESTION, QUOTES, FakeIndex, quote_of, running_bot
from tests.telegram import BotApi, Chat, User

LONG = Article(
    "dai.txt",
    "Bài dài",
    "Tiêu đề.\n" + "Câu trước. " * 60 + "Ông An làm bí thư. " + "Câu sau. " * 60 + "\nĐoạn cuối.",
)
LONG_QUOTE = quote_of(LONG, "Ông An làm bí thư.", "Ông An")


def labels(message: object) -> list[str]:
    return [button.text for row in message.keyboard for button in row]


@pytest.fixture
def long_index(index: FakeIndex) -> FakeIndex:
    index.answers = {**index.answers, "ai?": Answer("", (LONG_QUOTE,), 0.9)}
    index.articles = {**index.articles, LONG.id: LONG}
    return index


def test_a_quote_is_shown_in_its_context_then_its_paragraph_and_back(
    api: BotApi, an: User, chat: Chat, long_index: FakeIndex
) -> None:
    with running_bot(api, long_index):
        api.send(chat, an, "ai?")
        answer = api.next_message(chat)
        first = answer.text
        sizes = []
        for button, then in (
            ("Xem ngữ cảnh", ["« Về đoạn trích", "Xem cả đoạn văn"]),
            ("Xem cả đoạn văn", ["« Về đoạn trích"]),
        ):
            api.press(an, answer, button)
            api.next_edit(answer)
            assert labels(answer) == then
            assert answer.marked("bold") == ["Ông An"]
            block = answer.marked("blockquote")[0]
            assert block in LONG.text
            assert [part.strip() for part in answer.marked("italic")] == [
                part.strip() for part in block.split(LONG_QUOTE.text)
            ]
            sizes.append(len(block))
        assert sizes == sorted(sizes)
        assert "Đoạn cuối" not in answer.text
        api.press(an, answer, "« Về đoạn trích")
        assert api.next_edit(answer).text == first
    assert api.messages(chat) == [answer]


@pytest.mark.usefixtures("_bot")
def test_a_short_article_needs_no_second_step(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    api.press(an, answer, "▶")
    api.next_edit(answer)
    api.press(an, answer, "Xem ngữ cảnh")
    assert labels(api.next_edit(answer)) == ["« Về đoạn trích"]
    api.press(an, answer, "« Về đoạn trích")
    assert "2/3" in labels(api.next_edit(answer))


@pytest.mark.usefixtures("_bot")
def test_context_of_an_article_that_is_gone_is_told_kindly(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    index.generation += 1
    index.answers = {QUESTION: Answer("", QUOTES[1:2], 0.9)}
    press = api.press(an, answer, "Xem ngữ cảnh")
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)
    assert "cập nhật" in api.answer_to(press)["text"]


def test_context_of_an_article_that_is_no_longer_among_the_best_is_shown_all_the_same(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    with running_bot(api, index):
        api.send(chat, an, QUESTION)
        answer = api.next_message(chat)
        index.generation += 1
        index.answers = {QUESTION: Answer("", (*QUOTES[1:], *[QUOTES[2]] * 3, QUOTES[0]), 0.9)}
        api.press(an, answer, "Xem ngữ cảnh")
        assert api.next_edit(answer).marked("bold") == ["Vi Văn Dụng"]
        api.press(an, answer, "« Về đoạn trích")
        assert api.next_edit(answer).text.startswith(QUOTES[0].text)
        assert "3/3" in labels(answer)


@pytest.mark.usefixtures("_bot")
def test_an_edited_question_gets_its_answer_edited(api: BotApi, an: User, chat: Chat) -> None:
    question = api.send(chat, an, "gần đúng")
    answer = api.next_message(chat)
    api.edit(question, QUESTION)
    assert api.next_edit(answer).text.startswith(QUOTES[0].text)
    assert "1/3" in labels(answer)
    api.press(an, answer, "▶")
    assert api.next_edit(answer).text.startswith(QUOTES[1].text)
    api.edit(question, "không có gì")
    assert "chưa thấy câu trả lời" in api.next_edit(answer).text
    assert answer.keyboard == []
    assert api.messages(chat) == [answer]


def test_a_question_edited_after_a_restart_is_answered_anew(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    with running_bot(api, index):
        question = api.send(chat, an, "gần đúng")
        api.next_message(chat)
    with running_bot(api, index):
        api.edit(question, QUESTION)
        answer = api.next_message(chat)
        assert answer.reply_to is question
        assert answer.text.startswith(QUOTES[0].text)


@pytest.mark.usefixtures("_bot")
def test_an_update_that_comes_twice_is_answered_once(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    api.repeat()
    api.send(chat, an, "một đoạn")
    assert api.next_message(chat).reply_to is not answer.reply_to
    assert len(api.messages(chat)) == 2


@pytest.mark.usefixtures("_bot")
def test_typing_is_shown_only_when_an_answer_takes_long(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    api.send(chat, an, QUESTION)
    api.next_message(chat)
    assert api.chat_actions == []
    index.gate = threading.Event()
    api.send(chat, an, QUESTION)
    api.wait_for(lambda: api.chat_actions)
    index.gate.set()
    api.next_message(chat)
    assert api.chat_actions == [(chat, "typing", None)]


@pytest.mark.usefixtures("_bot")
def test_of_many_questions_at_once_the_newest_wins(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    index.gate = threading.Event()
    first = api.send(chat, an, QUESTION)
    api.wait_for(lambda: api.chat_actions)  # it is being answered
    for _ in range(3):
        api.send(chat, an, "gần đúng")
    last = api.send(chat, an, "một đoạn")
    other = api.user(8, "Bình")
    elsewhere = api.private_chat(other)
    api.send(elsewhere, other, "/help")
    api.next_message(elsewhere)
    index.gate.set()
    assert api.next_message(chat).reply_to is first
    assert api.next_message(chat).reply_to is last


def test_who_asks_too_much_is_told_so_kindly_and_once(
    api: BotApi, an: User, chat: Chat, index: FakeIndex
) -> None:
    with running_bot(api, index, questions_per_minute=2):
        for _ in range(2):
            api.send(chat, an, QUESTION)
            api.next_message(chat)
        for _ in range(3):
            api.send(chat, an, QUESTION)
        assert api.next_message(chat).text == render.html("slow_down", "vi")
        api.send(chat, an, "/help")
        assert "Cách hỏi" in api.next_message(chat).text
        press = api.press(an, api.messages(chat)[0], "▶")
        assert "chờ mình" in api.answer_to(press)["text"]
    assert len(api.messages(chat)) == 4


@pytest.mark.usefixtures("_bot")
def test_privacy_is_explained(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, "/privacy")
    assert "không lưu tên" in api.next_message(chat).text


def test_a_chosen_language_holds_from_then_on(
    api: BotApi, an: User, chat: Chat, index: FakeIndex, tmp_path: object
) -> None:
    kept = {"state": tmp_path / "bot.sqlite"}
    with running_bot(api, index, **kept):
        api.send(chat, an, "/language")
        choice = api.next_message(chat)
        assert labels(choice) == ["Tiếng Việt", "English", "Theo Telegram"]
        api.press(an, choice, "English")
        assert "English" in api.next_edit(choice).text
        assert choice.keyboard == []
    with running_bot(api, index, **kept):
        api.send(chat, an, "gì?")
        assert "no answer" in api.next_message(chat).text
        api.send(chat, an, "/language")
        choice = api.next_message(chat)
        api.press(an, choice, "As in Telegram")
        assert "tiếng Việt" in api.next_edit(choice).text
        api.send(chat, an, "gì?")
        assert "chưa thấy" in api.next_message(chat).text


@pytest.fixture
def many(index: FakeIndex) -> FakeIndex:
    index.articles = {
        str(number): Article(
            str(number), f"Bài {number}", "x", published=date(2024, 1, 1) + timedelta(number)
        )
        for number in range(20)
    }
    return index


def test_sources_are_listed_newest_first_and_paged(
    api: BotApi, an: User, chat: Chat, many: FakeIndex
) -> None:
    with running_bot(api, many):
        api.send(chat, an, "/sources")
        page = api.next_message(chat)
        assert "1. Bài 19\n20/01/2024\n2. Bài 18\n" in page.text
        assert labels(page) == ["▶"]
        api.press(an, page, "▶")
        assert "9. Bài 11\n" in api.next_edit(page).text
        assert labels(page) == ["◀", "▶"]
        api.press(an, page, "▶")
        assert "20. Bài 0\n" in api.next_edit(page).text
        assert labels(page) == ["◀"]
        api.press(an, page, "◀")
        assert "9. Bài 11\n" in api.next_edit(page).text


def test_sources_are_found_by_title(api: BotApi, an: User, chat: Chat, many: FakeIndex) -> None:
    with running_bot(api, many):
        api.send(chat, an, "/sources bài 1")
        page = api.next_message(chat)
        assert "“bài 1”" in page.text
        api.press(an, page, "▶")
        assert "11. Bài 1\n" in api.next_edit(page).text
        api.send(chat, an, "/sources <b>")
        assert "không thấy bài nào có tiêu đề chứa “<b>”" in api.next_message(chat).text


def test_admins_are_offered_their_commands(api: BotApi, an: User, chat: Chat) -> None:
    admin = api.state.users[ADMIN]
    office = api.private_chat(admin)
    group = api.group("Tổ dân phố", [an], admins=[admin])
    with running_bot(api, FakeIndex(), admin_ids=str(ADMIN)):
        menus = [
            api.command_menu(chat, an),
            api.command_menu(office, admin),
            api.command_menu(group, an),
        ]
    assert ["reload" in menu for menu in menus] == [False, True, False]
    assert ["ask" in menu for menu in menus] == [False, False, True]
    assert all("help" in menu for menu in menus)


def test_an_admin_who_writes_for_the_first_time_is_offered_the_commands(
    api: BotApi, index: FakeIndex
) -> None:
    late = api.user(2, "Đến sau")
    with running_bot(api, index, admin_ids=f"{ADMIN},{late.id}"):
        office = api.private_chat(late)
        assert "reload" not in api.command_menu(office, late)
        api.send(office, late, "/start")
        api.next_message(office)
        assert "reload" in api.command_menu(office, late)
        assert [call.method for call in api.refusals] == ["setMyCommands"]
    api.state.calls.clear()


def test_a_list_that_has_become_shorter_begins_anew(
    api: BotApi, an: User, chat: Chat, many: FakeIndex
) -> None:
    with running_bot(api, many):
        api.send(chat, an, "/sources")
        page = api.next_message(chat)
        many.articles = dict(list(many.articles.items())[:5])
        api.press(an, page, "▶")
        assert "1. Bài 4\n" in api.next_edit(page).text
        many.articles = {}
        api.send(chat, an, "/sources")
        assert api.next_message(chat).text == "Kho bài hiện chưa có bài nào."
