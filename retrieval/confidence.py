"""How sure it is that the corpus answers a question at all.

A logistic model of a few signals that mean the same in a corpus of any size; its weights stand
in `confidence.json`, learned by `tests/training/confidence.py` from questions whose articles
were in the index and questions whose articles were not.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files

import numpy as np

from retrieval.evidence.coverage import missing, telling_shares
from retrieval.index import Snapshot
from retrieval.ranking import Ranking
from retrieval.terms import Query

SIGNALS = (
    "always",
    "match",  # the best passage's BM25 as a share of a perfect one's
    "cover",  # the largest share of the question's weight in a sentence of the first quote
    "missing",  # the share of what the question's phrases tell that the article of the first
    # quote lacks: "dân số" says more of what is asked than "xã"
    "missing_names",  # that of names and numbers, each counting the same
    "long",  # log of how many phrases a Vietnamese question has: of a longer one less is said
    "long_match",
    "long_missing",
    "translated",  # the question is in English: its terms have no neighbours to match
    "translated_match",
    "translated_missing",
)

_USUAL = 6
"""Phrases of a question that is neither long nor short."""


def confidence(snapshot: Snapshot, query: Query, ranking: Ranking) -> float:
    """The probability that the first quote is about what is asked, from 0 to 1."""
    if not ranking.candidates:
        return 0.0
    values = signals(snapshot, query, ranking)
    score = sum(_weights()[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-score))


def signals(snapshot: Snapshot, query: Query, ranking: Ranking) -> dict[str, float]:
    """The value of each of `SIGNALS` for a ranking that is not empty."""
    first = ranking.candidates[0]
    lacks = missing(query, first.stored.article, first.span)
    told = telling_shares(query, snapshot.engine.idfs(query.terms))
    share = float(told @ np.array(lacks.phrases))
    long = 0.0 if query.translated else math.log(max(1, len(query.phrases)) / _USUAL)
    return {
        "always": 1.0,
        "match": ranking.match,
        "cover": first.cover,
        "missing": share,
        "missing_names": lacks.names,
        "long": long,
        "long_match": ranking.match * long,
        "long_missing": share * long,
        "translated": float(query.translated),
        "translated_match": ranking.match * query.translated,
        "translated_missing": share * query.translated,
    }


@cache
def _weights() -> dict[str, float]:
    text = files("retrieval").joinpath("confidence.json").read_text("utf-8")
    return {name: float(weight) for name, weight in json.loads(text)["weights"].items()}
