"""Corpus → index: what changed since the last time is read, split and committed at once."""

from __future__ import annotations

import hashlib
import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.articles import find_files, load_file
from retrieval.database import DATABASE, FileState, connect, current_folder, read_files
from retrieval.errors import ArticleError, CorpusError, IndexProblem
from retrieval.model import Article, BuildReport, Failure, Passage, Progress
from retrieval.passages import split_passages
from retrieval.writer import Writer

_FILES_WORTH_A_POOL = 64
"""Fewer new files than this are read here: starting processes would take longer."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of reading one file; `articles` is None when its content is as before."""

    state: FileState
    articles: list[tuple[Article, list[Passage]]] | None


_Found = tuple[Path, FileState]
_Task = tuple[Path, FileState, FileState | None]


def update_index(
    corpus: Sequence[Path],
    index: Path,
    *,
    only: Sequence[Path] = (),
    progress: Callable[[Progress], None] | None = None,
) -> BuildReport:
    """Bring the index up to date with the corpus; unchanged files are not read again.

    `only` limits the update to those files and folders. `progress` is called after each file.
    Raises CorpusError when the corpus is missing or would leave no article at all (the index
    then stays as it was), IndexLocked when another process is writing it.
    """
    started = time.monotonic()
    with Writer(index) as writer:
        known = writer.files()
        found = {name: (path, _state(path, name)) for path, name in find_files(corpus)}
        everything = found.keys() | known.keys()
        chosen = _names_within(only, found, known, corpus) if only else everything
        gone = [name for name in known if name in chosen and name not in found]
        fresh = [
            name
            for name in sorted(chosen & found.keys())
            if name not in known or not _same_stat(found[name][1], known[name])
        ]
        for name in gone:
            writer.remove(name)
        added = changed = 0
        tasks = [(*found[name], known.get(name)) for name in fresh]
        for done, read in enumerate(_read_all(tasks), 1):
            if read.articles is None:
                writer.touch(read.state)
            else:
                writer.replace(read.state, read.articles)
                if not _failed_whole(read.state):
                    added += read.state.name not in known
                    changed += read.state.name in known
            if progress:
                progress(Progress(done, len(tasks)))
        states = writer.files().values()
        failed = tuple(Failure(*failure) for state in states for failure in state.failures)
        articles, passages = writer.totals()
        if not articles:
            raise _nothing_left(corpus, failed)
        generation = writer.commit()
        return BuildReport(
            added=added,
            changed=changed,
            removed=len(gone),
            unchanged=sum(not _failed_whole(state) for state in states) - added - changed,
            failed=failed,
            generation=generation,
            articles=articles,
            passages=passages,
            seconds=time.monotonic() - started,
            note=writer.note,
        )


def is_stale(corpus: Sequence[Path], index: Path) -> bool:
    """Whether the index is missing, unusable, or older than the corpus by its files' stat.

    Raises CorpusError when the corpus is missing.
    """
    found = {name: _state(path, name) for path, name in find_files(corpus)}
    try:
        with closing(connect(current_folder(index) / DATABASE, write=False)) as connection:
            known = read_files(connection)
    except (IndexProblem, sqlite3.Error):
        return True
    return found.keys() != known.keys() or not all(
        _same_stat(state, known[name]) for name, state in found.items()
    )


def _state(path: Path, name: str) -> FileState:
    try:
        stat = path.stat()
    except OSError:  # gone or closed since it was listed: reading it will say so
        return FileState(name, -1, -1, None)
    return FileState(name, stat.st_size, stat.st_mtime_ns, None)


def _same_stat(one: FileState, other: FileState) -> bool:
    return (one.size, one.mtime_ns) == (other.size, other.mtime_ns)


def _failed_whole(state: FileState) -> bool:
    return any(file == state.name for file, _ in state.failures)


def _names_within(
    only: Sequence[Path], found: dict[str, _Found], known: Iterable[str], corpus: Sequence[Path]
) -> set[str]:
    """The names, found or known, of files at or below one of the paths."""
    limits = [path.resolve() for path in only]

    def within(path: Path) -> bool:
        return any(path.resolve().is_relative_to(limit) for limit in limits)

    names = {name for name, (path, _) in found.items() if within(path)}
    lost = {name for name in known if name not in found}
    return names | {name for name in lost if any(within(root / name) for root in corpus)}


def _read_all(tasks: Sequence[_Task]) -> Iterator[_Read]:
    """What came of reading each file, in order; on all cores when there are many."""
    if len(tasks) < _FILES_WORTH_A_POOL:
        yield from map(_read, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context) as pool:
        yield from pool.map(_read, tasks, chunksize=8)


def _read(task: _Task) -> _Read:
    path, state, before = task
    try:
        digest = _sha256(path)
        state = replace(state, sha256=digest)
        if before and before.sha256 == digest:
            return _Read(state, None)
        loaded = load_file(path, state.name)
    except ArticleError as error:
        return _Read(replace(state, failures=((state.name, error.reason),)), [])
    except OSError as error:
        reason = f"{error.strerror or error}; check that it is there and may be read"
        return _Read(replace(state, failures=((state.name, reason),)), [])
    failures = tuple((failure.file, failure.reason) for failure in loaded.failures)
    articles = [(article, split_passages(article)) for article in loaded.articles]
    return _Read(replace(state, failures=failures), articles)


def _sha256(path: Path) -> bytes | None:
    """The content's hash; None for what has no content of its own, like a folder."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _nothing_left(corpus: Sequence[Path], failed: Sequence[Failure]) -> CorpusError:
    folders = ", ".join(map(str, corpus))
    if not failed:
        return CorpusError(folders, "there is no article in it", "put a .txt or other file there")
    first = f"{failed[0].file}: {failed[0].reason}"
    cause = f"none of its files could be read ({len(failed)} failed; the first: {first})"
    return CorpusError(folders, cause, "mend them or add others")
