"""A quote taken apart: its tokens, what is told from their looks, and the spans worth ranking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.language.little_words import (
    FUNCTION_WORDS,
    NEVER_FIRST,
    NEVER_LAST,
    NUMERALS,
    word_set,
)
from retrieval.language.measures import NO_MEASURE, measure_of_sign, unit_at
from retrieval.language.syllables import is_folded_syllable
from retrieval.language.tables import read_table, split_alternatives
from retrieval.model import Span
from retrieval.text import exact, tokens

Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

_LONGEST_WORD = 4
# A number after one of them is a date, no amount.
_DATED = word_set("ngày tháng năm mùng mồng quý kỷ niên khoá lúc")
LONGEST_SPAN = 15
"""Tokens of the longest span that is ranked."""

_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*\s|\n")
_BRACKET_OR_DASH = re.compile(r"[:()\[\]]|[–—]|\s-\s")
_WALL = re.compile(r"[;\[\]]")  # no span goes on beyond it
_JOINING = re.compile(r"[%‰°²³]*[\s\-'’.]?[°$€£~]*")
_SIGNS_BEFORE = re.compile(r"[$€£~≈±]\s?$")  # belong to the number after them
_SIGNS_AFTER = re.compile(r"\s?[%‰]|[°²³$€£]")  # and to the one before


@dataclass(frozen=True)
class Quoted:
    """A quote's tokens, each of the arrays with one entry for a token.

    `gaps[i]` is what stands before token i, `gaps[len]` what follows the last. A boundary i lies
    before token i; `joined[i]` says that nothing but a blank or a hyphen stands there.
    """

    text: str
    spans: tuple[Span, ...]
    exact: tuple[str, ...]
    folded: tuple[str, ...]
    gaps: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.spans)

    def span(self, first: int, past: int) -> Span:
        """The characters from token `first` to the one before `past`, with a number's signs."""
        start, end = self.spans[first].start, self.spans[past - 1].end
        before = _SIGNS_BEFORE.search(self.gaps[first]) if self.digit[first] else None
        after = _SIGNS_AFTER.match(self.gaps[past]) if self.digit[past - 1] else None
        return Span(
            start - len(before[0]) if before else start,
            end + after.end() if after else end,
        )

    @cached_property
    def joined(self) -> Flags:
        """Whether the boundary parts nothing but words: no punctuation stands there."""
        inner = [gap != "" and _JOINING.fullmatch(gap) is not None for gap in self.gaps[1:-1]]
        return np.array([False, *inner, False]) | self.after_initial

    @cached_property
    def capital(self) -> Flags:
        """Which tokens start with a capital."""
        return np.array([self.text[span.start].isupper() for span in self.spans])

    @cached_property
    def digit(self) -> Flags:
        """Which tokens hold a digit."""
        return np.array([any(map(str.isdigit, word)) for word in self.exact])

    @cached_property
    def foreign(self) -> Flags:
        """Which tokens are words that Vietnamese syllables cannot spell."""
        known = np.array([is_folded_syllable(word) for word in self.folded])
        return ~known & ~self.digit

    @cached_property
    def numeral(self) -> Flags:
        """Which tokens are numbers in words."""
        return self.among(NUMERALS) & ~self.capital

    @cached_property
    def function(self) -> Flags:
        """Which tokens are function words."""
        return self.among(FUNCTION_WORDS)

    @cached_property
    def after_initial(self) -> Flags:
        """Whether nothing but the stop of an initial or short title parts a name there."""
        found = [
            gap == ". " and len(before) < 3 and self.text[before.start].isupper()
            for gap, before in zip(self.gaps[1:-1], self.spans[:-1], strict=True)
        ]
        return np.array([False, *found, False])

    @cached_property
    def opens_sentence(self) -> Flags:
        """Whether a sentence starts at the boundary; "St. Augustine" is one name."""
        ends = [_SENTENCE_END.search(gap) is not None for gap in self.gaps[1:]]
        return np.array([True, *ends]) & ~self.after_initial

    @cached_property
    def bracketed(self) -> Flags:
        """Whether a bracket, a colon or a dash stands at the boundary."""
        return np.array([_BRACKET_OR_DASH.search(gap) is not None for gap in self.gaps])

    @cached_property
    def comma(self) -> Flags:
        """Whether a comma stands at the boundary."""
        return np.array(["," in gap for gap in self.gaps])

    @cached_property
    def measure(self) -> Indices:
        """What each token tells the measure of, as a number or its unit; NO_MEASURE for none."""
        found = np.full(len(self), NO_MEASURE, dtype=np.intp)
        number = self.digit | self.numeral
        past = 0
        for at in np.flatnonzero(number).tolist():
            if at < past:
                continue
            past = at + 1
            while past < len(self) and number[past] and self._goes_on(past):
                past += 1
            measure, words = self._unit(at, past)
            found[at : past + words] = measure
            past += words
        return found

    def _goes_on(self, at: int) -> bool:
        """Whether a number of several words goes on there: "năm" may be five, or years."""
        return bool(self.joined[at]) and unit_at(self.exact, at)[0] == NO_MEASURE

    def _unit(self, at: int, past: int) -> tuple[int, int]:
        """The measure of a number by the signs around it or the words after it, and how many."""
        before, after = self.gaps[at].rstrip()[-1:], self.gaps[past].lstrip()[:1]
        for sign in (after, before):
            if (measure := measure_of_sign(sign)) != NO_MEASURE:
                return measure, 0
        if self.gaps[past].strip() or (self.joined[at] and self.exact[at - 1] in _DATED):
            return NO_MEASURE, 0
        measure, words = unit_at(self.exact, past)
        goes_on = past + words < len(self) and self.digit[past + words]
        if goes_on and not self.gaps[past + words].strip():  # a date: "5 tháng 6", "5 năm 2010"
            return NO_MEASURE, 0
        return measure, words

    def among(self, words: frozenset[str]) -> Flags:
        """Which tokens are one of the words."""
        return np.array([word in words for word in self.exact])

    @cached_property
    def splits_name(self) -> Flags:
        """Whether the boundary would cut a name, a foreign phrase or a number in two.

        A number's unit, or what else is written without a blank after it ("55k"), belongs to it.
        """
        capital, foreign, digit = self.capital, self.foreign, self.digit
        # the first word of a sentence has its capital from there
        named = capital & ~(self.opens_sentence[:-1] & ~foreign)
        split = np.zeros(len(self) + 1, dtype=bool)
        both = (named[:-1] & capital[1:]) | (foreign[:-1] & foreign[1:])
        hyphen = np.array([gap in "-'’." and gap != "" for gap in self.gaps[1:-1]], dtype=bool)
        amount = np.array([gap in ("-", "/", ".", ",") for gap in self.gaps[1:-1]], dtype=bool)
        attached = np.array([gap == "" for gap in self.gaps[1:-1]], dtype=bool)
        split[1:-1] = (self.joined[1:-1] & both) | hyphen | (digit[:-1] & digit[1:] & amount)
        split[1:-1] |= attached
        return split

    @cached_property
    def splits_word(self) -> Flags:
        """Whether the boundary would cut a word of several syllables, as the glossary has them."""
        words = compounds()
        split = np.zeros(len(self) + 1, dtype=bool)
        at = 0
        while at < len(self):
            past = next(
                (
                    past
                    for past in range(min(len(self), at + _LONGEST_WORD), at + 1, -1)
                    if self.joined[at + 1 : past].all() and self.exact[at:past] in words
                ),
                at + 1,
            )
            split[at + 1 : past] = True
            at = past
        return split

    @cached_property
    def candidates(self) -> tuple[Indices, Indices]:
        """First token and boundary past the last one of each span worth ranking."""
        if not len(self):
            return np.array([], dtype=np.intp), np.array([], dtype=np.intp)
        lone = self.function & ~self.capital & ~self.among(NUMERALS)
        last_never = self.among(NEVER_LAST) & ~(self.capital & ~self.opens_sentence[:-1])
        may_open = ~self.splits_name[:-1] & ~self.among(NEVER_FIRST)
        may_close = ~self.splits_name[1:]
        wall = self.opens_sentence | np.array([_WALL.search(g) is not None for g in self.gaps])
        run = np.cumsum(wall)[:-1]
        offsets = np.arange(LONGEST_SPAN)
        first = np.repeat(np.arange(len(self)), LONGEST_SPAN)
        last = (np.arange(len(self))[:, None] + offsets).ravel()
        inside = last < len(self)
        first, last = first[inside], last[inside]
        opened = np.cumsum([gap.count("(") for gap in self.gaps])
        closed = np.cumsum([gap.count(")") for gap in self.gaps])
        kept = may_open[first] & may_close[last] & (run[first] == run[last])
        kept &= opened[last] - opened[first] == closed[last] - closed[first]
        kept &= np.where(first == last, ~lone[last], ~last_never[last])
        return first[kept], last[kept] + 1


@cache
def compounds() -> frozenset[tuple[str, ...]]:
    """Vietnamese words of two to four syllables: what the English glossary translates into."""
    found = (
        tuple(map(exact, translation.split()))
        for _, translations in read_table("english.tsv")
        for translation in split_alternatives(translations)
        if " " in translation
    )
    return frozenset(word for word in found if 1 < len(word) <= _LONGEST_WORD)


def read_quote(text: str) -> Quoted:
    """Take a quote apart.

    >>> [span.of("Xã Yên Phúc.") for span in read_quote("Xã Yên Phúc.").spans]
    ['Xã', 'Yên', 'Phúc']
    """
    found = list(tokens(text))
    edges = [
        0,
        *(edge for token in found for edge in (token.span.start, token.span.end)),
        len(text),
    ]
    return Quoted(
        text=text,
        spans=tuple(token.span for token in found),
        exact=tuple(token.exact for token in found),
        folded=tuple(token.folded for token in found),
        gaps=tuple(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)),
    )
