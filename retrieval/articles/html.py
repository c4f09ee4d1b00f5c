"""Saved web pages: the main text, without menus and advertisements, and the page's metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from retrieval.articles.assembly import Loaded, Properties, assemble
from retrieval.articles.dates import parse_date
from retrieval.decoding import decode
from retrieval.errors import OversizedFile

# What browsers ("Save page as") and SingleFile write into a page that they save.
_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(https?://\S+)|^\s*url: (https?://\S+)", re.M)
_SAVED_FROM_WITHIN = 4096  # characters from the start
_LONGEST_ROW = 500  # characters; what is longer is no table of data but the layout of the page
_SHORTEST_LEDE = 40  # characters
_MOST_TAGS = 400_000  # each takes some kilobytes of memory, and time by their square


def load_html(data: bytes, name: str) -> Loaded:
    """One article: the page's main text, its title, author, date and address.

    load_html(b"<title>Tin</title><article><p>…</p></article>", "a.html").articles[0].title -> "Tin"
    """
    return load_page(data, name)


def load_page(data: bytes, name: str, address: str | None = None) -> Loaded:
    """The same, of a page that was saved from that address, when it does not tell its own."""
    import trafilatura  # slow to import

    page = decode(data, name)
    if page.count("<") > _MOST_TAGS:
        raise OversizedFile(name, f"has more than {_MOST_TAGS:,} tags", "save it as plain text")
    found = _extract(page, tables=True)
    if found and any(_is_layout(line) for line in found.text.split("\n")):
        found = _extract(page, tables=False)
    if not found:
        return Loaded((assemble(name, trafilatura.html2txt(page)),))
    tree: Any = trafilatura.load_html(page)
    lines = [" ".join(text.split()) for text in tree.itertext()]
    saved = _SAVED_FROM.search(page[:_SAVED_FROM_WITHIN])
    properties = Properties(
        title=found.title,
        author=found.author,
        published=parse_date(found.date or "") or _date_above(lines, found.text),
        source=found.url or (saved and (saved[1] or saved[2])) or address,
    )
    text = "\n".join([*_missing_lede(lines, found), found.text])
    return Loaded((assemble(name, text, properties),))


def _extract(page: str, *, tables: bool) -> Any:
    """What trafilatura makes of the page, or None when it finds no main text."""
    import trafilatura

    # The date is looked for in markup only: taken from anywhere, it may be the copyright's.
    found = trafilatura.bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        include_tables=tables,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    return found if getattr(found, "text", None) else None


def _is_layout(line: str) -> bool:
    return line.startswith("|") and len(line) > _LONGEST_ROW


def _date_above(lines: list[str], text: str) -> date | None:
    """The date printed last before the main text; further up may stand today's."""
    first = next(iter(text.split("\n")))
    start = next(
        (n for n, line in enumerate(lines) if len(line) >= _SHORTEST_LEDE and line in first), 0
    )
    return next(filter(None, map(parse_date, reversed(lines[:start]))), None)


def _missing_lede(lines: list[str], found: Any) -> Iterator[str]:
    """The lede, when it stands on the page apart from the main text: metadata repeats it."""
    lede = " ".join((found.description or "").split())
    if len(lede) >= _SHORTEST_LEDE and lede in lines and lede not in found.text:
        yield lede
