import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.metrics import (
    Fault,
    decide,
    gold_quote,
    holds,
    judge,
    shared_terms,
    token_f1,
    violations,
    words,
)
from retrieval.evaluation.squad import Collection
from retrieval.model import Answer, Quote, Source, Span

from .builders import MARKET_BOAT, POTTERY, abstained, answered, outcome, quote

BUN_RIEU = "Bà Lê Thị Hoa bán bún riêu ở đây đã hai mươi năm."


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("Năm 2010, Đảng bộ dự định.", "đảng bộ", True),
        ("Năm 2010", unicodedata.normalize("NFD", "NĂM 2010!"), True),
        ("Ông Vi Văn Dụng", "Văn Vi", False),
        ("Ông Vi Văn Dụng", "Vi Dụng", False),
        ("đảng bộ", "đảng", True),
        ("đảngbộ", "đảng", False),
        ("chứa 1.200 chiếc", "1.200", True),
        ("chứa 12 chiếc", "1", False),
        ("tăng 5 %", "%", True),
        ("tăng 5", "%", False),
        ("hòa", "hoà", False),
        ("tên_tệp", "tệp", True),
    ],
)
def test_an_answer_is_held_as_a_run_of_syllables(text: str, answer: str, held: bool) -> None:
    assert holds(text, answer) is held


@pytest.mark.parametrize(
    ("shown", "answer", "f1"),
    [
        ("Lê Thị Hoa", "lê thị hoa.", 1.0),
        ("bà Lê Thị Hoa", "Lê Thị Hoa", 6 / 7),
        ("Hoa", "Lê Thị Hoa", 0.5),
        ("Hoa Hoa", "Hoa", 2 / 3),
        ("bún riêu", "Lê Thị Hoa", 0.0),
        ("", "Hoa", 0.0),
        ("…", "%", 0.0),
    ],
)
def test_f1_over_syllables(shown: str, answer: str, f1: float) -> None:
    assert token_f1(shown, answer) == pytest.approx(f1)


@given(st.text())
def test_words_do_not_see_case_and_normal_form(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(text)


def test_an_outcome_ranks_words_place_and_article_apart(collection: Collection) -> None:
    who = collection.questions[0]
    answer = answered(
        quote(collection, 1, POTTERY[:27]),
        quote(collection, 0, MARKET_BOAT),
        quote(collection, 0, BUN_RIEU, mark="Lê Thị Hoa"),
    )
    found = judge(who, answer, decide(who, answer, answerable=True), "person")
    assert (found.rank, found.place, found.article) == (3, 3, 2)
    assert found.highlight is None
    assert found.faults == (Fault.NOT_FIRST,)


def test_the_same_words_elsewhere_hold_the_answer_but_not_in_its_place(
    collection: Collection,
) -> None:
    who = collection.questions[0]
    elsewhere = Quote(Source("1", ""), Span(0, 10), "Lê Thị Hoa")
    answer = answered(elsewhere)
    found = judge(who, answer, decide(who, answer, answerable=True), "person")
    assert (found.rank, found.place, found.article) == (1, None, None)


def test_a_right_highlight_is_measured_against_the_answer(collection: Collection) -> None:
    who = collection.questions[0]
    answer = answered(quote(collection, 0, BUN_RIEU, mark="Bà Lê Thị Hoa"))
    found = judge(who, answer, decide(who, answer, answerable=True), "person")
    assert found.highlight == "Bà Lê Thị Hoa"
    assert found.f1 == pytest.approx(6 / 7)
    assert found.faults == ()


def test_abstaining_keeps_the_rank_and_shows_no_highlight(collection: Collection) -> None:
    who = collection.questions[0]
    answer = abstained(quote(collection, 0, BUN_RIEU, mark="Lê Thị Hoa"))
    found = judge(who, answer, decide(who, answer, answerable=True), "person")
    assert (found.rank, found.highlight) == (1, None)
    assert found.faults == (Fault.REFUSED,)


@pytest.mark.parametrize(
    ("made", "faults"),
    [
        (outcome("a"), ()),
        (outcome("a", rank=2), (Fault.NOT_FIRST,)),
        (outcome("a", rank=None), (Fault.NOT_FIRST,)),
        (outcome("a", highlight="x", f1=0.49), (Fault.WRONG_HIGHLIGHT,)),
        (outcome("a", abstained=True), (Fault.REFUSED,)),
        (outcome("a", rank=None, answerable=False), (Fault.NOT_REFUSED,)),
        (outcome("a", rank=None, answerable=False, abstained=True), ()),
    ],
)
def test_what_counts_as_a_fault(made: object, faults: tuple[Fault, ...]) -> None:
    assert made.faults == faults  # type: ignore[attr-defined]


def test_shared_terms_are_in_the_question_s_order(collection: Collection) -> None:
    terms = shared_terms("Riêu bún, ai bán?", quote(collection, 0, BUN_RIEU))
    assert terms == [("riêu", 1.0), ("bún", 1.0), ("bán", 1.0)]


def test_the_gold_quote_is_the_sentence_of_the_answer(collection: Collection) -> None:
    where = collection.questions[2]
    found = gold_quote(collection.articles[1], where.answers[0])
    assert found.text == "Làng gốm nằm bên sông Hồng."
    assert found.span.of(POTTERY) == found.text


def test_sound_quotes_break_no_promise(collection: Collection) -> None:
    articles = {article.id: article for article in collection.articles}
    answer = answered(quote(collection, 0, BUN_RIEU, mark="Hoa"))
    assert list(violations(answer, articles)) == []


BROKEN = {
    "not the article's text": Quote(Source("1", ""), Span(0, 4), "Lang"),
    "no such article": Quote(Source("9", ""), Span(0, 4), "Làng"),
    "401 characters, more than 400": Quote(Source("1", ""), Span(0, 401), "x" * 401),
    "highlights 2–9 do not fit": Quote(Source("1", ""), Span(0, 4), "Làng", (Span(2, 9),)),
    "highlights 2–3, 0–1 do not fit": Quote(
        Source("1", ""), Span(0, 4), "Làng", (Span(2, 3), Span(0, 1))
    ),
    "highlights 2–2 do not fit": Quote(Source("1", ""), Span(0, 4), "Làng", (Span(2, 2),)),
}


@pytest.mark.parametrize("message", BROKEN)
def test_a_broken_promise_is_told(message: str, collection: Collection) -> None:
    articles = {article.id: article for article in collection.articles}
    assert any(message in found for found in violations(answered(BROKEN[message]), articles))


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_outside_0_to_1_is_told(confidence: float) -> None:
    (found,) = violations(Answer("", (), confidence), {})
    assert "is not between 0 and 1" in found
