"""Quotes as newspapers, encyclopaedias, guides and rules read, each an article of its own, and what
is asked of them.

`quotes.jsonl` was written for this project by authors who were told to keep off the subjects of
SQuAD's files; nobody should take what it says for true. Four questions of each are in
Vietnamese, one is in English; the answer stands in the quote.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from retrieval.model import Article

_FILE = Path(__file__).with_name("quotes.jsonl")


@dataclass(frozen=True, slots=True)
class WrittenQuote:
    """A quote as an article, and the answer to each question about it."""

    article: Article
    answers: dict[str, str]


def read_quotes() -> list[WrittenQuote]:
    """All quotes, in the order of the file."""
    rows = map(json.loads, _FILE.read_text("utf-8").splitlines())
    return [
        WrittenQuote(Article(f"written {number}", "", row["quote"]), row["answers"])
        for number, row in enumerate(rows)
    ]
