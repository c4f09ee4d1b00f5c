"""Figures → a Markdown table and a plot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

COLUMNS: dict[str, tuple[str, Callable[[float], str]]] = {
    "rate": ("passages/s indexed", lambda value: f"{value:,.0f}"),
    "disk": ("disk MB", lambda value: f"{value:,.0f}"),
    "cold": ("cold start s", lambda value: f"{value:.2f}"),
    "memory": ("memory MB", lambda value: f"{value:,.0f}"),
    "search": ("search p50 ms", lambda value: f"{value:,.2f}"),
    "search_cpu": ("of it processor", lambda value: f"{value:,.2f}"),
    "search_p99": ("p99", lambda value: f"{value:,.2f}"),
    "answer": ("answer p50 ms", lambda value: f"{value:,.2f}"),
    "answer_cpu": ("of it processor", lambda value: f"{value:,.2f}"),
    "answer_p99": ("p99", lambda value: f"{value:,.2f}"),
    "add": ("article findable after s", lambda value: f"{value:,.2f}"),
}


def table(rows: Mapping[str, Row]) -> str:
    """A Markdown table, a row for each contestant.

    >>> print(table({"x": {"label": "X", "disk": 1.0}}).splitlines()[2][:16])
    | X | – | 1 | –
    """
    head = ["", *(title for title, _ in COLUMNS.values())]
    body = [
        [row["label"], *(_cell(row.get(key), form) for key, (_, form) in COLUMNS.items())]
        for row in rows.values()
    ]
    return markdown([head, *body])


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table of a head and its rows; all but the first column are figures."""
    head, *body = lines
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *body))


def _cell(value: float | None, form: Callable[[float], str]) -> str:
    return "–" if value is None else form(value)


def plot(results: Mapping[int, Mapping[str, Row]], path: Path) -> None:
    """Milliseconds of a search by passages, a line for each contestant, as SVG."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    names = dict.fromkeys(name for rows in results.values() for name in rows)
    for name in names:
        points = [(size, rows[name]) for size, rows in results.items() if name in rows]
        axes.plot(
            [size for size, _ in points],
            [row["search"] for _, row in points],
            marker="o",
            linewidth=3 if name == "ours" else 1.5,
            label=points[0][1]["label"],
        )
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="search, median, ms")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(path)
    plt.close(figure)
