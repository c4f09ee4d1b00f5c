from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import render
from bot.texts import TEXTS
from retrieval.model import (
    Abstention,
    Answer,
    BuildReport,
    Failure,
    IndexStatus,
    Progress,
    Quote,
    Source,
    Span,
)
from tests.telegram import parse_html, utf16_len

LANGUAGES = list(TEXTS)
YEN_PHUC = Source(
    "yen-phuc",
    "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu",
    "Thanh Đàn",
    date(2024, 7, 12),
    "https://example.org/yen-phuc?a=1&b=2",
)
QUOTE = Quote(YEN_PHUC, Span(100, 139), "Đồng chí Bí thư Đảng uỷ xã Vi Văn Dụng", (Span(27, 38),))

# letters of every plane and script, markup, controls, right-to-left, combining marks
any_text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("<>&\"' \n\t\0😀👩‍👩‍👧\u202e\u0301ệ"),
    ),
    max_size=80,
)
long_text = st.builds(lambda text, times: text * times, any_text, st.integers(1, 60))


@st.composite
def sources(draw: st.DrawFn) -> Source:
    return Source(
        draw(any_text),
        draw(long_text),
        draw(st.none() | long_text),
        draw(st.none() | st.dates()),
        draw(st.none() | any_text | st.just("https://example.org/") | long_text),
    )


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    text = draw(long_text.filter(bool))
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [Span(*pair) for pair in zip(bounds[::2], bounds[1::2], strict=False)]
    return Quote(draw(sources()), Span(5, 5 + len(text)), text, tuple(spans))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    abstention = draw(st.none() | st.sampled_from(Abstention))
    found = draw(st.lists(quotes(), min_size=abstention is None, max_size=3))
    understood = draw(st.none() | long_text)
    return Answer("?", tuple(found), 0.5, abstention, understood)


def test_a_quote_with_its_answer_and_source() -> None:
    assert render.quote(QUOTE, "vi") == (
        "<blockquote>Đồng chí Bí thư Đảng uỷ xã <b>Vi Văn Dụng</b></blockquote>\n"
        '📰 <a href="https://example.org/yen-phuc?a=1&amp;b=2">'
        "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu</a>\n"
        "Thanh Đàn · 12/07/2024"
    )


def test_a_source_that_is_no_address_is_named_beside_author_and_date() -> None:
    source = Source("a", "Tên bài", None, date(2024, 7, 2), "Báo Lạng Sơn")
    assert render.source(source, "en") == "📰 Tên bài\n2 July 2024 · Báo Lạng Sơn"


def test_a_source_without_anything_known_still_has_a_line() -> None:
    assert render.source(Source("a", ""), "vi") == "📰 Bài không có tiêu đề"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://[",
        "",
        "https://a.b/\0",
        "https://a.b/\n",
    ],
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert "<a " not in render.source(Source("a", "Tên", source=address), "vi")


def test_an_abstention_lists_the_nearest_titles_once_each() -> None:
    other = Quote(Source("b", "Giá <vàng> & bạc"), Span(0, 1), "x")
    answer = Answer("?", (QUOTE, QUOTE, other), 0.1, Abstention.WEAK_MATCH)
    text, _ = parse_html(render.answer(answer, 0, "vi"))
    assert text.splitlines()[-2:] == [f"• {YEN_PHUC.title}", "• Giá <vàng> & bạc"]


def test_a_question_without_words_is_told_what_helps() -> None:
    answer = Answer("😀", (), 0.0, Abstention.NO_TERMS)
    assert render.answer(answer, 0, "en") == render.html("no_terms", "en")


def test_a_question_read_differently_is_told_so_in_one_line() -> None:
    answer = Answer("bis thuw", (QUOTE,), 0.9, understood="bí thư")
    assert render.answer(answer, 0, "vi").splitlines()[0] == "Mình hiểu câu hỏi là: <i>bí thư</i>"


def test_a_long_quote_folds() -> None:
    assert render.blockquote("a " * 200).startswith("<blockquote expandable>")
    assert render.blockquote("a " * 200, [Span(0, 5)]).startswith("<blockquote expandable>")


def test_a_fold_never_hides_the_answer() -> None:
    assert render.blockquote("a " * 200, [Span(300, 305)]).startswith("<blockquote>")


@given(long_text, st.integers(2, 300))
def test_a_cut_text_fits_and_is_the_beginning(text: str, units: int) -> None:
    shown = render.cut(text, units)
    assert utf16_len(shown) <= units
    assert shown == text or text.startswith(shown.removesuffix("…"))


def test_a_cut_falls_between_words() -> None:
    assert render.cut("một hai ba", 8) == "một hai…"
    assert render.cut("một hai ba", 9) == "một hai…"


def test_an_emoji_counts_as_two_units() -> None:
    assert render.utf16_len("a😀") == 3
    assert render.cut("😀😀😀", 5) == "😀😀…"


def test_half_a_surrogate_pair_can_be_sent() -> None:
    assert render.escape("a\ud800b").encode() == "a\ufffdb".encode()


@given(answers(), st.sampled_from(LANGUAGES))
def test_every_answer_is_accepted_by_telegram(answer: Answer, language: str) -> None:
    for page in range(max(1, len(answer.quotes))):
        text, _ = parse_html(render.answer(answer, page, language))
        assert 0 < utf16_len(text) <= render.MESSAGE


@given(quotes())
def test_a_quote_is_verbatim_and_marks_what_the_answer_marks(quote: Quote) -> None:
    text, entities = parse_html(render.quote(quote, "vi"))
    shown = "".join(entity.of(text) for entity in entities if "blockquote" in entity.type)
    whole = telegram_keeps(quote.text)
    if utf16_len(quote.text) > render.QUOTE:
        assert whole.startswith(shown.removesuffix("…").strip(" \n"))
        return
    assert shown.strip(" \n") == whole
    bold = [entity for entity in entities if entity.type == "bold"]
    marked = "".join(entity.of(text) for entity in bold)
    assert words(marked) == words("".join(span.of(quote.text) for span in quote.highlights))


def test_marks_are_counted_in_utf16_units() -> None:
    text, entities = parse_html(
        render.quote(Quote(Source("a", "😀"), Span(0, 5), "👩‍👧 ai 😀 <ấy>", (Span(7, 8),)), "vi")
    )
    bold = next(entity for entity in entities if entity.type == "bold")
    assert (bold.of(text), bold.offset, bold.length) == ("😀", 9, 2)


def telegram_keeps(text: str) -> str:
    """Telegram blanks control characters and removes a few others, in every text."""
    return parse_html(render.escape(text))[0]


def words(text: str) -> str:
    return "".join(telegram_keeps(text).split())


@given(st.integers(0, 50), st.integers(0, 50), st.sampled_from(LANGUAGES))
def test_the_progress_bar_keeps_its_length(done: int, more: int, language: str) -> None:
    shown = render.progress(Progress(done, done + more), language)
    assert shown.count("▓") + shown.count("░") == render.BAR


@given(st.lists(st.builds(Failure, long_text, long_text), max_size=30))
def test_every_report_fits_into_a_message(failed: list[Failure]) -> None:
    report = BuildReport(1, 2, 3, 4, tuple(failed), 5, 6, 7, 0.25)
    text, _ = parse_html(render.report(report, "vi"))
    assert utf16_len(text) <= render.MESSAGE


def test_a_report_of_many_failures_counts_those_it_does_not_name() -> None:
    shown = render.failures([Failure("a.pdf", "hỏng")] * (render.FAILURES + 3), "vi")
    assert shown.splitlines()[-1] == "… và 3 tệp nữa"


def test_a_report_names_every_count_and_failure() -> None:
    failed = (Failure("hỏng.pdf", "không đọc được"),)
    text, _ = parse_html(render.report(BuildReport(1, 2, 3, 4, failed, 5, 1200, 34567, 1.26), "en"))
    assert text == (
        "The articles are up to date, in 1.3 s.\n"
        "Added: 1\nChanged: 2\nRemoved: 3\nUnchanged: 4\nFailed: 1\n"
        "Articles now: 1,200, passages: 34,567.\n\n"
        "Files that could not be read:\n• hỏng.pdf: không đọc được"
    )


def test_the_status_is_written_as_the_language_writes_numbers() -> None:
    built = datetime(2024, 7, 12, 8, 30, tzinfo=UTC)
    text, _ = parse_html(render.status(IndexStatus(1200, 34567, "bm25", 3, built, 2_500_000), "vi"))
    assert "Số bài: 1.200" in text
    assert "Cập nhật lúc: 12/07/2024 08:30 UTC" in text
    assert "Dung lượng: 2,5 MB" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_abstention_says_which_question_would_be_answered(language: str) -> None:
    refused = Answer("?", (QUOTE,), 0.1, Abstention.WEAK_MATCH, suggestion="Xã <Yên> Phúc?")
    text, _ = parse_html(render.answer(refused, 0, language))
    assert "Xã <Yên> Phúc?" in text
    assert text.index("Xã <Yên> Phúc?") < text.index(YEN_PHUC.title)
