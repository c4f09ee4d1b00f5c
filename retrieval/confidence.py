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

import numpy as np

from retrieval.evidence.coverage import missing, phrase_idfs, said, telling_shares
from retrieval.index import Snapshot
from retrieval.ranking import Candidate, Ranking
from retrieval.terms import Query

SIGNALS = (
    "always",
    "match",  # the best passage's BM25 as a share of a perfect one's
    "told",  # what the first quote says of the question, beside what tells one passage from all
    "likely",  # log odds that the answer, if there is one, stands in the first quote
    "missing",  # the share of what the question's phrases tell that the article of the first
    # quote lacks: "dân số" says more of what is asked than "xã"
    "missing_names",  # that of names and numbers, each counting the same
    "translated",  # the question is in English: its terms have no neighbours to match
)

_SUREST = 1e-4  # from that probability to all but that much, odds tell something


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
    idfs = snapshot.engine.idfs(query.terms)
    lacks = missing(query, first.stored.article, first.span)
    likely = min(max(first.probability, _SUREST), 1 - _SUREST)
    return {
        "always": 1.0,
        "match": ranking.match,
        "told": _told(query, idfs, first) / (1 + math.log(max(1, snapshot.passages))),
        "likely": math.log(likely / (1 - likely)),
        "missing": float(telling_shares(query, idfs) @ np.array(lacks.phrases)),
        "missing_names": lacks.names,
        "translated": float(query.translated),
    }


def _told(query: Query, idfs: Sequence[float], quote: Candidate) -> float:
    """What a quote, with its title, says of the question: the idfs of its phrases, in nats.

    Of N passages, N / e^x are expected to say x nats of it by chance, if what it is made of
    were independent (as in Karlin and Altschul 1990, for sequences): ln N is where one stands
    out. Of a long story few articles have much, but one may have enough.
    """
    text = f"{quote.stored.article.title}\n{quote.text}"
    return float(phrase_idfs(query, idfs) @ np.array(said(query, text)))


@cache
def _weights() -> dict[str, float]:
    text = files("retrieval").joinpath("confidence.json").read_text("utf-8")
    return {name: float(weight) for name, weight in json.loads(text)["weights"].items()}
