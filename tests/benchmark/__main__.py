"""Speed, memory and growth, side by side: `python -m tests.benchmark SOURCE`.

SOURCE is a SQuAD file or a corpus; text of every size is made from it. Prints a Markdown table
for each size, and writes `benchmark.json` and `benchmark.svg`. A million passages are opt-in
(`--million`). Needs `pip install ".[bench]"`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmark.contestants import CONTESTANTS, shared_with_ours
from tests.benchmark.corpus import Generator, read_source, write_corpus
from tests.benchmark.report import plot, table

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
QUESTIONS = 200
CHARACTERS = 755
"""Of a passage of this text, on average: so that a size is a number of passages."""

WORTH_REPEATING = 5.0  # seconds: shorter starts are noisy, and the quickest of three counts
NAIVE_LIMIT = 100_000  # passages; beyond, its index does not fit the memory
ADDED = "Quỹ Zxqwv trao một nghìn suất học bổng cho học sinh huyện Pkjhg."


def main() -> None:
    """Run everything and report."""
    options = _options()
    sizes = [*options.sizes, *([MILLION] if options.million else [])]
    if options.work:
        Path(options.work).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        source = read_source(options.source)
        questions = source.questions[:: max(1, len(source.questions) // QUESTIONS)][:QUESTIONS]
        results = {
            size: _measure(Path(work) / str(size), size, source, questions, options.only)
            for size in sizes
        }
    for size, rows in results.items():
        print(f"\n### {size:,} passages\n\n{table(rows)}")  # noqa: T201
    print(f"\n{_machine()}")  # noqa: T201
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "benchmark.json").write_text(json.dumps(results, indent=1), "utf-8")
    plot(results, options.out / "benchmark.svg")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("source", type=Path, help="a SQuAD file or a corpus to make text from")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of passages")
    parser.add_argument("--million", action="store_true", help="measure a million passages too")
    parser.add_argument("--only", nargs="*", default=list(CONTESTANTS), choices=CONTESTANTS)
    parser.add_argument("--out", type=Path, default=Path(), help="where the files are written")
    parser.add_argument("--work", type=Path, help="a folder with room for the indexes")
    return parser.parse_args()


def _measure(
    work: Path, size: int, source: Any, questions: Sequence[str], names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The figures of each contestant for one size."""
    corpus = work / "corpus"
    write_corpus(Generator(source), corpus, size * CHARACTERS)
    rows: dict[str, dict[str, Any]] = {}
    for name in sorted(names, key=lambda name: name != "ours"):
        if name == "naive" and size > NAIVE_LIMIT:
            continue
        _say(f"{size:,} passages: {CONTESTANTS[name].label}")
        folder = work / ("ours" if shared_with_ours(name) else name)
        job = {
            "contestant": name,
            "corpus": str(corpus),
            "folder": str(folder),
            "ours": str(work / "ours"),
            "questions": list(questions),
            "text": ADDED,
        }
        rows[name] = _figures(name, job, rows.get("ours", {}).get("passages"))
    return rows


def _figures(name: str, job: dict[str, Any], passages: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {"label": CONTESTANTS[name].label}
    if not shared_with_ours(name):
        built = _run("build", job)
        row["passages"] = built["passages"] or passages
        row["rate"] = row["passages"] / built["seconds"]
        row["disk"] = sum(f.stat().st_size for f in Path(job["folder"]).rglob("*")) / 1e6
    row["cold"] = _seconds("cold", job)
    if row["cold"] < WORTH_REPEATING:
        row["cold"] = min(row["cold"], _seconds("cold", job), _seconds("cold", job))
    served = _run("serve", job)
    for kind in ("search", "answer"):
        if kind in served:
            row[kind] = statistics.median(served[kind])
            row[f"{kind}_p99"] = statistics.quantiles(served[kind], n=100)[98]
    row["memory"] = served["memory"]
    if getattr(CONTESTANTS[name], "add", None):
        row["add"] = _run("add", job)["seconds"]
    elif not shared_with_ours(name):
        row["add"] = built["seconds"]
    return row


def _run(phase: str, job: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmark.phases"],
        input=json.dumps(job | {"phase": phase}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _seconds(phase: str, job: dict[str, Any]) -> float:
    started = time.perf_counter()
    _run(phase, job)
    return time.perf_counter() - started


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory, Python {platform.python_version()};"
        f" load average at the end {load}."
    )


if __name__ == "__main__":
    main()
