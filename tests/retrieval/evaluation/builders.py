"""A small SQuAD file of our own, and answers made by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrieval.evaluation.metrics import Decision, Outcome
from retrieval.evaluation.squad import Collection
from retrieval.model import Abstention, Answer, Quote, Source, Span

MARKET_DAWN = "Chợ nổi họp từ lúc năm giờ sáng. Bà Lê Thị Hoa bán bún riêu ở đây đã hai mươi năm."
MARKET_BOAT = "Du khách đi thuyền từ bến Ninh Kiều mất ba mươi phút."
POTTERY = "Làng gốm nằm bên sông Hồng. Lò nung lớn nhất chứa 1.200 chiếc bình."

WHO = "Ai bán bún riêu ở chợ nổi?"
HOW_LONG = "Đi thuyền từ bến Ninh Kiều mất bao lâu?"
WHERE = "Làng gốm nằm bên sông nào?"


def qa(identity: str, question: str, answer: str, context: str) -> dict[str, Any]:
    answers = [{"text": answer, "answer_start": context.index(answer)}]
    return {"id": identity, "question": question, "answers": answers}


def squad() -> dict[str, Any]:
    """Two articles, three questions; the first title is among the held out, the second is not."""
    return {
        "version": "1.1",
        "data": [
            {
                "title": "Chợ_nổi",
                "paragraphs": [
                    {
                        "context": MARKET_DAWN,
                        "qas": [qa("who", WHO, "Lê Thị Hoa", MARKET_DAWN)],
                    },
                    {
                        "context": MARKET_BOAT,
                        "qas": [qa("long", HOW_LONG, "ba mươi phút", MARKET_BOAT)],
                    },
                ],
            },
            {
                "title": "Làng gốm",
                "paragraphs": [
                    {"context": POTTERY, "qas": [qa("where", WHERE, "sông Hồng", POTTERY)]}
                ],
            },
        ],
    }


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def quote(collection: Collection, article: int, text: str, mark: str = "") -> Quote:
    """The first place of `text` in an article of the collection, with `mark` highlighted in it."""
    found = collection.articles[article]
    start = found.text.index(text)
    marks = (Span(text.index(mark), text.index(mark) + len(mark)),) if mark else ()
    source = Source(found.id, found.title)
    return Quote(source, Span(start, start + len(text)), text, marks, 1.0)


def answered(*quotes: Quote, confidence: float = 0.9) -> Answer:
    return Answer("", quotes, confidence)


def abstained(*quotes: Quote, confidence: float = 0.1) -> Answer:
    return Answer("", quotes, confidence, Abstention.WEAK_MATCH)


class Script:
    """Answers each question as it was told to."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers

    def __call__(self, question: str) -> Answer:
        return self.answers[question]


def outcome(
    identity: str,
    *,
    rank: int | None = 1,
    article: int | None = 1,
    highlight: str | None = None,
    f1: float = 0.0,
    answerable: bool = True,
    confidence: float = 0.5,
    abstained: bool = False,
    kind: str = "person",
) -> Outcome:
    return Outcome(
        id=identity,
        asked="Ai?",
        kind=kind,
        answers=("Hoa",) if answerable else (),
        rank=rank,
        place=rank,
        article=article,
        highlight=highlight,
        f1=f1,
        confidence=confidence,
        decision=Decision(answerable, rank == 1, confidence, abstained),
        took_ms=1.0,
    )
