"""The index's files: where they lie, their tables, and rows as values.

    index/CURRENT             names the folder that readers open
    index/<folder>/           articles.sqlite3, and the engine's files beside it
    index/writer.lock, .txt   held by the one writer, and who that is

Within a folder every update is one SQLite transaction. It holds the articles and the list of the
engine's files that belong to them, which never change once written: so one commit covers both,
whenever a writer is killed, and what no list names is garbage. A rebuild makes another folder
and renames CURRENT last. A reader keeps one transaction open for one generation; while it does,
SQLite's log beside the database cannot be emptied, and grows by what updates write.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import overload

from retrieval.engines import AUTO, engine_name
from retrieval.errors import IndexDamaged, IndexMissing, IndexProblem
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

FORMAT = 4
"""Counted up whenever the tables, the terms or the passages change; other formats are rebuilt."""

DATABASE = "articles.sqlite3"
CURRENT = "CURRENT"
REBUILD = "run `hoibao index` to rebuild it from the corpus"
TRY_AGAIN = "make sure that the disk has room and may be written to, and try again"
PASSING = ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")
DAMAGED = "DAMAGED"
"""Says in an index's folder what damage was met there, so that the next update builds it anew."""

# The text comes last: what precedes it is read without it.
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    name TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 BLOB, failures TEXT NOT NULL, conflicts INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
    passage_count INTEGER NOT NULL, digest BLOB NOT NULL,
    title TEXT NOT NULL, author TEXT, published TEXT, source TEXT,
    zones TEXT NOT NULL, passages TEXT NOT NULL, checksum INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX articles_file ON articles (file, id, digest, passage_count);
CREATE INDEX articles_newest ON articles (published IS NULL, published DESC, row DESC);
"""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the corpus as it was when it was last read.

    `failures` are what could not be indexed of it, each as [file or record, reason];
    `conflicts` counts those that an article of another file has the id of.
    """

    name: str
    size: int
    mtime_ns: int
    sha256: bytes | None
    failures: tuple[tuple[str, str], ...] = ()
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article of the index with its passages; `row` is its number in the index."""

    row: int
    article: Article
    passages: Sequence[Passage]

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
    if (folder / DAMAGED).exists():
        cause = (folder / DAMAGED).read_text("utf-8", errors="replace")
        raise IndexDamaged(str(index), cause or "it was found to be damaged", REBUILD)
    return folder


def mark_damaged(folder: Path, damage: IndexDamaged) -> None:
    """Leave word that the index in `folder` must be built anew."""
    with suppress(OSError):  # a reader that may not write here still says what it met
        (folder / DAMAGED).write_text(damage.cause, "utf-8")


def connect(database: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to a database of this format. Raises IndexDamaged for any other."""
    uri = f"{database.resolve().as_uri()}?mode={'rw' if write else 'ro'}"
    with damage_named(database.parent.parent):
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
        try:
            found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        except BaseException:
            connection.close()
            raise
    connection.row_factory = sqlite3.Row
    if found != FORMAT:
        connection.close()
        cause = f"it has format {found}, this version reads format {FORMAT}"
        raise IndexDamaged(str(database.parent.parent), cause, REBUILD)
    connection.create_function("contains", 2, _contains, deterministic=True)
    return connection


def create_database(database: Path) -> None:
    """An empty database of this format, at generation 0."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(SCHEMA)
        write_meta(connection, Meta())
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.commit()


@contextmanager
def damage_named(index: Path) -> Iterator[None]:
    """Complaints of SQLite and JSON about what they read, as IndexDamaged.

    What may pass by itself (a full disk, a lock) is an IndexProblem only.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(PASSING):
            raise IndexProblem(str(index), f"it cannot be used now ({error})", TRY_AGAIN) from error
        raise IndexDamaged(str(index), f"it cannot be read ({error})", REBUILD) from error
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(str(index), f"it cannot be read ({error})", REBUILD) from error


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of the index as a whole; `next_row` numbers the next article for ever.

    `engine` is what the engine of this generation is opened from.
    """

    generation: int = 0
    built: str = ""
    articles: int = 0
    passages: int = 0
    next_row: int = 1
    engine: str = ""


def read_generation(connection: sqlite3.Connection) -> int:
    """The generation that a connection sees."""
    return int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def read_meta(connection: sqlite3.Connection) -> Meta:
    """The table `meta`. Raises ValueError when its checksum is wrong."""
    values = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    checksum = values.pop("checksum")
    meta = Meta(**values)
    if checksum != _checksum(astuple(meta)):
        raise ValueError("the checksum of its meta data is wrong")
    return meta


def write_meta(connection: sqlite3.Connection, meta: Meta) -> None:
    """Replace the table `meta`."""
    values = asdict(meta) | {"checksum": _checksum(astuple(meta))}
    connection.executemany("REPLACE INTO meta VALUES (?, ?)", values.items())


def status_of(meta: Meta, folder: Path, engine: str = AUTO) -> IndexStatus:
    """The index of that meta data, with the engine that serves it."""
    return IndexStatus(
        articles=meta.articles,
        passages=meta.passages,
        engine=engine_name(meta.passages, engine),
        generation=meta.generation,
        built=datetime.fromisoformat(meta.built),
        size=sum(size_of(file) for file in folder.rglob("*")),
    )


def size_of(file: Path) -> int:
    """The bytes of a file; none when it has just gone, or is a folder."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def read_status(index: Path) -> IndexStatus:
    """The status of an index, its engine left alone. Raises IndexMissing, IndexDamaged."""
    folder = current_folder(index)
    with damage_named(index), closing(connect(folder / DATABASE, write=False)) as connection:
        return status_of(read_meta(connection), folder)


def read_files(connection: sqlite3.Connection) -> dict[str, FileState]:
    """Every file that was read before, by name."""
    return {
        row["name"]: FileState(
            row["name"],
            row["size"],
            row["mtime_ns"],
            row["sha256"],
            tuple((file, reason) for file, reason in json.loads(row["failures"])),
            row["conflicts"],
        )
        for row in connection.execute("SELECT * FROM files")
    }


def digest_of(article: Article) -> bytes:
    """A hash of all that is known of an article."""
    content = _legible([_columns(article), _zones(article), article.text])
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def article_row(article: Article, passages: Sequence[Passage]) -> tuple[object, ...]:
    """The columns of table `articles` from `passage_count` on, in order."""
    packed = "\n".join(map(_pack, passages))
    columns = (*_columns(article)[1:], _zones(article), packed)
    checksum = _checksum((article.id, *columns, article.text))
    return (len(passages), digest_of(article), *columns, checksum, article.text)


STORED_ARTICLE = (
    "SELECT row, checksum, id, title, author, published, source, zones, passages,"
    " CAST(text AS BLOB) FROM articles"
)
"""Gives what `stored_article` takes."""

INSERT_ARTICLE = f"INSERT INTO articles VALUES ({', '.join('?' * 13)})"
"""Takes row, id and file before what `article_row` gives."""


def stored_article(row: sqlite3.Row) -> StoredArticle:
    """What `STORED_ARTICLE` gives as a value. Raises ValueError when its checksum is wrong."""
    number, checksum, *columns = row
    if _checksum(columns) != checksum:
        raise ValueError(f"the checksum of article {number} is wrong")
    id, title, author, published, source, zones, passages, text = columns
    marked = tuple(
        Zone(ZoneKind(kind), Span(start, end))
        for kind, start, end in (json.loads(zones) if zones != "[]" else ())
    )
    published = parse_published(published)
    article = Article(id, title, text.decode(), author, published, source, marked)
    return StoredArticle(number, article, _Passages(passages))


def parse_published(value: str | None) -> date | None:
    """The column `published` as a date."""
    return date.fromisoformat(value) if value else None


# made once: `json.dumps` would make an encoder for every call
_spelled = json.JSONEncoder(separators=(",", ":")).encode
_legible = json.JSONEncoder(ensure_ascii=False).encode


def _pack(passage: Passage) -> str:
    return _spelled(
        [[one.span.start, one.span.end, one.paragraph, one.kind] for one in passage.sentences]
    )


class _Passages(Sequence[Passage]):
    """The passages of an article, each unpacked when it is asked for: a question needs one."""

    def __init__(self, packed: str) -> None:
        self._packed = packed.split("\n") if packed else []

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, number: int) -> Passage: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Passage]: ...
    def __getitem__(self, number: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        sentences: list[tuple[int, int, int, str | None]] = json.loads(self._packed[number])
        return Passage(number, tuple(_sentence(*one) for one in sentences))


def _sentence(start: int, end: int, paragraph: int, kind: str | None) -> Sentence:
    return Sentence(Span(start, end), paragraph, ZoneKind(kind) if kind else None)


def _columns(article: Article) -> tuple[str | None, ...]:
    published = article.published.isoformat() if article.published else None
    return (article.id, article.title, article.author, published, article.source)


def _zones(article: Article) -> str:
    return json.dumps([[zone.kind, zone.span.start, zone.span.end] for zone in article.zones])


def _checksum(values: Sequence[object]) -> int:
    """A checksum of text, numbers and None, and of where each ends; text may be given as UTF-8."""
    return zlib.crc32(b"".join([b"%d:%b" % (len(raw), raw) for raw in map(_raw, values)]))


def _raw(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"\0" if value is None else str(value).encode("utf-8", "surrogatepass")


def _contains(title: str, words: str) -> bool:
    return all(word in fold(title) for word in fold(words).split())
