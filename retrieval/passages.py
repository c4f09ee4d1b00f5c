"""Article → sentences → passages, with exact offsets.

Where a full stop may belong to an abbreviation, underthesea decides whether a sentence ends; its
faults are mended around it: it gives no offsets, reads across line breaks, cuts after "GS.TS."
and inside quotes, and does not cut at "…Đến". Most stops leave no such doubt, and it is asked
only of what stands between those.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from retrieval.language.abbreviations import SENTENCE_ABBREVIATIONS
from retrieval.language.syllables import is_syllable
from retrieval.model import Article, Passage, Sentence, Span, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_QUOTE = 400
"""The most characters a quote may have; a longer sentence is cut at its clauses."""

PASSAGE = 1200
"""About how many characters a passage has: more blurs the evidence, fewer lose the context."""

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_HARD_END = re.compile(r"…[\"'”’»)\]]*(?=\s*[^\W\d_])")
_CLOSERS = "\"'”’»)]"
_BEFORE = _CLOSERS + " "  # what the sentence before has taken
_STOPS = re.compile(r"[.?!]+")
_LONGEST_WORD = 32  # characters that are looked at for a word before a full stop
_LONG_WORD = 5  # letters; what is abbreviated to as many is not worth abbreviating
_LAST_WORD = re.compile(r"([^\s(\[\"'“‘«]+)\.$")
_INITIAL = re.compile(r"[a-zđ]")
_ENUMERATOR = re.compile(r"[a-zđ]|\d{1,3}|[ivxlcdm]{1,5}")
_CLAUSE_END = re.compile(r"[;:,–—…]\s+|\s+")


@cache
def _sent_tokenize() -> Callable[[str], list[str]]:
    from underthesea import sent_tokenize  # 0.5 s and 90 MB: only when something is indexed

    return sent_tokenize  # type: ignore[no-any-return]


def split_sentences(text: str) -> list[Span]:
    """The sentences of a text, as spans without surrounding white space.

    >>> text = "GS.TS. Nam đến. Ông nói…Đến nay đã xong."
    >>> [span.of(text) for span in split_sentences(text)]
    ['GS.TS. Nam đến.', 'Ông nói…', 'Đến nay đã xong.']
    """
    return [span for line in _lines(text) for span in _line_sentences(text, line)]


def split_passages(article: Article) -> list[Passage]:
    """The passages of an article, in the order of its text, numbered from 0.

    A passage is a run of sentences of about `PASSAGE` characters, broken at a line break where
    there is one; a lede's repetition is left out, since its text stands elsewhere.
    """
    groups: list[list[Sentence]] = []
    for sentence in article_sentences(article):
        if sentence.kind is ZoneKind.REPEATED_LEDE:
            continue
        if not groups or _is_full(groups[-1], sentence):
            groups.append([])
        groups[-1].append(sentence)
    return [Passage(number, tuple(group)) for number, group in enumerate(groups)]


def _is_full(group: list[Sentence], following: Sentence) -> bool:
    length = group[-1].span.end - group[0].span.start
    if following.paragraph != group[-1].paragraph and length > PASSAGE // 3:
        return True
    return following.span.end - group[0].span.start > PASSAGE


def article_sentences(article: Article) -> Iterator[Sentence]:
    """The sentences of an article, in order; those of more than `MAX_QUOTE` characters are cut.

    A title, a date line, a byline and a caption are one sentence each, whatever their
    punctuation.
    """
    for paragraph, (line, kind) in enumerate(_kinds(article)):
        whole = kind is not None and kind is not ZoneKind.REPEATED_LEDE
        for span in [line] if whole else _line_sentences(article.text, line):
            if span.end - span.start <= MAX_QUOTE:
                yield Sentence(span, paragraph, kind)
                continue
            for part in _cut_long(article.text, span):
                yield Sentence(part, paragraph, kind)


def _kinds(article: Article) -> Iterator[tuple[Span, ZoneKind | None]]:
    """Each line with the kind of zone that it is in; both are in the order of the text."""
    zones, passed = article.zones, 0
    for line in _lines(article.text):
        while passed < len(zones) and zones[passed].span.end <= line.start:
            passed += 1
        is_zone = passed < len(zones) and zones[passed].span.overlaps(line)
        yield line, zones[passed].kind if is_zone else None


def _lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        span = _trimmed(text, *match.span())
        if span.start < span.end:
            yield span


def _trimmed(text: str, start: int, end: int) -> Span:
    """The characters from `start` to `end` without white space around them."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _line_sentences(text: str, line: Span) -> list[Span]:
    spans: list[Span] = []
    for piece in _pieces(text, line):
        if spans and _continues(text, spans[-1], piece):
            spans[-1] = Span(spans[-1].start, piece.end)
        else:
            spans.append(piece)
    if text.find("…", line.start, line.end) < 0:
        return spans
    return [part for span in spans for part in _cut_at_ellipsis(text, span)]


def _pieces(text: str, line: Span) -> Iterator[Span]:
    """The line cut at its stops: underthesea is asked where there is a doubt, and only there."""
    ends, doubts = _stops(text, line)
    for piece in _cut_at(text, line, ends):
        first = bisect_left(doubts, piece.start)
        if first < len(doubts) and doubts[first] < piece.end:
            yield from _tokenized(text, piece)
        else:
            yield piece


def _stops(text: str, line: Span) -> tuple[list[int], list[int]]:
    """Where stops of a line end a sentence, and where there are others, which may."""
    ends, doubts = [], []
    for match in _STOPS.finditer(text, line.start, line.end):
        start, stops = match.start(), match.group()
        at = text.rfind(" ", max(line.start, start - _LONGEST_WORD), start) + 1
        if not at or not text[at:start].isalnum():  # as is rare
            at = start
            while at > line.start and text[at - 1].isalnum():
                at -= 1
        word = text[at:start]
        if stops == "." and word.isdigit() and text[start + 1 : start + 2].isdigit():
            continue  # "1.500"
        if "." in stops and (stops != "." or text[at - 1 : at] == "." or not _is_whole(word)):
            doubts.append(start)
        else:
            ends.append(match.end())
    return ends, doubts


def _is_whole(word: str) -> bool:
    """Whether a full stop after a word can only end a sentence: the word abbreviates nothing.

    Titles such as "PGS." are told by the table of abbreviations later on.
    """
    if len(word) < 2 or word.isdigit():
        return len(word) != 1
    if not word.isalpha():
        return False
    is_name = word.isupper() and len(word) > 2
    return is_name or len(word) >= _LONG_WORD or is_syllable(word.lower())


def _cut_at(text: str, line: Span, ends: list[int]) -> Iterator[Span]:
    """The line in pieces that end there, closing quotes included."""
    start = line.start
    for end in ends:
        while end < line.end and text[end] in _CLOSERS:
            end += 1
        if end > start and len(span := _trimmed(text, start, end)):
            yield span
        start = max(start, end)
    rest = _trimmed(text, start, line.end)
    if len(rest):
        yield rest


def _tokenized(text: str, line: Span) -> Iterator[Span]:
    """underthesea's sentences of a line, found again in the text, nothing left out."""
    cursor = line.start
    for sentence in _sent_tokenize()(line.of(text)):
        sentence = sentence if text.startswith(sentence, cursor) else sentence.lstrip(_BEFORE)
        start = text.find(sentence, cursor, line.end)
        if start < 0:  # it changed a character: leave the rest of the line whole
            break
        end = start + len(sentence)
        while end < line.end and text[end] in _CLOSERS:
            end += 1  # a closing quote belongs to the sentence that it closes
        if end > cursor and (span := _trimmed(text, cursor, end)):
            yield span
        cursor = end
    rest = _trimmed(text, cursor, line.end) if cursor < line.end else Span(cursor, cursor)
    if len(rest):
        yield rest


def _continues(text: str, before: Span, piece: Span) -> bool:
    """Whether a cut between the two was wrong."""
    first = text[piece.start]
    if first.islower() or first in ",;:)]}%":
        return True
    if text[before.end - 1] != ".":
        return False
    last = _LAST_WORD.search(text, max(before.start, before.end - _LONGEST_WORD), before.end)
    if last is None:
        return False
    word = last.group(1).lower()
    final = word.rsplit(".", 1)[-1]
    if word in SENTENCE_ABBREVIATIONS or final in SENTENCE_ABBREVIATIONS:
        return True
    if last.start(1) == before.start:  # an enumeration, "1." or "II.", that opens its sentence
        return bool(_ENUMERATOR.fullmatch(word))
    return bool(_INITIAL.fullmatch(word))  # "J. Smith"


def _cut_at_ellipsis(text: str, span: Span) -> Iterator[Span]:
    """Cut after "…" when the next letter is a capital: "…Đến nay"."""
    start = span.start
    for match in _HARD_END.finditer(text, span.start, span.end):
        following = text[match.end() : span.end].lstrip()
        if following[:1].isupper():
            yield _trimmed(text, start, match.end())
            start = match.end()
    yield _trimmed(text, start, span.end)


def _cut_long(text: str, span: Span) -> Iterator[Span]:
    """A span in parts of at most `MAX_QUOTE` characters, cut at clauses where there are any."""
    start = span.start
    while span.end - start > MAX_QUOTE:
        half = first = start + MAX_QUOTE // 2
        while first > start and not text[first - 1].isalnum():
            first -= 1  # no clause ends across this place
        found = _CLAUSE_END.finditer(text, first, start + MAX_QUOTE)
        cuts = [match for match in found if match.end() > half]
        clauses = [match for match in cuts if not match.group().isspace()] or cuts
        end = clauses[-1].end() if clauses else start + MAX_QUOTE
        yield _trimmed(text, start, end)
        start = end
    rest = _trimmed(text, start, span.end)
    if len(rest):
        yield rest
