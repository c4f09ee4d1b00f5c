"""Saved web pages: the main text, without menus and advertisements, and the page's metadata."""

from __future__ import annotations

import re
from typing import Any

from retrieval.articles.assembly import Loaded, Properties, assemble
from retrieval.articles.dates import parse_date
from retrieval.decoding import decode

# What browsers ("Save page as") and SingleFile write into a page that they save.
_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(https?://\S+)|^\s*url: (https?://\S+)", re.M)


def load_html(data: bytes, name: str) -> Loaded:
    """One article: the page's main text, its title, author, date and address.

    load_html(b"<title>Tin</title><article><p>…</p></article>", "a.html").articles[0].title -> "Tin"
    """
    import trafilatura  # slow to import

    page = decode(data, name)
    # The date is looked for in markup only: taken from anywhere, it may be the copyright's.
    found: Any = trafilatura.bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or not found.text:
        return Loaded((assemble(name, trafilatura.html2txt(page)),))
    saved = _SAVED_FROM.search(page[:4096])
    properties = Properties(
        title=found.title,
        author=found.author,
        published=parse_date(found.date or ""),
        source=found.url or (saved and (saved[1] or saved[2])),
    )
    return Loaded((assemble(name, found.text, properties),))
