"""Paragraphs about illnesses, medicines, organs, a university's rules, laws and places to eat, and
what is asked about them.

`paragraphs.jsonl` was written for this project; nobody should take what it says for true. Each
paragraph tells one thing about a subject that others tell more about. Of most of them two
questions were written without sight of it: a plain one, and one as people talk, who use other
words and tell of themselves. So the words of a question are often not those of its paragraph,
which they are in XQuAD. Of the reviews of places to eat, in which people write as they talk,
three plain questions were written by who saw them: hundreds would answer some of those as well.
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
SUBJECTS = {"illnesses": "h", "medicines": "mo", "rules": "ul", "reviews": "r"}
"""The paragraphs of each index, by the first letters of their ids."""

_FILE = Path(__file__).with_name("paragraphs.jsonl")
_SUBJECT = 3  # letters of an id that those about the same subject share


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and what is asked about it, by kind."""

    article: Article
    questions: dict[str, tuple[str, ...]]

    @property
    def subject(self) -> str:
        """What it is about, as others are too."""
        return self.article.id[:_SUBJECT]


def read_paragraphs(subjects: str) -> list[Paragraph]:
    """The paragraphs about those subjects, one of the keys of SUBJECTS."""
    rows = map(json.loads, _FILE.read_text("utf-8").splitlines())
    return [
        Paragraph(
            Article(row["id"], "", row["text"]),
            {kind: tuple(row[kind]) for kind in KINDS if kind in row},
        )
        for row in rows
        if row["id"][0] in SUBJECTS[subjects]
    ]


@contextmanager
def paragraphs_indexed() -> Iterator[list[tuple[str, list[Paragraph], Index]]]:
    """Each subject's paragraphs, and an index of them."""
    with ExitStack() as opened:
        yield [
            (name, found, opened.enter_context(indexed([one.article for one in found])))
            for name, found in zip(SUBJECTS, map(read_paragraphs, SUBJECTS), strict=True)
        ]
