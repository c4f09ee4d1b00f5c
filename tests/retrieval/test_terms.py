"""What a question asks the index for, however it was typed."""

from collections.abc import Sequence

import pytest

from retrieval.highlight.asked import read_question
from retrieval.spelling import Rarities, closest_words
from retrieval.terms import MAX_TOKENS, NAME_PART, Query, document_terms, parse_question
from retrieval.text import exact, fold, tokens

CORPUS = "Bí thư Đảng uỷ xã Yên Phúc Vi Văn Dụng họp với Uỷ ban nhân dân ở Hà Nội năm 2010"


def rarities(terms: Sequence[str]) -> list[float]:
    known = document_terms(CORPUS)
    return [1.0 if term in known else -1.0 for term in terms]


def closest(question: str, rarities: Rarities) -> dict[int, tuple[str, ...]]:
    return closest_words(list(tokens(question)), rarities)


def weights(query: Query) -> dict[str, float]:
    return {"|".join(term.synonyms): term.weight for term in query.terms}


def test_a_text_gives_exact_and_folded_syllables_and_pairs() -> None:
    assert document_terms("Hà Nội") == document_terms("HÀ NỘI")
    assert {"~ha", "~noi", "~ha noi"} < set(document_terms("Hà Nội"))
    assert len(document_terms("Hà Nội")) == 6


def test_a_pair_weighs_half_of_a_word_in_both_its_forms() -> None:
    found = weights(parse_question("Yên Phúc", rarities))
    exact, folded = document_terms("Yên Phúc")[0], "~yen"
    assert found[exact] == 2 * found[folded]
    assert found[document_terms("Yên Phúc")[2]] == (found[exact] + found[folded]) / 2


def test_a_pair_is_asked_for_as_it_was_typed_or_else_without_diacritics() -> None:
    found = weights(parse_question("Yên Phúc Yến", rarities))
    assert "~yen phuc" not in found
    assert found["~phuc yen"] == found[document_terms("Yên Phúc")[2]]


def test_a_word_that_is_no_syllable_is_searched_for_as_two_syllables_are() -> None:
    query = parse_question("paracetamol Yên", rarities)
    found = weights(query)
    exact, folded = document_terms("Yên")
    assert found["~paracetamol"] == 2 * (found[exact] + found[folded])
    within = dict(zip([term.synonyms[0] for term in query.terms], query.within, strict=True))
    assert within["~paracetamol"] == within[exact] + within[folded]
    assert [within[one] for one in (exact, folded)] == [found[one] for one in (exact, folded)]


@pytest.mark.parametrize(
    ("question", "wholes"),
    [
        ("Bí thư uống paracetamol hay Vitamin C?", ("paracetamol", "vitamin")),
        ("Uống axit folic 5 mg khi nào?", ("folic",)),  # "acid"; and a unit
        ("BHYT trả tiền mổ phaco không?", ("phaco",)),  # "bảo hiểm y tế"
        ("What does paracetamol do in Yen Phuc?", ("paracetamol",)),
        ("Bí thư là ai?", ()),
    ],
)
def test_it_is_told_which_words_are_no_syllables(question: str, wholes: tuple[str, ...]) -> None:
    assert parse_question(question, lambda terms: [1.0] * len(terms)).wholes == wholes


def test_a_name_of_syllables_is_looked_for_in_each_of_its_spellings() -> None:
    query = parse_question("Ông Lý Hoà ở UBND xã Yên Phúc sinh năm 1950?", rarities)
    named = {query.phrases[place][0].words: spellings for place, spellings in query.named}
    assert len(named) == 2
    assert {"lý hòa", "lý hoà", "lí hoà"} <= set(named[tuple(map(exact, ("lý", "hoà")))])
    assert named[tuple(map(exact, ("yên", "phúc")))] == ("yên phúc",)


def test_a_syllable_with_a_slip_is_searched_for_as_any_other() -> None:
    found = weights(parse_question("Yên bêảng", rarities))
    assert found["~beang"] == sum(found[one] for one in document_terms("Yên"))


def test_question_words_are_asked_for_only_where_they_may_be_others_or_are_all_there_is() -> None:
    def known(terms: Sequence[str]) -> list[float]:
        return [1.0] * len(terms)

    word = document_terms("là")[0]
    assert not {word, "~la"} & set(weights(parse_question("Bí thư là ai", known)))
    assert {word, "~la"} <= set(weights(parse_question("là gì", known)))
    bare = weights(parse_question("bi thu la ai", known))
    assert bare["~la"] == pytest.approx(0.3 * bare["~thu"])


def test_without_diacritics_only_folded_terms_are_asked_for() -> None:
    query = parse_question("bi thu xa yen phuc la ai", rarities)
    assert all(synonym.startswith("~") for term in query.terms for synonym in term.synonyms)


def test_an_exact_word_that_the_corpus_lacks_leaves_its_weight_to_the_folded_one() -> None:
    found = weights(parse_question("bí thú đảng uỷ xã", rarities))
    assert found["~thu"] == 3 * found["~bi"]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("bis thuw ddangr uyr xax", "bí thư đảng uỷ xã"),
        ("Bí thư Đảng uỷ xã Yên Phúcc", "Bí thư Đảng uỷ xã Yên phuc"),
        ("Bí thư xã YênPhúc", "Bí thư xã yen phuc"),
        ("Bí thuư xã Yên Phúc", "Bí thu xã Yên Phúc"),  # "thuu" might be one, "thuư" is none
    ],
)
def test_what_was_understood_is_told(typed: str, understood: str) -> None:
    query = parse_question(typed, rarities)
    assert query.understood == understood
    assert any("yen phuc" in term or "thu" in term for term in weights(query))


def test_a_syllable_that_a_small_corpus_lacks_is_left_as_it_is() -> None:
    def meant(question: str, *known: str) -> dict[int, tuple[str, ...]]:
        return closest(question, lambda terms: [1.0 if one in known else -1.0 for one in terms])

    assert meant("trường học", "~trong", "~hoc", "~trong hoc") == {}
    assert meant("trươngx học", "~truong", "~hoc") == {0: ("truong",)}


def test_a_question_as_it_should_be_typed_is_understood_as_it_is() -> None:
    assert parse_question("Ai là Bí thư Đảng uỷ xã Yên Phúc?", rarities).understood is None


def test_an_abbreviation_is_one_term_with_what_it_stands_for() -> None:
    found = weights(parse_question("UBND xã ở đâu?", rarities))
    assert any(term.startswith("~ubnd|") for term in found)


def test_the_translations_of_a_word_are_synonyms_of_one_term() -> None:
    query = parse_question("What was planned for 2010?", rarities)
    plan, year = [term for term, telling in zip(query.terms, query.content, strict=True) if telling]
    assert {document_terms(one)[2] for one in ("kế hoạch", "dự định")} < set(plan.synonyms)
    assert year.synonyms == ("~2010",)
    assert plan.weight == year.weight


def test_a_name_run_together_is_found_apart() -> None:
    assert "~yen phuc" in weights(parse_question("What happened in Yenphuc in 2010?", rarities))


def test_chat_spelling_is_written_out() -> None:
    assert "~khong" in weights(parse_question("bí thư có họp ko?", rarities))


def test_only_so_many_words_of_a_question_are_asked_for() -> None:
    question = " ".join(f"từ{n}" for n in range(10_000))
    assert len(parse_question(question, rarities).words) <= MAX_TOKENS


def test_of_a_long_story_the_words_are_asked_for_that_the_corpus_has_least_often() -> None:
    def rarities(terms: Sequence[str]) -> list[float]:
        return [5.0 if term.removeprefix("~") in ("huyet", "ap") else 0.1 for term in terms]

    story = "chào bác sĩ em năm nay hai mươi lăm tuổi vừa qua em thấy trong người không được khoẻ "
    asked = {term.synonyms[0] for term in parse_question(story * 8 + "huyết áp", rarities).terms}
    assert {"~huyet", "~ap"} <= asked
    assert len(parse_question(story * 8 + "huyết áp", rarities).words) <= MAX_TOKENS


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Hôm qua tôi đi chợ phiên. ", "Ai là bí thư Đảng uỷ?"),
        ("Yesterday we went to the market. ", "Who is the party secretary?"),
    ],
)
def test_what_is_asked_after_the_longest_story_is_read(sentence: str, question: str) -> None:
    read = parse_question(sentence * 200 + question, lambda terms: [1.0] * len(terms))
    alone = parse_question(question, lambda terms: [1.0] * len(terms))
    assert {word for word, _ in alone.words} <= {word for word, _ in read.words}
    assert len(read.words) <= MAX_TOKENS


def test_in_a_long_story_what_is_asked_weighs_more() -> None:
    story = "Tôi đi chợ phiên xã bên từ sáng sớm, mua được ba con lợn giống về nuôi. " * 3
    known = [1.0] * 1000
    told = weights(
        parse_question(f"{story}Đảng uỷ có họp? Cảm ơn.", lambda terms: known[: len(terms)])
    )
    short = weights(parse_question("Tôi đi chợ. Đảng uỷ họp?", lambda terms: known[: len(terms)]))
    assert told["~dang"] == 2 * told["~cho"]
    assert short["~dang"] == short["~cho"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [("Đảng uỷ họp khi nào?", "time"), ("Xã Yên Phúc thuộc huyện nào? Cảm ơn ạ.", "place")],
)
def test_what_a_long_story_tells_is_not_what_is_asked_for(question: str, kind: str) -> None:
    story = "Hôm trước ai cũng nói bao nhiêu người đi chợ phiên mà không biết vì sao lại vắng. " * 3
    read = parse_question(story + question, lambda terms: [1.0] * len(terms))
    alone = parse_question(question, lambda terms: [1.0] * len(terms))
    assert read.answer_type == alone.answer_type == kind
    asked = read_question(story + question)
    assert asked == read_question(question)
    assert asked.kind == kind
    for place in ("asked", "before", "after"):
        told, short = getattr(read, place), getattr(alone, place)
        assert (told is None) == (short is None)
        assert told is None or read.phrases[told] == alone.phrases[short]


def test_a_short_word_is_taken_for_another_only_beside_a_neighbour_of_it() -> None:
    assert closest("bi thuw", rarities) == {1: ("thu",)}
    assert closest("gia vangg hom nay", rarities) == {}


def test_a_long_foreign_word_is_taken_for_the_one_that_the_corpus_has() -> None:
    def one(terms: Sequence[str]) -> list[float]:
        return [1.0 if term == "~chloroplastidan" else -1.0 for term in terms]

    assert closest("cloroplastidan", one) == {0: ("chloroplastidan",)}


def test_looking_for_the_closest_words_is_bounded() -> None:
    asked: list[str] = []

    def counting(terms: Sequence[str]) -> list[float]:
        asked.extend(terms)
        return [-1.0] * len(terms)

    closest("xyzzyq " * 64, counting)
    assert len(asked) < 64 + 8 * 1000


def said(question: str) -> list[tuple[str, ...]]:
    """What stands first for each phrase of a question, without diacritics."""
    found = parse_question(question, rarities).phrases
    return [tuple(fold(word) for word in phrase[0].words) for phrase in found]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Ai là bí thư Yên Phúc?", ("yen", "phuc")),
        ("ai la bi thu Yen Phuc", ("yen", "phuc")),
        ("Ông Vi Văn Dụng làm gì?", ("vi", "van", "dung")),
        ("Who is the secretary of Van Quan?", ("van", "quan")),
        ("Who is the secretary of Yen Phuc?", ("yen", "phuc")),  # no currency
    ],
)
def test_a_name_is_one_phrase_and_its_parts_say_half_of_it(
    question: str, name: tuple[str, ...]
) -> None:
    phrases = parse_question(question, rarities).phrases
    assert name in said(question)
    (found,) = (one for one in phrases if tuple(map(fold, one[0].words)) == name)
    parts = [form for form in found if len(form.words) == 1]
    assert [fold(form.words[0]) for form in parts] == list(name)
    assert {form.strength for form in parts} == {NAME_PART}


def test_capitals_everywhere_make_no_names() -> None:
    assert said("Ai Là Bí Thư Xã Yên Phúc") == said("ai là bí thư xã yên phúc")


def test_english_is_not_taken_for_keystrokes() -> None:
    query = parse_question("Who is the secretary of Van Quan?", rarities)
    assert query.translated
    assert {"~is", "~i", "~of", "~o"}.isdisjoint(weights(query))


@pytest.mark.parametrize(("rarity", "trusted"), [(5.0, False), (1.2, True), (-1.0, False)])
def test_a_word_that_is_far_commoner_with_diacritics_was_typed_without_them(
    rarity: float, trusted: bool
) -> None:
    idfs = {"thu": rarity, "~thu": 1.0}
    query = parse_question("bí thu", lambda terms: [idfs.get(term, 1.0) for term in terms])
    assert ("thu" in weights(query)) == trusted
    assert weights(query)["~thu"] == (0.5 if trusted else 1.5)
