"""Reading the tab-separated tables of this package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def read_table(name: str) -> Iterator[tuple[str, str]]:
    """The rows of a table, key and value, without comments ("#") and blank lines.

    >>> next(iter(read_table("english.tsv")))
    ('who', 'ai; người nào')
    """
    for line in read_lines(name):
        key, _, value = line.partition("\t")
        yield key, value


def read_lines(name: str) -> Iterator[str]:
    """The lines of a table, without comments ("#") and blank ones."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return (line for line in text.split("\n") if line and line[0] != "#")


def read_alternatives(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of a table whose values are alternatives."""
    return ((key, split_alternatives(value)) for key, value in read_table(name))


def split_alternatives(value: str) -> tuple[str, ...]:
    """What a cell offers: `split_alternatives("ai; người nào") -> ("ai", "người nào")`."""
    return tuple(value.split("; "))
