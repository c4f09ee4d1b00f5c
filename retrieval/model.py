"""The values that travel through the pipeline: Span, Article, Passage, Quote, Answer.

All are frozen. Offsets count Unicode code points of the article's text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (exclusive) of some text.

    >>> Span(2, 4).of("abcdef")
    'cd'
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]

    def shift(self, by: int) -> Span:
        """The span, moved by `by` characters."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def __len__(self) -> int:
        return self.end - self.start


class ZoneKind(StrEnum):
    """What a part of an article's text is, when it is not running text."""

    TITLE = "title"
    DATE = "date"
    AUTHOR = "author"
    CAPTION = "caption"
    REPEATED_LEDE = "repeated-lede"


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of an article's text that is not running text, with what it is."""

    kind: ZoneKind
    span: Span


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read: its text, raw, and what is known about it.

    `text` keeps every character of the source; `zones` are sorted, disjoint, and name the
    parts that are not running text.
    """

    id: str
    title: str
    text: str
    author: str | None = None
    published: date | None = None
    source: str | None = None
    zones: tuple[Zone, ...] = ()

    def zone(self, kind: ZoneKind) -> Span | None:
        """The first zone of that kind."""
        return next((zone.span for zone in self.zones if zone.kind is kind), None)


class Sentence(NamedTuple):
    """A sentence, or a clause of one too long to quote, by its place in the article's text.

    `paragraph` counts the article's lines of text from 0; `kind` says what the line is when it
    is not running text.
    """

    span: Span
    paragraph: int
    kind: ZoneKind | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What the engine indexes: a run of whole sentences of one article, never empty.

    `number` counts the article's passages from 0, so that neighbours differ by one.
    """

    number: int
    sentences: tuple[Sentence, ...]

    @property
    def span(self) -> Span:
        """From the first character of the first sentence to the last of the last."""
        return Span(self.sentences[0].span.start, self.sentences[-1].span.end)


@dataclass(frozen=True, slots=True)
class Source:
    """What is said about an article when it is quoted."""

    article_id: str
    title: str
    author: str | None = None
    published: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim part of an article: `text == article.text[span.start:span.end]`.

    `highlights` are offsets within `text`, sorted and disjoint; empty when unsure.
    """

    source: Source
    span: Span
    text: str
    highlights: tuple[Span, ...] = ()
    score: float = 0.0


class Abstention(StrEnum):
    """Why the corpus is said not to answer."""

    NO_TERMS = "no-terms"  # nothing in the question to search for: emoji, stop words
    NO_MATCH = "no-match"  # no passage shares a term with it
    WEAK_MATCH = "weak-match"  # the best passage falls short of what an answer would score


@dataclass(frozen=True, slots=True)
class Answer:
    """What the corpus has to say to a question.

    `quotes` are best first. When `abstention` is set they are only the nearest passages.
    `confidence` runs from 0 (certainly not answered) to 1. `understood` is how the question
    was read when that differs from how it was typed (raw Telex, say). `suggestion` is a question
    with one word changed that the corpus would have answered, when it does not answer this one.
    """

    question: str
    quotes: tuple[Quote, ...]
    confidence: float
    abstention: Abstention | None = None
    understood: str | None = None
    suggestion: str | None = None
    took_ms: float = 0.0

    @property
    def abstained(self) -> bool:
        """Whether the corpus does not answer."""
        return self.abstention is not None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that was not indexed, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one update of the index did; the counts are files of the corpus.

    A file that gave no article counts only as failed; `failed` also has the bad records of
    files that are otherwise indexed. `note` says why the index was built anew, if it was.
    """

    added: int
    changed: int
    removed: int
    unchanged: int
    failed: tuple[Failure, ...]
    generation: int
    articles: int
    passages: int
    seconds: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an update is: `done` of `total` files."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The index as it stands; `size` is bytes on disk, `built` has a time zone."""

    articles: int
    passages: int
    engine: str
    generation: int
    built: datetime
    size: int
