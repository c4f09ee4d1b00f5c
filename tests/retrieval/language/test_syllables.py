"""Facts about Vietnamese syllables."""

from __future__ import annotations

import unicodedata

import pytest

from retrieval.language.syllables import (
    folded_syllables,
    is_folded_syllable,
    is_syllable,
    spellings,
    syllables,
)
from retrieval.text import exact

PROSE = """
Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi mọi con người đều
được tạo hoá ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình bằng hữu
Đảng uỷ xã Yên Phúc huyện Ý Yên tỉnh Nam Định giữ gìn giếng nước gì giềng mối giết quốc hội quyển
quỳnh quýt quấy quẹo khuỷu tay ngoằn ngoèo nguều ngoào khuya uống rượu hươu chuyện huýt sáo uỵch
nghiêng ngả kiểm kê ghềnh ghế gỗ yếm yểng yết yêu ỷ y tế mỹ thuật kỹ sư sỹ quan xoong boong
thuở quờ quạng loắt choắt xoèn xoẹt hoạch huếch luýnh quýnh giặc giường giũa ương ưng ướt ấp ủ
"""


def test_every_syllable_of_ordinary_prose_is_known() -> None:
    assert [word for word in PROSE.split() if not is_syllable(word)] == []


@pytest.mark.parametrize(
    ("one", "other"), [("hoà", "hòa"), ("khoẻ", "khỏe"), ("thuý", "thúy"), ("uỷ", "ủy")]
)
def test_both_tone_placements_are_syllables(one: str, other: str) -> None:
    assert is_syllable(one)
    assert is_syllable(other)


def test_nfd_and_capitals_are_accepted() -> None:
    assert is_syllable(unicodedata.normalize("NFD", "NGUYỄN"))


@pytest.mark.parametrize(
    "word",
    ["", "world", "cap", "càp", "kông", "ceo", "ngiêng", "ddang", "thuw", "bis", "z", "phở2"],
)
def test_other_letter_sequences_are_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_folded_syllables_are_the_syllables_without_their_diacritics() -> None:
    def fold(word: str) -> str:
        letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    assert {fold(word) for word in syllables()} == folded_syllables()


@pytest.mark.parametrize("word", ["nguyen", "duong", "dang", "uy", "gi", "Quoc", "the", "khuya"])
def test_syllables_typed_without_diacritics_are_recognised(word: str) -> None:
    assert is_folded_syllable(word)


@pytest.mark.parametrize("word", ["who", "was", "of", "đường", "bis", "planned", "f", "wa"])
def test_foreign_words_are_no_folded_syllables(word: str) -> None:
    assert not is_folded_syllable(word)


def test_table_is_lower_case_nfc() -> None:
    assert all(word == unicodedata.normalize("NFC", word).lower() for word in syllables())


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("Hoà", {"hòa", "hoà"}),
        ("Thuý", {"thúy", "thuý"}),
        ("Lý", {"lý", "lí"}),
        ("Nguyễn", {"nguyễn"}),
        ("Yên", {"yên"}),
        ("Thường", {"thường"}),
        ("My", {"my", "mi"}),
    ],
)
def test_a_syllable_is_found_in_each_way_that_it_is_written(word: str, ways: set[str]) -> None:
    for typed in (word, *ways):
        assert ways <= set(spellings(exact(typed)))
    assert {exact(way) for way in spellings(exact(word))} == {exact(word)}
