"""The one process that changes the index."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.database import (
    CURRENT,
    DATABASE,
    INSERT_ARTICLE,
    FileState,
    Meta,
    connect,
    create_database,
    current_folder,
    damage_named,
    read_files,
    read_meta,
    write_meta,
)
from retrieval.engines import open_writer
from retrieval.engines.batches import Batch
from retrieval.errors import IndexDamaged, IndexLocked, IndexMissing
from retrieval.index import passage_id


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be stored; `row` is None when it is as it was stored before.

    `row` has the columns of table `articles` from `passage_count` on.
    """

    id: str
    row: tuple[object, ...] | None

    @property
    def passages(self) -> int:
        """How many documents of a batch are its passages."""
        return int(str(self.row[0])) if self.row else 0


@dataclass(frozen=True, slots=True)
class _Owned:
    """An article that is stored: its row, hash and number of passages."""

    row: int
    digest: bytes
    passages: int


@dataclass(slots=True)
class _Unread:
    """A file under way: the articles that were stored of it and have not come up again."""

    old: dict[str, _Owned]
    changed: bool = False


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article whose id that of another file still has, which may be about to lose it."""

    row: int
    file: str
    article: Prepared


class Writer:
    """The one process that may change the index; what it changes shows when it commits."""

    def __init__(self, path: Path) -> None:
        """Take the writer's place. Raises IndexLocked, naming who has it."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._files = ExitStack()
        self._changed = False
        self._unread: dict[str, _Unread] = {}
        self._waiting: list[_Waiting] = []
        self._files.callback(_lock(path).release)
        try:
            self._open()
        except BaseException:
            self._files.close()
            raise

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def files(self) -> dict[str, FileState]:
        """Every file that was read before, by name."""
        with damage_named(self.path):
            return read_files(self._connection)

    def files_with_articles(self) -> set[str]:
        """The names of files that gave an article."""
        return {name for (name,) in self._connection.execute("SELECT DISTINCT file FROM articles")}

    def digests(self, file: str) -> dict[str, bytes]:
        """The hash of each article that is stored of a file, by its id."""
        return {id: owned.digest for id, owned in self._owned(file).items()}

    def put(self, file: str, articles: Iterable[Prepared]) -> list[int]:
        """Store articles of a file; the engine's ids of the passages of those that are new."""
        if file not in self._unread:
            self._unread[file] = _Unread(self._owned(file))
        unread = self._unread[file]
        ids: list[int] = []
        for article in articles:
            before = unread.old.pop(article.id, None)
            if article.row is None:
                continue
            unread.changed = True
            if before:
                self._delete(before)
            ids += [passage_id(self._next_row, number) for number in range(article.passages)]
            self._insert(_Waiting(self._next_row, file, article), self._waiting)
            self._next_row += 1
        return ids

    def add_passages(self, batches: Sequence[Batch], ids: Sequence[int]) -> None:
        """Give the engine the passages of what was put, in the same order."""
        done = 0
        for batch in batches:
            count = len(batch.lengths)
            self._engine.add(batch, ids[done : done + count])
            done += count

    def finish(self, state: FileState) -> bool:
        """Remember a file as read, forget articles that it no longer has; whether any changed."""
        unread = self._unread.pop(state.name)
        for owned in unread.old.values():
            self._delete(owned)
        self._remember(state)
        return unread.changed or bool(unread.old)

    def touch(self, state: FileState) -> None:
        """Remember a file's new time when its content is as before: nothing for readers to see."""
        self._connection.execute(
            "UPDATE files SET size = ?, mtime_ns = ? WHERE name = ?",
            (state.size, state.mtime_ns, state.name),
        )

    def remove(self, name: str) -> None:
        """Forget a file and its articles."""
        for owned in self._owned(name).values():
            self._delete(owned)
        self._connection.execute("DELETE FROM files WHERE name = ?", (name,))

    def settle(self) -> tuple[int, int]:
        """Decide on articles whose id was another's; how many articles and passages there are."""
        refused: list[_Waiting] = []
        for waiting in self._waiting:
            self._insert(waiting, refused)
        self._waiting = []
        states = self.files() if refused else {}
        for waiting in refused:
            first = passage_id(waiting.row, 0)
            self._engine.delete(first, first + waiting.article.passages)
            states[waiting.file] = _with_conflict(states[waiting.file], waiting, self._connection)
        for name in {waiting.file for waiting in refused}:
            self._remember(states[name])
        return self._articles, self._passages

    def commit(self) -> int:
        """Make the changes visible at once; the generation that readers then see."""
        with damage_named(self.path):
            meta = self._meta
            if self._changed:
                meta = replace(
                    meta,
                    generation=meta.generation + 1,
                    built=datetime.now(UTC).isoformat(),
                    articles=self._articles,
                    passages=self._passages,
                    next_row=self._next_row,
                    engine=self._engine.prepare(),
                )
                write_meta(self._connection, meta)
            self._connection.execute("COMMIT")
        if self._is_new:
            self._publish()
        self._engine.clean()
        with suppress(sqlite3.OperationalError):  # a reader may be in the way: never wait for it
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return meta.generation

    def _open(self) -> None:
        self._folder, self._is_new, self.note = _usable_folder(self.path)
        self._files.callback(self._drop_unpublished)
        database = self._folder / DATABASE
        # closing it rolls back what was not committed
        self._connection = self._files.enter_context(closing(connect(database, write=True)))
        with damage_named(self.path):
            self._meta = self._begin()
        self._articles, self._passages = self._meta.articles, self._meta.passages
        self._next_row = self._meta.next_row
        self._engine = self._files.enter_context(
            closing(open_writer(self._folder, self._meta.engine))
        )
        self._engine.clean()  # what a writer that was killed has left
        _clear(self.path, keep={self._folder.name, _named_by_current(self.path)})

    def _drop_unpublished(self) -> None:
        if self._is_new:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> Meta:
        if self._is_new:  # nobody sees it before it is whole: a journal would be of no use
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN IMMEDIATE")
        return read_meta(self._connection)

    def _owned(self, file: str) -> dict[str, _Owned]:
        rows = self._connection.execute(
            "SELECT id, row, digest, passage_count FROM articles WHERE file = ?", (file,)
        )
        return {id: _Owned(row, digest, passages) for id, row, digest, passages in rows}

    def _insert(self, one: _Waiting, otherwise: list[_Waiting]) -> None:
        """Store an article, unless its id is taken."""
        if _owner(self._connection, one.article.id):
            otherwise.append(one)
            return
        assert one.article.row is not None
        self._connection.execute(
            INSERT_ARTICLE, (one.row, one.article.id, one.file, *one.article.row)
        )
        self._articles += 1
        self._passages += one.article.passages
        self._changed = True

    def _delete(self, owned: _Owned) -> None:
        self._connection.execute("DELETE FROM articles WHERE row = ?", (owned.row,))
        first = passage_id(owned.row, 0)
        self._engine.delete(first, first + owned.passages)
        self._articles -= 1
        self._passages -= owned.passages
        self._changed = True

    def _remember(self, state: FileState) -> None:
        failures = json.dumps(state.failures)
        self._connection.execute(
            "REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)",
            (state.name, state.size, state.mtime_ns, state.sha256, failures, state.conflicts),
        )

    def _publish(self) -> None:
        """Make CURRENT name this folder, and clear away any other."""
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        sync(self._folder / DATABASE)
        sync(self._folder)
        beside = self.path / f"{CURRENT}.new"
        beside.write_text(self._folder.name, "utf-8")
        sync(beside)
        beside.replace(self.path / CURRENT)
        sync(self.path)
        self._is_new = False
        _clear(self.path, keep={self._folder.name})


def _owner(connection: sqlite3.Connection, article_id: str) -> str | None:
    """The file that the article of that id is from."""
    found = connection.execute("SELECT file FROM articles WHERE id = ?", (article_id,)).fetchone()
    return str(found[0]) if found else None


def _with_conflict(
    state: FileState, refused: _Waiting, connection: sqlite3.Connection
) -> FileState:
    owner = _owner(connection, refused.article.id)
    reason = f"its id is already that of an article in {owner}; change one"
    failure = (f"{state.name} ({refused.article.id})", reason)
    return replace(state, failures=(*state.failures, failure), conflicts=state.conflicts + 1)


def _lock(index: Path) -> FileLock:
    lock = FileLock(index / "writer.lock", timeout=0)
    holder = index / "writer.txt"
    try:
        lock.acquire()
    except Timeout:
        name = holder.read_text("utf-8") if holder.exists() else "another process"
        cause = f"{name} is writing it"
        raise IndexLocked(str(index), cause, "wait until it has finished, or stop it") from None
    holder.write_text(f"process {os.getpid()}", "utf-8")
    return lock


def _usable_folder(index: Path) -> tuple[Path, bool, str | None]:
    """The folder to write to, whether it is new, and a line about why if it replaces another."""
    try:
        folder = current_folder(index)
        connect(folder / DATABASE, write=True).close()
        return folder, False, None
    except IndexMissing:
        return _new_folder(index), True, None
    except IndexDamaged as damage:
        return _new_folder(index), True, f"{index}: {damage.cause}; it is built anew"


def _new_folder(index: Path) -> Path:
    folder = index / uuid.uuid4().hex[:12]
    folder.mkdir()
    create_database(folder / DATABASE)
    return folder


def _named_by_current(index: Path) -> str:
    """The folder that readers may be using, however damaged."""
    try:
        return (index / CURRENT).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _clear(index: Path, keep: set[str]) -> None:
    for other in index.iterdir():
        if other.is_dir() and other.name not in keep:
            shutil.rmtree(other, ignore_errors=True)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
