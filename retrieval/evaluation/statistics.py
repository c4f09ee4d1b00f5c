"""Outcomes -> measures with confidence intervals, and what changed since an earlier run.

Intervals are percentile bootstrap over questions, and two runs are compared by a paired
bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993; for retrieval: Sakai,
"Evaluating Evaluation Metrics based on the Bootstrap", 2006). A resample is a row of weights: how
often each question was drawn. A measure is a function of the outcomes and of such rows, so that
all resamples are measured at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.evaluation.metrics import RIGHT_F1, Outcome
from retrieval.evaluation.squad import Unit

Floats = NDArray[np.float64]

DRAWS = 1000
SEED = 1
LEVEL = 95  # per cent of the resamples that an interval holds
_BLOCK = 4_000_000  # weights held in memory at once


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure, its 95% interval, and how many questions it rests on.

    All three are None when there was nothing to measure, such as no highlight at all.
    """

    value: float | None
    low: float | None
    high: float | None
    questions: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What a measure gained between two runs on the same questions.

    `p` is two-sided: how easily resampling the questions turns the difference around.
    """

    metric: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    p: float | None
    questions: int


class Columns:
    """Outcomes as arrays, one row for each question; a missing rank is infinite."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        decisions = [outcome.decision for outcome in outcomes]
        self.rank = _column(outcome.rank or np.inf for outcome in outcomes)
        self.place = _column(outcome.place or np.inf for outcome in outcomes)
        self.article = _column(outcome.article or np.inf for outcome in outcomes)
        self.has_answer = _column(bool(outcome.answers) for outcome in outcomes)
        self.highlighted = _column(outcome.highlight is not None for outcome in outcomes)
        self.f1 = _column(outcome.f1 for outcome in outcomes)
        self.right_highlight = _column(outcome.f1 >= RIGHT_F1 for outcome in outcomes)
        self.answerable = _column(decision.answerable for decision in decisions)
        self.abstained = _column(decision.abstained for decision in decisions)
        self.confidence = _column(decision.confidence for decision in decisions)
        self.all = np.ones(len(outcomes))


Column = Callable[[Columns], Floats]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A measure: its name for people, the questions it is taken over, and how to take it.

    `take` maps the columns and rows of weights to one value a row; nan where undefined.
    """

    title: str
    among: Column
    take: Callable[[Columns, Floats], Floats]


def mean(title: str, of: Column, among: Column) -> Statistic:
    """The measure that averages `of` over the questions for which `among` is 1."""

    def take(columns: Columns, weights: Floats) -> Floats:
        selected = among(columns)
        return _quotient(weights @ (of(columns) * selected), weights @ selected)

    return Statistic(title, among, take)


def auroc(columns: Columns, weights: Floats) -> Floats:
    """The chance that an answerable question has more confidence than an unanswerable one.

    Ties count one half (Hanley and McNeil, "The meaning and use of the area under a ROC curve",
    1982).
    """
    order = np.argsort(columns.confidence, kind="stable")
    starts = np.flatnonzero(np.diff(columns.confidence[order], prepend=-np.inf))
    answerable = columns.answerable[order]
    ordered = weights[:, order]
    positive = np.add.reduceat(ordered * answerable, starts, axis=1)
    negative = np.add.reduceat(ordered * (1 - answerable), starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    return _quotient((positive * below).sum(axis=1), pairs)


def _has_answer(columns: Columns) -> Floats:
    return columns.has_answer


def _all(columns: Columns) -> Floats:
    return columns.all


def _highlighted(columns: Columns) -> Floats:
    return columns.highlighted


def _within(column: str, k: int) -> Column:
    return lambda columns: (getattr(columns, column) <= k).astype(float)


def _reciprocal(column: str, k: int) -> Column:
    return lambda columns: np.where(
        getattr(columns, column) <= k, 1 / getattr(columns, column), 0.0
    )


def _gain(columns: Columns) -> Floats:
    # one relevant paragraph, so that the ideal gain is 1 (Järvelin and Kekäläinen, 2002)
    return np.where(columns.article <= 10, 1 / np.log2(columns.article + 1), 0.0)


STATISTICS: dict[str, Statistic] = {
    "quote@1": mean("quote@1", _within("rank", 1), _has_answer),
    "quote@3": mean("quote@3", _within("rank", 3), _has_answer),
    "quote@5": mean("quote@5", _within("rank", 5), _has_answer),
    "mrr": mean("MRR of the first 5 quotes", _reciprocal("rank", 5), _has_answer),
    "place@1": mean("first quote around the answer's own place", _within("place", 1), _has_answer),
    "highlight_precision": mean("highlight precision", lambda c: c.right_highlight, _highlighted),
    "highlight_coverage": mean("highlight coverage", _highlighted, _all),
    "highlight_f1": mean("highlight mean F1", lambda c: c.f1, _highlighted),
    "auroc": Statistic("abstention AUROC", _all, auroc),
    "refused_answerable": mean(
        "answerable questions refused", lambda c: c.abstained, lambda c: c.answerable
    ),
    "answered_unanswerable": mean(
        "unanswerable questions answered", lambda c: 1 - c.abstained, lambda c: 1 - c.answerable
    ),
}

PARAGRAPH_STATISTICS: dict[str, Statistic] = {
    "p@1": mean("P@1", _within("article", 1), _has_answer),
    "recall@3": mean("recall@3", _within("article", 3), _has_answer),
    "recall@5": mean("recall@5", _within("article", 5), _has_answer),
    "recall@10": mean("recall@10", _within("article", 10), _has_answer),
    "mrr@10": mean("MRR@10", _reciprocal("article", 10), _has_answer),
    "ndcg@10": mean("nDCG@10", _gain, _has_answer),
}


def statistics_of(unit: Unit) -> dict[str, Statistic]:
    """The measures that are taken on articles or paragraphs, by key."""
    return STATISTICS if unit == "article" else PARAGRAPH_STATISTICS | STATISTICS


def estimate(
    outcomes: Sequence[Outcome], unit: Unit, *, draws: int = DRAWS, seed: int = SEED
) -> dict[str, Estimate]:
    """Every measure of the outcomes, with its interval; the same seed gives the same interval."""
    columns = Columns(outcomes)
    blocks = list(_resamples(len(outcomes), draws, seed))
    return {
        name: Estimate(
            _number(statistic.take(columns, columns.all[None, :])[0]),
            *_interval(np.concatenate([statistic.take(columns, block) for block in blocks])),
            int(statistic.among(columns).sum()),
        )
        for name, statistic in statistics_of(unit).items()
    }


def differences(
    after: Sequence[Outcome],
    before: Sequence[Outcome],
    unit: Unit,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> list[Difference]:
    """What each measure gained, over the questions that both runs asked."""
    earlier = {outcome.id: outcome for outcome in before}
    pairs = [(outcome, earlier[outcome.id]) for outcome in after if outcome.id in earlier]
    if not pairs:
        return []
    new, old = (Columns(side) for side in zip(*pairs, strict=True))
    blocks = list(_resamples(len(pairs), draws, seed))
    return [
        _difference(name, statistic, new, old, blocks)
        for name, statistic in statistics_of(unit).items()
    ]


def _difference(
    name: str, statistic: Statistic, new: Columns, old: Columns, blocks: Sequence[Floats]
) -> Difference:
    once = new.all[None, :]
    before, after = statistic.take(old, once)[0], statistic.take(new, once)[0]
    gains = np.concatenate([statistic.take(new, b) - statistic.take(old, b) for b in blocks])
    gains = gains[~np.isnan(gains)]
    tail = min((gains <= 0).sum(), (gains >= 0).sum())
    p = min(1.0, 2 * (1 + float(tail)) / (1 + len(gains))) if len(gains) else None
    return Difference(
        name,
        _number(before),
        _number(after),
        _number(after - before),
        *_interval(gains),
        p,
        int(statistic.among(new).sum()),
    )


def _resamples(questions: int, draws: int, seed: int) -> Iterator[Floats]:
    """Rows of weights, in blocks that fit into memory."""
    dice = np.random.default_rng(seed)
    rows = max(1, _BLOCK // questions)
    chances = np.full(questions, 1 / questions)
    for done in range(0, draws, rows):
        yield dice.multinomial(questions, chances, size=min(rows, draws - done)).astype(float)


def _interval(values: Floats) -> tuple[float | None, float | None]:
    values = values[~np.isnan(values)]
    if not len(values):
        return None, None
    low, high = np.percentile(values, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return float(low), float(high)


def _quotient(above: Floats, below: Floats) -> Floats:
    undefined = np.full_like(above, np.nan)
    return np.divide(above, below, out=undefined, where=below > 0)


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _column(values: Iterator[float]) -> Floats:
    return np.fromiter(values, dtype=np.float64)
