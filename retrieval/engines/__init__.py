"""Engines that score passages, behind one protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from retrieval.engines.base import Document, Engine


def _exhaustive(documents: Iterable[Document]) -> Engine:
    from retrieval.engines.exhaustive import ExhaustiveEngine

    return ExhaustiveEngine(documents)


ENGINES: dict[str, Callable[[Iterable[Document]], Engine]] = {"rank-bm25": _exhaustive}
"""Every engine by its name; imported only when it is used."""


def engine_name(passages: int) -> str:
    """The engine that serves a corpus of that many passages."""
    return "rank-bm25"


def pick_engine(documents: Callable[[], Iterable[Document]], passages: int) -> Engine:
    """The engine for a corpus of that many passages, ready to search."""
    return ENGINES[engine_name(passages)](documents())
