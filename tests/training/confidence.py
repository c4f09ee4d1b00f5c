"""Learn the weights of `retrieval/confidence.json`, cross-validated by article.

python -m tests.training.confidence ../shared/eval/xquad.vi.json --english xquad.en.json

Logistic regression over the questions of all articles of a SQuAD file, asked of an index that
has half of them, as they are and in the noises that people make, of indexes of one article, and
of indexes that have every other paragraph of each; and over the questions about the quotes and
the paragraphs that were written for the training, asked of half of those: they are in other
words than what they are about, which hardly any of the file's are. Prints, out of fold, the
AUROC, what the shipped threshold makes of each kind, and the same of what was written with
weights learned without anything like it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from retrieval import Index
from retrieval.answering import THRESHOLD
from retrieval.confidence import SIGNALS, signals
from retrieval.evaluation.metrics import holds
from retrieval.evaluation.noise import NOISES
from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import (
    PARAGRAPH_BREAK,
    Collection,
    Question,
    is_held_out,
    read_collection,
)
from retrieval.evidence import Floats
from retrieval.index import Snapshot
from retrieval.model import Article
from retrieval.ranking import Ranking, rank
from retrieval.terms import Query, parse_question
from tests.training.paragraphs import SUBJECTS, read_paragraphs
from tests.training.quotes import read_quotes

FOLDS = 6
NOISES_LEARNED = ("none", "no-diacritics", "typo", "telex")


QUOTE_WEIGHT = 0.5
"""What a question about a quote weighs beside any other: there are as many as of all the rest."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked of one index: `kind` says of which, and in what noise.

    `source` is what was written together, of which one part tells much of the others.
    """

    source: str
    kind: str
    article: str
    answerable: bool
    signals: tuple[float, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Written:
    """A question that was written for the training, and the answer where that is known."""

    kind: str
    subject: str
    article: Article
    text: str
    answer: str = ""


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


def written_examples() -> Iterator[Example]:
    """All questions about quotes, then those about the paragraphs of each group of subjects."""
    about_quotes = [
        Written("quotes", one.article.id, one.article, question, answer)
        for one in read_quotes()
        for question, answer in one.answers.items()
    ]
    yield from _asked_of_half("quotes", about_quotes, QUOTE_WEIGHT)
    for name in SUBJECTS:
        about_paragraphs = [
            Written(f"{name}, {kind}", one.subject, one.article, question)
            for one in read_paragraphs(name)
            for kind, questions in one.questions.items()
            for question in questions
        ]
        yield from _asked_of_half(name, about_paragraphs, 1.0)


def _asked_of_half(source: str, asked: Sequence[Written], weight: float) -> Iterator[Example]:
    """Each question to the articles about half of the subjects.

    One about another that some quote answers all the same is left out: two quotes may tell of
    the same thing.
    """
    there = {one.article.id: one.article for one in asked if not is_held_out(one.subject)}
    with indexed([*there.values()]) as index:
        snapshot = index.snapshot()
        for one in asked:
            query = parse_question(one.text, snapshot.engine.rarities)
            ranking = rank(snapshot, query, 3)
            answerable = one.article.id in there
            answered = one.answer and any(holds(c.text, one.answer) for c in ranking.candidates)
            if not ranking.candidates or (answered and not answerable):
                continue
            kind = f"{one.kind}, english" if query.translated else one.kind
            found = _values(snapshot, query, ranking)
            yield Example(source, kind, one.subject, answerable, found, weight)


def _example(
    kind: str, index: Index, question: Question, text: str, answerable: bool
) -> Iterator[Example]:
    snapshot = index.snapshot()
    query = parse_question(text, snapshot.engine.rarities)
    ranking = rank(snapshot, query, 1)
    if ranking.candidates:
        found = _values(snapshot, query, ranking)
        yield Example("file", kind, question.article_id, answerable, found)


def _values(snapshot: Snapshot, query: Query, ranking: Ranking) -> tuple[float, ...]:
    """The signals' values, in their order."""
    values = signals(snapshot, query, ranking)
    return tuple(values[name] for name in SIGNALS)


def learn(rows: Floats, answerable: np.ndarray, share: Floats | float = 1.0) -> Floats:
    """Logistic regression by Newton's method (Bishop 2006, section 4.3.3).

    `share` is what each row weighs.
    """
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        probability = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (share * (probability - answerable)) + 1e-3 * weights
        spread = share * probability * (1 - probability)
        curve = (rows * spread[:, None]).T @ rows
        weights = weights - np.linalg.solve(curve + 1e-3 * np.eye(len(weights)), slope)
    return weights


def _table(data: Iterable[Example]) -> tuple[Floats, np.ndarray, Floats]:
    """The signals of each example in a row, whether it is answerable, and what it weighs."""
    kept = list(data)
    return (
        np.array([one.signals for one in kept]),
        np.array([one.answerable for one in kept]),
        np.array([one.weight for one in kept]),
    )


def _auroc(answerable: Floats, others: Floats) -> float:
    """The chance that one of the first is above one of the second; ties count half."""
    difference = answerable[:, None] - others
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def out_of_fold(data: Sequence[Example]) -> Floats:
    """The confidence in each example with weights learned from other articles."""
    order = {article: at for at, article in enumerate(sorted({one.article for one in data}))}
    fold = np.array([order[one.article] % FOLDS for one in data])
    return _learned_apart(data, fold)


def out_of_source(data: Sequence[Example]) -> Floats:
    """The same with weights learned from what was written apart from it."""
    return _learned_apart(data, np.array([one.source for one in data]))


def _learned_apart(data: Sequence[Example], part: np.ndarray) -> Floats:
    rows, _, _ = _table(data)
    scores = np.zeros(len(data))
    for this in np.unique(part):
        others = [one for one, its in zip(data, part, strict=True) if its != this]
        scores[part == this] = rows[part == this] @ learn(*_table(others))
    return np.asarray(1 / (1 + np.exp(-scores)))


def tell(data: Sequence[Example], sure: Floats) -> None:
    """Print of each kind how well the confidence tells what is answered, and both error rates."""
    kinds = np.array([one.kind for one in data])
    answerable = np.array([one.answerable for one in data])
    for kind in dict.fromkeys(kinds.tolist()):
        there, absent = sure[(kinds == kind) & answerable], sure[(kinds == kind) & ~answerable]
        print(
            f"  {kind}: AUROC {_auroc(there, absent):.4f},",
            f"refused though answered {(there < THRESHOLD).mean():.1%},",
            f"answered wrongly {(absent >= THRESHOLD).mean():.1%}",
        )


def main() -> None:
    """Learn from the file that is named and what was written, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--english", type=Path, required=True, help="the same questions, in English"
    )
    chosen = parser.parse_args()
    collection = read_collection(chosen.file)
    translated = read_collection(chosen.file, questions=chosen.english)
    data = [*examples(collection, translated), *written_examples()]
    print(f"at the threshold of {THRESHOLD}, learned from other articles:")
    tell(data, out_of_fold(data))
    print("learned from what was written apart:")
    tell(data, out_of_source(data))
    weights = learn(*_table(data))
    record = {
        "learned_by": "tests/training/confidence.py",
        "weights": {name: round(float(w), 4) for name, w in zip(SIGNALS, weights, strict=True)},
    }
    Path("retrieval/confidence.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
