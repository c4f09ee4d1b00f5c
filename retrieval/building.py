"""Corpus → index: what changed since the last time is read, split and committed at once.

Processes read files and analyse articles, each within limits; this one stores what they send, in
order. A file too large for one of them comes back as articles, which are dealt out again in pieces.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any, TypeVar

from retrieval.analysis import analyse
from retrieval.articles import find_files, load_bytes, read_bytes
from retrieval.database import (
    DATABASE,
    TRY_AGAIN,
    FileState,
    article_row,
    connect,
    current_folder,
    damage_named,
    digest_of,
    mark_damaged,
    read_files,
)
from retrieval.engines.batches import Batch
from retrieval.errors import ArticleError, CorpusError, IndexDamaged, IndexProblem
from retrieval.model import Article, BuildReport, Failure, Progress
from retrieval.passages import split_passages
from retrieval.workers import LIMITS, Limits, Refused, Workers, one_by_one
from retrieval.writer import Prepared, Writer

_WORTH_A_POOL = 1 << 20
"""Fewer bytes than this are read by one process: starting others would take longer."""

_PIECE = 1 << 19  # characters, or bytes of files, that a process is given at once
_UNDER_WAY = 1 << 24  # of either, that are waiting to be stored
_A_FILE = 1 << 12  # bytes that reading a small file costs as much as

_Found = tuple[Path, FileState]
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Task:
    """A file to read; what it held before, as hashes by the articles' ids."""

    path: Path
    state: FileState
    sha256: bytes | None
    digests: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of reading one file.

    `articles` is None when its content is as before; `rest` has the articles of a file that is
    too large to be analysed at once.
    """

    state: FileState
    articles: list[Prepared] | None
    rest: tuple[Article, ...] = ()


def update_index(
    corpus: Sequence[Path],
    index: Path,
    *,
    only: Sequence[Path] = (),
    progress: Callable[[Progress], None] | None = None,
    limits: Limits = LIMITS,
) -> BuildReport:
    """Bring the index up to date with the corpus; unchanged files are not read again.

    `only` limits the update to those files and folders. `progress` is called after each file.
    A file that takes more than the `limits` to read fails, and the others are read.
    Raises CorpusError when the corpus is missing or would leave no article at all (the index
    then stays as it was), IndexLocked when another process is writing it, IndexProblem when the
    disk is full.
    """
    started = time.monotonic()
    with _disk_named(index):
        try:
            report = _update(corpus, index, only, progress, limits)
        except IndexDamaged as damage:
            mark_damaged(current_folder(index), damage)
            report = _update(corpus, index, (), progress, limits)
    return replace(report, seconds=time.monotonic() - started)


def _update(
    corpus: Sequence[Path],
    index: Path,
    only: Sequence[Path],
    progress: Callable[[Progress], None] | None,
    limits: Limits,
) -> BuildReport:
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
        if gone or fresh:  # an id that two articles wanted may have become free
            again = {name for name in chosen & found.keys() & known.keys() if known[name].conflicts}
            fresh = sorted(again.union(fresh))
        for name in gone:
            writer.remove(name)
        other: set[str] = set()
        read = _read_all(writer, [found[name] for name in fresh], known, limits)
        for done, (name, is_other) in enumerate(read, 1):
            if is_other:
                other.add(name)
            if progress:
                progress(Progress(done, len(fresh)))
        articles, passages = writer.settle()
        states = writer.files().values()
        failed = tuple(Failure(*failure) for state in states for failure in state.failures)
        if not articles:
            raise _nothing_left(corpus, failed)
        indexed = writer.files_with_articles()
        return BuildReport(
            added=len((indexed & other) - known.keys()),
            changed=len(indexed & other & known.keys()),
            removed=len(gone),
            unchanged=len(indexed - other),
            failed=failed,
            generation=writer.commit(),
            articles=articles,
            passages=passages,
            seconds=0.0,
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


def _read_all(
    writer: Writer, found: Sequence[_Found], known: dict[str, FileState], limits: Limits
) -> Iterator[tuple[str, bool]]:
    """Each file that was read and stored, and whether it is other than before; in order."""
    tasks = (_task(path, state, known.get(state.name), writer) for path, state in found)
    with Workers(_worth(found), limits) as pool:
        groups = ((group, sum(map(_cost, group))) for group in _grouped(tasks, _cost))
        for files, batches in _in_order(pool, _read_group, groups):
            ids = [id for file in files for id in writer.put(file.state.name, file.articles or ())]
            writer.add_passages(batches, ids)
            for file in files:
                if file.articles is None:
                    writer.touch(file.state)
                    yield file.state.name, False
                    continue
                state = _store_rest(writer, pool, file, limits)
                before = known.get(state.name)
                is_same = before is not None and before.sha256 == state.sha256
                yield state.name, writer.finish(state) or not is_same


def _store_rest(writer: Writer, pool: Workers, file: _Read, limits: Limits) -> FileState:
    """The articles that are still to be analysed, stored; the file's state after that."""
    state, left = file.state, len(file.rest)
    allowed = limits.whole + limits.pace * _length(file.rest) / 1e6
    end = time.monotonic() + allowed
    pieces = _grouped(file.rest, lambda article: len(article.text))
    jobs = ((piece, _length(piece)) for piece in pieces)
    with closing(_in_order(pool, _analyse_articles, jobs)) as analysed:
        for articles, batches, refused in analysed:
            writer.add_passages(batches, writer.put(state.name, articles))
            lost = tuple((_place(state.name, one.item), one.reason) for one in refused)
            state = replace(state, failures=state.failures + lost)
            left -= len(articles) + len(refused)
            if left and time.monotonic() > end:
                cause = f"takes more than {allowed:g} s; {left} of its articles are left out"
                late = ((state.name, f"{cause}; split it"),)
                return replace(state, failures=state.failures + late)
    return state


def _place(name: str, article: Article) -> str:
    return name if article.id == name else f"{name} ({article.id})"


def _task(path: Path, state: FileState, before: FileState | None, writer: Writer) -> _Task:
    if before is None:
        return _Task(path, state, None, {})
    sha256 = None if before.conflicts else before.sha256
    return _Task(path, state, sha256, writer.digests(state.name))


def _cost(task: _Task) -> int:
    return max(task.state.size, _A_FILE)


def _length(articles: Sequence[Article]) -> int:
    return sum(len(article.text) for article in articles)


def _grouped(items: Iterable[_Item], cost: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """The items in order, in groups that cost about `_PIECE`; a dear one stands alone."""
    group: list[_Item] = []
    total = 0
    for item in items:
        if group and total + cost(item) > _PIECE:
            yield group
            group, total = [], 0
        group.append(item)
        total += cost(item)
    if group:
        yield group


def _in_order(
    pool: Workers,
    function: Callable[[Sequence[Any]], _Result],
    jobs: Iterable[tuple[Sequence[object], int]],
) -> Generator[_Result, None, None]:
    """What the function gives for each job, in order; each job comes with its size.

    A bounded number of jobs is under way, so that memory stays bounded too, but at least two,
    however large: nobody has to wait for the one that is wanted next alone. Those that have not
    begun when nobody wants more are called off.
    """
    waiting: deque[tuple[Future[_Result], int]] = deque()
    total = 0
    try:
        for job, size in jobs:
            while len(waiting) > 1 and (total + size > _UNDER_WAY or len(waiting) >= 4 * _cores()):
                future, done = waiting.popleft()
                total -= done
                yield future.result()
            waiting.append((pool.submit(function, job), size))
            total += size
        while waiting:
            yield waiting.popleft()[0].result()
    finally:
        for future, _ in waiting:
            future.cancel()


def _worth(found: Sequence[_Found]) -> int:
    """How many processes these files are worth."""
    cost = sum(max(state.size, _A_FILE) for _, state in found)
    return _cores() if cost >= _WORTH_A_POOL else 1


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read_group(tasks: Sequence[_Task | Refused[_Task]]) -> tuple[list[_Read], list[Batch]]:
    """Each file as it was read, and the passages of their new articles, in order."""
    files: list[_Read] = []
    texts: list[str] = []
    for task in one_by_one(tasks):
        read, found = _refused(task) if isinstance(task, Refused) else _read(task)
        files.append(read)
        texts += found
    return files, list(analyse(texts))


def _refused(task: Refused[_Task]) -> tuple[_Read, list[str]]:
    state = task.item.state
    return _Read(replace(state, failures=((state.name, task.reason),)), []), []


def _read(task: _Task) -> tuple[_Read, list[str]]:
    """A file as it was read, and the texts of the passages of its new articles."""
    state = task.state
    try:
        data = read_bytes(task.path, state.name)
        state = replace(state, sha256=hashlib.sha256(data).digest())
        if task.sha256 and state.sha256 == task.sha256:
            return _Read(state, None), []
        loaded = load_bytes(data, state.name)
    except ArticleError as error:
        return _Read(replace(state, failures=((state.name, error.reason),)), []), []
    failures = tuple((failure.file, failure.reason) for failure in loaded.failures)
    state = replace(state, failures=failures)
    same, new = _compared(loaded.articles, task.digests)
    if _length(new) > _PIECE:
        return _Read(state, same, tuple(new)), []
    articles, texts = _prepare(new)
    return _Read(state, same + articles), texts


def _compared(
    articles: Sequence[Article], digests: dict[str, bytes]
) -> tuple[list[Prepared], list[Article]]:
    """Which articles are as they were stored before, and which are not."""
    is_same = [one.id in digests and digests[one.id] == digest_of(one) for one in articles]
    same = [Prepared(one.id, None) for one in compress(articles, is_same)]
    return same, [one for one, known in zip(articles, is_same, strict=True) if not known]


def _analyse_articles(
    articles: Sequence[Article | Refused[Article]],
) -> tuple[list[Prepared], list[Batch], list[Refused[Article]]]:
    """The articles as rows, their passages, and those that could not be analysed."""
    prepared: list[Prepared] = []
    texts: list[str] = []
    refused: list[Refused[Article]] = []
    for article in one_by_one(articles):
        if isinstance(article, Refused):
            refused.append(article)
            continue
        rows, found = _prepare([article])
        prepared += rows
        texts += found
    return prepared, list(analyse(texts)), refused


def _prepare(articles: Sequence[Article]) -> tuple[list[Prepared], list[str]]:
    """The articles as rows, and the texts of their passages in the same order."""
    prepared: list[Prepared] = []
    texts: list[str] = []
    for article in articles:
        passages = split_passages(article)
        prepared.append(Prepared(article.id, article_row(article, passages)))
        texts += [passage.span.of(article.text) for passage in passages]
    return prepared, texts


@contextmanager
def _disk_named(index: Path) -> Iterator[None]:
    """A full disk and its like, as IndexProblem."""
    try:
        with damage_named(index):
            yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES):
            raise
        cause = f"it cannot be written ({error.strerror})"
        raise IndexProblem(str(index), cause, TRY_AGAIN) from error


def _nothing_left(corpus: Sequence[Path], failed: Sequence[Failure]) -> CorpusError:
    folders = ", ".join(map(str, corpus))
    if not failed:
        return CorpusError(folders, "there is no article in it", "put a .txt or other file there")
    first = f"{failed[0].file}: {failed[0].reason}"
    cause = f"none of its files could be read ({len(failed)} failed; the first: {first})"
    return CorpusError(folders, cause, "mend them or add others")
