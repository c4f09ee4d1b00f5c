"""Spans' features and learned weights → the answer's most probable span, and how sure that is.

A log-linear model (Berger, Della Pietra and Della Pietra 1996): the probability of a span is
proportional to the exponential of its weighted features. The span that is chosen is not simply
the most probable one but the one that shares enough with the probable ones (minimum Bayes risk,
Kumar and Byrne 2004): spans that differ by a word or two support each other. That no span is
the answer competes as one more outcome.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from retrieval.highlight.asked import Asked
from retrieval.highlight.features import Features, Values, span_features
from retrieval.highlight.quoted import Indices, Quoted
from retrieval.highlight.sureness import SIGNALS, Sureness

SHARED = 0.5
"""The token F1 from which two spans count as the same answer."""

_EXACT_PART = 0.6  # of the gain that only the very same span has
_CONSIDERED = 60  # spans, the most probable ones


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: a weight for each feature by the kind of question.

    `nothing` weighs `nothing_features`, for no span's being the answer. `sureness` says by the
    question's language when a span is marked: words in English match less.
    """

    features: tuple[str, ...]
    by_kind: dict[str, Values]
    nothing: dict[str, Values]
    sureness: dict[str, Sureness]


@dataclass(frozen=True, slots=True)
class Choice:
    """Tokens `first` to `past` (exclusive), and the probability that they are the answer."""

    first: int
    past: int
    probability: float


def best_span(asked: Asked, quoted: Quoted, weights: Weights) -> Choice | None:
    """The span that is most likely the answer, or most of it; None when nothing can be."""
    first, past = quoted.candidates
    if asked.kind not in weights.by_kind or not len(first):
        return None
    found = span_features(asked, quoted, first, past)
    own, nothing = weights.by_kind[asked.kind], weights.nothing[asked.kind]
    # not as a product of matrices: that would wake a pool of threads for a millisecond's work
    weighted = own[:, None] * np.stack([found[name] for name in weights.features])
    scores = weighted.sum(axis=0)
    return choose(scores, float(nothing @ nothing_features(found)), first, past)


def nothing_features(found: Features) -> Values:
    """What tells that no span of the quote answers: how little of the question is met in it."""
    return np.array([1.0, found["clues: sentence"].max(), found["clues: around"].max()])


def choose(scores: Values, nothing: float, first: Indices, past: Indices) -> Choice:
    """The span with the most probability on spans like it; `nothing` scores that none is right."""
    highest = max(float(scores.max()), nothing)
    likely = np.exp(scores - highest)
    likely /= likely.sum() + np.exp(nothing - highest)
    top = np.argsort(-likely, kind="stable")[:_CONSIDERED]
    same = overlap_f1(first[top], past[top]) >= SHARED
    support = same @ likely[top]
    best = int(np.argmax((1 - _EXACT_PART) * support + _EXACT_PART * likely[top]))
    return Choice(int(first[top[best]]), int(past[top[best]]), float(support[best]))


def overlap_f1(first: Indices, past: Indices) -> NDArray[np.float64]:
    """The token F1 of each span with each other one, by their places."""
    common = np.minimum.outer(past, past) - np.maximum.outer(first, first)
    length = past - first
    return np.asarray(2 * common.clip(min=0) / np.add.outer(length, length))


@cache
def shipped_weights() -> Weights:
    """The weights in `weights.json`."""
    text = files("retrieval.highlight").joinpath("weights.json").read_text(encoding="utf-8")
    return read_weights(text)


def read_weights(text: str) -> Weights:
    """Weights from JSON: those of sureness, and for each feature its weight by kind of question."""
    learned = json.loads(text)
    table: dict[str, dict[str, float]] = learned["weights"]
    kinds = dict.fromkeys(kind for row in table.values() for kind in row)
    return Weights(
        features=tuple(table),
        by_kind={kind: np.array([row[kind] for row in table.values()]) for kind in kinds},
        nothing={kind: np.array(learned["nothing"][kind]) for kind in kinds},
        sureness={
            language: Sureness(np.array([row[signal] for signal in SIGNALS]), row["threshold"])
            for language, row in learned["sureness"].items()
        },
    )
