"""The failures of a run, written so that a person can read a hundred of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from retrieval.evaluation.files import write_text
from retrieval.evaluation.metrics import Fault, Outcome, Quoted, holds
from retrieval.evaluation.run import EvaluationRun

_SHOWN_TERMS = 12


def write_failures(run: EvaluationRun, path: Path) -> int:
    """Write every failure to a text file, fault by fault, and return how many there are.

    A question that failed in two ways is listed under both.
    """
    blocks = [
        (fault, noise, _block(outcome))
        for noise, noise_run in run.noises.items()
        for fault in Fault
        for outcome in noise_run.outcomes
        if fault in outcome.faults
    ]
    write_text(path, "\n".join(_document(run, blocks)))
    return len(blocks)


def _document(run: EvaluationRun, blocks: Sequence[tuple[Fault, str, str]]) -> Iterator[str]:
    yield f"# {run.file}: {len(blocks)} failures, one {run.unit} a document\n"
    for heading in dict.fromkeys((noise, fault) for fault, noise, _ in blocks):
        members = [block for fault, noise, block in blocks if (noise, fault) == heading]
        yield f"## {heading[0]}: {heading[1]} ({len(members)})\n"
        yield from members


def _block(outcome: Outcome) -> str:
    lines = [
        f"? {outcome.asked}",
        f"  id {outcome.id}, asks for: {outcome.kind}, right quote: {outcome.rank or 'none'}, "
        f"confidence {outcome.confidence:.2f}",
        f"  answer: {' | '.join(outcome.answers) or '(none)'}",
    ]
    if outcome.highlight is not None:
        lines.append(f"  marked: {outcome.highlight} (F1 {outcome.f1:.2f})")
    if outcome.gold:
        lines += _quoted("gold", outcome.gold)
    for rank, quote in enumerate(outcome.quotes, 1):
        mark = "+" if any(holds(quote.text, answer) for answer in outcome.answers) else "-"
        lines += _quoted(f"{rank} {mark} {quote.score:.2f}", quote)
    return "\n".join(lines) + "\n"


def _quoted(label: str, quote: Quoted) -> list[str]:
    terms = ", ".join(f"{term} {weight:.3g}" for term, weight in quote.terms[:_SHOWN_TERMS])
    return [
        f"  {label} [{quote.title or quote.article_id}] {' '.join(quote.text.split())}",
        f"      because: {terms or 'nothing in common'}",
    ]
