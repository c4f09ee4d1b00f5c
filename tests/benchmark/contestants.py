"""What is compared: each builds an index of the same passages, opens it, and answers from it."""

from __future__ import annotations

import json
import pickle
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

TOP = 10
SAMPLE = 2_000
"""Passages that the naive recipe's word_tokenize is timed on; it is too slow for all of them."""


class Contestant(Protocol):
    """A way to search passages. Each method runs in a process of its own."""

    label: str

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        """Write an index to `folder`; figures that are not simply the time it took."""

    def open(self, folder: Path) -> None:
        """Make ready for questions, as a new process would."""

    def search(self, question: str) -> int:
        """How many passages were found, at most TOP."""

    def add(self, corpus: Path, folder: Path, text: str) -> None:
        """Make one more article findable by those who open the index; absent if it cannot."""


class Ours:
    label = "Hỏi Báo"

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        from retrieval import update_index

        report = update_index([corpus], folder)
        return {"passages": report.passages}

    def open(self, folder: Path) -> None:
        from retrieval import open_index
        from retrieval.garbage import collect_rarely

        self._index = open_index(folder, engine="postings")
        collect_rarely()  # as `hoibao` does

    def search(self, question: str) -> int:
        from retrieval.ranking import rank
        from retrieval.terms import parse_question

        snapshot = self._index.snapshot()
        return len(rank(snapshot, parse_question(question, snapshot.engine.rarities), 3).candidates)

    def answer(self, question: str) -> int:
        return len(self._index.ask(question).quotes)

    def catch_up(self) -> None:
        self._index.snapshot()

    def add(self, corpus: Path, folder: Path, text: str) -> None:
        from retrieval import update_index

        (corpus / "added.txt").write_text(text, "utf-8")
        update_index([corpus], folder)


class Engine(Ours):
    """The engine alone: what rank-bm25 and tantivy are to be compared with."""

    label = "Hỏi Báo's engine alone"

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        return {"shared": True}

    def search(self, question: str) -> int:
        from retrieval.terms import parse_question

        engine = self._index.snapshot().engine
        return len(engine.search(parse_question(question, engine.rarities).terms, TOP))

    answer = add = None  # type: ignore[assignment]


class Floor(Engine):
    """Reading the postings of the question's syllables, and nothing else."""

    label = "floor: reading postings"

    def search(self, question: str) -> int:
        from retrieval.text import syllables

        engine: Any = self._index.snapshot().engine
        return sum(column.df for word in syllables(question) if (column := engine.read(word)))


class Naive:
    """underthesea's words and rank-bm25's Okapi, as found in every tutorial."""

    label = "naive: word_tokenize + rank-bm25"

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        from underthesea import word_tokenize

        rest = iter(passages)
        word_tokenize("khởi động")
        started = time.perf_counter()
        words = [word_tokenize(text.lower()) for text in islice(rest, SAMPLE)]
        each = (time.perf_counter() - started) / len(words)
        # Beyond the sample: the words that it found, joined in the rest by looking them up.
        known = {word for text in words for word in text if " " in word}
        started = time.perf_counter()
        words += [_join(text.lower().split(), known) for text in rest]
        spared = time.perf_counter() - started
        with (folder / "index.pickle").open("wb") as file:
            pickle.dump(words, file)
        return {"spared": spared, "extra": each * max(0, len(words) - SAMPLE)}

    def open(self, folder: Path) -> None:
        from rank_bm25 import BM25Okapi

        with (folder / "index.pickle").open("rb") as file:
            self._bm25 = BM25Okapi(pickle.load(file))

    def search(self, question: str) -> int:
        from underthesea import word_tokenize

        scores = self._bm25.get_scores(word_tokenize(question.lower()))
        return len(scores.argsort()[::-1][:TOP])


def _join(syllables: list[str], known: set[str]) -> list[str]:
    words, at = [], 0
    while at < len(syllables):
        pair = " ".join(syllables[at : at + 2])
        words.append(pair if pair in known else syllables[at])
        at += 2 if pair in known else 1
    return words


class Bm25s:
    label = "bm25s"

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        import bm25s

        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index([_words(text) for text in passages], show_progress=False)
        index.save(folder)
        return {}

    def open(self, folder: Path) -> None:
        import bm25s

        self._index = bm25s.BM25.load(folder, mmap=True)

    def search(self, question: str) -> int:
        found, _ = self._index.retrieve([_words(question)], k=TOP, show_progress=False)
        return int(found.size)


class Tantivy:
    label = "tantivy on syllables"

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("text", stored=True, tokenizer_name="default", index_option="freq")
        self._write(tantivy.Index(schema.build(), str(folder)), passages)
        return {}

    def open(self, folder: Path) -> None:
        import tantivy

        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def search(self, question: str) -> int:
        import tantivy

        schema = self._index.schema
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", word, "freq"))
            for word in dict.fromkeys(_words(question))
        ]
        query = tantivy.Query.boolean_query(terms)
        return len(self._searcher.search(query, TOP, count=False).hits)

    def add(self, corpus: Path, folder: Path, text: str) -> None:
        import tantivy

        self._write(tantivy.Index.open(str(folder)), [text])

    def _write(self, index: Any, passages: Iterable[str]) -> None:
        import tantivy

        writer = index.writer(256_000_000, 2)
        for text in passages:
            writer.add_document(tantivy.Document(text=text))
        writer.commit()
        writer.wait_merging_threads()


class Fts5:
    label = "SQLite FTS5"

    def build(self, corpus: Path, passages: Iterable[str], folder: Path) -> dict[str, Any]:
        with closing(sqlite3.connect(folder / "index.sqlite3")) as connection:
            connection.execute(
                "CREATE VIRTUAL TABLE passages USING fts5(text,"
                " tokenize = 'unicode61 remove_diacritics 0')"
            )
            rows = ((text,) for text in passages)
            connection.executemany("INSERT INTO passages VALUES (?)", rows)
            connection.commit()
        return {}

    def open(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "index.sqlite3")

    def search(self, question: str) -> int:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(_words(question)))
        sql = "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?"
        return len(self._connection.execute(sql, (words, TOP)).fetchall())

    def add(self, corpus: Path, folder: Path, text: str) -> None:
        with closing(sqlite3.connect(folder / "index.sqlite3")) as connection:
            connection.execute("INSERT INTO passages VALUES (?)", (text,))
            connection.commit()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def stored_passages(index: Path) -> Iterable[str]:
    """The passages of one of our indexes, for the others to index."""
    (database,) = index.glob("*/articles.sqlite3")
    with closing(sqlite3.connect(database)) as connection:
        for text, passages in connection.execute("SELECT text, passages FROM articles"):
            for sentences in map(json.loads, passages.splitlines()):
                yield text[sentences[0][0] : sentences[-1][1]]


CONTESTANTS: dict[str, type[Any]] = {
    "ours": Ours,
    "engine": Engine,
    "naive": Naive,
    "bm25s": Bm25s,
    "tantivy": Tantivy,
    "fts5": Fts5,
    "floor": Floor,
}


def shared_with_ours(name: str) -> bool:
    """Whether it reads our index instead of building its own."""
    return issubclass(CONTESTANTS[name], Engine)


def searches(questions: Sequence[str], run: Any) -> tuple[list[float], list[float]]:
    """Milliseconds that each question took, and how many of them it had a processor."""
    took, busy = [], []
    for question in questions:
        started, worked = time.perf_counter(), time.process_time()
        run(question)
        busy.append((time.process_time() - worked) * 1000)
        took.append((time.perf_counter() - started) * 1000)
    return took, busy
