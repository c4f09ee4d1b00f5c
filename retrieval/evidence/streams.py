"""The exact and the folded forms of tokens in one stream, and what to look for in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from retrieval.evidence.matching import Pattern, pattern
from retrieval.evidence.tokens import Ints, code
from retrieval.spelling import FOLDED

_MARK = 0x5F0F_D0D0_5F0F_D0D0  # tells a folded form's number from that of the same letters as exact


def both_forms(exact: Ints, folded: Ints) -> Ints:
    """The numbers of the tokens' exact forms, then those of their folded forms."""
    return np.concatenate([exact, folded ^ _MARK])


@lru_cache(maxsize=1 << 12)
def pattern_of_words(words: tuple[str, ...], folded: bool) -> Pattern:
    """Words in a row, in their exact or their folded forms."""
    return _pattern(words, folded)


@lru_cache(maxsize=1 << 12)
def pattern_of_term(term: str) -> Pattern:
    """What a term stands for."""
    return _pattern(term.removeprefix(FOLDED).split(" "), term.startswith(FOLDED))


def _pattern(words: Sequence[str], folded: bool) -> Pattern:
    return pattern([code(word) ^ _MARK if folded else code(word) for word in words])
