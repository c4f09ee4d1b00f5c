"""How likely each sentence of the best passages is to hold the answer.

A log-linear model of few, readable signals: its weights stand in `evidence.json`, learned by
`tests/training/evidence.py` as a conditional logit over the sentences of a question's passages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from retrieval.database import StoredArticle
from retrieval.engines.base import K1, Hit
from retrieval.index import Snapshot, split_passage_id
from retrieval.language.questions import AnswerType
from retrieval.model import Sentence
from retrieval.spelling import FOLDED
from retrieval.terms import Query
from retrieval.text import exact, fold, tokens, words

IDF_FLOOR = 1.0
"""Added to every idf: within a passage that is already on the subject, common words tell too."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NUMBER = re.compile(r"\d+")
_TIME = re.compile(
    r"\b[12]\d{3}\b|thế kỷ|(?:tháng|ngày|năm) \d|thập niên|thập kỷ|\d{1,2}/\d{1,2}", re.IGNORECASE
)
# A capitalised word that does not merely begin its sentence, with those that follow it.
_NAME = re.compile(
    r"(?<![.!?…]\s)(?<!^)(?<=[\s(\"“])[^\W\d_a-zà-ỹ][^\W\d_]*(?:[ -][^\W\d_a-zà-ỹ][^\W\d_]*)*"
)
_CAUSE = re.compile(r"\b(?:vì|do|bởi|nhờ|nên|khiến|dẫn đến|nhằm|để)\b", re.IGNORECASE)

# What a sentence must offer, beyond the question's own words, to answer each kind of question.
_OFFERS: dict[AnswerType, tuple[str, re.Pattern[str], bool]] = {
    AnswerType.PERSON: ("offers_name", _NAME, True),
    AnswerType.NUMBER: ("offers_number", _NUMBER, True),
    AnswerType.TIME: ("offers_time", _TIME, True),
    AnswerType.REASON: ("offers_cause", _CAUSE, False),
}
SIGNALS = (
    "own",  # the sentence's own BM25, without length normalisation
    "cover",  # share of the question's weight that the sentence has
    "cover_with_next",  # what the next sentence adds to that share
    "cover_with_previous",
    "passage",  # the passage's BM25
    "passage_share",  # the same, as a share of the best passage's
    "new_words",  # log of how many of its words are not the question's
    "offers_name",
    "offers_number",
    "offers_time",
    "offers_cause",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a candidate passage.

    `probability` is that of holding the answer, given that one of the candidates does;
    `cover` the share, from 0 to 1, of the question's weight that its words make up; `offers`
    whether it has what the question asks for (a name, a number, a time, a cause).
    """

    stored: StoredArticle
    passage: int
    sentence: Sentence
    probability: float
    cover: float
    offers: bool


def weigh(snapshot: Snapshot, query: Query, hits: Sequence[Hit]) -> list[Evidence]:
    """Every sentence of the hits' passages, passage by passage, in the order of the text."""
    found = gather(snapshot, hits)
    if not found.sentences:
        return []
    signals = measure(snapshot, query, hits, found)
    scores = signals @ np.array([_weights()[name] for name in SIGNALS])
    probabilities = np.exp(scores - scores.max())
    probabilities /= probabilities.sum()
    cover = signals[:, SIGNALS.index("cover")]
    columns = [SIGNALS.index(name) for name, _, _ in _OFFERS.values()]
    offers = signals[:, columns].sum(axis=1) > 0
    return [
        Evidence(*place, float(probability), float(share), bool(offer))
        for place, probability, share, offer in zip(
            found.sentences, probabilities, cover, offers, strict=True
        )
    ]


def asks_for_something_visible(query: Query) -> bool:
    """Whether `Evidence.offers` means anything for a question of this kind."""
    return query.answer_type in _OFFERS


@dataclass(frozen=True, slots=True)
class Gathered:
    """The hits' sentences and their tokens, as parallel arrays of hashes.

    `of` gives each token's sentence, `hit` each sentence's hit; both never go down.
    """

    sentences: list[tuple[StoredArticle, int, Sentence]]
    exact: Ints
    folded: Ints
    of: Ints
    hit: Ints

    def text(self, index: int) -> str:
        """The characters of a sentence."""
        stored, _, sentence = self.sentences[index]
        return sentence.span.of(stored.article.text)


def gather(snapshot: Snapshot, hits: Sequence[Hit]) -> Gathered:
    """The sentences of the hits' passages, hit by hit, in the order of the text."""
    sentences: list[tuple[StoredArticle, int, Sentence]] = []
    keys: list[tuple[int, int]] = []
    sizes: list[int] = []
    hit: list[int] = []
    for place, (row, number) in enumerate(split_passage_id(hit.id) for hit in hits):
        stored = snapshot.stored(row)
        for sentence in stored.passages[number].sentences:
            found = [_keys(word) for word in words(sentence.span.of(stored.article.text))]
            keys += found
            sizes.append(len(found))
            sentences.append((stored, number, sentence))
            hit.append(place)
    exacts, folded = np.array(keys, dtype=np.int64).reshape(-1, 2).T
    of = np.repeat(np.arange(len(sizes)), sizes)
    return Gathered(sentences, exacts, folded, of, np.array(hit, dtype=np.int64))


@lru_cache(maxsize=1 << 16)
def _keys(word: str) -> tuple[int, int]:
    """Numbers for a word's exact and folded forms, the same as long as the process runs."""
    return hash(exact(word)), hash(fold(word))


def measure(snapshot: Snapshot, query: Query, hits: Sequence[Hit], found: Gathered) -> Floats:
    """The signals of each sentence: an array of shape (sentences, len(SIGNALS))."""
    count = len(found.sentences)
    weights = np.array([term.weight for term in query.terms])
    gains = weights * (np.array(snapshot.engine.idfs(query.terms)) + IDF_FLOOR)
    tf = _frequencies(found, query)
    content = np.array(query.content)
    weight = gains * content / max((gains * content).sum(), 1e-9)
    has = tf > 0
    scores = np.array([hit.score for hit in hits])[found.hit]
    same = found.hit[1:] == found.hit[:-1]  # whether a sentence and its next share a passage
    both = np.where(same, ((has[1:] | has[:-1]) @ weight), 0.0)
    cover = has @ weight
    columns: dict[str, Floats] = {
        "own": (gains * tf * (K1 + 1) / (tf + K1)).sum(axis=1),
        "cover": cover,
        "cover_with_next": np.append(np.where(same, both - cover[:-1], 0.0), 0.0),
        "cover_with_previous": np.insert(np.where(same, both - cover[1:], 0.0), 0, 0.0),
        "passage": scores,
        "passage_share": scores / scores.max(),
        "new_words": np.log1p(_new_words(found, query.words)),
    }
    if query.answer_type in _OFFERS:
        name, pattern, must_be_new = _OFFERS[query.answer_type]
        known = {word for word, _ in query.words} if must_be_new else set()
        columns[name] = np.array([_offers(found.text(i), pattern, known) for i in range(count)])
    return np.stack([columns.get(name, np.zeros(count)) for name in SIGNALS], axis=1)


def _frequencies(found: Gathered, query: Query) -> Floats:
    """How often each term of the query stands in each sentence: (sentences, terms)."""
    total = np.zeros((len(found.sentences), len(query.terms)))
    for stream, marked in ((found.exact, False), (found.folded, True)):
        columns: list[int] = []
        sought: list[tuple[str, str]] = []
        for column, term in enumerate(query.terms):
            for synonym in term.synonyms:
                if synonym.startswith(FOLDED) == marked:
                    first, _, second = synonym.removeprefix(FOLDED).partition(" ")
                    columns.append(column)
                    sought.append((first, second))
        if sought:
            counts = _counts(stream, found.of, len(total), sought)
            for place, column in enumerate(columns):
                total[:, column] += counts[:, place]
    return total


def _counts(stream: Ints, of: Ints, sentences: int, sought: Sequence[tuple[str, str]]) -> Floats:
    """How often each word, or pair of neighbours, stands in each sentence of a stream of hashes.

    An empty second word makes a pair a word.
    """
    known = np.unique([hash(word) for pair in sought for word in pair if word])
    number = {int(word): place for place, word in enumerate(known)}
    nearest = np.minimum(np.searchsorted(known, stream), len(known) - 1)
    places = np.flatnonzero(known[nearest] == stream)  # few: most words are not the question's
    numbers, owners = nearest[places], of[places]
    size = len(known)
    singles = np.bincount(owners * size + numbers, minlength=sentences * size)
    joined = (places[1:] == places[:-1] + 1) & (owners[1:] == owners[:-1])
    pairs = numbers[:-1][joined] * size + numbers[1:][joined]
    codes = np.array(
        [number[hash(one)] * size + number.get(hash(other), 0) for one, other in sought]
    )
    is_pair = np.array([bool(other) for _, other in sought])
    counts = singles.reshape(sentences, size)[:, codes // size].astype(float)
    if is_pair.any():
        pair_of = np.zeros(size * size, dtype=np.int64)
        distinct = np.unique(codes[is_pair])
        pair_of[distinct] = np.arange(1, len(distinct) + 1)
        width = len(distinct) + 1  # column 0 takes the pairs that nobody asked for
        flat = owners[:-1][joined] * width + pair_of[pairs]
        table = np.bincount(flat, minlength=sentences * width).reshape(sentences, width)
        counts[:, is_pair] = table[:, pair_of[codes[is_pair]]]
    return counts


def _new_words(found: Gathered, words: Sequence[tuple[str, bool]]) -> Floats:
    asked = np.array([hash(word) for word, _ in words], dtype=np.int64)
    new = ~np.isin(found.folded, asked)
    return np.bincount(found.of[new], minlength=len(found.sentences)).astype(float)


def _offers(text: str, pattern: re.Pattern[str], known: set[str]) -> float:
    """1 when the text has something of that pattern that is not all known."""
    return float(
        any(
            not known or any(token.folded not in known for token in tokens(match.group()))
            for match in pattern.finditer(text)
        )
    )


@cache
def _weights() -> dict[str, float]:
    text = files("retrieval").joinpath("evidence.json").read_text("utf-8")
    return {name: float(weight) for name, weight in json.loads(text)["weights"].items()}
