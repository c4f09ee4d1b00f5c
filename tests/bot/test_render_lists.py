"""Whatever files, questions and titles hold, what admins and readers are shown can be sent."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import render
from bot.journal import Day, Disliked
from bot.likeness import Group
from bot.texts import TEXTS
from retrieval.articles import Loaded
from retrieval.errors import UnreadableFile
from retrieval.model import Article, Failure
from retrieval.reading import glimpsed
from tests.telegram import parse_html, utf16_len

MESSAGE, CAPTION = 4096, 1024
AWKWARD = "😀<b>&\u202eẹ\u0301 \0" * 600
text = st.one_of(st.text(), st.just(AWKWARD), st.just("x" * 5000))
languages = st.sampled_from(list(TEXTS))
articles = st.builds(
    Article, id=text, title=text, text=text, author=text, published=st.dates(), source=text
)


def fits(html: str, limit: int = MESSAGE) -> bool:
    plain, _ = parse_html(html)
    return 0 < utf16_len(plain) <= limit


@given(text, text, st.integers(1, 10**6), languages)
def test_gaps_fit(question: str, title: str, number: int, language: str) -> None:
    groups = [Group(question, number, 1)] * 12
    disliked = [Disliked(question, AWKWARD, title, number)] * 12
    assert fits(render.gaps(groups, disliked, 30, language))


@given(articles, text, languages)
def test_what_a_file_holds_fits(article: Article, name: str, language: str) -> None:
    holds = Loaded((article,) * 12, (Failure(name, article.text),) * 12)
    asked = render.html("file_ask", language)
    assert fits(f"{render.look(name, glimpsed(holds), language)}\n\n{asked}")


@given(text, text, st.integers(0, 8), languages)
def test_lists_of_files_fit(name: str, title: str, count: int, language: str) -> None:
    assert fits(render.removals([(name, title)] * count, 1, title, language))


@given(articles, st.booleans(), languages)
def test_an_opened_article_fits(article: Article, changed: bool, language: str) -> None:
    assert fits(render.article(article, changed, language))


@given(text, text, languages)
def test_reasons_fit(name: str, cause: str, language: str) -> None:
    problem = UnreadableFile(name, cause)
    for key in ("file_unreadable", "change_failed", "reload_failed"):
        assert fits(render.refusal(key, problem, language))


@pytest.mark.parametrize("language", TEXTS)
def test_statistics_fit_below_a_picture(language: str) -> None:
    days = [Day(date(2024, 7, 1), 10**9, 10**9, 10**9, 10**9, 10**9)]
    assert fits(render.stats(days, (1e6, 1e6), 3650, language), CAPTION)


@pytest.mark.parametrize("language", TEXTS)
def test_help_with_examples_fits(language: str) -> None:
    assert fits(render.help_text(["x" * 80] * 3, language))


def test_names_and_reasons_are_on_one_line_and_turn_nothing_round() -> None:
    failed = (Failure("a\nb\u202e.txt", "broken (\x1b[2J\n\n• forged.txt: fine)"),)
    plain, _ = parse_html(render.failures(failed, "en"))
    assert plain.splitlines()[1:] == [
        "• a\\nb\\u202e.txt: broken (\\x1b[2J\\n\\n• forged.txt: fine)"
    ]
    refused = render.refusal("file_unreadable", UnreadableFile("a\n.txt", "b\rc"), "en")
    assert "a\\n.txt: b\\rc" in refused
