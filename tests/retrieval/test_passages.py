"""Sentences end where a reader would end them; passages keep every offset."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.model import Article, Span, Zone, ZoneKind
from retrieval.passages import MAX_QUOTE, PASSAGE, split_passages, split_sentences

PIECES = st.sampled_from(
    ["Ông ", "đi. ", "TP. ", "GS.TS. ", "…", "Đến ", "“", "” ", "\n", "\n\n", "1. ", "năm 2010. ",
     "II. ", "🙂", "a" * 90 + " ", "e\u0302\u0301", ", ", "? ", "\r\n", "\u2028", "!"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("GS.TS. Nguyễn Văn A đến TP. Hồ Chí Minh. Trời mưa.",
         ["GS.TS. Nguyễn Văn A đến TP. Hồ Chí Minh.", "Trời mưa."]),
        ("Ông sống ở P.1, Q.3. Bà thì không.", ["Ông sống ở P.1, Q.3.", "Bà thì không."]),
        ("Thờ ơ với nhiệm vụ…Đến nay đã khác.", ["Thờ ơ với nhiệm vụ…", "Đến nay đã khác."]),
        ("Giữa các chi ủy… và đoàn thể.", ["Giữa các chi ủy… và đoàn thể."]),
        ("Ông nói: “Tôi đi.” Rồi ông đi.", ["Ông nói: “Tôi đi.”", "Rồi ông đi."]),
        ("Cho đến Thế Chiến II. Nó được tái lập.", ["Cho đến Thế Chiến II.", "Nó được tái lập."]),
        ("Dòng một\nDòng hai.", ["Dòng một", "Dòng hai."]),
        ("1. Mục một. 2. Mục hai.", ["1. Mục một.", "2. Mục hai."]),
        ("J. Smith đến. Hết!", ["J. Smith đến.", "Hết!"]),
        ("Giá 1.500.000 đồng. Rẻ.", ["Giá 1.500.000 đồng.", "Rẻ."]),
        ("  \n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert [span.of(text) for span in split_sentences(text)] == sentences


def test_a_title_and_a_byline_stand_alone_and_a_repeated_lede_is_left_out() -> None:
    text = "Tên bài. Một\n\nMở đầu...\n\nMở đầu và thân bài.\n\nThanh Đàn"
    zones = (
        Zone(ZoneKind.TITLE, Span(0, 12)),
        Zone(ZoneKind.REPEATED_LEDE, Span(14, 23)),
        Zone(ZoneKind.AUTHOR, Span(46, 55)),
    )
    article = Article("a", "Tên bài. Một", text, zones=zones)
    found = [
        (sentence.kind, sentence.span.of(text))
        for passage in split_passages(article)
        for sentence in passage.sentences
    ]
    assert found == [
        (ZoneKind.TITLE, "Tên bài. Một"),
        (None, "Mở đầu và thân bài."),
        (ZoneKind.AUTHOR, "Thanh Đàn"),
    ]


def test_a_sentence_too_long_to_quote_is_cut_at_a_clause() -> None:
    text = "một hai ba bốn, " * 60
    parts = [
        one.span.of(text) for p in split_passages(Article("a", "", text)) for one in p.sentences
    ]
    assert all(len(part) <= MAX_QUOTE for part in parts)
    assert all(part.endswith("bốn,") for part in parts)


@settings(deadline=None)
@given(TEXTS)
def test_sentences_are_in_order_disjoint_and_leave_only_white_space_out(text: str) -> None:
    end = 0
    for span in split_sentences(text):
        assert not text[end : span.start].strip()
        assert span.of(text).strip() == span.of(text) != ""
        end = span.end
    assert not text[end:].strip()


@settings(deadline=None)
@given(TEXTS)
def test_passages_hold_every_sentence_once_and_stay_small(text: str) -> None:
    passages = split_passages(Article("a", "", text))
    assert [passage.number for passage in passages] == list(range(len(passages)))
    spans = [sentence.span for passage in passages for sentence in passage.sentences]
    assert spans == sorted(spans)
    assert "".join("".join(span.of(text).split()) for span in spans) == "".join(text.split())
    assert all(len(passage.span) <= PASSAGE + MAX_QUOTE for passage in passages)
