"""The quotes that are chosen: whole where they can be, never too long, never twice the same."""

from collections.abc import Iterator

import pytest

from retrieval import open_index, update_index
from retrieval.evidence import SIGNALS, gather, measure, weigh
from retrieval.index import Snapshot
from retrieval.passages import MAX_QUOTE
from retrieval.ranking import PASSAGES, rank
from retrieval.terms import parse_question

FILLER = "Trong buổi họp, các đại biểu trao đổi nhiều ý kiến về kế hoạch sản xuất của địa phương. "
LONG = (
    "Hợp tác xã do ông Lò Văn Pún lập, "
    + "cùng nhiều hộ dân trong bản góp vốn, " * 20
    + "đã vay vốn."
)
ARTICLES = {
    "one": "Chợ phiên\n\n" + FILLER * 3 + "Chợ phiên Mường Lò họp vào thứ bảy. " + FILLER * 3,
    "copy": "Chợ phiên\n\n" + FILLER * 3 + "Chợ phiên Mường Lò họp vào thứ bảy. " + FILLER * 3,
    "long": "Góp vốn\n\n" + LONG,
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("ranking")
    (folder / "corpus").mkdir()
    for name, text in ARTICLES.items():
        (folder / f"corpus/{name}.txt").write_text(text, "utf-8")
    update_index([folder / "corpus"], folder / "index")
    with open_index(folder / "index") as index:
        yield index.snapshot()


QUESTIONS = (
    "Chợ phiên Mường Lò họp vào thứ mấy?",
    "Ai lập hợp tác xã?",
    "Các đại biểu trao đổi gì?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_are_short_enough_and_begin_and_end_at_words(
    snapshot: Snapshot, question: str
) -> None:
    query = parse_question(question, snapshot.engine.rarities)
    for candidate in rank(snapshot, query, 5).candidates:
        text, span = candidate.stored.article.text, candidate.span
        assert 0 < len(span) <= MAX_QUOTE
        assert candidate.text == candidate.text.strip()
        assert span.start == 0 or text[span.start - 1].isspace()
        assert span.end == len(text) or not (
            text[span.end - 1].isalnum() and text[span.end].isalnum()
        )


def test_what_two_articles_say_alike_is_quoted_once(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    found = [one for one in rank(snapshot, query, 5).candidates if "thứ bảy" in one.text]
    assert len(found) == 1


def test_a_long_sentence_is_quoted_where_it_answers(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[1], snapshot.engine.rarities)
    assert "ông Lò Văn Pún lập" in rank(snapshot, query, 1).candidates[0].text


def test_equal_questions_rank_equally(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[2], snapshot.engine.rarities)
    assert rank(snapshot, query, 5) == rank(snapshot, query, 5)


def test_probabilities_of_sentences_add_up_to_one(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    evidence = weigh(snapshot, query, snapshot.engine.search(query.terms, PASSAGES))
    assert sum(one.probability for one in evidence) == pytest.approx(1)
    best = max(evidence, key=lambda one: one.probability)
    assert "thứ bảy" in best.sentence.span.of(best.stored.article.text)


def test_each_signal_is_measured_for_each_sentence(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    hits = snapshot.engine.search(query.terms, PASSAGES)
    found = gather(snapshot, hits)
    signals = dict(zip(SIGNALS, measure(snapshot, query, hits, found).T, strict=True))
    assert all(len(values) == len(found.sentences) for values in signals.values())
    assert signals["cover"].min() >= 0
    assert signals["cover"].max() <= 1
    assert signals["passage_share"].max() == 1


def test_a_question_about_a_time_prefers_a_sentence_with_one(snapshot: Snapshot) -> None:
    query = parse_question("Hợp tác xã vay vốn năm nào?", snapshot.engine.rarities)
    hits = snapshot.engine.search(query.terms, PASSAGES)
    signals = measure(snapshot, query, hits, gather(snapshot, hits))
    assert not signals[:, SIGNALS.index("offers_time")].any()
    assert not rank(snapshot, query, 1).candidates[0].offers
