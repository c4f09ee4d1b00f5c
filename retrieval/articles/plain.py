"""Plain text, as pasted from a news site: all characters kept, the page's parts as zones."""

from __future__ import annotations

from retrieval.articles.assembly import Loaded, assemble
from retrieval.decoding import decode


def load_plain(data: bytes, name: str) -> Loaded:
    """One article whose text is the file's, character for character.

    load_plain("Đảng bộ xã Yên Phúc".encode(), "a.txt").articles[0].title -> "Đảng bộ xã Yên Phúc"
    """
    return Loaded((assemble(name, decode(data, name)),))
