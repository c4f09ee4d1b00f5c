"""Learn the weights of `retrieval/evidence.json` from a SQuAD file, cross-validated by article.

python -m tests.training.evidence ../shared/eval/xquad.vi.json

A conditional logit: the probability that a sentence of a question's passages holds the answer
is the softmax of its weighted signals; the likelihood of the sentences that do is maximised,
with a ridge penalty. Prints quote@1 and quote@3 out of fold, then writes the weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import read_collection
from retrieval.evidence import SIGNALS, Floats, gather, measure
from retrieval.ranking import PASSAGES
from retrieval.terms import parse_question
from retrieval.text import syllables

FOLDS = 6
RIDGE = 3.0


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its candidates' signals, and which of them hold the answer."""

    article: str
    signals: Floats
    holds: np.ndarray


def examples(collection_file: Path) -> list[Example]:
    """The questions of a file whose answer is among the candidates."""
    collection = read_collection(collection_file)
    with indexed(collection.articles) as index:
        snapshot = index.snapshot()
        found = []
        for question in collection.questions:
            query = parse_question(question.text, snapshot.engine.rarities)
            hits = snapshot.engine.search(query.terms, PASSAGES)
            sentences = gather(snapshot, hits)
            gold = [_spaced(answer.text) for answer in question.answers]
            texts = (_spaced(sentences.text(i)) for i in range(len(sentences.sentences)))
            holds = np.array([any(one in text for one in gold) for text in texts])
            if holds.any():
                signals = measure(snapshot, query, hits, sentences)
                found.append(Example(question.article_id, signals, holds))
        return found


def _spaced(text: str) -> str:
    return f" {' '.join(syllables(text))} "


def learn(data: Sequence[Example], steps: int = 400, rate: float = 0.1) -> Floats:
    """The weights that make the answers' sentences likeliest: Adam on standardised signals."""
    everything = np.concatenate([example.signals for example in data])
    scale = everything.std(axis=0) + 1e-9
    signals = everything / scale
    starts = np.cumsum([0, *(len(example.holds) for example in data[:-1])])
    owner = np.repeat(np.arange(len(data)), [len(example.holds) for example in data])
    holds = np.concatenate([example.holds for example in data])
    weights, mean, square = np.zeros((3, signals.shape[1]))
    for step in range(1, steps + 1):
        scores = signals @ weights
        likely = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        among_all = likely / np.add.reduceat(likely, starts)[owner]
        among_right = likely * holds / np.add.reduceat(likely * holds, starts)[owner]
        gradient = signals.T @ (among_all - among_right) + 2 * RIDGE * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        weights = weights - rate * (mean / (1 - 0.9**step)) / (
            np.sqrt(square / (1 - 0.999**step)) + 1e-9
        )
    return weights / scale


def likelihood(data: Sequence[Example], weights: Floats) -> tuple[float, float]:
    """Mean probability of the sentences that hold the answer, and how often the best is one."""
    right, best = [], []
    for example in data:
        scores = example.signals @ weights
        likely = np.exp(scores - scores.max())
        right.append(float(likely[example.holds].sum() / likely.sum()))
        best.append(bool(example.holds[scores.argmax()]))
    return float(np.mean(right)), float(np.mean(best))


def cross_validate(data: Sequence[Example]) -> None:
    """Print how well questions of articles that were not learned from are answered."""
    articles = sorted({example.article for example in data})
    fold_of = {article: place % FOLDS for place, article in enumerate(articles)}
    results = []
    for fold in range(FOLDS):
        unseen = [example for example in data if fold_of[example.article] == fold]
        seen = [example for example in data if fold_of[example.article] != fold]
        results += [(*likelihood(unseen, learn(seen)), len(unseen))]
    probability, best, counts = map(np.array, zip(*results, strict=True))
    print(
        f"out of fold: answer's probability {np.average(probability, weights=counts):.3f}", end=""
    )
    print(f", best sentence holds it {np.average(best, weights=counts):.1%}")


def main() -> None:
    """Learn from the file that is named, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    data = examples(parser.parse_args().file)
    cross_validate(data)
    weights = learn(data)
    print(f"on all it learned from: {likelihood(data, weights)}")
    record = {
        "learned_by": "tests/training/evidence.py",
        "weights": {name: round(float(w), 4) for name, w in zip(SIGNALS, weights, strict=True)},
    }
    Path("retrieval/evidence.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
