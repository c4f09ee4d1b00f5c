"""However a question is built, reading it takes a bounded amount of work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import open_index, update_index
from retrieval.answering import Index
from retrieval.language.questions import without_fillers
from retrieval.terms import MAX_TOKENS
from tests.worst import hostile_questions, read_counted

ARTICLES = Path(__file__).parents[1] / "data" / "articles"
QUESTIONS = hostile_questions((ARTICLES / "dang-bo-xa-yen-phuc.txt").read_text(encoding="utf-8"))
LOOKUPS = 20_000  # of terms in the index
TERMS = 8 * MAX_TOKENS
SYNONYMS = 4 * TERMS


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    update_index([ARTICLES], folder)
    with open_index(folder) as opened:
        yield opened


@pytest.mark.parametrize("name", QUESTIONS)
def test_work_for_a_question_is_bounded(index: Index, name: str) -> None:
    query, lookups = read_counted(index, QUESTIONS[name])
    assert lookups <= LOOKUPS
    assert len(query.terms) <= TERMS
    assert sum(len(term.synonyms) for term in query.terms) <= SYNONYMS


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_hostile_question_gets_an_answer_like_any_other(index: Index, name: str) -> None:
    answer = index.ask(QUESTIONS[name])
    assert answer.question == QUESTIONS[name]
    assert all(quote.text in quote.span.of(_text(index, quote)) for quote in answer.quotes)


def _text(index: Index, quote: object) -> str:
    article = index.article(quote.source.article_id)  # type: ignore[attr-defined]
    assert article is not None
    return article.text


def test_an_endless_run_of_signs_is_read_as_a_blank() -> None:
    signs = "?!… " * 1000
    assert without_fillers(f"Ai{signs}là bí thư{signs}") == "Ai là bí thư"


def test_an_endless_chain_of_politeness_is_given_up_on() -> None:
    assert without_fillers("ai là bí thư" + " ạ" * 2000).startswith("ai là bí thư ạ ạ")
