"""What the worst files cost: `python -m tests.hostile [NAME...] [--size MB]`.

Each file of `tests.hostile.documents` is indexed beside a plain article, with the limits that hold
for everybody; a line tells what came of it, the seconds that took on the clock and of processors,
and the most memory that a process had in use. Exit status 1 when the plain article was lost.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from retrieval import update_index
from tests.hostile.documents import DOCUMENTS
from tests.retrieval.articles.samples import make_text

PLAIN = "plain.txt"


def cost(name: str, size: int) -> dict[str, Any]:
    """Index that file, made for that size in bytes, beside a plain one."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        (corpus / PLAIN).write_bytes(make_text())
        data = DOCUMENTS[name](size)
        (corpus / name).write_bytes(data)
        made = len(data)
        del data
        started = time.monotonic()
        report = update_index([corpus], Path(folder, "index"))
    reasons = [failure.reason for failure in report.failed if failure.file.startswith(name)]
    others = [failure.file for failure in report.failed if not failure.file.startswith(name)]
    seconds = time.monotonic() - started
    reading = resource.getrusage(resource.RUSAGE_CHILDREN)
    storing = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "bytes": made,
        "seconds": seconds,
        "processor": sum(one.ru_utime + one.ru_stime for one in (reading, storing)),
        "reading": reading.ru_maxrss >> 10,
        "storing": storing.ru_maxrss >> 10,
        "outcome": reasons[0] if reasons else f"{report.articles - 1:,} articles",
        "others": others,
    }


def measured(name: str, size: int) -> dict[str, Any]:
    """The same in a process of its own, whose memory is its own as well."""
    command = [sys.executable, "-m", "tests.hostile", name, "--size", str(size), "--one"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"outcome": done.stderr[-300:], "others": [PLAIN]}
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def row(found: dict[str, Any]) -> str:
    """What was found, under the heads of the columns."""
    if "bytes" not in found:
        return str(found["outcome"])
    times = f"{found['seconds']:>7.1f}  {found['processor']:>6.1f}"
    memory = f"{found['reading']:>10,}  {found['storing']:>10,}"
    return f"{found['bytes'] / 2**20:>6.1f} {times}  {memory}  {found['outcome'][:100]}"


def main() -> int:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DOCUMENTS))
    parser.add_argument("--size", type=float, default=63, help="MB, of what is made to be large")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = options.names or list(DOCUMENTS)
    if options.one:
        say(json.dumps(cost(names[0], int(options.size))))
        return 0
    size = int(options.size * 2**20)
    columns = ("seconds", "of CPU", "MB reading", "MB storing")
    say(f"{'file':<24} {'MB':>6} {'  '.join(columns)}  outcome")
    lost = 0
    for name in names:
        found = measured(name, size)
        lost += bool(found["others"])
        say(f"{name:<24} {row(found)}")
    return 1 if lost else 0


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
