"""What numbers measure, told by their units, and what of it a question asks for.

Who asks how much something costs is answered with the dollars of a sentence, not its years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from retrieval.language.tables import read_table, split_alternatives
from retrieval.text import fold, syllables

NO_MEASURE = -1
_LONGEST = 3  # words of a unit, or of what asks for a measure

Words = tuple[str, ...]


def unit_at(words: Sequence[str], at: int) -> tuple[int, int]:
    """The measure of the unit that stands at a place, and how many words it has.

    `words` are in exact forms. NO_MEASURE and 0 when no unit stands there.

    >>> unit_at(syllables("40 km vuông"), 1) == (measure_asked(syllables("diện tích")), 2)
    True
    """
    return _longest_at(_units(), words, at)


def measure_of_sign(sign: str) -> int:
    """The measure of a sign beside a number, as "%" or "$"; NO_MEASURE for any other."""
    return _signs().get(sign, NO_MEASURE)


def measure_asked(said: Sequence[str], folded: bool = False) -> int:
    """What a question asks for the measure of, by the last words that tell; NO_MEASURE for nothing.

    `said` are its words in exact forms, or as they are when it is in English. In one typed
    without diacritics a single syllable means too much else.

    >>> measure_asked(syllables("Giá bao nhiêu?")) == measure_of_sign("$")
    True
    """
    table, last, at = _asked(folded), NO_MEASURE, 0
    while at < len(said):
        measure, length = _longest_at(table, said, at)
        last = measure if length else last
        at += length or 1
    return last


def _longest_at(table: Mapping[Words, int], words: Sequence[str], at: int) -> tuple[int, int]:
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        if (found := table.get(tuple(words[at : at + length]))) is not None:
            return found, length
    return NO_MEASURE, 0


@cache
def _units() -> Mapping[Words, int]:
    return {tuple(syllables(one)): measure for measure, one in _cells(0) if syllables(one)}


@cache
def _signs() -> Mapping[str, int]:
    return {one: measure for measure, one in _cells(0) if not syllables(one)}


@cache
def _asked(folded: bool) -> Mapping[Words, int]:
    """What asks, or is asked for by its unit: "bao nhiêu km"."""
    cells = [*_cells(1), *((measure, one) for measure, one in _cells(0) if len(one) > 1)]
    if folded:
        bare = ((measure, tuple(map(fold, one.split()))) for measure, one in cells)
        return {words: measure for measure, words in bare if len(words) > 1}
    asked = {tuple(syllables(one)): measure for measure, one in cells if syllables(one)}
    return asked | {tuple(one.split()): measure for measure, one in cells if one.isascii()}


def _cells(column: int) -> Iterator[tuple[int, str]]:
    for measure, row in enumerate(read_table("measures.tsv")):
        for one in split_alternatives(row[column]):
            yield measure, one
