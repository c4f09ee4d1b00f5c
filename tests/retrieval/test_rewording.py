"""One changed word, for a question that is not answered as it stands."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from retrieval import Index, open_index, update_index
from retrieval.rewording import TRIED, rewordings
from retrieval.terms import document_terms

CORPUS = Path("data/articles")
KNOWN = {"~yen", "~thuc", "~phuc", "~yen phuc", "~xa", "~xa yen", *document_terms("từ trần để")}


def rarities(terms: Sequence[str]) -> list[float]:
    return [1.0 if term in KNOWN else -1.0 for term in terms]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("rewording")
    update_index([CORPUS], folder)
    with open_index(folder) as opened:
        yield opened


def test_a_word_that_never_stands_beside_its_neighbours_is_taken_for_one_that_does() -> None:
    question = "Xã Yên Thúc ở đâu?"
    (first, *_) = rewordings(question, rarities)
    assert first.words == ("phuc",)
    assert first.within(question, first.surface("xã Yên Phúc đã")) == "Xã Yên Phúc ở đâu?"


def test_a_word_that_the_corpus_lacks_is_taken_for_another_that_says_the_same() -> None:
    found = [one.words for one in rewordings("Ông qua đời năm nào?", rarities)]
    assert ("tu", "tran") in found


def test_a_word_is_not_taken_for_one_with_other_diacritics() -> None:
    """A mobile phone is called "dế" too, but here "để" is all that there is."""
    assert not list(rewordings("Số điện thoại là gì?", rarities))


def test_a_question_that_the_corpus_has_as_it_stands_is_left_alone() -> None:
    assert not list(rewordings("Xã Yên Phúc ở đâu?", rarities))


def test_few_rewordings_are_tried() -> None:
    everything = " ".join(f"từ{chr(97 + at)}" for at in range(26)) * 40
    assert len(list(rewordings(everything, lambda terms: [1.0] * len(terms)))) <= TRIED


def test_who_is_not_answered_is_told_which_word_to_change(index: Index) -> None:
    right, wrong = (f"Ai là Bí thư Đảng uỷ xã Yên {name}?" for name in ("Phúc", "Thúc"))
    surer, less_sure = index.ask(right).confidence, index.ask(wrong).confidence
    assert surer > less_sure
    path = index.snapshot().path
    with open_index(path, threshold=(surer + less_sure) / 2) as strict:
        assert strict.ask(wrong).abstained
        assert strict.ask(wrong).suggestion == right
        assert strict.ask(right).suggestion is None


def test_what_no_change_of_a_word_would_answer_gets_no_suggestion(index: Index) -> None:
    answer = index.ask("Giá vàng hôm nay bao nhiêu?")
    assert answer.abstained
    assert answer.suggestion is None
