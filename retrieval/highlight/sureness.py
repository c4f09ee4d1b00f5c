"""How sure it is that the span that was chosen is the answer.

Two models that know different things are asked: the one of spans, which sees the quote, and the
one of evidence, which sees all passages. A logistic regression over both was learned on
questions that neither had learned from, by `tests/training/highlight.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.evidence import Floats
from retrieval.model import Span
from retrieval.ranking import Begins

SIGNALS = (
    "bias",
    "span",  # log odds of the span, among all of the quote
    "begins",  # log of the share of the quote's probability that the answer begins in the span
    "quote",  # probability that the quote holds the answer
)
_LEAST = 0.01  # of a share, that its log is not endless
_SURE = 1e-4  # from a probability of one, likewise


@dataclass(frozen=True, slots=True)
class Answering:
    """What the ranking knows of a quote: that it answers, with a probability, and from where."""

    probability: float
    begins: Begins


@dataclass(frozen=True, slots=True)
class Sureness:
    """What the signals weigh, and the probability from which a span is marked."""

    weights: Floats
    threshold: float

    def is_enough(self, probability: float, span: Span, answering: Answering | None) -> bool:
        """Whether to mark a span of that probability."""
        odds = float((self.weights * signals(probability, span, answering)).sum())
        return bool(1 / (1 + np.exp(-odds)) >= self.threshold)


def signals(probability: float, span: Span, answering: Answering | None) -> Floats:
    """The signals for a span of a quote, in the order of `SIGNALS`."""
    likely = min(max(probability, _SURE), 1 - _SURE)
    share, answers = 1.0, 1.0
    if answering is not None:
        starts, mass = answering.begins
        low, high = starts.searchsorted([span.start, span.end])
        share = float(mass[low:high].sum() / max(float(mass.sum()), 1e-12))
        answers = answering.probability
    return np.array([1.0, np.log(likely / (1 - likely)), np.log(share + _LEAST), answers])
