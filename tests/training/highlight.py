"""Learn the weights of `retrieval/highlight/weights.json` from a SQuAD file, cross-validated.

python -m tests.training.highlight SQUAD.json --english SAME-IDS-IN-ENGLISH.json

A log-linear model over the spans of a quote learns to give the probability to spans that share
words with a right answer; each kind of question has weights of its own, drawn towards those of
all kinds by a second ridge penalty. It learns from the quotes of each question's real answer and
is measured on the first of them, for articles that it did not learn from. From what it chooses
there, and what the evidence says of it, a logistic regression for each language learns how sure
a choice is, and is measured on other articles again. Prints precision by coverage of all
questions, then writes the weights.

`quotes.jsonl` has more questions, written for this about quotes of which each is an article of
its own: of newspapers, encyclopaedias, guides, rules. It is learned from too, and measured apart.
None of it was taken from anywhere, and the subjects of XQuAD's articles are left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from retrieval.answering import THRESHOLD
from retrieval.confidence import confidence as confidence_of
from retrieval.evaluation.metrics import RIGHT_F1, token_f1, words
from retrieval.evaluation.run import indexed
from retrieval.evaluation.squad import Collection, Question, read_collection
from retrieval.evidence import Floats
from retrieval.evidence.coverage import missing
from retrieval.highlight.asked import KINDS, read_question
from retrieval.highlight.features import Values, span_features
from retrieval.highlight.quoted import Quoted, read_quote
from retrieval.highlight.ranker import choose, nothing_features
from retrieval.highlight.sureness import SIGNALS, Answering, signals
from retrieval.index import Snapshot
from retrieval.ranking import rank
from retrieval.terms import parse_question
from tests.training import confidence, evidence
from tests.training.quotes import read_quotes

FOLDS = 8
RIDGE = 3e-3  # towards zero, of the weights for all kinds of questions
KIND_RIDGE = 1e-3  # towards those, of the weights for one kind
EPOCHS = 25
BATCH = 64
RATE = 0.05
RUNS = 6  # whose mean is learned: it hangs less on the order of the examples
WRITTEN_WEIGHT = 0.15
"""How often one of its questions is learned from beside one of a collection: the more, the better
marked is what is written like it, and the worse what is in a collection."""
QUOTES = 3  # learned from, of each question
ANSWERED_F1 = 0.8  # a quote answers when a span this right stands in it
NOTHING_WEIGHT = 0.1  # of a quote that does not answer, beside one that does
PRECISION = 0.8
MIN_COVERAGE = 0.02  # fewer highlights than that say nothing about a threshold


@dataclass(frozen=True, slots=True)
class Example:
    """A question's spans of a quote: features, places, and F1 with a right answer.

    `shown` says whether it is the first quote of an answer that marks what it finds;
    `answering` what the ranking knew of it, None for one of `quotes.jsonl`.
    """

    article: str
    kind: str
    shown: bool
    quoted: Quoted
    answering: Answering | None
    features: np.ndarray
    nothing: Values
    first: np.ndarray
    past: np.ndarray
    f1: Values

    @property
    def written(self) -> bool:
        """Whether it is of `quotes.jsonl`: no ranking led to it."""
        return self.answering is None


@dataclass(frozen=True, slots=True)
class Marked:
    """A span that was chosen: what tells how sure that is, and how right it is."""

    fold: int
    signals: Values
    f1: float


def examples(
    collection: Collection, weights: Sequence[Floats]
) -> tuple[list[Example], tuple[str, ...]]:
    """Examples from each question of the collection, and the features' names.

    They are ranked with the evidence's `weights` that were learned without their article's fold.
    """
    fold_of = evidence.folds(collection, 0)
    found: list[tuple[Example, tuple[str, ...]]] = []
    with indexed(collection.articles) as index:
        snapshot = index.snapshot()
        for question in collection.questions:
            with evidence.weighing(weights[fold_of[question.article_id]]):
                found += _examples(snapshot, question)
    return [one for one, _ in found], found[0][1]


def weights_of_evidence(collection: Collection) -> list[Floats]:
    """For each fold, the weights of the evidence learned on the articles of the others."""
    fold_of = evidence.folds(collection, 0)
    with indexed(collection.articles) as index:
        data = list(evidence.examples(collection, index.snapshot()))
    return [
        evidence.learn([one for one in data if fold_of[one.article] != fold])
        for fold in range(evidence.FOLDS)
    ]


def _examples(snapshot: Snapshot, question: Question) -> Iterator[tuple[Example, tuple[str, ...]]]:
    """One example for each of the first quotes."""
    query = parse_question(question.text, snapshot.engine.rarities)
    ranking = rank(snapshot, query, QUOTES)
    gold = [one.text for one in question.answers]
    sure = confidence_of(snapshot, query, ranking) >= THRESHOLD
    for place, one in enumerate(ranking.candidates):
        shown = sure and place == 0 and not missing(query, one.stored.article, one.span).names
        answering = Answering(one.probability, one.begins)
        yield from example(question.article_id, question.text, one.text, gold, shown, answering)


def example(
    article: str,
    question: str,
    quote: str,
    gold: Sequence[str],
    shown: bool,
    answering: Answering | None = None,
) -> Iterator[tuple[Example, tuple[str, ...]]]:
    """The example of one quote and the features' names; nothing when no span can be marked."""
    asked, quoted = read_question(question), read_quote(quote)
    first, past = quoted.candidates
    if asked.kind not in KINDS or not len(first):
        return
    features = span_features(asked, quoted, first, past)
    one = Example(
        article=article,
        kind=asked.kind,
        shown=shown,
        quoted=quoted,
        answering=answering,
        features=np.stack(list(features.values()), axis=1).astype(np.float32),
        nothing=nothing_features(features),
        first=first,
        past=past,
        f1=_best_f1(quoted, first, past, gold),
    )
    yield one, tuple(features)


def written_examples() -> list[Example]:
    """The questions of `quotes.jsonl`; each of its lines is an article."""
    found = []
    for written in read_quotes():
        article = written.article
        for question, answer in written.answers.items():
            made = example(article.id, question, article.text, [answer], shown=True)
            found += [one for one, _ in made]
    return found


def _best_f1(quoted: Quoted, first: np.ndarray, past: np.ndarray, gold: Sequence[str]) -> Values:
    """The F1 of each span with the right answer that it is most like."""
    wanted = {word for one in gold for word in words(one)}
    found = np.zeros(len(first))
    for place, (start, end) in enumerate(zip(first, past, strict=True)):
        text = quoted.span(start, end).of(quoted.text)
        if not wanted.isdisjoint(words(text)):
            found[place] = max(token_f1(text, one) for one in gold)
    return found


def learn(learned_from: Sequence[Example]) -> dict[str, Values]:
    """Weights by kind of question, the mean of some runs."""
    runs = [_run(learned_from, seed) for seed in range(RUNS)]
    return {kind: np.mean([run[kind] for run in runs], axis=0) for kind in KINDS}


def _run(learned_from: Sequence[Example], seed: int) -> dict[str, Values]:
    """Weights by kind of question, by Adam (Kingma and Ba 2015) on the marginal likelihood.

    A span's share of what is right is the third power of its F1, when that is at least one half.
    """
    rng = np.random.default_rng(seed)
    usable = [one for one in learned_from if not RIGHT_F1 <= one.f1.max() < ANSWERED_F1]
    row = {kind: i for i, kind in enumerate(KINDS, 1)}
    size = usable[0].features.shape[1] + len(usable[0].nothing)
    weights = np.zeros((len(KINDS) + 1, size))
    ridge = np.full((len(weights), 1), KIND_RIDGE)
    ridge[0] = RIDGE
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    share = np.cumsum([WRITTEN_WEIGHT if one.written else 1.0 for one in usable])
    steps = EPOCHS * -(-int(share[-1]) // BATCH)
    for step in range(1, steps + 1):
        slope, counted = np.zeros_like(weights), 0.0
        for i in share.searchsorted(rng.random(BATCH) * share[-1]):
            one = usable[i]
            weight = 1 if one.f1.max() >= ANSWERED_F1 else NOTHING_WEIGHT
            part = weight * _slope(one, weights[0] + weights[row[one.kind]])
            slope[[0, row[one.kind]]] += part
            counted += weight
        slope = slope / counted + ridge * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        rate = RATE * (1.02 - step / steps)
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
    return {kind: weights[0] + weights[i] for kind, i in row.items()}


def _slope(one: Example, weights: Values) -> Values:
    """The slope of minus the log of the probability of what is right: some spans, or none."""
    own, nothing = np.split(weights, [one.features.shape[1]])
    scores = np.append(one.features @ own.astype(np.float32), one.nothing @ nothing)
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    answered = one.f1.max() >= ANSWERED_F1
    gain = one.f1**3 * (one.f1 >= RIGHT_F1) if answered else np.zeros(len(one.f1))
    right = likely * np.append(gain, not answered)
    excess = likely - right / max(right.sum(), 1e-12)
    return np.append(excess[:-1].astype(np.float32) @ one.features, excess[-1] * one.nothing)


def mark(one: Example, weights: dict[str, Values], fold: int) -> Marked:
    """What would be marked, however sure that is."""
    own, nothing = np.split(weights[one.kind], [one.features.shape[1]])
    chosen = choose(one.features @ own, float(one.nothing @ nothing), one.first, one.past)
    place = np.flatnonzero((one.first == chosen.first) & (one.past == chosen.past))[0]
    span = one.quoted.span(chosen.first, chosen.past)
    told = signals(chosen.probability, span, one.answering)
    return Marked(fold, told, float(one.f1[place]))


def cross_validate(
    measured: Mapping[str, Sequence[Example]], learned_from: Sequence[Example]
) -> dict[str, list[Marked]]:
    """What is marked for each set's shown examples by weights learned without their article."""
    articles = sorted({one.article for one in learned_from})
    fold = {article: place % FOLDS for place, article in enumerate(articles)}
    others = [
        [one for one in learned_from if fold[one.article] != one_fold] for one_fold in range(FOLDS)
    ]
    marked: dict[str, list[Marked]] = {name: [] for name in measured}
    for one_fold, weights in enumerate(_learned_apart(others)):
        for name, every in measured.items():
            held_out = (one for one in every if one.shown and fold[one.article] == one_fold)
            marked[name] += [mark(one, weights, one_fold) for one in held_out]
    return marked


_inherited: list[Sequence[Example]] = []  # by processes that learn: too much to be sent to them


def _learned_apart(several: Sequence[Sequence[Example]]) -> list[dict[str, Values]]:
    """The weights learned from each of several, on all cores."""
    _inherited[:] = several
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        return list(pool.map(_learned_from_inherited, range(len(several))))


def _learned_from_inherited(place: int) -> dict[str, Values]:
    return learn(_inherited[place])


def sureness(marked: Sequence[Marked]) -> Values:
    """The weights of the signals, from what was marked for articles that were held out."""
    rows = np.stack([one.signals for one in marked])
    return confidence.learn(rows, np.array([one.f1 >= RIGHT_F1 for one in marked], float))


def report(name: str, marked: Sequence[Marked], like: Sequence[Marked], questions: int) -> float:
    """Print precision by coverage of all questions; return the threshold for PRECISION.

    How sure each mark is was learned from those `like` it of other folds.
    """
    learned = [sureness([one for one in like if one.fold != fold]) for fold in range(FOLDS)]
    odds = np.array([one.signals @ learned[one.fold] for one in marked])
    order = np.argsort(-odds, kind="stable")
    probability = 1 / (1 + np.exp(-odds[order]))
    found = np.array([one.f1 for one in marked])[order]
    count = np.arange(1, len(marked) + 1)
    right, same = np.cumsum(found >= RIGHT_F1) / count, np.cumsum(found == 1) / count
    f1 = np.cumsum(found) / count

    def line(last: int) -> str:
        return (
            f"{name}: coverage {(last + 1) / questions:.3f} precision {right[last]:.3f} "
            f"exact {same[last]:.3f} mean F1 {f1[last]:.3f} "
            f"threshold {probability[last]:.3f}"
        )

    for coverage in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        print(line(min(len(marked), round(coverage * questions)) - 1))
    least = round(MIN_COVERAGE * questions)
    enough = np.flatnonzero((right >= PRECISION) & (count >= least))
    last = int(enough[-1]) if len(enough) else least
    print(line(last), "(chosen)")
    return float(probability[last])


def main() -> None:
    """Learn from the files that are named, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--english", type=Path, required=True, help="the same questions in English")
    options = parser.parse_args()
    collections = {
        "vietnamese": read_collection(options.file),
        "english": read_collection(options.file, questions=options.english),
    }
    weights = weights_of_evidence(collections["vietnamese"])
    found = {name: examples(collection, weights) for name, collection in collections.items()}
    measured = {name: one for name, (one, _) in found.items()} | {"written": written_examples()}
    everything = [one for examples_of in measured.values() for one in examples_of]
    counts = {name: len(collection.questions) for name, collection in collections.items()}
    counts["written"] = len(measured["written"])
    marked = cross_validate(measured, everything)
    like = {name: marked[name] for name in collections}
    thresholds = {
        name: report(name, one, like.get(name, like["vietnamese"]), counts[name])
        for name, one in marked.items()
    }
    sure = {
        name: dict(zip(SIGNALS, sureness(one).tolist(), strict=True))
        | {"threshold": thresholds[name]}
        for name, one in like.items()
    }
    write(sure, found["vietnamese"][1], learn(everything))


def write(
    sure: dict[str, dict[str, float]], names: Sequence[str], weights: dict[str, Values]
) -> None:
    """How sure a span is, then one feature a line, its weight for each kind of question."""
    rows = ",\n".join(
        f"  {json.dumps(name, ensure_ascii=False)}: "
        + json.dumps({kind: round(float(weights[kind][i]), 3) for kind in KINDS})
        for i, name in enumerate(names)
    )
    nothing = {kind: [round(float(w), 3) for w in weights[kind][len(names) :]] for kind in KINDS}
    rounded = json.dumps(
        {name: {key: round(one, 3) for key, one in row.items()} for name, row in sure.items()}
    )
    text = (
        '{\n"learned_by": "tests/training/highlight.py",\n'
        f'"sureness": {rounded},\n'
        f'"nothing": {json.dumps(nothing)},\n'
        f'"weights": {{\n{rows}\n}}\n}}\n'
    )
    Path("retrieval/highlight/weights.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
