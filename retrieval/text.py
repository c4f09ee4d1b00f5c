"""Text as people type it, brought to one form: syllables, tone marks, diacritics.

Nothing here changes an article's text: tokens carry their span in the raw text, and only the
form that is compared is normalised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from retrieval.model import Span

TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
_MARKS = "\u0300-\u036f"
# A letter or digit with whatever combining marks follow it, so that NFD text is one token too.
# Numbers keep their inner separators: "1.500.000", "3,5".
TOKEN = re.compile(rf"\d+(?:[.,]\d+)*(?![^\W\d_])|[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")
_NOT_TONE = {ord(tone): None for tone in TONES}
_LONE_Y = re.compile(r"(?<=[bcdđghklmnpqrstvx])y$|(?<=^qu)y$")


@dataclass(frozen=True, slots=True)
class Token:
    """One syllable, word or number of a text: its span, its exact form and its folded form."""

    span: Span
    exact: str
    folded: str


def nfc(text: str) -> str:
    """Unicode's composed form: one code point for each Vietnamese letter."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


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


def tokens(text: str) -> Iterator[Token]:
    """The syllables, words and numbers of a text, in order, with their spans in it.

    >>> [token.folded for token in tokens("Xã Yên Phúc, 12/07/2024")]
    ['xa', 'yen', 'phuc', '12', '07', '2024']
    """
    for match in TOKEN.finditer(text):
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
