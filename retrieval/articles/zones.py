"""Recognises what a news site prints around an article: title, date line, byline, captions, lede.

recognise("Thứ sáu, 12/07/2024\\n\\nĐảng bộ xã Yên Phúc …\\n\\n<paragraphs>\\n\\nThanh Đàn").author
-> "Thanh Đàn"

Everything is judged by lines, and only where a news page has it: the head is what stands before
the first paragraph of running text, the tail what follows the last. In doubt a line is text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from retrieval.articles.dates import parse_date
from retrieval.model import Span, Zone, ZoneKind

_LONG = 160  # characters; only running text has lines as long
_SENTENCE = 40  # characters; shorter lines may end in a full stop and still be no paragraph
_PARAGRAPH = 120  # characters of the paragraphs that a caption without "Ảnh:" stands between
_TITLE = 200
_CAPTION = 250
_BYLINE = 90
_HEAD = 5  # lines; more short lines than that are a list or a poem
_TAIL = 3

_LINE = re.compile(r"[^\n\r\f\u2028\u2029]+")
_STOPS, _CLOSING = (".", "!", "?", "…", ";"), "”\"’')]"
_ELLIPSIS = re.compile(r" ?[\[(]?(?:(?<!\.)\.{3,}|…)[\])]?$")
_BULLET = re.compile(r"(?:[-+*•–—]|\(?\d{1,2}[.)]|[a-zđ]\))\s")
_DATELINE = re.compile(r"^\(?[A-ZĐ]{2,6}[^()\s]{0,12}\)?\s*[-–—:]\s*")
_PHOTO = re.compile(
    r"\(?(?:nguồn\s+ảnh|ảnh|hình|trong\s+ảnh)(?:\s+(?:minh\s+h(?:ọa|oạ)|tư\s+liệu|\d{1,2}))?"
    r"\s*(?:[:.]\s*\S.*|\)?)",
    re.IGNORECASE,
)
_PHOTO_CREDIT = re.compile(r".*[\s(\[.–-](?:Ảnh|ẢNH|Nguồn ảnh)\s*:\s*[^:]{1,60}")
_BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i:tác giả|người viết|phóng viên|thực hiện|ghi chép|tổng hợp|bài(?:\s+viết)?"
        r"(?:\s*(?:và|,|&|-|–)\s*ảnh)?)\s*:\s*(?P<who>\w.*)",
        r"\(?(?i:nguồn|theo)\s*:\s*(?P<who>\w.*)",
        r"\(?(?i:nguồn|theo)\s+(?P<who>[A-ZĐ0-9][^.;]*(?:\.\w[^.;]*)*)",
        r"\((?P<who>[^()]*(?:[A-ZĐ]{2}|[a-z][A-Z]|\.\w)[^()]*)\)",
    )
)
_NO_AUTHOR = re.compile(r"\s*[-–,;./|]*\s*ảnh\s*:.*$|\s*[()].*$", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:[,&/]|\s[-–]|\bvà\b)\s*")


@dataclass(frozen=True, slots=True)
class Layout:
    """The zones of a text, sorted and disjoint, and what they say about it."""

    zones: tuple[Zone, ...] = ()
    title: str | None = None
    published: date | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank: where its characters are, and how it reads (NFC, one space)."""

    span: Span
    text: str
    after_blank: bool

    @property
    def runs(self) -> bool:
        """Whether it is a paragraph of running text; a title may well ask or exclaim."""
        if len(self.text) >= _LONG:
            return True
        return len(self.text) >= _SENTENCE and self.stops and self.text[-1] not in "?!"

    @property
    def stops(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.text.rstrip(_CLOSING).endswith(_STOPS)

    @property
    def opens(self) -> bool:
        """Whether it begins as a sentence does: not with a small letter, not as a list item."""
        return not self.text[0].islower() and _BULLET.match(self.text) is None


_Marks = Mapping[int, ZoneKind]


def recognise(text: str) -> Layout:
    """The zones of `text` and the title, date and author that they give.

    recognise("Chỉ một dòng.") -> Layout()
    """
    lines = tuple(_lines(text))
    if len(lines) < 2:
        return Layout()
    marks: dict[int, ZoneKind] = {}
    for recogniser in _RECOGNISERS:
        marks |= {number: kind for number, kind in recogniser(lines, marks) if number not in marks}
    if len(marks) == len(lines):
        return Layout()
    zones = tuple(Zone(kind, lines[number].span) for number, kind in sorted(marks.items()))

    def first(kind: ZoneKind) -> str | None:
        return next((lines[number].text for number in sorted(marks) if marks[number] is kind), None)

    return Layout(
        zones=zones,
        title=first(ZoneKind.TITLE),
        published=parse_date(first(ZoneKind.DATE) or ""),
        author=_author(first(ZoneKind.AUTHOR) or ""),
    )


def _lines(text: str) -> Iterator[_Line]:
    end = 0
    for match in _LINE.finditer(text):
        raw = match.group()
        if not raw.strip():
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        gap = text[end:start]
        end = match.start() + len(raw.rstrip())
        read = unicodedata.normalize("NFC", text[start:end])
        if "  " in read or not read.isprintable():  # has white space other than single blanks
            read = " ".join(read.split())
        yield _Line(Span(start, end), read, max(gap.count("\n"), gap.count("\r")) > 1)


def _head(lines: tuple[_Line, ...]) -> range:
    """The lines before the running text; none when there are too many, or no such text."""
    first = next((number for number, line in enumerate(lines) if line.runs), 0)
    return range(first if first <= _HEAD else 0)


def _tail(lines: tuple[_Line, ...]) -> range:
    """The last lines, backwards, as far as they follow the running text."""
    last = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].runs), -1)
    return range(len(lines) - 1, max(last, len(lines) - 1 - _TAIL, 0), -1)


def _dates(lines: tuple[_Line, ...], _: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """Date lines of the head; without any there, one above the signature."""
    head = [n for n in _head(lines) if parse_date(lines[n].text)]
    tail = [n for n in _tail(lines) if parse_date(lines[n].text)] if _head(lines) else []
    yield from ((number, ZoneKind.DATE) for number in head or tail)


def _explicit_bylines(lines: tuple[_Line, ...], _: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """Lines that say who wrote it: "Tác giả: X"; below the text also "Theo X", "(TTXVN)"."""
    head = (number for number in _head(lines) if ":" in lines[number].text)
    for number in (*head, *_tail(lines)):
        if len(lines[number].text) <= _BYLINE and _says_who(lines[number].text):
            yield number, ZoneKind.AUTHOR


def _photo_credits(lines: tuple[_Line, ...], _: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """Lines that name a photo or its maker: "Ảnh: X", "Chợ phiên. (Ảnh: X)"."""
    for number, line in enumerate(lines) if any(line.runs for line in lines) else ():
        text = line.text
        if len(text) <= _CAPTION and (_PHOTO.fullmatch(text) or _PHOTO_CREDIT.fullmatch(text)):
            yield number, ZoneKind.CAPTION


def _name_bylines(lines: tuple[_Line, ...], marks: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """A bare name: the last line of all, or beside the date line under the title."""
    if ZoneKind.AUTHOR in marks.values():
        return
    tail = [number for number in _tail(lines) if number not in marks]
    if len(tail) == 1 and lines[tail[0] - 1].stops and _is_name(lines[tail[0]].text):
        yield tail[0], ZoneKind.AUTHOR
        return
    for number in _head(lines):
        beside_date = ZoneKind.DATE in (marks.get(number - 1), marks.get(number + 1))
        if number and beside_date and number not in marks and _is_name(lines[number].text):
            yield number, ZoneKind.AUTHOR


def _title(lines: tuple[_Line, ...], marks: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """The line of the head that stands apart from the text; of two, the longer one."""
    head = _head(lines)
    open_lines = [number for number in head if number not in marks]
    if not 1 <= len(open_lines) <= 2:
        return
    title = max(open_lines, key=lambda number: len(lines[number].text))
    body = lines[len(head)]
    stands_apart = body.after_blank or len(body.text) >= 1.5 * len(lines[title].text)
    if stands_apart and body.opens and _is_title(lines[title]):
        yield title, ZoneKind.TITLE


def _repeated_ledes(lines: tuple[_Line, ...], marks: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """A first paragraph that the next one begins with again, most often cut off with "..."."""
    running = [number for number, line in enumerate(lines) if line.runs and number not in marks]
    for first, second in pairwise(running[:3]):
        if _begins(lines[first].text, lines[second].text):
            yield first, ZoneKind.REPEATED_LEDE
        elif _is_cut_off(lines[second].text) and _begins(lines[second].text, lines[first].text):
            yield second, ZoneKind.REPEATED_LEDE


def _captions(lines: tuple[_Line, ...], marks: _Marks) -> Iterator[tuple[int, ZoneKind]]:
    """One or two short lines between long paragraphs that do not end as a sentence does."""
    is_long = [
        number not in marks and line.stops and len(line.text) >= _PARAGRAPH
        for number, line in enumerate(lines)
    ]
    long = [number for number, holds in enumerate(is_long) if holds]
    for before, after in pairwise(long):
        between = range(before + 1, after)
        if len(between) <= 2 and lines[after].opens:
            yield from ((n, ZoneKind.CAPTION) for n in between if _is_caption(lines[n]))


_Recogniser = Callable[[tuple[_Line, ...], _Marks], Iterator[tuple[int, ZoneKind]]]
# In this order: each relies on what those before it have marked.
_RECOGNISERS: tuple[_Recogniser, ...] = (
    _dates,
    _explicit_bylines,
    _photo_credits,
    _name_bylines,
    _title,
    _repeated_ledes,
    _captions,
)


def _is_title(line: _Line) -> bool:
    return len(line.text) <= _TITLE and line.opens and line.text[-1] not in ".,;:…"


def _is_caption(line: _Line) -> bool:
    is_table_row = "|" in line.text
    stands_alone = line.opens and line.text[-1] not in '.,;:…!?”"'
    return len(line.text) < _PARAGRAPH and stands_alone and not is_table_row


def _begins(part: str, whole: str) -> bool:
    """Whether `part`, without its ellipsis or dateline, is how `whole` begins."""
    core, full = (_without_dateline(text) for text in (part, whole))
    if not full.startswith(core[:_SENTENCE]):  # as most often: an ellipsis is looked for no more
        return False
    core = _ELLIPSIS.sub("", core)
    return len(core) >= _SENTENCE and full.startswith(core)


def _is_cut_off(text: str) -> bool:
    """Whether a text ends in an ellipsis; looked for from its end, since few do."""
    return text.rstrip("])").endswith(("...", "…")) and _ELLIPSIS.search(text) is not None


def _without_dateline(text: str) -> str:
    dateline = _DATELINE.match(text)
    return text[dateline.end() :] if dateline else text


def _says_who(text: str) -> str | None:
    """Who an explicit byline names: "Bài và ảnh: Thanh Đàn" -> "Thanh Đàn"."""
    matches = (pattern.fullmatch(text) for pattern in _BYLINES)
    return next((match["who"] for match in matches if match), None)


def _author(text: str) -> str | None:
    """The name in a byline: "Bài: Thanh Đàn - Ảnh: Hoàng Hiếu" -> "Thanh Đàn"."""
    who = _says_who(text) or text
    return _NO_AUTHOR.sub("", who).strip(" .,;-–") or None


def _is_name(text: str) -> bool:
    """Whether `text` is names and nothing else: "Thanh Đàn – Hoàng Hiếu" -> True."""
    return len(text) <= _BYLINE and all(
        2 <= len(name.split()) <= 5 and all(map(_is_name_word, name.split()))
        for name in _BETWEEN_NAMES.split(_NO_AUTHOR.sub("", text))
    )


def _is_name_word(word: str) -> bool:
    letters = word.removesuffix(".") if len(word) <= 3 else word
    return letters.isalpha() and letters in (letters.upper(), letters.capitalize())
