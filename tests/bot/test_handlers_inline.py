"""`@hoibao_bot question` in any chat."""

from __future__ import annotations

import threading

import pytest

from bot.desk import SingleTask
from retrieval.model import Answer, Article
from tests.bot.running import QUESTION, QUOTES, FakeIndex, quote_of, running_bot
from tests.telegram import BotApi, Chat, User


@pytest.mark.usefixtures("_bot")
def test_quotes_are_offered_with_title_and_excerpt(api: BotApi, an: User) -> None:
    query = api.inline(an, QUESTION)
    api.answer_to(query)
    assert [result.title for result in query.results] == [quote.source.title for quote in QUOTES]
    assert query.results[0].description == QUOTES[0].text


@pytest.mark.usefixtures("_bot")
def test_a_chosen_quote_is_posted_as_the_bot_itself_would(api: BotApi, an: User) -> None:
    group = api.group("Tổ dân phố", [an])
    query = api.inline(an, QUESTION)
    api.answer_to(query)
    posted = api.choose(query, 0, group)
    assert posted.text.startswith(QUOTES[0].text)
    assert posted.marked("bold") == ["Vi Văn Dụng"]


@pytest.mark.usefixtures("_bot")
def test_a_quote_posted_in_the_private_chat_is_no_question(
    api: BotApi, an: User, chat: Chat
) -> None:
    query = api.inline(an, QUESTION)
    api.answer_to(query)
    api.choose(query, 0, chat)
    api.send(chat, an, "/help")
    assert "Cách hỏi" in api.next_message(chat).text
    assert len(api.messages(chat)) == 1


@pytest.mark.usefixtures("_bot")
def test_a_reload_shows_within_half_a_minute(api: BotApi, an: User) -> None:
    assert int(api.answer_to(api.inline(an, QUESTION))["cache_time"]) <= 30


@pytest.mark.usefixtures("_bot")
def test_many_quotes_come_in_pages(api: BotApi, an: User, index: FakeIndex) -> None:
    article = Article("a", "Bài", " ".join(f"Câu số {number}." for number in range(10, 22)))
    quotes = tuple(quote_of(article, f"Câu số {number}.") for number in range(10, 22))
    index.answers = {"câu": Answer("", quotes, 0.9)}
    seen, offset = [], ""
    for _ in range(3):
        query = api.inline(an, "câu", offset)
        offset = api.answer_to(query)["next_offset"]
        seen += [result.description for result in query.results]
    assert seen == [quote.text for quote in quotes]
    assert offset == ""


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize(
    ("typed", "words"), [("gì thế?", "Chưa thấy câu trả lời"), (" ", "trò chuyện riêng")]
)
def test_without_quotes_a_button_leads_into_the_private_chat(
    api: BotApi, an: User, typed: str, words: str
) -> None:
    given = api.answer_to(api.inline(an, typed))
    assert given["results"] == []
    assert words in given["button"]["text"]
    assert given["button"]["start_parameter"]


@pytest.mark.usefixtures("_bot")
def test_english_for_users_whose_telegram_is_english(api: BotApi) -> None:
    given = api.answer_to(api.inline(api.user(8, "Bob", language_code="en"), "what?"))
    assert given["button"]["text"].startswith("No answer")


@pytest.mark.usefixtures("_bot")
def test_of_what_is_typed_while_a_search_goes_on_only_the_last_is_searched(
    api: BotApi, an: User, index: FakeIndex
) -> None:
    index.gate = threading.Event()
    typed = [api.inline(an, text) for text in ("A", "Ai", "Ai là", QUESTION)]
    api.wait_until_fetched()
    index.gate.set()
    assert len(api.answer_to(typed[-1])["results"]) == 3
    asked = [text for text in index.asked if text in ("A", "Ai", "Ai là", QUESTION)]
    assert asked[-1] == QUESTION
    assert len(asked) <= 2


class AtWork(SingleTask):
    """A reload that goes on."""

    @property
    def running(self) -> bool:
        return True


def test_nothing_is_cached_while_the_articles_are_exchanged(
    api: BotApi, an: User, index: FakeIndex
) -> None:
    with running_bot(api, index) as desk:
        desk.reload = AtWork()
        assert int(api.answer_to(api.inline(an, QUESTION))["cache_time"]) == 0
