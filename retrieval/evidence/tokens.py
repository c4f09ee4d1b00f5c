"""A text → its tokens as arrays, their forms as numbers: what `retrieval.text.tokens` gives.

Looking hundreds of words up one by one would take most of a question's time. So each character
has a row in tables, and numpy does the rest: a form's number is a polynomial of its letters
(Karp and Rabin 1987), read off running sums, to which its tone adds the same wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.engines.batches import word_hash
from retrieval.language.little_words import FUNCTION_WORDS, NUMERALS
from retrieval.text import TOKEN, TONES, exact, fold

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.uint64]
_Kinds = npt.NDArray[np.uint16]

_BASE = 0x9E37_79B9_7F4A_7C15  # odd, from the golden ratio: it has an inverse modulo 2^64
_RANGE = 1 << 64
_ROWS = 1 << 16  # characters that have one; the last stands for all beyond it
_ALNUM, _DECIMAL, _POINT, _UPPER, _DIGIT, _OPENING = 1, 2, 4, 8, 16, 32
_SLASH, _PERCENT, _SPACE, _CONSONANT, _STRANGE, _UNKNOWN = 64, 128, 256, 512, 1024, 2048
_SIGNS = {
    **dict.fromkeys(".,", _POINT),
    **dict.fromkeys('"“‘(', _OPENING),
    **dict.fromkeys("%‰", _PERCENT),
    "/": _SLASH,
}
_YEAR = re.compile(r"[12]\d{3}")
_PERCENT_SIGN = re.compile(r"\s?[%‰]")
_OPENING_SIGN = re.compile(r"[\"“‘(]")
_BEFORE_Y = frozenset("bcdđghklmnpqrstvx")  # after these a last y is read as an i
_COMPOSING = range(0x1100, 0x1200)  # letters of Korean that become one with the next


class Tokens(NamedTuple):
    """Tokens as parallel arrays: where they start, the numbers of their forms, and their looks.

    `capital`: it begins with one; `digit`: it has one; `date`: it is like a year, or has a digit
    and is beside a lone slash; `percent`: it has a digit and a percent sign follows; `quoted`: an
    opening sign is before it; `function`, `numeral`: it is such a word.
    """

    starts: Ints
    exact: Ints
    folded: Ints
    capital: Flags
    digit: Flags
    date: Flags
    percent: Flags
    quoted: Flags
    function: Flags
    numeral: Flags

    def chosen(self, which: Flags | slice) -> Tokens:
        """Some of the tokens."""
        return Tokens._make(column[which] for column in self)


@lru_cache(maxsize=1 << 15)
def code(form: str) -> int:
    """The number of a form that `exact` or `fold` gives: 64 bits, one of them its sign.

    >>> code(exact("hoà")) == code(exact("hòa")) != code(fold("hòa"))
    True
    """
    letters, tones = _parted(form)
    number = sum(map(word_hash, tones))
    for at, letter in enumerate(letters):
        number += word_hash(letter) * pow(_BASE, at, _RANGE)
    number %= _RANGE
    number = (number ^ number >> 32) * _BASE % _RANGE
    number ^= number >> 29
    return number - _RANGE * (number >= _RANGE // 2)


def codes(forms: Iterable[str]) -> Ints:
    """The numbers of forms, ascending."""
    return np.array(sorted(map(code, forms)), np.int64)


def take_apart(text: str) -> Tokens:
    """The tokens of a text, in order."""
    characters = np.frombuffer(f"{text}\0\0".encode("utf-32-le", "surrogatepass"), "<u4")
    rows = np.minimum(characters, _ROWS - 1).astype(np.int64)
    tables = _tables()
    kinds = tables.kinds_of(rows)
    beyond = characters[rows == _ROWS - 1] if rows.max() == _ROWS - 1 else ()
    if np.bitwise_or.reduce(kinds) & _STRANGE or any(chr(one).isalnum() for one in beyond):
        return word_by_word(text)
    starts, ends = _edges(text, kinds)
    if not len(starts):
        return word_by_word("")
    exacts, folded = tables.forms_of(rows, kinds, starts, ends)
    digit = np.zeros(len(starts), bool)
    digit[starts.searchsorted(_places(kinds, _DIGIT), "right") - 1] = True
    quoted = np.zeros(len(starts) + 1, bool)
    quoted[starts.searchsorted(_places(kinds, _OPENING))] = True
    function, numeral = _little(exacts)
    following = kinds[ends]
    following = following | kinds[ends + 1] * (following & _SPACE > 0)
    return Tokens(
        starts,
        exacts,
        folded,
        capital=kinds[starts] & _UPPER > 0,
        digit=digit,
        date=_dates(rows, kinds, starts, ends, digit),
        percent=digit & (following & _PERCENT > 0),
        quoted=quoted[:-1],
        function=function,
        numeral=numeral,
    )


def _dates(rows: Ints, kinds: _Kinds, starts: Ints, ends: Ints, digit: Flags) -> Flags:
    """Which tokens are like a year, or have a digit and are beside a lone slash."""
    found = np.zeros(len(starts), bool)
    (four,) = (digit & (ends - starts == 4)).nonzero()
    first = starts[four]
    is_year = (rows[first] == ord("1")) | (rows[first] == ord("2"))
    for after in (1, 2, 3):
        is_year &= kinds[first + after] & _DECIMAL > 0
    found[four[is_year]] = True
    slashes = _places(kinds, _SLASH)
    places = starts.searchsorted(slashes)
    for slash, place in zip(slashes.tolist(), places.tolist(), strict=True):  # few
        if 0 < place < len(starts) and ends[place - 1] == slash == starts[place] - 1:
            found[place - 1 : place + 1] |= digit[place - 1 : place + 1]
    return found


def _edges(text: str, kinds: _Kinds) -> tuple[Ints, Ints]:
    """Where tokens start and end; two characters that are in none follow the text."""
    inside = kinds & _ALNUM > 0
    points = _places(kinds, _POINT)
    points = points[kinds[points - 1] & kinds[points + 1] & _DECIMAL > 0]
    for point in points.tolist():  # few: "1.500"
        inside[point] = _is_number(text, point)
    turns = (inside[1:] != inside[:-1]).nonzero()[0] + 1
    if inside[0]:
        turns = np.append(0, turns)
    starts, ends = turns[::2], turns[1::2]
    decimals = _places(kinds, _DECIMAL)
    letters = decimals[kinds[decimals + 1] & (_ALNUM | _DECIMAL) == _ALNUM] + 1
    units = [at for at in letters.tolist() if _is_number(text, at)]  # few: "5km"
    if units:
        starts, ends = (np.sort(np.append(edges, units)) for edges in (starts, ends))
    return starts, ends


def _places(kinds: _Kinds, kind: int) -> Ints:
    """Where characters of one kind stand."""
    return (kinds & kind).astype(bool).nonzero()[0]  # of numbers it would take three times as long


def _is_number(text: str, end: int) -> bool:
    """Whether the digits up to a place are a number's, not those of a word such as "B52"."""
    start = end
    while start and text[start - 1].isdecimal():
        start -= 1
    return not (start and text[start - 1].isalnum())


class _Tables:
    """What is known of each character: its kinds, and what it adds to the number of a form.

    A row is filled when its character is first met.
    """

    def __init__(self) -> None:
        self._kinds = np.full(_ROWS, _UNKNOWN, np.uint16)
        self._exact, self._folded, self._tones = np.zeros((3, _ROWS), np.uint64)

    def kinds_of(self, rows: Ints) -> _Kinds:
        """The kinds of characters."""
        kinds = self._kinds.take(rows)
        if np.bitwise_or.reduce(kinds) & _UNKNOWN:
            for row in set(rows[kinds & _UNKNOWN > 0].tolist()):
                self._learn(row)
            kinds = self._kinds.take(rows)
        return kinds

    def forms_of(self, rows: Ints, kinds: _Kinds, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """The numbers of the tokens' forms, exact and folded."""
        powers, inverses = _powers(len(rows).bit_length())
        powers = powers[: len(rows)]
        exacts = _sums(self._exact.take(rows) * powers, starts, ends)
        folded = _sums(self._folded.take(rows) * powers, starts, ends)
        (last,) = (self._exact.take(rows[ends - 1]) == word_hash("y")).nonzero()
        last = last[ends[last] - starts[last] > 1]
        before = ends[last] - 2
        alone = kinds[before] & _CONSONANT > 0
        is_qu = (before - starts[last] == 1) & (self._exact[rows[before]] == word_hash("u"))
        last = last[alone | is_qu & (self._exact[rows[before - 1]] == word_hash("q"))]
        as_i = np.uint64((word_hash("i") - word_hash("y")) % _RANGE)
        for sums in (exacts, folded):
            sums[last] += as_i * powers[ends[last] - 1]
            sums *= inverses[starts]  # as if each token began at 0
        exacts += _sums(self._tones.take(rows), starts, ends)
        return _mixed(exacts), _mixed(folded)

    def _learn(self, row: int) -> None:
        character = chr(row)
        kind = _SIGNS.get(character, 0) | _SPACE * character.isspace()
        if character.isalnum():
            kind |= _ALNUM | _DECIMAL * character.isdecimal() | _DIGIT * character.isdigit()
            kind |= _UPPER * character.isupper()
            letters, tones, folded = *_parted(exact(character)), fold(character)
            if len(letters) != 1 or len(folded) != 1 or row in _COMPOSING or character == "Σ":
                kind |= _STRANGE
            else:
                kind |= _CONSONANT * (letters in _BEFORE_Y)
                self._exact[row], self._folded[row] = word_hash(letters), word_hash(folded)
                self._tones[row] = sum(map(word_hash, tones)) % _RANGE
        elif character in ".,":
            self._exact[row] = self._folded[row] = word_hash(character)
        elif "\u0300" <= character <= "\u036f":  # marks that stand by themselves
            kind |= _STRANGE
        self._kinds[row] = kind  # last: another thread may be reading


_tables = cache(_Tables)


def word_by_word(text: str) -> Tokens:
    """The same for any text, marks that stand by themselves among it."""
    found = list(TOKEN.finditer(text))
    words = [match.group() for match in found]
    edges = [0, *(place for match in found for place in match.span()), len(text)]
    gaps = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    exacts = np.array([code(exact(word)) for word in words], np.int64)
    digit = np.array([any(map(str.isdigit, word)) for word in words], bool)
    slashed = np.array([gap == "/" for gap in gaps[1:-1]], bool)
    slashed = np.append(False, slashed) | np.append(slashed, False)
    function, numeral = _little(exacts)
    year = np.array([bool(_YEAR.fullmatch(word)) for word in words], bool)
    return Tokens(
        np.array([match.start() for match in found], np.int64),
        exacts,
        np.array([code(fold(word)) for word in words], np.int64),
        capital=np.array([word[0].isupper() for word in words], bool),
        digit=digit,
        date=year | digit & slashed[: len(words)],
        percent=digit & np.array([bool(_PERCENT_SIGN.match(gap)) for gap in gaps[1:]], bool),
        quoted=np.array([bool(_OPENING_SIGN.search(gap)) for gap in gaps[:-1]], bool),
        function=function,
        numeral=numeral,
    )


def _parted(form: str) -> tuple[str, str]:
    """The letters and the tones of a form."""
    letters = "".join(character for character in form if character not in TONES)
    return letters, "".join(character for character in form if character in TONES)


@lru_cache(maxsize=32)
def _powers(bits: int) -> tuple[_Numbers, _Numbers]:
    """The powers of the base and of its inverse, from 0 on, for a text of that length's bits."""
    inverse = pow(_BASE, -1, _RANGE)
    powers, inverses = (
        np.multiply.accumulate(np.array([1, *[base] * ((1 << bits) - 1)], np.uint64))
        for base in (_BASE, inverse)
    )
    return powers, inverses


def _sums(values: _Numbers, starts: Ints, ends: Ints) -> _Numbers:
    """The sum of the values of each token's characters; it goes round at 64 bits."""
    running = np.zeros(len(values) + 1, np.uint64)
    values.cumsum(out=running[1:])
    found: _Numbers = running[ends] - running[starts]
    return found


def _mixed(numbers: _Numbers) -> Ints:
    """Numbers whose last bits, by which they are told apart first, depend on all; as in `code`."""
    mixed = (numbers ^ numbers >> np.uint64(32)) * np.uint64(_BASE)
    return (mixed ^ mixed >> np.uint64(29)).view(np.int64)


def _little(numbers: Ints) -> tuple[Flags, Flags]:
    """Which numbers are those of function words, and which of numerals."""
    known = _little_words()
    places = known.place_of.take(_some_bits(numbers, known.first, known.bits))
    found = known.words.take(places) == numbers
    return found & known.function.take(places), found & known.numeral.take(places)


class _LittleWords(NamedTuple):
    """The numbers of function words and numerals, ascending, and which of the two they are.

    `place_of` has the place of each by those of its number's bits that tell all apart: so many
    `bits`, from the `first` on.
    """

    words: Ints
    function: Flags
    numeral: Flags
    first: int
    bits: int
    place_of: Ints


@cache
def _little_words() -> _LittleWords:
    words = codes(FUNCTION_WORDS | NUMERALS)
    first, bits = next(
        (first, bits)
        for bits in range(len(words).bit_length() + 3, 64)  # fewer would be sought long, in vain
        for first in range(64 - bits)
        if len({*_some_bits(words, first, bits).tolist()}) == len(words)
    )
    place_of = np.zeros(1 << bits, np.int64)
    place_of[_some_bits(words, first, bits)] = np.arange(len(words))
    function, numeral = (np.isin(words, codes(kind)) for kind in (FUNCTION_WORDS, NUMERALS))
    return _LittleWords(words, function, numeral, first, bits, place_of)


def _some_bits(numbers: Ints, first: int, bits: int) -> Ints:
    return numbers >> first & (1 << bits) - 1
