"""What every loader ends with: a text and what its format says of it → an Article.

assemble("a.txt", "Thứ sáu, 12/07/2024\\n\\nĐảng bộ xã Yên Phúc\\n\\n…") has title and date.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from retrieval.articles.zones import Layout, recognise
from retrieval.errors import EmptyFile, UnreadableFile
from retrieval.model import Article, Failure, Span, Zone, ZoneKind
from retrieval.text import has_endless_marks

_LONGEST_TITLE = 100  # of one that is taken from the text
_LONGEST_STATED = 500  # characters of a title or an author
_LONGEST_SOURCE = 2000  # characters of an address; cut off, it would lead elsewhere
_SENTENCE = re.compile(r".+?[.!?…](?=\s|$)")
_MOTTO = re.compile(
    r"cộng (?:hòa|hoà) xã hội chủ nghĩa việt nam|độc lập\s*[-–]\s*tự do\s*[-–]\s*hạnh phúc",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one file gave: its articles, and the records in it that could not be read."""

    articles: tuple[Article, ...]
    failures: tuple[Failure, ...] = ()


Loader = Callable[[bytes, str], Loaded]
"""The bytes of a file and its name within the corpus → its articles; raises ArticleError."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says about its article outside of the text."""

    title: str | None = None
    author: str | None = None
    published: date | None = None
    source: str | None = None


def assemble(
    article_id: str,
    text: str,
    properties: Properties = Properties(),
    *,
    heading: Span | None = None,
    printed_first: bool = False,
) -> Article:
    """The article; what its properties leave open is taken from the lines of the text.

    `heading` is where markup has the title. With `printed_first`, the author and date that the
    text prints win over the properties, which in office files tell of the file instead.

    Raises EmptyFile when `text` is blank, UnreadableFile when it cannot be stored as UTF-8 or is
    no text that anybody writes.
    """
    if not text.strip():
        raise EmptyFile(article_id, "holds no text")
    if has_endless_marks(text):
        raise UnreadableFile(
            article_id, "holds dozens of marks on one letter", "take them out of the text"
        )
    _refuse_half_characters(
        article_id, text, properties.title, properties.author, properties.source
    )
    layout = recognise(text)
    stated = (properties.author, properties.published)
    printed = (layout.author, layout.published)
    first, second = (printed, stated) if printed_first else (stated, printed)
    zones = layout.zones if heading is None else _with_heading(layout.zones, heading)
    title = _stated(properties.title) or _stated(heading.of(text) if heading else None)
    title = title or layout.title
    source = (properties.source or "").strip()
    return Article(
        id=article_id,
        title=" ".join(title.split()) if title else fallback_title(article_id, text, layout),
        text=text,
        author=_stated(first[0] or second[0]),
        published=first[1] or second[1],
        source=source if source and len(source) <= _LONGEST_SOURCE else None,
        zones=zones,
    )


def fallback_title(article_id: str, text: str, layout: Layout) -> str:
    """The first line or sentence of running text, at most 100 characters; else the file's name.

    fallback_title("tin/a.txt", "Trời mưa. Đường trơn.", Layout()) -> "Trời mưa. Đường trơn."
    """
    end = passed = 0
    for line in text.splitlines(keepends=True):
        span = Span(end, end + len(line))
        end = span.end
        while passed < len(layout.zones) and layout.zones[passed].span.end <= span.start:
            passed += 1
        is_zone = passed < len(layout.zones) and layout.zones[passed].span.overlaps(span)
        if is_zone or _MOTTO.search(line) or not any(map(str.isalpha, line)):
            continue
        line = " ".join(line.split())
        sentence = _SENTENCE.match(line) if len(line) > _LONGEST_TITLE else None
        return _shorten(sentence.group() if sentence else line)
    return PurePosixPath(article_id).stem


def _refuse_half_characters(article_id: str, *strings: str | None) -> None:
    """JSON and YAML can spell lone surrogates ("\\ud83d"), which no encoding can store."""
    try:
        "".join(filter(None, (article_id, *strings))).encode()
    except UnicodeEncodeError as error:
        raise UnreadableFile(
            article_id,
            f"holds half of a character (U+{ord(error.object[error.start]):04X})",
            "write that character as a whole",
        ) from error


def _stated(text: str | None) -> str | None:
    """On one line, and no longer than anybody reads; None when it is blank."""
    line = " ".join((text or "")[: 2 * _LONGEST_STATED].split())
    return (line if len(line) <= _LONGEST_STATED else line[: _LONGEST_STATED - 1] + "…") or None


def _shorten(line: str) -> str:
    """At most 100 characters, whole words: a long line ends in "…"."""
    short = textwrap.shorten(line, _LONGEST_TITLE, placeholder="…")
    return short if len(short) > 1 else line[: _LONGEST_TITLE - 1] + "…"


def _with_heading(zones: tuple[Zone, ...], heading: Span) -> tuple[Zone, ...]:
    others = (
        zone
        for zone in zones
        if zone.kind is not ZoneKind.TITLE and not zone.span.overlaps(heading)
    )
    return tuple(sorted((*others, Zone(ZoneKind.TITLE, heading)), key=lambda zone: zone.span))
