"""Guides: paragraphs about illnesses, medicines, organs, a university's rules and laws, and what is
asked about them.

`guides.jsonl` was written for this project; nobody should take what it says for true. Each
paragraph tells one thing about a subject that five others, or one other, tell more about, and
two questions were written without sight of it: a plain one, and one as people talk, who use
other words and tell of themselves. So the words of a question are often not those of its
paragraph, which they are in XQuAD.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from retrieval import Index
from retrieval.evaluation.run import indexed
from retrieval.model import Article

KINDS = ("plain", "lay")
SUBJECTS = {"illnesses": "h", "medicines": "mo", "rules": "ul"}
"""The guides of each index, by the first letters of their ids."""

_FILE = Path(__file__).with_name("guides.jsonl")
_SUBJECT = 3  # letters of an id that those about the same subject share


@dataclass(frozen=True, slots=True)
class Guide:
    """A paragraph and what is asked about it, by kind."""

    article: Article
    questions: dict[str, str]

    @property
    def subject(self) -> str:
        """What it is about, as others are too."""
        return self.article.id[:_SUBJECT]


def read_guides(subjects: str) -> list[Guide]:
    """The guides of those subjects, one of the keys of SUBJECTS."""
    rows = map(json.loads, _FILE.read_text("utf-8").splitlines())
    return [
        Guide(Article(row["id"], "", row["text"]), {kind: row[kind] for kind in KINDS})
        for row in rows
        if row["id"][0] in SUBJECTS[subjects]
    ]


@contextmanager
def guides_indexed() -> Iterator[list[tuple[str, list[Guide], Index]]]:
    """Each subject's guides, and an index of them."""
    with ExitStack() as opened:
        yield [
            (name, guides, opened.enter_context(indexed([one.article for one in guides])))
            for name, guides in zip(SUBJECTS, map(read_guides, SUBJECTS), strict=True)
        ]
