"""Learn the weights of `retrieval/confidence.json` from a SQuAD file, cross-validated by article.

python -m tests.training.confidence ../shared/eval/xquad.vi.json --english xquad.en.json

Logistic regression over the questions of all articles, asked of an index that has half of them,
as they are and in the noises that people make, of indexes of one article, and of indexes that
have every other paragraph of each. Prints, out of fold, the AUROC and what the threshold that
refuses a twentieth of the answerable questions refuses of the others.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from retrieval import Index
from retrieval.confidence import SIGNALS, signals
from retrieval.evaluation.noise import NOISES
from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import PARAGRAPH_BREAK, Collection, Question, read_collection
from retrieval.evidence import Floats
from retrieval.model import Article
from retrieval.ranking import rank
from retrieval.terms import parse_question

FOLDS = 6
NOISES_LEARNED = ("none", "no-diacritics", "typo", "telex")


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked of one index: `kind` says of which, and in what noise."""

    kind: str
    article: str
    answerable: bool
    signals: tuple[float, ...]


def examples(collection: Collection, translated: Collection) -> Iterator[Example]:
    """All questions to half of the articles, and to one article alone: theirs, then another.

    `translated` has the same questions in English, also asked of half of the articles.
    """
    there = [one for one in collection.articles if one.id not in collection.held_out]
    with indexed(there) as index:
        for noise in NOISES_LEARNED:
            for question in collection.questions:
                text = NOISES[noise](question.text, 0)
                answerable = question.article_id not in collection.held_out
                yield from _example(f"half, {noise}", index, question, text, answerable)
        for question in translated.questions:
            answerable = question.article_id not in collection.held_out
            yield from _example("half, english", index, question, question.text, answerable)
    others = {one.id: other.id for one, other in pairwise([*collection.articles, there[0]])}
    for article in collection.articles:
        with indexed([article]) as index:
            for question in collection.questions:
                if article.id in (question.article_id, others[question.article_id]):
                    answerable = article.id == question.article_id
                    yield from _example("alone", index, question, question.text, answerable)
    texts = {article.id: article.text for article in collection.articles}
    for rest in (0, 1):
        with indexed([_every_other_paragraph(one, rest) for one in collection.articles]) as index:
            for question in collection.questions:
                start = question.answers[0].span.start
                number = texts[question.article_id].count(PARAGRAPH_BREAK, 0, start)
                answerable = number % 2 == rest
                yield from _example("paragraphs", index, question, question.text, answerable)


def _every_other_paragraph(article: Article, first: int) -> Article:
    return replace(
        article, text=PARAGRAPH_BREAK.join(article.text.split(PARAGRAPH_BREAK)[first::2])
    )


def _example(
    kind: str, index: Index, question: Question, text: str, answerable: bool
) -> Iterator[Example]:
    snapshot = index.snapshot()
    query = parse_question(text, snapshot.engine.rarities)
    ranking = rank(snapshot, query, 1)
    if ranking.candidates:
        values = signals(snapshot, query, ranking)
        found = tuple(values[name] for name in SIGNALS)
        yield Example(kind, question.article_id, answerable, found)


def learn(rows: Floats, answerable: np.ndarray) -> Floats:
    """Logistic regression by Newton's method (Bishop 2006, section 4.3.3)."""
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        probability = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (probability - answerable) + 1e-3 * weights
        curve = (rows * (probability * (1 - probability))[:, None]).T @ rows
        weights = weights - np.linalg.solve(curve + 1e-3 * np.eye(len(weights)), slope)
    return weights


def _auroc(answerable: Floats, others: Floats) -> float:
    """The chance that one of the first is above one of the second; ties count half."""
    difference = answerable[:, None] - others
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def main() -> None:
    """Learn from the file that is named, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--english", type=Path, required=True, help="the same questions, in English"
    )
    chosen = parser.parse_args()
    collection = read_collection(chosen.file)
    translated = read_collection(chosen.file, questions=chosen.english)
    data = list(examples(collection, translated))
    rows = np.array([example.signals for example in data])
    answerable = np.array([example.answerable for example in data])
    kinds = np.array([example.kind for example in data])
    order = {article: at for at, article in enumerate(sorted({one.article for one in data}))}
    fold = np.array([order[example.article] % FOLDS for example in data])
    scores = np.zeros(len(rows))
    for one in range(FOLDS):
        scores[fold == one] = rows[fold == one] @ learn(rows[fold != one], answerable[fold != one])
    threshold = np.quantile(scores[(kinds == "half, none") & answerable], 0.05)
    for kind in dict.fromkeys(kinds):
        these, refused = kinds == kind, scores < threshold
        print(
            f"{kind}: AUROC {_auroc(scores[these & answerable], scores[these & ~answerable]):.4f}",
            f"answerable refused {refused[these & answerable].mean():.1%}",
            f"unanswerable refused {refused[these & ~answerable].mean():.1%}",
        )
    print(f"threshold {1 / (1 + np.exp(-threshold)):.3f}")
    weights = learn(rows, answerable)
    record = {
        "learned_by": "tests/training/confidence.py",
        "weights": {name: round(float(w), 4) for name, w in zip(SIGNALS, weights, strict=True)},
    }
    Path("retrieval/confidence.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
