"""Whatever articles hold and people ask: Telegram takes every message, and the quote is intact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.questions import is_address
from bot.texts import plain
from retrieval import open_index, update_index
from retrieval.model import Answer, Article, Quote, Source, Span
from tests.bot.running import FakeIndex, running_bot, write_records
from tests.telegram import BotApi, Chat, Message, User
from tests.telegram.formatting import tidy
from tests.telegram.messages import TEXT_UNITS

NO_LIMIT = 10**6
LONGEST = 2400  # UTF-16 units of a quote; longer ones are cut
CONTEXT = plain("button_near", "vi")

# what has gone wrong in bots before
AWKWARD = (
    *("<b>", "</blockquote>", "<a href=", "&amp;", "&#0;", "&", "<!--", '"', "'"),
    *("👨‍👩‍👧‍👦", "🇻🇳", "😀", "𝒳", "שלום", "مرحبا", "\u202e", "\u200f", "\ufeff", "\ufdd0"),
    *("ệ", "e\u0323\u0302", "\u0301", "\u030a", "\u0333", "ẫ" * 50, "z\u0335" * 30),
    *("\0", "\x1b[31m", "\r\n", "\n\n", "\t", "\u2028", "\u00a0", "\x85"),
    *("/start", "@hoibao_bot", "#tin", "https://example.org/a?b=<c>", "tg://user?id=1"),
    *("x" * 4000, "từ " * 1300, "Câu. " * 200),
)
WORDS = ("Bí thư", "Đảng uỷ xã", "Yên Phúc", "Vi Văn Dụng", "năm 2024", "là ai?", "cho biết.")
PIECES = st.one_of(st.sampled_from(WORDS), st.sampled_from(AWKWARD), st.text(max_size=8))
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " ", "\n"])), max_size=12).map(
    lambda pieces: "".join(word + gap for word, gap in pieces)
)


def is_question(text: str) -> bool:
    """Whether people can send that, and the bot takes it for a question."""
    said, _ = tidy(text)
    asked = said.replace("@hoibao_bot", "").strip()
    fits = units(said) <= TEXT_UNITS
    return bool(asked) and fits and not said.startswith("/") and not is_address(asked)


def units(text: str) -> int:
    """UTF-16 units, counted in another way than the bot does."""
    return len(text.encode("utf-16-le")) // 2


QUESTIONS = TEXTS.filter(is_question)


# --- quotes, read from what was sent by means that the bot does not use

# Telegram deletes or blanks these in any text
UNSEEN = re.compile("[\\s\0-\x1f\u2028-\u202e\u0333\u033f\u030a]")
Marked = list[tuple[str, bool]]


class _Reader(HTMLParser):
    """What stands in the blockquote, and whether it is bold."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.quoted: Marked = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "blockquote" in self.open:
            self.quoted += [(character, "b" in self.open) for character in data]


def written(html: str) -> Marked:
    """The quoted characters of the HTML, each with whether it is marked."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader.quoted


def shown(message: Message) -> Marked:
    """The same of the message as Telegram shows it, by the UTF-16 offsets of its entities."""
    quotes = [e for e in message.entities if e.type in ("blockquote", "expandable_blockquote")]
    bold = [e for e in message.entities if e.type == "bold"]
    found: Marked = []
    at = 0
    for character in message.text:
        if any(e.offset <= at < e.end for e in quotes):
            found.append((character, any(e.offset <= at < e.end for e in bold)))
        at += units(character)
    return found


def meant(quote: Quote) -> Marked:
    """The same of the quote itself."""
    return [
        (character, any(span.start <= at < span.end for span in quote.highlights))
        for at, character in enumerate(quote.text)
    ]


def seen(characters: Marked) -> Marked:
    return [(each, marked) for each, marked in characters if not UNSEEN.match(each)]


def text_of(characters: Marked) -> str:
    return "".join(each for each, _ in characters)


def assert_faithful(html: str, message: Message, quote: Quote) -> None:
    told, expected = written(html), meant(quote)
    if text_of(told) != quote.text:
        assert units(quote.text) > LONGEST, "a quote that fits was changed"
        told = told[:-1]  # the ellipsis
        expected = expected[: len(told)]
        assert len(told) > LONGEST // 3
        assert shown(message)[-1][0] == "…"
        assert seen(shown(message)[:-1]) == seen(told)
    else:
        assert seen(shown(message)) == seen(told)
    assert told == expected


def assert_stands_in_context(html: str, message: Message, quote: Quote) -> None:
    told = written(html)
    assert quote.text in text_of(told)
    assert [each for each in told if each[1]] == [each for each in meant(quote) if each[1]]
    assert seen(shown(message)) == seen(told)


def sent_html(message: Message) -> str:
    return str(message.request["text"])


def edited_html(api: BotApi, message: Message) -> str:
    """What the bot asked the message to become last."""

    def asked() -> list[str]:
        edits = (call.params for call in api.calls("editMessageText") if call.status == 200)
        return [each["text"] for each in edits if int(each["message_id"]) == message.id]

    # a request is written down a moment after the people see what it did
    api.wait_for(lambda: len(asked()) == len(message.versions) - 1)
    return asked()[-1]


# --- any answer


@st.composite
def answers(draw: st.DrawFn) -> tuple[Article, Answer]:
    """An article of any text, and an answer that quotes any part of it with any marks."""
    text = draw(TEXTS.filter(lambda text: bool(UNSEEN.sub("", text))))
    start = draw(st.integers(0, len(text) - 1))
    span = Span(start, draw(st.integers(start + 1, min(len(text), start + 4500))))
    quoted = span.of(text)
    assume(UNSEEN.sub("", quoted))
    cuts = sorted(draw(st.sets(st.integers(0, len(quoted)), max_size=6)))
    marks = tuple(Span(a, b) for a, b in list(pairwise(cuts))[::2])
    title, author, source = draw(TEXTS), draw(st.none() | TEXTS), draw(st.none() | TEXTS)
    article = Article("một", title, text, author, None, source)
    about = Source("một", title, author, None, source)
    quote = Quote(about, span, quoted, marks, 1.0)
    understood = draw(st.none() | TEXTS)
    return article, Answer("", (quote,), 0.9, understood=understood)


@dataclass
class Oracle(FakeIndex):
    """Gives one answer, whatever is asked."""

    only: Answer = field(default_factory=lambda: Answer("", (), 0.0))

    def ask(self, question: str, top: int = 3) -> Answer:
        return self.only


def test_any_quote_is_sent_verbatim_with_its_marks(api: BotApi, an: User, chat: Chat) -> None:
    oracle = Oracle()

    @settings(max_examples=100, deadline=None)
    @given(answers(), QUESTIONS)
    def holds(known: tuple[Article, Answer], question: str) -> None:
        article, oracle.only = known
        oracle.articles = {article.id: article}
        quote = oracle.only.quotes[0]
        api.send(chat, an, question)
        message = api.next_message(chat)
        assert_faithful(sent_html(message), message, quote)
        if len(quote.text) <= 400:
            api.press(an, message, CONTEXT)
            api.next_edit(message)
            assert_stands_in_context(edited_html(api, message), message, quote)
        assert not api.refusals

    with running_bot(api, oracle, questions_per_minute=NO_LIMIT):
        holds()


# --- any article


@dataclass
class Current:
    """The index of the moment, and what it answered last."""

    index: object = None
    answers: list[Answer] = field(default_factory=list)

    def ask(self, question: str, top: int = 3) -> Answer:
        self.answers.append(self.index.ask(question, top))  # type: ignore[attr-defined]
        return self.answers[-1]

    def __getattr__(self, name: str) -> object:
        return getattr(self.index, name)


def write_articles(folder: Path, texts: Sequence[str]) -> None:
    folder.mkdir(exist_ok=True)
    write_records(folder / "articles.jsonl", texts)


def test_any_article_is_quoted_verbatim_whatever_is_asked(
    api: BotApi, an: User, chat: Chat, tmp_path: Path
) -> None:
    current = Current()

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=3), st.data())
    def holds(texts: list[str], data: st.DataObject) -> None:
        write_articles(tmp_path / "articles", texts)
        update_index([tmp_path / "articles"], tmp_path / "index")
        words = st.sampled_from(sorted({word for text in texts for word in text.split()[:20]}))
        question = data.draw(QUESTIONS | words.filter(is_question))
        with open_index(tmp_path / "index", threshold=0) as current.index:
            api.send(chat, an, question)
            message = api.next_message(chat)
            answer = current.answers[-1]
            if answer.abstained:
                assert not written(sent_html(message))
            else:
                quote = answer.quotes[0]
                assert quote.span.of(texts[int(quote.source.article_id)]) == quote.text
                assert_faithful(sent_html(message), message, quote)
                api.press(an, message, CONTEXT)
                api.next_edit(message)
                assert_stands_in_context(edited_html(api, message), message, quote)
        assert not api.refusals

    write_articles(tmp_path / "articles", ["Bắt đầu."])
    update_index([tmp_path / "articles"], tmp_path / "index")
    with (
        open_index(tmp_path / "index") as current.index,
        running_bot(api, current, questions_per_minute=NO_LIMIT),
    ):
        holds()
