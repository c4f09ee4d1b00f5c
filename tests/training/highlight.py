"""Learn the weights of `retrieval/highlight/weights.json` from a SQuAD file, cross-validated.

python -m tests.training.highlight ../shared/eval/xquad.vi.json

The first quote of each question's real answer is an example. A log-linear model over its spans
learns to give the probability to spans that share words with a right answer; each kind of
question has weights of its own, drawn towards those of all kinds by a second ridge penalty.
Prints what spans of articles that were not learned from come out as, then writes the weights.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.answering import THRESHOLD
from retrieval.confidence import confidence
from retrieval.evaluation.metrics import RIGHT_F1, token_f1, words
from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import Collection, read_collection
from retrieval.highlight.asked import KINDS, read_question
from retrieval.highlight.features import Values, span_features
from retrieval.highlight.quoted import Quoted, read_quote
from retrieval.highlight.ranker import choose
from retrieval.ranking import rank
from retrieval.terms import parse_question

FOLDS = 8
RIDGE = 1e-3  # towards zero, of the weights for all kinds of questions
KIND_RIDGE = 3e-3  # towards those, of the weights for one kind
EPOCHS = 25
BATCH = 64
RATE = 0.05
LEARNED_FROM_F1 = 0.8  # a quote is learned from when a span this right stands in it
PRECISION = 0.82  # out of fold; what is promised is a little less
MIN_COVERAGE = 0.1  # the threshold is not set where only few highlights are left


@dataclass(frozen=True, slots=True)
class Example:
    """One question's spans of its first quote: features, places, and F1 with a right answer."""

    article: str
    kind: str
    shown: bool
    features: np.ndarray
    first: np.ndarray
    past: np.ndarray
    f1: Values


@dataclass(frozen=True, slots=True)
class Marked:
    """A span that was chosen: how sure that was, and how right it is."""

    probability: float
    f1: float
    shown: bool


def examples(collection: Collection) -> tuple[list[Example], tuple[str, ...]]:
    """An example for each question that anything is quoted for, and the features' names."""
    found, names = [], ()
    with indexed(collection.articles) as index:
        snapshot = index.snapshot()
        for question in collection.questions:
            query = parse_question(question.text, snapshot.engine.rarity)
            ranking = rank(snapshot, query, 1)
            if not ranking.candidates:
                continue
            quoted = read_quote(ranking.candidates[0].text)
            asked = read_question(question.text)
            first, past = quoted.candidates
            features = span_features(asked, quoted, first, past)
            names = tuple(features)
            gold = [one.text for one in question.answers]
            found.append(
                Example(
                    article=question.article_id,
                    kind=asked.kind,
                    shown=confidence(query, ranking) >= THRESHOLD,
                    features=np.stack(list(features.values()), axis=1).astype(np.float32),
                    first=first,
                    past=past,
                    f1=_best_f1(quoted, first, past, gold),
                )
            )
    return found, names


def _best_f1(quoted: Quoted, first: np.ndarray, past: np.ndarray, gold: Sequence[str]) -> Values:
    """The F1 of each span with the right answer that it is most like."""
    wanted = {word for one in gold for word in words(one)}
    found = np.zeros(len(first))
    for i, (a, b) in enumerate(zip(first, past, strict=True)):
        text = quoted.span(a, b).of(quoted.text)
        if not wanted.isdisjoint(words(text)):
            found[i] = max(token_f1(text, one) for one in gold)
    return found


def learn(learned_from: Sequence[Example], seed: int = 0) -> dict[str, Values]:
    """Weights by kind of question, by Adam (Kingma and Ba 2015) on the marginal likelihood.

    A span's share of what is right is its F1 squared, when that is at least one half.
    """
    rng = np.random.default_rng(seed)
    usable = [one for one in learned_from if one.f1.max() >= LEARNED_FROM_F1]
    row = {kind: i for i, kind in enumerate(KINDS, 1)}
    weights = np.zeros((len(KINDS) + 1, usable[0].features.shape[1]))
    ridge = np.full((len(weights), 1), KIND_RIDGE)
    ridge[0] = RIDGE
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    steps = EPOCHS * -(-len(usable) // BATCH)
    for step in range(1, steps + 1):
        slope = ridge * weights
        for i in rng.choice(len(usable), min(BATCH, len(usable)), replace=False):
            one = usable[i]
            part = _slope(one, weights[0] + weights[row[one.kind]]) / BATCH
            slope[0] += part
            slope[row[one.kind]] += part
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        rate = RATE * (1.02 - step / steps)
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
    return {kind: weights[0] + weights[i] for kind, i in row.items()}


def _slope(one: Example, weights: Values) -> Values:
    """The slope of minus the log of the probability that stands on right spans."""
    scores = one.features @ weights.astype(np.float32)
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    right = likely * one.f1**2 * (one.f1 >= RIGHT_F1)
    return np.asarray((likely - right / max(right.sum(), 1e-12)) @ one.features)


def mark(one: Example, weights: dict[str, Values]) -> Marked:
    """What would be marked, whatever the threshold."""
    chosen = choose(one.features @ weights[one.kind], one.first, one.past)
    place = np.flatnonzero((one.first == chosen.first) & (one.past == chosen.past))[0]
    return Marked(chosen.probability, float(one.f1[place]), one.shown)


def cross_validate(found: Sequence[Example]) -> list[Marked]:
    """What is marked for each example by weights learned without its article."""
    order = {article: i % FOLDS for i, article in enumerate(sorted({x.article for x in found}))}
    marked = []
    for fold in range(FOLDS):
        weights = learn([one for one in found if order[one.article] != fold])
        marked += [mark(one, weights) for one in found if order[one.article] == fold]
    return marked


def report(marked: Sequence[Marked], questions: int) -> float:
    """Print precision by coverage of all questions; return the threshold for PRECISION."""
    shown = sorted((one for one in marked if one.shown), key=lambda one: -one.probability)
    right = np.cumsum([one.f1 >= RIGHT_F1 for one in shown]) / np.arange(1, len(shown) + 1)
    f1 = np.cumsum([one.f1 for one in shown]) / np.arange(1, len(shown) + 1)
    for coverage in (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
        last = min(len(shown), int(coverage * questions)) - 1
        print(
            f"coverage {(last + 1) / questions:.3f}: precision {right[last]:.3f},",
            f"mean F1 {f1[last]:.3f}, threshold {shown[last].probability:.3f}",
        )
    enough = np.flatnonzero(right >= PRECISION)
    last = int(enough[-1]) if len(enough) else int(MIN_COVERAGE * questions)
    print(f"precision {right[last]:.3f} at coverage {(last + 1) / questions:.3f}")
    return shown[last].probability


def main() -> None:
    """Learn from the file that is named, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    collection = read_collection(parser.parse_args().file)
    found, names = examples(collection)
    print(dict(Counter(one.kind for one in found)))
    threshold = report(cross_validate(found), len(collection.questions))
    by_kind = learn(found)
    table = {
        name: {kind: round(float(by_kind[kind][i]), 3) for kind in KINDS}
        for i, name in enumerate(names)
    }
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
    Path("retrieval/highlight/weights.json").write_text(
        '{\n"learned_by": "tests/training/highlight.py",\n'
        f'"threshold": {threshold:.3f},\n"weights": {{\n{rows}\n}}\n}}\n',
        "utf-8",
    )


if __name__ == "__main__":
    main()
