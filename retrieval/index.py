"""A snapshot of the index: one generation, as readers hold it for a question."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import RLock

from retrieval.database import (
    CURRENT,
    DATABASE,
    REBUILD,
    STORED_ARTICLE,
    StoredArticle,
    connect,
    current_folder,
    damage_named,
    mark_damaged,
    parse_published,
    read_generation,
    read_meta,
    status_of,
    stored_article,
)
from retrieval.engines import AUTO, ENGINES, engine_name
from retrieval.engines.base import Document, Engine, Opening
from retrieval.errors import IndexDamaged, IndexProblem
from retrieval.model import IndexStatus, Source
from retrieval.terms import document_terms

# An article's passages have ids next to each other; its row number is never used again.
_PASSAGES_PER_ARTICLE = 1 << 20

_HELD = 256  # articles that are remembered
_ATTEMPTS = 10  # at opening what a writer may replace meanwhile


def passage_id(row: int, number: int) -> int:
    """The engine's id of a passage.

    >>> split_passage_id(passage_id(2, 5))
    (2, 5)
    """
    return row * _PASSAGES_PER_ARTICLE + number


def split_passage_id(id: int) -> tuple[int, int]:
    """The article's row and the passage's number of an engine's id."""
    return divmod(id, _PASSAGES_PER_ARTICLE)


def place_of(folder: Path) -> tuple[Path, int, int]:
    """What tells an index's folder from another that was put in its place under its name."""
    database = (folder / DATABASE).stat()
    return folder, database.st_dev, database.st_ino


class Snapshot:
    """The index as of one generation; it stays so while others write. Safe across threads."""

    def __init__(self, path: Path, engine: str = AUTO) -> None:
        """Open the newest generation. Raises IndexMissing, IndexDamaged."""
        self.path = path
        self._asked = engine
        self._lock = RLock()
        self._files = ExitStack()
        self.generation = -1
        self._current = path / CURRENT
        self._unchanged: tuple[int, ...] = ()
        for left in reversed(range(_ATTEMPTS)):
            self._folder = current_folder(path)
            self._place = place_of(self._folder)
            try:
                self._open()
                break
            except IndexProblem:
                self._files.close()
                if not left or not self._replaced():
                    raise
        self._articles: dict[int, StoredArticle] = {}

    def __del__(self) -> None:
        # Whoever holds a snapshot that has been replaced is the last to need its files.
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._files.close()

    def is_current(self) -> bool:
        """Whether no newer generation has been written since."""
        try:
            with self._lock:
                seen = self._seen()
                if seen == self._unchanged:  # as nearly always; asked for every question
                    return True
                newest = read_generation(self._newest)
            if newest != self.generation or place_of(current_folder(self.path)) != self._place:
                return False
            self._unchanged = seen
        except (IndexProblem, OSError, sqlite3.Error):
            pass  # gone or unreadable: what is held in hand is still whole
        return True

    @contextmanager
    def damage_reported(self) -> Iterator[None]:
        """Leaves word of damage that is met, so that the next update builds the index anew."""
        try:
            yield
        except IndexDamaged as damage:
            if not self._replaced():
                mark_damaged(self._folder, damage)
            raise

    def stored(self, *rows: int) -> list[StoredArticle]:
        """The articles of those rows. Raises IndexDamaged when one is not as it was written."""
        known = self._articles  # other threads may add to it; it is replaced, never emptied
        missing = [row for row in dict.fromkeys(rows) if row not in known]
        if missing:
            if len(known) > _HELD:
                self._articles = known = {row: known[row] for row in rows if row in known}
            known.update(zip(missing, self._read(missing), strict=True))
        return [known[row] for row in rows]

    def find(self, article_id: str) -> StoredArticle | None:
        """The article of that id."""
        rows = self._query("SELECT row FROM articles WHERE id = ?", (article_id,))
        return self.stored(rows[0]["row"])[0] if rows else None

    def sources(self, offset: int, limit: int, containing: str) -> tuple[Source, ...]:
        """Articles whose title has those words, newest first, those without a date last."""
        chosen = "WHERE contains(title, ?)" if containing else "WHERE ? = ''"
        rows = self._query(
            f"SELECT id, title, author, published, source FROM articles {chosen}"
            " ORDER BY published IS NULL, published DESC, row DESC LIMIT ? OFFSET ?",
            (containing, limit, offset),
        )
        return tuple(
            Source(id, title, author, parse_published(published), source)
            for id, title, author, published, source in rows
        )

    @property
    def passages(self) -> int:
        """How many passages it has."""
        return self._meta.passages

    def status(self) -> IndexStatus:
        """How large it is, and when it was built."""
        return status_of(self._meta, self._folder, self.engine.name)

    def _seen(self) -> tuple[int, ...]:
        """What changes whenever a writer has committed; cheaper to ask for than a generation."""
        named = self._current.stat()
        (version,) = self._newest.execute("PRAGMA data_version").fetchone()
        return version, named.st_ino, named.st_mtime_ns

    def _open(self) -> None:
        database = self._folder / DATABASE
        self._connection = self._files.enter_context(closing(connect(database, write=False)))
        self._newest = self._files.enter_context(closing(connect(database, write=False)))
        with self.damage_reported():
            with damage_named(self.path):
                self._connection.execute("BEGIN")  # all that is read from now on is of one state
                self._meta = read_meta(self._connection)
            self.generation = self._meta.generation
            self.engine = self._files.enter_context(closing(self._open_engine()))

    def _open_engine(self) -> Engine:
        name = engine_name(self._meta.passages, self._asked)
        try:
            return ENGINES[name](Opening(self._documents, self._folder, self._meta.engine))
        except FileNotFoundError as error:
            cause = f"{error.filename} is missing"
            raise IndexDamaged(str(self.path), cause, REBUILD) from error

    def _replaced(self) -> bool:
        """Whether a writer has put something else in the place of what was opened."""
        try:
            folder = current_folder(self.path)
            is_elsewhere = place_of(folder) != self._place
            if is_elsewhere or self.generation < 0:
                return is_elsewhere
            with closing(connect(folder / DATABASE, write=False)) as newest:
                return read_generation(newest) != self.generation
        except (IndexProblem, sqlite3.Error, OSError):
            return False

    def _read(self, rows: Sequence[int]) -> Iterator[StoredArticle]:
        places = ", ".join("?" * len(rows))
        found = {
            row["row"]: row
            for row in self._query(f"{STORED_ARTICLE} WHERE row IN ({places})", rows)
        }
        with self.damage_reported(), damage_named(self.path):
            for row in rows:
                if row not in found:
                    raise ValueError(f"article {row} is missing from it")
                yield stored_article(found[row])

    def _query(self, sql: str, parameters: Sequence[object]) -> list[sqlite3.Row]:
        with self._lock, self.damage_reported(), damage_named(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def _documents(self) -> Iterator[Document]:
        with damage_named(self.path):
            for row in self._connection.execute(f"{STORED_ARTICLE} ORDER BY row"):
                stored = stored_article(row)
                for passage in stored.passages:
                    id = passage_id(stored.row, passage.number)
                    yield Document(id, document_terms(passage.span.of(stored.article.text)))
