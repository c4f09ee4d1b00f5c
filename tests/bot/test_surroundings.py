from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.surroundings import FAR, NEAR, near, paragraph
from retrieval.model import Span

SENTENCES = "Một. Hai ba! “Bốn năm?” Sáu… Bảy.\n"


@st.composite
def quoted_texts(draw: st.DrawFn) -> tuple[str, Span]:
    pieces = st.sampled_from(["Một. ", "hai ", "ba\n", "bốn?”\n\n", "năm", "😀", " ", "sáu… "])
    text = "".join(draw(st.lists(pieces, min_size=1, max_size=900)))
    start = draw(st.integers(0, len(text) - 1))
    return text, Span(start, draw(st.integers(start + 1, min(len(text), start + 400))))


@given(quoted_texts())
def test_a_quote_always_stands_in_its_surroundings(quoted: tuple[str, Span]) -> None:
    text, span = quoted
    for around, most in ((near(text, span), NEAR), (paragraph(text, span), FAR)):
        assert 0 <= around.start <= span.start <= span.end <= around.end <= len(text)
        assert len(around) <= len(span) + 2 * most


def test_neighbours_begin_and_end_with_sentences() -> None:
    text = SENTENCES * 40
    start = text.index("Hai", 600)
    shown = near(text, Span(start, start + 7)).of(text)
    assert shown.startswith(("Một.", "Hai ba!", "“Bốn", "Sáu", "Bảy."))
    assert shown.endswith((".", "!", "?”", "…"))


def test_a_text_without_sentences_is_cut_between_words() -> None:
    text = "chữ " * 500
    shown = near(text, Span(800, 803)).of(text)
    assert set(shown.split()) == {"chữ"}


def test_a_short_article_is_shown_whole() -> None:
    assert near(SENTENCES, Span(5, 12)).of(SENTENCES) == SENTENCES.strip()


def test_a_paragraph_ends_with_its_line() -> None:
    text = "Tiêu đề\n" + SENTENCES * 2
    start = text.index("Hai")
    assert paragraph(text, Span(start, start + 7)).of(text) == SENTENCES.strip()
