"""What speaks for and against each span of a quote's being the answer, as numbers.

Features are named "group: what". Most are told from one end of a span, so they are computed
once for each boundary between tokens and looked up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.highlight.asked import Asked, Clue
from retrieval.highlight.quoted import Flags, Indices, Quoted
from retrieval.language.little_words import word_set
from retrieval.language.measures import NO_MEASURE

Values = NDArray[np.float64]
Features = dict[str, Values]
Marks = dict[str, Flags | Values]

_NEVER = 1_000_000  # how far away a clue stands that is not there
_NEARNESS = {"near": 3.0, "around": 10.0}  # tokens after which a clue counts half
_LONGEST_MATCH = 3
_SLOT_REACH = 4
_LONGEST_RUN = 4

_BEFORE = {
    "là": word_set("là"),
    "by": word_set("bởi do"),
    "of": word_set("của"),
    "time": word_set("năm tháng ngày vào"),
    "place": word_set("ở tại từ đến trong"),
    "purpose": word_set("để vì nhằm nên"),
    "such as": word_set("như gồm"),
    "called": word_set("tên gọi hiệu"),
    "and": word_set("và hoặc hay với"),
    "title": word_set("ông bà anh chị ngài vua nữ hoàng tổng thống tướng sĩ"),
    "plural": word_set("các những một"),
    "about": word_set("khoảng gần hơn tới đến"),
    "passive": word_set("được bị"),
    "tense": word_set("đã sẽ đang"),
}
_FIRST = {
    "time": word_set("năm ngày tháng thế thập"),
    "place": word_set("ở tại từ trong"),
    "purpose": word_set("để vì do bởi nhằm"),
    "plural": word_set("các những một"),
    "about": word_set("khoảng gần hơn"),
    "title": word_set("ông bà"),
    "not": word_set("không chưa"),
    "nominal": word_set("sự việc"),
    "pronoun": word_set("anh ông bà cô họ nó ấy người chúng"),
}
_AFTER = {
    "of": word_set("của"),
    "là": word_set("là"),
    "passive": word_set("được bị"),
    "tense": word_set("đã sẽ đang cũng"),
    "and": word_set("và hoặc hay"),
    "preposition": word_set("trong ở tại từ vào với cho để về bởi như khi"),
    "this": word_set("này đó"),
}
_WITHIN = {
    "and": word_set("và hoặc"),
    "verb": word_set("là được bị đã sẽ đang"),
    "that": word_set("rằng"),
    "date": word_set("tháng ngày năm thế kỷ thập niên giờ mùa"),
    "this": word_set("này đó ấy kia nọ đây"),
    "some": word_set("số nhiều loại"),
}
_YEAR = re.compile(r"1\d{3}|20\d\d")
_OPENING_QUOTE = re.compile(r"[\"“‘']\s*$")
_CLOSING_QUOTE = re.compile(r"^\s*[\"”’']")
_OPENING_BRACKET = re.compile(r"\($")
_CLOSING_BRACKET = re.compile(r"^\)")
_STOP = re.compile(r"^[\"”)]*[.,;:!?…]")


@dataclass(frozen=True, slots=True)
class _Spans:
    """Spans of tokens, from `first` to before `past`."""

    first: Indices
    past: Indices

    def __len__(self) -> int:
        return len(self.first)

    @property
    def length(self) -> Indices:
        return self.past - self.first

    def count(self, flags: Flags) -> Values:
        """How many tokens of each span are flagged."""
        cumulated = np.concatenate([[0.0], np.cumsum(flags)])
        return np.asarray(cumulated[self.past] - cumulated[self.first])

    def count_gaps(self, flags: Flags) -> Values:
        """How many boundaries inside each span are flagged."""
        cumulated = np.cumsum(flags, dtype=float)
        return np.asarray(cumulated[self.past - 1] - cumulated[self.first])


def span_features(asked: Asked, quoted: Quoted, first: Indices, past: Indices) -> Features:
    """The features of the spans from tokens `first` to boundaries `past`, a value for each."""
    spans = _Spans(first, past)
    found = {name: values[first] for name, values in _at_start(asked, quoted).items()}
    found |= {name: values[past] for name, values in _at_end(asked, quoted).items()}
    found |= _names(quoted, spans) | _numbers(quoted, spans) | _signs(quoted, spans)
    found |= _measures(asked, quoted, spans)
    found |= _clues(asked, quoted, spans) | _noun_inside(asked, quoted, spans)
    found |= {f"shape: {name}": spans.count(quoted.among(ws)) > 0 for name, ws in _WITHIN.items()}
    logarithm = np.log(spans.length)
    found |= {
        "shape: function words": spans.count(quoted.function & ~quoted.capital) / spans.length,
        "shape: how late": first / len(quoted),
        "slot: both sides": found["slot: near left"] * found["slot: near right"],
        "edge: both at punctuation": found["before: punctuation"] * found["after: punctuation"],
        "list: asked in plural": asked.plural
        * np.maximum(found["shape: and"], found["shape: comma"]),
        "length: one": spans.length == 1,
        "length: log": logarithm,
        "length: log squared": logarithm**2,
    }
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


def _at_start(asked: Asked, quoted: Quoted) -> Marks:
    """Features of each token's being the first, from the word itself and what stands before."""
    n, forms = len(quoted), _forms(asked, quoted)
    joined, lower = quoted.joined[:n], ~quoted.capital & ~quoted.digit
    before = {name: quoted.among(ws) for name, ws in _BEFORE.items()} | {
        "capital": quoted.capital,
        "number": quoted.digit | quoted.numeral,
        "function word": quoted.function,
    }
    goes_on = quoted.capital & joined & _shifted(lower, 1)[:n]
    goes_on[2:] &= quoted.capital[:-2] & joined[1:-1]
    found: Marks = {f"before: {name}": _shifted(f, 1)[:n] & joined for name, f in before.items()}
    found |= {f"first: {name}": quoted.among(ws) for name, ws in _FIRST.items()}
    return found | {
        "before: punctuation": ~joined,
        "first: name goes on": goes_on,
        "first: function word": quoted.function & ~quoted.capital,
        "first: capital": quoted.capital & ~quoted.opens_sentence[:n],
        "first: digit": quoted.digit,
        "first: numeral": quoted.numeral,
        "edge: cuts a word at the start": quoted.splits_word[:n],
        "noun: first": _occurrences(asked.noun, forms),
        "noun: before": _shifted(_occurrences(asked.noun[-1:], forms), 1)[:n],
        "slot: continues left": _match_lengths(asked.left, forms, -1)[:n],
        "slot: near left": _slot_words(asked, quoted, -1)[:n],
    }


def _at_end(asked: Asked, quoted: Quoted) -> Marks:
    """Features of each boundary's being the end, from the last word and what stands after."""
    joined, forms = quoted.joined, _forms(asked, quoted)
    lower = ~quoted.capital & ~quoted.digit
    after = {name: quoted.among(ws) for name, ws in _AFTER.items()} | {
        "capital": quoted.capital,
        "number": quoted.digit,
        "function word": quoted.function,
    }
    found: Marks = {f"after: {name}": _shifted(f, 0) & joined for name, f in after.items()}
    return found | {
        "after: punctuation": ~joined,
        "after: stop": _gaps_like(quoted, _STOP),
        "last: capital, then lower case": _shifted(quoted.capital, 1) & _shifted(lower, 0) & joined,
        "edge: cuts a word at the end": quoted.splits_word,
        "noun: after": _shifted(_occurrences(asked.noun[:1], forms), 0),
        "slot: continues right": _match_lengths(asked.right, forms, 1),
        "slot: near right": _slot_words(asked, quoted, 1),
    }


def _names(quoted: Quoted, spans: _Spans) -> Marks:
    """Features of capitals and foreign words."""
    opens = quoted.opens_sentence[:-1]
    capitals = spans.count(quoted.capital)
    telling = spans.count(quoted.capital & ~opens) > 0
    lone_opener = (spans.length == 1) & (opens & ~quoted.foreign)[spans.first]
    digits = spans.count(quoted.digit)
    name = (capitals == spans.length) & (digits < spans.length) & ~lone_opener
    return {
        "shape: name": name,
        "shape: holds a name": telling & ~name,
        "shape: lower case": ~telling & (digits == 0),
        "shape: a name, then a foreign one": spans.count_gaps(_foreign_after_name(quoted)) > 0,
        "shape: foreign": spans.count(quoted.foreign) > 0,
    }


def _foreign_after_name(quoted: Quoted) -> Flags:
    """At which boundaries a foreign name follows another one: "Hàn Quốc Hoesung Lee"."""
    own, foreign = quoted.capital & ~quoted.foreign, quoted.capital & quoted.foreign
    return _shifted(own, 1) & _shifted(foreign, 0) & quoted.joined


def _numbers(quoted: Quoted, spans: _Spans) -> Marks:
    """Features of digits, numerals and years."""
    years = np.array([_YEAR.fullmatch(word) is not None for word in quoted.exact])
    percent = np.array(["%" in gap for gap in quoted.gaps[1:]])
    return {
        "shape: digits": spans.count(quoted.digit) > 0,
        "shape: number alone": spans.count(quoted.digit | quoted.numeral) == spans.length,
        "shape: year": spans.count(years) > 0,
        "shape: year alone": spans.count(years) == spans.length,
        "shape: percent": spans.count(percent) > 0,
    }


def _measures(asked: Asked, quoted: Quoted, spans: _Spans) -> Marks:
    """Features of what numbers measure, beside what is asked for."""
    told = quoted.measure
    is_asked = asked.measure != NO_MEASURE
    some = spans.count(told != NO_MEASURE) > 0
    right = spans.count((told == asked.measure) & is_asked) > 0
    number = spans.count(quoted.digit | quoted.numeral) > 0
    return {
        "measure: as asked": right,
        "measure: another": some & ~right & is_asked,
        "measure: none asked": some & (not is_asked),
        "measure: bare number": number & ~some & is_asked,
        "measure: stands elsewhere": ~right & (is_asked and bool((told == asked.measure).any())),
    }


def _signs(quoted: Quoted, spans: _Spans) -> Marks:
    """Features of the punctuation around and inside a span."""
    depth = np.cumsum([gap.count("(") - gap.count(")") for gap in quoted.gaps])
    in_quotes = (_gaps_like(quoted, _OPENING_QUOTE), _gaps_like(quoted, _CLOSING_QUOTE))
    in_brackets = (_gaps_like(quoted, _OPENING_BRACKET), _gaps_like(quoted, _CLOSING_BRACKET))
    return {
        "shape: quoted": in_quotes[0][spans.first] & in_quotes[1][spans.past],
        "shape: bracketed": in_brackets[0][spans.first] & in_brackets[1][spans.past],
        "shape: in brackets": depth[spans.first] > 0,
        "shape: crosses a bracket": spans.count_gaps(quoted.bracketed) > 0,
        "shape: comma": spans.count_gaps(quoted.comma) > 0,
    }


def _clues(asked: Asked, quoted: Quoted, spans: _Spans) -> Marks:
    """Features of the question's words: how near they stand, and whether the span repeats them."""
    where = np.array([_places(clue, quoted) for clue in asked.clues], dtype=bool)
    where = where.reshape(-1, len(quoted))
    anywhere: Flags = np.logical_or.reduce(where, axis=0)
    said = anywhere | _said_together(asked, quoted)
    telling = ~quoted.function | quoted.capital
    swallowed = spans.count(said & telling)
    part = swallowed / np.maximum(1, spans.count(telling))
    return {
        **_nearness(asked, where, spans),
        **_coverage(quoted, where, spans),
        "clues: run on the left": _run_lengths(said)[spans.first],
        "clues: run on the right": _run_lengths(said[::-1])[::-1][spans.past],
        "said: any": swallowed > 0,
        "said: share": part,
        "said: all": part == 1,
    }


def _nearness(asked: Asked, where: Flags, spans: _Spans) -> Marks:
    """How near the clues stand, apart by the side on which they stand in the question."""
    share = 1 / max(1, len(where))
    sides = np.array([clue.side for clue in asked.clues])
    left, right = _distances(where)
    found: Marks = {}
    for name, half in _NEARNESS.items():
        by_left, by_right = half / (half - 1 + left), half / (half - 1 + right)
        nearest = np.maximum(by_left[:, spans.first], by_right[:, spans.past])
        found[f"clues: {name}"] = share * nearest.sum(axis=0)
        for side, words in ((-1, "said before"), (1, "said after")):
            own = share * (sides == side)
            found[f"clues: {name}, {words}, on the left"] = (own @ by_left)[spans.first]
            found[f"clues: {name}, {words}, on the right"] = (own @ by_right)[spans.past]
    return found


def _coverage(quoted: Quoted, where: Flags, spans: _Spans) -> Marks:
    """The share of the clues that the span's sentence and clause hold."""
    sentences = quoted.opens_sentence[:-1]
    clauses = sentences | quoted.bracketed[:-1] | quoted.comma[:-1]
    found: Marks = {}
    for name, starts in (("sentence", sentences), ("clause", clauses)):
        held = _held_by_run(where, starts)
        found[f"clues: {name}"] = held[spans.first]
        found[f"clues: {name}, against the best"] = held[spans.first] - held.max()
    return found


def _noun_inside(asked: Asked, quoted: Quoted, spans: _Spans) -> Marks:
    """Whether a span holds the noun that is asked for, or nothing else."""
    held = spans.count(np.array([form in asked.noun for form in _forms(asked, quoted)]))
    return {"noun: inside": held > 0, "noun: alone": held == spans.length}


def _gaps_like(quoted: Quoted, pattern: re.Pattern[str]) -> Flags:
    """At which boundaries the pattern is found."""
    return np.array([pattern.search(gap) is not None for gap in quoted.gaps])


def _forms(asked: Asked, quoted: Quoted) -> Sequence[str]:
    return quoted.folded if asked.folded else quoted.exact


def _shifted(flags: Flags, by: int) -> Flags:
    """Flags of tokens as flags of boundaries: of the token after it (0) or before it (1)."""
    return np.concatenate([np.zeros(by, bool), flags, np.zeros(1 - by, bool)])


def _occurrences(words: Sequence[str], forms: Sequence[str]) -> Flags:
    """At which tokens the words start, one after the other; nowhere for no words."""
    length = len(words)
    return np.array(
        [length > 0 and tuple(forms[at : at + length]) == tuple(words) for at in range(len(forms))]
    )


def _places(clue: Clue, quoted: Quoted) -> Flags:
    """Which tokens are the clue, in whichever of its forms."""
    forms = quoted.folded if clue.folded else quoted.exact
    found = np.zeros(len(forms), bool)
    for words in clue.forms:
        for at in np.flatnonzero(_occurrences(words, forms)):
            found[at : at + len(words)] = True
    return found


def _distances(where: Flags) -> tuple[Values, Values]:
    """From each boundary to each clue's nearest token: on its left, on its right; 1 is next."""
    clues, n = where.shape
    at = np.arange(n)
    last = np.maximum.accumulate(np.where(where, at, -_NEVER), axis=1)
    following = np.minimum.accumulate(np.where(where, at, _NEVER)[:, ::-1], axis=1)[:, ::-1]
    left = np.arange(1, n + 1) - last
    right = following - at + 1
    nowhere = np.full((clues, 1), float(_NEVER))
    return np.hstack([nowhere, left]), np.hstack([right, nowhere])


def _held_by_run(where: Flags, starts: Flags) -> Values:
    """For each token, the share of the clues that stand in its run of tokens."""
    firsts = np.flatnonzero(starts)
    held = np.logical_or.reduceat(where, firsts, axis=1).sum(axis=0) / max(1, len(where))
    return np.asarray(np.repeat(held, np.diff([*firsts, len(starts)])))


def _match_lengths(words: Sequence[str], forms: Sequence[str], step: int) -> Values:
    """At each boundary, how far the quote goes on as the question does beside its slot, 0 to 1."""
    lengths = np.zeros(len(forms) + 1)
    for boundary in range(len(forms) + 1):
        beside = forms[boundary:] if step > 0 else forms[:boundary][::-1]
        for word, form in zip(words[:_LONGEST_MATCH], beside, strict=False):
            if word != form:
                break
            lengths[boundary] += 1 / _LONGEST_MATCH
    return lengths


def _said_together(asked: Asked, quoted: Quoted) -> Flags:
    """Which tokens stand beside the same word as in the question: also those that mean little."""
    forms = _forms(asked, quoted)
    said = set(itertools.pairwise(asked.said))
    both = np.array([pair in said for pair in itertools.pairwise(forms)], dtype=bool)
    return np.asarray(np.append(both, False) | np.insert(both, 0, False), dtype=bool)


def _run_lengths(flags: Flags) -> Values:
    """At each boundary, how many tokens without a break before it are flagged, 0 to 1."""
    lengths = np.zeros(len(flags) + 1)
    for boundary, flag in enumerate(flags, 1):
        lengths[boundary] = min(_LONGEST_RUN, lengths[boundary - 1] + 1) if flag else 0
    return lengths / _LONGEST_RUN


def _slot_words(asked: Asked, quoted: Quoted, side: int) -> Values:
    """At each boundary, the share of the two clues next to the slot that stand close to it."""
    clues = [clue for clue in asked.clues if clue.side == side]
    nearest = clues[-2:] if side < 0 else clues[:2]
    found = np.zeros(len(quoted) + 1)
    for clue in nearest:
        cumulated = np.concatenate([[0], np.cumsum(_places(clue, quoted))])
        at = np.arange(len(quoted) + 1)
        low, high = (at - _SLOT_REACH, at) if side < 0 else (at, at + _SLOT_REACH)
        near = cumulated[high.clip(max=len(quoted))] - cumulated[low.clip(min=0)]
        found += (near > 0) / len(nearest)
    return found
