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

from retrieval.evidence.coverage import missing
from retrieval.ranking import Ranking
from retrieval.terms import Query

SIGNALS = (
    "always",
    "match",  # the best passage's BM25 as a share of a perfect one's
    "cover",  # the largest share of the question's weight in a sentence of the first quote
    "missing",  # the share of the question's phrases that the article of the first quote lacks
    "missing_names",  # the same of names and numbers
    "translated",  # the question is in English: its terms have no neighbours to match
    "translated_match",
    "translated_missing",
)


def confidence(query: Query, ranking: Ranking) -> float:
    """The probability that the first quote is about what is asked, from 0 to 1."""
    if not ranking.candidates:
        return 0.0
    values = signals(query, ranking)
    score = sum(_weights()[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-score))


def signals(query: Query, ranking: Ranking) -> dict[str, float]:
    """The value of each of `SIGNALS` for a ranking that is not empty."""
    first = ranking.candidates[0]
    lacks = missing(query, first.stored.article, first.span)
    return {
        "always": 1.0,
        "match": ranking.match,
        "cover": first.cover,
        "missing": lacks.phrases,
        "missing_names": lacks.names,
        "translated": float(query.translated),
        "translated_match": ranking.match * query.translated,
        "translated_missing": lacks.phrases * query.translated,
    }


@cache
def _weights() -> dict[str, float]:
    text = files("retrieval").joinpath("confidence.json").read_text("utf-8")
    return {name: float(weight) for name, weight in json.loads(text)["weights"].items()}
