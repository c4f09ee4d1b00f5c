"""The one process that changes the index."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.database import (
    CURRENT,
    DATABASE,
    FileState,
    article_row,
    connect,
    create_database,
    current_folder,
    read_files,
    read_meta,
    read_totals,
)
from retrieval.errors import IndexDamaged, IndexLocked, IndexMissing
from retrieval.model import Article, Passage


class Writer:
    """The one process that may change the index; what it changes shows when it commits."""

    def __init__(self, path: Path) -> None:
        """Take the writer's place. Raises IndexLocked, naming who has it."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.note: str | None = None
        self._unseen = 0
        self._file_lock = _lock(path)
        try:
            self._folder, self.note = _usable_folder(path)
            self._connection = connect(self._folder / DATABASE, write=True)
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._file_lock.release()
            raise

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()  # rolls back what was not committed
        self._file_lock.release()

    def files(self) -> dict[str, FileState]:
        """Every file that was read before, by name."""
        return read_files(self._connection)

    def replace(self, state: FileState, articles: Iterable[tuple[Article, list[Passage]]]) -> None:
        """Put a file's articles in the place of those it had."""
        self.remove(state.name)
        failures = list(state.failures)
        for article, passages in articles:
            other = self._connection.execute(
                "SELECT file FROM articles WHERE id = ?", (article.id,)
            ).fetchone()
            if other:
                reason = f"its id is already that of an article in {other['file']}; change one"
                failures.append((f"{state.name} ({article.id})", reason))
            else:
                self._insert(state.name, article, passages)
        self._connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?)",
            (state.name, state.size, state.mtime_ns, state.sha256, json.dumps(failures)),
        )

    def touch(self, state: FileState) -> None:
        """Remember a file's new time when its content is as before: nothing for readers to see."""
        self._connection.execute(
            "UPDATE files SET size = ?, mtime_ns = ? WHERE name = ?",
            (state.size, state.mtime_ns, state.name),
        )
        self._unseen += 1

    def remove(self, name: str) -> None:
        """Forget a file and its articles."""
        self._connection.execute("DELETE FROM articles WHERE file = ?", (name,))
        self._connection.execute("DELETE FROM files WHERE name = ?", (name,))

    def totals(self) -> tuple[int, int]:
        """Articles and passages, as they will be once committed."""
        return read_totals(self._connection)

    def commit(self) -> int:
        """Make the changes visible at once; the generation that readers then see."""
        generation = int(read_meta(self._connection, "generation"))
        if self._connection.total_changes > self._unseen:
            generation += 1
            values = {"generation": str(generation), "built": datetime.now(UTC).isoformat()}
            self._connection.executemany("REPLACE INTO meta VALUES (?, ?)", values.items())
        self._connection.execute("COMMIT")
        self._publish()
        return generation

    def _publish(self) -> None:
        """Make CURRENT name this folder, and clear away any other."""
        current = self.path / CURRENT
        if current.exists() and current.read_text("utf-8") == self._folder.name:
            return
        beside = self.path / f"{CURRENT}.new"
        beside.write_text(self._folder.name, "utf-8")
        beside.replace(current)
        for other in self.path.iterdir():
            if other.is_dir() and other != self._folder:
                shutil.rmtree(other, ignore_errors=True)

    def _insert(self, file: str, article: Article, passages: list[Passage]) -> None:
        self._connection.execute(
            "INSERT INTO articles (id, file, title, author, published, source, text, zones,"
            " passages, passage_count, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            article_row(file, article, passages),
        )


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


def _usable_folder(index: Path) -> tuple[Path, str | None]:
    """The folder to write to, and a line about why it is a new one, if it is."""
    try:
        folder = current_folder(index)
        connect(folder / DATABASE, write=True).close()
        return folder, None
    except IndexMissing:
        return _new_folder(index), None
    except IndexDamaged as damage:
        return _new_folder(index), f"{index}: {damage.cause}; it is built anew"


def _new_folder(index: Path) -> Path:
    folder = index / uuid.uuid4().hex[:12]
    folder.mkdir()
    create_database(folder / DATABASE)
    return folder
