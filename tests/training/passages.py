"""Learn how a passage counts as a whole: the "passage" weights of `retrieval/evidence/`.

python -m tests.training.passages ../shared/eval/xquad.vi.json

They are learned after the others, which stay as they are, from the file, from the paragraphs of
`tests/training/paragraphs.py` and from the quotes of `tests/training/quotes.py`: the likelihood
of the passages with the answer is maximised. Prints, with weights learned from other subjects,
how often the passage that is thought likeliest has it, beside what that is without these
signals; then writes the weights.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import read_collection
from retrieval.evidence import Floats
from retrieval.evidence.gathered import Gathered, gather
from retrieval.evidence.signals import (
    PASSAGE_SIGNALS,
    SENTENCE_SIGNALS,
    TOKEN_SIGNALS,
    Signals,
)
from retrieval.index import Snapshot
from retrieval.model import Article
from retrieval.ranking import PASSAGES
from retrieval.terms import parse_question
from tests.training.evidence import answers, matrix, ship, shipped
from tests.training.paragraphs import paragraphs_indexed
from tests.training.quotes import read_quotes

FOLDS = 6
RIDGE = {"telling": 1.0, "wholes": 5.0, "names": 1.0, "told_with": 1.0}
"""Most questions with words that are no syllables, and passages without them, are about medicines:
what is learned of those words from them alone must not be much."""
QUOTE_WEIGHT = 0.5  # of a question about a quote beside any other: there are most of these


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its passages' signals, what each is worth by all others, and how much of
    that stands in tokens that are right."""

    kind: str
    subject: str
    signals: Floats
    worth: Floats
    right: Floats


def examples(file: Path) -> Iterator[Example]:
    """The questions of a SQuAD file, also of its paragraphs as articles without a title, then those
    about the written paragraphs and the quotes.

    But for the reviews, whose questions were written by who saw them.
    """
    collection = read_collection(file)
    with indexed(collection.articles) as index:
        for asked in collection.questions:
            begins = partial(answers, asked)
            yield from _example("file", asked.article_id, index.snapshot(), asked.text, begins)
    article_of = {asked.id: asked.article_id for asked in collection.questions}
    alone = read_collection(file, unit="paragraph")
    untitled = {one.id: replace(one, title="") for one in alone.articles}
    with indexed([*untitled.values()]) as index:
        for asked in alone.questions:
            inside = partial(_of, untitled[asked.article_id])
            subject = article_of[asked.id]  # in the same fold as its other paragraphs
            yield from _example("paragraphs", subject, index.snapshot(), asked.text, inside)
    with paragraphs_indexed() as groups:
        for name, paragraphs, index in groups:
            for paragraph in paragraphs if name != "reviews" else ():
                inside = partial(_of, paragraph.article)
                for kind, questions in paragraph.questions.items():
                    for text in questions:
                        source = f"{name}, {kind}"
                        yield from _example(
                            source, paragraph.subject, index.snapshot(), text, inside
                        )
    quotes = read_quotes()
    with indexed([quote.article for quote in quotes]) as index:
        for quote in quotes:
            inside = partial(_of, quote.article)
            for text in quote.answers:
                yield from _example("quotes", quote.article.id, index.snapshot(), text, inside)


def _example(
    kind: str,
    subject: str,
    snapshot: Snapshot,
    text: str,
    right_of: Callable[[Gathered], np.ndarray],
) -> Iterator[Example]:
    """One question, when some of the tokens that are found for it are right, and some are not."""
    query = parse_question(text, snapshot.engine.rarities)
    hits = snapshot.engine.search(query.terms, PASSAGES)
    found = gather(snapshot, hits)
    right = right_of(found)
    if not right.any() or right.all():
        return
    signals = Signals(query, snapshot.engine.idfs(query.terms), hits, found)
    of_sentences, of_tokens, _ = shipped()
    sentences = matrix(SENTENCE_SIGNALS, signals.sentences(), len(found.hit))
    tokens = matrix(TOKEN_SIGNALS, signals.tokens(), len(found.of))
    scores = (sentences @ [of_sentences[name] for name in SENTENCE_SIGNALS])[found.of]
    scores += tokens @ [of_tokens[name] for name in TOKEN_SIGNALS]
    worth = np.exp(scores - scores.max())
    passage = found.hit[found.of]
    yield Example(
        kind,
        subject,
        matrix(PASSAGE_SIGNALS, signals.passages(), len(hits)),
        np.bincount(passage, worth, len(hits)),
        np.bincount(passage, worth * right, len(hits)),
    )


def _of(article: Article, found: Gathered) -> np.ndarray:
    """Which tokens are those of an article."""
    return np.array([found.sentences[at][0].article.id == article.id for at in found.of])


def learn(data: Sequence[Example], steps: int = 50) -> Floats:
    """The weights that make what is right likeliest, with a ridge penalty: Newton's method."""
    weights = np.zeros(len(PASSAGE_SIGNALS))
    ridge = np.array([RIDGE[name] for name in PASSAGE_SIGNALS])
    for _ in range(steps):
        slope, curve = -2 * ridge * weights, 2 * np.diag(ridge)
        for one in data:
            weight = QUOTE_WEIGHT if one.kind == "quotes" else 1.0
            scores = one.signals @ weights
            factor = np.exp(scores - scores.max())
            likely, right = one.worth * factor, one.right * factor
            mean = likely @ one.signals / likely.sum()
            slope += weight * (right @ one.signals / right.sum() - mean)
            spread = (one.signals.T * likely) @ one.signals / likely.sum() - np.outer(mean, mean)
            curve += weight * spread
        weights = weights + np.clip(np.linalg.solve(curve, slope), -1, 1)
    return weights


def is_right(one: Example, weights: Floats) -> bool:
    """Whether the passage that is thought likeliest has what is right."""
    return bool(one.right[(one.worth * np.exp(one.signals @ weights)).argmax()] > 0)


def main() -> None:
    """Learn from the file that is named and from what was written, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    data = list(examples(parser.parse_args().file))
    fold = {subject: at % FOLDS for at, subject in enumerate(sorted({one.subject for one in data}))}
    learned = [learn([one for one in data if fold[one.subject] != at]) for at in range(FOLDS)]
    nothing = np.zeros(len(PASSAGE_SIGNALS))
    for kind in dict.fromkeys(one.kind for one in data):
        these = [one for one in data if one.kind == kind]
        now = np.mean([is_right(one, learned[fold[one.subject]]) for one in these])
        before = np.mean([is_right(one, nothing) for one in these])
        print(f"{kind}: {now:.1%} of {len(these)}; without these signals {before:.1%}")
    of_sentences, of_tokens, _ = shipped()
    weights = learn(data).round(2).tolist()
    ship(of_sentences, of_tokens, dict(zip(PASSAGE_SIGNALS, weights, strict=True)))


if __name__ == "__main__":
    main()
