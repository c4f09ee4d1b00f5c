"""How an answer looks on a terminal, in a pipe, and when the article is hostile."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from bot import terminal
from retrieval.model import (
    Abstention,
    Answer,
    Progress,
    Quote,
    Source,
    Span,
)

SOURCE = Source(
    "dang-bo",
    "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu",
    author="Thanh Đàn",
    published=date(2024, 7, 12),
    source="dang-bo-xa-yen-phuc.txt",
)
TEXT = "Đồng chí Vi Văn Dụng, Bí thư Đảng uỷ xã Yên Phúc cho biết:\nĐảng bộ đã tập trung lãnh đạo."
QUOTE = Quote(SOURCE, Span(10, 10 + len(TEXT)), TEXT, (Span(9, 20),), 3.5)
ANSWER = Answer("Ai là Bí thư?", (QUOTE,), confidence=0.9)
REFUSAL = replace(ANSWER, abstention=Abstention.WEAK_MATCH)

# any text, often with what a terminal would act on
texts = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\x07\x9b\r\n\t \u0300😀漢")))


def printed(answer: Answer, language: str = "vi", *, headed: bool = False) -> str:
    out = io.StringIO()
    terminal.print_answer(out, None, answer, language, headed=headed)
    return out.getvalue()


def shown(answer: Answer, columns: int) -> str:
    """What a terminal that wide shows, escape sequences included."""
    console = Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", width=columns
    )
    terminal.print_answer(io.StringIO(), console, answer, "vi")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_pipe_gets_markdown_with_the_answer_in_bold_and_the_source_under_it() -> None:
    assert printed(ANSWER) == (
        "> Đồng chí **Vi Văn Dụng**, Bí thư Đảng uỷ xã Yên Phúc cho biết:\n"
        "> Đảng bộ đã tập trung lãnh đạo.\n"
        "— Đảng bộ xã Yên Phúc nâng cao sức chiến đấu · Thanh Đàn · 2024-07-12 · "
        "dang-bo-xa-yen-phuc.txt\n"
    )


def test_several_quotes_are_a_blank_line_apart() -> None:
    other = Quote(Source("tin.md", "Tin xã"), Span(0, 4), "Đẹp.")
    assert printed(replace(ANSWER, quotes=(QUOTE, other))).split("\n\n")[1] == "> Đẹp.\n— Tin xã\n"


def test_an_article_without_a_title_is_named_by_its_id() -> None:
    assert terminal.citation(Source("tin.md", "")) == "tin.md"


def test_an_abstention_names_the_nearest_articles_once_and_quotes_nothing() -> None:
    text = printed(replace(REFUSAL, quotes=(QUOTE, QUOTE)))
    assert text.count(SOURCE.title) == 1
    assert "Vi Văn Dụng" not in text


@pytest.mark.parametrize(("language", "word"), [("vi", "kho bài"), ("en", "found no answer")])
def test_an_abstention_speaks_the_askers_language(language: str, word: str) -> None:
    assert word in printed(REFUSAL, language)


def test_a_question_without_words_is_told_apart_from_one_without_an_answer() -> None:
    wordless = Answer("🙂", (), 0.0, Abstention.NO_TERMS)
    assert printed(wordless) not in ("", printed(replace(wordless, abstention=Abstention.NO_MATCH)))


def test_a_question_read_differently_says_how_and_without_markup() -> None:
    text = printed(replace(ANSWER, understood="bí thư"))
    assert text.startswith("Mình hiểu câu hỏi là: bí thư\n\n>")


def test_in_a_row_each_answer_stands_under_its_question() -> None:
    text = printed(ANSWER, headed=True)
    assert text.startswith("### Ai là Bí thư?\n\n> ")
    assert text.endswith("\n\n")


def test_a_terminal_shows_the_answer_in_reverse_beside_a_bar() -> None:
    assert "\x1b[1;7mVi Văn Dụng\x1b[0m" in shown(ANSWER, 80)
    assert shown(ANSWER, 80).count(terminal.BAR) == 2


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_lines_wrap_at_words_within_the_terminal(columns: int) -> None:
    lines = Text.from_ansi(shown(ANSWER, columns)).plain.split("\n")
    assert all(len(line) <= min(columns, terminal.WIDEST) for line in lines)
    words = " ".join(line.removeprefix(terminal.BAR).strip() for line in lines).split()
    assert set(TEXT.split()) <= set(words)


def test_a_word_wider_than_the_terminal_is_broken_and_kept_whole() -> None:
    link = "https://bao.vn/" + "a" * 100
    quote = replace(QUOTE, text=link, highlights=())
    plain = Text.from_ansi(shown(replace(ANSWER, quotes=(quote,)), 40)).plain
    barred = [line for line in plain.split("\n") if line.startswith(terminal.BAR)]
    assert "".join(line.removeprefix(terminal.BAR) for line in barred) == link


@given(texts)
def test_no_article_can_send_a_terminal_a_control_sequence(text: str) -> None:
    hostile = Answer(
        text, (Quote(Source("a", text, text, None, text), Span(0, len(text)), text),), 1
    )
    for answer in (hostile, replace(hostile, abstention=Abstention.NO_MATCH, understood=text)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", printed(answer, headed=True))
        styled = terminal.styled_answer([], answer, 40).plain
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", styled)


@given(texts)
def test_what_is_made_visible_keeps_its_length(text: str) -> None:
    assert len(terminal.visible(text)) == len(text)


@given(texts.filter(str.strip), st.data())
def test_marks_stand_around_the_highlight_and_change_nothing_else(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = replace(QUOTE, text=text, highlights=(Span(start, end),))
    marked = printed(replace(ANSWER, quotes=(quote,))).split("\n— ")[0]
    plain = printed(replace(ANSWER, quotes=(replace(quote, highlights=()),))).split("\n— ")[0]
    assert re.sub(r"\s", "", marked.replace(terminal.MARK, "")) == re.sub(
        r"\s", "", plain.replace(terminal.MARK, "")
    )


def test_no_console_is_made_for_a_pipe() -> None:
    assert terminal.console_for(io.StringIO()) is None


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_without_styles_gets_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert terminal.console_for(Terminal()) is None


def test_no_color_keeps_the_answer_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    console = terminal.console_for(out)
    assert console is not None
    terminal.print_answer(out, console, ANSWER, "vi")
    assert "\x1b[1;7mVi Văn Dụng" in out.getvalue()
    assert "\x1b[36m" not in out.getvalue()


def test_quick_work_shows_no_progress() -> None:
    out = Terminal()
    with terminal.progress_bar(out, "Indexing") as show:
        show(Progress(1, 2))
    assert out.getvalue() == ""


def test_long_work_shows_how_far_it_is() -> None:
    out = Terminal()
    with terminal.progress_bar(out, "Indexing", patience=0) as show:
        show(Progress(7, 42))
        show(Progress(42, 42))
    assert "42/42" in out.getvalue()


def test_progress_is_not_shown_in_a_pipe() -> None:
    out = io.StringIO()
    with terminal.progress_bar(out, "Indexing", patience=0) as show:
        show(Progress(1, 2))
    assert out.getvalue() == ""
