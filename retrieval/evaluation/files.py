"""Reading and writing the files of an evaluation, with errors that name them."""

from __future__ import annotations

from pathlib import Path

from retrieval.errors import EvaluationError


def read_bytes(path: Path, what: str) -> bytes:
    """The file's content; EvaluationError when it cannot be read.

    >>> read_bytes(Path("none.json"), "a SQuAD file")
    Traceback (most recent call last):
    EvaluationError: none.json: No such file or directory; name a SQuAD file that can be read
    """
    try:
        return path.read_bytes()
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise EvaluationError(str(path), cause, f"name {what} that can be read") from error


def write_text(path: Path, text: str) -> None:
    """Put the text into the file; EvaluationError when it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise EvaluationError(str(path), cause, "name a file that can be written") from error
