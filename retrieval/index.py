"""A snapshot of the index: one generation, as readers hold it for a question."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from threading import RLock

from retrieval.database import (
    DATABASE,
    REBUILD,
    StoredArticle,
    connect,
    current_folder,
    damage_named,
    parse_published,
    read_meta,
    read_totals,
    status_of,
    stored_article,
)
from retrieval.engines import pick_engine
from retrieval.engines.base import Document, Engine
from retrieval.errors import IndexDamaged, IndexProblem
from retrieval.model import IndexStatus, Source
from retrieval.terms import document_terms

# An article's passages have ids next to each other; its row number is never used again.
_PASSAGES_PER_ARTICLE = 1 << 20


def passage_id(row: int, number: int) -> int:
    """The engine's id of a passage.

    >>> split_passage_id(passage_id(2, 5))
    (2, 5)
    """
    return row * _PASSAGES_PER_ARTICLE + number


def split_passage_id(id: int) -> tuple[int, int]:
    """The article's row and the passage's number of an engine's id."""
    return divmod(id, _PASSAGES_PER_ARTICLE)


class Snapshot:
    """The index as of one generation; it stays so while others write. Safe across threads."""

    def __init__(self, path: Path) -> None:
        """Open the newest generation. Raises IndexMissing, IndexDamaged."""
        self.path = path
        self._lock = RLock()
        self._folder = current_folder(path)
        self._connection = connect(self._folder / DATABASE, write=False)
        self._newest = connect(self._folder / DATABASE, write=False)
        with damage_named(path):
            self._connection.execute("BEGIN")  # everything read from here on is of one generation
            self.generation = int(read_meta(self._connection, "generation"))
            _, passages = read_totals(self._connection)
            self.engine: Engine = pick_engine(self._documents, passages)
        self.stored = lru_cache(maxsize=1024)(self._stored)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._connection.close()
            self._newest.close()

    def is_current(self) -> bool:
        """Whether no newer generation has been written since."""
        try:
            with self._lock:
                newest = int(read_meta(self._newest, "generation"))
            return newest == self.generation and current_folder(self.path) == self._folder
        except (IndexProblem, sqlite3.Error):
            return True  # gone or unreadable: what is held in hand is still whole

    def find(self, article_id: str) -> StoredArticle | None:
        """The article of that id."""
        rows = self._query("SELECT row FROM articles WHERE id = ?", (article_id,))
        return self.stored(rows[0]["row"]) if rows else None

    def sources(self, offset: int, limit: int, containing: str) -> tuple[Source, ...]:
        """Articles whose title has those words, newest first, those without a date last."""
        rows = self._query(
            "SELECT id, title, author, published, source FROM articles"
            " WHERE contains(title, ?) ORDER BY published IS NULL, published DESC, row DESC"
            " LIMIT ? OFFSET ?",
            (containing, limit, offset),
        )
        return tuple(
            Source(id, title, author, parse_published(published), source)
            for id, title, author, published, source in rows
        )

    def status(self) -> IndexStatus:
        """How large it is, and when it was built."""
        with self._lock:
            return status_of(self._connection, self._folder)

    def _stored(self, row: int) -> StoredArticle:
        """The article of that row. Raises IndexDamaged when it is not as it was written."""
        found = self._query("SELECT * FROM articles WHERE row = ?", (row,))
        if not found:
            raise IndexDamaged(str(self.path), f"article {row} is missing from it", REBUILD)
        with damage_named(self.path):
            return stored_article(found[0])

    def _query(self, sql: str, parameters: tuple[object, ...]) -> list[sqlite3.Row]:
        with self._lock, damage_named(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def _documents(self) -> Iterator[Document]:
        for row in self._connection.execute("SELECT * FROM articles ORDER BY row"):
            stored = stored_article(row)
            for passage in stored.passages:
                id = passage_id(stored.row, passage.number)
                yield Document(id, document_terms(passage.span.of(stored.article.text)))
