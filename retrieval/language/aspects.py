"""What of a subject a question asks, and the words that passages telling it are full of.

Who asks for the symptoms of a disease is told "sốt, ho, mệt mỏi", in a passage that need not
say "triệu chứng" at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from retrieval.language.tables import read_alternatives, split_alternatives
from retrieval.text import strip_diacritics, syllables

Words = tuple[str, ...]


class _Asked(NamedTuple):
    """What something is asked with, between blanks, and the words that tell it."""

    words: str
    told: tuple[Words, ...]


_Table = Mapping[str, tuple[_Asked, ...]]  # by the first word that it is asked with


def telling_words(asked: Sequence[str]) -> tuple[Words, ...]:
    """The words that tell what a question asks, in exact forms; none when that is nothing known.

    `asked` are the question's words in exact forms, or all without diacritics.

    >>> ("sôt\u0301",) in telling_words(syllables("Cúm có triệu chứng gì?"))
    True
    >>> telling_words(syllables("Ai là Bí thư?"))
    ()
    """
    typed = f" {' '.join(asked)} "
    table = _bare_table() if typed.isascii() else _table()
    found: dict[Words, None] = {}
    for word in asked:
        for one in table.get(word, ()):
            if one.words in typed:
                found |= dict.fromkeys(one.told)
    return tuple(found)


@cache
def _table() -> _Table:
    rows = (
        _Asked(f" {' '.join(syllables(one))} ", tuple(tuple(syllables(word)) for word in told))
        for asked, told in read_alternatives("aspects.tsv")
        for one in split_alternatives(asked)
    )
    return _by_first_word(rows)


@cache
def _bare_table() -> _Table:
    """The same for a question without diacritics, in which a syllable that should have some means
    too many things."""
    return _by_first_word(
        one._replace(words=strip_diacritics(one.words))
        for some in _table().values()
        for one in some
        if one.words.isascii() or " " in one.words.strip()
    )


def _by_first_word(rows: Iterable[_Asked]) -> _Table:
    found: defaultdict[str, list[_Asked]] = defaultdict(list)
    for one in rows:
        found[one.words.split()[0]].append(one)
    return {first: tuple(some) for first, some in found.items()}
