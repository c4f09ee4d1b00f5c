"""How common a word is in general."""

import pytest

from retrieval.language.common import general_share
from retrieval.language.tables import read_table
from retrieval.terms import document_terms, parse_question
from retrieval.text import exact


def test_function_words_are_common_and_names_of_illnesses_are_not() -> None:
    assert general_share(exact("của")) > general_share(exact("cách")) > general_share(exact("gút"))
    assert general_share(exact("gút")) == 0.0


@pytest.mark.parametrize("word", ["năm", "người"])
def test_a_word_without_diacritics_is_as_common_as_all_it_may_be(word: str) -> None:
    _, bare = document_terms(word)
    assert general_share(bare) >= general_share(exact(word)) > 0


def test_shares_are_shares() -> None:
    shares = [int(per_mille) for _, per_mille in read_table("common.tsv")]
    assert 0 < min(shares) <= max(shares) <= 1000


def test_a_question_is_searched_with_them() -> None:
    query = parse_question("Có mấy loại gút?", lambda terms: [1.0] * len(terms))
    shares = {term.synonyms[0]: term.share for term in query.terms}
    assert shares[exact("loại")] == general_share(exact("loại")) > 0
    assert shares[exact("gút")] == shares[f"{exact('loại')} {exact('gút')}"] == 0.0
