"""What of a question an article has nowhere."""

import pytest

from retrieval.evidence.coverage import missing, telling_shares
from retrieval.model import Article, Span
from retrieval.terms import parse_question

ARTICLE = Article(
    "cho.txt",
    "Chợ phiên Mường Lò",
    "Hợp tác xã được thành lập năm 2009.\n\nỞ Nghĩa Lộ, chợ họp vào thứ bảy hàng tuần.",
)

QUOTE = Span(0, 40)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Chợ phiên Mường Lò họp vào thứ mấy?", 0.0),  # from the title
        ("Ở Nghĩa Lộ hợp tác xã lập năm nào?", 0.0),  # from another paragraph
        ("Chợ phiên Mường Lò họp vào thứ mấy năm 2010?", 0.5),
        ("Chợ phiên Bắc Hà họp vào thứ mấy?", 1.0),
        ("chợ phiên họp vào thứ mấy", 0.0),
        ("When does the Muong Lo market open?", 0.0),
    ],
)
def test_the_share_of_names_and_numbers_that_an_article_lacks(question: str, names: float) -> None:
    query = parse_question(question, lambda terms: [1.0] * len(terms))
    assert missing(query, ARTICLE, QUOTE).names == names


def test_what_another_word_stands_for_is_missing_in_part() -> None:
    def phrases(question: str) -> list[float]:
        query = parse_question(question, lambda terms: [1.0] * len(terms))
        return sorted(missing(query, ARTICLE, QUOTE).phrases)

    assert phrases("Ai lập hợp tác xã?") == [0.0, 0.0]  # "thành lập"
    assert phrases("Ai giải thể hợp tác xã?") == [0.0, 1.0]
    assert phrases("Ai lập hợp tác xã Bắc Lộ?") == [0.0, 0.0, 1.0]  # only "Nghĩa Lộ"
    assert phrases("") == []


def test_of_a_book_what_stands_around_the_quote_counts() -> None:
    filler = "Trời mưa. " * 20_000
    text = f"{filler}Ở Nghĩa Lộ, chợ họp vào thứ bảy. {filler}"
    query = parse_question("Chợ Nghĩa Lộ họp vào thứ mấy?", lambda terms: [1.0] * len(terms))
    book = Article("sach.txt", "Sách", text)
    assert missing(query, book, Span(len(filler), len(filler) + 30)).names == 0.0
    assert missing(query, book, Span(0, 30)).names == 1.0


def test_a_rare_phrase_tells_more_by_the_square_of_its_idf() -> None:
    query = parse_question("Sởi lây thế nào?", lambda terms: [1.0] * len(terms))
    rare = query.phrases[0][0].terms()[0]
    idfs = [4.0 if term.synonyms[0] == rare else 2.0 for term in query.terms]
    shares = telling_shares(query, idfs).tolist()
    assert len(shares) == len(query.phrases) == 2
    assert shares == pytest.approx([16 / 20, 4 / 20])
