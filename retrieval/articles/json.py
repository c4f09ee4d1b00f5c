"""JSON (one record, or a list of them) and JSON Lines (one record a line)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from retrieval.articles.assembly import Loaded
from retrieval.articles.records import load_records
from retrieval.decoding import decode
from retrieval.errors import UnreadableFile


def load_json(data: bytes, name: str) -> Loaded:
    """The record or records of a JSON file.

    load_json(b'{"id": "a", "text": "Tin."}', "a.json").articles[0].id -> "a"
    """
    try:
        value = json.loads(decode(data, name))
    except (ValueError, RecursionError) as error:  # a number may have too many digits
        raise UnreadableFile(
            name, f"not valid JSON ({error})", "one record a line belongs in a .jsonl file"
        ) from error
    records = value if isinstance(value, list) else [value]
    numbered = ((f"record {number}", record) for number, record in enumerate(records, 1))
    return load_records(numbered, name)


def load_json_lines(data: bytes, name: str) -> Loaded:
    """The records of a JSON Lines file; a broken line fails alone.

    load_json_lines(b'{"id": "a", "text": "Tin."}\\n{', "a.jsonl").failures[0].reason
    -> "line 2: not valid JSON (…)"
    """
    return load_records(_lines(decode(data, name)), name)


def _lines(text: str) -> Iterator[tuple[str, object]]:
    # Not splitlines(): a JSON string may hold U+2028 and its like.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except (ValueError, RecursionError) as error:  # a number may have too many digits
            yield f"line {number}", ValueError(f"not valid JSON ({error})")
