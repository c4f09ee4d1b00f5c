"""The floors below which no change may take the answers, a little under what was measured.

python -m tests.floors ../shared/eval

Prints each measure beside its floor (or ceiling), and ends with 1 when one is broken. Runs in
CI where the collections are present.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.evaluation import EvaluationRun, evaluate_file

SAMPLE = 300
"""Questions that are asked in each noise, in English and by paragraph: the whole takes minutes."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A measure of a run; `low` is the least it may be, `high` the most."""

    run: str
    noise: str
    measure: str
    low: float = 0.0
    high: float = 1.0


BOUNDS = (
    Bound("articles", "none", "quote@1", low=0.900),
    Bound("articles", "none", "quote@3", low=0.965),
    Bound("articles", "none", "auroc", low=0.988),
    Bound("articles", "none", "refused_answerable", high=0.050),
    Bound("articles", "none", "answered_unanswerable", high=0.055),
    Bound("articles", "none", "highlight_precision", low=0.815),
    Bound("articles", "none", "highlight_coverage", low=0.400),
    Bound("noises", "none", "quote@1", low=0.875),
    Bound("noises", "no-diacritics", "quote@1", low=0.870),
    Bound("noises", "nfd", "quote@1", low=0.875),
    Bound("noises", "tone-placement", "quote@1", low=0.875),
    Bound("noises", "uppercase", "quote@1", low=0.875),
    Bound("noises", "telex", "quote@1", low=0.870),
    Bound("noises", "typo", "quote@1", low=0.870),
    Bound("english", "none", "quote@3", low=0.905),
    Bound("english", "none", "highlight_coverage", low=0.130),
    Bound("paragraphs", "none", "p@1", low=0.925),
)


def runs(folder: Path) -> Iterator[tuple[str, EvaluationRun]]:
    """Each run that a bound is about, by name."""
    vietnamese, english = folder / "xquad.vi.json", folder / "xquad.en.json"
    noises = ("none", "no-diacritics", "nfd", "tone-placement", "uppercase", "telex", "typo")
    yield "articles", evaluate_file(vietnamese)
    yield "noises", evaluate_file(vietnamese, noises=noises, limit=SAMPLE)
    yield "english", evaluate_file(vietnamese, questions=english, limit=SAMPLE)
    yield "paragraphs", evaluate_file(vietnamese, unit="paragraph", limit=SAMPLE)


def main(folder: Path) -> int:
    """Print every measure that has a bound; 1 when one is broken, else 0."""
    broken = 0
    for name, run in runs(folder):
        for bound in (bound for bound in BOUNDS if bound.run == name):
            found = run.noises[bound.noise].metrics[bound.measure].value
            holds = found is not None and bound.low <= found <= bound.high
            broken += not holds
            limit = f"at least {bound.low:.3f}" if bound.low else f"at most {bound.high:.3f}"
            value = "none" if found is None else f"{found:.3f}"
            mark = "ok" if holds else "BROKEN"
            print(f"{name:10} {bound.noise:15} {bound.measure:22} {value} {limit} {mark}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
