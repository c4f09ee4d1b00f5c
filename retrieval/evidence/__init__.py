"""How likely the answer is to begin at each token of the best passages.

A log-linear model of few, readable signals of sentences and of tokens: its weights stand in
`weights.json`, learned by `tests/training/evidence.py` as a conditional logit (McFadden 1974)
over the tokens of a question's passages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from retrieval.database import StoredArticle
from retrieval.engines.base import Hit
from retrieval.evidence.gathered import Gathered, gather
from retrieval.evidence.signals import (
    Columns,
    Floats,
    Signals,
)
from retrieval.evidence.tokens import Ints
from retrieval.index import Snapshot
from retrieval.model import Sentence
from retrieval.terms import Query

__all__ = ["Evidence", "Floats", "weigh"]

_HOPELESS = 9.0
"""A sentence whose own signals score so much less than the best one's is left out."""


_APART = 0.25
"""What a caption, title or byline is worth beside running text that says as much: what it is about
is shown beside it, not told."""


class Evidence(NamedTuple):
    """One candidate passage: its sentences, and how likely the answer begins at each token.

    `starts` are the tokens' offsets in the article, ascending, `words` the numbers of their
    exact forms, and `mass` their probabilities, given that one of the candidates answers. For each
    sentence, `cover` is the share, from 0 to 1, of the question's weight that its words make up.
    """

    stored: StoredArticle
    sentences: tuple[Sentence, ...]
    cover: Floats
    starts: Ints
    words: Ints
    mass: Floats


def weigh(
    snapshot: Snapshot, query: Query, hits: Sequence[Hit], idfs: Sequence[float]
) -> list[Evidence]:
    """What each hit's passage says for itself, in the order of the hits.

    `idfs` are those of the query's terms.
    """
    found = gather(snapshot, hits)
    if not len(found.starts):
        return []
    signals = Signals(query, idfs, hits, found)
    mass = _mass(signals, found)
    evidence = []
    edges = found.hit.searchsorted(np.arange(len(hits) + 1))
    within = found.firsts[edges].tolist()
    for (first, past), (low, high) in zip(pairwise(edges.tolist()), pairwise(within), strict=True):
        evidence.append(
            Evidence(
                stored=found.sentences[first][0],
                sentences=tuple(sentence for _, _, sentence in found.sentences[first:past]),
                cover=signals.cover[first:past],
                starts=found.starts[low:high],
                words=found.exact[low:high],
                mass=mass[low:high],
            )
        )
    return evidence


def _mass(signals: Signals, found: Gathered) -> Floats:
    """The softmax of the tokens' scores; none for those of hopeless sentences."""
    for_sentences, for_tokens, for_passages = _weights()
    apart = [1.0 if one.kind is None else _APART for _, _, one in found.sentences]
    of_sentences = _weighted(signals.sentences(), for_sentences)
    if of_passages := signals.passages():
        of_sentences += _weighted(of_passages, for_passages)[found.hit]
    scores = of_sentences[found.of]
    worth = np.array(apart)[found.of]
    worth[scores < scores.max() - _HOPELESS] = 0.0
    scores += _weighted(signals.tokens(), for_tokens)
    likely = np.exp(scores - scores.max()) * worth
    return np.asarray(likely / likely.sum())


def _weighted(columns: Columns, weights: Mapping[str, float]) -> Floats:
    """The sum of the signals, each times its weight."""
    total = np.zeros(len(next(iter(columns.values()))))
    for name, column in columns.items():
        total += weights[name] * column
    return total


@cache
def _weights() -> tuple[Mapping[str, float], ...]:
    """The weights of the sentences' signals, of the tokens' and of the passages'."""
    text = files("retrieval.evidence").joinpath("weights.json").read_text("utf-8")
    learned: dict[str, dict[str, float]] = json.loads(text)
    return learned["sentence"], learned["token"], learned["passage"]
