"""Question → Answer: the whole pipeline, and when to abstain."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Lock

from retrieval.about import quote_about
from retrieval.confidence import confidence
from retrieval.engines import AUTO
from retrieval.engines.base import K1
from retrieval.evidence.coverage import missing
from retrieval.highlight import highlight
from retrieval.highlight.sureness import Answering
from retrieval.index import Snapshot
from retrieval.language.questions import what_is_asked
from retrieval.model import Abstention, Answer, Article, IndexStatus, Quote, Source, Span
from retrieval.ranking import Candidate, Ranking, rank
from retrieval.rewording import rewordings
from retrieval.terms import Query, document_terms, parse_question

THRESHOLD = 0.5
"""The confidence from which a quote is an answer; below it the corpus is said not to answer."""

LONGEST = 4096
"""Characters of a question that are read: what Telegram sends at once. Some patterns that a
question is searched for take time that grows with the square of its length."""


class Index:
    """An index that is open for questions; it follows new generations by itself. Thread-safe."""

    def __init__(self, path: Path, threshold: float, engine: str) -> None:
        self._path = path
        self._threshold = threshold
        self._engine = engine
        self._opening = Lock()
        self._snapshot = Snapshot(path, engine)

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._snapshot.close()

    @property
    def generation(self) -> int:
        """The generation that is served."""
        return self._snapshot.generation

    def ask(self, question: str, top: int = 3) -> Answer:
        """The best `top` quotes for a question, or the nearest ones with why it abstains."""
        started = time.perf_counter()
        snapshot = self.snapshot()
        with snapshot.damage_reported():
            answer = self._answer(snapshot, question, top)
        return replace(answer, took_ms=(time.perf_counter() - started) * 1000)

    def _answer(self, snapshot: Snapshot, question: str, top: int) -> Answer:
        """The answer from one snapshot; whoever asks for it sees to damage and time."""
        asked = question[:LONGEST]
        query, ranking, sure = self._search(snapshot, asked, top)
        line = quote_about(asked, query.understood, snapshot, ranking)
        if line is not None:
            sure = 1.0
        elif sure < self._threshold and (alone := what_is_asked(asked)) != asked:
            # a story may tell of much that no article has
            again = self._search(snapshot, alone, top)
            if again[-1] >= self._threshold:
                asked, (query, ranking, sure) = alone, again
        read = query.understood or asked
        abstention = self._abstention(query, ranking, sure) if line is None else None
        quotes = [line] if line else []
        quotes += [
            _quote(candidate, () if abstention else _marks(query, read, candidate))
            for candidate in ranking.candidates
            if line is None or candidate.span != line.span
        ]
        return Answer(
            question=question,
            quotes=tuple(quotes[:top]),
            confidence=sure,
            abstention=abstention,
            understood=query.understood,
            suggestion=self._suggestion(snapshot, query, read) if abstention else None,
        )

    def _search(self, snapshot: Snapshot, asked: str, top: int) -> tuple[Query, Ranking, float]:
        """What a question was read as, the best quotes, and how sure it is that they answer."""
        query = parse_question(asked, snapshot.engine.rarities)
        ranking = rank(snapshot, query, top) if any(query.content) else Ranking((), 0.0)
        return query, ranking, confidence(snapshot, query, ranking)

    def explain(self, question: str, quote: Quote) -> tuple[tuple[str, float], ...]:
        """What each term of the question adds to a quote's score, most first.

        Terms without diacritics begin with "~"; synonyms are joined by "|".
        """
        snapshot = self.snapshot()
        with snapshot.damage_reported():
            query = parse_question(question[:LONGEST], snapshot.engine.rarities)
            idfs = snapshot.engine.idfs(query.terms)
        counts = Counter(document_terms(quote.text))
        found = []
        for term, idf in zip(query.terms, idfs, strict=True):
            tf = sum(counts[synonym] for synonym in term.synonyms)
            gain = term.weight * idf * tf * (K1 + 1) / (tf + K1)
            if gain > 0:
                found.append(("|".join(term.synonyms), gain))
        return tuple(sorted(found, key=lambda one: -one[1]))

    def status(self) -> IndexStatus:
        """How large the index is, and when it was built."""
        return self.snapshot().status()

    def article(self, article_id: str) -> Article | None:
        """The article of that id, if the index has it."""
        stored = self.snapshot().find(article_id)
        return stored.article if stored else None

    def sources(self, offset: int = 0, limit: int = 10, containing: str = "") -> tuple[Source, ...]:
        """Articles whose title has those words, newest first, `limit` from `offset` on."""
        return self.snapshot().sources(offset, limit, containing)

    def snapshot(self) -> Snapshot:
        """The newest generation; whoever holds an older one for a question may finish with it."""
        if not self._snapshot.is_current():
            with self._opening:
                if not self._snapshot.is_current():
                    self._snapshot = Snapshot(self._path, self._engine)
        return self._snapshot

    def _suggestion(self, snapshot: Snapshot, query: Query, question: str) -> str | None:
        """The question with one word changed, as it stands in the article that then answers."""
        if query.translated or not any(query.content):
            return None
        rarities = snapshot.engine.rarities
        for rewording in rewordings(question, rarities):
            reworded = parse_question(rewording.within(question), rarities)
            ranking = rank(snapshot, reworded, 1)
            if confidence(snapshot, reworded, ranking) >= self._threshold:
                surface = rewording.surface(ranking.candidates[0].stored.article.text)
                return rewording.within(question, surface)
        return None

    def _abstention(self, query: Query, ranking: Ranking, sure: float) -> Abstention | None:
        if not any(query.content):
            return Abstention.NO_TERMS
        if not ranking.candidates:
            return Abstention.NO_MATCH
        return Abstention.WEAK_MATCH if sure < self._threshold else None


def open_index(path: Path, *, threshold: float | None = None, engine: str = AUTO) -> Index:
    """The index at `path`, ready for questions. Raises IndexMissing, IndexDamaged.

    `threshold` is the confidence, from 0 to 1, below which the corpus is said not to answer;
    `engine` one of ENGINES, or chosen by the number of passages. All engines rank alike.
    """
    return Index(path, THRESHOLD if threshold is None else threshold, engine)


def _marks(query: Query, question: str, candidate: Candidate) -> tuple[Span, ...]:
    """Where the answer stands; nowhere when the article lacks a name or number that was asked for:
    it tells of somebody else."""
    if query.names and missing(query, candidate.stored.article, candidate.span).names:
        return ()
    return highlight(question, candidate.text, Answering(candidate.probability, candidate.begins))


def _quote(candidate: Candidate, highlights: tuple[Span, ...]) -> Quote:
    return Quote(
        source=candidate.stored.source,
        span=candidate.span,
        text=candidate.text,
        highlights=highlights,
        score=candidate.probability,
    )
