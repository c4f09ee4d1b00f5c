"""Web pages saved with their pictures, as browsers on phones save them: MHTML (RFC 2557)."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser

from retrieval.articles.assembly import Loaded
from retrieval.articles.html import load_page
from retrieval.errors import UnreadableFile

_PAGES = ("text/html", "application/xhtml+xml")
_ADDRESS = re.compile("https?://")
# Browsers write the page first, then its pictures and frames, each a part of the whole.
_DEEPEST = 3  # parts within parts
_MOST_PARTS = 1000  # among which the page is looked for
_LONGEST_KIND = 1000  # characters; to read a Content-Type takes time by the square of them


def load_mhtml(data: bytes, name: str) -> Loaded:
    """One article, from the first page in the file; see `load_html`.

    The address that the browser noted is the source, when the page does not tell its own.
    """
    page = _first_page(BytesHeaderParser().parsebytes(data), _DEEPEST)
    if page is None:
        raise UnreadableFile(name, "no page in it", "save the page again, or as .html")
    content = page.get_payload(decode=True)
    assert isinstance(content, bytes)  # as of whatever was not taken apart into messages
    address = str(page.get("Content-Location", ""))
    return load_page(content, name, address if _ADDRESS.match(address) else None)


def _first_page(message: Message, depth: int) -> Message | None:
    """The message, or the first of its parts, that is a page."""
    if len(str(message.get("Content-Type", ""))) > _LONGEST_KIND:
        return None
    if message.get_content_type() in _PAGES:
        return message
    boundary = message.get_boundary()
    if not boundary or not depth:
        return None
    line = rf"^--{re.escape(boundary)}(?:--)?[ \t]*\r?(?:\n|\Z)"
    _, *parts = re.split(line, str(message.get_payload()), maxsplit=_MOST_PARTS, flags=re.M)
    pages = (_first_page(HeaderParser().parsestr(part), depth - 1) for part in parts)
    return next(filter(None, pages), None)
