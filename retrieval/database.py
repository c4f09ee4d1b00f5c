"""The index's files: where they lie, their tables, and rows as values.

`index/CURRENT` names the folder that holds the database; a rebuild makes another folder and
renames CURRENT last, so that readers see the old index or the new one, whole. Within a folder
every update is one transaction that ends by counting up `generation`.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from retrieval.engines import engine_name
from retrieval.errors import IndexDamaged, IndexMissing
from retrieval.model import (
    Article,
    IndexStatus,
    Passage,
    Sentence,
    Source,
    Span,
    Zone,
    ZoneKind,
)
from retrieval.text import fold

FORMAT = 1
"""Counted up whenever the tables, the terms or the passages change; other formats are rebuilt."""

DATABASE = "articles.sqlite3"
CURRENT = "CURRENT"
REBUILD = "run `hoibao index` to rebuild it from the corpus"
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    name TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 BLOB, failures TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE articles (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL, title TEXT NOT NULL, author TEXT, published TEXT, source TEXT,
    text TEXT NOT NULL, zones TEXT NOT NULL, passages TEXT NOT NULL,
    passage_count INTEGER NOT NULL, checksum INTEGER NOT NULL
);
CREATE INDEX articles_file ON articles (file);
CREATE INDEX articles_published ON articles (published DESC, row DESC);
"""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the corpus as it was when it was last read.

    `failures` are what could not be indexed of it, each as [file or record, reason].
    """

    name: str
    size: int
    mtime_ns: int
    sha256: bytes | None
    failures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article of the index with its passages; `row` is its number in the index."""

    row: int
    article: Article
    passages: tuple[Passage, ...]

    @property
    def source(self) -> Source:
        """What is said about the article when it is quoted."""
        one = self.article
        return Source(one.id, one.title, one.author, one.published, one.source)


def current_folder(index: Path) -> Path:
    """The folder that CURRENT names. Raises IndexMissing, IndexDamaged."""
    try:
        folder = index / (index / CURRENT).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(str(index), "there is no index here yet", "run `hoibao index`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(str(index), f"{CURRENT} cannot be read ({error})", REBUILD) from error
    if folder.parent != index or not (folder / DATABASE).is_file():
        raise IndexDamaged(str(index), f"{CURRENT} names a folder without an index", REBUILD)
    return folder


def connect(database: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to a database of this format. Raises IndexDamaged for any other."""
    uri = f"{database.resolve().as_uri()}?mode={'rw' if write else 'ro'}"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    with damage_named(database.parent):
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found != FORMAT:
        connection.close()
        cause = f"it has format {found}, this version reads format {FORMAT}"
        raise IndexDamaged(str(database.parent), cause, REBUILD)
    connection.create_function("contains", 2, _contains, deterministic=True)
    return connection


def create_database(database: Path) -> None:
    """An empty database of this format, at generation 0."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        start = {"generation": "0", "built": datetime.now(UTC).isoformat()}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", start.items())
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.commit()


@contextmanager
def damage_named(index: Path) -> Iterator[None]:
    """SQLite's and JSON's complaints about what they read, as IndexDamaged."""
    try:
        yield
    except (sqlite3.DatabaseError, ValueError, KeyError) as error:
        raise IndexDamaged(str(index), f"it cannot be read ({error})", REBUILD) from error


def read_meta(connection: sqlite3.Connection, key: str) -> str:
    """A value of the table `meta`."""
    return str(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])


def read_totals(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many articles and passages there are."""
    row = connection.execute("SELECT count(*), total(passage_count) FROM articles").fetchone()
    return int(row[0]), int(row[1])


def status_of(connection: sqlite3.Connection, folder: Path) -> IndexStatus:
    """The index as a connection sees it."""
    articles, passages = read_totals(connection)
    return IndexStatus(
        articles=articles,
        passages=passages,
        engine=engine_name(passages),
        generation=int(read_meta(connection, "generation")),
        built=datetime.fromisoformat(read_meta(connection, "built")),
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
    )


def read_status(index: Path) -> IndexStatus:
    """The status of an index, its engine left alone. Raises IndexMissing, IndexDamaged."""
    folder = current_folder(index)
    with damage_named(index), closing(connect(folder / DATABASE, write=False)) as connection:
        return status_of(connection, folder)


def read_files(connection: sqlite3.Connection) -> dict[str, FileState]:
    """Every file that was read before, by name."""
    return {
        row["name"]: FileState(
            row["name"],
            row["size"],
            row["mtime_ns"],
            row["sha256"],
            tuple((file, reason) for file, reason in json.loads(row["failures"])),
        )
        for row in connection.execute("SELECT * FROM files")
    }


def article_row(file: str, article: Article, passages: Sequence[Passage]) -> tuple[object, ...]:
    """The columns of table `articles` after `row`, in order."""
    zones = json.dumps([[zone.kind, zone.span.start, zone.span.end] for zone in article.zones])
    packed = json.dumps(
        [[_pack(sentence) for sentence in passage.sentences] for passage in passages],
        separators=(",", ":"),
    )
    published = article.published.isoformat() if article.published else None
    return (
        article.id,
        file,
        article.title,
        article.author,
        published,
        article.source,
        article.text,
        zones,
        packed,
        len(passages),
        _checksum(article.text, packed),
    )


def stored_article(row: sqlite3.Row) -> StoredArticle:
    """A row of table `articles` as a value. Raises ValueError when its checksum is wrong."""
    if _checksum(row["text"], row["passages"]) != row["checksum"]:
        raise ValueError(f"the checksum of article {row['id']!r} is wrong")
    article = Article(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        author=row["author"],
        published=parse_published(row["published"]),
        source=row["source"],
        zones=tuple(
            Zone(ZoneKind(kind), Span(start, end)) for kind, start, end in json.loads(row["zones"])
        ),
    )
    passages = tuple(
        Passage(number, tuple(_unpack(packed) for packed in sentences))
        for number, sentences in enumerate(json.loads(row["passages"]))
    )
    return StoredArticle(row["row"], article, passages)


def parse_published(value: str | None) -> date | None:
    """The column `published` as a date."""
    return date.fromisoformat(value) if value else None


def _pack(sentence: Sentence) -> list[int | str | None]:
    return [sentence.span.start, sentence.span.end, sentence.paragraph, sentence.kind]


def _unpack(packed: tuple[int, int, int, str | None]) -> Sentence:
    start, end, paragraph, kind = packed
    return Sentence(Span(start, end), paragraph, ZoneKind(kind) if kind else None)


def _checksum(text: str, packed: str) -> int:
    return zlib.crc32(packed.encode(), zlib.crc32(text.encode("utf-8", "surrogatepass")))


def _contains(title: str, words: str) -> bool:
    return all(word in fold(title) for word in fold(words).split())
