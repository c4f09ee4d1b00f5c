"""What speaks for and against each span of a quote's being the answer, as numbers.

Features are named "group: what". Most are told from one end of a span, so they are computed
once for each boundary between tokens and looked up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.highlight.asked import Asked, Clue
from retrieval.highlight.quoted import Flags, Indices, Quoted, word_set

Values = NDArray[np.float64]
Features = dict[str, Values]

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
}
_PRONOUNS = word_set("anh ông bà cô họ nó ấy người chúng")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_OPENING_QUOTE = re.compile(r"[\"“‘']\s*$")
_CLOSING_QUOTE = re.compile(r"^\s*[\"”’']")
_STOP = re.compile(r"^[\"”)]*[.,;:!?…]")


def span_features(asked: Asked, quoted: Quoted, first: Indices, past: Indices) -> Features:
    """The features of the spans from tokens `first` to boundaries `past`, a value for each."""
    length = past - first
    found: Features = {}
    for at, one in ((first, _at_start(asked, quoted)), (past, _at_end(asked, quoted))):
        found |= {name: values[at] for name, values in one.items()}
    found |= _inside(quoted, first, past)
    found |= _clues(asked, quoted, first, past)
    found |= _noun_inside(asked, quoted, first, past)
    found["slot: both sides"] = found["slot: near left"] * found["slot: near right"]
    found["edge: both at punctuation"] = found["before: punctuation"] * found["after: punctuation"]
    if asked.plural:
        found["list: asked in plural"] = np.maximum(found["shape: and"], found["shape: comma"])
    else:
        found["list: asked in plural"] = np.zeros(len(first))
    found["length: one"] = (length == 1).astype(float)
    found["length: log"] = np.log(length)
    found["length: log squared"] = np.log(length) ** 2
    return found


def _at_start(asked: Asked, quoted: Quoted) -> Features:
    """Features of each token's being the first, from the word itself and what stands before."""
    n = len(quoted)
    joined = quoted.joined[:n]
    before = {f"before: {name}": _shifted(quoted.among(ws), 1) for name, ws in _BEFORE.items()}
    before |= {
        "before: capital": _shifted(quoted.capital, 1),
        "before: number": _shifted(quoted.digit | quoted.numeral, 1),
        "before: function word": _shifted(quoted.function, 1),
    }
    found = {name: (flags[:n] & joined).astype(float) for name, flags in before.items()}
    found |= {f"first: {name}": quoted.among(ws).astype(float) for name, ws in _FIRST.items()}
    noun = _occurrences(asked.noun, _forms(asked, quoted))
    noun_last = _occurrences(asked.noun[-1:], _forms(asked, quoted))
    lower = ~quoted.capital & ~quoted.digit
    goes_on = quoted.capital & joined & _shifted(lower, 1)[:n]
    goes_on[2:] &= quoted.capital[:-2] & joined[1:-1]
    return found | {
        "first: name goes on": goes_on.astype(float),
        "first: pronoun": (quoted.among(_PRONOUNS)).astype(float),
        "edge: cuts a word at the start": quoted.splits_word[:n].astype(float),
        "before: punctuation": (~joined).astype(float),
        "first: function word": (quoted.function & ~quoted.capital).astype(float),
        "first: capital": (quoted.capital & ~quoted.opens_sentence[:n]).astype(float),
        "first: digit": quoted.digit.astype(float),
        "first: numeral": quoted.numeral.astype(float),
        "noun: first": noun.astype(float),
        "noun: before": _shifted(noun_last, 1)[:n].astype(float),
        "slot: continues left": _match_lengths(asked.left, _forms(asked, quoted), -1)[:n],
        "slot: near left": _slot_words(asked, quoted, -1)[:n],
    }


def _at_end(asked: Asked, quoted: Quoted) -> Features:
    """Features of each boundary's being the end, from the last word and what stands after."""
    joined = quoted.joined
    after = {f"after: {name}": _shifted(quoted.among(ws), 0) for name, ws in _AFTER.items()}
    after |= {
        "after: capital": _shifted(quoted.capital, 0),
        "after: number": _shifted(quoted.digit, 0),
        "after: function word": _shifted(quoted.function, 0),
    }
    found = {name: (flags & joined).astype(float) for name, flags in after.items()}
    stop = np.array([_STOP.search(gap) is not None for gap in quoted.gaps])
    noun = _occurrences(asked.noun[:1], _forms(asked, quoted))
    lower = ~quoted.capital & ~quoted.digit
    goes_on = _shifted(quoted.capital, 1) & _shifted(lower, 0) & joined
    return found | {
        "last: capital, then lower case": goes_on.astype(float),
        "edge: cuts a word at the end": quoted.splits_word.astype(float),
        "after: punctuation": (~joined).astype(float),
        "after: stop": stop.astype(float),
        "noun: after": _shifted(noun, 0).astype(float),
        "slot: continues right": _match_lengths(asked.right, _forms(asked, quoted), 1),
        "slot: near right": _slot_words(asked, quoted, 1),
    }


def _inside(quoted: Quoted, first: Indices, past: Indices) -> Features:
    """Features of what a span holds: names, numbers, commas."""
    length = past - first
    capital, digit = quoted.capital, quoted.digit
    inner_capital = capital & ~quoted.opens_sentence[:-1]
    year = np.array([_YEAR.fullmatch(word) is not None for word in quoted.exact])
    percent = np.array(["%" in gap for gap in quoted.gaps[1:]])

    def count(flags: Flags) -> Values:
        cumulated = np.concatenate([[0], np.cumsum(flags)])
        return np.asarray(cumulated[past] - cumulated[first], dtype=float)

    def count_gaps(flags: Flags) -> Values:
        cumulated = np.concatenate([[0], np.cumsum(flags[1:-1]), [0]])
        return np.asarray(cumulated[past - 1] - cumulated[first], dtype=float)

    capitals, digits = count(capital), count(digit)
    lone_opener = (length == 1) & (quoted.opens_sentence[:-1] & ~quoted.foreign)[first]
    name = (capitals == length) & (digits < length) & ~lone_opener
    quote_opens = np.array([_OPENING_QUOTE.search(gap) is not None for gap in quoted.gaps])
    quote_closes = np.array([_CLOSING_QUOTE.search(gap) is not None for gap in quoted.gaps])
    bracket_opens = np.array([gap.endswith("(") for gap in quoted.gaps])
    bracket_closes = np.array([gap.startswith(")") for gap in quoted.gaps])
    depth = np.cumsum([gap.count("(") - gap.count(")") for gap in quoted.gaps])[:-1]
    flags = {
        "shape: name": name,
        "shape: holds a name": (count(inner_capital) > 0) & ~name,
        "shape: lower case": (count(inner_capital) == 0) & (digits == 0),
        "shape: foreign": count(quoted.foreign) > 0,
        "shape: digits": digits > 0,
        "shape: number alone": count(digit | quoted.numeral) == length,
        "shape: year": count(year) > 0,
        "shape: year alone": count(year) == length,
        "shape: percent": count(percent) > 0,
        "shape: quoted": quote_opens[first] & quote_closes[past],
        "shape: bracketed": bracket_opens[first] & bracket_closes[past],
        "shape: in brackets": depth[first] > 0,
        "shape: crosses a bracket": count_gaps(quoted.bracketed) > 0,
        "shape: comma": count_gaps(quoted.comma) > 0,
    }
    flags |= {f"shape: {name}": count(quoted.among(ws)) > 0 for name, ws in _WITHIN.items()}
    found = {name: values.astype(float) for name, values in flags.items()}
    return found | {
        "shape: function words": count(quoted.function & ~capital) / length,
        "shape: how late": first / len(quoted),
    }


def _clues(asked: Asked, quoted: Quoted, first: Indices, past: Indices) -> Features:
    """How near the question's words stand, on the side where they stand in the question."""
    n = len(quoted)
    where = np.array([_places(clue, quoted) for clue in asked.clues]).reshape(-1, n).astype(bool)
    share = np.full(len(asked.clues), 1 / max(1, len(asked.clues)))
    sides = np.array([clue.side for clue in asked.clues])
    found: Features = {}
    left, right = _distances(where)
    for name, half in _NEARNESS.items():
        by_left, by_right = half / (half - 1 + left), half / (half - 1 + right)
        found[f"clues: {name}"] = share @ np.maximum(by_left[:, first], by_right[:, past])
        for side, words in ((-1, "said before"), (1, "said after")):
            own = share * (sides == side)
            found[f"clues: {name}, {words}, on the left"] = (own @ by_left)[first]
            found[f"clues: {name}, {words}, on the right"] = (own @ by_right)[past]
    breaks = quoted.opens_sentence[:-1]
    clauses = breaks | quoted.bracketed[:-1] | quoted.comma[:-1]
    for name, starts in (("sentence", breaks), ("clause", clauses)):
        held = _held_by_run(where, share, starts)
        found[f"clues: {name}"] = held[first]
        found[f"clues: {name}, against the best"] = held[first] - held.max()
    anywhere: Flags = np.logical_or.reduce(where, axis=0)
    telling = ~quoted.function | quoted.capital
    said = anywhere | _said_together(asked, quoted)
    cumulated = np.concatenate([[0], np.cumsum(said & telling)])
    all_telling = np.concatenate([[0], np.cumsum(telling)])
    swallowed = cumulated[past] - cumulated[first]
    part = swallowed / np.maximum(1, all_telling[past] - all_telling[first])
    return found | {
        "clues: run on the left": _run_lengths(said)[first],
        "clues: run on the right": _run_lengths(said[::-1])[::-1][past],
        "said: any": (swallowed > 0).astype(float),
        "said: share": part,
        "said: all": (part == 1).astype(float),
    }


def _noun_inside(asked: Asked, quoted: Quoted, first: Indices, past: Indices) -> Features:
    """Whether a span holds the noun that is asked for, or nothing else."""
    forms = _forms(asked, quoted)
    noun = np.array([form in asked.noun for form in forms])
    cumulated = np.concatenate([[0], np.cumsum(noun)])
    held = cumulated[past] - cumulated[first]
    return {
        "noun: inside": (held > 0).astype(float),
        "noun: alone": (held == past - first).astype(float),
    }


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


def _held_by_run(where: Flags, share: Values, starts: Flags) -> Values:
    """For each token, the share of the clues that stand in its run of tokens."""
    firsts = np.flatnonzero(starts)
    held = share @ np.logical_or.reduceat(where, firsts, axis=1)
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
