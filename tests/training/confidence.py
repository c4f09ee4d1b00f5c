"""Learn the weights of `retrieval/confidence.json` from a SQuAD file, cross-validated by article.

python -m tests.training.confidence ../shared/eval/xquad.vi.json

Logistic regression over the questions of all articles, half of which are not in the index;
asked as they are and in the noises that people make. Prints, out of fold, the AUROC and what
the threshold that refuses a twentieth of the answerable questions refuses of the others.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from retrieval.confidence import SIGNALS, signals
from retrieval.evaluation.noise import NOISES
from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import read_collection
from retrieval.evidence import Floats
from retrieval.ranking import rank
from retrieval.terms import parse_question

FOLDS = 6
LEARNED_FROM = ("none", "no-diacritics", "typo", "telex")


def examples(file: Path) -> tuple[Floats, np.ndarray, list[str], list[str]]:
    """Signals, whether the article was there, the article, and the noise of each question."""
    collection = read_collection(file)
    there = [article for article in collection.articles if article.id not in collection.held_out]
    rows, answerable, articles, noises = [], [], [], []
    with indexed(there) as index:
        snapshot = index.snapshot()
        for noise in LEARNED_FROM:
            for question in collection.questions:
                query = parse_question(NOISES[noise](question.text, 0), snapshot.engine.rarity)
                ranking = rank(snapshot, query, 1)
                if ranking.candidates:
                    rows.append([signals(query, ranking)[name] for name in SIGNALS])
                    answerable.append(question.article_id not in collection.held_out)
                    articles.append(question.article_id)
                    noises.append(noise)
    return np.array(rows), np.array(answerable), articles, noises


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
    rows, answerable, articles, noises = examples(parser.parse_args().file)
    order = {article: place for place, article in enumerate(sorted(set(articles)))}
    fold = np.array([order[article] % FOLDS for article in articles])
    clean = np.array([noise == "none" for noise in noises])
    scores = np.zeros(len(rows))
    for one in range(FOLDS):
        scores[fold == one] = rows[fold == one] @ learn(rows[fold != one], answerable[fold != one])
    threshold = np.quantile(scores[clean & answerable], 0.05)
    for noise in LEARNED_FROM:
        these = np.array([name == noise for name in noises])
        refused = scores < threshold
        print(
            f"{noise}: AUROC {_auroc(scores[these & answerable], scores[these & ~answerable]):.4f}",
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
