"""Forms that are compared: the same word in any spelling, and spans that stay true."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text import (
    exact,
    fold,
    has_endless_marks,
    printable,
    strip_diacritics,
    syllables,
    tokens,
    words,
)

VIETNAMESE = st.text(
    st.sampled_from('aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệớờởỡợ \n.,"(1'), max_size=60
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("uỷ", "ủy"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("kĩ", "kỹ"),
        ("quí", "quý"),
        ("Đảng", "ĐẢNG"),
        ("Phúc", unicodedata.normalize("NFD", "Phúc")),
    ],
)
def test_spellings_of_one_word_have_one_exact_form(one: str, other: str) -> None:
    assert exact(one) == exact(other)


@pytest.mark.parametrize(
    ("one", "other"), [("thu", "thư"), ("ma", "má"), ("tuy", "tui"), ("mai", "may")]
)
def test_different_words_have_different_exact_forms(one: str, other: str) -> None:
    assert exact(one) != exact(other)


@pytest.mark.parametrize(
    ("word", "folded"), [("Đảng", "dang"), ("ưỡn", "uon"), ("kỹ", "ki"), ("Napoléon", "napoleon")]
)
def test_folding_leaves_bare_letters(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_stripping_keeps_case_and_spelling() -> None:
    assert strip_diacritics("Đảng uỷ xã Kỹ") == "Dang uy xa Ky"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.500.000 đồng, 3,5%", ["1.500.000", "đồng", "3,5"]),
        ("12/07/2024", ["12", "07", "2024"]),
        ("B52 và 5km (COVID-19).", ["B52", "và", "5", "km", "COVID", "19"]),
        ("năm 2010.", ["năm", "2010"]),
        ("🙂 …", []),
    ],
)
def test_numbers_keep_their_separators_and_punctuation_falls_away(
    text: str, found: list[str]
) -> None:
    assert words(text) == found


@given(VIETNAMESE)
def test_token_spans_are_the_words_in_their_order(text: str) -> None:
    found = list(tokens(text))
    assert [token.span.of(text) for token in found] == words(text)
    assert all(one.span.end <= other.span.start for one, other in pairwise(found))


@given(VIETNAMESE)
def test_a_text_and_its_decomposed_form_have_the_same_syllables(text: str) -> None:
    assert syllables(unicodedata.normalize("NFD", text)) == syllables(text)


@given(VIETNAMESE)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    for word in words(text):
        assert fold(fold(word)) == fold(word)


@given(st.text())
def test_printable_text_is_on_one_line_and_only_shows(text: str) -> None:
    shown = printable(text)
    assert shown.splitlines() in ([], [shown])
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [c for c in shown if unicodedata.bidirectional(c) in ("LRE", "RLO", "PDF", "RLI")]
    assert printable(shown) == shown


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_what_shows_anyway_is_left_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "endless"),
    [
        ("\u0301" * 100, True),
        ("Đảng " + "a" + "\u0323\u0301" * 40 + " uỷ", True),
        ("e\u0323\u0302" * 100, False),
        ("─" * 100 + "…" * 100 + "😀" * 100, False),
        ("", False),
    ],
)
def test_only_marks_without_end_are_endless(text: str, endless: bool) -> None:
    assert has_endless_marks(text) is endless
