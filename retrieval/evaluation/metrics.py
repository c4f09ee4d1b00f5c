"""One answer held against the right ones: what a person would have seen, and was it right."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from retrieval.evaluation.squad import Gold, Question
from retrieval.model import Answer, Article, Quote, Source, Span
from retrieval.passages import split_sentences
from retrieval.text import nfc

MAX_QUOTE = 400
"""Characters of a quote: a longer one would hold the answer by its length alone."""

RIGHT_F1 = 0.5
"""A highlight that shares this much with a right answer is right."""

KEPT_QUOTES = 3
"""Quotes that are kept of a failure, for a person to read."""

_WORD = re.compile(r"[^\W_]+")
_GOLD_CONTEXT = 400

Explain = Callable[[str, Quote], Sequence[tuple[str, float]]]
"""Question and quote -> the terms that gave the quote its score, each with its share of it."""


class Fault(StrEnum):
    """What went wrong with an answer."""

    NOT_FIRST = "the first quote does not hold the answer"
    WRONG_HIGHLIGHT = "the highlight is not the answer"
    REFUSED = "abstained although the corpus answers"
    NOT_REFUSED = "answered although the corpus does not"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote as it is kept in a run, with the terms that explain its score."""

    article_id: str
    title: str
    start: int
    end: int
    text: str
    score: float
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to abstain, decided where part of the questions have no answer.

    `answerable` is the truth, `right` whether the first quote held the answer.
    """

    answerable: bool
    right: bool
    confidence: float
    abstained: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. Ranks count from 1; None is not among the quotes.

    `rank` is that of the first quote with the answer's words, `place` that of the first quote
    around the answer's own place, `article` that of the right article among the distinct ones.
    `highlight` is the marked text when the first quote was shown as an answer with a mark in it.
    """

    id: str
    asked: str
    kind: str
    answers: tuple[str, ...]
    rank: int | None
    place: int | None
    article: int | None
    highlight: str | None
    f1: float
    confidence: float
    decision: Decision
    took_ms: float
    quotes: tuple[Quoted, ...] = ()
    gold: Quoted | None = None
    violations: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What went wrong; empty when nothing did."""
        found = {
            Fault.NOT_FIRST: bool(self.answers) and self.rank != 1,
            Fault.WRONG_HIGHLIGHT: self.highlight is not None and self.f1 < RIGHT_F1,
            Fault.REFUSED: self.decision.answerable and self.decision.abstained,
            Fault.NOT_REFUSED: not (self.decision.answerable or self.decision.abstained),
        }
        return tuple(fault for fault, present in found.items() if present)


def words(text: str) -> list[str]:
    """A text's syllables as the measures compare them: NFC, no case, no punctuation.

    Apart from `retrieval.text` on purpose: what is measured must not move its own ruler.

    >>> words("Đảng uỷ, năm 2010!")
    ['đảng', 'uỷ', 'năm', '2010']
    """
    return _WORD.findall(nfc(nfc(text).casefold()))


def holds(quote: str, answer: str) -> bool:
    """Whether the answer's syllables stand in the quote, in order and next to each other.

    >>> holds("Năm 2010, Đảng bộ dự định...", "đảng bộ")
    True
    """
    wanted = " ".join(words(answer))
    if not wanted:  # an answer of signs alone, such as "%"
        return answer.strip() in quote
    return f" {wanted} " in f" {' '.join(words(quote))} "


def token_f1(shown: str, answer: str) -> float:
    """The harmonic mean of precision and recall over syllables, as SQuAD has it.

    >>> token_f1("ông Vi Văn Dụng", "Vi Văn Dụng")
    0.8571428571428571
    """
    have, want = Counter(words(shown)), Counter(words(answer))
    common = (have & want).total()
    return 2 * common / (have.total() + want.total()) if common else 0.0


def shared_terms(question: str, quote: Quote) -> list[tuple[str, float]]:
    """The syllables that question and quote have in common, each with its count in the quote."""
    counts = Counter(words(quote.text))
    return [(word, float(counts[word])) for word in dict.fromkeys(words(question)) if counts[word]]


def decide(question: Question, answer: Answer, *, answerable: bool) -> Decision:
    """What the answer says about whether there is one, beside the truth."""
    right = answerable and _first_rank(question.answers, answer.quotes) == 1
    return Decision(answerable, right, answer.confidence, answer.abstained)


def judge(question: Question, answer: Answer, decision: Decision, kind: str) -> Outcome:
    """The outcome of a question, without what only a reader of failures needs.

    An abstaining answer's quotes count for the ranks, since finding is measured apart from
    abstaining; but it shows no highlight.
    """
    highlight = _highlight(answer)
    return Outcome(
        id=question.id,
        asked=answer.question,
        kind=kind,
        answers=tuple(gold.text for gold in question.answers),
        rank=_first_rank(question.answers, answer.quotes),
        place=_place_rank(question, answer.quotes),
        article=_article_rank(question, answer.quotes),
        highlight=highlight,
        f1=max((token_f1(highlight or "", gold.text) for gold in question.answers), default=0.0),
        confidence=answer.confidence,
        decision=decision,
        took_ms=answer.took_ms,
    )


def keep(asked: str, quotes: Sequence[Quote], explain: Explain | None = None) -> Iterator[Quoted]:
    """Quotes as a run keeps them."""
    for quote in quotes:
        terms = explain(asked, quote) if explain else ()
        yield Quoted(
            quote.source.article_id,
            quote.source.title,
            quote.span.start,
            quote.span.end,
            quote.text,
            quote.score,
            tuple(sorted(terms, key=lambda term: -term[1])),
        )


def gold_quote(article: Article, gold: Gold) -> Quote:
    """The sentence, or sentences, of the article that hold a right answer."""
    low = max(0, gold.span.start - _GOLD_CONTEXT)
    near = Span(low, min(len(article.text), gold.span.end + _GOLD_CONTEXT)).of(article.text)
    inside = [
        span
        for span in (found.shift(low) for found in split_sentences(near))
        if span.overlaps(gold.span)
    ]
    span = Span(inside[0].start, inside[-1].end) if inside else gold.span
    return Quote(Source(article.id, article.title), span, span.of(article.text))


def violations(answer: Answer, articles: Mapping[str, Article]) -> Iterator[str]:
    """Every way in which an answer breaks what is promised of quotes."""
    for number, quote in enumerate(answer.quotes, 1):
        article = articles.get(quote.source.article_id)
        where = f"quote {number}, article {quote.source.article_id} {_range(quote.span)}"
        if article is None:
            yield f"{where}: no such article"
        elif quote.span.of(article.text) != quote.text:
            yield f"{where}: not the article's text"
        if len(quote.text) > MAX_QUOTE:
            yield f"{where}: {len(quote.text)} characters, more than {MAX_QUOTE}"
        if not _sorted_disjoint(quote.highlights, len(quote.text)):
            yield f"{where}: highlights {', '.join(map(_range, quote.highlights))} do not fit it"
    if not 0 <= answer.confidence <= 1 or math.isnan(answer.confidence):
        yield f"confidence {answer.confidence} is not between 0 and 1"


def _first_rank(golds: Sequence[Gold], quotes: Sequence[Quote]) -> int | None:
    return _first(any(holds(quote.text, gold.text) for gold in golds) for quote in quotes)


def _place_rank(question: Question, quotes: Sequence[Quote]) -> int | None:
    return _first(
        quote.source.article_id == question.article_id
        and any(
            quote.span.start <= gold.span.start and gold.span.end <= quote.span.end
            for gold in question.answers
        )
        for quote in quotes
    )


def _article_rank(question: Question, quotes: Sequence[Quote]) -> int | None:
    distinct = dict.fromkeys(quote.source.article_id for quote in quotes)
    return _first(article_id == question.article_id for article_id in distinct)


def _first(found: Iterator[bool]) -> int | None:
    return next((number for number, hit in enumerate(found, 1) if hit), None)


def _highlight(answer: Answer) -> str | None:
    if answer.abstained or not answer.quotes or not answer.quotes[0].highlights:
        return None
    first = answer.quotes[0]
    return " … ".join(span.of(first.text) for span in first.highlights)


def _sorted_disjoint(spans: Sequence[Span], length: int) -> bool:
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), length]
    return edges == sorted(edges) and all(len(span) > 0 for span in spans)


def _range(span: Span) -> str:
    return f"{span.start}–{span.end}"
