"""Reports and measures as plain tables: the same on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from retrieval.model import BuildReport, IndexStatus
from retrieval.text import printable

if TYPE_CHECKING:
    from bot.backup import Restored
    from bot.settings import Settings
    from retrieval.evaluation import Difference, Estimate, EvaluationRun, NoiseRun

# what is compared between kinds of noise, by the unit of the run
COMPARED = {
    "article": ("quote@1", "quote@3", "quote@5", "mrr"),
    "paragraph": ("p@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"),
}
COMPARED_ALWAYS = ("highlight_precision", "highlight_coverage", "auroc")


def report_text(report: BuildReport) -> str:
    """What an update of the index did, one count a line, and each failed file with its reason."""
    counts = {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "failed": len(report.failed),
    }
    failures = [f"  {printable(f.file)}: {printable(f.reason)}\n" for f in report.failed]
    total = (
        f"{count(report.articles, 'article')}, {count(report.passages, 'passage')}, "
        f"generation {report.generation}, in {report.seconds:.1f} s\n"
    )
    return "".join([table(counts), *failures, total])


def status_text(status: IndexStatus, index: str) -> str:
    """The index as it stands, one fact a line."""
    return table(
        {
            "index": index,
            "articles": status.articles,
            "passages": status.passages,
            "engine": status.engine,
            "generation": status.generation,
            "built": f"{status.built.astimezone():%Y-%m-%d %H:%M:%S %z}",
            "size": f"{status.size:,} bytes",
        }
    )


def restored_text(restored: Restored, settings: Settings) -> str:
    """What a restore did, one fact a line."""
    state = str(settings.state) if restored.state else "none in the backup"
    kept = "left as they are: .env is there already, or none in the backup"
    rows = {
        "articles": f"{count(restored.articles, 'file')} in {settings.corpus}",
        "state": state,
        "settings": ".env; add the token to it" if restored.settings else kept,
    }
    before = [f"put aside: {printable(str(path))}\n" for path in restored.moved]
    return "".join([table(rows), *before])


def evaluation_text(run: EvaluationRun) -> str:
    """Every measure of each noise with its 95% interval; of several noises, one line each."""
    if len(run.noises) == 1:
        return "".join(_measures(noise, found) for noise, found in run.noises.items())
    names = [*COMPARED[run.unit], *COMPARED_ALWAYS]
    head = ["noise", *(name.replace("_", " ") for name in names), "p50 ms"]
    rows = [
        [
            noise,
            *(_percent(found.metrics[name].value) for name in names),
            f"{found.latency.p50:.1f}",
        ]
        for noise, found in run.noises.items()
    ]
    return columns([head, *rows])


def comparison_text(changes: Mapping[str, Sequence[Difference]]) -> str:
    """What each measure gained since an earlier run, with its interval and how sure that is."""
    return "\n".join(
        columns([[noise, "before", "after", "change", "95% interval", "p"], *map(_change, found)])
        for noise, found in changes.items()
    )


def table(rows: Mapping[str, object]) -> str:
    """Names and values in two columns.

    >>> print(table({"added": 1, "unchanged": 12}), end="")
    added      1
    unchanged  12
    """
    return columns([[name, str(value)] for name, value in rows.items()])


def count(number: int, noun: str) -> str:
    """A number of things.

    >>> count(1, "file"), count(2000, "file")
    ('1 file', '2,000 files')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as aligned columns, two spaces apart."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = (
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def _measures(noise: str, found: NoiseRun) -> str:
    head = [f"noise: {noise}", "%", "95% interval", "questions"]
    rows = [
        [name.replace("_", " "), _percent(one.value), _interval(one), str(one.questions)]
        for name, one in found.metrics.items()
    ]
    time = f"time: p50 {found.latency.p50:.1f} ms, p95 {found.latency.p95:.1f} ms\n"
    return columns([head, *rows]) + time


def _change(difference: Difference) -> list[str]:
    return [
        difference.metric.replace("_", " "),
        _percent(difference.before),
        _percent(difference.after),
        _percent(difference.change, sign="+"),
        _interval(difference, sign="+"),
        "-" if difference.p is None else f"{difference.p:.3f}",
    ]


def _interval(found: Estimate | Difference, sign: str = "") -> str:
    return f"{_percent(found.low, sign)} to {_percent(found.high, sign)}"


def _percent(share: float | None, sign: str = "") -> str:
    """A share of 1 as per cent; a dash when there was nothing to measure.

    >>> _percent(0.8321), _percent(None), _percent(0.01, "+")
    ('83.2', '-', '+1.0')
    """
    return "-" if share is None else f"{100 * share:{sign}.1f}"
