"""Words that can stand for each other, and where words end."""

from retrieval.language.tables import read_lines, split_alternatives
from retrieval.language.thesaurus import LONGEST, synonyms, word_length
from retrieval.text import fold, nfc, syllables


def said(words: str) -> tuple[str, ...]:
    return tuple(syllables(words))


def test_words_of_one_group_stand_for_each_other() -> None:
    for one, other in (
        ("xuất huyết", "chảy máu"),
        ("heo", "lợn"),
        ("đái tháo đường", "tiểu đường"),
    ):
        assert said(other) in [found.words for found in synonyms(said(one), folded=False)]


def test_translations_of_one_english_word_stand_for_each_other() -> None:
    assert said("qua đời") in [found.words for found in synonyms(said("từ trần"), folded=False)]


def test_synonyms_are_other_words_and_the_strongest_come_first() -> None:
    found = synonyms(said("qua đời"), folded=False)
    strengths = [one.strength for one in found]
    assert strengths == sorted(strengths, reverse=True)
    assert all(0 < strength <= 1 for strength in strengths)
    assert said("qua đời") not in [one.words for one in found]


def test_words_without_diacritics_have_synonyms_without_them() -> None:
    assert ("chay", "mau") in [one.words for one in synonyms(("xuat", "huyet"), folded=True)]
    assert synonyms(("xuat",), folded=True) == ()


def test_the_longest_word_is_taken() -> None:
    assert word_length(said("đồng chí bí thư"), 2, folded=False) == 2
    assert word_length(("bi", "thu"), 0, folded=True) == 2
    assert word_length(said("yên phúc"), 0, folded=False) == 1
    assert LONGEST == 4


def test_groups_are_lists_of_different_words_in_nfc() -> None:
    lines = list(read_lines("synonyms.tsv"))
    assert len(set(lines)) == len(lines)
    for line in lines:
        group = split_alternatives(line)
        assert len(set(group)) == len(group) > 1, line
        assert nfc(line) == line
        assert all(fold(one).strip() for one in group), line
