"""A whole evaluation: articles indexed, every question asked in every noise, all of it measured."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from pydantic import TypeAdapter, ValidationError

from retrieval import Index, open_index, update_index
from retrieval.errors import EvaluationError
from retrieval.evaluation.files import read_bytes
from retrieval.evaluation.metrics import (
    KEPT_QUOTES,
    Explain,
    Outcome,
    decide,
    gold_quote,
    judge,
    keep,
    shared_terms,
    violations,
)
from retrieval.evaluation.noise import NOISES, SEED
from retrieval.evaluation.squad import Collection, Question, Unit, read_collection
from retrieval.evaluation.statistics import Difference, Estimate, differences, estimate
from retrieval.language.questions import answer_type
from retrieval.model import Answer, Article, Progress

Ask = Callable[[str], Answer]
Report = Callable[[Progress], None]

DEPTH: dict[Unit, int] = {"article": 5, "paragraph": 20}
"""Quotes asked for; ten distinct paragraphs need more quotes, as a paragraph may give several."""

_FILE_ARTICLES = 100  # articles in one file of the temporary corpus, far below the size limit


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds a question took: half of them less than `p50`, all but a twentieth `p95`."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class NoiseRun:
    """The questions asked in one noise: the measures by key, and each question's outcome."""

    metrics: dict[str, Estimate]
    latency: Latency
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """What an evaluation found, by kind of noise."""

    file: str
    unit: Unit
    noises: dict[str, NoiseRun]

    @property
    def violations(self) -> tuple[str, ...]:
        """Broken promises, such as a quote that is not the article's text; a sound run has none."""
        return tuple(
            f"question {outcome.id} ({noise}): {violation}"
            for noise, run in self.noises.items()
            for outcome in run.outcomes
            for violation in outcome.violations
        )

    def to_json(self) -> str:
        """The run as one JSON object, outcomes included; `load_run` reads it."""
        return _RUN.dump_json(self).decode()


_RUN = TypeAdapter(EvaluationRun)


def evaluate_file(
    path: Path,
    *,
    unit: Unit = "article",
    noises: Sequence[str] = ("none",),
    questions: Path | None = None,
    progress: Report | None = None,
    limit: int | None = None,
) -> EvaluationRun:
    """Index a SQuAD file's articles as a corpus is indexed, with defaults, and ask its questions.

    `questions` is a file with the same ids in other words; `limit` asks only so many. Raises
    EvaluationError for a malformed file or an unknown noise.

    >>> evaluate_file(Path("xquad.vi.json"), noises=["none", "telex"])
    """
    collection = read_collection(path, unit=unit, questions=questions)
    if limit is not None:
        collection = collection.sample(limit)
    remaining = [a for a in collection.articles if a.id not in collection.held_out]
    parted = 0 < len(remaining) < len(collection.articles)
    with ExitStack() as stack:
        index = stack.enter_context(indexed(collection.articles))
        second = stack.enter_context(indexed(remaining)) if parted else None
        return evaluate(
            collection,
            partial(index.ask, top=DEPTH[unit]),
            ask_parted=partial(second.ask, top=1) if second else None,
            noises=noises,
            explain=index.explain,
            progress=progress,
        )


@contextmanager
def indexed(articles: Sequence[Article]) -> Iterator[Index]:
    """An index of these articles, made as that of a corpus is, and gone afterwards.

    >>> with indexed(collection.articles) as index:
    ...     evaluate(collection, partial(index.ask, top=5))
    """
    with tempfile.TemporaryDirectory(prefix="hoibao-eval-") as folder:
        corpus, index = Path(folder, "corpus"), Path(folder, "index")
        corpus.mkdir()
        for first in range(0, len(articles), _FILE_ARTICLES):
            lines = map(_json_line, articles[first : first + _FILE_ARTICLES])
            Path(corpus, f"{first:06}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        report = update_index([corpus], index)
        if report.failed:
            failure = report.failed[0]
            raise EvaluationError(failure.file, failure.reason, "mend the article in this file")
        with open_index(index) as opened:
            yield opened


def evaluate(
    collection: Collection,
    ask: Ask,
    *,
    ask_parted: Ask | None = None,
    noises: Sequence[str] = ("none",),
    explain: Explain = shared_terms,
    progress: Report | None = None,
) -> EvaluationRun:
    """Ask every question in every noise, and measure the answers.

    `ask_parted` answers from an index without the collection's held-out articles: abstention is
    measured there when given. `explain` says why a quote scored as it did; it is asked about
    failures only.

    >>> evaluate(collection, lambda question: index.ask(question, top=5))
    """
    for noise in noises:
        if noise not in NOISES:
            raise EvaluationError(noise, "no such noise", f"choose from {', '.join(NOISES)}")
    trial = _Trial(collection, ask, ask_parted, explain)
    total = len(noises) * len(collection.questions)
    runs: dict[str, NoiseRun] = {}
    for noise in noises:
        outcomes = []
        for question in collection.questions:
            outcomes.append(trial.outcome(question, NOISES[noise](question.text, SEED)))
            if progress:
                progress(Progress(len(runs) * len(collection.questions) + len(outcomes), total))
        runs[noise] = NoiseRun(
            estimate(outcomes, collection.unit), _latency(outcomes), tuple(outcomes)
        )
    return EvaluationRun(collection.name, collection.unit, runs)


def load_run(path: Path) -> EvaluationRun:
    """A run that was saved as JSON. Raises EvaluationError when it is none."""
    content = read_bytes(path, "a saved run")
    try:
        return _RUN.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        cause = f"not a saved run ({'.'.join(map(str, first['loc']))}: {first['msg']})"
        raise EvaluationError(str(path), cause, "save one with hoibao eval FILE --json") from error


def compare(run: EvaluationRun, baseline: EvaluationRun) -> dict[str, list[Difference]]:
    """What each measure gained since the baseline, by noise, on the questions both runs asked.

    Raises EvaluationError when the two have nothing in common.
    """
    if run.unit != baseline.unit:
        cause = f"the baseline's unit is {baseline.unit}, this run's is {run.unit}"
        raise EvaluationError(baseline.file, cause, "evaluate both with the same --unit")
    found = {
        noise: differences(now.outcomes, baseline.noises[noise].outcomes, run.unit)
        for noise, now in run.noises.items()
        if noise in baseline.noises
    }
    if not any(found.values()):
        cause = "the baseline has no question and noise in common with this run"
        raise EvaluationError(baseline.file, cause, "evaluate the same file with the same --noise")
    return found


def losses(run: EvaluationRun) -> dict[str, list[Difference]]:
    """What each noise costs against the first of the run, on the same questions.

    >>> losses(evaluate_file(path, noises=["none", "typo"]))["typo"]
    """
    (_, clean), *others = run.noises.items()
    return {name: differences(o.outcomes, clean.outcomes, run.unit) for name, o in others}


class _Trial:
    """One collection with those who answer; makes each question's outcome."""

    def __init__(
        self, collection: Collection, ask: Ask, ask_parted: Ask | None, explain: Explain
    ) -> None:
        self._articles = {article.id: article for article in collection.articles}
        self._held_out = collection.held_out if ask_parted else frozenset()
        self._ask, self._ask_parted, self._explain = ask, ask_parted, explain

    def outcome(self, question: Question, asked: str) -> Outcome:
        answer = _timed(self._ask, asked)
        parted = self._ask_parted(asked) if self._ask_parted else answer
        answerable = question.answerable and question.article_id not in self._held_out
        decision = decide(question, parted, answerable=answerable)
        kind = answer_type(question.text) or "other"
        outcome = judge(question, answer, decision, str(kind))
        return self._with_evidence(outcome, question, answer)

    def _with_evidence(self, outcome: Outcome, question: Question, answer: Answer) -> Outcome:
        broken = tuple(violations(answer, self._articles))
        if not outcome.faults:
            kept = tuple(keep(outcome.asked, answer.quotes[:1]))
            return replace(outcome, quotes=kept, violations=broken)
        quotes = tuple(keep(outcome.asked, answer.quotes[:KEPT_QUOTES], self._explain))
        golds = [gold_quote(self._articles[question.article_id], g) for g in question.answers[:1]]
        gold = next(keep(outcome.asked, golds, self._explain), None)
        return replace(outcome, quotes=quotes, gold=gold, violations=broken)


def _timed(ask: Ask, asked: str) -> Answer:
    start = perf_counter()
    answer = ask(asked)
    return replace(answer, question=asked, took_ms=(perf_counter() - start) * 1000)


def _json_line(article: Article) -> str:
    fields = {"id": article.id, "title": article.title, "text": article.text}
    return json.dumps(fields, ensure_ascii=False)


def _latency(outcomes: Sequence[Outcome]) -> Latency:
    p50, p95 = np.percentile([outcome.took_ms for outcome in outcomes], [50, 95])
    return Latency(float(p50), float(p95))
