"""Engines that rank passages, behind one protocol."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.engines.base import Engine, EngineWriter, Opening

AUTO = "auto"
REFERENCE = "rank-bm25"
LARGE = "postings"
MOST_FOR_REFERENCE = 500
"""Passages up to which rank-bm25 serves. It reads all of them whenever the index is opened, a
second for every thousand; the other engine opens in milliseconds however many there are."""


def _exhaustive(opening: Opening) -> Engine:
    from retrieval.engines.exhaustive import ExhaustiveEngine

    return ExhaustiveEngine(opening.documents())


def _inverted(opening: Opening) -> Engine:
    from retrieval.engines.inverted import InvertedEngine

    return InvertedEngine(opening.folder, opening.state)


ENGINES: dict[str, Callable[[Opening], Engine]] = {REFERENCE: _exhaustive, LARGE: _inverted}
"""Every engine by its name; imported only when it is used."""


def engine_name(passages: int, asked: str = AUTO) -> str:
    """The engine that serves a corpus of that many passages, unless another is asked for.

    >>> engine_name(200), engine_name(200_000), engine_name(200, "postings")
    ('rank-bm25', 'postings', 'postings')
    """
    if asked != AUTO:
        return asked
    return REFERENCE if passages <= MOST_FOR_REFERENCE else LARGE


def open_writer(folder: Path, state: str) -> EngineWriter:
    """What keeps the postings that every engine can be opened from."""
    from retrieval.engines.growth import InvertedWriter

    return InvertedWriter(folder, state)
