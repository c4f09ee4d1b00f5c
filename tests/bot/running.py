"""The bot in this process, on a thread and an event loop of its own, over a fake index.

with running_bot(api, FakeIndex({"Ai?": answer})):
    api.send(chat, an, "Ai?")
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.app import build
from bot.desk import Desk
from bot.pacing import Limits
from bot.settings import Settings
from bot.vitals import Vitals
from retrieval.model import Abstention, Answer, Article, IndexStatus, Quote, Source, Span
from tests.telegram import BotApi

ADMIN = 1
POLL = 5  # seconds that the server holds a request when there is nothing new
UNLIMITED = Limits(10**6, 10**6, 10**6)
NOTHING = Answer("", (), 0.0, Abstention.NO_MATCH)


@dataclass
class FakeIndex:
    """Knows some answers by heart; all else it abstains from."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    articles: Mapping[str, Article] = field(default_factory=dict)
    generation: int = 1
    asked: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    gate: threading.Event | None = None

    def ask(self, question: str, top: int = 3) -> Answer:
        if self.gate is not None:
            assert self.gate.wait(10)
        self.asked.append(question)
        self.threads.add(threading.current_thread().name)
        known = self.answers.get(question, NOTHING)
        if isinstance(known, Exception):
            raise known
        return replace(known, question=question, quotes=known.quotes[:top])

    def status(self) -> IndexStatus:
        built = datetime(2024, 7, 12, 8, 30, tzinfo=UTC)
        return IndexStatus(3, 42, "bm25", self.generation, built, 1_500_000)

    def article(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def sources(self, offset: int = 0, limit: int = 10, containing: str = "") -> tuple[Source, ...]:
        found = [
            source_of(article)
            for article in self.articles.values()
            if containing.casefold() in article.title.casefold()
        ]
        found.sort(key=lambda source: source.published or date.min, reverse=True)
        return tuple(found[offset : offset + limit])

    def close(self) -> None:
        pass


def source_of(article: Article) -> Source:
    return Source(article.id, article.title, article.author, article.published, article.source)


def quote_of(article: Article, text: str, answer: str = "") -> Quote:
    """The place of some words in an article, the answer in them marked."""
    start = article.text.index(text)
    at = text.index(answer)
    marks = (Span(at, at + len(answer)),) if answer else ()
    return Quote(source_of(article), Span(start, start + len(text)), text, marks, 9.0)


YEN_PHUC = Article(
    "yen-phuc.txt",
    "Đảng bộ xã Yên Phúc",
    "Mở đầu. Bí thư Đảng uỷ xã Vi Văn Dụng cho biết.",
    "Thanh Đàn",
    date(2024, 7, 12),
    "https://example.org/yen-phuc",
)
VAN_QUAN = Article("van-quan.txt", "Huyện Văn Quan", "Bí thư huyện là ông <An> & bà Bình.")
BAC_SON = Article("bac-son.txt", "Huyện Bắc Sơn", "Bí thư Bắc Sơn là bà Chi.")
QUESTION = "Ai là bí thư?"
QUOTES = (
    quote_of(YEN_PHUC, "Bí thư Đảng uỷ xã Vi Văn Dụng cho biết.", "Vi Văn Dụng"),
    quote_of(VAN_QUAN, "Bí thư huyện là ông <An> & bà Bình.", "<An> & bà"),
    quote_of(BAC_SON, BAC_SON.text, "bà Chi"),
)
ANSWER = Answer(QUESTION, QUOTES, 0.9)


def known_articles() -> dict[str, Article]:
    return {article.id: article for article in (YEN_PHUC, VAN_QUAN, BAC_SON)}


def known_answers() -> dict[str, Answer]:
    return {
        QUESTION: ANSWER,
        "một đoạn": Answer("", QUOTES[:1], 0.9),
        "gần đúng": Answer("", QUOTES, 0.2, Abstention.WEAK_MATCH),
        "bis thuw": Answer("", QUOTES[:1], 0.9, understood="bí thư"),
    }


@contextmanager
def running_bot(
    api: BotApi,
    index: Any,
    /,
    vitals: Vitals | None = None,
    limits: Limits = UNLIMITED,
    **settings: Any,
) -> Iterator[Desk]:
    """Runs the application as `hoibao bot` does, until the block ends."""
    with TemporaryDirectory() as folder:
        given = {"state": Path(folder) / "bot.sqlite", "admin_ids": frozenset(), **settings}
        desk = Desk(Settings(**_server(api), **given), index, vitals)
        with _running(api, desk, limits):
            yield desk


def _server(api: BotApi) -> dict[str, Any]:
    return {"telegram_token": api.token, "telegram_base_url": api.base_url}


@contextmanager
def _running(api: BotApi, desk: Desk, limits: Limits) -> Iterator[None]:
    started = threading.Event()
    failure: list[BaseException] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        application = build(desk, api.token, limits)
        async with application:
            await application.post_init(application)
            await application.updater.start_polling(timeout=POLL)
            await application.start()
            started.set()
            await stop.wait()
            await application.updater.stop()
            await application.stop()
            await application.post_stop(application)

    def serve() -> None:
        try:
            loop.run_until_complete(run())
        except BaseException as error:
            failure.append(error)
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=serve, name="bot")
    thread.start()
    try:
        assert started.wait(20)
        yield
    finally:
        if not failure:
            loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        if failure:
            raise failure[0]


def write_records(file: Path, texts: Iterable[str]) -> Path:
    """A file of articles, numbered from 0."""
    records = (json.dumps({"id": str(at), "text": text}) for at, text in enumerate(texts))
    file.write_text("\n".join(records), "utf-8")
    return file
