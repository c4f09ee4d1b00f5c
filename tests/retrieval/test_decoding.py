"""Bytes become text in every encoding promised, or an error: never mangled text."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.decoding import decode
from retrieval.errors import UnreadableFile

SENTENCE = "Bí thư Đảng uỷ xã Yên Phúc là ông Vi Văn Dụng."
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> bytes:
    """As Windows writes it: vowels whole, tones as marks of their own where there is no whole."""
    return b"".join(map(_windows_1258_character, unicodedata.normalize("NFC", text)))


def _windows_1258_character(character: str) -> bytes:
    try:
        return character.encode("cp1258")
    except UnicodeEncodeError:
        marks = unicodedata.normalize("NFD", character)
        tone = "".join(mark for mark in marks if mark in TONES)
        bare = "".join(mark for mark in marks if mark not in TONES)
        return (unicodedata.normalize("NFC", bare) + tone).encode("cp1258")


@pytest.mark.parametrize(
    "data",
    [
        SENTENCE.encode(),
        codecs.BOM_UTF8 + SENTENCE.encode(),
        codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"),
        SENTENCE.encode("utf-16-le"),
        SENTENCE.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + SENTENCE.encode("utf-32-le"),
        windows_1258(SENTENCE),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-le-bom", "utf-16-be-bom", "utf-16-le", "utf-16-be",
         "utf-32-bom", "windows-1258"],
)  # fmt: skip
def test_every_encoding_gives_the_same_text(data: bytes) -> None:
    assert decode(data, "a.txt") == SENTENCE


@pytest.mark.parametrize(
    "text",
    [
        "nước",
        "Đảng bộ",
        "Xin chào các bạn",
        "THỨ SÁU, 12/07/2024",
        "“Đảng viên phải gương mẫu”, ông nói – đó là điều…",
        "Giá 100.000₫, nhiệt độ 37°C ở Đắk Lắk",
        "Nghề làm bánh cao khô ở xã Yên Phúc, huyện Văn Quan\r\n" * 2_000,
        "\n".join(unicodedata.normalize("NFC", v + t) + "n" for v in "aăâeêioôơuưy" for t in TONES),
    ],
)
def test_windows_1258_is_recognised_short_and_long(text: str) -> None:
    assert decode(windows_1258(text), "a.txt") == text


def test_utf8_text_keeps_decomposed_characters() -> None:
    decomposed = unicodedata.normalize("NFD", SENTENCE)
    assert decode(decomposed.encode(), "a.txt") == decomposed


@pytest.mark.parametrize(
    "data",
    [
        "Les élèves français étaient déjà à l'école".encode("cp1252"),
        "Größe über alles schön".encode("latin-1"),
        "Привет, как дела".encode("cp1251"),
        "今日は世界".encode("shift-jis"),
        b"\xa7\xb6ng b\xe9 x\xb7 Y\xaan Ph\xf3c",  # "Đảng bộ xã Yên Phúc" in TCVN3
        SENTENCE.encode()[:-1] + b"\xc3",
        SENTENCE.encode()[:40] + b"\xff" + SENTENCE.encode()[40:],
        codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le")[:-1],
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"abc\x00def",
        bytes(range(256)),
    ],
)
def test_anything_else_is_refused_with_what_was_tried(data: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        decode(data, "tin.txt")
    assert str(caught.value) == (
        "tin.txt: not text in UTF-8, UTF-16 or Windows-1258; save it as UTF-8 and try again"
    )


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_utf8_text_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode("utf-8-sig"), "a.txt") == text


@settings(deadline=None)  # the first run imports the detector
@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = decode(data, "a.txt")
    except UnreadableFile:
        return
    assert "\0" not in text
    assert (
        "\ufffd" not in text
        or "\ufffd".encode() in data
        or b"\xff\xfd" in data
        or (b"\xfd\xff" in data)
    )
