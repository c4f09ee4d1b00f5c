"""Facts about abbreviations."""

from __future__ import annotations

import unicodedata

import pytest

from retrieval.language.abbreviations import SENTENCE_ABBREVIATIONS, abbreviations, expansions


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("UBND", "uỷ ban nhân dân"),
        ("ubnd", "uỷ ban nhân dân"),
        ("TP.HCM", "thành phố Hồ Chí Minh"),
        ("tphcm", "thành phố Hồ Chí Minh"),
        ("TP.", "thành phố"),
        ("BCH", "ban chấp hành"),
        ("GD&ĐT", "giáo dục và đào tạo"),
        ("ThS", "thạc sĩ"),
        ("ths", "thạc sĩ"),
        ("WHO", "Tổ chức Y tế Thế giới"),
        ("ĐBQH", "đại biểu quốc hội"),
    ],
)
def test_abbreviation_is_expanded(word: str, meaning: str) -> None:
    assert meaning in expansions(word)


@pytest.mark.parametrize("word", ["who", "it", "us", "ca", "an", "Tư", "Yên", "secretary", "", "."])
def test_ordinary_words_are_not_expanded(word: str) -> None:
    assert expansions(word) == ()


def test_there_are_hundreds() -> None:
    assert len(abbreviations()) >= 350


@pytest.mark.parametrize("word", ["gs", "pgs", "tp", "tx", "ths", "mr", "v.v", "st", "q", "p"])
def test_full_stop_after_it_ends_no_sentence(word: str) -> None:
    assert word in SENTENCE_ABBREVIATIONS


def test_sentence_abbreviations_are_lower_case_without_final_full_stop() -> None:
    for word in SENTENCE_ABBREVIATIONS:
        assert word == unicodedata.normalize("NFC", word).lower()
        assert not word.endswith(".")
