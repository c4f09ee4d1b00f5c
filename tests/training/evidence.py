"""Learn the weights of `retrieval/evidence/` from a SQuAD file, cross-validated by article.

python -m tests.training.evidence ../shared/eval/xquad.vi.json

Of passages as wholes see `tests/training/passages.py`, which is to be run after this.

A conditional logit: the probability that the answer begins at a token of a question's passages
is the softmax of its weighted signals; the likelihood of the tokens that do is maximised, with a
ridge penalty. Prints quote@1 and quote@3 out of fold, for several assignments of the articles to
folds, then writes the weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

import retrieval.evidence
from retrieval.evaluation.metrics import holds, words
from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import Collection, Question, read_collection
from retrieval.evidence import Floats
from retrieval.evidence.gathered import Gathered, gather
from retrieval.evidence.signals import SENTENCE_SIGNALS, TOKEN_SIGNALS, Columns, Signals
from retrieval.index import Snapshot
from retrieval.ranking import PASSAGES, rank
from retrieval.terms import parse_question
from retrieval.text import strip_diacritics

FOLDS = 6
RIDGE = 10.0
_SENTENCES = 14  # the most that are learned from in one question: others are far from likely
_WEIGHTS = Path("retrieval/evidence/weights.json")


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its tokens' signals, and which of them begin the answer."""

    article: str
    signals: np.ndarray
    begins: np.ndarray


def examples(collection: Collection, snapshot: Snapshot) -> Iterator[Example]:
    """The questions whose answer is among the candidates."""
    for question in collection.questions:
        query = parse_question(question.text, snapshot.engine.rarities)
        hits = snapshot.engine.search(query.terms, PASSAGES)
        found = gather(snapshot, hits)
        begins = answers(question, found)
        if not begins.any():
            continue
        signals = Signals(query, snapshot.engine.idfs(query.terms), hits, found)
        promising = np.argsort(-signals.cover, kind="stable")[:_SENTENCES]
        kept = np.zeros(len(found.hit), bool)
        kept[promising] = True
        kept[found.of[begins]] = True
        inside = kept[found.of]
        sentences = matrix(SENTENCE_SIGNALS, signals.sentences(), len(found.hit))
        tokens = matrix(TOKEN_SIGNALS, signals.tokens(), len(found.of))
        values = np.concatenate([sentences[found.of], tokens], axis=1)[inside]
        yield Example(question.article_id, values.astype(np.float32), begins[inside])


def matrix(names: Sequence[str], columns: Columns, count: int) -> Floats:
    """The columns of those names side by side, zeros for those that are left out."""
    nothing = np.zeros(count)
    return np.stack([np.asarray(columns.get(name, nothing), float) for name in names], axis=1)


def answers(question: Question, found: Gathered) -> np.ndarray:
    """Which tokens begin what a right answer says, wherever that stands."""
    begins = np.zeros(len(found.of), bool)
    golds = [words(answer.text) for answer in question.answers]
    firsts = np.searchsorted(found.of, np.arange(len(found.hit) + 1))
    for index in range(len(found.hit)):
        stored, _, sentence = found.sentences[index]
        places = found.starts[firsts[index] : firsts[index + 1]]
        ends = [*places[1:], sentence.span.end]
        said = [
            (word, token)
            for token, (start, end) in enumerate(zip(places, ends, strict=True))
            for word in words(stored.article.text[start:end])
        ]
        flat = [word for word, _ in said]
        for gold in filter(None, golds):
            for at in range(len(flat) - len(gold) + 1):
                if flat[at : at + len(gold)] == gold:
                    begins[firsts[index] + said[at][1]] = True
    return begins


def learn(data: Sequence[Example], steps: int = 500, rate: float = 0.1) -> Floats:
    """The weights that make the answers' tokens likeliest: Adam on standardised signals."""
    everything = np.concatenate([example.signals for example in data])
    scale = everything.std(axis=0) + 1e-9
    signals = everything / scale
    sizes = [len(example.begins) for example in data]
    starts = np.cumsum([0, *sizes[:-1]])
    owner = np.repeat(np.arange(len(data)), sizes)
    begins = np.concatenate([example.begins for example in data])
    weights, mean, square = np.zeros((3, signals.shape[1]), np.float32)
    for step in range(1, steps + 1):
        scores = signals @ weights
        likely = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        among_all = likely / np.add.reduceat(likely, starts)[owner]
        right = np.add.reduceat(likely * begins, starts)
        among_right = likely * begins / np.maximum(right, 1e-30)[owner]
        gradient = signals.T @ (among_all - among_right) + 2 * RIDGE * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        pace = rate * min(1.0, 2 * (1 - step / (steps + 1)))
        weights = weights - pace * (mean / (1 - 0.9**step)) / (
            np.sqrt(square / (1 - 0.999**step)) + 1e-9
        )
    return np.asarray(weights / scale, dtype=np.float64)


def likelihood(data: Sequence[Example], weights: Floats) -> tuple[float, float]:
    """Mean probability of the tokens that begin an answer, and the mean of its logarithm."""
    found = []
    for example in data:
        scores = example.signals @ weights
        likely = np.exp(scores - scores.max())
        found.append(float(likely[example.begins].sum() / likely.sum()))
    return float(np.mean(found)), float(np.log(np.maximum(found, 1e-9)).mean())


@contextmanager
def weighing(weights: Floats, of_passages: Mapping[str, float] | None = None) -> Iterator[None]:
    """Ranking with these weights instead of the shipped ones; those of passages if any."""
    of_sentences, of_tokens = by_name(weights)
    named = of_sentences, of_tokens, of_passages or shipped()[-1]
    with patch.object(retrieval.evidence, "_weights", lambda: named):
        yield


def shipped() -> tuple[Mapping[str, float], ...]:
    """The shipped weights of sentences, of tokens and of passages."""
    return retrieval.evidence._weights()


def ship(
    of_sentences: Mapping[str, float],
    of_tokens: Mapping[str, float],
    of_passages: Mapping[str, float],
) -> None:
    """Write the weights."""
    record = {
        "learned_by": "tests/training/evidence.py and tests/training/passages.py",
        "sentence": of_sentences,
        "token": of_tokens,
        "passage": of_passages,
    }
    _WEIGHTS.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def by_name(weights: Floats) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of the sentences' signals and of the tokens'."""
    values = dict(zip((*SENTENCE_SIGNALS, *TOKEN_SIGNALS), weights.tolist(), strict=True))
    return (
        {name: values[name] for name in SENTENCE_SIGNALS},
        {name: values[name] for name in TOKEN_SIGNALS},
    )


def quoted(collection: Collection, snapshot: Snapshot) -> tuple[list[bool], list[bool]]:
    """Whether the first quote, and whether one of three, holds the answer to each question."""
    first, three = [], []
    for question in collection.questions:
        query = parse_question(question.text, snapshot.engine.rarities)
        texts = [candidate.text for candidate in rank(snapshot, query, 3).candidates]
        right = [any(holds(text, one.text) for one in question.answers) for text in texts]
        first.append(any(right[:1]))
        three.append(any(right))
    return first, three


def folds(collection: Collection, repeat: int) -> dict[str, int]:
    """The fold of each article; another assignment for each repeat."""
    articles = sorted(article.id for article in collection.articles)
    order = np.random.default_rng(repeat).permutation(len(articles))
    return {articles[at]: place % FOLDS for place, at in enumerate(order.tolist())}


def out_of_fold(
    collection: Collection, snapshot: Snapshot, data: Sequence[Example], repeat: int
) -> Floats:
    """With weights learned on other articles: the answer's probability, its logarithm, then
    quote@1 and quote@3 as the questions are written and without diacritics."""
    fold_of = folds(collection, repeat)
    likely, found = [], []
    for fold in range(FOLDS):
        weights = learn([one for one in data if fold_of[one.article] != fold])
        likely.append(likelihood([one for one in data if fold_of[one.article] == fold], weights))
        unseen = [one for one in collection.questions if fold_of[one.article_id] == fold]
        bare = [replace(one, text=strip_diacritics(one.text)) for one in unseen]
        with weighing(weights):
            written = quoted(replace(collection, questions=tuple(unseen)), snapshot)
            typed = quoted(replace(collection, questions=tuple(bare)), snapshot)
        found += [*zip(*written, *typed, strict=True)]
    return np.concatenate([np.mean(likely, axis=0), np.mean(found, axis=0)])


def main() -> None:
    """Learn from the file that is named, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--repeats", type=int, default=4, help="assignments to folds; 0: none")
    options = parser.parse_args()
    collection = read_collection(options.file)
    with indexed(collection.articles) as index:
        snapshot = index.snapshot()
        data = list(examples(collection, snapshot))
        found = []
        for repeat in range(options.repeats):
            found.append(out_of_fold(collection, snapshot, data, repeat))
            print(f"out of fold, {_told(found[-1])}")
        if found:
            print(f"mean of {len(found)}:  {_told(np.mean(found, axis=0))}")
    weights = learn(data)
    print(f"on all it learned from: {likelihood(data, weights)}")
    ship(*by_name(weights.round(4)), shipped()[-1])


def _told(measures: Floats) -> str:
    probability, logarithm, one, three, bare_one, bare_three = measures
    return (
        f"quote@1 {one:.2%}, @3 {three:.2%}; without diacritics {bare_one:.2%}, {bare_three:.2%}; "
        f"the answer's probability {probability:.4f}, its log {logarithm:.4f}"
    )


if __name__ == "__main__":
    main()
