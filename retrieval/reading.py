"""A look at one file, read in a process of its own: it may be hostile, and others have to go on.

look_at(b"...", "tin.txt").first[0].source.title

What comes back is small, however much the file holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retrieval.articles import Loaded, load_bytes, read_bytes
from retrieval.errors import ArticleError, UnreadableFile
from retrieval.model import Article, Failure, Source
from retrieval.workers import LIMITS, Limits, Refused, Workers, one_by_one

_SHOWN: Final = 3  # articles
_BEGINNING: Final = 1000  # characters


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What an article is, how many characters it has, and the first of them."""

    source: Source
    length: int
    beginning: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a file holds: how many articles, the first of them, and the records that failed."""

    articles: int
    first: tuple[Glimpse, ...]
    failures: tuple[Failure, ...] = ()


_File = tuple[bytes | Path, str]


def look_at(file: bytes | Path, name: str, limits: Limits = LIMITS) -> Look:
    """What a file holds, given by its bytes or where it is; the ending of `name` tells the format.

    Raises ArticleError, also when reading it takes more than the limits.
    """
    with Workers(1, limits) as workers:
        (outcome,) = workers.submit(_look_at_each, [(file, name)]).result()
    if isinstance(outcome, ArticleError):
        raise outcome
    return outcome


def _look_at_each(files: Sequence[_File | Refused[_File]]) -> list[Look | ArticleError]:
    return [_outcome(file) for file in one_by_one(files)]


def _outcome(file: _File | Refused[_File]) -> Look | ArticleError:
    if isinstance(file, Refused):
        return UnreadableFile(file.item[1], file.reason)
    content, name = file
    try:
        data = content if isinstance(content, bytes) else read_bytes(content, name)
        return glimpsed(load_bytes(data, name))
    except ArticleError as error:
        return error


def glimpsed(loaded: Loaded) -> Look:
    """The little of what was loaded that is shown."""
    first = tuple(map(_glimpse, loaded.articles[:_SHOWN]))
    return Look(len(loaded.articles), first, loaded.failures)


def _glimpse(article: Article) -> Glimpse:
    source = Source(article.id, article.title, article.author, article.published, article.source)
    return Glimpse(source, len(article.text), article.text[:_BEGINNING].strip())
