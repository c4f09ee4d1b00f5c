"""Questions that ask for much the same, put together.

group_alike([("Giá vàng hôm nay?", 3), ("gia vang hom nay bao nhieu", 2)])
    -> [Group("Giá vàng hôm nay?", 5, 2)]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from retrieval.language.questions import QUESTION_WORDS
from retrieval.text import fold, tokens

ALIKE: Final = 0.5  # of the words of both together, the share that both have
_QUESTION_WORDS = frozenset(fold(word) for word in QUESTION_WORDS)


@dataclass(frozen=True, slots=True)
class Group:
    """A question that stands for `variants` like it, which came `number` times in all."""

    question: str
    number: int
    variants: int


def group_alike(questions: Iterable[tuple[str, int]]) -> list[Group]:
    """Groups of questions with their counts, largest first; the most frequent stands for each."""
    groups: list[tuple[frozenset[str], Group]] = []
    holding: dict[str, list[int]] = {}  # the groups whose question has that word
    for question, number in sorted(questions, key=lambda each: -each[1]):
        words = _content(question)
        near = {at for word in words for at in holding.get(word, ())}
        best = max(near, key=lambda at: (_alike(words, groups[at][0]), -at), default=None)
        if best is not None and _alike(words, groups[best][0]) >= ALIKE:
            known, group = groups[best]
            joined = Group(group.question, group.number + number, group.variants + 1)
            groups[best] = known, joined
            continue
        for word in words:
            holding.setdefault(word, []).append(len(groups))
        groups.append((words, Group(question, number, 1)))
    return sorted((group for _, group in groups), key=lambda group: -group.number)


def _content(question: str) -> frozenset[str]:
    """The folded words that say what is asked about; all of them, when there are no others."""
    every = frozenset(token.folded for token in tokens(question))
    return every - _QUESTION_WORDS or every


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index: 1 for the same words, 0 for none in common."""
    return len(one & other) / len(one | other)
