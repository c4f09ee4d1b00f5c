"""Files of the corpus → articles: LOADERS has one function for every file format.

load_file(Path("data/articles/a.txt"), "a.txt").articles[0].title

A new format is one function and one row in LOADERS.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from retrieval.articles.assembly import Loaded, Loader
from retrieval.articles.csv import load_csv
from retrieval.articles.docx import load_docx
from retrieval.articles.html import load_html
from retrieval.articles.json import load_json, load_json_lines
from retrieval.articles.markdown import load_markdown
from retrieval.articles.mhtml import load_mhtml
from retrieval.articles.pdf import load_pdf
from retrieval.articles.plain import load_plain
from retrieval.errors import (
    ArticleError,
    CorpusError,
    EmptyFile,
    OversizedFile,
    UnreadableFile,
    UnsupportedFile,
)
from retrieval.text import printable

__all__ = [
    "LOADERS",
    "MAX_BYTES",
    "Loaded",
    "Loader",
    "find_files",
    "load_bytes",
    "load_file",
    "read_bytes",
]

MAX_BYTES = 64 * 1024 * 1024
MAX_TEXT = MAX_BYTES  # characters; a small file that is packed may hold any number
_LONGEST_REASON = 200  # characters of what a parser says, which may be of what it read

# By file ending, in lower case. Loaders import their libraries when first called.
LOADERS: Mapping[str, Loader] = {
    ".txt": load_plain,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".html": load_html,
    ".htm": load_html,
    ".mhtml": load_mhtml,
    ".mht": load_mhtml,
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".json": load_json,
    ".jsonl": load_json_lines,
    ".csv": load_csv,
    ".tsv": load_csv,
}


def load_file(path: Path, name: str, *, max_bytes: int = MAX_BYTES) -> Loaded:
    """The articles in the file at `path`, known in the corpus as `name`.

    Raises UnsupportedFile, EmptyFile, OversizedFile or UnreadableFile, each naming `name`.
    """
    return load_bytes(read_bytes(path, name, max_bytes=max_bytes), name)


def read_bytes(path: Path, name: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of the file at `path`, known in the corpus as `name`.

    Raises UnsupportedFile, before it opens the file; OversizedFile or UnreadableFile.
    """
    _loader(name)
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableFile(name, "not a regular file", "take it out of the corpus")
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableFile(
            name, error.strerror or str(error), "check that it is there and may be read"
        ) from error
    if len(data) > max_bytes:
        raise OversizedFile(name, f"larger than {max_bytes:,} bytes", "split it into several")
    return data


def load_bytes(data: bytes, name: str, *, max_text: int = MAX_TEXT) -> Loaded:
    """The articles in a file's bytes; the ending of `name` tells the format.

    load_bytes("Tin ngắn.".encode(), "tin.txt").articles[0].text -> "Tin ngắn."

    Raises UnsupportedFile, EmptyFile, OversizedFile or UnreadableFile, each naming `name`.
    """
    loader = _loader(name)
    if not data:
        raise EmptyFile(name, "the file is empty")
    try:
        loaded = loader(data, name)
    except (ArticleError, MemoryError):
        raise
    except RecursionError as error:
        raise UnreadableFile(
            name, "nested too deeply to be read", "save it as plain text"
        ) from error
    except Exception as error:
        # Parsers meet any bytes here, and fail in more ways than they document.
        said = printable(f"{type(error).__name__}: {error}"[:_LONGEST_REASON])
        raise UnreadableFile(name, f"broken ({said})", "save it again, or as plain text") from error
    if sum(len(article.text) for article in loaded.articles) > max_text:
        raise OversizedFile(name, f"holds more than {max_text:,} characters", "split it")
    return loaded


def find_files(roots: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every file under `roots` with its name relative to its root, sorted by name.

    find_files([Path("data/articles")]) -> (Path("data/articles/tin/a.txt"), "tin/a.txt"), …

    A root may be a file. Left out: hidden files and folders, links that lead out of their root,
    whatever is no regular file, and the second sight of a file that two roots or a link show
    twice. A folder that may not be read is given as if it were a file, to fail as one.
    Raises CorpusError when a root is missing.
    """
    seen: set[Path] = set()
    for root in roots:
        found = sorted(_walk(root), key=lambda one: (one[0].is_symlink(), one[1]))
        fresh = []
        for path, name, real in found:
            if real not in seen:
                seen.add(real)
                fresh.append((path, name))
        yield from sorted(fresh, key=lambda pair: pair[1])


def _walk(root: Path) -> Iterator[tuple[Path, str, Path]]:
    """Each file with its name and where it really is."""
    if root.is_file():
        yield root, _name(Path(root.name)), root.resolve()
        return
    if not root.is_dir():
        raise CorpusError(str(root), "no such file or folder", "create it, or name another one")
    real_root = root.resolve()
    closed: list[Path] = []

    def remember(error: OSError) -> None:
        closed.append(Path(error.filename))

    for folder, folders, files in os.walk(root, onerror=remember):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        inside = Path(folder).relative_to(root)
        for file in files:
            path = Path(folder, file)
            if _is_hidden(file) or not path.is_file():
                continue
            if not path.is_symlink():  # to resolve each path of a large corpus takes seconds
                yield path, _name(inside / file), real_root / inside / file
            elif (real := path.resolve()).is_relative_to(real_root):
                yield path, _name(inside / file), real
    yield from ((path, _name(path.relative_to(root)), path.resolve()) for path in closed)


def _open_without_waiting(path: str, flags: int) -> int:
    """Opens as usual, but a pipe does not wait for its writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _loader(name: str) -> Loader:
    ending = PurePosixPath(name).suffix.lower()
    if ending not in LOADERS:
        raise UnsupportedFile(
            name,
            f"no reader for files ending in {ending}" if ending else "its name has no ending",
            f"save it as one of {', '.join(LOADERS)}",
        )
    return LOADERS[ending]


def _is_hidden(name: str) -> bool:
    """Whether a file is out of sight, or the lock ("~$tin.docx") of one that is open in Word."""
    return name.startswith((".", "~$"))


def _name(relative: Path) -> str:
    """The name in the corpus, which can be stored and shown anywhere, and is no other file's.

    Bytes that are no UTF-8 are spelled out, as is what would move a cursor or break a line.
    """
    name = relative.as_posix().replace("\\", "\\\\").encode("utf-8", "surrogateescape")
    return printable(name.decode("utf-8", "backslashreplace"))
