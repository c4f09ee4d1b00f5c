"""SQuAD files, read into articles and the questions that are asked about them.

The format is that of Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of
Text" (2016), and its successor with unanswerable questions, "Know What You Don't Know" (2018).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from retrieval.errors import EvaluationError
from retrieval.evaluation.files import read_bytes
from retrieval.model import Article, Span
from retrieval.text import nfc

Unit = Literal["article", "paragraph"]

PARAGRAPH_BREAK = "\n\n"

_Kind = TypeVar("_Kind")
_KINDS = {
    list: "a list",
    dict: "an object",
    str: "a text",
    int: "a whole number",
    bool: "a boolean",
}


@dataclass(frozen=True, slots=True)
class Gold:
    """A right answer and its place in its article's text: `text == article.text[span]`."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the article it was asked about, and its right answers.

    `answers` is empty when the article does not answer it.
    """

    id: str
    text: str
    article_id: str
    answers: tuple[Gold, ...]

    @property
    def answerable(self) -> bool:
        """Whether the article answers it."""
        return bool(self.answers)


@dataclass(frozen=True, slots=True)
class Collection:
    """Articles and questions about them.

    `held_out` are the articles to leave out of a second index, so that their questions have no
    answer there; empty when the file has unanswerable questions of its own.
    """

    name: str
    unit: Unit
    articles: tuple[Article, ...]
    questions: tuple[Question, ...]
    held_out: frozenset[str] = frozenset()

    def sample(self, limit: int) -> Collection:
        """The same articles with at most `limit` questions, taken at even distances.

        >>> collection.sample(100)
        """
        count = len(self.questions)
        if limit >= count:
            return self
        chosen = tuple(self.questions[number * count // limit] for number in range(limit))
        return replace(self, questions=chosen)


def read_collection(
    path: Path, *, unit: Unit = "article", questions: Path | None = None
) -> Collection:
    """The collection in a SQuAD 1.1 or 2.0 file; `questions`, if given, has other wordings.

    With the unit "article" each entry of `data` is one article, its paragraphs joined by blank
    lines; with "paragraph" each paragraph is one. Of the other file only the ids and the
    questions count. Raises EvaluationError when a file is missing or malformed.

    >>> read_collection(Path("xquad.vi.json"), questions=Path("xquad.en.json"))
    """
    articles: list[Article] = []
    asked: list[Question] = []
    held_out: set[str] = set()
    for number, entry in enumerate(_load(path).items("data")):
        # SQuAD names an article by its Wikipedia page, in which "_" stands for a space
        title = entry.text("title", default="").replace("_", " ")
        paragraphs = entry.items("paragraphs")
        for article, members in _articles(str(number), title, paragraphs, unit):
            articles.append(article)
            if is_held_out(title or article.id):
                held_out.add(article.id)
            asked.extend(members)
    _check(path, asked)
    if questions is not None:
        asked = _reworded(asked, path, questions)
    if not all(question.answerable for question in asked):
        held_out.clear()
    return Collection(path.name, unit, tuple(articles), tuple(asked), frozenset(held_out))


def is_held_out(title: str) -> bool:
    """Whether the article of that title is left out of the second index: a fixed coin toss.

    >>> is_held_out("Super Bowl 50")
    True
    """
    return hashlib.sha256(nfc(title).encode()).digest()[-1] % 2 == 1


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of a JSON file that knows where it stands, for the errors' sake."""

    value: object
    file: str
    where: str = ""

    def items(self, key: str, *, optional: bool = False) -> list[_Node]:
        """The entries of the list under `key`."""
        found = self._get(key, list, [] if optional else None)
        return [
            _Node(value, self.file, f"{self.where}{key}[{number}].")
            for number, value in enumerate(found)
        ]

    def text(self, key: str, default: str | None = None) -> str:
        """The text under `key`."""
        return self._get(key, str, default)

    def number(self, key: str) -> int:
        """The whole number under `key`."""
        return self._get(key, int, None)

    def flag(self, key: str) -> bool:
        """The boolean under `key`; false when it is not there."""
        return self._get(key, bool, False)

    def wrong(self, key: str, cause: str, next_step: str) -> EvaluationError:
        """The error that says what is wrong with the value under `key`."""
        return EvaluationError(self.file, f"{self.where}{key} {cause}", next_step)

    def _get(self, key: str, kind: type[_Kind], default: _Kind | None) -> _Kind:
        step = "see the SQuAD format at https://rajpurkar.github.io/SQuAD-explorer/"
        if not isinstance(self.value, dict):
            where = self.where.rstrip(".") or "the file"
            raise EvaluationError(self.file, f"{where} is not an object", step)
        found = self.value.get(key, default)
        if found is None:
            raise self.wrong(key, "is missing", step)
        # JSON's true and false would pass for the numbers 1 and 0
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self.wrong(key, f"is not {_KINDS[kind]}", step)
        return found


def _load(path: Path) -> _Node:
    content = read_bytes(path, "a SQuAD file")
    try:
        return _Node(json.loads(content.decode("utf-8-sig")), str(path))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise EvaluationError(str(path), f"not JSON ({error})", "name a SQuAD file") from error


def _articles(
    number: str, title: str, paragraphs: list[_Node], unit: Unit
) -> Iterator[tuple[Article, list[Question]]]:
    """One entry of `data` as articles, each with its questions."""
    groups = [paragraphs] if unit == "article" else [[paragraph] for paragraph in paragraphs]
    for part, group in enumerate(groups):
        identity = number if unit == "article" else f"{number}.{part}"
        contexts = [paragraph.text("context") for paragraph in group]
        offset, questions = 0, []
        for paragraph, context in zip(group, contexts, strict=True):
            questions += [
                _question(node, identity, context, offset) for node in paragraph.items("qas")
            ]
            offset += len(context) + len(PARAGRAPH_BREAK)
        yield Article(identity, title, PARAGRAPH_BREAK.join(contexts)), questions


def _question(node: _Node, article_id: str, context: str, offset: int) -> Question:
    impossible = node.flag("is_impossible")
    answers = node.items("answers", optional=impossible)
    if not answers and not impossible:
        raise node.wrong("answers", "is empty", 'give an answer or set "is_impossible"')
    golds = () if impossible else tuple(_gold(answer, context, offset) for answer in answers)
    return Question(node.text("id"), _wording(node), article_id, golds)


def _wording(node: _Node) -> str:
    text = node.text("question").strip()
    if not text:
        raise node.wrong("question", "is empty", "word the question or remove it")
    return text


def _gold(node: _Node, context: str, offset: int) -> Gold:
    text, start = node.text("text"), node.number("answer_start")
    if not text.strip():
        raise node.wrong("text", "is empty", "word the answer or remove it")
    if start < 0 or context[start : start + len(text)] != text:
        raise node.wrong(
            "answer_start", f"{start} is not where {text!r} stands", "count characters from 0"
        )
    return Gold(text, Span(start, start + len(text)).shift(offset))


def _check(path: Path, questions: list[Question]) -> None:
    if not questions:
        raise EvaluationError(str(path), "no question in it", "name a file with questions")
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            cause = f"two questions have the id {question.id!r}"
            raise EvaluationError(str(path), cause, "give each question its own id")
        seen.add(question.id)


def _reworded(questions: list[Question], articles: Path, path: Path) -> list[Question]:
    """The questions that the file at `path` has too, worded as it words them."""
    wordings = {
        node.text("id"): _wording(node)
        for entry in _load(path).items("data")
        for paragraph in entry.items("paragraphs")
        for node in paragraph.items("qas")
    }
    unknown = len(wordings.keys() - {question.id for question in questions})
    if unknown or not wordings:
        cause = f"{unknown} of its {len(wordings)} questions have no counterpart in {articles}"
        raise EvaluationError(str(path), cause, "name a file with the same question ids")
    return [
        replace(question, text=wordings[question.id])
        for question in questions
        if question.id in wordings
    ]
