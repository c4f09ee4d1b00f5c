"""Questions about the article that ships with the project, as people would ask them."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Index, open_index, update_index
from retrieval.evaluation import NOISES
from retrieval.model import Answer

ROOT = Path(__file__).parents[2]
QUESTIONS = json.loads(Path(__file__).with_name("yen_phuc_questions.json").read_text("utf-8"))
NOISES_OF_THE_DESIGN = {"no-diacritics", "nfd", "tone-placement", "uppercase", "telex", "typo"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    path = tmp_path_factory.mktemp("index")
    update_index([ROOT / "data/articles"], path)
    with open_index(path) as opened:
        yield opened


def ask(index: Index, row: dict[str, str | None]) -> Answer:
    text = str(row["question"])
    return index.ask(unicodedata.normalize("NFD", text) if row.get("noise") == "nfd" else text)


def holds(answer: Answer, gold: str) -> bool:
    return bool(answer.quotes) and gold.lower() in answer.quotes[0].text.lower()


def test_the_questions_are_as_many_and_as_mixed_as_they_should_be() -> None:
    assert len(QUESTIONS) >= 40
    assert sum(row["answer"] is None for row in QUESTIONS) >= 10
    assert {row["noise"] for row in QUESTIONS if "noise" in row} == NOISES_OF_THE_DESIGN
    assert set(NOISES) >= NOISES_OF_THE_DESIGN


def test_the_first_quote_holds_the_answer_of_nearly_every_question(index: Index) -> None:
    answerable = [row for row in QUESTIONS if row["answer"]]
    missed = [row["question"] for row in answerable if not holds(ask(index, row), row["answer"])]
    assert len(missed) <= 0.05 * len(answerable), missed


def test_at_most_one_answer_is_withheld_and_one_made_up(index: Index) -> None:
    wrong = [row for row in QUESTIONS if ask(index, row).abstained != (row["answer"] is None)]
    withheld = [row["question"] for row in wrong if row["answer"]]
    made_up = [row["question"] for row in wrong if not row["answer"]]
    assert len(withheld) <= 1, withheld
    assert len(made_up) <= 1, made_up


@pytest.mark.parametrize("row", QUESTIONS[:13], ids=lambda row: row["question"])
def test_the_questions_that_everyone_asks_first_are_answered(
    index: Index, row: dict[str, str]
) -> None:
    answer = ask(index, row)
    assert not answer.abstained
    assert holds(answer, row["answer"])


def test_the_secretary_is_marked_and_nothing_else(index: Index) -> None:
    first = index.ask("Ai là Bí thư Đảng uỷ xã Yên Phúc?").quotes[0]
    assert [span.of(first.text) for span in first.highlights] == ["Vi Văn Dụng"]
    assert first.source.author == "Thanh Đàn"
    assert str(first.source.published) == "2024-07-12"
    assert first.source.title == "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu"


def test_every_quote_is_the_article_s_own_text(index: Index) -> None:
    for row in QUESTIONS:
        for quote in ask(index, row).quotes:
            article = index.article(quote.source.article_id)
            assert article is not None
            assert quote.text == quote.span.of(article.text)
            assert len(quote.text) <= 400
