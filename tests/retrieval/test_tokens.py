"""Texts taken apart with numpy: the same as word by word, whatever the text."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.evidence.tokens import code, take_apart, word_by_word
from retrieval.text import exact, fold, tokens

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            "Quý quí qúy kỹ kĩ lý y Y ty hoà HÒA ngày 1.500.000 5km B52 12h30 A1.5 1,5tr 2010 3010 "
            '19/5 a/b / % ‰ 30% ( “ ” " ‘ . , .. 1. .5 đ Đ_đ ² km² 1² ΟΔΟΣ Σ İ ß é 한 ᄀ ᅡ か 1990s '
            "a\u0301 ơ\u0303 \u0301 🙂 𝐀 𝟏 \u0660 ١٢٣٤ _ 1_5 \xa0 \n năm mười và tôi".split(" ")
        ),
        st.text(max_size=4),
    ),
    max_size=12,
)


@given(PIECES, st.sampled_from([" ", "", "\n", "\xa0"]))
@example(["30", "%"], " ")
@example(["quý", "B52.5", "x5.5,5km"], " ")
def test_a_text_is_taken_apart_as_word_by_word(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    found, expected = take_apart(text), word_by_word(text)
    for name in found._fields:
        assert getattr(found, name).tolist() == getattr(expected, name).tolist(), (name, text)


@given(PIECES)
def test_tokens_are_those_of_the_index(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = take_apart(text)
    expected = list(tokens(text))
    assert found.starts.tolist() == [token.span.start for token in expected]
    assert found.exact.tolist() == [code(token.exact) for token in expected]
    assert found.folded.tolist() == [code(token.folded) for token in expected]


def test_looks_of_tokens() -> None:
    text = "Ngày 19/5/1890, tại “Kim Liên” 30 % và 5.000đ: năm 1945 B52 3010"
    found = take_apart(text)
    words = [token.span.of(text) for token in tokens(text)]

    def those(flags: np.ndarray) -> list[str]:
        return [word for word, flag in zip(words, flags, strict=True) if flag]

    assert those(found.capital) == ["Ngày", "Kim", "Liên", "B52"]
    assert those(found.digit) == ["19", "5", "1890", "30", "5.000", "1945", "B52", "3010"]
    assert those(found.date) == ["19", "5", "1890", "1945"]
    assert those(found.percent) == ["30"]
    assert those(found.quoted) == ["Kim"]
    assert those(found.function) == ["tại", "và"]
    assert those(found.numeral) == ["năm"]


@pytest.mark.parametrize("words", [("hoà", "hòa"), ("quý", "quí"), ("KỸ", "kĩ"), ("lý", "lí")])
def test_spellings_of_one_word_have_one_number(words: tuple[str, str]) -> None:
    one, other = (int(take_apart(f"x {word} x").exact[1]) for word in words)
    assert one == other == code(exact(words[0]))


def test_numbers_of_forms_differ() -> None:
    forms = {exact(a + b + c) for a in "abcdegh" for b in "aàáảãạăâeêioôơuưy" for c in "abcdghiy"}
    forms |= set(map(fold, forms))
    assert len({code(form) for form in forms}) == len(forms)
