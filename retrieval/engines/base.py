"""What every engine does: score documents for weighted terms, and say how common a term is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

K1 = 1.2
"""BM25's term-frequency saturation: Robertson and Zaragoza 2009, section 3.4.1."""

B = 0.75
"""BM25's length normalisation, 0 for none to 1 for full."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """Terms that count as one, with the weight of their score.

    Synonyms are pooled as in structured queries (Pirkola 1998): term frequencies are added,
    and the document frequency is that of their union, so that five translations of a word
    weigh no more than one.
    """

    synonyms: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed: its id, unique within the engine, and its terms in any order."""

    id: int
    terms: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A document's id and its score, above zero."""

    id: int
    score: float


class Engine(Protocol):
    """Ranks documents by BM25 with idf = ln(1 + (N - df + 1/2) / (df + 1/2)).

    Nothing here assumes that the documents are in this process.
    """

    name: str

    def search(self, query: Sequence[QueryTerm], limit: int) -> list[Hit]:
        """The best documents, best first, ties by id; none that scores zero."""

    def idfs(self, query: Sequence[QueryTerm]) -> list[float]:
        """The idf of each term of the query, in order; the highest for one that is unknown."""

    def rarity(self, term: str) -> float:
        """The idf of a term that some document has; below zero for one that none has."""
