"""How common a word is in Vietnamese in general, whatever a corpus is about.

In a few hundred passages about illnesses "bệnh" is in most and "loại" in few; that "loại" tells
less of a question can only be known from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from retrieval.language.tables import read_table
from retrieval.text import exact


def general_share(term: str) -> float:
    """The share of passages, from 0 to 1, that have a term as documents have it.

    >>> general_share("va\u0300"), general_share("~va"), general_share("bi\u0301 thư")
    (0.954, 0.954, 0.0)
    """
    return _shares().get(term, 0.0)


@cache
def _shares() -> Mapping[str, float]:
    return {exact(term): int(per_mille) / 1000 for term, per_mille in read_table("common.tsv")}
