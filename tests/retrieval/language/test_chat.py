"""Facts about chat spelling."""

from __future__ import annotations

import pytest

from retrieval.language.chat import alternatives, chat_spellings
from retrieval.language.syllables import is_syllable


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ko", "không"),
        ("K", "không"),
        ("đc", "được"),
        ("bn", "bao nhiêu"),
        ("bn", "bạn"),
        ("vs", "với"),
        ("mn", "mọi người"),
        ("j", "gì"),
        ("r", "rồi"),
        ("ntn", "như thế nào"),
        ("ng", "người"),
        ("trc", "trước"),
        ("tphcm", "thành phố Hồ Chí Minh"),
        ("bik", "biết"),
    ],
)
def test_short_form_is_understood(typed: str, meant: str) -> None:
    assert meant in alternatives(typed)


@pytest.mark.parametrize("word", ["không", "hoc", "đảng", "secretary", "", "2010"])
def test_other_words_mean_themselves(word: str) -> None:
    assert alternatives(word) == ()


def test_short_forms_mean_vietnamese_words() -> None:
    for meanings in chat_spellings().values():
        for meaning in meanings:
            assert all(is_syllable(word) for word in meaning.split()), meaning
