"""Facts about English questions and the glossary."""

from __future__ import annotations

import pytest

from retrieval.language.english import is_english, lemmas, translate
from retrieval.language.tables import read_alternatives, read_table
from retrieval.text import syllables

ENGLISH = (
    "Who is the party secretary?",
    "What was planned for 2010?",
    "population of Hanoi",
    "when did Napoleon die",
    "WHO IS THE PARTY SECRETARY?",
    "who is the party secretary of Yen Phuc commune",
    "Who is Hồ Chí Minh?",
    "What is the capital of Việt Nam?",
    "Which district is Yên Phúc commune in?",
    "How many people live in Hà Nội?",
    "where is Ha Long Bay",
    "Where was Nguyễn Trãi born?",
    "why did the Roman Empire fall",
    "What percentage of cells improved their meetings?",
    "party secretary",
    "oxygen molecule",
    "History of the Nguyen dynasty",
    "In what year was the treaty signed?",
    "Did the Soviet Union win?",
    "Is Can Tho a city?",
    "Name the three largest cities",
    "To whom did the king give the land?",
    "What's the national anthem?",
    "who's the mayor of Saigon",
    "Tell me about the Vietnamese government",
    "How does a member who fails get punished?",
    "What does UNESCO stand for?",
    "What happens to party members who do not do their duty well?",
    "the role of women in the war",
    "the prime minister in 1954",
    "What is it?",
    "Who won the election in 2008",
    "Who was Tran Hung Dao?",
    "What did Le Loi do?",
    "when was the battle of Dien Bien Phu",
    "Ho Chi Minh was born where",
    "In which province is Van Quan district?",
    "list of presidents",
    "gold price today",
    "Was Vo Nguyen Giap a general?",
)
NOT_ENGLISH = (
    "",
    "?!",
    "🙂",
    "2010",
    "bi thu dang uy xa yen phuc la ai",
    "dan so ha noi la bao nhieu",
    "ai la tong thong my",
    "Ai là Bí thư Đảng uỷ xã Yên Phúc?",
    "Năm 2010 Đảng bộ dự định làm gì?",
    "nam 2010 dang bo du dinh lam gi",
    "bis thuw ddangr uyr",
    "bis thuw ddangr uyr xax yeen phucs laf ai",
    "bi1 thu7 d9a3ng u3y",
    "Napoleon",
    "Yên Phúc",
    "yen phuc",
    "Hanoi",
    "Barack Obama",
    "Hồ Chí Minh",
    "dang bo xa yen phuc",
    "WHO là tổ chức gì?",
    "WHO la to chuc gi",
    "WHO thanh lap nam nao",
    "IT la gi",
    "AI là gì?",
    "CEO của Apple là ai?",
    "the manh cua ha noi la gi",
    "can tho o dau",
    "to do la gi",
    "do ai lam ra",
    "me toi la ai",
    "an do o dau",
    "in an la gi",
    "ban do the gioi",
    "The Beatles là ban nhạc nào?",
    "the beatles la ban nhac nao",
    "Harry Potter do ai viết?",
    "Apple ra mắt iPhone khi nào",
    "apple ra mat iphone khi nao",
    "on thi dai hoc o dau",
    "he thong the che",
    "a di da phat la ai",
    "gia vang hom nay bao nhieu",
    "GIÁ VÀNG HÔM NAY BAO NHIÊU",
    "Giá vàng hôm nay bao nhiêu?",
    "so it nguoi co the lam",
    "tai sao bau troi mau xanh",
    "than the cua ong",
    "Windows do công ty nào phát triển",
    "Champions League nam nay doi nao vo dich",
    "World Cup 2022 tổ chức ở đâu?",
    "thu do cua phap la gi",
    "ko bik ai lam bi thu",
    "xa nay thuoc huyen nao",
    "video marketing online",
    "virus corona",
    "Internet",
)


@pytest.mark.parametrize("question", ENGLISH)
def test_english_question_is_recognised(question: str) -> None:
    assert is_english(question)


@pytest.mark.parametrize("question", NOT_ENGLISH)
def test_vietnamese_and_bare_names_are_not_english(question: str) -> None:
    assert not is_english(question)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("secretaries", "secretary"),
        ("planned", "plan"),
        ("built", "build"),
        ("went", "go"),
        ("stopped", "stop"),
        ("making", "make"),
        ("dying", "die"),
        ("boxes", "box"),
        ("wolves", "wolf"),
        ("women", "woman"),
        ("children", "child"),
        ("largest", "large"),
        ("bigger", "big"),
        ("earliest", "early"),
        ("quickly", "quick"),
        ("politically", "political"),
        ("organisations", "organization"),
        ("colour", "color"),
        ("centres", "center"),
        ("travelled", "travel"),
        ("studies", "study"),
        ("written", "write"),
        ("movies", "movie"),
    ],
)
def test_inflected_form_leads_to_its_lemma(form: str, lemma: str) -> None:
    assert lemma in lemmas(form)


@pytest.mark.parametrize(
    ("form", "meaning"),
    [
        ("rated", "đánh giá"),  # not "rat"
        ("hoped", "hy vọng"),
        ("planes", "máy bay"),  # not "plan"
        ("planned", "kế hoạch"),
        ("leaves", "lá"),
        ("leaves", "rời"),
        ("bases", "căn cứ"),
        ("built", "xây dựng"),
        ("secretaries", "bí thư"),
        ("defence", "quốc phòng"),
        ("industrialisation", "công nghiệp hoá"),
    ],
)
def test_inflected_form_is_translated_by_the_right_lemma(form: str, meaning: str) -> None:
    [gloss] = translate([form])
    assert meaning in gloss.translations


@pytest.mark.parametrize(
    ("question", "meanings"),
    [
        ("who is the party secretary", ["ai", "bí thư"]),
        ("what was planned for 2010", ["gì", "kế hoạch"]),
        ("which ocean is the largest in the world", ["đại dương", "lớn nhất", "thế giới"]),
        ("when did the emperor abdicate", ["khi nào", "hoàng đế", "thoái vị"]),
        ("why do members of the people s committees resign", ["uỷ ban nhân dân", "từ chức"]),
        ("how many percent of cells improved their quality", ["bao nhiêu", "chi bộ", "chất lượng"]),
        ("where does the red river flow", ["ở đâu", "sông Hồng", "chảy"]),
        ("french colonial rule in indochina", ["Pháp", "thuộc địa", "Đông Dương"]),
        ("symptoms of heart disease in children", ["triệu chứng", "bệnh tim", "trẻ em"]),
    ],
)
def test_question_is_translated(question: str, meanings: list[str]) -> None:
    known = {meaning for gloss in translate(question.split()) for meaning in gloss.translations}
    assert set(meanings) <= known


def test_longest_phrase_wins() -> None:
    [who, gloss] = translate(["who", "is", "the", "party", "secretary"])
    assert who.translations[0] == "ai"
    assert (gloss.source, gloss.start, gloss.end) == ("party secretary", 3, 5)
    assert gloss.translations[0] == "bí thư"


@pytest.mark.parametrize(
    "tokens",
    [["people's", "committee"], ["people", "s", "committees"], ["people’s", "committee"]],
)
def test_possessives_do_not_hide_a_phrase(tokens: list[str]) -> None:
    [gloss] = translate(tokens)
    assert "uỷ ban nhân dân" in gloss.translations
    assert (gloss.start, gloss.end) == (0, len(tokens))


def test_hyphens_do_not_hide_a_phrase() -> None:
    assert translate(["vice-president"])[0].translations == (
        translate(["vice", "presidents"])[0].translations
    )


def test_names_and_numbers_come_back_untranslated() -> None:
    glosses = translate(["zorblax", "of", "2010"])
    assert [(gloss.source, gloss.translations) for gloss in glosses] == [
        ("zorblax", ()),
        ("2010", ()),
    ]


def test_stop_words_alone_give_nothing() -> None:
    assert translate(["the", "of", "was", "s"]) == []
    assert translate([]) == []


def test_the_months_name_is_told_from_the_verb() -> None:
    assert [gloss.source for gloss in translate(["born", "in", "may"])][-1] == "in may"
    assert "may" not in [gloss.source for gloss in translate(["what", "may", "happen"])]


def test_question_words_are_told_from_what_is_looked_for() -> None:
    glosses = translate(["how", "many", "people", "live", "here"])
    assert [gloss.asks for gloss in glosses] == [True, False, False]


def test_glossary_covers_thousands_of_words() -> None:
    assert sum(1 for _ in read_table("english.tsv")) >= 7000


def test_no_entry_begins_with_diacritics() -> None:
    assert all(entry.split(" ")[0].isascii() for entry, _ in read_table("english.tsv"))


def test_every_translation_has_a_word_to_search_for() -> None:
    rows = read_alternatives("english.tsv")
    assert not [key for key, phrases in rows for phrase in phrases if not syllables(phrase)]
