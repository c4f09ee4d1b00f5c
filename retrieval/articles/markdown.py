"""Markdown with optional YAML front matter: title, date or published, author, source or url."""

from __future__ import annotations

import re
from collections.abc import Mapping

from retrieval.articles.assembly import Loaded, assemble
from retrieval.articles.records import properties_of
from retrieval.decoding import decode
from retrieval.errors import UnreadableFile
from retrieval.model import Span

_LONGEST_MATTER = 1 << 14  # characters; a parser takes time by the square of some matters
_HEADING = re.compile(r"^#[ \t]+(\S.*?)[ \t]*#*[ \t]*$|^(\S.*?)[ \t]*\r?\n=+[ \t]*$", re.MULTILINE)


def load_markdown(data: bytes, name: str) -> Loaded:
    """One article: the body as it stands, markup included; the title, else the first # heading.

    load_markdown(b"---\\nauthor: An\\n---\\n# Tin\\n", "a.md") has title "Tin", author "An".
    """
    matter, body = _split(decode(data, name), name)
    try:
        properties = properties_of(matter)
    except ValueError as error:
        raise UnreadableFile(name, f"front matter: {error}") from error
    match = _HEADING.search(body)
    heading = Span(*match.span(match.lastindex or 0)) if match else None
    return Loaded((assemble(name, body, properties, heading=heading),))


def _split(text: str, name: str) -> tuple[Mapping[str, object], str]:
    """Front matter and body; a text between rules ("---") that is no mapping is body."""
    from frontmatter.default_handlers import YAMLHandler
    from yaml import YAMLError  # type: ignore[import-untyped]

    handler = YAMLHandler()
    if not handler.detect(text):
        return {}, text
    try:
        matter, body = handler.split(text)
        if len(matter) > _LONGEST_MATTER:
            return {}, text
        values = handler.load(matter)
    except YAMLError as error:
        raise UnreadableFile(
            name, "front matter is not valid YAML", "put values that hold a colon in quotes"
        ) from error
    except ValueError:  # never closed: a rule, then text
        return {}, text
    return (values, body) if isinstance(values, dict) else ({}, text)
