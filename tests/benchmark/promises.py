"""What is promised, beside what was measured.

promises(rows) -> [["promised", "measured", "bound", ""], ["search beside tantivy", …], …]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]
Figure = tuple[float, float]
"""What was measured, and the bound."""


def promises(rows: Mapping[str, Row]) -> list[list[str]]:
    """A head and a line for each promise that these figures tell of; empty when none does."""
    lines = []
    for title, unit, figure, is_least in _PROMISES:
        try:
            found, bound = figure(rows)
        except KeyError:  # a contestant or a phase was left out
            continue
        kept = found >= bound if is_least else found <= bound
        sign = "≥" if is_least else "≤"
        measured, wanted = (
            f"{value:,.{0 if value > 100 else 2}f} {unit}" for value in (found, bound)
        )
        lines.append([title, measured, f"{sign} {wanted}", "yes" if kept else "NO"])
    return [["promised", "measured", "bound", "kept"], *lines] if lines else []


def _beside(key: str, other: str, bound: float) -> Callable[[Mapping[str, Row]], Figure]:
    return lambda rows: (rows["ours"][key] / rows[other][key], bound)


def _growth(rows: Mapping[str, Row]) -> Figure:
    """How much memory grew from when a tenth of the questions were asked."""
    memory = list(rows["ours"]["memory_after"].values())
    return memory[-1] - memory[1], 0.05 * memory[1]


def _least_rate(rows: Mapping[str, Row]) -> Figure:
    return rows["ours"]["rate"], 1_000_000 / 300


_Promise = tuple[str, str, Callable[[Mapping[str, Row]], Figure], bool]
_PROMISES: tuple[_Promise, ...] = (
    ("search beside tantivy on syllables", "×", _beside("search", "tantivy", 3), False),
    ("the same in processor time", "×", _beside("search_cpu", "tantivy", 3), False),
    ("search beside the naive recipe", "×", _beside("search", "naive", 1 / 100), False),
    (
        "three highlighted quotes, beyond the search",
        "ms",
        lambda rows: (rows["ours"]["answer"] - rows["ours"]["search"], 15),
        False,
    ),
    ("indexing beside the naive recipe", "×", _beside("rate", "naive", 20), True),
    ("indexing, for a million in 5 minutes", "passages/s", _least_rate, True),
    (
        "`hoibao ask` in a new process",
        "s",
        lambda rows: (rows["ours"]["ask"], 3 * rows["ours"]["imports"] + 1),
        False,
    ),
    ("memory", "MB", lambda rows: (max(rows["ours"]["memory_after"].values()), 400), False),
    ("memory's growth over all questions", "MB", _growth, False),
    ("one added article findable", "s", lambda rows: (rows["ours"]["add"], 2), False),
    ("work in the bot to pick it up", "ms", lambda rows: (rows["ours"]["pick_up"], 50), False),
    (
        "p95 of answers during a full reload",
        "× the usual",
        lambda rows: (rows["ours"]["reload_p95"] / rows["ours"]["usual_p95"], 2),
        False,
    ),
)
