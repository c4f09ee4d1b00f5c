from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.examples import LONGEST, example_questions, suggestions
from retrieval import Index, open_index, update_index
from retrieval.model import Article

SHIPPED = Path(__file__).parents[2] / "data" / "articles"
STATEMENTS = {
    "Cây cầu Khánh Khê dài 40 mét, bắc qua sông.": "Cây cầu Khánh Khê dài bao nhiêu mét?",
    "Trường Chu Văn An được thành lập năm 1908.": "Trường Chu Văn An được thành lập năm nào?",
    "Phó Chủ tịch uỷ ban xã Hoàng Thị Lan phát biểu.": "Ai là Phó Chủ tịch uỷ ban xã?",
    "Bánh cao khô là đặc sản của xã.": "Bánh cao khô là gì?",
}


@contextmanager
def index_of(corpus: Path, folder: Path) -> Iterator[Index]:
    update_index([corpus], folder / "index")
    with open_index(folder / "index") as index:
        yield index


def test_the_corpus_that_ships_gives_three_questions_and_answers_them(tmp_path: Path) -> None:
    with index_of(SHIPPED, tmp_path) as index:
        questions = example_questions(index)
        assert len(set(questions)) == 3
        assert "Ai là Bí thư Đảng uỷ xã?" in questions
        assert not any(index.ask(question).abstained for question in questions)


def test_questions_are_of_as_many_articles_as_there_are(tmp_path: Path) -> None:
    corpus = tmp_path / "articles"
    corpus.mkdir()
    for number, statement in enumerate(STATEMENTS):
        (corpus / f"{number}.txt").write_text(f"Bài {number}\n\n{statement}\n", encoding="utf-8")
    with index_of(corpus, tmp_path) as index:
        questions = example_questions(index)
        assert len(questions) == 3
        assert set(questions) <= set(STATEMENTS.values())
        sources = {index.ask(question).quotes[0].source.article_id for question in questions}
        assert len(sources) == 3


@pytest.mark.parametrize(("statement", "question"), STATEMENTS.items())
def test_a_statement_becomes_a_question(statement: str, question: str) -> None:
    article = Article("a", "", f"{statement} Câu sau.")
    assert question in [asked for _, asked, _ in suggestions(article)]


@pytest.mark.parametrize(
    "statement",
    [
        "Điều này là một bước tiến.",
        "Trong đó, xã đã xây dựng 40 nhà.",
        "Đặc biệt trong năm 2010 Đảng bộ quyết tâm.",
        "Bí thư Huyện uỷ Văn Quan Hoàng Thị Lan phát biểu.",
        "Chủ tịch huyện Bắc Sơn họp.",
        "Từ năm 1914 đến năm 1918.",
    ],
)
def test_what_nobody_would_understand_alone_is_not_asked(statement: str) -> None:
    assert list(suggestions(Article("a", "", statement))) == []


@given(st.text())
def test_any_text_gives_short_questions(text: str) -> None:
    for _, question, answer in suggestions(Article("a", "", text)):
        assert answer
        assert len(question) <= LONGEST
        assert question.endswith("?")
