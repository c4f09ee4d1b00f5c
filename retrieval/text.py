"""Text as people type it, brought to one form: syllables, tone marks, diacritics.

Nothing here changes an article's text: tokens carry their span in the raw text, and only the
form that is compared is normalised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from retrieval.model import Span

TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
_MARKS = "\u0300-\u036f"
# A letter or digit with whatever combining marks follow it, so that NFD text is one token too.
# Numbers keep their inner separators, "1.500.000", and stand apart from their units, "5.000đ".
TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")
_NOT_TONE = {ord(tone): None for tone in TONES}
# Everything that moves a cursor, breaks a line, or turns the direction of what follows.
_UNSHOWN = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ENDLESS = 64  # marks in a row; Unicode's own limit for streams is 30
_LIKE_MARK = re.compile(r"[^\w\s\0-\u02ff]")
_LIKE_MARKS = re.compile(rf"{_LIKE_MARK.pattern}{{{_ENDLESS},}}")
_VIETNAMESE = re.compile("[đĐ\u1ea0-\u1ef9]")  # most of what the language needs beyond ASCII
_LONE_Y = re.compile(r"(?<=[bcdđghklmnpqrstvx])y$|(?<=^qu)y$")


class Token(NamedTuple):
    """One syllable, word or number of a text: its span, its exact form and its folded form."""

    span: Span
    exact: str
    folded: str


def nfc(text: str) -> str:
    """Unicode's composed form: one code point for each Vietnamese letter."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def has_endless_marks(text: str) -> bool:
    r"""Whether more marks stand on one letter than any script writes.

    To bring them into order takes Unicode's normalisation time by their number squared.

    >>> has_endless_marks("a" + "\u0323\u0301" * 200), has_endless_marks("…" * 400)
    (True, False)
    """
    if text.isascii() or not _LIKE_MARK.search(text[::_ENDLESS]):  # a run has one of these places
        return False
    runs = (match.group() for match in _LIKE_MARKS.finditer(text))
    return any(
        is_mark and sum(1 for _ in marks) >= _ENDLESS
        for run in runs
        for is_mark, marks in groupby(run, lambda character: unicodedata.combining(character) > 0)
    )


def printable(text: str) -> str:
    r"""Text on one line that only shows, wherever it is sent: the rest is spelled out.

    >>> printable("a\nb\x1b[31m")
    'a\\nb\\x1b[31m'
    """
    return _UNSHOWN.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


@lru_cache(maxsize=1 << 16)
def exact(word: str) -> str:
    """A word's letters in lower case, then its tone: the same wherever the tone mark was put.

    >>> exact("Hoà") == exact("hòa") == "hoa\u0300"
    True
    >>> exact("quý") == exact("quí")
    True
    """
    if word.isascii():
        return _LONE_Y.sub("i", word.lower())
    decomposed = unicodedata.normalize("NFD", word.lower())
    tone = "".join(mark for mark in decomposed if mark in TONES)
    letters = unicodedata.normalize("NFC", decomposed.translate(_NOT_TONE))
    return _LONE_Y.sub("i", letters) + tone


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word in lower case without any diacritic.

    >>> fold("Đảng uỷ")
    'dang uy'
    """
    return strip_diacritics(exact(word))


def strip_diacritics(text: str) -> str:
    """Every diacritic removed, đ made d; case and spelling kept.

    >>> strip_diacritics("Đảng uỷ")
    'Dang uy'
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def has_diacritics(text: str) -> bool:
    """Whether `strip_diacritics` would change the text.

    >>> has_diacritics("“bi thu”"), has_diacritics("bí thư")
    (False, True)
    """
    return bool(_VIETNAMESE.search(text)) or strip_diacritics(text) != text


def tokens(text: str, within: Span | None = None) -> Iterator[Token]:
    """The syllables, words and numbers of a text or a part of it, in order, with their spans.

    >>> [token.folded for token in tokens("Xã Yên Phúc, 12/07/2024: 5.000đ")]
    ['xa', 'yen', 'phuc', '12', '07', '2024', '5.000', 'd']
    """
    start, end = (within.start, within.end) if within else (0, len(text))
    for match in TOKEN.finditer(text, start, end):
        word = match.group()
        yield Token(Span(match.start(), match.end()), exact(word), fold(word))


def words(text: str) -> list[str]:
    """The tokens of a text as they are written.

    >>> words("Xã Yên Phúc, 12/07/2024")
    ['Xã', 'Yên', 'Phúc', '12', '07', '2024']
    """
    return TOKEN.findall(text)


def syllables(text: str) -> list[str]:
    """The exact forms of a text's tokens: what two texts are compared by.

    >>> syllables("Hoà bình!") == syllables("HÒA BÌNH")
    True
    """
    return [exact(word) for word in words(text)]
