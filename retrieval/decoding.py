"""Bytes → text, for the encodings that Vietnamese articles come in; in doubt an error, no guess.

decode(b"\\xd0a\\xd2ng", "a.txt") -> "Đảng"    (Windows-1258: D0 is Đ, D2 the hook above)
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable

from retrieval.errors import UnreadableFile
from retrieval.text import has_endless_marks

# The UTF-32 mark begins with the UTF-16 one, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LETTERS = frozenset(
    unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *_TONES)
) | frozenset("bcdđghklmnpqrstvx")
_WITHOUT_TONES = str.maketrans("", "", _TONES)
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?[aăâeêioôơuưy]{1,3}"
    r"(?:ng|nh|ch|[ckmnpt])?"  # k: Đắk Lắk
)
# Between spaces and the punctuation that Vietnamese text uses; any other sign stays in its word,
# where it shows that the bytes were not Windows-1258 ("§¶ng" is "Đảng" in TCVN3).
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~“”‘’…–—«»•·\u00a0]+")
_VIETNAMESE_SHARE = 0.8


def decode(data: bytes, name: str) -> str:
    """The text in `data`: UTF-8 or UTF-16 as it is, Windows-1258 composed (NFC).

    decode("Đảng".encode("utf-16"), "a.txt") -> "Đảng"

    Raises UnreadableFile, which names `name`, when no encoding fits beyond doubt.
    """
    for attempt in _ATTEMPTS:
        text = attempt(data)
        if text is not None and "\0" not in text:
            return text
    raise UnreadableFile(
        name, "not text in UTF-8, UTF-16 or Windows-1258", "save it as UTF-8 and try again"
    )


def _decode_marked(data: bytes) -> str | None:
    """What follows a byte order mark: EF BB BF 61 -> "a"."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_strictly(data[len(mark) :], encoding)
    return None


def _decode_utf8(data: bytes) -> str | None:
    return _decode_strictly(data, "utf-8")


def _decode_unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark, known by its spaces: 61 00 20 00 -> "a "."""
    if b"\0" not in data:
        return None
    readings = (_decode_strictly(data, encoding) for encoding in ("utf-16-le", "utf-16-be"))
    return next((text for text in readings if text and all(map(_is_latin, text))), None)


def _decode_windows_1258(data: bytes) -> str | None:
    """Windows-1258, when a detector finds it likely and the words are Vietnamese."""
    from charset_normalizer import from_bytes

    text = _decode_strictly(data, "cp1258")
    if (
        text is None
        or has_endless_marks(text)
        or from_bytes(data, cp_isolation=["cp1258"]).best() is None
    ):
        return None
    # The code page spells tones as marks of their own: composing them is part of reading it.
    text = unicodedata.normalize("NFC", text)
    return text if _is_vietnamese(text) else None


_ATTEMPTS: tuple[Callable[[bytes], str | None], ...] = (
    _decode_marked,
    _decode_utf8,
    _decode_unmarked_utf16,
    _decode_windows_1258,
)


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_latin(character: str) -> bool:
    """Whether Latin text can hold it: the wrong byte order gives Chinese instead."""
    return (
        character < "\u0370"
        or "\u1e00" <= character < "\u1f00"
        or "\u2000" <= character < "\u2200"
        or character == "\ufeff"
    ) and (character >= " " or character in "\t\n\r\f")


def _is_vietnamese(text: str) -> bool:
    """Whether the words that are not plain ASCII are Vietnamese: "bộ xã" is, "élève" is not."""
    words = [
        word
        for word in _WORD.findall(text)
        if not word.isascii() and not any(map(str.isdigit, word))
    ]
    return sum(map(_is_syllable, words)) >= _VIETNAMESE_SHARE * len(words)


def _is_syllable(word: str) -> bool:
    """Whether `word` can be one Vietnamese syllable: "Đảng" -> True, "ĐẢng" -> False."""
    if word not in (word.lower(), word.upper(), word.capitalize()):
        return False
    letters = word.lower()
    if not _LETTERS.issuperset(letters):
        return False
    decomposed = unicodedata.normalize("NFD", letters)
    bare = unicodedata.normalize("NFC", decomposed.translate(_WITHOUT_TONES))
    has_one_tone = sum(decomposed.count(tone) for tone in _TONES) <= 1
    return has_one_tone and _SYLLABLE.fullmatch(bare) is not None
