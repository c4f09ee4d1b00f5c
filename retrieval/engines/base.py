"""What every engine does: rank documents for weighted terms, and take in and give up documents.

Nothing here assumes that documents or postings are in this process, or on this machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # numpy, which who only asks for the status does without
    from retrieval.engines.batches import Batch

K1 = 1.2
"""BM25's term-frequency saturation: Robertson and Zaragoza 2009, section 3.4.1."""

B = 0.75
"""BM25's length normalisation, 0 for none to 1 for full."""

TIE = 9
"""Scores that agree to this many decimals are ties: sums differ by the order of their terms."""


class QueryTerm(NamedTuple):
    """Terms that count as one, with the weight of their score.

    `share` is that of passages on all subjects, from 0 to 1, that have one, as far as is known.
    Synonyms are pooled as in structured queries (Pirkola 1998): term frequencies are added,
    and the document frequency is that of their union, so that five translations of a word
    weigh no more than one.
    """

    synonyms: tuple[str, ...]
    weight: float = 1.0
    share: float = 0.0


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
    """Ranks documents by BM25 with the `idf` below.

    N, df and the average length are those of all documents, wherever they are kept. It shows
    one generation for as long as it is open. Each method raises IndexProblem when what it
    needs cannot be reached, and IndexDamaged when that is not as it was written.
    """

    name: str

    def search(self, query: Sequence[QueryTerm], limit: int) -> list[Hit]:
        """The best documents, best first, ties by id; none that scores zero."""

    def idfs(self, query: Sequence[QueryTerm]) -> list[float]:
        """The idf of each term of the query, in order; the highest for one that is unknown."""

    def rarities(self, terms: Sequence[str]) -> list[float]:
        """How rare each term is that some document has; below zero for one that none has."""

    def close(self) -> None:
        """Let go of files and connections."""


class EngineWriter(Protocol):
    """Takes in and gives up documents; readers see it all at once, by the state it returns.

    The state is stored in the transaction that stores the articles, so that one commit covers
    both: what was written but never named by a stored state does not exist.
    """

    def add(self, batch: Batch, ids: Sequence[int]) -> None:
        """Take in a batch; `ids`, ascending and above all before, name its documents in order."""

    def delete(self, first: int, last: int) -> None:
        """Give up the documents with ids from `first` to `last` (exclusive): an article's."""

    def prepare(self) -> str:
        """Make everything durable; the state from which an Engine can be opened."""

    def clean(self) -> None:
        """Remove what the state that `prepare` returned last does not need."""

    def close(self) -> None:
        """Let go of files and connections."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What an engine may be opened from.

    `documents` reads and analyses every document anew; `state` is what the writer returned.
    """

    documents: Callable[[], Iterable[Document]]
    folder: Path
    state: str


_COMMON = 0.8  # power of a share, below 1: what is common tells less still than that it is


@lru_cache(maxsize=1 << 14)
def idf(documents: int, df: int, share: float) -> float:
    """How much a term tells: its `rarity`, had it at least its share of the documents.

    What is common on all subjects tells little of a question even where a corpus hardly has it.

    >>> round(idf(100, 2, 0.0), 2), round(idf(100, 2, 0.5), 2)
    (3.7, 0.56)
    """
    return rarity(documents, max(df, documents * share**_COMMON))


def rarity(documents: int, df: float) -> float:
    """ln(1 + (N - df + 1/2) / (df + 1/2)): above zero however common the term.

    A term that no document has counts as if one had it: in a small corpus most words are
    unknown, and would otherwise outweigh all that is known.

    >>> round(rarity(1, 1), 3)
    0.288
    """
    df = max(df, 1)
    return math.log(1 + (max(documents, df) - df + 0.5) / (df + 0.5))
