"""`@hoibao_bot question` typed anywhere, in every language, through the strict server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.desk import SingleTask
from bot.texts import TEXTS
from tests.bot.scenes import (
    DATES,
    IN_VAIN,
    LONG_QUESTION,
    OTHER_QUESTION,
    QUESTION,
    SECRETARY,
    House,
    enter,
)
from tests.telegram import Message

WHERE = ("sender", "private", "group", "supergroup", "channel")


@pytest.mark.parametrize("where", WHERE)
def test_quotes_are_offered_paged_and_posted_anywhere(
    house: House, language: str, where: str
) -> None:
    scene = enter(house, "supergroup", language)
    seen: list[str] = []
    offset: Any = ""
    while offset or not seen:
        query = house.api.inline(scene.person, QUESTION, offset, chat_type=where)
        given = house.api.answer_to(query)
        assert given["button"] is None
        assert int(given["cache_time"]) <= 30
        assert all(result.title and result.description for result in query.results)
        if not offset:
            posted = house.api.choose(query, 0, scene.chat)
            assert posted.marked("bold") == [SECRETARY]
            assert DATES[language] in posted.text
        seen += [result.id for result in query.results]
        offset = given["next_offset"]
    assert len(seen) == len(set(seen)) > 5


@pytest.mark.parametrize("where", WHERE)
def test_a_long_quote_folds_where_it_is_posted(house: House, language: str, where: str) -> None:
    scene = enter(house, "group", language)
    query = house.api.inline(scene.person, LONG_QUESTION, chat_type=where)
    house.api.answer_to(query)
    posted = house.api.choose(query, 0, scene.chat)
    assert posted.marked("expandable_blockquote")
    assert posted.marked("text_link") == ["Lớp học trên núi"]


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(("typed", "key"), [(IN_VAIN, "inline_nothing"), ("", "inline_start")])
def test_without_results_a_button_leads_into_the_private_chat(
    house: House, language: str, where: str, typed: str, key: str
) -> None:
    scene = enter(house, "private", language)
    given = house.api.answer_to(house.api.inline(scene.person, typed, chat_type=where))
    assert given["results"] == []
    assert given["button"]["text"] == scene.text(key)
    answer: Message = scene.command(f"/start {given['button']['start_parameter']}")
    assert answer.text == scene.text("start")


@pytest.mark.parametrize("where", WHERE)
def test_quotes_are_offered_in_the_language_that_was_chosen(
    house: House, language: str, where: str
) -> None:
    scene = enter(house, "private", language)
    other = "en" if language == "vi" else "vi"
    scene.turn(scene.command("/language"), TEXTS[other]["language_name"])
    query = house.api.inline(scene.person, QUESTION, chat_type=where)
    house.api.answer_to(query)
    posted = house.api.choose(query, 0, enter(house, "group", language).chat)
    assert DATES[other] in posted.text
    given = house.api.answer_to(house.api.inline(scene.person, IN_VAIN, chat_type=where))
    assert given["button"]["text"] == TEXTS[other]["inline_nothing"]


class AtWork(SingleTask):
    """A reload that goes on."""

    @property
    def running(self) -> bool:
        return True


@contextmanager
def reloading(house: House) -> Iterator[None]:
    idle, house.desk.reload = house.desk.reload, AtWork()
    try:
        yield
    finally:
        house.desk.reload = idle


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("typed", [QUESTION, IN_VAIN, ""])
def test_nothing_is_kept_by_telegram_while_the_articles_are_exchanged(
    house: House, language: str, where: str, typed: str
) -> None:
    scene = enter(house, "private", language)
    with reloading(house):
        given = house.api.answer_to(house.api.inline(scene.person, typed, chat_type=where))
        assert int(given["cache_time"]) == 0
    given = house.api.answer_to(house.api.inline(scene.person, typed, chat_type=where))
    assert 0 < int(given["cache_time"]) <= 30
    assert given["is_personal"]


@pytest.mark.parametrize("where", WHERE)
def test_of_what_is_typed_while_a_search_goes_on_the_last_is_searched(
    house: House, language: str, where: str
) -> None:
    scene = enter(house, "private", language)
    with house.index.shut():
        typed = [
            house.api.inline(scene.person, text, chat_type=where)
            for text in (IN_VAIN, "Chợ phiên", OTHER_QUESTION)
        ]
        house.api.wait_until_fetched()
    house.api.answer_to(typed[-1])
    assert "mùng hai" in typed[-1].results[0].description
    assert typed[1].answer is None
