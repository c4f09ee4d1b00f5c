"""PDF: the text layer of all pages, its visual lines joined back into paragraphs."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from retrieval.articles.assembly import Loaded, Properties, assemble
from retrieval.articles.dates import parse_date
from retrieval.articles.office import real_author, real_title
from retrieval.errors import OversizedFile, UnreadableFile

_CREATED = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_PAGE_NUMBER = re.compile(r"(?:trang\s+)?[-–]?\s*\d{1,4}\s*(?:/\s*\d{1,4}\s*)?[-–]?", re.IGNORECASE)
_STOP = re.compile(r"[.!?…:;][”\"’')\]]*$")
_BULLET = re.compile(r"(?:[-+*•–—▪]|\(?\d{1,2}[.)]|[a-zđ]\))\s")
_BROKEN_SHARE = 0.05  # of the characters; a font that hides what it shows spoils far more
_PARAGRAPH_GAP = 1.35  # times the usual distance between lines
_LARGER = 1.1  # times the size of the other line
_INDENT = 8  # points
_MOST_PAGES = 20_000  # a file may show one page a million times
_COLUMN = 40  # points that the left edges within one column may differ by


@dataclass(frozen=True, slots=True)
class _Line:
    """A visual line, in points from the lower left corner of its page."""

    text: str
    left: float
    right: float
    bottom: float
    size: float


def load_pdf(data: bytes, name: str) -> Loaded:
    """One article: paragraphs, also those that cross a page, separated by blank lines.

    Raises UnreadableFile for what is broken, encrypted or scanned without a text layer.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile(
                name, "encrypted with a password", "save a copy without one"
            ) from error
        raise UnreadableFile(
            name, "broken, or not a PDF", "open it in a PDF reader and save it again"
        ) from error
    try:
        if len(document) > _MOST_PAGES:
            raise OversizedFile(name, f"{len(document):,} pages", "split it")
        pages = [_read_page(page, name) for page in document]
        properties = _properties(document.get_metadata_dict(skip_empty=True))
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(
            name, f"broken ({error})", "open it in a PDF reader and save it again"
        ) from error
    finally:
        document.close()
    text = "\n\n".join(_join_pages(list(_paragraphs(lines)) for lines in pages))
    if not text.strip():
        raise UnreadableFile(name, "no text layer", "run OCR on it first")
    return Loaded((assemble(name, text, properties, printed_first=True),))


def _properties(metadata: dict[str, str]) -> Properties:
    return Properties(
        title=real_title(metadata.get("Title")),
        author=real_author(metadata.get("Author")),
        published=_created(metadata.get("CreationDate", "")),
    )


def _created(stamp: str) -> date | None:
    """The day of a PDF date: "D:20240712083000+07'00'" -> date(2024, 7, 12)."""
    match = _CREATED.match(stamp)
    return parse_date("-".join(match.groups())) if match else None


def _read_page(page: Any, name: str) -> list[_Line]:
    """The visual lines of a page, without its page number."""
    textpage = page.get_textpage()
    try:
        lines = list(_lines(textpage, name))
    finally:
        textpage.close()
        page.close()
    for edge in (0, -1):
        if len(lines) > 1 and _PAGE_NUMBER.fullmatch(lines[edge].text):
            del lines[edge]
    return lines


def _lines(textpage: Any, name: str) -> Iterator[_Line]:
    from pypdfium2 import raw

    count = textpage.count_chars()
    units = [raw.FPDFText_GetUnicode(textpage, index) for index in range(count)]
    broken = sum(
        unit in (0, 0xFFFD) or raw.FPDFText_HasUnicodeMapError(textpage, index) == 1
        for index, unit in enumerate(units)
    )
    if broken > _BROKEN_SHARE * count:
        raise UnreadableFile(
            name, "its fonts do not say which characters they show", "run OCR on it first"
        )
    start = 0
    for index in range(count + 1):
        if index == count or units[index] in (0x0A, 0x0D):
            yield from _line(textpage, units, start, index)
            start = index + 1


def _line(textpage: Any, units: Sequence[int], start: int, end: int) -> Iterator[_Line]:
    """The line of characters `start` to `end`, or nothing when it is blank."""
    shown = [index for index in range(start, end) if not chr(units[index]).isspace()]
    if not shown:
        return
    first, last = _box(textpage, shown[0]), _box(textpage, shown[-1])
    # PDFium writes a hyphen at the end of a line as U+0002, and astral characters as surrogates.
    text = "".join(map(chr, units[shown[0] : shown[-1] + 1])).replace("\x02", "-")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    yield _Line(
        " ".join(text.split()), first.left, last.right, first.bottom, first.top - first.bottom
    )


def _box(textpage: Any, index: int) -> Any:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box))
    return box


def _paragraphs(lines: list[_Line]) -> Iterator[str]:
    """The lines of one page, joined as they belong together."""
    if not lines:
        return
    drops = [a.bottom - b.bottom for a, b in pairwise(lines)]
    usual_drop = median([drop for drop in drops if drop > 0] or [0])
    paragraph = lines[0].text
    for above, below in pairwise(lines):
        if _continues(above, below, usual_drop, _right_margin(lines, above)):
            paragraph = _join(paragraph, below.text)
        else:
            yield paragraph
            paragraph = below.text
    yield paragraph


def _continues(above: _Line, below: _Line, usual_drop: float, margin: float) -> bool:
    """Whether `below` belongs to the paragraph of `above`."""
    smaller, larger = sorted((above.size, below.size))
    if larger > _LARGER * smaller:
        return False
    if above.bottom - below.bottom > _PARAGRAPH_GAP * max(usual_drop, larger):
        return False
    if _runs_on(above.text, below.text):
        return True
    if _BULLET.match(below.text) or below.left - above.left > _INDENT:
        return False
    # A line ends early only where its paragraph does: had it gone on, the next word would fit.
    character = (below.right - below.left) / len(below.text)
    next_word = character * (len(below.text.split()[0]) + 1)
    return above.right + next_word > margin


def _right_margin(lines: Sequence[_Line], line: _Line) -> float:
    """Where the column of `line` ends; a tenth of its lines, headings say, may reach further."""
    column = sorted(
        (other.right for other in lines if abs(other.left - line.left) <= _COLUMN), reverse=True
    )
    return column[len(column) // 10]


def _join_pages(pages: Iterator[list[str]]) -> list[str]:
    """The paragraphs of all pages; a sentence that crosses a page is made whole."""
    paragraphs: list[str] = []
    for page in pages:
        if paragraphs and page and _runs_on(paragraphs[-1], page[0]):
            paragraphs[-1] = _join(paragraphs[-1], page[0])
            page = page[1:]
        paragraphs += page
    return paragraphs


def _runs_on(above: str, below: str) -> bool:
    return _STOP.search(above) is None and below[0].islower() and not _BULLET.match(below)


def _join(above: str, below: str) -> str:
    """Two lines as one: a hyphen within a word closes up, a soft one goes."""
    if above.endswith("\u00ad"):
        return above[:-1] + below
    closes_up = above.endswith("-") and not above.endswith(" -")
    return above + ("" if closes_up else " ") + below
