"""Links that open an article, or one quote of it, in the private chat with the bot.

They live on in other people's chats, so they hold all that is needed: which article, where in
its text, and a check of what stood there. Telegram allows 64 of `A-Za-z0-9_-`.

    link("hoibao_bot", quote_payload(quote))
        -> "https://t.me/hoibao_bot?start=q_8d5e957f297893f8_4321_177_9b1c2d3e"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from urllib.parse import quote as quote_url

from retrieval.model import Article, Quote, Source, Span

LONGEST: Final = 1000  # characters of a quote; no link of ours has more

_PAYLOAD = re.compile(r"a_([0-9a-f]{16})|q_([0-9a-f]{16})_(\d{1,9})_(\d{1,4})_([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Target:
    """What a link opens: an article by its mark; with a span and its check, a quote."""

    mark: str
    span: Span | None = None
    check: str = ""

    def quote_in(self, article: Article) -> Quote | None:
        """The quote, if it still stands where it did."""
        if self.span is None or _check(self.span.of(article.text)) != self.check:
            return None
        return Quote(source_of(article), self.span, self.span.of(article.text))


def article_mark(article_id: str) -> str:
    """Sixteen characters that stand for an article id of any length.

    >>> len(article_mark("báo/" * 100))
    16
    """
    return _digest(article_id, 8)


def article_payload(article_id: str) -> str:
    """What a link to an article carries."""
    return f"a_{article_mark(article_id)}"


def quote_payload(quote: Quote) -> str:
    """What a link to a quote carries."""
    mark = article_mark(quote.source.article_id)
    return f"q_{mark}_{quote.span.start}_{len(quote.span)}_{_check(quote.text)}"


def parse_payload(payload: str) -> Target | None:
    """What a link opens; None when it is none of ours.

    >>> parse_payload("inline") is None
    True
    """
    found = _PAYLOAD.fullmatch(payload)
    if not found:
        return None
    article, quoted, start, length, check = found.groups()
    if article:
        return Target(article)
    if int(length) > LONGEST:
        return None
    return Target(quoted, Span(int(start), int(start) + int(length)), check)


def link(username: str, payload: str) -> str:
    """The address that opens it in Telegram."""
    return f"https://t.me/{username}?start={payload}"


def share_link(address: str, text: str) -> str:
    """The address at which Telegram asks to whom to send a link, with some words."""
    return f"https://t.me/share/url?url={quote_url(address, '')}&text={quote_url(text, '')}"


def source_of(article: Article) -> Source:
    """What is said about an article when it is quoted."""
    return Source(article.id, article.title, article.author, article.published, article.source)


def _check(text: str) -> str:
    return _digest(text, 4)


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
