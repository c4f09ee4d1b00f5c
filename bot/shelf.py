"""The folder of the articles, as admins change it from the chat.

A file that comes in gets a name of our own, stands there whole or not at all, and replaces no
other. One that is taken out goes to a hidden folder within the corpus, so that the last change
can be undone; with the next change it is gone for good.

shelf = Shelf(Path("data/articles"))
change = shelf.add(data, "thong-bao.pdf", source)    # "2024-07-12-thong-bao-8d5e957f.pdf"
shelf.undo(change.number)
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from threading import Lock
from time import time_ns
from typing import Final

from retrieval.articles import find_files
from retrieval.errors import CorpusError
from retrieval.model import Source
from retrieval.text import fold, strip_diacritics
from retrieval.writer import sync

HIDDEN: Final = ".hoibao"
LAST: Final = "last-change.json"
BESIDE: Final = "beside-"
REMOVED: Final = "removed-{number}"  # the file that a change took out, by the change's number
LEFT_BY_OTHERS: Final = ("removed*", f"{BESIDE}*")  # what a change that was cut off has left
SLUG: Final = 60  # characters of a title in the name of a file


@dataclass(frozen=True, slots=True)
class Change:
    """What was done last; `number` counts changes, `added` is False for a file taken out."""

    number: int
    added: bool
    name: str


class Shelf:
    """Changes are made one at a time, from any thread; each raises CorpusError when it cannot."""

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus
        self._hidden = corpus / HIDDEN
        self._lock = Lock()

    def files(self, containing: str = "") -> list[str]:
        """The names of the corpus' files that have those words, however typed, in their order."""
        wanted = fold(containing)
        return [name for _, name in find_files([self._corpus]) if wanted in fold(name)]

    def path(self, name: str) -> Path | None:
        """Where the file of that name is, if it still is."""
        return next((path for path, known in find_files([self._corpus]) if known == name), None)

    def add(self, data: bytes, sent_as: str, source: Source) -> Change | None:
        """Put a file into the corpus; None when the same is there already."""
        name = name_for(data, sent_as, source)
        with self._changing(name):
            if (self._corpus / name).exists():
                return None
            change = self._noted(True, name)
            self._write(self._corpus / name, data)
            return change

    def remove(self, name: str) -> Change | None:
        """Take a file out of the corpus; None when it is gone already."""
        with self._changing(name):
            path = self.path(name)
            if path is None:
                return None
            # noted first: whatever happens in between, undoing finds the file where it then is
            change = self._noted(False, path.relative_to(self._corpus).as_posix())
            path.replace(self._removed(change))
            return change

    def last(self) -> Change | None:
        """The change that can be undone."""
        try:
            noted = json.loads((self._hidden / LAST).read_text("utf-8"))
            return Change(int(noted["number"]), bool(noted["added"]), str(noted["name"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def undo(self, number: int | None = None) -> Change | None:
        """Take the last change back; None when there is none, or it is not that of the number."""
        with self._changing(str(self._corpus)):
            change = self.last()
            if change is None or number not in (None, change.number):
                return None
            path = self._corpus / change.name
            if change.added:
                path.unlink(missing_ok=True)
            elif self._removed(change).exists():
                if path.exists():
                    raise CorpusError(change.name, "another file is there now", "rename that one")
                path.parent.mkdir(parents=True, exist_ok=True)
                self._removed(change).replace(path)
            (self._hidden / LAST).unlink()
            return change

    def _noted(self, added: bool, name: str) -> Change:
        change = Change(self._next_number(), added, name)
        self._hidden.mkdir(exist_ok=True)
        self._write(self._hidden / LAST, json.dumps(asdict(change)).encode())
        # not before: until then the change before this one is the one to be undone
        for pattern in LEFT_BY_OTHERS:
            for left in self._hidden.glob(pattern):
                left.unlink()
        return change

    def _removed(self, change: Change) -> Path:
        """Where the file that a change took out is kept."""
        return self._hidden / REMOVED.format(number=change.number)

    def _next_number(self) -> int:
        """One that no earlier change had, though it may not be noted any more."""
        last = self.last()
        now = time_ns() // 1_000_000
        return max(now, last.number + 1) if last else now

    def _write(self, path: Path, data: bytes) -> None:
        """The file, whole or not at all, even if the machine stops."""
        with NamedTemporaryFile(dir=self._hidden, prefix=BESIDE, delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).chmod(0o644)
                Path(file.name).replace(path)
                sync(path.parent)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    @contextmanager
    def _changing(self, name: str) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except OSError as error:
                cause = error.strerror or str(error)
                next_step = "let the bot write to the folder of the articles"
                raise CorpusError(name, cause, next_step) from error


def name_for(data: bytes, sent_as: str, source: Source) -> str:
    """The name of a file in the corpus: date, title, a digest of its bytes, its ending.

    >>> name_for(b"x", "../../a b.TXT", Source("1", "Đảng bộ xã"))
    'dang-bo-xa-6502b09c.txt'
    """
    ending = PurePosixPath(sent_as).suffix.lower()
    slug = re.sub(r"[^a-z0-9]+", "-", strip_diacritics(source.title).lower())
    date = source.published.isoformat() if source.published else ""
    digest = blake2b(data, digest_size=4).hexdigest()
    pieces = (date, slug[:SLUG].strip("-"), digest)
    return "-".join(piece for piece in pieces if piece) + ending
