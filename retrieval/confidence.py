"""How sure it is that the corpus answers a question at all.

A logistic model of a few signals that mean the same in a corpus of any size; its weights stand
in `confidence.json`, learned by `tests/training/confidence.py` from questions whose articles
were in the index and questions whose articles were not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from operator import mul

from retrieval.engines.base import Engine, QueryTerm
from retrieval.evidence.coverage import missing
from retrieval.index import Snapshot
from retrieval.ranking import Ranking
from retrieval.terms import Phrase, Query

SIGNALS = (
    "always",
    "match",  # the best passage's BM25 as a share of a perfect one's
    "cover",  # the largest share of the question's weight in a sentence of the first quote
    "missing",  # the share of the question's phrases that the article of the first quote lacks,
    # a phrase counting by its idf: "dân số" says more of what is asked than "xã"
    "missing_names",  # that of names and numbers, each counting the same
    "translated",  # the question is in English: its terms have no neighbours to match
    "translated_match",
    "translated_missing",
)


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
    idfs = _idfs(query.phrases, snapshot.engine)
    share = sum(map(mul, lacks.phrases, idfs)) / (sum(idfs) or 1.0)
    return {
        "always": 1.0,
        "match": ranking.match,
        "cover": first.cover,
        "missing": share,
        "missing_names": lacks.names,
        "translated": float(query.translated),
        "translated_match": ranking.match * query.translated,
        "translated_missing": share * query.translated,
    }


def _idfs(phrases: Sequence[Phrase], engine: Engine) -> list[float]:
    """The idf of each phrase: of its rarest pair of words; of the commonest way to write it."""
    told = [[form.terms() for form in phrase if form.strength == 1.0] for phrase in phrases]
    every = [QueryTerm((term,)) for forms in told for terms in forms for term in terms]
    idfs = iter(engine.idfs(every))
    return [min(max(islice(idfs, len(terms))) for terms in forms) for forms in told]


@cache
def _weights() -> dict[str, float]:
    text = files("retrieval").joinpath("confidence.json").read_text("utf-8")
    return {name: float(weight) for name, weight in json.loads(text)["weights"].items()}
