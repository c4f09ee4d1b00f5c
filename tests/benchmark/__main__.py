"""Speed, memory and growth, side by side: `python -m tests.benchmark SOURCE`.

SOURCE is a SQuAD file or a corpus; text of every size is made from it. Prints a Markdown table
for each size and what was promised beside what was measured, and writes `benchmark.json` and
`benchmark.svg`. A million passages are opt-in (`--million`), as is the memory over very many
questions (`--endure 100000`). Needs `pip install ".[bench]"`.
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
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmark.contestants import CONTESTANTS, shared_with_ours
from tests.benchmark.corpus import Generator, read_source, write_corpus
from tests.benchmark.promises import promises
from tests.benchmark.report import markdown, plot, table

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
QUESTIONS = 200
CHARACTERS = 755
"""Of a passage of this text, on average: so that a size is a number of passages."""

WORTH_REPEATING = 5.0  # seconds: shorter starts are noisy, and the quickest of three counts
ROUNDS = 5
"""How often all are asked the questions, in turns: a machine is not as quick at all times, and a
round that something else disturbs is not to count. Odd, so that one of them is in the middle."""
SLOW = 60.0  # seconds that one round may take; who takes longer is asked once
NAIVE_LIMIT = 100_000  # passages; beyond, its index does not fit the memory
PROMISED = 100_000  # passages from which what is promised is worth telling
RELOADED = (10_000, 100_000)  # from and to how many passages a full reload is measured
ADDED = "Quỹ Zxqwv trao một nghìn suất học bổng cho học sinh huyện Pkjhg."
IMPORTS = "import tantivy, pydantic_settings"  # what a first answer's time is held against


def main() -> None:
    """Run everything and report."""
    options = _options()
    sizes = [*options.sizes, *([MILLION] if options.million else [])]
    if options.work:
        Path(options.work).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        results = {size: _measure(Path(work) / str(size), size, options) for size in sizes}
    for size, rows in results.items():
        print(f"\n### {size:,} passages\n\n{table(rows)}")  # noqa: T201
        if size >= PROMISED and (kept := promises(rows)):
            print(f"\n{markdown(kept)}")  # noqa: T201
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
    parser.add_argument("--endure", type=int, metavar="N", help="measure memory over N questions")
    parser.add_argument("--out", type=Path, default=Path(), help="where the files are written")
    parser.add_argument("--work", type=Path, help="a folder with room for the indexes")
    return parser.parse_args()


def _measure(work: Path, size: int, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The figures of each contestant for one size."""
    source = read_source(options.source)
    corpus = work / "corpus"
    write_corpus(Generator(source), corpus, size * CHARACTERS)
    shared = {
        "corpus": str(corpus),
        "ours": str(work / "ours"),
        "questions": source.questions[:: max(1, len(source.questions) // QUESTIONS)][:QUESTIONS],
        "text": ADDED,
        "source": str(options.source),
        "characters": size * CHARACTERS,
        "endure": options.endure,
    }
    folders = {
        name: work / ("ours" if shared_with_ours(name) else name)
        for name in sorted(options.only, key=lambda name: name != "ours")
        if name != "naive" or size <= NAIVE_LIMIT
    }
    jobs = {
        name: {**shared, "contestant": name, "folder": str(folder)}
        for name, folder in folders.items()
    }
    rows: dict[str, dict[str, Any]] = {}
    for name, job in jobs.items():
        _say(f"{size:,} passages: {CONTESTANTS[name].label}")
        rows[name] = _built(name, job, rows.get("ours", {}).get("passages"))
    os.sync()  # what is still to be written would be written while questions are asked
    for name, job in jobs.items():
        rows[name]["cold"] = _quickest(partial(_run, "cold", job))
    _say(f"{size:,} passages: questions")
    for name, served in _served(jobs).items():
        rows[name] |= served
    for name, job in jobs.items():
        if name != "ours":  # ours would change the index that others read: it comes last
            rows[name] |= _addition(name, job, rows[name])
    if "ours" in rows:
        _say(f"{size:,} passages: what goes on beside answers")
        rows["ours"] |= _beside_answers(jobs["ours"], size)
    return rows


def _built(name: str, job: dict[str, Any], passages: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {"label": CONTESTANTS[name].label}
    if not shared_with_ours(name):
        built = _run("build", job)
        row["passages"] = built["passages"] or passages
        row["seconds"] = built["seconds"]
        row["rate"] = row["passages"] / row["seconds"]
        row["disk"] = sum(f.stat().st_size for f in Path(job["folder"]).rglob("*")) / 1e6
    return row


def _served(jobs: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What searches and answers take, of several rounds the middle one, and the last's memory."""
    rounds: dict[tuple[str, str], list[dict[str, Any]]] = {
        (name, kind): []
        for name in jobs
        for kind in ("search", "answer")
        if getattr(CONTESTANTS[name], kind, None)
    }
    for _ in range(ROUNDS):
        for (name, kind), served in rounds.items():
            if not served or sum(served[0]["took"]) < SLOW * 1000:
                served.append(_run("serve", jobs[name] | {"kind": kind}))
    rows: dict[str, dict[str, Any]] = {name: {} for name in jobs}
    for (name, kind), served in rounds.items():
        took, busy = ([one[what] for one in served] for what in ("took", "busy"))
        rows[name] |= {
            kind: statistics.median(map(statistics.median, took)),
            f"{kind}_cpu": statistics.median(map(statistics.median, busy)),
            f"{kind}_p99": statistics.median(statistics.quantiles(one, n=100)[98] for one in took),
            "memory": served[-1]["memory"],
        }
    return rows


def _addition(name: str, job: dict[str, Any], built: Mapping[str, Any]) -> dict[str, Any]:
    """How long it takes until one more article is found: without a way to add, all is built."""
    if getattr(CONTESTANTS[name], "add", None):
        return {"add": _run("add", job)["seconds"]}
    return {"add": built["seconds"]} if "seconds" in built else {}


def _beside_answers(job: dict[str, Any], size: int) -> dict[str, Any]:
    """What only ours does: commands, memory for long, additions and reloads while it answers."""
    ask = ["-m", "bot", "ask", "--corpus", job["corpus"], "--index", job["folder"]]
    row: dict[str, Any] = {
        "ask": _quickest(lambda: _call(*ask, job["questions"][0])),
        "imports": _quickest(lambda: _call("-c", IMPORTS)),
    }
    if job["endure"]:
        row |= _run("endure", job)
    row |= _addition("ours", job, {}) | _run("pick_up", job)
    if RELOADED[0] <= size <= RELOADED[1]:
        row |= _run("reload", job)
    return row


def _call(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode not in (0, 1):  # 1: the articles do not answer
        raise RuntimeError(f"{' '.join(arguments[:3])}: {done.stderr}")


def _quickest(run: Callable[[], object]) -> float:
    """Seconds; of three runs the quickest, unless one is so long that noise does not matter."""
    took = _seconds(run)
    return took if took > WORTH_REPEATING else min(took, _seconds(run), _seconds(run))


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


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
